"""a finished package as a committee would read and correct it: each lot, or the whole bid, by the rules of a regime."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path, PurePosixPath
from typing import Literal, get_args

from pydantic import BaseModel, ValidationError

from bidkit.correction import Correction, Regime, Statement, correct_prices
from bidkit.diagnostic import Diagnostic, Severity, Span, Term, has_errors
from bidkit.package import MANIFEST
from bidkit.scalars import Currency
from bidkit.stated import Period, compare_bills, list_periods, make_statement, read_prices
from bidkit.stated.found import Lot, Stated, Total

_READ = (".docx", ".xlsx")
REGIMES: tuple[str, ...] = get_args(Regime)


@dataclass(frozen=True)
class Outcome:
    """What becomes of the price of the whole bid, or of a lot.

    Args:
        period: which price, where there are option periods.
        opening: the place whose price counts first.
    """

    lot: str
    period: Period
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
    """Read the files that are handed in, and correct their prices. Diagnostics: as of `simulate_files`."""
    paths = [path for path in sorted((folder / "submit").rglob("*")) if path.is_file()]
    contents = {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
    return simulate_files(folder, contents, facts, regime)


def simulate_files(folder: Path, contents: Mapping[str, bytes], facts: Facts, regime: Regime) -> Simulation:
    """Correct the prices of the files of a package, but for the credentials.

    Diagnostics: DL14, DL18, DL28, DL46, DL48, DL59, PR01, PR20 (no price, or no breakdown), PR21, PR22, PR23
    (breakdowns that differ), PR24 (a total of no lot), PR25–PR27.
    """
    submit = {name: content for name, content in contents.items() if name.startswith("submit/")}
    names = [PurePosixPath(name) for name in submit if not name.startswith("submit/credentials/")]
    files = {str(name): submit[str(name)] for name in names if name.suffix in _READ}
    lots = [Lot(item.id, item.title) for item in facts.lots]
    found = read_prices(files, facts.currency, facts.language, lots)
    problems = [*found.problems, *_list_unread(names)]
    outcomes: list[Outcome] = []
    for lot in [item.id for item in lots] or [""]:
        for period in list_periods(found, lot):
            statement, opening = make_statement(found, regime, lot, period)
            if statement and opening:
                outcomes.append(Outcome(lot, period, opening, statement, correct_prices(statement, regime)))
        problems += _find_gaps(found, folder, lot, [item.period for item in outcomes if item.lot == lot])
    problems += _check_periods(outcomes)
    problems += _check_lines(found, outcomes)
    problems += _check_tax(outcomes)
    problems += _check_whole(found, outcomes) if lots else ()
    problems += _check_amounts(found)
    return Simulation(folder, regime, tuple(outcomes), tuple(problems))


def _list_unread(paths: Sequence[PurePosixPath]) -> Iterator[Diagnostic]:
    """The files that are not read but may hold prices; a PDF is that of the volume beside it. Diagnostics: DL59."""
    read = {path.with_suffix("") for path in paths if path.suffix in _READ}
    for path in paths:
        if path.suffix not in _READ and not (path.suffix == ".pdf" and path.with_suffix("") in read):
            yield Diagnostic("DL59", Span(str(path)), {"file": path.name})


def _find_gaps(found: Stated, folder: Path, lot: str, periods: Collection[Period]) -> Iterator[Diagnostic]:
    """What a lot or the whole lacks: a total, a breakdown, or lines that tell of which period they are."""
    bills = [bill for bill in found.bills if bill.lot == lot]
    lacking = [name for name, is_missing in (("total", not periods and bills), ("breakdown", not bills)) if is_missing]
    if "base" in periods and bills and not any(bill.options for bill in bills):
        lacking.append("option_lines")
    for name in lacking:
        what = Term(f"lot_{name}", (("lot", lot),)) if lot and name != "option_lines" else Term(name)
        yield Diagnostic("PR20", Span(str(folder)), {"what": what})
    for bill, line in compare_bills(bills):
        yield Diagnostic("PR23", _span(bill.place), {"line": line, "other": bills[0].place})


def _check_periods(outcomes: Sequence[Outcome]) -> Iterator[Diagnostic]:
    """The price with options is the sum of that without them and theirs. Diagnostics: PR01."""
    prices = {(item.lot, item.period): item for item in outcomes}
    for item in outcomes:
        parts = [prices.get((item.lot, period)) for period in ("base", "options")] if item.period == "evaluated" else []
        total = sum((part.stated.figures for part in parts if part), Decimal(0))
        if parts and all(parts) and total != item.stated.figures:
            values = {"what": item.opening.label, "stated": f"{item.stated.figures:,.2f}", "computed": f"{total:,.2f}"}
            yield Diagnostic("PR01", item.opening.at, values)


def _check_lines(found: Stated, outcomes: Sequence[Outcome]) -> Iterator[Diagnostic]:
    """A wrong amount of a line is told also where the total is right and no rule corrects it. Diagnostics: PR01."""
    places = {bill.lot: bill.place for bill in reversed(found.bills)}
    for item in outcomes:
        told = {step.place for step in item.correction.steps if step.kind in ("unit_price", "line_amount")}
        if item.period in ("", "evaluated") and all(step.kind != "sum" for step in item.correction.steps):
            for line in item.stated.lines:
                if line.id not in told and line.product != line.amount:
                    values = {"what": line.id, "stated": f"{line.amount:,.2f}", "computed": f"{line.product:,.2f}"}
                    yield Diagnostic("PR01", _span(places[item.lot]), values)


def _check_tax(outcomes: Sequence[Outcome]) -> Iterator[Diagnostic]:
    """Where prices are before tax and a line is corrected, no rule says by which rate the tax follows: it is kept as it
    stands, which is told. Diagnostics: PR39."""
    for item in outcomes:
        if item.stated.tax and any(step.kind in ("unit_price", "line_amount", "sum") for step in item.correction.steps):
            values = {"tax": f"{item.stated.tax:,.2f}"}
            yield Diagnostic("PR39", item.opening.at, values, Severity.WARNING)


def _span(place: str) -> Span:
    """The place of a breakdown: its file, and the sheet or the heading in it."""
    file, _, title = place.partition(": ")
    kind = "sheet" if file.endswith(".xlsx") else "heading"
    return Span(file, place=((kind, title),) if title else ())


def _check_amounts(found: Stated) -> Iterator[Diagnostic]:
    """Every amount in a letter or beside prices is one of the workbooks. Diagnostics: PR26."""
    known = found.numbers | {amount for total in found.totals for amount in (total.figures, total.words) if amount}
    for amount in found.amounts if found.numbers else ():
        if round(amount.value, 2) not in known:
            yield Diagnostic("PR26", amount.at, {"amount": amount.text})
    totals = {f"{total.figures:,.2f}" for total in found.totals if total.figures}
    for written, at in found.foreign:
        if any(written.endswith(total) for total in totals):
            yield Diagnostic("PR26", at, {"amount": written})


def _check_whole(found: Stated, outcomes: Sequence[Outcome]) -> Iterator[Diagnostic]:
    """Every total that names no lot is that of all lots, or that of one of them. Diagnostics: PR24."""
    prices = {(item.lot, item.period): item.stated.figures for item in outcomes}
    known = {*prices.values()}
    for period in {period for _, period in prices}:
        known.add(sum((amount for (_, own), amount in prices.items() if own == period), Decimal(0)))
    for total in found.totals if prices else ():
        for amount in (total.figures, total.words) if not total.lot else ():
            if amount is not None and amount not in known:
                values = {"label": total.label, "stated": f"{amount:,.2f}"}
                yield Diagnostic("PR24", total.at, values)
