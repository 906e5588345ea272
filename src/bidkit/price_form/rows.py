"""the rows of a form and the lines of the quote: joined by the buyer's ids, one to one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from bidkit.bid import Bid
from bidkit.context.lines import make_lines
from bidkit.deal.price_forms import FormSheet, PriceForm
from bidkit.diagnostic import Diagnostic, Severity, Span, Term
from bidkit.ooxml.sheet.foreign import Sheet
from bidkit.price_form.entries import Entries, Entry, fold
from bidkit.price_form.scales import ONE
from bidkit.price_form.targets import Columns, find_columns, find_sheet
from bidkit.quote import PricedLine

_COUNTED = ("base", "option_period")
_TOTAL = re.compile(r"(.{0,12}(小计|合计|总计|共计)|总价|投标总价|(sub-?|grand)?total).{0,20}", re.DOTALL)
_NOTE = re.compile(r"(注|备注|说明|填表说明|notes?|remarks?)\d*[:、.]|[*※]")
_LONGEST_ID = 40


@dataclass
class Joined:
    """The lines that have found a row, in any form of their lot."""

    lines: dict[str, set[str]] = field(default_factory=dict)
    is_whole: bool = True
    """Whether every form could be read to its end."""

    def find_missing(self, bid: Bid, forms: Sequence[PriceForm]) -> Iterator[Diagnostic]:
        """The counted lines that no form has a row for. Diagnostics: PR31."""
        parts = {part.lot.id: part for part in bid.by_lot if part.lot}
        for lot in dict.fromkeys(form.lot for form in forms if form.sheets) if self.is_whole else ():
            files = ", ".join(form.file for form in forms if form.lot == lot and form.sheets)
            for priced in parts.get(lot, bid).quote.lines:
                if priced.line.id not in self.lines.get(lot, ()):
                    at = priced.line.span("item" if priced.line.item else "id")
                    yield _report(at, id=name_item(priced), where=files, fault="form_no_row")


def _report(at: Span | None, *, is_error: bool = True, **values: Any) -> Diagnostic:
    shown = values | {"fault": Term(values["fault"], (("where", values["where"]),))}
    return Diagnostic("PR31", at, shown, Severity.ERROR if is_error else Severity.WARNING)


def name_item(priced: PricedLine) -> str:
    """The buyer's id of what a line prices."""
    line = priced.line
    return line.item or (line.id.removeprefix(f"{line.category}-") if line.periods else line.id)


def find_lines(bid: Bid, sheet: FormSheet) -> list[PricedLine]:
    """The lines that a sheet may have rows for: all, or those of a category and of what lies in it."""
    chosen = (category for category in bid.deal.quote.walk() if sheet.category in ("", category.id))
    names = {inner.id for category in chosen for inner in category.walk()}
    return [line for line in (*bid.quote.lines, *bid.quote.extras) if line.line.category in names]


def enter_lines(entries: Entries, text: FormSheet, lines: Sequence[PricedLine], bid: Bid, joined: Joined) -> None:
    """Fill the rows of a sheet. Diagnostics: PR30–PR32, PK32."""
    sheet = find_sheet(entries, text.sheet, text.span("sheet"))
    columns = find_columns(entries, text, sheet) if sheet is not None else None
    if sheet is None or columns is None:
        joined.is_whole = False
        return
    said = dict(zip((line.line.id for line in lines), make_lines(lines, bid), strict=True))
    match = _Matcher(lines)
    amounts: list[Decimal] = []
    part = Decimal(0)
    used: dict[str, int] = {}
    for row, name in _read_rows(entries, text, sheet, columns):
        if name is None:
            _note_total(entries, sheet, row, columns, (sum(amounts, Decimal(0)), part))
            part = Decimal(0)
            continue
        place = (row, columns.by_key["id"])
        found = match.find(name)
        if len(found) != 1:
            fault, where = (
                ("form_no_line", "") if not found else ("form_many_lines", ", ".join(p.line.id for p in found))
            )
            entries.problems.append(_report(entries.span(sheet, place), id=name, where=where, fault=fault))
            continue
        (line,) = found
        if line.line.id in used:
            where = str(used[line.line.id])
            entries.problems.append(_report(entries.span(sheet, place), id=name, where=where, fault="form_two_rows"))
            continue
        used[line.line.id] = row
        joined.lines.setdefault(entries.form.lot, set()).add(line.line.id)
        if line.line.kind in _COUNTED:
            amounts.append(line.amount)
            part += line.amount
        _enter_line(entries, sheet, row, columns, said[line.line.id])


