"""references of a finished .docx to pages: what each shows, and at which heading it points."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from lxml import etree

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_PIECES = tuple(f"{_W}{name}" for name in ("fldChar", "instrText", "t", "fldSimple"))


@dataclass(frozen=True)
class PageReference:
    """What a reference shows, the number of its paragraph from 1, and of the heading at which it points from 0."""

    paragraph: int
    heading: int
    shown: str


@dataclass
class _Field:
    code: str = ""
    result: str = ""
    is_code: bool = True


def list_references(
    tree: etree._Element, headings: Sequence[etree._Element], without: Collection[etree._Element]
) -> Iterator[PageReference]:
    """The references to pages of headings of the same document, but for those in paragraphs that do not count."""
    marks = {
        mark.get(f"{_W}name", ""): number
        for number, heading in enumerate(headings)
        for mark in heading.iter(f"{_W}bookmarkStart")
    }
    skipped = {*without}
    for number, paragraph in enumerate(tree.iter(f"{_W}p"), 1):
        for field in _list_fields(paragraph) if paragraph not in skipped else ():
            words = field.code.split()
            if len(words) > 1 and words[0].upper() == "PAGEREF" and words[1] in marks:
                yield PageReference(number, marks[words[1]], field.result.strip())


def _list_fields(paragraph: etree._Element) -> Iterator[_Field]:
    """The fields of a paragraph that begin and end in it; one in another is no part of what that one shows."""
    open_: list[_Field] = []
    for piece in paragraph.iter(*_PIECES):
        kind = piece.get(f"{_W}fldCharType", "")
        if piece.tag == f"{_W}fldSimple":
            yield _Field(piece.get(f"{_W}instr", ""), "".join(text.text or "" for text in piece.iter(f"{_W}t")))
        elif kind == "begin":
            open_.append(_Field())
        elif open_ and kind == "separate":
            open_[-1].is_code = False
        elif open_ and kind == "end":
            yield open_.pop()
        elif open_ and piece.tag == f"{_W}instrText" and open_[-1].is_code:
            open_[-1].code += piece.text or ""
        elif open_ and piece.tag == f"{_W}t" and not open_[-1].is_code:
            open_[-1].result += piece.text or ""
