"""vector pictures: shapes and their texts as one group, which Word, WPS and LibreOffice draw sharply and can edit."""

from __future__ import annotations

from dataclasses import dataclass

from bidkit.characters import UNWRITABLE
from bidkit.ooxml.measure import LINE_FACTOR, count_lines, line_height
from bidkit.ooxml.values import EMU_PER_MM, Rendering, Site, quote, run

_MS_WORD = "http://schemas.microsoft.com/office/word/2010"
_WPG, _WPS = f"{_MS_WORD}/wordprocessingGroup", f"{_MS_WORD}/wordprocessingShape"
_MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"
_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006"
_A, _WP = f"{_DRAWING}/main", f"{_DRAWING}/wordprocessingDrawing"
INK, PALE_INK, GRID, STRIPE = "262626", "595959", "D0D5DB", "F4F6F9"
_FINE_POINTS = 0.5
_EMU_PER_POINT = 12_700
_BOLD = 1.06
"""How much wider bold text is."""


@dataclass(frozen=True)
class Words:
    """A paragraph of a shape: its text, and its font's size in points."""

    text: str
    size: float
    color: str = INK
    is_bold: bool = False


@dataclass(frozen=True)
class Shape:
    """A box, a line or a mark, with paragraphs in it; lengths in mm from the picture's upper left corner.

    Args:
        form: a preset of DrawingML: `rect`, `diamond`, `line` …
        fill, outline: colours (RRGGBB), or nothing.
        align: where its lines stand: left, center, right; they are always in the middle of its height.
        padding: the space between its sides and its lines.
    """

    x: float
    y: float
    width: float
    height: float
    words: tuple[Words, ...] = ()
    fill: str = ""
    outline: str = ""
    form: str = "rect"
    align: str = "center"
    padding: float = 0


@dataclass(frozen=True)
class Drawing:
    """A vector picture in a line of text; width and height in mm, `alt` says what it shows."""

    width: float
    height: float
    shapes: tuple[Shape, ...]
    alt: str = ""

    def blocks(self, rendering: Rendering, site: Site) -> str:
        """A paragraph of the tag's own properties that holds the picture."""
        extent = f'cx="{_emu(self.width)}" cy="{_emu(self.height)}"'
        inside = "".join(_print_shape(shape, rendering) for shape in self.shapes)
        group = (
            f'<a:graphic xmlns:a="{_A}"><a:graphicData uri="{_WPG}"><wpg:wgp xmlns:wps="{_WPS}"><wpg:cNvGrpSpPr/>'
            f'<wpg:grpSpPr><a:xfrm><a:off x="0" y="0"/><a:ext {extent}/><a:chOff x="0" y="0"/><a:chExt {extent}/>'
            f"</a:xfrm></wpg:grpSpPr>{inside}</wpg:wgp></a:graphicData></a:graphic>"
        )
        drawing = make_inline(rendering, self.width, self.height, self.alt, group)
        return (
            f'{site.begin}<w:r><mc:AlternateContent xmlns:mc="{_MC}"><mc:Choice xmlns:wpg="{_WPG}" Requires="wpg">'
            f"{drawing}</mc:Choice></mc:AlternateContent></w:r>{site.end}"
        )


def make_inline(rendering: Rendering, width: float, height: float, alt: str, graphic: str) -> str:
    """A `w:drawing` in a line of text: an `a:graphic` of a width and height in mm."""
    number = rendering.drawing_id()
    return (
        f'<w:drawing><wp:inline xmlns:wp="{_WP}" distT="0" distB="0" distL="0" distR="0">'
        f'<wp:extent cx="{_emu(width)}" cy="{_emu(height)}"/>'
        f'<wp:docPr id="{number}" name="Chart {number}" descr={quote(UNWRITABLE.sub("", alt))}/>'
        f"<wp:cNvGraphicFramePr/>{graphic}</wp:inline></w:drawing>"
    )


def words_height(words: tuple[Words, ...], width: float) -> float:
    """The height in mm that paragraphs take in a width."""
    return sum(
        count_lines(item.text, item.size * (_BOLD if item.is_bold else 1), width) * line_height(item.size)
        for item in words
    )


def mix(color: str, share: float) -> str:
    """A colour with white: 1 is the colour itself, 0 is white."""
    parts = (int(color[at : at + 2], 16) for at in (0, 2, 4))
    return "".join(f"{round(255 - (255 - part) * share):02X}" for part in parts)


def ink_on(color: str) -> str:
    """The colour of text that is readable on a colour."""
    return "FFFFFF" if _brightness(color) < 150 else INK


def edge_of(color: str) -> str:
    """The colour of the lines around and between shapes of a colour: itself, if it can be seen on paper."""
    return color if _brightness(color) < 200 else PALE_INK


def _brightness(color: str) -> float:
    red, green, blue = (int(color[at : at + 2], 16) for at in (0, 2, 4))
    return 0.299 * red + 0.587 * green + 0.114 * blue


def _emu(length: float) -> int:
    return round(length * EMU_PER_MM)


def _print_shape(shape: Shape, rendering: Rendering) -> str:
    number = rendering.drawing_id()
    fill = _solid(shape.fill) if shape.fill else "<a:noFill/>"
    line = _solid(shape.outline) if shape.outline else "<a:noFill/>"
    content = "".join(_print_words(words, shape.align, rendering) for words in shape.words)
    text = f"<wps:txbx><w:txbxContent>{content}</w:txbxContent></wps:txbx>" if content else ""
    return (
        f'<wps:wsp><wps:cNvPr id="{number}" name="Shape {number}"/><wps:cNvSpPr/><wps:spPr>'
        f'<a:xfrm><a:off x="{_emu(shape.x)}" y="{_emu(shape.y)}"/>'
        f'<a:ext cx="{_emu(shape.width)}" cy="{_emu(shape.height)}"/></a:xfrm>'
        f'<a:prstGeom prst="{shape.form}"><a:avLst/></a:prstGeom>{fill}'
        f'<a:ln w="{int(_FINE_POINTS * _EMU_PER_POINT)}">{line}</a:ln></wps:spPr>{text}'
        f'<wps:bodyPr wrap="square" lIns="{_emu(shape.padding)}" tIns="0" rIns="{_emu(shape.padding)}" bIns="0" '
        'anchor="ctr"><a:noAutofit/></wps:bodyPr></wps:wsp>'
    )


def _solid(color: str) -> str:
    return f'<a:solidFill><a:srgbClr val="{color}"/></a:solidFill>'


def _print_words(words: Words, align: str, rendering: Rendering) -> str:
    """A paragraph whose lines have the height that `measure` counts with, whatever its style says."""
    style = rendering.styles.find("paragraph", "Table Text")
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    size = round(words.size * 2)
    properties = (
        f'<w:pPr>{named}<w:keepNext w:val="0"/><w:snapToGrid w:val="0"/>'
        f'<w:spacing w:before="0" w:after="0" w:line="{round(words.size * LINE_FACTOR * 20)}" w:lineRule="exact"/>'
        f'<w:ind w:left="0" w:right="0" w:firstLineChars="0" w:firstLine="0"/><w:jc w:val="{align}"/></w:pPr>'
    )
    bold = "<w:b/>" if words.is_bold else ""
    look = f'<w:rPr>{bold}<w:color w:val="{words.color}"/><w:sz w:val="{size}"/><w:szCs w:val="{size}"/></w:rPr>'
    return f"<w:p>{properties}{run(words.text, look)}</w:p>"
