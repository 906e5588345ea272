"""formulas that cannot be right: without a value, to rows that they cannot mean, of a kind that cannot follow."""

from __future__ import annotations

import bisect
from collections.abc import Iterator, Mapping, Sequence

from bidkit.diagnostic import Span
from bidkit.ooxml.sheet.follow import Area, Region
from bidkit.ooxml.sheet.formula import ADRIFT, MAX_ROWS, Formula, Reference
from bidkit.ooxml.sheet.plan import FormulaCell, Outline, SheetPlan, band_of

_MAX_DEPTH = 8


class Checker:
    """Judges the formulas of a workbook whose sheets have all been read.

    Args:
        names: the defined names, each with what it stands for.
    """

    def __init__(self, plans: Sequence[SheetPlan], names: Sequence[tuple[str, Formula]], outline: Outline) -> None:
        self.plans = plans
        self.names = names
        self.outline = outline
        self.moves = any(
            plan.band.items[1:] or plan.is_repeated or plan.is_optional or plan.is_renamed for plan in plans
        )

    def check(self) -> None:
        """Everything. Diagnostics: TP30, TP31, TP32."""
        for plan in self.plans:
            for cell in plan.formula_cells:
                formula, span = plan.formulas[cell.number], self.outline.span(plan.name, cell.cell)
                self.check_formula(formula, plan, cell.row, span)
        for name, formula in self.names:
            self.check_name(name, formula)
        self.check_values()

    def check_regions(self, regions: Sequence[Region], plan: SheetPlan) -> None:
        """The formulas of formats and rules."""
        for region in regions:
            first = region.areas[0]
            span = self.outline.span(plan.name, f"{first.columns[0]}{first.rows[0] or ''}")
            for piece in region.pieces:
                if isinstance(piece, Formula):
                    self.check_formula(piece, plan, first.rows[0] or 1, span)

    def check_formula(self, formula: Formula, plan: SheetPlan, row: int, span: Span) -> None:
        self.check_kind(formula, span)
        for reference in () if formula.refused else formula.references:
            kind = self.judge(reference, plan, row)
            if not reference.fits(kind, reference.function):
                self.outline.refuse("TP31", span, reference=str(reference), formula=f"={formula}")
        for name, function in formula.names:
            self.check_use(name, function, formula, span)

    def check_name(self, name: str, formula: Formula) -> None:
        """A name may stand for any rows but those that hold only tags; what is printed may vanish."""
        span = Span(self.outline.file, place=(("name", name),))
        self.check_kind(formula, span)
        for reference in () if formula.refused or name.startswith("_xlnm.") else formula.references:
            if self.moves and reference.rows[0] and reference.fixed != ("$", "$"):
                self.outline.refuse("TP32", span, what=f"={formula}")  # it would mean other rows in each cell
            elif (
                reference.sheet >= 0
                and reference.rows[0]
                and self.plans[reference.sheet].band.count(*reference.rows) == "none"
            ):
                self.outline.refuse("TP31", span, reference=str(reference), formula=f"={formula}")

    def check_use(self, used: str, function: str, formula: Formula, span: Span) -> None:
        """A name that stands for one cell of the template cannot stand for many where one is wanted."""
        for name, inner in self.names:
            for reference in inner.references if name.upper() == used else ():
                if reference.sheet < 0:
                    continue
                target = self.plans[reference.sheet]
                kind = "many" if target.is_repeated else target.band.count(*reference.rows)
                if reference.rows[0] and kind != "none" and not reference.fits(kind, function):
                    self.outline.refuse("TP31", span, reference=name, formula=f"={formula}")

    def check_kind(self, formula: Formula, span: Span) -> None:
        if formula.refused:
            self.outline.refuse("TP32", span, what=formula.refused)
        elif self.moves and "INDIRECT" in formula.functions:
            self.outline.refuse("TP32", span, what="INDIRECT")

    def judge(self, reference: Reference, plan: SheetPlan, row: int) -> str:
        """What a reference becomes, as `Band.count` says it."""
        target = plan if reference.sheet in (-1, plan.number) else self.plans[reference.sheet]
        is_own = target is plan
        if not is_own and target.is_repeated and not _goes_along(target, plan, row):
            is_there = not reference.rows[0] or target.band.count(*reference.rows) != "none"
            return "many" if is_there else "none"
        if not reference.rows[0] or (is_own and reference.rows == (row, row)):
            return "one"
        band = band_of(plan, row, *reference.rows) if is_own else target.band
        return band.count(*reference.rows)

    # values

    def check_values(self) -> None:
        """A formula whose cached value would not be that of the finished file needs one from the template."""
        waiting = []
        for plan in self.plans:
            for cell in plan.formula_cells:
                is_adrift = bool(ADRIFT.intersection(plan.formulas[cell.number].functions))
                in_band = band_of(plan, cell.row).around >= 0
                if cell.has_note:
                    continue
                if in_band or not cell.has_value or is_adrift:
                    self.refuse_value(plan, cell)
                else:
                    waiting.append((plan, cell))
        self.spread(waiting)

    def refuse_value(self, plan: SheetPlan, cell: FormulaCell) -> None:
        plan.live.setdefault(cell.row, set()).add(cell.column)
        span = self.outline.span(plan.name, cell.cell)
        self.outline.refuse("TP30", span, formula=f"={plan.formulas[cell.number]}")

    def spread(self, waiting: list[tuple[SheetPlan, FormulaCell]]) -> None:
        """Refuse formulas that speak of cells whose values change, and those that speak of them."""
        while True:
            rows = {plan.number: sorted(plan.live) for plan in self.plans}
            left = []
            for plan, cell in waiting:
                areas = self.areas(plan.formulas[cell.number], plan)
                if any(self.is_live(area, target, rows, target is plan) for target, area in areas):
                    self.refuse_value(plan, cell)
                else:
                    left.append((plan, cell))
            if len(left) == len(waiting):
                return
            waiting = left

    def areas(self, formula: Formula, plan: SheetPlan, depth: int = 0) -> Iterator[tuple[SheetPlan, Area]]:
        """The cells that a formula speaks of, also by names."""
        for reference in formula.references:
            target = plan if reference.sheet < 0 else self.plans[reference.sheet]
            columns = (reference.columns[0].replace("$", ""), reference.columns[1].replace("$", ""))
            yield target, Area(columns, reference.rows)
        for name, inner in self.names if depth < _MAX_DEPTH else ():
            if any(name.upper() == used for used, _ in formula.names):
                yield from self.areas(inner, plan, depth + 1)

    def is_live(self, area: Area, plan: SheetPlan, rows: Mapping[int, Sequence[int]], is_own: bool) -> bool:
        """Whether a value in an area changes: a tag is in it, or rows that are repeated or left out."""
        first, last = area.rows if area.rows[0] else (1, MAX_ROWS)
        bands = (band for band in plan.band.bands() if band is not plan.band)
        if not is_own and (plan.is_repeated or plan.is_optional):
            return True
        if any(band.first <= last and first <= band.last for band in bands):
            return True
        low, high = area.width
        known = rows[plan.number]
        begin, end = bisect.bisect_left(known, first), bisect.bisect_right(known, last)
        return any(low <= column <= high for row in known[begin:end] for column in plan.live[row])


def _goes_along(target: SheetPlan, plan: SheetPlan, row: int) -> bool:
    """Whether a row of a sheet, or the sheet, is repeated over the same as another sheet, turn by turn."""
    bands = (band for band in plan.band.bands() if band.holds(row, row))
    return target.over in (plan.over, *(band.over for band in bands))
