"""texts that a script makes: rich text inside the formatting of the tag that prints it, listings, raw XML."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from bidkit.ooxml.links import find_relationship
from bidkit.ooxml.opc import OFFICE_RELS
from bidkit.ooxml.values import Rendering, Site, Styles, escape_text, expand_controls, text_xml

_SCHEMA_ORDER = """
rStyle rFonts b bCs i iCs caps smallCaps strike dstrike outline shadow emboss imprint noProof snapToGrid vanish
webHidden color spacing w kern position sz szCs highlight u effect bdr shd fitText vertAlign rtl cs em lang
eastAsianLayout specVanish oMath
"""
_ORDER = {f"w:{name}": position for position, name in enumerate(_SCHEMA_ORDER.split())}
_REPLACED = {"w:shd": ("w:highlight",), "w:strike": ("w:dstrike",)}
_NOT_INHERITED = ("w:rPrChange", "w:ins", "w:del", "w:moveFrom", "w:moveTo")
_ELEMENT = re.compile(r"<([\w:]+)(?:\s[^>]*)?(?:/>|>.*?</\1\s*>)", re.DOTALL)
_ATTRIBUTE = re.compile(r'([\w:]+)="([^"]*)"')
_THEMES = {"w:ascii": "w:asciiTheme", "w:hAnsi": "w:hAnsiTheme", "w:eastAsia": "w:eastAsiaTheme", "w:cs": "w:cstheme"}
_COLOR = re.compile("#?([0-9A-Fa-f]{6}|auto)")
_UNDERLINES = (
    "single", "words", "double", "thick", "dotted", "dottedHeavy", "dash", "dashedHeavy", "dashLong", "dashLongHeavy",
    "dotDash", "dashDotHeavy", "dotDotDash", "dashDotDotHeavy", "wave", "wavyHeavy", "wavyDouble", "none",
)  # fmt: skip
_NOWHERE = Site("", 0, 0)


@dataclass(frozen=True)
class _Piece:
    """A text of one format: `properties` are children of `w:rPr` by name."""

    text: str
    style: str = ""
    properties: tuple[tuple[str, str], ...] = ()
    link: str = ""


class RichText:
    """Text in several formats for `{{r … }}` and `{{ … }}`; what it does not say is as the tag's own run.

    Args of `RichText(text, …)` and `add(text, …)`:
        text: a text, or a RichText, whose pieces are added as they are.
        style: id or name of a character style; the tag's own formatting is then not taken over.
        color, highlight: RRGGBB.
        size: in half-points.
        underline: True, or the kind of line as Word calls it: single, double, thick, dotted, dash, dotDash, wave …
        font: a name, or `region:name` (eastAsia:SimSun) to set that region's font too.
        url_id: a link, as made by `DocxTemplate.build_url_id`.

    Raises:
        ValueError: a colour or size that Word cannot read.
    """

    is_closed = True  # to templates, which change nothing

    def __init__(self, text: Any = None, **properties: Any) -> None:
        self._pieces: tuple[_Piece, ...] = ()
        if text:
            self.add(text, **properties)

    def add(
        self,
        text: Any,
        style: str | None = None,
        color: str | None = None,
        highlight: str | None = None,
        size: float | str | None = None,
        subscript: bool | None = None,
        superscript: bool | None = None,
        bold: bool | None = False,
        italic: bool | None = False,
        underline: bool | str | None = False,
        strike: bool | None = False,
        font: str | None = None,
        url_id: str | None = None,
        rtl: bool | None = False,
        lang: str | None = None,
    ) -> None:
        """Add a text behind the others; the arguments stand at the class."""
        if isinstance(text, RichText):
            self._pieces += text._pieces
            return
        named = {
            "w:rFonts": _fonts(font),
            "w:b": "<w:b/>" if bold else "",
            "w:bCs": "<w:bCs/>" if bold and rtl else "",
            "w:i": "<w:i/>" if italic else "",
            "w:iCs": "<w:iCs/>" if italic and rtl else "",
            "w:strike": "<w:strike/>" if strike else "",
            "w:color": f'<w:color w:val="{_color(color)}"/>' if color else "",
            **_sizes(size),
            "w:u": f'<w:u w:val="{_underline(underline)}"/>' if underline else "",
            "w:shd": f'<w:shd w:val="clear" w:color="auto" w:fill="{_color(highlight)}"/>' if highlight else "",
            "w:vertAlign": _raised(subscript, superscript),
            "w:rtl": '<w:rtl w:val="true"/>' if rtl else "",
            "w:lang": f"<w:lang w:val={_quote(lang)}/>" if lang else "",
        }
        shown = text.decode() if isinstance(text, bytes) else str(text)
        properties = tuple((name, xml) for name, xml in named.items() if xml)
        self._pieces += (_Piece(shown, style or "", properties, url_id or ""),)

    def runs(self, rendering: Rendering, site: Site) -> str:
        """The runs."""
        return "".join(_print_piece(piece, rendering, site) for piece in self._pieces)

    @property
    def xml(self) -> str:
        """The runs as they are without a template: style ids as given, links as made by `build_url_id`."""
        return "".join(_print_piece(piece, None, _NOWHERE) for piece in self._pieces)

    def __str__(self) -> str:
        return self.xml

    def __html__(self) -> str:
        return self.xml


class RichTextParagraph:
    """Paragraphs of rich text for `{{p … }}`; the arguments are those of `add`."""

    is_closed = True

    def __init__(self, text: Any = None, **properties: Any) -> None:
        self._paragraphs: tuple[tuple[RichText, str], ...] = ()
        if text:
            self.add(text, **properties)

    def add(self, text: Any, parastyle: str | None = None) -> None:
        """Add a paragraph of a text or RichText.

        Args:
            parastyle: id or name of a paragraph style; the formatting of the tag and its paragraph is then not taken
                over.
        """
        self._paragraphs += (
            (RichText(RichText(text)) if isinstance(text, RichText) else RichText(text), parastyle or ""),
        )

    def blocks(self, rendering: Rendering, site: Site) -> str:
        """The paragraphs."""
        return "".join(_print_paragraph(text, style, rendering, site) for text, style in self._paragraphs)

    @property
    def xml(self) -> str:
        """The paragraphs as they are without a template."""
        return "".join(_print_paragraph(text, style, None, _NOWHERE) for text, style in self._paragraphs)

    def __str__(self) -> str:
        return self.xml

    def __html__(self) -> str:
        return self.xml


class Listing(str):
    """Text with docxtpl's control characters; every text may hold them here, so it is a text like any other."""

    __slots__ = ()


