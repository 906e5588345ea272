"""the deals that a batch would build: their ids, and what each says otherwise than its master; nothing is built."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from bidkit.config import find_workspace
from bidkit.diagnostic import Diagnostic, load_messages
from bidkit.matrix import BATCH_NAME, find_file, list_differences, read_many, split_address
from bidkit.reports.json import FORMAT_VERSION
from bidkit.reports.text import clean, width

_WIDEST = 36


@dataclass(frozen=True)
class Listed:
    """A deal.

    Args:
        deal: its name, and `file` the file in which it is written, as paths from the working folder.
        id: and `entries`, the entry of each axis, and `changes`, the values by key path, of a derived one.
    """

    deal: str
    file: str
    id: str = ""
    entries: Mapping[str, str] | None = None
    changes: Mapping[str, Any] | None = None


def list_deals(deals: Iterable[Path], here: Path) -> tuple[list[Listed], list[tuple[Path, list[Diagnostic]]]]:
    """The deals, and by workspace what is wrong with the batch.yaml files among them."""
    listed: list[Listed] = []
    problems: dict[Path, tuple[Path, list[Diagnostic]]] = {}
    for deal in deals:
        path, file = deal.resolve(), find_file(deal.resolve())
        shown = _show_path(path, here), _show_path(file, here)
        workspace = find_workspace(path)
        if workspace is None or file.name != BATCH_NAME:
            listed.append(Listed(*shown))
            continue
        many = read_many(workspace, file.relative_to(workspace.root).as_posix())
        if many.problems:
            problems[file] = workspace.root, list(many.problems)
        if made := many.deals.get(split_address(path)[1]):
            listed.append(Listed(*shown, made.id, made.entries, list_differences(many, made)))
    return listed, [*problems.values()]


def _show_path(path: Path, here: Path) -> str:
    return (path.relative_to(here) if path.is_relative_to(here) else path).as_posix()


def render(listed: Sequence[Listed], lang: str, *, is_json: bool) -> str:
    """A table for each master, a line for each deal that is written by itself; or all of it as JSON."""
    if is_json:
        deals: list[dict[str, Any]] = [
            {"deal": item.deal, "id": item.id, "entries": item.entries, "set": item.changes}
            if item.id
            else {"deal": item.deal}
            for item in listed
        ]
        record = {"format_version": FORMAT_VERSION, "command": "batch --list", "deals": deals}
        return json.dumps(record, ensure_ascii=False, indent=2)
    words = load_messages(lang)["labels"]["batch"]
    groups = groupby(listed, lambda item: item.file if item.id else "")
    return "\n".join(line for file, group in groups for line in _draw(file, [*group], words))


def _draw(file: str, group: Sequence[Listed], words: Mapping[str, Any]) -> Iterator[str]:
    if not file:
        yield from (clean(item.deal) for item in group)
        return
    yield clean(words["derived"].format(file=file, count=len(group)))
    paths = list(dict.fromkeys(path for item in group for path in item.changes or ()))
    rows = [["id", *paths], *([item.id, *(_show((item.changes or {}).get(path)) for path in paths)] for item in group)]
    widths = [max(width(row[place]) for row in rows) for place in range(len(rows[0]))]
    for row in rows:
        cells = (cell + " " * (size - width(cell)) for cell, size in zip(row, widths, strict=True))
        yield f"  {'  '.join(cells)}".rstrip()


def _show(value: Any) -> str:
    """A value in a cell; nothing where the deal says what its master says."""
    text = str(value or "") if not isinstance(value, (dict, list)) else json.dumps(value, ensure_ascii=False)
    text = clean(" ".join(text.split()))
    fits = next((end for end in range(len(text) + 1) if width(text[:end]) > _WIDEST), 0)
    return f"{text[: fits - 1]}…" if fits else text
