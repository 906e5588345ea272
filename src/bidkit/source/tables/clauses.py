"""numbers of clauses and lines that a spreadsheet may have spoilt: 3.10 kept as the number 3.1, 3-1 made a date."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

from bidkit.diagnostic import Diagnostic, Term
from bidkit.source.tables.grid import Cell, Row
from bidkit.source.tables.titles import Header

_NUMBERS = ("id", "clause", "sku", "part_of", "replaces", "lot")
"""Fields that are names, though they may look like numbers."""
_COUNTED = ("id", "clause")
_PART = re.compile(r"(\D*(?:\d+\.)+)(\d+)")
_MONTHS = "(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_DATE = re.compile(
    rf"\d{{1,2}}月\d{{1,2}}日|\d{{1,2}}-{_MONTHS}|{_MONTHS}-\d{{1,2}}|(?:19|20)\d\d[-/年]\d{{1,2}}[-/月]\d{{1,2}}日?",
    re.I,
)


def find_spoilt(header: Header, rows: Sequence[Row]) -> Iterator[Diagnostic]:
    """The cells of lines that are named otherwise than they were typed. Diagnostics: DL48."""
    for column, name in enumerate(header.fields):
        if name in _NUMBERS and column not in header.ignored:
            cells = [row.cells[column] for row in rows if row.cells[column].text]
            spoilt = {cell.at: reason for cell in cells if (reason := _find_spoilt(cell, name))}
            if name in _COUNTED:
                spoilt |= {cell.at: "lost_zero" for cell in _find_shortened(cells) if cell.at not in spoilt}
            for cell in cells:
                if cell.at in spoilt:
                    yield Diagnostic("DL48", cell.at, {"value": cell.text, "reason": Term(spoilt[cell.at])})


def _find_spoilt(cell: Cell, name: str) -> str:
    if cell.stored == "date" or (name == "clause" and _DATE.fullmatch(cell.text)):
        return "made_a_date"
    return "" if cell.is_as_shown else "shown_otherwise"


def _find_shortened(cells: Sequence[Cell]) -> Iterator[Cell]:
    """What stands where a number with a zero at its end would: 3.1 behind 3.9, before 3.11, or once more elsewhere."""
    for before, cell in pairwise(cells):
        if _is_before(before.text, f"{cell.text}0"):
            yield cell
    stored = [cell for cell in cells if cell.stored == "number" and "." in cell.text]
    for cell, after in pairwise(cells):
        if cell in stored and _is_before(f"{cell.text}0", after.text):
            yield cell
    runs = Counter(text for text, _ in groupby(cell.text for cell in cells))
    yield from (cell for cell in stored if runs[cell.text] > 1)


def _is_before(one: str, other: str) -> bool:
    """Whether a number is the next one behind another."""
    first, second = _PART.fullmatch(one), _PART.fullmatch(other)
    return bool(first and second and first[1] == second[1] and int(first[2]) + 1 == int(second[2]))
