"""Bid: a deal and all that is computed from it; nothing in it points back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from functools import cached_property
from itertools import chain
from typing import Any

from bidkit.catalog import Catalog, Product
from bidkit.catalog.prices import PriceBook
from bidkit.config import Company, Settings
from bidkit.credentials import Selection, add_days, select_credentials
from bidkit.credentials.choosing import Choice
from bidkit.deal import Deal
from bidkit.deal.tender import Lot
from bidkit.diagnostic import Diagnostic, Span
from bidkit.figures import find_money
from bidkit.quote import LotQuote, Quote, price_quote
from bidkit.short_names import find_place, list_short_names
from bidkit.written import Lines, list_lines, list_prose

NOT_OURS = ("text", "scoring", "clause")
"""Fields of a requirement that say what the buyer wrote."""
Named = list[tuple[str, Span | None]]
"""Ids and where they are written."""


@dataclass(frozen=True)
class Bid:
    """What the rules judge and the templates print.

    Args:
        now: aware; the moment by which deadlines are judged.
        today: its date in the deal's zone, or the pinned `as_of`.
        lot: the lot that it is narrowed to; None stands for the whole.
        buffer_hours: how long before the deadline a team wants to have handed in.
    """

    deal: Deal
    company: Company
    catalog: Catalog
    quote: Quote
    selection: Selection
    now: datetime
    today: date
    lot: Lot | None = None
    buffer_hours: int = 0

    @property
    def by_lot(self) -> tuple[Bid, ...]:
        """The bid for each lot of the tender alone, in order; none where it has no lots."""
        return tuple(_narrow(self, part) for part in self.quote.lots)

    @cached_property
    def plain(self) -> dict[str, Any]:
        """Its deal, company and catalog as plain data for JSON, without what is as it is when it is left out."""
        records = (*self.catalog.products, *self.catalog.services, *self.catalog.credentials, *self._used_books)
        return {
            "deal": self.deal.model_dump(mode="json", by_alias=True, exclude_defaults=True),
            "company": self.company.model_dump(mode="json", exclude_defaults=True),
            "catalog": [record.model_dump(mode="json", exclude_defaults=True) for record in records],
        }

    @property
    def _used_books(self) -> Iterator[PriceBook]:
        """Its price books, of their items those of the products that it offers."""
        offered = {line.sku for line in self.deal.quote.lines}
        for book in self.catalog.books:
            yield book.model_copy(update={"items": tuple(item for item in book.items if item.sku in offered)})

    @cached_property
    def texts(self) -> Lines:
        """The texts that the bidder wrote for it, line by line, with those of its company and of the catalog."""
        deal = self.deal
        answers = (*deal.opportunity.solutions, *self.catalog.services, *deal.team, *deal.quote.milestones)
        requirements = (line for record in deal.requirements for line in list_lines(record, without=NOT_OURS))
        notes = ((note, deal.quote.span("notes", no)) for no, note in enumerate(deal.quote.notes))
        told = (line for item in answers for line in list_lines(item))
        about = [list_prose(item.introduction, item.span("introduction")) for item in self.catalog.products]
        about.append(list_prose(self.company.introduction, self.company.span("introduction")))
        return Lines((*list_lines(deal.solution), *requirements, *told, *notes, *chain.from_iterable(about)))

    @cached_property
    def binding(self) -> frozenset[Span | None]:
        """Where answers to mandatory clauses stand."""
        markers = self.deal.tender.markers if self.deal.tender else {}
        asked = (item for item in self.deal.requirements if markers.get(item.marker) == "mandatory")
        return frozenset(item.span("response") for item in asked)

    @cached_property
    def past_names(self) -> frozenset[str]:
        """What texts may call past projects, their clients and their places; nothing that this bid has in its names."""
        own = (
            self.deal.title,
            self.deal.customer.name,
            self.deal.customer.address,
            self.company.name,
            self.company.address,
        )
        told = "\n".join(own)
        names = {record.project for record in self.deal.track_record}
        for client in {record.client for record in self.deal.track_record}:
            names |= {client, find_place(client), *list_short_names(client)}
        return frozenset(name for name in names if len(name) > 2 and name not in told)

    @cached_property
    def told_amounts(self) -> frozenset[Decimal]:
        """Amounts that are not ours: those of past projects and of the tender, and what the buyer's own words name."""
        deal, tender = self.deal, self.deal.tender
        amounts = [deal.opportunity.budget, *(item.amount for item in deal.track_record)]
        if tender:
            amounts += [tender.ceiling, tender.whole_bond, *(item.ceiling for item in tender.items)]
            amounts += [amount for lot in tender.lots for amount in (lot.ceiling, lot.bond)]
        said = [text for item in deal.requirements for text in (item.text, item.clause)]
        said += [text for text, _ in list_lines(deal.opportunity, deal.opportunity.solutions)]
        amounts += [amount for text in said for _, _, amount in find_money(text, is_sure=True)]
        return frozenset(amount for amount in amounts if amount)

    @property
    def moments(self) -> tuple[datetime, ...]:
        """The moments at which a tender is judged otherwise than before, its deadline first."""
        tender = self.deal.tender
        if tender is None:
            return ()
        near = tender.deadline - timedelta(hours=self.buffer_hours)
        return (tender.deadline, near, *([tender.bond_due] if tender.bond_due else []))

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


