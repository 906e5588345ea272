"""what running texts promise: no less than clauses demand, hours of service, days that add up: FM07, ID03."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain

from bidkit.bid import Bid
from bidkit.catalog import Product
from bidkit.deal.tender import Requirement
from bidkit.diagnostic import Severity, Span, Term
from bidkit.limits import Limit, find_understated, list_limits
from bidkit.phrases import find_paraphrased, list_phrases
from bidkit.rules.registry import Finding, rule
from bidkit.service_hours import AROUND, find_office_hours
from bidkit.sums import Sum, find_sums
from bidkit.written import Lines, list_prose, narrow

_DAY = 86_400
_DAYS = frozenset({"天", "日", "日历日", "日历天", "day", "days"})
_OF_PLAN = re.compile(
    "到货|供货|备货|运输|采购|设计|开发|安装|部署|调试|联调|试运行|验收|deliver|install|design|onboard|accept|test",
    re.I,
)
_SERVED = re.compile(
    "运维|运行维护|服务|质保|维保|维护|保障|售后|付款|回访|service|support|maintenance|operation|warranty|steady|option",
    re.I,
)
Less = tuple[Span | None, Limit, str]
"""Where less than a limit is stated, which limit, and what is stated."""


@rule("FM07")
def texts_hold_what_is_demanded(bid: Bid) -> Iterator[Finding]:
    """No text states less of a thing than a clause demands of it, nor does the table of a product that is its
    evidence; an error where the clause is mandatory."""
    items = {item.id: item for item in bid.deal.requirements if item.deviation != "negative"}
    markers = bid.deal.tender.markers if bid.deal.tender else {}
    limits = list_limits((item.id, item.text) for item in items.values())
    told = _list_told(bid)
    seen = set[tuple[Span | None, str, str]]()
    for at, limit, stated in chain(_find_in_texts(bid, told, limits), _find_in_products(bid, limits)):
        seen.add((at and replace(at, col=0, width=0), limit.id, limit.demand.text))
        severity = None if markers.get(items[limit.id].marker) == "mandatory" else Severity.WARNING
        yield Finding(at, {"id": limit.id, "stated": stated, "demand": limit.demand.text}, severity)
    for at, limit, stated in _find_in_other_words(bid, told, items.values()):
        if (at and replace(at, col=0, width=0), limit.id, limit.demand.text) not in seen:
            yield Finding(at, {"id": limit.id, "stated": stated, "demand": limit.demand.text}, Severity.WARNING)


def _list_told(bid: Bid) -> Lines:
    """The texts of the deal but for its answers and those of products, which are judged by themselves."""
    files = {product.introduction.file for product in bid.catalog.products} - {""}
    answers = {item.span("response") for item in bid.deal.requirements}
    return Lines(line for line in bid.texts if line[1] not in answers and (not line[1] or line[1].file not in files))


def _list_named(bid: Bid) -> dict[str, list[str]]:
    """By the id of each clause that only products and papers prove the names of these products."""
    products = {product.sku: product for product in bid.catalog.products}
    papers = {paper.id for paper in bid.selection.chosen}
    return {
        item.id: [name for sku in item.evidence if sku in products for name in _list_names(products[sku])]
        for item in bid.deal.requirements
        if {*item.evidence} <= products.keys() | papers
    }


def _find_in_texts(bid: Bid, told: Lines, limits: Iterable[Limit]) -> Iterator[Less]:
    """In the texts of the deal: what only products and papers prove, is of these, and counts where one is named."""
    named = _list_named(bid)
    for line, at, limit, stated in _locate(told, find_understated(told.whole, limits)):
        if not (names := named.get(limit.id)) or any(name in line for name in names):
            yield at, limit, stated


def _find_in_other_words(bid: Bid, told: Lines, items: Iterable[Requirement]) -> Iterator[Less]:
    """In the texts of the deal, but not of past projects: what a phrase says of a limit."""
    phrases = list_phrases(((item.id, item.text) for item in items), _list_named(bid))
    for line, at, limit, stated in _locate(told, find_paraphrased(told.whole, phrases)):
        if not any(name in line for name in bid.past_names):
            yield at, limit, stated


def _list_names(product: Product) -> tuple[str, ...]:
    return tuple(filter(None, (re.split("[（(]", product.name)[0], product.model)))


def _find_in_products(bid: Bid, limits: Iterable[Limit]) -> Iterator[Less]:
    """In what the catalog says of a product that is the evidence."""
    evidence = {item.id: item.evidence for item in bid.deal.requirements}
    for product in bid.catalog.products:
        own = [limit for limit in limits if product.sku in evidence[limit.id]]
        specs = ((f"{spec.name} {spec.value}", spec.span("value")) for spec in product.specs)
        told = Lines((*specs, *list_prose(product.introduction, product.span("introduction"))) if own else ())
        yield from ((at, limit, stated) for _, at, limit, stated in _locate(told, find_understated(told.whole, own)))


def _locate(
    lines: Lines, found: Iterable[tuple[int, int, Limit, str]]
) -> Iterator[tuple[str, Span | None, Limit, str]]:
    """What lines state that is less than limits, each with the line and the place of it."""
    for start, end, limit, stated in found:
        line, at, column = lines.find_line(start)
        yield line, narrow(at, column, column + end - start), limit, stated


@rule("ID03", Severity.WARNING)
def texts_agree_with_themselves(bid: Bid) -> Iterator[Finding]:
    """What is listed adds up to what is said, days to no more than the plan has; no phase ends after the delivery; who
    must serve around the clock does not keep the hours of an office."""
    end = bid.deal.solution.plan.delivery
    for begin, told in find_sums(bid.texts.whole):
        is_planned = end and told.unit == "s" and _OF_PLAN.search(told.text)
        if told.is_wrong:
            known = Term("adds_up", (("shown", _show(told)),))
            yield _tell(bid, bid.texts.find_line(begin)[1], "sum", told.text, known)
        elif is_planned and end and told.parts > end.day * _DAY:
            known = Term("in_days", (("shown", str(end.day)),))
            yield _tell(bid, bid.texts.find_line(begin)[1], "plan", told.text, known)
    yield from _find_late_phases(bid)
    yield from _find_hours(bid)


def _tell(bid: Bid, at: Span | None, kind: str, stated: str, known: Term | str) -> Finding:
    """A finding; what answers a mandatory clause is what the bid is judged by: one that differs there is an error."""
    values = {"what": Term(f"fact_{kind}"), "stated": stated, "known": known}
    return Finding(at, values, Severity.ERROR if at in bid.binding else None)


def _show(told: Sum) -> str:
    is_days = told.unit == "s" and told.spelt in _DAYS
    return f"{(told.parts / _DAY if is_days else told.parts).normalize():f} {told.spelt}"


def _find_late_phases(bid: Bid) -> Iterator[Finding]:
    """Phases of the delivery that end after it; what is served, kept up or paid then is none."""
    plan = bid.deal.solution.plan
    end = plan.delivery
    for phase in plan.phases if end and not end.is_delivery else ():
        if end and phase.end_day > end.day >= phase.start_day and not _SERVED.search(phase.name):
            known = Term("in_days", (("shown", str(end.day)),))
            yield _tell(bid, phase.span("end_day"), "plan", f"{phase.name} {phase.start_day}–{phase.end_day}", known)


def _find_hours(bid: Bid) -> Iterator[Finding]:
    asked = [item.text for item in bid.deal.requirements]
    asked += [text for level in bid.deal.solution.service.levels for text in (level.response, level.name)]
    known = next((found[0] for text in asked if (found := AROUND.search(text))), "")
    for start, end in find_office_hours(bid.texts.whole) if known else ():
        _, at, column = bid.texts.find_line(start)
        stated = bid.texts.whole[start:end]
        yield _tell(bid, narrow(at, column, column + end - start), "hours", stated, known)


RULES = (texts_hold_what_is_demanded, texts_agree_with_themselves)
