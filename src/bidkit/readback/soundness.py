"""structural faults of a finished .docx: its container, what its parts refer to, what stands in what."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lxml import etree

from bidkit.ooxml import opc
from bidkit.readback.names import WP, W, make_path

_RELATED = make_path("//@r:*")
_OPEN_CELLS = make_path(
    "//w:tc[not(*[not(self::w:bookmarkStart or self::w:bookmarkEnd)][last()][self::w:p or self::w:sdt])]"
)
_ROWS, _CELLS = (f"{W}tbl", f"{W}tr"), (f"{W}tr", f"{W}tc")
_SPANS = "w:tc/w:tcPr/w:gridSpan/@w:val"
_WIDE = make_path(
    f"//w:tbl[w:tr[{_SPANS}[.='' or translate(., '0123456789', '')!='']"
    f" or count(w:tc) + sum({_SPANS}) - count({_SPANS}) > count(../w:tblGrid/w:gridCol)]]"
)
_NOT_IN = {f"{W}r": (f"{W}r", f"{W}t"), f"{W}p": (f"{W}p", f"{W}r", f"{W}t")}
_HOLDERS = ("document", "body", "tbl", "tr", "tc", "p", "r", "hdr", "ftr", "sdtContent")
_IN_HOLDER = " or ".join(f"parent::w:{name}" for name in _HOLDERS)
_LOOSE = make_path(f"//text()[not(parent::w:t)][normalize-space()][{_IN_HOLDER}]/..")


@dataclass(frozen=True)
class Fault:
    """A structural fault and the part that has it."""

    part: str
    text: str


def find_faults(parts: Mapping[str, bytes], trees: Mapping[str, etree._Element]) -> Iterator[Fault]:
    """What is wrong with the structure of a document, part by part."""
    yield from _check_container(parts, trees)
    styles = (
        {style.get(f"{W}styleId") for style in trees["word/styles.xml"].iter(f"{W}style")}
        if "word/styles.xml" in trees
        else set()
    )
    lists = (
        {num.get(f"{W}numId") for num in trees["word/numbering.xml"].iter(f"{W}num")}
        if "word/numbering.xml" in trees
        else set()
    )
    for part, tree in trees.items():
        if part.startswith("word/") and not part.endswith(".rels"):
            is_readable = opc.rels_name(part) not in parts or opc.rels_name(part) in trees
            relationships = set(opc.read_relationships(parts, part)) if is_readable else None
            yield from _check_references(part, tree, styles, {*lists, "0"}, relationships)
            yield from _check_nesting(part, tree)
            yield from _check_places(part, tree)
    yield from _check_notes(trees)


def _check_container(parts: Mapping[str, bytes], trees: Mapping[str, etree._Element]) -> Iterator[Fault]:
    """Every part has a content type, every relationship a target, every reference a relationship."""
    types = trees.get(opc.CONTENT_TYPES)
    if types is None:
        return
    extensions = {element.get("Extension", "").lower() for element in types.iter(f"{{{opc.NS_TYPES}}}Default")}
    overrides = {element.get("PartName", "").lstrip("/") for element in types.iter(f"{{{opc.NS_TYPES}}}Override")}
    for part in parts:
        if part != opc.CONTENT_TYPES and part not in overrides and part.rpartition(".")[2].lower() not in extensions:
            yield Fault(part, "no content type")
    for override in overrides - set(parts):
        yield Fault(override, "content type of a part that is not there")
    main = [
        override.get("ContentType", "")
        for override in types.iter(f"{{{opc.NS_TYPES}}}Override")
        if override.get("PartName") == "/word/document.xml"
    ]
    if "word/document.xml" not in trees or not any(kind.endswith(".document.main+xml") for kind in main):
        yield Fault("word/document.xml", "no main document, or not of its content type")
    if "_rels/.rels" not in trees or not _targets(parts, "").get("officeDocument"):
        yield Fault("_rels/.rels", "does not lead to the document")
    for part in trees:
        if part.endswith(".rels"):
            yield from _check_relationships(parts, part, trees)


def _targets(parts: Mapping[str, bytes], part: str) -> dict[str, str]:
    """The last word of each relationship's type -> its target."""
    return {item.type.rpartition("/")[2]: item.target for item in opc.read_relationships(parts, part).values()}


