"""the library over all deals of a workspace: which deals use a paper, and what ends before it may."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from bidkit.catalog.papers import Credential
from bidkit.credentials import judging_days
from bidkit.credentials.choosing import choose_papers
from bidkit.deal import Deal, load_deal
from bidkit.diagnostic import Diagnostic
from bidkit.matrix import BATCH_NAME, find_batch, make_address, read_many
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
    """Every deal of a workspace that can be read: `deals/*/deal.yaml`, or what a batch.yaml makes. Diagnostics: DL."""
    deals: list[Deal] = []
    problems: list[Diagnostic] = []
    folder = workspace.root / "deals"
    paths = [path for path in folder.glob("*/deal.yaml") if find_batch(path) is None]
    for batch in folder.glob(f"*/{BATCH_NAME}"):
        many = read_many(workspace, batch.relative_to(workspace.root).as_posix())
        problems += many.problems
        paths += [make_address(batch, deal_id) for deal_id in many.deals]
    for path in sorted(paths):
        deal, found = load_deal(workspace, path.relative_to(workspace.root).as_posix())
        problems += (problem for problem in found if problem not in problems)
        deals += [deal] if deal else []
    return tuple(deals), problems


@dataclass(frozen=True)
class Need:
    """A deal that names a paper, or for which it is chosen, and the last day on which it must be in date."""

    deal: str
    last: date
    is_open: bool


def list_needs(
    library: Sequence[Credential], deals: Sequence[Deal], today: date, bidder: str
) -> dict[str, tuple[Need, ...]]:
    """By paper the deals that use it. A deal is open while the end of its validity has not passed."""
    needs: dict[str, tuple[Need, ...]] = {}
    for deal in deals:
        last = max(day for _, day in judging_days(deal, today))
        chosen = (paper.id for choice in choose_papers(deal, library, today, bidder) for paper in choice.taken)
        for paper in dict.fromkeys((*deal.credentials, *chosen)):
            needs[paper] = (*needs.get(paper, ()), Need(deal.id, last, last >= today))
    return needs


def find_expiring(
    library: Sequence[Credential], needs: Mapping[str, Sequence[Need]], today: date, last: date
) -> list[Ending]:
    """What ends up to a day, or before an open deal needs it; the earliest first.

    A paper that has ended and that another one has replaced is told no more, unless an open deal needs it.
    """
    found = []
    for paper, what in ((paper, what) for paper in library for what in _ENDS):
        day = getattr(paper, what)
        if day is None:
            continue
        using = [need for need in needs.get(paper.id, ()) if need.is_open]
        waiting = tuple((need.deal, need.last) for need in using if what != "review_by" and need.last > day)
        is_replaced = not using and paper.valid_until is not None and paper.valid_until < today
        is_replaced = is_replaced and any(_replaces(other, paper) for other in library)
        if (day <= last or waiting) and not is_replaced:
            found.append(Ending(paper, what, day, waiting, day < today))
    return sorted(found, key=lambda item: (item.day, item.paper.id))


def _replaces(new: Credential, old: Credential) -> bool:
    """Whether a record is the later paper of the same title and holder."""
    is_same = (new.kind, new.holder, new.title, new.model) == (old.kind, old.holder, old.title, old.model)
    return is_same and old.valid_until is not None and (new.valid_until is None or new.valid_until > old.valid_until)
