"""finished files as they were made: their texts in order, tables, pictures, fields, formulas; and what differs.

The manifest says that a file was changed; this says what was, and where.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from bidkit.diagnostic import Diagnostic, Span, Term
from bidkit.pdf.reading import ReadPdf
from bidkit.readback import ReadDocument, ReadWorkbook
from bidkit.readback.names import Place

_MAIN = "word/document.xml"
_SHOWN = 60
_MOST = 20
"""How many differences of one kind are told of one file."""
_LONGEST_SEARCH = 2000
"""How many texts are compared each with each; of more, only the first that differs is told."""


@dataclass(frozen=True)
class MadeFile:
    """A finished file.

    Args:
        texts: all that can be read in it, each with its place (`word/document.xml 12`, `开标一览表 B3`, `3`).
        structure: what a text does not show, by kind: `heading`, `table`, `picture`, `field`, `formula`, `hidden` …
    """

    texts: tuple[tuple[str, str], ...] = ()
    structure: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def describe_document(file: ReadDocument) -> MadeFile:
    """A .docx: its paragraphs in order, then headers, notes, properties and what pictures say."""
    main = [(place, text) for place, text in file.texts if dict(place).get("part") == _MAIN]
    others = [(place, text) for place, text in file.texts if dict(place).get("part") != _MAIN]
    headings = tuple(f"{level} {text}" for level, text in file.headings)
    texts = (*main, *others, *file.drawn, *file.properties)
    return MadeFile(_list_texts(texts), {"heading": headings, **file.structure})


def describe_workbook(file: ReadWorkbook) -> MadeFile:
    """An .xlsx: its cells with what they show, its headers, its formulas."""
    cells = [((("sheet", sheet), ("cell", cell)), str(value)) for (sheet, cell), value in file.cells.items()]
    headers = tuple(text for _, text in file.headers)
    return MadeFile(_list_texts(cells), {**file.structure, "header": headers, "author": (file.author,)})


def describe_pdf(file: ReadPdf) -> MadeFile:
    """A PDF: the text of each page, its bookmarks and properties."""
    pages = [((("page", page.number),), page.text) for page in file.pages]
    outline = tuple(f"{level} {title} {page}" for level, title, page in file.outline)
    properties = tuple(f"{key}: {value}" for key, value in sorted(file.properties.items()))
    return MadeFile(_list_texts(pages, keeps_empty=True), {"heading": outline, "property": properties})


def _list_texts(texts: Iterable[tuple[Place, str]], *, keeps_empty: bool = False) -> tuple[tuple[str, str], ...]:
    found = ((" ".join(value for _, value in place), " ".join(text.split())) for place, text in texts)
    return tuple((place, text) for place, text in found if text or keeps_empty)


def compare_files(name: str, made: MadeFile, found: MadeFile) -> Iterator[Diagnostic]:
    """What a file says that it did not say when it was made, or no more. Diagnostics: PK54, PK55."""
    changes = _compare([text for _, text in made.texts], [text for _, text in found.texts])
    for before, after in changes[:_MOST]:
        place, _ = found.texts[after[0]] if after else made.texts[before[0]]
        old, new = _narrow(_join(made.texts, before), _join(found.texts, after))
        yield Diagnostic("PK54", Span(name, place=_read_place(name, place)), {"before": old, "after": new})
    if len(changes) > _MOST:
        yield Diagnostic("PK54", Span(name), {"before": "…", "after": f"… (+ {len(changes) - _MOST})"})
    yield from _compare_structures(name, made.structure, found.structure)


def _compare_structures(
    name: str, made: Mapping[str, Sequence[str]], found: Mapping[str, Sequence[str]]
) -> Iterator[Diagnostic]:
    for kind in dict.fromkeys((*made, *found)):
        before, after = made.get(kind, ()), found.get(kind, ())
        if tuple(before) != tuple(after):
            ((olds, news), *_) = _compare(before, after)
            old, new = _narrow(" | ".join(before[i] for i in olds), " | ".join(after[i] for i in news))
            counted = {"old": len(before), "new": len(after), "before": old, "after": new}
            yield Diagnostic("PK55", Span(name), {"what": Term(f"made_{kind}"), **counted})


def _join(texts: Sequence[tuple[str, str]], indexes: Sequence[int]) -> str:
    return " | ".join(texts[index][1] for index in indexes)


def _narrow(old: str, new: str) -> tuple[str, str]:
    """Both where they differ, with a little around it; a dash for nothing."""
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    start = max(0, start - 20)
    cut = ["…" * (start > 0) + text[start : start + _SHOWN] + "…" * (len(text) > start + _SHOWN) for text in (old, new)]
    return (cut[0] if old else "—"), (cut[1] if new else "—")


Change = tuple[Sequence[int], Sequence[int]]
"""Which of the texts before have become which of those after."""


def _compare(before: Sequence[str], after: Sequence[str]) -> list[Change]:
    """Where two lists differ; of equal lengths what stands at the same position belongs together."""
    first = 0
    while first < min(len(before), len(after)) and before[first] == after[first]:
        first += 1
    last = 0
    while last < min(len(before), len(after)) - first and before[-1 - last] == after[-1 - last]:
        last += 1
    olds, news = range(first, len(before) - last), range(first, len(after) - last)
    if not olds and not news:
        return []
    if len(olds) == len(news):
        changed = [n for n in range(len(olds)) if before[first + n] != after[first + n]]
        if len(changed) <= _MOST:
            return [(olds[n : n + 1], news[n : n + 1]) for n in changed]
    if max(len(olds), len(news)) > _LONGEST_SEARCH:
        return [(olds[:1], news[:1])]
    matcher = SequenceMatcher(None, before[first : olds.stop], after[first : news.stop], autojunk=False)
    found: list[Change] = []
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "replace" and b - a == d - c:
            found += [(olds[a + n : a + n + 1], news[c + n : c + n + 1]) for n in range(b - a)]
        elif kind != "equal":
            found.append((olds[a:b], news[c:d]))
    return found


def _read_place(name: str, place: str) -> Place:
    """A place as it was written, in its parts."""
    if name.endswith(".pdf"):
        return (("page", place),)
    if name.endswith(".xlsx"):
        sheet, _, cell = place.rpartition(" ")
        return (("sheet", sheet), ("cell", cell))
    found = re.fullmatch(r"(\S+) (\d+)", place)
    return (("part", found[1]), ("paragraph", found[2])) if found else (("part", place),)