def _check_relationships(parts: Mapping[str, bytes], rels: str, trees: Mapping[str, etree._Element]) -> Iterator[Fault]:
    """Ids are unique, targets exist, and every reference of the part has its relationship."""
    folder, _, file = rels.rpartition("_rels/")
    part = folder + file.removesuffix(".rels")
    ids = [item.get("Id", "") for item in trees[rels].iter(f"{{{opc.NS_RELS}}}Relationship")]
    if len(set(ids)) != len(ids):
        yield Fault(rels, "two relationships of one id")
    for relationship in opc.read_relationships(parts, part).values():
        if not relationship.is_external and relationship.target not in parts:
            yield Fault(part, f"relationship {relationship.id} leads to {relationship.target}, which is not there")


def _check_references(
    part: str,
    tree: etree._Element,
    styles: set[str | None],
    lists: set[str | None],
    relationships: set[str] | None,
) -> Iterator[Fault]:
    for tag in ("pStyle", "rStyle", "tblStyle"):
        for element in tree.iter(f"{W}{tag}"):
            if element.get(f"{W}val") not in styles:
                yield Fault(part, f"style {element.get(f'{W}val')!r} does not exist")
    if part != "word/numbering.xml":
        for element in tree.iter(f"{W}numId"):
            if element.get(f"{W}val") not in lists:
                yield Fault(part, f"list {element.get(f'{W}val')!r} does not exist")
    for value in _RELATED(tree):
        if relationships is not None and value not in relationships:
            yield Fault(part, f"{etree.QName(value.attrname).localname}={str(value)!r} has no relationship")
    bookmarks = [element.get(f"{W}name") for element in tree.iter(f"{W}bookmarkStart")]
    starts = [element.get(f"{W}id") for element in tree.iter(f"{W}bookmarkStart")]
    ends = [element.get(f"{W}id") for element in tree.iter(f"{W}bookmarkEnd")]
    drawings = [element.get("id") for element in tree.iter(f"{WP}docPr")]
    for what, ids in (("bookmark", bookmarks), ("bookmark id", starts), ("drawing id", drawings)):
        for repeated in (key for key, count in Counter(ids).items() if count > 1):
            yield Fault(part, f"{what} {repeated!r} is not unique")
    if sorted(map(str, starts)) != sorted(map(str, ends)):
        yield Fault(part, "bookmarks are not paired")
    if part == "word/document.xml":
        anchors = {element.get(f"{W}anchor") for element in tree.iter(f"{W}hyperlink")} - {None}
        pages = {word for text in tree.iter(f"{W}instrText") for word in re.findall(r"PAGEREF (\S+)", text.text or "")}
        for missing in (anchors | pages) - set(bookmarks):
            yield Fault(part, f"bookmark {missing!r} does not exist")


def _check_nesting(part: str, tree: etree._Element) -> Iterator[Fault]:
    for _ in _OPEN_CELLS(tree):
        yield Fault(part, "a table cell does not end with a paragraph")
    for tag, inside in (_ROWS, _CELLS):
        for element in tree.iter(tag):
            if element.find(inside) is None:
                yield Fault(part, f"a w:{tag.removeprefix(W)} without w:{inside.removeprefix(W)}")
    for _ in _WIDE(tree):
        yield Fault(part, "a table row has more cells than its grid has columns")
    depth = 0
    for char in tree.iter(f"{W}fldChar"):
        depth += {"begin": 1, "end": -1}.get(char.get(f"{W}fldCharType", ""), 0)
        if depth < 0:
            break
    if depth:
        yield Fault(part, "a field is not closed, or not opened")


def _check_places(part: str, tree: etree._Element) -> Iterator[Fault]:
    """Runs and paragraphs stand where they may, and no text stands outside of `w:t`."""
    for element in tree.iter(*_NOT_IN):
        holder = element.getparent()
        if holder is not None and holder.tag in _NOT_IN[str(element.tag)]:
            yield Fault(part, f"w:{etree.QName(element).localname} inside {etree.QName(holder).localname}")
    for holder in _LOOSE(tree):
        yield Fault(part, f"text directly in w:{etree.QName(holder).localname}")


def _check_notes(trees: Mapping[str, etree._Element]) -> Iterator[Fault]:
    """Every footnote, endnote and comment that is referred to is there."""
    for kind in ("footnote", "endnote", "comment"):
        notes = trees.get(f"word/{kind}s.xml")
        known = set() if notes is None else {note.get(f"{W}id") for note in notes.iter(f"{W}{kind}")}
        for part, tree in trees.items():
            for reference in tree.iter(f"{W}{kind}Reference"):
                if reference.get(f"{W}id") not in known:
                    yield Fault(part, f"{kind} {reference.get(f'{W}id')} does not exist")
