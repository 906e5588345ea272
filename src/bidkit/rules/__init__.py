"""one function a rule, one file a family; strangers to each other."""

from __future__ import annotations

from functools import lru_cache

from bidkit.bid import Bid
from bidkit.diagnostic import Diagnostic, Severity, load_messages
from bidkit.receivables import Followed
from bidkit.rules import (
    boq,
    claims,
    contract,
    counts,
    dates,
    facts,
    forms,
    identity,
    negotiation,
    papers,
    past,
    people,
    price,
    price_texts,
    promises,
    qualification,
    receivables,
    residue,
    statements,
    strategy,
    texts,
)
from bidkit.rules.registry import REGIMES, Facts, Rule, judge

BID_RULES: tuple[Rule[Bid], ...] = (
    *price.RULES,
    *price_texts.RULES,
    *boq.RULES,
    *dates.RULES,
    *identity.RULES,
    *people.RULES,
    *qualification.RULES,
    *forms.RULES,
    *facts.RULES,
    *statements.RULES,
    *texts.RULES,
    *claims.RULES,
    *papers.RULES,
    *counts.RULES,
    *past.RULES,
    *promises.RULES,
    *residue.BID_RULES,
    *strategy.RULES,
)
FOLLOW_RULES: tuple[Rule[Followed], ...] = (*negotiation.RULES, *contract.RULES, *receivables.RULES)
_MILD = {
    Severity.WARNING: (
        "DL62", "DL72", "DL84", "DL87", "EN19", "EN45", "FM25", "FM28", "PK02", "PK11", "PK32", "PK57", "PR14", "PR39",
        "QU08", "QU14", "TP18", "TP19",
    ),
    Severity.INFO: ("DL37", "EN01", "EN10", "EN13", "EN14", "GT12"),
}  # fmt: skip
"""Codes of no rule that are never errors."""


@lru_cache(maxsize=1)
def describe_codes() -> dict[str, Facts]:
    """Every code, in order: how grave, in which regimes, and whether rules over deal, files or what follows have it."""
    from bidkit.rules.files import FILE_RULES

    severities = {code: severity for severity, codes in _MILD.items() for code in codes}
    found = {code: Facts(severities.get(code, Severity.ERROR), REGIMES) for code in load_messages("en")["codes"]}
    subjects = (("deal", BID_RULES), ("files", FILE_RULES), ("follow", FOLLOW_RULES))
    for code in found:
        rules = [(subject, item) for subject, listed in subjects for item in listed if item.code == code]
        if rules:
            gravest = min((item.severity for _, item in rules), key=list(Severity).index)
            regimes = frozenset().union(*(item.regimes for _, item in rules))
            found[code] = Facts(gravest, regimes, frozenset(subject for subject, _ in rules))
    return dict(sorted(found.items()))


def check_bid(bid: Bid, followed: Followed | None = None) -> list[Diagnostic]:
    """What is wrong with a bid before anything is made of it.

    Args:
        followed: what has followed; once the bid is awarded, a deadline that has passed is nothing wrong.
    """
    found = list(judge(BID_RULES, bid, bid.deal.regime))
    return [item for item in found if item.code != "DT04"] if followed and followed.is_awarded else found


def check_followed(done: Followed) -> list[Diagnostic]:
    """What is wrong after a bid was handed in: its negotiation, its contract, the payments."""
    return list(judge(FOLLOW_RULES, done, done.bid.deal.regime))
