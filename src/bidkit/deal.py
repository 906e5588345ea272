"""the deal model: one bid as it is written in deal.yaml.

Names are the contract; `docs/deal.md` explains each. Prices are gross (tax included) in the quote's one currency.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from bidkit.diagnostic import Diagnostic, Term
from bidkit.scalars import (
    Day,
    Flag,
    Model,
    Moment,
    Money,
    Note,
    Prose,
    Quantity,
    Rate,
    Text,
    Texts,
    Whole,
    validate,
)
from bidkit.source import Workspace, load_yaml, nearest


def _parse_id(value: object) -> str:
    import re

    text = value.strip() if isinstance(value, str) else ""
    if not re.fullmatch(r"[a-z0-9][a-z0-9._-]{0,63}", text) or ".." in text:
        raise PydanticCustomError("DL17", "not an id", {})
    return text


_MAX_AMOUNT = 10**13
DealId = Annotated[str, BeforeValidator(_parse_id)]
"""A name that is also a folder's: lower-case letters, digits, `.`, `_`, `-`; at most 64."""


class Contact(Model):
    """A person on the customer's side, as a role: no private data."""

    name: Text
    department: Note = ""
    role: Literal["user", "technical", "purchasing", "decision", "initiator", "designer", "evaluator"]
    level: Literal["decision", "management", "operation"]
    relation: Literal["none", "acquainted", "meeting", "trusted", "allied"] = "none"
    last_contact: Day | None = None


class Customer(Model):
    """Whom the bid is for."""

    name: Text
    uscc: Note = ""
    address: Note = ""
    contacts: tuple[Contact, ...] = ()


class Goal(Model):
    """What the customer wants to reach."""

    id: Text
    text: Text
    measure: Note = ""


class Problem(Model):
    """What stands between the customer and a goal."""

    id: Text
    goal: Text
    title: Text
    text: Text


class Answer(Model):
    """How the bid solves one of the customer's problems."""

    id: Text
    problem: Text
    title: Text
    text: Prose
    effect: Note = ""
    products: Texts = ()


class Criterion(Model):
    """What the customer will judge by; a figure with its unit, or marked as qualitative."""

    id: Text
    text: Text
    kind: Literal["quantitative", "qualitative"] = "quantitative"
    value: Note = ""
    unit: Note = ""


class Opportunity(Model):
    """The need behind the deal: goals, problems, answers, criteria, money and time."""

    goals: tuple[Goal, ...] = ()
    problems: tuple[Problem, ...] = ()
    solutions: tuple[Answer, ...] = ()
    criteria: tuple[Criterion, ...] = ()
    budget: Money | None = None
    decision_date: Day | None = None
    purchase_stage: Literal["need", "approval", "design", "evaluation", "commitment", "use"] | None = None


class Competitor(Model):
    """Another bidder, and what we set against it."""

    name: Text
    strengths: Texts = ()
    weaknesses: Texts = ()
    counter: Note = ""


class RequiredCredential(Model):
    """A paper that the tender asks for; `answered_by` names the papers that answer it where the kind does not tell."""

    id: Text
    kind: Text
    title: Text
    clause: Note = ""
    page: Whole | None = None
    answered_by: Texts = ()


class Addendum(Model):
    """A change that the buyer published after the tender document."""

    no: Text
    issued_on: Day
    title: Text
    applied: Flag


class Tender(Model):
    """The tender as published. `markers` says what each mark in front of a clause means in this tender.

    `volumes` are those of the template pack that this tender asks for, in their order; all of them if none is named.
    """

    no: Text
    package: Note = ""
    agency: Note = ""
    issued_on: Day | None = None
    deadline: Moment
    validity_days: Whole
    bond: Money | None = None
    ceiling: Money | None = None
    rules: Literal["mof87", "ndrc", "mdb", "far"]
    markers: dict[str, Literal["mandatory", "key", "important"]] = Field(default_factory=dict)
    mandatory_count: Whole | None = None
    scoring: Note = ""
    volumes: Texts = ()
    required_credentials: tuple[RequiredCredential, ...] = ()
    addenda: tuple[Addendum, ...] = ()
    has_prior_design_service: Flag | None = None


_DEVIATIONS = {
    "无偏离": "none",
    "正偏离": "positive",
    "负偏离": "negative",
    "compliant": "none",
    "exceeds": "positive",
    "exception": "negative",
}


