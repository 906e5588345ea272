"""the output folder and its manifest: the old package or the new one, whole.

Beside a package `dist/water` there may be, while it is written and after a build that was killed:

    .water.lock       held while somebody writes; one that no process holds is nothing
    .water.stage-PID  a package half written, or one that has been replaced: nobody's, the next build removes it
    .water.old        always whole: the package that is about to be replaced, or has just been, or its successor

A killed build leaves at most those names; `recover_package` puts them right.
"""

from __future__ import annotations

import ctypes
import errno
import glob
import hashlib
import json
import os
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bidkit.diagnostic import Diagnostic, Span
from bidkit.scratch import is_alive

MANIFEST = "internal/manifest.json"
_SHOWN = 3
"""So many files are named where several are in the way."""
_SUBMIT = "submit/"
_OF_SYSTEMS = (".DS_Store", "Thumbs.db", "desktop.ini")
"""What file managers leave in folders that are only looked at: nobody's work."""
_RENAME_EXCHANGE = 2
_AT_FDCWD = -100


@dataclass(frozen=True)
class Built:
    """What a package says of itself, for somebody to attest.

    Args:
        content: the hash of what it was built from.
        signing: the places of its files that wait for a seal, a signature or a date.
        submit: SHA-256 of the files that are handed in, by name.
        edited: those that are not as they were built.
    """

    content: str
    signing: Sequence[Mapping[str, Any]]
    submit: Mapping[str, str]
    edited: tuple[str, ...] = ()


def hash_files(files: Mapping[str, bytes]) -> dict[str, str]:
    """SHA-256 of files, by name."""
    return {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())}


def make_manifest(facts: Mapping[str, Any], inputs: Mapping[str, str], outputs: Mapping[str, bytes]) -> bytes:
    """The manifest: what was built, of what, with the SHA-256 of every input and output."""
    record = {"format_version": "1.0", **facts, "inputs": dict(sorted(inputs.items())), "outputs": hash_files(outputs)}
    return (json.dumps(record, ensure_ascii=False, indent=2) + "\n").encode()


def write_package(folder: Path, files: Mapping[str, bytes], *, force: bool) -> list[Diagnostic]:
    """Put a package in place in one step.

    Files that were edited by hand since they were built are never overwritten: PK07 names each, unless `force`
    keeps the old package aside. Diagnostics: PK07, EN04 (cannot be written), EN06 (another build is running).
    """
    try:
        folder = folder.resolve() if folder.is_symlink() else folder
        folder.parent.mkdir(parents=True, exist_ok=True)
        with _lock(folder) as is_ours:
            if not is_ours:
                return [Diagnostic("EN06", None, {"folder": folder})]
            _settle(folder)
            if not force and (edited := _tell_edits(folder)):
                return edited
            stage = _name_stage(folder)
            try:
                _write_files(stage, files)
                _swap(stage, folder)
            finally:
                _settle(folder)
    except OSError as error:
        values = {"folder": error.filename or folder, "reason": error.strerror or str(error)}
        return [Diagnostic("EN04", None, values)]
    except UnicodeEncodeError as error:  # the locale of this system cannot write the name of a file
        return [Diagnostic("EN04", None, {"folder": folder, "reason": f"{error.encoding}: {error.object}"})]
    return []


def foresee_write(folder: Path, *, force: bool) -> list[Diagnostic]:
    """What would keep `write_package` from writing now; nothing is written to see it.

    Diagnostics: PK07, EN04.
    """
    try:
        folder = folder.resolve() if folder.is_symlink() else folder
        above = next(path for path in folder.absolute().parents if path.exists() or path.is_symlink())
        if not above.is_dir():
            return [Diagnostic("EN04", None, {"folder": above, "reason": os.strerror(errno.ENOTDIR)})]
        if not os.access(above, os.W_OK | os.X_OK):
            return [Diagnostic("EN04", None, {"folder": above, "reason": os.strerror(errno.EACCES)})]
        return [] if force else _tell_edits(folder if folder.exists() else _name_old(folder))
    except OSError as error:
        return [Diagnostic("EN04", None, {"folder": folder, "reason": error.strerror or str(error)})]


