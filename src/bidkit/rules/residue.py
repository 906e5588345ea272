"""what is left of other bids: names of other customers, projects, tenders, bidders and of competitors: FM14."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from bidkit.bid import NOT_OURS, Bid
from bidkit.diagnostic import Severity, Span, Term
from bidkit.others import OtherName
from bidkit.rules.registry import Finding, rule
from bidkit.short_names import find_place, list_short_names
from bidkit.traces import Traces
from bidkit.wording import fold
from bidkit.written import Line, list_lines, narrow

_SHORTEST, _SHORTEST_NUMBER = 4, 6
_PLACE = 3
"""Characters of a place: of 海市 too much else is a part."""
_MOST = 150
"""So many customers have short names that are looked for; of more some are words that anybody says."""
_PAST = re.compile(
    "业绩|案例|经验|曾|我方|我公司|本公司|我们|终验|投运|建成|同类|类似|以往|过去|例如"
    r"|reference|experience|\b(?:we|our|us)\b|contract|clients?\b|customers?\b|similar|such as|for example|past",
    re.I,
)
"""What a sentence says that tells of a past project as one."""


@dataclass(frozen=True)
class Residue:
    """A file that is handed in: all that it says, seen or unseen, and the names that have no place in it.

    Args:
        names: as they are written, each with whose it is.
    """

    bid: Bid
    name: str
    traces: Traces
    names: Mapping[str, Term]


def list_foreign(bid: Bid, others: Iterable[OtherName]) -> dict[str, Term]:
    """The names of other deals, of other bidders and of competitors, but for those that the bid's own data tell.

    What a bid may tell of others stands in its track record, in its papers, or is whom it is for.
    """
    deal, tender = bid.deal, bid.deal.tender
    own = [deal.title, deal.customer.name, bid.company.name, *bid.company.aliases, *(bid.company.affiliates or ())]
    own += [tender.no, tender.agency] if tender else []
    own += [name for line in deal.quote.lines for name in (line.brand, line.manufacturer)]
    own += [name for product in bid.catalog.products for name in (product.brand, product.manufacturer)]
    own += [line for record in (*deal.track_record, *bid.selection.chosen) for line, _ in list_lines(record)]
    told = "\n".join(map(fold, own))
    listed = [*others]
    named = {other.name: Term(f"of_{other.kind}", (("deal", other.deal),)) for other in listed if other.kind != "id"}
    named |= {name: Term("of_bidder") for name in (tender.bidders if tender else ())}
    named |= {competitor.name: Term("of_competitor") for competitor in deal.competitors or ()}
    known = {name: whose for name, whose in named.items() if _tells(fold(name)) and fold(name) not in told}
    return known | _list_short(bid, listed, told)


def _list_short(bid: Bid, others: Iterable[OtherName], told: str) -> dict[str, Term]:
    """Short names of the customers of other deals, and the places of these; none that the bid itself may say."""
    customers = {
        other.name: other.deal for other in others if other.kind == "customer" and fold(other.name) not in told
    }
    if not 0 < len(customers) <= _MOST:
        return {}
    told += fold("\n".join(_list_own_places(bid)))
    found: dict[str, Term] = {}
    for name, deal in customers.items():
        short = {each: Term("of_customer", (("deal", deal),)) for each in list_short_names(name)}
        place = find_place(name)
        short |= {place: Term("of_place", (("deal", deal),))} if len(place) >= _PLACE else {}
        found |= {each: whose for each, whose in short.items() if fold(each) not in told}
    return found


def _list_own_places(bid: Bid) -> Iterator[str]:
    """Where a place may be named with reason: addresses, the company, what the buyer wrote, whom goods come from."""
    deal, company = bid.deal, bid.company
    yield from (company.address, deal.customer.address, company.introduction.text)
    yield from (text for item in deal.requirements for text in (item.text, item.clause))
    yield from (text for product in bid.catalog.products for text, _ in list_lines(product))
    yield from (text for line in deal.quote.lines for text in (line.origin, line.spec, line.remark))


def _tells(name: str) -> bool:
    """Whether a name is one wherever it stands: `2026` is a year."""
    return len(name) >= (_SHORTEST_NUMBER if name.isdecimal() else _SHORTEST)


@rule("FM14")
def nothing_of_others(done: Residue) -> Iterator[Finding]:
    """No file names another customer, project or tender of the workspace, another bidder or a competitor; nor do its
    properties."""
    folded = [(place, fold(text)) for place, text in (*done.traces.texts, ((), PurePosixPath(done.name).stem))]
    whole, longer = "\n".join(text for _, text in folded), list[str]()
    for name, whose in sorted(done.names.items(), key=lambda item: -len(fold(item[0]))):
        if (wanted := fold(name)) not in whole:
            continue
        # What stands in a longer name has been told with it.
        rest = [(place, _strike(text, longer, wanted)) for place, text in folded]
        longer.append(wanted)
        severity = Severity.WARNING if whose.key == "of_place" else None
        places = dict.fromkeys(Span(done.name, place=tuple(place)) for place, text in rest if wanted in text)
        for span in (dict.fromkeys(_find_sources(done.bid, wanted, longer[:-1])) or places) if places else ():
            yield Finding(span, {"name": name, "what": whose}, severity)


def _strike(text: str, longer: Iterable[str], wanted: str) -> str:
    """A text without the longer names that have a name in them."""
    for each in longer:
        text = text.replace(each, "\n") if wanted in each else text
    return text


def _find_sources(bid: Bid, wanted: str, longer: Sequence[str]) -> Iterator[Span]:
    """Where texts of the deal and of the catalog say it; nowhere if it comes from elsewhere."""
    skipped = (*(bid.deal.competitors or ()), *bid.deal.track_record)
    records = (bid.deal, *bid.catalog.products, *bid.catalog.services)
    lines = (line for record in records for line in list_lines(record, skipped, ("strategy",)))
    yield from (at for line, at in lines if at and wanted in _strike(fold(line), longer, wanted))


@rule("FM14", Severity.WARNING)
def past_customers_are_past(bid: Bid) -> Iterator[Finding]:
    """Where overview, plan and answers speak of the customer, they do not name one of the track record."""
    deal = bid.deal
    own = fold("\n".join((deal.title, deal.customer.name, *(item.text for item in deal.requirements))))
    named = {name for record in deal.track_record for name in (record.client, record.project)}
    named = {name for name in named if len(fold(name)) >= _SHORTEST and fold(name) not in own}
    said = re.compile("|".join(map(re.escape, sorted(named, key=len, reverse=True))))
    for line, at in _list_present(bid) if named else ():
        for found in said.finditer(line):
            start = max((match.end() for match in re.finditer("[。！？；]|[.!?;] ", line[: found.start()])), default=0)
            sentence = re.split("[。！？；]|[.!?;] ", line[start:].replace(found[0], ""))[0]
            if not _PAST.search(sentence):
                yield Finding(narrow(at, *found.span()), {"name": found[0], "what": Term("of_past")})


def _list_present(bid: Bid) -> Iterator[Line]:
    """What is said of this customer: no answer that has past contracts as its matter."""
    yield from list_lines(bid.deal.solution, without=("service", "products", "assumptions"))
    contracts = {paper.id for paper in bid.selection.chosen if paper.kind == "contract"}
    for item in bid.deal.requirements:
        if contracts.isdisjoint(item.evidence) and not _PAST.search(item.text):
            yield from list_lines(item, without=(*NOT_OURS, "evidence"))


RULES = (nothing_of_others,)
BID_RULES = (past_customers_are_past,)
