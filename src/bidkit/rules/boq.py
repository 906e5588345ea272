"""the quote against the buyer's bill of quantities, item by item, and against the units of price books: PR."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from bidkit.bid import Bid
from bidkit.catalog.prices import find_price
from bidkit.deal.prices import Line
from bidkit.deal.tender import Item
from bidkit.diagnostic import Severity, Term
from bidkit.quote import PricedLine
from bidkit.rules.registry import Finding, rule
from bidkit.units import is_same_unit
from bidkit.wording import fold


@rule("PR08")
def items_are_priced(bid: Bid) -> Iterator[Finding]:
    """Every item of the buyer's list is priced by a line that counts: a base item by a base line."""
    for item in _list_items(bid):
        if not any(priced.line.kind == item.kind for priced in _find_priced(bid, item)):
            values = {"item": item.id, "name": item.name, "quantity": _number(item.quantity), "unit": item.unit}
            yield Finding(item.span("id"), values)


@rule("PR07")
def lines_are_items(bid: Bid) -> Iterator[Finding]:
    """Every counted line is an item of the buyer's list, in its unit and under its name; others may be optional."""
    items = {item.id: item for item in _list_items(bid)}
    for line in bid.deal.quote.lines if items else ():
        if line.part_of:
            continue
        item = items.get(_name_item(line))
        if item is not None:
            yield from _compare(line, item)
        elif line.kind not in ("optional", "alternative"):
            severity = Severity.ERROR if bid.deal.regime == "tender" else Severity.WARNING
            fault = Term("extra_line", (("item", _name_item(line)),))
            yield Finding(
                line.span("item" if line.item else "id"), {"where": _where(line.id), "fault": fault}, severity
            )


@rule("PR07")
def quantities_are_kept(bid: Bid) -> Iterator[Finding]:
    """The quantities of the lines of an item add up to the buyer's: those of its own kind, or of all periods."""
    for item in _list_items(bid):
        priced = _find_priced(bid, item)
        own = [one for one in priced if one.line.kind == item.kind]
        sums = [sum((one.line.quantity for one in lines), Decimal(0)) for lines in (own, priced)]
        if own and item.quantity not in sums:
            first = own[0].line
            fault = _differ("other_quantity", _number(sums[0]), _number(item.quantity), item, "quantity")
            yield Finding(first.span("quantity"), {"where": _where(first.id), "fault": fault})


@rule("PR04")
def item_ceilings(bid: Bid) -> Iterator[Finding]:
    """No item costs more than the buyer's ceiling for it, tax included."""
    for item in _list_items(bid):
        own = [one for one in _find_priced(bid, item) if one.line.kind == item.kind]
        total = sum((one.net + one.tax for one in own), Decimal(0))
        if item.ceiling is not None and total > item.ceiling:
            values = {"total": _money(total), "limit": _money(item.ceiling), "name": _name_limit(item, "ceiling")}
            yield Finding(own[0].line.span("unit_price"), values)


@rule("PR17")
def unit_ceilings(bid: Bid) -> Iterator[Finding]:
    """No unit of an item costs more than the buyer's ceiling for one, tax included."""
    for item in _list_items(bid):
        for one in _find_priced(bid, item) if item.unit_ceiling is not None else ():
            price = one.unit_price * (1 + one.line.rate) if bid.quote.prices == "net" else one.unit_price
            if item.unit_ceiling is not None and price > item.unit_ceiling:
                values = {"price": _money(price), "limit": _money(item.unit_ceiling), "line": one.line.id}
                yield Finding(one.line.span("unit_price"), values | {"name": _name_limit(item, "unit_ceiling")})


@rule("PR07")
def book_units(bid: Bid) -> Iterator[Finding]:
    """A line that takes its price from a price book has the unit for which the price is."""
    for line in bid.deal.quote.lines:
        if not line.sku or line.unit_price is not None or line.list_price is not None:
            continue
        price, _ = find_price(bid.catalog.books, line.sku, bid.deal.dated)
        if price is not None and not is_same_unit(line.unit, price.item.unit):
            place = price.item.span("unit")
            known = (("known", price.item.unit), ("stated", line.unit), ("place", place.label if place else "—"))
            yield Finding(line.span("unit"), {"where": _where(line.id), "fault": Term("other_book_unit", known)})


RULES = (items_are_priced, lines_are_items, quantities_are_kept, item_ceilings, unit_ceilings, book_units)


def _list_items(bid: Bid) -> Sequence[Item]:
    return bid.deal.tender.items if bid.deal.tender else ()


def _where(line: str) -> Term:
    return Term("where_line", (("line", line),))


def _name_item(line: Line) -> str:
    """The buyer's id of what a line prices."""
    return line.item or line.id


def _find_priced(bid: Bid, item: Item) -> list[PricedLine]:
    """The lines of an item that count in a total; one with periods is there in each of them."""
    written = {line.id for line in bid.deal.quote.lines if _name_item(line) == item.id and not line.part_of}
    return [priced for priced in bid.quote.lines if _find_written(priced) in written]


def _find_written(priced: PricedLine) -> str:
    """The id under which a line is written: in a period it carries the period's before its own."""
    line = priced.line
    return line.id.removeprefix(f"{line.category}-") if line.periods else line.id


def _compare(line: Line, item: Item) -> Iterator[Finding]:
    """Unit and name of a line against those of its item."""
    if not is_same_unit(line.unit, item.unit):
        fault = _differ("other_unit", line.unit, item.unit, item, "unit")
        yield Finding(line.span("unit"), {"where": _where(line.id), "fault": fault})
    if fold(line.name) != fold(item.name):
        fault = _differ("other_name", line.name, item.name, item, "name")
        yield Finding(line.span("name"), {"where": _where(line.id), "fault": fault}, Severity.WARNING)


def _differ(term: str, stated: str, known: str, item: Item, key: str) -> Term:
    place = item.span(key)
    return Term(term, (("stated", stated), ("known", known), ("place", place.label if place else "—")))


def _name_limit(item: Item, key: str) -> Term:
    place = item.span(key)
    return Term(f"item_{key}", (("item", item.id), ("place", place.label if place else "—")))


def _money(amount: Decimal) -> str:
    return f"{amount:,.2f}"


def _number(value: Decimal) -> str:
    return f"{value.normalize():f}"
