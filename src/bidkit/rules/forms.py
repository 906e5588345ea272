"""requirements and their answers: FM."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache, reduce

from bidkit.bid import Bid
from bidkit.deal.tender import Requirement, bears_mark
from bidkit.denials import find_admission, find_denial
from bidkit.diagnostic import Severity, Term
from bidkit.echoes import find_repeated, is_copy, is_empty, is_nothing, is_pointer
from bidkit.ratings import find_lower_ratings
from bidkit.rules.registry import Finding, rule
from bidkit.shortfalls import find_differences, find_equal, find_shortfalls

TENDER = frozenset({"tender"})


@rule("FM04", regimes=TENDER)
def deviation_table(bid: Bid) -> Iterator[Finding]:
    """The table of requirements and deviations has rows."""
    if not bid.deal.requirements:
        yield Finding(bid.deal.span("requirements"), {"what": Term("no_responses")})


@rule("FM05")
def requirements_answered(bid: Bid) -> Iterator[Finding]:
    """Every requirement is answered; a mandatory one is met and proven."""
    markers = bid.deal.tender.markers if bid.deal.tender else {}
    for item in bid.deal.requirements:
        is_mandatory = markers.get(item.marker) == "mandatory"
        name = f"{item.id} ({item.marker})" if item.marker else item.id
        faults = {
            "response": _find_gap(item, is_mandatory=is_mandatory),
            "deviation": "no_deviation" if item.deviation is None else "",
            "evidence": "" if item.evidence or not is_mandatory else "no_evidence",
        }
        if is_mandatory and item.deviation == "negative":
            faults["deviation"] = "negative"
        if found := {key: Term(fault) for key, fault in faults.items() if fault}:
            fault = reduce(lambda one, two: Term("both", (("one", one), ("two", two))), found.values())
            # Of a clause that binds nobody, empty words lose points only.
            is_mild = not is_mandatory and [term.key for term in found.values()] == ["says_nothing"]
            severity = Severity.WARNING if is_mild else None
            yield Finding(item.span(next(iter(found))), {"id": name, "fault": fault}, severity)


def _find_gap(item: Requirement, *, is_mandatory: bool) -> str:
    if is_nothing(item.response):
        return "no_response"
    if is_mandatory and is_pointer(item.response):
        return "only_points"
    return "says_nothing" if is_empty(item.text, item.response) else ""


@rule("FM29")
def answers_are_current(bid: Bid) -> Iterator[Finding]:
    """No answer is one to what a clause said before an addendum changed it."""
    for item in bid.deal.requirements:
        if item.stale:
            name = f"{item.id} ({item.marker})" if item.marker else item.id
            yield Finding(item.span("stale"), {"id": name, "stale": item.stale})


@rule("FM06", Severity.WARNING)
def response_is_no_copy(bid: Bid) -> Iterator[Finding]:
    """A response says something of its own: a figure, or other words than the tender's and than another response's."""
    for item in bid.deal.requirements:
        if is_copy(item.text, item.response):
            yield Finding(item.span("response"), {"id": item.id, "fault": Term("repeats_requirement")})
    items = bid.deal.requirements
    for number, other in find_repeated((item.text, item.response) for item in items):
        fault = Term("repeats_response", (("other", items[other].id),))
        yield Finding(items[number].span("response"), {"id": items[number].id, "fault": fault})


@rule("FM07")
def numbers_are_enough(bid: Bid) -> Iterator[Finding]:
    """A response states no number or rating that is less than demanded, unless it is a declared negative deviation;
    a number that only may be about the demand, or that differs from one without a limit, is a warning."""
    for item in bid.deal.requirements:
        if item.deviation == "negative":
            continue
        for demand, stated, is_certain in _find_less(item.text, item.response):
            values = {"id": item.id, "stated": stated, "demand": demand}
            yield Finding(item.span("response"), values, None if is_certain else Severity.WARNING)


@lru_cache(maxsize=1024)
def _find_less(requirement: str, response: str) -> tuple[tuple[str, str, bool], ...]:
    """What is demanded, what is stated, and whether that is certainly about it."""
    less = (*find_shortfalls(requirement, response), *find_differences(requirement, response))
    found = [(each.demand, each.stated, each.is_certain) for each in less]
    return (*found, *((*pair, True) for pair in find_lower_ratings(requirement, response)))


@rule("FM30")
def denials_are_declared(bid: Bid) -> Iterator[Finding]:
    """A response that denies or puts off what is asked for, or a remark that says so, is declared as a deviation;
    one that is declared as better says more than is asked for."""
    for item in bid.deal.requirements:
        if item.deviation in (None, "negative"):
            continue
        not_negative = Term("not_negative")
        if stated := find_denial(item.text, item.response):
            yield Finding(item.span("response"), {"id": item.id, "stated": stated, "fault": not_negative})
        if stated := find_admission(item.remark):
            yield Finding(item.span("remark"), {"id": item.id, "stated": stated, "fault": not_negative})
        is_unexplained = item.deviation == "positive" and not item.remark
        if is_unexplained and (stated := find_equal(item.text, item.response)):
            values = {"id": item.id, "stated": stated, "fault": Term("only_equal")}
            yield Finding(item.span("response"), values, Severity.INFO)


@rule("FM32", regimes=TENDER)
def marks_are_taken(bid: Bid) -> Iterator[Finding]:
    """A clause whose text bears a mark of the tender has that mark."""
    signs = [mark for mark in (bid.deal.tender.markers if bid.deal.tender else ()) if not mark.isalnum()]
    for item in bid.deal.requirements:
        found = next((mark for mark in signs if bears_mark(f"{item.clause}\n{item.text}", mark)), "")
        if found and not item.marker:
            yield Finding(item.span("text"), {"id": item.id, "marker": found})


@rule("FM16", regimes=TENDER)
def mandatory_count(bid: Bid) -> Iterator[Finding]:
    """As many mandatory requirements are captured as a second person counted in the tender."""
    tender = bid.deal.tender
    if tender is None or tender.mandatory_count is None:
        return
    found = sum(tender.markers.get(item.marker) == "mandatory" for item in bid.deal.requirements)
    if found != tender.mandatory_count:
        yield Finding(tender.span("mandatory_count"), {"found": found, "counted": tender.mandatory_count})


@rule("FM18", regimes=TENDER)
def makers_are_declared(bid: Bid) -> Iterator[Finding]:
    """A declaration of small and medium enterprises that make the goods names the maker of every line."""
    declared = bid.deal.tender.sme if bid.deal.tender else None
    if declared is None or declared.kind != "goods":
        return
    named = {enterprise.name for enterprise in declared.enterprises}
    products = {product.sku: product.manufacturer for product in bid.catalog.products}
    for item in bid.quote.lines:
        maker = item.line.manufacturer or products.get(item.line.sku, "")
        if maker and maker not in named:
            yield Finding(item.line.span("manufacturer"), {"line": item.line.id, "manufacturer": maker})


@rule("FM19", Severity.WARNING)
def factors_answered(bid: Bid) -> Iterator[Finding]:
    """Something answers every scoring factor of the tender: a volume, or what earns its points."""
    for factor in bid.deal.tender.factors if bid.deal.tender else ():
        if not (factor.volume or factor.answers):
            yield Finding(factor.span("id"), {"id": factor.id, "title": factor.title})


RULES = (
    deviation_table,
    requirements_answered,
    answers_are_current,
    response_is_no_copy,
    numbers_are_enough,
    denials_are_declared,
    marks_are_taken,
    mandatory_count,
    makers_are_declared,
    factors_answered,
)
