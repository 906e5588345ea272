"""findings, suppressed ones and open gate items with their paths, as every report for other programs shows them."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bidkit.diagnostic import Diagnostic, Severity, Span, load_messages
from bidkit.matrix import find_file, is_derived
from bidkit.reports import Result
from bidkit.reports.text import name_place, read_line


@dataclass(frozen=True)
class Shown:
    """A finding for other programs.

    Args:
        path: relative to the repository where it lies inside of it, else absolute; POSIX.
        line: and `col` from 1, in code points; 0 where there is none, as inside of Office files.
        fingerprint: the same while the finding is, wherever its line moves.
        reason: why it is suppressed; None if it is not.
        is_in_source: it is suppressed in the file that it is found in.
    """

    code: str
    severity: Severity
    message: str
    fix: str
    path: str
    line: int
    col: int
    width: int
    fingerprint: str
    reason: str | None = None
    is_in_source: bool = False

    @property
    def place(self) -> str:
        """The path with line and column, as far as there are any."""
        return f"{self.path}:{self.line}:{self.col}" if self.line else self.path


def find_base(root: Path, here: Path) -> Path:
    """The folder to which paths are relative: the repository around a workspace, else here, else the workspace."""
    repository = next((folder for folder in (root, *root.parents) if (folder / ".git").exists()), None)
    return repository or (here if root.is_relative_to(here) else root)


def list_shown(result: Result, command: str, lang: str, here: Path) -> list[Shown]:
    """All of it: errors first, suppressed ones last. An open item is an error where it keeps a package from being."""
    is_closing = command in ("gate", "build") and not result.is_draft
    grave = Severity.ERROR if is_closing else Severity.INFO
    counted = Counter[str]()
    shown = [_show(item, item.severity, result, lang, here, counted) for item in result.diagnostics]
    shown += [_show(item, grave, result, lang, here, counted) for item in _list_open(result)]
    shown.sort(key=lambda item: list(Severity).index(item.severity))
    for item in result.suppressed:
        found, is_beside = item.finding, item.finding.span is not None and item.finding.span.file == item.at.file
        shown.append(_show(found, found.severity, result, lang, here, counted, item.reason, is_beside))
    return shown


def _list_open(result: Result) -> Iterator[Diagnostic]:
    """What is open of the items of the gate for which a final package waits."""
    for item in result.gate.blocking(*result.moments) if result.gate else ():
        yield from item.open


def _show(
    item: Diagnostic,
    severity: Severity,
    result: Result,
    lang: str,
    here: Path,
    counted: Counter[str],
    reason: str | None = None,
    is_in_source: bool = False,
) -> Shown:
    file = result.deal_file
    span = item.span or Span(find_file(Path(file)).as_posix() if is_derived(file) else file)
    path = find_path(span, result, here)
    place = f"{name_place(span, lang)}: " if span.place else ""
    key = "\0".join(_identify(item, path, result.root))
    counted[key] += 1
    return Shown(
        item.code,
        severity,
        place + item.message(lang),
        item.fix(lang),
        path,
        span.line,
        span.col,
        span.width,
        hashlib.sha256(f"{key}\0{counted[key]}".encode("utf-8", "backslashreplace")).hexdigest(),
        reason,
        is_in_source,
    )


def _identify(item: Diagnostic, path: str, root: Path | None) -> Iterator[str]:
    """What stays as it is when lines are put in above: the text of the line, not its number."""
    yield from (item.code, path, str(item.values.get("item", "")))
    span = item.span
    line = read_line(span, root) if span else None
    yield from (str(span.place) if span else "", item.message("en") if line is None else line.strip())


def find_path(span: Span, result: Result, here: Path) -> str:
    """A place's file as editors and CI find it; one that was not written keeps its name inside of the package."""
    if result.root is None:
        return _relative(here / span.file, here)
    folders = [result.root, *([result.folder] if result.folder else [])]
    found = next((folder / span.file for folder in folders if (folder / span.file).exists()), None)
    return span.file if found is None else _relative(found, find_base(result.root, here))


def _relative(path: Path, base: Path) -> str:
    return (path.relative_to(base) if path.is_relative_to(base) else path).as_posix()


def say_suppressed(reason: str, lang: str) -> str:
    """The reason, behind a word that says what it is the reason of."""
    return str(load_messages(lang)["labels"]["suppressed"]["because"]).format(reason=reason)
