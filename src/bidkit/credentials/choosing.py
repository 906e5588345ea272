"""papers chosen from the library by what a tender asks for, with the reason for each choice and each refusal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from bidkit.catalog import load_library
from bidkit.catalog.papers import Credential
from bidkit.credentials import Lacking, find_days, is_valid_on
from bidkit.credentials.conditions import Days, Lack, find_covered, find_lacks, list_grounds, tell_apart
from bidkit.deal import Deal
from bidkit.deal.tender import RequiredCredential
from bidkit.diagnostic import Diagnostic, Term
from bidkit.kinds import FOREIGN_KINDS
from bidkit.source import Workspace


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
    refused: Lacking

    @property
    def is_met(self) -> bool:
        """Whether as many were found as are asked for, and one for each period."""
        covered = {period for paper in self.taken for period in find_covered(paper, self.need)}
        return len(self.taken) >= max(self.need.count, 1) and covered.issuperset(self.need.covers)


def choose_papers(deal: Deal, library: Sequence[Credential], today: date, bidder: str) -> tuple[Choice, ...]:
    """For each requirement that says `choose`, the papers of the library that meet its conditions."""
    needs = deal.tender.required_credentials if deal.tender else ()
    days = find_days(deal, today)
    return tuple(choose_for(need, library, days, bidder) for need in needs if need.choose)


def choose_from_library(
    workspace: Workspace, deal: Deal, today: date, bidder: str
) -> tuple[tuple[Choice, ...], list[Diagnostic]]:
    """The papers that a deal leaves to be chosen; the library is read only if it does. Diagnostics: DL01–DL28, DL64."""
    if not any(need.choose for need in (deal.tender.required_credentials if deal.tender else ())):
        return (), []
    library, problems = load_library(workspace)
    return choose_papers(deal, library, today, bidder), problems


def choose_for(need: RequiredCredential, library: Sequence[Credential], days: Days, bidder: str) -> Choice:
    """The papers of a library that meet the conditions of a requirement, and what the others of its kind lack.

    Of one paper the one that stays in date longest, of these the newest; for each period of `covers` one; where several
    are asked for all of them, the newest first. None counts twice: neither a paper that is recorded twice nor a person.
    """
    judged = [(paper, tuple(_find_reasons(paper, need, days, bidder))) for paper in library if paper.kind == need.kind]
    ranked = sorted((paper for paper, lacks in judged if not lacks), key=_rank, reverse=True)
    fitting: dict[tuple[str, ...], Credential] = {}
    again = []
    for paper in ranked:
        first = fitting.setdefault(tell_apart(paper), paper)
        if first is not paper and need.count > 1:
            again.append((paper, (Lack("number", Term("lack_again", (("paper", first.id),))),)))
    taken = _take(need, list(fitting.values()))
    spare = [paper for paper in ranked if paper not in taken and all(paper is not other for other, _ in again)]
    refused = [*((paper, lacks) for paper, lacks in judged if lacks), *again]
    return Choice(need, tuple(list_grounds(need, days)), tuple(taken), tuple(spare), tuple(refused))


def _take(need: RequiredCredential, fitting: list[Credential]) -> list[Credential]:
    """Those that are needed, of papers from the best down."""
    if need.covers:
        firsts = {period: paper for paper in reversed(fitting) for period in find_covered(paper, need)}
        wanted = {firsts[period].id for period in need.covers if period in firsts}
        return [paper for paper in fitting if paper.id in wanted]
    return fitting if need.count > 1 else fitting[:1]


def _find_reasons(paper: Credential, need: RequiredCredential, days: Days, bidder: str) -> Iterator[Lack]:
    """What a paper lacks, also of what no tender has to say: it is the bidder's, and in date at the deadline."""
    if paper.kind not in FOREIGN_KINDS and paper.holder != bidder:
        yield Lack("holder", Term("lack_holder", (("holder", paper.holder),)))
    deadline = days.named["deadline"]
    if not need.valid and not is_valid_on(paper, deadline):
        values = (("text", Term("deadline")), ("day", deadline.isoformat()))
        yield Lack("valid_until", Term("lack_valid", values))
    yield from find_lacks(paper, need, days)


def _rank(paper: Credential) -> tuple[date, date]:
    return paper.valid_until or date.max, paper.issued
