"""what opens must close at a place of the same shape, or the document would be torn apart."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bidkit.ooxml.tags import Tag

OPENERS = ("for", "if", "with", "macro", "call", "set")
MIDDLES = ("else", "elif")
LEAVING = ("break", "continue")
_TOKEN = re.compile(r"<(/?)([\w:]+)[^<>]*?(/?)>")
_CLOSED = ("w:tc", "w:tr", "w:tbl", "w:txbxContent", "w:footnote", "w:endnote", "w:comment")
_FIELD = re.compile(r'w:fldCharType="(begin|end)"')


def is_block(tag: Tag) -> bool:
    """Whether a statement needs an end."""
    return tag.word in OPENERS and not (tag.word == "set" and "=" in tag.body)


@dataclass(frozen=True, eq=False)
class _Element:
    """An open element at some place of a part, with those around it."""

    name: str
    around: _Element | None
    depth: int


@dataclass(frozen=True)
class _Point:
    number: int
    tag: Tag
    element: _Element | None
    fields: int


def match_blocks(tags: Sequence[Tag]) -> tuple[list[list[int]], list[int]]:
    """The numbers of the statements that belong together, a loop's end last, and of those without counterpart."""
    groups: list[list[int]] = []
    opened: list[list[int]] = []
    alone: list[int] = []
    for number, tag in enumerate(tags):
        if is_block(tag):
            opened.append([number])
        elif tag.word in MIDDLES:
            if opened and tags[opened[-1][0]].word in ("if", "for"):
                opened[-1].append(number)
            else:
                alone.append(number)
        elif tag.word in LEAVING:
            loop = _find_loop(tags, opened)
            if loop is None:
                alone.append(number)
            else:
                loop.append(number)
        elif tag.word.startswith("end") and tag.word[3:] in OPENERS:
            if not any(tags[group[0]].word == tag.word[3:] for group in opened):
                alone.append(number)
                continue
            while tags[opened[-1][0]].word != tag.word[3:]:
                alone.append(opened.pop()[0])
            groups.append([*opened.pop(), number])
    return groups, sorted([*alone, *(group[0] for group in opened)])


def _find_loop(tags: Sequence[Tag], opened: Sequence[list[int]]) -> list[int] | None:
    """The group of the loop that a statement leaves: not one around a macro, nor one whose else has begun."""
    for group in reversed(opened):
        word = tags[group[0]].word
        if word in ("macro", "call"):
            return None
        if word == "for" and not any(tags[number].word == "else" for number in group):
            return group
    return None


def find_torn(tags: Sequence[Tag], chunks: Sequence[str], order: Sequence[int]) -> Iterator[tuple[int, int]]:
    """The pairs (opening, other) of tags that stand in places of different shape, or with half a field between them.

    Args:
        order: the part in document order; n >= 0 is chunk n, n < 0 is tag -n - 1.
    """
    groups, _ = match_blocks(tags)
    if not groups:
        return
    points = _read_points(tags, chunks, order)
    for first, *others in groups:
        for other in others:
            one, two = points[first], points[other]
            if one.fields != two.fields or not _is_alike(one.element, two.element):
                yield first, other


def _read_points(tags: Sequence[Tag], chunks: Sequence[str], order: Sequence[int]) -> dict[int, _Point]:
    current: _Element | None = None
    fields, cut = 0, ""
    points = {}
    for item in order:
        if item < 0:
            number = -item - 1
            points[number] = _Point(number, tags[number], current, fields)
            continue
        text = cut + chunks[item]
        cut = text[text.rfind("<") :] if text.rfind("<") > text.rfind(">") else ""  # a tag stands in an attribute
        for closing, name, empty in _TOKEN.findall(text):
            if closing:
                current = current.around if current is not None else None
            elif not empty:
                current = _Element(name, current, current.depth + 1 if current is not None else 0)
        fields += sum(1 if kind == "begin" else -1 for kind in _FIELD.findall(chunks[item]))
    return points


def _is_alike(one: _Element | None, two: _Element | None) -> bool:
    """Whether the elements around two places have the same names up to the one that holds both.

    No pair opens in one cell and closes in another: the rows would come out uneven.
    """
    while one is not two:
        if one is None or two is None or one.name != two.name or one.depth != two.depth or one.name in _CLOSED:
            return False
        one, two = one.around, two.around
    return True
