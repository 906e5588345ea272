"""proof that a filled workbook is the given one but for the values of some cells, read by itself.

Parts are compared byte by byte; of a sheet with filled cells, all bytes that are not those of these cells.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from html import unescape
from itertools import pairwise
from typing import NamedTuple

from bidkit.ooxml.opc import Package

Wanted = Mapping[str, Decimal | str | bool | None]
"""What some cells of a sheet show, by their names such as `C5`."""

_ROW = re.compile(rb"(<(?:\w+:)?row(?=[\s/>])[^>]*?)(/>|>)(</(?:\w+:)?row>)?")
_EMPTY_DATA = re.compile(rb"(<(?:\w+:)?sheetData)(?:\s*/>|></(?:\w+:)?sheetData>)")
_CELL = re.compile(rb"(<(?:\w+:)?c(?=[\s/>])[^>]*?)(/>|>(.*?)</(?:\w+:)?c\s*>)", re.DOTALL)
_NAME = re.compile(rb"""\sr\s*=\s*["']([A-Z]+)(\d+)["']""")
_NUMBER = re.compile(rb"""\sr\s*=\s*["']([1-9]\d*)["']""")
_TYPE = re.compile(rb"""\s+t\s*=\s*["'](\w+)["']""")
_FORMULA = re.compile(rb"<(?:\w+:)?f(?=[\s/>])[^>]*?(?:/>|>.*?</(?:\w+:)?f\s*>)", re.DOTALL)
_PLAIN = re.compile(
    rb"<((?:\w+:)?)c(?=[\s/>])[^>]*>"
    rb"(?:<\1v>([^<]*)</\1v>|<\1is><\1t(?: xml:space=\"preserve\")?>([^<]*)</\1t></\1is>)?</\1c>"
)
"""A filled cell without its formula: nothing but a value, or a text without formats of its own."""
_COLUMN = re.compile(rb"<(?:\w+:)?col\s[^>]*>")
_ATTRIBUTE = re.compile(rb"""\s([\w:]+)\s*=\s*["']([^"']*)["']""")
_SPANS = re.compile(rb"""(\sspans\s*=\s*["'])([1-9]\d*):([1-9]\d*)(["'])""")
_EXTENT = re.compile(rb"""(<(?:\w+:)?dimension\s[^>]*?ref\s*=\s*["'])([A-Z]+[1-9]\d*(?::[A-Z]+[1-9]\d*)?)(["'])""")
_LAST_DIGIT = Decimal("5e-15")
"""Half of the 15th digit, the last that a cell holds."""


class Difference(NamedTuple):
    """What differs: the part, the cell if it is one that was to be filled, and both sides, shortened."""

    part: str
    cell: str
    before: str
    after: str


@dataclass
class _Cell:
    """A cell that was to be filled: its opening tag as it lies and without a type, its formula, its type and value.

    Args:
        value: None if the cell holds more than a value.
    """

    written: bytes
    tag: bytes
    formula: bytes
    kind: str
    value: str | None


def prove_untouched(original: Package, filled: Package, wanted: Mapping[str, Wanted]) -> Iterator[Difference]:
    """All that differs but for the values of the wanted cells, and every such cell that shows another value.

    Args:
        wanted: the cells by the part of their sheet.
    """
    if [*original] != [*filled]:
        lost, new = (sorted({*one} - {*two}) for one, two in ((original, filled), (filled, original)))
        yield Difference("", "", ", ".join(lost) or "…", ", ".join(new) or "…")
    for part in original:
        if part not in filled:
            continue
        before, after = original[part], filled[part]
        if part in wanted:
            yield from _compare_sheets(part, before, after, wanted[part])
        elif before != after:
            yield _show(part, before, after)


def _compare_sheets(part: str, before: bytes, after: bytes, wanted: Wanted) -> Iterator[Difference]:
    (rest, cells), (other, filled) = (_take_out(content, wanted) for content in (before, after))
    if rest != other:
        yield _show(part, rest, other)
    yield from (Difference(part, "", *pair) for pair in _compare_extents(before, after, wanted))
    rows = [int(number.group(1)) for tag, _, _ in _ROW.findall(after) if (number := _NUMBER.search(tag))]
    yield from (Difference(part, "", str(one), str(two)) for one, two in pairwise(rows) if one >= two)
    style_of = _read_styles(before)
    for name, value in wanted.items():
        old, new = cells.get(name), filled.get(name)
        if new is None or not _holds(new, value):
            yield Difference(part, name, "" if value is None else str(value), (new.value or "…") if new else "")
            continue
        bare, formula = (old.tag, old.formula) if old else (_make_tag(name, style_of(name), new.tag), b"")
        typed = bare + (b' t="%s"' % new.kind.encode() if new.kind != "n" else b"")
        if (new.written, new.formula) != (typed, formula):
            yield _show(part, typed + formula, new.written + new.formula, name)


def _read_styles(content: bytes) -> Callable[[str], bytes]:
    """Which format a cell has that is made: that of its row, or else of its column."""
    rows, columns = {}, []
    for tag in _COLUMN.findall(content):
        said = dict(_ATTRIBUTE.findall(tag))
        columns.append((int(said.get(b"min", 1)), int(said.get(b"max", 0)), said.get(b"style", b"0")))
    for tag, _, _ in _ROW.findall(content):
        said = dict(_ATTRIBUTE.findall(tag))
        if said.get(b"customFormat") in (b"1", b"true"):
            rows[said.get(b"r", b"").decode()] = said.get(b"s", b"0")

    def find(name: str) -> bytes:
        column = _column(re.sub(r"\d", "", name))
        by_column = (style for first, last, style in columns if first <= column <= last)
        return rows.get(re.sub("[A-Z]", "", name)) or next(by_column, b"0")

    return find


def _make_tag(name: str, style: bytes, written: bytes) -> bytes:
    """The opening tag that a cell must have which the given sheet does not have."""
    prefix = written[1 : written.index(b"c")]
    return b'<%sc r="%s"' % (prefix, name.encode()) + (b' s="%s"' % style if style != b"0" else b"")


def _take_out(content: bytes, wanted: Wanted) -> tuple[bytes, dict[str, _Cell]]:
    """A sheet without the wanted cells, nor rows that hold nothing else; and these cells."""
    cells: dict[str, _Cell] = {}
    rows = {int(re.sub("[A-Z]", "", name)) for name in wanted}

    def take(found: re.Match[bytes]) -> bytes:
        named = _NAME.search(found.group(1))
        name = b"".join(named.groups()).decode() if named else ""
        if name not in wanted:
            return found.group()
        inside = found.group(3) or b""
        kind, formula = _TYPE.search(found.group(1)), _FORMULA.search(inside)
        plain = _PLAIN.fullmatch(found.group().replace(formula.group(), b"", 1) if formula else found.group())
        cells[name] = _Cell(
            found.group(1),
            _TYPE.sub(b"", found.group(1)).rstrip(),
            formula.group() if formula else b"",
            kind.group(1).decode() if kind else "n",
            unescape((plain.group(2) or plain.group(3) or b"").decode("utf-8", "replace")) if plain else None,
        )
        return b""

    def bare(found: re.Match[bytes]) -> bytes:
        number = _NUMBER.search(found.group())
        if not number or int(number.group(1)) not in rows:
            return found.group()
        tag = _SPANS.sub(rb"\1\4", found.group(1))
        tag = tag.rstrip() if found.group(2) == b"/>" else tag
        if found.group(2) == b">" and not found.group(3):
            return tag + b">"
        return b"" if re.fullmatch(rb"""<(?:\w+:)?row r=["']\d+["']""", tag) else tag + b"/>"

    rest = _ROW.sub(bare, _CELL.sub(take, content))
    return _EXTENT.sub(rb"\1\3", _EMPTY_DATA.sub(rb"\1/>", rest)), cells


def _compare_extents(before: bytes, after: bytes, wanted: Wanted) -> Iterator[tuple[str, str]]:
    """What a sheet and its filled rows say of their extent: as it was, or also around the filled cells."""
    places = [(int(re.sub("[A-Z]", "", name)), _column(re.sub(r"\d", "", name))) for name in wanted]
    old, new = (found.group(2).decode() if (found := _EXTENT.search(text)) else "" for text in (before, after))
    if old != new and _corners(new) != _around([*_corners(old), *places]):
        yield old, new
    spans = [_read_spans(text) for text in (before, after)]
    by_row: dict[int, list[int]] = {}
    for row, column in places:
        by_row.setdefault(row, []).append(column)
    for number, columns in by_row.items():
        was, now = (rows.get(number) for rows in spans)
        if was != now and (was is None or now != (min(was[0], *columns), max(was[1], *columns))):
            yield str(was), str(now)


def _read_spans(content: bytes) -> dict[int, tuple[int, int]]:
    rows = {}
    for tag, _, _ in _ROW.findall(content):
        number, spans = _NUMBER.search(tag), _SPANS.search(tag)
        if number and spans:
            rows[int(number.group(1))] = int(spans.group(2)), int(spans.group(3))
    return rows


def _corners(extent: str) -> list[tuple[int, int]]:
    corners = [(int(row), _column(column)) for column, row in re.findall(r"([A-Z]+)(\d+)", extent)]
    return corners if len(corners) != 1 else corners * 2


def _around(places: list[tuple[int, int]]) -> list[tuple[int, int]]:
    rows, columns = zip(*places, strict=True)
    return [(min(rows), min(columns)), (max(rows), max(columns))]


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _holds(cell: _Cell, value: Decimal | str | bool | None) -> bool:
    """Whether a cell shows a value, as one of its kind and written as short as can be."""
    if cell.value is None:
        return False
    if isinstance(value, bool):
        return cell.kind == "b" and cell.value == str(int(value))
    if isinstance(value, Decimal):
        is_number = cell.kind == "n" and re.fullmatch(r"-?(0|[1-9]\d*)(\.\d*[1-9])?", cell.value)
        return bool(is_number) and abs(Decimal(cell.value) - value) <= abs(value) * _LAST_DIGIT
    kind = "e" if type(value) is not str else "str" if cell.formula else "inlineStr"
    return cell.kind == kind and cell.value.replace("_x005F_", "_") == value


def _show(part: str, before: bytes, after: bytes, cell: str = "") -> Difference:
    """The first place in which two texts differ."""
    pairs = zip(before, after, strict=False)
    start = next((n for n, (one, two) in enumerate(pairs) if one != two), min(len(before), len(after)))
    around = slice(max(0, start - 20), start + 30)
    return Difference(part, cell, before[around].decode("utf-8", "replace"), after[around].decode("utf-8", "replace"))
