"""price books: what a product costs, in which book and until when.

A book holds for the days between its own dates, both included; an item that states a date of its own has that instead.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import pairwise
from typing import Literal

from bidkit.diagnostic import Diagnostic, Span
from bidkit.scalars import Currency, Day, Model, Note, Price, Text
from bidkit.source import nearest


class BookItem(Model):
    """The price of one unit of a product before discounts, the limits of its price, and its cost without tax.

    All of them are in its own currency, or else in that of its book.
    """

    sku: Text
    category: Note = ""
    name: Note = ""
    unit: Text
    list_price: Price
    currency: Currency | None = None
    cost: Price | None = None
    floor: Price | None = None
    cap: Price | None = None
    valid_from: Day | None = None
    valid_until: Day | None = None


class PriceBook(Model):
    """A list of prices in one currency, with or without tax, and who answers for it."""

    id: Text
    title: Text
    currency: Currency = "CNY"
    prices: Literal["gross", "net"] = "gross"
    valid_from: Day
    valid_until: Day
    owner: Text
    items: tuple[BookItem, ...]

    @cached_property
    def by_sku(self) -> dict[str, list[BookPrice]]:
        """Its items by product; one product may have several prices, each in its time."""
        found: dict[str, list[BookPrice]] = {}
        for item in self.items:
            found.setdefault(item.sku, []).append(BookPrice(self, item))
        return found


@dataclass(frozen=True)
class BookPrice:
    """An item of a price book, with its book."""

    book: PriceBook
    item: BookItem

    @property
    def currency(self) -> Currency:
        """The currency of all its prices."""
        return self.item.currency or self.book.currency

    @property
    def valid_from(self) -> date:
        """The first day on which it holds."""
        return self.item.valid_from or self.book.valid_from

    @property
    def valid_until(self) -> date:
        """The last day on which it holds."""
        return self.item.valid_until or self.book.valid_until

    def span(self, key: str) -> Span | None:
        """Where one of its dates is written."""
        return (self.item if getattr(self.item, key) else self.book).span(key)


def find_price(
    books: Sequence[PriceBook], sku: str, day: date, at: Span | None = None
) -> tuple[BookPrice | None, list[Diagnostic]]:
    """The price of a product on a day: that of the first book which has one; else why there is none.

    Args:
        at: where the product is named. Diagnostics: DL41, DL42, DL43.
    """
    known = [price for book in books for price in book.by_sku.get(sku, ())]
    for price in known:
        if price.valid_from <= day <= price.valid_until:
            return price, []
    if not known:
        near = _find_near(sku, sorted({name for book in books for name in book.by_sku}))
        named = ", ".join(book.id for book in books) or "—"
        return None, [Diagnostic("DL41", at, {"sku": sku, "books": named, "near": near})]
    past = [price for price in known if price.valid_until < day]
    if past:
        return None, [_refuse("DL42", max(past, key=lambda one: one.valid_until), "valid_until", day, at)]
    return None, [_refuse("DL43", min(known, key=lambda one: one.valid_from), "valid_from", day, at)]


def _refuse(code: str, price: BookPrice, key: str, day: date, at: Span | None) -> Diagnostic:
    """A price that does not hold on a day because of one of its dates."""
    place = price.span(key)
    dates = {"first": price.valid_from, "last": price.valid_until, "day": day}
    names = {"sku": price.item.sku, "book": price.book.title, "place": place.label if place else price.book.id}
    return Diagnostic(code, at, dates | names)


def check_book(book: PriceBook) -> Iterator[Diagnostic]:
    """What contradicts itself in a book: a term that ends before it begins, two prices of a product on one day.

    Diagnostics: DL44, DL45.
    """
    if book.valid_until < book.valid_from:
        days = {"first": book.valid_from, "last": book.valid_until}
        yield Diagnostic("DL45", book.span("valid_until"), days)
        return
    for prices in book.by_sku.values():
        for price in prices:
            if price.valid_until < price.valid_from:
                key = "valid_until" if price.item.valid_until else "valid_from"
                yield Diagnostic("DL45", price.span(key), {"first": price.valid_from, "last": price.valid_until})
        for one, two in pairwise(sorted(prices, key=lambda price: price.valid_from)):
            first, last = max(one.valid_from, two.valid_from), min(one.valid_until, two.valid_until)
            if first <= last:
                other = one.item.span("sku")
                values = {"sku": two.item.sku, "other": other.label if other else "—", "first": first, "last": last}
                yield Diagnostic("DL44", two.item.span("sku"), values)


def _find_near(sku: str, known: Sequence[str]) -> str | None:
    """The product that was probably meant; a price list is long, so only those that begin alike are compared."""
    folded = sku.casefold()
    alike = [name for name in known if name.casefold() == folded]
    return next(iter(alike), None) or nearest(sku, [name for name in known if name[:2].casefold() == folded[:2]])
