"""paper, margins, headers and footers of a finished document changed; tables and pictures keep to the new width."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import escape

from lxml import etree

from bidkit.ooxml import opc
from bidkit.ooxml.formatting import drop, number, put
from bidkit.ooxml.tree import W, q

_MAIN = "word/document.xml"
_WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_R = f"{{{opc.OFFICE_RELS}}}"
_EMU_PER_TWIP = 635
_CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.{}+xml"
_ROOTS = {"header": "hdr", "footer": "ftr"}
_LINE = '<w:p><w:pPr><w:ind w:firstLineChars="0" w:firstLine="0"/><w:jc w:val="{}"/></w:pPr>{}</w:p>'
_FIELD = "".join(
    f"<w:r>{content}</w:r>"
    for content in (
        '<w:fldChar w:fldCharType="begin"/>',
        '<w:instrText xml:space="preserve"> PAGE </w:instrText>',
        '<w:fldChar w:fldCharType="separate"/>',
        "<w:t>1</w:t>",
        '<w:fldChar w:fldCharType="end"/>',
    )
)


@dataclass(frozen=True)
class Sheet:
    """Paper (upright, in twips), margins by side, and what stands in their places at the top and at the foot.

    Args:
        header: the text that takes the place of every header; empty takes them out, None leaves them.
        footer: `left`, `center` or `right` for a page number and nothing else; empty and None as for `header`.
    """

    paper: tuple[int, int] | None = None
    margins: Mapping[str, int] = field(default_factory=dict)
    header: str | None = None
    footer: str | None = None


def change_sheets(package: opc.Package, sheet: Sheet) -> opc.Package:
    """A package on the prescribed sheets."""
    if sheet.paper or sheet.margins:
        package = _resize(package, sheet)
    if sheet.header is not None:
        text = f"<w:r><w:t>{escape(sheet.header, quote=False)}</w:t></w:r>"
        package = _replace_parts(package, "header", _LINE.format("right", text) if sheet.header else "")
    if sheet.footer is not None:
        package = _replace_parts(package, "footer", _LINE.format(sheet.footer, _FIELD) if sheet.footer else "")
    return package


def _resize(package: opc.Package, sheet: Sheet) -> opc.Package:
    document = opc.parse_xml(package[_MAIN])
    widths: dict[int, int] = {}
    for section, blocks in _list_sections(document):
        old, new = _resize_section(section, sheet)
        widths[old[0]] = new[0]
        for block in blocks:
            _fit(block, old[0], new)
    changed = {_MAIN: document}
    for part in package:
        if part.startswith(("word/header", "word/footer", "word/styles")) and part.endswith(".xml"):
            changed[part] = opc.parse_xml(package[part])
    stops = {stop: widths[old] // share for old in widths for share in (2, 1) for stop in [old // share]}
    for tree in changed.values():
        for tab in tree.iter(q("tab")):
            position = number(tab, "pos", -1)
            near = next((stops[stop] for stop in stops if abs(stop - position) <= 1), None)
            if near is not None:
                tab.set(q("pos"), str(near))
    return package.replace({part: opc.serialize(tree) for part, tree in changed.items()})


def _list_sections(document: etree._Element) -> Iterator[tuple[etree._Element, list[etree._Element]]]:
    """The properties of each section, with its blocks."""
    body = document.find(q("body"))
    blocks: list[etree._Element] = []
    for block in body if body is not None else ():
        inner = block if block.tag == q("sectPr") else block.find(f"{q('pPr')}/{q('sectPr')}")
        blocks.append(block)
        if inner is not None:
            yield inner, blocks
            blocks = []


def _resize_section(section: etree._Element, sheet: Sheet) -> tuple[tuple[int, int], tuple[int, int]]:
    """The printable width and height of a section before and after."""
    size, margins = put(section, "pgSz"), put(section, "pgMar")
    before = _area(size, margins)
    if sheet.paper:
        is_lying = number(size, "w") > number(size, "h")
        width, height = sheet.paper[::-1] if is_lying else sheet.paper
        size.set(q("w"), str(width))
        size.set(q("h"), str(height))
        size.attrib.pop(q("code"), "")
    for side, twips in sheet.margins.items():
        margins.set(q(side), str(twips))
    if sheet.margins:
        margins.set(q("gutter"), "0")
    for name, side in (("header", "top"), ("footer", "bottom")):
        limit = number(margins, side) // 2
        margins.set(q(name), str(min(number(margins, name, 720), limit)))
    return before, _area(size, margins)


def _area(size: etree._Element, margins: etree._Element) -> tuple[int, int]:
    width = number(size, "w") - sum(number(margins, side) for side in ("left", "right", "gutter"))
    height = number(size, "h") - sum(abs(number(margins, side)) for side in ("top", "bottom"))
    return max(1, width), max(1, height)


def _fit(block: etree._Element, old_width: int, area: tuple[int, int]) -> None:
    """Tables as wide as they were in relation to the line; pictures that have become too large are made smaller."""
    if old_width != area[0]:
        for name, attribute in (("tblW", "w"), ("gridCol", "w"), ("tcW", "w")):
            for element in block.iter(q(name)):
                value = element.get(q(attribute), "")
                if value.isdecimal() and element.get(q("type"), "dxa") == "dxa":
                    element.set(q(attribute), str(int(value) * area[0] // old_width))
    for drawing in block.iter(q("drawing")):
        extents = [*drawing.iter(f"{_WP}extent"), *drawing.iter(f"{_A}ext")]
        sized = [item for item in extents if item.get("cx", "").isdecimal() and item.get("cy", "").isdecimal()]
        widest = max((int(item.get("cx", "0")) for item in sized), default=0)
        highest = max((int(item.get("cy", "0")) for item in sized), default=0)
        limits = area[0] * _EMU_PER_TWIP, area[1] * _EMU_PER_TWIP
        scale = min(1.0, limits[0] / widest, limits[1] / highest) if widest and highest else 1.0
        for item in sized if scale < 1 else ():
            for side in ("cx", "cy"):
                item.set(side, str(int(int(item.get(side, "0")) * scale)))


def _replace_parts(package: opc.Package, kind: str, content: str) -> opc.Package:
    """Every header (or footer) replaced by one part; without content, taken out.

    A footer with a page number stands only in those sections that had one, if any had.
    """
    document = opc.parse_xml(package[_MAIN])
    lines = opc.read_relationships(package, _MAIN)
    gone = {rid: item.target for rid, item in lines.items() if item.type.endswith(f"/{kind}")}
    numbered = _find_numbered(package, document, gone) if kind == "footer" else None
    for section, has_number in zip(document.iter(q("sectPr")), numbered or (), strict=False):
        section.set("numbered", str(has_number))
    for section in document.iter(q("sectPr")):
        drop(section, [f"{kind}Reference"])
        wanted = section.attrib.pop("numbered", "True") == "True" or not any(numbered or ())
        for scope in ("first", "even", "default") if content else ():
            reference = etree.Element(q(f"{kind}Reference"), {q("type"): scope})
            reference.set(f"{_R}id", f"rIdSheet{kind}" if wanted else f"rIdSheet{kind}Empty")
            section.insert(0, reference)
    rels, types = opc.rels_name(_MAIN), opc.CONTENT_TYPES
    targets = set(gone.values())
    dropped = [*targets, *(opc.rels_name(part) for part in targets if opc.rels_name(part) in package)]
    changed = {_MAIN: opc.serialize(document), rels: opc.remove_relationships(package[rels], gone)}
    changed[types] = opc.remove_content_types(package[types], list(targets))
    if content:
        parts = {f"word/{kind}Sheet.xml": content, f"word/{kind}SheetEmpty.xml": "<w:p/>"}
        ids = {f"word/{kind}Sheet.xml": f"rIdSheet{kind}", f"word/{kind}SheetEmpty.xml": f"rIdSheet{kind}Empty"}
        used = {part: text for part, text in parts.items() if f'"{ids[part]}"'.encode() in changed[_MAIN]}
        added = {ids[part]: (f"{opc.OFFICE_RELS}/{kind}", part.removeprefix("word/"), False) for part in used}
        changed[rels] = opc.add_relationships(changed[rels], added)
        changed[types] = opc.add_content_types(changed[types], {}, dict.fromkeys(used, _CONTENT_TYPE.format(kind)))
        root = _ROOTS[kind]
        changed |= {part: opc.serialize(_parse(f'<w:{root} xmlns:w="{W}">{used[part]}</w:{root}>')) for part in used}
    return package.replace(changed, dropped)


def _parse(text: str) -> etree._Element:
    return opc.parse_xml(text.encode())


def _find_numbered(package: opc.Package, document: etree._Element, targets: Mapping[str, str]) -> list[bool]:
    """For each section, whether its footer prints the page; what it does not name, it has from the one before."""
    found: list[bool] = []
    for section in document.iter(q("sectPr")):
        references = [item.get(f"{_R}id", "") for item in section.findall(q("footerReference"))]
        named = [package[targets[rid]] for rid in references if rid in targets]
        before = found[-1] if found else False
        found.append(any(b"PAGE" in part for part in named) if named else before)
    return found
