"""what the texts of a bid say: against its data, in words that cost points, by repealed laws: ID03, ID09, FM15."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from datetime import date
from decimal import Decimal
from operator import ne
from typing import TypeVar

from bidkit.bid import NOT_OURS, Bid
from bidkit.catalog import Product
from bidkit.days import read_numeral
from bidkit.deal.prices import Line
from bidkit.deal.solution import Service
from bidkit.diagnostic import Severity, Span, Term
from bidkit.nearness import find_same
from bidkit.rules.registry import Finding, rule
from bidkit.scalars import Model
from bidkit.units import convert
from bidkit.wording import fold
from bidkit.written import list_lines, narrow

T = TypeVar("T")
_DIGIT = "[一二两三四五六七八九]"
_NUMBER = rf"(?P<n>\d+(?:\.\d+)?|{_DIGIT}?十{_DIGIT}?|{_DIGIT})"
_IS = r"(?:期限|期)?(?:均|共|为|是|不少于|承诺|[:：\s]){0,3}"
_WITHIN = r"(?:不超过|不大于|不高于|≤|<=|在|控制在){0,2}\s*"
_TIME = rf"{_NUMBER}\s*(?P<unit>分钟|个?小时|min(?![a-z])|h(?![a-z]))"
_SPAN = rf"{_NUMBER}[ -](?P<unit>minutes?|hours?)"
_OTHERS = "(?<!系统)(?<!接口)(?<!页面)(?<!查询)(?<!调度)(?<!平台)(?<!指令)"
_FACTS = (
    ("warranty", rf"(?:质保|质量保证|保修|免费维护){_IS}{_NUMBER}\s*(?P<unit>个?月|年)"),
    ("warranty", rf"warranty (?:period |term )?(?:of |is |: ?)?{_NUMBER}[ -](?P<unit>months?|years?)"),
    ("warranty", rf"{_NUMBER}[ -](?P<unit>month|year)s? (?:full |on-site )?warranty"),
    ("validity", rf"(?:投标|报价)有效期{_IS}{_NUMBER}\s*个?(?P<unit>日历[日天]|[日天])"),
    ("validity", rf"(?:offer|bid|proposal|quotation) (?:is |remains )?valid for {_NUMBER} (?P<unit>days)"),
    ("plan", rf"(?:总工期|工期|交货期|交付期|供货期|建设周期|实施周期){_IS}{_NUMBER}\s*个?(?P<unit>日历[日天]|[日天])"),
    ("team", rf"(?:项目组|项目团队|实施团队)(?:共|由|配备|配置|投入|[:：\s]){{0,2}}{_NUMBER}\s*(?P<unit>[人名])"),
    ("team", rf"(?:project )?team of {_NUMBER} (?P<unit>people|persons|members)"),
    ("response", rf"{_OTHERS}响应(?:时间|时限|时长)?{_IS}{_WITHIN}{_TIME}"),
    ("response", rf"{_TIME}(?:之?内|以内)?(?:电话|远程|作出|做出|给予|予以|进行)?响应"),
    ("response", rf"respon(?:se|ds?)(?: time)?(?: is| of|:)?(?: within| in)? {_SPAN}"),
    ("on_site", rf"(?:到场|到达现场|抵达现场|赶到现场|上门)(?:时间|时限)?{_IS}{_WITHIN}{_TIME}"),
    ("on_site", rf"{_TIME}(?:之?内|以内)?(?:派人|安排人员|工程师)?(?:到场|到达现场|抵达现场|赶到现场|上门)"),
    ("on_site", rf"on[- ]site (?:within|in) {_SPAN}"),
    ("training_days", rf"培训(?:时间|时长|天数)?{_IS}{_NUMBER}\s*(?P<unit>天)"),
    ("training_people", rf"培训(?:人数|人员)?{_IS}{_NUMBER}\s*(?P<unit>[人名])(?![次天日月/])"),
)
_KNOWN = tuple((kind, re.compile(pattern, re.I)) for kind, pattern in _FACTS)
_SERVICE = re.compile(
    r"故障|报修|报障|服务|维修|售后|运维|热线|客服|现场|上门|到场"
    r"|service|incident|fault|support|help ?desk|on[- ]site|outage",
    re.I,
)
_QUOTED = re.compile(r"(?:要求|优于|高于|高出|短于|招标文件|每|asks?|requires?|required)[^。；;，,]{0,12}$", re.I)
"""Before a number that is the tender's, or one of each of several."""
_TOLD_APART = frozenset(("response", "on_site", "training_days", "training_people"))
"""Facts whose words are those of other things, too: how fast a system responds, how long each school is trained."""
_LENGTH = re.compile(
    r"(?P<n>\d+(?:\.\d+)?)\s*-?(?P<unit>个?小时|分钟|minutes?|hours?|mins?(?![a-z])|hrs?(?![a-z])|h(?![a-z]))", re.I
)
_ABSOLUTE = re.compile(
    r"(?<!不)(?:最佳|最优秀|最先进|最高级|顶级|极品|第一品牌|独一无二|绝无仅有|史无前例|万无一失|百分之百保证|"
    r"100 ?%保证|国家级|世界级|全国第一|行业第一|全球领先|国内首创)|"
    r"\b(?:world[- ]class|best[- ]in[- ]class|world[- ]leading|"
    r"unrivall?ed|second to none|100 ?% guaranteed)\b",
    re.I,
)


