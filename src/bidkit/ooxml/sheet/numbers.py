"""numbers as Excel has them: their limits, how they are rounded and written, and what texts it reads as numbers."""

from __future__ import annotations

import re
import unicodedata
from decimal import ROUND_HALF_UP, Context, Decimal, DecimalException, DivisionByZero, InvalidOperation, Overflow

EXACT = Context(prec=40, Emin=-307, Emax=307, traps=[Overflow, InvalidOperation, DivisionByZero])
"""Enough for sums and products of prices without any rounding; a quotient is as near as this. Beyond 1E308 it fails."""
LIKE_EXCEL = Context(prec=15, rounding=ROUND_HALF_UP)
WIDE = Context(prec=1000)
"""Enough for every digit of whatever has been computed."""
_PLAIN = re.compile(r"\s*([+-]?(?:\d+|\d{1,3}(?:,\d{3})+|(?=\.\d))(?:\.\d*)?)([eE][+-]?\d{1,3}|%)?\s*", re.ASCII)
_MAYBE = re.compile(
    r"(?=.*\d)(?:[\d\W_年月日时時分秒点]|上午|下午"
    r"|(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*|(?<=\d)(?:\s*[ap]m|\s+[ap]|e))*",
    re.DOTALL,
)
"""What may be a date, a time, a fraction or a price with its currency."""


class Refused(Exception):
    """A formula that is not computed here, and why."""


def read_number(text: str) -> Decimal | None:
    """The number that a text is to Excel, such as `13%` or `1,000`; None if it is none.

    Raises:
        Refused: it may be a date, a time or a currency, which programs and languages read in their own ways.
    """
    if found := _PLAIN.fullmatch(text):
        digits, ending = found.group(1).replace(",", ""), found.group(2) or ""
        return read_literal(digits + ("E-2" if ending == "%" else ending))
    if _MAYBE.fullmatch(unicodedata.normalize("NFKC", text).casefold()):
        raise Refused(f"a text that may be a number: {text[:20]!r}")
    return None


def read_literal(text: str) -> Decimal:
    """A number as a formula has it. Raises Refused for one that no cell can hold."""
    try:
        return EXACT.create_decimal(text)
    except DecimalException:
        raise Refused(text[:40]) from None


def write_number(value: Decimal) -> str:
    """A number as a cell holds it: 15 digits, as many as Excel keeps."""
    rounded = LIKE_EXCEL.plus(value).normalize()
    return f"{rounded:f}" if rounded else "0"


def round_to(value: Decimal, digits: int, mode: str = ROUND_HALF_UP) -> Decimal:
    """A number with so many digits behind its point; before it, if they are below zero."""
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and exponent >= -digits:
        return value
    return value.quantize(Decimal(1).scaleb(-digits), rounding=mode, context=WIDE)
