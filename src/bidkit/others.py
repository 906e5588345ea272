"""the other deals of a workspace: how their customers, projects and tenders are called."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Literal, NamedTuple

from bidkit.source import Node, Workspace, parse_yaml

_PATHS: tuple[tuple[Literal["customer", "project", "tender"], tuple[str, ...]], ...] = (
    ("customer", ("customer", "name")),
    ("project", ("title",)),
    ("tender", ("tender", "no")),
)


class OtherName(NamedTuple):
    """A name and the deal that it belongs to."""

    kind: Literal["customer", "project", "tender"]
    name: str
    deal: str


def read_other_names(workspace: Workspace, deal_name: str) -> tuple[OtherName, ...]:
    """The names of every deal in `deals/` but one; of a deal that is no YAML there are none.

    Nothing of them is an input of the deal that is judged: its files are read beside those that it may read.
    """
    found: list[OtherName] = []
    for path in sorted((workspace.root / "deals").glob("*/deal.yaml")):
        name = path.relative_to(workspace.root).as_posix()
        if name == deal_name or path.is_symlink():
            continue
        status = path.stat()
        found += _read_names(str(workspace.root), name, status.st_mtime_ns, status.st_size)
    return tuple(found)


@lru_cache(maxsize=16_384)
def _read_names(root: str, name: str, mtime_ns: int, size: int) -> tuple[OtherName, ...]:
    """Those of one deal, as long as its file is the same."""
    content, _ = Workspace(Path(root)).read(name)
    data = parse_yaml(content.decode("utf-8", "replace"), name)[0] if content else None
    found = []
    for kind, path in _PATHS:
        value = data
        for key in path:
            value = value.get(key) if isinstance(value, Node) else None
        if isinstance(value, str) and value.strip():
            found.append(OtherName(kind, value.strip(), name))
    return tuple(found)
