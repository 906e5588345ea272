"""the comments of YAML files and front matter, and the line that each is about."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import yaml

from bidkit.diagnostic import Span
from bidkit.source.workspace import Workspace

_ADDRESSED = re.compile(rb"#\s*bidkit\b")


@dataclass(frozen=True)
class Comment:
    """A comment.

    Args:
        text: with the sign in front.
        about: its own line if something stands before it, else the next line that is not blank or a comment; 0 if
            there is none.
    """

    text: str
    span: Span
    about: int


def is_addressed(content: bytes) -> bool:
    """Whether a comment in a file may speak to bidkit."""
    return _ADDRESSED.search(content) is not None


def list_comments(workspace: Workspace) -> Iterator[Comment]:
    """The comments of every YAML file and front matter that was read, where one of them speaks to bidkit; in order."""
    for name, content in sorted(workspace.files.items()):
        if name.endswith((".yaml", ".yml", ".md")) and is_addressed(content):
            lines = content.decode("utf-8-sig", "replace").splitlines()
            first, last = _find_front_matter(lines) if name.endswith(".md") else (0, len(lines))
            yield from _read_comments(lines[:last], first, name)


def _find_front_matter(lines: list[str]) -> tuple[int, int]:
    end = next((n for n, line in enumerate(lines[1:], 1) if line.rstrip() == "---"), 0)
    return (1, end) if lines and lines[0].rstrip() == "---" else (0, 0)


def _read_comments(lines: list[str], first: int, name: str) -> Iterator[Comment]:
    texts = _list_scalars("\n".join(lines[first:]), first)
    for number, line in enumerate(lines[first:], first):
        for col in (at for at, sign in enumerate(line) if sign == "#"):
            is_text = any(start <= (number, col) < end for start, end in texts)
            if not is_text and (col == 0 or line[col - 1] in " \t"):
                about = number if line[:col].strip() else _find_next(lines, number + 1)
                width = len(line.rstrip()) - col
                yield Comment(line[col:].rstrip(), Span(name, number + 1, col + 1, width), about + 1)
                break


def _list_scalars(text: str, first: int) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Where texts begin and end, for a # inside of one is no comment; none of a file that is not YAML."""
    try:
        tokens = [item for item in yaml.scan(text, Loader=yaml.CSafeLoader) if isinstance(item, yaml.ScalarToken)]
    except yaml.YAMLError:  # DL01 has said why
        return [((0, 0), (first + text.count("\n") + 1, 0))]
    marks = [(item.start_mark, item.end_mark) for item in tokens]
    return [((a.line + first, a.column), (b.line + first, b.column)) for a, b in marks]


def _find_next(lines: list[str], start: int) -> int:
    rest = enumerate(lines[start:], start)
    return next((number for number, line in rest if line.strip() and not line.lstrip().startswith("#")), -1)
