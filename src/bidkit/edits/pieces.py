"""a .docx as pieces: paragraphs and rows of cells, with marks of what stands in them, and how they look.

Page numbers, contents, numbers of captions and dates are fields: Word computes them anew, and nobody has edited them.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from lxml import etree

from bidkit.diagnostic import Diagnostic, Span
from bidkit.edits.looks import Props, flatten, strip
from bidkit.edits.marking import Look, Marker, drop_marks, take_looks
from bidkit.edits.tracked import Tracked, read_tracked
from bidkit.ooxml import opc
from bidkit.readback.names import R, W
from bidkit.source.tables.word import read_document
from bidkit.wording import settle

BODY = "word/document.xml"
_BESIDE = re.compile(r"word/(header|footer|footnotes|endnotes)[^/]*\.xml")
_READ = ("word/styles.xml", "word/numbering.xml", "word/settings.xml", "word/comments.xml")
_MOST_PAIRS = 5_000_000
_QUOTES = str.maketrans("“”‘’\u00a0\u2011", "\"\"'' -")
_SETTINGS = ("evenAndOddHeaders", "mirrorMargins", "gutterAtTop", "documentProtection", "bookFoldPrinting")


@dataclass(frozen=True)
class Piece:
    """A paragraph, or a row of a table.

    Args:
        cells: one of a paragraph; `places` has where each stands.
        looks: those of its paragraphs, and of the row.
        gap: the blank paragraphs before it, a sign each.
    """

    at: Span
    cells: tuple[str, ...]
    places: tuple[Span, ...]
    looks: tuple[Look, ...] = ()
    gap: str = ""

    @property
    def text(self) -> str:
        """It as one text."""
        return " | ".join(self.cells)

    @property
    def key(self) -> str:
        """It without what programs write otherwise: quotes, blanks, line breaks."""
        return " | ".join(map(fold, self.cells))


def fold(text: str) -> str:
    """A text without what programs write otherwise: quotes, blanks, line breaks."""
    return settle(text.translate(_QUOTES))


def align(one: Sequence[Hashable], two: Sequence[Hashable]) -> Sequence[tuple[str, int, int, int, int]]:
    """What of two lists is equal, replaced, gone or come, as `SequenceMatcher` says it.

    Where the same stands very often, that is no place to begin from: to try them all would take too long.
    """
    counts = Counter(one), Counter(two)
    pairs = sum(count * counts[1][key] for key, count in counts[0].items())
    return SequenceMatcher(None, one, two, autojunk=pairs > _MOST_PAIRS).get_opcodes()


@dataclass(frozen=True)
class ReadWord:
    """A .docx as it is compared.

    Args:
        pieces: what it says, in order.
        sections: how each section is set: paper, margins, columns, headers and footers; the last is of the whole file.
        tracked: tracked changes and comments, which count as accepted.
    """

    pieces: tuple[Piece, ...]
    sections: tuple[tuple[Span, Props], ...] = ()
    tracked: tuple[Tracked, ...] = ()

    def keys(self) -> list[str]:
        """The texts of all pieces, by which a build is found again."""
        return [drop_marks(piece.key) for piece in self.pieces]


def read_word(package: Mapping[str, bytes], name: str) -> ReadWord:
    """A document. Raises etree.XMLSyntaxError, ValueError for a part that cannot be read."""
    wanted = [part for part in package if part == BODY or part in _READ or _BESIDE.fullmatch(part)]
    trees = {part: _parse(package[part], part) for part in wanted}
    tracked = tuple(read_tracked(trees))
    marker = Marker(package, trees)
    used = [part for part in _list_used(package, trees[BODY]) if part in trees]
    for part in (BODY, *used):
        marker.mark(part)
    body = {part: package[part] for part in (BODY, "word/styles.xml") if part in package}
    pieces = [*_join_gaps(_read_body(body, name, trees, marker.looks))]
    beside: dict[tuple[str, str], Piece] = {}
    said: dict[str, list[str]] = {}
    for part in used:
        for piece in _read_beside(trees[part], part, name, marker.looks):
            said.setdefault(part, []).append(drop_marks(piece.key))
            beside.setdefault((piece.key, repr(piece.looks)), piece)
    sections = tuple(_read_sections(package, trees, name, said))
    return ReadWord((*pieces, *beside.values()), sections, tracked)


def _parse(content: bytes, part: str) -> etree._Element:
    """A part's tree. Raises ValueError with the part in it."""
    try:
        return opc.parse_xml(content)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise ValueError(f"{part}: {error}") from error


