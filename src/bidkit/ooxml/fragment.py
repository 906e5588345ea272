"""XML from outside: parsed once at the door, its level found, its ids made anew wherever it is printed."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from lxml import etree

from bidkit.ooxml import opc
from bidkit.ooxml.crossrefs import mark_references
from bidkit.ooxml.fields import mark_sequences, unfold_fields
from bidkit.ooxml.notes import PARTS
from bidkit.ooxml.tree import W, replace_by_text
from bidkit.ooxml.values import CLOSE, OPEN, Rendering, mark, quote

_M = "http://schemas.openxmlformats.org/officeDocument/2006/math"
_MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"
_OPEN_XML = "http://schemas.openxmlformats.org"
_MS = "http://schemas.microsoft.com/office"
_PREFIXES = {
    "w": W,
    "r": opc.OFFICE_RELS,
    "m": _M,
    "mc": _MC,
    "wp": f"{_OPEN_XML}/drawingml/2006/wordprocessingDrawing",
    "a": f"{_OPEN_XML}/drawingml/2006/main",
    "pic": f"{_OPEN_XML}/drawingml/2006/picture",
    "c": f"{_OPEN_XML}/drawingml/2006/chart",
    "v": "urn:schemas-microsoft-com:vml",
    "o": "urn:schemas-microsoft-com:office:office",
    "w10": "urn:schemas-microsoft-com:office:word",
    "w14": f"{_MS}/word/2010/wordml",
    "w15": f"{_MS}/word/2012/wordml",
    "wp14": f"{_MS}/word/2010/wordprocessingDrawing",
    "wps": f"{_MS}/word/2010/wordprocessingShape",
    "wpg": f"{_MS}/word/2010/wordprocessingGroup",
}
_OURS = (f"{_OPEN_XML}/", "http://schemas.microsoft.com/office/", "urn:schemas-microsoft-com:")
_HEAD = "".join(["<x", *(f' xmlns:{prefix}="{uri}"' for prefix, uri in _PREFIXES.items()), ">"])
_IN_RUN = "<w:p><w:r><w:t>", "</w:t></w:r></w:p>"
_SLOT = re.compile(f"{OPEN}([a-zA-Z])([^{CLOSE}]*){CLOSE}")
_BARE = re.compile("&(?!(?:amp|lt|gt|quot|apos|#34|#39);)|[^\t\n\r\a\f\u0020-\ufdcf\ufdd2-\ufffd\U00010000-\U0010ffff]")
_CONTENTS_NAME = re.compile(r"_Toc\w+")
_DECLARED = f' xmlns:w="{W}"'  # as every part does


def q(tag: str) -> str:
    """A prefixed name in Clark notation."""
    prefix, _, name = tag.partition(":")
    return f"{{{_PREFIXES[prefix]}}}{name}"


def _names(text: str) -> frozenset[str]:
    return frozenset(q(f"w:{name}") for name in text.split())


_LEVELS = {
    **dict.fromkeys(_names("p tbl"), "p"),
    **dict.fromkeys(_names("r hyperlink fldSimple smartTag"), "r"),
    **dict.fromkeys((q("m:oMath"), q("m:oMathPara")), "r"),
    q("w:tr"): "tr",
    q("w:tc"): "tc",
    **dict.fromkeys(_names("t br tab cr sym drawing pict object noBreakHyphen softHyphen"), ""),
}
_NEUTRAL = _names("bookmarkStart bookmarkEnd proofErr permStart permEnd")
_WRAPPERS = _names("sdt sdtContent customXml ins del moveFrom moveTo")
_PROPERTIES = _names("sdtPr sdtEndPr customXmlPr")
_HOLDS_RUNS = _names("p hyperlink fldSimple smartTag dir bdo rt rubyBase")
_PARENTS = {
    q("w:p"): _names("tc txbxContent footnote endnote"),
    q("w:tbl"): _names("tc txbxContent footnote endnote"),
    q("w:tr"): _names("tbl"),
    q("w:tc"): _names("tr"),
    q("w:r"): _HOLDS_RUNS,
    q("w:hyperlink"): _HOLDS_RUNS,
    q("w:t"): _names("r"),
    q("w:drawing"): _names("r"),
}
_TEXTS = _names("t delText instrText delInstrText")
_REFUSED = _names("sectPr altChunk subDoc body document")
_NOTES = {q("w:footnote"): "footnote", q("w:endnote"): "endnote"}
_REFERENCES = _names("footnoteReference endnoteReference commentReference commentRangeStart commentRangeEnd")
_NAMING = ("Requires", q("mc:Ignorable"))
_NEW_DRAWING, _NEW_BOOKMARK, _OLD_BOOKMARK, _RELATION, _HEADING, _HEADING_END = "dyYRhe"
_NEW_NOTE, _NOTE_AGAIN, _NOTE_BEGIN, _NOTE_END, _NOTE = "iInNT"
_FIELD_MARKS = ("f", "F", "q")
_REFERENCE = "p"
_NOTE_MARK = re.compile(f"{OPEN}{_NOTE}([0-9]+){CLOSE}")

Relate = Callable[[str, Rendering], str]
"""What a relationship id becomes in the part that a rendering is of."""


@dataclass(frozen=True)
class Fragment:
    """Checked XML of one level, cut where something is filled in each time it is printed.

    Args:
        level: by the prefix of the tag that prints it: `p` blocks, `tr` rows, `tc` cells, `r` runs, `` what stands in
            a run or in its `w:t`.
        pieces: XML, then kind and argument of what is filled in, then XML again.
        can_only_split: it ends the paragraph that it stands in and begins another.
    """

    level: str
    pieces: tuple[str, ...]
    can_only_split: bool = False

    def fill(self, rendering: Rendering, relate: Relate) -> str:
        """The XML with numbers for this place. Raises TypeError for a note where none can be."""
        if len(self.pieces) == 1:
            return self.pieces[0]
        bookmarks: dict[str, int | None] = {}
        out = [self.pieces[0]]
        for kind, argument, xml in zip(self.pieces[1::3], self.pieces[2::3], self.pieces[3::3], strict=True):
            out += [_fill_slot(kind, argument, rendering, relate, bookmarks), xml]
        return "".join(out)


def _fill_slot(
    kind: str,
    argument: str,
    rendering: Rendering,
    relate: Relate,
    bookmarks: dict[str, int | None],
) -> str:
    if kind in _FIELD_MARKS:
        return mark(kind, argument)
    if kind == _REFERENCE:
        return mark(kind, f"t{rendering.tag}{argument}")
    if kind == _NEW_DRAWING:
        return str(rendering.drawing_id())
    if kind == _RELATION:
        note, _, rid = argument.rpartition("|")
        return relate(rid, rendering.of(PARTS[note]) if note else rendering)
    if kind == _NEW_BOOKMARK:
        number, _, name = argument.partition("|")
        new = bookmarks[number] = rendering.start_bookmark(name)
        return "" if new is None else f'<w:bookmarkStart w:id="{new}" w:name={quote(name)}/>'
    if kind == _OLD_BOOKMARK:
        old = bookmarks.get(argument)
        return "" if old is None else f'<w:bookmarkEnd w:id="{old}"/>'
    if kind in (_NEW_NOTE, _NOTE_AGAIN, _NOTE_BEGIN, _NOTE_END):
        note = argument.partition("|")[0]
        if PARTS[note] not in rendering.notes:
            raise TypeError(f"<w:{note}>")
        return mark(kind, argument)
    style, _, number = argument.partition("|")
    level = rendering.styles.heading_levels.get(style, 0)
    if not level:
        return ""
    return mark("e") if kind == _HEADING_END else mark("h", f"{level}{'u' if number == '0' else ''}")


@lru_cache(maxsize=512)
def parse_fragment(text: str) -> Fragment:
    """XML as it stands in a part. Raises ValueError with a short reason."""
    if "<" not in text and not _BARE.search(text):
        return Fragment("", (text,))
    try:
        root = _parse(text)
    except ValueError as error:
        return _parse_inside_run(text, error)
    for reference in root.iter(*_REFERENCES, *_NOTES):
        raise ValueError(_show(reference))  # to notes that nobody can know
    return make_fragment(root)


def make_fragment(root: etree._Element) -> Fragment:
    """What the children of an element are, checked and cut; the tree is changed. Raises ValueError."""
    _check(root)
    level = _find_level(root)
    _mend_cells(root)
    _rename_contents(root)
    unfold_fields(root)
    for paragraph in root.iter(q("w:p")):
        mark_sequences(paragraph)  # what would be refused in a template stays as it is
        mark_references(paragraph, None)
    _place_slots(root)
    notes = _take_notes(root)
    kept = [prefix for element in root.iter() for name in _NAMING for prefix in element.get(name, "").split()]
    etree.cleanup_namespaces(root, keep_ns_prefixes=kept)
    for child in root:
        child.tail = (child.tail or "").strip()
    text = (root.text or "") + "".join(etree.tostring(child, encoding="unicode") for child in root)
    text = _NOTE_MARK.sub(lambda found: notes[int(found.group(1))], text)
    return Fragment(level, tuple(_SLOT.split(text.replace(_DECLARED, ""))))


def _parse(text: str, before: str = "", after: str = "") -> etree._Element:
    try:
        return opc.parse_xml(f"{_HEAD}{before}{text}{after}</x>".encode())
    except (etree.XMLSyntaxError, UnicodeEncodeError) as error:
        raise ValueError(str(error).partition(", line")[0]) from error


def _parse_inside_run(text: str, error: ValueError) -> Fragment:
    """XML that closes what the tag stands in and opens it again, as in `</w:t><w:br/><w:t>`."""
    try:
        root = _parse(text, *_IN_RUN)
    except ValueError:
        raise error from None
    _check(root)
    if any(child.tag != q("w:p") for child in root) or any(_is_slot(element) for element in root.iterdescendants()):
        raise error
    return Fragment("", (text,), can_only_split=len(root) > 1)


def _is_slot(element: etree._Element) -> bool:
    is_related = any(str(name).startswith(f"{{{opc.OFFICE_RELS}}}") for name in element.attrib)
    return is_related or element.tag in _NEUTRAL or not element.tag.startswith(f"{{{W}}}")


def _check(root: etree._Element) -> None:
    if OPEN in (text := etree.tostring(root, encoding="unicode")) or CLOSE in text:
        raise ValueError(f"U+{ord(OPEN):04X}")
    for element in root.iterdescendants():
        if not isinstance(element.tag, str):
            raise ValueError("<!-- … -->, <?…?>")
        namespace = etree.QName(element).namespace or ""
        if not namespace.startswith(_OURS) or (namespace == W and element.prefix != "w"):
            raise ValueError(f"{_show(element)} {namespace or 'xmlns?'}")
        if element.tag in _REFUSED:
            raise ValueError(_show(element))
        parents = _PARENTS.get(element.tag)
        is_misplaced = parents is not None and not _has_parent(element, parents, root)
        if is_misplaced or _is_inside_text(element):
            raise ValueError(f"{_show(element)} in {_show(element.getparent())}")
        if namespace == W and element.tag not in _TEXTS and (stray := _text_between(element)):
            raise ValueError(f"{stray[:40]} in {_show(element)}")


def _is_inside_text(element: etree._Element) -> bool:
    parent = element.getparent()
    return parent is not None and parent.tag in _TEXTS


def _text_between(element: etree._Element) -> str:
    """Text beside the children of an element, which Word would not show."""
    return "".join([element.text or "", *(child.tail or "" for child in element)]).strip()


def _has_parent(element: etree._Element, parents: frozenset[str], root: etree._Element) -> bool:
    parent = element.getparent()
    while parent is not None and parent.tag in _WRAPPERS:
        parent = parent.getparent()
    if parent is None or parent is root:
        return True
    return parent.tag in parents or parent.tag.startswith((f"{{{_M}}}", f"{{{_MC}}}"))


def _show(element: etree._Element | None) -> str:
    if element is None:
        return ""
    name = etree.QName(element).localname
    return f"<{element.prefix}:{name}>" if element.prefix else f"<{name}>"


def _find_level(root: etree._Element) -> str:
    levels = {_LEVELS.get(child.tag, "?") for child in _unwrap(root)}
    if _text_between(root):
        levels.add("?" if levels else "")
    if len(levels) != 1 or "?" in levels:
        shown = [*dict.fromkeys(_show(child) for child in root), _text_between(root)[:40]]
        raise ValueError(" + ".join(filter(None, shown)))
    return levels.pop()


def _unwrap(element: etree._Element) -> Iterator[etree._Element]:
    """The children that say what an element is, content controls and tracked changes opened."""
    for child in element:
        if child.tag in _WRAPPERS:
            yield from _unwrap(child)
        elif child.tag not in _NEUTRAL | _PROPERTIES:
            yield child


def _mend_cells(root: etree._Element) -> None:
    """Word refuses a cell that does not end with a paragraph."""
    for cell in root.iter(q("w:tc")):
        last = next((child for child in reversed(cell) if child.tag not in _NEUTRAL), None)
        if last is None or last.tag not in (q("w:p"), q("w:sdt")):
            etree.SubElement(cell, q("w:p"))


def _rename_contents(root: etree._Element) -> None:
    """Give bookmarks of a table of contents names that no other one has; every document counts its own from one."""
    number = zlib.crc32(etree.tostring(root))
    names = {
        name: f"_S{number:08x}{name.removeprefix('_Toc')}"[:40]
        for name in (start.get(q("w:name"), "") for start in root.iter(q("w:bookmarkStart")))
        if name.startswith("_Toc")
    }
    for element in root.iter(q("w:bookmarkStart"), q("w:hyperlink"), q("w:instrText")) if names else ():
        for key in (q("w:name"), q("w:anchor")):
            if element.get(key) in names:
                element.set(key, names[element.get(key, "")])
        if element.tag == q("w:instrText"):
            element.text = _CONTENTS_NAME.sub(lambda found: names.get(found.group(), found.group()), element.text or "")


def _place_slots(root: etree._Element) -> None:
    ends = {end.get(q("w:id")) for end in root.iter(q("w:bookmarkEnd"))}
    for element in list(root.iterdescendants()):
        for name, value in element.attrib.items():
            if str(name).startswith(f"{{{opc.OFFICE_RELS}}}"):
                note = next(element.iterancestors(*_NOTES), None)
                kind = "" if note is None else _NOTES[note.tag]
                element.set(name, mark(_RELATION, f"{kind}|{value!s}"))
            elif str(name) in (q("w14:paraId"), q("w14:textId")):
                del element.attrib[name]  # would be twice in the document
        if element.tag in (q("wp:docPr"), q("pic:cNvPr")):
            element.set("id", mark(_NEW_DRAWING))
        elif element.tag == q("w:bookmarkStart"):
            argument = f"{element.get(q('w:id'), '')}|{element.get(q('w:name'), '')}"
            is_closed = element.get(q("w:id")) in ends and element.get(q("w:name")) != "_GoBack"
            replace_by_text(element, mark(_NEW_BOOKMARK, argument) if is_closed else "")
        elif element.tag == q("w:bookmarkEnd"):
            replace_by_text(element, mark(_OLD_BOOKMARK, element.get(q("w:id"), "")))
        elif element.tag == q("w:pStyle"):
            _mark_heading(element)


def _take_notes(root: etree._Element) -> list[str]:
    """Each note that stands behind its reference, as XML for another part; a mark with its number is left."""
    texts: list[str] = []
    for note in list(root.iter(*_NOTES)):
        kind, reference = _NOTES[note.tag], note.getprevious()
        if reference is not None:
            reference.set(q("w:id"), mark(_NEW_NOTE, f"{kind}|{len(texts)}"))
        note.set(q("w:id"), mark(_NOTE_AGAIN, kind))
        replace_by_text(note, mark(_NOTE, len(texts)))
        note.tail = None
        etree.cleanup_namespaces(note)
        texts.append(mark(_NOTE_BEGIN, kind) + etree.tostring(note, encoding="unicode") + mark(_NOTE_END, kind))
    return texts


def _mark_heading(style: etree._Element) -> None:
    properties = style.getparent()
    paragraph = None if properties is None else properties.getparent()
    if properties is None or paragraph is None or paragraph.tag != q("w:p"):
        return
    number = properties.find(f"{q('w:numPr')}/{q('w:numId')}")
    argument = f"{style.get(q('w:val'), '')}|{'' if number is None else number.get(q('w:val'), '')}"
    properties.tail = mark(_HEADING, argument) + (properties.tail or "")
    last = paragraph[-1]
    last.tail = (last.tail or "") + mark(_HEADING_END, argument)
