"""money: lines, categories, tax, totals, in Decimal only.

Rounding, all half up to 0.01: a line's amount (quantity × unit price); a line's net amount; under `by_rate` the net
amount of all lines of one rate; a payment (the last one takes the remainder). Sums are never rounded again.

Each lot of a tender is computed by itself, as a contract of its own; the whole quote is the exact sum of its lots.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal

from bidkit.deal.prices import Category, Line, Payment, QuoteText
from bidkit.deal.tender import Lot
from bidkit.words import spell_amount

CENT = Decimal("0.01")


@dataclass(frozen=True)
class PricedLine:
    """A line with its amount: gross, net and tax; net + tax is always the gross amount."""

    line: Line
    amount: Decimal
    net: Decimal
    tax: Decimal


@dataclass(frozen=True)
class CategoryTotal:
    """A category with those of its lines that count in a total, and their sum."""

    category: Category
    lines: tuple[PricedLine, ...]
    total: Decimal


@dataclass(frozen=True)
class TaxTotal:
    """All counted lines of one tax rate."""

    rate: Decimal
    gross: Decimal
    net: Decimal
    tax: Decimal


@dataclass(frozen=True)
class PaymentAmount:
    """A payment milestone and its amount of the base total."""

    payment: Payment
    amount: Decimal


@dataclass(frozen=True)
class Quote:
    """The computed quote.

    `base` counts the base lines, `options` the option periods, `evaluated` both; optional and alternative
    lines are in `extras` and in no total. `net`, `tax` and `taxes` are those of the evaluated total.
    """

    currency: str
    categories: tuple[CategoryTotal, ...]
    extras: tuple[PricedLine, ...]
    taxes: tuple[TaxTotal, ...]
    payments: tuple[PaymentAmount, ...]
    base: Decimal
    options: Decimal
    evaluated: Decimal
    net: Decimal
    tax: Decimal
    words: str
    """The base total in words, in the deal's language."""
    evaluated_words: str
    lots: tuple[LotQuote, ...] = ()
    """In the tender's order; none where it has no lots."""

    @property
    def lines(self) -> tuple[PricedLine, ...]:
        """The counted lines in printed order."""
        return tuple(line for category in self.categories for line in category.lines)


@dataclass(frozen=True)
class LotQuote:
    """A lot, its number among those of the deal, and the quote for it alone."""

    no: int
    lot: Lot
    quote: Quote


def round_cents(amount: Decimal) -> Decimal:
    """Half up to 0.01."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def compute_quote(text: QuoteText, language: str, lots: Sequence[Lot] = ()) -> Quote:
    """Everything that follows from the lines, in the language (`zh`, `en`) of the deal."""
    priced = [price_line(line) for line in text.lines]
    whole = _compute(text, text.categories, priced, language)
    parts = []
    for number, lot in enumerate(lots, 1):
        categories = tuple(category for category in text.categories if category.lot == lot.id)
        names = {category.id for category in categories}
        own = [item for item in priced if item.line.category in names]
        parts.append(LotQuote(number, lot, _compute(text, categories, own, language)))
    return _add_up(whole, parts) if parts else whole


def _add_up(whole: Quote, parts: Sequence[LotQuote]) -> Quote:
    """The whole quote with what is rounded in each lot taken as the sum of the lots."""
    quotes = [part.quote for part in parts]
    taxes = [[tax for quote in quotes for tax in quote.taxes if tax.rate == total.rate] for total in whole.taxes]
    payments = zip(*(quote.payments for quote in quotes), strict=True)
    return replace(
        whole,
        lots=tuple(parts),
        taxes=tuple(_add_rates(same) for same in taxes if same),  # none where lines are in no lot, which is an error
        payments=tuple(PaymentAmount(same[0].payment, _sum(item.amount for item in same)) for same in payments),
        net=_sum(quote.net for quote in quotes),
        tax=_sum(quote.tax for quote in quotes),
    )


def _add_rates(taxes: Sequence[TaxTotal]) -> TaxTotal:
    """One rate over several lots."""
    gross, net, tax = (_sum(getattr(item, key) for item in taxes) for key in ("gross", "net", "tax"))
    return TaxTotal(taxes[0].rate, gross, net, tax)


def _compute(text: QuoteText, categories: tuple[Category, ...], priced: list[PricedLine], language: str) -> Quote:
    """The quote of some categories and their lines."""
    counted = [item for item in priced if item.line.kind in ("base", "option_period")]
    base = _sum(item.amount for item in counted if item.line.kind == "base")
    options = _sum(item.amount for item in counted if item.line.kind == "option_period")
    taxes = tuple(_total_rate(rate, counted) for rate in sorted({item.line.tax_rate for item in counted}, reverse=True))
    parts = counted if text.tax_sum == "by_line" else taxes
    return Quote(
        currency=text.currency,
        categories=tuple(_total_category(category, counted) for category in categories),
        extras=tuple(item for item in priced if item.line.kind in ("optional", "alternative")),
        taxes=taxes,
        payments=_split_payments(text.milestones, base),
        base=base,
        options=options,
        evaluated=base + options,
        net=_sum(part.net for part in parts),
        tax=_sum(part.tax for part in parts),
        words=spell_amount(base, text.currency, language),
        evaluated_words=spell_amount(base + options, text.currency, language),
    )


def price_line(line: Line) -> PricedLine:
    """A line's amounts."""
    amount = round_cents(line.quantity * line.unit_price)
    net = round_cents(amount / (1 + line.tax_rate))
    return PricedLine(line, amount, net, amount - net)


def _total_category(category: Category, counted: list[PricedLine]) -> CategoryTotal:
    lines = tuple(item for item in counted if item.line.category == category.id)
    return CategoryTotal(category, lines, _sum(item.amount for item in lines))


def _total_rate(rate: Decimal, counted: list[PricedLine]) -> TaxTotal:
    gross = _sum(item.amount for item in counted if item.line.tax_rate == rate)
    net = round_cents(gross / (1 + rate))
    return TaxTotal(rate, gross, net, gross - net)


def _split_payments(payments: tuple[Payment, ...], total: Decimal) -> tuple[PaymentAmount, ...]:
    """Each payment's share; the last one takes what is left of the shares' sum, so that nothing is lost to rounding."""
    amounts = [round_cents(total * payment.percent) for payment in payments]
    if amounts and sum(payment.percent for payment in payments) == 1:
        amounts[-1] = total - _sum(amounts[:-1])
    return tuple(PaymentAmount(payment, amount) for payment, amount in zip(payments, amounts, strict=True))


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, Decimal("0.00"))
