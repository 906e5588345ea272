"""Cases of tables: row loops and conditions, tables in tables."""

from __future__ import annotations

from engines import Case
from office_files import docx, p, r, tbl, tc, tr
from samples import BOLD, loop, row, rows, split, table

ITEMS = [
    {"desc": "Pump", "qty": 2, "price": "1.10", "bg": "FF0000", "kind": "a"},
    {"desc": "Valve <V>", "qty": 3, "price": "0.50", "bg": "00FF00", "kind": "a"},
    {"desc": "Pipe & fitting", "qty": 1, "price": "9.00", "bg": "0000FF", "kind": "b"},
]
GROUPS = [{"name": "A", "lines": ["a1", "a2"]}, {"name": "B", "lines": []}, {"name": "C", "lines": ["c1"]}]


CASES = [
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
