"""The canonical form of a .docx: what two engines must agree on, one line a node.

Left out: ids, rsids, relationship ids (a link counts by its target, a picture by its bytes), proofing marks, page
hints, xml:space, empty runs and properties, the order of run properties, widths of cells and grid columns, ends of
bookmarks, hidden bookmarks (a contents makes its own).
"""

from __future__ import annotations

import hashlib
import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from lxml import etree
from office_files import R, W, parts_of, text_of

from bidkit.ooxml import opc

_COMPARED = re.compile(r"word/(document|header\d*|footer\d*|footnotes|endnotes)\.xml")
_CORE = "docProps/core.xml"
_CORE_KEPT = ("title", "subject", "creator", "description", "identifier", "language", "keywords", "category")
_SKIPPED = {f"{{{W}}}{name}" for name in ("proofErr", "lastRenderedPageBreak", "bookmarkEnd", "permStart", "permEnd")}
_ID_ATTRIBUTES = re.compile(r"rsid|paraId|textId|^id$|^embed$|^link$|^space$|^durableId$")
_PICTURES = ("png", "jpg", "jpeg", "gif", "bmp", "tiff")


@dataclass(frozen=True)
class Canonical:
    """The compared parts of a file by name: paragraph texts, and the lines of the structure."""

    texts: Mapping[str, list[str]]
    lines: Mapping[str, list[str]]


def canonical(content: bytes) -> Canonical:
    """What is compared of a .docx."""
    parts = parts_of(content)
    texts: dict[str, list[str]] = {}
    lines: dict[str, list[str]] = {}
    for name, data in parts.items():
        if _COMPARED.fullmatch(name):
            root = etree.fromstring(data)
            texts[name] = [text_of(paragraph) for paragraph in root.iter(f"{{{W}}}p")]
            lines[name] = list(_Part(parts, name).lines(root, 0))
    if _CORE in parts:
        lines[_CORE] = _core_lines(parts[_CORE])
    lines["other files"] = sorted(_hash(data) for name, data in parts.items() if _is_opaque(name))
    return Canonical(texts, lines)


def _is_opaque(name: str) -> bool:
    return not name.endswith((".xml", ".rels")) and not name.startswith("docProps/")


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:12]


def _core_lines(data: bytes) -> list[str]:
    found = {str(etree.QName(item).localname): item.text or "" for item in etree.fromstring(data)}
    return [f"{name} {found[name]!r}" for name in _CORE_KEPT if found.get(name)]


def _local(element: etree._Element) -> str:
    return str(etree.QName(element).localname)


def _attributes(element: etree._Element) -> str:
    kept = {str(etree.QName(name).localname): value for name, value in element.attrib.items()}
    shown = sorted(f"{name}={value}" for name, value in kept.items() if not _ID_ATTRIBUTES.search(str(name)))
    return " ".join(("", *shown)) if shown else ""


def _flat(element: etree._Element) -> str:
    """A property with its attributes and children, on one line; a shade counts by its fill."""
    if _local(element) == "shd":
        return f"shd {element.get(f'{{{W}}}fill')}"
    if element.get(f"{{{W}}}val") in ("true", "on"):
        return _local(element)  # as if nothing were said
    children = [_flat(child) for child in element if isinstance(child.tag, str)]
    inside = f"({', '.join(sorted(children))})" if children else ""
    return f"{_local(element)}{_attributes(element)}{inside}"


