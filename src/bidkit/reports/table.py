"""a table for a terminal: columns as wide as their widest text, Chinese characters counted twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bidkit.reports.text import clean, width


def draw(rows: Sequence[Sequence[str]], indent: str = "") -> Iterator[str]:
    """The rows, the titles among them, as lines; all have as many cells."""
    table = [[clean(text) for text in row] for row in rows]
    widths = [max(map(width, column)) for column in zip(*table, strict=True)]
    for row in table:
        cells = [text + " " * (most - width(text)) for text, most in zip(row, widths, strict=True)]
        yield f"{indent}{'  '.join(cells)}".rstrip()
