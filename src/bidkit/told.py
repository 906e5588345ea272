"""days, amounts and codes that texts give to what the data has: last day, deadline, bond, lot."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal

from bidkit.bid import Bid
from bidkit.days import MONTHS, read_numeral
from bidkit.diagnostic import Span
from bidkit.figures import find_money
from bidkit.nearness import find_near
from bidkit.words import read_amounts
from bidkit.written import Sought, find_said, list_lines, narrow

_MONTH = "|".join(f"{month}|{month[:3]}" for month in MONTHS)
DATE = (
    r"(?:(?P<y>\d{4})\s*(?:年|-|/)\s*(?P<m>\d{1,2})\s*(?:月|-|/)\s*(?P<d>\d{1,2})\s*日?"
    rf"|\b(?P<month>{_MONTH})\.? (?P<day>\d{{1,2}}),? (?P<year>\d{{4}})"
    rf"|\b(?P<before>\d{{1,2}})(?:st|nd|rd|th)? (?:of )?(?P<of>{_MONTH})\.?,? (?P<then>\d{{4}}))"
)
_DAY = re.compile(DATE)
_YEAR = re.compile(r"\d{4}")
_TIME = re.compile(
    r"[,，]?\s*(?P<half>上午|下午)?\s*(?P<h>\d{1,2})\s*[:：时点]\s*(?P<min>\d{2})?\s*(?P<pm>[ap]\.?m)?", re.I
)
_LAST = (
    Sought(
        None,
        "有效|valid|firm|open|binding",
        r"(?:(?:投标|报价|响应文件)[^。；;]*有效[^。；;]*(?:计?至|到)"
        r"|(?:投标|报价)有效期的?(?:最后一[日天]|届满日|截止日)[为是：:]?|\blast day of (?:its )?validity(?: is|:)?"
        r"|\b(?:offer|proposal|bid|prices?|quotation)\b[^;]*\b(?:valid|firm|open|binding)\b[^;]*\b(?:until|through|to))\s*$",
    ),
    re.compile(
        "证书|资质|保函|授权|许可|保险|原厂|供应商的|certificate|insurance|polic|licen|letter|report|supplier", re.I
    ),
)
_DUE = (
    Sought(
        None,
        "截止|due|deadline|closing",
        r"(?:(?:投标|递交|提交|响应)(?:文件)?的?截止(?:时间|日期|日)?[：:为是于在\s]*"
        r"|\b(?:due (?:date|time)|deadline|closing (?:date|time))(?: and time)?(?: (?:of|is|on|was))*:?\s*"
        r"|\b(?:offers?|proposals?|bids?|quotations?) (?:is|are) due (?:on |by )?)$",
    ),
    re.compile("原|[延推]|改|调整|澄清|质疑|答疑|报名|获取|保证金|original|extend|moved|changed|question", re.I),
)
"""What stands before the last day of validity, before the deadline; and what makes a sentence tell of another day."""
_IN_HAND = Sought(
    None,
    "upload|submi|delivered|hand|投标文件|响应文件|上传|递交|提交",
    r"\b(?:uploaded|submitted|delivered|handed in)\b[^;]*\b(?:portal|offer|proposal|bid)[^;]*\bon\s*$"
    r"|\b(?:upload|submission|hand-?in)\b[^;]{0,24}\b(?:for|on)\s*$"
    r"|(?:投标|响应)文件[^。；;，,]{0,8}(?:于|在)\s*$|(?:上传|递交|提交)[^。；;，,]{0,6}(?:安排在|定于|计划于)\s*$",
)
_BESIDE = r"(?:为|是|[:：]|人民币|[¥￥$]|共|\s)*"
_WORDS = "[零一二三四五六七八九十百千万亿壹贰叁肆伍陆柒捌玖拾佰仟]+[元圆]整?"
_MONEY = rf"(?P<said>\d[\d,]*(?:\.\d+)?\s*(?:[百千]?[万亿])?\s*元?|{_WORDS})(?!\d|\.\d|\s*[万亿元圆/／每%‰])"
_AMOUNTS = (
    Sought("bond", "投标保证金", rf"投标保证金(?:金额|数额)?{_BESIDE}{_MONEY}"),
    Sought("ceiling", "限价", rf"最高(?:投标)?限价{_BESIDE}{_MONEY}"),
    Sought("budget", "预算", rf"(?:(?:采购|项目)预算(?:金额|总额)?|预算金额){_BESIDE}{_MONEY}"),
    Sought("capital", "注册资本", rf"注册资本(?:金)?{_BESIDE}{_MONEY}"),
)
_CODES = (
    Sought("uscc", "信用代码", r"统一社会信用代码(?:号)?\s*[为是:：]?\s*(?P<said>[0-9A-Z]{18})(?![0-9A-Z])"),
    Sought(
        "account",
        "账号|帐号|account",
        r"(?:[账帐]号|\baccount(?: no\.?| number)?)\s*[为是:：]?\s*(?P<said>\d[\d -]{6,30}\d)",
    ),
)
_EMAIL = Sought(None, "@", r"[\w.+-]+@(?P<host>[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)")
_OURS = re.compile(r"(?:我[方司]|我公司|本公司|投标人|\bour\b|\bwe\b)", re.I)
_NO = r"\d{1,2}|[一二三四五六七八九]"
_PACKAGE = Sought(
    None,
    "标段|包|lot|package",
    rf"第\s?(?P<said>{_NO})\s?(?:标段|标包|包(?![装括裹围含络容干修次]))"
    rf"|(?<![\u4e00-\u9fff])包\s?(?P<bare>\d{{1,2}})"
    rf"(?![\d.]|\s?[个台套件人天箱元])|(?<![\d.第一二三四五六七八九])(?P<behind>{_NO})\s?(?:标段|标包|包件)"
    rf"|(?<![A-Za-z])(?-i:Lot|Package) (?:No\.? ?)?(?P<en>\d{{1,2}})(?![\d.])",
)
_NOT_THIS = re.compile(
    "其[他余它]|不投|未投|不参加|另|分为|共分|划分|业绩|案例|曾|合同|发[货运]|数据包|past|previous|other", re.I
)
"""Where a text speaks of lots that it is not about."""
_PLACE = r"(?:附件|附表|附图|附录|(?<![代报列仪])[表图])\s*(?:\d+(?:[-.－]\d+)*|[一二三四五六七八九十]+|[A-Z]\b)"
_PLACE += r"|\b(?:Appendix|Attachment|Annex|Exhibit|Table|Figure) (?:[A-Z]-?\d*|\d+(?:[-.]\d+)*)\b"
_ATTACHED = re.compile(_PLACE)
_SEE = Sought(None, "见|于|照|see|refer to", rf"(?:[见于照]|see(?: also)?|refer to)\s*(?P<what>(?-i:{_PLACE}))")
_OF_OTHERS = re.compile("招标|采购|标准|规范|合同|协议|GB|RFP|contract|standard", re.I)
_SLIPS = 3
"""So many characters at most are wrong in a code that is meant as ours."""


Told = tuple[Span | None, str, str, str]
"""Where, what, as it is written there, as the deal has it."""


def find_told(bid: Bid) -> Iterator[Told]:
    """Where a text gives another last day of validity, deadline, account, code, bond, ceiling, budget,
    capital or lot than the deal."""
    yield from _find_days(bid)
    yield from _find_amounts(bid)
    yield from _find_codes(bid)
    yield from _find_lots(bid)


def find_references(bid: Bid) -> Iterator[tuple[Span | None, str]]:
    """Attachments, tables and figures to which a text sends its reader, but for those of others' papers."""
    deal = bid.deal
    theirs = [text for item in deal.requirements for text in (item.text, item.clause)]
    theirs += [text for item in (deal.tender, deal.opportunity) if item for text, _ in list_lines(item)]
    named = {_plain(found[0]) for text in theirs for found in _ATTACHED.finditer(text)}
    for found, at, _ in find_said(bid.texts, (_SEE,)):
        if _plain(found["what"]) not in named and not _OF_OTHERS.search(_before(found)[-12:] + found[0]):
            yield at, found["what"]


