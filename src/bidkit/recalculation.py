"""what the formulas of a finished workbook come to: each must show what it gives."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from bidkit.diagnostic import Diagnostic, Span
from bidkit.ooxml.sheet.evaluate import compute_all
from bidkit.ooxml.sheet.foreign import UNSOUND, CellError, Value, name_cell, open_workbook

_SLACK = Decimal("1e-6")
"""What is lost where programs compute in binary."""


def check_formulas(content: bytes, name: str) -> Iterator[Diagnostic]:
    """Every formula that can be computed and shows a value shows its result. Diagnostics: DL14, PR25."""
    try:
        book = open_workbook(content)
    except UNSOUND as error:
        yield Diagnostic("DL14", Span(name), {"file": name, "reason": str(error)})
        return
    sheets = {sheet.number: sheet for sheet in book.sheets}
    for spot, value in compute_all(book).items():
        shown = book.value(sheets[spot[0]], spot[1:])
        if shown is not None and not isinstance(shown, CellError) and not _is_same(shown, value):
            place = (("sheet", sheets[spot[0]].name), ("cell", name_cell(spot[1:])))
            yield Diagnostic("PR25", Span(name, place=place), {"stated": _show(shown), "computed": _show(value)})


def _is_same(shown: Value, value: Value) -> bool:
    if isinstance(shown, Decimal) and isinstance(value, Decimal):
        return abs(shown - value) <= max(_SLACK, abs(value) * _SLACK * _SLACK)
    return shown == value


def _show(value: Value) -> str:
    return f"{value:,f}" if isinstance(value, Decimal) else f'"{value or ""}"'
