"""the volumes laid out: true page numbers, and the layouts that their PDFs are made of."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from itertools import zip_longest

from bidkit.diagnostic import Diagnostic, Span
from bidkit.office import lay_out
from bidkit.office.pages import count_pages, read_destinations, read_outline
from bidkit.ooxml import opc
from bidkit.ooxml.fields import Heading
from bidkit.ooxml.rendered import Rendered
from bidkit.pdf.reading import nest_levels
from bidkit.pdf.stand_ins import StandIn, StandIns, exchange_pictures

_LAYOUTS = 6
_Pages = dict[str, dict[str, str] | None]
"""By document, the page of each bookmark; None if they are not known."""


@dataclass(frozen=True)
class Layout:
    """A volume as it was laid out: its PDF, the headings, the number that each page shows, what keeps places in it."""

    pdf: bytes
    headings: tuple[Heading, ...]
    numbers: tuple[str, ...]
    stand_ins: tuple[StandIn, ...]


@dataclass(frozen=True)
class Filled:
    """The finished .docx of each volume by its name in the package, and its layout where there is one.

    Args:
        beside: the PDFs of what was laid out with them.
    """

    files: dict[str, bytes]
    layouts: Mapping[str, Layout] = field(default_factory=dict)
    beside: Mapping[str, bytes] = field(default_factory=dict)


def paginate(
    rendered: Mapping[str, Rendered],
    dated: date,
    stand_ins: StandIns,
    beside: Mapping[str, bytes],
    *,
    needs_pages: bool,
) -> tuple[Filled, list[Diagnostic]]:
    """The documents with true page numbers, where LibreOffice can lay them out; else without, and a note.

    Diagnostics: EN01, EN02, EN03, EN07, TP23; PK16 where `needs_pages` and a printed page is not known.
    """
    desk = _Desk(rendered, dated, stand_ins, are_shown=bool(beside))
    problems = desk.lay_out(beside)
    if beside:  # PDFs are asked for
        problems += desk.freeze()
    files = {}
    for name, document in rendered.items():
        known = desk.known(name)
        files[name] = document.save(dated, known)
        if needs_pages and not document.printed_pages <= (known or {}).keys():
            problems.append(Diagnostic("PK16", Span(name), {"file": name}))
    return Filled(files, desk.layouts(), {name: desk.pdfs[name] for name in beside if name in desk.pdfs}), problems


class _Desk:
    """Documents that are laid out until their pages are known.

    Args:
        are_shown: their PDFs are wanted, not only their pages.
    """

    def __init__(self, rendered: Mapping[str, Rendered], dated: date, stand_ins: StandIns, *, are_shown: bool) -> None:
        self.are_shown = are_shown
        self.rendered = rendered
        self.dated = dated
        self.stand_ins = stand_ins
        self.pages: _Pages = dict.fromkeys(rendered)
        self.pdfs: dict[str, bytes] = {}
        self.placed: dict[str, tuple[StandIn, ...]] = {}

    def lay_out(self, beside: Mapping[str, bytes]) -> list[Diagnostic]:
        """Find the pages of each document.

        What one prints of another's pages may move its own: it is laid out again until nothing moves.
        """
        copies: dict[str, bytes] = {}
        problems: dict[str, Diagnostic] = {}
        for _ in range(_LAYOUTS):
            made = {
                name: document.save(self.dated, self.elsewhere(name), is_layout_copy=True)
                for name, document in self.rendered.items()
                if document.elsewhere or not copies
            }
            changed = {name: copy for name, copy in made.items() if copy != copies.get(name)}
            if not changed:
                return list(problems.values())
            first = {} if copies else beside
            copies |= changed
            problems |= {str(item): item for item in self.convert(changed, first)}
        self.pages |= dict.fromkeys(changed)
        return [*problems.values(), *(Diagnostic("TP23", Span(name), {"file": name}) for name in changed)]

    def convert(self, copies: Mapping[str, bytes], beside: Mapping[str, bytes]) -> list[Diagnostic]:
        """Lay out some copies, and read what pages they have."""
        sent = dict(beside)
        for name, copy in copies.items():
            sent[name], held = exchange_pictures(copy, self.stand_ins) if self.are_shown else (_blank(copy), [])
            self.placed[name] = tuple(held)
        pdfs, problems = lay_out(sent)
        self.pdfs |= pdfs
        for name in copies:
            self.pages[name], lost = _find_pages(self.rendered[name], name, pdfs.get(name))
            problems += lost
        return problems

    def freeze(self) -> list[Diagnostic]:
        """Lay out once more where pages are not decimal: LibreOffice itself prints references to those wrong."""
        before = {name: shown for name, shown in self.pages.items() if shown and not _is_decimal(shown)}
        copies = {
            name: self.rendered[name].save(self.dated, self.known(name), is_layout_copy=True, is_frozen=True)
            for name in before
        }
        problems = self.convert(copies, {}) if copies else []
        moved = [name for name, shown in before.items() if self.pages[name] != shown]
        return problems + [Diagnostic("EN07", Span(name), {"heading": "PAGEREF", "found": "—"}) for name in moved]

    def elsewhere(self, name: str) -> dict[str, str]:
        """The pages that a document prints of others, as far as they are known."""
        there = self.rendered[name].elsewhere.items()
        found = {name: (self.pages[file] or {}).get(bookmark) for name, (file, _, bookmark) in there}
        return {name: page for name, page in found.items() if page is not None}

    def known(self, name: str) -> dict[str, str] | None:
        """All pages that a document prints; None if its own are not known."""
        own = self.pages[name]
        return None if own is None else own | self.elsewhere(name)

    def layouts(self) -> dict[str, Layout]:
        """What the PDFs are made of."""
        made = {}
        for name, document in self.rendered.items():
            if (pdf := self.pdfs.get(name)) is not None:
                numbers = document.number_pages(read_destinations(pdf), count_pages(pdf))
                made[name] = Layout(pdf, tuple(document.headings), numbers, self.placed[name])
        return made


def _blank(document: bytes) -> bytes:
    """A .docx whose pictures are a point each: where they are drawn is said outside of them, and pages are found in
    half the time.
    """
    package, _ = opc.read_package(document, "")
    kinds = {name: name.rpartition(".")[2].lower() for name in package or () if name.startswith("word/media/")}
    points = {name: _make_point(kind) for name, kind in kinds.items() if kind in ("png", "jpg", "jpeg")}
    return opc.write_package(package.replace(points)) if package and points else document


@lru_cache
def _make_point(kind: str) -> bytes:
    from PIL import Image

    buffer = io.BytesIO()
    Image.new("L", (1, 1), 255).save(buffer, "PNG" if kind == "png" else "JPEG")
    return buffer.getvalue()


def _is_decimal(pages: Mapping[str, str]) -> bool:
    return all(page.isdecimal() for page in pages.values())


def _find_pages(document: Rendered, file: str, layout: bytes | None) -> tuple[dict[str, str] | None, list[Diagnostic]]:
    """The page of each heading and caption in a document's PDF, whose outline must be that of the document."""
    if layout is None:
        return None, []
    outline, depths = read_outline(layout), nest_levels(item.level for item in document.headings)
    pairs = zip_longest(document.headings, depths, outline)
    unlike = next((each for each in pairs if not _is_same(*each)), None)
    if unlike is None:
        pages, lost = document.find_pages(outline, read_destinations(layout))
        return (None, [replace(item, span=Span(file)) for item in lost]) if lost else (pages, [])
    heading, _, entry = unlike
    values = {"heading": heading.label if heading else "—", "found": entry[1] if entry else "—"}
    return None, [Diagnostic("EN07", Span(file), values)]


def _is_same(heading: Heading | None, depth: int | None, entry: tuple[int, str, int] | None) -> bool:
    """Whether an outline entry is this heading: depth and words; LibreOffice before 24 prints 一.1 for Word's 1.1."""
    if heading is None or entry is None:
        return False
    return entry[0] == depth and "".join(entry[1].split()).endswith("".join(heading.text.split()))
