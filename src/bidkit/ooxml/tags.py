"""tags in text, also when split over runs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

LEVELS = ("p", "tr", "tc", "r")
_OPENINGS = re.compile(r"\{\{|\{%|\{#|\{_\{|\}_\}|\{_%|%_\}")
_CLOSINGS = {"{{": "}}", "{%": "%}", "{#": "#}"}
_LITERALS = {"{_{": "{{", "}_}": "}}", "{_%": "{%", "%_}": "%}"}
_KEYWORDS = (
    "if|elif|else|endif|for|endfor|set|endset|with|endwith|macro|endmacro|call|endcall|do|include|break|continue"
)
_PREFIX = re.compile(r"(p|tr|tc|r)(?=\s)")
# No statement of Jinja is called p, tr, tc, r or sheet, so these are a prefix also where docxtpl does not see one.
_LOOSE_PREFIX = re.compile(rf"\s*-?\s*(p|tr|tc|r|sheet)(?=\s|(?:{_KEYWORDS})\b)")
_RAW = re.compile(r"\s*-?\s*raw\s*-?\s*")
_END_RAW = re.compile(r"\{%[-+]?\s*endraw\s*[-+]?%\}")
_ENDS = {'"': '"', "'": "'", "“": '”"', "”": '”"', "„": '”“"', "‘": "’'", "’": "’'"}
_QUOTE = re.compile("[" + "".join(_ENDS) + "]")
_TYPOGRAPHIC = str.maketrans({"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'"})


class Tag(NamedTuple):
    """One tag of a paragraph's joined text.

    Args:
        opening: `{{`, `{%` or `{#`; empty for a literal such as `{_{`, whose `body` is then printed as it is.
        level: what the tag replaces: `` (a piece of text), `p`, `tr`, `tc` or `r`; of an .xlsx also its whole `sheet`.
        body: the Jinja source between prefix and closing, on one line.
        start, end: offsets in the joined text, `end` exclusive.
        trims_before, trims_after: whether it is written with a dash, as in `{%- x -%}`.
    """

    opening: str
    level: str
    body: str
    start: int
    end: int
    trims_before: bool = False
    trims_after: bool = False

    @property
    def source(self) -> str:
        """The tag as Jinja reads it: the body stands on a line of its own, so a line number names the tag."""
        return f"{self.opening}\n{self.body} {_CLOSINGS[self.opening]}"

    @property
    def text(self) -> str:
        """The tag as a person would write it, for messages."""
        return f"{self.opening}{self.level} {self.body} {_CLOSINGS[self.opening]}"

    @property
    def word(self) -> str:
        """The keyword of a statement (`for`, `endif`, `vm` …); empty for a value or comment."""
        found = re.match(r"\w+", self.body) if self.opening == "{%" else None
        return found.group() if found else ""


def find_tags(text: str) -> tuple[list[Tag], str | None]:
    """The tags of a text in order, and the piece of text with a tag that is not closed, if there is one."""
    tags: list[Tag] = []
    position = 0
    while opening := _OPENINGS.search(text, position):
        start, mark = opening.start(), opening.group()
        if mark in _LITERALS:
            tags.append(Tag("", "", _LITERALS[mark], start, opening.end()))
            position = opening.end()
            continue
        end = _find_closing(text, opening.end(), _CLOSINGS[mark])
        if end < 0:
            return tags, text[start : start + 60]
        position = end + 2
        inner = text[opening.end() : end]
        if mark == "{%" and _RAW.fullmatch(inner):
            raw_end = _END_RAW.search(text, position)
            if raw_end is None:
                return tags, text[start : start + 60]
            tags.append(Tag("", "", text[position : raw_end.start()], start, raw_end.end()))
            position = raw_end.end()
        else:
            tags.append(_make_tag(mark, inner, start, position))
    return tags, None


def _find_closing(text: str, position: int, closing: str) -> int:
    """The closing mark outside of string literals; in a comment quotes mean nothing."""
    end = text.find(closing, position)
    if closing == "#}" or end < 0 or not _QUOTE.search(text, position, end):
        return end
    quote = ""
    while position < len(text):
        character = text[position]
        if quote and character == "\\":
            position += 1
        elif quote:
            quote = "" if character in _ENDS[quote] else quote
        elif character in _ENDS:
            quote = character
        elif text.startswith(closing, position):
            return position
        position += 1
    return -1


def _make_tag(mark: str, inner: str, start: int, end: int) -> Tag:
    prefix = (_LOOSE_PREFIX if mark == "{%" else _PREFIX).match(inner)
    level = prefix.group(1) if prefix else ""
    body = _straighten(inner[prefix.end() :] if prefix else inner)
    before, after = body.startswith(("-", "+")), body.endswith(("-", "+"))
    trims = (body.startswith("-") and not level, body.endswith("-") and not level)
    body = body[1 if before else 0 : -1 if after and len(body) > 1 else None]
    return Tag(mark, level, re.sub(r"[\n\r\t]", _blank, body).strip(), start, end, *trims)


def _blank(found: re.Match[str]) -> str:
    return "\\t" if found.group() == "\t" and _is_quoted(found.string, found.start()) else " "


def _is_quoted(text: str, position: int) -> bool:
    quote = ""
    for character in text[:position]:
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'":
            quote = character
    return bool(quote)


def _straighten(body: str) -> str:
    """Typographic quotes that act as delimiters become straight; those inside a straight-quoted literal stay."""
    if not any(ord(quote) in _TYPOGRAPHIC for quote in body if quote > "\x7f"):
        return body
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


def place_tags(texts: Sequence[str], tags: Sequence[Tag], marks: Sequence[str]) -> list[str]:
    """The texts of a paragraph's runs with each tag replaced by its mark, in the run where the tag begins."""
    placed, offset, first = [], 0, 0
    for text in texts:
        start, end = offset, offset + len(text)
        pieces, position = [], start
        while first < len(tags) and tags[first].end <= start:
            first += 1
        for number in range(first, len(tags)):
            tag = tags[number]
            if tag.start >= end:
                break
            pieces.append(text[position - start : max(tag.start, position) - start])
            if start <= tag.start:
                pieces.append(marks[number])
            position = min(tag.end, end)
        pieces.append(text[position - start :])
        placed.append("".join(pieces))
        offset = end
    return placed


def join_expression(text: str, tags: Sequence[Tag]) -> str:
    """A text with value tags as one Jinja expression."""
    pieces, position = [], 0
    for tag in tags:
        pieces += [repr(text[position : tag.start]), f"({tag.body})"]
        position = tag.end
    return " ~ ".join(piece for piece in [*pieces, repr(text[position:])] if piece != "''")
