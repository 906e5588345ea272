"""what differs between two texts: changed sentences with their words marked, numbers, and how alike they are."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import pairwise

_LIMITS = "≥≤><＞＜≧≦±＝="
_WORDS_OF_LIMITS = (
    "不少于|不低于|不小于|不大于|不超过|不高于|不多于|大于等于|小于等于|大于|小于|高于|低于|超过|至少|最多|"
    "not less than|no less than|not more than|no more than|at least|at most|more than|less than|fewer than"
)
_NUMBER = r"\d+(?:[.,]\d+)*"
_LIMIT = rf"(?:(?:[{_LIMITS}]|{_WORDS_OF_LIMITS})\s*)?"
_OWN = r"(?<![A-Za-z\d.])(?<![A-Za-z]-)"
"""Where a number may begin: that of KC-800 or GW20 names a thing and counts none."""
_TOKEN = re.compile(rf"{_LIMIT}{_NUMBER}|[A-Za-z]+|\s+|.", re.S | re.I)
_UNIT = re.compile(
    r"\s*(%|℃|°C?|㎡|m²|m³|[A-Za-zΩμ/]{1,16}|英寸|个月|工作日|日历日|小时|分钟|万元|[个台套天日年月周项人次路寸点核元米块张份家名条])"
)
_SENTENCE = re.compile(r"(?<=[。！？；!?;\n])|(?<=[.] )")
_SHORT = 160
_MOST = 4_000_000
"""The product of the lengths up to which words are compared: beyond it that would take too long."""


def fold(text: str) -> str:
    """A text without the difference of wide and narrow, large and small, and of blanks."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def compare_texts(old: str, new: str) -> list[str]:
    """The sentences that differ, what has gone in `[-…-]` and what has come in `{+…+}`; nothing of equal texts.

    A short text is shown whole, so that a marked word can be understood.
    """
    if old == new:
        return []
    if max(len(old), len(new)) <= _SHORT:
        return [mark_words(old, new)]
    before, after = _SENTENCE.split(old), _SENTENCE.split(new)
    blocks = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    found = [
        mark_words("".join(before[start:end]), "".join(after[first:last]))
        for tag, start, end, first, last in blocks
        if tag != "equal"
    ]
    return [text for text in found if text]


def mark_words(old: str, new: str) -> str:
    """Both texts as one: what only the old has in `[-…-]`, what only the new has in `{+…+}`."""
    one, two = _TOKEN.findall(old), _TOKEN.findall(new)
    if len(one) * len(two) > _MOST:
        return _mark(old, new)
    shown: list[str] = []
    for gone, come, kept in _list_changes(one, two):
        shown += [_mark(gone, come), kept]
    return "".join(shown)


def _mark(gone: str, come: str) -> str:
    return (f"[-{gone}-]" if gone else "") + (f"{{+{come}+}}" if come else "")


def _list_changes(one: Sequence[str], two: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """What is replaced by what, and the text behind it that both have; single signs between two changes belong to
    them, or hardly anything could be read."""
    gone = come = ""
    blocks = SequenceMatcher(None, one, two, autojunk=False).get_opcodes()
    for place, (tag, start, end, first, last) in enumerate(blocks):
        kept = "".join(one[start:end])
        if tag != "equal":
            gone, come = gone + kept, come + "".join(two[first:last])
        elif (gone or come) and place + 1 < len(blocks) and len(kept) < 2:
            gone, come = gone + kept, come + kept
        else:
            yield gone, come, kept
            gone = come = ""
    if gone or come:
        yield gone, come, ""


def list_numbers(old: str, new: str) -> list[tuple[str, str]]:
    """The numbers that have changed, each with what limits it and its unit: `≥500 个`, `≥800 个`."""
    one, two = [*_find_numbers(old)], [*_find_numbers(new)]
    keys = [number for number, _ in one], [number for number, _ in two]
    blocks = SequenceMatcher(None, keys[0], keys[1], autojunk=False).get_opcodes()
    found = []
    for tag, start, end, first, last in blocks:
        if tag == "replace" and end - start == last - first:
            pairs = zip(one[start:end], two[first:last], strict=True)
            found += [(before, after) for (_, before), (_, after) in pairs]
    return found


def _find_numbers(text: str) -> Iterator[tuple[str, str]]:
    for match in re.finditer(rf"{_OWN}{_LIMIT}{_NUMBER}", text, re.I):
        unit = _UNIT.match(text, match.end())
        yield match.group(), (match.group() + (unit.group() if unit else "")).strip()


def settle(text: str) -> str:
    """A text without what only its line breaks make of it; nothing else is taken for equal."""
    text = re.sub(r"\s+", " ", text.strip())
    return re.sub(r"(?<=[\u2e80-\uffff]) | (?=[\u2e80-\uffff])", "", text)


def measure_likeness(one: str, two: str) -> float:
    """How alike two texts are, between 0 and 1: the pairs of neighbouring signs that both have."""
    pairs = [count_pairs(settle(text)) for text in (one, two)]
    return compare_pairs(*pairs)


def count_pairs(text: str) -> Counter[str]:
    """The pairs of neighbouring signs of a text, and how often each is in it."""
    return Counter(map("".join, pairwise(text))) if len(text) > 1 else Counter([text])


def compare_pairs(one: Counter[str], two: Counter[str]) -> float:
    """How many pairs two texts share, of all that they have."""
    if len(one) > len(two):
        one, two = two, one
    shared = sum(min(count, two[pair]) for pair, count in one.items() if pair in two)
    return 2 * shared / ((one.total() + two.total()) or 1)
