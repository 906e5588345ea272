"""contents, captions, references, page numbers: what Word would compute, computed here.

While a part is put together, headings open and close, and sequence fields ask for their number. The numbers are those
that Word gives when it updates the fields: from the template's multilevel list, counted in document order.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from lxml import etree

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
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

    @property
    def label(self) -> str:
        """Number and text, as a PDF outline shows them."""
        return f"{self.number} {self.text}".strip()


@dataclass
class Numbering:
    """The running numbers of one document: headings by level, captions by sequence."""

    levels: dict[int, ListLevel]
    headings: list[Heading] = field(default_factory=list)
    _counts: dict[int, int] = field(default_factory=dict)
    _sequences: dict[str, int] = field(default_factory=dict)

    def add_heading(self, level: int, text: str, is_numbered: bool) -> Heading | None:
        """Count a heading and give it its number and bookmark; one without text is counted but not listed."""
        number = self._count(level) if is_numbered and level in self.levels else ""
        if not text:
            return None
        heading = Heading(level, number, text, f"_Toc{len(self.headings) + 1:08d}")
        self.headings.append(heading)
        return heading

    def next_in(self, sequence: str) -> int:
        """The next number of a SEQ field; captions are counted through the whole document."""
        self._sequences[sequence] = self._sequences.get(sequence, 0) + 1
        return self._sequences[sequence]

    def _count(self, level: int) -> str:
        self._counts[level] = self._counts.get(level, self.levels[level].start - 1) + 1
        for deeper in [known for known in self._counts if known > level]:
            del self._counts[deeper]
        return self._format(level)

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
    return str(number)


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
    for style in styles.iter(f"{{{W}}}style"):
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
    abstract = numbering.find(f"{{{W}}}num[@{{{W}}}numId='{num_id}']/{{{W}}}abstractNumId")
    if abstract is None:
        return None
    path = (
        f"{{{W}}}abstractNum[@{{{W}}}abstractNumId='{abstract.get(f'{{{W}}}val')}']/{{{W}}}lvl[@{{{W}}}ilvl='{index}']"
    )
    level = numbering.find(path)
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
        f'{run}<w:instrText xml:space="preserve"> {escape(instruction)} </w:instrText></w:r>'
        f'{run}<w:fldChar w:fldCharType="separate"/></w:r>'
        f"{run}<w:t>{result}</w:t></w:r>"
        f'{run}<w:fldChar w:fldCharType="end"/></w:r>'
    )


def make_contents(
    headings: Sequence[Heading],
    pages: Sequence[int] | None,
    styles: Sequence[str],
    instruction: str,
    *,
    is_layout_copy: bool = False,
) -> str:
    """The paragraphs of a table of contents: a link for each heading, and its page where pages are known.

    Args:
        pages: the page of each heading, in order; None if no layout engine was there.
        styles: the ids of the styles toc 1, toc 2, …: as many levels as the contents show.
        instruction: the TOC field's own instruction.
        is_layout_copy: for laying out: no TOC field around, pages as plain PAGEREF fields.
    """
    shown = [(place, heading) for place, heading in enumerate(headings) if heading.level <= len(styles)]
    if not shown:
        return f'<w:p><w:pPr><w:pStyle w:val="{styles[0]}"/></w:pPr></w:p>'
    paragraphs = []
    for position, (place, heading) in enumerate(shown):
        begin = end = ""
        if not is_layout_copy:
            begin = _toc_begin(instruction) if position == 0 else ""
            end = '<w:r><w:fldChar w:fldCharType="end"/></w:r>' if position == len(shown) - 1 else ""
        number = f'<w:r><w:t xml:space="preserve">{escape(heading.number)} </w:t></w:r>' if heading.number else ""
        page = ""
        if pages is not None or is_layout_copy:
            result = str(pages[place]) if pages is not None else "000"
            page = "<w:r><w:tab/></w:r>" + make_field(f"PAGEREF {heading.bookmark} \\h", result)
        paragraphs.append(
            f'<w:p><w:pPr><w:pStyle w:val="{styles[heading.level - 1]}"/></w:pPr>{begin}'
            f'<w:hyperlink w:anchor="{heading.bookmark}" w:history="1">{number}'
            f'<w:r><w:t xml:space="preserve">{escape(heading.text)}</w:t></w:r>{page}</w:hyperlink>{end}</w:p>'
        )
    return "".join(paragraphs)


def _toc_begin(instruction: str) -> str:
    return (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        f'<w:r><w:instrText xml:space="preserve">{escape(instruction)}</w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
    )