def _tell_edits(folder: Path) -> list[Diagnostic]:
    return [Diagnostic("PK07", Span(str(folder / name)), {"file": name}) for name in find_edits(folder)]


def recover_package(folder: Path) -> None:
    """Put a package back that a killed build has moved away, if there is one and nobody is writing it.

    What cannot be put back, on a disk that is only read for one, stays as it is: then there is no package.
    """
    with suppress(OSError):
        folder = folder.resolve() if folder.is_symlink() else folder
        if folder.exists() or not _name_old(folder).exists():
            return
        with _lock(folder) as is_ours:
            if is_ours:
                _settle(folder)


def write_folder(folder: Path, files: Mapping[str, bytes]) -> list[Diagnostic]:
    """Put files into a folder that is not there yet, all or none. Diagnostics: PK08 (it is there), EN04, EN06."""
    stage = _name_stage(folder)
    try:
        if folder.exists() or folder.is_symlink():
            return [Diagnostic("PK08", None, {"folder": folder})]
        folder.parent.mkdir(parents=True, exist_ok=True)
        with _lock(folder) as is_ours:
            if not is_ours:
                return [Diagnostic("EN06", None, {"folder": folder})]
            _clear_stages(folder)
            try:
                _write_files(stage, files)
                stage.rename(folder)
            finally:
                _clear_stages(folder)
    except OSError as error:
        values = {"folder": error.filename or folder, "reason": error.strerror or str(error)}
        return [Diagnostic("EN04", None, values)]
    return []


def add_files(folder: Path, files: Mapping[str, bytes]) -> list[Diagnostic]:
    """Put files into a folder that may be there, all or none. Diagnostics: EN50 (one of them is there), EN04, EN06."""
    paths = {folder / name: content for name, content in files.items()}
    try:
        is_new = not folder.exists() and not folder.is_symlink()
        taken = [path for path in paths if path.exists() or path.is_symlink()]
    except OSError as error:
        return [Diagnostic("EN04", None, {"folder": folder, "reason": error.strerror or str(error)})]
    if is_new:
        return write_folder(folder, files)
    if taken:
        shown = ", ".join(map(str, taken[:_SHOWN])) + (f" … ({len(taken)})" if taken[_SHOWN:] else "")
        return [Diagnostic("EN50", None, {"file": shown})]
    made: list[Path] = []
    try:
        for path, content in paths.items():
            made += [each for each in reversed((path, *path.parents)) if not each.exists()]
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("xb") as file:
                file.write(content)
    except OSError as error:
        for path in reversed(made):
            with suppress(OSError):
                path.rmdir() if path.is_dir() else path.unlink()
        return [Diagnostic("EN04", None, {"folder": error.filename or folder, "reason": error.strerror or str(error)})]
    return []


def write_file(path: Path, content: bytes, *, force: bool) -> list[Diagnostic]:
    """Write one file whole, over another one only if `force`; a link stays one, and what it points at is written.

    Diagnostics: EN04, EN17 (it is there).
    """
    try:
        if not force and (path.exists() or path.is_symlink()):
            return [Diagnostic("EN17", None, {"file": path})]
        target = path.resolve()
        if target.is_symlink():  # Python 3.13 and later follow links in a circle as far as they lead
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
        _replace_file(target, content)
    except (OSError, RuntimeError) as error:  # a RuntimeError for links in a circle
        return [Diagnostic("EN04", None, {"folder": path, "reason": getattr(error, "strerror", None) or str(error)})]
    return []


def _replace_file(path: Path, content: bytes) -> None:
    """Old content or new, whole; but a device or a pipe is written to, never replaced."""
    if path.exists() and not path.is_file():
        path.write_bytes(content)
        return
    stage = path.with_name(f".{path.name}.stage-{os.getpid()}")
    for left in path.parent.glob(f".{glob.escape(path.name)}.stage-*"):
        if not is_alive(left.name.rpartition("-")[2]):
            left.unlink(missing_ok=True)
    try:
        stage.write_bytes(content)
        if path.exists():
            shutil.copymode(path, stage)  # what only its owner may read stays so
        stage.replace(path)
    finally:
        stage.unlink(missing_ok=True)


