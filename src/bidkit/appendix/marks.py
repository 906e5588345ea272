"""watermarks: a text written over pictures and PDF pages of copies, again and again, so that it cannot be cut off.

In pictures it is part of the pixels; in PDFs it lies over the page as a stencil, and what the page holds stays vector.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pikepdf import Pdf
    from PIL.Image import Image
    from PIL.ImageFont import FreeTypeFont

_FONTS = (
    "NotoSansCJK-Regular.ttc",
    "NotoSansSC-Regular.otf",
    "NotoSansCJKsc-Regular.otf",
    "SourceHanSansSC-Regular.otf",
    "wqy-zenhei.ttc",
    "wqy-microhei.ttc",
    "msyh.ttc",
    "simhei.ttf",
    "simsun.ttc",
    "PingFang.ttc",
    "Hiragino Sans GB.ttc",
)
"""Fonts with Chinese characters, by the files in which systems have them."""
_FOLDERS = (
    *("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts"),
    *("/System/Library/Fonts", "/Library/Fonts", "~/Library/Fonts", "C:/Windows/Fonts"),
)
_CHINESE_FACE = {"NotoSansCJK-Regular.ttc": 2}
"""Which face of a collection is the one for simplified Chinese."""
_ENDS = "，。、；：？！）】》」』”’%"
_STENCIL_DPI = 100
_MAX_SIDE = 4000


@dataclass(frozen=True)
class Mark:
    """A watermark.

    Args:
        color: RRGGBB.
        angle: in degrees, against the clock.
        opacity: from 0 to 1.
    """

    text: str
    color: str
    angle: int
    opacity: float

    @property
    def rgb(self) -> tuple[int, int, int]:
        """The colour's parts."""
        red, green, blue = bytes.fromhex(self.color)
        return red, green, blue


def find_font() -> Path | None:
    """A font file with Chinese characters, if the system has one of those that are known."""
    return _find_font(tuple(str(Path(folder).expanduser()) for folder in _FOLDERS))


@lru_cache(maxsize=4)
def _find_font(folders: tuple[str, ...]) -> Path | None:
    found: dict[str, Path] = {}
    for folder in folders:
        for path in sorted(Path(folder).rglob("*")) if Path(folder).is_dir() else ():
            found.setdefault(path.name, path)
    return next((found[name] for name in _FONTS if name in found), None)


def can_write(text: str) -> bool:
    """Whether a text can be drawn here: Latin letters always can, others need a font."""
    return text.isascii() or find_font() is not None


def mark_picture(picture: Image, mark: Mark) -> None:
    """Write a watermark over a picture in mode RGB or L."""
    stencil = make_stencil(picture.width, picture.height, mark)
    shade = stencil.point(lambda value: int(value * mark.opacity))
    red, green, blue = mark.rgb
    colour: Any = mark.rgb if picture.mode == "RGB" else (red * 299 + green * 587 + blue * 114) // 1000
    picture.paste(colour, (0, 0), shade)


