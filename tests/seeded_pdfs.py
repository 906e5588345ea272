"""Faults in a finished PDF of an example: made by hand, as other programs leave them."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable
from typing import Any

import pikepdf
from pdf_files import make_font, save
from pikepdf import Dictionary, Name
from seeded import Found

NAME = "submit/proposal.pdf"
LIMIT_PAGES = 40
"""What the tender lets a volume have."""
MEGABYTE = 1_000_000


def lose_font(pdf: pikepdf.Pdf) -> None:
    """A font is not embedded."""
    fonts = [item for item in pdf.objects if isinstance(item, Dictionary) and item.get("/Type") == Name.FontDescriptor]
    del next(item for item in fonts if "/FontFile2" in item).FontFile2


def rename_bookmark(pdf: pikepdf.Pdf) -> None:
    """The first bookmark is not its heading."""
    pdf.Root.Outlines.First.Title = "Overview"


def break_field(pdf: pikepdf.Pdf) -> None:
    """A field on the third page shows an error."""
    page = pdf.pages[2]
    page.obj.Resources = Dictionary(page.resources)
    page.obj.Resources.Font = Dictionary(
        {**page.resources.get("/Font", Dictionary()).as_dict(), "/Broken": make_font(pdf)}
    )
    page.contents_add(
        pdf.make_stream(b"BT /Broken 9 Tf 90 20 Td (Error!) Tj 60 0 Td (Reference) Tj 80 0 Td (source) Tj ET")
    )


def grow(pdf: pikepdf.Pdf) -> None:
    """The file is two megabytes larger, which is more than the platform takes."""
    page = pdf.pages[3]
    page.obj.Resources = Dictionary(page.resources)
    page.obj.Resources.Properties = Dictionary(Large=pdf.make_stream(bytes(2 * MEGABYTE)))


CHANGES: dict[str, tuple[Callable[[pikepdf.Pdf], None], tuple[tuple[str, Any], ...]]] = {
    "a font is not embedded": (lose_font, (("PK12", 0),)),
    "a bookmark is not its heading": (rename_bookmark, (("PK13", 0), ("PK13", 0))),
    "a field shows an error": (break_field, (("PK15", "3"),)),
    "the file is too large": (grow, (("PK14", 0),)),
}
"""Each with the codes that are found, and the page."""
OF_REFERENCES = ("FM10",)
"""Found in its Word file, where a table names another page than that of the heading in the PDF."""
OF_PAGES = ("PK25", "PK27 warning")
"""Found in its Word file, whose pages are counted in the PDF: too many, and set in a font that is not here."""


def apply(content: bytes) -> bytes:
    """A PDF with all changes in it."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        for change, _ in CHANGES.values():
            change(pdf)
        return save(pdf, compress_streams=False)


def expect() -> Counter[Found]:
    """All that is found in it."""
    return Counter((code, NAME, place) for _, wanted in CHANGES.values() for code, place in wanted)
