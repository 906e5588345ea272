"""the prices that the finished files of a bid state: totals in figures and words, and the lines of its breakdown.

    opening    the summary read out at the opening (开标一览表, price summary), or the letter (投标函), by regime
    bill       the lines: quantity, unit price, amount; subtotals are none
    others     the total in every other place

Nothing is guessed: a place is known by what stands beside its figures, and what cannot be read is said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Literal

from bidkit.correction import BillLine, Regime, Statement
from bidkit.stated.found import Bill, Lot, Stated, Total
from bidkit.stated.names import is_evaluated, names_options
from bidkit.stated.reading import Reader

_PLACES: Mapping[Regime, tuple[str, ...]] = {
    "mof87": ("开标一览表|bid summary|opening", "报价一览表|price summary", "投标函|letter"),
    "ndrc": ("投标函|letter", "开标一览表|报价一览表|summary"),
    "mdb": ("letter|投标函", "summary|开标一览表|报价一览表"),
}
"""By regime, the names of the places whose price counts first."""
Period = Literal["", "evaluated", "base", "options"]
"""Which price of a bid: the only one, or that with the option periods, without them, or theirs alone."""
_WHOLE = ("", "evaluated")


def read_prices(files: Mapping[str, bytes], currency: str, language: str, lots: Sequence[Lot] = ()) -> Stated:
    """The prices in .docx and .xlsx files. Diagnostics: DL14, DL18, DL28, PR21 (words that say no amount)."""
    reader = Reader(currency, language, lots)
    for name in sorted(files, key=lambda name: (name.endswith(".xlsx"), name)):
        if name.endswith(".xlsx"):
            reader.read_workbook(name, files[name])
        elif name.endswith(".docx"):
            reader.read_word(name, files[name])
    return reader.found


def list_periods(found: Stated, lot: str = "") -> tuple[Period, ...]:
    """The prices that a bid or a lot has: one, or where there are option periods three."""
    has_options = any(names_options(total.label) for total in found.totals if total.lot == lot)
    return ("evaluated", "base", "options") if has_options else ("",)


def make_statement(
    found: Stated, regime: Regime, lot: str = "", period: Period = ""
) -> tuple[Statement | None, Total | None]:
    """What a committee has before it for the whole bid or for a lot, and the place whose price it takes first.

    Returns: None where no total or no breakdown is found. The lines are left out where a breakdown does not tell which
        of them are of the period, or adds tax for all periods together.
    """
    totals = _choose_totals(found, regime, lot, period)
    bills = [bill for bill in found.bills if bill.lot == lot]
    first = _find_first(totals, regime)
    if first is None or not bills:
        return None, first
    others: dict[str, Decimal] = {}
    for total in totals:
        for amount in (total.figures, total.words) if total is not first else ():
            if amount is not None and others.get(total.place, first.figures) == first.figures:
                others[total.place] = amount
    figures = first.figures if first.figures is not None else first.words
    assert figures is not None
    lines = _choose_lines(bills, period) if not found.taxes or period in _WHOLE else ()
    tax = found.taxes.get(sum((line.amount for line in lines), Decimal(0)), Decimal("0.00"))
    return Statement(figures, first.words, lines, others, tax), first


def _choose_lines(bills: Sequence[Bill], period: Period) -> tuple[BillLine, ...]:
    """The lines that make up a price, by the first breakdown that tells of which period they are."""
    if period in _WHOLE:
        return bills[0].lines
    marked = next((bill for bill in bills if bill.options), None)
    return (
        tuple(line for line in marked.lines if (line.id in marked.options) == (period == "options")) if marked else ()
    )


def _choose_totals(found: Stated, regime: Regime, lot: str, period: Period) -> list[Total]:
    """The totals of a period; what is only called a total may be of the base period, or of all."""
    totals = [total for total in found.totals if total.lot == lot]
    if not period:
        return totals
    chosen = [total for total in totals if _find_period(total.label) == period]
    if period == "base":
        whole = _find_first(_choose_totals(found, regime, lot, "evaluated"), regime)
        return [total for total in chosen if whole is None or total.figures != whole.figures]
    return chosen


def _find_period(label: str) -> Period:
    if is_evaluated(label):
        return "evaluated"
    return "options" if names_options(label) else "base"


def compare_bills(bills: Sequence[Bill]) -> Iterator[tuple[Bill, str]]:
    """The breakdowns that differ from the first one, each with the id of the first line that does."""
    for bill in bills[1:]:
        known = {line.id: line for line in bills[0].lines}
        other = {line.id: line for line in bill.lines}
        for name in dict.fromkeys([*known, *other]):
            if known.get(name) != other.get(name):
                yield bill, name
                break


def _find_first(totals: Sequence[Total], regime: Regime) -> Total | None:
    """The total that counts before the others: by its place, else the first one with figures and words."""
    for names in _PLACES[regime]:
        for total in totals:
            if re.search(names, total.place, re.I) and total.figures is not None:
                return total
    whole = [total for total in totals if total.figures is not None]
    return next((total for total in whole if total.words is not None), whole[0] if whole else None)
