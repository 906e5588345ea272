"""The papers of the script: watermarked copies, and their pages as pictures; both kept in a folder."""

from __future__ import annotations

import hashlib
import io
import re
import shutil
from functools import lru_cache
from pathlib import Path
from typing import Any

from script_pictures import font

DPI = 150


def make_copies(papers: list[dict[str, Any]], mark: str, folder: Path, cache: Path | None) -> dict[str, list[Path]]:
    """Write the copies of all papers into a folder; the pages of each, by its id."""
    store = cache or folder.parent.parent / ".pages"
    store.mkdir(parents=True, exist_ok=True)
    pages: dict[str, list[Path]] = {}
    for number, paper in enumerate(papers, 1):
        for position, path in enumerate(paper["files"], 1):
            copy, shown = make_copy(path, mark, store)
            name = re.sub(r'[\\/:*?"<>|\s]+', "_", f"{number:02d}-{paper['title']}")
            suffix = f"-{position}" if len(paper["files"]) > 1 else ""
            shutil.copyfile(copy, folder / f"{name}{suffix}{copy.suffix}")
            pages.setdefault(paper["id"], []).extend(shown)
    return pages


def make_copy(path: Path, mark: str, store: Path) -> tuple[Path, list[Path]]:
    """The copy of a file and its pages, made if they are not kept."""
    key = hashlib.sha256(path.read_bytes() + mark.encode()).hexdigest()
    kept = sorted(store.glob(f"{key}-*.jpg"))
    if path.suffix == ".pdf":
        copy = store / f"{key}.pdf"
        if not kept:
            copy.write_bytes(mark_pdf(path, mark))
            kept = draw_pages(copy, store, key)
        return copy, kept
    if not kept:
        kept = [store / f"{key}-001.jpg"]
        mark_picture(path, mark).save(kept[0], quality=85, dpi=(200, 200))
    return kept[0], kept


def mark_picture(path: Path, mark: str) -> Any:
    """A scan with the text over it, no larger than A4 at 200 dpi."""
    from PIL import Image, ImageOps

    with Image.open(path) as picture:
        page = ImageOps.exif_transpose(picture).convert("RGB")
    page.thumbnail((1654, 2339))
    shade = stencil(page.size, mark).point(lambda value: value * 15 // 100)
    page.paste((128, 128, 128), (0, 0), shade)
    return page


@lru_cache(maxsize=16)
def stencil(size: tuple[int, int], mark: str) -> Any:
    """The text, turned, all over a page."""
    from PIL import Image, ImageDraw

    width, height = size
    letters = font(max(9, min(size) // 26))
    tile = Image.new("L", (int(letters.getlength(mark)) + 40, min(size) // 10), 0)
    ImageDraw.Draw(tile).text((20, 10), mark, fill=255, font=letters)
    tile = tile.rotate(30, expand=True, resample=Image.Resampling.BICUBIC)
    page = Image.new("L", size, 0)
    for y in range(-tile.height // 2, height, tile.height + 60):
        for x in range(-tile.width // 2, width, tile.width + 60):
            page.paste(255, (x, y), tile)
    return page


def mark_pdf(path: Path, mark: str) -> bytes:
    """A PDF with the text over every page."""
    import pikepdf

    with pikepdf.open(path) as pdf:
        for page in pdf.pages:
            width, height = (int(value) for value in page.mediabox[2:])
            with pikepdf.open(make_overlay((width, height), mark)) as overlay:
                page.add_overlay(overlay.pages[0])
        stream = io.BytesIO()
        pdf.save(stream)
    return stream.getvalue()


def make_overlay(size: tuple[int, int], mark: str) -> io.BytesIO:
    """A page of one picture that is transparent but for the text."""
    import pikepdf
    from PIL import Image

    shade = stencil(size, mark).point(lambda value: value * 15 // 100)
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=size)
    grey = {"Type": pikepdf.Name.XObject, "Subtype": pikepdf.Name.Image, "Width": size[0], "Height": size[1],
            "BitsPerComponent": 8, "ColorSpace": pikepdf.Name.DeviceGray}  # fmt: skip
    mask = pdf.make_stream(shade.tobytes(), **grey)
    image = pdf.make_stream(Image.new("L", size, 128).tobytes(), **grey, SMask=mask)
    name = pdf.pages[0].add_resource(image, pikepdf.Name.XObject)
    pdf.pages[0].contents_add(f"q {size[0]} 0 0 {size[1]} 0 0 cm {name} Do Q".encode())
    stream = io.BytesIO()
    pdf.save(stream)
    stream.seek(0)
    return stream


def draw_pages(copy: Path, store: Path, key: str) -> list[Path]:
    """The pages of a PDF as pictures."""
    import pypdfium2

    made = []
    with pypdfium2.PdfDocument(copy) as document:
        for number, page in enumerate(document, 1):
            made.append(store / f"{key}-{number:03d}.jpg")
            page.render(scale=DPI / 72).to_pil().convert("RGB").save(made[-1], quality=85, dpi=(DPI, DPI))
    return made
