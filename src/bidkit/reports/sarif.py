"""findings as SARIF 2.1.0, which code scanning and editors read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

from bidkit import __version__
from bidkit.diagnostic import Severity, load_messages, outline
from bidkit.reports import Result
from bidkit.reports.shown import Shown
from bidkit.rules import describe_codes

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def render(result: Result, shown: list[Shown], lang: str) -> str:
    """One run for a deal."""
    facts = {"deal": result.bid.deal.id, "judged_on": result.bid.today.isoformat()} if result.bid else {}
    state = {"is_draft": result.is_draft, "is_ready": result.is_ready}
    return render_run(shown, lang, facts | state, is_successful=result.exit_code != 2)


def render_run(shown: list[Shown], lang: str, properties: Mapping[str, Any], *, is_successful: bool) -> str:
    """One run: the codes that were found with their reasons, and a result for each finding."""
    codes = sorted({item.code for item in shown})
    driver = {"name": "bidkit", "version": __version__, "rules": [_describe_code(code, lang) for code in codes]}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "invocations": [{"executionSuccessful": is_successful}],
        "results": [_describe(item, codes) for item in shown],
        "properties": dict(properties),
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=2)


def _describe_code(code: str, lang: str) -> dict[str, Any]:
    entry, facts = load_messages(lang)["codes"][code], describe_codes()[code]
    return {
        "id": code,
        "shortDescription": {"text": outline(entry["message"])},
        "fullDescription": {"text": entry["why"]},
        "help": {"text": outline(entry["fix"])},
        "defaultConfiguration": {"level": _LEVELS[facts.severity]},
        "properties": {"regimes": sorted(facts.regimes)},
    }


def _describe(item: Shown, codes: list[str]) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": _locate(item.path)}
    if item.line:
        ends = {"endLine": item.line, "endColumn": item.col + item.width}
        place["region"] = {"startLine": item.line, "startColumn": item.col, **ends}
    kind = "inSource" if item.is_in_source else "external"
    return {
        "ruleId": item.code,
        "ruleIndex": codes.index(item.code),
        "level": _LEVELS[item.severity],
        "message": {"text": item.message},
        "locations": [{"physicalLocation": place}],
        "partialFingerprints": {"bidkit/v1": item.fingerprint},
        "suppressions": [] if item.reason is None else [{"kind": kind, "justification": item.reason}],
        "properties": {"fix": item.fix},
    }


def _locate(path: str) -> dict[str, str]:
    """A URI, relative to the root of the repository unless the file lies outside."""
    if PurePosixPath(path).is_absolute():
        return {"uri": f"file://{quote(path, errors='surrogateescape')}"}
    return {"uri": quote(path, errors="surrogateescape"), "uriBaseId": "%SRCROOT%"}
