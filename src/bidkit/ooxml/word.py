"""paragraphs, rows, cells, runs of a .docx: a part's tree -> Jinja source and static XML.

tree -> tags found in each paragraph's joined text, each replaced by a mark
     -> what a prefixed tag replaces (paragraph, row, cell, run) is cut out, its mark stands in its place
     -> headings, contents, sequence fields and containers that may become empty get marks of their own
     -> serialized once and cut at the tags: static pieces are kept aside, only their numbers stay in the source
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from lxml import etree

from bidkit.diagnostic import Diagnostic, Span
from bidkit.ooxml import opc
from bidkit.ooxml.fields import W
from bidkit.ooxml.tags import Tag, find_tags, first_word, place_tags
from bidkit.ooxml.values import CLOSE, OPEN, Site, Styles, mark

_NOT_TEXT = ("drawing", "br", "sectPr", "object", "pict", "sym", "fldChar", "footnoteReference", "ruby")
_LIFTED = ("p", "tr", "tc", "r")
_WP = "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
_TAG_MARK = re.compile(f"{OPEN}j([0-9]+){CLOSE}")
_CONTENTS = re.compile(r"\s*TOC\b(?!.*\\[acft]\b)", re.IGNORECASE)
_DEPTHS = {"begin": 1, "end": -1}
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_A4 = Site("", 5_760_000, 8_900_000)


@dataclass(frozen=True)
class PlacedTag:
    """A tag and where it stands; a block tag also has a site; `home` tells containers apart: a pair must share one."""

    tag: Tag
    span: Span
    site: Site | None = None
    home: int = 0


@dataclass
class CompiledPart:
    """A part as Jinja source: line n + 2 holds tag n; `chunks` are static XML, `contents` the TOC instructions."""

    name: str
    source: str
    tags: list[PlacedTag]
    chunks: list[str]
    contents: list[str] = field(default_factory=list)


def q(tag: str) -> str:
    """A WordprocessingML name in Clark notation."""
    return f"{{{W}}}{tag}"


_GUARDED = tuple(q(name) for name in ("tc", "tbl", "hdr", "ftr", "txbxContent", "footnote", "endnote"))


def read_styles(styles: etree._Element, numbering: etree._Element | None) -> Styles:
    """The names of a template's styles and the lists that they are linked to."""
    ids: dict[tuple[str, str], str] = {}
    lists: dict[str, tuple[str, str]] = {}
    for style in styles.iter(q("style")):
        style_id, name = style.get(q("styleId"), ""), style.find(q("name"))
        if name is not None:
            ids[style.get(q("type"), ""), name.get(q("val"), "").lower()] = style_id
        number = style.find(f"{q('pPr')}/{q('numPr')}/{q('numId')}")
        if number is not None and numbering is not None:
            abstract = numbering.find(f"{q('num')}[@{q('numId')}='{number.get(q('val'))}']/{q('abstractNumId')}")
            level = style.find(f"{q('pPr')}/{q('numPr')}/{q('ilvl')}")
            if abstract is not None:
                index = level.get(q("val"), "0") if level is not None else "0"
                lists[style_id] = (abstract.get(q("val"), ""), index)
    return Styles(ids, lists)


def recolor(package: opc.Package, accent: str) -> opc.Package:
    """A package whose theme colour accent1 is another: in the theme, and in the value that stands beside its name."""
    changed: dict[str, bytes] = {}
    for part in package:
        if part.startswith("word/theme/") and part.endswith(".xml"):
            theme = opc.parse_xml(package[part])
            for element in theme.iterfind(f".//{_A}accent1/*"):
                element.tag = f"{_A}srgbClr"
                element.attrib.clear()
                element.set("val", accent)
            changed[part] = opc.serialize(theme)
        elif part.startswith("word/") and part.endswith(".xml") and b'"accent1"' in package[part]:
            tree = opc.parse_xml(package[part])
            for element in tree.iter():
                # w:color keeps its colour in w:val, borders and shading keep theirs in w:color and w:fill
                plain = "val" if element.tag == q("color") else "color"
                for name, value in (("themeColor", plain), ("themeFill", "fill")):
                    if element.get(q(name)) == "accent1":
                        element.set(q(value), accent)
            changed[part] = opc.serialize(tree)
    return package.replace(changed)


