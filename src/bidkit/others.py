"""the other deals of a workspace: how they, their customers, projects and tenders are called."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Literal, NamedTuple

from bidkit.matrix import (
    BATCH_NAME,
    Many,
    Override,
    find_batch,
    find_file,
    find_value,
    is_derived,
    make_address,
    read_many,
)
from bidkit.source import Node, Workspace, parse_yaml

Kind = Literal["id", "customer", "project", "tender"]
_PATHS: tuple[tuple[Kind, str], ...] = (
    ("customer", "customer.name"),
    ("project", "title"),
    ("tender", "tender.no"),
)


class OtherName(NamedTuple):
    """A name and the deal that it belongs to."""

    kind: Kind
    name: str
    deal: str


def read_other_names(workspace: Workspace, deal_name: str, run: str = "") -> tuple[OtherName, ...]:
    """The names of every deal in `deals/` but one; of a deal that is no YAML there are none.

    Deals of one batch.yaml are others to each other, and so is their master. Nothing of them is an input of the deal
    that is judged: its files are read beside those that it may read.

    Args:
        run: the run that asks for many deals: their files are looked at once for all of it.
    """
    root = str(workspace.root)
    known = _list_all_once(root, run) if run else _list_all(root)
    names = known + _list_own_batch(workspace, deal_name)
    return tuple(other for other in names if other.deal != deal_name)


def describe_names(workspace: Workspace, deal_name: str, run: str = "") -> str:
    """A hash of all names, the deal's own among them: another one where one of them has changed."""
    root = str(workspace.root)
    shared = _describe_all_once(root, run) if run else _describe(_list_all(root))
    own = _list_own_batch(workspace, deal_name)
    return _describe((shared, own)) if own else shared


def _list_all(root: str) -> tuple[OtherName, ...]:
    """The names of all deals below `deals/`."""
    workspace, found = Workspace(Path(root)), list[OtherName]()
    for path in sorted((workspace.root / "deals").glob("*/deal.yaml")):
        if not path.is_symlink():
            status = path.stat()
            name = path.relative_to(workspace.root).as_posix()
            names = _read_names(root, name, status.st_mtime_ns, status.st_size)
            is_master = find_batch(path) is not None  # no deal itself
            found += [item for item in names if not (is_master and item.kind == "id")]
    for path in sorted((workspace.root / "deals").glob(f"*/{BATCH_NAME}")):
        found += _list_names(read_many(workspace, path.relative_to(workspace.root).as_posix()))
    return tuple(found)


@lru_cache(maxsize=4)
def _list_all_once(root: str, run: str) -> tuple[OtherName, ...]:
    return _list_all(root)


@lru_cache(maxsize=4)
def _describe_all_once(root: str, run: str) -> str:
    return _describe(_list_all_once(root, run))


def _describe(names: object) -> str:
    return sha256(repr(names).encode()).hexdigest()


def _list_own_batch(workspace: Workspace, deal_name: str) -> tuple[OtherName, ...]:
    """The names of the deals of one batch.yaml that lies elsewhere than those of all."""
    file = find_file(workspace.root / deal_name) if is_derived(deal_name) else None
    if file is None or file.parent.parent == workspace.root / "deals":
        return ()
    return _list_names(read_many(workspace, file.relative_to(workspace.root).as_posix()))


@lru_cache(maxsize=16_384)
def _read_names(root: str, name: str, mtime_ns: int, size: int) -> tuple[OtherName, ...]:
    """Those of one deal, as long as its file is the same."""
    content, _ = Workspace(Path(root)).read(name)
    data = parse_yaml(content.decode("utf-8", "replace"), name)[0] if content else None
    if not isinstance(data, Node):
        return ()
    return (*_find_id(data.get("id"), name), *_find_names((), data, name))


@lru_cache(maxsize=16)
def _list_names(many: Many) -> tuple[OtherName, ...]:
    """Those of a master and of all deals that are made of it."""
    if many.data is None:
        return ()
    names = [*_find_names((), many.data, many.master)]
    for deal in many.deals.values():
        address = make_address(Path(many.name), deal.id).as_posix()
        names += [*_find_id(deal.id, address), *_find_names(deal.overrides, many.data, address)]
    return tuple(names)


def _find_id(value: object, deal: str) -> Iterator[OtherName]:
    if isinstance(value, str):
        yield OtherName("id", value, deal)


def _find_names(overrides: Sequence[Override], data: Node, deal: str) -> Iterator[OtherName]:
    for kind, path in _PATHS:
        value = find_value(overrides, data, path)
        if isinstance(value, str) and value.strip():
            yield OtherName(kind, value.strip(), deal)
