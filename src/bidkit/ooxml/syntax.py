"""a part's Jinja source -> code whose constants are the part's static XML; all mistakes of syntax at once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from types import CodeType
from typing import Any

import jinja2
from jinja2 import nodes

from bidkit.diagnostic import Diagnostic
from bidkit.ooxml import cells
from bidkit.ooxml.faults import CODE_NAME
from bidkit.ooxml.pairs import MIDDLES, is_block
from bidkit.ooxml.part import CompiledPart
from bidkit.ooxml.sandbox import Environment
from bidkit.ooxml.tags import Tag
from bidkit.ooxml.values import CLOSE, OPEN

_STATIC = re.compile(f"{OPEN}s(\\d+){CLOSE}")
_STATEMENTS = (
    "if", "elif", "else", "endif", "for", "endfor", "set", "endset", "with", "endwith", "macro", "endmacro", "call",
    "endcall", "do", "break", "continue",
)  # fmt: skip
_OWN_NAMES = re.compile(r"\b_(?:at|cell|steps)\b")
_AROUND = {
    "elif": ("{% if 1 %}", "{% endif %}"), "else": ("{% if 1 %}", "{% endif %}"), "endif": ("{% if 1 %}", ""),
    "endfor": ("{% for x in () %}", ""), "endwith": ("{% with %}", ""), "endmacro": ("{% macro x() %}", ""),
    "endcall": ("{% call x() %}", ""), "endset": ("{% set x %}", ""),
    "break": ("{% for x in () %}", "{% endfor %}"), "continue": ("{% for x in () %}", "{% endfor %}"),
}  # fmt: skip


def compile_source(
    environment: Environment, part: CompiledPart, *, is_refused: bool = False
) -> tuple[CodeType | None, list[Diagnostic]]:
    """The code of a part. Diagnostics: TP11, one for each tag that cannot be.

    Args:
        is_refused: mistakes in the part are known that explain why it cannot be read as a whole.
    """
    refused = _find_refused(part)
    problems = [_refuse(part, number, part.tags[number].tag.text) for number in refused]
    try:
        tree = environment.parse(part.source, part.name)
    except jinja2.TemplateSyntaxError as error:
        problems += _find_wrong_tags(environment, part, refused)
        return None, problems if problems or is_refused else [_refuse(part, error.lineno - 2, error)]
    problems += _visit(environment, tree, part, 2)
    if problems:
        return None, problems
    try:
        text = environment._generate(tree, part.name, CODE_NAME)
        code = environment._compile(text, CODE_NAME)
    except jinja2.TemplateSyntaxError as error:
        return None, [_refuse(part, error.lineno - 2, error)]
    return _fill(code, part.chunks), []


def _fill(value: Any, chunks: Sequence[str]) -> Any:
    """Code, or a constant of it, with the static XML in the place of its marks."""
    if isinstance(value, str):
        return _STATIC.sub(lambda found: chunks[int(found.group(1))], value) if OPEN in value else value
    if isinstance(value, tuple):
        return tuple(_fill(item, chunks) for item in value)
    if isinstance(value, CodeType):
        return value.replace(co_consts=_fill(value.co_consts, chunks))
    return value


def _find_refused(part: CompiledPart) -> list[int]:
    """Statements of Jinja that make no sense inside a document, and names that are the engine's own."""
    found = []
    for number, placed in enumerate(part.tags):
        word = placed.tag.word
        if (word and word not in _STATEMENTS and word not in cells.STATEMENTS) or _OWN_NAMES.search(placed.tag.body):
            found.append(number)
    return found


def _find_wrong_tags(environment: Environment, part: CompiledPart, refused: Sequence[int]) -> Iterator[Diagnostic]:
    """Each tag read by itself, with what it needs around it."""
    for number, placed in enumerate(part.tags):
        if number in refused or placed.tag.opening == "{#":
            continue
        before, after = _AROUND.get(placed.tag.word, ("", ""))
        if is_block(placed.tag) and placed.tag.word not in MIDDLES:
            after = f"{{% end{placed.tag.word} %}}"
        try:
            tree = environment.parse(before + placed.source(number) + after)
        except jinja2.TemplateSyntaxError as error:
            yield _refuse(part, number, error)
        else:
            yield from _visit(environment, tree, part, 2 - number)


def _visit(environment: Environment, tree: nodes.Template, part: CompiledPart, first_line: int) -> list[Diagnostic]:
    """Have every loop's turns counted; the filters and tests that are not there.

    Jinja itself notices these only when the branch is taken.
    """
    found = []
    waiting: list[nodes.Node] = [tree]
    while waiting:
        node = waiting.pop()
        waiting += node.iter_child_nodes()
        if isinstance(node, nodes.For):
            counted = nodes.Call(nodes.Name("_steps", "load"), [node.iter], [], None, None, lineno=node.iter.lineno)
            counted.set_environment(environment)
            node.iter = counted
        elif isinstance(node, (nodes.Filter, nodes.Test)):
            known = environment.filters if isinstance(node, nodes.Filter) else environment.tests
            if node.name not in known:
                found.append((node.lineno, node.name))
    return [_refuse(part, line - first_line, name) for line, name in sorted(found)]


def _refuse(part: CompiledPart, number: int, reason: object) -> Diagnostic:
    """TP11 at a tag."""
    placed = part.tags[min(max(number, 0), len(part.tags) - 1)]
    tag: Tag = placed.tag
    text = reason.message if isinstance(reason, jinja2.TemplateSyntaxError) else str(reason)
    return Diagnostic("TP11", placed.span, {"reason": text or tag.text, "tag": tag.text})
