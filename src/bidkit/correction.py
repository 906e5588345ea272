"""what a committee would correct in a bid's prices: the steps of a regime, and the price that they lead to.

mof87  财政部令第87号第59条: the summary (开标一览表) before all else, words before figures, a slipped decimal point in
       favour of the total, then the sum of quantity × unit price
ndrc   标准文件 3.1.3: words before figures, unit price before total but for a slipped decimal point, the letter
       (投标函) before other parts
mdb    World Bank ITB 31: unit price before line total but for a slipped decimal point, subtotals before the total,
       words before figures unless the words are those of a wrong sum
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

Regime = Literal["mof87", "ndrc", "mdb"]
StepKind = Literal["place", "words", "figures", "unit_price", "line_amount", "sum"]
_CENT = Decimal("0.01")
_SLIP = Decimal("0.005")


@dataclass(frozen=True)
class BillLine:
    """A line of the price breakdown as it is printed."""

    id: str
    quantity: Decimal
    unit_price: Decimal
    amount: Decimal

    @property
    def product(self) -> Decimal:
        """Quantity × unit price, rounded half up to two places."""
        return (self.quantity * self.unit_price).quantize(_CENT, ROUND_HALF_UP)


@dataclass(frozen=True)
class Statement:
    """The prices of a bid as it states them.

    Args:
        figures: of the summary, or of the letter where that comes first.
        words: the amount that the words beside them say; None where there are none.
        others: the total in each other place, by its name.
        tax: what the breakdown adds to its lines, whose prices are then before tax.
    """

    figures: Decimal
    words: Decimal | None
    lines: tuple[BillLine, ...]
    others: Mapping[str, Decimal]
    tax: Decimal = Decimal("0.00")


@dataclass(frozen=True)
class Step:
    """One correction: where, what stood there and what counts instead."""

    kind: StepKind
    place: str
    before: Decimal
    after: Decimal


@dataclass(frozen=True)
class Correction:
    """All steps, and the price that counts after them.

    Args:
        alternative: the other price where the text of the rule leaves open whether the summary or the sum of the
            lines counts; None where it is settled.
    """

    steps: tuple[Step, ...]
    price: Decimal
    alternative: Decimal | None = None


def correct_prices(stated: Statement, regime: Regime) -> Correction:
    """What a committee would do to the prices of a bid, in its order."""
    if regime == "mof87":
        return _by_summary(stated)
    return _by_unit_prices(stated, spares_wrong_sum=regime == "mdb")


def _by_summary(stated: Statement) -> Correction:
    steps = _correct_places(stated.others, stated.figures)
    figures = stated.figures
    if stated.words is not None and stated.words != figures:
        steps.append(Step("words", "", figures, stated.words))
        figures = stated.words
    lines, slips = _mend_slips(stated.lines)
    steps += slips
    total = _sum_products(lines, stated.tax)
    if not lines or total == figures:
        return Correction(tuple(steps), figures)
    return Correction((*steps, Step("sum", "", figures, total)), total, figures)


def _by_unit_prices(stated: Statement, *, spares_wrong_sum: bool) -> Correction:
    lines, slips = _mend_slips(stated.lines)
    figures, total = stated.figures, _sum_products(lines, stated.tax)
    steps: list[Step] = []
    if stated.words is not None and stated.words != figures:
        if spares_wrong_sum and lines and total == figures:  # then it is the words that come from a wrong sum
            steps.append(Step("figures", "", stated.words, figures))
        else:
            steps.append(Step("words", "", figures, stated.words))
            figures = stated.words
    steps += _correct_places(stated.others, figures) + slips
    steps += [Step("line_amount", line.id, line.amount, line.product) for line in lines if line.product != line.amount]
    if lines and total != figures:
        steps.append(Step("sum", "", figures, total))
        figures = total
    return Correction(tuple(steps), figures)


def _correct_places(others: Mapping[str, Decimal], figures: Decimal) -> list[Step]:
    return [Step("place", place, amount, figures) for place, amount in others.items() if amount != figures]


def _mend_slips(lines: Sequence[BillLine]) -> tuple[tuple[BillLine, ...], list[Step]]:
    """Unit prices whose decimal point has slipped, made good from the line's amount."""
    mended, steps = [], []
    for line in lines:
        price = find_slip(line)
        if price is not None:
            steps.append(Step("unit_price", line.id, line.unit_price, price))
            line = replace(line, unit_price=price)
        mended.append(line)
    return tuple(mended), steps


def find_slip(line: BillLine) -> Decimal | None:
    """The unit price that the amount stands for, if the written one is about a power of ten away from it."""
    product = line.quantity * line.unit_price
    if product <= 0 or line.amount <= 0:
        return None
    ratio = line.amount / product
    power = ratio.log10().to_integral_value(ROUND_HALF_UP)
    if power == 0 or abs(ratio / 10**power - 1) >= _SLIP:
        return None
    return (line.amount / line.quantity).quantize(_CENT, ROUND_HALF_UP)


def _sum_products(lines: Sequence[BillLine], tax: Decimal) -> Decimal:
    return sum((line.product for line in lines), tax)
