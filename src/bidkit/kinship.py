"""what files of two bidders may have in common that only one computer gives: editing sessions of Word, ids of PDFs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from bidkit.office.pages import UNSOUND
from bidkit.ooxml.opc import read_package

_SESSION = re.compile(rb"<w:(?:rsid|rsidRoot)\b[^>]*?w:val=[\"']([0-9A-Fa-f]{8})[\"']")
_SETTINGS = "word/settings.xml"


def list_marks(files: Mapping[str, bytes], of_buyer: Iterable[bytes] = ()) -> dict[tuple[str, str], str]:
    """The marks of the files of a package, each a kind and a value, with the first file that has it.

    Args:
        of_buyer: documents that every bidder has from the buyer: their marks are nobody's.
    """
    found: dict[tuple[str, str], str] = {}
    for name, content in files.items():
        for mark in _read_marks(name, content):
            found.setdefault(mark, name)
    for content in of_buyer:
        for mark in _read_marks("form.docx", content):
            found.pop(mark, None)
    return found


def _read_marks(name: str, content: bytes) -> Iterator[tuple[str, str]]:
    """The editing sessions that a .docx lists (w:rsids, ISO/IEC 29500-1 17.15.1.72), the first /ID of a PDF (ISO
    32000-1 14.4); none of a file that cannot be read, which other rules tell."""
    if name.endswith(".docx"):
        package, _ = read_package(content, name)
        parts: Mapping[str, bytes] = package or {}
        yield from (("session", value.decode().upper()) for value in _SESSION.findall(parts.get(_SETTINGS, b"")))
    elif name.endswith(".pdf"):
        yield from (("pdf_id", value) for value in _read_pdf_id(content))


def _read_pdf_id(content: bytes) -> Iterator[str]:
    import io

    import pikepdf

    try:
        with pikepdf.open(io.BytesIO(content)) as pdf:
            identifiers = pdf.trailer.get("/ID", pikepdf.Array())
            yield from (bytes(value).hex() for value in [*identifiers][:1])
    except (pikepdf.PdfError, *UNSOUND):
        return
