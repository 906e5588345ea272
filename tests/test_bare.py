"""Copies of papers tell nothing of who scanned them, and nothing of what a deal hides, however the file is made."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pikepdf
import pypdfium2
import pytest
from PIL import Image, ImageDraw, PngImagePlugin

from bidkit.appendix.marks import Mark
from bidkit.appendix.scans import Hidden, make_copy

MARK = Mark("FOR TENDER 1 ONLY", "7F7F7F", 30, 0.25)
SECRET = "991101199001011231"
MAKER = "ScanStation-4711"
XMP = f"<x:xmpmeta xmlns:x='adobe:ns:meta/'>{MAKER}</x:xmpmeta>".encode()
WHOLE = (Hidden(2, 0, 0, 1, 1),)
MARKS = pytest.mark.parametrize("mark", [None, MARK])


def save(picture: Image.Image, kind: str, **more: Any) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, kind, **more)
    return stream.getvalue()


def page(mode: str = "RGB") -> Image.Image:
    picture = Image.new("RGB", (1000, 1400), "white")
    ImageDraw.Draw(picture).rectangle((100, 100, 600, 700), fill="navy")
    return picture.convert(mode)


def exif() -> Image.Exif:
    made = Image.Exif()
    made[0x010F] = made[0x013B] = made[0x9286] = MAKER
    made[0x8825] = {1: "N", 2: (30.0, 15.0, 0.0)}
    return made


def scans() -> dict[str, tuple[bytes, str]]:
    text = PngImagePlugin.PngInfo()
    text.add_text("Author", MAKER)
    text.add_itxt("XML:com.adobe.xmp", XMP.decode())
    return {
        "jpeg": (save(page(), "JPEG", exif=exif(), comment=MAKER, xmp=XMP, icc_profile=MAKER.encode()), ".jpg"),
        "png": (save(page(), "PNG", exif=exif(), pnginfo=text), ".png"),
        "grey png": (save(page("L"), "PNG", exif=exif(), pnginfo=text, icc_profile=MAKER.encode()), ".png"),
        "webp": (save(page(), "WEBP", exif=exif(), xmp=XMP), ".webp"),
        "tiff": (save(page(), "TIFF", description=MAKER, artist=MAKER, software=MAKER), ".tif"),
        "tiff of several": (
            save(page(), "TIFF", save_all=True, append_images=[page("L")], description=MAKER, artist=MAKER),
            ".tif",
        ),
    }


@MARKS
@pytest.mark.parametrize("kind", scans())
def test_a_copy_of_a_picture_keeps_nothing_of_its_maker(kind: str, mark: Mark | None) -> None:
    content, suffix = scans()[kind]
    assert MAKER.encode() in content
    made = make_copy(content, suffix, mark)
    assert MAKER.encode() not in made.content
    if made.suffix == ".pdf":
        with pikepdf.open(io.BytesIO(made.content)) as pdf:
            assert not pdf.docinfo
        return
    picture = Image.open(io.BytesIO(made.content))
    assert not picture.getexif() and not {"exif", "xmp", "comment", "icc_profile", "Author"} & picture.info.keys()


def add_page(pdf: pikepdf.Pdf, text: str, **more: Any) -> pikepdf.Page:
    made = pdf.add_blank_page(page_size=(600, 800))
    font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
    made.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font), **more)
    made.Contents = pdf.make_stream(f"BT /F1 24 Tf 100 400 Td ({text}) Tj ET".encode())
    return made


def make_pdf(change: Callable[[pikepdf.Pdf], None] = lambda _: None) -> bytes:
    """Three pages, the second with a secret."""
    pdf = pikepdf.new()
    for text in ("first page", SECRET, "last page"):
        add_page(pdf, text)
    change(pdf)
    stream = io.BytesIO()
    pdf.save(stream)
    return stream.getvalue()


def describe(pdf: pikepdf.Pdf) -> None:
    """Whatever a scanner or a program writes about itself into a PDF."""
    pdf.docinfo["/Author"] = pdf.docinfo["/Producer"] = MAKER
    pdf.Root.Metadata = pdf.make_stream(XMP)
    pdf.trailer.ID = pikepdf.Array([pikepdf.String(MAKER[:16]), pikepdf.String(MAKER[:16])])
    private = pikepdf.Dictionary(Scanner=pikepdf.Dictionary(LastModified=MAKER, Private=pikepdf.String(MAKER)))
    picture = pikepdf.Stream(pdf, save(page(), "JPEG", exif=exif(), comment=MAKER))
    picture.Type, picture.Subtype, picture.Width, picture.Height = (
        *(pikepdf.Name.XObject, pikepdf.Name.Image),
        *(1000, 1400),
    )
    picture.ColorSpace, picture.BitsPerComponent, picture.Filter = pikepdf.Name.DeviceRGB, 8, pikepdf.Name.DCTDecode
    picture.Metadata = pdf.make_stream(XMP)
    for item in pdf.pages:
        item.obj.PieceInfo, item.obj.Metadata = private, pdf.make_stream(XMP)
        item.Resources.XObject = pikepdf.Dictionary(Im0=pdf.make_indirect(picture))
        item.contents_add(b"\nq 200 0 0 280 100 60 cm /Im0 Do Q")


def everything_in(content: bytes) -> bytes:
    """All that a PDF holds, as it can be dug out of it."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        found = [pdf.trailer.unparse(resolved=False)]
        for item in pdf.objects:
            found.append(item.unparse(resolved=True) if not isinstance(item, pikepdf.Stream) else repr(item).encode())
            if isinstance(item, pikepdf.Stream):
                found.append(item.read_raw_bytes() if item.get("/Subtype") == "/Image" else item.read_bytes())
    return b"\n".join(found)


