"""where a form has what the map names: columns by their titles, cells by a defined name or a reference."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from bidkit.bid import Bid
from bidkit.deal.price_forms import FormSheet
from bidkit.diagnostic import Diagnostic, Span, Term
from bidkit.ooxml.sheet.foreign import Place, Sheet, Workbook, read_place
from bidkit.ooxml.sheet.formula import Reference, column_number, read_formula
from bidkit.price_form.entries import Entries
from bidkit.price_form.magnitudes import UnclearUnit
from bidkit.price_form.scales import AMOUNTS, ONE, find_unit, read_labels, read_titles, settle_scale
from bidkit.source import nearest
from bidkit.wording import fold

_FIRST_ROWS = 60
"""Among how many rows the titles are looked for."""
_HEADER_ROWS = 3
"""How many rows they may take, one group of titles over another."""
_KNOWN = {
    "quantity": re.compile(
        r"(采购|需求|招标|投标|暂定|预计)?(数量|工程量)|(estimated|required|total)?(qty\.?|q'ty|quantity)"
    ),
    "amount": re.compile(
        "(分项|单项|投标|含税|不含税)?(合价|金额|小计|总价|合计|总金额)|(line|net|gross)?(amount|total)"
        "|(total|extended)(price|amount|cost)"
    ),
}
"""What columns are called that are held against the quote also where the map does not name them."""
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")


@dataclass(frozen=True)
class Columns:
    """The columns of a sheet by key, the buyer's ids among them as `id`.

    Args:
        titles: what the form says over each.
        scales: in which unit those that are amounts are wanted.
        known: columns that are not mapped, but by their titles are quantities or amounts, one each.
        last: the last row of the titles.
    """

    by_key: Mapping[str, int]
    titles: Mapping[str, str]
    scales: Mapping[str, Decimal]
    known: Mapping[str, int]
    last: int


def find_sheet(entries: Entries, name: str, at: Span | None) -> Sheet | None:
    """A sheet of the form. Diagnostics: PR30."""
    sheet = entries.book.sheet(name)
    if sheet is None:
        _report(entries, "sheet", name, at, [sheet.name for sheet in entries.book.sheets])
    return sheet


def find_columns(entries: Entries, text: FormSheet, sheet: Sheet) -> Columns | None:
    """The columns that a map names; where titles stand in several rows, the last of these. Diagnostics: PR30."""
    titles = {"id": text.id, **text.columns.titles()}
    rows = [text.header] if text.header else range(1, min(max(sheet.rows, default=1), _FIRST_ROWS) + 1)
    tries = [(height, row) for height in range(1, _HEADER_ROWS + 1) for row in rows]
    best: tuple[int, range, dict[str, list[int]]] = (-1, range(1), {})
    for height, row in tries:
        shown = _read_titles(entries.book, sheet, range(row, row + height))
        found = {key: _find_title(shown, title) for key, title in titles.items()}
        score = sum(bool(columns) for columns in found.values())
        if score > best[0]:
            best = (score, range(row, row + height), found)
    _, header, found = best
    last = header.stop - 1
    shown = _read_titles(entries.book, sheet, range(max(1, last - _HEADER_ROWS + 1), last + 1))
    by_key = {}
    for key, title in titles.items():
        columns = found[key] or ([column_number(title)] if re.fullmatch("[A-Z]{1,2}", title) else [])
        at = text.span("id") if key == "id" else text.columns.span(key)
        if len(columns) == 1:
            by_key[key] = columns[0]
        else:
            known = [each for texts in shown.values() for each in texts]
            _report(entries, "form_titles" if columns else "column", title, at, known, sheet.name)
    if len(by_key) < len(titles):
        return None
    return _measure_columns(entries, text, sheet, by_key, header, _find_known(shown, by_key))


def _measure_columns(
    entries: Entries,
    text: FormSheet,
    sheet: Sheet,
    by_key: Mapping[str, int],
    header: range,
    known: dict[str, int],
) -> Columns:
    """The columns with what stands over them, and the units of amounts that it states. Diagnostics: PR30, PR32."""
    rows = header.start, header.stop - 1

    def read(column: int) -> list[str]:
        return [*read_titles(entries, sheet, column, by_key["id"], rows[1], {fold(name) for name in text.ignore})]

    amounts = [key for key in by_key if key in AMOUNTS]
    _check_units(entries, text.units, amounts, text.span("units"))
    scales = {
        key: settle_scale(entries, (sheet, (rows[1], by_key[key])), key, read(by_key[key]), rows, text.units)
        for key in amounts
    }
    if "amount" in known:
        try:
            unit = find_unit(entries, sheet, read(known["amount"]), rows)
            scales["amount"] = unit.scale if unit else ONE
        except UnclearUnit:
            del known["amount"]
    titles = {key: " ".join(read(column)) for key, column in by_key.items()}
    return Columns(by_key, titles, scales, known, rows[1])


def _find_known(shown: Mapping[int, list[str]], by_key: Mapping[str, int]) -> dict[str, int]:
    """The quantity and the amount, where the map names no column for them, but a single one is called so."""
    found = {}
    for key, title in _KNOWN.items():
        columns = [n for n, texts in shown.items() if any(title.fullmatch(_BRACKETS.sub("", fold(t))) for t in texts)]
        if key not in by_key and len(columns) == 1 and columns[0] not in by_key.values():
            found[key] = columns[0]
    return found


def _read_titles(book: Workbook, sheet: Sheet, rows: range) -> dict[int, list[str]]:
    """The texts of some rows by column; what is merged over several columns is the title of the first."""
    shown: dict[int, list[str]] = {}
    for row in (row for row in rows if row in sheet.rows):
        for column in sheet.rows[row].cells:
            area = sheet.area_of((row, column))
            if (area is None or area.left == column) and (text := book.text(sheet, (row, column))):
                shown.setdefault(column, []).append(text)
    return shown


def _find_title(shown: Mapping[int, list[str]], title: str) -> list[int]:
    """The columns of a title; if none has it to the letter, those that have it but for what stands in brackets."""
    wanted = fold(title)
    exact = [column for column, texts in shown.items() if wanted in map(fold, texts)]
    bare = [column for column, texts in shown.items() if wanted in (_BRACKETS.sub("", fold(text)) for text in texts)]
    return exact or bare


def enter_cells(entries: Entries, bid: Bid) -> None:
    """Fill the single cells that the map names. Diagnostics: PR30, PR32."""
    form = entries.form
    values = _make_values(bid)
    totals = {item.category.id: item.total for item in bid.quote.categories}
    wanted = [(place, key, values[key], form.cells.span(key)) for key, place in form.cells.places().items()]
    wanted += [(place, key, totals[key], form.span("categories")) for key, place in form.categories.items()]
    wanted += [(place, "texts", text, form.span("texts")) for place, text in form.texts.items()]
    _check_units(
        entries, form.units, [key for _, key, *_ in wanted if key in AMOUNTS or key in totals], form.span("units")
    )
    for name, key, value, at in wanted:
        found = _find_place(entries, name, at)
        if found is not None:
            scale = ONE
            if key in AMOUNTS or key in totals:
                above = found[1][0] - 1
                scale = settle_scale(entries, found, key, read_labels(entries, *found), (above + 1, above), form.units)
            entries.enter(*found, key, value, scale=scale)


def _check_units(entries: Entries, units: Mapping[str, int], known: list[str], at: Span | None) -> None:
    """A unit is said of an amount that the map names. Diagnostics: PR30."""
    for key in units:
        if key not in known:
            _report(entries, "form_amount", key, at, known)


def _make_values(bid: Bid) -> dict[str, Any]:
    """What the quote says as a whole."""
    quote, tender = bid.quote, bid.deal.tender
    amounts = {
        key: getattr(quote, key) for key in ("evaluated", "evaluated_words", "options", "subtotal", "net", "tax")
    }
    return {
        **amounts,
        "total": quote.base,
        "words": quote.words,
        "currency": quote.currency,
        "validity_days": bid.deal.quote.validity_days,
        "title": bid.deal.title,
        "tender_no": tender.no if tender else "",
        "lot": bid.lot.name if bid.lot else "",
        "bidder": bid.company.name,
    }


def _find_place(entries: Entries, name: str, at: Span | None) -> tuple[Sheet, Place] | None:
    """The cell of a defined name, or of `sheet!C5`. Diagnostics: PR30."""
    book = entries.book
    title, mark, cell = name.rpartition("!")
    if mark:
        sheet = find_sheet(entries, title.strip("'"), at)
        place = read_place(cell)
        if sheet is not None and place is None:
            _report(entries, "form_cell", name, at, [])
        return (sheet, place) if sheet is not None and place is not None else None
    for meaning in (text for (known, _), text in book.names.items() if known == name.upper()):
        pieces = read_formula(meaning).pieces
        reference = pieces[0] if len(pieces) == 1 else None
        sheet = book.sheet(reference.sheet_name) if isinstance(reference, Reference) else None
        if isinstance(reference, Reference) and sheet is not None and reference.rows[0] and reference.columns[0]:
            first, last = (
                (row, column_number(column.lstrip("$")))
                for row, column in zip(reference.rows, reference.columns, strict=True)
            )
            if sheet.anchor(first) == sheet.anchor(last):
                return sheet, first
    _report(entries, "form_name", name, at, [known for known, _ in book.names if not known.startswith("_XLNM")])
    return None


def _report(entries: Entries, what: str, name: str, at: Span | None, known: list[str], sheet: str = "") -> None:
    by_fold = {fold(text): text for text in known}
    near = nearest(fold(name), [*by_fold])
    file = f"{entries.name} {sheet}".strip()
    shown = ", ".join(dict.fromkeys(" ".join(text.split()) for text in known))[:200] or "—"
    values = {"what": Term(what), "name": name, "file": file, "near": by_fold[near] if near else "", "known": shown}
    entries.problems.append(Diagnostic("PR30", at, values))
