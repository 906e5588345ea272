"""Cases of tables: row and cell loops, merging, shading, grids that grow and shrink."""

from __future__ import annotations

from engines import Case
from office_files import docx, p, r, tbl, tc, tr
from samples import BOLD, RED, line_break, loop, row, rows, shaded_tc, split, table

ITEMS = [
    {"desc": "Pump", "qty": 2, "price": "1.10", "bg": "FF0000", "kind": "a"},
    {"desc": "Valve <V>", "qty": 3, "price": "0.50", "bg": "00FF00", "kind": "a"},
    {"desc": "Pipe & fitting", "qty": 1, "price": "9.00", "bg": "0000FF", "kind": "b"},
]
GROUPS = [{"name": "A", "lines": ["a1", "a2"]}, {"name": "B", "lines": []}, {"name": "C", "lines": ["c1"]}]
LABELS = ["fruit", "vegetable", "stone", "thing"]
GRID = [{"label": "yellow", "cols": ["banana", "pepper", "pyrite", "taxi"]}, {"label": "red", "cols": list("abcd")}]


ROWS = [
    Case(
        "row for",
        docx(
            tbl(
                tr("item", "qty"),
                *rows("i in items", "{{ i.desc }}", "{{ i.qty }}"),
                tr("sum", "{{ items | sum(attribute='qty') }}"),
            )
        ),
        {"items": ITEMS},
    ),
    Case(
        "row for over nothing",
        docx(tbl(tr("item", "qty"), *rows("i in items", "{{ i.desc }}", "{{ i.qty }}"))),
        {"items": []},
    ),
    Case(
        "row if, else",
        docx(
            table(
                [
                    ("a", "b"),
                    ("{%tr if x %}", ""),
                    ("yes", "1"),
                    ("{%tr else %}", ""),
                    ("no", "2"),
                    ("{%tr endif %}", ""),
                ],
                2,
            )
        ),
        {"x": 0},
    ),
    Case(
        "row elif",
        docx(
            table(
                [
                    ("{%tr if x == 1 %}", ""),
                    ("one", "1"),
                    ("{%tr elif x == 2 %}", ""),
                    ("two", "2"),
                    ("{%tr endif %}", ""),
                ],
                2,
            )
        ),
        {"x": 2},
    ),
    Case(
        "nested row loops",
        docx(
            table(
                [
                    ("head", "h"),
                    ("{%tr for g in groups %}", ""),
                    ("{{ g.name }}", ""),
                    *loop("l in g.lines", "", "{{ loop.index }} {{ l }}"),
                    ("{%tr endfor %}", ""),
                ],
                2,
            )
        ),
        {"groups": GROUPS},
    ),
    Case(
        "a condition in a row loop",
        docx(
            table(
                [
                    ("head", "h"),
                    ("{%tr for i in items %}", ""),
                    ("{%tr if i.qty > 1 %}", ""),
                    ("{{ i.desc }}", "{{ i.qty }}"),
                    ("{%tr endif %}", ""),
                    ("{%tr endfor %}", ""),
                ],
                2,
            )
        ),
        {"items": ITEMS},
    ),
    Case(
        "a row loop in a loop of paragraphs",
        docx(
            p("{%p for g in groups %}"),
            p("{{ g.name }}", style="Heading1"),
            table([("n", "line"), *loop("l in g.lines", "{{ loop.index }}", "{{ l }}")], 2),
            p("{%p endfor %}"),
        ),
        {"groups": GROUPS},
    ),
    Case(
        "a split row tag",
        docx(
            tbl(
                row(tc(p(split("{%tr for i in items %}", BOLD))), ""),
                row("{{ i.desc }}", "x"),
                row(tc(p(r("{%tr end", BOLD), r("for %}"))), ""),
            )
        ),
        {"items": ITEMS},
    ),
    Case(
        "a row tag in the second cell",
        docx(tbl(row("", "{%tr for i in items %}"), row("{{ i.desc }}", "{{ i.qty }}"), row("", "{%tr endfor %}"))),
        {"items": ITEMS},
    ),
    Case("a row comment", docx(table([("a", "{{ x }}"), ("{#tr a note #}", ""), ("b", "c")], 2)), {"x": 1}),
    Case(
        "paragraphs in a cell of a row loop",
        docx(
            tbl(
                row("h", "h"),
                row("{%tr for g in groups %}", ""),
                row("{{ g.name }}", tc(p("lines:"), p("{%p for l in g.lines %}"), p("{{ l }}"), p("{%p endfor %}"))),
                row("{%tr endfor %}", ""),
            )
        ),
        {"groups": GROUPS},
    ),
    Case(
        "plain statements in a cell",
        docx(
            tbl(
                row(
                    "{% for i in items %}{{ i.desc }}{% if not loop.last %}, {% endif %}{% endfor %}",
                    "{% if x %}{{ x }}{% endif %}",
                )
            )
        ),
        {"items": ITEMS, "x": 0},
    ),
    Case(
        "a plain for over the paragraphs of a cell",
        docx(tbl(row(tc(p("{% for i in items %}{{ i.desc }}"), p("{{ i.qty }}{% endfor %}")), "z"))),
        {"items": ITEMS},
    ),
    Case(
        "properties of rows stay",
        docx(
            tbl(
                "<w:tr><w:trPr><w:tblHeader/></w:trPr>" + tc("head") + tc("h") + "</w:tr>",
                *rows("i in items", "{{ i.desc }}", "{{ i.qty }}"),
            )
        ),
        {"items": ITEMS},
    ),
    Case(
        "a table in a table",
        docx(
            tbl(
                row(
                    "a",
                    tc(tbl(*rows("i in items", "{{ i.desc }}"), row("."), columns=1), p("")),
                )
            )
        ),
        {"items": ITEMS},
    ),
    Case(
        "a table in a row loop",
        docx(
            tbl(
                row("{%tr for g in groups %}", ""),
                row(
                    "{{ g.name }}",
                    tc(tbl(row("n"), *rows("l in g.lines", "{{ l }}"), columns=1), p("")),
                ),
                row("{%tr endfor %}", ""),
            )
        ),
        {"groups": GROUPS},
    ),
    Case(
        "the order",
        docx(
            p("To {{ customer }}:"),
            table(
                [
                    ("item", "qty", "price"),
                    ("{%tr for i in items %}", "", ""),
                    ("{{ i.desc }}", "{{ i.qty }}", "{{ i.price }}"),
                    ("{%tr endfor %}", "", ""),
                    ("total", "", "{{ total }}"),
                ],
                3,
            ),
            p("{%p if stock %}"),
            p("In stock."),
            p("{%p else %}"),
            p("To be {% if late %}late{% else %}made{% endif %}."),
            p("{%p endif %}"),
        ),
        {"items": ITEMS, "customer": "R&D", "total": "12.40", "stock": False, "late": False},
    ),
]

CELLS = [
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

CASES = [*ROWS, *CELLS]
