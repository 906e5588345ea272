"""Pieces of Word files for the oracle's cases: notes, text boxes, links, embedded files."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import docx as python_docx
from docx.shared import Pt
from office_files import NAMESPACES, XML, R, package, picture, r, t, tbl, tc, with_part, zipped

from bidkit.ooxml import opc

WPS = "http://schemas.microsoft.com/office/word/2010/wordprocessingShape"
ROOT = (
    f'{NAMESPACES} xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" xmlns:wps="{WPS}" '
    'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"'
)
BOLD = "<w:b/>"
RED = '<w:color w:val="FF0000"/>'
LINK_TYPE = f"{R}/hyperlink"


def split(text: str, *looks: str) -> str:
    """A text with a run for each character; the looks are run properties, taken in turn."""
    turns = looks or ("",)
    return "".join(r(character, turns[number % len(turns)]) for number, character in enumerate(text))


def bare_tc(*content: str) -> str:
    """A cell without w:tcPr."""
    return re.sub("<w:tcPr>.*?</w:tcPr>", "", tc(*content), count=1)


def row(*cells: str) -> str:
    """A row of cells as they are given; a string that is not XML becomes a cell."""
    return f"<w:tr>{''.join(cell if cell.startswith('<w:tc>') else tc(cell) for cell in cells)}</w:tr>"


def table(rows: Iterable[Iterable[str]], columns: int) -> str:
    """A table of rows of cells."""
    return tbl(*(row(*cells) for cells in rows), columns=columns)


def loop(target: str, *inside: str, level: str = "tr") -> list[tuple[str, ...]]:
    """A loop row, what is repeated, and the row that ends it."""
    blank = ("",) * (len(inside) - 1)
    return [(f"{{%{level} for {target} %}}", *blank), inside, (f"{{%{level} endfor %}}", *blank)]


def rows(target: str, *inside: str) -> list[str]:
    """The same as finished rows."""
    return [row(*cells) for cells in loop(target, *inside)]


def hyperlink(rid: str, *runs: str) -> str:
    return f'<w:hyperlink r:id="{rid}">{"".join(runs)}</w:hyperlink>'


def note(number: int) -> str:
    """A run that refers to a footnote."""
    return f'<w:r><w:footnoteReference w:id="{number}"/></w:r>'


def content_control(*content: str) -> str:
    return f"<w:sdt><w:sdtPr/><w:sdtContent>{''.join(content)}</w:sdtContent></w:sdt>"


def text_box(*blocks: str) -> str:
    """A run with a text box as Word writes it: the drawing, and the same once more in VML."""
    inside = f"<w:txbxContent>{''.join(blocks)}</w:txbxContent>"
    drawing = (
        '<w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="914400" cy="914400"/>'
        f'<wp:docPr id="9" name="Box"/><a:graphic><a:graphicData uri="{WPS}"><wps:wsp><wps:txbx>{inside}</wps:txbx>'
        "<wps:bodyPr/></wps:wsp></a:graphicData></a:graphic></wp:inline></w:drawing>"
    )
    fallback = f'<w:pict><v:shape style="width:72pt"><v:textbox>{inside}</v:textbox></v:shape></w:pict>'
    return (
        f'<w:r><mc:AlternateContent><mc:Choice Requires="wps">{drawing}</mc:Choice>'
        f"<mc:Fallback>{fallback}</mc:Fallback></mc:AlternateContent></w:r>"
    )


def vml_box(*blocks: str) -> str:
    """A run with a text box as old Word wrote it."""
    inside = f"<w:txbxContent>{''.join(blocks)}</w:txbxContent>"
    return f'<w:r><w:pict><v:shape style="width:72pt"><v:textbox>{inside}</v:textbox></v:shape></w:pict></w:r>'


def deleted(text: str) -> str:
    """A tracked deletion."""
    return f'<w:del w:id="1" w:author="a"><w:r><w:delText xml:space="preserve">{escape(text)}</w:delText></w:r></w:del>'


def link_field(instruction: str, shown: str) -> str:
    """A complex field whose instruction is written in one piece."""

    def char(kind: str) -> str:
        return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'

    code = f'<w:r><w:instrText xml:space="preserve">{escape(instruction)}</w:instrText></w:r>'
    return char("begin") + code + char("separate") + r(shown) + char("end")


def file_with(*body: str, links: dict[str, str] | None = None, notes: Iterable[str] = (), **options: Any) -> bytes:
    """A .docx as `office_files.docx` makes it, with external links by relationship id and footnotes from number 1."""
    parts = package(*body, **{"root": ROOT, **options})
    for rid, target in (links or {}).items():
        parts = with_relationship(parts, rid, LINK_TYPE, target, is_external=True)
    if notes := list(notes):
        marks = '<w:footnote w:type="separator" w:id="-1"><w:p/></w:footnote>'
        marks += "".join(f'<w:footnote w:id="{number}">{xml}</w:footnote>' for number, xml in enumerate(notes, 1))
        parts["word/footnotes.xml"] = f"{XML}<w:footnotes {ROOT}>{marks}</w:footnotes>".encode()
        parts = with_relationship(parts, "rIdNotes", f"{R}/footnotes", "footnotes.xml")
        parts = with_type(parts, "word/footnotes.xml", "wordprocessingml.footnotes+xml")
    return zipped(parts)


def with_relationship(
    parts: dict[str, bytes], rid: str, kind: str, target: str, *, is_external: bool = False
) -> dict[str, bytes]:
    """A package in which the document has one more relationship."""
    mode = ' TargetMode="External"' if is_external else ""
    line = f'<Relationship Id="{rid}" Type="{kind}" Target={quoteattr(target)}{mode}/></Relationships>'
    return with_part(parts, "word/_rels/document.xml.rels", "</Relationships>", line)


def with_type(parts: dict[str, bytes], name: str, kind: str) -> dict[str, bytes]:
    """A package in which a part has a content type of its own."""
    line = f'<Override PartName="/{name}" ContentType="application/vnd.openxmlformats-officedocument.{kind}"/></Types>'
    return with_part(parts, "[Content_Types].xml", "</Types>", line)


def with_embedded(name: str, data: bytes, *body: str) -> bytes:
    """A .docx that carries another Office file."""
    parts = package(*body, root=ROOT)
    parts = with_relationship(parts, "rIdFile", f"{R}/package", name.removeprefix("word/"))
    parts = with_type(parts, name, "spreadsheetml.sheet")
    return zipped({**parts, name: data})


def word_file(*paragraphs: str, picture: bytes = b"", cells: Iterable[str] = ()) -> bytes:
    """A .docx as python-docx writes it, for sub-documents."""
    document = python_docx.Document()
    document.add_heading("Annex", 1)
    for text in paragraphs:
        document.add_paragraph(text)
    document.add_paragraph("point", style="List Bullet")
    if picture:
        document.add_picture(io.BytesIO(picture), width=Pt(40))
    if cells := list(cells):
        added = document.add_table(1, len(cells)).rows[0].cells
        for cell, text in zip(added, cells, strict=True):
            cell.text = text
    saved = io.BytesIO()
    document.save(saved)
    return saved.getvalue()


def shaded_tc(color: str, *content: str) -> str:
    """A cell that is shaded in the template."""
    shade = f'<w:shd w:val="clear" w:color="auto" w:fill="{color}"/></w:tcPr>'
    return tc(*content).replace("</w:tcPr>", shade, 1)


def line_break() -> str:
    return "<w:r><w:br/></w:r>"


def tab_inside(before: str, after: str) -> str:
    """A run with a tab between two texts."""
    return f"<w:r>{t(before)}<w:tab/>{t(after)}</w:r>"


def named_picture(rid: str, number: int, name: str, descr: str = "") -> str:
    """A run with a drawing whose picture has a name and a description."""
    given = f'<pic:cNvPr id="{number}" name={quoteattr(name)} descr={quoteattr(descr)}/>'
    return re.sub("<pic:cNvPr .*?/>", given, picture(rid, number))


def with_header_picture(header: str, data: bytes, *body: str) -> bytes:
    """A .docx whose header shows a picture as rIdLogo."""
    parts = package(*body, header=header, root=ROOT)
    png_type = '<Default Extension="png" ContentType="image/png"/></Types>'
    parts = with_part(parts, "[Content_Types].xml", "</Types>", png_type)
    line = f'<Relationship Id="rIdLogo" Type="{R}/image" Target="media/rIdLogo.png"/>'
    rels = f'{XML}<Relationships xmlns="{opc.NS_RELS}">{line}</Relationships>'
    return zipped({**parts, "word/_rels/header1.xml.rels": rels.encode(), "word/media/rIdLogo.png": data})
