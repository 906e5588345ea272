"""the credential papers of a bid: which are required, which are chosen, and whether they are in date.

A paper is in date on a day when `valid_until` is that day or later; the end of the bid's validity is the deadline's
date plus the days of validity, the first day not counted (财政部令第87号 第85条).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from bidkit.catalog.papers import Credential
from bidkit.credentials.conditions import Days, Lack, find_lacks, list_grounds
from bidkit.deal import Deal
from bidkit.deal.tender import RequiredCredential
from bidkit.diagnostic import Term


@dataclass(frozen=True)
class Selection:
    """The chosen papers, in the deal's order, and for each requirement of the tender those that answer it.

    Args:
        lacks: by requirement, the attached papers of its kind that do not meet its conditions, with what they lack.
    """

    chosen: tuple[Credential, ...]
    required: tuple[tuple[RequiredCredential, tuple[Credential, ...]], ...]
    lacks: tuple[tuple[RequiredCredential, tuple[tuple[Credential, tuple[Lack, ...]], ...]], ...] = ()


@dataclass(frozen=True)
class Choice:
    """What was taken from the library for a requirement and why, and why not the other papers of its kind.

    Args:
        spare: papers that meet it too, but are not needed.
    """

    need: RequiredCredential
    grounds: tuple[Term, ...]
    taken: tuple[Credential, ...]
    spare: tuple[Credential, ...]
    refused: tuple[tuple[Credential, tuple[Lack, ...]], ...]


def choose_papers(deal: Deal, library: Sequence[Credential], today: date) -> tuple[Choice, ...]:
    """For each requirement that says `choose`, the papers of the library that meet its conditions.

    Of one paper the one that stays in date longest, of these the newest; where several are asked for, all of them, the
    newest first.
    """
    days = find_days(deal, today)
    choices = []
    for need in deal.tender.required_credentials if deal.tender else ():
        if need.choose:
            choices.append(choose_for(need, library, days))
    return tuple(choices)


def choose_for(need: RequiredCredential, library: Sequence[Credential], days: Days) -> Choice:
    """The papers of a library that meet the conditions of a requirement, and what the others of its kind lack."""
    judged = [(paper, tuple(find_lacks(paper, need, days))) for paper in library if paper.kind == need.kind]
    fitting = sorted((paper for paper, lacks in judged if not lacks), key=_rank, reverse=True)
    taken = fitting if need.count > 1 else fitting[:1]
    refused = tuple((paper, lacks) for paper, lacks in judged if lacks)
    return Choice(need, tuple(list_grounds(need, days)), tuple(taken), tuple(fitting[len(taken) :]), refused)


def _rank(paper: Credential) -> tuple[date, date]:
    return paper.valid_until or date.max, paper.issued


def find_days(deal: Deal, today: date) -> Days:
    """The days by which the papers of a deal are judged."""
    named = {"today": today, "dated": deal.dated}
    if deal.tender is None:
        return Days(named | {"deadline": deal.dated, "validity_end": add_days(deal.dated, deal.quote.validity_days)})
    deadline = deal.tender.deadline.date()
    validity = max(deal.tender.validity_days, deal.quote.validity_days)
    return Days(named | {"deadline": deadline, "validity_end": add_days(deadline, validity)}, deal.tender.holidays)


def select_credentials(deal: Deal, records: tuple[Credential, ...], today: date | None = None) -> Selection:
    """Join what the tender requires with what the deal attaches.

    By the ids that the requirement names; else by kind, one paper each, the last of a kind taking all that are left.
    Papers that do not meet the conditions of a requirement answer it only where none does.
    """
    days = find_days(deal, today or deal.dated)
    needs = deal.tender.required_credentials if deal.tender else ()
    free = list(records)
    joined, lacking = [], []
    for position, need in enumerate(needs):
        papers = [record for record in free if record.kind == need.kind]
        papers = [record for record in papers if not find_lacks(record, need, days)] or papers
        if any(other.kind == need.kind and not other.answered_by for other in needs[position + 1 :]):
            papers = papers[: max(need.count, 1)]
        if need.answered_by:
            papers = [record for record in records if record.id in need.answered_by]
        free = [record for record in free if record not in papers]
        joined.append((need, tuple(papers)))
        found = ((paper, tuple(find_lacks(paper, need, days))) for paper in papers)
        lacking.append((need, tuple((paper, lacks) for paper, lacks in found if lacks)))
    return Selection(records, tuple(joined), tuple(lacking))


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
