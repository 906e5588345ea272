"""what running texts promise: of what clauses demand no less, in hours of service and in days that add up: FM07, ID03."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, chain

from bidkit.bid import Bid
from bidkit.catalog import Product
from bidkit.diagnostic import Severity, Span
from bidkit.limits import Limit, find_understated, list_limits
from bidkit.rules.registry import Finding, rule
from bidkit.written import Line, list_prose, narrow

Less = tuple[Span | None, Limit, str]
"""Where less than a limit is stated, which limit, and what is stated."""


@rule("FM07")
def texts_hold_what_is_demanded(bid: Bid) -> Iterator[Finding]:
    """No text states less of a thing than a clause demands of it, nor does the table of a product that is its
    evidence; an error where the clause is mandatory."""
    items = {item.id: item for item in bid.deal.requirements if item.deviation != "negative"}
    markers = bid.deal.tender.markers if bid.deal.tender else {}
    limits = list_limits((item.id, item.text) for item in items.values())
    for at, limit, stated in chain(_find_in_texts(bid, limits), _find_in_products(bid, limits)):
        severity = None if markers.get(items[limit.id].marker) == "mandatory" else Severity.WARNING
        yield Finding(at, {"id": limit.id, "stated": stated, "demand": limit.demand.text}, severity)


def _find_in_texts(bid: Bid, limits: Iterable[Limit]) -> Iterator[Less]:
    """In the texts of the deal: what only products and papers prove, is of these, and counts where one is named."""
    products = {product.sku: product for product in bid.catalog.products}
    files = {product.introduction.file for product in products.values()} - {""}
    papers = {paper.id for paper in bid.selection.chosen}
    named = {
        item.id: [name for sku in item.evidence if sku in products for name in _list_names(products[sku])]
        for item in bid.deal.requirements
        if {*item.evidence} <= products.keys() | papers
    }
    answers = {item.span("response") for item in bid.deal.requirements}
    told = [line for line in bid.texts if line[1] not in answers and (line[1] is None or line[1].file not in files)]
    for line, at, limit, stated in _locate(told, limits):
        if not (names := named.get(limit.id)) or any(name in line for name in names):
            yield at, limit, stated


def _list_names(product: Product) -> tuple[str, ...]:
    return tuple(filter(None, (re.split("[（(]", product.name)[0], product.model)))


def _find_in_products(bid: Bid, limits: Iterable[Limit]) -> Iterator[Less]:
    """In what the catalog says of a product that is the evidence."""
    evidence = {item.id: item.evidence for item in bid.deal.requirements}
    for product in bid.catalog.products:
        own = [limit for limit in limits if product.sku in evidence[limit.id]]
        specs = ((f"{spec.name} {spec.value}", spec.span("value")) for spec in product.specs)
        told = [*specs, *list_prose(product.introduction, product.span("introduction"))] if own else []
        yield from ((at, limit, stated) for _, at, limit, stated in _locate(told, own))


def _locate(lines: Sequence[Line], limits: Iterable[Limit]) -> Iterator[tuple[str, Span | None, Limit, str]]:
    """What lines state that is less than limits, each with the line and the place of it."""
    starts = [0, *accumulate(len(line) + 1 for line, _ in lines)]
    for start, end, limit, stated in find_understated("\n".join(line for line, _ in lines), limits):
        number = bisect_right(starts, start) - 1
        line, at = lines[number]
        yield line, narrow(at, start - starts[number], end - starts[number]), limit, stated


RULES = (texts_hold_what_is_demanded,)
