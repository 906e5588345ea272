"""an .xlsx -> a WorkbookTemplate: its sheets compiled, its mistakes found."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from lxml import etree

from bidkit.cache import Store
from bidkit.diagnostic import Diagnostic, Span
from bidkit.ooxml import opc
from bidkit.ooxml.keeping import make_key
from bidkit.ooxml.names import list_uses
from bidkit.ooxml.part import CompiledPart, PlacedTag
from bidkit.ooxml.properties import TEXT_PARTS, compile_text
from bidkit.ooxml.reading import ReadName, list_names
from bidkit.ooxml.running import Part, make_part
from bidkit.ooxml.sandbox import make_environment
from bidkit.ooxml.sheet import keeping
from bidkit.ooxml.sheet.around import Around
from bidkit.ooxml.sheet.bands import read_over
from bidkit.ooxml.sheet.beside import Beside, read_relations
from bidkit.ooxml.sheet.book import WorkbookTemplate
from bidkit.ooxml.sheet.check import Checker
from bidkit.ooxml.sheet.follow import ChartRange, Group, Piece, Region
from bidkit.ooxml.sheet.formula import Formula, column_number
from bidkit.ooxml.sheet.grid import Grid, Source
from bidkit.ooxml.sheet.heights import Fitter
from bidkit.ooxml.sheet.plan import WHOLE, Outline, SheetPlan
from bidkit.ooxml.sheet.shell import MAIN, Shell, read_shell
from bidkit.ooxml.sheet.styles import StyleTwins
from bidkit.ooxml.sheet.tree import R_ID, S, s
from bidkit.ooxml.sheet.typed import SheetEnvironment
from bidkit.ooxml.syntax import compile_source, parse_readable
from bidkit.ooxml.tags import Tag, find_tags
from bidkit.ooxml.theme import Theme, repaper_sheets, retheme
from bidkit.ooxml.values import mark

_STYLES, _STRINGS, _CHAIN = "xl/styles.xml", "xl/sharedStrings.xml", "xl/calcChain.xml"
_EXTERNAL = re.compile(r"xl/(externalLinks/|connections\.xml|queryTables/|model/)")
_RESERVED = re.compile("[\ufdd0-\ufdef]")
_CELL = re.compile(r"([A-Z]+)(\d+)")
_LEFT = re.compile(r"\{\{.{0,40}|\{%.{0,40}")


def compile_workbook(
    content: bytes,
    name: str,
    filters: Mapping[str, Callable[..., Any]],
    *,
    tests: Mapping[str, Callable[..., Any]] | None = None,
    globals_: Mapping[str, Any] | None = None,
    allow_macros: bool = False,
    theme: Theme | None = None,
    paper: int | None = None,
    store: Store | None = None,
) -> tuple[WorkbookTemplate | None, list[Diagnostic]]:
    """An .xlsx template, ready to be rendered any number of times. Diagnostics: TP01–TP03, TP05, TP09, TP11, TP14,
    TP16, TP30–TP33, TP36.

    Args:
        name: the file, as messages name it.
        allow_macros: code in the template is carried into what is made from it.
        theme: colours and fonts that take the place of the template's own.
        paper: Excel's number for the paper on which all sheets are printed; None keeps the template's.
        store: where templates without a mistake are kept compiled.
    """
    environment = make_environment(filters, tests or {}, globals_ or {}, False, SheetEnvironment)
    assert isinstance(environment, SheetEnvironment)
    key = make_key(content, environment, ("xlsx", allow_macros, theme, paper)) if store else ""
    payload = store.get(key) if store else None
    package, problems = opc.read_package(content, name, is_known=payload is not None)
    if package is None:
        return None, problems
    try:
        package = retheme(package, theme) if theme else package
        package = repaper_sheets(package, paper) if paper else package
        if payload is not None:
            return keeping.restore(payload, name, package, environment), []
        compiler = _Compiler(package, name)
        compiler.read(allow_macros)
    except (etree.XMLSyntaxError, KeyError, ValueError) as error:
        return None, [Diagnostic("TP01", Span(name), {"file": name, "reason": str(error)})]
    problems = compiler.outline.problems
    parts = _compile_sources(compiler, environment)
    if problems:
        return None, _sort(problems, compiler.outline.sheet_names)
    environment.parts = parts
    environment.sites = {plan.part: plan.sites for plan in compiler.plans}
    template = WorkbookTemplate(name, compiler.package, compiler.plans, compiler.shell, parts, environment)
    if store:
        store.put(key, keeping.to_bytes(template, package))
    return template, []


def _compile_sources(compiler: _Compiler, environment: SheetEnvironment) -> dict[str, Part]:
    """The code of each part. Diagnostics in the compiler's outline: TP11, TP16."""
    problems = compiler.outline.problems
    refused = {dict(problem.span.place).get("sheet") for problem in problems if problem.span}
    titles = {plan.part: plan.name for plan in compiler.plans}
    parts: dict[str, Part] = {}
    for item in compiler.compiled:
        code, found = compile_source(environment, item, is_refused=titles.get(item.name, item.name) in refused)
        problems += found
        if code is not None:
            uses = list_uses(environment.parse(item.source))
            parts[item.name] = make_part(item, code, environment, uses)
    return parts


