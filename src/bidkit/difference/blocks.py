"""finished files -> blocks of text, paragraphs and rows under their headings, and which of them differ."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from pathlib import PurePosixPath

from lxml import etree

from bidkit.difference.changes import Change, Kind
from bidkit.difference.walking import Place
from bidkit.ooxml import opc
from bidkit.pdf.reading import read_pdf
from bidkit.readback import read_xlsx
from bidkit.source.tables.word import read_document
from bidkit.wording import compare_pairs, count_pairs

Block = tuple[str, str]
"""Where it stands (heading, sheet, page), and its text."""
_LEAST_LIKENESS = 0.4
_MOST_PAIRS = 10_000
_NUMBER = re.compile(r"\d+(\.\d+)* \| ")
"""The number of a row: a row more would change it in all below."""


def read_blocks(name: str, content: bytes) -> list[Block]:
    """The texts of a file from the top down; none of a file that holds no text, or cannot be read.

    Whoever compares two files says first whether their bytes differ, so that nothing hides behind an unsound file.
    """
    suffix = PurePosixPath(name).suffix.lower()
    if suffix == ".docx":
        return list(_read_word(name, content))
    if suffix == ".xlsx":
        return list(_read_rows(name, content))
    if suffix == ".pdf":
        pages = read_pdf(content, name).pages
        return [(str(number), line) for number, page in enumerate(pages, 1) for line in page.text.splitlines() if line]
    if suffix in (".csv", ".txt", ".md", ".json"):
        return [("", line) for line in content.decode("utf-8", "replace").splitlines() if line.strip()]
    return []


def _read_word(name: str, content: bytes) -> Iterator[Block]:
    parts, _ = opc.read_package(content, name)
    if parts is None or "word/document.xml" not in parts or not all(map(_is_sound, parts.items())):
        return
    for passage in read_document(parts, name):
        if isinstance(passage.content, str):
            yield passage.heading, passage.content
        else:
            yield from ((passage.heading, " | ".join(cell.text for cell in row.cells)) for row in passage.content.rows)


def _is_sound(part: tuple[str, bytes]) -> bool:
    """Whether a part can be parsed, if it is XML."""
    name, data = part
    if not name.endswith((".xml", ".rels")):
        return True
    try:
        opc.parse_xml(data)
    except etree.XMLSyntaxError:
        return False
    return True


def _read_rows(name: str, content: bytes) -> Iterator[Block]:
    rows: dict[tuple[str, str], list[str]] = {}
    for (sheet, cell), value in read_xlsx(content, name).cells.items():
        rows.setdefault((sheet, cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")), []).append(str(value))
    for (sheet, _), values in rows.items():
        yield sheet, " | ".join(values)


def read_parts(name: str, content: bytes) -> dict[str, str]:
    """SHA-256 of the parts of an Office file by their names; nothing of another file."""
    parts = opc.read_package(content, name)[0] if name.endswith((".docx", ".xlsx")) else None
    return {part: hashlib.sha256(data).hexdigest() for part, data in parts.items()} if parts else {}


def compare_blocks(old: Sequence[Block], new: Sequence[Block], place: Place) -> Iterator[Change]:
    """The blocks that differ: those that are alike as changed, the others as gone and come, new numbers of rows."""
    one, two = (
        [_NUMBER.sub("", text, count=1) if _NUMBER.match(text) else text for _, text in blocks] for blocks in (old, new)
    )
    numbers: dict[str, tuple[list[str], list[str]]] = {}
    for tag, start, end, first, last in SequenceMatcher(None, one, two, autojunk=False).get_opcodes():
        if tag == "equal":
            for (_, was), (where, now) in zip(old[start:end], new[first:last], strict=True):
                if was != now:
                    known = numbers.setdefault(where, ([], []))
                    known[0].append(was.partition(" | ")[0])
                    known[1].append(now.partition(" | ")[0])
            continue
        for before, after in pair_blocks(old[start:end], new[first:last]):
            where = (after or before or ("", ""))[0]
            here = place.enter(where) if where else place
            kind: Kind = "added" if before is None else "removed" if after is None else "changed"
            yield here.change(kind, where or "text", before and before[1], after and after[1], group="files")
    for where, (was_all, now_all) in numbers.items():
        yield place.enter(where).change("moved", where, ", ".join(was_all), ", ".join(now_all), group="files")


def pair_blocks(old: Sequence[Block], new: Sequence[Block]) -> Iterator[tuple[Block | None, Block | None]]:
    """In order: each old block with the next new one that is like it."""
    counted = [count_pairs(text) for _, text in old], [count_pairs(text) for _, text in new]
    is_small = len(old) * len(new) <= _MOST_PAIRS
    place = 0
    for number, block in enumerate(old):
        likely = range(place, len(new)) if is_small else ()
        score, found = max(((compare_pairs(counted[0][number], counted[1][n]), n) for n in likely), default=(0.0, 0))
        if score < _LEAST_LIKENESS:
            yield block, None
            continue
        for other in new[place:found]:
            yield None, other
        yield block, new[found]
        place = found + 1
    for other in new[place:]:
        yield None, other
