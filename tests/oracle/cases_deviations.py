"""Each deviation, shown on both engines."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

from cases_values import LOOKS, rich
from engines import Case, Engine
from office_files import core_xml, docx, p, png, r, tbl, tc
from outcomes import FOOTNOTES, HEADER, Shown, fails, has, lacks, refused, says
from samples import BOLD, RED, bare_tc, deleted, file_with, note, row, split, table, text_box


def counter(*_: object) -> Mapping[str, Any]:
    """A callable that counts its calls."""
    calls: list[int] = []

    def count() -> int:
        calls.append(1)
        return len(calls)

    return {"count": count}


def note_image(engine: Engine, template: Any) -> Mapping[str, Any]:
    return {"x": engine.InlineImage(template, io.BytesIO(png()), width=engine.Mm(10))}


SPECIAL = "AT&T <b> R&D < 5"
XS = {"x": True, "xs": [1, 2]}
ROWS_OF_ITEMS = [("{%tr for i in [1, 2] %}", ""), ("{{ i }}", "z"), ("{%tr endfor %}", "")]
BARE = tbl(row(bare_tc(p("{% colspan 2 %}{{ x }}")), "c"), columns=3)

SHOWN = [
    Shown("D01", Case("escaping", docx(p("{{ x }}")), {"x": SPECIAL}, escape=False), says("AT "), says(SPECIAL)),
    Shown(
        "D02",
        Case("an undefined name", docx(p("[{{ x }}]"), p("{{ y.z }}")), {"y": {}}),
        says("[]", ""),
        refused("TP04", "TP04", names=("x", "y.z")),
    ),
    Shown(
        "D02",
        Case("an undefined name with compat", docx(p("[{{ x }}{{ x.y }}]")), {}, compat=True),
        fails("UndefinedError"),
        says("[]"),
    ),
    Shown("D03", Case("None", docx(p("[{{ x }}]")), {"x": None}), says("[None]"), refused("TP08")),
    Shown("D03", Case("a list", docx(p("[{{ x }}]")), {"x": [1, "a"]}), says("[[1, 'a']]"), refused("TP10")),
    Shown("D03", Case("a mapping", docx(p("[{{ x }}]")), {"x": {"a": 1}}), says("[{'a': 1}]"), refused("TP10")),
    Shown(
        "D04",
        Case("text beside a p tag", docx(p("lost {%p if x %}"), p("a"), p("{%p endif %}")), XS),
        says("a"),
        refused("TP09", names=("lost",)),
    ),
    Shown(
        "D04",
        Case(
            "text beside a tr tag", docx(tbl(row("{%tr if x %}", "lost"), row("a", "b"), row("{%tr endif %}", ""))), XS
        ),
        says("a", "b"),
        refused("TP09", names=("lost",)),
    ),
    Shown(
        "D05",
        Case("deleted text", docx(p(r("a {{ x }}"), deleted("{{ count() }}"))), lambda *_: {"x": 1, **counter()}),
        has("delText '1'"),
        has("delText '{{ count() }}'"),
    ),
    Shown(
        "D05",
        Case("deleted text with a mistake", docx(p(r("a {{ x }}"), deleted("{{ y.z }}"))), {"x": 1}),
        fails("UndefinedError"),
        says("a 1"),
    ),
    Shown(
        "D06",
        Case(
            "vm and another paragraph",
            docx(
                tbl(
                    row("{%tr for i in [1, 2] %}", ""),
                    row(tc(p("{% vm %}a"), p("b")), "{{ i }}"),
                    row("{%tr endfor %}", ""),
                )
            ),
            {},
        ),
        says("a", "b", "1", "", "b", "2"),
        says("a", "b", "1", "", "2"),
    ),
    Shown(
        "D06",
        Case(
            "vm in a split run",
            docx(
                tbl(
                    row("{%tr for i in [1, 2] %}", ""),
                    row(tc(p(split("{% vm %}all", BOLD, RED))), "{{ i }}"),
                    row("{%tr endfor %}", ""),
                )
            ),
            {},
        ),
        says("all", "1", "all", "2"),
        says("all", "1", "", "2"),
    ),
    Shown(
        "D07",
        Case("colspan without w:tcPr", docx(BARE), {"x": 1}),
        lacks("tcPr [gridSpan val=2]"),
        has("tcPr [gridSpan val=2]"),
    ),
    Shown(
        "D07",
        Case("cellbg without w:tcPr", docx(tbl(row(bare_tc(p("{% cellbg 'FF0000' %}a")), "b"))), {}),
        lacks("tcPr [shd color=auto fill=FF0000 val=clear]"),
        has("tcPr [shd color=auto fill=FF0000 val=clear]"),
    ),
    Shown(
        "D07",
        Case(
            "vm without w:tcPr",
            docx(tbl(row("{%tr for i in [1, 2] %}", ""), row(bare_tc(p("{% vm %}a")), "b"), row("{%tr endfor %}", ""))),
            {},
        ),
        fails("TemplateSyntaxError"),
        has("tcPr [vMerge restart]", "tcPr [vMerge continue]"),
    ),
    Shown(
        "D07",
        Case(
            "hm without w:tcPr",
            docx(tbl(row("{%tc for i in [1, 2] %}", bare_tc(p("{% hm %}a")), "{%tc endfor %}"), columns=3)),
            {},
        ),
        fails("TemplateSyntaxError"),
        has("tcPr [gridSpan val=2]"),
    ),
    Shown(
        "D08",
        Case("a percent sign in a p tag", docx(p("{%p if 5 % 2 %}"), p("odd"), p("{%p endif %}")), {}),
        fails("TemplateSyntaxError"),
        says("odd"),
    ),
    Shown(
        "D08",
        Case(
            "a brace in a tr tag",
            docx(
                table([("{%tr for k, v in {'a': 1}.items() %}", ""), ("{{ k }}", "{{ v }}"), ("{%tr endfor %}", "")], 2)
            ),
            {},
        ),
        fails("TemplateSyntaxError"),
        says("a", "1"),
    ),
    Shown(
        "D09",
        Case("a space before p", docx(p("{% p if x %}"), p("a"), p("{% p endif %}")), XS),
        fails("TemplateSyntaxError"),
        says("a"),
    ),
    Shown(
        "D09",
        Case(
            "a space before tr",
            docx(table([("{% tr for i in xs %}", ""), ("{{ i }}", "z"), ("{% tr endfor %}", "")], 2)),
            XS,
        ),
        fails("TemplateSyntaxError"),
        says("1", "z", "2", "z"),
    ),
    Shown(
        "D09",
        Case("a dash before p", docx(p("{%-p if x %}"), p("a"), p("{%-p endif %}")), XS),
        fails("TemplateSyntaxError"),
        says("a"),
    ),
    Shown(
        "D10",
        Case("a text box", file_with(p(r("0"), text_box(p("n {{ count() }}"))), p("{{ count() }}")), counter),
        says("0n 1n 2", "n 1", "n 2", "3"),
        says("0n 1n 1", "n 1", "n 1", "2"),
    ),
    Shown(
        "D11",
        Case("an ampersand in a comparison", docx(p('{% if x == "R&D" %}yes{% else %}no{% endif %}')), {"x": "R&D"}),
        says("no"),
        says("yes"),
    ),
    Shown("D11", Case("an ampersand in a literal", docx(p('{{ "a & b" }}')), {}), says("a &amp; b"), says("a & b")),
    Shown(
        "D12",
        Case("a typographic apostrophe in a literal", docx(p('{{ "It’s “so”" if x }}')), XS),
        fails("TemplateSyntaxError"),
        says("It’s “so”"),
    ),
    Shown(
        "D12",
        Case(
            "a typographic apostrophe in a comparison",
            docx(p('{% if x == "It’s" %}yes{% else %}no{% endif %}')),
            {"x": "It’s"},
        ),
        says("no"),
        says("yes"),
    ),
    Shown(
        "D13",
        Case("a plain text in a run tag", docx(p(r("a {{r x }} b", BOLD))), {"x": "text"}),
        says("a  b"),
        says("a text b"),
    ),
    Shown(
        "D13",
        Case("a plain text in a paragraph tag", docx(p("a"), p("{{p x }}", style="Caption"), p("z")), {"x": "text"}),
        says("a", "z"),
        says("a", "text", "z"),
    ),
    Shown(
        "D14",
        Case("< in a header", docx(p("{{ x }}"), header=p("{{ x }}")), {"x": SPECIAL}, escape=False),
        fails("XMLSyntaxError"),
        says(SPECIAL, part=HEADER),
    ),
    Shown(
        "D15",
        Case("an ampersand in the title", docx(p("a"), core=core_xml("{{ x }}")), {"x": "R&D"}),
        has("title 'R&amp;D'", part="docProps/core.xml"),
        has("title 'R&D'", part="docProps/core.xml"),
    ),
    Shown(
        "D16",
        Case(
            "a note in a branch that is not taken",
            file_with(
                p("{%p if not x %}"),
                p(r("a"), note(1)),
                p("{%p endif %}"),
                p(r("b"), note(2)),
                notes=[p("first"), p("second {{ x }}")],
            ),
            {"x": 1},
        ),
        says("", "first", "second 1", part=FOOTNOTES),
        says("", "second 1", part=FOOTNOTES),
    ),
    Shown(
        "D16",
        Case(
            "a note in a loop",
            file_with(p("{%p for i in xs %}"), p(r("a"), note(1)), p("{%p endfor %}"), notes=[p("of {{ x }}")]),
            XS,
        ),
        says("", "of True", part=FOOTNOTES),
        says("", "of True", "of True", part=FOOTNOTES),
    ),
    Shown(
        "D16",
        Case(
            "a note of the loop's item",
            file_with(p("{%p for i in xs %}"), p(r("a"), note(1)), p("{%p endfor %}"), notes=[p("of {{ i }}")]),
            XS,
        ),
        says("", "of ", part=FOOTNOTES),
        says("", "of 1", "of 2", part=FOOTNOTES),
    ),
    Shown(
        "D17",
        Case("a merge before a table", docx(p("a {% if x -%}"), tbl(row("b", "c")), p("{%- endif %} z")), XS),
        lacks("tbl"),
        refused("TP11"),
    ),
    Shown(
        "D18",
        Case("a loop over two cells", docx(tbl(row("{% for i in xs %}b", "c{% endfor %}"))), XS),
        says("b", "cb", "c"),
        refused("TP11", names=("for i in xs", "endfor")),
    ),
    Shown(
        "D18",
        Case("from a paragraph into a table", docx(p("a{% if x %}"), tbl(row("b{% endif %}", "c"))), {"x": False}),
        says("a"),
        refused("TP11", names=("if x", "endif")),
    ),
    Shown(
        "D18",
        Case(
            "a tr loop closed by a p tag",
            docx(tbl(row("{%tr for i in xs %}", ""), row("{{ i }}", ""), row(tc(p("{%p endfor %}")), "z"))),
            XS,
        ),
        says("1", "", "2", "", "z"),
        refused("TP11", names=("for i in xs", "endfor")),
    ),
    Shown(
        "D19",
        Case("a picture in a note", file_with(p(r("a"), note(1)), notes=[p("{{ x }}")]), note_image),
        fails("AttributeError"),
        has("drawing inline 360000x180000 41382dca277e", part=FOOTNOTES),
    ),
    Shown(
        "D20", Case("Python's inside", docx(p("{{ x.__class__.__name__ }}")), {"x": "a"}), says("str"), refused("TP07")
    ),
    Shown(
        "D20",
        Case("changing the context", docx(p("{{ xs.append(3) }}{{ xs | length }}")), lambda *_: {"xs": [1]}),
        says("None2"),
        refused("TP07"),
    ),
    Shown(
        "D21",
        Case(
            "rich text in a run of a look",
            docx(p(r("{{r x }}", RED))),
            rich(("t", LOOKS["bold, italic, colour"] | {"color": None})),
        ),
        has("r [b, i]"),
        has("r [b, color val=FF0000, i]"),
    ),
    Shown(
        "D22",
        Case("a control character", docx(p("a{{ x }}b")), {"x": "1\x0b2"}),
        says("a12b"),
        refused("TP10", names=("U+000B",)),
    ),
    Shown(
        "D22",
        Case("a control character in a header", docx(p("z"), header=p("a{{ x }}b")), {"x": "1\x0b2"}),
        fails("XMLSyntaxError"),
        refused("TP10", names=("U+000B",)),
    ),
    Shown(
        "D23",
        Case(
            "two p tags in a paragraph",
            docx(p("{%p for i in xs %}{%p if i > 1 %}"), p("{{ i }}"), p("{%p endif %}{%p endfor %}")),
            XS,
        ),
        fails("TemplateSyntaxError"),
        says("2"),
    ),
    Shown(
        "D23",
        Case(
            "two tr tags in a row",
            docx(
                tbl(
                    row("{%tr for i in xs %}", "{%tr if i > 1 %}"),
                    row("{{ i }}", "z"),
                    row("{%tr endif %}", "{%tr endfor %}"),
                )
            ),
            XS,
        ),
        fails("TemplateSyntaxError"),
        says("2", "z"),
    ),
    Shown(
        "D24",
        Case("upper on rich text", docx(p("{{r x | upper }}")), rich(("text", {"bold": True}))),
        says(""),
        refused("TP07"),
    ),
    Shown(
        "D25",
        Case("a cell that becomes empty", docx(tbl(row(tc(p("{%p if not x %}"), p("a"), p("{%p endif %}")), "b"))), XS),
        says("b"),
        says("", "b"),
    ),
    Shown(
        "D25",
        Case("a table that becomes empty", docx(p("a"), table(ROWS_OF_ITEMS, 2).replace("[1, 2]", "[]"), p("z")), XS),
        has("tbl"),
        lacks("tbl"),
    ),
    Shown(
        "D26",
        Case("escaped braces in a value", docx(p("{{ x }}")), {"x": "{_{ a }_}"}),
        says("{{ a }}"),
        says("{_{ a }_}"),
    ),
    Shown(
        "D27", Case("a print over two paragraphs", docx(p("a {{ x"), p("}} z")), XS), says("a True z"), refused("TP02")
    ),
    Shown(
        "D28",
        Case(
            "a bookmark inside a tag",
            docx(
                p(
                    r("{{ "),
                    '<w:bookmarkStart w:id="5" w:name="here"/>',
                    r("x"),
                    '<w:bookmarkEnd w:id="5"/>',
                    r(" }} z"),
                )
            ),
            XS,
        ),
        lacks("bookmark here"),
        has("bookmark here"),
    ),
    Shown(
        "D30",
        Case("text after a split tag", docx(p(r("a {{", BOLD), r(" x }} z", RED))), {"x": 1}),
        lacks("r [color val=FF0000]"),
        has("r [b]", "r [color val=FF0000]", "t 'a 1'", "t ' z'"),
    ),
]
