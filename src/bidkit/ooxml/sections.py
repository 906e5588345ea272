"""sections and the numbers of their pages: what a page shows, which is not always how far down it lies."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bidkit.ooxml.fields import format_number
from bidkit.ooxml.targets import insert_bookmarks

_CHANGE = re.compile("<w:sectPrChange .*?</w:sectPrChange>", re.DOTALL)
_SECTION = re.compile("<w:sectPr(?: [^>]*)?(?:/>|(?<!/)>(.*?)</w:sectPr>)", re.DOTALL)
_END = re.compile("(?:</w:sectPr>|<w:sectPr(?: [^>]*)?/>)(?:<w:pPrChange .*?</w:pPrChange>)?</w:pPr>", re.DOTALL)
_TYPE = re.compile('<w:type w:val="([A-Za-z]+)"')
_START = re.compile('<w:pgNumType [^>]*w:start="([0-9]+)"')
_FORMAT = re.compile('<w:pgNumType [^>]*w:fmt="([A-Za-z]+)"')
_IDS = 8_000_000


@dataclass(frozen=True)
class Section:
    """What a section says of its page numbers: how it begins, its first number, the format."""

    kind: str
    start: int | None
    format: str

    @property
    def is_plain(self) -> bool:
        """Whether its pages go on counting as they lie."""
        return self.kind not in ("oddPage", "evenPage") and self.start is None and self.format == "decimal"


@dataclass(frozen=True)
class PageRun:
    """Pages that count on from one: where the first one lies, its number, the format."""

    first: int
    number: int
    format: str

    def show(self, page: int) -> str:
        """The number of a page of this run."""
        number = self.number + page - self.first
        return f"- {number} -" if self.format == "numberInDash" else format_number(self.format, number)


def read_sections(document: str) -> list[Section]:
    """The sections of a document part in order."""
    sections = []
    for found in _SECTION.finditer(_CHANGE.sub("", document)):
        inside = found.group(1) or ""
        kind, start, form = _TYPE.search(inside), _START.search(inside), _FORMAT.search(inside)
        sections.append(
            Section(
                kind.group(1) if kind else "nextPage",
                int(start.group(1)) if start else None,
                form.group(1) if form else "decimal",
            )
        )
    return sections


def section_alias(position: int) -> str:
    """The name of the bookmark at the beginning of a section, in the copy that is laid out."""
    return f"bidkitsection{position}"


def mark_sections(document: str) -> str:
    """A document part with a bookmark at the beginning of each section but the first."""
    ends = [document.index("</w:p>", end.end()) + len("</w:p>") for end in _END.finditer(document)]
    return insert_bookmarks(document, [(at, _IDS + n, section_alias(n)) for n, at in enumerate(ends, 1)])


def number_pages(sections: Sequence[Section], destinations: Mapping[str, int]) -> list[PageRun] | None:
    """How the pages are numbered; None if a section is nowhere in the layout.

    A continuous section begins amid a page, so it does not number that page, nor, for LibreOffice, those behind it.
    """
    runs: list[PageRun] = []
    for position, section in enumerate(sections):
        first = destinations.get(section_alias(position)) if position else 1
        if first is None:
            return None
        if section.kind == "continuous" and position:
            continue
        number = runs[-1].number + first - runs[-1].first if runs else 1
        number = number if section.start is None else section.start
        if (section.kind, number % 2) in (("oddPage", 0), ("evenPage", 1)):
            number += 1
        runs.append(PageRun(first, number, section.format))
    return runs


def show_page(runs: Sequence[PageRun], page: int) -> str:
    """The number of the page that lies at a place from 1."""
    return next((run.show(page) for run in reversed(runs) if run.first <= page), str(page))
