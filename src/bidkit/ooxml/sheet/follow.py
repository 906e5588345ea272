"""what follows the rows of a sheet: merged cells, areas with formats or rules, breaks, panes, anchors of drawings.

A piece of a part is XML as it stands, or a follower, which writes itself once the rows have their places.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bidkit.ooxml.sheet.bands import Band, Run, Turn
from bidkit.ooxml.sheet.formula import MAX_COLUMNS, MAX_ROWS, Formula, column_number
from bidkit.ooxml.sheet.view import Book, Sheet


@dataclass(frozen=True)
class Area:
    """A range on a sheet: columns as letters, empty for whole rows; rows, 0 for whole columns."""

    columns: tuple[str, str]
    rows: Run

    @property
    def width(self) -> tuple[int, int]:
        """Its first and last column as numbers; all of them for whole rows."""
        return (column_number(self.columns[0]) or 1, column_number(self.columns[1]) or MAX_COLUMNS)

    def write(self, run: Run) -> str:
        """The area in other rows."""
        if not self.rows[0]:
            return f"{self.columns[0]}:{self.columns[1]}"
        if not self.columns[0]:
            return f"{run[0]}:{run[1]}"
        start, end = f"{self.columns[0]}{run[0]}", f"{self.columns[1]}{run[1]}"
        return start if start == end else f"{start}:{end}"

    def find(self, turn: Turn) -> list[str]:
        """What it becomes, seen from a turn."""
        return [self.write(run) for run in turn.find(*self.rows)] if self.rows[0] else [self.write((0, 0))]


def innermost(band: Band, first: int, last: int) -> Band:
    """The innermost band that holds rows."""
    inner = (item for item in band.items if isinstance(item, Band) and item.holds(first, last))
    found = next(inner, None)
    return band if found is None else innermost(found, first, last)


def turns_of(turn: Turn, band: Band) -> Iterator[Turn]:
    """All turns of a band, in order."""
    if turn.band.number == band.number:
        yield turn
        return
    for item in turn.band.items:
        if isinstance(item, Band) and item.holds(band.first, band.last):
            for inner in turn.inner.get(item.number, ()):
                yield from turns_of(inner, band)


def bound(turn: Turn, rows: Run) -> Run | None:
    """The first and the last of the rows that rows have become, whatever lies between; None if there are none."""
    runs = turn.find(*rows)
    return (runs[0][0], runs[-1][1]) if runs else None


def place(turn: Turn, row: int) -> int:
    """Where a row stands, or the one behind it if it is left out."""
    while turn.around is not None and not turn.band.holds(row, row):
        turn = turn.around
    runs = turn.find(row, row) or turn.find(row, turn.band.last)
    return runs[0][0] if runs else turn.end


@dataclass(frozen=True)
class Value:
    """What a tag has printed, by its number among those of the sheet's headers."""

    number: int

    def write(self, book: Book, sheet: Sheet) -> list[str]:
        """The text."""
        return [sheet.values[self.number]]


@dataclass(frozen=True)
class Rows:
    """The rows themselves."""

    def write(self, book: Book, sheet: Sheet) -> list[str]:
        """Nothing: they are written by themselves."""
        return []


@dataclass(frozen=True)
class Extent:
    """The area that has cells."""

    columns: tuple[str, str]

    def write(self, book: Book, sheet: Sheet) -> list[str]:
        """`A1:G20`."""
        return [f"{self.columns[0]}1:{self.columns[1]}{max(sheet.last_row, 1)}"]


@dataclass(frozen=True)
class Frozen:
    """How many rows stay at the top, and the first that moves.

    Args:
        column: of the cell at the top left of what moves.
        rows: how many are frozen in the template.
    """

    before: str
    column: str
    rows: int
    after: str

    def write(self, book: Book, sheet: Sheet) -> list[str]:
        """The pane; nothing if no row and no column is left in it."""
        count = place(sheet.root, self.rows + 1) - 1 if self.rows else 0
        split = f' ySplit="{count}"' if count else ""
        if not count and self.column == "A":
            return []
        pane = "bottomRight" if count and self.column != "A" else "bottomLeft" if count else "topRight"
        where = f' topLeftCell="{self.column}{count + 1}" activePane="{pane}"'
        return [f"{self.before}{split}{where}{self.after}"]


