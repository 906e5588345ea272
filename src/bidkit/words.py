"""amounts in words (zh, en), both ways.

Chinese follows 《支付结算办法》附一; of other currencies too, whose name stands where 人民币 would, as banks have it
written: 美元壹佰元伍角整. Reading is strict: a text is an amount only when it is the spelling of that amount or one of
its legal variants, so a slip of the pen is never taken for a number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Context, Decimal
from itertools import product

CURRENCY_WORDS = {
    "zh": {
        "CNY": "人民币",
        "USD": "美元",
        "EUR": "欧元",
        "GBP": "英镑",
        "HKD": "港币",
        "MOP": "澳门元",
        "TWD": "新台币",
        "SGD": "新加坡元",
        "AUD": "澳大利亚元",
        "NZD": "新西兰元",
        "CAD": "加拿大元",
        "CHF": "瑞士法郎",
        "MYR": "马来西亚林吉特",
        "THB": "泰铢",
        "JPY": "日元",
        "KRW": "韩元",
    },
    "en": {
        "CNY": "Chinese Yuan",
        "USD": "US Dollars",
        "EUR": "Euros",
        "GBP": "Pounds Sterling",
        "HKD": "Hong Kong Dollars",
        "MOP": "Macanese Patacas",
        "TWD": "New Taiwan Dollars",
        "SGD": "Singapore Dollars",
        "AUD": "Australian Dollars",
        "NZD": "New Zealand Dollars",
        "CAD": "Canadian Dollars",
        "CHF": "Swiss Francs",
        "MYR": "Malaysian Ringgit",
        "THB": "Thai Baht",
        "JPY": "Japanese Yen",
        "KRW": "South Korean Won",
    },
}
"""Currencies by their code (ISO 4217): what stands before an amount in words."""
WHOLE_CURRENCIES = frozenset(("JPY", "KRW"))
"""Those that have no smaller unit (ISO 4217: minor unit 0); all others have hundredths."""
AMOUNT_LIMIT = 10**16

_EXACT = Context(prec=30)

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = {"仟": 1000, "佰": 100, "拾": 10, "": 1}
_GROUPS = {"万亿": 10**12, "亿": 10**8, "万": 10**4, "": 1}
_CHINESE = re.compile(
    "(?:(?:({g})万亿)?(?:({g})亿)?(?:({g})万)?({g})?元)?(?:零?({d})角)?(?:零?({d})分)?整?".format(
        g=f"[{_DIGITS}拾佰仟]+", d=f"[{_DIGITS}]"
    )
)

_DIGIT_WORDS = ["Zero", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine"]
_TEENS = ["Ten", "Eleven", "Twelve", "Thirteen", "Fourteen", "Fifteen", "Sixteen", "Seventeen", "Eighteen", "Nineteen"]
_ONES = _DIGIT_WORDS + _TEENS
_TENS = ["", "", "Twenty", "Thirty", "Forty", "Fifty", "Sixty", "Seventy", "Eighty", "Ninety"]
_SCALES = {"Quadrillion": 10**15, "Trillion": 10**12, "Billion": 10**9, "Million": 10**6, "Thousand": 10**3, "": 1}
_WORTH = {
    **{word.lower(): value for value, word in enumerate(_ONES)},
    **{word.lower(): value * 10 for value, word in enumerate(_TENS) if word},
    **{word.lower(): value for word, value in _SCALES.items() if word},
    "hundred": 100,
}
_BIG = f"(?:hundred|{'|'.join(filter(None, _SCALES)).lower()})"
_AND_OR_COMMA = re.compile(rf"\b({_BIG})(?:, and|,| and) (?!{_BIG})")
_HYPHEN = re.compile(rf"\b({'|'.join(_TENS[2:])})-(?={'|'.join(_DIGIT_WORDS[1:])})".lower())
_TRADITIONAL = str.maketrans("貳參叄陸億萬圓", "贰叁叁陆亿万圆")
"""Traditional characters, which 附一 has banks accept."""
_ORDINARY = str.maketrans("〇一二两三四五六七八九十百千圆正", "零壹贰贰叁肆伍陆柒捌玖拾佰仟元整")
_SAID_CHINESE = re.compile(
    f"[{_DIGITS}拾佰仟][{_DIGITS}拾佰仟万亿]*元(?:零?[{_DIGITS[1:]}]角)?(?:零?[{_DIGITS[1:]}]分)?整?"
)
_SAID_ENGLISH = re.compile(rf"(?:\b(?:{'|'.join(_WORTH)})\b(?:[\s,-]|\band\b)+)+(?:[0-9]{{2}}/100|Only\b)", re.I)
_ENGLISH = re.compile(r"(.+?)(?: only|,? and ([0-9]{2})/100)")
_PLURAL = re.compile("(dollar|euro|pound|pataca|franc)s")
_SMALL_UNITS = {
    "CNY": ("fen", "fen"),
    "GBP": ("penny", "pence"),
    "MOP": ("avo", "avos"),
    "CHF": ("centime", "centimes"),
    "MYR": ("sen", "sen"),
    "THB": ("satang", "satang"),
}
"""English names of hundredths that are not cents: of one, of many."""
_NUMBER = rf"(?:\b(?:{'|'.join(_WORTH)})\b(?:[\s,-]+(?:and\s+)?))+"


def find_amounts(text: str, currency: str, language: str) -> list[str]:
    """Every run of words in a text that is meant as an amount in this currency, legally spelt or not.

    In Chinese they stand behind the currency's name or `大写`; they are given with the name before them.
    """
    named = _find_name(currency, language)
    name = re.escape(named)
    if language.startswith("zh"):
        text = text.translate(_TRADITIONAL)
        before = rf"(?:{name}|大写\s*[）)]?\s*[:：]?)\s*"
        found = re.findall(f"{before}([{_DIGITS}拾][{_DIGITS}拾佰仟万亿元圆角分整正]+)", text)
        return [named + words for words in found]
    return re.findall(rf"{name} [A-Z][A-Za-z -]*? (?:Only|and \d\d/100)", text)


def read_amounts(text: str, currency: str, language: str) -> list[tuple[str, Decimal]]:
    """Every amount that a text says in words, also without the currency's name and in ordinary numerals (三十万元).

    Returns: the words, and the amount with two places.
    """
    name = _find_name(currency, language)
    if language.startswith("zh"):
        text = re.sub(r"\s+", "", text).translate(_TRADITIONAL).translate(_ORDINARY)
        found = [
            (words, name + words + ("整" if words.endswith("元") else "")) for words in _SAID_CHINESE.findall(text)
        ]
    else:
        found = [(words, f"{name} {words}") for words in _SAID_ENGLISH.findall(text)]
        found += _find_units(text, currency, name)
    amounts = [(words, parse_amount(whole, currency, language)) for words, whole in found]
    return [(words, amount) for words, amount in amounts if amount is not None]


def count_decimals(currency: str) -> int:
    """The decimals of an amount in this currency."""
    return 0 if currency in WHOLE_CURRENCIES else 2


def spell_amount(amount: Decimal, currency: str, language: str) -> str:
    """The amount in words, rounded half up to the currency's smallest unit first.

    Raises:
        ValueError: the amount is negative, not finite or 10^16 or more, or there are no words for the currency.
    """
    if not amount.is_finite() or amount < 0 or amount >= AMOUNT_LIMIT:
        raise ValueError(f"no words for the amount {amount}")
    unit = Decimal(1).scaleb(-count_decimals(currency))
    cents = int(amount.quantize(unit, ROUND_HALF_UP, _EXACT).scaleb(2, _EXACT))
    if cents >= AMOUNT_LIMIT * 100:
        raise ValueError(f"no words for the amount {amount}")
    name = _find_name(currency, language)
    if language.startswith("zh"):
        return name + _spell_chinese(cents)
    whole = _spell_whole(cents // 100, joins=language == "en-GB")
    return f"{name} {whole} Only" if currency in WHOLE_CURRENCIES else f"{name} {whole} and {cents % 100:02}/100"


def parse_amount(words: str, currency: str, language: str) -> Decimal | None:
    """The amount that the words say, with two places; None if they are not a legal spelling of any.

    White space around the words does not matter. In Chinese the prefix may be left out for CNY only: without it
    another currency's 元 would be read as its own.

    Raises:
        ValueError: there are no words for the currency.
    """
    name = _find_name(currency, language)
    text, is_whole = words.strip(), currency in WHOLE_CURRENCIES
    if language.startswith("zh"):
        cents = _parse_chinese(text, name, currency == "CNY")
    else:
        cents = _parse_english(text, name, is_whole)
        cents = _parse_units(text, currency, name) if cents is None else cents
    return None if cents is None or (is_whole and cents % 100) else Decimal(cents).scaleb(-2, _EXACT)


def _find_name(currency: str, language: str) -> str:
    names = CURRENCY_WORDS.get(language[:2], {})
    if currency not in names:
        raise ValueError(f"no words for amounts in {currency}, language {language}")
    return names[currency]


def _spell_chinese(
    cents: int, *, bare_ten: bool = False, thousands_zero: bool = False, jiao_zero: bool = True, jiao_end: str = "整"
) -> str:
    """The words without prefix; the options choose among the legal variants, the defaults are canonical."""
    if cents == 0:
        return "零元整"
    yuan, jiao, fen = cents // 100, cents // 10 % 10, cents % 10
    text = _spell_yuan(yuan, thousands_zero) + "元" if yuan else ""
    if bare_ten and text.startswith("壹拾"):
        text = text[1:]
    if not (jiao or fen):
        return text + "整"
    if yuan and (not jiao or (yuan % 10 == 0 and jiao_zero)):
        text += "零"
    if jiao:
        text += _DIGITS[jiao] + "角"
    return text + (_DIGITS[fen] + "分" if fen else jiao_end)


def _spell_yuan(yuan: int, thousands_zero: bool) -> str:
    text = ""
    gap = False
    for unit, worth in _GROUPS.items():
        group = yuan // worth % 10_000
        if group == 0:
            gap = bool(text)
            continue
        # 附一: with a 0 in the place of 万, a 零 before 仟 is optional.
        optional = thousands_zero and worth == 1 and yuan // 10_000 % 10 == 0
        if text and (gap or group < 1000 or optional):
            text += "零"
        text += _spell_group(group) + unit
        gap = False
    return text


def _spell_group(group: int) -> str:
    text = ""
    gap = False
    for place, worth in _PLACES.items():
        digit = group // worth % 10
        if digit:
            text += ("零" if gap else "") + _DIGITS[digit] + place
        gap = digit == 0 and bool(text)
    return text


def _parse_chinese(text: str, prefix: str, is_prefix_optional: bool) -> int | None:
    if not (text.startswith(prefix) or is_prefix_optional):
        return None
    text = text.removeprefix(prefix).translate(_TRADITIONAL).replace("圆", "元")
    if text.endswith("正"):
        text = text[:-1] + "整"
    found = _CHINESE.fullmatch(text)
    if not found:
        return None
    *groups, jiao, fen = found.groups()
    yuan = sum(_read_group(group or "") * worth for group, worth in zip(groups, _GROUPS.values(), strict=True))
    cents = yuan * 100 + _DIGITS.index(jiao or "零") * 10 + _DIGITS.index(fen or "零")
    # The pattern also reads much that is no legal spelling; the variants of what was read decide.
    return cents if yuan < AMOUNT_LIMIT and text in _chinese_variants(cents) else None


def _read_group(group: str) -> int:
    total = digit = 0
    for char in group:
        if char in _DIGITS:
            digit = _DIGITS.index(char)
        else:
            total += (digit or 1) * _PLACES[char]
            digit = 0
    return total + digit


def _chinese_variants(cents: int) -> set[str]:
    """The legal spellings, after 圆 and 正 have become 元 and 整.

    Optional are the 壹 of a leading 壹拾, the 零 before 仟 after a 0 in the place of 万, the 零 before 角 after a 0 in
    the place of 元, and the 整 after 角. A 零 for a whole empty group is not: 壹亿伍仟元 is heard as 1.5 亿.
    """
    flags = (False, True)
    return {
        _spell_chinese(cents, bare_ten=bare, thousands_zero=thousands, jiao_zero=jiao, jiao_end=end)
        for bare, thousands, jiao, end in product(flags, flags, flags, ("", "整"))
    }


def _spell_whole(whole: int, *, joins: bool = False) -> str:
    """A whole number.

    Args:
        joins: write the "and" of British English: One Thousand Two Hundred and Five.
    """
    if whole == 0:
        return _ONES[0]
    words: list[str] = []
    for scale, worth in _SCALES.items():
        group = whole // worth % 1000
        if group:
            words += [
                *(["and"] if joins and words and not scale and group < 100 else []),
                *_spell_hundreds(group, joins),
            ]
            words.append(scale)
    return " ".join(word for word in words if word)


def _spell_hundreds(group: int, joins: bool) -> list[str]:
    words = [_ONES[group // 100], "Hundred"] if group >= 100 else []
    rest = group % 100
    words += ["and"] if joins and words and rest else []
    if rest >= 20:
        words.append(_TENS[rest // 10] + (f"-{_ONES[rest % 10]}" if rest % 10 else ""))
    elif rest:
        words.append(_ONES[rest])
    return words


def _parse_english(text: str, name: str, is_whole: bool) -> int | None:
    text = " ".join(text.lower().split())
    found = _ENGLISH.fullmatch(text.removeprefix(f"{name.lower()} "))
    if not found or not text.startswith(f"{name.lower()} ") or (is_whole and found[2]):
        return None
    whole = _read_whole(found[1])
    return None if whole is None else whole * 100 + int(found[2] or 0)


def _parse_units(text: str, currency: str, name: str) -> int | None:
    """What an amount with its units says (One US Dollar and Fifty Cents); they agree in number with what they count."""
    (one, many), (cent, cents) = _name_units(currency, name)
    text = " ".join(text.lower().replace(" sterling", "").split())
    found = re.fullmatch(f"(.+?) ({one}|{many})(?: and (.+?) ({cent}|{cents}))?(?: only)?", text)
    if not found:
        return None
    whole, part = _read_whole(found[1]), _read_whole(found[3]) if found[3] else 0
    if whole is None or part is None or part >= 100 or (found[3] and not part):
        return None
    is_agreed = found[2] == (one if whole == 1 else many) and found[4] in (None, cent if part == 1 else cents)
    return whole * 100 + part if is_agreed else None


def _find_units(text: str, currency: str, name: str) -> Iterator[tuple[str, str]]:
    """Amounts with their units in a text, the country often left out: as they stand there, and as they should."""
    (one, many), (cent, cents) = _name_units(currency, name)
    land, short = many.removesuffix(many.split()[-1]), f"{one.split()[-1]}|{many.split()[-1]}"
    said = re.compile(
        rf"({_NUMBER})(?:{land})?(?:{short})\b(?: sterling\b)?( and (?:{_NUMBER})(?:{cent}|{cents})\b)?", re.I
    )
    for found in said.finditer(" ".join(text.split())):
        whole = found[1].strip(" ,-")
        yield found[0], f"{whole} {one if whole.lower() == 'one' else many}{found[2] or ''}"


def _name_units(currency: str, name: str) -> tuple[tuple[str, str], tuple[str, str]]:
    """The English units of a currency and of its hundredths in small letters, each for one and for many."""
    many = name.lower().removesuffix(" sterling")
    return (_PLURAL.sub(r"\1", many), many), _SMALL_UNITS.get(currency, ("cent", "cents"))


def _read_whole(text: str) -> int | None:
    """A whole number in small letters, spelt as it must be.

    What is tolerated: hyphens left out in 21 to 99, and a comma or an "and" after hundred, thousand, million ...
    """
    tokens = _AND_OR_COMMA.sub(r"\1 ", _HYPHEN.sub(r"\1 ", text)).split(" ")
    whole = _read_english(tokens)
    return whole if whole is not None and _spell_whole(whole).lower().replace("-", " ").split(" ") == tokens else None


def _read_english(tokens: list[str]) -> int | None:
    total = group = 0
    for token in tokens:
        worth = _WORTH.get(token)
        if worth is None:
            return None
        if worth >= 1000:
            total, group = total + group * worth, 0
        else:
            group = group * worth if worth == 100 else group + worth
    return total + group if total + group < AMOUNT_LIMIT else None
