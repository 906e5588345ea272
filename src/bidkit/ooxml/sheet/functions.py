"""the functions of formulas that can be computed exactly, and how Excel takes one kind of value for another."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_UP, ROUND_UP, Context, Decimal, DecimalException

from bidkit.ooxml.sheet.foreign import CellError, Value

EXACT = Context(prec=40)
"""Enough for sums and products of prices without any rounding; a quotient is as near as this."""
_NUMBER = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?\s*")
_LIKE_EXCEL = Context(prec=15, rounding=ROUND_HALF_UP)
DIV, VALUE, NUM, NA = (CellError(text) for text in ("#DIV/0!", "#VALUE!", "#NUM!", "#N/A"))


class Refused(Exception):
    """A formula that is not computed here, and why."""


@dataclass(frozen=True)
class Range:
    """The values of an area, row by row; of one cell, if it is none."""

    rows: Sequence[Sequence[Value]]
    is_one: bool = False

    @property
    def values(self) -> Iterator[Value]:
        """All of them."""
        return (value for row in self.rows for value in row)


Argument = Value | Range


class Failed(Exception):
    """An error in a cell, on its way through the functions around it."""

    def __init__(self, error: CellError) -> None:
        super().__init__(error)
        self.error = error


def single(argument: Argument) -> Value:
    """The one value of an argument. Raises Failed for an error, Refused for an area where one value is meant."""
    if isinstance(argument, Range):
        if not argument.is_one:
            raise Refused("an area where one value is meant")
        argument = argument.rows[0][0]
    if isinstance(argument, CellError):
        raise Failed(argument)
    return argument


def number(argument: Argument) -> Decimal:
    """An argument as a number, as Excel takes it in a sum of two."""
    value = single(argument)
    if isinstance(value, bool):
        return Decimal(int(value))
    if isinstance(value, str):
        if not _NUMBER.fullmatch(value):
            raise Failed(VALUE)
        return Decimal(value.strip())
    return Decimal(0) if value is None else value


def text(argument: Argument) -> str:
    """An argument as text."""
    value = single(argument)
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    return write_number(value) if isinstance(value, Decimal) else value or ""


def truth(argument: Argument) -> bool:
    """An argument as a condition."""
    value = single(argument)
    if isinstance(value, str):
        if value.upper() not in ("TRUE", "FALSE"):
            raise Failed(VALUE)
        return value.upper() == "TRUE"
    return bool(value)


def write_number(value: Decimal) -> str:
    """A number as a cell holds it: 15 digits, as many as Excel keeps."""
    rounded = _LIKE_EXCEL.plus(value).normalize()
    return f"{rounded:f}" if rounded else "0"


def compare(one: Argument, two: Argument) -> int:
    """Below, at or above zero as Excel orders values: numbers, texts without case, truth values."""
    left, right = (_rank(single(item)) for item in (one, two))
    if left[0] != right[0] and None in (single(one), single(two)):  # a blank is whatever it is compared with
        blank = {0: Decimal(0), 1: "", 2: False}
        kind = right[0] if single(one) is None else left[0]
        left, right = ((kind, blank[kind]) if single(item) is None else _rank(single(item)) for item in (one, two))
    return (left > right) - (left < right)


def _rank(value: Value) -> tuple[int, object]:
    if isinstance(value, bool):
        return 2, value
    return (1, value.casefold()) if isinstance(value, str) else (0, _LIKE_EXCEL.plus(value or Decimal(0)))


def _numbers(arguments: Iterable[Argument]) -> Iterator[Decimal]:
    """The numbers of lists: of areas and cells, only what is a number."""
    for argument in arguments:
        if not isinstance(argument, Range):
            yield number(argument)
            continue
        for value in argument.values:
            if isinstance(value, CellError):
                raise Failed(value)
            if isinstance(value, Decimal):
                yield value


def add(numbers: Iterable[Decimal]) -> Decimal:
    """Their exact sum."""
    total = Decimal(0)
    for item in numbers:
        total = EXACT.add(total, item)
    return total


def multiply(numbers: Iterable[Decimal]) -> Decimal:
    """Their exact product."""
    product = Decimal(1)
    for item in numbers:
        product = EXACT.multiply(product, item)
    return product


def divide(one: Decimal, two: Decimal) -> Decimal:
    """A quotient."""
    if not two:
        raise Failed(DIV)
    return EXACT.divide(one, two)


def power(one: Decimal, two: Decimal) -> Decimal:
    """A whole power; others are no exact numbers."""
    if two != two.to_integral_value() or abs(two) > 400:
        raise Refused("^")
    try:
        return EXACT.power(one, two)
    except DecimalException:
        raise Failed(NUM) from None


def _round(mode: str) -> Callable[..., Value]:
    def rounded(value: Argument, places: Argument = Decimal(0)) -> Value:
        digits = int(number(places))
        if abs(digits) > 20:
            raise Refused("ROUND")
        unit = Decimal(1).scaleb(-digits)
        # What Excel has computed in binary it rounds as if it had 15 digits; so 2.675 goes up, and 0.1 + 0.2 stays.
        return _LIKE_EXCEL.plus(number(value)).quantize(unit, rounding=mode, context=EXACT)

    return rounded


def _mean(*arguments: Argument) -> Value:
    numbers = [*_numbers(arguments)]
    return divide(add(numbers), Decimal(len(numbers)))


def _product(*arguments: Argument) -> Value:
    numbers = [*_numbers(arguments)]
    return multiply(numbers) if numbers else Decimal(0)


def _sum_products(*arguments: Argument) -> Value:
    areas = [item.rows if isinstance(item, Range) else [[item]] for item in arguments]
    if len({(len(rows), len(rows[0])) for rows in areas}) > 1:
        raise Failed(VALUE)
    flat = [[value for row in rows for value in row] for rows in areas]
    for value in (value for values in flat for value in values):
        if isinstance(value, CellError):
            raise Failed(value)
    return add(multiply(v if isinstance(v, Decimal) else Decimal(0) for v in same) for same in zip(*flat, strict=True))


def _count(*arguments: Argument) -> Value:
    values = [value for item in arguments for value in (item.values if isinstance(item, Range) else (item,))]
    return Decimal(sum(isinstance(value, Decimal) for value in values))


def _count_all(*arguments: Argument) -> Value:
    values = [value for item in arguments for value in (item.values if isinstance(item, Range) else (item,))]
    return Decimal(sum(value is not None for value in values))


def _choose(condition: Argument, yes: Argument, no: Argument = False) -> Value:
    chosen = single(yes if truth(condition) else no)
    return Decimal(0) if chosen is None else chosen


def _truths(arguments: Iterable[Argument]) -> list[bool]:
    found = []
    for item in arguments:
        values = [*item.values] if isinstance(item, Range) else [item]
        found += [truth(value) for value in values if value is not None and not isinstance(value, str)]
    return found


def _matches(criterion: Value) -> Callable[[Value], bool]:
    """What SUMIF and COUNTIF look for: a value, or a comparison written as text."""
    if not isinstance(criterion, str):
        return lambda value: value is not None and type(value) is type(criterion) and compare(value, criterion) == 0
    sign, wanted = re.match(r"(<=|>=|<>|<|>|=|)(.*)", criterion, re.DOTALL).groups()  # type: ignore[union-attr]
    if re.search(r"[*?~]", wanted) or not wanted:
        raise Refused(f"the criterion {criterion!r}")
    other: Value = Decimal(wanted) if _NUMBER.fullmatch(wanted) else wanted
    tests = {"": (0,), "=": (0,), "<": (-1,), ">": (1,), "<=": (-1, 0), ">=": (0, 1)}
    if sign == "<>":
        return lambda value: type(value) is not type(other) or compare(value, other) != 0
    return lambda value: type(value) is type(other) and compare(value, other) in tests[sign]


def _sum_if(area: Argument, criterion: Argument, summed: Argument | None = None) -> Value:
    summed = area if summed is None else summed
    if not isinstance(area, Range) or not isinstance(summed, Range):
        raise Refused("SUMIF")
    shapes = [(len(item.rows), len(item.rows[0])) for item in (area, summed)]
    if shapes[0] != shapes[1]:
        raise Refused("SUMIF of areas of two sizes")
    fits = _matches(single(criterion))
    pairs = zip(area.values, summed.values, strict=True)
    return add(_numbers([Range([[value for key, value in pairs if fits(key)]])]))


def _count_if(area: Argument, criterion: Argument) -> Value:
    if not isinstance(area, Range):
        raise Refused("COUNTIF")
    fits = _matches(single(criterion))
    return Decimal(sum(fits(value) for value in area.values))


def _extreme(choose: Callable[..., Decimal]) -> Callable[..., Value]:
    return lambda *arguments: choose(_numbers(arguments), default=Decimal(0))


FUNCTIONS: dict[str, Callable[..., Value]] = {
    "SUM": lambda *arguments: add(_numbers(arguments)),
    "PRODUCT": _product,
    "SUMPRODUCT": _sum_products,
    "SUMIF": _sum_if,
    "COUNTIF": _count_if,
    "AVERAGE": _mean,
    "MAX": _extreme(max),
    "MIN": _extreme(min),
    "COUNT": _count,
    "COUNTA": _count_all,
    "ROUND": _round(ROUND_HALF_UP),
    "ROUNDUP": _round(ROUND_UP),
    "ROUNDDOWN": _round(ROUND_DOWN),
    "TRUNC": _round(ROUND_DOWN),
    "INT": lambda value: _round(ROUND_FLOOR)(value),
    "ABS": lambda value: abs(number(value)),
    "IF": _choose,
    "AND": lambda *arguments: all(_truths(arguments)),
    "OR": lambda *arguments: any(_truths(arguments)),
    "NOT": lambda value: not truth(value),
    "LEN": lambda value: Decimal(len(text(value))),
    "TRIM": lambda value: " ".join(text(value).split(" ")).strip(),
    "CONCATENATE": lambda *arguments: "".join(map(text, arguments)),
    "ISBLANK": lambda value: single(value) is None,
    "ISNUMBER": lambda value: isinstance(single(value), Decimal),
}
"""By name; IFERROR, which alone sees errors, is the evaluator's own."""
