"""The buyer's own price form: filled in place, its formulas right, everything else as the buyer gave it."""

from __future__ import annotations

import io
import random
import re
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from effort import EFFORT
from form_files import (
    DETAIL,
    ROWS,
    SUMMARY,
    change_map,
    fill,
    find_problems,
    form,
    make_form_deal,
    pack,
    parts,
    prove,
    shown,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.workbook.defined_name import DefinedName
from workspace import NOW, root_of, sign_all, write

from bidkit.build import Options, build_deal
from bidkit.diagnostic import Severity
from bidkit.judging import judge_deal
from bidkit.office import recalculate_all
from bidkit.ooxml.opc import read_package
from bidkit.ooxml.sheet.evaluate import Evaluator
from bidkit.ooxml.sheet.foreign import CellError, name_cell, read_workbook
from bidkit.ooxml.sheet.inplace import fill_workbook
from bidkit.ooxml.sheet.untouched import prove_untouched
from bidkit.rules.files import check_form
from bidkit.rules.price_forms import FinishedForm


class TestFilling:
    def test_mapped_cells_show_the_quote_and_formulas_their_results(self, tmp_path: Path) -> None:
        made = fill(tmp_path)
        detail, summary = shown(made.content, DETAIL), shown(made.content, SUMMARY)
        assert [detail[cell] for cell in ("E4", "F4", "G4", "E5", "G5", "G6")] == [
            12500,
            0.13,
            300000,
            36000,
            36000,
            336000,
        ]
        assert [summary[cell] for cell in ("B3", "B4", "B5")] == [336000, "人民币叁拾叁万陆仟元整", 90]
        assert shown(made.content, "_校验")["A1"] == 1
        formulas = openpyxl.load_workbook(io.BytesIO(made.content))
        assert (formulas[DETAIL]["G4"].value, formulas[SUMMARY]["B3"].value) == ("=ROUND(D4*E4,2)", "=分项报价表!G6")

    def test_only_the_parts_of_filled_sheets_change(self, tmp_path: Path) -> None:
        made = fill(tmp_path)
        before, after = parts(made.original), parts(made.content)
        assert [*before] == [*after]
        changed = {name for name in before if before[name] != after[name]}
        assert changed == {f"xl/worksheets/sheet{number}.xml" for number in (1, 2, 3)}

    def test_formats_protection_and_validation_stay(self, tmp_path: Path) -> None:
        made = fill(tmp_path)
        old, new = (openpyxl.load_workbook(io.BytesIO(content)) for content in (made.original, made.content))
        for name in old.sheetnames:
            assert new[name].protection.sheet == old[name].protection.sheet
            assert new[name].sheet_state == old[name].sheet_state
            assert new[name].merged_cells.ranges == old[name].merged_cells.ranges
            assert len(new[name].data_validations.dataValidation) == len(old[name].data_validations.dataValidation)
            for row in old[name].iter_rows():
                for cell in (cell for cell in row if cell.has_style):
                    assert new[name][cell.coordinate]._style == cell._style
        assert len(new[SUMMARY]._images) == 1

    @pytest.mark.office
    def test_libreoffice_computes_the_same_in_every_formula(self, tmp_path: Path) -> None:
        made = fill(tmp_path)
        again, problems = recalculate_all({"a": made.content})
        assert problems == []
        for sheet in (DETAIL, SUMMARY, "_校验"):
            assert shown(again["a"], sheet).items() >= shown(made.content, sheet).items()

    @pytest.mark.parametrize("name", ["投标单价（元）", "投标单价", " 投标单价 (元) ", "E"])
    def test_a_column_is_found_by_its_title_with_or_without_brackets_or_by_its_letter(
        self, tmp_path: Path, name: str
    ) -> None:
        made = fill(tmp_path, None, change_map(columns={"unit_price": name}))
        assert shown(made.content, DETAIL)["E4"] == 12500

    @pytest.mark.parametrize("ids", [("1", "2"), (1, 2), ("01", "02"), ("1.0", "2.0")])
    def test_ids_are_joined_as_texts_or_numbers(self, tmp_path: Path, ids: tuple[Any, Any]) -> None:
        rows = [[name, *row[1:]] for name, row in zip(ids, ROWS, strict=True)]
        lines = [
            {"id": "A01", "item": "1", "category": "A", "name": "采集网关", "sku": "GW-200", "unit": "台"}
            | {"quantity": "24", "unit_price": "12500.00", "tax_rate": "13%"},
            {"id": "B01", "item": "2", "category": "B", "name": "安装调试", "unit": "项"}
            | {"quantity": "1", "unit_price": "36000.00", "tax_rate": "6%"},
        ]
        made = fill(tmp_path, form(rows), quote__lines=lines)
        assert shown(made.content, DETAIL)["E5"] == 36000

    def test_titles_in_two_rows(self, tmp_path: Path) -> None:
        def change(book: Any, sheets: Mapping[str, Any]) -> None:
            sheets["detail"].write_row("A2", ["", "货物", "", "", "报价", "", "", ""], sheets["head"])

        assert shown(fill(tmp_path, form(change=change)).content, DETAIL)["E4"] == 12500

    def test_cells_that_are_not_there_are_made_in_the_format_of_their_column(self, tmp_path: Path) -> None:
        def change(book: Any, sheets: Mapping[str, Any]) -> None:
            sheets["detail"].write("J3", "品牌", sheets["head"])
            sheets["detail"].set_column("J:J", 12, book.add_format({"locked": False, "italic": True}))

        judged, problems = judge_deal(
            make_form_deal(tmp_path, form(change=change), change_map(columns={"brand": "品牌"})), Options(now=NOW)
        )
        assert judged is not None
        assert [item.values["fault"].key for item in problems] == ["form_nothing"]  # the service has no brand
        (made,) = judged.forms
        cell = openpyxl.load_workbook(io.BytesIO(made.content))[DETAIL]["J4"]
        assert (cell.value, cell.font.i) == ("拓澜", True)

    def test_five_thousand_rows(self, tmp_path: Path) -> None:
        rows = [[f"L{number}", f"货物{number}", "台", 3] for number in range(5000)]
        lines = [
            {"id": f"L{number}", "category": "A", "name": f"货物{number}", "unit": "台", "quantity": "3"}
            | {"unit_price": "1.00", "tax_rate": "13%"}
            for number in range(5000)
        ]
        changes = {"quote__lines": lines, "quote__total": None, "quote__total_words": None, "solution__products": []}
        deal = make_form_deal(tmp_path, form(rows), **changes, opportunity__solutions=[])
        judged, problems = judge_deal(deal, Options(now=NOW))
        assert judged is not None, problems
        assert shown(judged.forms[0].content, DETAIL)["G5004"] == 15000


class TestMistakes:
    @pytest.mark.parametrize(
        ("change", "code", "words"),
        [
            ({"columns": {"unit_price": "投标单介"}}, "PR30", "投标单价"),
            ({"sheet": "分项报价"}, "PR30", "分项报价表"),
            ({"cells": {"total": "投标总额"}}, "PR30", "投标总价"),
            ({"cells": {"words": "开标一览!B4"}}, "PR30", "开标一览表"),
            ({"cells": {"words": "开标一览表!四"}}, "PR30", "四"),
            ({"output": "quote.xlsx"}, "PK34", "quote.xlsx"),
            ({"output": "../报价表.xlsx"}, "PK34", "../报价表.xlsx"),
            ({"file": "forms/报价.xlsx"}, "DL12", "报价表.xlsx"),
        ],
    )
    def test_what_the_map_names_must_be_there(
        self, tmp_path: Path, change: dict[str, Any], code: str, words: str
    ) -> None:
        found = find_problems(tmp_path, None, change_map(**change))
        assert code in [item.code for item in found]
        (first,) = [item for item in found if item.code == code][:1]
        assert words in first.message("zh") + first.fix("zh")
        assert first.span is not None
        assert (first.span.file, first.span.line > 0) == ("deals/water/deal.yaml", True)

    @pytest.mark.parametrize(
        ("rows", "fault", "cell"),
        [
            ([*ROWS, ["C01", "多出的", "台", 1]], "form_no_line", "A6"),
            ([*ROWS, ["A01", "采集网关", "台", 24]], "form_two_rows", "A6"),
            (ROWS[:1], "form_no_row", ""),
        ],
    )
    def test_rows_and_lines_are_joined_one_to_one(
        self, tmp_path: Path, rows: list[list[Any]], fault: str, cell: str
    ) -> None:
        found = [item for item in find_problems(tmp_path, form(rows)) if item.code == "PR31"]
        assert [item.values["fault"].key for item in found] == [fault]
        span = found[0].span
        assert span is not None
        assert dict(span.place).get("cell", "") == cell

    def test_a_row_with_a_quantity_but_no_id_is_a_warning(self, tmp_path: Path) -> None:
        (found,) = find_problems(tmp_path, form([*ROWS, [None, "漏项", "台", 3]]))
        assert (found.code, found.severity, found.values["id"]) == ("PR31", Severity.WARNING, "漏项")
        assert found.span is not None
        assert dict(found.span.place)["cell"] == "A6"

    @pytest.mark.parametrize(
        "meaning", ["=开标一览表!$B$3:$B$5", "=开标一览表!$B$3,开标一览表!$B$5", "=1", "=开标一览表!$B:$B"]
    )
    def test_a_name_of_several_cells_or_none_is_no_cell(self, tmp_path: Path, meaning: str) -> None:
        def change(book: Any, sheets: Mapping[str, Any]) -> None:
            book.define_name("几格", meaning)

        found = find_problems(tmp_path, form(change=change), change_map(cells={"total": "几格"}))
        assert [item.code for item in found] == ["PR30"]

    def test_a_name_of_merged_cells_is_the_first(self, tmp_path: Path) -> None:
        def change(book: Any, sheets: Mapping[str, Any]) -> None:
            sheets["summary"].merge_range("B7:C8", "", book.add_format({"locked": False}))
            book.define_name("几格", "=开标一览表!$B$7:$C$8")

        made = fill(tmp_path, form(change=change), change_map(cells={"net": "几格"}))
        assert shown(made.content, SUMMARY)["B7"] == 299448.99

    def test_what_the_buyer_has_written_is_not_written_over(self, tmp_path: Path) -> None:
        def change(book: Any, sheets: Mapping[str, Any]) -> None:
            sheets["detail"].write("H4", "由采购人填写", sheets["free"])
            sheets["detail"].write("E5", 1, sheets["free"])

        found = find_problems(tmp_path, form(change=change), change_map(columns={"remark": None}))
        assert next((item.code, dict(item.span.place)["cell"]) for item in found if item.span) == ("PR32", "E5")
        assert found[0].severity is Severity.ERROR
        made = fill(tmp_path / "b", form(change=change), change_map(columns={"remark": None}, overwrite="true"))
        assert shown(made.content, DETAIL)["H4"] == "由采购人填写"
        assert shown(made.content, DETAIL)["E5"] == 36000

    def test_locked_cells_of_a_protected_sheet_stay(self, tmp_path: Path) -> None:
        def change(book: Any, sheets: Mapping[str, Any]) -> None:
            sheets["detail"].write_blank("E4", None, sheets["shut"])

        found = find_problems(tmp_path, form(change=change))[0]
        assert (found.code, found.values["fault"].key) == ("PR32", "form_locked")

    @pytest.mark.parametrize(
        "rule",
        [
            {"validate": "decimal", "criteria": "<=", "value": 12000},
            {"validate": "list", "source": ["1", "2"]},
            {"validate": "custom", "value": "=E4<100"},
            {"validate": "length", "criteria": "<=", "value": 4},
            {"validate": "whole", "criteria": "between", "minimum": 1, "maximum": "=D4"},
        ],
    )
    def test_validation_of_the_buyer_holds(self, tmp_path: Path, rule: dict[str, Any]) -> None:
        content = form(change=lambda book, sheets: sheets["detail"].data_validation("E4", rule))
        (found,) = find_problems(tmp_path, content)
        assert (found.code, found.values["fault"].key) == ("PR32", "form_invalid")

    def test_a_form_that_rounds_otherwise_is_told_with_both_figures(self, tmp_path: Path) -> None:
        found = find_problems(tmp_path, form(amount="=ROUND(D{0}*E{0}/1.13,2)"))
        assert {item.code for item in found} == {"PR33"}
        message = " ".join(item.message("zh") for item in found)
        assert "265486.73" in message and "300000" in message

    @pytest.mark.parametrize("title", ["数量", "采购数量（台）", "Qty", "Required quantity (sets)"])
    @pytest.mark.parametrize("count", [25, "25", "25 台"])
    def test_another_quantity_is_told_also_where_the_map_does_not_name_it(
        self, tmp_path: Path, title: str, count: object
    ) -> None:
        content = form(
            [[*ROWS[0][:3], count], ROWS[1]],
            change=lambda book, sheets: sheets["detail"].write("D3", title, sheets["head"]),
        )
        unmapped = change_map(columns={"quantity": None, "amount": None}, cells={"total": None})
        found = find_problems(tmp_path, content, unmapped)
        told = {dict(i.span.place)["cell"]: i.values["found"] for i in found if i.span and i.code == "PR33"}
        assert told["D4"] == "25"
        assert count == "25 台" or {"G4", "G6"} <= {*told}

    @pytest.mark.parametrize("title", ["合价（元）", "金额", "Amount (CNY)", "Total price"])
    def test_amounts_and_totals_that_the_map_does_not_name_are_held_against_the_quote(
        self, tmp_path: Path, title: str
    ) -> None:
        def change(book: Any, sheets: Mapping[str, Any]) -> None:
            sheets["detail"].write("G3", title, sheets["head"])

        unmapped = change_map(columns={"amount": None}, cells={"total": None})
        fill(tmp_path / "a", form(change=change), unmapped)
        fill(tmp_path / "b", form(change=change, amount="=ROUND(D{0}*E{0}/(1+F{0}),2)"), unmapped)
        found = find_problems(tmp_path / "c", form(change=change, amount="=ROUND(D{0}*E{0},-4)"), unmapped)
        assert [(i.code, dict(i.span.place)["cell"]) for i in found if i.span] == [("PR33", "G5"), ("PR33", "G6")]

    @pytest.mark.parametrize("amount", ["=SUM(D{0}*E{0})+TODAY()*0", "{{=D{0}*E{0}}}", "=D{0}*E{0}*RAND()"])
    def test_formulas_that_nobody_can_vouch_for_are_refused_at_their_cell(self, tmp_path: Path, amount: str) -> None:
        found = find_problems(tmp_path, form(amount=amount))
        assert ("PR34", "G4") in [(item.code, dict(item.span.place)["cell"]) for item in found if item.span]

    def test_a_circular_formula_is_refused(self, tmp_path: Path) -> None:
        found = find_problems(tmp_path, form(amount="=D{0}*E{0}+G{0}*0"))
        assert "PR34" in [item.code for item in found]

    @pytest.mark.parametrize(
        "formula",
        [
            "=分项报价表!一件*2",  # a name that holds for another sheet alone
            "=没有*2",
            "=SUM(分项报价表!A4:INDEX(分项报价表!H4:H9,2))",
            '=SUM(INDIRECT("分项报价表!G4"))',
            "=SUM(表1[合价])",
        ],
    )
    def test_a_formula_that_may_read_a_filled_cell_is_not_left_as_it_was(self, tmp_path: Path, formula: str) -> None:
        def change(book: Any, sheets: Mapping[str, Any]) -> None:
            book.define_name("分项报价表!一件", "=分项报价表!$G$4")
            sheets["hidden"].write_formula("B1", formula, None, 7)

        (found,) = find_problems(tmp_path, form(change=change))
        assert (found.code, found.severity, dict(found.span.place)["cell"]) == ("PR34", Severity.ERROR, "B1")  # type: ignore[union-attr]

    @pytest.mark.parametrize("formula", ["=[1]Sheet1!A1*2", "='C:\\a\\[b.xlsx]一月'!$A$1:$B$2", '="a:b!"&#REF!'])
    def test_what_reads_no_filled_cell_stays_as_it_was(self, tmp_path: Path, formula: str) -> None:
        content = form(change=lambda book, sheets: sheets["hidden"].write_formula("B1", formula, None, 7))
        assert shown(fill(tmp_path, content).content, "_校验")["B1"] == 7

    def test_a_formula_of_two_workbooks_is_refused(self, tmp_path: Path) -> None:
        formula = "=[1]Sheet1!A1*分项报价表!G4"
        content = form(change=lambda book, sheets: sheets["hidden"].write_formula("B1", formula, None, 7))
        assert [item.code for item in find_problems(tmp_path, content)] == ["PR34"]

    def test_a_data_table_is_refused(self, tmp_path: Path) -> None:
        content = form(change=lambda book, sheets: sheets["hidden"].write_formula("B1", "=1", None, 7))
        members = parts(content)
        sheet = "xl/worksheets/sheet3.xml"
        table = b'<f t="dataTable" ref="B1" dt2D="0" dtr="0" r1="A1"/>'
        members[sheet] = members[sheet].replace(b"<f>1</f>", table)
        assert table in members[sheet]
        (found,) = find_problems(tmp_path, pack(members))
        assert (found.code, found.values["fault"].key) == ("PR34", "form_never")

    def test_hidden_target_is_a_warning(self, tmp_path: Path) -> None:
        (found,) = find_problems(
            tmp_path, form(change=lambda book, sheets: sheets["detail"].set_column("H:H", None, None, {"hidden": True}))
        )
        assert (found.code, found.severity) == ("PK32", Severity.WARNING)

    @pytest.mark.parametrize(
        ("content", "code"),
        [
            (b"\xd0\xcf\x11\xe0" + bytes(600), "PK31"),
            (form()[:3000], "PK31"),
            (b"", "PK31"),
            (b"not a workbook", "PK31"),
        ],
    )
    def test_files_that_are_no_workbook_are_refused(self, tmp_path: Path, content: bytes, code: str) -> None:
        found = find_problems(tmp_path, content)
        assert [item.code for item in found] == [code]
        assert found[0].span is not None and found[0].span.file == "deals/water/deal.yaml"

    @pytest.mark.parametrize(
        ("old", "new", "where"),
        [
            (b"<v>24</v>", b"<v>abc</v>", "分项报价表!D4: abc"),
            (b"<v>24</v>", b"<v>NaN</v>", "分项报价表!D4: NaN"),
            (b't="s"><v>', b't="s"><v>9', "分项报价表!A1: 9"),
            (b't="s"><v>', b't="s"><v>-', "分项报价表!A1: -"),
            (b' r="D4"', b"", "sheet2.xml"),
            (b'encoding="UTF-8"', b'encoding="GB18030"', "GB18030"),
            (b"</sheetData>", b"", "sheetData"),
            (b"<worksheet", b'<!DOCTYPE a [<!ENTITY b "c">]><worksheet', "document type"),
        ],
    )
    def test_a_damaged_sheet_is_refused_with_its_place(
        self, tmp_path: Path, old: bytes, new: bytes, where: str
    ) -> None:
        members = parts(form())
        name = "xl/worksheets/sheet2.xml"
        assert old in members[name]
        members[name] = members[name].replace(old, new)
        (found,) = find_problems(tmp_path, pack(members))
        assert (found.code, where in found.message("en")) == ("PK31", True), found.message("en")

    def test_a_sheet_in_utf_16_is_refused(self, tmp_path: Path) -> None:
        members = parts(form())
        name = "xl/worksheets/sheet2.xml"
        members[name] = members[name].decode().replace("UTF-8", "UTF-16").encode("utf-16")
        assert [item.code for item in find_problems(tmp_path, pack(members))] == ["PK31"]

    @pytest.mark.parametrize(
        ("name", "old", "new"),
        [
            ("xl/workbook.xml", b"<calcPr ", b'<calcPr fullPrecision="0" '),
            ("xl/worksheets/sheet2.xml", b"<dimension ", b'<sheetPr transitionEvaluation="1"/><dimension '),
        ],
    )
    def test_a_workbook_that_computes_otherwise_is_refused(
        self, tmp_path: Path, name: str, old: bytes, new: bytes
    ) -> None:
        members = parts(form())
        assert old in members[name]
        members[name] = members[name].replace(old, new)
        assert [item.code for item in find_problems(tmp_path, pack(members))] == ["PK31"]

    def test_macros_are_refused(self, tmp_path: Path) -> None:
        members = parts(form())
        kind = b'<Override PartName="/xl/vbaProject.bin" ContentType="application/vnd.ms-office.vbaProject"/>'
        link = (
            b'<Relationship Id="rIdM" Type="http://schemas.microsoft.com/office/2006/relationships/vbaProject"'
            b' Target="vbaProject.bin"/>'
        )
        for name, end, more in (
            ("[Content_Types].xml", b"</Types>", kind),
            ("xl/_rels/workbook.xml.rels", b"</Relationships>", link),
        ):
            members[name] = members[name].replace(end, more + end)
        members["xl/vbaProject.bin"] = b"x"
        assert [item.code for item in find_problems(tmp_path, pack(members))] == ["PK31"]

    @pytest.mark.parametrize("text", ['=HYPERLINK("http://x")', "+1", "@x", "_x0041_", "<b>&\"'", "两\n行"])
    def test_a_text_stays_a_text(self, tmp_path: Path, text: str) -> None:
        lines = [
            {"id": "A01", "category": "A", "name": "采集网关", "sku": "GW-200", "unit": "台", "quantity": "24"}
            | {"unit_price": "12500.00", "tax_rate": "13%", "remark": text},
            {"id": "B01", "category": "B", "name": "安装调试", "unit": "项", "quantity": "1"}
            | {"unit_price": "36000.00", "tax_rate": "6%"},
        ]
        judged, problems = judge_deal(make_form_deal(tmp_path, quote__lines=lines), Options(now=NOW))
        assert judged is not None, problems
        content = judged.forms[0].content
        cell = openpyxl.load_workbook(io.BytesIO(content))[DETAIL]["H4"]
        assert cell.value == text.replace("_x0041_", "_x005F_x0041_")  # which Excel shows as it was meant
        assert cell.data_type == "s"


class TestProof:
    def test_the_filled_form_is_proved(self, tmp_path: Path) -> None:
        made = fill(tmp_path)
        assert check_form(FinishedForm("报价表.xlsx", made.original, made.content, made.wanted), "tender") == []

    def test_one_changed_character_is_always_found(self, tmp_path: Path) -> None:
        made = fill(tmp_path)
        members = parts(made.content)
        sheets = [name for name in members if "worksheets/sheet" in name]
        chance = random.Random(5)
        for number in range(600):
            name = chance.choice(sheets if number % 2 else [name for name, content in members.items() if content])
            content = bytearray(members[name])
            place = chance.randrange(len(content))
            if number % 3 == 0:
                del content[place]
            elif number % 3 == 1:
                content.insert(place, chance.choice(b"0 a<"))
            else:
                content[place] ^= 1 << chance.randrange(7)
            if content != members[name]:
                assert prove(made, {**members, name: bytes(content)}), (name, place, content[place - 30 : place + 30])

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            (b"<v>300000</v>", b"<v>300001</v>"),
            (b"<v>12500</v>", b"<v>12500.01</v>"),
            (b"<v>12500</v>", b"<v>12500</v><extLst><ext/></extLst>"),
            (b"<v>300000</v>", b"<!-- 1 --><v>300000</v>"),
            (b"<is><t>", b"<is><r><rPr><b/></rPr><t>"),
            (b"<is><t>", b"<is><rPh><t>x</t></rPh><t>"),
        ],
    )
    def test_a_cell_with_another_value_or_more_than_it_is_found(self, tmp_path: Path, old: bytes, new: bytes) -> None:
        made = fill(tmp_path)
        members = parts(made.content)
        assert any(old in content for content in members.values())
        found = prove(made, {name: content.replace(old, new) for name, content in members.items()})
        assert "PK30" in [item.code for item in found]

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ('"', "'"),
            (r"<(/?)(?=[a-z])", r"<\1x:"),
            (r'(<c [^>]*)r="(\w+)"( s="\d+")?', r'\1  \3 r = "\2"'),
            (r"<(c|row)( [^>]*)/>", r"<\1\2 ></\1>"),
            (r'(<c r="E[45]"[^>]*) s="\d+"', r"\1"),
            (r'<c r="E[45]"[^>]*/>', ""),
            (r'<row r="5".*?</row>', '<row r="5" s="4" customFormat="1" />'),
            (r"<sheetData>.*</sheetData>", "<sheetData />"),
            (r' spans="[\d:]+"|<dimension[^>]*>', ""),
            ("^", "\ufeff"),
        ],
    )
    def test_however_a_sheet_is_written_it_is_filled_and_proved(self, old: str, new: str) -> None:
        members = parts(form())
        name = "xl/worksheets/sheet2.xml"
        text = re.sub(old, new, members[name].decode(), flags=re.DOTALL)
        assert text != members[name].decode()
        members[name] = text.replace("xmlns=", "xmlns:x=").encode() if "<x:" in text else text.encode()
        package, _ = read_package(pack(members), "a.xlsx")
        assert package is not None
        values = {(4, 5): Decimal("0.5"), (4, 7): Decimal(12), (5, 12): "字 ", (30, 2): True, (1, 1): "顶"}
        content = fill_workbook(read_workbook(package), {name: values})
        filled, _ = read_package(content, "a.xlsx")
        assert filled is not None
        wanted = {name: {name_cell(place): value for place, value in values.items()}}
        assert list(prove_untouched(package, filled, wanted)) == []
        assert {"E4": 0.5, "G4": 12, "L5": "字 ", "B30": True, "A1": "顶"}.items() <= shown(content, DETAIL).items()

    def test_a_part_more_or_less_is_found(self, tmp_path: Path) -> None:
        made = fill(tmp_path)
        members = parts(made.content)
        for changed in ({**members, "xl/x.xml": b"<a/>"}, {k: v for k, v in members.items() if "theme" not in k}):
            assert prove(made, changed)


