"""heights of rows whose text wraps: estimated from column widths, because programs other than Excel do not fit them."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import unescape

from lxml import etree

from bidkit.ooxml.measure import is_wide, measure_text
from bidkit.ooxml.sheet.formula import column_letters, column_number
from bidkit.ooxml.sheet.tree import s

_DEFAULT_WIDTH, _DEFAULT_HEIGHT, _DEFAULT_SIZE = 8.43, 15.0, 11.0
_LINE = 1.36
"""The height of a line in sizes of its font."""
_BROAD_LINE = 1.46
"""That of a line of Chinese, by the fonts that stand in for those of Windows."""
_DIGIT = measure_text("0", 1)
_MARGIN = 0.8
"""What is lost of a column's width at the edges of its cells, in digits."""
_INDENT = 1.3
"""What a step of indent takes of it."""
_BOLD = 1.03
"""How much wider bold letters are."""
_MAX_HEIGHT = 409.0
_TAG = re.compile(r"<[^>]*>")
_TOKEN = re.compile(r"\s+|[^\s\u2e80-\uffef]+|.")
_AREA = re.compile(r"([A-Z]+)(\d+):([A-Z]+)(\d+)")


_INSIDE = re.compile(r"[^>]*(?<!/)>(.*?)</c>", re.DOTALL)
"""The rest of a cell's opening tag, and what stands in it."""


@dataclass(frozen=True)
class Wrapped:
    """A cell whose text wraps: its column, the digits that fit into a line, the height of a line in points."""

    column: str
    room: float
    line: float


@dataclass(frozen=True)
class RowFit:
    """What the height of a row depends on: the cells that wrap, and the least that it has."""

    cells: tuple[Wrapped, ...]
    least: float

    def fit(self, row: str, number: int) -> str:
        """The height of a finished row, given as its XML."""
        height = self.least
        for cell in self.cells:
            tag = f'<c r="{cell.column}{number}"'
            start = row.find(tag)
            found = _INSIDE.match(row, start + len(tag)) if start >= 0 else None
            if found:
                height = max(height, fit_text(unescape(_TAG.sub("", found.group(1))), cell))
        return f"{min(height, _MAX_HEIGHT):g}"


@lru_cache(maxsize=4096)
def fit_text(text: str, cell: Wrapped) -> float:
    """The height that a text takes in a cell, in points, to the quarters of a pixel row that Excel counts in."""
    is_broad = any(map(is_wide, text))
    line = cell.line * _BROAD_LINE / _LINE if is_broad else cell.line
    lines = sum(_count_lines(part, cell.room, is_broad) for part in text.split("\n"))
    return math.ceil(lines * line / 0.75) * 0.75


def _count_lines(text: str, room: float, is_broad: bool) -> int:
    """How many lines a paragraph takes: whole words, Chinese between any two characters.

    In a Chinese font every letter is as wide as a digit, in all others a capital is wider and an i narrower.
    """
    lines, used = 1, 0.0
    for token in _TOKEN.findall(text):
        width = len(token) + sum(map(is_wide, token)) if is_broad else measure_text(token, 1) / _DIGIT
        if used and used + width > room and not token.isspace():
            lines, used = lines + 1, 0.0
        used += width
        while used > room and not token.isspace():
            lines, used = lines + 1, used - room
    return lines


class Fitter:
    """The widths and formats of a sheet that decide about the heights of its rows."""

    def __init__(self, sheet: etree._Element, styles: etree._Element | None) -> None:
        self.widths: dict[int, float] = {}
        settings = sheet.find(s("sheetFormatPr"))
        facts: Mapping[str, str] = {} if settings is None else {str(key): str(item) for key, item in settings.items()}
        self.default_width = float(facts.get("defaultColWidth", _DEFAULT_WIDTH))
        self.default_height = float(facts.get("defaultRowHeight", _DEFAULT_HEIGHT))
        for item in sheet.iter(s("col")):
            for column in range(int(item.get("min", "1")), min(int(item.get("max", "1")), 16_384) + 1):
                self.widths[column] = float(item.get("width", self.default_width))
        areas = (_AREA.fullmatch(item.get("ref", "")) for item in sheet.iter(s("mergeCell")))
        self.merged = {f"{area.group(1)}{area.group(2)}": area.groups() for area in areas if area}
        self.formats = [] if styles is None else list(styles.iterfind(f"{s('cellXfs')}/{s('xf')}"))
        self.fonts = [] if styles is None else list(styles.iterfind(f"{s('fonts')}/{s('font')}"))
        normal = None if styles is None else styles.find(f"{s('cellStyleXfs')}/{s('xf')}")
        self.unit = self.size_of(0 if normal is None else int(normal.get("fontId", "0")))

    def read(self, cells: Sequence[tuple[etree._Element, str, int]], texts: Mapping[str, str]) -> RowFit | None:
        """What the height of a row depends on; None if no cell in it wraps that changes.

        Args:
            texts: by cell, those that stay as they are.
        """
        wrapped, least = [], self.default_height
        for cell, name, column in cells:
            size, wraps, indent, breadth = self.look(cell.get("s", "0"))
            least = max(least, math.ceil(size * _LINE / 0.75) * 0.75)
            width = self.width_of(name, column)
            if wraps and width:
                room = max(1.0, (width - _MARGIN - indent * _INDENT) * self.unit / size / breadth)
                found = Wrapped(column_letters(column), room, size * _LINE)
                if name in texts:
                    least = max(least, fit_text(texts[name], found))
                else:
                    wrapped.append(found)
        return RowFit(tuple(wrapped), least) if wrapped else None

    def size_of(self, font: int) -> float:
        """The size of a font. Widths of columns count digits of the one that the normal style has."""
        size = self.fonts[font].find(s("sz")) if 0 <= font < len(self.fonts) else None
        return _DEFAULT_SIZE if size is None else max(1.0, float(size.get("val", _DEFAULT_SIZE)))

    def look(self, style: str) -> tuple[float, bool, int, float]:
        """The size of a format's font, whether its text wraps, how far it is indented, how broad its letters are."""
        number = int(style)
        if not 0 <= number < len(self.formats):
            return _DEFAULT_SIZE, False, 0, 1.0
        found = self.formats[number]
        alignment, font = found.find(s("alignment")), int(found.get("fontId", "0"))
        bold = self.fonts[font].find(s("b")) if 0 <= font < len(self.fonts) else None
        wraps = alignment is not None and alignment.get("wrapText") in ("1", "true")
        indent = 0 if alignment is None else int(alignment.get("indent", "0"))
        is_bold = bold is not None and bold.get("val", "1") not in ("0", "false")
        return self.size_of(font), wraps, indent, _BOLD if is_bold else 1.0

    def width_of(self, name: str, column: int) -> float:
        """The width of a cell, of all its columns if it is merged; 0 if it takes more rows than one."""
        first, last = column, column
        if name in self.merged:
            _, top, end, bottom = self.merged[name]
            if top != bottom:
                return 0
            last = column_number(end)
        return sum(self.widths.get(number, self.default_width) for number in range(first, last + 1))
