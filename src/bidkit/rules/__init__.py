"""one function a rule, one file a family; strangers to each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, TypeVar

from bidkit.bid import Bid
from bidkit.diagnostic import Diagnostic, Severity, load_messages
from bidkit.receivables import Followed
from bidkit.rules import (
    blind,
    boq,
    buyer_forms,
    contract,
    dates,
    finished,
    forms,
    hidden,
    identity,
    layout,
    names,
    negotiation,
    price,
    price_forms,
    price_texts,
    printed,
    qualification,
    receivables,
    residue,
    strategy,
    texts,
)
from bidkit.rules.blind import BlindFile
from bidkit.rules.buyer_forms import FinishedPart, FinishedWord
from bidkit.rules.finished import Finished
from bidkit.rules.hidden import HandedIn
from bidkit.rules.layout import Formatted
from bidkit.rules.names import Named
from bidkit.rules.price_forms import FinishedForm
from bidkit.rules.printed import Printed
from bidkit.rules.registry import REGIMES, Facts, Rule
from bidkit.rules.residue import Residue

S = TypeVar("S")

BID_RULES: tuple[Rule[Bid], ...] = (
    *price.RULES,
    *price_texts.RULES,
    *boq.RULES,
    *dates.RULES,
    *identity.RULES,
    *qualification.RULES,
    *forms.RULES,
    *texts.RULES,
    *strategy.RULES,
)
FOLLOW_RULES: tuple[Rule[Followed], ...] = (*negotiation.RULES, *contract.RULES, *receivables.RULES)
FINISHED_RULES: tuple[Rule[Finished], ...] = finished.RULES
PRINTED_RULES: tuple[Rule[Printed], ...] = printed.RULES
LAYOUT_RULES: tuple[Rule[Formatted], ...] = layout.RULES
HIDDEN_RULES: tuple[Rule[HandedIn], ...] = hidden.RULES
RESIDUE_RULES: tuple[Rule[Residue], ...] = residue.RULES
BLIND_RULES: tuple[Rule[BlindFile], ...] = blind.RULES
WORD_FORM_RULES: tuple[Rule[FinishedWord], ...] = buyer_forms.RULES
WORD_PART_RULES: tuple[Rule[FinishedPart], ...] = buyer_forms.PART_RULES
NAME_RULES: tuple[Rule[Named], ...] = names.RULES
PRICE_FORM_RULES: tuple[Rule[FinishedForm], ...] = price_forms.RULES

FILE_RULES: tuple[Rule[Any], ...] = (
    *FINISHED_RULES,
    *PRINTED_RULES,
    *LAYOUT_RULES,
    *BLIND_RULES,
    *RESIDUE_RULES,
    *NAME_RULES,
    *PRICE_FORM_RULES,
    *WORD_FORM_RULES,
    *WORD_PART_RULES,
    *HIDDEN_RULES,
)
_MILD = {
    Severity.WARNING: (
        "DL72", "DL84", "DL87", "EN19", "EN45", "FM25", "FM28", "PK02", "PK11", "PK32", "PK57", "PR14", "QU08", "QU14",
        "TP18", "TP19",
    ),
    Severity.INFO: ("DL37", "EN01", "EN10", "EN13", "EN14", "GT12"),
}  # fmt: skip
"""Codes of no rule that are never errors."""


@lru_cache(maxsize=1)
def describe_codes() -> dict[str, Facts]:
    """Every code, in order: how grave, in which regimes, and whether rules over deal, files or what follows have it."""
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
    found = list(_check(BID_RULES, bid, bid.deal.regime))
    return [item for item in found if item.code != "DT04"] if followed and followed.is_awarded else found


def check_followed(done: Followed) -> list[Diagnostic]:
    """What is wrong after a bid was handed in: its negotiation, its contract, the payments."""
    return list(_check(FOLLOW_RULES, done, done.bid.deal.regime))


def check_finished(done: Finished) -> list[Diagnostic]:
    """What is wrong with the finished files."""
    return list(_check(FINISHED_RULES, done, done.bid.deal.regime))


def check_printed(done: Printed) -> list[Diagnostic]:
    """What is wrong with the finished PDFs."""
    return list(_check(PRINTED_RULES, done, done.bid.deal.regime))


def check_layout(done: Formatted, regime: str) -> list[Diagnostic]:
    """What is wrong with the look of a finished volume."""
    return list(_check(LAYOUT_RULES, done, regime))


def check_blind(done: BlindFile) -> list[Diagnostic]:
    """What tells whose a finished blind volume is."""
    return list(_check(BLIND_RULES, done, done.bid.deal.regime))


def check_hidden(done: HandedIn) -> list[Diagnostic]:
    """What a file that is handed in shows of what the deal hides."""
    return list(_check(HIDDEN_RULES, done, done.bid.deal.regime))


def check_names(done: Named) -> list[Diagnostic]:
    """Where a finished file calls somebody almost, or only in part, as the bid does."""
    return list(_check(NAME_RULES, done, done.bid.deal.regime))


def check_form(done: FinishedForm, regime: str) -> list[Diagnostic]:
    """What of a finished form of the buyer is not as it came, or not as the quote says."""
    return list(_check(PRICE_FORM_RULES, done, regime))


def check_word_form(done: FinishedWord, regime: str) -> list[Diagnostic]:
    """What of a finished Word form of the buyer is not as it came."""
    return list(_check(WORD_FORM_RULES, done, regime))


def check_residue(done: Residue) -> list[Diagnostic]:
    """What a file that is handed in has left of other bids."""
    return list(_check(RESIDUE_RULES, done, done.bid.deal.regime))


def check_word_part(done: FinishedPart, regime: str) -> list[Diagnostic]:
    """What of a Word form of the buyer is not in its volume as it was filled."""
    return list(_check(WORD_PART_RULES, done, regime))


def _check(rules: Iterable[Rule[S]], subject: S, regime: str) -> Iterator[Diagnostic]:
    for item in rules:
        if regime in item.regimes:
            for finding in item.check(subject):
                yield Diagnostic(item.code, finding.span, finding.values, finding.severity or item.severity)
