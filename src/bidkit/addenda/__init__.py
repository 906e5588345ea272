"""addenda: a new list of requirements merged with the answers of a deal, and what of them no longer holds.

matching  which row of the new list was which of the old one
lists     the lists themselves: read as the buyer publishes them, written as the deal has its own
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from bidkit.addenda.matching import Listed, match_rows, read_clause
from bidkit.deal.tender import Requirement
from bidkit.diagnostic import load_messages
from bidkit.wording import settle

State = Literal["unchanged", "changed", "moved", "new"]
_NUMBERED = re.compile(r"(.*?)(\d{1,9})")
_VOIDING = ("text", "marker", "kind")
"""What makes an answer stale when it changes."""


@dataclass(frozen=True)
class Row:
    """A row of the merged list.

    Args:
        old: what it was; None for a new one.
        changes: the fields that the new list has otherwise.
    """

    state: State
    item: Requirement
    old: Requirement | None
    changes: tuple[str, ...] = ()

    @property
    def is_stale(self) -> bool:
        """Whether its answer must be looked at again because of this list."""
        return bool(self.item.stale) and (self.old is None or self.item.stale != self.old.stale)


@dataclass(frozen=True)
class Merge:
    """The merged list, and the rows that are no longer in it."""

    rows: tuple[Row, ...]
    removed: tuple[Requirement, ...]

    def list_rows(self, state: State) -> list[Row]:
        """Those of one state, in order."""
        return [row for row in self.rows if row.state == state]

    @property
    def is_doubtful(self) -> bool:
        """Whether so much is gone that the new list may be one of changes only."""
        return len(self.removed) > sum(row.old is not None for row in self.rows)

    @property
    def marked(self) -> list[Row]:
        """The rows whose marker has changed."""
        return [row for row in self.rows if "marker" in row.changes]

    @property
    def items(self) -> tuple[Requirement, ...]:
        """The merged requirements."""
        return tuple(row.item for row in self.rows)

    def count_mandatory(self, markers: Mapping[str, str]) -> tuple[int, int]:
        """How many mandatory clauses there were, and how many there are."""
        before = [row.old for row in self.rows if row.old] + list(self.removed)
        old, new = (sum(markers.get(item.marker) == "mandatory" for item in items) for items in (before, self.items))
        return old, new


def is_answered(item: Requirement) -> bool:
    """Whether somebody has written an answer, or a part of one."""
    return bool(item.response or item.deviation or item.evidence)


def merge_requirements(
    old: Sequence[Requirement], new: Sequence[Listed], addendum: str, language: str, *, is_partial: bool = False
) -> Merge:
    """The new list with the answers of the old one; an answer to a clause that has changed is stale.

    Args:
        addendum: its number, for the note on a stale answer; may be empty.
        language: of the deal, in which that note is written.
        is_partial: the new list has only what has changed; all other rows stay as they are.
    """
    found = match_rows(old, new)
    kept = {place for place in found if place is not None}
    ids = _Ids(old)
    has_ids = any(place is not None and row.id == old[place].id for row, place in zip(new, found, strict=True))
    rows: list[Row] = []
    for row, place in zip(new, found, strict=True):
        if place is not None:
            rows.append(_carry_over(old[place], row, addendum, language))
            ids.follow(rows[-1].item)
            continue
        name = row.id if row.id and has_ids and row.id not in ids.taken else ids.make(row.marker or "")
        fields: dict[str, Any] = {
            key: value for key in ("lot", "page", "marker", "kind") if (value := getattr(row, key)) is not None
        }
        if row.kind is None and rows:
            fields["kind"] = rows[-1].item.kind  # it is printed in the table in which the row above is
        item = Requirement.model_validate({"id": name, "clause": row.clause, "text": row.text, **fields})
        rows.append(Row("new", item, None))
        ids.follow(item)
    if is_partial:
        rows = [_mark_as_before(row, old, kept) for row in rows]
        left = [_doubt(item, rows, addendum, language) if place not in kept else item for place, item in enumerate(old)]
        return Merge(tuple(_put_among(old, left, rows, found)), ())
    return Merge(tuple(rows), tuple(item for place, item in enumerate(old) if place not in kept))


def _mark_as_before(row: Row, old: Sequence[Requirement], kept: Collection[int]) -> Row:
    """A new row of a list of changes without a marker: that of the clause which it may replace."""
    twins = [item for place, item in enumerate(old) if place not in kept and _is_twin(item, row)]
    if row.old is not None or row.item.marker or not twins:
        return row
    return replace(row, item=row.item.model_copy(update={"marker": twins[0].marker}))


def _doubt(item: Requirement, rows: Iterable[Row], addendum: str, language: str) -> Requirement:
    """A row that a list of changes leaves as it is, although it has another row of that clause: it may be replaced."""
    twin = next((row for row in rows if row.old is None and _is_twin(item, row)), None)
    if twin is None or not is_answered(item):
        return item
    words = load_messages(language)["labels"]["merge"]
    note = str(words["twin"]).format(addendum=addendum or words["the_list"], clause=twin.item.clause, id=twin.item.id)
    return item.model_copy(update={"stale": str(words["join"]).join(filter(None, (item.stale, note)))})


def _is_twin(item: Requirement, row: Row) -> bool:
    """Whether two rows are of one clause of one lot."""
    clause = read_clause(item.clause)
    return bool(clause) and clause == read_clause(row.item.clause) and item.lot == row.item.lot


def _put_among(
    old: Sequence[Requirement], left: Sequence[Requirement], rows: Sequence[Row], found: Sequence[int | None]
) -> Iterator[Row]:
    """All rows in the old order; a new one behind the last one of its chapter, or at the end.

    Args:
        left: the old ones as they stay where the list has nothing of them.
    """
    known = {place: row for row, place in zip(rows, found, strict=True) if place is not None}
    chapters = [read_clause(item.clause).rpartition(".")[0] for item in old]
    fresh: dict[int, list[Row]] = {}
    for row in rows:
        if row.old is None:
            chapter = read_clause(row.item.clause).rpartition(".")[0]
            places = [place for place, other in enumerate(chapters) if other == chapter]
            fresh.setdefault(places[-1] if places else len(old) - 1, []).append(row)
    yield from fresh.get(-1, ())
    for place, item in enumerate(old):
        yield known.get(place) or Row("unchanged" if left[place] is item else "changed", left[place], item)
        yield from fresh.get(place, ())


def _carry_over(old: Requirement, new: Listed, addendum: str, language: str) -> Row:
    """A row with its answer."""
    changes = tuple(_list_changes(old, new))
    voiding = [key for key in changes if key in _VOIDING]
    values = {key: getattr(new, key) for key in changes}
    if voiding and is_answered(old):
        words = load_messages(language)["labels"]["merge"]
        what = str(words["join"]).join(words["fields"][key] for key in voiding)
        note = str(words["stale_by" if addendum else "stale"]).format(addendum=addendum, what=what)
        values["stale"] = str(words["join"]).join(filter(None, (old.stale, note)))
    item = old.model_copy(update=values)
    state: State = "changed" if voiding or "lot" in changes else "moved" if "clause" in changes else "unchanged"
    return Row(state, item, old, changes)


def _list_changes(old: Requirement, new: Listed) -> Iterator[str]:
    """The fields that the new list has, and has otherwise."""
    if settle(old.text) != settle(new.text):
        yield "text"
    for key in ("marker", "kind", "lot", "page"):
        if (value := getattr(new, key)) is not None and value != getattr(old, key):
            yield key
    if read_clause(old.clause) != read_clause(new.clause):
        yield "clause"


class _Ids:
    """The ids that are taken, and new ones in the fashion of those above.

    The id of a row that is gone stays taken: what refers to it must not come to mean another clause.
    """

    def __init__(self, old: Sequence[Requirement]) -> None:
        self.taken = {item.id for item in old}
        self.highest: dict[str, int] = {}
        self.last = old[0].id if old else "R0"
        self.above: dict[str, str] = {}
        """The last id of each marker."""
        for item in old:
            self.count(item.id)

    def count(self, name: str) -> None:
        """Take note of an id."""
        if match := _NUMBERED.fullmatch(name):
            self.highest[match[1]] = max(self.highest.get(match[1], 0), int(match[2]))

    def follow(self, item: Requirement) -> None:
        """Take note of a row of the merged list."""
        self.count(item.id)
        self.taken.add(item.id)
        self.above[item.marker] = self.last = item.id

    def make(self, marker: str) -> str:
        """An id that nobody has, in the fashion of the last row with the same marker, else of the last."""
        like = self.above.get(marker, self.last)
        match = _NUMBERED.fullmatch(like)
        prefix, width = (match[1], len(match[2])) if match else (f"{like}-", 1)
        number = self.highest.get(prefix, 0) + 1
        while (name := f"{prefix}{number:0{width}d}") in self.taken:
            number += 1
        return name


def find_repeated(new: Sequence[Listed]) -> list[Listed]:
    """The rows whose id another row has too: which of them is meant by it, nobody could tell."""
    counts = Counter(row.id for row in new if row.id)
    return [row for row in new if counts[row.id] > 1]
