"""the buyer's Word form in the package: nothing of it but the blanks may differ from what the buyer gave: FM02."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lxml import etree

from bidkit.diagnostic import Span
from bidkit.forms.filling import Changes
from bidkit.forms.proof import prove_form
from bidkit.ooxml.opc import read_package
from bidkit.rules.registry import Finding, rule


@dataclass(frozen=True)
class FinishedWord:
    """A form as it was given and as it is handed in.

    Args:
        changes: by part, what was filled in.
    """

    name: str
    original: Mapping[str, bytes]
    content: bytes
    changes: Mapping[str, Changes]


@rule("FM02")
def text_is_the_buyers(done: FinishedWord) -> Iterator[Finding]:
    """Every character, format and part is the buyer's but for the blanks, which show what the mapping says."""
    filled, problems = read_package(done.content, done.name)
    if filled is None:
        yield Finding(Span(done.name), {"before": "", "after": str(problems[0].values["reason"])})
        return
    try:
        for found in prove_form(done.original, filled, done.changes):
            part = (("part", found.part),) if found.part else ()
            values = {"before": found.before[:80], "after": found.after[:80]}
            yield Finding(Span(done.name, place=(*part, *found.place)), values)
    except (etree.XMLSyntaxError, ValueError) as error:
        yield Finding(Span(done.name), {"before": "", "after": str(error)[:80]})


RULES = (text_is_the_buyers,)
