"""tables of contents: a line for each heading, with its link and page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bidkit.ooxml.fields import Heading, make_field
from bidkit.ooxml.values import escape_text


@dataclass(frozen=True)
class Contents:
    """The place of a table of contents among the pieces of a part."""

    instruction: str


def make_contents(
    headings: Sequence[Heading],
    pages: Sequence[int] | None,
    styles: Sequence[str],
    instruction: str,
    *,
    is_layout_copy: bool = False,
) -> str:
    """The paragraphs of a table of contents: a link for each heading, and its page where pages are known.

    Args:
        pages: the page of each heading, in order; None if no layout engine was there.
        styles: the ids of the styles toc 1, toc 2, …: as many levels as the contents show.
        instruction: the TOC field's own instruction.
        is_layout_copy: for laying out: no TOC field around, pages as plain PAGEREF fields.
    """
    shown = [(place, heading) for place, heading in enumerate(headings) if heading.level <= len(styles)]
    if not shown:
        return f'<w:p><w:pPr><w:pStyle w:val="{styles[0]}"/></w:pPr></w:p>'
    paragraphs = []
    for position, (place, heading) in enumerate(shown):
        begin = end = ""
        if not is_layout_copy:
            begin = _toc_begin(instruction) if position == 0 else ""
            end = '<w:r><w:fldChar w:fldCharType="end"/></w:r>' if position == len(shown) - 1 else ""
        number = f'<w:r><w:t xml:space="preserve">{escape_text(heading.number)} </w:t></w:r>' if heading.number else ""
        page = ""
        if pages is not None or is_layout_copy:
            result = str(pages[place]) if pages is not None else "000"
            page = "<w:r><w:tab/></w:r>" + make_field(f"PAGEREF {heading.bookmark} \\h", result)
        paragraphs.append(
            f'<w:p><w:pPr><w:pStyle w:val="{styles[heading.level - 1]}"/></w:pPr>{begin}'
            f'<w:hyperlink w:anchor="{heading.bookmark}" w:history="1">{number}'
            f'<w:r><w:t xml:space="preserve">{escape_text(heading.text)}</w:t></w:r>{page}</w:hyperlink>{end}</w:p>'
        )
    return "".join(paragraphs)


def _toc_begin(instruction: str) -> str:
    return (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        f'<w:r><w:instrText xml:space="preserve">{escape_text(instruction)}</w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
    )
