"""credential files and pictures: checked, and turned into appendix pages and copies.

bare     a PDF without its makers, and without what its hidden pages left
scans    a file -> its copy: upright, at print size, watermarked
marks    the watermark, on pictures and on PDF pages
"""

from __future__ import annotations

import hashlib
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain, count
from pathlib import PurePosixPath
from typing import Any

from bidkit.appendix.marks import Mark, can_write
from bidkit.appendix.scans import MAX_KEPT, Copy, Hidden, Unfit, describe_maker, make_copy
from bidkit.bid import Bid
from bidkit.cache import open_store
from bidkit.catalog.papers import Credential
from bidkit.config import CONFIG_NAME
from bidkit.deal.attachments import Attachments
from bidkit.diagnostic import Diagnostic, Severity, Span, load_messages
from bidkit.file_names import MAX_NAME_BYTES
from bidkit.ooxml.markdown import list_images
from bidkit.ooxml.opc import find_risks, read_package
from bidkit.ooxml.values import Image, read_image
from bidkit.personal import mask_number, mask_residents
from bidkit.scalars import Model, Prose
from bidkit.source import Workspace
from bidkit.specimens import SAMPLES, SPECIMENS

_JPEG_QUALITY = 85
_LEAST_DPI = 150
_UNSAFE = re.compile(r'[\\/:*?"<>|\s\x00-\x1f\x7f]+')
_SHOWN_PAGES = 10
_RESERVED = re.compile(r"con|prn|aux|nul|(com|lpt)\d", re.I)
"""What Windows takes for devices."""
_DRAWN = "1"


@dataclass(frozen=True)
class Attachment:
    """One file of a credential, as a copy; `copy_name` is its name in `submit/credentials/`.

    Args:
        name: the original, in the workspace.
        content: the copy.
        original: SHA-256 of the original.
        dpi: at which its PDF pages are drawn.
    """

    credential: str
    name: str
    content: bytes
    copy_name: str
    original: str = ""
    dpi: int = 150

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
        papers = {item.name: item.original for item in self.attachments}
        pictures = {
            f"{file}: {target}": hashlib.sha256(image.data).hexdigest()
            for (file, target), image in sorted(self.pictures.items())
        }
        return {"papers": papers, "pictures": pictures}


def load_appendix(workspace: Workspace, bid: Bid, deal_name: str) -> tuple[Appendix, list[Diagnostic]]:
    """Every credential file and picture, decoded once. Diagnostics: DL11–DL14, EN01–EN03, EN19, ID11, PK35, QU08,
    QU14."""
    problems: list[Diagnostic] = []
    mark, found = make_mark(bid)
    problems += found if any(paper.files for paper in bid.selection.chosen) else []
    loader = _Loader(workspace, bid, mark, problems)
    attachments = [
        attachment for number, paper in enumerate(bid.selection.chosen, 1) for attachment in loader.load(paper, number)
    ]
    pictures: dict[tuple[str, str], Image] = {}
    for file, target, at in list_pictures(bid, deal_name):
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


def print_number(paper: Credential, text: Attachments) -> str:
    """The number of a paper as it may be printed: that of a person, where it is to be hidden, without its middle."""
    if not text.mask:
        return paper.number
    return mask_number(paper.number) if paper.hides_number else mask_residents(paper.number)


def proses(record: Model) -> Iterable[Prose]:
    """Every Markdown text below a record."""
    for name in type(record).model_fields:
        value = getattr(record, name)
        for item in value if isinstance(value, tuple) else (value,):
            if isinstance(item, Prose):
                yield item
            elif isinstance(item, Model):
                yield from proses(item)


def list_pictures(bid: Bid, deal_name: str) -> Iterable[tuple[str, str, Span | None]]:
    """Each picture that a text or product shows: the file that names it, its target, the place."""
    if bid.company.logo:
        yield CONFIG_NAME, bid.company.logo, bid.company.span("logo")
    for product in bid.catalog.products:
        if product.picture:
            yield product.introduction.file, product.picture, product.span("picture")
    records = (bid.deal, bid.company, *bid.catalog.products, *bid.catalog.services)
    for prose in chain.from_iterable(map(proses, records)):
        file = prose.file or deal_name
        for target, line in list_images(prose.text):
            yield file, target, Span(file, prose.line + line, 1) if prose.file else Span(file)


