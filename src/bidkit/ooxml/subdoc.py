"""sub-documents: a document made with python-docx, or that of a file, printed in a template with what it refers to."""

from __future__ import annotations

import copy
import io
import re
import zlib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import count
from typing import TYPE_CHECKING, Any

import docx
from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docxcompose.composer import Composer
from docxcompose.properties import CustomProperties
from lxml import etree

from bidkit.ooxml.fragment import Fragment, make_fragment, q
from bidkit.ooxml.notes import PARTS
from bidkit.ooxml.opc import OFFICE_RELS
from bidkit.ooxml.picture import read_source
from bidkit.ooxml.tree import W
from bidkit.ooxml.values import Rendering, Site

if TYPE_CHECKING:
    from bidkit.ooxml.docxtpl import DocxTemplate, File

_EMPTY = f'<w:document xmlns:w="{W}" xmlns:r="{OFFICE_RELS}"><w:body/></w:document>'
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_NOTES_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_RELATED = f"{{{OFFICE_RELS}}}"
_NUMBERED = re.compile(r"\d*(\.\w+)$")
_STYLED = ("pStyle", "rStyle", "tblStyle", "basedOn", "next", "link", "styleLink", "numStyleLink")


class Subdoc:
    """A document for `{{p … }}`; what python-docx's document has, it has.

    It keeps nothing of its file's sections: pages, headers and footers are the template's.

    Raises:
        OSError: the file cannot be read.
        ValueError: it holds what cannot stand inside another document.
    """

    is_closed = True  # to templates: what python-docx has can write files

    def __init__(self, template: DocxTemplate, docpath: File | None = None) -> None:
        self._template = template
        self._host = template.get_docx()
        self.subdocx = _make_empty(self._host) if docpath is None else attach(self._host, read_source(docpath))

    def __getattr__(self, name: str) -> Any:
        """What python-docx's document has."""
        if name.startswith("_") or name == "subdocx":
            raise AttributeError(name)
        return getattr(self.subdocx, name)

    def blocks(self, rendering: Rendering, site: Site) -> str:
        """Its paragraphs and tables. Raises TypeError if the template has begun anew since the document was made."""
        if not self._template.is_source(self._host):
            raise TypeError("new_subdoc()")
        relationships = self._host.part.rels

        def relate(rid: str, part: Rendering) -> str:
            if rid not in relationships:
                raise ValueError(f'r:id="{rid}"')
            found = relationships[rid]
            return part.relate(found.reltype, found.target_ref, found.is_external)

        return _cut(etree.tostring(self.subdocx.element.body)).fill(rendering, relate)


@lru_cache(maxsize=64)
def _cut(body: bytes) -> Fragment:
    root = etree.fromstring(body)
    etree.strip_tags(root, etree.Comment, etree.ProcessingInstruction)
    for section in list(root.iter(q("w:sectPr"))):
        _remove(section)
    return make_fragment(root) if len(root) else Fragment("p", ("",))


def _make_empty(host: Document) -> Document:
    """A document without content whose styles, pictures and links are the host's, on the host's last page size."""
    element: Any = parse_xml(_EMPTY)
    sections = host.element.body.findall(q("w:sectPr"))
    element.body.extend(copy.deepcopy(section) for section in sections)
    return Document(element, host.part)


def attach(host: Document, content: bytes) -> Document:
    """A file's document, with all that it refers to brought into the host's package.

    Raises:
        ValueError: it is no sound Word file, or holds what cannot stand inside another document.
    """
    guest = docx.Document(io.BytesIO(content))
    _drop_foreign(guest)
    renamed = _separate_styles(host, guest)
    known = {item.get(q("w:abstractNumId")) for item in _iter_lists(host)}
    composer = _Composer(host)
    properties = CustomProperties(guest)
    for name in list(properties.keys()):
        properties.dissolve_fields(name)
    composer._create_style_id_mapping(guest)
    composer.bring(guest)
    for kind in ("footnote", "endnote"):
        _bring_notes(host, guest, composer, kind, renamed)
    _bring_base_styles(host, guest, composer)
    _name_lists(host, known)
    attached = Document(guest.element, host.part)
    _cut(etree.tostring(attached.element.body))  # refuses now what it would refuse when printed
    return attached


