"""what stands around the rows of a sheet: its elements -> followers and static XML."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

from lxml import etree

from bidkit.ooxml.part import PlacedTag
from bidkit.ooxml.sheet.follow import (
    Area,
    Bounds,
    Breaks,
    Extent,
    Follower,
    Frozen,
    Group,
    Piece,
    Region,
    Rows,
    Spot,
    Value,
)
from bidkit.ooxml.sheet.formula import Formula, column_letters
from bidkit.ooxml.sheet.grid import Source
from bidkit.ooxml.sheet.plan import Outline, SheetPlan
from bidkit.ooxml.sheet.tree import forget, fragment, s
from bidkit.ooxml.tags import find_tags, place_tags
from bidkit.ooxml.tree import replace_by_text
from bidkit.ooxml.values import CLOSE, OPEN, mark

_XM = "{http://schemas.microsoft.com/office/excel/2006/main}"
_DROPPED = ("scenarios", "customSheetViews", "cellWatches", "sortState", "selection")
_REFUSED = ("oleObjects", "controls", "dataConsolidate")
_AREA = re.compile(r"\$?([A-Z]{0,3})\$?(\d*)(?::\$?([A-Z]{0,3})\$?(\d*))?")
_PLACE = re.compile(f"{OPEN}y(\\d+){CLOSE}")
_INNER = re.compile(f"{OPEN}(z)(\\d*){CLOSE}")
_GROUPS = {"mergeCells": "count", "hyperlinks": "", "dataValidations": "count", "ignoredErrors": "",
           "protectedRanges": ""}  # fmt: skip
_SECTIONS = ("oddHeader", "oddFooter", "evenHeader", "evenFooter", "firstHeader", "firstFooter")


def read_area(text: str) -> Area:
    """An area such as `A1:B2`, `A:B` or `3`. Raises ValueError if it is none."""
    found = _AREA.fullmatch(text)
    if not found or not text:
        raise ValueError(f"{text!r} is no range")
    column, row, last_column, last_row = found.groups()
    if last_column is None:
        last_column, last_row = column, row
    return Area((column, last_column), (int(row or 0), int(last_row or 0)))


class Around:
    """The elements of one sheet, each replaced by a mark where a follower will stand."""

    def __init__(self, root: etree._Element, plan: SheetPlan, outline: Outline) -> None:
        self.root = root
        self.plan = plan
        self.outline = outline
        self.followers: list[Follower] = []
        self.regions: list[Region] = []

    def put(self, element: etree._Element, follower: Follower) -> None:
        """A follower in the place of an element."""
        replace_by_text(element, mark("y", len(self.followers)))
        self.followers.append(follower)

    def read_headers(self, source: Source) -> None:
        """Tags in headers and footers; they are printed before the rows."""
        for element in self.root.iter(*(s(name) for name in _SECTIONS)):
            text = element.text or ""
            tags, unclosed = find_tags(text) if "{" in text else ([], None)
            wrong = next((tag.text for tag in tags if tag.opening == "{%" or tag.level), None)
            if unclosed is not None or wrong is not None:
                self.refuse_header(element, unclosed, wrong or "")
                continue
            marks = []
            for tag in tags:
                if not tag.opening:
                    marks.append(tag.body)
                    continue
                source.add(mark("v"))
                source.add_tag(PlacedTag(tag, self.outline.span(self.plan.name, "", tag.text), "hf"))
                marks.append(mark("y", len(self.followers)))
                self.followers.append(Value(self.plan.headers))
                self.plan.headers += 1
            if tags:
                element.text = place_tags([text], tags, marks)[0]

    def refuse_header(self, element: etree._Element, unclosed: str | None, wrong: str) -> None:
        element.text = ""
        if unclosed is not None:
            self.outline.refuse("TP02", self.outline.span(self.plan.name), tag=unclosed)
        else:
            self.outline.refuse("TP05", self.outline.span(self.plan.name, "", wrong), level=wrong)

    def read(self, columns: list[int], *, is_chosen: bool) -> None:
        """Everything but the rows, which have been read.

        Args:
            is_chosen: the sheet stays selected if it is in the template.
        """
        for view in self.root.iter(s("sheetView")):
            if not is_chosen:
                forget(view, "tabSelected")
        for name in _REFUSED:
            if next(self.root.iter(s(name)), None) is not None:
                self.outline.refuse("TP32", self.outline.span(self.plan.name), what=name)
        for element in list(self.root.iter(*(s(name) for name in _DROPPED))):
            parent = element.getparent()
            if parent is not None:
                parent.remove(element)
        self.read_views()
        for element in list(self.root):
            if element.tag == s("sheetData"):
                self.put_rows(element)
            elif element.tag == s("dimension"):
                low, high = (column_letters(pick(columns or [1])) for pick in (min, max))
                self.put_attribute(element, "ref", Extent((low, high)))
            elif element.tag == s("autoFilter"):
                self.put_bounds(element)
            elif element.tag == s("rowBreaks"):
                self.put(element, Breaks(tuple(_read_breaks(element))))
            elif element.tag == s("conditionalFormatting"):
                self.put(element, self.read_region(element))
            elif element.tag == s("extLst"):
                self.read_extensions(element)
            elif etree.QName(element).localname in _GROUPS:
                self.put_group(element, element)

    def write(self) -> tuple[Piece, ...]:
        """The pieces of the part."""
        return self.split(etree.tostring(self.root, encoding="unicode"))

    def split(self, text: str) -> tuple[Piece, ...]:
        pieces = _PLACE.split(text)
        made: list[Piece] = [pieces[0]]
        for number, static in zip(pieces[1::2], pieces[2::2], strict=True):
            made += [self.followers[int(number)], static]
        return tuple(piece for piece in made if piece != "")

    def put_rows(self, element: etree._Element) -> None:
        element.text = mark("y", len(self.followers))
        self.followers.append(Rows())

    def put_attribute(self, element: etree._Element, name: str, follower: Follower) -> None:
        element.set(name, mark("y", len(self.followers)))
        self.followers.append(follower)

    def put_bounds(self, element: etree._Element) -> None:
        area = read_area(element.get("ref", ""))
        before, after = self.around(element, "ref")
        self.put(element, Bounds(before, area, after))

    def around(self, element: etree._Element, attribute: str) -> tuple[str, str]:
        """An element's text before and behind an attribute's value."""
        element.set(attribute, mark("z"))
        before, _, after = fragment(element).partition(mark("z"))
        return before, after

    def read_views(self) -> None:
        for view in self.root.iter(s("sheetView")):
            forget(view, "topLeftCell")
            for pane in list(view.iterchildren(s("pane"))):
                rows = int(float(pane.get("ySplit", "0")))
                if pane.get("state") not in ("frozen", "frozenSplit"):
                    continue
                column = column_letters(int(float(pane.get("xSplit", "0"))) + 1)
                split = f' xSplit="{pane.get("xSplit")}"' if column != "A" else ""
                self.put(pane, Frozen(f"<pane{split}", column, rows, f' state="{pane.get("state")}"/>'))

    def put_group(self, container: etree._Element, whole: etree._Element) -> None:
        """An element around others, of which some may be left out and others repeated.

        Args:
            whole: the element that goes with it when none is left.
        """
        items = tuple(self.read_item(child) for child in list(container) if isinstance(child.tag, str))
        name = etree.QName(container).localname
        count = _GROUPS.get(name, "")
        for child in list(container):
            container.remove(child)
        forget(container, "count")
        container.text = mark("z")
        before, _, after = fragment(whole).partition(mark("z"))
        opening, end = before[:-1], before[-1:]
        self.put(whole, Group(opening, count, end, items, after))

    def read_item(self, element: etree._Element) -> Follower:
        if element.tag == s("mergeCell"):
            area = read_area(element.get("ref", ""))
            before, after = self.around(element, "ref")
            return Spot(before, area, (after,), is_merged=True)
        if element.tag == s("hyperlink"):
            return self.read_link(element)
        return self.read_region(element)

    def read_link(self, element: etree._Element) -> Spot:
        area = read_area(element.get("ref", ""))
        location = element.get("location", "")
        target = self.outline.read(location)
        is_place = len(target.pieces) == 1 and len(list(target.references)) == 1 and not target.refused
        if is_place:
            element.set("location", mark("z", 1))
        before, after = self.around(element, "ref")
        pieces = after.partition(mark("z", 1))
        return Spot(before, area, (pieces[0], target, pieces[2]) if is_place else (after,))

    def read_region(self, element: etree._Element) -> Region:
        """An element with areas, and with formulas that are seen from their first cell."""
        formulas: list[Formula] = []
        named = element.find(f".//{_XM}sqref")
        areas = (element.get("sqref") or (named.text if named is not None else "") or "").split()
        if not areas:
            raise ValueError(f"{self.plan.part}: {etree.QName(element).localname} of no cells")
        for item in _formulas_of(element):
            formulas.append(self.outline.read(item.text or ""))
            item.text = mark("z", len(formulas) - 1)
        for item in element.iter(s("cfvo")):
            if item.get("type") == "formula":
                formulas.append(self.outline.read(item.get("val", "")))
                item.set("val", mark("z", len(formulas) - 1))
        if named is not None:
            named.text = mark("z")
        else:
            element.set("sqref", mark("z"))
        texts = _INNER.split(fragment(element))
        pieces: list[str | Formula | None] = [texts[0]]
        for number, static in zip(texts[2::3], texts[3::3], strict=True):
            pieces += [formulas[int(number)] if number else None, static]
        is_shared = etree.QName(element).localname != "sparkline"
        region = Region(tuple(map(read_area, areas)), tuple(pieces), is_shared)
        self.regions.append(region)
        return region

    def read_extensions(self, element: etree._Element) -> None:
        """Formats, rules and small charts in the way of newer versions."""
        for extension in list(element):
            for container in list(extension):
                if any(child.find(f".//{_XM}sqref") is not None for child in container):
                    self.read_newer(container, extension)

    def read_newer(self, container: etree._Element, extension: etree._Element) -> None:
        name = etree.QName(container).localname
        if name == "sparklineGroups":
            for group in container:
                sparklines = next((child for child in group if etree.QName(child).localname == "sparklines"), None)
                if sparklines is not None:
                    self.put_group(sparklines, sparklines)
        elif name in ("conditionalFormattings", "dataValidations"):
            self.put_group(container, extension if len(extension) == 1 else container)
        else:
            self.outline.refuse("TP32", self.outline.span(self.plan.name), what=name)


def _formulas_of(element: etree._Element) -> Iterator[etree._Element]:
    yield from element.iter(s("formula"), s("formula1"), s("formula2"), f"{_XM}f")


def _read_breaks(element: etree._Element) -> Iterator[tuple[int, str]]:
    for item in element.iter(s("brk")):
        row = int(item.get("id", "0"))
        forget(item, "id")
        yield row, "".join(f' {name}="{escape(item.get(name, ""))}"' for name in map(str, item.keys()))
