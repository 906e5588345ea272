"""totals, words and figures, ceilings, lines, payments: PR."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from bidkit.bid import Bid
from bidkit.diagnostic import Term
from bidkit.rules.registry import Finding, rule
from bidkit.words import parse_amount


def _money(amount: object) -> str:
    return f"{amount:,.2f}"


def _differ(what: str | Term, stated: Decimal, computed: Decimal) -> dict[str, Any]:
    return {"what": what, "stated": _money(stated), "computed": _money(computed)}


@rule("PR01")
def stated_amounts(bid: Bid) -> Iterator[Finding]:
    """A stated line amount or total is what the lines give."""
    for item in (*bid.quote.lines, *bid.quote.extras):
        stated = item.line.amount
        if stated is not None and stated != item.amount:
            yield Finding(item.line.span("amount"), _differ(item.line.id, stated, item.amount))
    stated = bid.deal.quote.total
    if stated is not None and stated != bid.quote.base:
        yield Finding(bid.deal.quote.span("total"), _differ(Term("total"), stated, bid.quote.base))


@rule("PR02")
def stated_words(bid: Bid) -> Iterator[Finding]:
    """A stated total in words is the computed total."""
    words = bid.deal.quote.total_words
    if words and parse_amount(words, bid.quote.currency, bid.deal.language) != bid.quote.base:
        values = {"words": words, "total": _money(bid.quote.base), "expected": bid.quote.words}
        yield Finding(bid.deal.quote.span("total_words"), values)


@rule("PR04")
def ceiling(bid: Bid) -> Iterator[Finding]:
    """The total is not above the ceiling or the budget, that of a lot not above its own ceiling."""
    tender, need, base = bid.deal.tender, bid.deal.opportunity, bid.quote.base
    limits = [(base, need.budget, Term("budget"), need.span("budget"))]
    if tender:
        limits.append((base, tender.ceiling, Term("ceiling"), tender.span("ceiling")))
    for part in bid.quote.lots:
        name = Term("lot_ceiling", (("lot", part.lot.id),))
        limits.append((part.quote.base, part.lot.ceiling, name, part.lot.span("ceiling")))
    for total, limit, name, span in limits:
        if limit is not None and total > limit:
            yield Finding(span, {"total": _money(total), "limit": _money(limit), "name": name})


@rule("PR06", regimes=frozenset({"tender"}))
def optional_prices(bid: Bid) -> Iterator[Finding]:
    """A tender's quote holds no optional or alternative price."""
    for item in bid.quote.extras:
        yield Finding(item.line.span("kind"), {"line": item.line.id, "kind": Term(item.line.kind)})


@rule("PR07")
def sound_lines(bid: Bid) -> Iterator[Finding]:
    """Every line has a price and a quantity above zero and a number of its own."""
    seen: dict[str, int] = {}
    for line in bid.deal.quote.lines:
        for field in ("quantity", "unit_price"):
            if getattr(line, field) == 0:
                yield Finding(line.span(field), {"line": line.id, "fault": Term(f"zero_{field}")})
        span = line.span("id")
        if line.id in seen:
            yield Finding(span, {"line": line.id, "fault": Term("duplicate")})
        seen.setdefault(line.id, span.line if span else 0)


@rule("PR13")
def payments_are_whole(bid: Bid) -> Iterator[Finding]:
    """The payment milestones add up to 100 %."""
    payments = bid.deal.quote.milestones
    percent = sum((payment.percent for payment in payments), Decimal(0))
    if payments and percent != 1:
        yield Finding(payments[-1].span("percent"), {"percent": f"{(percent * 100).normalize():f}"})


@rule("PR15")
def products_are_priced(bid: Bid) -> Iterator[Finding]:
    """Every product that the proposal introduces has a line in the quote."""
    priced = {line.sku for line in bid.deal.quote.lines}
    for position, sku in enumerate(bid.deal.solution.products):
        if sku not in priced:
            yield Finding(bid.deal.solution.span("products", position), {"sku": sku})


RULES = (stated_amounts, stated_words, ceiling, optional_prices, sound_lines, payments_are_whole, products_are_priced)