def repaper(package: opc.Package, width: int, height: int) -> opc.Package:
    """A package on another paper (upright, in twips); the printable width stays, so that no table has to change."""
    document = opc.parse_xml(package["word/document.xml"])
    for section in document.iter(q("sectPr")):
        size, margins = section.find(q("pgSz")), section.find(q("pgMar"))
        if size is None or margins is None:
            continue
        old = int(size.get(q("w"), "0"))
        is_lying = old > int(size.get(q("h"), "0"))
        wide, high = (height, width) if is_lying else (width, height)
        shift = (wide - old) // 2
        size.set(q("w"), str(wide))
        size.set(q("h"), str(high))
        for side in ("left", "right"):
            margins.set(q(side), str(int(margins.get(q(side), "0")) + shift))
    return package.replace({"word/document.xml": opc.serialize(document)})


def compile_word(root: etree._Element, part: str, file: str, styles: Styles) -> tuple[CompiledPart, list[Diagnostic]]:
    """The Jinja source of a document, header, footer or notes part. Diagnostics: TP02, TP05, TP09."""
    compiler = _Compiler(root, part, file, styles)
    compiler.mark_contents()
    for paragraph in list(root.iter(q("p"))):
        compiler.read_paragraph(paragraph)
    compiler.mark_guards()
    compiled = compiler.finish()
    return compiled, [*compiler.problems, *_check_pairs(compiled.tags)]


def _check_pairs(tags: Sequence[PlacedTag]) -> Iterator[Diagnostic]:
    """What opens in one paragraph, row or cell and closes in another would tear the document apart."""
    opened: list[PlacedTag] = []
    for placed in tags:
        word = first_word(placed.tag)
        if word in ("for", "if", "with"):
            opened.append(placed)
        elif opened and word in ("elif", "else", "endfor", "endif", "endwith"):
            if placed.home != opened[-1].home:
                reason = f"{opened[-1].tag.text} … {placed.tag.text}"
                yield Diagnostic("TP11", placed.span, {"reason": reason, "tag": placed.tag.text})
            if word.startswith("end"):
                opened.pop()


