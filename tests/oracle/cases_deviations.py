"""Each deviation, shown on both engines; those of tags and of value objects stand in files of their own."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

from cases_deviating_tags import TAGS
from cases_deviating_values import VALUES
from cases_values import LOOKS, rich
from engines import Case, Engine
from office_files import core_xml, docx, p, png, r, tbl, tc
from outcomes import FOOTNOTES, HEADER, Shown, fails, has, lacks, refused, says
from samples import BOLD, RED, bare_tc, file_with, note, row, table


def note_image(engine: Engine, template: Any) -> Mapping[str, Any]:
    return {"x": engine.InlineImage(template, io.BytesIO(png()), width=engine.Mm(10))}


SPECIAL = "AT&T <b> R&D < 5"
XS = {"x": True, "xs": [1, 2]}
ROWS_OF_ITEMS = [("{%tr for i in [1, 2] %}", ""), ("{{ i }}", "z"), ("{%tr endfor %}", "")]
BARE = tbl(row(bare_tc(p("{% colspan 2 %}{{ x }}")), "c"), columns=3)

SHOWN = [
    *TAGS,
    *VALUES,
    Shown("D01", Case("escaping", docx(p("{{ x }}")), {"x": SPECIAL}, escape=False), says("AT "), says(SPECIAL)),
    Shown(
        "D02",
        Case("an undefined name", docx(p("[{{ x }}]"), p("{{ y.z }}")), {"y": {}}),
        says("[]", ""),
        refused("TP04", "TP04", names=("x", "y.z")),
    ),
    Shown("D03", Case("None", docx(p("[{{ x }}]")), {"x": None}), says("[None]"), refused("TP08")),
    Shown("D03", Case("a list", docx(p("[{{ x }}]")), {"x": [1, "a"]}), says("[[1, 'a']]"), refused("TP10")),
    Shown("D03", Case("a mapping", docx(p("[{{ x }}]")), {"x": {"a": 1}}), says("[{'a': 1}]"), refused("TP10")),
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
        "D19",
        Case("a picture in a note", file_with(p(r("a"), note(1)), notes=[p("{{ x }}")]), note_image),
        fails("AttributeError"),
        has("drawing inline 360000x180000 41382dca277e", part=FOOTNOTES),
    ),
    Shown(
        "D20", Case("Python's inside", docx(p("{{ x.__class__.__name__ }}")), {"x": "a"}), says("str"), refused("TP04")
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
        "D32",
        Case("rich text by a plain tag", docx(p("{{ x }}")), rich(("t", {"bold": True}))),
        lacks("r [b]"),
        has("r [b]", "t 't'"),
    ),
    Shown(
        "D33",
        Case("a filter block", docx(p("{% filter upper %}a {{ x }}{% endfilter %}")), {"x": "&"}),
        says("A "),
        refused("TP11"),
    ),
]
