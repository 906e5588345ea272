"""a native bar chart: amounts by name, with the workbook that Word opens to edit them."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache, partial
from itertools import pairwise

from bidkit.ooxml.drawing import GRID, INK, PALE_INK, edge_of, make_inline
from bidkit.ooxml.measure import count_lines, is_wide, line_height, measure_text
from bidkit.ooxml.opc import OFFICE_RELS, add_relationships, read_package, write_package
from bidkit.ooxml.properties import CORE, set_dates
from bidkit.ooxml.values import EMU_PER_MM, Rendering, Site, escape_text

_CHART = "http://schemas.openxmlformats.org/drawingml/2006/chart"
_A = "http://schemas.openxmlformats.org/drawingml/2006/main"
_CHART_TYPE = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_POINTS, _LEAST_POINTS = 8.5, 4.0
_NAME_SHARE, _PAGE_SHARE = 0.36, 0.84
_TITLE_MM, _ROW_MM, _ROW_PADDING_MM = 9.0, 7.5, 1.6
_VALUE_FORMAT = "#,##0.00"
_DAY = date(2000, 1, 1)
"""When every chart's sheet was made, so that equal charts are equal bytes."""


@dataclass(frozen=True)
class BarChart:
    """Horizontal bars as wide as the line, in the given order, each with its name before and its amount behind it.

    Args:
        items: names and amounts, none of them negative.
        title: what the amounts are, and their unit.
        color: that of the bars (RRGGBB).
    """

    items: tuple[tuple[str, Decimal], ...]
    title: str
    color: str
    alt: str = ""

    def blocks(self, rendering: Rendering, site: Site) -> str:
        """A paragraph that holds the chart; nothing without items."""
        if not self.items:
            return ""
        width, limit = site.width / EMU_PER_MM, site.height / EMU_PER_MM * _PAGE_SHARE
        names = min(max(measure_text(name, _POINTS) for name, _ in self.items) * 1.1 + 2, width * _NAME_SHARE)
        lines = [count_lines(name, _POINTS, names) for name, _ in self.items]
        most = max((above + below) / 2 for above, below in pairwise([*lines, 1]))  # two neighbours share their rows
        row = max(_ROW_MM, most * line_height(_POINTS) + _ROW_PADDING_MM)
        natural = _TITLE_MM + row * len(self.items)
        height = min(natural, limit)
        points = max(_POINTS * height / natural, _LEAST_POINTS)
        content = self.print_part(names / width, _TITLE_MM / height, self._reach(width - names), points)
        rid = _add_chart(rendering, content, partial(_make_workbook, self.title, self.items))
        graphic = (
            f'<a:graphic xmlns:a="{_A}"><a:graphicData uri="{_CHART}"><c:chart xmlns:c="{_CHART}" '
            f'xmlns:r="{OFFICE_RELS}" r:id="{rid}"/></a:graphicData></a:graphic>'
        )
        return f"{site.begin}<w:r>{make_inline(rendering, width, height, self.alt, graphic)}</w:r>{site.end}"

    def _reach(self, room: float) -> Decimal:
        """Where the axis ends, so that the amount behind the longest bar has its place."""
        label = max(measure_text(f"{amount:,.2f}", _POINTS) for _, amount in self.items) * 1.15 + 3
        share = max(0.3, 1 - label / room)
        return max(*(amount for _, amount in self.items), Decimal(1)) / Decimal(str(round(share, 4)))

    def print_part(self, left: float, top: float, reach: Decimal, points: float) -> str:
        """The chart part.

        Args:
            left, top: the shares of width and height that the names and the title take.
            reach: the amount at the right edge.
            points: the size of names and amounts.
        """
        # LibreOffice wraps Chinese names only where the text is said to be Chinese.
        language = "zh-CN" if any(is_wide(character) for name, _ in self.items for character in name) else "en-US"
        text = _print_text_look(points, language)
        amounts = _print_text_look(points, language, "none")
        return (
            f'{_XML}<c:chartSpace xmlns:c="{_CHART}" xmlns:a="{_A}" xmlns:r="{OFFICE_RELS}"><c:date1904 val="0"/>'
            f'<c:roundedCorners val="0"/><c:chart>{_print_title(self.title, language)}<c:autoTitleDeleted val="0"/>'
            '<c:plotArea><c:layout><c:manualLayout><c:layoutTarget val="inner"/><c:xMode val="edge"/>'
            f'<c:yMode val="edge"/><c:x val="{left:.4f}"/><c:y val="{top:.4f}"/><c:w val="{1 - left:.4f}"/>'
            f'<c:h val="{1 - top:.4f}"/></c:manualLayout></c:layout><c:barChart><c:barDir val="bar"/>'
            f'<c:grouping val="clustered"/><c:varyColors val="0"/>{self._print_series(amounts)}<c:gapWidth val="70"/>'
            f'<c:axId val="1001"/><c:axId val="1002"/></c:barChart>{_print_axes(reach, text)}</c:plotArea>'
            '<c:plotVisOnly val="1"/><c:dispBlanksAs val="gap"/></c:chart>'
            f"<c:spPr><a:noFill/><a:ln><a:noFill/></a:ln></c:spPr>{text}"
            '<c:externalData r:id="rId1"><c:autoUpdate val="0"/></c:externalData></c:chartSpace>'
        )

    def _print_series(self, text: str) -> str:
        """The bars: where their names and amounts stand in the workbook, and what these are."""
        last, count = len(self.items) + 1, f'<c:ptCount val="{len(self.items)}"/>'
        names = "".join(_print_point(place, escape_text(name)) for place, (name, _) in enumerate(self.items))
        values = "".join(_print_point(place, f"{amount:.2f}") for place, (_, amount) in enumerate(self.items))
        return (
            '<c:ser><c:idx val="0"/><c:order val="0"/><c:tx><c:strRef><c:f>Sheet1!$B$1</c:f><c:strCache>'
            f'<c:ptCount val="1"/>{_print_point(0, escape_text(self.title))}</c:strCache></c:strRef></c:tx>'
            f'<c:spPr>{_solid(self.color)}<a:ln w="6350">{_solid(edge_of(self.color))}</a:ln></c:spPr>'
            '<c:invertIfNegative val="0"/>'
            f'<c:dLbls><c:numFmt formatCode="{_VALUE_FORMAT}" sourceLinked="0"/><c:spPr><a:noFill/></c:spPr>'
            f'{text}<c:dLblPos val="outEnd"/><c:showLegendKey val="0"/><c:showVal val="1"/>'
            '<c:showCatName val="0"/><c:showSerName val="0"/><c:showPercent val="0"/><c:showBubbleSize val="0"/>'
            f"</c:dLbls><c:cat><c:strRef><c:f>Sheet1!$A$2:$A${last}</c:f><c:strCache>{count}{names}</c:strCache>"
            f"</c:strRef></c:cat><c:val><c:numRef><c:f>Sheet1!$B$2:$B${last}</c:f><c:numCache>"
            f"<c:formatCode>{_VALUE_FORMAT}</c:formatCode>{count}{values}</c:numCache></c:numRef></c:val></c:ser>"
        )


