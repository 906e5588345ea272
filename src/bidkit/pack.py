"""a template pack: its manifest, its volumes and its files."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Literal

from pydantic import Field

from bidkit.diagnostic import Diagnostic, Span, Term, load_messages
from bidkit.ooxml.theme import Theme
from bidkit.package import write_folder
from bidkit.scalars import Color, Flag, Model, Note, Text, Texts, validate
from bidkit.source import Workspace, load_yaml, nearest

MANIFEST_NAME = "pack.yaml"
BRIEF_NAME = "brief.docx"
"""The template of the internal brief in a pack's folder; it belongs to no volume and is not part of the pack's hash."""
DEFAULT_PACKS = {"zh": "zh-proposal", "en": "en-proposal"}
FILE_NAMES = (
    "deal.id",
    "deal.title",
    "deal.dated",
    "customer.name",
    "company.name",
    "tender.no",
    "tender.package",
    "volume.id",
    "volume.title",
)
"""What may stand in braces in a volume's `output`."""
LOT_NAMES = ("lot.id", "lot.title")
"""What may stand there besides, where the volume is made for each lot."""
_LOT = re.compile(r"\{lot\.(?:id|title)\}")
_LOT_PART = re.compile(rf"[\s_.·-]*(?:[（(]\s*(?:{_LOT.pattern}[\s_.·-]*)+[)）]|{_LOT.pattern})")
NUMBER_NAMES = ("volume.no", "volume.roman")
"""What may stand in braces there and in its `title`: which of the bid's volumes it is, as 2 and as II."""
_IN_BRACES = re.compile(r"\{([^{}]*)\}|[{}]")


class VolumeText(Model):
    """A volume as `pack.yaml` describes it.

    `output` is the name of its file without suffix, as `{deal.id}-技术文件`; the template's if it is left out.
    A volume `per: lot` is made once for each lot of the tender that the deal bids for.
    `parts` are the Word files that stand where the template says `{%p include parts %}`, in this order.
    The title may tell its number among the volumes of the bid, as `Volume {volume.roman}: Technical`. `label` is what
    the other volumes call it where they name one of its pages, the title if it is left out.
    A volume without `prices` gets none to print, and is refused if one stands in it all the same.
    """

    id: Text
    title: Text
    label: Note = ""
    template: Text
    output: Note = ""
    per: Literal["lot"] | None = None
    prices: Flag = True
    parts: Texts | None = None


class ThemeFonts(Model):
    """The fonts of one kind of text."""

    latin: Note = ""
    east_asian: Note = ""


class ThemeText(Model):
    """What takes the place of the colours and fonts in the themes of a pack's templates.

    `major` is for headings, `minor` for all other text; both also where a style writes the old theme's font out.
    """

    accent1: Color | None = None
    accent2: Color | None = None
    accent3: Color | None = None
    accent4: Color | None = None
    accent5: Color | None = None
    accent6: Color | None = None
    major: ThemeFonts = ThemeFonts()
    minor: ThemeFonts = ThemeFonts()


class PackText(Model):
    """A pack's `pack.yaml`: its language, its volumes, the styles that each of them must have, its colours and fonts.

    A pack with a `regime` is for such deals only; one that says `net_prices` also for quotes whose prices are without
    tax. `proposal` is short for a first volume of that id. `workbook` is an .xlsx template that the quote is made of.
    """

    schema_: Literal["bidkit/pack@1"] = Field(alias="schema")
    locale: Literal["zh-CN", "en-US", "en-GB"]
    regime: Literal["tender", "commercial"] | None = None
    proposal: Note = ""
    net_prices: Flag = False
    volumes: tuple[VolumeText, ...] = ()
    workbook: Note = ""
    required_styles: tuple[Text, ...] = ()
    theme: ThemeText = ThemeText()


