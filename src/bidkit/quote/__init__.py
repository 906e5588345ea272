"""money: lines, categories, tax, totals, in Decimal only.

Rounding, all half up to the smallest unit of the currency where the quote declares nothing else (0.01; 1 in yen): a
line's amount (quantity × unit price); the tax of a line, or under `by_rate` that of all lines of one rate; a payment
(the last one takes the remainder). Sums are never rounded again. Prices that include tax give the net amount by
division, the tax is the rest; prices without tax give the tax by multiplication.

The base lines and the option periods are each computed as a contract of their own, and each lot of a tender too; the
whole quote is the exact sum of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Literal

from bidkit.catalog.prices import PriceBook
from bidkit.deal.prices import Category, Line, Payment, QuoteText
from bidkit.deal.tender import Lot
from bidkit.diagnostic import Diagnostic
from bidkit.quote.offers import Offer, make_offers, round_to
from bidkit.words import spell_amount

__all__ = ["LotQuote", "PaymentAmount", "PricedLine", "Quote", "price_quote", "round_cents", "split_payments"]

_COUNTED = ("base", "option_period")


@dataclass(frozen=True)
class PricedLine:
    """A line with its amount, which includes tax or not as its price does; net + tax is what is to be paid for it.

    Args:
        number: its place in the quote: `2.3` is the third line of the second category; empty if it is in no total.
    """

    offer: Offer
    number: str
    amount: Decimal
    net: Decimal
    tax: Decimal

    @property
    def line(self) -> Line:
        """The line as written; of one with periods, the one of its period."""
        return self.offer.line

    @property
    def unit_price(self) -> Decimal:
        """What one unit costs after all discounts."""
        return self.offer.unit_price

    @property
    def discount(self) -> Decimal:
        """The part of the list price that is let off; below zero if more is asked."""
        listed = self.offer.list_price
        return 1 - self.unit_price / listed if listed else Decimal(0)


@dataclass(frozen=True)
class CategoryTotal:
    """A category with those of its own lines that count in a total, and the sum of these and of all categories in it.

    Args:
        number: `2.1` for the first thing in the second category.
        level: 1 for one that lies in no other.
    """

    category: Category
    lines: tuple[PricedLine, ...]
    total: Decimal
    number: str
    level: int


@dataclass(frozen=True)
class Group:
    """The counted lines that have one value of a tag, and their sum; the value is empty for lines without the tag."""

    value: str
    lines: tuple[PricedLine, ...]
    total: Decimal


@dataclass(frozen=True)
class Grouping:
    """The counted lines by the values of one tag."""

    tag: str
    title: str
    groups: tuple[Group, ...]


@dataclass(frozen=True)
class TaxTotal:
    """All lines of one kind (`base`, `option_period`) and one tax rate."""

    kind: Literal["base", "option_period"]
    rate: Decimal
    is_exempt: bool
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

    `base` is what the base lines cost, `options` the option periods, `evaluated` both, each with tax; optional and
    alternative lines are in `extras` and in no total. `subtotal` is the sum of the base lines' amounts as printed:
    `base` where prices include tax. `net`, `tax` and `taxes` are those of the evaluated total.
    """

    currency: str
    prices: Literal["gross", "net"]
    categories: tuple[CategoryTotal, ...]
    groupings: tuple[Grouping, ...]
    extras: tuple[PricedLine, ...]
    taxes: tuple[TaxTotal, ...]
    payments: tuple[PaymentAmount, ...]
    subtotal: Decimal
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

    @property
    def top_categories(self) -> tuple[CategoryTotal, ...]:
        """Those that lie in no other; their totals are the whole."""
        return tuple(item for item in self.categories if item.level == 1)


@dataclass(frozen=True)
class LotQuote:
    """A lot, its number among those of the deal, and the quote for it alone."""

    no: int
    lot: Lot
    quote: Quote


def round_cents(amount: Decimal) -> Decimal:
    """Half up to 0.01."""
    return round_to(amount, 2)


