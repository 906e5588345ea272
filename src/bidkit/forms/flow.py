"""the text of a paragraph, character by character: which element holds each, and how a stretch of it is exchanged."""

from __future__ import annotations

import copy
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from lxml import etree

from bidkit.ooxml.tree import q, set_text

OBJECT = "\ufffc"
"""What stands for whatever is seen and is no text: a picture, the beginning of a field, a footnote's number."""
BOX, TICKED = "□", "☑"
_W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
_PLAIN = {q("tab"): "\t", q("br"): "\n", q("cr"): "\n", q("noBreakHyphen"): "‑"}
_OBJECTS = frozenset(q(name) for name in ("drawing", "pict", "object", "footnoteReference", "endnoteReference"))
_TEXTS = (q("t"), q("sym"), q("fldChar"), *_PLAIN, *_OBJECTS)
_OUTSIDE = tuple(q(name) for name in ("p", "pPr", "rPr", "del", "moveFrom"))
_SYMBOLS = {
    **{("wingdings", code): BOX for code in ("A8", "6F")},
    **{("wingdings", code): TICKED for code in ("FE", "FC")},
    **{("wingdings 2", code): BOX for code in ("A3", "30")},
    ("wingdings 2", "52"): TICKED,
}


@dataclass(frozen=True, slots=True)
class Atom:
    """A character and the element that holds it; `index` counts inside of a `w:t`."""

    char: str
    element: etree._Element
    index: int = 0

    @property
    def run(self) -> etree._Element:
        """The run that it stands in."""
        return next(self.element.iterancestors(q("r")))


def read_atoms(paragraph: etree._Element) -> list[Atom]:
    """The characters of a paragraph, without those of text boxes in it and of what is deleted."""
    return [atom for element in paragraph.iter(*_TEXTS) if _is_own(element, paragraph) for atom in _read(element)]


def read_text(paragraph: etree._Element) -> str:
    """The same as a text."""
    return "".join(atom.char for atom in read_atoms(paragraph))


def _is_own(element: etree._Element, paragraph: etree._Element) -> bool:
    return next(element.iterancestors(_OUTSIDE), None) is paragraph


def _read(element: etree._Element) -> Iterator[Atom]:
    if element.tag == q("t"):
        yield from (Atom(char, element, index) for index, char in enumerate(element.text or ""))
    elif element.tag == q("sym"):
        font, char = element.get(q("font"), "").lower(), element.get(q("char"), "").upper()
        yield Atom(_SYMBOLS.get((font, char[-2:]), OBJECT), element)
    elif element.tag == q("fldChar"):
        if element.get(q("fldCharType")) == "begin":
            yield Atom(_read_field(element), element)
    elif element.tag == q("br") and element.get(q("type"), "textWrapping") != "textWrapping":
        yield Atom(OBJECT, element)  # it ends a page or a column
    else:
        yield Atom(_PLAIN.get(element.tag, OBJECT), element)


def _read_field(begin: etree._Element) -> str:
    box = begin.find(f"{q('ffData')}/{q('checkBox')}")
    if box is None:
        return OBJECT
    checked = box.find(q("checked"))
    state = checked if checked is not None else box.find(q("default"))
    return TICKED if state is not None and state.get(q("val"), "1") in ("1", "true", "on") else BOX


def is_underlined(run: etree._Element, styles: Collection[str] = ()) -> bool:
    """Whether a run is underlined, by itself or by one of the character styles that are."""
    line = run.find(f"{q('rPr')}/{q('u')}")
    if line is not None:
        return line.get(q("val"), "single") != "none"
    style = run.find(f"{q('rPr')}/{q('rStyle')}")
    return style is not None and style.get(q("val"), "") in styles


def exchange(paragraph: etree._Element, start: int, end: int, text: str, *, is_drawn: bool = False) -> etree._Element:
    """Put a text in the place of some characters, in the format of the first of them; the run that holds it.

    Where there are none, in the format of what stands before; in an empty paragraph, in that of its mark.

    Args:
        is_drawn: the text is to be underlined, as what it replaces was drawn as a line.
    """
    atoms = read_atoms(paragraph)
    if end == start + 1 and atoms[start].char in (BOX, TICKED) and text in (BOX, TICKED):
        _tick(atoms[start], is_on=text == TICKED)
        return atoms[start].run
    runs = _isolate(paragraph, start, end)
    host = runs[0] if runs else _make_run(paragraph, start)
    for atom in read_atoms(paragraph)[start:end]:
        holder = atom.element.getparent()
        if holder is not None:
            holder.remove(atom.element)
    _write(host, text)
    if is_drawn and text:
        _underline(host)
    for run in runs[1:]:
        if all(child.tag == q("rPr") for child in run):
            run.getparent().remove(run)  # type: ignore[union-attr]
    _free_control(host)
    return host


