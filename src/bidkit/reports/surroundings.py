"""what the machine has for bidkit, and which settings hold, for a terminal and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from bidkit.diagnostic import Term, load_messages
from bidkit.reports.json import FORMAT_VERSION
from bidkit.reports.table import draw
from bidkit.reports.text import clean

State = Literal["ok", "warning", "error"]
_SIGNS = {"ok": "[ok]", "warning": "[!] ", "error": "[x] "}


@dataclass(frozen=True)
class Check:
    """One thing that was looked at.

    Args:
        part: its key among the labels of the doctor.
        said: what was found.
        fix: what to do, a key of such a text; empty where nothing is to be done.
    """

    part: str
    state: State
    said: Term
    fix: str = ""


@dataclass(frozen=True)
class Setting:
    """A setting with the value that holds, and where that is written.

    Args:
        origin: `bidkit.yaml:4:3`, `deals/water/deal.yaml:5:1`, the name of an environment variable; empty: a default.
    """

    name: str
    value: str
    origin: str


def render_check(check: Check, lang: str) -> str:
    """A line, and what to do in another."""
    labels = load_messages(lang)["labels"]["doctor"]
    lines = [f"{_SIGNS[check.state]} {labels['parts'][check.part]}: {check.said.say(lang)}"]
    if check.fix:
        lines.append(f"     {load_messages(lang)['labels']['fix']}: {Term(check.fix).say(lang)}")
    return "\n".join(map(clean, lines))


def render_counts(checks: Sequence[Check], lang: str) -> str:
    """How many errors and warnings there are."""
    labels: dict[str, Any] = load_messages(lang)["labels"]["doctor"]
    counts = {state: sum(check.state == state for check in checks) for state in _SIGNS}
    return str(labels["counts"].format(**counts))


def render_checks_json(checks: Sequence[Check], lang: str) -> str:
    """All of it as one object."""
    found = [
        {
            "part": check.part,
            "state": check.state,
            "said": check.said.say(lang),
            "values": {key: value for key, value in check.said.values if isinstance(value, str)},
            "fix": Term(check.fix).say(lang) if check.fix else "",
        }
        for check in checks
    ]
    record = {"format_version": FORMAT_VERSION, "command": "doctor", "checks": found}
    return json.dumps(record, ensure_ascii=False, indent=2)


def render_settings(settings: Iterable[Setting], lang: str, *, is_json: bool) -> str:
    """A table of settings; or all of it as one object."""
    if is_json:
        listed = [{"name": item.name, "value": item.value, "origin": item.origin} for item in settings]
        record = {"format_version": FORMAT_VERSION, "command": "config show", "settings": listed}
        return json.dumps(record, ensure_ascii=False, indent=2)
    return "\n".join(_draw(settings, lang))


def _draw(settings: Iterable[Setting], lang: str) -> Iterator[str]:
    words = load_messages(lang)["labels"]["settings"]
    rows = [[item.name, item.value or "—", item.origin or words["default"]] for item in settings]
    yield from draw([words["titles"], *rows])
