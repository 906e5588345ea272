"""the plan of a negotiation, and the price that came of it: PR."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from bidkit.diagnostic import Span, Term
from bidkit.follow import Negotiation
from bidkit.receivables import Followed
from bidkit.rules.registry import Finding, rule

COMMERCIAL, TENDER = frozenset({"commercial"}), frozenset({"tender"})


@rule("PR40", regimes=COMMERCIAL)
def plan_is_sound(done: Followed) -> Iterator[Finding]:
    """A lead and a decider sit there, each concession is smaller than the one before, and all leave the floor."""
    plan = done.follow.negotiation
    if plan is None:
        return
    for span, fault in (*_list_faults(plan), *_find_bottom(plan, done)):
        yield Finding(span, {"fault": fault})


def _list_faults(plan: Negotiation) -> Iterator[tuple[Span | None, Term]]:
    if plan.target < plan.floor:
        yield plan.span("target"), _term("plan_target", target=plan.target, floor=plan.floor)
    roles = {role.role for role in plan.roles}
    for name in ("lead", "decider"):
        if name not in roles:
            yield plan.span("roles"), Term("plan_role", (("role", Term(f"role_{name}")),))
    if not plan.concessions:
        yield plan.span("concessions"), Term("plan_empty")
    for step in plan.concessions:
        if step.amount == 0:
            yield step.span("amount"), Term("plan_nothing")
    for before, step in pairwise(plan.concessions):
        if step.amount >= before.amount > 0:
            yield step.span("amount"), _term("plan_step", amount=step.amount, before=before.amount)


def _find_bottom(plan: Negotiation, done: Followed) -> Iterator[tuple[Span | None, Term]]:
    """Where the price as it was offered, less all concessions so far, first falls below the floor."""
    rest = done.bid.quote.base
    if rest < plan.floor:
        yield plan.span("floor"), _term("plan_offer", floor=plan.floor, total=rest)
        return
    for step in plan.concessions:
        rest -= step.amount
        if rest < plan.floor:
            yield step.span("amount"), _term("plan_floor", rest=rest, floor=plan.floor)
            return


def _term(key: str, **amounts: object) -> Term:
    return Term(key, tuple((name, f"{amount:,.2f}") for name, amount in amounts.items()))


@rule("PR41", regimes=COMMERCIAL)
def price_keeps_the_floor(done: Followed) -> Iterator[Finding]:
    """A contract is not below the floor, unless somebody let that price pass before it was signed."""
    plan, contract = done.follow.negotiation, done.follow.contract
    if plan is None or contract is None or contract.total >= plan.floor or done.currency != done.bid.quote.currency:
        return
    approval, day = plan.approval, contract.signed_on or done.bid.today
    if approval is None:
        fault = Term("approval_missing")
    elif approval.approved_on > day:
        fault = Term("approval_late", (("day", str(approval.approved_on)), ("signed", str(day))))
    elif approval.total > contract.total:
        fault = _term("approval_short", total=approval.total)
    else:
        return
    amounts = {"total": f"{contract.total:,.2f}", "floor": f"{plan.floor:,.2f}"}
    yield Finding(contract.span("total"), {**amounts, "fault": fault})


@rule("PR42", regimes=TENDER)
def no_negotiation_in_a_tender(done: Followed) -> Iterator[Finding]:
    """Nobody plans to negotiate the price of a tender."""
    if done.follow.negotiation is not None:
        yield Finding(done.follow.span("negotiation"))


RULES = (plan_is_sound, price_keeps_the_floor, no_negotiation_in_a_tender)
