"""the buyer's price form filled in place from the quote: every formula of it right, all else as it came."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from bidkit.bid import Bid
from bidkit.deal.price_forms import PriceForm
from bidkit.diagnostic import Diagnostic, Severity, Span, Term
from bidkit.ooxml.archive import is_sound_name
from bidkit.ooxml.opc import find_risks, read_package
from bidkit.ooxml.sheet.evaluate import Evaluator
from bidkit.ooxml.sheet.foreign import UNSOUND, Value, Workbook, name_cell, read_workbook
from bidkit.ooxml.sheet.inplace import fill_workbook
from bidkit.price_form.entries import Entries, check_entries
from bidkit.price_form.results import check_results
from bidkit.price_form.rows import Joined, enter_lines, find_lines
from bidkit.price_form.targets import enter_cells
from bidkit.source import Workspace, nearest

JUDGED = frozenset(("PR30", "PR31", "PR32", "PR33", "PR34"))
"""What is told here counts at the gate as findings of rules do."""
_OLD = b"\xd0\xcf\x11\xe0"
_TAKEN = "quote.xlsx"


@dataclass(frozen=True)
class FilledForm:
    """A form that was filled.

    Args:
        source: the buyer's file, by its name in the workspace.
        wanted: by part and cell, what each filled cell and each formula that hangs on one must show.
    """

    output: str
    source: str
    original: bytes = field(repr=False)
    content: bytes = field(repr=False)
    wanted: Mapping[str, Mapping[str, Value]]

    def file_name(self, *, is_draft: bool) -> str:
        """Its name in the package."""
        name = PurePosixPath(self.output)
        return f"submit/{name.stem}{'-DRAFT' if is_draft else ''}{name.suffix}"


def fill_price_forms(bid: Bid, workspace: Workspace, deal_name: str) -> tuple[tuple[FilledForm, ...], list[Diagnostic]]:
    """The forms of a deal, filled; one with a mistake of place is left out. Diagnostics: DL12–DL15, PR30–PR34, PK31,
    PK32, PK34.
    """
    forms = bid.deal.quote.forms
    problems = [*_check_names(forms)]
    made, joined = [], Joined()
    for form in forms:
        part, found = _find_part(bid, form)
        problems += found
        content, found = workspace.read(form.file, deal_name, form.span("file"))
        problems += found
        name, _ = workspace.locate(form.file, deal_name)
        if part is None or content is None or name is None:
            joined.is_whole = False
            continue
        filled, found = _fill(form, part, name, content, joined)
        problems += found
        made += [filled] if filled else []
    return tuple(made), [*problems, *joined.find_missing(bid, forms)]


def _check_names(forms: Sequence[PriceForm]) -> Iterator[Diagnostic]:
    """Each form has a name of its own in the package. Diagnostics: PK34."""
    taken = {_TAKEN}
    for form in forms:
        name = form.output
        is_good = is_sound_name(name) and "/" not in name and name.lower().endswith(".xlsx") and len(name) <= 120
        if not is_good or name.casefold() in taken:
            yield Diagnostic("PK34", form.span("output"), {"name": name})
        taken.add(name.casefold())


def _find_part(bid: Bid, form: PriceForm) -> tuple[Bid | None, list[Diagnostic]]:
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


def _fill(
    form: PriceForm, bid: Bid, name: str, content: bytes, joined: Joined
) -> tuple[FilledForm | None, list[Diagnostic]]:
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
        return refuse(str(found[0].values["reason"]))
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
