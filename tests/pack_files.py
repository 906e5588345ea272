"""A template pack of two volumes, made of the shipped Chinese one: what tests of volumes start from."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import docx
from docx.document import Document
from office_files import zipped
from workspace import edit, make_workspace, plain_template, root_of, write

from bidkit.pack import shipped_packs

PRICE_CHAPTER = "报价汇总"
LETTER_TAG = "{%p if tender and tender.own_letter %}"
MANIFEST = """\
schema: bidkit/pack@1
locale: zh-CN
volumes:
  - id: technical
    title: 资格及商务技术文件
    template: technical.docx
    output: "{tender.no}-{volume.title}"
    prices: false
  - id: price
    title: 报价文件
    template: price.docx
required_styles: [heading 1, Body Text, toc 1, Bid Table]
"""


def shipped_template(pack: str = "") -> Document:
    """A shipped proposal; without a name the Chinese one without page references."""
    return docx.Document(str(shipped_packs() / pack / "proposal.docx") if pack else io.BytesIO(plain_template()))


def cut(document: Document, is_kept: Callable[[str], bool]) -> Document:
    """The document without those chapters whose heading is not kept; what comes before the first one stays.

    The letter of bid tells the total: it stands where the chapter of prices does.
    """
    chapter = None
    headings = {p._p: p.text for p in document.paragraphs if p.style is not None and p.style.name == "Heading 1"}
    headings |= {p._p: PRICE_CHAPTER for p in document.paragraphs if p.text in (LETTER_TAG, "投标函")}
    body = document.element.body
    for element in list(body):
        chapter = headings.get(element, chapter)
        if chapter is not None and element.tag.endswith(("}p", "}tbl")) and not is_kept(chapter):
            body.remove(element)
    return document


def without(document: Document, text: str) -> Document:
    """The document whose paragraphs with this text, also those of headers, are empty but for the draft mark."""
    headers = [header for section in document.sections for header in (section.header, section.first_page_header)]
    for paragraph in [p for part in (document, *headers) for p in part.paragraphs]:
        if text in paragraph.text:
            paragraph.clear().add_run("{{ draft_mark }}")
    return document


def saved(document: Document, *lines: str) -> bytes:
    """The file, with lines of text below the last paragraph of its cover."""
    cover = next(p for p in document.paragraphs if p.style is not None and p.style.name == "Cover Kind")
    for line in lines:
        cover.insert_paragraph_before(line)
    return settled(document)


def settled(document: Document) -> bytes:
    """A document as a file: the same bytes at any time, so that a template is compiled once."""
    stream = io.BytesIO()
    document.save(stream)
    with zipfile.ZipFile(stream) as archive:
        return zipped({name: archive.read(name) for name in archive.namelist()})


COVER = "{{ volume.title }}，第 {{ volume.no }} 册，共 {{ volume.count }} 册"


@lru_cache
def technical_docx(*lines: str) -> bytes:
    return saved(cut(shipped_template(), lambda chapter: chapter != PRICE_CHAPTER), COVER, *lines)


@lru_cache
def price_docx(*lines: str) -> bytes:
    return saved(cut(shipped_template(), lambda chapter: chapter == PRICE_CHAPTER), COVER, *lines)


def make_pack(root: Path, manifest: str = MANIFEST, **templates: bytes) -> Path:
    """A pack `mine` in a workspace: its manifest; files by their name without suffix."""
    folder = root / "templates/mine"
    write(folder / "pack.yaml", manifest)
    for name, content in {"technical": technical_docx(), "price": price_docx(), **templates}.items():
        write(folder / f"{name}.docx", content)
    return folder


def make_two_volumes(path: Path, manifest: str = MANIFEST, templates: dict[str, bytes] | None = None) -> Path:
    """The small workspace of `workspace.py`, whose bid is built in two volumes; the path of its deal.yaml."""
    deal = make_workspace(path)
    edit(root_of(deal) / "bidkit.yaml", "as_of: 2026-09-01", "as_of: 2026-09-01\npack: mine")
    make_pack(root_of(deal), manifest, **(templates or {}))
    return deal
