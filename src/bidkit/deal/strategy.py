"""the strategy against competitors: our own strengths and weaknesses, and what is done for whom, by whom, by when."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from bidkit.deal.customer import Competitor, Contact, Opportunity
from bidkit.diagnostic import Diagnostic, Span, Term
from bidkit.scalars import Day, Flag, Model, Note, Text, Texts
from bidkit.source import nearest


class Strength(Model):
    """What we do better than others, and the needs that it serves."""

    text: Text
    needs: Texts = ()


class Weakness(Model):
    """What others do better, the needs that it touches, and what is done about it."""

    text: Text
    needs: Texts = ()
    mitigation: Note = ""


class Action(Model):
    """What is done for one of the contacts.

    `against` is a competitor; `owner` is one of our own people.
    """

    contact: Text
    against: Note = ""
    needs: Texts = ()
    text: Text
    owner: Note = ""
    due: Day | None = None
    done: Flag = False

    def is_overdue(self, today: date) -> bool:
        """Whether its day has passed and it is not done."""
        return self.due is not None and self.due < today and not self.done


class Strategy(Model):
    """The seller's own work on the deal; nothing of it can be read by what is handed in."""

    strengths: tuple[Strength, ...] = ()
    weaknesses: tuple[Weakness, ...] = ()
    actions: tuple[Action, ...] = ()


def check_strategy(
    strategy: Strategy | None, contacts: Sequence[Contact], need: Opportunity, competitors: Sequence[Competitor]
) -> Iterator[Diagnostic]:
    """Needs, contacts and competitors that are named exist, and each contact can be told from the others.

    Diagnostics: DL15, DL16.
    """
    strategy = strategy or Strategy()
    needs = [item.id for records in (need.goals, need.problems, need.criteria) for item in records]
    for contact in contacts:
        yield from _find_unknown(contact, "cares_about", needs)
    for item in (*strategy.strengths, *strategy.weaknesses, *strategy.actions):
        yield from _find_unknown(item, "needs", needs)
    people = list(dict.fromkeys(contact.key for contact in contacts))
    rivals = [competitor.name for competitor in competitors]
    for action in strategy.actions:
        if action.contact not in people:
            yield _tell("contact", action.contact, people, action.span("contact"))
        if action.against and action.against not in rivals:
            yield _tell("competitor", action.against, rivals, action.span("against"))
    yield from _find_same(contacts, {action.contact for action in strategy.actions})


def _find_unknown(record: Model, field: str, known: Sequence[str]) -> Iterator[Diagnostic]:
    for place, name in enumerate(getattr(record, field)):
        if name not in known:
            yield _tell("need", name, known, record.span(field, place))


def _tell(kind: str, name: str, known: Sequence[str], at: Span | None) -> Diagnostic:
    values = {"kind": Term(kind), "id": name, "near": nearest(name, list(known)), "allowed": ", ".join(known) or "—"}
    return Diagnostic("DL15", at, values)


def _find_same(contacts: Sequence[Contact], named: set[str]) -> Iterator[Diagnostic]:
    """Contacts of one id; and of one name, where an action names it."""
    first: dict[str, int] = {}
    for contact in contacts:
        at = contact.span("id" if contact.id else "name")
        if contact.key in first and (contact.id or contact.key in named):
            yield Diagnostic("DL16", at, {"id": contact.key, "first": first[contact.key]})
        first.setdefault(contact.key, at.row if at else 0)
