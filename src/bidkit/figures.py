"""prices in running text: where a text says one of a bid's amounts, in figures or in words.

A number is taken for a price when something makes it one:

    two decimals       12,500.00                any price from 100 on, unless a unit or a percent sign follows
    money beside it    ¥12500, 12,500 元        any price
    a large unit       33.6 万, 637.5 万        totals of three digits or more, also rounded to four; any with 元
    a plain number     336000, 336,000          main totals from 10,000 on, and others of three digits or more

Digits are counted without the zeros at either end, for a round number also counts other things. In words, also in
ordinary numerals, any price from 100 on is one.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from bidkit.words import CURRENCY_WORDS, read_amounts

_WIDE_COMMA = re.compile("(?<=[０-９])，(?=[０-９]{3})")
_WIDE = str.maketrans("０１２３４５６７８９．￥＄", "0123456789.¥$")
_NUMBER = re.compile(r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.(\d+))?")
_CODES = "|".join(CURRENCY_WORDS["en"])
_NAMES = "|".join(CURRENCY_WORDS["zh"].values())
_MONEY_BEFORE = re.compile(rf"(?:[¥$€£]|{_NAMES}|{_CODES}|RMB)\s*$", re.I)
_MONEY_AFTER = re.compile(
    rf"\s*(?:[元圆]|{_NAMES}|港元|{_CODES}|RMB|dollars?\b|euros?\b|pounds?\b|francs?\b|ringgit\b|baht\b|yen\b|won\b)",
    re.I,
)
_UNIT_AFTER = re.compile(
    r"\s?(?:[%‰°℃Ωμ]|(?:[kMGTP]?(?:Hz|bps|B|b|W|V|A|Pa|bit|m|g)|mm|cm|nm|ml|L|dB|ms|s|min|h|lm|IOPS|dpi|px|rpm)\b)"
)
_LARGE = re.compile(r"\s*(百万|千万|万|亿|[Tt]housand\b|[Mm]illion\b|[Bb]illion\b|[KMk]\b)")
_WORTH = {
    "万": 10**4,
    "百万": 10**6,
    "千万": 10**7,
    "亿": 10**8,
    "k": 10**3,
    "thousand": 10**3,
    "m": 10**6,
    "million": 10**6,
    "billion": 10**9,
}
_DATE_AFTER = re.compile(r"\s*[年月日天]")
_LEAST_SAID = 100
_LEAST_BARE = 1000
_LEAST_PLAIN = 10_000
_TELLING_DIGITS = 3
_ROUNDED_DIGITS = 4


@dataclass(frozen=True)
class Prices:
    """The amounts that must not be said.

    Args:
        main: what the whole bid costs.
        totals: sums of parts of it.
        others: prices and amounts of lines, taxes, payments.
    """

    main: frozenset[Decimal]
    totals: frozenset[Decimal]
    others: frozenset[Decimal]


@dataclass(frozen=True)
class _Said:
    """A number in a text and what stands beside it."""

    value: Decimal
    decimals: int
    is_money: bool
    is_free: bool
    has_unit: bool
    worth: int


def find_prices(text: str, prices: Prices, currency: str, language: str) -> Iterator[tuple[str, Decimal]]:
    """Each price that a text says: as it is written there, and the amount."""
    text = _WIDE_COMMA.sub(",", text).translate(_WIDE)
    groups = (prices.main, prices.totals, prices.others)
    for found in _NUMBER.finditer(text):
        said = _read(text, found)
        amounts = (amount for rank, group in enumerate(groups) for amount in group if _says(said, amount, rank))
        if (amount := next(amounts, None)) is not None:
            yield found.group(), amount
    known = {amount for group in groups for amount in group if amount >= _LEAST_SAID}
    yield from ((words, amount) for words, amount in read_amounts(text, currency, language) if amount in known)


def find_money(text: str, *, is_sure: bool = False) -> Iterator[tuple[int, int, Decimal]]:
    """Each number that a text means as an amount of money: where it begins and ends, and the amount.

    Money or a large unit stands beside it, or it has two decimals; also, unless they must be sure to be amounts,
    digits in groups, or four digits and no unit. A model such as P1.25 is surely none.
    """
    text = _WIDE_COMMA.sub(",", text).translate(_WIDE)
    for found in _NUMBER.finditer(text):
        said = _read(text, found)
        is_spelt = (said.decimals == 2 or said.worth > 1) and not (is_sure and _is_model(text, found))
        is_plain = said.is_free and said.value >= _LEAST_BARE and not _DATE_AFTER.match(text, found.end())
        is_likely = not is_sure and ("," in found.group() or is_plain)
        if said.is_money or (not said.has_unit and (is_spelt or is_likely)):
            yield found.start(), found.end(), said.value * said.worth


def _is_model(text: str, found: re.Match[str]) -> bool:
    """Whether a small number is part of a name, as in P1.25 and U40K: a letter stands right before it."""
    is_small = "," not in found.group() and Decimal(found.group()) < _LEAST_PLAIN
    return is_small and re.search("[A-Za-z]$", text[: found.start()]) is not None


def _read(text: str, found: re.Match[str]) -> _Said:
    before, after = text[max(0, found.start() - 8) : found.start()], text[found.end() : found.end() + 16]
    large = _LARGE.match(after)
    rest = after[large.end() :] if large else after
    return _Said(
        Decimal(found.group().replace(",", "")),
        len(found.group(1) or ""),
        is_money=bool(_MONEY_BEFORE.search(before) or _MONEY_AFTER.match(rest)),
        is_free=not re.search("[A-Za-z_./-]$", before) and not re.match("[A-Za-z_/-]", after),
        has_unit=bool(_UNIT_AFTER.match(rest)),
        worth=_WORTH[large.group(1).lower()] if large else 1,
    )


def _says(said: _Said, amount: Decimal, rank: int) -> bool:
    """Whether a number is this amount; rank 0 is a main total, 1 another total, 2 any other price."""
    if amount <= 0:
        return False
    is_telling = rank < 2 and _count_digits(said.value) >= _TELLING_DIGITS
    if said.value * said.worth != amount:
        return is_telling and said.worth > 1 and _is_rounded(said, amount)
    if said.is_money or said.worth > 1:
        return said.is_money or is_telling
    if said.decimals == 2 and amount >= _LEAST_SAID and not said.has_unit:
        return True
    return (rank == 0 or is_telling) and said.is_free and amount >= _LEAST_PLAIN


def _is_rounded(said: _Said, amount: Decimal) -> bool:
    """Whether a number with a large unit is the amount rounded, to so many digits that they give it away."""
    place = Decimal(1).scaleb(-said.decimals)
    is_close = (amount / said.worth).quantize(place, ROUND_HALF_UP) == said.value
    return is_close and _count_digits(said.value) >= _ROUNDED_DIGITS


def _count_digits(value: Decimal) -> int:
    """The digits of a number without zeros at either end."""
    return len(f"{value.normalize():f}".replace(".", "").strip("0"))


def make_prices(main: Collection[Decimal], totals: Collection[Decimal], others: Collection[Decimal]) -> Prices:
    """The prices in their order of weight; an amount that is several things counts as the weightiest."""
    first = frozenset(main)
    second = frozenset(totals) - first
    return Prices(first, second, frozenset(others) - first - second)
