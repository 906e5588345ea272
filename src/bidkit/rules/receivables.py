"""payments of a contract: triggers, terms, what is overdue, invoices, receipts: DT, PR."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from bidkit.diagnostic import Severity, Span, Term
from bidkit.follow import Claim, Contract
from bidkit.receivables import (
    DAYS_A_YEAR,
    FROM_DELIVERY,
    LEGAL_DAYS,
    LONGEST_DAYS,
    Followed,
    Receivable,
    is_protected,
)
from bidkit.rules.registry import Finding, rule


@rule("DT12")
def payments_can_be_claimed(done: Followed) -> Iterator[Finding]:
    """Each payment of a contract has a trigger, evidence once it has happened, and a term from which its due day is."""
    contract = done.follow.contract
    if contract is None or done.follow.receivables is None:
        return
    for item in done.receivables:
        for span, fault in _list_gaps(item, contract, done.bid.today):
            yield Finding(span, {"milestone": item.payment.name, "fault": fault})


def _list_gaps(item: Receivable, contract: Contract, today: date) -> Iterator[tuple[Span | None, Term]]:
    claim = item.claim
    if claim is None:
        yield item.payment.span("name"), Term("claim_missing")
        return
    if claim.days is not None and claim.workdays is not None:
        yield claim.span("workdays"), Term("claim_two_terms")
    if claim.happened_on and claim.happened_on > today:
        yield claim.span("happened_on"), _say("day_to_come", day=claim.happened_on, today=today)
    if item.start and not claim.evidence:
        yield claim.span("happened_on"), Term("claim_unproved")
    is_legal = is_protected(contract, today) and claim.trigger in FROM_DELIVERY
    if (claim.days, claim.workdays, contract.payment_days) == (None, None, None) and not is_legal:
        yield claim.span("milestone"), Term("claim_no_term")


@rule("DT13", Severity.WARNING)
def terms_are_lawful(done: Followed) -> Iterator[Finding]:
    """A small or medium enterprise agrees to no longer term and no lower late interest than the law allows."""
    contract, today = done.follow.contract, done.bid.today
    if contract is None or not is_protected(contract, today):
        return
    longest = LONGEST_DAYS.get(contract.buyer)
    for record, key in ((contract, "payment_days"), *_list_terms(done.follow.receivables or ())):
        days = getattr(record, key)
        if longest is not None and days is not None and days > longest:
            fault = _say("term_long", days=days, most=longest, legal=LEGAL_DAYS[contract.buyer])
            yield Finding(record.span(key), {"fault": fault})
    if contract.interest is not None and contract.lpr is not None:
        a_year = contract.interest * (1 if contract.interest_per == "year" else DAYS_A_YEAR)
        if a_year < contract.lpr:
            fault = _say("interest_low", rate=_percent(a_year), lpr=_percent(contract.lpr))
            yield Finding(contract.span("interest"), {"fault": fault})


def _list_terms(claims: tuple[Claim, ...]) -> Iterator[tuple[Claim, str]]:
    return ((claim, "days") for claim in claims if claim.trigger in FROM_DELIVERY)


def _say(key: str, **values: object) -> Term:
    return Term(key, tuple((name, str(value)) for name, value in values.items()))


def _percent(rate: Decimal) -> str:
    return f"{(rate * 100).normalize():f} %"


@rule("DT14")
def nothing_is_overdue(done: Followed) -> Iterator[Finding]:
    """No payment is overdue, or somebody has taken it up; the interest to date is told."""
    for item in done.receivables:
        if item.claim is None or not item.is_overdue:
            continue
        values = {
            "milestone": item.payment.name,
            "due": item.due,
            "days": item.days,
            "open": f"{item.open:,.2f}",
            "interest": f"{item.interest:,.2f}",
            "basis": Term(f"interest_{item.basis}"),
        }
        yield Finding(item.claim.span("milestone"), values, Severity.WARNING if item.is_escalated else None)


@rule("PR44")
def receipts_are_right(done: Followed) -> Iterator[Finding]:
    """What came in is not more than the payment, and not dated after today; without an invoice is a warning."""
    for item in done.receivables:
        first = min((invoice.issued_on for invoice in item.claim.invoices), default=None) if item.claim else None
        total = Decimal("0.00")
        for receipt in item.claim.receipts if item.claim else ():
            day, total = receipt.received_on, total + receipt.amount
            faults = [("amount", _say("receipt_nothing"))] if receipt.amount == 0 else []
            faults += [("amount", _exceed(total, item))] if total > item.amount else []
            faults += [("received_on", _to_come(day, done))] if day > done.bid.today else []
            for key, fault in faults:
                yield Finding(receipt.span(key), {"milestone": item.payment.name, "fault": fault})
            if day <= done.bid.today and (first is None or day < first):
                values = {"milestone": item.payment.name, "fault": _say("receipt_bare", day=day)}
                yield Finding(receipt.span("received_on"), values, Severity.WARNING)


def _exceed(total: Decimal, item: Receivable) -> Term:
    return _say("receipt_over", sum=f"{total:,.2f}", amount=f"{item.amount:,.2f}")


def _to_come(day: date, done: Followed) -> Term:
    return _say("day_to_come", day=day, today=done.bid.today)


@rule("PR45")
def invoices_are_right(done: Followed) -> Iterator[Finding]:
    """An invoice has a number of its own and a rate of tax of the quote; all of a payment are not more than it."""
    rates = {line.line.tax_rate for line in done.bid.quote.lines}
    wanted = ", ".join(sorted(map(_name_rate, rates)))
    seen: set[str] = set()
    for item in done.receivables:
        total = Decimal("0.00")
        for invoice in item.claim.invoices if item.claim else ():
            day, total = invoice.issued_on, total + invoice.amount
            faults = [("number", _say("invoice_twice", number=invoice.number))] if invoice.number in seen else []
            faults += [("tax_rate", _say("invoice_rate", rates=wanted))] if invoice.tax_rate not in rates else []
            faults += [("amount", _exceed(total, item))] if total > item.amount else []
            faults += [("issued_on", _to_come(day, done))] if day > done.bid.today else []
            seen.add(invoice.number)
            for key, fault in faults:
                yield Finding(invoice.span(key), {"milestone": item.payment.name, "fault": fault})


def _name_rate(rate: Decimal | str) -> str:
    return rate if isinstance(rate, str) else _percent(rate)


RULES = (
    payments_can_be_claimed,
    terms_are_lawful,
    nothing_is_overdue,
    receipts_are_right,
    invoices_are_right,
)