def test_the_package_holds_the_form_and_a_refused_one_builds_nothing(tmp_path: Path) -> None:
    deal = make_form_deal(tmp_path)
    sign_all(deal)
    result = build_deal(deal, Options(now=NOW))
    assert result.folder is not None, [item.message("en") for item in result.diagnostics]
    assert shown((result.folder / "submit/报价表.xlsx").read_bytes(), SUMMARY)["B3"] == 336000
    write(root_of(deal) / "deals/water/forms/报价表.xlsx", form(amount="=D{0}*E{0}*2"))
    refused = build_deal(deal, Options(now=NOW))
    assert refused.folder is None
    assert "PR33" in [item.code for item in refused.diagnostics]
    assert shown((result.folder / "submit/报价表.xlsx").read_bytes(), SUMMARY)["B3"] == 336000


def test_price_form_of_a_draft_is_named_so(tmp_path: Path) -> None:
    result = build_deal(make_form_deal(tmp_path), Options(now=NOW, is_draft=True))
    assert result.folder is not None
    assert (result.folder / "submit/报价表-DRAFT.xlsx").is_file()


# formulas, against LibreOffice

CELLS = {"A1": 3, "A2": 0.1, "A3": 2.675, "A4": -7, "A5": "文字", "B1": 12500.005, "B2": 0.2, "B3": 18.5, "B4": 100}
NUMBERS = st.sampled_from(["A1", "A2", "A3", "A4", "B1", "B2", "B3", "B4", "A6", "2", "0.13", "1.005", "1E2"])
AREAS = st.sampled_from(["A1:A5", "B1:B4", "A1:B4", "A1", "A6:B7"])


