"""a part's Jinja source -> syntax tree; a tag that is only a name, as most are, is read without Jinja's lexer.

hidden   `{{ a.b }}` gives way to a mark in the text around it, which Jinja takes for text
shown    in the tree, the marks become the nodes that Jinja would have made, or stay in runs for `generator`
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import jinja2
from jinja2 import nodes
from jinja2.parser import Parser

from bidkit.ooxml.values import CLOSE, OPEN

_NAME = re.compile(r"\{\{\n([^\W\d]\w*(?:\.[^\W\d]\w*){0,20}) \}\}")
_HIDDEN = re.compile(f"{OPEN}v\n([^{CLOSE}]*){CLOSE}")
_KEYWORDS = frozenset(
    ("true", "false", "none", "True", "False", "None", "not", "and", "or", "in", "is", "if", "else", "self")
)


def parse_source(
    environment: jinja2.Environment, source: str, name: str | None = None, *, keeps_runs: bool = False
) -> nodes.Template:
    """The tree of a source that `PlacedTag.source` wrote. Raises TemplateSyntaxError.

    Args:
        keeps_runs: whether text whose names come from the context alone stays one node, for `split_run`.
    """
    tree = Parser(environment, _NAME.sub(_hide, source), name).parse()
    waiting: list[tuple[nodes.Node, bool]] = [(tree, keeps_runs)]
    while waiting:
        node, is_kept = waiting.pop()
        if isinstance(node, nodes.Output):
            if not is_kept:
                node.nodes = [shown for item in node.nodes for shown in _show(item, environment)]
                node.lineno = node.nodes[0].lineno
        elif isinstance(node, nodes.Stmt | nodes.Template):
            is_kept = is_kept and isinstance(node, nodes.Template | nodes.If)
            waiting += [(child, is_kept) for child in node.iter_child_nodes()]
    return tree


def split_run(text: str) -> list[str]:
    """Text, name, text, name, … text."""
    return _HIDDEN.split(text)


def _hide(found: re.Match[str]) -> str:
    path = found.group(1)
    first, *attributes = path.split(".")
    is_plain = first not in _KEYWORDS and (path.isascii() or all(map(str.isidentifier, (first, *attributes))))
    return f"{OPEN}v\n{path}{CLOSE}" if is_plain else found.group()


def _show(item: nodes.Expr, environment: jinja2.Environment) -> Iterator[nodes.Expr]:
    if not isinstance(item, nodes.TemplateData):
        yield item
        return
    line = item.lineno
    for position, text in enumerate(split_run(item.data)):
        if position % 2:
            line += 1
            first, *attributes = text.split(".")
            node: nodes.Expr = nodes.Name(first, "load", lineno=line, environment=environment)
            for attribute in attributes:
                node = nodes.Getattr(node, attribute, "load", lineno=line, environment=environment)
            yield node
        elif text:
            yield nodes.TemplateData(text, lineno=line, environment=environment)
            line += text.count("\n")
