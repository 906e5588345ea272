"""what is found of the prices in finished files: totals, breakdowns, taxes, and what could not be read."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from bidkit.correction import BillLine
from bidkit.diagnostic import Diagnostic, Span


@dataclass(frozen=True)
class Lot:
    """A lot that has a price of its own; `title` is its id and title as files print it."""

    id: str
    title: str


@dataclass(frozen=True)
class Total:
    """The total of the bid, or of a lot, as it stands in one place: in figures, in words, or in both.

    Args:
        label: what it is called there.
        at: the cell or the paragraph.
    """

    place: str
    label: str
    at: Span
    lot: str
    figures: Decimal | None = None
    words: Decimal | None = None


@dataclass(frozen=True)
class Bill:
    """A breakdown and its lines."""

    place: str
    lot: str
    lines: tuple[BillLine, ...]
    options: frozenset[str] = frozenset()
    """The ids of those that are of an option period."""


@dataclass(frozen=True)
class Amount:
    """An amount that stands in a letter or beside prices, as it is written there."""

    text: str
    value: Decimal
    at: Span


@dataclass
class Stated:
    """All prices found, in the order of the files; totals of options and with them too."""

    totals: list[Total] = field(default_factory=list)
    bills: list[Bill] = field(default_factory=list)
    taxes: dict[Decimal, Decimal] = field(default_factory=dict)
    """The tax that is added to an amount before tax."""
    amounts: list[Amount] = field(default_factory=list)
    """Those in Word files that are called a price, or nothing."""
    foreign: list[tuple[str, Span]] = field(default_factory=list)
    """Those in another currency, whatever they are called."""
    numbers: set[Decimal] = field(default_factory=set)
    """Every number of the workbooks, to two places."""
    problems: list[Diagnostic] = field(default_factory=list)
