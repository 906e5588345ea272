"""the tender as published, and the answers to its clauses."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from bidkit.deal.layout import FormatRules
from bidkit.deal.scoring import Factor, Instruction
from bidkit.kinds import PaperKind
from bidkit.scalars import (
    Currency,
    Day,
    Days,
    DayTexts,
    Flag,
    Model,
    Moment,
    Money,
    Note,
    PeriodTexts,
    Price,
    Quantity,
    Rate,
    Text,
    Texts,
    Whole,
    WindowText,
)


class RequiredCredential(Model):
    """A paper that the tender asks for; `answered_by` names the papers that answer it where the kind does not tell.

    The others are conditions: every text of `scope` stands in its scope, its `level` is that or a higher one, it is in
    date on each day of `valid`, it was issued in the window `dated`, what it is about lies in the window `period`, its
    amount is `amount` or more, it has one of `tags`. At least `count` papers must meet them, there must be one for
    each year or month of `covers`, and with `per_member` one that names each member of the team. With `choose` they are
    taken from the library, whatever the deal lists.
    """

    id: Text
    kind: PaperKind
    title: Text
    clause: Note = ""
    page: Whole | None = None
    answered_by: Texts = ()
    scope: Texts = ()
    level: Note = ""
    valid: DayTexts = ()
    dated: WindowText | None = None
    period: WindowText | None = None
    covers: PeriodTexts = ()
    amount: Money | None = None
    tags: Texts = ()
    count: Whole = 1
    choose: Flag = False
    per_member: Flag = False


class Addendum(Model):
    """A change that the buyer published after the tender document."""

    no: Text
    issued_on: Day
    title: Text
    applied: Flag


class Lot(Model):
    """A part of the tender that is awarded by itself: 采购包, 标包, 标段."""

    id: Text
    title: Text
    ceiling: Money | None = None
    bond: Money | None = None

    @property
    def name(self) -> str:
        """As it is called in print: `第 1 包 网关设备`."""
        return f"{self.id} {self.title}"


class Item(Model):
    """One item of the buyer's bill of quantities (采购清单), as the buyer wrote it.

    `ceiling` is the most that may be asked for all of it, `unit_ceiling` for one unit, both with tax. An item of kind
    `option_period` is priced by lines of that kind. `is_core` marks a core product (核心产品).
    """

    id: Text
    category: Note = ""
    name: Text
    spec: Note = ""
    unit: Text
    quantity: Quantity
    kind: Literal["base", "option_period"] = "base"
    ceiling: Money | None = None
    unit_ceiling: Price | None = None
    currency: Currency | None = None
    is_core: Flag = False
    remark: Note = ""


class Enterprise(Model):
    """A small or medium enterprise that makes goods of the bid, or does its work: last year's figures.

    Revenue and assets are in ten thousand yuan, as the declaration states them (财库〔2020〕46号).
    """

    name: Text
    items: Texts
    industry: Text
    staff: Whole
    revenue: Quantity
    assets: Quantity
    size: Literal["micro", "small", "medium"]


class Enterprises(Model):
    """What the bidder declares as to small and medium enterprises: of goods every maker, else who does the work."""

    kind: Literal["goods", "services"]
    enterprises: tuple[Enterprise, ...]


class PaymentTerm(Model):
    """A payment as the tender's own terms have it."""

    name: Text
    percent: Rate


BondForm = Literal["transfer", "cheque", "draft", "guarantee", "insurance"]


class Bond(Model):
    """The bid bond (投标保证金) as it was given: by whom, when, and until when it holds.

    `paid_at` is the moment at which it arrived, where that is known. `valid_until` is that of a guarantee or an
    insurance.
    """

    form: BondForm
    amount: Money
    payer: Text
    paid_on: Day | None = None
    paid_at: Moment | None = None
    valid_until: Day | None = None
    number: Note = ""


