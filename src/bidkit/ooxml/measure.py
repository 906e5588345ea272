"""how wide a text is and how many lines it takes: estimated from above, without fonts."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

MM_PER_POINT = 25.4 / 72
LINE_FACTOR = 1.25
"""A line's height as a multiple of its font's size, set exactly, so that every program takes the same."""
_LETTER = r"[\0-\x08\x0b-\x1f!-,.0-\u2e7f\U00040000-\U0010ffff]"
"""Where no line ends: all that is no blank, stroke or broad character; said like this it is compiled in a moment."""
_WORDS = re.compile(rf"[ \t\n]+|[\u2e80-\U0003ffff]|{_LETTER}*[/-]|{_LETTER}+")
_NARROW, _BROAD = frozenset("iljtfrI.,;:'!|()[]/ -"), frozenset("mwMW@%—…")
_SAFETY = 0.94
"""The share of a line that is counted on: a mark of punctuation may not begin a line and takes its neighbour along."""


def measure_text(text: str, size: float) -> float:
    """The width in mm of a text on one line, its font's size given in points."""
    return sum(map(_measure_character, text)) * size * MM_PER_POINT


@lru_cache(maxsize=8192)
def is_wide(character: str) -> bool:
    """Whether it takes a full square, as Chinese characters do; in doubt, yes."""
    return ord(character) > 0xFF and unicodedata.east_asian_width(character) in "WFA"


@lru_cache(maxsize=8192)
def _measure_character(character: str) -> float:
    if is_wide(character):
        return 1.0
    if character in _NARROW:
        return 0.3
    if character in _BROAD:
        return 0.96
    return 0.7 if character.isupper() else 0.58


@lru_cache(maxsize=4096)
def count_lines(text: str, size: float, width: float) -> int:
    """The lines that a text takes in a width given in mm; a word that is longer than a line is broken."""
    room = max(width * _SAFETY, size * MM_PER_POINT)
    lines, used = 1, 0.0
    for word in _WORDS.findall(text):
        needed = measure_text(word, size)
        if "\n" in word:
            lines, used = lines + word.count("\n"), 0.0
        elif used + needed <= room or word.isspace():
            used = min(used + needed, room)
        elif needed <= room:
            lines, used = lines + 1, needed
        else:
            lines, used = lines + (used > 0), 0.0
            for character in word:
                step = measure_text(character, size)
                lines, used = (lines, used + step) if used + step <= room else (lines + 1, step)
    return lines


def line_height(size: float) -> float:
    """The height in mm of a line of a font's size in points."""
    return size * LINE_FACTOR * MM_PER_POINT
