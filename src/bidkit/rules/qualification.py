"""credentials that the tender asks for, and their dates: QU."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from bidkit.bid import Bid
from bidkit.catalog.papers import Credential
from bidkit.credentials import Lacking, add_days, is_valid_on, judging_days
from bidkit.credentials.conditions import find_covered, tell_apart
from bidkit.deal.tender import Enterprise
from bidkit.diagnostic import Severity, Term
from bidkit.kinds import LASTING_KINDS
from bidkit.quote.offers import round_to
from bidkit.rules.registry import Finding, rule
from bidkit.sme import INDUSTRIES, find_size
from bidkit.source import nearest
from bidkit.wording import fold

_MOST_TOLD = 5
_DEDUCTION_FROM, _LEAST_DEDUCTION, _MOST_DEDUCTION = date(2022, 7, 1), Decimal("0.1"), Decimal("0.2")
"""财库〔2022〕19号, of goods and services."""


@rule("QU01", regimes=frozenset({"tender"}))
def required_credentials(bid: Bid) -> Iterator[Finding]:
    """Every paper that the tender requires is attached."""
    for need, papers in bid.selection.required:
        if not papers:
            values = {"title": need.title, "kind": need.kind, "clause": need.clause or "—"}
            yield Finding(need.span("kind"), values | {"refused": _tell(bid.selection.refused.get(need.id, ()))})


def _tell(refused: Lacking) -> Term | str:
    """What each paper lacks that could have been chosen, the first few of them."""
    words: Term | str = "" if len(refused) <= _MOST_TOLD else "…"
    for paper, lacks in reversed(refused[:_MOST_TOLD]):
        words = Term("refused", (("paper", paper.id), ("lack", lacks[0].words), ("rest", words)))
    return words


@rule("QU02")
def credentials_in_date(bid: Bid) -> Iterator[Finding]:
    """Every attached paper is in date at the deadline (error) and to the end of the bid's validity (warning).

    What the bidder must keep while it works is in date until the last delivery, were the contract signed at once.
    """
    for paper in bid.selection.chosen:
        for place, (name, day) in enumerate(_list_days(bid, paper)):
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


def _list_days(bid: Bid, paper: Credential) -> list[tuple[str, date]]:
    days, delivery = [*judging_days(bid.deal, bid.today)], bid.deal.solution.plan.delivery
    if bid.deal.tender and delivery and paper.kind in LASTING_KINDS:
        days.append(("contract_end", add_days(bid.deal.tender.deadline.date(), delivery.day)))
    return days


@rule("QU03", regimes=frozenset({"tender"}))
def conditions_met(bid: Bid) -> Iterator[Finding]:
    """A paper that answers a requirement has the scope, the level and the kind of work that it asks for."""
    yield from _list_lacks(bid, ("scope", "level", "tags"))


@rule("QU04", regimes=frozenset({"tender"}))
def windows_met(bid: Bid) -> Iterator[Finding]:
    """A paper that answers a requirement is of the time that it asks for (财政部令第87号 第85, 86条)."""
    yield from _list_lacks(bid, ("valid_until", "issued", "period"))


def _list_lacks(bid: Bid, keys: tuple[str, ...]) -> Iterator[Finding]:
    _, deadline = next(iter(judging_days(bid.deal, bid.today)))
    for need, papers in bid.selection.lacks:
        for paper, lacks in papers:
            for lack in (lack for lack in lacks if lack.key in keys):
                if lack.key == "valid_until" and not is_valid_on(paper, deadline):
                    continue  # QU02 has said so
                values = {"title": paper.title, "need": need.title, "lack": lack.words, "clause": need.clause or "—"}
                yield Finding(paper.span(lack.key) or paper.span("id"), values)


@rule("QU05", Severity.WARNING, regimes=frozenset({"tender"}))
def enough_papers(bid: Bid) -> Iterator[Finding]:
    """As many papers as a requirement asks for meet it, amounts included."""
    for need, papers in bid.selection.required:
        count = len({*map(tell_apart, bid.selection.find_good(need, papers))})
        has_amount = any(
            lack.key == "amount"
            for own, found in bid.selection.lacks
            if own is need
            for _, lacks in found
            for lack in lacks
        )
        if papers and count < need.count and (need.count > 1 or has_amount):
            values = {"title": need.title, "count": str(count), "needed": str(need.count), "clause": need.clause or "—"}
            yield Finding(need.span("count"), values)


@rule("QU10", regimes=frozenset({"tender"}))
def every_period_covered(bid: Bid) -> Iterator[Finding]:
    """For each year or month that a requirement names there is a paper."""
    for need, papers in bid.selection.required:
        good = bid.selection.find_good(need, papers)
        covered = {period for paper in good for period in find_covered(paper, need)}
        missing = [period for period in need.covers if period not in covered]
        if papers and missing:
            values = {"title": need.title, "periods": "、".join(missing), "clause": need.clause or "—"}
            yield Finding(need.span("covers"), values)


@rule("QU16", regimes=frozenset({"tender"}))
def every_member_proved(bid: Bid) -> Iterator[Finding]:
    """Where a requirement is one of each member of the team, a paper that meets it names each of them."""
    for need, papers in bid.selection.required:
        named = [
            fold(f"{paper.holder}\n{paper.title}\n{paper.scope}") for paper in bid.selection.find_good(need, papers)
        ]
        for member in bid.deal.team if need.per_member and papers else ():
            if not any(fold(member.name) in text for text in named):
                values = {"name": member.name, "title": need.title, "clause": need.clause or "—"}
                yield Finding(member.span("name"), values)


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
    return _plain(name) == _plain(other)


def _plain(name: str) -> str:
    text = "".join(unicodedata.normalize("NFKC", name).casefold().split())
    return re.sub(r"(?<=.)\([^()]*\)$", "", text)


@rule("QU12", Severity.WARNING, regimes=frozenset({"tender"}))
def affiliates_are_known(bid: Bid) -> Iterator[Finding]:
    """Where other bidders are known, it is also known which companies are related."""
    tender = bid.deal.tender
    if tender and tender.bidders and bid.company.affiliates is None:
        yield Finding(tender.span("bidders"), {"count": str(len(tender.bidders))})


@rule("QU13")
def masks_are_known(bid: Bid) -> Iterator[Finding]:
    """Where a deal hides what is personal, every paper of a person says where that stands."""
    for paper in bid.selection.chosen if bid.deal.attachments.mask else ():
        if paper.is_personal and paper.files and paper.masks is None:
            yield Finding(paper.span("files"), {"title": paper.title})


@rule("QU07", Severity.WARNING, regimes=frozenset({"tender"}))
def sizes_as_declared(bid: Bid) -> Iterator[Finding]:
    """The size of each declared enterprise follows from its figures (工信部联企业〔2011〕300号)."""
    declared = bid.deal.tender.sme if bid.deal.tender else None
    for item in declared.enterprises if declared else ():
        size = find_size(item.industry, item.staff, item.revenue, item.assets)
        if size is not None and size != item.size:
            values = {"name": item.name, "declared": Term(item.size), "computed": Term(size), "industry": item.industry}
            yield Finding(item.span("size"), values)


@rule("QU15", Severity.INFO, regimes=frozenset({"tender"}))
def deduction_of_small_enterprises(bid: Bid) -> Iterator[Finding]:
    """What the price is compared at where small and micro enterprises get a deduction, and why it is not granted
    (财库〔2020〕46号 art. 9, 财库〔2022〕19号); a contract is made at the price itself."""
    tender = bid.deal.tender
    rate = tender.sme_deduction if tender and tender.rules == "mof87" else None
    if tender is None or rate is None:
        return
    at = tender.span("sme_deduction")
    if bid.deal.dated >= _DEDUCTION_FROM and not _LEAST_DEDUCTION <= rate <= _MOST_DEDUCTION:
        yield Finding(at, {"fault": Term("deduction_range", (("rate", _percent(rate)),))}, Severity.WARNING)
    if tender.sme is None:
        yield Finding(at, {"fault": Term("deduction_undeclared")}, Severity.WARNING)
        return
    larger = [item for item in tender.sme.enterprises if not _is_small(item)]
    for item in larger:
        yield Finding(item.span("size"), {"fault": Term("deduction_medium", (("name", item.name),))}, Severity.WARNING)
    quotes = [(Term("lot_total", (("lot", part.lot.id),)), part.quote.base) for part in bid.quote.lots]
    for what, total in [] if larger else quotes or [(Term("total"), bid.quote.base)]:
        evaluated = round_to(total * (1 - rate), bid.deal.quote.places.currency)
        told = (("what", what), ("total", f"{total:,.2f}"), ("rate", _percent(rate)), ("price", f"{evaluated:,.2f}"))
        yield Finding(at, {"fault": Term("deduction", told)})


def _is_small(item: Enterprise) -> bool:
    """Whether an enterprise is small or micro, by what it declares and by its figures."""
    computed = find_size(item.industry, item.staff, item.revenue, item.assets) or item.size
    return {item.size, computed} <= {"micro", "small"}


def _percent(rate: Decimal) -> str:
    return f"{(rate * 100).normalize():f}"


@rule("QU11", Severity.WARNING, regimes=frozenset({"tender"}))
def industries_are_known(bid: Bid) -> Iterator[Finding]:
    """The industry of a declared enterprise is one of the standard, so that its size can be found."""
    declared = bid.deal.tender.sme if bid.deal.tender else None
    for item in declared.enterprises if declared else ():
        if item.industry not in INDUSTRIES:
            values = {"industry": item.industry, "near": nearest(item.industry, [*INDUSTRIES])}
            yield Finding(item.span("industry"), values | {"allowed": "、".join(INDUSTRIES)})


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
    every_period_covered,
    every_member_proved,
    no_affiliate_bids,
    affiliates_are_known,
    masks_are_known,
    sizes_as_declared,
    deduction_of_small_enterprises,
    industries_are_known,
    surveillance_in_time,
)