def _parse_deviation(value: object) -> object:
    """A deviation may be written as the trade prints it."""
    return _DEVIATIONS.get(value.strip().lower(), value.strip()) if isinstance(value, str) else value


Deviation = Annotated[Literal["none", "positive", "negative"], BeforeValidator(_parse_deviation)]


class Requirement(Model):
    """One clause of the tender and the answer to it. An answer without text or deviation is open."""

    id: Text
    clause: Text
    page: Whole | None = None
    marker: Note = ""
    kind: Literal["technical", "commercial", "contract"] = "technical"
    text: Text
    response: Note = ""
    deviation: Deviation | None = None
    evidence: Texts = ()
    remark: Note = ""


class Phase(Model):
    """A phase of the plan; days are counted from the signing of the contract, the first day is 1."""

    name: Text
    start_day: Whole
    end_day: Whole
    work: Text
    deliverables: Texts = ()
    owner: Note = ""


class Milestone(Model):
    """A point of the plan at which something is accepted; `day` is counted from the signing of the contract.

    The quote promises delivery by the last milestone, or by the one that says `is_delivery`.
    """

    name: Text
    day: Whole
    deliverable: Text
    acceptance: Note = ""
    is_delivery: Flag = False


class Plan(Model):
    """The implementation plan."""

    introduction: Prose
    phases: tuple[Phase, ...]
    milestones: tuple[Milestone, ...]
    methods: Prose | None = None

    @property
    def delivery(self) -> Milestone | None:
        """The milestone by which the quote promises delivery: the one that is marked, else the last."""
        return max(self.milestones, key=lambda milestone: (milestone.is_delivery, milestone.day), default=None)


class ServiceLevel(Model):
    """How fast a kind of fault is answered and mended."""

    name: Text
    scope: Text
    response: Text
    on_site: Note = ""
    fix: Text


class Warranty(Model):
    """What is guaranteed, and for how long; the one place of these figures."""

    months: Whole
    start: Text
    text: Prose


class Course(Model):
    """One training course."""

    name: Text
    audience: Text
    days: Quantity
    people: Whole
    place: Note = ""
    content: Text


class Spare(Model):
    """A spare part held for the customer."""

    name: Text
    model: Note = ""
    quantity: Quantity
    unit: Text
    place: Note = ""


class Service(Model):
    """The service system: catalog texts, levels, warranty, training, spares."""

    introduction: Prose
    blocks: Texts = ()
    levels: tuple[ServiceLevel, ...]
    warranty: Warranty
    training: tuple[Course, ...] = ()
    spares: tuple[Spare, ...] = ()


class Solution(Model):
    """The four parts of the proposal: overview, products, plan, service."""

    overview: Prose
    products: tuple[Text, ...]
    plan: Plan
    service: Service


class Category(Model):
    """A heading of the quote, in the order in which it is printed."""

    id: Text
    name: Text


class Line(Model):
    """One line of the quote; `amount`, where stated, must be what is computed."""

    id: Text
    category: Text
    name: Text
    spec: Note = ""
    brand: Note = ""
    model: Note = ""
    manufacturer: Note = ""
    origin: Note = ""
    sku: Note = ""
    unit: Text
    quantity: Quantity
    unit_price: Money
    tax_rate: Rate
    amount: Money | None = None
    kind: Literal["base", "optional", "alternative", "option_period"] = "base"
    remark: Note = ""


class Payment(Model):
    """A part of the price and when it is due."""

    name: Text
    trigger: Text
    percent: Rate


class QuoteText(Model):
    """The quote as written; everything derived from it is computed in `quote`."""

    currency: Literal["CNY", "USD", "EUR", "GBP", "HKD"] = "CNY"
    tax_sum: Literal["by_line", "by_rate"] = "by_rate"
    validity_days: Whole
    categories: tuple[Category, ...]
    lines: tuple[Line, ...]
    total: Money | None = None
    total_words: Note = ""
    milestones: tuple[Payment, ...] = ()
    notes: tuple[Text, ...] = ()


class Member(Model):
    """A person of the bidder's team."""

    name: Text
    role: Text
    title: Note = ""
    years: Whole | None = None
    certificates: Texts = ()
    duty: Text


