"""`bidkit template check` and `names` for a workbook: what its author sees."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sheet_files import xlsx
from test_sheet import QUOTE
from test_template_cli import run


def test_every_mistake_of_a_workbook_is_listed_with_its_sheet_and_cell(tmp_path: Path) -> None:
    rows = [["{{ a"], ["{%tr for x in xs %}"], ["{{ x | monney }}"], ["{%tr endfor %}"], [("=SUM(A3)", 0)]]
    (tmp_path / "t.xlsx").write_bytes(xlsx(rows))
    done = run(tmp_path, "check", "t.xlsx", "--lang", "en")
    assert done.returncode == 1
    assert done.stderr == ""
    lines = done.stdout.splitlines()
    assert lines[0] == "t.xlsx: sheet 报价, cell A1: TP02 error: a tag is not closed: {{ a"
    assert "t.xlsx: sheet 报价, cell A3, tag {{ x | monney }}: TP16" in done.stdout
    assert "cell A5: TP30 error: the formula =SUM(A3) has no result to be written" in done.stdout
    assert lines[-1] == "3 errors, 0 warnings, 0 notes"
    assert [line.split("cell ")[1][:2] for line in lines[:-1:2]] == ["A1", "A3", "A5"]
    assert "工作表 报价, 单元格 A1" in run(tmp_path, "check", "t.xlsx", "--lang", "zh").stdout


def test_a_sound_workbook_is_said_to_be_sound(tmp_path: Path) -> None:
    (tmp_path / "t.XLSX").write_bytes(xlsx(QUOTE))
    done = run(tmp_path, "check", "t.XLSX", "--lang", "en")
    assert (done.returncode, done.stdout) == (0, "0 errors, 0 warnings, 0 notes\n")


def test_the_names_of_a_workbook_are_listed_with_their_sheets(tmp_path: Path) -> None:
    (tmp_path / "t.xlsx").write_bytes(xlsx(QUOTE))
    done = run(tmp_path, "names", "t.xlsx", "--lang", "en")
    assert done.returncode == 0
    assert [line.split()[0] for line in done.stdout.splitlines()] == [
        *("cats[]", "name", "lines[]", "name", "price", "qty", "total", "total", "total")
    ]
    found = json.loads(run(tmp_path, "names", "t.xlsx", "--format", "json").stdout)
    assert {item["name"] for item in found["names"]} == {"cats", "total"}


@pytest.mark.parametrize("content", [b"", b"PK", b"hello"])
def test_what_is_no_workbook_is_said_to_be_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "t.xlsx").write_bytes(content)
    for command in ("check", "names"):
        done = run(tmp_path, command, "t.xlsx", "--lang", "en")
        assert done.returncode == 1
        assert "t.xlsx" in done.stdout + done.stderr
