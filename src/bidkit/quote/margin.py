"""what is left of the prices once the costs are paid: by category and in all; for the seller alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from bidkit.quote import PricedLine, Quote, round_cents


@dataclass(frozen=True)
class Margin:
    """The lines of known cost of a category, or of all: what they bring in and what they cost, both without tax.

    Args:
        name: the category; empty for the sum of all.
        unknown: how many lines have no cost; they are in none of the sums.
    """

    number: str
    name: str
    net: Decimal
    cost: Decimal
    unknown: int

    @property
    def amount(self) -> Decimal:
        """What is left; below zero for a loss."""
        return self.net - self.cost

    @property
    def share(self) -> Decimal | None:
        """What is left as a part of what comes in; None where nothing does."""
        return self.amount / self.net if self.net else None


def find_margins(quote: Quote) -> tuple[Margin, ...]:
    """For each category its own lines, and the sum of all last; nothing where no line has a cost."""
    if all(item.offer.cost is None for item in quote.lines):
        return ()
    return tuple(_list_margins(quote))


def is_below_cost(item: PricedLine, prices: str) -> bool:
    """Whether a unit is sold for less than it costs, tax left out of both."""
    cost, price = item.offer.cost, item.unit_price
    return cost is not None and (price if prices == "net" else price / (1 + item.line.rate)) < cost


def _list_margins(quote: Quote) -> Iterator[Margin]:
    for total in quote.categories:
        if total.lines:
            yield _sum_up(total.number, total.category.name, total.lines)
    yield _sum_up("", "", quote.lines)


def _sum_up(number: str, name: str, lines: Iterable[PricedLine]) -> Margin:
    net = cost = Decimal("0.00")
    unknown = 0
    for item in lines:
        if item.offer.cost is None:
            unknown += 1
        else:
            net += item.net
            cost += round_cents(item.offer.cost * item.line.quantity)
    return Margin(number, name, net, cost, unknown)
