"""the strategy against competitors: who has no action, what is not mitigated, what is overdue: ST."""

from __future__ import annotations

from collections.abc import Iterator

from bidkit.bid import Bid
from bidkit.deal.customer import Contact
from bidkit.diagnostic import Severity, Term
from bidkit.rules.registry import Finding, rule


@rule("ST01", Severity.WARNING)
def key_contacts_have_actions(bid: Bid) -> Iterator[Finding]:
    """Whoever decides, manages or opposes is named by an action, where there is a strategy."""
    if bid.deal.strategy is None:
        return
    named = {action.contact for action in bid.deal.strategy.actions}
    for contact in bid.deal.customer.contacts:
        if contact.is_key and contact.key not in named:
            values = {"contact": contact.name, "key": contact.key, "why": Term(f"key_{_tell_why(contact)}")}
            yield Finding(contact.span("name"), values, _grade(bid))


def _tell_why(contact: Contact) -> str:
    return "opposes" if contact.stance == "opposes" else contact.level


@rule("ST02", Severity.WARNING)
def weaknesses_are_mitigated(bid: Bid) -> Iterator[Finding]:
    """Each of our weaknesses has a mitigation."""
    for weakness in bid.deal.strategy.weaknesses if bid.deal.strategy else ():
        if not weakness.mitigation:
            yield Finding(weakness.span("text"), {"text": weakness.text}, _grade(bid))


@rule("ST03", Severity.WARNING)
def actions_are_in_time(bid: Bid) -> Iterator[Finding]:
    """No action is open after its day."""
    names = {contact.key: contact.name for contact in bid.deal.customer.contacts}
    for action in bid.deal.strategy.actions if bid.deal.strategy else ():
        if action.is_overdue(bid.today):
            values = {"contact": names[action.contact], "due": action.due, "today": bid.today, "text": action.text}
            yield Finding(action.span("due"), values, _grade(bid))


def _grade(bid: Bid) -> Severity:
    """A tender is judged by what is handed in: there it is a note, which nothing can turn into an error."""
    return Severity.INFO if bid.deal.regime == "tender" else Severity.WARNING


RULES = (key_contacts_have_actions, weaknesses_are_mitigated, actions_are_in_time)
