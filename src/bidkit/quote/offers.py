"""the lines as they are written -> each with its price: price books, exchange rates, years, discounts, a target.

    list price     as stated, of a price book or of the parts; × exchange rate, tax in or out, × (1 + escalation)^years
    unit price     list price × (1 - discount) of the line, of each category around it and of the quote
    to a target    unit prices spread until the amounts of all base lines add up to it

List price and unit price are rounded once each, half up, to the decimals that the quote declares.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from bidkit.catalog.prices import BookPrice, PriceBook, find_price
from bidkit.deal.prices import Category, Line, QuoteText
from bidkit.diagnostic import Diagnostic
from bidkit.spread import Share, spread_total

MAX_AMOUNT = 10**13
"""What no line and no total reaches; words and cents are exact below it."""


@dataclass(frozen=True)
class Offer:
    """A line with its prices in the quote's currency.

    Args:
        line: as written; of one with periods the one in this period, by its id, category and kind.
        floor, cap: limits of the unit price; None for no cap.
        cost: of one unit, without tax; that of its parts where only they have one; None where it is not known.
        parts: the lines that are part of it.
        booked: what the price books ask for one unit, whatever the line states; None where they do not know it.
    """

    line: Line
    list_price: Decimal
    unit_price: Decimal
    floor: Decimal = Decimal(0)
    cap: Decimal | None = None
    cost: Decimal | None = None
    parts: tuple[Line, ...] = ()
    booked: Decimal | None = None


def round_to(amount: Decimal, places: int) -> Decimal:
    """Half up to so many decimals."""
    return amount.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def make_offers(
    text: QuoteText, books: Sequence[PriceBook] = (), day: date | None = None
) -> tuple[tuple[Offer, ...], list[Diagnostic]]:
    """Every line with its prices, in the order of writing. Diagnostics: DL11, DL41–DL43, DL50, DL51.

    Args:
        day: the one on which a price of a book must hold.
    """
    maker = _Maker(text, books, day)
    offers = [offer for line in text.lines if not line.part_of for offer in maker.make(line)]
    problems = list({(problem.code, problem.span): problem for problem in maker.problems}.values())
    problems = problems or _find_excess(text, offers)
    if not problems and text.target is not None:
        offers = _aim(offers, text.target, text.places.currency)
    return tuple(offers), problems


class _Maker:
    """A quote whose lines are being priced."""

    def __init__(self, text: QuoteText, books: Sequence[PriceBook], day: date | None) -> None:
        self.text = text
        self.books = books
        self.day = day
        self.rates: dict[str, Decimal] = {rate.currency: rate.rate for rate in text.rates}
        self.rates[text.currency] = Decimal(1)
        self.parts: dict[str, list[Line]] = {}
        for line in text.lines:
            if line.part_of:
                self.parts.setdefault(line.part_of, []).append(line)
        self.categories = {category.id: category for category in text.walk()}
        self.factors = dict(_list_factors(text.categories, 1 - (text.discount or Decimal(0))))
        self.problems: list[Diagnostic] = []

    def make(self, line: Line) -> Iterator[Offer]:
        """The line in each of its periods, or once; nothing if it has no price."""
        book, reasons = self.look_up(line)
        price = self.price_unit(line, book, reasons)
        if price is None:
            return
        floor, cap = (self.find_limit(line, book, key) for key in ("floor", "cap"))
        cost, booked = self.find_cost(line, book), self.read_book(line, book, book.item.list_price) if book else None
        for name in line.categories:
            category = self.categories.get(name)
            years = category.year - 1 if line.escalation and category and category.year else 0
            listed = round_to(price * (1 + (line.escalation or Decimal(0))) ** years, self.text.places.unit_price)
            factor = self.factors.get(name, Decimal(1)) * (1 - (line.discount or Decimal(0)))
            unit_price = round_to(listed * factor, self.text.places.unit_price)
            changes = {"category": name, "id": f"{name}-{line.id}" if line.periods else line.id}
            if category and category.kind == "option_period" and line.kind == "base":
                changes["kind"] = "option_period"
            own = line.model_copy(update=changes)
            parts = tuple(self.parts.get(line.id, ()))
            yield Offer(own, listed, unit_price, floor or Decimal(0), cap, cost, parts, booked)

    def look_up(self, line: Line) -> tuple[BookPrice | None, list[Diagnostic]]:
        """What the price books say of the product of a line, or why they say nothing."""
        if not (line.sku and self.books and self.day):
            return None, []
        return find_price(self.books, line.sku, self.day, line.span("sku"))

    def price_unit(self, line: Line, book: BookPrice | None, reasons: Sequence[Diagnostic]) -> Decimal | None:
        """The price of one unit before years and discounts, not yet rounded."""
        stated = line.list_price if line.list_price is not None else line.unit_price
        if stated is not None:
            return self.convert(line, "currency", stated)
        if book:
            return self.read_book(line, book, book.item.list_price)
        if line.id in self.parts and not line.part_of:
            found = [(part, self.price_unit(part, *self.look_up(part))) for part in self.parts[line.id]]
            places = self.text.places.unit_price
            prices = [round_to(price, places) * part.quantity for part, price in found if price is not None]
            return sum(prices, Decimal(0)) if len(prices) == len(found) else None
        self.problems += reasons or [Diagnostic("DL50", line.span(), {"line": line.id})]
        return None

    def find_limit(self, line: Line, book: BookPrice | None, key: str) -> Decimal | None:
        """The floor or the cap of a line: its own, or else that of its product."""
        own = getattr(line, key)
        if own is not None or book is None:
            return self.convert(line, key, own)
        return self.read_book(line, book, getattr(book.item, key))

    def find_cost(self, line: Line, book: BookPrice | None) -> Decimal | None:
        """The cost of one unit: the line's own, or that of its product, or that of all its parts."""
        if line.cost is not None:
            return self.convert(line, "cost", line.cost)
        if book and book.item.cost is not None:
            return self.convert(line, "sku", book.item.cost, book.currency)
        found = [(part, self.find_cost(part, self.look_up(part)[0])) for part in self.parts.get(line.id, ())]
        costs = [cost * part.quantity for part, cost in found if cost is not None]
        return sum(costs, Decimal(0)) if costs and len(costs) == len(found) else None

    def read_book(self, line: Line, book: BookPrice, amount: Decimal | None) -> Decimal | None:
        """A price of a book in the quote's currency, with tax or without as the quote's prices are."""
        price = self.convert(line, "sku", amount, book.currency)
        if price is None or book.book.prices == self.text.prices:
            return price
        return price * (1 + line.rate) if book.book.prices == "net" else price / (1 + line.rate)

    def convert(self, line: Line, key: str, amount: Decimal | None, currency: str = "") -> Decimal | None:
        """An amount of a line in the quote's currency. Diagnostics: DL51."""
        currency = currency or line.currency or self.text.currency
        if amount is None or currency in self.rates:
            return None if amount is None else amount * self.rates[currency]
        values = {"line": line.id, "currency": currency, "own": self.text.currency}
        self.problems.append(Diagnostic("DL51", line.span(key), values))
        return None


