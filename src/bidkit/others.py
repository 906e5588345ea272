"""the other deals of a workspace: how their customers, projects and tenders are called."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Literal, NamedTuple

from bidkit.matrix import BATCH_NAME, Many, Override, find_file, find_value, is_derived, make_address, read_many
from bidkit.source import Node, Workspace, parse_yaml

_PATHS: tuple[tuple[Literal["customer", "project", "tender"], str], ...] = (
    ("customer", "customer.name"),
    ("project", "title"),
    ("tender", "tender.no"),
)


class OtherName(NamedTuple):
    """A name and the deal that it belongs to."""

    kind: Literal["customer", "project", "tender"]
    name: str
    deal: str


def read_other_names(workspace: Workspace, deal_name: str) -> tuple[OtherName, ...]:
    """The names of every deal in `deals/` but one; of a deal that is no YAML there are none.

    Deals of one batch.yaml are others to each other, and so is their master. Nothing of them is an input of the deal
    that is judged: its files are read beside those that it may read.
    """
    found: list[OtherName] = []
    for path in sorted((workspace.root / "deals").glob("*/deal.yaml")):
        name = path.relative_to(workspace.root).as_posix()
        if name == deal_name or path.is_symlink():
            continue
        status = path.stat()
        found += _read_names(str(workspace.root), name, status.st_mtime_ns, status.st_size)
    batches = {*(workspace.root / "deals").glob(f"*/{BATCH_NAME}")}
    if is_derived(deal_name):
        batches.add(find_file(workspace.root / deal_name))
    for path in sorted(batches):
        many = read_many(workspace, path.relative_to(workspace.root).as_posix())
        found += (other for other in _list_names(many) if other.deal != deal_name)
    return tuple(found)


@lru_cache(maxsize=16_384)
def _read_names(root: str, name: str, mtime_ns: int, size: int) -> tuple[OtherName, ...]:
    """Those of one deal, as long as its file is the same."""
    content, _ = Workspace(Path(root)).read(name)
    data = parse_yaml(content.decode("utf-8", "replace"), name)[0] if content else None
    return tuple(_find_names((), data, name)) if isinstance(data, Node) else ()


@lru_cache(maxsize=16)
def _list_names(many: Many) -> tuple[OtherName, ...]:
    """Those of a master and of all deals that are made of it."""
    if many.data is None:
        return ()
    names = [*_find_names((), many.data, many.master)]
    for deal in many.deals.values():
        address = make_address(Path(many.name), deal.id).as_posix()
        names += _find_names(deal.overrides, many.data, address)
    return tuple(names)


def _find_names(overrides: Sequence[Override], data: Node, deal: str) -> Iterator[OtherName]:
    for kind, path in _PATHS:
        value = find_value(overrides, data, path)
        if isinstance(value, str) and value.strip():
            yield OtherName(kind, value.strip(), deal)
