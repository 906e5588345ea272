"""a filled form as a part of a volume: under a heading, in styles of its own, so that it looks as it does by itself.

What a file says once for all of its text (defaults, theme) is written into the styles of the part, whose names no
template has. Inside of tables it is written into the styles of the tables, because those come before it.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Collection, Iterator, Mapping

from lxml import etree

from bidkit.appearance.colors import Theme
from bidkit.forms.blanks import DOCUMENT
from bidkit.forms.flow import read_text
from bidkit.forms.values import unfit
from bidkit.ooxml.formatting import put, put_properties
from bidkit.ooxml.include import EXACT
from bidkit.ooxml.opc import (
    CONTENT_TYPES,
    OFFICE_RELS,
    Package,
    add_content_types,
    add_relationships,
    parse_xml,
    rels_name,
    serialize,
    write_package,
)
from bidkit.ooxml.tree import q, set_text

STYLES, NUMBERING = "word/styles.xml", "word/numbering.xml"
NOTES = ("word/footnotes.xml", "word/endnotes.xml")
_STYLES_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"
_MARGIN = re.compile(r"word/(header|footer)\d*\.xml")
_HEADING = "FormHeading"
_USES = ("pStyle", "rStyle", "tblStyle", "basedOn", "next", "link", "styleLink", "numStyleLink")
_IN_TABLE = "-t"
_PAGE_ONLY = re.compile(r"[\d\s第页共/—–·.\-]*|page \d* ?(of \d*)?", re.I)
_THEMED = {"ascii": "asciiTheme", "hAnsi": "hAnsiTheme", "eastAsia": "eastAsiaTheme", "cs": "cstheme"}
_FONT = "Times New Roman"
_SPACING = {"before": "0", "after": "0", "line": "240", "lineRule": "auto"}
_SIZE = "20"
"""Half points: what a text has of which nothing is said."""


def make_part(package: Package, changed: Collection[str], key: str, title: str, bookmark: str) -> bytes:
    """A .docx that can stand in the place of a part of a pack. Raises Unfit for what cannot come along.

    Args:
        changed: the parts in which something was filled in.
        key: what begins the names of its styles; one of its own in the volume.
        title: the heading above it.
        bookmark: the name of the range from that heading to the end.
    """
    if any(_MARGIN.fullmatch(name) for name in changed):
        raise unfit("form_header_blank")
    names = [name for name in (DOCUMENT, STYLES, NUMBERING, *NOTES) if name in package]
    trees = {name: parse_xml(package[name]) for name in names}
    body = trees[DOCUMENT].find(q("body"))
    if body is None:
        raise unfit("form_damaged")
    sheet = trees.setdefault(STYLES, etree.Element(q("styles"), nsmap={"w": q("")[1:-1]}))
    theme = Theme.read({name: parse_xml(package[name]) for name in package if name.startswith("word/theme/")})
    for tree in trees.values():
        _write_out(tree, theme)
    _Styles(sheet, key).separate(trees)
    _frame(body, title, bookmark)
    content = {name: serialize(tree) for name, tree in trees.items()}
    return write_package(package.replace(content if STYLES in package else _link_styles(package, content)))


def _link_styles(package: Package, content: Mapping[str, bytes]) -> dict[str, bytes]:
    """The changed parts of a file that had no styles, with what makes its new part of styles known."""
    rels, types = rels_name(DOCUMENT), add_content_types(package[CONTENT_TYPES], {}, {STYLES: _STYLES_TYPE})
    linked = add_relationships(package.get(rels), {"rIdStyles": (f"{OFFICE_RELS}/styles", "styles.xml", False)})
    return {**content, rels: linked, CONTENT_TYPES: types}


def find_margin_text(package: Package) -> str:
    """What its headers and footers say beside page numbers, which does not come along into a volume."""
    parts = [parse_xml(package[name]) for name in package if _MARGIN.fullmatch(name)]
    texts = [" ".join(read_text(item).replace("\ufffc", "").split()) for tree in parts for item in tree.iter(q("p"))]
    return "; ".join(text for text in texts if not _PAGE_ONLY.fullmatch(text))


def refuse_foreign(parts: Mapping[str, bytes], title: str) -> None:
    """Refuse a filled form that says what would be read as a tag, or has sections inside. Raises Unfit."""
    trees = {name: parse_xml(parts[name]) for name in (DOCUMENT, *NOTES) if name in parts}
    texts = [read_text(item) for tree in trees.values() for item in tree.iter(q("p"))]
    if any(mark in text for text in (*texts, title) for mark in ("{{", "{%", "{#", "}}", "%}", "#}")):
        raise unfit("form_tags")
    if len(list(trees[DOCUMENT].iter(q("sectPr")))) > 1:
        raise unfit("form_sections")


def _write_out(tree: etree._Element, theme: Theme) -> None:
    """Fonts and colours by themselves instead of by their places in a theme."""
    for fonts in tree.iter(q("rFonts")):
        for slot, themed in _THEMED.items():
            if reference := fonts.attrib.pop(q(themed), ""):
                fonts.set(q(slot), theme.font(str(reference)) or _FONT)
    for element in tree.iter(q("color"), q("shd"), q("u")):
        for key in [key for key in element.attrib if str(key).startswith(q("theme"))]:
            del element.attrib[key]
    for level in [*tree.iter(q("outlineLvl"))]:
        level.getparent().remove(level)  # type: ignore[union-attr]


def _frame(body: etree._Element, title: str, bookmark: str) -> None:
    """The heading before a form, the bookmark around both."""
    heading = etree.Element(q("p"))
    put(put_properties(heading, "pPr"), "pStyle").set(q("val"), _HEADING)
    etree.SubElement(heading, q("bookmarkStart"), {q("id"): "9000", q("name"): bookmark})
    set_text(etree.SubElement(etree.SubElement(heading, q("r")), q("t")), title)
    body.insert(0, heading)
    end, section = etree.Element(q("bookmarkEnd"), {q("id"): "9000"}), body.find(q("sectPr"))
    if section is None:
        body.append(end)
    else:
        section.addprevious(end)
        section.set(EXACT, "1")


class _Styles:
    """The styles of a form under names of its own, each with what the file says once for all."""

    def __init__(self, sheet: etree._Element, key: str) -> None:
        self.sheet, self.key = sheet, key
        defaults = sheet.find(q("docDefaults"))
        self.run, self.paragraph = (
            None if defaults is None else defaults.find(f"{q(f'{name}Default')}/{q(name)}") for name in ("rPr", "pPr")
        )
        if defaults is not None:
            sheet.remove(defaults)

    def separate(self, trees: Mapping[str, etree._Element]) -> None:
        """Write the names into all that refers to a style."""
        usual = {kind: self._find_usual(kind) for kind in ("paragraph", "table")}
        for name, tree in trees.items():
            if name not in (STYLES, NUMBERING):
                self._name_usual(tree, usual)
        self._unlink(trees)
        inside = self._mark_inside(trees)
        for name in (name for name in trees if name != STYLES):
            self._rename(trees[name])
        self._copy_inside(inside)
        for style in self.sheet.iter(q("style")):
            self._settle(style)
        made = etree.SubElement(self.sheet, q("style"), {q("type"): "paragraph", q("styleId"): _HEADING})
        etree.SubElement(made, q("name"), {q("val"): "heading 1"})

    def _find_usual(self, kind: str) -> str:
        """The id of the style that holds where none is named; made if there is none."""
        for style in self.sheet.iter(q("style")):
            if style.get(q("type")) == kind and style.get(q("default")) in ("1", "true", "on"):
                del style.attrib[q("default")]
                return style.get(q("styleId"), "")
        made = etree.SubElement(self.sheet, q("style"), {q("type"): kind, q("styleId"): f"usual-{kind}"})
        etree.SubElement(made, q("name"), {q("val"): f"usual {kind}"})
        return f"usual-{kind}"

    def _name_usual(self, tree: etree._Element, usual: Mapping[str, str]) -> None:
        known = {style.get(q("styleId")) for style in self.sheet.iter(q("style"))}
        for paragraph in tree.iter(q("p")):
            own = put(put_properties(paragraph, "pPr"), "pStyle")
            if own.get(q("val")) not in known:
                own.set(q("val"), usual["paragraph"])
        for table in tree.iter(q("tbl")):
            properties = table.find(q("tblPr"))
            if properties is None:
                properties = etree.Element(q("tblPr"))
                table.insert(0, properties)
            named = properties.find(q("tblStyle"))
            if named is None:
                named = etree.Element(q("tblStyle"))
                properties.insert(0, named)
            if named.get(q("val")) not in known:
                named.set(q("val"), usual["table"])

    def _unlink(self, trees: Mapping[str, etree._Element]) -> None:
        """Let no list name a style in which nothing is written: such styles stay behind."""
        texts = [tree for name, tree in trees.items() if name not in (STYLES, NUMBERING)]
        used = {own.get(q("val")) for tree in texts for own in tree.iter(q("pStyle"))}
        for link in [*trees[NUMBERING].iter(q("pStyle"))] if NUMBERING in trees else ():
            if link.get(q("val")) not in used:
                link.getparent().remove(link)  # type: ignore[union-attr]

    def _mark_inside(self, trees: Mapping[str, etree._Element]) -> set[str]:
        """Let paragraphs in tables ask for the second copy of their style; gives the styles that need one."""
        found = set()
        for name in (name for name in trees if name not in (STYLES, NUMBERING)):
            for cell in trees[name].iter(q("tc")):
                for own in cell.iter(q("pStyle")):
                    value = own.get(q("val"), "")
                    if not value.endswith(_IN_TABLE):
                        found.add(value)
                        own.set(q("val"), value + _IN_TABLE)
        return found

    def _rename(self, tree: etree._Element) -> None:
        for use in tree.iter(*map(q, _USES)):
            use.set(q("val"), f"{self.key}-{use.get(q('val'), '')}")

    def _copy_inside(self, wanted: set[str]) -> None:
        """The styles that paragraphs in tables have, with all that they are based on, once more."""
        known = {style.get(q("styleId"), ""): style for style in self.sheet.iter(q("style"))}
        for name in list(wanted):
            while (style := known.get(name)) is not None:
                wanted.add(name)
                based = style.find(q("basedOn"))
                name = "" if based is None else based.get(q("val"), "")
        for name in sorted(wanted & known.keys()):
            made = copy.deepcopy(known[name])
            made.set(q("styleId"), name + _IN_TABLE)
            for use in made.iter(q("basedOn")):
                use.set(q("val"), use.get(q("val"), "") + _IN_TABLE)
            for other in [*made.iter(q("next"), q("link"))]:
                made.remove(other)
            for own in made.iter(q("name")):
                own.set(q("val"), own.get(q("val"), "") + _IN_TABLE)
            self.sheet.append(made)

    def _settle(self, style: etree._Element) -> None:
        """Its new name; at the root of a chain what the file says for all, but not in the copies for tables."""
        key, kind = style.get(q("styleId"), ""), style.get(q("type"))
        style.set(q("styleId"), f"{self.key}-{key}")
        self._rename(style)
        for name in style.iter(q("name")):
            name.set(q("val"), f"{self.key} {name.get(q('val'), '')}")
        if style.find(q("basedOn")) is None and kind in ("paragraph", "table") and not key.endswith(_IN_TABLE):
            self._ground(style)

    def _ground(self, style: etree._Element) -> None:
        for name, stated in (("pPr", self.paragraph), ("rPr", self.run)):
            own = put_properties(style, name)
            for child in () if stated is None else stated:
                held = own.find(child.tag)
                if held is None:
                    place = put(own, etree.QName(child).localname)
                    place.getparent().replace(place, copy.deepcopy(child))  # type: ignore[union-attr]
                else:
                    _complete(held, {str(key): str(value) for key, value in child.attrib.items()})
        _complete(put(put_properties(style, "pPr"), "spacing"), {q(name): value for name, value in _SPACING.items()})
        properties = put_properties(style, "rPr")
        _complete(put(properties, "rFonts"), {q(name): _FONT for name in _THEMED})
        for name in ("sz", "szCs"):
            _complete(put(properties, name), {q("val"): _SIZE})


def _complete(element: etree._Element, attributes: Mapping[str, str]) -> None:
    """The attributes that an element does not have yet."""
    for name, value in attributes.items():
        if element.get(name) is None:
            element.set(name, value)


def find_region(root: etree._Element, bookmark: str) -> Iterator[etree._Element]:
    """What stands between the heading of a form in a volume and its end."""
    start = next((item for item in root.iter(q("bookmarkStart")) if item.get(q("name")) == bookmark), None)
    if start is None:
        return
    heading = next(start.iterancestors(q("p")), None)
    for element in () if heading is None else heading.itersiblings():
        if element.tag == q("bookmarkEnd") and element.get(q("id")) == start.get(q("id")):
            return
        yield element
