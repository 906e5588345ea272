"""levels of qualifications and certificates: whether one is as high as another.

Whether the first or the last number is the highest differs from ladder to ladder: 一级 is the best of a qualification,
of ITSS and CCRC, but the lowest of CMMI, DCMM and of the protection of systems (等保).
"""

from __future__ import annotations

import re
import unicodedata

_WORDS = (
    ("甲级", "乙级", "丙级", "丁级"),
    ("AAA", "AA", "A", "BBB", "BB", "B"),
    ("正高级", "副高级", "中级", "初级"),
)
"""Ladders of words, from the highest."""
_SAME = {"高级": "副高级", "助理级": "初级"}
_ROMAN = str.maketrans("ⅠⅡⅢⅣⅤ", "一二三四五")
_DIGITS = {**{sign: number for number, sign in enumerate("特一二三四五六")}, **{str(n): n for n in range(10)}}
_ORDINAL = re.compile(r"([特一二三四五六]|\d)(级|星级?)?")
_TITLE = re.compile(r"(?<=级)(?:工程师|职称|技师|经济师|会计师)$")
_NAMED = re.compile(r"(?:cmmi|dcmm|itss|ccrc|level|等级|maturity|等保|cs(?=\d))[\s:-]*", re.I)
_BEHIND = re.compile(r"\s*(?:[(（]?(?:及|或)?以上[)）]?|or (?:higher|above))$", re.I)
_FALLING = re.compile(r"itss|ccrc|运行维护", re.I)
_RISING = re.compile(r"cmmi|dcmm|maturity|成熟度|等保|等级保护|\bcs\d", re.I)
_PLAIN_FALLING = re.compile(r"资质|qualification|施工|工程|设计|监理", re.I)


def is_at_least(level: str, needed: str, about: str = "") -> bool:
    """Whether a level is as high as another one; of levels that are on no common ladder, only the same.

    Args:
        about: the kind and the titles of both papers, which tell what a bare number is a level of.
    """
    names = f"{about} {level} {needed}"
    own, other = _find_rank(level, names), _find_rank(needed, names)
    if own and other and own[0] == other[0]:
        return own[1] >= other[1]
    return bool(_plain(level)) and _plain(level) == _plain(needed)


def _find_rank(level: str, names: str) -> tuple[str, int] | None:
    """The ladder of a level and its place on it, the higher the better; None if it is not known."""
    text = _plain(level)
    for ladder in _WORDS:
        if text in ladder:
            return ladder[0], -ladder.index(text)
    if (found := _ORDINAL.fullmatch(text)) is None:
        return None
    number, unit = _DIGITS[found[1]], found[2] or ""
    if unit.startswith("星"):
        return "星", number
    if not _FALLING.search(names) and _RISING.search(names):
        return "rising", number
    is_known = unit or not found[1].isdigit() or _FALLING.search(names) or _PLAIN_FALLING.search(names)
    return ("falling", -number) if is_known else None


def _plain(level: str) -> str:
    text = unicodedata.normalize("NFKC", level.translate(_ROMAN)).strip()
    text = _TITLE.sub("", _BEHIND.sub("", _NAMED.sub("", text)).strip())
    text = f"{text}级" if text and text in "甲乙丙丁" else text.upper()
    return _SAME.get(text, text)
