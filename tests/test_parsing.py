"""Tags that are only names are read without Jinja's lexer, and give what Jinja's parser gives."""

import jinja2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2.sandbox import ImmutableSandboxedEnvironment

from bidkit.ooxml.parsing import hide_names
from bidkit.ooxml.sandbox import make_environment

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


@pytest.mark.parametrize("path", ["a", "a.b.c", "报价.总计", "loop.index", "self"])
def test_a_name_is_hidden_from_jinja(path):
    assert "{{" not in hide_names(f"before {{{{\n{path} }}}} behind")


@pytest.mark.parametrize("body", ["true", "None", "not", "in", "a.²", "a..b", "a.1", "1", "a b", "a.b|x", "'a'"])
def test_what_is_more_than_a_name_is_left_to_jinja(body):
    source = f"{{{{\n{body} }}}}"
    assert hide_names(source) == source
