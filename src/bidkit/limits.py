"""where a running text states less of a thing than a clause demands of it, right beside what the clause calls it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bidkit.amounts import Amount, find_amounts, to_plain
from bidkit.demands import Demand, find_demands
from bidkit.shortfalls import is_alike, is_enough

_NAME = re.compile(r"[A-Z]{3,}$|(?:[A-Za-z/]+ ?)?[一-鿿]{2,}$")
_CORE = 2
_SHORT = 4
"""Characters of a name of which the beginning may be left out: 平台年可用率, 年可用率; or its middle: 断网缓存."""
_WORD = re.compile(r"[a-z]{7,}")
_LINK = re.compile(
    r"[ 的]?(?:(?:流程|处[理置]|平均|最[大长]|实际)?(?:时间|时限|用时|耗时|指标|值))?(?: ?\d\d ?分位值?)?"
    r"(?:均|可|实测|设计)?(?:为|是|设为|定为|达到?|约|可达|仅|控制在|不[低高大小少多]于|不超过)?"
    r"(?:[:≥≤]| ?\| ?)? ?"
    r"(?:(?:is|are|for|of|at|holds?|to|up|least|data|logs) )*"
)
_ITS_OWN = re.compile(r"(?! ?[一-鿿])| ?(?:之?内|以[内上下]|左右|[且并和与及]|方[可能]|才)")
"""Behind a number that is none of something else: 延迟 24 h 记录 is a record of a day."""
_SENTENCE = re.compile(r"[。；;！\n]|\.\s")
OF_OTHERS = re.compile(
    r"现[状有在]|目前|当前|既有|原[有来先]|改造前|以往|传统|普通|一般|同类|行业|竞品|市场|招标|采购|要求|需求|规定|国标|标准"
    r"|如果|若|\b(?:ask|require|expect|RFP|tender|today|present|current|previous|incumbent|earlier|market|if|when)",
    re.I,
)
OF_PARTS = re.compile(r"每|单|需要|输入|低于|高于|超过|不足|\b(?:each|per|peaks?|bursts?|average)\b", re.I)
"""Before a number that is not what is offered, and in its clause where it is not of all of it, or a condition."""


@dataclass(frozen=True)
class Limit:
    """What a clause demands, the name that it has there, and the end of that by which it is looked for."""

    id: str
    demand: Demand
    name: str
    core: str


def _read(requirement: str) -> Iterator[tuple[Demand, str, str]]:
    for demand in find_demands(requirement):
        name = _NAME.search(demand.subject)
        if demand.sides or demand.is_ahead or (demand.low is not None and demand.high is not None):
            continue
        if name and (name[0].isascii() or len(name[0]) > _CORE):
            yield demand, name[0], name[0] if name[0].isascii() else name[0][-_CORE:]
        elif word := next(iter(_WORD.findall(demand.behind)), ""):
            yield demand, word, word


def list_limits(clauses: Iterable[tuple[str, str]]) -> list[Limit]:
    """The limits of clauses, each an id and a text, of which a text can speak: those of a thing that has a name."""
    return [Limit(id, *limit) for id, text in clauses for limit in _read(text)]


def find_understated(text: str, limits: Iterable[Limit]) -> Iterator[tuple[int, int, Limit, str]]:
    """Where a text states less than a limit right beside its name: from where to where, which one, and what is stated.

    A name that several limits have is theirs of whom most of it stands there; what is enough for one is enough.
    """
    by_core: dict[str, list[Limit]] = {}
    for limit in limits:
        by_core.setdefault(limit.core, []).append(limit)
    for core, group in by_core.items():
        start = text.find(core)
        while start >= 0:
            end = start + len(core)
            shared = [(_count_shared(text[max(0, end - 60) : end], limit.name), limit) for limit in group]
            if longest := max(count for count, _ in shared):
                meant = [limit for count, limit in shared if count == longest]
                yield from _judge(text, end, longest, meant)
            start = text.find(core, end)


def _judge(text: str, end: int, length: int, meant: list[Limit]) -> Iterator[tuple[int, int, Limit, str]]:
    stop = _SENTENCE.search(text, end)
    behind = to_plain(text[end : stop.start() if stop else len(text)])
    wrong = [(limit, item) for limit in meant if (item := _find_less(behind, limit.demand))]
    before = _SENTENCE.split(text[max(0, end - 200) : end - length])[-1]
    is_ours = not OF_OTHERS.search(before) and not OF_PARTS.search(re.split("[，,、：:]", before)[-1])
    if len(wrong) == len(meant) and is_ours:
        limit, item = wrong[0]
        yield end - length, end, limit, f"{text[end - length : end]} {item.text}"


def _count_shared(before: str, name: str) -> int:
    """How many characters of a name stand at the end of a text; none if they are too few to be the name.

    Three are enough where those before them stand in the same sentence: 迁移 500 万条，完整率 for 数据迁移完整率.
    """
    count = 0
    while count < min(len(before), len(name)) and before[-1 - count] == name[-1 - count]:
        count += 1
    if count == len(name) or count >= _SHORT:
        return count
    if count == _SHORT - 1 and len(name) > _SHORT and name[-count - _CORE : -count] in _SENTENCE.split(before)[-1]:
        return count
    # Of a name whose middle is left out two characters stand before its end.
    first = before[-_SHORT:-_CORE]
    return _SHORT if len(first) == _CORE and first in name[:-_SHORT] and re.fullmatch("[一-鿿]{2}", first) else 0


def _find_less(behind: str, demand: Demand) -> Amount | None:
    """The number right behind a name, if it is less than is demanded."""
    link = _LINK.match(behind)
    item = next((each for each in find_amounts(behind[:40]) if link and each.start == link.end()), None)
    is_beside = item and _ITS_OWN.match(behind, item.end)
    if item is None or not is_beside or item.unit == "倍" != demand.unit:
        return None
    return item if is_alike(demand, item) and not is_enough(demand, item) else None
