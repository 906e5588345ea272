"""Cases of Jinja's own language in a paragraph: expressions, filters, statements; and what is no Jinja."""

from __future__ import annotations

from typing import Any

import jinja2
from cases_text import TEAM
from engines import Case
from office_files import docx, p, r
from samples import BOLD, RED, line_break


def _iteritems(mapping: dict[str, Any]) -> Any:
    return mapping.items()


class Product:
    """A user's own object with attributes and methods."""

    name = "Pump <P1>"

    def price(self, pieces: int = 1) -> int:
        return 25 * pieces


def _noting(*_: object) -> dict[str, Any]:
    """A function that notes what it is given, and one that gives the notes."""
    notes: list[int] = []
    return {"note": notes.append, "l": lambda: "".join(map(str, notes))}


def _own_filters() -> jinja2.Environment:
    env = jinja2.Environment()
    env.filters["stars"] = lambda value, count=1: f"{'*' * count}{value}{'*' * count}"
    env.filters["money"] = lambda value: f"{value:,.2f}"
    env.tests["big"] = lambda value: value > 10
    env.globals["company"] = "Xinglan"
    return env


EXPRESSIONS = [
    Case(
        "dots and brackets",
        docx(p("{{ a.b.c }} {{ a['b']['c'] }} {{ l[0] }} {{ l[-1] }} {{ l[1:] | join(',') }}")),
        {"a": {"b": {"c": "x"}}, "l": [1, 2, 3]},
    ),
    Case("sums", docx(p("{{ 1 + 2 * 3 }} {{ 7 // 2 }} {{ 7 % 3 }} {{ 2 ** 8 }} {{ x / 4 }} {{ -x }}")), {"x": 10}),
    Case("joining texts", docx(p("{{ a ~ '-' ~ b }} {{ a + 'z' }} {{ 'ab' * 2 }}")), {"a": "x", "b": 5}),
    Case(
        "comparing",
        docx(p("{{ 1 < 2 }} {{ x >= 3 }} {{ x != 3 and not y }} {{ 2 in l }} {{ 'a' not in 'xyz' }}")),
        {"x": 3, "y": False, "l": [2]},
    ),
    Case("a choice in one line", docx(p("{{ 'yes' if x else 'no' }} {{ 'a' if not x }}")), {"x": True}, compat=True),
    Case(
        "literals",
        docx(p("{{ [1, 2] | length }} {{ {'k': 'v'}.k }} {{ (1, 2)[0] }} {{ true }} {{ 1.50 }} {{ 1e3 }}")),
        {},
    ),
    Case(
        "typographic quotes", docx(p("{{ x | replace(“a”, ‘b’) }} {% if x == “cat” %}match{% endif %}")), {"x": "cat"}
    ),
    Case("less and greater in a tag", docx(p("{% if x < 5 and x > 1 %}between{% endif %} {{ x <= 3 }}")), {"x": 3}),
    Case(
        "text filters",
        docx(
            p(
                "{{ x | upper }} {{ x | title }} {{ x | trim | length }} "
                "{{ x | replace('a', 'b') }} {{ x | truncate(5) }}"
            )
        ),
        {"x": "a cat & dog"},
    ),
    Case(
        "list filters",
        docx(
            p(
                "{{ l | join('、') }} {{ l | first }} {{ l | last }} {{ l | sort | join }} "
                "{{ l | sum }} {{ l | max }} {{ l | unique | join }}"
            )
        ),
        {"l": [3, 1, 2, 1]},
    ),
    Case(
        "filters with attributes",
        docx(
            p(
                "{{ team | map(attribute='name') | join(', ') }} "
                "{{ team | selectattr('age', '>', 30) | map(attribute='name') | join('/') }} "
                "{{ (team | sort(attribute='age'))[0].name }}"
            )
        ),
        {"team": TEAM},
    ),
    Case(
        "grouping",
        docx(p("{% for g in team | groupby('age') %}{{ g.grouper }}:{{ g.list | length }} {% endfor %}")),
        {"team": TEAM},
    ),
    Case(
        "number filters",
        docx(
            p(
                "{{ x | round(1) }} {{ '%.2f' | format(x) }} {{ '%05d %s' | format(7, 'a') }} "
                "{{ x | int }} {{ '{:,}'.format(12345) }} {{ '%.1f' % x }}"
            )
        ),
        {"x": 3.14159},
    ),
    Case(
        "default",
        docx(p("{{ nothing | default('none') }} {{ empty | default('blank', true) }} {{ x | d('y') }}")),
        {"empty": "", "x": "x"},
    ),
    Case(
        "tests",
        docx(
            p(
                "{{ x is defined }} {{ y is undefined }} {{ x is number }} {{ s is string }} "
                "{{ m is mapping }} {{ n is none }} {{ 4 is even }} {{ 6 is divisibleby 3 }}"
            )
        ),
        {"x": 1, "s": "a", "m": {}, "n": None},
    ),
    Case(
        "the user's own filters, tests and globals",
        docx(p("{{ x | stars(2) }} {{ 1234.5 | money }} {{ 11 is big }} {{ company }}")),
        {"x": "a"},
        env=_own_filters,
    ),
    Case(
        "the user's filters in a header", docx(p("{{ x }}"), header=p("{{ x | stars }}")), {"x": "a"}, env=_own_filters
    ),
    Case(
        "methods of texts and mappings",
        docx(
            p(
                "{{ s.capitalize() }} {{ s.split(' ') | last }} {% for k, v in m.items() %}"
                "{{ k }}={{ v }};{% endfor %} {{ m.get('z', 0) }}"
            )
        ),
        {"s": "ab cd", "m": {"a": 1, "b": "<2>"}},
    ),
    Case(
        "a callable in the context",
        docx(p("{% for k, v in iteritems(m) %}{{ k }}: {{ v }}. {% endfor %}{{ double(4) }}")),
        {"iteritems": _iteritems, "m": {"a": "<&>"}, "double": lambda n: 2 * n},
    ),
    Case(
        "the user's own objects",
        docx(p("{{ item.name }}: {{ item.price() }}, {{ item.price(pieces=3) }}")),
        {"item": Product()},
    ),
    Case("range and dict", docx(p("{% for i in range(3) %}{{ i }}{% endfor %} {{ dict(a=1).a }}")), {}),
    Case(
        "cycler, joiner, namespace",
        docx(
            p(
                "{% set c = cycler('a', 'b') %}{% set j = joiner(', ') %}"
                "{% set n = namespace(sum=0) %}{% for i in [1, 2, 3] %}{{ j() }}{{ c.next() }}"
                "{{ i }}{% set n.sum = n.sum + i %}{% endfor %} {{ n.sum }}"
            )
        ),
        {},
    ),
]