def _find_days(bid: Bid) -> Iterator[Told]:
    """The last day of validity, the deadline, and the day of handing in where it is after that."""
    tender, end = bid.deal.tender, bid.validity_end
    words = "|".join(sought.words for sought in (_LAST[0], _DUE[0], _IN_HAND))
    for line, at in map(bid.texts.__getitem__, bid.texts.find_lines(words)):
        for found in _DAY.finditer(line) if _YEAR.search(line) else ():
            day, before, sentence = read_day(found), _before(found), _sentence(found)
            if day is None:
                continue
            span = narrow(at, *found.span())
            if day != end and _LAST[0].pattern.search(before) and not _LAST[1].search(sentence):
                yield span, "last_day", found[0], str(end)
            elif tender and _DUE[0].pattern.search(before) and not _DUE[1].search(sentence):
                said, due = _read_time(found, day), tender.deadline
                if day != due.date() or (said and (said.hour, said.minute) != (due.hour, due.minute)):
                    shown = f"{found[0]} {said:%H:%M}" if said else found[0]
                    yield span, "deadline", shown, f"{due:%Y-%m-%d %H:%M}"
            elif tender and day > tender.deadline.date() and _IN_HAND.pattern.search(before):
                yield span, "deadline", found[0], f"{tender.deadline:%Y-%m-%d %H:%M}"


def _before(found: re.Match[str]) -> str:
    return re.split(r"[。；;\n]|(?<![ap]\.m)\.\s", found.string[: found.start()])[-1]


def _sentence(found: re.Match[str]) -> str:
    return _before(found) + found[0] + re.split(r"[。；;\n]|\.\s", found.string[found.end() :])[0]


def read_day(found: re.Match[str]) -> date | None:
    """The day of a match; None if there is no such day."""
    if found["y"]:
        year, month, day = found["y"], int(found["m"]), found["d"]
    else:
        year, day = found["year"] or found["then"], found["day"] or found["before"]
        month = next(no for no, name in enumerate(MONTHS, 1) if name.startswith((found["month"] or found["of"])[:3]))
    try:
        return date(int(year), month, int(day))
    except ValueError:
        return None


