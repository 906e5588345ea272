"""which tables of a document are the list that is asked for, and which tables and sheets only look like it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bidkit.diagnostic import Diagnostic, Severity, Term
from bidkit.source.tables.around import NOTE, pair, speaks_of_all
from bidkit.source.tables.grid import Cell, Grid
from bidkit.source.tables.numbers import MONEY, NUMBERS, parse_decimal
from bidkit.source.tables.titles import TITLES, Header, find_header

if TYPE_CHECKING:
    from bidkit.source.tables.word import Passage

_LEAST_SHARED = 3
"""So many columns in common make another table a list of the same kind."""
_LEAST_TITLES = 2
_MARK = re.compile(r"[(（【\[]?[★☆▲△※](?!号|项|标|部分|参数|的?条款)")
_MARKED = re.compile(rf"[\d.、()（）\s]*{_MARK.pattern}")
_VAGUE = ("要求", "需求", "响应要求", "Requirement")
"""Titles of a column that may say what anything must be."""
_UNMARKED = ("", "-", "—", "/", "无", "否")
_BEARS = re.compile(r"(?<![标带打加注“\"])[★☆▲△※](?!号|项|标|部分|参数|的?条款)")
_NUMBERED = re.compile(
    r"[^\w\s]*\s*[(（第]?\s*([a-z]{1,4}\s?[-.]?\s?)?\d|[(（]?([一二三四五六七八九十]+|[a-z]|[ivx]+)[、.)）]|[①-⒛]", re.I
)
_TORN = re.compile(r"[(（【\s]*续|.*[(（]续[)）]|.*续表", re.S)
_SENTENCE = re.compile("[。；;]|.{40}", re.S)
"""How a text begins, or what it has in it, that is no title."""
_SHOWN = 40
_NOTES = 12
"""How many paragraphs above or below a table may be notes on it."""


def find_tables(
    passages: Iterable[Passage], fields: Collection[str], columns: Mapping[str, str]
) -> tuple[list[Grid], list[Diagnostic]]:
    """The tables with these fields, each with the rows of those that go on with it. Diagnostics: DL20, DL66."""
    found: list[Grid] = []
    left: list[tuple[Grid, bool]] = []
    is_open = is_inner = False  # nothing but tables since the last one that was found; that one lies in a cell
    around = _Around()
    for passage in passages:
        grid = passage.content
        around.see(passage, found)
        if isinstance(grid, str):
            is_open = is_open and passage.is_inner
        elif not grid.rows or passage.is_beside:
            continue
        elif set(fields) <= {*find_header(grid, columns, ()).fields}:
            found.append(replace(grid, above=around.above + (around.outer if passage.is_inner else ())))
            is_open, is_inner, around.rest = True, passage.is_inner, _NOTES
        elif is_open and passage.is_inner and not is_inner:
            continue  # of a cell that has been read
        elif is_open and _width(grid) == _width(found[-1]):
            found[-1] = replace(found[-1], rows=(*found[-1].rows, *grid.rows))
            around.rest = _NOTES
        else:
            left.append((grid, is_open))
            is_open = False
    found = [replace(grid, above=(*grid.above, *around.beside)) for grid in found]
    problems = [*_tell_torn(found, left, columns), *tell_alike(found, [grid for grid, _ in left], columns)]
    return found, problems + ([*_tell_marked(around.marked)] if found and "text" in fields else [])


def _tell_marked(paragraphs: Sequence[Cell]) -> Iterator[Diagnostic]:
    """That clauses with marks stand outside of tables, which is told once. Diagnostics: DL66."""
    for cell in paragraphs[:1]:
        values = (("count", str(len(paragraphs))), ("text", cell.text[:_SHOWN]))
        yield Diagnostic("DL66", cell.at, {"what": Term("marked_paragraphs", values)}, Severity.WARNING)


@dataclass
class _Around:
    """What is said around the tables so far.

    Args:
        texts: the paragraphs since the last table, and what that says if it has names and values; `above` those
            before it, `outer` what it says of all prices itself.
        rest: how many more paragraphs may be notes on the last table.
        beside: what headers, footers and notes say.
        marked: the paragraphs that begin with the mark of a clause.
    """

    texts: list[Cell] = field(default_factory=list)
    above: tuple[Cell, ...] = ()
    outer: tuple[Cell, ...] = ()
    beside: list[Cell] = field(default_factory=list)
    marked: list[Cell] = field(default_factory=list)
    rest: int = 0
    is_note: bool = False

    def see(self, passage: Passage, found: list[Grid]) -> None:
        """A paragraph is one above the next table, and below a table that was found it may be a note on that."""
        content = passage.content
        if passage.is_beside:
            cells = [Cell(content, passage.at)] if isinstance(content, str) else [*_list_cells(content)]
            self.beside += cells
        elif not isinstance(content, str):
            if not passage.is_inner:
                is_about = all(len(row.texts) <= 2 for row in content.rows)  # names and what they are
                said = [*_list_cells(content), *pair(content.rows)] if is_about else []
                if found and self.texts and found[-1].above[-1:] == (self.texts[-1],):  # the caption of this one
                    found[-1] = replace(found[-1], above=found[-1].above[:-1])
                far, near = self.texts[:-_NOTES], self.texts[-_NOTES:]
                self.above, self.rest = (*filter(speaks_of_all, far), *near), 0
                self.texts = [*filter(speaks_of_all, said)]
                self.outer = tuple(filter(speaks_of_all, _list_cells(content)))
        else:
            cell = Cell(content, passage.at)
            self.marked += [cell] if _MARKED.match(content) else []
            self.texts.append(cell)
            self.rest = 0 if content == passage.heading else self.rest - 1
            if found and self.rest > 0:
                self.is_note = NOTE.match(content) is not None or (self.is_note and content[:1] in "(（0123456789")
                last = found[-1]
                found[-1] = (
                    replace(last, notes=(*last.notes, cell))
                    if self.is_note
                    else replace(last, above=(*last.above, cell))
                )


def _list_cells(grid: Grid) -> Iterator[Cell]:
    return (cell for row in grid.rows for _, cell in row.filled)


def _tell_torn(
    found: Sequence[Grid], left: Sequence[tuple[Grid, bool]], columns: Mapping[str, str]
) -> Iterator[Diagnostic]:
    """The tables without titles that may go on with one that was found. Diagnostics: DL20."""
    widths = {_width(grid) for grid in found}
    for grid, is_next in left:
        if not (is_next or _width(grid) in widths):
            continue
        if severity := _judge_torn(grid, find_header(found[0], columns, ()), columns):
            problem = Term("no_titles", (("text", " | ".join(grid.rows[0].texts)[:_SHOWN]),))
            yield Diagnostic("DL20", grid.whole, {"problem": problem}, severity)


def _judge_torn(grid: Grid, header: Header, columns: Mapping[str, str]) -> Severity | None:
    """How sure it is that a table begins with a row of a list, and not with titles; None if it does not."""
    if len({*find_header(grid, columns, ()).fields} & {*TITLES, *columns}) >= _LEAST_TITLES:
        return None
    row = grid.rows[0]
    first = row.cells[0].said.text
    figures = [cell.text for cell, name in zip(row.cells, header.fields, strict=False) if name in NUMBERS]
    begins = not first or any(pattern.match(first) for pattern in (_NUMBERED, _MARK, _TORN))
    if begins or any(parse_decimal(text) is not None for text in figures):
        return Severity.ERROR
    return Severity.WARNING if any(map(_SENTENCE.search, row.texts)) else None


def _width(grid: Grid) -> int:
    return max(len(row.cells) for row in grid.rows)


def tell_alike(read: Sequence[Grid], others: Iterable[Grid], columns: Mapping[str, str]) -> Iterator[Diagnostic]:
    """The tables or sheets that were not read and look like those that were. Diagnostics: DL66."""
    known = {name for grid in read if grid.rows for name in find_header(grid, columns, ()).fields if name in TITLES}
    for grid in others:
        severity = _judge(grid, known, columns) if len(grid.rows) > 1 else None
        is_grave = severity is Severity.ERROR
        if severity is not None:
            kind, value = next(place for place in grid.whole.place if place[0] in ("sheet", "table"))
            what = {"what": Term(f"one_{kind}", (("name", value),))}
            yield Diagnostic("DL66", grid.whole, what, Severity.ERROR if is_grave else Severity.WARNING)


def _judge(grid: Grid, known: Collection[str], columns: Mapping[str, str]) -> Severity | None:
    """How grave it is that a table is not read; None if it is another thing than the list, or a form without content.

    Marks, and prices, are never passed over; a table of Word without any of them may be told from the list by its
    titles only, and stays where it is.
    """
    header = find_header(grid, columns, ())
    shared = {*header.fields} & {*known}
    marks = _count_marks(grid, header) if "text" in known else ""
    if not marks and not _has_content(grid, header, shared):
        return None
    is_sheet = any(kind == "sheet" for kind, _ in grid.whole.place)
    if "text" in known:
        if marks == "column" or ("marker" in header.fields and shared):
            return Severity.ERROR
        if len(shared) >= _LEAST_SHARED:
            return Severity.ERROR
        titles = [title.text for title, name in zip(header.titles, header.fields, strict=True) if name == "text"]
        return Severity.WARNING if marks or any(title not in _VAGUE for title in titles) else None
    if len(shared) < _LEAST_SHARED:
        return None
    return Severity.ERROR if is_sheet or not MONEY.isdisjoint(header.fields) else Severity.WARNING


def _has_content(grid: Grid, header: Header, shared: Collection[str]) -> bool:
    """Whether more than numbers of rows stands below the titles that a table shares with the list."""
    rows = grid.rows[header.first + header.rows :]
    columns = [place for place, name in enumerate(header.fields) if name in shared and name != "id"]
    return any(row.cells[place].said.text for row in rows for place in columns)


def _count_marks(grid: Grid, header: Header) -> str:
    """`column` where one has nothing but marks, `cell` where a cell bears one; empty without any."""
    rows = grid.rows[header.first + header.rows :]
    columns = [[row.cells[place].text.strip() for row in rows] for place in range(len(header.fields))]
    signs = [[text for text in texts if text not in _UNMARKED] for texts in columns]
    if any(texts and all(len(text) == 1 and _MARK.match(text) for text in texts) for texts in signs):
        return "column"
    return "cell" if any(_BEARS.search(text) for texts in columns for text in texts) else ""
