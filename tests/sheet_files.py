"""Small workbooks for the tests of the workbook templates, written with XlsxWriter as Excel would save them."""

from __future__ import annotations

import functools
import io
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import openpyxl
import xlsxwriter

from bidkit.diagnostic import Diagnostic
from bidkit.ooxml.sheet import RenderedWorkbook, WorkbookTemplate, compile_workbook

DAY = date(2026, 9, 15)
Rows = list[list[Any]]
FILTERS = {"money": lambda amount: f"{amount:,.2f}"}


def xlsx(
    sheets: Mapping[str, Rows] | Rows,
    change: Callable[[Any, dict[str, Any]], None] | None = None,
    options: Mapping[str, Any] | None = None,
) -> bytes:
    """A workbook of sheets given as rows of cells; `("=formula", "{{ note }}")` is a formula with a note.

    A formula with a number or text as its second item has that as its value; with None it has 0.

    Args:
        change: is given the XlsxWriter workbook and its sheets by name, to add what else there is.
    """
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True, **(options or {})})
    made = {}
    for name, rows in (sheets if isinstance(sheets, Mapping) else {"报价": sheets}).items():
        made[name] = sheet = _add(book, name)
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                _write(sheet, number, column, value, book)
    if change is not None:
        change(book, made)
    book.close()
    return stream.getvalue()


def _add(book: Any, name: str) -> Any:
    return book.add_worksheet(name)


def _write(sheet: Any, row: int, column: int, value: Any, book: Any) -> None:
    if isinstance(value, tuple):
        formula, given = value
        is_note = isinstance(given, str) and "{" in given
        sheet.write_formula(row, column, formula, None, 0 if is_note or given is None else given)
        if is_note:
            sheet.write_comment(row, column, given)
    elif isinstance(value, str):
        sheet.write_string(row, column, value)
    elif isinstance(value, date):
        sheet.write_datetime(row, column, value, book.add_format({"num_format": "yyyy-mm-dd"}))
    elif value is not None:
        sheet.write(row, column, value)


def compiled(content: bytes, **options: Any) -> WorkbookTemplate:
    """The template, which must be right."""
    template, problems = compile_workbook(content, "t.xlsx", FILTERS, **options)
    assert template is not None, [problem.message("en") + str(problem.span) for problem in problems]
    return template


def rendered(content: bytes, context: Mapping[str, Any]) -> RenderedWorkbook:
    """What a right template becomes with a right context."""
    result = compiled(content).render(context)
    assert not result.problems, [problem.message("en") + str(problem.span) for problem in result.problems]
    return result


def filled(content: bytes, context: Mapping[str, Any]) -> bytes:
    """The file that a template becomes."""
    return rendered(content, context).save(DAY)


def mistakes(content: bytes) -> list[tuple[str, str]]:
    """The mistakes of a template: codes, and cells."""
    template, problems = compile_workbook(content, "t.xlsx", FILTERS)
    assert (template is None) == bool(problems)
    return [(problem.code, cell_of(problem)) for problem in problems]


def cell_of(problem: Diagnostic) -> str:
    return dict(problem.span.place).get("cell", "") if problem.span else ""


def formulas(content: bytes, sheet: str | None = None) -> Rows:
    """The rows of a finished sheet, formulas as such."""
    return _rows(load(content), sheet)


def values(content: bytes, sheet: str | None = None) -> Rows:
    """The rows of a finished sheet, of formulas their cached values."""
    return _rows(load(content, data_only=True), sheet)


@functools.lru_cache(maxsize=4)
def load(content: bytes, *, data_only: bool = False) -> Any:
    """A finished workbook as openpyxl reads it."""
    return openpyxl.load_workbook(io.BytesIO(content), data_only=data_only)


def _rows(book: Any, name: str | None) -> Rows:
    sheet = book[name] if name else book.worksheets[0]
    return [list(row) for row in sheet.iter_rows(values_only=True)]
