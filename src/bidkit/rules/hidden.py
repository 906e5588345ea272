"""what a deal hides must stand in full in nothing that is handed in: PK37."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bidkit.bid import Bid
from bidkit.diagnostic import Span
from bidkit.personal import find_shown, mask_number
from bidkit.rules.registry import Finding, rule
from bidkit.traces import Traces


@dataclass(frozen=True)
class HandedIn:
    """A file that is handed in, and everything that it says."""

    bid: Bid
    name: str
    traces: Traces


@rule("PK37")
def numbers_hidden(done: HandedIn) -> Iterator[Finding]:
    """No file shows a number of a person in full, neither in print nor in what can be searched."""
    numbers = [paper.number for paper in done.bid.selection.chosen if paper.hides_number]
    signers = done.bid.company.signers
    people = (signers.legal_representative, signers.agent) if signers else ()
    numbers += [person.id_number for person in people if person]
    told = set()
    for place, text in done.traces.texts:
        for number in find_shown(text, numbers):
            if number not in told:
                told.add(number)
                yield Finding(Span(done.name, place=place), {"number": mask_number(number)})


RULES = (numbers_hidden,)
