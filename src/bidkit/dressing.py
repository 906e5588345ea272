"""a rendered document dressed by the tender's format rules: in their look, and in a blind volume without its maker."""

from __future__ import annotations

from collections.abc import Callable

from bidkit.deal.layout import FormatRules, HeadingFace, Indent
from bidkit.ooxml.opc import Package
from bidkit.ooxml.restyle import Face, Look, restyle
from bidkit.ooxml.sheets import Sheet
from bidkit.ooxml.unsigned import remove_traces

_PAPERS = {"A4": (11_906, 16_838), "A3": (16_838, 23_811), "Letter": (12_240, 15_840)}
_MARKS = ("colors", "bold", "italic", "underline")


def make_dressing(rules: FormatRules, draft_mark: str) -> Callable[[Package], Package]:
    """What is to be done to the finished package of a volume.

    Args:
        draft_mark: what stands in the place of a header that is not allowed, so that a draft says so on every page.
    """
    margins = {side: twips for side, twips in rules.margins or () if twips is not None}
    sheet = Sheet(
        _PAPERS[rules.paper] if rules.paper else None,
        margins,
        None if rules.header is not False else draft_mark,
        _footer(rules),
    )
    look = Look(
        _face(rules.text),
        tuple(map(_face, rules.headings)),
        _face(rules.tables),
        sheet,
        frozenset(mark for mark in _MARKS if getattr(rules, mark) is False),
        without_cover=rules.cover is False,
        without_contents=rules.contents is False,
    )

    def dress(package: Package) -> Package:
        dressed = restyle(package, look)
        return remove_traces(dressed) if rules.is_blind else dressed

    return dress


def _footer(rules: FormatRules) -> str | None:
    if rules.page_number in ("left", "center", "right"):
        return rules.page_number
    is_dropped = rules.footer is False or (rules.page_number == "none" and rules.footer is None)
    return "" if is_dropped else None


def _face(face: HeadingFace | None) -> Face:
    if face is None:
        return Face()
    spacing, indent = face.line_spacing, getattr(face, "first_line_indent", None)
    smallest = getattr(face, "min_size", None)
    return Face(
        face.east_asian,
        face.latin,
        int(face.size * 2) if face.size else 0,
        int(smallest * 2) if smallest else 0,
        spacing.line if spacing else 0,
        spacing.is_exact if spacing else False,
        _indent(indent),
        indent.is_chars if indent else False,
    )


def _indent(indent: Indent | None) -> int | None:
    return None if indent is None else round(indent.value * 100) if indent.is_chars else int(indent.value)
