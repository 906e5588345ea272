"""Lists from .xlsx: titles mapped or recognised, mistakes at file, sheet and cell."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import openpyxl
import pytest

from bidkit.diagnostic import Diagnostic, Span
from bidkit.source import Items, parse_xlsx
from bidkit.source.tables.titles import find_field

HERE = Span("deals/x/deal.yaml", 3, 12)


def make(change: Callable[[Any], None], title: str = "报价") -> bytes:
    book = openpyxl.Workbook()
    book.active.title = title
    change(book)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def sheet(*rows: tuple[Any, ...]) -> bytes:
    def fill(book: Any) -> None:
        for row in rows:
            book.active.append(row)

    return make(fill)


def read(content: bytes, **options: Any) -> Items:
    items, problems = parse_xlsx(content, "lines.xlsx", HERE, **options)
    assert problems == []
    assert items is not None
    return items


def refuse(content: bytes, **options: Any) -> Diagnostic:
    _, problems = parse_xlsx(content, "lines.xlsx", HERE, **options)
    assert len(problems) == 1, problems
    return problems[0]


def place_of(problem: Diagnostic) -> dict[str, str]:
    assert problem.span is not None
    assert problem.span.file == "lines.xlsx"
    return dict(problem.span.place)


def test_titles_in_use_are_recognised() -> None:
    items = read(
        sheet(
            ("序号", "货物名称", "单位", "数量", "单价（元）", "合价（元）"), ("A01", "网关", "台", 18.5, 4380, 81030)
        )
    )
    assert items == [
        {"id": "A01", "name": "网关", "unit": "台", "quantity": "18.5", "unit_price": "4380", "amount": "81030"}
    ]


@pytest.mark.parametrize("title", ["Unit Price", "unit_price", " 含税单价 ", "单价(元)"])
def test_title_is_recognised_however_it_is_written(title: str) -> None:
    assert read(sheet((title,), (5,))) == [{"unit_price": "5"}]


def test_columns_map_titles_that_are_not_known() -> None:
    items = read(sheet(("编码", "综合单价"), ("A1", 3)), columns={"id": "编码", "unit_price": "综合单价"})
    assert items == [{"id": "A1", "unit_price": "3"}]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.1 + 0.2, "0.3"),
        (12500.10, "12500.1"),
        (1e-7, "0.0000001"),
        (0.13, "0.13"),
        (10**14, "100000000000000"),
        ("010", "010"),
        (True, "true"),
        (date(2026, 9, 18), "2026-09-18"),
        (datetime(2026, 9, 18, 9, 30), "2026-09-18"),
    ],
)
def test_cell_is_read_as_excel_shows_it(value: Any, text: str) -> None:
    assert read(sheet(("remark",), (value,)))[0]["remark"] == text


def test_cells_know_their_sheet_and_address() -> None:
    items = read(sheet((), ("id", "name"), ("A1", "x"), (None, None), ("A2", "y")))
    assert [dict(item.values_at["name"].place) for item in items] == [
        {"sheet": "报价", "cell": "B3"},
        {"sheet": "报价", "cell": "B5"},
    ]


def test_named_sheet_is_read() -> None:
    def fill(book: Any) -> None:
        book.active.append(("id",))
        book.create_sheet("明细").append(("name",))
        book["明细"].append(("x",))

    assert read(make(fill), sheet="明细") == [{"name": "x"}]


def test_sheet_that_does_not_exist_is_reported_in_the_deal_with_the_near_name() -> None:
    problem = refuse(sheet(("id",)), sheet="报价表")
    assert (problem.code, problem.span, problem.values["near"]) == ("DL15", HERE, "报价")


@pytest.mark.parametrize("value", ["#REF!", "#N/A", "#DIV/0!"])
def test_error_value_is_refused_at_its_cell(value: str) -> None:
    problem = refuse(sheet(("id", "quantity"), ("A1", value)))
    assert (problem.code, place_of(problem)) == ("DL28", {"sheet": "报价", "cell": "B2"})


def test_formula_without_a_stored_value_is_refused_at_its_cell() -> None:
    problem = refuse(sheet(("id", "quantity"), ("A1", "=1+1")))
    assert (problem.code, place_of(problem)) == ("DL28", {"sheet": "报价", "cell": "B2"})


def test_two_titles_of_one_field_are_refused_at_the_second() -> None:
    problem = refuse(sheet(("单价", "含税单价"), (1, 2)))
    assert (problem.code, place_of(problem)["cell"]) == ("DL27", "B1")


def test_mapped_title_that_is_not_there_is_refused() -> None:
    assert refuse(sheet(("id",), ("A1",)), columns={"name": "名字"}).code == "DL27"


def test_value_under_no_title_is_refused_at_its_cell() -> None:
    problem = refuse(sheet(("id", None), ("A1", "lost")))
    assert (problem.code, place_of(problem)["cell"]) == ("DL27", "B2")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"id,name\n"])
def test_file_that_is_no_workbook_is_refused_in_the_deal(content: bytes) -> None:
    problem = refuse(content)
    assert (problem.code, problem.span) == ("DL14", HERE)


def test_empty_sheet_has_no_header() -> None:
    assert refuse(sheet()).code == "DL20"


@pytest.mark.parametrize("title", ["Quantity", "Amount", "Brand", " UNIT ", "Remark"])
def test_a_title_may_be_the_name_of_a_field_in_any_case(title: str) -> None:
    assert find_field(title, {}) == title.strip().lower()


def test_titles_say_the_unit_the_currency_and_per_cent() -> None:
    rows = (("货物名称", "数量（台）", "Unit price (USD)", "合价(元/台)", "税率（%）"), ("网关", 2, 5, 10, 13))
    assert read(sheet(*(row[:3] + row[4:] for row in rows))) == [
        {"name": "网关", "quantity": "2", "unit_price": "5", "currency": "USD", "tax_rate": "13%", "unit": "台"}
    ]
    assert read(sheet(*rows), columns={"amount": "合价(元/台)"})[0]["amount"] == "10"


@pytest.mark.parametrize(
    ("title", "field"),
    [
        *(
            ("名称及规格", "name"),
            ("品牌型号", "model"),
            ("单价（元/台）", "unit_price"),
            ("合价（元，含税）", "amount"),
        ),
        *(
            ("U/M", "unit"),
            ("Extended", "amount"),
            ("Line total", "amount"),
            ("Part no.", "sku"),
            ("VAT %", "tax_rate"),
        ),
        *(("Unit price (CNY)", "unit_price"), ("Qty (sets)", "quantity"), ("备注（选填）", "remark")),
    ],
)
def test_usual_titles_are_known(title: str, field: str) -> None:
    assert field in read(sheet((title, "x1"), (13, "x")), columns={"origin": "x1"})[0]


@pytest.mark.parametrize(
    "title",
    [
        "数量（万片）",
        "数量（km）",
        "单价（不含税）",
        "单价（元/千米）",
        "单价（元，USD）",
        "规格(mm)",
        "Unit price (excl. VAT)",
    ],
)
def test_brackets_that_say_anything_else_leave_a_title_unknown(title: str) -> None:
    assert title in read(sheet((title, "x1"), (13, "x")), columns={"origin": "x1"})[0]


def test_a_column_of_units_goes_before_the_unit_of_a_title() -> None:
    assert read(sheet(("数量(台)", "单位"), (2, "套")))[0]["unit"] == "套"


@pytest.mark.parametrize(("price", "currency"), [("€5", "€5"), ("5", "USD 5")])
def test_a_currency_that_contradicts_that_of_the_title_is_no_number(price: str, currency: str) -> None:
    rows = (("币种", "Unit price (USD)"), ("CNY" if price == "5" else None, price))
    assert read(sheet(*rows), columns={"currency": "币种"})[0]["unit_price"] == currency


def test_a_row_of_units_below_the_titles_is_none_of_the_lines() -> None:
    rows = (("货物名称", "数量", "单价", "税率"), (None, "(台)", "（元）", "（%）"), ("网关", 2, 5, 13))
    assert read(sheet(*rows)) == [{"name": "网关", "quantity": "2", "unit_price": "5", "tax_rate": "13%", "unit": "台"}]
    assert read(sheet(("货物名称", "单价"), (None, "(万元)"), ("网关", 2)))[0] == {"name": "网关", "单价/(万元)": "2"}


@pytest.mark.parametrize(
    ("rates", "read_as"),
    [
        ((13, 6, 1, 0), ["13%", "6%", "1%", "0%"]),
        (("13%", 9), ["13%", "9%"]),
        ((0.13, 0.06), ["0.13", "0.06"]),
        ((13, 0.06), ["13", "0.06"]),
        ((1, 1), ["1", "1"]),
        ((1.13, 1.06), ["1.13", "1.06"]),
    ],
)
def test_rates_are_per_cent_where_they_can_be_nothing_else(rates: tuple[Any, ...], read_as: list[str]) -> None:
    assert [item["tax_rate"] for item in read(sheet(("税率",), *((rate,) for rate in rates)))] == read_as


def test_a_share_among_rates_in_per_cent_is_refused() -> None:
    _, problems = parse_xlsx(sheet(("税率(%)",), (13,), (0.13,)), "lines.xlsx", HERE)
    assert [(problem.code, place_of(problem)["cell"]) for problem in problems] == [("DL48", "A3")]


def test_item_beside_description_is_the_number_of_a_line() -> None:
    items = read(sheet(("Item", "Description", "Qty"), (1, "Gateway", 2), (2.1, "Mast", 3)))
    assert [(item["id"], item["name"]) for item in items] == [("1", "Gateway"), ("2.1", "Mast")]
    _, problems = parse_xlsx(sheet(("Item", "Description", "Qty"), ("Gateway", "red", 2)), "lines.xlsx", HERE)
    assert [problem.code for problem in problems] == ["DL27"]
