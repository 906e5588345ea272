"""what formatting comes to: defaults, table style, paragraph style, character style and direct formatting together."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from lxml import etree

from bidkit.appearance.colors import Theme
from bidkit.appearance.structure import Block, Cell
from bidkit.readback.names import W

_SLOT_THEMES = {"ascii": "asciiTheme", "hAnsi": "hAnsiTheme", "eastAsia": "eastAsiaTheme", "cs": "cstheme"}
_EAST_ASIAN = re.compile(
    "[\u1100-\u11ff\u2e80-\ua4cf\uac00-\ud7af\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\U00020000-\U0003ffff]"
)
_OFF = ("0", "false", "off", "none")
TABLE_LOOKS = {
    "firstRow": 0x20,
    "lastRow": 0x40,
    "firstColumn": 0x80,
    "lastColumn": 0x100,
    "noHBand": 0x200,
    "noVBand": 0x400,
}


@dataclass(frozen=True)
class ReadRun:
    """A run's text and its formatting; `fonts` are those in which its characters are shown."""

    text: str
    fonts: frozenset[tuple[str, str]]
    """Script (`latin` or `east_asian`) and font."""
    half_points: int
    color: str
    bold: bool
    italic: bool
    underline: bool


@dataclass(frozen=True)
class Settings:
    """What a paragraph's own properties come to."""

    line: int
    line_rule: str
    first_line: tuple[int, int]
    alignment: str
    is_listed: bool


