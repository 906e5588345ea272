"""cells of a workbook filled in place: their bytes are exchanged in the sheet's part, all others stay as they lie."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from html import escape

from bidkit.ooxml.archive import write_members
from bidkit.ooxml.opc import Package
from bidkit.ooxml.sheet.foreign import (
    Cell,
    CellError,
    Element,
    Place,
    Row,
    Sheet,
    Value,
    Workbook,
    name_cell,
    read_areas,
)
from bidkit.ooxml.sheet.formula import column_letters
from bidkit.ooxml.sheet.numbers import write_number

_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
"""What Excel would read as the number of a character."""
_TYPE = re.compile(r"""\s+t\s*=\s*(?:"\w*"|'\w*')""")

Patch = tuple[int, int, str]
"""From where to where, and what stands there instead."""


def fill_workbook(book: Workbook, filled: Mapping[str, Mapping[Place, Value]]) -> bytes:
    """The workbook with values in some cells, by part; a cell with a formula keeps it and gets another cached value."""
    changed = {sheet.part: fill_sheet(sheet, filled[sheet.part]) for sheet in book.sheets if filled.get(sheet.part)}
    package: Package = book.package.replace(changed)
    return write_members(package.members.items())


def fill_sheet(sheet: Sheet, values: Mapping[Place, Value]) -> bytes:
    """A sheet's part with values in some cells; cells and rows that are not there are made, in the column's format."""
    pieces, position = [], 0
    content = sheet.content
    for start, end, text in sorted(_make_patches(sheet, values)):
        pieces += [content[position:start], text.encode()]
        position = end
    return b"".join([*pieces, content[position:]])


def _make_patches(sheet: Sheet, values: Mapping[Place, Value]) -> Iterator[Patch]:
    by_row: dict[int, dict[int, Value]] = {}
    for (row, column), value in sorted(values.items()):
        by_row.setdefault(row, {})[column] = value
    for number, cells in by_row.items():
        if number in sheet.rows:
            yield from _patch_row(sheet, number, sheet.rows[number], cells)
    new = [number for number in by_row if number not in sheet.rows]
    for place, numbers in _group_new(sheet, new).items():
        made = "".join(_make_row(sheet, number, by_row[number]) for number in numbers)
        yield _open(sheet, sheet.data, "sheetData", made) if place < 0 else (place, place, made)
    if (patch := _widen(sheet, values)) is not None:
        yield patch


def _group_new(sheet: Sheet, numbers: list[int]) -> dict[int, list[int]]:
    """New rows by the byte before which they stand; below zero in a sheet that has no rows at all."""
    starts = {number: row.start for number, row in sheet.rows.items()}
    end = max((row.end for row in sheet.rows.values()), default=-1)
    grouped: dict[int, list[int]] = {}
    for number in numbers:
        place = min((start for other, start in starts.items() if other > number), default=end)
        grouped.setdefault(place, []).append(number)
    return grouped


def _make_row(sheet: Sheet, number: int, cells: Mapping[int, Value]) -> str:
    made = "".join(_make_cell(sheet, (number, column), value) for column, value in cells.items())
    return f'<{sheet.prefix}row r="{number}">{made}</{sheet.prefix}row>'


def _patch_row(sheet: Sheet, number: int, row: Row, values: Mapping[int, Value]) -> Iterator[Patch]:
    """The cells of a row that is there; new ones stand before the next that is."""
    added: dict[int, str] = {}
    for column, value in values.items():
        cell = row.cells.get(column)
        if cell is not None:
            yield cell.start, cell.end, _rewrite(sheet, cell, value)
            continue
        later = min((other.start for key, other in row.cells.items() if key > column), default=-1)
        added[later] = added.get(later, "") + _make_cell(sheet, (number, column), value)
    spans = _widen_spans(sheet, row, values)
    if last := added.pop(-1, ""):
        if not row.cells:
            start, end, text = _open(sheet, row, "row", last)
            yield start, end, text.replace(*spans, 1) if spans else text
            spans = None
        else:
            place = max((cell.end for cell in row.cells.values()), default=row.inside)
            yield place, place, last
    yield from ((place, place, text) for place, text in added.items())
    if spans:
        tag = sheet.content[row.start : row.inside].decode()
        yield row.start, row.inside, tag.replace(*spans, 1)


def _open(sheet: Sheet, element: Element, name: str, inside: str) -> Patch:
    """An element that is written as empty, with something in it."""
    tag = sheet.content[element.start : element.inside].decode()
    whole = f"{tag[:-2].rstrip()}>{inside}</{sheet.prefix}{name}>" if tag.endswith("/>") else tag + inside
    return element.start, element.inside, whole


def _widen_spans(sheet: Sheet, row: Row, values: Mapping[int, Value]) -> tuple[str, str] | None:
    """What a row says of its first and last column, as it is and as it must be; None if it need not change."""
    spans = row.attributes.get("spans", "")
    first, _, last = spans.partition(":")
    if not (first.isdecimal() and last.isdecimal()):
        return None
    wider = f"{min(int(first), *values)}:{max(int(last), *values)}"
    mark = '"' if f'spans="{spans}"'.encode() in sheet.content[row.start : row.inside] else "'"
    return None if wider == spans else (f"spans={mark}{spans}{mark}", f"spans={mark}{wider}{mark}")


def _widen(sheet: Sheet, values: Mapping[Place, Value]) -> Patch | None:
    """The sheet's extent, where a new cell stands outside of it: programs that read row by row rely on it."""
    element = sheet.dimension
    extent = widen_extent(element.attributes.get("ref", "") if element else "", values)
    if element is None or not extent:
        return None
    tag = sheet.content[element.start : element.inside].decode()
    return element.start, element.inside, tag.replace(element.attributes["ref"], extent, 1)


