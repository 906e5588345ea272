"""a Gantt chart: what begins and ends on which day, drawn to scale under an axis of days, weeks or months."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bidkit.ooxml.drawing import GRID, INK, PALE_INK, STRIPE, Drawing, Shape, Words, edge_of, ink_on, words_height
from bidkit.ooxml.measure import measure_text
from bidkit.ooxml.values import EMU_PER_MM, Rendering, Site

_NAME_POINTS, _LABEL_POINTS = 8.5, 7.0
_NAME_SHARE = 0.38
_GAP_MM, _ROW_PADDING_MM, _TIER_MM, _BAR_MM = 2.0, 2.2, 4.6, 3.2
_BAND_MM = 6.0
_PAGE_SHARE = 0.86
"""The share of a page's height that one picture may take; its caption and the text above it need the rest."""
_SCALES = ((1, "day"), (7, "week"), (30, "month"), (90, "month"), (180, "month"), (360, "month"))
_UNIT_DAYS = {"day": 1, "week": 7, "month": 30}


@dataclass(frozen=True)
class Row:
    """A line of the chart: from its first day to the end of its last, or a mark at the end of one day."""

    name: str
    first: int
    last: int
    is_mark: bool = False

    @property
    def label(self) -> str:
        """Its days."""
        return str(self.last) if self.is_mark or self.first == self.last else f"{self.first}–{self.last}"


@dataclass(frozen=True)
class Gantt:
    """A Gantt chart as wide as the line; what does not fit on one page goes on in a second picture.

    Args:
        words: the headings `row`, `day`, `week`, `month`.
        color, mark_color: those of bars and marks (RRGGBB).
    """

    rows: tuple[Row, ...]
    words: dict[str, str]
    color: str
    mark_color: str = "C55A11"
    alt: str = ""

    def blocks(self, rendering: Rendering, site: Site) -> str:
        """A paragraph for each picture."""
        width, height = site.width / EMU_PER_MM, site.height / EMU_PER_MM
        return "".join(drawing.blocks(rendering, site) for drawing in self.draw(width, height))

    def draw(self, width: float, height: float) -> Iterator[Drawing]:
        """The pictures, in the printable width and height given in mm."""
        if not self.rows:
            return
        sheet = _Sheet(self, width)
        for rows in _share_out(sheet.heights, height * _PAGE_SHARE - sheet.head):
            yield sheet.draw([self.rows[place] for place in rows], [sheet.heights[place] for place in rows])


def _share_out(heights: Sequence[float], room: float) -> Iterator[range]:
    """Rows for as few pictures as hold them, of about the same height."""
    pictures = max(1, math.ceil(sum(heights) / max(room, max(heights))))
    while True:
        target, parts, start, used = sum(heights) / pictures, list[range](), 0, 0.0
        for place, height in enumerate(heights):
            if place > start and used + height / 2 > target and len(parts) < pictures - 1:
                parts.append(range(start, place))
                start, used = place, 0.0
            used += height
        parts.append(range(start, len(heights)))
        if pictures >= len(heights) or all(sum(heights[place] for place in part) <= room for part in parts):
            yield from parts
            return
        pictures += 1


