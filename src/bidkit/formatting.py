"""the files that `bidkit fmt` puts in order: those that paths name, but for those whose bytes are signed for."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bidkit.canonical import arrange_file
from bidkit.config import find_workspace
from bidkit.diagnostic import Diagnostic, Span
from bidkit.finding import PASSED_OVER
from bidkit.gate import ATTESTATIONS_NAME
from bidkit.source import Items, Node, Workspace, decode, parse_yaml

_SUFFIXES = (".yaml", ".yml", ".md")


@dataclass(frozen=True)
class Arranged:
    """A file before and after.

    Args:
        root: the workspace that the places of its problems are relative to.
        problems: with one it stays as it is.
    """

    path: Path
    before: bytes
    after: bytes
    root: Path
    problems: tuple[Diagnostic, ...] = ()

    @property
    def is_changed(self) -> bool:
        """Whether its keys are in another order than those of its model."""
        return self.before != self.after


def arrange_paths(paths: Iterable[Path]) -> tuple[list[Arranged], list[Diagnostic]]:
    """The files that paths name, each once; in a folder those of the kinds that are put in order.

    Diagnostics: DL13, DL14, DL19 (in no workspace), DL96 (a file of another kind), EN05 (nothing is there),
    EN56 (none in a folder).
    """
    found: dict[Path, Arranged] = {}
    evidence: dict[Path, frozenset[str]] = {}
    problems: list[Diagnostic] = []
    for path in paths:
        if not path.exists():
            problems.append(Diagnostic("EN05", None, {"file": path}))
        for file in _walk(path, problems) if path.is_dir() else [path] if path.exists() else []:
            made = _arrange(file, evidence, problems)
            if isinstance(made, Arranged):
                found.setdefault(file.resolve(), made)
            elif not path.is_dir() or (made.code == "DL14" and file.exists()):
                problems.append(made)  # what cannot be read may be of a kind that is put in order
        if path.is_dir() and not any(file.is_relative_to(path.resolve()) for file in found):
            problems.append(Diagnostic("EN56", None, {"path": path}))
    return [*found.values()], problems


def _walk(folder: Path, problems: list[Diagnostic]) -> Iterator[Path]:
    """The YAML files of a folder. Diagnostics: DL14, added for each folder that cannot be read."""

    def tell(error: OSError) -> None:
        problems.append(Diagnostic("DL14", None, {"file": error.filename, "reason": error.strerror or str(error)}))

    for base, folders, files in os.walk(folder, onerror=tell):
        folders[:] = sorted(name for name in folders if name not in PASSED_OVER and not name.startswith("."))
        yield from (Path(base) / name for name in sorted(files) if name.endswith(_SUFFIXES))


def _arrange(path: Path, evidence: dict[Path, frozenset[str]], problems: list[Diagnostic]) -> Arranged | Diagnostic:
    """A file in order, or why it is none that is put in order.

    Args:
        evidence: of each workspace, once it has been looked for.
        problems: has one more for each folder in which attestations could not be looked for.
    """
    workspace = find_workspace(path)
    if workspace is None:
        return Diagnostic("DL19", None, {"file": path})
    name = path.resolve().relative_to(workspace.root).as_posix()
    content, unread = workspace.read(name, at=Span(name))
    if content is None:
        return unread[0]
    if workspace.root not in evidence:
        evidence[workspace.root] = frozenset(_list_evidence(workspace, problems))
    made, wrong = (None, []) if name in evidence[workspace.root] else arrange_file(content, name)
    if made is None:
        return Diagnostic("DL96", None, {"file": name})
    return Arranged(path, content, made, workspace.root, tuple(wrong))


def _list_evidence(workspace: Workspace, problems: list[Diagnostic]) -> Iterator[str]:
    """The files that attestations name as their evidence, whose bytes they hash."""
    for path in _walk(workspace.root, problems):
        if path.name != ATTESTATIONS_NAME:
            continue
        name = path.relative_to(workspace.root).as_posix()
        content, _ = workspace.read(name)
        text, _ = decode(content or b"", name)
        data = parse_yaml(text or "", name)[0]
        records = data.get("attestations") if isinstance(data, Node) else None
        for record in records if isinstance(records, Items) else ():
            if isinstance(record, Node) and isinstance(record.get("evidence"), str):
                yield posixpath.normpath(posixpath.join(posixpath.dirname(name), record["evidence"]))
