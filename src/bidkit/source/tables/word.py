"""the tables and paragraphs of a .docx -> grids: what their cells say, which of them are merged."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from lxml import etree

from bidkit.diagnostic import Span
from bidkit.ooxml import opc
from bidkit.source.tables.grid import Cell, Grid, Row

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_BOX = f"{_W}txbxContent"
_MAIN = "word/document.xml"
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
        is_inner: of a table in a cell, or a paragraph in a text box in one.
        is_beside: of what stands in headers, footers and notes.
    """

    headings: tuple[str, ...]
    content: Grid | str
    at: Span
    is_inner: bool = False
    is_beside: bool = False

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
    for part in (_MAIN, *filter(_BESIDE.fullmatch, parts)):
        headings: dict[int, str] = {}
        tree = trees[part] if part in trees else opc.parse_xml(parts[part])
        for block in walk_blocks(tree):
            is_wanted = having is None or having.search(str(_WHOLE(block)))
            is_table = block.tag == f"{_W}tbl"
            style = None if is_table else block.find(f"{_W}pPr/{_W}pStyle")
            level = levels.get(style.get(f"{_W}val", "")) if style is not None else None
            text = _read_paragraph(block) if not is_table and (is_wanted or level) else ""
            if text and level:
                headings = {own: title for own, title in headings.items() if own < level} | {level: text}
            titles = tuple(headings.values())
            place: tuple[tuple[str, str], ...] = (("heading", titles[-1] if titles else ""),)
            if text and is_wanted:
                yield Passage(titles, text, Span(name, place=place), _is_inner(block), part != _MAIN)
            elif is_table:
                tables += 1
                at = Span(name, place=(*place, ("table", str(tables))))
                if is_wanted:
                    yield Passage(titles, _read_table(block, at), at, _is_inner(block), part != _MAIN)


def _is_inner(block: etree._Element) -> bool:
    return next(block.iterancestors(f"{_W}tc"), None) is not None


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


def walk_blocks(parent: etree._Element, *, in_cell: bool = False) -> Iterator[etree._Element]:
    """Paragraphs and tables wherever they lie, but for the paragraphs of cells, which belong to their tables."""
    for child in parent:
        if child.tag == f"{_W}tbl" or (child.tag == f"{_W}p" and not in_cell):
            yield child
        # A fallback is a text box once more, for old programs.
        is_of_cells = child.tag == f"{_W}tbl" or (in_cell and child.tag != _BOX)
        inside = (f"{_W}tbl", _BOX if is_of_cells else f"{_W}p")
        if child.tag != _FALLBACK and next(child.iterdescendants(*inside), None) is not None:
            yield from walk_blocks(child, in_cell=is_of_cells)


def _read_table(table: etree._Element, at: Span) -> Grid:
    """A table as rows of cells; those of a merged one but the first have none of their own text."""
    rows: list[Row] = []
    above: dict[int, Cell] = {}
    lines = [place_cells(line) for line in list_own(table, "tr", "tbl")]
    heights = _measure(lines)
    for number, line in enumerate(lines, 1):
        cells: list[Cell] = []
        texts = [read_own(place.cell) for place in line]
        for place, text in zip(line, texts, strict=True):
            # What a table in a cell says is what the cell says, where a name stands beside it.
            said = text or ("\n".join(_read_inner(place.cell)) if any(texts) else "")
            of_row = replace(at, place=(*at.place, ("row", str(number))))
            cells += (Cell("", of_row) for _ in range(place.column - len(cells)))
            cells += _read_cell(place, said, heights.get((number, place.column), 1), above, of_row)
        if any(cell.text for cell in cells):
            rows.append(Row(number, cells[0].at, tuple(cells)))
    width = max((place.column + place.width for line in lines for place in line), default=0)
    return Grid(tuple(row.widen(width) for row in rows), at)


@dataclass(frozen=True)
class Place:
    """A cell of a row: its column from 0, how many it takes, and whether it goes on with the one above it."""

    cell: etree._Element
    column: int
    width: int
    is_below: bool


def place_cells(line: etree._Element) -> list[Place]:
    """The cells of a row; it may begin some columns in."""
    places: list[Place] = []
    column = _read_count(line.find(f"{_W}trPr/{_W}gridBefore"), 0)
    for cell in list_own(line, "tc", "tr"):
        merge = cell.find(f"{_W}tcPr/{_W}vMerge")
        width = _read_count(cell.find(f"{_W}tcPr/{_W}gridSpan"), 1)
        beside = cell.find(f"{_W}tcPr/{_W}hMerge")
        if places and beside is not None and beside.get(f"{_W}val") != "restart":
            places[-1] = replace(places[-1], width=places[-1].width + width)  # as Word merged before 2000
        else:
            places.append(Place(cell, column, width, merge is not None and merge.get(f"{_W}val") != "restart"))
        column += width
    return places


def _read_count(element: etree._Element | None, usual: int) -> int:
    said = element.get(f"{_W}val", "") if element is not None else ""
    return min(int(said), _MAX_COLUMNS) if _SPAN.fullmatch(said) else usual


def _measure(lines: Sequence[Sequence[Place]]) -> dict[tuple[int, int], int]:
    """How many rows each cell is merged over, by its row from 1 and its column."""
    found: dict[tuple[int, int], int] = {}
    below: dict[int, int] = {}
    for number, line in reversed([*enumerate(lines, 1)]):
        found |= {(number, place.column): 1 + below.get(place.column, 0) for place in line}
        below = {place.column: found[number, place.column] for place in line if place.is_below}
    return found


def list_own(parent: etree._Element, tag: str, *holders: str) -> list[etree._Element]:
    """The elements inside another one that do not belong to one of these holders further in."""
    names = [f"{_W}{holder}" for holder in holders]
    inside, direct = [*parent.iter(f"{_W}{tag}")], parent.findall(f"{_W}{tag}")
    if len(inside) == len(direct):
        return direct
    return [child for child in inside if next(child.iterancestors(names)) is parent]


def read_own(cell: etree._Element) -> str:
    """The text of a cell, without that of tables and text boxes in it."""
    return "\n".join(filter(None, map(_read_paragraph, list_own(cell, "p", "tc", "txbxContent"))))


def _read_inner(cell: etree._Element) -> Iterator[str]:
    """The rows of the tables in a cell."""
    for line in cell.iter(f"{_W}tr"):
        yield " ".join(filter(None, map(read_own, list_own(line, "tc", "tr"))))


def _read_cell(place: Place, text: str, height: int, above: dict[int, Cell], at: Span) -> Iterator[Cell]:
    """A cell and those that lie under it to its right; `above` has the one that each column is merged into."""
    at = replace(at, place=(*at.place, ("cell", str(place.column + 1))))
    own = Cell("", at, owner=above.get(place.column)) if place.is_below else Cell(text, at, place.width, height)
    yield own
    for _ in range(place.width - 1):
        yield Cell("", at, owner=own.said if own.said.text else None)
    if not place.is_below:
        above[place.column] = own


def _read_paragraph(paragraph: etree._Element) -> str:
    """What is read in it: neither deleted text nor the instructions of fields nor text boxes."""
    made = []
    for element in paragraph.iter(f"{_W}t", f"{_W}br", f"{_W}tab", f"{_W}cr"):
        if next(element.iterancestors(f"{_W}p", f"{_W}pPr")) is paragraph:
            made.append(element.text or "" if element.tag == f"{_W}t" else " " if element.tag == f"{_W}tab" else "\n")
    return "".join(made).strip()