class Xml:
    """WordprocessingML that is printed as it is: what `|safe` and Markup give.

    Raises:
        ValueError: it is not well formed, not Word's, or mixes levels; also from the methods, for an id that the part
            does not have.
        TypeError: from the methods: it is of another level; the text is the tag to use.
    """

    def __init__(self, text: str) -> None:
        from bidkit.ooxml.fragment import parse_fragment

        self._text = str(text)
        self._fragment = parse_fragment(self._text)

    def __str__(self) -> str:
        return self._text

    def __html__(self) -> str:
        return self._text

    @property
    def level(self) -> str:
        """The prefix of the tag that prints it: p, tr, tc, r, or none for text and what stands in a run."""
        return self._fragment.level

    def runs(self, rendering: Rendering, site: Site) -> str:
        """Whole runs; text and what stands in a run gets the tag's formatting."""
        if self.level not in ("r", ""):
            raise TypeError(f"{{{{{self.level} … }}}}")
        if self._fragment.can_only_split and not site.can_split:
            raise ValueError("</w:p>")
        xml = self._print(rendering)
        if self.level == "r":
            return xml
        if xml.startswith("<w:"):
            return f"<w:r>{site.run}{xml}</w:r>"
        return f'<w:r>{site.run}<w:t xml:space="preserve">{expand_controls(xml, site)}</w:t></w:r>'

    def blocks(self, rendering: Rendering, site: Site) -> str:
        """Whole paragraphs and tables; runs get a paragraph like the tag's."""
        if self.level == "p":
            return self._print(rendering)
        return f"{site.begin}{self.runs(rendering, site)}{site.end}"

    def rows(self, rendering: Rendering, site: Site) -> str:
        """Whole table rows."""
        return self._of_level("tr", rendering)

    def cells(self, rendering: Rendering, site: Site) -> str:
        """Whole table cells."""
        return self._of_level("tc", rendering)

    def _of_level(self, level: str, rendering: Rendering) -> str:
        if self.level != level:
            raise TypeError(f"{{{{{self.level} … }}}}")
        return self._print(rendering)

    def _print(self, rendering: Rendering) -> str:
        return self._fragment.fill(rendering, find_relationship)


def merge_properties(tag: str, own: Iterable[tuple[str, str]]) -> str:
    """The `w:rPr` of a run inside that of its tag: in schema order, its own properties before the tag's.

    Args:
        tag: the `w:rPr` of the tag's run, or nothing.
        own: children of `w:rPr` by name.
    """
    return _merge(tag, tuple(own))


