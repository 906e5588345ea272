"""Lists in Word files: what is merged, numbered, drawn or torn apart in them is read as it is seen, or refused."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import docx
import pytest
from docx.oxml import parse_xml
from test_import import PRICES, document_of, run
from workspace import write


def make_merged(column: int, down: int, right: int = 0) -> bytes:
    """A price list in Word; a cell of its first line merged with those below it, or beside it."""
    document = docx.Document(io.BytesIO(document_of(PRICES)))
    table = document.tables[0]
    for cell in (table.cell(1 + row, column + side) for row in range(down + 1) for side in range(right + 1)):
        cell.text = "2" if cell is table.cell(1, column) else ""
    table.cell(1, column).merge(table.cell(1 + down, column + right)).text = "2"
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


@pytest.mark.parametrize(("column", "down", "right"), [(5, 1, 0), (4, 1, 0), (7, 1, 0), (4, 0, 1), (4, 1, 1)])
def test_a_figure_of_several_lines_or_columns_in_word_is_refused(
    column: int, down: int, right: int, tmp_path: Path
) -> None:
    result = run("prices", write(tmp_path / "a.docx", make_merged(column, down, right)))
    assert (result.exit_code, result.output.count("DL49")) == (1, 1), result.output


def test_texts_of_several_lines_in_word_are_those_of_each(tmp_path: Path) -> None:
    result = run("prices", write(tmp_path / "a.docx", make_merged(3, 1)))
    assert result.exit_code == 0, result.output
    assert [line["unit"] for line in csv.DictReader(io.StringIO(result.stdout_bytes.decode("utf-8-sig")))] == ["2", "2"]


def test_a_row_in_word_may_begin_some_columns_in(tmp_path: Path) -> None:
    document = docx.Document(io.BytesIO(document_of(PRICES)))
    row = document.tables[0].rows[2]._tr
    row.remove(row.tc_lst[0])
    row.get_or_add_trPr().append(parse_xml(f'<w:gridBefore xmlns:w="{row.nsmap["w"]}" w:val="1"/>'))
    document.save(tmp_path / "a.docx")
    result = run("prices", tmp_path / "a.docx")  # the second line has no number, and all else in its place
    assert (result.exit_code, result.output.count("DL06"), "DL08" in result.output) == (1, 1, False), result.output


def test_titles_of_two_rows_in_word_are_read_together(tmp_path: Path) -> None:
    rows = [
        [*PRICES[0][:5], "单价", "", "税率"],
        ["", "", "", "", "", "含税", "折扣", ""],
        *([*row[:7], "13%"] for row in PRICES[1:]),
    ]
    rows[2][6] = rows[3][6] = "0%"
    document = docx.Document(io.BytesIO(document_of(rows)))
    table = document.tables[0]
    for column in (0, 1, 2, 3, 4, 7):
        table.cell(0, column).merge(table.cell(1, column)).text = rows[0][column]
    table.cell(0, 5).merge(table.cell(0, 6)).text = "单价"
    document.save(tmp_path / "a.docx")
    result = run("prices", tmp_path / "a.docx", "--column", "discount=单价/折扣")
    assert result.exit_code == 0, result.output
