"""the deals that paths name: files, folders, patterns, lists of paths; and those that a change in git touches."""

from __future__ import annotations

import glob
import os
import subprocess
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path, PurePosixPath

from bidkit.config import find_workspace
from bidkit.diagnostic import Diagnostic, has_errors
from bidkit.matrix import (
    BATCH_NAME,
    describe_input,
    find_batch,
    find_file,
    find_own,
    is_derived,
    make_address,
    read_many,
)
from bidkit.source import Workspace

DEAL_NAME = "deal.yaml"
_LISTS = (".txt", ".lst")
_OWN = ("attestations.yaml", "waivers.yaml", "follow.yaml")
"""What stands in the folder of one derived deal and concerns no other."""
PASSED_OVER = ("dist", "node_modules", "__pycache__", "venv")


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
        folders[:] = sorted(name for name in folders if name not in PASSED_OVER and not name.startswith("."))
        if BATCH_NAME in files:
            yield from _split(Path(base) / BATCH_NAME)
        if DEAL_NAME in files and find_batch(Path(base) / DEAL_NAME) is None:
            yield Path(base) / DEAL_NAME


def find_touched(deals: Sequence[Path], reference: str) -> tuple[list[Path], list[Diagnostic]]:
    """The deals that differ from a commit, or may: see `_concern`. Diagnostics: EN28 (git is not there, or does not
    know the commit)."""
    if reference.startswith("-"):
        return [], [Diagnostic("EN28", None, {"reference": reference, "reason": reference})]
    changes = _compare("git", "diff", "--name-only", "--no-renames", "-z", "--relative", reference, "--", ".")
    others = _compare("git", "ls-files", "--others", "--exclude-standard", "-z", ".")
    return _choose(deals, (changes, others), reference)


def find_near(files: Iterable[str], here: Path) -> tuple[list[Path], list[Diagnostic]]:
    """The deals below a folder and in the workspaces of files, each once. Diagnostics: EN27 (there is none)."""
    workspaces = {workspace.root: None for file in files if (workspace := find_workspace(_name(file, here)))}
    deals, problems = find_deals([str(here)], here)
    found = {deal.resolve(): deal for root in workspaces for deal in _walk(root)} | {it.resolve(): it for it in deals}
    return [*found.values()], [] if found else problems


def find_touched_by(
    deals: Sequence[Path], files: Iterable[str], here: Path, reference: str | None = None
) -> tuple[list[Path], list[Diagnostic]]:
    """The deals that changed files may change, as `_concern` says. Diagnostics: EN28.

    Hooks are not told of files that are removed: what git is about to remove counts too.

    Args:
        files: relative to `here`.
        reference: a commit; deals that differ from it count too.
    """
    changed = frozenset(_name(file, here) for file in files)
    removed = _compare("git", "diff", "--cached", "--name-only", "--diff-filter=D", "-z", "--relative", "--", ".")
    touched, problems = _choose(deals, (lambda root: changed, removed), "HEAD")
    if reference is not None and not problems:
        found, problems = find_touched(deals, reference)
        touched = [deal for deal in deals if deal in (*touched, *found)]
    return ([], problems) if problems else (touched, [])


def _name(file: str, here: Path) -> Path:
    """A file as it is called, in a folder that is no link; it need not be there any more."""
    return (here / file).parent.resolve() / Path(file).name


_Changes = Callable[[Path], frozenset[Path] | str]
"""Of a folder the changed files below it, and perhaps others; or why nobody knows."""


def _choose(deals: Sequence[Path], sources: Sequence[_Changes], reference: str) -> tuple[list[Path], list[Diagnostic]]:
    """Those that changed files may change; each workspace is asked for once."""
    touched: list[Path] = []
    changed: dict[Path, frozenset[Path]] = {}
    for deal in deals:
        workspace = find_workspace(deal)
        root = workspace.root if workspace else deal.resolve().parent
        for source in sources if root not in changed else ():
            found = source(root)
            if isinstance(found, str):
                return [], [Diagnostic("EN28", None, {"reference": reference, "reason": found})]
            changed[root] = changed.get(root, frozenset()) | found
        if workspace is None or _concern(changed[root], deal.resolve(), root):
            touched.append(deal)
    return touched, []


def _concern(changed: Iterable[Path], deal: Path, root: Path) -> bool:
    """Whether changed files of a workspace may change a deal: its own, those in no deal's folder, and any at all if the
    deal reads beyond its folder. Packages, which bidkit itself has written, do not, nor what is signed for a sibling.
    """
    folder, others = deal.parent, False
    for path in changed:
        inside = path.relative_to(root).parts if path.is_relative_to(root) else ("dist",)
        if inside[0] == "dist" or _is_of_sibling(path, deal):
            continue
        if path.is_relative_to(folder) or inside[0] != "deals" or len(inside) < 3:
            return True
        others = True
    return others and (_reaches_out(folder) or _is_led_out(deal, root))


def _is_of_sibling(path: Path, deal: Path) -> bool:
    """Whether a file is another derived deal's own."""
    is_own = is_derived(deal) and path.name in _OWN and path.parent.parent == deal.parent
    return is_own and str(path) != find_own(str(deal), path.name)


def _is_led_out(deal: Path, root: Path) -> bool:
    """Whether a derived deal has a value, in a cell perhaps, that names a file beyond its folder."""
    return is_derived(deal) and b"../" in describe_input(Workspace(root), deal.relative_to(root).as_posix())


def _reaches_out(folder: Path) -> bool:
    """Whether a text of a deal names a file beyond its folder, or a link may lead there."""
    for path in folder.rglob("*"):
        up = b"../" if path.parent == folder else b"../../"  # from a folder below, one step leads to the deal
        if path.is_symlink() or (path.suffix in (".yaml", ".md") and up in path.read_bytes()):
            return True
    return False


def _compare(*command: str) -> _Changes:
    """What git lists below a folder."""

    def ask(root: Path) -> frozenset[Path] | str:
        try:
            done = subprocess.run(command, cwd=root, capture_output=True, check=False)
        except OSError as error:
            return f"git: {error.strerror or error}"
        if done.returncode:
            return (done.stderr.decode("utf-8", "replace").strip().splitlines() or ["git"])[-1]
        names = (name for name in done.stdout.decode("utf-8", "surrogateescape").split("\0") if name)
        return frozenset(root / PurePosixPath(name) for name in names)

    return ask
