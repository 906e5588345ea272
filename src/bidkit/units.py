"""units of measure: which spellings mean the same unit."""

from __future__ import annotations

import unicodedata

_SAME = (
    "m 米 meter metre meters metres",
    "m2 m^2 平米 平方米 sqm sq.m sq.m. squaremeter squaremetre squaremeters squaremetres",
    "m3 m^3 立方米 cbm cu.m cu.m. cubicmeter cubicmetre cubicmeters cubicmetres",
    "km 公里 千米 kilometer kilometre kilometers kilometres",
    "kg 公斤 千克 kilogram kilograms",
    "t 吨 tonne tonnes metricton metrictons",
    "l 升 liter litre liters litres",
    "pc pcs pcs. piece pieces",
    "套 set sets",
    "项 item items",
    "天 日 day days",
    "月 个月 month months",
    "年 year years yr yrs",
    "小时 h hr hrs hour hours",
    "人天 人日 man-day man-days person-day person-days manday mandays personday persondays",
    "人月 man-month man-months person-month person-months manmonth manmonths personmonth personmonths",
    "each ea ea.",
)
"""Only spellings of one unit, never a conversion: a box is not a piece, and 100 m is not a metre."""

_KEYS = {word: words.split()[0] for words in _SAME for word in words.split()}


def is_same_unit(one: str, two: str) -> bool:
    """Whether two texts name one unit: wide or narrow, ㎡ or m² or 平方米, large or small letters."""
    return _find_key(one) == _find_key(two)


def _find_key(unit: str) -> str:
    plain = "".join(unicodedata.normalize("NFKC", unit).casefold().split())
    return _KEYS.get(plain, plain)