def expressions() -> st.SearchStrategy[str]:
    def extend(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        pairs = st.tuples(inner, st.sampled_from(["+", "-", "*", "/"]), inner).map(
            lambda item: "({}{}{})".format(*item)
        )
        rounded = st.tuples(st.sampled_from(["ROUND", "ROUNDUP", "ROUNDDOWN"]), inner, st.integers(-1, 4)).map(
            lambda item: "{}({},{})".format(*item)
        )
        chosen = st.tuples(inner, st.sampled_from(["<", ">", "=", "<>", ">="]), inner, inner, inner).map(
            lambda item: "IF({}{}{},{},{})".format(*item)
        )
        return st.one_of(pairs, rounded, chosen, inner.map("IFERROR({},0)".format), inner.map("ABS({})".format))

    sums = st.tuples(st.sampled_from(["SUM", "MAX", "MIN", "COUNT", "COUNTA", "PRODUCT"]), AREAS).map(
        lambda item: "{}({})".format(*item)
    )
    others = st.sampled_from(
        [
            *("SUMPRODUCT(A1:A4,B1:B4)", "SUMPRODUCT((A1:A4>0)*B1:B4)", 'SUMIF(A1:A4,">0",B1:B4)'),
            *('SUMIF(A1:A4,"<=10%",B1:B4)', 'COUNTIF(B1:B4,">1,000")', 'SUMIF(A1:A4,"<>300%",B1:B4)'),
            *('COUNTIF(A1:B4,"<100")', "AVERAGE(A1:A4)", "13%", "-A4", "2^3", "INT(B3)", "SUM(A1:A4,B4,5)"),
            *("SUM(A1:A2)/SUM(B1:B2)", "SUBTOTAL(9,A1:B4)", "SUBTOTAL(1,A1:A4)", "SUBTOTAL(109,A1:A5)"),
            *(
                'COUNTIF(A5:A6,"*")',
                'COUNTIF(A5:A7,"文?")',
                'SUMIF(A5:A6,"?字",B3:B4)',
                'COUNTIF(A5:A5,"<>文*")',
                "N(A5)+N(A1)",
            ),
            *('SUMIFS(B1:B4,A1:A4,">0",B1:B4,"<100")', 'COUNTIFS(A1:A4,">0")', 'COUNTIF(A1:A6,"<>文字")'),
            *("VLOOKUP(3,A1:B4,2,FALSE)", "VLOOKUP(5,A1:B4,2,0)", "INDEX(A1:B4,2,2)", "INDEX(B1:B4,MATCH(-7,A1:A4,0))"),
            *('VLOOKUP("文字",A1:B5,2,FALSE)', "INDEX(B1:B4,3)", "MATCH(B4,B1:B4,0)"),
        ]
    )
    return st.recursive(st.one_of(NUMBERS, sums, others), extend, max_leaves=6)


@pytest.mark.office
def test_random_formulas_come_to_what_libreoffice_says() -> None:
    made: list[str] = []

    @settings(max_examples=150 * EFFORT, deadline=None, derandomize=True)
    @given(expressions())
    def collect(text: str) -> None:
        made.append(text)

    collect()
    formulas = list(dict.fromkeys(made))[:400]
    book = openpyxl.Workbook()
    for cell, value in CELLS.items():
        book.active[cell] = value
    for number, text in enumerate(formulas, 1):
        book.active[f"D{number}"] = f"={text}"
    stream = io.BytesIO()
    book.save(stream)
    package, _ = read_package(stream.getvalue(), "a.xlsx")
    assert package is not None
    workbook = read_workbook(package)
    evaluator = Evaluator(workbook, {}, {})
    (again,), problems = (lambda found: ([*found[0].values()], found[1]))(recalculate_all({"a": stream.getvalue()}))
    assert problems == []
    sheet = openpyxl.load_workbook(io.BytesIO(again), data_only=True).active
    compared = 0
    for number, text in enumerate(formulas, 1):
        spot = (0, number, 4)
        if spot in evaluator.refused:
            continue
        own, other = evaluator.values[spot], sheet[f"D{number}"].value
        compared += 1
        if isinstance(own, CellError):
            assert isinstance(other, str) and other.startswith("#"), (text, own, other)
        else:
            assert isinstance(own, Decimal), (text, own)
            assert abs(own - Decimal(repr(other))) <= max(abs(own), Decimal(1)) * Decimal("1e-12"), (text, own, other)
    assert compared > len(formulas) * 0.8


def evaluate(cells: Mapping[str, Any], names: Mapping[str, str] | None = None) -> Evaluator:
    book = openpyxl.Workbook()
    for name, meaning in (names or {}).items():
        book.defined_names[name] = DefinedName(name, attr_text=meaning)
    for cell, value in cells.items():
        book.active[cell] = value
    stream = io.BytesIO()
    book.save(stream)
    package, _ = read_package(stream.getvalue(), "a.xlsx")
    assert package is not None
    return Evaluator(read_workbook(package), {}, {})


def test_a_subtotal_leaves_out_the_subtotals_in_its_area() -> None:
    cells = {"A1": 1, "A2": 2, "A3": "=SUBTOTAL(9,A1:A2)", "A4": 4, "A5": "=SUBTOTAL(9,A1:A4)", "A6": "=SUM(A1:A4)"}
    made = evaluate(cells)
    assert [made.values[0, row, 1] for row in (3, 5, 6)] == [3, 7, 10]


@pytest.mark.parametrize(
    "formula",
    [
        '=SUMIF(A1:A3,"1",B1:B3)',  # A2 is the text 1
        "=COUNTIF(A1:A3,1)",
        '=COUNTIF(A1:A3,"*")',
        "=SUMIF(A1:A3,A9,B1:B3)",  # blank
        "=VLOOKUP(1,A1:B3,2)",  # the nearest
        "=VLOOKUP(1,A1:B3,3,FALSE)",
        '=VLOOKUP("x*",A1:B3,2,FALSE)',
        "=MATCH(1,A1:A3)",
        "=INDEX(A1:B3,1)",
        "=INDEX(A1:B3,0,1)",
        "=SUMIFS(B1:B3,A1:A2,1)",
        "=SUBTOTAL(3,A1:A3)",
    ],
)
def test_what_programs_take_in_two_ways_is_refused(formula: str) -> None:
    made = evaluate({"A1": 1, "A2": "1", "A3": "x", "B1": 2, "B2": 3, "B3": 4, "D1": formula})
    assert (0, 1, 4) in made.refused


def test_a_text_in_a_criterion_is_the_number_that_excel_reads(tmp_path: Path) -> None:
    made = evaluate(
        {"A1": 0.13, "A2": 0.06, "A3": 0.13, "B1": 100000, "B2": 200000, "B3": 400000, "C1": "A01", "C2": "x 1"}
        | {"D1": '=SUMIF(A1:A3,"13%",B1:B3)', "D2": '=SUMIF(A1:A3,"<=6%",B1:B3)', "D3": '=SUMIF(B1:B3,">100,000")'}
        | {"D4": '=COUNTIF(A1:A3,"13%")', "D5": '=SUMIFS(B1:B3,A1:A3,"<>13%",B1:B3,">=1E5")', "D6": '="13%"*B1'}
        | {"D7": '=SUMIF(C1:C3,"a01",B1:B3)', "D8": '=COUNTIF(C1:C2,"<>A01")'}
    )
    found = [made.values.get((0, row, 4)) for row in range(1, 9)]
    assert found == [500000, 200000, 600000, 2, 200000, 13000, 100000, 1]


@pytest.mark.parametrize(
    "criterion",
    [*("2026-1-1", ">1/2", "￥100", "=(5)", "１３％", "1月5日", "13 %", "5 Mar", "12:30", ">x", "TRUE", "<>#N/A")],
)
def test_a_criterion_that_programs_read_in_their_own_ways_is_refused(criterion: str) -> None:
    made = evaluate({"A1": 1, "A2": "x", "D1": f'=COUNTIF(A1:A2,"{criterion}")'})
    assert (0, 1, 4) in made.refused


@pytest.mark.parametrize(
    "formula",
    [
        *("=A1*1E999999", '=A1*1E999998&""', "=A1*1E9999999999999999999", "=A1*1E308", "=A1/1E999999", '="5"&1E20'),
        *(f"={'(' * 3000}A1{')' * 3000}", f"={'ABS(' * 500}A1{')' * 500}", f"={'+'.join(['A1'] * 5000)}"),
        *("=1-(((" + "IF(TRUE," * 62 + "A1" + ")" * 62 + ")))", '=IFERROR("2026-1-1"*1,0)', '=IFERROR("¥5"*1,0)'),
        *('="甲">"乙"', '="a-b"<"ab"', '=COUNT("1")', "=SUMIFS(A1:A2)"),
        *("=F_1", "=Circle", "=LineAmt*2", "=RowAmt", "=ColAmt"),
    ],
)
def test_what_no_spreadsheet_computes_in_this_way_is_refused(formula: str) -> None:
    names = {f"F_{n}": f"F_{n + 1}+F_{n + 2}+1" for n in range(1, 70)}
    names |= {"Circle": "Circle+1", "LineAmt": "Sheet!A1", "RowAmt": "Sheet!$A1", "ColAmt": "Sheet!A$1"}
    made = evaluate({"A1": 21800, "D1": formula}, names)
    assert (0, 1, 4) in made.refused, made.values


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("=A1*1E300*1E300", "#NUM!"),
        ("=A1^400", "#NUM!"),
        ("=(A1-A1)^-1", "#DIV/0!"),
        ("=(A1-A1)^0", "#NUM!"),
        ('=AND("x",A1>0)', "#VALUE!"),
        ('="a"<"B"', True),
        ("=OR(C1:C3)", "#DIV/0!"),
        ("=-A1*1E300*1E300", "#NUM!"),
        ("=A1*1E-300*1E-300", 0),
        (f"={'-' * 4000}A1", 21800),
        (f"={'-' * 4001}A1%", -218),
        ("=ROUND(A1*1E50,2)/1E50", 21800),
        ("=INT(A1*1E50)/1E50", 21800),
        ("=ROUND(A1,-20)", 0),
        ('=TRIM("  a   b ")', "a b"),
        ("=ABS(-1234567890123456789012345678901)-1234567890123456789012345678901", 0),
        ("=F_1", 28657),
        ("=Fixed*2", 43600),
        ("=" + "(" * 60 + "A1" + ")" * 60, 21800),
    ],
)
def test_numbers_at_their_limits(formula: str, value: Any) -> None:
    names = {f"F_{n}": f"F_{n + 1}+F_{n + 2}" for n in range(1, 22)} | {
        "F_22": "1",
        "F_23": "1",
        "Fixed": "Sheet!$A$1",
    }
    assert evaluate({"A1": 21800, "C1": 1, "C2": "=1/0", "D1": formula}, names).values[0, 1, 4] == value


