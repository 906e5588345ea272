"""Quotes in a currency without a smaller unit: everything is rounded to whole ones, or refused."""

from __future__ import annotations

import re
import shutil
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from quotes import ROOT, cents, find_formulas, make_bid, make_line, read
from workspace import edit, make_workspace, run_check

from bidkit.appendix import Appendix
from bidkit.bid import Bid
from bidkit.office import find_office, recalculate_all
from bidkit.pack import load_pack
from bidkit.quote import Quote
from bidkit.quote_file import compile_quote_file, render_quote_file
from bidkit.source import Workspace
from bidkit.spread import Share, spread_total
from bidkit.words import parse_amount

ROW = ("A01", "hw", "ルータ", "0.5", "333", "13%", "base")
AMOUNTS = st.integers(1, 99_999).map(str)
QUANTITIES = st.decimals("0.001", "999.999", places=3).map(str)
ROWS = st.lists(st.tuples(QUANTITIES, AMOUNTS, st.sampled_from(["13%", "9%", "6%", "exempt"])), min_size=1, max_size=9)
POLICIES = [(prices, way) for prices in ("gross", "net") for way in ("by_rate", "by_line")]


def make_yen(rows: Any = (ROW,), **quote: Any) -> Bid:
    return make_bid([make_line(row) for row in rows], quote={"currency": "JPY", **quote})


def amounts_of(quote: Quote) -> list[Decimal]:
    """All that the quote says an amount of."""
    lines = [amount for line in quote.lines for amount in (line.unit_price, line.amount, line.net, line.tax)]
    taxes = [amount for tax in quote.taxes for amount in (tax.gross, tax.net, tax.tax)]
    totals = [quote.base, quote.evaluated, quote.net, quote.tax, *(item.total for item in quote.categories)]
    return [*lines, *taxes, *totals, *(item.amount for item in quote.payments)]


def test_a_line_its_tax_and_the_payments_are_whole_yen() -> None:
    quote = make_yen().quote
    (line,) = quote.lines
    assert (line.amount, line.net, line.tax) == (167, 148, 19)
    assert [item.amount for item in quote.payments] == [56, 56, 55]
    assert quote.words == "日元壹佰陆拾柒元整"
    net = make_yen(prices="net").quote
    assert (net.lines[0].amount, net.tax, net.base) == (167, 22, 189)


def test_the_same_lines_in_yuan_keep_the_cent() -> None:
    (line,) = make_yen(currency="CNY").quote.lines
    assert (line.amount, line.tax) == (Decimal("166.50"), Decimal("19.15"))


def test_an_unit_price_may_have_the_decimals_that_are_declared() -> None:
    quote = make_yen([("A01", "hw", "n", "3", "0.55", "13%", "base")], rounding={"unit_price": "2"}).quote
    assert (quote.lines[0].unit_price, quote.lines[0].amount) == (Decimal("0.55"), 2)


@settings(deadline=None)
@given(ROWS, st.sampled_from(POLICIES), st.sampled_from(["0%", "3.5%", "33%"]))
def test_no_amount_has_a_part_of_a_yen(rows: Any, policy: tuple[str, str], discount: str) -> None:
    lines = [(f"{at:02}", "hw", "n", *row, "base") for at, row in enumerate(rows)]
    quote = make_yen(lines, prices=policy[0], tax_sum=policy[1], discount=discount).quote
    assert [amount for amount in amounts_of(quote) if amount % 1] == []
    assert quote.net + quote.tax == quote.base == sum(item.amount for item in quote.payments)
    assert parse_amount(quote.words, "JPY", "zh") == quote.base


@given(
    st.integers(1, 10**6),
    st.lists(st.builds(Share, st.integers(1, 50).map(Decimal), st.integers(1, 9999).map(Decimal))),
)
def test_a_target_is_spread_by_the_yen(target: int, shares: list[Share]) -> None:
    shares = [*shares, Share(Decimal(1), Decimal(10**6))]
    made = spread_total(shares, Decimal(target), 0)
    assert all(price % 1 == 0 for price in made.prices)
    assert made.total == sum(share.quantity * price for share, price in zip(shares, made.prices, strict=True))


def test_a_target_in_yen_is_reached_in_a_quote() -> None:
    bid = make_yen([ROW, ("A02", "hw", "n", "1", "5000", "13%", "base")], target="4711")
    assert bid.quote.base == 4711
    assert all(line.unit_price % 1 == 0 for line in bid.quote.lines)


