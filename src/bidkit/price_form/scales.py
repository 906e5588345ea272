"""in which unit a form wants its amounts, as its titles and labels say: in yuan, or in ten thousands of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal

from bidkit.ooxml.sheet.foreign import Place, Sheet
from bidkit.price_form.entries import Entries, fold

AMOUNTS = frozenset(
    ("list_price", "unit_price", "amount", "net", "tax", "gross", "total", "evaluated", "options", "subtotal")
)
"""The keys that are amounts of money, besides the totals of categories."""
ONE = Decimal(1)
_SCALES = {"百万": 10**6, "千万": 10**7, "万": 10**4, "千": 10**3, "亿": 10**8, "": 1}
_SCALES |= {"'000": 10**3, "’000": 10**3, "thousand": 10**3, "thousands": 10**3, "million": 10**6, "millions": 10**6}
_UNIT = r"(百万|千万|万|千|亿|)(?:人民币|美|欧|港|日)?[元圆]|('000|’000|thousands?|millions?)"
_SAID = re.compile(
    rf"[(\[【][^()\[\]【】]*?(?:{_UNIT})[^()\[\]【】]*?[)\]】]|单位[:为]?[^,。;]{{0,6}}?(?:{_UNIT})|(?:{_UNIT})$"
    r"|in(?:[a-z]{0,3}\$?)(thousands?|millions?)"
)


def read_scale(texts: Iterable[str]) -> Decimal | None:
    """By what an amount is divided under the first of some texts that names a unit; None if none does."""
    for text in texts:
        if found := _SAID.search(fold(text)):
            return Decimal(_SCALES[next((group for group in found.groups() if group), "")])
    return None


def find_sheet_scale(entries: Entries, sheet: Sheet, last: int) -> Decimal:
    """What stands above or in a table's titles for the whole of it, such as `单位：万元`."""
    rows = (row for row in sorted(sheet.rows, reverse=True) if row <= last)
    cells = ((row, column) for row in rows for column in sheet.rows[row].cells)
    said = (text for place in cells if "单位" in (text := fold(entries.book.text(sheet, place))))
    return read_scale(said) or ONE


def find_scale(entries: Entries, sheet: Sheet, place: Place) -> Decimal:
    """What the label of a single cell says: to its left, above it, or behind it; else its sheet."""
    return read_scale(_read_labels(entries, sheet, place)) or find_sheet_scale(entries, sheet, place[0])


def _read_labels(entries: Entries, sheet: Sheet, place: Place) -> Iterator[str]:
    row, column = sheet.anchor(place)
    area = sheet.area_of(place)
    lines = (
        [(row, number) for number in range(column - 1, 0, -1)],
        [(number, column) for number in range(row - 1, 0, -1)],
        [(row, (area.right if area else column) + 1)],
    )
    for cells in lines:
        texts = (entries.book.text(sheet, cell) for cell in cells if _is_text(entries, sheet, cell))
        yield next(texts, "")


def _is_text(entries: Entries, sheet: Sheet, place: Place) -> bool:
    value = entries.book.value(sheet, sheet.anchor(place))
    return isinstance(value, str) and bool(value.strip())
