"""typed values: text, image, table, blocks; each becomes XML at the level where a tag prints it.

A piece of rendered text may hold marks, `OPEN op argument CLOSE`, which `template` resolves in document order: static
XML, headings, numbers. Text from outside can never hold one: the two characters are written as references.
"""

from __future__ import annotations

import hashlib
import io
import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from html import escape
from typing import TYPE_CHECKING, Protocol

from bidkit.characters import UNWRITABLE
from bidkit.diagnostic import Diagnostic, Span
from bidkit.ooxml.opc import OFFICE_RELS

if TYPE_CHECKING:
    from bidkit.ooxml.fields import Numbering

OPEN, CLOSE = "\ufdd0", "\ufdd1"
EMU_PER_MM = 36_000
_BREAKS = re.compile("\r\n|[\n\r\t]")
_BREAK_XML = {"\t": "<w:tab/>"}
_FORMATS = {"PNG": "png", "JPEG": "jpeg"}
_SPECIAL = re.compile(f"[\0-\x1f&<>\ud800-\udfff\ufffe\uffff{OPEN}{CLOSE}]")
_CONTROLS = re.compile("(\r\n|[\n\r\t\a\f])")
_NEXT_TEXT = '<w:t xml:space="preserve">'
_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006"
_A, _PIC, _WP = f"{_DRAWING}/main", f"{_DRAWING}/picture", f"{_DRAWING}/wordprocessingDrawing"
MEDIA_TYPES = {name: f"image/{name}" for name in ("png", "jpeg", "gif", "bmp", "tiff")}
"""Content types of the pictures that `Rendering.add_media` takes, by extension."""
PART_TYPES = {**MEDIA_TYPES, "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
"""Content types of all parts that come with what is printed, by extension; others have theirs part by part."""


def mark(op: str, argument: object = "") -> str:
    """A mark that is resolved when the part is put together."""
    return f"{OPEN}{op}{argument}{CLOSE}"


def escape_text(text: str) -> str:
    """Text as XML character data. Raises ValueError for a character that XML cannot hold."""
    if found := UNWRITABLE.search(text):
        raise ValueError(f"U+{ord(found.group()):04X}")
    return escape(text, quote=False).replace(OPEN, f"&#{ord(OPEN)};").replace(CLOSE, f"&#{ord(CLOSE)};")


def quote(text: str) -> str:
    """Text as the value of an attribute, with its quotes."""
    return '"' + escape(text).replace("\n", "&#10;").replace("\t", "&#9;") + '"'


def run_text(text: str) -> str:
    """Text inside `w:t`: line breaks and tabs become Word's own."""
    safe = escape_text(text)
    if not _BREAKS.search(safe):
        return safe
    return _BREAKS.sub(
        lambda found: f'</w:t>{_BREAK_XML.get(found.group(), "<w:br/>")}<w:t xml:space="preserve">', safe
    )


def text_xml(text: str, site: Site) -> str:
    """Text for inside an open `w:t`, its control characters expanded as by `expand_controls`.

    Raises:
        ValueError: a character that XML cannot hold, or a new paragraph where none can begin.
    """
    return expand_controls(text, site, escape_text) if _SPECIAL.search(text) else text


def expand_controls(text: str, site: Site, escape: Callable[[str], str] = str) -> str:
    """Inside an open `w:t`: `\\n` is a line, `\\t` a tab, `\\a` a new paragraph like the tag's, `\\f` a new page.

    Raises:
        ValueError: a new paragraph where none can begin.
    """
    pieces = _CONTROLS.split(text)
    pieces[::2] = map(escape, pieces[::2])
    pieces[1::2] = (_control_xml(found, site) for found in pieces[1::2])
    return "".join(pieces)


def _control_xml(control: str, site: Site) -> str:
    if control not in "\a\f":
        return f"</w:t>{_BREAK_XML.get(control, '<w:br/>')}{_NEXT_TEXT}"
    if not site.can_split or "<w:sectPr" in site.properties:
        raise ValueError(f"U+{ord(control):04X}: {{{{p … }}}}")
    page = '<w:p><w:r><w:br w:type="page"/></w:r></w:p>' if control == "\f" else ""
    return f"</w:t></w:r>{site.end}{page}{site.begin}<w:r>{site.run}{_NEXT_TEXT}"


@dataclass(frozen=True)
class Styles:
    """The styles of a template by kind and lower-case name."""

    ids: Mapping[tuple[str, str], str]
    list_numbers: Mapping[str, tuple[str, str]]
    """Per style id: the numbering it is linked to, as (abstract list id, level)."""
    number_ids: Mapping[str, str] = field(default_factory=dict)
    """Per style id: the list (numId) it is linked to."""
    numbers: Mapping[str, str] = field(default_factory=dict)
    """The abstract list of each list."""
    starts: Mapping[str, tuple[tuple[int, int], ...]] = field(default_factory=dict)
    """Of each abstract list: its levels, each with its first number."""

    def find(self, kind: str, *names: str) -> str | None:
        """The id of the first style of these names that the template has; kind is paragraph, character or table."""
        return next((self.ids[kind, name.lower()] for name in names if (kind, name.lower()) in self.ids), None)

    @cached_property
    def heading_levels(self) -> Mapping[str, int]:
        """The level of each heading style."""
        named = ((self.ids.get(("paragraph", f"heading {level}")), level) for level in range(9, 0, -1))
        return {style: level for style, level in named if style is not None}


@dataclass(frozen=True)
class Site:
    """Where a tag stands: its paragraph's own properties and the printable area there, in EMU.

    Args:
        properties: the paragraph's `w:pPr`, or nothing.
        run: the `w:rPr` of the tag's run, or nothing.
        can_split: the run is a child of its paragraph, which may be ended and begun anew there.
        heading: the level if the paragraph is a heading, with `u` behind it if that has no number.
    """

    properties: str
    width: int
    height: int
    run: str = ""
    can_split: bool = True
    heading: str = ""

    @property
    def begin(self) -> str:
        """A paragraph like this one up to its content."""
        return f"<w:p>{self.properties}{mark('h', self.heading) if self.heading else ''}"

    @property
    def end(self) -> str:
        """What ends such a paragraph."""
        return f"{mark('e') if self.heading else ''}</w:p>"


@dataclass(frozen=True)
class NewList:
    """A list made while rendering: its number, its abstract list, the first number of each level."""

    number: int
    abstract: str
    starts: tuple[tuple[int, int], ...]


@dataclass
class Rendering:
    """What one part collects while it is rendered: relationships, pictures, lists, numbers, problems.

    Args:
        drawings, list_ids: numbers that are still free in the whole document.
        bookmarks: the names that the whole document has, with their numbers.
        media: new parts by name: pictures, charts and what belongs to them, or what makes them when they are written.
        types: the content types of those that have one of their own.
        taken: relationship ids that the template uses already.
        dropped: bookmarks that were printed into what was left out in the end.
        notes: by part name, the notes parts whose text stands in this part until it is assembled.
        steps: how many turns all loops have made.
        tag: the number of the tag that prints a value now.
        locate: the place of a reference, by the letter of its kind and its number.
    """

    styles: Styles
    numbering: Numbering
    drawings: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    list_ids: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    taken: frozenset[str] = frozenset()
    relationships: dict[str, tuple[str, str, bool]] = field(default_factory=dict)
    media: dict[str, bytes | Callable[[], bytes]] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    lists: list[NewList] = field(default_factory=list)
    problems: list[Diagnostic] = field(default_factory=list)
    bookmarks: dict[str, int] = field(default_factory=dict)
    dropped: set[str] = field(default_factory=set)
    notes: dict[str, Rendering] = field(default_factory=dict)
    steps: int = 0
    tag: int = 0
    locate: Callable[[str], Span | None] = field(default=lambda _: None)
    _related: dict[tuple[str, str, bool], str] = field(default_factory=dict)

    def beside(self, taken: frozenset[str]) -> Rendering:
        """Another part of the same document, whose content is rendered together with this one's."""
        shared = (self.media, self.types, self.lists, self.problems, self.bookmarks)
        return Rendering(self.styles, self.numbering, self.drawings, self.list_ids, taken, {}, *shared)

    def of(self, part: str) -> Rendering:
        """The rendering of a notes part; this one if it is none."""
        return self.notes.get(part, self)

    def relate(self, kind: str, target: str, is_external: bool = False) -> str:
        """The id of a relationship of this part, made at its first use; kind is a word of Office's own, or a URI."""
        wanted = (kind if ":" in kind else f"{OFFICE_RELS}/{kind}", target, is_external)
        if wanted not in self._related:
            number = len(self.relationships) + 1
            while (rid := f"rIdBid{number}") in self.taken or rid in self.relationships:
                number += len(self.taken)
            self.relationships[rid] = wanted
            self._related[wanted] = rid
        return self._related[wanted]

    def start_bookmark(self, name: str) -> int | None:
        """The number of a bookmark; None if the document has one of this name, which stands for one place only."""
        if name in self.bookmarks:
            return None
        self.bookmarks[name] = len(self.bookmarks) + 1
        return self.bookmarks[name]

    def add_media(self, data: bytes, extension: str) -> str:
        """The relationship of a picture; equal pictures are stored once."""
        name = f"media/{hashlib.sha256(data).hexdigest()[:16]}.{extension}"
        self.media[f"word/{name}"] = data
        return self.relate("image", name)

    def add_part(self, name: str, content: bytes | Callable[[], bytes], kind: str = "") -> None:
        """A new part of the package, or what makes it when it is written; its content type where that does not follow
        from its extension."""
        self.media[name] = content
        if kind:
            self.types[name] = kind

    def start_list(self, style: str, first: int = 1) -> int | None:
        """A list of its own that starts at a number, in the numbering that a style is linked to."""
        if style not in self.styles.list_numbers:
            return None
        abstract, level = self.styles.list_numbers[style]
        return self._add_list(abstract, ((int(level), first),))

    def restart_list(self, number: str) -> int:
        """A list like another, which begins anew on all its levels."""
        abstract = self.styles.numbers[number]
        return self._add_list(abstract, self.styles.starts.get(abstract, ()))

    def _add_list(self, abstract: str, starts: tuple[tuple[int, int], ...]) -> int:
        self.lists.append(NewList(next(self.list_ids), abstract, starts))
        return self.lists[-1].number

    def drawing_id(self) -> int:
        """A number for a drawing, unique in the document."""
        return next(self.drawings)


class Block(Protocol):
    """A value that replaces a whole paragraph."""

    def blocks(self, rendering: Rendering, site: Site) -> str:
        """The paragraphs and tables, as XML with marks."""
        ...


@dataclass(frozen=True)
class Image:
    """A PNG or JPEG, fitted into the printable width and at most `max_height_mm`, never enlarged beyond 96 dpi."""

    data: bytes
    format: str
    width: int
    height: int
    alt: str = ""
    max_height_mm: int = 220
    max_width_mm: int = 1000

    def blocks(self, rendering: Rendering, site: Site) -> str:
        """A paragraph of the tag's own properties that holds the picture."""
        return f"{site.begin}{self.runs(rendering, site)}{site.end}"

    def runs(self, rendering: Rendering, site: Site) -> str:
        """A run that holds the picture."""
        return f"<w:r>{self.drawing(rendering, site.width, site.height)}</w:r>"

    def drawing(self, rendering: Rendering, width: int, height: int) -> str:
        """The inline drawing for a run, fitted into a box given in EMU."""
        natural = self.width * 9525, self.height * 9525
        limits = min(width, self.max_width_mm * EMU_PER_MM), min(height, self.max_height_mm * EMU_PER_MM)
        scale = min(1.0, limits[0] / natural[0], limits[1] / natural[1])
        size = max(1, int(natural[0] * scale)), max(1, int(natural[1] * scale))
        return make_drawing(rendering, rendering.add_media(self.data, self.format), size, self.alt)


def make_drawing(
    rendering: Rendering, rid: str, size: tuple[int, int], alt: str = "", title: str = "", link: str = ""
) -> str:
    """An inline drawing for a run.

    Args:
        rid: the relationship of its picture.
        size: width and height in EMU.
        link: the relationship of a hyperlink on it.
    """
    number = rendering.drawing_id()
    extent = f'cx="{size[0]}" cy="{size[1]}"'
    named = f" title={quote(UNWRITABLE.sub('', title))}" if title else ""
    click = f'><a:hlinkClick xmlns:a="{_A}" xmlns:r="{OFFICE_RELS}" r:id="{link}"/></wp:docPr>' if link else "/>"
    return (
        f'<w:drawing><wp:inline xmlns:wp="{_WP}" distT="0" distB="0" distL="0" distR="0"><wp:extent {extent}/>'
        f'<wp:docPr id="{number}" name="Picture {number}" descr={quote(UNWRITABLE.sub("", alt))}{named}{click}'
        f'<a:graphic xmlns:a="{_A}"><a:graphicData uri="{_PIC}"><pic:pic xmlns:pic="{_PIC}">'
        f'<pic:nvPicPr><pic:cNvPr id="{number}" name="Picture {number}"/><pic:cNvPicPr/></pic:nvPicPr>'
        f'<pic:blipFill><a:blip xmlns:r="{OFFICE_RELS}" r:embed="{rid}"/>'
        "<a:stretch><a:fillRect/></a:stretch></pic:blipFill>"
        f'<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext {extent}/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr>'
        "</pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing>"
    )


def read_image(data: bytes, alt: str = "", **limits: int) -> Image | None:
    """A picture of bytes, its whole content decoded once; None if it is not a sound PNG or JPEG."""
    if (measured := _measure(data)) is None:
        return None
    kind, width, height = measured
    return Image(data, kind, width, height, alt, **limits)


@lru_cache(maxsize=64)
def _measure(data: bytes) -> tuple[str, int, int] | None:
    """The kind, width and height of a picture whose whole content could be decoded; else None."""
    from PIL import Image as Pillow

    try:
        with Pillow.open(io.BytesIO(data), formats=("PNG", "JPEG")) as picture:
            if picture.width * picture.height > 100_000_000:
                return None
            picture.load()
            return _FORMATS[picture.format or ""], picture.width, picture.height
    except (OSError, SyntaxError, ValueError, Pillow.DecompressionBombError):
        return None


@dataclass(frozen=True)
class Cell:
    """A table cell: text, background (RRGGBB), alignment (left, center, right)."""

    text: str = ""
    fill: str = ""
    align: str = "left"


@dataclass(frozen=True)
class Table:
    """A table in the template's own table style, with a repeated header row; `widths` are shares of the line.

    Args:
        keeps_with_next: the whole table stays on one page with what follows (a caption below it).
    """

    header: tuple[Cell, ...]
    rows: tuple[tuple[Cell, ...], ...]
    widths: tuple[float, ...]
    keeps_with_next: bool = False

    def blocks(self, rendering: Rendering, site: Site) -> str:
        """The table, as wide as the printable area."""
        head = rendering.styles.find("paragraph", "Table Head", "Table Text")
        body = rendering.styles.find("paragraph", "Table Text")
        keep = "<w:keepNext/>" if self.keeps_with_next else ""

        def fill(row: Iterable[Cell], style: str | None) -> list[tuple[Cell, str]]:
            return [(cell, table_paragraph(run(cell.text), style, cell.align, keep)) for cell in row]

        return make_table(rendering, site, fill(self.header, head), [fill(row, body) for row in self.rows], self.widths)


@dataclass(frozen=True)
class Blocks:
    """Several blocks, one after the other; without any it is false in a condition."""

    parts: tuple[Block, ...]

    def __bool__(self) -> bool:
        return bool(self.parts)

    def blocks(self, rendering: Rendering, site: Site) -> str:
        """All of them."""
        return "".join(part.blocks(rendering, site) for part in self.parts)


def run(text: str, properties: str = "") -> str:
    """A run of text."""
    return f'<w:r>{properties}<w:t xml:space="preserve">{run_text(text)}</w:t></w:r>' if text else ""


def paragraph(content: str, style: str | None, extra: str = "") -> str:
    """A paragraph of a style; `extra` are further paragraph properties in schema order."""
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    properties = f"<w:pPr>{named}{extra}</w:pPr>" if named or extra else ""
    return f"<w:p>{properties}{content}</w:p>"


def table_paragraph(content: str, style: str | None, align: str, keep: str = "") -> str:
    """A cell's paragraph."""
    return paragraph(content, style, keep + ("" if align == "left" else f'<w:jc w:val="{align}"/>'))


def make_table(
    rendering: Rendering,
    site: Site,
    header: Iterable[tuple[Cell, str]],
    rows: Iterable[Iterable[tuple[Cell, str]]],
    widths: Iterable[float],
) -> str:
    """A table of cells with their finished paragraphs; widths are shares, the whole is the printable width."""
    shares = list(widths)
    total = site.width * 20 // 12_700
    twips = [int(total * share / sum(shares)) for share in shares]
    twips[-1] += total - sum(twips)
    style = rendering.styles.find("table", "Bid Table", "Table Grid")
    named = f'<w:tblStyle w:val="{style}"/>' if style else ""
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in twips)
    out = [
        f'<w:tbl><w:tblPr>{named}<w:tblW w:w="{total}" w:type="dxa"/><w:jc w:val="center"/>'
        '<w:tblLayout w:type="fixed"/>'
        '<w:tblLook w:val="0420" w:firstRow="1" w:lastRow="0" w:firstColumn="0" w:lastColumn="0" w:noHBand="0" '
        f'w:noVBand="1"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>'
    ]
    for number, row in enumerate((header, *rows)):
        repeat = "<w:tblHeader/>" if number == 0 else ""
        out.append(f"<w:tr><w:trPr><w:cantSplit/>{repeat}</w:trPr>")
        for (cell, content), width in zip(row, twips, strict=True):
            fill = f'<w:shd w:val="clear" w:color="auto" w:fill="{cell.fill}"/>' if cell.fill else ""
            properties = f'<w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{fill}<w:vAlign w:val="center"/></w:tcPr>'
            out.append(f"<w:tc>{properties}{content}</w:tc>")
        out.append("</w:tr>")
    return "".join([*out, "</w:tbl>"])
