"""a tree of boxes from the top down: who stands under whom; branches hang in columns, rows of them wrap."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bidkit.ooxml.drawing import INK, PALE_INK, Drawing, Shape, Words, edge_of, ink_on, mix, words_height
from bidkit.ooxml.values import EMU_PER_MM, Rendering, Site

_LABEL_POINTS, _NAME_POINTS = 7.5, 9.0
_PADDING_MM, _GAP_MM, _LEVEL_GAP_MM, _HANG_GAP_MM, _INDENT_MM, _SPINE_MM = 1.0, 4.0, 7.0, 2.2, 4.0, 4.0
_MOST_COLUMNS, _BROADEST_MM, _TALL_MM = 6, 42.0, 100.0
_PAGE_SHARE = 0.84
_SIZES = (1.0, 0.92, 0.84, 0.76, 0.68, 0.6, 0.5)
"""What the chart is shrunk to, step by step, until it fits on a page."""


@dataclass(frozen=True)
class Box:
    """A box of the tree: a small label above a name, and the position of the box that it stands under."""

    label: str
    name: str
    under: int | None = None


@dataclass(frozen=True)
class Hierarchy:
    """An organisation chart as wide as the line at most; its first box without `under` is the top of all.

    Args:
        boxes: in the order in which they are drawn; every chain of `under` ends at the top.
        color: that of the top box (RRGGBB); the others are tinted.
    """

    boxes: tuple[Box, ...]
    color: str
    alt: str = ""

    def blocks(self, rendering: Rendering, site: Site) -> str:
        """A paragraph for each picture; nothing without boxes."""
        width, height = site.width / EMU_PER_MM, site.height / EMU_PER_MM
        return "".join(drawing.blocks(rendering, site) for drawing in self.draw(width, height))

    def draw(self, width: float, height: float) -> Iterator[Drawing]:
        """The picture, in the printable width and height given in mm.

        A tree that no size brings onto one page goes on, branch by branch, in pictures of their own.
        """
        if not self.boxes:
            return
        layouts = (_Layout(self, width, size) for size in _SIZES)
        layout = next((layout for layout in layouts if layout.height <= height * _PAGE_SHARE), None)
        top = next(place for place, box in enumerate(self.boxes) if box.under is None)
        branches = [place for place, box in enumerate(self.boxes) if box.under == top]
        if layout is None and len(branches) + 1 < len(self.boxes):
            yield from self._pick([top, *branches]).draw(width, height)
            for branch in branches:
                if len(places := self._list_under(branch)) > 1:
                    yield from self._pick(places).draw(width, height)
            return
        layout = layout or _Layout(self, width, _SIZES[-1])
        yield Drawing(layout.width, layout.height, tuple(layout.lines + layout.shapes), self.alt)

    def _list_under(self, top: int) -> list[int]:
        """A box and all that stand under it."""
        below = [place for place, box in enumerate(self.boxes) if box.under == top]
        return [top, *(place for child in below for place in self._list_under(child))]

    def _pick(self, places: Sequence[int]) -> Hierarchy:
        """A tree of some of the boxes, of which the first is the top."""
        new = {place: number for number, place in enumerate(places)}
        boxes = tuple(replace(self.boxes[place], under=new.get(self.boxes[place].under or 0)) for place in places)
        return replace(self, boxes=(replace(boxes[0], under=None), *boxes[1:]))


class _Layout:
    """The tree at one size; all lengths in mm."""

    def __init__(self, chart: Hierarchy, width: float, size: float) -> None:
        self.chart = chart
        self.size = size
        self.lines: list[Shape] = []
        self.shapes: list[Shape] = []
        self.under: dict[int | None, list[int]] = {}
        for place, box in enumerate(chart.boxes):
            self.under.setdefault(box.under, []).append(place)
        top = self.under[None][0]
        branches = self.under.get(top, [])
        self.rows = _cut(branches, -(-len(branches) // _MOST_COLUMNS))
        self.spine = _SPINE_MM * size if len(self.rows) > 1 else 0.0
        self.columns = dict.fromkeys(branches, 1)
        self._fit(width)
        while len(self.rows) == 1 and sum(self.columns.values()) < _MOST_COLUMNS:
            tallest = max(branches, key=self._measure_below)
            if self._measure_below(tallest) < _TALL_MM or len(self._below(tallest)) <= self.columns[tallest]:
                break
            self.columns[tallest] += 1
            self._fit(width)
        self.width = min(width, self.spine + self._broadest() * (self.box + self.gap) - self.gap)
        self.height = self._draw(top)

    def _fit(self, width: float) -> None:
        """The width of a box, such that the broadest row fills the line."""
        self.gap = _GAP_MM * self.size
        columns = self._broadest()
        self.box = min(_BROADEST_MM, (width - self.spine - (columns - 1) * self.gap) / columns)
        deepest = max((self._depth(branch) for branch in self.columns), default=0)
        self.indent = min(_INDENT_MM * self.size, self.box * 0.4 / max(deepest, 1))

    def _broadest(self) -> int:
        return max((sum(self.columns[branch] for branch in row) for row in self.rows), default=1)

    def _below(self, place: int) -> list[int]:
        return self.under.get(place, [])

    def _depth(self, place: int) -> int:
        return max((1 + self._depth(child) for child in self._below(place)), default=0)

    def _words(self, place: int, level: int) -> tuple[Words, ...]:
        box, is_top = self.chart.boxes[place], level == 0
        ink = ink_on(self.chart.color) if is_top else INK
        pale = ink if is_top else PALE_INK
        words = [Words(box.label, _LABEL_POINTS * self.size, pale)] if box.label else []
        return (*words, Words(box.name, _NAME_POINTS * self.size, ink, level < 2))

    def _box_height(self, place: int, level: int, width: float) -> float:
        inner = max(width - 2 * _PADDING_MM * self.size, 1.0)
        return words_height(self._words(place, level), inner) + 2 * _PADDING_MM * self.size

    def _measure_below(self, branch: int) -> float:
        """The height of all that hangs from a branch."""
        lead = _LEVEL_GAP_MM * self.size if self.columns[branch] > 1 else 0.0
        columns = self._split(branch)
        return lead + max((sum(self._hanging(child, 2) for child in column) for column in columns), default=0.0)

    def _split(self, branch: int) -> list[list[int]]:
        """What stands directly under a branch, by columns."""
        children = self._below(branch)
        return _cut_even(children, [self._hanging(child, 2) for child in children], self.columns[branch])

    def _hanging(self, place: int, level: int) -> float:
        """The height of a box in a column, with the gap above it and all that hangs from it."""
        width = self.box - self.indent * (level - 1)
        own = _HANG_GAP_MM * self.size + self._box_height(place, level, width)
        return own + sum(self._hanging(child, level + 1) for child in self._below(place))

    # drawing

    def _draw(self, top: int) -> float:
        """Draw everything; how high it is."""
        height = self._box_height(top, 0, self.box)
        middle = self.spine + (self.width - self.spine) / 2
        self._put(top, 0, middle - self.box / 2, 0, self.box, height)
        gap = _LEVEL_GAP_MM * self.size
        bottom, bus = height, height + gap / 2
        for number, row in enumerate(self.rows):
            y = bottom + gap
            tall = max(self._box_height(branch, 1, self.box) for branch in row)
            centers = self._draw_row(row, y, tall)
            reached = [*centers, *([middle] if number == 0 else []), *([self.spine / 2] if self.spine else [])]
            self._line(min(reached), y - gap / 2, max(reached), y - gap / 2)
            for center in centers:
                self._line(center, y - gap / 2, center, y)
            if number == 0:
                self._line(middle, height, middle, bus)
            elif number == len(self.rows) - 1:
                self._line(self.spine / 2, bus, self.spine / 2, y - gap / 2)
            bottom = y + tall + max(self._measure_below(branch) for branch in row)
        return bottom

    def _draw_row(self, row: Sequence[int], y: float, height: float) -> list[float]:
        """Branches side by side, whose first boxes have one height; the middle of each."""
        taken = sum(self.columns[branch] for branch in row) * (self.box + self.gap) - self.gap
        x = self.spine if self.spine else (self.width - taken) / 2
        centers = []
        for branch in row:
            columns = self.columns[branch]
            middle = x + (columns * (self.box + self.gap) - self.gap) / 2
            centers.append(middle)
            self._put(branch, 1, middle - self.box / 2, y, self.box, height)
            self._draw_below(branch, x, middle, y + height)
            x += columns * (self.box + self.gap)
        return centers

    def _draw_below(self, branch: int, x: float, middle: float, y: float) -> None:
        """What hangs from a branch: in one column under its box, or in several under a bus."""
        if self.columns[branch] == 1:
            self._hang(self._below(branch), 2, x, y)
            return
        parts = self._split(branch)
        bus = y + _LEVEL_GAP_MM * self.size / 2
        spines = [x + place * (self.box + self.gap) + self.indent / 2 for place in range(len(parts))]
        self._line(middle, y, middle, bus)
        self._line(min(spines[0], middle), bus, max(spines[-1], middle), bus)
        for spine, part in zip(spines, parts, strict=True):
            self._line(spine, bus, spine, y + _LEVEL_GAP_MM * self.size)
            self._hang(part, 2, spine - self.indent / 2, y + _LEVEL_GAP_MM * self.size)

    def _hang(self, children: Sequence[int], level: int, x: float, y: float) -> float:
        """Boxes one below the other at the right of a line that begins at y; where the last of them ends."""
        spine, start, last = x + self.indent / 2, y, y
        width = self.box - self.indent * (level - 1)
        for child in children:
            top = y + _HANG_GAP_MM * self.size
            height = self._box_height(child, level, width)
            last = top + height / 2
            self._line(spine, last, x + self.indent, last)
            self._put(child, level, x + self.indent, top, width, height)
            y = self._hang(self._below(child), level + 1, x + self.indent, top + height)
        if children:
            self._line(spine, start, spine, last)
        return y

    def _put(self, place: int, level: int, x: float, y: float, width: float, height: float) -> None:
        fill = self.chart.color if level == 0 else mix(self.chart.color, 0.14) if level == 1 else "FFFFFF"
        outline = mix(edge_of(self.chart.color), 1 if level < 2 else 0.55)
        padding = _PADDING_MM * self.size
        self.shapes.append(Shape(x, y, width, height, self._words(place, level), fill, outline, padding=padding))

    def _line(self, left: float, top: float, right: float, bottom: float) -> None:
        color = mix(edge_of(self.chart.color), 0.7)
        self.lines.append(Shape(left, top, right - left, bottom - top, outline=color, form="line"))


def _cut(items: Sequence[int], count: int) -> list[list[int]]:
    """Items in so many rows of about the same length, the longer ones first."""
    size = -(-len(items) // count) if count else 1
    return [list(items[start : start + size]) for start in range(0, len(items), size)]


def _cut_even(items: Sequence[int], heights: Sequence[float], count: int) -> list[list[int]]:
    """Items in at most so many columns, each in order, of about the same height."""
    parts: list[list[int]] = []
    target, used = sum(heights) / count, 0.0
    for item, height in zip(items, heights, strict=True):
        if not parts or (used + height / 2 > target * len(parts) and len(parts) < count):
            parts.append([])
        parts[-1].append(item)
        used += height
    return parts
