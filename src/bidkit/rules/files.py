"""the rules over finished files, family by family; a deal is checked without them."""

from __future__ import annotations

from typing import Any

from bidkit.diagnostic import Diagnostic
from bidkit.rules import (
    blind,
    buyer_forms,
    finished,
    hidden,
    layout,
    names,
    price_forms,
    printed,
    residue,
)
from bidkit.rules.blind import BlindFile
from bidkit.rules.buyer_forms import FinishedPart, FinishedWord
from bidkit.rules.finished import Finished
from bidkit.rules.hidden import HandedIn
from bidkit.rules.layout import Formatted
from bidkit.rules.names import Named
from bidkit.rules.price_forms import FinishedForm
from bidkit.rules.printed import Printed
from bidkit.rules.registry import Rule, judge
from bidkit.rules.residue import Residue

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


def check_finished(done: Finished) -> list[Diagnostic]:
    """What is wrong with the finished files."""
    return list(judge(FINISHED_RULES, done, done.bid.deal.regime))


def check_printed(done: Printed) -> list[Diagnostic]:
    """What is wrong with the finished PDFs."""
    return list(judge(PRINTED_RULES, done, done.bid.deal.regime))


def check_layout(done: Formatted, regime: str) -> list[Diagnostic]:
    """What is wrong with the look of a finished volume."""
    return list(judge(LAYOUT_RULES, done, regime))


def check_blind(done: BlindFile) -> list[Diagnostic]:
    """What tells whose a finished blind volume is."""
    return list(judge(BLIND_RULES, done, done.bid.deal.regime))


def check_hidden(done: HandedIn) -> list[Diagnostic]:
    """What a file that is handed in shows of what the deal hides."""
    return list(judge(HIDDEN_RULES, done, done.bid.deal.regime))


def check_names(done: Named) -> list[Diagnostic]:
    """Where a finished file calls somebody almost, or only in part, as the bid does."""
    return list(judge(NAME_RULES, done, done.bid.deal.regime))


def check_form(done: FinishedForm, regime: str) -> list[Diagnostic]:
    """What of a finished form of the buyer is not as it came, or not as the quote says."""
    return list(judge(PRICE_FORM_RULES, done, regime))


def check_word_form(done: FinishedWord, regime: str) -> list[Diagnostic]:
    """What of a finished Word form of the buyer is not as it came."""
    return list(judge(WORD_FORM_RULES, done, regime))


def check_residue(done: Residue) -> list[Diagnostic]:
    """What a file that is handed in has left of other bids."""
    return list(judge(RESIDUE_RULES, done, done.bid.deal.regime))


def check_word_part(done: FinishedPart, regime: str) -> list[Diagnostic]:
    """What of a Word form of the buyer is not in its volume as it was filled."""
    return list(judge(WORD_PART_RULES, done, regime))
