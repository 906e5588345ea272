"""Money: the figures of the sample deals, rounding, totals, payments, option periods."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest
from quotes import compute_quote

from bidkit.deal import load_deal
from bidkit.deal.prices import QuoteText
from bidkit.quote import Quote, round_cents
from bidkit.source import Workspace

EXAMPLES = Path(__file__).parents[1] / "examples"


def load(name: str) -> tuple[QuoteText, Quote]:
    """An example's quote as written and as computed."""
    deal, problems = load_deal(Workspace(EXAMPLES / name), f"deals/{name}/deal.yaml")
    assert problems == []
    assert deal is not None
    return deal.quote, compute_quote(deal.quote, deal.language)


def line(amount: str, rate: str = "13%", **changes: str) -> dict[str, str]:
    known = {"id": "1", "category": "A", "name": "网关", "unit": "台", "quantity": "1", "tax_rate": rate}
    return {**known, "unit_price": amount, **changes}


def make_quote(*lines: dict[str, str], language: str = "zh", **changes: Any) -> Quote:
    known = {"validity_days": "90", "categories": [{"id": "A", "name": "甲"}, {"id": "B", "name": "乙"}]}
    return compute_quote(QuoteText.model_validate({**known, "lines": lines, **changes}), language)


def pay(*percents: str) -> list[dict[str, str]]:
    return [{"name": str(number), "trigger": "验收", "percent": percent} for number, percent in enumerate(percents)]


def texts(amounts: Any) -> list[str]:
    return [str(amount) for amount in amounts]


class TestWater:
    def test_total_and_its_words(self) -> None:
        _, quote = load("water")
        assert len(quote.lines) == 40
        assert str(quote.base) == str(quote.evaluated) == "6374820.00"
        assert str(quote.options) == "0.00"
        assert quote.words == "人民币陆佰叁拾柒万肆仟捌佰贰拾元整"

    def test_categories_in_printed_order(self) -> None:
        _, quote = load("water")
        assert [(total.category.id, str(total.total)) for total in quote.categories] == [
            ("A", "2454720.00"),
            ("B", "751160.00"),
            ("C", "1613500.00"),
            ("D", "230640.00"),
            ("E", "496000.00"),
            ("F", "50000.00"),
            ("G", "778800.00"),
        ]

    def test_totals_by_rate(self) -> None:
        _, quote = load("water")
        assert [texts((tax.rate, tax.gross, tax.net, tax.tax)) for tax in quote.taxes] == [
            ["0.13", "3205880.00", "2837061.95", "368818.05"],
            ["0.09", "230640.00", "211596.33", "19043.67"],
            ["0.06", "2938300.00", "2771981.13", "166318.87"],
        ]

    @pytest.mark.parametrize(
        ("tax_sum", "net", "tax"),
        [("by_rate", "5820639.41", "554180.59"), ("by_line", "5820639.43", "554180.57")],
    )
    def test_net_by_rate_and_by_line_differ_by_two_cents(self, tax_sum: str, net: str, tax: str) -> None:
        text, _ = load("water")
        quote = compute_quote(text.model_copy(update={"tax_sum": tax_sum}), "zh")
        assert (str(quote.net), str(quote.tax)) == (net, tax)
        assert quote.net + quote.tax == quote.base

    def test_payments(self) -> None:
        _, quote = load("water")
        amounts = [payment.amount for payment in quote.payments]
        assert texts(amounts) == ["1912446.00", "2549928.00", "1593705.00", "318741.00"]
        assert sum(amounts) == quote.base

    def test_every_stated_amount_is_the_computed_one(self) -> None:
        text, quote = load("water")
        assert [line.amount for line in text.lines] == [line.amount for line in quote.lines]
        assert (text.total, text.total_words) == (quote.base, quote.words)

    def test_fractional_quantity(self) -> None:
        _, quote = load("water")
        screen = next(line for line in quote.lines if line.line.id == "A13")
        assert texts((screen.line.quantity, screen.amount)) == ["18.5", "292300.00"]


