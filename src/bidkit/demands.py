"""what a requirement demands in numbers (≥, ≤, at least, 10 to 20), and whether a response says less.

A limit counts as the law has it: 以上, 以下, 以内 include the number (87号令 art. 86); 大于, 小于, >, < do not.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from bidkit.units import convert

_NUMBER = r"-?\d{1,3}(?:,\d{3})+(?:\.\d+)?|-?\d+(?:\.\d+)?"
_UNIT = r"(?:[A-Za-zΩ°%µμ/·]+[23]?|个?(?:月|工作日|日历[日天])|小时|分钟|毫秒|英寸|[^\W\d_A-Za-z及以之的并和与或至到])"
_AMOUNT = rf"(?P<n>{_NUMBER})(?: |-(?=[A-Za-z]))?(?P<many>[万亿kK](?![A-Za-z]))? ?(?P<unit>{_UNIT})?"
_LEAST = (
    r"≥|>=|大于等于|不(?:得)?(?:少于|低于|小于|短于)|至少|最少|最低|"
    r"at least|(?:greater|more|higher) than or equal to|no(?:t)? (?:less|fewer|lower|shorter) than|"
    r"min\.|minimum(?: of| [a-z]+(?: [a-z]+)?)?"
)
_MOST = (
    r"≤|<=|小于等于|不(?:得)?(?:大于|超过|高于|多于|长于)|至多|最多|最大|at most|"
    r"(?:less|fewer|lower) than or equal to|no(?:t)? (?:more|greater|higher|later|longer) than|"
    r"(?:not |to )?exceed(?:ing)?|max\.|maximum(?: of| [a-z]+(?: [a-z]+)?)?|within|up to"
)
_ABOVE = r">|大于|高于|多于|(?:more|greater|higher|longer) than|(?<!the )above|over"
_BELOW = r"<|小于|少于|低于|(?:less|fewer|lower|shorter) than|below|under"
_WORDS = rf"(?P<least>{_LEAST})|(?P<most>{_MOST})|(?P<above>{_ABOVE})|(?P<below>{_BELOW})"
_BEFORE = re.compile(rf"(?:{_WORDS})[ :：]?{_AMOUNT}", re.I)
_BEHIND = re.compile(
    rf"{_AMOUNT}(?:\(?含\)?)?(?:(?P<least>及?以上| or (?:more|greater|higher|longer|above|over)| minimum)"
    r"|(?P<most>及?以[内下]|之?内| or (?:less|fewer|lower|shorter|below|under)| max(?:imum|\.)?(?![a-z])))",
    re.I,
)
_RANGE = re.compile(rf"(?P<low>{_NUMBER}) ?(?:~|～|–|—|至|到| to )(?= ?-?\d) ?{_AMOUNT}", re.I)
_PLAIN = re.compile(_AMOUNT, re.I)
_CLAUSE = re.compile(r"[，,;；。]")
_BREAK = re.compile(r"[，,;；。、：:()]|\band\b|\bwith\b", re.I)
_TIMES = {"万": Decimal(10_000), "亿": Decimal(100_000_000), "k": Decimal(1000), "K": Decimal(1000)}
_WORDS_TO_TWELVE = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_ONES = {name: number for number, name in enumerate(_WORDS_TO_TWELVE, 1)}
_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60}
_SPELT = re.compile(rf"\b(?:({'|'.join(_ONES)})|({'|'.join(_TENS)})(?:-({'|'.join(_ONES)}))?)\b", re.I)
_DIGITS = {digit: number for number, digit in enumerate("一二三四五六七八九", 1)} | {"两": 2}
_COUNTED = re.compile(
    r"(?<![第同每任逐一二三四五六七八九十])(?:[一二三四五六七八九]?十[一二三四五六七八九]?|[一二两三四五六七八九])"
    r"(?=个?月|年|天|小时|分钟|次|人|台|套|周)"
)
_AHEAD = re.compile(r".{0,16}?(?:before|prior|之?前)")
"""`not later than ten days before` demands ten days or more: how far ahead is not judged."""


@dataclass(frozen=True)
class Demand:
    """A number that a requirement sets a limit to.

    Args:
        subject: what it is of, as the words right before it say.
        low, high: the limits, in the unit's base; None for none.
        is_strict: the limits themselves are not allowed.
        text: as it is written.
    """

    subject: str
    low: Decimal | None
    high: Decimal | None
    is_strict: bool
    unit: str
    text: str

    def allows(self, low: Decimal, high: Decimal) -> bool:
        """Whether a stated number, or a range that covers the demanded one, is enough."""
        if self.low is not None and self.high is not None:
            is_covered = low <= self.low and high >= self.high
            return is_covered or (low == high and self.low <= low <= self.high)
        if self.low is not None:
            return high > self.low if self.is_strict else high >= self.low
        return self.high is None or (low < self.high if self.is_strict else low <= self.high)


def find_demands(text: str) -> list[Demand]:
    """The limits that a requirement sets."""
    text, taken, found = _normalize(text), list[tuple[int, int]](), list[Demand]()
    for pattern in (_BEFORE, _RANGE, _BEHIND):
        for match in pattern.finditer(text):
            if any(start < match.end() and match.start() < end for start, end in taken):
                continue
            taken.append(match.span())
            demand = _make_demand(text, match, is_range=pattern is _RANGE)
            found += [demand] if demand else []
    return found


def _make_demand(text: str, match: re.Match[str], *, is_range: bool) -> Demand | None:
    value, unit = _read(match)
    subject = _BREAK.split(text[: match.start()])[-1].strip()[-8:]
    if is_range:
        low, _ = _convert(_number(match["low"]), (match["unit"] or "").strip())
        return Demand(subject, min(low, value), max(low, value), False, unit, match[0].strip())
    groups = match.groupdict()
    if not (groups.get("least") or groups.get("above")) and _AHEAD.match(text, match.end()):
        return None
    is_low = bool(groups.get("least") or groups.get("above"))
    is_strict = bool(groups.get("above") or groups.get("below"))
    return Demand(subject, value if is_low else None, None if is_low else value, is_strict, unit, match[0].strip())


def find_shortfall(demand: Demand, response: str) -> str:
    """What a response says that is not enough; empty if it says enough, or nothing in that unit."""
    text = _normalize(response)
    stated = [item for item in _find_stated(text) if demand.unit in ("", item[3])]
    near = [item for item in stated if _is_about(demand.subject[-4:], text, item[0], item[4])]
    judged = near or (stated if demand.unit else [])
    if not judged or any(demand.allows(low, high) for _, low, high, _, _ in judged):
        return ""
    return judged[0][4]


def _is_about(subject: str, text: str, start: int, stated: str) -> bool:
    """Whether a number stands behind its subject, or right before it."""
    behind = text[start + len(stated) :].lstrip()
    return bool(subject) and (subject in _CLAUSE.split(text[:start])[-1] or behind.startswith(subject))


def _find_stated(text: str) -> Iterator[tuple[int, Decimal, Decimal, str, str]]:
    """The numbers of a text with their units: where, from, to, unit, as written."""
    position, ranged = 0, _RANGE.search(text)
    while match := _PLAIN.search(text, position) or ranged:
        match = ranged if ranged and ranged.start() <= match.start() else match
        position = match.end()
        if ranged and ranged.start() < position:
            ranged = _RANGE.search(text, position)
        value, unit = _read(match)
        low = _convert(_number(match["low"]), match["unit"] or "")[0] if "low" in match.groupdict() else value
        yield match.start(), min(low, value), max(low, value), unit, match[0].strip()


def _read(match: re.Match[str]) -> tuple[Decimal, str]:
    """A number in the base of its unit."""
    value = _number(match["n"]) * _TIMES.get(match["many"] or "", Decimal(1))
    return _convert(value, (match["unit"] or "").strip())


def _convert(value: Decimal, unit: str) -> tuple[Decimal, str]:
    """As `units.convert`; a limit in days may be answered in hours."""
    value, base = convert(value, unit)
    return (value * 86_400, "s") if base == "天" else (value, base)


def _number(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))


def _normalize(text: str) -> str:
    """The text with its numbers in digits."""
    plain = (
        unicodedata.normalize("NFKC", text).replace("㎡", "m2").replace("半小时", "30 分钟").replace("半年", "6 个月")
    )
    return _SPELT.sub(_read_spelt, _COUNTED.sub(lambda found: str(_read_counted(found[0])), plain))


def _read_counted(said: str) -> int:
    """A Chinese number below a hundred."""
    tens, ten, ones = said.rpartition("十")
    return (_DIGITS.get(tens, 1) * 10 if ten else 0) + _DIGITS.get(ones, 0)


def _read_spelt(match: re.Match[str]) -> str:
    """A number in English words, as far as people write them out."""
    tens, ones = (match[2] or "").lower(), (match[1] or match[3] or "").lower()
    return str(_TENS.get(tens, 0) + _ONES.get(ones, 0))
