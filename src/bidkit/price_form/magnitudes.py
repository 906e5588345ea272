"""the unit of amounts that a text states: 万元, thousand CNY, `RMB 10,000`; what only looks like one is not guessed at.

A text is read as words of a few kinds. A run of currencies and magnitudes is a unit where nothing but the ends of a
phrase, of brackets or of a text stands around it; behind a number or `per` it is none; anywhere else it is unclear.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

_CODES = (
    "cny|rmb|cnh|usd|eur|gbp|hkd|jpy|aud|cad|sgd|chf|inr|krw|twd|ntd|mop|myr|thb|idr|php|vnd|aed|sar|zar|brl|rub|nzd"
    "|kzt|pkr|bdt|lkr|kes|ngn|egp|try|sek|nok|dkk|pln|mxn|ils|qar|kwd"
)
_WORD = r"(?<![a-z])(?:{})(?![a-z])"
_DIGITS = "零〇一二两三四五六七八九壹贰叁肆伍陆柒捌玖几数"
_KINDS = {
    "base": r"(?:人民币|美|欧|港|日|澳|台|新)?[元圆円]|" + _WORD.format("yuan"),
    "currency": r"人民币|英镑|[a-z]{0,2}\$|[¥€£₹₩]|"
    + _WORD.format(_CODES + "|(?:us )?dollars?|renminbi|euros?|pounds?|yen|rupees?"),
    "number": f"[十百千万亿]*[{_DIGITS}][{_DIGITS}十百千万亿]*",
    "odd": r"(?<![\d.,])'?000,000\b|(?<=[(\[【:])[角分](?=[)\]】/])|"
    + _WORD.format(
        r"mm?|t|w|wan ?(?:yuan)?|mill?|th?sd|th|1e\d"
        "|miles(?= de)|ths|thous|tausend|milliers?|millones|milhões|тыс|млн|cents?|pence|fen|jiao|paise"
    )
    + r"\.?",
    "magnitude": r"[十百千]?[万亿]|[百千]|(?<![\d.,])'?000(?:'?s)?(?![\d,.])|"
    + _WORD.format(
        r"(?:(?:tens?|hundreds?)(?: of)?[ -])?(?:thousands?|millions?|billions?)|hundreds?"
        "|mn|mln|mio|mrd|bn|lakhs?|lacs?|crores?|k"
    )
    + r"\.?",
    "power": r"(?<![\d.,])(?:[x×*]\s?)?(?:10\^\d|1(?:0{2,8}|0{0,2}(?:,000)+)(?![\d.,]*\d)(?:'?s\b)?)",
    "figure": r"\d[\d,.]*|"
    + _WORD.format(
        "an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|sixty"
        "|seventy|eighty|ninety|several|few|some|half"
    ),
    "unit": r"(?:金额|报价|价格|货币|币种|计价|计量|投标)?单位\s*[:为是]?|" + _WORD.format("units?") + r"\s?:",
    "per": "每|" + _WORD.format("per"),
    "slash": r"[/\\]",
    "end": r"[()\[\]【】〔〕{}<>《》:;|。,、—–\n-]|" + _WORD.format("in"),
    "glue": r"\s+|" + _WORD.format("of"),
    "filler": "货币|币种|以上|以下|表中|本表|均|为|注|"
    + _WORD.format(
        "all|the|are|is|be|shown|given|expressed|stated|quoted|denominated|currency|note|prices|amounts|values|costs"
        "|sums|figures|rates|totals"
    ),
    "noun": "[价额计费款]|" + _WORD.format("price|amount|total|value|cost|sum|rate|fee|bid|tender"),
    "about": "不?含|未|税|"
    + _WORD.format(
        r"incl|including|inclusive|included|excl|excluding|exclusive|excluded|before|after|net|gross|with|without"
        "|vat|gst|tax|taxes"
    ),
    "other": "[a-z]+|.",
}
"""What a text is made of; the first that fits."""
_LEXER = re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in _KINDS.items()), re.DOTALL)
_FACTORS = {"十": 10, "百": 100, "千": 1000, "万": 10**4, "亿": 10**8, "ten": 10, "hundred": 100, "thousand": 1000}
_FACTORS |= {
    "million": 10**6,
    "billion": 10**9,
    "mn": 10**6,
    "mln": 10**6,
    "mio": 10**6,
    "bn": 10**9,
    "mrd": 10**9,
    "k": 1000,
}
_FACTORS |= {"lakh": 10**5, "lac": 10**5, "crore": 10**7, "000": 1000}
_FACTOR = re.compile("|".join(sorted(_FACTORS, key=len, reverse=True)))
_RAISED = str.maketrans(
    {raised: f"^{digit}" for digit, raised in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")} | dict.fromkeys("’‘`´′", "'")
)
_OLD = str.maketrans("萬億仟佰拾圓", "万亿千百十元")
_JOINED = re.compile(rf"(?<![a-z])(?:([kmtw]|mm|mn)({_CODES})|({_CODES})([kmtw]|mm|mn))(?![a-z])")
_EXCEPTED = re.compile(r"except|unless|other than|除")
_BEFORE = ("end", "about", "filler", "noun", "unit", "slash")
_AFTER = ("end", "about", "slash", "per")
_OPEN = ("(", "[", "【")
_IN_RUN = ("base", "currency", "magnitude", "power", "odd", "glue")

Word = tuple[str, str]
"""Its kind and its text."""


class UnclearUnit(Exception):
    """A text that seems to name a unit, which is not understood.

    Args:
        is_whole: it may hold for a whole table: as in `Unit`, or because it names a currency.
    """

    def __init__(self, text: str = "", *, is_whole: bool = False) -> None:
        super().__init__(text)
        self.is_whole = is_whole


@dataclass(frozen=True)
class Unit:
    """The unit that a text states.

    Args:
        scale: 10000 for 万元.
        text: the text.
        is_whole: it says nothing else, so that it may hold for a whole table.
        is_called: it calls it the unit (单位).
    """

    scale: Decimal
    text: str
    is_whole: bool
    is_called: bool


def read_unit(text: str) -> Unit | None:
    """The unit that a text states; None if it states none. Raises UnclearUnit."""
    words = _read_words(text)
    is_called = any(kind == "unit" for kind, _ in words)
    is_whole = not any(kind in ("other", "figure", "number", "noun") for kind, _ in words)
    try:
        scales = {scale for run in _find_runs(words) if (scale := _read_run(run)) is not None}
    except UnclearUnit as unclear:
        raise UnclearUnit(text, is_whole=is_whole or unclear.is_whole) from None
    if len(scales) > 1 or (scales - {1} and _EXCEPTED.search(text.casefold())):
        raise UnclearUnit(text, is_whole=True)
    return Unit(Decimal(scales.pop()), text, is_whole, is_called) if scales else None


def _read_words(text: str) -> list[Word]:
    plain = unicodedata.normalize("NFKC", text.translate(_RAISED)).casefold().translate(_OLD)
    plain = _JOINED.sub(lambda found: " ".join(filter(None, found.groups())), plain)
    words = ((match.lastgroup or "", match.group()) for match in _LEXER.finditer(plain))
    return [word for word in words if word[0] == "end" or not word[1].isspace()]


@dataclass(frozen=True)
class _Run:
    """Currencies and magnitudes that stand together, and the words on both sides."""

    words: Sequence[Word]
    before: Sequence[Word]
    after: Sequence[Word]

    @property
    def sides(self) -> tuple[str, str]:
        """The kinds of word before it and behind it."""
        before = self.before[-1][0] if self.before else "end"
        after = self.after[0][0] if self.after else "end"
        begins, ends = (self.words[place][0] == "glue" for place in (0, -1))
        return "other" if begins else before, "other" if ends else after

    @property
    def is_shut(self) -> bool:
        """Whether it is all that is said between two ends."""
        before, after = self.sides
        return before in _BEFORE and after in _AFTER

    @property
    def has_currency(self) -> bool:
        return any(kind in ("base", "currency") for kind, _ in self.words)

    @property
    def has_plain_power(self) -> bool:
        """Whether it has a number such as 10,000 that may as well be a price."""
        return any(kind == "power" and word[0] not in "x×*" for kind, word in self.words)

    @property
    def scales(self) -> list[int]:
        """What its magnitudes multiply by; 0 for one that is not understood."""
        return [_measure(*word) for word in self.words if word[0] in ("magnitude", "power", "odd")]


def _find_runs(words: Sequence[Word]) -> Iterator[_Run]:
    """A comma between a currency and a magnitude does not part them."""

    def is_in_run(number: int) -> bool:
        around = [words[other][0] for other in (number - 1, number + 1) if 0 <= other < len(words)]
        is_joined = len(around) == 2 and "magnitude" in around and set(around) <= {*_IN_RUN}
        return words[number][0] in _IN_RUN or (words[number][1] == "," and is_joined)

    for is_run, numbers in groupby(range(len(words)), is_in_run):
        if is_run:
            inside = [*numbers]
            start, end = inside[0], inside[-1] + 1
            yield _Run(words[start:end], words[:start], words[end:])


def _read_run(run: _Run) -> int | None:
    """The scale of a run; None if it is no unit. Raises UnclearUnit."""
    before, after = run.sides
    is_opened = bool(run.before) and (before == "unit" or run.before[-1][1] in _OPEN)
    if before in ("figure", "number"):  # five million are no unit; what only says (5 million) may be meant as one
        outside = (word for word in reversed(run.before[:-1]) if word[0] not in ("currency", "base"))
        first = next(outside, ("", ""))
        is_large = run.scales or not set(run.before[-1][1]).isdisjoint("百千万亿")
        if is_large and after == "end" and (first[0] == "unit" or first[1] in _OPEN):
            raise UnclearUnit(is_whole=first[0] == "unit")
        return None
    if not run.scales:
        return 1 if run.is_shut and (before == "unit" or any(kind == "base" for kind, _ in run.words)) else None
    if before == "per" or _is_of_something_else(run):
        return None
    is_told = run.has_currency or (before != "slash" and run.words[0][1] != "k" and not run.has_plain_power)
    is_price = run.has_plain_power and not is_opened
    if not (run.is_shut and is_told and not is_price and len(run.scales) == 1 and run.scales[0]):
        raise UnclearUnit(is_whole=run.has_currency and not run.has_plain_power)
    return run.scales[0]


def _is_of_something_else(run: _Run) -> bool:
    """Whether magnitudes without a currency count goods, or are part of a word: 元/万只, 1000 users, 千克."""
    before, after = run.sides
    is_counted = before == "slash" and (
        after == "other" or any(kind == "odd" and len(word) < 3 for kind, word in run.words)
    )
    is_alone = bool(run.before) and after == "end" and (before == "slash" or run.before[-1][1] in _OPEN)
    is_number = run.has_plain_power and len(run.words) == 1 and not is_alone
    is_in_word = not run.is_shut and all(_is_short(*word) for word in run.words)
    return not run.has_currency and (is_counted or is_number or is_in_word)


def _is_short(kind: str, word: str) -> bool:
    """Whether a magnitude is part of many other words, or of numbers: in 千克 there is no unit of money."""
    plain = word.rstrip(".")
    is_part = kind == "magnitude" and (plain in ("mio", "mln", "mrd") or not word.isascii() or "000" in word)
    return kind == "glue" or len(plain) < 3 or is_part


def _measure(kind: str, word: str) -> int:
    """By what a magnitude multiplies; 0 for one that is read in two ways, such as M."""
    if kind == "power":
        plain = word.strip("x×* s'").replace(",", "")
        return 10 ** int(plain[3:]) if plain.startswith("10^") else int(plain)
    return math.prod(_FACTORS[part] for part in _FACTOR.findall(word)) if kind == "magnitude" else 0