@dataclass(frozen=True)
class Spot:
    """An element for an area, repeated with its rows: a merged cell, a hyperlink.

    Args:
        after: text, or a formula that says where a link leads.
        is_merged: of a single cell nothing is left.
    """

    before: str
    area: Area
    after: tuple[str | Formula, ...]
    is_merged: bool = False

    def write(self, book: Book, sheet: Sheet) -> list[str]:
        """One for each turn that has such rows."""
        made = []
        for turn in turns_of(sheet.root, innermost(sheet.root.band, *self.area.rows)):
            rows = bound(turn, self.area.rows)
            if rows is not None and not (self.is_merged and rows[0] == rows[1] and len({*self.area.columns}) == 1):
                after = (part if isinstance(part, str) else book.write(part, sheet, turn) for part in self.after)
                made.append(self.before + self.area.write(rows) + "".join(after))
        return made


@dataclass(frozen=True)
class Bounds:
    """An element for one area that cannot be repeated: an autofilter, a table's range."""

    before: str
    area: Area
    after: str

    def write(self, book: Book, sheet: Sheet) -> list[str]:
        """Nothing if no row is left."""
        rows = bound(sheet.root, self.area.rows)
        return [] if rows is None else [self.before + self.area.write(rows) + self.after]


@dataclass(frozen=True)
class Region:
    """An element for areas, with formulas that are read as seen from their first cell: formats and rules.

    Args:
        pieces: its XML; None stands for the areas.
        is_shared: one element may stand for the areas of all turns, if its formulas mean the same in each.
    """

    areas: tuple[Area, ...]
    pieces: tuple[str | Formula | None, ...]
    is_shared: bool = True

    def write(self, book: Book, sheet: Sheet) -> list[str]:
        """One element for as many turns as can share it."""
        low = min(area.rows[0] for area in self.areas)
        root = sheet.root.band
        band = innermost(root, low or 1, max(area.rows[1] for area in self.areas) if low else MAX_ROWS)
        made = []
        for shared in turns_of(sheet.root, self.find_shared(root, band, low)):
            turns = list(turns_of(shared, band))
            found = [text for area in self.areas for text in _gather(area, turns)]
            if found:
                made.append(self.write_one(book, sheet, turns, found))
        return made

    def find_shared(self, root: Band, band: Band, first: int) -> Band:
        """The band in each of whose turns one element is enough: every formula speaks of its cell's own row, or by `$`
        of rows that are not repeated there.
        """
        shared = root if self.is_shared else band
        for piece in self.pieces:
            for reference in piece.references if isinstance(piece, Formula) else ():
                low, high = reference.rows
                if not low or low == high == first:
                    continue
                if reference.fixed != ("$", "$"):
                    return band
                met = root if reference.sheet >= 0 else innermost(root, min(first, low), max(first, high))
                shared = met if shared.holds(met.first, met.last) else shared
        return shared if shared.holds(band.first, band.last) else band

    def write_one(self, book: Book, sheet: Sheet, turns: Sequence[Turn], found: Sequence[str]) -> str:
        first = self.areas[0].rows
        turn, runs = turns[0], list[Run]()
        for turn in turns:
            runs = turn.find(*first) if first[0] else []
            if runs:
                break
        top = (first[0], runs[0][0]) if runs else (0, 0)
        texts = []
        for piece in self.pieces:
            if isinstance(piece, Formula):
                texts.append(book.write(piece, sheet, turn, None, top))
            else:
                texts.append(" ".join(found) if piece is None else piece)
        return "".join(texts)


def _gather(area: Area, turns: Sequence[Turn]) -> list[str]:
    """An area in all turns, with as few ranges as can be."""
    if not area.rows[0]:
        return area.find(turns[0])
    runs: list[Run] = []
    for run in itertools.chain.from_iterable(turn.find(*area.rows) for turn in turns):
        if runs and runs[-1][1] + 1 == run[0]:
            runs[-1] = (runs[-1][0], run[1])
        else:
            runs.append(run)
    return [area.write(run) for run in runs]


