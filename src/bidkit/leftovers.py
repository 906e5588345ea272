"""what is left of a template or a draft in a text: tags, blanks, placeholders."""

from __future__ import annotations

import re

_LEFTOVER = re.compile(
    r"\{\{|\}\}|\{%|%\}|\{#|【待|（填写|〔\s*〕|(?<![A-Za-z])(?:TODO|TBD|XXX+)(?![A-Za-z])|_{4,}(?=[^_\s])|Lorem ipsum",
    re.I,
)
_BEFORE, _BEHIND = 15, 25


def find_leftover(text: str) -> str:
    """The first leftover of a text with what stands around it; empty if there is none."""
    found = _LEFTOVER.search(text)
    return text[max(0, found.start() - _BEFORE) : found.end() + _BEHIND] if found else ""
