"""credentials that the tender asks for, and their dates: QU."""

from __future__ import annotations

from collections.abc import Iterator

from bidkit.bid import Bid
from bidkit.credentials import is_valid_on, judging_days
from bidkit.diagnostic import Severity, Term
from bidkit.rules.registry import Finding, rule


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


RULES = (required_credentials, credentials_in_date)
