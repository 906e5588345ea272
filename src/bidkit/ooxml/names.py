"""names of a template that its context lacks, found without rendering.

Names and attributes are followed with the first item of each list as its sample, also into branches that this deal
does not take.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from jinja2 import nodes


def find_missing_names(
    tree: nodes.Template, context: Mapping[str, Any], known: Collection[str]
) -> Iterator[tuple[int, str, str]]:
    """The line and the dotted name of each use of a name that the context does not have, and the nearest that it has.

    Args:
        known: names that every template has.
    """
    made, tested = _list_own(tree)
    checker = _Checker(context, made | {*known, "caller", "varargs", "kwargs"}, tested)
    checker.visit(tree, {})
    for (line, name), near in checker.found.items():
        yield line, name, near


@lru_cache(maxsize=256)
def _list_own(tree: nodes.Template) -> tuple[frozenset[str], frozenset[str]]:
    """The names that a template makes itself, and those that it asks for before use; a tree is not changed."""
    made = {name.name for name in tree.find_all(nodes.Name) if name.ctx in ("store", "param")}
    made |= {macro.name for macro in tree.find_all(nodes.Macro)}
    tested = [test.node for test in tree.find_all(nodes.Test) if test.name in ("defined", "undefined")]
    tested += [item.node for item in tree.find_all(nodes.Filter) if item.name in ("default", "d") and item.node]
    return frozenset(made), frozenset(map(_dotted, tested))


class _Checker:
    """Walks a template; `made` are names that it makes itself, `optional` those that it asks for before use."""

    def __init__(self, context: Mapping[str, Any], made: Collection[str], optional: Collection[str]) -> None:
        self.context = context
        self.made = made
        self.optional = optional
        self.found: dict[tuple[int, str], str] = {}

    def visit(self, node: nodes.Node, scope: Mapping[str, Any]) -> None:
        """Report unknown names below a node; `scope` holds loop variables and what `set` made."""
        if isinstance(node, nodes.For):
            self.visit(node.iter, scope)
            inner = {**scope, "loop": _UNKNOWN, **_bind(node.target, self.sample(self.value(node.iter, scope)))}
            for child in (*node.body, *([node.test] if node.test else ())):
                self.visit(child, inner)
            for child in node.else_:
                self.visit(child, scope)
        elif isinstance(node, (nodes.Getattr, nodes.Name)) and node.ctx == "load":
            self.value(node, scope)
        elif isinstance(node, nodes.Test) and node.name in ("defined", "undefined"):
            return
        elif isinstance(node, nodes.Filter) and node.name in ("default", "d"):
            for argument in node.args:
                self.visit(argument, scope)
        else:
            for child in node.iter_child_nodes():
                self.visit(child, scope)
                if isinstance(child, nodes.Assign):
                    scope = {**scope, **_bind(child.target, self.value(child.node, scope))}

    def value(self, node: nodes.Node, scope: Mapping[str, Any]) -> Any:
        """The sample value of an expression, `_UNKNOWN` where it cannot be told."""
        if isinstance(node, nodes.Name):
            if node.name in scope:
                return scope[node.name]
            if node.name in self.context:
                return self.context[node.name]
            if node.name not in self.made:
                self.report(node, node.name, _find_near(node.name, [*scope, *self.context]))
            return _UNKNOWN
        if isinstance(node, nodes.Getattr):
            holder = self.value(node.node, scope)
            if isinstance(holder, Mapping):
                if node.attr not in holder and node.attr in _METHODS:
                    return _UNKNOWN
                if node.attr not in holder:
                    before = f"{_dotted(node.node)}."
                    near = _find_near(node.attr, [str(key) for key in holder])
                    self.report(node, before + node.attr, near and before + near)
                    return _UNKNOWN
                return holder[node.attr]
            return _UNKNOWN
        for child in node.iter_child_nodes():
            self.visit(child, scope)
        return _UNKNOWN

    def sample(self, value: Any) -> Any:
        """The first item of a list."""
        return value[0] if isinstance(value, (list, tuple)) and value else _UNKNOWN

    def report(self, node: nodes.Node, name: str, near: str) -> None:
        if name not in self.optional:
            self.found[node.lineno, name] = near


_UNKNOWN = object()
_METHODS = ("items", "keys", "values", "get")


def _find_near(name: str, known: Sequence[str]) -> str:
    from difflib import get_close_matches

    return next(iter(get_close_matches(name, known, n=1)), "")


def _bind(target: nodes.Node, value: Any) -> dict[str, Any]:
    if isinstance(target, nodes.Name):
        return {target.name: value}
    return {name.name: _UNKNOWN for name in target.find_all(nodes.Name)}


def _dotted(node: nodes.Node) -> str:
    if isinstance(node, nodes.Getattr):
        return f"{_dotted(node.node)}.{node.attr}"
    return node.name if isinstance(node, nodes.Name) else "…"
