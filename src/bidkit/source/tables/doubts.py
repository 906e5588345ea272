"""what in the tables of a .docx is printed otherwise than it is read, or cannot be read at all."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from lxml import etree

from bidkit.diagnostic import Diagnostic, Span, Term
from bidkit.ooxml import opc
from bidkit.ooxml.tree import find_numbered
from bidkit.source.tables.titles import Header
from bidkit.source.tables.word import Place, list_own, place_cells, read_own, walk_blocks

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}oMath"
_DRAWN = tuple(f"{_W}{tag}" for tag in ("drawing", "pict", "object"))
_MARK = re.compile(r"[★☆▲△※*#\uf000-\uf0ff]")
"""Marks of clauses, and the signs of symbol fonts, any of which may be one."""
_BULLETS = str.maketrans("", "", "".join(chr(0xF000 + sign) for sign in b"\x2d\x6c\x6e\x6f\x71\x75\x76\x77\x9f"
                                         b"\xa1\xa7\xa8\xb2\xb7\xd8\xe0\xf0\xfc"))  # fmt: skip
"""What is left out of them: the usual bullets."""
_UNSEEN = {"strike", "dstrike", "vanish"}
_SYMBOLS = re.compile("symbol|wingdings|webdings", re.I)
_COUNTED = re.compile(r"\s*(LISTNUM|AUTONUM)", re.I)
_CLAUSES = ("clause", "marker")
"""Columns of requirements of which the automatic numbering is a part."""


@dataclass(frozen=True)
class Doubt:
    """What is not read as it is seen.

    Args:
        table: its number, as `read_document` counts.
        column: of the cell, from 0.
        reason: the key of its term; `number_not_text`, `mark_not_text` and `drawn` matter in requirements only.
    """

    table: str
    column: int
    reason: str
    diagnostic: Diagnostic

    def matters(self, header: Header) -> bool:
        """Whether it matters to a list with these titles."""
        if self.column in header.ignored:
            return False
        if self.reason == "number_not_text":
            return "text" in header.fields and header.fields[self.column] in _CLAUSES
        return self.reason not in ("mark_not_text", "drawn") or "text" in header.fields


def find_doubts(parts: Mapping[str, bytes], name: str, wanted: Collection[str]) -> Iterator[Doubt]:
    """Struck, hidden or moved text, raised digits behind a digit, signs of symbol fonts, equations, tables beside text,
    pictures, and what automatic numbering prints, in the tables of these numbers. Diagnostics: DL48."""
    formats = _Formats(parts)
    tables = [block for block in walk_blocks(opc.parse_xml(parts["word/document.xml"])) if block.tag == f"{_W}tbl"]
    for number, table in enumerate(tables, 1):
        if str(number) not in wanted:
            continue
        for row, line in enumerate(list_own(table, "tr", "tbl"), 1):
            for place in place_cells(line):
                where = (("table", str(number)), ("row", str(row)), ("cell", str(place.column + 1)))
                for reason, value in dict.fromkeys(_doubt_cell(place, formats)):
                    told = Diagnostic("DL48", Span(name, place=where), {"value": value, "reason": Term(reason)})
                    yield Doubt(str(number), place.column, reason, told)


def _doubt_cell(place: Place, formats: _Formats) -> Iterator[tuple[str, str]]:
    """Each reason to doubt a cell, with the text that it is about."""
    text = read_own(place.cell)
    before = ""
    for run in place.cell.iter(f"{_W}r", _MATH):
        said = "".join(item.text or "" for item in run.iter(f"{_W}t"))
        if reason := _doubt_run(run, said, before, formats.unseen):
            yield reason, said or "…"
        before = said or before
    row = place.cell.getparent()
    is_gone = [_find(row, f"trPr/{_W}hidden"), _find(row, f"trPr/{_W}del"), _find(place.cell, f"tcPr/{_W}cellDel")]
    if text and any(mark is not None for mark in is_gone):
        yield "struck_or_hidden", _shorten(text)
    if next(place.cell.iter(_DRAWN), None) is not None:
        yield "drawn", _shorten(text)
    if text and next(place.cell.iter(f"{_W}tbl"), None) is not None:
        yield "table_beside_text", _shorten(text)
    for paragraph in place.cell.iter(f"{_W}p"):
        if label := formats.find_label(paragraph):
            is_mark = _MARK.search(label) is not None
            yield ("mark_not_text" if is_mark else "number_not_text"), _shorten(text) if not is_mark else label


def _shorten(text: str) -> str:
    return text if len(text) < 30 else f"{text[:30]}…"


def _doubt_run(run: etree._Element, text: str, before: str, unseen: Collection[str]) -> str:
    """Why a run may not say what it seems to; empty if it does.

    Args:
        unseen: styles of text that is struck out or hidden.
    """
    if run.tag == _MATH:
        return "equation"
    raised = _value(run, f"rPr/{_W}vertAlign") == "superscript"
    if text and (
        _find_set(run) & _UNSEEN
        or _value(run, f"rPr/{_W}rStyle") in unseen
        or _value(next(run.iterancestors(f"{_W}p"), None), f"pPr/{_W}pStyle") in unseen
        or next(run.iterancestors(f"{_W}moveFrom"), None) is not None
    ):
        return "struck_or_hidden"
    if raised and text[:1].isdigit() and before[-1:].isdigit():
        return "raised_digit"
    is_sign = any(run.find(f"{_W}{tag}") is not None for tag in ("sym", "noBreakHyphen"))
    return "symbol_font" if is_sign else ""


def _find_set(holder: etree._Element) -> set[str]:
    """The names of the formats of text that are on."""
    marks = holder.findall(f"{_W}rPr/*")
    return {etree.QName(mark).localname for mark in marks if mark.get(f"{_W}val", "1") not in ("0", "false", "off")}


class _Formats:
    """What Word prints before the paragraphs that it numbers, and what its styles hide."""

    def __init__(self, parts: Mapping[str, bytes]) -> None:
        found = [parts.get(f"word/{part}.xml") for part in ("numbering", "styles")]
        self.numbering, self.styles = [opc.parse_xml(part) if part else None for part in found]
        styles = self.styles.iter(f"{_W}style") if self.styles is not None else ()
        self.unseen = {style.get(f"{_W}styleId", "") for style in styles if _find_set(style) & _UNSEEN}
        """Styles of text that is struck out or hidden."""

    def find_label(self, paragraph: etree._Element) -> str:
        """The pattern of what is printed before a paragraph (`%1.%2`, `★%1`); empty if nothing is."""
        if any(_COUNTED.match(item.text or "") for item in paragraph.iter(f"{_W}instrText")):
            return "%1"
        said = paragraph.find(f"{_W}pPr/{_W}numPr")
        style = _value(paragraph, f"pPr/{_W}pStyle")
        if said is None or said.find(f"{_W}numId") is None:
            said, style = self.find_styled(style)
        number = _value(said, "numId") if said is not None else ""
        level = self.find_level(number, _value(said, "ilvl"), style) if said is not None and number != "0" else None
        if level is None:
            return ""
        if level.find(f"{_W}lvlPicBulletId") is not None:
            return "★"  # a picture may be any mark
        label = _value(level, "lvlText")
        fonts = level.find(f"{_W}rPr/{_W}rFonts") if _value(level, "numFmt") == "bullet" else None
        if fonts is not None and _SYMBOLS.search(fonts.get(f"{_W}ascii", "")):
            label = "".join(chr(ord(sign) + 0xF000) if ord(sign) < 0x100 else sign for sign in label)
        return label.translate(_BULLETS)

    def find_styled(self, style: str) -> tuple[etree._Element | None, str]:
        """The numbering that a style has, by itself or from the one that it is based on, and which of them says it."""
        seen: set[str] = set()
        while style and style not in seen and self.styles is not None:
            seen.add(style)
            found = find_numbered(self.styles, "style", "styleId", style)
            said = found.find(f"{_W}pPr/{_W}numPr") if found is not None else None
            if said is not None:
                return said, style
            style = _value(found, "basedOn") if found is not None else ""
        return None, ""

    def find_level(self, number: str, level: str, style: str) -> etree._Element | None:
        """A level of a numbering, by its own number or by the style that it is tied to."""
        num, abstract = self.find_numbering(number)
        linked = _value(abstract, "numStyleLink")
        if linked and (said := self.find_styled(linked)[0]) is not None:
            num, abstract = self.find_numbering(_value(said, "numId"))
        if num is None or abstract is None:
            return None
        tied = [item for item in abstract.iterchildren(f"{_W}lvl") if style and _value(item, "pStyle") == style]
        wanted = level or (tied[0].get(f"{_W}ilvl", "0") if tied else "0")
        override = find_numbered(num, "lvlOverride", "ilvl", wanted)
        own = override.find(f"{_W}lvl") if override is not None else None
        return own if own is not None else find_numbered(abstract, "lvl", "ilvl", wanted)

    def find_numbering(self, number: str) -> tuple[etree._Element | None, etree._Element | None]:
        """A numbering, and the abstract one that it is made of."""
        if self.numbering is None:
            return None, None
        num = find_numbered(self.numbering, "num", "numId", number)
        return num, find_numbered(self.numbering, "abstractNum", "abstractNumId", _value(num, "abstractNumId"))


def _find(parent: etree._Element | None, path: str) -> etree._Element | None:
    return parent.find(f"{_W}{path}") if parent is not None else None


def _value(parent: etree._Element | None, path: str) -> str:
    found = _find(parent, path)
    return found.get(f"{_W}val", "") if found is not None else ""
