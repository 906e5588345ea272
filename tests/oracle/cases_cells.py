"""Cases of cells: cell loops, merging, shading, grids that grow and shrink."""

from __future__ import annotations

from cases_tables import GROUPS, ITEMS
from engines import Case
from office_files import docx, p, r, tbl, tc
from samples import BOLD, RED, line_break, row, shaded_tc, split, table

LABELS = ["fruit", "vegetable", "stone", "thing"]
GRID = [{"label": "yellow", "cols": ["banana", "pepper", "pyrite", "taxi"]}, {"label": "red", "cols": list("abcd")}]


CASES = [
    Case(
        "cell for, the grid grows",
        docx(table([("h", "{%tc for x in labels %}", "{{ x }}", "{%tc endfor %}")], 4)),
        {"labels": [*LABELS, "fifth"]},
    ),
    Case(
        "cell for, the grid shrinks",
        docx(
            table(
                [
                    ("h", "{%tc for x in [1] %}", "{{ x }}", "{%tc endfor %}"),
                    ("z", "{%tc for x in ['a'] %}", "{{ x }}", "{%tc endfor %}"),
                ],
                4,
            )
        ),
        {},
    ),
    Case(
        "cell for, the grid stays",
        docx(table([("h", "{%tc for x in labels %}", "{{ x }}", "{%tc endfor %}")], 5)),
        {"labels": LABELS},
    ),
    Case(
        "cell if",
        docx(table([("a", "{%tc if x %}", "yes", "{%tc else %}", "no", "{%tc endif %}", "z")], 7)),
        {"x": False},
    ),
    Case("a cell comment", docx(table([("a", "{#tc note #}", "{{ x }}")], 3)), {"x": 1}),
    Case("a cell comment, no space before its end", docx(table([("a", "{#tc note#}", "{{ x }}")], 3)), {"x": 1}),
    Case(
        "a split cell tag",
        docx(tbl(row("h", tc(p(split("{%tc for x in labels %}", "", BOLD))), "{{ x }}", "{%tc endfor %}"), columns=4)),
        {"labels": LABELS},
    ),
    Case(
        "a table of rows and columns",
        docx(
            table(
                [
                    ("h", "{%tc for x in labels %}", "{{ x }}", "{%tc endfor %}"),
                    ("{%tr for row in grid %}", "", "", ""),
                    ("{{ row.label }}", "{%tc for x in row.cols %}", "{{ x }}", "{%tc endfor %}"),
                    ("{%tr endfor %}", "", "", ""),
                ],
                4,
            )
        ),
        {"labels": LABELS, "grid": GRID},
    ),
    Case(
        "colspan over a grown table",
        docx(
            tbl(
                row("h", tc(p("{% colspan labels|count %}things"))),
                row("", "{%tc for x in labels %}", "{{ x }}", "{%tc endfor %}"),
                columns=4,
            )
        ),
        {"labels": LABELS},
    ),
    Case(
        "colspan, no space before its end",
        docx(tbl(row(tc(p("{% colspan 2%}wide")), "c"), row("a", "b", "c"), columns=3)),
        {},
    ),
    Case(
        "colspan of an expression",
        docx(tbl(row(tc(p("{% colspan n + 1 %}{{ x }}")), "c"), row("a", "b", "c"), columns=3)),
        {"n": 1, "x": "wide"},
    ),
    Case(
        "colspan replaces a gridSpan",
        docx(
            tbl(
                row(tc(p("{% colspan 3 %}wide")).replace("</w:tcPr>", '<w:gridSpan w:val="2"/></w:tcPr>')),
                row("a", "b", "c"),
                columns=3,
            )
        ),
        {},
    ),
    Case(
        "hm",
        docx(
            tbl(
                row("h", "{%tc for x in labels %}", "{% hm %}Header", "{%tc endfor %}"),
                row("", "{%tc for x in labels %}", "{{ x }}", "{%tc endfor %}"),
                columns=4,
            )
        ),
        {"labels": LABELS},
    ),
    Case(
        "hm of one cell",
        docx(tbl(row("h", "{%tc for x in [1] %}", "{% hm %}{{ x }}", "{%tc endfor %}"), columns=4)),
        {},
    ),
    Case(
        "vm in a row loop",
        docx(
            tbl(
                row("kind", "item"),
                row("{%tr for i in items %}", ""),
                row("{% vm %}{{ i.kind }}", "{{ i.desc }}"),
                row("{%tr endfor %}", ""),
            )
        ),
        {"items": ITEMS},
    ),
    Case(
        "vm in a nested loop",
        docx(
            tbl(
                row("{%tr for g in groups %}", ""),
                row("{%tr for l in g.lines %}", ""),
                row("{% vm %}{{ g.name }}", "{{ l }}"),
                row("{%tr endfor %}", ""),
                row("{%tr endfor %}", ""),
            )
        ),
        {"groups": GROUPS},
    ),
    Case(
        "vm in a cell loop",
        docx(
            table(
                [
                    ("{%tr for row in grid %}", "", "", ""),
                    ("{% vm %}all", "{%tc for x in row.cols %}", "{{ x }}", "{%tc endfor %}"),
                    ("{%tr endfor %}", "", "", ""),
                ],
                4,
            )
        ),
        {"grid": GRID},
    ),
    Case(
        "hm and vm in one table",
        docx(
            table(
                [
                    ("h", "{%tc for x in labels %}", "{% hm %}Things", "{%tc endfor %}"),
                    ("{%tr for row in grid %}", "", "", ""),
                    ("{% vm %}all", "{%tc for x in row.cols %}", "{{ x }}", "{%tc endfor %}"),
                    ("{%tr endfor %}", "", "", ""),
                ],
                4,
            )
        ),
        {"labels": LABELS, "grid": GRID},
    ),
    Case(
        "cellbg",
        docx(
            tbl(
                row("{%tr for i in items %}", ""),
                row("{% cellbg i.bg %}{{ i.desc }}", "{{ i.qty }}"),
                row("{%tr endfor %}", ""),
            )
        ),
        {"items": ITEMS},
    ),
    Case("cellbg in a split run", docx(tbl(row(tc(p(split("{% cellbg bg %}x", BOLD))), "b"))), {"bg": "ABCDEF"}),
    Case(
        "cellbg over a shade of the template",
        docx(tbl(row(shaded_tc("111111", p("{% cellbg bg %}{{ x }}")), shaded_tc("222222", p("b"))))),
        {"bg": "ABCDEF", "x": 1},
    ),
    Case("cellbg of an expression", docx(tbl(row("{% cellbg 'FF0000' if x else '00FF00' %}a", "b"))), {"x": False}),
    Case(
        "cellbg and colspan in one cell",
        docx(tbl(row("{% colspan 2 %}{% cellbg bg %}a", "b"), row("1", "2", "3"), columns=3)),
        {"bg": "ABCDEF"},
    ),
    Case(
        "a break in a cell loop",
        docx(
            tbl(
                row("h", "{%tc for x in labels %}", tc(p(r("{{ x }}", RED), line_break(), r("z"))), "{%tc endfor %}"),
                columns=4,
            )
        ),
        {"labels": LABELS},
    ),
    Case(
        "a value with new lines in cells",
        docx(tbl(row(tc(p(r("{{ x }}", BOLD), style="TableText")), "b"))),
        {"x": "a\nb\ac"},
    ),
]
