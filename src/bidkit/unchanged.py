"""what the outcome of a deal was made of: facts that are kept with it, and the first of them that is another now.

A fact is a name and the hash of a content, never a time of a file alone. A deal's facts are every file that it read,
looked for or listed, the names of the workspace's other deals, all packs, how the build was asked for, the day by which
dates were judged and whether the deadline had passed, the package that it wrote, and with what: bidkit, Python, what
bidkit needs, LibreOffice, fonts.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import sys
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from importlib.metadata import requires, version
from pathlib import Path
from typing import Any

from bidkit import __version__
from bidkit.cache import Store, open_store
from bidkit.config import find_workspace
from bidkit.follow import FOLLOW_NAME
from bidkit.matrix import describe_input, find_own, is_derived
from bidkit.office import describe_office, read_version
from bidkit.office.fonts import list_fonts
from bidkit.options import Options
from bidkit.others import describe_names
from bidkit.pack import shipped_packs
from bidkit.package import MANIFEST, find_edits, find_missing
from bidkit.source import Workspace
from bidkit.source.workspace import list_names

_MAX_BYTES, _FORMAT = 2**30, 3
_FILE = "file "
"""Before the names of files: one may be called `day`."""
_OPTIONS = ("as_of", "is_draft", "out", "is_strict", "with_pdf")


@dataclass(frozen=True)
class Traced:
    """What a deal's outcome depends on beside its text.

    Args:
        files: the names of those that were read, and of those that were looked for in vain.
        listed: the folders and suffixes whose files were listed.
        folder: the package that was written.
        moments: those at which the same deal is judged otherwise, in ISO 8601, the first with the offset of its zone.
        is_pinned: dates were judged by a day of the workspace or the command.
    """

    files: tuple[str, ...]
    listed: tuple[tuple[str, str], ...]
    folder: str
    moments: tuple[str, ...]
    is_pinned: bool


def trace(workspace: Workspace, folder: Path, moments: Sequence[datetime], *, is_pinned: bool) -> Traced:
    """What a deal that was built has touched."""
    files = sorted({*workspace.files, *workspace.digests, *workspace.missing})
    told = tuple(moment.isoformat() for moment in moments)
    return Traced(tuple(files), tuple(sorted(workspace.listed)), str(folder), told, is_pinned)


def list_facts(deal: Path, traced: Traced, options: Options, asked: Iterable[str]) -> dict[str, str]:
    """Every fact, as it is now.

    Args:
        asked: how the outcome is to be told: language, folder.
    """
    facts = list_frame(deal, options.run) | {"asked": repr([*asked])}
    facts |= {f"option {key}": str(getattr(options, key)) for key in _OPTIONS}
    facts["day"] = "" if traced.is_pinned else _find_day(traced.moments, options.now)
    root = Path(facts["workspace"])
    facts |= {f"{_FILE}{file}": hash_input(root, file) for file in traced.files}
    facts |= {_name_listing(*listed): "\n".join(list_names(root, *listed)) for listed in traced.listed}
    # What follows a bid is none of its inputs, but tells that its deadline need not be kept any more.
    facts[FOLLOW_NAME] = hash_file(Path(find_own(str(deal), FOLLOW_NAME)))
    facts["package"] = _describe_package(Path(traced.folder))
    return facts


def list_frame(deal: Path, run: str = "") -> dict[str, str]:
    """The facts that are known before a deal is read; `run` as in `others`."""
    workspace = find_workspace(deal)
    if workspace is None:
        return {"workspace": ""}
    name = deal.resolve().relative_to(workspace.root).as_posix()
    return {
        "bidkit": describe_tools(),
        "workspace": str(workspace.root),
        "templates/": _hash_tree(workspace.root / "templates"),
        "deals/*/deal.yaml": describe_names(workspace, name, run),
    }


def list_seen(workspace: Workspace) -> dict[str, str]:
    """The facts of files and folders as they were when the deal was read."""
    files = workspace.hashes() | dict.fromkeys(workspace.missing, "")
    seen = {f"{_FILE}{file}": content for file, content in files.items()}
    return seen | {_name_listing(*listed): "\n".join(names) for listed, names in workspace.listed.items()}


def _name_listing(folder: str, suffix: str) -> str:
    return f"{_FILE}{folder}/*{suffix}"


def find_change(before: Mapping[str, str], now: Mapping[str, str]) -> str:
    """The name of the first fact that is another, of a file its name; empty if none is."""
    names = dict.fromkeys((*before, *now))
    return next((name for name in names if before.get(name) != now.get(name)), "").removeprefix(_FILE)


def _find_day(moments: Sequence[str], now: datetime) -> str:
    """The day by which dates are judged, and how many of the moments have come."""
    if not moments:
        return now.date().isoformat()
    times = [datetime.fromisoformat(moment) for moment in moments]
    come = sum(now >= moment for moment in times)
    return f"{now.astimezone(times[0].tzinfo).date().isoformat()} {now.date().isoformat()} {come}"


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def hash_input(root: Path, name: str) -> str:
    """What a deal read by a name: a file, or of a batch.yaml what concerns this deal."""
    if not is_derived(name):
        return hash_file(root / name)
    content = describe_input(Workspace(root), name)
    return _hash(content) if content else ""


def hash_file(path: Path) -> str:
    """The content of a file; empty if there is none. What `stat` says the same of is read once a process."""
    try:
        status = path.stat()
    except OSError:
        return ""
    return _hash_same(str(path), status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


@lru_cache(maxsize=65_536)
def _hash_same(path: str, *_: int) -> str:
    try:
        with Path(path).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def _hash_tree(folder: Path) -> str:
    """The names and contents of all files below a folder."""
    files = sorted(path for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else []
    return _hash(repr([(path.relative_to(folder).as_posix(), hash_file(path)) for path in files]).encode())


def _describe_package(folder: Path) -> str:
    """The manifest's hash; the names of files that are not as it says, or not there."""
    return repr((hash_file(folder / MANIFEST), find_edits(folder), find_missing(folder)))


