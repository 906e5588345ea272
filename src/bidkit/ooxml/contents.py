"""tables of contents, lists of figures and tables: a line for each heading or caption, with its link and page."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bidkit.ooxml.fields import make_field
from bidkit.ooxml.values import escape_text

FIGURES_STYLE = "table of figures"
_TOC = re.compile(r"\s*TOC\b(?!.*\\[aft]\b)", re.IGNORECASE)
_SEQUENCE = re.compile(r'\\c\s*(?:"([^"]+)"|([^\s"\\]+))', re.IGNORECASE)
_DEPTH = re.compile(r'\\o\s*"1-([1-9])"')
_LIST_SWITCH = re.compile(r"\\c\b", re.IGNORECASE)


@dataclass(frozen=True)
class Contents:
    """The place of such a table among the pieces of a part."""

    instruction: str

    @property
    def sequence(self) -> str:
        """The sequence whose captions it lists; nothing if it lists headings."""
        found = _SEQUENCE.search(self.instruction)
        return (found.group(1) or found.group(2)) if found else ""

    @property
    def style(self) -> str:
        """The name of the style that it cannot do without."""
        return FIGURES_STYLE if self.sequence else "toc 1"

    @property
    def depth(self) -> int:
        """How many levels of headings it shows."""
        found = _DEPTH.search(self.instruction)
        return int(found.group(1)) if found else 3


@dataclass(frozen=True)
class Entry:
    """A line: the id of its style, the words, and the bookmark that it leads to."""

    style: str
    number: str
    text: str
    bookmark: str


def read_contents(instruction: str) -> Contents | None:
    """The table that a field makes; None if it is another field, or one whose entries are chosen in a way unknown."""
    made = Contents(instruction)
    if not _TOC.match(instruction) or (_LIST_SWITCH.search(instruction) and not made.sequence):
        return None
    return made


def make_contents(
    entries: Sequence[Entry],
    pages: Mapping[str, str | int] | None,
    style: str,
    instruction: str,
    *,
    is_layout_copy: bool = False,
) -> str:
    """The paragraphs of the table: a link for each entry, and its page where pages are known.

    Args:
        pages: the page of each bookmark; None if no layout engine was there.
        style: the id of the style of the one paragraph that is left if there is no entry.
        instruction: the TOC field's own instruction.
        is_layout_copy: for laying out: no TOC field around, pages as plain PAGEREF fields.
    """
    if not entries:
        return f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr></w:p>'
    paragraphs = []
    for position, entry in enumerate(entries):
        begin = end = ""
        if not is_layout_copy:
            begin = _toc_begin(instruction) if position == 0 else ""
            end = '<w:r><w:fldChar w:fldCharType="end"/></w:r>' if position == len(entries) - 1 else ""
        number = f'<w:r><w:t xml:space="preserve">{escape_text(entry.number)} </w:t></w:r>' if entry.number else ""
        page = ""
        if pages is not None or is_layout_copy:
            result = escape_text(str(pages[entry.bookmark])) if pages is not None else "000"
            page = "<w:r><w:tab/></w:r>" + make_field(f"PAGEREF {entry.bookmark} \\h", result)
        paragraphs.append(
            f'<w:p><w:pPr><w:pStyle w:val="{entry.style}"/></w:pPr>{begin}'
            f'<w:hyperlink w:anchor="{entry.bookmark}" w:history="1">{number}'
            f'<w:r><w:t xml:space="preserve">{escape_text(entry.text)}</w:t></w:r>{page}</w:hyperlink>{end}</w:p>'
        )
    return "".join(paragraphs)


def _toc_begin(instruction: str) -> str:
    return (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        f'<w:r><w:instrText xml:space="preserve">{escape_text(instruction)}</w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
    )
