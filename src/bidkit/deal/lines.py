"""the lines of a quote against the categories, tags, currencies and lines that they name."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from bidkit.deal.prices import Line, QuoteText
from bidkit.diagnostic import Diagnostic, Span, Term
from bidkit.source import Items, Node, nearest, strip_number


def check_lines(quote: QuoteText) -> Iterator[Diagnostic]:
    """What the lines name and is not there, or contradicts itself. Diagnostics: DL15, DL52–DL57."""
    categories = {category.id: category for category in quote.walk()}
    bundles = [line.id for line in quote.lines if not line.part_of]
    based = [line.id for line in quote.lines if line.kind == "base"]
    for line in quote.lines:
        if bool(line.category) + bool(line.periods) + bool(line.part_of) != 1:
            yield Diagnostic("DL52", line.span("category"), {"line": line.id})
        if line.category:
            yield from _refer("category", line.category, [*categories], line.span("category"))
        for place, name in enumerate(line.periods):
            yield from _refer("category", name, [*categories], line.span("periods", place))
        if line.part_of:
            yield from _refer("line", line.part_of, bundles, line.span("part_of"))
        if line.replaces:
            yield from _refer("line", line.replaces, based, line.span("replaces"))
        yield from _check_kind(line)
        yearless = [name for name in line.categories if name in categories and not categories[name].year]
        if line.escalation and yearless and not line.part_of:
            values = {"line": line.id, "category": ", ".join(yearless)}
            yield Diagnostic("DL53", line.span("escalation"), values)
        for tag in line.tags:
            if tag not in quote.groupings:
                yield Diagnostic("DL55", line.span("tags"), {"tag": tag, "allowed": ", ".join(quote.groupings) or "—"})
    yield from _check_rates(quote)


def resolve_categories(data: Node) -> None:
    """Put the id of a category where a line says its name, as price lists do; `data` is a deal before it is typed."""
    quote = data.get("quote")
    lines = quote.get("lines") if isinstance(quote, Node) else None
    if not isinstance(quote, Node) or not isinstance(lines, Items):
        return
    known = [*_walk_categories(quote.get("categories"))]
    ids = {name for name, _ in known}
    for line in lines:
        said = line.get("category") if isinstance(line, Node) else None
        if isinstance(said, str) and said not in ids:
            meant = [name for name, title in known if strip_number(title) == strip_number(said)]
            if len(meant) == 1:
                line["category"] = meant[0]


def _walk_categories(data: Any) -> Iterator[tuple[str, str]]:
    """Id and name of each category that has both, those in others too."""
    for item in data if isinstance(data, Items) else ():
        if isinstance(item, Node):
            name, title = item.get("id"), item.get("name")
            if isinstance(name, str) and isinstance(title, str):
                yield name, title
            yield from _walk_categories(item.get("categories"))


def _refer(kind: str, name: str, known: list[str], span: Span | None) -> Iterator[Diagnostic]:
    if name not in known:
        values = {"kind": Term(kind), "id": name, "near": nearest(name, known), "allowed": ", ".join(known) or "—"}
        yield Diagnostic("DL15", span, values)


def _check_kind(line: Line) -> Iterator[Diagnostic]:
    """A part has no price, kind or amount of its own; only an alternative replaces a line."""
    stated = {
        "amount": line.amount is not None,
        "discount": line.discount is not None,
        "escalation": line.escalation is not None,
        "kind": line.kind != "base",
    }
    for key in (key for key, is_stated in stated.items() if is_stated and line.part_of):
        yield Diagnostic("DL54", line.span(key), {"line": line.id, "key": key, "other": "part_of"})
    if line.replaces and line.kind != "alternative":
        yield Diagnostic(
            "DL54", line.span("replaces"), {"line": line.id, "key": "replaces", "other": f"kind: {line.kind}"}
        )


def _check_rates(quote: QuoteText) -> Iterator[Diagnostic]:
    """A currency has one rate, and the quote's own has none; a payment is a share or an amount; roundings are few."""
    seen: set[str] = {quote.currency}
    for rate in quote.rates:
        if rate.currency in seen:
            yield Diagnostic("DL56", rate.span("currency"), {"currency": rate.currency})
        seen.add(rate.currency)
    for payment in quote.milestones:
        if (payment.percent is None) == (payment.amount is None):
            yield Diagnostic("DL57", payment.span("amount"), {"name": payment.name})
    yield from _check_places(quote)


def _check_places(quote: QuoteText) -> Iterator[Diagnostic]:
    """No amount has a part that its currency does not have, or is rounded to one."""
    places = quote.places
    for key, limit in (("unit_price", 6), ("amount", places.currency)):
        if (own := getattr(places, key)) > limit:
            yield Diagnostic("DL11", quote.rounding.span(key), {"value": str(own), "limit": f"≤ {limit}"})
    if quote.target is not None and places.unit_price < places.currency:  # a total is spread by the smallest unit
        values = {"value": str(places.unit_price), "limit": f"≥ {places.currency} (target)"}
        yield Diagnostic("DL11", quote.rounding.span("unit_price"), values)
    unit = Decimal(1).scaleb(-places.currency)
    amounts = ((item, "amount") for item in (*quote.milestones, *quote.lines))
    for owner, key in ((quote, "total"), (quote, "target"), *amounts):
        if (getattr(owner, key) or 0) % unit:
            yield Diagnostic("DL11", owner.span(key), {"value": f"{getattr(owner, key)}", "limit": f"{unit}"})