@MARKS
def test_a_copy_of_a_pdf_keeps_nothing_of_its_maker_and_looks_as_it_did(mark: Mark | None) -> None:
    content = make_pdf(describe)
    made = make_copy(content, ".pdf", mark).content
    assert MAKER.encode() in everything_in(content)
    assert MAKER.encode() not in everything_in(made)
    with pikepdf.open(io.BytesIO(made)) as pdf:
        assert not pdf.docinfo and "/Metadata" not in pdf.Root
    if mark is None:
        before, after = (pypdfium2.PdfDocument(item)[0].render(scale=0.5).to_pil() for item in (content, made))
        assert before.tobytes() == after.tobytes()


def test_a_signed_pdf_without_a_watermark_stays_as_it_was_signed() -> None:
    def sign(pdf: pikepdf.Pdf) -> None:
        describe(pdf)
        value = pikepdf.Dictionary(Type=pikepdf.Name.Sig, ByteRange=[0, 10, 20, 30], Contents=pikepdf.String("x" * 20))
        field = pikepdf.Dictionary(FT=pikepdf.Name.Sig, T=pikepdf.String("s"), V=pdf.make_indirect(value))
        pdf.Root.AcroForm = pikepdf.Dictionary(SigFlags=3, Fields=pikepdf.Array([pdf.make_indirect(field)]))

    content = make_pdf(sign)
    assert make_copy(content, ".pdf", None).content == content
    assert MAKER.encode() not in everything_in(make_copy(content, ".pdf", MARK).content)


def link_to_it(pdf: pikepdf.Pdf) -> None:
    """Contents on the first page that lead to the second; where it opens; a name for it."""
    target = pikepdf.Array([pdf.pages[1].obj, pikepdf.Name.Fit])
    link = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9], Dest=target)
    pdf.pages[0].Annots = pikepdf.Array([pdf.make_indirect(link)])
    pdf.Root.OpenAction = target
    pdf.Root.Dests = pikepdf.Dictionary(there=target)
    thread = pdf.make_indirect(pikepdf.Dictionary())
    thread.F = pdf.make_indirect(pikepdf.Dictionary(T=thread, P=pdf.pages[1].obj, R=[0, 0, 9, 9]))
    pdf.Root.Threads = pikepdf.Array([thread])


def share_resources(pdf: pikepdf.Pdf) -> None:
    """One dictionary for all pages, as LibreOffice writes it; what the second page draws is in it."""
    form = pdf.make_stream(f"({SECRET}) Tj".encode(), Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form)
    form.BBox = pikepdf.Array([0, 0, 9, 9])
    shared = pdf.pages[0].Resources
    shared.XObject = pikepdf.Dictionary(Fm0=form)
    shared = pdf.make_indirect(shared)
    for item in pdf.pages:
        item.Resources = shared
    pdf.pages[1].Contents = pdf.make_stream(b"/Fm0 Do")


