"""rows of cells as a csv or a sheet has them, before anything is known of their meaning."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from bidkit.diagnostic import Span


@dataclass(frozen=True)
class Cell:
    """A cell as text, empty if there is none.

    Args:
        at: where it stands; a merged one that has text with the range of all its cells.
        width, height: how many columns and rows it is merged over.
        owner: of a cell that lies under a merged one, that one.
        is_computed: whether a formula gave its text.
        is_struck: whether any of its text is struck out.
        stored: what a sheet keeps it as, where that is no text: `number`, `date`.
        is_as_shown: whether its decimals are those that the sheet shows.
    """

    text: str
    at: Span
    width: int = 1
    height: int = 1
    owner: Cell | None = None
    is_computed: bool = False
    is_struck: bool = False
    stored: str = ""
    is_as_shown: bool = True

    @property
    def said(self) -> Cell:
        """The cell whose text is seen in its place."""
        return self.owner or self


@dataclass(frozen=True)
class Row:
    """A row with text."""

    number: int
    at: Span
    cells: tuple[Cell, ...]
    is_hidden: bool = False

    @property
    def filled(self) -> Iterator[tuple[int, Cell]]:
        """The cells that have text of their own, each with its column from 0."""
        return ((column, cell) for column, cell in enumerate(self.cells) if cell.text)

    @property
    def texts(self) -> list[str]:
        """Their texts."""
        return [cell.text for _, cell in self.filled]

    def widen(self, width: int) -> Row:
        """The row with so many cells at least."""
        more = tuple(Cell("", self.at) for _ in range(width - len(self.cells)))
        return replace(self, cells=self.cells + more)


@dataclass(frozen=True)
class Grid:
    """The rows that have text.

    Args:
        whole: the file, or the sheet in it.
        hidden: the columns that are not shown, from 0.
        drawn: where pictures stand, each with its row.
        above, notes: what is said outside of the rows, such as the name of the sheet, and what is a note on them.
    """

    rows: tuple[Row, ...]
    whole: Span
    hidden: frozenset[int] = frozenset()
    drawn: tuple[tuple[int, Cell], ...] = ()
    above: tuple[Cell, ...] = ()
    notes: tuple[Cell, ...] = ()
