"""a template or a whole pack by itself: its mistakes, the names that it reads, what it lacks here."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bidkit.appendix import Appendix
from bidkit.config import find_workspace
from bidkit.context import make_context
from bidkit.context.brief import SAMPLE_PROGRESS, make_brief_context
from bidkit.context.formats import FILTER_KINDS, make_filters
from bidkit.diagnostic import Diagnostic, Severity, Span
from bidkit.office.fonts import find_missing_fonts
from bidkit.ooxml.include import Load
from bidkit.ooxml.reading import ReadName, merge_names
from bidkit.ooxml.sheet import compile_workbook, list_workbook_names
from bidkit.ooxml.template import compile_template, list_template_names
from bidkit.ooxml.theme import list_template_fonts
from bidkit.pack import BRIEF_NAME, MANIFEST_NAME, Pack, Volume, number_volumes, read_pack, shipped_packs
from bidkit.sample import load_sample
from bidkit.source import Workspace

_WORKBOOKS = (".xlsx", ".xltx", ".xlsm")


@dataclass(frozen=True)
class Inspection:
    """What is found in a template.

    Args:
        file: the template, relative to `root`, as the files that it includes are; of a pack, its first volume.
        diagnostics: its mistakes.
        names: what it reads, as far as its tags can be read.
        is_readable: whether it is a file of Word or Excel at all.
    """

    root: Path
    file: str
    diagnostics: tuple[Diagnostic, ...]
    names: tuple[ReadName, ...] = ()
    is_readable: bool = True


def find_template(given: Path, here: Path) -> Path | None:
    """What there is to inspect: a file, a pack's folder, or a pack by name (the workspace's own, else a shipped one).

    Args:
        here: the folder in whose workspace a name is looked up.
    """
    if given.is_file() or (given / MANIFEST_NAME).is_file():
        return given
    workspace = find_workspace(here / MANIFEST_NAME)
    homes = [*([workspace.root / "templates"] if workspace else []), shipped_packs()]
    named = [home / given for home in homes if given.name == str(given)]
    return next((folder for folder in named if (folder / MANIFEST_NAME).is_file()), None)


def inspect_template(path: Path, *, is_compat: bool = False) -> Inspection:
    """Read a .docx or .xlsx template, or the volumes of a pack in a folder. Diagnostics: DL01–DL23, TP01–TP19,
    TP30–TP36, EN10.

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
    if place.suffix.lower() in _WORKBOOKS:
        _, problems = compile_workbook(read, place.name, make_filters("zh-CN"))
        names, _ = list_workbook_names(read, place.name, FILTER_KINDS)
        return Inspection(place.parent, place.name, tuple(problems), names or (), names is not None)
    _, problems = compile_template(
        read, place.name, make_filters("zh-CN"), compat=is_compat, load=lambda name: files.read(name)[0]
    )
    names, _ = list_template_names(read, place.name, FILTER_KINDS, lambda name: files.read(name)[0])
    return Inspection(place.parent, place.name, tuple(problems), names or (), names is not None)


def _inspect_pack(pack: Pack, root: Path, problems: list[Diagnostic], is_compat: bool) -> Inspection:
    """All volumes of a pack as one template, and what the pack holds besides."""
    used = {volume.template for volume in pack.volumes}

    def load(name: str) -> bytes | None:
        used.add(name)
        return pack.includes.get(name)

    for number, volume in enumerate(number_volumes(pack.volumes), 1):
        found = _check_volume(pack, volume, number, load, is_compat)
        problems += [problem for problem in found if problem not in problems]
    problems += [*_check_quote_file(pack), *_check_brief(pack), *_check_fonts(pack)]
    unused = [name for name in pack.includes if name not in used]
    problems += [Diagnostic("TP19", Span(name), {"file": name}, Severity.WARNING) for name in unused]
    names = [
        list_template_names(volume.content, volume.template, FILTER_KINDS, load, volume.parts)[0]
        for volume in pack.volumes
    ]
    if pack.text.workbook:
        names.append(list_workbook_names(pack.workbook, pack.text.workbook, FILTER_KINDS)[0])
    is_readable = all(found is not None for found in names)
    merged = merge_names([found or () for found in names])
    return Inspection(root, pack.volumes[0].template, tuple(problems), merged, is_readable)


def _check_volume(pack: Pack, volume: Volume, number: int, load: Load, is_compat: bool) -> list[Diagnostic]:
    text, filters = pack.text, make_filters(pack.text.locale)
    template, problems = compile_template(
        volume.content, volume.template, filters, text.required_styles, compat=is_compat, load=load, parts=volume.parts
    )
    if template is None:
        return problems
    about: dict[str, object] = {"no": number, "count": len(pack.volumes), "id": volume.id, "title": volume.title}
    about |= {"file": "", "mark": "", "blind": False}
    sample, nothing, prices = load_sample(), Appendix((), {}), volume.has_prices
    if volume.is_per_lot:
        sample = sample.by_lot[0]
    options = {"is_draft": False, "with_pages": False}
    context = make_context(sample, nothing, "deal.yaml", **options, volume=about, volumes=[about], prices=prices)
    return problems + template.check_names(context)


def _check_quote_file(pack: Pack) -> list[Diagnostic]:
    if not pack.text.workbook:
        return []
    template, problems = compile_workbook(pack.workbook, pack.text.workbook, make_filters(pack.text.locale))
    if template is None:
        return problems
    context = make_context(load_sample(), Appendix((), {}), "deal.yaml", is_draft=False, with_pages=False)
    return problems + template.check_names(context)


def _check_brief(pack: Pack) -> list[Diagnostic]:
    """The pack's own template of the internal brief, whose names are others than those of the volumes."""
    if not pack.has_own_brief:
        return []
    load = pack.includes.get
    template, problems = compile_template(pack.brief, BRIEF_NAME, make_filters(pack.text.locale), load=load)
    if template is None:
        return problems
    return problems + template.check_names(make_brief_context(load_sample(), SAMPLE_PROGRESS, is_draft=False))


def _check_fonts(pack: Pack) -> list[Diagnostic]:
    """The fonts that the volumes name and this machine does not have: here they would be laid out in others."""
    is_chinese = pack.text.locale.startswith("zh")
    wanted: dict[str, str] = {}
    for volume in pack.volumes:
        for font in list_template_fonts(volume.content, volume.template, with_east_asian=is_chinese):
            wanted.setdefault(font, volume.template)
    missing, problems = find_missing_fonts(wanted)
    return problems + [Diagnostic("TP18", Span(wanted[font]), {"font": font}, Severity.WARNING) for font in missing]
