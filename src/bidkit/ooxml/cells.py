"""cells: span, shading and merging by tags; a table's grid after its cells have changed."""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from bidkit.ooxml.printing import Ready, show
from bidkit.ooxml.tree import append_text, insert_before, insert_behind, q, replace_by_text, to_fragment
from bidkit.ooxml.values import mark

STATEMENTS = ("colspan", "cellbg", "vm", "hm")
_ORDER = ("cnfStyle", "tcW", "gridSpan", "hMerge", "vMerge", "tcBorders", "shd", "noWrap", "tcMar", "textDirection",
          "tcFitText", "vAlign", "hideMark")  # fmt: skip
_NOT_BLANK = ("numPr", "pPrChange", "rPrChange", "ins", "del")
_PROPERTY = {"colspan": "gridSpan", "hm": "gridSpan", "vm": "vMerge", "cellbg": "shd"}
_COLOR = re.compile("#?([0-9A-Fa-f]{6}|auto)")
_MAX_SPAN = 63
_TOKEN = re.compile(r"<(/?)w:(tbl|tr|tc|tblGrid|gridCol|gridSpan|gridBefore|gridAfter|tcW)(?=[\s/>])([^>]*?)(/?)>")
_ROW, _WIDE = re.compile("<w:tr[ >]"), ("<w:gridSpan", "<w:gridBefore", "<w:gridAfter")
_VALUE = re.compile(r'w:(?:val|w)="(\d+)"')


def mark_cell(cell: etree._Element, kind: str, tag_mark: str, number: int) -> int:
    """Put a cell statement's mark into the cell's properties, which are made if there are none.

    Returns:
        The columns that the cell spans in the template.
    """
    properties = cell.find(q("tcPr"))
    if properties is None:
        properties = etree.Element(q("tcPr"))
        cell.insert(0, properties)
        properties.tail, cell.text = cell.text, None
    name = _PROPERTY[kind]
    old = properties.find(q(name))
    span = old.get(q("val"), "1") if old is not None and kind == "hm" else "1"
    if old is not None:
        replace_by_text(old, tag_mark)
    else:
        _place(properties, name, tag_mark)
    if kind == "vm":
        insert_behind(properties, mark("U", number))
        first = cell.find(f"{q('p')}/{q('pPr')}")
        append_text(cell, mark("V", "" if first is None else _look_of(first)))
    if kind == "hm":
        insert_before(cell, mark("c"))
        insert_behind(cell, mark("C"))
    return int(span) if span.isdigit() else 1


def _look_of(properties: etree._Element) -> str:
    """A paragraph's properties for one without text: not in a list, where it would count, and without changes."""
    shown = copy.deepcopy(properties)
    for element in list(shown.iter(*(q(name) for name in _NOT_BLANK))):
        element.getparent().remove(element)  # type: ignore[union-attr]
    return to_fragment(shown)


def _place(properties: etree._Element, name: str, text: str) -> None:
    place = _ORDER.index(name)
    for child in properties:
        local = etree.QName(child).localname
        if local not in _ORDER or _ORDER.index(local) > place:
            insert_before(child, text)
            return
    append_text(properties, text)


def compute_cell(kind: str, value: Any, number: int, span: int, is_compat: bool) -> Ready:
    """What a cell statement prints in the cell's properties.

    Args:
        value: columns for colspan, colour for cellbg, what must stay equal for vm (or whether this is the first turn
            of its loop), the loop for hm.
        span: the columns that the template's own cell spans.

    Raises:
        ValueError, TypeError: no number of columns, no colour RRGGBB.
    """
    if kind == "cellbg":
        text = show(value, is_compat) if value is not None else ""
        color = _COLOR.fullmatch(text)
        if text and color is None:
            raise ValueError(f"{text}: RRGGBB")
        return Ready(f'<w:shd w:val="clear" w:color="auto" w:fill="{color.group(1)}"/>' if color else "")
    if kind == "vm":
        key = "!" if value is True else "=" if value is False else "e" + show(value, True).encode().hex()
        return Ready(mark("v", f"{number}|{key}"))
    if kind == "hm":
        if not value.first:
            return Ready(mark("m"))
        value = value.length * max(span, 1)
    columns = int(value)
    if not 0 <= columns <= _MAX_SPAN:
        raise ValueError(f"{columns}: 1 … {_MAX_SPAN}")
    return Ready(f'<w:gridSpan w:val="{columns}"/>' if columns > 1 else "")


