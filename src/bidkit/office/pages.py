"""a PDF that was laid out: its outline, its pages, their texts, the destinations in it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pypdfium2 import PdfPage

# PDFium bears one thread at a time; whoever reads a PDF takes this lock.
PDFIUM = threading.Lock()
UNSOUND = (RuntimeError, ValueError, TypeError, LookupError, AttributeError, ArithmeticError)
"""How a PDF shows besides pikepdf.PdfError that something in it is damaged, or of another kind than it should be."""


def read_outline(pdf: bytes) -> list[tuple[int, str, int]]:
    """The outline of a PDF in its order: level from 1, title, page from 1; an entry that leads nowhere is left out."""
    from pypdfium2 import PdfDocument

    entries = []
    with PDFIUM, PdfDocument(pdf) as document:
        for bookmark in document.get_toc():
            target = bookmark.get_dest()
            page = target.get_index() if target else None
            if page is not None:
                entries.append((bookmark.level + 1, bookmark.get_title(), page + 1))
    return entries


def count_pages(pdf: bytes) -> int:
    """How many pages a PDF has."""
    from pypdfium2 import PdfDocument

    with PDFIUM, PdfDocument(pdf) as document:
        return len(document)


def read_page_texts(pdf: bytes) -> list[str]:
    """The text of each page of a PDF, in the order in which it was written there."""
    from pypdfium2 import PdfDocument

    with PDFIUM, PdfDocument(pdf) as document:
        return [read_page_text(page) for page in document]


def read_page_text(page: PdfPage) -> str:
    """The text of an open page; PDFium has a mark for a hyphen at the end of a line, which is one here."""
    return str(page.get_textpage().get_text_bounded()).replace("\x02", "-")


def read_destinations(pdf: bytes) -> dict[str, int]:
    """The named destinations of a PDF, which LibreOffice makes of bookmarks: their pages from 1."""
    import ctypes

    from pypdfium2 import PdfDocument, raw

    pages: dict[str, int] = {}
    with PDFIUM, PdfDocument(pdf) as document:
        for position in range(raw.FPDF_CountNamedDests(document.raw)):
            size = ctypes.c_long(0)
            raw.FPDF_GetNamedDest(document.raw, position, None, size)
            if size.value <= 0:  # longer than PDFium can tell
                continue
            buffer = ctypes.create_string_buffer(size.value)
            target = raw.FPDF_GetNamedDest(document.raw, position, buffer, size)
            page = raw.FPDFDest_GetDestPageIndex(document.raw, target) if target else -1
            if page >= 0:
                pages[buffer.raw.decode("utf-16-le").rstrip("\0")] = page + 1
    return pages


def is_pdf_whole(content: bytes) -> bool:
    """Whether a PDF is one, has its end and at least a page."""
    from pypdfium2 import PdfDocument, PdfiumError

    # PDFium repairs a file that is cut off, silently dropping pages; a whole one has its end mark.
    if not content.startswith(b"%PDF-") or b"%%EOF" not in content[-1024:]:
        return False
    try:
        with PDFIUM, PdfDocument(content) as document:
            return len(document) >= 1
    except PdfiumError:
        return False
