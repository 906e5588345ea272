"""a value at the place of its tag: which level it has, and the XML that is printed there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from bidkit.diagnostic import Term
from bidkit.ooxml.values import CLOSE, OPEN, Rendering, Site, escape_text, text_xml

METHODS = {"p": "blocks", "r": "runs", "tr": "rows", "tc": "cells"}
"""By level: the method that gives a value's XML there."""
_RAW_XML = "__html__"
SCALARS = frozenset((str, int, float, bool, Decimal, date))
"""What most values are: quickly told from those that have a level."""
_SHOWN_NAMES = 6


class Ready(str):
    """XML that the engine made itself, printed as it is; `level` tells where it may stand."""

    level: str = ""


class Unfit(TypeError):
    """A value that cannot be printed, with words that can be translated."""

    def __init__(self, term: Term) -> None:
        super().__init__(term.key)
        self.term = term


def print_at(value: Any, level: str, rendering: Rendering, site: Site, is_compat: bool) -> str:
    """What a tag prints.

    Args:
        level: `` inside an open `w:t`; `r`, `p`, `tr`, `tc` in the place of a run, a paragraph, a row, a cell;
            `a` in an attribute, `text` in other text; `link` the relationship to a hyperlink's target.
        is_compat: None, lists and objects print as Python prints them.

    Raises:
        TypeError: the value has no form for this place; the text says which it has.
        ValueError: a character that XML cannot hold, or a new paragraph where none can begin.
    """
    if level == "link":
        return rendering.relate("hyperlink", show(value, is_compat), is_external=True)
    if level in ("a", "text"):
        text = escape_text(show(value, is_compat))
        return text.replace('"', "&quot;").replace("\n", "&#10;").replace("\t", "&#9;") if level == "a" else text
    found, xml = _fit(value, level, rendering, site, is_compat)
    if found == level:
        return xml
    run = f'<w:r>{site.run}<w:t xml:space="preserve">{xml}</w:t></w:r>'
    if level == "" and found == "r":
        return f'</w:t></w:r>{xml}<w:r>{site.run}<w:t xml:space="preserve">'
    if level == "r" and found == "":
        return run
    if level == "p" and found in ("", "r"):
        return f"{site.begin}{xml if found else run}{site.end}"
    raise TypeError(f"{{{{{found} … }}}}")


def _fit(value: Any, level: str, rendering: Rendering, site: Site, is_compat: bool) -> tuple[str, str]:
    """The value's XML at this level if it has one, else at the level that it has."""
    if type(value) in SCALARS:
        return "", text_xml(str(value), site)
    if isinstance(value, Ready):
        return value.level, str(value)
    wanted = METHODS.get(level, "runs")
    for found, method in sorted(METHODS.items(), key=lambda item: item[1] != wanted):
        if hasattr(value, method):
            return found, str(getattr(value, method)(rendering, site))
    if hasattr(value, _RAW_XML):
        from bidkit.ooxml.rich import Xml

        return _fit(Xml(str(value.__html__())), level, rendering, site, is_compat)
    return "", text_xml(show(value, is_compat), site)


def show(value: Any, is_compat: bool = False) -> str:
    """A value as text. Raises TypeError for what is not one text, number or date."""
    if isinstance(value, (str, int, float, Decimal, date)) or is_compat:
        return str(value)
    if any(hasattr(value, method) for method in METHODS.values()):
        raise TypeError("{{p … }}")
    if isinstance(value, Mapping):
        raise Unfit(Term("value_group", (("names", ", ".join(map(str, list(value)[:_SHOWN_NAMES]))),)))
    if isinstance(value, (list, tuple, set, frozenset)):
        raise Unfit(Term("value_list"))
    if isinstance(value, bytes) or not has_text(value):
        raise TypeError(type(value).__name__)
    return str(value)


def has_text(value: Any) -> bool:
    """Whether an object says itself what it is as text; Python's own way names its address in memory."""
    return type(value).__dict__.get("__str__", object.__str__) is not object.__str__


def mark_level(level: str) -> str:
    """What stands at the beginning of what a macro or set block captures, so that its level is known."""
    return f"{OPEN}_{level}{CLOSE}"
