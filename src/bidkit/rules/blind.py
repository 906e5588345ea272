"""a blind volume must not tell whose it is: PK28, PK29."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, reduce
from pathlib import PurePosixPath

from bidkit.bid import Bid
from bidkit.config import Company
from bidkit.diagnostic import Severity, Span, Term
from bidkit.readback.names import Place
from bidkit.rules.registry import Finding, rule
from bidkit.traces import Traces
from bidkit.written import list_lines, narrow

_LEGAL_FORMS = re.compile(
    r"(股份有限公司|有限责任公司|集团有限公司|有限公司|集团|公司|[,，]?\s*\b(incorporated|inc|limited|ltd|llc|llp|plc|gmbh|corp|"
    r"corporation|company|co)\b\.?)+$",
    re.I,
)
_PUBLIC_MAIL = ("qq.com", "163.com", "126.com", "sina.com", "gmail.com", "outlook.com", "hotmail.com", "yahoo.com")
_MIN_STEM = 4


@dataclass(frozen=True)
class Secret:
    """What would tell who the bidder is; the tender may allow words that hold a soft one."""

    kind: Term
    text: str
    is_soft: bool = False

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """It in any spelling: blanks, and in a long one also marks, between its characters do not hide it."""
        text = _normalize(self.text)
        letters = [re.escape(character) for character in text if character.isalnum()]
        gap = r"[\W_]*" if len(letters) >= _MIN_STEM else r"\s*"
        inner = gap.join(letters)
        before = r"(?<![a-z0-9])" if re.match("[a-z0-9]", text) else ""
        after = r"(?![a-z0-9])" if re.search("[a-z0-9]$", text) else ""
        return re.compile(f"{before}{inner}{after}")


@dataclass(frozen=True)
class BlindFile:
    """A finished file of a blind volume and all that it says of itself.

    Args:
        logo: the hash of the pixels of the bidder's logo; empty if there is none.
    """

    bid: Bid
    name: str
    traces: Traces
    allowed_words: tuple[str, ...] = ()
    logo: str = ""

    def span(self, place: Place) -> Span:
        """A place in it."""
        return Span(self.name, place=place)


def _normalize(text: str) -> str:
    """The text without what does not show and without the difference of wide and narrow, large and small."""
    wide = unicodedata.normalize("NFKC", text).casefold()
    return "".join(c for c in wide if unicodedata.category(c) not in ("Cf", "Cc") or c in "\n\t")


def list_secrets(bid: Bid) -> list[Secret]:
    """Whatever tells who the bidder is: names and numbers of the company, its people, its papers and past projects."""
    company = bid.company
    public = _normalize(f"{bid.deal.title}\n{bid.deal.customer.name}")
    own = list(_list_company(company))
    own += [Secret(Term("person"), member.name, True) for member in bid.deal.team]
    for past in bid.deal.track_record:
        own += [Secret(Term("past_project"), text, True) for text in (past.client, past.project)]
    own += [
        Secret(Term("paper_number"), paper.number)
        for paper in bid.selection.chosen
        if paper.holder == company.name and len(paper.number) > _MIN_STEM
    ]
    known: dict[str, Secret] = {}
    for secret in own:
        key = _normalize(secret.text)
        if any(character.isalnum() for character in key) and not (secret.is_soft and key in public):
            known.setdefault(key, secret)
    return list(known.values())


def _list_company(company: Company) -> Iterator[Secret]:
    for kind, text in (
        ("bidder", company.name),
        ("uscc", company.uscc),
        ("phone", company.phone),
        ("email", company.email),
        ("address", company.address),
        ("account", company.bank.account if company.bank else ""),
    ):
        yield Secret(Term(kind), text)
    yield from (Secret(Term("bidder"), name, True) for name in company.aliases)
    stem = _LEGAL_FORMS.sub("", company.name).strip(" ,，")
    if stem != company.name and len(stem) >= _MIN_STEM:
        yield Secret(Term("bidder"), stem, True)
    for person in (company.legal_representative, company.agent):
        yield Secret(Term("person"), person, True)
    site = re.sub(r"^\w+://", "", company.website.strip()).split("/")[0].removeprefix("www.")
    for domain in (company.email.rpartition("@")[2], site):
        if "." in domain and domain.lower() not in _PUBLIC_MAIL:
            yield Secret(Term("domain"), domain, True)


@rule("PK28")
def nobody_shows(done: BlindFile) -> Iterator[Finding]:
    """Nothing in a blind volume, seen or unseen, names the bidder."""
    secrets = list_secrets(done.bid)
    allowed = [re.compile(re.escape(_normalize(word))) for word in done.allowed_words]
    seen: set[tuple[str, str]] = set()
    for place, text in done.traces.texts:
        whole = _normalize(text)
        rest = reduce(lambda left, word: word.sub("\n", left), allowed, whole)
        for secret in secrets:
            found = secret.pattern.search(rest if secret.is_soft else whole)
            if found is None:
                continue
            # A short name inside of the full one is no second finding.
            whole, rest = (secret.pattern.sub("\n", each) for each in (whole, rest))
            if (secret.text, str(place)) in seen:
                continue
            seen.add((secret.text, str(place)))
            source = find_source(done.bid, secret, _around(found))
            where = PurePosixPath(done.name).name + "".join(f", {value}" for _, value in place)
            yield Finding(source or done.span(place), {"kind": secret.kind, "text": secret.text, "where": where})
    for place, who in done.traces.authors:
        yield Finding(done.span(place), {"kind": Term("author"), "text": who, "where": done.name})
    for place, pixels in done.traces.pictures:
        if done.logo and pixels == done.logo:
            yield Finding(done.span(place), {"kind": Term("logo"), "text": done.bid.company.logo, "where": done.name})


@rule("PK29")
def all_is_readable(done: BlindFile) -> Iterator[Finding]:
    """Nothing in a blind volume is hidden from the search; what a picture shows, a person has to look at."""
    for place, what in done.traces.opaque:
        yield Finding(done.span(place), {"what": what})
    for place, _ in done.traces.pictures:
        yield Finding(done.span(place), {"what": Term("picture")}, Severity.WARNING)


RULES = (nobody_shows, all_is_readable)


def _around(found: re.Match[str]) -> str:
    """The match with some of the text around it, without blanks: to tell its source from others."""
    return "".join(found.string[max(0, found.start() - 8) : found.end() + 8].split())


def find_source(bid: Bid, secret: Secret, context: str) -> Span | None:
    """Where the text that a file shows is written in the deal or the catalog; None if that cannot be told."""
    deal = bid.deal
    skipped = (*deal.team, *deal.track_record)
    found = [
        (text, _narrow(at, text, secret.pattern))
        for record in (deal, *bid.catalog.products, *bid.catalog.services)
        for text, at in list_lines(record, skipped, ("strategy",))
        if secret.pattern.search(_normalize(text))
    ]
    same = [span for text, span in found if context in "".join(_normalize(text).split())]
    return next(iter(same), found[0][1] if len(found) == 1 else None)


def _narrow(at: Span | None, line: str, pattern: re.Pattern[str]) -> Span | None:
    """The place of what is found in a line, as it is written where nothing changed its length."""
    whole = _normalize(line)
    found = pattern.search(whole)
    return narrow(at, *found.span()) if found and len(whole) == len(line) else at
