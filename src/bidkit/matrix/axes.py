"""batch.yaml -> the deals that it makes: each entry of an axis with each of the others, or each row of a list."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Any, Literal

from pydantic import Field

from bidkit.diagnostic import Diagnostic, Severity, Span, Term, has_errors
from bidkit.file_names import DEVICE
from bidkit.matrix.overrides import Override, find_twice, find_value, look_up
from bidkit.scalars import Model, Note, Text, Texts, validate
from bidkit.source import Items, Node, nearest

ROW = "row"
"""The axis that the rows of a list are, and what stands for the id of one in patterns."""
NAMES = ("customer.name", "title", "tender.no")
"""By what deals are told apart: one that leaves out what its siblings say would have that of its master."""
MAX_DEALS = 10_000
_BIDDER = ("company", "bidder", "supplier", "公司", "投标人", "供应商")
_GAP = re.compile(r"\{([^{}]*)\}")
_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


def is_deal_id(text: str) -> bool:
    """Whether a text is a name that is also a folder's, on every system: Windows drops a dot at the end."""
    return bool(_ID.fullmatch(text)) and ".." not in text and text[-1] != "." and not DEVICE.fullmatch(text)


class EntryText(Model):
    """One of an axis, and what it changes."""

    id: Text
    set_: dict[str, Any] = Field(default_factory=dict, alias="set")


class CaseText(Model):
    """What is changed where several axes meet; it goes before what each of them says."""

    match: dict[str, Text]
    set_: dict[str, Any] = Field(alias="set")


class RowsText(Model):
    """A list with a deal in each row."""

    file: Text
    sheet: Note = ""
    columns: dict[str, Text] = Field(default_factory=dict)
    ignore: Texts = ()


class BatchText(Model):
    """A `batch.yaml`.

    `id` and `title` are patterns: `{axis}` and `{row}` are ids of entries and rows, `{customer.name}` a value of the
    deal that comes of it.
    """

    schema_: Literal["bidkit/batch@1"] = Field(alias="schema")
    master: Text
    id: Note = ""
    title: Note = ""
    matrix: dict[str, tuple[EntryText, ...]] = Field(default_factory=dict)
    rows: RowsText | None = None
    special: tuple[CaseText, ...] = ()
    exclude: tuple[dict[str, Text], ...] = ()


@dataclass(frozen=True)
class Derived:
    """One deal that is made of a master.

    Args:
        entries: by axis, the entry that it is of.
        overrides: what it says otherwise, its id and title among it.
        at: where its id is written.
    """

    id: str
    entries: Mapping[str, str]
    overrides: tuple[Override, ...]
    at: Span


@dataclass(frozen=True, eq=False)
class Many:
    """What a batch.yaml makes.

    Args:
        name: the batch.yaml, `master` the deal file and `rows` the list (empty for none), relative to the workspace.
        deals: by id; those with which something is wrong in batch.yaml are told in `problems` and left out.
        data: of the master, as it is written; never to be changed.
    """

    name: str
    master: str = ""
    rows: str = ""
    deals: Mapping[str, Derived] = field(default_factory=dict)
    problems: tuple[Diagnostic, ...] = ()
    data: Node | None = None


@dataclass(frozen=True)
class _Entry:
    id: str
    at: Span
    overrides: tuple[Override, ...]

    def says(self, path: str) -> bool:
        """Whether it sets what a path leads to."""
        return find_value(self.overrides, Node(self.at), path) is not None


def parse_batch(data: Node) -> tuple[BatchText | None, list[Diagnostic]]:
    """A `batch.yaml` by itself. Diagnostics: DL04–DL10, DL80."""
    text, problems = validate(BatchText, data)
    problems = [*(Diagnostic("DL80", data.keys_at[key], {"key": key}) for key in data if key in _BIDDER), *problems]
    if text is None or problems:
        return None, problems
    if not text.matrix and text.rows is None:
        problems.append(Diagnostic("DL06", data.span, {"key": "matrix / rows"}))
    if text.matrix and not text.id:
        problems.append(Diagnostic("DL06", data.span, {"key": "id"}))
    for axis, entries in text.matrix.items():
        if not entries:
            problems.append(Diagnostic("DL05", text.span_below("matrix", axis), {"key": axis}))
        if axis == ROW:
            problems.append(Diagnostic("DL17", data["matrix"].keys_at[axis], {"value": axis}))
    return (None if problems else text), problems


def make_many(many: Many, text: BatchText, data: Node, rows: Items | None, master: Node) -> Many:
    """The deals that a batch.yaml makes of a master.

    Args:
        many: with the names of the files.
        data: what `text` is of; its values go into the deals as they are.
        rows: of the list, if there is one.

    Diagnostics: DL05, DL06, DL15–DL18, DL74, DL80, DL82, DL84, DL85, DL87.
    """
    axes, problems = _list_axes(text, data, rows)
    maker = _Maker(text, data, axes, master, problems)
    problems += [*maker.check_cases(), *maker.check_bidder()]
    if has_errors(problem for problem in problems if problem.code not in _OF_ROWS):
        return replace(many, problems=_say_once(problems))
    if math.prod(map(len, axes.values())) > MAX_DEALS:
        limit = Diagnostic("DL18", data.span, {"what": Term("deals"), "limit": MAX_DEALS})
        return replace(many, problems=_say_once([*problems, limit]))
    deals = maker.make_all()
    problems += [*maker.find_idle(deals), *maker.find_unused()]
    if not deals and not has_errors(problems):
        problems.append(Diagnostic("DL05", data.span, {"key": "matrix" if text.matrix else "rows"}))
    return replace(many, deals=deals, problems=_say_once(problems), data=master)


