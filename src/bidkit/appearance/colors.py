"""the colours of a finished file: what a theme stands for, and whatever in a part is neither black nor white."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lxml import etree

from bidkit.readback.names import W

_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
_VML_SPACES = ("urn:schemas-microsoft-com:vml", "urn:schemas-microsoft-com:office:office")
_NAMES = {
    "text1": "dk1",
    "dark1": "dk1",
    "tx1": "dk1",
    "background1": "lt1",
    "light1": "lt1",
    "bg1": "lt1",
    "text2": "dk2",
    "dark2": "dk2",
    "tx2": "dk2",
    "background2": "lt2",
    "light2": "lt2",
    "bg2": "lt2",
    "hyperlink": "hlink",
    "followedHyperlink": "folHlink",
}
_BLACK, _WHITE = ("000000", "auto", "black", "windowText"), ("FFFFFF", "white", "window", "none", "auto")
_EFFECTS, _OFF = ("outline", "shadow", "emboss", "imprint", "effect"), ("0", "false", "off", "none")
_PLAIN_SHADES = ("clear", "nil", "solid")
_VML_KEYS = re.compile(r"(fill|stroke)?color2?")
_TINTS = ("themeTint", "themeShade")


@dataclass(frozen=True)
class Theme:
    """The colours and fonts of a theme, by their names."""

    colors: Mapping[str, str] = field(default_factory=dict)
    fonts: Mapping[tuple[str, str], str] = field(default_factory=dict)

    @classmethod
    def read(cls, trees: Mapping[str, etree._Element]) -> Theme:
        """The theme of a file; of one without a theme, an empty one."""
        tree = next((tree for part, tree in trees.items() if re.fullmatch(r"word/theme/theme\d*\.xml", part)), None)
        if tree is None:
            return cls()
        scheme = tree.find(f".//{_A}clrScheme")
        colors = {}
        for item in scheme if scheme is not None else ():
            inner = item[0] if len(item) else None
            value = "" if inner is None else str(inner.get("lastClr") or inner.get("val", ""))
            colors[etree.QName(item).localname] = value
        fonts = {}
        for kind in ("major", "minor"):
            for script in ("latin", "ea"):
                found = tree.find(f".//{_A}{kind}Font/{_A}{script}")
                fonts[kind, script] = "" if found is None else found.get("typeface", "")
            chinese = tree.find(f".//{_A}{kind}Font/{_A}font[@script='Hans']")
            if not fonts[kind, "ea"] and chinese is not None:
                fonts[kind, "ea"] = chinese.get("typeface", "")
        return cls(colors, fonts)

    def font(self, reference: str) -> str:
        """What a name such as `minorHAnsi` or `majorEastAsia` stands for."""
        return self.fonts.get((reference[:5], "ea" if reference.endswith("EastAsia") else "latin"), "")

    def color(self, name: str) -> str:
        """The colour of a name such as `accent1` or `text1`; the name itself if the theme has none."""
        return self.colors.get(_NAMES.get(name, name), name)

    def resolve(self, element: etree._Element | None) -> str:
        """The colour of a w:color: RRGGBB or `auto`; a shade of a theme's colour is followed by its strength."""
        if element is None:
            return "auto"
        named = element.get(f"{W}themeColor", "")
        tint = next((element.get(f"{W}{key}", "") for key in _TINTS if element.get(f"{W}{key}", "FF") != "FF"), "")
        return self.color(named) + (f"/{tint}" if tint else "") if named else element.get(f"{W}val", "auto")


def is_black(color: str) -> bool:
    """Whether text of this colour is black; `auto` is on white paper."""
    return color in _BLACK


def is_neutral(color: str) -> bool:
    """Whether it is black, white or none."""
    return color.upper() in ("000000", "FFFFFF") or color in _BLACK or color in _WHITE


def find_colors(tree: etree._Element, theme: Theme) -> Iterator[tuple[etree._Element, str]]:
    """Colours of a part that are neither black nor white: of shades, lines, marks, drawings."""
    for element in tree.iter(etree.Element):
        name = etree.QName(element)
        if element.tag == f"{W}highlight":
            if element.get(f"{W}val") not in ("none", "black"):
                yield element, element.get(f"{W}val", "")
        elif element.tag == f"{W}color":
            color = theme.resolve(element)
            if not is_black(color):
                yield element, color
        elif name.namespace == W[1:-1] and name.localname in _EFFECTS and element.get(f"{W}val", "1") not in _OFF:
            yield element, name.localname
        elif name.namespace == W[1:-1]:
            yield from ((element, color) for color in _find_in_word(element, theme) if not is_neutral(color))
        elif name.namespace == _W14[1:-1] and name.localname in ("textFill", "textOutline", "glow", "shadow"):
            yield element, name.localname
        elif name.namespace in _VML_SPACES:
            for key, value in element.attrib.items():
                color = str(value).lower().partition(" ")[0].lstrip("#")
                short = {"000": "000000", "fff": "ffffff"}.get(color, color)
                if _VML_KEYS.fullmatch(str(key)) and not is_neutral(short):
                    yield element, color
        elif name.localname.endswith("Clr") and (color := _find_in_drawing(element, theme)):
            yield element, color


def _find_in_word(element: etree._Element, theme: Theme) -> Iterator[str]:
    if element.tag == f"{W}shd" and element.get(f"{W}val", "clear") not in _PLAIN_SHADES:
        yield element.get(f"{W}val", "")  # a pattern of black and white is grey
    for key, themed in (("color", "themeColor"), ("fill", "themeFill")):
        reference = element.get(f"{W}{themed}")
        if reference:
            yield theme.color(reference)
        elif element.get(f"{W}{key}"):
            yield str(element.get(f"{W}{key}"))


def _find_in_drawing(element: etree._Element, theme: Theme) -> str:
    """A colour of a drawing or chart that is not black or white; a shade of white is no white."""
    name, value = etree.QName(element).localname, element.get("val", "")
    if name == "schemeClr":
        color = theme.color(value)
        is_shown = value != "phClr" and not is_neutral(color)
        return color if is_shown or any(etree.QName(item).localname in ("lumMod", "tint") for item in element) else ""
    if name in ("srgbClr", "prstClr"):
        return "" if is_neutral(value) else value
    return "" if name != "sysClr" or is_neutral(element.get("lastClr") or value) else value
