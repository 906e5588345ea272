"""what texts say of past projects, each of several by itself, against the track record: ID09."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from bidkit.bid import Bid
from bidkit.days import MONTHS
from bidkit.deal.solution import Reference
from bidkit.diagnostic import Severity, Span, Term
from bidkit.figures import find_money
from bidkit.rules.registry import Finding, rule
from bidkit.short_names import find_place, list_short_names
from bidkit.wording import fold
from bidkit.written import narrow

_SENTENCE = re.compile(r"[。；;\n]|(?<!Inc)(?<!Ltd)[.!?]\s")
_MONTH = re.compile(
    r"(?P<y>(?:19|20)\d{2})\s?(?:年\s?(?P<m>\d{1,2})\s?月|[-/.](?P<n>\d{1,2})(?!\d))"
    rf"|\b(?P<name>{'|'.join(MONTHS)}) (?:\d{{1,2}}, )?(?P<year>(?:19|20)\d{{2}})"
)
_SIGNED = re.compile(r"签|合同|signed|contract", re.I)
_RIGHT_BEHIND = re.compile(r"(?:[\s（(,，、:：于在]|in )*$")
_LATER = re.compile(
    r"\s?(?:\d{1,2}\s?日)?[）)]?(?:[起至到]|以来|之?[前后]|\s?[-~～]|\s(?:to|through)\b"
    r"|(?:通过|全部|完成|正式)?[一-鿿]{0,2}(?:验收|终验|初验|投运|上线|建成|完工|竣工|交付|运行|改造))"
)
_LATER_BEFORE = re.compile(
    r"(?:completed|finished|accepted|live|since|until|through|after|by|ended)\s(?:in |on )?$|自\s?$", re.I
)
"""A month that is not that of the signing, by what stands behind it and before it."""
_OF_THIS = re.compile(r"本项目|本次|采购人|招标人|\bthis (?:project|contract|offer)\b|the Authority")
"""Where a sentence goes on with the bid itself."""
_NOT_WORTH = re.compile(r"预算|保证金|限价|罚|节约|saving|bond|budget", re.I)
_COUNTED = re.compile(
    r"(?<![\d.,第])(?P<n>\d[\d,]*(?:\.\d+)?)(?P<of>\s?[^\d\s，,。；;、：:（）()|%％]{1,3}\s?[^\d\s，,。；;、：:（）()|%％年月日]{2,4})"
)
_MONEY = re.compile(r"元|[¥￥$€£]|USD|EUR|RMB|illion")
_LEAST = Decimal(10_000)


@rule("ID09", Severity.WARNING)
def each_past_project_is_as_recorded(bid: Bid) -> Iterator[Finding]:
    """Behind the name of a past project, of its client or of the place, up to the next such name, stand the month in
    which it was signed, its amount and the figures that the record has."""
    names = {record: _list_names(bid, record) for record in bid.deal.track_record}
    tokens = {name: record for record, listed in names.items() for name in listed}
    whole = bid.texts.whole
    known = sorted((name for name in tokens if name in whole), key=len, reverse=True)
    if not known:
        return
    pattern, end = re.compile("|".join(map(re.escape, known))), 0
    for first in pattern.finditer(whole):
        if first.start() < end:
            continue
        stop = _SENTENCE.search(whole, first.end())
        end = stop.start() if stop else len(whole)
        marks = [*pattern.finditer(whole, first.start(), end)]
        for number, mark in enumerate(marks):
            record, till = tokens[mark[0]], next((each.start() for each in marks[number + 1 :]), end)
            said, is_signed = _OF_THIS.split(whole[mark.end() : till])[0], _SIGNED.search(whole, first.start(), end)
            for start, stated, field, shown in _judge(bid, record, said, is_signed=bool(is_signed)):
                _, at, column = bid.texts.find_line(mark.end() + start)
                yield _tell(narrow(at, column, column + len(stated)), field, stated, record, shown)


def _tell(at: Span | None, field: str, stated: str, record: Reference, shown: str) -> Finding:
    where = Term("in_record", (("project", record.project),))
    return Finding(at, {"field": Term(field), "stated": stated, "where": where, "known": shown})


def _list_names(bid: Bid, record: Reference) -> list[str]:
    """What a text may call it; nothing that this deal, another record or where the company is has in its own name."""
    deal = bid.deal
    own = [deal.title, deal.customer.name, deal.customer.address, bid.company.address, bid.company.name]
    own += [text for other in deal.track_record if other is not record for text in (other.client, other.project)]
    told = "\n".join(own)
    named = (record.project, record.client, *list_short_names(record.client), find_place(record.client))
    return [name for name in dict.fromkeys(named) if len(name) > 2 and name not in told]


def _judge(bid: Bid, record: Reference, text: str, *, is_signed: bool) -> Iterator[tuple[int, str, str, str]]:
    """What is said of a record that it is not: where, what, of which kind, and what is right."""
    for found in _MONTH.finditer(text):
        said = _read_month(found)
        is_of_it = is_signed or _RIGHT_BEHIND.fullmatch(text[: found.start()])
        is_later = _LATER.match(text, found.end()) or _LATER_BEFORE.search(text[: found.start()])
        if is_of_it and not is_later and said not in _list_months(bid, record):
            yield found.start(), found[0], "signed_on", f"{record.signed_on:%Y-%m}"
    amounts = {record.amount, *(paper.amount for paper in bid.selection.chosen if _is_of(record, paper.scope))} - {None}
    for start, end, amount in find_money(text, is_sure=True) if amounts and not _NOT_WORTH.search(text) else ():
        is_money = _MONEY.search(text[max(0, start - 4) : start] + text[end : end + 12])
        if is_money and amount >= _LEAST and not any(_is_near(text[start:end], amount, own) for own in amounts if own):
            yield start, text[start:end], "contract_amount", f"{record.amount:,.2f}" if record.amount else "—"
    stated = {found["of"].strip(): found["n"] for found in _COUNTED.finditer(record.summary)}
    for found in _COUNTED.finditer(text):
        if (own_count := stated.get(found["of"].strip(), found["n"])) != found["n"]:
            yield found.start(), found[0], "count", f"{own_count}{found['of']}"


def _read_month(found: re.Match[str]) -> tuple[int, int]:
    if found["name"]:
        return int(found["year"]), MONTHS.index(found["name"]) + 1
    return int(found["y"]), int(found["m"] or found["n"])


def _list_months(bid: Bid, record: Reference) -> set[tuple[int, int]]:
    """The months that may be told of a project: of its signing, and those that its summary and its papers tell."""
    papers = [paper for paper in bid.selection.chosen if _is_of(record, paper.scope)]
    days = [record.signed_on, *(paper.issued for paper in papers)]
    told = "\n".join([record.summary, *(paper.scope for paper in papers)])
    return {(day.year, day.month) for day in days} | {_read_month(found) for found in _MONTH.finditer(told)}


def _is_of(record: Reference, scope: str) -> bool:
    return fold(record.project) in fold(scope)


def _is_near(said: str, amount: Decimal, own: Decimal) -> bool:
    """Whether an amount is a record's, or that rounded to the places that are said."""
    digits = re.sub(r"\D", "", said).rstrip("0")
    return amount == own or (
        len(digits) > 1 and f"{own:f}".replace(".", "").startswith(digits[:-1]) and abs(own - amount) < own / 50
    )


RULES = (each_past_project_is_as_recorded,)
