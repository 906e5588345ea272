"""the paragraphs of a finished part: what each is (cover, contents, heading, table, text), and where it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lxml import etree

from bidkit.readback.names import Place, W

if TYPE_CHECKING:
    from bidkit.appearance.cascade import Cascade

MAX_COVER_CHARS = 1000
"""A cover says few words; more than that is a text without a heading."""


@dataclass(frozen=True)
class Cell:
    """A table cell around a paragraph: the table, and where in it the cell stands, from 0."""

    table: etree._Element
    row: int
    rows: int
    column: int
    columns: int


@dataclass(frozen=True)
class Block:
    """A paragraph and what is around it; `is_running` if the lines of a text could begin with an indent here."""

    element: etree._Element
    place: Place
    kind: str
    level: int = 0
    cells: tuple[Cell, ...] = field(default=())
    is_running: bool = False


def list_blocks(part: str, tree: etree._Element, cascade: Cascade) -> list[Block]:
    """The paragraphs of a part."""
    cover = set(_find_cover(tree, cascade)) if part == "word/document.xml" else set()
    grid = _Grid(tree)
    tables = {table: number for number, table in enumerate(tree.iter(f"{W}tbl"), 1)}
    blocks: list[Block] = []
    heading = ""
    for number, paragraph in enumerate(tree.iter(f"{W}p"), 1):
        cells = tuple(grid.around(paragraph))
        level = cascade.heading_level(paragraph)
        kind = _judge(part, paragraph, level, cells, paragraph in cover, cascade)
        if kind == "heading":
            heading = " ".join("".join(text.text or "" for text in paragraph.iter(f"{W}t")).split())[:40]
        place: list[tuple[str, str]] = [("part", part)]
        place += [("heading", heading)] if heading else []
        if cells:
            inner = cells[0]
            place += [("table", str(tables[inner.table])), ("row", str(inner.row + 1)), ("cell", str(inner.column + 1))]
        place.append(("paragraph", str(number)))
        boxed = any(above.tag == f"{W}txbxContent" for above in paragraph.iterancestors())
        is_running = part == "word/document.xml" and not boxed and cascade.style_name(paragraph) != "caption"
        blocks.append(Block(paragraph, tuple(place), kind, level, cells, is_running))
    return blocks


def _judge(
    part: str, paragraph: etree._Element, level: int, cells: tuple[Cell, ...], on_cover: bool, cascade: Cascade
) -> str:
    if re.match("word/(header|footer)", part):
        return "margin"
    if cells:
        return "cover" if on_cover else "table"
    if on_cover:
        return "cover"
    if level:
        return "heading"
    return "contents" if is_contents(paragraph, cascade) else "text"


def is_contents(paragraph: etree._Element, cascade: Cascade) -> bool:
    """Whether a paragraph belongs to a table of contents: by its style, or because the field stands in it."""
    codes = "".join(code.text or "" for code in paragraph.iter(f"{W}instrText"))
    is_styled = re.fullmatch(r"toc (\d|heading)|table of figures", cascade.style_name(paragraph)) is not None
    return is_styled or re.search(r"\bTOC\b", codes) is not None


def _find_cover(tree: etree._Element, cascade: Cascade) -> Iterator[etree._Element]:
    """The paragraphs before the contents, the first section's end, or a first heading that begins a page."""
    body = tree.find(f"{W}body")
    found: list[etree._Element] = []
    is_ended = False
    for block in body if body is not None else ():
        paragraphs = list(block.iter(f"{W}p"))
        if any(is_contents(item, cascade) for item in paragraphs):
            is_ended = True
            break
        if paragraphs and block.tag != f"{W}tbl" and cascade.heading_level(paragraphs[0]):
            before = found[-1] if found else None
            breaks = [] if before is None else [item.get(f"{W}type") for item in before.iter(f"{W}br")]
            is_ended = "page" in breaks or cascade.begins_page(paragraphs[0])
            break
        found += block.iter(f"{W}p")
        if block.find(f"{W}pPr/{W}sectPr") is not None:
            is_ended = True
            break
    chars = sum(len(text.text or "") for item in found for text in item.iter(f"{W}t"))
    if is_ended and chars <= MAX_COVER_CHARS:
        yield from found


class _Grid:
    """Where each cell of a part's tables stands."""

    def __init__(self, tree: etree._Element) -> None:
        self.rows: dict[etree._Element, list[etree._Element]] = {}
        self.cells: dict[etree._Element, list[etree._Element]] = {}
        self.at: dict[etree._Element, int] = {}
        for name, outer, members in (("tr", "tbl", self.rows), ("tc", "tr", self.cells)):
            for item in tree.iter(f"{W}{name}"):
                holder = next(item.iterancestors(f"{W}{outer}"))
                siblings = members.setdefault(holder, [])
                self.at[item] = len(siblings)
                siblings.append(item)

    def around(self, paragraph: etree._Element) -> Iterator[Cell]:
        """The cells around a paragraph, the innermost first; a text box does not hide them."""
        for cell in paragraph.iterancestors(f"{W}tc"):
            row = next(cell.iterancestors(f"{W}tr"))
            table = next(row.iterancestors(f"{W}tbl"))
            yield Cell(table, self.at[row], len(self.rows[table]), self.at[cell], len(self.cells[row]))