class _Part:
    """One part's tree as lines; it knows the part's relationships and the package's lists."""

    def __init__(self, parts: Mapping[str, bytes], name: str) -> None:
        self.parts = parts
        self.relationships = opc.read_relationships(parts, name)
        self.lists = _read_lists(parts.get("word/numbering.xml"))

    def lines(self, element: etree._Element, depth: int) -> Iterator[str]:
        children = [child for child in element if isinstance(child.tag, str) and child.tag not in _SKIPPED]
        yield from self.grouped(children, depth)

    def grouped(self, children: Iterable[etree._Element], depth: int) -> Iterator[str]:
        """Children in order; neighbouring runs of one look are one run."""
        pad = "  " * depth
        look, content = "", list[str]()
        for child in children:
            if _local(child) == "r":
                new_look = self.properties(child.find(f"{{{W}}}rPr"))
                items = list(self.run_items(child, depth + 1))
                if not items:
                    continue
                if new_look != look and content:
                    yield from self.run_lines(pad, look, content)
                    content = []
                look = new_look
                content += items
                continue
            if content:
                yield from self.run_lines(pad, look, content)
                content = []
            yield from self.node(child, depth)
        if content:
            yield from self.run_lines(pad, look, content)

    def run_lines(self, pad: str, look: str, content: list[str]) -> Iterator[str]:
        yield f"{pad}r{look}"
        text = ""
        for item in content:
            if item.startswith("\0"):
                text += item[1:]
                continue
            if text:
                yield f"{pad}  t {text!r}"
                text = ""
            yield item
        if text:
            yield f"{pad}  t {text!r}"

    def run_items(self, run: etree._Element, depth: int) -> Iterator[str]:
        """What a run holds, line by line; a text is marked with NUL, so that texts side by side can be joined."""
        for child in run:
            if not isinstance(child.tag, str) or child.tag in _SKIPPED or _local(child) == "rPr":
                continue
            if _local(child) == "t":
                if child.text:
                    yield "\0" + child.text
            else:
                yield from self.node(child, depth)

    def node(self, element: etree._Element, depth: int) -> Iterator[str]:
        pad, name = "  " * depth, _local(element)
        if name == "bookmarkStart":
            marked = element.get(f"{{{W}}}name", "")
            yield from () if marked.startswith("_") else [f"{pad}bookmark {marked}"]
        elif name in ("pPr", "tcPr", "trPr", "tblPr", "sectPr"):
            if shown := self.properties(element):
                yield f"{pad}{name}{shown}"
        elif name == "tblGrid":
            yield f"{pad}grid of {len(element)}"
        elif name in ("instrText", "delText"):
            yield f"{pad}{name} {element.text!r}"
        elif name == "hyperlink":
            yield f"{pad}hyperlink {self.target(element) or element.get(f'{{{W}}}anchor')}"
            yield from self.lines(element, depth + 1)
        elif name in ("drawing", "imagedata"):
            yield f"{pad}{name}{self.picture(element)}"
            yield from self.boxes(element, depth + 1)
        elif name in ("pict", "object", "txbxContent", "sdt", "AlternateContent", "Choice", "Fallback"):
            yield f"{pad}{name}"
            yield from self.lines(element, depth + 1)
        elif name in ("footnoteReference", "endnoteReference"):
            yield f"{pad}{name} {self.note_number(element)}"
        else:
            yield f"{pad}{name}{_attributes(element)}"
            yield from self.lines(element, depth + 1)

    def properties(self, element: etree._Element | None) -> str:
        """Properties in any order; a width changes with the grid, a list counts by its format."""
        if element is None:
            return ""
        shown = []
        for child in element:
            name = _local(child)
            if name == "numPr":
                shown.append(self.list_format(child))
            elif name in ("headerReference", "footerReference"):
                shown.append(f"{name} {child.get(f'{{{W}}}type')}")
            elif name == "rPr":
                shown += [f"rPr{self.properties(child)}"] if len(child) else []
            elif name == "vMerge":
                shown.append(f"vMerge {child.get(f'{{{W}}}val', 'continue')}")
            elif name not in ("tcW", "tblW") and not (name == "gridSpan" and child.get(f"{{{W}}}val") == "1"):
                shown.append(_flat(child))
        return f" [{', '.join(sorted(shown))}]" if shown else ""

    def list_format(self, element: etree._Element) -> str:
        level, number = element.find(f"{{{W}}}ilvl"), element.find(f"{{{W}}}numId")
        index = "0" if level is None else level.get(f"{{{W}}}val", "0")
        listed = "" if number is None else number.get(f"{{{W}}}val", "")
        return f"list {self.lists.get((listed, index), 'of no format')} {index}"

    def target(self, element: etree._Element) -> str:
        """Where a link goes, or the hash of the picture that a relationship names."""
        rid = element.get(f"{{{R}}}embed") or element.get(f"{{{R}}}id") or element.get(f"{{{R}}}link")
        line = self.relationships.get(rid or "")
        if line is None:
            return "nowhere" if rid else ""
        if line.is_external:
            return line.target
        data = self.parts.get(line.target)
        extension = posixpath.splitext(line.target)[1].lstrip(".")
        return "nowhere" if data is None else f"{_hash(data)}" if extension in _PICTURES else line.target

    def note_number(self, reference: etree._Element) -> int | None:
        """The place of a reference's note among all notes, from 0; None if it has none."""
        kind = _local(reference).removesuffix("Reference")
        notes = etree.fromstring(self.parts[f"word/{kind}s.xml"]).iter(f"{{{W}}}{kind}")
        ids = [note.get(f"{{{W}}}id") for note in notes]
        wanted = reference.get(f"{{{W}}}id")
        return ids.index(wanted) if wanted in ids else None

    def picture(self, element: etree._Element) -> str:
        """Kind, size, description, bytes and link of a picture."""
        out = []
        for item in element.iter():
            name = _local(item) if isinstance(item.tag, str) else ""
            if name in ("inline", "anchor"):
                out.append(name)
            elif name == "extent":
                out.append(f"{item.get('cx')}x{item.get('cy')}")
            elif name in ("blip", "imagedata"):
                out.append(self.target(item))
            elif name == "docPr" and item.get("descr"):
                out.append(repr(item.get("descr")))
            elif name == "hlinkClick":
                out.append(f"link {self.target(item)}")
        links = [item for item in out if item.startswith("link")]
        return " ".join(("", *(item for item in out if not item.startswith("link")), *links[:1]))

    def boxes(self, element: etree._Element, depth: int) -> Iterator[str]:
        """The text boxes inside a drawing."""
        for box in element.iter(f"{{{W}}}txbxContent"):
            yield f"{'  ' * depth}txbxContent"
            yield from self.lines(box, depth + 1)


def _read_lists(data: bytes | None) -> dict[tuple[str, str], str]:
    """The number format of each list and level."""
    if data is None:
        return {}
    root = etree.fromstring(data)
    levels = {
        (abstract.get(f"{{{W}}}abstractNumId"), level.get(f"{{{W}}}ilvl")): kind.get(f"{{{W}}}val", "")
        for abstract in root.iter(f"{{{W}}}abstractNum")
        for level in abstract.iter(f"{{{W}}}lvl")
        if (kind := level.find(f"{{{W}}}numFmt")) is not None
    }
    found = {}
    for number in root.iter(f"{{{W}}}num"):
        abstract = number.find(f"{{{W}}}abstractNumId")
        if abstract is not None:
            listed = abstract.get(f"{{{W}}}val")
            of_it = {level: kind for (owner, level), kind in levels.items() if owner == listed}
            found |= {(number.get(f"{{{W}}}numId", ""), str(level)): kind for level, kind in of_it.items()}
    return found
