"""two .xlsx held against each other: values, formulas, what is shown and set; what only follows is told apart."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from bidkit.diagnostic import Span
from bidkit.edits import Edit, Form, Found
from bidkit.edits.around import Around
from bidkit.edits.books import ReadBook, ReadCell, ReadSheet, locate, same, show
from bidkit.edits.looks import compare_props
from bidkit.edits.origins import Origin, Sources
from bidkit.edits.pieces import fold
from bidkit.edits.rows import Moved, Pair, list_moves, pair_rows, pair_sheets
from bidkit.ooxml.sheet.foreign import Value

_DRAFT = re.compile(r"草稿\s*DRAFT|草稿\s*·|DRAFT(?:\s*·)?")
_AREAS = frozenset(("merged", "hidden", "validation", "condition", "link", "note", "filter"))
"""What is named by the cells that it is about."""
_FORMULAS = frozenset(("validation", "condition", "chart", "filter", "table"))
"""What says cells."""
_COMPUTED = (Origin("computed", ()),)


def compare_books(built: ReadBook, edited: ReadBook, name: str, sources: Sources) -> Found:
    """What differs, what follows from it last."""
    comparison = _Comparison(name, sources)
    pairs = [*pair_sheets(built.sheets, edited.sheets)]
    both = [(old, new, pair_rows(old, new)) for old, new in pairs if old and new]
    rows = {old.name.casefold(): list_moves(paired) for old, _, paired in both}
    names = {old.name.casefold(): new.name for old, new, _ in both if old.name != new.name}
    comparison.moved = Moved({key: moves for key, moves in rows.items() if moves}, names)
    comparison.compare_lists(pairs)
    for old, new, paired in both:
        comparison.compare_sheet(old, new, paired)
    comparison.compare_settings(built.settings, edited.settings)
    comparison.settle_words()
    edits = sorted(comparison.edits, key=lambda edit: edit.follows)
    return Found(tuple(edits), tuple(comparison.forms))


@dataclass
class _Comparison:
    """The edits and what only looks otherwise; `numbers` are the computed figures that were and are."""

    name: str
    sources: Sources
    moved: Moved = field(default_factory=Moved)
    edits: list[Edit] = field(default_factory=list)
    forms: list[Form] = field(default_factory=list)
    numbers: set[tuple[Decimal, Decimal]] = field(default_factory=set)

    def compare_lists(self, pairs: Sequence[tuple[ReadSheet | None, ReadSheet | None]]) -> None:
        """Sheets that have come, gone, been hidden, renamed or put in another order."""
        for old, new in pairs:
            sheet = new or old
            at = Span(self.name, place=(("sheet", sheet.name if sheet else ""),))
            if old is None and new is not None:
                self.edits.append(Edit("added", at, None, new.name, what="sheet"))
            elif new is None and old is not None:
                self.edits.append(Edit("removed", at, old.name, None, what="sheet"))
            elif old and new and (old.name, old.state) != (new.name, new.state):
                shown = [each.name + (f" ({each.state})" if each.state != "visible" else "") for each in (old, new)]
                self.edits.append(Edit("changed", at, shown[0], shown[1], what="sheet"))
        both = [(old, new) for old, new in pairs if old and new]
        order = [old.name for old, new in sorted(both, key=lambda pair: pair[1].number)]
        if order != [old.name for old, _ in both]:
            before = ", ".join(old.name for old, _ in both)
            self.edits.append(Edit("changed", Span(self.name), before, ", ".join(order), what="order"))

    def compare_sheet(self, old: ReadSheet, new: ReadSheet, pairs: Sequence[Pair]) -> None:
        """Its rows in order, then what is set around them."""
        for was, now in pairs:
            if was is not None and now is not None:
                for column in sorted({*old.rows[was], *new.rows[now]}):
                    cells = old.rows[was].get(column), new.rows[now].get(column)
                    self.compare_cell((old, was, cells[0]), (new, now, cells[1]), column)
            elif was is not None:
                self.tell_row(old, was, is_new=False)
            elif now is not None:
                self.tell_row(new, now, is_new=True)
        self.compare_around(old, new)

    def tell_row(self, sheet: ReadSheet, row: int, *, is_new: bool) -> None:
        """A row that has come or gone."""
        cells = [(column, cell) for column, cell in sorted(sheet.rows[row].items()) if show(cell.computed)]
        if not cells:
            return
        text = " | ".join(show(cell.computed) for _, cell in cells)
        at = locate(self.name, sheet.name, (row, cells[0][0]))
        if is_new:
            self.edits.append(Edit("added", at, None, text))
            return
        origins = [origin for origin in self.sources.find(text) if origin.where == "source"]
        self.edits.append(Edit("removed", at, text, None, tuple(origins), self.sources.has_price(text)))

    def compare_cell(
        self, old: tuple[ReadSheet, int, ReadCell | None], new: tuple[ReadSheet, int, ReadCell | None], column: int
    ) -> None:
        """What a cell says, how that comes about, and how it is shown."""
        (before, was_row, was), (after, now_row, now) = old, new
        at = locate(self.name, after.name, (now_row, column))
        formulas = self._write(was, before.name, moved=True), self._write(now, after.name, moved=False)
        values = was.computed if was else None, now.computed if now else None
        if formulas[0] != formulas[1]:
            texts = [_show_formula(cell) for cell in (was, now)]
            is_price = self.sources.has_price(*map(show, values))
            self.edits.append(Edit("changed", at, texts[0], texts[1], _COMPUTED, is_price, "formula"))
        elif formulas[0] is not None and was and now:
            self.compare_result(was, now, at)
        elif not self.compare_value(values, at, lambda: self.find_row(before.rows[was_row])):
            return
        changes = [*self.compare_shown(was, now, at)] if was and now and same(*values) else []
        changes += compare_props(was.look if was else {}, now.look if now else {})
        if changes:
            self.forms.append(Form(at, "cell", show(values[1]), tuple(changes)))

    def _write(self, cell: ReadCell | None, sheet: str, *, moved: bool) -> str | None:
        if cell is None or cell.formula is None:
            return None
        return (self.moved if moved else Moved()).formula(cell.formula, sheet)

    def compare_result(self, was: ReadCell, now: ReadCell, at: Span) -> None:
        """A formula that is as it was: its figure follows from other cells, or somebody has written over it."""
        figures = was.computed, now.computed
        is_written = now.value is not None and not same(now.value, now.computed) and not same(now.value, was.computed)
        if is_written or (not same(*figures) and not now.is_known):
            text = f"{show(now.value)} (={show(now.computed)})" if is_written else show(now.value)
            price = self.sources.has_price(show(was.computed), show(now.value))
            self.edits.append(Edit("changed", at, show(was.computed), text, _COMPUTED, price, "stale"))
        elif not same(*figures):
            if isinstance(figures[0], Decimal) and isinstance(figures[1], Decimal):
                self.numbers.add((figures[0], figures[1]))
            self.edits.append(Edit("changed", at, show(figures[0]), show(figures[1]), _COMPUTED, follows=True))

    def compare_value(self, values: tuple[Value, Value], at: Span, row: Callable[[], list[Origin]]) -> bool:
        """A cell that somebody has filled. False where only the mark of a draft differs."""
        old, new = map(show, values)
        if same(*values) or not (old.strip() or new.strip()):
            return True
        if old == new:
            kinds = " → ".join(_name_kind(value) for value in values)
            self.edits.append(Edit("changed", at, old, f"{new} ({kinds})", what="type"))
            return True
        if fold(old) == fold(new):
            self.forms.append(Form(at, "cell", new, (("blanks", old, new),)))
            return True
        if fold(_DRAFT.sub("", old)) == fold(_DRAFT.sub("", new)):
            self.forms.append(Form(at, "draft", new, ()))
            return False
        origins = self.sources.find(old, new) if old.strip() else ()
        origins = self.sources.narrow(origins, row())
        kind = "changed" if old and new else "added" if new else "removed"
        price = self.sources.has_price(old, new)
        self.edits.append(Edit(kind, at, old or None, new or None, origins, price))  # type: ignore[arg-type]
        return True

    def find_row(self, row: Mapping[int, ReadCell]) -> list[Origin]:
        """Where the texts of a row are written."""
        texts = [show(cell.value) for cell in row.values() if isinstance(cell.value, str) and cell.formula is None]
        return [origin for text in texts for origin in self.sources.find(text) if origin.where == "source"]

    def compare_shown(self, was: ReadCell, now: ReadCell, at: Span) -> Iterator[tuple[str, str, str]]:
        """A figure that is the same and is shown otherwise; formats that show the same are told as a look."""
        codes = was.form.code or "General", now.form.code or "General"
        if codes[0] == codes[1]:
            return
        number = now.computed
        if not isinstance(number, Decimal):
            yield "numFmt", *codes
            return
        shown = was.form.shown(number), now.form.shown(number)
        if shown[0] == shown[1] and shown[0]:
            yield "numFmt", *codes
            return
        texts = (
            f"{item.figure if item.figure is not None else ''} {item.text}".strip() if item else "" for item in shown
        )
        old, new = (f"{text} [{code}]".strip() for text, code in zip(texts, codes, strict=True))
        self.edits.append(Edit("changed", at, old, new, what="shown"))

    def compare_around(self, old: ReadSheet, new: ReadSheet) -> None:
        """What is set around the cells of a sheet."""
        at = Span(self.name, place=(("sheet", new.name),))
        one = {self._move(key, old.name): self._say(key, value, old.name) for key, value in old.around.things.items()}
        two = {_settle(key, new.name): _say(key, value, new.name) for key, value in new.around.things.items()}
        self.compare_things(one, two, at)
        changes = compare_props(self._move_looks(old), _read_looks(new))
        if changes:
            self.forms.append(Form(at, "sheet", "", tuple(changes)))

    def _move(self, key: tuple[str, str], sheet: str) -> tuple[str, str]:
        what, where = key
        return what, self.moved.area(where, sheet) if what in _AREAS else where

    def _say(self, key: tuple[str, str], value: str, sheet: str) -> str:
        if key[0] in ("merged", "hidden"):
            return self.moved.area(value, sheet)
        return self.moved.formula(value, sheet) if key[0] in _FORMULAS else value

    def _move_looks(self, sheet: ReadSheet) -> dict[str, str]:
        return {_move_look(key, self.moved, sheet.name): value for key, value in sheet.around.looks.items()}

    def compare_things(self, one: Mapping[tuple[str, str], str], two: Mapping[tuple[str, str], str], at: Span) -> None:
        """Things by what they are and where."""
        for key in dict.fromkeys((*one, *two)):
            old, new = one.get(key), two.get(key)
            if old == new:
                continue
            what, where = key
            here = replace(at, place=(*at.place, ("cell", where))) if what in _AREAS and where else at
            if fold(_DRAFT.sub("", old or "")) == fold(_DRAFT.sub("", new or "")) and old and new:
                self.forms.append(Form(here, "draft", new, ()))
                continue
            named = [f"{where}: {text}" if text and what == "name" else text for text in (old, new)]
            kind = "changed" if old is not None and new is not None else "added" if old is None else "removed"
            self.edits.append(Edit(kind, here, named[0], named[1], what=what))  # type: ignore[arg-type]

    def compare_settings(self, old: Around, new: Around) -> None:
        """Names and whatever else is set for the whole workbook."""
        one = {}
        for (what, where), value in old.things.items():
            sheet, sign, name = where.rpartition("!")
            renamed = self.moved.names.get(sheet.casefold(), sheet)
            one[what, f"{renamed}{sign}{name}"] = self.moved.formula(value, sheet) if what == "name" else value
        two = {
            (what, where): Moved().formula(value, "") if what == "name" else value
            for (what, where), value in new.things.items()
        }
        self.compare_things(one, two, Span(self.name))

    def settle_words(self) -> None:
        """An amount in words that says what its figure comes to now follows, too."""
        for place, edit in enumerate(self.edits):
            if edit.what or edit.follows or edit.kind != "changed" or edit.old is None or edit.new is None:
                continue
            was, now = self.sources.read_words(edit.old), self.sources.read_words(edit.new)
            if (
                was
                and now
                and all(pair in self.numbers for pair in zip(was, now, strict=False))
                and len(was) == len(now)
            ):
                self.edits[place] = replace(edit, follows=True, is_price=False)


def _name_kind(value: Value) -> str:
    return "text" if isinstance(value, str) else "true/false" if isinstance(value, bool) else "number"


def _settle(key: tuple[str, str], sheet: str) -> tuple[str, str]:
    return key[0], Moved().area(key[1], sheet) if key[0] in _AREAS else key[1]


def _say(key: tuple[str, str], value: str, sheet: str) -> str:
    if key[0] in ("merged", "hidden"):
        return Moved().area(value, sheet)
    return Moved().formula(value, sheet) if key[0] in _FORMULAS else value


def _read_looks(sheet: ReadSheet) -> dict[str, str]:
    return {_move_look(key, Moved(), sheet.name): value for key, value in sheet.around.looks.items()}


def _move_look(key: str, moved: Moved, sheet: str) -> str:
    """The name of a look with the cells in it where they are now."""
    kind, _, where = key.partition(" ")
    if kind == "rule":
        return f"rule {moved.area(where, sheet)}"
    kind, _, where = key.partition(".")
    return f"height.{moved.area(f'{where}:{where}', sheet)}" if kind == "height" else key


def _show_formula(cell: ReadCell | None) -> str | None:
    if cell is None or (cell.formula is None and cell.value is None):
        return None
    return show(cell.value) if cell.formula is None else f"={cell.formula} ({show(cell.computed)})"
