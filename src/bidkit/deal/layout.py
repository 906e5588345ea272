"""the look that a tender prescribes: fonts, sizes, margins, page limits, and whether a volume may tell whose it is.

A tender's `format_rules` is a list of profiles. Those without `volumes` hold for all, those with them for these; of two
that say the same, the later one that names the volume wins, key by key.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from bidkit.scalars import Flag, Model, Note, Text, Texts, Whole

TWIPS_PER_POINT = 20
SIZE_NAMES = {
    "初号": "42",
    "小初": "36",
    "一号": "26",
    "小一": "24",
    "二号": "22",
    "小二": "18",
    "三号": "16",
    "小三": "15",
    "四号": "14",
    "小四": "12",
    "五号": "10.5",
    "小五": "9",
    "六号": "7.5",
    "小六": "6.5",
    "七号": "5.5",
    "八号": "5",
}
"""The Chinese names of font sizes, in points."""
_UNITS = {
    "cm": Decimal(1440) / Decimal("2.54"),
    "mm": Decimal(144) / Decimal("2.54"),
    "in": Decimal(1440),
    "pt": Decimal(TWIPS_PER_POINT),
}
_UNIT_NAMES = {"厘米": "cm", "公分": "cm", "毫米": "mm", "英寸": "in", "inch": "in", '"': "in", "磅": "pt", "点": "pt"}
_MEASURE = re.compile(r"(\d{1,4}(?:\.\d{1,4})?)\s*(\S*)")
_LENGTHS = "2.5cm, 25mm, 1in, 72pt"
_SIZES = f"5pt – 72pt; {', '.join(SIZE_NAMES)}"
_MAX_MARGIN_CM = 10


def _refuse(allowed: str) -> PydanticCustomError:
    return PydanticCustomError("DL39", "not a measure", {"allowed": allowed})


def _read_measure(value: Any, allowed: str) -> tuple[Decimal, str]:
    """A number and its unit as written, its other names replaced."""
    found = _MEASURE.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        raise _refuse(allowed)
    unit = found.group(2).lower()
    return Decimal(found.group(1)), _UNIT_NAMES.get(unit, unit)


def _parse_length(value: Any) -> int:
    if isinstance(value, int):
        return value
    number, unit = _read_measure(value, _LENGTHS)
    if unit not in _UNITS or number * _UNITS[unit] > _MAX_MARGIN_CM * _UNITS["cm"]:
        raise _refuse(f"{_LENGTHS}; ≤ {_MAX_MARGIN_CM}cm")
    return round(number * _UNITS[unit])


def _parse_size(value: Any) -> Decimal:
    if isinstance(value, Decimal):
        return value
    named = SIZE_NAMES.get(value.strip().removesuffix("号字")) if isinstance(value, str) else None
    number, unit = (Decimal(named), "pt") if named else _read_measure(value, _SIZES)
    if unit not in ("pt", "") or not 5 <= number <= 72 or number * 2 != int(number * 2):
        raise _refuse(_SIZES)
    return number


@dataclass(frozen=True)
class Spacing:
    """The distance of lines: a multiple of the font's own, or so many points exactly."""

    value: Decimal
    is_exact: bool

    @property
    def line(self) -> int:
        """As Word keeps it: twips, or 240ths of a line."""
        return round(self.value * (TWIPS_PER_POINT if self.is_exact else 240))

    def __str__(self) -> str:
        return f"{self.value.normalize():f}{' pt' if self.is_exact else ''}"


@dataclass(frozen=True)
class Indent:
    """The indent of a paragraph's first line: in characters of its text, or in twips."""

    value: Decimal
    is_chars: bool


def _parse_spacing(value: Any) -> Spacing:
    if isinstance(value, Spacing):
        return value
    allowed = "1 – 5; 12pt – 72pt"
    number, unit = _read_measure(value, allowed)
    is_exact = unit == "pt"
    if unit not in ("pt", "", "倍", "x", "倍行距") or not (6 <= number <= 100 if is_exact else 1 <= number <= 5):
        raise _refuse(allowed)
    return Spacing(number, is_exact)


