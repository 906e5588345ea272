"""how a finished .docx looks: what every paragraph, run and section of it is in the end, read from its bytes.

It knows nothing of what was done to the file: the rules judge what a program that opens it would show.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lxml import etree

from bidkit.appearance.cascade import Cascade, ReadRun
from bidkit.appearance.colors import Theme, find_colors
from bidkit.appearance.structure import Block, list_blocks
from bidkit.ooxml import opc
from bidkit.readback.names import Place, R, W

_MAIN, _STYLES = "word/document.xml", "word/styles.xml"
_PARTS = ("word/document", "word/footnotes", "word/endnotes", "word/header", "word/footer")
_COLORLESS = ("word/theme/", "word/fontTable", "word/settings", "word/webSettings")
_PICTURES = (f"{W}drawing", f"{W}pict", f"{W}object")
_LEFT = ("", "left", "start", "both", "distribute")


@dataclass(frozen=True)
class ReadParagraph:
    """A paragraph that shows something.

    Args:
        kind: `cover`, `contents`, `heading`, `table`, `margin` (headers and footers) or `text`.
        line: 240ths of a line, or twips if it is `exact` or `atLeast`.
        first_line: hundredths of a character and twips, negative for a hanging line; characters weigh more.
        is_plain: running text of the body: no list, caption, centred line or text box.
    """

    place: Place
    kind: str
    level: int
    text: str
    runs: tuple[ReadRun, ...]
    line: int
    line_rule: str
    first_line: tuple[int, int]
    is_plain: bool
    has_picture: bool


@dataclass(frozen=True)
class ReadSection:
    """A section's paper and margins, in twips."""

    place: Place
    width: int
    height: int
    margins: Mapping[str, int]
    has_grid: bool


@dataclass(frozen=True)
class ReadMargin:
    """What stands in a header or footer that a section shows; the page number is no text."""

    place: Place
    kind: str
    text: str
    alignment: str
    has_number: bool
    has_picture: bool


@dataclass(frozen=True)
class Appearance:
    """How a document looks."""

    name: str
    paragraphs: tuple[ReadParagraph, ...]
    sections: tuple[ReadSection, ...]
    margins: tuple[ReadMargin, ...]
    colors: tuple[tuple[Place, str], ...]
    pictures: tuple[tuple[Place, str], ...]
    """Each picture with its part."""


def read_appearance(content: bytes, name: str) -> Appearance | None:
    """How a finished .docx looks; None if it cannot be read (which PK05 says)."""
    package, _ = opc.read_package(content, name)
    if package is None or _MAIN not in package:
        return None
    try:
        trees = {part: opc.parse_xml(package[part]) for part in package if part.endswith(".xml")}
    except (etree.XMLSyntaxError, ValueError):
        return None
    trees.setdefault(_STYLES, etree.Element(f"{W}styles"))
    theme = Theme.read(trees)
    cascade = Cascade(trees, theme)
    blocks = {part: list_blocks(part, tree, cascade) for part, tree in trees.items() if part.startswith(_PARTS)}
    paragraphs = tuple(_read_paragraph(cascade, item) for items in blocks.values() for item in items)
    places = {item.element: item.place for items in blocks.values() for item in items}
    colors = [
        (_place_of(element, part, places), color)
        for part, tree in trees.items()
        if part.startswith("word/") and not part.startswith(_COLORLESS)
        for element, color in find_colors(tree, theme)
    ]
    pictures = [
        (_place_of(element, part, places), target)
        for part in trees
        if part.startswith("word/")
        for element, target in _find_pictures(package, part, trees[part])
    ]
    shown = tuple(item for item in paragraphs if item.runs or item.has_picture)
    sections = tuple(_read_sections(trees[_MAIN]))
    return Appearance(name, shown, sections, tuple(_read_margins(package, trees)), tuple(colors), tuple(pictures))


def _read_paragraph(cascade: Cascade, block: Block) -> ReadParagraph:
    element, settings = block.element, cascade.paragraph(block)
    has_picture = any(next(item.iterancestors(f"{W}p"), None) is element for item in element.iter(*_PICTURES))
    is_plain = block.kind == "text" and block.is_running and not settings.is_listed and settings.alignment in _LEFT
    runs = tuple(cascade.runs(block))
    if settings.is_listed and runs:
        runs = (*runs, *cascade.label(block))
    return ReadParagraph(
        block.place,
        block.kind,
        block.level,
        "".join(run.text for run in runs),
        runs,
        settings.line,
        settings.line_rule,
        settings.first_line,
        is_plain and not has_picture,
        has_picture,
    )


