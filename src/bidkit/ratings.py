"""ratings that a requirement sets (IP65, energy grade 1, 7×24, V10 or higher), and what a response has instead."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from bidkit.amounts import HOURS, to_plain

_IP = re.compile(r"(?<![A-Za-z])IP ?(\d)(\d)(?!\d)", re.I)
_GRADE = re.compile(r"(?:能效|能耗)(?:等级)?[^，,;；。\d一二三四五]{0,6}([1-5一二三四五]) ?级")
_HOURS = re.compile(rf"(?<![\d×]){HOURS}", re.I)
_ALWAYS = re.compile(r"(?<![\d×])(?:7×24|24[×/]7)(?!\d)")
_VERSION = re.compile(
    r"(?P<least>不低于 ?)?(?<![A-Za-z])(?P<name>V|[A-Z]{3,})(?P<n>\d+(?:\.\d+)*)"
    r"(?P<above> ?版?本?[及或]?(?:以上|更高))?",
    re.I,
)


def find_lower_ratings(requirement: str, response: str) -> Iterator[tuple[str, str]]:
    """What is demanded and what stands in its place, where every rating of that kind in a response is lower."""
    asked, said = to_plain(requirement), to_plain(response)
    yield from _compare(_IP, asked, said, lambda one, two: one[1] < two[1] or one[2] < two[2])
    yield from _compare(_GRADE, asked, said, lambda one, two: _read_grade(one[1]) > _read_grade(two[1]))
    if (always := _ALWAYS.search(asked)) and (hours := _HOURS.search(said)) and not _ALWAYS.search(said):
        yield always[0], hours[0]
    for wanted in _VERSION.finditer(asked):
        if wanted["least"] or wanted["above"]:
            same = re.compile(rf"(?<![A-Za-z]){wanted['name']} ?(?P<n>\d+(?:\.\d+)*)", re.I)
            found = list(same.finditer(said))
            if found and all(_read_version(each["n"]) < _read_version(wanted["n"]) for each in found):
                yield wanted[0].strip(), found[0][0]


def _compare(
    pattern: re.Pattern[str], asked: str, said: str, is_lower: Callable[[re.Match[str], re.Match[str]], bool]
) -> Iterator[tuple[str, str]]:
    found = list(pattern.finditer(said))
    for wanted in pattern.finditer(asked):
        if found and all(is_lower(each, wanted) for each in found):
            yield wanted[0], found[0][0]


def _read_grade(text: str) -> int:
    return int(text) if text.isdigit() else "一二三四五".index(text) + 1


def _read_version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split("."))
