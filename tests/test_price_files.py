"""Price lists in a whole deal: files of any kind, headings as categories, mistakes at their cells."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from workspace import edit, make_workspace, run_check, write

from bidkit.source import Workspace, load_yaml

HEAD = ("序号", "名称", "sku", "单位", "数量", "单价", "合价", "税率")
GATEWAY = ("A01", "采集网关", "GW-200", "台", 24, 12500, 300000, 0.13)
SERVICE = ("B01", "安装调试", None, "项", 1, 36000, 36000, "6%")


def make_sheet(*rows: Any) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def make_deal(root: Path, content: bytes, name: str = "lines.xlsx") -> Path:
    """The small deal with its lines in a file."""
    deal = make_workspace(root)
    text = deal.read_text(encoding="utf-8")
    start = text.index("  lines:\n")
    end = start + text[start + 3 :].index("\n  ") + 3
    while text[end + 1 :].startswith("    "):
        end = text.index("\n", end + 1)
    write(deal, f"{text[:start]}  lines: {{file: {name}}}{text[end:]}")
    write(deal.parent / name, content)
    return deal


def check(deal: Path) -> list[tuple[str, str]]:
    """Code and place of what is found."""
    return [(item.code, item.span.label if item.span else "") for item in run_check(deal).diagnostics]


def test_headings_are_the_categories_of_the_deal_by_name(tmp_path: Path) -> None:
    rows = (("报价表",), HEAD, ("一、硬件设备",), GATEWAY, ("二、实施服务",), SERVICE, ("合计", *[None] * 5, 336000))
    assert check(make_deal(tmp_path, make_sheet(*rows))) == []


def test_heading_that_is_no_category_is_refused_at_its_cell(tmp_path: Path) -> None:
    rows = (HEAD, ("一、硬件设备",), GATEWAY, ("二、软件",), SERVICE)
    found = check(make_deal(tmp_path, make_sheet(*rows)))
    assert [(code, place.rpartition(" ")[2]) for code, place in found] == [("DL15", "Sheet!A4")]


def test_text_in_a_price_cell_is_refused_at_its_cell(tmp_path: Path) -> None:
    rows = (("分类", *HEAD), ("A", *GATEWAY[:5], "面议", None, 0.13), ("B", *SERVICE))
    ((code, place),) = check(make_deal(tmp_path, make_sheet(*rows)))
    assert (code, place.rpartition(" ")[2]) == ("DL08", "Sheet!G2")


def test_wrong_total_stops_the_deal(tmp_path: Path) -> None:
    rows = (("分类", *HEAD), ("A", *GATEWAY), ("B", *SERVICE), (None, "合计", *[None] * 5, 336000.01))
    ((code, place),) = check(make_deal(tmp_path, make_sheet(*rows)))
    assert (code, place.rpartition(" ")[2]) == ("DL47", "Sheet!H4")


def test_prices_in_yuan_by_sign(tmp_path: Path) -> None:
    rows = (("分类", *HEAD), ("A", *GATEWAY[:5], "￥12,500.00", "￥300,000.00", "13％"), ("B", *SERVICE))
    assert check(make_deal(tmp_path, make_sheet(*rows))) == []


def test_price_in_another_currency_is_refused_without_a_rate(tmp_path: Path) -> None:
    rows = (("分类", *HEAD), ("A", *GATEWAY[:5], "$12,500.00", None, "13％"), ("B", *SERVICE))
    assert [code for code, _ in check(make_deal(tmp_path, make_sheet(*rows)))] == ["DL51"]


TEXT = "分类,序号,名称,sku,单位,数量,单价,税率\nA,A01,采集网关,GW-200,㎡,24,12500.00,13%\n"


def read(root: Path, name: str, content: bytes) -> tuple[Any, list[tuple[str, str]]]:
    write(root / name, content)
    write(root / "deal.yaml", f"lines: {{file: {name}}}\n")
    data, problems = load_yaml(Workspace(root), "deal.yaml")
    assert data is not None
    return data["lines"], [(item.code, item.message("zh")) for item in problems]


KEYED = "id,category,name,unit,quantity\n1,硬件设备,采集网关（室内型）,台,24\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030"])
def test_csv_with_keys_as_titles_that_excel_saves_in_chinese(tmp_path: Path, encoding: str) -> None:
    lines, problems = read(tmp_path, "lines.csv", KEYED.encode(encoding))
    assert problems == []
    assert (lines[0]["name"], lines[0]["category"]) == ("采集网关（室内型）", "硬件设备")


def test_csv_that_is_not_read_is_told_how_excel_saves_it(tmp_path: Path) -> None:
    write(tmp_path / "lines.csv", "id,name\n1,網關\n".encode("big5"))
    write(tmp_path / "deal.yaml", "lines: {file: lines.csv}\n")
    _, (problem,) = load_yaml(Workspace(tmp_path), "deal.yaml")
    assert (problem.code, "CSV UTF-8" in problem.fix("zh"), "CSV UTF-8" in problem.fix("en")) == ("DL23", True, True)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030"])
def test_csv_that_excel_saves_in_chinese(tmp_path: Path, encoding: str) -> None:
    lines, problems = read(tmp_path, "lines.csv", TEXT.encode(encoding))
    assert problems == []
    assert (lines[0]["name"], lines[0]["unit"]) == ("采集网关", "㎡")


@pytest.mark.parametrize(
    "content",
    [
        TEXT.replace("单", "單").replace("价", "價").replace("数", "數").replace("税", "稅").replace("称", "稱")
        .replace("类", "類").replace("序号", "序號").replace("网关", "網關").replace("㎡", "台").encode("big5"),
        "id,name,unit\n1,Café n,set\n".encode("cp1252"),
        "id,name,unit\n1,“Café” – “naïve”: ±2 °C, ½ – ¾ × é é,set\n".encode("cp1252"),
        KEYED.replace("采集", "採集").encode("big5", "replace"),
        "id,clause,text\n1,3.1,显示堃喆名称不小于八十六英寸\n".encode("gb18030"),  # not all of it is common
        TEXT.encode("utf-16"),
    ],
)  # fmt: skip
def test_csv_in_another_encoding_is_refused(tmp_path: Path, content: bytes) -> None:
    _, problems = read(tmp_path, "lines.csv", content)
    assert [code for code, _ in problems] == ["DL23"]


def test_workbook_with_macros_is_read_as_any_other(tmp_path: Path) -> None:
    lines, problems = read(tmp_path, "lines.xlsm", make_sheet(HEAD, GATEWAY))
    assert problems == []
    assert lines[0]["id"] == "A01"


@pytest.mark.parametrize("suffix", [".xls", ".et", ".ods"])
def test_other_spreadsheets_are_refused_with_what_to_do(tmp_path: Path, suffix: str) -> None:
    _, ((code, message),) = read(tmp_path, f"lines{suffix}", b"x")
    assert code == "DL14"
    assert "另存为 .xlsx" in message


@pytest.mark.parametrize("reference", ["ignore: 成本", "ignore: {a: b}", "ignore: [[x]]"])
def test_ignore_is_a_list_of_titles(tmp_path: Path, reference: str) -> None:
    write(tmp_path / "lines.csv", TEXT)
    write(tmp_path / "deal.yaml", f"lines: {{file: lines.csv, {reference}}}\n")
    _, problems = load_yaml(Workspace(tmp_path), "deal.yaml")
    assert [problem.code for problem in problems] == ["DL07"]


def test_deal_ignores_a_column(tmp_path: Path) -> None:
    rows = (("分类", *HEAD, "内部编码"), ("A", *GATEWAY, "x1"), ("B", *SERVICE, "x2"))
    deal = make_deal(tmp_path, make_sheet(*rows))
    assert [code for code, _ in check(deal)] == ["DL04"]
    edit(deal, "{file: lines.xlsx}", "{file: lines.xlsx, ignore: [内部编码]}")
    assert check(deal) == []