@dataclass(frozen=True)
class Volume:
    """A volume and its template.

    Args:
        label: what the other volumes call it beside a page; like the title, it may hold `NUMBER_NAMES`.
        output: the name of its file without suffix, with names in braces, of `FILE_NAMES`, `NUMBER_NAMES`, `LOT_NAMES`.
        is_per_lot: whether it is made for each lot, and `output` names the lot.
        at: where that name is written, or the template that gives it.
        parts: the files that stand where the template asks for its parts; None if the manifest names none.
    """

    id: str
    title: str
    label: str
    template: str
    output: str
    is_per_lot: bool
    has_prices: bool
    content: bytes
    at: Span | None
    parts: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Pack:
    """A pack that is ready to be compiled.

    Args:
        name: as messages show it, `templates/zh-proposal`.
        hash: SHA-256 over all its files.
        includes: its Word files by their name in the pack's folder, for `{%p include %}`.
        workbook: the template of the quote's .xlsx: its own, or that of the language's default pack.
        brief: the template of the internal brief: likewise.
        brief_name: that template, as messages show it.
    """

    name: str
    text: PackText
    volumes: tuple[Volume, ...]
    hash: str
    includes: Mapping[str, bytes]
    workbook: bytes
    brief: bytes
    brief_name: str

    @property
    def has_own_brief(self) -> bool:
        """Whether the template of the brief is the pack's, not the one that is taken where a pack has none."""
        return self.brief_name == f"{self.name}/{BRIEF_NAME}"


def make_theme(pack: Pack, company_color: str, *, is_written: bool) -> Theme:
    """The theme of a pack's documents: the company's colour where it is written, else the pack's, else its default."""
    text = pack.text.theme
    colors = {f"accent{n}": getattr(text, f"accent{n}") for n in range(1, 7)}
    if is_written or not colors["accent1"]:
        colors["accent1"] = company_color
    fonts = {
        (scheme, script): getattr(getattr(text, scheme), name)
        for scheme in ("major", "minor")
        for script, name in (("latin", "latin"), ("ea", "east_asian"))
    }
    return Theme(
        tuple((name, color) for name, color in colors.items() if color),
        tuple((key, font) for key, font in fonts.items() if font),
    )


def shipped_packs() -> Path:
    """The folder of the packs that come with bidkit: inside the wheel, or at the top of a checkout."""
    inside = Path(__file__).parent / "templates"
    return inside if inside.is_dir() else Path(__file__).parents[2] / "templates"


def load_pack(workspace: Workspace, name: str) -> tuple[Pack | None, list[Diagnostic]]:
    """A pack of the workspace's `templates/`, else a shipped one. Diagnostics: DL01–DL23."""
    own = Path(name).name == name and (workspace.root / "templates" / name / MANIFEST_NAME).is_file()
    base = workspace.root / "templates" if own else shipped_packs()
    known = list_packs(base)
    if name not in known:
        values = {"kind": Term("pack"), "id": name, "near": nearest(name, known), "allowed": ", ".join(known)}
        return None, [Diagnostic("DL15", None, values)]
    return read_pack(Workspace(base.parent), f"{base.name}/{name}")


def list_packs(folder: Path) -> list[str]:
    """The names of the packs in a folder, sorted."""
    return sorted(path.parent.name for path in folder.glob(f"*/{MANIFEST_NAME}"))


def read_pack(files: Workspace, folder: str) -> tuple[Pack | None, list[Diagnostic]]:
    """The pack in a folder. Diagnostics: DL01–DL23."""
    manifest = f"{folder}/{MANIFEST_NAME}"
    data, problems = load_yaml(files, manifest)
    text, found = validate(PackText, data) if data is not None else (None, [])
    problems += found
    if text is None:
        return None, problems
    volumes, found = _read_volumes(files, manifest, text)
    workbook: bytes | None
    if text.workbook:
        workbook, more = files.read(text.workbook, manifest, text.span("workbook"))
        found += more
    else:
        workbook = (shipped_packs() / DEFAULT_PACKS[text.locale[:2]] / "quote.xlsx").read_bytes()
    problems += found
    if found or workbook is None:
        return None, problems
    used = {item.template for item in volumes} | {part for item in volumes for part in item.parts or ()}
    brief, brief_name, found = _read_brief(files, folder, text, is_free=BRIEF_NAME not in used)
    problems += found
    includes: dict[str, bytes] = {}
    for path in sorted((files.root / folder).rglob("*.docx")):
        relative = path.relative_to(files.root / folder).as_posix()
        if f"{folder}/{relative}" == brief_name:
            continue
        part, found = (None, []) if path.name.startswith("~$") else files.read(f"{folder}/{relative}")
        problems += found
        if part is not None:
            includes[relative] = part
    # The hash is that of the pack wherever its folder stands.
    outer = str(PurePosixPath(folder).parent)
    hashes = [(name.removeprefix(f"{outer}/"), digest) for name, digest in files.hashes().items()]
    digest = hashlib.sha256(repr(sorted(hashes)).encode()).hexdigest()
    return Pack(folder, text, volumes, digest, includes, workbook, brief, brief_name), problems