def _list_used(package: Mapping[str, bytes], body: etree._Element) -> list[str]:
    """The headers, footers and notes that the document shows; programs keep others in the file."""
    leads = opc.read_relationships(package, BODY)
    shown = [leads[lead].target for each in body.iter(f"{W}headerReference", f"{W}footerReference")
             if (lead := each.get(f"{R}id", "")) in leads]  # fmt: skip
    notes = [item.target for item in leads.values() if item.type.endswith(("/footnotes", "/endnotes"))]
    return [*dict.fromkeys((*shown, *notes))]


def _read_body(
    body: Mapping[str, bytes], name: str, trees: Mapping[str, etree._Element], looks: Sequence[Look]
) -> Iterator[Piece]:
    for passage in read_document(body, name, trees):
        if isinstance(passage.content, str):
            yield _make_piece([(passage.content, passage.at)], looks)
            continue
        for row in passage.content.rows:
            own = [cell for cell in row.cells if not cell.owner and (cell.text or cell.at != row.at)] or [*row.cells]
            yield _make_piece([(cell.text, cell.at) for cell in own], looks)


def _make_piece(cells: Sequence[tuple[str, Span]], looks: Sequence[Look]) -> Piece:
    taken = [take_looks(text) for text, _ in cells]
    places = [
        replace(at, place=tuple((kind, drop_marks(value).strip()) for kind, value in at.place)) for _, at in cells
    ]
    own = tuple(looks[number] for _, numbers in taken for number in numbers if number < len(looks))
    return Piece(places[0], tuple(text for text, _ in taken), tuple(places), own)


def _join_gaps(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """Blank paragraphs are told of the piece behind them; a blank row is a row."""
    gap = ""
    for piece in pieces:
        is_row = any(kind == "row" for kind, _ in piece.at.place)
        if is_row or piece.key:
            yield replace(piece, gap=gap)
        has_break = any("break.page" in look.props for look in piece.looks)
        gap = "" if is_row or piece.key else gap + ("↡" if has_break else "¶")


def _read_beside(tree: etree._Element, part: str, name: str, looks: Sequence[Look]) -> Iterator[Piece]:
    at = Span(name, place=(("part", part),))
    for paragraph in tree.iter(f"{W}p"):
        own = (each for each in paragraph.iter(f"{W}t") if next(each.iterancestors(f"{W}p")) is paragraph)
        piece = _make_piece([("".join(each.text or "" for each in own), at)], looks)
        if piece.key:
            yield piece


def _read_sections(
    package: Mapping[str, bytes], trees: Mapping[str, etree._Element], name: str, said: Mapping[str, Sequence[str]]
) -> Iterator[tuple[Span, Props]]:
    """Each section with what its headers and footers say, and what is set for the whole document."""
    leads = opc.read_relationships(package, BODY)
    shown: Props = {}
    for number, section in enumerate(trees[BODY].iter(f"{W}sectPr"), 1):
        for each in section.iter(f"{W}headerReference", f"{W}footerReference"):
            kind = etree.QName(each).localname.removesuffix("Reference")
            lead = leads.get(each.get(f"{R}id", ""))
            shown[f"{kind}.{each.get(f'{W}type', '')}"] = " / ".join(said.get(lead.target, ())) if lead else ""
        props = strip(dict(flatten(section)) | shown)
        yield (
            Span(name, place=(("section", str(number)),)),
            {key: said for key, said in props.items() if _is_seen(key, props)},
        )
    settings = trees.get("word/settings.xml")
    own = [item for item in settings if etree.QName(item).localname in _SETTINGS] if settings is not None else []
    props = {etree.QName(item).localname: " ".join(sorted(map(str, item.attrib.values()))) or "on" for item in own}
    background = trees[BODY].find(f"{W}background")
    props |= {"background": " ".join(sorted(map(str, background.attrib.values())))} if background is not None else {}
    macros = package.get("word/vbaProject.bin")
    props |= {"macros": hashlib.sha256(macros).hexdigest()[:8]} if macros else {}
    yield Span(name), strip(props)


def _is_seen(key: str, props: Props) -> bool:
    """Whether a property of a section changes what a page shows: a grid without a type does nothing."""
    return key != "pgSz.code" and (not key.startswith("docGrid.") or "docGrid.type" in props)


def read_pieces(content: bytes, name: str) -> tuple[ReadWord | None, list[Diagnostic]]:
    """What a .docx says. Diagnostics: TP01."""
    package, problems = opc.read_package(content, name)
    if package is None:
        return None, problems
    try:
        return read_word(package, name), []
    except (etree.XMLSyntaxError, ValueError) as error:
        return None, [Diagnostic("TP01", Span(name), {"file": name, "reason": str(error)})]
