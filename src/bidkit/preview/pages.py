"""the laid-out documents of a build: their pages as pictures, and on which page a finding stands."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from bidkit.diagnostic import Diagnostic
from bidkit.office.pages import PDFIUM, read_page_texts

_SCALE = 1.6
"""Pixels a point: about 115 dpi, sharp on a screen."""
_LEAST = 4
"""A shorter text stands anywhere."""


@dataclass(frozen=True)
class Document:
    """A PDF of the package.

    Args:
        id: changes with its content, so that a browser may keep its pages.
        sizes: width and height of each page in pixels.
    """

    id: str
    name: str
    pdf: bytes
    sizes: tuple[tuple[int, int], ...]

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """What each page says, without blanks."""
        return tuple("".join(text.split()) for text in read_page_texts(self.pdf))


def read_documents(package: Mapping[str, bytes]) -> tuple[Document, ...]:
    """The PDFs that are handed in, those of the volumes first; copies of papers are parts of them."""
    names = [name for name in package if name.startswith("submit/") and name.count("/") == 1 and name.endswith(".pdf")]
    volumes = [name for name in names if f"{name.removesuffix('.pdf')}.docx" in package]
    return tuple(_read(name, package[name]) for name in dict.fromkeys([*volumes, *names]))


def _read(name: str, pdf: bytes) -> Document:
    from pypdfium2 import PdfDocument

    with PDFIUM, PdfDocument(pdf) as document:
        sizes = tuple((round(page.get_width() * _SCALE), round(page.get_height() * _SCALE)) for page in document)
    return Document(hashlib.sha256(pdf).hexdigest()[:16], name.removeprefix("submit/"), pdf, sizes)


@lru_cache(maxsize=64)
def draw_page(document: Document, number: int) -> bytes:
    """A page as a PNG; the first is 1."""
    from pypdfium2 import PdfDocument

    stream = io.BytesIO()
    with PDFIUM, PdfDocument(document.pdf) as pdf:
        pdf[number - 1].render(scale=_SCALE).to_pil().save(stream, "PNG")
    return stream.getvalue()


def find_page(documents: Sequence[Document], item: Diagnostic, line: str) -> tuple[str, int] | None:
    """The document and the page on which a finding can be seen; None where nothing of it is printed.

    Args:
        line: the text of the line at which it is written; empty where it is in no text.
    """
    for text in _list_texts(item, line):
        for document in documents:
            for number, page in enumerate(document.texts, 1):
                if text in page:
                    return document.id, number
    return None


def _list_texts(item: Diagnostic, line: str) -> Iterator[str]:
    """What to look for: what the finding quotes, then what its line says, in pieces."""
    quoted = [str(value) for value in item.values.values() if isinstance(value, str)]
    said = line.partition(":")[2] or line
    pieces = [piece.strip(" '\"{}[]-,|") for piece in said.replace("，", ",").split(",")]
    for text in (*sorted(quoted, key=len, reverse=True), said.strip(), *pieces):
        plain = "".join(text.split())
        if len(plain) >= _LEAST:
            yield plain
