"""a workbook that others have made: its sheets, rows, cells and names as they lie in its parts, each with its bytes."""

from __future__ import annotations

import codecs
import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from xml.parsers import expat

from bidkit.ooxml.opc import Package, parse_xml, read_package, read_relationships
from bidkit.ooxml.sheet.formats import Format, read_formats, read_rule_formats
from bidkit.ooxml.sheet.formula import MAX_FORMULA, column_letters, column_number, move_formula

Value = Decimal | str | bool | None
Place = tuple[int, int]
"""Row and column, from 1."""
UNSOUND = (ValueError, SyntaxError, LookupError, StopIteration, ArithmeticError, expat.ExpatError)
"""What a file raises that is no sound workbook."""

_TAG = re.compile(rb"<[^>\"']*(?:\"[^\"]*\"[^>\"']*|'[^']*'[^>\"']*)*>")
_CELL = re.compile(r"\$?([A-Za-z]{1,3})\$?([1-9]\d{0,6})")
_NUMBER = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?\s*")
_TEXTS = ("str", "inlineStr", "d", "e", "b")
"""The kinds of cells that hold what is no number of theirs, and no number of a text."""
_BEYOND = 1000
"""How far below the last row of a sheet merged cells may matter."""
_ENCODING = re.compile(rb"^(?:\xef\xbb\xbf)?<\?xml[^>]*?encoding=[\"']([\w-]+)[\"']")


class CellError(str):
    """An error that a cell shows, such as `#DIV/0!`."""

    __slots__ = ()


def name_cell(place: Place) -> str:
    """`C5` for (5, 3)."""
    return f"{column_letters(place[1])}{place[0]}"


def read_place(text: str) -> Place | None:
    """(5, 3) for `C5` or `$C$5`."""
    found = _CELL.fullmatch(text.strip())
    return (int(found.group(2)), column_number(found.group(1))) if found else None


@dataclass(frozen=True)
class Area:
    """Cells from the first row and column to the last, both included."""

    top: int
    left: int
    bottom: int
    right: int

    def __contains__(self, place: Place) -> bool:
        return self.top <= place[0] <= self.bottom and self.left <= place[1] <= self.right


def read_areas(text: str) -> Iterator[Area]:
    """The areas of a list such as `A1:B2 C3`; whole rows and columns are not among them."""
    for item in text.split():
        first, _, last = item.partition(":")
        start, end = read_place(first), read_place(last or first)
        if start and end:
            yield Area(start[0], start[1], end[0], end[1])


@dataclass
class Element:
    """An element as it lies: where it starts, where its opening tag ends, where it ends."""

    attributes: Mapping[str, str]
    start: int
    inside: int
    end: int = 0


@dataclass
class Cell(Element):
    """A cell; `formula` is written out where Excel shares it, `written` is where its element lies."""

    text: str = ""
    has_value: bool = False
    formula: str | None = None
    written: tuple[int, int] = (0, 0)
    kind: str = ""


@dataclass
class Row(Element):
    """A row and its cells by column."""

    cells: dict[int, Cell] = field(default_factory=dict)


@dataclass
class Validation:
    """What may be entered in some cells."""

    attributes: Mapping[str, str]
    areas: tuple[Area, ...]
    formulas: tuple[str, str]


