"""parts beside a sheet that belong to it alone: notes, drawings, charts, tables."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from lxml import etree

from bidkit.ooxml import opc
from bidkit.ooxml.sheet.around import read_area
from bidkit.ooxml.sheet.follow import Anchor, Area, Bounds, ChartRange, Follower, Group, Piece, Spot
from bidkit.ooxml.sheet.formula import MAX_ROWS, column_letters
from bidkit.ooxml.sheet.plan import Outline, SheetPlan, Side, band_of
from bidkit.ooxml.sheet.tree import fragment, s
from bidkit.ooxml.tags import Tag, find_tags
from bidkit.ooxml.tree import replace_by_text
from bidkit.ooxml.values import CLOSE, OPEN, mark

_XDR = "{http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing}"
_CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_CHART_EX = "{http://schemas.microsoft.com/office/drawing/2014/chartex}"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_VML, _EXCEL = "{urn:schemas-microsoft-com:vml}", "{urn:schemas-microsoft-com:office:excel}"
_ANCHOR = 8
"""The numbers of an anchor: column, offset, row, offset of its beginning, and the same of its end."""
_OWN = ("drawing", "comments", "vmlDrawing", "chart", "chartEx", "chartStyle", "chartColorStyle", "table",
        "chartUserShapes")  # fmt: skip
_REFUSED = ("pivotTable", "queryTable", "slicer", "timeline", "ctrlProp", "threadedComment", "control", "oleObject")
_CACHES = ("numCache", "strCache", "multiLvlStrCache")
_MARK = re.compile(f"{OPEN}z(-?\\d+){CLOSE}")
_PLACE = re.compile(f"{OPEN}y(\\d+){CLOSE}")
_CELL = re.compile(r"([A-Z]+)(\d+)")


def kind_of(relation: opc.Relationship) -> str:
    """The last word of a relationship's type."""
    return relation.type.rpartition("/")[2]


def read_relations(package: Mapping[str, bytes], part: str) -> dict[str, list[opc.Relationship]]:
    """The relationships of a sheet and of the parts that belong to it alone."""
    found: dict[str, list[opc.Relationship]] = {}
    waiting = [part]
    while waiting:
        name = waiting.pop()
        found[name] = list(opc.read_relationships(package, name).values())
        for relation in found[name]:
            is_own = kind_of(relation) in _OWN and relation.target in package and relation.target not in found
            if is_own and not relation.is_external:
                waiting.append(relation.target)
    return found


def is_own(relation: opc.Relationship) -> bool:
    """Whether the part at its end belongs to this sheet alone."""
    return kind_of(relation) in _OWN and not relation.is_external


