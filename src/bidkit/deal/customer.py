"""the customer and the need behind the deal: goals, problems, answers, criteria, competitors."""

from __future__ import annotations

from typing import Literal

from bidkit.scalars import Day, Model, Money, Note, Prose, Text, Texts


class Contact(Model):
    """A person on the customer's side, as a role: no private data.

    `stance` is towards our bid; `cares_about` are ids of goals, problems and criteria.
    """

    id: Note = ""
    name: Text
    department: Note = ""
    role: Literal["user", "technical", "purchasing", "decision", "initiator", "designer", "evaluator"]
    level: Literal["decision", "management", "operation"]
    relation: Literal["none", "acquainted", "meeting", "trusted", "allied"] = "none"
    last_contact: Day | None = None
    stance: Literal["supports", "neutral", "opposes", "unknown"] = "unknown"
    cares_about: Texts = ()

    @property
    def key(self) -> str:
        """What an action of the strategy names the person by: the id, or the name of one who has none."""
        return self.id or self.name

    @property
    def is_key(self) -> bool:
        """Whether the strategy must have an answer to this person: one who decides, manages or opposes."""
        return self.level in ("decision", "management") or self.stance == "opposes"


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

    budget: Money | None = None
    decision_date: Day | None = None
    purchase_stage: Literal["need", "approval", "design", "evaluation", "commitment", "use"] | None = None
    goals: tuple[Goal, ...] = ()
    problems: tuple[Problem, ...] = ()
    solutions: tuple[Answer, ...] = ()
    criteria: tuple[Criterion, ...] = ()


class Competitor(Model):
    """Another bidder, and what we set against it."""

    name: Text
    strengths: Texts = ()
    weaknesses: Texts = ()
    counter: Note = ""
