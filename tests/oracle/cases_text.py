"""Cases of text: tags in runs and paragraphs, paragraph merging, what is printed of values."""

from __future__ import annotations

import jinja2
from engines import Case
from office_files import docx, p, r, t
from samples import BOLD, RED, file_with, line_break, split, tab_inside

TEAM = [
    {"name": "Ann", "skills": ["pumps", "valves"], "age": 41},
    {"name": "Bo", "skills": [], "age": 29},
    {"name": "Cy", "skills": ["law"], "age": 35},
]
STATIC = "static text with [brackets] and 100 % of {braces}"


INLINE = [
    Case("print", docx(p("Dear {{ name }}, {{greeting}}.")), {"name": "Ann", "greeting": "hello"}),
    Case("print keeps the run's look", docx(p(r("a "), r("{{ x }}", BOLD), r(" b", RED))), {"x": "value"}),
    Case("print twice in a run", docx(p("{{ x }}{{ y }} {{ x }}")), {"x": "1", "y": "2"}),
    Case("nothing to fill", docx(p(STATIC), p(r("bold", BOLD), r("plain")), p("{{ x }}")), {"x": "."}),
    Case("a run for each character", docx(p(split("Dear {{ name }}!"))), {"name": "Ann"}),
    Case("a look for each character", docx(p(split("a{{ x }}b", BOLD, RED))), {"x": "1"}),
    Case("split braces", docx(p(r("{"), r("{"), r(" x ", BOLD), r("}"), r("}"), r(" end"))), {"x": "1"}),
    Case("split in the name", docx(p(r("{{ cus"), r("tomer.na", BOLD), r("me }} z"))), {"customer": {"name": "R"}}),
    Case("two tags over three runs", docx(p(r("{{ x"), r(" }} and {{ "), r("y }}", BOLD))), {"x": 1, "y": 2}),
    Case(
        "proofing marks in a tag",
        docx(p(r("{{ "), '<w:proofErr w:type="spellStart"/>', r("nam"), '<w:proofErr w:type="spellEnd"/>', r("e }}"))),
        {"name": "Ann"},
    ),
    Case("spaces are kept", docx(p("is  {{ x }}  for "), p(r("{{ x }} "), r(" {{ y }}"))), {"x": "a b", "y": "  c  "}),
    Case("spaces in a literal", docx(p("[{{ '    ' }}]{{ x }}")), {"x": "."}),
    Case("a tab in a literal", docx(p(f"[{{{{ 'a{chr(9)}b' }}}}]")), {}),
    Case("a tab element in a tag", docx(p(tab_inside("{{ x", " }} z"))), {"x": "1"}),
    Case("a break beside a tag", docx(p(r("a"), line_break(), r("{{ x }}"), line_break(), r("b"))), {"x": "1"}),
    Case("print after a static entity", docx(p('R&D <{{ x }}> "q" & more')), {"x": "1"}),
    Case(
        "values with XML's own characters", docx(p("{{ x }}"), p(r("{{ x }}", BOLD))), {"x": "AT&T <b> \"R&D\" 'q' > 5"}
    ),
    Case(
        "other scripts",
        docx(p("标书：{{ 名称 }} {{ x }}")),
        {"名称": "水厂", "x": "Test\u00e9 \U0001f600 \ud55c\uad6d"},
    ),
    Case("a comment in a run", docx(p("a{# note {{ x }} #}b"), p("{{ x }}")), {"x": "1"}),
    Case("a split comment", docx(p(r("a {# no"), r("te #} b")), p("{{ x }}")), {"x": "1"}),
    Case("a paragraph comment", docx(p("a"), p("{#p a note to the author #}"), p("{{ x }}")), {"x": "1"}),
    Case(
        "a paragraph comment in look and style",
        docx(p("a"), p(r("{#p note #}", BOLD), style="Caption"), p("{{ x }}")),
        {"x": 1},
    ),
    Case("literal braces", docx(p("{_{ x }_} is {{ x }}, {_% if %_}"), p("{ { y }")), {"x": "1"}),
    Case(
        "literal braces of every kind",
        docx(p("{_{r x }_} {_%p for %_} {_% vm %_} {_%- if -%_}"), p("{{ x }}")),
        {"x": "1"},
    ),
    Case("raw", docx(p("{% raw %}{{ x }} {% if %}{% endraw %} {{ x }}")), {"x": "1"}),
]