class _Compiler:
    def __init__(self, root: etree._Element, part: str, file: str, styles: Styles) -> None:
        self.root = root
        self.part = part
        self.file = file
        self.styles = styles
        self.tags: list[PlacedTag] = []
        self.contents: list[str] = []
        self.problems: list[Diagnostic] = []
        self.guarded: list[etree._Element] = []
        self.heading_ids = {style: int(name[8:]) for (kind, name), style in styles.ids.items()
                            if kind == "paragraph" and re.fullmatch("heading [1-9]", name)}  # fmt: skip
        self.heading = ""
        self.alive = list(root.iter())  # lxml makes elements anew when none is held, and `_home` tells them by identity
        self.cells = {
            cell: (table_number, row_number, cell_number)
            for table_number, table in enumerate(root.iter(q("tbl")), 1)
            for row_number, row in enumerate(table.findall(q("tr")), 1)
            for cell_number, cell in enumerate(row.findall(q("tc")), 1)
        }
        self.sites = _read_sites(root)

    def finish(self) -> CompiledPart:
        text = etree.tostring(self.root, encoding="unicode")
        chunks: list[str] = []
        source: list[str] = []
        tags: list[PlacedTag] = []
        for position, piece in enumerate(_TAG_MARK.split(text)):
            if position % 2 == 0:
                if piece:
                    source.append(mark("s", len(chunks)))
                    chunks.append(piece)
                continue
            placed = self.tags[int(piece)]
            is_block = placed.site is not None
            source.append(f"{{{{\n_block({len(tags)}, {placed.tag.body}) }}}}" if is_block else placed.tag.source)
            tags.append(placed)
        return CompiledPart(self.part, "".join(source), tags, chunks, self.contents)

    def read_paragraph(self, paragraph: etree._Element) -> None:
        if not self.is_inside(paragraph):
            return  # cut out together with its row
        self.mark_fields(paragraph)
        runs = [text for text in paragraph.iter(q("t")) if _paragraph_of(text) is paragraph]
        joined = "".join(text.text or "" for text in runs)
        level = self.heading_level(paragraph)
        if level:
            self.heading = joined
        if "{{" in joined or "{%" in joined or "{#" in joined:
            self.read_tags(paragraph, runs, joined)
        if level and self.is_inside(paragraph):
            _mark_heading(paragraph, level)

    def mark_fields(self, paragraph: etree._Element) -> None:
        """SEQ fields get their number when rendered; those whose number is not simply the next one are refused."""
        for instruction, results in _complex_fields(paragraph):
            words = instruction.split()
            texts = [t for run in results for t in run.iter(q("t"))]
            if not words or words[0].upper() not in ("SEQ", "STYLEREF") or not texts:
                continue
            if words[0].upper() == "STYLEREF" or words[2:] not in ([], ["\\*", "ARABIC"]):
                if words[0].upper() == "SEQ" or "\\s" in words:
                    reason = f"{instruction.strip()}: SEQ … \\* ARABIC"
                    self.problems.append(
                        Diagnostic("TP11", self.locate(paragraph), {"reason": reason, "tag": instruction})
                    )
                continue
            texts[0].text = mark("q", words[1])
            for extra in texts[1:]:
                extra.text = ""

    def is_inside(self, element: etree._Element) -> bool:
        return any(ancestor is self.root for ancestor in element.iterancestors())

    def mark_guards(self) -> None:
        """Containers that may lose all their content get marks by which `template` sees it; drawings get new ids."""
        for container in self.guarded:
            if container.tag == q("tbl"):
                _insert_before(container, mark("b"))
                container.tail = mark("B") + (container.tail or "")
            else:
                container.text = mark("g") + (container.text or "")
                _append_text(container, mark("G"))
        for drawing in self.root.iter(f"{{{_WP}}}docPr"):
            drawing.set("id", mark("d"))
        self.mark_bookmarks()

    def mark_bookmarks(self) -> None:
        """Bookmarks get ids of their own; those that Word made for contents go, for the headings get new ones."""
        old = {start.get(q("id"), "") for start in self.root.iter(q("bookmarkStart")) if _is_automatic(start)}
        for bookmark in list(self.root.iter(q("bookmarkStart"), q("bookmarkEnd"))):
            number = bookmark.get(q("id"), "")
            is_start = bookmark.tag == q("bookmarkStart")
            marked = mark("y", f"{number}|{bookmark.get(q('name'), '')}") if is_start else mark("Y", number)
            _replace_by_text(bookmark, "" if number in old else marked)

    def read_tags(self, paragraph: etree._Element, runs: list[etree._Element], joined: str) -> None:
        span = self.locate(paragraph)
        tags, unclosed = find_tags(joined)
        if unclosed is not None:
            self.problems.append(Diagnostic("TP02", span, {"tag": unclosed}))
            return
        numbers = [len(self.tags) + n for n in range(len(tags))]
        for tag in tags:
            site = self.site_of(paragraph) if tag.level == "p" and tag.opening == "{{" else None
            self.tags.append(PlacedTag(tag, _at_tag(span, tag), site, _home(paragraph, tag.level)))
        lifted = [(tag, n) for tag, n in zip(tags, numbers, strict=True) if tag.level in _LIFTED]
        texts = place_tags([run.text or "" for run in runs], tags, [mark("j", n) for n in numbers])
        for run, text in zip(runs, texts, strict=True):
            run.text = text
            run.set(_SPACE, "preserve")
        if lifted:
            self.lift(paragraph, lifted, joined, tags)

    def lift(self, paragraph: etree._Element, lifted: list[tuple[Tag, int]], joined: str, tags: list[Tag]) -> None:
        level = lifted[0][0].level
        marks = "".join(mark("j", number) for _, number in lifted)
        target = paragraph if level == "p" else next(paragraph.iterancestors(q("tr")), None) if level == "tr" else None
        is_row_value = level == "tr" and any(tag.opening == "{{" for tag, _ in lifted)
        if target is None or is_row_value or any(tag.level != level for tag, _ in lifted):
            self.problems.append(Diagnostic("TP05", _at_tag(self.locate(paragraph), lifted[0][0]), {"level": level}))
            return
        rest = "".join(text.text or "" for text in target.iter(q("t")))
        rest = _TAG_MARK.sub("", rest).strip()
        has_more = any(target.find(f".//{q(name)}") is not None for name in _NOT_TEXT)
        if rest or has_more or len(lifted) != len(tags):
            self.problems.append(Diagnostic("TP09", self.locate(paragraph), {"text": (rest or lifted[0][0].text)[:40]}))
        container = target.getparent()
        if container is not None and container not in self.guarded and container.tag in _GUARDED:
            self.guarded.append(container)
        _replace_by_text(target, marks)

    def heading_level(self, paragraph: etree._Element) -> int:
        style = paragraph.find(f"{q('pPr')}/{q('pStyle')}")
        return 0 if style is None else self.heading_ids.get(style.get(q("val"), ""), 0)

    def locate(self, paragraph: etree._Element) -> Span:
        place = [("part", self.part)]
        if self.heading:
            place.append(("heading", _shorten(self.heading)))
        cell = next((cell for cell in paragraph.iterancestors(q("tc")) if cell in self.cells), None)
        if cell is not None:
            place += [(kind, str(n)) for kind, n in zip(("table", "row", "cell"), self.cells[cell], strict=True)]
        return Span(self.file, place=tuple(place))

    def site_of(self, paragraph: etree._Element) -> Site:
        properties = paragraph.find(q("pPr"))
        text = "" if properties is None else _fragment(properties)
        area = next((area for end, area in self.sites if _comes_before(paragraph, end)), self.sites[-1][1])
        return Site(text, area.width, area.height)

    def mark_contents(self) -> None:
        """Replace the paragraphs of each TOC field over headings by one mark; what stands behind its end is kept."""
        for begin in [char for char in self.root.iter(q("fldChar")) if char.get(q("fldCharType")) == "begin"]:
            first = _paragraph_of(begin)
            instruction = _instruction(begin)
            if first is None or first.getparent() is None or not _CONTENTS.match(instruction):
                continue
            depth, members = 0, []
            for paragraph in [first, *first.itersiblings(q("p"))]:
                members.append(paragraph)
                depth += sum(_DEPTHS.get(char.get(q("fldCharType"), ""), 0) for char in paragraph.iter(q("fldChar")))
                if depth == 0:
                    break
            rest = _behind_field(members[-1])
            for paragraph in members[1:]:
                if paragraph is not rest:
                    paragraph.getparent().remove(paragraph)  # type: ignore[union-attr]
            marked = mark("t", len(self.contents))
            if rest is first:
                first.addprevious(holder := etree.Element(q("p")))
                _replace_by_text(holder, marked)
            else:
                _replace_by_text(first, marked)
            self.contents.append(instruction)
            if self.styles.find("paragraph", "toc 1") is None:
                self.problems.append(Diagnostic("TP06", Span(self.file), {"style": "toc 1"}))


