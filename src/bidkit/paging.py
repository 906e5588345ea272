"""how many pages of a laid-out volume count against a limit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument

_POINTS_PER_TWIP = 1 / 20


@dataclass(frozen=True)
class PageCount:
    """The pages of a volume, those of them that count, and the chapters that should not and are not there."""

    total: int
    counted: int
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Chapter:
    """A heading of the first level: its page from 0, and its height on it if the outline tells."""

    title: str
    page: int
    top: float | None


def count_pages(
    pdf: bytes, *, skip_front: bool = False, skip_chapters: Sequence[str] = (), top_margin: int = 0
) -> PageCount:
    """Count the pages of a PDF whose outline is that of the document.

    Args:
        skip_front: the pages before the first heading do not count.
        skip_chapters: titles; a page does not count if it holds nothing but such chapters.
        top_margin: in twips; what stands above it is a header.
    """
    from pypdfium2 import PdfDocument

    from bidkit.office.pages import PDFIUM

    with PDFIUM, PdfDocument(pdf) as document:
        total = len(document)
        chapters = _read_chapters(document)
        skipped = set(range(chapters[0].page)) if skip_front and chapters else set()
        is_skipped = [any(_is_same(item.title, title) for title in skip_chapters) for item in chapters]
        ends = [*(item.page for item in chapters[1:]), total]
        # Chapters in a row are one: what they share a page with is no text that counts.
        numbered = list(zip(chapters, ends, is_skipped, strict=False))
        for leaves_out, group in groupby(numbered, key=lambda item: item[2]):
            run = list(group)
            first, end = run[0][0], run[-1][1]
            if leaves_out:
                shares = _shares_page(document, first, top_margin * _POINTS_PER_TWIP)
                skipped |= set(range(first.page + shares, end))
    missing = tuple(title for title in skip_chapters if not any(_is_same(item.title, title) for item in chapters))
    return PageCount(total, total - len(skipped), missing)


def _read_chapters(document: PdfDocument) -> list[_Chapter]:
    chapters = []
    for bookmark in document.get_toc():
        target = bookmark.get_dest()
        page = target.get_index() if target and bookmark.level == 0 else None
        if page is not None:
            _, view = target.get_view()
            chapters.append(_Chapter(bookmark.get_title(), page, view[1] if len(view) > 1 else None))
    return chapters


def _is_same(entry: str, title: str) -> bool:
    """Whether an entry is a chapter of this title: with its number in front, or without."""
    words, wanted = entry.split(), title.split()
    return words == wanted or words[1:] == wanted


def _shares_page(document: PdfDocument, chapter: _Chapter, margin: float) -> bool:
    """Whether anything stands on a chapter's first page above its heading; also if that cannot be told."""
    if chapter.top is None:
        return True
    page = document[chapter.page]
    limit = page.get_height() - margin
    return any(_is_between(item.get_bounds(), chapter.top, limit) for item in page.get_objects())


def _is_between(bounds: Iterable[float], low: float, high: float) -> bool:
    _, bottom, _, top = bounds
    return bottom >= low - 1 and bottom < high and top > low