class Reference(Model):
    """A project done before."""

    client: Text
    project: Text
    amount: Money | None = None
    signed_on: Day
    summary: Text


class Deal(Model):
    """One bid, as text."""

    schema_: Literal["bidkit/deal@1"] = Field(alias="schema")
    id: DealId
    title: Text
    locale: Literal["zh-CN", "en-US", "en-GB"]
    regime: Literal["commercial", "tender"]
    dated: Day
    customer: Customer
    opportunity: Opportunity
    competitors: tuple[Competitor, ...] | None = None
    tender: Tender | None = None
    requirements: tuple[Requirement, ...] = ()
    solution: Solution
    quote: QuoteText
    credentials: tuple[Text, ...] = ()
    team: tuple[Member, ...] = ()
    track_record: tuple[Reference, ...] = ()

    @property
    def language(self) -> str:
        """`zh` or `en`: the language of the documents."""
        return self.locale[:2]


def load_deal(workspace: Workspace, name: str) -> tuple[Deal | None, list[Diagnostic]]:
    """The deal of a file, or every mistake in it. Diagnostics: DL01–DL24."""
    data, problems = load_yaml(workspace, name)
    if data is None:
        return None, problems
    deal, found = validate(Deal, data)
    if deal is None:
        return None, problems + found
    if found := _check_amounts(deal.quote):
        return None, problems + found
    return deal, problems + check_references(deal)


def check_references(deal: Deal) -> list[Diagnostic]:
    """What the deal names inside itself must exist, and ids must be unique. Diagnostics: DL15, DL16, DL24, DL25."""
    need = deal.opportunity
    found: list[Diagnostic] = []
    for records in (
        need.goals,
        need.problems,
        need.solutions,
        need.criteria,
        deal.requirements,
        deal.quote.categories,
        deal.tender.required_credentials if deal.tender else (),
    ):
        found += _unique(records)
    found += _refer(need.problems, "goal", [goal.id for goal in need.goals])
    found += _refer(need.solutions, "problem", [problem.id for problem in need.problems])
    found += _refer(deal.quote.lines, "category", [category.id for category in deal.quote.categories])
    if deal.regime == "tender" and deal.tender is None:
        found.append(Diagnostic("DL06", deal.span("regime"), {"key": "tender"}))
    markers = list(deal.tender.markers) if deal.tender else []
    for requirement in deal.requirements:
        if requirement.marker and requirement.marker not in markers:
            values = {"marker": requirement.marker, "allowed": ", ".join(markers) or "—"}
            found.append(Diagnostic("DL24", requirement.span("marker"), values))
    for phase in deal.solution.plan.phases:
        if phase.end_day < phase.start_day:
            days = {"start": phase.start_day, "end": phase.end_day}
            found.append(Diagnostic("DL25", phase.span("end_day"), days))
    return found


def _check_amounts(quote: QuoteText) -> list[Diagnostic]:
    """A line or a total that no quote can have; words and cents are exact below it."""
    for line in quote.lines:
        if line.quantity * line.unit_price >= _MAX_AMOUNT:
            amount = f"{line.quantity * line.unit_price:,.2f}"
            return [Diagnostic("DL11", line.span("quantity"), {"value": amount, "limit": f"< {_MAX_AMOUNT:,}"})]
    total = sum(line.quantity * line.unit_price for line in quote.lines)
    if total >= _MAX_AMOUNT:
        return [Diagnostic("DL11", quote.span("lines"), {"value": f"{total:,.2f}", "limit": f"< {_MAX_AMOUNT:,}"})]
    return []


def _unique(records: tuple[Model, ...]) -> list[Diagnostic]:
    seen: dict[str, int] = {}
    found = []
    for record in records:
        name = str(record.model_dump(include={"id"})["id"])
        span = record.span("id")
        if name in seen:
            found.append(Diagnostic("DL16", span, {"id": name, "first": seen[name]}))
        seen.setdefault(name, span.line if span else 0)
    return found


def _refer(records: tuple[Model, ...], key: str, known: list[str]) -> list[Diagnostic]:
    found = []
    for record in records:
        name = str(getattr(record, key))
        if name not in known:
            values = {"kind": Term(key), "id": name, "near": nearest(name, known), "allowed": ", ".join(known) or "—"}
            found.append(Diagnostic("DL15", record.span(key), values))
    return found
