"""finished files -> the prices in them: tables by what stands beside or above an amount, text by its sentences."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from decimal import Decimal

from bidkit.correction import BillLine
from bidkit.diagnostic import Diagnostic, Span, Term
from bidkit.figures import find_money
from bidkit.ooxml import opc
from bidkit.recalculation import check_formulas
from bidkit.source.tables.book import read_sheets
from bidkit.source.tables.grid import Cell, Grid, Row
from bidkit.source.tables.numbers import parse_decimal
from bidkit.source.tables.rows import Kind, find_kinds
from bidkit.source.tables.titles import Header, count_rows, find_header, is_scaled, refuse_scale
from bidkit.source.tables.word import read_document
from bidkit.stated.found import Amount, Bill, Lot, Stated, Total
from bidkit.stated.names import asks_words, begins_total, is_evaluated, is_net, is_price, is_tax, is_total, is_words
from bidkit.stated.running import find_foreign, find_stated, find_unnamed
from bidkit.words import find_amounts, parse_amount, read_amounts

_INCLUDED = re.compile(r"[-/—–\\]+|(已?包?含|incl\.?|included).{0,12}", re.I)
_LETTER = re.compile("投标函|报价|开标|letter|price|quot", re.I)
"""Names of places all of whose text speaks of the bid."""
_OPTION = re.compile(r"可选期|选择期|options?( period)?|option_period", re.I)
_ORDINAL = re.compile(r"[\d.、()（）一二三四五六七八九十]+")
_LIMIT = Decimal(10) ** 15
"""Beyond the digits of a spreadsheet nothing is an amount."""
_BILL = frozenset(("quantity", "unit_price", "amount"))


class Reader:
    """Files that are being read."""

    def __init__(self, currency: str, language: str, lots: Sequence[Lot]) -> None:
        self.currency = currency
        self.language = language
        self.lots = lots
        self.found = Stated()

    def read_workbook(self, name: str, content: bytes) -> None:
        grids, problems = read_sheets(content, name, Span(name))
        self.found.problems += problems
        self.found.problems += [] if problems else check_formulas(content, name)
        for grid in grids:
            numbers = (_read_number(text) for row in grid.rows for text in row.texts)
            self.found.numbers |= {round(number, 2) for number in numbers if number is not None}
            self.read_grid(grid, dict(grid.whole.place)["sheet"], name)

    def read_word(self, name: str, content: bytes) -> None:
        parts, problems = opc.read_package(content, name)
        try:
            passages = [*read_document(parts, name)] if parts else []
        except (LookupError, SyntaxError) as error:  # of lxml, for a part that is no XML
            passages, problems = [], [Diagnostic("DL14", Span(name), {"file": name, "reason": str(error)})]
        self.found.problems += problems
        for passage in passages:
            is_own = any(_LETTER.search(title) for title in (name, *passage.headings))
            if isinstance(passage.content, Grid):
                self.read_grid(passage.content, passage.heading, name)
                cells = [(_label(row), cell) for row in passage.content.rows for _, cell in row.filled]
                texts = [(f"{label} {cell.text}" if label != cell.text else label, cell.at) for label, cell in cells]
            else:
                self.read_paragraph(passage.content, passage.heading, passage.at, is_own=is_own)
                texts = [(passage.content, passage.at)]
            for text, at in texts if is_own else ():
                found = find_unnamed(text, self.currency, self.language)
                self.found.amounts += [Amount(said, value, at) for said, value in found]
                self.found.foreign += [(said, at) for said in find_foreign(text, self.currency)]

    def read_grid(self, grid: Grid, title: str, file: str) -> None:
        """A table: a breakdown with its totals, or a form or a list whose totals stand behind their names."""
        if not grid.rows:
            return
        place = f"{file}: {title}" if title else file
        header = find_header(grid, {}, ())
        known = len(self.found.totals) + len(self.found.bills)
        rows = grid.rows[header.first + header.rows :]
        kinds = find_kinds(rows, header, grid.rows[header.first : header.first + header.rows])
        lot = self.find_lot(" ".join([file, title, *(text for row in grid.rows[: header.first] for text in row.texts)]))
        if {*header.fields} >= _BILL:
            lines: list[Row] = []
            rest: list[Row] = []
            for row, kind in zip(rows, kinds, strict=True):
                (lines if kind is Kind.LINE and not _is_named(row, header) else rest).append(row)
            self.read_bill(lines, rest, header, place, lot)
            self.read_totals(rest, header, place, lot)
        else:
            own = header if "amount" in header.fields else None
            self.read_tax(grid.rows, own)
            self.read_totals(grid.rows, own, place, lot)
            self.read_columns(grid.rows, place, lot)
        if len(self.found.totals) + len(self.found.bills) > known:
            self.found.problems += [item for item in header.problems if item.code == "DL48"]

    def read_bill(self, rows: Sequence[Row], rest: Sequence[Row], header: Header, place: str, lot: str) -> None:
        """The lines of a breakdown, and the tax on them if it adds it. Diagnostics: PR22."""
        lines: list[BillLine] = []
        options: set[str] = set()
        numbers = {_number(row, header)[0] for row in rows}
        for row in rows:
            first, name = _number(row, header)
            if row.is_hidden:
                self.found.problems.append(Diagnostic("DL46", row.at, {"what": Term("row"), "value": name}))
            texts = [row.cells[header.fields.index(key)].said.text for key in ("quantity", "unit_price", "amount")]
            quantity, price, amount = map(_read_number, texts)
            if quantity is not None and price is not None and amount is not None:
                lines.append(BillLine(name, quantity, price, amount))
                options |= {name} if any(_OPTION.fullmatch(text) for text in row.texts) else set()
            elif not (_is_included(texts) or _is_heading(texts, first, numbers)):
                self.found.problems.append(Diagnostic("PR22", row.at, {"line": name}))
        self.read_tax(rest, header)
        if lines:
            self.add_bill(Bill(place, lot, tuple(lines), frozenset(options)))

    def read_tax(self, rows: Sequence[Row], header: Header | None) -> None:
        """The tax that a table adds to an amount before tax."""
        nets = [
            figures[0] for row in rows if is_net(_label(row)) and (figures := _read_figures(_find_amounts(row, header)))
        ]
        taxes = [
            figures[0] for row in rows if is_tax(_label(row)) and (figures := _read_figures(_find_amounts(row, header)))
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
                self.found.bills[-1] = Bill(file, bill.lot, known.lines + bill.lines, known.options | bill.options)
                return
        self.found.bills.append(bill)

    def read_totals(self, rows: Sequence[Row], header: Header | None, place: str, lot: str) -> None:
        """Every row that names a total; that of words belongs to the figures before it. Diagnostics: DL48, PR21."""
        before: Total | None = None
        for row in rows:
            label, at = _label(row), next(cell.at for _, cell in row.filled)
            is_spelt = is_words(label)
            if not (before if is_spelt else is_total(label)):
                before = None
                continue
            own = self.find_lot(label) or lot
            words = self.read_words([cell for _, cell in row.filled], is_asked=asks_words(label) and len(row.texts) > 1)
            figures = [] if is_spelt else _read_figures(_find_amounts(row, header))
            is_same = before and before.lot == own and (is_spelt or is_evaluated(label) == is_evaluated(before.label))
            if before and is_same and words is not None and not figures and before.words is None:
                self.found.totals[-1] = replace(before, words=words)
                before = None
            else:
                before = self.add_total(Total(place, label, at, own, next(iter(figures), None), words))
                if not before and is_price(label) and not asks_words(label) and _stands_alone(row, label):
                    told = " ".join(text for text in row.texts if text != label)
                    self.found.problems.append(Diagnostic("PR27", at, {"label": label, "text": told or "—"}))

    def read_columns(self, rows: Sequence[Row], place: str, lot: str) -> None:
        """Prices under a title: that of the bid in the only row, or that of a lot in each. Diagnostics: DL48, PR21."""
        first = next((place for place, row in enumerate(rows) if _has_price_titles(row)), len(rows) - 1)
        depth = count_rows(rows[first:])
        titles = _join_titles(rows[first : first + depth])
        priced = [column for column, title in titles.items() if is_price(title)]
        spelt = [column for column, title in titles.items() if asks_words(title)]
        lines = [row for row in rows[first + depth :] if any(row.cells[column].text for column in priced)]
        lines = [row for row in lines if not (is_total(_label(row)) or is_words(_label(row)))]
        for row in lines:
            named = self.find_lot(" ".join(row.texts))
            cells = [row.cells[column] for column in sorted({*priced, *spelt}) if row.cells[column].text]
            if named or len(lines) == 1:
                figures, words = _read_figures(cells), self.read_words(cells, is_asked=bool(spelt))
                label = titles[priced[0]]
                self.add_total(Total(place, label, cells[0].at, named or lot, next(iter(figures), None), words))

    def add_total(self, total: Total) -> Total | None:
        """A total that says an amount; none if its name says that it is in thousands or more. Diagnostics: DL48."""
        if is_scaled(total.label):
            self.found.problems.append(refuse_scale(Cell(total.label, total.at)))
        elif total.figures is not None or total.words is not None:
            self.found.totals.append(total)
            return total
        return None

    def read_paragraph(self, text: str, heading: str, at: Span, *, is_own: bool) -> None:
        """The sentences that name the price, with its figures or words."""
        place = f"{at.file}: {heading}" if heading else at.file
        for said in find_stated(text, self.currency, self.language, is_own=is_own):
            if said.words is not None and said.amount is None:
                self.found.problems.append(Diagnostic("PR21", at, {"words": said.words}))
            lot = self.find_lot(f"{at.file} {heading} {said.label}")
            self.found.totals.append(Total(place, said.label, at, lot, said.figures, said.amount))

    def read_words(self, cells: Sequence[Cell], *, is_asked: bool) -> Decimal | None:
        """The amount that cells say in words. Diagnostics: PR21 (words are asked for, and the last says none)."""
        found = find_amounts("\n".join(cell.text for cell in cells), self.currency, self.language)
        if found or not is_asked:
            return self.parse(found[0], cells[0].at) if found else None
        said = read_amounts(cells[-1].text, self.currency, self.language)
        return said[0][1] if said else self.parse(cells[-1].text, cells[0].at)

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
    """What names a row: its first text, or behind a number what begins as the name of a total."""
    first, *others = row.texts or [""]
    is_numbered = others and _ORDINAL.fullmatch(first) and begins_total(others[0])
    return others[0] if is_numbered else first


def _stands_alone(row: Row, label: str) -> bool:
    """Whether a row of two cells or two columns has a name alone, or a text beside it."""
    cells = [cell for cell in row.cells if not cell.owner]
    return len(cells) == 2 and cells[0].text == label


def _has_price_titles(row: Row) -> bool:
    """Whether a row has titles, a price among them, and no amounts."""
    texts = row.texts
    has_amounts = any(parse_decimal(text) is not None or [*find_money(text)] for text in texts)
    return len(texts) > 1 and any(map(is_price, texts)) and not has_amounts


def _join_titles(rows: Sequence[Row]) -> dict[int, str]:
    """The titles over each column as one."""
    parts = [
        dict.fromkeys(cell.said.text for cell in cells) for cells in zip(*(row.cells for row in rows), strict=True)
    ]
    return {column: title for column, texts in enumerate(parts) if (title := "".join(texts))}


def _find_amounts(row: Row, header: Header | None) -> list[Cell]:
    """The cell of a row in the column of amounts, or else all of them."""
    own = row.cells[header.fields.index("amount")] if header and "amount" in header.fields else None
    return [own] if own and parse_decimal(own.text) is not None else [cell for _, cell in row.filled]


def _read_figures(cells: Sequence[Cell]) -> list[Decimal]:
    """The amounts in cells; a small whole number is none, but a number of something."""
    found = []
    for cell in cells:
        number = _read_number(cell.text)
        if number is None:
            found += [amount for _, _, amount in find_money(cell.text)]
        elif "." in cell.text or number >= 100:
            found.append(number)
    return found


def _read_number(text: str) -> Decimal | None:
    number = parse_decimal(text)
    return number if number is not None and abs(number) < _LIMIT else None


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
    if is_tax(label) or is_words(label) or is_net(label):
        return True
    texts = [row.cells[header.fields.index(key)].text for key in ("quantity", "unit_price")]
    return begins_total(label) and not any(texts)
