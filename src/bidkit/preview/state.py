"""what the preview shows as plain data: a browser prints every text of it as text."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bidkit.diagnostic import Diagnostic, Severity, load_messages
from bidkit.preview import Shot
from bidkit.preview.pages import find_page
from bidkit.reports import Result
from bidkit.reports.text import clean, name_place

_AROUND = 3


def describe(shot: Shot, lang: str) -> dict[str, Any]:
    """A shot as JSON can hold it."""
    result, words = shot.result, load_messages(lang)["labels"]["preview"]
    bid = result.bid
    total = f"{bid.quote.base:,.2f} {bid.quote.currency}" if bid else ""
    order = [*Severity]
    found = sorted(result.diagnostics, key=lambda item: order.index(item.severity))
    return {
        "number": shot.number,
        "is_done": shot.is_done,
        "is_old": shot.is_old and bool(shot.documents),
        "seconds": f"{shot.seconds:.1f}",
        "title": clean(bid.deal.title if bid else result.deal_file),
        "total": total,
        "words": clean(bid.quote.words) if bid else "",
        "gate": _describe_gate(result, lang),
        "findings": [_describe_finding(item, shot, lang) for item in found],
        "documents": [{"id": each.id, "name": each.name, "sizes": each.sizes} for each in shot.documents],
        "note": "" if shot.documents or not shot.is_done else words["no_pages"],
    }


def _describe_finding(item: Diagnostic, shot: Shot, lang: str) -> dict[str, Any]:
    span = item.span
    lines = list(_read_lines(shot.result, item))
    line = next((text for number, text in lines if span and number == span.line), "")
    place = "" if span is None else f"{span.file}:{span.line}:{span.col}" if span.line else span.file
    path = shot.result.root / span.file if shot.result.root and span and span.line else None
    page = find_page(shot.documents, item, line)
    return {
        "code": item.code,
        "severity": item.severity.value,
        "message": clean(item.message(lang)),
        "fix": clean(item.fix(lang)),
        "place": clean(place),
        "inside": clean(name_place(span, lang)) if span and span.place else "",
        "path": f"{path.resolve().as_posix()}:{span.line}:{span.col}" if path and span else "",
        "line": span.line if span else 0,
        "lines": [[number, clean(text)] for number, text in lines],
        "page": list(page) if page else None,
    }


def _read_lines(result: Result, item: Diagnostic) -> Iterator[tuple[int, str]]:
    """The lines around the place of a finding, as they were read."""
    span = item.span
    if span is None or not span.line or result.root is None:
        return
    content = result.workspace.files.get(span.file) if result.workspace else None
    if content is None:
        path = Path(result.root, span.file)
        content = path.read_bytes() if path.is_file() else b""
    lines = content.decode("utf-8", "replace").split("\n")
    first = max(span.line - _AROUND, 1)
    yield from enumerate(lines[first - 1 : span.line + _AROUND], first)


def _describe_gate(result: Result, lang: str) -> list[dict[str, Any]]:
    gate = result.gate
    if gate is None:
        return []
    waiting = {item.item.id for item in gate.blocking(*result.moments)}
    return [
        {
            "title": f"{stage.stage.id} {getattr(stage.stage.title, lang)}",
            "is_ended": stage.is_ended,
            "is_here": stage is gate.stage,
            "items": [
                {
                    "id": entry.item.id,
                    "title": clean(getattr(entry.item.title, lang)),
                    "state": entry.state.value,
                    "is_waiting": entry.item.id in waiting,
                    "by": clean(entry.by),
                    "open": [clean(f"{problem.code}: {problem.message(lang)}") for problem in entry.open],
                }
                for entry in stage.items
            ],
        }
        for stage in gate.stages
    ]
