"""csv and xlsx lists -> nodes.

    comma, book    a csv, a sheet -> rows of cells
    titles         which row has the titles of the columns, and which field each means
    implied        what a title says of its cells beside their field
    rows           what each row below is: a line, a heading, a total, a note
    alike          which tables of a document are the list; what else looks like it
    around         what stands around a price list and changes what its prices mean
    clauses        numbers of clauses and lines that a spreadsheet may have spoilt
    doubts         what a Word table prints otherwise than it is read
    totals         the totals that are stated against the sums of the lines
    numbers        numbers and dates as people type them

A cell without text is left out. Headings, totals and notes are looked for only in lists of things with a price or a
quantity, and never among clauses. `docs/price-lists.md` says what a sheet may look like.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import PurePosixPath

from bidkit.diagnostic import Diagnostic, Span, Term
from bidkit.ooxml import opc
from bidkit.source.nodes import Items, Node
from bidkit.source.tables.alike import find_tables, tell_alike
from bidkit.source.tables.around import find_changes, find_currency, find_scales, pair
from bidkit.source.tables.clauses import find_spoilt
from bidkit.source.tables.comma import decode_chinese, read_csv
from bidkit.source.tables.grid import Cell, Grid, Row
from bidkit.source.tables.numbers import DATES, MONEY, NUMBERS, parse_decimal, read_date, read_number
from bidkit.source.tables.rows import Kind, find_kinds, read_heading, strip_number
from bidkit.source.tables.titles import TITLES, Header, find_header, normalize_title
from bidkit.source.tables.totals import Totals

__all__ = ["TITLES", "decode_chinese", "normalize_title", "parse_csv", "parse_docx", "parse_xlsx", "strip_number"]

_SHOWN = 100
_SINGLE = NUMBERS - {"tax_rate"} | {"id", "sku", "text", "periods", "part_of", "replaces"}
"""Fields that cannot be one for several lines together: a price merged over two lines is that of neither."""


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
    problems += tell_alike([grid], others, columns or {})
    items, found = _make_items(grid, columns or {}, ignore)
    return items, problems + found


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
            without titles), DL14, DL48 (what is printed otherwise than it is read), DL66, TP01, those of a csv.
    """
    parts, problems = opc.read_package(content, name)
    if parts is None or "word/document.xml" not in parts:
        return None, problems or [Diagnostic("DL20", Span(name), {"problem": Term("no_document")})]
    try:
        opc.refuse_types(parts)
        found, problems = _read_tables(parts, name, fields, columns or {}, ignore)
    except (LookupError, SyntaxError, ValueError) as error:  # of `opc.parse_xml`, for a part that is no XML
        return None, [Diagnostic("DL14", Span(name), {"file": name, "reason": str(error)})]
    if not found:
        return None, [*problems, _tell_none(parts, name, fields, columns or {})]
    if len(found) > 1 and not joins:
        problems += [Diagnostic("DL20", grid.whole, {"problem": Term("several_tables")}) for grid in found]
    items = Items(Span(name))
    for grid in found:
        more, wrong = _make_items(grid, columns or {}, ignore)
        problems += wrong
        items += more or []
        items.items_at += more.items_at if more is not None else []
    return items, problems


def _read_tables(
    parts: Mapping[str, bytes], name: str, fields: Collection[str], columns: Mapping[str, str], ignore: Collection[str]
) -> tuple[list[Grid], list[Diagnostic]]:
    """The tables with these fields, and what in them is doubtful. Diagnostics: DL20, DL48, DL66."""
    from bidkit.source.tables.doubts import find_doubts
    from bidkit.source.tables.word import read_document

    found, problems = find_tables(read_document(parts, name), fields, columns)
    taken = {dict(row.at.place)["table"]: find_header(grid, columns, ignore) for grid in found for row in grid.rows}
    problems += (doubt.diagnostic for doubt in find_doubts(parts, name, taken) if doubt.matters(taken[doubt.table]))
    return found, problems