def _print_title(title: str, language: str) -> str:
    fonts = [_font(tag, PALE_INK, _POINTS, language) for tag in ("defRPr", "rPr")]
    return (
        f"<c:title><c:tx><c:rich><a:bodyPr/><a:p><a:pPr>{fonts[0]}</a:pPr><a:r>{fonts[1]}"
        f'<a:t>{escape_text(title)}</a:t></a:r></a:p></c:rich></c:tx><c:overlay val="0"/></c:title>'
    )


def _print_axes(reach: Decimal, text: str) -> str:
    """Names from the top down; the axis of amounts is not shown, for every bar has its amount."""
    return (
        '<c:catAx><c:axId val="1001"/><c:scaling><c:orientation val="maxMin"/></c:scaling><c:delete val="0"/>'
        '<c:axPos val="l"/><c:numFmt formatCode="General" sourceLinked="0"/><c:majorTickMark val="none"/>'
        f'<c:minorTickMark val="none"/><c:tickLblPos val="low"/><c:spPr><a:ln w="6350">{_solid(GRID)}</a:ln></c:spPr>'
        f'{text}<c:crossAx val="1002"/><c:crosses val="autoZero"/><c:auto val="0"/><c:lblAlgn val="ctr"/>'
        '<c:lblOffset val="50"/><c:tickLblSkip val="1"/><c:noMultiLvlLbl val="1"/></c:catAx>'
        '<c:valAx><c:axId val="1002"/><c:scaling><c:orientation val="minMax"/>'
        f'<c:max val="{reach:.2f}"/><c:min val="0"/></c:scaling><c:delete val="1"/><c:axPos val="t"/>'
        f'<c:numFmt formatCode="{_VALUE_FORMAT}" sourceLinked="0"/><c:majorTickMark val="none"/>'
        '<c:minorTickMark val="none"/><c:tickLblPos val="nextTo"/><c:crossAx val="1001"/>'
        '<c:crosses val="autoZero"/><c:crossBetween val="between"/></c:valAx>'
    )


