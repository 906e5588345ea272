"""the tables of a form: cells left empty beside a label or under a title, and rows left empty to list things in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from bidkit.forms.flow import OBJECT, read_text
from bidkit.forms.gaps import clean
from bidkit.ooxml.tree import q

_NUMBER = re.compile(r"[\d０-９]{1,3}[.、]?|[一二三四五六七八九十]{1,3}[.、]?|…+|\.{3,}|⋯+")
_HOLDERS = (q("tc"), q("tbl"))


@dataclass(frozen=True)
class GridCell:
    """A cell, the columns that it covers, and its own paragraphs."""

    element: etree._Element
    column: int
    width: int
    paragraphs: tuple[etree._Element, ...]
    is_below: bool

    @property
    def text(self) -> str:
        """What it says."""
        return "\n".join(map(read_text, self.paragraphs)).strip()

    @property
    def is_empty(self) -> bool:
        """Whether it says nothing and holds nothing."""
        inner = self.element.find(f".//{q('tbl')}") is not None
        return not self.text and not self.is_below and not inner and OBJECT not in self.text and bool(self.paragraphs)


@dataclass(frozen=True)
class GridRow:
    """A row of a table."""

    element: etree._Element
    cells: tuple[GridCell, ...]


@dataclass(frozen=True)
class Listing:
    """Rows left empty, and the titles above their columns."""

    titles: tuple[str, ...]
    first: int
    last: int


def read_rows(table: etree._Element) -> list[GridRow]:
    """The rows of a table, without those of tables in its cells."""
    return [GridRow(row, tuple(_read_cells(row))) for row in _list_own(table, "tr", (q("tbl"),))]


def _list_own(parent: etree._Element, name: str, holders: tuple[str, ...]) -> list[etree._Element]:
    return [child for child in parent.iter(q(name)) if next(child.iterancestors(holders)) is parent]


def _read_cells(row: etree._Element) -> Iterator[GridCell]:
    before = row.find(f"{q('trPr')}/{q('gridBefore')}")
    column = _number(before)
    for cell in _list_own(row, "tc", (q("tr"),)):
        merge = cell.find(f"{q('tcPr')}/{q('vMerge')}")
        is_below = merge is not None and merge.get(q("val")) != "restart"
        width = max(_number(cell.find(f"{q('tcPr')}/{q('gridSpan')}")), 1)
        paragraphs = _list_own(cell, "p", (*_HOLDERS, q("txbxContent")))
        yield GridCell(cell, column, width, tuple(paragraphs), is_below)
        column += width


def _number(element: etree._Element | None) -> int:
    text = element.get(q("val"), "") if element is not None else ""
    return int(text) if text.isdecimal() and len(text) < 4 else 0


def find_listings(rows: list[GridRow]) -> list[Listing]:
    """Where a row of titles stands above rows in which nothing is, or no more than their numbers."""
    found: list[Listing] = []
    number = 0
    while number < len(rows) - 1:
        head = rows[number]
        last = number
        if len(head.cells) >= 3 and all(cell.text and not cell.is_below for cell in head.cells):
            while last + 1 < len(rows) and _is_open(head, rows[last + 1]):
                last += 1
        if last > number:
            titles = tuple(clean(cell.text.replace("\n", "")) for cell in head.cells)
            found.append(Listing(titles, number + 1, last))
        number = last + 1
    return found


def _is_open(head: GridRow, row: GridRow) -> bool:
    is_alike = [(cell.column, cell.width) for cell in head.cells] == [(cell.column, cell.width) for cell in row.cells]
    return is_alike and all(
        cell.is_empty or (place == 0 and _NUMBER.fullmatch(cell.text) is not None) or re.fullmatch("…+|⋯+", cell.text)
        for place, cell in enumerate(row.cells)
    )


def find_label(rows: list[GridRow], number: int, cell: GridCell) -> str:
    """What an empty cell is for: the text beside it, the title above it, or both in a table with titles."""
    beside = [other.text for other in rows[number].cells if other.column < cell.column and other.text]
    above = [
        other.text
        for row in rows[:number]
        for other in row.cells
        if other.column <= cell.column < other.column + other.width and other.text
    ]
    names = [*beside[:1], above[0]] if above and _has_titles(rows) else beside[-1:] or above[-1:]
    return clean(" ".join(names).replace("\n", " "))


def _has_titles(rows: list[GridRow]) -> bool:
    """Whether the first row is one of titles: three cells or more that say something, but for the corner."""
    return len(rows[0].cells) >= 3 and all(cell.text for cell in rows[0].cells[1:])
