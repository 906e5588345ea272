"""what the formulas of a filled form come to: every one that hangs on a filled cell, held against the quote."""

from __future__ import annotations

from decimal import Decimal

from bidkit.diagnostic import Severity, Term
from bidkit.ooxml.sheet.evaluate import Evaluator
from bidkit.ooxml.sheet.foreign import CellError, Sheet, Value
from bidkit.ooxml.sheet.numbers import round_to
from bidkit.ooxml.sheet.readers import Spot, read
from bidkit.price_form.display import check_formats
from bidkit.price_form.entries import Entries, Entry, is_same, show

_EXACT = ("unit_price", "list_price", "quantity", "tax_rate", "discount", "validity_days")
_VOLATILE = frozenset(("TODAY", "NOW", "RAND", "RANDBETWEEN", "INDIRECT", "OFFSET"))


def check_results(entries: Entries, evaluator: Evaluator) -> dict[Spot, Value]:
    """The value of every cell that is filled and of every formula that hangs on one. Diagnostics: PR32–PR34."""
    sheets = {sheet.number: sheet for sheet in entries.book.sheets}
    values: dict[Spot, Value] = {**entries.plain}
    for spot in evaluator.dependents:
        value = _settle(entries, evaluator, spot, sheets[spot[0]])
        if value is not None:
            values[spot] = value
    for spot, entry in entries.computed.items():
        sheet = sheets[spot[0]]
        found = values.get(spot, entries.book.value(sheet, spot[1:]))
        if spot not in evaluator.refused and not _agrees(entry, found):
            entries.report("PR33", sheet, spot[1:], key=entry.key, found=show(found), wanted=show(entry.value))
    _check_totals(entries, values, sheets)
    for spot, wanted in entries.proved:
        found = values.get(spot)
        if spot in evaluator.dependents and isinstance(found, Decimal) and spot not in entries.seen:
            _hold(entries, sheets[spot[0]], spot, found, wanted)
    check_formats(entries, values, sheets)
    return values


def _settle(entries: Entries, evaluator: Evaluator, spot: Spot, sheet: Sheet) -> Value:
    """What a formula comes to; one that is not computed here shows what the map says of it, if it does."""
    cell, entry = evaluator.formulas[spot], entries.computed.get(spot)
    if spot in evaluator.refused:
        functions = read(cell.formula or "").functions
        is_plain = cell.kind not in ("array", "dataTable") and _VOLATILE.isdisjoint(functions)
        about = {"formula": f"={(cell.formula or '')[:60]}", "reason": evaluator.refused[spot][:60]}
        is_given = entry is not None and is_plain and entry.value not in (None, "")
        fault = "form_believed" if is_given else "form_map" if is_plain else "form_never"
        entries.report(
            "PR34",
            sheet,
            spot[1:],
            severity=Severity.WARNING if is_given else Severity.ERROR,
            fault=Term(fault),
            **about,
        )
        return entry.value if entry is not None and is_given else None
    value = evaluator.values[spot]
    if isinstance(value, CellError):
        was = entries.book.value(sheet, spot[1:])
        about = {"formula": f"={(cell.formula or '')[:60]}", "reason": str(value)}
        entries.report(
            "PR34",
            sheet,
            spot[1:],
            severity=Severity.WARNING if was == value else Severity.ERROR,
            fault=Term("form_error"),
            **about,
        )
    return value


def _agrees(entry: Entry, found: Value) -> bool:
    """Whether a formula comes to what the quote says; an amount to the cent, as the form prints it."""
    wanted = entry.value
    if isinstance(wanted, Decimal) and isinstance(found, Decimal):
        if entry.key in _EXACT:
            return abs(wanted - found) < Decimal("1e-9")
        return _round(wanted * entry.scale) == _round(found * entry.scale)
    return not isinstance(found, CellError) and is_same(wanted, found)


def _round(amount: Decimal) -> Decimal:
    return round_to(amount, 2)


def _check_totals(entries: Entries, values: dict[Spot, Value], sheets: dict[int, Sheet]) -> None:
    """The rows that are totals show a sum of the lines above: of all, or since the total before."""
    for spot, sums in entries.totals:
        sheet = sheets[spot[0]]
        if spot in entries.seen:  # the map says what it must show
            continue
        found = values.get(spot, entries.book.value(sheet, spot[1:]))
        if found in (None, ""):
            shown = show(sums[0].value)
            entries.refuse(sheet, spot[1:], "amount", "form_blank_total", severity=Severity.WARNING, value=shown)
        elif isinstance(found, Decimal):
            _hold(entries, sheet, spot, found, sums)


def _hold(entries: Entries, sheet: Sheet, spot: Spot, found: Decimal, wanted: tuple[Entry, ...]) -> None:
    """A figure is one of those that it may be. Diagnostics: PR33."""
    if not any(_agrees(entry, found) for entry in wanted):
        near = min((entry.value for entry in wanted), key=lambda amount: abs(amount - found))  # type: ignore[operator]
        entries.report("PR33", sheet, spot[1:], key="amount", found=show(found), wanted=show(near))