def _print_point(place: int, text: str) -> str:
    return f'<c:pt idx="{place}"><c:v>{text}</c:v></c:pt>'


def _solid(color: str) -> str:
    return f'<a:solidFill><a:srgbClr val="{color}"/></a:solidFill>'


def _font(tag: str, color: str, points: float, language: str) -> str:
    return f'<a:{tag} lang="{language}" sz="{round(points * 100)}" b="0">{_solid(color)}</a:{tag}>'


def _print_text_look(points: float, language: str, wrap: str = "square") -> str:
    font, end = _font("defRPr", INK, points, language), f'<a:endParaRPr lang="{language}"/>'
    return f'<c:txPr><a:bodyPr rot="0" vert="horz" wrap="{wrap}"/><a:p><a:pPr>{font}</a:pPr>{end}</a:p></c:txPr>'


def _add_chart(rendering: Rendering, content: str, workbook: Callable[[], bytes]) -> str:
    """The relationship of a new chart part, which has a workbook; no two charts share a part."""
    name = f"{hashlib.sha256(content.encode()).hexdigest()[:12]}-{rendering.drawing_id()}"
    rendering.add_part(f"word/embeddings/{name}.xlsx", workbook)
    target = {"rId1": (f"{OFFICE_RELS}/package", f"../embeddings/{name}.xlsx", False)}
    rendering.add_part(f"word/charts/_rels/{name}.xml.rels", add_relationships(None, target))
    rendering.add_part(f"word/charts/{name}.xml", content.encode(), _CHART_TYPE)
    return rendering.relate("chart", f"charts/{name}.xml")


@lru_cache(maxsize=16)
def _make_workbook(title: str, items: tuple[tuple[str, Decimal], ...]) -> bytes:
    """The sheet that the chart shows, the same bytes for the same items."""
    import openpyxl

    book = openpyxl.Workbook()
    book.properties.creator = ""
    sheet = book.create_sheet("Sheet1")
    book.remove(book.worksheets[0])
    for letter in "AB":
        sheet.column_dimensions[letter].width = 24
    rows: list[tuple[str, str | Decimal]] = [("", title), *items]
    for row, cells in enumerate(rows, 1):
        for column, value in enumerate(cells, 1):
            cell = sheet.cell(row, column, value)
            if isinstance(value, str):
                cell.data_type = "s"  # whatever it begins with
            else:
                cell.number_format = _VALUE_FORMAT
    buffer = io.BytesIO()
    book.save(buffer)
    package, problems = read_package(buffer.getvalue(), "chart.xlsx")
    if package is None:
        raise AssertionError(f"{problems}")
    return write_package(package.replace({CORE: set_dates(package[CORE], _DAY)}))
