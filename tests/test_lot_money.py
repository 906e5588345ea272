"""The money of lots: sums that are exact to the cent, and a workbook whose formulas give the same."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_workbook import TENDER, make_bid, make_line, named, read

from bidkit.bid import Bid
from bidkit.office import find_office, recalculate
from bidkit.quote import Quote
from bidkit.readback import read_xlsx
from bidkit.verify import verify_files
from bidkit.words import parse_amount
from bidkit.workbook import render_workbook
from bidkit.workbook.grid import name_sheets

CENT = Decimal("0.01")
RATES = ("13%", "9%", "6%", "0%", "6.5%")
TITLES = ("网关设备", "安装服务", "培训", "O'Brien & {row} [x]", "很长的名称" * 12, "网关设备")


def make_lots(
    rows: list[list[tuple[str, str, str, str]]], percents: tuple[str, ...] = ("30%", "70%"), **more: Any
) -> Bid:
    """A bid for lots, each of lines (quantity, price, rate, kind) in two categories."""
    lots = [{"id": f"包{n}", "title": TITLES[n % len(TITLES)]} for n, _ in enumerate(rows, 1)]
    categories = [{"id": f"{lot['id']}{c}", "name": f"分类 {c}", "lot": lot["id"]} for c in "AB" for lot in lots]
    lines = []
    for lot, own in zip(lots, rows, strict=True):
        for at, (quantity, price, rate, kind) in enumerate(own):
            row = (
                f"{lot['id']}-{at}",
                f"{lot['id']}{'AB'[at % 2]}",
                f"货物 {lot['id']} {at}",
                quantity,
                price,
                rate,
                kind,
            )
            lines.append(make_line(row))
    quote = {
        "categories": categories,
        "milestones": [{"name": str(n), "trigger": "t", "percent": percent} for n, percent in enumerate(percents)],
        **more.pop("quote", {}),
    }
    tender = {key: value for key, value in TENDER.items() if key != "package"} | {"lots": lots}
    return make_bid(lines, quote=quote, tender=tender, **more)


AMOUNTS = st.decimals("0.01", "99999.99", places=2).map(str)
QUANTITIES = st.decimals("0.001", "999.999", places=3).map(str)
LINES = st.tuples(QUANTITIES, AMOUNTS, st.sampled_from(RATES), st.sampled_from(["base", "base", "option_period"]))
FIRST = st.tuples(QUANTITIES, AMOUNTS, st.sampled_from(RATES), st.just("base"))
LOTS = st.lists(
    st.tuples(FIRST, st.lists(LINES, max_size=5)).map(lambda lot: [lot[0], *lot[1]]), min_size=1, max_size=5
)
PERCENTS = st.sampled_from([("100%",), ("33.3%", "33.3%", "33.4%"), ("0.1%", "99.9%"), ("12.5%", "37.5%", "50%")])
TAX_SUMS = st.sampled_from(["by_rate", "by_line"])


def total(quotes: list[Quote], key: Callable[[Quote], Decimal]) -> Decimal:
    return sum((key(quote) for quote in quotes), Decimal(0))


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(LOTS, PERCENTS, TAX_SUMS)
def test_the_whole_is_the_exact_sum_of_its_lots(rows: Any, percents: Any, tax_sum: str) -> None:
    whole = make_lots(rows, percents, quote={"tax_sum": tax_sum}).quote
    lots = [part.quote for part in whole.lots]
    assert [len(quote.lines) for quote in lots] == [len(own) for own in rows]
    for key in ("base", "options", "evaluated", "net", "tax"):
        assert getattr(whole, key) == total(lots, lambda quote, key=key: getattr(quote, key)), key
    for quote in (whole, *lots):
        assert quote.net + quote.tax == quote.evaluated == quote.base + quote.options
        assert total([quote], lambda q: sum((item.total for item in q.categories), Decimal(0))) == quote.evaluated
        assert sum((item.amount for item in quote.payments), Decimal(0)) == quote.base
        assert parse_amount(quote.words, "CNY", "zh") == quote.base
        assert parse_amount(quote.evaluated_words, "CNY", "zh") == quote.evaluated
        for tax in quote.taxes:
            assert tax.net + tax.tax == tax.gross
        assert sum((tax.gross for tax in quote.taxes), Decimal(0)) == quote.evaluated
    for at, payment in enumerate(whole.payments):
        assert payment.amount == total(lots, lambda quote, at=at: quote.payments[at].amount)
    for tax in whole.taxes:
        same = [found for quote in lots for found in quote.taxes if found.rate == tax.rate]
        assert tax.net == sum((found.net for found in same), Decimal(0))


class Sheets:
    """The formulas of a workbook, computed in `Decimal` by the few functions that they use."""

    def __init__(self, content: bytes) -> None:
        self.book = openpyxl.load_workbook(io.BytesIO(content))
        self.known: dict[tuple[str, str], Any] = {}

    def cell(self, sheet: str, place: str) -> Any:
        key = sheet, place.replace("$", "")
        if key not in self.known:
            value = self.book[key[0]][key[1]].value
            number = Decimal(repr(value)) if isinstance(value, int | float) else value
            is_formula = isinstance(value, str) and value.startswith("=") and self.book[key[0]][key[1]].data_type == "f"
            self.known[key] = self.compute(sheet, value[1:]) if is_formula else number
        return self.known[key]

    def area(self, sheet: str, first: str, last: str) -> list[Any]:
        rows = self.book[sheet][f"{first}:{last}".replace("$", "")]
        return [self.cell(sheet, cell.coordinate) for row in rows for cell in row]

    def compute(self, sheet: str, formula: str) -> Decimal:
        def refer(found: re.Match[str]) -> str:
            on = repr(found.group(1) or sheet)
            return (
                f"area({on}, {found.group(2)!r}, {found.group(3)!r})"
                if found.group(3)
                else f"cell({on}, {found.group(2)!r})"
            )

        place = r"\$?[A-Z]\$?\d+"
        python = re.sub(rf"(?:'([^']+)'!)?(?<![A-Za-z])({place})(?::({place}))?", refer, formula)
        return eval(python, {"area": self.area, "cell": self.cell, **FUNCTIONS})  # our own few functions


FUNCTIONS = {
    "SUM": lambda values: sum((value for value in values if isinstance(value, Decimal)), Decimal(0)),
    "COUNT": lambda values: Decimal(sum(isinstance(value, Decimal) for value in values)),
    "ROUND": lambda value, _: Decimal(value).quantize(CENT, ROUND_HALF_UP),
    "SUMIF": lambda tests, wanted, values: sum(
        (value for test, value in zip(tests, values, strict=True) if test == wanted), Decimal(0)
    ),
}


def formulas(content: bytes) -> Iterator[tuple[str, str, Decimal, Any]]:
    """Sheet, cell, what each formula gives and its cached value."""
    sheets, cached = Sheets(content), openpyxl.load_workbook(io.BytesIO(content), data_only=True)
    for sheet in sheets.book:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    value = sheets.cell(sheet.title, cell.coordinate)
                    yield sheet.title, cell.coordinate, value, cached[sheet.title][cell.coordinate].value


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(LOTS, PERCENTS, TAX_SUMS)
def test_every_formula_gives_the_value_that_it_carries(rows: Any, percents: Any, tax_sum: str) -> None:
    content = render_workbook(make_lots(rows, percents, quote={"tax_sum": tax_sum}))
    found = list(formulas(content))
    assert len(found) > 10
    for sheet, cell, value, cached in found:
        assert value == Decimal(repr(cached)), (sheet, cell)


HARD = [
    [("1.005", "1.00", "13%", "base"), ("0.5", "1.15", "6%", "base"), ("2.675", "1.00", "13%", "option_period")],
    [("0.145", "1.00", "0%", "base"), ("3", "0.10", "0%", "base")],
    [("1.115", "10.00", "6.5%", "base"), ("0.333", "0.03", "9%", "base"), ("7", "18500.01", "6%", "option_period")],
    [("1", "99999999.99", "13%", "base")],
]


def test_each_lot_has_a_sheet_and_the_summary_goes_lot_by_lot() -> None:
    bid = make_lots([HARD[1], HARD[3]])
    content = render_workbook(bid)
    book = read(content, values=True)
    assert book.sheetnames == ["开标一览表", "分类汇总", "包1 安装服务", "包2 培训"]
    opening = {row[0]: row[1] for row in book["开标一览表"].iter_rows(min_row=3, values_only=True)}
    assert opening["标段"] == "包1 安装服务、包2 培训"
    assert opening["包1 安装服务：投标总价（小写，人民币元）"] == 0.45
    assert opening["包2 培训：投标总价（大写）"] == "人民币玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分"
    assert opening["全部标段投标总价（小写，人民币元）"] == 100000000.44
    assert opening["全部标段投标总价（大写）"] == bid.quote.words
    rows = [[cell for cell in row if cell is not None] for row in book["分类汇总"].iter_rows(values_only=True)]
    assert ["包1 安装服务"] in rows and ["包2 培训"] in rows
    assert ["全部标段投标总价", 3, 100000000.44] in rows
    assert ["全部标段合计", 100000000.44] in rows
    assert named(content, "合计") == bid.quote.base
    assert named(content, "税额") == bid.quote.tax
    assert "标段：包2 培训" in book["包2 培训"]["A2"].value
    # An untaxed lot beside a taxed one shows its rate too.
    assert "税率" in [cell.value for cell in book["包1 安装服务"][3]]


def test_a_lot_without_option_periods_counts_with_its_only_total() -> None:
    bid = make_lots(HARD)
    content = render_workbook(bid)
    book = read(content, values=True)
    rows = {row[1]: row[4] for row in book["分类汇总"].iter_rows(values_only=True)}
    assert [Decimal(str(rows[f"全部标段{name}"])) for name in ("基本期合计", "选择期合计", "评标总价")] == [
        bid.quote.base,
        bid.quote.options,
        bid.quote.evaluated,
    ]
    assert named(content, "选择期合计") == bid.quote.options


@pytest.mark.parametrize("locale", ["zh-CN", "en-US", "en-GB"])
@pytest.mark.parametrize("regime", ["tender", "commercial"])
def test_the_workbook_of_lots_passes_what_is_asked_of_a_workbook(locale: str, regime: str) -> None:
    bid = make_lots(HARD, locale=locale, regime=regime)
    content = render_workbook(bid)
    assert read_xlsx(content, "quote.xlsx").faults == ()
    assert [item for item in verify_files(bid, {"quote.xlsx": content}, is_draft=False) if item.code != "FM01"] == []


def test_a_wrong_total_of_one_lot_in_a_workbook_is_found() -> None:
    bid, other = make_lots([HARD[1], HARD[3]]), make_lots([HARD[1], [("1", "99999999.98", "13%", "base")]])
    found = verify_files(bid, {"quote.xlsx": render_workbook(other)}, is_draft=False)
    assert "PR03" in {item.code for item in found}
    assert any("采购包 包2 总价" in item.message("zh") for item in found)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (["包1 网关", "包2 服务"], ["包1 网关", "包2 服务"]),
        (["a/b:c*d?e[f]g\\h"], ["a-b-c-d-e-f-g-h"]),
        (["'x'"], ["’x’"]),
        (["{row}"], ["-row-"]),
        (["长" * 40, "长" * 40], ["长" * 31, "长" * 27 + " (2)"]),
        (["Lot a", "LOT A", "lot a"], ["Lot a", "LOT A (2)", "lot a (3)"]),
        (["History"], ["History (2)"]),
        (["分类汇总"], ["分类汇总 (2)"]),
        (["𠮷" * 20], ["𠮷" * 15]),
        (["a\x07\u202eb"], ["ab"]),
        (["\u200b"], ["(2)"]),
        ([" " * 40 + "x"], ["x"]),
    ],
)
def test_sheets_have_names_that_excel_allows(wanted: list[str], expected: list[str]) -> None:
    names = name_sheets(wanted, ["分类汇总"])
    assert names == expected
    assert all(0 < len(name.encode("utf-16-le")) // 2 <= 31 for name in names)


def test_hostile_titles_stay_text_and_formulas_whole() -> None:
    bid = make_lots([HARD[0]] * 6)
    for sheet, cell, value, cached in formulas(render_workbook(bid)):
        assert value == Decimal(repr(cached)), (sheet, cell)


@pytest.mark.office
@pytest.mark.skipif(find_office() is None, reason="LibreOffice is not installed")
@pytest.mark.parametrize("tax_sum", ["by_line", "by_rate"])
def test_libreoffice_gives_the_same_values(tax_sum: str) -> None:
    content = render_workbook(
        make_lots([*HARD, HARD[0], HARD[2]], ("33.3%", "33.3%", "33.4%"), quote={"tax_sum": tax_sum})
    )
    recalculated, diagnostics = recalculate(content)
    assert recalculated is not None, diagnostics
    before, after = read(content, values=True), read(recalculated, values=True)
    assert before.sheetnames == after.sheetnames
    for sheet in before:
        for row in sheet.iter_rows():
            for cell in row:
                value = after[sheet.title][cell.coordinate].value
                is_number = isinstance(cell.value, int | float)
                assert abs(value - cell.value) < 1e-6 if is_number else value == cell.value, (
                    sheet.title,
                    cell.coordinate,
                )