@dataclass
class Sheet:
    """A worksheet; of what stands around its rows, that by which a cell may be filled."""

    name: str
    number: int
    part: str
    content: bytes
    is_hidden: bool
    prefix: str = ""
    data: Element = field(default_factory=lambda: Element({}, 0, 0))
    dimension: Element | None = None
    rows: dict[int, Row] = field(default_factory=dict)
    merged: list[Area] = field(default_factory=list)
    columns: list[Mapping[str, str]] = field(default_factory=list)
    validations: list[Validation] = field(default_factory=list)
    is_protected: bool = False
    _by_row: dict[int, list[Area]] | None = None

    def cell(self, place: Place) -> Cell | None:
        """The cell at a place, if the file has one."""
        row = self.rows.get(place[0])
        return row.cells.get(place[1]) if row else None

    def formulas(self) -> Iterator[tuple[Place, Cell]]:
        """The cells with a formula, in order."""
        for row, line in self.rows.items():
            yield from (((row, column), cell) for column, cell in line.cells.items() if cell.formula is not None)

    def area_of(self, place: Place) -> Area | None:
        """The merged cells of which a place is one."""
        if self._by_row is None:
            self._by_row = {}
            for area in self.merged:
                for row in range(area.top, min(area.bottom, max(self.rows, default=1) + _BEYOND) + 1):
                    self._by_row.setdefault(row, []).append(area)
        return next((area for area in self._by_row.get(place[0], ()) if place in area), None)

    def anchor(self, place: Place) -> Place:
        """The place whose value a place shows: of merged cells, the first."""
        area = self.area_of(place)
        return (area.top, area.left) if area else place

    def style(self, place: Place) -> str:
        """The number of a cell's format: its own, or its row's, or its column's."""
        row, cell = self.rows.get(place[0]), self.cell(place)
        if cell is not None:
            return cell.attributes.get("s", "0")
        if row is not None and row.attributes.get("customFormat") in ("1", "true"):
            return row.attributes.get("s", "0")
        return self._column(place).get("style", "0")

    def is_out_of_sight(self, place: Place) -> bool:
        """Whether its sheet, its row or its column is hidden."""
        row = self.rows.get(place[0])
        marks = (row.attributes.get("hidden") if row else None, self._column(place).get("hidden"))
        return self.is_hidden or any(mark in ("1", "true") for mark in marks)

    def _column(self, place: Place) -> Mapping[str, str]:
        fitting = (item for item in self.columns if int(item.get("min", 1)) <= place[1] <= int(item.get("max", 0)))
        return next(fitting, {})


@dataclass
class Workbook:
    """Its worksheets in order, what its names stand for, its texts and formats.

    Args:
        names: by name in upper case and number of the sheet for which it holds, -1 for all.
        is_as_displayed: it computes with the numbers that its formats show, not with those in its cells.
    """

    package: Package
    sheets: list[Sheet]
    names: dict[tuple[str, int], str]
    strings: list[str]
    formats: list[Format]
    is_as_displayed: bool = False
    rule_formats: Sequence[str] = ()

    def sheet(self, name: str) -> Sheet | None:
        """The sheet of that name, in whatever case."""
        return next((sheet for sheet in self.sheets if sheet.name.casefold() == name.casefold()), None)

    def format(self, sheet: Sheet, place: Place) -> Format:
        """How a cell shows its value."""
        number = sheet.style(place)
        return self.formats[int(number)] if number.isdecimal() and int(number) < len(self.formats) else Format("", True)

    def value(self, sheet: Sheet, place: Place) -> Value:
        """What a cell holds, or what its formula had come to when the file was saved; None for a blank."""
        cell = sheet.cell(place)
        if cell is None or not cell.has_value:
            return None
        kind = cell.attributes.get("t", "n")
        if kind == "s":
            return self.strings[int(cell.text)]
        if kind in ("str", "inlineStr", "d"):
            return cell.text
        if kind == "e":
            return CellError(cell.text)
        return cell.text == "1" if kind == "b" else Decimal(cell.text) if cell.text.strip() else None

    def text(self, sheet: Sheet, place: Place) -> str:
        """What a cell or the merged cells in its place show, near enough to be a title or an id."""
        place = sheet.anchor(place)
        value = self.value(sheet, place)
        return self.format(sheet, place).show(value) if isinstance(value, Decimal) else str(value or "").strip()


@lru_cache(maxsize=4)
def open_workbook(content: bytes) -> Workbook:
    """A finished .xlsx, read once for all who judge it, so nobody may change it. Raises one of `UNSOUND`."""
    package, problems = read_package(content, "")
    if package is None:
        raise ValueError(str(problems[0].values["reason"]))
    return read_workbook(package)


