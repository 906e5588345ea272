"""number formats of a workbook: how a cell shows a number, and whether it is locked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from bidkit.ooxml.opc import parse_xml
from bidkit.ooxml.sheet.numbers import WIDE, round_to

_BUILT_IN = {1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 49: "@"}
_BUILT_IN |= {37: "#,##0", 38: "#,##0", 39: "#,##0.00", 40: "#,##0.00"}
_BUILT_IN |= {41: "#,##0", 42: "#,##0", 43: "#,##0.00", 44: "#,##0.00"}
_BUILT_IN |= {5: "¥#,##0", 6: "¥#,##0", 7: "¥#,##0.00", 8: "¥#,##0.00", 11: "0.00E+00", 48: "##0.0E+0"}
_BUILT_IN |= {
    12: "# ?/?",
    13: "# ??/??",
    **dict.fromkeys((*range(14, 23), *range(27, 37), *range(45, 48)), "yyyy-mm-dd"),
}
_UNKNOWN = "[?]"
_ZEROS = re.compile(r"(0+)(?:\.(0+))?")
_PARTS = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|_.|\*(?P<filling>.)|\[\$(?P<currency>[^\]-]*)[^\]]*\]'
    r"|\[(?:black|blue|cyan|green|magenta|red|white|yellow|colou?r ?\d+|[黑蓝青绿洋红白黄颜色 ]+\d*)\]"
    r"|(?P<plain>\[[^\]]*\]|.)",
    re.DOTALL | re.IGNORECASE,
)
_TEXT = re.compile(r"[-+ ()$\x80-\U0010ffff]")
"""What stands for itself without quotes."""
_DATE = re.compile("[ymdhs]", re.IGNORECASE)
_DIGITS = re.compile(r"\0*(?:[#0?,]*[#0?])?(?P<scaled>,*)(?:\.(?P<decimals>[#0?]*))?(?P<by>,*)\0*(?P<percent>%?)\0*")
_LIMIT = re.compile(r"\[([<>]=?|=)(-?\d+(?:\.\d+)?)\]")
_WIDEST = 11
"""How many characters of a number Excel shows where no format says how many."""


@dataclass(frozen=True)
class Shown:
    """What a cell shows of a number.

    Args:
        figure: the number that is seen: 22 for 21800 in `#,##0,`; None for a date, a text or nothing.
        exact: it before it was rounded.
        text: what stands beside it, `%` included.
    """

    figure: Decimal | None
    exact: Decimal | None
    text: str


@dataclass(frozen=True)
class Format:
    """A format's code and whether a protected sheet locks cells that have it."""

    code: str
    is_locked: bool

    @property
    def is_percent(self) -> bool:
        """Whether 0.13 is shown as 13 %."""
        return any("%" in plain for plain, _ in self._sections())

    @property
    def has_written_percent(self) -> bool:
        """Whether 13 is shown as 13 %: the sign is only a text."""
        return any("%" in text for _, text in self._sections())

    def shown(self, number: Decimal) -> Shown | None:
        """What is seen of a number; None for formats that are not understood here."""
        sections = self._sections()
        sections = _choose_by_limit(sections, number)
        if any(re.search(r"\[|!", plain) for plain, _ in sections):
            return None
        if len(sections) > 1 and "@" in sections[-1][0]:
            sections.pop()
        place = 1 if number < 0 else 2 if number == 0 else 0
        plain, text = sections[place] if place < len(sections) else sections[0]
        if place == 1 and len(sections) > 1:  # the sign is up to the format
            number = number if set(text) & set("-(") else number.copy_negate()
        bare = plain.replace("\0", "").casefold()
        if bare in ("general", "@") or not self.code:
            return _show_freely(number, text)
        if _DATE.search(plain) or not re.search("[0#?]", plain):
            return Shown(None, None, text)
        found = _DIGITS.fullmatch(plain)
        if not found:
            return None
        exact = number.scaleb(-3 * len(found["scaled"] + found["by"]), WIDE)
        digits = len(found["decimals"] or "") + 2 * len(found["percent"])
        return Shown(round_to(exact, digits), exact, text + found["percent"])

    def _sections(self) -> list[tuple[str, str]]:
        """By sign: what shows the number, with NUL for each text in it; and these texts."""
        sections = [("", "")]
        for found in _PARTS.finditer(self.code.replace("G/通用格式", "General")):
            plain, text = sections[-1]
            sign = found["plain"]
            if sign == ";":
                sections.append(("", ""))
            elif sign and not _TEXT.fullmatch(sign):
                sections[-1] = plain + sign, text
            else:
                said = sign or found["quoted"] or found["escaped"] or found["filling"] or found["currency"] or ""
                sections[-1] = plain + ("\0" if said.strip() else ""), text + said
        return sections

    def show(self, number: Decimal) -> str:
        """A number as an id: with the zeros before and behind it that the format has."""
        zeros = _ZEROS.fullmatch(self.code)
        if not zeros or number < 0:
            return f"{number.normalize():f}" if number else "0"
        whole, decimals = len(zeros.group(1)), len(zeros.group(2) or "")
        return f"{number:0{whole + (decimals + 1 if decimals else 0)}.{decimals}f}"


def _choose_by_limit(sections: list[tuple[str, str]], number: Decimal) -> list[tuple[str, str]]:
    """The section for a number, where all but the last say for which they are, such as `[>1000]`; else all sections."""
    limits = [_LIMIT.match(plain) for plain, _ in sections[:-1]]
    for found, (plain, text) in zip(limits, sections, strict=False):
        if found is None:
            return sections
        limit = Decimal(found[2])
        if {"<": number < limit, ">": number > limit, "=": number == limit}[found[1][0]] or (
            number == limit and "=" in found[1]
        ):
            return [(plain[found.end() :], text)]
    return sections[-1:]


def _show_freely(number: Decimal, text: str) -> Shown | None:
    """What is seen where no format says how many digits: as many as are commonly given room."""
    whole = len(f"{abs(number):.0f}")
    return Shown(round_to(number, max(0, _WIDEST - 1 - whole)), number, text) if whole <= _WIDEST else None


def read_rule_formats(content: bytes) -> list[str]:
    """The formats that conditional formatting may give to cells, by their number; empty for those of other kinds."""
    root = parse_xml(content) if content else None
    found = root.iterfind("{*}dxfs/{*}dxf") if root is not None else ()
    return [next((item.get("formatCode", "") for item in each.iterfind("{*}numFmt")), "") for each in found]


def read_formats(content: bytes) -> list[Format]:
    """The formats of cells by their number."""
    if not content:
        return []
    root = parse_xml(content)
    ns = root.tag[: root.tag.index("}") + 1]
    codes = {
        int(item.get("numFmtId", "0")): item.get("formatCode", "") for item in root.iterfind(f"{ns}numFmts/{ns}numFmt")
    }
    formats = []
    for item in root.iterfind(f"{ns}cellXfs/{ns}xf"):
        number, protection = int(item.get("numFmtId", "0")), item.find(f"{ns}protection")
        is_locked = protection is None or protection.get("locked", "1") not in ("0", "false")
        formats.append(Format(codes.get(number, _BUILT_IN.get(number, _UNKNOWN if number else "")), is_locked))
    return formats
