"""what is probably wrong where YAML cannot be read: its parser's words and the lines around -> a reason, a place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import yaml

_STARTS = "@`%*&!|>?,}]#"
_KEY = r"[A-Za-z_一-鿿][\w一-鿿.-]{0,40}"
_LINE_FAULTS = {
    "full_colon": re.compile(rf"^\s*(?:- +)*(?P<key>{_KEY})\s*(?P<at>：)"),
    "tight_colon": re.compile(rf"^\s*(?:- +)*(?P<key>{_KEY})(?P<at>:)(?!\s|//|$)"),
    "equals": re.compile(rf"^\s*(?:- +)*(?P<key>{_KEY})\s*(?P<at>=)"),
    "tight_dash": re.compile(r"^\s*(?P<at>-)(?P<key>[^\s-].*)"),
}
_LEAD = re.compile(r"""^\s*(?:-\s+)*(?:[^\s#:"'][^:#]*?:\s+)?""")
_FULL_COMMA = re.compile(r"，\s*[A-Za-z_]\w*\s*$")
_WIDE_BRACKET = re.compile(rf"^\s*(?:- +)*(?:{_KEY}: +)?(?P<at>[｛［])")
_ABOVE = 3


@dataclass(frozen=True)
class Fault:
    """What is wrong, as the key of a term without its `yaml_`; line and column count from 0."""

    reason: str
    line: int
    col: int
    values: tuple[tuple[str, str], ...] = ()


def find_fault(error: yaml.MarkedYAMLError, lines: Sequence[str], first_line: int) -> Fault:
    """The fault that is behind an error of the parser, whose own place is often a line too late."""
    mark = error.problem_mark or error.context_mark
    line, col = (mark.line, mark.column) if mark else (0, 0)
    problem, context = error.problem or "", error.context_mark
    source = lines[line] if line < len(lines) else ""
    if "quoted scalar" in (error.context or "") and context:
        if "escape" in problem or "hexdecimal" in problem:
            return Fault("escape", line, col, (("sign", source[col : col + 2]),))
        return Fault("open_quote", context.line, context.column, (("sign", lines[context.line][context.column]),))
    if "',' or" in problem and context:
        if context.line == line and source[col : col + 1] == ":":
            comma = _FULL_COMMA.search(source[:col])
            return Fault("full_comma", line, comma.start()) if comma else Fault("second_colon", line, col)
        return Fault("open_bracket", context.line, context.column, (("sign", lines[context.line][context.column]),))
    if "another document" in problem or "document start" in problem:
        return Fault("second_document", line, col)
    if "block sequence entries" in problem:
        return Fault("item_beside_key", line, col)
    structural = "mapping values", "find expected ':'", "expected key", "expected '-'"
    if not any(words in problem for words in structural):
        return _find_sign(source, line, col) or Fault("other", line, col)
    return (
        _find_wide_bracket(source, line)
        or _find_closed(lines, line, col)
        or _find_second_colon(problem, source, line, col)
        or _find_line_fault(lines, line, context.line if context and "find expected ':'" in problem else line)
        or _find_place(problem, lines, line, col, first_line)
    )


def find_hidden(lines: Sequence[str], line: int, col: int) -> Fault | None:
    """The fault of a text that begins a line and would be a key or an item, were it written as one: YAML takes it and
    all that follows for words."""
    if line >= len(lines) or lines[line][:col].strip():
        return None
    fault = _read_line(lines[line], line)
    is_sure = fault is not None and fault.reason != "equals" and re.match(r"[a-z_]|-[^\d.]", lines[line][col:])
    return fault if is_sure else None


def _find_sign(source: str, line: int, col: int) -> Fault | None:
    """A sign with a meaning of its own, where the parser stands or at the start of the value of its line."""
    lead = _LEAD.match(source)
    for at in (col, lead.end() if lead else 0):
        sign = source[at : at + 1]
        if sign and sign in _STARTS:
            return Fault("sign", line, at, (("sign", sign),))
    return None


def _find_wide_bracket(source: str, line: int) -> Fault | None:
    found = _WIDE_BRACKET.match(source)
    return Fault("wide_bracket", line, found.start("at"), (("sign", found["at"]),)) if found else None


def _find_closed(lines: Sequence[str], line: int, col: int) -> Fault | None:
    """Text behind the end of a quoted text or of a list in brackets; the quote that ends it may have been another's
    beginning."""
    before = lines[line][:col].rstrip() if line < len(lines) else ""
    sign = before[-1:]
    if sign in ("]", "}") and before != sign:
        return Fault("after_bracket", line, len(before) - 1, (("sign", sign),))
    if sign not in ("'", '"'):
        return None
    for above in range(line, -1, -1):
        lead = _LEAD.match(lines[above])
        start = lead.end() if lead else 0
        if lines[above][start : start + 1] == sign and (above, start) != (line, len(before) - 1):
            if above == line:
                return Fault("after_quote", line, len(before) - 1, (("sign", sign),))
            if lines[above].count(sign) % 2:
                return Fault("open_quote", above, start, (("sign", sign),))
    return None


def _find_second_colon(problem: str, source: str, line: int, col: int) -> Fault | None:
    """`key: text: more`: the second colon with a blank makes no sense outside of quotes."""
    lead = _LEAD.match(source)
    if "mapping values" not in problem or lead is None or ":" not in lead.group() or lead.end() > col:
        return None
    if _LINE_FAULTS["tight_dash"].match(source):
        return None
    quotes = "“”‘’「」『』＂＇"
    start = lead.end()
    reason = "chinese_quotes" if source[start : start + 1] in quotes else "second_colon"
    return Fault(reason, line, start if reason == "chinese_quotes" else col)


def _find_line_fault(lines: Sequence[str], line: int, first: int) -> Fault | None:
    """A line, at the parser's place or shortly above, that is nearly a key or an item; the uppermost of several."""
    found = None
    for missed, above in enumerate(_walk_up(lines, line)):
        fault = _read_line(lines[above], above)
        if fault is None and (found or (missed >= _ABOVE and above < first)):
            break
        found = fault or found
    return found


def _walk_up(lines: Sequence[str], line: int) -> Iterator[int]:
    for above in range(min(line, len(lines) - 1), -1, -1):
        text = lines[above].strip()
        if text and not text.startswith("#"):
            yield above


def _read_line(text: str, line: int) -> Fault | None:
    for reason, pattern in _LINE_FAULTS.items():
        if match := pattern.match(text):
            return Fault(reason, line, match.start("at"), (("key", match["key"].strip()[:40]),))
    return None


def _find_place(problem: str, lines: Sequence[str], line: int, col: int, first_line: int) -> Fault:
    """Nothing of the line itself is wrong: it is indented other than its neighbours, or is neither key nor item."""
    above = next((place for place in _walk_up(lines, line - 1)), line)
    if "find expected ':'" in problem:
        text = lines[above].strip()
        return Fault("no_key", above, len(lines[above]) - len(lines[above].lstrip()), (("text", text[:40]),))
    source = lines[line] if line < len(lines) else ""
    indents = tuple(len(text) - len(text.lstrip()) for text in (source, lines[above]))
    if indents[0] == indents[1] and line != above:
        return Fault("mixed", line, indents[0])
    values = ("here", str(indents[0])), ("above", str(indents[1])), ("line", str(above + first_line))
    return Fault("indent", line, indents[0] if source.strip() else col, values)
