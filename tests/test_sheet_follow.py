"""What follows the rows of a workbook template: merged cells, formats, rules, breaks, names, charts; sheets per lot."""

from __future__ import annotations

import base64
import io
import re
from typing import Any

import openpyxl
import pytest
from sheet_files import DAY, compiled, filled, formulas, mistakes, values, xlsx
from test_sheet import changed, column, part, parts

from bidkit.office import recalculate
from bidkit.readback import read_xlsx

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
ROWS: list[list[Any]] = [
    ["标题"],
    ["品名", "价", "量"],
    ["{%tr for g in groups %}"],
    ["{{ g.name }}"],
    ["{%tr for x in g.xs %}"],
    ["{{ x }}", "{{ x }}", 1],
    ["{%tr endfor %}"],
    ["小计", ("=SUM(B6)", "{{ g.sum }}")],
    ["{%tr endfor %}"],
    ["合计", ("=SUM(B8)", "{{ sum }}")],
]
"""Finished: 1 title, 2 header; 3 name, 4-5 lines, 6 subtotal; 7 name, 8 subtotal; 9 name, 10 line, 11 subtotal; 12."""
CONTEXT = {
    "groups": [
        {"name": "甲", "xs": [1, 2], "sum": 3},
        {"name": "乙", "xs": [], "sum": 0},
        {"name": "丙", "xs": [3], "sum": 3},
    ],
    "sum": 6,
}
NOTHING: dict[str, Any] = {"groups": [], "sum": 0}


def finished(change: Any, context: dict[str, Any] = CONTEXT, rows: list[list[Any]] | None = None) -> bytes:
    return filled(xlsx(rows or ROWS, lambda book, sheets: change(book, sheets["报价"])), context)


def found(pattern: str, content: bytes, name: str = "xl/worksheets/sheet1.xml") -> list[str]:
    return re.findall(pattern, part(content, name))


def test_merged_cells_repeat_with_their_rows() -> None:
    def merge(book: Any, sheet: Any) -> None:
        sheet.merge_range("A1:C1", "标题")
        sheet.merge_range("A4:C4", "{{ g.name }}")
        sheet.merge_range("E6:E7", "down the lines")
        sheet.merge_range("F6:G6", "each line")

    done = finished(merge)
    assert found('mergeCell ref="([^"]+)"', done) == [
        "A1:C1",
        *("A3:C3", "A7:C7", "A9:C9"),
        "E4:E5",  # of the last group one line is left, so there is nothing to merge
        *("F4:G4", "F5:G5", "F10:G10"),
    ]
    assert found('mergeCells count="(\\d+)"', done) == ["8"]
    assert found("<mergeCells.*", finished(lambda book, sheet: sheet.merge_range("A6:B6", "x"), NOTHING)) == []


def test_conditional_formats_follow_and_speak_of_their_own_rows() -> None:
    def formats(book: Any, sheet: Any) -> None:
        look = book.add_format({"bold": True})
        formula = {"type": "formula", "format": look}
        sheet.conditional_format("B6:C6", {**formula, "criteria": "=$B6>$B$10"})
        sheet.conditional_format("B6", {**formula, "criteria": "=B6>B$8"})
        sheet.conditional_format("B3:B10", {**formula, "criteria": "=$B3>0"})
        sheet.conditional_format("D1:D1048576", {**formula, "criteria": "=D1>0"})
        sheet.conditional_format("A5:A5", {**formula, "criteria": "=A5>0"})

    done = finished(formats)
    pairs = re.findall(r'sqref="([^"]+)"><cfRule[^>]*><formula>(.*?)</formula>', part(done))
    assert pairs == [
        ("B4:C5 B10:C10", "$B4&gt;$B$12"),
        *(("B4:B5", "B4&gt;B$6"), ("B10", "B10&gt;B$11")),  # each group has its own subtotal
        ("B3:B12", "$B3&gt;0"),
        ("D1:D1048576", "D1&gt;0"),
    ]


