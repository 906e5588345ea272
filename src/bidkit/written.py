"""the texts that people wrote for a bid, line by line, each with its place."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from bidkit.diagnostic import Span
from bidkit.scalars import Model, Prose

Line = tuple[str, Span | None]


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
                yield from _list_prose(item, record.span(name))
            elif isinstance(item, Model) and not any(item is other for other in skipped):
                yield from list_lines(item, skipped, without)
            elif isinstance(item, str):
                yield item, record.span(name, number if isinstance(value, tuple) else None)


def _list_prose(prose: Prose, at: Span | None) -> Iterator[Line]:
    for number, line in enumerate(prose.text.split("\n")):
        yield line, Span(prose.file, prose.line + number) if prose.file else at


def narrow(at: Span | None, start: int, end: int) -> Span | None:
    """The place of some characters of a line of a Markdown file; of other texts the place of the whole."""
    is_line = at is not None and at.line > 0 and at.col == 0
    return Span(at.file, at.line, start + 1, max(end - start, 1)) if is_line and at is not None else at