def _law(names: str) -> re.Pattern[str]:
    return re.compile(rf"《(?:中华人民共和国)?(?:{names})》")


def _order(issuer: str, number: int) -> re.Pattern[str]:
    """An order by its number, in either order of its words."""
    return re.compile(rf"{issuer}(?:令\s*第?\s*{number}\s*号|第?\s*{number}\s*号令)")


_REPEALED = (
    (_law("合同法|物权法|担保法|侵权责任法|民法通则|民法总则"), date(2021, 1, 1), "《中华人民共和国民法典》"),
    (_law("增值税暂行条例"), date(2026, 1, 1), "《中华人民共和国增值税法》"),
    (_law("工程建设项目招标范围和规模标准规定"), date(2018, 6, 1), "《必须招标的工程项目规定》"),
    (_law("招标公告发布暂行办法"), date(2018, 1, 1), "《招标公告和公示信息发布管理办法》"),
    (_law("政府采购供应商投诉处理办法"), date(2018, 3, 1), "《政府采购质疑和投诉办法》"),
    (_law("政府采购信息公告管理办法"), date(2020, 3, 1), "《政府采购信息发布管理办法》"),
    (_law("政府采购促进中小企业发展暂行办法"), date(2021, 1, 1), "财库〔2020〕46号"),
    (_order("财政部", 18), date(2017, 10, 1), "财政部令第87号"),
    (_order("财政部", 19), date(2020, 3, 1), "财政部令第101号"),
    (_order("财政部", 20), date(2018, 3, 1), "财政部令第94号"),
    (_order("国务院", 728), date(2025, 6, 1), "国务院令第802号"),
    (re.compile(r"财库\s*[〔\[(（]?2011[\])）〕]?\s*181\s*号"), date(2021, 1, 1), "财库〔2020〕46号"),
)
"""What was repealed, from which day, and what took its place: 民法典 art. 1260; 增值税法 art. 38; 94号令 art. 45;
财库〔2020〕46号 art. 22; 87号令 art. 88; of the others the regulation that is named."""
_WORD = re.compile(r"[0-9A-Za-z０-９Ａ-Ｚａ-ｚ]+(?:[-_.－—][0-9A-Za-z０-９Ａ-Ｚａ-ｚ]+)*")
_MODEL = re.compile(r"[0-9A-Za-z]+(?:[-_.][0-9A-Za-z]+)*")
_LABELS = {
    "brand": "品牌|商标|brand",
    "model": "型号|规格型号|model(?: no\\.?| number)?",
    "manufacturer": "制造商|制造厂商|生产厂家|生产厂商|生产企业|manufacturer",
    "origin": "产地|原产地|原产国|country of origin|origin",
}
_LABELLED = {
    key: re.compile(
        rf"(?<![\w、/])(?<![A-Za-z] )(?:{names})\s*[:：]\s*(?P<said>[^\s，,。；;、（()）|][^，,。；;、（()）|\n]*)",
        re.I,
    )
    for key, names in _LABELS.items()
}


_SPANS = {"月": "in_months", "天": "in_days"}


