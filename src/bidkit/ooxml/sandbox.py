"""what a tag may compute: Jinja in an immutable sandbox, with limits, that knows which tag is running."""

from __future__ import annotations

import functools
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Sized
from datetime import date
from decimal import Decimal
from types import CodeType
from typing import TYPE_CHECKING, Any

import jinja2
from jinja2 import nodes
from jinja2.nodes import EvalContext
from jinja2.runtime import Context, LoopContext, Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import missing

from bidkit.diagnostic import Diagnostic
from bidkit.ooxml.cells import compute_cell
from bidkit.ooxml.faults import CODE_NAME, RENDERING, ExpressionError, Missing, describe_error, find_frame, part_of
from bidkit.ooxml.generator import Generator
from bidkit.ooxml.parsing import parse_source
from bidkit.ooxml.printing import METHODS, SCALARS, Ready, has_text, print_at
from bidkit.ooxml.values import CLOSE, OPEN, Rendering, mark

if TYPE_CHECKING:
    from bidkit.ooxml.running import Part

MAX_STEPS = 5_000_000
MAX_OUTPUT = 400_000_000
MAX_TEXT = 10_000_000
_CAPTURED = re.compile(f"^{OPEN}_([a-z]*){CLOSE}")
_STRUCTURED = re.compile(f"[<&{OPEN}]")
_PLAIN = re.compile("[\x20-%'-;=?-\ud7ff\ue000-\ufdcf\ufdf0-\ufffd]*")
_TEXT_FILTERS = ("upper", "lower", "title", "capitalize", "trim", "replace", "join", "string", "center", "indent",
                 "truncate", "wordwrap", "striptags", "reverse")  # fmt: skip
_WITHOUT_TEXT = (str, int, float, Decimal, date, Iterable, Context, EvalContext, jinja2.Environment)
_UNSAFE_FILTERS = ("attr", "xmlattr", "urlize", "pprint", "tojson")
_WIDENING = ("center", "ljust", "rjust", "zfill", "expandtabs")
_WIDTH = re.compile(r"%[^a-zA-Z%]*?(\d{5,}|\*)")
_FORMAT_WIDTH = re.compile(r"\{[^{}]*:[^{}]*?\d{5,}|\{[^{}]*:[^{}]*\{")
_OF_LOOPS = frozenset(("index", "index0", "revindex", "revindex0", "first", "last", "length"))
"""Numbers and flags of a loop, which need no guard."""
_LARGE = 10**18  # Python refuses to write numbers of some thousand digits


def require_texts(*values: Any) -> None:
    """Refuse what would be printed as Python: None, or a value that needs a paragraph of its own."""
    for value in values:
        if isinstance(value, Missing):
            str(value)  # notes itself
        elif value is None or isinstance(value, Ready):
            raise ExpressionError("None" if value is None else "{{p … }}")
        elif type(value) not in SCALARS and any(hasattr(value, method) for method in METHODS.values()):
            raise ExpressionError(type(value).__name__)
        elif isinstance(value, (list, tuple)):
            require_texts(*value)
        elif not isinstance(value, _WITHOUT_TEXT) and not has_text(value):
            raise ExpressionError(type(value).__name__)