def _read_brief(files: Workspace, folder: str, text: PackText, *, is_free: bool) -> tuple[bytes, str, list[Diagnostic]]:
    """The template of the brief and its name: the pack's unless a volume has taken it, else the shipped one.

    It is read beside the pack's files: who has signed for the pack has not signed for what stays inside.
    """
    if is_free and (files.root / folder / BRIEF_NAME).exists():
        content, problems = Workspace(files.root).read(f"{folder}/{BRIEF_NAME}")
        if content is not None:
            return content, f"{folder}/{BRIEF_NAME}", []
        return b"", f"{folder}/{BRIEF_NAME}", problems
    home = shipped_packs() / DEFAULT_PACKS[text.locale[:2]]
    return (home / BRIEF_NAME).read_bytes(), f"templates/{home.name}/{BRIEF_NAME}", []


def _read_volumes(files: Workspace, manifest: str, text: PackText) -> tuple[tuple[Volume, ...], list[Diagnostic]]:
    written = list(text.volumes)
    if text.proposal:
        title = load_messages(text.locale[:2])["labels"]["proposal"]
        written.insert(0, VolumeText(id="proposal", title=title, template=text.proposal))
    problems = [] if written else [Diagnostic("DL06", text.span(), {"key": "volumes"})]
    volumes: list[Volume] = []
    for item in written:
        at = item.span("template") or text.span("proposal")
        if any(volume.id == item.id for volume in volumes):
            first = next((other.span("id") for other in written if other.id == item.id), None)
            values = {"id": item.id, "first": (first or text.span("proposal") or Span(manifest)).line}
            problems.append(Diagnostic("DL16", item.span("id"), values))
        content, found = files.read(item.template, manifest, at)
        at = item.span("output") if item.output else at
        is_per_lot = item.per == "lot"
        output = (item.output or PurePosixPath(item.template).name).removesuffix(".docx")
        if is_per_lot and not item.output:
            output += "-{lot.id}"
        problems += [*found, *_check_names(output, FILE_NAMES + NUMBER_NAMES + (LOT_NAMES if is_per_lot else ()), at)]
        if is_per_lot and not _LOT.search(output):
            problems.append(Diagnostic("DL34", at, {"volume": item.id, "value": output}))
        problems += _check_names(item.title, NUMBER_NAMES, item.span("title"))
        problems += _check_names(item.label, NUMBER_NAMES, item.span("label"))
        problems += _check_parts(files, manifest, item)
        names = (item.id, item.title, item.label or item.title, item.template, output)
        volumes.append(Volume(*names, is_per_lot, item.prices, content or b"", at, item.parts))
    return tuple(volumes), problems


def _check_parts(files: Workspace, manifest: str, volume: VolumeText) -> Iterator[Diagnostic]:
    """Each part is a file of the pack and stands in its volume once."""
    places = [(name, volume.span("parts", position)) for position, name in enumerate(volume.parts or ())]
    yield from _find_repeated(places)
    for name, at in places:
        yield from files.read(name, manifest, at)[1]


def _find_repeated(named: Sequence[tuple[str, Span | None]]) -> Iterator[Diagnostic]:
    """What a list names a second time."""
    first: dict[str, int] = {}
    for name, at in named:
        if name in first:
            yield Diagnostic("DL16", at, {"id": name, "first": first[name]})
        first.setdefault(name, at.line if at else 0)


def _check_names(text: str, names: Sequence[str], at: Span | None) -> list[Diagnostic]:
    """The braces of a text that hold none of these names."""
    allowed = [f"{{{name}}}" for name in names]
    wrong = [found.group() for found in _IN_BRACES.finditer(text) if found.group() not in allowed]
    return [
        Diagnostic("DL10", at, {"value": value, "allowed": ", ".join(allowed), "near": nearest(value, allowed)})
        for value in wrong
    ]


