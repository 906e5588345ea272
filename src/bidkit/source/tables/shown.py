"""what a cell shows of its number: its number format applied, all but the rounding.

Signs of currencies, words and per cent come from the format as if they were typed: 21800 in `[$€-407] #,##0.00` is
`€21800`, 10 in `0"万元"` is `10万元`, and whoever reads the text decides what it means. Where a format shows other
digits than the number has (`#,##0,` in thousands, `0-00`), hides it, or cannot be told, the text is the number with its
format: `10500 [#,##0,]`.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

_SECTION = re.compile(r'((?:"[^"]*"|\\.|[_*].|\[[^\]]*\]|[^;"\\_*\[])*)(;|$)', re.S)
_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|[_*].|\[\$(?P<sign>[^\]-]*)-?(?P<locale>[^\]]*)\]'
    r"|\[(?P<test><=|>=|<>|[<>=])(?P<limit>-?\d+(?:\.\d+)?)\]|\[(?:Color ?\d+|DBNum\d|Black|Blue|Cyan|Green|Magenta|Red"
    r"|White|Yellow|黑色|蓝色|红色|绿色|黄色|白色)\]|(?P<digits>General|G/通用格式|@|[0#?]+|\.|,|E[+-])|(?P<percent>%)"
    r"|(?P<literal>[^A-Za-z\[])|(?P<unknown>.)",
    re.I | re.S,
)
_DIGITS = re.compile(r"General|G/通用格式|@|([0#?,]*[0#?]\.?[0#?]*|\.[0#?]+)(E[+-][0#?]+)?", re.I)
_GROUPS = re.compile("[ \xa0'’,]*")
"""What may stand among digits and only groups them."""
_ADDED = (re.compile(r"(\d[.,]?|^[.,])\s*$"), re.compile(r"\s*[.,]?\d"))
"""What would be read as more digits, before them and behind them."""
_LOCAL = {
    "$": {"": "$", "409": "USD", "c09": "AUD", "1009": "CAD", "c0c": "CAD", "1409": "NZD", "c04": "HKD", "404": "TWD"}
    | {"1004": "SGD", "4809": "SGD", "en-us": "USD", "en-au": "AUD", "en-ca": "CAD", "fr-ca": "CAD", "en-nz": "NZD"}
    | {"zh-hk": "HKD", "zh-tw": "TWD", "zh-sg": "SGD", "en-sg": "SGD"},
    "¥": {"": "¥", "804": "CNY", "478": "CNY", "zh-cn": "CNY", "411": "JPY", "ja-jp": "JPY"},
}
"""Signs of several currencies, by the language that a format names beside them; without one they are as in a text."""
_TESTS = {"<": Decimal.__lt__, "<=": Decimal.__le__, "=": Decimal.__eq__, "<>": Decimal.__ne__}
_TESTS |= {">": Decimal.__gt__, ">=": Decimal.__ge__}


@dataclass(frozen=True)
class _Section:
    """A part of a format: what it shows before, among and behind the digits, and of which numbers.

    Args:
        digits: the places for digits, with the marks that group or scale them.
        is_known: whether all of it is understood.
    """

    before: str = ""
    among: str = ""
    behind: str = ""
    digits: str = ""
    percents: int = 0
    test: tuple[str, Decimal] | None = None
    is_known: bool = True

    @property
    def shows_number(self) -> bool:
        """Whether the digits are those of the number, or there are none at all."""
        if not self.digits:
            return self.is_known
        is_own = not _ADDED[0].search(self.before) and not _ADDED[1].match(self.behind)
        return bool(self.is_known and is_own and _DIGITS.fullmatch(self.digits) and _GROUPS.fullmatch(self.among))

    def pad(self, digits: str) -> str:
        """With the zeros before a whole number that the format has."""
        is_whole = digits.isdigit() and re.fullmatch("[0#?,]+", self.digits)
        return digits.zfill(self.digits.count("0")) if is_whole else digits


def show_number(number: Decimal, code: str) -> str:
    """A number as a format shows it, with all its decimals and without marks between its digits."""
    section = _choose(_read_sections(code), number)
    if section is None or not section.shows_number:
        return f"{_write(number)} [{code}]"
    if not section.digits:
        words = section.before.strip(" -–—")
        return words or (f"{_write(number)} [{code}]" if number else "0")
    before, behind, sign = section.before, section.behind, "-" if number < 0 else ""
    if number <= 0:
        before, behind = re.sub(r"[-(\s]", "", before), behind.replace(")", "")
    return f"{before.strip()}{sign}{section.pad(_write(abs(number) * 100**section.percents))}{behind.rstrip()}"


def shows_decimals(number: Decimal, code: str) -> bool:
    """Whether a format shows as many decimals as a number has; `General` does."""
    section = _choose(_read_sections(code), number)
    found = re.fullmatch(r"[0#?,]*(?:\.([0#?]*))?", section.digits) if section and section.digits else None
    if section is None or found is None:
        return True
    places, least = found[1] or "", (found[1] or "").count("0")
    return least <= len(_write(number * 100**section.percents).partition(".")[2]) <= len(places)


def show_text(text: str, code: str) -> str:
    """A text as a format shows it."""
    sections = _read_sections(code)
    section = sections[3] if len(sections) > 3 else sections[0]
    if len(sections) <= 3 and section.digits != "@":
        return text
    if section.digits == "@":
        return f"{section.before}{text}{section.behind}".strip()
    return section.before.strip() or f"{text} [{code}]"


def _write(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _choose(sections: tuple[_Section, ...], number: Decimal) -> _Section | None:
    """The section for a number; None where there is none, or which one cannot be told."""
    sections = sections[:3]
    tested = [(section, section.test) for section in sections if section.test]
    if tested:
        rest = [section for section in sections if not section.test]
        met = (section for section, (operator, limit) in tested if _TESTS[operator](number, limit))
        return next(met, rest[0] if len(rest) == 1 else None)
    if number < 0 and len(sections) > 1:
        return sections[1]
    return sections[2] if not number and len(sections) > 2 else sections[0]


@lru_cache(maxsize=1024)
def _read_sections(code: str) -> tuple[_Section, ...]:
    found, place = [], 0
    while match := _SECTION.match(code, place):
        found.append(_read_section(match[1]))
        place = match.end()
        if not match[2]:
            break
    return tuple(found) if found and place == len(code) else (_Section(is_known=False),)


def _read_section(code: str) -> _Section:
    before = among = behind = digits = ""
    percents, test, is_known = 0, None, True
    for found in _TOKEN.finditer(code):
        if found["digits"] and (digits or found["digits"] != ","):
            digits, among, behind = digits + found["digits"], among + behind, ""
        elif found["test"]:
            test = (found["test"], Decimal(found["limit"]))
        else:
            text = found[found.lastgroup] if found.lastgroup else ""
            text = text if found["sign"] is None else _show_sign(found)
            is_known = is_known and not found["unknown"] and text is not None
            percents += bool(found["percent"])
            before, behind = (before, behind + (text or "")) if digits else (before + (text or ""), behind)
    return _Section(before, among, behind, digits, percents, test, is_known)


def _show_sign(found: re.Match[str]) -> str | None:
    """The sign of a currency; None where its language makes it that of a currency that is not known here."""
    sign, locale = unicodedata.normalize("NFKC", found["sign"]), found["locale"].lower()
    if re.fullmatch("[0-9a-f]+", locale):
        locale = f"{int(locale, 16) & 0xFFFF:x}"
    return _LOCAL[sign].get(locale) if sign in _LOCAL else sign
