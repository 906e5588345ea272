"""values put at dotted key paths of a deal's plain data, each with the place where it is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from bidkit.diagnostic import Diagnostic, Span, Term
from bidkit.source import Items, Node, ProseNode, is_reference, nearest

_SHOWN = 20
_OF_FILES = ("file", "sheet")
"""What can be set of `{file: …}` itself; whatever else a path says of it is inside of the file."""


@dataclass(frozen=True)
class Override:
    """What a derived deal says otherwise than its master.

    Args:
        source: where it comes from: an axis, `row`, or a special case.
    """

    path: str
    value: Any
    key_at: Span
    value_at: Span
    source: str = ""

    @property
    def steps(self) -> tuple[str, ...]:
        """Its path in parts."""
        return tuple(self.path.split("."))


def put_overrides(data: Node, overrides: Iterable[Override], expand: Callable[[], None]) -> list[Diagnostic]:
    """Put values into a deal's data: first those of its YAML, then, once its files are read, those inside of lists.

    Args:
        expand: reads the files that the data names. Diagnostics: DL83.
    """
    found = [(item, _put(data, item, is_expanded=False)) for item in overrides]
    expand()
    later = [(item, _put(data, item, is_expanded=True)) for item, problem in found if problem == "later"]
    expand()
    return [problem for _, problem in (*found, *later) if isinstance(problem, Diagnostic)]


def _put(data: Node, override: Override, *, is_expanded: bool) -> Diagnostic | str | None:
    """One value; `later` if a file has to be read before."""
    holder: Any = data
    rest = list(override.steps)
    value, key_at, value_at = deepcopy(override.value), override.key_at, override.value_at
    while True:
        if is_reference(holder) and rest[0] not in _OF_FILES and not is_expanded:
            return "later"
        if isinstance(holder, Items):
            place, rest = find_item(holder, rest)
            if place is None:
                return _lead_nowhere(override, Term("no_item", (("id", rest[0]),)), list_ids(holder), rest)
            if not rest:
                holder[place], holder.items_at[place] = value, value_at
                return None
            holder = holder[place]
            continue
        if not isinstance(holder, Node) or isinstance(holder, ProseNode):
            return _lead_nowhere(override, Term("no_keys", (("key", rest[0]),)), [], rest)
        key = rest.pop(0)
        if not rest:
            holder.put(key, value, key_at, value_at)
            return None
        if holder.get(key) is None:
            holder.put(key, Node(key_at), key_at, key_at)
        holder = holder[key]


def _lead_nowhere(override: Override, reason: Term, known: list[str], rest: Sequence[str]) -> Diagnostic:
    near = nearest(".".join(rest), known) or nearest(rest[0], known)
    values = {"path": override.path, "reason": reason, "allowed": list_some(known), "near": near}
    return Diagnostic("DL83", override.key_at, values)


def list_some(names: Sequence[str]) -> str:
    """The first names of many, for a message."""
    return ", ".join(names[:_SHOWN]) + (", …" if len(names) > _SHOWN else "") or "—"


def list_ids(items: Items) -> list[str]:
    """The ids of a list's records."""
    return [item["id"] for item in items if isinstance(item, Node) and isinstance(item.get("id"), str)]


def find_item(items: Items, steps: Sequence[str]) -> tuple[int | None, list[str]]:
    """The record of a list that a path names by its id, which may have dots itself (3.1.2), and what follows it."""
    for count in range(len(steps), 0, -1):
        wanted = ".".join(steps[:count])
        for place, item in enumerate(items):
            if isinstance(item, Node) and item.get("id") == wanted:
                return place, list(steps[count:])
    return None, list(steps)


def look_up(data: Any, steps: Sequence[str]) -> Any:
    """What a path leads to in data whose files may not have been read; None if nothing."""
    rest = list(steps)
    while rest:
        if isinstance(data, Items):
            place, rest = find_item(data, rest)
            data = None if place is None else data[place]
        else:
            data = data.get(rest.pop(0)) if isinstance(data, Node) else None
        if data is None:
            return None
    return data


def find_value(overrides: Iterable[Override], master: Node, path: str) -> Any:
    """What a key path of a derived deal leads to; None if nothing."""
    steps = tuple(path.split("."))
    for item in overrides:
        if item.steps == steps[: len(item.steps)]:
            return look_up(item.value, steps[len(item.steps) :])
    return look_up(master, steps)


def find_twice(overrides: Iterable[Override]) -> list[tuple[Override, Override]]:
    """Pairs of which one says anew what the other says, or a part of it."""
    ordered = sorted(overrides, key=lambda item: item.steps)  # whatever is below a path stands right behind it
    return [(one, two) for one, two in pairwise(ordered) if two.steps[: len(one.steps)] == one.steps]


def describe_value(value: Any) -> Any:
    """A value with every place in it, as JSON can hold it."""
    if isinstance(value, Node):
        return [
            [key, _place(value.keys_at[key]), _place(value.values_at[key]), describe_value(value[key])] for key in value
        ]
    if isinstance(value, Items):
        return [[_place(at), describe_value(item)] for at, item in zip(value.items_at, value, strict=True)]
    return value


def describe_override(item: Override) -> Any:
    """All of an override, as JSON can hold it."""
    return [item.path, _place(item.key_at), _place(item.value_at), describe_value(item.value)]


def _place(at: Span) -> list[Any]:
    return [at.file, at.line, at.col, at.width, *map(list, at.place)]