def test_rules_for_input_follow() -> None:
    def rules(book: Any, sheet: Any) -> None:
        sheet.data_validation("C6", {"validate": "integer", "criteria": ">", "value": "=$B$2"})
        sheet.data_validation("A6:A6", {"validate": "list", "source": "=$E$10:$E$12"})
        sheet.data_validation("A10", {"validate": "list", "source": ["a", "b"]})

    done = finished(rules)
    assert re.findall(r'sqref="([^"]+)"><formula1>(.*?)</formula1>', part(done)) == [
        ("C4:C5 C10", "$B$2"),
        ("A4:A5 A10", "$E$12:$E$14"),
        ("A12", "&quot;a,b&quot;"),
    ]
    assert found('dataValidations count="(\\d+)"', done) == ["3"]
    one = finished(lambda book, sheet: sheet.data_validation("C6", {"validate": "any", "input_message": "x"}), NOTHING)
    assert "dataValidation" not in part(one)


def test_newer_formats_and_small_charts_follow() -> None:
    def newer(book: Any, sheet: Any) -> None:
        sheet.conditional_format("B6", {"type": "data_bar", "data_bar_2010": True})
        sheet.add_sparkline("D6", {"range": "B6:C6"})
        sheet.add_sparkline("D10", {"range": "B4:B8"})

    content = xlsx(ROWS, lambda book, sheets: newer(book, sheets["报价"]))
    text = part(compiled(content).render(CONTEXT).save())
    assert re.findall("<xm:f>(.*?)</xm:f><xm:sqref>(.*?)</xm:sqref>", text) == [
        ("报价!B3:B11", "D12"),
        *(("报价!B4:C4", "D4"), ("报价!B5:C5", "D5"), ("报价!B10:C10", "D10")),
    ]
    assert re.findall("<xm:sqref>(B.*?)</xm:sqref>", text) == ["B4:B5 B10"]
    empty = part(compiled(content).render(NOTHING).save())
    assert "x14:conditionalFormatting" not in empty
    assert re.findall("<xm:f>(.*?)</xm:f><xm:sqref>(.*?)</xm:sqref>", empty) == [("报价!B1000000:B1000000", "D3")]


def test_page_breaks_follow() -> None:
    # Behind row 2; before each group; behind each line; behind each group; behind all groups.
    done = finished(lambda book, sheet: sheet.set_h_pagebreaks([2]))
    assert found('brk id="(\\d+)"', done) == ["2"]
    done = finished(lambda book, sheet: sheet.set_h_pagebreaks([3]))
    assert found('brk id="(\\d+)"', done) == ["2", "6", "8"]
    done = finished(lambda book, sheet: sheet.set_h_pagebreaks([6]))
    assert found('brk id="(\\d+)"', done) == ["4", "5", "10"]
    done = finished(lambda book, sheet: sheet.set_h_pagebreaks([8]))
    assert found('brk id="(\\d+)"', done) == ["6", "8", "11"]
    assert found('rowBreaks count="(\\d)" manualBreakCount="(\\d)"', done) == [("3", "3")]
    done = finished(lambda book, sheet: sheet.set_h_pagebreaks([9]))
    assert found('brk id="(\\d+)"', done) == ["11"]
    assert "rowBreaks" not in part(finished(lambda book, sheet: sheet.set_h_pagebreaks([6]), NOTHING))


def test_frozen_panes_filters_print_areas_and_names_follow() -> None:
    def view(book: Any, sheet: Any) -> None:
        sheet.freeze_panes(3, 1)
        sheet.autofilter("A3:C9")
        sheet.print_area("A1:C10")
        sheet.repeat_rows(0, 2)
        book.define_name("总价", "=报价!$B$10")
        book.define_name("明细", "=报价!$B$6:$B$6")
        book.define_name("全部", "=报价!$B$3:$B$9")
        book.define_name("税率", "=0.13")

    done = finished(view)
    assert found('<pane xSplit="1" ySplit="2" topLeftCell="B3" activePane="bottomRight"', done) != []
    assert found('autoFilter ref="(.*?)"', done) == ["A3:C11"]
    names = dict(re.findall('definedName name="(.*?)"[^>]*>(.*?)<', part(done, "xl/workbook.xml")))
    assert names == {
        "_xlnm._FilterDatabase": "报价!$A$3:$C$11",
        "_xlnm.Print_Area": "报价!$A$1:$C$12",
        "_xlnm.Print_Titles": "报价!$1:$2",
        "全部": "报价!$B$3:$B$11",
        "总价": "报价!$B$12",
        "明细": "报价!$B$4:$B$5,报价!$B$10:$B$10",
        "税率": "0.13",
    }
    empty = finished(view, NOTHING)
    names = dict(re.findall('definedName name="(.*?)"[^>]*>(.*?)<', part(empty, "xl/workbook.xml")))
    assert "_xlnm._FilterDatabase" not in names
    assert "autoFilter" not in part(empty)
    assert names["明细"] == "报价!$B$1000000:$B$1000000"


