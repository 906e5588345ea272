"""what the cells of a filled form show: by their formats, the figures of the quote and no others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from bidkit.diagnostic import Severity
from bidkit.ooxml.opc import parse_xml
from bidkit.ooxml.sheet.foreign import Area, Sheet, Value, read_areas
from bidkit.ooxml.sheet.formats import Shown
from bidkit.ooxml.sheet.readers import Spot
from bidkit.price_form.entries import RATES, Entries, Entry, show
from bidkit.price_form.magnitudes import UnclearUnit, read_unit

_COUNTS = ("quantity", "validity_days", *RATES)
"""What is no amount of money."""


def check_formats(entries: Entries, values: Mapping[Spot, Value], sheets: Mapping[int, Sheet]) -> None:
    """Hold what the cells show that the map names, and those of total rows, against their values. Diagnostics: PR32."""
    looked_at = {**entries.seen}
    for spot, sums in entries.totals:
        looked_at.setdefault(spot, Entry("amount", values.get(spot), sums[0].scale))
    rules = {number: [*_read_rules(entries, sheet)] for number, sheet in sheets.items()}
    for spot, entry in looked_at.items():
        sheet = sheets[spot[0]]
        if isinstance(entry.value, Decimal):
            _check_format(entries, sheet, spot, entry, entry.value)
            for code in (code for area, code in rules[spot[0]] if spot[1:] in area):
                value = show(entry.value)
                entries.refuse(sheet, spot[1:], entry.key, "form_format", Severity.WARNING, value=value, format=code)


def _read_rules(entries: Entries, sheet: Sheet) -> Iterator[tuple[Area, str]]:
    """Where conditional formatting may change how numbers are shown, and to what."""
    codes = entries.book.rule_formats
    if not any(codes):
        return
    for element in parse_xml(sheet.content).iterfind("{*}conditionalFormatting"):
        numbers = [rule.get("dxfId", "") for rule in element.iterfind("{*}cfRule")]
        for code in (codes[int(number)] for number in numbers if number.isdecimal() and int(number) < len(codes)):
            yield from ((area, code) for area in read_areas(element.get("sqref", "")) if code)


def _check_format(entries: Entries, sheet: Sheet, spot: Spot, entry: Entry, value: Decimal) -> None:
    style = entries.book.format(sheet, spot[1:])
    shown = style.shown(value)
    said, severity, seen = "", Severity.ERROR, ""
    if shown is None:
        said, severity = "form_format", Severity.WARNING
    elif shown.figure is None or shown.exact is None:
        said = "form_hides" if value or shown.text.strip(" -–—") else ""
    elif _is_another(entry, value, shown.exact, shown):
        said, seen = "form_shows", f"{show(shown.figure)}{shown.text}".strip()
    elif shown.figure != shown.exact:
        said, severity, seen = "form_rounded", Severity.WARNING, show(shown.figure)
    if said:
        entries.refuse(
            sheet, spot[1:], entry.key, said, severity, value=show(value), shown=seen, format=style.code or "General"
        )


def _is_another(entry: Entry, value: Decimal, exact: Decimal, shown: Shown) -> bool:
    """Whether a cell shows another figure than it holds, but for rounding; or other digits or a unit beside it."""
    if any(sign.isdigit() for sign in shown.text) or ("%" in shown.text and entry.key not in RATES):
        return True
    if entry.key in _COUNTS:
        return exact != value
    try:
        unit = read_unit(shown.text)
    except UnclearUnit:
        return True
    return exact * (unit.scale if unit else entry.scale) != value * entry.scale
