"""the quote as an .xlsx: the pack's Excel template filled."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bidkit.appendix import Appendix
from bidkit.bid import Bid
from bidkit.cache import open_store
from bidkit.context import make_context
from bidkit.context.formats import FILTER_KINDS, make_filters
from bidkit.diagnostic import Diagnostic
from bidkit.ooxml.reading import ReadName
from bidkit.ooxml.sheet import WorkbookTemplate, compile_workbook, list_workbook_names
from bidkit.pack import Pack, make_theme

_DECIMALS = 2
"""Those to which the formulas of a template round where it does not ask for the currency's."""
_PAPERS = {"en-GB": 9}
"""Excel's number for the paper of a locale, where it is not the one of its language's template."""


def compile_quote_file(pack: Pack, bid: Bid) -> tuple[WorkbookTemplate | None, list[Diagnostic]]:
    """The pack's template in the company's colour; None if it is wrong.

    Diagnostics: as `compile_workbook`; DL60.
    """
    locale, company = bid.deal.locale, bid.company
    theme = make_theme(pack, company.color, is_written="color" in company.model_fields_set)
    name = f"{pack.name}/{pack.text.workbook or 'quote.xlsx'}"
    options = {"theme": theme, "paper": _PAPERS.get(locale), "store": open_store("templates")}
    template, problems = compile_workbook(pack.workbook, name, make_filters(locale), **options)  # type: ignore[arg-type]
    quote = bid.deal.quote
    if template and quote.places.currency != _DECIMALS:
        names = list_workbook_names(pack.workbook, name, FILTER_KINDS)[0] or ()
        if not _reads(names, "quote", "rounding", "currency"):
            problems.append(Diagnostic("DL60", quote.span("currency"), {"file": name, "currency": quote.currency}))
    return template, problems


def _reads(names: Iterable[ReadName], first: str, *rest: str) -> bool:
    """Whether a name, and behind a dot each next one, is read."""
    return any(own.name == first and (not rest or _reads(own.fields, *rest)) for own in names)


def check_quote_file(
    template: WorkbookTemplate, bid: Bid, appendix: Appendix, deal_name: str, *, is_draft: bool
) -> list[Diagnostic]:
    """What filling the template would tell. Diagnostics: TP04, TP07, TP08, TP10, TP13, TP34, TP35, TP37."""
    context = _make_context(bid, appendix, deal_name, is_draft=is_draft)
    return template.check_names(context) or template.render(context).problems


def render_quote_file(
    template: WorkbookTemplate, bid: Bid, appendix: Appendix, deal_name: str, *, is_draft: bool
) -> tuple[bytes, list[Diagnostic]]:
    """The finished file; empty if the template asks for what is not there. Diagnostics: as `check_quote_file`."""
    context = _make_context(bid, appendix, deal_name, is_draft=is_draft)
    if missing := template.check_names(context):
        return b"", missing
    rendered = template.render(context)
    return rendered.save(bid.deal.dated), rendered.problems


def _make_context(bid: Bid, appendix: Appendix, deal_name: str, *, is_draft: bool) -> dict[str, Any]:
    return make_context(bid, appendix, deal_name, is_draft=is_draft, with_pages=False)
