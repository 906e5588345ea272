"""files of papers -> copies: each judged before it is decoded, upright, at print size, parts hidden, watermarked.

A picture becomes a JPEG or PNG, several in one file a PDF, a PDF stays one; the original is only read.
"""

from __future__ import annotations

import hashlib
import io
import json
import time
import warnings
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.metadata import version
from math import ceil, floor
from typing import TYPE_CHECKING, Any

from bidkit.appendix.bare import exchange_pages, is_signed, is_whole, save_bare
from bidkit.appendix.marks import Mark, find_font, mark_pdf, mark_picture
from bidkit.cache import Store
from bidkit.diagnostic import Term
from bidkit.office.pages import UNSOUND
from bidkit.ooxml.unsigned import strip_picture

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_PAGES = 300
MAX_KEPT = 2**30
"""How many bytes of copies, and of pages drawn from them, are kept between runs."""
MAX_PIXELS = 100_000_000
_MAX_POINTS = 14_400
_PRINT_DPI = 200
_PRINT_SIZE = (round(210 / 25.4 * _PRINT_DPI), round(297 / 25.4 * _PRINT_DPI))
"""What A4 has at that resolution: a copy needs no more."""
_PLACED = (160 / 25.4, 220 / 25.4)
"""How large a picture is printed at most, in inches; never at less than 96 dpi."""
_SUFFIXES = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".tif": "TIFF", ".tiff": "TIFF", ".webp": "WEBP"}
_GLANCE_DPI = 36
_GLANCE, _FAINT = 400, 2.5
"""A page at a glance: pixels of its longer side, and the least spread of its 256 shades."""
_EPOCH = time.gmtime(0)
_VERSION = "9"
"""Of what is made here: another one and no kept copy counts any more."""


@dataclass(frozen=True)
class Copy:
    """A copy as it is handed in.

    Args:
        suffix: `.pdf`, `.jpg` or `.png`.
        dpi: of a picture, at the size at which it is printed; 0 where nobody can tell.
        faint: the pages, from 1, on which next to nothing can be seen.
    """

    content: bytes
    suffix: str
    dpi: int = 0
    faint: tuple[int, ...] = ()


@dataclass(frozen=True)
class Hidden:
    """A part of a page that a copy does not show.

    Args:
        page: from 1.
        left, top, right, bottom: its edges, as shares of the page from its left and its top.
    """

    page: int
    left: float
    top: float
    right: float
    bottom: float

    def fit(self, size: tuple[int, int]) -> tuple[int, int, int, int]:
        """It in pixels of a page of this size, rounded to the outside."""
        width, height = size
        return floor(self.left * width), floor(self.top * height), ceil(self.right * width), ceil(self.bottom * height)


class Unfit(Exception):
    """Why a file cannot be attached."""

    def __init__(self, reason: str | Term) -> None:
        super().__init__(str(reason))
        self.reason = reason


def make_copy(
    content: bytes, suffix: str, mark: Mark | None, hidden: tuple[Hidden, ...] = (), store: Store | None = None
) -> Copy:
    """The copy of a file; made once, then kept by content. Raises Unfit."""
    about = [describe_maker(), suffix, *(map(str, (mark.text, mark.color, mark.angle, mark.opacity)) if mark else ())]
    about += map(str, hidden)
    key = hashlib.sha256(content).hexdigest() + json.dumps(about)
    if store and (kept := store.get(key)) is not None:
        head, _, body = kept.partition(b"\n")
        known = json.loads(head)
        return Copy(body, known["suffix"], known["dpi"], tuple(known["faint"]))
    made = _make(content, suffix, mark, hidden)
    if store:
        about_it = {"suffix": made.suffix, "dpi": made.dpi, "faint": made.faint}
        store.put(key, json.dumps(about_it).encode() + b"\n" + made.content)
    return made


@lru_cache(maxsize=1)
def describe_maker() -> str:
    """What a copy depends on beside its file: this code, the libraries, the font of a watermark."""
    font = find_font()
    libraries = [version(name) for name in ("pillow", "pikepdf", "pypdfium2")]
    return " ".join([_VERSION, *libraries, *((font.name, str(font.stat().st_size)) if font else ())])


