"""lists of requirements: read as the buyer publishes them, written anew as the deal has its own, csv or xlsx.

What the deal's list says beside the fields of a requirement stays in its row; a written list is read again and must say
what was meant, or it is not written.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any

from bidkit.addenda import Merge, Row
from bidkit.addenda.matching import Listed
from bidkit.deal.tender import Requirement, bears_mark
from bidkit.diagnostic import Diagnostic, Span, Term, has_errors
from bidkit.scalars import validate
from bidkit.source import (
    Items,
    Node,
    Workspace,
    decode,
    decode_chinese,
    nearest,
    parse_docx,
    parse_mapping,
    parse_table,
)
from bidkit.source.tables.book import read_sheet
from bidkit.source.tables.comma import escape_formula, read_csv
from bidkit.source.tables.grid import Grid
from bidkit.source.tables.grid import Row as GridRow
from bidkit.source.tables.titles import TITLES, Header, find_header

_WRITTEN = ("id", "lot", "clause", "page", "marker", "kind", "text", "stale")
"""The fields that an addendum may change; all else of a row stays as it is."""
_ALL = (*_WRITTEN[:-1], "response", "deviation", "evidence", "remark", "stale")
_UNMARKED = ("no", "n", "否", "-", "—", "/")
"""What a column of marks says of a clause that has none."""
_IN_FRONT = ("*", "#", "●", "◆")
"""Marks in front of a clause only: elsewhere they are signs of multiplication, of numbers, of lists."""
_WORKBOOKS = (".xlsx", ".xlsm")


@dataclass(frozen=True)
class Source:
    """The list of a deal: a csv or a workbook, or the deal itself.

    Args:
        name: of the file, relative to the workspace; empty where the list stands in deal.yaml.
    """

    name: str = ""
    content: bytes = b""
    sheet: str | None = None
    columns: Mapping[str, str] | None = None
    ignore: tuple[str, ...] = ()

    @property
    def is_workbook(self) -> bool:
        """Whether it is an .xlsx."""
        return PurePosixPath(self.name).suffix.lower() in _WORKBOOKS


def find_source(workspace: Workspace, deal_name: str) -> Source:
    """Where the requirements of a deal that has been read are written."""
    text, _ = decode(workspace.files[deal_name], deal_name)
    data, _ = parse_mapping(text or "", deal_name)
    said = data.get("requirements") if data else None
    if not isinstance(said, Node) or "file" not in said:
        return Source()
    name, _ = workspace.locate(said["file"], deal_name)
    content = workspace.files.get(name or "", b"")
    return Source(name or "", content, said.get("sheet"), said.get("columns"), tuple(said.get("ignore", ())))


@dataclass(frozen=True)
class NewList:
    """A list as the buyer publishes it.

    Args:
        passed_over: the columns that are no field of a requirement, and those for answers.
    """

    rows: tuple[Listed, ...]
    passed_over: tuple[str, ...]
    has_markers: bool


def read_list(
    content: bytes, name: str, sheet: str | None, columns: Mapping[str, str], markers: Collection[str]
) -> tuple[NewList | None, list[Diagnostic]]:
    """A new list; None if anything in it is not understood.

    Args:
        name: of the file, .csv, .xlsx or .docx.
        markers: those of the tender; where no column has them they may stand before the text or the clause.
    """
    if PurePosixPath(name).suffix.lower() == ".docx":
        items, problems = parse_docx(content, name, ("clause", "text"), columns)
    else:
        items, problems = parse_table(content, name, Span(name), Span(name), sheet, columns)
    known = set(Listed.model_fields)
    problems = [*_check_fields(columns), *problems]
    passed_over = tuple(dict.fromkeys(key for node in items or () for key in node if key not in known))
    has_markers = any("marker" in node for node in items or ())
    if not has_markers:
        has_markers = _find_marker_column(items or [], passed_over, markers)
    if not has_markers:
        has_markers = _split_markers(items or [], markers)
    rows: list[Listed] = []
    for node in items or ():
        row, found = validate(Listed, _choose(node, known, has_markers, items or []))
        problems += [problem for problem in found if not _is_told(problem, problems)]
        rows += [row] if row else []
    if items is not None and not rows and not has_errors(problems):
        problems.append(Diagnostic("DL20", Span(name), {"problem": Term("no_rows")}))
    return (None if has_errors(problems) else NewList(tuple(rows), passed_over, has_markers)), problems


def _check_fields(columns: Mapping[str, str]) -> Iterator[Diagnostic]:
    """Whether what titles are told of are fields. Diagnostics: DL04."""
    known = list(Listed.model_fields)
    for key in columns:
        if key not in known:
            yield Diagnostic("DL04", None, {"key": key, "near": nearest(key, known), "allowed": ", ".join(known)})


def _is_told(problem: Diagnostic, problems: Sequence[Diagnostic]) -> bool:
    """A missing column is told once, not for every row."""
    return problem.code == "DL06" and any(
        other.code == "DL06" and other.values.get("key") == problem.values.get("key") for other in problems
    )


def _choose(node: Node, known: Collection[str], has_markers: bool, items: Sequence[Node]) -> Node:
    """What of a row is the buyer's; a column that is there and empty in this row says that there is nothing."""
    chosen = Node(node.span)
    for key, value in node.items():
        if key in known:
            is_unmarked = key == "marker" and str(value).strip().lower() in _UNMARKED
            chosen.put(key, "" if is_unmarked else value, node.keys_at[key], node.values_at[key])
    if has_markers and "marker" not in chosen:
        chosen.put("marker", "", node.span, node.span)
    if "lot" not in chosen and any("lot" in other for other in items):
        chosen.put("lot", "", node.span, node.span)
    return chosen