def test_a_print_area_of_which_nothing_is_left_goes() -> None:
    done = finished(lambda book, sheet: sheet.print_area("A6:C6"), NOTHING)
    assert "definedName" not in part(done, "xl/workbook.xml")


def test_links_follow_and_lead_to_where_their_rows_are() -> None:
    def links(book: Any, sheet: Any) -> None:
        sheet.write_url("D6", "https://example.com/a?b&c", string="每行")
        sheet.write_url("D10", "internal:'报价'!B10", string="合计")
        sheet.write_url("D1", "internal:'报价'!总价", string="名称")
        book.define_name("总价", "=报价!$B$10")

    done = finished(links)
    assert found('hyperlink ref="(.*?)"', done) == ["D1", "D4", "D5", "D10", "D12"]
    assert found('location="(.*?)"', done) == ["'报价'!总价", "&#x27;报价&#x27;!B12"]


def test_pictures_follow_and_repeat() -> None:
    def pictures(book: Any, sheet: Any) -> None:
        for cell in ("E2", "E6", "E10"):
            sheet.insert_image(cell, "x.png", {"image_data": io.BytesIO(PNG), "object_position": 2})

    done = finished(pictures)
    drawing = "xl/drawings/drawing1.xml"
    rows = found("<xdr:from>.*?<xdr:row>(\\d+)<.*?<xdr:to>.*?<xdr:row>(\\d+)<", done, drawing)
    assert rows == [("1", "1"), *(("3", "3"), ("4", "4"), ("9", "9")), ("11", "11")]
    ids = found('cNvPr id="(\\d+)"', done, drawing)
    assert len(ids) == len(set(ids)) == 5


def test_a_chart_takes_the_rows_that_there_are() -> None:
    def chart(book: Any, sheet: Any) -> None:
        made = book.add_chart({"type": "column"})
        made.add_series({"categories": "=报价!$A$6:$A$6", "values": "=报价!$B$6:$B$6", "name": "=报价!$B$2"})
        made.add_series({"values": "=报价!$B$4:$B$8"})
        sheet.insert_chart("E12", made)

    done = finished(chart)
    assert found("<c:f>(.*?)</c:f>", done, "xl/charts/chart1.xml") == [
        "报价!$B$2",
        "(报价!$A$4:$A$5,报价!$A$10:$A$10)",
        "(报价!$B$4:$B$5,报价!$B$10:$B$10)",
        "报价!$B$3:$B$11",
    ]
    assert "Cache" not in part(done, "xl/charts/chart1.xml")
    assert found("<xdr:from>.*?<xdr:row>(\\d+)<", done, "xl/drawings/drawing1.xml") == ["13"]


def test_a_table_that_is_only_moved_moves() -> None:
    def table(book: Any, sheet: Any) -> None:
        sheet.add_table("A12:B14", {"columns": [{"header": "甲"}, {"header": "乙"}], "data": [[1, 2], [3, 4]]})

    done = finished(table)
    assert found('ref="(.*?)"', done, "xl/tables/table1.xml") == ["A14:B16", "A14:B16"]
    assert values(done)[13:16] == [["甲", "乙", None], [1, 2, None], [3, 4, None]]


