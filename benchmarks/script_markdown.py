"""Markdown as paragraphs and tables of a sub-document, by python-docx."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm
from markdown_it import MarkdownIt
from markdown_it.token import Token

PARSER = MarkdownIt("commonmark").enable("table")
LISTS = {"bullet_list_open": "List Bullet", "ordered_list_open": "List Number"}
ALIGNED = {"text-align:center": "Table Center", "text-align:right": "Table Number"}


def fill_text(subdoc: Any, text: str, level: int, folder: Path) -> Any:
    """The text under headings from a level on; the sub-document."""
    tokens = PARSER.parse(text)
    lists: list[str] = []
    position = 0
    while position < len(tokens):
        token = tokens[position]
        if token.type in LISTS:
            lists.append(LISTS[token.type])
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            lists.pop()
        elif token.type == "heading_open":
            style = f"Heading {min(int(token.tag[1:]) + level - 1, 6)}"
            add_runs(subdoc.add_paragraph(style=style), tokens[position + 1], folder)
        elif token.type == "paragraph_open":
            add_paragraph(subdoc, tokens[position + 1], lists, folder)
        elif token.type == "table_open":
            end = next(place for place in range(position, len(tokens)) if tokens[place].type == "table_close")
            add_table(subdoc, tokens[position:end], folder)
            position = end
        position += 1
    return subdoc


def add_paragraph(subdoc: Any, inline: Token, lists: list[str], folder: Path) -> None:
    """A paragraph, an item of a list or a caption."""
    for kind in ("表", "图"):
        if inline.content.startswith(f"{kind}："):
            paragraph = subdoc.add_paragraph(f"{kind} ", style="Caption")
            add_field(paragraph, f"SEQ {kind} \\* ARABIC")
            paragraph.add_run(f"  {inline.content[2:]}")
            return
    style = lists[-1] + (" 2" if len(lists) > 1 else "") if lists else "Body Text"
    add_runs(subdoc.add_paragraph(style=style), inline, folder)


def add_runs(paragraph: Any, inline: Token, folder: Path) -> None:
    """Text with its bold, its italics and its pictures."""
    bold = italic = False
    for token in inline.children or ():
        if token.type in ("strong_open", "strong_close"):
            bold = token.type == "strong_open"
        elif token.type in ("em_open", "em_close"):
            italic = token.type == "em_open"
        elif token.type == "image":
            paragraph.add_run().add_picture(str(folder / str(token.attrs["src"])), width=Mm(140))
        elif token.type in ("text", "code_inline", "softbreak"):
            run = paragraph.add_run(token.content)
            if bold:
                run.bold = True
            if italic:
                run.italic = True


def add_field(paragraph: Any, code: str) -> None:
    """A field that Word fills in."""
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), code)
    paragraph._p.append(field)


def add_table(subdoc: Any, tokens: list[Token], folder: Path) -> None:
    """A table in the house style."""
    starts = [place for place, token in enumerate(tokens) if token.type == "tr_open"]
    count = sum(token.type in ("th_open", "td_open") for token in tokens[starts[0] : starts[1]])
    table = subdoc.add_table(rows=len(starts), cols=count, style="Bid Table")
    inlines = [token for token in tokens if token.type == "inline"]
    opens = [token for token in tokens if token.type in ("th_open", "td_open")]
    for number, row in enumerate(table.rows):
        for column, cell in enumerate(row.cells):
            place = number * count + column
            paragraph = cell.paragraphs[0]
            paragraph.style = (
                "Table Head" if number == 0 else ALIGNED.get(str(opens[place].attrs.get("style")), "Table Text")
            )
            add_runs(paragraph, inlines[place], folder)
