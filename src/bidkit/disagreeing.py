"""counts that two texts of a bid give differently, where no data has them: one unit before or behind the same words.

Only numbers that may be one another's slip are held against each other (24 and 26, 12800 and 12600), of whole words and
not of parts, shares, others or about so many: what differs for a reason is worse told than what is wrong is left.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from typing import NamedTuple

from bidkit.amounts import TENS, UP_TO_TWELVE
from bidkit.written import Lines

_HAN = "一-鿿"
_UNIT = "[个项类条种段张套份次批辆座处名位门组人部间台]"
_TIME = "(?:天|日|个月|年|h|小时|min|分钟)"
_DIGITS = re.compile(r"\d+(?:,\d{3})*(?![\d.]|,\d)")
_COUNTING = re.compile(rf"\d+(?:,\d{{3}})*(?=\s?(?:{_UNIT}|{_TIME}|km|公里))")
_GLUED = re.compile(r"[\d.,A-Za-z-]")
"""Before digits that are a part of a number or of a name."""
_AHEAD = re.compile(
    rf"\s?(?P<unit>{_UNIT})(?![月])\s?(?P<noun>(?:[A-Za-z]+ ?)?[{_HAN}]{{2,8}})"
    rf"|\s?(?P<time>{_TIME})\s?(?P<lasting>[{_HAN}]{{4,8}})"
)
_COUNTED = re.compile(rf"\s?(?P<unit>{_UNIT}(?![{_HAN}])|{_UNIT}(?=[和及与])|{_TIME}(?![内前后以起A-Za-z])|km|公里)")
_BEHIND = re.compile(rf"(?P<noun>(?:[A-Za-z]+ ?)?[{_HAN}]{{2,10}})\s?$")
_TEENS = ("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")
_VALUES = UP_TO_TWELVE | {word: number for number, word in enumerate(_TEENS, 13)} | TENS
_SPELT = re.compile(
    rf"\b(?:(?:{'|'.join(TENS)})(?:-(?:{'|'.join(UP_TO_TWELVE)}))?|{'|'.join((*UP_TO_TWELVE, *_TEENS))})(?= )", re.I
)
_THINGS = re.compile(r" (?P<noun>(?:[a-z]+(?:-[a-z]+)* ){0,2}[a-z]{3,}s)\b(?!-)", re.I)
_LASTS = re.compile(r"\b(?P<noun>[a-z]+(?:-[a-z]+)? [a-z]+) (?:takes|lasts|runs(?: for)?|of) $", re.I)
_LASTING_WORDS = ("takes ", "lasts ", "runs ", "for ", "of ")
_SPAN = re.compile(r" (?P<unit>day|week|month|hour)s\b")
_HAS_ITS_OWN = re.compile(r"warranty|guarantee|period|response|term|validity|notice|minimum|maximum|total|course", re.I)
_NO_NOUN = re.compile(
    r"\b(?:days|hours|minutes|seconds|weeks|months|years|percent|dollars|points|inches|pages|times|ways|steps|parts|groups"
    r"|stages|phases|areas|levels|needs|cases|things|business|or less|this|less|class|whose"
    r"|always|across|access|process|is|has)$"
)
_LEADS = re.compile(
    r"^(?:it|which|that|this|one|of|or|and|to|in|is|are|the|for|at|on|with|per|a|an|more|other|such|these|those)\b",
    re.I,
)
_START = re.compile(r"[内前后以之的起至到等多余历]|工作日|及|和|与|或")
_END = re.compile(r"(?:[共计为是约达设每各至于到过低高大小少多即含按配有装在和与及或起满第]|平均|额定|以内|[上下])$")
_LEAD = re.compile(r"([共分设])\s?$")
"""Before a number that is of all of them."""
_COVERED = re.compile(
    "培训|课程|时间|时限|周期|期限|工期|质保|保修|有效|截止|届满|服务期|响应|到场|修复|提前|付款|保存|更新|滚动|年度"
)
"""What the data has, or what each thing has for itself."""
_PART = re.compile(
    r"每|各|其中|另|首|先|余|剩|增|第.{1,3}[批期次年]|计划|拟|下学?[期年]|高峰|临时|分别|单|按|平均|约|近|超过|不[少低多高超]|至少|最多|原|现[有状]|既有|目前|邻|其他|往年"
    r"|\b(?:each|every|per|first|other|further|remaining|another|next|last|of (?:the|these|which|them)|about|nearly"
    r"|almost|over|more than|up to|at (?:least|most)|fewer|only|today|incumbent|RFP|previous|spare|some|any)\b",
    re.I,
)
_OF_OTHERS = re.compile("业绩|案例|曾|类似项目|past performance|reference project|client", re.I)
_SENTENCE = ("。", "；", "\n", "！", ". ", "; ")
_CLAUSE = re.compile("[，,、：:|（(]")
_FAR = 300
"""Characters before a place in which its sentence begins."""
_FIRST_YEAR = 1900
_SURE, _LIKELY = 4, 3
"""Characters of a Chinese noun that stand for it alone, or once two others agree with each other."""


class Count(NamedTuple):
    """A number of a text, and where it stands with what it counts.

    Args:
        needs: how many others must agree with each other before it is told: one where its words can mean one thing
            only, and nobody else says them; none if it only stands against others.
    """

    start: int
    end: int
    number: int
    needs: int


def find_disagreeing(
    lines: Lines, language: str, others: Collection[str] = (), is_apart: Callable[[int], bool] = lambda position: False
) -> Iterator[tuple[Count, Count]]:
    """Counts of which others say otherwise, each beside one of these.

    Of three and more the one that differs is told; of two that stand alone, both.

    Args:
        others: names of past projects and their clients, in whose sentences nothing of this bid is counted.
        is_apart: whether what stands at a place is counted by itself, as what a product has.
    """
    text, groups = lines.whole, dict[str, list[Count]]()
    for key, count in _list_chinese(text) if language == "zh" else _list_english(text):
        groups.setdefault(key, []).append(count)
    numbers = {key: Counter(count.number for count in group) for key, group in groups.items() if len(group) > 1}
    backed = {count.start for key, told in numbers.items() for count in groups[key] if told[count.number] > 1}
    seen = set[int]()
    for key, told in numbers.items():
        single = [
            count
            for count in groups[key]
            if count.needs and count.start not in backed and any(_is_alike(count, each) for each in told)
        ]
        group = [count for count in groups[key] if not is_apart(count.start)] if single else []
        for count, other in _judge(text, group, [count for count in single if count in group], others):
            if count.start not in seen:
                seen.add(count.start)
                yield count, other


def _judge(text: str, group: list[Count], single: list[Count], names: Collection[str]) -> Iterator[tuple[Count, Count]]:
    """Each count of a group that alone says what it says, beside one of the others, which agree."""
    begins = {count: _find_begin(text, count.start) for count in group}
    whole = [
        count
        for count, (begin, clause) in begins.items()
        if not _PART.search(clause + text[count.start : count.end])
        and not _COVERED.search(text, count.start, count.end)
        and not _is_of_others(text, begin, count.end, names)
    ]
    for count in single if len(whole) > 1 else ():
        alike = [each for each in whole if _is_alike(count, each.number)]
        is_meant = len(alike) >= max(count.needs, 2) or (count.needs == 1 and len(whole) == 2)
        # What one sentence counts twice are parts of it.
        is_apart = all(begins[each][0] != begins[count][0] for each in group if each is not count)
        if count in whole and is_meant and is_apart and len({each.number for each in alike}) == 1:
            yield count, alike[0]


def _is_of_others(text: str, begin: int, at: int, names: Collection[str]) -> bool:
    """Whether a sentence tells of a past project, or of somebody else's."""
    end = min((found for sign in _SENTENCE if (found := text.find(sign, at)) >= 0), default=len(text))
    sentence = text[begin:end]
    return _OF_OTHERS.search(sentence) is not None or any(name in sentence for name in names)


