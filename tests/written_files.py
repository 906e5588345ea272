"""Word files written as plain text, as the template guide shows them, and finished files read back the same way.

A line is a paragraph; `# ` and `## ` a heading, `1. ` a numbered and `- ` a bulleted list, `| a | b |` a table row,
`**x**` bold text, `[^1]` a footnote and `[^1]: x` its text, `¶` a new paragraph in a cell. What Word inserts stands in
`«»`: `«TOC»`, `«SEQ 表»`, `«REF scope=x»`, which shows x; `«scope=x»` is the text x with a bookmark. A finished file
has `⏎` for a new line, `↑` a cell merged with the one above, `↔2` one that spans two columns, `#FF0000` a shaded one,
`▣ 40×20 mm` a picture.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import yaml
from lxml import etree
from office_files import contents, docx, field, numbering_xml, p, png, q, r, tbl, tr, tree
from test_language import note, with_notes

from bidkit.ooxml.markdown import Markdown
from bidkit.ooxml.values import read_image

NUMBERS = {
    "zh": (("chineseCounting", "第%1章", ""), ("decimal", "%1.%2", "<w:isLgl/>")),
    "en": (("decimal", "%1", ""), ("decimal", "%1.%2", "")),
}
_STYLES = {"# ": "Heading1", "## ": "Heading2", "1. ": "ListNumber", "- ": "ListBullet"}
_INLINE = re.compile(r"(\*\*.+?\*\*|\[\^\d+\]|«[^»]*»)")
_TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}")
_EMU_PER_MM = 36_000


def write_docx(text: str, lang: str) -> bytes:
    """The Word file of a text."""
    blocks: list[str] = []
    rows: list[str] = []
    notes: list[str] = []
    for line in [*filter(None, text.splitlines()), ""]:
        if line.startswith("| "):
            rows.append(tr(*(_cell(cell) for cell in split_cells(line))))
            continue
        if rows:
            blocks.append(tbl(*rows, columns=max(row.count("<w:tc>") for row in rows)))
            rows = []
        found = re.match(r"\[\^\d+\]: (.*)", line)
        if found:
            notes.append(_paragraph(found.group(1)))
        elif line:
            blocks.append(contents() if line == "«TOC»" else _paragraph(line))
    if notes:
        return with_notes("footnote", *notes, body=tuple(blocks))
    return docx(*blocks, numbering=numbering_xml(NUMBERS[lang]))


def split_cells(line: str) -> list[str]:
    """The cells of `| a | b |`; a line in a tag divides nothing."""
    masked = _TAG.sub(lambda found: found.group().replace("|", "\0"), line)
    return [cell.strip().replace("\0", "|") for cell in masked.strip().strip("|").split("|")]


def _cell(text: str) -> str:
    return "<w:tc>" + f"<w:tcPr/>{''.join(_paragraph(part.strip()) for part in text.split('¶'))}</w:tc>"


def _paragraph(line: str) -> str:
    start = next((start for start in _STYLES if line.startswith(start)), "")
    pieces = [_piece(piece) for piece in _INLINE.split(line.removeprefix(start)) if piece]
    return p(*pieces, style=_STYLES.get(start, ""))


def _piece(piece: str) -> str:
    if piece.startswith("**"):
        return r(piece[2:-2], "<w:b/>")
    if piece.startswith("[^"):
        return note(int(piece[2:-1]))
    if not piece.startswith("«"):
        return r(piece)
    name, _, text = piece[1:-1].partition("=")
    if name.startswith(("SEQ ", "REF ")):
        return field(name + (" \\* ARABIC" if name.startswith("SEQ") else " \\h"), text or "0")
    return f'<w:bookmarkStart w:id="7" w:name="{name}"/>{r(text)}<w:bookmarkEnd w:id="7"/>'


# values


class _Loader(yaml.SafeLoader):
    """Numbers with a point are exact; `!markdown` and `!picture 40x20` are what a deal's texts and pictures become."""


