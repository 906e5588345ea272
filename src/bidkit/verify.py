"""finished files against the Bid: read back, then judged by the rules for finished files."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from bidkit.bid import Bid
from bidkit.diagnostic import Diagnostic
from bidkit.readback import read_docx, read_xlsx
from bidkit.rules import check_finished
from bidkit.rules.finished import Finished


def verify_files(
    bid: Bid,
    files: Mapping[str, bytes],
    *,
    is_draft: bool,
    price_free: Collection[str] = (),
    lots: Mapping[str, str] | None = None,
) -> list[Diagnostic]:
    """What is wrong with a package's .docx and .xlsx. Diagnostics: PK05, PK06, PR02, PR03, PR09,
    ID02, FM01, FM03, FM11.

    Args:
        price_free: the files among them in which no price may stand.
        lots: those that are made for one lot, with its id.
    """
    documents = {name: read_docx(content, name) for name, content in files.items() if name.endswith(".docx")}
    workbooks = {name: read_xlsx(content, name) for name, content in files.items() if name.endswith(".xlsx")}
    return check_finished(Finished(bid, documents, workbooks, is_draft, frozenset(price_free), lots or {}))