def list_workbook_names(
    content: bytes, name: str, filter_kinds: Mapping[str, str]
) -> tuple[tuple[ReadName, ...] | None, list[Diagnostic]]:
    """The names that an .xlsx template reads, as far as its tags can be read. Diagnostics: TP01.

    Args:
        filter_kinds: the caller's own filters, each with what it is made for, of `reading.KINDS`.
    """
    environment = make_environment(dict.fromkeys(filter_kinds, str), {}, {}, False)
    package, problems = opc.read_package(content, name)
    if package is None:
        return None, problems
    try:
        compiler = _Compiler(package, name)
        compiler.read(allow_macros=True)
    except (etree.XMLSyntaxError, KeyError, ValueError) as error:
        return None, [Diagnostic("TP01", Span(name), {"file": name, "reason": str(error)})]
    titles = {plan.part: plan.name for plan in compiler.plans}

    def find_part(item: CompiledPart) -> Callable[[int], str]:
        return lambda line: titles.get(item.name, item.name)

    sources = [(parse_readable(environment, item), find_part(item)) for item in compiler.compiled]
    return list_names(sources, environment.globals, filter_kinds), []


def _sort(problems: Sequence[Diagnostic], sheet_names: Sequence[str]) -> list[Diagnostic]:
    """Each mistake once, in the order of sheets, rows and columns."""

    def key(problem: Diagnostic) -> tuple[int, int, int]:
        place = dict(problem.span.place) if problem.span else {}
        sheet, found = place.get("sheet", ""), _CELL.fullmatch(place.get("cell", ""))
        where = (int(found.group(2)), column_number(found.group(1))) if found else (0, 0)
        return (sheet_names.index(sheet) if sheet in sheet_names else -1, *where)

    return sorted({(item.code, item.span, str(item.values)): item for item in problems}.values(), key=key)


