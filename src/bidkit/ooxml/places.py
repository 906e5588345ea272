"""where things stand in a part: cells by table and row, printable areas, the paragraph and run around a tag."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from lxml import etree

from bidkit.ooxml.tree import q, to_fragment
from bidkit.ooxml.values import CLOSE, OPEN, Site

A4 = Site("", 5_760_000, 8_900_000)
_EMU_PER_TWIP = 635
_RUN = re.compile(r"<w:r(?: [^>]*)?>(<w:rPr>.*?</w:rPr>)?", re.DOTALL)
_PARAGRAPH = re.compile(r"<(/?)w:p(?: [^>]*)?(/?)>")
_PROPERTIES = re.compile(r"<w:pPr>.*?</w:pPr>", re.DOTALL)
_HEADING = re.compile(f"{OPEN}h([^{CLOSE}]*){CLOSE}")
_ELEMENT = re.compile(r"<(/?)([\w:]+)[^<>]*?(/?)>")

Area = tuple["etree._Element | None", Site]
"""A section's printable area, with the element that ends the section."""


def number_cells(root: etree._Element) -> Mapping[etree._Element, tuple[int, int, int]]:
    """The numbers of table, row and cell of each cell, as Word's user counts them, from 1."""
    return {
        cell: (table_number, row_number, cell_number)
        for table_number, table in enumerate(root.iter(q("tbl")), 1)
        for row_number, row in enumerate(table.findall(q("tr")), 1)
        for cell_number, cell in enumerate(row.findall(q("tc")), 1)
    }


def read_areas(root: etree._Element) -> list[Area]:
    """The printable area of each section."""
    areas: list[Area] = []
    for section in root.iter(q("sectPr")):
        size, margins = section.find(q("pgSz")), section.find(q("pgMar"))
        if size is None or margins is None:
            continue

        def twips(element: etree._Element, key: str) -> int:
            return int(element.get(q(key), "0"))

        width = twips(size, "w") - twips(margins, "left") - twips(margins, "right") - twips(margins, "gutter")
        height = twips(size, "h") - twips(margins, "top") - twips(margins, "bottom")
        areas.append((section, Site("", width * _EMU_PER_TWIP, height * _EMU_PER_TWIP)))
    return areas or [(None, A4)]


def fragment_of(element: etree._Element | None) -> str:
    """An element as XML; nothing for none."""
    return "" if element is None else to_fragment(element)


def read_site(chunks: Sequence[str], end: int, area: Site) -> Site:
    """The paragraph and run in which a tag of plain text stands, read from the static XML before it.

    Args:
        end: the number of static pieces before the tag.
    """
    text, start = "", end
    while start > 0:
        start -= 1
        text = chunks[start] + text
        begin = _find_paragraph(text)
        runs = [] if begin is None else list(_RUN.finditer(text, begin))
        if begin is not None and runs:
            inside = text.index(">", begin) + 1
            properties = _PROPERTIES.match(text, inside)
            between = text[properties.end() if properties else inside : runs[-1].start()]
            own = properties.group() if properties else ""
            heading = _HEADING.match(between)
            shown = heading.group(1) if heading else ""
            return Site(own, area.width, area.height, runs[-1].group(1) or "", _is_even(between), shown)
    return Site("", area.width, area.height, can_split=False)


def _find_paragraph(text: str) -> int | None:
    """Where the innermost paragraph begins that is open at the end of a text."""
    opened: list[int] = []
    for found in _PARAGRAPH.finditer(text):
        closing, empty = found.groups()
        if closing and opened:
            opened.pop()
        elif not closing and not empty:
            opened.append(found.start())
    return opened[-1] if opened else None


def _is_even(text: str) -> bool:
    """Whether all that begins in a text ends in it."""
    depth = 0
    for closing, _, empty in _ELEMENT.findall(text):
        depth += -1 if closing else 0 if empty else 1
    return depth == 0
