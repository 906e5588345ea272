"""Finished PDFs: pages of other PDFs in the places of pictures, properties, bookmarks, fonts, and what is read back."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pikepdf
import pypdfium2
import pytest
from pdf_files import A4, Box, add_note, add_page, difference, draw, make_font, make_pdf, save
from pikepdf import Array, Dictionary, Name
from PIL import Image

from bidkit.appendix import Attachment, make_pages
from bidkit.diagnostic import Diagnostic, Severity, Span
from bidkit.pdf.finishing import About, finish_pdf
from bidkit.pdf.fonts import family, list_fonts
from bidkit.pdf.numbering import decrypt, encrypt
from bidkit.pdf.reading import read_pdf
from bidkit.pdf.stand_ins import StandIn, make_stand_ins

ABOUT = About("智慧水务 投标文件", "青禾云帆信息技术有限公司", date(2026, 9, 15), "zh-CN")
WIDTH = 400
EEXEC = "d9d66f633b846a"
"""How the encrypted part of countless Type 1 fonts begins: `t1asm` puts four zeros before `dup`."""
Change = Callable[[pikepdf.Pdf, pikepdf.Page], Any]


def stand_ins_of(content: bytes, name: str = "paper.pdf") -> tuple[list[StandIn], list[Diagnostic]]:
    pages = make_pages(Attachment("x", name, content, name))
    made, problems = make_stand_ins(name, content, [page.data for page in pages])
    assert set(made) <= {page.data for page in pages}
    return list(made.values()), problems


def lay_out(stand_ins: list[StandIn], sizes: list[tuple[float, float]]) -> bytes:
    """A PDF as LibreOffice writes it: a picture a page, named in one dictionary that all pages share."""
    pdf = pikepdf.new()
    pictures = Dictionary()
    shared = pdf.make_indirect(Dictionary(XObject=pictures, Font=Dictionary(F1=make_font(pdf))))
    for number, (item, size) in enumerate(zip(stand_ins, sizes, strict=True)):
        picture = pdf.make_stream(item.pixels)
        picture.update({"/Type": Name.XObject, "/Subtype": Name.Image, "/ColorSpace": Name.DeviceRGB})
        picture.update({"/Width": 16, "/Height": 16, "/BitsPerComponent": 8})
        pictures[f"/Im{number}"] = picture
        page = pdf.add_blank_page(page_size=size)
        page.obj.Resources = shared
        page.obj.Contents = pdf.make_stream(b"q %g 0 0 %g 0 0 cm /Im%d Do Q" % (*size, number))
    pdf.docinfo["/Producer"] = "LibreOffice 7.4"
    return save(pdf)


def merge(content: bytes) -> tuple[bytes, Image.Image]:
    """A one-page PDF merged so that it fills a page, and the picture of it that the .docx would have."""
    (item,), problems = stand_ins_of(content)
    assert problems == []
    (picture,) = make_pages(Attachment("x", "paper.pdf", content, "paper.pdf"))
    shown = Image.open(io.BytesIO(picture.data))
    finished, missing = finish_pdf(
        lay_out([item], [(WIDTH, WIDTH * shown.height / shown.width)]), ABOUT, stand_ins=[item]
    )
    assert missing == []
    return finished, shown


def text_of(pdf: bytes) -> str:
    return "".join(read_pdf(pdf, "x.pdf").text.split())


# ------------------------------------------------------------------------------------------------ merged pages

TURNED: dict[str, Any] = {str(angle): angle for angle in (0, 90, 180, 270, -90, 450)}


@pytest.mark.parametrize("angle", TURNED.values(), ids=TURNED)
@pytest.mark.parametrize(
    ("media", "crop"),
    [
        (A4, None),
        ((100, -50, 695, 792), None),
        (A4, (50, 80, 500, 700)),
        ((0, 0, 842, 595), (10, 20, 900, 700)),
        ((595, 842, 0, 0), None),
    ],
    ids=["plain", "elsewhere", "cropped", "crop-beyond", "reversed"],
)
def test_a_merged_page_looks_as_its_picture_does(angle: int, media: Box, crop: Box | None) -> None:
    corner = crop or (min(media[0], media[2]), min(media[1], media[3]), 0, 0)

    def change(pdf: pikepdf.Pdf, page: pikepdf.Page) -> None:
        x, y = corner[:2]
        page.obj.Contents = pdf.make_stream(
            b"1 0 0 rg %g %g 120 60 re f 0 0 1 rg %g %g 40 150 re f" % (x + 30, y + 30, x + 200, y + 100)
        )
        page.obj.Rotate = angle

    finished, shown = merge(make_pdf(change, media=media, crop=crop))
    assert difference(shown, draw(finished, dpi=150)) < 2


def test_what_a_page_inherits_counts(tmp_path: Any) -> None:
    def change(pdf: pikepdf.Pdf, page: pikepdf.Page) -> None:
        for key in ("/MediaBox", "/Resources"):
            pdf.Root.Pages[key] = page.obj[key]
            del page.obj[key]
        pdf.Root.Pages.Rotate = 90

    finished, shown = merge(make_pdf(change))
    assert shown.width > shown.height
    assert difference(shown, draw(finished, dpi=150)) < 2
    assert "EVIDENCE" in text_of(finished)


def test_a_page_in_large_units_fills_the_same_place() -> None:
    finished, shown = merge(make_pdf(lambda pdf, page: page.obj.__setitem__("/UserUnit", 2)))
    assert difference(shown, draw(finished, dpi=150)) < 2


def test_a_merged_page_is_no_picture_and_its_text_is_found() -> None:
    finished, _ = merge(make_pdf(text="CERT-2026-0815"))
    assert "CERT-2026-0815" in text_of(finished)
    with pikepdf.open(io.BytesIO(finished)) as pdf:
        kinds = [item.get("/Subtype") for item in pdf.objects if isinstance(item, pikepdf.Stream)]
    assert "/Image" not in kinds
    assert "/Form" in kinds


def test_stamps_and_filled_fields_are_drawn_hidden_ones_are_not() -> None:
    def change(pdf: pikepdf.Pdf, page: pikepdf.Page) -> None:
        add_note(pdf, page, "Stamp")
        hidden = add_note(pdf, page, "Stamp")
        hidden.Rect, hidden.F = Array([100, 600, 200, 700]), 2
        field = add_note(pdf, page, "Widget", FT=Name.Tx, T="seal", V="x")
        field.Rect = Array([420, 600, 520, 700])
        pdf.Root.AcroForm = Dictionary(Fields=Array([page.obj.Annots[2]]))

    finished, shown = merge(make_pdf(change))
    drawn = draw(finished, dpi=150)
    assert difference(shown, drawn) < 2
    with pikepdf.open(io.BytesIO(finished)) as pdf:
        assert "/AcroForm" not in pdf.Root
        assert "/Annots" not in pdf.pages[0].obj


def test_split_contents_and_an_empty_page_are_merged() -> None:
    def split(pdf: pikepdf.Pdf, page: pikepdf.Page) -> None:
        content = page.obj.Contents.read_bytes()
        at = content.index(b"re f") + 2
        page.obj.Contents = Array([pdf.make_stream(content[:at]), pdf.make_stream(content[at:])])

    finished, shown = merge(make_pdf(split))
    assert difference(shown, draw(finished, dpi=150)) < 2
    finished, shown = merge(make_pdf(lambda pdf, page: page.obj.__delitem__("/Contents")))
    assert difference(shown, draw(finished, dpi=150)) == 0


def test_a_protected_pdf_that_opens_is_merged() -> None:
    with pikepdf.open(io.BytesIO(make_pdf())) as pdf:
        locked = save(pdf, encryption=pikepdf.Encryption(owner="secret", user=""))
    finished, _ = merge(locked)
    assert "EVIDENCE" in text_of(finished)
    with pikepdf.open(io.BytesIO(finished)) as pdf:
        assert not pdf.is_encrypted


def test_nothing_that_acts_comes_along() -> None:
    def change(pdf: pikepdf.Pdf, page: pikepdf.Page) -> None:
        pdf.Root.OpenAction = Dictionary(S=Name.JavaScript, JS="app.alert(1)")
        page.obj.AA = Dictionary(O=Dictionary(S=Name.JavaScript, JS="app.alert(2)"))
        add_note(pdf, page, "Link", look=False, A=Dictionary(S=Name.URI, URI="http://elsewhere.example"))
        pdf.attachments["calc.exe"] = b"MZ"

    finished, _ = merge(make_pdf(change))
    with pikepdf.open(io.BytesIO(finished)) as pdf:
        stored = b"".join(bytes(str(dict(item)), "utf-8") for item in pdf.objects if isinstance(item, Dictionary))
        assert b"JavaScript" not in stored
        assert b"elsewhere" not in stored
        assert not pdf.attachments


def test_a_font_that_nothing_uses_is_no_obstacle() -> None:
    def change(pdf: pikepdf.Pdf, page: pikepdf.Page) -> None:
        page.obj.Resources.Font.Unused = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)

    finished, _ = merge(make_pdf(change))
    assert all(is_embedded for _, is_embedded in read_pdf(finished, "x.pdf").fonts)


# ------------------------------------------------------------------------------------------------ what stays a picture


def with_foreign_font(pdf: pikepdf.Pdf, page: pikepdf.Page) -> None:
    page.obj.Resources.Font.F = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name("/STSong-Light"))


def with_foreign_font_in_a_form(pdf: pikepdf.Pdf, page: pikepdf.Page) -> None:
    form = pdf.make_stream(b"BT /G 9 Tf (x) Tj ET")
    form.update({"/Type": Name.XObject, "/Subtype": Name.Form, "/BBox": Array([0, 0, 9, 9])})
    font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name("/STSong-Light"))
    form.Resources = Dictionary(Font=Dictionary(G=font))
    page.obj.Resources.XObject = Dictionary(Fm=form)
    page.obj.Contents = pdf.make_stream(page.obj.Contents.read_bytes() + b" /Fm Do")


def with_foreign_composite_font(pdf: pikepdf.Pdf, page: pikepdf.Page) -> None:
    below = Dictionary(
        Type=Name.Font,
        Subtype=Name.CIDFontType0,
        BaseFont=Name("/STSong-Light"),
        CIDSystemInfo=Dictionary(Registry="Adobe", Ordering="GB1", Supplement=4),
    )
    font = Dictionary(
        Type=Name.Font, Subtype=Name.Type0, BaseFont=Name("/STSong-Light"), Encoding=Name("/UniGB-UCS2-H")
    )
    font.DescendantFonts = Array([below])
    page.obj.Resources.Font.F = font


def with_layers(pdf: pikepdf.Pdf, page: pikepdf.Page) -> None:
    layer = pdf.make_indirect(Dictionary(Type=Name.OCG, Name="secret"))
    pdf.Root.OCProperties = Dictionary(OCGs=Array([layer]), D=Dictionary(OFF=Array([layer])))


def with_unfilled_look(pdf: pikepdf.Pdf, page: pikepdf.Page) -> None:
    add_note(pdf, page, "Widget", FT=Name.Tx, T="name", V="李四")
    pdf.Root.AcroForm = Dictionary(Fields=Array([page.obj.Annots[0]]), NeedAppearances=True)


def with_bare_highlight(pdf: pikepdf.Pdf, page: pikepdf.Page) -> None:
    add_note(pdf, page, "Highlight", look=False, QuadPoints=[300, 700, 400, 700, 300, 600, 400, 600], C=[1, 1, 0])


OBSTACLES: dict[str, tuple[Change, str]] = {
    "font": (with_foreign_font, "STSong-Light"),
    "font-in-form": (with_foreign_font_in_a_form, "STSong-Light"),
    "composite-font": (with_foreign_composite_font, "STSong-Light"),
    "layers": (with_layers, "layers"),
    "fields": (with_unfilled_look, "form fields"),
    "notes": (with_bare_highlight, "notes"),
}


@pytest.mark.parametrize(("change", "words"), OBSTACLES.values(), ids=OBSTACLES)
def test_a_page_that_would_look_different_stays_a_picture_and_is_reported(change: Change, words: str) -> None:
    made, (problem,) = stand_ins_of(make_pdf(change))
    assert made == []
    assert (problem.code, problem.severity, problem.span) == ("PK11", Severity.WARNING, Span("paper.pdf"))
    assert words in problem.message("en")
    assert problem.message("zh") != problem.message("en")


def test_pages_that_stay_pictures_are_named_in_one_message() -> None:
    pdf = pikepdf.new()
    for number in range(4):
        page = add_page(pdf, "A" * (number + 1))
        if number in (1, 3):
            with_foreign_font(pdf, page)
    made, (problem,) = stand_ins_of(save(pdf))
    assert [item.number for item in made] == [1, 3]
    assert problem.values["pages"] == "2, 4"


def test_a_font_whose_name_is_in_a_chinese_code_is_named_in_its_codes() -> None:
    content = make_pdf(with_foreign_font).replace(b"/STSong-Light", b"/#CB#CE#CC#E5")
    _, (problem,) = stand_ins_of(content)
    assert "#cb#ce#cc#e5" in problem.message("en").casefold()


def test_fields_without_a_look_keep_only_their_own_page_a_picture() -> None:
    pdf = pikepdf.new()
    with_unfilled_look(pdf, add_page(pdf, "FORM"))
    add_page(pdf, "OTHERS")
    made, (problem,) = stand_ins_of(save(pdf))
    assert [item.number for item in made] == [2]
    assert problem.values["pages"] == "1"


def test_what_must_be_repaired_to_be_read_is_not_merged() -> None:
    # Here PDFium takes the page for upright, and qpdf turns it.
    broken = make_pdf(lambda pdf, page: page.obj.__setitem__("/Rotate", 90)).replace(b"/Type /Page ", b"/Type /Page)")
    made, (problem,) = make_stand_ins("paper.pdf", broken, [b"picture"])
    assert not made
    assert "damaged" in problem.message("en")


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9, 0.99])
def test_a_damaged_pdf_is_merged_or_reported_never_a_crash(share: float) -> None:
    content = make_pdf()
    damaged = content[: int(len(content) * share)] + b"%%EOF"
    made, problems = make_stand_ins("paper.pdf", damaged, [b"picture"])
    assert len(made) + len(problems) == 1
    for item in made.values():
        finish_pdf(lay_out([item], [(100, 100)]), ABOUT)


def test_a_pdf_with_other_pages_than_were_drawn_stays_pictures() -> None:
    made, (problem,) = make_stand_ins("paper.pdf", make_pdf(), [b"one", b"two"])
    assert not made
    assert problem.values["pages"] == "1, 2"


def test_a_stand_in_that_was_not_laid_out_is_named() -> None:
    (one,), _ = stand_ins_of(make_pdf(text="ONE"))
    (two,), _ = stand_ins_of(make_pdf(text="THREE"), "other.pdf")
    finished, missing = finish_pdf(lay_out([one], [(100, 100)]), ABOUT, stand_ins=[one, two])
    assert missing == [two]
    assert "ONE" in text_of(finished)


def test_one_page_that_is_shown_twice_is_stored_once() -> None:
    (item,), _ = stand_ins_of(make_pdf(text="TWICE"))
    finished, missing = finish_pdf(lay_out([item, item], [(100, 100)] * 2), ABOUT, stand_ins=[item])
    assert missing == []
    assert text_of(finished).count("TWICE") == 2
    with pikepdf.open(io.BytesIO(finished)) as pdf:
        assert len([x for x in pdf.objects if isinstance(x, pikepdf.Stream) and x.get("/Subtype") == "/Form"]) == 1


# ------------------------------------------------------------------------------------------------ the file as a whole


def make_outlined() -> bytes:
    pdf = pikepdf.new()
    for number in range(3):
        add_page(pdf, f"PAGE{number}")
    with pdf.open_outline() as outline:
        first = pikepdf.OutlineItem("一.1 \u3000Old", 0)
        first.children.append(pikepdf.OutlineItem("below", 1))
        outline.root += [first, pikepdf.OutlineItem("last", 2)]
    pdf.Root.Dests = Dictionary(bidkit0=Array([pdf.pages[0].obj, Name.Fit]))
    pdf.docinfo.update({"/Author": "root", "/Creator": "Writer", "/Producer": "LibreOffice 7.4", "/Keywords": "host7"})
    pdf.docinfo["/CreationDate"] = "D:20261126072105Z'"
    pdf.trailer["/DocChecksum"] = Name("/1B1994C2A006F1159382F56ECB48354D")
    return save(pdf, static_id=True)


def test_properties_name_the_bidder_and_nothing_of_the_machine() -> None:
    finished, _ = finish_pdf(make_outlined(), ABOUT)
    read = read_pdf(finished, "x.pdf")
    assert read.properties == {
        "Title": ABOUT.title,
        "Author": ABOUT.author,
        "Creator": "bidkit",
        "Producer": "LibreOffice 7.4",
        "CreationDate": "D:20260915000000Z",
        "ModDate": "D:20260915000000Z",
    }
    with pikepdf.open(io.BytesIO(finished)) as pdf:
        assert (str(pdf.Root.Lang), str(pdf.Root.PageMode if "/PageMode" in pdf.Root else "")) == ("zh-CN", "")
        assert pdf.Root.ViewerPreferences.DisplayDocTitle
        assert "/Dests" not in pdf.Root


def test_bookmarks_say_what_the_document_says() -> None:
    finished, _ = finish_pdf(make_outlined(), ABOUT, ["1.1 新", "下", "末"])
    read = read_pdf(finished, "x.pdf")
    assert read.outline == ((1, "1.1 新", 1), (2, "下", 2), (1, "末", 3))
    with pikepdf.open(io.BytesIO(finished)) as pdf:
        assert pdf.Root.PageMode == "/UseOutlines"


def test_page_numbers_are_those_that_are_printed() -> None:
    finished, _ = finish_pdf(make_outlined(), ABOUT, numbers=["i", "ii", "1"])
    assert [page.number for page in read_pdf(finished, "x.pdf").pages] == ["i", "ii", "1"]


def test_the_same_layout_gives_the_same_bytes_and_another_another_id() -> None:
    layout = make_outlined()
    with pikepdf.open(io.BytesIO(layout)) as pdf:
        pdf.docinfo["/CreationDate"] = "D:20270101000000Z"
        pdf.trailer["/DocChecksum"] = Name("/B7CE479C22EB2EB8B4D56301CBCB0934")
        later = save(pdf)
    one, two = finish_pdf(layout, ABOUT)[0], finish_pdf(later, ABOUT)[0]
    assert one == two
    other = finish_pdf(make_pdf(), ABOUT)[0]
    ids = [pikepdf.open(io.BytesIO(content)).trailer.ID for content in (one, other)]
    assert bytes(ids[0][0]) == bytes(ids[0][1])
    assert bytes(ids[0][0]) != bytes(ids[1][0])


def make_numbered(*numbers: int) -> bytes:
    """A PDF with Type 1 fonts of these numbers, as LibreOffice embeds them."""
    pdf = pikepdf.new()
    add_page(pdf)
    fonts = Dictionary()
    for number in numbers:
        clear = b"%%!FontType1-1.0\n/FontName /A def\n/UniqueID %d def\ncurrentfile eexec\n" % number
        secret = encrypt(b"\0\0\0\0dup /Private 8 dict dup begin\n/UniqueID %d def\n/Subrs 1 array" % number)
        program = pdf.make_stream(clear + secret + b"0" * 512 + b"cleartomark\n")
        program.update({"/Length1": len(clear), "/Length2": len(secret), "/Length3": 524})
        about = pdf.make_indirect(Dictionary(Type=Name.FontDescriptor, FontName=Name.A, FontFile=program))
        fonts[f"/F{len(fonts)}"] = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.A, FontDescriptor=about)
    pdf.pages[0].obj.Resources = Dictionary(Font=fonts)
    return save(pdf)


def test_numbers_of_fonts_do_not_tell_what_else_was_laid_out() -> None:
    """LibreOffice counts on through the documents of a call; two fonts of one document never share a number."""
    one, two = (finish_pdf(make_numbered(*numbers), ABOUT)[0] for numbers in ((4100001, 4100002), (4100007, 4100009)))
    assert one == two
    with pikepdf.open(io.BytesIO(one)) as pdf:
        programs = [font.FontDescriptor.FontFile for font in pdf.pages[0].obj.Resources.Font.values()]
        numbers = []
        for program in programs:
            content, clear = program.read_bytes(), int(program.Length1)
            end = clear + int(program.Length2)
            texts = content[:clear], decrypt(content[clear:end])
            numbers.append([int(found) for text in texts for found in re.findall(rb"/UniqueID (\d{7}) def", text)])
            assert texts[1].startswith(b"\0\0\0\0dup /Private") and texts[1].endswith(b"/Subrs 1 array")
            assert content[end:] == b"0" * 512 + b"cleartomark\n"
        assert sorted(numbers) == [[4100000, 4100000], [4100001, 4100001]]


def test_eexec_is_that_of_the_type_1_format() -> None:
    """The first bytes of a font program, as any rasterizer reads them: four that mean nothing, then the dictionary."""
    assert encrypt(b"\0\0\0\0dup").hex() == EEXEC
    assert decrypt(bytes.fromhex(EEXEC)) == b"\0\0\0\0dup"


def test_what_is_read_back_tells_pages_sizes_and_faults() -> None:
    pdf = pikepdf.new()
    add_page(pdf, "SMALL")
    page = add_page(pdf, "LARGE")
    noise = bytes(range(256)) * 300
    picture = pdf.make_stream(noise)
    picture.update({"/Type": Name.XObject, "/Subtype": Name.Image, "/ColorSpace": Name.DeviceRGB})
    picture.update({"/Width": 160, "/Height": 160, "/BitsPerComponent": 8})
    page.obj.Resources.XObject = Dictionary(Im=picture)
    page.obj.Contents = pdf.make_stream(page.obj.Contents.read_bytes() + b" q 9 0 0 9 0 0 cm /Im Do Q")
    read = read_pdf(save(pdf, compress_streams=False), "x.pdf")
    assert [page.text.strip() for page in read.pages] == ["SMALL", "LARGE"]
    assert read.pages[0].size < 1000 < len(noise) < read.pages[1].size
    assert read.faults == ()
    assert read_pdf(b"%PDF-1.7 nothing", "x.pdf").faults


def test_fonts_are_listed_wherever_they_are_used() -> None:
    with pikepdf.open(io.BytesIO(make_pdf(with_foreign_font_in_a_form))) as pdf:
        assert set(list_fonts(*pdf.pages)) == {("Type3", True), ("STSong-Light", False)}
    assert family("CAAAAA+NotoSansCJKjp-Bold-VKana") == "NotoSansCJKjp"
    assert family("Arial,Bold") == "Arial"


def test_pictures_are_drawn_with_the_same_box_that_is_merged() -> None:
    # The picture's sides are the visible page's, so that it is not stretched in its place.
    content = make_pdf(media=A4, crop=(50, 80, 350, 280))
    (picture,) = make_pages(Attachment("x", "paper.pdf", content, "paper.pdf"))
    assert picture.width / picture.height == pytest.approx(1.5, abs=0.01)
    with pypdfium2.PdfDocument(content) as document:
        assert document[0].get_size() == (300, 200)
