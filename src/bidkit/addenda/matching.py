"""the rows of a new list of requirements and those of the old one: which became which.

The same text is the same clause, wherever it stands now; then come id, clause number and likeness of the texts. A row
whose number is all that it shares with an old one is a new one: its answer would be one to something else.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import Any, Literal

from bidkit.deal.tender import Requirement
from bidkit.scalars import Model, Note, Text, Whole
from bidkit.wording import compare_pairs, count_pairs, settle

_ALIKE = 0.6
_RELATED = 0.2
_MOST_PAIRS = 1_000_000


class Listed(Model):
    """A row of a list as the buyer publishes it; None for what the list has no column for."""

    id: Note = ""
    lot: Note | None = None
    clause: Text
    page: Whole | None = None
    marker: Note | None = None
    kind: Literal["technical", "commercial", "contract"] | None = None
    text: Text


def match_rows(old: Sequence[Requirement], new: Sequence[Listed]) -> list[int | None]:
    """For each row of the new list the place of the row that it was; None for a new one."""
    return _Matcher(old, new).match()


def read_clause(text: str) -> str:
    """A clause number without how it is written: `第 3.1.2 条`, `３．１．２`."""
    return re.sub(r"[\s第条款项章节]|[.、．]+$", "", unicodedata.normalize("NFKC", text)).lower()


class _Matcher:
    """One pass after the other, from the surest to the weakest; what is matched stays so."""

    def __init__(self, old: Sequence[Requirement], new: Sequence[Listed]) -> None:
        self.old, self.new = old, new
        self.found: list[int | None] = [None] * len(new)
        self.free = set(range(len(old)))
        self.texts = [settle(row.text) for row in old], [settle(row.text) for row in new]
        self.pairs = [count_pairs(text) for text in self.texts[0]], [count_pairs(text) for text in self.texts[1]]

    def match(self) -> list[int | None]:
        """All passes."""

        def by_text(side: int, place: int) -> Any:
            return self.texts[side][place]

        def by_id(side: int, place: int) -> Any:
            return (self.old, self.new)[side][place].id

        def by_clause(side: int, place: int) -> Any:
            return read_clause((self.old, self.new)[side][place].clause)

        def join(*keys: Callable[[int, int], Any]) -> Callable[[int, int], Any]:
            return lambda side, place: values if all(values := tuple(key(side, place) for key in keys)) else None

        self.take(join(by_id, by_clause, by_text), 0)
        self.take(join(by_clause, by_text), 0)
        self.take(join(by_id, by_text), 0)
        self.take(join(by_text), 0)
        self.take(join(by_id, by_clause), _RELATED)
        self.take(join(by_id), _ALIKE)
        self.take(join(by_clause), _ALIKE)
        self.take_alike()
        self.take(join(by_clause), _RELATED)
        self.take(join(by_id), _RELATED)
        return self.found

    def take(self, find_key: Callable[[int, int], Any], least: float) -> None:
        """Match the rows of one key: of several the nearest text, then the nearest place."""
        known: dict[Any, list[int]] = {}
        for place in sorted(self.free):
            if (key := find_key(0, place)) is not None:
                known.setdefault(key, []).append(place)
        for place in range(len(self.new)):
            key = find_key(1, place) if self.found[place] is None else None
            likely = [one for one in known.get(key, ()) if one in self.free and self.is_possible(one, place)]
            scores = [(self.compare(one, place), -abs(one - place), one) for one in likely]
            score, _, best = max(scores, default=(-1.0, 0, 0))
            if score >= least:
                self.put(best, place)

    def take_alike(self) -> None:
        """Match what is left by likeness alone, the most alike first."""
        rest = [place for place, one in enumerate(self.found) if one is None]
        if len(rest) * len(self.free) > _MOST_PAIRS:
            return
        scores = [
            (score, -abs(one - place), one, place)
            for place in rest
            for one in self.free
            if (score := self.compare(one, place)) >= _ALIKE and self.is_possible(one, place)
        ]
        for _, _, one, place in sorted(scores, reverse=True):
            if one in self.free and self.found[place] is None:
                self.put(one, place)

    def compare(self, one: int, place: int) -> float:
        """How alike the texts of an old and a new row are."""
        return compare_pairs(self.pairs[0][one], self.pairs[1][place])

    def is_possible(self, one: int, place: int) -> bool:
        """Whether both are of one lot, as far as the new list tells."""
        return self.new[place].lot in (None, self.old[one].lot)

    def put(self, one: int, place: int) -> None:
        """They are one row."""
        self.found[place] = one
        self.free.discard(one)
