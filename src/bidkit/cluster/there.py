"""what a worker of a cluster does: it tells what it builds with, and builds one deal at a time, in memory."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from pathlib import Path
from threading import Lock

from bidkit.build import check_deal, make_package
from bidkit.cluster.bundle import Tree, hash_names
from bidkit.options import Options
from bidkit.reports import Result
from bidkit.unchanged import hash_file, list_frame, list_tools

_TREES: dict[str, Tree] = {}
"""The workspaces that this worker was sent, each as it was sent last."""
_BUILDS = Lock()
"""A process builds one deal at a time, as here: threads of one process would only wait for each other."""


@dataclass(frozen=True)
class Sent:
    """A deal as it is sent to a worker.

    Args:
        root: the workspace where it was sent from; a worker that sees it reads it there.
        deal: its file in the workspace.
        tools: what it is to be built with.
        marks: hashes of files by which a worker knows the workspace.
        common: the hash of what the workspace's deals have in common; empty if nothing is shipped.
        shared: that itself, for a worker that has not got it.
        own: what the deal has besides.
        contents: by hash, of those of them that the worker has not got.
        is_check: it is judged only.
    """

    root: Path
    deal: str
    options: Options
    tools: Mapping[str, str]
    marks: Mapping[str, str]
    common: str = ""
    shared: Mapping[str, str] = field(default_factory=dict)
    own: Mapping[str, str] = field(default_factory=dict)
    contents: Mapping[str, bytes] = field(default_factory=dict)
    is_check: bool = False


@dataclass(frozen=True)
class Unfit:
    """The worker builds with something else."""

    tools: Mapping[str, str]


@dataclass(frozen=True)
class Lacking:
    """The worker does not see the workspace; the hashes of what it has of it."""

    there: frozenset[str]


@dataclass(frozen=True)
class Made:
    """What came of a deal: the files of its package are still to be written.

    Args:
        frame: what else of the workspace it depends on, as it is there.
    """

    result: Result
    package: Mapping[str, bytes] | None
    frame: Mapping[str, str]
    seconds: float


def tell_tools() -> dict[str, str]:
    """What this machine builds with, and by what it is asked to."""
    return list_tools() | {"distributed": version("distributed")}


def find_frame(deal: Path) -> dict[str, str]:
    """What a deal depends on beside its files, but for what is another thing on each machine."""
    return {name: value for name, value in list_frame(deal).items() if name not in ("workspace", "bidkit")}


def build_there(sent: Sent) -> Unfit | Lacking | Made:
    """Build a deal where it can be read; nothing of it is written but the files that it is read from."""
    if (tools := tell_tools()) != sent.tools:
        return Unfit(tools)
    with _BUILDS:
        if not sent.common:
            sees = all(hash_file(sent.root / name) == digest for name, digest in sent.marks.items())
            return _build(sent.root, sent) if sees else Lacking(_list_held(sent))
        tree = _TREES.get(str(sent.root)) or _TREES.setdefault(str(sent.root), Tree(_make_folder()))
        if not sent.shared and hash_names(tree.files) != sent.common:
            return Lacking(_list_held(sent))
        common = sent.shared or dict(tree.files)
        if sent.shared:
            tree.bring(common, sent.contents)
        tree.bring({**common, **sent.own}, sent.contents)
        try:
            return _build(tree.root, sent)
        finally:
            tree.bring(common, sent.contents)


def _list_held(sent: Sent) -> frozenset[str]:
    tree = _TREES.get(str(sent.root))
    return frozenset(tree.files.values()) if tree else frozenset()


def _make_folder() -> Path:
    """A folder that only we can read, where Dask keeps what goes with the worker."""
    from distributed import get_worker

    return Path(tempfile.mkdtemp(prefix="bidkit-", dir=get_worker().local_directory)).resolve()


def _build(root: Path, sent: Sent) -> Made:
    start, deal = time.perf_counter(), root / sent.deal
    frame = find_frame(deal)
    result, package = (check_deal(deal, sent.options), None) if sent.is_check else make_package(deal, sent.options)
    if result.workspace:
        workspace = result.workspace
        result = replace(result, workspace=replace(workspace, files={}, digests=workspace.hashes()))
    return Made(result, package, frame, time.perf_counter() - start)
