"""goods in answers against the quote, past projects against their contracts, goods from abroad: ID09, QU03."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from bidkit.bid import Bid
from bidkit.catalog.papers import Credential
from bidkit.deal.solution import Reference
from bidkit.deal.tender import Requirement
from bidkit.diagnostic import Severity, Span, Term
from bidkit.rules.registry import Finding, rule
from bidkit.units import is_same_unit
from bidkit.wording import fold, measure_likeness
from bidkit.written import list_lines

_UNIT = "[台套点张块辆]|㎡"
_COUNTED = re.compile(
    rf"(?<![\u4e00-\u9fff])(?:数量|共)\s*(?:为|[:：])?\s*(?P<n>\d+(?:\.\d+)?)\s*(?P<unit>{_UNIT})(?=[\s，,。；;：:（(、]|$)"
)
"""Of its own, not that of something in it: 接口数量, 水嘴共."""
_HEADED = re.compile(rf"^(?P<name>[^，,。；;：:\d]{{2,20}}?)\s*(?P<n>\d+)\s*(?P<unit>{_UNIT})(?=[，,。；;：:]|$)")
_AT_LEAST = re.compile(r"每|至少|最少|不少于|不低于|不小于|[≥≤><]|以上|备[件机品]")
_SHORTEST_MODEL = 4
_OFFERED = re.compile(r"(?:提供|采用|选用|所投|配置|投标产品)\S{0,6}\s?$")
_HEAD = 12
"""An answer begins with what it offers."""
_LIKE = 0.4
_NO_IMPORTS = re.compile(
    "(?:不接受|不允许|不得采购|不得提供|不采购|禁止|拒绝)[^，,。；;]{0,8}进口|[仅只](?:接受|允许|采购)(?:国产|本国)"
    "|imported (?:goods|products) (?:are|will) not",
    re.I,
)
_OF_ALL = re.compile("本项目|本次|本采购|所有|全部|均|^不接受|all ", re.I)
_EXCEPT = re.compile("除|但|可以|except|unless", re.I)
_COUNTRY = (
    "德国|美国|日本|韩国|英国|法国|意大利|瑞士|瑞典|荷兰|芬兰|丹麦|挪威|奥地利|比利时|西班牙|葡萄牙|捷克|波兰|匈牙利|罗马尼亚"
    "|爱尔兰|俄罗斯|土耳其|以色列|印度|越南|泰国|马来西亚|新加坡|印度尼西亚|印尼|菲律宾|加拿大|墨西哥|巴西|澳大利亚|新西兰|欧盟"
    "|Germany|USA|United States|Japan|Korea|United Kingdom|France|Italy|Switzerland|Sweden|Netherlands|Singapore"
)
_ABROAD = re.compile(f"{_COUNTRY}|台湾|香港|澳门|进口|境外|国外", re.I)
"""What comes through the customs (财库〔2007〕119号); a place within China has many names."""
_IMPORTED = re.compile(
    f"(?:{_COUNTRY})(?:原装|整机)?(?:进口|原装)|(?:原装|整机|全)进口|进口(?:原装|品牌|产品|设备|部件|件)"
)
_DENIED = re.compile("[不无非未][^，,。；;]{0,10}$")


def _called(at: Span | None, field: str, stated: str, where: Term, known: str, is_grave: bool = False) -> Finding:
    values = {"field": Term(field), "stated": stated, "where": where, "known": known}
    return Finding(at, values, Severity.ERROR if is_grave else None)


@rule("ID09", Severity.WARNING)
def answers_are_as_quoted(bid: Bid) -> Iterator[Finding]:
    """An answer whose evidence is a product speaks of that one and of as many as are quoted; as does its clause."""
    products = {product.sku: product for product in bid.catalog.products}
    for item in bid.deal.requirements:
        own = [name for name in dict.fromkeys(item.evidence) if name in products]
        named = [product for product in products.values() if own and _is_named(product.model, item.response)]
        is_other = own and not {product.sku for product in named} & {*own}
        if is_other and any(_is_offered(product.model, item.response) for product in named):
            known = "、".join(products[sku].model or sku for sku in own)
            stated = "、".join(product.model for product in named)
            yield _called(item.span("response"), "model", stated, Term("in_evidence"), known)
        elif len(own) == 1:
            yield from _judge_count(bid, item, own[0], "text", _find_count(item.text, products[own[0]].name))
            yield from _judge_count(bid, item, own[0], "response", _find_counted(item.response))


def _is_named(model: str, text: str) -> bool:
    return len(model) >= _SHORTEST_MODEL and _compile_model(model).search(text) is not None


def _is_offered(model: str, text: str) -> bool:
    """Whether a text says that a model is what it offers, and not what that works with."""
    places = (found.start() for found in _compile_model(model).finditer(text))
    return any(place <= _HEAD or _OFFERED.search(text[:place]) for place in places)


def _compile_model(model: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![0-9A-Za-z-]){re.escape(model)}(?![0-9A-Za-z-])")


def _find_counted(text: str) -> re.Match[str] | None:
    """The one number of goods that a text gives; of several nobody knows which is meant."""
    found = [*_COUNTED.finditer(text)]
    return found[0] if len(found) == 1 else None


def _find_count(text: str, name: str) -> re.Match[str] | None:
    """How many a clause asks for: what it calls their number, or what stands behind the name of the product."""
    found = _find_counted(text) or _HEADED.match(text)
    if found is None or (found.re is _HEADED and fold(re.split("[（(]", found["name"])[0]) not in fold(name)):
        return None
    return None if "数量" not in found[0] and _AT_LEAST.search(text[: found.end() + 2]) else found


def _judge_count(bid: Bid, item: Requirement, sku: str, key: str, found: re.Match[str] | None) -> Iterator[Finding]:
    lines = [line for line in bid.deal.quote.lines if line.sku == sku and line.kind == "base"]
    if found is None or not lines:
        return
    same = [line for line in lines if is_same_unit(line.unit, found["unit"])]
    quantities = [line.quantity for line in same]
    shown = "、".join(f"{line.quantity.normalize():f} {line.unit}" for line in lines)
    at, where = item.span(key), Term("in_quote")
    if same and Decimal(found["n"]) not in (*quantities, sum(quantities)):
        yield _called(at, "count", found[0], where, shown, is_grave=key == "text")
    elif not same and key == "text" and {found["unit"], *(line.unit for line in lines)} <= {"台", "套"}:
        yield _called(at, "line_unit", found[0], where, shown)


@rule("ID09", Severity.WARNING)
def past_projects_are_as_proved(bid: Bid) -> Iterator[Finding]:
    """A project of the track record has the client, the day and the amount that its contract says."""
    contracts = [paper for paper in bid.selection.chosen if paper.kind == "contract"]
    for record in bid.deal.track_record:
        named = [paper for paper in contracts if fold(record.project) in fold(f"{paper.title}\n{paper.scope}")]
        if named:
            yield from _compare(record, named)
            continue
        for paper in contracts:
            head = re.split("[:：，,；;。]", paper.scope)[0]
            is_same = _is_of(record, paper) and paper.issued == record.signed_on
            if is_same and measure_likeness(head, record.project) >= _LIKE:
                yield _called(record.span("project"), "project", record.project, _of(paper), head)


def _compare(record: Reference, papers: list[Credential]) -> Iterator[Finding]:
    first = papers[0]
    if not any(_is_of(record, paper) for paper in papers):
        yield _called(record.span("client"), "customer", record.client, _of(first), first.issuer)
    if record.signed_on not in {paper.issued for paper in papers}:
        yield _called(record.span("signed_on"), "signed_on", str(record.signed_on), _of(first), str(first.issued))
    amounts = [paper.amount for paper in papers if paper.amount is not None]
    if record.amount is not None and amounts and record.amount not in (*amounts, sum(amounts)):
        known = "、".join(f"{amount:,.2f}" for amount in amounts)
        yield _called(record.span("amount"), "contract_amount", f"{record.amount:,.2f}", _of(first), known)


def _of(paper: Credential) -> Term:
    return Term("in_paper", (("title", paper.title),))


def _is_of(record: Reference, paper: Credential) -> bool:
    return fold(record.client) in fold(f"{paper.issuer}\n{paper.holder}\n{paper.scope}")


@rule("QU03", regimes=frozenset({"tender"}))
def nothing_is_imported(bid: Bid) -> Iterator[Finding]:
    """Where a clause takes no imported goods, what is offered has its origin in China (error), and nobody writes of a
    thing that it is imported (warning): a part of it may be."""
    clause = next((item for item in bid.deal.requirements if _NO_IMPORTS.search(item.text)), None)
    if clause is None:
        return
    # A clause with an exception, of one thing or of one lot leaves others free: which, only a person can say.
    is_whole = not clause.lot and _OF_ALL.search(clause.text) and not _EXCEPT.search(clause.text)
    for at, title, text, is_origin in _list_origins(bid):
        found = (_ABROAD if is_origin else _IMPORTED).search(text)
        if found and not _DENIED.search(text[: found.start()]):
            told = Term("lack_origin" if is_origin else "lack_imported", (("text", found[0]),))
            values = {"title": title, "need": clause.text.rstrip("。"), "clause": clause.clause, "lack": told}
            yield Finding(at, values, Severity.ERROR if is_origin and is_whole else Severity.WARNING)


def _list_origins(bid: Bid) -> Iterator[tuple[Span | None, str, str, bool]]:
    """Each origin that is stated, and each text about a thing that is offered: place, what it is of, the text, and
    whether it is an origin."""
    products = {product.sku: product for product in bid.catalog.products}
    for line in bid.deal.quote.lines:
        product = products.get(line.sku)
        if line.origin or product:
            at = line.span("origin") if line.origin or product is None else product.span("origin")
            yield at, line.name, line.origin or getattr(product, "origin", ""), True
        yield from ((line.span(key), line.name, getattr(line, key), False) for key in ("name", "spec", "remark"))
    for product in products.values():
        for text, at in list_lines(product, without=("sku", "origin")):
            yield at, product.name, text, False
    for item in bid.deal.requirements:
        if products.keys() & {*item.evidence}:
            yield item.span("response"), item.id, item.response, False


RULES = (nothing_is_imported, answers_are_as_quoted, past_projects_are_as_proved)
