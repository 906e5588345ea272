"""a bid as a blind volume may know it: without the bidder, its people, its papers and its past."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bidkit.bid import Bid
from bidkit.catalog import Product
from bidkit.config import Company
from bidkit.deal.team import Member
from bidkit.diagnostic import load_messages

_BLACK = "000000"
_SHOWN = ("name",)


def hide_bidder(bid: Bid) -> Bid:
    """The bid with the bidder called just that, and its people by their roles: nothing made of it names them."""
    bidder = str(load_messages(bid.deal.language)["labels"]["bidder"])
    own = {bid.company.name, *bid.company.aliases}
    products = tuple(_hide_maker(product, own, bidder) for product in bid.catalog.products)
    return replace(
        bid,
        company=_hide_company(bid.company, bidder),
        deal=bid.deal.model_copy(update={"team": _hide_people(bid.deal.team), "track_record": ()}),
        catalog=replace(bid.catalog, products=products),
    )


def hide_facts(context: Mapping[str, Any]) -> dict[str, Any]:
    """The context of a bid that is hidden: no papers, and of the company nothing but its name.

    What else the company's record has is None, so that a template which prints it is refused at its place.
    """
    company = {key: value if key in _SHOWN else None for key, value in context["company"].items()}
    required = [{**need, "papers": []} for need in context["required_credentials"]]
    signers = dict.fromkeys(context["signers"])
    return {**context, "company": company, "signers": signers, "credentials": [], "required_credentials": required}


def _hide_company(company: Company, bidder: str) -> Company:
    hidden = {"name": bidder, "legal_representative": "", "agent": "", "color": _BLACK}
    return company.model_copy(update=hidden)


def _hide_people(team: Sequence[Member]) -> tuple[Member, ...]:
    """Each person is called by the role, wherever the team names one; several of one role also by a letter."""
    count = Counter(member.role for member in team)
    seen: Counter[str] = Counter()
    names: dict[str, str] = {}
    for member in team:
        letter = chr(ord("A") + seen[member.role] % 26) if count[member.role] > 1 else ""
        seen[member.role] += 1
        names.setdefault(member.name, f"{member.role}{letter}")
    return tuple(
        member.model_copy(
            update={key: names[value] for key, value in member if isinstance(value, str) and value in names}
        )
        for member in team
    )


def _hide_maker(product: Product, own: set[str], bidder: str) -> Product:
    """A product whose maker or brand is the bidder does not say so."""
    hidden = {key: bidder for key in ("brand", "manufacturer") if getattr(product, key) in own}
    return product.model_copy(update=hidden)
