"""a part's Jinja source -> code whose constants are the part's static XML; all mistakes of syntax at once."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Sequence
from difflib import get_close_matches
from types import CodeType
from typing import Any

import jinja2
from jinja2 import nodes

from bidkit.diagnostic import Diagnostic, Term
from bidkit.ooxml import cells
from bidkit.ooxml.faults import CODE_NAME
from bidkit.ooxml.pairs import MIDDLES, is_block
from bidkit.ooxml.parsing import parse_source
from bidkit.ooxml.part import CompiledPart, PlacedTag
from bidkit.ooxml.sandbox import Environment
from bidkit.ooxml.tags import Tag
from bidkit.ooxml.values import CLOSE, OPEN

_STATIC = re.compile(f"{OPEN}s(\\d+){CLOSE}")
_SAID = (
    (re.compile(r"expected token '(?P<expected>.+)', got '(?P<found>.+)'"), "syntax_expected"),
    (re.compile(r"Expected an expression, got '(?P<found>.+)'"), "syntax_expression"),
    (re.compile(r"unexpected char '(?P<found>.+)' at \d+"), "syntax_character"),
    (re.compile(r"unexpected '(?P<found>.+)'"), "syntax_unexpected"),
    (re.compile(r"can't assign to '(?P<found>.+)'"), "syntax_target"),
)
_END = Term("syntax_end")
_LEAVES = frozenset((nodes.Name, nodes.TemplateData))
_TOO_DEEP = "nested too deep"
_STATEMENTS = (
    "if", "elif", "else", "endif", "for", "endfor", "set", "endset", "with", "endwith", "macro", "endmacro", "call",
    "endcall", "do", "break", "continue",
)  # fmt: skip
_RESERVED = re.compile("[\ufdd0-\ufdef]")
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
    """The code of a part. Diagnostics: TP11, TP16, one for each tag that cannot be.

    Args:
        is_refused: mistakes in the part are known that explain why it cannot be read as a whole.
    """
    try:
        return _compile(environment, part, is_refused)
    except (SyntaxError, RecursionError, MemoryError) as error:  # Python's limits: 20 loops, 100 blocks, and its stack
        return None, [_find_too_deep(environment, part, error)]


def _compile(
    environment: Environment, part: CompiledPart, is_refused: bool
) -> tuple[CodeType | None, list[Diagnostic]]:
    try:
        keeps_runs = environment.code_generator_class.prints_runs
        tree = parse_source(environment, part.source, part.name, keeps_runs=keeps_runs)
    except jinja2.TemplateSyntaxError as error:
        problems = [*_find_wrong_tags(environment, part)]
        return None, problems if problems or is_refused else [_refuse(part, error.lineno - 2, error)]
    problems = [_refuse(part, number, part.tags[number].tag.text) for number in _find_refused(part)]
    problems += _visit(environment, tree, part, 2)
    if problems or is_refused:
        return None, problems
    for node in tree.find_all(nodes.If):
        _ask_for_first(node)
    # The generator walks the whole tree three times for blocks, imports and extends; they have been refused.
    tree.find = lambda kind: None  # type: ignore[method-assign, assignment]
    tree.find_all = lambda kinds: iter(())  # type: ignore[method-assign, assignment]
    try:
        text = environment._generate(tree, part.name, CODE_NAME)
        code = environment._compile(text, CODE_NAME)
    except jinja2.TemplateSyntaxError as error:
        return None, [_refuse(part, error.lineno - 2, error)]
    return _fill(code, part.chunks), []


def _ask_for_first(node: nodes.If) -> None:
    """Whether a list has anything is known with its first item: a column that goes where all cells are empty asks so
    in each of its rows."""
    test = node.test
    if isinstance(test, nodes.Filter) and test.name == "list" and test.node is not None:
        first = nodes.Filter(test.node, "first", [], [], None, None, lineno=test.lineno)
        node.test = nodes.Test(first, "defined", [], [], None, None, lineno=test.lineno)


def _fill(value: Any, chunks: Sequence[str]) -> Any:
    """Code, or a constant of it, with the static XML in the place of its marks."""
    if isinstance(value, str):
        if OPEN not in value:
            return value
        whole = _STATIC.fullmatch(value)
        return chunks[int(whole[1])] if whole else _STATIC.sub(lambda found: chunks[int(found[1])], value)
    if isinstance(value, tuple):
        return tuple(_fill(item, chunks) for item in value)
    if isinstance(value, CodeType):
        return value.replace(co_consts=_fill(value.co_consts, chunks))
    return value


def parse_readable(environment: Environment, part: CompiledPart) -> nodes.Template:
    """A part without the tags that cannot be read; what is open is closed, and lines stay as they are."""
    try:
        return environment.parse(part.source, part.name)
    except (jinja2.TemplateSyntaxError, RecursionError):
        left_out = {*_find_refused(part)}  # what is wrong is reported when the part is compiled
    read = _read_tags(environment, part, left_out)
    left_out |= {number for number, made in read if not isinstance(made, nodes.Template)}
    try:
        return environment.parse(_mend(part, left_out), part.name)
    except (jinja2.TemplateSyntaxError, RecursionError):  # each tag is right, but not in this order, or this deep
        left_out |= {number for number, placed in enumerate(part.tags) if placed.tag.opening == "{%"}
        return environment.parse(_mend(part, left_out), part.name)


def _mend(part: CompiledPart, left_out: Container[int]) -> str:
    """The source of a part's tags alone, some of them left out, with an end for each that has none."""
    written: list[str] = []
    opened: list[str] = []  # with `else` where no other can follow
    for number, placed in enumerate(part.tags):
        word, ended = placed.tag.word, placed.tag.word.removeprefix("end")
        is_end, is_middle = word != ended, word in MIDDLES
        words = [item.removesuffix(" else") for item in opened]
        is_alone = (is_end and ended not in words) or (is_middle and opened[-1:] not in (["if"], ["for"]))
        if number in left_out or is_alone:
            written.append(Tag("{#", "", "", 0, 0).source)
            continue
        while is_end and words[-1] != ended:
            written.append(f"{{% end{words.pop()} %}}")
        if is_end:
            del opened[len(words) - 1 :]
        elif word == "else":
            opened[-1] += " else"
        elif is_block(placed.tag):
            opened.append(word)
        written.append(placed.source(number))
    return "".join([*written, *(f"{{% end{word.removesuffix(' else')} %}}" for word in reversed(opened))])