@rule("ID03", Severity.WARNING)
def facts_are_the_deals(bid: Bid) -> Iterator[Finding]:
    """A text that names the warranty, the validity, the time to deliver, the team, how soon somebody responds or comes,
    or the training says what the deal says."""
    known = _list_facts(bid)
    markers = bid.deal.tender.markers if bid.deal.tender else {}
    binding = {item.span("response") for item in bid.deal.requirements if markers.get(item.marker) == "mandatory"}
    for found, at, kind in _find(bid, _KNOWN):
        value, base = convert(_read_number(found["n"]), found["unit"])
        if known[kind] and value not in known[kind] and not _is_other(kind, found):
            scale, base = (60, "min") if base == "s" else (1, base)
            shown = ", ".join(f"{(item / scale).normalize():f}" for item in sorted(known[kind]))
            told = Term(_SPANS[base], (("shown", shown),)) if base in _SPANS else f"{shown} {base}"
            # What answers a mandatory clause is what the bid is judged by: it says what the deal does, or one is wrong.
            severity = Severity.ERROR if at in binding else None
            yield Finding(at, {"what": Term(f"fact_{kind}"), "stated": found[0], "known": told}, severity)


def _is_other(kind: str, found: re.Match[str]) -> bool:
    """Whether a number is said of something else: of a system, by the tender, of each of several."""
    before, behind = re.split("[。；;]", found.string[: found.start()])[-1], found.string[found.end() :]
    sentence = before + found[0] + re.split("[。；;]", behind)[0]
    is_service = kind not in ("response", "on_site") or _SERVICE.search(sentence)
    return kind in _TOLD_APART and (not is_service or _QUOTED.search(before) is not None)


def _list_facts(bid: Bid) -> dict[str, set[Decimal]]:
    """What may be said of each kind, in the base of its unit."""
    deal, plan = bid.deal, bid.deal.solution.plan
    days = [milestone.day for milestone in plan.milestones] + [phase.end_day for phase in plan.phases]
    team = len({member.name for member in deal.team})
    validity = {deal.quote.validity_days, *([deal.tender.validity_days] if deal.tender else [])}
    return {
        "warranty": {Decimal(deal.solution.service.warranty.months)},
        "validity": set(map(Decimal, validity)),
        "plan": set(map(Decimal, days)),
        "team": {Decimal(team)} if team else set(),
        **_list_service(deal.solution.service),
    }


def _list_service(service: Service) -> dict[str, set[Decimal]]:
    """How soon somebody responds and comes, at any level; days and people of a course, and of all."""
    times = {key: " ".join(getattr(level, key) for level in service.levels) for key in ("response", "on_site")}
    read = {
        key: [convert(Decimal(item["n"]), item["unit"])[0] for item in _LENGTH.finditer(times[key])] for key in times
    }
    days, people = [item.days for item in service.training], [Decimal(item.people) for item in service.training]
    return {
        **{key: set(values) for key, values in read.items()},
        "training_days": {*days, sum(days, Decimal(0))} if days else set(),
        "training_people": {*people, sum(people, Decimal(0))} if people else set(),
    }


def _read_number(text: str) -> Decimal:
    """A number in digits or in ordinary Chinese numerals below a hundred."""
    return Decimal(text) if text[0].isdigit() else Decimal(read_numeral(text))


@rule("ID09", Severity.WARNING)
def products_are_called_as_they_are(bid: Bid) -> Iterator[Finding]:
    """A text that names a product says its brand, model, manufacturer and origin as the catalog does."""
    products: tuple[Product | Line, ...] = (*bid.catalog.products, *bid.deal.quote.lines)
    named = dict.fromkeys(item.model for item in products if _MODEL.fullmatch(item.model))
    models = tuple(model for model in named if not model.isalpha())
    brands = dict.fromkeys((item.brand, item.model) for item in products if len(item.brand) > 1 and item.model)
    lines = [*_list_about_products(bid)]
    whole = "\n".join(line for line, _ in lines)
    slips = _find_slips(bid, whole, models) if models else {}
    misnamed = [pair for pair in brands if next(_find_misnamed(whole, pair, brands), None)]
    for line, at in lines if slips or misnamed else ():
        for found in _WORD.finditer(line):
            if name := slips.get(found[0]):
                yield _called(narrow(at, *found.span()), "model", found[0], name)
        for pair in misnamed:
            for found in _find_misnamed(line, pair, brands):
                yield _called(narrow(at, *found.span("brand")), "brand", found["brand"], pair[0])
    for record, product in _list_of_products(bid):
        for line, at in list_lines(record, without=(*NOT_OURS, *_LABELLED)):
            for key, pattern in _LABELLED.items() if ":" in line or "：" in line else ():
                for found in pattern.finditer(line) if getattr(product, key) else ():
                    said, known = fold(found["said"]), fold(getattr(product, key))
                    if said not in known and known not in said:
                        yield _called(
                            narrow(at, *found.span("said")), key, found["said"].strip(), getattr(product, key)
                        )


