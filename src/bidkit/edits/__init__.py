"""edits that somebody has made in a built file: which paragraphs and cells differ, and where each came from.

pieces    a .docx or .xlsx -> paragraphs and rows of cells, without what a program computes anew by itself
origins   a text -> the fields, texts and cells of the sources that it was made of
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from pathlib import Path
from typing import Literal

from bidkit.diagnostic import Span
from bidkit.difference.blocks import pair_blocks
from bidkit.edits.origins import Origin, Sources
from bidkit.edits.pieces import Mark, Piece

Kind = Literal["changed", "added", "removed", "moved"]
_LEAST_SHARED = 0.3
"""Less than this of a build in an edited file is another document."""


@dataclass(frozen=True)
class Edit:
    """A paragraph or a cell that is not as it was built.

    Args:
        at: its place in the edited file; of one that is gone its place in the build.
        old, new: None for what is not there.
        origins: what it was made of; of one that was added, what stands before it.
        is_price: an amount of the quote was changed by hand.
    """

    kind: Kind
    at: Span
    old: str | None
    new: str | None
    origins: tuple[Origin, ...] = ()
    is_price: bool = False


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
    marks: tuple[Mark, ...]
    root: Path


def is_alike(built: Sequence[Piece], edited: Sequence[Piece]) -> bool:
    """Whether a file may have been made of a build: enough of what was built is still in it."""
    kept = {piece.key for piece in edited}
    return not built or sum(piece.key in kept for piece in built) >= _LEAST_SHARED * len(built)


def find_edits(built: Sequence[Piece], edited: Sequence[Piece], sources: Sources) -> list[Edit]:
    """What differs, in the order of the edited file; a piece that has only changed its place is told once."""
    found = [*_compare(built, edited, sources)]
    gone = {edit.old: edit for edit in found if edit.kind == "removed"}
    moved = {edit.new for edit in found if edit.kind == "added" and edit.new in gone}
    kept = [edit for edit in found if not (edit.kind == "removed" and edit.old in moved)]
    return [_make_moved(edit, gone) if edit.kind == "added" and edit.new in moved else edit for edit in kept]


def _make_moved(edit: Edit, gone: dict[str | None, Edit]) -> Edit:
    return replace(edit, kind="moved", old=edit.new, origins=gone[edit.new].origins)


def _compare(built: Sequence[Piece], edited: Sequence[Piece], sources: Sources) -> Iterator[Edit]:
    one, two = [piece.key for piece in built], [piece.key for piece in edited]
    for tag, start, end, first, last in SequenceMatcher(None, one, two, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        old = [(str(number), built[number].text) for number in range(start, end)]
        new = [(str(number), edited[number].text) for number in range(first, last)]
        before = built[start - 1] if start else None
        for was, now in pair_blocks(old, new):
            if was and now:
                yield from _compare_pieces(built[int(was[0])], edited[int(now[0])], sources)
            elif was:
                gone = built[int(was[0])]
                is_price = sources.has_price(gone.text)
                yield Edit("removed", gone.at, gone.text, None, sources.find(gone.text), is_price)
            elif now:
                piece = edited[int(now[0])]
                yield Edit("added", piece.at, None, piece.text, sources.find(before.text) if before else ())
            before = built[int(was[0])] if was else before


def _compare_pieces(old: Piece, new: Piece, sources: Sources) -> Iterator[Edit]:
    """A paragraph, or each cell of a row that differs; a row with more or fewer cells as a whole."""
    if len(old.cells) != len(new.cells):
        yield _make_change(new.at, old.text, new.text, sources)
        return
    for was, now, at in zip(old.cells, new.cells, new.places, strict=True):
        if was != now:
            yield _make_change(at, was, now, sources)


def _make_change(at: Span, old: str, new: str, sources: Sources) -> Edit:
    is_price = sources.has_price(old, new)
    return Edit("changed", at, old, new, sources.find(old, new) if old else (), is_price)
