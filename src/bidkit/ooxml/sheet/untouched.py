"""proof that a filled workbook is the given one but for the values of some cells, read by itself.

Parts are compared byte by byte; of a sheet with filled cells, all bytes that are not those of these cells.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple
from xml.sax.saxutils import unescape

from bidkit.ooxml.opc import Package

Wanted = Mapping[str, Decimal | str | bool | None]
"""What some cells of a sheet show, by their names such as `C5`."""

_ROW = re.compile(rb"(<(?:\w+:)?row(?=[\s/>])[^>]*?)(/>|>)(</(?:\w+:)?row\s*>)?")
_EMPTY_DATA = re.compile(rb"(<(?:\w+:)?sheetData)\s*(?:/>|></(?:\w+:)?sheetData>)")
_CELL = re.compile(rb"(<(?:\w+:)?c(?=[\s/>])[^>]*?)(/>|>(.*?)</(?:\w+:)?c\s*>)", re.DOTALL)
_NAME = re.compile(rb"""\sr\s*=\s*["']([A-Z]+)(\d+)["']""")
_NUMBER = re.compile(rb"""\sr\s*=\s*["'](\d+)["']""")
_TYPE = re.compile(rb"""\s+t\s*=\s*["'](\w+)["']""")
_FORMULA = re.compile(rb"<(?:\w+:)?f(?=[\s/>])[^>]*?(?:/>|>.*?</(?:\w+:)?f\s*>)", re.DOTALL)
_VALUE = re.compile(rb"<(?:\w+:)?(v|t)(?=[\s/>])[^>]*?(?:/>|>(.*?)</(?:\w+:)?\1\s*>)", re.DOTALL)
_SPANS = re.compile(rb"""\sspans\s*=\s*["'](\d+):(\d+)["']""")
_EXTENT = re.compile(rb"""(<(?:\w+:)?dimension\s[^>]*?ref\s*=\s*["'])([A-Z]+\d+(?::[A-Z]+\d+)?)(["'])""")


class Difference(NamedTuple):
    """What differs: the part, the cell if it is one that was to be filled, and both sides, shortened."""

    part: str
    cell: str
    before: str
    after: str


@dataclass
class _Cell:
    """A cell that was to be filled: its opening tag without a type, its formula, its type and value."""

    tag: bytes
    formula: bytes
    kind: str
    value: str


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
    for name, value in wanted.items():
        old, new = cells.get(name), filled.get(name)
        if new is None or not _holds(new, value):
            yield Difference(part, name, "" if value is None else str(value), new.value if new else "")
        elif old is not None and (old.tag, old.formula) != (new.tag, new.formula):
            yield _show(part, old.tag + old.formula, new.tag + new.formula, name)
        elif old is None and (new.formula or not re.fullmatch(rb"""<(\w+:)?c r="\w+"( s="\d+")?""", new.tag)):
            yield Difference(part, name, "", (new.tag + new.formula).decode("utf-8", "replace"))


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
        shown = b"".join(value.group(2) or b"" for value in _VALUE.finditer(_FORMULA.sub(b"", inside)))
        cells[name] = _Cell(
            _TYPE.sub(b"", found.group(1)).rstrip(),
            formula.group() if formula else b"",
            kind.group(1).decode() if kind else "n",
            unescape(shown.decode()),
        )
        return b""

    def bare(found: re.Match[bytes]) -> bytes:
        number = _NUMBER.search(found.group())
        if not number or int(number.group(1)) not in rows:
            return found.group()
        tag = _SPANS.sub(b"", found.group(1)).rstrip()
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
    for number in {row for row, _ in places}:
        was, now = (rows.get(number) for rows in spans)
        columns = [column for row, column in places if row == number]
        if was != now and (was is None or now != (min(was[0], *columns), max(was[1], *columns))):
            yield str(was), str(now)


def _read_spans(content: bytes) -> dict[int, tuple[int, int]]:
    rows = {}
    for tag, _, _ in _ROW.findall(content):
        number, spans = _NUMBER.search(tag), _SPANS.search(tag)
        if number and spans:
            rows[int(number.group(1))] = int(spans.group(1)), int(spans.group(2))
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
    """Whether a cell shows a value, as one of its kind."""
    if isinstance(value, bool):
        return cell.kind == "b" and cell.value == str(int(value))
    if isinstance(value, Decimal):
        is_number = cell.kind == "n" and re.fullmatch(r"-?\d+(\.\d+)?", cell.value)
        return bool(is_number) and abs(Decimal(cell.value) - value) <= abs(value) * Decimal("1e-14")
    return cell.kind in ("inlineStr", "str", "e") and cell.value.replace("_x005F_", "_") == (value or "")


def _show(part: str, before: bytes, after: bytes, cell: str = "") -> Difference:
    """The first place in which two texts differ."""
    pairs = zip(before, after, strict=False)
    start = next((n for n, (one, two) in enumerate(pairs) if one != two), min(len(before), len(after)))
    around = slice(max(0, start - 20), start + 30)
    return Difference(part, cell, before[around].decode("utf-8", "replace"), after[around].decode("utf-8", "replace"))
