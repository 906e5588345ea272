"""cross-references: what a field that points at a bookmark shows, found once everything has its place.

PAGEREF   the page, left open until pages are known
place     a value that prints a PAGEREF; of a bookmark that is not in this document, it is left open for another one's
REF       the text that the bookmark encloses; with \\n, \\r, \\w the number of its paragraph
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from lxml import etree

from bidkit.diagnostic import Diagnostic, Span, Term
from bidkit.ooxml.fields import Field, Heading, find_fields, make_field, split_instruction
from bidkit.ooxml.pages import Place
from bidkit.ooxml.targets import SLOT, SLOT_OP, Targets, read_text
from bidkit.ooxml.tree import q, replace_by_text, set_text
from bidkit.ooxml.values import escape_text, mark, run_text

_TAG = re.compile(r"\{\{.*?\}\}")
_NUMBERS = ("\\n", "\\r", "\\w")
_LOOKS = ("MERGEFORMAT", "CHARFORMAT", "ARABIC")


@dataclass(frozen=True)
class Reference:
    """What points at a bookmark, among the pieces of a part.

    Args:
        number: its place among all references of the document.
        kind: `page`, `text`, `number`, `full` (with the numbers of the levels above), or `label`: a whole field that
            shows the number of a heading, or else the text that the bookmark encloses; `link` shows nothing; `place`:
            what `place` says, a page in words.
    """

    number: int
    name: str
    kind: str
    span: Span | None
    place: Place | None = None

    @property
    def is_void(self) -> bool:
        """Whether it names a chapter that is found nowhere: it shows nothing."""
        return self.place is not None and bool(self.place.chapter) and not self.name

    @property
    def slot(self) -> str:
        """What stands for it in a part's text until it is known what it shows."""
        return mark(SLOT_OP, self.number)


def read_reference(instruction: str) -> tuple[str, str] | None:
    """Name and kind of what a REF or PAGEREF field points at; None if it shows what is not known here."""
    words = split_instruction(instruction)
    looks = [n for n, word in enumerate(words) if n and words[n - 1] == "\\*" and word.upper() in _LOOKS]
    switches = [word.lower() for n, word in enumerate(words) if n > 1 and n not in looks and n + 1 not in looks]
    numbers = [word for word in switches if word in _NUMBERS]
    is_page = bool(words) and words[0].upper() == "PAGEREF"
    if len(words) < 2 or set(switches) - {"\\h", *([] if is_page else numbers)} or len(numbers) > 1:
        return None
    if is_page or not numbers:
        return words[1], "page" if is_page else "text"
    return words[1], "number" if numbers == ["\\n"] else "full"


def mark_references(paragraph: etree._Element, first: int | None) -> tuple[int, str]:
    """REF and PAGEREF fields get their result when rendered.

    Args:
        first: the number of the first one; None for fields of a value, whose place is that of the tag that prints it.

    Returns:
        How many there are, and the instruction of one whose result is not known here, or nothing.
    """
    count, refused = 0, ""
    for found, end in find_fields(paragraph):
        code = _TAG.sub("x", found.instruction)  # what a tag will print is one word
        words = split_instruction(code)
        if not found.codes or len(words) < 2 or words[0].upper() not in ("REF", "PAGEREF"):
            continue
        if read_reference(code) is None:
            refused = found.instruction.strip()
            continue
        place = "" if first is None else first + count
        _set_result(found, end, mark("p", f"{place}|{found.instruction}"))
        count += 1
    return count, refused


def _set_result(found: Field, end: etree._Element, text: str) -> None:
    """A field whose instruction is one text and whose result another."""
    set_text(found.codes[0], found.instruction)
    for code in found.codes[1:]:
        replace_by_text(code, "")
    shown = next((run for run in found.results if run.find(q("t")) is not None), None)
    for run in found.results:
        if run is not shown:
            replace_by_text(run, "")
    if shown is None:
        shown, look = etree.Element(q("r")), end.find(q("rPr"))
        if look is not None:
            shown.append(copy.deepcopy(look))
        etree.SubElement(shown, q("t"))
        end.addprevious(shown)
        if found.separate is None:
            shown.addprevious(separate := etree.Element(q("r")))
            etree.SubElement(separate, q("fldChar")).set(q("fldCharType"), "separate")
    for child in list(shown):
        if child.tag not in (q("rPr"), q("t")) or (child.tag == q("t") and child is not shown.find(q("t"))):
            shown.remove(child)
    inside = shown.find(q("t"))
    assert inside is not None
    set_text(inside, text)


