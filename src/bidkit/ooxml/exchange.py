"""parts of a finished file exchanged for others: pictures by name, media and embedded files by their content."""

from __future__ import annotations

import hashlib
import posixpath
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lxml import etree

from bidkit.ooxml import opc
from bidkit.ooxml.picture import read_picture
from bidkit.ooxml.values import MEDIA_TYPES

_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006"
_SPACES = {
    "a": f"{_DRAWING}/main",
    "pic": f"{_DRAWING}/picture",
    "wp": f"{_DRAWING}/wordprocessingDrawing",
    "r": opc.OFFICE_RELS,
}
_WITH_PICTURES = re.compile(r"word/(document|header\d*|footer\d*)\.xml")


@dataclass
class Replacements:
    """What is to be exchanged, and by what.

    Args:
        pictures: by name, title or description of the picture.
        media, embedded: by the CRC-32 of the old content.
        members: by the name in the package.
    """

    pictures: dict[str, bytes] = field(default_factory=dict)
    media: dict[int, bytes] = field(default_factory=dict)
    embedded: dict[int, bytes] = field(default_factory=dict)
    members: dict[str, bytes] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.pictures or self.media or self.embedded or self.members)


@dataclass(frozen=True)
class PlacedPicture:
    """A picture of a part: what it is called there, its relationship and the part with its content."""

    part: str
    names: tuple[str, ...]
    rid: str
    target: str


def find_pictures(parts: Mapping[str, bytes]) -> Iterator[PlacedPicture]:
    """The pictures of the document, its headers and footers; a linked one has no part and is left out."""
    for part in filter(_WITH_PICTURES.fullmatch, parts):
        relationships = opc.read_relationships(parts, part)
        for picture in opc.parse_xml(parts[part]).iter(f"{{{_SPACES['pic']}}}pic"):
            blip = picture.find("pic:blipFill/a:blip", _SPACES)
            rid = "" if blip is None else blip.get(f"{{{opc.OFFICE_RELS}}}embed", "")
            if rid in relationships:
                yield PlacedPicture(part, tuple(dict.fromkeys(_names_of(picture))), rid, relationships[rid].target)


def _names_of(picture: etree._Element) -> Iterator[str]:
    """Name, title and description; Word keeps what is written in its dialog at the frame, not at the picture."""
    inner = picture.find("pic:nvPicPr/pic:cNvPr", _SPACES)
    frame = next(picture.iterancestors(f"{{{_SPACES['wp']}}}inline", f"{{{_SPACES['wp']}}}anchor"), None)
    outer = None if frame is None else frame.find("wp:docPr", _SPACES)
    for named in (inner, outer):
        if named is not None:
            yield from filter(None, (named.get(key) for key in ("name", "title", "descr")))


def replace_parts(content: bytes, wanted: Replacements, allows_missing: bool = False) -> bytes:
    """The file with its parts exchanged.

    Raises:
        ValueError: something that is to be exchanged is not there, or a new picture is none.
    """
    package, problems = opc.read_package(content, "")
    if package is None:
        raise ValueError(problems[0].message("en"))
    package, unknown = _replace_pictures(package, wanted.pictures)
    missing = [*unknown, *(name for name in wanted.members if name not in package)]
    for by_crc, folder in ((wanted.media, "word/media/"), (wanted.embedded, "word/embeddings/")):
        package, unknown = _replace_by_content(package, by_crc, folder)
        missing += unknown
    if missing and not allows_missing:
        raise ValueError(f"not found in the document: {', '.join(missing)}")
    found = {name: data for name, data in wanted.members.items() if name in package}
    return opc.write_package(package.replace(found))


def _replace_pictures(package: opc.Package, pictures: Mapping[str, bytes]) -> tuple[opc.Package, list[str]]:
    """Give each picture of these names new content in a part of its own; with the names that were not found."""
    missing = dict.fromkeys(pictures)
    for placed in list(find_pictures(package)) if pictures else ():
        name = next((name for name in placed.names if name in pictures), None)
        if name is not None:
            missing.pop(name, None)
            package = _redirect(package, placed.target, pictures[name], (placed.part, placed.rid))
    return package, list(missing)


def _replace_by_content(
    package: opc.Package, by_crc: Mapping[int, bytes], folder: str
) -> tuple[opc.Package, list[str]]:
    missing = dict.fromkeys(by_crc)
    for name in [name for name in package if by_crc and name.startswith(folder)]:
        crc = zlib.crc32(package[name])
        if crc not in by_crc:
            continue
        missing.pop(crc, None)
        if folder == "word/media/" and not _is_of_kind(by_crc[crc], name):
            package = _redirect(package, name, by_crc[crc])
        else:
            package = package.replace({name: by_crc[crc]})
    return package, [f"{folder} CRC {crc:08x}" for crc in missing]


def _is_of_kind(data: bytes, name: str) -> bool:
    extension = posixpath.splitext(name)[1].lower().lstrip(".")
    same = {"jpg": "jpeg", "tif": "tiff"}
    return read_picture(data).extension == same.get(extension, extension)


def _redirect(package: opc.Package, old: str, data: bytes, only: tuple[str, str] | None = None) -> opc.Package:
    """Put a picture into a part named after its format, for one relationship or for all that lead to the old part."""
    picture = read_picture(data)
    new = f"word/media/{hashlib.sha256(picture.data).hexdigest()[:16]}.{picture.extension}"
    changed = {new: picture.data}
    is_kept = old == new
    for name in [name for name in package if name.endswith(".rels")]:
        folder, file = posixpath.split(name)
        owner = posixpath.join(posixpath.dirname(folder), file.removesuffix(".rels"))
        leading = {line.id for line in opc.read_relationships(package, owner).values() if _leads_to(line, old)}
        moved = {rid for rid in leading if only in (None, (owner, rid)) or not _is_used(package, owner, rid)}
        is_kept |= leading != moved
        if moved:
            root = opc.parse_xml(package[name])
            for line in root:
                if line.get("Id") in moved:
                    line.set("Target", posixpath.relpath(new, posixpath.dirname(owner) or "."))
            changed[name] = opc.serialize(root)
    types = package[opc.CONTENT_TYPES] if is_kept else _without_override(package[opc.CONTENT_TYPES], old)
    changed[opc.CONTENT_TYPES] = opc.add_content_types(types, {picture.extension: MEDIA_TYPES[picture.extension]})
    return package.replace(changed, () if is_kept else (old,))


def _is_used(package: opc.Package, owner: str, rid: str) -> bool:
    return f'"{rid}"'.encode() in package.get(owner, b"")


def _leads_to(line: opc.Relationship, part: str) -> bool:
    return not line.is_external and line.target == part


def _without_override(content: bytes, part: str) -> bytes:
    root = opc.parse_xml(content)
    for line in root.findall(f"{{{opc.NS_TYPES}}}Override"):
        if line.get("PartName") == f"/{part}":
            root.remove(line)
    return opc.serialize(root)
