"""names of a template that its context lacks, found without rendering.

Names and attributes are followed with the first item of each list as its sample, also into branches that this deal
does not take. A template's tree is reduced once to the names that it uses, as plain tuples, which can be kept:

    ("name", line, name)                             a name that is read
    ("attr", line, name, use, "dotted.name")         what is read after a dot; the use and the name before it
    ("for", use, target, uses, uses)                 a loop: over what, its variable, its body, its else
    ("set", target, use)                             a variable that is set
    ("all", use, …)                                  whatever holds others
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from jinja2 import nodes

_Use = tuple[Any, ...]


class Uses(NamedTuple):
    """The names that a template uses.

    Args:
        made: those that it makes itself.
        tested: those that it asks for before use.
    """

    made: tuple[str, ...]
    tested: tuple[str, ...]
    used: _Use


def find_missing_names(
    uses: Uses, context: Mapping[str, Any], known: Collection[str]
) -> Iterator[tuple[int, str, str]]:
    """The line and the dotted name of each use of a name that the context does not have, and the nearest that it has.

    Args:
        known: names that every template has.
    """
    checker = _Checker(context, {*uses.made, *known, "caller", "varargs", "kwargs"}, {*uses.tested})
    checker.visit(uses.used, {})
    for (line, name), near in checker.found.items():
        yield line, name, near


def list_uses(tree: nodes.Template) -> Uses:
    """The names that a template uses, makes itself, and asks for before use."""
    made = {name.name for name in tree.find_all(nodes.Name) if name.ctx in ("store", "param")}
    made |= {macro.name for macro in tree.find_all(nodes.Macro)}
    tested = [test.node for test in tree.find_all(nodes.Test) if test.name in ("defined", "undefined")]
    tested += [item.node for item in tree.find_all(nodes.Filter) if item.name in ("default", "d") and item.node]
    return Uses(tuple(sorted(made)), tuple(sorted(set(map(_dotted, tested)))), _reduce(tree) or ("all",))


def _reduce(node: nodes.Node) -> _Use | None:
    """What a node uses; None for nothing."""
    if isinstance(node, nodes.For):
        body = _reduce_all((*node.body, *([node.test] if node.test else ())))
        return ("for", _reduce(node.iter), _target(node.target), body, _reduce_all(node.else_))
    if isinstance(node, nodes.Name):
        return ("name", node.lineno, node.name) if node.ctx == "load" else None
    if isinstance(node, nodes.Getattr) and node.ctx == "load":
        return ("attr", node.lineno, node.attr, _reduce(node.node), _dotted(node.node))
    if isinstance(node, nodes.Assign):
        return ("set", _target(node.target), _reduce(node.node))
    if isinstance(node, nodes.Test) and node.name in ("defined", "undefined"):
        return None
    is_default = isinstance(node, nodes.Filter) and node.name in ("default", "d")
    inside = _reduce_all(node.args if is_default else node.iter_child_nodes())  # type: ignore[attr-defined]
    return ("all", *inside) if inside else None


def _reduce_all(children: Iterable[nodes.Node]) -> tuple[_Use, ...]:
    return tuple(use for child in children if (use := _reduce(child)) is not None)


def _target(target: nodes.Node) -> str | tuple[str, ...]:
    """The variable that is bound, or those that take a value apart."""
    return target.name if isinstance(target, nodes.Name) else tuple(name.name for name in target.find_all(nodes.Name))


class _Checker:
    """Walks what a template uses; `made` are names that it makes itself, `optional` those that it asks for first."""

    def __init__(self, context: Mapping[str, Any], made: Collection[str], optional: Collection[str]) -> None:
        self.context = context
        self.made = made
        self.optional = optional
        self.found: dict[tuple[int, str], str] = {}

    def visit(self, use: _Use | None, scope: Mapping[str, Any]) -> None:
        """Report unknown names in a use; `scope` holds loop variables and what `set` made."""
        if not use:
            return
        kind = use[0]
        if kind == "for":
            _, over, target, body, otherwise = use
            inner = {**scope, "loop": _UNKNOWN, **_bind(target, self.sample(self.value(over, scope)))}
            for child in body:
                self.visit(child, inner)
            for child in otherwise:
                self.visit(child, scope)
        elif kind == "all":
            for child in use[1:]:
                self.visit(child, scope)
                if child[0] == "set":
                    scope = {**scope, **_bind(child[1], self.value(child[2], scope))}
        elif kind == "set":
            self.visit(use[2], scope)
        else:
            self.value(use, scope)

    def value(self, use: _Use | None, scope: Mapping[str, Any]) -> Any:
        """The sample value of an expression, `_UNKNOWN` where it cannot be told."""
        if use and use[0] == "name":
            _, line, name = use
            if name in scope:
                return scope[name]
            if name in self.context:
                return self.context[name]
            if name not in self.made:
                self.report(line, name, _find_near(name, [*scope, *self.context]))
        elif use and use[0] == "attr":
            _, line, name, base, before = use
            holder = self.value(base, scope)
            if isinstance(holder, Mapping):
                if name in holder:
                    return holder[name]
                if name not in _METHODS:
                    near = _find_near(name, [str(key) for key in holder])
                    self.report(line, f"{before}.{name}", near and f"{before}.{near}")
        else:
            self.visit(use, scope)
        return _UNKNOWN

    def sample(self, value: Any) -> Any:
        """The first item of a list."""
        return value[0] if isinstance(value, (list, tuple)) and value else _UNKNOWN

    def report(self, line: int, name: str, near: str) -> None:
        if name not in self.optional:
            self.found[line, name] = near


_UNKNOWN = object()
_METHODS = ("items", "keys", "values", "get")


def _find_near(name: str, known: Sequence[str]) -> str:
    from difflib import get_close_matches

    return next(iter(get_close_matches(name, known, n=1)), "")


def _bind(target: str | tuple[str, ...], value: Any) -> dict[str, Any]:
    return {target: value} if isinstance(target, str) else dict.fromkeys(target, _UNKNOWN)


def _dotted(node: nodes.Node) -> str:
    if isinstance(node, nodes.Getattr):
        return f"{_dotted(node.node)}.{node.attr}"
    return node.name if isinstance(node, nodes.Name) else "…"
