"""bands: rows of a template that are repeated or left out together, and the rows that they become.

A sheet is a band of all its rows. A band holds stretches of rows that always stand together, and further bands; the
rows that hold only `{%tr … %}` tags belong to none. Each turn of a loop lays a band out once more.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bidkit.ooxml.sheet.formula import MAX_ROWS

Run = tuple[int, int]
"""First and last of rows that lie together."""


@dataclass(frozen=True)
class Stretch:
    """Rows between two tags."""

    number: int
    band: int
    first: int
    last: int


@dataclass(frozen=True)
class Band:
    """Rows that are repeated (a loop) or left out together.

    Args:
        around: the number of the band that it lies in, -1 for the sheet itself.
        items: what it holds, in order.
        over: what a loop goes over, as it is written: `quote.parts`.
    """

    number: int
    around: int
    first: int
    last: int
    is_loop: bool
    items: tuple[Stretch | Band, ...]
    over: str = ""

    def holds(self, first: int, last: int) -> bool:
        """Whether rows lie in it."""
        return self.first <= first and last <= self.last

    def count(self, first: int, last: int) -> str:
        """What rows of the template become, seen from this band: `none` (they hold tags only), `one` row, rows in one
        `run`, or `many` runs.
        """
        if not any(part.first <= last and first <= part.last for part in self.stretches()):
            return "none"
        found = "one" if first == last else "run"
        for item in self.items:
            if not isinstance(item, Band) or item.first > item.last or item.last < first or last < item.first:
                continue
            is_whole = all(first <= part.first and part.last <= last for part in item.stretches())
            if item.is_loop:
                found = max(found, "run" if is_whole else "many", key=_KINDS.index)
            else:
                found = max(found, item.count(first, last), key=_KINDS.index)
        return found

    def stretches(self) -> Iterator[Stretch]:
        """All its stretches, also those of the bands in it."""
        for item in self.items:
            if isinstance(item, Stretch):
                yield item
            else:
                yield from item.stretches()

    def bands(self) -> Iterator[Band]:
        """This band and all in it."""
        yield self
        for item in self.items:
            if isinstance(item, Band):
                yield from item.bands()


_KINDS = ("none", "one", "run", "many")


class _Open:
    """A band that has not ended yet."""

    def __init__(self, number: int, around: int, first: int, is_loop: bool, over: str = "") -> None:
        self.facts = (number, around, first)
        self.is_loop = is_loop
        self.over = over
        self.items: list[Stretch | Band] = []

    def close(self, last: int) -> Band:
        return Band(*self.facts, last, self.is_loop, tuple(self.items), self.over)


class BandMaker:
    """Bands as their tags come, row by row."""

    def __init__(self) -> None:
        self.open = [_Open(0, -1, 1, False)]
        self.bands = self.stretches = 0
        self.next = 1

    def reach(self, row: int) -> None:
        """A row of tags: what stands before it is one stretch."""
        if self.next < row:
            self.add_stretch(row - 1)
        self.next = row + 1

    def add_stretch(self, last: int) -> None:
        top = self.open[-1]
        top.items.append(Stretch(self.stretches, top.facts[0], self.next, last))
        self.stretches += 1

    def begin(self, row: int, is_loop: bool, over: str = "") -> int:
        """A band begins behind a row of tags; gives its number."""
        self.bands += 1
        self.open.append(_Open(self.bands, self.open[-1].facts[0], row + 1, is_loop, over))
        return self.bands

    def end(self, row: int) -> None:
        """The innermost band ends before a row of tags."""
        band = self.open.pop().close(row - 1)
        self.open[-1].items.append(band)

    def finish(self) -> Band:
        """The whole sheet as a band."""
        self.add_stretch(MAX_ROWS)
        return self.open[0].close(MAX_ROWS)


class Turn:
    """A band as it is laid out once: where its stretches begin, and the turns of the bands in it.

    Args:
        no: its place among the turns of its band that lie in the same turn, from 0.
    """

    __slots__ = ("around", "band", "end", "first", "found", "inner", "no", "starts")

    def __init__(self, band: Band, around: Turn | None, first: int, no: int = 0) -> None:
        self.band = band
        self.no = no
        self.around = around
        self.first = self.end = first
        self.starts: dict[int, int] = {}
        self.inner: dict[int, list[Turn]] = {}
        self.found: dict[Run, list[Run]] = {}

    def find(self, first: int, last: int) -> list[Run]:
        """The rows that rows of the template have become, seen from here.

        They are looked for in the innermost turn that holds both; a range that begins or ends in this very turn does
        so at its row.
        """
        turn = self
        below = None
        while turn.around is not None and not turn.band.holds(first, last):
            below, turn = turn, turn.around
        runs = turn.found.get((first, last))
        if runs is None:
            runs = turn.found[first, last] = turn.collect(first, last)
        if below is None or first == last:
            return runs
        low, high = 0, MAX_ROWS
        if below.band.holds(first, first):
            low = next((run[0] for run in self.find(first, first)), self.end)
        elif below.band.holds(last, last):
            high = next((run[1] for run in reversed(self.find(last, last))), self.first - 1)
        else:
            return runs
        return [(max(low, one), min(high, two)) for one, two in runs if one <= high and two >= low]

    def collect(self, first: int, last: int) -> list[Run]:
        """The rows in this turn, in as few runs as can be."""
        runs: list[Run] = []
        for item in self.band.items:
            if item.last < first or last < item.first:
                continue
            if isinstance(item, Stretch):
                start = self.starts.get(item.first)
                if start is not None:
                    low, high = max(first, item.first), min(last, item.last)
                    _join(runs, (start + low - item.first, min(start + high - item.first, MAX_ROWS)))
                continue
            for turn in self.inner.get(item.number, ()):
                if first <= item.first and item.last <= last:
                    _join(runs, (turn.first, turn.end - 1))
                else:
                    for run in turn.collect(first, last):
                        _join(runs, run)
        return runs


def _join(runs: list[Run], run: Run) -> None:
    if run[0] > run[1]:
        return
    if runs and runs[-1][1] + 1 == run[0]:
        runs[-1] = (runs[-1][0], run[1])
    else:
        runs.append(run)


def read_over(tag_body: str) -> str:
    """What a `for` goes over, as it is written, but for blanks."""
    return "".join(tag_body.partition(" in ")[2].split())


class Layout:
    """Rows of a sheet as they are laid out, one after the other."""

    def __init__(self, bands: Sequence[Band], stretches: Sequence[Stretch]) -> None:
        self.bands = bands
        self.stretches = stretches
        self.root = self.turn = Turn(bands[0], None, 1)
        self.next = 1

    def begin(self, number: int) -> None:
        """Another turn of a band."""
        band = self.bands[number]
        self.leave(band.around)
        before = self.turn.inner.setdefault(number, [])
        turn = Turn(band, self.turn, self.next, len(before))
        before.append(turn)
        self.turn = turn

    def reach(self, number: int) -> int:
        """Lay out a stretch: what a row's number grows by in it."""
        stretch = self.stretches[number]
        self.leave(stretch.band)
        self.turn.starts[stretch.first] = self.next
        shift = self.next - stretch.first
        self.next += stretch.last - stretch.first + 1
        return shift

    def leave(self, number: int) -> None:
        """End all turns up to one of a band; a loop may have been left in the middle."""
        while self.turn.band.number != number:
            self.turn.end = self.next
            assert self.turn.around is not None
            self.turn = self.turn.around

    def finish(self) -> Turn:
        """The turn of the whole sheet."""
        self.leave(0)
        self.root.end = self.next
        return self.root