class Tender(Model):
    """The tender as published. `markers` says what each mark in front of a clause means in this tender.

    `lots` are those that the deal bids for; without them it bids for the whole tender, or for its one `package`.
    `volumes` are those of the template pack that this tender asks for, in their order; all of them if none is named.
    `parts` are, by volume, the parts that this tender asks for, in its order. `copies` is the number of copies beside
    the original; without it the bid is handed in electronically and no cover is marked.
    `legend` is the notice that restricts who may read the bid; nothing is printed without one.
    `items` is the buyer's own list of what is to be priced, item by item; lines are joined to it by id.
    `allows_options` says that optional prices, alternatives and option periods may be offered.
    `pdf_size_mb` is the largest PDF that its platform takes, `file_size_mb` the largest file of any kind, and
    `package_size_mb` what all files that are handed in may have together. `holidays` are days that are not counted as
    the last of a term; `bidders` are others that are known to bid. `bond_forms` are the forms in which the bond may be
    given, all if none is named, and `bond_due` is when it must have arrived, if not by the deadline. Below
    `low_price_ratio` of the ceiling a total has to be explained. `currency` and `decimals` are those in which prices
    must be given, `payments` the terms of payment; `sme_deduction` is by how much the price of small and micro
    enterprises is lowered when bids are compared; `file_types` are the kinds of files that its platform takes.
    """

    no: Text
    package: Note = ""
    lots: tuple[Lot, ...] = ()
    agency: Note = ""
    issued_on: Day | None = None
    deadline: Moment
    validity_days: Whole
    bond: Money | None = None
    bond_forms: tuple[BondForm, ...] = ()
    bond_due: Moment | None = None
    ceiling: Money | None = None
    low_price_ratio: Rate | None = None
    currency: Currency | None = None
    decimals: Whole | None = None
    payments: tuple[PaymentTerm, ...] = ()
    items: tuple[Item, ...] = ()
    rules: Literal["mof87", "ndrc", "mdb", "far"]
    allows_options: Flag = False
    markers: dict[str, Literal["mandatory", "key", "important"]] = Field(default_factory=dict)
    mandatory_count: Whole | None = None
    scoring: Note = ""
    factors: tuple[Factor, ...] = ()
    instructions: tuple[Instruction, ...] = ()
    legend: Note = ""
    volumes: Texts = ()
    parts: dict[str, Texts] = Field(default_factory=dict)
    copies: Whole | None = None
    sme: Enterprises | None = None
    sme_deduction: Rate | None = None
    pdf_size_mb: Whole | None = None
    file_size_mb: Whole | None = None
    package_size_mb: Whole | None = None
    file_types: Texts = ()
    required_credentials: tuple[RequiredCredential, ...] = ()
    addenda: tuple[Addendum, ...] = ()
    has_prior_design_service: Flag | None = None
    holidays: Days = ()
    bidders: Texts = ()
    format_rules: tuple[FormatRules, ...] = ()

    def name_package(self, language: str) -> str:
        """The package, or the names of the lots, that the deal bids for."""
        return self.package or ("、" if language == "zh" else ", ").join(lot.name for lot in self.lots)

    @property
    def whole_bond(self) -> Decimal | None:
        """The bond: as stated, or the sum of the lots'; None if the tender asks for none."""
        bonds = [lot.bond for lot in self.lots if lot.bond is not None]
        return sum(bonds, Decimal("0.00")) if self.bond is None and bonds else self.bond


_WRITTEN = {
    "none": ("无偏离", "无", "没有偏离", "符合", "满足", "compliant", "fully compliant", "complies", "no deviation"),
    "positive": ("正偏离", "优于", "exceeds", "positive deviation"),
    "negative": ("负偏离", "劣于", "不满足", "不符合", "部分满足", "exception", "non-compliant", "partially compliant",
                 "negative deviation"),
}  # fmt: skip
DEVIATIONS = {word: key for key, words in _WRITTEN.items() for word in words}


def _parse_deviation(value: object) -> object:
    """A deviation may be written as the trade prints it."""
    return DEVIATIONS.get(value.strip().lower(), value.strip()) if isinstance(value, str) else value


Deviation = Annotated[Literal["none", "positive", "negative"], BeforeValidator(_parse_deviation)]


DEMANDS = {"技术": "technical", "商务": "commercial", "合同": "contract"}


def _parse_demand(value: object) -> object:
    """The kind of a demand may be written in Chinese, as lists of requirements have it."""
    return DEMANDS.get(value.strip(), value.strip()) if isinstance(value, str) else value


DemandKind = Annotated[Literal["technical", "commercial", "contract"], BeforeValidator(_parse_demand)]


def bears_mark(text: str, mark: str) -> bool:
    """Whether a clause bears a mark; to speak of clauses that do (标★的条款, items marked ★) is another thing."""
    sign = re.escape(mark)
    about = rf"(?:[标带打加注]|marked |with )[“\"]?{sign}|{sign}[”\"]?(?:号|标[识注示记]|的?条款)"
    return mark in re.sub(about, "", text, flags=re.I)


class Requirement(Model):
    """One clause of the tender and the answer to it. An answer without text or deviation is open.

    Without `lot` the clause is one of all lots. `stale` says that the clause has changed since it was answered, and in
    which addendum; whoever has looked at the answer again clears it.
    """

    id: Text
    lot: Note = ""
    clause: Text
    page: Whole | None = None
    marker: Note = ""
    kind: DemandKind = "technical"
    text: Text
    response: Note = ""
    deviation: Deviation | None = None
    evidence: Texts = ()
    remark: Note = ""
    stale: Note = ""