def _find_marker_column(items: Sequence[Node], titles: Sequence[str], markers: Collection[str]) -> bool:
    """Take the one column that holds nothing but marks for that of the markers; whether there is one."""
    signs = {mark for mark in markers if not mark.isalnum()}
    said = {title: {str(node[title]).strip() for node in items if title in node} - {""} for title in titles}
    found = [title for title, texts in said.items() if texts and texts <= signs | {*_UNMARKED}]
    if len(found) != 1 or not said[found[0]] & signs:
        return False
    for node in items:
        if found[0] in node:
            node.put("marker", node[found[0]], node.keys_at[found[0]], node.values_at[found[0]])
    return True


def _split_markers(items: Sequence[Node], markers: Collection[str]) -> bool:
    """Take the markers from clauses and texts; whether there are any. Inside of a text they stay where they are."""
    is_found = False
    signs = [mark for mark in markers if not mark.isalnum()]  # an M may be the first letter of a word
    for node in items:
        for key in ("clause", "text"):
            said = node.get(key, "")
            mark = next((mark for mark in signs if said.startswith(mark)), None)
            if mark is not None:
                node.put(key, said.removeprefix(mark).strip(), node.keys_at[key], node.values_at[key])
            else:  # （★）, 3.2★
                mark = next((mark for mark in signs if mark not in _IN_FRONT and bears_mark(said, mark)), None)
            if mark is not None:
                node.put("marker", mark, node.keys_at[key], node.values_at[key])
                is_found = True
    return is_found


def write_list(source: Source, merged: Merge) -> tuple[bytes | None, list[Diagnostic]]:
    """The merged list in the form of the old one; None where it would not read as it was meant. Diagnostics: DL20."""
    name = source.name or "requirements.csv"
    if source.is_workbook:
        content = _write_workbook(source, merged)
    elif source.name:
        content = _write_csv(source, merged)
    else:
        content = write_anew(merged)
    at = Span(name)
    items, problems = parse_table(content, name, at, at, source.sheet, source.columns, source.ignore)
    read = [item.model_dump() for node in items or Items(at) if (item := validate(Requirement, node)[0])]
    meant = [item.model_dump() for item in merged.items]
    wrong = next((one["id"] for one, two in zip(meant, read, strict=False) if one != two), None)
    if has_errors(problems) or read != meant:
        problem = Term("merged_differs", (("id", str(wrong or "—")),))
        return None, [*problems, Diagnostic("DL20", at, {"problem": problem})]
    return content, []


def _describe(row: Row) -> dict[str, str]:
    """The fields of a row that an addendum may have changed, as text."""
    return {key: _text(getattr(row.item, key)) for key in _WRITTEN}


def _text(value: Any) -> str:
    return "; ".join(value) if isinstance(value, tuple) else "" if value is None else str(value)


