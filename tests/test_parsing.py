"""Tags that are only names are read without Jinja's lexer, and give what Jinja's parser gives."""

import re

import jinja2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2.sandbox import ImmutableSandboxedEnvironment
from office_files import DAY, docx, p, place_of, texts

from bidkit.ooxml.parsing import parse_source, split_run
from bidkit.ooxml.sandbox import make_environment
from bidkit.ooxml.template import compile_template

OURS = make_environment({}, {}, {}, False)
JINJA = ImmutableSandboxedEnvironment(keep_trailing_newline=True)
WORDS = st.sampled_from(
    ["a", "price", "loop", "self", "单价", "_x1", "in", "not", "true", "None", "if", "else", "is", "²"]
)
PATHS = st.lists(WORDS, min_size=1, max_size=4).map(".".join)
TAGS = PATHS.map(lambda path: f"{{{{\n{path} }}}}")
OTHERS = st.sampled_from(
    [
        "{{\n a.b }}",
        "{{\na[0] }}",
        "{{\na|upper }}",
        "{#\n a.b #}",
        "text\n",
        "\n",
        "{%\nset y = a.b %}",
        "}}",
        " a.b }}",
    ]
)
SOURCES = st.lists(st.one_of(TAGS, OTHERS), max_size=12).map("".join)
BLOCKS = st.sampled_from(
    [
        "{0}",
        "{{%\nif a %}}{0}{{%\nelse %}}{0}{{%\nendif %}}",
        "{{%\nfor x in a.b %}}{0}{{%\nendfor %}}",
        "{{%\nmacro m(x) %}}{0}{{%\nendmacro %}}",
        "{{%\nset z %}}{0}{{%\nendset %}}",
    ]
)


def lines_of(node):
    return [
        (type(node).__name__, node.lineno),
        *(line for child in node.iter_child_nodes() for line in lines_of(child)),
    ]


def parse(environment, source):
    try:
        return environment.parse(source)
    except jinja2.TemplateSyntaxError as error:
        return error.lineno


@given(SOURCES, BLOCKS)
def test_tree_is_that_of_jinja(inside, block):
    source = block.format(inside)
    ours, theirs = parse(OURS, source), parse(JINJA.overlay(extensions=["jinja2.ext.do"]), source)
    assert ours == theirs
    if not isinstance(ours, int):
        assert lines_of(ours) == lines_of(theirs)
        assert all(node.environment is OURS for node in ours.find_all(jinja2.nodes.Node))


def runs_of(source):
    tree = parse_source(OURS, source, keeps_runs=True)
    return [split_run(item.data)[1::2] for item in tree.find_all(jinja2.nodes.TemplateData)]


@pytest.mark.parametrize("path", ["a", "a.b.c", "报价.总计", "loop.index"])
def test_a_name_is_hidden_from_jinja(path):
    assert runs_of(f"before {{{{\n{path} }}}} behind") == [[path]]


@pytest.mark.parametrize("body", ["true", "None", "self", "a[0]", "1", "a|x", "'a'", "(a)"])
def test_what_is_more_than_a_name_is_left_to_jinja(body):
    assert runs_of(f"before {{{{\n{body} }}}}") == [[]]


@pytest.mark.parametrize("block", ["for a in b", "macro m(a)", "with a = 1", "set z", "call m()"])
def test_names_that_a_block_can_make_are_in_no_run(block):
    end = block.split()[0]
    assert runs_of(f"{{%\n{block} %}}x{{{{\na }}}}{{%\nend{end} %}}") == [[]]


class Broken:
    """Something whose attribute fails when it is read."""

    @property
    def total(self) -> str:
        return str(1 // 0)


CONTEXT = {
    "a": "x & y",
    "n": 3,
    "none": None,
    "d": {"e": {"f": "deep"}, "list": [1]},
    "报价": {"总计": 9},
    "broken": Broken(),
}
NAMES = [
    "a",
    "n",
    "none",
    "d.e.f",
    "d.e.g",
    "d.e",
    "d.list",
    "报价.总计",
    "gone",
    "gone.x.y",
    "v",
    "broken.total",
    "range",
    "a.upper",
    "a.__class__",
]
SHOWN = st.sampled_from(NAMES)
LINES = st.one_of(
    SHOWN.map(lambda name: f"{{{{ {name} }}}}"),
    st.sampled_from(["{% set v = 'set' %}", "{% set v = gone %}", "{% if n %}", "{% endif %}", "{# note #}", "text",
                     "{% for v in d.list %}", "{% endfor %}", "{% set w %}{{ a }}{{ gone }}{% endset %}", "{{ w }}"]),
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(LINES, max_size=10), st.booleans())
def test_a_name_in_a_run_prints_what_it_prints_by_itself(lines, compat):
    """In brackets a name is an expression, which no run holds."""
    alone = [re.sub(r"\{\{ (.*?) \}\}", r"{{ (\1) }}", line) for line in lines]
    assert outcome(lines, compat) == outcome(alone, compat)


def outcome(lines, compat):
    made, problems = compile_template(docx(*map(p, lines)), "t.docx", {}, compat=compat)
    if made is None:
        return [(problem.code, place_of(problem).get("paragraph")) for problem in problems]
    result = made.render(CONTEXT)
    said = [
        (problem.code, place_of(problem)["tag"].replace("(", "").replace(")", ""), problem.values.get("name"))
        for problem in result.problems
    ]
    return texts(result.save(DAY)), said
