"""every code as a table for a terminal and as JSON for other programs."""

from __future__ import annotations

import json
import re
from typing import Any

from bidkit.diagnostic import load_messages, outline
from bidkit.reports.json import FORMAT_VERSION
from bidkit.reports.text import name_severity, width
from bidkit.rules import describe_codes
from bidkit.rules.registry import Facts

_INSIDE = r"(?:[^()（）]|\([^()]*\))*"
_ARTICLE = {
    "zh": re.compile(f"（({_INSIDE}第{_INSIDE}条{_INSIDE})）"),
    "en": re.compile(rf"\(({_INSIDE}\bart(?:\.|icles?){_INSIDE})\)"),
}
"""Reasons give the article in brackets."""


def render(lang: str, *, is_json: bool) -> str:
    """Code, severity, regimes, what it says, and the article of the law where there is one; or all of it as one object.

    The severity is the gravest that a finding of the code can have.
    """
    entries = load_messages(lang)["codes"]
    if is_json:
        rows = [_describe(code, facts, entries[code], lang) for code, facts in describe_codes().items()]
        record = {"format_version": FORMAT_VERSION, "command": "rules", "codes": rows}
        return json.dumps(record, ensure_ascii=False, indent=2)
    return "\n".join(_draw(code, facts, entries[code], lang) for code, facts in describe_codes().items())


def describe_code(code: str, lang: str) -> dict[str, Any]:
    """One code as plain data."""
    return _describe(code, describe_codes()[code], load_messages(lang)["codes"][code], lang)


def find_article(why: str, lang: str) -> str:
    """The article that a reason names; empty if none."""
    found = _ARTICLE[lang].search(why)
    return found[1] if found else ""


def _draw(code: str, facts: Facts, entry: dict[str, str], lang: str) -> str:
    words = load_messages(lang)["labels"]["rules"]
    severity = name_severity(facts.severity, lang)
    regime = words["all"] if len(facts.regimes) > 1 else words[min(facts.regimes)]
    cells = [code, severity.ljust(7 - width(severity) + len(severity)), regime + " " * (10 - width(regime))]
    article = find_article(entry["why"], lang)
    return "  ".join([*cells, outline(entry["message"]), *([f"[{article}]"] if article else [])])


def _describe(code: str, facts: Facts, entry: dict[str, str], lang: str) -> dict[str, Any]:
    return {
        "code": code,
        "severity": facts.severity.value,
        "regimes": sorted(facts.regimes),
        "subjects": sorted(facts.subjects),
        "title": outline(entry["message"]),
        "why": entry["why"],
        "fix": outline(entry["fix"]),
        "article": find_article(entry["why"], lang) or None,
    }
