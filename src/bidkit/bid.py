"""Bid: a deal and all that is computed from it; nothing in it points back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo

from bidkit.catalog import Catalog, Product
from bidkit.config import Company, Settings
from bidkit.credentials import Selection, add_days, select_credentials
from bidkit.deal import Deal
from bidkit.diagnostic import Span
from bidkit.quote import Quote, compute_quote

Named = list[tuple[str, Span | None]]
"""Ids and where they are written."""


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


def list_catalog_names(deal: Deal) -> tuple[Named, Named, Named]:
    """What a deal names in the catalog: products, services, credentials."""
    solution, service = deal.solution, deal.solution.service
    products: Named = [(sku, solution.span("products", n)) for n, sku in enumerate(solution.products)]
    for answer in deal.opportunity.solutions:
        products += [(sku, answer.span("products", n)) for n, sku in enumerate(answer.products)]
    products += [(line.sku, line.span("sku")) for line in deal.quote.lines if line.sku]
    services: Named = [(block, service.span("blocks", n)) for n, block in enumerate(service.blocks)]
    return products, services, [(paper, deal.span("credentials", n)) for n, paper in enumerate(deal.credentials)]


def make_bid(deal: Deal, settings: Settings, catalog: Catalog, now: datetime, pinned: date | None) -> Bid:
    """The bid of a deal.

    Args:
        pinned: the day by which dates are judged, if it is not that of `now`.
    """
    zone: tzinfo | None = deal.tender.deadline.tzinfo if deal.tender else now.tzinfo
    now = datetime.combine(pinned, time(), zone) if pinned else now.astimezone(zone)
    selection = select_credentials(deal, catalog.credentials)
    quote = compute_quote(deal.quote, deal.language)
    return Bid(deal, settings.company, catalog, quote, selection, now, now.date())
