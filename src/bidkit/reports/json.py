"""findings and gate as JSON for other programs; `format_version` is a contract."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from bidkit.diagnostic import Diagnostic, Severity, Suppressed, Term
from bidkit.gate import Gate
from bidkit.inspection import Inspection
from bidkit.ooxml.reading import ReadName
from bidkit.receivables import Receivable
from bidkit.reports import Result

FORMAT_VERSION = "1.0"


def render(result: Result, command: str, lang: str) -> str:
    """One object: format version, command, findings, gate, totals, folder."""
    return json.dumps(describe_result(result, command, lang), ensure_ascii=False, indent=2)


def describe_result(result: Result, command: str, lang: str) -> dict[str, Any]:
    """What came of a deal as plain data."""
    bid = result.bid
    record: dict[str, Any] = {
        "format_version": FORMAT_VERSION,
        "command": command,
        "deal": bid.deal.id if bid else None,
        "judged_on": bid.today.isoformat() if bid else None,
        "is_pinned": result.pinned is not None,
        "total": f"{bid.quote.base:.2f}" if bid else None,
        "currency": bid.quote.currency if bid else None,
        "gate": describe_gate(result.gate, lang) if result.gate else None,
        "diagnostics": [describe(item, lang) for item in result.diagnostics],
        "suppressed": [describe_suppressed(item, lang) for item in result.suppressed],
        "errors": sum(item.severity is Severity.ERROR for item in result.diagnostics),
        "is_draft": result.is_draft,
        "folder": str(result.folder) if result.folder else None,
    }
    if result.followed and result.followed.receivables:
        record["receivables"] = [describe_receivable(item, lang) for item in result.followed.receivables]
    if result.packages:
        record["packages"] = [{**asdict(item), "folder": str(item.folder)} for item in result.packages]
    return record


def render_done(command: str, facts: Mapping[str, Any]) -> str:
    """One object for a command that has written something, or started it: format version, command, what came of it."""
    return json.dumps({"format_version": FORMAT_VERSION, "command": command, **facts}, ensure_ascii=False, indent=2)


def render_inspection(inspection: Inspection, command: str, lang: str) -> str:
    """One object for a template: format version, command, file, and its mistakes or the names that it reads."""
    errors = sum(item.severity is Severity.ERROR for item in inspection.diagnostics)
    record: dict[str, Any] = {"format_version": FORMAT_VERSION, "command": command, "file": inspection.file}
    if command == "template check":
        record["diagnostics"] = [describe(item, lang) for item in inspection.diagnostics]
    else:
        record["names"] = [describe_name(name) for name in inspection.names]
    return json.dumps(record | {"errors": errors}, ensure_ascii=False, indent=2)


def describe_name(name: ReadName) -> dict[str, Any]:
    """A name that a template reads as plain data, with its fields, and of a list with what its items are."""
    shown = {"name": name.name} if name.name else {}
    return shown | {
        "kinds": list(name.kinds),
        "may_be_missing": name.may_be_missing,
        "may_be_empty": name.may_be_empty,
        "parts": list(name.parts),
        "fields": [describe_name(field) for field in name.fields],
        "item": describe_name(name.item) if name.item else None,
    }


def describe(item: Diagnostic, lang: str) -> dict[str, Any]:
    """A finding as plain data; `file` is relative to the workspace, line and column count from 1."""
    span = item.span
    return {
        "code": item.code,
        "severity": item.severity.value,
        "file": span.file if span else None,
        "line": span.line or None if span else None,
        "column": span.col or None if span else None,
        "place": dict(span.place) if span and span.place else None,
        "near": span.near.say(lang) if span and span.near else None,
        "message": item.message(lang),
        "fix": item.fix(lang),
    }


def describe_receivable(item: Receivable, lang: str) -> dict[str, Any]:
    """A payment of the contract as plain data; amounts as text, days as dates."""
    return {
        "milestone": item.payment.name,
        "amount": f"{item.amount:.2f}",
        "due": item.due.isoformat() if item.due else None,
        "received": f"{item.received:.2f}",
        "open": f"{item.open:.2f}",
        "overdue_days": item.days,
        "interest": f"{item.interest:.2f}",
        "basis": Term(f"interest_{item.basis}").say(lang),
        "is_escalated": item.is_escalated,
    }


def describe_suppressed(item: Suppressed, lang: str) -> dict[str, Any]:
    """A finding that does not count as plain data, with the reason and where that stands."""
    return {**describe(item.finding, lang), "reason": item.reason, "suppressed_at": item.at.label}


def describe_gate(gate: Gate, lang: str) -> dict[str, Any]:
    """The gate as plain data."""
    return {
        "process": gate.process.id,
        "dropped": [{"id": drop.id, "reason": drop.reason} for drop in gate.process.dropped],
        "changed": [*gate.process.changed],
        "is_ready_to_build": gate.is_ready_to_build,
        "is_ready_to_submit": gate.is_ready_to_submit,
        "stage": gate.stage.stage.id if gate.stage else None,
        "stages": [
            {
                "id": stage.stage.id,
                "title": getattr(stage.stage.title, lang),
                "start": getattr(stage.stage.start, lang),
                "end": getattr(stage.stage.end, lang),
                "is_ended": stage.is_ended,
                "items": [
                    {
                        "id": result.item.id,
                        "title": getattr(result.item.title, lang),
                        "moment": result.item.moment,
                        "state": result.state.value,
                        "is_blocking": result.is_blocking,
                        "by": result.by or None,
                        "subject_sha256": result.subject or None,
                        "waiver": result.waiver.model_dump(mode="json") if result.waiver else None,
                        "open": [describe(problem, lang) for problem in result.open],
                    }
                    for result in stage.items
                ],
            }
            for stage in gate.stages
        ],
    }
