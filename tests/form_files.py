"""A price form as a buyer hands it out: two sheets with formulas, formats, protection, a picture, a hidden sheet."""

from __future__ import annotations

import copy
import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import xlsxwriter
from workspace import NOW, make_picture, make_workspace, root_of, run_check, write

from bidkit.build import Options
from bidkit.diagnostic import Diagnostic, Severity
from bidkit.judging import judge_deal
from bidkit.price_form import FilledForm
from bidkit.rules.files import check_form
from bidkit.rules.price_forms import FinishedForm

DETAIL, SUMMARY = "分项报价表", "开标一览表"

ROWS: list[list[Any]] = [["A01", "采集网关", "台", 24], ["B01", "安装调试", "项", 1]]
MAP: dict[str, Any] = {
    "file": "forms/报价表.xlsx",
    "output": "报价表.xlsx",
    "sheets": [
        {
            "sheet": "分项报价表",
            "id": "序号",
            "columns": {
                "name": "名称",
                "quantity": "数量",
                "unit_price": "投标单价",
                "tax_rate": "税率",
                "amount": "合价",
                "remark": "备注",
            },
        }
    ],
    "cells": {"total": "投标总价", "words": "开标一览表!B4", "validity_days": "开标一览表!B5"},
}
Change = Callable[[Any, Mapping[str, Any]], None]


def form(
    rows: Sequence[Sequence[Any]] = ROWS, change: Change | None = None, amount: str = "=ROUND(D{0}*E{0},2)"
) -> bytes:
    """The workbook; its formulas have the value 0 until it is filled.

    Args:
        change: is given the XlsxWriter workbook and its sheets by name.
    """
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    head = book.add_format({"bold": True, "bg_color": "#DDEBF7", "border": 1, "font_name": "宋体"})
    free = book.add_format({"locked": False, "num_format": "#,##0.00", "border": 1})
    rate = book.add_format({"locked": False, "num_format": "0%", "border": 1})
    text = book.add_format({"locked": False, "border": 1})
    shut = book.add_format({"num_format": "#,##0.00", "border": 1})
    summary, detail, hidden = (book.add_worksheet(name) for name in ("开标一览表", "分项报价表", "_校验"))
    last = 4 + len(rows)
    detail.merge_range("A1:H1", "分项报价表", head)
    detail.write_row("A3", ["序号", "名称", "单位", "数量", "投标单价（元）", "税率", "合价（元）", "备注"], head)
    for number, row in enumerate(rows, 4):
        detail.write_row(number - 1, 0, row, head)
        for column, cell in ((4, free), (5, rate), (7, text)):
            detail.write_blank(number - 1, column, None, cell)
        detail.write_formula(number - 1, 6, amount.format(number), shut, 0)
    detail.merge_range(last - 1, 0, last - 1, 5, "合计", head)
    detail.write_formula(last - 1, 6, f"=SUM(G4:G{last - 1})", shut, 0)
    detail.data_validation(3, 4, last - 2, 4, {"validate": "decimal", "criteria": ">=", "value": 0})
    detail.protect("", {"format_cells": True})
    detail.freeze_panes(3, 2)
    detail.set_column("B:B", 24)
    summary.write("A1", "开标一览表", head)
    summary.write("A3", "投标总价（元）", head)
    summary.write_formula("B3", f"=分项报价表!G{last}", shut, 0)
    summary.write("A4", "大写", head)
    summary.write("A5", "投标有效期（日历天）", head)
    summary.write_blank("B4", None, text)
    summary.set_column("A:B", 30)
    summary.insert_image("D1", "logo.png", {"image_data": io.BytesIO(make_picture())})
    book.define_name("投标总价", "=开标一览表!$B$3")
    hidden.write_formula("A1", "=IF(开标一览表!B3>0,1,0)", None, 0)
    hidden.very_hidden()
    if change is not None:
        change(book, {"summary": summary, "detail": detail, "hidden": hidden, "free": free, "shut": shut, "head": head})
    book.close()
    return stream.getvalue()


def make_form_deal(path: Path, content: bytes | None = None, *maps: Mapping[str, Any], **changes: Any) -> Path:
    """The workspace of `workspace.make_workspace` with a form and its map; the path of deal.yaml."""
    deal = make_workspace(path, quote__forms=[*maps] or [MAP], **changes)
    write(root_of(deal) / "deals/water/forms/报价表.xlsx", form() if content is None else content)
    return deal


def change_map(**changes: Any) -> dict[str, Any]:
    """The map with other keys; `columns` and `cells` are merged, None takes one out."""
    made = copy.deepcopy(MAP)
    for key, value in changes.items():
        holder = made["sheets"][0] if key in ("columns", "sheet", "header", "id", "category", "ignore") else made
        if isinstance(value, dict) and key in holder:
            holder[key] = {name: text for name, text in {**holder[key], **value}.items() if text is not None}
        else:
            holder[key] = value
    return made


def fill(path: Path, content: bytes | None = None, *maps: Mapping[str, Any], **changes: Any) -> FilledForm:
    """The one filled form of a deal without mistakes."""
    judged, problems = judge_deal(make_form_deal(path, content, *maps, **changes), Options(now=NOW))
    assert judged is not None, problems
    (made,) = judged.forms
    assert [item for item in problems if item.severity is not Severity.INFO] == [], [i.message("en") for i in problems]
    return made


def find_problems(
    path: Path, content: bytes | None = None, *maps: Mapping[str, Any], **changes: Any
) -> list[Diagnostic]:
    return list(run_check(make_form_deal(path, content, *maps, **changes)).diagnostics)


def shown(content: bytes, sheet: str) -> dict[str, Any]:
    """The cells of a sheet with their saved values."""
    book = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
    return {cell.coordinate: cell.value for row in book[sheet].iter_rows() for cell in row if cell.value is not None}


def parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        return {name: file.read(name) for name in file.namelist()}


def pack(members: Mapping[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as file:
        for name, content in members.items():
            file.writestr(zipfile.ZipInfo(name), content)
    return stream.getvalue()


def prove(made: FilledForm, members: Mapping[str, bytes]) -> list[Diagnostic]:
    """What is found where a filled form is exchanged for another file."""
    return check_form(FinishedForm("报价表.xlsx", made.original, pack(members), made.wanted), "tender")
