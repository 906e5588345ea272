"""Price lists as people send them, each a real .xlsx: what is understood, and what is refused at its cell."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Sequence
from typing import Any

import openpyxl
import pytest

from bidkit.diagnostic import LANGUAGES, Diagnostic, Span
from bidkit.source import Items, parse_csv, parse_xlsx

HERE = Span("deals/x/deal.yaml", 3, 12)
HEAD = ("序号", "名称", "规格型号", "单位", "数量", "单价", "合价", "备注")
ONE = ("1", "网关", "EG200", "台", 2, 100, 200, None)
TWO = ("2", "交换机", "S24", "台", 3, 50, 150, None)
THREE = ("3", "安装", None, "项", 1, 30, 30, None)
Rows = Sequence[Sequence[Any]]


def make(*rows: Sequence[Any], merge: str = "", change: Callable[[Any], None] | None = None) -> bytes:
    book = openpyxl.Workbook()
    book.active.title = "报价"
    for row in rows:
        book.active.append(row)
    for merged in merge.split():
        book.active.merge_cells(merged)
    if change:
        change(book)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def parse(content: bytes, **options: Any) -> tuple[Items, list[Diagnostic]]:
    items, problems = parse_xlsx(content, "lines.xlsx", HERE, **options)
    assert items is not None, problems
    for problem in problems:
        for lang in LANGUAGES:
            assert problem.message(lang) and problem.fix(lang)
    return items, problems


def read(*rows: Sequence[Any], merge: str = "", **options: Any) -> Items:
    items, problems = parse(make(*rows, merge=merge), **options)
    assert problems == []
    return items


def ids(items: Items) -> list[str | None]:
    return [item.get("id") for item in items]


def found(*rows: Sequence[Any], merge: str = "", **options: Any) -> list[tuple[str, str]]:
    """Code and cell of every mistake."""
    content = options.pop("content", None) or make(*rows, merge=merge)
    return [(problem.code, cell_of(problem)) for problem in parse(content, **options)[1]]


def cell_of(problem: Diagnostic) -> str:
    assert problem.span is not None
    return dict(problem.span.place).get("cell", "")


class TestAbove:
    def test_title_rows_are_passed_over(self) -> None:
        items = read(
            ("某某学校设备采购项目分项报价表",),
            ("项目编号：ZFCG-2026-017", None, None, None, "货币单位：元"),
            HEAD,
            ONE,
            merge="A1:H1 A2:D2 E2:H2",
        )
        assert items == [
            {
                "id": "1",
                "name": "网关",
                "model": "EG200",
                "unit": "台",
                "quantity": "2",
                "unit_price": "100",
                "amount": "200",
            }
        ]

    def test_titles_stand_in_the_first_row_that_knows_two(self) -> None:
        assert ids(read(("报价单",), ("日期", "2026-09-01"), HEAD, ONE)) == ["1"]

    def test_list_whose_titles_nobody_knows_keeps_its_first_row(self) -> None:
        assert read(("甲", "乙"), ("id", "name")) == [{"甲": "id", "乙": "name"}]

    @pytest.mark.parametrize(
        "text", ["金额单位：万元", "单位：人民币万元", "（单位：千元）", "Amounts in thousands", "USD '000"]
    )
    def test_amounts_in_thousands_are_refused(self, text: str) -> None:
        assert found(("报价表", text), HEAD, ONE) == [("DL48", "B1")]

    @pytest.mark.parametrize("text", ["500 万元以下项目报价表", "单位：元", "Ten Million Trees"])
    def test_words_that_only_look_like_it_are_no_scale(self, text: str) -> None:
        assert found((text,), HEAD, ONE) == []

    def test_column_in_ten_thousands_is_refused_even_if_the_deal_names_it(self) -> None:
        head = ("序号", "名称", "单位", "数量", "单价（万元）")
        columns = {"unit_price": "单价（万元）"}
        assert found(head, ("1", "网关", "台", 1, 2), columns=columns) == [("DL48", "E1")]


class TestTitles:
    TWO_ROWS = (
        ("序号", "名称", "单位", "数量", "单价", None, "合价"),
        (None, None, None, None, "含税", "不含税", None),
        ("1", "网关", "台", 2, 113, 100, 226),
    )
    MERGED = "A1:A2 B1:B2 C1:C2 D1:D2 E1:F1 G1:G2"

    def test_titles_of_two_rows_are_read_together(self) -> None:
        items = read(*self.TWO_ROWS, merge=self.MERGED, ignore=["不含税单价"])
        assert items == [
            {"id": "1", "name": "网关", "unit": "台", "quantity": "2", "unit_price": "113", "amount": "226"}
        ]

    def test_column_below_a_title_is_named_with_both(self) -> None:
        items = read(*self.TWO_ROWS, merge=self.MERGED, columns={"unit_price": "单价/不含税"}, ignore=["含税单价"])
        assert items[0]["unit_price"] == "100"

    def test_a_column_that_is_not_known_stays_and_its_model_refuses_it(self) -> None:
        assert "单价/不含税" in read(*self.TWO_ROWS, merge=self.MERGED)[0]

    def test_group_of_columns_over_known_titles(self) -> None:
        items = read(
            ("序号", "设备信息", None, "数量"),
            (None, "名称", "品牌", None),
            ("1", "网关", "拓澜", 2),
            merge="A1:A2 B1:C1 D1:D2",
        )
        assert items == [{"id": "1", "name": "网关", "brand": "拓澜", "quantity": "2"}]

    def test_only_titles_merged_sideways(self) -> None:
        items = read(
            ("设备", None, "报价", None), ("名称", "数量", "单价", "合价"), ("网关", 2, 5, 10), merge="A1:B1 C1:D1"
        )
        assert items == [{"name": "网关", "quantity": "2", "unit_price": "5", "amount": "10"}]

    @pytest.mark.parametrize("title", ["单 价", "单价\n（元）", "单价 (元)", "ＵＮＩＴ　ＰＲＩＣＥ", "Unit\nPrice"])
    def test_blanks_and_breaks_in_a_title_do_not_matter(self, title: str) -> None:
        assert read((title, "数量"), (5, 1)) == [{"unit_price": "5", "quantity": "1"}]

    def test_titles_of_each_printed_page_are_passed_over(self) -> None:
        assert ids(read(HEAD, ONE, HEAD, TWO)) == ["1", "2"]

    def test_titles_of_two_rows_are_passed_over_again(self) -> None:
        again = [*self.TWO_ROWS[:2], ("2", "屏", "台", 1, 113, 100, 113)]
        merge = f"{self.MERGED} A4:A5 B4:B5 C4:C5 D4:D5 E4:F4 G4:G5"
        assert ids(read(*self.TWO_ROWS, *again, merge=merge, ignore=["不含税单价"])) == ["1", "2"]

    def test_ignored_column_is_not_read(self) -> None:
        assert read(("id", "内部编码"), ("A1", "x"), ignore=["内部编码"]) == [{"id": "A1"}]

    def test_ignored_title_that_is_not_there_is_refused(self) -> None:
        assert found(("id", "name"), ("A1", "x"), ignore=["内部编码"]) == [("DL27", "A1")]


class TestNumbers:
    @pytest.mark.parametrize(
        ("text", "number"),
        [
            ("1,234.50", "1,234.50"),
            ("1 234.50", "1234.50"),
            ("12\u00a0345", "12345"),
            ("１２３", "123"),
            ("１，２３４．５", "1,234.5"),
            ("  100  ", "100"),
            (0.1 + 0.2, "0.3"),
            (4380.0, "4380"),
        ],
    )
    def test_texts_that_are_numbers(self, text: Any, number: str) -> None:
        assert read(("id", "单价"), ("A1", text)) == [{"id": "A1", "unit_price": number}]

    @pytest.mark.parametrize(
        ("text", "number", "currency"),
        [
            ("￥1,234.50", "1,234.50", "CNY"),
            ("¥ 1234.5", "1234.5", "CNY"),
            ("1234.50元", "1234.50", "CNY"),
            ("人民币1234元", "1234", "CNY"),
            ("RMB 1,234", "1,234", "CNY"),
            ("$1,234.50", "1,234.50", "USD"),
            ("US$5", "5", "USD"),
            ("5 USD", "5", "USD"),
            ("€5", "5", "EUR"),
            ("HK$5", "5", "HKD"),
        ],
    )
    def test_sign_of_a_currency_becomes_the_currency_of_the_line(self, text: str, number: str, currency: str) -> None:
        assert read(("id", "单价"), ("A1", text)) == [{"id": "A1", "unit_price": number, "currency": currency}]

    @pytest.mark.parametrize(
        "text",
        [
            "面议",
            "待定",
            "赠送",
            "—",
            "/",
            "1.2万",
            "1.234,50",
            "1,23",
            "约100",
            "100起",
            "$5元",
            "12,34",
            "1 23",
            "(5)",
        ],
    )
    def test_what_is_no_number_stays_and_its_model_refuses_it(self, text: str) -> None:
        assert read(("id", "单价"), ("A1", text)) == [{"id": "A1", "unit_price": text}]

    @pytest.mark.parametrize(("text", "rate"), [("13％", "13%"), ("13 %", "13%"), (0.13, "0.13"), ("免税", "免税")])
    def test_rates(self, text: Any, rate: str) -> None:
        assert read(("单价", "税率"), (1, text))[0]["tax_rate"] == rate

    def test_number_of_units_has_no_currency(self) -> None:
        assert read(("id", "数量"), ("A1", "24元"))[0]["quantity"] == "24元"

    def test_two_currencies_in_one_line_are_not_guessed(self) -> None:
        item = read(("id", "单价", "成本"), ("A1", "￥100", "$10"))[0]
        assert (item["currency"], item["cost"]) == ("CNY", "$10")

    @pytest.mark.parametrize("head", [("单价", "currency"), ("currency", "单价")])
    def test_currency_that_contradicts_its_column_is_refused(self, head: tuple[str, ...]) -> None:
        row = ["￥100" if title == "单价" else "USD" for title in head]
        items, problems = parse(make(head, row))
        assert [problem.code for problem in problems] == ["DL08"] or items[0]["unit_price"] == "￥100"

    def test_texts_elsewhere_are_left_as_they_are(self) -> None:
        assert read(("id", "备注", "单价"), ("００１", "￥５", 1))[0]["remark"] == "￥５"

    def test_number_whose_format_pads_it_is_read_as_shown(self) -> None:
        def pad(book: Any) -> None:
            book.active["A2"].number_format = "000"

        assert ids(parse(make(("id", "单价"), (7, 1), change=pad))[0]) == ["007"]

    @pytest.mark.parametrize("text", ["2026/9/1", "2026年9月1日", "2026.09.01", "2026-9-1"])
    def test_dates_of_a_price_book(self, text: str) -> None:
        assert read(("sku", "目录价", "有效期至"), ("A", 1, text))[0]["valid_until"] == "2026-09-01"


class TestMerged:
    def test_category_merged_down_is_that_of_each_line(self) -> None:
        items = read(("分类", *HEAD), ("硬件", *ONE), (None, *TWO), ("服务", *THREE), merge="A2:A3")
        assert [item["category"] for item in items] == ["硬件", "硬件", "服务"]
        assert items[1].values_at["category"].place[-1] == ("cell", "A2:A3")

    @pytest.mark.parametrize(("column", "field"), [("E", "数量"), ("F", "单价"), ("G", "合价"), ("A", "序号")])
    def test_figure_merged_over_lines_is_refused_with_its_range(self, column: str, field: str) -> None:
        two = [*TWO]
        two["ABCDEFGH".index(column)] = None
        assert found(HEAD, ONE, two, merge=f"{column}2:{column}3") == [("DL49", f"{column}2:{column}3")]

    def test_empty_merged_cells_mean_nothing(self) -> None:
        assert ids(read(HEAD, ONE, TWO, merge="H2:H3")) == ["1", "2"]

    def test_cells_merged_over_lines_and_columns_are_refused(self) -> None:
        rows = (HEAD, ("1", "网关", None, "台", 2, 100, 200), ("2", None, None, "台", 3, 50, 150))
        assert found(*rows, merge="B2:C3") == [("DL49", "B2:C3")]

    @pytest.mark.parametrize("merge", ["E2:F2", "F2:G2", "D2:E2", "C2:G2", "G2:H2"])
    def test_figure_merged_sideways_is_refused(self, merge: str) -> None:
        assert found(HEAD, ONE, TWO, merge=merge) == [("DL49", merge)]

    def test_texts_merged_sideways_are_those_of_each_column(self) -> None:
        assert read(HEAD, ONE, merge="B2:C2")[0]["model"] == "网关"

    def test_figure_merged_over_a_column_that_is_passed_over_is_its_own(self) -> None:
        head, row = ("序号", "名称", "单位", "数量", "单价", "内部"), ("1", "网关", "台", 2, 100, None)
        assert found(head, row, merge="E2:F2", ignore=["内部"]) == []

    def test_rate_merged_down_is_that_of_each_line(self) -> None:
        items = read(("id", "单价", "税率"), ("1", 5, "13%"), ("2", 6, None), merge="C2:C3")
        assert [item["tax_rate"] for item in items] == ["13%", "13%"]

    def test_clause_merged_down_over_requirements(self) -> None:
        items = read(("条款", "id", "招标要求"), ("3.1", "R1", "甲"), (None, "R2", "乙"), merge="A2:A3")
        assert [item["clause"] for item in items] == ["3.1", "3.1"]


class TestHeadings:
    @pytest.mark.parametrize(
        ("row", "merge", "category"),
        [
            (("一、硬件设备",), "", "硬件设备"),
            (("一、硬件设备",), "A2:H2", "硬件设备"),
            (("硬件设备",), "A2:H2", "硬件设备"),
            (("硬件设备",), "", "硬件设备"),
            (("（一）硬件设备",), "", "硬件设备"),
            (("第一部分 硬件设备",), "", "硬件设备"),
            (("一", "硬件设备"), "", "硬件设备"),
            (("Part A: Hardware",), "A2:H2", "Hardware"),
            (("A. Hardware",), "", "Hardware"),
            (("Hardware",), "", "Hardware"),
            ((None, "一、硬件设备"), "", "硬件设备"),
        ],
    )
    def test_heading_is_the_category_of_the_lines_below(self, row: Rows, merge: str, category: str) -> None:
        items = read(HEAD, row, ONE, TWO, merge=merge)
        assert ids(items) == ["1", "2"]
        assert [item["category"] for item in items] == [category, category]
        assert items[0].values_at["category"].place[-1][1].startswith("AB"[row[0] is None] + "2") or len(row) == 2

    def test_each_heading_begins_its_own(self) -> None:
        items = read(HEAD, ("一、硬件",), ONE, TWO, ("二、服务",), THREE)
        assert [item["category"] for item in items] == ["硬件", "硬件", "服务"]

    def test_heading_over_a_heading(self) -> None:
        items = read(HEAD, ("一、硬件",), ("（一）网络",), ONE, ("（二）机房",), TWO)
        assert [item["category"] for item in items] == ["网络", "机房"]

    def test_column_of_categories_has_precedence(self) -> None:
        items = read(("分类", *HEAD), ("一、硬件设备",), ("A", *ONE), merge="A2:I2")
        assert [item["category"] for item in items] == ["A"]

    def test_heading_without_lines_is_refused(self) -> None:
        assert found(HEAD, ONE, ("二、服务",)) == [("DL48", "A3")]
        assert found(HEAD, ("一、硬件",), ("小计",), ONE) == [("DL48", "A2")]

    @pytest.mark.parametrize("row", [("3", "路由器"), (None, "路由器"), ("A03",), (None, "路由器", "R2")])
    def test_line_that_lost_its_price_is_no_heading(self, row: Rows) -> None:
        items = read(HEAD, ONE, row, TWO)
        assert len(items) == 3, "its model refuses it"

    def test_last_line_that_lost_all_but_its_name_is_refused(self) -> None:
        assert found(HEAD, ONE, ("路由器",)) == [("DL48", "A3")]

    def test_text_over_another_bare_text_is_refused(self) -> None:
        assert found(HEAD, ("路由器",), ("服务",), ONE) == [("DL48", "A2")]


class TestTotals:
    TOTAL = ("合计", None, None, None, None, None, 350)

    @pytest.mark.parametrize(
        "label",
        [
            "小计",
            "合计",
            "合 计",
            "总计",
            "合计：",
            "总价",
            "投标报价",
            "投标总价",
            "合计金额",
            "合计（元）",
            "Total",
            "TOTAL:",
            "Subtotal",
            "Sub-total",
            "Grand Total",
            "Total price (CNY)",
            "硬件小计",
            "Hardware total",
        ],
    )
    def test_total_is_no_line(self, label: str) -> None:
        rows = (HEAD, ONE, TWO, (label, *self.TOTAL[1:]))
        assert ids(read(*rows)) == ["1", "2"]
        assert found(HEAD, ONE, TWO, (label, *self.TOTAL[1:6], 351)) == [("DL47", "G4")]

    @pytest.mark.parametrize("place", [0, 1, 4, 5])
    def test_label_may_stand_in_any_column(self, place: int) -> None:
        row: list[Any] = [None] * 7
        row[place], row[6] = "合计", 350.01
        assert found(HEAD, ONE, TWO, row) == [("DL47", "G4")]

    def test_message_says_both_sums(self) -> None:
        _, problems = parse(make(HEAD, ONE, TWO, (*self.TOTAL[:6], "￥1,350.00")))
        assert problems[0].message("zh") == "合计写的是 1,350.00，它以上的 2 行相加为 350.00"

    @pytest.mark.parametrize("stated", [350, "350.00", "￥350.00", "350元", "３５０"])
    def test_stated_figure_as_it_is_typed(self, stated: Any) -> None:
        assert found(HEAD, ONE, TWO, (*self.TOTAL[:6], stated)) == []

    @pytest.mark.parametrize("stated", ["面议", "详见附件", "3.5万"])
    def test_text_in_place_of_a_total_is_refused(self, stated: str) -> None:
        assert found(HEAD, ONE, TWO, (*self.TOTAL[:6], stated)) == [("DL08", "G4")]

    def test_subtotals_and_totals(self) -> None:
        rows = [
            HEAD,
            ("一、硬件",), ONE, TWO, ("小计", *[None] * 5, 350),
            ("二、服务",), THREE, ("小计", *[None] * 5, 30),
            ("合计", *[None] * 5, 380),
        ]  # fmt: skip
        assert ids(read(*rows)) == ["1", "2", "3"]
        rows[7] = ("小计", *[None] * 5, 380)
        assert found(*rows) == [("DL47", "G8")]
        rows[7], rows[8] = ("小计", *[None] * 5, 30), ("合计", *[None] * 5, 30)
        assert found(*rows) == [("DL47", "G9")]

    def test_subtotal_without_headings_closes_what_is_above_it(self) -> None:
        rows = [HEAD, ONE, ("小计", *[None] * 5, 200), TWO, ("小计", *[None] * 5, 150), ("总计", *[None] * 5, 350)]
        assert found(*rows) == []
        rows[4] = ("小计", *[None] * 5, 350)
        assert found(*rows) == [("DL47", "G5")]

    def test_subtotal_of_subtotals(self) -> None:
        rows = [
            HEAD,
            ("一、硬件",), ("（一）网络",), ONE, ("小计", *[None] * 5, 200),
            ("（二）机房",), TWO, ("小计", *[None] * 5, 150), ("硬件小计", *[None] * 5, 350),
        ]  # fmt: skip
        assert found(*rows) == []
        assert found(*rows[:-1], ("硬件小计", *[None] * 5, 150.5)) == [("DL47", "G9")]

    def test_total_of_each_part_and_of_all(self) -> None:
        rows = (HEAD, ONE, ("合计", *[None] * 5, 200), TWO, ("合计", *[None] * 5, 150), ("总计", *[None] * 5, 350))
        assert found(*rows) == []

    def test_grand_total_is_that_of_all_lines_and_no_part(self) -> None:
        rows = (HEAD, ONE, ("合计", *[None] * 5, 200), TWO, ("总计", *[None] * 5, 150))
        assert found(*rows) == [("DL47", "G5")]

    @pytest.mark.parametrize(
        ("text", "is_right"),
        [
            ("合计（大写）：人民币叁佰伍拾元整", True),
            ("大写：叁佰伍拾元整", True),
            ("人民币大写：叁佰伍拾元整", True),
            ("合计大写：叁佰伍拾壹元整", False),
            ("（大写）叁佰伍拾壹元整", False),
            ("合计人民币（大写）：叁佰伍拾元整 （小写）：￥350.00", True),
            ("合计（大写）：叁佰伍拾元整（小写）：￥351.00", False),
            ("合计：￥350.00", True),
            ("合计：350.10元", False),
            ("Total: $350.00", True),
            ("Total (incl. 9% GST): 350.00", True),
            ("合计（含13%增值税）：350.00元", True),
            ("合计（含13%增值税）：351.00元", False),
            ("Total: $3,500.00", False),
        ],
    )
    def test_total_in_one_cell(self, text: str, is_right: bool) -> None:
        assert found(HEAD, ONE, TWO, (text,), merge="A4:H4") == ([] if is_right else [("DL47", "A4:H4")])

    def test_words_beside_their_label(self) -> None:
        assert found(HEAD, ONE, TWO, ("大写", "叁佰伍拾元整")) == []
        assert found(HEAD, ONE, TWO, ("大写", "叁佰伍拾壹元整")) == [("DL47", "B4")]
        assert found(HEAD, ONE, TWO, ("大写", "叁佰伍伍元")) == [("DL08", "B4")]
        assert found(HEAD, ONE, TWO, ("大写",)) == [("DL08", "A4")]
        assert found(HEAD, ONE, TWO, ("Total amount in words: three hundred fifty",)) == [("DL08", "A4")]

    def test_list_without_amounts_is_added_up_from_price_and_quantity(self) -> None:
        head = ("序号", "名称", "单位", "数量", "单价")
        rows = (head, ("1", "网关", "台", 2, 100.5), ("2", "屏", "台", 3, 50))
        assert found(*rows, ("合计", None, None, None, 351)) == []
        assert found(*rows, ("合计", None, None, None, 150.5)) == [("DL47", "E4")]

    def test_total_of_lines_without_amounts_is_not_passed_over(self) -> None:
        head = ("序号", "名称", "sku", "单位", "数量", "金额")
        assert found(head, ("1", "网关", "GW", "台", 2, None), ("合计", *[None] * 4, 10)) == [("DL48", "F3")]

    def test_total_may_leave_out_what_is_optional(self) -> None:
        rows = ((*HEAD[:7], "kind"), (*ONE[:7], "base"), (*TWO[:7], "optional"))
        assert found(*rows, ("合计", *[None] * 5, 200)) == []
        assert found(*rows, ("合计", *[None] * 5, 150)) == [("DL47", "G4")]

    def test_total_of_quantities_beside_that_of_amounts(self) -> None:
        assert found(HEAD, ONE, TWO, ("合计", None, None, None, 5, "/", 350)) == []

    @pytest.mark.parametrize("name", ["数据合计", "Total station", "流量总计", "总价合同管理系统", "小计"])
    def test_line_whose_name_only_sounds_like_a_total_is_a_line(self, name: str) -> None:
        assert [item["name"] for item in read(HEAD, ("1", name, None, "套", 2, 100, 200))] == [name]

    def test_requirements_are_never_totals(self) -> None:
        items = read(("序号", "招标要求"), ("1", "合计"), ("一、硬件", None), ("注：本表", None), (None, "备注：甲"))
        assert len(items) == 4

    @pytest.mark.parametrize("title", ["数量", "金额", "quantity", "单价"])
    def test_requirements_with_a_quantity_are_never_totals(self, title: str) -> None:
        rows = [
            ("3.1", "甲", 2),
            ("合计", "乙", None),
            ("说明：丙",),
            ("一、硬件", None, None),
            ("总价", "不超过预算", 5),
        ]
        items = read(("条款", "招标要求", title), *rows, ("4、培训", "两次", None))
        assert [item["clause"] for item in items] == ["3.1", "合计", "说明：丙", "一、硬件", "总价", "4、培训"]

    def test_heading_over_all_columns_of_requirements_is_a_line(self) -> None:
        items = read(("条款", "招标要求", "数量"), ("一、硬件", None, None), ("3.1", "甲", 2), merge="A2:C2")
        assert [item["text"] for item in items] == ["一、硬件", "甲"]

    def test_line_under_the_total_is_a_line_that_is_in_no_total(self) -> None:
        items, problems = parse(make(HEAD, ONE, ("合计", *[None] * 5, 200), TWO))
        assert ids(items) == ["1", "2"]
        assert [(problem.code, cell_of(problem)) for problem in problems] == [("DL48", "A4")]

    def test_row_of_tax_is_refused_as_a_line(self) -> None:
        assert len(read(HEAD, ONE, ("税额", *[None] * 5, 26))) == 2


class TestNotes:
    @pytest.mark.parametrize(
        "rows",
        [
            [("注：1. 本报价含运输、安装。",)],
            [("备注：以上均为含税价",), ("2、质保三年",)],
            [("说明：",), ("1. 本报价含税",), ("2. 有效期九十天",)],
            [("Notes:",), ("1. Prices include tax.",)],
            [("* 核心产品",)],
            [("投标人（盖章）：青禾测试技术有限公司",), ("日期：2026年9月1日",)],
            [("投标人：", "青禾", None, "日期：", "2026-09-01")],
            [("Authorized signature: ____",)],
        ],
    )
    def test_notes_under_the_table(self, rows: list[Sequence[Any]]) -> None:
        assert ids(read(HEAD, ONE, *rows)) == ["1"]

    def test_whatever_text_stands_under_the_total(self) -> None:
        assert ids(read(HEAD, ONE, ("合计", *[None] * 5, 200), ("本报价九十天内有效",), merge="A4:H4")) == ["1"]

    def test_note_between_lines(self) -> None:
        assert ids(read(HEAD, ONE, ("注：以下为服务",), TWO)) == ["1", "2"]

    def test_numbered_text_after_lines_is_no_note(self) -> None:
        assert found(HEAD, ONE, ("2、路由器",)) == [("DL48", "A3")]


class TestHidden:
    def test_hidden_line_is_refused(self) -> None:
        def hide(book: Any) -> None:
            book.active.row_dimensions[3].hidden = True

        assert found(content=make(HEAD, ONE, TWO, change=hide)) == [("DL46", "A3")]

    def test_filtered_line_is_refused(self) -> None:
        def hide(book: Any) -> None:
            book.active.auto_filter.ref = "A1:H3"
            book.active.auto_filter.add_filter_column(0, ["1"])
            book.active.row_dimensions[3].hidden = True

        assert found(content=make(HEAD, ONE, TWO, change=hide)) == [("DL46", "A3")]

    def test_hidden_row_without_text_is_nothing(self) -> None:
        def hide(book: Any) -> None:
            book.active.row_dimensions[3].hidden = True

        assert found(content=make(HEAD, ONE, (), TWO, change=hide)) == []

    def test_hidden_column_is_refused_unless_the_deal_names_it(self) -> None:
        def hide(book: Any) -> None:
            book.active.column_dimensions["I"].hidden = True

        content = make((*HEAD, "成本"), (*ONE, 80), change=hide)
        assert found(content=content) == [("DL46", "I1")]
        assert parse(content, columns={"cost": "成本"})[0][0]["cost"] == "80"
        assert "cost" not in parse(content, ignore=["成本"])[0][0]

    def test_group_of_hidden_columns(self) -> None:
        def hide(book: Any) -> None:
            book.active.column_dimensions.group("F", "G", hidden=True)

        assert found(content=make(HEAD, ONE, change=hide)) == [("DL46", "F1"), ("DL46", "G1")]

    def test_hidden_sheet_is_not_read_unless_it_is_named(self) -> None:
        def hide(book: Any) -> None:
            book.create_sheet("可见").append(("id",))
            book.active.sheet_state = "hidden"
            book.active = 1

        content = make(HEAD, ONE, change=hide)
        _, problems = parse_xlsx(content, "lines.xlsx", HERE)
        assert [(problem.code, problem.span) for problem in problems] == [("DL46", HERE)]
        assert ids(parse(content, sheet="报价")[0]) == ["1"]


def save_values(content: bytes, values: dict[str, str]) -> bytes:
    """The workbook with formulas computed: by cell what stands after its formula, in the words of the file format."""
    saved = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(saved, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                for cell, value in values.items():
                    kind = b' t="str"' if value == "" else b""
                    pattern = rf'<c r="{cell}"([^>]*)>(<f>.*?</f>)<v ?/?>(</v>)?</c>'.encode()
                    made = rb'<c r="%b"\1%b>\2<v>%b</v></c>' % (cell.encode(), kind, value.encode())
                    text, count = re.subn(pattern, made, text)
                    assert count == 1, cell
            new.writestr(name, text)
    return saved.getvalue()


class TestFormulas:
    ROWS = (HEAD, ("1", "网关", None, "台", 2, 100, "=E2*F2"), (None, None, None, None, None, None, "=E3*F3"))

    def test_saved_values_are_read(self) -> None:
        items, problems = parse(save_values(make(*self.ROWS[:2]), {"G2": "200"}))
        assert problems == []
        assert items[0]["amount"] == "200"

    @pytest.mark.parametrize("value", ["0", ""])
    def test_row_in_which_formulas_wait_for_a_line_is_blank(self, value: str) -> None:
        items, problems = parse(save_values(make(*self.ROWS), {"G2": "200", "G3": value}))
        assert problems == []
        assert ids(items) == ["1"]

    def test_row_whose_formula_gives_something_is_a_line(self) -> None:
        assert len(parse(save_values(make(*self.ROWS), {"G2": "200", "G3": "5"}))[0]) == 2

    def test_total_by_formula_is_compared_too(self) -> None:
        rows = (*self.ROWS[:2], ("合计", None, None, None, None, None, "=SUM(G2:G2)"))
        assert found(content=save_values(make(*rows), {"G2": "200", "G3": "199.99"})) == [("DL47", "G3")]
        assert found(content=save_values(make(*rows), {"G2": "200", "G3": "200.00000000001"})) == []

    def test_formula_that_was_never_computed_is_refused(self) -> None:
        assert found(content=save_values(make(*self.ROWS), {"G3": "0"})) == [("DL28", "G2")]

    @pytest.mark.parametrize("value", ["#REF!", "#N/A", "#DIV/0!", "#NAME?"])
    def test_broken_value_is_refused(self, value: str) -> None:
        assert found(HEAD, ("1", "网关", None, "台", 2, value)) == [("DL28", "F2")]

    def test_text_with_a_hash_is_a_text(self) -> None:
        assert ids(read(("id", "单价"), ("#A", 1))) == ["#A"]


class TestShape:
    def test_blank_rows_are_nothing(self) -> None:
        assert ids(read(HEAD, (), ONE, (), (None, " "), TWO)) == ["1", "2"]

    def test_sheet_formatted_to_its_last_row_is_read(self) -> None:
        def format_all(book: Any) -> None:
            for row in (1000, 1_048_576):
                book.active.cell(row, 16_000).number_format = "0.00"

        assert ids(parse(make(HEAD, ONE, change=format_all))[0]) == ["1"]

    @pytest.mark.parametrize(("row", "column"), [(20_001, 1), (2, 101)])
    def test_sheet_that_is_too_large_is_refused(self, row: int, column: int) -> None:
        def fill(book: Any) -> None:
            book.active.cell(row, column).value = "x"

        _, problems = parse_xlsx(make(HEAD, ONE, change=fill), "lines.xlsx", HERE)
        assert [problem.code for problem in problems] == ["DL18"]

    def test_old_or_locked_workbook_says_so(self) -> None:
        _, problems = parse_xlsx(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "lines.xlsx", HERE)
        assert [problem.code for problem in problems] == ["DL14"]
        assert "密码" in problems[0].message("zh")


class TestCsv:
    def test_the_same_rows_as_a_csv(self) -> None:
        text = (
            "某某项目报价表,,,,,\n序号,名称,单位,数量,单价,合价\n一、硬件,,,,,\n1,网关,台,2,100,200\n小计,,,,,200\n"
            "二、服务,,,,,\n2,安装,项,1,30元,30\n合计,,,,,230\n注：含税,,,,,\n"
        )
        items, problems = parse_csv(text, "lines.csv")
        assert problems == []
        assert items is not None
        assert [(item["id"], item["category"]) for item in items] == [("1", "硬件"), ("2", "服务")]
        items, problems = parse_csv(text.replace(",230", ",231"), "lines.csv")
        assert [(problem.code, problem.span) for problem in problems] == [("DL47", Span("lines.csv", 8, 8, 3))]
