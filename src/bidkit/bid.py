"""Bid: a deal and all that is computed from it; nothing in it points back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bidkit.catalog import Catalog
from bidkit.config import Company
from bidkit.credentials import Selection
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
    def validity_end(self) -> date | None:
        """The last day of the bid's promised validity: the deadline's date plus the days, the first not counted."""
        if self.deal.tender is None:
            return self.deal.dated + timedelta(days=self.deal.quote.validity_days)
        return self.deal.tender.deadline.date() + timedelta(days=self.deal.quote.validity_days)
