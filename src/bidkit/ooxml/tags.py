"""tags in text, also when split over runs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_OPENINGS = re.compile(r"\{\{|\{%|\{#")
_CLOSINGS = {"{{": "}}", "{%": "%}", "{#": "#}"}
_PREFIX = re.compile(r"(p|tr|tc|r)(?=\s)")
_ENDS = {'"': '"', "'": "'", "“": '”"', "”": '”"', "„": '”“"', "‘": "’'", "’": "’'"}
_TYPOGRAPHIC = str.maketrans({"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'"})


@dataclass(frozen=True)
class Tag:
    """One tag of a paragraph's joined text.

    Args:
        opening: `{{`, `{%` or `{#`.
        level: what the tag replaces: `` (a piece of text), `p`, `tr`, `tc` or `r`.
        body: the Jinja source between prefix and closing, on one line.
        start, end: offsets in the joined text, `end` exclusive.
    """

    opening: str
    level: str
    body: str
    start: int
    end: int
    is_trimming: bool = False
    """Whether it is written with a dash, as in `{{- x -}}`."""

    @property
    def source(self) -> str:
        """The tag as Jinja reads it: the body stands on a line of its own, so a line number names the tag."""
        return f"{self.opening}\n{self.body} {_CLOSINGS[self.opening]}"

    @property
    def text(self) -> str:
        """The tag as a person would write it, for messages."""
        return f"{self.opening}{self.level} {self.body} {_CLOSINGS[self.opening]}"


def find_tags(text: str) -> tuple[list[Tag], str | None]:
    """The tags of a text in order, and the piece of text with a tag that is not closed, if there is one."""
    tags: list[Tag] = []
    position = 0
    while opening := _OPENINGS.search(text, position):
        start, mark = opening.start(), opening.group()
        end = _find_closing(text, opening.end(), _CLOSINGS[mark])
        if end < 0:
            return tags, text[start : start + 60]
        tags.append(_make_tag(mark, text[opening.end() : end], start, end + 2))
        position = end + 2
    return tags, None


def _find_closing(text: str, position: int, closing: str) -> int:
    """The closing mark outside of string literals; in a comment quotes mean nothing."""
    quote = ""
    while position < len(text):
        character = text[position]
        if quote and character == "\\":
            position += 1
        elif quote:
            quote = "" if character in _ENDS[quote] else quote
        elif closing != "#}" and character in _ENDS:
            quote = character
        elif text.startswith(closing, position):
            return position
        position += 1
    return text.find(closing, position) if not quote else -1


def _make_tag(mark: str, inner: str, start: int, end: int) -> Tag:
    prefix = _PREFIX.match(inner)
    level = prefix.group() if prefix else ""
    body = _straighten(inner[len(level) :])
    is_trimming = body.startswith(("-", "+")) or body.endswith(("-", "+"))
    return Tag(mark, level, body.replace("\n", " ").strip(), start, end, is_trimming)


def _straighten(body: str) -> str:
    """Typographic quotes that act as delimiters become straight; those inside a straight-quoted literal stay."""
    out, quote = [], ""
    for character in body:
        if quote:
            quote = "" if character == quote else quote
            out.append(character)
        elif character in "\"'":
            quote = character
            out.append(character)
        else:
            out.append(character.translate(_TYPOGRAPHIC))
    return "".join(out)


def first_word(tag: Tag) -> str:
    """The keyword of a statement (`for`, `endif` …); empty for a value or comment."""
    found = re.match(r"\w+", tag.body) if tag.opening == "{%" else None
    return found.group() if found else ""


def place_tags(texts: Sequence[str], tags: Sequence[Tag], marks: Sequence[str]) -> list[str]:
    """The texts of a paragraph's runs with each tag replaced by its mark, in the run where the tag begins."""
    placed, offset = [], 0
    for text in texts:
        start, end = offset, offset + len(text)
        pieces, position = [], start
        for tag, mark in zip(tags, marks, strict=True):
            if tag.end <= position or tag.start >= end:
                continue
            pieces.append(text[position - start : max(tag.start, position) - start])
            if start <= tag.start:
                pieces.append(mark)
            position = min(tag.end, end)
        pieces.append(text[position - start :])
        placed.append("".join(pieces))
        offset = end
    return placed