@lru_cache(maxsize=1)
def describe_tools() -> str:
    """What builds: bidkit's own files and packs, Python, the libraries, LibreOffice and the fonts."""
    here = Path(__file__).parent
    own = [entry for base in (here, shipped_packs()) for entry in _walk(str(base)) if not entry.name.endswith(".pyc")]
    parts = (
        sorted((entry.path, entry.stat().st_size, entry.stat().st_mtime_ns) for entry in own),
        _list_libraries(),
        (sys.version, platform.platform()),
        describe_office(),
    )
    return _hash(repr(parts).encode())


def _walk(folder: str) -> Iterator[os.DirEntry[str]]:
    """All files below a folder; each is asked of the system once."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield from _walk(entry.path)
            elif entry.is_file():
                yield entry


def _list_libraries() -> list[tuple[str, str]]:
    """What bidkit needs, and its versions."""
    lines = [line for line in requires("bidkit-tender") or () if "extra ==" not in line]
    return [(name, version(name)) for name in sorted({re.split(r"[^\w.-]", line)[0] for line in lines})]


@lru_cache(maxsize=1)
def list_tools() -> dict[str, str]:
    """What builds, as it can be compared between machines: contents and versions, no paths and no times."""
    here, packs = Path(__file__).parent, shipped_packs()
    own = [
        (path.relative_to(base).as_posix(), hash_file(path))
        for base in (here, packs)
        for path in sorted(base.rglob("*"))
        if path.is_file() and path.suffix != ".pyc" and not (base == here and path.is_relative_to(packs))
    ]
    fonts, _ = list_fonts()
    return {
        "bidkit": f"{__version__} ({_hash(repr(own).encode())[:12]})",
        "Python": platform.python_version(),
        **dict(_list_libraries()),
        "LibreOffice": read_version(),
        "fonts": f"{len(fonts)} ({_hash(repr(sorted(fonts)).encode())[:12]})" if fonts is not None else "",
    }


class Kept:
    """The outcomes of deals, kept between runs; a store that cannot be used keeps none."""

    def __init__(self) -> None:
        self.store: Store | None = open_store("outcomes", _MAX_BYTES)
        _hash_same.cache_clear()  # a file may change twice within the grain of a file system's clock
        describe_tools.cache_clear()

    def find(self, deal: Path, options: Options, asked: tuple[str, ...]) -> tuple[Any, str]:
        """The outcome of a deal if nothing that it was made of has changed; else what has."""
        payload = self.store.get(_key(deal, options, asked)) if self.store else None
        if payload is None:
            return None, ""
        record = json.loads(zlib.decompress(payload))
        listed = tuple((folder, suffix) for folder, suffix in record["traced"].pop("listed"))
        told = {key: tuple(record["traced"][key]) for key in ("files", "moments")}
        traced = Traced(**{**record["traced"], **told, "listed": listed})
        change = find_change(record["facts"], list_facts(deal, traced, options, asked))
        return (None, change) if change else (record["outcome"], "")

    def keep(
        self,
        deal: Path,
        options: Options,
        asked: tuple[str, ...],
        traced: Traced,
        seen: Mapping[str, str],
        outcome: Any,
    ) -> None:
        """Keep the outcome of a deal that was built whole, unless something has changed since it was read.

        Args:
            seen: facts as they were when the deal was read.
        """
        facts = list_facts(deal, traced, options, asked) if self.store else {}
        if self.store and all(facts.get(name) == value for name, value in seen.items()):
            record = {"facts": facts, "traced": vars(traced), "outcome": outcome}
            self.store.put(_key(deal, options, asked), zlib.compress(json.dumps(record).encode(), 1))


def _key(deal: Path, options: Options, asked: tuple[str, ...]) -> str:
    return repr((_FORMAT, str(deal.resolve()), str(options.out), options.is_draft, options.with_pdf, asked))
