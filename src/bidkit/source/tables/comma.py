"""csv text -> grid; a quoted cell is underlined with its quotes."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence

from bidkit.diagnostic import Diagnostic, Span, Term
from bidkit.source.tables.grid import Cell, Grid, Row
from bidkit.source.tables.titles import find_field, normalize_title

_TITLE_LINES = 20
_ENOUGH = 8
"""So many signs, every one of them common, are no accident."""
_FORMULA = re.compile(r"[=+\-@\t\r]")
_ESCAPED = re.compile(r"'(?='*[=+\-@\t\r])")


def escape_formula(text: str) -> str:
    """A text for a csv: with an apostrophe before it where a spreadsheet would take it for a formula, or for one so
    marked."""
    return f"'{text}" if _FORMULA.match(text) or _ESCAPED.match(text) else text


def read_csv(text: str, name: str) -> tuple[Grid | None, list[Diagnostic]]:
    """The rows of a csv. Diagnostics: DL20."""
    found: list[tuple[int, list[str]]] = []
    reader, before = csv.reader(io.StringIO(text, newline=""), strict=True), 0
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                found.append((before + 1, row))
            before = reader.line_num
    except csv.Error as error:
        reason = Term("csv_long" if "limit" in str(error) else "csv_quotes")
        return None, [Diagnostic("DL20", Span(name, before + 1, 1), {"problem": reason})]
    source = re.split("\r\n|\r|\n", text)
    rows = []
    for line, row in found:
        places = _find_cells(source, line, name)
        cells = tuple(Cell(_read_text(text), at) for text, at in zip(row, places, strict=True))
        rows.append(Row(line, Span(name, line, 1, max(len(source[line - 1]), 1)), cells))
    return Grid(tuple(rows), Span(name, 1, 1)), []


def decode_chinese(content: bytes, columns: Mapping[str, str]) -> str | None:
    """The text of a csv that Excel or WPS saved in Chinese (GB18030); None unless two known titles in Chinese prove
    that it is, or two of bidkit's own and enough text of common signs alone, as no other encoding would make of it."""
    try:
        text = content.decode("gb18030")
    except UnicodeDecodeError:
        return None
    named = {normalize_title(title): name for name, title in columns.items()}
    is_plain = _is_common(text)
    for line in text.splitlines()[:_TITLE_LINES]:
        cells = [cell.strip(' "') for cell in line.split(",")]
        known = [cell for cell in cells if find_field(cell, named) is not None]
        if sum(not cell.isascii() for cell in known) > 1 or (is_plain and len(known) > 1):
            return text
    return None


def _is_common(text: str) -> bool:
    """Whether a text has Chinese, and none but its common signs (GB 2312)."""
    signs = "".join(sign for sign in text if not sign.isascii())
    try:
        signs.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return len(signs) >= _ENOUGH


def _read_text(text: str) -> str:
    text = text.strip()
    return text[1:] if _ESCAPED.match(text) else text


def _find_cells(source: Sequence[str], first: int, name: str) -> list[Span]:
    """Where each cell of the record that begins on line `first` stands; a quoted cell may run over several lines."""
    places: list[Span] = []
    line, start, quoted = first, (first, 0), False
    while True:
        if not quoted and '"' not in source[line - 1]:
            return [*places, *_find_plain(source[line - 1], line, name)]
        for index, character in enumerate(source[line - 1]):
            if character == '"' and (quoted or source[start[0] - 1].startswith('"', start[1])):
                quoted = not quoted
            elif character == "," and not quoted:
                places.append(_place(name, start, (line, index)))
                start = (line, index + 1)
        if not quoted or line == len(source):
            return [*places, _place(name, start, (line, len(source[line - 1])))]
        line += 1


def _find_plain(text: str, line: int, name: str) -> Iterator[Span]:
    """Where the cells of a line that has no quotes stand."""
    col = 1
    for cell in text.split(","):
        yield Span(name, line, col, max(len(cell), 1))
        col += len(cell) + 1


def _place(name: str, start: tuple[int, int], end: tuple[int, int]) -> Span:
    return Span(name, start[0], start[1] + 1, max(end[1] - start[1], 1) if start[0] == end[0] else 1)