def _isolate(paragraph: etree._Element, start: int, end: int) -> list[etree._Element]:
    """The runs that hold some characters and no others, cut where they held more."""
    if start == end:
        return []
    _cut(paragraph, start)
    _cut(paragraph, end)
    return list(dict.fromkeys(atom.run for atom in read_atoms(paragraph)[start:end]))


def _cut(paragraph: etree._Element, place: int) -> None:
    """Let a run end before a character."""
    atoms = read_atoms(paragraph)
    if not 0 < place < len(atoms) or atoms[place - 1].run is not atoms[place].run:
        return
    atom, run = atoms[place], atoms[place].run
    second = etree.Element(q("r"), {str(key): str(value) for key, value in run.attrib.items()})
    if (properties := run.find(q("rPr"))) is not None:
        second.append(copy.deepcopy(properties))
    following = list(atom.element.itersiblings())
    if atom.index:
        rest = etree.SubElement(second, q("t"))
        set_text(rest, (atom.element.text or "")[atom.index :])
        set_text(atom.element, (atom.element.text or "")[: atom.index])
        second.extend(following)
    else:
        second.extend([atom.element, *following])
    second.tail, run.tail = run.tail, None
    run.addnext(second)


def _make_run(paragraph: etree._Element, place: int) -> etree._Element:
    """An empty run before a character."""
    _cut(paragraph, place)
    atoms = read_atoms(paragraph)
    made = etree.Element(q("r"))
    if not atoms:
        mark = paragraph.find(f"{q('pPr')}/{q('rPr')}")
        properties = copy.deepcopy(mark)
        for child in [] if properties is None else list(properties):
            if child.tag in (q("ins"), q("del"), q("moveFrom"), q("moveTo")):
                properties.remove(child)  # type: ignore[union-attr]
        holder = next(iter(paragraph.iter(q("sdtContent"))), paragraph)
        holder.append(made)
    else:
        beside = atoms[place - 1] if place else atoms[0]
        properties = copy.deepcopy(beside.run.find(q("rPr")))
        beside.run.addnext(made) if place else beside.run.addprevious(made)
    if properties is not None:
        made.append(properties)
    return made


def _write(run: etree._Element, text: str) -> None:
    """A text in a run, its lines and tabs as Word has them."""
    for line_no, line in enumerate(text.split("\n")):
        if line_no:
            etree.SubElement(run, q("br"))
        for piece_no, piece in enumerate(line.split("\t")):
            if piece_no:
                etree.SubElement(run, q("tab"))
            if piece:
                set_text(etree.SubElement(run, q("t")), piece)


_BEFORE_LINE = tuple(q(name) for name in (
    "rStyle", "rFonts", "b", "bCs", "i", "iCs", "caps", "smallCaps", "strike", "dstrike", "outline", "shadow", "emboss",
    "imprint", "noProof", "snapToGrid", "vanish", "webHidden", "color", "spacing", "w", "kern", "position", "sz",
    "szCs", "highlight"))  # fmt: skip


def _underline(run: etree._Element) -> None:
    properties = run.find(q("rPr"))
    if properties is None:
        properties = etree.Element(q("rPr"))
        run.insert(0, properties)
    if properties.find(q("u")) is None:
        place = sum(child.tag in _BEFORE_LINE for child in properties)
        properties.insert(place, etree.Element(q("u"), {q("val"): "single"}))


def _free_control(run: etree._Element) -> None:
    """A content control that is filled shows no prompt any more, nor what it is bound to."""
    control = next(run.iterancestors(q("sdt")), None)
    settings = control.find(q("sdtPr")) if control is not None else None
    if settings is None:
        return
    prompts = settings.findall(q("showingPlcHdr"))
    for child in [*prompts, *settings.findall(q("dataBinding"))]:
        settings.remove(child)
    style = run.find(f"{q('rPr')}/{q('rStyle')}")
    if prompts and style is not None:
        style.getparent().remove(style)  # type: ignore[union-attr]


def _tick(atom: Atom, *, is_on: bool) -> None:
    """A box ticked, or not, in whatever way it is made."""
    element = atom.element
    if element.tag == q("sym"):
        element.set(q("font"), "Wingdings 2")
        element.set(q("char"), "F052" if is_on else "F0A3")
    elif element.tag == q("fldChar"):
        box = element.find(f"{q('ffData')}/{q('checkBox')}")
        for old in box.findall(q("checked")):  # type: ignore[union-attr]
            box.remove(old)  # type: ignore[union-attr]
        etree.SubElement(box, q("checked"), {q("val"): "1" if is_on else "0"})  # type: ignore[arg-type]
    else:
        text = element.text or ""
        set_text(element, text[: atom.index] + (TICKED if is_on else BOX) + text[atom.index + 1 :])
        control = next(element.iterancestors(q("sdt")), None)
        for state in () if control is None else control.iter(f"{_W14}checked"):
            state.set(f"{_W14}val", "1" if is_on else "0")
