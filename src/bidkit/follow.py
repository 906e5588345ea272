"""what follows a bid: negotiation, award, contract and receivables, in a file of their own beside the deal.

They are no part of deal.yaml: reviews and the signature that a bid was handed in cover the deal as it was bid, and
what comes later must not void them; a floor and concessions must never be handed in. No package is built from them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import Any, Literal

from pydantic import Field

from bidkit.deal import Deal
from bidkit.deal.prices import Payment
from bidkit.deal.tender import BondForm
from bidkit.diagnostic import Diagnostic, Span, Term, has_errors
from bidkit.matrix import find_own
from bidkit.scalars import Currency, Day, Days, Flag, Model, Money, Note, Rate, TaxRate, Text, Texts, Whole, validate
from bidkit.source import Workspace, load_yaml, nearest

FOLLOW_NAME = "follow.yaml"
SECTIONS = ("negotiation", "award", "contract", "receivables")
"""Its parts: each may be attested, and an item of the checklist may need it."""


class Role(Model):
    """Who does what at the table."""

    name: Text
    role: Literal["lead", "decider", "technical", "commercial", "recorder"]


class Concession(Model):
    """One step that may be given, and what is asked in return."""

    amount: Money
    in_return: Note = ""


class Approval(Model):
    """Who lets a price below the floor pass: down to which total, when, and why."""

    by: Text
    approved_on: Day
    total: Money
    reason: Text


class Negotiation(Model):
    """The plan of a negotiation: the total to reach, the one not to go below, who sits there, what may be given."""

    target: Money
    floor: Money
    roles: tuple[Role, ...]
    concessions: tuple[Concession, ...]
    approval: Approval | None = None


class PerformanceBond(Model):
    """The performance bond (履约保证金): how much, by when, and when it was issued."""

    form: BondForm
    amount: Money
    due: Day
    issued_on: Day | None = None
    number: Note = ""


class Award(Model):
    """The notice of award; without `lots` all lots of the deal are awarded, without `bond` none is asked for."""

    noticed_on: Day
    lots: Texts = ()
    bond: PerformanceBond | None = None


class Delivery(Model):
    """A milestone of the plan as the contract has it; `day` is counted from its signing."""

    name: Text
    day: Whole


class AgreedLevel(Model):
    """A service level as the contract has it."""

    name: Text
    response: Text
    on_site: Note = ""
    fix: Text


class AgreedChange(Model):
    """What of the bid a contract has changed on purpose, and why."""

    what: Literal["total", "currency", "milestones", "delivery", "warranty", "levels"]
    reason: Text


class Contract(Model):
    """The contract as it is to be signed; `signed_on` is left out until it is.

    `delivery_days` are those by which the quote promises delivery; `deliveries`, where they are written, are all
    milestones of the plan. `buyer` and `declared_sme` (the bidder told the buyer that it is a small or medium
    enterprise) decide whether the regulation on payments to such enterprises applies. `payment_days` are agreed for all
    milestones, `interest` is the agreed rate of late interest a day or a year, `lpr` the one-year loan prime rate of
    the day of signing.
    """

    number: Note = ""
    signed_on: Day | None = None
    total: Money
    currency: Currency | None = None
    milestones: tuple[Payment, ...]
    delivery_days: Whole | None = None
    deliveries: tuple[Delivery, ...] = ()
    warranty_months: Whole
    levels: tuple[AgreedLevel, ...] = ()
    buyer: Literal["public", "large", "other"] = "other"
    declared_sme: Flag = False
    payment_days: Whole | None = None
    interest: Rate | None = None
    interest_per: Literal["day", "year"] = "day"
    lpr: Rate | None = None
    changes: tuple[AgreedChange, ...] = ()


class Invoice(Model):
    """An invoice of a milestone; one for each rate of tax."""

    number: Text
    issued_on: Day
    amount: Money
    tax_rate: TaxRate


class Receipt(Model):
    """Money that came in."""

    received_on: Day
    amount: Money


class Escalation(Model):
    """To whom an overdue payment was taken, when, and what is to be done."""

    to: Text
    escalated_on: Day
    action: Text


class Claim(Model):
    """A payment of the contract, from its trigger to its last receipt.

    `days` or `workdays` are the agreed term behind the day on which the trigger happened. `inspect_by` is the last day
    of the agreed inspection: a buyer who is late with it has the term run from there.
    """

    milestone: Text
    trigger: Literal["signing", "delivery", "acceptance", "settlement", "warranty", "other"]
    happened_on: Day | None = None
    inspect_by: Day | None = None
    evidence: Texts = ()
    days: Whole | None = None
    workdays: Whole | None = None
    invoices: tuple[Invoice, ...] = ()
    receipts: tuple[Receipt, ...] = ()
    escalation: Escalation | None = None


class Follow(Model):
    """The file beside a deal; `holidays` are days on which no term ends, beside those of the tender."""

    schema_: Literal["bidkit/follow@1"] = Field(alias="schema")
    holidays: Days = ()
    negotiation: Negotiation | None = None
    award: Award | None = None
    contract: Contract | None = None
    receivables: tuple[Claim, ...] | None = None

    def plain_sections(self) -> dict[str, Any]:
        """Its sections as plain data for JSON, those that are not there left out, and in them what is left out."""
        plain = self.model_dump(mode="json", exclude_defaults=True)
        return {name: plain[name] for name in SECTIONS if name in plain}

    def find(self, path: str) -> Any:
        """What a section, or a field of one (`contract.signed_on`), is; None if it is not there."""
        value: Any = self
        for name in path.split("."):
            value = getattr(value, name, None)
        return value


def list_paths() -> Iterator[str]:
    """The sections and their fields, as `Follow.find` takes them."""
    records: dict[str, type[Model]] = {"negotiation": Negotiation, "award": Award, "contract": Contract}
    for section in SECTIONS:
        yield section
        yield from (f"{section}.{name}" for name in (records[section].model_fields if section in records else ()))


def load_follow(workspace: Workspace, deal_name: str, deal: Deal) -> tuple[Follow | None, list[Diagnostic]]:
    """`follow.yaml` beside the deal; None if there is no such file, or it cannot be read.

    What is read here is not remembered as an input of the package, which does not depend on it.

    Diagnostics: DL01–DL28.
    """
    name = find_own(deal_name, FOLLOW_NAME)
    if name not in workspace.names(str(PurePosixPath(name).parent), ".yaml"):
        return None, []
    apart = Workspace(workspace.root)
    data, problems = load_yaml(apart, name)
    if data is None:
        return None, problems
    follow, found = validate(Follow, data)
    found += [*_check_names(follow, deal), *_check_evidence(follow, apart, name)] if follow else []
    return (None if has_errors(problems) or found else follow), problems + found


def _check_names(follow: Follow, deal: Deal) -> Iterator[Diagnostic]:
    """Every milestone and lot that is named exists, and each milestone stands once. Diagnostics: DL06, DL15, DL16."""
    award, contract, claims = follow.award, follow.contract, follow.receivables or ()
    lots = [lot.id for lot in deal.tender.lots] if deal.tender else []
    for place, lot in enumerate(award.lots if award else ()):
        if lot not in lots:
            yield _unknown("lot", lot, lots, award.span("lots", place) if award else None)
    milestones = contract.milestones if contract else ()
    yield from _check_unique([(item.name, item.span("name")) for item in milestones])
    yield from _check_unique([(claim.milestone, claim.span("milestone")) for claim in claims])
    if claims and contract is None:
        yield Diagnostic("DL06", follow.span("receivables"), {"key": "contract"})
        return
    known = [item.name for item in milestones]
    for claim in claims:
        if claim.milestone not in known:
            yield _unknown("payment", claim.milestone, known, claim.span("milestone"))


def _check_unique(names: Sequence[tuple[str, Span | None]]) -> Iterator[Diagnostic]:
    first: dict[str, int] = {}
    for name, at in names:
        if name in first:
            yield Diagnostic("DL16", at, {"id": name, "first": first[name]})
        first.setdefault(name, at.row if at else 0)


def _check_evidence(follow: Follow, workspace: Workspace, name: str) -> Iterator[Diagnostic]:
    """Every file that proves something is there. Diagnostics: DL12, DL13."""
    for claim in follow.receivables or ():
        for place, file in enumerate(claim.evidence):
            yield from workspace.locate(file, name, claim.span("evidence", place))[1]


def _unknown(kind: str, name: str, known: list[str], at: Span | None) -> Diagnostic:
    values = {"kind": Term(kind), "id": name, "near": nearest(name, known), "allowed": ", ".join(known) or "—"}
    return Diagnostic("DL15", at, values)
