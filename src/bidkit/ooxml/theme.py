"""what a template looks like: the names of its styles, its colour, its paper."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from lxml import etree

from bidkit.ooxml import opc
from bidkit.ooxml.lists import read_numbers
from bidkit.ooxml.tree import find_numbered, q
from bidkit.ooxml.values import Styles

_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_THEME = r"(?:word|xl)/theme/theme\d*\.xml"


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


@dataclass(frozen=True)
class Theme:
    """What takes the place of a template's theme: colours (RRGGBB) and fonts, as far as they are given.

    Args:
        colors: by name, `accent1` to `accent6`.
        fonts: by scheme (`major` for headings, `minor` for text) and script (`latin`, `ea`).
    """

    colors: tuple[tuple[str, str], ...] = ()
    fonts: tuple[tuple[tuple[str, str], str], ...] = ()


def retheme(package: opc.Package, theme: Theme) -> opc.Package:
    """A package with another theme: in the theme part, and where a colour or a font of the old one is written out."""
    names = [part for part in package if re.fullmatch(_THEME, part)]
    colors, fonts = dict(theme.colors), dict(theme.fonts)
    changed: dict[str, bytes] = {}
    old: dict[tuple[str, str], str] = {}
    for part in names:
        tree = opc.parse_xml(package[part])
        old |= _change_theme(tree, colors, fonts)
        changed[part] = opc.serialize(tree)
    marks = [f'"{name}"'.encode() for name in colors] + ([b"rFonts"] if fonts else [])
    for part in package:
        if part.startswith("word/") and part.endswith(".xml") and part not in names:
            if not any(mark in package[part] for mark in marks):
                continue
            tree = opc.parse_xml(package[part])
            for element in tree.iter():
                # w:color keeps its colour in w:val, borders and shading keep theirs in w:color and w:fill
                plain = "val" if element.tag == q("color") else "color"
                for name, value in (("themeColor", plain), ("themeFill", "fill")):
                    if element.get(q(name)) in colors:
                        element.set(q(value), colors[element.get(q(name), "")])
                if element.tag == q("rFonts"):
                    _change_fonts(element, old, fonts)
            changed[part] = opc.serialize(tree)
    return package.replace(changed)


def _change_theme(
    tree: etree._Element, colors: Mapping[str, str], fonts: Mapping[tuple[str, str], str]
) -> dict[tuple[str, str], str]:
    """Change a theme part; the fonts that it had before."""
    for name, color in colors.items():
        for element in tree.iterfind(f".//{_A}{name}/*"):
            element.tag = f"{_A}srgbClr"
            element.attrib.clear()
            element.set("val", color)
    old = {}
    for scheme in ("major", "minor"):
        for script in ("latin", "ea"):
            places = [f".//{_A}{scheme}Font/{_A}{script}"]
            places += [f".//{_A}{scheme}Font/{_A}font[@script='Hans']"] if script == "ea" else []
            found = [element for place in places for element in tree.iterfind(place)]
            old[scheme, script] = next((str(item.get("typeface")) for item in found if item.get("typeface")), "")
            for element in found if (scheme, script) in fonts else ():
                element.set("typeface", fonts[scheme, script])
    return old


def _change_fonts(
    element: etree._Element, old: Mapping[tuple[str, str], str], fonts: Mapping[tuple[str, str], str]
) -> None:
    """Fonts that a style or a run writes out: those of the old theme become those of the new one."""
    scheme, other = ("major", "minor") if _is_heading(element) else ("minor", "major")
    for slot in ("ascii", "hAnsi", "cs", "eastAsia"):
        script = "ea" if slot == "eastAsia" else "latin"
        named = element.get(q("cstheme" if slot == "cs" else f"{slot}Theme"), "")[:5]
        written = element.get(q(slot))
        same = [key for key in ((scheme, script), (other, script)) if written and written == old.get(key)]
        key = (named, script) if named else next(iter(same), None)
        if key is not None and key in fonts and written:
            element.set(q(slot), fonts[key])


def _is_heading(fonts: etree._Element) -> bool:
    """Whether fonts are those of a heading's or a title's style."""
    style = next(fonts.iterancestors(q("style")), None)
    name = None if style is None else style.find(q("name"))
    return name is not None and re.search("heading|title", name.get(q("val"), "").lower()) is not None


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


def repaper_sheets(package: opc.Package, paper: int) -> opc.Package:
    """A workbook on another paper, by Excel's number for it (1 Letter, 9 A4)."""
    changed = {}
    for part in package:
        if re.fullmatch(r"xl/worksheets/[^/]+\.xml", part):
            tree = opc.parse_xml(package[part])
            for setup in tree.iter("{*}pageSetup"):
                setup.set("paperSize", str(paper))
            changed[part] = opc.serialize(tree)
    return package.replace(changed)


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
