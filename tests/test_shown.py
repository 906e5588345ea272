"""What a cell shows of its number counts, as if it had been typed: signs, words, per cent; other digits are refused."""

from __future__ import annotations

import io
import re
import zipfile
from decimal import Decimal
from typing import Any

import pytest
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Font
from test_price_sheets import HEAD, ONE, TWO, found, make, parse
from workspace import make_workspace, run_check

from bidkit.source.tables.numbers import read_number
from bidkit.source.tables.shown import show_number, show_text

ACCOUNTING = '_("$"* #,##0.00_);_("$"* \\(#,##0.00\\);_("$"* "-"??_);_(@_)'
CHINESE = '_ * #,##0.00_ ;_ * \\-#,##0.00_ ;_ * "-"??_ ;_ @_ '


@pytest.mark.parametrize(
    ("code", "number", "shown"),
    [
        *((code, "10500.5", "10500.5") for code in ("General", "0", "#,##0.00", "# ##0.0", "@", "0.00E+00", CHINESE)),
        *((code, "10500.5", "10500.5") for code in ("[Red]0.00", "[DBNum2][$-804]General", "#,##0.00_);(#,##0.00)")),
        ("[>=100000]##\\,##\\,##0;##,##0", "1234567", "1234567"),
        ("[$€-407] #,##0.00", "21800", "€21800"),
        ("#,##0.00 [$€-407]", "21800", "21800 €"),
        ("[$¥-411]#,##0", "5", "JPY5"),
        ("[$￥-804]#,##0", "5", "CNY5"),
        ("[$$-C09]0", "5", "AUD5"),
        ("[$$-en-US]0", "5", "USD5"),
        ("[$$-80A]0", "5", "5 [[$$-80A]0]"),
        (ACCOUNTING, "5", "$5"),
        (ACCOUNTING, "-5", "$-5"),
        (ACCOUNTING, "0", "$0"),
        (CHINESE, "0", "0"),
        ('0.00"万元"', "10", "10万元"),
        ('0"台"', "10", "10台"),
        ("0k", "10", "10 [0k]"),
        ("#,##0.0,", "10500", "10500 [#,##0.0,]"),
        ("0,,", "10500", "10500 [0,,]"),
        ('0\\.0,"万"', "12345", '12345 [0\\.0,"万"]'),
        ("0-00", "1234", "1234 [0-00]"),
        ('0"00"', "10", '10 [0"00"]'),
        ('"1"0', "10", '10 ["1"0]'),
        ("# ?/?", "10.5", "10.5 [# ?/?]"),
        ("0%", "0.13", "13%"),
        ('0"%"', "13", "13%"),
        ("0.0%", "0.0825", "8.25%"),
        ("000", "7", "007"),
        ('"A-"00', "7", "A-07"),
        ('"TBD"', "7", "TBD"),
        ('0;0;"面议"', "0", "面议"),
        (";;;", "7", "7 [;;;]"),
        ("0;-0;;@", "0", "0"),
        ("0;;", "-7", "-7 [0;;]"),
        ("0;0", "-7", "-7"),
        ("-0", "7", "-7"),
        ('[>1000]"n/a";0', "1001", "n/a"),
        ('[>1000]"n/a";0', "7", "7"),
        ("[>1000]0;0;0", "7", "7 [[>1000]0;0;0]"),
        ("[<1]0;[<2]0", "7", "7 [[<1]0;[<2]0]"),
        ('0"x', "7", '7 [0"x]'),
        ("", "7", "7 []"),
    ],
)
def test_number_is_shown_as_its_format_shows_it(code: str, number: str, shown: str) -> None:
    assert show_number(Decimal(number), code) == shown


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        *((code, "x") for code in ("General", "0.00", '0"万"', "@", CHINESE)),
        ('@"万"', "x万"),
        (";;;", "x [;;;]"),
        ('0;0;0;"TBD"', "TBD"),
    ],
)
def test_text_is_shown_as_its_format_shows_it(code: str, shown: str) -> None:
    assert show_text("x", code) == shown


@pytest.mark.parametrize("text", ["5 €", "5€", "5.00 EUR", "€ 5", "EUR 5 €"])
def test_sign_may_stand_before_or_behind(text: str) -> None:
    assert read_number(text)[1] == "EUR"


def formatted(**codes: str) -> bytes:
    """Two lines whose cells have number formats."""

    def change(book: Any) -> None:
        for cell, code in codes.items():
            book.active[cell].number_format = code

    rows = (HEAD, ("1", "网关", None, "台", 2, 100, 200, None), ("2", "安装", None, "台", 3, 0.5, 1.5, None))
    return make(*rows, change=change)


def test_currency_of_a_format_is_that_of_the_line() -> None:
    items, problems = parse(formatted(F2="[$€-407] #,##0.00", G2="#,##0.00 [$€-407]", F3="[$USD] 0.00"))
    assert problems == []
    assert [(item["unit_price"], item.get("currency")) for item in items] == [("100", "EUR"), ("0.5", "USD")]
    assert items[0]["amount"] == "200"


