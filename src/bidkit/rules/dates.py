"""deadline, validity, addenda: DT."""

from __future__ import annotations

from collections.abc import Iterator

from bidkit.bid import Bid
from bidkit.rules.registry import Finding, rule

TENDER = frozenset({"tender"})


@rule("DT01", regimes=TENDER)
def validity(bid: Bid) -> Iterator[Finding]:
    """The bid is valid for at least as many days as the tender asks."""
    tender, quote = bid.deal.tender, bid.deal.quote
    if tender and quote.validity_days < tender.validity_days:
        values = {"days": quote.validity_days, "required": tender.validity_days}
        yield Finding(quote.span("validity_days"), values)


@rule("DT02", regimes=TENDER)
def dated_in_time(bid: Bid) -> Iterator[Finding]:
    """The date on the bid is not after the deadline."""
    tender = bid.deal.tender
    if tender and bid.deal.dated > tender.deadline.date():
        values = {"dated": bid.deal.dated, "deadline": tender.deadline.strftime("%Y-%m-%d %H:%M")}
        yield Finding(bid.deal.span("dated"), values)


@rule("DT04", regimes=TENDER)
def deadline(bid: Bid) -> Iterator[Finding]:
    """The deadline has not passed."""
    tender = bid.deal.tender
    if tender and bid.now >= tender.deadline:
        values = {"deadline": tender.deadline.strftime("%Y-%m-%d %H:%M"), "today": bid.today}
        yield Finding(tender.span("deadline"), values)


@rule("DT05", regimes=TENDER)
def addenda(bid: Bid) -> Iterator[Finding]:
    """Every addendum has been worked in."""
    for addendum in bid.deal.tender.addenda if bid.deal.tender else ():
        if not addendum.applied:
            yield Finding(addendum.span("applied"), {"no": addendum.no, "title": addendum.title})


RULES = (validity, dated_in_time, deadline, addenda)
