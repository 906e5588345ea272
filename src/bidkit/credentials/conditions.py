"""whether a paper meets the conditions that a tender sets, and what it lacks."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from bidkit.catalog.papers import Credential
from bidkit.credentials.levels import is_at_least
from bidkit.days import DEADLINE, NAMES, DayExpression, find_span
from bidkit.deal.tender import RequiredCredential
from bidkit.diagnostic import Term
from bidkit.kinds import PERSONAL_KINDS
from bidkit.wording import fold

_LEFT_OUT = re.compile(
    r"除[^外；;。]*外(?=[的，,、）)\s其均]|$)"
    r"|(?:不含|不包括|不包含|未包括|excluding|except|without|not including)[^；;。)）\n]*",
    re.I,
)
"""What a scope says that it does not cover."""


@dataclass(frozen=True)
class Days:
    """The days by which papers are judged.

    Args:
        named: what the names of the date language stand for; without a tender `deadline` is the date of the bid.
        holidays: those on which no term ends.
    """

    named: Mapping[str, date]
    holidays: Collection[date] = ()


@dataclass(frozen=True)
class Lack:
    """What a paper lacks: the key of its record, and the words for it."""

    key: str
    words: Term


def find_lacks(paper: Credential, need: RequiredCredential, days: Days) -> list[Lack]:
    """Why a paper of the right kind does not answer a requirement; nothing if it does."""
    return [*_judge_facts(paper, need), *_judge_dates(paper, need, days)]


def list_grounds(need: RequiredCredential, days: Days) -> Iterator[Term]:
    """What a paper that answers a requirement meets: its kind, and each condition."""
    yield Term("met_kind")
    yield from (Term("met_scope", (("text", text),)) for text in need.scope)
    if need.level:
        yield Term("met_level", (("needed", need.level),))
    for expression in need.valid or (DEADLINE,):
        day = expression.find(days.named, days.holidays)
        yield Term("met_valid", (("text", _name(expression)), ("day", day.isoformat())))
    for name, window in (("dated", need.dated), ("period", need.period)):
        if window:
            yield Term(f"met_{name}", tuple(_show(*window.find(days.named, days.holidays)).items()))
    if need.covers:
        yield Term("met_covers", (("periods", "、".join(need.covers)),))
    if need.amount is not None:
        yield Term("met_amount", (("needed", f"{need.amount:,.2f}"),))
    if need.tags:
        yield Term("met_tags", (("tags", "、".join(need.tags)),))


def _judge_facts(paper: Credential, need: RequiredCredential) -> Iterator[Lack]:
    for text in need.scope:
        if not covers(paper.scope, text) and not covers(paper.title, text):
            yield _lack("scope", "scope", text=text)
    if need.level and not is_at_least(paper.level, need.level, f"{paper.kind} {paper.title} {need.title}"):
        yield _lack("level", "level", level=paper.level or "—", needed=need.level)
    if need.amount is not None and (paper.amount is None or paper.amount < need.amount):
        shown = "—" if paper.amount is None else f"{paper.amount:,.2f}"
        yield _lack("amount", "amount", amount=shown, needed=f"{need.amount:,.2f}")
    if need.tags and not {*map(fold, need.tags)} & {*map(fold, paper.tags)}:
        yield _lack("tags", "tags", tags="、".join(need.tags))


def _judge_dates(paper: Credential, need: RequiredCredential, days: Days) -> Iterator[Lack]:
    for expression in need.valid:
        day = expression.find(days.named, days.holidays)
        if paper.issued > day or (paper.valid_until is not None and paper.valid_until < day):
            yield _lack("valid_until", "valid", text=_name(expression), day=day.isoformat())
    if need.dated:
        first, last = need.dated.find(days.named, days.holidays)
        if not first <= paper.issued <= last:
            yield _lack("issued", "dated", day=paper.issued.isoformat(), **_show(first, last))
    if need.period:
        first, last = need.period.find(days.named, days.holidays)
        span = paper.span_of_period
        if span is None:
            yield _lack("period", "no_period", **_show(first, last))
        elif not (first <= span[0] and span[1] <= last):
            yield _lack("period", "period", period=paper.period, **_show(first, last))
    if need.covers and not find_covered(paper, need):
        yield _lack("period", "covers", period=paper.period or "—", periods="、".join(need.covers))


def find_covered(paper: Credential, need: RequiredCredential) -> tuple[str, ...]:
    """Those of the periods that a requirement asks for that a paper is about."""
    span = paper.span_of_period
    if span is None:
        return ()
    spans = ((period, find_span(period)) for period in need.covers)
    return tuple(period for period, (first, last) in spans if span[0] <= first and last <= span[1])


def tell_apart(paper: Credential) -> tuple[str, ...]:
    """What papers are told apart by where they are counted: a person's by the person, others by their number."""
    if paper.kind in PERSONAL_KINDS:
        return paper.kind, "".join(paper.holder.split())
    number = "".join(sign for sign in paper.number.casefold() if sign.isalnum())
    return (paper.kind, paper.holder, number) if number else (paper.kind, paper.id)


def covers(scope: str, wanted: str) -> bool:
    """Whether a scope names something, as whole words, and not among what it leaves out."""
    text, word = (" ".join(unicodedata.normalize("NFKC", part).casefold().split()) for part in (scope, wanted))
    text = _LEFT_OUT.sub("", text)
    if word.isascii():
        return re.search(rf"(?<![a-z0-9]){re.escape(word)}(?![a-z0-9])", text) is not None
    return word.replace(" ", "") in text.replace(" ", "")


def _name(expression: DayExpression) -> str | Term:
    """A day as the reader calls it, or the expression as it is written."""
    return expression.text if expression.shifts or expression.start not in NAMES else Term(expression.start)


def _lack(key: str, name: str, **values: str | Term) -> Lack:
    return Lack(key, Term(f"lack_{name}", tuple(values.items())))


def _show(first: date, last: date) -> dict[str, str]:
    return {"first": "…" if first == date.min else str(first), "last": "…" if last == date.max else str(last)}
