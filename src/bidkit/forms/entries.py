"""what stands in the blanks of a form: its mapping computed over a bid, each blank answered or told."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from bidkit.diagnostic import Diagnostic, Severity, Span, Term
from bidkit.forms.blanks import Blank, OpenTable, Scan, Spot
from bidkit.forms.filling import Changes, Edit, Growth, fit
from bidkit.forms.flow import BOX, TICKED
from bidkit.forms.mapping import FormMap, MappedBlank, MappedTable, is_same
from bidkit.forms.values import Evaluator, Unfit, unfit
from bidkit.ooxml.measure import MM_PER_POINT, count_lines
from bidkit.source import nearest

_LINES = {"cell": 3, "row": 12}
"""The lines that a value may take in a cell beside a label, and in a row of a table."""
_ENTERPRISES = "tender.sme.enterprises"
_SIZE, _PADDING_MM, _TWIPS = 10.5, 3.8, 20


@dataclass
class Entries:
    """The changes of one form as they are gathered.

    Attributes:
        left: the blanks that wait for a person on purpose, each with the reason.
    """

    name: str
    evaluator: Evaluator
    problems: list[Diagnostic] = field(default_factory=list)
    edits: dict[str, list[Edit]] = field(default_factory=dict)
    growths: dict[str, list[Growth]] = field(default_factory=dict)
    left: list[tuple[Blank, str]] = field(default_factory=list)

    @property
    def changes(self) -> dict[str, Changes]:
        """By part."""
        parts = dict.fromkeys([*self.edits, *self.growths])
        return {name: Changes(tuple(self.edits.get(name, ())), tuple(self.growths.get(name, ()))) for name in parts}

    def report(self, code: str, place: tuple[tuple[str, str], ...], **values: Any) -> None:
        """Tell of a place of the form."""
        self.problems.append(Diagnostic(code, Span(self.name, place=place), values))

    def enter(self, part: str, spot: Spot, text: str, anchor: str = "") -> None:
        """Put a text where a spot is."""
        is_drawn = spot.is_line and bool(re.search("[_＿﹍\t]", spot.old))
        self.edits.setdefault(part, []).append(Edit(spot.paragraph, spot.start, spot.end, text, is_drawn, anchor))


def enter_all(entries: Entries, scan: Scan, mapping: FormMap) -> None:
    """Fill every blank and every table of a form. Diagnostics: FM03, FM04, FM21, FM24, FM25."""
    blanks = {blank.id: blank for blank in scan.blanks}
    tables = {table.id: table for table in scan.tables}
    mapped_blanks = _match(entries, mapping.blanks, blanks, is_same)
    mapped_tables = _match(
        entries, mapping.tables, tables, lambda one, two: (one.heading, one.columns) == (two.heading, two.titles)
    )
    for blank in scan.blanks:
        _try(entries, mapped_blanks.get(blank.id), blank, _enter_blank)
    for table in scan.tables:
        _try(entries, mapped_tables.get(table.id), table, _enter_table)
    _check_enterprises(entries, mapping)


def _check_enterprises(entries: Entries, mapping: FormMap) -> None:
    """A form that declares small enterprises names every one that the deal does. Diagnostics: FM24."""
    if not any(_ENTERPRISES in record.value for record in mapping.blanks):
        return
    tender = entries.evaluator.names.get("tender") or {}
    entered = "\n".join(edit.text for edits in entries.edits.values() for edit in edits)
    for item in (tender.get("sme") or {}).get("enterprises", ()):
        if item["name"] not in entered:
            values = {"id": item["name"], "fault": Term("form_enterprise")}
            entries.problems.append(Diagnostic("FM24", mapping.span("blanks"), values))


def _match(
    entries: Entries, mapped: Iterable[Any], known: dict[str, Any], fits: Callable[[Any, Any], bool]
) -> dict[str, Any]:
    """The records of a mapping by id, but for those whose blank is not there any more. Diagnostics: FM21."""
    found = {}
    for record in mapped:
        if record.id in known and fits(record, known[record.id]):
            found[record.id] = record
            continue
        others = [name for name in known if name != record.id]
        values = {"id": record.id, "near": nearest(record.id, others), "allowed": ", ".join(known)[:300] or "—"}
        entries.problems.append(Diagnostic("FM21", record.span("id"), values))
    return found


def _try(entries: Entries, mapped: Any, place: Any, enter: Callable[[Entries, Any, Any], None]) -> None:
    try:
        enter(entries, mapped, place)
    except Unfit as error:
        entries.problems.append(Diagnostic("FM24", mapped.span(), {"id": mapped.id, "fault": error.term}))


def _enter_blank(entries: Entries, mapped: MappedBlank | None, blank: Blank) -> None:
    if mapped is None or not (mapped.value or mapped.text or mapped.tick or mapped.left):
        if blank.kind == "choice":
            entries.report("FM04", blank.place, what=Term("form_unticked", (("label", _name(blank)),)))
        else:
            entries.report("FM03", blank.place, text=_name(blank))
    elif sum(map(bool, (mapped.value, mapped.text, mapped.tick, mapped.left))) > 1:
        raise unfit("form_several")
    elif mapped.left:
        entries.left.append((blank, mapped.left))
    elif mapped.text if blank.kind == "choice" else mapped.tick:
        raise unfit("form_kind")
    elif blank.kind == "choice":
        _tick(entries, mapped, blank)
    elif blank.kind == "date":
        _enter_day(entries, mapped, blank)
    else:
        _enter_text(entries, mapped, blank)


def _name(blank: Blank) -> str:
    return blank.label or blank.hint or " / ".join(blank.options) or blank.around[:40] or blank.kind


def _tick(entries: Entries, mapped: MappedBlank, blank: Blank) -> None:
    wanted: list[Any] = list(mapped.tick)
    if mapped.value:
        value = entries.evaluator.compute(mapped.value)
        wanted = [*value] if isinstance(value, (list, tuple)) else [value]
    for name in map(str, wanted):
        if name not in blank.options:
            raise unfit("form_no_option", value=name, allowed=", ".join(blank.options))
    if not wanted:
        raise unfit("form_empty")
    for spot in blank.spots:
        is_on = spot.name in wanted
        if is_on or spot.old not in (BOX, "☐", "◻"):
            entries.enter(blank.part, spot, TICKED if is_on else BOX)


def _enter_day(entries: Entries, mapped: MappedBlank, blank: Blank) -> None:
    value = entries.evaluator.compute(mapped.value) if mapped.value else mapped.text
    try:
        day = value if isinstance(value, date) else date.fromisoformat(str(value))
    except ValueError:
        raise unfit("form_no_day", value=str(value)[:40]) from None
    printed = re.search(r"(\d{4}) ?年", blank.around)
    names = [spot.name for spot in blank.spots]
    is_other = "short" in names and day.year // 100 != 20
    if is_other or ("year" not in names and printed and int(printed[1]) != day.year):
        raise unfit("form_no_day", value=f"{day} ({printed[1] if printed else 20})")
    for spot in blank.spots:
        text = f"{day.year % 100:02}" if spot.name == "short" else str(getattr(day, spot.name))
        entries.enter(blank.part, spot, fit(text, spot.old, is_line=spot.is_line, name=spot.name))


def _enter_text(entries: Entries, mapped: MappedBlank, blank: Blank) -> None:
    text = entries.evaluator.compute_text(mapped.value) if mapped.value else entries.evaluator.print(mapped.text)
    (spot,) = blank.spots
    if mapped.text and "微型企业" in blank.hint:
        raise unfit("form_size")
    if "\n" in text and blank.kind != "cell":
        raise unfit("form_two_lines", value=text[:40])
    if blank.kind == "cell":
        _check_room(entries, text, blank.width, "cell", blank.place)
    entries.enter(blank.part, spot, fit(text, spot.old, is_line=spot.is_line))


def _check_room(entries: Entries, text: str, width: int, kind: str, place: tuple[tuple[str, str], ...]) -> None:
    """Warn of a value that makes its cell much taller. Diagnostics: FM25."""
    room = width / _TWIPS * MM_PER_POINT - _PADDING_MM
    if width and (lines := count_lines(text, _SIZE, room)) > _LINES[kind]:
        values = {"text": text[:30], "lines": str(lines), "width": f"{max(room, 1):.0f}"}
        entries.problems.append(Diagnostic("FM25", Span(entries.name, place=place), values, Severity.WARNING))


def _enter_table(entries: Entries, mapped: MappedTable | None, table: OpenTable) -> None:
    label = table.heading or ", ".join(table.titles)
    if mapped is not None and mapped.left:
        if mapped.rows or mapped.none:
            raise unfit("form_several")
        return
    rows = entries.evaluator.list(mapped.rows) if mapped is not None and mapped.rows else []
    if mapped is None or not (rows or mapped.none):
        entries.report("FM04", table.place, what=Term("form_no_rows", (("label", label),)))
        return
    if unknown := [title for title in mapped.cells if title not in table.titles]:
        raise unfit("form_no_column", value=", ".join(unknown))
    if not rows:
        column = 1 if re.fullmatch("序号|no\\.?", table.titles[0], re.I) else 0
        entries.enter(table.part, table.rows[0][column], mapped.none)
        return
    if not mapped.cells:
        raise unfit("form_empty")
    texts = [_read_row(entries, mapped, table, row) for row in rows]
    anchors = [_find_anchor(row) for row in rows]
    for spots, own, anchor in zip(table.rows, texts, anchors, strict=False):
        for spot, text in zip(spots, own, strict=True):
            if text is not None:
                entries.enter(table.part, spot, text, anchor if text else "")
                anchor = "" if text else anchor
    if added := [*zip(texts, anchors, strict=True)][len(table.rows) :]:
        _grow(entries, table, added)


def _find_anchor(row: Any) -> str:
    """The name by which others refer to the page of what a row shows."""
    return str(row.get("anchor") or "") if isinstance(row, Mapping) else ""


def _read_row(entries: Entries, mapped: MappedTable, table: OpenTable, row: Any) -> list[str | None]:
    """What the cells of a row show; None for a column that takes nothing. Raises Unfit.

    A cell may be empty, as a remark is, but not a whole row.
    """
    made: list[str | None] = []
    for title, width in zip(table.titles, table.widths, strict=True):
        if title not in mapped.cells:
            made.append(None)
            continue
        value = entries.evaluator.compute(mapped.cells[title], row=row)
        text = "" if value == "" else entries.evaluator.print(value)
        _check_room(entries, text, width, "row", table.place)
        made.append(text)
    if not any(made):
        raise unfit("form_empty")
    return made


def _grow(entries: Entries, table: OpenTable, added: Sequence[tuple[list[str | None], str]]) -> None:
    """Rows behind the last one, as the first one is; a number that the buyer wrote in it is counted on."""
    model = table.rows[0]
    first = model[0].paragraph
    rows = []
    for number, (texts, anchor) in enumerate(added, len(table.rows) + 1):
        own = []
        for spot, text in zip(model, texts, strict=True):
            counted = re.sub(r"\d+", str(number), spot.old) if re.fullmatch(r"\d+[.、]?", spot.old) else None
            entered = text if text is not None else counted
            if entered is not None:
                name = anchor if entered else ""
                own.append(Edit(spot.paragraph - first + 1, spot.start, spot.end, entered, anchor=name))
                anchor = "" if entered else anchor
        rows.append(tuple(own))
    growth = Growth(table.elements[0], table.elements[1], tuple(rows))
    entries.growths.setdefault(table.part, []).append(growth)
