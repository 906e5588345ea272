"""edits that somebody has made in a built file: what differs, and where each came from.

looks      styles, lists and direct formatting -> the properties that a paragraph, a run, a row has in the end
things     pictures, charts, equations, links, fields -> short texts
marking    these texts put between the words where they stand
pieces     a .docx -> paragraphs and rows of cells, with their marks and looks
tracked    the changes that Word has tracked, and comments
documents  two .docx -> what differs
books      an .xlsx -> cells with values, formulas and formats, and what is set around them
cells      two .xlsx -> what differs, and what of it only follows from another cell
origins    a text -> the fields, texts and cells of the sources that it was made of
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bidkit.diagnostic import Span
from bidkit.edits.origins import Origin
from bidkit.edits.tracked import Tracked

Kind = Literal["changed", "added", "removed", "moved"]


@dataclass(frozen=True)
class Edit:
    """A paragraph, a cell or a setting that is not as it was built.

    Args:
        at: its place in the edited file; of one that is gone its place in the build.
        old, new: None for what is not there.
        origins: what it was made of; of one that was added, what stands before it.
        is_price: an amount of the quote was changed by hand.
        what: of a workbook, what differs if it is not what a cell says: `formula`, `shown`, `hidden`, `sheet` …
        follows: it is what formulas give for another edit, so that nothing need be done about it.
    """

    kind: Kind
    at: Span
    old: str | None
    new: str | None
    origins: tuple[Origin, ...] = ()
    is_price: bool = False
    what: str = ""
    follows: bool = False


@dataclass(frozen=True)
class Form:
    """How something looks otherwise than it was built, its words and figures being the same.

    Args:
        about: `text`, `row`, `gap`, `section`, `file`, `sheet`, `cell`, or `draft` for the mark of a draft.
        text: what stands there.
        changes: the properties that differ, each with what it was and is; empty for what is not set.
    """

    at: Span
    about: str
    text: str
    changes: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class Found:
    """What differs between two files."""

    edits: tuple[Edit, ...] = ()
    forms: tuple[Form, ...] = ()
    marks: tuple[Tracked, ...] = ()


@dataclass(frozen=True)
class Reconciled:
    """What differs.

    Args:
        built: the file that it is held against, in a package or as it would be built now.
        marks: tracked changes and comments that Word lists.
        root: the workspace, to which the places of origins are relative.
    """

    edited: str
    built: str
    edits: tuple[Edit, ...]
    forms: tuple[Form, ...]
    marks: tuple[Tracked, ...]
    root: Path

    @property
    def is_same(self) -> bool:
        """Whether nothing at all differs."""
        return not (self.edits or self.forms or self.marks)
