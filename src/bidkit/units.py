"""units of measure: which spellings mean the same unit."""

from __future__ import annotations

import unicodedata
from decimal import Decimal

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


_SCALES = {
    "s": {"ms": "0.001", "毫秒": "0.001", "s": "1", "秒": "1", "sec": "1", "second": "1", "seconds": "1", "秒钟": "1",
          "min": "60", "分": "60", "分钟": "60", "minute": "60", "minutes": "60", "h": "3600", "小时": "3600",
          "hr": "3600", "hour": "3600", "hours": "3600"},
    "天": {"天": "1", "日": "1", "日历日": "1", "日历天": "1", "day": "1", "days": "1", "周": "7", "week": "7",
          "weeks": "7", "星期": "7"},
    "月": {"月": "1", "个月": "1", "month": "1", "months": "1", "年": "12", "year": "12", "years": "12"},
    "b": {"kb": "1024", "mb": "1048576", "gb": "1073741824", "tb": "1099511627776", "pb": "1125899906842624"},
    "bps": {"kbps": "1000", "mbps": "1000000", "gbps": "1000000000", "tbps": "1000000000000", "kbit/s": "1000",
            "mbit/s": "1000000", "gbit/s": "1000000000", "tbit/s": "1000000000000"},
    "m": {"mm": "0.001", "毫米": "0.001", "cm": "0.01", "厘米": "0.01", "m": "1", "米": "1", "km": "1000",
          "公里": "1000"},
    "g": {"mg": "0.001", "g": "1", "克": "1", "kg": "1000", "公斤": "1000", "千克": "1000", "t": "1000000",
          "吨": "1000000"},
    "w": {"W": "1", "kw": "1000", "mw": "1000000"},
    "v": {"mv": "0.001", "V": "1", "kv": "1000"},
    "hz": {"hz": "1", "khz": "1000", "mhz": "1000000", "ghz": "1000000000"},
}  # fmt: skip
_BASES = {unit: (base, Decimal(scale)) for base, units in _SCALES.items() for unit, scale in units.items()}


def convert(value: Decimal, unit: str) -> tuple[Decimal, str]:
    """A number in the base of its unit, and that base; of a unit that has no other, the unit's usual spelling."""
    plain = "".join(unicodedata.normalize("NFKC", unit).split())
    key = plain if len(plain) == 1 else plain.casefold()  # 9H is no time
    base, scale = _BASES.get(key) or _BASES.get(key.removesuffix("s")) or (_find_key(key.removesuffix("s")), Decimal(1))
    return value * scale, base
