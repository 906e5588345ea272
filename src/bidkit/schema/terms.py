"""what each key means, in Chinese and English: its title, how its value is written, when it is required, an example.

`keys.zh.yaml` and `keys.en.yaml` hold it by kind of file and path.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bidkit.choices import load_terms

_TABLE = re.compile(r"，见下表$|，见 \[[^]]*\]\([^)]*#catalog\w*\)$|(?<=^one of)(?: the values below| those in \[.*)$")
"""Where a page has a table of the values that an editor lists by itself."""


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


def _unlink(text: str) -> str:
    """Text without the targets of its links, which lead nowhere from an editor."""
    return re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", text)
