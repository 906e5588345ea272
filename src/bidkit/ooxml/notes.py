"""footnotes, endnotes, comments: compiled where they are referred to, so that they go and repeat with their text."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from dataclasses import dataclass

from lxml import etree

from bidkit.ooxml.tree import W, insert_before, q, replace_by_text, to_fragment
from bidkit.ooxml.values import mark, quote

PARTS = {"footnote": "word/footnotes.xml", "endnote": "word/endnotes.xml", "comment": "word/comments.xml"}
_IGNORABLE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Ignorable"


@dataclass(frozen=True)
class Shell:
    """A notes part without the notes that the document refers to.

    Args:
        head, tail: XML before and behind the notes.
        first_id: the number of the first note.
    """

    part: str
    head: str
    tail: str
    first_id: int


def inline_notes(root: etree._Element, parts: Mapping[str, etree._Element]) -> dict[str, Shell]:
    """Put the content of each note behind its reference; what is left of the notes parts, by kind of note.

    Raises:
        ValueError: a notes part uses a namespace prefix in another sense than the document.
    """
    shells = {}
    for kind, part in PARTS.items():
        tree = parts.get(part)
        if tree is None:
            continue
        notes = {note.get(q("id"), ""): note for note in tree.findall(q(kind))}
        for reference in list(root.iter(q(f"{kind}Reference"))):
            number = reference.get(q("id"), "")
            body = reference.getnext()
            if body is None or body.tag != q(kind):  # else it was brought together with its reference
                body = copy.deepcopy(notes[number]) if number in notes else None
            if body is not None:
                body.set(q("id"), mark("I", kind))
                if body.getparent() is None:
                    reference.addnext(body)
                insert_before(body, mark("n", kind))
                body.tail = mark("N", kind) + (body.tail or "")
                reference.set(q("id"), mark("i", f"{kind}|{number}"))
            else:
                replace_by_text(reference, "")
        shells[kind] = _make_shell(kind, part, tree, root)
    for kind, op in (("commentRangeStart", "o"), ("commentRangeEnd", "O")):
        for edge in list(root.iter(q(kind))):
            replace_by_text(edge, mark(op, edge.get(q("id"), "")))
    return shells


def find_note_part(element: etree._Element) -> str:
    """The notes part to which an element of the document was brought from; empty if none."""
    for ancestor in element.iterancestors(*(q(kind) for kind in PARTS)):
        return PARTS[etree.QName(ancestor).localname]
    return ""


def _make_shell(kind: str, part: str, tree: etree._Element, root: etree._Element) -> Shell:
    spaces = {**tree.nsmap, **root.nsmap}
    clash = [prefix for prefix, uri in tree.nsmap.items() if spaces[prefix] != uri]
    if clash or None in spaces:
        raise ValueError(f"{part}: {', '.join(str(prefix) for prefix in clash) or 'xmlns'}")
    declared = "".join(f" xmlns:{prefix}={quote(uri)}" for prefix, uri in sorted(spaces.items(), key=str))
    names = dict.fromkeys(name for element in (root, tree) for name in element.get(_IGNORABLE, "").split())
    ignorable = f' mc:Ignorable="{" ".join(names)}"' if names else ""
    kept = [note for note in tree if note.get(q("type"), "normal") not in ("normal",)]
    numbers = [int(note.get(q("id"), "0")) for note in kept]
    name = etree.QName(tree).localname
    assert tree.nsmap.get("w") == W
    text = "".join(to_fragment(note) for note in kept)
    return Shell(part, f"<w:{name}{declared}{ignorable}>{text}", f"</w:{name}>", max([0, *numbers]) + 1)


def drop_unused_ranges(text: str, used: set[int]) -> str:
    """A part's text without the comment ranges whose comment was left out."""

    def keep(found: re.Match[str]) -> str:
        return found.group() if int(found.group(1)) in used else ""

    return re.sub(r'<w:commentRange(?:Start|End) w:id="(\d+)"/>', keep, text)
