"""What stands around a price list and changes its prices: applied where it is a currency, and else told."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docx
import pytest
import yaml
from openpyxl.comments import Comment
from test_import import PRICES, document_of, make_csv, run
from test_price_sheets import HEAD, ONE, TWO, cell_of, found, make, parse, read
from workspace import make_workspace, run_check, write

from bidkit.diagnostic import Severity, Span
from bidkit.source import parse_csv, parse_xlsx

TOTAL = ("合计", *[None] * 5, 200)


def name_sheet(name: str) -> Callable[[Any], None]:
    return lambda book: setattr(book.active, "title", name)


def head(text: str) -> Callable[[Any], None]:
    return lambda book: setattr(book.active.oddHeader.center, "text", text)


def foot(text: str) -> Callable[[Any], None]:
    return lambda book: setattr(book.active.firstFooter.left, "text", text)


@pytest.mark.parametrize(
    "change", [name_sheet("报价（万元）"), name_sheet("报价-万元"), head("单位：万元"), foot("Amounts in thousands")]
)
def test_a_scale_outside_of_the_cells_is_refused(change: Callable[[Any], None]) -> None:
    assert found(content=make(HEAD, ONE, change=change)) == [("DL48", "")]


@pytest.mark.parametrize(
    "text",
    [
        "注：单位为万元",
        "备注：以上价格均以万元计",
        "说明：金额单位：千元",
        "Note: all figures in USD thousands",
        "注：报价单位：人民币万元",
        "Note: unit: RMB 10,000",
        "Note: all amounts in kEUR",
    ],
)
def test_a_scale_in_a_note_is_refused(text: str) -> None:
    assert ("DL48", "A3") in found(HEAD, ONE, (text,))


def test_a_scale_in_a_heading_or_a_title_line_is_refused() -> None:
    assert found(HEAD, ("一、硬件（单位：万元）",), ONE) == [("DL48", "A2")]
    assert found(("以上价格均以万元为单位",), HEAD, ONE) == [("DL48", "A1")]
    assert found(("报价表", "单位：", "万元"), HEAD, ONE) == [("DL48", "C1")]
    assert read(("币种", "美元"), HEAD, ONE)[0]["currency"] == "USD"


def test_a_note_on_a_cell_counts() -> None:
    def note(book: Any) -> None:
        book.active["F1"].comment = Comment("单位：万元", "x")
        book.active["A2"].comment = Comment("客户要优惠10%", "x")  # between colleagues

    assert found(content=make(HEAD, ONE, change=note)) == [("DL48", "F1")]


def test_the_name_of_a_file_counts() -> None:
    for name in ("报价(万元).xlsx", "deals/x/报价表_千元.xlsx"):
        _, problems = parse_xlsx(make(HEAD, ONE), name, Span("deal.yaml"))
        assert [problem.code for problem in problems] == ["DL48"]


@pytest.mark.parametrize(
    "text",
    [
        "注：本单位注册资本5000万元",
        "注：质保期3年。",
        "备注：单位：元",
        "注：本报价含13%增值税。",
        "注：付款：签订后支付30%",
        "注：以上含运费",
        "注：含 13% 税及运费，不另收费",
        "Note: no extra charges",
    ],
)
def test_ordinary_notes_say_nothing_of_prices(text: str) -> None:
    assert found(("某某项目分项报价表", "货币单位：元"), HEAD, ONE, TOTAL, (text,)) == []


@pytest.mark.parametrize("change", [name_sheet("Prices USD"), head("All prices in USD"), name_sheet("报价（美元）")])
def test_a_currency_outside_of_the_cells_is_that_of_each_line(change: Callable[[Any], None]) -> None:
    items, problems = parse(make(HEAD, ONE, TWO, change=change))
    assert (problems, [item["currency"] for item in items]) == ([], ["USD", "USD"])


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("币种：美元", "USD"),
        ("货币单位：人民币元", "CNY"),
        ("Currency: EUR", "EUR"),
        ("（USD）", "USD"),
        ("以港币计价", "HKD"),
    ],
)
def test_a_currency_in_a_title_line_or_a_note_is_that_of_each_line(text: str, currency: str) -> None:
    assert read(("报价表", text), HEAD, ONE)[0]["currency"] == currency
    assert read(HEAD, ONE, (f"注：{text}",))[0]["currency"] == currency


@pytest.mark.parametrize(
    "text", ["货币单位：元", "项目编号：USD-2026", "报价表", "CAD 软件", "（CAD）", "1 USD = 7.1 CNY"]
)
def test_what_only_looks_like_a_currency_is_none(text: str) -> None:
    assert "currency" not in read(("表", text), HEAD, ONE)[0]


def test_currencies_that_contradict_each_other_are_refused() -> None:
    assert found(("表", "币种：美元"), HEAD, ONE, ("注：以人民币计价",)) == [("DL48", "A4")]
    assert read(("保函币种：美元", "币种：人民币"), HEAD, ONE)[0]["currency"] == "CNY"
    assert found(("表", "币种：美元"), HEAD, (*ONE[:5], "￥100", 200)) == [("DL48", "F3")]


def test_a_column_of_currencies_has_precedence() -> None:
    items = read(("表", "币种：美元"), (*HEAD[:7], "currency"), (*ONE[:7], "EUR"), (*TWO[:7], None))
    assert [item["currency"] for item in items] == ["EUR", "USD"]


def test_a_quote_in_another_currency_asks_for_a_rate(tmp_path: Path) -> None:
    text = "币种：美元,,,,,,,\n编号,分类,名称,单位,数量,单价,税率,备注\nA1,A,网关,台,2,100,13%,\n"
    for said, codes in ((text, {"DL51"}), (text.replace("美元", "人民币"), set())):
        deal = make_workspace(tmp_path, quote__lines={"file": "lines.csv"})
        write(deal.with_name("lines.csv"), said)
        assert {item.code for item in run_check(deal).diagnostics} & {"DL51"} == codes


def test_a_deal_and_a_price_book_tell_it(tmp_path: Path) -> None:
    deal = make_workspace(tmp_path, quote__lines={"file": "lines.csv"}, quote__price_books=["b"])
    write(deal.with_name("lines.csv"), f"{','.join(PRICES[0])}\n1,A,网关,台,2,1250,13%,2500\n注：不含税,,,,,,,\n")
    book = {"id": "b", "title": "B", "valid_from": "2026-01-01", "valid_until": "2026-12-31", "owner": "x"}
    book |= {"schema": "bidkit/price-book@1", "items": {"file": "b.csv"}}
    write(tmp_path / "catalog/prices/b.yaml", yaml.safe_dump(book))
    write(tmp_path / "catalog/prices/b.csv", "sku,unit,list_price\nA,台,5\n注：运费另计,,\n")
    told = [item for item in run_check(deal).diagnostics if item.code == "DL48"]
    assert [item.severity for item in told] == [Severity.WARNING] * 2, told


@pytest.mark.parametrize(
    "text",
    [
        "注：以上价格优惠10%",
        "注：另收运费 5000 元",
        "备注：总价下浮3%",
        "注：价格打九折",
        "Note: discount 5%",
        "Note: plus freight USD 500",
    ],
)
def test_a_note_that_changes_the_prices_is_refused(text: str) -> None:
    _, problems = parse(make(HEAD, ONE, (text,)))
    assert [(item.code, cell_of(item), item.severity) for item in problems] == [("DL48", "A3", Severity.ERROR)]
    assert found(HEAD, ONE, TOTAL, (text.partition("：")[2] or text,), merge="A4:H4") == [("DL48", "A4:H4")]


@pytest.mark.parametrize(
    "text",
    [
        "注：不含税",
        "注：运费另计",
        "Note: plus freight",
        "Note: prices exclude VAT",
        "注：含运费500元",
        "注：不含安装",
        "Note: plus 13% VAT",
        "Note: 2% discount if paid within ten days",
        "注：满 100 台优惠5%",
    ],
)
def test_a_note_that_may_change_the_prices_is_told(text: str) -> None:
    problems = parse(make(HEAD, ONE, (text,)))[1]
    assert [(item.code, cell_of(item), item.severity) for item in problems] == [("DL48", "A3", Severity.WARNING)]


def test_a_title_line_that_changes_the_prices_is_refused() -> None:
    assert found(("报价表", "全场优惠10%"), HEAD, ONE) == [("DL48", "B1")]
    assert found(("某某项目", "预算金额：500万元"), HEAD, ONE) == []


def test_a_list_without_prices_may_say_what_it_will() -> None:
    text = "单位：万元,,\n条款,招标要求,数量\n1,优惠10%,2\n"
    assert parse_csv(text, "requirements (USD).csv")[1][1:] == []


def test_what_is_only_told_is_shown_beside_what_was_written(tmp_path: Path) -> None:
    file = write(tmp_path / "a.csv", make_csv([*PRICES, ["注：不含税", *[""] * 7]]))
    result = run("prices", file, "-o", tmp_path / "b.csv")
    assert (result.exit_code, result.output.count("DL48"), (tmp_path / "b.csv").exists()) == (0, 1, True)


@pytest.mark.parametrize(
    "blocks",
    [
        ("单位：万元", PRICES),
        ("报价", PRICES, "注：单位：万元"),
        ("（单位：人民币千元）", PRICES),
        ([["项目", "甲"], ["地点", "乙"], ["日期", "丙"], ["单位", "万元"]], PRICES),
    ],
)
def test_a_scale_around_a_table_of_word_is_refused(blocks: tuple[Any, ...], tmp_path: Path) -> None:
    result = run("prices", write(tmp_path / "a.docx", document_of(*blocks)))
    assert (result.exit_code, result.output.count("DL48")) == (1, 1), result.output


@pytest.mark.parametrize("part", ["header", "footer"])
def test_a_scale_on_each_page_of_word_is_refused(part: str, tmp_path: Path) -> None:
    document = docx.Document(io.BytesIO(document_of("报价", PRICES)))
    getattr(document.sections[0], part).paragraphs[0].text = "金额单位：万元"
    document.save(tmp_path / "a.docx")
    assert (result := run("prices", tmp_path / "a.docx")).exit_code == 1 and "DL48" in result.output


def test_a_scale_of_another_table_is_not_that_of_the_prices(tmp_path: Path) -> None:
    assets = [["年度", "总资产"], ["2025", "500"]]
    blocks = ("财务状况，单位：万元", assets, "报价", PRICES, "单位：万元", assets, "单位：万元")
    assert run("prices", write(tmp_path / "a.docx", document_of(*blocks))).exit_code == 0


def test_a_currency_and_notes_around_a_table_of_word_count(tmp_path: Path) -> None:
    result = run("prices", write(tmp_path / "a.docx", document_of("Currency: USD", PRICES)))
    lines = [*csv.DictReader(io.StringIO(result.stdout_bytes.decode("utf-8-sig")))]
    assert [line["currency"] for line in lines] == ["USD", "USD"]
    result = run(
        "prices", write(tmp_path / "b.docx", document_of("报价", PRICES, "注：1. 质保三年", "2. 以上价格优惠10%"))
    )
    assert (result.exit_code, "优惠" in result.output) == (1, True)
    result = run("prices", write(tmp_path / "c.docx", document_of("报价", PRICES, "以上价格不含税。")))
    assert (result.exit_code, "warning" in result.output) == (0, True)
