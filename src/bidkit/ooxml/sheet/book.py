"""a compiled workbook and what it becomes: sheets laid out, formulas written, parts put together."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from html import escape, unescape
from typing import Any

from bidkit.diagnostic import Diagnostic, Span, Term
from bidkit.ooxml import opc
from bidkit.ooxml.fields import Numbering
from bidkit.ooxml.properties import CORE, set_dates
from bidkit.ooxml.running import Part, find_undefined, run_part
from bidkit.ooxml.sandbox import Environment
from bidkit.ooxml.sheet.bands import Band, Layout, Stretch, Turn
from bidkit.ooxml.sheet.beside import is_own
from bidkit.ooxml.sheet.follow import Rows, bound, write_piece
from bidkit.ooxml.sheet.formula import MAX_ROWS
from bidkit.ooxml.sheet.plan import SheetPlan
from bidkit.ooxml.sheet.shell import MAIN, DefinedName, Shell
from bidkit.ooxml.sheet.tree import ROW
from bidkit.ooxml.sheet.typed import MAX_HEADER, MAX_TEXT, RISKY, count_characters, encode, write_text
from bidkit.ooxml.sheet.view import Book, Sheet, place_of
from bidkit.ooxml.values import CLOSE, OPEN, Rendering, Styles

_XML = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MARKS = re.compile(f"{OPEN}([nvbgr])(\\d*){CLOSE}")
_FORMULA = re.compile(f"{OPEN}f(\\d+){CLOSE}")
_HEIGHT = re.compile(f"{OPEN}h(\\d+){CLOSE}")
_TEXT = re.compile(f"{OPEN}t(\\d+){CLOSE}(.*?){OPEN}u{CLOSE}", re.DOTALL)
_BROKEN = re.compile(f'(<c r="[A-Z]+{ROW}")(?=<|$)')
_RUN_TEXT = re.compile(r"<[^>]*>")
_FORBIDDEN = re.compile(r"[:\\/?*\[\]\x00-\x1f]")
MAX_NAME = 31


@dataclass(frozen=True)
class WorkbookTemplate:
    """A compiled .xlsx template."""

    name: str
    package: opc.Package
    plans: Sequence[SheetPlan]
    shell: Shell
    parts: Mapping[str, Part]
    environment: Environment

    def check_names(self, context: Mapping[str, Any]) -> list[Diagnostic]:
        """Every name, also after a dot and in branches not taken, that the context does not have. Diagnostics: TP04."""
        return find_undefined(self.environment, self.parts, context)

    def render(self, context: Mapping[str, Any]) -> RenderedWorkbook:
        """The template filled. Diagnostics in the result: TP04, TP07, TP08, TP10, TP13, TP34, TP35, TP37."""
        writer = _Writer(self, Book(self.name, {plan.number: plan.over for plan in self.plans}))
        for plan in self.plans:
            writer.lay_out(plan, context)
        writer.check_sheets()
        writer.write_sheets()
        writer.write_workbook()
        for name, part in self.parts.items():
            if name.startswith("docProps/"):
                writer.changed[name] = _XML + writer.run(part, context).encode()
        package = self.package.replace(writer.changed, writer.dropped)
        return RenderedWorkbook(package, writer.problems + writer.book.problems)


@dataclass
class RenderedWorkbook:
    """A filled workbook."""

    package: opc.Package
    found: list[Diagnostic] = field(default_factory=list)

    @property
    def problems(self) -> list[Diagnostic]:
        """What went wrong, one entry for each tag and name."""
        return list({(item.code, item.span, str(item.values)): item for item in self.found}.values())

    def save(self, created: date | None = None) -> bytes:
        """The file.

        Args:
            created: the day that its properties name as that of creation and change; None keeps the template's.
        """
        core = self.package.get(CORE)
        if core is None or created is None:
            return opc.write_package(self.package)
        return opc.write_package(self.package.replace({CORE: set_dates(core, created)}))


class _Writer:
    """One render of a workbook."""

    def __init__(self, template: WorkbookTemplate, book: Book) -> None:
        self.template = template
        self.book = book
        self.problems: list[Diagnostic] = []
        self.changed: dict[str, bytes] = {}
        self.dropped: list[str] = []
        self.types: dict[str, str] = {}
        self.sheet_ids: list[str] = []

    def span(self, plan: SheetPlan, cell: str = "") -> Span:
        return Span(self.template.name, place=place_of(plan.name, cell))

    def run(self, part: Part, context: Mapping[str, Any]) -> str:
        rendering = Rendering(Styles({}, {}), Numbering({}))
        text = run_part(self.template.environment, self.template.parts, part, context, rendering)
        self.problems += rendering.problems
        return text

    # rows

    def lay_out(self, plan: SheetPlan, context: Mapping[str, Any]) -> None:
        """Make the sheets of a plan, and find out where each row stands."""
        part = self.template.parts.get(plan.part)
        text = plan.text if part is None else self.run(part, context)
        text = _BROKEN.sub(r"\1/>", text) if self.problems else text
        bands = sorted(plan.band.bands(), key=lambda band: band.number)
        stretches = sorted(plan.band.stretches(), key=lambda stretch: stretch.number)
        if not text:
            if part is None or not (plan.is_repeated or plan.is_optional or self.problems):
                layout = Layout(bands, stretches)
                for stretch in stretches:
                    layout.reach(stretch.number)
                self.book.sheets.append(Sheet(plan.number, plan.name, False, layout.finish(), []))
            return
        pieces = _MARKS.split(text)
        marks = zip(pieces[1::3], pieces[2::3], pieces[3::3], strict=True)
        made = [*_read_sheets(marks, plan, bands, stretches)]
        for sheet in made:
            if sheet.rows and sheet.rows[-1][1] > MAX_ROWS:
                self.refuse_size(self.span(plan), "rows", sheet.rows[-1][1], MAX_ROWS)
                sheet.rows = [row for row in sheet.rows if row[1] <= MAX_ROWS]
            for value in sheet.values:
                if count_characters(unescape(value)) > MAX_HEADER:
                    self.refuse_size(self.span(plan), "characters", count_characters(unescape(value)), MAX_HEADER)
        self.book.sheets += made

    def refuse_size(self, span: Span, what: str, count: int, limit: int) -> None:
        self.problems.append(Diagnostic("TP34", span, {"what": Term(what), "count": count, "limit": limit}))

    def write_rows(self, plan: SheetPlan, sheet: Sheet) -> str:
        """The rows of a sheet."""
        spans = [self.span(plan, cell.cell) for cell in plan.formula_cells]
        book, formulas = self.book, plan.formulas
        written = []
        for turn, number, text in sheet.rows:
            if OPEN in text:
                text = text.replace(ROW, str(number))
            if OPEN in text:
                text = _TEXT.sub(lambda found: self.write_text(found, plan), text) if plan.texts else text
                pieces = _FORMULA.split(text)
                for at in range(1, len(pieces), 2):
                    formula = int(pieces[at])
                    pieces[at] = book.write(formulas[formula], sheet, turn, spans[formula])
                text = "".join(pieces)
                if plan.fits:
                    text = _HEIGHT.sub(lambda found: plan.fits[int(found.group(1))].fit(text, number), text)  # noqa: B023
            written.append(text)
        return "".join(written)

    def write_text(self, found: re.Match[str], plan: SheetPlan) -> str:
        """A cell of text with tags in it."""
        style, is_rich, cell = plan.texts[int(found.group(1))]
        body = encode(found.group(2))
        plain = unescape(_RUN_TEXT.sub("", body) if is_rich else body)
        if count_characters(plain) > MAX_TEXT:
            self.refuse_size(self.span(plan, cell), "characters", count_characters(plain), MAX_TEXT)
        if not is_rich or not plain:
            return write_text(body if plain else "", style)
        look = style.quoted if plain.startswith(RISKY) else style.own
        return f'{look} t="inlineStr"><is>{body}</is></c>'

    # sheets and their parts

    def check_sheets(self) -> None:
        """The names of sheets as Excel wants them. Diagnostics: TP35, TP37."""
        known: set[str] = set()
        for sheet in self.book.sheets:
            reason = _judge_name(sheet.name, known)
            known.add(sheet.name.casefold())
            if reason and sheet.is_renamed:
                values = {"name": sheet.name, "reason": Term(reason)}
                self.problems.append(Diagnostic("TP35", self.span(self.template.plans[sheet.plan]), values))
        states = [self.template.plans[sheet.plan].attributes["state"] for sheet in self.book.sheets]
        if "visible" not in states and not self.problems:
            self.problems.append(Diagnostic("TP37", Span(self.template.name), {}))

    def write_sheets(self) -> None:
        """All parts of all sheets."""
        self.types = _read_types(self.template.package)
        for plan in self.template.plans:
            sheets = self.book.made_from(plan.number)
            self.dropped += plan.dropped + [opc.rels_name(name) for name in plan.dropped]
            for count, sheet in enumerate(sheets):
                sheet.names = {
                    name: _number_part(name, count, self.template.package)
                    for name in plan.relations
                    if name not in plan.dropped
                }
                if not plan.is_static:
                    self.write_parts(plan, sheet)
                if count or plan.dropped:
                    self.write_relations(plan, sheet)
            if not sheets:
                self.dropped += [*plan.relations, *(opc.rels_name(name) for name in plan.relations)]
        self.dropped = [name for name in self.dropped if name in self.template.package]

    def write_parts(self, plan: SheetPlan, sheet: Sheet) -> None:
        if plan.pieces:
            rows = self.write_rows(plan, sheet)
            pieces = (
                rows if isinstance(piece, Rows) else write_piece(piece, self.book, sheet) for piece in plan.pieces
            )
            self.changed[sheet.names[plan.part]] = _XML + "".join(pieces).encode()
        for side in plan.sides:
            text = "".join(write_piece(piece, self.book, sheet) for piece in side.pieces)
            self.changed[sheet.names[side.name]] = _XML + text.encode()
        for name, here in sheet.names.items():
            if here != name and here not in self.changed:
                self.changed[here] = self.template.package[name]

    def write_relations(self, plan: SheetPlan, sheet: Sheet) -> None:
        for name, here in sheet.names.items():
            lines = {}
            for item in plan.relations[name]:
                if item.target in plan.dropped:
                    continue
                target = sheet.names.get(item.target, item.target) if is_own(item) else item.target
                lines[item.id] = (item.type, target if item.is_external else f"/{target}", item.is_external)
            rels = opc.rels_name(here)
            if lines:
                self.changed[rels] = opc.add_relationships(None, lines)
            elif rels in self.template.package:
                self.dropped.append(rels)

    # the workbook

    def write_workbook(self) -> None:
        """The list of sheets, the names, and where the parts are."""
        package, rels = self.template.package, opc.rels_name(MAIN)
        written, added, overrides = [], {}, {}
        free = max((int(plan.attributes["sheetId"]) for plan in self.template.plans), default=0)
        for sheet in self.book.sheets:
            plan = self.template.plans[sheet.plan]
            part, rid, own = sheet.names[plan.part], plan.attributes["r:id"], plan.attributes["sheetId"]
            if part != plan.part:
                free += 1
                rid, own = f"rIdBid{free}", str(free)
                kind = f"{opc.OFFICE_RELS}/worksheet"
                added[rid] = (kind, f"/{part}", False)
            state = plan.attributes["state"]
            shown = "" if state == "visible" else f' state="{escape(state)}"'
            written.append(f'<sheet name="{escape(sheet.name)}" sheetId="{own}"{shown} r:id="{rid}"/>')
            for name, here in sheet.names.items():
                if here != name and name in self.types:
                    overrides[here] = self.types[name]
        shell = self.template.shell
        names = "".join(self.write_names())
        self.changed[MAIN] = _XML + shell.write("".join(written), names).encode()
        gone = [item.id for item in opc.read_relationships(package, MAIN).values() if item.target in self.dropped]
        if added or gone:
            self.changed[rels] = opc.add_relationships(opc.remove_relationships(package[rels], gone), added)
        if overrides or self.dropped:
            types = opc.remove_content_types(package[opc.CONTENT_TYPES], self.dropped)
            self.changed[opc.CONTENT_TYPES] = opc.add_content_types(types, {}, overrides)

    def write_names(self) -> Iterator[str]:
        nowhere = Sheet(-2, "", False, Turn(self.template.plans[0].band, None, 1), [])
        for item in self.template.shell.names:
            homes = self.book.made_from(item.sheet) if item.sheet >= 0 else [nowhere]
            for home in homes:
                text = self.write_name(item, home)
                own = f' localSheetId="{self.book.sheets.index(home)}"' if item.sheet >= 0 else ""
                shown = "".join(f' {key}="{escape(value)}"' for key, value in item.attributes.items())
                if text:
                    yield f"<definedName{shown}{own}>{text}</definedName>"

    def write_name(self, item: DefinedName, home: Sheet) -> str:
        """What a name stands for; what is printed is one range, and nothing if no row of it is left."""
        if not item.attributes.get("name", "").startswith("_xlnm."):
            return self.book.write(item.formula, home, home.root)
        found = []
        for reference in item.formula.references:
            for sheet in [home] if reference.sheet == home.plan else self.book.made_from(reference.sheet):
                rows = bound(sheet.root, reference.rows) if reference.rows[0] else (0, 0)
                if rows is not None:
                    found.append(reference.write(*rows, sheet.name if sheet.is_renamed else None))
        return escape(",".join(found), quote=False)


def _read_sheets(
    marks: Iterator[tuple[str, str, str]], plan: SheetPlan, bands: Sequence[Band], stretches: Sequence[Stretch]
) -> Iterator[Sheet]:
    """The sheets in what a part has printed."""
    layout = Layout(bands, stretches)
    sheet: Sheet | None = None
    values: list[str] = []
    shift = count = 0
    for op, argument, static in marks:
        if op == "n":
            if sheet is not None:
                layout.finish()
                yield sheet
            layout, values = Layout(bands, stretches), []
            name = unescape(static) if plan.is_renamed else plan.name
            sheet = Sheet(plan.number, name, plan.is_renamed or count > 0, layout.root, [], values, count)
            count += 1
        elif op == "v":
            values.append(static)
        elif op == "b":
            layout.begin(int(argument))
        elif op == "g":
            shift = layout.reach(int(argument))
        elif sheet is not None:
            sheet.rows.append((layout.turn, int(argument) + shift, static))
    if sheet is not None:
        layout.finish()
        yield sheet


def _judge_name(name: str, known: set[str]) -> str:
    """Why a sheet cannot have a name; nothing if it can."""
    if not name.strip() or count_characters(name) > MAX_NAME:
        return "sheet_length"
    if _FORBIDDEN.search(name) or name.startswith("'") or name.endswith("'") or name.casefold() == "history":
        return "sheet_characters"
    return "sheet_twice" if name.casefold() in known else ""


def _number_part(name: str, count: int, package: Mapping[str, bytes]) -> str:
    """A part's name for a further sheet."""
    if not count:
        return name
    stem, dot, extension = name.rpartition(".")
    made = f"{stem}_{count}{dot}{extension}"
    while made in package:
        made = f"{made.rpartition('.')[0]}_{dot}{extension}"
    return made


def _read_types(package: Mapping[str, bytes]) -> dict[str, str]:
    root = opc.parse_xml(package[opc.CONTENT_TYPES])
    return {
        element.get("PartName", "").lstrip("/"): element.get("ContentType", "")
        for element in root.iter(f"{{{opc.NS_TYPES}}}Override")
    }
