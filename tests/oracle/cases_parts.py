"""Cases of the parts around the text: headers, footers, notes, properties, boxes, links, replaced files."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from engines import Case, Engine
from office_files import core_xml, docx, field, p, picture, png, r, t
from samples import (
    BOLD,
    content_control,
    file_with,
    hyperlink,
    link_field,
    named_picture,
    note,
    split,
    vml_box,
    with_embedded,
    with_header_picture,
    word_file,
)

RED_PNG, BLUE_PNG, GREEN_PNG = png(), png(30, 30, "blue"), png(8, 8, "green")
OLD_BOOK, NEW_BOOK = word_file("old book"), word_file("new book")

PARTS = [
    Case(
        "header and footer",
        docx(p("{{ a }}"), header=p("{{ b }}"), footer=p(r("{{ c }}", BOLD))),
        {"a": "1", "b": "2 & 3", "c": "<4>"},
    ),
    Case("split tags in a header", docx(p("{{ a }}"), header=p(split("x {{ b }} z", BOLD))), {"a": "1", "b": "2"}),
    Case(
        "statements in a header",
        docx(
            p("{{ a }}"), header=p("{%p if b %}") + p("shown {{ b }}") + p("{%p else %}") + p("not") + p("{%p endif %}")
        ),
        {"a": "1", "b": "2"},
    ),
    Case(
        "a loop in a footer",
        docx(p("{{ a }}"), footer=p("{% for x in xs %}{{ x }} {% endfor %}")),
        {"a": 1, "xs": [1, 2]},
    ),
    Case(
        "entities in a header's literals", docx(p("{{ a }}"), header=p('{{ name | default("Testé <1>") }}')), {"a": 1}
    ),
    Case(
        "other scripts in a header",
        docx(p("{{ a }}"), header=p("{{ b }} 대한"), footer=p("页 {{ b }}")),
        {"a": 1, "b": "민국"},
    ),
    Case(
        "a set in the body is not seen in the header",
        docx(p("{% set b = 5 %}{{ b }}"), header=p("[{{ b | default('none') }}]")),
        {},
    ),
    Case(
        "core properties",
        docx(p("{{ title }}"), core=core_xml("{{ title }}: {{ n }}", "by {{ who }}")),
        {"title": "Bid", "n": 7, "who": "Ann"},
    ),
    Case("core properties without tags", docx(p("{{ a }}"), core=core_xml("Fixed &amp; done")), {"a": 1}),
    Case(
        "a footnote", file_with(p(r("text"), note(1), r(" {{ a }}")), notes=[p("note {{ b }}")]), {"a": 1, "b": "two"}
    ),
    Case(
        "two footnotes, one with a split tag",
        file_with(
            p(r("x"), note(1), note(2), r("{{ a }}")), notes=[p(split("n {{ b }}")), p("{% if a %}yes{% endif %}")]
        ),
        {"a": 1, "b": "2"},
    ),
    Case(
        "a content control",
        file_with(content_control(p("{{ a }}")), p(content_control(r("{{ b }}")))),
        {"a": 1, "b": 2},
    ),
    Case(
        "a loop around a content control",
        file_with(p("{%p for x in xs %}"), content_control(p("{{ x }}")), p("{%p endfor %}")),
        {"xs": [1, 2]},
    ),
    Case(
        "an old text box",
        file_with(p(r("a"), vml_box(p("{{ a }}"), p("{%p if b %}"), p("yes"), p("{%p endif %}")))),
        {"a": 1, "b": 1},
    ),
    Case(
        "a bookmark around a tag",
        docx(p('<w:bookmarkStart w:id="5" w:name="here"/>', r("{{ a }}"), '<w:bookmarkEnd w:id="5"/>')),
        {"a": 1},
    ),
    Case("inserted text", docx(p('<w:ins w:id="1" w:author="a">' + r("new {{ a }}") + "</w:ins>")), {"a": 1}),
    Case(
        "sections stay",
        docx(p("{{ a }}"), p("", properties='<w:sectPr><w:type w:val="nextPage"/></w:sectPr>'), p("z")),
        {"a": 1},
    ),
]

LINKS = [
    Case(
        "a link with a tag as its text",
        file_with(p(hyperlink("rIdWeb", r("{{ a }}"))), links={"rIdWeb": "https://example.com"}),
        {"a": "page & more"},
    ),
    Case(
        "a link with a split tag",
        file_with(p(hyperlink("rIdWeb", r("{{ "), r("a }}", BOLD)), r(" z")), links={"rIdWeb": "https://example.com"}),
        {"a": "page"},
    ),
    Case(
        "a link in a loop",
        file_with(
            p("{%p for x in xs %}"),
            p(hyperlink("rIdWeb", r("{{ x }}"))),
            p("{%p endfor %}"),
            links={"rIdWeb": "https://example.com"},
        ),
        {"xs": [1, 2]},
    ),
    Case(
        "a tag in a link field",
        docx(p(link_field(' HYPERLINK "https://example.com/{{ a }}" ', "{{ a }}"))),
        {"a": "x1"},
    ),
    Case("a tag in a field's result", docx(p(field(" AUTHOR ", "{{ a }}"))), {"a": "Ann"}),
    Case(
        "a tag in a simple field",
        docx(p('<w:fldSimple w:instr=" TITLE {{ a }} ">' + r("{{ a }}") + "</w:fldSimple>")),
        {"a": "x"},
    ),
    Case(
        "a tag in an alternative text",
        docx(p(picture("rIdLogo", 1, "logo of {{ a }}"), r("{{ a }}")), media={"rIdLogo": RED_PNG}),
        {"a": "Ann"},
    ),
    Case(
        "a tag in a bookmark's name",
        docx(p('<w:bookmarkStart w:id="5" w:name="b_{{ a }}"/>', r("x"), '<w:bookmarkEnd w:id="5"/>')),
        {"a": "n1"},
    ),
]


def replace_pic(**options: Any) -> Any:
    return lambda engine, template: template.replace_pic(options["name"], io.BytesIO(options["data"]))


def replace_media_streams(engine: Engine, template: Any) -> None:
    template.replace_media(io.BytesIO(RED_PNG), io.BytesIO(GREEN_PNG))


def replace_embedded(tmp: Path) -> Any:
    def prepare(engine: Engine, template: Any) -> None:
        for name, data in (("old.bin", OLD_BOOK), ("new.bin", NEW_BOOK)):
            (tmp / name).write_bytes(data)
        template.replace_embedded(str(tmp / "old.bin"), str(tmp / "new.bin"))

    return prepare


def replace_zipname(tmp: Path) -> Any:
    def prepare(engine: Engine, template: Any) -> None:
        (tmp / "new.bin").write_bytes(NEW_BOOK)
        template.replace_zipname("word/embeddings/book.xlsx", str(tmp / "new.bin"))

    return prepare


LOGO = docx(
    p("{{ a }}"),
    p(named_picture("rIdLogo", 1, "logo", "our logo")),
    p(named_picture("rIdOther", 2, "other", "another")),
    media={"rIdLogo": RED_PNG, "rIdOther": BLUE_PNG},
)
HEADER_LOGO = with_header_picture(p(named_picture("rIdLogo", 1, "logo"), r("{{ b }}")), RED_PNG, p("{{ a }}"))
BOOK = with_embedded("word/embeddings/book.xlsx", OLD_BOOK, p(f"<w:r>{t('{{ a }}')}</w:r>"))


def replacements(tmp: Path) -> list[Case]:
    """Cases that need files on disk."""
    return [
        Case("replace_embedded", BOOK, {"a": 1}, prepare=replace_embedded(tmp)),
        Case("replace_zipname", BOOK, {"a": 1}, prepare=replace_zipname(tmp)),
    ]


REPLACED = [
    Case("replace_pic by name", LOGO, {"a": 1}, prepare=replace_pic(name="logo", data=GREEN_PNG)),
    Case("replace_pic by description", LOGO, {"a": 1}, prepare=replace_pic(name="another", data=GREEN_PNG)),
    Case("replace_media", LOGO, {"a": 1}, prepare=replace_media_streams),
    Case("replace_pic in a header", HEADER_LOGO, {"a": 1, "b": 2}, prepare=replace_pic(name="logo", data=GREEN_PNG)),
    Case("replace_media in a header", HEADER_LOGO, {"a": 1, "b": 2}, prepare=replace_media_streams),
]

CASES = [*PARTS, *LINKS, *REPLACED]