def mark_rows(table: etree._Element) -> None:
    """Marks by which merging cells know whether their rows are neighbours."""
    insert_before(table, mark("w"))
    for row in table.iterchildren(q("tr")):
        insert_before(row, mark("w"))


@dataclass
class _Cell:
    row: int
    column: int
    span: int = 1
    width: tuple[int, int] | None = None
    """Where the text of its w:tcW stands."""
    share: int = 0


@dataclass
class _Grid:
    columns: list[int] = field(default_factory=list)
    place: tuple[int, int] = (0, 0)
    cells: list[_Cell] = field(default_factory=list)
    widest: int = 0


def fit_grid(table: str) -> str:
    """A table's XML with a grid of as many columns as its widest row, which share the old width; cells follow."""
    if _is_even(table):
        return table
    grid = _read_grid(table)
    count = grid.widest
    if not grid.columns or not count or count == len(grid.columns):
        return table
    columns = _share(sum(grid.columns), _find_shares(grid, count))
    edits = [(*grid.place, "".join(f'<w:gridCol w:w="{width}"/>' for width in columns))]
    for cell in grid.cells:
        if cell.width is not None:
            width = sum(columns[cell.column : cell.column + cell.span])
            edits.append((*cell.width, f'<w:tcW w:w="{width}" w:type="dxa"/>'))
    out, position = [], 0
    for start, end, text in sorted(edits):
        out += [table[position:start], text]
        position = end
    return "".join([*out, table[position:]])


def _is_even(table: str) -> bool:
    """Whether a table without wide cells has as many in its longest row as columns in its grid; most are such."""
    if any(sign in table for sign in _WIDE) or _count(table, "tbl") > 1:
        return False
    return max((_count(row, "tc") for row in _ROW.split(table)[1:]), default=0) == _count(table, "gridCol")


def _count(text: str, tag: str) -> int:
    return text.count(f"<w:{tag}>") + text.count(f"<w:{tag} ")


def _find_shares(grid: _Grid, count: int) -> list[int]:
    """The widths of the cells of the first row that has a cell for each column; else all columns are alike."""
    rows: dict[int, list[_Cell]] = {}
    for cell in grid.cells:
        rows.setdefault(cell.row, []).append(cell)
    for row in rows.values():
        if len(row) == count and all(cell.span == 1 and cell.share > 0 for cell in row):
            return [cell.share for cell in row]
    return [1] * count


def _share(total: int, shares: list[int]) -> list[int]:
    edges = [total * sum(shares[:place]) // sum(shares) for place in range(len(shares) + 1)]
    return [edges[place + 1] - edges[place] for place in range(len(shares))]


def _read_grid(table: str) -> _Grid:
    grid, depth, column, row = _Grid(), 0, 0, 0
    for found in _TOKEN.finditer(table):
        closing, name, attributes, empty = found.groups()
        if name == "tbl":
            depth += -1 if closing else 1
        if depth != 1:
            continue
        value = _VALUE.search(attributes)
        number = int(value.group(1)) if value else 0
        if name == "tblGrid":
            grid.place = (grid.place[0], found.start()) if closing else (found.end(), found.end())
        elif name == "gridCol" and not closing:
            grid.columns.append(number)
        elif name == "tr" and not closing:
            column, row = 0, row + 1
        elif name == "tc" and not closing and not empty:
            grid.cells.append(_Cell(row, column))
        elif name == "tc" and closing:
            column += grid.cells[-1].span
            grid.widest = max(grid.widest, column)
        elif name == "gridSpan" and grid.cells:
            grid.cells[-1].span = number
        elif name in ("gridBefore", "gridAfter"):
            column += number
            grid.widest = max(grid.widest, column)
        elif name == "tcW" and grid.cells:
            grid.cells[-1].width = (found.start(), found.end())
            grid.cells[-1].share = number
    return grid