class Cascade:
    """The styles of a file, and what they make of a paragraph and its runs."""

    def __init__(self, trees: Mapping[str, etree._Element], theme: Theme) -> None:
        self.theme = theme
        sheet = trees["word/styles.xml"]
        self.defaults = {kind: sheet.find(f"{W}docDefaults/{W}{kind}Default/{W}{kind}") for kind in ("rPr", "pPr")}
        self.styles = {(style.get(f"{W}type"), style.get(f"{W}styleId")): style for style in sheet.iter(f"{W}style")}
        self.usual = {
            style.get(f"{W}type"): style
            for style in self.styles.values()
            if style.get(f"{W}default") in ("1", "true", "on")
        }
        self.numbering = trees.get("word/numbering.xml")
        self._chains: dict[tuple[str, str | None], list[etree._Element]] = {}

    # styles

    def _chain(self, kind: str, style_id: str | None) -> list[etree._Element]:
        """A style and what it is based on, the nearest first; the default one if there is no such style."""
        if (kind, style_id) in self._chains:
            return self._chains[kind, style_id]
        style = self.styles.get((kind, style_id), self.usual.get(kind))
        found: list[etree._Element] = []
        while style is not None and style not in found:
            found.append(style)
            based = style.find(f"{W}basedOn")
            style = None if based is None else self.styles.get((kind, based.get(f"{W}val")))
        self._chains[kind, style_id] = found
        return found

    def _paragraph_chain(self, paragraph: etree._Element) -> list[etree._Element]:
        return self._chain("paragraph", _value(paragraph, "pPr", "pStyle"))

    def style_name(self, paragraph: etree._Element) -> str:
        """The name of a paragraph's style, in small letters."""
        chain = self._paragraph_chain(paragraph)
        return (_value(chain[0], "name") or "").lower() if chain else ""

    def _own(self, paragraph: etree._Element, name: str) -> etree._Element | None:
        """An element of a paragraph's properties: direct, or of its style."""
        for holder in (paragraph, *self._paragraph_chain(paragraph)):
            found = holder.find(f"{W}pPr/{W}{name}")
            if found is not None:
                return found
        return None

    def heading_level(self, paragraph: etree._Element) -> int:
        """1 to 9 for a heading, also the title of the contents; else 0."""
        if found := re.fullmatch("heading ([1-9])", self.style_name(paragraph)):
            return int(found.group(1))
        if self.style_name(paragraph) == "toc heading":
            return 1
        outline = self._own(paragraph, "outlineLvl")
        level = _number(outline, "val", 9)
        return level + 1 if 0 <= level < 9 else 0

    def begins_page(self, paragraph: etree._Element) -> bool:
        """Whether a page break stands before it."""
        return _is_on(self._own(paragraph, "pageBreakBefore"))

    # tables

    def _table_layers(self, cells: Sequence[Cell]) -> list[etree._Element]:
        """What the style of the innermost table says for this cell: conditional formatting first."""
        if not cells:
            return []
        cell = cells[0]
        chain = self._chain("table", _value(cell.table, "tblPr", "tblStyle"))
        wanted = [*_regions(cell), "wholeTable"]
        parts = [
            part
            for region in wanted
            for style in chain
            for part in style.findall(f"{W}tblStylePr")
            if part.get(f"{W}type") == region
        ]
        return [*parts, *chain]

    # runs

    def runs(self, block: Block) -> Iterator[ReadRun]:
        """The runs of a paragraph that show text."""
        for run in block.element.iter(f"{W}r"):
            if next(run.iterancestors(f"{W}p"), None) is not block.element:
                continue
            text = "".join(item.text or "" for item in run.iter(f"{W}t") if item.getparent() is run)
            if text.strip():
                yield self._read_run(text, run.find(f"{W}rPr"), block)

    def label(self, block: Block) -> Iterator[ReadRun]:
        """The number or bullet in front of a paragraph of a list; a bullet's font is its own."""
        level = self._find_level(block.element)
        text = "" if level is None else _value(level, "lvlText") or ""
        if level is None or not text.strip():
            return
        mark = block.element.find(f"{W}pPr/{W}rPr")
        own = [item for item in (level.find(f"{W}rPr"), mark) if item is not None]
        run = self._make_run(re.sub(r"%\d", "1", text), own, block)
        is_bullet = _value(level, "numFmt") == "bullet"
        yield ReadRun(
            "", frozenset() if is_bullet else run.fonts, run.half_points, run.color, run.bold, run.italic, run.underline
        )

    def _find_level(self, paragraph: etree._Element) -> etree._Element | None:
        number = self._own(paragraph, "numPr")
        if number is None or self.numbering is None:
            return None
        wanted = _value(number, "numId") or next(
            (v for style in self._paragraph_chain(paragraph) if (v := _value(style, "pPr", "numPr", "numId"))), ""
        )
        index = _value(number, "ilvl") or "0"
        for num in self.numbering.iter(f"{W}num"):
            if num.get(f"{W}numId") == wanted:
                abstract = _value(num, "abstractNumId")
                for item in self.numbering.iter(f"{W}abstractNum"):
                    if item.get(f"{W}abstractNumId") == abstract:
                        return next((lvl for lvl in item.iter(f"{W}lvl") if lvl.get(f"{W}ilvl") == index), None)
        return None

    def _read_run(self, text: str, direct: etree._Element | None, block: Block) -> ReadRun:
        return self._make_run(text, [] if direct is None else [direct], block)

    def _make_run(self, text: str, direct: Sequence[etree._Element], block: Block) -> ReadRun:
        named = next((found for item in direct if (found := _value(item, "rStyle"))), None)
        character = self._chain("character", named) if named else []
        paragraph, table = self._paragraph_chain(block.element), self._table_layers(block.cells)
        groups = [[style.find(f"{W}rPr") for style in group] for group in (character, paragraph, table)]
        own = [[item for item in group if item is not None] for group in groups]
        layers = [*direct, *(item for group in own for item in group)]
        defaults = self.defaults["rPr"]
        layers += [defaults] if defaults is not None else []
        is_complex = any(_is_on(item.find(f"{W}{name}")) for item in layers for name in ("cs", "rtl"))
        size = _first(layers, "szCs" if is_complex else "sz")
        color = _first(layers, "color")
        line = _first(layers, "u")
        return ReadRun(
            text,
            frozenset(self._fonts(text, layers, is_complex)),
            _number(size, "val", 20),
            self.theme.resolve(color),
            _toggle(direct, own, defaults, "bCs" if is_complex else "b"),
            _toggle(direct, own, defaults, "iCs" if is_complex else "i") or _first(layers, "em") is not None,
            line is not None and line.get(f"{W}val", "single") != "none",
        )

    def _fonts(self, text: str, layers: Sequence[etree._Element], is_complex: bool) -> Iterator[tuple[str, str]]:
        hints = [fonts.get(f"{W}hint") for item in layers if (fonts := item.find(f"{W}rFonts")) is not None]
        is_hinted = next((hint for hint in hints if hint), "") == "eastAsia"
        slots = {_slot(character, is_hinted, is_complex) for character in text if not character.isspace()}
        for slot in sorted(slots):
            yield "east_asian" if slot == "eastAsia" else "latin", self._font(slot, layers)

    def _font(self, slot: str, layers: Sequence[etree._Element]) -> str:
        for item in layers:
            fonts = item.find(f"{W}rFonts")
            themed = "" if fonts is None else fonts.get(f"{W}{_SLOT_THEMES[slot]}", "")
            if themed:
                return self.theme.font(themed)
            if fonts is not None and fonts.get(f"{W}{slot}"):
                return str(fonts.get(f"{W}{slot}"))
        return "Times New Roman"

    # paragraphs

    def paragraph(self, block: Block) -> Settings:
        """What a paragraph's properties come to."""
        holders = [block.element, *self._paragraph_chain(block.element), *self._table_layers(block.cells)]
        layers = [item for holder in holders if (item := holder.find(f"{W}pPr")) is not None]
        layers += [self.defaults["pPr"]] if self.defaults["pPr"] is not None else []
        spacings = [item for layer in layers if (item := layer.find(f"{W}spacing")) is not None]
        indents = [item for layer in layers if (item := layer.find(f"{W}ind")) is not None]
        aligned = self._own(block.element, "jc")
        listed = self._own(block.element, "numPr")
        chars, twips = _read_indent(indents, "Chars"), _read_indent(indents, "")
        return Settings(
            _number(next((item for item in spacings if item.get(f"{W}line") is not None), None), "line", 240),
            _attribute(spacings, "lineRule") or "auto",
            (chars, twips),
            "" if aligned is None else aligned.get(f"{W}val", ""),
            listed is not None and (_value(listed, "numId") or "1") != "0",
        )