def test_a_formula_of_nothing_but_quotes_is_read_at_once() -> None:
    made = evaluate({"A1": 1, "D1": "=" + "''[" * 2700, "D2": "='a''[b.xlsx]c'!A1*2"})
    assert (0, 1, 4) in made.refused


def test_a_text_that_doubles_is_refused_where_it_is_too_long() -> None:
    cells = {"A1": "x", **{f"A{row}": f"=A{row - 1}&A{row - 1}" for row in range(2, 40)}}
    cells |= {"B1": "=CONCATENATE(" + ",".join(["A13"] * 9) + ")"}
    made = evaluate(cells)
    assert len(str(made.values[0, 15, 1])) == 2**14
    assert {(0, 16, 1), (0, 17, 1), (0, 39, 1), (0, 1, 2)} <= {*made.refused}


def test_a_result_beyond_all_prices_is_no_agreement(tmp_path: Path) -> None:
    found = find_problems(tmp_path, form(amount="=D{0}*E{0}*1E50"))
    assert {item.code for item in found} == {"PR33"}


# random forms


@pytest.mark.office
def test_random_forms_are_filled_proved_and_computed_as_libreoffice_does(tmp_path: Path) -> None:
    chance = random.Random(11)
    made: dict[str, tuple[bytes, dict[tuple[str, str], Any]]] = {}
    for number in range(40):
        book = openpyxl.Workbook()
        sheet = book.active
        rows = chance.randint(2, 9)
        for row in range(2, rows + 2):
            sheet[f"A{row}"] = chance.choice([row, f"{row}号", None])
            sheet[f"C{row}"] = chance.choice(["=B{0}*3", "=ROUND(B{0}*1.13,2)", "=IF(B{0}>5,B{0},0)"]).format(row)
        sheet[f"C{rows + 2}"] = f"=SUM(C2:C{rows + 1})"
        other = book.create_sheet("另一张")
        other["B2"] = f"={sheet.title}!C{rows + 2}/2"
        stream = io.BytesIO()
        book.save(stream)
        package, _ = read_package(stream.getvalue(), "a.xlsx")
        assert package is not None
        workbook = read_workbook(package)
        filled = {
            (0, row, 2): Decimal(chance.randint(0, 99999)) / 100 for row in range(2, rows + 2) if chance.random() < 0.8
        }
        evaluator = Evaluator(workbook, filled, {})
        assert evaluator.refused == {}
        values = {**filled, **evaluator.values}
        by_part: dict[str, dict[tuple[int, int], Any]] = {}
        for (index, row, column), value in values.items():
            by_part.setdefault(workbook.sheets[index].part, {})[row, column] = value
        content = fill_workbook(workbook, by_part)
        package_again, problems = read_package(content, "b.xlsx")
        assert package_again is not None, problems
        wanted = {part: {name_cell(place): value for place, value in cells.items()} for part, cells in by_part.items()}
        assert list(prove_untouched(package, package_again, wanted)) == []
        cells = {
            (workbook.sheets[i].name, name_cell((row, column))): value for (i, row, column), value in values.items()
        }
        made[str(number)] = content, cells
    again, problems = recalculate_all({name: content for name, (content, _) in made.items()})
    assert problems == []
    for name, (_, cells) in made.items():
        book = openpyxl.load_workbook(io.BytesIO(again[name]), data_only=True)
        for (sheet_name, cell), value in cells.items():
            assert abs(Decimal(repr(book[sheet_name][cell].value)) - value) < Decimal("1e-9"), (name, sheet_name, cell)
