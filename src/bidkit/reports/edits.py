"""what somebody has edited in a built file, for a terminal and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bidkit.diagnostic import Span, load_messages
from bidkit.edits import Edit, Reconciled
from bidkit.edits.origins import Origin
from bidkit.edits.pieces import describe_mark
from bidkit.reports.json import FORMAT_VERSION
from bidkit.reports.text import clean, name_place
from bidkit.wording import compare_texts

_SIGNS = {"changed": "~", "added": "+", "removed": "-", "moved": ">"}
_MOST = 200


def render_text(found: Reconciled, lang: str, here: Path) -> str:
    """Each edit with its place, both texts and its origins; then what Word lists."""
    return "\n".join(map(clean, _tell(found, lang, here)))


def _tell(found: Reconciled, lang: str, here: Path) -> Iterator[str]:
    words = load_messages(lang)["labels"]["edits"]
    built = Path(found.built)
    shown = built.relative_to(here) if built.is_relative_to(here) else built
    count = len(found.edits)
    yield words["head" if count else "equal"].format(edited=found.edited, built=shown, count=count)
    place = ""
    for edit in found.edits:
        named = name_place(edit.at, lang) if any(value for _, value in edit.at.place) else words["start"]
        if named != place:
            yield from ("", named)
            place = named
        yield from (f"  {_SIGNS[edit.kind]} {line}" for line in _show(edit, words))
        if edit.is_price:
            yield f"    ! {words['price']}"
        for origin in edit.origins:
            yield f"    {words['after' if edit.kind == 'added' else 'from']} {_name(origin, words)}"
    yield from ("", *(describe_mark(mark).say(lang) for mark in found.marks)) if found.marks else ()


def _show(edit: Edit, words: dict[str, Any]) -> list[str]:
    if edit.old is not None and edit.new is not None and edit.kind == "changed":
        return [line for text in compare_texts(edit.old, edit.new) for line in _cut(text)] or [words["blanks"]]
    return _cut(edit.new if edit.new is not None else edit.old or "")


def _cut(text: str) -> list[str]:
    flat = " ".join(text.split())
    return [flat if len(flat) <= _MOST else f"{flat[:_MOST]}…"]


def _name(origin: Origin, words: dict[str, Any]) -> str:
    if origin.where == "computed":
        return str(words["computed"])
    places = ", ".join(map(_locate, origin.spans))
    if origin.where == "template":
        return str(words["template"]).format(file=places)
    return places if len(origin.spans) == 1 else str(words["one_of"]).format(places=places)


def _locate(span: Span) -> str:
    if span.line:
        return f"{span.file}:{span.line}:{span.col}" if span.col else f"{span.file}:{span.line}"
    return span.label


def render_json(found: Reconciled, lang: str) -> str:
    """All of it as one object."""
    record = {
        "format_version": FORMAT_VERSION,
        "command": "reconcile",
        "edited": found.edited,
        "built": found.built,
        "edits": [
            {
                "kind": edit.kind,
                "place": [list(pair) for pair in edit.at.place],
                "old": edit.old,
                "new": edit.new,
                "is_price": edit.is_price,
                "origins": [
                    {"where": origin.where, "places": [_locate(span) for span in origin.spans], "text": origin.text}
                    for origin in edit.origins
                ],
            }
            for edit in found.edits
        ],
        "marks": [{"kind": mark.kind, "author": mark.author, "text": mark.text} for mark in found.marks],
    }
    return json.dumps(record, ensure_ascii=False, indent=2)
