"""numbers of a text with their units, in digits or in words; dates, ordinals, models and standards are none."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from bidkit.units import convert

NUMBER = r"-?\d{1,3}(?:,\d{3})+(?:\.\d+)?|-?\d{1,15}(?:\.\d{1,12})?"
_UNIT = (
    r"(?:[A-Za-zΩ°%µμ·]+(?:/[A-Za-zΩ°%µμ·]+)*[23]?|个?(?:月|工作日|日历[日天])|小时|分钟|毫秒|英寸"
    r"|(?!分[位区之类])[^\W\d_A-Za-z及以之内的并和与或至到])"
)
AMOUNT = rf"(?P<n>{NUMBER})(?: |-(?=[A-Za-z]))?(?P<many>[万亿kK](?![A-Za-z]))? ?(?P<unit>{_UNIT})?"
RANGE = re.compile(rf"(?P<low>{NUMBER}) ?(?:{_UNIT})? ?(?:~|～|–|—|至|到| to )(?= ?-?\d) ?{AMOUNT}", re.I)
_PLAIN = re.compile(AMOUNT, re.I)
_SIDES = re.compile(rf"{AMOUNT}(?: ?×(?={NUMBER}))?", re.I)
_PIECES = re.compile(rf"(?P<pieces>\d+) ?(?:[条块颗个张片根组只枚路]|×) ?(?={NUMBER})")
_ADDS_UP = frozenset({"b", "bps", "核", "线", "tops", "路"})
"""What two pieces have twice of: memory, bandwidth, cores; not a frequency, nor a length."""
HOURS = r"(?:7×24|24[×/]7|[5-7]×(?:8|9|12)|(?:8|9|12)×[5-7])(?![\d.]| ?(?:[KMGT]?b(?:ps)?|[ckm]?m)\b| ?[核路个])"
"""Hours of service: on how many days of a week, and how many a day."""
_NO_AMOUNT = re.compile(
    r"第 ?\d+(?:\.\d+)*|(?:标段|包件|包号) ?\d+|\d+(?:\.\d+){2,}|\d+\.\d+ ?条"
    r"|(?:19|20)\d\d ?年(?: ?\d{1,2} ?月(?: ?\d{1,2} ?[日号])?)?|\d{1,2} ?月 ?\d{1,2} ?[日号]"
    r"|(?:19|20)\d\d[-/.]\d{1,2}[-/.]\d{1,2}"
    rf"|(?<!\d){HOURS}(?:×3\d\d)? ?(?:h(?![A-Za-z])|小时)?"
    r"|(?:GB|ISO|IEC|IEEE|RFC|NIST)(?:/[TZ]|/IEC)? ?\d[\d.-]*\d"
    r"|\b(?:day|year|section|table|amendment|phase|tier|part|attachment|clause|article|appendix)s?"
    r" \d+(?:\.\d+)*"
    r"|(?<![A-Za-z])(?![A-Za-z]{0,2}m[23](?![A-Za-z\d]))[A-Za-z]+-?\d[\d._-]*(?![\dA-Za-z核个台套路条块张点])",
    re.I,
)
_TIMES = {"万": Decimal(10_000), "亿": Decimal(100_000_000), "k": Decimal(1000), "K": Decimal(1000)}
_NAMES = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
UP_TO_TWELVE = {name: number for number, name in enumerate(_NAMES, 1)}
TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60}
_SPELT = re.compile(rf"\b(?:({'|'.join(UP_TO_TWELVE)})|({'|'.join(TENS)})(?:-({'|'.join(UP_TO_TWELVE)}))?)\b", re.I)
_DIGITS = {digit: number for number, digit in enumerate("一二三四五六七八九", 1)} | {"两": 2}
_COUNTED = re.compile(
    r"(?<![第同每任逐一二三四五六七八九十])(?:[一二三四五六七八九]?十[一二三四五六七八九]?|[一二两三四五六七八九])"
    r"(?=个?月|年|天|小时|分钟|次|人|名|台|套|周)"
)


@dataclass(frozen=True)
class Amount:
    """A number of a text, or a range of them: where it stands, what it comes to in the base of its unit."""

    start: int
    end: int
    low: Decimal
    high: Decimal
    unit: str
    spelt: str
    text: str
    is_product: bool


@lru_cache(maxsize=1024)
def find_amounts(text: str) -> tuple[Amount, ...]:
    """The amounts of a plain text, in order; `16×32 GB` and `2 颗 32 核` are from one piece to all of them."""
    return tuple(_find_amounts(text))


def _find_amounts(text: str) -> Iterator[Amount]:
    hidden, position = hide_names(text), 0
    ranged = RANGE.search(hidden)
    while match := _PLAIN.search(hidden, position) or ranged:
        match = ranged if ranged and ranged.start() <= match.start() else match
        pieces = _PIECES.match(hidden, match.start())
        found = _PLAIN.match(hidden, pieces.end()) if pieces else None
        if pieces and found and read(found)[1] in _ADDS_UP:
            if not pieces[0].rstrip().endswith("×"):
                yield _make(match, text)
            match = found
            yield _make(match, text, pieces.start(), int(pieces["pieces"]))
        else:
            is_double = hidden[: match.start()].rstrip().endswith("双") and read(match)[1] in _ADDS_UP
            yield _make(match, text, pieces=2 if is_double else 1)
        position = match.end()
        if ranged and ranged.start() < position:
            ranged = RANGE.search(hidden, position)


def _make(match: re.Match[str], text: str, start: int | None = None, pieces: int = 1) -> Amount:
    begin, end, spelt = match.start() if start is None else start, match.end(), (match["unit"] or "").casefold()
    value, unit = read(match)
    low = to_base(to_number(match["low"]), match["unit"] or "")[0] if "low" in match.groupdict() else value
    low, high = min(low, value), max(low, value) * pieces
    return Amount(begin, end, low, high, unit, spelt, text[begin:end].strip(), pieces > 1)


def read_sides(text: str, start: int) -> tuple[tuple[Decimal, ...], str]:
    """The numbers of `1200×650×900 mm` or `1200 mm×650 mm×900 mm`, and their text; none if one stands there alone."""
    begin, found = start, list[tuple[Decimal, str]]()
    while match := _SIDES.match(text, start):
        found.append((to_number(match["n"]), (match["unit"] or "").strip()))
        start = match.end()
        if not match[0].endswith("×"):
            break
    sides = tuple(to_base(value, unit or found[-1][1])[0] for value, unit in found)
    return (sides, text[begin:start].strip()) if len(sides) > 1 else ((), "")


def hide_names(text: str) -> str:
    """A text whose dates, ordinals, models and standards have no digits any more; everything stays in its place."""
    return _NO_AMOUNT.sub(lambda found: "■" * len(found[0]), text)


def read(match: re.Match[str]) -> tuple[Decimal, str]:
    """A number in the base of its unit."""
    value = to_number(match["n"]) * _TIMES.get(match["many"] or "", Decimal(1))
    return to_base(value, (match["unit"] or "").strip())


def to_base(value: Decimal, unit: str) -> tuple[Decimal, str]:
    """As `units.convert`; a limit in days may be answered in hours."""
    value, base = convert(value, unit)
    return (value * 86_400, "s") if base == "天" else (value, base)


def to_number(text: str) -> Decimal:
    """A number as it is written, without its commas."""
    return Decimal(text.replace(",", ""))


@lru_cache(maxsize=1024)
def to_plain(text: str) -> str:
    """The text with its numbers in digits and its signs in one spelling."""
    plain = unicodedata.normalize("NFKC", text).replace("㎡", "m2")
    plain = plain.replace("半小时", "30 分钟").replace("半年", "6 个月")
    plain = re.sub(r"(?<=\d) ?[xX*✕╳] ?(?=\d)", "×", plain)
    plain = re.sub(r"(?:到|抵)达(?:用户|采购人|客户)?现场", "到场", plain)
    plain = _SPELT.sub(_read_spelt, _COUNTED.sub(lambda found: str(_read_counted(found[0])), plain))
    return re.sub(r"\b(\d+) ?\(\1\)", r"\1", plain)


def _read_counted(said: str) -> int:
    """A Chinese number below a hundred."""
    tens, ten, ones = said.rpartition("十")
    return (_DIGITS.get(tens, 1) * 10 if ten else 0) + _DIGITS.get(ones, 0)


def _read_spelt(match: re.Match[str]) -> str:
    """A number in English words, as far as people write them out."""
    tens, ones = (match[2] or "").lower(), (match[1] or match[3] or "").lower()
    return str(TENS.get(tens, 0) + UP_TO_TWELVE.get(ones, 0))
