"""The workbook of the shipped packs: what finance people look for, and every figure equal to that of the engine."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from dump import dump_docx
from hypothesis import given
from openpyxl.utils.cell import rows_from_range
from quotes import ROOT, TENDER, cents, find_formulas, labelled, make_bid, make_line, make_workbook, read
from random_quotes import LOCALES, NESTED, QUOTES, RANDOM, random_quotes
from workspace import NOW, edit, make_workspace

from bidkit.bid import Bid
from bidkit.build import Options, build_deal
from bidkit.diagnostic import LANGUAGES
from bidkit.office import find_office, recalculate_all
from bidkit.readback import read_xlsx
from bidkit.verify import verify_files
from bidkit.words import parse_amount

SHEETS = {
    "zh": ["开标一览表", "分类汇总", "分项报价表", "税额", "付款计划", "备注"],
    "en": ["Price Summary", "Category Summary", "Price Breakdown", "Tax", "Payment Schedule", "Notes"],
}


def everything(language: str, **quote: Any) -> Bid:
    """A commercial quote with one of everything."""
    lines = [
        make_line(("1", "A", "机柜", "2", "1000.00", "13%", "base"), tags="site=北区"),
        make_line(("2", "A1", "交换机", "18.5", "0.37", "13%", "base"), discount="10%"),
        make_line(("3", "A2", "存储", "3", "33.33", "9%", "base"), tags="site=南区"),
        make_line(("4", "B", "培训", "1", "500.00", "免税", "base")),
        make_line(("5", "B", "第二年运维", "1.005", "1000.00", "6%", "option_period")),
        make_line(("6", "B", "异地灾备", "1", "900.00", "6%", "optional")),
        {"id": "1a", "part_of": "1", "name": "托盘", "unit": "个", "quantity": "4", "tax_rate": "13%"},
    ]
    known = {"categories": NESTED, "groupings": {"site": "地点"}}
    return make_bid(lines, locale=LOCALES[language], regime="commercial", quote=known | quote)


@pytest.mark.parametrize("language", LANGUAGES)
def test_sheets_in_order_all_visible_and_protected(language: str) -> None:
    book = read(make_workbook(make_bid(locale=LOCALES[language])))
    assert book.sheetnames == SHEETS[language]
    for sheet in book:
        assert sheet.sheet_state == "visible"
        assert sheet.protection.sheet and not sheet.protection.password
        assert sheet.print_area
        assert "{{" not in "".join(str(cell.value) for row in sheet for cell in row)
    detail = book.worksheets[2]
    assert detail.print_title_rows
    assert detail.freeze_panes == "D4"
    assert detail.auto_filter.ref == "A3:M14"
    assert len(book.worksheets[1]._charts) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_formulas_are_locked_and_inputs_are_not(language: str) -> None:
    detail = read(make_workbook(make_bid(locale=LOCALES[language]))).worksheets[2]
    (row,) = [row for row in detail.iter_rows() if row[1].value == "A01"]
    assert row[11].value == f"=ROUND(I{row[0].row}*J{row[0].row},'{SHEETS[language][-1]}'!$C$3)"
    assert row[11].protection.locked
    assert [row[at].protection.locked for at in (2, 8, 9)] == [False] * 3
    assert all(isinstance(row[at].value, int | float) for at in (8, 9, 10))


def test_nested_categories_tags_parts_and_extras_stand_where_one_looks_for_them() -> None:
    content = make_workbook(everything("zh"))
    book = read(content, values=True)
    assert book.sheetnames[4:] == ["付款计划", "分组汇总", "选配与备选", "备注"]
    numbers = [row[0] for row in book["分项报价表"].iter_rows(min_row=4, values_only=True) if row[0]]
    assert numbers == ["1", "1.1", "1.2", "1.2.1", "1.3", "1.3.1", "2", "2.1", "2.2", "3"]
    assert [labelled(content, "分类汇总", name) for name in ("硬件", "网络", "存储", "服务", "空")] == [
        2106.1,
        6.11,
        99.99,
        1505.0,
        0,
    ]
    part = next(row for row in book["分项报价表"].iter_rows(values_only=True) if row[1] == "1a")
    assert (part[2], part[9], part[11]) == ("其中：托盘", "含", None)
    groups = [row[1] for row in book["分组汇总"].iter_rows(values_only=True) if row[1] and "地点" in str(row[1])]
    assert groups == ["地点：北区", "地点：南区", "地点：未标注"]
    rates = [row[1] for row in book["税额"].iter_rows(min_row=4, values_only=True) if row[1] is not None]
    assert rates == [0.13, 0.09, "免税", 0.06]


def test_a_large_category_begins_on_a_page_of_its_own() -> None:
    lines = [make_line((f"A{n}", "hw", "机柜", "1", "1.00", "13%", "base")) for n in range(12)]
    lines += [make_line((f"B{n}", "dev", "开发", "1", "1.00", "6%", "base")) for n in range(9)]
    lines.append(make_line(("C", "work", "布线", "1", "1.00", "9%", "base")))
    detail = read(make_workbook(make_bid(lines)))["分项报价表"]
    (mark,) = detail.row_breaks.brk
    assert detail.cell(mark.id + 1, 3).value == "定制开发"


def test_sums_survive_filtering_and_inserted_rows() -> None:
    detail = read(make_workbook(make_bid()))["分项报价表"]
    formulas = [str(cell.value) for row in detail.iter_rows() for cell in row if str(cell.value).startswith("=")]
    assert not any("SUBTOTAL" in formula for formula in formulas)
    (total,) = [formula for formula in formulas if "SUMIF($A" in formula]
    first, last = map(int, re.findall(r"\$A\$(\d+):\$A\$(\d+)", total)[0])
    numbers = [cell.row for cell in detail["A"] if re.fullmatch(r"\d+\.\d+", str(cell.value))]
    assert first < numbers[0] and numbers[-1] < last  # rows before and behind the lines belong to the range


def test_the_policy_of_tax_is_named() -> None:
    texts = {
        (prices, way): labelled(
            make_workbook(make_bid(quote={"prices": prices, "tax_sum": way})), "开标一览表", "计税方式"
        )
        for prices in ("gross", "net")
        for way in ("by_rate", "by_line")
    }
    assert texts["gross", "by_rate"] == "含税价，税率 13%、9%、6%，税额按税率计算"
    assert texts["net", "by_line"] == "单价不含税，总价含税，税率 13%、9%、6%，税额逐行计算"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("prices", ["gross", "net"])
@pytest.mark.parametrize("tax_sum", ["by_rate", "by_line"])
def test_it_passes_what_is_asked_of_a_finished_workbook(language: str, prices: str, tax_sum: str) -> None:
    bid = everything(language, prices=prices, tax_sum=tax_sum)
    content = make_workbook(bid)
    assert read_xlsx(content, "quote.xlsx").faults == ()
    assert [item for item in verify_files(bid, {"quote.xlsx": content}, is_draft=False) if item.code != "FM01"] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_draft_says_so_in_every_title_and_header(language: str) -> None:
    mark = {"zh": "草稿", "en": "DRAFT"}[language]
    for sheet in read(make_workbook(make_bid(locale=LOCALES[language]), is_draft=True)):
        assert mark in str(sheet["A1"].value)
        assert mark in sheet.oddHeader.left.text
    for sheet in read(make_workbook(make_bid(locale=LOCALES[language]))):
        assert mark not in str(sheet["A1"].value)


def test_cost_floor_and_cap_are_in_no_cell() -> None:
    lines = [
        make_line(("A01", "hw", "机柜", "2", "1000.00", "13%", "base"), cost="654.32", floor="765.43", cap="1234.56")
    ]
    content = make_workbook(make_bid(lines))
    numbers = {cell.value for sheet in read(content, values=True) for row in sheet for cell in row}
    assert not {654.32, 765.43, 1234.56, 1308.64} & numbers


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("prices", ["gross", "net"])
def test_a_total_with_options_says_so(language: str, prices: str) -> None:
    plain = {"zh": {"合计", "价税合计", "大写", "总价"}, "en": {"Total", "Total with tax", "In words"}}[language]
    for has_options in (True, False):
        bid = everything(language, prices=prices)
        lines = [line for line in bid.quote.lines if has_options or line.line.kind != "option_period"]
        book = read(make_workbook(bid if len(lines) == len(bid.quote.lines) else make_bid(locale=LOCALES[language])))
        told = {str(cell.value) for name in book.worksheets[1:4] for row in name["A1:C80"] for cell in row}
        assert bool(plain & told) is not has_options, plain & told


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_column_of_periods_is_a_part_of_the_table_only_where_there_are_options(language: str) -> None:
    sheet = read(make_workbook(everything(language))).worksheets[2]
    title = {"zh": "计价期", "en": "Period"}[language]
    head = next(row for row in range(1, 9) if sheet.cell(row, 14).value == title)
    rules = {str(area.sqref): area.rules for area in sheet.conditional_formatting}
    assert [rules[f"N{head}"][0].formula, rules[f"N{head}"][0].dxf.border.left.style] == [[f'$N${head}<>""'], "thin"]
    assert {rule.formula[0] for name, found in rules.items() if name.startswith("N") for rule in found} == {
        f'$N${head}<>""'
    }
    framed = {row[0] for name in rules for area in name.split() for row in rows_from_range(area) if row[0][0] == "N"}
    rows = [row for row in range(head + 1, sheet.max_row + 1) if sheet.cell(row, 3).value]
    assert len(rows) > 10 and {f"N{row}" for row in rows} <= framed, "every row with a text in it"


def test_bars_begin_at_nought() -> None:
    (chart,) = read(make_workbook(make_bid())).worksheets[1]._charts
    assert chart.y_axis.scaling.min == 0


def batched(names: Iterable[str], count: int) -> Iterator[list[str]]:
    """The names, so many at a time."""
    rest = iter(names)
    while chunk := list(islice(rest, count)):
        yield chunk


def check_totals(bid: Bid, content: bytes) -> None:
    """The figures of the engine, the cached values of the summary, and the words."""
    quote, language = bid.quote, bid.deal.language
    figures = {"zh": "（小写，人民币元）", "en": " in figures (CNY)"}[language]
    words = {"zh": "（大写）", "en": " in words"}[language]
    names = {"zh": ("基本期合计", "含可选期总价"), "en": ("Base total", "Total with options")}[language]
    if not quote.options:
        names = {"zh": ("报价总价",), "en": ("Total price",)}[language]
    first = (
        SHEETS[language][0]
        if bid.deal.regime == "tender"
        else {"zh": "报价一览表", "en": "Quotation Summary"}[language]
    )
    for name, amount in zip(names, (quote.base, quote.evaluated), strict=False):
        assert cents(labelled(content, first, f"{name}{figures}")) == amount
        assert parse_amount(labelled(content, first, f"{name}{words}"), "CNY", language) == amount


@pytest.mark.office
@pytest.mark.skipif(find_office() is None, reason="LibreOffice is not installed")
def test_libreoffice_gives_every_cached_value_of_random_quotes() -> None:
    made: dict[str, bytes] = {}

    @RANDOM
    @given(random_quotes(LANGUAGES))
    def collect(bid: Bid) -> None:
        content = make_workbook(bid)
        check_totals(bid, content)
        made[f"{len(made)}.xlsx"] = content

    collect()
    assert len(made) >= QUOTES
    recalculated: dict[str, bytes] = {}
    for names in batched(made, 100):  # LibreOffice gives up on a few hundred in one call
        done, problems = recalculate_all({name: made[name] for name in names})
        assert problems == []
        recalculated |= done
    for name, content in made.items():
        book = read(recalculated[name], values=True)
        found = list(find_formulas(content))
        assert len(found) > 10
        for sheet, cell, value in found:
            after = book[sheet][cell].value
            assert abs(Decimal(repr(after)) - Decimal(repr(value))) < Decimal("0.000001"), (
                name,
                sheet,
                cell,
                value,
                after,
            )


def test_a_tender_without_lots_names_the_package() -> None:
    rows = {row[0]: row[1] for row in read(make_workbook(make_bid()))["开标一览表"].iter_rows(values_only=True)}
    assert (rows["包号"], rows["项目编号"]) == (TENDER["package"], TENDER["no"])


def test_exempt_lines_are_called_so_in_the_proposal_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIDKIT_SOFFICE", "/nonexistent")
    deal = make_workspace(tmp_path)
    shutil.copy(ROOT / "templates/zh-proposal/proposal.docx", tmp_path / "templates/zh-proposal/proposal.docx")
    edit(deal, "unit_price: 36000.00, tax_rate: 6%", "unit_price: 36000.00, tax_rate: 免税")
    result = build_deal(deal, Options(now=NOW, is_draft=True))
    assert result.folder is not None, result.diagnostics
    text = dump_docx((result.folder / "submit/proposal-DRAFT.docx").read_bytes())
    assert "| 免税 | 36,000.00 | 36,000.00 | 0.00 |" in text
    assert "| 13% |" in text


def test_shares_and_rates_with_decimals_show_them() -> None:
    book = read(make_workbook(make_bid()))
    shown = {
        (sheet.title, cell)
        for sheet in book
        for area in sheet.conditional_formatting
        for rule in area.rules
        if rule.dxf.numFmt and rule.dxf.numFmt.formatCode == "0.00%"
        for cells in area.sqref.ranges
        for cell in (f"{cells.coord}".split(":")[0],)
    }
    first = next(cell for cell in book["付款计划"]["D"] if cell.value == 0.333)
    assert ("付款计划", first.coordinate) in shown
    assert {name for name, _ in shown} == {"分项报价表", "税额", "付款计划"}
