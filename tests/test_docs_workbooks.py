"""docs/workbooks.md and its English twin: every example is run, and shows what really comes out."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from sheet_files import filled, formulas, mistakes, values, xlsx

from bidkit.office import recalculate

DOCS = Path(__file__).parents[1] / "docs"
PAGES = ("workbooks.md", "workbooks.en.md")
_EXAMPLE = re.compile(r"```sheet\n(.*?)```\n\n```data\n(.*?)```\n\n```result\n(.*?)```", re.DOTALL)


class Loader(yaml.SafeLoader):
    """Numbers with a point are Decimal, as they are in a deal."""


Loader.add_constructor("tag:yaml.org,2002:float", lambda loader, node: Decimal(loader.construct_scalar(node)))  # type: ignore[arg-type]


def read_rows(text: str) -> list[list[Any]]:
    """The cells of a drawn sheet; a single `|` between blanks is a filter where braces are open."""
    rows = []
    for line in text.splitlines():
        cells: list[str] = []
        for piece in line.strip().strip("|").split("|"):
            if cells and cells[-1].count("{{") > cells[-1].count("}}"):
                cells[-1] += f"|{piece}"
            else:
                cells.append(piece)
        rows.append([cell.strip() for cell in cells])
    assert [row[0] for row in rows] == [str(number) for number in range(1, len(rows) + 1)]
    return [row[1:] for row in rows]


def template_of(text: str) -> bytes:
    return xlsx([[make_cell(cell) for cell in row] for row in read_rows(text)])


def make_cell(cell: str) -> Any:
    formula, has_note, note = cell.partition(" ✎ ")
    return (formula, note) if has_note else cell or None


def show_rows(content: bytes) -> list[list[str]]:
    pairs = zip(formulas(content), values(content), strict=True)
    rows = [[show(*cell) for cell in zip(written, cached, strict=True)] for written, cached in pairs]
    for row in rows:
        while row and not row[-1]:
            row.pop()
    return rows


def show(written: Any, cached: Any) -> str:
    if isinstance(written, str) and written.startswith("="):
        return f"{written} → {show(None, cached)}"
    if isinstance(cached, bool):
        return str(cached).upper()
    if isinstance(cached, (date, datetime)):
        return f"{cached:%Y-%m-%d}"
    return "" if cached is None else f"{cached:.10g}" if isinstance(cached, float) else str(cached)


def examples(page: str) -> list[tuple[str, str, str]]:
    return _EXAMPLE.findall((DOCS / page).read_text(encoding="utf-8"))


@pytest.mark.parametrize("page", PAGES)
def test_examples_show_what_comes_out(page: str) -> None:
    found = examples(page)
    assert len(found) == 7
    assert (DOCS / page).read_text(encoding="utf-8").count("```") == len(found) * 6 + 2
    for sheet, data, result in found:
        shown = read_rows(result)
        for row in shown:
            while row and not row[-1]:
                row.pop()
        assert show_rows(filled(template_of(sheet), yaml.load(data, Loader))) == shown


def test_both_pages_have_the_same_examples() -> None:
    for one, two in zip(examples(PAGES[0]), examples(PAGES[1]), strict=True):
        assert re.findall(r"=\S+", one[0]) == re.findall(r"=\S+", two[0])


def test_what_the_page_says_cannot_follow_is_refused() -> None:
    loop: list[list[Any]] = [["{%tr for x in xs %}"], ["{{ x }}"], ["{%tr endfor %}"]]
    for formula in ("=SUM(T[Price])", '=INDIRECT("A1")', "=SUM(One:Three!A1)", "=ROUND(A2,2)"):
        assert [code for code, _ in mistakes(xlsx([*loop, [(formula, "{{ 1 }}")]]))] in (["TP32"], ["TP31"])


@pytest.mark.office
@pytest.mark.parametrize("number", [3, 4, 5, 6])
def test_libreoffice_computes_what_the_examples_show(number: int) -> None:
    sheet, data, _ = examples(PAGES[0])[number]
    done = filled(template_of(sheet), yaml.load(data, Loader))
    made, problems = recalculate(done)
    assert made is not None, problems
    assert values(made) == values(done)
