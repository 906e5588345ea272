"""days that texts give to papers: of which paper a sentence speaks, and what of it a day is (issued, end, period)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from bidkit.catalog.papers import Credential
from bidkit.days import MONTHS

_CALLED = {
    "iso9001": r"ISO ?9001|质量管理体系",
    "iso14001": r"ISO ?14001|环境管理体系",
    "iso45001": r"ISO ?45001|职业健康安全管理体系",
    "iso20000": r"ISO(?:/IEC)? ?20000(?:-1)?|信息技术服务管理体系",
    "iso27001": r"ISO(?:/IEC)? ?27001|信息安全管理体系",
    "cmmi": "CMMI",
    "itss": "ITSS",
    "ccrc": "CCRC",
    "soc2": r"SOC ?2(?: Type (?:II|I|1|2)\b)?",
    "audit-report": "审计报告|audit report",
    "tax-proof": "(?:完税|纳税)证明",
    "social-security-proof": "社会保险(?:费)?(?:缴纳)?证明|社保(?:缴纳)?证明",
    "business-licence": r"营业执照|business (?:licen[cs]e|registration)|good standing",
    "insurance": r"\binsurance(?: policy)?",
    "affidavit": r"\baffidavit",
    "authorization": "授权委托书|power of attorney",
    "energy-certificate": "节能(?:产品)?认证|节能证书",
    "ccc": "3C|CCC|强制性产品认证",
    "test-report": "检[测验]报告|test report",
}
"""What a text calls a paper of a kind; one of another kind by its title."""
_NOT_NAMED = frozenset(("cv", "contract", "id-card", "personal-certificate"))
_TAIL = r"[^。；;，,（()\d]{0,6}?(?:认证)?(?:证书|资质|报告|证明)|(?: [\w-]+)? (?:certificate|report|policy|letter)\b"
_MONTH = "|".join(MONTHS)
_DAY = re.compile(
    r"(?<!\d)(?P<y>20\d\d)\s*(?:年|[-/.])\s*(?P<m>\d{1,2})\s*(?:月|[-/.](?=\s*\d))(?:\s*(?P<d>\d{1,2})(?!\d)\s*日?)?"
    rf"|\b(?P<month>{_MONTH}) (?:(?P<day>\d{{1,2}}), )?(?P<year>20\d\d)"
    rf"|\b(?P<before>\d{{1,2}}) (?P<of>{_MONTH}) (?P<then>20\d\d)"
)
_END = re.compile(
    r"(?:有效期?(?:限)?(?:至|到|截[至止]?)|到期日?(?:为|是)?|截止日?期?(?:为|是)|\bvalid (?:through|until|to)"
    r"|\bexpir(?:es?|ing|y)(?: (?:date|on|is))*|\b(?:ends?|runs?|ending) (?:on|until|through))\s*[:：]?\s*$",
    re.I,
)
_VALID_FROM = re.compile(r"有效期[^。；;]{0,4}20\d\d[^。；;]{4,14}(?:至|到|-|—|~|～)\s*$")
_ENDS = re.compile(r"\s*(?:前?到期|届满|失效)")
_ISSUES = re.compile(
    r"(?:颁发|出具|签发|发证|核发|取得|获得|开具|签署)(?:日期?|时间)?(?:为|是|于|[:：])?\s*$"
    r"|\b(?:issued|dated|signed|granted|sworn|(?:was|is) of)(?: (?:on|in))?\s*$",
    re.I,
)
_ISSUED = re.compile(r"\s*(?:由|经|从|，)?[^。；;，,\d]{0,24}?(?:颁发|出具|签发|发证|核发|取得|开具)")
_BESIDE = re.compile(
    r"\s*(?:[（(，,]|于|的)?\s*(?:as of|of|on|dated|issued|signed)?(?: (?:on|in))?\s*$",
    re.I,
)
"""Between a name and a day that is that of its paper."""
_PERIOD = re.compile(r"(?:\bcover(?:s|ing)?|\bperiod|期间|审计期|所属期)[^.。；;]{0,40}$", re.I)
_RANGE = re.compile(r"\s*(?:through|to|until|至|到|-|–|—|~|～)\s*")
_ITSELF = re.compile(
    r"\b(?:the|this|our) (?:current |same )?(?:report|certificate|letter|policy)|\bcurrent report"
    r"|[该此本上]述?(?:证书|报告|证明)"
    r"|[（(]\s*(?:证书|报告|编号|certificate|report)",
    re.I,
)
_RIGHT_BEFORE = re.compile(r"\s?(?:(?:出具|颁发|签发|核发|开具)的?[^。；;，,\d]{0,6}|的)?")
"""Between a day and the name of the paper that is of that day."""
_OTHER = re.compile(
    r"证书|报告|证明|声明|[函书]件|合同|执照|协议|licen[cs]e|certificat|report|letter|statement|contract|polic|agreement",
    re.I,
)
"""Between a name and a day: another paper of which the day may be; not where it is only called so once more."""
_NOT_THIS_ONE = re.compile(
    r"新证|换[证发]|换版|再认证|续[证期]|复[评审]|首[次张]|初次|[原旧]证|上一|前一|下一|监督审核|年审|拟|将于|预计"
    r"|\bnext|\brenew|\bprevious|\bprior|\bfirst|\binitial|\bupdated|surveillance|\bformer|\bearlier|recertif|\bwill\b",
    re.I,
)
_SENTENCE = re.compile(r"[。\n]|(?<!Inc)(?<!No)\.\s")


@dataclass(frozen=True)
class Dated:
    """A day or a month that a text gives to a paper: from where to where, of which, what it is, and which are right."""

    start: int
    end: int
    papers: tuple[Credential, ...]
    kind: str
    known: tuple[date, ...]


def find_wrong_days(text: str, papers: Sequence[Credential], own: Sequence[Credential] = ()) -> Iterator[Dated]:
    """The days that a text gives to papers which none of those that it may mean has.

    Args:
        own: papers that the text is about, if it is an answer: of those that have one name it means these.
    """
    for found in _DAY.finditer(text):
        begin, stop = _find_sentence(text, *found.span())
        named = _find_name(text[begin:stop], found.start() - begin, found.end() - begin, papers)
        if named is None:
            continue
        name, gap = named
        meant = _choose(papers, name, text[begin:stop], own)
        kind = _find_kind(text[begin : found.start()], text[found.end() : stop], gap)
        told = text[max(begin, found.start() - len(gap) - 24) : found.end() + 8]
        if kind and not _NOT_THIS_ONE.search(told):
            known = _list_days(meant, kind)
            if known and not any(_is_same(found, day) for day in (*known, *_list_told(meant))):
                yield Dated(*found.span(), meant, kind, known)


def _find_sentence(text: str, start: int, end: int) -> tuple[int, int]:
    begin = max((found.end() for found in _SENTENCE.finditer(text, 0, start)), default=0)
    stop = _SENTENCE.search(text, end)
    return begin, stop.start() if stop else len(text)


def _list_names(paper: Credential) -> str:
    return _spell_names(paper.title, paper.kind)


@lru_cache(maxsize=256)
def _spell_names(title: str, kind: str) -> str:
    """A pattern of what a text calls a paper."""
    title = re.split(r"[（(,，]", title)[0].strip()
    words = title.split()
    names = [re.escape(title), *([re.escape(" ".join(words[-2:]))] if len(words) > 2 and title.isascii() else [])]
    return "|".join([*names, *filter(None, [_CALLED.get(kind, "")])])


def _find_name(sentence: str, start: int, end: int, papers: Sequence[Credential]) -> tuple[re.Match[str], str] | None:
    """The name of a paper that stands nearest before a day, else right behind it; and what stands between."""
    patterns = dict.fromkeys(_list_names(paper) for paper in papers if paper.kind not in _NOT_NAMED)
    marks = [mark for names in patterns for mark in re.finditer(rf"(?:{names})(?:{_TAIL})?", sentence, re.I)]
    before = max((mark for mark in marks if mark.end() <= start), key=lambda mark: mark.end(), default=None)
    if before:
        gap = sentence[before.end() : start]
        return (before, gap) if not _OTHER.search(_ITSELF.sub("", gap)) else None
    behind = min((mark for mark in marks if mark.start() >= end), key=lambda mark: mark.start(), default=None)
    is_near = behind and _RIGHT_BEFORE.fullmatch(sentence[end : behind.start()])
    return (behind, "") if behind and is_near else None


def _choose(
    papers: Sequence[Credential], name: re.Match[str], sentence: str, own: Sequence[Credential]
) -> tuple[Credential, ...]:
    """The papers that a name may mean: of several those that the sentence or its answer is about."""
    named = [paper for paper in papers if re.match(rf"(?:{_list_names(paper)})(?:{_TAIL})?$", name[0], re.I)]
    about = [
        paper for paper in named if (inner := re.search(r"[（(](.{2,}?)[）)]", paper.title)) and inner[1] in sentence
    ]
    narrow = about or [paper for paper in named if paper in own] or named
    return tuple(narrow)


def _find_kind(before: str, behind: str, gap: str) -> str:
    """What a day is of a paper, by what stands around it; empty where nobody can tell."""
    if _END.search(before) or _ENDS.match(behind) or _VALID_FROM.search(before):
        return "end"
    if _PERIOD.search(before) and (_RANGE.match(behind) or _DAY.search(before[-40:])):
        return "period"
    if _ISSUES.search(before) or _ISSUED.match(behind) or _BESIDE.match(gap):
        return "issued"
    return ""


def _list_days(papers: Sequence[Credential], kind: str) -> tuple[date, ...]:
    if kind == "end":
        return tuple(paper.valid_until for paper in papers if paper.valid_until)
    if kind == "issued":
        return tuple(paper.issued for paper in papers)
    return tuple(_list_told(papers))


def _list_told(papers: Sequence[Credential]) -> list[date]:
    """The days that records of papers tell in words: of a period, of the registration."""
    told = "\n".join(f"{paper.title}\n{paper.scope}\n{paper.note}\n{paper.period}" for paper in papers)
    return [day for found in _DAY.finditer(told) if (day := _read(found))]


def _read(found: re.Match[str]) -> date | None:
    year, month, day = _parts(found)
    try:
        return date(year, month, day or 1)
    except ValueError:
        return None


def _parts(found: re.Match[str]) -> tuple[int, int, int]:
    if found["y"]:
        return int(found["y"]), int(found["m"]), int(found["d"] or 0)
    month = MONTHS.index(found["month"] or found["of"]) + 1
    return int(found["year"] or found["then"]), month, int(found["day"] or found["before"] or 0)


def _is_same(found: re.Match[str], day: date) -> bool:
    year, month, number = _parts(found)
    return (year, month) == (day.year, day.month) and number in (0, day.day)