def _instruction(begin: etree._Element) -> str:
    """The instruction of the field that begins here, over all its runs."""
    text = ""
    following = etree.XPath("following::w:instrText | following::w:fldChar", namespaces={"w": W})
    elements: list[etree._Element] = following(begin)  # type: ignore[assignment]
    for element in elements:
        if element.tag != q("instrText"):
            break
        text += element.text or ""
    return text


def _behind_field(paragraph: etree._Element) -> etree._Element | None:
    """The last paragraph of a field without the field, if it holds anything else: text behind it, a section's end."""
    runs = list(paragraph.iter(q("r")))
    ends = [n for n, run in enumerate(runs) if any(c.get(q("fldCharType")) == "end" for c in run.iter(q("fldChar")))]
    behind = runs[ends[-1] + 1 :] if ends else []
    is_section_end = paragraph.find(f"{q('pPr')}/{q('sectPr')}") is not None
    if not is_section_end and not any(text.text for run in behind for text in run.iter(q("t"))):
        return None
    for child in list(paragraph):
        if child.tag != q("pPr") and child not in behind:
            paragraph.remove(child)
    return paragraph


def _is_automatic(start: etree._Element) -> bool:
    return start.get(q("name"), "").startswith(("_Toc", "_GoBack"))


def _home(paragraph: etree._Element, level: str) -> int:
    """The container of a tag's target: the paragraph itself for a piece of text, its parent, or its table."""
    holder = paragraph if not level else paragraph.getparent() if level == "p" else None
    holder = next(paragraph.iterancestors(q("tbl")), None) if level == "tr" else holder
    return id(holder)


