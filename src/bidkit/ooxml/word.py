"""paragraphs, rows, cells, runs of a .docx: a part's tree -> Jinja source and static XML.

tree -> notes are brought to their references, contents give way to marks
     -> tags found in each paragraph's joined text, each replaced by a mark in the run where it begins
     -> what a prefixed tag replaces (paragraph, row, cell, run) is cut out, its mark stands in its place
     -> headings, numbers and containers that may become empty get marks of their own
     -> serialized once and cut at the tags: static pieces are kept aside, only their numbers stay in the source
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from lxml import etree

from bidkit.diagnostic import Diagnostic, Span
from bidkit.ooxml import cells, places
from bidkit.ooxml.contents import read_contents
from bidkit.ooxml.crossrefs import mark_references
from bidkit.ooxml.fields import mark_content, mark_sequences, read_instructions, remove_field, unfold_fields
from bidkit.ooxml.identity import mark_numbers, mirror_boxes
from bidkit.ooxml.include import clean, find_file, find_turns, has_marks
from bidkit.ooxml.lifting import isolate_run, join_paragraphs
from bidkit.ooxml.lists import find_list_scopes, mark_list
from bidkit.ooxml.notes import Shell, find_note_part, inline_notes
from bidkit.ooxml.pairs import find_torn, match_blocks
from bidkit.ooxml.part import CompiledPart, PlacedTag, write_source
from bidkit.ooxml.references import find_references, is_lasting, mark_bookmarks
from bidkit.ooxml.tags import Tag, find_tags, join_expression, place_tags
from bidkit.ooxml.tree import (
    append_text,
    find_above,
    insert_before,
    insert_behind,
    prepend_text,
    q,
    replace_by_text,
    set_text,
)
from bidkit.ooxml.values import CLOSE, OPEN, Site, Styles, mark

_NOT_TEXT = ("tbl", "drawing", "br", "sectPr", "object", "pict", "sym", "fldChar", "footnoteReference",
             "endnoteReference", "ruby")  # fmt: skip
_GUARDED = tuple(q(name) for name in ("tc", "tbl", "tr", "hdr", "ftr", "txbxContent", "footnote", "endnote", "comment"))
_TEXTS = {q("t"): "", q("tab"): "\t", q("br"): "\n", q("cr"): "\n", q("noBreakHyphen"): "-"}
_R, _T, _TC, _BR, _TYPE = q("r"), q("t"), q("tc"), q("br"), q("type")
_R_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_TAG_MARK = re.compile(f"{OPEN}j([0-9]+){CLOSE}")
# A brace that is to be printed must not look like a tag until all tags are found.
_BRACES = str.maketrans({"{": "\ufdd2", "}": "\ufdd3"})
_BRACES_BACK = str.maketrans({"\ufdd2": "{", "\ufdd3": "}"})


def compile_word(
    root: etree._Element,
    part: str,
    file: str,
    styles: Styles,
    notes: Mapping[str, etree._Element] | None = None,
    links: Mapping[str, Mapping[str, str]] | None = None,
) -> tuple[CompiledPart, list[Diagnostic]]:
    """The Jinja source of a document, header or footer part. Diagnostics: TP02, TP03, TP05, TP06, TP09, TP11.

    Args:
        notes: the trees of the notes parts, by part name.
        links: by part (this one and the notes) and relationship id, the targets of hyperlinks that hold tags.
    """
    unfold_fields(root)
    compiler = _Compiler(root, part, file, styles, has_notes=bool(notes))
    shells = inline_notes(root, notes or {})
    compiler.mark_contents()
    mirror_boxes(root)
    sections = {find_above(section, "p"): section for section in root.iter(q("sectPr"))}
    for paragraph in list(root.iter(q("p"))):
        compiler.read_paragraph(paragraph)
        compiler.leave_section(sections.get(paragraph))
    compiler.has_cut = compiler.has_cut or bool(compiler.joins)
    for item in join_paragraphs(compiler.joins):
        compiler.refuse(item.span, item.tag.text)
    compiler.mark_headings()
    compiler.mark_links(links or {})
    compiler.mark_attributes()
    compiler.mark_guards()
    mark_numbers(root)
    compiler.mark_references()
    mark_bookmarks(root)
    compiled = compiler.finish(shells)
    return compiled, compiler.problems


class _Compiler:
    def __init__(self, root: etree._Element, part: str, file: str, styles: Styles, *, has_notes: bool) -> None:
        self.root = root
        self.part = part
        self.file = file
        self.styles = styles
        self.tags: list[PlacedTag] = []
        self.contents: list[str] = []
        self.references: list[Span] = []
        self.problems: list[Diagnostic] = []
        self.guarded: dict[etree._Element, None] = {}
        self.grids: dict[etree._Element, None] = {}
        self.merging: dict[etree._Element, None] = {}
        self.joins: list[tuple[etree._Element, PlacedTag, bool]] = []
        self.has_notes = has_notes
        self.is_nested = has_notes or next(root.iter(q("txbxContent")), None) is not None
        self.has_cut = False  # as long as nothing is cut out, every paragraph is inside
        self.headings = _find_headings(root, styles)
        self.heading = ""
        self.loops = 0
        self.has_fields = next(root.iter(q("fldChar")), None) is not None
        self.has_includes = has_marks(root)
        self.cells = places.number_cells(root)
        self.areas = places.read_areas(root)
        self.area = 0

    # tags in paragraphs

    def read_paragraph(self, paragraph: etree._Element) -> None:
        if not self.is_inside(paragraph):
            return  # cut out together with its row
        if self.has_fields:
            self.read_fields(paragraph)
        texts = [item for item in paragraph.iter(*_TEXTS) if _is_text(item)]
        if self.is_nested:
            texts = [item for item in texts if find_above(item, "p") is paragraph]
        written = [item.text or "" if item.tag == _T else _TEXTS[str(item.tag)] for item in texts]
        joined = "".join(written)
        level = self.heading_level(paragraph)
        if level:
            self.heading = joined
        if "{" in joined:
            self.read_tags(paragraph, texts, written)
        if not level and self.loops > 0 and self.is_inside(paragraph):
            mark_list(paragraph, self.styles)

    def read_fields(self, paragraph: etree._Element) -> None:
        if reason := mark_sequences(paragraph):
            self.refuse(self.locate(paragraph), reason)
        count, refused = mark_references(paragraph, len(self.references))
        self.references += [self.locate(paragraph)] * count
        if refused:
            self.refuse(self.locate(paragraph), f"{refused}: PAGEREF … \\h, REF … \\h \\n \\r \\w")

    def leave_section(self, section: etree._Element | None) -> None:
        """Go on to the next printable area behind the paragraph that ends a section."""
        if section is not None and self.areas[self.area][0] is section:
            self.area = min(self.area + 1, len(self.areas) - 1)

    def read_tags(self, paragraph: etree._Element, texts: list[etree._Element], written: list[str]) -> None:
        joined = "".join(written)
        span = self.locate(paragraph)
        tags, unclosed = find_tags(joined)
        if unclosed is not None:
            self.problems.append(Diagnostic("TP02", span, {"tag": unclosed}))
        if unclosed is not None or not tags:
            return
        tags = _trim(tags, written, texts)
        part = self.note_part(paragraph)
        marks, placed = [], []
        for tag in tags:
            if not tag.opening:
                marks.append(tag.body.translate(_BRACES))
                continue
            is_cell = tag.word in cells.STATEMENTS
            kind = tag.word if is_cell else tag.level if tag.opening == "{{" else ""
            item = PlacedTag(tag, _at_tag(span, tag), kind, part=part)
            marks.append("" if is_cell else mark("j", len(self.tags)))
            placed.append((item, len(self.tags)))
            self.tags.append(item)
            self.loops += {"for": 1, "endfor": -1}.get(tag.word, 0)
        self.write_texts(texts, written, place_tags(written, tags, marks))
        self.place(paragraph, placed, joined, tags)

    def write_texts(self, texts: list[etree._Element], before: list[str], after: list[str]) -> None:
        for element, old, new in zip(texts, before, after, strict=True):
            if new != old and element.tag == _T:
                set_text(element, new)
            elif new != old:  # a tab or break inside a tag
                replace_by_text(element, "")

    def place(
        self, paragraph: etree._Element, placed: list[tuple[PlacedTag, int]], joined: str, tags: Sequence[Tag]
    ) -> None:
        """Put the tags of a paragraph where they belong: into the cell, around a run, in place of a container."""
        lifted = []
        for item, number in placed:
            if item.tag.word in cells.STATEMENTS:
                self.place_in_cell(paragraph, item, number)
            elif item.tag.level == "r":
                run = isolate_run(paragraph, mark("j", number))
                look, is_direct = places.fragment_of(run.find(q("rPr"))), find_above(run, "p") is run.getparent()
                site = replace(self.site_of(paragraph), run=look, can_split=is_direct)
                self.tags[number] = replace(item, site=site)
            elif item.tag.level:
                lifted.append((item, number))
            elif item.tag.opening == "{%" and (item.tag.trims_before or item.tag.trims_after):
                self.note_joins(paragraph, item, joined)
        if lifted:
            self.lift(paragraph, lifted, len(lifted) != len(tags))

    def place_in_cell(self, paragraph: etree._Element, item: PlacedTag, number: int) -> None:
        cell, table = find_above(paragraph, "tc"), find_above(paragraph, "tbl")
        if cell is None or table is None or item.tag.level:
            self.problems.append(Diagnostic("TP05", item.span, {"level": item.tag.word}))
            return
        columns = cells.mark_cell(cell, item.kind, mark("j", number), number)
        self.tags[number] = replace(item, columns=columns)
        if item.kind == "vm":
            self.merging[table] = None
        elif item.kind != "cellbg":
            self.grids[table] = None

    def lift(self, paragraph: etree._Element, lifted: list[tuple[PlacedTag, int]], is_mixed: bool) -> None:
        level = lifted[0][0].tag.level
        target = paragraph if level == "p" else find_above(paragraph, level)
        if target is None or any(item.tag.level != level for item, _ in lifted):
            self.problems.append(Diagnostic("TP05", lifted[0][0].span, {"level": level}))
            return
        rest = _TAG_MARK.sub("", "".join(text.text or "" for text in target.iter(q("t")))).strip()
        has_more = any(target.find(f".//{q(name)}") is not None for name in _NOT_TEXT)
        has_more = has_more or len(_TAG_MARK.findall(etree.tostring(target, encoding="unicode"))) > len(lifted)
        if rest or has_more or is_mixed:
            text = (rest or lifted[0][0].tag.text)[:40]
            self.problems.append(Diagnostic("TP09", self.locate(paragraph), {"text": text}))
        for item, number in lifted:
            if item.tag.opening == "{{":
                self.tags[number] = replace(item, site=self.site_of(paragraph))
        container = target.getparent()
        if container is not None and container.tag in _GUARDED:
            self.guarded[container] = None
        if level == "tc" and (table := find_above(target, "tbl")) is not None:
            self.grids[table] = None
        self.has_cut = True
        replace_by_text(target, "".join(mark("j", number) for _, number in lifted))

    def note_joins(self, paragraph: etree._Element, item: PlacedTag, joined: str) -> None:
        if item.tag.trims_before and not joined[: item.tag.start].strip():
            self.joins.append((paragraph, item, True))
        if item.tag.trims_after and not joined[item.tag.end :].strip():
            self.joins.append((paragraph, item, False))

    # tags elsewhere

    def mark_links(self, links: Mapping[str, Mapping[str, str]]) -> None:
        for link in self.root.iter(q("hyperlink")) if any(links.values()) else ():
            part = self.note_part(link)
            target = links.get(part or self.part, {}).get(link.get(_R_ID, ""))
            if target is not None:
                paragraph = find_above(link, "p")
                tags, unclosed = find_tags(target)
                if unclosed is not None or any(tag.opening != "{{" or tag.level for tag in tags):
                    self.problems.append(Diagnostic("TP02", self.locate(paragraph), {"tag": target[:60]}))
                    continue
                tag = Tag("{{", "", join_expression(target, tags), 0, 0)
                link.set(_R_ID, mark("j", len(self.tags)))
                self.tags.append(PlacedTag(tag, _at_tag(self.locate(paragraph), tags[0]), "link", part=part))

    def mark_attributes(self) -> None:
        """Tags in field codes, formulas and attributes; a control statement has no place there."""
        text = etree.tostring(self.root, encoding="unicode")
        if "{{" not in text and "{%" not in text:
            return
        for element in self.root.iter(etree.Element):
            if element.tag in (q("t"), q("delText"), q("delInstrText")):
                continue
            if element.text and "{" in element.text and not len(element):
                element.text = self.mark_text(element, element.text, "text")
            for name, value in element.items():
                if "{{" in value or "{%" in value:
                    element.set(name, self.mark_text(element, str(value), "a"))

    def mark_text(self, element: etree._Element, text: str, kind: str) -> str:
        tags, unclosed = find_tags(text)
        inner = find_above(element, "p")
        span = self.locate(inner)
        if unclosed is not None or any(tag.level or tag.opening == "{%" for tag in tags):
            self.problems.append(Diagnostic("TP05", span, {"level": unclosed or tags[0].text}))
            return text
        marks = []
        for tag in tags:
            if tag.opening:
                marks.append(mark("j", len(self.tags)))
                self.tags.append(PlacedTag(tag, _at_tag(span, tag), kind, part=self.note_part(element)))
            else:
                marks.append(tag.body.translate(_BRACES))
        return place_tags([text], tags, marks)[0]

    # what is counted, guarded and named

    def mark_headings(self) -> None:
        """Headings open and close where `assemble` numbers them; only now is it known which paragraphs are left."""
        for paragraph, level in self.headings.items():
            if self.is_inside(paragraph):
                mark_content(paragraph, mark("h", _heading_of(paragraph, level)), mark("e"))

    def mark_contents(self) -> None:
        """Replace the paragraphs of each TOC field by one mark; what stands behind its end is kept."""
        for begin, instruction in read_instructions(self.root):
            first, made = find_above(begin, "p"), read_contents(instruction)
            if first is None or first.getparent() is None or made is None:
                continue
            remove_field(first, mark("t", len(self.contents)))
            self.contents.append(made.instruction)
            if self.styles.find("paragraph", made.style) is None:
                self.problems.append(Diagnostic("TP06", Span(self.file), {"style": made.style}))

    def mark_guards(self) -> None:
        """Containers that may lose all their content get marks by which `assemble` sees it."""
        for table in filter(self.is_inside, self.merging):
            cells.mark_rows(table)
        for container in self.guarded | self.grids:
            if container is not self.root and not self.is_inside(container):
                continue  # cut out together with a row
            if container.tag in (q("tbl"), q("tr")):
                begin, end = ("b", "B") if container.tag == q("tbl") else ("a", "A")
                insert_before(container, mark(begin, "g" if container in self.grids else ""))
                insert_behind(container, mark(end))
            else:
                prepend_text(container, mark("g"))
                append_text(container, mark("G"))
        for paragraph in find_turns(self.root) if self.has_includes else ():
            insert_before(paragraph, mark("D"))
            insert_behind(paragraph, mark("E"))

    def mark_references(self) -> None:
        """A reference to a bookmark leaves a mark where it is printed, so that its target can be looked for."""
        for element, name in [*find_references(self.root)]:
            if is_lasting(name):
                insert_before(element, mark("R", f"{len(self.references)}|{name}"))
                self.references.append(self.locate(find_above(element, "p")))

    # the source

    def finish(self, shells: Mapping[str, Shell]) -> CompiledPart:
        if self.has_includes:
            clean(self.root)
        text = etree.tostring(self.root, encoding="unicode")
        pieces = _TAG_MARK.split(text)
        chunks: list[str] = []
        order: list[int] = []
        tags: list[PlacedTag] = []
        for position, piece in enumerate(pieces):
            if position % 2 == 0:
                if piece:
                    order.append(len(chunks))
                    chunks.append(piece.translate(_BRACES_BACK) if "\ufdd2" in piece or "\ufdd3" in piece else piece)
                continue
            order.append(-len(tags) - 1)
            tags.append(self.tags[int(piece)])
            tags[-1].chunk = len(chunks)
        self.check_blocks(tags, chunks, order)
        scopes = find_list_scopes([placed.tag for placed in tags], chunks, order)
        source = write_source(tags, order, scopes)
        area = self.areas[-1][1]
        return CompiledPart(self.part, source, tags, chunks, self.contents, self.references, shells, area)

    def check_blocks(self, tags: Sequence[PlacedTag], chunks: Sequence[str], order: Sequence[int]) -> None:
        plain = [placed.tag for placed in tags]
        for number in match_blocks(plain)[1]:
            values = {"tag": tags[number].tag.text, "reason": tags[number].tag.text}
            self.problems.append(Diagnostic("TP03", tags[number].span, values))
        for first, other in find_torn(plain, chunks, order):
            self.refuse(tags[other].span, f"{plain[first].text} … {plain[other].text}")

    def refuse(self, span: Span, reason: str) -> None:
        self.problems.append(Diagnostic("TP11", span, {"reason": reason, "tag": reason}))

    # places

    def is_inside(self, element: etree._Element) -> bool:
        return not self.has_cut or any(ancestor is self.root for ancestor in element.iterancestors())

    def heading_level(self, paragraph: etree._Element) -> int:
        return self.headings.get(paragraph, 0)

    def note_part(self, element: etree._Element) -> str:
        return find_note_part(element) if self.has_notes else ""

    def locate(self, paragraph: etree._Element | None) -> Span:
        if paragraph is None:
            return Span(self.file, place=(("part", self.part),))
        file = find_file(paragraph, self.file) if self.has_includes else self.file
        place = [("part", self.note_part(paragraph) or self.part)]
        if self.heading:
            place.append(("heading", _shorten(self.heading)))
        cell = next((cell for cell in paragraph.iterancestors(_TC) if cell in self.cells), None)
        if cell is not None:
            place += [(kind, str(n)) for kind, n in zip(("table", "row", "cell"), self.cells[cell], strict=True)]
        return Span(file, place=tuple(place))

    def site_of(self, paragraph: etree._Element) -> Site:
        properties = paragraph.find(q("pPr"))
        area = self.areas[self.area][1]
        heading = _heading_of(paragraph, self.heading_level(paragraph))
        return Site(places.fragment_of(properties), area.width, area.height, heading=heading)


def _is_text(item: etree._Element) -> bool:
    """Whether it is text of a run: not a tab stop of a style, nor a page break."""
    parent = item.getparent()
    return parent is not None and parent.tag == _R and not (item.tag == _BR and item.get(_TYPE))


def _trim(tags: list[Tag], written: list[str], texts: list[etree._Element]) -> list[Tag]:
    """`{{- x -}}` takes the blanks around it away as far as its run reaches, `{%- x -%}` the breaks and tabs."""
    if not any(tag.trims_before or tag.trims_after for tag in tags):
        return tags
    joined = "".join(written)
    starts = [0, *itertools.accumulate(len(text) for text in written)]
    breaks = {place for place, text in zip(starts, texts, strict=False) if text.tag != _T}
    out = []
    for tag in tags:
        start, end = tag.start, tag.end
        if tag.opening == "{{":
            low = max(place for place in starts if place <= start)
            high = min(place for place in starts if place >= end)
            start = low + len(joined[low:start].rstrip()) if tag.trims_before else start
            end = high - len(joined[end:high].lstrip()) if tag.trims_after else end
        elif not tag.level:
            while tag.trims_before and start - 1 in breaks:
                start -= 1
            while tag.trims_after and end in breaks:
                end += 1
        out.append(tag._replace(start=start, end=end))
    return out


def _find_headings(root: etree._Element, styles: Styles) -> dict[etree._Element, int]:
    """The paragraphs in the styles of headings, with their levels."""
    found, value = {}, q("val")
    for style in root.iter(q("pStyle")):
        level = styles.heading_levels.get(style.get(value, ""), 0)
        properties = style.getparent()
        paragraph = properties.getparent() if level and properties is not None else None
        if paragraph is not None and paragraph.tag == q("p"):
            found[paragraph] = level
    return found


def _heading_of(paragraph: etree._Element, level: int) -> str:
    """A heading's level, with `u` behind it if it has no number; nothing for no heading."""
    number = paragraph.find(f"{q('pPr')}/{q('numPr')}/{q('numId')}")
    is_unnumbered = number is not None and number.get(q("val")) == "0"
    return f"{level}{'u' if is_unnumbered else ''}" if level else ""


def _at_tag(span: Span, tag: Tag) -> Span:
    return Span(span.file, place=(*span.place, ("tag", _shorten(tag.text))))


def _shorten(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "…"
