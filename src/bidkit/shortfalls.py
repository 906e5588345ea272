"""what a response states that is less than demanded: the number at the demand's subject, else the first of its unit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from bidkit.amounts import Amount, find_amounts, read_sides, to_plain
from bidkit.demands import AHEAD, Demand, find_demands

_CLAUSE = re.compile(r"[，;；。\n]|,(?!\d)")
_TAIL = re.compile(
    r"(?:时间|时限|期限|期|度|总?数量?|容量|规模|能力|要求|[应须需为是达在于至]+|具有|具备|提供|支持|包含|配备?|配置)$"
)
_EMPTY = re.compile(
    r"数量|时间|能力|要求|系统|设备|其中|不得|[合总]计|具有|提供|支持|项目|投标|完成"
    r"|the|for|with|and|that|than|not|shall|will|any|its|own|are|from|hours|each",
    re.I,
)
"""Words that are no subject of a number."""
_WORD = re.compile(r"[A-Za-z][\w&/-]*")
_NAME = re.compile(r"[A-Za-z][A-Za-z\d/-]+$")
_HAN = re.compile(r"[一-鿿]")
_GAP = re.compile(r"(?:之?内|以内)?[ -]?(?:[一-鿿]{0,2})")
_EACH = re.compile(r"[每单各][一-鿿]{0,3} ?$|\b(?:each|per)\b[^\d]*$", re.I)
_WHOLE = re.compile(
    r"(?:合计|[共总累]计|总共|共|整机|总[一-鿿]{0,4})(?:为|有|约|:)? ?(?:[A-Za-z\d]+ )?$|\btotal(?:l?ing)?(?: of)? ?$",
    re.I,
)
_NEAR = 24
"""Characters before a number in which a word tells what it is of."""
_DAYS = frozenset({"天", "日", "日历日", "日历天", "day", "days", "周", "week", "weeks", "calendar"})
_DAY = Decimal(86_400)
_SHORTEST, _LONGEST = Decimal(28), Decimal(31)
_STORED = ("kb", "mb", "gb", "tb", "pb")
_EXACT = re.compile(r"(?:([一-鿿]{2,6})(?:为|[:：])? ?|([A-Za-z]{3,})(?: (?:period|term|duration))? of )$")
_LEADS = r"\b(?:of|is|are|lasts?|runs?|for|period|term|will|shall|be)\b"
"""What may stand between a name and its number: the warranty period is 12 months."""
_INCLUDES = re.compile(r"(?:含|提供|附带?|包括|配套) ?$")
_NAMED = re.compile(r" ?的?([一-鿿]{2,8})")
_LESS_IS_BETTER = re.compile(r"工期|交[货付]期|供货期|延[迟时]|时延|误差|偏差|噪[声音]|功耗|重量")
_EVERY = re.compile(r"每 ?(?P<n>\d+|两)? ?个?(?P<unit>季|月|周|年|天|日)")
_A_YEAR = {"季": 4, "月": 12, "周": 52, "年": 1, "天": 365, "日": 365}


@dataclass(frozen=True)
class Shortfall:
    """What is demanded, what is stated, and whether it is certain that one is about the other."""

    demand: str
    stated: str
    is_certain: bool


def find_shortfalls(requirement: str, response: str) -> Iterator[Shortfall]:
    """What a response states that is less than a requirement demands; nothing where it says no number in that unit."""
    text = to_plain(response)
    demands = find_demands(requirement)
    by_year = any("年" in demand.subject for demand in demands)
    amounts = [_count_a_year(item, text) if by_year and item.unit == "次" else item for item in find_amounts(text)]
    near = [_find_near(demand, text, amounts) for demand in demands]
    apart = [demand for demand, (found, _) in zip(demands, near, strict=True) if not found]
    for demand, (found, is_named) in zip(demands, near, strict=True):
        stated = [item for item in amounts if is_alike(demand, item)] if demand.unit else []
        if demand.is_ahead:
            stated = [item for item in stated if AHEAD.match(text, item.end)]
        is_lost = bool(stated) and not any(is_enough(demand, item) for item in stated)
        if not found and stated:
            pool = [item for item in stated if item not in [each for each, _ in near]]
            rivals = [each for each in apart if each.unit == demand.unit]
            found = _choose(demand, text, pool, rivals) or (stated[0] if is_lost else None)
        if demand.sides:
            yield from _compare_sides(demand, text, found)
        elif found and not is_enough(demand, found):
            yield Shortfall(demand.text, found.text, is_named or is_lost)


def find_differences(requirement: str, response: str) -> Iterator[Shortfall]:
    """Numbers without a limit than which a response states less, by the same words and in the same unit."""
    asked, text = to_plain(requirement), to_plain(response)
    limits = "".join(demand.text for demand in find_demands(requirement))
    stated = list(find_amounts(text))
    for item in find_amounts(asked):
        name = _EXACT.search(asked[: item.start])
        alike = [each for each in stated if each.unit == item.unit not in ("", "级")]
        if item.text in limits or any(each.low <= item.low <= each.high for each in alike):
            continue
        if not name or _INCLUDES.search(asked[: item.start]):
            yield from _find_fewer(asked, text, item, alike)
            continue
        key = next(filter(None, name.groups()))
        key = "数量|共" if key == "数量" else re.escape(_TAIL.sub("", key) or key)
        for each in alike:
            is_less = each.low > item.low if _LESS_IS_BETTER.search(name[0]) else each.high < item.low
            is_before = re.search(rf"(?:{key})(?:容量|[期限时间为: ]|{_LEADS})*$", text[: each.start], re.I)
            is_behind = key.isascii() and re.match(rf"[ -]?{key}\b", text[each.end :], re.I)
            if is_less and (is_before or is_behind):
                yield Shortfall(f"{name[0].strip()} {item.text}", each.text, False)
                break


def _find_fewer(asked: str, text: str, item: Amount, alike: list[Amount]) -> Iterator[Shortfall]:
    """Less of what stands behind a number that is to be there: 含 3 年特征库升级, 特征库升级 1 年."""
    name = _NAMED.match(asked, item.end) if _INCLUDES.search(asked[: item.start]) else None
    for each in alike if name else ():
        key = name[1] if name else ""
        before = re.sub("(?:服务|年限|期|[为:： ])+$", "", text[: each.start])
        is_beside = before.endswith(key) or text[each.end :].lstrip(" 的").startswith(key)
        if each.high < item.low and is_beside:
            yield Shortfall(f"{item.text}{key}", each.text, False)
            break


def find_equal(requirement: str, response: str) -> str:
    """The first number of a response that states of every limit just the limit; empty if one is another or not told."""
    amounts, equal = list(find_amounts(to_plain(response))), list[Amount]()
    for demand in find_demands(requirement):
        limits = {demand.low, demand.high} - {None}
        stated = [item for item in amounts if is_alike(demand, item)]
        if not stated or demand.sides or any({item.low, item.high} != limits for item in stated):
            return ""
        equal.append(stated[0])
    return equal[0].text if equal else ""


def _choose(demand: Demand, text: str, pool: list[Amount], rivals: list[Demand]) -> Amount | None:
    """The number of a unit that answers a demand whose subject the response does not name."""
    whole = _find_whole(demand, text, pool)
    if whole or len(rivals) == 1:
        return whole or (pool[0] if pool else None)
    return pool[rivals.index(demand)] if len(pool) == len(rivals) else None


def _find_whole(demand: Demand, text: str, pool: list[Amount]) -> Amount | None:
    if re.search(r"[单每各]|\b(?:per|each)\b", demand.subject):
        return None
    return next((item for item in pool if _WHOLE.search(text[max(0, item.start - _NEAR) : item.start])), None)


def _find_near(demand: Demand, text: str, amounts: list[Amount]) -> tuple[Amount | None, bool]:
    """The number that stands by the subject of a demand, and whether the subject is named in full."""
    alike = [item for item in amounts if is_alike(demand, item)]
    if demand.is_ahead or not alike:
        return None, False
    for key, is_full in _list_keys(demand):
        bound = r"\b" if key.isascii() else ""
        for match in re.finditer(rf"{bound}{re.escape(key)}", text, re.I):
            if found := _find_beside(demand, text, match, alike):
                is_next = text[match.end() : found.start].strip(" :为") == "" and match.end() <= found.start
                return found, is_full or is_next
    return None, False


def _find_beside(demand: Demand, text: str, match: re.Match[str], alike: list[Amount]) -> Amount | None:
    ahead = [item for item in alike if item.end <= match.start() and _GAP.fullmatch(text, item.end, match.start())]
    if ahead:
        return ahead[-1]
    stop = _CLAUSE.search(text, match.end())
    end = stop.start() if stop else len(text)
    behind = [item for item in alike if match.end() <= item.start < end]
    if behind and (behind[0].is_product or _EACH.search(text[max(0, behind[0].start - _NEAR) : behind[0].start])):
        return _find_whole(demand, text, behind) or behind[0]
    return behind[0] if behind else None


def _list_keys(demand: Demand) -> Iterator[tuple[str, bool]]:
    """The words by which a response may name what a demand is of, the longest first."""
    parts = [demand.behind, demand.subject] if demand.text[-1:] in "内上下" else [demand.subject, demand.behind]
    for part, is_ahead in zip(parts, (demand.subject is part for part in parts), strict=True):
        if not _HAN.search(part):
            words = [word for word in _WORD.findall(part) if not _EMPTY.fullmatch(word) and len(word) > 1]
            yield from ((word, True) for word in (words[::-1][:4] if is_ahead else words[:2]))
            continue
        if is_ahead and (name := _NAME.search(part)):
            yield name[0], True
        whole = _TAIL.sub("", part) if is_ahead else part
        for length in range(min(len(part), 10), 1, -1):
            for said in dict.fromkeys((part, whole)):
                key = (said[-length:] if is_ahead else said[:length]).strip()
                if len(said) >= length and len(key) > 1 and not _EMPTY.fullmatch(key) and _HAN.search(key):
                    yield key, len(key) > 2 or key == said


def _count_a_year(item: Amount, text: str) -> Amount:
    """`每季度 1 次` is four times a year."""
    begin = max((found.end() for found in _CLAUSE.finditer(text, 0, item.start)), default=0)
    if not (every := _EVERY.search(text, begin, item.start)):
        return item
    times = Decimal(_A_YEAR[every["unit"]]) / (2 if every["n"] == "两" else (int(every["n"] or 1) or 1))
    return replace(item, low=item.low * times, high=item.high * times)


def is_alike(demand: Demand, item: Amount) -> bool:
    """Whether a number may answer a demand: by its unit, or as days answer months where nothing else can."""
    if not demand.unit:
        return not item.unit or (bool(_HAN.fullmatch(item.unit)) and item.unit not in "年月天")
    return item.unit == demand.unit or _is_stretched(demand, item)


def _is_stretched(demand: Demand, item: Amount) -> bool:
    by_days = demand.unit == "s" and demand.spelt in _DAYS and item.unit == "月"
    return by_days or (demand.unit == "月" and item.unit == "s" and item.spelt in _DAYS)


def is_enough(demand: Demand, item: Amount) -> bool:
    """Whether a number is as much as is demanded, or as little."""
    low, high = item.low, item.high
    if item.is_product and re.search(r"[单每各]|\b(?:per|each)\b", demand.subject):
        high = low
    if demand.unit == "b" and demand.spelt != item.spelt and {demand.spelt, item.spelt} <= set(_STORED):
        # 1000 GB are sold as 1 TB.
        loose = Decimal("1.024") ** abs(_STORED.index(demand.spelt) - _STORED.index(item.spelt))
        low, high = low / loose, high * loose
    if _is_stretched(demand, item):
        by_days = demand.unit == "s"
        low, high = (low * _SHORTEST, high * _LONGEST) if by_days else (low / _LONGEST, high / _SHORTEST)
        low, high = (low * _DAY, high * _DAY) if by_days else (low / _DAY, high / _DAY)
    return demand.allows(low, high)


def _compare_sides(demand: Demand, text: str, found: Amount | None) -> Iterator[Shortfall]:
    """Every number of `1200×650×900` against that of the response, whichever way round it is written."""
    sides, shown = read_sides(text, found.start) if found else ((), "")
    if found and len(sides) == len(demand.sides):
        if any(one < two for one, two in zip(sorted(sides), sorted(demand.sides), strict=True)):
            yield Shortfall(demand.text, shown, True)
    elif found and not is_enough(demand, found):
        yield Shortfall(demand.text, found.text, False)
