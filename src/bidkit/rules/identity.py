"""the same name for the same thing: holders of papers, products in quote and catalog: ID."""

from __future__ import annotations

from collections.abc import Iterator

from bidkit.bid import Bid
from bidkit.diagnostic import Term
from bidkit.kinds import FOREIGN_KINDS
from bidkit.rules.registry import Finding, rule


@rule("ID01", regimes=frozenset({"tender"}))
def credential_holder(bid: Bid) -> Iterator[Finding]:
    """A paper is the bidder's own, unless its kind is made out to others."""
    for paper in bid.selection.chosen:
        if paper.kind not in FOREIGN_KINDS and paper.holder != bid.company.name:
            yield Finding(
                paper.span("holder"), {"title": paper.title, "holder": paper.holder, "company": bid.company.name}
            )


@rule("ID04")
def products_are_the_same(bid: Bid) -> Iterator[Finding]:
    """Brand, model, manufacturer and origin that a line states are those of the catalog."""
    products = {product.sku: product for product in bid.catalog.products}
    for line in bid.deal.quote.lines:
        product = products.get(line.sku)
        for field in ("brand", "model", "manufacturer", "origin"):
            stated, known = getattr(line, field), getattr(product, field, "")
            if stated and known and stated != known:
                values = {"line": line.id, "field": Term(field), "stated": stated, "known": known}
                yield Finding(line.span(field), values)


RULES = (credential_holder, products_are_the_same)
