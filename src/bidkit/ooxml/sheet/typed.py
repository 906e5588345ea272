"""typed cells: a value becomes a number, a date, a truth value or a text, in the cell's own format."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from html import unescape
from typing import Any

from jinja2.runtime import Context

from bidkit.diagnostic import Term
from bidkit.ooxml.printing import METHODS, Ready, Unfit, show
from bidkit.ooxml.running import Part
from bidkit.ooxml.sandbox import Environment
from bidkit.ooxml.values import Rendering, escape_text, mark

MAX_TEXT = 32_767
MAX_HEADER = 255
_MAX_DIGITS = 15
RISKY = ("=", "+", "-", "@", "\t", "\n")
"""What a spreadsheet may take for the beginning of a formula when the cell is edited, copied or saved as csv."""
_CODED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_CODE = re.compile(r"_x([0-9A-Fa-f]{4})_")
is_plain = re.compile("[\x20-%'-;=?-^`-\ud7ff\ue000-\ufdcf\ufdf0-\ufffd]*").fullmatch
"""Whether a text stands in XML, and in a workbook, as it is."""
_DAY_1900, _DAY_1904 = date(1899, 12, 30), date(1904, 1, 1)
_SECONDS = 86_400
_QUICK = frozenset((str, int, float, Decimal))
_WHOLE = 10**_MAX_DIGITS


@dataclass(frozen=True)
class CellStyle:
    """The formats of a cell, by their numbers in the workbook.

    Args:
        own: as in the template; empty if it has none.
        quoted: the same for a text that looks like a formula.
        dated, timed: the same for a day and for a moment; where the cell's own shows dates it is that one.
        is_text: its format is Text, so that whatever stands in it is one.
    """

    own: str = ""
    quoted: str = ""
    dated: str = ""
    timed: str = ""
    is_text: bool = False


@dataclass(frozen=True)
class CellSite:
    """The cell of a tag that fills it.

    Args:
        formula: the number of the formula whose value it gives, -1 if it is none.
        is_1904: the workbook counts its days from 1904.
    """

    style: CellStyle = CellStyle()
    formula: int = -1
    is_1904: bool = False


class SheetEnvironment(Environment):
    """The sandbox of a workbook; `sites` are, by part and tag, the cells that a tag fills."""

    sites: dict[str, dict[int, CellSite]]

    def print_value(self, value: Any, level: str, rendering: Rendering, part: Part, number: int) -> str:
        """What a tag of an .xlsx prints: a whole cell (`cell`), or text in a cell, a header (`hf`), a property."""
        if level == "cell":
            return print_cell(value, self.sites[part.compiled.name][number])
        text = escape_text(_text_of(value))
        return text.replace("&amp;", "&amp;&amp;") if level == "hf" else text

    def print_quickly(self, value: Any, level: str, context: Context, number: int) -> str | None:
        """A plain text or a number in a cell."""
        kind = type(value)
        if level != "cell" or kind not in _QUICK:
            return None
        site = self.sites[context.name or ""][number]
        if kind is str:
            is_short = site.formula < 0 and len(value) < MAX_HEADER and is_plain(value)
            return write_text(value, site.style) if is_short else None
        if site.style.is_text and site.formula < 0:
            return None
        if kind is int:
            shown = str(value) if -_WHOLE < value < _WHOLE else ""
        elif kind is float:
            shown = repr(value) if 1e-4 < value < _WHOLE else ""
        else:
            shown = f"{value:f}" if value.is_finite() and -_MAX_DIGITS < value.adjusted() < _MAX_DIGITS else ""
        if not shown:
            return None
        if site.formula < 0:
            return f"{site.style.own}><v>{shown}</v></c>"
        return f"{site.style.own}><f>{mark('f', site.formula)}</f><v>{shown}</v></c>"


def print_cell(value: Any, site: CellSite) -> str:
    """What follows `<c r="B7"`.

    Raises:
        TypeError, ValueError: Excel has no such value; the text, or its term, says why.
    """
    style = site.style
    if type(value) is str and site.formula < 0 and len(value) < MAX_HEADER and is_plain(value):
        return write_text(value, style)
    if isinstance(value, bool):
        kind, shown, look = "b", str(int(value)), style.own
    elif isinstance(value, (int, float, Decimal)) and not (style.is_text and site.formula < 0):
        kind, shown, look = "", write_number(value), style.own
    elif isinstance(value, (date, time)) and not (style.is_text and site.formula < 0):
        kind, shown = "", write_number(count_days(value, is_1904=site.is_1904))
        look = style.timed if isinstance(value, (datetime, time)) else style.dated
    else:
        return _print_text(_text_of(value), site)
    if site.formula >= 0:
        return f"{look}{_kind(kind)}><f>{mark('f', site.formula)}</f><v>{shown}</v></c>"
    return f"{look}{_kind(kind)}><v>{shown}</v></c>"


def _kind(kind: str) -> str:
    return f' t="{kind}"' if kind else ""


def _print_text(text: str, site: CellSite) -> str:
    safe = encode(escape_text(text))
    if (count := count_characters(text)) > MAX_TEXT:
        raise Unfit(Term("value_too_long", (("count", str(count)), ("limit", str(MAX_TEXT)))))
    if site.formula >= 0:
        return f'{site.style.own} t="str"><f>{mark("f", site.formula)}</f><v>{safe}</v></c>'
    return write_text(safe, site.style)


def write_text(safe: str, style: CellStyle) -> str:
    """A text cell behind `<c r="B7"`; always text, whatever it begins with.

    Args:
        safe: the text, escaped.
    """
    if not safe:
        return f"{style.own}/>"
    look = style.quoted if safe.startswith(RISKY) else style.own
    return f'{look} t="inlineStr"><is><t xml:space="preserve">{safe}</t></is></c>'


def encode(text: str) -> str:
    """A text as a workbook keeps it, where `_x000D_` would be one character."""
    return _CODED.sub("_x005F_", text) if "_x" in text else text


def decode(text: str) -> str:
    """A text that a workbook keeps."""
    return _CODE.sub(lambda found: chr(int(found.group(1), 16)), text).replace("\r\n", "\n").replace("\r", "\n")


def _text_of(value: Any) -> str:
    if isinstance(value, Ready) and not value.level:
        return unescape(value)  # what a set block or macro gave
    if isinstance(value, Ready) or any(hasattr(value, method) for method in METHODS.values()):
        raise Unfit(Term("value_blocks"))
    return show(value).replace("\r\n", "\n").replace("\r", "\n")


def count_characters(text: str) -> int:
    """The characters of a text as Excel counts them: those outside the first plane are two."""
    return len(text) if text.isascii() or len(text) <= MAX_HEADER // 2 else len(text.encode("utf-16-le")) // 2


def write_number(value: int | float | Decimal) -> str:
    """A number in digits, exactly as it is. Raises Unfit for one that Excel would alter before its decimal point."""
    number = value if isinstance(value, Decimal) else Decimal(repr(value) if isinstance(value, float) else value)
    if not number.is_finite():
        raise Unfit(Term("value_not_finite", (("value", str(value)),)))
    if number and number.adjusted() >= _MAX_DIGITS:
        raise Unfit(Term("value_digits", (("value", str(value)[:40]), ("limit", str(_MAX_DIGITS)))))
    if number and number.adjusted() < -_MAX_DIGITS * 2:
        return str(number)
    return f"{number:f}"


def count_days(value: date | time, *, is_1904: bool) -> Decimal:
    """A date as Excel counts it; a time is the part of a day. Raises Unfit for a day before Excel's first."""
    if isinstance(value, time):
        return _part_of_day(value)
    day = value.date() if isinstance(value, datetime) else value
    days = (day - (_DAY_1904 if is_1904 else _DAY_1900)).days
    if not is_1904 and days <= 60:
        days -= 1  # Excel has a 29 February 1900
    if days < (0 if is_1904 else 1):
        raise Unfit(Term("value_before_days", (("value", str(value)),)))
    return days + (_part_of_day(value.time()) if isinstance(value, datetime) else Decimal())


def _part_of_day(value: time) -> Decimal:
    passed = timedelta(hours=value.hour, minutes=value.minute, seconds=value.second, microseconds=value.microsecond)
    return (Decimal(passed // timedelta(microseconds=1)) / 1_000_000 / _SECONDS).quantize(Decimal("1e-12")).normalize()
