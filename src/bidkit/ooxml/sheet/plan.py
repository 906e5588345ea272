"""plans: what is known of a workbook's sheets once they are compiled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from lxml import etree

from bidkit.diagnostic import Diagnostic, Span
from bidkit.ooxml.opc import Relationship
from bidkit.ooxml.sheet.bands import Band
from bidkit.ooxml.sheet.follow import Piece, innermost
from bidkit.ooxml.sheet.formula import MAX_ROWS, Formula, Reference, read_formula
from bidkit.ooxml.sheet.heights import RowFit
from bidkit.ooxml.sheet.styles import StyleTwins
from bidkit.ooxml.sheet.typed import CellSite, CellStyle
from bidkit.ooxml.sheet.view import place_of


@dataclass(frozen=True)
class FormulaCell:
    """A cell with a formula.

    Args:
        has_note: a tag gives its value.
        has_value: the template has one for it.
    """

    number: int
    row: int
    column: int
    cell: str
    has_note: bool
    has_value: bool


@dataclass(frozen=True)
class Side:
    """A part that belongs to one sheet alone: a drawing, its notes, a chart."""

    name: str
    pieces: tuple[Piece, ...]


@dataclass
class SheetPlan:
    """A sheet of the template.

    Args:
        number: its place in the workbook, from 0.
        attributes: those of its element there, but for name, id and relationship.
        pieces: its part, with followers.
        formulas, formula_cells: its formulas, and the cells in which they stand.
        texts: of the cells that hold text with tags: formats, whether the text is rich, and the cell.
        headers: how many tags print into its headers.
        is_renamed: its name has tags.
        is_repeated, is_optional: a tag repeats it, or leaves it out.
        over: what it is repeated over, as it is written.
        is_static: it comes out as it is.
        text: its rows, if there is no tag in it.
        fits: by row, what its height depends on, if that changes.
        sites: by tag, the cells that tags fill.
        live: by row, the columns of the cells whose values change.
        sides: by name, the parts that belong to it alone.
        relations: of its own part and of the sides.
        dropped: parts that nothing refers to any more.
    """

    number: int
    name: str
    part: str
    attributes: Mapping[str, str]
    band: Band
    pieces: tuple[Piece, ...] = ()
    formulas: list[Formula] = field(default_factory=list)
    formula_cells: list[FormulaCell] = field(default_factory=list)
    texts: list[tuple[CellStyle, bool, str]] = field(default_factory=list)
    headers: int = 0
    is_renamed: bool = False
    is_repeated: bool = False
    is_optional: bool = False
    over: str = ""
    is_static: bool = False
    text: str = ""
    fits: dict[int, RowFit] = field(default_factory=dict)
    sites: dict[int, CellSite] = field(default_factory=dict)
    live: dict[int, set[int]] = field(default_factory=dict)
    sides: list[Side] = field(default_factory=list)
    relations: dict[str, list[Relationship]] = field(default_factory=dict)
    dropped: list[str] = field(default_factory=list)

    def leave(self) -> None:
        """Have the sheet come out as it is, so that nothing of it need be kept."""
        self.is_static = True
        self.text, self.pieces = "", ()
        for items in (self.formulas, self.formula_cells, self.sides, self.dropped):
            items.clear()


WHOLE = Band(0, -1, 1, MAX_ROWS, False, ())


@dataclass
class Outline:
    """The workbook while its sheets are read: what they share, and what is wrong with them."""

    file: str
    sheet_names: Sequence[str]
    strings: list[etree._Element]
    styles: StyleTwins
    is_1904: bool
    used_strings: set[int] = field(default_factory=set)
    problems: list[Diagnostic] = field(default_factory=list)

    def read(self, text: str) -> Formula:
        """A formula whose references know the number of their sheet; one to a sheet that is not there is refused."""
        formula = read_formula(text)
        if not any(reference.prefix for reference in formula.references):
            return formula
        known = {name.casefold(): number for number, name in enumerate(self.sheet_names)}
        pieces, refused = list[str | Reference](), formula.refused
        for piece in formula.pieces:
            if isinstance(piece, Reference) and piece.prefix:
                number = known.get(piece.sheet_name.casefold(), -1)
                refused = refused or (str(piece) if number < 0 else "")
                piece = replace(piece, sheet=number)
            pieces.append(piece)
        return replace(formula, pieces=tuple(pieces), refused=refused)

    def span(self, sheet: str, cell: str = "", tag: str = "") -> Span:
        """A place for messages."""
        return Span(self.file, place=place_of(sheet, cell) + ((("tag", tag),) if tag else ()))

    def refuse(self, code: str, span: Span, **values: object) -> None:
        """Note a mistake."""
        self.problems.append(Diagnostic(code, span, values))


def band_of(plan: SheetPlan, *rows: int) -> Band:
    """The innermost band that holds rows."""
    return innermost(plan.band, min(rows), max(rows))
