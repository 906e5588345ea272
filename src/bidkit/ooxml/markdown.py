"""Markdown -> paragraphs, lists, tables in the template's styles."""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import unquote

from bidkit.ooxml.fields import make_field
from bidkit.ooxml.values import Cell, Image, Rendering, Site, make_table, mark, paragraph, run, table_paragraph

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_CAPTION = re.compile(r"(表|Table)\s*[:：]\s*(.+)", re.DOTALL)
_ID = re.compile(r"\s*\{#([^\s{}]+)\}\s*$")
_TARGET = re.compile(r"\]\(\s*<?#([^\s()<>]+)")
_ALIGN = re.compile(r"text-align:(left|center|right)")
_LINKS = ("http://", "https://", "mailto:")
_MARGIN_SHARE = 4.0


@dataclass(frozen=True)
class Markdown:
    """CommonMark text with pipe tables, and its pictures by the target written in the text.

    Args:
        top: the heading level that the highest heading of the text gets.
        figure, table: the names of the caption sequences (图, 表).
        file, line: where the text begins, for the places of its mistakes; no file if that is not known.
    """

    text: str
    images: Mapping[str, Image] = field(default_factory=dict)
    top: int = 1
    figure: str = "图"
    table: str = "表"
    file: str = ""
    line: int = 1

    def level(self, top: int) -> Markdown:
        """The same text with its highest headings at another level."""
        return replace(self, top=top)

    def blocks(self, rendering: Rendering, site: Site) -> str:
        """The text as paragraphs, lists and tables."""
        return "".join(_Writer(self, rendering, site).write(parse_markdown(self.text)))


@lru_cache(maxsize=512)
def parse_markdown(text: str) -> tuple[Token, ...]:
    """The block tokens of a text, to be read only; raw HTML is text."""
    return tuple(_make_parser().parse(text))


@lru_cache(maxsize=1)
def _make_parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False}).enable("table")


def list_images(text: str) -> list[tuple[str, int]]:
    """The targets of a text's pictures, each with the line (from 0) of its paragraph."""
    if "![" not in text:
        return []
    return [
        (str(child.attrGet("src")), token.map[0] if token.map else 0)
        for token in parse_markdown(text)
        for child in token.children or ()
        if child.type == "image"
    ]


@dataclass
class _List:
    style: str | None
    number: int | None
    is_first: bool = True