def _find_refused(part: CompiledPart) -> list[int]:
    """Statements of Jinja that make no sense inside a document, and names that are the engine's own."""
    found = []
    for number, placed in enumerate(part.tags):
        word = placed.tag.word
        if (word and word not in _STATEMENTS and word not in cells.STATEMENTS) or _OWN_NAMES.search(placed.tag.body):
            found.append(number)
    return found


def _find_too_deep(environment: Environment, part: CompiledPart, error: BaseException) -> Diagnostic:
    """The tag that is by itself too deep for Python, or else the one with the most blocks around it."""
    deepest = depth = most = 0
    for number, placed in enumerate(part.tags):
        depth += is_block(placed.tag) - placed.tag.word.startswith("end")
        deepest, most = (number, depth) if depth > most else (deepest, most)
        try:
            environment.compile(_complete(placed, number))
        except jinja2.TemplateSyntaxError:
            continue  # said already, or when this is mended
        except (SyntaxError, RecursionError, MemoryError):
            return _refuse(part, number, _TOO_DEEP)
    return _refuse(part, deepest, error.msg if isinstance(error, SyntaxError) else _TOO_DEEP)


def _find_wrong_tags(environment: Environment, part: CompiledPart) -> Iterator[Diagnostic]:
    """What is wrong with each tag by itself, in order."""
    refused = _find_refused(part)
    read = dict(_read_tags(environment, part, refused))
    for number in sorted({*refused, *read}):
        made = read.get(number, part.tags[number].tag.text)
        if isinstance(made, nodes.Template):
            yield from _visit(environment, made, part, 2 - number)
        else:
            yield _refuse(part, number, made)


