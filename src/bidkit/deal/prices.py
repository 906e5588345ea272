"""the quote as it is written: categories, lines, payments."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Literal, NamedTuple

from pydantic import Field

from bidkit.deal.price_forms import PriceForm
from bidkit.kinds import Nature
from bidkit.scalars import (
    Currency,
    Day,
    Factor,
    Model,
    Money,
    Note,
    Price,
    Quantity,
    Rate,
    Tags,
    TaxRate,
    Text,
    Texts,
    Whole,
)
from bidkit.words import count_decimals

LineKind = Literal["base", "optional", "alternative", "option_period"]


class Category(Model):
    """A heading of the quote, in the order in which it is printed; of a tender with lots, in one of them.

    A category may hold others; `discount` is one on all prices in it. `year` is the contract year of what is in it,
    from which prices escalate; the base lines of one of kind `option_period` are those of an option period. `nature` is
    what is sold in it and in all below it, by which its rate of tax is judged.
    """

    id: Text
    name: Text
    lot: Note = ""
    kind: Literal["base", "option_period"] = "base"
    year: Whole | None = None
    nature: Nature | None = None
    discount: Rate | None = None
    categories: tuple[Category, ...] = ()

    def walk(self) -> Iterator[Category]:
        """This category and all in it, in printed order."""
        yield self
        for inner in self.categories:
            yield from inner.walk()


class Line(Model):
    """One line of the quote; `amount`, where stated, must be what is computed.

    Its price before discounts is `list_price`, or `unit_price`, or what the price books say of its `sku`, or the sum of
    the lines that are `part_of` it. A stated `unit_price` beside a `list_price` must be what follows from it.
    `item` is the buyer's id where it is not `id`. A line with `periods` stands once in each of these categories; from
    year to year its price grows by `escalation`. `floor` and `cap` are limits of the unit price; they and `cost`, that
    of one unit without tax, never leave the house.
    """

    id: Text
    item: Note = ""
    category: Note = ""
    periods: Texts = ()
    name: Text
    spec: Note = ""
    brand: Note = ""
    model: Note = ""
    manufacturer: Note = ""
    origin: Note = ""
    sku: Note = ""
    unit: Text
    quantity: Quantity
    unit_price: Price | None = None
    list_price: Price | None = None
    currency: Currency | None = None
    discount: Rate | None = None
    escalation: Rate | None = None
    floor: Price | None = None
    cap: Price | None = None
    cost: Price | None = None
    tax_rate: TaxRate
    amount: Money | None = None
    kind: LineKind = "base"
    replaces: Note = ""
    part_of: Note = ""
    tags: Tags = Field(default_factory=dict)
    remark: Note = ""

    @property
    def categories(self) -> tuple[str, ...]:
        """The categories in which it stands."""
        return self.periods or (self.category,)

    @property
    def is_exempt(self) -> bool:
        """Whether it is exempt from tax, which is not the same as a rate of zero."""
        return self.tax_rate == "exempt"

    @property
    def rate(self) -> Decimal:
        """Its rate of tax."""
        return self.tax_rate if isinstance(self.tax_rate, Decimal) else Decimal(0)


class Payment(Model):
    """A part of the price and when it is due: a share of it, or an amount."""

    name: Text
    trigger: Text
    percent: Rate | None = None
    amount: Money | None = None


class ExchangeRate(Model):
    """What one unit of another currency is worth in the quote's own, on which day and by whom."""

    currency: Currency
    rate: Factor
    date: Day
    source: Note = ""


class Rounding(Model):
    """The decimals to which unit prices and amounts of lines are rounded, half up; None for those of the currency."""

    unit_price: Whole | None = None
    amount: Whole | None = None


class Places(NamedTuple):
    """The decimals of unit prices, of the amounts of lines, and of all else, which are those of the currency."""

    unit_price: int
    amount: int
    currency: int


class QuoteText(Model):
    """The quote as written; everything derived from it is computed in `quote`.

    `prices` says whether prices include tax. `target` is what the amounts of all base lines are to add up to; the unit
    prices are spread to it. `low_price_explanation` says why a total that is very low can be kept. `groupings` are the
    tags by which lines are summed beside categories, each with a title.
    """

    currency: Currency = "CNY"
    prices: Literal["gross", "net"] = "gross"
    tax_sum: Literal["by_line", "by_rate"] = "by_rate"
    rounding: Rounding = Rounding()
    rates: tuple[ExchangeRate, ...] = ()
    validity_days: Whole
    price_books: Texts = ()
    categories: tuple[Category, ...]
    groupings: dict[str, Text] = Field(default_factory=dict)
    lines: tuple[Line, ...]
    discount: Rate | None = None
    target: Money | None = None
    total: Money | None = None
    total_words: Note = ""
    low_price_explanation: Note = ""
    milestones: tuple[Payment, ...] = ()
    notes: tuple[Text, ...] = ()
    forms: tuple[PriceForm, ...] = ()

    @property
    def places(self) -> Places:
        """The decimals to which everything of this quote is rounded."""
        own, written = count_decimals(self.currency), self.rounding
        unit_price = own if written.unit_price is None else written.unit_price
        return Places(unit_price, own if written.amount is None else written.amount, own)

    def walk(self) -> Iterator[Category]:
        """All categories, in printed order."""
        for category in self.categories:
            yield from category.walk()
