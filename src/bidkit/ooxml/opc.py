"""the container: parts, relationships, zip in and out."""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

from lxml import etree

from bidkit.diagnostic import Diagnostic, Span

CONTENT_TYPES = "[Content_Types].xml"
NS_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
NS_RELS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE_RELS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

MAX_ENTRIES = 5_000
MAX_TOTAL_BYTES = 2**30
MAX_RATIO = 200
_EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Relationship:
    """One line of a .rels part; `target` of an internal one is the full part name."""

    id: str
    type: str
    target: str
    is_external: bool


def read_package(content: bytes, name: str) -> tuple[dict[str, bytes] | None, list[Diagnostic]]:
    """The parts of an Office file in stored order. Diagnostics: TP01 (not one, damaged, or made to do harm)."""

    def refuse(reason: str) -> tuple[None, list[Diagnostic]]:
        return None, [Diagnostic("TP01", Span(name), {"file": name, "reason": reason})]

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            names = [entry.filename.lower() for entry in entries]
            total = sum(entry.file_size for entry in entries)
            if len(entries) > MAX_ENTRIES or total > MAX_TOTAL_BYTES or total > MAX_RATIO * max(len(content), 2**20):
                return refuse(f"{len(entries)} entries, {total} bytes unpacked")
            if len(set(names)) != len(names):
                return refuse("two entries of one name")
            parts = {entry.filename: archive.read(entry) for entry in entries}
    except (
        zipfile.BadZipFile,
        zlib.error,
        NotImplementedError,
        RuntimeError,
        LookupError,
        EOFError,
        OSError,
        ValueError,
    ) as error:
        return refuse(str(error))
    if CONTENT_TYPES not in parts:
        return refuse(f"no {CONTENT_TYPES}")
    return parts, []


def write_package(parts: Mapping[str, bytes]) -> bytes:
    """A zip of the parts; content types first, fixed times, so that equal parts give equal bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(parts, key=lambda name: (name != CONTENT_TYPES, not name.startswith("_rels/"))):
            entry = zipfile.ZipInfo(name, _EPOCH)
            stored = name.lower().endswith((".png", ".jpg", ".jpeg"))
            entry.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            archive.writestr(entry, parts[name])
    return buffer.getvalue()


def parse_xml(content: bytes) -> etree._Element:
    """A part's tree. Raises etree.XMLSyntaxError, and ValueError for a document type, which no Office part may have."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    root = etree.fromstring(content, parser)
    if root.getroottree().docinfo.doctype:  # type: ignore[union-attr]
        raise ValueError("a document type is not allowed here")
    return root


def rels_name(part: str) -> str:
    """The name of the part that holds a part's relationships."""
    folder, file = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{file}.rels")


def read_relationships(parts: Mapping[str, bytes], part: str) -> dict[str, Relationship]:
    """A part's relationships by id; none if it has no .rels part."""
    content = parts.get(rels_name(part))
    if content is None:
        return {}
    found = {}
    for element in parse_xml(content).iter(f"{{{NS_RELS}}}Relationship"):
        is_external = element.get("TargetMode") == "External"
        target = element.get("Target", "")
        if not is_external:
            base = "" if target.startswith("/") else posixpath.dirname(part)
            target = posixpath.normpath(posixpath.join(base, target.lstrip("/")))
        rid = element.get("Id", "")
        found[rid] = Relationship(rid, element.get("Type", ""), target, is_external)
    return found


def add_relationships(content: bytes | None, added: Mapping[str, tuple[str, str, bool]]) -> bytes:
    """A .rels part with further lines: id -> (type, target as written, is external)."""
    root = parse_xml(content) if content else etree.Element(f"{{{NS_RELS}}}Relationships", nsmap={None: NS_RELS})  # type: ignore[dict-item]
    for rid, (kind, target, is_external) in added.items():
        line = etree.SubElement(root, f"{{{NS_RELS}}}Relationship", Id=rid, Type=kind, Target=target)
        if is_external:
            line.set("TargetMode", "External")
    return serialize(root)


def add_content_types(content: bytes, extensions: Mapping[str, str]) -> bytes:
    """The content types part with further default extensions."""
    root = parse_xml(content)
    known = {element.get("Extension", "").lower() for element in root.iter(f"{{{NS_TYPES}}}Default")}
    for position, extension in enumerate(sorted(set(extensions) - known)):
        element = etree.Element(f"{{{NS_TYPES}}}Default", Extension=extension, ContentType=extensions[extension])
        root.insert(position, element)
    return serialize(root)


def serialize(root: etree._Element) -> bytes:
    """A part's bytes, as Office writes them: UTF-8 with a standalone declaration."""
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
