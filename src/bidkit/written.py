"""the texts that people wrote for a bid, line by line, each with its place."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import accumulate
from typing import TypeVar

from bidkit.diagnostic import Span
from bidkit.scalars import Model, Prose

T = TypeVar("T")
Line = tuple[str, Span | None]


class Lines(tuple[Line, ...]):
    """Lines that many look through: what stands nowhere in all of them is not looked for in each."""

    @cached_property
    def whole(self) -> str:
        """All of them as one text."""
        return "\n".join(line for line, _ in self)

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *accumulate(len(line) + 1 for line, _ in self)]

    def find_line(self, position: int) -> tuple[str, Span | None, int]:
        """The line that has a character of `whole`, its place, and which of its characters that is."""
        number = bisect_right(self._starts, position) - 1
        line, at = self[number]
        return line, at, position - self._starts[number]


def list_lines(record: Model, skipped: Sequence[Model] = (), without: Collection[str] = ()) -> Iterator[Line]:
    """Every line of the texts below a record; the place of a line in a Markdown file is that line.

    Args:
        skipped: records below which nothing counts.
        without: names of fields that do not count.
    """
    for name in (name for name in type(record).model_fields if name not in without):
        value = getattr(record, name)
        for number, item in enumerate(value if isinstance(value, tuple) else (value,)):
            if isinstance(item, Prose):
                yield from list_prose(item, record.span(name))
            elif isinstance(item, Model) and not any(item is other for other in skipped):
                yield from list_lines(item, skipped, without)
            elif isinstance(item, str):
                yield item, record.span(name, number if isinstance(value, tuple) else None)


def list_prose(prose: Prose, at: Span | None) -> Iterator[Line]:
    """The lines of a text; without a file of its own it stands at one place."""
    for number, line in enumerate(prose.text.split("\n")):
        yield line, Span(prose.file, prose.line + number) if prose.file else at


def narrow(at: Span | None, start: int, end: int) -> Span | None:
    """The place of some characters of a line of a Markdown file; of other texts the place of the whole."""
    is_line = at is not None and at.line > 0 and at.col == 0
    return Span(at.file, at.line, start + 1, max(end - start, 1)) if is_line and at is not None else at


def find_said(
    lines: Lines, patterns: Iterable[tuple[T, re.Pattern[str]]]
) -> Iterator[tuple[re.Match[str], Span | None, T]]:
    """What lines say of this, each with its place; most patterns fit nowhere in all of them."""
    likely = [(what, pattern) for what, pattern in patterns if pattern.search(lines.whole)]
    for line, at in lines if likely else ():
        for what, pattern in likely:
            for found in pattern.finditer(line):
                yield found, narrow(at, *found.span()), what