class Beside:
    """The parts beside one sheet."""

    def __init__(self, package: Mapping[str, bytes], plan: SheetPlan, outline: Outline) -> None:
        self.package = package
        self.plan = plan
        self.outline = outline

    def find(self, kind: str) -> list[str]:
        """The parts of a kind that the sheet's own part names."""
        relations = self.plan.relations[self.plan.part]
        return [item.target for item in relations if kind_of(item) == kind and item.target in self.package]

    def check(self, moves: bool) -> None:
        """Refuse what cannot follow. Diagnostics: TP32.

        Args:
            moves: something in the workbook is repeated, left out or computed.
        """
        for part, relations in self.plan.relations.items():
            for relation in relations:
                kind = kind_of(relation)
                if kind == "pivotTable" or (moves and kind in _REFUSED):
                    self.outline.refuse("TP32", self.outline.span(self.plan.name, self.cell_of(relation)), what=kind)
                if kind == "table" and self.plan.is_repeated and part == self.plan.part:
                    self.outline.refuse("TP32", self.outline.span(self.plan.name), what=kind)

    def cell_of(self, relation: opc.Relationship) -> str:
        """Where a pivot table begins."""
        if kind_of(relation) != "pivotTable" or relation.target not in self.package:
            return ""
        location = opc.parse_xml(self.package[relation.target]).find(s("location"))
        return "" if location is None else location.get("ref", "").partition(":")[0]

    # notes

    def read_notes(self) -> dict[str, Tag]:
        """The tags in notes, by cell. Diagnostics: TP02, TP33."""
        found: dict[str, Tag] = {}
        for part in self.find("comments"):
            for comment in opc.parse_xml(self.package[part]).iter(s("comment")):
                cell, text = comment.get("ref", ""), "".join(item.text or "" for item in comment.iter(s("t")))
                if "{{" not in text and "{%" not in text:
                    continue
                tags, unclosed = find_tags(text)
                tag = self.only_tag(tags, text)
                if unclosed is not None:
                    self.outline.refuse("TP02", self.outline.span(self.plan.name, cell), tag=unclosed)
                elif tag is None:
                    self.outline.refuse("TP33", self.outline.span(self.plan.name, cell), tag=text.strip()[:60])
                if tag is not None:
                    found[cell] = tag
        return found

    def only_tag(self, tags: Sequence[Tag], text: str) -> Tag | None:
        """The expression of a note, behind the author's name that Excel puts before it."""
        if len(tags) != 1 or tags[0].opening != "{{" or tags[0].level:
            return None
        before, after = text[: tags[0].start].strip(), text[tags[0].end :].strip()
        is_author = before[-1:] in (":", "：") and "\n" not in before
        return None if after or (before and not is_author) else tags[0]

    def write_notes(self, used: Mapping[str, Tag], drawing: str) -> bool:
        """The notes that are left, with their shapes; says whether there are any.

        Args:
            drawing: the relationship of the part that has the shapes.
        """
        comments = self.find("comments")
        named = {item.target for item in self.plan.relations[self.plan.part] if item.id == drawing}
        drawings = [part for part in self.find("vmlDrawing") if part in named]
        if not comments:
            return True
        roots = {part: opc.parse_xml(self.package[part]) for part in (*comments, *drawings)}
        left = [item for part in comments for item in roots[part].iter(s("comment")) if item.get("ref") not in used]
        left += [shape for part in drawings for shape in roots[part].iter(f"{_VML}shape") if _cell_of(shape) is None]
        if not left:
            self.plan.dropped += roots
            return False
        for part in comments:
            self.plan.sides.append(Side(part, _write_comments(roots[part], used)))
        for part in drawings:
            self.plan.sides.append(Side(part, self.write_shapes(roots[part], used)))
        return True

    def write_shapes(self, root: etree._Element, used: Mapping[str, Tag]) -> tuple[Piece, ...]:
        followers: list[Follower] = []
        for shape in list(root.iter(f"{_VML}shape")):
            cell, parent = _cell_of(shape), shape.getparent()
            if cell is None or parent is None:
                continue
            if "".join(map(str, cell)) in used:
                parent.remove(shape)
                continue
            number = cell[1]
            for row in shape.iter(f"{_EXCEL}Row"):
                row.text = mark("z", 0)
            anchor = shape.find(f".//{_EXCEL}Anchor")
            rows = [number]
            if anchor is not None:
                numbers = [int(item) for item in (anchor.text or "").split(",")]
                if len(numbers) != _ANCHOR:
                    raise ValueError(f"Anchor: {anchor.text}")
                rows += [numbers[2] + 1, numbers[6] + 1]
                written = [mark("z", 1) if at == 2 else mark("z", 2) if at == 6 else str(item)
                           for at, item in enumerate(numbers)]  # fmt: skip
                anchor.text = ", ".join(written)
            found = re.search(r"\d+$", shape.get("id", ""))
            own = int(found.group()) if found else 1025
            shape.set("id", f"_x0000_s{mark('z', -1)}")
            free = 100_000 + len(followers) * MAX_ROWS
            _put(shape, followers, Anchor(_split(fragment(shape)), tuple(rows), True, own, free, 1, True))
        return _pieces(root, followers)

    # drawings and charts

    def write_drawings(self) -> None:
        """Drawings and the charts in them. Diagnostics: TP32."""
        for part, relations in self.plan.relations.items():
            for relation in relations:
                if not is_own(relation) or relation.target not in self.package:
                    continue
                if kind_of(relation) == "drawing":
                    self.write_drawing(relation.target)
                elif kind_of(relation) in ("chart", "chartEx"):
                    self.write_chart(relation.target)
                elif kind_of(relation) == "table" and part == self.plan.part:
                    self.write_table(relation.target)

    def write_drawing(self, part: str) -> None:
        root = opc.parse_xml(self.package[part])
        followers: list[Follower] = []
        numbers = [int(item.get("id", "0")) for item in root.iter(f"{_XDR}cNvPr")]
        for anchor in list(root.iter(f"{_XDR}twoCellAnchor", f"{_XDR}oneCellAnchor")):
            rows = [int(item.text or 0) + 1 for item in anchor.iterfind(f"*/{_XDR}row")]
            band = band_of(self.plan, *rows)
            chart = next(anchor.iter(f"{_XDR}graphicFrame"), None)
            if chart is not None and band.around >= 0:
                cell = self.corner(anchor)
                self.outline.refuse("TP32", self.outline.span(self.plan.name, cell), what="chart")
            for number, item in enumerate(anchor.iterfind(f"*/{_XDR}row")):
                item.text = mark("z", number)
            shapes = list(anchor.iter(f"{_XDR}cNvPr"))
            own = int(shapes[0].get("id", "0")) if len(shapes) == 1 else 0
            if own:
                shapes[0].set("id", mark("z", -1))
            free = max(numbers, default=0) + 1 + len(followers) * MAX_ROWS
            is_sized = anchor.get("editAs") in ("oneCell", "absolute")
            pieces = _split(fragment(anchor))
            _put(anchor, followers, Anchor(pieces, tuple(rows), is_sized, own, free, len(rows)))
        self.plan.sides.append(Side(part, _pieces(root, followers)))

    def corner(self, anchor: etree._Element) -> str:
        """The cell at which a drawing begins."""
        column, row = (anchor.findtext(f"{_XDR}from/{_XDR}{name}", "0") for name in ("col", "row"))
        return f"{column_letters(int(column) + 1)}{int(row) + 1}"

    def write_chart(self, part: str) -> None:
        root = opc.parse_xml(self.package[part])
        followers: list[Follower] = []
        for element in list(root.iter(f"{_CHART}f", f"{_CHART_EX}f")):
            formula = self.outline.read(element.text or "")
            if formula.refused:
                self.outline.refuse("TP32", self.outline.span(self.plan.name), what=formula.refused)
                continue
            element.text = mark("y", len(followers))
            followers.append(ChartRange(formula))
            parent = element.getparent()
            for cache in [item for item in (parent if parent is not None else ()) if _is_cache(item)]:
                cache.getparent().remove(cache)  # type: ignore[union-attr]
        self.plan.sides.append(Side(part, _pieces(root, followers)))

    # tables

    def write_table(self, part: str) -> None:
        root = opc.parse_xml(self.package[part])
        area = read_area(root.get("ref", ""))
        band = band_of(self.plan, *area.rows)
        kind = band.count(*area.rows)
        has_tags = area.rows[0] in self.plan.live
        inner = [item for item in band.bands() if item is not band and item.first <= area.rows[1]
                 and area.rows[0] <= item.last]  # fmt: skip
        if band.around >= 0 or inner or has_tags or kind in ("none", "many"):
            cell = f"{area.columns[0]}{area.rows[0]}"
            self.outline.refuse("TP32", self.outline.span(self.plan.name, cell), what="table")
            return
        followers: list[Follower] = []
        for element in (root, root.find(s("autoFilter"))):
            if element is not None and element.get("ref"):
                own = read_area(element.get("ref", ""))
                element.set("ref", mark("y", len(followers)))
                followers.append(Bounds("", own, ""))
        self.plan.sides.append(Side(part, _pieces(root, followers)))


