"""what bidkit says about a deal: codes, places, messages in Chinese and English."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import lru_cache
from importlib import resources
from typing import Any

LANGUAGES = ("zh", "en")


class Severity(StrEnum):
    """How much a finding matters: an error stops the build."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Span:
    """A place in a file: 1-based line and column (in code points), or a place inside an Office file.

    `place` is a tuple of (kind, value) pairs such as ("part", "word/document.xml"), ("heading", "实施计划"),
    ("table", "2"), ("row", "3"), ("cell", "1"); the kinds are named in `messages/` under `places`. `near` says what a
    person sees there, and is no part of it.
    """

    file: str
    line: int = 0
    col: int = 0
    width: int = 1
    place: tuple[tuple[str, str], ...] = ()
    near: Term | None = field(default=None, compare=False)

    @property
    def order(self) -> tuple[str, int, int]:
        """The key by which findings are sorted."""
        return (self.file, self.line, self.col)

    @property
    def row(self) -> int:
        """Its line, or the row of its cell."""
        cell = next((value for kind, value in self.place if kind == "cell"), "")
        return int("".join(filter(str.isdigit, cell.partition(":")[0])) or self.line)

    @property
    def label(self) -> str:
        """It inside of a message about another place: `lines.csv:4`, `prices.xlsx 2026!C7`."""
        inside = "!".join(value for _, value in self.place)
        return f"{self.file} {inside}" if inside else f"{self.file}:{self.line}" if self.line else self.file


@dataclass(frozen=True, slots=True)
class Both:
    """A value that is another text in each language, such as the title of a column."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Term:
    """A word inside a message that is translated with it, by its key under `terms` in `messages/`.

    Args:
        values: what the word's own placeholders are filled with, words among them.
    """

    key: str
    values: tuple[tuple[str, str | Term | Both], ...] = ()

    def say(self, lang: str) -> str:
        """It by itself, in one of `LANGUAGES`."""
        return str(_translate(self, lang, load_messages(lang)["terms"]))

    def __str__(self) -> str:
        """It in English, for the message of an error."""
        return self.say("en")


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding: a code, where, how grave, and the values its message is filled with."""

    code: str
    span: Span | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    severity: Severity = Severity.ERROR

    def message(self, lang: str) -> str:
        """The sentence, in one of `LANGUAGES`."""
        more = self.values.get("more_rows")
        told = _translate(more, lang, load_messages(lang)["terms"]) if more else ""
        return self._fill("message", lang) + told

    def fix(self, lang: str) -> str:
        """What to do about it: what is advised in this very case, or else the nearest known name where there is one."""
        if advice := self.values.get("advice"):
            return str(_translate(advice, lang, load_messages(lang)["terms"]))
        is_near = bool(self.values.get("near")) and "near" in load_messages(lang)["codes"][self.code]
        return self._fill("near" if is_near else "fix", lang)

    def _fill(self, part: str, lang: str) -> str:
        texts = load_messages(lang)
        values = {key: _translate(value, lang, texts["terms"]) for key, value in self.values.items()}
        return str(texts["codes"][self.code][part]).format_map(values)


@dataclass(frozen=True, slots=True)
class Suppressed:
    """A finding that does not count, and why.

    Args:
        at: where it is suppressed.
    """

    finding: Diagnostic
    reason: str
    at: Span


def _translate(value: Any, lang: str, terms: Mapping[str, str]) -> Any:
    if isinstance(value, Term):
        return terms[value.key].format_map({name: _translate(part, lang, terms) for name, part in value.values})
    return getattr(value, lang, value)


def outline(text: str) -> str:
    """A text of `load_messages` by itself: … in the place of each value."""
    return text.format_map(_Gaps())


class _Gaps(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "…"


@lru_cache(maxsize=len(LANGUAGES))
def load_messages(lang: str) -> dict[str, Any]:
    """The shipped texts of one language: `codes` (message, why, fix), `terms`, `places`, `labels`."""
    import yaml

    text = resources.files("bidkit").joinpath("messages", f"{lang}.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.load(text, Loader=yaml.CBaseLoader)  # all is text: nothing else need be told apart
    return loaded


def sort_diagnostics(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """By file and position; those without a place come last."""

    def key(item: Diagnostic) -> tuple[bool, tuple[str, int, int], str]:
        return (item.span is None, item.span.order if item.span else ("", 0, 0), item.code)

    return sorted(diagnostics, key=key)


_TABLES = (".csv", ".xlsx", ".xlsm", ".docx")
_FEW = 3
_RANGES = 6


def is_in_table(span: Span | None) -> bool:
    """Whether a place is in a list that is a table: a csv, a sheet, a table of a document."""
    return span is not None and span.file.lower().endswith(_TABLES)


def fold_rows(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """One finding for a column that is wrong in many rows: the first, which tells the other rows."""
    groups: dict[tuple[object, ...], list[Diagnostic]] = {}
    for number, item in enumerate(diagnostics):
        key: tuple[object, ...] = (number,)
        if item.span is not None and is_in_table(item.span) and item.values.get("key"):
            inside = tuple((kind, value) for kind, value in item.span.place if kind not in ("cell", "row", "paragraph"))
            key = (item.code, item.values["key"], item.span.file, inside)
        groups.setdefault(key, []).append(item)
    return [folded for group in groups.values() for folded in (_fold(group) if len(group) > _FEW else group)]


def _fold(group: list[Diagnostic]) -> list[Diagnostic]:
    first, *others = sorted(group, key=lambda item: item.span.row if item.span else 0)
    rows = sorted({item.span.row for item in others if item.span} - {first.span.row if first.span else 0})
    ranges: list[list[int]] = []
    for row in rows:
        if ranges and row == ranges[-1][-1] + 1:
            ranges[-1] = [ranges[-1][0], row]
        else:
            ranges.append([row])
    shown = ", ".join("–".join(map(str, part)) for part in ranges[:_RANGES]) + ("…" if len(ranges) > _RANGES else "")
    more = Term("more_rows", (("count", str(len(rows))), ("rows", shown)))
    return [replace(first, values={**first.values, "more_rows": more})] if rows else [first]


def has_errors(diagnostics: Iterable[Diagnostic]) -> bool:
    """Whether any of them stops the build."""
    return any(item.severity is Severity.ERROR for item in diagnostics)