def _list_factors(categories: Sequence[Category], factor: Decimal) -> Iterator[tuple[str, Decimal]]:
    """What the discounts of the quote and of the categories leave of a price in each category."""
    for category in categories:
        own = factor * (1 - (category.discount or Decimal(0)))
        yield category.id, own
        yield from _list_factors(category.categories, own)


def _find_excess(text: QuoteText, offers: Sequence[Offer]) -> list[Diagnostic]:
    """A line or a total that no quote can have."""
    limit, total = f"< {MAX_AMOUNT:,}", Decimal(0)
    for offer in offers:
        amount = offer.line.quantity * offer.unit_price
        amount *= 1 + offer.line.rate if text.prices == "net" else 1
        total += amount
        if amount >= MAX_AMOUNT:
            return [Diagnostic("DL11", offer.line.span("quantity"), {"value": f"{amount:,.2f}", "limit": limit})]
    if total >= MAX_AMOUNT:
        return [Diagnostic("DL11", text.span("lines"), {"value": f"{total:,.2f}", "limit": limit})]
    return []


def _aim(offers: Sequence[Offer], target: Decimal, places: int) -> list[Offer]:
    """The base lines at prices of so many decimals that add up to the target, or as near to it as limits allow."""
    aimed = [place for place, offer in enumerate(offers) if offer.line.kind == "base"]
    shares = [
        Share(offer.line.quantity, offer.unit_price, offer.floor, offer.cap)
        for offer in (offers[place] for place in aimed)
    ]
    if any(share.cap is not None and share.cap < share.floor for share in shares):
        return [*offers]  # a finding of its own
    made = [*offers]
    for place, price in zip(aimed, spread_total(shares, target, places).prices, strict=True):
        made[place] = replace(offers[place], unit_price=price)
    return made