@dataclass(frozen=True)
class _Layout:
    """The columns of the list that is there, and those that must be added to it."""

    grid: Grid
    header: Header
    added: tuple[str, ...]

    @property
    def new_titles(self) -> list[str]:
        """The titles of the added columns, in the language of the others."""
        is_chinese = any(not cell.text.isascii() for cell in self.header.titles)
        return [TITLES[name].split()[0] if is_chinese else name for name in self.added]

    @property
    def last_title(self) -> int:
        """The number of the last row of titles."""
        return self.grid.rows[self.header.first + self.header.rows - 1].number

    def find_row(self, row: Row) -> GridRow | None:
        """The row of the old list."""
        at = row.old.span() if row.old else None
        return self.by_number.get(at.row) if at else None

    @cached_property
    def by_number(self) -> dict[int, GridRow]:
        """The rows of the old list by their numbers."""
        return {row.number: row for row in self.grid.rows}

    def fill(self, row: Row, old: Sequence[str]) -> list[str]:
        """The cells of a merged row."""
        values = _describe(row)
        cells = [values.get(name, text) for name, text in zip(self.header.fields, old, strict=True)]
        return [*cells, *(values[name] for name in self.added)]


def _lay_out(grid: Grid, source: Source, merged: Merge) -> _Layout:
    header = find_header(grid, source.columns or {}, source.ignore)
    standard = {"kind": "technical"}
    added = [
        name
        for name in _WRITTEN
        if name not in header.fields and any(_describe(row)[name] != standard.get(name, "") for row in merged.rows)
    ]
    return _Layout(grid, header, tuple(added))


def _write_csv(source: Source, merged: Merge) -> bytes:
    """The csv with its titles and all its columns."""
    text, _ = decode(source.content, source.name)
    is_plain = text is not None and not source.content.startswith(codecs.BOM_UTF8)
    grid, _ = read_csv(text or decode_chinese(source.content, source.columns or {}) or "", source.name)
    layout = _lay_out(grid or Grid((), Span(source.name)), source, merged)
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    for row in layout.grid.rows[: layout.header.first + layout.header.rows]:
        is_titles = row.number == layout.last_title
        cells = [cell.text for cell in row.cells]
        writer.writerow([escape_formula(text) for text in cells] + (layout.new_titles if is_titles else []))
    for merged_row in merged.rows:
        old = layout.find_row(merged_row)
        texts = [cell.text for cell in old.cells] if old else [""] * len(layout.header.fields)
        writer.writerow([escape_formula(text) for text in layout.fill(merged_row, texts)])
    return (b"" if is_plain else codecs.BOM_UTF8) + stream.getvalue().encode()


def write_anew(merged: Merge) -> bytes:
    """A csv with the columns of a deal's list, where the deal has none in a file."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(_ALL)
    for row in merged.rows:
        writer.writerow([escape_formula(_text(getattr(row.item, key))) for key in _ALL])
    return codecs.BOM_UTF8 + stream.getvalue().encode()  # without it Excel reads another encoding


def _write_workbook(source: Source, merged: Merge) -> bytes:
    """The workbook with its other sheets, its titles, and each row in the look that it had."""
    import openpyxl

    grid, _ = read_sheet(source.content, source.name, Span(source.name), source.sheet)
    layout = _lay_out(grid or Grid((), Span(source.name)), source, merged)
    book = openpyxl.load_workbook(io.BytesIO(source.content))
    sheet = book[source.sheet] if source.sheet else book.worksheets[0]
    first, width = layout.last_title + 1, len(layout.header.fields)
    looks = {number: [cell._style for cell in sheet[number][:width]] for number in range(first, sheet.max_row + 1)}
    for merge in list(sheet.merged_cells.ranges):
        if merge.max_row >= first:
            sheet.unmerge_cells(str(merge))
    sheet.delete_rows(first, max(sheet.max_row - first + 1, 1))
    for place, name in enumerate(layout.new_titles, width + 1):
        sheet.cell(layout.last_title, place, name)
    look: Sequence[Any] = looks.get(first, ())
    for number, row in enumerate(merged.rows, first):
        old = layout.find_row(row)
        look = looks.get(old.number, look) if old else look
        texts = [cell.said.text for cell in old.cells[:width]] if old else [""] * width
        for place, text in enumerate(layout.fill(row, texts), 1):
            cell = sheet.cell(number, place)
            if place <= len(look):
                cell._style = look[place - 1]
            if text:
                cell.value, cell.data_type = text, "s"
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()
