"""rows of two sheets paired with each other, and references of the one written as they are in the other."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bidkit.difference.blocks import pair_blocks
from bidkit.edits.books import ReadSheet, show
from bidkit.edits.pieces import align, fold
from bidkit.ooxml.sheet.formula import Reference, quote_sheet
from bidkit.ooxml.sheet.readers import read

_BLANKS = re.compile(r'("(?:[^"]|"")*")|\s+')
_PREFIX = re.compile(r"_xlfn\.|_xlws\.", re.I)
Pair = tuple[int | None, int | None]
"""A row of the build and the one that it is now; None for one that is not there."""


def pair_rows(old: ReadSheet, new: ReadSheet) -> list[Pair]:
    """The rows of two sheets in order, by the texts in them: figures may change, and a row may be put in."""
    one, two = [*sorted(old.rows)], [*sorted(new.rows)]
    keys = [_key(old, row) for row in one], [_key(new, row) for row in two]
    pairs: list[Pair] = []
    for tag, start, end, first, last in align(*keys):
        if tag == "equal" or end - start == last - first:
            pairs += zip(one[start:end], two[first:last], strict=True)
            continue
        before = [(str(row), _text(old, row)) for row in one[start:end]]
        after = [(str(row), _text(new, row)) for row in two[first:last]]
        for was, now in pair_blocks(before, after):
            pairs.append((int(was[0]) if was else None, int(now[0]) if now else None))
    return pairs


def _key(sheet: ReadSheet, row: int) -> tuple[tuple[int, str], ...]:
    cells = sheet.rows[row].items()
    return tuple((column, fold(cell.value)) for column, cell in cells if isinstance(cell.value, str) and cell.value)


def _text(sheet: ReadSheet, row: int) -> str:
    return " | ".join(show(cell.value) for cell in sheet.rows[row].values() if cell.value is not None)


@dataclass(frozen=True)
class Moved:
    """Where the rows of a build are in the edited file, by sheets; and sheets that have another name now."""

    rows: Mapping[str, Sequence[tuple[int, int]]] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)

    def formula(self, text: str, sheet: str) -> str:
        """A formula of the build as it is where its rows and sheets have moved; written as all programs write it."""
        pieces = read(text).pieces
        return "".join(_settle(piece) if isinstance(piece, str) else self._write(piece, sheet) for piece in pieces)

    def area(self, text: str, sheet: str) -> str:
        """The areas of a list, such as `A1:B2 C3` or `5:5`."""
        return " ".join(sorted(self.formula(item, sheet) for item in text.split()))

    def _write(self, reference: Reference, sheet: str) -> str:
        named = reference.sheet_name
        target = self.names.get(named.casefold(), named) if named else ""
        rows = self.rows.get((named or sheet).casefold(), ())
        first, last = reference.rows
        if first and rows:
            first, last = _follow(rows, first, is_last=False), _follow(rows, last, is_last=True)
        prefix = f"{quote_sheet(target)}!" if named else reference.prefix
        columns = reference.columns[0].upper(), reference.columns[1].upper()
        plain = Reference(prefix, columns, (first, max(first, last)), reference.fixed, reference.is_range)
        return plain.write(*plain.rows)


def _follow(rows: Sequence[tuple[int, int]], row: int, *, is_last: bool) -> int:
    """Where a row is now; of one that is gone, where the nearest one inside of its area is."""
    olds = [old for old, _ in rows]
    at = bisect_right(olds, row) - 1 if is_last else bisect_left(olds, row)
    at = min(max(at, 0), len(rows) - 1)
    old, new = rows[at]
    return new if old == row else new + (row - old) if row > olds[-1] or row < olds[0] else new


def _settle(text: str) -> str:
    return _BLANKS.sub(lambda found: found[1] or "", _PREFIX.sub("", text))


def list_moves(pairs: Sequence[Pair]) -> list[tuple[int, int]]:
    """The rows that are still there, old and new; none if all stand where they stood."""
    kept = [(old, new) for old, new in pairs if old is not None and new is not None]
    return [] if all(old == new for old, new in kept) else kept


def pair_sheets(
    old: Sequence[ReadSheet], new: Sequence[ReadSheet]
) -> Iterator[tuple[ReadSheet | None, ReadSheet | None]]:
    """The sheets of one name; then of those left the ones that say most of the same."""
    by_name = {sheet.name.casefold(): sheet for sheet in new}
    left = [sheet for sheet in old if sheet.name.casefold() not in by_name]
    come = [sheet for sheet in new if sheet.name.casefold() not in {each.name.casefold() for each in old}]
    renamed: dict[str, ReadSheet] = {}
    for sheet in left:
        said = _said(sheet)
        best = max(come, key=lambda other: len(said & _said(other)), default=None)
        if best is not None and 2 * len(said & _said(best)) >= max(len(said), 1):
            renamed[sheet.name] = best
            come.remove(best)
    for sheet in old:
        yield sheet, by_name.get(sheet.name.casefold()) or renamed.get(sheet.name)
    yield from ((None, sheet) for sheet in come)


def _said(sheet: ReadSheet) -> set[str]:
    return {fold(show(cell.value)) for row in sheet.rows.values() for cell in row.values() if cell.value is not None}
