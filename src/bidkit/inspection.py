"""a Word template by itself: its mistakes, and the names that it reads."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from bidkit.context import FILTER_KINDS, make_filters
from bidkit.diagnostic import Diagnostic
from bidkit.ooxml.include import Load
from bidkit.ooxml.reading import ReadName, merge_names
from bidkit.ooxml.template import compile_template, list_template_names
from bidkit.pack import MANIFEST_NAME, Pack, read_pack
from bidkit.source import Workspace


@dataclass(frozen=True)
class Inspection:
    """What is found in a template.

    Args:
        file: the template, relative to `root`, as the files that it includes are; of a pack, its first volume.
        diagnostics: its mistakes.
        names: what it reads, as far as its tags can be read.
        is_readable: whether it is a Word file at all.
    """

    root: Path
    file: str
    diagnostics: tuple[Diagnostic, ...]
    names: tuple[ReadName, ...] = ()
    is_readable: bool = True


def is_template(path: Path) -> bool:
    """Whether there is something to inspect: a file, or the folder of a pack."""
    return path.is_file() or (path / MANIFEST_NAME).is_file()


def inspect_template(path: Path, *, is_compat: bool = False) -> Inspection:
    """Read a .docx template, or the volumes of a pack in a folder. Diagnostics: DL01–DL23, TP01–TP14.

    Args:
        is_compat: as `compat` of `compile_template`.
    """
    place = path.resolve()
    files = Workspace(place.parent)
    if place.is_dir():
        pack, problems = read_pack(files, place.name)
        if pack is None:
            return Inspection(place.parent, place.name, tuple(problems), is_readable=False)
        return _inspect_pack(pack, place, problems, is_compat)
    read, problems = files.read(f"./{place.name}")
    if read is None:
        return Inspection(place.parent, place.name, tuple(problems), is_readable=False)
    found = _inspect(read, place.name, lambda name: files.read(name)[0], "zh-CN", (), is_compat)
    return replace(found, root=place.parent)


def _inspect_pack(pack: Pack, root: Path, problems: list[Diagnostic], is_compat: bool) -> Inspection:
    """All volumes of a pack as one template."""
    text, load = pack.text, pack.includes.get
    found = [
        _inspect(volume.content, volume.template, load, text.locale, text.required_styles, is_compat)
        for volume in pack.volumes
    ]
    for item in found:
        problems += [problem for problem in item.diagnostics if problem not in problems]
    names = merge_names([item.names for item in found])
    return Inspection(root, found[0].file, tuple(problems), names, all(item.is_readable for item in found))


def _inspect(
    content: bytes, file: str, load: Load, locale: str, required_styles: tuple[str, ...], is_compat: bool
) -> Inspection:
    filters = make_filters(locale)
    _, problems = compile_template(content, file, filters, required_styles, compat=is_compat, load=load)
    names, _ = list_template_names(content, file, FILTER_KINDS, load)
    return Inspection(Path(), file, tuple(problems), names or (), names is not None)
