"""How fast bidkit fills an Excel template, beside XlsxWriter and openpyxl writing the same cells and styles.

python benchmarks/workbook.py [--quick]
"""

from __future__ import annotations

import argparse
import gc
import io
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from statistics import median
from typing import Any

import openpyxl
import xlsxwriter
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, Side

from bidkit.ooxml.sheet import WorkbookTemplate, compile_workbook

ROWS = 5_000
HEAD = ("No.", "ID", "Name", "Unit", "Quantity", "Unit price", "Tax rate", "Amount", "Remark")
FORMULA = "=ROUND(E{0}*F{0},2)"
COMPARED = (
    ("bidkit", "XlsxWriter", 1 / 2, 1 / 3),
    ("bidkit with compiling", "XlsxWriter", 1 / 2, 1 / 3),
    ("bidkit", "XlsxWriter, constant_memory", 0, 0),
    ("bidkit", "openpyxl", 1 / 5, 0),
    ("bidkit with compiling", "openpyxl", 1 / 5, 0),
)
"""Whose time by whose, what it is to be at most, and what would be better still; 0 for no aim."""
Lines = Sequence[Mapping[str, Any]]


def make_lines(count: int) -> Lines:
    """Lines of a quote: texts that repeat and texts that do not, numbers, a rate."""
    units = ("pc", "set", "m", "day")
    return [
        {
            "no": number,
            "id": f"A{number:05}",
            "name": f"Gateway EG{number % 700} <{number}>",
            "unit": units[number % 4],
            "quantity": number % 97 + 0.5,
            "price": 1250.25 + number,
            "rate": (0.13, 0.09, 0.06)[number % 3],
            "amount": round((number % 97 + 0.5) * (1250.25 + number), 2),
            "remark": "with mains adapter" if number % 5 else "",
        }
        for number in range(1, count + 1)
    ]


def make_template() -> bytes:
    """The template: a head, a row for the lines, and a total."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(HEAD)
    sheet["A2"] = "{%tr for line in lines %}"
    keys = ("no", "id", "name", "unit", "quantity", "price", "rate", "amount", "remark")
    edge = Border(*(Side("thin"),) * 4)
    for column, key in enumerate(keys, 1):
        cell = sheet.cell(3, column)
        cell.value = FORMULA.format(3) if key == "amount" else f"{{{{ line.{key} }}}}"
        cell.number_format = {"price": "#,##0.00", "amount": "#,##0.00", "rate": "0%"}.get(key, "General")
        cell.font, cell.border, cell.alignment = Font("Calibri", 10), edge, Alignment(vertical="center")
    sheet["H3"].comment = Comment("{{ line.amount }}", "bidkit")
    sheet["A4"] = "{%tr endfor %}"
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def compile_it(content: bytes) -> WorkbookTemplate:
    """bidkit's template."""
    template, problems = compile_workbook(content, "benchmark.xlsx", {})
    if template is None:
        raise SystemExit(problems)
    return template


def fill(template: WorkbookTemplate, lines: Lines) -> bytes:
    """bidkit."""
    rendered = template.render({"lines": lines})
    if rendered.problems:
        raise SystemExit(rendered.problems)
    return rendered.save()


def write_xlsxwriter(lines: Lines, *, is_streamed: bool = False) -> bytes:
    """XlsxWriter: the same cells, styles and cached values.

    Args:
        is_streamed: each row is written away at once, without a table of texts, instead of its usual mode.
    """
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"constant_memory": True} if is_streamed else {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        base = {"font_name": "Calibri", "font_size": 10, "border": 1, "valign": "vcenter"}
        plain, rate = book.add_format(base), book.add_format({**base, "num_format": "0%"})
        money = book.add_format({**base, "num_format": "#,##0.00"})
        sheet.write_row(0, 0, HEAD)
        for row, line in enumerate(lines, 1):
            sheet.write_number(row, 0, line["no"], plain)
            sheet.write_string(row, 1, line["id"], plain)
            sheet.write_string(row, 2, line["name"], plain)
            sheet.write_string(row, 3, line["unit"], plain)
            sheet.write_number(row, 4, line["quantity"], plain)
            sheet.write_number(row, 5, line["price"], money)
            sheet.write_number(row, 6, line["rate"], rate)
            sheet.write_formula(row, 7, FORMULA.format(row + 1), money, line["amount"])
            sheet.write(row, 8, line["remark"], plain)
    return stream.getvalue()


def write_openpyxl(lines: Lines) -> bytes:
    """openpyxl in its usual mode; it can write no cached values."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(HEAD)
    edge, font, middle = Border(*(Side("thin"),) * 4), Font("Calibri", 10), Alignment(vertical="center")
    formats = ("General", "General", "General", "General", "General", "#,##0.00", "0%", "#,##0.00", "General")
    for row, line in enumerate(lines, 2):
        values = [*line.values()]
        values[7] = FORMULA.format(row)
        for column, (value, code) in enumerate(zip(values, formats, strict=True), 1):
            cell = sheet.cell(row, column, value)
            cell.number_format, cell.font, cell.border, cell.alignment = code, font, edge, middle
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def read_cells(content: bytes) -> list[tuple[Any, ...]]:
    """What a workbook holds, formulas as such, blanks as nothing."""
    rows = openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True)
    return [tuple(value for value in row if value not in (None, "")) for row in rows]


def time_it(work: Callable[[], object]) -> float:
    """Seconds; what the engine before has left behind is cleared first."""
    gc.collect()
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main() -> int:
    """Compare, print, and say by the exit code whether the targets are met."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    repeats = 5 if parser.parse_args().quick else 15
    lines, content = make_lines(ROWS), make_template()
    template = compile_it(content)
    works: dict[str, Callable[[], bytes]] = {
        "bidkit": lambda: fill(template, lines),
        "bidkit with compiling": lambda: fill(compile_it(content), lines),
        "XlsxWriter": lambda: write_xlsxwriter(lines),
        "XlsxWriter, constant_memory": lambda: write_xlsxwriter(lines, is_streamed=True),
        "openpyxl": lambda: write_openpyxl(lines),
    }
    made = {name: read_cells(work()) for name, work in works.items()}
    if len({str(cells) for cells in made.values()}) > 1:
        raise SystemExit("the engines did not write the same cells")
    seconds: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(repeats):
        for name, work in works.items():
            seconds[name].append(time_it(work))
    print(f"5,000 rows of 9 cells, {repeats} runs in turn")
    return int("MISSED" in [compare(seconds, *row) for row in COMPARED])


def compare(seconds: Mapping[str, Sequence[float]], own: str, other: str, reach: float, stretch: float) -> str:
    """Print what part of the other's time we take; what that comes to, nothing where it is for information only."""
    ratios = [ours / theirs for ours, theirs in zip(seconds[own], seconds[other], strict=True)]
    ratio = median(ratios)
    verdict = "stretch" if ratio <= stretch else "reached" if ratio <= reach else "MISSED" if reach else ""
    shown = f"{own} {median(seconds[own]) * 1000:.0f} ms, {other} {median(seconds[other]) * 1000:.0f} ms"
    aim = f"; reach {reach:.2f}: {verdict}" if reach else ""
    print(f"{shown}: {ratio:.3f} of its time ({min(ratios):.3f} to {max(ratios):.3f}){aim}")
    return verdict


if __name__ == "__main__":
    sys.exit(main())