def inherit_resources(pdf: pikepdf.Pdf) -> None:
    """Likewise, but the dictionary is that of the tree of pages."""
    share_resources(pdf)
    pdf.Root.Pages.Resources = pdf.pages[0].Resources
    for item in pdf.pages:
        del item.obj["/Resources"]


def draw_pattern(pdf: pikepdf.Pdf) -> None:
    """What the second page shows is a pattern, or stands in a form within a form that has no resources."""
    pattern = pdf.make_stream(f"({SECRET}) Tj".encode(), PatternType=1, PaintType=1, TilingType=1)
    pattern.BBox, pattern.XStep, pattern.YStep = pikepdf.Array([0, 0, 9, 9]), 9, 9
    pattern.Resources = pikepdf.Dictionary()
    outer = pdf.make_stream(b"/F1 9 Tf", Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form, BBox=[0, 0, 9, 9])
    shared = pdf.pages[0].Resources
    shared.Pattern, shared.XObject = pikepdf.Dictionary(P0=pattern), pikepdf.Dictionary(Fm1=outer)
    shared = pdf.make_indirect(shared)
    for item in pdf.pages:
        item.Resources = shared
    pdf.pages[0].contents_add(b"/Fm1 Do")
    pdf.pages[1].Contents = pdf.make_stream(b"/Pattern cs /P0 scn 0 0 600 800 re f")


def share_with_damage(pdf: pikepdf.Pdf) -> None:
    """Likewise, and a page whose content no program can take apart."""
    share_resources(pdf)
    pdf.pages[2].Contents = pdf.make_stream(b"BT (open string /F1 24 Tf 100 400 Td")


def fill_fields(pdf: pikepdf.Pdf) -> None:
    """A field of a form that shows on two pages; its value is the secret."""
    field = pdf.make_indirect(pikepdf.Dictionary(FT=pikepdf.Name.Tx, T=pikepdf.String("no"), V=pikepdf.String(SECRET)))
    for item in pdf.pages[:2]:
        look = pdf.make_stream(b"", Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form, BBox=[0, 0, 9, 9])
        widget = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Widget, Rect=[0, 0, 9, 9], Parent=field
        )
        widget.AP = pikepdf.Dictionary(N=look)
        item.Annots = pikepdf.Array([pdf.make_indirect(widget)])
    field.Kids = pikepdf.Array([item.Annots[0] for item in pdf.pages[:2]])
    pdf.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([field]))


def attach_files(pdf: pikepdf.Pdf) -> None:
    pdf.attachments["x.txt"] = SECRET.encode()
    pdf.docinfo["/Title"] = SECRET
    pdf.Root.PieceInfo = pikepdf.Dictionary(X=pikepdf.String(SECRET))
    with pdf.open_outline() as outline:
        outline.root.append(pikepdf.OutlineItem(SECRET, 1))


@MARKS
@pytest.mark.parametrize(
    "change",
    [
        lambda _: None,
        link_to_it,
        share_resources,
        inherit_resources,
        draw_pattern,
        share_with_damage,
        fill_fields,
        attach_files,
    ],
)
def test_what_is_hidden_is_nowhere_in_the_file(change: Callable[[pikepdf.Pdf], None], mark: Mark | None) -> None:
    content = make_pdf(change)
    assert SECRET.encode() in everything_in(content)
    made = make_copy(content, ".pdf", mark, WHOLE).content
    assert SECRET.encode() not in everything_in(made)
    document = pypdfium2.PdfDocument(made)
    assert len(document) == 3
    assert document[0].get_textpage().get_text_bounded().strip() == "first page"


def test_what_others_have_stamped_on_other_pages_is_still_seen() -> None:
    def stamp(pdf: pikepdf.Pdf) -> None:
        look = pdf.make_stream(b"1 0 0 rg 0 0 99 99 re f", Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form)
        look.BBox = pikepdf.Array([0, 0, 99, 99])
        note = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Stamp, Rect=[50, 50, 149, 149], F=4)
        note.AP = pikepdf.Dictionary(N=look)
        pdf.pages[0].Annots = pikepdf.Array([pdf.make_indirect(note)])

    made = make_copy(make_pdf(stamp), ".pdf", None, WHOLE).content
    picture = pypdfium2.PdfDocument(made)[0].render(scale=1).to_pil().convert("RGB")
    assert picture.getpixel((100, 700)) == (255, 0, 0)
