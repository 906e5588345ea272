"""csv and xlsx lists -> nodes.

    comma, book    a csv, a sheet -> rows of cells
    titles         which row has the titles of the columns, and which field each means
    implied        what a title says of its cells beside their field
    rows           what each row below is: a line, a heading, a total, a note
    totals         the totals that are stated against the sums of the lines
    numbers        numbers and dates as people type them

A cell without text is left out. Headings, totals and notes are looked for only in lists of things with a price or a
quantity. `docs/price-lists.md` says what a sheet may look like.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from bidkit.diagnostic import Diagnostic, Span, Term
from bidkit.ooxml import opc
from bidkit.source.nodes import Items, Node
from bidkit.source.tables.comma import decode_chinese, read_csv
from bidkit.source.tables.grid import Cell, Grid, Row
from bidkit.source.tables.numbers import DATES, MONEY, NUMBERS, parse_decimal, read_date, read_number
from bidkit.source.tables.rows import Kind, find_kinds, read_heading, strip_number
from bidkit.source.tables.titles import TITLES, Header, find_header, normalize_title
from bidkit.source.tables.totals import Totals

if TYPE_CHECKING:  # most lists are csv
    from bidkit.source.tables.word import Passage

__all__ = ["TITLES", "decode_chinese", "normalize_title", "parse_csv", "parse_docx", "parse_xlsx", "strip_number"]

_SINGLE = NUMBERS - {"tax_rate"} | {"id", "sku", "text", "periods", "part_of", "replaces"}
"""Fields that cannot be one for several lines together: a price merged over two lines is that of neither."""


_NUMBERED = re.compile(r"[^\w\s]*\s*[(（第]?\s*\d")
"""How the first cell of a row begins that is no title."""
_SHOWN = 40
_LEAST_SHARED = 3
"""So many columns in common make another sheet a list of the same kind."""


def parse_csv(
    text: str, name: str, columns: Mapping[str, str] | None = None, ignore: Collection[str] = ()
) -> tuple[Items | None, list[Diagnostic]]:
    """A csv as a list of mappings, each cell with its line and column; a quoted cell is underlined with its quotes.

    Args:
        columns: field -> title, for titles that are neither a field's name nor known.
        ignore: titles of columns that are passed over. Diagnostics: DL08, DL20, DL27, DL47, DL48.
    """
    grid, problems = read_csv(text, name)
    if grid is None:
        return None, problems
    return _make_items(grid, columns or {}, ignore, is_even=True)


def parse_xlsx(
    content: bytes,
    name: str,
    at: Span,
    sheet: str | None = None,
    columns: Mapping[str, str] | None = None,
    ignore: Collection[str] = (),
) -> tuple[Items | None, list[Diagnostic]]:
    """A sheet of an .xlsx as a list of mappings, each cell with its address; arguments as for a csv.

    Diagnostics: DL08, DL14, DL15, DL18, DL20, DL27, DL28, DL46–DL49, DL66.
    """
    from bidkit.source.tables.book import read_first, read_sheet

    others: list[Grid] = []
    if sheet is None:
        grid, others, problems = read_first(content, name, at)
    else:
        grid, problems = read_sheet(content, name, at, sheet)
    if grid is None:
        return None, problems
    problems += _find_alike(grid, others, columns or {})
    items, found = _make_items(grid, columns or {}, ignore)
    return items, problems + found


def _find_alike(read: Grid, others: Sequence[Grid], columns: Mapping[str, str]) -> Iterator[Diagnostic]:
    """The sheets that were not read and have the columns of the one that was. Diagnostics: DL66."""
    known = {field for field in find_header(read, columns, ()).fields if field in TITLES} if read.rows else set()
    for grid in others:
        if len(grid.rows) > 1 and len(known.intersection(find_header(grid, columns, ()).fields)) >= _LEAST_SHARED:
            yield Diagnostic("DL66", grid.whole, {"sheet": dict(grid.whole.place)["sheet"]})


def parse_docx(
    content: bytes,
    name: str,
    fields: Collection[str],
    columns: Mapping[str, str] | None = None,
    ignore: Collection[str] = (),
    *,
    joins: bool = True,
) -> tuple[Items | None, list[Diagnostic]]:
    """The tables of a .docx that have columns for all of these fields, as one list of mappings.

    A table without titles that follows one goes on with it, as after the break of a page; one that is as wide and
    stands elsewhere might, and is told.

    Args:
        columns, ignore: as for a csv.
        joins: several tables are one list; else they are a mistake. Diagnostics: DL20 (no such table, several, or one
            without titles), DL48 (what is printed otherwise than it is read), TP01, those of a csv.
    """
    from bidkit.source.tables.word import find_doubts, read_document

    parts, problems = opc.read_package(content, name)
    if parts is None or "word/document.xml" not in parts:
        return None, problems or [Diagnostic("DL20", Span(name), {"problem": "no word/document.xml"})]
    found, problems = _find_tables(read_document(parts, name), fields, columns or {})
    taken = {dict(row.at.place)["table"] for grid in found for row in grid.rows}
    problems += (item for number, item in find_doubts(parts["word/document.xml"], name) if number in taken)
    if not found:
        return None, [*problems, Diagnostic("DL20", Span(name), {"problem": f"no table with {', '.join(fields)}"})]
    if len(found) > 1 and not joins:
        problems += [Diagnostic("DL20", grid.whole, {"problem": "one of several tables"}) for grid in found]
    items = Items(Span(name))
    for grid in found:
        more, wrong = _make_items(grid, columns or {}, ignore)
        problems += wrong
        items += more or []
        items.items_at += more.items_at if more is not None else []
    return items, problems


def _find_tables(
    passages: Iterable[Passage], fields: Collection[str], columns: Mapping[str, str]
) -> tuple[list[Grid], list[Diagnostic]]:
    """The tables with these fields, each with the rows of those that go on with it. Diagnostics: DL20."""
    found: list[Grid] = []
    untitled: list[Grid] = []
    is_open = False  # nothing but tables since the last one that was found
    for passage in passages:
        grid = passage.content
        if isinstance(grid, str):
            is_open = False
        elif not grid.rows:
            continue
        elif set(fields) <= {*find_header(grid, columns, ()).fields}:
            found.append(grid)
            is_open = True
        elif is_open and _width(grid) == _width(found[-1]):
            found[-1] = replace(found[-1], rows=(*found[-1].rows, *grid.rows))
        else:
            is_open = False
            untitled += [grid] if _NUMBERED.match(grid.rows[0].texts[0]) else []
    widths = {_width(grid) for grid in found}
    return found, [
        Diagnostic("DL20", grid.whole, {"problem": f"no titles: {' | '.join(grid.rows[0].texts)[:_SHOWN]}"})
        for grid in untitled
        if _width(grid) in widths
    ]


def _width(grid: Grid) -> int:
    return max(len(row.cells) for row in grid.rows)


def _make_items(
    grid: Grid, columns: Mapping[str, str], ignore: Collection[str], is_even: bool = False
) -> tuple[Items | None, list[Diagnostic]]:
    """Rows of cells as mappings, by the titles.

    Args:
        is_even: a row with more or fewer cells than the titles is a mistake.
    """
    if not grid.rows:
        return None, [Diagnostic("DL20", grid.whole, {"problem": Term("csv_no_titles")})]
    header = find_header(grid, columns, ignore)
    problems = list(header.problems)
    width = len(header.fields)
    below = []
    for row in grid.rows[header.first + header.rows :]:
        if is_even and len(row.cells) != width:
            problem = Term("csv_cells", (("count", str(len(row.cells))), ("wanted", str(width))))
            problems.append(Diagnostic("DL20", row.at, {"problem": problem}))
        else:
            below.append(row)
    reader = _Reader(header, Items(grid.whole), problems)
    reader.read(below, grid.rows[header.first : header.first + header.rows])
    return reader.items, problems


class _Reader:
    """The rows below the titles -> items."""

    def __init__(self, header: Header, items: Items, problems: list[Diagnostic]) -> None:
        self.header = header
        self.items = items
        self.problems = problems
        self.totals = Totals(header)
        self.heading: Cell | None = None
        self.refused: set[Span] = set()
        """Merged cells of which it has been said."""
        self.has_currency = not {"quantity", "unit_price", "list_price"}.isdisjoint(header.fields)

    def read(self, rows: Sequence[Row], titles: Sequence[Row]) -> None:
        """Every row, by what it is."""
        kinds = find_kinds(rows, self.header, titles)
        for place, (row, kind) in enumerate(zip(rows, kinds, strict=True)):
            if row.is_hidden and kind is not Kind.TITLES:
                _, cell = next(row.filled)
                self.problems.append(Diagnostic("DL46", cell.at, {"what": Term("row"), "value": cell.text}))
            if kind not in (Kind.TITLES, Kind.NOTE):
                self.problems += self.find_struck(row)
            if kind is Kind.LINE:
                node = self.read_line(row)
                self.items.append(node)
                self.items.items_at.append(node.span)
                self.totals.add(node)
            elif kind is Kind.TOTAL:
                self.problems += self.totals.close(row)
            elif kind in (Kind.HEADING, Kind.BARE):
                self.read_heading(row, kinds[place:])
        self.problems += self.totals.end()

    def find_struck(self, row: Row) -> Iterator[Diagnostic]:
        """What is struck out in a row: it may be out of the offer or a price of before."""
        struck = [cell for column, cell in row.filled if cell.is_struck and column not in self.header.ignored]
        for cell in struck[:1]:
            yield Diagnostic("DL48", cell.at, {"value": cell.text, "reason": Term("struck_out")})

    def read_heading(self, row: Row, kinds: Sequence[Kind]) -> None:
        """A heading, if lines follow it: those of a heading in between are its own, but a bare text has some itself."""
        following = [kind for kind in kinds[1:] if kind not in (Kind.NOTE, Kind.TITLES)]
        if kinds[0] is Kind.HEADING:
            following = [kind for kind in following if kind is not Kind.HEADING]
        cell = read_heading(row)
        if following[:1] == [Kind.LINE]:
            self.heading = cell
            self.totals.head()
        else:
            self.problems.append(Diagnostic("DL48", cell.at, {"value": cell.text, "reason": Term("stray_row")}))

    def read_line(self, row: Row) -> Node:
        """A row as a mapping."""
        node = Node(row.at)
        for column, (cell, name, title) in enumerate(
            zip(row.cells, self.header.fields, self.header.titles, strict=True)
        ):
            said = cell.said
            if not said.text or column in self.header.ignored:
                continue
            if not name:
                if cell.text:
                    self.problems.append(Diagnostic("DL27", cell.at, {"title": "—", "field": cell.text[:20]}))
                continue
            if said.height > 1 and (name in _SINGLE or said.width > 1) and said.at not in self.refused:
                self.refused.add(said.at)
                self.problems.append(Diagnostic("DL49", said.at, {"value": said.text, "field": name}))
            self.put(node, name, said, title)
        if self.heading and self.header.is_priced and not {"category", "periods", "part_of"} & node.keys():
            node.put("category", strip_number(self.heading.text), self.heading.at, self.heading.at)
        for title, note in zip(self.header.titles, self.header.notes, strict=True):
            if note.unit and "unit" not in node and node:
                node.put("unit", note.unit, title.at, title.at)
        return node

    def put(self, node: Node, name: str, cell: Cell, title: Cell) -> None:
        """One value, and beside a price the currency that its sign or its title names."""
        text, note = cell.text, self.header.notes[self.header.titles.index(title)]
        if name in NUMBERS:
            number, sign = read_number(text)
            currency = sign or note.currency
            known = {currency, note.currency or currency, node.get("currency", currency)}
            if currency and not (self.has_currency and name in MONEY and len(known) == 1):
                number = text if sign else f"{currency} {text}"
            elif currency:
                node.put("currency", currency, cell.at, cell.at)
            text = self.read_rate(number, cell) if note.is_percent else number
        elif name in DATES:
            text = read_date(text)
        elif name == "currency" and node.get(name, text) != text:
            self.problems.append(Diagnostic("DL08", node.values_at[name], {"value": text}))
        node.put(name, text, title.at, cell.at)

    def read_rate(self, number: str, cell: Cell) -> str:
        """A rate below a title, or among others, that says it to be per cent; a share of 1 might be either."""
        rate = parse_decimal(number)
        if rate is not None and 0 < rate < 1:
            self.problems.append(Diagnostic("DL48", cell.at, {"value": cell.text, "reason": Term("share_or_percent")}))
        return number if rate is None else f"{number}%"
