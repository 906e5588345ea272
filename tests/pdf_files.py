"""Small PDFs made for tests: pages with drawings and readable text, no font file needed; and how a page looks."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pikepdf
import pypdfium2
from pikepdf import Array, Dictionary, Name
from PIL import Image, ImageChops

Box = tuple[float, float, float, float]
A4: Box = (0, 0, 595, 842)
# Marks that tell up from down and left from right, from the corner of the visible box.
DRAWING = b"1 0 0 rg %g %g 120 60 re f 0 0 1 rg %g %g 40 200 re f 0 0.5 0 RG 6 w %g %g m %g %g l S "


def make_font(pdf: pikepdf.Pdf) -> pikepdf.Object:
    """A Type 3 font, whose letters are black squares that are read as what they say."""
    square = pdf.make_stream(b"700 0 0 0 600 600 d1 0 0 600 600 re f")
    codes = b"\n".join(b"<%02x> <%04x>" % (code, code) for code in range(33, 100))
    table = b"begincmap 1 begincodespacerange <00> <ff> endcodespacerange 67 beginbfchar %s endbfchar endcmap" % codes
    more = b"\n".join(b"<%02x> <%04x>" % (code, code) for code in range(100, 127))
    table = table.replace(b"endcmap", b"27 beginbfchar %s endbfchar endcmap" % more)
    names = [f"/c{code}" for code in range(33, 127)]
    return pdf.make_indirect(
        Dictionary(
            Type=Name.Font,
            Subtype=Name.Type3,
            FontBBox=[0, 0, 1000, 1000],
            FontMatrix=[0.001, 0, 0, 0.001, 0, 0],
            CharProcs=Dictionary(dict.fromkeys(names, square)),
            Encoding=Dictionary(Type=Name.Encoding, Differences=Array([33, *map(Name, names)])),
            FirstChar=33,
            LastChar=126,
            Widths=Array([700] * 94),
            ToUnicode=pdf.make_stream(table),
        )
    )


def add_page(pdf: pikepdf.Pdf, text: str = "EVIDENCE", media: Box = A4, crop: Box | None = None) -> pikepdf.Page:
    """A page with marks and a text, placed from the corner of what is visible."""
    x, y = (crop or media)[:2]
    drawing = DRAWING % (x + 30, y + 30, x + 200, y + 100, x + 30, y + 400, x + 300, y + 500)
    words = b"0 g BT /F 20 Tf %g %g Td (%s) Tj ET" % (x + 40, y + 330, text.encode())
    page = pdf.add_blank_page(page_size=(10, 10))
    page.obj.MediaBox = Array(media)
    if crop:
        page.obj.CropBox = Array(crop)
    page.obj.Resources = Dictionary(Font=Dictionary(F=make_font(pdf)))
    page.obj.Contents = pdf.make_stream(drawing + words)
    return page


def make_pdf(change: Callable[[pikepdf.Pdf, pikepdf.Page], Any] = lambda pdf, page: None, **page: Any) -> bytes:
    """A PDF of one page, changed at will."""
    pdf = pikepdf.new()
    change(pdf, add_page(pdf, **page))
    return save(pdf)


def save(pdf: pikepdf.Pdf, **options: Any) -> bytes:
    stream = io.BytesIO()
    pdf.save(stream, **options)
    return stream.getvalue()


def add_note(pdf: pikepdf.Pdf, page: pikepdf.Page, subtype: str, *, look: bool = True, **more: Any) -> pikepdf.Object:
    """An annotation, a filled square if it has a look."""
    note = Dictionary(Type=Name.Annot, Subtype=Name("/" + subtype), Rect=[300, 600, 400, 700], F=4, **more)
    if look:
        form = pdf.make_stream(b"1 0 1 rg 0 0 100 100 re f")
        form.update({"/Type": Name.XObject, "/Subtype": Name.Form, "/BBox": Array([0, 0, 100, 100])})
        note.AP = Dictionary(N=form)
    page.obj.Annots = Array([*page.obj.get("/Annots", []), pdf.make_indirect(note)])
    return note


def draw(pdf: bytes, page: int = 0, dpi: int = 50) -> Image.Image:
    """A page as PDFium shows it."""
    with pypdfium2.PdfDocument(pdf) as document:
        return document[page].render(scale=dpi / 72).to_pil().convert("RGB")


def difference(one: Image.Image, two: Image.Image) -> float:
    """How much two pictures differ, 0 to 255 on average; the second is brought to the size of the first."""
    apart = ImageChops.difference(one, two.resize(one.size)).convert("L")
    return sum(value * count for value, count in enumerate(apart.histogram())) / (one.width * one.height)
