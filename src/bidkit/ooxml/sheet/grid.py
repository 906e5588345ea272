"""rows and cells of a sheet: its tree -> Jinja source and static XML, the bands of its rows, its formulas."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping, Sequence
from html import escape

from lxml import etree

from bidkit.ooxml import cells
from bidkit.ooxml.pairs import is_block, match_blocks
from bidkit.ooxml.part import PlacedTag, write_source
from bidkit.ooxml.sheet.bands import BandMaker, read_over
from bidkit.ooxml.sheet.formula import MAX_ROWS, column_letters, column_number, move_formula
from bidkit.ooxml.sheet.heights import Fitter
from bidkit.ooxml.sheet.plan import FormulaCell, Outline, SheetPlan
from bidkit.ooxml.sheet.tree import ROW, fragment, s
from bidkit.ooxml.sheet.typed import CellSite, decode
from bidkit.ooxml.tags import Tag, find_tags, place_tags
from bidkit.ooxml.tree import replace_by_text
from bidkit.ooxml.values import CLOSE, OPEN, mark

_ROW_WORDS = ("for", "endfor", "if", "elif", "else", "endif", "with", "endwith", "set", "do", "break", "continue")
_PLACED = re.compile(f"{OPEN}j(\\d+){CLOSE}")
_CELL = re.compile(r"\$?([A-Z]+)\$?(\d+)")
_Item = str | tuple[PlacedTag, CellSite | None]
_RECURSIVE = re.compile(r"\brecursive\s*$")


class Source:
    """A part's source as it grows: static pieces and tags in order."""

    def __init__(self) -> None:
        self.tags: list[PlacedTag] = []
        self.chunks: list[str] = []
        self.order: list[int] = []
        self.text: list[str] = []

    def add(self, text: str) -> None:
        self.text.append(text)

    def add_tag(self, placed: PlacedTag) -> int:
        """Give a tag its number and place."""
        self.flush()
        placed.chunk = len(self.chunks)
        self.tags.append(placed)
        self.order.append(-len(self.tags))
        return len(self.tags) - 1

    def flush(self) -> None:
        if text := "".join(self.text):
            self.order.append(len(self.chunks))
            self.chunks.append(text)
        self.text = []

    def write(self) -> str:
        """The Jinja source."""
        self.flush()
        return write_source(self.tags, self.order, {})


