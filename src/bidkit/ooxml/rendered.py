"""a compiled template and what it becomes: render once, save with or without page numbers.

compile_template   (template.py) package -> parts with tags, each a Jinja template over marks and static pieces
Template.render    context -> Rendered: every part put together, headings and numbers known
Rendered.save      -> bytes, with the page of each heading once it is known
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any

from bidkit.diagnostic import Diagnostic, Span
from bidkit.ooxml import opc
from bidkit.ooxml.assemble import Piece, assemble
from bidkit.ooxml.contents import Contents, Entry, make_contents, read_contents
from bidkit.ooxml.crossrefs import Reference, Resolver, fold_chapter, index_chapters
from bidkit.ooxml.fields import Caption, Heading, ListLevel, Numbering
from bidkit.ooxml.lists import add_lists, next_list_id
from bidkit.ooxml.properties import CORE, set_dates
from bidkit.ooxml.running import Part, find_undefined, run_part
from bidkit.ooxml.sandbox import Environment
from bidkit.ooxml.sections import Section, mark_sections, number_pages, read_sections, show_page
from bidkit.ooxml.targets import add_aliases, alias, fill_slots, find_targets, freeze_pages
from bidkit.ooxml.values import PART_TYPES, NewList, Rendering, Styles

_MAIN = "word/document.xml"
_XML = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_ANY_PAGE = "00"
_BLANKS = str.maketrans("\n\t", "  ")
_CELL_END = "</w:tbl><w:p/></w:tc>"


@dataclass(frozen=True)
class Template:
    """A compiled Office template."""

    name: str
    package: opc.Package
    styles: Styles
    levels: Mapping[int, ListLevel]
    parts: Mapping[str, Part]
    environment: Environment

    def check_names(self, context: Mapping[str, Any]) -> list[Diagnostic]:
        """Every name, also after a dot and in branches not taken, that the context does not have. Diagnostics: TP04."""
        return find_undefined(self.environment, self.parts, context)

    def render(self, context: Mapping[str, Any]) -> Rendered:
        """The template filled. Diagnostics in the result: TP04, TP07, TP08, TP10, TP12, TP17."""
        rendered = Rendered(self)
        numbering = Numbering(dict(self.levels), self._listed())
        drawings, lists = itertools.count(1), itertools.count(next_list_id(self.package.get("word/numbering.xml")))
        references, bookmarks = [], dict[str, int]()
        for name, part in self.parts.items():
            first = Rendering(self.styles, numbering, drawings, lists, self._taken(name), bookmarks=bookmarks)
            shells = part.compiled.shells
            first.notes = {shell.part: first.beside(self._taken(shell.part)) for shell in shells.values()}
            first.locate = part.locate
            text = run_part(self.environment, self.parts, part, context, first)
            made = assemble(text, part.compiled.contents, first, shells, is_main=name == _MAIN)
            rendered.pieces[name] = made.pieces
            rendered.pieces |= made.notes
            rendered.renderings |= {name: first, **first.notes}
            references += [(part, first, *reference) for reference in made.references]
        dropped = {name for rendering in rendered.renderings.values() for name in rendering.dropped}
        for part, rendering, number, name in references:
            if name not in bookmarks or name in dropped:
                rendering.problems.append(Diagnostic("TP12", part.compiled.references[number], {"name": name}))
        rendered.headings = [heading for heading in numbering.headings if heading.bookmark not in dropped]
        rendered.settle(numbering)
        return rendered

    def _listed(self) -> frozenset[str]:
        """The sequences whose captions stand in a list."""
        made = [read_contents(item) for part in self.parts.values() for item in part.compiled.contents]
        return frozenset(contents.sequence for contents in made if contents is not None and contents.sequence)

    def _taken(self, part: str) -> frozenset[str]:
        return frozenset(opc.read_relationships(self.package, part))


@dataclass
class Rendered:
    """A filled template, to be saved once or twice: without page numbers, or with those of a layout.

    Args:
        open: the references to places that it does not have itself.
        elsewhere: of those, the document that has each, its title, and the bookmark there.
        asked: its bookmarks whose pages other documents print.
    """

    template: Template
    pieces: dict[str, list[Piece]] = field(default_factory=dict)
    renderings: dict[str, Rendering] = field(default_factory=dict)
    headings: list[Heading] = field(default_factory=list)
    captions: list[tuple[Caption, str]] = field(default_factory=list)
    references: list[Reference] = field(default_factory=list)
    open: list[Reference] = field(default_factory=list)
    elsewhere: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    asked: dict[str, None] = field(default_factory=dict)
    faults: list[Diagnostic] = field(default_factory=list)
    finish: Callable[[opc.Package], opc.Package] | None = None
    """What is done to the package before it is written, also to the copy that is laid out."""

    @property
    def targets(self) -> dict[str, tuple[str, Span | None]]:
        """The bookmarks, other than those of headings, whose page is printed; how to speak of each, and where."""
        pages = {item.name: (item.name, item.span) for item in self.references if item.kind == "page"}
        asked = {name: (name, None) for name in self.asked}
        return {caption.bookmark: (text, None) for caption, text in self.captions} | asked | pages

    @property
    def printed_pages(self) -> frozenset[str]:
        """The bookmarks whose page is printed in its text, of this document and of others."""
        return frozenset(item.name for item in self.references if item.kind in ("page", "place") and not item.is_void)

    @cached_property
    def bookmarks(self) -> Collection[str]:
        """The names of its bookmarks."""
        return find_targets({name: _join_pieces(pieces) for name, pieces in self.pieces.items()}).ranges

    @property
    def unfound(self) -> list[Diagnostic]:
        """The places that are neither here nor in the documents that it was linked to. Diagnostics: TP12."""
        names = [item for item in self.open if not item.is_void and item.name not in self.elsewhere]
        return [Diagnostic("TP12", item.span, {"name": item.name}) for item in names]

    def find_pages(
        self, outline: Sequence[tuple[int, str, int]], destinations: Mapping[str, int]
    ) -> tuple[dict[str, str], list[Diagnostic]]:
        """The pages for `save`. Diagnostics: EN07, where something that the document has is nowhere in its layout.

        Args:
            outline: that of the layout copy's PDF: an entry for each heading, the page at its end.
            destinations: the pages of the bookmarks in that PDF.
        """
        sections = self._numbered_sections()
        runs = number_pages(sections, destinations)
        if runs is None:
            return {}, [Diagnostic("EN07", None, {"heading": "w:sectPr", "found": "—"})]
        pages = {
            item.bookmark: show_page(runs, page) for item, (_, _, page) in zip(self.headings, outline, strict=True)
        }
        lost = []
        for position, (name, (words, span)) in enumerate(self.targets.items()):
            if alias(position) in destinations:
                pages[name] = show_page(runs, destinations[alias(position)])
            else:
                lost.append(Diagnostic("EN07", span, {"heading": words, "found": "—"}))
        return pages, lost

    def number_pages(self, destinations: Mapping[str, int], count: int) -> tuple[str, ...]:
        """What each page of a layout shows as its number; nothing if that is how far down it lies."""
        sections = self._numbered_sections()
        runs = number_pages(sections, destinations)
        return tuple(show_page(runs, page) for page in range(1, count + 1)) if sections and runs else ()

    def _numbered_sections(self) -> list[Section]:
        """The sections, if the pages of any show other numbers than the pages of the file have."""
        sections = read_sections(_join_pieces(self.pieces[_MAIN]))
        return [] if all(section.is_plain for section in sections) else sections

    def settle(self, numbering: Numbering) -> None:
        """Resolve what could not be while the parts were put together. Diagnostics in `faults`: TP12, TP17."""
        if not numbering.captions and not numbering.references:
            return
        targets = find_targets({name: _join_pieces(pieces) for name, pieces in self.pieces.items()})
        self.references = numbering.references
        resolver = Resolver(self.references, targets, {heading.bookmark: heading for heading in self.headings})
        printed = resolver.print_all()
        self.faults, self.open = resolver.problems, resolver.open
        for name, pieces in self.pieces.items() if printed else ():
            self.pieces[name] = [fill_slots(piece, printed) if isinstance(piece, str) else piece for piece in pieces]
        for caption in numbering.captions:
            text = resolver.words(targets.inside(caption.bookmark)).translate(_BLANKS).strip()
            if text:
                self.captions.append((caption, text))
        for position, heading in enumerate(self.headings):
            if heading.bookmark in numbering.unfinished:
                text = " ".join(resolver.words(targets.inside(heading.bookmark)).split())
                self.headings[position] = replace(heading, text=text)

    @property
    def problems(self) -> list[Diagnostic]:
        """What went wrong, one entry for each tag and name."""
        found = [problem for rendering in self.renderings.values() for problem in rendering.problems]
        found += self.faults + self.unfound
        unique = {(problem.code, problem.span, str(problem.values)): problem for problem in found}
        return list(unique.values())

    def save(
        self,
        created: date | None = None,
        pages: Mapping[str, str | int] | None = None,
        *,
        is_layout_copy: bool = False,
        is_frozen: bool = False,
    ) -> bytes:
        """The file.

        Args:
            created: the day that its properties name as that of creation and change; None keeps the template's.
            pages: by bookmark, those of `headings` and `targets`, and of what stands `elsewhere`; None if they are not
                known.
            is_layout_copy: for finding the pages by laying it out; of `pages`, only those elsewhere are printed.
            is_frozen: a layout copy that shows all of `pages`, and lets the layout compute none.
        """
        package, changed = self.template.package, dict[str, bytes]()
        lists: list[NewList] = []
        media: dict[str, bytes] = {}
        types: dict[str, str] = {}
        for name, pieces in self.pieces.items():
            listed = None if is_layout_copy and not is_frozen else pages
            text = "".join(self._print(piece, listed, is_layout_copy) for piece in pieces)
            if self.references:
                shown = {item.number: self._show_page(item, pages or {}, is_layout_copy) for item in self.references}
                text = fill_slots(text, shown)
            # Word joins two tables that have nothing between them, and a cell must not end in a table.
            text = text.replace("</w:tbl><w:tbl>", "</w:tbl><w:p/><w:tbl>").replace("</w:tbl></w:tc>", _CELL_END)
            if is_layout_copy:
                text = add_aliases(text, self.targets)
                text = freeze_pages(text) if is_frozen else text
                text = mark_sections(text) if name == _MAIN and self._numbered_sections() else text
            changed[name] = _XML + text.encode()
        for name, rendering in self.renderings.items():
            media |= {part: made if isinstance(made, bytes) else made() for part, made in rendering.media.items()}
            types |= rendering.types
            lists += [item for item in rendering.lists if item not in lists]
            if rendering.relationships:
                rels = opc.rels_name(name)
                changed[rels] = opc.add_relationships(package.get(rels), rendering.relationships)
        core = changed.get(CORE, package.get(CORE))
        if core is not None and created is not None:
            changed[CORE] = set_dates(core, created)
        if lists:
            changed["word/numbering.xml"] = add_lists(package["word/numbering.xml"], lists)
        if media:
            changed |= media
            found = {name.rpartition(".")[2] for name in media}
            extensions = {kind: PART_TYPES[kind] for kind in found if kind in PART_TYPES}
            changed[opc.CONTENT_TYPES] = opc.add_content_types(package[opc.CONTENT_TYPES], extensions, types)
        package = package.replace(changed)
        return opc.write_package(self.finish(package) if self.finish else package)

    def _print(self, piece: Piece, pages: Mapping[str, str | int] | None, is_layout_copy: bool) -> str:
        if isinstance(piece, str):
            return piece
        style = self.template.styles.find("paragraph", piece.style) or ""
        entries = [*self._list_entries(piece, style)]
        return make_contents(entries, pages, style, piece.instruction, is_layout_copy=is_layout_copy)

    def _show_page(self, reference: Reference, pages: Mapping[str, str | int], is_layout_copy: bool) -> str:
        page = str(pages.get(reference.name, _ANY_PAGE if is_layout_copy else ""))
        if reference.place is None:
            return page
        if reference.is_void:
            return ""
        _, title, _ = self.elsewhere.get(reference.name, ("", "", ""))
        return reference.place.in_another(title, page)

    def _list_entries(self, contents: Contents, style: str) -> Iterator[Entry]:
        if contents.sequence:
            for caption, text in self.captions:
                if caption.sequence == contents.sequence:
                    yield Entry(style, "", text, caption.bookmark)
            return
        for heading in self.headings:
            if heading.level <= contents.depth:
                named = self.template.styles.find("paragraph", f"toc {heading.level}", "toc 1") or ""
                yield Entry(named, heading.number, heading.text, heading.bookmark)


def link_documents(documents: Mapping[str, Rendered], titles: Mapping[str, str]) -> None:
    """Find the places that are not in their own document: each in the first of the others that has it.

    Args:
        titles: by the same keys, how a document is named in the others.
    """
    for key, document in documents.items():
        for name in dict.fromkeys(reference.name for reference in document.open if not reference.is_void):
            others = (other for other in documents if other != key and name in documents[other].bookmarks)
            if (found := next(others, None)) is not None:
                document.elsewhere[name] = found, titles[found], name
                documents[found].asked[name] = None
        _link_chapters(key, documents, titles)


def _link_chapters(key: str, documents: Mapping[str, Rendered], titles: Mapping[str, str]) -> None:
    """Find the chapters that a document names and does not have: each in the one other that has it, and has it once."""
    document = documents[key]
    chapters = {other: index_chapters(item.headings) for other, item in documents.items() if other != key}
    for number, reference in enumerate(document.references):
        if reference.place is None or not reference.is_void or reference not in document.open:
            continue
        wanted = fold_chapter(reference.place.chapter)
        found = [(other, bookmark) for other, known in chapters.items() for bookmark in known.get(wanted, ())]
        # Original and copy of a volume have the same title, and the same chapters.
        if (
            found
            and len(found) == len({other for other, _ in found})
            and len({titles[other] for other, _ in found}) == 1
        ):
            other, bookmark = found[0]
            named = replace(reference, name=f"{other}#{bookmark}")
            document.references[number] = named
            document.open[document.open.index(reference)] = named
            document.elsewhere[named.name] = other, titles[other], bookmark
            documents[other].asked[bookmark] = None


def _join_pieces(pieces: Sequence[Piece]) -> str:
    return "".join(piece for piece in pieces if isinstance(piece, str))