class _Compiler:
    """A workbook on its way to a template."""

    def __init__(self, package: opc.Package, file: str) -> None:
        if MAIN not in package:
            raise ValueError(f"{MAIN}: not as Excel writes it")
        self.package = package
        self.root = self.parse(MAIN)
        if self.root.tag != s("workbook") or self.root.prefix:
            raise ValueError(f"{MAIN}: not as Excel writes it")
        self.strings = self.parse(_STRINGS) if _STRINGS in package else None
        self.styles = self.parse(_STYLES) if _STYLES in package else None
        elements = [] if self.strings is None else list(self.strings.iterchildren(s("si")))
        names = [element.get("name", "") for element in self.root.iter(s("sheet"))]
        properties = self.root.find(s("workbookPr"))
        is_1904 = properties is not None and properties.get("date1904") in ("1", "true")
        self.outline = Outline(file, names, elements, StyleTwins(self.styles), is_1904)
        self.plans: list[SheetPlan] = []
        self.compiled: list[CompiledPart] = []
        self.shell: Shell
        self.changed: dict[str, bytes] = {}

    def parse(self, part: str) -> etree._Element:
        content = self.package[part]
        if _RESERVED.search(content.decode("utf-8", "replace")):
            raise ValueError(f"{part}: U+FDD0 … U+FDEF")
        return opc.parse_xml(content)

    def read(self, allow_macros: bool) -> None:
        self.check_risks(allow_macros)
        self.plans = [*self.read_plans()]
        readers = [self.read_rows(plan) for plan in self.plans]
        is_listed = any(plan.is_repeated or plan.is_optional for plan in self.plans)
        self.shell = read_shell(self.root, self.outline, is_listed=is_listed)
        names = [(item.attributes.get("name", ""), item.formula) for item in self.shell.names]
        checker = Checker(self.plans, names, self.outline)
        for reader in readers:
            if reader is not None:
                self.read_around(reader, checker, is_listed)
        checker.check()
        self.read_properties()
        self.check_rest()
        for plan in self.plans:
            if not is_listed and self.is_static(plan):
                plan.leave()
        self.finish()

    def check_risks(self, allow_macros: bool) -> None:
        for part, what in opc.find_risks(self.package):
            if not (allow_macros and what.startswith("macro")):
                span = Span(self.outline.file, place=(("part", part),))
                self.outline.refuse("TP14", span, what=what)
        for part in self.package:
            if _EXTERNAL.match(part) and not part.endswith(".rels"):
                self.outline.refuse("TP32", Span(self.outline.file, place=(("part", part),)), what=part)

    def read_plans(self) -> Iterator[SheetPlan]:
        relations = opc.read_relationships(self.package, MAIN)
        for number, element in enumerate(self.root.iter(s("sheet"))):
            attributes = {str(key): str(value) for key, value in element.items()}
            rid = next((value for key, value in attributes.items() if key.endswith("}id")), "")
            part = relations[rid].target
            if part not in self.package:
                raise ValueError(f"{part} is not there")
            facts = {
                "sheetId": str(int(attributes["sheetId"])),
                "state": attributes.get("state", "visible"),
                "r:id": rid,
            }
            plan = SheetPlan(number, element.get("name", ""), part, facts, WHOLE)
            plan.relations = read_relations(self.package, part)
            yield plan

    def read_rows(self, plan: SheetPlan) -> _Reader | None:
        """The rows and headers of a sheet; nothing for one that is only a chart."""
        root = self.parse(plan.part)
        data = root.find(s("sheetData"))
        beside = Beside(self.package, plan, self.outline)
        if root.prefix or root.nsmap.get(None) != S:
            raise ValueError(f"{plan.part}: not as Excel writes it")
        if root.tag != s("worksheet") or data is None:
            self.check_name(plan, Source())
            return None
        source, notes = Source(), beside.read_notes()
        grid = Grid(plan, self.outline, source, notes, Fitter(root, self.styles))
        around = Around(root, plan, self.outline)
        loop = grid.find_sheet_tag(data)
        if loop is not None:
            plan.is_repeated, plan.is_optional = loop.tag.word == "for", loop.tag.word == "if"
            plan.over = read_over(loop.tag.body) if plan.is_repeated else ""
            source.add_tag(loop)
        source.add(mark("n"))
        self.check_name(plan, source, loop)
        around.read_headers(source)
        grid.read(data)
        if loop is not None:
            source.add_tag(PlacedTag(Tag("{%", "", f"end{loop.tag.word}", 0, 0), loop.span))
        if source.tags:
            self.compiled.append(CompiledPart(plan.part, source.write(), source.tags, source.chunks))
        else:
            source.flush()
            plan.text = "".join(source.chunks)
        used = {cell.cell: notes[cell.cell] for cell in plan.formula_cells if cell.has_note}
        for cell in notes.keys() - used.keys():
            self.outline.refuse("TP33", self.outline.span(plan.name, cell), tag=notes[cell].text)
        return _Reader(plan, grid, around, beside, used)

    def check_name(self, plan: SheetPlan, source: Source, loop: PlacedTag | None = None) -> None:
        """The name of a sheet, with its tags."""
        tags, unclosed = find_tags(plan.name) if "{" in plan.name else ([], None)
        span = self.outline.span(plan.name)
        if unclosed is not None or any(tag.opening != "{{" or tag.level for tag in tags):
            self.outline.refuse("TP02", span, tag=plan.name)
            return
        if loop is not None and loop.tag.word == "for" and not tags:
            self.outline.refuse("TP36", loop.span, tag=loop.tag.text)
        plan.is_renamed = bool(tags)
        position = 0
        for tag in tags:
            source.add(plan.name[position : tag.start])
            source.add_tag(PlacedTag(tag, self.outline.span(plan.name, "", tag.text), "text"))
            position = tag.end
        source.add(plan.name[position:] if tags else "")

    def read_around(self, reader: _Reader, checker: Checker, is_listed: bool) -> None:
        plan, around, beside = reader.plan, reader.around, reader.beside
        legacy = around.root.find(s("legacyDrawing"))
        if not beside.write_notes(reader.used, "" if legacy is None else legacy.get(R_ID, "")):
            for element in list(around.root.iter(s("legacyDrawing"))):
                around.root.remove(element)
        around.read(reader.grid.columns, is_chosen=not is_listed)
        plan.pieces = around.write()
        beside.check(checker.moves)
        beside.write_drawings()
        checker.check_regions(around.regions, plan)

    def is_static(self, plan: SheetPlan) -> bool:
        """Whether a sheet comes out as it is: no tags, and nothing in it speaks of rows that move."""
        if any(item.name == plan.part for item in self.compiled) or plan.is_renamed or plan.texts:
            return False
        moving = {other.number for other in self.plans if other.band.items[1:] or other.is_renamed}
        formulas = [*plan.formulas, *_formulas_in(plan.pieces)]
        formulas += [formula for side in plan.sides for formula in _formulas_in(side.pieces)]
        return not any(reference.sheet in moving for formula in formulas for reference in formula.references)

    def read_properties(self) -> None:
        for part in TEXT_PARTS:
            if part not in self.package:
                continue
            root = self.parse(part)
            for element in list(root):
                if etree.QName(element).localname in ("HeadingPairs", "TitlesOfParts"):
                    root.remove(element)
            made, found = compile_text(root, part, self.outline.file)
            self.outline.problems += found
            if made.tags:
                self.compiled.append(made)
            else:
                self.changed[part] = opc.serialize(root)

    def check_rest(self) -> None:
        """A tag where none is read would be printed as it stands."""
        known = {plan.part for plan in self.plans} | {side.name for plan in self.plans for side in plan.sides}
        known |= {_STRINGS, MAIN, *TEXT_PARTS, *(part for plan in self.plans for part in plan.dropped)}
        for part in self.package:
            if part not in known and part.endswith((".xml", ".rels", ".vml")):
                self.refuse_left(self.package[part].decode("utf-8", "replace"), (("part", part),))
        for plan in self.plans:
            self.refuse_left("".join(_texts_in(plan.pieces)), (("sheet", plan.name),))
            for side in plan.sides:
                self.refuse_left("".join(_texts_in(side.pieces)), (("part", side.name),))
            for cell in plan.formula_cells:
                texts = (piece for piece in plan.formulas[cell.number].pieces if isinstance(piece, str))
                self.refuse_left("".join(texts), (("sheet", plan.name), ("cell", cell.cell)))

    def refuse_left(self, text: str, place: tuple[tuple[str, str], ...]) -> None:
        if found := _LEFT.search(text):
            self.outline.refuse("TP05", Span(self.outline.file, place=(*place, ("tag", found.group()))), level="—")

    def finish(self) -> None:
        """The package without what is made anew."""
        for number in self.outline.used_strings:
            element = self.outline.strings[number]
            for child in list(element):
                element.remove(child)
            etree.SubElement(element, s("t"))
        if self.strings is not None and self.outline.used_strings:
            self.changed[_STRINGS] = opc.serialize(self.strings)
        if self.styles is not None and self.outline.styles.known:
            self.changed[_STYLES] = opc.serialize(self.styles)
        dropped = [_CHAIN] if _CHAIN in self.package else []
        if dropped:
            rels = opc.rels_name(MAIN)
            gone = [item.id for item in opc.read_relationships(self.package, MAIN).values() if item.target == _CHAIN]
            self.changed[rels] = opc.remove_relationships(self.package[rels], gone)
            types = self.package[opc.CONTENT_TYPES]
            self.changed[opc.CONTENT_TYPES] = opc.remove_content_types(types, dropped)
        self.package = self.package.replace(self.changed, dropped)


class _Reader:
    """A sheet whose rows have been read."""

    def __init__(self, plan: SheetPlan, grid: Grid, around: Around, beside: Beside, used: Mapping[str, Tag]) -> None:
        self.plan = plan
        self.grid = grid
        self.around = around
        self.beside = beside
        self.used = used


def _formulas_in(pieces: Sequence[Piece]) -> Iterator[Formula]:
    for piece in pieces:
        if isinstance(piece, Region):
            yield from (item for item in piece.pieces if isinstance(item, Formula))
        elif isinstance(piece, Group):
            yield from _formulas_in(piece.items)
        elif isinstance(piece, ChartRange):
            yield piece.formula


def _texts_in(pieces: Sequence[Piece]) -> Iterator[str]:
    for piece in pieces:
        if isinstance(piece, str):
            yield piece
        elif isinstance(piece, Group):
            yield from _texts_in(piece.items)
        elif hasattr(piece, "pieces"):
            yield from (item for item in piece.pieces if isinstance(item, str))
        elif hasattr(piece, "before"):
            yield piece.before
