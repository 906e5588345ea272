"""the deals that paths name: files, folders, patterns, lists of paths; and those that a change in git touches."""

from __future__ import annotations

import glob
import os
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path, PurePosixPath

from bidkit.config import find_workspace
from bidkit.diagnostic import Diagnostic, has_errors
from bidkit.matrix import BATCH_NAME, find_batch, find_file, find_own, is_derived, make_address, read_many

DEAL_NAME = "deal.yaml"
_LISTS = (".txt", ".lst")
_OWN = ("attestations.yaml", "waivers.yaml", "follow.yaml")
"""What stands in the folder of one derived deal and concerns no other."""
_PASSED_OVER = ("dist", "node_modules", "__pycache__", "venv")


def find_deals(paths: Iterable[str], here: Path) -> tuple[list[Path], list[Diagnostic]]:
    """The deal files that paths name, each once, in order. Diagnostics: EN27 (a path that leads to none).

    Args:
        paths: deal files; folders, in which every `deal.yaml` counts; patterns such as `deals/*/deal.yaml`; text files
            with a path a line, relative to themselves, `#` before what is no path; a `batch.yaml`, or the master
            beside it, for all deals that it makes, `batch.yaml#ID` for one of them.
    """
    found: dict[Path, Path] = {}
    problems = []
    for path, base, shown in _list_entries(paths, here):
        deals = [*_expand(path, base)]
        if not deals:
            problems.append(Diagnostic("EN27", None, {"path": shown}))
        for deal in deals:
            found.setdefault(deal.resolve(), deal)
    return [*found.values()], problems


def _list_entries(paths: Iterable[str], here: Path) -> Iterator[tuple[str, Path, str]]:
    """Each path with the folder that it is relative to, and as messages name it; a list is each of its lines."""
    for path in paths:
        named = here / path
        if named.suffix.lower() not in _LISTS or not named.is_file():
            yield path, here, path
            continue
        lines = enumerate(named.read_text(encoding="utf-8-sig", errors="replace").splitlines(), 1)
        entries = [(number, line.strip()) for number, line in lines if line.strip() and line.strip()[0] != "#"]
        yield from ((entry, named.parent, f"{path}:{number}: {entry}") for number, entry in entries)
        if not entries:
            yield "", named, path


def _expand(path: str, base: Path) -> Iterator[Path]:
    named = base / path
    if named.is_dir():
        yield from _walk(named)
    elif is_derived(named) and find_file(named).is_file():
        yield named
    elif named.is_file() and named.suffix.lower() not in _LISTS:
        yield from _split(named)
    elif glob.has_magic(path):
        for match in sorted(glob.glob(str(named), recursive=True)):  # noqa: PTH207 - a pattern may begin anywhere
            yield from _expand(match, base)


def _split(file: Path) -> Iterator[Path]:
    """The deals that a file is: itself; of a master and its `batch.yaml` those that it makes, and it too if something
    is wrong with it, so that it is told."""
    batch = file if file.name == BATCH_NAME else find_batch(file)
    workspace = find_workspace(batch) if batch else None
    if batch is None or workspace is None:
        yield file
        return
    many = read_many(workspace, batch.resolve().relative_to(workspace.root).as_posix())
    if has_errors(many.problems):
        yield batch
    yield from (make_address(batch, deal_id) for deal_id in many.deals)


def _walk(folder: Path) -> Iterator[Path]:
    """Every `deal.yaml` below a folder, but in packages and what tools keep, and what each `batch.yaml` makes."""
    for base, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in _PASSED_OVER and not name.startswith("."))
        if BATCH_NAME in files:
            yield from _split(Path(base) / BATCH_NAME)
        if DEAL_NAME in files and find_batch(Path(base) / DEAL_NAME) is None:
            yield Path(base) / DEAL_NAME


def find_touched(deals: Sequence[Path], reference: str) -> tuple[list[Path], list[Diagnostic]]:
    """The deals that differ from a commit, or may: whose folder has a changed file, or whose workspace has one that
    is not in another deal's folder. Diagnostics: EN28 (git is not there, or does not know the commit)."""
    touched: list[Path] = []
    changed: dict[Path, frozenset[Path] | str] = {}
    for deal in deals:
        workspace = find_workspace(deal)
        root = workspace.root if workspace else deal.resolve().parent
        if root not in changed:
            changed[root] = _list_changed(root, reference)
        found = changed[root]
        if isinstance(found, str):
            return [], [Diagnostic("EN28", None, {"reference": reference, "reason": found})]
        rows = root / read_many(workspace, _name_batch(deal, root)).rows if workspace and is_derived(deal) else None
        if any(path == rows or _concerns(path, deal.resolve(), root) for path in found):
            touched.append(deal)
    return touched, []


def _name_batch(deal: Path, root: Path) -> str:
    return find_file(deal.resolve()).relative_to(root).as_posix()


def _concerns(path: Path, deal: Path, root: Path) -> bool:
    """Whether a changed file of the workspace may change a deal."""
    if path.is_relative_to(deal.parent):
        is_signed = is_derived(deal) and path.name in _OWN and path.parent.parent == deal.parent
        return not is_signed or str(path) == find_own(str(deal), path.name)
    inside = path.relative_to(root).parts
    return inside[0] != "deals" or len(inside) < 3


def _list_changed(root: Path, reference: str) -> frozenset[Path] | str:
    """The files below a folder that differ from a commit, new ones too; or why nobody knows."""
    commands = (
        ["git", "diff", "--name-only", "--no-renames", "-z", "--relative", reference, "--", "."],
        ["git", "ls-files", "--others", "--exclude-standard", "-z", "."],
    )
    if reference.startswith("-"):
        return reference
    names: set[str] = set()
    for command in commands:
        try:
            done = subprocess.run(command, cwd=root, capture_output=True, check=False)
        except OSError as error:
            return f"git: {error.strerror or error}"
        if done.returncode:
            return (done.stderr.decode("utf-8", "replace").strip().splitlines() or ["git"])[-1]
        names |= {name for name in done.stdout.decode("utf-8", "surrogateescape").split("\0") if name}
    return frozenset(root / PurePosixPath(name) for name in names if not name.startswith("dist/"))
