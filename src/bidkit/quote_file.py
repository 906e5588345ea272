"""the quote as an .xlsx: the pack's own Excel template filled, or else bidkit's own workbook."""

from __future__ import annotations

from typing import Any

from bidkit.appendix import Appendix
from bidkit.bid import Bid
from bidkit.cache import open_store
from bidkit.context import make_context
from bidkit.context.formats import make_filters
from bidkit.diagnostic import Diagnostic
from bidkit.ooxml.sheet import WorkbookTemplate, compile_workbook
from bidkit.pack import Pack
from bidkit.workbook import render_workbook


def compile_quote_file(pack: Pack, bid: Bid) -> tuple[WorkbookTemplate | None, list[Diagnostic]]:
    """The pack's template; None if it has none. Diagnostics: as `compile_workbook`."""
    if pack.workbook is None:
        return None, []
    file, store = f"{pack.name}/{pack.text.workbook}", open_store("templates")
    return compile_workbook(pack.workbook, file, make_filters(bid.deal.locale), store=store)


def check_quote_file(
    template: WorkbookTemplate | None, bid: Bid, appendix: Appendix, deal_name: str, *, is_draft: bool
) -> list[Diagnostic]:
    """What filling the template would tell. Diagnostics: TP04, TP07, TP08, TP10, TP13, TP34, TP35, TP37."""
    if template is None:
        return []
    context = _make_context(bid, appendix, deal_name, is_draft=is_draft)
    return template.check_names(context) or template.render(context).problems


def render_quote_file(
    template: WorkbookTemplate | None, bid: Bid, appendix: Appendix, deal_name: str, *, is_draft: bool
) -> tuple[bytes, list[Diagnostic]]:
    """The finished file. Diagnostics: as `check_quote_file`."""
    if template is None:
        return render_workbook(bid, draft=is_draft), []
    rendered = template.render(_make_context(bid, appendix, deal_name, is_draft=is_draft))
    return rendered.save(bid.deal.dated), rendered.problems


def _make_context(bid: Bid, appendix: Appendix, deal_name: str, *, is_draft: bool) -> dict[str, Any]:
    return make_context(bid, appendix, deal_name, is_draft=is_draft, with_pages=False)
