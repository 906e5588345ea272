"""an .xlsx as it is compared: cells with values, formulas, formats and looks, and all that is set around them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from lxml import etree

from bidkit.diagnostic import Diagnostic, Span
from bidkit.edits.around import Around, read_around, read_settings
from bidkit.edits.looks import Props, describe_props, flatten, strip
from bidkit.ooxml import opc
from bidkit.ooxml.sheet.evaluate import compute_all
from bidkit.ooxml.sheet.foreign import (
    UNSOUND,
    Cell,
    CellError,
    Place,
    Sheet,
    Value,
    Workbook,
    name_cell,
    read_workbook,
)
from bidkit.ooxml.sheet.formats import Format

MAIN = "xl/workbook.xml"
_UNSEEN = ("family", "charset", "scheme", "extend", "condense")


@dataclass(frozen=True)
class ReadCell:
    """A cell.

    Args:
        value: what it holds, or shows as what its formula comes to; None if the file does not say.
        formula: without its equals sign; None if it has none.
        computed: what its formula comes to; `value` where that cannot be computed, which `is_known` tells.
    """

    value: Value
    formula: str | None
    computed: Value
    form: Format
    look: Props
    is_known: bool = True


@dataclass(frozen=True)
class ReadSheet:
    """A sheet: its cells by row and column, and what is set around them."""

    name: str
    number: int
    state: str
    rows: Mapping[int, Mapping[int, ReadCell]]
    around: Around


@dataclass(frozen=True)
class ReadBook:
    """A workbook; `settings` are its names and whatever else is set for all of it."""

    sheets: tuple[ReadSheet, ...]
    settings: Around = field(default_factory=Around)

    def keys(self) -> list[str]:
        """The texts and figures of all rows, by which a build is found again."""
        return [
            " | ".join(show(cell.value) for cell in row.values() if cell.value is not None and cell.formula is None)
            for sheet in self.sheets
            for row in sheet.rows.values()
        ]


def show(value: Value) -> str:
    """A value, a number the same whoever has written it."""
    if isinstance(value, bool) or value is None:
        return "" if value is None else str(value).upper()
    return (f"{value.normalize():f}" if value else "0") if isinstance(value, Decimal) else str(value)


def read_book(content: bytes, name: str) -> tuple[ReadBook | None, list[Diagnostic]]:
    """A workbook. Diagnostics: TP01 (it cannot be read, or is not sound)."""
    package, problems = opc.read_package(content, name)
    if package is None:
        return None, problems
    try:
        return _read(read_workbook(package)), []
    except UNSOUND as error:
        return None, [Diagnostic("TP01", Span(name), {"file": name, "reason": str(error)})]


def _read(book: Workbook) -> ReadBook:
    package = book.package
    leads = opc.read_relationships(package, "").values()
    main = next(item.target for item in leads if item.type.endswith("/officeDocument"))
    tree = opc.parse_xml(package[main])
    states = [each.get("state", "visible") for each in tree.iterfind("{*}sheets/{*}sheet")]
    found = opc.read_relationships(package, main)
    styles = next((item.target for item in found.values() if item.type.endswith("/styles")), "")
    looks = _Looks(package.get(styles, b""))
    texts = next((item.target for item in found.values() if item.type.endswith("/sharedStrings")), "")
    rich = _read_rich(package.get(texts, b""))
    computed = compute_all(book)

    def make(sheet: Sheet, place: Place, cell: Cell) -> ReadCell:
        value, spot = book.value(sheet, place), (sheet.number, *place)
        form, look = book.format(sheet, place), looks.cell(sheet.style(place))
        number = int(cell.text) if cell.attributes.get("t") == "s" and cell.text.isdecimal() else -1
        runs = rich.get(number, "") or inline.get((sheet.number, name_cell(place)), "")
        look = look | {"runs": runs} if runs else look
        is_known = cell.formula is None or spot in computed
        return ReadCell(value, cell.formula, computed.get(spot, value), form, look, is_known)

    inline = {(sheet.number, where): text for sheet in book.sheets for where, text in _read_inline(sheet.content)}
    sheets = []
    for sheet in book.sheets:
        around = read_around(package, sheet.part, looks.rules)
        rows = {row: {column: make(sheet, (row, column), cell) for column, cell in line.cells.items()}
                for row, line in sheet.rows.items()}  # fmt: skip
        sheets.append(ReadSheet(sheet.name, sheet.number, states[sheet.number], rows, around))
    return ReadBook(tuple(sheets), read_settings(tree, found, package))


def _read_rich(content: bytes) -> Mapping[int, str]:
    """How the runs of those shared texts look that have any, by their numbers."""
    items = opc.parse_xml(content).iterfind("{*}si") if content else ()
    return {number: text for number, item in enumerate(items) if (text := _describe_runs(item))}


def _read_inline(content: bytes) -> Iterator[tuple[str, str]]:
    for cell in opc.parse_xml(content).iterfind("{*}sheetData/{*}row/{*}c[@t='inlineStr']"):
        for item in cell.iterfind("{*}is"):
            if text := _describe_runs(item):
                yield cell.get("r", ""), text


def _describe_runs(item: etree._Element) -> str:
    """The runs of a text, each with its look."""
    runs = []
    for run in item.iterfind("{*}r"):
        props = {key: value for key, value in flatten(run.find("{*}rPr")) if not key.startswith(_UNSEEN)}
        runs.append(f"{run.findtext('{*}t') or ''}[{describe_props(strip(props))}]")
    return "".join(runs)


class _Looks:
    """The fonts, fills, borders and alignments of a workbook's cells, by the number of their format."""

    def __init__(self, content: bytes) -> None:
        tree = opc.parse_xml(content) if content else etree.Element("styleSheet")
        lists = {kind: [*tree.iterfind(f"{{*}}{kind}s/{{*}}{kind}")] for kind in ("font", "fill", "border")}
        self.rules = [strip(dict(flatten(each))) for each in tree.iterfind("{*}dxfs/{*}dxf")]
        self.cells = [_read_look(each, lists) for each in tree.iterfind("{*}cellXfs/{*}xf")]

    def cell(self, number: str) -> Props:
        """The look of a format."""
        return self.cells[int(number)] if number.isdecimal() and int(number) < len(self.cells) else {}


def _read_look(xf: etree._Element, lists: Mapping[str, Sequence[etree._Element]]) -> Props:
    props: Props = {}
    for kind, elements in lists.items():
        number = xf.get(f"{kind}Id", "")
        element = elements[int(number)] if number.isdecimal() and int(number) < len(elements) else None
        props |= {f"{kind}.{key}": value for key, value in flatten(element) if not key.startswith(_UNSEEN)}
    return strip(props | dict(flatten(xf)))


def same(one: Value, two: Value) -> bool:
    """Whether two values are the same, numbers as far as programs keep them."""
    if isinstance(one, Decimal) and isinstance(two, Decimal) and not isinstance(one, bool):
        return abs(one - two) <= max(abs(one), abs(two), Decimal(1)) * Decimal("1e-13")
    if isinstance(one, CellError) != isinstance(two, CellError):
        return False
    return (one or None if one == "" else one) == (two or None if two == "" else two)


def list_places(rows: Mapping[int, Mapping[int, ReadCell]]) -> Iterator[tuple[Place, ReadCell]]:
    """The cells in order, each with its place."""
    for row in sorted(rows):
        yield from (((row, column), cell) for column, cell in sorted(rows[row].items()))


def locate(name: str, sheet: str, place: Place) -> Span:
    """A cell's place."""
    return Span(name, place=(("sheet", sheet), ("cell", name_cell(place))))
