"""deadline, validity, addenda: DT."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal

from bidkit.bid import Bid
from bidkit.deal.tender import Bond
from bidkit.diagnostic import Severity, Term
from bidkit.rules.registry import Finding, rule

TENDER = frozenset({"tender"})
_MOST = Decimal("0.02")
"""政府采购法实施条例 art. 33, 招标投标法实施条例 art. 26."""


@rule("DT01", regimes=TENDER)
def validity(bid: Bid) -> Iterator[Finding]:
    """The bid is valid for at least as many days as the tender asks."""
    tender, quote = bid.deal.tender, bid.deal.quote
    if tender and quote.validity_days < tender.validity_days:
        values = {"days": quote.validity_days, "required": tender.validity_days}
        yield Finding(quote.span("validity_days"), values)


@rule("DT02", regimes=TENDER)
def dated_in_time(bid: Bid) -> Iterator[Finding]:
    """The date on the bid is not after the deadline, nor before the tender was issued."""
    tender, dated = bid.deal.tender, bid.deal.dated
    if tender and dated > tender.deadline.date():
        fault = Term("dated_late", (("deadline", _show(tender.deadline)),))
        yield Finding(bid.deal.span("dated"), {"dated": dated, "fault": fault})
    elif tender and tender.issued_on and dated < tender.issued_on:
        fault = Term("dated_early", (("issued", str(tender.issued_on)),))
        yield Finding(bid.deal.span("dated"), {"dated": dated, "fault": fault})


@rule("DT04", regimes=TENDER)
def deadline(bid: Bid) -> Iterator[Finding]:
    """The deadline has not passed, and is further off than the time that the team keeps for handing in (warning)."""
    tender = bid.deal.tender
    if tender is None:
        return
    values, left = {"deadline": _show(tender.deadline)}, tender.deadline - bid.now
    if left <= timedelta(0):
        fault = Term("deadline_passed", (("today", str(bid.today)),))
        yield Finding(tender.span("deadline"), values | {"fault": fault})
    elif left < timedelta(hours=bid.buffer_hours):
        hours, minutes = divmod(int(left.total_seconds()) // 60, 60)
        told = (("hours", str(hours)), ("minutes", str(minutes)), ("buffer", str(bid.buffer_hours)))
        yield Finding(tender.span("deadline"), values | {"fault": Term("deadline_near", told)}, Severity.WARNING)


@rule("DT05", regimes=TENDER)
def addenda(bid: Bid) -> Iterator[Finding]:
    """Every addendum has been worked in, and came before the deadline."""
    tender = bid.deal.tender
    for addendum in tender.addenda if tender else ():
        values = {"no": addendum.no, "title": addendum.title}
        if not addendum.applied:
            yield Finding(addendum.span("applied"), values | {"fault": Term("addendum_open")})
        if tender and addendum.issued_on > tender.deadline.date():
            told = (("issued", str(addendum.issued_on)), ("deadline", _show(tender.deadline)))
            yield Finding(addendum.span("issued_on"), values | {"fault": Term("addendum_late", told)})


@rule("DT06", regimes=TENDER)
def authority_covers_the_bid(bid: Bid) -> Iterator[Finding]:
    """An authorization is given before the bid is dated and holds to the end of its validity."""
    for paper in bid.selection.chosen:
        if paper.kind != "authorization":
            continue
        if paper.issued and paper.issued > bid.deal.dated:
            fault = Term("given_late", (("issued", str(paper.issued)), ("dated", str(bid.deal.dated))))
            yield Finding(paper.span("issued"), {"title": paper.title, "fault": fault})
        if paper.valid_until and paper.valid_until < bid.validity_end:
            fault = Term("ends_early", (("until", str(paper.valid_until)), ("validity_end", str(bid.validity_end))))
            yield Finding(paper.span("valid_until"), {"title": paper.title, "fault": fault})


@rule("DT03", regimes=TENDER)
def bond_is_good(bid: Bid) -> Iterator[Finding]:
    """The bid bond is as high as asked, in an allowed form, paid in time by the bidder, and holds long enough.

    That it is not there yet is a warning, and an error from the moment at which it must be; before that the gate keeps
    the bid from being handed in without one.
    """
    yield from _find_high(bid)
    tender, bond = bid.deal.tender, bid.deal.bond
    required = tender.whole_bond if tender else None
    if tender is None or not required:
        return
    due = tender.bond_due or tender.deadline
    is_due = Severity.ERROR if bid.now >= due else Severity.WARNING
    if bond is None:
        how = Term("bond_record", (("amount", f"{required:.2f}"), ("payer", bid.company.name)))
        yield Finding(tender.span("bond"), {"fault": Term("bond_missing"), "advice": how}, is_due)
        return
    if fault := _find_unpaid(bond, bid.today):
        yield Finding(bond.span("paid_on") or bond.span("form"), {"fault": fault}, is_due)
    paid_at = bond.paid_at.astimezone(tender.deadline.tzinfo) if bond.paid_at else None
    faults = [
        ("amount", bond.amount < required, f"{bond.amount:,.2f}", f"{required:,.2f}"),
        ("form", bond.form not in (tender.bond_forms or (bond.form,)), bond.form, ", ".join(tender.bond_forms)),
        ("payer", bond.payer != bid.company.name, bond.payer, bid.company.name),
        ("paid_on", bond.paid_on is not None and bond.paid_on > due.date(), str(bond.paid_on), str(due.date())),
        ("paid_at", paid_at is not None and paid_at > due, _show(paid_at), _show(due)),
        ("valid_until", _ends_early(bond, bid.validity_end), str(bond.valid_until or "—"), str(bid.validity_end)),
    ]
    for key, is_wrong, stated, wanted in faults:
        if is_wrong:
            fault = Term(f"bond_{key}", (("stated", stated), ("wanted", wanted)))
            yield Finding(bond.span(key), {"fault": fault})


def _find_unpaid(bond: Bond, today: date) -> Term | None:
    """Why a bond that is on record is only meant to be given: money needs a day, and no day is to come."""
    days = [day for day in (bond.paid_on, bond.paid_at.date() if bond.paid_at else None) if day]
    if not days:
        return None if _is_paper(bond) else Term("bond_undated")
    return Term("bond_planned", (("stated", str(max(days))), ("today", str(today)))) if max(days) > today else None


def _find_high(bid: Bid) -> Iterator[Finding]:
    """A bond that is asked for above the limit: 2 % of the budget, or of the ceiling where no budget is known."""
    tender, budget = bid.deal.tender, bid.deal.opportunity.budget
    if tender is None or tender.rules not in ("mof87", "ndrc"):
        return
    asked = [(lot.bond, lot.ceiling, lot.span("bond")) for lot in tender.lots]
    asked.append((tender.bond, budget or tender.ceiling, tender.span("bond")))
    for bond, whole, span in asked:
        if bond and whole and bond > _MOST * whole:
            values = (("stated", f"{bond:,.2f}"), ("wanted", f"{whole:,.2f}"))
            yield Finding(span, {"fault": Term("bond_above", values)}, Severity.WARNING)


def _show(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if moment else "—"


def _is_paper(bond: Bond) -> bool:
    return bond.form in ("guarantee", "insurance")


def _ends_early(bond: Bond, validity_end: date) -> bool:
    """Whether a guarantee ends before the bid's validity does; money needs no term."""
    return _is_paper(bond) and (bond.valid_until is None or bond.valid_until < validity_end)


RULES = (validity, dated_in_time, authority_covers_the_bid, bond_is_good, deadline, addenda)