class Grid:
    """The rows of one sheet on their way into a source."""

    def __init__(
        self, plan: SheetPlan, outline: Outline, source: Source, notes: Mapping[str, Tag], fitter: Fitter
    ) -> None:
        self.plan = plan
        self.outline = outline
        self.source = source
        self.notes = notes
        self.fitter = fitter
        self.maker = BandMaker()
        self.row_tags: list[tuple[Tag, str]] = []
        self.masters: dict[str, tuple[str, int, int]] = {}
        self.columns: list[int] = []
        self.fragments: list[list[_Item]] = []
        self.opened = -1
        self.sheet_tag: PlacedTag | None = None
        self.tagged: dict[str, tuple[list[Tag], str]] = {}

    def find_sheet_tag(self, data: etree._Element) -> PlacedTag | None:
        """The tag in the first row that repeats the whole sheet, or leaves it out."""
        row = next(iter(data), None)
        for cell in row if row is not None and row.get("r", "1") == "1" else ():
            name = cell.get("r") or "A1"
            self.tagged[name] = self.find_tags(cell, name)
            for tag in self.tagged[name][0]:
                if tag.level == "sheet" and tag.word in ("for", "if") and not _RECURSIVE.search(tag.body):
                    self.sheet_tag = PlacedTag(tag, self.outline.span(self.plan.name, name, tag.text))
                    return self.sheet_tag
        return None

    def read(self, data: etree._Element) -> None:
        """All rows of `sheetData`, which is empty then."""
        number = 0
        for row in list(data):
            before, number = number, int(row.get("r") or number + 1)
            if not before < number <= MAX_ROWS:
                raise ValueError(f"{self.plan.part}: row {number} behind row {before}")
            self.read_row(row, number)
        self.check_pairs([tag for tag, _ in self.row_tags], [cell for _, cell in self.row_tags])
        while len(self.maker.open) > 1:
            self.maker.end(self.maker.next)
        self.open_stretch()
        self.plan.band = self.maker.finish()
        for child in list(data):
            data.remove(child)

    def read_row(self, row: etree._Element, number: int) -> None:
        cells_of_row: list[tuple[etree._Element, str, int]] = []
        column = 0
        for cell in list(row):
            found = _CELL.fullmatch(cell.get("r") or "")
            column = column_number(found.group(1)) if found else column + 1
            cells_of_row.append((cell, f"{column_letters(column)}{number}", column))
        tagged = {name: self.tagged.get(name) or self.find_tags(cell, name) for cell, name, _ in cells_of_row}
        if any(tag.level in ("tr", "sheet") for tags, _ in tagged.values() for tag in tags):
            self.read_tag_row(cells_of_row, tagged, number)
            return
        self.open_stretch()
        static = {name: text for name, (tags, text) in tagged.items() if not tags and text}
        fit = None if row.get("customHeight") in ("1", "true") else self.fitter.read(cells_of_row, static)
        has_tags = False
        for cell, name, column in cells_of_row:
            self.columns.append(column)
            has_tags = self.read_cell(cell, name, number, column, *tagged[name]) or has_tags
        if has_tags and fit is not None:
            self.plan.fits[number] = fit
            row.set("ht", mark("h", number))
        row.set("r", ROW)
        self.source.add(mark("r", number))
        self.emit(fragment(row))
        self.fragments.clear()

    def open_stretch(self) -> None:
        """Mark where a stretch begins, once."""
        if self.opened != self.maker.stretches:
            self.opened = self.maker.stretches
            self.source.add(mark("g", self.opened))

    def emit(self, text: str) -> None:
        pieces = _PLACED.split(text)
        self.source.add(pieces[0])
        for number, static in zip(pieces[1::2], pieces[2::2], strict=True):
            for item in self.fragments[int(number)]:
                if isinstance(item, str):
                    self.source.add(item)
                else:
                    placed, site = item
                    tag = self.source.add_tag(placed)
                    if site is not None:
                        self.plan.sites[tag] = site
            self.source.add(static)

    # tags that stand for rows

    def read_tag_row(
        self,
        cells_of_row: Sequence[tuple[etree._Element, str, int]],
        tagged: Mapping[str, tuple[list[Tag], str]],
        number: int,
    ) -> None:
        if self.maker.next < number:
            self.open_stretch()
        self.maker.reach(number)
        for cell, name, _ in cells_of_row:
            tags, text = tagged[name]
            rest = "".join(_outside(text, tags)).strip()
            if rest or (not tags and len(cell)) or any(not tag.level for tag in tags):
                shown = rest or next((tag.text for tag in tags if not tag.level), name)
                self.outline.refuse("TP09", self.outline.span(self.plan.name, name), text=shown[:40])
            for tag in tags:
                if tag.level:
                    self.read_row_tag(tag, name, number)

    def read_row_tag(self, tag: Tag, name: str, number: int) -> None:
        span = self.outline.span(self.plan.name, name, tag.text)
        if tag.level == "sheet":
            if self.sheet_tag is None or tag is not self.sheet_tag.tag:
                self.outline.refuse("TP36", span, tag=tag.text)
            return
        if tag.opening == "{#":
            return
        is_refused = tag.word not in _ROW_WORDS or (tag.word == "set" and is_block(tag))
        if tag.level != "tr" or is_refused or _RECURSIVE.search(tag.body):
            self.outline.refuse("TP05", span, level=tag.level if tag.level != "tr" else tag.word or "tr")
            return
        self.row_tags.append((tag, name))
        self.source.add_tag(PlacedTag(tag, span))
        if tag.word in ("else", "elif", "endfor", "endif", "endwith") and len(self.maker.open) > 1:
            self.maker.end(number)
        if tag.word in ("for", "if", "else", "elif", "with"):
            self.source.add(
                mark("b", self.maker.begin(number, tag.word == "for", read_over(tag.body) if tag.word == "for" else ""))
            )

    def check_pairs(self, tags: Sequence[Tag], names: Sequence[str]) -> None:
        for number in match_blocks(tags)[1]:
            span = self.outline.span(self.plan.name, names[number], tags[number].text)
            self.outline.refuse("TP03", span, tag=tags[number].text, reason=tags[number].text)

    # cells

    def find_tags(self, cell: etree._Element, name: str) -> tuple[list[Tag], str]:
        """The tags of a cell's text, and the text."""
        texts = [decode(text.text or "") for text in self.texts_of(cell)]
        text = "".join(texts)
        if "{" not in text:
            return [], text
        tags, unclosed = find_tags(text)
        if unclosed is not None:
            self.outline.refuse("TP02", self.outline.span(self.plan.name, name), tag=unclosed)
        if tags and cell.get("t") == "s":
            self.outline.used_strings.add(int(cell.findtext(s("v"), "-1")))
        return ([], text) if unclosed is not None else (tags, text)

    def texts_of(self, cell: etree._Element) -> list[etree._Element]:
        """The elements that hold a cell's text; those of a formula's result do not."""
        kind = cell.get("t")
        if cell.find(s("f")) is not None:
            return []
        if kind == "s":
            number = int(cell.findtext(s("v"), "-1"))
            strings = self.outline.strings
            return _texts(strings[number]) if 0 <= number < len(strings) else []
        if kind == "inlineStr":
            inline = cell.find(s("is"))
            return [] if inline is None else _texts(inline)
        value = cell.find(s("v"))
        return [value] if kind == "str" and value is not None else []

    def read_cell(self, cell: etree._Element, name: str, row: int, column: int, tags: list[Tag], text: str) -> bool:
        """Put the marks of a cell into its row; says whether tags fill it."""
        cell.set("r", f"{column_letters(column)}{ROW}")
        formula = cell.find(s("f"))
        if formula is not None:
            return self.read_formula(cell, formula, name, row, column)
        if not tags:
            return False
        self.plan.live.setdefault(row, set()).add(column)
        if not self.check_cell_tags(tags, name, len(self.texts_of(cell)) > 1):
            return False
        if len(tags) == 1 and tags[0].opening == "{{" and not "".join(_outside(text, tags)).strip():
            self.fill_cell(cell, tags[0], name, -1)
        else:
            self.fill_text(cell, tags, name)
        return True

    def check_cell_tags(self, tags: Sequence[Tag], name: str, is_rich: bool) -> bool:
        """Whether tags may stand in a cell."""
        refused = [tag for tag in tags if tag.level or tag.word in cells.STATEMENTS]
        refused += [tag for tag in tags if is_rich and (tag.word in ("macro", "call") or _is_set_block(tag))]
        for tag in refused:
            span = self.outline.span(self.plan.name, name, tag.text)
            self.outline.refuse("TP05", span, level=tag.level or tag.word)
        if not refused:
            self.check_pairs(tags, [name] * len(tags))
        return not refused

    def fill_cell(self, cell: etree._Element, tag: Tag, name: str, formula: int) -> None:
        """A cell that one expression fills keeps its type."""
        placed = PlacedTag(tag, self.outline.span(self.plan.name, name, tag.text), "cell")
        style = self.outline.styles.make(cell.get("s", ""))
        site = CellSite(style, formula, self.outline.is_1904)
        self.replace(cell, [f'<c r="{cell.get("r")}"', (placed, site)])

    def fill_text(self, cell: etree._Element, tags: Sequence[Tag], name: str) -> None:
        """A cell that holds tags and other text."""
        elements = [copy.deepcopy(element) for element in self.sources_of(cell)]
        texts = [text for element in elements for text in _texts_below(element)]
        written = [decode(text.text or "") for text in texts]
        tags = _trim(tags, "".join(written))
        placed = [PlacedTag(tag, self.outline.span(self.plan.name, name, tag.text)) for tag in tags if tag.opening]
        fragments: list[_Item] = [f'<c r="{cell.get("r")}"', mark("t", len(self.plan.texts))]
        marks, count = [], 0
        for tag in tags:
            marks.append(mark("j", count) if tag.opening else tag.body)
            count += 1 if tag.opening else 0
        for text, shown in zip(texts, place_tags(written, tags, marks), strict=True):
            text.text = shown
        is_rich = elements[0].tag == s("r")
        whole = "".join(_run(element) if is_rich else _escaped(element) for element in elements)
        pieces = _PLACED.split(whole)
        fragments.append(pieces[0])
        for number, static in zip(pieces[1::2], pieces[2::2], strict=True):
            fragments += [(placed[int(number)], None), static]
        fragments.append(mark("u"))
        self.plan.texts.append((self.outline.styles.make(cell.get("s", "")), is_rich, name))
        self.replace(cell, fragments)

    def sources_of(self, cell: etree._Element) -> list[etree._Element]:
        """The runs of a cell's text, or its only text."""
        kind = cell.get("t")
        if kind == "str":
            return [item for item in [cell.find(s("v"))] if item is not None]
        holder = self.outline.strings[int(cell.findtext(s("v"), "-1"))] if kind == "s" else cell.find(s("is"))
        assert holder is not None
        return list(holder.iterchildren(s("r"))) or list(holder.iterchildren(s("t")))

    def replace(self, cell: etree._Element, items: list[_Item]) -> None:
        replace_by_text(cell, mark("j", len(self.fragments)))
        self.fragments.append(items)

    # formulas

    def read_formula(self, cell: etree._Element, element: etree._Element, name: str, row: int, column: int) -> bool:
        span = self.outline.span(self.plan.name, name)
        if element.get("t") in ("array", "dataTable") or cell.get("cm"):
            self.outline.refuse("TP32", span, what=f"{{={element.text or ''}}}")
            return False
        formula = self.outline.read(self.text_of(element, row, column))
        number = len(self.plan.formulas)
        note = self.notes.get(name)
        self.plan.formulas.append(formula)
        has_value = cell.find(s("v")) is not None
        self.plan.formula_cells.append(FormulaCell(number, row, column, name, note is not None, has_value))
        if note is None:
            element.attrib.clear()
            element.text = mark("f", number)
            return False
        self.plan.live.setdefault(row, set()).add(column)
        self.fill_cell(cell, note, name, number)
        return True

    def text_of(self, element: etree._Element, row: int, column: int) -> str:
        """A formula's text; of a shared one as if it had been typed here."""
        text, shared = element.text or "", element.get("si", "") if element.get("t") == "shared" else ""
        if shared and text:
            self.masters[shared] = (text, row, column)
        elif shared:
            first, first_row, first_column = self.masters.get(shared, ("", row, column))
            text = move_formula(first, row - first_row, column - first_column)
        return text


