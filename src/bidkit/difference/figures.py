"""the figures of two bids as they are computed: totals, categories, lots, taxes, payments, and what each line costs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

from bidkit.bid import Bid
from bidkit.difference.changes import Change, Figure
from bidkit.difference.walking import Place, name_record
from bidkit.quote import Quote

_ALWAYS = ("total",)
"""Figures that are told also where they have not changed."""
Key = tuple[str, str]


def compare_figures(old: Bid | None, new: Bid | None) -> tuple[Figure, ...]:
    """The figures that differ, and the totals; none of a bid whose prices could not be computed."""
    before, after = (dict(_list_figures(bid.quote)) if bid else {} for bid in (old, new))
    names = {key: name for bid in (old, new) if bid for key, name in _list_names(bid.quote)}
    found = []
    for key in dict.fromkeys((*after, *before)):
        figure = Figure(key[0], names.get(key, key[1]), before.get(key), after.get(key))
        if figure.is_changed or key[0] in _ALWAYS:
            found.append(figure)
    return tuple(found)


def _list_figures(quote: Quote) -> Iterator[tuple[Key, Decimal]]:
    """Every sum of a quote by its kind and what it is of."""
    yield ("total", ""), quote.base
    if quote.options:
        yield ("options", ""), quote.options
        yield ("evaluated", ""), quote.evaluated
    yield ("net", ""), quote.net
    yield ("tax", ""), quote.tax
    for part in quote.lots:
        yield ("lot", part.lot.id), part.quote.base
    for item in quote.categories:
        yield ("category", item.category.id), item.total
    for extra in quote.extras:
        yield ("extra", extra.line.id), extra.amount
    for tax in quote.taxes:
        rate = "" if tax.is_exempt else f"{(tax.rate * 100).normalize():f}%"
        yield ("tax_rate" if tax.kind == "base" else "option_tax_rate", rate), tax.tax
    for payment in quote.payments:
        yield ("payment", payment.payment.name), payment.amount
    for grouping in quote.groupings:
        for group in grouping.groups:
            yield ("group", f"{grouping.title}: {group.value}"), group.total


def _list_names(quote: Quote) -> Iterator[tuple[Key, str]]:
    """What people call what has an id only."""
    for part in quote.lots:
        yield ("lot", part.lot.id), part.lot.name
    for item in quote.categories:
        yield ("category", item.category.id), f"{item.category.id} {item.category.name}"
    for extra in quote.extras:
        yield ("extra", extra.line.id), name_record(extra.line)


def compare_lines(old: Bid | None, new: Bid | None) -> Iterator[Change]:
    """What a unit and a whole line come to, where a line is in both; by a discount, a price book or a rate it may be
    another price although nothing of the line has been written anew."""
    before, after = (_list_lines(bid) if bid else {} for bid in (old, new))
    for key, (title, unit_price, amount) in after.items():
        if key not in before:
            continue
        _, old_price, old_amount = before[key]
        here = Place("quote.lines").find(key, title)
        if old_price != unit_price:
            yield here.enter("unit_price").change("changed", "unit_price", old_price, unit_price)
        if old_amount != amount:
            yield here.enter("amount").change("changed", "amount", old_amount, amount)


def _list_lines(bid: Bid) -> dict[str, tuple[str, Decimal, Decimal]]:
    """The lines of a quote by their ids, with the category where one stands in several."""
    lines = (*bid.quote.lines, *bid.quote.extras)
    counts = Counter(item.line.id for item in lines)
    found = {}
    for item in lines:
        key = item.line.id if counts[item.line.id] == 1 else f"{item.line.id}/{item.line.category}"
        found[key] = (name_record(item.line), item.unit_price, item.amount)
    return found
