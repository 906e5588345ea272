"""prices in running text: where a text says one of a bid's amounts, in figures or in words.

A number is taken for a price when something makes it one:

    two decimals       12,500.00                any price from 100 on, unless a unit or a percent sign follows
    money beside it    ¥12500, 12,500 元        any price
    a large unit       33.6 万, 637.5 万        totals of three digits or more, also rounded to four; any with 元
    rounded            637 万元, $11.7 million  totals of three digits or more, where money or a price is told
    alone              637 万, 637W, 11.7M      main totals of three digits or more, where nothing is counted behind it
    a plain number     336000, 336,000          main totals from 10,000 on, and others of three digits or more

Digits are counted without the zeros at either end, for a round number also counts other things. In words, also in
ordinary numerals, any price from 100 on is one.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

from bidkit.words import CURRENCY_WORDS, read_amounts

_WIDE_COMMA = re.compile("(?<=[０-９])，(?=[０-９]{3})")
_WIDE = str.maketrans("０１２３４５６７８９．￥＄", "0123456789.¥$")
_NUMBER = re.compile(
    r"(?P<head>(?<![\d.,])(?:\d{1,4}\s?亿\s?)?\d{1,4}\s?万\s?(?=\d{1,4}(?:\.\d+)?\s?元))?"
    r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.(?P<part>\d+))?"
)
_SPACED = re.compile(r"(?<![\d.,] )(?<![\d.,])\d{1,3}(?:[ \u00a0\u2009\u202f]\d{3})+(?![\d.,]\d| \d)(?P<part>)")
"""Digits in groups with blanks between, which may as well be several numbers."""
_CODES = "|".join(CURRENCY_WORDS["en"])
_NAMES = "|".join(CURRENCY_WORDS["zh"].values())
_MONEY_BEFORE = re.compile(rf"(?:[¥$€£]|{_NAMES}|{_CODES}|RMB)\s*$", re.I)
_MONEY_AFTER = re.compile(
    rf"\s*[余多]?(?:[元圆]|{_NAMES}|港元|{_CODES}|RMB|dollars?\b|euros?\b|pounds?\b|francs?\b|ringgit\b|baht\b|yen\b|won\b)",
    re.I,
)
_UNIT_AFTER = re.compile(
    r"\s?(?:[%‰°℃Ωμ]|(?:[kMGTP]?(?:Hz|bps|B|b|W|V|A|Pa|bit|m|g)|mm|cm|nm|ml|L|dB|ms|s|min|h|lm|IOPS|dpi|px|rpm)\b)"
)
_LARGE = re.compile(r"\s*(百万|千万|万|亿|千(?=[元圆])|[Tt]housand\b|[Mm]illion\b|[Bb]illion\b|[KMk]\b)")
_SLANG = re.compile(r"([Ww])(?![A-Za-z/·])")
_ALONE = re.compile(
    r"\s?(?:$|[，。；、,;:：！!）)\]|\n]|\.(?!\d)|左右|上下|[余多]?[元圆]"
    r"|的?(?:总价|报价|价格|价)|(?:for|in total|overall|all in)\b)"
)
"""Behind a large unit of which nothing is counted."""
_POWER = re.compile(r"功[率耗]|瓦|电|制[冷热]量|风机|\bpower|\bwatt", re.I)
_NAMED = re.compile(r"(?:总价|报价|投标价|造价|\bprice|\bcost)[^。；;.！!？?\d]{0,24}$", re.I)
"""Before a number that is a price by what it is called."""
_WORTH = {
    "千": 10**3,
    "w": 10**4,
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
_ABOUT = re.compile("(?<=[万亿])[余多](?=[元圆])")
_TELLING_DIGITS = 3
_ROUNDED_DIGITS = 4
"""Where neither money nor a price is spoken of."""


@dataclass(frozen=True)
class Prices:
    """The amounts that must not be said.

    Args:
        main: what the whole bid costs.
        totals: sums of parts of it.
        others: prices and amounts of lines, taxes, payments.
        told: what is known of others' amounts: a number that is one of them is none of ours rounded.
    """

    main: frozenset[Decimal]
    totals: frozenset[Decimal]
    others: frozenset[Decimal]
    told: frozenset[Decimal] = frozenset()


@dataclass(frozen=True)
class _Said:
    """A number in a text and what stands beside it."""

    value: Decimal
    decimals: int
    is_money: bool
    is_named: bool
    is_free: bool
    has_unit: bool
    worth: int
    alone: int


def find_prices(text: str, prices: Prices, currency: str, language: str) -> Iterator[tuple[str, Decimal]]:
    """Each price that a text says: as it is written there, and the amount."""
    text = _WIDE_COMMA.sub(",", text).translate(_WIDE)
    groups = (prices.main, prices.totals, prices.others)
    spaced = (found for found in _SPACED.finditer(text) if _read(text, found).is_money)
    for found in (*_NUMBER.finditer(text), *spaced):
        said = _read(text, found)
        amounts = (amount for rank, group in enumerate(groups) for amount in group if _says(said, amount, rank, prices))
        if (amount := next(amounts, None)) is not None:
            yield found.group(), amount
    known = {amount for group in groups for amount in group if amount >= _LEAST_SAID}
    for words, amount in read_amounts(_ABOUT.sub("", text), currency, language):
        is_ours = [item for item in (amount, *prices.main, *prices.totals) if item in known and _is_near(amount, item)]
        if is_ours and (amount in known or amount not in prices.told):
            yield words, is_ours[0]


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
    before, after = text[max(0, found.start() - 40) : found.start()], text[found.end() : found.end() + 16]
    is_named = _NAMED.search(before) is not None
    large = _LARGE.match(after) or (_SLANG.match(after) if is_named else None)
    rest = after[large.end() :] if large else after
    unit = large or (None if _POWER.search(before) else _SLANG.match(after))
    is_alone = unit is not None and _ALONE.match(after, unit.end())
    return _Said(
        _compute(found),
        len(found["part"] or ""),
        is_money=bool(_MONEY_BEFORE.search(before) or _MONEY_AFTER.match(rest)),
        is_named=is_named,
        is_free=not re.search("[A-Za-z_./-]$", before) and not re.match("[A-Za-z_/-]", after),
        has_unit=bool(_UNIT_AFTER.match(rest)),
        worth=_WORTH[large.group(1).lower()] if large else 1,
        alone=_WORTH[unit.group(1).lower()] if unit and is_alone else 0,
    )


def _compute(found: re.Match[str]) -> Decimal:
    """What a number says; 637万4820 is one."""
    parts = re.split("([万亿])", re.sub(r"[\s,]", "", found.group()))
    return sum(
        (Decimal(n) * _WORTH.get(unit, 1) for n, unit in zip(parts[::2], [*parts[1::2], ""], strict=True)), Decimal()
    )


def _says(said: _Said, amount: Decimal, rank: int, prices: Prices) -> bool:
    """Whether a number is this amount; rank 0 is a main total, 1 another total, 2 any other price."""
    if amount <= 0:
        return False
    whole = said.value * said.alone
    if rank == 0 and whole not in (0, *prices.told) and _is_near(whole, amount):
        return True
    is_telling = rank < 2 and _count_digits(said.value) >= _TELLING_DIGITS
    if said.value * said.worth != amount:
        return is_telling and said.value * said.worth not in prices.told and _is_rounded(said, amount)
    if said.is_money or said.worth > 1:
        return said.is_money or is_telling
    if said.decimals == 2 and amount >= _LEAST_SAID and not said.has_unit:
        return True
    return (rank == 0 or is_telling) and said.is_free and amount >= _LEAST_PLAIN


def _is_rounded(said: _Said, amount: Decimal) -> bool:
    """Whether a number is the amount rounded, to so many digits that they give it away."""
    if said.is_money or (said.is_named and said.worth > 1):
        return _is_near(said.value * said.worth, amount)
    is_close = said.worth > 1 and _is_near(
        said.value * said.worth, amount, said.worth * Decimal(1).scaleb(-said.decimals)
    )
    return is_close and _count_digits(said.value) >= _ROUNDED_DIGITS


def _is_near(said: Decimal, amount: Decimal, place: Decimal | None = None) -> bool:
    """Whether an amount that is said is another one, or that rounded or cut off, if at no place given at its zeros."""
    if said == amount:
        return True
    if place is None:
        digits = said.normalize().as_tuple()
        place = Decimal(1).scaleb(int(digits.exponent))
    if said < _LEAST_PLAIN or place < _LEAST_SAID or _count_digits(said) < _TELLING_DIGITS:
        return False
    return said in ((amount / place).quantize(Decimal(1), mode) * place for mode in (ROUND_HALF_UP, ROUND_DOWN))


def _count_digits(value: Decimal) -> int:
    """The digits of a number without zeros at either end."""
    return len(f"{value.normalize():f}".replace(".", "").strip("0"))


def make_prices(
    main: Collection[Decimal],
    totals: Collection[Decimal],
    others: Collection[Decimal],
    told: Collection[Decimal] = (),
) -> Prices:
    """The prices in their order of weight; an amount that is several things counts as the weightiest."""
    first = frozenset(main)
    second = frozenset(totals) - first
    return Prices(first, second, frozenset(others) - first - second, frozenset(told))
