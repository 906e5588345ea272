"""YAML files with their keys in the order of the models: text is moved as it stands, never written anew.

A key is moved with the comments right above it, with all that is below it and with the blank lines before it. So
scalars, quotes, widths and comments stay as they are, byte by byte; whatever is moved has been text of the file.

    # about the file, then a blank line      stays on top
    # about b                                moves with b
    b: 1
      # deeper than b                        moves with b
    # after the last key                     stays at the end

Mappings whose keys are free keep their order, and so does a file with aliases, which must come after their anchors.
What comes out is read again, and must say the same.
"""

from __future__ import annotations

import codecs
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import PurePosixPath
from typing import Any

import yaml

from bidkit.diagnostic import Diagnostic, Span
from bidkit.scalars import Model
from bidkit.schema.files import find_kind, is_record, item_of, list_keys
from bidkit.source import Node, decode, is_reference, parse_yaml

_REFERENCE = ("file", "sheet", "columns", "ignore")
_STAYS_ON_TOP = re.compile(r"\s*(?:#\s*(?:yaml-language-server:|\$schema:)|---|%)")
_SCHEMA = re.compile(r"^schema\s*[:：]\s*[\"']?([^\s\"'#]+)", re.M)
_EMPTY = "DL05"
"""A key without a value may be put in order: a deal that is being written has many."""
_HASHED = ("pack",)
"""Kinds whose bytes are hashed, and signed for."""


def arrange_file(content: bytes, name: str) -> tuple[bytes | None, list[Diagnostic]]:
    """The content of a file with its keys in order, as it was if anything is wrong; None for a file of another kind.

    Args:
        name: relative to its workspace.

    Diagnostics: DL01–DL04, DL07, DL18, DL22, DL23; DL97 (it would not say the same).
    """
    text, problems = decode(content, name)
    if text is None:
        return content, problems
    start, end = _find_yaml(text, name)
    inside = text[start:end]
    data, problems = parse_yaml(inside, name, 1 + text.count("\n", 0, start))
    said = _SCHEMA.search(inside) if data is None else None  # of a file that is no YAML, what would be its kind
    kind = find_kind(name, data.get("schema") if isinstance(data, Node) else said and said[1])
    if kind is None or kind.name in _HASHED:
        return None, []
    problems = [problem for problem in problems if problem.code != _EMPTY]
    if problems or not isinstance(data, Node):
        return content, problems
    model = kind.models[0] if "extends" in data else kind.models[-1]
    made = arrange_text(inside, model)
    again, _ = parse_yaml(made, name)
    if again != data or Counter(made.replace(" ", "")) != Counter(inside.replace(" ", "")):
        return content, [Diagnostic("DL97", Span(name), {})]
    mark = codecs.BOM_UTF8 if content.startswith(codecs.BOM_UTF8) else b""
    return mark + (text[:start] + made + text[end:]).encode(), []


def arrange_text(text: str, model: type[Model]) -> str:
    """YAML with the keys of a model, and of all that it holds, in order."""
    return _Mover(text).move(model)


def _find_yaml(text: str, name: str) -> tuple[int, int]:
    """Where the YAML of a file begins and ends: all of it, or the front matter of a Markdown file."""
    if PurePosixPath(name).suffix != ".md":
        return 0, len(text)
    lines = text.splitlines(keepends=True)
    last = next((n for n, line in enumerate(lines[1:], 1) if line.rstrip() == "---"), 0)
    return (len(lines[0]), sum(map(len, lines[:last]))) if last and lines[0].rstrip() == "---" else (0, 0)


@dataclass
class _Entry:
    """A key of a mapping with all that moves with it.

    Args:
        start: where it begins, behind its blank lines; with the comments above it.
        gap: the blank lines before it.
    """

    name: str
    key: yaml.Node
    value: yaml.Node
    start: int
    end: int = 0
    gap: str = ""