class _Composer(Composer):  # type: ignore[misc]
    """docxcompose's, but that nothing is inserted, and a part keeps the ids of its own relationships."""

    def __init__(self, host: Document) -> None:
        super().__init__(host)
        headings = {style.style_id for style in host.styles if (style.name or "").lower().startswith("heading ")}
        self._numbering_restarted |= headings  # a chapter goes on with the template's numbers
        self.given: set[str] = set()
        self.copied: dict[Any, Part] = {}
        self.begun: dict[str, int] = {}
        self.linked: dict[str, tuple[str, int]] = {}

    def bring(self, guest: Document) -> None:
        """Bring what a document refers to; its references are changed."""
        body = guest.element.body
        self.add_referenced_parts(guest.part, self.doc.part, body)
        self.add_styles(guest, body)
        for element in body:  # a list that begins anew here goes on in the elements behind
            self.add_numberings(guest, element)
            self.begin_lists(guest, element)
        self.add_images(guest, body)
        self.add_diagrams(guest, body)
        self.add_shapes(guest, body)

    def begin_lists(self, guest: Document, element: etree._Element) -> None:
        """Begin a list that styles are linked to anew, and let their paragraphs behind it go on in the new list.

        docxcompose gives the new list to the first paragraph of each style only: Word counts on, LibreOffice begins
        once more, and a second level becomes a list of its own.
        """
        styled: list[Any] = [style.getparent() for style in element.iter(q("w:pStyle"))]
        plain = [(each, *self.list_of(each)) for each in styled if each.find(q("w:numPr")) is None]
        self._numbering_restarted |= {style for _, style, number, _ in plain if number in self.begun}
        new = self._next_numbering_ids()[0]
        self.restart_first_numbering(guest, element)
        for properties, _, number, level in plain:
            added = properties.find(q("w:numPr"))
            if added is not None:
                self.begun[number] = new
                properties.remove(added)  # it stands last, where the schema does not want it
            if number in self.begun:
                made = properties.get_or_add_numPr()
                made.get_or_add_ilvl().val = level
                made.get_or_add_numId().val = self.begun[number]

    def list_of(self, properties: Any) -> tuple[str, str, int]:
        """The style of a paragraph, and the list and level that the host links it to."""
        style = properties.find(q("w:pStyle")).get(q("w:val"), "")
        if style not in self.linked:
            found = self.doc.styles.element.get_by_id(style)
            numbers = None if found is None else found.find(f"{q('w:pPr')}/{q('w:numPr')}")
            values = {} if numbers is None else {each.tag: each.get(q("w:val"), "") for each in numbers}
            self.linked[style] = values.get(q("w:numId"), ""), int(values.get(q("w:ilvl"), "0"))
        return style, *self.linked[style]

    def add_relationship(self, src_part: Any, dst_part: Any, relationship: Any) -> Any:
        """The same relationship from another part, its target copied with all that it refers to."""
        if relationship.is_external:
            return dst_part.rels[dst_part.rels.get_or_add_ext_rel(relationship.reltype, relationship.target_ref)]
        return dst_part.rels.get_or_add(relationship.reltype, self.copy_part(relationship.target_part))

    def copy_part(self, part: Any) -> Part:
        """A part in the host's package under a name that is free there; one for each part of the guest."""
        if part in self.copied:
            return self.copied[part]
        package = self.doc.part.package
        taken = {each.partname for each in package.iter_parts()} | self.given
        name = next(name for n in count(1) if (name := _NUMBERED.sub(rf"{n}\1", part.partname)) not in taken)
        self.given.add(name)  # the package reaches a part only when the one that refers to it is in place
        copied = self.copied[part] = Part(PackURI(name), part.content_type, part.blob, package)
        for rid, related in part.rels.items():
            target = related.target_ref if related.is_external else self.copy_part(related.target_part)
            copied.load_rel(related.reltype, target, rid, related.is_external)
        return copied


def _drop_foreign(guest: Document) -> None:
    """Take out what does not come along: headers, comments, and numbers of lists that the file does not have."""
    body = guest.element.body
    for section in body.iter(q("w:sectPr")):
        for child in [child for child in section if any(str(name).startswith(_RELATED) for name in child.attrib)]:
            section.remove(child)
    for reference in list(body.iter(q("w:commentReference"))):
        _remove(reference.getparent())
    for edge in list(body.iter(q("w:commentRangeStart"), q("w:commentRangeEnd"))):
        _remove(edge)
    if not any(rel.reltype == RELATIONSHIP_TYPE.NUMBERING for rel in guest.part.rels.values()):
        for number in list(body.iter(q("w:numPr"))):
            _remove(number)


def _separate_styles(host: Document, guest: Document) -> dict[str, str]:
    """Rename the guest's style ids that mean another style in the host; Word gives ids as short as `a1`."""
    known = {style.style_id for style in host.styles}
    names = {style.name for style in host.styles}
    taken = {style.style_id for style in host.styles} | {style.style_id for style in guest.styles}
    renamed: dict[str, str] = {}
    for style in guest.styles:
        if style.name not in names and style.style_id in known:
            number = next(n for n in count(1) if f"{style.style_id}_{n}" not in taken)
            renamed[style.style_id] = f"{style.style_id}_{number}"
            taken.add(renamed[style.style_id])
    for root in (guest.styles.element, guest.element, *_iter_lists(guest)):
        _rename_styles(root, renamed)
    return renamed