def test_headers_and_footers_are_filled() -> None:
    def header(book: Any, sheet: Any) -> None:
        sheet.set_header("&L{{ name }}&R第 &P 页")

    content = xlsx([["a"]], lambda book, sheets: header(book, sheets["报价"]))
    assert found("<oddHeader>(.*)</oddHeader>", filled(content, {"name": "R&D"})) == [
        "&amp;LR&amp;&amp;D&amp;R第 &amp;P 页"
    ]
    result = compiled(content).render({"name": "x" * 256})
    assert [(problem.code, problem.values["count"]) for problem in result.problems] == [("TP34", 256)]
    assert mistakes(changed(content, "xl/worksheets/sheet1.xml", "{{ name }}", "{{ name")) == [("TP02", "")]
    assert mistakes(changed(content, "xl/worksheets/sheet1.xml", "{{ name }}", "{% if x %}")) == [("TP05", "")]


def test_formulas_and_links_of_formats_are_judged_too() -> None:
    def formats(book: Any, sheet: Any) -> None:
        sheet.conditional_format("B10", {"type": "formula", "criteria": "=B10>B6"})

    assert mistakes(xlsx(ROWS, lambda book, sheets: formats(book, sheets["报价"]))) == [("TP31", "B10")]


def everything(book: Any, sheets: dict[str, Any]) -> None:
    """One of each kind of thing that follows rows."""
    sheet = sheets["报价"]
    sheet.merge_range("A1:C1", "标题")
    sheet.freeze_panes(3, 1)
    sheet.autofilter("A2:C8")
    sheet.print_area("A1:C10")
    sheet.set_h_pagebreaks([3])
    sheet.set_header("&L{{ sum }}")
    look = book.add_format({"bold": True})
    sheet.conditional_format("B6", {"type": "formula", "criteria": "=$B6>$B$10", "format": look})
    sheet.data_validation("C6", {"validate": "integer", "criteria": ">", "value": "=$B$2"})
    sheet.write_comment("A2", "批注")
    sheet.write_url("D6", "https://example.com")
    sheet.insert_image("E6", "x.png", {"image_data": io.BytesIO(PNG)})
    sheet.add_sparkline("F6", {"range": "B6:C6"})
    sheet.add_table("A14:B16", {"columns": [{"header": "甲"}, {"header": "乙"}]})
    made = book.add_chart({"type": "column"})
    made.add_series({"values": "=报价!$B$6:$B$6"})
    sheet.insert_chart("F12", made)
    book.define_name("明细", "=报价!$B$6:$B$6")


EVERYTHING = xlsx(ROWS, everything)


# sheets

LOTS = {
    "汇总": [["总价", ("=SUM('第{{ lot.no }}包'!B6)", "{{ total }}"), ("=SUM(明细)", "{{ total }}")]],
    "第{{ lot.no }}包": [
        ["{%sheet for lot in lots %}"],
        ["{{ lot.name }}", "单价"],
        ["{%tr for x in lot.xs %}"],
        ["{{ loop.index }}", "{{ x }}"],
        ["{%tr endfor %}"],
        ["合计", ("=SUM(B4)", "{{ lot.sum }}"), ("=汇总!B1", "{{ total }}")],
    ],
    "可选": [["{%sheet if optional %}"], ["可选内容"]],
}
THREE = {
    "lots": [
        {"no": 1, "name": "甲", "xs": [1, 2], "sum": 3},
        {"no": "2'", "name": "乙", "xs": [3], "sum": 3},
        {"no": 3, "name": "丙", "xs": [], "sum": 0},
    ],
    "total": 6,
    "optional": False,
}


def lots(book: Any, sheets: dict[str, Any]) -> None:
    sheet = sheets["第{{ lot.no }}包"]
    sheet.print_area("A1:C6")
    sheet.write_comment("A2", "批注")
    sheet.set_footer("&C{{ lot.no }}")
    sheet.autofilter("A2:B4")
    sheet.insert_image("E2", "x.png", {"image_data": io.BytesIO(PNG)})
    made = book.add_chart({"type": "column"})
    made.add_series({"values": ["第{{ lot.no }}包", 3, 1, 3, 1]})
    sheet.insert_chart("F2", made)
    sheets["汇总"].activate()
    book.define_name("明细", "='第{{ lot.no }}包'!$B$4:$B$4")
    book.define_name("'第{{ lot.no }}包'!小计", "='第{{ lot.no }}包'!$B$6")


