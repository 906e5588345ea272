"""what a template looks like: the names of its styles, its colour, its paper."""

from __future__ import annotations

import re

from lxml import etree

from bidkit.ooxml import opc
from bidkit.ooxml.lists import read_numbers
from bidkit.ooxml.tree import find_numbered, q
from bidkit.ooxml.values import Styles

_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_THEME = r"word/theme/theme\d*\.xml"


def read_styles(styles: etree._Element, numbering: etree._Element | None) -> Styles:
    """The names of a template's styles and the lists that they are linked to."""
    ids: dict[tuple[str, str], str] = {}
    lists: dict[str, tuple[str, str]] = {}
    numbers: dict[str, str] = {}
    for style in styles.iter(q("style")):
        style_id, name = style.get(q("styleId"), ""), style.find(q("name"))
        if name is not None:
            ids[style.get(q("type"), ""), name.get(q("val"), "").lower()] = style_id
        number = style.find(f"{q('pPr')}/{q('numPr')}/{q('numId')}")
        if number is not None and numbering is not None:
            found = find_numbered(numbering, "num", "numId", number.get(q("val"), ""))
            abstract = None if found is None else found.find(q("abstractNumId"))
            level = style.find(f"{q('pPr')}/{q('numPr')}/{q('ilvl')}")
            if abstract is not None:
                index = level.get(q("val"), "0") if level is not None else "0"
                lists[style_id] = (abstract.get(q("val"), ""), index)
                numbers[style_id] = number.get(q("val"), "")
    return Styles(ids, lists, numbers, *read_numbers(numbering))


def recolor(package: opc.Package, accent: str) -> opc.Package:
    """A package whose theme colour accent1 is another: in the theme, and in the value that stands beside its name."""
    changed: dict[str, bytes] = {}
    for part in package:
        if part.startswith("word/theme/") and part.endswith(".xml"):
            theme = opc.parse_xml(package[part])
            for element in theme.iterfind(f".//{_A}accent1/*"):
                element.tag = f"{_A}srgbClr"
                element.attrib.clear()
                element.set("val", accent)
            changed[part] = opc.serialize(theme)
        elif part.startswith("word/") and part.endswith(".xml") and b'"accent1"' in package[part]:
            tree = opc.parse_xml(package[part])
            for element in tree.iter():
                # w:color keeps its colour in w:val, borders and shading keep theirs in w:color and w:fill
                plain = "val" if element.tag == q("color") else "color"
                for name, value in (("themeColor", plain), ("themeFill", "fill")):
                    if element.get(q(name)) == "accent1":
                        element.set(q(value), accent)
            changed[part] = opc.serialize(tree)
    return package.replace(changed)


def repaper(package: opc.Package, width: int, height: int) -> opc.Package:
    """A package on another paper (upright, in twips); the printable width stays, so that no table has to change."""
    document = opc.parse_xml(package["word/document.xml"])
    for section in document.iter(q("sectPr")):
        size, margins = section.find(q("pgSz")), section.find(q("pgMar"))
        if size is None or margins is None:
            continue
        old = int(size.get(q("w"), "0"))
        is_lying = old > int(size.get(q("h"), "0"))
        wide, high = (height, width) if is_lying else (width, height)
        shift = (wide - old) // 2
        size.set(q("w"), str(wide))
        size.set(q("h"), str(high))
        for side in ("left", "right"):
            margins.set(q(side), str(int(margins.get(q(side), "0")) + shift))
    return package.replace({"word/document.xml": opc.serialize(document)})


def list_template_fonts(content: bytes, name: str, *, with_east_asian: bool) -> tuple[str, ...]:
    """The fonts that the styles of a .docx name, themselves or through its theme; none of a file that is not sound.

    Args:
        with_east_asian: also those for Chinese, Japanese and Korean text.
    """
    package, _ = opc.read_package(content, name)
    if package is None or "word/styles.xml" not in package:
        return ()
    theme = next((opc.parse_xml(package[part]) for part in package if re.fullmatch(_THEME, part)), None)
    kinds = ("ascii", "hAnsi", *(("eastAsia",) if with_east_asian else ()))
    fonts: dict[str, None] = {}
    for element in opc.parse_xml(package["word/styles.xml"]).iter(q("rFonts")):
        for kind in kinds:
            font = _find_theme_font(theme, element.get(q(f"{kind}Theme"), "")) or element.get(q(kind), "")
            if font:
                fonts[font] = None
    return tuple(fonts)


def _find_theme_font(theme: etree._Element | None, reference: str) -> str:
    """The font that a reference such as `minorHAnsi` or `majorEastAsia` stands for; empty if the theme names none."""
    if theme is None or not reference:
        return ""
    script = "ea" if reference.endswith("EastAsia") else "latin"
    found = theme.find(f".//{_A}{reference[:5]}Font/{_A}{script}")
    if found is not None and found.get("typeface"):
        return str(found.get("typeface"))
    simplified = theme.find(f".//{_A}{reference[:5]}Font/{_A}font[@script='Hans']") if script == "ea" else None
    return "" if simplified is None else simplified.get("typeface", "")
