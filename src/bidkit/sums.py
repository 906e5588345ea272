"""what a sentence adds up: the parts that it lists, the sum that it gives, and whether these are the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from bidkit.amounts import Amount, find_amounts, to_plain

_END = re.compile(r"[。；;\n]|\.\s")
_LIKELY = re.compile(
    r"[合共总累]计|[总共] ?\d|总工期|\d ?[天日人名台套]?[（(：:+＋]\D{0,12}\d"
    r"|每[期批场班组轮]|total|altogether|days in\b|days[:(]"
)
_SUM = re.compile(
    r"(?:[合共总累]计|总共|共|总工期|总时长|总(?:天|人)数|\btotal(?: of|ling|s)?)(?:为|是|需要?|约|历时|用时|:)* ?$",
    re.I,
)
_SUM_BEHIND = re.compile(r" ?(?:in total|altogether|in all|overall)\b", re.I)
_GAP = re.compile(r"[^\d、,，+＋]{0,16}(?:、|，|,(?: and)?|\+|＋|和|及| and )[^\d、,，+＋]{0,16}")
_ALONE = re.compile(
    r"其中|每|并行|同步|同时|交叉|重叠|搭接|另|至|含|\b(?:each|every|per|of which|parallel|overlap|including)\b", re.I
)
"""Where parts are no parts of one sum, or do not follow each other."""
_OPENS = re.compile(r" ?[:：（(] ?")
_CLOSES = re.compile(r"[）)]")
_TIMES = re.compile(
    r"(?P<n>\d+) ?(?P<of>[期批场班组轮])[、，,]? ?每(?P=of) ?(?P<each>\d+) ?(?P<unit>[人名天台])[、，,]? ?"
    r"[共合总]计? ?(?P<all>\d+) ?(?P=unit)"
)
_IN_STEPS = re.compile(r"(?P<all>\d+) days in (?P<n>\d+) \w+ of (?P<each>\d+) days", re.I)


@dataclass(frozen=True)
class Sum:
    """A sum that a text makes: its words, what its parts come to, and what it says that they do, if it does.

    Args:
        unit: the base of their unit, as `units.convert` has it; a day is 86,400 s.
        is_whole: all parts are listed: what they come to is what is said.
    """

    text: str
    parts: Decimal
    stated: Decimal | None
    unit: str
    spelt: str
    is_whole: bool = True

    @property
    def is_wrong(self) -> bool:
        """Whether it is not what it is said to be."""
        return self.stated is not None and (self.parts > self.stated or (self.is_whole and self.parts != self.stated))


def find_sums(text: str) -> Iterator[tuple[int, Sum]]:
    """The sums of a text, each within a sentence, and where that begins.

    `A 20 天、B 30 天，共 50 天`, `50 天（A 20 天、B 30 天）`, `A 20 天+B 30 天`, `2 期、每期 12 人、共 24 人`.
    """
    begin = end = 0
    for likely in _LIKELY.finditer(text):
        if likely.start() < end:
            continue
        begin = max(text.rfind(sign, end, likely.start()) + len(sign) for sign in ("。", "；", ";", "\n", ". "))
        begin = max(begin, end)
        stop = _END.search(text, likely.end())
        end = stop.start() if stop else len(text)
        plain = to_plain(text[begin:end])
        for found in (*_TIMES.finditer(plain), *_IN_STEPS.finditer(plain)):
            unit = found.groupdict().get("unit") or "days"
            parts = Decimal(int(found["n"]) * int(found["each"]))
            yield begin, Sum(found[0], parts, Decimal(found["all"]), unit, unit)
        if not _ALONE.search(plain):
            yield from ((begin, told) for told in _find_listed(plain, [*find_amounts(plain)]))


def _find_listed(plain: str, amounts: list[Amount]) -> Iterator[Sum]:
    for number, item in enumerate(amounts):
        if item.low != item.high:
            continue
        before, behind = plain[: item.start].rstrip(), plain[item.end :]
        if _SUM.search(before) or _SUM_BEHIND.match(behind):
            yield from _make(plain, _list_before(plain, amounts, number), item)
        opened = _OPENS.match(behind)
        if opened:
            yield from _make(plain, _list_behind(plain, amounts, number), item, is_whole=False)
    chain = [item for item in amounts if item.unit == amounts[0].unit] if amounts else []
    if len(chain) > 1 and all("+" in plain[a.end : b.start].replace("＋", "+") for a, b in pairwise(chain)):
        yield from _make(plain, chain, None)


def _make(plain: str, parts: list[Amount], whole: Amount | None, *, is_whole: bool = True) -> Iterator[Sum]:
    """A sum of two parts or more; one of which the whole is the last part, goes on from part to part."""
    values = [part.low for part in parts]
    if len(parts) > 1 and (whole is None or whole.low not in values):
        all_of_it = [*parts, *([whole] if whole else [])]
        start, end = min(item.start for item in all_of_it), max(item.end for item in all_of_it)
        stated = whole.low if whole else None
        is_whole = is_whole or len(parts) > 2
        yield Sum(plain[start:end], sum(values, Decimal(0)), stated, parts[0].unit, parts[0].spelt, is_whole)


def _list_before(plain: str, amounts: list[Amount], number: int) -> list[Amount]:
    """The parts that stand before a sum."""
    parts, end = list[Amount](), amounts[number]
    for item in reversed(amounts[:number]):
        if (
            item.unit != end.unit
            or item.low != item.high
            or not _GAP.fullmatch(plain, item.end, (parts or [end])[-1].start)
        ):
            break
        parts.append(item)
    return parts[::-1]


def _list_behind(plain: str, amounts: list[Amount], number: int) -> list[Amount]:
    """The parts that are listed behind a sum, if nothing else is."""
    whole = amounts[number]
    closed = _CLOSES.search(plain, whole.end)
    stop = closed.start() if closed and plain[whole.end :].lstrip()[:1] in "（(" else len(plain)
    inside = [item for item in amounts[number + 1 :] if item.end <= stop]
    gaps = pairwise(inside)
    is_list = all(_GAP.fullmatch(plain, one.end, other.start) for one, other in gaps)
    return inside if is_list and all(item.unit == whole.unit and item.low == item.high for item in inside) else []
