"""Workbook templates: rows that repeat, cells that keep their type, formulas that follow, mistakes with their cell."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from lxml import etree
from sheet_files import DAY, FILTERS, compiled, filled, formulas, mistakes, values, xlsx

from bidkit.ooxml.sheet import compile_workbook

QUOTE = [
    ["品名", "单价", "数量", "金额"],
    ["{%tr for c in cats %}"],
    ["{{ c.name }}"],
    ["{%tr for l in c.lines %}"],
    ["{{ l.name }}", "{{ l.price }}", "{{ l.qty }}", ("=ROUND(B5*C5,2)", "{{ l.total }}")],
    ["{%tr endfor %}"],
    ["小计", None, None, ("=SUM(D5)", "{{ c.total }}")],
    ["{%tr endfor %}"],
    ["合计", None, None, ("=SUM(D7)", "{{ total }}")],
]


def line(name: str, price: str, qty: int) -> dict[str, Any]:
    return {"name": name, "price": Decimal(price), "qty": qty, "total": Decimal(price) * qty}


def category(name: str, *lines: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "lines": list(lines), "total": sum((item["total"] for item in lines), Decimal())}


def quote(*cats: dict[str, Any]) -> dict[str, Any]:
    return {"cats": list(cats), "total": sum((item["total"] for item in cats), Decimal())}


TWO = quote(category("硬件", line("网关", "10.10", 2), line("水泵", "3.00", 1)), category("软件", line("平台", "5", 4)))


def part(content: bytes, name: str = "xl/worksheets/sheet1.xml") -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        return file.read(name).decode()


def parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        return {name: file.read(name) for name in file.namelist()}


def zipped(members: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return stream.getvalue()


def changed(content: bytes, name: str, before: str, after: str) -> bytes:
    """A workbook with a piece of a part replaced, which must be there."""
    members = parts(content)
    text = members[name].decode()
    assert before in text, text
    return zipped({**members, name: text.replace(before, after).encode()})


def column(rows: list[list[Any]], number: int = 0) -> list[Any]:
    return [row[number] for row in rows]


# rows


def test_rows_repeat_and_the_rows_of_tags_vanish() -> None:
    content = xlsx([["a"], ["{%tr for x in xs %}"], ["{{ x }}", "y"], ["{%tr endfor %}"], ["z"]])
    assert values(filled(content, {"xs": ["1", "2"]})) == [["a", None], ["1", "y"], ["2", "y"], ["z", None]]
    assert values(filled(content, {"xs": []})) == [["a"], ["z"]]


def test_loops_are_nested_and_every_formula_means_its_own_rows() -> None:
    assert formulas(filled(xlsx(QUOTE), TWO)) == [
        ["品名", "单价", "数量", "金额"],
        ["硬件", None, None, None],
        ["网关", 10.1, 2, "=ROUND(B3*C3,2)"],
        ["水泵", 3, 1, "=ROUND(B4*C4,2)"],
        ["小计", None, None, "=SUM(D3:D4)"],
        ["软件", None, None, None],
        ["平台", 5, 4, "=ROUND(B7*C7,2)"],
        ["小计", None, None, "=SUM(D7)"],
        ["合计", None, None, "=SUM(D5,D8)"],
    ]


def test_cached_values_are_those_of_the_notes_and_the_notes_are_gone() -> None:
    done = filled(xlsx(QUOTE), TWO)
    assert column(values(done), 3) == ["金额", None, 20.2, 3, 23.2, None, 20, 20, 43.2]
    assert not [name for name in parts(done) if "comment" in name or "vml" in name]
    assert "legacyDrawing" not in part(done)
    assert "comments" not in parts(done)["[Content_Types].xml"].decode()


def test_a_band_without_rows_sums_to_nothing() -> None:
    done = filled(xlsx(QUOTE), quote(category("硬件"), category("软件")))
    assert column(formulas(done), 3) == ["金额", None, "=SUM(D1000000)", None, "=SUM(D1000000)", "=SUM(D3,D5)"]
    done = filled(xlsx(QUOTE), quote())
    assert formulas(done)[1] == ["合计", None, None, "=SUM(D1000000)"]
    assert values(done)[1][3] == 0


def test_rows_of_a_condition_stay_or_go() -> None:
    content = xlsx([["{%tr if x %}"], ["yes"], ["{%tr else %}"], ["no"], ["no"], ["{%tr endif %}"], ["end"]])
    assert column(values(filled(content, {"x": True}))) == ["yes", "end"]
    assert column(values(filled(content, {"x": False}))) == ["no", "no", "end"]


def test_a_loop_may_have_an_else_a_break_and_a_filter() -> None:
    rows = [["{%tr for x in xs if x %}"], ["{%tr if x > 2 %}"], ["{%tr break %}"], ["{%tr endif %}"], ["{{ x }}"]]
    content = xlsx([*rows, ["{%tr else %}"], ["none"], ["{%tr endfor %}"], [("=SUM(A5)", "{{ s }}")]])
    done = filled(content, {"xs": [0, 1, 2, 3, 4], "s": 3})
    assert column(formulas(done)) == [1, 2, "=SUM(A1:A2)"]
    assert column(formulas(filled(content, {"xs": [], "s": 0}))) == ["none", "=SUM(A1000000)"]


def test_blank_rows_between_tags_are_rows_too() -> None:
    content = xlsx([["{%tr for x in xs %}"], [], ["{{ x }}"], [], ["{%tr endfor %}"], [], ["end"]])
    assert column(values(filled(content, {"xs": [1, 2]}))) == [None, 1, None, None, 2, None, None, "end"]


def test_several_tags_may_stand_in_one_row() -> None:
    content = xlsx(
        [
            ["{%tr for a in xs %}", "{%tr for b in a %}"],
            ["{{ b }}"],
            ["{%tr endfor %}", "{%tr endfor %}"],
            ["{%tr set n = 3 %}", "{#tr a remark #}"],
            ["{{ n }}"],
        ]
    )
    assert column(values(filled(content, {"xs": [[1, 2], [], [3]]}))) == [1, 2, 3, 3]


def test_the_height_of_a_row_repeats() -> None:
    def heights(book: Any, sheets: Any) -> None:
        sheets["报价"].set_row(1, 45)
        sheets["报价"].set_row(3, 60)

    content = xlsx([["{%tr for x in xs %}"], ["{{ x }}"], ["{%tr endfor %}"], ["end"]], heights)
    sheet = openpyxl.load_workbook(io.BytesIO(filled(content, {"xs": [1, 2]}))).active
    assert [sheet.row_dimensions[row].height for row in (1, 2, 3)] == [45, 45, 60]


def test_a_row_whose_text_wraps_is_as_high_as_its_text_needs() -> None:
    def wrapping(book: Any, sheets: Any) -> None:
        look = book.add_format({"text_wrap": True, "font_size": 11})
        sheet = sheets["报价"]
        sheet.set_column("A:A", 10.8)
        sheet.write_string("A2", "{{ x }}", look)
        sheet.write_string("A4", "{{ xs | join(',') }}!", look)
        sheet.merge_range("A5:B5", "{{ long }}", look)
        sheet.set_row(5, 20)
        sheet.write_string("A6", "{{ long }}", look)

    content = xlsx([["{%tr for x in xs %}"], [], ["{%tr endfor %}"]], wrapping)
    texts = ["short", "两个字两个字两个字", "one two three four", "a\nb\nc", "ABCDEFGHK" * 2, "abcdefghi" * 2]
    done = filled(content, {"xs": texts, "long": "x" * 15})
    sheet = openpyxl.load_workbook(io.BytesIO(done)).active
    heights = [sheet.row_dimensions[row].height for row in range(1, 10)]
    assert heights[:6] == [15, 32.25, 30, 45, 45, 30]
    assert heights[6] >= 90
    assert heights[7:] == [15, 20.25]


def test_an_empty_cell_that_wraps_takes_no_height_from_its_neighbour() -> None:
    def wrapping(book: Any, sheets: Any) -> None:
        look = book.add_format({"text_wrap": True, "font_size": 11})
        sheets["报价"].set_column("A:A", 4)
        sheets["报价"].write_string("A2", "{{ x }}", look)
        sheets["报价"].write_string("B2", "{{ long }}")

    content = xlsx([["{%tr for x in xs %}"], [], ["{%tr endfor %}"]], wrapping)
    sheet = openpyxl.load_workbook(io.BytesIO(filled(content, {"xs": [""], "long": "x" * 99}))).active
    assert sheet.row_dimensions[1].height == 15


@pytest.mark.parametrize(("bold", "normal", "height"), [(False, 0, 15), (True, 0, 30), (False, 1, 30)])
def test_room_depends_on_bold_letters_and_on_the_font_of_the_normal_style(bold: bool, normal: int, height: int) -> None:
    def wrapping(book: Any, sheets: Any) -> None:
        sheets["报价"].set_column("A:A", 10.7)
        sheets["报价"].write_string("B2", "small", book.add_format({"font_size": 9}))
        sheets["报价"].write_string(
            "A1", "{{ x }}", book.add_format({"text_wrap": True} | ({"bold": True} if bold else {}))
        )

    members = parts(xlsx([], wrapping))
    old, new = (f'<cellStyleXfs count="1"><xf numFmtId="0" fontId="{font}"'.encode() for font in (0, normal))
    assert old in members["xl/styles.xml"]
    members["xl/styles.xml"] = members["xl/styles.xml"].replace(old, new)
    done = filled(zipped(members), {"x": "abcde ghKOi"})
    assert openpyxl.load_workbook(io.BytesIO(done)).active.row_dimensions[1].height == height


def test_an_indent_takes_room_from_a_text_that_wraps() -> None:
    def wrapping(book: Any, sheets: Any) -> None:
        sheet = sheets["报价"]
        sheet.set_column("A:B", 10.8)
        sheet.write_string("A1", "{{ x }}", book.add_format({"text_wrap": True}))
        sheet.write_string("A2", "{{ x }}", book.add_format({"text_wrap": True, "indent": 2}))

    sheet = openpyxl.load_workbook(io.BytesIO(filled(xlsx([], wrapping), {"x": "abcde fghi"}))).active
    assert [sheet.row_dimensions[row].height for row in (1, 2)] == [15, 30]


# cells


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (Decimal("1.10"), "<v>1.10</v>"),
        (Decimal("336000.00"), "<v>336000.00</v>"),
        (Decimal("1E+3"), "<v>1000</v>"),
        (Decimal("-0.05"), "<v>-0.05</v>"),
        (7, "<v>7</v>"),
        (0.1, "<v>0.1</v>"),
        (Decimal(1) / Decimal(3), "<v>0.3333333333333333333333333333</v>"),
        (True, ' t="b"><v>1</v>'),
        (False, ' t="b"><v>0</v>'),
        ("010", ">010</t>"),
        ("", '<c r="A1"/>'),
        ("a\nb", ">a\nb</t>"),
        ("a\r\nb\rc", ">a\nb\nc</t>"),
        (" x ", ' xml:space="preserve"> x </t>'),
        ("<&>", ">&lt;&amp;&gt;</t>"),
        ("_x0041_", ">_x005F_x0041_</t>"),
        (time(12), ">0.5</v>"),
    ],
)
def test_a_cell_with_one_expression_keeps_its_type(value: Any, written: str) -> None:
    assert written in part(filled(xlsx([["{{ x }}"]]), {"x": value}))


@pytest.mark.parametrize(
    ("value", "serial"),
    [
        (date(2026, 9, 15), 46280),
        (date(1900, 1, 1), 1),
        (date(1900, 2, 28), 59),
        (date(1900, 3, 1), 61),
        (datetime(2026, 9, 15, 18), 46280.75),
    ],
)
def test_dates_are_excels_own_days(value: date, serial: float) -> None:
    content = xlsx([["{{ x }}"]])
    assert f"<v>{serial}</v>" in part(filled(content, {"x": value}))
    mac = changed(content, "xl/workbook.xml", "<workbookPr ", '<workbookPr date1904="1" ')
    if value.year > 1904:
        assert f"<v>{serial - 1462}</v>" in part(filled(mac, {"x": value}))


def test_a_date_keeps_the_cells_own_format_and_shows_as_a_date_without_one() -> None:
    def formats(book: Any, sheets: Any) -> None:
        sheets["报价"].write_string("A1", "{{ x }}", book.add_format({"num_format": "d/m/yy"}))
        sheets["报价"].write_string("A3", "{{ x }}", book.add_format({"bold": True}))

    done = openpyxl.load_workbook(io.BytesIO(filled(xlsx([[], ["{{ x }}"]], formats), {"x": DAY}))).active
    assert [done.cell(row, 1).number_format for row in (1, 2, 3)] == ["d/m/yy", "yyyy-mm-dd", "yyyy-mm-dd"]
    assert [done.cell(row, 1).value for row in (1, 2, 3)] == [datetime(2026, 9, 15)] * 3
    assert [done.cell(row, 1).font.b for row in (1, 2, 3)] == [False, False, True]


def test_a_cell_of_the_format_text_holds_text() -> None:
    def as_text(book: Any, sheets: Any) -> None:
        sheets["报价"].write_string("A1", "{{ x }}", book.add_format({"num_format": "@"}))

    content = xlsx([[]], as_text)
    assert values(filled(content, {"x": Decimal("010")})) == [["10"]]
    assert values(filled(content, {"x": "010"})) == [["010"]]
    assert values(filled(content, {"x": DAY})) == [["2026-09-15"]]


@pytest.mark.parametrize("text", ["=cmd|'/c calc'!A0", "+1", "-1+2", "@SUM(A1)", "\t=1", "{=1}", "=1"])
def test_what_looks_like_a_formula_stays_text(text: str) -> None:
    for cell in ("{{ x }}", "{{ x }}!"):
        done = filled(xlsx([[cell]]), {"x": text})
        assert "<f>" not in part(done)
        sheet = openpyxl.load_workbook(io.BytesIO(done)).active
        assert sheet["A1"].value == text + cell[7:]
        assert sheet["A1"].quotePrefix == (text[0] in "=+-@\t")


def test_a_cell_with_text_around_its_tags_is_text() -> None:
    content = xlsx([["共 {{ n }} 项，{{ total | money }} 元{% if vat %}（含税）{% endif %}"]])
    assert values(filled(content, {"n": 3, "total": Decimal("1234.5"), "vat": True})) == [
        ["共 3 项，1,234.50 元（含税）"]
    ]
    assert values(filled(xlsx([["{% if x %}a{% endif %}", "b"]]), {"x": False})) == [[None, "b"]]
    assert values(filled(xlsx([["a {{- x -}} b", "{_{ x }_}"]]), {"x": 1})) == [["a1b", "{{ x }}"]]
    assert values(filled(xlsx([["{% for x in xs %}{{ x }}；{% endfor %}"]]), {"xs": [1, 2]})) == [["1；2；"]]


def test_tags_are_found_across_the_runs_of_a_rich_text() -> None:
    def rich(book: Any, sheets: Any) -> None:
        bold = book.add_format({"bold": True})
        sheets["报价"].write_rich_string("A1", "致 {{ na", bold, "me }} 公司 {% if y %}", "甲", bold, "{% endif %}乙")
        sheets["报价"].write_rich_string("A2", "{{ ", bold, "n }}")

    content = xlsx([[]], rich)
    done = filled(content, {"name": "R&D", "y": False, "n": 5})
    assert values(done) == [["致 R&D 公司 乙"], [5]]
    assert "<b/>" in part(done)
    assert "{{" not in parts(done)["xl/sharedStrings.xml"].decode()
    loud = openpyxl.load_workbook(io.BytesIO(filled(content, {"name": "=x", "y": True, "n": 1})), rich_text=True).active
    assert str(loud["A1"].value) == "致 =x 公司 甲乙"


def test_inline_texts_are_read_too() -> None:
    content = xlsx([["x"]])
    inline = changed(content, "xl/worksheets/sheet1.xml", ' t="s"><v>0</v>', ' t="inlineStr"><is><t>{{ x }}</t></is>')
    assert values(filled(inline, {"x": 4})) == [[4]]


def test_a_static_text_that_tells_of_tags_by_literals_is_not_a_tag() -> None:
    assert values(filled(xlsx([["{_{ x }_} {_% y %_}"]]), {})) == [["{{ x }} {% y %}"]]


# formulas


def test_dollars_are_kept_and_change_nothing() -> None:
    content = xlsx(
        [
            [1],
            ["{%tr for x in xs %}"],
            ["{{ x }}", ("=$A$3*A$1/SUM($A$2:A$4)", "{{ x }}")],
            ["{%tr endfor %}"],
        ]
    )
    assert column(formulas(filled(content, {"xs": [1, 2]})), 1) == [
        None,
        "=$A$2*A$1/SUM($A$2:A$3)",
        "=$A$3*A$1/SUM($A$2:A$3)",
    ]


def test_a_range_from_above_the_loop_to_the_own_row_runs_along() -> None:
    content = xlsx([["n"], ["{%tr for x in xs %}"], ["{{ x }}", ("=SUM(A$1:A3)", "{{ x }}")], ["{%tr endfor %}"]])
    assert column(formulas(filled(content, {"xs": [1, 2]})), 1) == [None, "=SUM(A$1:A2)", "=SUM(A$1:A3)"]
    content = xlsx([["{%tr for x in xs %}"], ["{{ x }}", ("=SUM(A2:A4)", "{{ x }}")], ["{%tr endfor %}"], [7]])
    assert column(formulas(filled(content, {"xs": [1, 2]})), 1) == ["=SUM(A1:A3)", "=SUM(A2:A3)", None]


def test_rows_and_columns_as_a_whole_and_other_sheets() -> None:
    content = xlsx(
        {
            "A": [["{%tr for x in xs %}"], ["{{ x }}"], ["{%tr endfor %}"], [5]],
            "一 二": [[("=SUM(A!A2)+SUM(A!A:A)+SUM(A!2:4)+A!$A$4", "{{ s }}"), ("=SUM(B3:B4)", 0)]],
        }
    )
    assert formulas(filled(content, {"xs": [1, 2], "s": 1}), "一 二") == [
        ["=SUM(A!A1:A2)+SUM(A!A:A)+SUM(A!1:3)+A!$A$3", "=SUM(B3:B4)"]
    ]


def test_shared_formulas_are_written_out() -> None:
    content = xlsx(
        [[1, ("=A1*2", 2)], [2, ("=A2*2", 4)], ["{%tr if x %}"], ["a"], ["{%tr endif %}"], [3, ("=A6*2", 6)]]
    )
    name = "xl/worksheets/sheet1.xml"
    content = changed(content, name, "<f>A1*2</f>", '<f t="shared" ref="B1:B6" si="0">A1*2</f>')
    content = changed(content, name, "<f>A2*2</f>", '<f t="shared" si="0"/>')
    content = changed(content, name, "<f>A6*2</f>", '<f t="shared" si="0"/>')
    done = filled(content, {"x": False})
    assert column(formulas(done), 1) == ["=A1*2", "=A2*2", "=A3*2"]
    assert "shared" not in part(done)


def test_a_formula_that_nothing_changes_keeps_its_value() -> None:
    content = xlsx([["{{ x }}"], ["{%tr if x %}"], ["a"], ["{%tr endif %}"], [2, ("=A5*2", 4)]])
    done = filled(content, {"x": ""})
    assert formulas(done)[1] == [2, "=A2*2"]
    assert values(done)[1] == [2, 4]


def test_results_may_be_texts_dates_and_truth_values() -> None:
    notes = ("{{ 'a<b' }}", "{{ day }}", "{{ true }}", "{{ '' }}", "ann:\n{{ 1 }}")
    done = filled(xlsx([[(f"=A9&{number}", note) for number, note in enumerate(notes)]]), {"day": DAY})
    assert values(done) == [["a<b", datetime(2026, 9, 15), True, None, 1]]


def test_other_notes_follow_their_rows() -> None:
    def note(book: Any, sheets: Any) -> None:
        sheets["报价"].write_comment("A3", "每行")
        sheets["报价"].write_comment("A5", "末尾")

    rows = [["a"], ["{%tr for x in xs %}"], ["{{ x }}", ("=A3", "{{ x }}")], ["{%tr endfor %}"], ["z"]]
    sheet = openpyxl.load_workbook(io.BytesIO(filled(xlsx(rows, note), {"xs": [1, 2]}))).active
    assert [(cell.coordinate, cell.comment.text) for (cell, *_) in sheet.iter_rows() if cell.comment] == [
        ("A2", "每行"),
        ("A3", "每行"),
        ("A4", "末尾"),
    ]
    assert sheet["B2"].comment is None
    shapes = etree.fromstring(parts(filled(xlsx(rows, note), {"xs": [1, 2]}))["xl/drawings/vmlDrawing1.vml"])
    ids = [shape.get("id") for shape in shapes.iter("{urn:schemas-microsoft-com:vml}shape")]
    assert len(ids) == len(set(ids)) == 3
    assert [row.text for row in shapes.iter("{urn:schemas-microsoft-com:office:excel}Row")] == ["1", "2", "3"]


def test_the_calculation_chain_is_dropped() -> None:
    members = parts(xlsx([[1, ("=A1", 1)]]))
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/calcChain"
    rels = members["xl/_rels/workbook.xml.rels"].decode()
    chain = f'<Relationship Id="rId99" Type="{kind}" Target="calcChain.xml"/></Relationships>'
    members["xl/_rels/workbook.xml.rels"] = rels.replace("</Relationships>", chain).encode()
    members["xl/calcChain.xml"] = b'<calcChain xmlns="x"><c r="B1" i="1"/></calcChain>'
    done = parts(filled(zipped(members), {}))
    assert "xl/calcChain.xml" not in done
    assert b"calcChain" not in done["xl/_rels/workbook.xml.rels"]
    assert b"fullCalcOnLoad" not in done["xl/workbook.xml"]


# mistakes

LOOP = [["{%tr for x in xs %}"], ["{{ x }}"], ["{%tr endfor %}"]]


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([["{{ x"]], [("TP02", "A1")]),
        ([["{%tr for x in xs %}"], ["{{ x }}"]], [("TP03", "A1")]),
        ([["{{ x }}"], ["{%tr endfor %}"]], [("TP03", "A2")]),
        ([["{% if x %}"], ["{% endif %}"]], [("TP03", "A1"), ("TP03", "A2")]),
        ([["{% if x %}", "{% endif %}"]], [("TP03", "A1"), ("TP03", "B1")]),
        ([["{%tr for x in xs %}", "lost"], ["{{ x }}"], ["{%tr endfor %}"]], [("TP09", "B1")]),
        ([["{%tr for x in xs %}", "{{ lost }}"], ["{{ x }}"], ["{%tr endfor %}"]], [("TP09", "B1")]),
        ([["{%tr for x in xs %}", 5], ["{{ x }}"], ["{%tr endfor %}"]], [("TP09", "B1")]),
        ([["{%p if x %}"]], [("TP05", "A1")]),
        ([["{{p x }}"]], [("TP05", "A1")]),
        ([["{% cellbg 'FF0000' %}a"]], [("TP05", "A1")]),
        ([["{%tr macro f() %}"], ["{%tr endmacro %}"]], [("TP05", "A1"), ("TP05", "A2")]),
        ([["{%tr for x in xs recursive %}"], ["{%tr endfor %}"]], [("TP05", "A1"), ("TP03", "A2")]),
        ([["{{ 1 + }}"]], [("TP11", "A1")]),
        ([["{% include 'x' %}"]], [("TP11", "A1")]),
        ([["{{ x | monney }}"]], [("TP16", "A1")]),
        ([*LOOP, [("=SUM(A2)", 0)]], [("TP30", "A4")]),
        ([["{{ x }}", ("=A1", 0)]], [("TP30", "B1")]),
        ([["{{ x }}", ("=A1", "{{ x }}"), ("=B1", 0), ("=D9", 0)]], [("TP30", "C1")]),
        ([["{%tr for x in xs %}"], ["{{ x }}", ("=1+1", 2)], ["{%tr endfor %}"]], [("TP30", "B2")]),
        ([[("=ROW()", 1), ("=TODAY()", 1)]], [("TP30", "A1"), ("TP30", "B1")]),
        ([*LOOP, [("=A2*2", "{{ x }}")]], [("TP31", "A4")]),
        ([*LOOP, [("=ROUND(A2,2)", "{{ x }}")]], [("TP31", "A4")]),
        ([*LOOP, [("=SUM(A1)", "{{ x }}")]], [("TP31", "A4")]),
        ([*LOOP, [("=SUMIF(A2:A2,A2)", "{{ x }}")]], [("TP31", "A4")]),
        ([*LOOP, [("=SUM(A2*2)", "{{ x }}"), ("=IF(SUM(A2)>0,A2,0)", "{{ x }}")]], [("TP31", "A4"), ("TP31", "B4")]),
        ([[("=Other!A1", "{{ x }}")]], [("TP32", "A1")]),
        ([[("=[1]Other!A1", "{{ x }}")]], [("TP32", "A1")]),
        ([[("=SUM(T[Price])", "{{ x }}")]], [("TP32", "A1")]),
        ([*LOOP, [('=INDIRECT("A2")', "{{ x }}")]], [("TP32", "A4")]),
        ([[("=1", "{{ x }} {{ y }}")]], [("TP33", "A1")]),
        ([[("=1", "see {{ x }}")]], [("TP33", "A1")]),
        ([["a"], ["{%sheet for x in xs %}"]], [("TP36", "A2")]),
        ([["{%sheet for x in xs %}"]], [("TP36", "A1")]),
        ([["{%sheet set x = 1 %}"]], [("TP36", "A1")]),
    ],
)
def test_mistakes_are_named_with_their_cell(rows: list[list[Any]], found: list[tuple[str, str]]) -> None:
    assert mistakes(xlsx(rows)) == found


def test_rows_that_do_not_lie_together_need_a_function_that_can_list_them() -> None:
    rows = [["{%tr for x in xs %}"], ["{{ x }}"], ["b"], ["{%tr endfor %}"]]
    assert mistakes(xlsx([*rows, [('=SUMIF(A2:A2,"a")', "{{ 0 }}")]])) == [("TP31", "A5")]
    assert mistakes(xlsx([*rows, [('=SUMIF(A2:A3,"a")', "{{ 0 }}"), ("=SUM(A2)", "{{ 0 }}")]])) == []


def test_all_mistakes_are_reported_at_once() -> None:
    rows = [["{{ a"], ["{{ 1 + }}", ("=A3", 0)], ["{{ x }}"], ["{%tr endif %}"]]
    assert sorted(code for code, _ in mistakes(xlsx(rows))) == ["TP02", "TP03", "TP11", "TP30"]


def test_a_note_without_a_formula_is_a_mistake() -> None:
    def note(book: Any, sheets: Any) -> None:
        sheets["报价"].write_comment("A1", "{{ x }}")
        sheets["报价"].write_comment("C7", "{{ x }}")
        sheets["报价"].write_comment("D1", "{{ x")

    assert sorted(mistakes(xlsx([["a"]], note))) == [("TP02", "D1"), ("TP33", "A1"), ("TP33", "C7")]


def test_arrays_pivots_tables_and_links_are_refused_with_their_cell() -> None:
    def arrays(book: Any, sheets: Any) -> None:
        sheets["报价"].write_array_formula("B2:B3", "{=A1:A2*2}", None, 1)
        sheets["报价"].write_dynamic_array_formula("C2", "=UNIQUE(A1:A9)", None, 1)

    assert mistakes(xlsx([["{{ x }}"]], arrays)) == [("TP32", "B2"), ("TP32", "C2")]

    def table(book: Any, sheets: Any) -> None:
        sheets["报价"].add_table("A1:A4", {"columns": [{"header": "n"}]})

    assert mistakes(xlsx([["n"], *LOOP], table)) == [("TP32", "A1")]
    assert mistakes(xlsx([["n"], ["a"], ["b"], ["c"], *LOOP], table)) == []


def test_a_chart_in_repeated_rows_is_refused() -> None:
    def chart(book: Any, sheets: Any) -> None:
        made = book.add_chart({"type": "line"})
        made.add_series({"values": "=报价!$A$2:$A$2"})
        sheets["报价"].insert_chart("B2", made, {"x_scale": 0.05, "y_scale": 0.05})

    assert mistakes(xlsx(LOOP, chart)) == [("TP32", "B2")]


def test_links_to_other_workbooks_are_refused() -> None:
    members = parts(xlsx([["a"]]))
    members["xl/externalLinks/externalLink1.xml"] = b"<externalLink/>"
    assert ("TP32", "") in mistakes(zipped(members))
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/externalLinkPath"
    members["xl/externalLinks/_rels/externalLink1.xml.rels"] = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="rId1" Type="{kind}" Target="file:///x.xlsx" TargetMode="External"/></Relationships>'
    ).encode()
    assert ("TP14", "") in mistakes(zipped(members))


def test_macros_are_refused_unless_they_are_asked_for() -> None:
    members = parts(xlsx([["{{ x }}"]])) | {"xl/vbaProject.bin": b"code"}
    assert mistakes(zipped(members)) == [("TP14", "")]
    template, problems = compile_workbook(zipped(members), "t.xlsm", FILTERS, allow_macros=True)
    assert template is not None, problems
    assert parts(template.render({"x": 1}).save())["xl/vbaProject.bin"] == b"code"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\x05\x06" + bytes(18),
        b"\xd0\xcf\x11\xe0 old",
        zipped({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<a/>"}),
        zipped({"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>"}),
        changed(xlsx([["a"]]), "xl/workbook.xml", "<sheets>", "<!DOCTYPE x><sheets>"),
        changed(xlsx([["a"]]), "xl/worksheets/sheet1.xml", "<sheetData>", "<sheetData><row r='x'/>"),
        changed(xlsx([["a"]]), "xl/workbook.xml", 'r:id="rId1"', 'r:id="rId7"'),
        changed(xlsx([["a"]]), "xl/sharedStrings.xml", "<t>a</t>", "<t>\ufdd0</t>"),
    ],
)
def test_what_is_no_sound_workbook_is_said_to_be_none(content: bytes) -> None:
    template, problems = compile_workbook(content, "t.xlsx", FILTERS)
    assert template is None
    assert [problem.code for problem in problems] == ["TP01"]


def test_a_document_type_is_refused_before_it_is_read() -> None:
    bomb = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><worksheet>&a;</worksheet>'
    members = parts(xlsx([["a"]])) | {"xl/worksheets/sheet1.xml": bomb.encode()}
    assert mistakes(zipped(members)) == [("TP01", "")]


def test_a_tag_where_none_is_read_is_a_mistake() -> None:
    def chart(book: Any, sheets: Any) -> None:
        made = book.add_chart({"type": "line"})
        made.add_series({"values": "=报价!$A$1:$A$2", "name": "{{ x }}"})
        sheets["报价"].insert_chart("B2", made)
        sheets["报价"].data_validation("A1", {"validate": "any", "input_title": "{{ x }}"})

    found = mistakes(xlsx([[1], [2]], chart))
    assert [code for code, _ in found] == ["TP05", "TP05"]


# while rendering


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("{{ missing }}", "TP04"),
        ("a {{ missing }}", "TP04"),
        ("{{ none }}", "TP08"),
        ("{{ 1 / 0 }}", "TP07"),
        ("{{ big }}", "TP10"),
        ("{{ nan }}", "TP10"),
        ("{{ old }}", "TP10"),
        ("{{ long }}", "TP10"),
        ("a{{ long }}", "TP34"),
        ("{{ control }}", "TP10"),
        ("{{ [1] }}", "TP10"),
        ("{{ blocks }}", "TP10"),
    ],
)
@pytest.mark.parametrize("is_note", [False, True])
def test_what_a_cell_cannot_hold_is_reported_with_its_place(cell: str, code: str, is_note: bool) -> None:
    from bidkit.ooxml.values import Image

    if is_note and not cell.startswith("{{"):
        return
    context = {
        "none": None,
        "big": 123456789012345678,
        "nan": float("nan"),
        "old": date(1899, 12, 31),
        "long": "x" * 32_768,
        "control": "\x01",
        "blocks": Image(b"", "png", 1, 1),
    }
    content = xlsx([[1, "x"], [("=A1", cell) if is_note else cell, "{{ 5 }}"]])
    result = compiled(content).render(context)
    assert [problem.code for problem in result.problems] == [code]
    assert dict(result.problems[0].span.place)["cell"] == "A2"  # type: ignore[union-attr]
    for lang in ("zh", "en"):
        assert result.problems[0].message(lang)
        assert result.problems[0].fix(lang)
    assert openpyxl.load_workbook(io.BytesIO(result.save())).active["B2"].value == 5


def test_names_are_checked_without_rendering() -> None:
    template = compiled(xlsx(QUOTE))
    assert template.check_names(TWO) == []
    found = template.check_names({"cats": [{"name": "", "lines": [{"name": "", "prize": 1, "qty": 2, "total": 1}]}]})
    named = {(problem.values["name"], dict(problem.span.place)["cell"]) for problem in found if problem.span}
    assert named == {("l.price", "B5"), ("c.total", "D7"), ("total", "D9")}


def test_all_mistakes_of_a_render_are_reported_at_once() -> None:
    result = compiled(xlsx([["{{ a }}", "{{ 1 / 0 }}", "{{ b }}"]])).render({})
    assert [problem.code for problem in result.problems] == ["TP04", "TP07", "TP04"]


def test_more_rows_than_a_sheet_has_are_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bidkit.ooxml.sheet.book.MAX_ROWS", 1_000)
    content = xlsx([["{%tr for x in xs %}"], ["a"], ["{%tr endfor %}"]])
    result = compiled(content).render({"xs": [0] * 1_001})
    assert [(problem.code, problem.values["count"]) for problem in result.problems] == [("TP34", 1_001)]


def test_a_formula_that_grows_too_long_is_reported() -> None:
    rows = [["{%tr for x in xs %}"], ["{{ x }}"], ["b"], ["{%tr endfor %}"], [("=SUM(A2)", "{{ 1 }}")]]
    result = compiled(xlsx(rows)).render({"xs": list(range(300))})
    assert [(problem.code, problem.values["count"]) for problem in result.problems] == [("TP34", 300)]
    assert not compiled(xlsx(rows)).render({"xs": list(range(255))}).problems


def test_the_same_template_renders_many_deals_to_the_same_bytes() -> None:
    template = compiled(xlsx(QUOTE))
    first = template.render(TWO).save(DAY)
    assert template.render(quote()).save(DAY) != first
    assert template.render(TWO).save(DAY) == first
    assert b"2026-09-15T00:00:00Z" in parts(first)["docProps/core.xml"]


def test_tags_in_properties_are_filled() -> None:
    def properties(book: Any, sheets: Any) -> None:
        book.set_properties({"title": "{{ t }}", "author": "bidkit"})

    done = parts(filled(xlsx([["a"]], properties), {"t": "R&D"}))
    assert b"R&amp;D" in done["docProps/core.xml"]
    assert b"TitlesOfParts" not in done["docProps/app.xml"]


def test_a_name_for_one_cell_of_a_loop_cannot_stand_where_one_value_is_wanted() -> None:
    def names(book: Any, sheets: Any) -> None:
        book.define_name("price", "=报价!$A$2")
        book.define_name("rows", "=报价!$A$2:$A$2")

    rows = [["{%tr for x in xs %}"], ["{{ x }}", ("=price*2", "{{ x }}")], ["{%tr endfor %}"]]
    assert mistakes(xlsx(rows, names)) == [("TP31", "B2")]
    rows = [*LOOP, [("=SUM(price)+SUM(rows)", "{{ 1 }}")]]
    assert mistakes(xlsx(rows, names)) == []


def test_a_name_that_means_another_row_in_each_cell_is_refused() -> None:
    def names(book: Any, sheets: Any) -> None:
        book.define_name("left", "=报价!A1")

    assert mistakes(xlsx(LOOP, names)) == [("TP32", "")]
    assert mistakes(xlsx([["a"]], names)) == []


def test_a_note_in_a_row_of_tags_goes_with_its_shape() -> None:
    def note(book: Any, sheets: Any) -> None:
        sheets["报价"].write_comment("B1", "hint to the author")
        sheets["报价"].write_comment("B4", "kept")

    members = parts(filled(xlsx([*LOOP, ["a"]], note), {"xs": [1]}))
    assert members["xl/comments1.xml"].count(b"<comment ") == 1
    assert members["xl/drawings/vmlDrawing1.vml"].count(b"<v:shape ") == 1


def test_pictures_of_a_header_stay_when_the_last_note_goes() -> None:
    import base64

    png = base64.b64decode(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
    )

    def header(book: Any, sheets: Any) -> None:
        sheets["报价"].set_header("&L&G", {"image_left": "x.png", "image_data_left": io.BytesIO(png)})

    members = parts(filled(xlsx([[("=A2", "{{ 1 }}")]], header), {}))
    assert [name for name in members if name.endswith(".vml")] == ["xl/drawings/vmlDrawing2.vml"]
    assert b"legacyDrawingHF" in members["xl/worksheets/sheet1.xml"]
    assert b"legacyDrawing " not in members["xl/worksheets/sheet1.xml"]


@pytest.mark.parametrize("rows", ['<row r="3"/><row r="2"/>', '<row r="1048577"/>', '<row r="0"/>'])
def test_rows_out_of_order_are_no_sound_sheet(rows: str) -> None:
    content = changed(xlsx([[]]), "xl/worksheets/sheet1.xml", "<sheetData/>", f"<sheetData>{rows}</sheetData>")
    assert mistakes(content) == [("TP01", "")]


def test_a_sheet_with_prefixes_is_not_as_excel_writes_it() -> None:
    members = parts(xlsx([["{{ x }}"]]))
    text = members["xl/worksheets/sheet1.xml"].decode()
    text = text.replace("<", "<x:").replace("<x:/", "</x:").replace("<x:?", "<?").replace("xmlns=", "xmlns:x=")
    assert mistakes(zipped({**members, "xl/worksheets/sheet1.xml": text.encode()})) == [("TP01", "")]


@pytest.mark.parametrize(
    "formula",
    [
        "SUM(D5:D7)*$B$2-'Lot 1'!A1+Sheet2!$B$3:C9",
        "LOG10(A1)+TAX2024+ABCD1+XFE1+A1048577",
        "SUM(A:A,5:7,$C:$D,$1:2)",
        'IF(A1="B2",1E5,"a""B3")',
        "_xlfn.IFS(A1,2)&{1,2;3,4}",
        "报价!D5+SUM( D5 , E5)*10%",
        "Total+Sheet1!Total-#REF!+#N/A",
        "-A1^2>=B1<>C1",
    ],
)
def test_references_are_those_that_openpyxl_finds(formula: str) -> None:
    from openpyxl.formula import Tokenizer

    from bidkit.ooxml.sheet.formula import read_formula

    read = read_formula(formula)
    assert str(read) == formula
    operands = [token.value for token in Tokenizer(f"={formula}").items if token.subtype == "RANGE"]
    cells = re.compile(r"(.*!)?\$?[A-Z]{0,3}\$?\d*(:\$?[A-Z]{0,3}\$?\d*)?")
    wanted = [text for text in operands if cells.fullmatch(text) and text not in ("ABCD1", "XFE1", "A1048577")]
    assert [str(reference) for reference in read.references] == wanted