def _cell_of(shape: etree._Element) -> tuple[str, int] | None:
    """The column and row of the cell whose note a shape shows; None if it is something else."""
    row, column = shape.findtext(f".//{_EXCEL}Row"), shape.findtext(f".//{_EXCEL}Column")
    return None if row is None or column is None else (column_letters(int(column) + 1), int(row) + 1)


def _is_cache(element: etree._Element) -> bool:
    return isinstance(element.tag, str) and etree.QName(element).localname in _CACHES


def _write_comments(root: etree._Element, used: Mapping[str, Tag]) -> tuple[Piece, ...]:
    items: list[Follower] = []
    container = root.find(s("commentList"))
    assert container is not None
    for comment in list(container):
        found = _CELL.fullmatch(comment.get("ref", ""))
        if found and found.group() not in used:
            area = Area((found.group(1), found.group(1)), (int(found.group(2)), int(found.group(2))))
            comment.set("ref", mark("z", 0))
            before, _, after = fragment(comment).partition(mark("z", 0))
            items.append(Spot(before, area, (after,)))
        container.remove(comment)
    container.text = mark("y", 0)
    return _pieces(root, [Group("", "", "", tuple(items), "")])


def _split(text: str) -> tuple[str | int, ...]:
    pieces = _MARK.split(text)
    made: list[str | int] = [pieces[0]]
    for number, static in zip(pieces[1::2], pieces[2::2], strict=True):
        made += [int(number), static]
    return tuple(made)


def _put(element: etree._Element, followers: list[Follower], follower: Follower) -> None:
    replace_by_text(element, mark("y", len(followers)))
    followers.append(follower)


def _pieces(root: etree._Element, followers: Sequence[Follower]) -> tuple[Piece, ...]:
    pieces = _PLACE.split(etree.tostring(root, encoding="unicode"))
    made: list[Piece] = [pieces[0]]
    for number, static in zip(pieces[1::2], pieces[2::2], strict=True):
        made += [followers[int(number)], static]
    return tuple(made)
