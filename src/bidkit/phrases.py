"""where a running text states less than a clause demands, in other words: by a verb, a noun behind it, in English."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from bidkit.amounts import Amount, find_amounts, to_plain
from bidkit.demands import Demand, find_demands
from bidkit.limits import OF_OTHERS, OF_PARTS, Limit
from bidkit.shortfalls import is_alike, is_enough

_HAN = "一-鿿"
_TIMED = re.compile(rf"(?P<verb>[{_HAN}]{{2}})(?:时间|时限|用时|耗时)$")
_CYCLED = re.compile(rf"(?P<verb>[{_HAN}]{{2}})(?:周期|间隔)$")
_BY_PEOPLE = frozenset(("响应", "处理", "处置", "恢复", "修复", "解决", "到场", "到达"))
"""What machines do in seconds, people in hours: a sentence tells by nothing else which of them is meant."""
_COUNTED = re.compile(rf"(?P<noun>[{_HAN}]{{2,}}?)(?:数量|个数|总数|种类|人数|数)?$")
_HEAD = re.compile(rf"^[^：:，。]*?(?P<head>[{_HAN}]{{3}})(?:[（(][^）)]*[）)])?[：:]")
_LONG, _SHORT = 4, 2
_STOP = frozenset(
    (
        *("contractor", "offeror", "supplier", "bidder", "authority", "customer", "purchaser", "service", "services"),
        *("provide", "provided", "providing", "support", "include", "including", "require", "required", "requires"),
        *("minimum", "maximum", "proposal", "deliver", "delivery", "project", "possible", "between", "through"),
    )
)
_WORD = re.compile(r"[a-z]+(?:-[a-z]+)+|[a-z]{7,}")
_CODE = re.compile(r"\b[A-Z]+-?\d+\b")
_FILL = (
    "takes?|lasts?|is|are|be|will|shall|can|has|have|holds?|kept|keeps|retained|stored|available|finished|completed|done"
    "|for|of|at|in|within|under|to|up|least|about|only|data|logs?|phase|period|work|plan|time|the|a|our|by|it|sustained"
    "|reaches|stays|remains?|guaranteed|sized|designed|better|than|platform|faults?|incidents?|cases?|requests?|notice|all|any|every|such|these"
)
_BETWEEN = r" (?:(?:of|its|the|after|from|following|a|our|every|all) ){0,3}"
_FIRST = re.compile(r"(?:of |the |a )*(?P<word>[a-z]+(?:-[a-z]+)*)", re.I)
_BEFORE = re.compile(r"(?:before|prior to) (?:the |an? )?(?P<word>[a-z]{6,})", re.I)
_DELIVERED = re.compile(r"deliver|hand|submit|provid|complet|package", re.I)
_FAR = 300
"""Characters before a word in which its sentence begins."""
_ENDS = ("。", "；", ";", "！", "\n", ". ")
_SENTENCE = re.compile(r"[。；;！\n]|\.\s")
_CLAUSE = re.compile("[，,、：:]")
_PARTLY = re.compile(
    r"其中|另|首批|先行|试点|其余|余下|剩余|新增|第|\b(?:first|other|further|remaining|of which|initial)\b", re.I
)


@dataclass(frozen=True)
class Phrase:
    """How a text may say what a limit is of.

    Args:
        key: what stands in any such text, in small letters.
        before, behind: what the text before the number ends with, and what that behind it begins with.
        beside: what else its sentence must have.
        names: of these one must stand in its line, if there are any.
        is_alone: only the one number of its unit in a sentence counts: of several each may be a part.
    """

    limit: Limit
    key: str
    before: str = ""
    behind: str = ""
    beside: str = ""
    names: tuple[str, ...] = ()
    is_alone: bool = False


def list_phrases(clauses: Iterable[tuple[str, str]], named: Mapping[str, Sequence[str]]) -> list[Phrase]:
    """How texts may speak of the limits of clauses, each an id and a text.

    Args:
        named: by the id of a clause the names of products of which alone it is.
    """
    phrases = list[Phrase]()
    for id, text in clauses:
        head = found["head"] if (found := _HEAD.match(text)) else ""
        for demand in find_demands(text):
            if not demand.sides and (demand.low is None or demand.high is None):
                limit = Limit(id, demand, demand.subject, "")
                made = (*_read_chinese(limit, demand, head), *_read_english(limit, demand, to_plain(text)))
                names = tuple(named.get(id, ()))
                phrases += [item if item.beside == head != "" else replace(item, names=names) for item in made]
    return phrases


def _read_chinese(limit: Limit, demand: Demand, head: str) -> Iterator[Phrase]:
    timed = _TIMED.search(demand.subject) if demand.unit == "s" and demand.high is not None else None
    if timed and timed["verb"] not in _BY_PEOPLE:
        verb = timed["verb"]
        yield Phrase(limit, verb, behind=rf" ?(?:之?内|以内) ?(?!重|再)[{_HAN}]{{0,4}}?{verb}")
        if head:
            yield Phrase(limit, verb, before=rf"{verb}(?:时间|时限)?(?:为|约|仅|可达|控制在)? ?$", beside=head)
    elif demand.unit == "s" and (cycled := _CYCLED.search(demand.subject)):
        verb = cycled["verb"]
        yield Phrase(limit, verb, before=r"每 ?$", behind=rf"[^。；\n]{{0,30}}?{verb}(?:一|1) ?次")
    if demand.low is None:
        return
    counted = _COUNTED.search(demand.subject)
    if counted and (noun := counted["noun"].lstrip("每套个校间")[-_LONG:]) and len(noun) >= _LONG - 1:
        yield Phrase(limit, noun, behind=rf" ?[{_HAN}]{{0,2}}{noun}", is_alone=True)
    behind = re.match(rf"(?P<noun>(?:[A-Za-z]+ )?[{_HAN}]{{2,8}}?)(?:的|$|\W)", demand.behind)
    if behind and demand.unit:
        noun = behind["noun"] if behind["noun"][0].isascii() else behind["noun"][-_SHORT:]
        yield Phrase(limit, noun.lower(), behind=rf" ?{re.escape(noun)}", is_alone=True)


def _read_english(limit: Limit, demand: Demand, clause: str) -> Iterator[Phrase]:
    """A word of the subject, or that behind the number: before it with only small words between, or behind it."""
    if re.search(f"[{_HAN}]", demand.subject + demand.behind):
        return
    codes = _CODE.findall(demand.subject)
    code = rf"\b{codes[-1]}\b" if codes else ""
    words = [word for word in _WORD.findall(demand.subject.lower()) if word not in _STOP][-2:]
    first = _FIRST.match(demand.behind)
    far = first["word"].lower() if first and len(first["word"]) > 6 and first["word"].lower() not in _STOP else ""
    if demand.is_ahead:
        if event := _BEFORE.search(clause, clause.find(demand.text)):
            behind = rf"(?: business| working| calendar)?(?: days?)? (?:before|ahead of) (?:the )?{event['word']}"
            yield Phrase(limit, event["word"].lower(), behind=behind, beside=_DELIVERED.pattern)
        return
    for word in (*words, *([far] if far else [])):
        stem = _cut(word)
        yield Phrase(limit, stem, before=rf"\b{stem}[\w-]*(?: (?:{_FILL}))* $", beside=code)
    if far:
        yield Phrase(limit, _cut(far), behind=rf"{_BETWEEN}{_cut(far)}", beside=code)
    if re.fullmatch("per [a-z]+", demand.behind) and len(demand.spelt) > 4:
        yield Phrase(limit, demand.behind, behind=f" {demand.behind}", beside=code)


def _cut(word: str) -> str:
    """What a word shares with those of its kin: availability and available, respond and response."""
    return word.split("-")[0] if "-" in word else word[: max(6, len(word) - 3)]


def find_paraphrased(text: str, phrases: Iterable[Phrase]) -> Iterator[tuple[int, int, Limit, str]]:
    """Where a text states less than a limit in one of its phrases: from where to where, which one, what is stated."""
    small = text.lower()
    by_key: dict[str, list[Phrase]] = {}
    for phrase in phrases:
        by_key.setdefault(phrase.key, []).append(phrase)
    for key, group in by_key.items():
        end, at = 0, small.find(key) if len(small) == len(text) else -1
        while at >= 0:
            least = max(0, at - _FAR)
            begin = max(least, *(text.rfind(sign, least, at) + len(sign) for sign in _ENDS))
            stop = _SENTENCE.search(text, at)
            end = stop.start() if stop else len(text)
            line = text[text.rfind("\n", 0, at) + 1 : end]
            meant = [each for each in group if not each.names or any(name in line for name in each.names)]
            yield from ((begin, end, limit, stated) for limit, stated in _judge(to_plain(text[begin:end]), meant))
            at = small.find(key, max(end, at + 1))


def _judge(sentence: str, group: list[Phrase]) -> Iterator[tuple[Limit, str]]:
    """The limits of which a sentence states less; what is enough for one phrase of the same words is enough."""
    amounts = find_amounts(sentence)
    told = dict[Amount, list[Phrase]]()
    for phrase in group:
        for item in amounts:
            if is_alike(phrase.limit.demand, item) and _says(sentence, item, phrase, amounts):
                told.setdefault(item, []).append(phrase)
    for item, meant in told.items():
        if not any(is_enough(phrase.limit.demand, item) for phrase in meant):
            clause = _CLAUSE.split(sentence[: item.start])[-1]
            behind = _compile(meant[0].behind).match(sentence[item.end :])
            yield meant[0].limit, f"{clause}{item.text}{behind[0] if behind else ''}".strip()


@lru_cache(maxsize=1024)
def _compile(source: str) -> re.Pattern[str]:
    return re.compile(source, re.I)


def _says(sentence: str, item: Amount, phrase: Phrase, amounts: Iterable[Amount]) -> bool:
    """Whether a number of a sentence is what a phrase says, of all of it, and not of others."""
    before, behind = sentence[: item.start], sentence[item.end :]
    clause = _CLAUSE.split(before)[-1]
    is_said = _compile(phrase.behind).match(behind) and _compile(phrase.before).search(before)
    if not is_said or (phrase.beside and not _compile(phrase.beside).search(sentence)):
        return False
    parts = OF_PARTS.search(clause)
    is_of_part = (
        parts and parts[0] not in phrase.limit.demand.subject and not (parts[0] == "每" and "每" in phrase.before)
    )
    is_single = not phrase.is_alone or sum(each.unit == item.unit for each in amounts) == 1
    whole = clause + re.split("[，,、；;]", behind)[0]
    return bool(is_single and not is_of_part and not OF_OTHERS.search(before) and not _PARTLY.search(whole))
