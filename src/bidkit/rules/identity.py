"""the same name for the same thing: holders of papers, products in quote and catalog: ID."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bidkit.bid import Bid
from bidkit.credentials.conditions import tell_apart
from bidkit.diagnostic import Term
from bidkit.kinds import FOREIGN_KINDS, PERSONAL_KINDS, PRODUCT_KINDS
from bidkit.rules.registry import Finding, rule
from bidkit.wording import fold


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


@rule("ID05", regimes=frozenset({"tender"}))
def one_person_one_count(bid: Bid) -> Iterator[Finding]:
    """Nobody stands in the team twice, and where several people are asked for nobody counts twice."""
    first: dict[str, str] = {}
    for member in bid.deal.team:
        name = "".join(member.name.split())
        if name in first:
            yield Finding(member.span("name"), {"name": member.name, "where": f"{first[name]}、{member.role}"})
        first.setdefault(name, member.role)
    for need, papers in bid.selection.required:
        good = [paper for paper in bid.selection.find_good(need, papers) if paper.kind in PERSONAL_KINDS]
        seen = {tell_apart(paper): paper for paper in reversed(good)}
        if len(seen) < need.count <= len(good):
            for paper in (paper for paper in good if seen[tell_apart(paper)] is not paper):
                yield Finding(paper.span("holder"), {"name": paper.holder, "where": need.title})


@rule("ID06")
def papers_are_of_what_is_offered(bid: Bid) -> Iterator[Finding]:
    """A paper of a product that names its model is of one that the deal offers."""
    offered = {fold(product.model) for product in bid.catalog.products}
    offered |= {fold(line.model) for line in bid.deal.quote.lines}
    for paper in bid.selection.chosen:
        models = [fold(model) for model in re.split("[、，,;；]", paper.model) if model.strip()]
        if paper.kind in PRODUCT_KINDS and models and offered.isdisjoint(models):
            yield Finding(paper.span("model"), {"title": paper.title, "model": paper.model})


RULES = (credential_holder, products_are_the_same, one_person_one_count, papers_are_of_what_is_offered)