def _read_tags(
    environment: Environment, part: CompiledPart, left_out: Container[int]
) -> Iterator[tuple[int, nodes.Template | jinja2.TemplateSyntaxError]]:
    """Each tag read by itself, or why it cannot be read."""
    for number, placed in enumerate(part.tags):
        if number in left_out or placed.tag.opening == "{#":
            continue
        try:
            yield number, environment.parse(_complete(placed, number))
        except jinja2.TemplateSyntaxError as error:
            yield number, error
        except RecursionError:
            yield number, jinja2.TemplateSyntaxError(_TOO_DEEP, 1)


def _complete(placed: PlacedTag, number: int) -> str:
    """The source of a tag with what it needs around it."""
    before, after = _AROUND.get(placed.tag.word, ("", ""))
    if is_block(placed.tag) and placed.tag.word not in MIDDLES:
        after = f"{{% end{placed.tag.word} %}}"
    return before + placed.source(number) + after


def _visit(environment: Environment, tree: nodes.Template, part: CompiledPart, first_line: int) -> list[Diagnostic]:
    """Have every loop's turns counted; filters and tests that are not there, and our own marks.

    Jinja itself notices an unknown filter only when its branch is taken.
    """
    found: list[tuple[int, str, Iterable[str]]] = []
    waiting: list[nodes.Node] = [tree]
    while waiting:
        node = waiting.pop()
        if type(node) in _LEAVES:
            continue
        waiting += node.nodes if isinstance(node, nodes.Output) else node.iter_child_nodes()
        if isinstance(node, nodes.For):
            counted = nodes.Call(nodes.Name("_steps", "load"), [node.iter], [], None, None, lineno=node.iter.lineno)
            counted.set_environment(environment)
            node.iter = counted
        elif isinstance(node, (nodes.Filter, nodes.Test)):
            known = environment.filters if isinstance(node, nodes.Filter) else environment.tests
            if node.name not in known:
                found.append((node.lineno, node.name, known))
        elif isinstance(node, nodes.Const) and isinstance(node.value, str) and (mark := _RESERVED.search(node.value)):
            found.append((node.lineno, f"U+{ord(mark.group()):04X}", ()))
    found.sort(key=lambda item: item[:2])
    return [
        _miss(part, line - first_line, name, known) if known else _refuse(part, line - first_line, name)
        for line, name, known in found
    ]


def _miss(part: CompiledPart, number: int, name: str, known: Iterable[str]) -> Diagnostic:
    """TP16 at a tag, with the known name that was probably meant."""
    near = next(iter(get_close_matches(name, [*known], n=1)), "")
    return Diagnostic("TP16", _find(part, number).span, {"name": name, "near": near})


def _explain(error: jinja2.TemplateSyntaxError) -> Term | str:
    """What Jinja says, in words that can be translated; its own where it is something rare."""
    message = error.message or ""
    for pattern, key in _SAID:
        if found := pattern.fullmatch(message):
            parts = ((name, _END if text.startswith("end of") else text) for name, text in found.groupdict().items())
            return Term(key, tuple(parts))
    return message


def _refuse(part: CompiledPart, number: int, reason: object) -> Diagnostic:
    """TP11 at a tag."""
    placed = _find(part, number)
    tag: Tag = placed.tag
    said = _explain(reason) if isinstance(reason, jinja2.TemplateSyntaxError) else str(reason)
    return Diagnostic("TP11", placed.span, {"reason": said or tag.text, "tag": tag.text})


def _find(part: CompiledPart, number: int) -> PlacedTag:
    return part.tags[min(max(number, 0), len(part.tags) - 1)]
