"""Bid: a deal and all that is computed from it; nothing in it points back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from bidkit.catalog import Catalog, Product
from bidkit.config import Company
from bidkit.credentials import Selection, add_days
from bidkit.deal import Deal
from bidkit.quote import Quote


@dataclass(frozen=True)
class Bid:
    """What the rules judge and the templates print.

    Args:
        now: aware; the moment by which deadlines are judged.
        today: its date in the deal's zone, or the pinned `as_of`.
    """

    deal: Deal
    company: Company
    catalog: Catalog
    quote: Quote
    selection: Selection
    now: datetime
    today: date

    @property
    def validity_end(self) -> date:
        """The last day of the bid's promised validity: the deadline's date plus the days, the first not counted."""
        start = self.deal.tender.deadline.date() if self.deal.tender else self.deal.dated
        return add_days(start, self.deal.quote.validity_days)

    @property
    def proposed(self) -> tuple[Product, ...]:
        """The products that the proposal introduces, in the deal's order."""
        known = {product.sku: product for product in self.catalog.products}
        return tuple(known[sku] for sku in self.deal.solution.products if sku in known)
