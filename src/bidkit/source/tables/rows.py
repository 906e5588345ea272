"""what a row of a price list is: a line, a heading over lines, a total under them, a note, the titles once more.

Whatever cannot be told for certain is a line, which its model refuses where something is missing: nothing is dropped.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from enum import Enum, auto

from bidkit.source.tables.around import NOTE
from bidkit.source.tables.grid import Cell, Row
from bidkit.source.tables.numbers import NUMBERS, parse_decimal
from bidkit.source.tables.titles import Header, normalize_title


class Kind(Enum):
    """What a row is."""

    LINE = auto()
    HEADING = auto()
    BARE = auto()
    """A lone text that is a heading if a line follows, and else a mistake."""
    TOTAL = auto()
    NOTE = auto()
    TITLES = auto()


_TOTAL_ZH = re.compile(
    r"(?P<of>[^:]{0,20}?)(?P<word>小计|合计|总计|共计|总价|总报价|投标报价)(金额|价款|费用)?"
    r"(?P<rest>(人民币)?(大写|[(:¥\d]).*)?|\(?(人民币)?\(?大写\)?(?P<said>.*)"
)
_TOTAL_EN = re.compile(
    r"(?P<of>[^:]{0,40}?\b)(?P<word>sub-?\s?total|grand total|total)"
    r"(?P<rest>(\s(price|amount|cost|value|sum|bid price))?(\s(excl|incl|before|net of|for|of|in)\b.*)?"
    r"(\s*[(:].*)?)"
)
_SIGNED = re.compile(
    r"\(?(投标人|供应商|报价人|投标单位|报价单位|单位名称|法定代表人|授权代表|委托代理人|单位负责人|日期|编制|审核|联系人|电话"
    r"|(bidder|supplier|offeror|signature|signed|date|authori[sz]ed|prepared by|name of bidder)\b)[^:]{0,30}:",
    re.I,
)
_NUMERAL = "[一二三四五六七八九十百]+"
_NUMBERED = re.compile(
    rf"(第?{_NUMERAL}(部分|章|类|包)?[、.:\s]|第{_NUMERAL}(部分|章|类|包)|[(]({_NUMERAL}|\d+)[)]"
    r"|\d+(\.\d+)*(、|[.)]\s*(?=\D)|\s+(?=\D))|[A-Z][、.)]\s*"
    r"|(part|section|group|category|schedule)\s+(\d+|[a-z]|[ivx]+)\b\s*[.:、)–-]*)\s*(?=\S)",
    re.I,
)
_ORDINAL = re.compile(rf"\(?({_NUMERAL}|[ivx]+)[)、.]?", re.I)
_SIDE = ("unit", "spec", "remark")


def find_kinds(rows: Sequence[Row], header: Header, titles: Sequence[Row], *, has_totals: bool = True) -> list[Kind]:
    """What each row below the titles is.

    Args:
        has_totals: if it has quantities or prices; else every row is a line but the titles once more.
    """
    shown = [{column: normalize_title(cell.text) for column, cell in row.filled} for row in titles]
    repeated = [texts for texts in shown if len(texts) > 1]
    kinds: list[Kind] = []
    is_over = False
    for row in rows:
        if any(_shows(row, texts) for texts in repeated):
            kind = Kind.TITLES
        elif not (header.is_priced and has_totals):
            kind = Kind.LINE
        else:
            kind = _tell(row, header, kinds[-1] if kinds else None, is_over)
        is_over = is_over or (kind is Kind.TOTAL and rank_total(row, header) > 1)
        kinds.append(kind)
    return kinds


def _tell(row: Row, header: Header, before: Kind | None, is_over: bool) -> Kind:
    """What a row of a priced list is, by what it says and by the row before it."""
    filled = [*row.filled]
    place, cell = filled[0]
    text, is_alone = fold(cell.text), len(filled) == 1
    numbers = [column for column, _ in filled if header.fields[column] in NUMBERS]
    has_number = any(parse_decimal(row.cells[column].text) is not None for column in numbers)
    if (NOTE.match(text) and is_alone) or (_SIGNED.match(text) and not has_number):
        return Kind.NOTE
    if find_label(row, header) is not None:
        return Kind.TOTAL
    if is_alone and place not in numbers:
        is_numbered = _NUMBERED.match(text) is not None
        if is_over or (before is Kind.NOTE and re.match(r"\(?\d", text)):
            return Kind.NOTE
        if is_numbered or _covers_numbers(cell, place, header):
            return Kind.HEADING
        if place == 0 and len(text) > 1 and not re.search(r"\d", text):
            return Kind.BARE
    elif len(filled) == 2 and _ORDINAL.fullmatch(text) and not numbers and header.fields[filled[1][0]] not in _SIDE:
        return Kind.HEADING
    return Kind.LINE


def read_heading(row: Row) -> Cell:
    """The cell that says what the lines below are."""
    return [cell for _, cell in row.filled][-1]


def strip_number(text: str) -> str:
    """A heading without its number: `一、硬件设备` is `硬件设备`."""
    plain = unicodedata.normalize("NFKC", text).strip()
    return plain[found.end() :].strip() if (found := _NUMBERED.match(plain)) else text


def find_label(row: Row, header: Header) -> tuple[int, re.Match[str]] | None:
    """The column of a total's name and what it says; None if the row is none: a line has a unit or a product."""
    by_field = {header.fields[column]: cell.text for column, cell in row.filled}
    if by_field.get("sku") or (by_field.get("unit", "元") != "元" and by_field.get("quantity")):
        return None
    for column, cell in row.filled:
        name = header.fields[column]
        if name in _SIDE:
            continue
        text = fold(cell.text)
        found = _TOTAL_ZH.fullmatch("".join(text.split())) or _TOTAL_EN.fullmatch(text)
        if found:
            return column, found
    return None


def rank_total(row: Row, header: Header) -> int:
    """How much a total closes: 1 a part, 2 all or one of several parts, 3 all; 0 if the row is none."""
    label = find_label(row, header)
    if label is None:
        return 0
    word = label[1].group("word") or ""
    return {"小计": 1, "合计": 2, "共计": 2, "total": 2}.get(word, 1 if word.startswith("sub") else 3)


def fold(text: str) -> str:
    """A text without the difference of wide and narrow, large and small."""
    return unicodedata.normalize("NFKC", text).strip().lower()


def _covers_numbers(cell: Cell, place: int, header: Header) -> bool:
    """Whether a cell is merged over columns of numbers, as only that of a heading is."""
    return any(name in NUMBERS for name in header.fields[place : place + cell.width])


def _shows(row: Row, texts: Mapping[int, str]) -> bool:
    """Whether a row has the same texts in the same columns, and no others."""
    filled = dict(row.filled)
    return filled.keys() == texts.keys() and all(normalize_title(filled[at].text) == texts[at] for at in texts)
