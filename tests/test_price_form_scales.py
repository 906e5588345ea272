"""The unit in which a form wants its amounts, and its rates in hundredths."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from form_files import DETAIL, ROWS, SUMMARY, Change, change_map, fill, find_problems, form, make_form_deal, shown
from workspace import NOW, sign_all

from bidkit.build import Options, build_deal
from bidkit.diagnostic import Severity
from bidkit.ooxml.sheet.formats import Format, read_formats
from bidkit.price_form.magnitudes import UnclearUnit, read_unit


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
        ("单价（元/m）", 1),
        ("单价（万元/套）", 10_000),
        ("单价（元/万只）", 1),
        ("金额（人民币/万元）", 10_000),
        ("合计（万元，不含税）", 10_000),
        ("单价（十万元）", 100_000),
        ("单价（百元）", 100),
        ("单价（仟元）", 1000),
        ("单价（萬元）", 10_000),
        ("单价（×10⁴元）", 10_000),
        ("合价（×1000元）", 1000),
        ("单价（万）", 10_000),
        ("合价（单位 万）", 10_000),
        ("价格（万美元）", 10_000),
        ("Amount (USD '000)", 1000),
        ("Amount in USD thousands", 1000),
        ("Total (€ million)", 1_000_000),
        ("Unit price (Unit: ten thousand yuan)", 10_000),
        ("Amount (ten thousand CNY)", 10_000),
        ("Bid price (in ten thousands)", 10_000),
        ("Unit price (RMB 10,000)", 10_000),
        ("Unit price (CNY, 000)", 1000),
        ("Amount (000s CNY)", 1000),
        ("Amount (k CNY)", 1000),
        ("Amount (kCNY per set)", 1000),
        ("Unit price (CNY K)", 1000),
        ("Unit price (CNY mn)", 1_000_000),
        ("Unit price (hundreds of CNY)", 100),
        ("Price in lakhs of INR", 100_000),
        ("Price (Mio. EUR)", 1_000_000),
        ("Total (1000s of CNY)", 1000),
        ("Price (x1000)", 1000),
        ("Scale (1:1000)", None),
        ("Price (USD `000)", 1000),
        ("Amount (thousand\nCNY)", 1000),
        ("设备\n万元", 10_000),
        ("Total (thousand CNY, incl. VAT 13%)", 1000),
        ("合价", None),
        ("Unit price (USD)", None),
        ("计量单位", None),
        ("元器件", None),
        ("投标总价（大写）", None),
        ("业绩不少于 500 万元的合同，见附件", None),
        ("投标总价（不超过500万元）", None),
        ("投标总价（含质保金五十万元）", None),
        ("投标总价 最高限价500万元", None),
        ("Total price incl. training (up to 1 thousand users)", None),
        ("Amount (CNY, warranty up to 1 million included)", None),
        ("Unit price (per thousand sheets)", None),
        ("Price (CNY/1000 pcs)", None),
    ],
)
def test_what_a_title_says_of_its_unit(text: str, scale: int | None) -> None:
    unit = read_unit(text)
    assert (unit and unit.scale) == scale


@pytest.mark.parametrize(
    "text",
    [
        *("Bid price ($M)", "Amount (USDm)", "Amount (K)", "Amount (TEUR)", "Price (10k CNY)", "Price (MM USD)"),
        *("Total price for delivery in Thousand Oaks", "Amount in thousand Bolivars", "Price (USD 000,000)"),
        *(
            "1000000元",
            "CNY 10,000",
            "Price (1000)",
            "Price/1000",
            "Price (RMB 10K)",
            "Price (CNY th.)",
            "Price (wanyuan)",
            "Price (1e4 CNY)",
        ),
        *("（10万元）", "（500万元）", "单位：一万元", "元/千", "价格（W元）", "价格（wan yuan）", "价格（千元整）"),
        *("单价（分/千瓦时）", "单价（角）", "Unit price (US cents)", "Montant (milliers d'euros)", "Цена (тыс. руб.)"),
        *("单价（万元）合价（元）", "(in thousands, except unit prices)", "Bid price of CNY 1,000,000"),
    ],
)
def test_what_looks_like_a_unit_but_is_unclear_is_not_guessed_at(text: str) -> None:
    with pytest.raises(UnclearUnit):
        read_unit(text)


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


def rename(**titles: str) -> Change:
    """A form with other texts: `detail_E3` is that cell of the detail sheet."""

    def change(book: Any, sheets: Mapping[str, Any]) -> None:
        for key, text in titles.items():
            sheet, cell = key.split("_")
            sheets[sheet].write(cell, text, sheets["head"])

    return change


def test_a_unit_that_was_applied_is_told(tmp_path: Path) -> None:
    found = find_problems(tmp_path, form(change=in_ten_thousands, amount="=D{0}*E{0}"))
    assert {(item.code, item.severity, item.values["fault"].key) for item in found} == {
        ("PR32", Severity.INFO, "form_scaled")
    }
    assert "投标单价（万元）" in found[0].message("en")


def test_a_form_in_another_unit_is_built_and_says_so(tmp_path: Path) -> None:
    deal = make_form_deal(tmp_path, form(change=in_ten_thousands, amount="=D{0}*E{0}"))
    sign_all(deal)
    result = build_deal(deal, Options(now=NOW))
    assert result.folder is not None, [item.message("en") for item in result.diagnostics]
    assert "form_scaled" in {item.values["fault"].key for item in result.diagnostics if item.code == "PR32"}


@pytest.mark.parametrize(
    "change",
    [
        rename(detail_E3="投标单价（$M）"),
        rename(detail_E3="投标单价（W元）"),
        rename(detail_E3="投标单价", detail_A1="预算价（万元）"),  # over the table, but only of the budget
        rename(detail_E3="投标单价", detail_A9="注：以上金额以万元为单位。"),
        rename(detail_E3="投标单价", detail_A9="注：金额单位为万元"),
        rename(detail_E3="投标单价", detail_A9="注：请以万元填报"),
        rename(detail_E3="投标单价", detail_A2="请以万元填报，保留六位小数"),
        rename(detail_E3="投标单价", detail_A2="Unit: kk CNY", detail_H2="单位：W元"),
        rename(summary_A3="Bid price (in thousand Thalers)"),
    ],
)
def test_a_unit_that_is_not_clear_is_an_error_until_the_map_states_it(tmp_path: Path, change: Change) -> None:
    columns = {"unit_price": "E"}
    found = [item for item in find_problems(tmp_path, form(change=change), change_map(columns=columns)) if item.span]
    assert {(item.code, item.values["fault"].key) for item in found} == {("PR32", "form_unit")}
    units = {"unit_price": "1", "amount": "1"}
    stated = change_map(columns=columns, units={"total": "1"})
    stated["sheets"][0]["units"] = units
    assert shown(fill(tmp_path / "b", form(change=change), stated).content, DETAIL)["E4"] == 12500


@pytest.mark.parametrize(
    "change",
    [
        rename(detail_E3="投标单价", detail_A2="采购单位：某大学　预算：1000000元"),
        rename(detail_E3="投标单价", detail_A9="注：1. 报价超过500万元的无效，保证金 10,000 元。"),
        rename(detail_E3="投标单价", detail_A9="注：所有价格均以人民币表示，单位为元，精确到分。"),
        rename(detail_E3="投标单价", detail_A1="Thousand Oaks School District", detail_A2="Buyer: 1000 Ways Ltd."),
        rename(detail_E3="投标单价", detail_H2="单位：元"),
        rename(detail_E3="投标单价", detail_A9="（三）万向轮另计"),
    ],
)
def test_what_a_form_says_of_other_amounts_is_no_unit_of_its_prices(tmp_path: Path, change: Change) -> None:
    columns = change_map(columns={"unit_price": "E"}, ignore=["（三）万向轮另计"])
    assert shown(fill(tmp_path, form(change=change), columns).content, DETAIL)["E4"] == 12500


def test_a_unit_that_the_map_states_is_used(tmp_path: Path) -> None:
    stated = change_map(columns={"unit_price": "E"})
    stated["sheets"][0]["units"] = {"unit_price": "10000"}
    content = form(change=rename(detail_E3="投标单价（W元）"), amount="=ROUND(D{0}*E{0}*10000,2)")
    assert shown(fill(tmp_path, content, stated).content, DETAIL)["E4"] == 1.25


@pytest.mark.parametrize(
    ("units", "code", "fault"),
    [
        ({"unit_price": "10000"}, "PR32", "form_unit_other"),
        ({"unit_price": "12"}, "PR32", "form_unit_number"),
        ({"unit_prize": "1"}, "PR30", ""),
        ({"name": "1"}, "PR30", ""),
    ],
)
def test_a_unit_in_the_map_is_one_of_a_mapped_amount(tmp_path: Path, units: Any, code: str, fault: str) -> None:
    stated = change_map()
    stated["sheets"][0]["units"] = units
    found = [item for item in find_problems(tmp_path, None, stated) if item.code != "PR33"]
    assert [(item.code, item.values["fault"].key if fault else "") for item in found] == [(code, fault)]


@pytest.mark.parametrize(
    "change",
    [
        # merged over several columns, of which only the first would have it as its title
        lambda book, sheets: sheets["detail"].merge_range("D2:G2", "投标报价（万元）", sheets["head"]),
        # below the titles, with which the ids are merged
        lambda book, sheets: (
            sheets["detail"].merge_range("A3:A4", "序号", sheets["head"]),
            sheets["detail"].write("E4", "万元"),
            sheets["detail"].write("G4", "万元"),
        ),
        # below the titles
        lambda book, sheets: (sheets["detail"].write("E4", "万元"), sheets["detail"].write("G4", "万元")),
    ],
)
def test_units_over_and_under_the_titles_count(tmp_path: Path, change: Change) -> None:
    rows: list[list[Any]] = [["", "", "", ""], *ROWS]

    def all_changes(book: Any, sheets: Mapping[str, Any]) -> None:
        rename(detail_E3="投标单价", detail_G3="合价", summary_A3="投标总价（万元）")(book, sheets)
        change(book, sheets)
        sheets["detail"].write("G5", "=D5*E5")

    made = fill(tmp_path, form(rows, change=all_changes, amount="=D{0}*E{0}"), change_map(columns={"remark": None}))
    assert shown(made.content, DETAIL)["E5"] == 1.25


def test_units_count_where_the_map_has_only_letters(tmp_path: Path) -> None:
    columns = {"unit_price": "E", "tax_rate": "F", "amount": "G", "name": None, "quantity": None, "remark": None}
    letters = change_map(id="A", columns=columns, ignore=["序号", "分项报价表"])
    assert (
        shown(fill(tmp_path, form(change=in_ten_thousands, amount="=D{0}*E{0}"), letters).content, DETAIL)["E4"] == 1.25
    )


def test_a_unit_stands_to_the_left_of_a_label(tmp_path: Path) -> None:
    def change(book: Any, sheets: Mapping[str, Any]) -> None:
        sheets["summary"].write_row("A8", ["不含税价（万元）", "人民币"], sheets["head"])
        sheets["summary"].write_blank("C8", None, book.add_format({"locked": False}))

    made = fill(tmp_path, form(change=change), change_map(cells={"net": f"{SUMMARY}!C8"}))
    assert shown(made.content, SUMMARY)["C8"] == 29.944899


def test_a_summary_in_another_unit_than_its_table_is_told(tmp_path: Path) -> None:
    def change(book: Any, sheets: Mapping[str, Any]) -> None:
        sheets["summary"].write("A3", "投标总价（万元）", sheets["head"])

    found = next(item for item in find_problems(tmp_path, form(change=change)) if item.severity is Severity.ERROR)
    assert (found.code, found.values["found"], found.values["wanted"]) == ("PR33", "336000", "33.6")


def test_a_form_that_loses_cents_in_its_unit_is_told(tmp_path: Path) -> None:
    content = form(change=in_ten_thousands, amount="=ROUND(D{0}*E{0},0)")
    found = [item for item in find_problems(tmp_path, content) if item.severity is not Severity.INFO]
    assert {item.code for item in found} == {"PR33"}


@pytest.mark.parametrize(
    ("title", "code", "value"),
    [
        ("税率（%）", "", 13),
        ("税率%", "", 13),
        ("税率（百分比）", "", 13),
        ("Tax (per cent)", "", 13),
        ("Tax percentage", "0", 13),
        ("Tax, pct.", "", 13),
        ("税率（‰）", "", 130),
        ("税率", '0"%"', 13),
        ("税率", "0\\%", 13),
        ("税率（%）", "0%", 0.13),
        ("税率（百分比）", "0.00%", 0.13),
        ("税率", "0.00", 0.13),
        ("税率（如3%）", "0.00", 0.13),
    ],
)
def test_a_rate_is_in_hundredths_where_the_form_says_so(tmp_path: Path, title: str, code: str, value: float) -> None:
    def change(book: Any, sheets: Mapping[str, Any]) -> None:
        sheets["detail"].write("F3", title, sheets["head"])
        for cell in ("F4", "F5"):
            style = book.add_format({"locked": False, **({"num_format": code} if code else {})})
            sheets["detail"].write_blank(cell, None, style)

    made = fill(tmp_path, form(change=change), change_map(columns={"tax_rate": "F"}))
    assert shown(made.content, DETAIL)["F4"] == value


def test_a_percent_sign_below_the_title_counts(tmp_path: Path) -> None:
    def change(book: Any, sheets: Mapping[str, Any]) -> None:
        sheets["detail"].write("F4", "(%)", sheets["head"])
        sheets["detail"].write_blank("F5", None, sheets["free"])
        sheets["detail"].write_blank("F6", None, sheets["free"])

    made = fill(tmp_path, form([["", "", "", ""], *ROWS], change=change), change_map(columns={"remark": None}))
    assert shown(made.content, DETAIL)["F5"] == 13


@pytest.mark.parametrize(
    ("code", "figure", "text"),
    [
        ("0", "13", ""),
        ("0.0", "12.5", ""),
        ("#,##0.00", "12.55", ""),
        ("0.0000", "12.5467", ""),
        ("0%", "12.55", "%"),
        ("0.00%", "12.5467", "%"),
        ("¥#,##0.0_);[Red](¥#,##0.0)", "12.5", "¥"),
        ('0.0"万元"', "12.5", "万元"),
        ("_ * #,##0.00_ ", "12.55", " "),
        ('_ [$¥-804]* #,##0.00_ ;_ [$¥-804]* -#,##0.00_ ;_ [$¥-804]* "-"??_ ;_ @_ ', "12.55", "¥ "),
        ("", "12.54672", ""),
        ("General", "12.54672", ""),
        ("G/通用格式", "12.54672", ""),
        ("@", "12.54672", ""),
        ("0,", "0", ""),
        ("#,##0,.00", "0.01", ""),
        ("0.0,,", "0", ""),
        ("yyyy-mm-dd", None, "--"),
        ('"TBD"', None, "TBD"),
        (";;;", None, ""),
        ("General;General;", "12.54672", ""),
    ],
)
def test_a_number_as_its_format_shows_it(code: str, figure: str | None, text: str) -> None:
    found = Format(code, True).shown(Decimal("12.54672"))
    assert found is not None
    assert (found.figure, found.text) == (None if figure is None else Decimal(figure), text)


@pytest.mark.parametrize(
    "code", ["0!.0000", "0.00E+00", "# ??/??", "[<>1]0;0", "[DBNum2]0", '0"."00', "General\\-0", "0x0", "[?]"]
)
def test_formats_that_are_not_understood(code: str) -> None:
    assert Format(code, True).shown(Decimal("12.54672")) is None


@pytest.mark.parametrize(("number", "code"), [(0, ""), (2, "0.00"), (14, "yyyy-mm-dd"), (11, "0.00E+00"), (81, "[?]")])
def test_formats_that_files_know_by_number_alone(number: int, code: str) -> None:
    styles = f'<styleSheet xmlns="urn:x"><cellXfs><xf numFmtId="{number}"/></cellXfs></styleSheet>'
    assert [style.code for style in read_formats(styles.encode())] == [code]


def test_a_format_of_a_rule_is_not_that_of_a_cell() -> None:
    """Conditional formats have their own numbers, which may be those of cells."""
    own, rule = ('<numFmt numFmtId="164" formatCode="0.00"/>', '<numFmt numFmtId="164" formatCode="0%"/>')
    cells, rules = f'<numFmts>{own}</numFmts><cellXfs><xf numFmtId="164"/></cellXfs>', f"<dxfs><dxf>{rule}</dxf></dxfs>"
    styles = f'<styleSheet xmlns="urn:x">{cells}{rules}</styleSheet>'
    assert [style.code for style in read_formats(styles.encode())] == ["0.00"]


@pytest.mark.parametrize(
    ("code", "number", "figure"),
    [
        ("0.00;[Red]0.00", "-5", "5"),
        ("0.00;[Red](0.00)", "-5", "-5"),
        ("0.00", "-5", "-5"),
        ("0.00;-0.00;", "0", None),
        ("General", "1234567890.12", "1234567890"),
        ("General", "123456789.12", "123456789.1"),
    ],
)
def test_signs_zeros_and_long_numbers_as_they_are_shown(code: str, number: str, figure: str | None) -> None:
    found = Format(code, True).shown(Decimal(number))
    assert found is not None
    assert found.figure == (None if figure is None else Decimal(figure))


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        *(
            (code, "form_shows")
            for code in ("#,##0,", "0.0,,", '0.00"万元"', '0.00"K"', "0%", '"1"0', '0"%"', "0.00[$ M]")
        ),
        *(
            (code, "form_hides")
            for code in ('"TBD"', ";;;", "yyyy-mm-dd", "h:mm", '"面议";0', '[>1000]"n/a";0', '[<9]0;[<=99]0.0;"n/a"')
        ),
        *((code, "form_format") for code in ("0.00E+00", "# ??/??", "[<>1]0;0", "[DBNum2]0")),
        *(
            (code, "")
            for code in (
                "#,##0.00",
                "[Red]0",
                '¥#,##0.00"元"',
                "@",
                "General;General;",
                "[<=99]0;[>999]0.00;0.0",
                '0.0000,"千元"',
            )
        ),
    ],
)
def test_what_a_cell_shows_is_the_price(tmp_path: Path, code: str, fault: str) -> None:
    def change(book: Any, sheets: Mapping[str, Any]) -> None:
        sheets["detail"].write_blank("E4", None, book.add_format({"locked": False, "num_format": code}))
        sheets["detail"].write_formula("G6", "=SUM(G4:G5)", book.add_format({"num_format": code}), 0)

    found = find_problems(tmp_path, form(change=change))
    severity = Severity.WARNING if fault == "form_format" else Severity.ERROR
    wanted = [(dict(item.span.place)["cell"], item.severity, item.values["fault"].key) for item in found if item.span]
    assert wanted == ([("E4", severity, fault), ("G6", severity, fault)] if fault else [])


def test_a_rule_that_may_hide_a_price_is_told(tmp_path: Path) -> None:
    def change(book: Any, sheets: Mapping[str, Any]) -> None:
        for cells, style in (("E4:E9", {"num_format": ";;;"}), ("G4:G9", {"bold": True})):
            rule = {"type": "cell", "criteria": ">", "value": 20000, "format": book.add_format(style)}
            sheets["detail"].conditional_format(cells, rule)

    found = find_problems(tmp_path, form(change=change))
    told = [(dict(i.span.place)["cell"], i.severity, i.values["fault"].key) for i in found if i.span]
    assert told == [(cell, Severity.WARNING, "form_format") for cell in ("E4", "E5")]


def test_a_price_whose_format_hides_digits_is_a_warning(tmp_path: Path) -> None:
    def change(book: Any, sheets: Mapping[str, Any]) -> None:
        in_ten_thousands(book, sheets)
        sheets["detail"].write_blank("E4", None, book.add_format({"locked": False, "num_format": "0"}))

    (found,) = (i for i in find_problems(tmp_path, form(change=change)) if i.severity is not Severity.INFO)
    assert (found.code, found.severity, found.values["fault"].key) == ("PR32", Severity.WARNING, "form_rounded")
    assert "1.25" in found.message("zh")