def fold_chapter(words: str) -> str:
    """The name of a chapter without the difference of blanks and capitals."""
    return "".join(words.split()).casefold()


def index_chapters(headings: Iterable[Heading]) -> Mapping[str, list[str]]:
    """The bookmarks of the headings by what they read, folded, with their number and without it."""
    found: dict[str, list[str]] = {}
    for heading in headings:
        for words in {fold_chapter(heading.text), fold_chapter(heading.label)}:
            found.setdefault(words, []).append(heading.bookmark)
    return found


@dataclass
class Resolver:
    """References and what they show, in a document put together.

    Args:
        references: in the order of their slots in the parts of `targets`.
        headings: by bookmark.
        open: the places that are not in this document.
    """

    references: list[Reference]
    targets: Targets
    headings: Mapping[str, Heading]
    open: list[Reference] = field(default_factory=list)
    problems: list[Diagnostic] = field(default_factory=list)
    _shown: dict[int, str] = field(default_factory=dict)

    def print_all(self) -> dict[int, str]:
        """The XML of each reference but those to pages, by number. Notes TP12 and TP17 in `problems`."""
        out = {}
        chapters = index_chapters(self.headings.values())
        for number, reference in enumerate(self.references[:]):
            if reference.place is not None and reference.place.chapter:
                found = chapters.get(fold_chapter(reference.place.chapter), [])
                name = found[0] if len(found) == 1 else ""
                reference = replace(reference, name=name, place=replace(reference.place, name=name))
                self.references[number] = reference
                if len(found) > 1:
                    out[number] = ""
                    continue
            is_here = reference.name in self.targets.ranges
            if reference.place is not None:
                if is_here:
                    out[number] = reference.place.in_this_document(self.refer_to_page(reference).slot)
                else:
                    self.open.append(reference)
            elif not is_here:
                self.problems.append(Diagnostic("TP12", reference.span, {"name": reference.name}))
                out[number] = ""
            elif reference.kind != "page":
                out[number] = self.print(number)
                if not out[number] and reference.kind != "link":
                    is_number = reference.kind in ("number", "full")
                    values = {"name": reference.name, "reason": Term("no_number" if is_number else "no_text")}
                    self.problems.append(Diagnostic("TP17", reference.span, values))
        return out

    def refer_to_page(self, reference: Reference) -> Reference:
        """A reference to the page of the same bookmark."""
        self.references.append(Reference(len(self.references), reference.name, "page", reference.span))
        return self.references[-1]

    def print(self, number: int) -> str:
        """A reference as XML: text for a field's result, or a whole field; nothing if it has nothing to show."""
        reference = self.references[number]
        shown = self.show(number)
        if not shown or reference.kind != "label":
            return run_text(shown)
        by_number = " \\r" if self.number_of(reference) else ""
        return make_field(f"REF {reference.name}{by_number} \\h", escape_text(shown))

    def show(self, number: int) -> str:
        """The words of a reference; nothing for a page, and for one that leads to itself."""
        if number not in self._shown:
            self._shown[number] = ""
            reference = self.references[number]
            if reference.kind not in ("page", "link", "place"):
                by_number = self.number_of(reference) if reference.kind != "text" else ""
                is_text = reference.kind == "text" or (reference.kind == "label" and not by_number)
                self._shown[number] = self.enclosed(reference.name) if is_text else by_number
        return self._shown[number]

    def number_of(self, reference: Reference) -> str:
        """The number of the paragraph in which a bookmark begins, if that is a heading's; without a full stop."""
        paragraph = self.targets.paragraph_at(reference.name)
        heading = next(
            (self.headings[name] for name in self.targets.names_in(paragraph) if name in self.headings), None
        )
        if heading is None:
            return ""
        return (heading.number if reference.kind == "number" else heading.full).rstrip(".")

    def enclosed(self, name: str) -> str:
        """The words that a bookmark encloses; nothing if they are of several paragraphs, or not known yet."""
        first, *others = self.targets.inside(name).split("</w:p>")
        if any(self.words(other) for other in others):
            return ""
        if any(self.references[int(slot)].kind in ("page", "place") for slot in SLOT.findall(first)):
            return ""
        return self.words(first)

    def words(self, xml: str) -> str:
        """The text that XML shows, with that of the references in it."""
        return SLOT.sub(lambda found: self.show(int(found.group(1))), read_text(xml))