@dataclass(frozen=True)
class Breaks:
    """Page breaks, each behind a row.

    Args:
        breaks: by row, the attributes of the element.
    """

    breaks: tuple[tuple[int, str], ...]

    def write(self, book: Book, sheet: Sheet) -> list[str]:
        """All breaks as one element."""
        found: dict[int, str] = {}
        for row, attributes in self.breaks:
            found |= dict.fromkeys(_break_rows(sheet.root, row), attributes)
        rows = [row for row in sorted(found) if 0 < row < sheet.last_row]
        if not rows:
            return []
        written = "".join(f'<brk id="{row}"{found[row]}/>' for row in rows)
        return [f'<rowBreaks count="{len(rows)}" manualBreakCount="{len(rows)}">{written}</rowBreaks>']


def _break_rows(root: Turn, row: int) -> Iterator[int]:
    """The rows behind which a break falls: behind the tag that opens a band it comes before each of its turns."""
    opened = next((band for band in root.band.bands() if band.around >= 0 and band.first == row + 1), None)
    if opened is not None:
        yield from (turn.first - 1 for turn in turns_of(root, opened) if turn.end > turn.first)
        return
    for turn in turns_of(root, innermost(root.band, row, row)):
        runs = turn.find(row, row) or turn.find(turn.band.first, row)
        if runs:
            yield runs[-1][1]


@dataclass(frozen=True)
class Anchor:
    """A drawing that hangs on cells.

    Args:
        pieces: its XML; a number stands for the row of that place, `-1` for the number of the drawing.
        rows: those that it hangs on, from 1: where it begins and, if it hangs on it, where it ends.
        is_sized: it keeps its size, so that its end moves with its beginning.
        number, free: its own number, and one from which all are free.
        held: how many of the rows decide with which band it is repeated.
        is_note: it goes with its first row.
    """

    pieces: tuple[str | int, ...]
    rows: tuple[int, ...]
    is_sized: bool
    number: int
    free: int
    held: int
    is_note: bool = False

    def write(self, book: Book, sheet: Sheet) -> list[str]:
        """One for each turn."""
        band = innermost(sheet.root.band, self.rows[0], self.rows[self.held - 1])
        made = []
        for count, turn in enumerate(turns_of(sheet.root, band)):
            if (band.around >= 0 and turn.end == turn.first) or (self.is_note and not turn.find(*[self.rows[0]] * 2)):
                continue
            places = [place(turn, row) for row in self.rows]
            if self.is_sized:
                places[1:] = [places[0] + row - self.rows[0] for row in self.rows[1:]]
            number = self.free + count if count else self.number
            made.append("".join(_fill(piece, places, number) for piece in self.pieces))
        return made


def _fill(piece: str | int, places: Sequence[int], number: int) -> str:
    if isinstance(piece, str):
        return piece
    return str(number if piece < 0 else places[piece] - 1)


@dataclass(frozen=True)
class Group:
    """An element around followers, which goes when none of them is left.

    Args:
        count: the attribute that tells their number, or nothing.
    """

    before: str
    count: str
    middle: str
    items: tuple[Follower, ...]
    after: str

    def write(self, book: Book, sheet: Sheet) -> list[str]:
        """The element with what is in it."""
        made = [text for item in self.items for text in item.write(book, sheet)]
        if not made:
            return []
        count = f' {self.count}="{len(made)}"' if self.count else ""
        return [f"{self.before}{count}{self.middle}{''.join(made)}{self.after}"]


@dataclass(frozen=True)
class ChartRange:
    """Where a chart takes its values from."""

    formula: Formula

    def write(self, book: Book, sheet: Sheet) -> list[str]:
        """One range, or several in brackets."""
        text = book.write(self.formula, sheet, sheet.root)
        count = sum(len(book.resolve(item, sheet, sheet.root)) for item in self.formula.references)
        return [f"({text})" if count > 1 and not text.startswith("(") else text]


Follower = Value | Rows | Extent | Frozen | Spot | Bounds | Region | Breaks | Anchor | Group | ChartRange
Piece = str | Follower


def write_piece(piece: Piece, book: Book, sheet: Sheet) -> str:
    """A piece of a part."""
    return piece if isinstance(piece, str) else "".join(piece.write(book, sheet))
