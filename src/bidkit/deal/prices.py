"""the quote as it is written: categories, lines, payments."""

from __future__ import annotations

from typing import Literal

from bidkit.scalars import Model, Money, Note, Quantity, Rate, Text, Whole


class Category(Model):
    """A heading of the quote, in the order in which it is printed; of a tender with lots, in one of them."""

    id: Text
    name: Text
    lot: Note = ""


class Line(Model):
    """One line of the quote; `amount`, where stated, must be what is computed."""

    id: Text
    category: Text
    name: Text
    spec: Note = ""
    brand: Note = ""
    model: Note = ""
    manufacturer: Note = ""
    origin: Note = ""
    sku: Note = ""
    unit: Text
    quantity: Quantity
    unit_price: Money
    tax_rate: Rate
    amount: Money | None = None
    kind: Literal["base", "optional", "alternative", "option_period"] = "base"
    remark: Note = ""


class Payment(Model):
    """A part of the price and when it is due."""

    name: Text
    trigger: Text
    percent: Rate


class QuoteText(Model):
    """The quote as written; everything derived from it is computed in `quote`."""

    currency: Literal["CNY", "USD", "EUR", "GBP", "HKD"] = "CNY"
    tax_sum: Literal["by_line", "by_rate"] = "by_rate"
    validity_days: Whole
    categories: tuple[Category, ...]
    lines: tuple[Line, ...]
    total: Money | None = None
    total_words: Note = ""
    milestones: tuple[Payment, ...] = ()
    notes: tuple[Text, ...] = ()
