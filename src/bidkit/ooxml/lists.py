"""numbered lists: those that begin anew at each turn of a loop, and the numbering part that has them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lxml import etree

from bidkit.ooxml.pairs import match_blocks
from bidkit.ooxml.tags import Tag
from bidkit.ooxml.tree import q
from bidkit.ooxml.values import OPEN, NewList, Styles, mark

_BEFORE_NUMBER = ("pStyle", "keepNext", "keepLines", "pageBreakBefore", "framePr", "widowControl")
_PARAGRAPH_END = "</w:p>"
_LIST_MARK = f"{OPEN}L"


def read_numbers(numbering: etree._Element | None) -> tuple[dict[str, str], dict[str, tuple[tuple[int, int], ...]]]:
    """Of a numbering part: the abstract list of each list, and each abstract list's levels with their first numbers."""
    if numbering is None:
        return {}, {}
    numbers, starts = {}, {}
    for item in numbering.findall(q("num")):
        abstract = item.find(q("abstractNumId"))
        if abstract is not None:
            numbers[item.get(q("numId"), "")] = abstract.get(q("val"), "")
    for item in numbering.findall(q("abstractNum")):
        levels = []
        for level in item.findall(q("lvl")):
            first = level.find(q("start"))
            levels.append((int(level.get(q("ilvl"), "0")), int(first.get(q("val"), "1")) if first is not None else 0))
        starts[item.get(q("abstractNumId"), "")] = tuple(levels)
    return numbers, starts


def mark_list(paragraph: etree._Element, styles: Styles) -> None:
    """Make the number of a paragraph's list a mark, also where only its style names the list."""
    properties = paragraph.find(q("pPr"))
    number = None if properties is None else properties.find(f"{q('numPr')}/{q('numId')}")
    if properties is None:
        return
    if number is not None:
        if number.get(q("val")) in styles.numbers:
            number.set(q("val"), mark("L", number.get(q("val"))))
        return
    style = properties.find(q("pStyle"))
    linked = styles.number_ids.get(style.get(q("val"), "")) if style is not None else None
    if style is None or linked is None or properties.find(q("numPr")) is not None:
        return
    level = styles.list_numbers[style.get(q("val"), "")][1]
    made = etree.Element(q("numPr"))
    etree.SubElement(made, q("ilvl")).set(q("val"), level)
    etree.SubElement(made, q("numId")).set(q("val"), mark("L", linked))
    before = [child for child in properties if child.tag in [q(name) for name in _BEFORE_NUMBER]]
    before[-1].addnext(made)


def find_list_scopes(tags: Sequence[Tag], chunks: Sequence[str], order: Sequence[int]) -> dict[int, int]:
    """The `for` and `endfor` of loops in which a list begins anew at each turn, each with the number of its `for`.

    A list whose single paragraph is what the loop repeats goes on counting.
    """
    if not any(_LIST_MARK in chunk for chunk in chunks):
        return {}
    paragraphs = lists = 0
    at: dict[int, tuple[int, int]] = {}
    for item in order:
        if item < 0:
            at[-item - 1] = (paragraphs, lists)
        else:
            paragraphs += chunks[item].count(_PARAGRAPH_END)
            lists += chunks[item].count(_LIST_MARK)
    scopes: dict[int, int] = {}
    for group in match_blocks(tags)[0]:
        first, last = group[0], group[-1]
        if tags[first].word == "for" and at[last][1] > at[first][1] and at[last][0] - at[first][0] > 1:
            scopes |= {first: first, last: first}
    return scopes


def add_lists(content: bytes, lists: Sequence[NewList]) -> bytes:
    """numbering.xml with a `w:num` for each list, which starts its numbers afresh."""
    xml = "".join(
        f'<w:num w:numId="{item.number}"><w:abstractNumId w:val="{item.abstract}"/>'
        + "".join(
            f'<w:lvlOverride w:ilvl="{level}"><w:startOverride w:val="{first}"/></w:lvlOverride>'
            for level, first in item.starts
        )
        + "</w:num>"
        for item in lists
    ).encode()
    end = content.find(b"<w:numIdMacAtCleanup")
    end = content.rindex(b"</w:numbering>") if end < 0 else end
    return content[:end] + xml + content[end:]


def next_list_id(content: bytes | None) -> int:
    """The first number that no list of a numbering part has."""
    return max((int(number) for number in re.findall(rb'w:numId="(\d+)"', content or b"")), default=0) + 1
