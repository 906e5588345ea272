"""a workbook as it is laid out: its sheets, their rows, and what a reference means in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

from bidkit.diagnostic import Diagnostic, Span, Term
from bidkit.ooxml.sheet.bands import Turn
from bidkit.ooxml.sheet.formula import EMPTY_ROW, Formula, Reference

MAX_FORMULA = 8_192
MAX_ARGUMENTS = 255


@dataclass(eq=False)
class Sheet:
    """A sheet of the finished workbook.

    Args:
        plan: the number of the template's sheet that it is made from.
        is_renamed: its name is computed.
        rows: where each of its rows stands, its number, and its XML with marks.
        values: what is printed into its headers.
        no: its place among the sheets that a tag makes of one, from 0.
    """

    plan: int
    name: str
    is_renamed: bool
    root: Turn
    rows: list[tuple[Turn, int, str]]
    values: Sequence[str] = ()
    no: int = 0
    names: dict[str, str] = field(default_factory=dict)
    """Of parts that belong to it alone: the name in the template, the name here."""

    @property
    def last_row(self) -> int:
        """The last row with a cell."""
        return self.rows[-1][1] if self.rows else 1


@dataclass(eq=False)
class Book:
    """The sheets in their order, and by the template's sheet that they are made from.

    Args:
        overs: by the number of a template's sheet, what it is repeated over.
    """

    file: str
    overs: Mapping[int, str] = field(default_factory=dict)
    sheets: list[Sheet] = field(default_factory=list)
    problems: list[Diagnostic] = field(default_factory=list)

    def made_from(self, plan: int) -> list[Sheet]:
        """The sheets that a sheet of the template has become."""
        return [sheet for sheet in self.sheets if sheet.plan == plan]

    def write(
        self, formula: Formula, sheet: Sheet, turn: Turn, span: Span | None = None, top: tuple[int, int] = (0, 0)
    ) -> str:
        """A formula as it stands in a sheet, in some turn of its bands, escaped. Diagnostics in `problems`: TP34.

        Args:
            span: the place of the formula in the template.
            top: a row of the template and the row that it is to become, whatever else would.
        """
        texts, most = [], 0
        for piece in formula.pieces:
            if isinstance(piece, Reference):
                found = self.resolve(piece, sheet, turn, top)
                most = max(most, len(found))
                texts.append(found[0] if len(found) == 1 else ",".join(found))
            else:
                texts.append(piece)
        text = "".join(texts)
        if len(text) > MAX_FORMULA or most > MAX_ARGUMENTS:
            what, count, limit = ("characters", len(text), MAX_FORMULA)
            if most > MAX_ARGUMENTS:
                what, count, limit = ("arguments", most, MAX_ARGUMENTS)
            self.problems.append(Diagnostic("TP34", span, {"what": Term(what), "count": count, "limit": limit}))
        return escape(text)

    def resolve(self, reference: Reference, sheet: Sheet, turn: Turn, top: tuple[int, int] = (0, 0)) -> list[str]:
        """What a reference becomes: one for each run of rows."""
        is_own = reference.sheet in (-1, sheet.plan)
        if is_own and not top[0] and not reference.prefix and reference.rows[0]:
            runs = turn.find(*reference.rows)
            if len(runs) == 1:
                return [reference.write(*runs[0])]
        targets = [sheet] if is_own else self.find_targets(reference.sheet, sheet, turn)
        found = []
        for target in targets:
            name = target.name if reference.prefix and target.is_renamed else None
            if not reference.rows[0]:
                found.append(reference.write(0, 0, name))
            elif is_own and top[0] and reference.rows == (top[0], top[0]):
                found.append(reference.write(top[1], top[1], name))
            else:
                runs = (turn if target is sheet else target.root).find(*reference.rows)
                found += [reference.write(first, last, name) for first, last in runs]
        return found or [self.write_empty(reference, [*targets, *([] if is_own else [sheet]), *self.sheets])]

    def find_targets(self, plan: int, sheet: Sheet, turn: Turn) -> list[Sheet]:
        """The sheets that one of the template means from another: that of the same turn, if both go over the same."""
        made, over = self.made_from(plan), self.overs.get(plan)
        around: Turn | None = turn
        while over and around is not None:
            if around.band.over == over:
                return made[around.no : around.no + 1]
            around = around.around
        return made[sheet.no : sheet.no + 1] if over and over == self.overs.get(sheet.plan) else made

    def write_empty(self, reference: Reference, sheets: Sequence[Sheet]) -> str:
        """A reference to what is not there, in the first sheet that there is."""
        home = next((sheet for sheet in sheets if sheet.name), None)
        is_other = home is not None and (home.is_renamed or home.plan != reference.sheet)
        name = home.name if home is not None and reference.prefix and is_other else None
        rows = (EMPTY_ROW, EMPTY_ROW) if reference.rows[0] else (0, 0)
        return reference.write(*rows, name)


def place_of(sheet: str, cell: str = "") -> tuple[tuple[str, str], ...]:
    """A place in a workbook, for messages."""
    return (("sheet", sheet), ("cell", cell)) if cell else (("sheet", sheet),)