def price_quote(
    text: QuoteText,
    language: str,
    lots: Sequence[Lot] = (),
    books: Sequence[PriceBook] = (),
    day: date | None = None,
) -> tuple[Quote | None, list[Diagnostic]]:
    """Everything that follows from a quote as written, in the language or locale (`zh`, `en-GB`); None if a line has no
    price. Diagnostics: DL11, DL41–DL43, DL50, DL51.

    Args:
        day: the one on which a price of a book must hold.
    """
    offers, problems = make_offers(text, books, day)
    return (None, problems) if problems else (_compute_quote(text, offers, language, lots), [])


def _compute_quote(text: QuoteText, offers: Sequence[Offer], language: str, lots: Sequence[Lot]) -> Quote:
    whole = _compute(text, text.categories, offers, language)
    parts = []
    for number, lot in enumerate(lots, 1):
        categories = tuple(category for category in text.categories if category.lot == lot.id)
        names = {inner.id for category in categories for inner in category.walk()}
        own = [offer for offer in offers if offer.line.category in names]
        parts.append(LotQuote(number, lot, _compute(text, categories, own, language)))
    return _add_up(whole, parts, language) if parts else whole


def _add_up(whole: Quote, parts: Sequence[LotQuote], language: str) -> Quote:
    """The whole quote with what is rounded in each lot taken as the sum of the lots."""
    quotes = [part.quote for part in parts]
    taxes = [[tax for quote in quotes for tax in quote.taxes if _is_same(tax, total)] for total in whole.taxes]
    payments = zip(*(quote.payments for quote in quotes), strict=True)
    base, evaluated = (_sum(getattr(quote, key) for quote in quotes) for key in ("base", "evaluated"))
    return replace(
        whole,
        lots=tuple(parts),
        taxes=tuple(_add_rates(same) for same in taxes if same),  # none where lines are in no lot, which is an error
        payments=tuple(PaymentAmount(same[0].payment, _sum(item.amount for item in same)) for same in payments),
        base=base,
        options=evaluated - base,
        evaluated=evaluated,
        net=_sum(quote.net for quote in quotes),
        tax=_sum(quote.tax for quote in quotes),
        words=spell_amount(base, whole.currency, language),
        evaluated_words=spell_amount(evaluated, whole.currency, language),
    )


def _is_same(one: TaxTotal, two: TaxTotal) -> bool:
    return (one.kind, one.rate, one.is_exempt) == (two.kind, two.rate, two.is_exempt)


def _add_rates(taxes: Sequence[TaxTotal]) -> TaxTotal:
    """One rate over several lots."""
    gross, net, tax = (_sum(getattr(item, key) for item in taxes) for key in ("gross", "net", "tax"))
    return replace(taxes[0], gross=gross, net=net, tax=tax)


def _compute(text: QuoteText, categories: Sequence[Category], offers: Sequence[Offer], language: str) -> Quote:
    """The quote of some categories and their lines."""
    counted = [offer for offer in offers if offer.line.kind in _COUNTED]
    totals = tuple(_total_categories(text, categories, counted))
    lines = [line for total in totals for line in total.lines]
    taxes = tuple(_total_taxes(text, lines))
    base, options = (_sum(tax.gross for tax in taxes if tax.kind == kind) for kind in ("base", "option_period"))
    return Quote(
        currency=text.currency,
        prices=text.prices,
        categories=totals,
        groupings=tuple(_group(tag, title, lines) for tag, title in text.groupings.items()),
        extras=tuple(_price_line(text, offer, "") for offer in offers if offer.line.kind not in _COUNTED),
        taxes=taxes,
        payments=split_payments(text.milestones, base, text.places.currency),
        subtotal=_sum(item.amount for item in lines if item.line.kind == "base"),
        base=base,
        options=options,
        evaluated=base + options,
        net=_sum(tax.net for tax in taxes),
        tax=_sum(tax.tax for tax in taxes),
        words=spell_amount(base, text.currency, language),
        evaluated_words=spell_amount(base + options, text.currency, language),
    )


