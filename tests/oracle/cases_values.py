"""Cases of typed values: rich text, rich paragraphs, listings, pictures, sub-documents."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from typing import Any

from engines import Case, Engine
from office_files import docx, p, png, r, tbl, tc
from samples import BOLD, file_with, row, split, vml_box, word_file

LOOKS: dict[str, dict[str, Any]] = {
    "bold, italic, colour": {"bold": True, "italic": True, "color": "#ff0000"},
    "size and font": {"size": 40, "font": "Arial"},
    "an east Asian font": {"font": "eastAsia:SimSun"},
    "highlight": {"highlight": "#eeee00"},
    "underline and strike": {"underline": True, "strike": True},
    "subscript": {"subscript": True},
    "superscript": {"superscript": True},
    "a style": {"style": "Emphasis"},
    "right to left": {"rtl": True},
    "a language": {"lang": "de-DE"},
}
UNDERLINES = ("single", "double", "thick", "dotted", "dash", "dotDash", "dotDotDash", "wave")
RED_PNG, BLUE_PNG = png(), png(30, 30, "blue")

Make = Callable[[Engine, Any], Mapping[str, Any]]


def rich(*adds: tuple[Any, Mapping[str, Any]], key: str = "x") -> Make:
    """A context with one rich text of several adds."""

    def make(engine: Engine, template: Any) -> Mapping[str, Any]:
        value = engine.RichText("")
        for text, look in adds:
            value.add(text, **look)
        return {key: value}

    return make


def nested(engine: Engine, template: Any) -> Mapping[str, Any]:
    inner = engine.RichText("inner <&>", bold=True)
    inner.add(" more")
    outer = engine.RichText("outer ")
    outer.add(inner)
    outer.add(" end", italic=True)
    return {"x": outer}


def linked(engine: Engine, template: Any) -> Mapping[str, Any]:
    value = engine.RichText("see ")
    value.add("our page", url_id=template.build_url_id("https://example.com/?a=1&b=2"), style="Hyperlink")
    return {"x": value, "on": True}


def alerts(engine: Engine, template: Any) -> Mapping[str, Any]:
    made = [("FF0000", "high", "#ffffff"), ("00FF00", "low", "#000000")]
    return {"alerts": [{"bg": bg, "t": engine.RichText(text, color=color, bold=True)} for bg, text, color in made]}


def flags(engine: Engine, template: Any) -> Mapping[str, Any]:
    return {"on": True, "off": False, "x": engine.RichText("rich", italic=True)}


RICH = [
    *(Case(f"rich text: {name}", docx(p("a {{r x }} b")), rich(("text <&>", look))) for name, look in LOOKS.items()),
    *(
        Case(f"rich text: underline {kind}", docx(p("{{r x }}")), rich(("text", {"underline": kind})))
        for kind in UNDERLINES
    ),
    Case(
        "rich text: several adds",
        docx(p("{{r x }}")),
        rich(("a", {"bold": True}), (" b ", {}), ("c", {"color": "00FF00", "size": 20})),
    ),
    Case("rich text in rich text", docx(p("{{r x }}")), nested),
    Case(
        "rich text: control characters",
        docx(p("0 {{r x }} 1", style="Caption")),
        rich(("a\nb\tc", {"bold": True}), ("d\ae", {"italic": True})),
    ),
    Case("rich text: a page break", docx(p("0 {{r x }}"), p("end")), rich(("a\fb", {}))),
    Case("rich text: a link", docx(p("{{r x }}")), linked),
    Case("rich text between texts of one run", docx(p(r("a {{r x }} b {{r x }} c"))), rich(("t", {"bold": True}))),
    Case("rich text in a split tag", docx(p(split("{{r x }}"), r(" z"))), rich(("t", {"bold": True}))),
    Case(
        "rich text in a cell with a shade",
        docx(
            tbl(row("{%tr for a in alerts %}", ""), row("{% cellbg a.bg %}{{r a.t }}", "z"), row("{%tr endfor %}", ""))
        ),
        alerts,
    ),
    Case("run tags: if", docx(p(r("a {%r if on %} b {{r x }}COUCOU{%r endif %} c"))), flags),
    Case("run tags: if not taken", docx(p(r("a {%r if off %} b {{r x }}COUCOU{%r else %}other{%r endif %} c"))), flags),
    Case(
        "run tags over runs",
        docx(
            p(
                r("{%r if on %}"),
                r("bold", BOLD),
                r("{%r endif %}"),
                r("{%r if off %}"),
                r("no", BOLD),
                r("{%r endif %}z"),
            )
        ),
        flags,
    ),
    Case("run tags: for", docx(p(r("{%r for i in [1, 2] %}"), r("{{ i }}", BOLD), r(";"), r("{%r endfor %}"))), {}),
    Case("rich text in a header", docx(p("body {{ on }}"), header=p("{{r x }}")), flags),
]


def rich_paragraphs(engine: Engine, template: Any) -> Mapping[str, Any]:
    value = engine.RichTextParagraph()
    value.add("plain")
    value.add("styled", parastyle="Heading2")
    value.add(engine.RichText("rich <&>", bold=True), parastyle="ListBullet")
    return {"x": value}


def rich_paragraph_breaks(engine: Engine, template: Any) -> Mapping[str, Any]:
    value = engine.RichTextParagraph()
    value.add(engine.RichText("a\nb\ac", italic=True), parastyle="Caption")
    return {"x": value}


def listing(text: str) -> Make:
    return lambda engine, template: {"x": engine.Listing(text)}


PARAGRAPHS = [
    Case("rich paragraphs", docx(p("a"), p("{{p x }}"), p("z")), rich_paragraphs),
    Case("rich paragraphs in a cell", docx(tbl(row(tc(p("{{p x }}")), "b"))), rich_paragraphs),
    Case("rich paragraphs with control characters", docx(p("{{p x }}")), rich_paragraph_breaks),
    Case("a listing", docx(p(r("{{ x }}", BOLD), style="Caption")), listing("a <&>\nb\tc")),
    Case("a listing with paragraphs", docx(p(r("{{ x }}", BOLD), style="Caption")), listing("a\ab\ac\nd")),
    Case("a listing with a page break", docx(p("{{ x }}"), p("end")), listing("a\fb")),
    Case("a listing in a cell", docx(tbl(row("{{ x }}", "b"))), listing("a\nb\ac")),
    Case("a listing in a run tag", docx(p("{{ x }} and more")), listing("first\nsecond")),
]


def image(**options: Any) -> Make:
    """One picture; lengths are given as (unit, number)."""

    def make(engine: Engine, template: Any) -> Mapping[str, Any]:
        given = {
            key: getattr(engine, value[0])(value[1]) if isinstance(value, tuple) else value
            for key, value in options.items()
        }
        return {"x": engine.InlineImage(template, io.BytesIO(RED_PNG), **given)}

    return make


def images(engine: Engine, template: Any) -> Mapping[str, Any]:
    def one(data: bytes) -> Any:
        return engine.InlineImage(template, io.BytesIO(data), width=engine.Mm(10))

    return {"xs": [one(RED_PNG), one(BLUE_PNG), one(RED_PNG)], "x": one(BLUE_PNG)}


def dense(engine: Engine, template: Any) -> Mapping[str, Any]:
    from PIL import Image as Pillow

    saved = io.BytesIO()
    Pillow.new("RGB", (300, 150), "green").save(saved, "PNG", dpi=(300, 300))
    return {"x": engine.InlineImage(template, saved)}


def jpeg(engine: Engine, template: Any) -> Mapping[str, Any]:
    return {"x": engine.InlineImage(template, io.BytesIO(png(40, 20, "green", "JPEG")), height=engine.Inches(1))}


IMAGES = [
    Case("an image by its own size", docx(p("a {{ x }} b")), image()),
    Case("an image by its resolution", docx(p("{{ x }}")), dense),
    Case("an image by width", docx(p("{{ x }}")), image(width=("Mm", 20))),
    Case("an image by height", docx(p("{{ x }}")), image(height=("Cm", 2))),
    Case("an image by width and height", docx(p("{{ x }}")), image(width=("Mm", 20), height=("Mm", 30))),
    Case("an image with a link", docx(p("{{ x }}")), image(width=("Mm", 20), anchor="https://example.com/a?b=1&c=2")),
    Case("a JPEG", docx(p("{{ x }}")), jpeg),
    Case(
        "images in a loop, one of them twice",
        docx(p("{%p for i in xs%}"), p("{{ i }}"), p("{%p endfor %}"), p("{{ x }}")),
        images,
    ),
    Case(
        "images in rows",
        docx(tbl(row("{%tr for i in xs %}", ""), row("{{ loop.index }}", "{{ i }}"), row("{%tr endfor %}", ""))),
        images,
    ),
    Case("an image in a header and in the body", docx(p("{{ x }}"), header=p("{{ x }} logo")), images),
    Case("an image in a footer", docx(p("body {{ 1 }}"), footer=p("{{ x }}")), images),
    Case("an image in an old text box", file_with(p(vml_box(p("{{ x }}")))), images),
]


def built_subdoc(engine: Engine, template: Any) -> Mapping[str, Any]:
    from docx.shared import Pt

    sub = template.new_subdoc()
    sub.add_paragraph("first <&> paragraph").add_run(" and bold").bold = True
    sub.add_paragraph("styled", style="Heading 1" if "Heading 1" in [s.name for s in sub.styles] else None)
    sub.add_picture(io.BytesIO(BLUE_PNG), width=Pt(30))
    cells = sub.add_table(rows=2, cols=2).rows[0].cells
    cells[0].text, cells[1].text = "a", "b"
    return {"x": sub, "title": "T"}


def attached_subdoc(picture: bytes = b"", cells: tuple[str, ...] = ()) -> Make:
    data = word_file("an annex", "with <&> text", picture=picture, cells=cells)
    return lambda engine, template: {"x": template.new_subdoc(io.BytesIO(data)), "title": "T"}


SUBDOCS = [
    Case("a built sub-document", docx(p("{{ title }}"), p("{{p x }}"), p("end")), built_subdoc),
    Case("a built sub-document in a cell", docx(tbl(row(tc(p("{{p x }}"), p("")), "b"))), built_subdoc),
    Case(
        "a built sub-document in a branch that is not taken",
        docx(p("{%p if not title %}"), p("{{p x }}"), p("{%p endif %}"), p("end")),
        built_subdoc,
    ),
    Case("an attached sub-document", docx(p("a"), p("{{p x }}"), p("end")), attached_subdoc()),
    Case("an attached sub-document with a picture", docx(p("a"), p("{{p x }}"), p("end")), attached_subdoc(RED_PNG)),
    Case(
        "an attached sub-document with a table",
        docx(p("a"), p("{{p x }}"), p("end")),
        attached_subdoc(cells=("1", "2")),
    ),
    Case(
        "an attached sub-document with header tags",
        docx(p("a"), p("{{p x }}"), p("end"), header=p("{{ title }}")),
        attached_subdoc(),
    ),
]

CASES = [*RICH, *PARAGRAPHS, *IMAGES, *SUBDOCS]