class _Writer:
    """One text on its way into XML."""

    def __init__(self, source: Markdown, rendering: Rendering, site: Site) -> None:
        self.source = source
        self.rendering = rendering
        self.site = site
        self.lists: list[_List] = []
        self.quotes = 0

    def write(self, tokens: Sequence[Token]) -> Iterator[str]:
        highest = min((int(token.tag[1]) for token in tokens if token.type == "heading_open"), default=1)
        position = 0
        while position < len(tokens):
            token = tokens[position]
            if token.type == "heading_open":
                yield self.heading(tokens[position + 1], int(token.tag[1]) - highest + self.source.top)
            elif token.type == "paragraph_open":
                yield self.paragraph(tokens, position)
            elif token.type in ("bullet_list_open", "ordered_list_open"):
                self.open_list(token.type.startswith("ordered"), int(token.attrGet("start") or 1))
            elif token.type in ("bullet_list_close", "ordered_list_close"):
                self.lists.pop()
            elif token.type == "list_item_open":
                self.lists[-1].is_first = True
            elif token.type in ("blockquote_open", "blockquote_close"):
                self.quotes += 1 if token.nesting > 0 else -1
            elif token.type in ("fence", "code_block"):
                yield paragraph(run(token.content.rstrip("\n")), self.style("Code", "Body Text"))
            elif token.type == "table_open":
                end = next(n for n in range(position, len(tokens)) if tokens[n].type == "table_close")
                yield self.table(tokens[position:end])
                position = end
            position += 1

    def style(self, *names: str) -> str | None:
        return self.rendering.styles.find("paragraph", *names)

    def heading(self, inline: Token, level: int) -> str:
        known = next((n for n in range(min(level, 9), 0, -1) if self.style(f"heading {n}")), 1)
        inline, name = _take_id(inline)
        content = _in_bookmark(name, self.inline(inline))
        return paragraph(mark("h", known) + content + mark("e"), self.style(f"heading {known}"))

    def open_list(self, is_ordered: bool, first: int) -> None:
        depth = min(len(self.lists) + 1, 3)
        name = "List Number" if is_ordered else "List Bullet"
        style = self.style(f"{name} {depth}" if depth > 1 else name, f"{name} 2", name)
        number = self.rendering.start_list(style, first) if is_ordered and style else None
        self.lists.append(_List(style, number))

    def paragraph(self, tokens: Sequence[Token], position: int) -> str:
        inline = tokens[position + 1]
        named, name = _take_id(inline)
        children = named.children or []
        if len(children) == 1 and children[0].type == "image":
            return self.figure(children[0], name)
        following = tokens[position + 3] if position + 3 < len(tokens) else None
        caption = _CAPTION.fullmatch(inline.content.strip())
        if caption and following is not None and following.type == "table_open":
            (title,) = parse_markdown(caption.group(2).strip())[1:2]
            title, name = _take_id(title.copy(map=inline.map))
            return self.caption(self.source.table, self.inline(title), name, keep_next=True)
        return self.text(self.inline(inline))

    def text(self, content: str) -> str:
        if self.lists:
            return self.list_item(content)
        return paragraph(
            content, self.style("Quote Block", "Quote") if self.quotes else self.style("Body Text", "Normal")
        )

    def list_item(self, content: str) -> str:
        current = self.lists[-1]
        if not current.is_first:
            return paragraph(
                content, self.style("List Continue", "Body Text"), f'<w:ind w:left="{420 * len(self.lists)}"/>'
            )
        current.is_first = False
        extra = ""
        if current.number is not None:
            level = self.rendering.styles.list_numbers[current.style or ""][1]
            extra = f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{current.number}"/></w:numPr>'
        return paragraph(content, current.style, extra)

    def figure(self, token: Token, name: str) -> str:
        image = self.source.images[str(token.attrGet("src"))]
        drawing = image.drawing(self.rendering, self.site.width, self.site.height)
        text, content = _plain(token), f"<w:r>{drawing}</w:r>"
        picture = paragraph(content if text else _in_bookmark(name, content), self.style("Figure", "Normal"))
        return picture + (self.caption(self.source.figure, run(text), name) if text else "")

    def caption(self, sequence: str, content: str, name: str, keep_next: bool = False) -> str:
        extra = "<w:keepNext/>" if keep_next else ""
        number = make_field(f"SEQ {sequence} \\* ARABIC", mark("q", sequence))
        label = _in_bookmark(name, run(f"{sequence} ") + number)
        text = mark("f") + label + run("  ") + content + mark("F")
        return paragraph(text, self.style("Caption", "Normal"), extra)

    def table(self, tokens: Sequence[Token]) -> str:
        rows: list[list[tuple[Cell, Token]]] = []
        for position, token in enumerate(tokens):
            if token.type == "tr_open":
                rows.append([])
            elif token.type in ("th_open", "td_open"):
                align = _ALIGN.search(str(token.attrGet("style") or ""))
                rows[-1].append((Cell(align=align.group(1) if align else "left"), tokens[position + 1]))
        head, body = self.style("Table Head", "Table Text"), self.style("Table Text")
        widths = [max(_width(row[column][1].content) for row in rows) for column in range(len(rows[0]))]
        shares = [min(max(width, 4), 40) + _MARGIN_SHARE for width in widths]

        def cells(number: int) -> list[tuple[Cell, str]]:
            style = body if number else head
            keep = "<w:keepNext/>" if number == len(rows) - 2 else ""  # the last row does not stand alone on a page
            return [
                (cell, table_paragraph(self.inline(token), style, cell.align, keep)) for cell, token in rows[number]
            ]

        others = [cells(number) for number in range(1, len(rows))]
        return make_table(self.rendering, self.site, cells(0), others, shares)

    def inline(self, token: Token) -> str:
        out: list[str] = []
        strong = emphasis = 0
        children = token.children or []
        for position, child in enumerate(children):
            kind = child.type
            if kind in ("strong_open", "strong_close"):
                strong += child.nesting
            elif kind in ("em_open", "em_close"):
                emphasis += child.nesting
            elif kind == "softbreak":
                out.append(run(_join(children, position), self.properties(strong, emphasis, False)))
            elif kind == "hardbreak":
                out.append("<w:r><w:br/></w:r>")
            elif kind == "link_open":
                out.append(self.link(str(child.attrGet("href")), token, _is_label(children, position)))
            elif kind == "link_close":
                out.append("" if _is_label(children, position - 1) else "</w:hyperlink>")
            elif kind == "image":
                image = self.source.images[str(child.attrGet("src"))]
                out.append(f"<w:r>{image.drawing(self.rendering, self.site.width, self.site.height)}</w:r>")
            else:
                out.append(run(child.content, self.properties(strong, emphasis, kind == "code_inline")))
        return "".join(out)

    def properties(self, strong: int, emphasis: int, is_code: bool) -> str:
        """Run properties: the template's Strong or Emphasis; both at once, the second as direct formatting."""
        name = "Strong" if strong else "Emphasis" if emphasis else ""
        style = self.rendering.styles.find("character", name) if name else None
        named = f'<w:rStyle w:val="{style}"/>' if style else ""
        fonts = '<w:rFonts w:ascii="Consolas" w:hAnsi="Consolas"/>' if is_code else ""
        bold = "<w:b/><w:bCs/>" if strong and not style else ""
        italic = "<w:i/><w:iCs/>" if emphasis and (strong or not style) else ""
        inside = named + fonts + bold + italic
        return f"<w:rPr>{inside}</w:rPr>" if inside else ""

    def pointer(self, target: str, token: Token, is_label: bool) -> str:
        """The beginning of a link to a bookmark; or the number or label of what it stands at, which is a link too."""
        name, place = name_bookmark(target), self.place(target, token)
        if is_label:
            return mark("K", f"label|{name}|{place}")
        return mark("K", f"link|{name}|{place}") + f'<w:hyperlink w:anchor="{name}" w:history="1">'

    def place(self, target: str, token: Token) -> str:
        """Where a link to a target is written, as `Part.locate` reads it."""
        lines = self.source.text.split("\n") if self.source.file else []
        first, end = token.map or (0, len(lines))
        for number, line in enumerate(lines[first:end], self.source.line + first):
            for found in _TARGET.finditer(line):
                if unquote(found.group(1)) == target:
                    return f"@{number}:{found.start(1)}:{len(found.group(1)) + 1}:{self.source.file}"
        return f"t{self.rendering.tag}"

    def link(self, target: str, token: Token, is_label: bool) -> str:
        if target.startswith("#") and len(target) > 1:
            return self.pointer(unquote(target[1:]), token, is_label)
        if not target.startswith(_LINKS):
            return "<w:hyperlink>"
        rid = self.rendering.relate("hyperlink", target, is_external=True)
        return (
            f'<w:hyperlink xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" r:id="{rid}">'
        )


