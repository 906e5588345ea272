"""a part's Jinja source -> syntax tree; a tag that is only a name, as most are, is read without Jinja's lexer.

hide_names    `{{ a.b }}` gives way to a mark in the text around it, which Jinja takes for text
show_names    in the tree, the marks become the nodes that Jinja would have made
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import jinja2
from jinja2 import nodes

from bidkit.ooxml.values import CLOSE, OPEN

_NAME = re.compile(r"\{\{\n([^\W\d]\w*(?:\.[^\W\d]\w*)*) \}\}")
_HIDDEN = re.compile(f"{OPEN}v\n([^{CLOSE}]*){CLOSE}")
_KEYWORDS = frozenset(("true", "false", "none", "True", "False", "None", "not", "and", "or", "in", "is", "if", "else"))


def hide_names(source: str) -> str:
    """A source, as `PlacedTag.source` writes it, with the tags that are plain names as marks; lines stay."""
    return _NAME.sub(_hide, source)


def _hide(found: re.Match[str]) -> str:
    path = found.group(1)
    first, *attributes = path.split(".")
    is_plain = first not in _KEYWORDS and (path.isascii() or all(map(str.isidentifier, (first, *attributes))))
    return f"{OPEN}v\n{path}{CLOSE}" if is_plain else found.group()


def show_names(tree: nodes.Template, environment: jinja2.Environment) -> nodes.Template:
    """The tree of a source whose names were hidden, whole again."""
    waiting: list[nodes.Node] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, nodes.Output):
            node.nodes = [shown for item in node.nodes for shown in _show(item, environment)]
            node.lineno = node.nodes[0].lineno
        elif isinstance(node, nodes.Stmt | nodes.Template):
            waiting += node.iter_child_nodes()
    return tree


def _show(item: nodes.Expr, environment: jinja2.Environment) -> Iterator[nodes.Expr]:
    if not isinstance(item, nodes.TemplateData):
        yield item
        return
    line = item.lineno
    for position, text in enumerate(_HIDDEN.split(item.data)):
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