def _picture(loader: _Loader, node: yaml.ScalarNode) -> Any:
    width, height = (round(int(side) / 25.4 * 96) for side in loader.construct_scalar(node).split("x"))
    return read_image(png(width, height))


# As in a deal, `on` and `no` are words.
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if not tag.endswith(":bool") or first in "tf"]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_constructor("tag:yaml.org,2002:float", lambda loader, node: Decimal(loader.construct_scalar(node)))
_Loader.add_constructor("!markdown", lambda loader, node: Markdown(loader.construct_scalar(node)))
_Loader.add_constructor("!picture", _picture)


def read_values(text: str) -> dict[str, Any]:
    """What fills a template, of YAML."""
    return dict(yaml.load(text, Loader=_Loader) or {})


# the finished file


def read_lines(content: bytes) -> list[str]:
    """The lines of a finished file."""
    reader = _Reader()
    body = tree(content)[0]
    lines = [line for block in body for line in reader.block(block)]
    if reader.notes:
        texts = {item.get(q("w:id")): item for item in tree(content, "word/footnotes.xml")}
        lines += [f"[^{n}]: {reader.inline(texts[number])}" for n, number in enumerate(reader.notes, 1)]
    return lines


class _Reader:
    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.notes: list[str] = []

    def block(self, element: etree._Element) -> Iterator[str]:
        if element.tag == q("w:p"):
            yield self.paragraph(element)
        elif element.tag == q("w:tbl"):
            for row in element.iter(q("w:tr")):
                yield f"| {' | '.join(self.cell(cell) for cell in row.findall(q('w:tc')))} |"

    def cell(self, cell: etree._Element) -> str:
        def value(name: str, attribute: str = "w:val") -> str | None:
            found = cell.find(f"{q('w:tcPr')}/{q(name)}")
            return None if found is None else found.get(q(attribute), "continue")

        marks = []
        if value("w:vMerge") == "continue":
            marks.append("↑")
        marks += [f"↔{value('w:gridSpan')}"] if value("w:gridSpan") else []
        marks += [f"#{value('w:shd', 'w:fill')}"] if value("w:shd") else []
        text = " ¶ ".join(self.paragraph(paragraph) for paragraph in cell.iterchildren(q("w:p")))
        return " ".join(filter(None, [text, *marks]))

    def paragraph(self, paragraph: etree._Element) -> str:
        style = paragraph.find(f"{q('w:pPr')}/{q('w:pStyle')}")
        name = "" if style is None else style.get(q("w:val"), "")
        start = next((start for start, found in _STYLES.items() if found == name), "")
        if start == "1. ":
            number = paragraph.find(f"{q('w:pPr')}/{q('w:numPr')}/{q('w:numId')}")
            list_id = "style" if number is None else number.get(q("w:val"), "")
            self.counts[list_id] += 1
            start = f"{self.counts[list_id]}. "
        return start + self.inline(paragraph)

    def inline(self, holder: etree._Element) -> str:
        out = []
        for run in holder.iter(q("w:r")):
            text = "".join(self.piece(item) for item in run)
            is_bold = run.find(f"{q('w:rPr')}/{q('w:b')}") is not None
            out.append(f"**{text}**" if is_bold and text else text)
        return "".join(out).replace("****", "").strip()

    def piece(self, item: etree._Element) -> str:
        if item.tag == q("w:footnoteReference"):
            self.notes.append(item.get(q("w:id"), ""))
            return f"[^{len(self.notes)}]"
        if item.tag == q("w:drawing"):
            extent = next(item.iter(q("wp:extent")))
            width, height = (round(int(extent.get(side, "0")) / _EMU_PER_MM) for side in ("cx", "cy"))
            return f"▣ {width}×{height} mm"
        return {q("w:t"): item.text or "", q("w:br"): "⏎", q("w:tab"): "\t"}.get(str(item.tag), "")
