"""the mapping of a form: which blank takes what, in YAML, made by a scan and confirmed once by a person."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any, Literal

from pydantic import Field

from bidkit.diagnostic import Diagnostic
from bidkit.forms.blanks import Blank, OpenTable, Scan
from bidkit.forms.guesses import guess_blank, guess_table
from bidkit.scalars import Day, Model, Note, Text, Texts, validate
from bidkit.source import Workspace, load_yaml

SCHEMA = "bidkit/form@1"


class MappedBlank(Model):
    """What stands in a blank: an expression, a text, the options that are ticked, or why it stays open.

    `heading`, `label`, `hint`, `around`, `at`, `kind` and `options` are as the scan found them.
    """

    id: Text
    kind: Literal["text", "date", "choice", "page", "cell", "control"]
    heading: Note = ""
    label: Note = ""
    hint: Note = ""
    around: Note = ""
    at: Note = ""
    options: tuple[Text, ...] = ()
    value: Note = ""
    text: Note = ""
    tick: Texts = ()
    left: Note = ""


class MappedTable(Model):
    """What is listed in a table: `rows` is an expression for a list, `cells` what its `row` shows in each column.

    `none` is what the first row says where the list is empty.
    """

    id: Text
    heading: Note = ""
    at: Note = ""
    columns: tuple[Note, ...] = ()
    rows: Note = ""
    cells: dict[str, Text] = Field(default_factory=dict)
    none: Note = ""
    left: Note = ""


class FormMap(Model):
    """A mapping, the fingerprint of the form that it was made for, and who has read it."""

    schema_: Literal["bidkit/form@1"] = Field(alias="schema")
    form: Text
    sha256: Text
    confirmed_by: Note = ""
    confirmed_on: Day | None = None
    blanks: tuple[MappedBlank, ...] = ()
    tables: tuple[MappedTable, ...] = ()


def find_fingerprint(content: bytes) -> str:
    """SHA-256 of a form's bytes."""
    return hashlib.sha256(content).hexdigest()


def load_map(workspace: Workspace, name: str) -> tuple[FormMap | None, list[Diagnostic]]:
    """A mapping, or every mistake in it. Diagnostics: DL01–DL28."""
    data, problems = load_yaml(workspace, name)
    if data is None:
        return None, problems
    made, found = validate(FormMap, data)
    problems += found
    return made, problems + list(_check_ids(made)) if made else problems


def _check_ids(made: FormMap) -> Iterator[Diagnostic]:
    """No two blanks, nor two tables, have one id. Diagnostics: DL16."""
    for records in (made.blanks, made.tables):
        seen: dict[str, int] = {}
        for record in records:
            span = record.span("id")
            if record.id in seen:
                yield Diagnostic("DL16", span, {"id": record.id, "first": seen[record.id]})
            seen.setdefault(record.id, span.row if span else 0)


def is_same(mapped: MappedBlank, blank: Blank) -> bool:
    """Whether a blank is still the one that a mapping was made for."""
    known = mapped.id, mapped.kind, mapped.heading, mapped.label, mapped.hint, mapped.options
    return known == (blank.id, blank.kind, blank.heading, blank.label, blank.hint, blank.options)


def write_map(scan: Scan, form: str, content: bytes) -> str:
    """The mapping of a form as YAML, with a guess in each blank that tells what it asks for."""
    import yaml

    body: dict[str, Any] = {"schema": SCHEMA, "form": form, "sha256": find_fingerprint(content)}
    head = yaml.safe_dump(body, allow_unicode=True, sort_keys=False)
    confirm = "# confirmed_by: \n# confirmed_on: YYYY-MM-DD\n"
    body = {"blanks": [_describe_blank(blank) for blank in scan.blanks]}
    body |= {"tables": [_describe_table(table) for table in scan.tables]} if scan.tables else {}
    return head + confirm + yaml.safe_dump(body, allow_unicode=True, sort_keys=False, width=120)


def _describe_blank(blank: Blank) -> dict[str, Any]:
    guess = guess_blank(blank, blank.heading)
    about = {"heading": blank.heading, "label": blank.label, "hint": blank.hint, "around": _shorten(blank)}
    made: dict[str, Any] = {"id": blank.id, "kind": blank.kind, **{key: text for key, text in about.items() if text}}
    made["at"] = describe_place(blank.place)
    if blank.kind == "choice":
        return made | {"options": list(blank.options), "tick": []}
    if guess.left:
        return made | {"left": guess.left}
    return made | {"value": guess.value}


def _shorten(blank: Blank) -> str:
    """The words around a blank, where its paragraph is long."""
    start, end = blank.spots[0].start, blank.spots[-1].end
    return " ".join(blank.around[max(0, start - 20) : end + 20].split()) if len(blank.around) > 20 else ""


def _describe_table(table: OpenTable) -> dict[str, Any]:
    rows, cells = guess_table(table)
    made: dict[str, Any] = {"id": table.id, **({"heading": table.heading} if table.heading else {})}
    return made | {"at": describe_place(table.place), "columns": list(table.titles), "rows": rows, "cells": cells}


def describe_place(place: tuple[tuple[str, str], ...]) -> str:
    """A place inside of a form, without its heading."""
    return ", ".join(f"{kind} {value}" for kind, value in place if kind != "heading")
