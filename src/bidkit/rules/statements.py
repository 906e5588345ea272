"""statements of texts that the data of a bid has otherwise: days, amounts, codes, addenda, lists, rises: ID03."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from bidkit.amended import find_amended
from bidkit.bid import Bid
from bidkit.diagnostic import Severity, Term
from bidkit.listed import find_listed
from bidkit.rises import find_rises
from bidkit.rules.registry import Finding, rule
from bidkit.told import find_told


@rule("ID03", Severity.WARNING)
def statements_are_true(bid: Bid) -> Iterator[Finding]:
    """What stands right beside what it is called is as the data has it; an error in answers to mandatory clauses, by
    which the bid is judged."""
    for at, kind, stated, known in chain(find_told(bid), find_amended(bid), find_rises(bid), find_listed(bid)):
        values = {"what": Term(f"fact_{kind}"), "stated": stated, "known": known}
        yield Finding(at, values, Severity.ERROR if at in bid.binding else None)


RULES = (statements_are_true,)