def _find_begin(text: str, at: int) -> tuple[int, str]:
    """Where the sentence of a place begins, and its clause up to that place."""
    least = max(0, at - _FAR)
    begin = max(least, *(text.rfind(sign, least, at) + len(sign) for sign in _SENTENCE))
    return begin, _CLAUSE.split(text[begin:at])[-1]


def _list_chinese(text: str) -> Iterator[tuple[str, Count]]:
    for found in _COUNTING.finditer(text):
        if _GLUED.match(text, max(0, found.start() - 1), found.start()):
            continue
        if ahead := _AHEAD.match(text, found.end()):
            noun, unit = ahead["noun"] or ahead["lasting"], ahead["unit"] or ahead["time"]
            before = text[max(0, found.start() - 2) : found.start()].rstrip()[-1:]
            if not _START.match(noun) and before not in tuple("第~～–-"):
                yield from _name(found, found.start(), ahead.end(), unit, noun.replace(" ", ""))
        counted = _COUNTED.match(text, found.end())
        behind = _BEHIND.search(text, max(0, found.start() - 16), found.start()) if counted else None
        if counted and behind and not _END.search(behind["noun"]):
            yield from _name(
                found, behind.start(), counted.end(), counted["unit"], behind["noun"][::-1].replace(" ", "")
            )


