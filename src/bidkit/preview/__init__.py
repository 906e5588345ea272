"""a deal built again at every save: what was found and the pages of the last good build, for the page that shows them.

A build is told twice: once it is judged, and once its pages are laid out. Pages of a build before are kept where a
newer one has none, and are then called old.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from bidkit.build import check_deal, make_package
from bidkit.office import find_office
from bidkit.options import Options
from bidkit.preview.pages import Document, read_documents
from bidkit.reports import Result

_SKIPPED = ("dist", "node_modules", "__pycache__")
_POLL_SECONDS, _QUIET_SECONDS = 0.3, 0.2
Stamps = Mapping[str, tuple[int, int]]
"""Each file with its time and its size."""


@dataclass(frozen=True)
class Shot:
    """What there is to show at a moment.

    Args:
        number: the first is 1; each that follows has a higher one.
        is_done: its pages are there, or will not come.
        documents: laid out; those of a build before where `is_old`.
        seconds: how long it took until here.
    """

    number: int
    result: Result
    is_done: bool
    documents: tuple[Document, ...] = ()
    is_old: bool = False
    seconds: float = 0.0


@dataclass
class Desk:
    """The latest shot, for those who wait for the next one."""

    shot: Shot | None = None
    changed: threading.Condition = field(default_factory=threading.Condition)

    def put(self, shot: Shot) -> None:
        """Show another one."""
        with self.changed:
            self.shot = shot
            self.changed.notify_all()

    def wait(self, number: int, seconds: float) -> Shot | None:
        """The latest shot as soon as its number is another; the one that is there when the time is over."""
        with self.changed:
            self.changed.wait_for(lambda: self.shot is not None and self.shot.number != number, seconds)
            return self.shot


def follow(deal: Path, options: Options, root: Path, desk: Desk) -> Iterator[Shot]:
    """Build a deal now and whenever a file of its workspace has changed; each build as it comes out, without an end.

    Args:
        options: how it is judged; what is built is always a draft.
        root: the workspace.
    """
    stamps: Stamps | None = None
    while True:
        now = list_stamps(root)
        if now == stamps:
            time.sleep(_POLL_SECONDS)
            continue
        while (later := list_stamps(root)) != now:  # a program may write several files, one after the other
            now = later
            time.sleep(_QUIET_SECONDS)
        stamps = now
        yield build(deal, options, desk)


def build(deal: Path, options: Options, desk: Desk) -> Shot:
    """A deal judged and put on the desk, then laid out and put there again."""
    started = time.monotonic()
    before = desk.shot
    number = before.number if before else 0
    kept = before.documents if before else ()
    judged = check_deal(deal, replace(options, is_draft=True))
    seconds = time.monotonic() - started
    desk.put(Shot(number + 1, judged, is_done=False, documents=kept, is_old=True, seconds=seconds))
    result, package = make_package(deal, replace(options, is_draft=True, with_pdf=find_office() is not None))
    fresh = read_documents(package) if package else ()
    seconds = time.monotonic() - started
    shot = Shot(number + 2, result, is_done=True, documents=fresh or kept, is_old=not fresh, seconds=seconds)
    desk.put(shot)
    return shot


def list_stamps(root: Path) -> Stamps:
    """Time and size of every file below a folder; what is built, hidden or half written by an editor is none."""
    found: dict[str, tuple[int, int]] = {}
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if name not in _SKIPPED and not name.startswith(".")]
        for name in files:
            if name.startswith((".", "~")) or name.endswith(("~", ".swp", ".tmp")):
                continue
            try:
                status = os.stat(os.path.join(folder, name))  # noqa: PTH116, PTH118 - a thousand files a poll
            except OSError:  # gone since it was listed, or a link that leads nowhere
                continue
            found[f"{folder}/{name}"] = status.st_mtime_ns, status.st_size
    return found