def _tell_none(
    parts: Mapping[str, bytes], name: str, fields: Collection[str], columns: Mapping[str, str]
) -> Diagnostic:
    """That no table has these fields: what stands above the one that has most of them, and which it lacks."""
    from bidkit.source.tables.word import read_document

    grids = [passage.content for passage in read_document(parts, name) if not passage.is_beside]
    headers = [(grid, find_header(grid, columns, ())) for grid in grids if not isinstance(grid, str) and grid.rows]
    if not headers:
        return Diagnostic("DL20", Span(name), {"problem": Term("no_tables")})
    grid, header = max(headers, key=lambda item: (len({*item[1].fields} & {*fields}), len(item[0].rows)))
    lacking = [field for field in fields if field not in header.fields]
    titles = " | ".join(text for text in grid.rows[header.first].texts if text)[:_SHOWN]
    values = {
        "problem": Term("no_such_table", (("fields", ", ".join(lacking)), ("titles", titles))),
        "advice": Term("tell_columns", (("columns", " ".join(f"--column {field}=…" for field in lacking)),)),
    }
    return Diagnostic("DL20", grid.whole, values)


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
    titles = grid.rows[header.first : header.first + header.rows]
    has_clauses = "text" in header.fields  # whose quantities and amounts are theirs, and are added up nowhere
    kinds = find_kinds(below, header, titles, has_totals=not has_clauses)
    reader = _Reader(header, Items(grid.whole), problems)
    if not MONEY.isdisjoint(header.fields) and not has_clauses:
        reader.look_around(grid, header, [*zip(below, kinds, strict=True)])
    if has_clauses:
        last = titles[-1].number
        values = {"value": "…", "reason": Term("drawn")}
        problems += (Diagnostic("DL48", cell.at, values) for row, cell in grid.drawn if row > last)
    problems += find_spoilt(header, [row for row, kind in zip(below, kinds, strict=True) if kind is Kind.LINE])
    reader.read(below, kinds)
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
        self.currency = ""
        self.currency_at: Cell | None = None

    def look_around(self, grid: Grid, header: Header, rows: Sequence[tuple[Row, Kind]]) -> None:
        """What is said of all prices outside of their columns."""
        first = grid.rows[: header.first]
        titles = [cell for row in first for _, cell in row.filled]
        paired = [*pair([*first, *(row for row, kind in rows if kind is Kind.NOTE)])]
        notes = [*grid.notes, *(cell for row, kind in rows if kind is Kind.NOTE for _, cell in row.filled)]
        headings = [cell for row, kind in rows if kind in (Kind.HEADING, Kind.BARE) for _, cell in row.filled]
        above = [Cell(PurePosixPath(grid.whole.file).stem, Span(grid.whole.file)), *grid.above, *titles]
        told = {problem.span for problem in header.problems}
        self.problems += (item for item in find_scales([*above, *headings, *notes, *paired]) if item.span not in told)
        self.problems += find_changes(above, are_notes=False)
        self.problems += find_changes(notes, are_notes=True)
        self.currency, self.currency_at, found = find_currency([*above, *notes, *paired])
        self.problems += found

    def read(self, rows: Sequence[Row], kinds: Sequence[Kind]) -> None:
        """Every row, by what it is."""
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
        for column, (cell, name) in enumerate(zip(row.cells, self.header.fields, strict=True)):
            said = cell.said
            if not said.text or column in self.header.ignored:
                continue
            if not name:
                if cell.text:
                    self.problems.append(Diagnostic("DL27", cell.at, {"title": "—", "field": cell.text[:20]}))
                continue
            if self.is_shared(cell, name, column) and said.at not in self.refused:
                self.refused.add(said.at)
                self.problems.append(Diagnostic("DL49", said.at, {"value": said.text, "field": name}))
            self.put(node, name, said, column)
        if self.heading and self.header.is_priced and not {"category", "periods", "part_of"} & node.keys():
            node.put("category", strip_number(self.heading.text), self.heading.at, self.heading.at)
        for title, note in zip(self.header.titles, self.header.notes, strict=True):
            if note.unit and "unit" not in node and node:
                node.put("unit", note.unit, title.at, title.at)
        if self.currency_at and self.has_currency and not MONEY.isdisjoint(node):
            self.put_currency(node, self.currency, self.currency_at)
        return node

    def put_currency(self, node: Node, currency: str, said: Cell) -> None:
        """The currency that is said of all prices; a column of currencies has precedence."""
        if node.get("currency", currency) != currency and "currency" not in self.header.fields:
            at, value = node.values_at["currency"], node["currency"]
            self.problems.append(Diagnostic("DL48", at, {"value": value, "reason": Term("two_currencies")}))
        elif "currency" not in node:
            node.put("currency", currency, said.at, said.at)

    def is_shared(self, cell: Cell, name: str, column: int) -> bool:
        """Whether a merged cell gives its text to several lines, or to several columns of which one has numbers."""
        said = cell.said
        if said.height > 1:
            is_own = name in _SINGLE and not (name == "id" and "text" in self.header.fields)
            return is_own or said.width > 1
        fields = self.header.fields[column : column + said.width]
        is_heading = "text" in fields
        return not (cell.owner or is_heading or NUMBERS.isdisjoint(fields)) and len([*filter(None, fields)]) > 1

    def put(self, node: Node, name: str, cell: Cell, column: int) -> None:
        """One value, and beside a price the currency that its sign or its title names."""
        text, note, title = cell.text, self.header.notes[column], self.header.titles[column]
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
