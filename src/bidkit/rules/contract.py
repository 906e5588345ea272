"""the contract against the bid, the notice of award and the performance bond: ID, PR, DT."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from bidkit.days import end_term
from bidkit.deal.prices import Payment
from bidkit.deal.solution import ServiceLevel
from bidkit.diagnostic import Severity, Span, Term
from bidkit.follow import AgreedLevel, Contract
from bidkit.quote import split_payments
from bidkit.receivables import Followed
from bidkit.rules.registry import Finding, rule
from bidkit.words import count_decimals

TENDER = frozenset({"tender"})
_SIGNING_DAYS = 30
_BOND_SHARE = Decimal("0.1")

Difference = tuple[str, Term, Span | None, str, str]
"""What of the bid (as in `changes`), its name in words, where, as it was bid, as the contract has it."""


@rule("ID10")
def contract_is_as_bid(done: Followed) -> Iterator[Finding]:
    """Price, payments, delivery, warranty and service of a contract are those of the bid."""
    contract = done.follow.contract
    if contract is None:
        return
    reasons = {change.what for change in contract.changes}
    differences = (
        *_compare_price(contract, done),
        *_compare_milestones(contract, done),
        *_compare_delivery(contract, done),
        *_compare_service(contract, done),
    )
    for what, name, span, bid, agreed in differences:
        severity = None
        if done.bid.deal.regime == "commercial":
            severity = Severity.INFO if what in reasons else Severity.WARNING
        yield Finding(span, {"what": name, "bid": bid, "contract": agreed}, severity)


def _compare_price(contract: Contract, done: Followed) -> Iterator[Difference]:
    total, own = find_total(done), done.bid.quote.currency
    if contract.total != total:
        yield "total", Term("total"), contract.span("total"), f"{total:,.2f}", f"{contract.total:,.2f}"
    if contract.currency not in (None, own):
        yield "currency", Term("currency"), contract.span("currency"), own, str(contract.currency)


def find_total(done: Followed) -> Decimal:
    """What was bid: of the lots that are awarded, all where none is named."""
    award, quote = done.follow.award, done.bid.quote
    if award is None or not award.lots:
        return quote.base
    return sum((part.quote.base for part in quote.lots if part.lot.id in award.lots), Decimal("0.00"))


def _compare_milestones(contract: Contract, done: Followed) -> Iterator[Difference]:
    """By name; shares are compared as shares where both say so, else as amounts."""
    offered = {item.name: item for item in done.bid.deal.quote.milestones}
    agreed = {item.name: item for item in contract.milestones}
    sums = _split(tuple(offered.values()), find_total(done), done.bid.quote.currency)
    due = _split(contract.milestones, contract.total, done.currency)
    for name, payment in offered.items():
        other = agreed.get(name)
        label = Term("payment_named", (("name", name),))
        if other is None:
            yield "milestones", label, contract.span("milestones"), _show(payment, sums[name]), "—"
        elif payment.percent is not None and other.percent is not None:
            if payment.percent != other.percent:
                shown = _show(payment, sums[name]), _show(other, due[name])
                yield "milestones", label, other.span("percent"), *shown
        elif sums[name] != due[name]:
            key = "percent" if other.percent is not None else "amount"
            yield "milestones", label, other.span(key), f"{sums[name]:,.2f}", f"{due[name]:,.2f}"
    for name, payment in agreed.items():
        if name not in offered:
            label = Term("payment_named", (("name", name),))
            yield "milestones", label, payment.span("name"), "—", _show(payment, due[name])


def _split(payments: tuple[Payment, ...], total: Decimal, currency: str) -> dict[str, Decimal]:
    return {item.payment.name: item.amount for item in split_payments(payments, total, count_decimals(currency))}


def _show(payment: Payment, amount: Decimal) -> str:
    return f"{amount:,.2f}" if payment.percent is None else f"{(payment.percent * 100).normalize():f} %"


def _compare_delivery(contract: Contract, done: Followed) -> Iterator[Difference]:
    plan = done.bid.deal.solution.plan
    if plan.delivery and contract.delivery_days != plan.delivery.day:
        agreed = "—" if contract.delivery_days is None else str(contract.delivery_days)
        yield "delivery", Term("delivery_days"), contract.span("delivery_days"), str(plan.delivery.day), agreed
    planned = {item.name: item.day for item in plan.milestones}
    agreed_days = {item.name: item for item in contract.deliveries}
    for name, item in agreed_days.items():
        if item.day != planned.get(name):
            label = Term("delivery_named", (("name", name),))
            yield "delivery", label, item.span("day"), str(planned.get(name, "—")), str(item.day)
    for name, day in planned.items() if agreed_days else ():
        if name not in agreed_days:
            label = Term("delivery_named", (("name", name),))
            yield "delivery", label, contract.span("deliveries"), str(day), "—"


def _compare_service(contract: Contract, done: Followed) -> Iterator[Difference]:
    service = done.bid.deal.solution.service
    months = service.warranty.months
    if contract.warranty_months != months:
        agreed = str(contract.warranty_months)
        yield "warranty", Term("warranty_months"), contract.span("warranty_months"), str(months), agreed
    levels = {item.name: item for item in contract.levels}
    for offered in service.levels:
        own = levels.pop(offered.name, None)
        label = Term("level_named", (("name", offered.name),))
        if own is None:
            yield "levels", label, contract.span("levels"), _show_level(offered), "—"
        for key in ("response", "on_site", "fix") if own else ():
            values = getattr(offered, key), getattr(own, key)
            if _fold(values[0]) != _fold(values[1]):
                label = Term(f"level_{key}", (("name", offered.name),))
                yield "levels", label, own.span(key) if own else None, values[0] or "—", values[1] or "—"
    for name, own in levels.items():
        yield "levels", Term("level_named", (("name", name),)), own.span("name"), "—", _show_level(own)


def _show_level(level: ServiceLevel | AgreedLevel) -> str:
    return " / ".join(filter(None, (level.response, level.on_site, level.fix)))


def _fold(text: str) -> str:
    return "".join(text.split()).casefold()


@rule("PR43")
def payments_are_the_contract(done: Followed) -> Iterator[Finding]:
    """The payments of a contract add up to it."""
    contract = done.follow.contract
    if contract is None:
        return
    amounts = _split(contract.milestones, contract.total, done.currency)
    paid = sum(amounts.values(), Decimal("0.00"))
    if paid != contract.total:
        yield Finding(contract.span("milestones"), {"sum": f"{paid:,.2f}", "total": f"{contract.total:,.2f}"})


@rule("DT10", regimes=TENDER)
def signed_in_time(done: Followed) -> Iterator[Finding]:
    """A contract is signed within 30 days of the notice of award, and not before it."""
    award, contract, today = done.follow.award, done.follow.contract, done.bid.today
    if award is None:
        return
    signed = contract.signed_on if contract else None
    last = end_term(award.noticed_on, _SIGNING_DAYS, done.holidays)
    span = contract.span("signed_on") if contract and signed else award.span("noticed_on")
    if signed and signed < award.noticed_on:
        yield _fault(span, "signed_early", day=signed, noticed=award.noticed_on)
    elif (signed or today) > last:
        key = "signed_late" if signed else "unsigned"
        yield _fault(span, key, day=signed or today, last=last, noticed=award.noticed_on)
    if award.noticed_on > today:
        yield _fault(award.span("noticed_on"), "day_to_come", day=award.noticed_on, today=today)
    elif signed and signed > today:
        yield _fault(span, "day_to_come", day=signed, today=today)


@rule("DT11", regimes=TENDER)
def performance_bond(done: Followed) -> Iterator[Finding]:
    """A performance bond is at most a tenth of the contract, and issued by its day."""
    award, contract, today = done.follow.award, done.follow.contract, done.bid.today
    if award is None or award.bond is None:
        return
    bond, issued = award.bond, award.bond.issued_on
    limit = (contract.total if contract else find_total(done)) * _BOND_SHARE
    if bond.amount > limit:
        yield _fault(bond.span("amount"), "bond_high", amount=f"{bond.amount:,.2f}", limit=f"{limit:,.2f}")
    if (issued or today) > bond.due:
        span, key = bond.span("issued_on" if issued else "due"), "bond_late" if issued else "bond_open"
        yield _fault(span, key, day=issued or today, due=bond.due)
    elif issued and issued > today:
        yield _fault(bond.span("issued_on"), "day_to_come", day=issued, today=today)


def _fault(span: Span | None, key: str, **values: object) -> Finding:
    return Finding(span, {"fault": Term(key, tuple((name, str(value)) for name, value in values.items()))})


RULES = (contract_is_as_bid, payments_are_the_contract, signed_in_time, performance_bond)
