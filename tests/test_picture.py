"""Pictures for a script: formats, sizes, links, and what is no picture."""

from __future__ import annotations

import io
import struct
import zlib
from itertools import count
from pathlib import Path

import docx.image.image
import pytest
from lxml import etree
from office_files import NAMESPACES, png, q
from PIL import Image as Pillow

from bidkit.ooxml.fields import Numbering
from bidkit.ooxml.picture import Cm, Emu, Inches, InlineImage, Mm, Pt, read_picture
from bidkit.ooxml.values import Rendering, Site, Styles

SITE = Site("", 1, 1, "<w:rPr><w:b/></w:rPr>")


def rendering() -> Rendering:
    return Rendering(Styles({}, {}), Numbering({}), count(1), count(1))


def saved(format: str, size: tuple[int, int] = (60, 40), **options: object) -> bytes:
    buffer = io.BytesIO()
    Pillow.new("RGB", size, "red").save(buffer, format, **options)
    return buffer.getvalue()


def drawing(image: InlineImage, part: Rendering) -> etree._Element:
    return etree.fromstring(f"<x {NAMESPACES}>{image.runs(part, SITE)}</x>")


def extent(image: InlineImage) -> tuple[int, int]:
    (found,) = drawing(image, rendering()).iter(q("wp:extent"))
    return int(found.get("cx", "")), int(found.get("cy", ""))


def test_lengths_are_whole_emu() -> None:
    assert [Mm(10), Cm(1), Inches(1), Pt(72), Emu(914_400.0)] == [360_000, 360_000, 914_400, 914_400, 914_400]


@pytest.mark.parametrize(
    ("format", "options"),
    [
        ("PNG", {}),
        ("PNG", {"dpi": (300, 150)}),
        ("JPEG", {}),
        ("JPEG", {"dpi": (200, 200)}),
        ("GIF", {}),
        ("BMP", {"dpi": (120, 120)}),
        ("BMP", {}),
        ("TIFF", {"dpi": (144, 144)}),
        ("TIFF", {"resolution_unit": 3, "x_resolution": 100.0, "y_resolution": 100.0}),
    ],
)
def test_size_is_that_of_python_docx(format: str, options: dict[str, object]) -> None:
    data = saved(format, **options)
    known = docx.image.image.Image.from_blob(data)
    found = read_picture(data)
    assert (found.width, found.height, found.data) == (known.width, known.height, data)


@pytest.mark.parametrize(
    ("format", "extension"), [("PNG", "png"), ("JPEG", "jpeg"), ("GIF", "gif"), ("BMP", "bmp"), ("TIFF", "tiff")]
)
def test_formats_of_word_are_kept(format: str, extension: str) -> None:
    part = rendering()
    drawing(InlineImage(None, saved(format)), part)
    ((name, data),) = part.media.items()
    assert name.endswith(f".{extension}") and data == saved(format)


@pytest.mark.parametrize("format", ["WEBP", "PPM", "ICO"])
def test_other_formats_are_turned_into_png(format: str) -> None:
    found = read_picture(saved(format, (32, 32)))
    assert found.extension == "png"
    with Pillow.open(io.BytesIO(found.data)) as picture:
        assert (picture.format, picture.size) == ("PNG", (32, 32))


def test_header_alone_gives_the_size() -> None:
    head = struct.pack(">IIBBBBB", 9_000, 9_000, 8, 2, 0, 0, 0)
    chunk = struct.pack(">I", 13) + b"IHDR" + head + struct.pack(">I", zlib.crc32(b"IHDR" + head))
    found = read_picture(b"\x89PNG\r\n\x1a\n" + chunk + struct.pack(">I", 10) + b"IDAT")
    assert found.width == 9_000 * 12_700


def test_picture_of_more_than_100_million_pixels_is_refused() -> None:
    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    chunk = struct.pack(">I", 13) + b"IHDR" + head + struct.pack(">I", zlib.crc32(b"IHDR" + head))
    with pytest.raises(ValueError, match="picture: "):
        read_picture(b"\x89PNG\r\n\x1a\n" + chunk + struct.pack(">I", 10) + b"IDAT")


@pytest.mark.parametrize("data", [b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"\x89PNG\r\n\x1a\n", png()[:20]])
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="not a picture"):
        InlineImage(None, data)


def test_path_stream_and_bytes_are_read_alike(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(png())
    stream = io.BytesIO(png())
    stream.read(5)
    for source in (str(tmp_path / "a.png"), tmp_path / "a.png", stream, png()):
        assert InlineImage(None, source).data == png()


def test_missing_file_is_an_error_where_it_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        InlineImage(None, tmp_path / "a.png")


def test_one_length_keeps_the_ratio_and_two_do_not() -> None:
    data = saved("PNG", (60, 40))
    assert extent(InlineImage(None, data, width=Mm(30))) == (Mm(30), Mm(20))
    assert extent(InlineImage(None, data, height=Mm(30))) == (Mm(45), Mm(30))
    assert extent(InlineImage(None, data, Mm(10), Mm(30))) == (Mm(10), Mm(30))
    assert extent(InlineImage(None, data)) == (60 * 12_700, 40 * 12_700)


def test_equal_pictures_are_stored_once_and_drawn_with_numbers_of_their_own() -> None:
    part = rendering()
    images = [InlineImage(None, png()), InlineImage(None, io.BytesIO(png())), InlineImage(None, png(color="blue"))]
    numbers = [item.get("id") for image in images for item in drawing(image, part).iter(q("wp:docPr"))]
    assert len(part.media) == len(part.relationships) == 2
    assert len(set(numbers)) == 3


def test_link_and_alternative_text_stand_at_the_frame() -> None:
    part = rendering()
    image = InlineImage(None, png(), anchor="https://example.org/?a=1&b=2", alt='Plan "A" & <B>', title="Plan")
    (frame,) = drawing(image, part).iter(q("wp:docPr"))
    assert (frame.get("descr"), frame.get("title")) == ('Plan "A" & <B>', "Plan")
    (click,) = frame.iter(q("a:hlinkClick"))
    assert part.relationships[click.get(q("r:id"), "")][1:] == ("https://example.org/?a=1&b=2", True)


def test_run_of_the_picture_has_the_tags_format() -> None:
    (run,) = drawing(InlineImage(None, png()), rendering())
    assert [child.tag for child in run] == [q("w:rPr"), q("w:drawing")]
