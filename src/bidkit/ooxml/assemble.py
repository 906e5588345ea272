"""marks in a rendered part -> the part's XML: what only the finished order of things can tell.

op      argument        what it becomes
h  e    level[u]        a heading begins, ends: number, bookmark, entry of the contents
f  F                    a paragraph with a caption's number begins, ends: bookmark, entry of its list
t       number          the contents, left open until pages are known
q       sequence        the next number of a caption
p       place|code      the result of a REF or PAGEREF field, left open until everything has its place
K       kind|name|place a reference of a text: `label` shows it, `link` only needs it
P  Q    number|place    a value prints where a bookmark stands; between them the look of its run
y  Y    id|name, id     a bookmark begins, ends; in a loop the first is kept, for a name stands for one place
R       tag|name        a reference to a bookmark, which must be there in the end
d                       a number for a drawing, unique in the document
b  B    g               a table: dropped without rows; g: its grid follows its cells
a  A                    a row: dropped without cells
g  G                    a container that must end in a paragraph
D  E                    the end of a section where the paper turns: dropped if the section is empty
c  C    m               a cell; m inside: this cell is part of the one before
w                       a row of a table in which cells merge downwards
v  U  V  tag|value      a cell that merges with the one above while the value stays; its content begins, ends
l  k    tag             a loop's next turn, a loop's end: lists begin anew
L       numId           a list's number
i I n N kind            a note's number, its number again, its content begins, ends
o  O    id              a comment's range begins, ends
x X z   number          what a text box shows begins, ends, is shown once more
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from html import unescape

from bidkit.ooxml.cells import fit_grid
from bidkit.ooxml.contents import Contents
from bidkit.ooxml.crossrefs import Reference, read_reference
from bidkit.ooxml.notes import Shell, drop_unused_ranges
from bidkit.ooxml.pages import Place
from bidkit.ooxml.targets import SLOT
from bidkit.ooxml.values import CLOSE, OPEN, Rendering, quote

_CAPTION_IDS = 2_000_000
_MARK = re.compile(f"{OPEN}([a-zA-Z])([^{CLOSE}]*){CLOSE}")
_TEXT = re.compile("<w:t(?: [^>]*)?>([^<]*)</w:t>|<w:(?:br|tab)/>")
_COPIED_ID = re.compile(r'(<(?:wp:docPr|pic:cNvPr|w:(?:ins|del|move(?:From|To)|\w+Change)) [^>]*?\bid=")\d+"')
_BOOKMARK_START = re.compile('<w:bookmarkStart w:id="([0-9]+)" w:name="([^"]*)"')
_BOOKMARK_END = re.compile('(<w:bookmarkEnd w:id="([0-9]+)"/>)')
_NOTE_REFERENCE = re.compile('<w:(footnote|endnote|comment)Reference [^>]*?w:id="([0-9]+)"')
_BOOKMARK = re.compile("<w:bookmark(?:Start|End) [^>]*>")
_CLOSERS = {"e": "h", "B": "b", "A": "a", "G": "g", "C": "c", "V": "U", "N": "n", "X": "x", "Q": "P", "E": "D"}
_HEADING_IDS = 1_000_000
_SECTION_END = "</w:sectPr></w:pPr></w:p>"


Piece = str | Contents


@dataclass
class Assembled:
    """A part put together.

    Args:
        notes: the pieces of the notes parts, by part name.
        references: the tag number and the bookmark of each reference that was printed.
    """

    pieces: list[Piece]
    notes: dict[str, list[Piece]]
    references: list[tuple[int, str]]


def assemble(
    text: str,
    contents: Sequence[str],
    rendering: Rendering,
    shells: Mapping[str, Shell] | None = None,
    *,
    is_main: bool = True,
) -> Assembled:
    """Resolve the marks of a rendered part in document order.

    Args:
        is_main: it is the document itself; headings of headers and footers do not stand in the contents.
    """
    pieces = _MARK.split(text)
    work = _Assembly(rendering, contents, shells or {}, is_main)
    work.run(pieces)
    return work.finish()


@dataclass
class _Merge:
    """A column of cells that may merge: the row where it was last seen, its value, whether that cell merged."""

    row: int
    value: str
    is_merged: bool


@dataclass
class _Assembly:
    rendering: Rendering
    contents: Sequence[str]
    shells: Mapping[str, Shell]
    is_main: bool
    out: list[Piece] = field(default_factory=list)
    opened: list[tuple[str, int, str]] = field(default_factory=list)
    bookmarks: dict[str, int] = field(default_factory=dict)
    references: list[tuple[int, str]] = field(default_factory=list)
    notes: dict[str, dict[int, list[Piece]]] = field(default_factory=dict)
    note_ids: dict[str, int] = field(default_factory=dict)
    ranges: dict[str, int] = field(default_factory=dict)
    used_ranges: set[int] = field(default_factory=set)
    boxes: dict[str, list[Piece]] = field(default_factory=dict)
    loops: list[tuple[str, dict[str, int]]] = field(default_factory=list)
    counted: list[tuple[int, str]] = field(default_factory=list)
    turn: int = -1
    row: int = 0
    merges: dict[str, _Merge] = field(default_factory=dict)
    row_changed: bool = False
    merging: bool = False

    def run(self, pieces: Sequence[str]) -> None:
        """Texts at 0, 3, 6 …, each followed by an op and its argument."""
        out = self.out
        for position in range(0, len(pieces), 3):
            if pieces[position]:
                out.append(pieces[position])
            if position + 1 < len(pieces):
                op, argument = pieces[position + 1], pieces[position + 2]
                if op in "hbagcUnxfPD":
                    self.opened.append((op, len(out), argument))
                elif op == "F":
                    self.end_caption()
                elif op in _CLOSERS:
                    self.close(op, argument)
                else:
                    getattr(self, f"put_{op}")(argument)

    def finish(self) -> Assembled:
        """All open ends tied."""
        notes = {}
        for kind, shell in self.shells.items():
            inside = [piece for pieces in self.notes.get(kind, {}).values() for piece in pieces]
            notes[shell.part] = [shell.head, *self.tie(inside), shell.tail]
        self.end_last_section()
        pieces = self.tie(self.out)
        if set(self.ranges.values()) - self.used_ranges or "comment" in self.shells:
            pieces = [
                drop_unused_ranges(piece, self.used_ranges) if isinstance(piece, str) else piece for piece in pieces
            ]
        return Assembled(pieces, notes, self.references)

    def close(self, op: str, argument: str) -> None:
        """The end of what `_CLOSERS` says; an end whose beginning was left out closes nothing."""
        wanted = _CLOSERS[op]
        if not any(kind == wanted for kind, _, _ in self.opened):
            return
        if op == "e" and self.opened[-1][0] != wanted:
            return  # a loop that begins in a heading ends it more than once
        while True:
            kind, start, first = self.opened.pop()
            if kind == wanted:
                getattr(self, f"close_{op}")(start, first, argument)
                return

    def tie(self, pieces: list[Piece]) -> list[Piece]:
        """Bookmarks whose end was left out end where they begin."""
        if not self.bookmarks:
            return pieces
        starts = {f'<w:bookmarkStart w:id="{number}" ': number for number in self.bookmarks.values()}
        tied: list[Piece] = []
        for piece in pieces:
            tied.append(piece)
            start = piece[: piece.find(" ", 18) + 1] if isinstance(piece, str) else ""
            if start in starts:
                tied.append(f'<w:bookmarkEnd w:id="{starts[start]}"/>')
        return tied

    def drop(self, start: int) -> None:
        """Take out what was put together since; what outside of it belongs to it goes too, or ends here."""
        text = "".join(piece for piece in self.out[start:] if isinstance(piece, str))
        del self.out[start:]
        begun = {number: unescape(name) for number, name in _BOOKMARK_START.findall(text)}
        self.rendering.dropped.update(begun.values())
        self.bookmarks = {key: number for key, number in self.bookmarks.items() if str(number) not in begun}
        self.out += [end for end, number in _BOOKMARK_END.findall(text) if number not in begun]
        for kind, number in _NOTE_REFERENCE.findall(text):
            self.notes.get(kind, {}).pop(int(number), None)
            self.used_ranges.discard(int(number) if kind == "comment" else -1)

    def end_last_section(self) -> None:
        """A last section that is empty, behind a part with a paper of its own, would be a blank page."""
        last = self.out[-1] if self.out else ""
        if self.turn != len(self.out) - 2 or not isinstance(last, str) or not last.startswith("<w:sectPr"):
            return
        ended = str(self.out.pop(self.turn))
        section = ended[ended.index("<w:sectPr") : ended.index("</w:pPr></w:p>")]
        self.out[-1] = section + last[last.index("</w:sectPr>") + len("</w:sectPr>") :]

    def end_caption(self) -> None:
        """Give a caption its bookmark if its sequence has a list; a loop may end it more than once."""
        if not self.opened or self.opened[-1][0] != "f":
            return
        start = self.opened.pop()[1]
        inside = dict.fromkeys(sequence for at, sequence in self.counted if at >= start)
        if not self.is_main or any(kind == "n" for kind, _, _ in self.opened):
            return
        for sequence in inside:
            if sequence in self.rendering.numbering.listed:
                caption = self.rendering.numbering.add_caption(sequence)
                number = _CAPTION_IDS + len(self.rendering.numbering.captions)
                self.out.insert(start, f'<w:bookmarkStart w:id="{number}" w:name="{caption.bookmark}"/>')
                self.out.append(f'<w:bookmarkEnd w:id="{number}"/>')

    # what is closed

    def close_e(self, start: int, level: str, _: str) -> None:
        if not self.is_main or any(kind == "n" for kind, _, _ in self.opened):
            return
        numbering = self.rendering.numbering
        inside = "".join(piece for piece in self.out[start:] if isinstance(piece, str))
        words = (found.group(1) if found.group(1) is not None else " " for found in _TEXT.finditer(inside))
        text = " ".join(unescape("".join(words)).split())
        is_open = SLOT.search(inside) is not None
        heading = numbering.add_heading(int(level[0]), text or "…" * is_open, not level.endswith("u"))
        if heading is not None and is_open:
            numbering.unfinished.add(heading.bookmark)
        if heading is not None:
            number = len(numbering.headings) + _HEADING_IDS
            self.out.insert(start, f'<w:bookmarkStart w:id="{number}" w:name="{heading.bookmark}"/>')
            self.out.append(f'<w:bookmarkEnd w:id="{number}"/>')

    def close_B(self, start: int, kind: str, _: str) -> None:
        inside = [piece for piece in self.out[start:] if isinstance(piece, str)]
        if not any("<w:tr>" in piece or "<w:tr " in piece for piece in inside):
            self.drop(start)
        elif kind == "g":
            self.out[start:] = [fit_grid("".join(inside))]

    def close_A(self, start: int, _first: str, _: str) -> None:
        if not any("<w:tc>" in piece or "<w:tc " in piece for piece in self.out[start:] if isinstance(piece, str)):
            self.drop(start)

    def close_G(self, start: int, _first: str, _: str) -> None:
        for piece in reversed(self.out[start:]):
            text = piece.rstrip() if isinstance(piece, str) else "</w:p>"
            if text:
                if not text.endswith(("</w:p>", "<w:p/>")):
                    break
                return
        self.out.append("<w:p/>")

    def close_C(self, start: int, _first: str, _: str) -> None:
        if any(piece == f"{OPEN}m{CLOSE}" for piece in self.out[start:]):
            self.drop(start)

    def close_E(self, start: int, _first: str, _: str) -> None:
        before = self.out[start - 1] if start else ""
        if isinstance(before, str) and before.endswith(_SECTION_END):
            self.drop(start)
        else:
            self.turn = start

    def close_V(self, start: int, _first: str, properties: str) -> None:
        if self.merging:
            self.drop(start)
            self.out.append(f"<w:p>{unescape(properties)}</w:p>")
        self.merging = False

    def close_N(self, start: int, _first: str, kind: str) -> None:
        self.notes.setdefault(kind, {})[self.note_ids["this " + kind]] = self.out[start:]
        del self.out[start:]

    def close_X(self, start: int, _first: str, number: str) -> None:
        self.boxes[number] = self.out[start:]

    def close_Q(self, start: int, argument: str, _: str) -> None:
        number, tag = argument.split("|", 1)
        look = "".join(piece for piece in self.out[start:] if isinstance(piece, str))
        del self.out[start:]
        place = replace(self.rendering.numbering.places[int(number)], look=look)
        self.refer(tag, place.name, "place", place)

    # what stands for itself

    def put_t(self, number: str) -> None:
        self.out.append(Contents(self.contents[int(number)]))

    def put_q(self, sequence: str) -> None:
        sequence = unescape(sequence)
        self.counted.append((len(self.out), sequence))
        self.out.append(str(self.rendering.numbering.next_in(sequence)))

    def put_p(self, argument: str) -> None:
        place, code = unescape(argument).split("|", 1)
        # A tag may have printed into the code what no longer is one; that names nothing either.
        name, kind = read_reference(code) or (code.strip(), "page")
        self.refer(place, name, kind)

    def put_K(self, argument: str) -> None:
        kind, name, place = argument.split("|", 2)
        self.refer(place, name, kind)

    def refer(self, at: str, name: str, kind: str, place: Place | None = None) -> None:
        """Leave a reference open, to be resolved when all bookmarks are known."""
        references = self.rendering.numbering.references
        references.append(Reference(len(references), name, kind, self.rendering.locate(at), place))
        self.out.append(references[-1].slot)

    def put_d(self, _: str) -> None:
        self.out.append(str(self.rendering.drawing_id()))

    def put_m(self, _: str) -> None:
        self.out.append(f"{OPEN}m{CLOSE}")

    def put_y(self, argument: str) -> None:
        number, name = argument.split("|", 1)
        new = self.rendering.start_bookmark(unescape(name))
        if new is not None:
            self.bookmarks[number] = new
            self.out.append(f'<w:bookmarkStart w:id="{new}" w:name={quote(unescape(name))}/>')

    def put_Y(self, number: str) -> None:
        if number in self.bookmarks:
            self.out.append(f'<w:bookmarkEnd w:id="{self.bookmarks.pop(number)}"/>')

    def put_R(self, argument: str) -> None:
        number, name = argument.split("|", 1)
        self.references.append((int(number), name))

    def put_w(self, _: str) -> None:
        self.row += 1
        self.row_changed = False

    def put_v(self, argument: str) -> None:
        """Merge while the value stays, in neighbouring rows, and while the merging cells left of it merge too."""
        number, value = argument.split("|", 1)
        above = self.merges.get(number)
        is_next = above is not None and above.row == self.row - 1
        same = is_next and above is not None and above.value == value and not self.row_changed
        self.merging = value == "=" if value in ("=", "!") else same
        self.merging = self.merging and is_next
        if value not in ("=", "!"):
            self.row_changed = self.row_changed or not self.merging
        self.merges[number] = _Merge(self.row, value, self.merging)
        self.out.append("<w:vMerge/>" if self.merging else '<w:vMerge w:val="restart"/>')

    def put_l(self, tag: str) -> None:
        if self.loops and self.loops[-1][0] == tag:
            self.loops.pop()
        self.loops.append((tag, {}))

    def put_k(self, tag: str) -> None:
        if self.loops and self.loops[-1][0] == tag:
            self.loops.pop()

    def put_L(self, number: str) -> None:
        if not self.loops:
            self.out.append(number)
            return
        lists = self.loops[-1][1]
        if number not in lists:
            lists[number] = self.rendering.restart_list(number)
        self.out.append(str(lists[number]))

    def put_i(self, argument: str) -> None:
        kind, number = argument.split("|", 1)
        if kind == "comment" and number in self.ranges:
            self.note_ids["this " + kind] = self.ranges.pop(number)
        else:
            self.note_ids["this " + kind] = self._next_note(kind)
        if kind == "comment":
            self.used_ranges.add(self.note_ids["this " + kind])
        self.out.append(str(self.note_ids["this " + kind]))

    def put_I(self, kind: str) -> None:
        self.out.append(str(self.note_ids["this " + kind]))

    def put_o(self, number: str) -> None:
        self.ranges[number] = self._next_note("comment")
        self.out.append(f'<w:commentRangeStart w:id="{self.ranges[number]}"/>')

    def put_O(self, number: str) -> None:
        if number in self.ranges:
            self.out.append(f'<w:commentRangeEnd w:id="{self.ranges[number]}"/>')

    def put_z(self, number: str) -> None:
        def renumber(found: re.Match[str]) -> str:
            return f'{found.group(1)}{self.rendering.drawing_id()}"'

        shown = "".join(piece for piece in self.boxes.get(number, ()) if isinstance(piece, str))
        self.out.append(_COPIED_ID.sub(renumber, _BOOKMARK.sub("", shown)))

    def _next_note(self, kind: str) -> int:
        shell = self.shells.get(kind)
        self.note_ids[kind] = self.note_ids.get(kind, (shell.first_id if shell else 1) - 1) + 1
        return self.note_ids[kind]
