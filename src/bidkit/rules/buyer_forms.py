"""the buyer's Word form in the package: nothing of it but the blanks may differ from what the buyer gave: FM02."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lxml import etree

from bidkit.appearance import Appearance, ReadParagraph, read_appearance
from bidkit.diagnostic import Span
from bidkit.forms.filling import Changes
from bidkit.forms.proof import Difference, find_numbers, prove_form, prove_part
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


@dataclass(frozen=True)
class FinishedPart:
    """A form that stands in a volume.

    Args:
        title: the heading above it.
        bookmark: what begins there and ends behind the form.
        filled: the form as it was filled, by itself.
        content: the volume.
        is_dressed: the tender prescribes how the volume looks, so that the form looks otherwise there.
    """

    name: str
    title: str
    bookmark: str
    filled: bytes
    content: bytes
    is_dressed: bool


@rule("FM02")
def part_is_the_buyers(done: FinishedPart) -> Iterator[Finding]:
    """In a volume a form has every paragraph, row, cell and picture that it has by itself, and looks the same."""
    packages = [read_package(content, done.name)[0] for content in (done.filled, done.content)]
    if packages[0] is None or packages[1] is None:
        return  # PK05 says so
    try:
        found = [*prove_part(packages[0], packages[1], done.bookmark)]
    except (etree.XMLSyntaxError, ValueError) as error:
        found = [Difference("", (), "", str(error)[:80])]
    looks = (read_appearance(content, done.name) for content in (done.filled, done.content))
    found += [] if found or done.is_dressed else _compare_looks(done, *looks)
    for item in found:
        yield Finding(
            Span(done.name, place=(("heading", done.title), *item.place)),
            {"before": item.before[:80], "after": item.after[:80]},
        )


def _compare_looks(done: FinishedPart, own: Appearance | None, volume: Appearance | None) -> Iterator[Difference]:
    """Fonts, sizes and lines of a form's paragraphs, by itself and in its volume."""
    if own is None or volume is None:
        return
    inside = find_numbers(done.content, done.bookmark)
    mine = [item for item in own.paragraphs if ("part", "word/document.xml") in item.place]
    there = [item for item in volume.paragraphs if dict(item.place).get("part") == "word/document.xml"]
    there = [item for item in there if int(dict(item.place)["paragraph"]) in inside]
    for one, two in zip(mine, there, strict=False):
        before, after = _describe(one), _describe(two)
        if before != after:
            yield Difference("", (), f"{one.text[:20]}: {before}", f"{two.text[:20]}: {after}")
            return


def _describe(item: ReadParagraph) -> str:
    """The look of a paragraph in words."""
    runs: dict[str, None] = {}
    for run in item.runs:
        marks = [name for name in ("bold", "italic", "underline") if getattr(run, name)]
        fonts = "/".join(font for _, font in sorted(run.fonts))
        runs[
            " ".join([fonts, f"{run.half_points / 2:g} pt", *marks, *([run.color] if run.color != "auto" else [])])
        ] = None
    return f"{'; '.join(runs)}; {item.line} {item.line_rule}; {item.first_line}"


RULES = (text_is_the_buyers,)
PART_RULES = (part_is_the_buyers,)
