"""what SUMIF, COUNTIF and their like look for: a value, or a comparison that is written as a text."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

from bidkit.ooxml.sheet.foreign import Value
from bidkit.ooxml.sheet.numbers import LIKE_EXCEL, Refused, read_number

Test = Callable[[Value], bool]
_SIGNS = {"": (0,), "=": (0,), "<>": (-1, 1), "<": (-1,), ">": (1,), "<=": (-1, 0), ">=": (0, 1)}


def read_criterion(criterion: Value) -> Test:
    """Whether a value is what is looked for. The test, and this, raise Refused for what programs take in two ways."""
    if not isinstance(criterion, str):
        return _fits(criterion, _SIGNS["="])
    sign, wanted = re.match(r"(<=|>=|<>|<|>|=|)(.*)", criterion, re.DOTALL).groups()  # type: ignore[union-attr]
    if "~" in wanted or not wanted or wanted.startswith("#") or wanted.upper() in ("TRUE", "FALSE"):
        raise Refused(f"the criterion {criterion!r}")
    if re.search("[*?]", wanted) and sign in ("", "=", "<>"):
        return _fits_pattern(wanted, is_wanted=sign != "<>")
    number = read_number(wanted)
    if number is None and sign not in ("", "=", "<>"):
        raise Refused(f"the criterion {criterion!r}: texts are ordered by language")
    return _fits(wanted if number is None else number, _SIGNS[sign])


def _fits_pattern(wanted: str, *, is_wanted: bool) -> Test:
    """Texts with any characters at each `*` and any one at each `?`."""
    parts = (".*" if sign == "*" else "." if sign == "?" else re.escape(sign) for sign in wanted)
    pattern = re.compile("".join(parts), re.IGNORECASE | re.DOTALL)

    def fits(value: Value) -> bool:
        if isinstance(value, Decimal):
            raise Refused("a number under a wildcard")  # programs differ in whether it is taken for a text
        return (isinstance(value, str) and pattern.fullmatch(value) is not None) is is_wanted

    return fits


def _fold(value: Value) -> Value:
    """A value without the difference of large and small letters."""
    return value.casefold() if isinstance(value, str) else value


def _fits(wanted: Value, tests: tuple[int, ...]) -> Test:
    if wanted is None:
        raise Refused("a blank criterion")

    def fits(value: Value) -> bool:
        if isinstance(wanted, Decimal) and isinstance(value, str) and read_number(value) is not None:
            raise Refused("numbers stored as text")  # programs differ in whether they are what is looked for
        if type(value) is not type(wanted):
            return tests == _SIGNS["<>"]
        if isinstance(value, Decimal) and isinstance(wanted, Decimal):
            one, two = LIKE_EXCEL.plus(value), LIKE_EXCEL.plus(wanted)
            return (one > two) - (one < two) in tests
        is_same = _fold(value) == _fold(wanted)
        return is_same is (0 in tests)

    return fits
