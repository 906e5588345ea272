"""what answers and texts say of papers, against the papers: numbers, days, periods, issuers, levels: ID09."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from bidkit.bid import Bid
from bidkit.catalog.papers import Credential
from bidkit.days import MONTHS
from bidkit.deal.tender import Requirement
from bidkit.diagnostic import Severity, Span, Term
from bidkit.nearness import find_near, find_shaped, list_pieces
from bidkit.paper_days import find_wrong_days
from bidkit.rules.registry import Finding, rule
from bidkit.wording import fold
from bidkit.written import Lines, Sought, find_said, list_lines, narrow

_CHINESE_DAY = r"(?P<y>\d{4})\s*[-年/.]\s*(?P<m>\d{1,2})\s*[-月/.]\s*(?P<d>\d{1,2})"
_ENGLISH_DAY = rf"(?P<name>{'|'.join(MONTHS)}) (?P<day>\d{{1,2}}), (?P<year>\d{{4}})"
_UNTIL = (
    re.compile(rf"(?<!投标)(?<!报价)(?:有效期?(?:至|到|截至)|有效期限至)\s*[:：]?\s*{_CHINESE_DAY}"),
    re.compile(rf"(?:valid (?:through|until)|expires? on|(?:policy )?period ends on) {_ENGLISH_DAY}"),
)
_SIGNED = (
    re.compile(r"(?P<y>\d{4})\s*年\s*(?P<m>\d{1,2})\s*月(?!\s*\d*\s*日?\s*(?:以后|以来|之后|后|起|至|前|之前|以前))"),
    re.compile(rf"(?<!after )(?<!since )(?<!before )(?P<name>{'|'.join(MONTHS)}) (?:\d{{1,2}}, )?(?P<year>\d{{4}})"),
)
_IS_SIGNED = re.compile("签订|签署于|signed in", re.I)
_OF_THE_PAST = re.compile("业绩|案例|past performance|references?|contracts signed", re.I)
_LEVEL = Sought(
    None,
    "cmmi|itss|ccrc|dcmm",
    r"(?P<kind>CMMI|ITSS|CCRC|DCMM)\s*(?:(?:成熟度|认证|资质|等级|ML|level)\s*)?(?P<n>[一二三四五]\s*级|[1-5](?![.\d]))",
)
_RANK = re.compile(r"([一二三四五]|\d)\s*级|(?:CMMI|ITSS|CCRC|DCMM|ML|level)[\s-]*(?:ML\s*)?(\d)(?![.\d])", re.I)
_DIGITS = {**{sign: str(number) for number, sign in enumerate("一二三四五", 1)}}

_PERIOD = Sought(
    "",
    "审计报告|完税证明|纳税证明|社会保险|社保",
    r"(?P<y>20\d\d)\s?年(?:度|\s?(?P<m>\d{1,2})\s?月份?)的?(?:财务)?"
    r"(?P<kind>审计报告|完税证明|纳税证明|(?:社会保险|社保)(?:费)?(?:缴纳)?(?:证明|凭证))",
)
_PERIODS = {"审": "audit-report", "完": "tax-proof", "纳": "tax-proof", "社": "social-security-proof"}
_YEAR = re.compile(r"20\d\d")
_THEIRS = re.compile("采购人|招标人|客户|制造商|供应商的|原厂")
_DATED = {"end": "paper_end", "issued": "paper_issued", "period": "paper_period"}


def _called(at: Span | None, field: str, stated: str, where: Term, known: str) -> Finding:
    return Finding(at, {"field": Term(field), "stated": stated, "where": where, "known": known})


@rule("ID09", Severity.WARNING)
def papers_are_as_told(bid: Bid) -> Iterator[Finding]:
    """What answers and texts say of papers is what these say: numbers, ends of validity, months of signing, levels."""
    papers = {paper.id: paper for paper in bid.selection.chosen}
    for item in bid.deal.requirements:
        own = [papers[name] for name in item.evidence if name in papers]
        if own:
            yield from _judge_numbers(bid, item, own)
            yield from _judge_ends(bid, item, own)
        yield from _judge_signing(bid, item)
    yield from _judge_levels(bid)


def _judge_numbers(bid: Bid, item: Requirement, own: list[Credential]) -> Iterator[Finding]:
    others = {fold(paper.number) for paper in bid.selection.chosen}
    for paper in own:
        for start, end in dict.fromkeys(
            (*find_near(item.response, paper.number), *find_shaped(item.response, paper.number))
        ):
            stated = item.response[start:end]
            if fold(stated) not in others:
                yield _called(item.span("response"), "paper_number", stated, _of(paper), paper.number)


def _of(paper: Credential) -> Term:
    return Term("in_paper", (("title", paper.title),))


def _judge_ends(bid: Bid, item: Requirement, own: list[Credential]) -> Iterator[Finding]:
    known = {paper.valid_until for paper in bid.selection.chosen if paper.valid_until}
    ends = [paper for paper in own if paper.valid_until]
    for found in (found for pattern in _UNTIL for found in pattern.finditer(item.response)):
        if ends and _read_day(found) not in (*known, bid.validity_end):
            shown = "、".join(sorted({str(paper.valid_until) for paper in ends}))
            where = _of(ends[0]) if len(ends) == 1 else Term("in_evidence")
            yield _called(item.span("response"), "paper_end", found[0], where, shown)


def _read_day(found: re.Match[str]) -> date | None:
    """The day that is written; None where the calendar has none."""
    parts = found.groupdict()
    year, month, day = (
        (parts["y"], parts["m"], parts["d"])
        if "y" in parts
        else (parts["year"], MONTHS.index(parts["name"]) + 1, parts["day"])
    )
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _judge_signing(bid: Bid, item: Requirement) -> Iterator[Finding]:
    """The months in which past contracts were signed are those of contracts and of the track record."""
    days = [paper.issued for paper in bid.selection.chosen if paper.kind == "contract"]
    days += [record.signed_on for record in bid.deal.track_record]
    known = {(day.year, day.month) for day in days}
    if not known or not _OF_THE_PAST.search(" ".join((item.text, item.response, *item.evidence))):
        return
    for sentence in re.split("[。；;]|[.] ", item.response):
        for found in _list_months(sentence) if _IS_SIGNED.search(sentence) else ():
            parts = found.groupdict()
            month = int(parts["m"]) if "m" in parts else MONTHS.index(parts["name"]) + 1
            stated = (int(parts.get("y") or parts["year"]), month)
            if stated not in known and stated <= (bid.deal.dated.year, bid.deal.dated.month):
                shown = "、".join(f"{year}-{month:02}" for year, month in sorted(known))
                yield _called(item.span("response"), "signed_on", found[0], Term("in_records"), shown)


def _list_months(text: str) -> Iterator[re.Match[str]]:
    for pattern in _SIGNED:
        yield from pattern.finditer(text)


def _judge_levels(bid: Bid) -> Iterator[Finding]:
    ranks: dict[str, set[str]] = {}
    for paper in bid.selection.chosen:
        found = _RANK.findall(f"{paper.level}\n{paper.title}\n{paper.scope}")
        ranks.setdefault(paper.kind, set()).update(_DIGITS.get(one or two, one or two) for one, two in found)
    for stated, at, _ in find_said(Lines((*bid.texts, *list_lines(bid.company))), (_LEVEL,)):
        number, known = stated["n"][0], ranks.get(stated["kind"].casefold())
        if known and _DIGITS.get(number, number) not in known:
            yield _called(at, "paper_level", stated[0], Term("in_papers"), "、".join(sorted(known)))


@rule("ID09", Severity.WARNING)
def papers_are_as_dated(bid: Bid) -> Iterator[Finding]:
    """A text that gives a day, a period, a number or an issuer to a paper gives it that of the paper."""
    papers = bid.selection.chosen
    ids = {paper.id for paper in papers}
    own = {
        item.span("response"): [paper for paper in papers if paper.id in item.evidence]
        for item in bid.deal.requirements
        if not ids.isdisjoint(item.evidence)
    }
    for number in bid.texts.find_lines("20"):
        line, at = bid.texts[number]
        for found in find_wrong_days(line, papers, own.get(at, ())) if _YEAR.search(line) else ():
            is_judged = found.kind == "end" and any(paper.valid_until for paper in own.get(at, ()))
            if not is_judged:
                where = _of(found.papers[0]) if len(found.papers) == 1 else Term("in_papers")
                known = "、".join(map(str, sorted({*found.known})))
                stated = line[found.start : found.end].strip()
                yield _called(narrow(at, found.start, found.end), _DATED[found.kind], stated, where, known)
    yield from _judge_periods(bid)
    yield from _judge_names(bid, {*own})


def _judge_periods(bid: Bid) -> Iterator[Finding]:
    """The year of an audit, the month of a tax or social-security paper, where all of that kind have another."""
    for found, at, _ in find_said(bid.texts, (_PERIOD,)):
        papers = [paper for paper in bid.selection.chosen if paper.kind == _PERIODS[found["kind"][0]] and paper.period]
        said = found["y"] + (f"-{int(found['m']):02}" if found["m"] else "")
        before = found.string[max(0, found.start() - 12) : found.start()]
        if papers and not any(said in paper.period for paper in papers) and not _THEIRS.search(before):
            known = "、".join(paper.period for paper in papers)
            yield _called(at, "paper_period", found[0], _of(papers[0]), known)


def _judge_names(bid: Bid, judged: set[Span | None]) -> Iterator[Finding]:
    """Numbers and issuers of papers with a slip in them."""
    papers, company = bid.selection.chosen, bid.company
    names = {paper.number: ("paper_number", paper) for paper in papers if paper.kind != "business-licence"}
    names |= {paper.issuer: ("paper_issuer", paper) for paper in papers}
    known = None
    for name, (field, paper) in names.items():
        if company.name in name or name == bid.deal.customer.name:
            continue
        for line, at in map(bid.texts.__getitem__, bid.texts.find_lines(list_pieces(name))):
            for start, end in find_near(line, name) if field != "paper_number" or at not in judged else ():
                known = _list_known(bid) if known is None else known
                if fold(line[start:end]) not in known:
                    yield _called(narrow(at, start, end), field, line[start:end], _of(paper), name)


def _list_known(bid: Bid) -> str:
    """What others are called, and how other papers are numbered."""
    told = [text for paper in bid.selection.chosen for text in (paper.number, paper.issuer, paper.holder)]
    told += [line for record in bid.deal.track_record for line, _ in list_lines(record)]
    told += [name for product in bid.catalog.products for name in (product.sku, product.model, product.manufacturer)]
    told += [name for line in bid.deal.quote.lines for name in (line.model, line.manufacturer)]
    told += [text for item in bid.deal.requirements for text in (item.text, item.clause)]
    told += [bid.company.name, bid.deal.customer.name, *(company.name for company in bid.deal.competitors or ())]
    return fold("\n".join(told))


RULES = (papers_are_as_told, papers_are_as_dated)
