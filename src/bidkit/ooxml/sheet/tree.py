"""a sheet's tree: its names, pieces of it as XML."""

from __future__ import annotations

from lxml import etree

from bidkit.ooxml.values import CLOSE, OPEN

S = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
R_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
ROW = f"{OPEN}#{CLOSE}"
"""Stands for the number of the row in which it stands."""


def s(tag: str) -> str:
    """A SpreadsheetML name in Clark notation."""
    return f"{{{S}}}{tag}"


def forget(element: etree._Element, *names: str) -> None:
    """Take attributes away, if they are there."""
    for name in names:
        if name in element.attrib:
            del element.attrib[name]


def fragment(element: etree._Element) -> str:
    """An element as text, without the namespaces that are declared around it."""
    tail, element.tail = element.tail, None
    text = etree.tostring(element, encoding="unicode")
    element.tail = tail
    parent = element.getparent()
    for prefix, uri in (parent.nsmap if parent is not None else {}).items():
        declared = f' xmlns:{prefix}="{uri}"' if prefix else f' xmlns="{uri}"'
        text = text.replace(declared, "", 1)
    return text