@pytest.mark.parametrize(
    "code",
    [
        '0.00"万元"',
        "#,##0.0,",
        "0.0,,",
        "0%",
        "yyyy-mm-dd",
        '"TBD"',
        ";;;",
        '0"k"',
        '0" million"',
        "[h]:mm",
        "[$¥-43B]0",
    ],
)
def test_price_that_shows_another_number_is_no_number(tmp_path: Any, code: str) -> None:
    (tmp_path / "deals" / "x").mkdir(parents=True)
    deal = make_workspace(tmp_path, quote__lines={"file": "lines.xlsx"}, quote__total=None, quote__total_words=None)
    rows = (("id", "category", "name", "unit", "quantity", "unit_price", "tax_rate"),)
    content = make(
        *rows,
        ("A01", "hw", "网关", "台", 3, 100, 0.13),
        change=lambda book: (
            setattr(book.active["F2"], "number_format", code),
            setattr(book.active["G2"], "number_format", "0%"),
        ),
    )
    deal.with_name("lines.xlsx").write_bytes(content)
    places = [(item.code, dict(item.span.place)["cell"]) for item in run_check(deal).diagnostics if item.code == "DL08"]
    assert places == [("DL08", "F2")]


def test_total_that_shows_another_number_is_none() -> None:
    rows = (HEAD, ("1", "网关", None, "台", 2, 100, 200, None), ("合计", None, None, None, None, None, 200, None))
    content = make(*rows, change=lambda book: setattr(book.active["G3"], "number_format", '0.00"万元"'))
    assert found(content=content) == [("DL08", "G3")]


def with_sheet(pattern: str, new: str, *rows: Any) -> bytes:
    """A workbook whose first sheet's XML is changed, for what openpyxl does not write."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(make(*(rows or (HEAD, ONE, TWO))))) as old, zipfile.ZipFile(made, "w") as file:
        for name in old.namelist():
            text = old.read(name).decode()
            if name == "xl/worksheets/sheet1.xml":
                text, count = re.subn(pattern, new, text)
                assert count == 1, text
            file.writestr(name, text)
    return made.getvalue()


@pytest.mark.parametrize("height", ["0", "0.75"])
def test_row_without_height_is_hidden(height: str) -> None:
    row = f'<row r="3" ht="{height}" customHeight="1"'
    assert found(content=with_sheet('<row r="3"', row)) == [("DL46", "A3")]


def test_rows_without_height_unless_they_have_their_own() -> None:
    content = with_sheet('defaultRowHeight="15"', 'defaultRowHeight="0"')
    assert found(content=content) == [("DL46", "A2"), ("DL46", "A3")]


def test_zero_height_hides_only_rows_that_the_file_leaves_out() -> None:
    """ECMA-376 18.3.1.81: with it only the rows that are seen are written, and the hidden ones say so themselves."""
    assert found(content=with_sheet('defaultRowHeight="15"', 'defaultRowHeight="15" zeroHeight="1"')) == []


@pytest.mark.parametrize("more", ["", ' customWidth="1"'])
def test_column_without_width_is_hidden(more: str) -> None:
    columns = f'<cols><col min="6" max="6" width="0"{more}/></cols><sheetData>'
    assert found(content=with_sheet("<sheetData>", columns)) == [("DL46", "F1")]


def test_columns_without_width_unless_they_have_their_own() -> None:
    columns = r'\1 defaultColWidth="0"/><cols><col min="1" max="8" width="9"/></cols><sheetData>'
    rows = ((*HEAD, "成本"), (*ONE, 80))
    assert found(content=with_sheet(r"(<sheetFormatPr[^>]*)/>(?:<cols.*</cols>)?<sheetData>", columns, *rows)) == [
        ("DL46", "I1")
    ]


def test_line_that_is_struck_out_is_refused() -> None:
    def strike(book: Any) -> None:
        for cell in book.active[3]:
            cell.font = Font(strike=True)

    assert found(content=make(HEAD, ONE, TWO, change=strike)) == [("DL48", "A3")]


def test_text_of_which_a_part_is_struck_out_is_refused() -> None:
    price = CellRichText(TextBlock(InlineFont(strike=True), "1 "), "234")
    assert found(HEAD, (*ONE[:5], price, None)) == [("DL48", "F2")]
    assert found(HEAD, (*ONE[:5], CellRichText(TextBlock(InlineFont(b=True), "10"), "0"), None)) == []


def test_base_line_below_the_total_is_refused() -> None:
    total = ("合计", None, None, None, None, None, 200)
    assert found(HEAD, ONE, total, TWO) == [("DL48", "A4")]
    assert found(HEAD, ONE, total, TWO, (*total[:6], 150)) == []
    assert found(HEAD, ONE, total, TWO, ("总计", *total[1:6], 350)) == []
    assert found((*HEAD[:7], "类型"), ONE, total, (*TWO[:7], "optional")) == []
    assert found(HEAD, ONE, ("小计", *total[1:]), ("二、服务",), TWO) == []
