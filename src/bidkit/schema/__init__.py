"""JSON Schemas of the YAML files that bidkit reads, for editors: the models, with what each key means in zh or en.

Whatever a schema refuses, bidkit refuses; not all that bidkit refuses can be said in a schema. Draft 7, one file each,
with what yaml-language-server knows beyond it: `markdownDescription`, `patternErrorMessage`, `defaultSnippets`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from bidkit.choices import explain_choices, load_terms
from bidkit.scalars import Model, Prose
from bidkit.schema.files import ANY, KINDS, FileKind, find_kind, is_record, item_of, list_keys, values_of, walk_records
from bidkit.schema.scalars import PLAIN, find_scalar
from bidkit.schema.terms import describe_term, explain_value, find_term

__all__ = [
    "KINDS",
    "FileKind",
    "find_kind",
    "list_keys",
    "make_schema",
    "name_schema",
    "render_schema",
    "title_kind",
    "walk_records",
]

Schema = dict[str, Any]
_DRAFT = "http://json-schema.org/draft-07/schema#"
_FILE = {
    "patternProperties": {
        "^file$": PLAIN,
        "^sheet$": PLAIN,
        "^columns$": {"type": "object", "additionalProperties": PLAIN},
        "^ignore$": {"type": "array", "items": PLAIN},
    },
    "required": ["file"],
    "additionalProperties": False,
}
"""What stands for the rows of a file. They are no `properties`: an editor would begin each list with `file:`."""
_TEXT_FILE = {**_FILE, "patternProperties": {"^file$": PLAIN}}


def name_schema(kind: FileKind) -> str:
    """The name of the file with its schema."""
    return f"{kind.name}.schema.json"


def title_kind(kind: FileKind, lang: str) -> str:
    """What a kind of file is called."""
    return str(load_terms(lang)["files"][kind.name])


def render_schema(kind: FileKind, lang: str) -> str:
    """The schema of a kind of file as JSON."""
    return json.dumps(make_schema(kind, lang), ensure_ascii=False, indent=1) + "\n"


def make_schema(kind: FileKind, lang: str) -> Schema:
    """The schema of a kind of file.

    Args:
        lang: `zh` or `en`, the language of its titles and descriptions.
    """
    writer = _Writer(kind, lang)
    records = [writer.describe_record(model, "", skip=kind.body) for model in kind.models]
    body = records[0] if len(records) == 1 else _choose(*records)
    about = title_kind(kind, lang)
    snippet = {"label": about, "description": kind.name, "body": writer.fill_in(kind.models[-1], "", skip=kind.body)}
    head = {"$schema": _DRAFT, "title": about, "description": ", ".join(kind.globs)}
    return head | body | {"defaultSnippets": [snippet]} | ({"definitions": writer.known} if writer.known else {})


def _choose(extending: Schema, whole: Schema) -> Schema:
    """Either of two records: the first where there is `extends`; an editor offers the keys of both."""
    keys = {**whole["properties"], **extending["properties"]}
    return {
        "type": "object",
        "properties": keys,
        "additionalProperties": False,
        "if": {"required": ["extends"]},
        "then": {"required": extending["required"], "properties": {"stages": False}},
        "else": {"required": whole["required"], "properties": dict.fromkeys(("add", "change", "drop"), False)},
    }


@dataclass
class _Writer:
    """Models -> schemas, each key with what is said of it in one language.

    Args:
        known: records that hold records of their own kind, by name.
    """

    kind: FileKind
    lang: str
    known: dict[str, Schema] = field(default_factory=dict)
    _open: list[type[Model]] = field(default_factory=list)

    def describe_record(self, model: type[Model], path: str, skip: str = "") -> Schema:
        """A mapping with the keys of a model; one inside of another of its kind refers to that one."""
        if model in self._open:
            self.known.setdefault(model.__name__, {})
            return {"$ref": f"#/definitions/{model.__name__}"}
        self._open.append(model)
        keys = [key for key in list_keys(model) if key.name != skip]
        made = {
            "type": "object",
            "properties": {key.name: self.describe_key(key.type, path, key.name) for key in keys},
            "required": [key.name for key in keys if key.is_required],
            "additionalProperties": False,
        }
        self._open.pop()
        if model.__name__ in self.known:
            self.known[model.__name__] = made
        return made

    def describe_key(self, annotation: Any, path: str, key: str) -> Schema:
        """The value of a key, with its title, its description and its examples."""
        term = find_term(self.lang, self.kind.name, path, key)
        text = describe_term(self.lang, term)
        head = {"title": term["title"], "description": text.replace("`", ""), "markdownDescription": text}
        made = self.describe(annotation, f"{path}.{key}".removeprefix("."))
        if "pattern" in made:
            made["patternErrorMessage"] = explain_value(self.lang, term)
        if "enum" in made and any(said := explain_choices(term, made["enum"])):
            made["markdownEnumDescriptions"] = said
        _, examples = find_scalar(annotation) or ({}, ())
        # An editor fills in the only example of a key by itself, and nobody sees that it is not theirs.
        return head | made | ({"examples": list(examples)} if len(examples) > 1 else {})

    def describe(self, annotation: Any, path: str) -> Schema:
        """A value of a type."""
        if found := find_scalar(annotation):
            return dict(found[0])
        if annotation is Prose:
            return {**_TEXT_FILE, "type": ["string", "number", "object"], "pattern": r"\S"}
        if values := values_of(annotation):
            return {"type": "string", "enum": list(values)}
        if annotation is Any:
            return {}
        if is_record(annotation):
            return self.describe_record(annotation, path)
        step, inner = item_of(annotation)
        if step == f".{ANY}":
            return {"type": "object", "additionalProperties": self.describe(inner, path + step)}
        if step:
            return self.describe_list(inner, path + step)
        raise TypeError(f"no schema for {annotation} at {path}")

    def describe_list(self, inner: Any, path: str) -> Schema:
        """A list; one of mappings may also stand in a file of its own."""
        items = self.describe(inner, path)
        if not is_record(inner):
            return {"type": "array", "items": items}
        if "$ref" in items:
            return {**_FILE, "type": ["array", "object"], "items": items}
        holder, key = path.removesuffix("[]").removesuffix(f".{ANY}").rpartition(".")[::2]
        title = find_term(self.lang, self.kind.name, holder, key)["title"]
        snippet = {"label": title, "description": path, "body": self.fill_in(inner, path)}
        items = {**items, "defaultSnippets": [snippet]}
        return {**_FILE, "type": ["array", "object"], "items": items}

    def fill_in(self, model: type[Model], path: str, skip: str = "") -> dict[str, Any]:
        """The keys that a record must have, each with a place to fill in."""
        return _Snippet(self).record(model, path, skip)


@dataclass
class _Snippet:
    """A block to fill in, its places numbered in order; a text that is left as it is, bidkit finds unfinished."""

    writer: _Writer
    count: int = 0

    def record(self, model: type[Model], path: str, skip: str = "") -> dict[str, Any]:
        keys = [key for key in list_keys(model) if key.name != skip]
        keys = [key for key in keys if key.is_required] or keys[:1]
        return {key.name: self.value(key.type, path, key.name) for key in keys}

    def value(self, annotation: Any, path: str, key: str) -> Any:
        inside = f"{path}.{key}".removeprefix(".")
        if is_record(annotation):
            return self.record(annotation, inside)
        step, inner = item_of(annotation)
        if step == "[]" and is_record(inner):
            return [self.record(inner, f"{inside}[]")]
        values = values_of(annotation)
        if len(values) == 1:
            return values[0]
        self.count += 1
        if values:
            return f"${{{self.count}|{','.join(values)}|}}"
        title = find_term(self.writer.lang, self.writer.kind.name, path, key)["title"]
        text = f"${{{self.count}:TODO {title}}}"
        return [text] if step == "[]" else text