def number_volumes(volumes: Iterable[Volume]) -> tuple[Volume, ...]:
    """The volumes of a bid, whose titles and file names tell which one each is."""
    from bidkit.ooxml.fields import format_number

    def fill(text: str, no: int) -> str:
        return text.replace("{volume.no}", str(no)).replace("{volume.roman}", format_number("upperRoman", no))

    return tuple(
        replace(volume, title=fill(volume.title, no), label=fill(volume.label, no), output=fill(volume.output, no))
        for no, volume in enumerate(volumes, 1)
    )


def fill_output(volume: Volume, names: Mapping[str, str]) -> str:
    """The name of a volume's file, without suffix, for one deal; without a lot, also without what joins it on."""
    output = volume.output
    if volume.is_per_lot and "lot.id" not in names:
        output = _LOT_PART.sub("", output).lstrip(" _.·-")
    return _IN_BRACES.sub(lambda found: names[found.group(1)], output)


def choose_volumes(
    pack: Pack, wanted: Sequence[tuple[str, Span | None]]
) -> tuple[tuple[Volume, ...], list[Diagnostic]]:
    """The volumes that a deal names, in its order; all of the pack if it names none. Diagnostics: DL15, DL16."""
    if not wanted:
        return pack.volumes, []
    known = {volume.id: volume for volume in pack.volumes}
    problems = [*_find_unknown("volume", wanted, list(known)), *_find_repeated(wanted)]
    return tuple(known[name] for name in dict.fromkeys(name for name, _ in wanted) if name in known), problems


def choose_parts(
    pack: Pack,
    volumes: Sequence[Volume],
    wanted: Mapping[str, tuple[Span | None, Sequence[tuple[str, Span | None]]]],
    others: Mapping[str, Mapping[str, str]],
) -> tuple[tuple[Volume, ...], list[Diagnostic]]:
    """The volumes with the parts, in the order, that a deal names for some of them. Diagnostics: DL15, DL16.

    Args:
        wanted: by the id of a volume, where that stands, and names of Word files of the pack without suffix.
        others: by the id of a volume, further names that may stand there, each with its file.
    """
    templates = {volume.template for volume in pack.volumes}
    known = [name.removesuffix(".docx") for name in pack.includes if name not in templates]
    with_parts = [volume.id for volume in pack.volumes if volume.parts is not None]
    problems = [*_find_unknown("volume", [(name, at) for name, (at, _) in wanted.items()], with_parts)]
    chosen: dict[str, tuple[str, ...]] = {}
    for name, (_, named) in wanted.items():
        files = {part: f"{part}.docx" for part in known} | dict(others.get(name, {}))
        problems += [*_find_unknown("part", named, [*files]), *_find_repeated(named)]
        chosen[name] = tuple(files[part] for part in dict(named) if part in files)
    return tuple(replace(volume, parts=chosen.get(volume.id, volume.parts)) for volume in volumes), problems


def _find_unknown(kind: str, named: Sequence[tuple[str, Span | None]], known: Sequence[str]) -> Iterator[Diagnostic]:
    for name, at in named:
        if name not in known:
            values = {"kind": Term(kind), "id": name, "near": nearest(name, list(known)), "allowed": ", ".join(known)}
            yield Diagnostic("DL15", at, values)


def eject_pack(name: str, folder: Path) -> list[Diagnostic]:
    """Copy a shipped pack into a new folder, without the dumps beside its templates. Diagnostics: DL15, PK08, EN."""
    known = list_packs(shipped_packs())
    if name not in known:
        values = {"kind": Term("pack"), "id": name, "near": nearest(name, known), "allowed": ", ".join(known)}
        return [Diagnostic("DL15", None, values)]
    source = shipped_packs() / name
    paths = [
        path
        for path in sorted(source.rglob("*"))
        if path.is_file() and not path.name.endswith((".docx.txt", ".xlsx.txt"))
    ]
    return write_folder(folder, {path.relative_to(source).as_posix(): path.read_bytes() for path in paths})
