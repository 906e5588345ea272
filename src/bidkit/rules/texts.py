"""what the texts of a bid say: of its products, in words that cost points, by repealed laws: ID09, FM15."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from datetime import date
from operator import ne

from bidkit.bid import NOT_OURS, Bid
from bidkit.catalog import Product
from bidkit.deal.prices import Line
from bidkit.diagnostic import Severity, Span, Term
from bidkit.nearness import find_same
from bidkit.rules.registry import Finding, rule
from bidkit.scalars import Model
from bidkit.wording import fold
from bidkit.written import Lines, Sought, find_said, list_lines, narrow

_ABSOLUTE = Sought(
    Term("absolute"),
    "最|顶级|极品|第一|独一无二|绝无仅有|史无前例|万无一失|百分之百|100|国家级|世界级|领先|首创|class|leading|rival|second",
    r"(?<!不)(?:最佳|最优秀|最先进|最高级|顶级|极品|第一品牌|独一无二|绝无仅有|史无前例|万无一失|百分之百保证|"
    r"100 ?%保证|国家级|世界级|全国第一|行业第一|全球领先|国内首创)|"
    r"\b(?:world[- ]class|best[- ]in[- ]class|world[- ]leading|"
    r"unrivall?ed|second to none|100 ?% guaranteed)\b",
)
_RANKED = re.compile(
    r"[^，,。；;、]{0,8}?(?:标准|规范|实验室|中心|检[测验]|质检|高新|专精特新|课题|项目|奖|开发区|新区|示范|遗产)"
)
_DENIED_BEFORE = re.compile(
    r"(?:不(?:追求|使用|用|说|采用|出现|宣称|是|以)|并非|而非|避免|禁止|杜绝)[“\"‘]?[^，,。；;]{0,2}$"
)
_ENDED = re.compile("[^，,。；;]{0,8}废止")
_DENIED_BEHIND = re.compile(r"[”\"’]?[^，,。；;]{0,8}(?:不予?使用|不用|不予?采用|不出现)")


def _repealed(words: str, source: str, day: date, instead: str) -> tuple[date, Sought[Term]]:
    return day, Sought(Term("repealed", (("day", day.isoformat()), ("instead", instead))), words, source)


def _law(names: str, day: date, instead: str) -> tuple[date, Sought[Term]]:
    return _repealed(names, rf"《(?:中华人民共和国)?(?:{names})》", day, instead)


def _order(issuer: str, number: int, day: date, instead: str) -> tuple[date, Sought[Term]]:
    """An order by its number, in either order of its words."""
    return _repealed(issuer, rf"{issuer}(?:令\s*第?\s*{number}\s*号|第?\s*{number}\s*号令)", day, instead)


_REPEALED = (
    _law("合同法|物权法|担保法|侵权责任法|民法通则|民法总则", date(2021, 1, 1), "《中华人民共和国民法典》"),
    _law("增值税暂行条例", date(2026, 1, 1), "《中华人民共和国增值税法》"),
    _law("工程建设项目招标范围和规模标准规定", date(2018, 6, 1), "《必须招标的工程项目规定》"),
    _law("招标公告发布暂行办法", date(2018, 1, 1), "《招标公告和公示信息发布管理办法》"),
    _law("政府采购供应商投诉处理办法", date(2018, 3, 1), "《政府采购质疑和投诉办法》"),
    _law("政府采购信息公告管理办法", date(2020, 3, 1), "《政府采购信息发布管理办法》"),
    _law("政府采购促进中小企业发展暂行办法", date(2021, 1, 1), "财库〔2020〕46号"),
    _order("财政部", 18, date(2017, 10, 1), "财政部令第87号"),
    _order("财政部", 19, date(2020, 3, 1), "财政部令第101号"),
    _order("财政部", 20, date(2018, 3, 1), "财政部令第94号"),
    _order("国务院", 728, date(2025, 6, 1), "国务院令第802号"),
    _repealed("财库", r"财库\s*[〔\[(（]?2011[\])）〕]?\s*181\s*号", date(2021, 1, 1), "财库〔2020〕46号"),
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


@rule("ID09", Severity.WARNING)
def products_are_called_as_they_are(bid: Bid) -> Iterator[Finding]:
    """A text that names a product says its brand, model, manufacturer and origin as the catalog does."""
    products: tuple[Product | Line, ...] = (*bid.catalog.products, *bid.deal.quote.lines)
    named = dict.fromkeys(item.model for item in products if _MODEL.fullmatch(item.model))
    models = tuple(model for model in named if not model.isalpha())
    brands = dict.fromkeys((item.brand, item.model) for item in products if len(item.brand) > 1 and item.model)
    lines = Lines(_list_about_products(bid))
    slips = _find_slips(bid, lines.whole, models) if models else {}
    for line, at in lines if slips else ():
        for found in _WORD.finditer(line):
            if name := slips.get(found[0]):
                yield _called(narrow(at, *found.span()), "model", found[0], name)
    for brand, model in brands:
        for line, at in map(lines.__getitem__, lines.find_lines(model.lower())):
            for start, end in _find_misnamed(line, (brand, model), brands):
                yield _called(narrow(at, start, end), "brand", line[start:end], brand)
    for record, product in _list_of_products(bid):
        for line, at in list_lines(record, without=(*NOT_OURS, *_LABELLED)):
            for key, pattern in _LABELLED.items() if ":" in line or "：" in line else ():
                for found in pattern.finditer(line) if getattr(product, key) else ():
                    said, known = fold(found["said"]), fold(getattr(product, key))
                    if said not in known and known not in said:
                        yield _called(
                            narrow(at, *found.span("said")), key, found["said"].strip(), getattr(product, key)
                        )


def _find_misnamed(text: str, pair: tuple[str, str], brands: Collection[tuple[str, str]]) -> Iterator[tuple[int, int]]:
    """Where a model stands behind a brand that is one character away from its own, and has it from nobody else."""
    brand, model = pair
    for found in re.finditer(rf" ?{re.escape(model)}(?![0-9A-Za-z])", text):
        start, end = found.start() - len(brand), found.start()
        said = text[max(start, 0) : end]
        is_slip = len(said) == len(brand) and sum(map(ne, said, brand)) == 1
        if is_slip and not re.search(r"\s", said) and (said, model) not in brands:
            yield start, end


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
        yield from list_lines(product, without=("sku", "picture", "introduction", *_LABELLED))
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
    repealed = (sought for day, sought in _REPEALED if bid.deal.dated >= day)
    for found, at, fault in find_said(bid.texts, (_ABSOLUTE, *repealed)):
        is_meant = not _is_sober(found) if fault.key == "absolute" else not _ENDED.match(found.string[found.end() :])
        if is_meant:
            yield Finding(at, {"text": found[0], "fault": fault})


def _is_sober(found: re.Match[str]) -> bool:
    """Whether a superlative is only spoken of: as the rank of a standard or an office, or as what nobody claims."""
    before, behind = found.string[: found.start()], found.string[found.end() :]
    is_rank = found[0] in ("国家级", "世界级") and _RANKED.match(behind)
    return bool(is_rank or _DENIED_BEFORE.search(before) or _DENIED_BEHIND.match(behind))


RULES = (products_are_called_as_they_are, sober_words)