class TestSchool:
    def test_total_and_its_words(self) -> None:
        text, quote = load("school")
        assert len(quote.lines) == 14
        assert str(quote.base) == "2151120.00"
        assert quote.words == "人民币贰佰壹拾伍万壹仟壹佰贰拾元整" == text.total_words


class TestPort:
    def test_base_options_and_evaluated_are_three_totals(self) -> None:
        _, quote = load("port")
        assert texts((quote.base, quote.options, quote.evaluated)) == ["11721979.20", "8082807.60", "19804786.80"]
        assert quote.extras == ()

    def test_years(self) -> None:
        _, quote = load("port")
        assert texts(total.total for total in quote.categories) == [
            "3988734.00",
            "3824008.20",
            "3909237.00",
            "3996557.00",
            "4086250.60",
        ]

    def test_words_are_those_of_the_base_total(self) -> None:
        text, quote = load("port")
        assert quote.words == text.total_words
        assert quote.words.endswith("Seven Hundred Twenty-One Thousand Nine Hundred Seventy-Nine and 20/100")
        assert quote.evaluated_words == (
            "US Dollars Nineteen Million Eight Hundred Four Thousand Seven Hundred Eighty-Six and 80/100"
        )

    def test_labour_rates_escalate_from_the_unrounded_power(self) -> None:
        _, quote = load("port")
        rates: dict[str, dict[int, Decimal]] = {}
        for item in quote.lines:
            if item.line.unit == "hour":
                rates.setdefault(item.line.name, {})[int(item.line.category[1])] = item.unit_price
        assert len(rates) == 7
        cent = Decimal("0.01")
        for by_year in rates.values():
            expected = [(by_year[1] * Decimal("1.025") ** n).quantize(cent, ROUND_HALF_UP) for n in range(5)]
            assert [by_year[year] for year in range(1, 6)] == expected

    def test_payments_are_shares_of_the_base_total(self) -> None:
        _, quote = load("port")
        assert sum(payment.amount for payment in quote.payments) == quote.base


class TestRounding:
    @pytest.mark.parametrize(
        ("amount", "rounded"),
        [("0.005", "0.01"), ("0.0049", "0.00"), ("2.675", "2.68"), ("1.015", "1.02"), ("1.025", "1.03"), ("7", "7.00")],
    )
    def test_half_up_to_the_cent(self, amount: str, rounded: str) -> None:
        assert str(round_cents(Decimal(amount))) == rounded

    @pytest.mark.parametrize(
        ("quantity", "price", "amount"),
        [("18.5", "15800", "292300.00"), ("0.5", "0.01", "0.01"), ("0.333", "0.01", "0.00"), ("1.5", "33.33", "50.00")],
    )
    def test_line_amount_is_rounded_per_line(self, quantity: str, price: str, amount: str) -> None:
        quote = make_quote(line(price, quantity=quantity))
        assert str(quote.lines[0].amount) == amount

    def test_total_is_the_sum_of_the_rounded_lines(self) -> None:
        quote = make_quote(line("0.01", quantity="0.5"), line("0.01", quantity="0.5"))
        assert str(quote.base) == "0.02"

    @pytest.mark.parametrize("rate", ["0%", "1%", "3%", "6%", "9%", "13%", "100%"])
    @pytest.mark.parametrize("amount", ["0.01", "0.05", "1.00", "99.99", "86500.00", "9999999999999.99"])
    def test_net_and_tax_of_a_line_are_its_amount(self, amount: str, rate: str) -> None:
        priced = make_quote(line(amount, rate)).lines[0]
        assert priced.net + priced.tax == priced.amount
        assert 0 <= priced.tax <= priced.amount
        assert abs(priced.net * (1 + priced.line.tax_rate) - priced.amount) <= Decimal("0.005") * (
            1 + priced.line.tax_rate
        )

    def test_net_by_line_rounds_each_line_and_by_rate_each_rate(self) -> None:
        lines = [line("0.05") for _ in range(3)]
        by_line, by_rate = (make_quote(*lines, tax_sum=way) for way in ("by_line", "by_rate"))
        assert (str(by_line.net), str(by_line.tax)) == ("0.12", "0.03")
        assert (str(by_rate.net), str(by_rate.tax)) == ("0.13", "0.02")

    def test_large_amount_is_exact(self) -> None:
        priced = make_quote(line("9999999999.99", quantity="884.5")).lines[0]
        assert str(priced.amount) == "8844999999991.16"

    def test_rates_written_differently_are_one_rate(self) -> None:
        quote = make_quote(line("1", "13%"), line("1", "0.13"), line("1", "0.130"))
        assert [str(tax.gross) for tax in quote.taxes] == ["3.00"]

    def test_rates_are_listed_from_the_highest(self) -> None:
        quote = make_quote(line("1", "6%"), line("1", "13%"), line("1", "0%"))
        assert texts(tax.rate for tax in quote.taxes) == ["0.13", "0.06", "0"]


