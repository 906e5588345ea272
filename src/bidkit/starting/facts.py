"""the facts of a new deal, as the tender states them: each is read as a deal reads it, and written into its text."""

from __future__ import annotations

import re
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
