"""the functions of formulas that can be computed exactly, and how Excel takes one kind of value for another."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_UP, ROUND_UP, Decimal, DecimalException

from bidkit.ooxml.sheet.criteria import read_criterion
from bidkit.ooxml.sheet.foreign import CellError, Value
from bidkit.ooxml.sheet.numbers import EXACT, LIKE_EXCEL, Refused, read_number, round_to, write_number

_MAX_TEXT = 32_767
"""How long a text in a cell may be."""
_PLAIN_TEXT = (Decimal("0.0001"), Decimal("1E15"))
"""Between which limits a number is written in a text without an exponent."""
DIV, VALUE, NUM, NA = (CellError(text) for text in ("#DIV/0!", "#VALUE!", "#NUM!", "#N/A"))


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
        found = read_number(value)
        if found is None:
            raise Failed(VALUE)
        return found
    return Decimal(0) if value is None else value


def text(argument: Argument) -> str:
    """An argument as text."""
    value = single(argument)
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, Decimal):
        if value and not _PLAIN_TEXT[0] <= value.copy_abs() < _PLAIN_TEXT[1]:
            raise Refused("a number of this size in a text")
        return write_number(value)
    return value or ""


def join_texts(arguments: Iterable[Argument]) -> str:
    """Arguments as one text. Raises Refused for one that is too long for a cell."""
    joined = "".join(map(text, arguments))
    if len(joined) > _MAX_TEXT:
        raise Refused(f"a text of more than {_MAX_TEXT} characters")
    return joined


def truth(argument: Argument) -> bool:
    """An argument as a condition."""
    value = single(argument)
    if isinstance(value, str):
        if value.upper() not in ("TRUE", "FALSE"):
            raise Failed(VALUE)
        return value.upper() == "TRUE"
    return bool(value)


def compare(one: Argument, two: Argument) -> int:
    """Below, at or above zero as Excel orders values: numbers, texts without case, truth values."""
    left, right = (_rank(single(item)) for item in (one, two))
    if left[0] != right[0] and None in (single(one), single(two)):  # a blank is whatever it is compared with
        blank = {0: Decimal(0), 1: "", 2: False}
        kind = right[0] if single(one) is None else left[0]
        left, right = ((kind, blank[kind]) if single(item) is None else _rank(single(item)) for item in (one, two))
    return (left > right) - (left < right)


def order(one: Argument, two: Argument) -> int:
    """As `compare`. Raises Refused for texts whose order depends on the language."""
    texts = [value for item in (one, two) if isinstance(value := single(item), str)]
    found = compare(one, two)
    if found and len(texts) > 1 and not all(re.fullmatch("[A-Za-z]*|[0-9]*", text) for text in texts):
        raise Refused("the order of texts")
    return found


def _rank(value: Value) -> tuple[int, object]:
    if isinstance(value, bool):
        return 2, value
    return (1, value.casefold()) if isinstance(value, str) else (0, LIKE_EXCEL.plus(value or Decimal(0)))


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
    if not one and two <= 0:
        raise Failed(DIV if two else NUM)
    try:
        return EXACT.power(one, two)
    except DecimalException:
        raise Failed(NUM) from None


def _round(mode: str) -> Callable[..., Value]:
    def rounded(value: Argument, places: Argument = Decimal(0)) -> Value:
        digits = int(number(places))
        if abs(digits) > 20:
            raise Refused("ROUND")
        # What Excel has computed in binary it rounds as if it had 15 digits; so 2.675 goes up, and 0.1 + 0.2 stays.
        return round_to(LIKE_EXCEL.plus(number(value)), digits, mode)

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
    if any(isinstance(item, (str, bool)) for item in arguments):
        raise Refused("COUNT of what is no cell")
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
        values = [*item.values] if isinstance(item, Range) else [truth(item)]
        found += [truth(value) for value in values if isinstance(value, (Decimal, bool, CellError))]
    return found


def _sum_if(area: Argument, criterion: Argument, summed: Argument | None = None) -> Value:
    return _sum_ifs(area if summed is None else summed, area, criterion)


def _sum_ifs(summed: Argument, *pairs: Argument) -> Value:
    areas = [_area(summed), *map(_area, pairs[::2])]
    if len({(len(item.rows), len(item.rows[0])) for item in areas}) > 1:
        raise Refused("areas of two sizes")
    tests = [read_criterion(single(criterion)) for criterion in pairs[1::2]]
    if not tests or len(tests) < len(areas) - 1:
        raise Refused("an area without a criterion")
    rows = zip(*(item.values for item in areas), strict=True)
    fitting = [value for value, *keys in rows if all(fits(key) for fits, key in zip(tests, keys, strict=True))]
    return add(_numbers([Range([fitting])]))


def _count_ifs(*pairs: Argument) -> Value:
    ones = [[Decimal(1)] * len(row) for row in _area(pairs[0] if pairs else None).rows]
    return _sum_ifs(Range(ones), *pairs)


def _area(argument: Argument) -> Range:
    if not isinstance(argument, Range):
        raise Refused("a value where an area is meant")
    return argument


def _find(wanted: Argument, values: Iterable[Value]) -> int | None:
    """Where a value stands in a list."""
    value = single(wanted)
    if value is None or (isinstance(value, str) and re.search(r"[*?~]", value)):
        raise Refused(f"the search for {value!r}")
    return next((n for n, other in enumerate(values) if type(other) is type(value) and not compare(other, value)), None)


def _look_up(wanted: Argument, area: Argument, column: Argument, is_near: Argument = True) -> Value:
    rows, place = _area(area).rows, int(number(column))
    if truth(is_near) or not 0 < place <= len(rows[0]):
        raise Refused("VLOOKUP of the nearest value, or beyond its area")
    found = _find(wanted, (row[0] for row in rows))
    if found is None:
        raise Failed(NA)
    return Decimal(0) if rows[found][place - 1] is None else rows[found][place - 1]


def _match(wanted: Argument, area: Argument, kind: Argument = Decimal(1)) -> Value:
    rows = _area(area).rows
    if number(kind) or (len(rows) > 1 and len(rows[0]) > 1):
        raise Refused("MATCH of the nearest value")
    found = _find(wanted, _area(area).values)
    if found is None:
        raise Failed(NA)
    return Decimal(found + 1)


def _index(area: Argument, row: Argument, column: Argument | None = None) -> Value:
    rows = _area(area).rows
    one, two = int(number(row)), 1 if column is None else int(number(column))
    if column is None and len(rows) == 1:
        one, two = 1, one
    if not (0 < one <= len(rows) and 0 < two <= len(rows[0])) or (column is None and min(len(rows), len(rows[0])) > 1):
        raise Refused("INDEX of more than one cell")
    return Decimal(0) if rows[one - 1][two - 1] is None else rows[one - 1][two - 1]


def _subtotal(kind: Argument, *arguments: Argument) -> Value:
    function = _SUBTOTALS.get(int(number(kind)) % 100)
    if function is None:
        raise Refused("SUBTOTAL")
    return function(*arguments)


def _extreme(choose: Callable[..., Decimal]) -> Callable[..., Value]:
    return lambda *arguments: choose(_numbers(arguments), default=Decimal(0))


FUNCTIONS: dict[str, Callable[..., Value]] = {
    "SUM": lambda *arguments: add(_numbers(arguments)),
    "PRODUCT": _product,
    "SUMPRODUCT": _sum_products,
    "SUMIF": _sum_if,
    "SUMIFS": _sum_ifs,
    "COUNTIF": lambda area, criterion: _count_ifs(area, criterion),
    "COUNTIFS": _count_ifs,
    "VLOOKUP": _look_up,
    "MATCH": _match,
    "INDEX": _index,
    "SUBTOTAL": _subtotal,
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
    "N": lambda value: single(value) if isinstance(single(value), Decimal) else Decimal(single(value) is True),
    "ABS": lambda value: number(value).copy_abs(),
    "IF": _choose,
    "AND": lambda *arguments: all(_truths(arguments)),
    "OR": lambda *arguments: any(_truths(arguments)),
    "NOT": lambda value: not truth(value),
    "LEN": lambda value: Decimal(len(text(value))),
    "TRIM": lambda value: " ".join(filter(None, text(value).split(" "))),
    "CONCATENATE": lambda *arguments: join_texts(arguments),
    "ISBLANK": lambda value: single(value) is None,
    "ISNUMBER": lambda value: isinstance(single(value), Decimal),
}
"""By name; IFERROR, which alone sees errors, is the evaluator's own."""
_SUBTOTALS = {
    number: FUNCTIONS[name] for number, name in ((1, "AVERAGE"), (2, "COUNT"), (4, "MAX"), (5, "MIN"), (9, "SUM"))
}