def test_a_sheet_repeats_with_all_that_belongs_to_it() -> None:
    done = filled(xlsx(LOTS, lots), THREE)
    book = openpyxl.load_workbook(io.BytesIO(done))
    assert book.sheetnames == ["汇总", "第1包", "第2'包", "第3包"]
    assert formulas(done, "汇总") == [["总价", "=SUM(第1包!B4,'第2''包'!B3,第3包!B2)", "=SUM(明细)"]]
    assert column(formulas(done, "第2'包"), 1) == ["单价", 3, "=SUM(B2)"]
    assert values(done, "第3包") == [["丙", "单价", None], ["合计", 0, 6]]
    assert [sheet.oddFooter.center.text for sheet in book.worksheets[1:]] == ["1", "2'", "3"]
    assert [sheet.print_area for sheet in book.worksheets[1:]] == [
        "'第1包'!$A$1:$C$4",
        "'第2''包'!$A$1:$C$3",
        "'第3包'!$A$1:$C$2",
    ]
    assert [sheet["A1"].comment.text for sheet in book.worksheets[1:]] == ["批注"] * 3
    assert [len(sheet._charts) + len(sheet._images) for sheet in book.worksheets[1:]] == [2, 2, 2]
    charts = sorted(name for name in parts(done) if "chart" in name and "rels" not in name)
    assert [found("<c:f>(.*?)</c:f>", done, name) for name in charts] == [
        ["第1包!$B$2:$B$3"],
        ["&#x27;第2&#x27;&#x27;包&#x27;!$B$2"],
        ["第3包!$B$1000000"],
    ]
    assert book.defined_names["明细"].attr_text == "第1包!$B$2:$B$3,'第2''包'!$B$2:$B$2"
    assert [sheet.defined_names["小计"].attr_text for sheet in book.worksheets[1:]] == [
        "第1包!$B$4",
        "'第2''包'!$B$3",
        "第3包!$B$2",
    ]
    assert read_xlsx(done, "t.xlsx").faults == ()
    assert (
        sum(
            'tabSelected="1"' in part(done, name)
            for name in parts(done)
            if "worksheets/sheet" in name and "rels" not in name
        )
        == 0
    )


def test_a_sheet_that_is_left_out_leaves_nothing_behind() -> None:
    done = filled(xlsx(LOTS, lots), {"lots": [], "total": 0, "optional": True})
    assert openpyxl.load_workbook(io.BytesIO(done)).sheetnames == ["汇总", "可选"]
    assert not [name for name in parts(done) if "chart" in name or "drawing" in name or "comment" in name]
    assert formulas(done, "汇总") == [["总价", "=SUM(汇总!B1000000)", "=SUM(明细)"]]
    assert values(done, "可选") == [["可选内容"]]
    assert "{" not in part(done, "xl/workbook.xml")


@pytest.mark.parametrize("name", ["a/b", "x" * 32, "", "'a", "汇总", "History", "a:b"])
def test_a_name_that_no_sheet_can_have_is_reported(name: str) -> None:
    content = xlsx({"汇总": [["a"]], "{{ n }}": [["b"]]})
    result = compiled(content).render({"n": name})
    assert [problem.code for problem in result.problems] == ["TP35"]
    assert dict(result.problems[0].span.place) == {"sheet": "{{ n }}"}  # type: ignore[union-attr]


def test_two_sheets_of_one_name_are_reported() -> None:
    content = xlsx({"{{ n }}": [["{%sheet for n in names %}"], ["b"]]})
    assert not compiled(content).render({"names": ["a", "b"]}).problems
    assert [problem.code for problem in compiled(content).render({"names": ["a", "A"]}).problems] == ["TP35"]


def test_a_workbook_without_a_sheet_is_reported() -> None:
    content = xlsx({"{{ n }}": [["{%sheet for n in names %}"], ["b"]]})
    assert [problem.code for problem in compiled(content).render({"names": []}).problems] == ["TP37"]


def test_a_table_on_a_repeated_sheet_is_refused() -> None:
    def table(book: Any, sheets: dict[str, Any]) -> None:
        sheets["{{ n }}"].add_table("A3:A5", {"columns": [{"header": "n"}]})

    rows: list[list[Any]] = [["{%sheet for n in names %}"], ["b"], ["n"], ["1"], ["2"]]
    assert mistakes(xlsx({"{{ n }}": rows}, table)) == [("TP32", "")]


