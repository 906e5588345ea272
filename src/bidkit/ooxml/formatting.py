"""paragraph, run, style and section properties of a finished part: found, put in their places, taken out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from lxml import etree

from bidkit.ooxml.tree import q

_RUN = (
    "rStyle rFonts b bCs i iCs caps smallCaps strike dstrike outline shadow emboss imprint noProof "
    "snapToGrid vanish webHidden color spacing w kern position sz szCs highlight u effect bdr shd fitText "
    "vertAlign rtl cs em lang eastAsianLayout specVanish oMath rPrChange"
)
_PARAGRAPH = (
    "pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr suppressLineNumbers pBdr shd "
    "tabs suppressAutoHyphens kinsoku wordWrap overflowPunct topLinePunct autoSpaceDE autoSpaceDN bidi "
    "adjustRightInd snapToGrid spacing ind contextualSpacing mirrorIndents suppressOverlap jc "
    "textDirection textAlignment textboxTightWrap outlineLvl divId cnfStyle rPr sectPr pPrChange"
)
_SECTION = (
    "headerReference footerReference footnotePr endnotePr type pgSz pgMar paperSrc pgBorders lnNumType "
    "pgNumType cols formProt vAlign noEndnote titlePg textDirection bidi rtlGutter docGrid "
    "printerSettings sectPrChange"
)
_STYLE_TAIL = ("rPr", "tblPr", "trPr", "tcPr", "tblStylePr")
_ORDERS = {"rPr": _RUN, "pPr": _PARAGRAPH, "sectPr": _SECTION}


def number(element: etree._Element | None, name: str, default: int = 0) -> int:
    """A number in an attribute, also one with decimals as some programs write it; what is none counts as left out."""
    value = "" if element is None else element.get(q(name), "")
    return int(float(value)) if re.fullmatch(r"-?\d+(\.\d+)?", value) else default


def put(parent: etree._Element, name: str) -> etree._Element:
    """The child of a name inside of w:rPr, w:pPr or w:sectPr; made at its place in the schema's order if need be."""
    found = parent.find(q(name))
    if found is not None:
        return found
    order = _ORDERS[etree.QName(parent).localname].split()
    later = {q(other) for other in order[order.index(name) + 1 :]}
    made = etree.Element(q(name))
    position = next((n for n, child in enumerate(parent) if child.tag in later), len(parent))
    parent.insert(position, made)
    return made


def put_properties(holder: etree._Element, name: str) -> etree._Element:
    """The w:pPr or w:rPr of a paragraph, a run or a style."""
    found = holder.find(q(name))
    if found is not None:
        return found
    made = etree.Element(q(name))
    if holder.tag in (q("p"), q("r")):
        holder.insert(0, made)
        return made
    later = {q(other) for other in (_STYLE_TAIL if name == "pPr" else _STYLE_TAIL[1:])}
    position = next((n for n, child in enumerate(holder) if child.tag in later), len(holder))
    holder.insert(position, made)
    return made


def drop(parent: etree._Element | None, names: Iterable[str]) -> None:
    """Take out the children of these names."""
    for name in names if parent is not None else ():
        for child in parent.findall(q(name)):  # type: ignore[union-attr]
            parent.remove(child)  # type: ignore[union-attr]


def drop_attributes(element: etree._Element | None, names: Iterable[str]) -> None:
    """Take out attributes; an element that has none left goes too."""
    if element is None:
        return
    for name in names:
        element.attrib.pop(q(name), "")
    parent = element.getparent()
    if not element.attrib and not len(element) and parent is not None:
        parent.remove(element)


def runs_of(paragraph: etree._Element) -> Iterator[etree._Element]:
    """The runs of a paragraph, not those of paragraphs inside of it."""
    for run in paragraph.iter(q("r")):
        if next(run.iterancestors(q("p")), None) is paragraph:
            yield run


class StyleSheet:
    """The styles of a file by their ids; what a style has through those that it is based on."""

    def __init__(self, root: etree._Element) -> None:
        self.root = root
        self.by_id = {style.get(q("styleId"), ""): style for style in root.iter(q("style"))}
        self.names = {
            key: named.get(q("val"), "").lower()
            for key, style in self.by_id.items()
            if (named := style.find(q("name"))) is not None
        }
        defaults = [key for key, item in self.by_id.items() if item.get(q("type")) == "paragraph" and _is_default(item)]
        self.default = defaults[0] if defaults else ""

    def chain(self, style_id: str) -> Iterator[etree._Element]:
        """A style and those that it is based on."""
        seen = set[str]()
        while style_id in self.by_id and style_id not in seen:
            seen.add(style_id)
            yield self.by_id[style_id]
            based = self.by_id[style_id].find(q("basedOn"))
            style_id = "" if based is None else based.get(q("val"), "")

    def find(self, style_id: str, *path: str) -> etree._Element | None:
        """The nearest element of a path, such as `pPr`, `jc`, along the chain."""
        steps = "/".join(q(step) for step in path)
        return next((found for style in self.chain(style_id) if (found := style.find(steps)) is not None), None)

    def of(self, paragraph: etree._Element) -> str:
        """The id of a paragraph's style."""
        named = paragraph.find(f"{q('pPr')}/{q('pStyle')}")
        return self.default if named is None else named.get(q("val"), self.default)

    def look_up(self, paragraph: etree._Element, *path: str) -> etree._Element | None:
        """An element of a paragraph's properties: its own, or else its style's."""
        own = paragraph.find("/".join(q(step) for step in ("pPr", *path)))
        return own if own is not None else self.find(self.of(paragraph), "pPr", *path)

    def heading_level(self, paragraph: etree._Element) -> int:
        """1 for a heading of the first level, as is the title of the contents; 0 if it is none."""
        name = self.names.get(self.of(paragraph), "")
        if name.startswith("heading ") and name[8:].isdecimal():
            return int(name[8:])
        if name == "toc heading":
            return 1
        level = number(self.look_up(paragraph, "outlineLvl"), "val", 9)
        return level + 1 if 0 <= level < 9 else 0

    def is_contents(self, paragraph: etree._Element) -> bool:
        """Whether it is a line of a table of contents or list of figures, or the title above one."""
        name = self.names.get(self.of(paragraph), "")
        return name.startswith("toc ") or name == "table of figures"  # `toc heading` among them


def _is_default(style: etree._Element) -> bool:
    return style.get(q("default")) in ("1", "true", "on")
