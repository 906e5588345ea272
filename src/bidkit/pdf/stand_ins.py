"""pages of credential PDFs: which may stand in another PDF as they are, and the pictures that keep their places.

A credential's page is a picture in the .docx. In the copy that is laid out, that picture is exchanged for a small one
which exists once; wherever LibreOffice has drawn it, the page itself takes its place.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bidkit.diagnostic import Diagnostic, Severity, Span, Term
from bidkit.office.pages import UNSOUND
from bidkit.ooxml import opc
from bidkit.pdf.fonts import list_fonts

if TYPE_CHECKING:
    from pikepdf import Object, Page, Pdf

# LibreOffice keeps a picture of less than 32 pixels as it is, and never has to shrink one of so few.
SIDE = 16
_HIDDEN, _NO_VIEW = 2, 32


@dataclass(frozen=True)
class StandIn:
    """A page, the picture that shows it in the .docx, and the small one that keeps its place.

    Args:
        file: the PDF as messages name it.
        pdf: the PDF itself; a page lives as long as it does.
        number: the page, from 1.
        png: the small picture as a file.
        pixels: the same, as a PDF holds them.
    """

    file: str
    pdf: Pdf
    number: int
    png: bytes
    pixels: bytes

    @property
    def page(self) -> Page:
        """The page."""
        return self.pdf.pages[self.number - 1]


StandIns = Mapping[bytes, StandIn]
"""By the picture whose place it keeps."""


def make_stand_ins(name: str, content: bytes, pictures: Iterable[bytes]) -> tuple[StandIns, list[Diagnostic]]:
    """The pages of a PDF that can be merged. Diagnostics: PK11, pages that stay pictures.

    Args:
        pictures: one for each page.
    """
    made: dict[bytes, StandIn] = {}
    left: dict[Term, list[int]] = {}
    pictures = list(pictures)
    pdf, obstacles = _open(content, len(pictures))
    for number, (picture, obstacle) in enumerate(zip(pictures, obstacles, strict=True), 1):
        if pdf and obstacle is None:
            made[picture] = StandIn(name, pdf, number, *_draw(picture))
        elif obstacle is not None:
            left.setdefault(obstacle, []).append(number)
    problems = [
        Diagnostic("PK11", Span(name), {"pages": ", ".join(map(str, pages)), "reason": reason}, Severity.WARNING)
        for reason, pages in left.items()
    ]
    return made, problems


def exchange_pictures(document: bytes, stand_ins: StandIns) -> tuple[bytes, list[StandIn]]:
    """A .docx with stand-ins for the pictures that have one, and those that it holds then."""
    package, _ = opc.read_package(document, "") if stand_ins else (None, [])
    media = {name: package[name] for name in package if name.startswith("word/media/")} if package else {}
    found = {name: stand_ins[content] for name, content in media.items() if content in stand_ins}
    if package is None or not found:
        return document, []
    return opc.write_package(package.replace({name: item.png for name, item in found.items()})), [*found.values()]


def make_form(page: Page) -> Object:
    """A page as what can be drawn like a picture: into a square of one unit, upright as viewers show it."""
    import pikepdf

    media, crop = _read_box(page.mediabox), _read_box(page.cropbox)
    x0, y0, x1, y1 = (*map(max, media[:2], crop[:2]), *map(min, media[2:], crop[2:]))
    if x0 >= x1 or y0 >= y1:
        x0, y0, x1, y1 = media
    w, h = x1 - x0, y1 - y0
    turns = {
        0: (1 / w, 0, 0, 1 / h, -x0 / w, -y0 / h),
        90: (0, -1 / w, 1 / h, 0, -y0 / h, x1 / w),
        180: (-1 / w, 0, 0, -1 / h, x1 / w, y1 / h),
        270: (0, 1 / w, -1 / h, 0, y1 / h, -x0 / w),
    }
    form = page.as_form_xobject()
    form.BBox = pikepdf.Array([x0, y0, x1, y1])
    form.Matrix = pikepdf.Array([round(number, 12) for number in turns[page.rotation % 360 // 90 * 90]])
    return form


def _read_box(box: Object) -> tuple[float, float, float, float]:
    a, b, c, d = map(float, box)
    return min(a, c), min(b, d), max(a, c), max(b, d)


def _open(content: bytes, count: int) -> tuple[Pdf | None, list[Term | None]]:
    """A PDF whose pages are ready to be merged, and why each of so many cannot be."""
    import pikepdf

    damaged: list[Term | None] = [Term("pdf_damaged")] * count
    try:
        pdf = pikepdf.open(io.BytesIO(content))
        pdf.remove_unreferenced_resources()
        obstacles = [_find_obstacle(pdf, page) for page in pdf.pages]
        # What is written into forms or stamped on a page is no part of it until it is drawn there. Pages with fields
        # that have no look are not merged, so they need not keep it from the others.
        if "/AcroForm" in pdf.Root and "/NeedAppearances" in pdf.Root.AcroForm:
            del pdf.Root.AcroForm["/NeedAppearances"]
        pdf.flatten_annotations("screen")
        for page, obstacle in zip(pdf.pages, obstacles, strict=True):
            if obstacle is None:
                make_form(page)
    except (pikepdf.PdfError, *UNSOUND):
        return None, damaged
    # What must be repaired to be read, others may repair in another way.
    return (None, damaged) if pdf.get_warnings() or len(obstacles) != count else (pdf, obstacles)


def _find_obstacle(pdf: Pdf, page: Page) -> Term | None:
    """Why a page would not look alike, merged; None if it would."""
    import pikepdf

    if "/OCProperties" in pdf.Root:
        return Term("pdf_layers")
    notes = [note for note in page.obj.get("/Annots", pikepdf.Array()) if isinstance(note, pikepdf.Dictionary)]
    form = pdf.Root.get("/AcroForm", pikepdf.Dictionary())
    if bool(form.get("/NeedAppearances")) and any(note.get("/Subtype") == "/Widget" for note in notes):
        return Term("pdf_forms")
    if any(map(_is_drawn_by_viewers, notes)):
        return Term("pdf_notes")
    name = next((name for name, is_embedded in list_fonts(page) if not is_embedded), None)
    return Term("pdf_font", (("font", name),)) if name else None


def _is_drawn_by_viewers(note: Object) -> bool:
    """Whether a note has no look of its own, so that each viewer draws what it thinks right."""
    is_hidden = int(note.get("/F", 0)) & (_HIDDEN | _NO_VIEW)
    is_plain = str(note.get("/Subtype")) in ("/Link", "/Popup")
    return not (is_hidden or is_plain or ("/AP" in note and "/N" in note["/AP"]))


def _draw(picture: bytes) -> tuple[bytes, bytes]:
    """A small picture that exists once, as a PNG file and as bare pixels."""
    from PIL import Image

    pixels = hashlib.shake_128(picture).digest(SIDE * SIDE * 3)
    buffer = io.BytesIO()
    Image.frombytes("RGB", (SIDE, SIDE), pixels).save(buffer, "PNG")
    return buffer.getvalue(), pixels
