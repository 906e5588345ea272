"""A pack's own Excel template of the quote: filled, read back like every other file, refused where it is wrong."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from pack_files import MANIFEST, make_two_volumes
from sheet_files import xlsx
from workspace import NOW, root_of, run_check, sign_all, write

from bidkit.build import Options, build_deal
from bidkit.diagnostic import Diagnostic
from bidkit.inspection import inspect_template
from bidkit.office import recalculate
from bidkit.readback import read_xlsx
from bidkit.reports import Result

ROWS: list[list[Any]] = [
    ["{{ deal.title }}", "{{ tender.no }}", "{{ company.name }}"],
    ["名称", "数量", "单价", "合价"],
    ["{%tr for c in quote.categories %}"],
    ["{{ c.name }}"],
    ["{%tr for l in c.lines %}"],
    ["{{ l.name }}", "{{ l.quantity }}", "{{ l.unit_price }}", ("=ROUND(B6*C6,2)", "{{ l.amount }}")],
    ["{%tr endfor %}"],
    ["小计", None, None, ("=SUM(D6)", "{{ c.total }}")],
    ["{%tr endfor %}"],
    ["合计", None, None, ("=SUM(D8)", "{{ quote.total }}")],
    ["大写", "{{ quote.words }}"],
]


def template(*more: list[Any], author: str = "{{ company.name }}", header: str = "&L{{ draft_mark }}&R&P") -> bytes:
    def change(book: Any, sheets: dict[str, Any]) -> None:
        book.set_properties({"author": author})
        sheets["报价"].set_header(header)

    return xlsx([*ROWS, *more], change)


def make(path: Path, content: bytes | None) -> Path:
    deal = make_two_volumes(path, f"{MANIFEST}workbook: ours.xlsx\n")
    if content is not None:
        write(root_of(deal) / "templates/mine/ours.xlsx", content)
    return deal


def build(deal: Path, *, is_draft: bool = False) -> Result:
    sign_all(deal)
    return build_deal(deal, Options(now=NOW, is_draft=is_draft, out=deal.parent / "out", version="test"))


def codes_of(result: Result) -> set[str]:
    return {item.code for item in result.diagnostics}


def quote_of(result: Result) -> bytes:
    assert result.folder is not None, result.diagnostics
    (path,) = (result.folder / "submit").glob("*.xlsx")
    return path.read_bytes()


@pytest.mark.parametrize("is_draft", [False, True])
def test_the_quote_is_made_of_the_packs_template(tmp_path: Path, is_draft: bool) -> None:
    result = build(make(tmp_path, template()), is_draft=is_draft)
    content = quote_of(result)
    assert result.bid is not None
    sheet = openpyxl.load_workbook(io.BytesIO(content), data_only=True)["报价"]
    quote = result.bid.quote
    assert [row[0].value for row in sheet.iter_rows()][-2:] == ["合计", "大写"]
    assert sheet.cell(sheet.max_row - 1, 4).value == pytest.approx(float(quote.base))
    assert sheet.cell(sheet.max_row, 2).value == quote.words
    assert ("草稿" in (sheet.oddHeader.left.text or "")) is is_draft
    assert read_xlsx(content, "quote.xlsx").author == result.bid.company.name


def cells_of(content: bytes) -> dict[str, Any]:
    sheet = openpyxl.load_workbook(io.BytesIO(content), data_only=True)["报价"]
    return {cell.coordinate: cell.value for row in sheet for cell in row if cell.value is not None}


@pytest.mark.office
def test_excel_would_compute_the_same(tmp_path: Path) -> None:
    content = quote_of(build(make(tmp_path, template())))
    again, problems = recalculate(content)
    assert again is not None, problems
    assert cells_of(content) == cells_of(again)


def place_of(problem: Diagnostic) -> tuple[str, str, str | None]:
    assert problem.span is not None
    return problem.code, problem.span.file, dict(problem.span.place).get("cell")


def test_a_template_that_is_wrong_is_refused_at_its_cell(tmp_path: Path) -> None:
    result = run_check(make(tmp_path, template(["{{ quote.totl }}"], ["=B1"], [("=D10*2", None)])))
    assert [place_of(item) for item in result.diagnostics] == [("TP30", "templates/mine/ours.xlsx", "A14")]


def test_a_name_that_is_not_there_is_told_with_its_cell(tmp_path: Path) -> None:
    result = run_check(make(tmp_path, template(["{{ quote.totl }}"])))
    assert [place_of(item) for item in result.diagnostics] == [("TP04", "templates/mine/ours.xlsx", "A12")]


def test_a_template_that_is_not_there_is_named_in_the_manifest(tmp_path: Path) -> None:
    (problem,) = run_check(make(tmp_path, None)).diagnostics
    assert (problem.code, problem.span and problem.span.file) == ("DL12", "templates/mine/pack.yaml")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (
            xlsx([*ROWS[:5], ["{{ l.name }}"], ROWS[6], ["小计", "{{ c.total }}"], ROWS[8], ["{{ quote.total }}"]]),
            "PR03",
        ),
        (template(author="Somebody"), "ID02"),
        (template(header="&R&P"), "PK06"),
        (xlsx(ROWS[:-1]), "PR02"),
    ],
)
def test_a_workbook_that_leaves_something_out_is_not_built(tmp_path: Path, content: bytes, code: str) -> None:
    result = build(make(tmp_path, content), is_draft=code == "PK06")
    assert code in codes_of(result)
    assert (result.folder is None) is (code != "PK06")  # which only a draft can break, and a draft lifts


def test_the_pack_is_checked_with_it(tmp_path: Path) -> None:
    deal = make(tmp_path, template(["{{ nobody }}"]))
    found = inspect_template(root_of(deal) / "templates/mine")
    assert [(item.code, item.span and item.span.file) for item in found.diagnostics if item.code == "TP04"] == [
        ("TP04", "ours.xlsx")
    ]
    assert "nobody" in {item.name for item in found.names}
