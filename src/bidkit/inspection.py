"""a Word template by itself: its mistakes, and the names that it reads."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from bidkit.context import FILTER_KINDS, make_filters
from bidkit.diagnostic import Diagnostic
from bidkit.ooxml.include import Load
from bidkit.ooxml.reading import ReadName
from bidkit.ooxml.template import compile_template, list_template_names
from bidkit.pack import MANIFEST_NAME, read_pack
from bidkit.source import Workspace


@dataclass(frozen=True)
class Inspection:
    """What is found in a template.

    Args:
        file: the template, relative to `root`, as the files that it includes are; of a pack, its document.
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
    """Read a .docx template, or the document of a pack in a folder. Diagnostics: DL01–DL23, TP01–TP14.

    Args:
        is_compat: as `compat` of `compile_template`.
    """
    place = path.resolve()
    files = Workspace(place.parent)
    if place.is_dir():
        pack, problems = read_pack(files, place.name)
        if pack is None:
            return Inspection(place.parent, place.name, tuple(problems), is_readable=False)
        text, content, load = pack.text, pack.proposal, pack.includes.get
        found = _inspect(content, text.proposal, load, text.locale, text.required_styles, is_compat)
        return replace(found, root=place, diagnostics=(*problems, *found.diagnostics))
    read, problems = files.read(f"./{place.name}")
    if read is None:
        return Inspection(place.parent, place.name, tuple(problems), is_readable=False)
    found = _inspect(read, place.name, lambda name: files.read(name)[0], "zh-CN", (), is_compat)
    return replace(found, root=place.parent)


def _inspect(
    content: bytes, file: str, load: Load, locale: str, required_styles: tuple[str, ...], is_compat: bool
) -> Inspection:
    filters = make_filters(locale)
    _, problems = compile_template(content, file, filters, required_styles, compat=is_compat, load=load)
    names, _ = list_template_names(content, file, FILTER_KINDS, load)
    return Inspection(Path(), file, tuple(problems), names or (), names is not None)