def _texts(holder: etree._Element) -> list[etree._Element]:
    """The texts of a string: its own, or those of its runs; how it is spoken does not count."""
    return [text for child in holder if child.tag in (s("r"), s("t")) for text in _texts_below(child)]


def _texts_below(element: etree._Element) -> list[etree._Element]:
    return [element] if element.tag in (s("t"), s("v")) else list(element.iterchildren(s("t")))


def _outside(text: str, tags: Sequence[Tag]) -> list[str]:
    """What stands between tags; a literal is text."""
    pieces, position = [], 0
    for tag in tags:
        pieces += [text[position : tag.start], "" if tag.opening else tag.body]
        position = tag.end
    return [*pieces, text[position:]]


def _trim(tags: Sequence[Tag], text: str) -> list[Tag]:
    """`{{- x -}}` takes the blanks around it away."""
    out = []
    for tag in tags:
        start = len(text[: tag.start].rstrip()) if tag.trims_before else tag.start
        end = len(text) - len(text[tag.end :].lstrip()) if tag.trims_after else tag.end
        out.append(tag._replace(start=start, end=end))
    return out


def _is_set_block(tag: Tag) -> bool:
    return tag.word == "set" and is_block(tag)


def _escaped(element: etree._Element) -> str:
    return escape(element.text or "", quote=False)


def _run(element: etree._Element) -> str:
    """A run of a rich text, its blanks kept."""
    for text in element.iterchildren(s("t")):
        text.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    made = etree.tostring(element, encoding="unicode", with_tail=False)
    return re.sub(r' xmlns(:\w+)?="[^"]*"', "", made)
