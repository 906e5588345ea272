"""what a requirement demands in numbers: limits (≥, ≤, at least, 10 to 20) and what they are of.

A limit counts as the law has it: 以上, 以下, 以内 include the number (87号令 art. 86); 大于, 小于, >, < do not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from bidkit.amounts import AMOUNT, RANGE, hide_names, read, read_sides, to_base, to_number, to_plain

_LEAST = (
    r"≥|>=|大于等于|不[得应能可宜]?(?:少于|低于|小于|短于)|至少(?:提供|安排|配备|配置|组织|开展|进行|支持)?|最少|最低|"
    r"at least|(?:greater|more|higher) than or equal to|no(?:t)? (?:less|fewer|lower|shorter) than|"
    r"min\.|minimum(?: of| [a-z]+(?: [a-z]+)?)?"
)
_MOST = (
    r"≤|<=|小于等于|不[得应能可宜]?(?:大于|超过|高于|多于|长于)|至多|最多|最大|at most|"
    r"(?:less|fewer|lower) than or equal to|no(?:t)? (?:\w+ ){0,2}(?:more|greater|higher|later|longer) than|"
    r"(?:not |to )?exceed(?:ing)?|max\.|maximum(?: of| [a-z]+(?: [a-z]+)?)?|within|up to"
)
_ABOVE = r">|大于|高于|多于|(?:more|greater|higher|longer) than|(?<!the )above|over"
_BELOW = r"<|小于|少于|低于|(?:less|fewer|lower|shorter) than|below|under"
_WORDS = rf"(?P<least>{_LEAST})|(?P<most>{_MOST})|(?P<above>{_ABOVE})|(?P<below>{_BELOW})"
_BEFORE = re.compile(rf"(?:{_WORDS})[ :：]?{AMOUNT}", re.I)
_WITHIN = "内(?![存部置嵌网外衬容核墙径宽高侧腔胆盘])"
_BEHIND = re.compile(
    rf"{AMOUNT}(?: (?:per|an?|each|every) [a-z]+)? ?"
    rf"(?:\(?含\)?)?(?:(?P<least>及?以上| or (?:more|greater|higher|longer|above|over)| minimum)"
    rf"|(?P<most>及?以[内下]|之?{_WITHIN}| or (?:less|fewer|lower|shorter|below|under)| max(?:imum|\.)?(?![a-z])))",
    re.I,
)
_MORE = re.compile(rf"[^，,;；。]{{0,40}}?(?: and |、|和|及) ?(?={AMOUNT})", re.I)
_BREAK = re.compile(r"[，,;；。、：:()]|\band\b|\bwith\b", re.I)
AHEAD = re.compile(r".{0,16}?(?:before|prior|之?前)")
_NOT_LATER = re.compile(r"no(?:t)? later than|不(?:得)?[迟晚]于", re.I)
_RIGHT_BEHIND = re.compile(r"[ 的]?(?:of )?(?P<words>[^\W\d]+(?: [^\W\d]+)?)")


@dataclass(frozen=True)
class Demand:
    """A number that a requirement sets a limit to.

    Args:
        subject, behind: what it is of, as the words right before and right behind it say.
        low, high: the limits, in the unit's base; None for none.
        is_strict: the limits themselves are not allowed.
        is_ahead: the limit is how long before something: `not later than ten days before`.
        spelt: the unit as it is written, in small letters.
        sides: all its numbers, if it has several: 1200×650×900.
        text: as it is written.
    """

    subject: str
    low: Decimal | None
    high: Decimal | None
    is_strict: bool
    unit: str
    text: str
    behind: str = ""
    is_ahead: bool = False
    spelt: str = ""
    sides: tuple[Decimal, ...] = ()

    def allows(self, low: Decimal, high: Decimal) -> bool:
        """Whether a stated number, or a range that covers the demanded one, is enough."""
        if self.low is not None and self.high is not None:
            is_covered = low <= self.low and high >= self.high
            return is_covered or (low == high and self.low <= low <= self.high)
        if self.low is not None:
            return high > self.low if self.is_strict else high >= self.low
        return self.high is None or (low < self.high if self.is_strict else low <= self.high)


@lru_cache(maxsize=1024)
def find_demands(requirement: str) -> tuple[Demand, ...]:
    """The limits that a requirement sets."""
    plain, taken, found = to_plain(requirement), list[tuple[int, int]](), list[Demand]()
    text = hide_names(plain)
    for pattern in (_BEFORE, RANGE, _BEHIND):
        for match in pattern.finditer(text):
            if any(start < match.end() and match.start() < end for start, end in taken):
                continue
            taken.append(match.span())
            if demand := _make_demand(plain, match, is_range=pattern is RANGE):
                found += [demand, *_find_further(plain, match, demand)]
    return tuple(found)


def _make_demand(text: str, match: re.Match[str], *, is_range: bool) -> Demand | None:
    value, unit = read(match)
    subject, spelt = _BREAK.split(text[: match.start()])[-1].strip()[-40:], (match["unit"] or "").casefold()
    if is_range:
        other, _ = to_base(to_number(match["low"]), (match["unit"] or "").strip())
        return Demand(subject, min(other, value), max(other, value), False, unit, match[0].strip(), spelt=spelt)
    groups = match.groupdict()
    is_low = bool(groups.get("least") or groups.get("above"))
    is_ahead = not is_low and bool(AHEAD.match(text, match.end()))
    if is_ahead and not _NOT_LATER.match(match[0]):
        return None
    is_low, is_strict = is_low or is_ahead, bool(groups.get("above") or groups.get("below"))
    low, high = (value, None) if is_low else (None, value)
    sides, shown = read_sides(text, match.start("n")) if is_low else ((), "")
    shown = text[match.start() : match.start("n")] + shown if sides else match[0]
    behind = _RIGHT_BEHIND.match(text, match.end())
    said = behind["words"] if behind else ""
    return Demand(subject, low, high, is_strict, unit, shown.strip(), said, is_ahead, spelt, sides)


def _find_further(text: str, match: re.Match[str], demand: Demand) -> Iterator[Demand]:
    """The second number of a list with one limit: `not less than 12 months of logs and 36 months of archive`."""
    further = _MORE.match(text, match.end()) if match.re is _BEFORE and not demand.is_ahead else None
    if further and read(further) == (further_value := read(further)[0], demand.unit) and demand.unit:
        behind = _RIGHT_BEHIND.match(text, further.end("unit"))
        low, high = (further_value, None) if demand.low is not None else (None, further_value)
        said, shown = behind["words"] if behind else "", text[further.start("n") : further.end("unit")]
        shown = f"{text[match.start() : match.start('n')]}{shown}".strip()
        yield Demand("", low, high, demand.is_strict, demand.unit, shown, said, spelt=further["unit"].casefold())
