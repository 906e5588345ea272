"""The buyer's bill of quantities in a whole deal: each mistake at the deal's cell, the buyer's cell in its words."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from test_price_files import GATEWAY, HEAD, SERVICE, make_deal, make_sheet
from test_rules import Document, make_bid
from workspace import edit, run_check, write

from bidkit.catalog.prices import PriceBook
from bidkit.diagnostic import LANGUAGES, Diagnostic
from bidkit.rules.boq import book_units
from bidkit.scalars import validate
from bidkit.source import parse_yaml

LINES = make_sheet(("分类", *HEAD), ("A", *GATEWAY), ("B", *SERVICE))
TITLES = ("序号", "货物名称", "单位", "数量", "最高限价", "核心产品")


def check(root: Path, *rows: tuple[Any, ...]) -> list[Diagnostic]:
    """What is found in the small deal beside a buyer's list with these rows under its titles."""
    deal = make_deal(root, LINES)
    write(deal.parent / "采购清单.xlsx", make_sheet(("采购清单", None), TITLES, *rows))
    edit(deal, "tender:\n", "tender:\n  items: {file: 采购清单.xlsx}\n")
    return [item for item in run_check(deal).diagnostics if item.code[:2] in ("PR", "DL")]


def test_list_that_is_priced_as_it_stands(tmp_path: Path) -> None:
    rows = (
        ("一、硬件",),
        ("A01", "采集网关", "台", 24, "300,000.00", "是"),
        ("二、服务",),
        ("B01", "安装调试", "项", 1),
    )
    assert check(tmp_path, *rows, ("合计", None, None, 25)) == []


def test_each_mistake_names_both_cells(tmp_path: Path) -> None:
    rows = (("A01", "采集网关", "套", 25, 299999.99), ("A02", "交换机", "台", 2), ("B01", "安装 调试", "项", 1))
    found = check(tmp_path, *rows)
    messages = {(item.code, item.span.label.partition(" ")[2] if item.span else "") for item in found}
    assert messages == {
        ("PR07", "Sheet!E2"),
        ("PR07", "Sheet!F2"),
        ("PR04", "Sheet!G2"),
        ("PR08", "Sheet!A4"),
    }
    texts = [item.message("zh") for item in found]
    assert any("单位是 台，采购清单是 套" in text and "采购清单.xlsx Sheet!C3" in text for text in texts)
    assert any("数量是 24，采购清单是 25" in text and "Sheet!D3" in text for text in texts)
    assert any("300,000.00 超过采购清单 A01 的最高限价" in text and "Sheet!E3" in text for text in texts)


def test_item_without_quantity_is_refused_at_its_row(tmp_path: Path) -> None:
    (found,) = check(tmp_path, ("A01", "采集网关", "台", None), ("B01", "安装调试", "项", 1))
    assert (found.code, found.values["key"]) == ("DL06", "quantity")


def test_item_that_stands_twice_is_refused_with_the_first_row(tmp_path: Path) -> None:
    row = ("A01", "采集网关", "台", 24)
    (found,) = check(tmp_path, row, row, ("B01", "安装调试", "项", 1))
    assert (found.code, found.values["first"]) == ("DL16", 3)


def test_ceiling_in_another_currency_is_refused(tmp_path: Path) -> None:
    (found,) = check(tmp_path, ("A01", "采集网关", "台", 24, "$300,000.00"), ("B01", "安装调试", "项", 1))
    assert (found.code, found.values["allowed"]) == ("DL10", "CNY")


def test_list_of_the_buyers_without_items_is_no_list(tmp_path: Path) -> None:
    (found,) = check(tmp_path)
    assert (found.code, found.values["key"]) == ("DL05", "items")


@pytest.mark.parametrize(("unit", "codes"), [("台", []), ("箱", ["PR07"])])
def test_price_of_a_book_is_for_the_unit_of_the_line(unit: str, codes: list[str]) -> None:
    text = f"""\
id: b
title: 目录
valid_from: 2026-01-01
valid_until: 2026-12-31
owner: x
items: [{{sku: GW-200, unit: {unit}, list_price: 5}}]
"""
    data, _ = parse_yaml(text, "b.yaml")
    book, problems = validate(PriceBook, data)
    assert book is not None, problems
    bid = make_bid(Document("x.yaml", "", 1))
    lines = tuple(line.model_copy(update={"unit_price": None}) for line in bid.deal.quote.lines)
    quote = bid.deal.quote.model_copy(update={"lines": lines})
    bid = replace(
        bid,
        deal=bid.deal.model_copy(update={"quote": quote}),
        catalog=replace(bid.catalog, books=(book,)),
        today=date(2026, 9, 1),
    )
    found = [Diagnostic(book_units.code, item.span, item.values) for item in book_units.check(bid)]
    assert [item.code for item in found] == codes
    for item in found:
        assert item.span is not None
        for lang in LANGUAGES:
            assert "b.yaml:6" in item.message(lang)
