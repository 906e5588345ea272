"""Deviations of value objects, replaced files and sub-documents, shown on both engines."""

from __future__ import annotations

import hashlib
import io
from typing import Any

import docx as python_docx
from cases_parts import BLUE_PNG, GREEN_PNG, RED_PNG
from cases_values import Make, rich
from engines import Case, Engine
from office_files import R, docx, field, p, package, q, r, zipped
from outcomes import Shown, fails, has, holds, lacks, refused, says
from samples import named_picture, with_relationship


def built(*paragraphs: tuple[str, str], style_id: str = "", sections: int = 0) -> bytes:
    """A .docx of python-docx.

    Args:
        paragraphs: the style and the text of each.
        style_id: the id that the style of the first paragraph gets.
        sections: how many sections follow, each with a paragraph.
    """
    document = python_docx.Document()
    for style, text in paragraphs:
        document.add_paragraph(text, style=style)
    for _ in range(sections):
        document.add_section()
        document.add_paragraph("more")
    if style_id:
        document.styles[paragraphs[0][0]].element.set(q("w:styleId"), style_id)
        document.element.body[0].pPr.pStyle.val = style_id
    saved = io.BytesIO()
    document.save(saved)
    return saved.getvalue()


def subdoc(content: bytes) -> Make:
    return lambda engine, template: {"x": template.new_subdoc(io.BytesIO(content))}


def twice_shown() -> bytes:
    """A file that shows one picture in two places, by two relationships."""
    shown = [p(named_picture("rIdLogo", 1, "logo")), p(named_picture("rIdCopy", 2, "copy"))]
    parts = package(p("{{ a }}"), *shown, media={"rIdLogo": RED_PNG})
    return zipped(with_relationship(parts, "rIdCopy", f"{R}/image", "media/rIdLogo.png"))


def replace(engine: Engine, template: Any) -> None:
    template.replace_pic("logo", io.BytesIO(GREEN_PNG))


def replace_what_is_not_there(engine: Engine, template: Any) -> None:
    template.replace_media(io.BytesIO(BLUE_PNG), io.BytesIO(GREEN_PNG))


def shows(data: bytes) -> str:
    return f"drawing inline 95250x95250 {hashlib.sha256(data).hexdigest()[:12]}"


TORN = "<w:p><w:r><w:t>b</w:r></w:p>"
SCOPE = '<w:bookmarkStart w:id="7" w:name="scope"/>' + r("{{ x }}") + '<w:bookmarkEnd w:id="7"/>'
REFERENCES = docx(p(SCOPE), p(field("REF scope", "old")), p(field("PAGEREF scope", "7")))
SUBDOC = docx(p("a", style="Figure"), p("{{p x }}"), p("z"))

VALUES = [
    Shown(
        "D34",
        Case("highlighted rich text", docx(p("{{r x }}")), rich(("t", {"highlight": "#eeee00"}))),
        holds('<w:shd w:fill="eeee00"/>'),
        holds('<w:shd w:val="clear" w:color="auto" w:fill="eeee00"/>'),
    ),
    Shown(
        "D35",
        Case("a colour by name", docx(p("{{r x }}")), rich(("t", {"color": "red"}))),
        has("r [color val=red]"),
        fails("ValueError"),
    ),
    Shown(
        "D35",
        Case("a size that is no number", docx(p("{{r x }}")), rich(("t", {"size": "large"}))),
        has("r [sz val=large, szCs val=large]"),
        fails("ValueError"),
    ),
    Shown(
        "D36",
        Case("raw XML that is torn", docx(p("a"), p("{{p x | safe }}"), p("z")), {"x": TORN}),
        says("a", "bz", "z"),
        refused("TP07", names=("{{p x | safe }}",)),
    ),
    Shown(
        "D36",
        Case("a raw run in a paragraph's place", docx(p("a"), p("{{p x | safe }}"), p("z")), {"x": r("b")}),
        says("a", "z"),
        says("a", "b", "z"),
    ),
    Shown(
        "D37",
        Case("a picture that stands in two places", twice_shown(), {"a": 1}, prepare=replace),
        lacks(shows(RED_PNG)),
        has(shows(RED_PNG), shows(GREEN_PNG)),
    ),
    Shown(
        "D38",
        Case("media that is not there", twice_shown(), {"a": 1}, prepare=replace_what_is_not_there),
        has(shows(RED_PNG)),
        fails("ValueError"),
    ),
    Shown(
        "D39",
        Case("sections of a sub-document", SUBDOC, subdoc(built(("Normal", "b"), sections=2))),
        holds("<w:sectPr", count=3),
        holds("<w:sectPr", count=1),
    ),
    Shown(
        "D40",
        Case("a style id of another style", SUBDOC, subdoc(built(("Quote", "b"), style_id="Figure"))),
        has("pPr [pStyle val=Figure]"),
        has("pPr [pStyle val=Figure_1]"),
    ),
    Shown(
        "D41",
        Case("a list of linked styles", SUBDOC, subdoc(built(("List Number", "b"), ("List Number", "c")))),
        has("pPr [pStyle val=ListNumber]"),
        lacks("pPr [pStyle val=ListNumber]"),
    ),
    Shown(
        "D43",
        Case("a cross-reference", REFERENCES, {"x": "new"}),
        says("new", "old", "7"),
        says("new", "new", ""),
    ),
]