_OF_ROWS = ("DL06", "DL85")
"""What is wrong with one row or entry, which keeps no other from being a deal."""


def _say_once(problems: Sequence[Diagnostic]) -> tuple[Diagnostic, ...]:
    """What several deals have in common is said once."""
    return tuple({(item.code, item.span, repr(item.values)): item for item in problems}.values())


def _list_axes(
    text: BatchText, data: Node, rows: Items | None
) -> tuple[dict[str, tuple[_Entry, ...]], list[Diagnostic]]:
    """The entries of each axis; the rows of a list are the last one."""
    axes: dict[str, tuple[_Entry, ...]] = {}
    problems: list[Diagnostic] = []
    for axis, entries in text.matrix.items():
        first: dict[str, Span] = {}
        for entry, node in zip(entries, data["matrix"][axis], strict=True):
            at = node.values_at["id"]
            if entry.id in first:
                problems.append(Diagnostic("DL16", at, {"id": entry.id, "first": first[entry.id].line}))
            first.setdefault(entry.id, at)
            axes[axis] = (*axes.get(axis, ()), _Entry(entry.id, at, _read_set(node, axis)))
        named = [path for path in NAMES if any(entry.says(path) for entry in axes[axis])]
        silent = [(entry, path) for entry in axes[axis] for path in named if not entry.says(path)]
        problems += [Diagnostic("DL85", entry.at, {"key": path}) for entry, path in silent]
        axes[axis] = tuple(entry for entry in axes[axis] if all(entry is not other for other, _ in silent))
    if rows is not None:
        axes[ROW] = tuple(_read_rows(rows, {*(text.rows.columns if text.rows else ())}, problems))
    return axes, problems


def _read_set(node: Node, source: str) -> tuple[Override, ...]:
    said = node.get("set", Node(node.span))
    return tuple(Override(key, said[key], said.keys_at[key], said.values_at[key], source) for key in said)


def _read_rows(rows: Items, columns: set[str], problems: list[Diagnostic]) -> Iterator[_Entry]:
    """Each row; what its cells leave empty stays as the master has it, but for what tells deals apart."""
    named = columns.union(*rows)
    for row in rows:
        missing = [path for path in NAMES if path in named and path not in row]
        problems += [Diagnostic("DL85", row.span, {"key": path}) for path in missing]
        if "id" not in row:
            problems.append(Diagnostic("DL06", row.span, {"key": "id"}))
        elif not missing:
            cells = (key for key in row if key != "id")
            overrides = tuple(Override(key, row[key], row.keys_at[key], row.values_at[key], ROW) for key in cells)
            yield _Entry(row["id"].strip(), row.values_at["id"], overrides)


