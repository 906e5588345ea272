"""number formats of a workbook: how a cell shows a number, and whether it is locked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from bidkit.ooxml.opc import parse_xml
from bidkit.ooxml.sheet.numbers import round_to

_BUILT_IN = {1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 49: "@"}
_BUILT_IN |= {37: "#,##0", 38: "#,##0", 39: "#,##0.00", 40: "#,##0.00"}
_BUILT_IN |= {41: "#,##0", 42: "#,##0", 43: "#,##0.00", 44: "#,##0.00"}
_ZEROS = re.compile(r"(0+)(?:\.(0+))?")
_QUOTED = re.compile(r'"[^"]*"|\\.')
_BESIDE = re.compile(r'"[^"]*"|[\\_*].|\[[^\]]*\]|[-+ ()¥￥$€£元]')
"""What a format shows besides the number: texts, blanks, colours, signs."""
_DIGITS = re.compile(r"[#0?,]*[#0?](?:\.([#0?]*))?(%?)")


@dataclass(frozen=True)
class Format:
    """A format's code and whether a protected sheet locks cells that have it."""

    code: str
    is_locked: bool

    @property
    def is_percent(self) -> bool:
        """Whether 0.13 is shown as 13 %."""
        return "%" in _QUOTED.sub("", self.code)

    def round(self, number: Decimal) -> Decimal:
        """A number as exact as it is shown; as it is in formats of which that cannot be told."""
        found = _DIGITS.fullmatch(_BESIDE.sub("", self.code.split(";")[0]))
        if not found:
            return number
        digits = len(found.group(1) or "") + 2 * len(found.group(2))
        return round_to(number, digits)

    def show(self, number: Decimal) -> str:
        """A number as an id: with the zeros before and behind it that the format has."""
        zeros = _ZEROS.fullmatch(self.code)
        if not zeros or number < 0:
            return f"{number.normalize():f}" if number else "0"
        whole, decimals = len(zeros.group(1)), len(zeros.group(2) or "")
        return f"{number:0{whole + (decimals + 1 if decimals else 0)}.{decimals}f}"


def read_formats(content: bytes) -> list[Format]:
    """The formats of cells by their number."""
    if not content:
        return []
    root = parse_xml(content)
    ns = root.tag[: root.tag.index("}") + 1]
    codes = {int(item.get("numFmtId", "0")): item.get("formatCode", "") for item in root.iter(f"{ns}numFmt")}
    formats = []
    for item in root.iterfind(f"{ns}cellXfs/{ns}xf"):
        number, protection = int(item.get("numFmtId", "0")), item.find(f"{ns}protection")
        is_locked = protection is None or protection.get("locked", "1") not in ("0", "false")
        formats.append(Format(codes.get(number, _BUILT_IN.get(number, "")), is_locked))
    return formats
