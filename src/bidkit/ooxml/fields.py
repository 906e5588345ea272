"""numbers, captions, fields: what Word would compute, computed here.

While a part is put together, headings open and close, and sequence fields ask for their number. The numbers are those
that Word gives when it updates the fields: from the template's multilevel list, counted in document order.
"""

from __future__ import annotations

import copy
import itertools
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lxml import etree

from bidkit.ooxml.tree import (
    W,
    append_text,
    find_above,
    find_numbered,
    insert_behind,
    prepend_text,
    q,
    replace_by_text,
    set_text,
)
from bidkit.ooxml.values import escape_text, mark

if TYPE_CHECKING:
    from bidkit.ooxml.crossrefs import Reference
    from bidkit.ooxml.pages import Place

_COMPUTED = re.compile(r"\s*(?:SEQ|REF|PAGEREF)\b", re.IGNORECASE)
_LOOK = re.compile(r"\\\* (?:ARABIC|MERGEFORMAT|CHARFORMAT)(?= |$)", re.IGNORECASE)
_WORD = re.compile(r'"([^"]*)"|(\S+)')
_DEPTHS = {"begin": 1, "end": -1}
_FIRST_CAPTION = 50_000_001
_CIRCLED = "".join(chr(ord("①") + n) for n in range(20))
_SIGNS = {
    "decimalEnclosedCircle": _CIRCLED,
    "decimalEnclosedCircleChinese": _CIRCLED,
    "decimalEnclosedParen": "".join(chr(ord("⑴") + n) for n in range(20)),
    "decimalEnclosedFullstop": "".join(chr(ord("⒈") + n) for n in range(20)),
    "ideographTraditional": "甲乙丙丁戊己庚辛壬癸",
    "ideographZodiac": "子丑寅卯辰巳午未申酉戌亥",
}
"""Formats that have a sign for each of the first numbers, and go on in decimal."""
_HAN = "零一二三四五六七八九"
_ROMAN = ((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"),
          (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))  # fmt: skip


@dataclass(frozen=True)
class ListLevel:
    """One level of a multilevel list: number format, text with %1 … %9, first number, legal (all decimal) or not."""

    format: str
    text: str
    start: int
    is_legal: bool
    suffix: str


@dataclass(frozen=True)
class Heading:
    """A heading as it stands in the finished document, with its bookmark."""

    level: int
    number: str
    text: str
    bookmark: str
    full: str = ""
    """The number with those of the levels above that it does not show itself."""

    @property
    def label(self) -> str:
        """Number and text, as a PDF outline shows them."""
        return f"{self.number} {self.text}".strip()


@dataclass(frozen=True)
class Caption:
    """A paragraph with a number of a sequence, with its bookmark."""

    sequence: str
    bookmark: str


@dataclass
class Numbering:
    """The running numbers of one document: headings by level, captions by sequence.

    Args:
        listed: the sequences whose captions stand in a list of their own.
        references: what points at bookmarks, in the order in which parts are put together.
        places: the bookmarks whose pages values have printed.
        unfinished: the bookmarks of headings in whose text a reference stands.
    """

    levels: dict[int, ListLevel]
    listed: frozenset[str] = frozenset()
    headings: list[Heading] = field(default_factory=list)
    captions: list[Caption] = field(default_factory=list)
    references: list[Reference] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    unfinished: set[str] = field(default_factory=set)
    _counts: dict[int, int] = field(default_factory=dict)
    _sequences: dict[str, int] = field(default_factory=dict)

    def add_heading(self, level: int, text: str, is_numbered: bool) -> Heading | None:
        """Count a heading and give it its number and bookmark; one without text is counted but not listed."""
        number = self._count(level) if is_numbered and level in self.levels else ""
        if not text:
            return None
        full = self._chain(level) if number else ""
        heading = Heading(level, number, text, f"_Toc{len(self.headings) + 1:08d}", full)
        self.headings.append(heading)
        return heading

    def add_caption(self, sequence: str) -> Caption:
        """A caption of a listed sequence and its bookmark; `_Toc`, as Word names those that it makes for lists."""
        self.captions.append(Caption(sequence, f"_Toc{_FIRST_CAPTION + len(self.captions):08d}"))
        return self.captions[-1]

    def keep(self, place: Place) -> int:
        """The number by which a mark names a place."""
        self.places.append(place)
        return len(self.places) - 1

    def next_in(self, sequence: str) -> int:
        """The next number of a SEQ field; captions are counted through the whole document."""
        self._sequences[sequence] = self._sequences.get(sequence, 0) + 1
        return self._sequences[sequence]

    def _count(self, level: int) -> str:
        self._counts[level] = self._counts.get(level, self.levels[level].start - 1) + 1
        for deeper in [known for known in self._counts if known > level]:
            del self._counts[deeper]
        return self._format(level)

    def _chain(self, level: int) -> str:
        """A number behind those of the levels above, as far as it does not show them itself."""
        lowest = min((int(digit) for digit in re.findall("%([1-9])", self.levels[level].text)), default=level)
        above = max((known for known in self._counts if known < lowest), default=0)
        return (self._chain(above) if above else "") + self._format(level)

    def _format(self, level: int) -> str:
        rule = self.levels[level]

        def fill(match: re.Match[str]) -> str:
            part = int(match.group(1))
            source = self.levels.get(part, rule)
            count = self._counts.get(part, source.start)
            return format_number("decimal" if rule.is_legal else source.format, count)

        return re.sub(r"%([1-9])", fill, rule.text)


def format_number(kind: str, number: int) -> str:
    """A list number in one of Word's formats (w:numFmt); formats not known here count as decimal."""
    if kind in ("chineseCounting", "chineseCountingThousand", "ideographDigital", "japaneseCounting"):
        return _format_han(number)
    if kind in ("upperRoman", "lowerRoman"):
        text, rest = "", number
        for value, letters in _ROMAN:
            text += letters * (rest // value)
            rest %= value
        return text if kind == "upperRoman" else text.lower()
    if kind in ("upperLetter", "lowerLetter"):
        text = chr(ord("A") + (number - 1) % 26) * ((number - 1) // 26 + 1)
        return text if kind == "upperLetter" else text.lower()
    if kind in _SIGNS and number <= len(_SIGNS[kind]):
        return _SIGNS[kind][number - 1]
    if kind in ("decimalFullWidth", "decimalFullWidth2"):
        return "".join(chr(ord("０") + int(digit)) for digit in str(number))
    if kind == "none":
        return ""
    return f"{number:02}" if kind == "decimalZero" else str(number)


def _format_han(number: int) -> str:
    """一 … 九十九 as Word counts; from one hundred on digit by digit."""
    if number < 10:
        return _HAN[number]
    if number < 100:
        tens, ones = divmod(number, 10)
        return ("" if tens == 1 else _HAN[tens]) + "十" + (_HAN[ones] if ones else "")
    return "".join(_HAN[int(digit)] for digit in str(number))


def read_heading_levels(styles: etree._Element, numbering: etree._Element | None) -> dict[int, ListLevel]:
    """The list levels that the heading styles are numbered by; styles without numbering are left out."""
    found: dict[int, ListLevel] = {}
    if numbering is None:
        return found
    for style in styles.iter(q("style")):
        name = style.find(f"{{{W}}}name")
        match = re.fullmatch("heading ([1-9])", (name.get(f"{{{W}}}val") or "").lower() if name is not None else "")
        number = style.find(f"{{{W}}}pPr/{{{W}}}numPr/{{{W}}}numId")
        if match and number is not None:
            level = style.find(f"{{{W}}}pPr/{{{W}}}numPr/{{{W}}}ilvl")
            index = level.get(f"{{{W}}}val") if level is not None else str(int(match.group(1)) - 1)
            rule = _find_level(numbering, number.get(f"{{{W}}}val") or "", index or "0")
            if rule is not None:
                found[int(match.group(1))] = rule
    return found


def _find_level(numbering: etree._Element, num_id: str, index: str) -> ListLevel | None:
    number = find_numbered(numbering, "num", "numId", num_id)
    named = None if number is None else number.find(q("abstractNumId"))
    abstract = (
        None if named is None else find_numbered(numbering, "abstractNum", "abstractNumId", named.get(q("val"), ""))
    )
    level = None if abstract is None else find_numbered(abstract, "lvl", "ilvl", index)
    if level is None:
        return None

    def value(tag: str, default: str) -> str:
        element = level.find(f"{{{W}}}{tag}")
        return default if element is None else element.get(f"{{{W}}}val", default)

    is_legal = level.find(f"{{{W}}}isLgl") is not None
    return ListLevel(
        value("numFmt", "decimal"), value("lvlText", ""), int(value("start", "1")), is_legal, value("suff", "tab")
    )


def make_field(instruction: str, result: str, run_properties: str = "") -> str:
    """A complex field with its cached result."""
    run = f"<w:r>{run_properties}"
    return (
        f'{run}<w:fldChar w:fldCharType="begin"/></w:r>'
        f'{run}<w:instrText xml:space="preserve"> {escape_text(instruction)} </w:instrText></w:r>'
        f'{run}<w:fldChar w:fldCharType="separate"/></w:r>'
        f"{run}<w:t>{result}</w:t></w:r>"
        f'{run}<w:fldChar w:fldCharType="end"/></w:r>'
    )


@dataclass
class Field:
    """A field of one paragraph: the elements of its instruction, the runs between `separate` and `end`."""

    codes: list[etree._Element] = field(default_factory=list)
    results: list[etree._Element] = field(default_factory=list)
    separate: etree._Element | None = None

    @property
    def instruction(self) -> str:
        """Its instruction, over all its runs."""
        return "".join(code.text or "" for code in self.codes)


def find_fields(paragraph: etree._Element) -> list[tuple[Field, etree._Element]]:
    """Each field that begins and ends in a paragraph, inner ones first, with the run in which it ends."""
    if next(paragraph.iter(q("fldChar")), None) is None:
        return []
    complete: list[tuple[Field, etree._Element]] = []
    opened: list[Field] = []
    for run in [run for run in paragraph.iter(q("r")) if find_above(run, "p") is paragraph]:
        char = run.find(q("fldChar"))
        kind = char.get(q("fldCharType"), "") if char is not None else ""
        around = opened[:-1] if kind in ("separate", "end") else opened
        for outer in around:
            if outer.separate is not None:
                outer.results.append(run)
        if kind == "begin":
            opened.append(Field())
        elif opened and kind == "separate":
            opened[-1].separate = run
        elif opened and kind == "end":
            complete.append((opened.pop(), run))
        elif opened and opened[-1].separate is None:
            opened[-1].codes += run.iter(q("instrText"))
    return complete


def split_instruction(instruction: str) -> list[str]:
    """The words of a field's instruction, without their quotes."""
    return [quoted or word for quoted, word in _WORD.findall(instruction)]


def unfold_fields(root: etree._Element) -> None:
    """Fields written as one element (`w:fldSimple`) or in one run become several runs, as Word writes most of them."""
    for char in list(root.iter(q("fldChar"))):
        run = char.getparent()
        if run is not None:
            _split_run(run)
    for simple in list(root.iter(q("fldSimple"))):
        instruction = simple.get(q("instr"), "")
        if not _COMPUTED.match(instruction):
            continue
        look = simple.find(f"{q('r')}/{q('rPr')}")
        made = [_make_run(look, "fldChar", "begin"), _make_run(look, "instrText", instruction)]
        made += [_make_run(look, "fldChar", "separate"), *simple, _make_run(look, "fldChar", "end")]
        for element in made:
            simple.addprevious(element)
        replace_by_text(simple, "")


def _split_run(run: etree._Element) -> None:
    """Make each thing in a run but the last a run of its own, in the same look."""
    look = run.find(q("rPr"))
    for child in [child for child in run if child is not look][:-1]:
        made = etree.Element(q("r"))
        if look is not None:
            made.append(copy.deepcopy(look))
        made.append(child)
        run.addprevious(made)


def _make_run(look: etree._Element | None, name: str, value: str) -> etree._Element:
    run = etree.Element(q("r"))
    if look is not None:
        run.append(copy.deepcopy(look))
    inside = etree.SubElement(run, q(name))
    if name == "fldChar":
        inside.set(q("fldCharType"), value)
    else:
        set_text(inside, value)
    return run


def mark_sequences(paragraph: etree._Element) -> str | None:
    """SEQ fields get their number when rendered; the instruction of one whose number is not simply the next one."""
    refused, is_caption = None, False
    for found, _ in find_fields(paragraph):
        words, instruction = split_instruction(found.instruction), found.instruction
        texts = [t for run in found.results for t in run.iter(q("t"))]
        if not words or words[0].upper() not in ("SEQ", "STYLEREF") or not texts:
            continue
        if words[0].upper() == "STYLEREF" or _LOOK.sub("", " ".join(words[2:])).strip():
            if words[0].upper() == "SEQ" or "\\s" in words:
                refused = f"{instruction.strip()}: SEQ … \\* ARABIC"
            continue
        texts[0].text = mark("q", words[1])
        is_caption = True
        for extra in texts[1:]:
            extra.text = ""
    if is_caption:
        mark_content(paragraph, mark("f"), mark("F"))
    return refused


def mark_content(paragraph: etree._Element, begin: str, end: str) -> None:
    """Marks at the beginning and the end of what a paragraph holds."""
    properties = paragraph.find(q("pPr"))
    if properties is not None:
        insert_behind(properties, begin)
    else:
        prepend_text(paragraph, begin)
    append_text(paragraph, end)


def remove_field(first: etree._Element, marked: str) -> None:
    """Replace the paragraphs of the field that begins in one by a mark; what stands behind the field's end is kept."""
    depth, members = 0, []
    for paragraph in itertools.chain((first,), first.itersiblings(q("p"))):
        members.append(paragraph)
        depth += sum(_DEPTHS.get(char.get(q("fldCharType"), ""), 0) for char in paragraph.iter(q("fldChar")))
        if depth == 0:
            break
    rest = _behind_field(members[-1])
    for paragraph in members[1:]:
        if paragraph is not rest:
            paragraph.getparent().remove(paragraph)  # type: ignore[union-attr]
    if rest is first:
        first.addprevious(holder := etree.Element(q("p")))
        replace_by_text(holder, marked)
    else:
        replace_by_text(first, marked)


def read_instructions(root: etree._Element) -> list[tuple[etree._Element, str]]:
    """The beginning of each complex field with its instruction, over all its runs."""
    found: list[tuple[etree._Element, str]] = []
    begin: etree._Element | None = None
    texts: list[str] = []
    for element in root.iter(q("instrText"), q("fldChar")):
        if element.tag == q("instrText"):
            texts.append(element.text or "")
            continue
        if begin is not None:
            found.append((begin, "".join(texts)))
        begin, texts = element if element.get(q("fldCharType")) == "begin" else None, []
    return [*found, (begin, "".join(texts))] if begin is not None else found


def _behind_field(paragraph: etree._Element) -> etree._Element | None:
    """The last paragraph of a field without the field, if it holds anything else: text behind it, a section's end."""
    runs = list(paragraph.iter(q("r")))
    ends = [n for n, run in enumerate(runs) if any(c.get(q("fldCharType")) == "end" for c in run.iter(q("fldChar")))]
    behind = runs[ends[-1] + 1 :] if ends else []
    is_section_end = paragraph.find(f"{q('pPr')}/{q('sectPr')}") is not None
    if not is_section_end and not any(text.text for run in behind for text in run.iter(q("t"))):
        return None
    for child in list(paragraph):
        if child.tag != q("pPr") and child not in behind:
            paragraph.remove(child)
    return paragraph