@lru_cache(maxsize=16)
def make_stencil(width: int, height: int, mark: Mark) -> Image:
    """The text in white on black, turned, as often as it has room on a page; the same for every page of one size."""
    from PIL import Image as Pillow
    from PIL import ImageDraw

    size = max(9, min(width, height) // 26)
    font = _load_font(size, is_ascii=mark.text.isascii())
    lines = "\n".join(_wrap(mark.text, font, min(width, height) * 0.6))
    canvas = ImageDraw.Draw(Pillow.new("L", (1, 1)))
    left, top, right, bottom = canvas.multiline_textbbox((0, 0), lines, font=font, align="center")
    tile = Pillow.new("L", (int(right - left) + size, int(bottom - top) + size), 0)
    place = (size // 2 - left, size // 2 - top)
    ImageDraw.Draw(tile).multiline_text(place, lines, fill=255, font=font, align="center")
    tile = tile.rotate(mark.angle, expand=True, resample=Pillow.Resampling.BICUBIC)
    stencil = Pillow.new("L", (width, height), 0)
    columns, rows = max(1, width // (tile.width + size)), max(1, height // (tile.height + size))
    for row in range(rows):
        for column in range(columns):
            x = (2 * column + 1) * width // (2 * columns) - tile.width // 2
            y = (2 * row + 1) * height // (2 * rows) - tile.height // 2
            stencil.paste(255, (x, y), tile)
    return stencil


def _wrap(text: str, font: FreeTypeFont, most: float) -> list[str]:
    """A text in lines no longer than so many pixels; Latin words are kept whole, and no line begins with a mark that
    ends something."""
    lines = [""]
    for piece in re.findall(rf"(?:[!-~]+ ?|.)[{_ENDS}]*", text):
        if lines[-1] and font.getlength(lines[-1] + piece.rstrip()) > most:
            lines.append("")
        lines[-1] += piece
    return [line.strip() for line in lines if line.strip()]


@lru_cache(maxsize=32)
def _load_font(size: int, *, is_ascii: bool) -> FreeTypeFont:
    from PIL import ImageFont

    # Pillow's other engine places characters otherwise, and is there only where the system has its libraries.
    basic = ImageFont.Layout.BASIC
    path = None if is_ascii else find_font()
    if path is None:
        return ImageFont.load_default(size).font_variant(layout_engine=basic)  # type: ignore[union-attr]
    return ImageFont.truetype(str(path), size, index=_CHINESE_FACE.get(path.name, 0), layout_engine=basic)


def mark_pdf(pdf: Pdf, mark: Mark) -> None:
    """Write a watermark over each page. Raises pikepdf.PdfError and ValueError for what is no sound PDF."""
    import pikepdf

    key = hashlib.sha256(mark.text.encode()).hexdigest()[:8]
    names = pikepdf.Name(f"/Stencil{key}"), pikepdf.Name(f"/State{key}")
    stencils: dict[tuple[int, int], Any] = {}
    state = pdf.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.ExtGState, ca=round(mark.opacity, 3)))
    for page in pdf.pages:
        left, bottom, right, top = (float(value) for value in page.mediabox)
        size = _fit(abs(right - left), abs(top - bottom))
        if size not in stencils:
            stencils[size] = _make_image(pdf, size, mark)
        image = page.add_resource(stencils[size], pikepdf.Name.XObject, names[0])
        graphics = page.add_resource(state, pikepdf.Name.ExtGState, names[1])
        colour = " ".join(f"{part / 255:.3f}" for part in mark.rgb)
        matrix = f"{abs(right - left):.3f} 0 0 {abs(top - bottom):.3f} {min(left, right):.3f} {min(bottom, top):.3f}"
        page.contents_add(b"q\n", prepend=True)
        page.contents_add(f"\nQ\nq {graphics} gs {colour} rg {matrix} cm {image} Do Q\n".encode())


def _fit(width: float, height: float) -> tuple[int, int]:
    """How many pixels a stencil has over a page of so many points."""
    scale = min(_STENCIL_DPI / 72, _MAX_SIDE / max(width, height, 1))
    return max(1, round(width * scale)), max(1, round(height * scale))


def _make_image(pdf: Any, size: tuple[int, int], mark: Mark) -> Any:
    import pikepdf
    from PIL.Image import Dither

    stencil = make_stencil(*size, mark).point(lambda value: 0 if value > 127 else 255).convert("1", dither=Dither.NONE)
    image = pikepdf.Stream(pdf, stencil.tobytes())
    for key, value in {
        "/Type": pikepdf.Name.XObject,
        "/Subtype": pikepdf.Name.Image,
        "/Width": size[0],
        "/Height": size[1],
        "/ImageMask": True,
        "/BitsPerComponent": 1,
    }.items():
        image[key] = value
    return pdf.make_indirect(image)
