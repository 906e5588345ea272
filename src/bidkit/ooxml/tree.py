"""a part's tree: its names, marks put into it as text, pieces of it as XML."""

from __future__ import annotations

import re

from lxml import etree

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_DECLARATION = re.compile(r' xmlns(:\w+)?="[^"]*"')


def q(tag: str) -> str:
    """A WordprocessingML name in Clark notation."""
    return f"{{{W}}}{tag}"


def insert_before(element: etree._Element, text: str) -> None:
    """Text in front of an element."""
    parent, previous = element.getparent(), element.getprevious()
    assert parent is not None
    if previous is not None:
        previous.tail = (previous.tail or "") + text
    else:
        parent.text = (parent.text or "") + text


def insert_behind(element: etree._Element, text: str) -> None:
    """Text right behind an element."""
    element.tail = text + (element.tail or "")


def append_text(element: etree._Element, text: str) -> None:
    """Text at the end of an element's content."""
    if len(element):
        element[-1].tail = (element[-1].tail or "") + text
    else:
        element.text = (element.text or "") + text


def prepend_text(element: etree._Element, text: str) -> None:
    """Text at the beginning of an element's content."""
    element.text = text + (element.text or "")


def replace_by_text(element: etree._Element, text: str) -> None:
    """Text in the place of an element."""
    parent = element.getparent()
    assert parent is not None
    insert_before(element, text + (element.tail or ""))
    parent.remove(element)


def to_fragment(element: etree._Element) -> str:
    """An element as text without its namespace declarations, which the part's root has."""
    tail, element.tail = element.tail, None
    text = etree.tostring(element, encoding="unicode")
    element.tail = tail
    return _DECLARATION.sub("", text)


def find_numbered(parent: etree._Element, name: str, attribute: str, value: str) -> etree._Element | None:
    """The child of a name that has this value in an attribute; the value may be any text."""
    return next((child for child in parent.iterchildren(q(name)) if child.get(q(attribute)) == value), None)


def find_above(element: etree._Element, name: str) -> etree._Element | None:
    """The nearest element of a name around another."""
    return next(element.iterancestors(q(name)), None)


def set_text(element: etree._Element, text: str) -> None:
    """The text of a `w:t`, its blanks kept."""
    element.text = text
    if text:
        element.set(_SPACE, "preserve")
