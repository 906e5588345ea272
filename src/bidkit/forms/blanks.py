"""the blanks of a buyer's form, each with its label, heading and place: the same bytes always have the same ones."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from lxml import etree

from bidkit.forms.flow import Atom, is_underlined, read_atoms, read_text
from bidkit.forms.gaps import SIGNS, Gap, clean, find_gaps, shape_char
from bidkit.forms.grids import GridCell, GridRow, Listing, find_label, find_listings, read_rows
from bidkit.ooxml.opc import parse_xml
from bidkit.ooxml.tree import q

DOCUMENT = "word/document.xml"
_BESIDE = re.compile(r"word/(header|footer|footnotes|endnotes)[^/]*\.xml")
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_HEADING = re.compile(r"(?:heading|标题) ?(\d)|^title$", re.I)
_HINTED = re.compile(r"(?<![_ ])[_ ]*[（(][^（）()]*[）)]")
_LONGEST_HEADING, _LONGEST_ID = 30, 24
PADDING = "\u2063"
"""What stands in a shape for blanks that are none."""


@dataclass(frozen=True)
class Spot:
    """Some characters of a paragraph, counted from 0; paragraphs of a part from 1, wherever they lie.

    Args:
        name: of a choice what is ticked here, of a date `year`, `short` (of two digits), `month` or `day`.
        is_line: it is drawn as a line.
        old: what stands there in the form as the buyer gave it.
    """

    paragraph: int
    start: int
    end: int
    name: str = ""
    is_line: bool = False
    old: str = ""


@dataclass(frozen=True)
class Blank:
    """A place of a form that waits for something.

    Args:
        kind: `text`, `date`, `choice`, `page`, `cell`, `control`.
        around: the text of its paragraph.
        place: where it stands, as in `diagnostic.Span`.
        width: of its cell, in twips; 0 where it is not known.
    """

    id: str
    kind: str
    part: str
    heading: str
    label: str
    hint: str
    after: str
    around: str
    place: tuple[tuple[str, str], ...]
    spots: tuple[Spot, ...]
    width: int = 0

    @property
    def options(self) -> tuple[str, ...]:
        """What may be ticked."""
        return tuple(spot.name for spot in self.spots) if self.kind == "choice" else ()


@dataclass(frozen=True)
class OpenTable:
    """Rows of a form left empty to list things in.

    Args:
        rows: of each row the paragraphs of its cells, the first of each cell.
        elements: the numbers of the first and of the last of its rows, counted over the part.
    """

    id: str
    part: str
    heading: str
    titles: tuple[str, ...]
    place: tuple[tuple[str, str], ...]
    rows: tuple[tuple[Spot, ...], ...]
    elements: tuple[int, int]
    widths: tuple[int, ...] = ()


@dataclass(frozen=True)
class Scan:
    """All that waits in a form."""

    blanks: tuple[Blank, ...]
    tables: tuple[OpenTable, ...]


def scan_form(parts: Mapping[str, bytes]) -> Scan:
    """The blanks of a .docx from the top down, then those of its headers, footers and notes.

    Raises etree.XMLSyntaxError and ValueError as `opc.parse_xml`.
    """
    styles = _Styles(parts)
    blanks: list[Blank] = []
    tables: list[OpenTable] = []
    for part in list_parts(parts):
        scanner = _Scanner(part, parse_xml(parts[part]), styles)
        scanner.scan()
        blanks += scanner.blanks
        tables += scanner.tables
    return Scan(tuple(_give_ids(blanks)), tuple(_give_table_ids(tables)))


def list_parts(parts: Mapping[str, bytes]) -> list[str]:
    """The parts of a form that have text."""
    return [name for name in (DOCUMENT, *filter(_BESIDE.fullmatch, parts)) if name in parts]


def find_mirrors(paragraphs: Sequence[etree._Element]) -> dict[int, int]:
    """Paragraphs of text boxes that a file has twice: of the copy for old programs, to the one for new ones."""
    numbers = {paragraph: number for number, paragraph in enumerate(paragraphs, 1)}
    found: dict[int, int] = {}
    for both in {top for paragraph in paragraphs for top in paragraph.iterancestors(f"{_MC}AlternateContent")}:
        new, old = (
            [item for side in both.findall(f"{_MC}{name}") for item in side.iter(q("p"))]
            for name in ("Choice", "Fallback")
        )
        if [read_text(item) for item in new] == [read_text(item) for item in old]:
            found |= {numbers[two]: numbers[one] for one, two in zip(new, old, strict=True)}
    return found


class _Styles:
    """What the styles of a form tell of its text: character styles that underline, styles of headings."""

    def __init__(self, parts: Mapping[str, bytes]) -> None:
        self.lines: set[str] = set()
        self.headings: set[str] = set()
        root = parse_xml(parts["word/styles.xml"]) if "word/styles.xml" in parts else None
        for style in () if root is None else root.iter(q("style")):
            key = style.get(q("styleId"), "")
            line, name = style.find(f"{q('rPr')}/{q('u')}"), style.find(q("name"))
            if line is not None and line.get(q("val")) != "none":
                self.lines.add(key)
            is_named = name is not None and _HEADING.search(name.get(q("val"), ""))
            if is_named or style.find(f"{q('pPr')}/{q('outlineLvl')}") is not None:
                self.headings.add(key)

    def is_heading(self, paragraph: etree._Element, text: str) -> bool:
        """Whether it is one by its style, or short and set in the middle outside of tables."""
        if not text or len(text) > _LONGEST_HEADING:
            return False
        style, level = (paragraph.find(f"{q('pPr')}/{q(name)}") for name in ("pStyle", "outlineLvl"))
        if level is not None or (style is not None and style.get(q("val"), "") in self.headings):
            return True
        middle = paragraph.find(f"{q('pPr')}/{q('jc')}")
        is_inside = next(paragraph.iterancestors(q("tbl"), q("txbxContent")), None) is not None
        return middle is not None and middle.get(q("val")) == "center" and not is_inside


class _Scanner:
    """One part on its way to its blanks."""

    def __init__(self, part: str, root: etree._Element, styles: _Styles) -> None:
        self.part, self.styles = part, styles
        self.paragraphs = list(root.iter(q("p")))
        self.rows = {row: number for number, row in enumerate(root.iter(q("tr")), 1)}
        self.tables_of = list(root.iter(q("tbl")))
        self.numbers = {paragraph: number for number, paragraph in enumerate(self.paragraphs, 1)}
        self.mirrors = find_mirrors(self.paragraphs)
        self.heading_of = self._find_headings()
        self.blanks: list[Blank] = []
        self.tables: list[OpenTable] = []
        self.cells: dict[int, tuple[str, tuple[tuple[str, str], ...]]] = {}

    def _find_headings(self) -> dict[int, str]:
        found, heading = {}, ""
        for number, paragraph in enumerate(self.paragraphs, 1):
            text = " ".join(read_text(paragraph).replace("\ufffc", "").split())
            is_own = self.styles.is_heading(paragraph, text) and not re.search(r"[_□]|[:：]$", text)
            heading = clean(text) if is_own else heading
            found[number] = heading
        return found

    def scan(self) -> None:
        listed: set[int] = set()
        cells: dict[int, Blank] = {}
        for number, table in enumerate(self.tables_of, 1):
            for blank in self._scan_table(table, number, listed):
                cells[blank.spots[0].paragraph] = blank
        for number, paragraph in enumerate(self.paragraphs, 1):
            if number in self.mirrors or number in listed:
                continue
            if number in cells:
                self.blanks.append(cells[number])
            else:
                self.blanks += self._scan_paragraph(paragraph, number)
        self.blanks = _join_choices(self.blanks)

    def _scan_table(self, table: etree._Element, number: int, listed: set[int]) -> Iterator[Blank]:
        rows = read_rows(table)
        listings = find_listings(rows)
        for listing in listings:
            own = [cell for row in rows[listing.first : listing.last + 1] for cell in row.cells]
            listed |= {self.numbers[item] for cell in own for item in cell.paragraphs}
            if self.numbers[own[0].paragraphs[0]] not in self.mirrors:
                self.tables.append(self._make_table(rows, listing, number))
        for row_no, row in enumerate(rows):
            for cell in row.cells:
                label = find_label(rows, row_no, cell)
                at = (("table", str(number)), ("row", str(row_no + 1)), ("cell", str(cell.column + 1)))
                self.cells |= {self.numbers[item]: (label, at) for item in cell.paragraphs}
                first = self.numbers[cell.paragraphs[0]] if cell.paragraphs else 0
                if cell.is_empty and first and first not in listed and first not in self.mirrors:
                    if cell.element.find(f".//{q('sdt')}") is not None:
                        continue  # its own paragraphs tell what it waits for
                    listed |= {self.numbers[item] for item in cell.paragraphs[1:]}
                    yield self._make_cell(cell, label)

    def _make_cell(self, cell: GridCell, label: str) -> Blank:
        number = self.numbers[cell.paragraphs[0]]
        old = read_text(cell.paragraphs[0])
        place = (*self._place(number), *self.cells[number][1])
        spots = (Spot(number, 0, len(old), "", False, old),)
        heading = self.heading_of[number]
        return Blank("", "cell", self.part, heading, label, "", "", "", place, spots, _width_of(cell.element))

    def _make_table(self, rows: list[GridRow], listing: Listing, number: int) -> OpenTable:
        own = rows[listing.first : listing.last + 1]
        first = self.numbers[own[0].cells[0].paragraphs[0]]
        spots = tuple(
            tuple(
                Spot(self.numbers[cell.paragraphs[0]], 0, len(text), "", False, text)
                for cell in row.cells
                for text in [read_text(cell.paragraphs[0])]
            )
            for row in own
        )
        place = (*self._place(first), ("table", str(number)))
        elements = self.rows[own[0].element], self.rows[own[-1].element]
        widths = tuple(_width_of(cell.element) for cell in own[0].cells)
        return OpenTable("", self.part, self.heading_of[first], listing.titles, place, spots, elements, widths)

    def _place(self, number: int) -> tuple[tuple[str, str], ...]:
        heading = self.heading_of[number]
        part = (("part", self.part),) if self.part != DOCUMENT else ()
        return (*part, *((("heading", heading),) if heading else ()))

    def _scan_paragraph(self, paragraph: etree._Element, number: int) -> Iterator[Blank]:
        atoms = read_atoms(paragraph)
        text = "".join(atom.char for atom in atoms)
        shape = self._draw(paragraph, atoms)
        is_beside = self.part != DOCUMENT
        controls = [*_find_controls(paragraph, atoms)]
        named, at = self.cells.get(number, ("", (("paragraph", str(number)),)))
        place = (*self._place(number), *at)
        for start, end, label in controls:
            before = clean(re.split(r"[。；;，,\n]", text[:start])[-1]) or label or named
            spots = (Spot(number, start, end, "", False, text[start:end]),)
            about = (self.heading_of[number], label or before, "", text[end : end + 8])
            yield Blank("", "control", self.part, *about, text, place, spots)
        for gap in find_gaps(text, shape, is_beside=is_beside):
            if not any(start < gap.spots[-1][1] and gap.spots[0][0] < end for start, end, _ in controls):
                yield self._make_blank(replace(gap, label=gap.label or named), number, text, shape, place)

    def _make_blank(self, gap: Gap, number: int, text: str, shape: str, place: tuple[tuple[str, str], ...]) -> Blank:
        names = gap.names or ("",) * len(gap.spots)
        spots = tuple(
            Spot(number, start, end, name, "_" in shape[start:end], text[start:end])
            for (start, end), name in zip(gap.spots, names, strict=True)
        )
        about = (self.heading_of[number], gap.label, gap.hint, gap.after)
        return Blank("", gap.kind, self.part, *about, text.strip(), place, spots)

    def _draw(self, paragraph: etree._Element, atoms: list[Atom]) -> str:
        """The shape of a text. What is underlined together with words is no blank, but for prompts in brackets."""
        leaders = [stop.get(q("leader"), "none") for stop in paragraph.iterfind(f"{q('pPr')}/{q('tabs')}/{q('tab')}")]
        has_leader = any(leader not in ("none", "") for leader in leaders)
        lines = [is_underlined(atom.run, self.styles.lines) for atom in atoms]
        shown = [atom.char for atom in atoms]
        start = 0
        for place in range(len(atoms) + 1):
            if place < len(atoms) and lines[place]:
                continue
            own = "".join(atom.char for atom in atoms[start:place])
            if re.sub(r"[_＿\s]", "", _HINTED.sub("", own)):
                lines[start:place] = [False] * (place - start)
                shown[start:place] = _hide_padding(own)
            start = place + 1
        return "".join(
            shape_char(char, is_line=line or (char == "\t" and has_leader))
            for char, line in zip(shown, lines, strict=True)
        )


def _hide_padding(text: str) -> str:
    """Underlined words without the blanks around them, which only lengthen the line; behind a colon they are blanks."""
    before = len(text) - len(text.lstrip())
    behind = 0 if text.rstrip().endswith((":", "：")) else len(text) - len(text.rstrip())
    return PADDING * before + text[before : len(text) - behind] + PADDING * behind


def _find_controls(paragraph: etree._Element, atoms: list[Atom]) -> Iterator[tuple[int, int, str]]:
    """The content controls that still show their prompt, or nothing: where in the text, and what they are called."""
    around = next(paragraph.iterancestors(q("sdt")), None)
    controls = list(paragraph.iter(q("sdt")))
    if around is not None and len(around.findall(f"{q('sdtContent')}/{q('p')}")) == 1:
        controls.insert(0, around)
    for control in controls:
        settings = control.find(q("sdtPr"))
        if settings is None or control.find(f".//{q('docPartObj')}") is not None:
            continue
        own = [place for place, atom in enumerate(atoms) if control in atom.element.iterancestors(q("sdt"))]
        title = next((found.get(q("val"), "") for found in settings.iter(q("alias"), q("tag"))), "")
        if settings.find(q("showingPlcHdr")) is not None and own:
            yield own[0], own[-1] + 1, title
        elif not own and control is around and not atoms:
            yield 0, 0, title


def _width_of(cell: etree._Element) -> int:
    width = cell.find(f"{q('tcPr')}/{q('tcW')}")
    text = width.get(q("w"), "") if width is not None and width.get(q("type"), "dxa") == "dxa" else ""
    return int(text) if text.isdecimal() and len(text) < 6 else 0


def _join_choices(blanks: list[Blank]) -> list[Blank]:
    """Boxes that begin one paragraph after the other are one choice."""
    made: list[Blank] = []
    for blank in blanks:
        last = made[-1] if made else None
        is_more = (
            last is not None
            and last.kind == blank.kind == "choice"
            and blank.spots[0].paragraph == last.spots[-1].paragraph + 1
            and re.match(r"\s*[□☐◻☑☒■]", blank.around) is not None
            and re.match(r"\s*[□☐◻☑☒■]", last.around) is not None
        )
        if is_more and last is not None:
            made[-1] = replace(last, spots=(*last.spots, *blank.spots))
        else:
            made.append(blank)
    return made


def _give_ids(blanks: list[Blank]) -> Iterator[Blank]:
    """Ids by what blanks are for, so that they stay when another blank is added to a form."""
    used: Counter[str] = Counter()
    for blank in blanks:
        hint = "" if SIGNS.search(blank.hint) else blank.hint
        name = hint or blank.label or blank.after or "-".join(blank.options) or blank.kind
        yield replace(blank, id=_make_id(name, blank.kind, used))


def _give_table_ids(tables: list[OpenTable]) -> Iterator[OpenTable]:
    used: Counter[str] = Counter()
    for table in tables:
        yield replace(table, id=_make_id(table.heading or table.titles[0], "table", used))


def _make_id(text: str, kind: str, used: Counter[str]) -> str:
    words = re.sub(r"[^\w\u4e00-\u9fff]+", "-", text.lower()).strip("-_")[:_LONGEST_ID].strip("-_") or kind
    used[words] += 1
    return words if used[words] == 1 else f"{words}-{used[words]}"
