"""Lists in Word files: what is merged, numbered, drawn or torn apart in them is read as it is seen, or refused."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.oxml import parse_xml
from PIL import Image
from test_import import OTHER, PRICES, REST, ROWS, document_of, run
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


def make_numbered(label: str, column: int = 1, font: str = "", *, styled: bool = False, kind: str = "decimal") -> bytes:
    """A list of requirements in Word of which a cell is numbered automatically, by itself or by its style."""
    document = docx.Document(io.BytesIO(document_of([ROWS[0], ["3.1", "屏幕不小于 86 英寸。", "3"]])))
    numbering = document.part.numbering_part.element
    space = f'xmlns:w="{numbering.nsmap["w"]}"'
    look = f'<w:rPr><w:rFonts w:ascii="{font}"/></w:rPr>' if font else ""
    level = f'<w:lvl w:ilvl="0"><w:numFmt w:val="{kind}"/><w:lvlText w:val="{label}"/>{look}</w:lvl>'
    number = f'<w:num {space} w:numId="990"><w:abstractNumId w:val="990"/></w:num>'
    numbering.insert(0, parse_xml(f'<w:abstractNum {space} w:abstractNumId="990">{level}</w:abstractNum>'))
    numbering.append(parse_xml(number))
    paragraph = document.tables[0].cell(1, column).paragraphs[0]
    said = f'<w:pPr {space}><w:numPr><w:ilvl w:val="0"/><w:numId w:val="990"/></w:numPr></w:pPr>'
    if styled:
        style = document.styles.add_style("条款", 1)
        style.base_style = document.styles.add_style("编号", 1)
        style.base_style.element.append(parse_xml(said))
        paragraph.style = style
    else:
        paragraph._p.insert(0, parse_xml(said))
    return save(document)


def save(document: Any) -> bytes:
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        make_numbered("★%1"),
        make_numbered("▲", kind="bullet"),
        make_numbered("*%1"),
        make_numbered("#", kind="bullet"),
        make_numbered("★%1.", styled=True),
        make_numbered("★", column=0),
        make_numbered("3.%1", column=0),
        make_numbered("«", font="Wingdings", kind="bullet"),
        make_numbered("\uf0ab", font="Wingdings", kind="bullet"),
    ],
)
def test_a_mark_or_a_number_that_is_no_text_is_refused(content: bytes, tmp_path: Path) -> None:
    result = run("requirements", write(tmp_path / "a.docx", content))
    assert (result.exit_code, result.output.count("DL48"), "automatic numbering" in result.output) == (1, 1, True)


@pytest.mark.parametrize(
    "content",
    [
        make_numbered("（%1）"),
        make_numbered("●", kind="bullet"),
        make_numbered("\uf0b7", font="Symbol", kind="bullet"),
        make_numbered("§", font="Wingdings", kind="bullet"),
        make_numbered("%1.", column=2),
        make_numbered("", column=0),
    ],
)
def test_numbers_and_bullets_within_a_text_are_its_own(content: bytes, tmp_path: Path) -> None:
    assert run("requirements", write(tmp_path / "a.docx", content)).exit_code == 0


@pytest.mark.parametrize("column", [0, 1])
def test_a_picture_in_a_requirement_is_refused(column: int, tmp_path: Path) -> None:
    document = docx.Document(io.BytesIO(document_of(ROWS)))
    picture = io.BytesIO()
    Image.new("RGB", (8, 8)).save(picture, "png")
    document.tables[0].cell(1, column).paragraphs[0].add_run().add_picture(picture)
    result = run("requirements", write(tmp_path / "a.docx", save(document)))
    assert (result.exit_code, result.output.count("DL48"), "picture" in result.output) == (1, 1, True)


def test_a_table_beside_the_text_of_a_cell_is_refused(tmp_path: Path) -> None:
    document = docx.Document(io.BytesIO(document_of(ROWS)))
    inner = document.tables[0].cell(1, 1).add_table(2, 3)
    inner.cell(0, 0).text = "★ 亮度"
    result = run("requirements", write(tmp_path / "a.docx", save(document)))
    assert (result.exit_code, result.output.count("DL48"), "within the cell" in result.output) == (1, 1, True)


def test_a_table_in_a_cell_is_no_part_of_the_list_around_it(tmp_path: Path) -> None:
    document = docx.Document(io.BytesIO(document_of(ROWS, REST)))
    cell = document.tables[0].cell(1, 1)
    cell.text = ""
    cell.add_table(1, 3).cell(0, 0).text = "显示尺寸"
    result = run("requirements", write(tmp_path / "a.docx", save(document)))
    texts = [line["text"] for line in csv.DictReader(io.StringIO(result.stdout_bytes.decode("utf-8-sig")))]
    assert texts == ["显示尺寸", "亮度不小于 350 cd/m²。", "每季度巡检一次。", "提供原厂授权。", "质保三年。"]


@pytest.mark.parametrize(
    "first",
    [
        ["A1", "提供授权", ""],
        ["B-2", "提供授权", ""],
        ["", "提供授权", "2"],
        ["续", "", ""],
        ["（续表）", "提供授权", ""],
        ["★", "提供授权", ""],
        ["一、", "提供授权", ""],
        ["采购需求（续）", "", ""],
        ["(a)", "提供授权", ""],
        ["iii.", "提供授权", ""],
        ["①", "提供授权", ""],
    ],
)
def test_a_table_that_begins_with_a_row_is_never_passed_over(first: list[str], tmp_path: Path) -> None:
    result = run("requirements", write(tmp_path / "a.docx", document_of(ROWS, "第二页", [first, REST[1]])))
    assert (result.exit_code, result.output.count("DL20")) == (1, 1), result.output


def test_a_table_that_may_begin_with_a_row_is_told(tmp_path: Path) -> None:
    first = ["授权", "投标人须提供原厂授权。", ""]
    result = run("requirements", write(tmp_path / "a.docx", document_of(ROWS, "第二页", [first])))
    assert (result.exit_code, result.output.count("DL20"), "warning" in result.output) == (0, 1, True), result.output


def test_a_torn_price_list_is_told_by_its_figures(tmp_path: Path) -> None:
    rows = [
        ["名称", "序号", "分类", "单位", "数量", "单价", "税率", "合计"],
        ["网关", "1", "A", "台", "2", "5", "13%", "10"],
    ]
    more = [["屏", "2", "A", "台", "2", "7", "13%", "14"]]
    result = run("prices", write(tmp_path / "a.docx", document_of(rows, "第二页", more)))
    assert (result.exit_code, result.output.count("DL20")) == (1, 1), result.output


def test_a_table_that_follows_at_once_is_told_whatever_its_width(tmp_path: Path) -> None:
    result = run("requirements", write(tmp_path / "a.docx", document_of(ROWS, "", [["3.4", "提供授权"]])))
    assert (result.exit_code, result.output.count("DL20")) == (1, 1), result.output


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([["序号", "标识", "技术要求"], ["1", "★", "提供授权"]], 1),
        ([["序号", "参数性质", "内容"], ["1", "★", "提供授权"]], 1),
        ([["序号", "页码", "技术要求", "说明"], ["1", "3", "提供授权", ""]], 0),
        ([["序号", "条件"], ["1", "★ 提供授权"]], 0),
        ([["名称", "参数"], ["大屏", "1）★ 支持 4K"]], 0),
        ([["名称", "参数"], ["大屏", "支持 4K（★）"]], 0),
        ([["序号", "技术要求"], ["1", "提供授权"]], 0),
    ],
)
def test_a_table_that_looks_like_the_list_is_told(rows: list[list[str]], code: int, tmp_path: Path) -> None:
    result = run("requirements", write(tmp_path / "a.docx", document_of(ROWS, "其他", rows)))
    assert (result.exit_code, result.output.count("DL66"), "table 2" in result.output) == (code, 1, True)
    assert bool(result.stdout) == (code == 0)


@pytest.mark.parametrize(
    ("rows", "code", "count"),
    [
        ([["序号", "名称", "数量", "金额"], ["1", "天线", "2", "100"]], 1, 1),
        ([["序号", "名称", "单位", "数量"], ["1", "天线", "根", "2"]], 0, 1),
        ([["序号", "名称", "电话"], ["1", "某人", "2"]], 0, 0),
        (OTHER, 0, 0),
    ],
)
def test_a_table_with_prices_is_never_passed_over(rows: list[list[str]], code: int, count: int, tmp_path: Path) -> None:
    result = run("prices", write(tmp_path / "a.docx", document_of(PRICES, "其他", rows)))
    assert (result.exit_code, result.output.count("DL66")) == (code, count), result.output


@pytest.mark.parametrize(
    "rows",
    [
        [["序号", "招标要求", "投标响应", "偏离", "说明"], ["1", "", "", "", ""], ["…", "", "", "", ""]],
        [["因素", "标准"], ["技术", "★项全部满足得满分"], ["商务", "★号条款不满足扣 5 分，带★的全部满足"]],
        [["节点", "要求"], ["预付款", "签订后"]],
    ],
)
def test_forms_and_what_speaks_of_marks_are_no_lists(rows: list[list[str]], tmp_path: Path) -> None:
    result = run("requirements", write(tmp_path / "a.docx", document_of(ROWS, "其他", rows)))
    assert (result.exit_code, "DL66" in result.output) == (0, False), result.output


def test_a_number_of_several_clauses_may_be_merged(tmp_path: Path) -> None:
    document = docx.Document(io.BytesIO(document_of([["序号", *row] for row in ROWS])))
    table = document.tables[0]
    table.cell(1, 0).merge(table.cell(2, 0)).text = "1"
    result = run("requirements", write(tmp_path / "a.docx", save(document)))
    assert (result.exit_code, "3 rows" in result.output) == (0, True), result.output
    table.cell(1, 2).merge(table.cell(2, 2))
    assert "DL49" in run("requirements", write(tmp_path / "b.docx", save(document))).output


@pytest.mark.parametrize("mark", ["hidden", "del"])
def test_a_row_that_is_not_seen_is_refused(mark: str, tmp_path: Path) -> None:
    document = docx.Document(io.BytesIO(document_of(ROWS)))
    row = document.tables[0].rows[1]._tr
    row.get_or_add_trPr().append(parse_xml(f'<w:{mark} xmlns:w="{row.nsmap["w"]}"/>'))
    result = run("requirements", write(tmp_path / "a.docx", save(document)))
    assert (result.exit_code, "DL48" in result.output) == (1, True)


@pytest.mark.parametrize("kind", [1, 2])
def test_text_that_a_style_hides_is_refused(kind: int, tmp_path: Path) -> None:
    document = docx.Document(io.BytesIO(document_of(ROWS)))
    style = document.styles.add_style("隐藏", kind)
    style.font.hidden = True
    paragraph = document.tables[0].cell(1, 1).paragraphs[0]
    (paragraph if kind == 1 else paragraph.runs[0]).style = style
    result = run("requirements", write(tmp_path / "a.docx", save(document)))
    assert (result.exit_code, "DL48" in result.output) == (1, True)


def test_what_a_frame_of_layout_says_of_prices_counts(tmp_path: Path) -> None:
    document = docx.Document()
    cell = document.add_table(1, 1).cell(0, 0)
    cell.text = "单位：万元"
    inner = cell.add_table(0, len(PRICES[0]))
    for row in PRICES:
        for own, text in zip(inner.add_row().cells, row, strict=True):
            own.text = text
    result = run("prices", write(tmp_path / "a.docx", save(document)))
    assert (result.exit_code, result.output.count("DL48")) == (1, 1), result.output
    result = run("prices", write(tmp_path / "b.docx", document_of([["项目", "单位：万元"]], "报价", PRICES)))
    assert (result.exit_code, result.output.count("DL48")) == (1, 1), result.output


def test_cells_that_an_old_word_has_merged_sideways_are_one(tmp_path: Path) -> None:
    document = docx.Document(io.BytesIO(document_of(PRICES)))
    cells = document.tables[0].rows[1]._tr.tc_lst
    for cell, value in ((cells[4], "restart"), (cells[5], "continue")):
        cell.get_or_add_tcPr().append(parse_xml(f'<w:hMerge xmlns:w="{cell.nsmap["w"]}" w:val="{value}"/>'))
    result = run("prices", write(tmp_path / "a.docx", save(document)))
    assert (result.exit_code, result.output.count("DL49")) == (1, 1), result.output


def test_clauses_with_marks_outside_of_tables_are_told(tmp_path: Path) -> None:
    texts = ("★ 投标人须提供授权。", "3.2 ▲提供样品。", "★号条款须逐条响应。", "标★的条款为实质性条款。")
    result = run("requirements", write(tmp_path / "a.docx", document_of(*texts, ROWS)))
    assert (result.exit_code, result.output.count("DL66"), "2 paragraphs" in result.output) == (0, 1, True)
    assert "DL66" not in run("requirements", write(tmp_path / "b.docx", document_of(*texts[2:], ROWS))).output


@pytest.mark.parametrize("part", ["numbering", "styles", "document"])
def test_a_part_that_is_no_xml_is_told(part: str, tmp_path: Path) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(document_of(ROWS))) as old, zipfile.ZipFile(stream, "w") as new:
        for name in old.namelist():
            new.writestr(name, b"<x" if name == f"word/{part}.xml" else old.read(name))
    result = run("requirements", write(tmp_path / "a.docx", stream.getvalue()))
    assert (result.exit_code, "DL14" in result.output) == (1, True), result.output
