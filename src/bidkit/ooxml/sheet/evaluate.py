"""formulas computed: exactly, in Decimal, from what the cells of a workbook will hold; what cannot be, is refused."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal, Overflow
from inspect import signature
from typing import Any

from bidkit.ooxml.sheet.foreign import CellError, Place, Value, Workbook, name_cell
from bidkit.ooxml.sheet.formula import Formula, Reference
from bidkit.ooxml.sheet.functions import (
    FUNCTIONS,
    NUM,
    Argument,
    Failed,
    Range,
    add,
    compare,
    divide,
    join_texts,
    multiply,
    number,
    order,
    power,
    single,
)
from bidkit.ooxml.sheet.numbers import EXACT, Refused, read_literal
from bidkit.ooxml.sheet.readers import Box, Index, Readers, Spot, read

Token = tuple[str, Any]

_TOKEN = re.compile(
    r'(?P<text>"(?:[^"]|"")*")|(?P<name>(?:[^\W\d]|[_\\])[\w.\\?]*)|(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)'
    r"|(?P<error>#[A-Z0/]+[!?]?)|(?P<space>\s+)|(?P<sign><=|>=|<>|[-+*/^&=<>%(),])|(?P<other>.)",
    re.DOTALL,
)
_MAX_CELLS = 20_000_000
_MAX_DEPTH = 64
"""How deep functions and brackets may be nested, as in Excel, and with them names of formulas."""


def compute_all(book: Workbook) -> Mapping[Spot, Value]:
    """What the formulas of a workbook come to by what its other cells hold, as far as that can be computed."""
    given = {
        (sheet.number, row, column): book.value(sheet, (row, column))
        for sheet in book.sheets
        for row, line in sheet.rows.items()
        for column, cell in line.cells.items()
        if cell.formula is None and cell.has_value
    }
    return Evaluator(book, given, {}).values


class Evaluator:
    """The formulas of a workbook whose values hang on cells that are filled.

    Args:
        filled: what the cells will hold.
        believed: what formulas come to that cannot be computed here.

    Attributes:
        dependents: the formulas whose values may be others than the file has; see `Readers`.
        values: what they come to.
        refused: why some of them are not computed.
    """

    def __init__(self, book: Workbook, filled: Mapping[Spot, Value], believed: Mapping[Spot, Value]) -> None:
        self.book, self.filled, self.believed = book, filled, believed
        self.sheets = {sheet.number: sheet for sheet in book.sheets}
        self.readers = Readers(book, filled)
        self.formulas, self.dependents = self.readers.formulas, self.readers.dependents
        self.values: dict[Spot, Value] = {}
        self.refused: dict[Spot, str] = {}
        self.visited = 0
        self.named: dict[tuple[str, int], Argument] = {}
        index = Index(self.dependents)
        for spot in self.dependents:
            self._settle(spot, index)

    def compute(self, sheet: int, text: str) -> Value:
        """A formula by itself, such as one of a validation. Raises Refused."""
        return self._run(text, sheet, 0)

    def list_values(self, sheet: int, text: str) -> list[Value]:
        """What the cells hold that a formula names, such as the one of a list to choose from. Raises Refused."""
        pieces = read(text).pieces
        whole = pieces[0] if len(pieces) == 1 else None
        found = self.read(whole, sheet) if isinstance(whole, Reference) else self.name(text.upper(), sheet, 0)
        return [*found.values] if isinstance(found, Range) else [single(found)]

    def _settle(self, spot: Spot, index: Index) -> None:
        """Compute a formula after those that it reads; no recursion, for a running total is as deep as it is long."""
        stack, entered = [spot], set[Spot]()
        while stack:
            top = stack[-1]
            boxes = () if self._is_known(top) else self.readers.boxes[top] or ()
            waiting = [one for box in boxes for one in index.inside(box) if not self._is_known(one)]
            if waiting and top not in entered:
                entered.add(top)
                stack += waiting
                continue
            stack.pop()
            if not self._is_known(top):
                self._compute(top, is_circular=bool(waiting))

    def _is_known(self, spot: Spot) -> bool:
        return spot in self.values or spot in self.refused

    def _compute(self, spot: Spot, *, is_circular: bool) -> None:
        cell = self.formulas[spot]
        try:
            if is_circular:
                raise Refused("it reads itself")
            if cell.kind in ("array", "dataTable"):
                raise Refused("an array formula")
            self.values[spot] = self._run(cell.formula or "", spot[0], 0)
        except Refused as refusal:
            self.refused[spot] = str(refusal)
            if spot in self.believed:
                self.values[spot] = self.believed[spot]

    def _run(self, text: str, sheet: int, depth: int) -> Value:
        formula = read(text)
        if formula.refused or depth > _MAX_DEPTH:
            raise Refused(formula.refused or text)
        value = _Run(self, formula, sheet, depth).result()
        return Decimal(0) if value is None else value

    def read(self, reference: Reference, sheet: int, *, is_subtotal: bool = False) -> Range:
        """What the cells of a reference will hold, but for subtotals in a subtotal. Raises Refused."""
        box = self.readers.box(reference, sheet)
        if box is None:
            raise Refused(str(reference))
        number, top, left, bottom, right = box
        self.visited += (bottom - top + 1) * (right - left + 1)
        if self.visited > _MAX_CELLS:
            raise Refused(f"> {_MAX_CELLS}")
        columns = range(left, right + 1)
        rows = [[self.value((number, row, column)) for column in columns] for row in range(top, bottom + 1)]
        if is_subtotal:
            for row, column in self._find_subtotals(box):
                rows[row - top][column - left] = None
        return Range(rows, not reference.is_range)

    def _find_subtotals(self, box: Box) -> Iterator[Place]:
        """The cells of an area that a subtotal leaves out. Raises Refused for hidden rows, which may be filtered."""
        number, top, left, bottom, right = box
        for row, line in self.sheets[number].rows.items():
            if top <= row <= bottom:
                if line.attributes.get("hidden") in ("1", "true"):
                    raise Refused("a subtotal of hidden rows")
                for column, cell in line.cells.items():
                    if left <= column <= right and "SUBTOTAL" in read(cell.formula or "").functions:
                        yield row, column

    def name(self, name: str, sheet: int, depth: int) -> Argument:
        """What a name stands for. Raises Refused."""
        if (name, sheet) not in self.named:
            meaning = self.readers.meaning(name, sheet)
            if not meaning:
                raise Refused(name)
            pieces = read(meaning).pieces
            whole = pieces[0] if len(pieces) == 1 else None
            found = self.read(whole, sheet) if isinstance(whole, Reference) else self._run(meaning, sheet, depth + 1)
            self.named[name, sheet] = found
        return self.named[name, sheet]

    def value(self, spot: Spot) -> Value:
        """What a cell will hold. Raises Refused for one that is not known."""
        if spot in self.values:
            return self.values[spot]
        if spot in self.dependents:
            raise Refused(f"{self.sheets[spot[0]].name}!{name_cell(spot[1:])}")
        return self.filled[spot] if spot in self.filled else self.book.value(self.sheets[spot[0]], spot[1:])


class _Run:
    """One formula, read and computed from left to right; an error of a cell is a value like others."""

    def __init__(self, sheets: Evaluator, formula: Formula, sheet: int, depth: int) -> None:
        self.sheets, self.sheet, self.depth = sheets, sheet, depth
        self.tokens = [*_tokens(formula)]
        self.next = 0
        self.by_element = 0
        """Within how many functions that take areas element by element."""
        self.subtotals = 0
        """Within how many that leave out subtotals and rows that a filter hides."""

    def result(self) -> Value:
        value = self.compared()
        if self.next < len(self.tokens):
            raise Refused(str(self.tokens[self.next][1]))
        return _apply(single, value)  # type: ignore[return-value]

    def peek(self) -> Token:
        return self.tokens[self.next] if self.next < len(self.tokens) else ("end", "")

    def take(self, *signs: str) -> str:
        """The next sign, if it is one of these."""
        kind, sign = self.peek()
        if kind != "sign" or sign not in signs:
            return ""
        self.next += 1
        return str(sign)

    def compared(self) -> Argument:
        value = self.joined()
        while sign := self.take("=", "<>", "<", ">", "<=", ">="):
            value = self.join(_COMPARE[sign], value, self.joined())
        return value

    def joined(self) -> Argument:
        value = self.summed()
        while self.take("&"):
            value = self.join(lambda *both: join_texts(both), value, self.summed())
        return value

    def summed(self) -> Argument:
        value = self.multiplied()
        while sign := self.take("+", "-"):
            value = self.join(_COMPUTE[sign], value, self.multiplied())
        return value

    def multiplied(self) -> Argument:
        value = self.raised()
        while sign := self.take("*", "/"):
            value = self.join(_COMPUTE[sign], value, self.raised())
        return value

    def raised(self) -> Argument:
        value = self.signed()
        while self.take("^"):
            value = self.join(_COMPUTE["^"], value, self.signed())
        return value

    def signed(self) -> Argument:
        signs = 0
        while sign := self.take("+", "-"):
            signs += sign == "-"
        value = self.atom()
        while self.take("%"):
            value = self.join(_COMPUTE["/"], value, Decimal(100))
        for _ in range(signs):
            value = self.join(_COMPUTE["-"], Decimal(0), value)
        return value

    def atom(self) -> Argument:
        kind, token = self.peek()
        self.next += 1
        if isinstance(token, Reference):
            return self.sheets.read(token, self.sheet, is_subtotal=self.subtotals > 0)
        if kind == "number":
            return read_literal(token)
        if kind == "text":
            return str(token[1:-1]).replace('""', '"')
        if kind == "error":
            return CellError(token)
        if kind == "name" and self.take("("):
            return self.call(token.upper().removeprefix("_XLFN."))
        if kind == "name":
            plain = token.upper()
            return plain == "TRUE" if plain in ("TRUE", "FALSE") else self.sheets.name(plain, self.sheet, self.depth)
        if (kind, token) == ("sign", "("):
            self.enter()
            value = self.compared()
            self.depth -= 1
            self.close()
            return value
        raise Refused(token or "…")

    def enter(self) -> None:
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            raise Refused(f"nested more than {_MAX_DEPTH} times")

    def close(self) -> None:
        if not self.take(")"):
            raise Refused(str(self.peek()[1]) or "…")

    def call(self, name: str) -> Argument:
        is_by_element, is_subtotal = name == "SUMPRODUCT", name == "SUBTOTAL"
        self.enter()
        self.by_element += is_by_element
        self.subtotals += is_subtotal
        arguments: list[Argument] = []
        while not self.take(")"):
            is_empty = self.peek() in (("sign", ","), ("sign", ")"))
            arguments.append(None if is_empty else self.compared())
            if self.peek() != ("sign", ")") and not self.take(","):
                raise Refused(str(self.peek()[1]) or "…")
        self.depth -= 1
        self.by_element -= is_by_element
        self.subtotals -= is_subtotal
        if name == "IFERROR" and len(arguments) == 2:
            found = _apply(single, arguments[0])
            return _apply(single, arguments[1]) if isinstance(found, CellError) else found
        function = FUNCTIONS.get(name)
        if function is None or not _takes(function, len(arguments)):
            raise Refused(f"{name}()")
        return _apply(function, *arguments)

    def join(self, operation: Callable[..., Value], one: Argument, two: Argument) -> Argument:
        """An operation on two values, or inside of SUMPRODUCT on each pair of two areas."""
        areas = [item for item in (one, two) if isinstance(item, Range) and not item.is_one]
        shapes = {(len(area.rows), len(area.rows[0])) for area in areas}
        if not self.by_element or not shapes:
            return _apply(operation, one, two)
        if len(shapes) > 1:
            raise Refused("areas of two sizes")
        ((height, width),) = shapes
        left, right = (_spread(item, height, width) for item in (one, two))
        pairs = [zip(*rows, strict=True) for rows in zip(left, right, strict=True)]
        return Range([[_apply(operation, *pair) for pair in row] for row in pairs])  # type: ignore[misc]


def _spread(item: Argument, height: int, width: int) -> Sequence[Sequence[Value]]:
    if isinstance(item, Range) and not item.is_one:
        return item.rows
    value = item.rows[0][0] if isinstance(item, Range) else item
    return [[value] * width] * height


def _apply(function: Callable[..., Argument], *arguments: Argument) -> Argument:
    """The value, or the error that it is."""
    try:
        return function(*arguments)
    except Failed as failure:
        return failure.error
    except Overflow:
        return NUM


def _takes(function: Callable[..., Value], count: int) -> bool:
    """Whether a function may have so many arguments."""
    try:
        signature(function).bind(*[None] * count)
    except TypeError:
        return False
    return True


def _tokens(formula: Formula) -> Iterator[Token]:
    for piece in formula.pieces:
        if isinstance(piece, Reference):
            yield "reference", piece
        else:
            found = ((match.lastgroup or "", match.group()) for match in _TOKEN.finditer(piece))
            yield from (token for token in found if token[0] != "space")


_COMPUTE: dict[str, Callable[[Argument, Argument], Value]] = {
    "+": lambda one, two: add((number(one), number(two))),
    "-": lambda one, two: EXACT.subtract(number(one), number(two)),
    "*": lambda one, two: multiply((number(one), number(two))),
    "/": lambda one, two: divide(number(one), number(two)),
    "^": lambda one, two: power(number(one), number(two)),
}
_COMPARE: dict[str, Callable[[Argument, Argument], Value]] = {
    "=": lambda one, two: compare(one, two) == 0,
    "<>": lambda one, two: compare(one, two) != 0,
    "<": lambda one, two: order(one, two) < 0,
    ">": lambda one, two: order(one, two) > 0,
    "<=": lambda one, two: order(one, two) <= 0,
    ">=": lambda one, two: order(one, two) >= 0,
}
