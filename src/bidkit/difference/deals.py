"""two deals with all that they draw on -> what differs: prices as computed, texts, papers, files, in groups."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from bidkit.catalog import Catalog
from bidkit.deal import Deal
from bidkit.diagnostic import Diagnostic
from bidkit.difference.changes import Change, Difference, Group, Kind
from bidkit.difference.figures import compare_figures, compare_lines
from bidkit.difference.sides import Side, load_side
from bidkit.difference.walking import Place, compare_models, compare_records, compare_values, name_record

_GROUPS: tuple[tuple[str, Group], ...] = (
    *((f"quote.{key}", "dates") for key in ("validity_days",)),
    *(("quote", "price"), ("catalog.books", "price"), ("tender.ceiling", "price"), ("tender.items", "price")),
    *((key, "dates") for key in ("dated", "opportunity.decision_date", "delivery", "validity_end")),
    *((f"tender.{key}", "dates") for key in ("issued_on", "deadline", "validity_days", "holidays")),
    *((key, "scope") for key in ("solution", "team", "catalog.products", "catalog.services")),
    *((key, "credentials") for key in ("credentials", "tender.required_credentials", "catalog.credentials")),
    *((key, "credentials") for key in ("attachments", "track_record")),
    *(("requirements", "responses"), ("tender", "tender"), ("files", "files")),
    *((key, "customer") for key in ("customer", "opportunity", "competitors", "strategy")),
)
"""The groups by the beginnings of paths; the first that fits counts, and whatever fits none is told as other."""


_LISTS = {"credentials": "credentials", "solution.products": "products", "solution.service.blocks": "services"}
"""The lists of ids of a deal, and the entries of the catalog that they name."""


def compare_deals(
    before: Path, after: Path, now: datetime, as_of: date | None = None
) -> tuple[Difference | None, list[tuple[Path, list[Diagnostic]]]]:
    """What differs between two deal files; None if one of them cannot be read.

    Returns:
        Also what is wrong with each, with the workspace to which its places are relative. Diagnostics: DL, EN.
    """
    sides, problems = [], []
    for path in (before, after):
        side, root, found = load_side(path, now, as_of)
        problems.append((root, found))
        sides.append(side)
    old, new = sides
    if old is None or new is None:
        return None, problems
    figures = compare_figures(old.bid, new.bid)
    currencies = (old.deal.quote.currency, new.deal.quote.currency)
    told = tuple(item for _, found in problems for item in found)
    changes = tuple(compare_sides(old, new))
    names = (str(before), str(after))
    return Difference("deals", *names, figures, changes, currencies, new.deal.language, told), problems


def compare_sides(old: Side, new: Side) -> Iterator[Change]:
    """Every change, each in its group."""
    markers = {
        **(old.deal.tender.markers if old.deal.tender else {}),
        **(new.deal.tender.markers if new.deal.tender else {}),
    }
    mandatory = {
        item.id for side in (old, new) for item in side.deal.requirements if markers.get(item.marker) == "mandatory"
    }
    changes = [*compare_models(old.deal, new.deal, Place("", folders=(old.folder, new.folder)))]
    written = {change.path for change in changes}
    changes = [*_list_ids(changes, old, new), *_compare_rest(old, new)]
    changes += [change for change in compare_lines(old.bid, new.bid) if change.path not in written]
    for change in _join_papers(_drop_twice(changes)):
        group = find_group(change.path)
        is_first = group == "responses" and change.owner.removeprefix("requirements[").removesuffix("]") in mandatory
        yield replace(change, group=group, is_first=is_first)


def find_group(path: str) -> Group:
    """The group of the business that a path belongs to; `other` if no other one."""
    return next(
        (group for start, group in _GROUPS if path == start or path.startswith((f"{start}.", f"{start}["))), "other"
    )


def _compare_rest(old: Side, new: Side) -> Iterator[Change]:
    """What a deal draws on, and what is computed of its dates."""
    root = Place("")
    yield from compare_models(old.settings, new.settings, root.enter("workspace"))
    for key in ("products", "services", "credentials", "books"):
        place = root.enter("catalog").enter(key)
        yield from compare_records(
            _list_named(old.catalog, key), _list_named(new.catalog, key), place, by_likeness=False
        )
    yield from compare_records(old.attestations, new.attestations, root.enter("attestations"))
    yield from compare_values(old.follow, new.follow, root.enter("follow"), "follow")
    yield from compare_values(old.suppressions, new.suppressions, root.enter("suppressions"), "suppressions")
    yield from compare_values(old.pack, new.pack, root.enter("pack"), "pack")
    for name in dict.fromkeys((*old.files, *new.files)):
        one, two = old.files.get(name), new.files.get(name)
        if one != two:
            kind: Kind = "added" if one is None else "removed" if two is None else "changed"
            yield root.enter("files").find(name, name).change(kind, "content", one, two)
    yield from compare_values(_find_delivery(old.deal), _find_delivery(new.deal), root.enter("delivery"), "delivery")
    if old.bid and new.bid:
        ends = old.bid.validity_end, new.bid.validity_end
        yield from compare_values(*ends, root.enter("validity_end"), "validity_end")


def _find_delivery(deal: Deal) -> int | None:
    """The day of the plan on which delivery is promised."""
    milestone = deal.solution.plan.delivery
    return milestone.day if milestone else None


def _list_named(catalog: Catalog, key: str) -> tuple[Any, ...]:
    """Entries of a catalog in the order of their names: in which order they were read is nothing of the deal's."""
    records: Sequence[Any] = getattr(catalog, key)
    return tuple(sorted(records, key=lambda record: str(getattr(record, "sku", "") or record.id)))


