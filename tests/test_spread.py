"""A target total is spread over the lines to the cent, within floors and caps."""

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bidkit.spread import Share, spread_total

CENT = Decimal("0.01")
MONEY = st.integers(1, 10**8).map(lambda cents: Decimal(cents).scaleb(-2))
QUANTITIES = st.one_of(st.integers(1, 500).map(Decimal), st.integers(1, 99_999).map(lambda n: Decimal(n).scaleb(-2)))
SHARES = st.builds(Share, QUANTITIES, MONEY)
SINGLE = st.builds(Share, st.just(Decimal(1)), MONEY)


def total(shares: list[Share], prices: tuple[Decimal, ...]) -> Decimal:
    amounts = (share.quantity * price for share, price in zip(shares, prices, strict=True))
    return sum((amount.quantize(CENT, ROUND_HALF_UP) for amount in amounts), Decimal(0))


@given(st.lists(SHARES, max_size=12), SINGLE, st.decimals("0.5", "1.2", places=4))
def test_with_a_line_of_one_piece_every_total_is_reached(shares: list[Share], single: Share, factor: Decimal) -> None:
    shares = [*shares, Share(single.quantity, single.price + 2000)]
    target = (total(shares, tuple(share.price for share in shares)) * factor).quantize(CENT)
    made = spread_total(shares, target)
    assert total(shares, made.prices) == made.total == target
    assert all(price == price.quantize(CENT) for price in made.prices)


@given(st.lists(SHARES, min_size=1, max_size=8), st.decimals("0.3", "1.5", places=4))
def test_what_it_says_it_reached_is_the_sum(shares: list[Share], factor: Decimal) -> None:
    target = (total(shares, tuple(share.price for share in shares)) * factor).quantize(CENT)
    made = spread_total(shares, target)
    assert total(shares, made.prices) == made.total


@given(st.lists(st.tuples(SHARES, st.decimals("0.7", "0.95", places=2), st.decimals("1", "1.2", places=2)), min_size=1,
                max_size=8), st.decimals("0.2", "1.6", places=3))  # fmt: skip
def test_no_price_leaves_its_limits(items: list[tuple[Share, Decimal, Decimal]], factor: Decimal) -> None:
    shares = [
        Share(share.quantity, share.price, (share.price * low).quantize(CENT), (share.price * high).quantize(CENT))
        for share, low, high in items
    ]
    target = (total(shares, tuple(share.price for share in shares)) * factor).quantize(CENT)
    for share, price in zip(shares, spread_total(shares, target).prices, strict=True):
        assert share.cap is not None
        assert share.floor <= price <= share.cap


def test_the_discount_is_nearly_one_for_all() -> None:
    shares = [Share(Decimal(quantity), Decimal(price)) for quantity, price in ((2, 15800), (185, 1580), (1, 960000))]
    made = spread_total(shares, Decimal("1200000.01"))
    assert made.total == Decimal("1200000.01")
    factors = [price / share.price for price, share in zip(made.prices, shares, strict=True)]
    assert max(factors) - min(factors) < Decimal("0.0001")


def test_lines_in_pairs_cannot_add_up_to_an_odd_cent() -> None:
    shares = [Share(Decimal(2), Decimal("10.00")), Share(Decimal(4), Decimal("3.00"))]
    made = spread_total(shares, Decimal("30.01"))
    assert abs(made.total - Decimal("30.01")) == CENT


def test_floors_above_the_target_stay_and_it_says_so() -> None:
    made = spread_total([Share(Decimal(3), Decimal(100), floor=Decimal(90))], Decimal("200"))
    assert (made.prices, made.total) == ((Decimal("90.00"),), Decimal("270.00"))


def test_no_price_becomes_nothing() -> None:
    made = spread_total([Share(Decimal(1), Decimal("0.02")), Share(Decimal(1), Decimal(5))], Decimal("4.99"))
    assert made.total == Decimal("4.99")
    assert all(price > 0 for price in made.prices)


def test_a_cap_below_its_floor_is_an_error() -> None:
    with pytest.raises(ValueError, match="5 < 6"):
        spread_total([Share(Decimal(1), Decimal(7), floor=Decimal(6), cap=Decimal(5))], Decimal(5))