def widen_extent(written: str, places: Mapping[Place, object]) -> str:
    """An extent such as `A1:C5` that also holds some places; empty if it holds them already, or is none."""
    area = next(read_areas(written), None)
    if area is None or all(place in area for place in places):
        return ""
    rows, columns = [row for row, _ in places], [column for _, column in places]
    start = f"{column_letters(min(area.left, *columns))}{min(area.top, *rows)}"
    return f"{start}:{column_letters(max(area.right, *columns))}{max(area.bottom, *rows)}"


def _make_cell(sheet: Sheet, place: Place, value: Value) -> str:
    style = sheet.style(place)
    shown = f' s="{style}"' if style != "0" else ""
    kind, inside = _write(value, sheet.prefix, is_computed=False)
    return f'<{sheet.prefix}c r="{name_cell(place)}"{shown}{kind}>{inside}</{sheet.prefix}c>'


def _rewrite(sheet: Sheet, cell: Cell, value: Value) -> str:
    """A cell with another value; its opening tag but for the type, and its formula, as they lie."""
    tag = sheet.content[cell.start : cell.inside].decode().removesuffix(">").removesuffix("/")
    formula = sheet.content[cell.written[0] : cell.written[1]].decode()
    kind, inside = _write(value, sheet.prefix, is_computed=bool(formula))
    return f"{_TYPE.sub('', tag).rstrip()}{kind}>{formula}{inside}</{sheet.prefix}c>"


def _write(value: Value, prefix: str, *, is_computed: bool) -> tuple[str, str]:
    """The type and the inside of a cell. Texts stand in the cell itself: the list of shared ones is not touched."""
    if isinstance(value, bool):
        return ' t="b"', f"<{prefix}v>{int(value)}</{prefix}v>"
    if isinstance(value, Decimal):
        return "", f"<{prefix}v>{write_number(value)}</{prefix}v>"
    text = escape(_ESCAPED.sub("_x005F_", value or ""), quote=False)
    if isinstance(value, CellError) or is_computed:
        kind = "e" if isinstance(value, CellError) else "str"
        return f' t="{kind}"', f"<{prefix}v>{text}</{prefix}v>"
    space = ' xml:space="preserve"' if text != text.strip() or "\n" in text else ""
    return ' t="inlineStr"', f"<{prefix}is><{prefix}t{space}>{text}</{prefix}t></{prefix}is>"
