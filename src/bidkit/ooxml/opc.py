"""the container: parts, relationships, zip in and out."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from bidkit.diagnostic import Diagnostic, Span, Term
from bidkit.ooxml.archive import Member, read_members, write_members

if TYPE_CHECKING:  # a template that is compiled already is filled and written without lxml
    from lxml import etree

CONTENT_TYPES = "[Content_Types].xml"
NS_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
NS_RELS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE_RELS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

MAX_XML_BYTES = 2**27

# Possessive: a prolog of many comments must not be tried in many ways.
_DOCTYPE = re.compile(rb"(?:\xef\xbb\xbf)?(?:\s*+(?>(?s:<\?.*?\?>|<!--.*?-->)))*+\s*+<!DOCTYPE")
_PLAIN = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml(?![^>]*encoding=(?![\"'](?i:utf-?8|us-ascii)[\"']))|<[^?])")
"""How a part begins whose bytes are what they look like."""
_NO_ZIP = {
    "not a whole zip file",
    "not a zip file, or a damaged one",
    "bytes after the end of the zip",
    "the directory of the zip is not whole",
}
_XML = (".xml", ".rels", ".vml")
_DOCTYPE_UTF16 = "<!DOCTYPE".encode("utf-16-le")[:-1]  # in both byte orders
_MAY_HOLD_FIELDS = re.compile(rb"instrText|fldSimple|\A(?:\xff\xfe|\xfe\xff)")
_LOADING = re.compile(r"DDE(?:AUTO)?\b|(?:INCLUDE(?:PICTURE|TEXT)?|IMPORT|LINK|RD)\b.*(?:://|\\\\)", re.I | re.S)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


@dataclass(frozen=True)
class Relationship:
    """One line of a .rels part; `target` of an internal one is the full part name."""

    id: str
    type: str
    target: str
    is_external: bool


@dataclass(frozen=True, eq=False, repr=False)
class Package(Mapping[str, bytes]):
    """The parts of an Office file in stored order; each is inflated when it is first asked for."""

    members: Mapping[str, Member | bytes]
    _inflated: dict[str, bytes] = field(default_factory=dict)

    def __getitem__(self, name: str) -> bytes:
        member = self.members[name]
        if isinstance(member, bytes):
            return member
        if name not in self._inflated:
            self._inflated[name] = member.inflate()
        return self._inflated[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.members)

    def __len__(self) -> int:
        return len(self.members)

    def __contains__(self, name: object) -> bool:
        return name in self.members

    def replace(self, changed: Mapping[str, bytes], dropped: Collection[str] = ()) -> Package:
        """A package with some parts changed, added (last) or dropped; the others are shared, not copied."""
        kept = {name: member for name, member in self.members.items() if name not in dropped}
        # What is inflated may be shared too: under one name all descendants have the same member, or bytes.
        return Package({**kept, **changed}, self._inflated)


def read_package(content: bytes, name: str, *, is_known: bool = False) -> tuple[Package | None, list[Diagnostic]]:
    """The parts of an Office file. Diagnostics: TP01 (not one, damaged, or made to do harm).

    Args:
        is_known: these very bytes have been read without a diagnostic before; what is packed is not unpacked to see.
    """
    try:
        if content.startswith(b"\xd0\xcf\x11\xe0"):
            return None, [Diagnostic("TP01", Span(name), {"file": name, "reason": Term("locked_office")})]
        members = read_members(content, is_known=is_known)
        if CONTENT_TYPES not in members:
            raise ValueError(f"no {CONTENT_TYPES}")
    except ValueError as error:
        return None, [Diagnostic("TP01", Span(name), {"file": name, "reason": tell_damage(error)})]
    return Package(members), []


def tell_damage(error: Exception) -> Term | str:
    """Why a file cannot be read: what befalls a sound one on its way in the reader's language, the rest as it is."""
    return Term("no_zip") if str(error) in _NO_ZIP else str(error)


