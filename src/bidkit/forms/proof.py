"""proof that a filled form is the buyer's: every character and format outside the blanks, all structure, all else."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import NamedTuple

from lxml import etree

from bidkit.forms.embedding import find_region
from bidkit.forms.filling import PAGE, Changes, Edit, list_edits
from bidkit.forms.flow import OBJECT, read_atoms, read_text
from bidkit.ooxml.opc import parse_xml, read_package
from bidkit.ooxml.tree import q

_W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
_OURS = (
    *(q(name) for name in ("showingPlcHdr", "dataBinding", "checked", "proofErr", "bookmarkStart", "bookmarkEnd")),
    f"{_W14}checked",
)
"""What changes where a control is filled, a box is ticked or a row copied; the text that shows it is compared."""
_AROUND = 40
_BODY = "word/document.xml"
_AROUND_TEXT = tuple(q(name) for name in ("tbl", "tr", "tc", "txbxContent", "p"))


class Difference(NamedTuple):
    """What differs: where, and both sides."""

    part: str
    place: tuple[tuple[str, str], ...]
    before: str
    after: str


class _Char(NamedTuple):
    """A character and its format; None stands for any."""

    char: str
    format: str | None


class _Paragraph(NamedTuple):
    """A paragraph as it must be or is: its characters, and all of it but its text."""

    chars: list[_Char]
    rest: str

    @property
    def text(self) -> str:
        return "".join(item.char for item in self.chars)


def prove_form(
    original: Mapping[str, bytes], filled: Mapping[str, bytes], changes: Mapping[str, Changes]
) -> Iterator[Difference]:
    """All that differs between a form and the filled one but for its changes, and every change that is not there.

    Raises etree.XMLSyntaxError and ValueError as `opc.parse_xml`.
    """
    if {*original} != {*filled}:
        lost, new = (sorted({*one} - {*two}) for one, two in ((original, filled), (filled, original)))
        yield Difference("", (), ", ".join(lost) or "…", ", ".join(new) or "…")
    for part in (name for name in original if name in filled):
        if part in changes:
            yield from _compare(part, parse_xml(original[part]), parse_xml(filled[part]), changes[part])
        elif original[part] != filled[part]:
            yield from _compare_others(part, original[part], filled[part])


def _compare_others(part: str, before: bytes, after: bytes) -> Iterator[Difference]:
    """Two parts that must be the same; of parts with text, where it differs."""
    found = []
    if part.startswith("word/") and part.endswith(".xml"):
        found = [*_compare(part, parse_xml(before), parse_xml(after), Changes())]
    yield from found or [Difference(part, (), f"{len(before)} bytes", f"{len(after)} other bytes")]


def _compare(part: str, old: etree._Element, new: etree._Element, changes: Changes) -> Iterator[Difference]:
    expected, actual = _expect(old, changes), [_read(paragraph) for paragraph in new.iter(q("p"))]
    found = False
    for number, (one, two) in enumerate(zip(expected, actual, strict=False), 1):
        place = _differ(one.chars, two.chars)
        if place is not None:
            found = True
            yield Difference(part, (("paragraph", str(number)),), *_show(one, two, place))
        elif one.rest != two.rest:
            found = True
            yield Difference(part, (("paragraph", str(number)),), _cut_rest(one.rest, two.rest), two.text[:_AROUND])
        if found and len(expected) != len(actual):
            break  # what follows has only moved
    if len(expected) != len(actual) and not found:
        longer = expected if len(expected) > len(actual) else actual
        text = longer[min(len(expected), len(actual))].text
        sides = (text, "…") if longer is expected else ("…", text)
        yield Difference(part, (), *sides)
    elif not found:
        yield from _compare_structure(part, old, new, changes)


def _expect(root: etree._Element, changes: Changes) -> list[_Paragraph]:
    """The paragraphs that a filled part must have."""
    paragraphs = list(root.iter(q("p")))
    by_paragraph: dict[int, list[Edit]] = {}
    for edit in list_edits(paragraphs, changes.edits):
        by_paragraph.setdefault(edit.paragraph, []).append(edit)
    plain = [_read(paragraph) for paragraph in paragraphs]
    made = [_edit(item, by_paragraph.get(number, ())) for number, item in enumerate(plain, 1)]
    rows = list(root.iter(q("tr")))
    numbers = {paragraph: number for number, paragraph in enumerate(paragraphs)}
    for growth in sorted(changes.growths, key=lambda item: item.behind, reverse=True):
        own = [plain[numbers[item]] for item in rows[growth.model - 1].iter(q("p"))]
        at = max(numbers[item] for item in rows[growth.behind - 1].iter(q("p"))) + 1
        made[at:at] = [
            _edit(item, [edit for edit in edits if edit.paragraph == number])
            for edits in growth.rows
            for number, item in enumerate(own, 1)
        ]
    return made


def _edit(paragraph: _Paragraph, edits: Sequence[Edit]) -> _Paragraph:
    chars = list(paragraph.chars)
    for edit in sorted(edits, key=lambda item: (item.start, item.end), reverse=True):
        chars[edit.start : edit.end] = [_Char(char, None) for char in edit.text]
    return _Paragraph(chars, paragraph.rest)


def _read(paragraph: etree._Element) -> _Paragraph:
    formats: dict[etree._Element, str] = {}
    chars = []
    for atom in read_atoms(paragraph):
        run = atom.run
        if run not in formats:
            properties = run.find(q("rPr"))
            formats[run] = "" if properties is None else _canonical(properties)
        chars.append(_Char(atom.char, formats[run]))
    return _Paragraph(chars, _describe_rest(paragraph))


def _describe_rest(paragraph: etree._Element) -> str:
    """A paragraph without its own text, and without that of text boxes, which are paragraphs of their own."""
    whole = copy.deepcopy(paragraph)
    whole.tail = None
    for atom in read_atoms(whole):
        holder = atom.element.getparent()
        if holder is not None and atom.char != OBJECT and atom.element.tag != q("fldChar"):
            holder.remove(atom.element)
    for run in [*whole.iter(q("r"))]:
        if all(child.tag == q("rPr") for child in run):
            run.getparent().remove(run)  # type: ignore[union-attr]
    return _strip(whole)


def _strip(element: etree._Element) -> str:
    """An element as text without paragraphs in it, and without what filling itself changes."""
    for inner in [item for item in element.iter(q("p")) if item is not element]:
        if (holder := inner.getparent()) is not None:
            holder.replace(inner, etree.Element("p"))
    for item in [*element.iter(*_OURS)]:
        if (holder := item.getparent()) is not None:
            holder.remove(item)
    for item in element.iter(q("p"), q("tr")):
        for name in [key for key in item.attrib if str(key).startswith(_W14)]:
            del item.attrib[name]
    return _canonical(element)


def _canonical(element: etree._Element) -> str:
    return re.sub(
        r' xmlns(:\w+)?="[^"]*"', "", etree.tostring(element, method="c14n", exclusive=True, with_tail=False).decode()
    )


def _differ(expected: Sequence[_Char], actual: Sequence[_Char]) -> int | None:
    """The first character that differs, if one does."""
    for place, (one, two) in enumerate(zip(expected, actual, strict=False)):
        if one.char != two.char or (one.format is not None and one.format != two.format):
            return place
    return None if len(expected) == len(actual) else min(len(expected), len(actual))


def _show(one: _Paragraph, two: _Paragraph, place: int) -> tuple[str, str]:
    """Both sides of a difference: their texts, or what differs of the format where the texts are the same."""
    if one.text != two.text:
        return _cut(one.text, place), _cut(two.text, place)
    before, after = one.chars[place].format or "", two.chars[place].format or ""
    return _cut_rest(before, after) or "…", _cut_rest(after, before) or "…"


def _cut(text: str, place: int) -> str:
    return text[max(0, place - _AROUND // 2) : place + _AROUND]


def _cut_rest(before: str, after: str) -> str:
    place = next((n for n, (one, two) in enumerate(zip(before, after, strict=False)) if one != two), 0)
    return before[max(0, place - 10) : place + _AROUND]


def _compare_structure(part: str, old: etree._Element, new: etree._Element, changes: Changes) -> Iterator[Difference]:
    """Tables, sections and whatever else stands around paragraphs; rows that were added are like their model."""
    rows = list(new.iter(q("tr")))
    models = (
        {number: _strip(copy.deepcopy(row)) for number, row in enumerate(old.iter(q("tr")), 1)}
        if changes.growths
        else {}
    )
    added = 0
    for growth in sorted(changes.growths, key=lambda item: item.behind):
        for row in rows[growth.behind + added : growth.behind + added + len(growth.rows)]:
            own = _strip(copy.deepcopy(row))
            if own != models[growth.model]:
                yield Difference(part, (), models[growth.model][:_AROUND], own[:_AROUND])
            row.getparent().remove(row)  # type: ignore[union-attr]
        added += len(growth.rows)
    one, two = _strip(copy.deepcopy(old)), _strip(copy.deepcopy(new))
    if one != two:
        yield Difference(part, (), _cut_rest(one, two), _cut_rest(two, one))


def prove_part(filled: Mapping[str, bytes], volume: Mapping[str, bytes], bookmark: str) -> Iterator[Difference]:
    """All that differs between the body of a filled form and the range of a volume in which it stands.

    Raises etree.XMLSyntaxError and ValueError as `opc.parse_xml`.
    """
    body = parse_xml(filled[_BODY]).find(q("body"))
    own = [] if body is None else [item for item in body if item.tag != q("sectPr")]
    there = [*find_region(parse_xml(volume[_BODY]), bookmark)]
    expected, actual = ([*_outline(elements)] for elements in (own, there))
    for one, two in zip_longest(expected, actual, fillvalue=("", "…")):
        if one[0] != two[0] or not _says(two[1], one[1]):
            yield Difference("", (("paragraph", one[0] or two[0]),), *_sides(one, two))
            return


def _says(actual: str, expected: str) -> bool:
    """Whether a text is as expected, any page standing where only the volume knows it."""
    return actual == expected or (
        PAGE in expected
        and re.fullmatch(f"{OBJECT}?[^\n]{{0,60}}".join(map(re.escape, expected.split(PAGE))), actual) is not None
    )


def _outline(elements: Sequence[etree._Element]) -> Iterator[tuple[str, str]]:
    """The paragraphs of some elements: which table, row and cell each stands in, and what it says."""
    counts: dict[tuple[etree._Element | None, str], int] = {}
    at: dict[etree._Element, str] = {}
    for element in elements:
        for item in element.iter(*_AROUND_TEXT):
            holder, name = next(item.iterancestors(*_AROUND_TEXT), None), etree.QName(item).localname
            counts[holder, name] = counts.get((holder, name), 0) + 1
            inside = f"{at[holder]} " if holder is not None else ""
            at[item] = f"{inside}{name} {counts[holder, name]}"
            if item.tag == q("p"):
                yield at[item], read_text(item)


def _sides(one: tuple[str, str], two: tuple[str, str]) -> tuple[str, str]:
    """Both sides of a difference: of the texts, or of where these stand."""
    if one[1] == two[1]:
        return one[0], two[0]
    place = next((n for n, (x, y) in enumerate(zip(one[1], two[1], strict=False)) if x != y), 0)
    return _cut(one[1], place), _cut(two[1], place)


def find_numbers(volume: bytes, bookmark: str) -> set[int]:
    """The paragraphs of a volume in the range of a form, counted from 1 over the document."""
    package, _ = read_package(volume, "")
    if package is None:
        return set()
    root = parse_xml(package[_BODY])
    inside = {item for element in find_region(root, bookmark) for item in element.iter(q("p"))}
    return {number for number, item in enumerate(root.iter(q("p")), 1) if item in inside}


def find_texts(parts: Mapping[str, bytes], part: str) -> list[str]:
    """The texts of the paragraphs of a part that say something."""
    return [text for text in map(read_text, parse_xml(parts[part]).iter(q("p"))) if text.strip()]
