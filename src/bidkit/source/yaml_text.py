"""YAML and front matter -> nodes; every scalar stays text."""

from __future__ import annotations

import re
from typing import Any

import yaml

from bidkit.diagnostic import Diagnostic, Span, Term
from bidkit.source.nodes import Items, Node, make_prose
from bidkit.source.yaml_faults import Fault, find_fault, find_hidden

MAX_DEPTH = 50
_FORBIDDEN = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LEADING_TAB = re.compile(r"[ ]*(- *)*\t")
MAX_ALIASES = 100
MAX_NODES = 200_000


def parse_yaml(text: str, name: str, first_line: int = 1) -> tuple[Any, list[Diagnostic]]:
    """YAML text as `Node`, `Items` and str.

    Args:
        first_line: the line of the file at which the text starts (front matter starts at 2).
    """
    reader = _YamlReader(name, first_line - 1, text.splitlines())
    if forbidden := _FORBIDDEN.search(text):
        line, col = text.count("\n", 0, forbidden.start()), forbidden.start() - text.rfind("\n", 0, forbidden.start())
        fault = Fault("control", line, col - 1, (("sign", f"U+{ord(forbidden.group()):04X}"),))
        return None, [_tell(fault, name, first_line)]
    try:
        limit = _over_limits(text)
        if limit is not None:
            return None, [
                Diagnostic("DL18", Span(name, limit[2] + first_line, 1), {"what": Term(limit[0]), "limit": limit[1]})
            ]
        root = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        return None, [_yaml_error(error, text, name, first_line)]
    data = reader.read(root) if root is not None else None
    return data, reader.problems


def _over_limits(text: str) -> tuple[str, int, int] | None:
    """Depth and aliases, counted on the event stream before anything is built of it."""
    depth = aliases = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            depth += 1
            if depth > MAX_DEPTH:
                return "depth", MAX_DEPTH, _line(event)
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            depth -= 1
        elif isinstance(event, yaml.AliasEvent):
            aliases += 1
            if aliases > MAX_ALIASES:
                return "aliases", MAX_ALIASES, _line(event)
    return None


def _line(event: yaml.Event) -> int:
    return event.start_mark.line if event.start_mark else 0


def _yaml_error(error: yaml.MarkedYAMLError, text: str, name: str, first_line: int) -> Diagnostic:
    mark = error.problem_mark or error.context_mark
    line = mark.line if mark else 0
    if error.problem == "exceeded maximum nesting depth":  # libyaml since 0.2.6, before an event says how deep it is
        return Diagnostic("DL18", Span(name, line + first_line, 1), {"what": Term("depth"), "limit": MAX_DEPTH})
    lines = text.splitlines()
    source = lines[line] if line < len(lines) else ""
    tab = _LEADING_TAB.match(source)
    if tab:
        return Diagnostic("DL02", Span(name, line + first_line, tab.end()), {})
    return _tell(find_fault(error, lines, first_line), name, first_line)


def _tell(fault: Fault, name: str, first_line: int) -> Diagnostic:
    values = {"problem": Term(f"yaml_{fault.reason}", fault.values)}
    if fault.reason != "other":
        values["advice"] = Term(f"yaml_{fault.reason}_fix", fault.values)
    return Diagnostic("DL01", Span(name, fault.line + first_line, fault.col + 1), values)


class _YamlReader:
    """Composed YAML nodes -> `Node`, `Items`, str; a null or empty value is reported as an empty key."""

    def __init__(self, name: str, line_offset: int, lines: list[str]) -> None:
        self.name = name
        self.line_offset = line_offset
        self.lines = lines
        self.count = 0
        self.problems: list[Diagnostic] = []

    def span(self, node: yaml.Node) -> Span:
        start, end = node.start_mark, node.end_mark
        width = end.column - start.column if start.line == end.line else 1
        return Span(self.name, start.line + 1 + self.line_offset, start.column + 1, max(width, 1))

    def read(self, node: yaml.Node, inside: tuple[int, ...] = ()) -> Any:
        self.count += 1
        if self.count > MAX_NODES or id(node) in inside:
            if not any(problem.code == "DL18" for problem in self.problems):
                self.problems.append(Diagnostic("DL18", self.span(node), {"what": Term("nodes"), "limit": MAX_NODES}))
            return None
        if isinstance(node, yaml.MappingNode):
            return self.read_mapping(node, (*inside, id(node)))
        if isinstance(node, yaml.SequenceNode):
            items = Items(self.span(node))
            for child in node.value:
                items.append(self.read(child, (*inside, id(node))))
                items.items_at.append(self.span(child))
                if _is_empty(child):
                    self.problems.append(Diagnostic("DL05", self.span(child), {"key": "-"}))
            return items
        is_plain = isinstance(node, yaml.ScalarNode) and not node.style
        if is_plain and (fault := find_hidden(self.lines, node.start_mark.line, node.start_mark.column)):
            self.tell(fault)
        return str(node.value)

    def tell(self, fault: Fault) -> None:
        self.problems.append(_tell(fault, self.name, self.line_offset + 1))

    def read_mapping(self, node: yaml.MappingNode, inside: tuple[int, ...]) -> Node:
        mapping = Node(self.span(node))
        for key_node, value_node in node.value:
            key_at = self.span(key_node)
            at = key_node.start_mark.line, key_node.start_mark.column
            if isinstance(key_node, yaml.MappingNode):  # {{ a template's tag }}
                self.tell(Fault("sign", *at, (("sign", "{"),)))
                continue
            if not isinstance(key_node, yaml.ScalarNode):
                self.problems.append(Diagnostic("DL07", key_at, {"expected": Term("text"), "value": "[…]"}))
                continue
            key = str(key_node.value)
            if key[:1] in ("\u3000", "\xa0"):
                self.tell(Fault("wide_blank", *at, (("key", key.strip()),)))
                continue
            if key in mapping:
                first = mapping.keys_at[key].line
                self.problems.append(Diagnostic("DL03", key_at, {"key": key, "first": first}))
                continue
            if _is_empty(value_node):
                if node.flow_style and (colon := re.match(r"[a-z_]+(?=：)", key)):
                    self.tell(Fault("full_colon", at[0], at[1] + colon.end(), (("key", colon.group()),)))
                    continue
                is_rest = node.flow_style and " " in key  # {text: one, and more}
                advice = {"advice": Term("comma_in_braces")} if is_rest else {}
                self.problems.append(Diagnostic("DL05", key_at, {"key": key, **advice}))
                mapping.put(key, None, key_at, key_at)
                continue
            mapping.put(key, self.read(value_node, inside), key_at, self.span(value_node))
        return mapping


def _is_empty(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and not node.style and node.value in ("", "~", "null")


def parse_front_matter(text: str, name: str) -> tuple[Node | None, Node, list[Diagnostic]]:
    """A Markdown file's front matter and its body. Diagnostics: DL22 and those of `parse_yaml`."""
    lines = text.splitlines(keepends=True)
    end = next((n for n, line in enumerate(lines[1:], 1) if line.rstrip() == "---"), 0)
    body = make_prose("".join(lines[end + 1 :]), name, end + 2)
    if not lines or lines[0].rstrip() != "---" or not end:
        return None, body, [Diagnostic("DL22", Span(name, 1, 1), {})]
    data, problems = parse_yaml("".join(lines[1:end]), name, first_line=2)
    if isinstance(data, Node):
        return data, body, problems
    return None, body, problems or [Diagnostic("DL22", Span(name, 1, 1), {})]