def _rename_styles(root: etree._Element, renamed: Mapping[str, str]) -> None:
    for key, tags in ((q("w:styleId"), ("style",)), (q("w:val"), _STYLED)) if renamed else ():
        for use in root.iter(*(q(f"w:{name}") for name in tags)):
            if use.get(key) in renamed:
                use.set(key, renamed[use.get(key, "")])


def _bring_notes(host: Document, guest: Document, composer: _Composer, kind: str, renamed: Mapping[str, str]) -> None:
    """Put each note behind its reference; the compiler gives them a number and a place in the host's notes."""
    relation = f"{OFFICE_RELS}/{kind}s"
    part = next((each.target_part for each in guest.part.rels.values() if each.reltype == relation), None)
    root = None if part is None else parse_xml(part.blob)
    known = {} if root is None else {note.get(q("w:id")): note for note in root}
    for reference in list(guest.element.body.iter(q(f"w:{kind}Reference"))):
        note = copy.deepcopy(known.get(reference.get(q("w:id"))))
        if part is None or note is None:
            _remove(reference)
            continue
        for element in note.iter():
            for name, rid in element.attrib.items():
                if str(name).startswith(_RELATED):
                    element.set(name, composer.add_relationship(part, host.part, part.rels[rid]).rId)
        _rename_styles(note, renamed)
        composer.add_styles(guest, note)
        composer.add_numberings(guest, note)
        reference.addnext(note)
        _require_notes(host, kind, relation)


def _require_notes(host: Document, kind: str, relation: str) -> None:
    """Make the host's notes part if it has none."""
    if any(each.reltype == relation for each in host.part.rels.values()):
        return
    lines = "".join(
        f'<w:{kind} w:type="{name}" w:id="{number}"><w:p><w:r><w:{name}/></w:r></w:p></w:{kind}>'
        for number, name in ((-1, "separator"), (0, "continuationSeparator"))
    )
    xml = f'{_XML}<w:{kind}s xmlns:w="{W}" xmlns:r="{OFFICE_RELS}">{lines}</w:{kind}s>'
    made = Part(PackURI(f"/{PARTS[kind]}"), f"{_NOTES_TYPE}.{kind}s+xml", xml.encode(), host.part.package)
    host.part.relate_to(made, relation)


def _bring_base_styles(host: Document, guest: Document, composer: _Composer) -> None:
    """Bring the styles that brought styles are based on, and drop their references to what stays behind."""
    styles = host.styles.element
    theirs = {style.get(q("w:styleId")): style for style in guest.styles.element.iter(q("w:style"))}
    for style in styles.iter(q("w:style")):  # those that are appended here are reached, too
        ours = {known.get(q("w:styleId")) for known in styles.iter(q("w:style"))}
        for reference in list(style.iter(q("w:basedOn"), q("w:next"), q("w:link"))):
            wanted = composer.mapped_style_id(reference.get(q("w:val")))
            if wanted in ours:
                reference.set(q("w:val"), wanted)
            elif reference.tag == q("w:basedOn") and reference.get(q("w:val")) in theirs:
                base = copy.deepcopy(theirs[reference.get(q("w:val"))])
                styles.append(base)
                composer.add_numberings(guest, base)
            else:
                _remove(reference)


def _iter_lists(document: Document) -> Iterator[etree._Element]:
    """The abstract lists of a document; none if it has no numbering part."""
    for related in document.part.rels.values():
        if related.reltype == RELATIONSHIP_TYPE.NUMBERING:
            yield from related.target_part.element.iter(q("w:abstractNum"))


def _name_lists(host: Document, known: set[str | None]) -> None:
    """Give brought lists names that depend on nothing but their content and order; docxcompose draws them by lot."""
    taken = {item.get(q("w:val")) for each in _iter_lists(host) for item in each.iter(q("w:nsid"))}
    for each in _iter_lists(host):
        name = each.find(q("w:nsid"))
        if name is None or each.get(q("w:abstractNumId")) in known:
            continue
        taken.discard(name.get(q("w:val")))
        name.set(q("w:val"), "00000000")
        number = zlib.crc32(etree.tostring(each))
        while f"{number:08X}" in taken:
            number = (number + 1) % 2**32
        name.set(q("w:val"), f"{number:08X}")
        taken.add(f"{number:08X}")


def _remove(element: etree._Element) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)