def _is_label(children: list[Token], position: int) -> bool:
    """Whether a link into the document begins here that has no words of its own."""
    target = str(children[position].attrGet("href"))
    is_link = children[position].type == "link_open" and target.startswith("#") and len(target) > 1
    return is_link and children[position + 1].type == "link_close"


def name_bookmark(target: str) -> str:
    """The name of the bookmark of an id: Word takes letters, digits and `_`, at most 40, no digit first."""
    name = re.sub(r"\W", "_", target)
    if name[:1].isdigit():
        name = f"_{name}"
    return name if len(name) <= 40 else f"{name[:31]}_{zlib.crc32(target.encode()):08x}"


def _take_id(inline: Token) -> tuple[Token, str]:
    """A heading or caption without the `{#id}` at its end, and the name of the bookmark that this asks for."""
    children = list(inline.children or ())
    found = _ID.search(children[-1].content) if children and children[-1].type == "text" else None
    if found is None:
        return inline, ""
    rest = children[-1].content[: found.start()]
    children[-1:] = [children[-1].copy(content=rest)] if rest else []
    return inline.copy(children=children), name_bookmark(found.group(1))


def _in_bookmark(name: str, content: str) -> str:
    """Runs inside a bookmark; just the runs if it has no name."""
    return mark("y", f"#{name}|{name}") + content + mark("Y", f"#{name}") if name else content


def _join(children: list[Token], position: int) -> str:
    """What a line break inside a paragraph prints: nothing between Chinese characters, else a space."""
    before = next((child.content[-1] for child in reversed(children[:position]) if child.content), "")
    after = next((child.content[0] for child in children[position + 1 :] if child.content), "")
    return "" if before and after and _is_wide(before) and _is_wide(after) else " "


def _plain(token: Token) -> str:
    """The words of a picture's description, without its formatting."""
    return "".join(child.content for child in token.children or ()) if token.children else token.content


def _is_wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in "WF" or character in "“”‘’…—"


def _width(text: str) -> int:
    """The columns that a text takes, Chinese characters counted double."""
    return max((sum(2 if _is_wide(c) else 1 for c in line) for line in text.split("\n")), default=0)
