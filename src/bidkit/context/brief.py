"""the names of the internal brief: needs, people, competitors and strategy, none of which a volume may print."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from bidkit.bid import Bid
from bidkit.context.formats import format_moment
from bidkit.deal.customer import Answer, Contact, Criterion, Problem
from bidkit.deal.strategy import Action, Strategy
from bidkit.diagnostic import load_messages

_LEVELS = ("decision", "management", "operation")
"""From the top down."""
_SAMPLE_STAGE = {"id": "1", "title": "", "end": "", "ended": False, "done": 0, "count": 1}
SAMPLE_PROGRESS: Mapping[str, Any] = {
    "stage": _SAMPLE_STAGE,
    "stages": [_SAMPLE_STAGE],
    "open": [{"id": "1.1", "title": "", "advisory": False}],
}
"""A process with one of everything, against which the names of a template are checked where there is no deal."""


def make_brief_context(bid: Bid, progress: Mapping[str, Any], *, is_draft: bool) -> dict[str, Any]:
    """Everything the template of the brief may print; `docs/brief.md` lists it.

    Args:
        progress: how far the process is, as `Gate.describe` tells it.
    """
    maker = _Maker(bid)
    deal, tender, strategy = bid.deal, bid.deal.tender, bid.deal.strategy or Strategy()
    contacts = maker.contacts()
    return {
        "deal": {"id": deal.id, "title": deal.title, "dated": deal.dated, "regime": deal.regime},
        "draft": is_draft,
        "today": bid.today,
        "company": {"name": bid.company.name},
        "customer": {"name": deal.customer.name},
        "tender": {
            "no": tender.no,
            "package": tender.name_package(deal.language),
            "deadline": format_moment(tender.deadline, deal.locale),
            "days_left": (tender.deadline.date() - bid.today).days,
            "ceiling": tender.ceiling,
            "lots": [
                {"name": part.lot.name, "ceiling": part.lot.ceiling, "total": part.quote.base}
                for part in bid.quote.lots
            ],
        }
        if tender
        else None,
        "need": {
            "budget": deal.opportunity.budget,
            "decision_date": deal.opportunity.decision_date,
            "purchase_stage": maker.words["purchase_stages"].get(deal.opportunity.purchase_stage, ""),
        },
        "quote": {"total": bid.quote.base, "unit_label": maker.labels["currencies"][bid.quote.currency]},
        "process": dict(progress),
        "goals": maker.goals(),
        "criteria": [{**item.model_dump(include={"id", "text"}), "figure": _figure(item)} for item in maker.criteria],
        "contacts": contacts,
        "levels": [
            {"title": maker.words["levels"][level], "contacts": people}
            for level in _LEVELS
            if (people := [contact for contact in contacts if contact["level"] == maker.words["levels"][level]])
        ],
        "competitors": None
        if deal.competitors is None
        else [item.model_dump(include={"name", "strengths", "weaknesses", "counter"}) for item in deal.competitors],
        "strategy": {
            "exists": deal.strategy is not None,
            "strengths": [maker.point(item.text, item.needs) for item in strategy.strengths],
            "weaknesses": [
                {**maker.point(item.text, item.needs), "mitigation": item.mitigation} for item in strategy.weaknesses
            ],
            "actions": len(strategy.actions),
            "done": sum(action.done for action in strategy.actions),
            "overdue": sum(action.is_overdue(bid.today) for action in strategy.actions),
        },
    }


class _Maker:
    """One bid on its way into the brief."""

    def __init__(self, bid: Bid) -> None:
        self.bid = bid
        self.labels: Mapping[str, Any] = load_messages(bid.deal.language)["labels"]
        self.words: Mapping[str, Any] = self.labels["brief"]
        need = bid.deal.opportunity
        self.criteria = need.criteria
        records = [*((item.id, item.text) for item in need.goals), *((item.id, item.title) for item in need.problems)]
        records += [(item.id, self.name_criterion(item)) for item in need.criteria]
        self.known = records
        self.below: dict[str, set[str]] = {}
        for problem in need.problems:
            self.below.setdefault(problem.goal, set()).add(problem.id)
        self.cares = {contact.key: self.reach(contact.cares_about) for contact in bid.deal.customer.contacts}

    def reach(self, names: Iterable[str]) -> set[str]:
        """Needs with what lies below them: who cares about a goal cares about the problems that hinder it."""
        return {below for name in names for below in (name, *self.below.get(name, ()))}

    def name_criterion(self, criterion: Criterion) -> str:
        """What it says, with its figure."""
        text, figure = criterion.text, _figure(criterion)
        return str(self.words["figure"].format(text=text, figure=figure)) if figure else text

    def needs(self, names: Iterable[str]) -> list[dict[str, str]]:
        """Needs by their ids, in the order in which they are named."""
        return [{"id": name, "text": text} for wanted in names for name, text in self.known if name == wanted]

    def people(self, names: Iterable[str]) -> list[str]:
        """Those who care about one of these needs."""
        wanted = set(names)
        return [item.name for item in self.bid.deal.customer.contacts if not wanted.isdisjoint(self.cares[item.key])]

    def point(self, text: str, needs: tuple[str, ...]) -> dict[str, Any]:
        """A strength or a weakness: the needs that it touches, and whose they are."""
        return {"text": text, "needs": self.needs(needs), "people": self.people(needs)}

    def goals(self) -> list[dict[str, Any]]:
        """The tree of needs; `rows` are the answers to the problems of a goal, one row for a problem without any."""
        need = self.bid.deal.opportunity
        names = {product.sku: product.name for product in self.bid.catalog.products}

        def make_row(problem: Problem, answer: Answer | None) -> dict[str, Any]:
            return {
                "problem": {"id": problem.id, "title": problem.title, "text": problem.text},
                "answer": {"id": answer.id, "title": answer.title, "effect": answer.effect} if answer else None,
                "products": [names.get(sku, sku) for sku in answer.products] if answer else [],
            }

        return [
            {
                "id": goal.id,
                "text": goal.text,
                "measure": goal.measure,
                "rows": [
                    make_row(problem, answer)
                    for problem in need.problems
                    if problem.goal == goal.id
                    for answer in tuple(item for item in need.solutions if item.problem == problem.id) or (None,)
                ],
            }
            for goal in need.goals
        ]

    def contacts(self) -> list[dict[str, Any]]:
        """The customer's people from the top down, each with what the competitors offer and what we do."""
        people = sorted(self.bid.deal.customer.contacts, key=lambda item: _LEVELS.index(item.level))
        return [{"no": number, **self.contact(person)} for number, person in enumerate(people, 1)]

    def contact(self, person: Contact) -> dict[str, Any]:
        deal, words = self.bid.deal, self.words
        strategy = deal.strategy or Strategy()
        own = [action for action in strategy.actions if action.contact == person.key]
        rivals = {action.against for action in own}
        cares = self.cares[person.key]
        return {
            "name": person.name,
            "department": person.department,
            "role": words["roles"][person.role],
            "level": words["levels"][person.level],
            "relation": words["relations"][person.relation],
            "stance": words["stances"][person.stance],
            "opposes": person.stance == "opposes",
            "is_key": person.is_key,
            "last_contact": person.last_contact,
            "cares": self.needs(person.cares_about),
            "rivals": [
                {"name": item.name, "strengths": list(item.strengths), "counter": item.counter}
                for item in deal.competitors or ()
                if item.name in rivals
            ],
            "strengths": [item.text for item in strategy.strengths if not cares.isdisjoint(item.needs)],
            "weaknesses": [
                {"text": item.text, "mitigation": item.mitigation}
                for item in strategy.weaknesses
                if not cares.isdisjoint(item.needs)
            ],
            "actions": [self.action(item) for item in sorted(own, key=lambda item: item.due or date.max)],
        }

    def action(self, action: Action) -> dict[str, Any]:
        state = "done" if action.done else "overdue" if action.is_overdue(self.bid.today) else "open"
        return {
            "text": action.text,
            "needs": self.needs(action.needs),
            "against": action.against,
            "owner": action.owner,
            "due": action.due,
            "state": self.words["states"][state],
            "overdue": state == "overdue",
        }


def _figure(criterion: Criterion) -> str:
    """A criterion's value with its unit; empty for what is qualitative."""
    gap = "" if criterion.unit in ("", "%") else " "
    return f"{criterion.value}{gap}{criterion.unit}" if criterion.value else ""
