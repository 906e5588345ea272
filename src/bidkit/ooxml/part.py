"""a compiled part: its source, its static pieces, its tags with their places; all that rendering needs of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bidkit.diagnostic import Span
from bidkit.ooxml import places
from bidkit.ooxml.cells import STATEMENTS
from bidkit.ooxml.notes import Shell
from bidkit.ooxml.pairs import is_block
from bidkit.ooxml.printing import mark_level
from bidkit.ooxml.tags import Tag
from bidkit.ooxml.values import Site, mark


@dataclass(slots=True)
class PlacedTag:
    """A tag and where it stands.

    Args:
        kind: what it prints into: `` a text, `r`, `p`, `tr`, `tc`, `a` an attribute, `text` other text, a cell
            statement, `link` a hyperlink's target.
        site: for kinds r and p; of other tags it is read from the static text before them when it is needed.
        part: the notes part in which it stands, if it was brought from one.
        columns: for hm, what the template's cell spans.
        chunk: how many static pieces stand before it.
    """

    tag: Tag
    span: Span
    kind: str = ""
    site: Site | None = None
    part: str = ""
    columns: int = 1
    chunk: int = 0

    def source(self, number: int) -> str:
        """The tag as Jinja reads it; its body stands on a line of its own, so that a line number names the tag."""
        if self.kind in STATEMENTS:
            body = self.tag.body[len(self.kind) :].strip() or ("loop.first" if self.kind == "vm" else "loop")
            return f"{{{{\n_cell({self.kind!r}, {number}, {body}) }}}}"
        if self.tag.opening == "{{" and (self.kind or self.part):
            return f"{{{{\n_at({self.kind!r}, {number}, {self.tag.body}) }}}}"
        captures = self.tag.word in ("macro", "call") or (self.tag.word == "set" and is_block(self.tag))
        return self.tag.source + (mark_level(self.tag.level) if captures else "")


@dataclass
class CompiledPart:
    """A part as Jinja source, in which line n + 2 holds tag n.

    Args:
        chunks: the static XML.
        contents: the instructions of its tables of contents.
        references: the places of what points at bookmarks.
        shells: the notes parts that belong to it, by kind of note.
        area: the printable area of its last section.
    """

    name: str
    source: str
    tags: list[PlacedTag]
    chunks: list[str]
    contents: list[str] = field(default_factory=list)
    references: list[Span] = field(default_factory=list)
    shells: Mapping[str, Shell] = field(default_factory=dict)
    area: Site = places.A4

    def part_at(self, line: int) -> str:
        """The part in which the tag on a line of the source stands: this one, or notes that were brought to it."""
        number = min(max(line - 2, 0), len(self.tags) - 1)
        return self.tags[number].part or self.name


def write_source(tags: Sequence[PlacedTag], order: Sequence[int], scopes: Mapping[int, int]) -> str:
    """The Jinja source of a part.

    Args:
        order: the part in document order; n >= 0 is static piece n, n < 0 is tag -n - 1.
        scopes: by `for` and `endfor`, the loop whose turns begin lists anew.
    """
    return "".join(_write(item, tags, scopes) for item in order)


def _write(item: int, tags: Sequence[PlacedTag], scopes: Mapping[int, int]) -> str:
    if item >= 0:
        return mark("s", item)
    number = -item - 1
    written = tags[number].source(number)
    if number in scopes:
        written += mark("l" if scopes[number] == number else "k", scopes[number])
    return written
