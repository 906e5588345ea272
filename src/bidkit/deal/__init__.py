"""the deal model: one bid as it is written in deal.yaml.

Names are the contract; `docs/deal.md` explains each.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from bidkit.deal.attachments import Attachments
from bidkit.deal.customer import Competitor, Customer, Opportunity
from bidkit.deal.forms import WordForm
from bidkit.deal.lines import check_lines, resolve_categories
from bidkit.deal.lots import check_lots
from bidkit.deal.prices import QuoteText
from bidkit.deal.scoring import check_scoring
from bidkit.deal.solution import Reference, Solution
from bidkit.deal.strategy import Strategy, check_strategy
from bidkit.deal.suppress import Suppress
from bidkit.deal.team import Member, check_team
from bidkit.deal.tender import Bond, Requirement, Tender
from bidkit.diagnostic import Diagnostic, Term
from bidkit.matrix import is_deal_id, load_deal_data
from bidkit.scalars import Day, Model, Text, validate
from bidkit.source import Workspace, nearest


def _parse_id(value: object) -> str:
    text = value.strip() if isinstance(value, str) else ""
    if not is_deal_id(text):
        raise PydanticCustomError("DL17", "not an id", {})
    return text


DealId = Annotated[str, BeforeValidator(_parse_id)]
"""A name that is also a folder's: lower-case letters, digits, `.`, `_`, `-`; at most 64."""


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
    strategy: Strategy | None = None
    tender: Tender | None = None
    bond: Bond | None = None
    requirements: tuple[Requirement, ...] = ()
    solution: Solution
    quote: QuoteText
    credentials: tuple[Text, ...] = ()
    attachments: Attachments = Attachments()
    team: tuple[Member, ...] = ()
    track_record: tuple[Reference, ...] = ()
    forms: tuple[WordForm, ...] = ()
    suppress: tuple[Suppress, ...] = ()

    @property
    def language(self) -> str:
        """`zh` or `en`: the language of the documents."""
        return self.locale[:2]


def load_deal(workspace: Workspace, name: str) -> tuple[Deal | None, list[Diagnostic]]:
    """The deal of a file, or every mistake in it. Diagnostics: DL01–DL24, those of `load_deal_data`."""
    data, problems = load_deal_data(workspace, name)
    if data is None:
        return None, problems
    resolve_categories(data)
    deal, found = validate(Deal, data)
    if deal is None:
        return None, problems + found
    return deal, problems + check_references(deal)


def check_references(deal: Deal) -> list[Diagnostic]:
    """What the deal names inside itself must exist, and ids must be unique.

    Diagnostics: DL10, DL11, DL15, DL16, DL24, DL25, DL31–DL33, DL37, DL52–DL57.
    """
    need = deal.opportunity
    found: list[Diagnostic] = []
    for records in (
        need.goals,
        need.problems,
        need.solutions,
        need.criteria,
        deal.requirements,
        tuple(deal.quote.walk()),
        *(
            (deal.tender.required_credentials, deal.tender.factors, deal.tender.instructions, deal.tender.items)
            if deal.tender
            else ()
        ),
        deal.tender.lots if deal.tender else (),
        deal.forms,
    ):
        found += _unique(records)
    found += _refer(need.problems, "goal", [goal.id for goal in need.goals])
    found += _refer(need.solutions, "problem", [problem.id for problem in need.problems])
    found += check_strategy(deal.strategy, deal.customer.contacts, need, deal.competitors or ())
    found += check_lines(deal.quote)
    found += check_lots(deal.tender, deal.quote, deal.requirements)
    if deal.regime == "tender" and deal.tender is None:
        found.append(Diagnostic("DL06", deal.span("regime"), {"key": "tender"}))
    if deal.tender:
        answers = [*(item.id for item in deal.requirements), *deal.credentials, *deal.solution.products]
        found += _check_items(deal.tender, deal.quote.currency)
        found += _check_papers(deal.tender, list(deal.credentials))
        found += check_scoring(deal.tender.factors, deal.tender.instructions, answers)
    markers = list(deal.tender.markers) if deal.tender else []
    for requirement in deal.requirements:
        if requirement.marker and requirement.marker not in markers:
            values = {"marker": requirement.marker, "allowed": ", ".join(markers) or "—"}
            found.append(Diagnostic("DL24", requirement.span("marker"), values))
    for phase in deal.solution.plan.phases:
        if phase.end_day < phase.start_day:
            days = {"start": phase.start_day, "end": phase.end_day}
            found.append(Diagnostic("DL25", phase.span("end_day"), days))
    return [*found, *check_team(deal.team)]


def _check_items(tender: Tender, currency: str) -> Iterator[Diagnostic]:
    """The buyer's list has items, and limits in the currency of the quote, or nothing could be compared."""
    if "items" in tender.model_fields_set and not tender.items:
        yield Diagnostic("DL05", tender.span("items"), {"key": "items"})
    for item in tender.items:
        if item.currency not in (None, currency):
            values = {"value": item.currency, "allowed": currency, "near": None}
            yield Diagnostic("DL10", item.span("currency"), values)


def _check_papers(tender: Tender, known: list[str]) -> Iterator[Diagnostic]:
    """What answers a requirement by its id is attached: a mistyped one would go unnoticed beside another."""
    for need in tender.required_credentials:
        for place, paper in enumerate(need.answered_by):
            if paper not in known:
                values = {"kind": Term("credential"), "id": paper, "near": nearest(paper, known)}
                span = need.span("answered_by", place)
                yield Diagnostic("DL15", span, {**values, "allowed": ", ".join(known) or "—"})


def _unique(records: tuple[Model, ...]) -> list[Diagnostic]:
    seen: dict[str, int] = {}
    found = []
    for record in records:
        name = str(record.model_dump(include={"id"})["id"])
        span = record.span("id")
        if name in seen:
            found.append(Diagnostic("DL16", span, {"id": name, "first": seen[name]}))
        seen.setdefault(name, span.row if span else 0)
    return found


def _refer(records: tuple[Model, ...], key: str, known: list[str]) -> list[Diagnostic]:
    found = []
    for record in records:
        name = str(getattr(record, key))
        if name not in known:
            values = {"kind": Term(key), "id": name, "near": nearest(name, known), "allowed": ", ".join(known) or "—"}
            found.append(Diagnostic("DL15", record.span(key), values))
    return found