@lru_cache(maxsize=8)
def open_finished(content: bytes) -> tuple[Package | None, Mapping[str, etree._Element], Mapping[str, str]]:
    """The parts of a finished file, the trees of those that are XML, and why others are not: read once for all who
    judge it, so nobody may change them. Nothing at all if it is no Office file.
    """
    from lxml import etree

    package, problems = read_package(content, "")
    if package is None:
        return None, {}, {"": str(problems[0].values["reason"])}
    trees, wrong = {}, {}
    for part in package:
        if part.lower().endswith((".xml", ".rels")):
            try:
                trees[part] = parse_xml(package[part])
            except (etree.XMLSyntaxError, ValueError) as error:
                wrong[part] = str(error)
    return package, MappingProxyType(trees), MappingProxyType(wrong)


def write_package(parts: Mapping[str, bytes]) -> bytes:
    """A zip of the parts; content types first, fixed times, so that equal parts give equal bytes.

    The untouched parts of a `Package` are copied as they lie, without being unpacked.
    """
    members = parts.members if isinstance(parts, Package) else parts
    order = sorted(members, key=lambda name: (name != CONTENT_TYPES, not name.startswith("_rels/")))
    return write_members((name, members[name]) for name in order)


def parse_xml(content: bytes) -> etree._Element:
    """A part's tree, at most 256 elements deep.

    Raises etree.XMLSyntaxError; ValueError for a part that is too large, and for a document type, which no Office part
    may have.
    """
    from lxml import etree

    if len(content) > MAX_XML_BYTES:
        raise ValueError(f"{len(content)} bytes of XML, at most {MAX_XML_BYTES} are allowed")
    # Before parsing: what a document type declares costs time and memory while it is read.
    is_typed = _is_typed(content)
    if not is_typed:
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
        root = etree.fromstring(content, parser)
        # Again: a document type in an encoding that hides it from the search.
        is_typed = bool(root.getroottree().docinfo.doctype)  # type: ignore[union-attr]
    if is_typed:
        raise ValueError("a document type is not allowed here")
    return root


def _is_typed(content: bytes) -> bool:
    """Whether a part begins with a document type, in an encoding that shows it."""
    return bool(_DOCTYPE.match(content)) or (b"\0" in content[:4] and _DOCTYPE_UTF16 in content)


def _is_harmless(content: bytes) -> bool:
    """Whether it can be seen without parsing it that a part has no document type."""
    return bool(_PLAIN.match(content)) and not _is_typed(content)


def refuse_types(package: Mapping[str, bytes]) -> None:
    """Raises as `parse_xml` if any part has a document type, also one that nobody else reads; only a part that may hide
    it is parsed.
    """
    for name in package:
        if name.lower().endswith(_XML) and package[name] and not _is_harmless(package[name]):
            parse_xml(package[name])


def rels_name(part: str) -> str:
    """The name of the part that holds a part's relationships."""
    folder, file = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{file}.rels")


def read_relationships(parts: Mapping[str, bytes], part: str) -> dict[str, Relationship]:
    """A part's relationships by id; none if it has no .rels part."""
    content = parts.get(rels_name(part))
    if content is None:
        return {}
    return {found.id: found for found in _read_lines(content, part)}


def _read_lines(content: bytes, part: str) -> Iterator[Relationship]:
    for element in parse_xml(content).iter(f"{{{NS_RELS}}}Relationship"):
        is_external = element.get("TargetMode") == "External"
        target = element.get("Target", "")
        if not is_external and not _SCHEME.match(target):
            base = "" if target.startswith("/") else posixpath.dirname(part)
            target = posixpath.normpath(posixpath.join(base, target.lstrip("/")))
        yield Relationship(element.get("Id", ""), element.get("Type", ""), target, is_external)