def _insert_before(element: etree._Element, text: str) -> None:
    parent, previous = element.getparent(), element.getprevious()
    assert parent is not None
    if previous is not None:
        previous.tail = (previous.tail or "") + text
    else:
        parent.text = (parent.text or "") + text


def _mark_heading(paragraph: etree._Element, level: int) -> None:
    number = paragraph.find(f"{q('pPr')}/{q('numPr')}/{q('numId')}")
    is_unnumbered = number is not None and number.get(q("val")) == "0"
    begin = mark("h", f"{level}{'u' if is_unnumbered else ''}")
    properties = paragraph.find(q("pPr"))
    if properties is not None:
        properties.tail = begin + (properties.tail or "")
    else:
        paragraph.text = begin + (paragraph.text or "")
    _append_text(paragraph, mark("e"))


def _complex_fields(paragraph: etree._Element) -> Iterator[tuple[str, list[etree._Element]]]:
    """Each complex field that lies in one paragraph: its instruction and the runs of its result."""
    results: list[etree._Element] = []
    instruction, state, depth = "", "", 0
    for run in paragraph.findall(q("r")):
        char = run.find(q("fldChar"))
        kind = char.get(q("fldCharType"), "") if char is not None else ""
        depth += _DEPTHS.get(kind, 0)
        if kind == "begin" and depth == 1:
            results, instruction, state = [], "", "code"
        elif kind == "separate" and depth == 1:
            state = "result"
        elif kind == "end" and depth == 0 and state:
            yield instruction, results
            state = ""
        elif state == "code":
            instruction += "".join(t.text or "" for t in run.iter(q("instrText")))
        elif state == "result" and not kind:
            results.append(run)


def _read_sites(root: etree._Element) -> list[tuple[etree._Element | None, Site]]:
    """The printable area of each section, with the element that ends the section."""
    sites: list[tuple[etree._Element | None, Site]] = []
    for section in root.iter(q("sectPr")):
        size, margins = section.find(q("pgSz")), section.find(q("pgMar"))
        if size is None or margins is None:
            continue

        def twips(element: etree._Element, key: str) -> int:
            return int(element.get(q(key), "0"))

        width = twips(size, "w") - twips(margins, "left") - twips(margins, "right") - twips(margins, "gutter")
        height = twips(size, "h") - twips(margins, "top") - twips(margins, "bottom")
        sites.append((section, Site("", width * 635, height * 635)))
    return sites or [(None, _A4)]


def _comes_before(element: etree._Element, other: etree._Element | None) -> bool:
    """Document order of two elements of one tree; a paragraph that holds the section's end belongs to it."""
    if other is None:
        return True
    root = element.getroottree()
    chain, chain_of_other = ([root.getroot(), *reversed(list(e.iterancestors())), e] for e in (element, other))
    for one, two in zip(chain, chain_of_other, strict=False):
        if one is not two:
            parent = one.getparent()
            return parent is None or parent.index(one) < parent.index(two)
    return True


def _paragraph_of(element: etree._Element) -> etree._Element | None:
    return next(element.iterancestors(q("p")), None)


def _replace_by_text(element: etree._Element, text: str) -> None:
    parent = element.getparent()
    assert parent is not None
    _insert_before(element, text + (element.tail or ""))
    parent.remove(element)


def _append_text(element: etree._Element, text: str) -> None:
    if len(element):
        element[-1].tail = (element[-1].tail or "") + text
    else:
        element.text = (element.text or "") + text


def _fragment(element: etree._Element) -> str:
    """An element as text without its namespace declarations, which the part's root has."""
    tail, element.tail = element.tail, None
    text = etree.tostring(element, encoding="unicode")
    element.tail = tail
    return re.sub(r' xmlns(:\w+)?="[^"]*"', "", text)


def _at_tag(span: Span, tag: Tag) -> Span:
    return Span(span.file, place=(*span.place, ("tag", _shorten(tag.text))))


def _shorten(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "…"
