"""the cover and the contents of a finished document: found, and taken out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lxml import etree

from bidkit.ooxml.formatting import StyleSheet
from bidkit.ooxml.tree import q

MAX_COVER_CHARS = 1000
_MAX_TITLE_CHARS = 40
_SHOWN = (q("t"), q("drawing"), q("pict"), q("object"))


def find_cover(document: etree._Element, styles: StyleSheet) -> list[etree._Element]:
    """The blocks of the cover: those before the end of the first section, the contents or the first heading.

    What only runs on into the first heading, and what is longer than `MAX_COVER_CHARS`, is no cover.
    """
    body = document.find(q("body"))
    cover: list[etree._Element] = []
    for block in body if body is not None else ():
        paragraphs = [block] if block.tag == q("p") else list(block.iter(q("p")))
        first = paragraphs[0] if paragraphs else None
        if any(styles.is_contents(paragraph) for paragraph in paragraphs):
            return _judge(cover)
        if first is not None and block.tag != q("tbl") and styles.heading_level(first):
            return _judge(cover) if _begins_page(first, cover, styles) else []
        cover.append(block)
        if block.find(f"{q('pPr')}/{q('sectPr')}") is not None:
            return _judge(cover)
    return []


def _judge(cover: list[etree._Element]) -> list[etree._Element]:
    chars = sum(len(text.text or "") for block in cover for text in block.iter(q("t")))
    return cover if chars <= MAX_COVER_CHARS else []


def _begins_page(heading: etree._Element, before: Sequence[etree._Element], styles: StyleSheet) -> bool:
    broken = styles.look_up(heading, "pageBreakBefore")
    if broken is not None and broken.get(q("val"), "1") not in ("0", "false", "off"):
        return True
    last = before[-1] if before else None
    return last is not None and any(item.get(q("type")) == "page" for item in last.iter(q("br")))


def drop_cover(document: etree._Element, styles: StyleSheet) -> None:
    """Take out the cover."""
    cover = find_cover(document, styles)
    _save_bookmarks(document, cover)
    for block in cover:
        _remove(block)


def drop_contents(document: etree._Element, styles: StyleSheet, *, has_cover: bool) -> None:
    """Take out tables of contents and lists of figures with their titles, and a section that only held them.

    Args:
        has_cover: what stands before the first of them may be a cover, and is no title of it.
    """
    contents = [paragraph for paragraph in document.iter(q("p")) if styles.is_contents(paragraph)]
    contents += list(_list_titles(document, contents, styles, is_behind=not has_cover))
    _save_bookmarks(document, contents)
    for paragraph in contents:
        if paragraph.getparent() is not None:
            section = paragraph.find(f"{q('pPr')}/{q('sectPr')}")
            if section is None:
                _remove(paragraph)
            else:
                for child in list(paragraph):
                    if child.tag != q("pPr"):
                        paragraph.remove(child)
    for holder in list(document.iter(q("sdt"))):
        content = holder.find(q("sdtContent"))
        if content is None or not len(content):
            _remove(holder)
    _drop_empty_section(document)


def _list_titles(
    document: etree._Element, contents: Sequence[etree._Element], styles: StyleSheet, *, is_behind: bool
) -> Iterator[etree._Element]:
    """A few words alone between two lists, or between the end of a section and a list: the title of the one behind.

    A pack may set it in a style of its own, and left behind it would be all that its page says.
    """
    body = document.find(q("body"))
    listed = {*contents}
    for block in body if body is not None else ():
        is_list, follower = not listed.isdisjoint(block.iter(q("p"))), block.getnext()
        is_before = follower is not None and not listed.isdisjoint(follower.iter(q("p")))
        is_short = sum(len(text.text or "") for text in block.iter(q("t"))) <= _MAX_TITLE_CHARS
        is_alone = is_behind and is_before and not is_list
        if is_alone and block.tag == q("p") and is_short and not styles.heading_level(block):
            yield block
        is_behind = is_list or block.find(f"{q('pPr')}/{q('sectPr')}") is not None


def _drop_empty_section(document: etree._Element) -> None:
    """The first section goes if nothing is left in it: it would be a blank page."""
    body = document.find(q("body"))
    blocks: list[etree._Element] = []
    for block in body if body is not None else ():
        blocks.append(block)
        if any(True for _ in block.iter(*_SHOWN)):
            return
        if block.find(f"{q('pPr')}/{q('sectPr')}") is not None:
            for empty in blocks:
                _remove(empty)
            return


def _save_bookmarks(document: etree._Element, dropped: Sequence[etree._Element]) -> None:
    """Bookmarks in what is dropped move to the first paragraph that is left, so that nothing refers to none."""
    marks = [mark for block in dropped for mark in block.iter(q("bookmarkStart"), q("bookmarkEnd"))]
    lost = {paragraph for block in dropped for paragraph in block.iter(q("p"))}
    target = next((paragraph for paragraph in document.iter(q("p")) if paragraph not in lost), None)
    if target is not None:
        position = 1 if target.find(q("pPr")) is not None else 0
        for number, mark in enumerate(marks):
            target.insert(position + number, mark)


def _remove(element: etree._Element) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)
