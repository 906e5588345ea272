"""formulas: the references in their text are found, and written anew for the rows that a template's rows become."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

MAX_ROWS, MAX_COLUMNS = 1_048_576, 16_384
MAX_FORMULA = 8192
"""How many characters a formula in a cell may have."""
EMPTY_ROW = 1_000_000
"""What a reference names whose rows are all left out: a row that no sheet reaches, so that a sum is 0."""

_LISTING = frozenset((
    "SUM", "AVERAGE", "AVERAGEA", "COUNT", "COUNTA", "MAX", "MAXA", "MIN", "MINA", "PRODUCT", "SUMSQ", "MEDIAN",
    "STDEV", "STDEVA", "STDEVP", "STDEVPA", "STDEV.S", "STDEV.P", "VAR", "VARA", "VARP", "VARPA", "VAR.S", "VAR.P",
    "GEOMEAN", "HARMEAN", "AVEDEV", "DEVSQ", "AND", "OR", "XOR", "SUBTOTAL", "AGGREGATE", "GCD", "LCM", "CONCAT",
))  # fmt: skip
"""Functions that take any number of ranges: rows that do not lie together are listed."""
_RANGING = _LISTING | frozenset(("SUMPRODUCT", "COUNTBLANK", "ROWS", "IRR", "MODE", "CORREL", "SLOPE", "INTERCEPT"))
"""Functions that take ranges only, so that one cell of the template may become a range."""
ADRIFT = frozenset((
    "INDIRECT", "OFFSET", "ROW", "ROWS", "CELL", "ADDRESS", "FORMULATEXT", "SHEET", "SHEETS", "TODAY", "NOW", "RAND",
    "RANDBETWEEN",
))  # fmt: skip
"""Functions whose value hangs on more than the cells that they name."""

_COLUMN, _ROW = r"(\$?)([A-Za-z]{1,3})", r"(\$?)([1-9]\d{0,6})"
_CELL = re.compile(rf"{_COLUMN}{_ROW}(?::{_COLUMN}{_ROW})?(?![\w.(!\[])")
_COLUMNS = re.compile(rf"{_COLUMN}:{_COLUMN}(?![\w.(!\[])")
_ROWS = re.compile(rf"{_ROW}:{_ROW}(?![\w.(!\[])")
_SHEET = re.compile(r"(?:'((?:[^']|'')+)'|((?:[^\W\d]|[_\\])[\w.\\]*))!")
_TOKEN = re.compile(
    r'(?P<text>"(?:[^"]|"")*")|(?P<name>(?:[^\W\d]|[_\\])[\w.\\?]*)|(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)'
    r"|(?P<error>#(?:N/A|[A-Z0/]+[!?]?))|(?P<space>\s+)|(?P<other>.)",
    re.DOTALL,
)
_PLAIN_SHEET = re.compile(r"(?:[^\W\d]|_)\w*")


@functools.lru_cache(maxsize=MAX_COLUMNS)
def column_number(letters: str) -> int:
    """1 for A, 27 for AA."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


@functools.lru_cache(maxsize=MAX_COLUMNS)
def column_letters(number: int) -> str:
    """A for 1, AA for 27."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def quote_sheet(name: str) -> str:
    """A sheet's name as a formula writes it."""
    is_plain = _PLAIN_SHEET.fullmatch(name) and not _CELL.fullmatch(name) and not re.fullmatch(r"(?i)[rc]\d*", name)
    return name if is_plain else "'" + name.replace("'", "''") + "'"


@dataclass(frozen=True)
class Reference:
    """A cell or range in a formula.

    Args:
        prefix: the sheet as it is written, with `!`; empty if none is.
        columns: first and last as written, `$` included; empty for whole rows.
        rows: first and last; 0 for whole columns.
        fixed: `$` before the first row and before the last, or nothing.
        is_range: it is written with a colon.
        function: the function of which it is a whole argument.
        sheet: the number of the sheet in the workbook, -1 for the formula's own.
    """

    prefix: str
    columns: tuple[str, str]
    rows: tuple[int, int]
    fixed: tuple[str, str]
    is_range: bool
    function: str = ""
    sheet: int = -1

    @property
    def sheet_name(self) -> str:
        """The sheet that it names; empty if none."""
        found = _SHEET.fullmatch(self.prefix)
        return (found.group(1) or "").replace("''", "'") or found.group(2) if found else ""

    @property
    def is_fixed(self) -> bool:
        """Whether it means the same cells from wherever it is read: all of it has a `$`."""
        return all(column[:1] in ("$", "") for column in self.columns) and (not self.rows[0] or "" not in self.fixed)

    def fits(self, kind: str, function: str) -> bool:
        """Whether it may become that (see `Band.count`) as an argument of a function."""
        return (
            kind == "one"
            or (kind == "run" and (self.is_range or function in _RANGING))
            or (kind == "many" and function in _LISTING)
        )

    def write(self, first: int, last: int, sheet: str | None = None) -> str:
        """The reference for other rows.

        Args:
            sheet: the name of the sheet, if it is another than the written one.
        """
        prefix = self.prefix if sheet is None else f"{quote_sheet(sheet)}!"
        if not self.rows[0]:
            return f"{prefix}{self.columns[0]}:{self.columns[1]}"
        start = f"{prefix}{self.columns[0]}{self.fixed[0]}{first}"
        if self.is_range or first != last or not self.columns[0]:
            return f"{start}:{self.columns[1]}{self.fixed[1]}{last}"
        return start

    def __str__(self) -> str:
        return self.write(*self.rows)


