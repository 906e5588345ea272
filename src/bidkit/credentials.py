"""the credential papers of a bid: which are required, which are chosen, and whether they are in date.

A paper is in date on a day when `valid_until` is that day or later; the end of the bid's validity is the deadline's
date plus the days of validity, the first day not counted (财政部令第87号 第85条).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from bidkit.catalog import Credential
from bidkit.deal import Deal
from bidkit.deal.tender import RequiredCredential


@dataclass(frozen=True)
class Selection:
    """The chosen papers, in the deal's order, and for each requirement of the tender those that answer it."""

    chosen: tuple[Credential, ...]
    required: tuple[tuple[RequiredCredential, tuple[Credential, ...]], ...]


def select_credentials(deal: Deal, records: tuple[Credential, ...]) -> Selection:
    """Join what the tender requires with what the deal attaches.

    By the ids that the requirement names; else by kind, one paper each, the last of a kind taking all that are left.
    """
    needs = deal.tender.required_credentials if deal.tender else ()
    free = list(records)
    joined = []
    for position, need in enumerate(needs):
        papers = [record for record in free if record.kind == need.kind]
        if any(other.kind == need.kind and not other.answered_by for other in needs[position + 1 :]):
            papers = papers[:1]
        if need.answered_by:
            papers = [record for record in records if record.id in need.answered_by]
        free = [record for record in free if record not in papers]
        joined.append((need, tuple(papers)))
    return Selection(records, tuple(joined))


def is_valid_on(credential: Credential, day: date) -> bool:
    """Whether a paper is in date on a day: issued by then and not yet expired."""
    return credential.issued <= day and (credential.valid_until is None or credential.valid_until >= day)


def judging_days(deal: Deal, today: date) -> Iterator[tuple[str, date]]:
    """The days on which papers must be valid: (term key of the day, the day), the stricter first."""
    if deal.tender is None:
        yield "today", today
        return
    deadline = deal.tender.deadline.date()
    yield "deadline", deadline
    yield "validity_end", add_days(deadline, max(deal.tender.validity_days, deal.quote.validity_days))


def add_days(day: date, days: int) -> date:
    """The day so many days later, the first not counted; the calendar's last day if it ends before."""
    return date.fromordinal(min(day.toordinal() + days, date.max.toordinal()))