def _slot(character: str, is_hinted: bool, is_complex: bool) -> str:
    """Which of a run's four fonts shows a character."""
    if is_complex:
        return "cs"
    if _EAST_ASIAN.match(character):
        return "eastAsia"
    if ord(character) < 0x80:
        return "ascii"
    return "eastAsia" if is_hinted else "hAnsi"


def _regions(cell: Cell) -> list[str]:
    """The parts of its table that a cell belongs to, as far as the table shows them; what weighs most comes first."""
    look = cell.table.find(f"{W}tblPr/{W}tblLook")
    bits = look.get(f"{W}val", "0") if look is not None else "0"
    value = int(bits, 16) if re.fullmatch("[0-9A-Fa-f]+", bits) else 0

    def shows(name: str) -> bool:
        written = None if look is None else look.get(f"{W}{name}")
        return written not in _OFF if written is not None else bool(value & TABLE_LOOKS[name])

    at = {
        "firstRow": cell.row == 0 and shows("firstRow"),
        "lastRow": cell.row == cell.rows - 1 and shows("lastRow"),
        "firstCol": cell.column == 0 and shows("firstColumn"),
        "lastCol": cell.column == cell.columns - 1 and shows("lastColumn"),
    }
    corners = (("nwCell", "firstRow", "firstCol"), ("neCell", "firstRow", "lastCol"))
    corners += (("swCell", "lastRow", "firstCol"), ("seCell", "lastRow", "lastCol"))  # type: ignore[assignment]
    found = [name for name, row, column in corners if at[row] and at[column]] + [name for name, on in at.items() if on]
    if not shows("noHBand"):
        found.append("band1Horz" if (cell.row - shows("firstRow")) % 2 == 0 else "band2Horz")
    if not shows("noVBand"):
        found.append("band1Vert" if (cell.column - shows("firstColumn")) % 2 == 0 else "band2Vert")
    return found


def _toggle(
    direct: Sequence[etree._Element],
    groups: Sequence[Sequence[etree._Element]],
    defaults: etree._Element | None,
    name: str,
) -> bool:
    """Bold or italic: direct formatting decides; of the kinds of styles, two that say it cancel each other out."""
    own = _first(direct, name)
    if own is not None:
        return _is_on(own)
    by_default = defaults is not None and _is_on(defaults.find(f"{W}{name}"))
    return by_default or sum(_is_on(_first(group, name)) for group in groups) % 2 == 1


def _read_indent(indents: Sequence[etree._Element], suffix: str) -> int:
    for item in indents:
        for name, sign in (("hanging", -1), ("firstLine", 1)):
            if item.get(f"{W}{name}{suffix}") is not None:
                return sign * _number(item, f"{name}{suffix}", 0)
    return 0


def _attribute(elements: Sequence[etree._Element], name: str) -> str:
    return next((str(item.get(f"{W}{name}")) for item in elements if item.get(f"{W}{name}") is not None), "")


def _first(layers: Sequence[etree._Element], name: str) -> etree._Element | None:
    return next((found for item in layers if (found := item.find(f"{W}{name}")) is not None), None)


def _is_on(element: etree._Element | None) -> bool:
    return element is not None and element.get(f"{W}val", "1") not in _OFF


def _number(element: etree._Element | None, name: str, default: int) -> int:
    """A number; -1 if it is written in a way that no rule asks for (`12pt`), which is then no number to trust."""
    value = None if element is None else element.get(f"{W}{name}")
    if value is None:
        return default
    return round(float(value)) if re.fullmatch(r"-?\d+(\.\d+)?", value) else -1


def _value(element: etree._Element, *path: str) -> str | None:
    found = element.find("/".join(f"{W}{step}" for step in path))
    return None if found is None else found.get(f"{W}val")
