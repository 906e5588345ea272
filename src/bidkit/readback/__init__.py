"""finished .docx and .xlsx -> text, cells, figures, structure."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from itertools import islice
from typing import Any

from lxml import etree

from bidkit.ooxml import opc
from bidkit.ooxml.sheet.foreign import UNSOUND, name_cell, open_workbook
from bidkit.readback.names import DC, WP, A, C, Place, R, S, W
from bidkit.readback.soundness import Fault, find_faults
from bidkit.references import PageReference, list_references

_SHAPES = (f"{W}tbl", f"{A}blip", f"{W}vanish", f"{W}instrText", f"{W}fldSimple")
_LEAST_AMOUNT = 1000
"""What a number in a chart must be to be taken for an amount of money."""


@dataclass(frozen=True)
class ReadDocument:
    """A .docx as read back: paragraphs with their places, each section's header, headings, contents, author."""

    name: str
    texts: tuple[tuple[Place, str], ...]
    headers: tuple[tuple[Place, str], ...]
    headings: tuple[tuple[int, str], ...]
    contents: tuple[str, ...]
    author: str
    faults: tuple[Fault, ...]
    properties: tuple[tuple[Place, str], ...] = ()
    """Title, subject and whatever else its properties say."""
    drawn: tuple[tuple[Place, str], ...] = ()
    """What pictures say: charts with their numbers and workbooks, diagrams, and the texts that stand for pictures."""
    contents_pages: tuple[str, ...] = ()
    """The page that each entry of the contents shows; empty where it shows none."""
    structure: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """What a text does not show, by kind and in order: tables with the cells of their rows, pictures by their hash,
    fields, and what is hidden."""
    references: tuple[PageReference, ...] = ()
    """What its texts show as the pages of its headings."""

    @property
    def text(self) -> str:
        """The whole text, a line per paragraph."""
        return "\n".join(text for _, text in self.texts)


