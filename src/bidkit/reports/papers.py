"""the credential library as tables for a terminal and as JSON for other programs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from bidkit.catalog.papers import Credential
from bidkit.credentials.choosing import Choice
from bidkit.credentials.library import Ending, Need
from bidkit.diagnostic import Diagnostic, Term, load_messages
from bidkit.kinds import UNDATED_KINDS
from bidkit.reports.json import FORMAT_VERSION, describe
from bidkit.reports.table import draw
from bidkit.reports.text import render_diagnostics

Rows = Sequence[dict[str, Any]]
_LISTED = ("id", "kind", "title", "holder", "number", "valid_until", "owner")


def list_papers(papers: Iterable[Credential]) -> Rows:
    """Each paper in a row."""
    return [{key: getattr(paper, key) for key in _LISTED} for paper in papers]


def describe_paper(paper: Credential, needs: Sequence[Need]) -> Rows:
    """One paper: a key and its value in each row, and the deals that use it with the last day they need it."""
    deals = [f"{need.deal} ({need.last})" for need in needs]
    record = {key: getattr(paper, key) for key in type(paper).model_fields} | {"deals": deals}
    return [{"key": key, "value": value} for key, value in record.items() if _is_given(paper, key, value)]


def _is_given(paper: Credential, key: str, value: object) -> bool:
    """Whether a key says something; a validity without an end does, where papers of the kind have one."""
    if key == "valid_until" and value is None:
        return paper.kind not in UNDATED_KINDS
    return value not in (None, "", (), [])


def list_endings(found: Iterable[Ending]) -> Rows:
    """What ends: the day, the paper, what it is that ends, and the open deals that need it longer."""
    return [
        {
            "day": item.day,
            "id": item.paper.id,
            "title": item.paper.title,
            "what": item.what,
            "is_past": item.is_past,
            "needed_by": [f"{deal} ({day})" for deal, day in item.deals],
            "owner": item.paper.owner,
        }
        for item in found
    ]


def list_choices(choices: Iterable[Choice], lang: str) -> Rows:
    """For each requirement the papers of its kind: taken, or not and why not."""
    rows: list[dict[str, Any]] = []
    for choice in choices:
        about = {"need": choice.need.id, "title": choice.need.title}
        why = [ground.say(lang) for ground in choice.grounds]
        taken = [{**about, "paper": paper.id, "is_taken": True, "why": why} for paper in choice.taken]
        longer = [Term("spare", (("paper", ", ".join(paper.id for paper in choice.taken)),)).say(lang)]
        taken += [{**about, "paper": paper.id, "is_taken": False, "why": longer} for paper in choice.spare]
        refused = [
            {**about, "paper": paper.id, "is_taken": False, "why": [lack.words.say(lang) for lack in lacks]}
            for paper, lacks in choice.refused
        ]
        nothing: Rows = [] if taken or refused else [{**about, "paper": None, "is_taken": False, "why": []}]
        rows += [*taken, *refused, *nothing]
    return rows


def render(
    rows: Rows, problems: Sequence[Diagnostic], command: str, lang: str, *, is_json: bool, root: Path | None = None
) -> str:
    """The rows as a table with titles, behind what could not be read; or all of it as one object."""
    if is_json:
        record = {"format_version": FORMAT_VERSION, "command": command, "rows": [_plain(row) for row in rows]}
        record["diagnostics"] = [describe(item, lang) for item in problems]
        return json.dumps(record, ensure_ascii=False, indent=2)
    told = [render_diagnostics(problems, lang, root, Path.cwd())] if problems else []
    return "\n".join([*told, *(_draw(rows, lang) if rows else [load_messages(lang)["labels"]["papers"]["none"]])])


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {key: str(value) if isinstance(value, (date, Decimal)) else value for key, value in row.items()}


def _draw(rows: Rows, lang: str) -> Iterator[str]:
    """With the titles of its columns."""
    words = load_messages(lang)["labels"]["papers"]
    titles = [words["titles"].get(key, key) for key in rows[0]]
    yield from draw([titles, *([_show(key, row, words) for key in row] for row in rows)])


def _show(key: str, row: dict[str, Any], words: dict[str, Any]) -> str:
    if key == "key":
        return str(words["titles"].get(row[key], row[key]))
    value, key = row[key], str(row["key"]) if key == "value" else key
    if key == "valid_until" and value is None:
        return str(words["undated" if row.get("kind") in UNDATED_KINDS else "long_term"])
    if isinstance(value, bool):
        return str(words["yes" if value else "no"])
    if isinstance(value, (tuple, list)):
        return str(words["separator"]).join(map(str, value))
    named: dict[str, str] = {"kind": words["kinds"], "what": words["ends"]}.get(key, {})
    return "—" if value is None else named.get(str(value), str(value))
