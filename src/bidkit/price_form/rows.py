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
from bidkit.ooxml.sheet.foreign import Place, Sheet, Value
from bidkit.ooxml.sheet.readers import Spot
from bidkit.price_form.entries import Entries, Entry, show
from bidkit.price_form.scales import ONE
from bidkit.price_form.targets import Columns, find_columns, find_sheet
from bidkit.quote import PricedLine
from bidkit.wording import fold

_AMOUNTS = ("amount", "net", "gross")
"""What a column of amounts may show that the map does not name."""
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
    said = {
        line.line.id: {**each, "gross": each["net"] + each["tax"]}
        for line, each in zip(lines, make_lines(lines, bid), strict=True)
    }
    match = _Matcher(lines)
    counted: list[Mapping[str, Any]] = []
    part = 0
    used: dict[str, int] = {}
    for row, name in _read_rows(entries, text, sheet, columns):
        if name is None:
            _note_totals(entries, sheet, row, columns, (counted, counted[part:]))
            part = len(counted)
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
            counted.append(said[line.line.id])
        _enter_line(entries, sheet, row, columns, said[line.line.id])


def _enter_line(entries: Entries, sheet: Sheet, row: int, columns: Columns, said: Mapping[str, Any]) -> None:
    for key, column in columns.by_key.items():
        if key != "id":
            value = entries.exempt if key == "tax_rate" and said["is_exempt"] else said[key]
            entries.enter(sheet, (row, column), key, value, columns.titles[key], columns.scales.get(key, ONE))

    for key, column in columns.known.items():
        place = sheet.anchor((row, column))
        held = _read_count(entries.book.value(sheet, place))
        if key == "quantity" and place[0] == row and held not in (None, said[key]):
            entries.report("PR33", sheet, place, key=key, found=show(held), wanted=show(said[key]))
        elif key == "amount" and place[0] == row:
            _expect(entries.proved, sheet, place, [said[each] for each in _AMOUNTS], columns.scales[key])


def _read_count(value: Value) -> Value:
    """A quantity, also where its unit stands behind it."""
    found = re.match(r"\s*(\d[\d,]*(?:\.\d+)?)", value) if isinstance(value, str) else None
    return Decimal(found.group(1).replace(",", "")) if found else value if isinstance(value, Decimal) else None


def _note_totals(
    entries: Entries, sheet: Sheet, row: int, columns: Columns, parts: tuple[Sequence[Mapping[str, Any]], ...]
) -> None:
    """A row that is a total: its amounts are formulas that must come to a sum of the lines above.

    Args:
        parts: all lines above, and those since the total before.
    """
    for key in (*_AMOUNTS, "tax"):
        is_mapped, column = key in columns.by_key, columns.by_key.get(key, columns.known.get(key))
        if column is not None and sheet.anchor((row, column))[1] == column:
            keys = (key,) if is_mapped else _AMOUNTS
            sums = [sum((said[each] for said in part), Decimal(0)) for each in keys for part in parts]
            expected = entries.totals if is_mapped else entries.proved
            _expect(expected, sheet, sheet.anchor((row, column)), sums, columns.scales[key])


def _expect(
    expected: list[tuple[Spot, tuple[Entry, ...]]],
    sheet: Sheet,
    place: Place,
    amounts: Sequence[Decimal],
    scale: Decimal,
) -> None:
    wanted = tuple(Entry("amount", amount / scale, scale) for amount in dict.fromkeys(amounts))
    expected.append(((sheet.number, *place), wanted))


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