class TestKinds:
    def make(self) -> Quote:
        return make_quote(
            line("100", category="B"),
            line("10", category="A"),
            line("1", category="A", kind="option_period"),
            line("1000", category="A", kind="optional"),
            line("2000", category="A", kind="alternative"),
        )

    def test_option_period_counts_in_the_evaluated_total_only(self) -> None:
        quote = self.make()
        assert texts((quote.base, quote.options, quote.evaluated)) == ["110.00", "1.00", "111.00"]

    def test_optional_and_alternative_lines_are_in_no_total(self) -> None:
        quote = self.make()
        assert texts(item.amount for item in quote.extras) == ["1000.00", "2000.00"]
        assert texts(item.amount for item in quote.lines) == ["10.00", "1.00", "100.00"]
        assert quote.net + quote.tax == quote.evaluated
        assert sum(tax.gross for tax in quote.taxes) == quote.evaluated

    def test_categories_keep_their_order_and_hold_their_lines(self) -> None:
        assert [(item.category.id, str(item.total)) for item in self.make().categories] == [
            ("A", "11.00"),
            ("B", "100.00"),
        ]

    def test_category_without_lines_is_zero(self) -> None:
        assert texts(item.total for item in make_quote(line("1")).categories) == ["1.00", "0.00"]

    def test_words_are_those_of_the_base_total(self) -> None:
        quote = self.make()
        assert (quote.words, quote.evaluated_words) == ("人民币壹佰壹拾元整", "人民币壹佰壹拾壹元整")


class TestPayments:
    @pytest.mark.parametrize(
        ("total", "percents", "amounts"),
        [
            ("0.05", ("50%", "50%"), ["0.03", "0.02"]),
            ("100.00", ("33.33%", "33.33%", "33.34%"), ["33.33", "33.33", "33.34"]),
            ("0.10", ("33.3%", "33.3%", "33.4%"), ["0.03", "0.03", "0.04"]),
            ("1000.01", ("30%", "40%", "25%", "5%"), ["300.00", "400.00", "250.00", "50.01"]),
            ("7.77", ("100%",), ["7.77"]),
            ("0.01", ("30%", "30%", "40%"), ["0.00", "0.00", "0.01"]),
        ],
    )
    def test_last_payment_takes_the_remainder(self, total: str, percents: tuple[str, ...], amounts: list[str]) -> None:
        quote = make_quote(line(total), milestones=pay(*percents))
        assert texts(payment.amount for payment in quote.payments) == amounts
        assert sum(payment.amount for payment in quote.payments) == quote.base

    def test_payments_that_are_not_whole_take_no_remainder(self) -> None:
        quote = make_quote(line("100.00"), milestones=pay("30%", "60%"))
        assert texts(payment.amount for payment in quote.payments) == ["30.00", "60.00"]

    def test_payments_are_shares_of_the_base_total_only(self) -> None:
        quote = make_quote(
            line("100"), line("50", kind="option_period"), line("9", kind="optional"), milestones=pay("100%")
        )
        assert texts(payment.amount for payment in quote.payments) == ["100.00"]

    def test_quote_without_payments(self) -> None:
        assert make_quote(line("1")).payments == ()


def test_currency_and_language_make_the_words() -> None:
    assert make_quote(line("5.20"), currency="USD", language="en").words == "US Dollars Five and 20/100"
    assert make_quote(line("5.20")).words == "人民币伍元贰角整"
