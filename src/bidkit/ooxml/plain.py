"""colours, bold, italics and underlines taken out of every part of a finished document."""

from __future__ import annotations

import re
from collections.abc import Collection

from lxml import etree

from bidkit.ooxml import opc
from bidkit.ooxml.tree import W, q

_MARKS = {"bold": ("b", "bCs"), "italic": ("i", "iCs", "em"), "underline": ("u",)}
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_THEME_COLORS = ("dk1", "dk2", "accent1", "accent2", "accent3", "accent4", "accent5", "accent6", "hlink", "folHlink")
_W14 = "http://schemas.microsoft.com/office/word/2010/wordml"
_EFFECTS = ("textFill", "textOutline", "glow", "shadow", "reflection", "props3d", "scene3d")
_WHITE = ("FFFFFF", "white", "#ffffff", "auto", "")
_BLACK = "000000"
_VML = re.compile(r"(fill|stroke)?color\d?")
_TEXTLESS = (q("t"), q("drawing"), q("pict"))


def make_plain(package: opc.Package, removed: Collection[str]) -> opc.Package:
    """A package without what is named: `colors`, `bold`, `italic`, `underline`.

    Without colours text and lines are black. A shaded cell that holds nothing (a bar of a chart) becomes black, any
    other loses its shade.
    """
    changed: dict[str, bytes] = {}
    for part in package:
        if part.startswith("word/") and part.endswith(".xml"):
            tree = opc.parse_xml(package[part])
            for mark in removed:
                _drop_marks(tree, mark)
            if "colors" in removed:
                _blacken(tree)
            changed[part] = opc.serialize(tree)
    return package.replace(changed)


def _drop_marks(tree: etree._Element, mark: str) -> None:
    for name in _MARKS.get(mark, ()):
        for element in list(tree.iter(q(name))):
            parent = element.getparent()
            if parent is not None and parent.tag == q("rPr"):
                parent.remove(element)


def _blacken(tree: etree._Element) -> None:
    for element in list(tree.iter(etree.Element)):
        name = etree.QName(element)
        if name.namespace == W:
            _blacken_word(element, name.localname)
        elif name.namespace and name.namespace.startswith("http://schemas.openxmlformats.org/drawingml/"):
            _blacken_drawing(element, name.localname)
        elif name.namespace == _W14 and name.localname in _EFFECTS:
            parent = element.getparent()
            if parent is not None:
                parent.remove(element)
        elif name.namespace and name.namespace.startswith("urn:schemas-microsoft-com"):
            for key, value in element.attrib.items():
                if _VML.fullmatch(str(key)) and str(value).lower() not in _WHITE:
                    element.set(str(key), "black")
    for scheme in tree.iter(f"{_A}clrScheme"):
        for item in scheme:
            plain = _BLACK if etree.QName(item).localname in _THEME_COLORS else "FFFFFF"
            for old in list(item):
                item.remove(old)
            etree.SubElement(item, f"{_A}srgbClr", val=plain)


def _blacken_word(element: etree._Element, name: str) -> None:
    parent = element.getparent()
    if name in ("color", "highlight", "outline", "shadow", "emboss", "imprint", "effect") and parent is not None:
        if parent.tag == q("rPr"):
            parent.remove(element)
        return
    if name == "shd" and parent is not None:
        if _is_bar(element, parent):
            for key in [key for key in element.attrib if "heme" in str(key)]:
                del element.attrib[key]
            element.set(q("fill"), _BLACK)
            element.set(q("val"), "clear")
            element.set(q("color"), "auto")
        else:
            parent.remove(element)
        return
    if name == "background" and parent is not None:
        parent.remove(element)
        return
    for key in ("themeColor", "themeTint", "themeShade"):
        element.attrib.pop(q(key), "")
    if element.get(q("color"), "auto").lower() not in ("auto", _BLACK):
        element.set(q("color"), _BLACK)


def _is_bar(shade: etree._Element, parent: etree._Element) -> bool:
    """Whether it is the shade of a cell that holds nothing and is dark enough to be seen."""
    cell = parent.getparent()
    fill = shade.get(q("fill"), "auto")
    if cell is None or cell.tag != q("tc") or not re.fullmatch("[0-9A-Fa-f]{6}", fill):
        return False
    is_dark = sum(int(fill[n : n + 2], 16) for n in (0, 2, 4)) < 3 * 0xC0
    return is_dark and not any((item.text or "").strip() or item.tag != q("t") for item in cell.iter(*_TEXTLESS))


def _blacken_drawing(element: etree._Element, name: str) -> None:
    parent = element.getparent()
    if parent is not None and etree.QName(parent).localname in ("clrChange", "clrFrom", "clrTo", "clrScheme"):
        return
    if name in ("prstClr", "hslClr", "scrgbClr", "schemeClr") and element.get("val") not in ("phClr", "bg1", "lt1"):
        is_white = element.get("val") == "white"
        element.tag = f"{_A}srgbClr"
        element.attrib.clear()
        element.set("val", "FFFFFF" if is_white else _BLACK)
        for child in list(element):
            element.remove(child)
    elif name == "srgbClr" and element.get("val", "").upper() not in ("FFFFFF", _BLACK):
        element.set("val", _BLACK)