def _make(content: bytes, suffix: str, mark: Mark | None, hidden: tuple[Hidden, ...]) -> Copy:
    if not content:
        raise Unfit(Term("no_content"))
    if suffix == ".pdf":
        return _copy_pdf(content, mark, hidden)
    if suffix not in _SUFFIXES:
        raise Unfit(f"{suffix or 'no suffix'}: .pdf, .jpg, .png, .tif, .webp, .docx")
    return _copy_picture(content, mark, hidden)


def _copy_pdf(content: bytes, mark: Mark | None, hidden: tuple[Hidden, ...]) -> Copy:
    import pikepdf
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(content)
        try:
            count = len(document)
            if not 0 < count <= MAX_PAGES:
                raise Unfit(f"PDF: {count} pages, 1 to {MAX_PAGES}")
            for index in range(count):
                if max(document[index].get_size()) > _MAX_POINTS:
                    raise Unfit(f"PDF: page {index + 1} is larger than 5 m")
            _check_hidden(hidden, count)
            pages = {part.page: _draw_hidden(document, part.page, hidden) for part in hidden}
            looks = (
                document[index].render(scale=_GLANCE_DPI / 72, may_draw_forms=True).to_pil() for index in range(count)
            )
            faint = tuple(number for number, look in enumerate(looks, 1) if _is_faint(look))
        finally:
            document.close()
    except pypdfium2.PdfiumError as error:
        raise Unfit(f"PDF: {error}") from None
    try:
        with pikepdf.open(io.BytesIO(content)) as pdf:
            if is_signed(pdf) and not pages and mark is None:
                return Copy(content, ".pdf", faint=faint)
            if pages:
                exchange_pages(pdf, pages)
            if mark is not None:
                mark_pdf(pdf, mark)
            return Copy(save_bare(pdf), ".pdf", faint=faint)
    except (pikepdf.PdfError, *UNSOUND) as error:
        raise Unfit(f"PDF: {error}") from None


def _check_hidden(hidden: tuple[Hidden, ...], count: int) -> None:
    """Raises Unfit for a part of a page that is not there."""
    for part in hidden:
        if not 1 <= part.page <= count:
            raise Unfit(Term("no_such_page", (("page", str(part.page)), ("count", str(count)))))


def _hide(page: Image, number: int, hidden: tuple[Hidden, ...]) -> None:
    """Black boxes in the pixels of a page: what was there is gone."""
    from PIL import ImageDraw

    for part in hidden:
        if part.page == number:
            ImageDraw.Draw(page).rectangle(part.fit(page.size), fill=0)


def _draw_hidden(document: Any, number: int, hidden: tuple[Hidden, ...]) -> tuple[bytes, tuple[float, float]]:
    """A page as a PDF of one picture, without what lies under its hidden parts; its size in points."""
    document.init_forms()
    size = document[number - 1].get_size()
    page = document[number - 1].render(scale=_PRINT_DPI / 72).to_pil().convert("RGB")
    _hide(page, number, hidden)
    stream = io.BytesIO()
    page.save(stream, "PDF", resolution=_PRINT_DPI, quality=85, creationDate=_EPOCH, modDate=_EPOCH)
    return stream.getvalue(), size


def _copy_picture(content: bytes, mark: Mark | None, hidden: tuple[Hidden, ...]) -> Copy:
    from PIL import Image as Pillow

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Pillow.open(io.BytesIO(content), formats=tuple({*_SUFFIXES.values()})) as picture:
                frames = int(getattr(picture, "n_frames", 1))
                kind = picture.format or ""
                if picture.width * picture.height > MAX_PIXELS:
                    raise Unfit(f"{picture.width} x {picture.height} > {MAX_PIXELS:,} px")
                if kind == "WEBP" and frames > 1:
                    raise Unfit(Term("animated"))
                if frames > MAX_PAGES:
                    raise Unfit(f"TIFF: {frames} pages, 1 to {MAX_PAGES}")
                _check_hidden(hidden, frames)
                bare = strip_picture(content)
                if frames == 1 and mark is None and not hidden and _is_fit(picture) and is_whole(bare):
                    picture.load()
                    dpi, faint = _measure(picture.size), (1,) if _is_faint(picture) else ()
                    return Copy(bare, ".png" if kind == "PNG" else ".jpg", dpi, faint)
                pages = []
                for number in range(frames):
                    picture.seek(number)
                    page = _prepare(picture)
                    faint = (1,) if _is_faint(page) else ()
                    _hide(page, number + 1, hidden)
                    pages.append(replace(_encode(page, kind, mark), faint=faint))
    except Unfit:
        raise
    except (OSError, SyntaxError, ValueError, Pillow.DecompressionBombError, EOFError, MemoryError) as error:
        raise Unfit(str(error) if "bomb" in str(error) else "PNG, JPEG, TIFF, WEBP") from None
    return pages[0] if len(pages) == 1 else _bind(pages)