def _list_ids(changes: Sequence[Change], old: Side, new: Side) -> Iterator[Change]:
    """The lists of ids one by one, with the names of what they name."""
    for change in changes:
        if change.path not in _LISTS:
            yield change
            continue
        for name in (Counter(change.old) - Counter(change.new)).elements():
            record = _find_record(change.path, name, old)
            yield Place(change.path).find(name, _name(record)).change("removed", "", record, None)
        for name in (Counter(change.new) - Counter(change.old)).elements():
            record = _find_record(change.path, name, new)
            yield Place(change.path).find(name, _name(record)).change("added", "", None, record)
        if [name for name in change.old if name in change.new] != [name for name in change.new if name in change.old]:
            yield replace(change, kind="moved")


def _find_record(path: str, name: str, side: Side) -> Any:
    """The entry of the catalog that an id of a list names; the id where there is none."""
    records = getattr(side.catalog, _LISTS[path])
    return next((record for record in records if _find_id(record) == name), name)


def _name(record: Any) -> str:
    return record if isinstance(record, str) else name_record(record)


def _find_id(record: Any) -> str:
    return str(getattr(record, "sku", None) or record.id)


def _drop_twice(changes: Sequence[Change]) -> list[Change]:
    """The changes without the entries of the catalog that come or go with their ids in the deal."""
    told = {
        (change.kind, f"catalog.{catalog}{change.path.removeprefix(own)}")
        for change in changes
        for own, catalog in _LISTS.items()
        if change.path.startswith(f"{own}[") and not change.key
    }
    return [change for change in changes if change.key or (change.kind, change.path) not in told]


def _join_papers(changes: Sequence[Change]) -> Iterator[Change]:
    """A paper that goes while one of its kind comes is replaced."""
    gone: dict[str, list[int]] = defaultdict(list)
    joined: dict[int, int] = {}
    for place, change in enumerate(changes):
        if change.kind == "removed" and (kind := _find_paper_kind(change.path, change.old)):
            gone[kind].append(place)
    for place, change in enumerate(changes):
        if change.kind == "added" and (others := gone[_find_paper_kind(change.path, change.new)]):
            joined[place] = others.pop(0)
    for place, change in enumerate(changes):
        if place in joined:
            before = changes[joined[place]]
            yield replace(change, kind="replaced", old=before.old, title=f"{before.title} → {change.title}")
        elif place not in joined.values():
            yield change


def _find_paper_kind(path: str, record: Any) -> str:
    """The kind of a paper that is attached; empty for all else."""
    return str(getattr(record, "kind", "")) if path.startswith(("credentials[", "catalog.credentials[")) else ""