def _name(found: re.Match[str], start: int, end: int, unit: str, noun: str) -> Iterator[tuple[str, Count]]:
    """A count by the words beside its unit, read away from it: by as many as make it sure, and by fewer of them."""
    number, is_time = int(found[0].replace(",", "")), re.fullmatch(_TIME, unit)
    if unit == "年" and number >= _FIRST_YEAR:
        return
    side = ">" if start == found.start() else "<"
    for length in {min(len(noun), _SURE), min(len(noun), _LIKELY), *(() if is_time else (2,))}:
        is_sure = length >= (_SURE if side == ">" else _LIKELY)
        if length >= (_LIKELY if is_time else 2):
            yield f"{side}{unit}{noun[:length]}", Count(start, end, number, 1 if is_sure else 2)
    if side == ">" and not is_time and (lead := _LEAD.search(found.string, max(0, start - 2), start)):
        yield f"{lead[1]}{unit}{noun[:2]}", Count(start, end, number, 1)


def _find_digits(text: str) -> Iterator[re.Match[str]]:
    return (
        found for found in _DIGITS.finditer(text) if not _GLUED.match(text, max(0, found.start() - 1), found.start())
    )


def _find_spelt(text: str) -> Iterator[re.Match[str]]:
    """Numbers in words; each word is looked for by itself, which is faster than one pattern of all."""
    small = text.lower()
    for word in _VALUES if len(small) == len(text) else ():
        at = small.find(word)
        while at >= 0:
            found = _SPELT.match(text, at)
            if found and found[0].lower().split("-")[0] == word and not _GLUED.match(text, max(0, at - 1), at):
                yield found
            at = small.find(word, at + len(word))


def _list_english(text: str) -> Iterator[tuple[str, Count]]:
    for found in (*_find_digits(text), *_find_spelt(text)):
        said = found[0].lower()
        number = int(said.replace(",", "")) if said[0].isdigit() else sum(_VALUES[word] for word in said.split("-"))
        span, things = _SPAN.match(text, found.end()), _THINGS.match(text, found.end())
        before = text[max(0, found.start() - 48) : found.start()] if span else ""
        lasts = _LASTS.search(before) if before.endswith(_LASTING_WORDS) else None
        if span and lasts and not _LEADS.match(lasts["noun"]) and not _HAS_ITS_OWN.search(lasts["noun"]):
            yield (
                f"{lasts['noun'].lower()} {span['unit']}",
                Count(found.start() - len(before) + lasts.start(), span.end(), number, 1),
            )
        words = things["noun"].lower() if things else ""
        if things and not _NO_NOUN.search(words) and not _LEADS.match(words):
            is_plain, place = " " not in words, (found.start(), things.end())
            yield " ".join(words.split()[-2:]), Count(*place, number, 2 if is_plain else 1)
            is_all = text[max(0, found.start() - 4) : found.start()].lower() == "all "
            yield f"*{words.split()[-1]}", Count(*place, number, (2 if is_all else 3) if is_plain else 0)


def _is_alike(count: Count, other: int) -> bool:
    """Whether a number may be a slip of another: near it, or with a digit changed or two exchanged."""
    small, large = sorted((count.number, other))
    if small == large or small < 2:
        return False
    if large < 100:
        return large < 2 * small if count.needs == 1 else 2 * large < 3 * small
    one, two = str(small), str(large)
    if len(one) != len(two) or min(len(one.rstrip("0")), len(two.rstrip("0"))) < 2:
        return False
    pairs = [(a, b) for a, b in zip(one, two, strict=True) if a != b]
    return len(pairs) == 1 or (len(pairs) == 2 and pairs[0] == pairs[1][::-1])
