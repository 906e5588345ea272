"""what is to stand in the cells of a form: each value as its cell takes it, and whether it may be entered."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from bidkit.deal.price_forms import PriceForm
from bidkit.diagnostic import Diagnostic, Severity, Span, Term
from bidkit.ooxml.sheet.evaluate import Evaluator
from bidkit.ooxml.sheet.foreign import Place, Sheet, Validation, Value, Workbook, name_cell
from bidkit.ooxml.sheet.formula import move_formula
from bidkit.ooxml.sheet.numbers import Refused, write_number
from bidkit.ooxml.sheet.readers import Spot
from bidkit.wording import fold

RATES = ("tax_rate", "discount")
"""The keys that are rates."""
_PERCENT = re.compile(r"(?<![\d.])%|percent|pct|百分")
_PERMILLE = re.compile("‰|permil|千分")
_MAX_TEXT = 32_767
_ILLEGAL = re.compile("[^\t\n\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Entry:
    """A value and the key of the map that it belongs to.

    Args:
        scale: the unit in which the form wants it: 10000 where it counts in 万元.
    """

    key: str
    value: Value
    scale: Decimal = Decimal(1)


@dataclass
class Entries:
    """The cells of one form that the map names.

    Args:
        exempt: what stands for the rate of a line that is exempt from tax.

    Attributes:
        plain: what is written, into cells without a formula.
        computed: what formulas are expected to come to.
    """

    form: PriceForm
    book: Workbook
    name: str
    problems: list[Diagnostic]
    exempt: str
    plain: dict[Spot, Value] = field(default_factory=dict)
    computed: dict[Spot, Entry] = field(default_factory=dict)
    keys: dict[Spot, str] = field(default_factory=dict)
    totals: list[tuple[Spot, tuple[Entry, ...]]] = field(default_factory=list)
    """Cells of rows that are totals, and the sums that each may show."""
    proved: list[tuple[Spot, tuple[Entry, ...]]] = field(default_factory=list)
    """Cells that the map does not name; if their formulas hang on what is filled, what they may come to."""
    seen: dict[Spot, Entry] = field(default_factory=dict)
    unseen: set[str] = field(default_factory=set)

    def span(self, sheet: Sheet, place: Place) -> Span:
        """A cell of the form."""
        return Span(self.name, place=(("sheet", sheet.name), ("cell", name_cell(place))))

    def report(self, code: str, sheet: Sheet, place: Place, severity: Severity = Severity.ERROR, **values: Any) -> None:
        """Note a mistake at a cell."""
        self.problems.append(Diagnostic(code, self.span(sheet, place), values, severity))

    def refuse(
        self, sheet: Sheet, place: Place, key: str, fault: str, severity: Severity = Severity.ERROR, **values: str
    ) -> None:
        """Note that a value cannot stand in a cell, or how it does. Diagnostics: PR32."""
        self.report("PR32", sheet, place, severity, key=key, fault=Term(fault, tuple(values.items())))

    def enter(
        self, sheet: Sheet, place: Place, key: str, value: Any, title: str = "", scale: Decimal = Decimal(1)
    ) -> None:
        """Put a value where the map says, over nothing that the buyer has written. Diagnostics: PR32, PK32."""
        place = sheet.anchor(place)
        spot = (sheet.number, *place)
        shaped = self._shape(sheet, place, key, value, title)
        entry = Entry(key, shaped / scale if isinstance(shaped, Decimal) else shaped, scale)
        if self.seen.setdefault(spot, entry).value != entry.value:
            self.refuse(sheet, place, key, "form_twice", other=self.seen[spot].key)
            return
        if sheet.is_out_of_sight(place) and sheet.name not in self.unseen:
            self.unseen.add(sheet.name)
            self.report("PK32", sheet, place, severity=Severity.WARNING, what=Term("form_hidden"))
        cell = sheet.cell(place)
        if cell is not None and cell.formula is not None:
            self.computed[spot] = entry
        elif entry.value in (None, ""):
            if key != "remark":
                self.refuse(sheet, place, key, "form_nothing", severity=Severity.WARNING)
        elif self._may_enter(sheet, place, entry):
            self.plain[spot], self.keys[spot] = entry.value, key

    def _may_enter(self, sheet: Sheet, place: Place, entry: Entry) -> bool:
        """Whether a cell is free; one that already says the same is left as it is."""
        held = self.book.value(sheet, place)
        if held not in (None, ""):
            if is_same(held, entry.value):
                return False
            if not self.form.overwrite:
                self.refuse(sheet, place, entry.key, "form_taken", held=show(held), value=show(entry.value))
                return False
        if sheet.is_protected and self.book.format(sheet, place).is_locked and not self.form.overwrite:
            self.refuse(sheet, place, entry.key, "form_locked")
            return False
        if isinstance(entry.value, str) and (len(entry.value) > _MAX_TEXT or _ILLEGAL.search(entry.value)):
            self.refuse(sheet, place, entry.key, "form_text", value=entry.value[:40])
            return False
        return True

    def _shape(self, sheet: Sheet, place: Place, key: str, value: Any, title: str) -> Value:
        """A value as a cell takes it: a rate is 0.13, or 13 where the title, but not the format, says per cent."""
        if isinstance(value, str):
            return value.replace("\r\n", "\n").replace("\r", "\n").strip()
        if isinstance(value, int):
            return Decimal(value)
        if key not in RATES or not isinstance(value, Decimal):
            return value  # type: ignore[no-any-return]
        style, said = self.book.format(sheet, place), fold(title)
        if style.is_percent:
            return value
        if _PERMILLE.search(said):
            return value * 1000
        return value * 100 if style.has_written_percent or _PERCENT.search(said) else value


def check_entries(entries: Entries, evaluator: Evaluator) -> None:
    """Hold every value that is written against what the buyer's validations let in. Diagnostics: PR32."""
    sheets = {sheet.number: sheet for sheet in entries.book.sheets}
    for spot, value in entries.plain.items():
        sheet, place = sheets[spot[0]], spot[1:]
        for rule in sheet.validations:
            if any(place in area for area in rule.areas):
                try:
                    if not _lets_in(rule, value, sheet, place, evaluator):
                        limit = " ".join(filter(None, (rule.attributes.get("operator"), *rule.formulas)))
                        key = entries.keys[spot]
                        entries.refuse(sheet, place, key, "form_invalid", value=show(value), limit=limit)
                except Refused:
                    entries.refuse(
                        sheet,
                        place,
                        entries.keys[spot],
                        "form_unknown",
                        severity=Severity.WARNING,
                        limit=rule.formulas[0],
                    )


