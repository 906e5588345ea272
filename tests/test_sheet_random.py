"""Random sheets of nested loops: every reference and every value is that of a slow oracle, and of LibreOffice."""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass, field
from random import Random
from typing import Any

import pytest
from effort import EFFORT
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from sheet_files import DAY, FILTERS, filled, formulas, values, xlsx
from test_sheet import parts, zipped
from test_sheet_follow import CONTEXT, EVERYTHING, NOTHING

from bidkit.office import recalculate
from bidkit.ooxml.sheet import compile_workbook

Path = tuple[tuple[int, int], ...]
EMPTY = 1_000_000


@dataclass
class Band:
    """A loop or a condition of the template; `first` and `last` are the rows between its tags."""

    number: int
    is_loop: bool
    items: list[Band | Line] = field(default_factory=list)
    first: int = 0
    last: int = 0


@dataclass
class Line:
    """A row of the template, with the range that its formula adds up."""

    number: int
    row: int = 0
    area: tuple[int, int] = (0, 0)
    bands: tuple[Band, ...] = ()


@dataclass
class Printed:
    """A row of the finished sheet."""

    line: Line
    path: Path
    value: int


class Model:
    """A random template, its context, and the rows that it must become."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.count = 0
        self.lines: list[Line] = []
        self.rows: list[list[Any]] = []
        self.contents: list[int] = []
        self.root = Band(0, False, self.make_items(0))
        self.place(self.root, ())
        for line in self.lines:
            line.area = self.choose_area()
        self.printed: list[Printed] = []
        self.context = self.fill(self.root, ())
        self.write(self.root, "")
        self.set_results()

    def number(self) -> int:
        self.count += 1
        return self.count

    def make_items(self, depth: int) -> list[Band | Line]:
        items: list[Band | Line] = []
        for _ in range(self.random.randint(1 if depth else 2, 4)):
            if depth < 3 and self.random.random() < 0.4:
                items.append(Band(self.number(), self.random.random() < 0.7, self.make_items(depth + 1)))
            else:
                items.append(Line(self.number()))
        return items

    def place(self, band: Band, around: tuple[Band, ...], row: int = 1) -> int:
        """Give every row its number; a blank one stands here and there."""
        band.first = row
        for item in band.items:
            if isinstance(item, Band):
                row = self.place(item, (*around, item), row + 1) + 1
            else:
                item.row, item.bands = row, around
                self.lines.append(item)
                row += 1 + (self.random.random() < 0.1)
        band.last = row - 1
        return row

    def choose_area(self) -> tuple[int, int]:
        last = self.root.last
        while True:
            low, high = sorted((self.random.randint(1, last), self.random.randint(1, last)))
            if any(low <= line.row <= high for line in self.lines):
                return low, high

    def fill(self, band: Band, path: Path) -> dict[str, Any]:
        """The values of one turn; its rows are printed on the way."""
        scope: dict[str, Any] = {}
        for item in band.items:
            if isinstance(item, Line):
                value = self.random.randint(-50, 50)
                scope[f"v{item.number}"] = value
                self.printed.append(Printed(item, path, value))
                scope[f"at{item.number}"] = len(self.printed) - 1
            elif item.is_loop:
                turns = range(self.random.choice((0, 1, 1, 2, 3)))
                scope[f"l{item.number}"] = [self.fill(item, (*path, (item.number, turn))) for turn in turns]
            else:
                scope[f"c{item.number}"] = self.random.random() < 0.6
                if scope[f"c{item.number}"]:
                    scope |= self.fill(item, (*path, (item.number, 0)))
        return scope

    def write(self, band: Band, scope: str) -> None:
        """The rows of the template."""
        for item in band.items:
            if isinstance(item, Line):
                self.put(item.row, f"{{{{ {scope}v{item.number} }}}}", self.formula(item, scope))
                continue
            name = f"{scope}l{item.number}" if item.is_loop else f"{scope}c{item.number}"
            word = f"for x{item.number} in {name}" if item.is_loop else f"if {name}"
            self.put(item.first - 1, f"{{%tr {word} %}}")
            self.write(item, f"x{item.number}." if item.is_loop else scope)
            self.put(item.last + 1, f"{{%tr {'endfor' if item.is_loop else 'endif'} %}}")

    def formula(self, line: Line, scope: str) -> tuple[str, str]:
        low, high = line.area
        dollar = "$" if self.random.random() < 0.3 else ""
        area = f"A{dollar}{low}" if low == high and self.random.random() < 0.5 else f"A{dollar}{low}:A{dollar}{high}"
        return f"=SUM({area})", f"{{{{ results[{scope}at{line.number}] }}}}"

    def put(self, row: int, *cells: Any) -> None:
        while len(self.rows) < row:
            self.rows.append([])
        self.rows[row - 1] = list(cells)

    # the oracle

    def positions(self) -> list[int]:
        """The finished row of each printed one: blank rows of the template count too."""
        return self._positions

    def set_results(self) -> None:
        self._positions = self.lay_out()
        self.expected = [self.seen_from(at, *printed.line.area) for at, printed in enumerate(self.printed)]
        self.context["results"] = [sum(self.value_at(row) for row in rows) for rows in self.expected]

    def lay_out(self) -> list[int]:
        """Where each printed row stands: walk the template once more, turn by turn, counting rows."""
        places: list[int] = []
        self.all_rows: list[tuple[int, Path]] = []  # of every finished row: the template's row, and its turns

        def walk(band: Band, path: Path, scope: dict[str, Any]) -> None:
            row = band.first
            for item in band.items:
                if isinstance(item, Line):
                    while row < item.row:
                        self.all_rows.append((row, path))
                        row += 1
                    self.all_rows.append((row, path))
                    places.append(len(self.all_rows))
                    row += 1
                    continue
                while row < item.first - 1:
                    self.all_rows.append((row, path))
                    row += 1
                turns = scope[f"l{item.number}"] if item.is_loop else [scope] * scope[f"c{item.number}"]
                for turn, inner in enumerate(turns):
                    walk(item, (*path, (item.number, turn)), inner)
                row = item.last + 2
            while row <= band.last:
                self.all_rows.append((row, path))
                row += 1

        walk(self.root, (), self.context)
        return places

    def value_at(self, row: int) -> int:
        return next((item.value for item, at in zip(self.printed, self._positions, strict=True) if at == row), 0)

    def bands_at(self, at: int) -> tuple[Band, ...]:
        return self.printed[at].line.bands

    def seen_from(self, at: int, low: int, high: int) -> list[int]:
        """The finished rows that a range of the template means to the formula of a printed row."""
        bands, path = self.bands_at(at), self.printed[at].path
        shared = 0
        while shared < len(bands) and bands[shared].first <= low and high <= bands[shared].last:
            shared += 1
        found = [
            number
            for number, (row, turns) in enumerate(self.all_rows, 1)
            if low <= row <= high and turns[:shared] == path[:shared]
        ]
        if low == high or shared == len(bands):
            return found
        below = bands[shared]
        if below.first <= low <= below.last:
            own = self.seen_from(at, low, low)
            found = [row for row in found if row >= (own[0] if own else self.edge(path, shared, last=True) + 1)]
        elif below.first <= high <= below.last:
            own = self.seen_from(at, high, high)
            found = [row for row in found if row <= (own[-1] if own else self.edge(path, shared, last=False) - 1)]
        return found

    def edge(self, path: Path, shared: int, *, last: bool) -> int:
        """The first or last finished row of the own innermost turn."""
        rows = [number for number, (_, turns) in enumerate(self.all_rows, 1) if turns[: len(path)] == path]
        return rows[-1] if last else rows[0]


def rows_in(formula: str) -> list[int]:
    found: list[int] = []
    for low, high in re.findall(r"A\$?(\d+)(?::A\$?(\d+))?", formula):
        found += range(int(low), int(high or low) + 1)
    return found


def check(model: Model, done: bytes, sheet: str) -> None:
    written = formulas(done, sheet)
    cached = values(done, sheet)
    for at, (printed, row) in enumerate(zip(model.printed, model.positions(), strict=True)):
        assert written[row - 1][0] == printed.value
        assert rows_in(written[row - 1][1]) == (model.expected[at] or [EMPTY]), (row, printed.line)
        assert cached[row - 1][1] == model.context["results"][at]
    assert sum(row[0] is not None for row in written) == len(model.printed)


@settings(max_examples=60 * EFFORT, deadline=None)
@given(st.integers(0, 2**32))
def test_every_reference_means_what_the_oracle_says(seed: int) -> None:
    model = Model(Random(seed))
    check(model, filled(xlsx({"S": model.rows}), model.context), "S")


@pytest.mark.office
def test_libreoffice_computes_the_values_that_the_notes_give() -> None:
    models = {f"S{seed}": Model(Random(seed)) for seed in range(40)}
    sheets = {name: with_names(model.rows, name) for name, model in models.items()}
    context = {key: value for name, model in models.items() for key, value in prefixed(model.context, name).items()}
    done = filled(xlsx(sheets), context)
    made, problems = recalculate(done)
    assert made is not None, problems
    for name, model in models.items():
        check(model, done, name)
        assert [row[:2] for row in values(made, name)] == [row[:2] for row in values(done, name)], name


def with_names(rows: list[list[Any]], name: str) -> list[list[Any]]:
    """A sheet's rows whose outermost names begin with its own, so that all sheets share one context."""

    def rename(cell: Any) -> Any:
        if isinstance(cell, tuple):
            return cell[0], rename(cell[1])
        return re.sub(r"(?<![\w.])(v|l|c|at|results)(\d*)(?=[ \]\[])", rf"{name}\1\2", cell)

    return [[rename(cell) for cell in row] for row in rows]


