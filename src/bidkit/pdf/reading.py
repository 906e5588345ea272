"""a finished PDF -> text, number and size of each page, bookmarks, fonts, properties, faults."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bidkit.office.pages import UNSOUND, read_outline, read_page_texts
from bidkit.pdf.fonts import list_fonts

if TYPE_CHECKING:
    from pikepdf import Object, Page, Pdf

_DRAWN = re.compile(rb"/([^\s/<>\[\]()]+)\s+Do\b")


@dataclass(frozen=True)
class ReadPage:
    """A page: its text, the number that viewers show for it, the bytes of what is drawn first on it."""

    text: str
    number: str
    size: int


@dataclass(frozen=True)
class ReadPdf:
    """A PDF as read back.

    Args:
        outline: level from 1, title, page from 1.
        properties: what its information dictionary says, by key without the stroke.
        fonts: each with whether it is embedded.
        faults: why it is not sound.
    """

    name: str
    size: int
    pages: tuple[ReadPage, ...] = ()
    outline: tuple[tuple[int, str, int], ...] = ()
    properties: Mapping[str, str] = field(default_factory=dict)
    fonts: tuple[tuple[str, bool], ...] = ()
    faults: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The whole text."""
        return "\n".join(page.text for page in self.pages)


def read_pdf(content: bytes, name: str) -> ReadPdf:
    """A finished PDF; what cannot be read is a fault."""
    import pikepdf

    try:
        with pikepdf.open(io.BytesIO(content)) as pdf:
            texts, sizes, numbers = read_page_texts(content), _measure_pages(pdf), _read_numbers(pdf)
            pages = tuple(map(ReadPage, texts, numbers, sizes))
            properties = {key.removeprefix("/"): str(value) for key, value in pdf.docinfo.items()}
            outline, fonts = tuple(read_outline(content)), tuple(list_fonts(*pdf.pages))
            faults = tuple(map(str, pdf.get_warnings()))
    except (pikepdf.PdfError, *UNSOUND) as error:
        return ReadPdf(name, len(content), faults=(str(error),))
    return ReadPdf(name, len(content), pages, outline, properties, fonts, faults)


def nest_levels(levels: Iterable[int]) -> list[int]:
    """How deep headings of these levels stand in an outline: one that skips levels, right below the one above it."""
    above: list[int] = []
    depths = []
    for level in levels:
        while above and above[-1] >= level:
            above.pop()
        above.append(level)
        depths.append(len(above))
    return depths


def _read_numbers(pdf: Pdf) -> list[str]:
    """The number of each page, as a viewer shows it."""
    return [page.label for page in pdf.pages]


def _measure_pages(pdf: Pdf) -> list[int]:
    """The bytes of each page; what several draw counts for the first of them, fonts for none."""
    seen: set[tuple[int, int]] = set()
    return [_measure(page.obj, page, seen) for page in pdf.pages]


def _measure(holder: Object, page: Page, seen: set[tuple[int, int]]) -> int:
    """The bytes of a page's or form's content and of all that it draws."""
    import pikepdf

    is_form = isinstance(holder, pikepdf.Stream)
    none = pikepdf.Dictionary()
    resources = holder.get("/Resources", none) if is_form else page.resources
    contents = holder if is_form else holder.get("/Contents", none)
    size = 0
    for stream in contents if isinstance(contents, pikepdf.Array) else (contents,):
        if not isinstance(stream, pikepdf.Stream) or stream.objgen in seen:
            continue
        seen.add(stream.objgen)
        size += len(stream.read_raw_bytes())
        for used in _DRAWN.findall(stream.read_bytes()):
            drawing = resources.get("/XObject", none).get("/" + used.decode("latin-1"))
            if isinstance(drawing, pikepdf.Stream) and drawing.get("/Subtype") == "/Form":
                size += _measure(drawing, page, seen)
            elif isinstance(drawing, pikepdf.Stream) and drawing.objgen not in seen:
                seen.add(drawing.objgen)
                size += len(drawing.read_raw_bytes())
    return size
