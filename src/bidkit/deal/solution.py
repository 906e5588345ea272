"""what is proposed: products, plan, service; projects done before."""

from __future__ import annotations

from bidkit.scalars import Day, Flag, Model, Money, Note, Prose, Quantity, Text, Texts, Whole


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
    """The four parts of the proposal: overview, products, plan, service; `assumptions` are what it rests on."""

    overview: Prose
    products: tuple[Text, ...]
    plan: Plan
    service: Service
    assumptions: tuple[Text, ...] = ()


class Reference(Model):
    """A project done before."""

    client: Text
    project: Text
    amount: Money | None = None
    signed_on: Day
    summary: Text
