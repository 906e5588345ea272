"""a layout made ready to be handed in: whose it is, bookmarks, page numbers, credential pages in their places."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from bidkit.pdf.numbering import number_fonts
from bidkit.pdf.stand_ins import SIDE, StandIn, make_form

if TYPE_CHECKING:
    from pikepdf import Object, Pdf

_OPEN_LEVELS = 1


@dataclass(frozen=True)
class About:
    """What the properties of a PDF say.

    Args:
        created: the day that stands for its making, so that no clock shows.
        language: as `zh-CN`.
    """

    title: str
    author: str
    created: date
    language: str


def finish_pdf(
    layout: bytes,
    about: About,
    bookmarks: Sequence[str] = (),
    numbers: Sequence[str] = (),
    stand_ins: Sequence[StandIn] = (),
) -> tuple[bytes, list[StandIn]]:
    """A PDF as it is handed in, the same bytes for the same layout; and the stand-ins that are nowhere in it.

    Args:
        layout: a PDF by LibreOffice.
        bookmarks: what the entries of its outline are to say, in their order.
        numbers: what each page shows as its number, if that is not how far down it lies.
        stand_ins: those of the document that was laid out.
    """
    import pikepdf

    with pikepdf.open(io.BytesIO(layout)) as pdf:
        number_fonts(pdf)
        missing = _merge(pdf, stand_ins)
        _describe(pdf, about)
        _set_bookmarks(pdf, bookmarks)
        if numbers:
            labels = [item for at, text in enumerate(numbers) for item in (at, pikepdf.Dictionary(P=text))]
            pdf.Root.PageLabels = pikepdf.Dictionary(Nums=pikepdf.Array(labels))
        # The names of places, among them those by which pages were found, lead nowhere that links do not.
        for key in ("/Dests", "/Names", "/Metadata"):
            if key in pdf.Root:
                del pdf.Root[key]
        # LibreOffice makes both of the time.
        for key in ("/ID", "/DocChecksum"):
            if key in pdf.trailer:
                del pdf.trailer[key]
        pdf.remove_unreferenced_resources()
        finished = io.BytesIO()
        pdf.save(finished, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return finished.getvalue(), missing


def _describe(pdf: Pdf, about: About) -> None:
    import pikepdf

    producer = str(pdf.docinfo.get("/Producer", ""))
    moment = f"D:{about.created:%Y%m%d}000000Z"
    properties = {"/Title": about.title, "/Author": about.author, "/Creator": "bidkit", "/Producer": producer}
    del pdf.docinfo
    for key, value in (properties | {"/CreationDate": moment, "/ModDate": moment}).items():
        pdf.docinfo[key] = value
    pdf.Root.Lang = about.language
    pdf.Root.ViewerPreferences = pikepdf.Dictionary(DisplayDocTitle=True)


def _set_bookmarks(pdf: Pdf, titles: Sequence[str]) -> None:
    """The outline in the document's own words; only its first level is open at first."""
    import pikepdf

    if not titles:
        return
    with pdf.open_outline() as outline:
        todo = [(item, 1) for item in reversed(outline.root)]
        words = iter(titles)
        while todo:
            item, level = todo.pop()
            item.title = next(words)
            item.is_closed = level >= _OPEN_LEVELS
            todo += [(child, level + 1) for child in reversed(item.children)]
    pdf.Root.PageMode = pikepdf.Name.UseOutlines


def _merge(pdf: Pdf, stand_ins: Sequence[StandIn]) -> list[StandIn]:
    """Put each page in the place of its stand-in; those that are nowhere."""
    by_pixels = {item.pixels: item for item in stand_ins}
    merged: dict[bytes, Object] = {}
    for drawings, name, picture in _list_pictures(pdf) if by_pixels else ():
        pixels = picture.read_bytes()
        if pixels in by_pixels:
            if pixels not in merged:
                merged[pixels] = pdf.copy_foreign(make_form(by_pixels[pixels].page))
            drawings[name] = merged[pixels]
    return [item for item in stand_ins if item.pixels not in merged]


def _list_pictures(pdf: Pdf) -> Iterator[tuple[Object, str, Object]]:
    """The small pictures of a LibreOffice PDF with the resources that name them; all its pages share one dictionary."""
    seen = set()
    for page in pdf.pages:
        if "/XObject" not in page.resources or page.resources.objgen in seen:
            continue
        if page.resources.is_indirect:
            seen.add(page.resources.objgen)
        drawings = page.resources["/XObject"]
        for name, picture in [*drawings.items()]:
            if picture.get("/Subtype") == "/Image" and picture.get("/Width") == SIDE:
                yield drawings, name, picture
