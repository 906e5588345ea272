"""every name that a template reads, found without rendering, with what its use tells of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from jinja2 import nodes
from jinja2.visitor import NodeVisitor

KINDS = ("list", "group", "number", "text", "date", "block", "function", "flag", "value")
_SAME_LIST = ("sort", "reverse", "unique", "list", "select", "reject", "selectattr", "rejectattr")
_ONE_ITEM = ("first", "last", "random", "min", "max")
_OF_LISTS = (
    "sort", "unique", "select", "reject", "selectattr", "rejectattr", *_ONE_ITEM, "sum", "map", "groupby", "batch",
    "slice", "join",
)  # fmt: skip
_BY_ATTRIBUTE = ("sum", "groupby", "selectattr", "rejectattr")
_FILTER_KINDS = {
    **dict.fromkeys(_OF_LISTS, "list"),
    **dict.fromkeys(("round", "abs"), "number"),
    **dict.fromkeys(("upper", "lower", "title", "capitalize", "trim", "truncate", "wordwrap", "striptags"), "text"),
    **dict.fromkeys(("dictsort", "items"), "group"),
}
_TEST_KINDS = {
    **dict.fromkeys(("number", "odd", "even", "divisibleby", "integer", "float"), "number"),
    **dict.fromkeys(("string", "upper", "lower"), "text"),
    "mapping": "group",
}
_PRINTED_KINDS = {"p": "block"}
_CELL_KINDS = {"colspan": "number", "cellbg": "text"}
_MAPPING_METHODS = ("items", "keys", "values", "get")


@dataclass(frozen=True)
class ReadName:
    """What a template tells of a name that it reads.

    Args:
        kinds: what it is used as, of `KINDS`: a `group` has fields, a `block` stands for whole paragraphs, a `flag` is
            only asked for, a `value` only printed.
        may_be_missing: it is asked for with `is defined` or `default` before it is used.
        may_be_empty: an `if` asks for it.
        parts: where it stands, the document first.
        fields: what is read of it behind a dot.
        item: of a list, what is read of each of its items.
    """

    name: str
    kinds: tuple[str, ...]
    may_be_missing: bool
    may_be_empty: bool
    parts: tuple[str, ...]
    fields: tuple[ReadName, ...] = ()
    item: ReadName | None = None


def list_names(
    sources: Iterable[tuple[nodes.Template, Callable[[int], str]]],
    known: Collection[str],
    filter_kinds: Mapping[str, str],
) -> tuple[ReadName, ...]:
    """The names that a template takes from its context, in the order in which they stand, each with its fields.

    Args:
        sources: each part's tree, and the part that the tag on a line of it stands in.
        known: names that every template has.
        filter_kinds: what the caller's own filters are made for, of `KINDS`.
    """
    root = _Seen("")
    for tree, find_part in sources:
        _Reader(root, known, _FILTER_KINDS | dict(filter_kinds), find_part).visit(tree, {})
    return root.freeze().fields


def merge_names(lists: Iterable[tuple[ReadName, ...]]) -> tuple[ReadName, ...]:
    """The names of several templates as if they were those of one."""
    groups: dict[str, list[ReadName]] = {}
    for names in lists:
        for name in names:
            groups.setdefault(name.name, []).append(name)
    return tuple(_merge(group) for group in groups.values())


def _merge(group: list[ReadName]) -> ReadName:
    kinds = {kind for name in group for kind in name.kinds}
    # What is used as something is more than a value that is only printed, which is more than a mere question.
    shown = tuple(kind for kind in KINDS[:-2] if kind in kinds) or (("value",) if "value" in kinds else ("flag",))
    items = [name.item for name in group if name.item]
    return ReadName(
        group[0].name,
        shown,
        all(name.may_be_missing for name in group),
        any(name.may_be_empty for name in group),
        tuple(dict.fromkeys(part for name in group for part in name.parts)),
        merge_names([name.fields for name in group]),
        _merge(items) if items else None,
    )


class _Seen:
    """A name, as far as it has been read; `pair` are the two values of an item that a loop takes apart."""

    def __init__(self, name: str, item: _Seen | None = None, pair: tuple[_Seen | None, _Seen | None] | None = None):
        self.name = name
        self.kinds: set[str] = set()
        self.parts: dict[str, None] = {}
        self.fields: dict[str, _Seen] = {}
        self.item = item
        self.pair = pair
        self.reads = self.defaults = 0
        self.is_tested = self.is_asked = self.is_printed = False

    def field(self, name: str) -> _Seen:
        return self.fields.setdefault(name, _Seen(name))

    def one(self) -> _Seen:
        self.kinds.add("list")
        self.item = self.item or _Seen("")
        return self.item

    def freeze(self) -> ReadName:
        kinds = self.kinds | ({"group"} if self.fields else set())
        rest = "flag" if self.is_asked and not self.is_printed else "value"
        may_be_missing = self.is_tested or 0 < self.defaults == self.reads
        item = self.item.freeze() if self.item and (self.item.reads or self.item.fields) else None
        fields = tuple(field.freeze() for field in self.fields.values())
        shown = tuple(kind for kind in KINDS if kind in kinds) or (rest,)
        return ReadName(self.name, shown, may_be_missing, self.is_asked, tuple(self.parts), fields, item)


@dataclass(frozen=True)
class _Macro:
    node: nodes.Macro
    scope: _Scope


_Scope = dict[str, "_Seen | _Macro | None"]


class _Reader(NodeVisitor):
    """Walks a part; an expression gives the name that it stands for, None where that cannot be told."""

    def __init__(
        self, root: _Seen, known: Collection[str], filter_kinds: Mapping[str, str], find_part: Callable[[int], str]
    ) -> None:
        self.root = root
        self.known = {*known, "loop", "caller", "varargs", "kwargs"}
        self.filter_kinds = filter_kinds
        self.find_part = find_part
        self.running: list[nodes.Macro] = []

    def visit_all(self, children: Iterable[nodes.Node], scope: _Scope) -> None:
        for child in children:
            self.try_to_visit(child, scope)

    def try_to_visit(self, node: nodes.Node, scope: _Scope) -> object:
        """What a node stands for; None if it is nested too deep, which is reported when the template is compiled."""
        try:
            return self.visit(node, scope)
        except RecursionError:
            return None

    def read(self, node: nodes.Node, scope: _Scope, kind: str = "") -> _Seen | None:
        """The name that an expression stands for, which is used as this kind."""
        found = self.visit(node, scope)
        if isinstance(found, _Seen) and kind:
            found.kinds.add(kind)
        return found if isinstance(found, _Seen) else None

    def ask(self, node: nodes.Node | None, scope: _Scope) -> None:
        """A condition."""
        if isinstance(node, (nodes.And, nodes.Or, nodes.Not)):
            for child in node.iter_child_nodes():
                self.ask(child, scope)
        elif node is not None:
            found = self.visit(node, scope)
            if isinstance(found, _Seen):
                found.is_asked = True

    def touch(self, seen: _Seen, node: nodes.Node) -> _Seen:
        seen.parts[self.find_part(node.lineno)] = None
        seen.reads += 1
        return seen

    # statements

    def visit_Template(self, node: nodes.Template, scope: _Scope) -> None:
        self.visit_all(node.body, scope)

    def visit_Output(self, node: nodes.Output, scope: _Scope) -> None:
        for child in node.nodes:
            found = self.try_to_visit(child, scope)
            if isinstance(found, _Seen):
                found.is_printed = True

    def visit_For(self, node: nodes.For, scope: _Scope) -> None:
        found = self.read(node.iter, scope)
        inner = {**scope, **_take_apart(node.target, found.one() if found else None)}
        self.ask(node.test, inner)
        self.visit_all(node.body, inner)
        self.visit_all(node.else_, dict(scope))

    def visit_If(self, node: nodes.If, scope: _Scope) -> None:
        self.ask(node.test, scope)
        self.visit_all((*node.body, *node.elif_, *node.else_), scope)

    def visit_Assign(self, node: nodes.Assign, scope: _Scope) -> None:
        found = self.visit(node.node, scope)
        scope.update(_take_apart(node.target, found if isinstance(found, _Seen) else None))

    def visit_AssignBlock(self, node: nodes.AssignBlock, scope: _Scope) -> None:
        self.visit_all(node.body, dict(scope))
        scope.update(_take_apart(node.target, None))

    def visit_With(self, node: nodes.With, scope: _Scope) -> None:
        inner = dict(scope)
        for target, value in zip(node.targets, node.values, strict=True):
            inner |= _take_apart(target, self.read(value, scope))
        self.visit_all(node.body, inner)

    def visit_Macro(self, node: nodes.Macro, scope: _Scope) -> None:
        scope[node.name] = _Macro(node, scope)
        self.visit_all(node.defaults, scope)
        self.run(node, {**scope, **dict.fromkeys(_argument_names(node))})

    def visit_CallBlock(self, node: nodes.CallBlock, scope: _Scope) -> None:
        self.visit(node.call, scope)
        self.visit_all(node.body, {**scope, **dict.fromkeys(_argument_names(node))})

    def run(self, node: nodes.Macro, scope: _Scope) -> None:
        if node not in self.running:  # a macro that calls itself tells nothing new
            self.running.append(node)
            self.visit_all(node.body, scope)
            self.running.pop()

    # expressions

    def visit_Name(self, node: nodes.Name, scope: _Scope) -> _Seen | _Macro | None:
        found = scope.get(node.name)
        if node.name in scope or node.name in self.known or node.ctx != "load":
            return self.touch(found, node) if isinstance(found, _Seen) else found
        return self.touch(self.root.field(node.name), node)

    def visit_Getattr(self, node: nodes.Getattr, scope: _Scope) -> _Seen | None:
        holder = self.read(node.node, scope)
        return self.touch(holder.field(node.attr), node) if holder else None

    def visit_Getitem(self, node: nodes.Getitem, scope: _Scope) -> _Seen | None:
        holder = self.read(node.node, scope)
        key = node.arg.value if isinstance(node.arg, nodes.Const) else None
        if not isinstance(key, (str, int)):
            self.visit(node.arg, scope)
            return None
        if holder is None:
            return None
        return self.touch(holder.field(key) if isinstance(key, str) else holder.one(), node)

    def visit_Filter(self, node: nodes.Filter, scope: _Scope) -> _Seen | None:
        self.visit_all((*node.args, *node.kwargs), scope)
        found = self.read(node.node, scope) if node.node is not None else None
        if found is None:
            return None
        if node.name in ("default", "d"):
            found.defaults += 1
            return found
        found.kinds |= {self.filter_kinds[node.name]} if node.name in self.filter_kinds else set()
        by = self.read_attribute(node, found)
        if node.name in _ONE_ITEM:
            return found.one()
        if node.name == "groupby":
            return _Seen("", item=_Seen("", pair=(by, found)))
        if node.name == "map" and by is not None:
            return _Seen("", item=by)
        return found if node.name in _SAME_LIST else None

    def read_attribute(self, node: nodes.Filter, found: _Seen) -> _Seen | None:
        """The field of a list's items that a filter goes by: `sum(attribute="price")`, `groupby("room")`."""
        named = [pair.value for pair in node.kwargs if pair.key == "attribute"]
        named += node.args[:1] if node.name in _BY_ATTRIBUTE else []
        if not named or not isinstance(named[0], nodes.Const) or not isinstance(named[0].value, str):
            return None
        seen = found.one()
        for name in named[0].value.split("."):
            seen = self.touch(seen.field(name), node)
        if node.name == "sum":
            seen.kinds.add("number")
        return seen

    def visit_Test(self, node: nodes.Test, scope: _Scope) -> None:
        self.visit_all((*node.args, *node.kwargs), scope)
        found = self.read(node.node, scope, _TEST_KINDS.get(node.name, ""))
        if found is not None:
            found.is_tested |= node.name in ("defined", "undefined")
            found.is_asked |= node.name == "none"

    def visit_Call(self, node: nodes.Call, scope: _Scope) -> _Seen | None:
        callee = node.node
        if isinstance(callee, nodes.Name) and callee.name in ("_at", "_cell"):
            where, _, value = node.args  # the engine's own: how it is printed, the tag's number, the value
            kinds = _PRINTED_KINDS if callee.name == "_at" else _CELL_KINDS
            return self.read(value, scope, kinds.get(where.as_const(), ""))
        self.visit_all(node.kwargs, scope)
        given = [self.read(argument, scope) for argument in node.args]
        if isinstance(callee, nodes.Getattr):
            return self.read_method(callee, node, scope)
        made = self.visit(callee, scope)
        if isinstance(made, _Macro):
            names = _argument_names(made.node)
            self.run(made.node, {**made.scope, **dict.fromkeys(names), **dict(zip(names, given, strict=False))})
        elif isinstance(made, _Seen):
            made.kinds.add("function")
        elif isinstance(callee, nodes.Name) and callee.name == "range":
            for bound in filter(None, given):
                bound.kinds.add("number")
        return None

    def read_method(self, callee: nodes.Getattr, node: nodes.Call, scope: _Scope) -> _Seen | None:
        holder = self.read(callee.node, scope)
        if holder is None:
            return None
        if callee.attr == "get" and node.args and isinstance(node.args[0], nodes.Const):
            found = self.touch(holder.field(str(node.args[0].value)), node)
            found.is_tested = True
            return found
        if callee.attr in _MAPPING_METHODS:
            holder.kinds.add("group")
        elif hasattr(str, callee.attr):
            holder.kinds.add("text")
        elif hasattr(date, callee.attr):
            holder.kinds.add("date")
        else:
            self.touch(holder.field(callee.attr), node).kinds.add("function")
        return None

    def visit_Compare(self, node: nodes.Compare, scope: _Scope) -> None:
        sides = [node.expr, *(operand.expr for operand in node.ops)]
        is_member = any(operand.op in ("in", "notin") for operand in node.ops)
        for side in sides:
            others = [_constant_kind(other) for other in sides if other is not side]
            kind = next(filter(None, others), "")
            self.read(side, scope, "" if is_member and side is not node.expr else kind)

    def visit_BinExpr(self, node: nodes.BinExpr, scope: _Scope) -> None:
        sides = node.left, node.right
        for side, other in (sides, sides[::-1]):
            kind = _constant_kind(other)
            if node.operator in ("-", "/", "//", "**"):
                kind = "number"
            elif node.operator == "%" and side is node.right:
                kind = ""  # what a format is filled with
            self.read(side, scope, kind)

    visit_Add = visit_Sub = visit_Mul = visit_Div = visit_FloorDiv = visit_Mod = visit_Pow = visit_BinExpr

    def visit_Neg(self, node: nodes.Neg, scope: _Scope) -> None:
        self.read(node.node, scope, "number")

    def visit_Not(self, node: nodes.Not, scope: _Scope) -> None:
        self.ask(node.node, scope)

    def visit_And(self, node: nodes.And, scope: _Scope) -> _Seen | None:
        self.ask(node.left, scope)
        return self.read(node.right, scope)

    def visit_Or(self, node: nodes.Or, scope: _Scope) -> _Seen | None:
        self.ask(node.left, scope)
        return self.read(node.left, scope) or self.read(node.right, scope)

    def visit_CondExpr(self, node: nodes.CondExpr, scope: _Scope) -> _Seen | None:
        self.ask(node.test, scope)
        one = self.read(node.expr1, scope)
        two = self.read(node.expr2, scope) if node.expr2 is not None else None
        for found in (one, two):
            if found is not None:
                found.is_printed = True
        return one or two


def _take_apart(target: nodes.Node, value: _Seen | None) -> _Scope:
    """What a `for`, `set` or `with` binds: its names, each with what it stands for."""
    if isinstance(target, nodes.Name):
        return {target.name: value}
    names = [name.name for name in target.find_all(nodes.Name)]
    pair = value.pair if value is not None else None
    return dict.fromkeys(names) | dict(zip(names, pair or (), strict=False))


def _argument_names(node: nodes.Macro | nodes.CallBlock) -> list[str]:
    return [argument.name for argument in node.args]


def _constant_kind(node: nodes.Node) -> str:
    """text or number, if it is one that is written out, or a list of such."""
    if isinstance(node, (nodes.List, nodes.Tuple)):
        return next(filter(None, map(_constant_kind, node.items)), "")
    if not isinstance(node, nodes.Const) or isinstance(node.value, bool):
        return ""
    return "text" if isinstance(node.value, str) else "number" if isinstance(node.value, (int, float)) else ""
