"""Files of papers as copies: every format, broken and hostile ones, watermarks, resolution, what is kept."""

from __future__ import annotations

import io
import resource
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docx
import pikepdf
import pypdfium2
import pytest
from PIL import Image, ImageDraw, ImageFont
from workspace import COMPANY, NOW, edit, make_pdf, make_picture, make_workspace, root_of, run_check, sign_all, write

from bidkit.appendix import Attachment, load_appendix, make_pages
from bidkit.appendix.marks import Mark, _load_font, _wrap, can_write, find_font, make_stencil
from bidkit.appendix.scans import MAX_PAGES, Copy, Unfit, make_copy
from bidkit.build import Options, build_deal
from bidkit.diagnostic import Diagnostic, Severity
from bidkit.office import find_office
from bidkit.source import Workspace

MARK = Mark("FOR TENDER CXSW-2026-001 ONLY", "7F7F7F", 30, 0.25)


def save(picture: Image.Image, kind: str, **more: Any) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, kind, **more)
    return stream.getvalue()


def page(mode: str = "RGB", size: tuple[int, int] = (1000, 1400)) -> Image.Image:
    """A page with something in its upper left quarter."""
    picture = Image.new("RGB", size, "white")
    ImageDraw.Draw(picture).rectangle((0, 0, size[0] // 2, size[1] // 2), fill="navy")
    return picture.convert(mode)


def draw(content: bytes) -> list[bytes]:
    """The pixels of each page of a PDF."""
    return [item.render(scale=1).to_pil().tobytes() for item in pypdfium2.PdfDocument(content)]


def open_copy(copy: Copy) -> Image.Image:
    return Image.open(io.BytesIO(copy.content))


def is_dark(picture: Image.Image, x: float, y: float) -> bool:
    """Whether a place, in shares of width and height, is dark."""
    value = picture.convert("L").getpixel((int(picture.width * x), int(picture.height * y)))
    assert isinstance(value, int)
    return value < 100


class TestFormats:
    @pytest.mark.parametrize(
        ("content", "suffix", "made"),
        [
            (save(page(), "PNG"), ".png", ".png"),
            (save(page(), "JPEG"), ".jpg", ".jpg"),
            (save(page(), "JPEG"), ".png", ".jpg"),  # what it is tells its content
            (save(page("L"), "PNG"), ".png", ".png"),
            (save(page("1"), "TIFF"), ".tif", ".jpg"),
            (save(page("CMYK"), "JPEG"), ".jpeg", ".jpg"),
            (save(page("P"), "PNG"), ".png", ".jpg"),
            (save(page("RGBA"), "PNG"), ".png", ".jpg"),
            (save(page("LA"), "PNG"), ".png", ".jpg"),
            (save(page(), "WEBP"), ".webp", ".jpg"),
            (save(page("L").convert("I").point(lambda value: value * 257), "TIFF"), ".tiff", ".jpg"),
            (save(page("L").convert("I;16").point(lambda value: value * 257), "PNG"), ".png", ".jpg"),
        ],
    )
    @pytest.mark.parametrize("mark", [None, MARK])
    def test_every_kind_of_picture_looks_as_it_did(
        self, content: bytes, suffix: str, made: str, mark: Mark | None
    ) -> None:
        copy = make_copy(content, suffix, mark)
        picture = open_copy(copy)
        assert copy.suffix in (made, ".png" if picture.mode == "L" else made, ".jpg")
        assert picture.mode in ("RGB", "L")
        assert is_dark(picture, 0.25, 0.25)
        assert not is_dark(picture, 0.75, 0.75)

    def test_transparent_is_white(self) -> None:
        picture = Image.new("RGBA", (900, 1200), (0, 0, 0, 0))
        assert not is_dark(open_copy(make_copy(save(picture, "PNG"), ".png", None)), 0.5, 0.5)

    @pytest.mark.parametrize("turned", [3, 6, 8])
    def test_scans_are_turned_upright(self, turned: int) -> None:
        exif = Image.Exif()
        exif[0x0112] = turned
        back = {3: 180, 6: 90, 8: 270}[turned]
        content = save(page().rotate(back, expand=True), "JPEG", exif=exif)
        copy = open_copy(make_copy(content, ".jpg", None))
        assert copy.size == (1000, 1400)
        assert is_dark(copy, 0.25, 0.25) and not is_dark(copy, 0.75, 0.75)

    def test_a_large_scan_is_brought_to_print_size(self) -> None:
        copy = make_copy(save(page(size=(4960, 7016)), "JPEG"), ".jpg", None)
        assert open_copy(copy).size == (1654, 2339)
        wide = open_copy(make_copy(save(page(size=(7016, 4960)), "JPEG"), ".jpg", None))
        assert wide.size == (2339, 1654)

    def test_a_tiff_of_several_pages_is_a_pdf(self, monkeypatch: pytest.MonkeyPatch) -> None:
        frames = [page(), page("L"), page("1")]
        content = save(frames[0], "TIFF", save_all=True, append_images=frames[1:])
        copy = make_copy(content, ".tif", MARK)
        assert copy.suffix == ".pdf"
        assert len(pypdfium2.PdfDocument(copy.content)) == 3
        assert copy == make_copy(content, ".tif", MARK)
        monkeypatch.setenv("BIDKIT_CACHE", "off")
        assert copy == make_copy(content, ".tif", MARK)

    def test_a_plain_picture_without_a_watermark_stays_byte_for_byte(self) -> None:
        content = save(page(), "PNG")
        assert make_copy(content, ".png", None).content == content

    def test_a_pdf_without_a_watermark_looks_as_it_did(self) -> None:
        copy = make_copy(make_pdf(2), ".pdf", None)
        assert draw(copy.content) == draw(make_pdf(2))


def bomb(width: int, height: int) -> bytes:
    """A small PNG that says it is huge; its data is never needed."""
    import struct
    import zlib

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    )


def many_pages(count: int) -> bytes:
    with pikepdf.new() as pdf:
        for _ in range(count):
            pdf.add_blank_page(page_size=(595, 842))
        stream = io.BytesIO()
        pdf.save(stream)
    return stream.getvalue()


def encrypted() -> bytes:
    with pikepdf.open(io.BytesIO(make_pdf())) as pdf:
        stream = io.BytesIO()
        pdf.save(stream, encryption=pikepdf.Encryption(owner="o", user="u"))
    return stream.getvalue()


def word(change: Callable[[dict[str, bytes]], None] | None = None) -> bytes:
    document = docx.Document()
    document.add_heading("公司介绍", 1)
    document.add_paragraph("公司从事供水行业的数据采集。")
    stream = io.BytesIO()
    document.save(stream)
    if change is None:
        return stream.getvalue()
    with zipfile.ZipFile(stream) as file:
        members = {name: file.read(name) for name in file.namelist()}
    change(members)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as file:
        for name, content in members.items():
            file.writestr(name, content)
    return stream.getvalue()


def add_link(members: dict[str, bytes]) -> None:
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate"
    line = f'<Relationship Id="rIdX" Type="{kind}" Target="http://example.com/x.dotm" TargetMode="External"/>'.encode()
    name = "word/_rels/document.xml.rels"
    members[name] = members[name].replace(b"</Relationships>", line + b"</Relationships>")


def add_macro(members: dict[str, bytes]) -> None:
    members["word/vbaProject.bin"] = b"x"
    kind = b'<Override PartName="/word/vbaProject.bin" ContentType="application/vnd.ms-office.vbaProject"/></Types>'
    members["[Content_Types].xml"] = members["[Content_Types].xml"].replace(b"</Types>", kind)


BROKEN = {
    "empty.pdf": (b"", "empty"),
    "truncated.pdf": (make_pdf(3)[:400], "PDF"),
    "encrypted.pdf": (encrypted(), "PDF"),
    "long.pdf": (many_pages(5000), "5000"),
    "text.jpg": (b"this is no picture", "PNG, JPEG"),
    "truncated.png": (save(page(), "PNG")[:2000], "PNG, JPEG"),
    "bomb.png": (bomb(30_000, 30_000), "900000000"),
    "wide.png": (bomb(2_000_000, 60), "2000000"),
    "moving.webp": (save(page(), "WEBP", save_all=True, append_images=[page("L").convert("RGB")]), "animation"),
    "scan.gif": (save(page("P"), "GIF"), ".gif"),
    "hidden.png": (b"\x89PNG\r\n\x1a\n" + b"\0" * 200, "PNG, JPEG"),
    "macro.docx": (word(add_macro), "macro"),
    "linked.docx": (word(add_link), "external"),
    "broken.docx": (b"PK\x03\x04 broken", ""),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_or_hostile_file_is_told_at_its_place_quickly_and_in_little_memory(tmp_path: Path, name: str) -> None:
    content, reason = BROKEN[name]
    deal = make_workspace(tmp_path)
    write(tmp_path / f"catalog/credentials/files/{name}", content)
    edit(tmp_path / "catalog/credentials/iso9001.yaml", "files/iso9001.pdf", f"files/{name}")
    before, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
    found = run_check(deal).diagnostics
    (problem,) = [item for item in found if item.code == "DL14"]
    assert time.monotonic() - start < 20
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 400_000
    assert problem.span is not None
    assert (problem.span.file, problem.span.line) == ("catalog/credentials/iso9001.yaml", 9)
    assert name in problem.message("en") and reason in problem.message("en")
    assert (tmp_path / f"catalog/credentials/files/{name}").read_bytes() == content


def test_a_link_out_of_the_workspace_and_a_file_that_is_gone_are_told(tmp_path: Path) -> None:
    deal = make_workspace(tmp_path / "w")
    outside = write(tmp_path / "secret.pdf", make_pdf())
    target = root_of(deal) / "catalog/credentials/files/iso9001.pdf"
    target.unlink()
    assert [item.code for item in run_check(deal).diagnostics] == ["DL12"]
    target.symlink_to(outside)
    assert [item.code for item in run_check(deal).diagnostics] == ["DL13"]


@pytest.mark.office
@pytest.mark.skipif(find_office() is None, reason="LibreOffice is not installed")
def test_a_word_file_is_attached_as_pdf_pages(tmp_path: Path) -> None:
    deal = make_workspace(tmp_path)
    write(tmp_path / "catalog/credentials/files/intro.docx", word())
    edit(tmp_path / "catalog/credentials/iso9001.yaml", "files/iso9001.pdf", "files/intro.docx")
    sign_all(deal)
    result = build_deal(deal, Options(now=NOW))
    assert result.folder is not None, [item.message("en") for item in result.diagnostics]
    (copy,) = (result.folder / "submit/credentials").glob("02*.pdf")
    text = pypdfium2.PdfDocument(copy.read_bytes())[0].get_textpage().get_text_range()
    assert "公司从事供水行业的数据采集" in text


def test_a_word_file_without_libreoffice_is_a_clear_message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIDKIT_SOFFICE", "/nonexistent")
    monkeypatch.setenv("BIDKIT_CACHE", "off")
    deal = make_workspace(tmp_path)
    write(tmp_path / "catalog/credentials/files/intro.docx", word())
    edit(tmp_path / "catalog/credentials/iso9001.yaml", "files/iso9001.pdf", "files/intro.docx")
    found: list[Diagnostic] = list(run_check(deal).diagnostics)
    assert {"EN01", "DL14"} <= {item.code for item in found if item.severity is Severity.ERROR}


class TestWatermark:
    def test_it_covers_the_page_and_leaves_it_legible(self) -> None:
        stencil = make_stencil(1654, 2339, MARK)
        quarters = [(0, 0, 827, 1170), (827, 0, 1654, 1170), (0, 1170, 827, 2339), (827, 1170, 1654, 2339)]
        for box in quarters:
            part = stencil.crop(box)
            share = sum(part.histogram()[128:]) / (part.width * part.height)
            assert 0.003 < share < 0.2

    @pytest.mark.parametrize(
        "text", ["仅用于星澜市智慧水务一体化调度平台（XLSW-2026-IT-017）投标，他用无效", "x" * 300, "短"]
    )
    def test_a_long_text_is_never_cut_off(self, text: str) -> None:
        if not can_write(text):
            pytest.skip("no font with Chinese characters is installed")
        stencil = make_stencil(900, 1200, Mark(text, "000000", 30, 0.3))
        left, top, right, bottom = stencil.getbbox() or (0, 0, 0, 0)
        assert right > left
        if len(text) < 100:
            assert left > 0 and top > 0 and right < 900 and bottom < 1200

    def test_every_page_of_a_copy_has_it_and_the_original_is_untouched(self, tmp_path: Path) -> None:
        deal = make_workspace(tmp_path)
        originals = {
            path: path.read_bytes() for path in (tmp_path / "catalog/credentials/files").iterdir() if path.is_file()
        }
        write(tmp_path / "catalog/credentials/files/iso9001.pdf", make_pdf(3))
        originals[tmp_path / "catalog/credentials/files/iso9001.pdf"] = make_pdf(3)
        sign_all(deal)
        result = build_deal(deal, Options(now=NOW))
        assert result.folder is not None, [item.message("en") for item in result.diagnostics]
        for path, content in originals.items():
            assert path.read_bytes() == content
        copies = sorted((result.folder / "submit/credentials").iterdir())
        assert [path.name for path in copies] == ["01-营业执照.png", "02-质量管理体系认证证书.pdf"] or len(copies) == 2
        plain, marked = pypdfium2.PdfDocument(make_pdf(3)), pypdfium2.PdfDocument(copies[1].read_bytes())
        assert len(marked) == 3
        for number in range(3):
            pictures = [document[number].render(scale=4).to_pil().convert("L") for document in (plain, marked)]
            assert pictures[0].tobytes() != pictures[1].tobytes()

    def test_what_a_page_holds_stays_vector_and_text(self) -> None:
        content = many_pages(1)
        with pikepdf.open(io.BytesIO(make_copy(content, ".pdf", MARK).content)) as pdf:
            (page_,) = pdf.pages
            images = [item for item in page_.resources.XObject.values() if item.Subtype == "/Image"]
            assert [bool(item.ImageMask) for item in images] == [True]

    def test_a_copy_is_the_same_bytes_each_time(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("BIDKIT_CACHE", "off")
        assert make_copy(many_pages(2), ".pdf", MARK) == make_copy(many_pages(2), ".pdf", MARK)

    def test_stencils_of_pages_of_one_size_are_stored_once(self) -> None:
        one, many = (len(make_copy(many_pages(count), ".pdf", MARK).content) for count in (1, 50))
        assert many < one + 50 * 1000

    def test_a_deal_may_say_what_it_says_or_want_none(self, tmp_path: Path) -> None:
        deal = make_workspace(
            tmp_path, attachments={"watermark": {"text": "ONLY FOR US", "color": "B00020", "angle": "45"}}
        )
        assert run_check(deal).diagnostics == ()
        plain = make_workspace(tmp_path / "plain", attachments={"watermark": {"show": "false"}})
        bid = run_check(plain).bid
        assert bid is not None
        appendix, problems = load_appendix(Workspace(root_of(plain)), bid, "deals/water/deal.yaml")
        assert problems == []
        assert draw(appendix.attachments[1].content) == draw(make_pdf())

    @pytest.mark.parametrize(
        ("value", "code"),
        [
            ({"angle": "120"}, "DL11"),
            ({"color": "red"}, "DL10"),
            ({"opacity": "150%"}, "DL11"),
            ({"colour": "000000"}, "DL04"),
        ],
    )
    def test_a_watermark_that_cannot_be_is_refused(self, tmp_path: Path, value: dict[str, str], code: str) -> None:
        deal = make_workspace(tmp_path, attachments={"watermark": value})
        assert [item.code for item in run_check(deal).diagnostics] == [code]

    def test_a_watermark_does_not_depend_on_the_systems_libraries_for_text(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        marks = [
            Mark(text, "7F7F7F", 30, 0.25) for text in ("FOR TENDER AVATAR 2026 ONLY", "仅用于 AVATAR 一期投标（2026）")
        ]
        drawn = []
        for has_raqm in (True, False):
            make_stencil.cache_clear()
            _load_font.cache_clear()
            monkeypatch.setattr(ImageFont.core, "HAVE_RAQM", has_raqm)
            drawn.append([make_stencil(900, 1200, mark).tobytes() for mark in marks])
        assert drawn[0] == drawn[1]

    def test_no_line_of_a_watermark_begins_with_a_closing_mark(self) -> None:
        font = _load_font(40, is_ascii=False)
        for width in range(80, 600, 20):
            lines = _wrap("仅用于澄溪水厂（一期）项目（CXSW-2026-001）投标，他用无效。", font, width)
            assert "".join(lines) == "仅用于澄溪水厂（一期）项目（CXSW-2026-001）投标，他用无效。"
            assert not [line for line in lines if line[0] in "）。，"]

    def test_without_a_font_it_says_less_and_the_build_tells(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("bidkit.appendix.marks._FOLDERS", (str(tmp_path / "none"),))
        assert find_font() is None
        found = run_check(make_workspace(tmp_path)).diagnostics
        assert [(item.code, item.severity) for item in found] == [("EN19", Severity.WARNING)]
        assert "FOR TENDER CXSW-2026-001 ONLY" in found[0].message("en")


class TestSize:
    @pytest.mark.parametrize(("width", "codes"), [(900, ["QU08"]), (1000, [])])
    def test_a_scan_that_is_unreadable_in_print_is_a_warning(
        self, tmp_path: Path, width: int, codes: list[str]
    ) -> None:
        deal = make_workspace(tmp_path)
        write(tmp_path / "catalog/credentials/files/licence.png", make_picture("PNG", width, 800))
        assert [item.code for item in run_check(deal).diagnostics] == codes

    def test_a_copy_above_the_limit_is_an_error(self, tmp_path: Path) -> None:
        deal = make_workspace(tmp_path, attachments={"max_kb": "3"})
        noise = Image.effect_noise((1000, 1300), 60)
        write(tmp_path / "catalog/credentials/files/licence.png", save(noise, "PNG"))
        (problem,) = [
            item for item in run_check(deal).diagnostics if item.code == "PK35" and "licence" in str(item.values)
        ]
        assert problem.span is not None
        assert problem.span.file == "catalog/credentials/business-licence.yaml"

    @pytest.mark.parametrize(("dpi", "width"), [(100, 827), (200, 1654)])
    def test_pages_are_drawn_at_the_chosen_resolution(self, dpi: int, width: int) -> None:
        attachment = Attachment("x", "x.pdf", many_pages(1), "x.pdf", dpi=dpi)
        (drawn,) = make_pages(attachment)
        assert abs(drawn.width - width) <= 1
        assert make_pages(attachment) == (drawn,)

    @pytest.mark.parametrize("dpi", ["71", "601", "fine"])
    def test_a_resolution_that_cannot_be_is_refused(self, tmp_path: Path, dpi: str) -> None:
        found = run_check(make_workspace(tmp_path, attachments={"dpi": dpi})).diagnostics
        assert [item.code for item in found] in (["DL11"], ["DL08"])


def test_no_more_pages_than_allowed() -> None:
    assert make_copy(many_pages(MAX_PAGES), ".pdf", None).suffix == ".pdf"
    with pytest.raises(Unfit):
        make_copy(many_pages(MAX_PAGES + 1), ".pdf", None)


def test_two_bidders_share_no_id_of_their_copies(tmp_path: Path) -> None:
    ids = []
    for name in (COMPANY, "远汀科技有限公司"):
        mark = Mark(f"ONLY {len(name)}", "7F7F7F", 30, 0.25)
        with pikepdf.open(io.BytesIO(make_copy(make_pdf(), ".pdf", mark).content)) as pdf:
            ids.append(bytes(pdf.trailer.ID[1]))
    assert ids[0] != ids[1]
    assert tmp_path
