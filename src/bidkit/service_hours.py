"""hours of service in texts: around the clock, or those of an office."""

from __future__ import annotations

import re
from collections.abc import Iterator

_BY = r"\s?[×xX*✕╳/]\s?"
_UNIT_BEHIND = r"(?!\d|\.\d|[×xX*]|\s?(?:[KMGTkmg]?[bB]|[ckm]?m|[GT]E?|mm)\b|\s?[核路个台套块寸])"
AROUND = re.compile(
    rf"(?<![\d.])(?:7{_BY}24|24{_BY}7)(?!\d)|每[天日]\s?24\s?小时|全天候|全年无休|24 hours a day|around the clock"
)
_OFFICE = (
    re.compile(rf"5{_BY}8{_UNIT_BEHIND}"),
    re.compile(rf"8{_BY}5{_UNIT_BEHIND}"),
    re.compile(rf"5\s?天{_BY}8\s?个?小?时"),
    re.compile(r"五天八小时|五乘八"),
    re.compile(r"工作日[，、,]?\s?(?:每[天日])?\s?[8八]\s?个?小时"),
    re.compile(r"周(?:一至周)?[五5]\s?天?[，、,]?\s?(?:每[天日])?\s?[8八]\s?个?小时"),
    re.compile(r"days (?:a|per) week,? (?:8|eight) hours"),
    re.compile(r"hours (?:a|per) day,? (?:5|five) days"),
    re.compile(r"(?:business|office) hours only"),
)
"""Looked for one by one in all of a text, each from its first letters, which is fast."""
_OF_OTHERS = re.compile(
    r"驻场|常驻|办公|培训|[由从]|现[状有]|目前|原|升级|优于|而非|不[是仅只限]"
    r"|on[- ]site|instead of|not only|unlike|incumbent|present|today|P4|low",
    re.I,
)
"""What makes a sentence tell of somebody who is there besides, of others, or of what was."""
_SENTENCE = re.compile(r"[。；;\n]|\.\s")


def find_office_hours(text: str) -> Iterator[tuple[int, int]]:
    """Where a text says that a service keeps the hours of an office, and not that it is around the clock."""
    for found in (found for pattern in _OFFICE for found in pattern.finditer(text)):
        before, behind = _SENTENCE.split(text[: found.start()])[-1], _SENTENCE.split(text[found.end() :])[0]
        clause = re.split("[，,、]", before)[-1] + found[0] + re.split("[，,、]", behind)[0]
        is_part = re.search(r"[\d.×]$", before) is not None
        if not is_part and not AROUND.search(before + found[0] + behind) and not _OF_OTHERS.search(clause):
            yield found.span()