def read_workbook(package: Package) -> Workbook:
    """An .xlsx. Raises one of `UNSOUND` for what is no sound workbook."""
    leads = read_relationships(package, "").values()
    main = next((item.target for item in leads if _is(item.type, "officeDocument")), "")
    if main not in package:
        raise ValueError("no workbook")
    root = parse_xml(package[main])
    ns = root.tag[: root.tag.index("}") + 1]
    found = read_relationships(package, main)
    parts = {_word(item.type): item.target for item in found.values()}
    listed, sheets = list(root.iter(f"{ns}sheet")), []
    for number, element in enumerate(listed):
        rid = next(str(value) for key, value in element.attrib.items() if str(key).endswith("}id"))
        if _is(found[rid].type, "worksheet"):
            is_hidden = element.get("state", "visible") != "visible"
            content = package[found[rid].target]
            sheet = Sheet(element.get("name", ""), number, found[rid].target, content, is_hidden)
            _SheetReader(sheet).read()
            sheets.append(sheet)
    names = {
        (item.get("name", "").upper(), int(item.get("localSheetId", "-1"))): item.text or ""
        for item in root.iter(f"{ns}definedName")
    }
    strings = _read_strings(package.get(parts.get("sharedStrings", ""), b""))
    for sheet in sheets:
        _check_values(sheet, len(strings))
    styles = package.get(parts.get("styles", ""), b"")
    is_as_displayed = any(item.get("fullPrecision") in ("0", "false") for item in root.iter(f"{ns}calcPr"))
    return Workbook(package, sheets, names, strings, read_formats(styles), is_as_displayed, read_rule_formats(styles))


def _check_values(sheet: Sheet, strings: int) -> None:
    """Every number is one, every shared text is in the list, and nothing is of a kind that nobody knows."""
    cells = (((row, column), cell) for row, line in sheet.rows.items() for column, cell in line.cells.items())
    for place, cell in cells:
        kind = cell.attributes.get("t", "n")
        is_index = cell.text.isdecimal() and int(cell.text) < strings
        is_sound = is_index if kind == "s" else _NUMBER.fullmatch(cell.text) if kind == "n" else kind in _TEXTS
        if cell.has_value and not is_sound:
            raise ValueError(f"{sheet.name}!{name_cell(place)}: {cell.text[:40]}")


def _word(kind: str) -> str:
    return posixpath.basename(kind)


def _is(kind: str, word: str) -> bool:
    return _word(kind) == word


def _read_strings(content: bytes) -> list[str]:
    if not content:
        return []
    root = parse_xml(content)
    ns = root.tag[: root.tag.index("}") + 1]
    phonetic = f"{ns}rPh"
    return [
        "".join(text.text or "" for text in item.iter(f"{ns}t") if text.getparent().tag != phonetic)  # type: ignore[union-attr]
        for item in root.iterfind(f"{ns}si")
    ]


