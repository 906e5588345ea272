"""a compiled part is run: quickly, and with care once a tag has failed, so that all mistakes are found."""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import CodeType, FrameType
from typing import Any

import jinja2

from bidkit.diagnostic import Diagnostic, Span
from bidkit.ooxml import places
from bidkit.ooxml.faults import RENDERING, TooLarge, describe_error
from bidkit.ooxml.generator import CarefulGenerator
from bidkit.ooxml.names import Uses, find_missing_names
from bidkit.ooxml.part import CompiledPart, PlacedTag
from bidkit.ooxml.sandbox import MAX_OUTPUT, Environment, load_template
from bidkit.ooxml.syntax import compile_source
from bidkit.ooxml.values import Rendering, Site

_BLOCK = 4096


@dataclass
class Part:
    """A part that has been compiled."""

    compiled: CompiledPart
    code: CodeType
    template: jinja2.Template
    uses: Uses
    lines: tuple[list[int], list[int]]
    """Lines of the running code at which another line of the source begins, and those lines of the source."""
    sites: dict[int, Site] = field(default_factory=dict)
    """By tag, those that have been asked for."""
    _numbers: dict[int, tuple[CodeType, dict[int, int]]] = field(default_factory=dict)
    """By a code that runs (which is held, for its identity is the key), the tags of its instructions."""

    @property
    def tags(self) -> Sequence[PlacedTag]:
        """Its tags, by number."""
        return self.compiled.tags

    def number_in(self, frame: FrameType) -> int:
        """The tag that runs in a frame. To tell its line, Python goes through the code up to there: once is enough."""
        _, numbers = self._numbers.setdefault(id(frame.f_code), (frame.f_code, {}))
        at = frame.f_lasti
        if at not in numbers:
            numbers[at] = self.number_at(frame.f_lineno)
        return numbers[at]

    def number_at(self, python_line: int) -> int:
        """The tag that a line of the running code belongs to."""
        code, source = self.lines
        place = bisect.bisect_right(code, python_line)
        return self.number_of(source[place - 1] if place else 1)

    def number_of(self, line: int) -> int:
        """The tag whose body stands on a line of the source; the first body is on line 2."""
        return min(max(line - 2, 0), max(len(self.tags) - 1, 0))

    def span_at(self, python_line: int) -> Span | None:
        """The place of the tag that a line of the running code belongs to."""
        return self.span(self.number_at(python_line))

    def span(self, number: int) -> Span | None:
        """The place of a tag."""
        return self.tags[number].span if self.tags else None

    def locate(self, place: str) -> Span | None:
        """The place of a reference: by number one of the template's own, `t` and the tag that printed it, or
        `@line:column:width:file` in a text.
        """
        if place.startswith("@"):
            line, col, width, file = place[1:].split(":", 3)
            return Span(file, int(line), int(col), int(width))
        if place.startswith("t"):
            return self.span(int(place[1:]))
        return self.compiled.references[int(place)]

    def site(self, number: int) -> Site:
        """What is around a tag."""
        if number not in self.sites:
            tag = self.tags[number]
            self.sites[number] = tag.site or places.read_site(self.compiled.chunks, tag.chunk, self.compiled.area)
        return self.sites[number]


def find_undefined(environment: Environment, parts: Mapping[str, Part], context: Mapping[str, Any]) -> list[Diagnostic]:
    """Every name, also after a dot and in branches not taken, that the context does not have. Diagnostics: TP04."""
    found = []
    for part in parts.values():
        for line, name, near in find_missing_names(part.uses, context, environment.globals):
            found.append(Diagnostic("TP04", part.span(part.number_of(line)), {"name": name, "near": near}))
    return found


def make_part(compiled: CompiledPart, code: CodeType, environment: Environment, uses: Uses) -> Part:
    """A part whose code can be run."""
    template = load_template(environment, code)
    pairs = template.debug_info  # read anew from text each time that it is asked for
    return Part(compiled, code, template, uses, ([code for _, code in pairs], [source for source, _ in pairs]))


def run_part(
    environment: Environment,
    parts: Mapping[str, Part],
    part: Part,
    context: Mapping[str, Any],
    rendering: Rendering,
) -> str:
    """What a part prints, with its marks. Diagnostics in the rendering: TP04, TP07, TP08, TP10, TP13."""
    try:
        return _join(part.template, {**context, RENDERING: rendering})
    except TooLarge:
        rendering.problems.append(Diagnostic("TP13", part.span(0), {"limit": MAX_OUTPUT}))
        return ""
    except Exception as error:
        describe_error(error, part)  # raises what is our own fault
    rendering.problems.clear()
    rendering.steps = 0
    careful = environment.overlay()
    assert isinstance(careful, Environment)
    careful.code_generator_class = CarefulGenerator
    code, _ = compile_source(careful, part.compiled)
    assert code is not None  # it compiled once
    slow = make_part(part.compiled, code, careful, part.uses)
    careful.parts = {**parts, part.compiled.name: slow}
    try:
        return _join(slow.template, {**context, RENDERING: rendering})
    except Exception as error:
        rendering.problems.append(describe_error(error, slow))
        return ""


def _join(template: jinja2.Template, context: dict[str, Any]) -> str:
    """What a template prints, as long as it is not more than any document can be."""
    stream = template.root_render_func(template.new_context(context))
    blocks: list[str] = []
    size = 0
    while pieces := list(itertools.islice(stream, _BLOCK)):
        block = "".join(pieces)
        blocks.append(block)
        size += len(block)
        if size > MAX_OUTPUT:
            raise TooLarge
    return "".join(blocks)