@lru_cache(maxsize=4096)
def _merge(tag: str, own: tuple[tuple[str, str], ...]) -> str:
    inside = tag[tag.find(">") + 1 : tag.rfind("</")] if "</" in tag else ""
    merged = {found.group(1): found.group() for found in _ELEMENT.finditer(inside)}
    for name in _NOT_INHERITED:
        merged.pop(name, None)
    for name, xml in own:
        for replaced in _REPLACED.get(name, ()):
            merged.pop(replaced, None)
        merged[name] = _merge_fonts(merged[name], xml) if name == "w:rFonts" and name in merged else xml
    ordered = sorted(merged, key=lambda name: _ORDER.get(name, len(_ORDER)))  # extensions stand last
    return f"<w:rPr>{''.join(merged[name] for name in ordered)}</w:rPr>" if merged else ""


def _merge_fonts(tag: str, own: str) -> str:
    """Fonts by region; a font that is set takes the place of the theme's."""
    fonts = dict(_ATTRIBUTE.findall(tag))
    for region, name in _ATTRIBUTE.findall(own):
        fonts.pop(_THEMES.get(region, ""), None)
        fonts[region] = name
    return "<w:rFonts " + " ".join(f'{region}="{name}"' for region, name in fonts.items()) + "/>"


def _print_piece(piece: _Piece, rendering: Rendering | None, site: Site) -> str:
    own, tag = piece.properties, site.run
    if piece.style:
        style = _find_style(rendering.styles if rendering else None, "character", piece.style)
        own, tag = (("w:rStyle", f"<w:rStyle w:val={_quote(style)}/>"), *own), ""
    run = merge_properties(tag, own)
    here = Site(site.properties, site.width, site.height, run, site.can_split and not piece.link)
    xml = f'<w:r>{run}<w:t xml:space="preserve">{text_xml(piece.text, here)}</w:t></w:r>'
    if not piece.link:
        return xml
    rid = _quote(find_relationship(piece.link, rendering) if rendering else piece.link)
    return f'<w:hyperlink xmlns:r="{OFFICE_RELS}" r:id={rid} w:tgtFrame="_blank">{xml}</w:hyperlink>'


def _print_paragraph(text: RichText, style: str, rendering: Rendering | None, site: Site) -> str:
    if style:
        styles = rendering.styles if rendering else None
        found = _find_style(styles, "paragraph", style)
        heading = styles.heading_levels.get(found, 0) if styles else 0
        properties = f"<w:pPr><w:pStyle w:val={_quote(found)}/></w:pPr>"
        site = replace(site, properties=properties, run="", heading=str(heading or ""))
    runs = text.xml if rendering is None else text.runs(rendering, site)
    return f"{site.begin}{runs}{site.end}"


def _find_style(styles: Styles | None, kind: str, name: str) -> str:
    """The id of a style given by name or id; an unknown one is left as it is, and Word ignores it."""
    return (styles.find(kind, name) if styles else None) or name


def _quote(text: str) -> str:
    return '"' + escape_text(text).replace('"', "&quot;") + '"'


def _fonts(font: str | None) -> str:
    if not font:
        return ""
    region, _, name = font.partition(":")
    regions = ["ascii", "hAnsi", "cs"]
    if region in (*regions, "eastAsia"):
        regions += [region] if region == "eastAsia" else []
    else:
        name = font
    return f"<w:rFonts {' '.join(f'w:{each}={_quote(name)}' for each in regions)}/>"


def _sizes(size: float | str | None) -> dict[str, str]:
    if not size:
        return {}
    number = round(float(size))
    if not 1 <= number <= 3276:
        raise ValueError(f"size {size} is not one of 1 to 3276 half-points")
    return {"w:sz": f'<w:sz w:val="{number}"/>', "w:szCs": f'<w:szCs w:val="{number}"/>'}


def _color(color: str) -> str:
    found = _COLOR.fullmatch(str(color))
    if found is None:
        raise ValueError(f"colour {color!r} is not RRGGBB")
    return found.group(1)


def _underline(kind: bool | str) -> str:
    return kind if isinstance(kind, str) and kind in _UNDERLINES else "single"


def _raised(subscript: bool | None, superscript: bool | None) -> str:
    kind = "superscript" if superscript else "subscript" if subscript else ""
    return f'<w:vertAlign w:val="{kind}"/>' if kind else ""


R = RichText
RP = RichTextParagraph
