"""what differs between two deals or packages as text for a terminal and as JSON for other programs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from pathlib import Path, PurePosixPath
from typing import Any

from bidkit.context.formats import format_money, format_quantity, format_zone
from bidkit.diagnostic import load_messages
from bidkit.difference import GROUPS, Change, Difference, Figure
from bidkit.difference.walking import make_plain
from bidkit.reports.json import FORMAT_VERSION, describe
from bidkit.reports.text import clean, render_diagnostics
from bidkit.scalars import Model, Prose
from bidkit.wording import compare_texts, list_numbers

_MONEY = frozenset(("unit_price", "list_price", "amount", "cost", "floor", "cap", "total", "target", "ceiling", "bond",
                    "unit_ceiling", "budget"))  # fmt: skip
_RATES = frozenset(("discount", "tax_rate", "percent", "escalation"))
_SIGNS = {"added": "+", "removed": "-", "replaced": "~", "changed": "~", "moved": "~"}
_LONG = 60
_SHORT = 24
"""Signs of a text that is shown old and new; of a longer one its words are marked."""
_HASH = re.compile("[0-9a-f]{64}")
_MOST = 400
"""Signs of one text that are shown; JSON has all of it."""


def render_json(found: Difference, lang: str) -> str:
    """One object: format version, command, what was compared, the figures and every change."""
    words = load_messages(lang)["labels"]["diff"]
    record = {
        "format_version": FORMAT_VERSION,
        "command": "diff",
        "kind": found.kind,
        "before": found.before,
        "after": found.after,
        "is_equal": found.is_equal,
        "currencies": found.currencies,
        "figures": [_describe_figure(item, words, found.currencies) for item in found.figures],
        "changes": [_describe(item, words) for item in _sort(found.changes)],
        "diagnostics": [describe(item, lang) for item in found.problems],
    }
    return json.dumps(record, ensure_ascii=False, indent=2, default=str)


def render_text(found: Difference, lang: str, here: Path) -> str:
    """What differs by groups of the business; nothing of a group in which nothing does."""
    return "\n".join(_Text(found, lang).render(here))


def _sort(changes: Sequence[Change]) -> list[Change]:
    """By group; in it what is mandatory first, what belongs to one record together."""
    first: dict[str, int] = {}
    for place, change in enumerate(changes):
        first.setdefault(f"{change.group} {change.owner}", place)
    order = {group: place for place, group in enumerate(GROUPS)}
    return sorted(changes, key=lambda item: (order[item.group], not item.is_first, first[f"{item.group} {item.owner}"]))


def _describe_figure(item: Figure, words: Mapping[str, Any], currencies: tuple[str, str]) -> dict[str, Any]:
    is_one = currencies[0] == currencies[1]
    delta = item.new - item.old if is_one and item.old is not None and item.new is not None else None
    return {
        "kind": item.kind,
        "name": item.name or None,
        "label": words["figures"][item.kind].format(name=item.name),
        "old": None if item.old is None else f"{item.old:f}",
        "new": None if item.new is None else f"{item.new:f}",
        "difference": None if delta is None else f"{delta:+f}",
        "percent": _percent(item) if is_one else None,
    }


def _percent(item: Figure) -> str | None:
    if not item.old or item.new is None:
        return None
    return f"{(item.new - item.old) / item.old * 100:+.2f}"


def _describe(item: Change, words: Mapping[str, Any]) -> dict[str, Any]:
    is_text = isinstance(item.old, str) and isinstance(item.new, str) and not _HASH.fullmatch(item.old)
    return {
        "group": item.group,
        "kind": item.kind,
        "path": item.path,
        "title": item.title or None,
        "key": item.key or None,
        "label": words["keys"].get(item.key),
        "is_mandatory": item.is_first,
        "old": _plain(item.old),
        "new": _plain(item.new),
        "marked": compare_texts(item.old, item.new) if is_text else [],
        "numbers": [{"old": old, "new": new} for old, new in list_numbers(item.old, item.new)] if is_text else [],
    }


def _plain(value: Any) -> Any:
    plain = make_plain(value)
    return f"{plain:f}" if isinstance(plain, Decimal) else plain


@dataclass(frozen=True)
class _Text:
    """The report for a terminal."""

    found: Difference
    lang: str

    @property
    def words(self) -> dict[str, Any]:
        words: dict[str, Any] = load_messages(self.lang)["labels"]["diff"]
        return words

    def render(self, here: Path) -> Iterator[str]:
        """All lines."""
        found, words = self.found, self.words
        yield clean(words["title"].format(before=found.before, after=found.after))
        figures = [item for item in found.figures if item.is_changed or not found.is_equal]
        by_group = {name: list(items) for name, items in groupby(_sort(found.changes), lambda item: item.group)}
        for group in GROUPS:
            shown = figures if group == "price" else []
            if by_group.get(group) or shown:
                yield f"\n{words['groups'][group]}"
                yield from map(clean, map(self.show_figure, shown))
                for _, items in groupby(by_group.get(group, ()), lambda item: item.owner):
                    yield from map(clean, self.show_owner(list(items)))
        if found.is_equal:
            yield words["equal"]
        elif found.changes:
            yield f"\n{words['summary'].format(count=len(found.changes))}"
        if found.problems:
            yield words["unread"]
            yield render_diagnostics(found.problems, self.lang, None, here)

    def show_figure(self, item: Figure) -> str:
        """An amount before and after, the difference and its share."""
        name = self.words["figures"][item.kind].format(name=item.name)
        before, after = self.found.currencies
        if not item.is_changed:
            return (
                f"  = {name}{self.words['colon']}{self.words['same'].format(amount=self.show_money(item.new, after))}"
            )
        line = (
            f"  ~ {name}{self.words['colon']}{self.show_money(item.old, before)} → {self.show_money(item.new, after)}"
        )
        if item.old is None or item.new is None or before != after:
            return line
        percent = _percent(item)
        delta = f"{'+' if item.new > item.old else '-'}{format_money(abs(item.new - item.old))}"
        return f"{line} ({delta}, {percent}%)" if percent else f"{line} ({delta})"

    def show_money(self, amount: Decimal | None, currency: str) -> str:
        """An amount as the deal's language writes it."""
        if amount is None:
            return str(self.words["none"])
        if currency == "CNY" and self.found.language == "zh":
            return f"{format_money(amount)} 元"
        return f"{currency} {format_money(amount)}"

    def show_owner(self, items: Sequence[Change]) -> Iterator[str]:
        """The changes of one record: short values in one line, texts with their marked sentences below."""
        first = items[0]
        if first.group == "files":
            yield from self.show_file(items)
            return
        if not first.owner:
            for item in items:
                yield from self.show_alone(item)
            return
        mark = f"[{self.words['mandatory']}] " if first.is_first else ""
        whole = [item for item in items if not item.key and item.kind != "moved"]
        fields = [item for item in items if item not in whole]
        for item in whole:
            yield f"  {_SIGNS[item.kind]} {mark}{item.title}{self.summarize(item)}"
        if fields:
            short = [text for item in fields if (text := self.show_short(item))]
            title = next((item.title for item in fields if item.title), first.path)
            yield f"  ~ {mark}{title}" + (f"{self.words['colon']}{self.words['sep'].join(short)}" if short else "")
            for item in fields:
                yield from self.show_long(item)

    def show_file(self, items: Sequence[Change]) -> Iterator[str]:
        """A file: whether it has come, gone or changed, then what of its text has, a block a line."""
        first = items[0]
        kind = next((item.kind for item in items if item.key in ("", "bytes", "content")), "changed")
        yield f"  {_SIGNS[kind]} {self.name_file(first.title)}{self.words['colon']}{self.words['kinds'][kind]}"
        for item in items:
            if item.key == "edited":
                yield f"      {self.words['edited']}{self.words['colon']}{item.old}"
            elif item.key == "parts":
                names = dict.fromkeys(part.rpartition(" ")[0] for part in (*item.old, *item.new))
                yield f"      {self.words['keys']['parts']}{self.words['colon']}{self.shorten(self.join(list(names)))}"
            elif item.key not in ("bytes", "content"):
                for text in compare_texts(_text(item.old), _text(item.new)):
                    yield f"      {item.key}{self.words['colon']}{self.shorten(text)}"

    def name_file(self, name: str) -> str:
        """A file with what it is in a package."""
        if self.found.kind == "deals":
            return name
        kinds = {".docx": "volume", ".xlsx": "workbook", ".pdf": "pdf"}
        kind = kinds.get(PurePosixPath(name).suffix, "other")
        if name.startswith(("internal/", "submit/credentials/")):
            kind = "internal" if name.startswith("internal/") else "paper"
        return f"{self.words['files'][kind]} {name}"

    def show_alone(self, item: Change) -> Iterator[str]:
        """A change of no record, with its path."""
        label = self.words["keys"].get(item.key)
        name = f"{label} ({item.path})" if label else item.path
        short = self.show_value_change(item)
        yield f"  {_SIGNS[item.kind]} {name}" + (f"{self.words['colon']}{short}" if short else "")
        yield from self.show_long(item, is_named=True)

    def show_short(self, item: Change) -> str:
        """A field and its values, if they are short."""
        if item.kind == "moved" and not item.key:
            return str(self.words["place"].format(old=item.old, new=item.new))
        value = self.show_value_change(item)
        return f"{self.name_key(item)} {value}" if value else ""

    def name_key(self, item: Change) -> str:
        """A field as people call it; that of a record inside of another one by its path from there."""
        below = item.path.removeprefix(item.owner).lstrip(".")
        label = self.words["keys"].get(item.key, item.key)
        return str(label) if below in (item.key, "") else f"{label} ({below})"

    def show_value_change(self, item: Change) -> str:
        """Old and new; empty where they are long texts."""
        old, new = item.old, item.new
        if isinstance(old, tuple) and isinstance(new, tuple):
            return self.show_lists(item, [*map(str, map(make_plain, old))], [*map(str, map(make_plain, new))])
        if _is_long(old) or _is_long(new):
            return ""
        shown = self.show(item.key, old), self.show(item.key, new)
        if shown[0] == shown[1]:  # the difference is finer than it is printed
            shown = repr(make_plain(old)), repr(make_plain(new))
        return f"{shown[0]} → {shown[1]}"

    def show_lists(self, item: Change, old: list[str], new: list[str]) -> str:
        """What has come into a list and what has gone."""
        gone, come = [name for name in old if name not in new], [name for name in new if name not in old]
        if (not gone and not come) or item.kind == "moved":
            return str(self.words["order"].format(old=self.join(old), new=self.join(new)))
        return ", ".join([*(f"-{name}" for name in gone), *(f"+{name}" for name in come)])

    def join(self, names: Sequence[str]) -> str:
        """Names in a row."""
        return str(self.words["comma"]).join(names)

    def show_long(self, item: Change, *, is_named: bool = False) -> Iterator[str]:
        """Of long texts the sentences that differ."""
        if not (_is_long(item.old) or _is_long(item.new)) or isinstance(item.old, tuple):
            return
        name = "" if is_named else f"{self.name_key(item)}{self.words['colon']}"
        for text in compare_texts(_text(item.old), _text(item.new)):
            yield f"      {name}{self.shorten(text)}"
        if numbers := list_numbers(_text(item.old), _text(item.new)):
            shown = self.join([f"{old} → {new}" for old, new in numbers])
            yield f"      {self.words['numbers'].format(changes=shown)}"

    def shorten(self, text: str) -> str:
        """A text that fits a screen, in one line."""
        line = " ".join(text.split()) or text
        if len(line) <= _MOST:
            return line
        first = min((place for sign in ("[-", "{+") if (place := line.find(sign)) >= 0), default=0)
        start = max(0, first - _LONG)
        longer = str(self.words["longer"]).format(count=len(line))
        return ("…" if start else "") + line[start : start + _MOST] + longer

    def summarize(self, item: Change) -> str:
        """What a record that has come or gone says."""
        if item.kind == "replaced":
            fields = [key for key in type(item.new).model_fields if key not in ("id", "title", "kind")]
            pairs = [(key, getattr(item.old, key), getattr(item.new, key)) for key in fields]
            changed = [(key, self.cut(key, was), self.cut(key, now)) for key, was, now in pairs if was != now]
            told = str(self.words["sep"]).join(f"{self.name(key)} {was} → {now}" for key, was, now in changed)
            return f"{self.words['colon']}{told}" if told else ""
        record = item.old if item.new is None else item.new
        if not isinstance(record, Model):
            return f"{self.words['colon']}{record}" if item.key else ""
        told = str(self.words["sep"]).join(self.list_fields(record, item.title))
        return f"{self.words['colon']}{told}" if told else ""

    def list_fields(self, record: Model, title: str) -> Iterator[str]:
        """The fields of a record that say something, but for those that its title says."""
        for key, field in type(record).model_fields.items():
            value = getattr(record, key)
            if value not in (None, "", (), {}) and value != field.default and str(value) not in title.split(" ", 1):
                yield f"{self.name(key)} {self.cut(key, value)}"

    def name(self, key: str) -> str:
        """A field as people call it."""
        return str(self.words["keys"].get(key, key))

    def cut(self, key: str, value: Any) -> str:
        """One value, its beginning if it is long."""
        shown = " ".join(self.show(key, value).split())
        return shown if len(shown) <= _LONG else f"{shown[:_LONG]}…"

    def show(self, key: str, value: Any) -> str:
        """One value as people read it."""
        if value is None or value == "":
            return str(self.words["none"])
        if isinstance(value, bool):
            return str(self.words["flags"]["yes" if value else "no"])
        if isinstance(value, str) and _HASH.fullmatch(value):
            return f"{value[:12]}…"
        if isinstance(value, Decimal):
            return self.show_number(key.partition("[")[0], value)
        if isinstance(value, datetime):
            return f"{value:%Y-%m-%d %H:%M} ({format_zone(value)})"
        if isinstance(value, Prose):
            return str(value.text)
        if isinstance(value, Model):
            return str(self.words["sep"]).join(self.list_fields(value, ""))
        if isinstance(value, tuple):
            return self.join([self.show(key, item) for item in value])
        plain = make_plain(value)
        return "; ".join(f"{name}={text}" for name, text in plain.items()) if isinstance(plain, dict) else str(plain)

    def show_number(self, key: str, value: Decimal) -> str:
        """A number as its field is written: money, a share, or as it is."""
        if key in _MONEY:
            return format_money(value)
        return f"{format_quantity(value * 100)}%" if key in _RATES else format_quantity(value)


def _is_long(value: Any) -> bool:
    text = value.text if isinstance(value, Prose) else value
    return isinstance(text, str) and (len(text) > _SHORT or "\n" in text) and not _HASH.fullmatch(text)


def _text(value: Any) -> str:
    return "" if value is None else value.text if isinstance(value, Prose) else str(make_plain(value))
