"""the tables and paragraphs of a .docx -> grids: what their cells say, which of them are merged."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from lxml import etree

from bidkit.diagnostic import Diagnostic, Span, Term
from bidkit.ooxml import opc
from bidkit.source.tables.grid import Cell, Grid, Row

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}oMath"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_BESIDE = re.compile(r"word/(header|footer|footnotes|endnotes)[^/]*\.xml")
_HEADING = re.compile(r"(?:heading|标题) (\d)", re.I)
_SPAN = re.compile("[1-9][0-9]{0,5}")
_WHOLE = etree.XPath("string()", smart_strings=False)
_MAX_COLUMNS = 63
"""What Word allows a table."""


@dataclass(frozen=True)
class Passage:
    """A table, or a paragraph outside of tables, a heading too.

    Args:
        headings: those that it stands under, from the highest down; of a heading, itself the last.
    """

    headings: tuple[str, ...]
    content: Grid | str
    at: Span

    @property
    def heading(self) -> str:
        """The nearest one; empty before the first."""
        return self.headings[-1] if self.headings else ""


def read_document(
    parts: Mapping[str, bytes],
    name: str,
    trees: Mapping[str, etree._Element] = MappingProxyType({}),
    *,
    having: re.Pattern[str] | None = None,
) -> Iterator[Passage]:
    """A document from the top down, then its headers, footers and notes.

    What lies in a table or in a text box comes after it, tables in cells by themselves.

    Args:
        parts: as of `opc.read_package`; a well-formed `word/document.xml` among them.
        trees: of parts that have been parsed.
        having: what must stand in a passage; without it the others are passed over.
    """
    levels = _find_levels(parts)
    tables = 0
    for part in ("word/document.xml", *filter(_BESIDE.fullmatch, parts)):
        headings: dict[int, str] = {}
        tree = trees[part] if part in trees else opc.parse_xml(parts[part])
        for block in _walk(tree):
            is_wanted = having is None or having.search(str(_WHOLE(block)))
            text = "" if block.tag == f"{_W}tbl" else _read_paragraph(block)
            style = block.find(f"{_W}pPr/{_W}pStyle") if text else None
            if style is not None and (level := levels.get(style.get(f"{_W}val", ""))):
                headings = {own: title for own, title in headings.items() if own < level} | {level: text}
            titles = tuple(headings.values())
            place: tuple[tuple[str, str], ...] = (("heading", titles[-1] if titles else ""),)
            if text and is_wanted:
                yield Passage(titles, text, Span(name, place=place))
            elif block.tag == f"{_W}tbl":
                tables += 1
                at = Span(name, place=(*place, ("table", str(tables))))
                if is_wanted:
                    yield Passage(titles, _read_table(block, at), at)


def find_doubts(part: bytes, name: str) -> Iterator[tuple[str, Diagnostic]]:
    """What in the tables of a document is printed otherwise than it is read: struck, hidden or moved text, raised
    digits behind a digit, signs of symbol fonts, equations; each with the table, as `read_document` counts them.

    Diagnostics: DL48.
    """
    tables = [block for block in _walk(opc.parse_xml(part)) if block.tag == f"{_W}tbl"]
    for number, table in enumerate(tables, 1):
        at = Span(name, place=(("table", str(number)),))
        before = ""
        for run in table.iter(f"{_W}r", _MATH):
            if next(run.iterancestors(f"{_W}tbl")) is not table:
                continue
            text = "".join(item.text or "" for item in run.iter(f"{_W}t"))
            if reason := _find_doubt(run, text, before):
                yield str(number), Diagnostic("DL48", at, {"value": text or "…", "reason": Term(reason)})
            before = text or before


def _find_doubt(run: etree._Element, text: str, before: str) -> str:
    """Why a run may not say what it seems to; empty if it does."""
    if run.tag == _MATH:
        return "equation"
    marks = [mark for mark in run.findall(f"{_W}rPr/*") if mark.get(f"{_W}val", "1") not in ("0", "false", "off")]
    names = {etree.QName(mark).localname for mark in marks if text}
    raised = any(mark.get(f"{_W}val") == "superscript" for mark in marks)
    if text and (names & {"strike", "dstrike", "vanish"} or next(run.iterancestors(f"{_W}moveFrom"), None) is not None):
        return "struck_or_hidden"
    if raised and text[:1].isdigit() and before[-1:].isdigit():
        return "raised_digit"
    is_sign = any(run.find(f"{_W}{tag}") is not None for tag in ("sym", "noBreakHyphen"))
    return "symbol_font" if is_sign else ""


def _find_levels(parts: Mapping[str, bytes]) -> dict[str, int]:
    """The levels of the styles of headings from 1, by their ids."""
    found: dict[str, int] = {}
    if "word/styles.xml" not in parts:
        return found
    for style in opc.parse_xml(parts["word/styles.xml"]).iter(f"{_W}style"):
        name, outline = style.find(f"{_W}name"), style.find(f"{_W}pPr/{_W}outlineLvl")
        named = _HEADING.match(name.get(f"{_W}val", "")) if name is not None else None
        written = named[1] if named else outline.get(f"{_W}val", "") if outline is not None else ""
        if re.fullmatch("[0-9]", written):
            found[style.get(f"{_W}styleId", "")] = int(written) + (0 if named else 1)
    return found


def _walk(parent: etree._Element, *, in_cell: bool = False) -> Iterator[etree._Element]:
    """Paragraphs and tables wherever they lie, but for the paragraphs of cells, which belong to their tables."""
    for child in parent:
        if child.tag == f"{_W}tbl" or (child.tag == f"{_W}p" and not in_cell):
            yield child
        # A fallback is a text box once more, for old programs.
        if child.tag != _FALLBACK and next(child.iterdescendants(f"{_W}p", f"{_W}tbl"), None) is not None:
            yield from _walk(child, in_cell=child.tag == f"{_W}tbl" or (in_cell and child.tag != f"{_W}txbxContent"))


def _read_table(table: etree._Element, at: Span) -> Grid:
    """A table as rows of cells; those of a merged one but the first have none of their own text."""
    rows: list[Row] = []
    above: dict[int, Cell] = {}
    width = 0
    for number, line in enumerate(_list_own(table, "tr", "tbl"), 1):
        cells: list[Cell] = []
        within = _list_own(line, "tc", "tr")
        texts = [_read_own(cell) for cell in within]
        for cell, text in zip(within, texts, strict=True):
            # What a table in a cell says is what the cell says, where a name stands beside it.
            said = text or ("\n".join(_read_inner(cell)) if any(texts) else "")
            cells += _read_cell(cell, said, len(cells), above, replace(at, place=(*at.place, ("row", str(number)))))
        width = max(width, len(cells))
        if any(cell.text for cell in cells):
            rows.append(Row(number, cells[0].at, tuple(cells)))
    return Grid(tuple(row.widen(width) for row in rows), at)


def _list_own(parent: etree._Element, tag: str, *holders: str) -> list[etree._Element]:
    """The elements inside another one that do not belong to one of these holders further in."""
    names = [f"{_W}{holder}" for holder in holders]
    inside, direct = [*parent.iter(f"{_W}{tag}")], parent.findall(f"{_W}{tag}")
    if len(inside) == len(direct):
        return direct
    return [child for child in inside if next(child.iterancestors(names)) is parent]


def _read_own(cell: etree._Element) -> str:
    return "\n".join(filter(None, map(_read_paragraph, _list_own(cell, "p", "tc", "txbxContent"))))


def _read_inner(cell: etree._Element) -> Iterator[str]:
    """The rows of the tables in a cell."""
    for line in cell.iter(f"{_W}tr"):
        yield " ".join(filter(None, map(_read_own, _list_own(line, "tc", "tr"))))


def _read_cell(cell: etree._Element, text: str, column: int, above: dict[int, Cell], at: Span) -> Iterator[Cell]:
    """A cell and those that lie under it to its right; `above` has the one that each column is merged into."""
    span, merge = cell.find(f"{_W}tcPr/{_W}gridSpan"), cell.find(f"{_W}tcPr/{_W}vMerge")
    spanned = span.get(f"{_W}val", "") if span is not None else ""
    width = min(int(spanned), _MAX_COLUMNS) if _SPAN.fullmatch(spanned) else 1
    at = replace(at, place=(*at.place, ("cell", str(column + 1))))
    is_below = merge is not None and merge.get(f"{_W}val") != "restart"
    own = Cell("", at, owner=above.get(column)) if is_below else Cell(text, at, width)
    yield own
    for _ in range(width - 1):
        yield Cell("", at, owner=own.said if own.said.text else None)
    if not is_below:
        above[column] = own


def _read_paragraph(paragraph: etree._Element) -> str:
    """What is read in it: neither deleted text nor the instructions of fields nor text boxes."""
    made = []
    for element in paragraph.iter(f"{_W}t", f"{_W}br", f"{_W}tab", f"{_W}cr"):
        if next(element.iterancestors(f"{_W}p", f"{_W}pPr")) is paragraph:
            made.append(element.text or "" if element.tag == f"{_W}t" else " " if element.tag == f"{_W}tab" else "\n")
    return "".join(made).strip()