def _lets_in(rule: Validation, value: Value, sheet: Sheet, place: Place, evaluator: Evaluator) -> bool:
    """Whether a validation lets a value in. Raises Refused if that cannot be told."""
    kind = rule.attributes.get("type", "none")
    first = rule.areas[0]
    texts = [move_formula(text, place[0] - first.top, place[1] - first.left) for text in rule.formulas if text]
    if kind in ("none", "") or not texts:
        return True
    if kind == "custom":
        return evaluator.compute(sheet.number, texts[0]) is True
    if kind == "list":
        literal = re.fullmatch(r'"((?:[^"]|"")*)"', texts[0])
        allowed = literal.group(1).split(",") if literal else evaluator.list_values(sheet.number, texts[0])
        return any(is_same(item.strip() if isinstance(item, str) else item, value) for item in allowed)
    if kind == "textLength":
        value = Decimal(len(show(value)))
    if not isinstance(value, Decimal) or (kind == "whole" and value != value.to_integral_value()):
        return False
    limits = [evaluator.compute(sheet.number, text) for text in texts]
    numbers = [limit for limit in limits if isinstance(limit, Decimal)]
    if len(numbers) < len(limits):
        raise Refused(texts[0])
    low, high = numbers[0], numbers[-1]
    return {
        "between": low <= value <= high,
        "notBetween": not low <= value <= high,
        "equal": value == low,
        "notEqual": value != low,
        "lessThan": value < low,
        "lessThanOrEqual": value <= low,
        "greaterThan": value > low,
        "greaterThanOrEqual": value >= low,
    }[rule.attributes.get("operator", "between")]


def is_same(one: Value, two: Value) -> bool:
    """Whether two values say the same, however they are written."""
    if isinstance(one, Decimal) and isinstance(two, Decimal):
        return one == two
    return fold(show(one)) == fold(show(two))


def show(value: Value) -> str:
    """A value in a message."""
    return write_number(value) if isinstance(value, Decimal) else str(value if value is not None else "")
