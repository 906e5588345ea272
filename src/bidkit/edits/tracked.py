"""the changes that Word has tracked in a document, and its comments: who made each, and what it says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from lxml import etree

from bidkit.diagnostic import Term
from bidkit.edits.looks import compare_props, flatten, strip
from bidkit.readback.names import W

_KINDS = {
    "ins": "inserted", "del": "deleted", "moveFrom": "moved_away", "moveTo": "moved_here", "comment": "comment",
    "rPrChange": "formatted", "pPrChange": "formatted", "tblPrChange": "formatted", "trPrChange": "formatted",
    "tcPrChange": "formatted", "sectPrChange": "formatted", "tblGridChange": "formatted",
    "numberingChange": "formatted", "cellIns": "inserted", "cellDel": "deleted", "cellMerge": "formatted",
}  # fmt: skip
_TEXTS = (f"{W}t", f"{W}delText")
_THINGS = (f"{W}drawing", f"{W}pict", f"{W}object")


@dataclass(frozen=True)
class Tracked:
    """A change that Word has tracked, or a comment: who, and what it says."""

    kind: str
    author: str
    text: str


def read_tracked(trees: Mapping[str, etree._Element]) -> Iterator[Tracked]:
    """Those of all parts; pieces of one change that lie side by side are one."""
    for tree in trees.values():
        last: Tracked | None = None
        where: etree._Element | None = None
        for element in tree.iter(*(f"{W}{name}" for name in _KINDS)):
            made = _read(element)
            if made is None:
                continue
            above = next(element.iterancestors(f"{W}p"), None)
            if last is not None and above is where and _is_one(last, made):
                is_same = made.kind == "formatted"
                last = replace(last, text=last.text if is_same else last.text + made.text)
                continue
            if last is not None:
                yield last
            last, where = made, above
        if last is not None:
            yield last


def _is_one(one: Tracked, two: Tracked) -> bool:
    return one.kind != "comment" and (one.kind, one.author) == (two.kind, two.author)


def _read(element: etree._Element) -> Tracked | None:
    """What an element tracks; None if it is empty."""
    kind, author = _KINDS[etree.QName(element).localname], element.get(f"{W}author", "")
    if kind == "formatted":
        above = next(element.iterancestors(f"{W}r", f"{W}p", f"{W}tr", f"{W}tbl"), None)
        return Tracked(kind, author, _read_texts(above)) if _changes(element) else None
    parent = element.getparent()
    is_mark = parent is not None and parent.tag in (f"{W}rPr", f"{W}trPr", f"{W}tcPr")
    if is_mark:
        row = next(element.iterancestors(f"{W}tr"), None) if parent is not None and parent.tag != f"{W}rPr" else None
        return Tracked(kind, author, "¶" if row is None else f"[{_read_texts(row)}]")
    text = _read_texts(element)
    if not text and next(element.iter(*_THINGS), None) is not None:
        text = "▣"
    return Tracked(kind, author, text) if text or kind == "comment" else None


def _changes(element: etree._Element) -> bool:
    """Whether formatting was other than it is, as far as it is seen."""
    before = element[0] if len(element) else None
    parent = element.getparent()
    return bool(compare_props(strip(dict(flatten(before))), strip(dict(flatten(parent))))) or before is None


def _read_texts(element: etree._Element | None) -> str:
    found = element.iter(*_TEXTS) if element is not None else ()
    return "".join(each.text or "" for each in found).strip()


def describe_tracked(mark: Tracked) -> Term:
    """What a mark is, in words."""
    return Term(f"mark_{mark.kind}", (("author", mark.author or "—"), ("text", mark.text)))
