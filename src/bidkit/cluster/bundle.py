"""a workspace as it travels: names and hashes of its files; to a place that has some of them go only the others."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from bidkit.finding import DEAL_NAME
from bidkit.matrix import BATCH_NAME
from bidkit.source.workspace import MAX_FILE_BYTES
from bidkit.unchanged import hash_file

_LINK = "-> "
"""Before where a link leads, in the place of a hash: what bidkit makes of a file depends on it."""
_TOOLS = ("node_modules", "__pycache__", "venv")


def list_common(root: Path, passed_over: Collection[Path]) -> dict[str, str]:
    """The files of a workspace that its deals have in common, and what tells the others its names: every `deal.yaml`,
    and all that lies beside a `batch.yaml`, of whose deals each is one of many.

    Args:
        passed_over: folders of packages.
    """
    found: dict[str, str] = {}
    for folder, paths in _walk(root, passed_over):
        is_own = folder != root and _is_in_deal(folder, root) and not (folder / BATCH_NAME).is_file()
        found |= _describe(root, [path for path in paths if not is_own or path.name == DEAL_NAME])
    return found


def list_own(root: Path, folder: Path, passed_over: Collection[Path]) -> dict[str, str]:
    """The files in the folder of a deal; a workspace without it may not do for that deal."""
    found: dict[str, str] = {}
    for _, paths in _walk(folder, passed_over):
        found |= _describe(root, paths)
    return found


def _walk(base: Path, passed_over: Collection[Path]) -> Iterator[tuple[Path, list[Path]]]:
    """Each folder with its files and links; not what tools keep there."""
    for name, folders, files in os.walk(base):
        folder = Path(name)
        links = [link for link in folders if (folder / link).is_symlink()]
        folders[:] = sorted(
            part
            for part in folders
            if part not in links and part not in _TOOLS and part[0] != "." and folder / part not in passed_over
        )
        yield folder, [folder / file for file in sorted((*files, *links))]


def _is_in_deal(folder: Path, root: Path) -> bool:
    """Whether a folder below the root is that of a deal, or inside of one."""
    return (folder / DEAL_NAME).is_file() or (folder.parent != root and _is_in_deal(folder.parent, root))


def _describe(root: Path, paths: Collection[Path]) -> dict[str, str]:
    """By name the hash of each file, or where it leads; without what no bid may read."""
    found = {}
    for path in paths:
        name = path.relative_to(root).as_posix()
        if path.is_symlink():
            target = Path(os.path.realpath(path))
            is_inside = target.is_relative_to(root)
            found[name] = _LINK + (Path(os.path.relpath(target, path.parent)).as_posix() if is_inside else "/")
        elif _is_readable(path) and (digest := hash_file(path)):
            found[name] = digest
    return found


def _is_readable(path: Path) -> bool:
    """Whether bidkit would read it: a regular file that is not too large."""
    try:
        status = path.stat()
    except OSError:
        return False
    return stat.S_ISREG(status.st_mode) and status.st_size <= MAX_FILE_BYTES


def hash_names(files: Mapping[str, str]) -> str:
    """One hash for names and contents."""
    return hashlib.sha256(repr(sorted(files.items())).encode("utf-8", "surrogateescape")).hexdigest()


def read_contents(root: Path, files: Mapping[str, str], there: Collection[str]) -> dict[str, bytes]:
    """By hash the contents that a place has not; one that cannot be read any more is left out.

    Args:
        there: the hashes of those that it has.
    """
    contents: dict[str, bytes] = {}
    for name, digest in files.items():
        if digest not in there and digest not in contents and not digest.startswith(_LINK):
            try:
                contents[digest] = (root / name).read_bytes()
            except OSError:  # whoever compares what was built with what is here will miss it
                continue
    return contents


class Tree:
    """A workspace unpacked.

    Args:
        root: a folder of its own.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.files: dict[str, str] = {}

    def bring(self, files: Mapping[str, str], contents: Mapping[str, bytes]) -> None:
        """Make it hold these files and no others; of new ones those whose content came along, or is here already."""
        names = {digest: name for name, digest in self.files.items()}
        wanted = {files[name] for name in files if self.files.get(name) != files[name]} - contents.keys()
        known = {
            digest: (self.root / names[digest]).read_bytes()
            for digest in wanted
            if digest in names and not digest.startswith(_LINK)
        }
        for name in [name for name, digest in self.files.items() if files.get(name) != digest]:
            self._remove(name)
        for name, digest in files.items():
            content = contents.get(digest, known.get(digest))
            if name in self.files or (content is None and not digest.startswith(_LINK)):
                continue
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if content is None:
                path.symlink_to(digest.removeprefix(_LINK))
            else:
                path.write_bytes(content)
            self.files[name] = digest

    def _remove(self, name: str) -> None:
        """A file, and the folders that were only there for it."""
        path = self.root / name
        path.unlink()
        del self.files[name]
        for folder in path.parents:
            if folder == self.root or any(folder.iterdir()):
                return
            folder.rmdir()
