"""the workbook part around its list of sheets and its defined names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from lxml import etree

from bidkit.ooxml import opc
from bidkit.ooxml.sheet.formula import Formula
from bidkit.ooxml.sheet.plan import Outline
from bidkit.ooxml.sheet.tree import forget, s
from bidkit.ooxml.values import mark

MAIN = "xl/workbook.xml"
_NAMES = re.compile(r"<definedNames[^>]*>$")


@dataclass(frozen=True)
class DefinedName:
    """A name for a range; `sheet` is the number of the sheet that it belongs to, -1 for the whole workbook."""

    attributes: Mapping[str, str]
    sheet: int
    formula: Formula


@dataclass(frozen=True)
class Shell:
    """The workbook part around its sheets and names."""

    before: str
    between: str
    after: str
    names: tuple[DefinedName, ...]

    def write(self, sheets: str, names: str) -> str:
        """The part with its sheets and names; without names it has no list of them."""
        between, after = self.between, self.after
        if not names:
            between, after = _NAMES.sub("", between), after.removeprefix("</definedNames>")
        text = f"{self.before}{sheets}{between}{names}{after}"
        if f'xmlns:r="{opc.OFFICE_RELS}"' in self.before:
            return text
        return text.replace("<workbook ", f'<workbook xmlns:r="{opc.OFFICE_RELS}" ', 1)


def read_shell(root: etree._Element, outline: Outline, *, is_listed: bool) -> Shell:
    """Take the workbook part apart.

    Args:
        is_listed: sheets are repeated or left out, so that none is the chosen one.
    """
    names = []
    for element in root.iter(s("definedName")):
        attributes = {str(key): str(value) for key, value in element.items()}
        own = int(attributes.pop("localSheetId", "-1"))
        names.append(DefinedName(attributes, own, outline.read(element.text or "")))
    for element in root.iter(s("calcPr")):
        forget(element, "fullCalcOnLoad")
    for element in root.iter(s("workbookView")) if is_listed else ():
        forget(element, "activeTab")
        forget(element, "firstSheet")
    for name in ("sheets", "definedNames"):
        for element in root.iter(s(name)):
            for child in list(element):
                element.remove(child)
            element.text = mark("z")
    pieces = etree.tostring(root, encoding="unicode").split(mark("z"))
    if len(pieces) not in (2, 3):
        raise ValueError(f"{MAIN}: not one list of sheets")
    return Shell(pieces[0], pieces[1], pieces[2] if len(pieces) > 2 else "", tuple(names))
