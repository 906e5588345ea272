"""pictures from files, streams and bytes for a script: format and size from the header, lengths, InlineImage."""

from __future__ import annotations

import io
import os
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from bidkit.ooxml.links import clean_url
from bidkit.ooxml.values import Rendering, Site, make_drawing

EMU_PER_INCH = 914_400
_MAX_PIXELS = 100_000_000
_EXTENSIONS = {"PNG": "png", "JPEG": "jpeg", "MPO": "jpeg", "GIF": "gif", "BMP": "bmp", "TIFF": "tiff"}
_USUAL_DPI = {"bmp": 96}


def Emu(length: float) -> int:
    """A length in English Metric Units, in which every length here is given."""
    return int(length)


def Mm(length: float) -> int:
    """Millimetres."""
    return int(length * 36_000)


def Cm(length: float) -> int:
    """Centimetres."""
    return int(length * 360_000)


def Inches(length: float) -> int:
    """Inches."""
    return int(length * EMU_PER_INCH)


def Pt(length: float) -> int:
    """Points."""
    return int(length * 12_700)


@dataclass(frozen=True)
class Picture:
    """A picture in a format that Word shows everywhere: its bytes, their extension, its natural size in EMU."""

    data: bytes
    extension: str
    width: int
    height: int


def read_picture(data: bytes) -> Picture:
    """A picture by its header, its pixels not decoded; another format than Word's (WEBP …) is turned into PNG.

    Raises:
        ValueError: not a picture that Pillow knows, or more than 100 million pixels.
    """
    from PIL import Image as Pillow

    try:
        with Pillow.open(io.BytesIO(data)) as picture:
            if picture.width * picture.height > _MAX_PIXELS:
                raise ValueError(f"picture: {picture.width} × {picture.height}")
            extension = _EXTENSIONS.get(picture.format or "")
            dpi = _read_dpi(picture, extension or "")
            width, height = (
                max(1, int(pixels / per_inch * EMU_PER_INCH))
                for pixels, per_inch in zip(picture.size, dpi, strict=True)
            )
            return Picture(data if extension else _to_png(picture), extension or "png", width, height)
    except Pillow.DecompressionBombError as error:
        raise ValueError(f"picture: {error}") from error
    except (OSError, SyntaxError) as error:  # Pillow raises SyntaxError for a broken header
        raise ValueError(f"not a picture: {error}") from error


def _read_dpi(picture: Any, extension: str) -> tuple[int, int]:
    """Dots per inch, whole and by the same defaults as python-docx, so that pictures keep their size."""
    usual = _USUAL_DPI.get(extension, 72)
    wide, high = picture.info.get("dpi", (usual, usual))
    return round(float(wide)) or usual, round(float(high)) or usual


def _to_png(picture: Any) -> bytes:
    buffer = io.BytesIO()
    known = picture if picture.mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16") else picture.convert("RGBA")
    known.save(buffer, "PNG")
    return buffer.getvalue()


class InlineImage:
    """A picture in a line of text, for `{{ … }}`, in every part of a document.

    Args:
        template: not needed; docxtpl's first argument.
        image_descriptor: path, stream or bytes; PNG, JPEG, GIF, BMP and TIFF are kept, others are turned into PNG.
        width, height: in EMU, as `Mm(40)` or python-docx's lengths; one alone keeps the ratio.
        anchor: URL of a link on the picture.
        alt, title: what is read out where it is not seen, and its heading.

    Raises:
        OSError: the file cannot be read.
        ValueError: not a picture.
    """

    def __init__(
        self,
        template: object,
        image_descriptor: str | os.PathLike[str] | IO[bytes] | bytes,
        width: int | None = None,
        height: int | None = None,
        anchor: str | None = None,
        alt: str = "",
        title: str = "",
    ) -> None:
        picture = read_picture(read_source(image_descriptor))
        self.data, self.extension = picture.data, picture.extension
        self.size = _scale(picture, width, height)
        self.anchor, self.alt, self.title = anchor or "", alt, title

    def runs(self, rendering: Rendering, site: Site) -> str:
        """A run that holds the picture."""
        rid = rendering.add_media(self.data, self.extension)
        link = rendering.relate("hyperlink", clean_url(self.anchor), True) if self.anchor else ""
        return f"<w:r>{site.run}{make_drawing(rendering, rid, self.size, self.alt, self.title, link)}</w:r>"


def read_source(source: str | os.PathLike[str] | IO[bytes] | bytes) -> bytes:
    """All bytes of a path, of a stream from its beginning, or the bytes themselves. Raises OSError."""
    if isinstance(source, bytes):
        return source
    if isinstance(source, (str, os.PathLike)):
        return Path(source).read_bytes()
    if source.seekable():
        source.seek(0)
    return source.read()


def _scale(picture: Picture, width: int | None, height: int | None) -> tuple[int, int]:
    if width is None and height is None:
        return picture.width, picture.height
    if width is None:
        width = round(picture.width * (height or 0) / picture.height)
    if height is None:
        height = round(picture.height * width / picture.width)
    return max(1, int(width)), max(1, int(height))