STATEMENTS = [
    *(
        Case(
            f"if, elif, else in a run: {n}",
            docx(p("n {% if n == 1 %}one{% elif n == 2 %}two{% else %}many{% endif %}!")),
            {"n": n},
        )
        for n in (1, 2, 3)
    ),
    Case(
        "for in a run",
        docx(p("{% for x in team %}{{ loop.index }}. {{ x.name }}{% if not loop.last %}, {% endif %}{% endfor %}")),
        {"team": TEAM},
    ),
    Case(
        "for with else",
        docx(
            p("{% for x in [] %}{{ x }}{% else %}nobody{% endfor %} {% for x in [1] %}{{ x }}{% else %}no{% endfor %}")
        ),
        {},
    ),
    Case(
        "for with a condition",
        docx(p("{% for x in team if x.skills %}{{ x.name }} {{ loop.length }} {% endfor %}")),
        {"team": TEAM},
    ),
    Case(
        "all of loop",
        docx(
            p(
                "{% for x in 'abc' %}{{ loop.index }}{{ loop.index0 }}{{ loop.revindex }}"
                "{{ loop.revindex0 }}{{ loop.first }}{{ loop.last }}{{ loop.length }}"
                "{{ loop.cycle('u', 'v') }}{{ loop.changed(x) }}{{ loop.previtem | d('-') }}"
                "{{ loop.nextitem | d('-') }}{{ loop.depth }} {% endfor %}"
            )
        ),
        {},
    ),
    Case(
        "nested for in a run",
        docx(p("{% for x in team %}{{ x.name }}:{% for s in x.skills %} {{ s }}{% endfor %};{% endfor %}")),
        {"team": TEAM},
    ),
    Case(
        "recursive for",
        docx(p("{% for x in tree recursive %}({{ x.n }}{{ loop(x.sub) }}){% endfor %}")),
        {"tree": [{"n": 1, "sub": [{"n": 2, "sub": []}]}]},
    ),
    Case("unpacking", docx(p("{% for a, b in pairs %}{{ a }}-{{ b }} {% endfor %}")), {"pairs": [(1, 2), (3, 4)]}),
    Case(
        "for over runs of another look",
        docx(p(r("{% for x in team %}", BOLD), r("{{ x.name }}", RED), line_break(), r("{% endfor %}end"))),
        {"team": TEAM},
    ),
    Case("if over runs", docx(p(r("a{% if x %}"), r("bold", BOLD), r("{% else %}none{% endif %} z"))), {"x": True}),
    Case(
        "if over runs, not taken",
        docx(p(r("a{% if x %}"), r("bold", BOLD), r("{% else %}none{% endif %} z"))),
        {"x": False},
    ),
    Case("set", docx(p("{% set y = x * 2 %}{{ y }}"), p("{{ y + 1 }}")), {"x": 4}),
    Case("set of a block", docx(p("{% set y %}a {{ x }} b{% endset %}{{ y }}|{{ y }}")), {"x": "<1>"}),
    Case("set in a paragraph of its own", docx(p("{%p set y = 5 %}"), p("{{ y }}")), {}),
    Case("with", docx(p("{% with y = x + 1 %}{{ y }}{% endwith %} {{ x }}")), {"x": 4}),
    Case("macro", docx(p("{% macro m(a, b='z') %}<{{ a }}|{{ b }}>{% endmacro %}{{ m('x') }} {{ m(1, b=2) }}")), {}),
    Case(
        "call",
        docx(p("{% macro m() %}[{{ caller() }}]{% endmacro %}{% call m() %}in {{ x }}{% endcall %}")),
        {"x": "&"},
    ),
    Case(
        "break and continue, do",
        docx(
            p(
                "{% for i in range(9) %}{% if i == 1 %}{% continue %}{% endif %}{% if i == 4 %}"
                "{% break %}{% endif %}{{ i }}{% do note(i) %}{% endfor %} {{ l() }}"
            )
        ),
        _noting,
        env=lambda: jinja2.Environment(extensions=["jinja2.ext.loopcontrols", "jinja2.ext.do"]),
    ),
    Case("plain dashes in a print", docx(p("a {{- x -}} b {{ x -}} c")), {"x": "1"}),
]

CASES = [*EXPRESSIONS, *STATEMENTS]

REFUSED = [
    (Case("a tag that is not closed", docx(p("a {{ x"), p("b")), {"x": 1}), "TP02"),
    (Case("a loop that is not closed", docx(p("{%p for x in xs %}"), p("{{ x }}")), {"xs": [1]}), "TP03"),
    (Case("an end without a beginning", docx(p("a"), p("{% endif %}")), {}), "TP03"),
    (Case("a filter that does not exist", docx(p("{{ x | nosuch }}")), {"x": 1}), "TP16"),
    (Case("a test that does not exist", docx(p("{{ x is nosuch }}")), {"x": 1}), "TP16"),
    (Case("a statement that does not exist", docx(p("{% nosuch x %}")), {"x": 1}), "TP11"),
    (Case("a broken expression", docx(p("{{ x + }}")), {"x": 1}), "TP11"),
    (
        Case(
            "a row tag outside of a table",
            docx(p("{%tr for x in xs %}"), p("{{ x }}"), p("{%tr endfor %}")),
            {"xs": [1]},
        ),
        "TP05",
    ),
    (Case("a cell tag outside of a table", docx(p("{%tc if x %}"), p("{%tc endif %}")), {"x": 1}), "TP05"),
]
