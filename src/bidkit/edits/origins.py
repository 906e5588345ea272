"""where a printed text came from: fields of the deal, lines of Markdown, cells of lists, the catalog, the template."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from difflib import SequenceMatcher
from typing import Literal

from bidkit.bid import Bid
from bidkit.diagnostic import Span
from bidkit.scalars import Model
from bidkit.wording import settle
from bidkit.words import read_amounts
from bidkit.written import list_lines

Where = Literal["source", "row", "template", "computed", "unknown"]
_LEAST = 2
_MOST = 4
"""More places than this say the same text: then no one of them is told alone."""
_LONGEST = 4_000_000
"""The product of the lengths up to which two texts are compared sign by sign: beyond it that would take too long."""
_MARKUP = re.compile(r"^\s*(?:#{1,6}\s+|[-*+]\s+|\d+[.)]\s+|>\s*)|[*_`]{1,2}|\\(?=[^\w\s])|\[([^\]]*)\]\([^)]*\)")
_WORD = re.compile("[0-9A-Za-z]{2}")
_AMOUNT = re.compile(r"\d[\d,]*(?:\.\d+)?")


@dataclass(frozen=True)
class Origin:
    """Where a part of a text is written.

    Args:
        where: in a source, in what is written about its row, in a template, nowhere because it is computed, or unknown.
        spans: the places, one of which it is if there are several; of a template its file.
        text: the part.
    """

    where: Where
    spans: tuple[Span, ...]
    text: str = ""


class Sources:
    """Every text of a deal and of what it draws on, and the fixed texts of the templates."""

    def __init__(self, bid: Bid, records: Iterable[Model], templates: Mapping[str, Sequence[str]]) -> None:
        self.found: dict[str, list[Span]] = {}
        for record in records:
            for line, at in list_lines(record):
                for text in _list_said(line):
                    if at is not None and len(text) >= _LEAST and at not in self.found.setdefault(text, []):
                        self.found[text].append(at)
        for item in (*bid.quote.lines, *bid.quote.extras):
            for text in (f"{item.unit_price:,.2f}", f"{item.unit_price.normalize():f}"):
                if (at := item.line.span("unit_price")) and item.line.unit_price is not None:
                    self.found.setdefault(text, []).append(at)
        self.templates = {name: "\n".join(map(settle, texts)) for name, texts in templates.items()}
        self.amounts = {*_list_amounts(bid)}
        self.currency, self.language = bid.quote.currency, bid.deal.language

    def find(self, old: str, new: str | None = None) -> tuple[Origin, ...]:
        """What a text was made of; with `new` only the parts that this has changed."""
        plain = settle(old)
        parts = [*self._cover(plain)]
        changed = [*_list_changed(plain, settle(new))] if new is not None else []
        if changed:
            parts = [part for part in parts if any(_touch(part, other) for other in changed)]
        if parts:
            return tuple(Origin("source", tuple(self.found[plain[a:b]]), plain[a:b]) for a, b in parts)
        pieces = [plain[max(start - 1, 0) : end + 1] for start, end in changed if start < end]
        for wanted in ([plain], pieces):
            names = [name for name, text in self.templates.items() if _has_all(text, wanted)]
            if names:
                return (Origin("template", tuple(Span(name) for name in names[:_MOST])),)
        return (Origin("computed", ()),)

    def _cover(self, plain: str) -> Iterator[tuple[int, int]]:
        """The stretches of a text that sources say, the longest ones first, none inside of another; in order."""
        if plain in self.found:
            yield 0, len(plain)
            return
        taken: list[tuple[int, int]] = []
        for text in sorted((text for text in self.found if text in plain), key=len, reverse=True):
            for match in re.finditer(re.escape(text), plain):
                start, end = match.span()
                if all(end <= a or b <= start for a, b in taken) and _is_whole(plain, start, end):
                    taken.append((start, end))
        yield from sorted(taken)

    def narrow(self, origins: tuple[Origin, ...], row: Sequence[Origin]) -> tuple[Origin, ...]:
        """The places of a cell without a formula: of several those of its row; if none is known, the row's."""
        lines = Counter(
            (span.file, span.row) for origin in row for span in {*origin.spans} if len(origin.spans) <= _MOST
        )
        if not any(origin.where == "source" for origin in origins):
            known = [span for origin in row for span in origin.spans if (span.file, span.row) in lines]
            most = max(lines.values(), default=0)
            best = {(span.file, span.row): span for span in known if lines[span.file, span.row] == most}
            own = [Span(span.file, span.line, place=span.place) for span in best.values()][:_MOST]
            return (Origin("row", tuple(own)),) if own else (Origin("unknown", ()),)
        made = []
        for origin in origins:
            near = tuple(span for span in origin.spans if (span.file, span.row) in lines)
            made.append(replace(origin, spans=near or origin.spans))
        return tuple(made)

    def read_words(self, text: str) -> list[Decimal]:
        """The amounts that a text says in words."""
        return [amount for _, amount in read_amounts(text, self.currency, self.language)]

    def has_price(self, old: str, new: str | None = None) -> bool:
        """Whether an amount of the quote stands in a text; with `new`, whether it is no longer there."""
        gone = {*_read_amounts(old)} - ({*_read_amounts(new)} if new is not None else set())
        return not self.amounts.isdisjoint(gone)


def _list_said(line: str) -> Iterator[str]:
    """What a line of Markdown prints: itself, or each cell of a row of a table."""
    if line.lstrip().startswith("|"):
        yield from (settle(_MARKUP.sub(r"\1", cell)) for cell in line.strip().strip("|").split("|"))
    yield settle(_MARKUP.sub(lambda found: found[1] or "", line))


def _is_whole(text: str, start: int, end: int) -> bool:
    """Whether a stretch ends where words and numbers end."""
    return not any(0 < at < len(text) and _WORD.fullmatch(text[at - 1 : at + 1]) for at in (start, end))


def _touch(one: tuple[int, int], two: tuple[int, int]) -> bool:
    """Whether two stretches share something; an empty one what it stands at."""
    return (one[0] < two[1] and two[0] < one[1]) or (two[0] == two[1] and one[0] <= two[0] <= one[1])


def _has_all(text: str, wanted: Sequence[str]) -> bool:
    return bool(wanted) and all(len(piece) >= _LEAST and piece in text for piece in wanted)


def _list_changed(old: str, new: str) -> Iterator[tuple[int, int]]:
    """The stretches of the old text that are others in the new one; an empty one where something was put in."""
    if len(old) * len(new) > _LONGEST:
        yield 0, len(old)
        return
    for tag, start, end, _, _ in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            yield start, end


def _read_amounts(text: str) -> Iterator[Decimal]:
    for found in _AMOUNT.finditer(text):
        try:
            amount = Decimal(found[0].replace(",", ""))
        except InvalidOperation:
            continue
        if amount >= 100 or "." in found[0]:
            yield amount.normalize()


def _list_amounts(bid: Bid) -> Iterator[Decimal]:
    """The prices and totals that a bid prints."""
    quote = bid.quote
    for line in (*quote.lines, *quote.extras):
        yield from (line.unit_price.normalize(), line.amount.normalize())
    for total in (quote.base, quote.evaluated, quote.net, quote.tax, quote.options):
        yield total.normalize()
    yield from (item.total.normalize() for item in quote.categories)
    yield from (payment.amount.normalize() for payment in quote.payments)