def _enter_line(entries: Entries, sheet: Sheet, row: int, columns: Columns, said: Mapping[str, Any]) -> None:
    for key, column in columns.by_key.items():
        if key != "id":
            value = said["net"] + said["tax"] if key == "gross" else said[key]
            if key == "tax_rate" and said["is_exempt"]:
                value = entries.exempt
            entries.enter(sheet, (row, column), key, value, columns.titles[key], columns.scales.get(key, ONE))


def _note_total(entries: Entries, sheet: Sheet, row: int, columns: Columns, sums: tuple[Decimal, Decimal]) -> None:
    """A row that is a total: its amount is a formula that must come to a sum of the lines above."""
    column = columns.by_key.get("amount")
    if column is not None and sheet.anchor((row, column))[1] == column:
        scale = columns.scales["amount"]
        wanted = tuple(Entry("amount", total / scale, scale) for total in sums)
        entries.totals.append(((sheet.number, *sheet.anchor((row, column))), wanted))


def _read_rows(entries: Entries, text: FormSheet, sheet: Sheet, columns: Columns) -> Iterator[tuple[int, str | None]]:
    """The rows with an id, each with it; those that are totals, with None. Headings, notes and blanks are left out."""
    column, ignored = columns.by_key["id"], {fold(name) for name in text.ignore}
    for row in sorted(number for number in sheet.rows if number > columns.last):
        area = sheet.area_of((row, column))
        name = entries.book.text(sheet, (row, column))
        is_wide = area is not None and area.right > area.left
        is_below = area is not None and area.top < row
        label = fold(name) or next((fold(text) for text in _texts(entries, sheet, row)), "")
        if fold(name) in ignored or is_below:
            continue
        if _TOTAL.fullmatch(label):
            yield row, None
        elif name and not is_wide and fold(name) != fold(text.id) and not _is_note(fold(name)):
            yield row, name
        elif not name and _has_quantity(entries, sheet, row, columns):
            at = entries.span(sheet, (row, column))
            entries.problems.append(_report(at, is_error=False, id=label, where=str(row), fault="form_no_id"))


def _has_quantity(entries: Entries, sheet: Sheet, row: int, columns: Columns) -> bool:
    column = columns.by_key.get("quantity")
    return column is not None and isinstance(entries.book.value(sheet, sheet.anchor((row, column))), Decimal)


def _texts(entries: Entries, sheet: Sheet, row: int) -> Iterator[str]:
    values = (entries.book.value(sheet, (row, column)) for column in sorted(sheet.rows[row].cells))
    return (value for value in values if isinstance(value, str) and value.strip())


def _is_note(name: str) -> bool:
    return _NOTE.match(name) is not None or len(name) > _LONGEST_ID


class _Matcher:
    """Lines by the buyer's id: to the letter, and if none has it, as the number that it is (`01` is 1)."""

    def __init__(self, lines: Sequence[PricedLine]) -> None:
        self.exact: dict[str, list[PricedLine]] = {}
        self.loose: dict[str, list[PricedLine]] = {}
        for line in lines:
            self.exact.setdefault(fold(name_item(line)), []).append(line)
            self.loose.setdefault(_loosen(name_item(line)), []).append(line)

    def find(self, name: str) -> list[PricedLine]:
        """The lines that a row may be for."""
        return self.exact.get(fold(name)) or self.loose.get(_loosen(name), [])


def _loosen(name: str) -> str:
    found = re.fullmatch(r"0*(\d+)(?:\.0+)?", fold(name))
    return found.group(1) if found else fold(name)