class Environment(ImmutableSandboxedEnvironment):
    """Plain data only: a mapping's keys come before its methods, and nothing with an underscore is reached."""

    parts: Mapping[str, Part]
    code_generator_class = Generator
    intercepted_binops = frozenset(["%", "*", "**"])
    is_compat = False

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        return parse_source(self, source, name)

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Nothing of what a script only hands through to be printed: python-docx, for one, writes files."""
        return not getattr(type(obj), "is_closed", False) and super().is_safe_attribute(obj, attr, value)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        if operator == "%" and isinstance(left, str):
            require_texts(left, right)
            _limit(bool(_WIDTH.search(left)))
        elif operator == "%":
            require_texts(right)
        elif operator == "**":
            _limit(isinstance(right, int) and isinstance(left, int) and abs(right) * left.bit_length() > 100_000)
        else:
            sizes = [len(side) for side in (left, right) if isinstance(side, (str, list, tuple, bytes))]
            counts = [side for side in (left, right) if isinstance(side, int)]
            _limit(bool(sizes and counts) and sizes[0] * counts[0] > MAX_TEXT)
        return _guard(self.binop_table[operator])(left, right)

    def call(__self, __context: Context, __obj: Any, *args: Any, **kwargs: Any) -> Any:
        owner, name = getattr(__obj, "__self__", None), getattr(__obj, "__name__", "")
        if isinstance(owner, str):
            _limit(name in _WIDENING and any(isinstance(value, int) and value > MAX_TEXT for value in args))
        if isinstance(__obj, (Macro, LoopContext)):
            return super().call(__context, __obj, *args, **kwargs)  # tags inside answer for themselves
        return _guard(super().call)(__context, __obj, *args, **kwargs)

    def wrap_str_format(self, value: Any) -> Callable[..., str] | None:
        wrapped = super().wrap_str_format(value)
        _limit(wrapped is not None and bool(_FORMAT_WIDTH.search(str(value.__self__))))
        return wrapped

    def concat_texts(self, values: Sequence[Any]) -> str:
        """What `~` gives: texts and numbers only."""
        require_texts(*values)
        return "".join(map(_guard(str), values))

    def print_value(self, value: Any, level: str, rendering: Rendering, part: Part, number: int) -> str:
        """What a tag of a .docx prints; another kind of file has its own way."""
        return print_at(value, level, rendering, part.site(number), self.is_compat)

    def print_quickly(self, value: Any, level: str, context: Context, number: int) -> str | None:
        """What a tag prints where nothing about it can be wrong; None if that has to be seen."""
        return None

    def note(self, context: Context, error: Exception) -> None:
        """Remember what a tag raised."""
        rendering: Rendering = context.parent[RENDERING]
        rendering.problems.append(describe_error(error, part_of(context), context))

    def getattr(self, obj: Any, attribute: str) -> Any:
        if type(obj) is dict or isinstance(obj, Mapping):
            try:
                return obj[attribute]
            except KeyError:
                pass
        if type(obj) is LoopContext and attribute in _OF_LOOPS:
            return getattr(obj, attribute)
        return super().getattr(obj, attribute)


def _limit(is_over: bool) -> None:
    if is_over:
        raise ExpressionError("too large")


@jinja2.pass_context
def _finalize(context: Context, value: Any) -> str:
    """What `{{ value }}` prints."""
    kind = type(value)
    if (kind is str and _PLAIN.fullmatch(value)) or (kind is Ready and not value.level):
        return str(value)
    if kind is int and -_LARGE < value < _LARGE:
        return str(value)
    return _print(context, value, "")


def _print_names(context: Context, first: int, run: Sequence[str]) -> Iterator[str]:
    """What a run of text, name, text, name, … text prints; the tag of its first name has the number `first`."""
    environment = context.environment
    for position, piece in enumerate(run):
        if position % 2 == 0:
            yield piece
            continue
        name, *attributes = piece.split(".")
        value = context.resolve_or_missing(name)
        if value is missing:
            value = environment.undefined(name=name)
        for attribute in attributes:
            value = environment.getattr(value, attribute)
        is_plain = type(value) is str and _PLAIN.fullmatch(value)
        yield value if is_plain else _print(context, value, "", first + position // 2)


def _print(context: Context, value: Any, level: str, number: int | None = None) -> str:
    """A value printed at a level; what cannot stand there is noted with its tag."""
    rendering: Rendering = context.parent[RENDERING]
    environment, part = context.environment, part_of(context)
    assert isinstance(environment, Environment)
    if isinstance(value, Missing) and number is not None:
        rendering.problems.append(value.describe(part.span(number)))
        return ""
    if isinstance(value, jinja2.Undefined):
        return str(value)
    if number is None:
        frame = find_frame(sys._getframe(1))
        number = part.number_in(frame) if frame else 0
    try:
        if value is not None or environment.is_compat:
            own = rendering.of(part.tags[number].part) if part.tags else rendering
            own.tag = number
            return environment.print_value(value, level, own, part, number)
        problem = Diagnostic("TP08", part.span(number))
    except (ValueError, TypeError) as error:
        problem = Diagnostic("TP10", part.span(number), {"reason": getattr(error, "term", str(error))})
    rendering.problems.append(problem)
    return ""


@jinja2.pass_context
def _at_level(context: Context, level: str, number: int, value: Any) -> Ready:
    """What `{{p value }}`, `{{r value }}`, a value in an attribute … print."""
    environment = context.environment
    quick = environment.print_quickly(value, level, context, number)  # type: ignore[attr-defined]
    if quick is not None:
        return Ready(quick)
    is_ready = isinstance(value, Ready) and value.level == level
    text = str(value) if is_ready else _print(context, value, level, number)
    return Ready(mark("w") + text if level == "tr" and text else text)  # no cell merges across these rows


@jinja2.pass_context
def _in_cell(context: Context, kind: str, number: int, value: Any) -> Ready:
    """What colspan, cellbg, vm and hm print into a cell's properties."""
    environment, part = context.environment, part_of(context)
    assert isinstance(environment, Environment)
    if isinstance(value, jinja2.Undefined):
        return Ready(str(value))
    try:
        return compute_cell(kind, value, number, part.tags[number].columns, environment.is_compat)
    except (ValueError, TypeError) as error:
        rendering: Rendering = context.parent[RENDERING]
        rendering.problems.append(Diagnostic("TP10", part.span(number), {"reason": getattr(error, "term", str(error))}))
    return Ready("")


