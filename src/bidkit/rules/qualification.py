"""credentials that the tender asks for, and their dates: QU."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bidkit.bid import Bid
from bidkit.catalog.papers import Credential
from bidkit.credentials import is_valid_on, judging_days
from bidkit.credentials.conditions import Lack
from bidkit.diagnostic import Severity, Term
from bidkit.rules.registry import Finding, rule
from bidkit.sme import find_size


@rule("QU01", regimes=frozenset({"tender"}))
def required_credentials(bid: Bid) -> Iterator[Finding]:
    """Every paper that the tender requires is attached."""
    for need, papers in bid.selection.required:
        if not papers:
            yield Finding(need.span("kind"), {"title": need.title, "kind": need.kind, "clause": need.clause or "—"})


@rule("QU02")
def credentials_in_date(bid: Bid) -> Iterator[Finding]:
    """Every attached paper is in date at the deadline (error) and to the end of the bid's validity (warning)."""
    for paper in bid.selection.chosen:
        for place, (name, day) in enumerate(judging_days(bid.deal, bid.today)):
            if not is_valid_on(paper, day):
                values = {
                    "title": paper.title,
                    "issued": paper.issued,
                    "valid_until": paper.valid_until or Term("long_term"),
                    "name": Term(name),
                    "day": day,
                }
                severity = Severity.ERROR if place == 0 else Severity.WARNING
                yield Finding(paper.span("valid_until" if paper.issued <= day else "issued"), values, severity)
                break


@rule("QU03", regimes=frozenset({"tender"}))
def conditions_met(bid: Bid) -> Iterator[Finding]:
    """A paper that answers a requirement has the scope, the level and the kind of work that it asks for."""
    yield from _list_lacks(bid, ("scope", "level", "tags"))


@rule("QU04", regimes=frozenset({"tender"}))
def windows_met(bid: Bid) -> Iterator[Finding]:
    """A paper that answers a requirement is of the time that it asks for (财政部令第87号 第85, 86条)."""
    yield from _list_lacks(bid, ("valid_until", "issued", "period"))


def _list_lacks(bid: Bid, keys: tuple[str, ...]) -> Iterator[Finding]:
    for need, papers in bid.selection.lacks:
        for paper, lacks in papers:
            for lack in (lack for lack in lacks if lack.key in keys):
                values = {"title": paper.title, "need": need.title, "lack": lack.words, "clause": need.clause or "—"}
                yield Finding(paper.span(lack.key) or paper.span("id"), values)


@rule("QU05", Severity.WARNING, regimes=frozenset({"tender"}))
def enough_papers(bid: Bid) -> Iterator[Finding]:
    """As many papers as a requirement asks for meet it, amounts included."""
    lacking = {need.id: {paper.id for paper, _ in papers} for need, papers in bid.selection.lacks}
    for need, papers in bid.selection.required:
        count = sum(paper.id not in lacking.get(need.id, ()) for paper in papers)
        has_amount = any(lack.key == "amount" for _, lacks in _lacks_of(bid, need.id) for lack in lacks)
        if papers and (count < need.count and (need.count > 1 or has_amount)):
            values = {"title": need.title, "count": str(count), "needed": str(need.count), "clause": need.clause or "—"}
            yield Finding(need.span("count"), values)


def _lacks_of(bid: Bid, need: str) -> tuple[tuple[Credential, tuple[Lack, ...]], ...]:
    return next((papers for own, papers in bid.selection.lacks if own.id == need), ())


@rule("QU06", regimes=frozenset({"tender"}))
def no_affiliate_bids(bid: Bid) -> Iterator[Finding]:
    """No company of the same head or under the same control bids for the same tender (招标投标法实施条例 art. 34)."""
    bidders = bid.deal.tender.bidders if bid.deal.tender else ()
    related = {*(bid.company.affiliates or ()), bid.company.name}
    for position, name in enumerate(bidders):
        if any(_same(name, other) for other in related):
            assert bid.deal.tender is not None
            yield Finding(bid.deal.tender.span("bidders", position), {"name": name})


def _same(name: str, other: str) -> bool:
    """Whether a name is that of a company, whatever is remarked behind it in brackets."""
    return re.split(r"[（(]", other)[0].strip() == re.split(r"[（(]", name)[0].strip()


@rule("QU07", Severity.WARNING, regimes=frozenset({"tender"}))
def sizes_as_declared(bid: Bid) -> Iterator[Finding]:
    """The size of each declared enterprise follows from its figures (工信部联企业〔2011〕300号)."""
    declared = bid.deal.tender.sme if bid.deal.tender else None
    for item in declared.enterprises if declared else ():
        size = find_size(item.industry, item.staff, item.revenue, item.assets)
        if size is not None and size != item.size:
            values = {"name": item.name, "declared": Term(item.size), "computed": Term(size), "industry": item.industry}
            yield Finding(item.span("size"), values)


@rule("QU09", Severity.WARNING)
def surveillance_in_time(bid: Bid) -> Iterator[Finding]:
    """A certificate that needs a surveillance audit has had it by the deadline."""
    name, day = next(iter(judging_days(bid.deal, bid.today)))
    for paper in bid.selection.chosen:
        if paper.surveillance_until is not None and paper.surveillance_until < day:
            values = {"title": paper.title, "last": paper.surveillance_until, "name": Term(name), "day": day}
            yield Finding(paper.span("surveillance_until"), values)


RULES = (
    required_credentials,
    credentials_in_date,
    conditions_met,
    windows_met,
    enough_papers,
    no_affiliate_bids,
    sizes_as_declared,
    surveillance_in_time,
)
