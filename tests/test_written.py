"""Lines that are looked through: each pattern is tried wherever it can fit, and only there."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import product
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

import pytest

from bidkit import amended, chapters, rises, told
from bidkit.rules import counts, facts, papers, texts
from bidkit.written import Lines, Sought, find_said

_GAP = "\0"
"""Whatever else a pattern allows."""


def list_sought(value: object) -> Iterator[Sought[Any]]:
    """Everything that is looked for, however deep it lies in tuples."""
    if isinstance(value, Sought):
        yield value
    for item in value if isinstance(value, tuple) else ():
        yield from list_sought(item)


SOUGHT = [
    item
    for module in (amended, chapters, counts, facts, papers, rises, texts, told)
    for value in vars(module).values()
    for item in list_sought(value)
]


def spell(tree: Any, words: Collection[str]) -> set[str]:
    """The shortest texts without any of these words that fit a pattern, of each of its branches; what is not one sign
    stands as a gap."""
    found = {""}
    for kind, argument in tree:
        if kind is codes.LITERAL:
            parts = {chr(argument).lower()}
        elif kind is codes.IN and all(each[0] is codes.LITERAL for each in argument) and len(argument) < 8:
            parts = {chr(each[1]).lower() for each in argument}
        elif kind is codes.BRANCH:
            parts = set().union(*(spell(each, words) for each in argument[1]))
        elif kind is codes.SUBPATTERN:
            parts = spell(argument[3], words)
        elif kind in (codes.MAX_REPEAT, codes.MIN_REPEAT):
            parts = spell(argument[2], words) if argument[0] else {""}
            parts |= {f"{one}{_GAP}" for one in parts} if argument[1] > 1 or not argument[0] else set()
        elif kind in (codes.AT, codes.ASSERT, codes.ASSERT_NOT):
            continue
        else:
            parts = {_GAP}
        joined = {f"{one}{other}".replace(_GAP * 2, _GAP) for one, other in product(found, parts)}
        found = {text for text in joined if not any(word in text for word in words)}
    return found


@pytest.mark.parametrize("sought", SOUGHT, ids=lambda item: item.source[:40])
def test_whatever_fits_a_pattern_has_one_of_its_words(sought: Sought[Any]) -> None:
    words = sought.words.split("|")
    assert words == [word.lower() for word in words]
    assert spell(parser.parse(sought.source), words) == set()


def test_a_word_that_is_missing_is_found_out() -> None:
    assert spell(parser.parse("质保|保修期?"), ["质保"]) == {"保修", f"保修{_GAP}"}
    assert spell(parser.parse(r"(?:Bid|投标)[^。]{0,3}\d天"), ["bid"]) == {f"投标{_GAP}天"}


def test_lines_are_found_by_words_whatever_their_case_and_wherever_they_stand() -> None:
    lines = Lines((text, None) for text in ("质保 3 年", "", "A Warranty of 2 years, warranty", "质保质保", "İ 质保"))
    assert lines.find_lines("质保") == [0, 3, 4]
    assert lines.find_lines("warranty|质保") == [0, 2, 3, 4]
    assert lines.find_lines("") == [0, 1, 2, 3, 4]
    assert lines.find_lines("没有") == Lines().find_lines("没有") == []


def test_what_is_said_comes_line_by_line_and_in_the_order_of_what_is_sought() -> None:
    lines = Lines((text, None) for text in ("b a", "x", "A B"))
    said = [(found[0], what) for found, _, what in find_said(lines, (Sought(1, "a", "a"), Sought(2, "b", "b")))]
    assert said == [("a", 1), ("b", 2), ("A", 1), ("B", 2)]
