"""a form filled in place: the text of its blanks exchanged, its rows copied; every other part stays as it lies."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from lxml import etree

from bidkit.forms.blanks import find_mirrors
from bidkit.forms.flow import exchange
from bidkit.forms.gaps import width_of
from bidkit.ooxml.opc import Package, parse_xml, serialize
from bidkit.ooxml.tree import q

_W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"


@dataclass(frozen=True)
class Edit:
    """Some characters of a paragraph and what takes their place; paragraphs are counted from 1.

    Args:
        is_drawn: what is replaced was a line made of characters, so that the text is underlined.
    """

    paragraph: int
    start: int
    end: int
    text: str
    is_drawn: bool = False


@dataclass(frozen=True)
class Growth:
    """Rows added behind a row, each a copy of another one; rows are counted over the part, paragraphs inside a row.

    Args:
        rows: what is entered in each.
    """

    model: int
    behind: int
    rows: tuple[tuple[Edit, ...], ...]


@dataclass(frozen=True)
class Changes:
    """All that is done to one part."""

    edits: tuple[Edit, ...] = ()
    growths: tuple[Growth, ...] = ()


def fit(text: str, old: str, *, is_line: bool, name: str = "") -> str:
    """A text as wide as the blank that it takes the place of, if it is shorter; tabs stay behind it."""
    if "\t" in old:
        return text + "\t" * old.count("\t")
    if not is_line and not old.isspace():
        return text
    room = max(width_of(old) - width_of(text), 0)
    before = room // 2 if is_line or name in ("month", "day") else room if name == "year" else 0
    return " " * before + text + " " * (room - before)


def fill_form(package: Package, changes: Mapping[str, Changes]) -> Package:
    """A form with its changes, by part."""
    return package.replace({part: _fill_part(package[part], own) for part, own in changes.items()})


def _fill_part(content: bytes, changes: Changes) -> bytes:
    root = parse_xml(content)
    paragraphs, rows = list(root.iter(q("p"))), list(root.iter(q("tr")))
    added = [(rows[growth.behind - 1], list(_copy_rows(rows[growth.model - 1], growth))) for growth in changes.growths]
    _apply(paragraphs, list_edits(paragraphs, changes.edits))
    for behind, copies in added:
        for row in reversed(copies):
            behind.addnext(row)
    return serialize(root)


def list_edits(paragraphs: Sequence[etree._Element], edits: Sequence[Edit]) -> list[Edit]:
    """The edits of a part, also those in the second copies of text boxes."""
    mirrors = find_mirrors(paragraphs)
    again = [replace(edit, paragraph=two) for two, one in mirrors.items() for edit in edits if edit.paragraph == one]
    return [*edits, *again]


def _apply(paragraphs: Sequence[etree._Element], edits: Sequence[Edit]) -> None:
    """From the end of each paragraph, so that what stands before keeps its place."""
    for edit in sorted(edits, key=lambda item: (item.paragraph, item.start, item.end), reverse=True):
        exchange(paragraphs[edit.paragraph - 1], edit.start, edit.end, edit.text, is_drawn=edit.is_drawn)


def _copy_rows(model: etree._Element, growth: Growth) -> Iterator[etree._Element]:
    for edits in growth.rows:
        row = copy.deepcopy(model)
        row.tail = None
        for mark in [*row.iter(q("bookmarkStart"), q("bookmarkEnd"))]:
            mark.getparent().remove(mark)  # type: ignore[union-attr]
        for element in row.iter(q("p"), q("tr")):
            for name in (f"{_W14}paraId", f"{_W14}textId"):
                if name in element.attrib:
                    del element.attrib[name]
        _apply(list(row.iter(q("p"))), edits)
        yield row