@dataclass(frozen=True)
class Formula:
    """A formula's text, taken apart.

    Args:
        pieces: text and references in order.
        names: the defined names in it, upper case, each with the function of which it is a whole argument.
        functions: the functions in it, upper case, without the prefix of newer ones.
        refused: what cannot follow rows: a structured reference, another workbook, a spilled range, a range of sheets.
    """

    pieces: tuple[str | Reference, ...]
    names: tuple[tuple[str, str], ...] = ()
    functions: tuple[str, ...] = ()
    refused: str = ""

    @property
    def references(self) -> Iterator[Reference]:
        """The references in order."""
        return (piece for piece in self.pieces if isinstance(piece, Reference))

    def __str__(self) -> str:
        return "".join(map(str, self.pieces))


def read_formula(text: str) -> Formula:
    """Take a formula apart; it is written without its equals sign."""
    return _Reader(text).read()


def move_formula(text: str, rows: int, columns: int) -> str:
    """A formula as Excel fills it into another cell: what is not fixed by `$` moves along."""
    return "".join(
        piece if isinstance(piece, str) else _move(piece, rows, columns) for piece in read_formula(text).pieces
    )


def _move(reference: Reference, rows: int, columns: int) -> str:
    moved = []
    for written in reference.columns:
        number = column_number(written) + columns if written and written[0] != "$" else 1
        moved.append(written if not written or written[0] == "$" else column_letters(number) if number > 0 else "")
        if not 0 < number <= MAX_COLUMNS:
            return "#REF!"
    new = [row if fixed or not row else row + rows for row, fixed in zip(reference.rows, reference.fixed, strict=True)]
    if any(row and not 0 < row <= MAX_ROWS for row in (new if reference.rows[0] else ())):
        return "#REF!"
    return replace(reference, columns=(moved[0], moved[1])).write(new[0], new[1])


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.pieces: list[str | Reference] = []
        self.names: dict[tuple[str, str], None] = {}
        self.functions: dict[str, None] = {}
        self.open: list[str] = []
        self.before = ""  # the last character that is no blank
        self.refused = ""

    def read(self) -> Formula:
        position = 0
        while position < len(self.text):
            found = self.match_reference(position)
            if found is not None:
                reference, end = found
                self.pieces.append(replace(reference, function=self.function_around(end)))
                self.before = "x"
            else:
                end = self.read_token(position)
            position = end
        return Formula(tuple(self.pieces), tuple(self.names), tuple(self.functions), self.refused)

    def function_around(self, end: int) -> str:
        """The function of which what ends here is a whole argument."""
        is_argument = self.before in ("(", ",") and self.text[end:].lstrip()[:1] in (")", ",")
        return self.open[-1] if is_argument and self.open else ""

    def match_reference(self, position: int) -> tuple[Reference, int] | None:
        sheet = _SHEET.match(self.text, position)
        start = sheet.end() if sheet else position
        if self.before in ("!", "]") or (sheet and _is_foreign(sheet)):
            return None
        for pattern in (_CELL, _COLUMNS, _ROWS):
            found = pattern.match(self.text, start)
            reference = found and _make(pattern, found, sheet.group() if sheet else "")
            if found and reference:
                return reference, found.end()
        return None

    def read_token(self, position: int) -> int:
        sheet = _SHEET.match(self.text, position)
        if sheet:
            self.refused = self.refused or (self.text[position : position + 40] if _is_foreign(sheet) else "")
            self.add(sheet.group(), "!")
            return sheet.end()
        found = _TOKEN.match(self.text, position)
        assert found is not None
        text, kind = found.group(), found.lastgroup
        if kind == "name":
            self.read_name(text, found.end())
        elif text == "(":
            self.open.append("")
        elif text == ")" and self.open:
            self.open.pop()
        elif text in ("[", "#") or (text == ":" and _SHEET.match(self.text, found.end())):
            self.refused = self.refused or self.text[max(0, position - 20) : position + 20]
        end = found.end()
        if kind == "name" and self.text[end : end + 1] == "(":
            end += 1
            text += "("
        self.add(text, self.before if kind == "space" else text[-1])
        return end

    def read_name(self, text: str, end: int) -> None:
        plain = text.upper().removeprefix("_XLFN.").removeprefix("_XLWS.")
        if self.text[end : end + 1] == "(":
            self.functions[plain] = None
            self.open.append(plain)
        else:
            self.names[plain, self.function_around(end)] = None

    def add(self, text: str, before: str) -> None:
        self.before = before
        if self.pieces and isinstance(self.pieces[-1], str):
            self.pieces[-1] += text
        else:
            self.pieces.append(text)


def _is_foreign(sheet: re.Match[str]) -> bool:
    """Whether what stands before the `!` is another workbook, or a range of sheets."""
    return "[" in sheet.group() or ":" in sheet.group()


def _make(pattern: re.Pattern[str], found: re.Match[str], prefix: str) -> Reference | None:
    """The reference that was found, if the sheet has such cells; `ABCD1` and `A9999999` are names."""
    groups = found.groups()
    if pattern is _CELL:
        is_range = groups[4] is not None or groups[6] is not None
        one, two = groups[:4], groups[4:] if is_range else groups[:4]
        columns = (one[0] + one[1], two[0] + two[1])
        rows, fixed = (int(one[3]), int(two[3])), (one[2], two[2])
    elif pattern is _COLUMNS:
        is_range, columns, rows, fixed = True, (groups[0] + groups[1], groups[2] + groups[3]), (0, 0), ("", "")
    else:
        is_range, columns, fixed = True, ("", ""), (groups[0], groups[2])
        rows = (int(groups[1]), int(groups[3]))
    if any(column_number(column.lstrip("$")) > MAX_COLUMNS for column in columns) or max(rows) > MAX_ROWS:
        return None
    if rows[0] > rows[1]:
        rows, fixed = (rows[1], rows[0]), (fixed[1], fixed[0])
    return Reference(prefix, columns, rows, fixed, is_range)
