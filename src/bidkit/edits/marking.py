"""marks put into the texts of a .docx for what stands there besides words, so that one comparison finds all of it.

A mark is `OPEN kind text CLOSE`; that of a paragraph's or a row's look has the number of the look instead.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lxml import etree

from bidkit.edits import things
from bidkit.edits.looks import Looks, Props, read_row
from bidkit.edits.things import M, Part
from bidkit.ooxml import opc
from bidkit.readback.names import R, W

OPEN, CLOSE = "\ue000", "\ue001"
_RESERVED = re.compile(f"[{OPEN}{CLOSE}]")
_LOOK = re.compile(f"{OPEN}look (\\d+){CLOSE}")
_MARK = re.compile(f"{OPEN}((?!struck|hidden)[^{OPEN}{CLOSE}]*){CLOSE}")
_FIELD = re.compile(f"{OPEN}field [^{OPEN}{CLOSE}]*{CLOSE}")
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_COMPUTED = re.compile(r"\s*(TOC|PAGE|PAGEREF|NUMPAGES|SECTIONPAGES|SEQ|REF|DATE|TIME|SAVEDATE|STYLEREF)\b", re.I)
_SWITCH = re.compile(r"\\\*\s*MERGEFORMAT|\\h\b", re.I)
_TO_BOOKMARK = re.compile(r"(PAGEREF|REF|HYPERLINK\s+\\l)\s+\"?([^\s\"\\]+)\"?", re.I)
_CONTENTS = re.compile(r"\s*TOC\b", re.I)
_DRAWN = (f"{W}drawing", f"{W}pict", f"{W}object")
_GONE = (f"{W}del", f"{W}moveFrom")
_BREAKS = (f"{W}br", f"{W}cr", f"{W}tab", f"{W}ptab")
_PROPERTIES = (f"{W}rPr", f"{W}trPr", f"{W}pPr")


@dataclass(frozen=True)
class Look:
    """How a paragraph or a row looks: its properties, and its runs with theirs."""

    props: Props
    runs: tuple[tuple[str, Props], ...] = ()


def make_mark(kind: str, text: str = "") -> str:
    """The mark of a thing."""
    return f"{OPEN}{kind} {things.cut(_RESERVED.sub('', text))}{CLOSE}"


def take_looks(text: str) -> tuple[str, list[int]]:
    """A text without the marks of looks, and their numbers; of struck text that lies together, one mark is left."""
    plain = _LOOK.sub("", text)
    for kind in ("struck", "hidden"):
        plain = plain.replace(f"{CLOSE}{OPEN}{kind} ", "")
    return plain.strip(), [int(number) for number in _LOOK.findall(text)]


def drop_marks(text: str) -> str:
    """A text without marks; what is struck or hidden stays, its mark goes."""
    return _RESERVED.sub("", re.sub(f"{OPEN}(?:struck|hidden) ", "", _MARK.sub("", text)))


def show_marks(text: str) -> str:
    """A text with its marks as people read them; fields only where there is nothing else."""
    plain = _FIELD.sub("", text)
    return (plain if plain.strip() else text).replace(OPEN, "⟦").replace(CLOSE, "⟧")


def show_both(old: str, new: str) -> tuple[str, str]:
    """Two texts with the marks in which they differ."""
    if _MARK.findall(old) == _MARK.findall(new):
        old, new = _MARK.sub("", old), _MARK.sub("", new)
    return old.replace(OPEN, "⟦").replace(CLOSE, "⟧"), new.replace(OPEN, "⟦").replace(CLOSE, "⟧")


class Marker:
    """Puts marks into the trees of a file; `looks` are those that the marks number."""

    def __init__(self, package: Mapping[str, bytes], trees: Mapping[str, etree._Element]) -> None:
        self.package, self.trees, self.styles = package, trees, Looks(trees)
        self.looks: list[Look] = []
        self.bookmarks = dict(_read_bookmarks(trees))

    def mark(self, name: str) -> None:
        """One part of the file."""
        tree = self.trees[name]
        for text in tree.iter(f"{W}t"):
            if text.text and _RESERVED.search(text.text):
                text.text = _RESERVED.sub("\ufffd", text.text)
        _drop(tree)
        part = Part(self.package, opc.read_relationships(self.package, name), self.bookmarks)
        listed = self._mark_fields(tree, part)
        self._mark_things(tree, part, listed)
        for paragraph in tree.iter(f"{W}p"):
            if paragraph not in listed:
                self._mark_paragraph(paragraph, part)
        for row in tree.iter(f"{W}tr"):
            first = next(row.iter(f"{W}p"), None)
            if first is not None:
                self._put(first, Look(read_row(row, self.styles, [*row.iterchildren(f"{W}tc")])))

    def _put(self, paragraph: etree._Element, look: Look) -> None:
        text = etree.SubElement(paragraph, f"{W}t")
        text.text = f"{OPEN}look {len(self.looks)}{CLOSE}"
        self.looks.append(look)

    def _mark_paragraph(self, paragraph: etree._Element, part: Part) -> None:
        props, runs = self.styles.paragraph(paragraph), []
        tags = (f"{W}r", f"{W}br", f"{W}cr", f"{W}tab", f"{W}ptab", *_DRAWN)
        own = [each for each in paragraph.iter(*tags) if next(each.iterancestors(f"{W}p", f"{W}pPr")) is paragraph]
        breaks = Counter(each.get(f"{W}type") or _local(each) for each in own if each.tag in _BREAKS)
        props |= {f"break.{kind}": str(count) for kind, count in breaks.items()}
        drawn = 0
        for run in own:
            if run.tag in _BREAKS:
                continue
            if run.tag != f"{W}r":
                drawn += 1
                props |= {f"drawn{drawn}.{key}": value for key, value in things.describe_looks(run, part) if value}
                continue
            texts = [text for text in run.iterchildren(f"{W}t") if text.text and not text.text.startswith(OPEN)]
            look = self.styles.run(run, paragraph) if texts else {}
            runs.append(("".join(text.text or "" for text in texts), look))
            hidden = "hidden" if "vanish" in look else "struck" if "strike" in look or "dstrike" in look else ""
            for text in texts if hidden else ():
                text.text = f"{OPEN}{hidden} {text.text}{CLOSE}"
        self._put(paragraph, Look(props, tuple(runs)))

    def _mark_things(self, tree: etree._Element, part: Part, listed: set[etree._Element]) -> None:
        for element in [*tree.iter(etree.Element)]:
            for kind, text in self._describe(element, part):
                above = next(element.iterancestors(f"{W}p"), None)
                if above is not None and above not in listed:
                    _insert(element, make_mark(kind, text))
                elif above is None and element.tag in (f"{W}altChunk", f"{W}subDoc"):
                    paragraph = etree.Element(f"{W}p")
                    etree.SubElement(paragraph, f"{W}t").text = make_mark(kind, text)
                    element.addprevious(paragraph)

    def _describe(self, element: etree._Element, part: Part) -> Iterator[tuple[str, str]]:
        """What an element is, in a word, and what it shows."""
        tag = element.tag
        if tag in _DRAWN:
            kind, text = things.describe_drawing(element, part)
            yield from [(kind, text)] if kind else []
        elif tag == f"{M}oMath":
            yield "equation", things.describe_equation(element)
        elif tag == f"{W}hyperlink":
            yield "link", things.describe_link(element, part)
        elif tag in (f"{W}footnoteReference", f"{W}endnoteReference"):
            yield "note", self._read_note(etree.QName(tag).localname, element.get(f"{W}id", ""))
        elif tag == f"{W}sym":
            yield "sign", f"{element.get(f'{W}char', '')} {element.get(f'{W}font', '')}"
        elif tag == f"{W}sdt" and element.find(f"{W}sdtPr/{W}docPartObj") is None:
            yield "control", _read_control(element)
        elif tag in (f"{W}altChunk", f"{W}subDoc"):
            yield "file", things.describe_content(part.content(element.get(f"{R}id", "")))

    def _read_note(self, kind: str, number: str) -> str:
        name = kind.removesuffix("Reference")
        tree = self.trees.get(f"word/{name}s.xml")
        found = (note for note in tree.iter(f"{W}{name}") if note.get(f"{W}id") == number) if tree is not None else ()
        note = next(iter(found), None)
        return "" if note is None else drop_marks("".join(text.text or "" for text in note.iter(f"{W}t")))

    def _mark_fields(self, tree: etree._Element, part: Part) -> set[etree._Element]:
        """Take the results of computed fields out, and mark the fields; the paragraphs of contents are returned."""
        listed: set[etree._Element] = set()
        for simple in [*tree.iter(f"{W}fldSimple")]:
            instruction = simple.get(f"{W}instr", "")
            if _COMPUTED.match(instruction):
                for text in simple.iter(f"{W}t"):
                    text.text = ""
            _insert(simple, make_mark("field", _name_field(instruction, part)))
        fields: list[_Field] = []
        tags = (f"{W}fldChar", f"{W}instrText", f"{W}t", f"{W}tab", f"{W}hyperlink", f"{W}p")
        for element in [*tree.iter(*tags)]:
            if element.tag == f"{W}fldChar":
                _turn(fields, element, part)
            elif element.tag == f"{W}instrText" and fields:
                fields[-1].instruction += element.text or ""
            elif element.tag == f"{W}p" and any(_CONTENTS.match(field.instruction) for field in fields):
                listed.add(element)
            elif element.tag == f"{W}t" and any(field.is_computed for field in fields):
                element.text = ""
            if element.tag == f"{W}instrText" and _CONTENTS.match(fields[-1].instruction if fields else ""):
                listed.update(_find_paragraph(element))
        return listed


def _local(element: etree._Element) -> str:
    return etree.QName(element).localname


def _find_paragraph(element: etree._Element) -> list[etree._Element]:
    """The paragraph that an element stands in."""
    found = next(element.iterancestors(f"{W}p"), None)
    return [] if found is None else [found]


@dataclass
class _Field:
    """A field that is open: where it begins, its instruction, and whether its result has begun."""

    begin: etree._Element
    instruction: str = ""
    has_result: bool = False

    @property
    def is_computed(self) -> bool:
        return self.has_result and _COMPUTED.match(self.instruction) is not None


def _turn(fields: list[_Field], element: etree._Element, part: Part) -> None:
    """Open a field, begin its result, or close it with its mark; a field inside of contents gets none."""
    kind = element.get(f"{W}fldCharType")
    if kind == "begin":
        fields.append(_Field(element))
    elif fields and kind == "separate":
        fields[-1].has_result = True
    elif fields and kind == "end":
        done = fields.pop()
        if not any(_CONTENTS.match(field.instruction) for field in fields):
            _insert(done.begin, make_mark("field", _name_field(done.instruction, part)))


def _name_field(instruction: str, part: Part) -> str:
    plain = " ".join(_SWITCH.sub("", instruction).split())
    if _CONTENTS.match(plain):  # programs write its switches in whatever order
        return " ".join(sorted(plain.split(), key=lambda word: word.strip("\\")))
    return _TO_BOOKMARK.sub(lambda found: f"{found[1]} {things.name_bookmark(found[2], part)}", plain)


def _insert(element: etree._Element, mark: str) -> None:
    text = etree.Element(f"{W}t")
    text.text = mark
    element.addprevious(text)


def _drop(tree: etree._Element) -> None:
    """Take out what is there once more for old programs, and what a tracked change has deleted or moved away."""
    for element in [*tree.iter(_FALLBACK, *_GONE)]:
        parent = element.getparent()
        if parent is not None and not (element.tag in _GONE and parent.tag in _PROPERTIES):
            parent.remove(element)


def _read_bookmarks(trees: Mapping[str, etree._Element]) -> Iterator[tuple[str, str]]:
    for tree in trees.values():
        for start in tree.iter(f"{W}bookmarkStart"):
            above = next(start.iterancestors(f"{W}p"), None)
            texts = above.iter(f"{W}t") if above is not None else ()
            yield start.get(f"{W}name", ""), "".join(text.text or "" for text in texts)


def _read_control(control: etree._Element) -> str:
    """The kind of a content control, its name, and whether it may be changed."""
    properties = control.find(f"{W}sdtPr")
    said = []
    for each in properties if properties is not None else ():
        name = etree.QName(each).localname if isinstance(each.tag, str) else ""
        if name in ("alias", "tag", "lock"):
            said.append(each.get(f"{W}val", ""))
        elif name in ("checkbox", "comboBox", "dropDownList", "date", "picture"):
            said.append(name)
    return " ".join(filter(None, said))
