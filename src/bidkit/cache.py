"""content-addressed store on disk: what can be computed again, kept between runs.

A store is never needed: whatever goes wrong with it, there is no entry, and the value is computed. An entry is its
SHA-256 over key and payload, then the payload; the digest tells damage, not forgery, so the folder must be one that
only the user can write.
"""

from __future__ import annotations

import os
import stat
import sys
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

_DIGEST_BYTES = 32
_OTHERS = stat.S_IWGRP | stat.S_IWOTH
# Neither a link nor a pipe may be followed or waited for; Windows has neither flag.
_GUARDS = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)


@dataclass(frozen=True)
class Store:
    """Entries of one kind, a file each; any number of processes may use it at once."""

    folder: Path
    max_bytes: int = 256 * 2**20

    def get(self, key: str) -> bytes | None:
        """The payload that was put under a key, or None; an entry that is not whole is removed."""
        path = self._path(key)
        try:
            entry = _read_own_file(path)
        except FileNotFoundError:
            return None
        except OSError:
            entry = b""
        payload = entry[_DIGEST_BYTES:]
        if len(entry) >= _DIGEST_BYTES and entry[:_DIGEST_BYTES] == _digest(key, payload):
            return payload
        _remove(path)
        return None

    def put(self, key: str, payload: bytes) -> None:
        """Keep a payload; the oldest entries make room for it. What cannot be kept is not kept, silently."""
        if _DIGEST_BYTES + len(payload) > self.max_bytes:
            return
        path = self._path(key)
        draft = self.folder / f"{os.urandom(16).hex()}.new"
        # A full disk or a folder that cannot be written is no fault of the bid, which comes out the same without a
        # store; the disk is judged where the package itself is written. Not synced: a torn entry fails its digest.
        try:
            with open(draft, "xb", opener=_open_guarded) as file:
                file.write(_digest(key, payload))
                file.write(payload)
            draft.replace(path)
            self._make_room()
        except OSError:
            _remove(draft)

    def _path(self, key: str) -> Path:
        return self.folder / sha256(_encode(key)).hexdigest()

    def _make_room(self) -> None:
        """Remove the oldest files while all together are too large, drafts of writers that died among them."""
        found = []
        with os.scandir(self.folder) as files:
            for file in files:
                try:
                    status = file.stat(follow_symlinks=False)
                except FileNotFoundError:  # another process was faster
                    continue
                found.append((status.st_mtime_ns, file.name, status.st_size))
        total = sum(size for _, _, size in found)
        for _, name, size in sorted(found):
            if total <= self.max_bytes:
                return
            _remove(self.folder / name)
            total -= size


def is_switched_off() -> bool:
    """Whether nothing is to be kept."""
    return os.environ.get("BIDKIT_CACHE") == "off"


def open_store(name: str, max_bytes: int = 256 * 2**20) -> Store | None:
    """The user's store of this name, of so many bytes; None if it is switched off, or not safely the user's own.

    It lies in the folder that BIDKIT_CACHE names (`off`: nowhere), else in the system's folder for caches.
    """
    if is_switched_off():
        return None
    chosen = os.environ.get("BIDKIT_CACHE", "")
    try:
        base = Path(chosen).absolute() if chosen else _find_cache_folder() / "bidkit"
        base.parent.mkdir(parents=True, exist_ok=True)
        for folder in (base, base / name):
            folder.mkdir(mode=0o700, exist_ok=True)
            if not _is_private(folder.lstat()):
                return None
    except (OSError, RuntimeError, ValueError):  # in turn: the disk, a user without a home, a name with a NUL
        return None
    return Store(base / name, max_bytes)


def _find_cache_folder() -> Path:
    """Where this system keeps what may be deleted."""
    if sys.platform == "win32":
        folder = os.environ.get("LOCALAPPDATA", "")
        return Path(folder) if folder else Path.home() / "AppData" / "Local"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    folder = os.environ.get("XDG_CACHE_HOME", "")
    # The XDG specification: a relative path is to be ignored.
    return Path(folder) if Path(folder).is_absolute() else Path.home() / ".cache"


def _is_private(status: os.stat_result) -> bool:
    """Whether a folder, itself and not through a link, is the user's and nobody else can write it."""
    if sys.platform == "win32":  # rights are inherited there: below the user's profile nobody else has any
        return stat.S_ISDIR(status.st_mode)
    return stat.S_ISDIR(status.st_mode) and status.st_uid == os.getuid() and not status.st_mode & _OTHERS


def _open_guarded(path: str, flags: int) -> int:
    return os.open(path, flags | _GUARDS, 0o600)


def _read_own_file(path: Path) -> bytes:
    """A file's content; none if it is not a plain file, or another user made it or could write it.

    Asked of the open file: folders above may be exchanged after `open_store` has looked at them.
    """
    with open(path, "rb", opener=_open_guarded) as file:
        status = os.fstat(file.fileno())
        is_own = sys.platform == "win32" or (status.st_uid == os.getuid() and not status.st_mode & _OTHERS)
        return file.read() if is_own and stat.S_ISREG(status.st_mode) else b""


def _encode(key: str) -> bytes:
    return key.encode("utf-8", "surrogatepass")


def _digest(key: str, payload: bytes) -> bytes:
    encoded = _encode(key)
    return sha256(b"%d:%b%b" % (len(encoded), encoded, payload)).digest()


def _remove(path: Path) -> None:
    # What is gone already, or stays because it cannot be removed, is refused by its digest all the same.
    try:
        path.unlink(missing_ok=True)
    except OSError:
        return
