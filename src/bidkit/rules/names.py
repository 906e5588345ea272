"""names in finished files that are almost those of the bid, and short names where the full one is due: ID08."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from bidkit.bid import Bid
from bidkit.diagnostic import Severity, Span, Term
from bidkit.nearness import count_other_digits, find_near, find_shaped, may_be_near
from bidkit.readback.names import Place
from bidkit.rules.registry import Finding, rule
from bidkit.wording import fold
from bidkit.written import list_lines, narrow

_LABEL = re.compile(
    r"(?:投标人|投标单位|投标供应商|响应供应商|供应商|申请人|承诺人|声明人)(?:全称|名称)?"
    r"(?:[（(](?:盖章|公章|盖公章|加盖公章|盖单位章|盖单位公章|单位盖章|签章|全称|全称并加盖公章)[）)])?"
    r"|(?:name of (?:the )?)?(?:bidder|offeror|supplier|tenderer)(?: name)?(?: \(seal\))?",
    re.I,
)
_LABELLED = re.compile(rf"(?:^|[\s。；;，,])(?:{_LABEL.pattern})\s*[:：]\s*(?P<said>[^\n]+)", re.I)
_SAID = re.compile(r"[^\s，,。；;：:（(_]+")
_FORM = re.compile(r"(?:股份|有限|责任|集团)*公司$")
_GRAVE = ("bidder", "tender_no")
_FEW = 2
"""So many digits of a number are a slip; with more it may be that of an earlier tender."""


@dataclass(frozen=True)
class Named:
    """A finished file and whatever it says, cells of tables one by one."""

    bid: Bid
    name: str
    texts: Sequence[tuple[Place, str]]


@rule("ID08")
def names_are_right(done: Named) -> Iterator[Finding]:
    """Nothing is one slip away from the name of the bidder, the number of the tender (errors), the project or the
    customer, or a number of the tender's shape; where a form asks for the bidder, it is named in full."""
    whole, told = "\n".join(text for _, text in done.texts), None
    names = [(kind, name) for kind, name in _list_names(done.bid) if _may_be_wrong(whole, kind, name)]
    seen: set[tuple[str, str]] = set()
    for place, text in done.texts:
        for kind, name in names:
            for found, fault in _find_wrong(text, kind, name):
                told = _list_told(done.bid) if told is None else told
                if _plain(found) not in told and (kind, found) not in seen:
                    seen.add((kind, found))
                    values = {"found": found, "kind": Term(kind), "name": name, "fault": Term(fault)}
                    is_grave = kind in _GRAVE and (fault == "name_near" or count_other_digits(found, name) <= _FEW)
                    severity = Severity.ERROR if is_grave else Severity.WARNING
                    yield Finding(_find_source(done.bid, found) or Span(done.name, place=place), values, severity)
    for place, found in _find_short(done):
        values = {"found": found, "kind": Term("bidder"), "name": done.bid.company.name, "fault": Term("name_short")}
        yield Finding(Span(done.name, place=place), values)


def _may_be_wrong(whole: str, kind: str, name: str) -> bool:
    return may_be_near(whole, name) or (kind == "tender_no" and any(find_shaped(whole, name)))


def _find_wrong(text: str, kind: str, name: str) -> Iterator[tuple[str, str]]:
    """What stands in the place of a name, and what is wrong with it: of a tender's number also what has its shape."""
    for start, end in find_near(text, name):
        yield text[start:end], "name_near"
    for start, end in find_shaped(text, name) if kind == "tender_no" else ():
        yield text[start:end], "number_other"


def _list_names(bid: Bid) -> list[tuple[str, str]]:
    names = [("bidder", bid.company.name), ("project", bid.deal.title), ("customer", bid.deal.customer.name)]
    return [*names, ("tender_no", bid.deal.tender.no)] if bid.deal.tender else names


def _list_told(bid: Bid) -> str:
    """What others are called, and what the buyer wrote: in its own words, with its own slips."""
    deal, tender, company = bid.deal, bid.deal.tender, bid.company
    own = [company.name, deal.title, deal.customer.name, *company.aliases, *(company.affiliates or ())]
    own += [tender.no, tender.agency, *tender.bidders] if tender else []
    own += [text for item in deal.requirements for text in (item.text, item.clause)]
    own += [text for item in (tender.items if tender else ()) for text in (item.name, item.spec, item.remark)]
    own += [name for line in deal.quote.lines for name in (line.brand, line.manufacturer)]
    own += [name for product in bid.catalog.products for name in (product.brand, product.manufacturer)]
    own += [line for record in (*deal.track_record, *bid.selection.chosen) for line, _ in list_lines(record)]
    return "\n".join(map(_plain, own))


def _plain(text: str) -> str:
    """A text without blanks and capitals: how wide its characters are, counts."""
    return "".join(text.casefold().split())


def _find_source(bid: Bid, found: str) -> Span | None:
    """Where a text of the deal or of the catalog says it; None if it comes from elsewhere."""
    for record in (bid.deal, *bid.catalog.products, *bid.catalog.services):
        for line, at in list_lines(record, bid.deal.track_record, ("strategy", "competitors")):
            if found in line:
                return narrow(at, line.index(found), line.index(found) + len(found))
    return None


def _find_short(done: Named) -> Iterator[tuple[Place, str]]:
    """What stands behind a label that asks for the bidder, or alone after one, and is only a part of its name."""
    said = [(place, found["said"]) for place, text in done.texts for found in _LABELLED.finditer(text)]
    for (_, label), (place, text) in pairwise(done.texts):
        if _LABEL.fullmatch(label.strip().rstrip(":：")):
            said.append((place, text.strip()))
    for place, text in said:
        first = _SAID.match(text)
        if first and not fold(text).startswith(fold(done.bid.company.name)) and _is_short(first[0], done.bid):
            yield place, first[0]


def _is_short(text: str, bid: Bid) -> bool:
    stem, name = fold(_FORM.sub("", text)), fold(bid.company.name)
    return len(stem) > 1 and (name.startswith(stem) or stem in map(fold, bid.company.aliases))


RULES = (names_are_right,)
