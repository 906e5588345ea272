"""one price form: opened, entered from the quote, its formulas computed and judged, and written in place."""

from __future__ import annotations

from pathlib import PurePosixPath

from bidkit.bid import Bid
from bidkit.deal.price_forms import PriceForm
from bidkit.diagnostic import Diagnostic, Severity, Span, Term
from bidkit.ooxml.opc import find_risks, read_package
from bidkit.ooxml.sheet.evaluate import Evaluator
from bidkit.ooxml.sheet.foreign import UNSOUND, Value, Workbook, name_cell, read_workbook
from bidkit.ooxml.sheet.inplace import fill_workbook
from bidkit.price_form import FilledForm
from bidkit.price_form.entries import Entries, check_entries
from bidkit.price_form.results import check_results
from bidkit.price_form.rows import Joined, enter_lines, find_lines
from bidkit.price_form.targets import enter_cells
from bidkit.source import nearest

_OLD = b"\xd0\xcf\x11\xe0"


def find_part(bid: Bid, form: PriceForm) -> tuple[Bid | None, list[Diagnostic]]:
    """The bid for the lot of a form, or the whole. Diagnostics: DL15."""
    lots = {part.lot.id: part for part in bid.by_lot if part.lot}
    found = {category.id for category in bid.deal.quote.walk()}
    wrong = [("lot", form.lot, form.span("lot"), list(lots))] if form.lot and form.lot not in lots else []
    named = [(sheet.category, sheet.span("category")) for sheet in form.sheets if sheet.category]
    named += [(category, form.span("categories")) for category in form.categories]
    wrong += [("category", name, at, sorted(found)) for name, at in named if name not in found]
    problems = [
        Diagnostic(
            "DL15",
            at,
            {"kind": Term(kind), "id": name, "near": nearest(name, known), "allowed": ", ".join(known) or "—"},
        )
        for kind, name, at, known in wrong
    ]
    return (None if problems else lots.get(form.lot, bid)), problems


def fill_form(
    form: PriceForm, bid: Bid, name: str, content: bytes, joined: Joined
) -> tuple[FilledForm | None, list[Diagnostic]]:
    """One form filled for a bid; None if it cannot be. Diagnostics: PR30, PR31, PR33, PR34, PK31, PK32."""
    book, problems = _open(form, name, content)
    if book is None:
        joined.is_whole = False
        return None, problems
    entries = Entries(form, book, name, problems, "免税" if bid.deal.language == "zh" else "exempt")
    for sheet in form.sheets:
        enter_lines(entries, sheet, find_lines(bid, sheet), bid, joined)
    enter_cells(entries, bid)
    evaluator = Evaluator(book, entries.plain, {spot: entry.value for spot, entry in entries.computed.items()})
    check_entries(entries, evaluator)
    values = check_results(entries, evaluator)
    if any(item.severity is Severity.ERROR and item.code != "PR33" for item in problems):
        return None, problems
    parts = {sheet.number: sheet.part for sheet in book.sheets}
    by_part: dict[str, dict[tuple[int, int], Value]] = {}
    for (number, row, column), value in values.items():
        by_part.setdefault(parts[number], {})[row, column] = value
    wanted = {part: {name_cell(place): value for place, value in cells.items()} for part, cells in by_part.items()}
    return FilledForm(form.output, name, content, fill_workbook(book, by_part), wanted), problems


def _open(form: PriceForm, name: str, content: bytes) -> tuple[Workbook | None, list[Diagnostic]]:
    """The workbook, if it is one that can be filled. Diagnostics: PK31, PK32."""

    def refuse(reason: str | Term) -> tuple[None, list[Diagnostic]]:
        return None, [Diagnostic("PK31", form.span("file"), {"file": name, "reason": reason})]

    if content.startswith(_OLD):
        return refuse(Term("old_or_locked"))
    suffix = PurePosixPath(name).suffix.lower()
    if suffix in (".xls", ".et", ".ods", ".numbers"):
        return refuse(Term("other_sheet", (("suffix", suffix),)))
    package, found = read_package(content, name)
    if package is None:
        reason = found[0].values["reason"]
        return refuse(reason if isinstance(reason, Term) else str(reason))
    try:
        if any(what.startswith("macro") for _, what in find_risks(package)):
            return refuse(Term("form_macros"))
        if any(part.lower().startswith("_xmlsignatures/") for part in package):
            return refuse(Term("form_signed"))
        book = read_workbook(package)
    except UNSOUND as error:
        return refuse(str(error))
    if book.is_as_displayed:
        return refuse(Term("form_displayed"))
    has_pivot = any(part.lower().startswith("xl/pivotcache/") for part in package)
    pivot = Diagnostic("PK32", Span(name), {"what": Term("form_pivot")}, Severity.WARNING)
    return book, [pivot] if has_pivot else []
