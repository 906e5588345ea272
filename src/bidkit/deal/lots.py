"""the lots of a tender against what the deal says of them: each is named, priced, and contradicted by nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bidkit.deal.prices import Category, QuoteText
from bidkit.deal.tender import Requirement, Tender
from bidkit.diagnostic import Diagnostic, Term
from bidkit.source import nearest


def check_lots(tender: Tender | None, quote: QuoteText, requirements: Sequence[Requirement]) -> Iterator[Diagnostic]:
    """What is wrong with the lots of a deal. Diagnostics: DL15, DL31, DL32, DL33."""
    known = [lot.id for lot in tender.lots] if tender else []
    inner = [category for outer in quote.categories for category in outer.walk() if category is not outer]
    records: tuple[Category | Requirement, ...] = (*quote.categories, *inner, *requirements)
    for record in records:
        if record.lot and record.lot not in known:
            near, allowed = nearest(record.lot, known), ", ".join(known) or "—"
            values = {"kind": Term("lot"), "id": record.lot, "near": near, "allowed": allowed}
            yield Diagnostic("DL15", record.span("lot"), values)
    if tender and tender.lots:
        for category in quote.categories:
            if not category.lot:
                values = {"category": category.id, "allowed": ", ".join(known)}
                yield Diagnostic("DL31", category.span("lot"), values)
        for category in inner:
            if category.lot:
                yield Diagnostic("DL33", category.span("lot"), {"key": "lot"})
        yield from _find_unpriced(tender, quote)
        yield from _find_contradictions(tender)


def _find_unpriced(tender: Tender, quote: QuoteText) -> Iterator[Diagnostic]:
    """The lots without a line that counts: a bid for one of them would be a bid of nothing."""
    filled = {name for line in quote.lines if line.kind == "base" for name in line.categories}
    priced = {outer.lot for outer in quote.categories if any(inner.id in filled for inner in outer.walk())}
    for lot in tender.lots:
        if lot.id not in priced:
            yield Diagnostic("DL32", lot.span("id"), {"lot": lot.id})


def _find_contradictions(tender: Tender) -> Iterator[Diagnostic]:
    """What is said of the whole tender although each lot has its own."""
    has_bonds = any(lot.bond is not None for lot in tender.lots)
    stated = {
        "package": bool(tender.package),
        "ceiling": tender.ceiling is not None,
        "bond": tender.bond is not None and has_bonds,
    }
    for key in (key for key, is_stated in stated.items() if is_stated):
        yield Diagnostic("DL33", tender.span(key), {"key": key})