def _place_of(element: etree._Element, part: str, places: Mapping[etree._Element, Place]) -> Place:
    """The paragraph that an element stands in, or the first that stands in it; else its part."""
    above = next((places[item] for item in (element, *element.iterancestors(f"{W}p")) if item in places), None)
    parent = element.getparent()
    inside = None if above or parent is None else next(parent.iter(f"{W}p"), None)
    below = places.get(inside) if inside is not None else None
    return above or below or (("part", part),)


def _read_sections(document: etree._Element) -> Iterator[ReadSection]:
    for number, section in enumerate(document.iter(f"{W}sectPr"), 1):
        size, margins = section.find(f"{W}pgSz"), section.find(f"{W}pgMar")
        sides = {side: _twips(margins, side) for side in ("top", "bottom", "left", "right", "gutter")}
        grid = section.find(f"{W}docGrid")
        place = (("part", _MAIN), ("section", str(number)))
        has_grid = grid is not None and grid.get(f"{W}type", "default") != "default"
        yield ReadSection(place, _twips(size, "w"), _twips(size, "h"), sides, has_grid)


def _twips(element: etree._Element | None, name: str) -> int:
    """A length; -1 if it is no plain number, which no rule asks for."""
    value = "0" if element is None else element.get(f"{W}{name}", "0")
    return round(float(value)) if re.fullmatch(r"-?\d+(\.\d+)?", value) else -1


def _read_margins(package: Mapping[str, bytes], trees: Mapping[str, etree._Element]) -> Iterator[ReadMargin]:
    """Every header and footer that the document has, referred to or not: a program may show any of them."""
    for part in package:
        kind = next((kind for kind in ("header", "footer") if part.startswith(f"word/{kind}")), "")
        if not kind or part not in trees:
            continue
        for paragraph in trees[part].iter(f"{W}p"):
            text, has_number = _read_line(paragraph)
            has_picture = any(True for _ in paragraph.iter(*_PICTURES))
            aligned = paragraph.find(f"{W}pPr/{W}jc")
            alignment = "left" if aligned is None else aligned.get(f"{W}val", "left")
            if text.strip() or has_number or has_picture:
                yield ReadMargin((("part", part),), kind, text.strip(), alignment, has_number, has_picture)


def _read_line(paragraph: etree._Element) -> tuple[str, bool]:
    """The text of a line without the results of its PAGE fields, and whether it has one."""
    out, codes, depth, is_result, has_number = "", "", 0, False, False
    for item in paragraph.iter(f"{W}t", f"{W}fldChar", f"{W}instrText", f"{W}fldSimple"):
        if item.tag == f"{W}fldChar":
            kind = item.get(f"{W}fldCharType", "")
            depth += {"begin": 1, "end": -1}.get(kind, 0)
            is_result = kind == "separate"
            codes = "" if kind == "begin" else codes
            has_number |= kind == "separate" and codes.split()[:1] == ["PAGE"]
        elif item.tag == f"{W}instrText":
            codes += item.text or ""
        elif item.tag == f"{W}fldSimple":
            has_number |= item.get(f"{W}instr", "").split()[:1] == ["PAGE"]
        else:
            simple = next((a.get(f"{W}instr", "") for a in item.iterancestors(f"{W}fldSimple")), "")
            is_number = (depth and is_result and codes.split()[:1] == ["PAGE"]) or simple.split()[:1] == ["PAGE"]
            out += "" if is_number else item.text or ""
    return out, has_number


def _find_pictures(
    package: Mapping[str, bytes], part: str, tree: etree._Element
) -> Iterator[tuple[etree._Element, str]]:
    """Whatever refers to a picture, with its part."""
    lines = opc.read_relationships(package, part)
    for element in tree.iter(etree.Element):
        for name in ("embed", "link", "id", "pict"):
            line = lines.get(element.get(f"{R}{name}", ""))
            if line is not None and line.type.endswith("/image"):
                yield element, line.target
