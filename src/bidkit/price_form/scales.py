"""in which unit a form wants its amounts: as the map says, or its titles, labels and notes state it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from decimal import Decimal
from itertools import dropwhile, islice, takewhile

from bidkit.diagnostic import Severity
from bidkit.ooxml.sheet.foreign import Place, Sheet
from bidkit.price_form.entries import Entries
from bidkit.price_form.magnitudes import UnclearUnit, Unit, read_unit
from bidkit.wording import fold

AMOUNTS = frozenset(
    ("list_price", "unit_price", "amount", "net", "tax", "gross", "total", "evaluated", "options", "subtotal")
)
"""The keys that are amounts of money, besides the totals of categories."""
ONE = Decimal(1)
_NOTE = re.compile(
    r"\W*(?:\d+\W+)?(?:注|备注|说明|填[表报写]|本表|以上|请|金额单位|单位|货币"
    r"|(?:notes?|remarks?|all|amounts|prices|please|quote)\b|units?\s*:)",
    re.IGNORECASE,
)
"""How a text under a table begins that may speak of all its amounts."""
_BELOW = 20
"""How far below the known titles others may stand, or their units."""
_MANY = 3
"""How many texts in a row may be the label of a cell."""


def settle_scale(
    entries: Entries,
    at: tuple[Sheet, Place],
    key: str,
    texts: Iterable[str],
    rows: tuple[int, int],
    units: Mapping[str, int],
) -> Decimal:
    """By what an amount is divided: as the map says, or as the form states it. Diagnostics: PR32.

    Args:
        at: where the amount stands, or its title.
        texts: what the form says of this amount; the first that states a unit counts.
        rows: the first and last row of the titles, around which the unit of a whole sheet may be stated.
        units: what the map says, by key.
    """
    stated, read = units.get(key), None
    try:
        read = find_unit(entries, at[0], texts, rows)
    except UnclearUnit as unclear:
        if stated is None:
            entries.refuse(*at, key, "form_unit", text=_shorten(str(unclear)))
            return ONE
    if stated is not None:
        if str(stated).rstrip("0") != "1":
            entries.refuse(*at, key, "form_unit_number", unit=str(stated))
            return ONE
        if read and read.scale != stated:
            entries.refuse(*at, key, "form_unit_other", severity=Severity.WARNING, unit=str(stated), text=read.text)
        return Decimal(stated)
    if read and read.scale != 1:
        text = _shorten(read.text)
        entries.refuse(*at, key, "form_scaled", severity=Severity.INFO, unit=f"{read.scale:f}", text=text)
    return read.scale if read else ONE


def find_unit(entries: Entries, sheet: Sheet, texts: Iterable[str], rows: tuple[int, int]) -> Unit | None:
    """The unit that a form states for an amount; see `settle_scale`. Raises UnclearUnit."""
    return next((unit for text in texts if (unit := read_unit(text))), None) or _find_whole(entries, sheet, *rows)


def _find_whole(entries: Entries, sheet: Sheet, first: int, last: int) -> Unit | None:
    """The unit that a sheet states for all its amounts, such as `单位：万元`. Raises UnclearUnit.

    What names a unit over a table, but may mean only another amount there, is unclear, and so are notes that differ.
    """
    found = None
    for row, text in _read_texts(entries, sheet, last):
        unit = _read_whole(text) if row < first or "单位" in text or "unit" in text.casefold() else None
        if unit and (unit.is_called and unit.is_whole if row >= first else unit.scale != 1 or unit.is_whole):
            if not unit.is_whole:
                raise UnclearUnit(text)
            found = unit
            break
    for _, text in _read_texts(entries, sheet, last, is_below=True):
        unit = _read_whole(text) if _NOTE.match(text) else None
        if unit and unit.scale != (found.scale if found else 1):
            raise UnclearUnit(text)
    return found


def _read_whole(text: str) -> Unit | None:
    """The unit of a text that may speak of others; raises UnclearUnit only where it speaks of nothing else."""
    try:
        return read_unit(text)
    except UnclearUnit as unclear:
        if unclear.is_whole:
            raise
        return None


def _read_texts(entries: Entries, sheet: Sheet, last: int, *, is_below: bool = False) -> Iterator[tuple[int, str]]:
    """The texts down to a row, from there up, with the sheet's name as the uppermost; or those below it."""
    for row in sorted((row for row in sheet.rows if (row > last) is is_below), reverse=not is_below):
        for column in sheet.rows[row].cells:
            value = entries.book.value(sheet, (row, column))
            if isinstance(value, str) and value.strip():
                yield row, value
    if not is_below:
        yield 0, sheet.name


def read_titles(
    entries: Entries, sheet: Sheet, column: int, ids: int, last: int, ignored: Collection[str]
) -> Iterator[str]:
    """What stands over a column, the nearest to its rows first: titles, also those merged over several, and units.

    Args:
        ids: the column of the buyer's ids.
        last: the last row of the titles, as far as they are known.
        ignored: what in the column of ids is no line, such as its own title where the map has only letters.
    """

    def is_title(row: int) -> bool:
        name = fold(entries.book.text(sheet, (row, ids)))
        return sheet.anchor((row, ids))[0] <= last or not name or name in ignored

    under = takewhile(is_title, range(last + 1, last + 1 + _BELOW))
    for row in (*reversed([*under]), *range(last, max(0, last - _MANY), -1)):
        area = sheet.area_of((row, column))
        is_over_all = area is not None and (row, ids) in area
        if _is_text(entries, sheet, (row, column)) and not is_over_all:
            yield entries.book.text(sheet, (row, column))


def read_labels(entries: Entries, sheet: Sheet, place: Place) -> Iterator[str]:
    """The texts to the left of a cell, above it, and behind it."""
    row, column = sheet.anchor(place)
    area = sheet.area_of(place)
    lines = (
        [(row, number) for number in range(column - 1, 0, -1)],
        [(number, column) for number in range(row - 1, 0, -1)],
        [(row, (area.right if area else column) + 1)],
    )

    def is_text(cell: Place) -> bool:
        return _is_text(entries, sheet, cell)

    for cells in lines:
        near = takewhile(is_text, dropwhile(lambda cell: not is_text(cell), cells))
        yield from (entries.book.text(sheet, cell) for cell in islice(near, _MANY))


def _is_text(entries: Entries, sheet: Sheet, place: Place) -> bool:
    value = entries.book.value(sheet, sheet.anchor(place))
    return isinstance(value, str) and bool(value.strip())


def _shorten(text: str) -> str:
    return " ".join(text.split())[:80]