# what cannot be


def make_yen_deal(tmp_path: Path) -> Path:
    """The deal of the tests, its quote in yen."""
    deal = make_workspace(tmp_path)
    edit(deal, "  currency: CNY", "  currency: JPY")
    edit(deal, "  total_words: 人民币叁拾叁万陆仟元整", "  total_words: 日元叁拾叁万陆仟元整")
    return deal


def codes_of(deal: Path) -> dict[str, int]:
    """The diagnostics, and in which lines they are."""
    return {item.code: item.span.line for item in run_check(deal).diagnostics if item.span}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("total: 336000.00", "total: 336000.50"),
        ("  currency: JPY", "  currency: JPY\n  rounding: {amount: 1}"),
        ("  currency: JPY", "  currency: JPY\n  target: 336000.5"),
    ],
)
def test_stated_amounts_with_parts_of_a_yen_are_refused_where_they_stand(tmp_path: Path, old: str, new: str) -> None:
    deal = make_yen_deal(tmp_path)
    assert "DL11" not in codes_of(deal)
    edit(deal, old, new)
    line = deal.read_text(encoding="utf-8").split(new.splitlines()[-1])[0].count("\n") + 1
    assert codes_of(deal)["DL11"] == line


def test_a_target_needs_prices_that_it_can_be_spread_over(tmp_path: Path) -> None:
    deal = make_yen_deal(tmp_path)
    edit(deal, "  currency: JPY", "  currency: JPY\n  target: 336000")
    assert "DL11" not in codes_of(deal)


@pytest.mark.parametrize("pack", ["zh-proposal", "zh-tender", "en-proposal", "en-rfp"])
def test_a_workbook_that_rounds_to_the_cent_is_refused(pack: str) -> None:
    found, problems = load_pack(Workspace(ROOT), pack)
    assert found is not None, problems
    _, problems = compile_quote_file(found, make_yen(currency="CNY"))
    assert problems == []
    _, problems = compile_quote_file(found, make_yen())
    assert [(item.code, item.values["currency"]) for item in problems] == [("DL60", "JPY")]


def test_check_tells_it_at_the_currency(tmp_path: Path) -> None:
    deal = make_yen_deal(tmp_path)
    line = deal.read_text(encoding="utf-8").split("currency: JPY")[0].count("\n") + 1
    assert codes_of(deal)["DL60"] == line


# a workbook that rounds as it should


def make_pack(folder: Path) -> Path:
    """A copy of the shipped pack whose formulas round to the decimals of the currency."""
    pack = folder / "templates/mine"
    shutil.copytree(ROOT / "templates/zh-proposal", pack)
    book = openpyxl.load_workbook(pack / "quote.xlsx")
    book["备注"]["D3"] = "{{ quote.rounding.currency }}"
    for sheet in book:
        for cell in (cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"):
            cell.value = re.sub(r",2\)$", ",'备注'!$D$3)", cell.value)
    book.save(pack / "quote.xlsx")
    return pack


def fill(folder: Path, bid: Bid) -> bytes:
    pack, problems = load_pack(Workspace(folder), "mine")
    assert pack is not None, problems
    template, problems = compile_quote_file(pack, bid)
    assert (template is not None, problems) == (True, [])
    assert template is not None
    content, problems = render_quote_file(template, bid, Appendix((), {}), "deal.yaml", is_draft=False)
    assert problems == []
    return content


@pytest.mark.office
@pytest.mark.skipif(find_office() is None, reason="LibreOffice is not installed")
def test_libreoffice_gives_whole_yen_too(tmp_path: Path) -> None:
    make_pack(tmp_path)
    lines = [
        (f"{at:02}", "hw", "n", f"{at}.35", "777", f"{rate}%", "base") for at, rate in enumerate((13, 9, 6, 13), 1)
    ]
    made = {
        f"{prices}-{way}.xlsx": fill(tmp_path, make_yen(lines, prices=prices, tax_sum=way)) for prices, way in POLICIES
    }
    done, problems = recalculate_all(made)
    assert problems == []
    for name, content in made.items():
        book, found = read(done[name], values=True), list(find_formulas(content))
        assert len(found) > 10
        for sheet, cell, value in found:
            assert cents(book[sheet][cell].value) == cents(value), (name, sheet, cell)
