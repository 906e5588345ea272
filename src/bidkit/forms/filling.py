"""a form filled in place: the text of its blanks exchanged, its rows copied; every other part stays as it lies."""

from __future__ import annotations

import copy
import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from lxml import etree

from bidkit.forms.blanks import find_mirrors
from bidkit.forms.flow import exchange
from bidkit.forms.gaps import width_of
from bidkit.ooxml.opc import Package, parse_xml, serialize
from bidkit.ooxml.tree import q

_FIRST_ID = 9100
"""The first number of a bookmark that is added; the buyer's have lower ones, and a volume gives them new ones."""
PAGE = "\ue0f0"
"""What stands for a page that only the volume knows."""
_PAGES = re.compile(f"{PAGE}(#?)([^{PAGE}]*){PAGE}")
_W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"


def mark_pages(names: Sequence[str], *, is_bare: bool) -> str:
    """What stands for the pages of bookmarks until the volume knows them; `is_bare` for numbers without words."""
    return f"{PAGE}{'#' * is_bare}{','.join(names)}{PAGE}"


def _write_pages(text: str, *, as_tags: bool) -> str:
    """Marks of pages as tags of the template language, or each as one character."""

    def write(found: re.Match[str]) -> str:
        names = found[2].split(",")
        return f"{{{{ {names[0]!r}|page_no }}}}" if found[1] else f"{{{{ {names!r}|pages }}}}"

    return _PAGES.sub(write if as_tags else PAGE, text)


@dataclass(frozen=True)
class Edit:
    """Some characters of a paragraph and what takes their place; paragraphs are counted from 1.

    Args:
        is_drawn: what is replaced was a line made of characters, so that the text is underlined.
        anchor: the bookmark that the text gets where the form stands in a volume, so that others may name its page.
    """

    paragraph: int
    start: int
    end: int
    text: str
    is_drawn: bool = False
    anchor: str = ""


@dataclass(frozen=True)
class Growth:
    """Rows added behind a row, each a copy of another one; rows are counted over the part, paragraphs inside a row.

    Args:
        rows: what is entered in each.
    """

    model: int
    behind: int
    rows: tuple[tuple[Edit, ...], ...]


@dataclass(frozen=True)
class Changes:
    """All that is done to one part."""

    edits: tuple[Edit, ...] = ()
    growths: tuple[Growth, ...] = ()


def fit(text: str, old: str, *, is_line: bool, name: str = "") -> str:
    """A text as wide as the blank that it takes the place of, if it is shorter; tabs stay behind it."""
    if PAGE in text:
        return text
    if "\t" in old:
        return text + "\t" * old.count("\t")
    if not is_line and not old.isspace():
        return text
    room = max(width_of(old) - width_of(text), 0)
    before = room // 2 if is_line or name in ("month", "day") else room if name == "year" else 0
    return " " * before + text + " " * (room - before)


def fill_form(package: Package, changes: Mapping[str, Changes], *, with_anchors: bool = False) -> Package:
    """A form with its changes, by part.

    Args:
        with_anchors: for a volume: with bookmarks, and with tags where a page is named.
    """
    filled = {part: _fill_part(package[part], own, with_anchors=with_anchors) for part, own in changes.items()}
    return package.replace(filled)


def _fill_part(content: bytes, changes: Changes, *, with_anchors: bool) -> bytes:
    root = parse_xml(content)
    paragraphs, rows = list(root.iter(q("p"))), list(root.iter(q("tr")))
    ids = itertools.count(_FIRST_ID) if with_anchors else None
    added = [
        (rows[growth.behind - 1], list(_copy_rows(rows[growth.model - 1], growth, ids))) for growth in changes.growths
    ]
    _apply(paragraphs, list_edits(paragraphs, changes.edits), ids)
    for behind, copies in added:
        for row in reversed(copies):
            behind.addnext(row)
    return serialize(root)


def list_edits(paragraphs: Sequence[etree._Element], edits: Sequence[Edit]) -> list[Edit]:
    """The edits of a part, also those in the second copies of text boxes."""
    mirrors = find_mirrors(paragraphs)
    again = [
        replace(edit, paragraph=two, anchor="")
        for two, one in mirrors.items()
        for edit in edits
        if edit.paragraph == one
    ]
    return [*edits, *again]


def _apply(paragraphs: Sequence[etree._Element], edits: Sequence[Edit], ids: Iterator[int] | None) -> None:
    """From the end of each paragraph, so that what stands before keeps its place.

    Args:
        ids: the numbers of bookmarks; None for no bookmarks.
    """
    for edit in sorted(edits, key=lambda item: (item.paragraph, item.start, item.end), reverse=True):
        text = _write_pages(edit.text, as_tags=ids is not None)
        run = exchange(paragraphs[edit.paragraph - 1], edit.start, edit.end, text, is_drawn=edit.is_drawn)
        if ids is not None and edit.anchor:
            number = {q("id"): str(next(ids))}
            run.addprevious(etree.Element(q("bookmarkStart"), {**number, q("name"): edit.anchor}))
            run.addnext(etree.Element(q("bookmarkEnd"), number))


def _copy_rows(model: etree._Element, growth: Growth, ids: Iterator[int] | None) -> Iterator[etree._Element]:
    for edits in growth.rows:
        row = copy.deepcopy(model)
        row.tail = None
        for mark in [*row.iter(q("bookmarkStart"), q("bookmarkEnd"))]:
            mark.getparent().remove(mark)  # type: ignore[union-attr]
        for element in row.iter(q("p"), q("tr")):
            for name in (f"{_W14}paraId", f"{_W14}textId"):
                if name in element.attrib:
                    del element.attrib[name]
        _apply(list(row.iter(q("p"))), edits, ids)
        yield row
