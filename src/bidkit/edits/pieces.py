"""a .docx or .xlsx as pieces of text: paragraphs and rows of cells, without what a program computes by itself.

Page numbers, contents, numbers of captions and dates are fields: Word computes them anew, and nobody has edited them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from lxml import etree

from bidkit.diagnostic import Diagnostic, Span, Term
from bidkit.ooxml import opc
from bidkit.readback import W, read_xlsx
from bidkit.source.tables.word import read_document
from bidkit.wording import settle

_COMPUTED = re.compile(r"\s*(TOC|PAGE|PAGEREF|NUMPAGES|SECTIONPAGES|SEQ|REF|DATE|TIME|SAVEDATE|STYLEREF)\b", re.I)
_BODY = "word/document.xml"
_BESIDE = re.compile(r"word/(header|footer|footnotes|endnotes)[^/]*\.xml")
_DRAFT = re.compile(r"草稿\s*DRAFT|DRAFT")
_QUOTES = str.maketrans("“”‘’\u00a0\u2011", "\"\"'' -")
_KINDS = {"ins": "inserted", "del": "deleted", "comment": "comment"}
_CELL = re.compile(r"([A-Z]+)(\d+)")


@dataclass(frozen=True)
class Piece:
    """A paragraph, or a row of a table or a sheet.

    Args:
        cells: one of a paragraph; `places` has where each stands.
    """

    at: Span
    cells: tuple[str, ...]
    places: tuple[Span, ...]

    @property
    def text(self) -> str:
        """It as one text."""
        return " | ".join(self.cells)

    @property
    def key(self) -> str:
        """It without what programs write otherwise: quotes, blanks, line breaks."""
        return " | ".join(settle(cell.translate(_QUOTES)) for cell in self.cells)


@dataclass(frozen=True)
class Mark:
    """A change that Word has tracked, or a comment: who, and what it says."""

    kind: str
    author: str
    text: str


def read_pieces(content: bytes, name: str) -> tuple[list[Piece], list[Diagnostic]]:
    """The pieces of a file. Diagnostics: TP01, EN62 (neither .docx nor .xlsx)."""
    package, problems = opc.read_package(content, name)
    if package is None:
        return [], problems
    try:
        if "word/document.xml" in package:
            return [*_read_word(package, name)], []
        if "xl/workbook.xml" in package:
            return [*_read_sheets(content, name)], []
    except (etree.XMLSyntaxError, ValueError) as error:
        return [], [Diagnostic("TP01", Span(name), {"file": name, "reason": str(error)})]
    return [], [Diagnostic("EN62", Span(name), {"file": name})]


def _read_word(package: Mapping[str, bytes], name: str) -> Iterator[Piece]:
    """The body, then what headers, footers and notes say, each once: programs write them as often as they like."""
    trees = {part: opc.parse_xml(package[part]) for part in package if part == _BODY or _BESIDE.fullmatch(part)}
    for tree in trees.values():
        _blank_fields(tree)
    body = {part: package[part] for part in (_BODY, "word/styles.xml") if part in package}
    for passage in read_document(body, name, trees):
        if isinstance(passage.content, str):
            yield from _make_paragraph(passage.content, passage.at)
            continue
        for row in passage.content.rows:
            own = [cell for cell in row.cells if not cell.owner and (cell.text or cell.at != row.at)] or [*row.cells]
            yield Piece(row.at, tuple(cell.text for cell in own), tuple(cell.at for cell in own))
    beside: dict[str, Piece] = {}
    for part, tree in trees.items():
        for paragraph in tree.iter(f"{W}p") if part != _BODY else ():
            text = "".join(each.text or "" for each in paragraph.iter(f"{W}t"))
            for piece in _make_paragraph(text, Span(name, place=(("part", part),))):
                beside.setdefault(piece.key, piece)
    yield from (beside[key] for key in sorted(beside))


def _make_paragraph(text: str, at: Span) -> Iterator[Piece]:
    said = _DRAFT.sub("", text).strip()
    if said:
        yield Piece(at, (said,), (at,))


def _blank_fields(tree: etree._Element) -> None:
    """Take the results of computed fields out of a part."""
    for simple in tree.iter(f"{W}fldSimple"):
        if _COMPUTED.match(simple.get(f"{W}instr", "")):
            for text in simple.iter(f"{W}t"):
                text.text = ""
    fields: list[list[str | bool]] = []  # of each field that is open: its instruction, and whether its result has begun
    for element in tree.iter(f"{W}fldChar", f"{W}instrText", f"{W}t", f"{W}tab"):
        if element.tag == f"{W}fldChar":
            kind = element.get(f"{W}fldCharType")
            if kind == "begin":
                fields.append(["", False])
            elif fields and kind == "separate":
                fields[-1][1] = True
            elif fields and kind == "end":
                fields.pop()
        elif element.tag == f"{W}instrText" and fields:
            fields[-1][0] = f"{fields[-1][0]}{element.text or ''}"
        elif element.tag == f"{W}t" and any(is_result and _COMPUTED.match(str(said)) for said, is_result in fields):
            element.text = ""


def _read_sheets(content: bytes, name: str) -> Iterator[Piece]:
    book = read_xlsx(content, name)
    if book.faults and not book.cells:
        raise ValueError(book.faults[0].text)
    rows: dict[tuple[str, int], list[tuple[str, str]]] = {}
    for (sheet, cell), value in book.cells.items():
        found = _CELL.fullmatch(cell)
        if found and str(value).strip():
            rows.setdefault((sheet, int(found[2])), []).append((cell, _show(value)))
    for (sheet, _), cells in rows.items():
        places = tuple(Span(name, place=(("sheet", sheet), ("cell", cell))) for cell, _ in cells)
        yield Piece(places[0], tuple(_DRAFT.sub("", text) for _, text in cells), places)


def _show(value: object) -> str:
    """What a cell holds, a number the same whoever has written it."""
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return f"{Decimal(str(value)).normalize():f}" if is_number else str(value)


def read_marks(content: bytes, name: str) -> list[Mark]:
    """The tracked changes and the comments of a .docx, as Word lists them."""
    package, _ = opc.read_package(content, name)
    found: list[Mark] = []
    for part in package or ():
        if package and re.fullmatch(r"word/(document|comments|header\d*|footer\d*|footnotes)\.xml", part):
            for element in opc.parse_xml(package[part]).iter(f"{W}ins", f"{W}del", f"{W}comment"):
                text = "".join(each.text or "" for each in element.iter(f"{W}t", f"{W}delText")).strip()
                if text:
                    found.append(Mark(_KINDS[etree.QName(element).localname], element.get(f"{W}author", ""), text))
    return found


def describe_mark(mark: Mark) -> Term:
    """What a mark is, in words."""
    return Term(f"mark_{mark.kind}", (("author", mark.author or "—"), ("text", mark.text)))
