"""where in a finished .docx a finding is, by what is seen there: heading, titles of the table, first words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import reduce

from lxml import etree

from bidkit.appearance.cascade import Cascade
from bidkit.appearance.colors import Theme
from bidkit.appearance.structure import list_blocks
from bidkit.diagnostic import Diagnostic, Term
from bidkit.ooxml import opc
from bidkit.personal import mask_residents
from bidkit.readback.names import W

_STYLES = "word/styles.xml"
_LONG = 30


@dataclass(frozen=True)
class _Spot:
    heading: str
    titles: str
    text: str


def point(found: Iterable[Diagnostic], files: Mapping[str, bytes]) -> list[Diagnostic]:
    """Findings, those in a paragraph with what stands there: nobody counts two hundred paragraphs."""
    spots: dict[str, dict[tuple[str, str], _Spot]] = {}
    return [_point(item, files, spots) for item in found]


def _point(item: Diagnostic, files: Mapping[str, bytes], spots: dict[str, dict[tuple[str, str], _Spot]]) -> Diagnostic:
    span = item.span
    place = dict(span.place) if span else {}
    is_gone = item.values.get("after") == "—"  # of a paragraph that was there, the number is that of before
    if span is None or is_gone or "paragraph" not in place or span.file not in files:
        return item
    if span.file not in spots:
        spots[span.file] = _list_spots(files[span.file])
    spot = spots[span.file].get((place.get("part", ""), place["paragraph"]))
    if spot is None:
        return item
    said = {
        "heading": "" if "heading" in place else spot.heading,
        "titles": spot.titles,
        "text": spot.text,
    }
    terms = [Term(f"point_{key}", ((key, text),)) for key, text in said.items() if text]
    if not terms:
        return item
    return replace(item, span=replace(span, near=reduce(lambda a, b: Term("both", (("one", a), ("two", b))), terms)))


def _list_spots(content: bytes) -> dict[tuple[str, str], _Spot]:
    """What stands in and around each paragraph, by part and number."""
    parts, known, _ = opc.open_finished(content)
    trees = {**known}
    if parts is None:
        return {}
    trees.setdefault(_STYLES, etree.Element(f"{W}styles"))
    cascade = Cascade(trees, Theme.read(trees))
    spots = {}
    for part, tree in trees.items():
        if not part.startswith("word/") or part.endswith(".rels"):
            continue
        for block in list_blocks(part, tree, cascade):
            place = dict(block.place)
            titles = ""
            if block.cells and (first := block.cells[0].table.find(f"{W}tr")) is not None:
                titles = " | ".join(filter(None, (_read(cell) for cell in first.findall(f"{W}tc"))))
            heading = "" if block.kind == "heading" else place.get("heading", "")
            spots[part, place["paragraph"]] = _Spot(heading, _cut(titles), _cut(_read(block.element)))
    return spots


def _read(element: etree._Element) -> str:
    return mask_residents(" ".join("".join(text.text or "" for text in element.iter(f"{W}t")).split()))


def _cut(text: str) -> str:
    return text if len(text) <= _LONG else f"{text[:_LONG]}…"