def test_sheets_without_tags_are_copied_as_they_lie() -> None:
    content = xlsx({"价": ROWS, "表": [[1, ("=A1*2", 2)]]})
    assert part(filled(content, CONTEXT), "xl/worksheets/sheet2.xml") == part(content, "xl/worksheets/sheet2.xml")


@pytest.mark.office
def test_libreoffice_agrees_with_every_value_and_opens_what_was_made() -> None:
    for content, context in (
        (xlsx(LOTS, lots), THREE),
        (xlsx({"报价": ROWS}), CONTEXT),
        (xlsx({"报价": ROWS}), NOTHING),
    ):
        done = compiled(content).render(context).save(DAY)
        made, problems = recalculate(done)
        assert made is not None, problems
        for name in openpyxl.load_workbook(io.BytesIO(done)).sheetnames:
            assert values(made, name) == values(done, name)


# rows and sheets that go over the same

ALONG = {
    "汇总": [
        ["{%tr for one in lots %}"],
        ["{{ one.name }}", ("='第{{ lot.no }}包'!B6", "{{ one.sum }}")],
        ["{%tr for x in one.xs %}"],
        ["{{ x }}", ("=SUMIF('第{{ lot.no }}包'!$A$3:$A$5,A4,'第{{ lot.no }}包'!$B$3:$B$5)", "{{ x }}")],
        ["{%tr endfor %}"],
        ["{%tr endfor %}"],
        ["合计", ("=SUM(B2)", "{{ total }}"), ("=SUM('第{{ lot.no }}包'!B6)", "{{ total }}")],
    ],
    "第{{ lot.no }}包": [
        ["{%sheet for lot in lots %}"],
        ["{{ lot.name }}", "单价"],
        ["{%tr for x in lot.xs %}"],
        ["{{ x }}", "{{ x }}"],
        ["{%tr endfor %}"],
        ["合计", ("=SUM(B4)", "{{ lot.sum }}")],
    ],
    "第{{ lot.no }}包税": [
        ["{%sheet for lot in  lots %}"],
        ["税", ("=ROUND('第{{ lot.no }}包'!B6*0.13,2)", "{{ (lot.sum * 0.13) | round(2) }}")],
    ],
}


def test_a_row_means_the_sheet_of_its_own_turn() -> None:
    done = filled(xlsx(ALONG), THREE)
    assert column(formulas(done, "汇总"), 1) == [
        "=第1包!B4",
        "=SUMIF(第1包!$A$2:$A$3,A2,第1包!$B$2:$B$3)",
        "=SUMIF(第1包!$A$2:$A$3,A3,第1包!$B$2:$B$3)",
        "='第2''包'!B3",
        "=SUMIF('第2''包'!$A$2:$A$2,A5,'第2''包'!$B$2:$B$2)",
        "=第3包!B2",
        "=SUM(B1,B4,B6)",
    ]
    assert column(formulas(done, "汇总"), 2)[-1] == "=SUM(第1包!B4,'第2''包'!B3,第3包!B2)"
    assert [formulas(done, name)[0][1] for name in ("第1包税", "第2'包税", "第3包税")] == [
        "=ROUND(第1包!B4*0.13,2)",
        "=ROUND('第2''包'!B3*0.13,2)",
        "=ROUND(第3包!B2*0.13,2)",
    ]


def test_a_row_over_something_else_means_all_sheets() -> None:
    rows = [["{%tr for one in lots[1:] %}"], [("='第{{ lot.no }}包'!B6", "{{ 1 }}")], ["{%tr endfor %}"]]
    sheets = {**ALONG, "汇总": rows}
    assert ("TP31", "A2") in mistakes(xlsx(sheets))


def test_a_sheet_that_is_left_out_counts_as_nothing() -> None:
    sheets = {"总": [["和", ("=SUM(可选!A2)", "{{ 0 }}")]], "可选": [["{%sheet if optional %}"], [5]]}
    done = filled(xlsx(sheets), {"optional": False})
    assert formulas(done, "总") == [["和", "=SUM(总!A1000000)"]]
