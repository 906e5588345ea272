"""what somebody has edited in a built file, for a terminal and as JSON."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from bidkit.diagnostic import Span, load_messages
from bidkit.edits import Edit, Form, Reconciled
from bidkit.edits.origins import Origin
from bidkit.edits.tracked import describe_tracked
from bidkit.reports.json import FORMAT_VERSION
from bidkit.reports.text import clean, name_place
from bidkit.wording import compare_texts

_SIGNS = {"changed": "~", "added": "+", "removed": "-", "moved": ">"}
_MOST = 200
_MOST_FOLLOWERS = 5
_MOST_FORMS = 20
"""More places than this that only look otherwise are told in one line."""
_MOST_MARKS = 100
_MARKED = re.compile(r"⟦(\w+)")


def render_text(found: Reconciled, lang: str, here: Path) -> str:
    """Each edit with its place, both texts and its origins; what follows, what looks otherwise, what is tracked."""
    return "\n".join(map(clean, _tell(found, lang, here)))


def _tell(found: Reconciled, lang: str, here: Path) -> Iterator[str]:
    words = load_messages(lang)["labels"]["edits"]
    built = Path(found.built)
    shown = built.relative_to(here) if built.is_relative_to(here) else built
    edits = [edit for edit in found.edits if not edit.follows]
    head = "head" if found.edits else "equal" if found.is_same else "same_text"
    yield words[head].format(edited=found.edited, built=shown, count=len(edits))
    place = ""
    for edit in edits:
        named = _name_place(edit.at, words, lang)
        if named != place:
            yield from ("", named)
            place = named
        yield from _tell_edit(edit, words)
    yield from _tell_followers([edit for edit in found.edits if edit.follows], words, lang)
    yield from _tell_forms(found.forms, words, lang, str(shown))
    if found.marks:
        yield from ("", *(describe_tracked(mark).say(lang) for mark in found.marks[:_MOST_MARKS]))
        if len(found.marks) > _MOST_MARKS:
            yield words["more"].format(count=len(found.marks) - _MOST_MARKS)


def _name_place(at: Span, words: dict[str, Any], lang: str) -> str:
    return name_place(at, lang) if any(value for _, value in at.place) else str(words["start"])


def _tell_edit(edit: Edit, words: dict[str, Any]) -> Iterator[str]:
    what = f"{words['what'][edit.what]}: " if edit.what else ""
    yield from (f"  {_SIGNS[edit.kind]} {what}{line}" for line in _show(edit, words))
    if edit.is_price:
        yield f"    ! {words['price']}"
    is_between = edit.kind == "added" and not edit.at.row
    if is_between and edit.origins and all(origin.where == "computed" for origin in edit.origins):
        yield f"    {words['beside_computed']}"
        return
    said = words["after" if is_between else "from"]
    yield from dict.fromkeys(f"    {said} {_name(origin, words)}" for origin in edit.origins)


def _tell_followers(edits: Sequence[Edit], words: dict[str, Any], lang: str) -> Iterator[str]:
    if not edits:
        return
    yield from ("", words["follows"].format(count=len(edits)))
    for edit in edits[:_MOST_FOLLOWERS]:
        yield f"  = {_name_place(edit.at, words, lang)}: {edit.old} → {edit.new}"
    if len(edits) > _MOST_FOLLOWERS:
        yield "  " + words["more"].format(count=len(edits) - _MOST_FOLLOWERS)


def _tell_forms(forms: Sequence[Form], words: dict[str, Any], lang: str, built: str) -> Iterator[str]:
    """What only looks otherwise: each place, or if there are many, one line."""
    if not forms:
        return
    yield ""
    if any(form.about == "draft" for form in forms):
        yield words["draft"].format(built=built)
    others = [form for form in forms if form.about != "draft"]
    if len(others) > _MOST_FORMS:
        looks = ({_name_look(key, words) for key, _, _ in form.changes} for form in others)
        named = Counter(name for own in looks for name in own if not name.isascii() or name in words["looks"].values())
        names = ", ".join(name for name, _ in named.most_common(6)) + ("…" if len(named) > 6 else "")
        first = next((form for form in others if any(value for _, value in form.at.place)), others[0])
        place = _name_place(first.at, words, lang)
        yield words["forms"].format(count=len(others), names=names, place=place)
        return
    for form in others:
        quoted = f" “{_cut(form.text)[0][:40]}”" if form.text else ""
        yield f"{_name_place(form.at, words, lang)}{quoted}"
        yield f"  ≈ {_describe_form(form, words)}"


def _describe_form(form: Form, words: dict[str, Any]) -> str:
    nothing = words["nothing"]
    if form.about == "gap":
        (_, old, new) = form.changes[0]
        return str(words["gap"]).format(old=old or nothing, new=new or nothing)
    said = (
        f"{_name_look(key, words)} {_cut(old)[0] or nothing} → {_cut(new)[0] or nothing}"
        for key, old, new in form.changes[:8]
    )
    changes = ", ".join(said) + (" …" if len(form.changes) > 8 else "")
    return str(words["form"]).format(changes=changes)


def _name_look(key: str, words: dict[str, Any]) -> str:
    """A property in words: `spacing.after` by its first step; one without a word as it is."""
    found = re.match("[A-Za-z]+", key)
    return str(words["looks"].get(found[0], key)) if found else key


def _show(edit: Edit, words: dict[str, Any]) -> list[str]:
    old, new = (_translate(text, words) for text in (edit.old, edit.new))
    if old is not None and new is not None and edit.kind == "changed":
        return [line for text in compare_texts(old, new) for line in _cut(text)] or [words["blanks"]]
    return _cut(new if new is not None else old or "")


def _translate(text: str | None, words: dict[str, Any]) -> str | None:
    """A text with what stands in it besides words in the reader's language."""
    return text and _MARKED.sub(lambda found: f"⟦{words['marked'].get(found[1], found[1])}", text)


def _cut(text: str) -> list[str]:
    flat = " ".join(text.split())
    return [flat if len(flat) <= _MOST else f"{flat[:_MOST]}…"]


def _name(origin: Origin, words: dict[str, Any]) -> str:
    if origin.where in ("computed", "unknown"):
        return str(words[origin.where])
    places = ", ".join(map(_locate, origin.spans))
    if origin.where == "template":
        return str(words["template"]).format(file=places)
    if origin.where == "row":
        return str(words["row"]).format(places=places)
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
        "is_same": found.is_same,
        "edits": [_record_edit(edit) for edit in found.edits],
        "forms": [
            {
                "place": [list(pair) for pair in form.at.place],
                "about": form.about,
                "text": form.text,
                "changes": [{"name": name, "old": old, "new": new} for name, old, new in form.changes],
            }
            for form in found.forms
        ],
        "marks": [{"kind": mark.kind, "author": mark.author, "text": mark.text} for mark in found.marks],
    }
    return json.dumps(record, ensure_ascii=False, indent=2)


def _record_edit(edit: Edit) -> dict[str, Any]:
    return {
        "kind": edit.kind,
        "what": edit.what,
        "place": [list(pair) for pair in edit.at.place],
        "old": edit.old,
        "new": edit.new,
        "is_price": edit.is_price,
        "follows": edit.follows,
        "origins": [
            {"where": origin.where, "places": [_locate(span) for span in origin.spans], "text": origin.text}
            for origin in edit.origins
        ],
    }
