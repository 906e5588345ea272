"""the prices that the finished files of a bid state: totals in figures and words, and the lines of its breakdown.

    opening    the summary read out at the opening (开标一览表, price summary), or the letter (投标函), by regime
    bill       the lines: quantity, unit price, amount; subtotals are none
    others     the total in every other place

Nothing is guessed: a place is known by what stands beside its figures, and what cannot be read is said.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from bidkit.correction import BillLine, Regime, Statement
from bidkit.diagnostic import Diagnostic, Span
from bidkit.ooxml import opc
from bidkit.source.tables.book import read_sheets
from bidkit.source.tables.grid import Grid, Row
from bidkit.source.tables.numbers import parse_decimal
from bidkit.source.tables.rows import Kind, find_kinds
from bidkit.source.tables.titles import Header, find_header
from bidkit.source.tables.word import read_document
from bidkit.words import find_amounts, parse_amount

_PRICE = re.compile(
    r"投标总价|报价总价|报价总额|投标报价|总报价|报价合计|基本期[合小]计|\b(total (bid |offer )?price|base total)\b",
    re.I,
)
_SUM = re.compile(r"合计|总计|总价|\b(grand total|total amount|base period|total)\b", re.I)
"""What the price is called: alone in running text, or at the head of a row too."""
_OPTIONS = re.compile(r"可选期|选择期|评审总价|评标总价|\b(options?|evaluated)\b", re.I)
_EVALUATED = re.compile(
    r"评审总价|评标总价|含可选期|含选择期|\bevaluated\b|with options|base and options|base period and options", re.I
)
_OTHER = re.compile(
    r"不含税|税前|税额|小计|单价|限价|预算|^\s*total,"
    r"|\b(net of|before tax|excluding|tax|sub-?total|ceiling|unit price)\b",
    re.I,
)
"""What else a row with such a name may be of: a part, a limit, an amount before tax."""
_WITH_TAX = re.compile(r"含税(?<!不含税)|,? tax included|基本期小计", re.I)
_IN_WORDS = re.compile(r"[（(]?(人民币)?[（(]?大写[)）]?[:：]?|(amount )?in words:?", re.I)
_NET = re.compile(r"不含税(合计|小计|总价)|税前合计|total before tax|net total", re.I)
_TAX = re.compile(r"(其中[:：]|of which )?(税额(合计)?|增值税|tax|vat)", re.I)
_INCLUDED = re.compile(r"[-/—–\\]+|(已?包?含|incl\.?|included).{0,12}", re.I)
_PLACES: Mapping[Regime, tuple[str, ...]] = {
    "mof87": ("开标一览表|bid summary|opening", "报价一览表|price summary", "投标函|letter"),
    "ndrc": ("投标函|letter", "开标一览表|报价一览表|summary"),
    "mdb": ("letter|投标函", "summary|开标一览表|报价一览表"),
}
"""By regime, the names of the places whose price counts first."""
_FIGURE = re.compile(r"(?<![\d.,])\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![\d,])|(?<![\d.,])\d+\.\d{2}(?![\d.])")
_BILL = frozenset(("quantity", "unit_price", "amount"))


@dataclass(frozen=True)
class Lot:
    """A lot that has a price of its own; `title` is its id and title as files print it."""

    id: str
    title: str


@dataclass(frozen=True)
class Total:
    """The total of the bid, or of a lot, as it stands in one place: in figures, in words, or in both.

    Args:
        label: what it is called there.
        at: the cell or the paragraph.
    """

    place: str
    label: str
    at: Span
    lot: str
    figures: Decimal | None = None
    words: Decimal | None = None


@dataclass(frozen=True)
class Bill:
    """A breakdown and its lines."""

    place: str
    lot: str
    lines: tuple[BillLine, ...]


@dataclass
class Stated:
    """All prices found, in the order of the files; totals of options and with them too."""

    totals: list[Total] = field(default_factory=list)
    bills: list[Bill] = field(default_factory=list)
    taxes: dict[Decimal, Decimal] = field(default_factory=dict)
    """The tax that is added to an amount before tax."""
    problems: list[Diagnostic] = field(default_factory=list)


def read_prices(files: Mapping[str, bytes], currency: str, language: str, lots: Sequence[Lot] = ()) -> Stated:
    """The prices in .docx and .xlsx files. Diagnostics: DL14, DL18, DL28, PR21 (words that say no amount)."""
    reader = _Reader(currency, language, lots)
    for name in sorted(files, key=lambda name: (name.endswith(".xlsx"), name)):
        if name.endswith(".xlsx"):
            reader.read_workbook(name, files[name])
        elif name.endswith(".docx"):
            reader.read_word(name, files[name])
    return reader.found


def make_statement(found: Stated, regime: Regime, lot: str = "") -> tuple[Statement | None, Total | None]:
    """What a committee has before it for the whole bid or for a lot, and the place whose price it takes first.

    Where there are option periods it is the price with them, since breakdowns list their lines among the others.

    Returns: None where no total or no breakdown is found.
    """
    totals = [total for total in found.totals if total.lot == lot]
    has_options = any(_OPTIONS.search(total.label) for total in totals)
    totals = [total for total in totals if (_is_evaluated(total.label) if has_options else True)]
    bills = [bill for bill in found.bills if bill.lot == lot]
    first = _find_first(totals, regime)
    if first is None or not bills:
        return None, first
    others: dict[str, Decimal] = {}
    for total in totals:
        for amount in (total.figures, total.words) if total is not first else ():
            if amount is not None and others.get(total.place, first.figures) == first.figures:
                others[total.place] = amount
    figures = first.figures if first.figures is not None else first.words
    assert figures is not None
    tax = found.taxes.get(sum((line.amount for line in bills[0].lines), Decimal(0)), Decimal("0.00"))
    return Statement(figures, first.words, bills[0].lines, others, tax), first


def compare_bills(bills: Sequence[Bill]) -> Iterator[tuple[Bill, str]]:
    """The breakdowns that differ from the first one, each with the id of the first line that does."""
    for bill in bills[1:]:
        known = {line.id: line for line in bills[0].lines}
        other = {line.id: line for line in bill.lines}
        for name in dict.fromkeys([*known, *other]):
            if known.get(name) != other.get(name):
                yield bill, name
                break


def _find_first(totals: Sequence[Total], regime: Regime) -> Total | None:
    """The total that counts before the others: by its place, else the first one with figures and words."""
    for names in _PLACES[regime]:
        for total in totals:
            if re.search(names, total.place, re.I) and total.figures is not None:
                return total
    whole = [total for total in totals if total.figures is not None]
    return next((total for total in whole if total.words is not None), whole[0] if whole else None)


class _Reader:
    """Files that are being read."""

    def __init__(self, currency: str, language: str, lots: Sequence[Lot]) -> None:
        self.currency = currency
        self.language = language
        self.lots = lots
        self.found = Stated()

    def read_workbook(self, name: str, content: bytes) -> None:
        grids, problems = read_sheets(content, name, Span(name))
        self.found.problems += problems
        for grid in grids:
            self.read_grid(grid, dict(grid.whole.place)["sheet"], name)

    def read_word(self, name: str, content: bytes) -> None:
        parts, problems = opc.read_package(content, name)
        try:
            passages = [*read_document(parts, name)] if parts else []
        except (LookupError, SyntaxError) as error:  # of lxml, for a part that is no XML
            passages, problems = [], [Diagnostic("DL14", Span(name), {"file": name, "reason": str(error)})]
        self.found.problems += problems
        for passage in passages:
            if isinstance(passage.content, Grid):
                self.read_grid(passage.content, passage.heading, name)
            else:
                self.read_paragraph(passage.content, passage.heading, passage.at)

    def read_grid(self, grid: Grid, title: str, file: str) -> None:
        """A table: a breakdown with its totals, or a form or a list whose totals stand behind their names."""
        if not grid.rows:
            return
        place = f"{file}: {title}" if title else file
        header = find_header(grid, {}, ())
        rows = grid.rows[header.first + header.rows :]
        kinds = find_kinds(rows, header, grid.rows[header.first : header.first + header.rows])
        lot = self.find_lot(" ".join([file, title, *(text for row in grid.rows[: header.first] for text in row.texts)]))
        if {*header.fields} >= _BILL:
            lines = [
                row for row, kind in zip(rows, kinds, strict=True) if kind is Kind.LINE and not _is_named(row, header)
            ]
            rest = [row for row in rows if row not in lines]
            self.read_bill(lines, rest, header, place, lot)
            self.read_totals(rest, header, place, lot)
        else:
            own = header if "amount" in header.fields else None
            self.read_tax(grid.rows, own)
            self.read_totals(grid.rows, own, place, lot)

    def read_bill(self, rows: Sequence[Row], rest: Sequence[Row], header: Header, place: str, lot: str) -> None:
        """The lines of a breakdown, and the tax on them if it adds it. Diagnostics: PR22."""
        lines = []
        numbers = {_number(row, header)[0] for row in rows}
        for row in rows:
            first, name = _number(row, header)
            texts = [row.cells[header.fields.index(key)].said.text for key in ("quantity", "unit_price", "amount")]
            quantity, price, amount = map(parse_decimal, texts)
            if quantity is not None and price is not None and amount is not None:
                lines.append(BillLine(name, quantity, price, amount))
            elif not (_is_included(texts) or _is_heading(texts, first, numbers)):
                self.found.problems.append(Diagnostic("PR22", row.at, {"line": name}))
        self.read_tax(rest, header)
        if lines:
            self.add_bill(Bill(place, lot, tuple(lines)))

    def read_tax(self, rows: Sequence[Row], header: Header | None) -> None:
        """The tax that a table adds to an amount before tax."""
        nets = [figures[0] for row in rows if _NET.search(_label(row)) and (figures := self.read_figures(row, header))]
        taxes = [
            figures[0] for row in rows if _TAX.fullmatch(_label(row)) and (figures := self.read_figures(row, header))
        ]
        for net in nets[:1]:
            self.found.taxes[net] = sum(taxes, Decimal("0.00"))

    def add_bill(self, bill: Bill) -> None:
        """A breakdown; tables of one file that have no line in common are one, a table for each category."""
        known = self.found.bills[-1] if self.found.bills else None
        file = bill.place.partition(": ")[0]
        if known and (known.place.partition(": ")[0], known.lot) == (file, bill.lot):
            ids = {line.id for line in known.lines}
            if ids.isdisjoint(line.id for line in bill.lines):
                self.found.bills[-1] = Bill(file, bill.lot, known.lines + bill.lines)
                return
        self.found.bills.append(bill)

    def read_totals(self, rows: Sequence[Row], header: Header | None, place: str, lot: str) -> None:
        """Every row that names a total; that of words belongs to the figures before it."""
        before: Total | None = None
        for row in rows:
            label, at = _label(row), next(cell.at for _, cell in row.filled)
            is_words = _IN_WORDS.fullmatch(label) is not None
            if not (is_words and before) and not _is_total(label):
                before = None
                continue
            own = self.find_lot(label) or lot
            words = self.read_words(row, label)
            figures = [] if is_words else self.read_figures(row, header)
            is_same = before and before.lot == own and (is_words or _is_evaluated(label) == _is_evaluated(before.label))
            if before and is_same and words is not None and not figures and before.words is None:
                self.found.totals[-1] = replace(before, words=words)
                before = None
            elif figures or words is not None:
                before = Total(place, label, at, own, figures[0] if figures else None, words)
                self.found.totals.append(before)

    def read_paragraph(self, text: str, heading: str, at: Span) -> None:
        """The sentences that name the price, with its figures or words."""
        place = f"{at.file}: {heading}" if heading else at.file
        for sentence in re.split(r"[。；;]", text):
            figures = [Decimal(found.replace(",", "")) for found in _FIGURE.findall(sentence)]
            words = find_amounts(sentence, self.currency, self.language)
            if (words or figures) and (_PRICE.search(sentence) or _EVALUATED.search(sentence)):
                said = self.parse(words[0], at) if words else None
                lot = self.find_lot(f"{at.file} {heading} {sentence}")
                self.found.totals.append(Total(place, sentence, at, lot, figures[0] if figures else None, said))

    def read_figures(self, row: Row, header: Header | None) -> list[Decimal]:
        """The figures of a row: that of the column of amounts if it has one, else those behind its name."""
        cells = [cell for _, cell in row.filled]
        if header and "amount" in header.fields:
            own = row.cells[header.fields.index("amount")]
            number = parse_decimal(own.text)
            cells = cells if number is None else [own]
        found = []
        for cell in cells:
            number = parse_decimal(cell.text)
            if number is not None and ("." in cell.text or number >= 100):
                found.append(number)
            elif number is None:
                found += [Decimal(text.replace(",", "")) for text in _FIGURE.findall(cell.text)]
        return found

    def read_words(self, row: Row, label: str) -> Decimal | None:
        """The amount in words of a row. Diagnostics: PR21."""
        at = next(cell.at for _, cell in row.filled)
        found = find_amounts("\n".join(row.texts), self.currency, self.language)
        if found:
            return self.parse(found[0], at)
        if re.search("大写|in words", label, re.I) and len(row.texts) > 1:
            return self.parse(row.texts[-1], at)
        return None

    def parse(self, words: str, at: Span) -> Decimal | None:
        amount = parse_amount(words, self.currency, self.language)
        if amount is None:
            self.found.problems.append(Diagnostic("PR21", at, {"words": words}))
        return amount

    def find_lot(self, text: str) -> str:
        """The lot that a text names; none if it names several or the whole."""
        named = [lot.id for lot in self.lots if lot.title in text]
        if not named:
            named = [lot.id for lot in self.lots if re.search(rf"(?<!\w){re.escape(lot.id)}(?!\w)", text)]
        return named[0] if len(named) == 1 else ""


def _label(row: Row) -> str:
    """What names a row: its first text."""
    return row.texts[0] if row.texts else ""


def _number(row: Row, header: Header) -> tuple[str, str]:
    """The first number of a row, and the one by which it is known: the last of several, or its name."""
    texts = [(name, row.cells[column].said.text) for column, name in enumerate(header.fields)]
    ids = [text for name, text in texts if name == "id" and text]
    names = [text for name, text in texts if name == "name" and text]
    first = ids[0] if ids else ""
    return first, ids[-1] if ids else names[0] if names else str(row.number)


def _is_included(texts: Sequence[str]) -> bool:
    """Whether neither a price nor an amount is asked for a row: it is part of another one, or it is empty."""
    return all(not text or _INCLUDED.fullmatch(text) or parse_decimal(text) == 0 for text in texts[1:])


def _is_heading(texts: Sequence[str], number: str, numbers: Collection[str]) -> bool:
    """Whether a row with an amount alone is that of the lines numbered below it."""
    is_alone = not any(texts[:2])
    return is_alone and bool(number) and any(other.startswith(f"{number}.") for other in numbers)


def _is_named(row: Row, header: Header) -> bool:
    """Whether a row of a breakdown is none of its lines: a total, the tax on it, the words for it."""
    label = _label(row)
    if any(name.fullmatch(label) for name in (_TAX, _IN_WORDS)) or _NET.search(label):
        return True
    texts = [row.cells[header.fields.index(key)].text for key in ("quantity", "unit_price")]
    return bool(_PRICE.match(label) or _SUM.match(label)) and not any(texts)


def _is_total(label: str) -> bool:
    """Whether a row is that of a price of the whole: neither of a part nor before tax."""
    names = (_PRICE, _SUM, _EVALUATED)
    return any(name.search(label) for name in names) and not _OTHER.search(_WITH_TAX.sub("", label))


def _is_evaluated(label: str) -> bool:
    """Whether a total has the option periods in it."""
    return bool(_EVALUATED.search(label)) or label.split("（")[0] == "总价"