def find_built(folder: Path) -> Built | None:
    """The package of a deal, put back if a killed build has moved it away; None if there is none that can be read."""
    recover_package(folder)
    return read_built(folder)


def read_built(folder: Path) -> Built | None:
    """The package in a folder; None if there is none that can be read."""
    try:
        record = json.loads((folder / MANIFEST).read_bytes())
        submit = {name: digest for name, digest in record["outputs"].items() if name.startswith(_SUBMIT)}
        edited = tuple(name for name in find_edits(folder) if name.startswith(_SUBMIT))
        missing = tuple(name for name in submit if not (folder / name).is_file())
        return Built(record["content"], record["signing"], submit, edited + missing)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def find_edits(folder: Path) -> list[str]:
    """The files of an existing package that are not what its manifest says, or that it does not know."""
    if not folder.exists():
        return []
    try:
        outputs = dict(json.loads((folder / MANIFEST).read_bytes())["outputs"])
    except (OSError, ValueError, KeyError, TypeError):
        return [MANIFEST]
    files = [path for path in folder.rglob("*") if path.is_file() and path.name not in _OF_SYSTEMS]
    present = {path.relative_to(folder).as_posix(): path for path in files}
    return [
        name
        for name, path in sorted(present.items())
        if name != MANIFEST and hashlib.sha256(path.read_bytes()).hexdigest() != outputs.get(name)
    ]


def find_missing(folder: Path) -> list[str]:
    """The files that a package's manifest lists and that are not there; the manifest where it cannot be read."""
    try:
        outputs = dict(json.loads((folder / MANIFEST).read_bytes())["outputs"])
    except (OSError, ValueError, KeyError, TypeError):
        return [MANIFEST]
    return [name for name in outputs if not (folder / name).is_file()]


@contextmanager
def _lock(folder: Path) -> Iterator[bool]:
    """A lock beside the package; False if another build holds it."""
    path = folder.with_name(f".{folder.name}.lock")
    if sys.platform == "win32":
        yield True
        return
    import fcntl

    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        # Another build may have removed the file between our opening and locking it: then the lock is nobody's.
        if not path.exists() or not os.path.samestat(os.fstat(file.fileno()), path.stat()):
            yield False
            return
        try:
            yield True
        finally:
            path.unlink(missing_ok=True)


def _write_files(stage: Path, files: Mapping[str, bytes]) -> None:
    for name, content in files.items():
        path = stage / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())


def _swap(stage: Path, folder: Path) -> None:
    """The stage takes the folder's place; where the system can, both names change in one step."""
    if not folder.exists():
        stage.rename(folder)
        return
    old = _name_old(folder)
    stage.rename(old)
    if _exchange(old, folder):
        return
    old.rename(stage)
    folder.rename(old)
    stage.rename(folder)


def _settle(folder: Path) -> None:
    """Put right what a build has left beside a package, ours or one that was killed; the lock is held.

    The old package goes back if there is no other. Else it is kept aside if somebody has edited it, and removed if not:
    under a stage's name, so that what is called old is whole at every moment.
    """
    _clear_stages(folder)
    old = _name_old(folder)
    if not old.exists():
        return
    if not folder.exists():
        old.rename(folder)
    elif find_edits(old):
        old.rename(_free_name(folder))
    else:
        old.rename(_name_stage(folder))
        _clear_stages(folder)


def _name_stage(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}.stage-{os.getpid()}")


def _name_old(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}.old")


def _exchange(one: Path, two: Path) -> bool:
    """renameat2(RENAME_EXCHANGE), which Linux has; False where it cannot be done."""
    if not sys.platform.startswith("linux"):
        return False
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is None:
        return False
    # Kernels and file systems that cannot do it have many ways to say so; what is wrong else, a plain rename finds too.
    return bool(rename(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(two), _RENAME_EXCHANGE) == 0)


def _clear_stages(folder: Path) -> None:
    """Remove stage folders: ours after the swap, and those that killed builds have left; the lock is held."""
    for stale in folder.parent.glob(f".{glob.escape(folder.name)}.stage-*"):
        shutil.rmtree(stale)


def _free_name(folder: Path) -> Path:
    number = 1
    while (aside := folder.with_name(f"{folder.name}.kept-{number}")).exists():
        number += 1
    return aside
