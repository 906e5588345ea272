"""Prices of lines: discounts, books, currencies, years, parts, a target; nested categories, tags, net prices."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from quotes import compute_quote
from workspace import edit, make_workspace, run_check, write

from bidkit.catalog.prices import PriceBook
from bidkit.deal.prices import QuoteText
from bidkit.quote import Quote, price_quote
from bidkit.quote.offers import round_to


def line(price: str | None = "100.00", **changes: Any) -> dict[str, Any]:
    known = {"id": "1", "category": "A", "name": "网关", "unit": "台", "quantity": "1", "tax_rate": "13%"}
    return {**known, **({"unit_price": price} if price else {}), **changes}


def write_quote(*lines: dict[str, Any], **changes: Any) -> QuoteText:
    known = {"validity_days": "90", "categories": [{"id": "A", "name": "甲"}, {"id": "B", "name": "乙"}]}
    return QuoteText.model_validate({**known, "lines": lines, **changes})


def make_quote(*lines: dict[str, Any], **changes: Any) -> Quote:
    return compute_quote(write_quote(*lines, **changes), "zh")


def prices(quote: Quote) -> list[str]:
    return [str(item.unit_price) for item in quote.lines]


class TestDiscounts:
    def test_discounts_of_line_category_and_quote_are_multiplied_and_rounded_once(self) -> None:
        inner = {"id": "A1", "name": "甲一", "discount": "10%"}
        categories = [{"id": "A", "name": "甲", "discount": "5%", "categories": [inner]}]
        quote = make_quote(
            line("99.99", category="A1", discount="2%"), line("99.99", id="2"), categories=categories, discount="3%"
        )
        # 99.99 × 0.97 × 0.95 × 0.90 × 0.98, and the line of the outer category first
        assert prices(quote) == ["92.14", "81.27"]
        assert [str(item.offer.list_price) for item in quote.lines] == ["99.99", "99.99"]

    def test_a_stated_unit_price_beside_a_list_price_must_be_what_follows(self) -> None:
        text = write_quote(line("90.00", list_price="100.00", discount="10%"))
        assert prices(compute_quote(text, "zh")) == ["90.00"]

    def test_discount_is_the_part_that_is_let_off(self) -> None:
        assert make_quote(line("80", discount="25%")).lines[0].discount == Decimal("0.25")


class TestTarget:
    def test_amounts_add_up_to_the_target(self) -> None:
        lines = [line("33.33", id="1", quantity="3"), line("17.77", id="2", quantity="7"), line("250", id="3")]
        quote = make_quote(*lines, target="400.00")
        assert quote.base == quote.subtotal == Decimal("400.00")
        assert sum(item.amount for item in quote.lines) == Decimal("400.00")

    def test_option_periods_and_extras_keep_their_prices(self) -> None:
        lines = [line("100"), line("50", id="2", kind="option_period"), line("9", id="3", kind="optional")]
        quote = make_quote(*lines, target="90.00")
        assert (str(quote.base), str(quote.options)) == ("90.00", "50.00")
        assert str(quote.extras[0].amount) == "9.00"

    def test_floor_and_cap_hold(self) -> None:
        lines = [line("100", id="1", floor="99"), line("100", id="2", floor="40"), line("100", id="3", cap="100")]
        quote = make_quote(*lines, target="250.00")
        assert quote.base == Decimal("250.00")
        assert [item.unit_price >= 99 for item in quote.lines] == [True, False, False]

    @given(
        st.lists(st.tuples(st.integers(1, 50), st.integers(100, 500_000)), min_size=1, max_size=12),
        st.integers(70, 100),
    )
    def test_any_target_within_reach_is_met_if_one_line_is_of_one_unit(
        self, rows: list[tuple[int, int]], percent: int
    ) -> None:
        lines = [
            line(str(Decimal(cents) / 100), id=str(number), quantity=str(quantity))
            for number, (quantity, cents) in enumerate(rows)
        ]
        lines.append(line("1000.00", id="one"))
        whole = make_quote(*lines).base
        target = round_to(whole * percent / 100, 2)
        quote = make_quote(*lines, target=str(target))
        assert quote.base == target == sum(item.amount for item in quote.lines)


class TestNet:
    LINES = (line("33.33", id="1", quantity="3"), line("0.07", id="2"), line("10", id="3", tax_rate="exempt"))

    @pytest.mark.parametrize(
        ("tax_sum", "net", "tax", "base"),
        # by rate: (99.99 + 0.07) × 0.13 = 13.0078; by line: 12.9987 and 0.0091
        [("by_rate", "110.06", "13.01", "123.07"), ("by_line", "110.06", "13.01", "123.07")],
    )
    def test_tax_is_added_to_prices_without_tax(self, tax_sum: str, net: str, tax: str, base: str) -> None:
        quote = make_quote(*self.LINES, prices="net", tax_sum=tax_sum)
        assert [str(getattr(quote, key)) for key in ("net", "tax", "base")] == [net, tax, base]
        assert str(quote.subtotal) == net
        assert quote.words.endswith("壹佰贰拾叁元零柒分")

    def test_by_line_and_by_rate_differ_by_a_cent(self) -> None:
        lines = [line("0.05", id=str(number)) for number in range(3)]
        totals = [str(make_quote(*lines, prices="net", tax_sum=way).base) for way in ("by_line", "by_rate")]
        assert totals == ["0.18", "0.17"]

    def test_exempt_is_not_a_rate_of_zero(self) -> None:
        quote = make_quote(line("10", tax_rate="免税"), line("20", id="2", tax_rate="0%"))
        assert [(tax.is_exempt, str(tax.gross), str(tax.tax)) for tax in quote.taxes] == [
            (False, "20.00", "0.00"),
            (True, "10.00", "0.00"),
        ]


class TestWhereAPriceComesFrom:
    DAY = date(2026, 9, 1)

    def book(self, prices: str = "gross", **item: str) -> tuple[PriceBook, ...]:
        """A book with one product."""
        known = {"id": "b", "title": "b", "owner": "o", "valid_from": "2026-01-01", "valid_until": "2026-12-31"}
        items = [{"sku": "GW-200", "unit": "台", "list_price": "100.00", **item}]
        return (PriceBook.model_validate({**known, "prices": prices, "items": items}),)

    def test_a_price_book_by_sku(self) -> None:
        text, books = write_quote(line(None, sku="GW-200", discount="15%")), self.book(floor="80", cost="60")
        quote, problems = price_quote(text, "zh", (), books, self.DAY)
        assert (problems, quote and prices(quote)) == ([], ["85.00"])
        assert quote is not None
        offer = quote.lines[0].offer
        assert (offer.floor, offer.cost) == (Decimal(80), Decimal(60))

    def test_a_stated_price_goes_before_the_book(self) -> None:
        quote, _ = price_quote(write_quote(line("7", sku="GW-200")), "zh", (), self.book(), self.DAY)
        assert quote and prices(quote) == ["7.00"]

    @pytest.mark.parametrize(("of_book", "own", "price"), [("net", "gross", "113.00"), ("gross", "net", "88.50")])
    def test_tax_is_put_in_or_taken_out(self, of_book: Any, own: str, price: str) -> None:
        books = self.book(of_book, floor="100", cost="100")
        quote, _ = price_quote(write_quote(line(None, sku="GW-200"), prices=own), "zh", (), books, self.DAY)
        assert quote and prices(quote) == [price]
        # The floor is a price as the list price is, cost is always without tax.
        assert (str(round_to(quote.lines[0].offer.floor, 2)), quote.lines[0].offer.cost) == (price, 100)

    def test_a_part_may_have_its_price_from_a_book(self) -> None:
        part = line(None, id="1a", part_of="1", quantity="3", category="", sku="GW-200")
        quote, problems = price_quote(write_quote(line(None), part), "zh", (), self.book(), self.DAY)
        assert problems == []
        assert quote and prices(quote) == ["300.00"]

    def test_another_currency_at_its_rate(self) -> None:
        rates = [{"currency": "USD", "rate": "7.1234", "date": "2026-09-01", "source": "中国银行"}]
        assert prices(make_quote(line("19.99", currency="USD"), rates=rates)) == ["142.40"]

    def test_parts_give_a_bundle_its_price_and_count_once(self) -> None:
        parts = [
            line("10.00", id="1a", part_of="1", quantity="3", category=""),
            line("2.50", id="1b", part_of="1", quantity="0.5", category=""),
        ]
        quote = make_quote(line(None, quantity="2", discount="10%"), *parts)
        assert (prices(quote), str(quote.base)) == (["28.13"], "56.26")  # (30 + 1.25) × 0.9 = 28.125
        assert [part.id for part in quote.lines[0].offer.parts] == ["1a", "1b"]

    def test_four_decimals_where_the_quote_declares_them(self) -> None:
        quote = make_quote(line("0.0375", quantity="1000"), rounding={"unit_price": "4"})
        assert (prices(quote), str(quote.base)) == (["0.0375"], "37.50")

    def test_amounts_in_whole_yuan(self) -> None:
        quote = make_quote(line("0.51", quantity="3"), rounding={"amount": "0"})
        assert str(quote.base) == "2.00"


class TestYears:
    YEARS: ClassVar = [
        {"id": "Y1", "name": "第1年", "year": "1"},
        {"id": "Y2", "name": "第2年", "year": "2"},
        {"id": "Y3", "name": "第3年", "year": "3", "kind": "option_period"},
    ]

    def test_a_period_that_is_named_twice_is_found(self, tmp_path: Any) -> None:
        deal = make_workspace(tmp_path)
        edit(deal, "id: B01, category: B,", "id: B01, periods: [B, B],")
        found = [problem for problem in run_check(deal).diagnostics if problem.code == "PR07"]
        assert [problem.message("en") for problem in found] == ["line B-B01: line number used twice"]

    def test_price_is_rounded_on_the_rate_not_on_the_extension(self) -> None:
        row = line("94.20", quantity="16640", escalation="2.5%", periods="Y1;Y2;Y3", category="")
        quote = make_quote(row, categories=self.YEARS)
        assert prices(quote) == ["94.20", "96.56", "98.97"]  # 94.20 × 1.025² = 98.968875
        assert [(item.line.id, item.line.kind) for item in quote.lines] == [
            ("Y1-1", "base"),
            ("Y2-1", "base"),
            ("Y3-1", "option_period"),
        ]
        assert str(quote.options) == "1646860.80"


class TestCategories:
    def test_numbers_levels_and_totals_of_nested_categories(self) -> None:
        inner = [
            {"id": "A1", "name": "甲一"},
            {"id": "A2", "name": "甲二", "categories": [{"id": "A21", "name": "深"}]},
        ]
        categories = [{"id": "A", "name": "甲", "categories": inner}, {"id": "B", "name": "乙"}]
        lines = [line("1", id=name, category=name) for name in ("A", "A1", "A21", "B")]
        quote = make_quote(*lines, categories=categories)
        assert [(item.number, item.level, str(item.total)) for item in quote.categories] == [
            ("1", 1, "3.00"),
            ("1.2", 2, "1.00"),
            ("1.3", 2, "1.00"),
            ("1.3.1", 3, "1.00"),
            ("2", 1, "1.00"),
        ]
        assert [item.number for item in quote.lines] == ["1.1", "1.2.1", "1.3.1.1", "2.1"]
        assert sum(item.total for item in quote.top_categories) == quote.base

    def test_tags_sum_the_lines_once_more(self) -> None:
        lines = [line("1", tags={"site": "北区"}), line("2", id="2", tags="site=南区"), line("4", id="3")]
        (grouping,) = make_quote(*lines, groupings={"site": "地点"}).groupings
        assert [(group.value, str(group.total)) for group in grouping.groups] == [
            ("北区", "1.00"),
            ("南区", "2.00"),
            ("", "4.00"),
        ]


class TestPayments:
    def test_amounts_beside_shares(self) -> None:
        payments = [
            {"name": "一", "trigger": "签订", "amount": "33.34"},
            {"name": "二", "trigger": "到货", "percent": "33.33%"},
            {"name": "三", "trigger": "验收", "percent": "33.33%"},
        ]
        quote = make_quote(line("100.01"), milestones=payments)
        assert [str(item.amount) for item in quote.payments] == ["33.34", "33.33", "33.34"]


DEAL_LINE = "unit_price: 36000.00, tax_rate: 6%"


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (DEAL_LINE, "tax_rate: 6%", "DL50"),
        (DEAL_LINE, f"{DEAL_LINE}, currency: USD", "DL51"),
        (DEAL_LINE, f"{DEAL_LINE}, periods: [B]", "DL52"),
        (DEAL_LINE, f"{DEAL_LINE}, escalation: 2%", "DL53"),
        (DEAL_LINE, f"{DEAL_LINE}, replaces: A01", "DL54"),
        (DEAL_LINE, f"{DEAL_LINE}, tags: {{site: 北区}}", "DL55"),
        ("  currency: CNY", "  rates: [{currency: CNY, rate: 1, date: 2026-09-01}]", "DL56"),
        ("percent: 70%", "remark: 70%", "DL04"),
        (", percent: 30%", "", "DL57"),
        ("  currency: CNY", "  rounding: {amount: 3}", "DL11"),
        ("  currency: CNY", "  target: 300000.00\n  rounding: {unit_price: 0}", "DL11"),
    ],
)
def test_what_a_quote_cannot_mean_is_said_at_its_place(tmp_path: Any, old: str, new: str, code: str) -> None:
    deal = make_workspace(tmp_path)
    text = deal.read_text(encoding="utf-8")
    assert old in text, old
    edit(deal, old, new)
    result = run_check(deal)
    found = [problem for problem in result.diagnostics if problem.code == code]
    assert found and found[0].span is not None and found[0].span.line > 1


BOOK = """
id: spring
title: 春季价格目录
currency: CNY
valid_from: 2026-01-01
valid_until: {until}
owner: 林知行
items:
  - {{sku: GW-200, unit: 台, list_price: 12500.00, cost: 8000.00, floor: 10000.00}}
"""


@pytest.mark.parametrize(("until", "code"), [("2026-12-31", None), ("2026-06-30", "DL42")])
def test_a_line_without_a_price_takes_that_of_the_book_while_it_holds(tmp_path: Any, until: str, code: Any) -> None:
    deal = make_workspace(tmp_path)
    write(tmp_path / "catalog/prices/spring.yaml", BOOK.format(until=until))
    edit(deal, "quantity: 24, unit_price: 12500.00", "quantity: 24, discount: 0%")
    edit(deal, "  currency: CNY", "  currency: CNY\n  price_books: [spring]")
    result = run_check(deal)
    found = [problem.code for problem in result.diagnostics if problem.code in ("DL41", "DL42", "DL43", "DL50")]
    assert found == ([code] if code else [])
    if result.bid is not None:
        assert str(result.bid.quote.base) == "336000.00"
        assert result.bid.quote.lines[0].offer.cost == 8000