@dataclass(frozen=True)
class ReadWorkbook:
    """An .xlsx as read back: cached values by sheet and cell."""

    name: str
    cells: Mapping[tuple[str, str], Any]
    rows: tuple[tuple[tuple[Any, bool], ...], ...]
    """Every row of every sheet: values, and whether a formula gives them."""
    headers: tuple[tuple[Place, str], ...]
    author: str
    faults: tuple[Fault, ...]
    structure: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Formulas by cell, hidden columns and rows, pictures by their hash."""

    @cached_property
    def texts(self) -> tuple[tuple[Place, str], ...]:
        """Every text cell with its place."""
        return tuple(
            ((("sheet", sheet), ("cell", cell)), value)
            for (sheet, cell), value in self.cells.items()
            if isinstance(value, str)
        )

    @cached_property
    def text(self) -> str:
        """All text cells, a line each."""
        return "\n".join(text for _, text in self.texts)

    def sheets_with(self, text: str) -> list[str]:
        """The sheets that hold this text, in order."""
        return list(dict.fromkeys(sheet for (sheet, _), value in self.cells.items() if value == text))

    def has_number(self, amount: Decimal, on: str | None = None) -> bool:
        """Whether a cell (of one sheet) holds this amount, to the cent."""
        return any(_read_amount(value) == amount for (sheet, _), value in self.cells.items() if on in (None, sheet))

    def has_computed_row(self, name: str, amount: Decimal) -> bool:
        """Whether a row holds this text and a formula whose value is this amount."""
        return (name, amount) in self._computed

    @cached_property
    def _computed(self) -> frozenset[tuple[str, Decimal]]:
        """Each text of a row with each amount that a formula gives there: a quote may have thousands of lines."""
        found: set[tuple[str, Decimal]] = set()
        for row in self.rows:
            texts = [value for value, _ in row if isinstance(value, str)]
            amounts = [_read_amount(value) for value, is_live in row if is_live]
            found.update((text, amount) for text in texts for amount in amounts if amount is not None)
        return frozenset(found)


_MOST_DIGITS = 20


def _read_amount(value: Any) -> Decimal | None:
    """A number to the cent; one that is no amount at all, as it is."""
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return None
    number = Decimal(str(value))
    return number.quantize(Decimal("0.01")) if number.is_finite() and number.adjusted() < _MOST_DIGITS else number


def read_docx(content: bytes, name: str) -> ReadDocument:
    """A finished .docx; what cannot be read is a fault."""
    parts, trees, wrong = opc.open_finished(content)
    faults = [Fault(part or name, reason) for part, reason in wrong.items()]
    if parts is None:
        return ReadDocument(name, (), (), (), (), "", tuple(faults))
    texts: list[tuple[Place, str]] = []
    for part, tree in trees.items():
        if part.startswith("word/"):
            found = [((("part", part), ("paragraph", str(n))), _text(p)) for n, p in enumerate(tree.iter(f"{W}p"), 1)]
            texts += [(place, text) for place, text in found if text]
    faults += list(find_faults(parts, trees))
    author = trees["docProps/core.xml"].findtext(f"{DC}creator", "") if "docProps/core.xml" in trees else ""
    headings, entries, references = _read_outline(trees)
    contents, pages = tuple(text for text, _ in entries), tuple(page for _, page in entries)
    is_whole = "word/document.xml" in trees and "word/_rels/document.xml.rels" in trees
    headers = _read_headers(parts, trees) if is_whole else ()
    properties = tuple(
        ((("part", part),), text.strip())
        for part, tree in trees.items()
        if part.startswith("docProps/")
        for text in map(str, tree.itertext())
        if text.strip()
    )
    drawn = (*_read_pictures(trees), *_read_workbooks(parts, faults))
    about = properties, tuple(drawn), pages, _read_structure(parts, trees), references
    return ReadDocument(name, tuple(texts), headers, headings, contents, author, tuple(faults), *about)


def _read_structure(parts: Mapping[str, bytes], trees: Mapping[str, etree._Element]) -> dict[str, tuple[str, ...]]:
    """The tables, pictures, fields and hidden texts of a document, the main part before the others."""
    found: dict[str, list[str]] = {"table": [], "picture": [], "field": [], "hidden": []}
    for part in sorted((part for part in trees if part.startswith("word/")), key=lambda part: "/document" not in part):
        if part.endswith(".rels"):
            continue
        pictures = opc.read_relationships(parts, part) if opc.rels_name(part) in trees else {}
        for element in trees[part].iter(*_SHAPES):
            if element.tag == f"{W}tbl":
                rows = (str(len(row.findall(f"{W}tc"))) for row in element.findall(f"{W}tr"))
                found["table"].append(" ".join(rows))
            elif element.tag == f"{A}blip":
                target = pictures.get(element.get(f"{R}embed", element.get(f"{R}link", "")))
                found["picture"].append(_hash(parts.get(target.target, b"")) if target else "")
            elif element.tag == f"{W}vanish":
                found["hidden"] += [] if part == "word/styles.xml" else [part]
            else:
                text = element.text if element.tag == f"{W}instrText" else element.get(f"{W}instr")
                found["field"].append(" ".join((text or "").split()))
    return {kind: tuple(values) for kind, values in found.items()}


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]


def _read_pictures(trees: Mapping[str, etree._Element]) -> Iterator[tuple[Place, str]]:
    """The texts of charts and diagrams, the numbers of charts, and the texts that stand for pictures."""
    for part, tree in trees.items():
        for element in tree.iter(f"{A}p", f"{C}v", f"{WP}docPr") if part.startswith("word/") else ():
            if element.tag == f"{WP}docPr":
                said = [element.get("descr", ""), element.get("title", "")]
            elif element.tag == f"{A}p":
                said = ["".join(text.text or "" for text in element.iter(f"{A}t"))]
            else:
                said = [_show_number(element.text or "")]
            yield from (((("part", part),), text) for text in said if text)


def _read_workbooks(parts: Mapping[str, bytes], faults: list[Fault]) -> Iterator[tuple[Place, str]]:
    """The cells of the workbooks that stand behind charts; one that cannot be read is a fault."""
    for part in parts:
        if part.startswith("word/") and part.lower().endswith((".xlsx", ".xlsm")):
            book = read_xlsx(parts[part], part)
            if book.faults and not book.cells:
                faults.append(Fault(part, book.faults[0].text))
            for (sheet, cell), value in book.cells.items():
                yield (("part", part), ("sheet", sheet), ("cell", cell)), _show_number(str(value))


def _show_number(text: str) -> str:
    """A large number as an amount, for in a chart nothing beside it says so; other text as it is."""
    try:
        number = Decimal(text.strip())
    except ArithmeticError:
        return text
    return f"{number:,.2f}" if _LEAST_AMOUNT <= number < 10**15 else text


def _read_headers(parts: Mapping[str, bytes], trees: Mapping[str, etree._Element]) -> tuple[tuple[Place, str], ...]:
    """The header of every section, empty if it has none; that of a cover (the first of several) only if it has one."""
    relationships = opc.read_relationships(parts, "word/document.xml")
    headers: list[tuple[Place, str]] = []
    part = ""
    for section in trees["word/document.xml"].iter(f"{W}sectPr"):
        for reference in section.findall(f"{W}headerReference"):
            relationship = relationships.get(reference.get(f"{R}id", ""))
            if reference.get(f"{W}type") == "default" and relationship is not None:
                part = relationship.target
        text = "\n".join(_text(p) for p in trees[part].iter(f"{W}p")) if part in trees else ""
        headers.append(((("part", part or "word/document.xml"),), text.strip()))
    return tuple(headers[1:] if len(headers) > 1 and not headers[0][1] else headers)


def _text(paragraph: etree._Element) -> str:
    out = []
    for element in paragraph.iter(f"{W}t", f"{W}tab", f"{W}br"):
        run = element.getparent()
        if run is None or run.tag != f"{W}r":
            continue
        if run.getparent() is paragraph or next(element.iterancestors(f"{W}p")) is paragraph:
            out.append(element.text or "" if element.tag == f"{W}t" else "\t" if element.tag == f"{W}tab" else "\n")
    return "".join(out)


def _read_outline(
    trees: Mapping[str, etree._Element],
) -> tuple[tuple[tuple[int, str], ...], tuple[tuple[str, str], ...], tuple[PageReference, ...]]:
    """Headings by style name, the entries of the contents, each with its page, and references to pages of headings."""
    if "word/document.xml" not in trees or "word/styles.xml" not in trees:
        return (), (), ()
    names = {
        style.get(f"{W}styleId", ""): named.get(f"{W}val", "").lower()
        for style in trees["word/styles.xml"].iter(f"{W}style")
        if (named := style.find(f"{W}name")) is not None
    }
    headings, contents, titled, listed = [], [], [], []
    for style in trees["word/document.xml"].iter(f"{W}pStyle"):
        name = names.get(style.get(f"{W}val", ""), "")
        above = [*islice(style.iterancestors(), 2)] if name.startswith(("heading ", "toc ")) else []
        if len(above) < 2 or above[1].tag != f"{W}p":  # a style that the paragraph had before a tracked change
            continue
        paragraph = above[1]
        if found := re.fullmatch("heading ([1-9])", name):
            if text := _text(paragraph).strip():
                headings.append((int(found.group(1)), " ".join(text.split())))
                titled.append(paragraph)
        elif re.fullmatch("toc [1-9]", name):
            entry, _, page = _text(paragraph).partition("\t")
            contents.append((" ".join(entry.split()), page.strip()))
            listed.append(paragraph)
    return tuple(headings), tuple(contents), tuple(list_references(trees["word/document.xml"], titled, listed))


def read_xlsx(content: bytes, name: str) -> ReadWorkbook:
    """A finished .xlsx with its cached values; a formula without one is a fault."""
    import openpyxl

    parts, trees, wrong = opc.open_finished(content)
    reason = next((": ".join(filter(None, item)) for item in wrong.items()), "")
    try:
        if reason := reason or _find_damage(parts or {}, trees):
            raise ValueError(reason)
        book = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
        formulas = {
            (sheet.name, name_cell(place)): cell.formula
            for sheet in open_workbook(content).sheets
            for place, cell in sheet.formulas()
        }
    except (zipfile.BadZipFile, TypeError, AttributeError, OSError, *UNSOUND) as error:
        return ReadWorkbook(name, {}, (), (), "", (Fault(name, str(error)),))
    cells: dict[tuple[str, str], Any] = {}
    rows: list[tuple[tuple[Any, bool], ...]] = []
    headers: list[tuple[Place, str]] = []
    faults: list[Fault] = []
    for sheet in book.worksheets:
        if sheet.sheet_state != "visible":
            faults.append(Fault(sheet.title, "a hidden sheet"))
        for row in sheet.iter_rows():
            own = [((sheet.title, cell.coordinate), cell.value) for cell in row]
            rows.append(tuple((value, spot in formulas) for spot, value in own))
            cells |= {spot: value for spot, value in own if value is not None}
            for spot, value in own:
                if spot in formulas and (value is None or (isinstance(value, str) and value.startswith("#"))):
                    faults.append(Fault("!".join(spot), f"formula without a sound value: {value}"))
        header = sheet.oddHeader
        text = " ".join(str(part.text) for part in (header.left, header.center, header.right) if part.text)
        headers.append(((("sheet", sheet.title),), text))
    hidden = [
        f"{sheet.title}!{key}"
        for sheet in book.worksheets
        for kind in (sheet.column_dimensions, sheet.row_dimensions)
        for key, value in kind.items()
        if value.hidden
    ]
    structure = {
        "formula": tuple(f"{'!'.join(spot)} ={formula}" for spot, formula in formulas.items()),
        "hidden": tuple(hidden),
        "picture": tuple(sorted(_hash(parts[part]) for part in parts or () if parts and part.startswith("xl/media/"))),
    }
    author = book.properties.creator or ""
    return ReadWorkbook(name, cells, tuple(rows), tuple(headers), author, tuple(faults), structure)


def _find_damage(parts: Mapping[str, bytes], trees: Mapping[str, etree._Element]) -> str:
    """What openpyxl would read over: a sheet or a text that is not there."""
    for part in trees:
        if part.endswith(".rels"):
            folder, _, file = part.rpartition("_rels/")
            relationships = opc.read_relationships(parts, folder + file.removesuffix(".rels")).values()
            missing = [item.target for item in relationships if not item.is_external and item.target not in parts]
            if missing:
                return f"{missing[0]} is not there"
    strings = trees.get("xl/sharedStrings.xml")
    count = 0 if strings is None else len(list(strings.iterfind(f"{S}si")))
    for part, tree in trees.items():
        if part.startswith("xl/worksheets/"):
            for cell in tree.iter(f"{S}c"):
                if cell.get("t") == "s" and not int(cell.findtext(f"{S}v", "-1")) < count:
                    return f"{part}: {cell.get('r')} shows a text that is not there"
    return "" if "xl/workbook.xml" in parts else "no workbook"