def _is_fit(picture: Image) -> bool:
    """Whether a picture can be printed as it is."""
    upright = picture.getexif().get(0x0112, 1) == 1
    is_small = all(own <= most for own, most in zip(sorted(picture.size), _PRINT_SIZE, strict=True))
    return picture.format in ("PNG", "JPEG") and picture.mode in ("RGB", "L") and upright and is_small


def _prepare(picture: Image) -> Image:
    """A frame upright, in grey or colours on white, at print size."""
    from PIL import Image as Pillow
    from PIL import ImageOps

    if picture.width * picture.height > MAX_PIXELS:
        raise Unfit(f"{picture.width} x {picture.height} > {MAX_PIXELS:,} px")
    if picture.format == "JPEG":
        picture.draft(picture.mode, (_PRINT_SIZE[1] * 2, _PRINT_SIZE[1] * 2))
    page = ImageOps.exif_transpose(picture)
    if page.mode.startswith("I"):
        page = page.point(lambda value: value / 256).convert("L") if page.mode.startswith("I;16") else _scale(page)
    elif page.mode in ("RGBA", "LA", "PA", "P") or "transparency" in page.info:
        page = page.convert("RGBA")
        page = Pillow.alpha_composite(Pillow.new("RGBA", page.size, "white"), page).convert("RGB")
    elif page.mode not in ("RGB", "L"):
        page = page.convert("L" if page.mode == "1" else "RGB")
    limits = _PRINT_SIZE if page.width <= page.height else _PRINT_SIZE[::-1]
    page.thumbnail(limits, Pillow.Resampling.LANCZOS)
    return page


def _scale(page: Image) -> Image:
    """Grey of 32 bits, as wide as its values reach."""
    low, high = page.getextrema()
    spread = max(float(high) - float(low), 1.0)  # type: ignore[arg-type]
    return page.point(lambda value: (value - low) * (255 / spread)).convert("L")


def _encode(page: Image, kind: str, mark: Mark | None) -> Copy:
    dpi = _measure(page.size)
    page.info = {}  # else comments and profiles of the scan go into the copy
    if mark is not None:
        mark_picture(page, mark)
    stream = io.BytesIO()
    if kind == "PNG" and page.mode == "L":
        page.save(stream, "PNG", dpi=(_PRINT_DPI, _PRINT_DPI))
        return Copy(stream.getvalue(), ".png", dpi)
    page.save(stream, "JPEG", quality=85, dpi=(_PRINT_DPI, _PRINT_DPI))
    return Copy(stream.getvalue(), ".jpg", dpi)


def _bind(pages: list[Copy]) -> Copy:
    """Several pages as one PDF."""
    import pikepdf
    from PIL import Image as Pillow

    pictures = [Pillow.open(io.BytesIO(page.content)) for page in pages]
    stream = io.BytesIO()
    first, *others = pictures
    first.save(
        stream, "PDF", resolution=_PRINT_DPI, save_all=True, append_images=others, creationDate=_EPOCH, modDate=_EPOCH
    )
    faint = tuple(number for number, page in enumerate(pages, 1) if page.faint)
    with pikepdf.open(stream) as pdf:
        return Copy(save_bare(pdf), ".pdf", min(page.dpi for page in pages), faint)


def _is_faint(page: Image) -> bool:
    """Whether a page is of one shade all over, as a scan of an empty sheet or of a closed lid is."""
    from PIL import ImageStat

    glance = page.convert("L")
    glance.thumbnail((_GLANCE, _GLANCE))
    return ImageStat.Stat(glance).stddev[0] < _FAINT


def _measure(size: tuple[int, int]) -> int:
    """The resolution of a picture at the size at which it is printed."""
    return round(max(96.0, size[0] / _PLACED[0], size[1] / _PLACED[1]))