class _SheetReader:
    """One pass over a sheet's bytes; expat tells at which byte each element begins and ends."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet, self.content = sheet, sheet.content
        self.path: list[str] = []
        self.row: Row | None = None
        self.cell: Cell | None = None
        self.mark: Element | None = None
        self.validation: dict[str, str] | None = None
        self.column = self.number = 0
        self.shared: dict[str, tuple[Place, str]] = {}
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True

    def read(self) -> None:
        encoding = _ENCODING.match(self.content)
        is_wide = self.content[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
        if is_wide or (encoding and encoding.group(1).upper() != b"UTF-8"):
            raise ValueError(f"{self.sheet.part}: {encoding.group(1).decode() if encoding else 'UTF-16'} (UTF-8)")
        parse_xml(self.content)  # no document type, whose entities expat would follow
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.read_text
        self.parser.Parse(self.content, True)

    def make(self, kind: type[Element], attributes: Mapping[str, str]) -> Element:
        position = self.parser.CurrentByteIndex
        tag = _TAG.match(self.content, position)
        assert tag is not None
        return kind(attributes, position, tag.end())

    def close(self, element: Element) -> None:
        is_empty = self.content[element.inside - 2 : element.inside] == b"/>"
        element.end = element.inside if is_empty else self.content.index(b">", self.parser.CurrentByteIndex) + 1

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        prefix, _, name = tag.rpartition(":")
        if not self.path:
            self.sheet.prefix = f"{prefix}:" if prefix else ""
        self.path.append(name)
        if self.cell is not None:
            if name == "f":
                self.mark = self.make(Element, attributes)
                self.cell.formula, self.cell.kind = "", attributes.get("t", "normal")
            elif name in ("v", "t"):
                self.cell.has_value = True
        elif name == "c" and self.row is not None:
            place = read_place(attributes.get("r", ""))
            if place is None or place[0] != self.number:
                raise ValueError(f"{self.sheet.part}: a cell that does not say where it stands")
            self.column = place[1]
            self.cell = self.make(Cell, attributes)  # type: ignore[assignment]
        elif name == "row":
            self.number = int(attributes.get("r", "0"))
            self.row = self.make(Row, attributes)  # type: ignore[assignment]
        elif name == "sheetData":
            self.sheet.data = self.make(Element, attributes)
        else:
            self.start_around(name, attributes)

    def start_around(self, name: str, attributes: dict[str, str]) -> None:
        if name == "dimension":
            self.sheet.dimension = self.make(Element, attributes)
            self.close(self.sheet.dimension)
        elif name == "mergeCell":
            self.sheet.merged += read_areas(attributes.get("ref", ""))
        elif name == "col":
            int(attributes.get("min", 1)), int(attributes.get("max", 0))  # what is no number is told here, not later
            self.sheet.columns.append(attributes)
        elif name == "sheetPr" and attributes.get("transitionEvaluation") in ("1", "true"):
            raise ValueError(f"{self.sheet.name}: transitionEvaluation")  # formulas as Lotus 1-2-3 computes them
        elif name == "sheetProtection":
            self.sheet.is_protected = attributes.get("sheet") in ("1", "true")
        elif name == "dataValidation":
            self.validation = {**attributes, "formula1": "", "formula2": ""}

    def read_text(self, text: str) -> None:
        inside = self.path[-1]
        if self.cell is not None:
            if inside == "f":
                self.cell.formula = (self.cell.formula or "") + text
            elif inside == "v" or (inside == "t" and "rPh" not in self.path):
                self.cell.text += text
        elif self.validation is not None:
            key = next((step for step in reversed(self.path) if step in ("formula1", "formula2", "sqref")), "")
            if key:
                self.validation[key] = self.validation.get(key, "") + text

    def end(self, tag: str) -> None:
        name = self.path.pop()
        if name == "f" and self.cell is not None and self.mark is not None:
            self.close(self.mark)
            self.cell.written = (self.mark.start, self.mark.end)
            self.share(self.cell, self.mark.attributes)
        elif name == "c" and self.cell is not None and self.row is not None:
            self.close(self.cell)
            is_text = self.cell.attributes.get("t", "n") in ("str", "inlineStr")
            self.cell.has_value = self.cell.has_value and (is_text or bool(self.cell.text.strip()))
            self.row.cells[self.column] = self.cell
            self.cell = None
        elif name == "row" and self.row is not None:
            self.close(self.row)
            self.sheet.rows[self.number] = self.row
            self.row = None
        elif name == "sheetData":
            self.close(self.sheet.data)
        elif name == "dataValidation" and self.validation is not None:
            made, self.validation = self.validation, None
            areas = tuple(read_areas(made.get("sqref", "")))
            self.sheet.validations.append(Validation(made, areas, (made["formula1"], made["formula2"])))

    def share(self, cell: Cell, attributes: Mapping[str, str]) -> None:
        """Write out a formula that stands in another cell of its column or row."""
        if attributes.get("t") != "shared":
            return
        place, key = (self.number, self.column), attributes.get("si", "")
        if cell.formula:
            self.shared[key] = place, cell.formula
        elif key in self.shared:
            (row, column), text = self.shared[key]
            is_long = len(text) > MAX_FORMULA
            cell.formula = text if is_long else move_formula(text, place[0] - row, place[1] - column)
