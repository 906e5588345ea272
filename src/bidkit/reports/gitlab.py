"""findings as a Code Quality report, which GitLab shows in merge requests."""

from __future__ import annotations

import json

from bidkit.diagnostic import Severity
from bidkit.reports.shown import Shown, say_suppressed
from bidkit.reports.text import clean

_SEVERITIES = {Severity.ERROR: "critical", Severity.WARNING: "minor", Severity.INFO: "info"}


def render(shown: list[Shown], lang: str) -> str:
    """One list; a suppressed finding is an `info` that says why."""
    return json.dumps([_describe(item, lang) for item in shown], ensure_ascii=False, indent=2)


def _describe(item: Shown, lang: str) -> dict[str, object]:
    said = f"{item.code}: {item.message}" + ("" if item.reason is None else f" ({say_suppressed(item.reason, lang)})")
    return {
        "description": clean(said),
        "check_name": item.code,
        "fingerprint": item.fingerprint,
        "severity": _SEVERITIES[item.severity] if item.reason is None else "info",
        "location": {"path": item.path, "lines": {"begin": item.line or 1}},
    }
