"""the values of a key that may have only some, and what each is called, as the reference has it.

`schema/keys.zh.yaml` and `keys.en.yaml` are read when a schema is made, or a value is wrong; never else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from importlib import resources
from typing import Any

import yaml

from bidkit.diagnostic import LANGUAGES

_BETWEEN = re.compile(r"[，,]?\s*(?:默认|default|or)\s*$")
_NO_KINDS = ("labels", "files", "words")


class Choices(str):
    """The values of a key, one after the other; in a message each with what it is called, if it is called anything.

    Args:
        key: the key that has one of `values`.
    """

    key: str
    values: tuple[str, ...]

    def __new__(cls, key: str, values: Sequence[str]) -> Choices:
        """The text of the values."""
        made = super().__new__(cls, ", ".join(values))
        made.key, made.values = key, tuple(values)
        return made

    @property
    def zh(self) -> str:
        """As a Chinese message lists them."""
        return self._list("zh", "（", "）")

    @property
    def en(self) -> str:
        """As an English message lists them."""
        return self._list("en", " (", ")")

    def _list(self, lang: str, before: str, after: str) -> str:
        names = _name_values(lang, self.key, self.values)
        return ", ".join(f"{value}{before}{name}{after}" if name else value for value, name in names.items())

    def find_named(self, text: str) -> str | None:
        """The value that is called so in either language."""
        names = (_name_values(lang, self.key, self.values) for lang in LANGUAGES)
        return next((value for each in names for value, name in each.items() if name and name == text.strip()), None)


@lru_cache(maxsize=2)
def load_terms(lang: str) -> Mapping[str, Any]:
    """All that is said in one language: `files` and `words` by name, and keys by kind, path and key."""
    text = resources.files("bidkit").joinpath("schema", f"keys.{lang}.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.load(text, Loader=yaml.CBaseLoader)  # a key may be called `no`
    return loaded


def explain_choices(term: Mapping[str, Any], values: Sequence[str]) -> list[str]:
    """What the key says of each of the values that it may have, as `base` 基本 or `base` (in the total)."""
    found = (re.search(rf"`{re.escape(value)}`([^`；;、]*)", term["value"]) for value in values)
    said = (re.sub(_BETWEEN, "", match[1]) if match else "" for match in found)
    return [re.sub(r"^\s*[(（](.*)[)）]\s*$", r"\1", text.strip(" ,，")) for text in said]


def _name_values(lang: str, key: str, values: Sequence[str]) -> dict[str, str]:
    """What each value of a key is called; several records may have a key of this name, the values tell which."""
    for term in _find_terms(load_terms(lang), key):
        is_it = set(values) <= set(re.findall(r"`([^`]+)`", term["value"]))
        if is_it and any(names := explain_choices(term, values)):
            return dict(zip(values, names, strict=True))
    return dict.fromkeys(values, "")


def _find_terms(terms: Mapping[str, Any], key: str) -> Iterator[Mapping[str, Any]]:
    records = (record for kind, paths in terms.items() if kind not in _NO_KINDS for record in paths.values())
    return (record[key] for record in records if key in record)
