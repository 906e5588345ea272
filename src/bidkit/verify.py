"""finished files against the Bid: read back, then judged by the rules for finished files."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import PurePosixPath

from bidkit.bid import Bid
from bidkit.diagnostic import Diagnostic
from bidkit.pdf.reading import read_pdf
from bidkit.readback import read_docx, read_xlsx
from bidkit.rules import check_finished, check_printed
from bidkit.rules.finished import Finished
from bidkit.rules.printed import Printed


def verify_files(
    bid: Bid,
    files: Mapping[str, bytes],
    *,
    is_draft: bool,
    price_free: Collection[str] = (),
    lots: Mapping[str, str] | None = None,
) -> list[Diagnostic]:
    """What is wrong with a package's .docx, .xlsx and .pdf. Diagnostics: PK05, PK06, PK12–PK15, PR02, PR03, PR09,
    ID02, FM01, FM03, FM11.

    Args:
        price_free: the .docx among them in which no price may stand, nor in their PDFs.
        lots: those that are made for one lot, with its id.
    """
    documents = {name: read_docx(content, name) for name, content in files.items() if name.endswith(".docx")}
    workbooks = {name: read_xlsx(content, name) for name, content in files.items() if name.endswith(".xlsx")}
    problems = check_finished(Finished(bid, documents, workbooks, is_draft, frozenset(price_free), lots or {}))
    pdfs = {name: read_pdf(content, name) for name, content in files.items() if name.endswith(".pdf")}
    shown = {pdf: document for name, document in documents.items() if (pdf := _pdf_name(name)) in pdfs}
    free = frozenset(map(_pdf_name, price_free)) & pdfs.keys()
    return problems + check_printed(Printed(bid, pdfs, shown, is_draft, free))


def _pdf_name(name: str) -> str:
    return str(PurePosixPath(name).with_suffix(".pdf"))
