"""the lines of a quote, as a template prints them: without cost, floor and cap."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from bidkit.bid import Bid
from bidkit.catalog import Product
from bidkit.deal.prices import Line
from bidkit.quote import PricedLine

_OWN = {"id", "name", "spec", "unit", "quantity", "kind", "tags", "remark"}
_OF_PRODUCT = ("brand", "model", "manufacturer", "origin")


def make_lines(lines: Iterable[PricedLine], bid: Bid) -> list[dict[str, Any]]:
    """The lines with their amounts, numbered from 1."""
    products = {product.sku: product for product in bid.catalog.products}
    categories = {category.id: category.name for category in bid.deal.quote.walk()}
    made = []
    for number, item in enumerate(lines, 1):
        parts = [_describe(part, products) for part in item.offer.parts]
        about = {"no": number, "number": item.number, "category": categories[item.line.category], "parts": parts}
        prices = {"list_price": item.offer.list_price, "unit_price": item.unit_price, "discount": item.discount}
        amounts = {"tax_rate": item.line.rate, "is_exempt": item.line.is_exempt}
        amounts |= {"amount": item.amount, "net": item.net, "tax": item.tax}
        made.append({**about, **_describe(item.line, products), **prices, **amounts})
    return made


def _describe(line: Line, products: Mapping[str, Product]) -> dict[str, Any]:
    """What a line says of its goods; what it does not say of its product is the catalog's."""
    product = products.get(line.sku)
    named = {name: getattr(line, name) or getattr(product, name, "") for name in _OF_PRODUCT}
    return {**line.model_dump(include=_OWN), "item": line.item or line.id, **named}


def count_sold(bid: Bid) -> dict[str, Decimal]:
    """By sku, how many units the base lines hold, alone and as parts of others."""
    sold = {line.sku: Decimal(0) for line in bid.deal.quote.lines if line.sku}
    for item in (item for item in bid.quote.lines if item.line.kind == "base"):
        if item.line.sku:
            sold[item.line.sku] += item.line.quantity
        for part in (part for part in item.offer.parts if part.sku):
            sold[part.sku] += part.quantity * item.line.quantity
    return sold
