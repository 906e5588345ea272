"""the buyer's form in the package: nothing of it but the filled cells may differ from what the buyer gave: PK30."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bidkit.diagnostic import Span, Term
from bidkit.ooxml.opc import read_package
from bidkit.ooxml.sheet.untouched import Wanted, prove_untouched
from bidkit.rules.registry import Finding, rule


@dataclass(frozen=True)
class FinishedForm:
    """A form as it was given and as it is handed in.

    Args:
        wanted: by part and cell, what the filled cells show.
    """

    name: str
    original: bytes
    content: bytes
    wanted: Mapping[str, Wanted]


@rule("PK30")
def form_is_the_buyers(done: FinishedForm) -> Iterator[Finding]:
    """Every part, sheet and cell is the buyer's but for the filled cells, which show what the quote says."""
    (original, _), (filled, problems) = (read_package(content, done.name) for content in (done.original, done.content))
    if original is None or filled is None:
        yield Finding(
            Span(done.name), {"what": Term("form_damaged"), "before": "", "after": str(problems[0].values["reason"])}
        )
        return
    for found in prove_untouched(original, filled, done.wanted):
        place = (("part", found.part), *((("cell", found.cell),) if found.cell else ()))
        what = Term("form_cell" if found.cell else "form_rest")
        yield Finding(
            Span(done.name, place=place), {"what": what, "before": found.before[:60], "after": found.after[:60]}
        )


RULES = (form_is_the_buyers,)