def list_catalog_names(deal: Deal, choices: Sequence[Choice] = ()) -> tuple[Named, Named, Named, Named]:
    """What a deal names in the catalog: products, services, credentials, price books.

    Args:
        choices: papers that were chosen for it; they stand behind those that it names.
    """
    solution, service = deal.solution, deal.solution.service
    products: Named = [(sku, solution.span("products", n)) for n, sku in enumerate(solution.products)]
    for answer in deal.opportunity.solutions:
        products += [(sku, answer.span("products", n)) for n, sku in enumerate(answer.products)]
    products += [(line.sku, line.span("sku")) for line in deal.quote.lines if line.sku]
    services: Named = [(block, service.span("blocks", n)) for n, block in enumerate(service.blocks)]
    papers: Named = [(paper, deal.span("credentials", n)) for n, paper in enumerate(deal.credentials)]
    papers += [(paper.id, choice.need.span("choose")) for choice in choices for paper in choice.taken]
    books: Named = [(book, deal.quote.span("price_books", n)) for n, book in enumerate(deal.quote.price_books)]
    return products, services, papers, books


def make_bid(
    deal: Deal,
    settings: Settings,
    catalog: Catalog,
    now: datetime,
    pinned: date | None,
    choices: Sequence[Choice] = (),
) -> tuple[Bid | None, list[Diagnostic]]:
    """The bid of a deal; None if a line has no price. Diagnostics: DL11, DL41–DL43, DL50, DL51.

    Args:
        pinned: the day by which dates are judged, if it is not that of `now`.
        choices: papers that were chosen for it.
    """
    zone: tzinfo | None = deal.tender.deadline.tzinfo if deal.tender else now.tzinfo
    now = datetime.combine(pinned, time(), zone) if pinned else now.astimezone(zone)
    selection = select_credentials(deal, catalog.credentials, now.date(), choices)
    lots = deal.tender.lots if deal.tender else ()
    quote, problems = price_quote(deal.quote, deal.locale, lots, catalog.books, deal.dated)
    if quote is None:
        return None, problems
    about = deal, settings.company, catalog, quote, selection, now, now.date()
    return Bid(*about, buffer_hours=settings.submit_buffer_hours), problems


def _narrow(bid: Bid, part: LotQuote) -> Bid:
    """The bid for one lot: its prices, its requirements and those of all lots, its products; no other lot's."""
    deal, lot = bid.deal, part.lot
    categories = {item.category.id for item in part.quote.categories}
    own = {line.id for line in deal.quote.lines if not line.part_of and not categories.isdisjoint(line.categories)}
    lines = tuple(line for line in deal.quote.lines if line.id in own or line.part_of in own)
    foreign = {line.sku for line in deal.quote.lines} - {line.sku for line in lines}
    requirements = tuple(item for item in deal.requirements if item.lot in ("", lot.id))
    products = tuple(sku for sku in deal.solution.products if sku not in foreign)
    prices = {
        "categories": tuple(item.category for item in part.quote.top_categories),
        "lines": lines,
        "total": None,
        "total_words": "",
    }
    tender = {"package": lot.name, "lots": (lot,), "ceiling": lot.ceiling, "bond": lot.bond}
    changes = {
        "tender": deal.tender.model_copy(update=tender) if deal.tender else None,
        "requirements": requirements,
        "solution": deal.solution.model_copy(update={"products": products}),
        "quote": deal.quote.model_copy(update=prices),
    }
    return replace(bid, deal=deal.model_copy(update=changes), quote=replace(part.quote, lots=(part,)), lot=lot)