def _find_misnamed(text: str, pair: tuple[str, str], brands: Collection[tuple[str, str]]) -> Iterator[re.Match[str]]:
    """Where a model stands behind a brand that is one character away from its own, and has it from nobody else."""
    brand, model = pair
    if model not in text:
        return
    for found in re.finditer(rf"(?P<brand>\S{{{len(brand)}}}) ?{re.escape(model)}(?![0-9A-Za-z])", text):
        said = found["brand"]
        if sum(map(ne, said, brand)) == 1 and (said, model) not in brands:
            yield found


def _find_slips(bid: Bid, text: str, models: tuple[str, ...]) -> dict[str, str]:
    """The words of a text that are almost a model, each with that; not those that have a reason to be otherwise."""
    near = {word: name for word in {*_WORD.findall(text)} if (name := find_same(word, models))}
    others = _list_others(bid) if near else set()
    return {word: name for word, name in near.items() if word.casefold() not in others}


def _called(at: Span | None, field: str, stated: str, known: str) -> Finding:
    return Finding(at, {"field": Term(field), "stated": stated, "where": Term("in_catalog"), "known": known})


def _list_others(bid: Bid) -> set[str]:
    """What is called otherwise with reason: words of the buyer, of papers, of past projects and of competitors."""
    deal = bid.deal
    records = (*bid.selection.chosen, *deal.track_record, *(deal.competitors or ()))
    told = [line for record in records for line, _ in list_lines(record)]
    told += [text for item in deal.requirements for text in (item.id, item.clause, item.text, *item.evidence)]
    told += [
        text for item in (deal.tender.items if deal.tender else ()) for text in (item.name, item.spec, item.remark)
    ]
    told += [text for product in bid.catalog.products for text in (product.sku, product.brand)]
    return {found[0].casefold() for text in told for found in _WORD.finditer(text)}


def _list_about_products(bid: Bid) -> Iterator[tuple[str, Span | None]]:
    """Texts of the bidder in which products may be named."""
    yield from bid.texts
    for product in bid.catalog.products:
        yield from list_lines(product, without=("sku", "picture", *_LABELLED))
    for line in bid.deal.quote.lines:
        yield from ((text, line.span(key)) for key in ("name", "spec") if (text := getattr(line, key)))


def _list_of_products(bid: Bid) -> Iterator[tuple[Model, Product]]:
    """What is said of one product alone: by itself, by a line that offers it, by the answer that it is evidence of."""
    products = {product.sku: product for product in bid.catalog.products}
    yield from ((product, product) for product in products.values())
    yield from ((line, products[line.sku]) for line in bid.deal.quote.lines if line.sku in products)
    for requirement in bid.deal.requirements:
        named = [products[name] for name in requirement.evidence if name in products]
        yield from ((requirement, product) for product in named if len(named) == 1)


@rule("FM15", Severity.WARNING)
def sober_words(bid: Bid) -> Iterator[Finding]:
    """No superlative that nobody can prove, and no law that is repealed on the day of the bid."""
    for found, at, fault in _find(bid, [(Term("absolute"), _ABSOLUTE), *_list_repealed(bid.deal.dated)]):
        yield Finding(at, {"text": found[0], "fault": fault})


def _list_repealed(dated: date) -> Iterator[tuple[Term, re.Pattern[str]]]:
    for pattern, day, instead in _REPEALED:
        if dated >= day:
            yield Term("repealed", (("day", day.isoformat()), ("instead", instead))), pattern


def _find(bid: Bid, patterns: Iterable[tuple[T, re.Pattern[str]]]) -> Iterator[tuple[re.Match[str], Span | None, T]]:
    """What the texts of a bid say of this, each with its place; most patterns fit nowhere in all of them."""
    lines = bid.texts
    whole = "\n".join(line for line, _ in lines)
    likely = [(what, pattern) for what, pattern in patterns if pattern.search(whole)]
    for line, at in lines if likely else ():
        for what, pattern in likely:
            for found in pattern.finditer(line):
                yield found, narrow(at, *found.span()), what


RULES = (facts_are_the_deals, products_are_called_as_they_are, sober_words)
