"""what stands around the cells of a sheet: merged and hidden ones, headers, notes, links, checks, pictures, paper."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from lxml import etree

from bidkit.edits.looks import Props, describe_props, flatten, plain, strip
from bidkit.edits.things import A, Part, describe_chart, describe_chart_look
from bidkit.ooxml import opc
from bidkit.ooxml.sheet.formula import column_letters

_FONTS = re.compile(r"&\"[^\"]*\"|&K[0-9A-Fa-f]{6}|&K\d\d[+-]\d{3}|&\d{1,3}|&[BIUSEXY]")
"""Codes in a header that say how it looks."""
_ON = ("1", "true", "on")
_PAPER = ("sheetPr", "sheetViews", "printOptions", "pageMargins", "pageSetup", "rowBreaks", "colBreaks")
_WIDE = 16_000
_KNOWN = ("drawing", "vmlDrawing", "comments", "threadedComment", "hyperlink", "printerSettings", "table", "person")
_VIEWED = frozenset((
    "workbookViewId", "topLeftCell", "activePane", "tabSelected", "zoomScale", "zoomScaleNormal", "view", "colorId",
    "zoomScalePageLayoutView", "zoomScaleSheetLayoutView", "defaultGridColor", "windowProtection",
    "showOutlineSymbols", "showRuler", "horizontalDpi", "verticalDpi", "useFirstPageNumber", "usePrinterDefaults",
    "codeName", "filterMode",
))  # fmt: skip
"""What is of the screen or the printer, not of the sheet."""
_KEPT_BESIDE = ("worksheet", "styles", "sharedStrings", "theme", "calcChain", "chartsheet", "person", "sheetMetadata",
                "customXml", "metadata")  # fmt: skip


@dataclass(frozen=True)
class Around:
    """What is set around cells.

    Args:
        things: by what they are (`merged`, `hidden`, `header`, `note` …) and where: what they say.
        looks: widths, heights, paper, panes, colours of charts.
    """

    things: Mapping[tuple[str, str], str] = field(default_factory=dict)
    looks: Props = field(default_factory=dict)


def read_around(package: Mapping[str, bytes], part: str, rules: Sequence[Props]) -> Around:
    """What is set around the cells of a sheet. Raises etree.XMLSyntaxError, ValueError."""
    tree = opc.parse_xml(package[part])
    leads = opc.read_relationships(package, part)
    shown = {value for each in tree.iterfind("{*}drawing") for value in each.attrib.values()}
    leads = {key: lead for key, lead in leads.items() if not lead.type.endswith("/drawing") or key in shown}
    things = dict((*_read_sheet(tree, Part(package, leads, {})), *_read_beside(package, leads)))
    looks: Props = {}
    for name in _PAPER:
        own = {f"{name}.{key}": value for each in tree.iterfind(f"{{*}}{name}") for key, value in flatten(each)}
        top = {f"{name}.{key}": value for each in tree.iterfind(f"{{*}}{name}") for key, value in read_attributes(each)}
        looks |= own | top
    looks |= dict(_read_sizes(tree))
    looks = {key: value for key, value in looks.items() if ".selection." not in key}
    for each in tree.iterfind("{*}conditionalFormatting"):
        for rule in each.iterfind("{*}cfRule"):
            number = rule.get("dxfId", "")
            if number.isdecimal() and int(number) < len(rules):
                looks[f"rule {each.get('sqref', '')}"] = describe_props(rules[int(number)])
            if rule.find("{*}cfvo") is not None or len(rule) > 1 or (len(rule) and len(rule[0])):
                looks[f"rule {each.get('sqref', '')} "] = describe_props(dict(flatten(rule)))
    looks |= dict(_read_drawn_looks(package, leads))
    kept = {key: value for key, value in looks.items() if key.rpartition(".")[2] not in _VIEWED and "}" not in key}
    return Around(things, strip(kept))


def read_attributes(element: etree._Element) -> Iterator[tuple[str, str]]:
    """Its attributes as all programs write them."""
    yield from ((str(key), plain(str(value))) for key, value in element.attrib.items() if "}" not in str(key))


def _read_sizes(tree: etree._Element) -> Iterator[tuple[str, str]]:
    for column in tree.iterfind("{*}cols/{*}col"):
        first, last = _whole(column.get("min")), min(_whole(column.get("max")), _whole(column.get("min")) + 60)
        for number in range(first, last + 1) if column.get("width") else ():
            yield f"width.{column_letters(number)}", f"{_real(column.get('width')):.1f}"
    for row in tree.iterfind("{*}sheetData/{*}row"):
        if row.get("customHeight") in _ON and row.get("ht"):
            yield f"height.{row.get('r')}", f"{_real(row.get('ht')):.0f}"


def _whole(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 8 else 1


def _real(text: str | None) -> float:
    try:
        return float(text or 0)
    except ValueError:
        return 0.0


def _read_sheet(tree: etree._Element, part: Part) -> Iterator[tuple[tuple[str, str], str]]:
    for each in tree.iterfind("{*}mergeCells/{*}mergeCell"):
        yield ("merged", each.get("ref", "")), each.get("ref", "")
    yield from _read_hidden(tree)
    for each in tree.iterfind("{*}headerFooter/{*}*"):
        text = _FONTS.sub("", each.text or "").strip()
        yield from [(("header", etree.QName(each).localname), text)] if text else []
    for each in tree.iterfind("{*}dataValidations/{*}dataValidation"):
        says = {key: value for key, value in read_attributes(each) if key != "sqref"}
        formulas = "; ".join(child.text or "" for child in each)
        yield ("validation", each.get("sqref", "")), f"{describe_props(strip(says))} {formulas}".strip()
    for each in tree.iterfind("{*}conditionalFormatting"):
        said = (f"{rule.get('type')} {rule.get('operator', '')} {'; '.join(child.text or '' for child in rule)}".strip()
                for rule in each.iterfind("{*}cfRule"))  # fmt: skip
        yield ("condition", each.get("sqref", "")), " / ".join(said)
    for each in tree.iterfind("{*}hyperlinks/{*}hyperlink"):
        lead = next((str(value) for key, value in each.attrib.items() if str(key).endswith("}id")), "")
        address = part.content(lead).decode("utf-8", "replace") if lead else ""
        where = each.get("location", "")
        yield ("link", each.get("ref", "")), address + (f"#{where}" if where else "")
    for each in tree.iterfind("{*}sheetProtection"):
        shields = {key: value for key, value in read_attributes(each) if key in ("sheet", "objects", "scenarios")}
        has_password = any(key in each.attrib for key in ("password", "hashValue"))
        yield ("protection", ""), f"{describe_props(strip(shields))}{' password' if has_password else ''}".strip()
    for each in tree.iterfind("{*}autoFilter"):
        yield ("filter", each.get("ref", "")), describe_props(dict(flatten(each))) or each.get("ref", "")
    extended = [each.text.strip() for each in tree.iterfind("{*}extLst//{*}f") if each.text and each.text.strip()]
    yield from [(("extension", ""), "; ".join(extended))] if extended else []


def _read_hidden(tree: etree._Element) -> Iterator[tuple[tuple[str, str], str]]:
    for column in tree.iterfind("{*}cols/{*}col"):
        if column.get("hidden") in _ON or column.get("width") == "0":
            first, last = _whole(column.get("min")), _whole(column.get("max"))
            names = [
                f"{column_letters(number)}:{column_letters(number)}"
                for number in range(first, min(last, first + 60) + 1)
            ]
            if last >= _WIDE:
                names = [f"{column_letters(first)}:XFD"]
            yield from ((("hidden", name), name) for name in names)
    for row in tree.iterfind("{*}sheetData/{*}row"):
        if row.get("hidden") in _ON or row.get("ht") in ("0", "0.0"):
            name = f"{row.get('r')}:{row.get('r')}"
            yield ("hidden", name), name
    if any(each.get("zeroHeight") in _ON for each in tree.iterfind("{*}sheetFormatPr")):
        yield ("hidden", ""), "zeroHeight"


def _read_beside(
    package: Mapping[str, bytes], leads: Mapping[str, opc.Relationship]
) -> Iterator[tuple[tuple[str, str], str]]:
    """Notes, pictures, charts, tables, and whatever else belongs to a sheet."""
    for lead in leads.values():
        kind, content = lead.type.rpartition("/")[2], package.get(lead.target, b"")
        if kind in ("comments", "threadedComment"):
            for each in opc.parse_xml(content).iter("{*}comment", "{*}threadedComment"):
                text = "".join(item.text or "" for item in each.iter("{*}t", "{*}text")).strip()
                yield ("note", each.get("ref", "")), text
        elif kind == "drawing":
            yield from _read_drawing(package, lead.target)
        elif kind == "vmlDrawing":
            images = (
                item for item in opc.read_relationships(package, lead.target).values() if item.type.endswith("/image")
            )
            shown = sorted(_digest(package.get(item.target, b"")) for item in images)
            yield from [(("picture", "header"), " ".join(shown))] if shown else []
        elif kind == "table":
            table = opc.parse_xml(content)
            yield ("table", table.get("displayName", "")), table.get("ref", "")
        elif kind not in _KNOWN and not lead.is_external:
            yield ("object", kind), _digest(content)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:8]


def _read_drawing(package: Mapping[str, bytes], target: str) -> Iterator[tuple[tuple[str, str], str]]:
    counts: dict[str, int] = {}
    for anchor, kind, text in _list_drawn(package, target):
        said = describe_chart(text, is_live=True) if kind == "chart" else _digest(text) if kind == "picture" else ""
        said = said or "".join(item.text or "" for item in anchor.iter(f"{A}t"))
        counts[kind] = counts.get(kind, 0) + 1
        yield (kind, str(counts[kind])), said


def _list_drawn(package: Mapping[str, bytes], target: str) -> Iterator[tuple[etree._Element, str, bytes]]:
    """What a drawing holds: its anchor, what it is (`chart`, `picture`, `text`), and its part."""
    if target not in package:
        return
    leads = opc.read_relationships(package, target)
    for anchor in opc.parse_xml(package[target]):
        for each in anchor.iter("{*}chart", "{*}blip"):
            values = (str(value) for key, value in each.attrib.items() if str(key).endswith(("}id", "}embed", "}link")))
            lead = leads.get(next(values, ""))
            kind = "chart" if etree.QName(each).localname == "chart" else "picture"
            if lead is not None:
                yield anchor, kind, package.get(lead.target, lead.target.encode())
        if next(anchor.iter(f"{A}t"), None) is not None:
            yield anchor, "text", b""


def _read_drawn_looks(package: Mapping[str, bytes], leads: Mapping[str, opc.Relationship]) -> Iterator[tuple[str, str]]:
    """Where pictures and charts stand, and the colours of charts."""
    for lead in leads.values():
        if lead.type.endswith("/drawing"):
            for number, (anchor, kind, content) in enumerate(_list_drawn(package, lead.target), 1):
                corners = (each for side in ("from", "to") for each in anchor.iterfind(f"{{*}}{side}/{{*}}*"))
                cells = (each.text or "" for each in corners if etree.QName(each).localname in ("col", "row"))
                yield f"drawn{number}.place", " ".join(cells)
                if kind == "chart":
                    yield f"drawn{number}.colours", describe_chart_look(content)


def read_settings(tree: etree._Element, leads: Mapping[str, opc.Relationship], package: Mapping[str, bytes]) -> Around:
    """The names of a workbook, and whatever else is set for all of it."""
    things: dict[tuple[str, str], str] = {}
    sheets = []
    for each in tree.iterfind("{*}sheets/{*}sheet"):
        sheets.append(each.get("name", ""))
        lead = leads.get(next((str(value) for key, value in each.attrib.items() if str(key).endswith("}id")), ""))
        if lead is not None and not lead.type.endswith("/worksheet"):
            things["sheet", sheets[-1]] = _digest(package.get(lead.target, b""))
    for each in tree.iterfind("{*}definedNames/{*}definedName"):
        name, number = each.get("name", ""), each.get("localSheetId", "")
        if each.get("hidden") not in _ON and name != "_xlnm._FilterDatabase":
            own = sheets[int(number)] if number.isdecimal() and int(number) < len(sheets) else ""
            things["name", f"{own}!{name}" if own else name] = each.text or ""
    for each in tree.iterfind("{*}workbookProtection"):
        said = describe_props(strip(dict(read_attributes(each))))
        things |= {("setting", "protection"): said} if said else {}
    for each in tree.iterfind("{*}workbookPr"):
        things |= {("setting", "date1904"): "1"} if each.get("date1904") in _ON else {}
    for each in tree.iterfind("{*}calcPr"):
        things |= {("setting", "precision as displayed"): "1"} if each.get("fullPrecision") in ("0", "false") else {}
        things |= {("setting", "calculation"): each.get("calcMode", "")} if each.get("calcMode") == "manual" else {}
    for lead in leads.values():
        kind = lead.type.rpartition("/")[2]
        if kind not in _KEPT_BESIDE:
            things["object", kind] = _digest(package.get(lead.target, b""))
    return Around(things)
