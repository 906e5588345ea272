"""a target total spread over the lines of a quote: unit prices whose amounts add up to it exactly.

Here a cent is the smallest unit of the currency.

1. every unit price times one factor, kept between its floor and its cap; the factor is found by bisection
2. rounded to the cent; what the amounts lack is spread a cent of a unit price at a time, where rounding took most
3. the rest, smaller than any quantity can mend alone, by the shortest way of cents up and down on several lines
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal

_ROUNDS = 60
_MAX_REST = 20_000
_STEPS = 3


@dataclass(frozen=True)
class Share:
    """A line before the target is spread: its quantity, the price that it would have, and the limits of its price.

    Args:
        cap: None for no limit.
    """

    quantity: Decimal
    price: Decimal
    floor: Decimal = Decimal(0)
    cap: Decimal | None = None


@dataclass(frozen=True)
class Spread:
    """Unit prices in whole cents.

    Args:
        total: what their amounts add up to; the nearest total that was found where the target cannot be reached.
    """

    prices: tuple[Decimal, ...]
    total: Decimal


def spread_total(shares: Sequence[Share], target: Decimal, places: int = 2) -> Spread:
    """Unit prices near one common discount whose amounts, rounded half up to the cent, add up to the target.

    Floors and caps are rounded inwards to the cent; a cap below its floor raises ValueError.

    Args:
        places: the decimals of a cent.
    """
    limits = [_limit(share, places) for share in shares]
    shares = [replace(share, price=share.price.scaleb(places)) for share in shares]
    target = target.scaleb(places)  # all is counted in cents from here on
    prices = _scale(shares, limits, target)
    rest = _to_cents(target) - sum(map(_amount, shares, prices))
    rest = _hand_out(shares, limits, prices, rest)
    rest = _settle(shares, limits, prices, rest)
    made = tuple(Decimal(price).scaleb(-places) for price in prices)
    return Spread(made, (target - rest).scaleb(-places))


def _limit(share: Share, places: int) -> tuple[int, int | None]:
    """The lowest and the highest price in cents."""
    low = _to_cents(share.floor.scaleb(places), ROUND_CEILING)
    high = None if share.cap is None else _to_cents(share.cap.scaleb(places), ROUND_FLOOR)
    if high is not None and high < low:
        raise ValueError(f"{share.cap} < {share.floor}")
    return low, high


def _to_cents(amount: Decimal, rounding: str = ROUND_HALF_UP) -> int:
    """In whole cents."""
    return int(amount.to_integral_value(rounding))


def _amount(share: Share, price: int) -> int:
    """A line's amount in cents at a price in cents."""
    return int((share.quantity * price).to_integral_value(ROUND_HALF_UP))


def _clamp(price: int, limit: tuple[int, int | None]) -> int:
    low, high = limit
    return max(low, price if high is None else min(price, high))


def _scale(shares: Sequence[Share], limits: Sequence[tuple[int, int | None]], target: Decimal) -> list[int]:
    """Every price times the factor whose total comes nearest to the target from below, within the limits."""

    def at(factor: Decimal) -> list[int]:
        return [_clamp(_to_cents(share.price * factor), limit) for share, limit in zip(shares, limits, strict=True)]

    def total(factor: Decimal) -> int:
        return sum(map(_amount, shares, at(factor)))

    wanted = _to_cents(target)
    low, high = Decimal(0), Decimal(1)
    while total(high) < wanted and high < 10**9:
        low, high = high, high * 2
    for _ in range(_ROUNDS):
        middle = (low + high) / 2
        low, high = (middle, high) if total(middle) <= wanted else (low, middle)
    return at(low)


def _moves(
    shares: Sequence[Share], limits: Sequence[tuple[int, int | None]], prices: Sequence[int], number: int, step: int
) -> int | None:
    """By how many cents a line's amount changes when its price does by `step` cents; None where it may not."""
    price = prices[number] + step
    if _clamp(price, limits[number]) != price or (price <= 0 < prices[number]):
        return None
    return _amount(shares[number], price) - _amount(shares[number], prices[number])


def _hand_out(shares: Sequence[Share], limits: Sequence[tuple[int, int | None]], prices: list[int], rest: int) -> int:
    """Change prices by a cent, the largest first in amount, as long as the rest becomes smaller. Returns the rest."""
    order = sorted(range(len(shares)), key=lambda number: (-shares[number].price * shares[number].quantity, number))
    while rest:
        step = 1 if rest > 0 else -1
        before = rest
        for number in order:
            change = _moves(shares, limits, prices, number, step)
            if change and abs(rest - change) < abs(rest) and (rest - change) * step >= 0:
                prices[number] += step
                rest -= change
        if rest == before:
            break
    return rest


def _settle(shares: Sequence[Share], limits: Sequence[tuple[int, int | None]], prices: list[int], rest: int) -> int:
    """Mend the rest by up to three cents up or down on as few lines as it takes. Returns what is left of it."""
    ways: dict[int, tuple[tuple[int, int], ...]] = {0: ()}
    if not 0 < abs(rest) <= _MAX_REST:
        return rest
    window = _MAX_REST + abs(rest)
    for number in sorted(range(len(shares)), key=lambda number: (shares[number].quantity, number)):
        grown = dict(ways)
        for step in (*range(-_STEPS, 0), *range(1, _STEPS + 1)):
            change = _moves(shares, limits, prices, number, step)
            if not change:
                continue
            for reached, way in ways.items():
                made = reached + change
                if abs(made) <= window and len(grown.get(made, (*way, 0, 0))) > len(way) + 1:
                    grown[made] = (*way, (number, step))
        ways = grown
        if rest in ways:
            break
    nearest = min(ways, key=lambda reached: (abs(rest - reached), len(ways[reached])))
    for number, step in ways[nearest]:
        prices[number] += step
    return rest - nearest
