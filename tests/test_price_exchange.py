"""The quote for other programs and back: JSON, csv; nothing of it a formula, and no cost in it."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from quotes import ROOT, make_bid, make_line
from test_price_documents import QUOTE
from typer.testing import CliRunner, Result
from workspace import edit, make_workspace, run_check, write

from bidkit.cli import app
from bidkit.deal.prices import Line
from bidkit.exchange import export_csv, export_json, import_lines
from bidkit.source.tables.comma import escape_formula, read_csv


def run(*arguments: object) -> Result:
    words = ["import", "prices", *arguments[1:]] if arguments[0] == "import" else ["price", *arguments]
    return CliRunner().invoke(app, [*map(str, words), "--lang", "en"])


@pytest.fixture
def rich(tmp_path: Path) -> Path:
    """A deal with nested categories, a bundle, another currency and tags."""
    changes = {f"quote__{key}": value for key, value in QUOTE.items()}
    lines = [{**line, **({"tags": "phase=一期"} if "tags" in line else {})} for line in QUOTE["lines"]]
    cleared = {"quote__total": None, "quote__total_words": None, "solution__products": [], "opportunity__solutions": []}
    return make_workspace(tmp_path, "commercial", **{**changes, **cleared, "quote__lines": lines})


def totals(deal: Path) -> dict[str, Decimal]:
    bid = run_check(deal).bid
    assert bid is not None
    return {key: getattr(bid.quote, key) for key in ("base", "net", "tax")}


@pytest.mark.parametrize("via", ["csv", "json"])
def test_exported_lines_give_the_same_quote_again(rich: Path, tmp_path: Path, via: str) -> None:
    before = totals(rich)
    exported = tmp_path / f"quote.{via}"
    assert run("export", rich, "--format", via, "-o", exported).exit_code == 0
    lines = rich.with_name("lines.csv")
    assert run("import", exported, "-o", lines).exit_code == 0, run("import", exported).stderr
    text = rich.read_text(encoding="utf-8")
    start, end = text.index("  lines:\n"), text.index("  milestones:\n", text.index("  lines:\n"))
    write(rich, text[:start] + "  lines: {file: lines.csv}\n" + text[end:])
    assert totals(rich) == before
    bid = run_check(rich).bid
    assert bid is not None
    assert [part.name for part in bid.quote.lines[2].offer.parts] == ["交换机"]
    assert bid.quote.lines[0].line.tags == {"phase": "一期"}


@pytest.mark.parametrize("name", ["water", "school", "port"])
def test_examples_come_back_as_they_went(name: str) -> None:
    (deal,) = (ROOT / "examples" / name).glob("deals/*/deal.yaml")
    exported = run("export", deal)
    assert exported.exit_code == 0, exported.stderr
    record = json.loads(exported.stdout)
    assert record["schema"] == "bidkit/quote@1"
    again, problems = import_lines(exported.stdout_bytes, "quote.json")
    assert problems == [] and again is not None
    direct = run("export", deal, "--format", "csv").stdout_bytes
    assert again == direct
    rows = list(csv.DictReader(io.StringIO(direct.decode("utf-8-sig"))))
    counted = sum(Decimal(row["amount"]) for row in rows)
    assert counted == Decimal(record["evaluated"])


def test_no_cost_floor_or_cap_is_exported() -> None:
    bid = make_bid(
        [make_line(("A01", "hw", "网关", "3", "100", "13%", "base"), cost="73.21", floor="61.17", cap="997.13")]
    )
    for content in (export_json(bid), export_csv(bid).decode()):
        assert "网关" in content
        assert not any(secret in content for secret in ("73.21", "61.17", "997.13", "cost", "floor", "cap"))


FORMULAS = ["=1+1", "+86 10", "-A", "@SUM(A1)", "=cmd|' /C calc'!A0", "'=1", "''=1", "'x", "–5"]


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_of_a_csv_is_a_formula_and_each_is_read_as_it_was(text: str) -> None:
    content = export_csv(make_bid([make_line(("A01", "hw", text, "3", "100", "13%", "base"))]))
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)
    grid, problems = read_csv(content.decode("utf-8-sig"), "lines.csv")
    assert problems == [] and grid is not None
    assert text in grid.rows[1].texts


@given(st.text(alphabet="'=+-@ab 中", max_size=8).map(str.strip))
def test_marks_against_formulas_come_off_again(text: str) -> None:
    escaped = escape_formula(text)
    assert not escaped.startswith(("=", "+", "-", "@"))
    stream = io.StringIO()
    csv.writer(stream).writerow(["x", escaped])
    grid, _ = read_csv(stream.getvalue(), "a.csv")
    assert grid is not None
    assert grid.rows[0].cells[1].text == text


@pytest.mark.parametrize(
    ("old", "new", "code", "where"),
    [
        ('"evaluated": "336000.00"', '"evaluated": "336000.10"', "PR01", "quote.json:"),
        ('"amount": "300000.00"', '"amount": "30000.00"', "PR01", "quote.json:"),
        ('"unit_price": "12500.00"', '"unit_price": "面议"', "DL08", "quote.json:"),
        ('"currency": "CNY"', '"currency": "XXX"', "DL10", "quote.json:"),
        ('"lines": [', '"lines": [[', "DL01", "quote.json:"),
        ('"schema": "bidkit/quote@1"', '"schema": "bidkit/quote@9"', "DL10", "quote.json:"),
    ],
)
def test_a_wrong_record_is_refused_at_its_place(tmp_path: Path, old: str, new: str, code: str, where: str) -> None:
    text = run("export", make_workspace(tmp_path)).stdout
    assert old in text
    path = write(tmp_path / "quote.json", text.replace(old, new, 1))
    result = run("import", path, "-o", tmp_path / "lines.csv")
    assert result.exit_code == 1
    assert code in result.stderr and where in result.stderr
    assert not (tmp_path / "lines.csv").exists()


def test_a_price_list_from_excel_becomes_clean_lines(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in [("Item", "Qty", "UoM", "Rate", "Tax rate", "No."), ("Gateway", 2, "pc", "1,250.00", "13%", "A1")]:
        book.active.append(row)
    book.save(tmp_path / "list.xlsx")
    result = run("import", tmp_path / "list.xlsx")
    assert result.exit_code == 0, result.stderr
    assert list(csv.DictReader(io.StringIO(result.stdout.removeprefix("\ufeff")))) == [
        {"id": "A1", "name": "Gateway", "unit": "pc", "quantity": "2", "unit_price": "1250.00", "tax_rate": "13%"}
    ]
    book.active["D2"] = "t.b.d."
    book.save(tmp_path / "list.xlsx")
    result = run("import", tmp_path / "list.xlsx")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "list.xlsx" in result.stderr and "D2" in result.stderr


def test_nothing_is_overwritten_unasked(tmp_path: Path) -> None:
    deal, target = make_workspace(tmp_path), write(tmp_path / "mine.csv", "mine")
    result = run("export", deal, "--format", "csv", "-o", target)
    assert (result.exit_code, target.read_text()) == (1, "mine")
    assert "EN17" in result.stderr
    assert run("export", deal, "--format", "csv", "-o", target, "--force").exit_code == 0
    assert target.read_bytes().startswith(b"\xef\xbb\xbfid,")
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_quote_with_mistakes_is_not_exported(tmp_path: Path) -> None:
    deal = make_workspace(tmp_path)
    edit(deal, "total: 336000.00", "total: 336000.01")
    result = run("export", deal)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "PR01" in result.stderr


def test_a_csv_that_excel_saved_in_chinese_is_read(tmp_path: Path) -> None:
    path = write(tmp_path / "list.csv", "编号,名称,单位,数量,单价,税率\n1,网关,台,2,100,13%\n".encode("gbk"))
    result = run("import", path)
    assert (result.exit_code, "网关" in result.stdout) == (0, True)


def pipe(command: str, deal: Path) -> subprocess.CompletedProcess[str]:
    bidkit = f"{sys.executable} -m bidkit"
    words = ["bash", "-c", f"set -o pipefail; {bidkit} {command.format(deal=f'{deal} --lang en')}"]
    return subprocess.run(words, capture_output=True, text=True, timeout=120)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
@pytest.mark.parametrize("command", ["price export", "check", "gate"])
def test_output_that_finds_no_room_is_told(tmp_path: Path, command: str) -> None:
    done = pipe(f"{command} {{deal}} > /dev/full", make_workspace(tmp_path))
    assert done.returncode == 1
    assert done.stderr.startswith("EN04 error: cannot write stdout:")
    assert "Traceback" not in done.stderr and "Exception" not in done.stderr


@pytest.mark.parametrize("command", ["price export {deal} --format csv | true", "check {deal} | true"])
def test_closed_pipe_ends_quietly(tmp_path: Path, command: str) -> None:
    assert pipe(command, make_workspace(tmp_path)).stderr == ""


def test_what_a_link_points_at_is_written(tmp_path: Path) -> None:
    deal, target = make_workspace(tmp_path), write(tmp_path / "target.csv", "old")
    link = tmp_path / "link.csv"
    link.symlink_to(target)
    assert run("export", deal, "--format", "csv", "-o", link).exit_code == 1
    assert run("export", deal, "--format", "csv", "-o", link, "--force").exit_code == 0
    assert link.is_symlink()
    assert target.read_bytes().startswith(b"\xef\xbb\xbfid,")


def test_a_pipe_is_written_to_and_never_replaced(tmp_path: Path) -> None:
    deal, fifo = make_workspace(tmp_path), tmp_path / "fifo"
    os.mkfifo(fifo)
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    assert run("export", deal, "--format", "csv", "-o", fifo, "--force").exit_code == 0
    assert os.read(reader, 5) == b"\xef\xbb\xbfid"
    os.close(reader)
    assert fifo.is_fifo()


@pytest.mark.parametrize("make_place", [lambda path: path, lambda path: path / "a" / "x", lambda path: path / "loop"])
def test_place_that_cannot_be_written_is_named_as_it_was_asked_for(tmp_path: Path, make_place: Any) -> None:
    deal, place = make_workspace(tmp_path), make_place(tmp_path)
    (tmp_path / "loop").symlink_to("loop")
    result = run("export", deal, "-o", place, "--force")
    assert (result.exit_code, result.stderr.splitlines()[0].split(":")[1]) == (2, f" cannot write {place}")


DEEP = "[" * 5000 + "]" * 5000
RECORDS = [
    "null",
    "[]",
    '"x"',
    "1",
    "{}",
    "",
    " ",
    "NaN",
    DEEP,
    '{"a": ' * 999,
    '{"lines": null}',
    '{"schema": {}}',
    "\ufeff",
]


@pytest.mark.parametrize("text", [*RECORDS, "{]", "---\n---\n", '{"a": 1, "a": 2}', "&a [*a]", "{? [a] : b}"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_record_that_is_no_quote_is_refused(text: str, encoding: str) -> None:
    lines, problems = import_lines(text.encode(encoding), "quote.json")
    assert lines is None
    assert problems
    assert all(problem.message("en") and problem.span for problem in problems)


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-1", "1e400", "9" * 5000, "null", "[]", "{}", '""', "true"])
@pytest.mark.parametrize("key", ["unit_price", "quantity", "evaluated", "amount"])
def test_record_with_a_value_that_is_no_amount_is_refused(key: str, value: str) -> None:
    text = export_json(make_bid([make_line(("A01", "hw", "网关", "3", "100", "13%", "base"))]))
    changed, count = re.subn(rf'"{key}": "[^"]*"', f'"{key}": {value}', text, count=1)
    assert count == 1
    lines, problems = import_lines(changed.encode(), "quote.json")
    assert lines is None
    assert problems


@pytest.mark.parametrize("name", ["list.csv", "list.xlsx"])
def test_id_that_is_used_twice_is_told_at_its_cell(tmp_path: Path, name: str) -> None:
    rows = [("No.", "Item", "Qty", "UoM", "Rate", "Tax rate"), *[("1", "Pump", 2, "pc", 5, "13%")] * 2]
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(tmp_path / "list.xlsx")
    write(tmp_path / "list.csv", "\n".join(",".join(map(str, row)) for row in rows))
    result = run("import", tmp_path / name)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "PR07" in result.stderr and ("A3" if name.endswith("x") else ":3:1") in result.stderr


@pytest.mark.parametrize("name", ["a.xls", "a.xlsb", "a.ods", "a.et", "a.txt", "a", "a.md", "a.pdf"])
def test_file_that_is_no_price_list_is_refused(name: str) -> None:
    lines, problems = import_lines(b"id,name\n1,x\n", name)
    assert (lines, [problem.code for problem in problems]) == (None, ["DL14"])


def test_workbook_with_macros_is_a_price_list() -> None:
    book, stream = openpyxl.Workbook(), io.BytesIO()
    for row in [("No.", "Item", "Qty", "UoM", "Rate", "Tax rate"), ("1", "Pump", 2, "pc", 5, "13%")]:
        book.active.append(row)
    book.save(stream)
    assert import_lines(stream.getvalue(), "list.XLSM")[1] == []
    assert [problem.code for problem in import_lines(b"\xd0\xcf\x11\xe0", "list.xlsm")[1]] == ["DL14"]


def test_nothing_that_a_price_list_says_of_a_line_is_lost() -> None:
    said = {
        **{"id": "1", "name": "Pump", "quantity": "2", "unit": "pc", "tax_rate": "13%", "list_price": "10.5"},
        **{"currency": "EUR", "discount": "0.1", "escalation": "0.02", "cost": "7", "floor": "8", "cap": "11"},
        **{
            "periods": "y1; y2",
            "sku": "P",
            "tags": "site=north",
            "remark": "x",
            "spec": "s",
            "brand": "b",
        },
        **{"model": "m", "manufacturer": "f", "origin": "o", "kind": "optional", "replaces": "r", "part_of": "q"},
        **{"unit_price": "9.45", "amount": "18.90", "category": "c"},
    }
    assert {*said, "item"} == set(Line.model_fields)  # the title `item` means the name
    stream = io.StringIO()
    writer = csv.DictWriter(stream, [*said])
    writer.writeheader()
    writer.writerow(said)
    content, problems = import_lines(stream.getvalue().encode(), "list.csv")
    assert problems == [] and content is not None
    assert list(csv.DictReader(io.StringIO(content.decode("utf-8-sig")))) == [said]


def test_currency_of_a_price_is_kept() -> None:
    content, problems = import_lines("No.,Item,Qty,UoM,Rate,Tax rate\n1,Pump,2,pc,5 €,13%".encode(), "list.csv")
    assert problems == [] and content is not None
    assert [row["currency"] for row in csv.DictReader(io.StringIO(content.decode("utf-8-sig")))] == ["EUR"]
