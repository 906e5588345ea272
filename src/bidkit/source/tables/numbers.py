"""numbers and dates as people type them in price lists -> as the models read them."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

from bidkit.words import CURRENCY_WORDS

MONEY = frozenset(("unit_price", "list_price", "amount", "cost", "floor", "cap", "ceiling", "unit_ceiling"))
NUMBERS = MONEY | {"quantity", "tax_rate", "discount", "escalation"}
"""Fields that hold a number."""
DATES = frozenset(("valid_from", "valid_until"))

SIGNS = {code.lower(): code for code in CURRENCY_WORDS["en"]} | {
    **{"¥": "CNY", "rmb": "CNY", "人民币": "CNY", "$": "USD", "us$": "USD", "€": "EUR", "£": "GBP", "hk$": "HKD"},
    **{"mop$": "MOP", "nt$": "TWD", "s$": "SGD", "a$": "AUD", "nz$": "NZD", "c$": "CAD", "rm": "MYR"},
    **{"元": "CNY", "圆": "CNY", "美元": "USD", "欧元": "EUR", "英镑": "GBP", "港元": "HKD", "港币": "HKD"},
    **{"澳门元": "MOP", "新台币": "TWD", "新加坡元": "SGD", "澳元": "AUD", "新西兰元": "NZD", "加元": "CAD"},
    **{"瑞士法郎": "CHF", "林吉特": "MYR", "泰铢": "THB", "日元": "JPY", "韩元": "KRW"},
}
"""What stands for a currency beside an amount, in small letters."""
_SIGN = "|".join(re.escape(sign) for sign in sorted(SIGNS, key=len, reverse=True))
_SIGNED = re.compile(rf"(?P<before>{_SIGN})?\s*(?P<number>[+-]?\d[\d,. ]*?%?)\s*(?P<after>{_SIGN})?")
_GROUPED = re.compile(r"[+-]?\d{1,3}( \d{3})+(\.\d+)?")
_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")


def read_number(text: str) -> tuple[str, str]:
    """A number without full-width digits, groups set off by blanks and the sign of a currency; the currency's code.

    What is no such number comes back as it is, and its model refuses it: `面议`, `1.2万`, `24台`, `1.234,50`.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    found = _SIGNED.fullmatch(plain.lower())
    if found is None:
        return text, ""
    before, after = (SIGNS.get(found[place] or "", "") for place in ("before", "after"))
    if before and after and before != after:
        return text, ""
    number = found["number"]
    number = number.replace(" ", "") if _GROUPED.fullmatch(number) else number
    return ("".join(number.split()) if number.endswith("%") else number), before or after


def read_date(text: str) -> str:
    """A date written year, month, day with any marks between as YYYY-MM-DD; anything else as it is."""
    found = _DAY.fullmatch(unicodedata.normalize("NFKC", text).strip())
    return f"{found[1]}-{found[2]:0>2}-{found[3]:0>2}" if found else text


def parse_decimal(text: str) -> Decimal | None:
    """What the models take for a number; None for all else."""
    plain = read_number(text)[0]
    is_number = re.fullmatch(r"[+-]?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?", plain)
    return Decimal(plain.replace(",", "")) if is_number else None
