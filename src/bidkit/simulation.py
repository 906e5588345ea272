"""a finished package as a committee would read and correct it: each lot, or the whole bid, by the rules of a regime."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from pydantic import BaseModel, ValidationError

from bidkit.correction import Correction, Regime, Statement, correct_prices
from bidkit.diagnostic import Diagnostic, Span, Term, has_errors
from bidkit.package import MANIFEST
from bidkit.scalars import Currency
from bidkit.stated import Lot, Stated, Total, compare_bills, make_statement, read_prices

REGIMES: tuple[str, ...] = get_args(Regime)


@dataclass(frozen=True)
class Outcome:
    """What becomes of the price of the whole bid, or of a lot.

    Args:
        opening: the place whose price counts first.
    """

    lot: str
    opening: Total
    stated: Statement
    correction: Correction


@dataclass(frozen=True)
class Simulation:
    """All outcomes, and what could not be read."""

    folder: Path
    regime: Regime
    outcomes: tuple[Outcome, ...]
    diagnostics: tuple[Diagnostic, ...]

    @property
    def is_clean(self) -> bool:
        """Whether all was read and nothing would be corrected."""
        is_kept = all(not item.correction.steps for item in self.outcomes)
        return bool(self.outcomes) and is_kept and not has_errors(self.diagnostics)


class _Lot(BaseModel):
    """A lot as the manifest has it."""

    id: str
    title: str


class Facts(BaseModel):
    """What the manifest of a package says of its bid."""

    language: Literal["zh", "en"]
    currency: Currency
    rules: str | None
    lots: tuple[_Lot, ...]


def read_facts(folder: Path) -> Facts | None:
    """The facts of a package; None if the folder is none, or that of an old version."""
    try:
        return Facts.model_validate_json((folder / MANIFEST).read_bytes())
    except (OSError, ValidationError):
        return None


def simulate_package(folder: Path, facts: Facts, regime: Regime) -> Simulation:
    """Read the files that are handed in and correct their prices.

    Diagnostics: DL14, DL18, DL28, PR20 (no price, or no breakdown), PR21, PR22, PR23 (breakdowns that differ).
    """
    paths = [path for path in sorted((folder / "submit").rglob("*")) if path.suffix in (".docx", ".xlsx")]
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths if path.parent.name == "submit"}
    lots = [Lot(item.id, item.title) for item in facts.lots]
    found = read_prices(files, facts.currency, facts.language, lots)
    problems = list(found.problems)
    outcomes = []
    for lot in [item.id for item in lots] or [""]:
        statement, opening = make_statement(found, regime, lot)
        problems += _find_gaps(found, folder, lot, opening)
        if statement and opening:
            outcomes.append(Outcome(lot, opening, statement, correct_prices(statement, regime)))
    return Simulation(folder, regime, tuple(outcomes), tuple(problems))


def _find_gaps(found: Stated, folder: Path, lot: str, opening: Total | None) -> Iterator[Diagnostic]:
    bills = [bill for bill in found.bills if bill.lot == lot]
    values = (("lot", lot),)
    if opening is None:
        what = Term("lot_total", values) if lot else Term("total")
        yield Diagnostic("PR20", Span(str(folder)), {"what": what})
    if not bills:
        what = Term("lot_breakdown", values) if lot else Term("breakdown")
        yield Diagnostic("PR20", Span(str(folder)), {"what": what})
    for bill, line in compare_bills(bills):
        yield Diagnostic("PR23", Span(bill.place), {"line": line, "other": bills[0].place})
