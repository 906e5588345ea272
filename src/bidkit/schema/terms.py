"""what each key means, in Chinese and English: its title, how its value is written, when it is required, an example.

`keys.zh.yaml` and `keys.en.yaml` hold it by kind of file and path; they are read when a schema is made, never else.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib import resources
from typing import Any

import yaml

_BETWEEN = re.compile(r"[，,]?\s*(?:默认|default|or)\s*$")
_TABLE = re.compile(r"，见下表$|，见 \[[^]]*\]\([^)]*#catalog\w*\)$|(?<=^one of)(?: the values below| those in \[.*)$")
"""Where a page has a table of the values that an editor lists by itself."""


@lru_cache(maxsize=2)
def load_terms(lang: str) -> Mapping[str, Any]:
    """All that is said in one language: `files` and `words` by name, and keys by kind, path and key."""
    text = resources.files("bidkit.schema").joinpath(f"keys.{lang}.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.load(text, Loader=yaml.CBaseLoader)  # a key may be called `no`
    return loaded


def find_term(lang: str, kind: str, path: str, key: str) -> Mapping[str, Any]:
    """What is said of a key; a KeyError if nothing is."""
    found: Mapping[str, Any] = load_terms(lang)[kind][path][key]
    return found


def describe_term(lang: str, term: Mapping[str, Any]) -> str:
    """What an editor shows of a key, as Markdown: its meaning, how its value is written, and an example."""
    label = load_terms(lang)["labels"]["example"]
    value = _TABLE.sub("", "；".join((term["value"], term["when"])) if "when" in term else term["value"])
    example = term.get("example", "")
    shown = "; ".join(example) if isinstance(example, list) else example
    return _unlink("\n\n".join((term["meaning"], value, *([f"{label}`{shown}`"] if shown else []))))


def explain_value(lang: str, term: Mapping[str, Any]) -> str:
    """What an editor says of a value that cannot be right: what the key takes, and how that is written."""
    words = load_terms(lang)["words"]
    value = term["value"]
    named = max((word for word in words if value.startswith(word)), key=len, default="")
    more = f" ({words[named]})" if named else ""
    return _unlink(f"{term['title']}: {value}{more}").replace("`", "")


def explain_choices(term: Mapping[str, Any], values: Sequence[str]) -> list[str]:
    """What the key says of each of the values that it may have, as `base` 基本 or `base` (in the total)."""
    found = (re.search(rf"`{re.escape(value)}`([^`；;、]*)", term["value"]) for value in values)
    said = (re.sub(_BETWEEN, "", match[1]) if match else "" for match in found)
    return [re.sub(r"^\s*[(（](.*)[)）]\s*$", r"\1", text.strip(" ,，")) for text in said]


def _unlink(text: str) -> str:
    """Text without the targets of its links, which lead nowhere from an editor."""
    return re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", text)