def _read_time(found: re.Match[str], day: date) -> datetime | None:
    """The moment that stands behind a day."""
    said = _TIME.match(found.string, found.end())
    if said is None or int(said["h"]) > 23 or int(said["min"] or 0) > 59:
        return None
    is_late = said["half"] == "下午" or (said["pm"] or "").lower().startswith("p")
    hour = int(said["h"]) % 12 + 12 * is_late if is_late or said["pm"] else int(said["h"])
    return datetime(day.year, day.month, day.day, hour, int(said["min"] or 0))


def read_no(text: str) -> int | None:
    """The number of an addendum or a lot, in digits or as a Chinese numeral."""
    found = re.search(r"\d+|[一二三四五六七八九](?=\s*号?$|\s*(?:包|标段|号))", text)
    return (int(found[0]) if found[0].isdigit() else read_numeral(found[0])) if found else None


def _find_amounts(bid: Bid) -> Iterator[Told]:
    """Amounts right beside what they are called."""
    known = _list_amounts(bid)
    for found, at, kind in find_said(bid.texts, _AMOUNTS):
        amounts = _read_amounts(found["said"])
        is_ours = kind != "capital" or _is_ours(bid, found)
        if known[kind] and amounts and not amounts & known[kind] and is_ours:
            yield at, kind, found[0].strip(), ", ".join(f"{item:,.2f}" for item in sorted(known[kind]))


def _list_amounts(bid: Bid) -> Mapping[str, set[Decimal]]:
    deal, tender = bid.deal, bid.deal.tender
    bonds: list[Decimal | None] = [deal.bond.amount if deal.bond else None]
    ceilings: list[Decimal | None] = []
    if tender:
        bonds += [tender.whole_bond, *(lot.bond for lot in tender.lots)]
        ceilings += [tender.ceiling, *(lot.ceiling for lot in tender.lots), *(item.ceiling for item in tender.items)]
        ceilings += [item.unit_ceiling for item in tender.items]
    budget = {*ceilings, deal.opportunity.budget} if deal.opportunity.budget else ()
    own = {"bond": bonds, "ceiling": ceilings, "budget": budget}
    return {
        **{kind: {amount for amount in amounts if amount} for kind, amounts in own.items()},
        "capital": _read_amounts(bid.company.registered_capital),
    }


def _read_amounts(text: str) -> set[Decimal]:
    """The amounts of a text, in figures or in Chinese words."""
    figures = {amount for _, _, amount in find_money(text)}
    return figures or {amount for _, amount in read_amounts(text.replace("人民币", ""), "CNY", "zh")}


def _find_codes(bid: Bid) -> Iterator[Told]:
    """A code or an account that is ours by what stands around it, or but for a few characters; the e-mail's host."""
    account = bid.company.bank.account if bid.company.bank else ""
    known = {"uscc": _plain(bid.company.uscc).upper(), "account": _plain(account)}
    for found, at, kind in find_said(bid.texts, _CODES):
        said, own = _plain(found["said"]).upper(), known[kind]
        slips = sum(one != other for one, other in zip(said, own, strict=False)) + abs(len(said) - len(own))
        if own and said != own and (slips <= _SLIPS or _is_ours(bid, found)) and "保证金" not in _sentence(found):
            yield at, kind, found[0], bid.company.uscc if kind == "uscc" else account
    host = bid.company.email.rpartition("@")[2]
    for found, at, _ in find_said(bid.texts, (_EMAIL,)):
        said = found["host"].lower()
        if said != host.lower() and (sorted(said) == sorted(host.lower()) or any(find_near(said, host))):
            yield at, "email", found[0], bid.company.email


def _is_ours(bid: Bid, found: re.Match[str]) -> bool:
    sentence = _sentence(found)
    return bool(_OURS.search(sentence)) or any(name in sentence for name in (bid.company.name, *bid.company.aliases))


def _plain(text: str) -> str:
    return re.sub(r"[\s-]", "", text)


def _find_lots(bid: Bid) -> Iterator[Told]:
    """A lot that is none of the deal's; where the tender names none and its clauses tell of none, a second one."""
    deal, tender = bid.deal, bid.deal.tender
    names: Iterable[str] = [tender.package, *(lot.id for lot in tender.lots)] if tender else []
    known = {read_no(name): name for name in names if name}
    found = [*find_said(bid.texts, (_PACKAGE,))] if tender and None not in known else []
    theirs = [text for item in deal.requirements for text in (item.text, item.clause)] if found else []
    if not known and any(_PACKAGE.pattern.search(text) for text in theirs):
        return
    for match, at, _ in found:
        said = read_no(next(filter(None, match.groups())) + "包")
        is_other = said not in known if known else said != 1
        past = (record.project for record in deal.track_record)
        if is_other and not _NOT_THIS.search(_sentence(match)) and not any(name in match.string for name in past):
            yield at, "lot", match[0], ", ".join(known.values()) or "—"