def concat(pieces: Iterable[str]) -> str:
    """What a macro, a call or a set block gives: plain text if it is no more, else XML that knows its level."""
    text = "".join(pieces)
    found = _CAPTURED.match(text)
    if found is None and not _STRUCTURED.search(text):
        return text
    made = Ready(text[found.end() :] if found else text)
    made.level = found.group(1) if found else ""
    if not made.level and not _STRUCTURED.search(made):
        return str(made)
    return made


@jinja2.pass_context
def _steps(context: Context, value: Any) -> Any:
    """What a loop goes over, counted against the limit."""
    rendering: Rendering = context.parent[RENDERING]
    if isinstance(value, jinja2.Undefined):
        return value
    if isinstance(value, Sized):
        rendering.steps += len(value)
        _limit_steps(rendering)
        return value
    try:
        return _count(iter(value), rendering)
    except TypeError as error:
        raise ExpressionError(f"TypeError: {error}") from error


def _count(values: Iterator[Any], rendering: Rendering) -> Iterator[Any]:
    for value in values:
        rendering.steps += 1
        _limit_steps(rendering)
        yield value


def _limit_steps(rendering: Rendering) -> None:
    if rendering.steps > MAX_STEPS:
        raise ExpressionError(f"more than {MAX_STEPS} loop steps")


def load_template(environment: Environment, code: CodeType) -> jinja2.Template:
    """Compiled code as a template; the code is bidkit's own, see `keeping` for code that comes from the disk."""
    names = {
        "environment": environment,
        "__file__": CODE_NAME,
        "_print": _finalize,
        "_names": _print_names,
        "_at": _at_level,
        "_is_plain": _PLAIN.fullmatch,
    }
    exec(code, names)
    return jinja2.Template.from_module_dict(environment, names, environment.globals)


def make_environment(
    filters: Mapping[str, Callable[..., Any]],
    tests: Mapping[str, Callable[..., Any]],
    globals_: Mapping[str, Any],
    is_compat: bool,
    kind: type[Environment] = Environment,
) -> Environment:
    """The sandbox of one template.

    Args:
        is_compat: undefined names are blank, None and lists print as Python does.
        kind: for what kind of file.
    """
    environment = kind(
        undefined=jinja2.Undefined if is_compat else Missing,
        finalize=_finalize,
        autoescape=False,
        keep_trailing_newline=True,
        extensions=("jinja2.ext.do", "jinja2.ext.loopcontrols"),
    )
    environment.is_compat = is_compat
    environment.concat = concat  # type: ignore[method-assign]
    kept = {name: environment.globals[name] for name in ("range", "dict", "namespace", "cycler", "joiner")}
    environment.globals = {**kept, **globals_, "_at": _at_level, "_cell": _in_cell, "_steps": _steps}
    for unsafe in _UNSAFE_FILTERS:
        environment.filters.pop(unsafe, None)
    environment.filters |= {name: _guard(_guard_text(environment.filters[name])) for name in _TEXT_FILTERS}
    # Everything is escaped when it is printed; escaping before would show the escapes.
    environment.filters |= dict.fromkeys(("e", "escape", "forceescape"), lambda value: value)
    environment.filters |= {"safe": _trust, "format": _guard(_guard_text(_limit_format(environment.filters["format"])))}
    environment.filters |= {name: _guard(filter_) for name, filter_ in filters.items()}
    environment.tests |= {name: _guard(test) for name, test in tests.items()}
    return environment


def _limit_format(function: Callable[..., Any]) -> Callable[..., Any]:
    """`|format`, that no width makes a text that fills the memory."""

    def limited(text: Any, *args: Any, **kwargs: Any) -> Any:
        _limit(bool(_WIDTH.search(str(text))))
        return function(text, *args, **kwargs)

    return limited


def _trust(value: Any) -> Any:
    """`|safe`: XML of the user's own, checked when it is printed."""
    from bidkit.ooxml.rich import Xml

    try:
        return value if isinstance(value, (jinja2.Undefined, Ready)) else Xml(str(value))
    except ValueError as error:
        raise ExpressionError(str(error)) from error


def _guard_text(function: Callable[..., Any]) -> Callable[..., Any]:
    """One of Jinja's text filters, which would print None as a word."""

    @functools.wraps(function)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        require_texts(*args)
        _limit(any(isinstance(value, int) and value > MAX_TEXT for value in (*args, *kwargs.values())))
        return function(*args, **kwargs)

    return guarded


def _guard(function: Callable[..., Any]) -> Callable[..., Any]:
    """A filter whose refusals are the template's, not ours."""

    @functools.wraps(function)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except (TypeError, ValueError, ArithmeticError, AttributeError, LookupError) as error:
            raise ExpressionError(f"{type(error).__name__}: {error}") from error

    return guarded
