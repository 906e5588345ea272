"""the lines of a quote, as a template prints them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bidkit.bid import Bid
from bidkit.quote import PricedLine

_OWN = {"id", "name", "spec", "unit", "quantity", "unit_price", "tax_rate", "kind", "remark"}
_OF_PRODUCT = ("brand", "model", "manufacturer", "origin")


def make_lines(lines: Iterable[PricedLine], bid: Bid) -> list[dict[str, Any]]:
    """The lines with their amounts, numbered from 1; what one does not say of its product is the catalog's."""
    products = {product.sku: product for product in bid.catalog.products}
    categories = {category.id: category.name for category in bid.deal.quote.categories}
    made = []
    for number, item in enumerate(lines, 1):
        line, product = item.line, products.get(item.line.sku)
        named = {name: getattr(line, name) or getattr(product, name, "") for name in _OF_PRODUCT}
        about = {"no": number, "category": categories[line.category], "amount": item.amount}
        made.append({**about, **line.model_dump(include=_OWN), **named})
    return made
