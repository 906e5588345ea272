"""The money of lots: sums that are exact to the cent, and a workbook whose formulas give the same."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from quotes import TENDER, labelled, make_bid, make_line, make_workbook, read

from bidkit.bid import Bid
from bidkit.quote import Quote
from bidkit.readback import read_xlsx
from bidkit.verify import verify_files
from bidkit.words import parse_amount

RATES = ("13%", "9%", "6%", "0%", "6.5%")
TITLES = ("网关设备", "安装服务", "培训", "O'Brien & {row} [x]", "很长的名称" * 12, "网关设备")


def make_lots(
    rows: list[list[tuple[str, str, str, str]]], percents: tuple[str, ...] = ("30%", "70%"), **more: Any
) -> Bid:
    """A bid for lots, each of lines (quantity, price, rate, kind) in two categories."""
    lots = [{"id": f"包{n}", "title": TITLES[n % len(TITLES)]} for n, _ in enumerate(rows, 1)]
    categories = [{"id": f"{lot['id']}{c}", "name": f"分类 {c}", "lot": lot["id"]} for c in "AB" for lot in lots]
    lines = []
    for lot, own in zip(lots, rows, strict=True):
        for at, (quantity, price, rate, kind) in enumerate(own):
            row = (
                f"{lot['id']}-{at}",
                f"{lot['id']}{'AB'[at % 2]}",
                f"货物 {lot['id']} {at}",
                quantity,
                price,
                rate,
                kind,
            )
            lines.append(make_line(row))
    quote = {
        "categories": categories,
        "milestones": [{"name": str(n), "trigger": "t", "percent": percent} for n, percent in enumerate(percents)],
        **more.pop("quote", {}),
    }
    tender = {key: value for key, value in TENDER.items() if key != "package"} | {"lots": lots}
    return make_bid(lines, quote=quote, tender=tender, **more)


AMOUNTS = st.decimals("0.01", "99999.99", places=2).map(str)
QUANTITIES = st.decimals("0.001", "999.999", places=3).map(str)
LINES = st.tuples(QUANTITIES, AMOUNTS, st.sampled_from(RATES), st.sampled_from(["base", "base", "option_period"]))
FIRST = st.tuples(QUANTITIES, AMOUNTS, st.sampled_from(RATES), st.just("base"))
LOTS = st.lists(
    st.tuples(FIRST, st.lists(LINES, max_size=5)).map(lambda lot: [lot[0], *lot[1]]), min_size=1, max_size=5
)
PERCENTS = st.sampled_from([("100%",), ("33.3%", "33.3%", "33.4%"), ("0.1%", "99.9%"), ("12.5%", "37.5%", "50%")])
TAX_SUMS = st.sampled_from(["by_rate", "by_line"])


def total(quotes: list[Quote], key: Callable[[Quote], Decimal]) -> Decimal:
    return sum((key(quote) for quote in quotes), Decimal(0))


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(LOTS, PERCENTS, TAX_SUMS)
def test_the_whole_is_the_exact_sum_of_its_lots(rows: Any, percents: Any, tax_sum: str) -> None:
    whole = make_lots(rows, percents, quote={"tax_sum": tax_sum}).quote
    lots = [part.quote for part in whole.lots]
    assert [len(quote.lines) for quote in lots] == [len(own) for own in rows]
    for key in ("base", "options", "evaluated", "net", "tax"):
        assert getattr(whole, key) == total(lots, lambda quote, key=key: getattr(quote, key)), key
    for quote in (whole, *lots):
        assert quote.net + quote.tax == quote.evaluated == quote.base + quote.options
        assert total([quote], lambda q: sum((item.total for item in q.categories), Decimal(0))) == quote.evaluated
        assert sum((item.amount for item in quote.payments), Decimal(0)) == quote.base
        assert parse_amount(quote.words, "CNY", "zh") == quote.base
        assert parse_amount(quote.evaluated_words, "CNY", "zh") == quote.evaluated
        for tax in quote.taxes:
            assert tax.net + tax.tax == tax.gross
        assert sum((tax.gross for tax in quote.taxes), Decimal(0)) == quote.evaluated
    for at, payment in enumerate(whole.payments):
        assert payment.amount == total(lots, lambda quote, at=at: quote.payments[at].amount)
    for tax in whole.taxes:
        same = [found for quote in lots for found in quote.taxes if (found.kind, found.rate) == (tax.kind, tax.rate)]
        assert tax.net == sum((found.net for found in same), Decimal(0))


HARD = [
    [("1.005", "1.00", "13%", "base"), ("0.5", "1.15", "6%", "base"), ("2.675", "1.00", "13%", "option_period")],
    [("0.145", "1.00", "0%", "base"), ("3", "0.10", "0%", "base")],
    [("1.115", "10.00", "6.5%", "base"), ("0.333", "0.03", "9%", "base"), ("7", "18500.01", "6%", "option_period")],
    [("1", "99999999.99", "13%", "base")],
]


def test_each_lot_has_a_sheet_and_the_summary_goes_lot_by_lot() -> None:
    bid = make_lots([HARD[1], HARD[3]])
    content = make_workbook(bid)
    book = read(content, values=True)
    assert book.sheetnames == [
        "开标一览表",
        "分类汇总",
        "分项报价表 1",
        "分项报价表 2",
        "税额 1",
        "税额 2",
        "付款计划",
        "备注",
    ]
    opening = {row[0]: row[1] for row in book["开标一览表"].iter_rows(min_row=3, values_only=True)}
    assert opening["标段"] == "包1 安装服务、包2 培训"
    assert opening["包1 安装服务：投标总价（小写，人民币元）"] == 0.45
    assert opening["包2 培训：投标总价（大写）"] == "人民币玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分"
    assert opening["全部标段投标总价（小写，人民币元）"] == 100000000.44
    assert opening["全部标段投标总价（大写）"] == bid.quote.words
    assert labelled(content, "分类汇总", "各包合计") == 100000000.44
    assert labelled(content, "税额 2", "合计") == 11504424.78
    assert "包2 培训" in book["分项报价表 2"]["A1"].value


@pytest.mark.parametrize("locale", ["zh-CN", "en-US", "en-GB"])
@pytest.mark.parametrize("regime", ["tender", "commercial"])
def test_the_workbook_of_lots_passes_what_is_asked_of_a_workbook(locale: str, regime: str) -> None:
    bid = make_lots(HARD, locale=locale, regime=regime)
    content = make_workbook(bid)
    assert read_xlsx(content, "quote.xlsx").faults == ()
    assert [item for item in verify_files(bid, {"quote.xlsx": content}, is_draft=False) if item.code != "FM01"] == []


def test_a_wrong_total_of_one_lot_in_a_workbook_is_found() -> None:
    bid, other = make_lots([HARD[1], HARD[3]]), make_lots([HARD[1], [("1", "99999999.98", "13%", "base")]])
    found = verify_files(bid, {"quote.xlsx": make_workbook(other)}, is_draft=False)
    assert "PR03" in {item.code for item in found}
    assert any("采购包 包2 总价" in item.message("zh") for item in found)