def _total_categories(
    text: QuoteText, categories: Sequence[Category], counted: Sequence[Offer], before: str = "", first: int = 1
) -> Iterator[CategoryTotal]:
    """The categories and those in them, numbered; what lies in one is numbered after its own lines.

    Args:
        before: the number of what they lie in with a full stop behind it, or nothing.
        first: the number of the first of them.
    """
    level = before.count(".") + 1
    for place, category in enumerate(categories, first):
        number = f"{before}{place}"
        own = [offer for offer in counted if offer.line.category == category.id]
        lines = tuple(_price_line(text, offer, f"{number}.{no}") for no, offer in enumerate(own, 1))
        inner = tuple(_total_categories(text, category.categories, counted, f"{number}.", len(own) + 1))
        total = _sum(item.amount for item in lines) + _sum(item.total for item in inner if item.level == level + 1)
        yield CategoryTotal(category, lines, total, number, level)
        yield from inner


def _price_line(text: QuoteText, offer: Offer, number: str) -> PricedLine:
    """A line's amounts."""
    rate = offer.line.rate
    amount = round_cents(round_to(offer.line.quantity * offer.unit_price, text.places.amount))
    if text.prices == "net":
        return PricedLine(offer, number, amount, amount, _round(amount * rate, text))
    net = _round(amount / (1 + rate), text)
    return PricedLine(offer, number, amount, net, amount - net)


def _total_taxes(text: QuoteText, lines: Sequence[PricedLine]) -> Iterator[TaxTotal]:
    """Net amount and tax of each rate, from the highest, of the base lines and then of the option periods."""
    kinds: tuple[Literal["base", "option_period"], ...] = ("base", "option_period")
    for kind in kinds:
        of_kind = [item for item in lines if item.line.kind == kind]
        rates = sorted({(item.line.rate, item.line.is_exempt) for item in of_kind}, key=lambda key: (-key[0], key[1]))
        for rate, is_exempt in rates:
            same = [item for item in of_kind if (item.line.rate, item.line.is_exempt) == (rate, is_exempt)]
            amount = _sum(item.amount for item in same)
            if text.tax_sum == "by_line":
                net, tax = _sum(item.net for item in same), _sum(item.tax for item in same)
            elif text.prices == "net":
                net, tax = amount, _round(amount * rate, text)
            else:
                net = _round(amount / (1 + rate), text)
                tax = amount - net
            yield TaxTotal(kind, rate, is_exempt, net + tax, net, tax)


def _group(tag: str, title: str, lines: Sequence[PricedLine]) -> Grouping:
    """The lines by a tag, its values in the order in which they are met, lines without it last."""
    values = dict.fromkeys(item.line.tags[tag] for item in lines if tag in item.line.tags)
    groups = []
    for value in [*values, ""]:
        same = tuple(item for item in lines if item.line.tags.get(tag, "") == value)
        if same:
            groups.append(Group(value, same, _sum(item.amount for item in same)))
    return Grouping(tag, title, tuple(groups))


def split_payments(payments: Sequence[Payment], total: Decimal, places: int) -> tuple[PaymentAmount, ...]:
    """Each payment's amount: as stated, or its share of the total; a share at the end takes what rounding left.

    Args:
        places: the decimals of the currency, to which a share is rounded, half up.
    """
    unit = Decimal(1).scaleb(-places)
    amounts = [
        round_cents(round_to(total * payment.percent, places))
        if payment.percent is not None
        else payment.amount or Decimal("0.00")
        for payment in payments
    ]
    if payments and payments[-1].percent is not None:
        rest, shares = total - _sum(amounts), [payment.percent for payment in payments if payment.percent is not None]
        is_whole = sum(shares) == 1 if len(shares) == len(payments) else abs(rest) < len(shares) * unit
        amounts[-1] += rest if is_whole else 0
    return tuple(PaymentAmount(payment, amount) for payment, amount in zip(payments, amounts, strict=True))


def _round(amount: Decimal, text: QuoteText) -> Decimal:
    """Half up to the smallest unit of the quote's currency, with two decimals at least."""
    return round_cents(round_to(amount, text.places.currency))


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, Decimal("0.00"))
