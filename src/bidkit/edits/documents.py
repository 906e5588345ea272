"""two .docx held against each other: paragraphs, rows and what stands in them, how they look, tracked changes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher

from bidkit.diagnostic import Span
from bidkit.difference.blocks import pair_blocks
from bidkit.edits import Edit, Form, Found, Kind
from bidkit.edits.looks import compare_props, spread
from bidkit.edits.marking import Look, drop_marks, show_both, show_marks
from bidkit.edits.origins import Sources
from bidkit.edits.pieces import Piece, ReadWord, align, fold

_LEAST_SHARED = 0.3
"""Less than this of a build in an edited file is another document."""
_LONGEST = 1_000_000
"""The product of the lengths up to which the looks of two texts that differ are compared."""
_TOLD = ("strike", "dstrike", "vanish")
"""What is told as an edit of the text."""
_DRAFT = re.compile(r"草稿\s*DRAFT|DRAFT")


def is_draft(keys: Sequence[str]) -> bool:
    """Whether a file has the mark of a draft."""
    return any(_DRAFT.search(key) for key in keys)


def is_alike(built: Sequence[str], edited: Sequence[str]) -> bool:
    """Whether a file may have been made of a build: enough of what was built is still in it."""
    kept, said = set(edited), [key for key in built if key.strip()]
    return not said or sum(key in kept for key in said) >= _LEAST_SHARED * len(said)


def compare_documents(built: ReadWord, edited: ReadWord, sources: Sources) -> Found:
    """What differs, in the order of the edited file; a piece that has only changed its place is told once."""
    comparison = _Comparison(sources)
    comparison.compare(built.pieces, edited.pieces)
    forms = [*comparison.forms, *_compare_sections(built, edited)]
    marks = Counter(edited.tracked) - Counter(built.tracked)
    gone = Counter(built.tracked) - Counter(edited.tracked)
    if gone:
        counts = str(len(built.tracked)), str(len(edited.tracked))
        forms.append(Form(edited.sections[-1][0], "file", "", (("comments", *counts),)))
    return Found(tuple(_join_moved(comparison.edits)), tuple(forms), tuple(marks.elements()))


def _join_moved(found: Sequence[tuple[str, Edit]]) -> Iterator[Edit]:
    """What is gone from one place and has come to another is moved."""
    gone: dict[str, list[Edit]] = {}
    for key, edit in found:
        if edit.kind == "removed":
            gone.setdefault(key, []).append(edit)
    left = Counter({key: len(edits) for key, edits in gone.items()})
    moved: Counter[str] = Counter()
    made: list[tuple[str, Edit]] = []
    for key, edit in found:
        if edit.kind == "added" and left[key] > moved[key]:
            moved[key] += 1
            made.append((key, replace(edit, kind="moved", old=edit.new, origins=gone[key][0].origins)))
        else:
            made.append((key, edit))
    for key, edit in made:
        if edit.kind == "removed" and moved[key] > 0:
            moved[key] -= 1
        else:
            yield edit


@dataclass
class _Comparison:
    """The edits that are found, each with the key of its piece, and what only looks otherwise."""

    sources: Sources
    edits: list[tuple[str, Edit]] = field(default_factory=list)
    forms: list[Form] = field(default_factory=list)

    def compare(self, built: Sequence[Piece], edited: Sequence[Piece]) -> None:
        one, two = [piece.key for piece in built], [piece.key for piece in edited]
        for tag, start, end, first, last in align(one, two):
            if tag == "equal":
                for was, now in zip(built[start:end], edited[first:last], strict=True):
                    self.forms += _compare_looks(was, now)
                continue
            old = [(str(number), _DRAFT.sub("", drop_marks(built[number].text))) for number in range(start, end)]
            new = [(str(number), _DRAFT.sub("", drop_marks(edited[number].text))) for number in range(first, last)]
            before = built[start - 1] if start else None
            for gone, come in pair_blocks(old, new):
                self.add(built[int(gone[0])] if gone else None, edited[int(come[0])] if come else None, before)
                before = built[int(gone[0])] if gone else before

    def add(self, old: Piece | None, new: Piece | None, before: Piece | None) -> None:
        """A piece that has changed, gone or come."""
        if old and new:
            self.edits += (("", edit) for edit in self.compare_pieces(old, new))
            self.forms += _compare_looks(old, new)
        elif old:
            plain = drop_marks(old.text)
            self.note("removed", old, self.sources.find(plain), self.sources.has_price(plain))
        elif new:
            self.note("added", new, self.sources.find(drop_marks(before.text)) if before else (), is_price=False)

    def note(self, kind: Kind, piece: Piece, origins: tuple, is_price: bool) -> None:  # type: ignore[type-arg]
        text = show_marks(piece.text)
        if not _DRAFT.sub("", piece.key).strip():
            self.forms.append(Form(piece.at, "draft", text, ()))
            return
        old, new = (text, None) if kind == "removed" else (None, text)
        self.edits.append((piece.key, Edit(kind, piece.at, old, new, origins, is_price)))

    def compare_pieces(self, old: Piece, new: Piece) -> Iterator[Edit]:
        """A paragraph, or each cell of a row that differs; a row with more or fewer cells as a whole."""
        if len(old.cells) != len(new.cells):
            yield from self.change(new.at, old.text, new.text)
            return
        for was, now, at in zip(old.cells, new.cells, new.places, strict=True):
            if fold(was) != fold(now):
                yield from self.change(at, was, now)

    def change(self, at: Span, old: str, new: str) -> Iterator[Edit]:
        if _is_draft_only(old, new):
            self.forms.append(Form(at, "draft", drop_marks(new), ()))
            return
        was, now = drop_marks(old), drop_marks(new)
        origins = self.sources.find(was, now if now != was else None) if was.strip() else ()
        yield Edit("changed", at, *show_both(old, new), origins, self.sources.has_price(was, now))


def _is_draft_only(old: str, new: str) -> bool:
    """Whether two texts differ in the mark of a draft only."""
    if is_draft([old]) == is_draft([new]):
        return False
    return "".join(fold(_DRAFT.sub("", old)).split()) == "".join(fold(_DRAFT.sub("", new)).split())


def _compare_looks(old: Piece, new: Piece) -> Iterator[Form]:
    """Where two pieces that say the same look otherwise; of those that say something else, as far as it is told."""
    is_row = any(kind == "row" for kind, _ in new.at.place)
    text = drop_marks(new.text)
    if old.gap != new.gap:
        yield Form(new.at, "gap", text, (("blank", old.gap, new.gap),))
    changes: dict[str, tuple[str, str, str]] = {}
    if old.key == new.key and old.cells != new.cells:
        changes["blanks"] = ("blanks", show_marks(old.text), show_marks(new.text))
    if len(old.looks) == len(new.looks):
        for was, now in zip(old.looks, new.looks, strict=True):
            changes |= {change[0]: change for change in _compare_look(was, now)}
    elif old.key == new.key:
        changes["paragraphs"] = ("paragraphs", str(len(old.looks)), str(len(new.looks)))
    if changes:
        yield Form(new.at, "row" if is_row else "text", text, tuple(changes.values()))


def _compare_look(old: Look, new: Look) -> Iterator[tuple[str, str, str]]:
    if old == new:
        return
    yield from compare_props(old.props, new.props)
    one, two = spread(old.runs), spread(new.runs)
    signs = "".join(sign for sign, _ in one), "".join(sign for sign, _ in two)
    if signs[0] == signs[1]:
        kept = zip(one, two, strict=True)
    elif len(one) * len(two) <= _LONGEST:
        blocks = SequenceMatcher(None, *signs, autojunk=False).get_matching_blocks()
        kept = zip(
            (item for block in blocks for item in one[block.a : block.a + block.size]),
            (item for block in blocks for item in two[block.b : block.b + block.size]),
            strict=True,
        )
    else:
        return
    for (_, was), (_, now) in kept:
        changes = compare_props(was, now) if was is not now else []
        yield from (change for change in changes if change[0] not in _TOLD)


def _compare_sections(old: ReadWord, new: ReadWord) -> Iterator[Form]:
    one, two = old.sections, new.sections
    if len(one) != len(two):
        yield Form(two[-1][0], "file", "", (("sections", str(len(one) - 1), str(len(two) - 1)),))
    pairs = [*zip(one[:-1], two[:-1], strict=False), (one[-1], two[-1])]
    for (_, was), (at, now) in pairs:
        changes = [change for change in compare_props(was, now) if not _is_draft_only(*change[1:])]
        if changes:
            yield Form(at, "section" if at.place else "file", "", tuple(changes))
