"""a finished document set in prescribed fonts, sizes and spacing, on prescribed paper: in its styles where it can be.

A rule is written into the style of the paragraphs that it is for, and what contradicts it in paragraphs and runs is
taken out. Where paragraphs of several kinds share a style, those of the rarer kind are formatted themselves.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace

from lxml import etree

from bidkit.ooxml import opc, sheets
from bidkit.ooxml.blocks import drop_contents, drop_cover, find_cover
from bidkit.ooxml.formatting import StyleSheet, drop, drop_attributes, number, put, put_properties, runs_of
from bidkit.ooxml.plain import make_plain
from bidkit.ooxml.tree import q

_MAIN, _STYLES, _NUMBERING = "word/document.xml", "word/styles.xml", "word/numbering.xml"
_PICTURES = (q("drawing"), q("pict"), q("object"))
_SHOWN = (q("t"), q("sym"), *_PICTURES)
_LEFT = ("", "left", "start", "both", "distribute")
_SLOTS = {"latin": ("ascii", "hAnsi", "cs"), "east_asian": ("eastAsia",)}
_THEMED = {"ascii": "asciiTheme", "hAnsi": "hAnsiTheme", "cs": "cstheme", "eastAsia": "eastAsiaTheme"}
_SINGLE = 240
_HALF_POINTS = 24
_NO_SIZE = "20"
"""The size of text for which no size is said."""
_LINE_PER_HALF_POINT = 12
"""Twips that a line needs at least for each half point of its text."""
Key = tuple[str, int]
"""What a paragraph is, and the level of a heading."""


@dataclass(frozen=True)
class Face:
    """How text is set; what is empty or zero stays as it is.

    Args:
        line: 240ths of a line, or twips if `is_exact`.
        first_line: hundredths of a character if `is_in_chars`, else twips; None leaves it.
    """

    east_asian: str = ""
    latin: str = ""
    half_points: int = 0
    min_half_points: int = 0
    line: int = 0
    is_exact: bool = False
    first_line: int | None = None
    is_in_chars: bool = False


@dataclass(frozen=True)
class Look:
    """What a document is to look like.

    Args:
        text: all text but headings, tables, headers, footers and the cover.
        headings: by level; the last one is also for those below it.
        removed: of `colors`, `bold`, `italic`, `underline`.
    """

    text: Face = Face()
    headings: tuple[Face, ...] = ()
    tables: Face = Face()
    sheet: sheets.Sheet = field(default_factory=sheets.Sheet)
    removed: frozenset[str] = frozenset()
    without_cover: bool = False
    without_contents: bool = False


def restyle(package: opc.Package, look: Look) -> opc.Package:
    """A package that looks as is prescribed."""
    document = opc.parse_xml(package[_MAIN])
    styles = StyleSheet(opc.parse_xml(package[_STYLES]))
    if look.without_cover:
        drop_cover(document, styles)
    if look.without_contents:
        drop_contents(document, styles, has_cover=not look.without_cover)
    package = package.replace({_MAIN: opc.serialize(document)})
    package = sheets.change_sheets(package, look.sheet)
    package = _Dresser(package, look).dress()
    return make_plain(package, look.removed) if look.removed else package


class _Dresser:
    """The parts of a document while their fonts and sizes are set."""

    def __init__(self, package: opc.Package, look: Look) -> None:
        self.package, self.look = package, look
        wanted = ("document", "footnotes", "endnotes", "header", "footer")
        names = [n for n in package if n.startswith(tuple(f"word/{kind}" for kind in wanted)) and n.endswith(".xml")]
        self.trees = {name: opc.parse_xml(package[name]) for name in names}
        self.styles = StyleSheet(opc.parse_xml(package[_STYLES]))
        self.cover = set(find_cover(self.trees[_MAIN], self.styles))

    def dress(self) -> opc.Package:
        paragraphs = [(p, self._kind(part, p)) for part, tree in self.trees.items() for p in tree.iter(q("p"))]
        used: dict[str, Counter[Key]] = {}
        for paragraph, key in paragraphs:
            used.setdefault(self.styles.of(paragraph), Counter())[key] += 1
        chosen: dict[str, Key] = {}
        for style_id, keys in used.items():
            for key, _ in keys.most_common():
                if self._face(key) != Face() and style_id in self.styles.by_id and style_id not in chosen:
                    chosen[style_id] = key
        faces = {name: self._raised(self._face(chosen[name]), name) if name in chosen else Face() for name in used}
        before = {style_id: _read_style(self.styles, style_id) for style_id in used}
        self._dress_defaults()
        for style_id, face in faces.items():
            if face != Face():
                _dress_style(self.styles.by_id[style_id], face)
        for style_id, face in faces.items():
            _pin(self.styles, style_id, face, before[style_id])
        for paragraph, key in paragraphs:
            style_id = self.styles.of(paragraph)
            face = self._raised(self._face(key), style_id)
            if face != Face():
                _undress(paragraph, face)
                if chosen.get(style_id) != key:
                    _dress_paragraph(paragraph, face)
        self._dress_rest()
        changed = {name: opc.serialize(tree) for name, tree in self.trees.items()}
        changed[_STYLES] = opc.serialize(self.styles.root)
        if _NUMBERING in self.package:
            changed[_NUMBERING] = self._undress_numbers()
        return self.package.replace(changed)

    def _kind(self, part: str, paragraph: etree._Element) -> Key:
        if not any(True for run in runs_of(paragraph) for _ in run.iter(*_SHOWN)):
            return ("empty", 0)
        if part.startswith(("word/header", "word/footer")):
            return ("margin", 0)
        has_picture = any(next(item.iterancestors(q("p")), None) is paragraph for item in paragraph.iter(*_PICTURES))
        top = paragraph
        for above in paragraph.iterancestors():
            if above.tag == q("tbl"):
                return ("table figure" if has_picture else "table", 0)
            if above.tag == q("body"):
                break
            top = above
        if top in self.cover:
            return ("cover", 0)
        if level := self.styles.heading_level(paragraph):
            return ("heading", level)
        if has_picture:
            return ("figure", 0)
        return ("plain" if part == _MAIN and self._is_plain(paragraph) else "text", 0)

    def _is_plain(self, paragraph: etree._Element) -> bool:
        """Whether its first line is indented: running text, no list, caption, contents, centred line, text box."""
        name = self.styles.names.get(self.styles.of(paragraph), "")
        number = self.styles.look_up(paragraph, "numPr", "numId")
        aligned = self.styles.look_up(paragraph, "jc")
        return not (
            name == "caption"
            or self.styles.is_contents(paragraph)
            or (number is not None and number.get(q("val")) != "0")
            or (aligned is not None and aligned.get(q("val"), "") not in _LEFT)
            or any(above.tag == q("txbxContent") for above in paragraph.iterancestors())
        )

    def _face(self, key: Key) -> Face:
        kind, level = key
        look = self.look
        text = look.text
        fonts = Face(text.east_asian, text.latin)
        if kind == "heading":
            return look.headings[min(level, len(look.headings)) - 1] if look.headings else Face()
        if kind in ("table", "table figure"):
            tables = look.tables
            tables = replace(tables, east_asian=tables.east_asian or text.east_asian, latin=tables.latin or text.latin)
            return tables if kind == "table" else _single(tables)
        if kind == "figure":
            return _single(replace(text, first_line=None))
        if kind == "text":
            return replace(text, first_line=None)
        return {"plain": text, "margin": fonts}.get(kind, Face())

    def _raised(self, face: Face, style_id: str) -> Face:
        """A face with a size of its own where the style would give it too small a one."""
        size = _find_value(self.styles, style_id, "rPr", "sz", "val") or _NO_SIZE
        is_readable = size.replace(".", "", 1).isdecimal()
        is_small = not face.half_points and not (is_readable and float(size) >= face.min_half_points)
        return replace(face, half_points=face.min_half_points) if is_small else face

    def _dress_defaults(self) -> None:
        defaults = self.styles.root.find(f"{q('docDefaults')}/{q('rPrDefault')}/{q('rPr')}")
        if defaults is not None:
            _set_run(defaults, self.look.text)

    def _dress_rest(self) -> None:
        """Character and table styles say nothing that contradicts, and no lines snap to a grid."""
        faces = [self.look.text, self.look.tables, *self.look.headings]
        for style in self.styles.by_id.values():
            kind = style.get(q("type"))
            if kind == "character":
                for face in faces:
                    _strip_run(style.find(q("rPr")), face)
            elif kind == "table":
                table = self._face(("table", 0))
                for holder in (style, *style.findall(q("tblStylePr"))):
                    _strip_run(holder.find(q("rPr")), table)
                    _strip_paragraph(holder.find(q("pPr")), table)
        if self.look.text.line:
            for section in self.trees[_MAIN].iter(q("sectPr")):
                drop(section, ["docGrid"])

    def _undress_numbers(self) -> bytes:
        root = opc.parse_xml(self.package[_NUMBERING])
        for level in root.iter(q("lvl")):
            kind = level.find(q("numFmt"))
            is_bullet = kind is not None and kind.get(q("val")) == "bullet"
            for face in (self.look.text, self.look.tables, *self.look.headings):
                _strip_run(level.find(q("rPr")), replace(face, latin="", east_asian="") if is_bullet else face)
        return opc.serialize(root)


def _single(face: Face) -> Face:
    """For a paragraph with a picture, which lines of an exact height would cut off."""
    return replace(face, line=_SINGLE, is_exact=False) if face.line else face


_VALUES = (
    ("pPr", "spacing", "line", "240"),
    ("pPr", "spacing", "lineRule", "auto"),
    *(("pPr", "ind", name, "0") for name in ("firstLineChars", "firstLine", "hangingChars", "hanging")),
    *(("rPr", "rFonts", slot, "Times New Roman") for slot in _THEMED),
    *(("rPr", name, "val", _NO_SIZE) for name in ("sz", "szCs")),
)
"""What faces change in a style, attribute by attribute, with what it is where nothing says so."""


def _read_style(styles: StyleSheet, style_id: str) -> list[str | None]:
    """The values of a style, its own or inherited."""
    return [_find_value(styles, style_id, holder, name, attribute) for holder, name, attribute, _ in _VALUES]


def _find_value(styles: StyleSheet, style_id: str, holder: str, name: str, attribute: str) -> str | None:
    defaults = styles.root.find(f"{q('docDefaults')}/{q(holder + 'Default')}")
    for style in (*styles.chain(style_id), *([] if defaults is None else [defaults])):
        found = style.find(f"{q(holder)}/{q(name)}")
        if found is not None and name == "rFonts" and found.get(q(_THEMED[attribute])) is not None:
            return None  # the theme's font, which is not changed
        if found is not None and found.get(q(attribute)) is not None:
            return found.get(q(attribute))
    return None


def _pin(styles: StyleSheet, style_id: str, face: Face, before: list[str | None]) -> None:
    """What a style has inherited from one that was changed, and is not prescribed for it, becomes its own."""
    own = {slot for name, slots in _SLOTS.items() if getattr(face, name) for slot in slots}
    own |= {"spacing"} if face.line or face.half_points else set()
    own |= {"ind"} if face.first_line is not None else set()
    own |= {"sz", "szCs"} if face.half_points else set()
    for (holder, name, attribute, neutral), old in zip(_VALUES, before, strict=True):
        if {name, attribute} & own or style_id not in styles.by_id:
            continue
        if _find_value(styles, style_id, holder, name, attribute) != old:
            style = styles.by_id[style_id]
            put(put_properties(style, holder), name).set(q(attribute), neutral if old is None else old)


def _dress_style(style: etree._Element, face: Face) -> None:
    _set_run(put_properties(style, "rPr"), face)
    _set_paragraph(put_properties(style, "pPr"), face)
    for name in ("rPr", "pPr"):
        properties = style.find(q(name))
        if properties is not None and not len(properties):
            style.remove(properties)


def _dress_paragraph(paragraph: etree._Element, face: Face) -> None:
    properties = put_properties(paragraph, "pPr")
    _set_paragraph(properties, face)
    _set_run(put(properties, "rPr"), face)  # its number in a list looks as its mark
    for run in runs_of(paragraph):
        _set_run(put_properties(run, "rPr"), face)


def _undress(paragraph: etree._Element, face: Face) -> None:
    """Take out of a paragraph and its runs what the face says."""
    properties = paragraph.find(q("pPr"))
    _strip_paragraph(properties, face)
    marks = [properties.find(q("rPr"))] if properties is not None else []
    for holder in (*marks, *(run.find(q("rPr")) for run in runs_of(paragraph))):
        _strip_run(holder, face)
        if holder is not None and not len(holder):
            holder.getparent().remove(holder)  # type: ignore[union-attr]


def _strip_run(properties: etree._Element | None, face: Face) -> None:
    if properties is None:
        return
    slots = [slot for name, names in _SLOTS.items() if getattr(face, name) for slot in names]
    fonts = [*slots, *(_THEMED[slot] for slot in slots)]
    drop_attributes(properties.find(q("rFonts")), fonts)
    if face.half_points:
        drop(properties, ["sz", "szCs"])
    for name in ("sz", "szCs"):
        size = properties.find(q(name))
        if size is not None and number(size, "val") < face.min_half_points:
            size.set(q("val"), str(face.min_half_points))


def _strip_paragraph(properties: etree._Element | None, face: Face) -> None:
    if properties is None:
        return
    if face.line:
        drop_attributes(properties.find(q("spacing")), ["line", "lineRule"])
    if face.first_line is not None:
        drop_attributes(properties.find(q("ind")), ["firstLine", "firstLineChars", "hanging", "hangingChars"])


def _set_run(properties: etree._Element, face: Face) -> None:
    for name, slots in _SLOTS.items():
        for slot in slots if getattr(face, name) else ():
            fonts = put(properties, "rFonts")
            fonts.set(q(slot), getattr(face, name))
            fonts.attrib.pop(q(_THEMED[slot]), "")
    size = properties.find(q("sz"))
    wanted = face.half_points or max(face.min_half_points, number(size, "val"))
    for name in ("sz", "szCs") if wanted and (face.half_points or size is not None) else ():
        put(properties, name).set(q("val"), str(wanted))


def _set_paragraph(properties: etree._Element, face: Face) -> None:
    if face.line:
        spacing = put(properties, "spacing")
        spacing.set(q("line"), str(face.line))
        spacing.set(q("lineRule"), "exact" if face.is_exact else "auto")
    elif face.half_points:
        _loosen(properties.find(q("spacing")), face.half_points)
    if face.first_line is None:
        return
    indent = put(properties, "ind")
    for name in ("hanging", "hangingChars"):
        indent.attrib.pop(q(name), "")
    chars = face.first_line if face.is_in_chars else 0
    twips = face.first_line * (face.half_points or _HALF_POINTS) // 10 if face.is_in_chars else face.first_line
    indent.set(q("firstLineChars"), str(chars))  # it weighs more than firstLine
    indent.set(q("firstLine"), str(twips))


def _loosen(spacing: etree._Element | None, half_points: int) -> None:
    """No exact line that cuts off a larger text."""
    if spacing is None or spacing.get(q("lineRule")) != "exact":
        return
    if number(spacing, "line") < half_points * _LINE_PER_HALF_POINT:
        spacing.set(q("line"), str(_SINGLE))
        spacing.set(q("lineRule"), "auto")