def _parse_indent(value: Any) -> Indent:
    if isinstance(value, Indent):
        return value
    allowed = f"2 字符, 2ch, {_LENGTHS}"
    number, unit = _read_measure(value, allowed)
    if unit in ("字符", "字", "ch", "characters"):
        if number > 10:
            raise _refuse(allowed)
        return Indent(number, True)
    if unit not in _UNITS and number:
        raise _refuse(allowed)
    return Indent(Decimal(round(number * _UNITS.get(unit, Decimal(0)))), False)


Length = Annotated[int, BeforeValidator(_parse_length)]
"""A length in twips, written with its unit."""
FontSize = Annotated[Decimal, BeforeValidator(_parse_size)]
"""A size in points, written in points or by its Chinese name."""
LineSpacing = Annotated[Spacing, BeforeValidator(_parse_spacing)]
FirstLine = Annotated[Indent, BeforeValidator(_parse_indent)]


class Margins(Model):
    """The margins of every page, exactly; a page that lies keeps top at its top."""

    top: Length | None = None
    bottom: Length | None = None
    left: Length | None = None
    right: Length | None = None


class HeadingFace(Model):
    """How headings of a level are set."""

    east_asian: Note = ""
    latin: Note = ""
    size: FontSize | None = None
    line_spacing: LineSpacing | None = None


class TextFace(HeadingFace):
    """How the text outside of headings and tables is set: paragraphs, lists, captions, notes, contents."""

    first_line_indent: FirstLine | None = None


class TableFace(HeadingFace):
    """How the text in tables is set; its fonts are those of `text` where they are left out."""

    min_size: FontSize | None = None


class PageLimit(Model):
    """How many pages a volume may have.

    `skip_front` leaves out the pages before the first heading (cover, contents), `skip_chapters` the chapters of these
    titles; a page that holds anything which counts, counts.
    """

    max: Whole
    skip_front: Flag = False
    skip_chapters: Texts = ()


class FormatRules(Model):
    """How a volume must look. What is left out is as the template has it.

    `blind` is for a volume whose bidder must not be known (暗标): whatever of `header`, `footer`, `colors` and `cover`
    is left out is then false, and `page_number` none. `allowed_words` may stand in it although they hold a short name.
    """

    volumes: Texts = ()
    blind: Flag | None = None
    paper: Literal["A4", "A3", "Letter"] | None = None
    margins: Margins | None = None
    text: TextFace | None = None
    headings: tuple[HeadingFace, ...] = ()
    tables: TableFace | None = None
    header: Flag | None = None
    footer: Flag | None = None
    page_number: Literal["none", "left", "center", "right"] | None = None
    cover: Flag | None = None
    contents: Flag | None = None
    colors: Flag | None = None
    pictures: Flag | None = None
    bold: Flag | None = None
    italic: Flag | None = None
    underline: Flag | None = None
    pages: PageLimit | None = None
    allowed_words: tuple[Text, ...] = ()

    @property
    def is_blind(self) -> bool:
        """Whether the volume must not tell whose it is."""
        return self.blind is True


M = TypeVar("M", bound=Model)


def find_rules(profiles: Sequence[FormatRules], volume: str) -> FormatRules | None:
    """The rules of one volume: the profiles that hold for it, put together; None if there are none."""
    general = [item for item in profiles if not item.volumes]
    special = [item for item in profiles if volume in item.volumes]
    found: FormatRules | None = None
    for item in (*general, *special):
        found = item if found is None else _merge(found, item)
    if found is not None and found.is_blind:
        names = ("header", "footer", "cover", "colors")
        hidden: dict[str, Any] = {name: False for name in names if getattr(found, name) is None}
        hidden |= {} if found.page_number else {"page_number": "none"}
        found = _change(found, hidden)
    return found


def _merge(under: M, over: M) -> M:
    """A record with what another one says instead, key by key."""
    said = {name: getattr(over, name) for name in over.model_fields_set}
    for name, value in said.items():
        below = getattr(under, name)
        if isinstance(value, Model) and isinstance(below, Model):
            said[name] = _merge(below, value)
    return _change(under, said)


def _change(record: M, said: dict[str, Any]) -> M:
    """A record with other values, each kept as it is; it remembers the places of its own."""
    return record.model_copy(update=said)
