"""the totals that a price list states, against the sums of its lines.

A subtotal (小计) closes the lines since the heading or the total above it, and where there are none since then, those
since any earlier one. A total (合计) closes all lines so far, or those since the last total; a grand total (总计) all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from bidkit.diagnostic import Diagnostic, Term
from bidkit.source.nodes import Node
from bidkit.source.tables.grid import Cell, Row
from bidkit.source.tables.numbers import MONEY, NUMBERS, parse_decimal
from bidkit.source.tables.rows import find_label, fold, rank_total
from bidkit.source.tables.titles import Header
from bidkit.words import CURRENCY_WORDS, parse_amount

_WORDS = re.compile("(?:人民币|美元|欧元|英镑|港元|港币)?[零〇壹贰叁肆伍陆柒捌玖拾佰仟万亿圆元角分整正]{3,}")
_FIGURE = re.compile(r"[¥$€£]?\s*\d[\d,]*(?:\.\d+)?")
_RATE = re.compile(r"\d[\d.]*\s*%")
_DIGITS = 15
"""As many before the point as the models take: sums of such numbers are exact."""
_NOTHING = ("/", "-", "—", "–", "\\")
_PRICES = {"amount": "unit_price", "ceiling": "unit_ceiling"}
"""Columns that can be added up, each with the column that gives it together with the quantity."""


@dataclass
class Totals:
    """The lines of a list so far: of each its amounts by column, None where they are not known."""

    header: Header
    lines: list[tuple[bool, dict[str, Decimal | None]]] = field(default_factory=list)
    nodes: list[Node] = field(default_factory=list)
    headings: list[int] = field(default_factory=lambda: [0])
    """Before which line a heading stands."""
    closed: list[tuple[int, int]] = field(default_factory=list)
    """Before which line a total stands, and its rank."""

    def add(self, node: Node) -> None:
        """One more line."""
        is_base = str(node.get("kind", "base")) == "base" and "part_of" not in node
        self.nodes.append(node)
        self.lines.append((is_base, {column: _find_amount(node, column) for column in _PRICES}))

    def head(self) -> None:
        """A heading stands here."""
        self.headings.append(len(self.lines))

    def close(self, row: Row) -> Iterator[Diagnostic]:
        """What is wrong with the figures of a row of totals. Diagnostics: DL08, DL47, DL48."""
        rank = rank_total(row, self.header)
        for column, cell, stated in self.read_figures(row):
            if stated is None:
                yield Diagnostic("DL08", cell.at, {"value": cell.text})
                continue
            sums = [*self.add_up(column, rank)]
            known = [amount for amount in sums if amount is not None]
            if not known:
                yield Diagnostic("DL48", cell.at, {"value": cell.text, "reason": Term("total_of_nothing")})
            elif _round(stated) not in known:
                values = {"stated": f"{stated:,f}", "computed": f"{known[0]:,}", "count": self.count(rank)}
                yield Diagnostic("DL47", cell.at, values)
        self.closed.append((len(self.lines), rank))

    def end(self) -> Iterator[Diagnostic]:
        """The lines that must be in a total but stand below the last one, where there is one. Diagnostics: DL48."""
        last = max((place for place, rank in self.closed if rank > 1), default=len(self.lines))
        for node, (is_base, _) in zip(self.nodes[last:], self.lines[last:], strict=True):
            if is_base:
                value = next((str(node[key]) for key in ("name", "id") if key in node), "—")
                yield Diagnostic("DL48", node.span, {"value": value, "reason": Term("below_total")})

    def read_figures(self, row: Row) -> Iterator[tuple[str, Cell, Decimal | None]]:
        """The figures of a row of totals, each with the column whose sum it states; None for what is no figure."""
        label = find_label(row, self.header)
        if label is None:
            return
        cells = [(self.header.fields[column], cell) for column, cell in row.filled if column > label[0]]
        main = "amount" if {"amount", "unit_price", "list_price"} & {*self.header.fields} else "ceiling"
        own = [(name, cell) for name, cell in cells if name in _PRICES]
        for name, cell in own:
            yield name, cell, _parse(cell.text)
        for name, cell in cells:
            if not own and name in MONEY and cell.text not in _NOTHING:
                yield main, cell, _parse(cell.text)
            elif name not in NUMBERS:
                yield from ((main, cell, figure) for figure in _find_figures(cell.text, not own))
        cell, told = row.cells[label[0]], label[1].groupdict()
        said = told.get("rest") or told.get("said") or ""
        figures = [(main, cell, figure) for figure in _find_figures(said, True)]
        yield from figures
        is_in_words = re.search(r"大写|\bin words\b", fold(cell.text))
        if is_in_words and not figures and not any(_find_figures(other.text, True) for _, other in cells):
            yield main, cell, None

    def add_up(self, column: str, rank: int) -> Iterator[Decimal | None]:
        """What a total of a rank may state; None for what cannot be added up."""
        for start in self.find_starts(rank):
            part = self.lines[start:]
            for chosen in (part, [line for line in part if line[0]]):
                amounts = [amounts[column] for _, amounts in chosen]
                known = [amount for amount in amounts if amount is not None]
                if len(known) < len(amounts) or not amounts:
                    yield None
                    continue
                yield _round(sum(known, Decimal(0)))
                yield sum(map(_round, known), Decimal("0.00"))

    def find_starts(self, rank: int) -> list[int]:
        """Before which lines the sum of a total may begin, the likeliest first."""
        count = len(self.lines)
        if rank > 1:
            same = max((place for place, other in self.closed if other >= rank), default=0)
            return [0] if rank > 2 or same in (0, count) else [0, same]
        last = max((place for place, _ in self.closed), default=0)
        starts = [place for place in reversed(self.headings) if last <= place < count]
        if last < count:
            return list(dict.fromkeys([*starts, last]))
        return sorted({*self.headings, *(place for place, _ in self.closed)} - {count}, reverse=True)

    def count(self, rank: int) -> str:
        """How many lines the likeliest sum is of."""
        return str(len(self.lines) - next(iter(self.find_starts(rank)), 0))


def _find_amount(node: Node, column: str) -> Decimal | None:
    if column in node:
        return _parse(str(node[column]))
    price, quantity = (_parse(str(node.get(name, ""))) for name in (_PRICES[column], "quantity"))
    if price is None or quantity is None or not {"periods", "discount"}.isdisjoint(node):
        return None
    return _limit(price * quantity)


def _parse(text: str) -> Decimal | None:
    """A figure that can be added up."""
    return _limit(parse_decimal(text))


def _limit(number: Decimal | None) -> Decimal | None:
    """None for a number that is too large for any price."""
    return None if number is None or number.adjusted() >= _DIGITS else number


def _find_figures(text: str, with_numbers: bool) -> list[Decimal | None]:
    """The amounts in a text: in words, and in figures where these are wanted; None for words that say none."""
    plain = fold(text)
    found: list[Decimal | None] = []
    for words in _WORDS.findall(plain):
        amounts = [parse_amount(words, currency, "zh") for currency in CURRENCY_WORDS["zh"]]
        found.append(_limit(next((amount for amount in amounts if amount is not None), None)))
    if with_numbers:
        found += [_parse(figure) for figure in _FIGURE.findall(_RATE.sub("", _WORDS.sub("", plain)))]
    return found


def _round(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)
