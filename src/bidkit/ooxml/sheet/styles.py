"""formats of cells: those that a filled cell may need besides its own."""

from __future__ import annotations

from lxml import etree

from bidkit.ooxml.sheet.tree import s
from bidkit.ooxml.sheet.typed import CellStyle


class StyleTwins:
    """The formats that cells get besides their own, added to the styles part as they are asked for."""

    def __init__(self, root: etree._Element | None) -> None:
        self.root = root
        found = None if root is None else root.find(s("cellXfs"))
        self.formats = found
        self.known: dict[tuple[str, str], str] = {}

    def make(self, own: str) -> CellStyle:
        """The formats of a cell that has this one."""
        look = f' s="{own}"' if own else ""
        if self.formats is None or not 0 <= int(own or 0) < len(self.formats):
            return CellStyle(look, look, look, look)
        code = self.code(int(self.formats[int(own or 0)].get("numFmtId", "0")))
        is_plain = code == ""
        return CellStyle(
            look,
            f' s="{self.twin(own, "quotePrefix", "1")}"',
            f' s="{self.twin(own, "numFmtId", self.number("yyyy-mm-dd"))}"' if is_plain else look,
            f' s="{self.twin(own, "numFmtId", self.number("yyyy-mm-dd hh:mm"))}"' if is_plain else look,
            code == "@",
        )

    def code(self, number: int) -> str:
        """A number format; empty for General, `?` for one that is built in."""
        if number in (0, 49):
            return "@" if number else ""
        assert self.root is not None
        for element in self.root.iter(s("numFmt")):
            if element.get("numFmtId") == str(number):
                code = element.get("formatCode", "")
                return "" if code.lower() == "general" else code
        return "?"

    def number(self, code: str) -> str:
        """The id of a number format of our own."""
        assert self.root is not None
        formats = self.root.find(s("numFmts"))
        if formats is None:
            formats = etree.Element(s("numFmts"), count="0")
            self.root.insert(0, formats)
        for element in formats:
            if element.get("formatCode") == code:
                return element.get("numFmtId", "")
        number = str(max([163, *(int(element.get("numFmtId", "0")) for element in formats)]) + 1)
        etree.SubElement(formats, s("numFmt"), numFmtId=number, formatCode=code)
        formats.set("count", str(len(formats)))
        return number

    def twin(self, own: str, attribute: str, value: str) -> str:
        """The number of a format that differs from another in one attribute."""
        key = (own or "0", f"{attribute}={value}")
        if key not in self.known:
            assert self.formats is not None
            made = etree.fromstring(etree.tostring(self.formats[int(own or 0)]))
            made.tail = None
            made.set(attribute, value)
            if attribute == "numFmtId":
                made.set("applyNumberFormat", "1")
            self.formats.append(made)
            self.formats.set("count", str(len(self.formats)))
            self.known[key] = str(len(self.formats) - 1)
        return self.known[key]
