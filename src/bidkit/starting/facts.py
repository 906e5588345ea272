"""the facts of a new deal, as the tender states them: each is read as a deal reads it, and written into its text."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

import yaml

from bidkit.deal import DealId
from bidkit.diagnostic import Diagnostic, Span
from bidkit.scalars import Currency, Day, Model, Moment, Money, Text, Whole, validate
from bidkit.source import Node

Locale = Literal["zh-CN", "en-US", "en-GB"]
Regime = Literal["commercial", "tender"]
Rules = Literal["mof87", "ndrc", "mdb", "far"]
_PLACE = re.compile(r"@(\w+)@")


class Facts(Model):
    """What can be known of a deal before it is written; None is left for somebody to fill in."""

    id: DealId | None = None
    title: Text | None = None
    customer: Text | None = None
    locale: Locale
    regime: Regime
    dated: Day
    currency: Currency
    budget: Money | None = None
    decision_date: Day | None = None
    validity_days: Whole | None = None
    tender_no: Text | None = None
    deadline: Moment | None = None
    ceiling: Money | None = None
    bond: Money | None = None
    rules: Rules | None = None


TENDER = ("tender_no", "deadline", "ceiling", "bond", "rules")
"""Facts that only a tender has."""


_DAYS = ("deadline", "decision_date", "dated")
_AMOUNTS = ("ceiling", "bond", "budget")
_DAY = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?"
    r"(?:[\sT]*(\d{1,2})\s*[:时点]\s*(\d{1,2})?\s*分?)?\s*(Z|[+-]\d\d:\d\d)?"
)
_AMOUNT = re.compile(r"[¥￥]?\s*(\d+|\d{1,3}(?:,\d{3})+)(\.\d+)?\s*([万亿]?)\s*元?")
_DAYS_ALONE = re.compile(r"(\d+)\s*(?:个?(?:日历)?[日天]|(?:calendar )?days?)", re.I)
_WORDS = {
    "regime": {
        "招标": "tender",
        "投标": "tender",
        "招标项目": "tender",
        "商务": "commercial",
        "商务项目": "commercial",
    },
    "rules": {"政府采购": "mof87", "87号令": "mof87", "工程招标": "ndrc"},
    "bond": dict.fromkeys(("无", "没有", "不要求", "none", "no"), "0"),
}
"""How a person answers what has only some values."""
_UNITS = {"": 1, "万": 10**4, "亿": 10**8}


def say_exactly(key: str, text: str, locale: str) -> str:
    """A fact as a deal writes it, from how a tender prints it or a person says it; anything else as it is.

    A time that a Chinese tender gives without its zone is China's standard time, the only one there.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    if key in _DAYS and (found := _DAY.fullmatch(plain)):
        year, month, day, hour, minute, zone = found.groups()
        if hour is None:
            return f"{year}-{month:0>2}-{day:0>2}{zone or ''}"
        zone = zone or ("+08:00" if locale == "zh-CN" else "")
        return f"{year}-{month:0>2}-{day:0>2}T{hour:0>2}:{minute or '':0>2}{zone}"
    if key in _AMOUNTS and (found := _AMOUNT.fullmatch(plain)):
        number = Decimal(found[1].replace(",", "") + (found[2] or "")) * _UNITS[found[3]]
        return f"{number.normalize():f}" if found[3] else f"{number:f}"
    if key == "validity_days" and (found := _DAYS_ALONE.fullmatch(plain)):
        return found[1]
    return _WORDS.get(key, {}).get(plain.casefold(), text)


def read_facts(given: dict[str, str]) -> tuple[Facts | None, list[Diagnostic]]:
    """Facts as they were typed; None if one is wrong. Diagnostics: DL06–DL17, without a place."""
    at = Span("")
    data = Node(at)
    for key, value in given.items():
        data.put(key, value, at, at)
    facts, problems = validate(Facts, data)
    return facts, [Diagnostic(item.code, None, item.values, item.severity) for item in problems]


def read_fact(key: str, text: str) -> list[Diagnostic]:
    """What is wrong with one fact as it was typed."""
    wanted = {"locale": "zh-CN", "regime": "tender", "dated": "2026-01-01", "currency": "CNY"}
    return read_facts({**wanted, key: text})[1]


def fill_deal(text: str, tender: str, facts: Facts) -> str:
    """The text of a deal with its facts; a key whose fact is not known stays empty."""
    known = {key: _write(getattr(facts, key)) for key in Facts.model_fields}
    whole = text.replace("@tender@", tender if facts.regime == "tender" else "")
    return re.sub(r" +$", "", _PLACE.sub(lambda found: known[found[1]], whole), flags=re.M)


def _write(value: Any) -> str:
    """A fact as YAML, on one line."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(timespec="minutes")
    if isinstance(value, date | Decimal | int):
        return str(value)
    return yaml.safe_dump(str(value), allow_unicode=True, width=10**9).removesuffix("\n").removesuffix("\n...")
