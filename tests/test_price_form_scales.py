"""The unit in which a form wants its amounts, and its rates in hundredths."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from form_files import DETAIL, SUMMARY, change_map, fill, find_problems, form, shown

from bidkit.diagnostic import Severity
from bidkit.ooxml.sheet.formats import Format
from bidkit.price_form.scales import read_scale


@pytest.mark.parametrize(
    ("text", "scale"),
    [
        ("合价（元）", 1),
        ("合价（万元）", 10_000),
        ("投标总价（人民币 万元）", 10_000),
        ("单位：万元", 10_000),
        ("金额单位：人民币千元", 1000),
        ("投标总价【亿元】", 100_000_000),
        ("投标报价 万元", 10_000),
        ("万元", 10_000),
        ("单价（元/千克）", 1),
        ("单价（万元/套）", 10_000),
        ("单价（元/万只）", 1),
        ("Amount (USD '000)", 1000),
        ("Amount in USD thousands", 1000),
        ("Total (€ million)", 1_000_000),
        ("合价", None),
        ("计量单位", None),
        ("投标总价（大写）", None),
        ("业绩不少于 500 万元的合同，见附件", None),
    ],
)
def test_what_a_title_says_of_its_unit(text: str, scale: int | None) -> None:
    assert read_scale([text]) == scale


def test_the_first_text_that_names_a_unit_counts() -> None:
    assert read_scale(["合价", "投标单价（元）", "单位：万元"]) == 1


def in_ten_thousands(book: Any, sheets: Mapping[str, Any]) -> None:
    sheets["detail"].write("E3", "投标单价（万元）", sheets["head"])
    sheets["detail"].write("G3", "合价（万元）", sheets["head"])
    sheets["summary"].write("A3", "投标总价（万元）", sheets["head"])


def test_amounts_are_written_in_the_unit_of_their_titles(tmp_path: Path) -> None:
    made = fill(tmp_path, form(change=in_ten_thousands, amount="=D{0}*E{0}"))
    detail = shown(made.content, DETAIL)
    assert [detail[cell] for cell in ("E4", "G4", "E5", "G6")] == [1.25, 30, 3.6, 33.6]
    summary = shown(made.content, SUMMARY)
    assert (summary["B3"], summary["B4"]) == (33.6, "人民币叁拾叁万陆仟元整")


def test_a_unit_over_the_whole_table_holds_for_its_columns(tmp_path: Path) -> None:
    def change(book: Any, sheets: Mapping[str, Any]) -> None:
        in_ten_thousands(book, sheets)
        sheets["detail"].write("E3", "投标单价", sheets["head"])
        sheets["detail"].write("H2", "单位：万元", sheets["head"])

    assert shown(fill(tmp_path, form(change=change)).content, DETAIL)["E4"] == 1.25


def test_a_summary_in_another_unit_than_its_table_is_told(tmp_path: Path) -> None:
    def change(book: Any, sheets: Mapping[str, Any]) -> None:
        sheets["summary"].write("A3", "投标总价（万元）", sheets["head"])

    (found,) = find_problems(tmp_path, form(change=change))
    assert (found.code, found.values["found"], found.values["wanted"]) == ("PR33", "336000", "33.6")


def test_a_form_that_loses_cents_in_its_unit_is_told(tmp_path: Path) -> None:
    content = form(change=in_ten_thousands, amount="=ROUND(D{0}*E{0},0)")
    assert {item.code for item in find_problems(tmp_path, content)} == {"PR33"}


@pytest.mark.parametrize("title", ["税率（%）", "税率%"])
def test_a_rate_is_in_hundredths_under_a_percent_sign_of_the_form(tmp_path: Path, title: str) -> None:
    def change(book: Any, sheets: Mapping[str, Any]) -> None:
        sheets["detail"].write("F3", title, sheets["head"])
        for cell in ("F4", "F5"):
            sheets["detail"].write_blank(cell, None, sheets["free"])

    assert shown(fill(tmp_path, form(change=change), change_map(columns={"tax_rate": "F"})).content, DETAIL)["F4"] == 13


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("0", "13"),
        ("0.0", "12.5"),
        ("#,##0.00", "12.55"),
        ("0.0000", "12.5467"),
        ("0%", "12.55"),
        ("0.00%", "12.5467"),
        ("¥#,##0.0_);[Red](¥#,##0.0)", "12.5"),
        ('0.0"万元"', "12.5"),
        ("_ * #,##0.00_ ", "12.55"),
        ("", "12.54672"),
        ("General", "12.54672"),
        ("@", "12.54672"),
        ("0!.0000", "12.54672"),
        ("0,", "12.54672"),
        ("0.00E+00", "12.54672"),
        ("yyyy-mm-dd", "12.54672"),
    ],
)
def test_a_number_as_its_format_shows_it(code: str, shown: str) -> None:
    assert Format(code, True).round(Decimal("12.54672")) == Decimal(shown)


def test_a_price_whose_format_hides_digits_is_a_warning(tmp_path: Path) -> None:
    def change(book: Any, sheets: Mapping[str, Any]) -> None:
        in_ten_thousands(book, sheets)
        sheets["detail"].write_blank("E4", None, book.add_format({"locked": False, "num_format": "0"}))

    (found,) = find_problems(tmp_path, form(change=change))
    assert (found.code, found.severity, found.values["fault"].key) == ("PR32", Severity.WARNING, "form_rounded")
    assert "1.25" in found.message("zh")