class _Sheet:
    """What all pictures of a chart have in common: columns, scale, the height of each row."""

    def __init__(self, chart: Gantt, width: float) -> None:
        self.chart = chart
        self.width = width
        longest = max(measure_text(row.name, _NAME_POINTS) for row in chart.rows) * 1.08
        units = max(measure_text(chart.words[unit], _LABEL_POINTS) for unit in _UNIT_DAYS)
        heading = (measure_text(chart.words["row"], _LABEL_POINTS) + units) * 1.2
        self.names = min(max(longest, heading), width * _NAME_SHARE)
        self.left = self.names + _GAP_MM
        self.scale = max(width - self.left - _BAR_MM / 2, 1.0)  # a mark on the last day needs its half
        days = max(1, *(row.last for row in chart.rows))
        self.step, self.unit = choose_step(days, self.scale)
        self.bands = -(-days // self.step)
        self.head = _TIER_MM * (1 if self.unit == "day" else 2)
        self.heights = [
            max(words_height((Words(row.name, _NAME_POINTS),), self.names) + _ROW_PADDING_MM, _BAR_MM + _ROW_PADDING_MM)
            for row in chart.rows
        ]

    def at(self, day: int) -> float:
        """Where a day ends."""
        return self.left + self.scale * max(day, 0) / (self.bands * self.step)

    def draw(self, rows: Sequence[Row], heights: Sequence[float]) -> Drawing:
        bottom = self.head + sum(heights)
        shapes = []
        top = self.head
        for place, height in enumerate(heights):
            if place % 2:
                shapes.append(Shape(0, top, self.width, height, fill=STRIPE))
            top += height
        shapes += self.axis(bottom)
        top = self.head
        for row, height in zip(rows, heights, strict=True):
            words = (Words(row.name, _NAME_POINTS),)
            shapes += [Shape(0, top, self.names, height, words, align="left"), *self.row(row, top, height)]
            top += height
        return Drawing(self.width, bottom, tuple(shapes), self.chart.alt)

    def axis(self, bottom: float) -> Iterator[Shape]:
        """The heading: units with their numbers, and the day on which each ends; lines down to the bottom."""
        words = self.chart.words
        yield Shape(0, 0, self.names, self.head, (Words(words["row"], _LABEL_POINTS, PALE_INK, True),), align="left")
        tiers = [words[self.unit]] if self.unit == "day" else [words[self.unit], words["day"]]
        room = self.names - measure_text(words["row"], _LABEL_POINTS) * 1.2
        for tier, text in enumerate(tiers):
            label = (Words(text, _LABEL_POINTS, PALE_INK, True),)
            yield Shape(self.names - room, tier * _TIER_MM, room, _TIER_MM, label, align="right")
        for band in range(self.bands):
            left, right = self.at(band * self.step), self.at((band + 1) * self.step)
            text = _number_band(band, self.step, self.unit)
            yield Shape(left, 0, right - left, _TIER_MM, (Words(text, _LABEL_POINTS, PALE_INK),))
            if self.unit != "day":
                day = (Words(str((band + 1) * self.step), _LABEL_POINTS, PALE_INK),)
                yield Shape(left, _TIER_MM, right - left - 0.4, _TIER_MM, day, align="right")
        for band in range(self.bands + 1):
            yield Shape(self.at(band * self.step), 0, 0, bottom, outline=GRID, form="line")
        for height in (self.head, bottom):
            yield Shape(0, height, self.width, 0, outline=GRID, form="line")

    def row(self, row: Row, top: float, height: float) -> Iterator[Shape]:
        """A bar or a mark, and its days beside it."""
        left, right, half = self.at(row.first - 1), self.at(row.last), _BAR_MM / 2
        middle = top + height / 2
        if row.is_mark:
            color = self.chart.mark_color
            left, right = right - half, right + half
        else:
            color = self.chart.color
        form = "diamond" if row.is_mark else "rect"
        # The outline keeps what is shorter than a hair's breadth visible.
        yield Shape(left, middle - half, right - left, _BAR_MM, fill=color, outline=edge_of(color), form=form)
        needed = measure_text(row.label, _LABEL_POINTS) * 1.15 + 0.5
        if right + 1 + needed <= self.width:
            place, align, ink = right + 1, "left", INK
        elif left - 1 - needed >= self.left:
            place, align, ink = left - 1 - needed, "right", INK
        else:
            place, align, ink = (left + right - needed) / 2, "center", ink_on(color)
        yield Shape(place, top, needed, height, (Words(row.label, _LABEL_POINTS, ink),), align=align)


def choose_step(days: int, width: float) -> tuple[int, str]:
    """The days of a band of the axis, and the unit that the bands are counted in.

    Args:
        width: that of the axis in mm; what stands in the last band must fit into it.
    """
    step, unit = _SCALES[0]
    further = iter(_SCALES[1:])
    while (bands := -(-days // step)) > 1:
        texts = (_number_band(bands - 1, step, unit), str(bands * step))
        needed = max(measure_text(text, _LABEL_POINTS) for text in texts) + 0.6
        if width / bands >= max(_BAND_MM, needed):
            break
        step, unit = next(further, (step * 2, "month"))
    return step, unit


def _number_band(band: int, step: int, unit: str) -> str:
    """Which day, week or month a band is, or which months."""
    per = step // _UNIT_DAYS[unit]
    return str(band + 1) if per == 1 else f"{band * per + 1}–{(band + 1) * per}"