@dataclass
class _Maker:
    """Entries of axes -> deals."""

    text: BatchText
    data: Node
    axes: Mapping[str, Sequence[_Entry]]
    master: Node
    problems: list[Diagnostic]
    used: set[Span] = field(default_factory=set)
    """Where the exclusions and the special cases stand that have met a deal."""

    def make_all(self) -> dict[str, Derived]:
        """Every deal with which nothing is wrong, by its id. Diagnostics: DL15, DL17, DL74, DL82."""
        by_id: dict[str, list[Derived]] = {}
        for combined in product(*self.axes.values()):
            entries = dict(zip(self.axes, combined, strict=True))
            chosen = {axis: entry.id for axis, entry in entries.items()}
            if not self.is_excluded(chosen) and (made := self.make(entries, chosen)):
                by_id.setdefault(made.id, []).append(made)
        for name, same in by_id.items():
            for deal in same if len(same) > 1 else ():
                others = ", ".join(_describe(other) for other in same if other is not deal)
                self.problems.append(Diagnostic("DL74", deal.at, {"id": name, "others": others}))
        return {name: same[0] for name, same in by_id.items() if len(same) == 1}

    def make(self, entries: Mapping[str, _Entry], chosen: Mapping[str, str]) -> Derived | None:
        """The deal of some entries; None if something is wrong with it."""
        overrides = [item for entry in entries.values() for item in entry.overrides]
        overrides += self.make_pattern("title", overrides, chosen) if self.text.title else []
        cases = [item for case in self.find_cases(chosen) for item in case]
        steps = [item.steps for item in cases]
        overrides = [item for item in overrides if not any(item.steps[: len(own)] == own for own in steps)] + cases
        if self.text.id:
            own = self.make_pattern("id", overrides, chosen)
        else:
            (row,) = entries.values()
            own = [Override("id", row.id, row.at, row.at, "id")]
        overrides += own
        twice = [
            Diagnostic("DL82", two.key_at, {"path": two.path, "other": one.key_at.label})
            for one, two in find_twice(overrides)
        ]
        self.problems += twice
        if twice or not own:
            return None
        at = entries[ROW].at if ROW in entries else own[0].value_at
        if not is_deal_id(own[0].value):
            at = next((entry.at for entry in entries.values() if not is_deal_id(entry.id)), at)
            self.problems.append(Diagnostic("DL17", at, {"value": own[0].value}))
            return None
        return Derived(own[0].value, dict(chosen), tuple(overrides), at)

    def make_pattern(self, key: str, overrides: Sequence[Override], chosen: Mapping[str, str]) -> list[Override]:
        """The id or the title, from its pattern; nothing if a name in it is not known. Diagnostics: DL15."""
        at = self.data.values_at[key]
        wrong = []

        def fill(gap: re.Match[str]) -> str:
            name = gap[1].strip()
            value = chosen[name] if name in chosen else find_value(overrides, self.master, name)
            if isinstance(value, str):
                return value.strip()
            known = [*self.axes, *NAMES]
            values = {"kind": Term("gap"), "id": name, "near": nearest(name, known), "allowed": ", ".join(known)}
            wrong.append(Diagnostic("DL15", at, values))
            return ""

        filled = _GAP.sub(fill, getattr(self.text, key))
        self.problems += wrong
        return [] if wrong else [Override(key, filled, self.data.keys_at[key], at, key)]

    def find_cases(self, chosen: Mapping[str, str]) -> Iterator[tuple[Override, ...]]:
        """What the special cases say that a deal is one of."""
        for number, case in enumerate(self.text.special):
            if case.match.items() <= chosen.items():
                self.used.add(self.data["special"].items_at[number])
                yield _read_set(self.data["special"][number], f"special {number + 1}")

    def is_excluded(self, chosen: Mapping[str, str]) -> bool:
        """Whether batch.yaml leaves this out."""
        meets = [at for at, match in self.list_exclusions() if match.items() <= chosen.items()]
        self.used.update(meets)
        return bool(meets)

    def list_exclusions(self) -> Iterator[tuple[Span, Mapping[str, str]]]:
        return ((self.data["exclude"].items_at[number], match) for number, match in enumerate(self.text.exclude))

    def find_unused(self) -> Iterator[Diagnostic]:
        """Exclusions and special cases that meet no deal. Diagnostics: DL87."""
        places = [at for at, _ in self.list_exclusions()]
        places += self.data["special"].items_at if self.text.special else []
        return (Diagnostic("DL87", at, {}, Severity.WARNING) for at in places if at not in self.used)

    def check_cases(self) -> Iterator[Diagnostic]:
        """What exclusions and special cases name exists. Diagnostics: DL05, DL15."""
        matches = [(item, match) for item, match in zip(self.data.get("exclude", ()), self.text.exclude, strict=True)]
        cases = zip(self.data.get("special", ()), self.text.special, strict=True)
        matches += [(item["match"], case.match) for item, case in cases]
        for node, match in matches:
            if not match:
                yield Diagnostic("DL05", node.span, {"key": "match"})
            for axis, name in match.items():
                ids = [entry.id for entry in self.axes.get(axis, ())]
                if axis not in self.axes:
                    yield _unknown("axis", axis, list(self.axes), node.keys_at[axis])
                elif name not in ids:
                    yield _unknown("entry", name, ids, node.values_at[axis])

    def check_bidder(self) -> Iterator[Diagnostic]:
        """Nothing sets who bids. Diagnostics: DL80."""
        cases = (_read_set(item, "") for item in self.data.get("special", ()))
        entries = (entry.overrides for entries in self.axes.values() for entry in entries)
        for item in (item for overrides in (*entries, *cases) for item in overrides):
            if item.steps[0] in _BIDDER:
                yield Diagnostic("DL80", item.key_at, {"key": item.path})

    def find_idle(self, deals: Mapping[str, Derived]) -> Iterator[Diagnostic]:
        """A column, or a key of an axis, by which no deal comes to differ from the master. Diagnostics: DL84."""
        by_source: dict[tuple[str, str], list[Override]] = {}
        for deal in deals.values():
            for item in deal.overrides:
                by_source.setdefault((item.source, item.path), []).append(item)
        for (source, path), said in by_source.items():
            own = look_up(self.master, said[0].steps)
            if source not in ("id", "title") and all(_is_same(item.value, own) for item in said):
                yield Diagnostic("DL84", said[0].key_at, {"path": path}, Severity.WARNING)


def _is_same(value: Any, own: Any) -> bool:
    return bool(value.strip() == own.strip() if isinstance(value, str) and isinstance(own, str) else value == own)


def _describe(deal: Derived) -> str:
    entries = " ".join(f"{axis}={name}" for axis, name in deal.entries.items())
    return f"{entries} ({deal.at.label})" if ROW in deal.entries else entries


def _unknown(kind: str, name: str, known: list[str], at: Span) -> Diagnostic:
    values = {"kind": Term(kind), "id": name, "near": nearest(name, known), "allowed": ", ".join(known) or "—"}
    return Diagnostic("DL15", at, values)
