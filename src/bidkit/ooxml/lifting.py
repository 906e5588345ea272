"""tags that take the place of more than their text: of a run; and dashes that join paragraphs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

from lxml import etree

from bidkit.ooxml.tree import append_text, q, replace_by_text, set_text

Item = TypeVar("Item")


def isolate_run(paragraph: etree._Element, marked: str) -> etree._Element:
    """Give a mark the place of a run: what stands before and behind it in its run becomes runs of their own.

    Returns:
        The run in which it stood; only its properties and its parent may be asked for.
    """
    text = next(text for text in paragraph.iter(q("t")) if marked in (text.text or ""))
    run = text.getparent()
    assert run is not None
    before, _, after = (text.text or "").partition(marked)
    rest = etree.Element(q("r"))
    properties = run.find(q("rPr"))
    if properties is not None:
        rest.append(etree.fromstring(etree.tostring(properties)))
        rest[0].tail = None
    set_text(etree.SubElement(rest, q("t")), after)
    rest.extend(list(text.itersiblings()))
    text.text = before
    rest.tail, run.tail = run.tail, None
    run.addnext(rest)
    run.tail = marked
    for piece, part in ((rest, after), (run, before)):
        if not part and all(child.tag in (q("rPr"), q("t")) and not child.text for child in piece):
            replace_by_text(piece, "")
    return run


def join_paragraphs(joins: Sequence[tuple[etree._Element, Item, bool]]) -> Iterator[Item]:
    """Join paragraphs at dashes: `{%-` to the one before, `-%}` to the one behind.

    Args:
        joins: paragraph, its tag, and whether the dash stands before the tag, in document order.

    Yields:
        The tags whose paragraph has no paragraph as its neighbour there.
    """
    went_into: dict[etree._Element, etree._Element] = {}
    for paragraph, item, is_before in joins:
        here = paragraph
        while here in went_into:
            here = went_into[here]
        if is_before and here is not paragraph:
            continue  # taken in by the one before already
        other = here.getprevious() if is_before else here.getnext()
        first, second = (other, here) if is_before else (here, other)
        if first is None or second is None or first.tag != q("p") or second.tag != q("p"):
            yield item
            continue
        properties = second.find(q("pPr"))
        if properties is not None:
            replace_by_text(properties, "")
        if second.text:
            append_text(first, second.text)
        first.extend(list(second))
        replace_by_text(second, "")
        went_into[second] = first
