"""the library over all deals of a workspace: which deals use a paper, and what ends before it may."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from bidkit.catalog.papers import Credential
from bidkit.credentials import judging_days
from bidkit.deal import Deal, load_deal
from bidkit.diagnostic import Diagnostic
from bidkit.source import Workspace

What = Literal["valid_until", "surveillance_until", "review_by"]
_ENDS: tuple[What, ...] = ("valid_until", "surveillance_until", "review_by")


@dataclass(frozen=True)
class Ending:
    """A paper whose term, surveillance or review ends; of `deals` each is one that needs it longer, with the day."""

    paper: Credential
    what: What
    day: date
    deals: tuple[tuple[str, date], ...]
    is_past: bool


def read_deals(workspace: Workspace) -> tuple[tuple[Deal, ...], list[Diagnostic]]:
    """Every deal of a workspace that can be read: `deals/*/deal.yaml`. Diagnostics: DL01–DL25."""
    deals, problems = [], []
    for path in sorted((workspace.root / "deals").glob("*/deal.yaml")):
        deal, found = load_deal(workspace, path.relative_to(workspace.root).as_posix())
        problems += found
        deals += [deal] if deal else []
    return tuple(deals), problems


def find_uses(paper: Credential, deals: Sequence[Deal]) -> tuple[str, ...]:
    """The ids of the deals that name a paper."""
    return tuple(deal.id for deal in deals if paper.id in deal.credentials)


def find_expiring(library: Sequence[Credential], deals: Sequence[Deal], today: date, last: date) -> list[Ending]:
    """What ends up to a day, or before an open deal needs it; the earliest first.

    A deal is open while the end of its validity has not passed.
    """
    needed = {paper.id: tuple(_list_needs(paper, deals, today)) for paper in library}
    found = []
    for paper in library:
        for what in _ENDS:
            day = getattr(paper, what)
            if day is None:
                continue
            waiting = tuple(need for need in needed[paper.id] if what != "review_by" and need[1] > day)
            if day <= last or waiting:
                found.append(Ending(paper, what, day, waiting, day < today))
    return sorted(found, key=lambda item: (item.day, item.paper.id))


def _list_needs(paper: Credential, deals: Sequence[Deal], today: date) -> Iterator[tuple[str, date]]:
    """The open deals that name a paper, each with the last day on which it must be in date."""
    for deal in deals:
        last = max(day for _, day in judging_days(deal, today))
        if paper.id in deal.credentials and last >= today:
            yield deal.id, last