@dataclass
class _Mover:
    """The text of a file, and places in it by their index."""

    text: str
    dashes: list[int] = field(default_factory=list)

    def move(self, model: Any) -> str:
        """The text with the keys of a model, and of all that it holds, in order."""
        tokens = list(yaml.scan(self.text, Loader=yaml.CSafeLoader))
        if any(isinstance(token, yaml.AliasToken) for token in tokens):
            return self.text
        added = "" if self.text.endswith("\n") else "\r\n" if "\r\n" in self.text else "\n"
        self.text += added
        self.dashes = [token.start_mark.index for token in tokens if isinstance(token, yaml.BlockEntryToken)]
        root = yaml.compose(self.text, Loader=yaml.CSafeLoader)
        made, _ = self.render(root, model, 0, len(self.text)) if root else (self.text, "")
        return made.removesuffix(added) if added else made

    def render(self, node: yaml.Node, kind: Any, start: int, end: int) -> tuple[str, str]:
        """A stretch of text around a node, in order; and comments that must stand above the line on which it begins."""
        if isinstance(node, yaml.SequenceNode):
            return self.render_items(node, item_of(kind)[1], start, end), ""
        if not isinstance(node, yaml.MappingNode) or not start <= node.start_mark.index < end:
            return self.text[start:end], ""
        names = _list_names(node, kind)
        if node.flow_style:
            return self.render_flow(node, kind, names, start, end), ""
        entries = self.cut(node, start, end)
        if entries is None:
            return self.text[start:end], ""
        is_free = not any(self.is_kept(entry.value) for entry in entries)
        order = sorted(entries, key=lambda entry: _place(names, entry.name)) if is_free else entries
        return self.put_together(entries, order, kind, start, end)

    def put_together(
        self, entries: Sequence[_Entry], order: Sequence[_Entry], kind: Any, start: int, end: int
    ) -> tuple[str, str]:
        """A block mapping with its entries in an order."""
        texts = {entry.name: self.render_entry(entry, kind) for entry in entries}
        first, top, above = entries[0], order[0], ""
        before = self.text[self.find_line(first.start) : first.start]
        has_comments = top.start < self.find_line(top.key.start_mark.index)
        if before and has_comments and not re.fullmatch(" *- +", before):
            order, top = entries, first  # there is no line of its own on which its comments could stand
        if top is not first:
            first.gap, top.gap = top.gap, ""
            if before:
                texts[first.name] = " " * first.key.start_mark.column + texts[first.name]
                size = self.find_line(top.key.start_mark.index) - top.start
                comments, texts[top.name] = texts[top.name][:size], texts[top.name][size:].lstrip(" ")
                above = re.sub("(?m)^ *(?=#)", before.split("-")[0], comments)
        body = "".join(entry.gap + texts[entry.name] for entry in order)
        return self.text[start : first.start] + body + self.text[entries[-1].end : end], above

    def render_entry(self, entry: _Entry, kind: Any) -> str:
        key, value = entry.key, entry.value
        inner = _type_of(kind, entry.name)
        below = value.start_mark.line > key.end_mark.line
        start = self.text.index("\n", key.end_mark.index) + 1 if below else value.start_mark.index
        made, _ = self.render(value, inner, start, entry.end)
        return self.text[entry.start : start] + made

    def render_items(self, node: yaml.SequenceNode, kind: Any, start: int, end: int) -> str:
        """A list, each of its items in order."""
        made, at = "", start
        if node.flow_style:
            for item in node.value:
                inside, _ = self.render(item, kind, item.start_mark.index, item.end_mark.index)
                made, at = made + self.text[at : item.start_mark.index] + inside, item.end_mark.index
            return made + self.text[at:end]
        dashes = [self.dashes[bisect_right(self.dashes, item.start_mark.index) - 1] for item in node.value]
        for number, item in enumerate(node.value):
            is_last = number == len(node.value) - 1
            column = dashes[number] - self.find_line(dashes[number])
            until = end if is_last else self.find_start(self.find_line(dashes[number + 1]), column, self.find_end(item))
            below = "\n" in self.text[dashes[number] : item.start_mark.index]
            begin = self.text.index("\n", dashes[number]) + 1 if below else item.start_mark.index
            inside, above = self.render(item, kind, begin, until)
            before = self.text[at:begin]
            cut = before.rfind("\n") + 1
            made, at = made + before[:cut] + above + before[cut:] + inside, until
        return made + self.text[at:end]

    def render_flow(self, node: yaml.MappingNode, kind: Any, names: Sequence[str], start: int, end: int) -> str:
        """A mapping in braces: its entries change places, what stands between them stays."""
        pairs = node.value
        spans = [(key.start_mark.index, value.end_mark.index) for key, value in pairs]
        texts = []
        for (key, value), (_, until) in zip(pairs, spans, strict=True):
            begin = value.start_mark.index
            inside, _ = self.render(value, _type_of(kind, key.value), begin, until)
            texts.append(self.text[key.start_mark.index : begin] + inside)
        between = [self.text[a[1] : b[0]] for a, b in pairwise(spans)]
        order = sorted(range(len(pairs)), key=lambda n: _place(names, pairs[n][0].value))
        if not spans:
            return self.text[start:end]
        held = self.text[spans[0][0] : spans[-1][1]]
        if "#" in held and "\n" in held:
            order = list(range(len(pairs)))  # there may be comments, and of which key none can tell
        body = texts[order[0]] + "".join(sep + texts[n] for sep, n in zip(between, order[1:], strict=True))
        return self.text[start : spans[0][0]] + body + self.text[spans[-1][1] : end]

    def cut(self, node: yaml.MappingNode, start: int, end: int) -> list[_Entry] | None:
        """The entries of a block mapping, one after the other; None where a key is not written plainly on its line."""
        entries: list[_Entry] = []
        column = node.value[0][0].start_mark.column
        for key, value in node.value:
            at = key.start_mark.index
            line = self.find_line(at)
            is_first = not entries
            before = self.text[max(line, start) if is_first else line : at]
            if before.strip(" ") or key.start_mark.column != column or not isinstance(key, yaml.ScalarNode):
                return None
            if is_first and line < start:
                begin = at
            elif is_first:
                begin = self.find_comments(line, column, start)
            else:
                begin = self.find_start(line, column, self.find_end(entries[-1].value))
                entries[-1].end = begin
            entries.append(_Entry(str(key.value), key, value, begin))
        for entry in entries[1:]:
            rest = self.text[entry.start : entry.key.start_mark.index]
            size = next((m.start() for m in re.finditer(r"(?m)^[ \t]*\S", rest)), None)
            size = self.find_line(entry.key.start_mark.index) - entry.start if size is None else size
            entry.gap, entry.start = rest[:size], entry.start + size
        entries[-1].end = self.find_footer(self.find_end(entries[-1].value), column, end)
        return entries

    def find_line(self, at: int) -> int:
        """Where the line of a place begins."""
        return self.text.rfind("\n", 0, at) + 1

    def find_end(self, node: yaml.Node) -> int:
        """Where the last text of a node ends, without the comments and blank lines behind it."""
        if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
            last = node.value[-1]
            return self.find_end(last[1] if isinstance(last, tuple) else last)
        start, end = node.start_mark.index, node.end_mark.index
        is_block = isinstance(node, yaml.ScalarNode) and node.style in ("|", ">")
        return start + len(self.text[start:end].rstrip()) if is_block and not self.is_kept(node) else end

    def is_kept(self, node: yaml.Node) -> bool:
        """Whether a node ends in a text (`|+`) to which all blank lines behind it belong, also those of others."""
        if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
            last = node.value[-1]
            return self.is_kept(last[1] if isinstance(last, tuple) else last)
        start = node.start_mark.index
        is_block = isinstance(node, yaml.ScalarNode) and node.style in ("|", ">")
        return is_block and "+" in self.text[start : self.text.index("\n", start)]

    def find_start(self, line: int, column: int, floor: int) -> int:
        """Where the blank lines and comments above a line begin that are not deeper than a column."""
        while line > floor and (before := self.find_line(line - 1)) >= floor:
            text = self.text[before:line]
            if text.strip() and not _is_comment(text, column):
                break
            line = before
        return line

    def find_comments(self, line: int, column: int, floor: int) -> int:
        """Where the comments begin that stand right above the first key of a mapping; above them is its head."""
        begin = line
        while begin > floor and _is_comment(self.text[self.find_line(begin - 1) : begin], column):
            begin = self.find_line(begin - 1)
        heads = [at for at in self.list_lines(begin, line) if _STAYS_ON_TOP.match(self.text, at)]
        return self.text.index("\n", heads[-1]) + 1 if heads else begin

    def find_footer(self, at: int, column: int, end: int) -> int:
        """Where begins what stands behind the last key of a mapping and is not deeper than its keys."""
        footer = min(end, self.text.find("\n", at - 1 if self.text[at - 1] == "\n" else at) + 1)
        for line in self.list_lines(footer, end):
            text = self.text[line : self.text.index("\n", line) + 1]
            if text.strip() and (_is_comment(text, column) or not text.lstrip(" ").startswith("#")):
                break
            footer = line + len(text) if text.strip() else footer
        return footer

    def list_lines(self, start: int, end: int) -> Iterator[int]:
        """Where lines begin."""
        while start < end:
            yield start
            start = self.text.index("\n", start) + 1


def _is_comment(line: str, column: int) -> bool:
    """Whether a line is a comment that is not deeper than a column."""
    text = line.lstrip(" ")
    return text.startswith("#") and len(line) - len(text) <= column


def _place(names: Sequence[str], name: str) -> int:
    return names.index(name) if name in names else len(names)


def _list_names(node: yaml.MappingNode, kind: Any) -> Sequence[str]:
    """The keys of a mapping in their order; none where they are free."""
    written = Node(Span(""))
    written.update({key.value: value.value for key, value in node.value if isinstance(key, yaml.ScalarNode)})
    if is_reference(written):
        return _REFERENCE
    return [key.name for key in list_keys(kind)] if is_record(kind) else ()


def _type_of(kind: Any, name: str) -> Any:
    """The type of a key's value."""
    if is_record(kind):
        return next((key.type for key in list_keys(kind) if key.name == name), None)
    return item_of(kind)[1] if item_of(kind)[0].startswith(".") else None
