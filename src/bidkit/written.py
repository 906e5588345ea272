"""the texts that people wrote for a bid, line by line, each with its place."""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import Generic, TypeVar

from bidkit.diagnostic import Span
from bidkit.scalars import Model, Prose

T = TypeVar("T")
Line = tuple[str, Span | None]


@dataclass(frozen=True)
class Sought(Generic[T]):
    """What is looked for in lines: a pattern, whatever the case, that is tried only where one of its words stands.

    Args:
        words: small letters, parted by `|`: whatever fits the pattern has one of them.
    """

    what: T
    words: str
    source: str

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """It is made when a word of it stands somewhere: there are many patterns, and most bids need few of them."""
        return re.compile(self.source, re.I)


class Lines(tuple[Line, ...]):
    """Lines that many look through: what stands nowhere in all of them is not looked for in each."""

    @cached_property
    def whole(self) -> str:
        """All of them as one text."""
        return "\n".join(line for line, _ in self)

    @cached_property
    def _small(self) -> tuple[str, list[int]]:
        """All of them in small letters, and where each begins."""
        small = [line.lower() for line, _ in self]
        return "\n".join(small), [0, *accumulate(len(line) + 1 for line in small)]

    def find_lines(self, words: str) -> list[int]:
        """The numbers of the lines in which one of some words stands; they are in small letters, parted by `|`."""
        whole, begins = self._small
        found = set[int]()
        for word in words.split("|"):
            at = whole.find(word)
            while at >= 0:
                number = bisect(begins, at)
                found.add(number - 1)
                at = whole.find(word, begins[number])
        return sorted(found)

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *accumulate(len(line) + 1 for line, _ in self)]

    def find_line(self, position: int) -> tuple[str, Span | None, int]:
        """The line that has a character of `whole`, its place, and which of its characters that is."""
        number = bisect(self._starts, position) - 1
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


def find_said(lines: Lines, sought: Iterable[Sought[T]]) -> Iterator[tuple[re.Match[str], Span | None, T]]:
    """What lines say of this, each with its place."""
    listed = [*sought]
    likely = sorted((number, index) for index, item in enumerate(listed) for number in lines.find_lines(item.words))
    for number, index in likely:
        line, at = lines[number]
        for found in listed[index].pattern.finditer(line):
            yield found, narrow(at, *found.span()), listed[index].what
