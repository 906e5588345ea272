"""what a new list of requirements has changed, as text for a terminal and as JSON for other programs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from bidkit.addenda import Merge, Row, is_answered
from bidkit.addenda.merging import Made
from bidkit.deal.tender import Requirement
from bidkit.diagnostic import load_messages
from bidkit.reports.json import FORMAT_VERSION
from bidkit.reports.text import clean
from bidkit.wording import compare_texts, list_numbers

_SHOWN = 80


def render_json(made: Made, target: Path, lang: str) -> str:
    """One object: format version, command, where it was written, and every row with its state."""
    merged = made.merged
    old, new = merged.count_mandatory(_markers(made))
    record = {
        "format_version": FORMAT_VERSION,
        "command": "requirements merge",
        "deal": made.deal.id,
        "list": made.name,
        "addendum": made.addendum or None,
        "written": str(target),
        "counts": _count(merged),
        "mandatory": {"before": old, "after": new},
        "rows": [_describe(row) for row in merged.rows],
        "removed": [{**item.model_dump(mode="json"), "was_answered": is_answered(item)} for item in merged.removed],
        "still_named": [{"id": name, "path": path} for name, path in made.named],
        "has_markers": made.listed.has_markers,
        "passed_over": made.listed.passed_over,
    }
    return json.dumps(record, ensure_ascii=False, indent=2)


def _describe(row: Row) -> dict[str, Any]:
    old = row.old
    return {
        "id": row.item.id,
        "state": row.state,
        "changes": {key: {"old": getattr(old, key), "new": getattr(row.item, key)} for key in row.changes},
        "marked": compare_texts(old.text, row.item.text) if old and "text" in row.changes else [],
        "numbers": [{"old": one, "new": two} for one, two in list_numbers(old.text, row.item.text)] if old else [],
        "clause": row.item.clause,
        "marker": row.item.marker,
        "text": row.item.text,
        "is_answered": is_answered(row.item),
        "stale": row.item.stale or None,
    }


def _count(merged: Merge) -> dict[str, int]:
    states = ("unchanged", "changed", "new", "moved")
    return {state: len(merged.list_rows(state)) for state in states} | {"removed": len(merged.removed)}  # type: ignore[arg-type]


def _markers(made: Made) -> dict[str, Any]:
    return dict(made.deal.tender.markers) if made.deal.tender else {}


def render_text(made: Made, target: Path, lang: str) -> str:
    """What has changed, the gravest first, and what is to be done."""
    words = load_messages(lang)["labels"]["merge"]
    by = words["by"].format(addendum=made.addendum) if made.addendum else ""
    lines = [words["title"].format(file=made.name, by=by, **_count(made.merged))]
    lines += [words["unmarked"]] if not made.listed.has_markers and any(_markers(made)) else []
    for title, told in _list_sections(made.merged, words):
        lines += ["", words[title], *told] if told else []
    lines += ["", words["written"].format(file=target), words["next"], *_list_steps(made, target, words)]
    return "\n".join(map(clean, lines))


def _list_sections(merged: Merge, words: dict[str, Any]) -> Iterator[tuple[str, list[str]]]:
    yield "marked", [_show_marker(row, words) for row in merged.marked]
    answered = [item for item in merged.removed if is_answered(item)]
    yield "gone", [line for item in answered for line in (_show(item, words), _answer(item, words))]
    yield "changed", [line for row in merged.list_rows("changed") for line in _show_change(row, words)]
    yield "fresh", [_show(row.item, words) for row in merged.list_rows("new")]
    yield "removed", [_show(item, words) for item in merged.removed if not is_answered(item)]
    yield "moved", [_show_moved(row, words) for row in merged.list_rows("moved")]


def _show_marker(row: Row, words: dict[str, Any]) -> str:
    old = row.old.marker if row.old else ""
    names = {"old": old or words["none"], "new": row.item.marker or words["none"]}
    return str(words["marker_row"].format(id=row.item.id, clause=row.item.clause, text=_cut(row.item.text), **names))


def _show_moved(row: Row, words: dict[str, Any]) -> str:
    old = row.old.clause if row.old else ""
    return str(words["moved_row"].format(id=row.item.id, old=old, new=row.item.clause, text=_cut(row.item.text)))


def _show_change(row: Row, words: dict[str, Any]) -> Iterator[str]:
    item, old = row.item, row.old
    if old is None:
        return
    marked: Sequence[str] = compare_texts(old.text, item.text) if "text" in row.changes else [_cut(item.text)]
    mark = words["stale_now"] if row.is_stale else ""
    was = words["renumbered"].format(old=old.clause) if "clause" in row.changes else ""
    name = f"{item.clause}{was}{mark}"
    for text in marked:
        marker = f"{item.marker} " if item.marker else ""
        yield str(words["row"].format(id=item.id, marker=marker, clause=name, text=text))
    for key in row.changes:
        if key in ("kind", "lot"):
            yield f"      {words['fields'][key]}: {getattr(old, key) or '—'} → {getattr(item, key) or '—'}"
    if numbers := list_numbers(old.text, item.text):
        yield str(words["numbers"].format(changes=words["join"].join(f"{one} → {two}" for one, two in numbers)))
    if is_answered(item):
        yield _answer(item, words)


def _show(item: Requirement, words: dict[str, Any]) -> str:
    marker = f"{item.marker} " if item.marker else ""
    return str(words["row"].format(id=item.id, marker=marker, clause=item.clause, text=_cut(item.text)))


def _answer(item: Requirement, words: dict[str, Any]) -> str:
    return str(words["answer"].format(text=_cut(item.response) or "—"))


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else line[:_SHOWN] + "…"


def _list_steps(made: Made, target: Path, words: dict[str, Any]) -> Iterator[str]:
    yield words["use"].format(name=target.name)
    if not made.is_on_record:
        yield words["record"].format(addendum=made.addendum)
    old, new = made.merged.count_mandatory(_markers(made))
    if old != new:
        yield words["count"].format(old=old, new=new)
    for name, path in made.named:
        yield words["named"].format(path=path, id=name)
    if passed := made.listed.passed_over:
        yield f"  {words['passed'].format(names=words['join'].join(passed))}"
    yield words["check"]
