"""what bookmarks enclose once everything has its place, and their names in the copy that is laid out."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from html import unescape

from bidkit.ooxml.values import CLOSE, OPEN

SLOT_OP = "S"
SLOT = re.compile(f"{OPEN}{SLOT_OP}([0-9]+){CLOSE}")
"""What stands in a text for a reference that is not resolved yet."""
_HEADING = re.compile('w:name="(_Toc[0-9]{8})"')
_EDGE = re.compile('<w:bookmark(Start|End) w:id="([0-9]+)"(?: w:name="([^"]*)")?[^>]*>')
_START = re.compile('<w:bookmarkStart w:id="[0-9]+" w:name="([^"]*)"')
_PARAGRAPH = re.compile("<w:p(?: [^>]*)?(?<!/)>")
_PROPERTIES_END = "</w:pPr>"
_WINDOW = 1_000_000
_TEXT = re.compile(f"<w:t(?: [^>]*)?>([^<]*)</w:t>|<w:(br|tab)/>|{SLOT.pattern}")
_CONTROLS = {"br": "\n", "tab": "\t"}
_PAGE_FIELD = re.compile(r'(<w:instrText(?: [^>]*)?>\s*|w:instr="\s*)PAGEREF\b', re.IGNORECASE)
_ALIAS_IDS = 9_000_000


def read_text(xml: str) -> str:
    """The text that XML shows; line breaks, tabs and slots as such."""

    def show(found: re.Match[str]) -> str:
        return found.group() if found.group(3) else found.group(1) or _CONTROLS.get(found.group(2), "")

    return unescape("".join(map(show, _TEXT.finditer(xml))))


def fill_slots(text: str, shown: Mapping[int, str]) -> str:
    """A text with XML for each of these references; the others stay open."""
    return SLOT.sub(lambda found: shown.get(int(found.group(1)), found.group()), text)


@dataclass(frozen=True)
class Targets:
    """The bookmarks of a document: by name the part, the offset where each begins and the one where it ends."""

    parts: Mapping[str, str]
    ranges: Mapping[str, tuple[str, int, int]]

    def inside(self, name: str) -> str:
        """The XML that a bookmark encloses, not always whole elements; nothing if there is no such bookmark."""
        part, start, end = self.ranges.get(name, ("", 0, 0))
        return self.parts[part][start:end] if part else ""

    def paragraph_at(self, name: str) -> str:
        """The XML of the paragraph in which a bookmark begins, of the next one if it begins between two."""
        if name not in self.ranges:
            return ""
        part, at, _ = self.ranges[name]
        text = self.parts[part]
        inside = find_inside(text, at)
        return text[_find_paragraph(text, inside) : text.find("</w:p>", inside)]

    def names_in(self, xml: str) -> list[str]:
        """The names of headings' and captions' bookmarks that begin in a piece of XML."""
        return _HEADING.findall(xml)


def _find_paragraph(text: str, at: int) -> int:
    """Where the paragraph around an offset begins; -1 if none is open there."""
    low = max(0, at - _WINDOW)
    start = max(text.rfind("<w:p>", low, at), text.rfind("<w:p ", low, at))
    return start if start > text.rfind("</w:p>", low, at) else -1


def find_inside(text: str, at: int) -> int:
    """An offset at which a run may stand: this one if it is in a paragraph, else the beginning of the next one.

    LibreOffice takes a bookmark between two paragraphs for one at the end of the first.
    """
    if _find_paragraph(text, at) >= 0:
        return at
    found = _PARAGRAPH.search(text, at)
    if found is None:
        return at
    end = found.end()
    if text.startswith("<w:pPr/>", end):
        return end + len("<w:pPr/>")
    if text.startswith("<w:pPr>", end) or text.startswith("<w:pPr ", end):
        end = text.index(_PROPERTIES_END, end) + len(_PROPERTIES_END)
        while text.startswith("</w:pPrChange>", end):
            end = text.index(_PROPERTIES_END, end) + len(_PROPERTIES_END)
    return end


def insert_bookmarks(text: str, bookmarks: Iterable[tuple[int, int, str]]) -> str:
    """A part with more bookmarks, without extent: for each the offset, the number and the name."""
    out, done = [], 0
    for at, number, name in sorted((find_inside(text, at), number, name) for at, number, name in bookmarks):
        out += [text[done:at], f'<w:bookmarkStart w:id="{number}" w:name="{name}"/><w:bookmarkEnd w:id="{number}"/>']
        done = at
    return "".join([*out, text[done:]])


def find_targets(parts: Mapping[str, str]) -> Targets:
    """The bookmarks of a document's parts."""
    ranges: dict[str, tuple[str, int, int]] = {}
    for part, text in parts.items():
        opened: dict[str, tuple[str, int]] = {}
        for edge in _EDGE.finditer(text):
            kind, number, name = edge.groups()
            if kind == "Start":
                opened[number] = unescape(name or ""), edge.end()
            elif number in opened:
                begun, start = opened.pop(number)
                ranges.setdefault(begun, (part, start, edge.start()))
    return Targets(parts, ranges)


def freeze_pages(text: str) -> str:
    """A part in whose layout each reference to a page shows what is written there.

    LibreOffice computes such a page anew, and gives a roman one as 1; a field that it does not know it leaves alone.
    """
    return _PAGE_FIELD.sub(r"\1PRINTED", text)


def alias(position: int) -> str:
    """The name under which the PDF tells where a bookmark stands; LibreOffice writes `_` and Chinese in a code."""
    return f"bidkit{position}"


def add_aliases(text: str, names: Collection[str]) -> str:
    """A part in which another bookmark, without extent, stands where each of these begins."""
    aliases = {name: position for position, name in enumerate(names)}
    starts = [
        (found.start(), aliases.get(unescape(found.group(1)))) for found in _START.finditer(text if names else "")
    ]
    return insert_bookmarks(text, [(at, _ALIAS_IDS + n, alias(n)) for at, n in starts if n is not None])
