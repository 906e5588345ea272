"""Deviations of tags, paragraphs, cells and looks, shown on both engines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cases_values import images
from engines import Case
from office_files import docx, p, r, tbl, tc
from outcomes import Shown, fails, has, lacks, refused, says
from samples import BOLD, RED, bare_tc, deleted, file_with, row, split, table, text_box


def counter(*_: object) -> Mapping[str, Any]:
    """A callable that counts its calls."""
    calls: list[int] = []

    def count() -> int:
        calls.append(1)
        return len(calls)

    return {"count": count}


SPECIAL = "AT&T <b> R&D < 5"
XS = {"x": True, "xs": [1, 2]}
ROWS_OF_ITEMS = [("{%tr for i in [1, 2] %}", ""), ("{{ i }}", "z"), ("{%tr endfor %}", "")]
BARE = tbl(row(bare_tc(p("{% colspan 2 %}{{ x }}")), "c"), columns=3)

TAGS = [
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
        lacks("tcPr [shd FF0000]"),
        has("tcPr [shd FF0000]"),
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
                    row("{%tr for i in xs %}{%tr if i > 1 %}", ""),
                    row("{{ i }}", "z"),
                    row("{%tr endif %}{%tr endfor %}", ""),
                )
            ),
            XS,
        ),
        fails("TemplateSyntaxError"),
        says("2", "z"),
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
    Shown(
        "D30",
        Case(
            "text that is merged",
            docx(p(r("a ", BOLD)), p(r("{%- if x -%}")), p(r("b", RED)), p(r("{%- endif %} z"))),
            XS,
        ),
        lacks("r [color val=FF0000]"),
        has("r [b]", "t 'a '", "r [color val=FF0000]", "t 'b'"),
    ),
    Shown(
        "D30",
        Case("text after a picture", docx(p(r("{{ x }} b", BOLD))), images),
        lacks("r [b]"),
        has("r [b]", "t ' b'"),
    ),
    Shown(
        "D31",
        Case(
            "a list in a loop", docx(p("{%p for i in xs %}"), p("{{ i }}", style="ListNumber"), p("{%p endfor %}")), XS
        ),
        lacks("pPr [list decimal 0, pStyle val=ListNumber]"),
        has("pPr [list decimal 0, pStyle val=ListNumber]"),
    ),
]