def prefixed(context: dict[str, Any], name: str) -> dict[str, Any]:
    return {f"{name}{key}": value for key, value in context.items()}


JUNK = ("", "-1", "0", "x", "999999999999", "A1", "A1:B2", "{{ x }}", "1048577", "ZZZZ9", "#REF!", "5:6", "true")


def damage(random: Random, root: etree._Element) -> None:
    """Change one thing in a part, so that it is still XML."""
    element = random.choice(list(root.iter(etree.Element)))
    parent, names, way = element.getparent(), list(element.attrib), random.random()
    if way < 0.35 and names:
        element.set(random.choice(names), random.choice(JUNK))
    elif way < 0.5 and names:
        del element.attrib[random.choice(names)]
    elif way < 0.7 and parent is not None:
        parent.remove(element)
    elif way < 0.85 or parent is None:
        element.text = random.choice(JUNK)
    else:
        element.addnext(copy.deepcopy(element))


@settings(max_examples=60 * EFFORT, deadline=None)
@given(st.integers(0, 2**32))
def test_a_damaged_template_is_refused_or_filled_and_never_a_crash(seed: int) -> None:
    random = Random(seed)
    members = parts(EVERYTHING)
    name = random.choice([name for name in members if name.endswith((".xml", ".rels", ".vml"))])
    root = etree.fromstring(members[name])
    for _ in range(random.randint(1, 2)):
        damage(random, root)
    template, problems = compile_workbook(zipped({**members, name: etree.tostring(root)}), "t.xlsx", FILTERS)
    assert (template is None) == bool(problems)
    for context in (CONTEXT, NOTHING) if template else ():
        template.render(context).save(DAY)
