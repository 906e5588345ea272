"""the files that one bid may read."""

from __future__ import annotations

import codecs
import hashlib
import os
import posixpath
import re
import stat
from dataclasses import dataclass, field
from operator import eq
from pathlib import Path, PurePosixPath

from bidkit.diagnostic import Diagnostic, Span, Term
from bidkit.source.nodes import nearest

_DIGITS = re.compile(r"\d+")
MAX_FILE_BYTES = 64 * 2**20
MAX_TEXT_BYTES = 5 * 2**20


@dataclass
class Workspace:
    """A folder tree that one bid may read; remembers every file that was read, looked for and listed.

    Args:
        root: the folder that holds `bidkit.yaml`; nothing outside of it is ever read.
    """

    root: Path
    files: dict[str, bytes] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)
    """SHA-256 of those whose content is no longer kept."""
    missing: set[str] = field(default_factory=set)
    """The names of files that were looked for and are not there."""
    listed: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    """By folder and suffix, the names of files that were listed."""

    def read(self, name: str, beside: str = "", at: Span | None = None) -> tuple[bytes | None, list[Diagnostic]]:
        """The bytes of a file named relative to the file `beside`. Diagnostics: DL12, DL13, DL14."""
        relative, problems = self.locate(name, beside, at)
        if relative is None:
            return None, problems
        if relative not in self.files:
            content = _read_regular(self.root / relative)
            if isinstance(content, str):
                return None, [Diagnostic("DL14", at, {"file": relative, "reason": content})]
            known = self.digests.pop(relative, None)
            if known is not None and known != hashlib.sha256(content).hexdigest():
                return None, [Diagnostic("DL14", at, {"file": relative, "reason": "changed while it was read"})]
            self.files[relative] = content
        return self.files[relative], []

    def release(self, name: str) -> str:
        """Keep of a large file that has been read only its SHA-256; that hash."""
        self.digests[name] = hashlib.sha256(self.files.pop(name)).hexdigest()
        return self.digests[name]

    def locate(self, name: str, beside: str = "", at: Span | None = None) -> tuple[str | None, list[Diagnostic]]:
        """The workspace-relative name of a file that exists inside the workspace. Diagnostics: DL12, DL13."""
        outside = [Diagnostic("DL13", at, {"file": name})]
        if "\0" in name or "\\" in name or name.startswith(("/", "~")) or (len(name) > 1 and name[1] == ":"):
            return None, outside
        relative = posixpath.normpath(str(PurePosixPath(beside).parent / name))
        if relative == ".." or relative.startswith("../"):
            return None, outside
        try:
            is_inside = self._is_plain(relative) or self._leads_inside(relative)
        except (OSError, RuntimeError):
            self.missing.add(relative)
            return None, [Diagnostic("DL12", at, {"file": relative, "near": self._nearest(relative)})]
        return (relative, []) if is_inside else (None, outside)

    def _is_plain(self, relative: str) -> bool:
        """Whether no part of a name below the root is a link; almost always so, and quickly seen. Raises OSError for
        what does not exist."""
        path = str(self.root)
        for part in relative.split("/"):
            path = f"{path}/{part}"
            if stat.S_ISLNK(os.lstat(path).st_mode):
                return False
        return True

    def _leads_inside(self, relative: str) -> bool:
        return (self.root / relative).resolve(strict=True).is_relative_to(self.root.resolve())

    def names(self, folder: str, suffix: str) -> list[str]:
        """The sorted names of the files of one kind in a folder, workspace-relative; none if it does not exist."""
        found = list_names(self.root, folder, suffix)
        self.listed[folder, suffix] = tuple(found)
        return found

    def hashes(self) -> dict[str, str]:
        """SHA-256 of every file read, by workspace-relative name."""
        digests = {name: hashlib.sha256(content).hexdigest() for name, content in self.files.items()}
        return dict(sorted({**self.digests, **digests}.items()))

    def _nearest(self, relative: str) -> str:
        try:
            names = [path.name for path in (self.root / relative).parent.iterdir()]
        except OSError:  # no such folder, or a name that is too long
            return ""
        name = Path(relative).name
        return nearest(name, [other for other in names if _has_its_numbers(other, name)]) or ""


def _has_its_numbers(one: str, other: str) -> bool:
    """Whether one name may be meant by the other: LW-20.png shows no LW-30, iso9001-2025.pdf may be iso9001."""
    return all(map(eq, _DIGITS.findall(one), _DIGITS.findall(other)))


def list_names(root: Path, folder: str, suffix: str) -> list[str]:
    """The sorted names of the files of one kind in a folder, relative to the root; none if it does not exist."""
    base = root / folder
    prefix = base.relative_to(root).as_posix()
    start = "" if prefix == "." else f"{prefix}/"
    return sorted(f"{start}{path.name}" for path in base.glob(f"*{suffix}")) if base.is_dir() else []


def _read_regular(path: Path) -> bytes | str:
    """The content of a regular file, or why it cannot be had; the descriptor is opened once, never a device or pipe."""
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)), "rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                return "not a regular file"
            if status.st_size > MAX_FILE_BYTES:
                return f"{status.st_size} bytes, more than {MAX_FILE_BYTES}"
            return file.read()
    except OSError as error:
        return error.strerror or str(error)


def decode(content: bytes, name: str) -> tuple[str | None, list[Diagnostic]]:
    """UTF-8 text, with or without a byte order mark. Diagnostics: DL18, DL23."""
    if len(content) > MAX_TEXT_BYTES:
        return None, [Diagnostic("DL18", Span(name), {"what": Term("bytes"), "limit": MAX_TEXT_BYTES})]
    content = content.removeprefix(codecs.BOM_UTF8)
    try:
        return content.decode(), []
    except UnicodeDecodeError as error:
        before = content[: error.start]
        line = before.count(b"\n") + 1
        col = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
        return None, [Diagnostic("DL23", Span(name, line, col), {})]
