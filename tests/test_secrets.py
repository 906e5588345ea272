"""What scans carry unseen goes into nothing that is handed in: secrets are planted and looked for."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import pikepdf
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from workspace import ISO9001, LICENCE, NOW, make_pdf, make_picture, make_workspace, root_of, sign_all, write

from bidkit.build import Options, make_package

SECRETS = {
    f"SECRET-{name}"
    for name in (
        *("png-author", "png-xmp", "artist", "description", "gps", "pdf-author", "pdf-custom", "pdf-xmp", "piece"),
        *("name", "attachment", "script", "launch", "key"),
    )
}


def plant_in_picture() -> bytes:
    text = PngInfo()
    text.add_text("Author", "SECRET-png-author")
    text.add_itxt("XML:com.adobe.xmp", "<x:xmpmeta>SECRET-png-xmp</x:xmpmeta>")
    exif = Image.Exif()
    exif[0x013B], exif[0x010E] = "SECRET-artist", "SECRET-description"
    exif.get_ifd(0x8825)[1] = "SECRET-gps"
    stream = io.BytesIO()
    Image.open(io.BytesIO(make_picture("PNG", 1000, 1300))).save(stream, "PNG", pnginfo=text, exif=exif)
    return stream.getvalue()


def plant_in_pdf() -> bytes:
    stream = io.BytesIO()
    with pikepdf.open(io.BytesIO(make_pdf())) as pdf:
        with pdf.open_metadata() as about:
            about["dc:creator"] = ["SECRET-pdf-xmp"]
        pdf.docinfo["/Author"], pdf.docinfo["/Custom"] = "SECRET-pdf-author", "SECRET-pdf-custom"
        pdf.pages[0].obj.PieceInfo = pikepdf.Dictionary(App=pikepdf.String("SECRET-piece"))
        pdf.attachments["SECRET-name.txt"] = b"SECRET-attachment"
        pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("SECRET-script"))
        pdf.Root.AA = pikepdf.Dictionary(
            WP=pikepdf.Dictionary(S=pikepdf.Name.Launch, F=pikepdf.String("SECRET-launch"))
        )
        names = pikepdf.Array([pikepdf.String("SECRET-key"), pdf.Root.OpenAction])
        pdf.Root.Names.JavaScript = pikepdf.Dictionary(Names=names)
        pdf.save(stream)
    return stream.getvalue()


def unzip(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def open_up(name: str, content: bytes) -> Iterator[tuple[str, bytes]]:
    """A file as it lies, and all that is packed in it."""
    yield name, content
    if content.startswith(b"PK"):
        for part, inside in unzip(content).items():
            yield f"{name}!{part}", part.encode()
            yield from open_up(f"{name}!{part}", inside)
    for number, stream in enumerate(re.findall(rb"stream\r?\n(.*?)\r?\nendstream", content, re.S)):
        try:
            yield f"{name}!{number}", zlib.decompressobj().decompress(stream)
        except zlib.error:
            continue
    if content.startswith(b"\x89PNG"):
        for chunk in re.findall(rb"(?:zTXt|iTXt)(.*?)\0\0", content, re.S):
            yield f"{name}!text", chunk


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    deal = make_workspace(tmp_path_factory.mktemp("planted"))
    root = root_of(deal)
    write(root / LICENCE, plant_in_picture())
    write(root / ISO9001, plant_in_pdf())
    return root


def count_secrets(files: dict[str, bytes]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for name, content in files.items():
        for place, inside in open_up(name, content):
            for text in (inside, inside.replace(b"\0", b"")):  # PDF and EXIF may hold UTF-16
                for secret in re.findall(rb"SECRET-[a-z_-]+", text):
                    found.setdefault(secret.decode(), set()).add(place)
    return found


def test_the_secrets_can_be_found_where_they_are_planted(root: Path) -> None:
    files = {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}
    planted = count_secrets(files)
    assert planted.keys() == SECRETS


@pytest.mark.parametrize("is_draft", [True, False])
def test_no_planted_secret_is_handed_in(root: Path, is_draft: bool) -> None:
    (deal,) = root.glob("deals/*/deal.yaml")
    if not is_draft:
        sign_all(deal)
    result, files = make_package(deal, Options(now=NOW, is_draft=is_draft))
    assert files is not None, [item.message("en") for item in result.diagnostics]
    copies = [name for name in files if name.startswith("submit/credentials/")]
    assert len(copies) == 2 and all(files[name] for name in copies)
    assert count_secrets({name: content for name, content in files.items() if name.startswith("submit/")}) == {}
    assert count_secrets(files) == {}
