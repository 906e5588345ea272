"""which formulas of a workbook hang on cells that are filled: what each of them reads, straight or through others."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right, insort
from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache

from bidkit.ooxml.sheet.foreign import Workbook
from bidkit.ooxml.sheet.formula import MAX_FORMULA, Formula, Reference, column_number, read_formula

Spot = tuple[int, int, int]
"""Number of the sheet, row, column."""
Box = tuple[int, int, int, int, int]
"""Number of the sheet; first row, first column, last row, last column."""
_UNTOLD = frozenset(("INDIRECT", "OFFSET", "CELL", "FORMULATEXT"))
"""Functions of which nobody can tell beforehand what they read."""
_ELSEWHERE = re.compile(
    r"(?P<text>\"(?:[^\"]|\"\")*\")"
    r"|(?:'(?:[^'\[]|'')*+\[(?:[^']|'')*+'|\[\d+\][\w.]*)!(?:\$?[A-Z]{1,3}\$?\d+(?::\$?[A-Z]{1,3}\$?\d+)?|[\w.]+)"
)
"""What a formula reads in other workbooks, whose values stay as the buyer saved them."""
_SAID = re.compile(r'"(?:[^"]|"")*"|#[A-Z0/]+[!?]')
"""Texts and errors."""
_COMPUTED_RANGE = re.compile("[:!]")
"""What is left of a range whose ends are computed (`A1:INDEX(…)`), or of a name of another sheet (`Sheet!Name`)."""
_MAX_DEPTH = 50


@lru_cache(maxsize=20_000)
def read(text: str) -> Formula:
    """A formula taken apart; many cells have the same. One that is longer than Excel's are is refused."""
    return read_formula(text) if len(text) <= MAX_FORMULA else Formula((text,), refused=text[:40])


class Readers:
    """The formulas of a workbook and what they read.

    Args:
        filled: the cells that get another value.

    Attributes:
        boxes: the areas that each formula reads; None where that cannot be told.
        dependents: in order, the formulas that read a filled cell, or one that does, or whose value the file does not
            have, or of which it cannot be told.
    """

    def __init__(self, book: Workbook, filled: Collection[Spot]) -> None:
        self.book = book
        self.by_name = {sheet.name.casefold(): sheet.number for sheet in book.sheets}
        self.last_row = max([1, *(max(sheet.rows, default=1) for sheet in book.sheets), *(spot[1] for spot in filled)])
        rows = [row for sheet in book.sheets for row in sheet.rows.values()]
        self.last_column = max((max(row.cells, default=1) for row in rows), default=1)
        self.formulas = {(sheet.number, *place): cell for sheet in book.sheets for place, cell in sheet.formulas()}
        self.named: dict[tuple[str, int], list[Box] | None] = {}
        self.boxes = {
            spot: None if cell.kind == "dataTable" else self._read_boxes(cell.formula or "", spot[0])
            for spot, cell in self.formulas.items()
        }
        self.dependents = self._find_dependents(filled)

    def _find_dependents(self, filled: Collection[Spot]) -> dict[Spot, None]:
        changed = Index(filled)
        found: set[Spot] = set()
        left = [*self.formulas]
        while True:
            new = []
            for spot in left:
                boxes = self.boxes[spot]
                if boxes is None or not self.formulas[spot].has_value or any(map(changed.touches, boxes)):
                    new.append(spot)
                    changed.add(spot)
            found.update(new)
            if not new:
                return {spot: None for spot in self.formulas if spot in found}
            left = [spot for spot in reversed(left) if spot not in found]

    def _read_boxes(self, text: str, sheet: int, depth: int = 0) -> list[Box] | None:
        """What a formula reads; None if that cannot be told."""
        if len(text) > MAX_FORMULA:
            return None
        formula = read(_ELSEWHERE.sub(lambda found: found["text"] or "0", text))
        plain = "".join(piece for piece in formula.pieces if isinstance(piece, str))
        is_untold = formula.refused or not _UNTOLD.isdisjoint(formula.functions) or depth > _MAX_DEPTH
        if is_untold or _COMPUTED_RANGE.search(_SAID.sub("", plain)):
            return None
        boxes = [box for reference in formula.references if (box := self.box(reference, sheet))]
        for name in (name for name, _ in formula.names if name not in ("TRUE", "FALSE")):
            inner = self._read_name(name, sheet, depth)
            if inner is None:
                return None
            boxes += inner
        return [*dict.fromkeys(boxes)]

    def _read_name(self, name: str, sheet: int, depth: int) -> list[Box] | None:
        if (name, sheet) not in self.named:
            self.named[name, sheet] = None  # of a name that stands for itself
            meaning = self.meaning(name, sheet)
            self.named[name, sheet] = self._read_boxes(meaning, sheet, depth + 1) if meaning else None
        return self.named[name, sheet]

    def meaning(self, name: str, sheet: int) -> str:
        """The formula that a name stands for on a sheet; empty if none, and for one that depends on the cell."""
        names = self.book.names
        meaning = names.get((name, sheet)) or names.get((name, -1)) or ""
        return meaning if all(reference.is_fixed for reference in read(meaning).references) else ""

    def box(self, reference: Reference, sheet: int) -> Box | None:
        """The area of a reference; None if its sheet is not there."""
        number = self.by_name.get(reference.sheet_name.casefold()) if reference.prefix else sheet
        if number is None:
            return None
        columns = sorted(column_number(name.lstrip("$")) for name in reference.columns if name) or [1, self.last_column]
        first, last = reference.rows if reference.rows[0] else (1, self.last_row)
        return number, first, columns[0], last, columns[1]


class Index:
    """Cells by sheet and column, their rows in order."""

    def __init__(self, spots: Iterable[Spot]) -> None:
        self.columns: dict[int, dict[int, list[int]]] = {}
        for sheet, row, column in sorted(spots):
            self.columns.setdefault(sheet, {}).setdefault(column, []).append(row)

    def add(self, spot: Spot) -> None:
        insort(self.columns.setdefault(spot[0], {}).setdefault(spot[2], []), spot[1])

    def inside(self, box: Box) -> Iterator[Spot]:
        """Those in an area."""
        sheet, top, left, bottom, right = box
        for column, rows in self.columns.get(sheet, {}).items():
            if left <= column <= right:
                for row in rows[bisect_left(rows, top) : bisect_right(rows, bottom)]:
                    yield sheet, row, column

    def touches(self, box: Box) -> bool:
        return next(self.inside(box), None) is not None
