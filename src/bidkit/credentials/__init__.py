"""the credential papers of a bid: which are required, which are chosen, and whether they are in date.

A paper is in date on a day when `valid_until` is that day or later; the end of the bid's validity is the deadline's
date plus the days of validity, the first day not counted (财政部令第87号 第85条).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from bidkit.catalog.papers import Credential
from bidkit.credentials.conditions import Days, Lack, find_lacks
from bidkit.deal import Deal
from bidkit.deal.tender import RequiredCredential

if TYPE_CHECKING:
    from bidkit.credentials.choosing import Choice


Lacking = tuple[tuple[Credential, tuple[Lack, ...]], ...]
"""Papers and what each of them lacks."""


@dataclass(frozen=True)
class Selection:
    """The chosen papers, in the deal's order, and for each requirement of the tender those that answer it.

    Args:
        lacks: by requirement, the attached papers of its kind that do not meet its conditions, with what they lack.
        refused: by requirement that leaves its papers to be chosen, those of the library that were not, and why.
    """

    chosen: tuple[Credential, ...]
    required: tuple[tuple[RequiredCredential, tuple[Credential, ...]], ...]
    lacks: tuple[tuple[RequiredCredential, Lacking], ...] = ()
    refused: Mapping[str, Lacking] = field(default_factory=dict)

    def find_good(self, need: RequiredCredential, papers: Sequence[Credential]) -> list[Credential]:
        """Those of the papers joined with a requirement that meet its conditions."""
        lacking = {paper.id for own, found in self.lacks if own is need for paper, _ in found}
        return [paper for paper in papers if paper.id not in lacking]


def find_days(deal: Deal, today: date) -> Days:
    """The days by which the papers of a deal are judged."""
    named = {"today": today, "dated": deal.dated}
    if deal.tender is None:
        return Days(named | {"deadline": deal.dated, "validity_end": add_days(deal.dated, deal.quote.validity_days)})
    deadline = deal.tender.deadline.date()
    validity = max(deal.tender.validity_days, deal.quote.validity_days)
    return Days(named | {"deadline": deadline, "validity_end": add_days(deadline, validity)}, deal.tender.holidays)


def select_credentials(
    deal: Deal, records: tuple[Credential, ...], today: date | None = None, choices: Sequence[Choice] = ()
) -> Selection:
    """Join what the tender requires with what the deal attaches.

    By the ids that the requirement names; else what was chosen for it; else by kind, one paper each, the last of a kind
    taking all that are left. Papers that do not meet the conditions of a requirement answer it only where none does.
    """
    days = find_days(deal, today or deal.dated)
    needs = deal.tender.required_credentials if deal.tender else ()
    taken = {choice.need.id: tuple(paper.id for paper in choice.taken) for choice in choices}
    free = list(records)
    joined, lacking = [], []
    for position, need in enumerate(needs):
        papers = [record for record in free if record.kind == need.kind]
        papers = [record for record in papers if not find_lacks(record, need, days)] or papers
        if any(other.kind == need.kind and not other.answered_by for other in needs[position + 1 :]):
            papers = papers[: max(need.count, len(need.covers), 1)]
        if named := need.answered_by or taken.get(need.id):
            papers = [record for record in records if record.id in named]
        free = [record for record in free if record not in papers]
        joined.append((need, tuple(papers)))
        found = ((paper, tuple(find_lacks(paper, need, days))) for paper in papers)
        lacking.append((need, tuple((paper, lacks) for paper, lacks in found if lacks)))
    return Selection(records, tuple(joined), tuple(lacking), {choice.need.id: choice.refused for choice in choices})


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