def find_risks(package: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    """What a template may not hold unasked: (part, what); `what` starts with one of these words.

    macro      code that runs in Word or Excel
    external   a target elsewhere that is loaded without a click: a remote template, picture, object or frame;
               a field that starts another program (DDE) or includes what lies on another machine
    outside    an internal target that leaves the package
    altChunk   a foreign document that Word converts when it opens the file

    Raises as `refuse_types`.
    """
    refuse_types(package)
    for part, kind in _read_types(package):
        if any(word in kind.lower() for word in ("macro", "vba", "activex")):
            yield part, f"macro: {kind}"
    for name in package:
        if name.lower().endswith(("vbaproject.bin", "vbadata.xml")):
            yield name, "macro"
        if name.lower().endswith(".rels"):
            folder, _, file = name.rpartition("_rels/")
            part = folder + file[: -len(".rels")]
            for found in _read_lines(package[name], part):
                if what := _judge(found):
                    yield part or name, what
        if name.lower().endswith(".xml") and _MAY_HOLD_FIELDS.search(content := package[name]):
            yield from ((name, f"external: {code}") for code in _list_fields(content) if _LOADING.match(code))


def _read_types(package: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    """The content types of a package, each with its part, or with the list for a whole extension."""
    for element in parse_xml(package[CONTENT_TYPES]).iter(f"{{{NS_TYPES}}}Default", f"{{{NS_TYPES}}}Override"):
        yield element.get("PartName", CONTENT_TYPES).lstrip("/"), element.get("ContentType", "")


def _list_fields(content: bytes) -> Iterator[str]:
    """The codes of the fields of a part; what stands between the marks of a field may be cut into many runs."""
    text = ""
    for element in parse_xml(content).iter("{*}fldChar", "{*}instrText", "{*}fldSimple"):
        if element.tag.endswith("}instrText"):
            text += element.text or ""
            continue
        yield text.strip()
        text = ""
        yield from (str(value).strip() for key, value in element.attrib.items() if str(key).endswith("}instr"))
    yield text.strip()


def _judge(relationship: Relationship) -> str:
    """Why a relationship is a risk; nothing if it is none."""
    kind = relationship.type.rpartition("/")[2]
    if kind.lower() in ("vbaproject", "wordvbadata"):
        return f"macro: {kind}"
    if kind.lower() == "afchunk":
        return f"altChunk: {relationship.target}"
    if relationship.is_external:
        return "" if kind.lower() == "hyperlink" else f"external: {kind} {relationship.target}"
    target = relationship.target
    leaves = target.split("/")[0] == ".." or "\\" in target or _SCHEME.match(target)
    return f"outside: {kind} {target}" if leaves else ""


def add_relationships(content: bytes | None, added: Mapping[str, tuple[str, str, bool]]) -> bytes:
    """A .rels part with further lines: id -> (type, target as written, is external)."""
    from lxml import etree

    root = parse_xml(content) if content else etree.Element(f"{{{NS_RELS}}}Relationships", nsmap={None: NS_RELS})  # type: ignore[dict-item]
    for rid, (kind, target, is_external) in added.items():
        line = etree.SubElement(root, f"{{{NS_RELS}}}Relationship", Id=rid, Type=kind, Target=target)
        if is_external:
            line.set("TargetMode", "External")
    return serialize(root)


def remove_relationships(content: bytes, ids: Collection[str]) -> bytes:
    """A .rels part without some lines."""
    root = parse_xml(content)
    for line in list(root.iter(f"{{{NS_RELS}}}Relationship")):
        if line.get("Id") in ids:
            root.remove(line)
    return serialize(root)


def remove_content_types(content: bytes, parts: Collection[str]) -> bytes:
    """The content types part without the lines of some parts."""
    root = parse_xml(content)
    for line in list(root.iter(f"{{{NS_TYPES}}}Override")):
        if line.get("PartName", "").lstrip("/") in parts:
            root.remove(line)
    return serialize(root)


def add_content_types(
    content: bytes, extensions: Mapping[str, str], overrides: Mapping[str, str] | None = None
) -> bytes:
    """The content types part with further default extensions, and with the types of single parts by part name."""
    from lxml import etree

    root = parse_xml(content)
    known = {element.get("Extension", "").lower() for element in root.iter(f"{{{NS_TYPES}}}Default")}
    wanted = {extension.lower(): kind for extension, kind in extensions.items()}
    for position, extension in enumerate(sorted(set(wanted) - known)):
        element = etree.Element(f"{{{NS_TYPES}}}Default", Extension=extension, ContentType=wanted[extension])
        root.insert(position, element)
    parts = {element.get("PartName", "").lower(): element for element in root.iter(f"{{{NS_TYPES}}}Override")}
    for part, kind in sorted((overrides or {}).items()):
        line = parts.get(f"/{part}".lower())
        if line is None:
            line = etree.SubElement(root, f"{{{NS_TYPES}}}Override", PartName=f"/{part}")
        line.set("ContentType", kind)
    return serialize(root)


def serialize(root: etree._Element) -> bytes:
    """A part's bytes, as Office writes them: UTF-8 with a standalone declaration."""
    from lxml import etree

    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
