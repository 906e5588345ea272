"""bookmarks and what points at them: each keeps one place, and nothing points at one that is not there."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from bidkit.ooxml.tree import q, replace_by_text
from bidkit.ooxml.values import OPEN, mark

_REFERENCE = re.compile(r'\s*(?:REF|PAGEREF|NOTEREF)\s+"?([\w.\-]+)(?=[\s"]|$)')
_AUTOMATIC = ("_Toc", "_GoBack")


def find_references(root: etree._Element) -> Iterator[tuple[etree._Element, str]]:
    """The links and fields that point at a bookmark, with its name; those of a table of contents are made anew."""
    for link in root.iter(q("hyperlink")):
        if link.get(q("anchor")):
            yield link, str(link.get(q("anchor")))
    for code in root.iter(q("instrText")):
        found, run = _REFERENCE.match(code.text or ""), code.getparent()
        if found and run is not None:
            yield run, found.group(1)


def is_lasting(name: str) -> bool:
    """Whether a bookmark is the author's own: not one that Word makes for contents, nor one named by a tag."""
    return not name.startswith(_AUTOMATIC) and OPEN not in name


def mark_bookmarks(root: etree._Element) -> None:
    """Bookmarks get ids of their own; those that Word made for contents go, for the headings get new ones.

    What else points at one keeps it: another kind of contents, or an author's own reference.
    """
    starts = list(root.iter(q("bookmarkStart")))
    named = {start.get(q("id"), ""): start.get(q("name"), "") for start in starts}
    kept = {name for _, name in find_references(root)} - {"_GoBack"}
    old = {number for number, name in named.items() if name.startswith(_AUTOMATIC) and name not in kept}
    for bookmark in list(root.iter(q("bookmarkStart"), q("bookmarkEnd"))):
        number = bookmark.get(q("id"), "")
        is_start = bookmark.tag == q("bookmarkStart")
        marked = mark("y", f"{number}|{bookmark.get(q('name'), '')}") if is_start else mark("Y", number)
        replace_by_text(bookmark, "" if number in old else marked)
