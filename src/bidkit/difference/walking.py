"""two models -> every leaf that differs: records paired by their ids, or by what they are most like.

Nothing is left out: whatever a model has is compared, so that a new field of a model is told without a word here.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import PurePosixPath
from typing import Any

from bidkit.days import DayExpression, Window
from bidkit.difference.changes import Change, Group, Kind
from bidkit.scalars import Model, Prose
from bidkit.wording import compare_pairs, count_pairs

_KEYS = ("id", "sku", "no", "item", "code", "file", "volume", "name", "title", "project", "currency", "text")
"""The fields by which a record is known, the first that it has."""
_NAMES = ("name", "title", "no", "project", "client", "text", "code", "file")
_LEAST_LIKENESS = 0.5
_SHOWN = 40
_MOST_PAIRS = 250_000
"""Beyond it records that share no id are taken for other ones: to compare each with each would take too long."""
Pair = tuple[int | None, int | None]


@dataclass(frozen=True)
class Place:
    """Where in two models one is.

    Args:
        folders: those of the two deals: files are named relative to them, so that a copy elsewhere is the same.
    """

    path: str
    owner: str = ""
    title: str = ""
    folders: tuple[str, str] = ("", "")

    def enter(self, key: str) -> Place:
        """A field of the record."""
        return Place(f"{self.path}.{key}" if self.path else key, self.owner, self.title, self.folders)

    def find(self, name: str, title: str) -> Place:
        """A record in a list."""
        path = f"{self.path}[{name}]"
        return replace(self, path=path, owner=path, title=title)

    def change(self, kind: Kind, key: str, old: Any, new: Any, *, group: Group = "other") -> Change:
        """What has changed here."""
        return Change(group, kind, self.path, self.owner, self.title, key, old, new)


def compare_models(old: Model, new: Model, place: Place) -> Iterator[Change]:
    """Every field in which two records of one model differ."""
    for key in type(old).model_fields:
        one, two = getattr(old, key), getattr(new, key)
        if one is not two and not (isinstance(one, str) and one == two):  # most fields are, and are passed at once
            yield from compare_values(one, two, place.enter(key), key)


def compare_values(old: Any, new: Any, place: Place, key: str) -> Iterator[Change]:
    """Where two values differ, whatever they are."""
    if old is new:
        return
    if isinstance(old, Prose) and isinstance(new, Prose):
        yield from _compare_prose(old, new, place, key)
    elif isinstance(old, Model) and type(old) is type(new):
        yield from compare_models(old, new, place)
    elif isinstance(old, Mapping) and isinstance(new, Mapping):
        orders = tuple(name for name in old if name in new), tuple(name for name in new if name in old)
        if orders[0] != orders[1]:
            yield place.change("moved", key, orders[0], orders[1])
        for name in dict.fromkeys((*old, *new)):
            below = replace(place, path=f"{place.path}[{name}]")
            yield from compare_values(old.get(name), new.get(name), below, f"{key}[{name}]")
    elif _is_records(old) or _is_records(new):
        yield from compare_records(old or (), new or (), place)
        if (old is None) != (new is None) and not (old or new):
            yield place.change("changed", key, old, new)
    elif make_plain(old) != make_plain(new):
        yield place.change("changed", key, old, new)


def _compare_prose(old: Prose, new: Prose, place: Place, key: str) -> Iterator[Change]:
    """A text, and the file that it stands in; at which line is nothing of its own."""
    if old.text != new.text:
        yield place.change("changed", key, old.text, new.text)
    files = [_shorten(prose.file, folder) for prose, folder in zip((old, new), place.folders, strict=True)]
    if files[0] != files[1]:
        yield place.enter("file").change("changed", f"{key}.file", files[0], files[1])


def _shorten(file: str, folder: str) -> str:
    path = PurePosixPath(file)
    return str(path.relative_to(folder)) if folder and path.is_relative_to(folder) else file


def _is_records(value: Any) -> bool:
    return isinstance(value, tuple) and any(isinstance(item, Model) for item in value)


def compare_records(
    old: Sequence[Model], new: Sequence[Model], place: Place, *, by_likeness: bool = True
) -> Iterator[Change]:
    """Two lists of records: what has come, gone, changed or got another place among those that stay.

    Args:
        by_likeness: a record may have changed its id.
    """
    pairs = pair_records(old, new, by_likeness=by_likeness)
    names = [list(_name_records(records)) for records in (old, new)]
    moved = find_moved(pairs)
    for one, two in pairs:
        if one is None and two is not None:
            yield place.find(names[1][two], name_record(new[two])).change("added", "", None, new[two])
        elif two is None and one is not None:
            yield place.find(names[0][one], name_record(old[one])).change("removed", "", old[one], None)
        elif one is not None and two is not None:
            here = place.find(names[0][one], name_record(new[two]))
            if (one, two) in moved:
                yield here.change("moved", "", one + 1, two + 1)
            yield from compare_models(old[one], new[two], here)


def pair_records(old: Sequence[Model], new: Sequence[Model], *, by_likeness: bool = True) -> list[Pair]:
    """Which record became which, in the order of the new list, what has gone behind: by id, then by likeness."""
    known: dict[str, list[int]] = defaultdict(list)
    for number, record in enumerate(old):
        known[find_key(record)].append(number)
    found: dict[int, int] = {}
    for number, record in enumerate(new):
        if known[find_key(record)]:
            found[number] = known[find_key(record)].pop(0)
    gone = sorted(set(range(len(old))) - set(found.values()))
    come = [number for number in range(len(new)) if number not in found]
    found |= _pair_alike(old, new, gone, come) if by_likeness else {}
    paired: list[Pair] = [(found.get(number), number) for number in range(len(new))]
    return paired + [(number, None) for number in gone if number not in found.values()]


def _pair_alike(old: Sequence[Model], new: Sequence[Model], gone: Sequence[int], come: Sequence[int]) -> dict[int, int]:
    """Records that have changed their ids: the most alike first."""
    if not 0 < len(gone) * len(come) <= _MOST_PAIRS:
        return {}
    before = {number: count_pairs(_describe(old[number])) for number in gone}
    after = {number: count_pairs(_describe(new[number])) for number in come}
    scores = [(compare_pairs(before[one], after[two]), -one, -two) for one in gone for two in come]
    found: dict[int, int] = {}
    for score, one, two in sorted(scores, reverse=True):
        if score >= _LEAST_LIKENESS and -two not in found and -one not in found.values():
            found[-two] = -one
    return found


def _describe(record: Model) -> str:
    """What a record says, without its id and what it shares with most others."""
    values = make_plain(record)
    return " ".join(str(value) for key, value in values.items() if key not in ("id", "no") and value)


def find_moved(pairs: Sequence[Pair]) -> set[Pair]:
    """The fewest records that must be moved to bring those that stay into their new order."""
    staying = [pair for pair in pairs if None not in pair]
    ends: list[int] = []
    chains: list[Any] = []
    """For each length the chain of rising places that ends lowest: its last pair, and the chain before it."""
    for pair in staying:
        one = pair[0] or 0
        at = bisect_left(ends, one)
        ends[at : at + 1], chains[at : at + 1] = [one], [(pair, chains[at - 1] if at else None)]
    moved, chain = set(staying), chains[-1] if chains else None
    while chain:
        pair, chain = chain
        moved.discard(pair)
    return moved


def find_key(record: Model) -> str:
    """By what a record is known; empty if by nothing."""
    return next(filter(None, (str(getattr(record, key)) for key in _KEYS if key in type(record).model_fields)), "")


def _name_records(records: Sequence[Model]) -> Iterator[str]:
    """The key of each record, or its place in the list where that is not its alone."""
    counts = Counter(find_key(record) for record in records)
    for number, record in enumerate(records, 1):
        key = find_key(record)
        yield key if key and counts[key] == 1 else f"{key}#{number}"


def name_record(record: Any) -> str:
    """A record as people call it: its id, its clause and its name."""
    fields = type(record).model_fields
    key = next((str(getattr(record, name)) for name in ("id", "sku") if name in fields), "")
    key = f"{key} {record.clause}".strip() if "clause" in fields else key
    names = (" ".join(str(getattr(record, name)).split()) for name in _NAMES if name in fields)
    name = next((name for name in names if name and name != key), "")
    return f"{key} {name if len(name) <= _SHOWN else name[:_SHOWN] + '…'}".strip() or find_key(record)


def make_plain(value: Any) -> Any:
    """A value as plain data: models as mappings, days as they are written."""
    if isinstance(value, Prose):
        return value.text
    if isinstance(value, Model):
        return {key: make_plain(getattr(value, key)) for key in type(value).model_fields}
    if isinstance(value, Mapping):
        return {key: make_plain(item) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        return [make_plain(item) for item in value]
    if isinstance(value, date):  # a time in another zone is another one, although it is the same moment
        return value.isoformat()
    return value.text if isinstance(value, (DayExpression, Window)) else value