def make_mark(bid: Bid) -> tuple[Mark | None, list[Diagnostic]]:
    """The watermark of a deal; none if it wants none. Diagnostics: EN19 (no font for its characters)."""
    wanted = bid.deal.attachments.watermark
    if not wanted.show:
        return None, []
    no = bid.deal.tender.no if bid.deal.tender else bid.deal.id
    labels = load_messages(bid.deal.language)["labels"]
    text = wanted.text or str(labels["watermark"]).format(title=bid.deal.title, no=no)
    problems = []
    if not can_write(text):
        text = str(load_messages("en")["labels"]["watermark_plain"]).format(no=no if no.isascii() else "")
        problems.append(Diagnostic("EN19", wanted.span("text"), {"text": text}, Severity.WARNING))
    return Mark(" ".join(text.split()), wanted.color, wanted.angle, float(wanted.opacity)), problems


class _Loader:
    """The files of papers, each made into a copy."""

    def __init__(self, workspace: Workspace, bid: Bid, mark: Mark | None, problems: list[Diagnostic]) -> None:
        self.workspace, self.mark, self.problems = workspace, mark, problems
        self.text, self.language = bid.deal.attachments, bid.deal.language
        self.taken: set[str] = set()
        self.is_sample = bid.company.name in SAMPLES["name"]
        self.store = open_store("papers", MAX_KEPT)

    def load(self, paper: Credential, number: int) -> Iterable[Attachment]:
        if not paper.files:
            self.problems.append(Diagnostic("DL05", paper.span("files"), {"key": "files"}))
        for position, name in enumerate(paper.files, 1):
            at = paper.span("files", position - 1)
            relative, found = self.workspace.locate(name, at.file if at else "", at)
            content, more = self.workspace.read(relative, at=at) if relative else (None, [])
            self.problems += found + more
            if content is None or relative is None:
                continue
            made = self.copy(content, relative, at, self.find_hidden(paper, position))
            if made is None:
                continue
            suffix = f"-{position}" if len(paper.files) > 1 else ""
            copy_name = self.name_copy(paper, number, suffix, made.suffix)
            original = self.workspace.release(relative)
            if not self.is_sample and original in SPECIMENS:
                self.problems.append(Diagnostic("ID11", at, {"stated": relative}))
            yield Attachment(paper.id, relative, made.content, copy_name, original, self.text.dpi)

    def find_hidden(self, paper: Credential, position: int) -> tuple[Hidden, ...]:
        """What a copy of a file hides. Diagnostics: DL11 (of a file that the record does not have)."""
        if not self.text.mask:
            return ()
        masks = paper.masks or ()
        for mask in masks if position == 1 else ():
            if not 1 <= mask.file <= len(paper.files):
                limit = f"1 … {len(paper.files)}"
                self.problems.append(Diagnostic("DL11", mask.span("file"), {"value": mask.file, "limit": limit}))
        return tuple(
            Hidden(mask.page, *map(float, (mask.left, mask.top, mask.left + mask.width, mask.top + mask.height)))
            for mask in masks
            if mask.file == position
        )

    def name_copy(self, paper: Credential, number: int, suffix: str, kind: str) -> str:
        """A name that every system takes, and no other copy has."""
        kinds = load_messages(self.language)["labels"]["papers"]["kinds"]
        about = {"no": f"{number:02d}", "kind": kinds[paper.kind], "number": print_number(paper, self.text)}
        about |= {"id": paper.id, "title": paper.title, "holder": paper.holder}
        name = _UNSAFE.sub("_", self.text.name.format_map(about)).strip("._ ").encode()[:MAX_NAME_BYTES]
        safe = name.decode(errors="ignore").strip("._ ") or paper.id
        safe = f"{safe}{'_' if _RESERVED.fullmatch(safe) else ''}{suffix}"
        others = (f"{safe}~{again}" for again in count(2))
        free = next(own for own in chain([safe], others) if _fold(own) not in self.taken)
        self.taken.add(_fold(free))
        return f"{free}{kind}"

    def copy(self, content: bytes, name: str, at: Span | None, hidden: tuple[Hidden, ...]) -> Copy | None:
        """The copy of a file; None if it cannot be attached."""
        suffix = PurePosixPath(name).suffix.lower()
        try:
            if suffix == ".docx":
                content, suffix = self.lay_out(content, name, at), ".pdf"
            made = make_copy(content, suffix, self.mark, hidden, self.store)
        except Unfit as error:
            self.problems.append(Diagnostic("DL14", at, {"file": name, "reason": error.reason}))
            return None
        if 0 < made.dpi < _LEAST_DPI:
            values = {"file": name, "dpi": str(made.dpi), "least": str(_LEAST_DPI)}
            self.problems.append(Diagnostic("QU08", at, values, Severity.WARNING))
        if made.faint:
            values = {"file": name, "pages": ", ".join(map(str, made.faint[:_SHOWN_PAGES]))}
            self.problems.append(Diagnostic("QU14", at, values, Severity.WARNING))
        size = -(-len(made.content) // 1024)
        if self.text.max_kb is not None and size > self.text.max_kb:
            self.problems.append(Diagnostic("PK35", at, {"file": name, "size": size, "limit": self.text.max_kb}))
        return made

    def lay_out(self, content: bytes, name: str, at: Span | None) -> bytes:
        """A Word file as a PDF. Raises Unfit for one that is hostile or cannot be laid out."""
        package, found = read_package(content, name)
        try:
            risks = [what for _, what in find_risks(package)] if package is not None else []
        except (SyntaxError, ValueError) as error:
            raise Unfit(f"DOCX: {error}") from None
        if package is None:
            raise Unfit(str(found[0].values["reason"]))
        if risks:
            raise Unfit(f"DOCX: {risks[0]}")
        from bidkit.office import lay_out

        made, found = lay_out({"paper.docx": content})
        if "paper.docx" not in made:
            self.problems += [replace(item, span=at, severity=Severity.ERROR) for item in found]
            raise Unfit("DOCX: LibreOffice")
        return made["paper.docx"]


def _fold(name: str) -> str:
    """A name as systems compare it that do not tell capitals, nor how an accent is written."""
    return unicodedata.normalize("NFC", name).casefold()


def make_pages(attachment: Attachment) -> tuple[Image, ...]:
    """A copy as pictures, a page each; PDF pages are drawn once, then kept by content."""
    if not attachment.copy_name.lower().endswith(".pdf"):
        image = read_image(attachment.content, attachment.copy_name)
        return (image,) if image else ()
    return tuple(
        Image(data, "jpeg", width, height, f"{attachment.copy_name} {number}")
        for number, (data, width, height) in enumerate(_draw_pages(attachment.content, attachment.dpi), 1)
    )


def _draw_pages(content: bytes, dpi: int) -> Iterator[tuple[bytes, int, int]]:
    """Each page as a JPEG with its width and height in pixels."""
    import pypdfium2

    store = open_store("pages", MAX_KEPT)
    drawn = f"{_DRAWN} {describe_maker()} {hashlib.sha256(content).hexdigest()}"
    document = None
    number = count = 0
    while count == 0 or number < count:
        key = f"{drawn} {dpi} {number}"
        kept = store.get(key) if store else None
        if kept is None:
            if document is None:
                document = pypdfium2.PdfDocument(content)
                document.init_forms()  # without it neither filled fields nor visible seals of signatures are drawn
            kept = _draw(document, number, dpi)
            if store:
                store.put(key, kept)
        head, _, data = kept.partition(b"\n")
        width, height, count = map(int, head.split())
        yield data, width, height
        number += 1
    if document is not None:
        document.close()


def _draw(document: Any, number: int, dpi: int) -> bytes:
    """A page: its size and how many there are, in a line of text, then the JPEG."""
    picture = document[number].render(scale=dpi / 72).to_pil().convert("RGB")
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=_JPEG_QUALITY, dpi=(dpi, dpi))
    return f"{picture.width} {picture.height} {len(document)}\n".encode() + buffer.getvalue()