PARAGRAPHS = [
    Case(
        "paragraph for",
        docx(p("a"), p("{%p for x in team %}"), p("{{ x.name }}", style="BodyText"), p("{%p endfor %}"), p("z")),
        {"team": TEAM},
    ),
    Case(
        "paragraph if, elif, else",
        docx(
            p("{%p if n == 1 %}"),
            p("one"),
            p("{%p elif n == 2 %}"),
            p("two"),
            p("{%p else %}"),
            p("many"),
            p("{%p endif %}"),
        ),
        {"n": 2},
    ),
    Case(
        "nested paragraph loops",
        docx(
            p("{%p for  x  in team %}"),
            p("{{ x.name }}", style="Heading2"),
            p("{%p for s in x.skills %}"),
            p(r("{{ s }}", BOLD)),
            p("{%p endfor %}"),
            p("{%p endfor %}"),
        ),
        {"team": TEAM},
    ),
    Case(
        "no space before the end", docx(p("{%p for x in team%}"), p("{{ x.name }}"), p("{%p endfor%}")), {"team": TEAM}
    ),
    Case("a split paragraph tag", docx(p(split("{%p if x %}", BOLD, "")), p("yes"), p("{%p", " endif %}")), {"x": 1}),
    Case(
        "a paragraph tag with properties",
        docx(
            p("{%p if x %}", style="Heading1", properties="<w:keepNext/>"), p("yes"), p("{%p endif %}", style="Caption")
        ),
        {"x": 1},
    ),
    Case(
        "a table in a paragraph loop",
        file_with(
            p("{%p for x in team %}"),
            "<w:tbl><w:tblPr/><w:tblGrid><w:gridCol/></w:tblGrid><w:tr><w:tc><w:tcPr/>"
            + p("{{ x.name }}")
            + "</w:tc></w:tr></w:tbl>",
            p(""),
            p("{%p endfor %}"),
        ),
        {"team": TEAM},
    ),
    Case(
        "plain for in paragraphs of its own",
        docx(p("a"), p("{% for x in team %}"), p("{{ x.name }}"), p("{% endfor %}"), p("z")),
        {"team": TEAM},
    ),
    Case(
        "plain for that begins at a paragraph's end",
        docx(p("Team:{% for x in team %}"), p("{{ x.name }}, {{ x.age }}{% endfor %}")),
        {"team": TEAM},
    ),
    Case("plain if over paragraphs, taken", docx(p("1{% if x %}A"), p("B"), p("C{% endif %}D"), p("end")), {"x": 1}),
    Case(
        "plain if over paragraphs, not taken", docx(p("1{% if x %}A"), p("B"), p("C{% endif %}D"), p("end")), {"x": 0}
    ),
    Case(
        "plain if with else over paragraphs",
        docx(p("{% if x %}"), p("yes"), p("{% else %}"), p("no"), p("{% endif %}")),
        {"x": 0},
    ),
    Case("merging with the next", docx(p("a {% if x -%}"), p("{{ y }}"), p("{%- endif %} z")), {"x": 1, "y": "b"}),
    Case(
        "merging with the next, not taken",
        docx(p("a {% if x -%}"), p("{{ y }}"), p("{%- endif %} z")),
        {"x": 0, "y": "b"},
    ),
    Case(
        "merging on both sides",
        docx(p("This is"), p("{%- if x -%}"), p("very"), p("{%- endif -%}"), p("good")),
        {"x": 1},
    ),
    Case(
        "merging over line breaks",
        docx(
            p(
                r("a "),
                line_break(),
                r("{%- if x -%}"),
                line_break(),
                r(" b "),
                line_break(),
                r("{%- endif -%}"),
                line_break(),
                r(" c"),
            )
        ),
        {"x": 1},
    ),
    Case(
        "jinja2's own trimming",
        docx(p("a"), p("{% for x in [1, 2] %}"), p("  {{ x }} "), p("{% endfor %}")),
        {},
        env=lambda: jinja2.Environment(trim_blocks=True, lstrip_blocks=True),
    ),
]

VALUES = [
    Case(
        "numbers",
        docx(p("{{ i }} {{ f }} {{ g }} {{ b }} {{ big }}")),
        {"i": 3, "f": 2.50, "g": 1e20, "b": True, "big": 10**20},
    ),
    Case(
        "None, lists and mappings",
        docx(p("{{ n }} {{ l }} {{ m }} {{ t }}")),
        {"n": None, "l": [1, "a"], "m": {"k": 1}, "t": (1, 2)},
        compat=True,
    ),
    Case(
        "undefined names",
        docx(
            p(
                "[{{ x }}] [{{ a.b }}] {% if x %}no{% else %}not{% endif %} {% for i in x %}"
                "{{ i }}{% endfor %}{{ x | length }}{{ x == 1 }}"
            )
        ),
        {"a": {}},
        compat=True,
    ),
    Case("an undefined name in a footer", docx(p("{{ x }}"), footer=p("no. {{ number }}")), {"x": 1}, compat=True),
    Case("a new line", docx(p(r("{{ x }}", BOLD), r(" z"))), {"x": "a\nb\n\nc"}),
    Case("a tab", docx(p("[{{ x }}]")), {"x": "a\tb\t"}),
    Case(
        "a new paragraph",
        docx(p(r("0 {{ x }}", BOLD), r(" z", RED), style="Caption", properties='<w:jc w:val="center"/>'), p("end")),
        {"x": "a\ab\ac"},
    ),
    Case("a page break", docx(p(r("0 {{ x }} 1", BOLD), style="Caption"), p("end")), {"x": "a\fb"}),
    Case("all control characters", docx(p("{{ x }}")), {"x": "a\nb\tc\ad\fe"}),
    Case("control characters in a loop", docx(p("{% for x in xs %}{{ x }};{% endfor %}")), {"xs": ["a\nb", "c\ad"]}),
    Case(
        "a line break in the template's text and in the value",
        docx(p(f"<w:r>{t('a')}<w:br/>{t('{{ x }}')}</w:r>")),
        {"x": "b\nc"},
    ),
    Case("the escape filter", docx(p("{{ x | e }} {{ x | escape }}")), {"x": "<p>a & b</p>"}),
    Case("a value that looks like a tag", docx(p("{{ x }} {{ y }}")), {"x": "{{ y }}", "y": "{% if %}"}),
    Case("an empty value", docx(p(r("a", BOLD), r("{{ x }}"), r("b", BOLD)), p("{{ x }}")), {"x": ""}),
]

CASES = [*INLINE, *PARAGRAPHS, *VALUES]
