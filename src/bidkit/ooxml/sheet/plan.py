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
from bidkit.ooxml.sheet.typed import CellSite, CellStyle
from bidkit.ooxml.sheet.view import place_of
from bidkit.ooxml.values import CLOSE, OPEN

S = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
R_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
ROW = f"{OPEN}#{CLOSE}"
"""Stands for the number of the row in which it stands."""


def s(tag: str) -> str:
    """A SpreadsheetML name in Clark notation."""
    return f"{{{S}}}{tag}"


def forget(element: etree._Element, *names: str) -> None:
    """Take attributes away, if they are there."""
    for name in names:
        if name in element.attrib:
            del element.attrib[name]


def fragment(element: etree._Element) -> str:
    """An element as text, without the namespaces that are declared around it."""
    tail, element.tail = element.tail, None
    text = etree.tostring(element, encoding="unicode")
    element.tail = tail
    parent = element.getparent()
    for prefix, uri in (parent.nsmap if parent is not None else {}).items():
        declared = f' xmlns:{prefix}="{uri}"' if prefix else f' xmlns="{uri}"'
        text = text.replace(declared, "", 1)
    return text


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
        is_static: it comes out as it is.
        text: its rows, if there is no tag in it.
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
    is_static: bool = False
    text: str = ""
    sites: dict[int, CellSite] = field(default_factory=dict)
    live: dict[int, set[int]] = field(default_factory=dict)
    sides: list[Side] = field(default_factory=list)
    relations: dict[str, list[Relationship]] = field(default_factory=dict)
    dropped: list[str] = field(default_factory=list)


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


class StyleTwins:
    """The formats that cells get besides their own, added to the styles part as they are asked for."""

    def __init__(self, root: etree._Element | None) -> None:
        self.root = root
        found = None if root is None else root.find(s("cellXfs"))
        self.formats = found
        self.known: dict[tuple[str, str], str] = {}

    def make(self, own: str) -> CellStyle:
        """The formats of a cell that has this one."""
        look = f' s="{own}"' if own else ""
        if self.formats is None or not 0 <= int(own or 0) < len(self.formats):
            return CellStyle(look, look, look, look)
        code = self.code(int(self.formats[int(own or 0)].get("numFmtId", "0")))
        is_plain = code == ""
        return CellStyle(
            look,
            f' s="{self.twin(own, "quotePrefix", "1")}"',
            f' s="{self.twin(own, "numFmtId", self.number("yyyy-mm-dd"))}"' if is_plain else look,
            f' s="{self.twin(own, "numFmtId", self.number("yyyy-mm-dd hh:mm"))}"' if is_plain else look,
            code == "@",
        )

    def code(self, number: int) -> str:
        """A number format; empty for General, `?` for one that is built in."""
        if number in (0, 49):
            return "@" if number else ""
        assert self.root is not None
        for element in self.root.iter(s("numFmt")):
            if element.get("numFmtId") == str(number):
                code = element.get("formatCode", "")
                return "" if code.lower() == "general" else code
        return "?"

    def number(self, code: str) -> str:
        """The id of a number format of our own."""
        assert self.root is not None
        formats = self.root.find(s("numFmts"))
        if formats is None:
            formats = etree.Element(s("numFmts"), count="0")
            self.root.insert(0, formats)
        for element in formats:
            if element.get("formatCode") == code:
                return element.get("numFmtId", "")
        number = str(max([163, *(int(element.get("numFmtId", "0")) for element in formats)]) + 1)
        etree.SubElement(formats, s("numFmt"), numFmtId=number, formatCode=code)
        formats.set("count", str(len(formats)))
        return number

    def twin(self, own: str, attribute: str, value: str) -> str:
        """The number of a format that differs from another in one attribute."""
        key = (own or "0", f"{attribute}={value}")
        if key not in self.known:
            assert self.formats is not None
            made = etree.fromstring(etree.tostring(self.formats[int(own or 0)]))
            made.tail = None
            made.set(attribute, value)
            if attribute == "numFmtId":
                made.set("applyNumberFormat", "1")
            self.formats.append(made)
            self.formats.set("count", str(len(self.formats)))
            self.known[key] = str(len(self.formats) - 1)
        return self.known[key]


def band_of(plan: SheetPlan, *rows: int) -> Band:
    """The innermost band that holds rows."""
    return innermost(plan.band, min(rows), max(rows))
