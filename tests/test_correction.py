"""What a committee would correct: the vectors of the water deal, and the rules of each regime."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from quotes import compute_quote

from bidkit.correction import BillLine, Correction, Statement, Step, correct_prices
from bidkit.deal import load_deal
from bidkit.quote import round_cents
from bidkit.source import Workspace

WATER = Path(__file__).parents[1] / "examples/water"
TOTAL = Decimal("6374820.00")


def d(text: str) -> Decimal:
    return Decimal(text)


@pytest.fixture(scope="module")
def water() -> Statement:
    deal, problems = load_deal(Workspace(WATER), "deals/water/deal.yaml")
    assert deal is not None and not problems
    quote = compute_quote(deal.quote, "zh")
    lines = tuple(BillLine(x.line.id, x.line.quantity, x.line.unit_price, x.amount) for x in quote.lines)
    return Statement(quote.base, quote.base, lines, {"分项报价表": quote.base})


def change(stated: Statement, number: str, **values: Decimal) -> Statement:
    lines = tuple(replace(line, **values) if line.id == number else line for line in stated.lines)
    assert lines != stated.lines
    return replace(stated, lines=lines)


@pytest.mark.parametrize("regime", ["mof87", "ndrc", "mdb"])
def test_a_clean_bid_is_not_corrected(water: Statement, regime: str) -> None:
    assert correct_prices(water, regime) == Correction((), TOTAL)


def test_words_with_a_slip_give_both_outcomes(water: Statement) -> None:
    made = correct_prices(replace(water, words=d("6374820.10")), "mof87")
    assert made.steps == (
        Step("words", "", TOTAL, d("6374820.10")),
        Step("sum", "", d("6374820.10"), TOTAL),
    )
    assert (made.price, made.alternative) == (TOTAL, d("6374820.10"))


def test_a_slipped_decimal_point_is_mended_and_the_total_stands(water: Statement) -> None:
    made = correct_prices(change(water, "A13", unit_price=d("1580.00")), "mof87")
    assert made == Correction((Step("unit_price", "A13", d("1580.00"), d("15800.00")),), TOTAL)


def test_a_wrong_line_total_that_the_sum_followed_costs_the_bidder(water: Statement) -> None:
    stated = replace(
        change(water, "A12", amount=d("105210.00")),
        figures=d("6374910.00"),
        words=d("6374910.00"),
        others={"分项报价表": d("6374910.00")},
    )
    made = correct_prices(stated, "mof87")
    assert made.steps == (Step("sum", "", d("6374910.00"), TOTAL),)
    assert (made.price, made.alternative) == (TOTAL, d("6374910.00"))


def test_the_summary_counts_before_every_other_place(water: Statement) -> None:
    made = correct_prices(replace(water, others={"投标函": d("6374820.10"), "分项报价表": TOTAL}), "mof87")
    assert made == Correction((Step("place", "投标函", d("6374820.10"), TOTAL),), TOTAL)


@pytest.mark.parametrize("regime", ["ndrc", "mdb"])
def test_unit_prices_count_before_totals(water: Statement, regime: str) -> None:
    made = correct_prices(change(water, "A12", unit_price=d("4381.00")), regime)
    assert made.steps == (
        Step("line_amount", "A12", d("105120.00"), d("105144.00")),
        Step("sum", "", TOTAL, TOTAL + 24),
    )
    assert (made.price, made.alternative) == (TOTAL + 24, None)


@pytest.mark.parametrize("regime", ["ndrc", "mdb"])
def test_a_slip_is_no_unit_price(water: Statement, regime: str) -> None:
    made = correct_prices(change(water, "A13", unit_price=d("158000.00")), regime)
    assert made == Correction((Step("unit_price", "A13", d("158000.00"), d("15800.00")),), TOTAL)


def test_words_of_a_wrong_sum_do_not_count_with_the_banks(water: Statement) -> None:
    stated = replace(water, words=d("6374821.00"))
    assert correct_prices(stated, "mdb").steps == (Step("figures", "", d("6374821.00"), TOTAL),)
    assert [step.kind for step in correct_prices(stated, "ndrc").steps] == ["words", "place", "sum"]


@pytest.mark.parametrize("regime", ["mof87", "ndrc", "mdb"])
def test_without_lines_the_words_count(regime: str) -> None:
    made = correct_prices(Statement(d("10.00"), d("11.00"), (), {}), regime)
    assert (made.price, made.alternative) == (d("11.00"), None)


CENTS = st.integers(1, 10**7).map(lambda cents: Decimal(cents).scaleb(-2))
LINES = st.lists(st.tuples(st.integers(1, 99).map(Decimal), CENTS, CENTS), max_size=6).map(
    lambda rows: tuple(BillLine(str(number), *row) for number, row in enumerate(rows))
)
REGIMES = st.sampled_from(["mof87", "ndrc", "mdb"])


@given(LINES, CENTS, st.none() | CENTS, st.dictionaries(st.just("a"), CENTS), REGIMES)
def test_a_corrected_bid_is_not_corrected_again(lines, figures, words, others, regime) -> None:
    made = correct_prices(Statement(figures, words, lines, others), regime)
    assert all(step.before != step.after for step in made.steps)
    prices = {step.place: step.after for step in made.steps if step.kind == "unit_price"}
    lines = tuple(replace(line, unit_price=prices.get(line.id, line.unit_price)) for line in lines)
    lines = tuple(replace(line, amount=round_cents(line.quantity * line.unit_price)) for line in lines)
    after = Statement(made.price, words and made.price, lines, dict.fromkeys(others, made.price))
    assert correct_prices(after, regime) == Correction((), made.price)
