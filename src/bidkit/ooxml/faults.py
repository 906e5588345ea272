"""what a tag does wrong while it runs: undefined names, expressions that fail, limits; each with its place."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

import jinja2
from jinja2.runtime import Context
from jinja2.utils import missing

from bidkit.diagnostic import Diagnostic, Span

if TYPE_CHECKING:
    from bidkit.ooxml.running import Part
    from bidkit.ooxml.values import Rendering

CODE_NAME = "<bidkit template>"
RENDERING = " rendering"  # not a name that a template can write
_NAMED = re.compile("'([^']+)'(?: is undefined|$)")
_LOCAL = re.compile(r"l_(\d+)_(\w+)")
_SHOWN_NAMES = 12
_PACKAGE = str(Path(__file__).parents[1])


class ExpressionError(Exception):
    """A filter, operator or limit refuses the value that a template gives it."""


class TooLarge(Exception):
    """A part would be larger than any document can be."""


class Missing(jinja2.ChainableUndefined):
    """An undefined name: prints nothing, lets the render go on, and is reported with its tag."""

    def _note(self) -> str:
        context = find_context(sys._getframe(1))
        if context is not None:
            rendering, part, line = context
            rendering.problems.append(self.describe(part.span_at(line)))
        return ""

    def describe(self, span: Span | None) -> Diagnostic:
        """TP04 at the place of its tag."""
        return Diagnostic("TP04", span, {"name": str(self._undefined_name)})

    def __str__(self) -> str:
        return self._note()

    def __iter__(self) -> Iterator[Any]:
        self._note()
        return iter(())

    def __bool__(self) -> bool:
        self._note()
        return False

    def __len__(self) -> int:
        self._note()
        return 0

    def __eq__(self, other: object) -> bool:
        self._note()
        return False

    def __ne__(self, other: object) -> bool:
        self._note()
        return True

    __hash__ = None  # type: ignore[assignment]


def part_of(context: Context) -> Part:
    """The part whose template is running; kept on the environment, which no template can name."""
    parts: Mapping[str, Part] = context.environment.parts  # type: ignore[attr-defined]
    return parts[context.name or ""]


def find_frame(frame: FrameType | None) -> FrameType | None:
    """The frame of the template that runs."""
    while frame is not None and frame.f_code.co_filename != CODE_NAME:
        frame = frame.f_back
    return frame


def find_context(frame: FrameType | None) -> tuple[Rendering, Part, int] | None:
    """The render in progress, its part, and the line that runs, from the template's own frame."""
    while (frame := find_frame(frame)) is not None:
        context: Context | None = frame.f_locals.get("context")
        if context is not None:
            return context.parent[RENDERING], part_of(context), frame.f_lineno
        frame = frame.f_back
    return None


def describe_error(error: BaseException, part: Part, context: Context | None = None) -> Diagnostic:
    """What went wrong in which tag, with the names that it could have used. Raises what is bidkit's own fault."""
    line, file, local = 0, "", dict[str, Any]()
    trace = error.__traceback__
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if file == CODE_NAME:
            line = trace.tb_lineno
            local |= trace.tb_frame.f_locals
            context = trace.tb_frame.f_locals.get("context", context)
        trace = trace.tb_next
    is_ours = file.startswith(_PACKAGE)  # what an expression of the template raises comes from Jinja or Python
    if not line or (is_ours and not isinstance(error, (ExpressionError, RecursionError, jinja2.UndefinedError))):
        raise error
    span = part.span_at(line)
    if isinstance(error, jinja2.UndefinedError):
        named = _NAMED.search(error.message or "")
        return Diagnostic("TP04", span, {"name": named.group(1) if named else error.message})
    names = _list_names(local, context)
    shown = ", ".join(names[:_SHOWN_NAMES]) + (" …" if len(names) > _SHOWN_NAMES else "")
    kind = "" if isinstance(error, ExpressionError) else f"{type(error).__name__}: "
    return Diagnostic("TP07", span, {"error": f"{kind}{error}", "names": shown or "—"})


def _list_names(local: Mapping[str, Any], context: Context | None) -> list[str]:
    """The names that a tag could use: the innermost loop's first, then those of the whole template."""
    inner: list[tuple[int, str]] = []
    for variable, value in local.items():
        found = _LOCAL.fullmatch(variable)
        if found and not isinstance(value, jinja2.Undefined) and value is not missing:
            inner.append((-int(found.group(1)), found.group(2)))
    outer = [] if context is None else sorted(set(context.parent) - set(context.environment.globals))
    names = [name for _, name in sorted(inner)] + [name for name in outer if name.isidentifier()]
    return [name for name in dict.fromkeys(names) if not name.startswith("_")]
