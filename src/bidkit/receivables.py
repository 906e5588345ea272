"""a bid and what has followed: of each payment of the contract its due day, what is open of it, and the interest.

    due day    the day of the trigger plus the agreed term, without one that of the law; the day itself is not counted,
               and a term that would end on a holiday ends on the next day that is none (民法典 art. 201, 203)
    overdue    from the day after the due day, as long as anything is open
    interest   simple, for each day from the day after the due day to the one of the receipt, or to today; what came in
               before counts no longer; rounded once for each payment, half up to the smallest unit of the currency

The law is 保障中小企业款项支付条例 (in force since 2025-06-01) where a public body or a large enterprise buys from an
enterprise that has told it to be small or medium: 30 or 60 days from delivery where nothing is agreed, a public body
60 at most (art. 9); from acceptance where that is agreed, but from the end of the agreed inspection where the buyer is
late with it (art. 10); late interest as agreed, else 0.05 % a day (art. 17). Other buyers owe what is agreed only.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any, Literal

from bidkit.bid import Bid
from bidkit.days import end_term, end_workdays
from bidkit.deal.prices import Payment
from bidkit.follow import Claim, Contract, Follow
from bidkit.quote import round_cents, split_payments
from bidkit.words import count_decimals

EFFECTIVE_FROM = date(2025, 6, 1)
"""Of the regulation (国务院令第802号); contracts signed before owe what they say."""
LEGAL_DAYS = {"public": 30, "large": 60}
LONGEST_DAYS = {"public": 60}
LEGAL_INTEREST = Decimal("0.0005")
DAYS_A_YEAR = 365
"""By which an annual rate becomes one for a day."""
FROM_DELIVERY = ("delivery", "acceptance", "settlement")
"""The triggers from which the terms of the law run."""
_PRECISION = 60


@dataclass(frozen=True)
class Receivable:
    """A payment of the contract as it stands today.

    Args:
        claim: what is on record of it; None if nothing is.
        start: the day from which its term runs; None until the trigger has happened.
        due: None as long as it cannot be known.
        days: how many it is overdue.
        basis: where the rate of interest comes from.
    """

    payment: Payment
    amount: Decimal
    claim: Claim | None
    start: date | None
    due: date | None
    received: Decimal
    open: Decimal
    days: int
    interest: Decimal
    basis: Literal["law", "agreed", "none"]
    is_escalated: bool

    @property
    def is_overdue(self) -> bool:
        """Whether its term has ended and something is open."""
        return self.days > 0

    @property
    def plain(self) -> dict[str, Any]:
        """It as the expressions of the checklist know it."""
        return {
            "milestone": self.payment.name,
            "amount": self.amount,
            "due": self.due,
            "received": self.received,
            "open": self.open,
            "days": self.days,
            "interest": self.interest,
            "is_overdue": self.is_overdue,
            "is_escalated": self.is_escalated,
        }


@dataclass(frozen=True)
class Followed:
    """What the rules for the time after handing in judge."""

    bid: Bid
    follow: Follow
    receivables: tuple[Receivable, ...]
    holidays: frozenset[date]

    @property
    def is_awarded(self) -> bool:
        """Whether the bid was handed in, as a notice of award after the deadline says."""
        tender, award = self.bid.deal.tender, self.follow.award
        return bool(tender and award and tender.deadline.date() <= award.noticed_on <= self.bid.today)

    @property
    def currency(self) -> str:
        """That of the contract; without one, or where it says nothing, that of the quote."""
        contract = self.follow.contract
        return (contract.currency if contract else None) or self.bid.quote.currency


def make_followed(bid: Bid, follow: Follow) -> Followed:
    """A bid with what has followed, each payment of the contract computed, in its order."""
    tender = bid.deal.tender
    holidays = frozenset((*follow.holidays, *(tender.holidays if tender else ())))
    done = Followed(bid, follow, (), holidays)
    return Followed(bid, follow, tuple(_compute(done)), holidays)


def is_protected(contract: Contract, today: date) -> bool:
    """Whether the law says when this buyer has to pay, and with what interest."""
    return contract.declared_sme and contract.buyer in LEGAL_DAYS and (contract.signed_on or today) >= EFFECTIVE_FROM


def find_start(claim: Claim, contract: Contract, today: date) -> date | None:
    """The day from which the term of a payment runs; None as long as the trigger has not happened."""
    happened = claim.happened_on or (contract.signed_on if claim.trigger == "signing" else None)
    limit = claim.inspect_by if claim.trigger == "acceptance" and is_protected(contract, today) else None
    if limit and limit < min(happened or today, today):
        return limit
    return happened if happened and happened <= today else None


def find_due(claim: Claim, contract: Contract, start: date, today: date, holidays: Collection[date]) -> date | None:
    """The last day on which a payment is in time; None where neither contract nor law gives a term."""
    is_legal = is_protected(contract, today) and claim.trigger in FROM_DELIVERY
    days = contract.payment_days if claim.days is None else claim.days
    if claim.workdays is not None and claim.days is None:
        due = end_workdays(start, claim.workdays, holidays)
    elif days is not None:
        due = end_term(start, days, holidays)
    elif is_legal:
        return end_term(start, LEGAL_DAYS[contract.buyer], holidays)
    else:
        return None
    longest = LONGEST_DAYS.get(contract.buyer) if is_legal else None
    return due if longest is None else min(due, end_term(start, longest, holidays))


def _compute(done: Followed) -> Iterator[Receivable]:
    contract, today = done.follow.contract, done.bid.today
    if contract is None:
        return
    claims = {claim.milestone: claim for claim in done.follow.receivables or ()}
    places = count_decimals(done.currency)
    for item in split_payments(contract.milestones, contract.total, places):
        claim = claims.get(item.payment.name)
        start = find_start(claim, contract, today) if claim else None
        due = find_due(claim, contract, start, today, done.holidays) if claim and start else None
        receipts = [receipt for receipt in (claim.receipts if claim else ()) if receipt.received_on <= today]
        received = sum((receipt.amount for receipt in receipts), Decimal("0.00"))
        rest = max(item.amount - received, Decimal("0.00"))
        days = max((today - due).days, 0) if due and rest else 0
        basis, rate, year = _find_rate(contract, today)
        late = _list_late(claim, item.amount, due, today) if claim and due else ()
        interest = _round(rate, year, late, places)
        escalation = claim.escalation if claim else None
        is_escalated = escalation is not None and escalation.escalated_on <= today
        facts = start, due, received, rest, days, interest, basis, is_escalated
        yield Receivable(item.payment, item.amount, claim, *facts)


def _find_rate(contract: Contract, today: date) -> tuple[Literal["law", "agreed", "none"], Decimal, int]:
    """Where the rate comes from, the rate, and how many days it is for."""
    if contract.interest is not None:
        return "agreed", contract.interest, DAYS_A_YEAR if contract.interest_per == "year" else 1
    return ("law", LEGAL_INTEREST, 1) if is_protected(contract, today) else ("none", Decimal(0), 1)


def _list_late(claim: Claim, amount: Decimal, due: date, today: date) -> Iterator[tuple[Decimal, int]]:
    """The parts of an amount that came after the due day, or have not come, each with its days; no more than it all."""
    rest = amount
    for receipt in sorted(claim.receipts, key=lambda item: item.received_on):
        if receipt.received_on <= today:
            part = min(rest, receipt.amount)
            rest -= part
            yield part, max((receipt.received_on - due).days, 0)
    yield rest, max((today - due).days, 0)


def _round(rate: Decimal, days_of_rate: int, late: Iterable[tuple[Decimal, int]], places: int) -> Decimal:
    with localcontext() as context:
        context.prec = _PRECISION
        exact = sum((part * days for part, days in late), Decimal(0)) * rate / days_of_rate
        return round_cents(exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP))
