"""credential files and pictures: checked, and turned into appendix pages and copies."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath

from bidkit.bid import Bid
from bidkit.catalog.papers import Credential
from bidkit.config import CONFIG_NAME
from bidkit.diagnostic import Diagnostic, Span
from bidkit.ooxml.markdown import list_images
from bidkit.ooxml.values import Image, read_image
from bidkit.scalars import Model, Prose
from bidkit.source import Workspace

MAX_PDF_PAGES = 300
_DPI = 150
_JPEG_QUALITY = 85


@dataclass(frozen=True)
class Attachment:
    """One file of a credential; `copy_name` is its name in `submit/credentials/`."""

    credential: str
    name: str
    content: bytes
    copy_name: str

    @cached_property
    def pages(self) -> tuple[Image, ...]:
        """It as pictures; drawn once, however many volumes print them."""
        return make_pages(self)


@dataclass(frozen=True)
class Appendix:
    """What the texts and credentials of a bid bring along as files.

    Args:
        pictures: by the file that shows them and the target written there.
    """

    attachments: tuple[Attachment, ...]
    pictures: Mapping[tuple[str, str], Image]

    def hashes(self) -> dict[str, dict[str, str]]:
        """SHA-256 of the credential files (`papers`) and of the pictures, by name."""
        papers = {item.name: hashlib.sha256(item.content).hexdigest() for item in self.attachments}
        pictures = {
            f"{file}: {target}": hashlib.sha256(image.data).hexdigest()
            for (file, target), image in sorted(self.pictures.items())
        }
        return {"papers": papers, "pictures": pictures}


def load_appendix(workspace: Workspace, bid: Bid, deal_name: str) -> tuple[Appendix, list[Diagnostic]]:
    """Every credential file and picture, decoded once. Diagnostics: DL12–DL14."""
    problems: list[Diagnostic] = []
    attachments = [
        attachment
        for number, paper in enumerate(bid.selection.chosen, 1)
        for attachment in _load_files(workspace, paper, number, problems)
    ]
    pictures: dict[tuple[str, str], Image] = {}
    for file, target, at in _list_pictures(bid, deal_name):
        relative, found = workspace.locate(target, file, at)
        content, more = workspace.read(relative, at=at) if relative else (None, [])
        problems += found + more
        if content is None or relative is None:
            continue
        image = read_image(content, max_height_mm=150, max_width_mm=140)
        if image is None:
            problems.append(Diagnostic("DL14", at, {"file": relative, "reason": "PNG, JPEG"}))
            continue
        pictures[file, target] = image
    return Appendix(tuple(attachments), pictures), problems


def proses(record: object) -> Iterable[Prose]:
    """Every Markdown text below a record."""
    if isinstance(record, Prose):
        yield record
    elif isinstance(record, Model):
        for name in type(record).model_fields:
            yield from proses(getattr(record, name))
    elif isinstance(record, tuple):
        for item in record:
            yield from proses(item)


def _list_pictures(bid: Bid, deal_name: str) -> Iterable[tuple[str, str, Span | None]]:
    """Each picture that a text or product shows: the file that names it, its target, the place."""
    if bid.company.logo:
        yield CONFIG_NAME, bid.company.logo, bid.company.span("logo")
    for product in bid.catalog.products:
        if product.picture:
            yield product.introduction.file, product.picture, product.span("picture")
    for prose in proses((bid.deal, bid.company, bid.catalog.products, bid.catalog.services)):
        file = prose.file or deal_name
        for target, line in list_images(prose.text):
            yield file, target, Span(file, prose.line + line, 1) if prose.file else Span(file)


def _load_files(
    workspace: Workspace, paper: Credential, number: int, problems: list[Diagnostic]
) -> Iterable[Attachment]:
    if not paper.files:
        problems.append(Diagnostic("DL05", paper.span("files"), {"key": "files"}))
    for position, name in enumerate(paper.files, 1):
        at = paper.span("files", position - 1)
        relative, found = workspace.locate(name, at.file if at else "", at)
        content, more = workspace.read(relative, at=at) if relative else (None, [])
        problems += found + more
        if content is None or relative is None:
            continue
        reason = _find_damage(content, PurePosixPath(relative).suffix.lower())
        if reason:
            problems.append(Diagnostic("DL14", at, {"file": relative, "reason": reason}))
            continue
        title = re.sub(r'[\\/:*?"<>|\s]+', "_", paper.title).strip("._")
        suffix = f"-{position}" if len(paper.files) > 1 else ""
        yield Attachment(
            paper.id, relative, content, f"{number:02d}-{title}{suffix}{PurePosixPath(relative).suffix.lower()}"
        )


def _find_damage(content: bytes, suffix: str) -> str:
    """Why a credential file cannot be shown; empty if it can."""
    if not content:
        return "empty"
    if suffix in (".png", ".jpg", ".jpeg"):
        return "" if read_image(content) else "PNG, JPEG"
    if suffix != ".pdf":
        return f"{suffix or 'no suffix'}: .pdf, .jpg, .png"
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(content)
        count = len(document)
        for index in range(count):
            document[index].get_size()
        document.close()
    except pypdfium2.PdfiumError as error:
        return f"PDF: {error}"
    return "" if 0 < count <= MAX_PDF_PAGES else f"PDF: {count} pages, 1 to {MAX_PDF_PAGES}"


def make_pages(attachment: Attachment) -> tuple[Image, ...]:
    """An attachment as pictures, a page each; PDF pages are drawn at 150 dpi."""
    if not attachment.name.lower().endswith(".pdf"):
        image = read_image(attachment.content, attachment.copy_name)
        return (image,) if image else ()
    import pypdfium2

    document = pypdfium2.PdfDocument(attachment.content)
    document.init_forms()  # without it neither filled fields nor visible seals of signatures are drawn
    pages = []
    for index in range(len(document)):
        picture = document[index].render(scale=_DPI / 72).to_pil().convert("RGB")
        buffer = io.BytesIO()
        picture.save(buffer, "JPEG", quality=_JPEG_QUALITY, dpi=(_DPI, _DPI))
        alt = f"{attachment.copy_name} {index + 1}"
        pages.append(Image(buffer.getvalue(), "jpeg", picture.width, picture.height, alt))
    document.close()
    return tuple(pages)
