"""the tables and paragraphs of a .docx -> grids: what their cells say, which of them are merged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from lxml import etree

from bidkit.diagnostic import Span
from bidkit.ooxml import opc
from bidkit.source.tables.grid import Cell, Grid, Row

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@dataclass(frozen=True)
class Passage:
    """A table, or a paragraph outside of tables, with the heading that it stands under; empty before the first."""

    heading: str
    content: Grid | str
    at: Span


def read_document(parts: Mapping[str, bytes], name: str) -> Iterator[Passage]:
    """The body of a document from the top down; text of text boxes and of tables in cells is left out.

    Args:
        parts: as of `opc.read_package`; a well-formed `word/document.xml` among them.
    """
    levels = _find_levels(parts)
    body = opc.parse_xml(parts["word/document.xml"]).find(f"{_W}body")
    heading, tables = "", 0
    for block in () if body is None else _walk(body):
        if block.tag == f"{_W}tbl":
            tables += 1
            at = Span(name, place=(("heading", heading), ("table", str(tables))))
            yield Passage(heading, _read_table(block, at), at)
            continue
        text = _read_paragraph(block)
        style = block.find(f"{_W}pPr/{_W}pStyle")
        if text and style is not None and style.get(f"{_W}val") in levels:
            heading = text
        elif text:
            yield Passage(heading, text, Span(name, place=(("heading", heading),)))


def _find_levels(parts: Mapping[str, bytes]) -> frozenset[str]:
    """The ids of the styles of headings."""
    if "word/styles.xml" not in parts:
        return frozenset()
    found = []
    for style in opc.parse_xml(parts["word/styles.xml"]).iter(f"{_W}style"):
        name = style.find(f"{_W}name")
        is_heading = name is not None and str(name.get(f"{_W}val")).lower().startswith(("heading ", "标题"))
        if is_heading or style.find(f"{_W}pPr/{_W}outlineLvl") is not None:
            found.append(str(style.get(f"{_W}styleId")))
    return frozenset(found)


def _walk(parent: etree._Element) -> Iterator[etree._Element]:
    """Paragraphs and tables, those in content controls too."""
    for child in parent:
        if child.tag in (f"{_W}p", f"{_W}tbl"):
            yield child
        elif child.tag in (f"{_W}sdt", f"{_W}sdtContent"):
            yield from _walk(child)


def _read_table(table: etree._Element, at: Span) -> Grid:
    """A table as rows of cells; those of a merged one but the first have none of their own text."""
    rows: list[Row] = []
    above: dict[int, Cell] = {}
    width = 0
    for number, line in enumerate(table.findall(f"{_W}tr"), 1):
        cells: list[Cell] = []
        for cell in line.iter(f"{_W}tc"):
            if cell.getparent() is not line and _is_inner(cell, line):
                continue
            cells += _read_cell(cell, len(cells), above, replace(at, place=(*at.place, ("row", str(number)))))
        width = max(width, len(cells))
        if any(cell.text for cell in cells):
            rows.append(Row(number, cells[0].at, tuple(cells)))
    return Grid(tuple(row.widen(width) for row in rows), at)


def _read_cell(cell: etree._Element, column: int, above: dict[int, Cell], at: Span) -> Iterator[Cell]:
    """A cell and those that lie under it to its right; `above` has the one that each column is merged into."""
    span, merge = cell.find(f"{_W}tcPr/{_W}gridSpan"), cell.find(f"{_W}tcPr/{_W}vMerge")
    width = int(span.get(f"{_W}val", "1")) if span is not None else 1
    at = replace(at, place=(*at.place, ("cell", str(column + 1))))
    is_below = merge is not None and merge.get(f"{_W}val") != "restart"
    text = "\n".join(filter(None, map(_read_paragraph, cell.findall(f"{_W}p"))))
    own = Cell("", at, owner=above.get(column)) if is_below else Cell(text, at, width)
    yield own
    for _ in range(width - 1):
        yield Cell("", at, owner=own.said if own.said.text else None)
    if not is_below:
        above[column] = own


def _is_inner(cell: etree._Element, line: etree._Element) -> bool:
    """Whether a cell is that of a table inside a cell of the row."""
    parent = cell.getparent()
    while parent is not None and parent is not line:
        if parent.tag == f"{_W}tc":
            return True
        parent = parent.getparent()
    return False


def _read_paragraph(paragraph: etree._Element) -> str:
    """What is read in it: neither deleted text nor the instructions of fields nor text boxes."""
    made = []
    for element in paragraph.iter(f"{_W}t", f"{_W}br", f"{_W}tab", f"{_W}cr"):
        if not any(parent.tag in (f"{_W}txbxContent", f"{_W}pPr") for parent in element.iterancestors()):
            made.append(element.text or "" if element.tag == f"{_W}t" else " " if element.tag == f"{_W}tab" else "\n")
    return "".join(made).strip()
