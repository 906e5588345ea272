"""a sheet of an .xlsx -> grid: what its cells show, which of them are merged, what is hidden.

Numbers come with at most 15 digits, as Excel shows them; formulas with their saved value.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from bidkit.diagnostic import Diagnostic, Span, Term
from bidkit.ooxml.archive import read_members
from bidkit.ooxml.opc import Package, refuse_types, tell_damage
from bidkit.ooxml.sheet.foreign import UNSOUND
from bidkit.source.nodes import nearest
from bidkit.source.tables.around import speaks_of_all
from bidkit.source.tables.grid import Cell, Grid, Row
from bidkit.source.tables.shown import show_number, show_text, shows_decimals

MAX_ROWS = 20_000
MAX_COLUMNS = 100
MAX_UNPACKED_BYTES = 512 * 2**20
_LEAST = 1
"""A row that is lower than a point, and a column that is narrower than a digit, is not seen."""
_MOST = 10**15
"""Numbers from here on have lost digits."""
_OLE = b"\xd0\xcf\x11\xe0"


def read_sheet(content: bytes, name: str, at: Span, sheet: str | None) -> tuple[Grid | None, list[Diagnostic]]:
    """A sheet, the first one if none is named. Diagnostics: DL14, DL15, DL18, DL28, DL46."""
    books, problems = _open(content, name, at)
    return (None, problems) if books is None else _choose(books, name, at, sheet)


def read_first(content: bytes, name: str, at: Span) -> tuple[Grid | None, list[Grid], list[Diagnostic]]:
    """The first sheet, and those behind it that are shown and can be read; diagnostics as of `read_sheet`."""
    books, problems = _open(content, name, at)
    if books is None:
        return None, [], problems
    grid, problems = _choose(books, name, at, None)
    shown = [sheet.title for sheet in books[0].worksheets[1:] if sheet.sheet_state == "visible"] if grid else []
    others = [_read(books, title, name, at)[0] for title in shown]
    return grid, [other for other in others if other is not None], problems


def _choose(books: Any, name: str, at: Span, sheet: str | None) -> tuple[Grid | None, list[Diagnostic]]:
    """The sheet that is named, else the first one. Diagnostics: DL14, DL15, DL18, DL28, DL46."""
    names = [item.title for item in books[0].worksheets]
    if not names:
        return None, [Diagnostic("DL14", at, {"file": name, "reason": "no sheet"})]
    wanted = sheet if sheet is not None else names[0]
    if wanted not in names:
        known = {"kind": Term("sheet"), "id": wanted, "near": nearest(wanted, names), "allowed": ", ".join(names)}
        return None, [Diagnostic("DL15", at, known)]
    if sheet is None and books[0][wanted].sheet_state != "visible":
        return None, [Diagnostic("DL46", at, {"what": Term("sheet"), "value": wanted})]
    return _read(books, wanted, name, at)


def read_sheets(content: bytes, name: str, at: Span) -> tuple[list[Grid], list[Diagnostic]]:
    """Every sheet that is shown, in order. Diagnostics: DL14, DL18, DL28."""
    books, problems = _open(content, name, at)
    grids = []
    for sheet in books[0].worksheets if books else ():
        if sheet.sheet_state == "visible":
            grid, found = _read(books, sheet.title, name, at)
            problems += found
            grids += [grid] if grid else []
    return grids, problems


def _open(content: bytes, name: str, at: Span) -> tuple[Any, list[Diagnostic]]:
    """A workbook with the values that were saved and with its formulas; None if it cannot be read."""
    import openpyxl

    if content.startswith(_OLE):
        return None, [Diagnostic("DL14", at, {"file": name, "reason": Term("old_or_locked")})]
    try:
        members = read_members(content)
        if sum(member.size for member in members.values()) > MAX_UNPACKED_BYTES:
            return None, [Diagnostic("DL18", at, {"what": Term("bytes"), "limit": MAX_UNPACKED_BYTES})]
        refuse_types(Package(members))
        values = openpyxl.load_workbook(io.BytesIO(content), data_only=True, rich_text=True)
        return (values, openpyxl.load_workbook(io.BytesIO(content))), []
    except (TypeError, AttributeError, OSError, *UNSOUND) as error:
        return None, [Diagnostic("DL14", at, {"file": name, "reason": tell_damage(error)})]


def _read(books: Any, sheet: str, name: str, at: Span) -> tuple[Grid | None, list[Diagnostic]]:
    """The rows of one sheet. Diagnostics: DL18, DL28."""
    values, formulas = books
    reader = _SheetReader(values[sheet], formulas[sheet], name)
    if reader.last_row > MAX_ROWS:
        return None, [Diagnostic("DL18", at, {"what": Term("rows"), "limit": MAX_ROWS})]
    if reader.last_column > MAX_COLUMNS:
        return None, [Diagnostic("DL18", at, {"what": Term("columns"), "limit": MAX_COLUMNS})]
    rows = tuple(row for row in map(reader.read_row, range(1, reader.last_row + 1)) if row is not None)
    whole = Span(name, place=(("sheet", sheet),))
    notes = filter(speaks_of_all, _list_comments(values[sheet], whole))
    above = (*(Cell(text, whole) for text in (sheet, *_list_running(values[sheet]))), *notes)
    drawn = tuple(_list_drawn(values[sheet], whole))
    return Grid(rows, whole, reader.find_hidden_columns(), drawn, above), reader.problems


def _list_comments(sheet: Any, whole: Span) -> Iterator[Cell]:
    """The notes on cells."""
    for cell in sheet._cells.values():
        if cell.comment is not None:
            yield Cell(str(cell.comment.text), replace(whole, place=(*whole.place, ("cell", cell.coordinate))))


def _list_drawn(sheet: Any, whole: Span) -> Iterator[tuple[int, Cell]]:
    """The rows in which pictures stand, each with the cell."""
    for picture in sheet._images:
        if (start := getattr(picture.anchor, "_from", None)) is not None:
            place = sheet.cell(start.row + 1, start.col + 1).coordinate
            yield start.row + 1, Cell("", replace(whole, place=(*whole.place, ("cell", place))))


def _list_running(sheet: Any) -> Iterator[str]:
    """What is printed above and below each page of a sheet."""
    for name in ("oddHeader", "oddFooter", "evenHeader", "evenFooter", "firstHeader", "firstFooter"):
        for part in ("left", "center", "right"):
            text = getattr(getattr(getattr(sheet, name), part), "text", None)
            if text:
                yield str(text)


@dataclass
class _Merge:
    """A merged range: its name and its first cell, once that has been read."""

    name: str
    width: int
    height: int
    first: tuple[int, int]
    cell: Cell | None = None


class _SheetReader:
    """A sheet, once with the values that were saved and once with its formulas."""

    def __init__(self, values: Any, formulas: Any, name: str) -> None:
        self.values = values
        self.formulas = formulas
        self.name = name
        self.problems: list[Diagnostic] = []
        # A sheet may be formatted down to its last row; `max_row` would count that, and walking there would make cells.
        filled = [place for place, cell in formulas._cells.items() if cell.value not in (None, "")]
        self.last_row = max((row for row, _ in filled), default=0)
        self.last_column = max((column for _, column in filled), default=0)
        self.merges = dict(self.find_merges())

    def find_merges(self) -> Any:
        """Every cell within the filled part that is merged, with its range."""
        for found in self.values.merged_cells.ranges:
            width, height = found.max_col - found.min_col + 1, found.max_row - found.min_row + 1
            merge = _Merge(found.coord, width, height, (found.min_row, found.min_col))
            for row in range(found.min_row, min(found.max_row, self.last_row) + 1):
                for column in range(found.min_col, min(found.max_col, self.last_column) + 1):
                    yield (row, column), merge

    def read_row(self, number: int) -> Row | None:
        """A row; None if nothing stands in it, or nothing but formulas that give nothing or zero."""
        cells = tuple(self.read_cell(number, column) for column in range(1, self.last_column + 1))
        values = (self.values.cell(number, column).value for column in range(1, self.last_column + 1))
        if all(not cell.text or (cell.is_computed and value == 0) for cell, value in zip(cells, values, strict=True)):
            return None
        return Row(number, cells[0].at, cells, self.is_hidden(number))

    def is_hidden(self, number: int) -> bool:
        """Whether a row with cells is not seen: hidden by itself; `zeroHeight` hides those that the file leaves out."""
        dimension = self.values.row_dimensions.get(number)
        height = dimension.height if dimension is not None else None
        if height is None:
            height = self.values.sheet_format.defaultRowHeight
        return bool(height < _LEAST or (dimension is not None and dimension.hidden))

    def read_cell(self, row: int, column: int) -> Cell:
        cell, origin = self.values.cell(row, column), self.formulas.cell(row, column)
        merge = self.merges.get((row, column))
        place = merge.name if merge and merge.first == (row, column) and cell.value is not None else cell.coordinate
        span = Span(self.name, place=(("sheet", self.values.title), ("cell", place)))
        is_computed = origin.data_type == "f"
        if merge and merge.first != (row, column):
            return Cell("", span, owner=merge.cell if merge.cell and merge.cell.text else None)
        # A formula whose saved value is an empty text has the type of a text; one that was never computed has none.
        is_uncomputed = is_computed and cell.value is None and cell.data_type != "str"
        if is_uncomputed or cell.data_type == "e":
            self.problems.append(Diagnostic("DL28", span, {"value": _show_formula(origin.value)}))
        text = "" if cell.data_type == "e" else _show(cell.value, cell.number_format)
        width, height = (merge.width, merge.height) if merge else (1, 1)
        is_struck, (stored, is_shown) = bool(text) and _is_struck(cell), _find_stored(cell.value, cell.number_format)
        made = Cell(text, span, width, height, None, is_computed, is_struck, stored, is_shown)
        if merge:
            merge.cell = made
        return made

    def find_hidden_columns(self) -> frozenset[int]:
        usual = self.values.sheet_format.defaultColWidth
        is_seen = dict.fromkeys(range(self.last_column), usual is None or usual >= _LEAST)
        for dimension in self.values.column_dimensions.values():
            for column in range((dimension.min or 1) - 1, min(dimension.max or 0, self.last_column)):
                is_seen[column] = not dimension.hidden and dimension.width >= _LEAST
        return frozenset(column for column, seen in is_seen.items() if not seen)


def _is_struck(cell: Any) -> bool:
    """Whether a cell's text, or a part of it, is struck out."""
    runs = cell.value if isinstance(cell.value, list) else ()
    return bool(cell.font.strike) or any(getattr(run, "font", None) and run.font.strike for run in runs)


def _find_stored(value: Any, number_format: str) -> tuple[str, bool]:
    """What a cell keeps its value as, and whether it shows all its digits and no others."""
    if isinstance(value, (datetime, date, time, timedelta)):
        return "date", True
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return "", True
    return "number", abs(value) < _MOST and shows_decimals(Decimal(f"{value:.15g}"), number_format)


def _show_formula(value: Any) -> str:
    return str(getattr(value, "text", value))  # an array formula is an object


def _show(value: Any, number_format: str) -> str:
    """A cell as it would be typed; numbers and texts as their format shows them."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (datetime, date)):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, (int, float)):
        return show_number(Decimal(f"{value:.15g}" if isinstance(value, float) else value), number_format)
    text = str(value).strip()
    return show_text(text, number_format) if text else ""
