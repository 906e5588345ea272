"""`bidkit import`: lists of prices and requirements as others send them; a row is read or told."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import docx
import openpyxl
import pytest
from docx.oxml import parse_xml
from typer.testing import CliRunner, Result
from workspace import make_workspace, run_check, write

from bidkit.addenda.importing import import_requirements
from bidkit.cli import app
from bidkit.exchange import import_lines
from bidkit.starting import EMPTY_LISTS

ROWS = [
    ["条款号", "技术要求", "分值"],
    ["★3.1", "显示尺寸不小于 86 英寸。", "3"],
    ["3.2", "▲ 亮度不小于 350 cd/m²。", "2"],
    ["3.3", "每季度巡检一次。", ""],
]


def run(*words: object) -> Result:
    return CliRunner().invoke(app, ["import", *map(str, words), "--lang", "en"])


def make_book(rows: list[list[str]] = ROWS) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def make_document(*tables: list[list[str]]) -> bytes:
    document = docx.Document()
    for rows in tables:
        document.add_paragraph("第三章 采购需求")
        table = document.add_table(0, len(rows[0]))
        for row in rows:
            for cell, text in zip(table.add_row().cells, row, strict=True):
                cell.text = text
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def make_csv(rows: list[list[str]] = ROWS) -> bytes:
    stream = io.StringIO()
    csv.writer(stream).writerows(rows)
    return stream.getvalue().encode("gb18030")


OTHER = [["评审因素", "分值"], ["价格", "30"]]
FILES = {
    "list.xlsx": make_book(),
    "list.csv": make_csv(),
    "tender.docx": make_document(OTHER, ROWS),
    "two.docx": make_document(ROWS[:3], [ROWS[0], ROWS[3]]),
}


@pytest.mark.parametrize("name", FILES)
def test_requirements_come_with_their_marks_and_wait_for_answers(name: str, tmp_path: Path) -> None:
    file, target = write(tmp_path / name, FILES[name]), tmp_path / "requirements.csv"
    result = run("requirements", file, "-o", target)
    assert result.exit_code == 0, result.output
    rows = [*csv.DictReader(io.StringIO(target.read_text(encoding="utf-8-sig")))]
    assert [(row["marker"], row["clause"], row["text"]) for row in rows] == [
        ("★", "3.1", "显示尺寸不小于 86 英寸。"),
        ("▲", "3.2", "亮度不小于 350 cd/m²。"),
        ("", "3.3", "每季度巡检一次。"),
    ]
    assert len({row["id"] for row in rows}) == 3
    assert {row["response"] for row in rows} == {""}
    assert "3 rows" in result.stderr
    assert "分值" in result.stderr
    assert "★ 1, ▲ 1" in result.stderr


def test_the_list_is_one_that_a_deal_reads(tmp_path: Path) -> None:
    markers = {"★": "mandatory", "▲": "important"}
    deal = make_workspace(tmp_path, requirements={"file": "requirements.csv"}, tender__markers=markers)
    target = write(deal.with_name("requirements.csv"), "")
    file = write(tmp_path / "t.docx", FILES["tender.docx"])
    assert run("requirements", file, "-o", target, "--force").exit_code == 0
    result = run_check(deal)
    assert result.bid is not None
    assert len(result.bid.deal.requirements) == 3
    assert {item.code for item in result.diagnostics} >= {"FM05"}  # none is answered


def document_of(*blocks: object) -> bytes:
    """Paragraphs and tables as they come."""
    document = docx.Document()
    for block in blocks:
        if isinstance(block, str):
            document.add_paragraph(block)
            continue
        table = document.add_table(0, len(block[0]))
        for row in block:
            for cell, text in zip(table.add_row().cells, row, strict=True):
                cell.text = text
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


REST = [["3.4", "★ 提供原厂授权。", ""], ["3.5", "质保三年。", ""]]


def test_a_table_that_goes_on_after_a_page_is_read_to_its_end(tmp_path: Path) -> None:
    file = write(tmp_path / "t.docx", document_of("采购需求", ROWS, "", REST, "评分", OTHER))
    found, problems = import_requirements(file.read_bytes(), file.name, None, {}, "zh")
    assert found is not None, problems
    assert (found.count, found.markers) == (5, {"★": 2, "▲": 1})


def test_rows_that_may_belong_to_a_table_are_never_passed_over(tmp_path: Path) -> None:
    file = write(tmp_path / "t.docx", document_of("采购需求", ROWS, "续表", REST))
    result = run("requirements", file)
    assert (result.exit_code, "DL20" in result.output, "3.4" in result.output) == (1, True, True)
    # Another table, with titles of its own and as wide, is none of it.
    scores = [["评审因素", "分值", "说明"], ["价格", "30", "最低价满分"]]
    assert run("requirements", write(tmp_path / "s.docx", document_of(ROWS, "评分", scores))).exit_code == 0


def test_of_several_price_lists_none_is_taken_for_all(tmp_path: Path) -> None:
    titles = ["序号", "分类", "名称", "单位", "数量", "单价", "税率"]
    main = [titles, ["A01", "A", "网关", "台", "2", "1250.00", "13%"]]
    spare = [titles, ["B01", "A", "天线", "根", "4", "50.00", "13%"]]
    result = run("prices", write(tmp_path / "p.docx", document_of("报价", main, "备品备件（可选）", spare)))
    assert (result.exit_code, result.output.count("DL20")) == (1, 2)


def test_where_no_table_is_the_list_its_titles_are_told_and_how_to_name_them(tmp_path: Path) -> None:
    rows = [["Ref", "Requirement", "M/D"], ["C.1", "Ten doors.", "M"]]
    file = write(tmp_path / "rfp.docx", document_of("Section C", OTHER, "Requirements", rows))
    result = run("requirements", file, "--lang", "en")
    assert result.exit_code == 1
    assert "csv" not in result.output
    assert "no table has a column for clause; the nearest has the titles “Ref | Requirement | M/D”" in result.output
    assert "--column clause=…" in result.output
    assert run("requirements", file, "--column", "clause=Ref").exit_code == 0


def test_fields_are_listed_at_the_first_unknown_title_alone_and_near_ones_are_named(tmp_path: Path) -> None:
    titles = ["Line", "Group", "We deliver", "UOM", "Qty", "Price", "Disc.", "VAT", "Net price"]
    file = write(
        tmp_path / "p.xlsx", make_book([titles, ["A1", "A", "Gate", "each", "2", "9.00", "10%", "0%", "9.00"]])
    )
    output = " ".join(run("prices", file, "--lang", "en").output.split())
    assert output.count("Fields: id,") == 1
    assert 'likewise: --column "FIELD=Net price"' in output  # with or without tax is not guessed
    assert 'likewise: --column "FIELD=We deliver"' in output
    assert 'did you mean discount? Then give the column that title, or say --column "discount=Disc."' in output


@pytest.mark.parametrize(("lang", "told"), [("en", "(or tax)"), ("zh", "“税率”（或 tax_rate）")])
def test_a_missing_column_is_named_in_the_language_of_the_reader(lang: str, told: str, tmp_path: Path) -> None:
    titles = ["No", "Group", "Item", "UOM", "Qty", "Price"]
    file = write(tmp_path / "p.xlsx", make_book([titles, ["A1", "A", "Gate", "each", "2", "9.00"]]))
    assert told in CliRunner().invoke(app, ["import", "prices", str(file), "--lang", lang]).output


@pytest.mark.parametrize(("what", "rows"), [("requirements", ROWS), ("prices", None)])
def test_a_list_of_a_new_deal_that_has_titles_alone_may_be_written_over(
    what: str, rows: list[list[str]] | None, tmp_path: Path
) -> None:
    priced = [["No", "Group", "Item", "UOM", "Qty", "Price", "Tax"], ["A1", "A", "Gate", "each", "2", "9.00", "0%"]]
    file = write(tmp_path / "list.csv", make_csv(rows or priced))
    name = {"requirements": "requirements.csv", "prices": "lines.csv"}[what]
    output = write(tmp_path / name, EMPTY_LISTS[name])
    assert run(what, file, "-o", str(output)).exit_code == 0
    assert len(output.read_bytes()) > len(EMPTY_LISTS[name])
    again = run(what, file, "-o", str(output))
    assert (again.exit_code, "EN17" in again.output) == (1, True)


def test_a_title_may_be_told(tmp_path: Path) -> None:
    file = write(tmp_path / "a.xlsx", make_book([["节", "甲方想要"], ["1", "好用"]]))
    assert run("requirements", file).exit_code == 1
    assert run("requirements", file, "--column", "text=甲方想要", "--column", "clause=节").exit_code == 0
    assert run("requirements", file, "--column", "text").exit_code == 2


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.docx", make_document(OTHER), "DL20"),
        ("a.docx", b"broken", "TP01"),
        ("a.xlsx", b"broken", "DL14"),
        ("a.csv", b"", "DL"),
        ("a.csv", make_csv([ROWS[0], ["3.1", "", ""]]), "DL06"),
    ],
)
def test_what_is_not_understood_is_told_and_nothing_written(
    name: str, content: bytes, code: str, tmp_path: Path
) -> None:
    target = tmp_path / "out.csv"
    result = run("requirements", write(tmp_path / name, content), "-o", target)
    assert (result.exit_code, code in result.output) == (1, True), result.output
    assert not target.exists()


def test_a_file_that_is_there_is_not_overwritten_unasked(tmp_path: Path) -> None:
    file, target = write(tmp_path / "a.xlsx", FILES["list.xlsx"]), write(tmp_path / "r.csv", "mine")
    assert run("requirements", file, "-o", target).exit_code == 1
    assert target.read_text(encoding="utf-8") == "mine"
    assert run("requirements", file, "-o", target, "--force").exit_code == 0
    assert run("requirements", tmp_path / "gone.xlsx").exit_code == 2


@pytest.mark.parametrize("there", [b"", b"\xef\xbb\xbfid,clause,text\r\n", b"id,clause,text,,\n\n"])
def test_a_list_of_titles_alone_is_one_that_may_be_written(tmp_path: Path, there: bytes) -> None:
    file, target = write(tmp_path / "a.xlsx", FILES["list.xlsx"]), write(tmp_path / "r.csv", there)
    assert run("requirements", file, "-o", target).exit_code == 0
    assert "86" in target.read_text(encoding="utf-8-sig")
    assert run("requirements", file, "-o", target).exit_code == 1


def test_what_is_no_list_is_told_what_is(tmp_path: Path) -> None:
    result = run("requirements", write(tmp_path / "招标文件.pdf", b"%PDF-1.7"))
    assert result.exit_code == 1
    assert all(word in result.output for word in (".pdf", ".xlsx", ".csv", ".docx"))


def test_a_column_is_told_by_the_chinese_title_of_its_field(tmp_path: Path) -> None:
    rows = [
        ["序号", "类别", "名称", "功能说明", "单位", "数量", "单价", "税率"],
        ["1", "A", "网关", "八路", "台", "2", "5", "13%"],
    ]
    file = write(tmp_path / "a.xlsx", make_book(rows))
    assert "八路" in run("prices", file, "--column", "规格=功能说明").stdout
    assert run("prices", file, "--column", "没有的=功能说明").exit_code == 1
    rows = [["序号", "条款号", "指标", "技术参数"], ["1", "3.1", "显示尺寸不小于 86 英寸。", "无"]]
    file = write(tmp_path / "b.xlsx", make_book(rows))
    words = ["import", "requirements", str(file), "--column", "招标要求=指标", "--lang", "zh"]
    result = CliRunner().invoke(app, words)
    assert "显示尺寸不小于 86 英寸。" in result.stdout
    assert "没有采用的栏：规格" in result.stderr


def test_prices_are_read_from_the_tables_of_a_document(tmp_path: Path) -> None:
    rows = [
        ["序号", "分类", "名称", "单位", "数量", "单价（元）", "税率", "金额（元）"],
        ["A01", "A", "网关", "台", "2", "1,250.00", "13%", "2,500.00"],
        ["B01", "B", "安装", "项", "1", "300.00", "6%", "300.00"],
        ["合计", "", "", "", "", "", "", "2,800.00"],
    ]
    result = run("prices", write(tmp_path / "报价.docx", make_document(OTHER, rows)))
    assert result.exit_code == 0, result.output
    lines = [*csv.DictReader(io.StringIO(result.stdout_bytes.decode("utf-8-sig")))]
    assert [(line["id"], line["quantity"], line["unit_price"]) for line in lines] == [
        ("A01", "2", "1250.00"), ("B01", "1", "300.00"),
    ]  # fmt: skip
    rows[3][-1] = "2,900.00"  # a total that is not that of the lines
    assert run("prices", write(tmp_path / "b.docx", make_document(rows))).exit_code == 1


def test_ids_are_given_by_the_marks() -> None:
    found, problems = import_requirements(FILES["list.csv"], "list.csv", None, {}, "zh")
    assert found is not None
    assert (problems, found.count, found.markers, found.passed_over) == ([], 3, {"★": 1, "▲": 1}, ("分值",))


PRICES = [
    ["序号", "分类", "名称", "单位", "数量", "单价", "税率", "合计"],
    ["1", "A", "网关", "台", "2", "1250", "13%", "2500"],
    ["2", "A", "安装", "项", "1", "300", "6%", "300"],
]


def test_an_amount_may_be_called_a_total_and_is_compared(tmp_path: Path) -> None:
    assert run("prices", write(tmp_path / "a.csv", make_csv(PRICES))).exit_code == 0
    wrong = [*PRICES[:2], [*PRICES[2][:-1], "310"]]
    result = run("prices", write(tmp_path / "b.csv", make_csv(wrong)))
    assert (result.exit_code, "PR01" in result.output) == (1, True)


@pytest.mark.parametrize(
    ("price", "amount", "currency", "said"),
    [
        ("33.4", "100.2", "", ""),
        ("33.4", "100.20", "", ""),
        ("33.333", "100", "", ""),
        ("33.4", "100", "", "warning"),
        ("33.41", "100.2", "", "warning"),
        ("33.4", "101", "", "error"),
        ("33.4", "101", "USD", "error"),
        ("33.4", "100", "USD", "warning"),
        ("33.4", "100", "JPY", ""),
    ],
)
def test_a_rounded_amount_is_told(price: str, amount: str, currency: str, said: str, tmp_path: Path) -> None:
    rows = [[*PRICES[0], "currency"], ["1", "A", "网关", "台", "3", price, "13%", amount, currency]]
    for name, content in (("a.csv", make_csv(rows)), ("a.xlsx", make_book(rows))):
        result = run("prices", write(tmp_path / name, content))
        assert (result.exit_code, "PR01" in result.output) == (int(said == "error"), bool(said)), result.output
        assert said in result.output


def test_a_title_that_is_not_known_is_told_once(tmp_path: Path) -> None:
    rows = [[*PRICES[0], "波特率"], *([*row, "9600"] for row in PRICES[1:])]
    result = run("prices", write(tmp_path / "a.csv", make_csv(rows)))
    assert (result.exit_code, result.output.count("DL04"), result.output.count("`波特率`")) == (1, 1, 1)


def test_it_is_told_how_many_rows_were_read_and_where_they_are(tmp_path: Path) -> None:
    file, target = write(tmp_path / "a.csv", make_csv(PRICES)), tmp_path / "lines.csv"
    assert "a.csv: 2 rows" in (shown := run("prices", file).stderr) and "-o deals/water/lines.csv" in shown
    assert f"written to {target}" in run("prices", file, "-o", target).stderr
    told = run("requirements", write(tmp_path / "r.csv", FILES["list.csv"]), "-o", tmp_path / "out.csv").stderr
    assert "r.csv: 3 rows" in told and "written to" in told


@pytest.mark.parametrize("title", ["Mandatory", "M/D", "是否实质性", "重要性"])
def test_a_column_of_marks_is_known_by_its_title(title: str, tmp_path: Path) -> None:
    rows = [["Clause", "Requirement", title], ["1", "One thing", "M"], ["2", "Another", "no"], ["3", "A third", ""]]
    result = run("requirements", write(tmp_path / "a.xlsx", make_book(rows)))
    lines = [*csv.DictReader(io.StringIO(result.stdout_bytes.decode("utf-8-sig")))]
    assert [line["marker"] for line in lines] == ["M", "", ""]
    assert "markers: M 1" in result.stderr


def test_it_is_told_where_no_mark_was_found(tmp_path: Path) -> None:
    rows = [["Clause", "Requirement", "Klass"], ["1", "One thing", "M"]]
    result = run("requirements", write(tmp_path / "a.xlsx", make_book(rows)))
    assert result.exit_code == 0 and "no marks" in result.stderr and "columns not taken: Klass" in result.stderr
    assert run("requirements", tmp_path / "a.xlsx", "--column", "marker=Klass").stderr.count("M 1") == 1
    wrong = run("requirements", tmp_path / "a.xlsx", "--column", "mark=Klass")
    assert (wrong.exit_code, "DL04" in wrong.output, "`marker`" in wrong.output) == (1, True, True)


def test_a_list_that_cannot_be_read_is_not_taken_for_one_without_answers(tmp_path: Path) -> None:
    file, target = write(tmp_path / "a.xlsx", FILES["list.xlsx"]), tmp_path / "r.csv"
    for left in ("id,clause,text\nR1,3.1,一,too many\n", "编号,条款,要求,我方答复\n1,3.1,一,我们提供\n"):
        write(target, left)
        assert "EN64" in run("requirements", file, "-o", target, "--force").output
        assert target.read_text(encoding="utf-8") == left


def test_a_clause_that_speaks_of_marks_bears_none(tmp_path: Path) -> None:
    rows = [
        ["条款号", "技术要求"],
        ["1", "标★的条款须逐条响应。"],
        ["2", "全部★条款附证明。"],
        ["3", "★项目经理到场。"],
    ]
    result = run("requirements", write(tmp_path / "a.xlsx", make_book(rows)))
    lines = [*csv.DictReader(io.StringIO(result.stdout_bytes.decode("utf-8-sig")))]
    assert [line["marker"] for line in lines] == ["", "", "★"]


def test_only_the_tables_that_are_taken_are_doubted(tmp_path: Path) -> None:
    document = docx.Document(io.BytesIO(make_marked(PRICE)))
    other = document.add_table(1, 2)
    other.rows[0].cells[0].paragraphs[0].add_run("旧").font.strike = True
    document.save(tmp_path / "a.docx")
    assert run("prices", tmp_path / "a.docx").exit_code == 0


def test_a_list_opens_in_excel_as_it_is_read(tmp_path: Path) -> None:
    target = tmp_path / "r.csv"
    run("requirements", write(tmp_path / "a.xlsx", FILES["list.xlsx"]), "-o", target)
    assert target.read_bytes().startswith(b"\xef\xbb\xbf")


def test_answers_are_never_overwritten(tmp_path: Path) -> None:
    file, target = write(tmp_path / "a.xlsx", FILES["list.xlsx"]), tmp_path / "r.csv"
    assert run("requirements", file, "-o", target).exit_code == 0
    assert run("requirements", file, "-o", target, "--force").exit_code == 0, "nothing is answered yet"
    answered = target.read_text(encoding="utf-8-sig").replace("。,,,,,", "。,我们提供,none,,,", 1)
    assert "我们提供" in answered
    target.write_text(answered, encoding="utf-8-sig")
    result = run("requirements", file, "-o", target, "--force")
    assert (result.exit_code, "EN64" in result.output, "requirements merge" in result.output) == (1, True, True)
    assert target.read_text(encoding="utf-8-sig") == answered


@pytest.mark.parametrize("title", ["★", "条款性质", "参数性质", "★/▲"])
def test_a_column_of_nothing_but_marks_is_that_of_the_marks(title: str, tmp_path: Path) -> None:
    rows = [["条款号", "技术要求", title, "分值"], ["1", "一", "★", "3"], ["2", "二", "", "2"], ["3", "三", "▲", "1"]]
    result = run("requirements", write(tmp_path / "a.xlsx", make_book(rows)))
    lines = [*csv.DictReader(io.StringIO(result.stdout_bytes.decode("utf-8-sig")))]
    assert [line["marker"] for line in lines] == ["★", "", "▲"]


@pytest.mark.parametrize("text", ["（★）并发不少于 2000。", "1）★并发不少于 2000。", "并发不少于 2000。★", "【★】并发"])
def test_a_mark_anywhere_in_a_clause_is_its_mark(text: str, tmp_path: Path) -> None:
    rows = [["条款号", "技术要求"], ["1", text], ["2★", "二"], ["3", "10*20 的屏"]]
    result = run("requirements", write(tmp_path / "a.xlsx", make_book(rows)))
    lines = [*csv.DictReader(io.StringIO(result.stdout_bytes.decode("utf-8-sig")))]
    assert [line["marker"] for line in lines] == ["★", "★", ""]
    assert lines[0]["text"] == text


@pytest.mark.parametrize("kind", ["requirements", "prices"])
def test_a_second_sheet_of_the_same_kind_is_never_passed_over(kind: str, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    rows = PRICES if kind == "prices" else [["条款号", "标识", "技术要求"], ["1", "★", "一"]]
    for title in ("硬件", "软件"):
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append([float(text) if text.isdecimal() else text for text in row])
    del book["Sheet"]
    book.create_sheet("说明").append(["填表说明"])
    book.save(tmp_path / "a.xlsx")
    result = run(kind, tmp_path / "a.xlsx")
    assert (result.exit_code, result.output.count("DL66"), "软件" in result.output) == (1, 1, True)
    assert run(kind, tmp_path / "a.xlsx", "--sheet", "软件").exit_code == 0


def make_marked(cells: str) -> bytes:
    """A price list in Word whose first price has these runs."""
    document = docx.Document()
    rows = PRICES
    table = document.add_table(0, len(rows[0]))
    for row in rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    paragraph = table.rows[1].cells[5].paragraphs[0]._p
    for run in list(paragraph):
        paragraph.remove(run)
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    space += ' xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
    paragraph.extend(list(parse_xml(f"<w:p {space}>{cells}</w:p>")))
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


PRICE = "<w:r><w:t>1250</w:t></w:r>"


@pytest.mark.parametrize(
    "cells",
    [
        f"<w:r><w:rPr><w:strike/></w:rPr><w:t>9</w:t></w:r>{PRICE}",
        f"<w:r><w:rPr><w:vanish/></w:rPr><w:t>9</w:t></w:r>{PRICE}",
        f"<w:moveFrom w:id='1' w:author='x'><w:r><w:t>9</w:t></w:r></w:moveFrom>{PRICE}",
        f"{PRICE}<w:r><w:rPr><w:vertAlign w:val='superscript'/></w:rPr><w:t>1</w:t></w:r>",
        f"<w:r><w:noBreakHyphen/></w:r>{PRICE}",
        f"<w:r><w:sym w:font='Wingdings' w:char='F0AB'/></w:r>{PRICE}",
        f"{PRICE}<m:oMath><m:r><m:t>x</m:t></m:r></m:oMath>",
    ],
)
def test_what_a_word_table_prints_otherwise_than_it_reads_is_refused(cells: str, tmp_path: Path) -> None:
    result = run("prices", write(tmp_path / "a.docx", make_marked(cells)))
    assert (result.exit_code, "DL48" in result.output) == (1, True), result.output
    assert not result.stdout


@pytest.mark.parametrize(
    "cells",
    [
        PRICE,
        "<w:r><w:rPr><w:b/></w:rPr><w:t>12</w:t></w:r><w:r><w:rPr><w:strike w:val='0'/></w:rPr><w:t>50</w:t></w:r>",
    ],
)
def test_a_word_table_that_prints_what_it_reads_is_read(cells: str, tmp_path: Path) -> None:
    assert run("prices", write(tmp_path / "a.docx", make_marked(cells))).exit_code == 0


def test_a_column_that_is_wrong_in_many_rows_is_told_once() -> None:
    rows = "".join(f"{number},网关{number},台,2台,5\n" for number in range(1, 42))
    _, problems = import_lines(f"序号,货物名称,单位,数量,单价\n{rows}".encode(), "lines.csv")
    told = {(item.code, item.values["key"]): item.message("en") for item in problems}
    assert sorted(told) == [("DL06", "tax_rate"), ("DL08", "quantity")]
    assert told["DL08", "quantity"] == "`2台` is not a number (and in 40 more rows of this column: 3–42)"
    few = "序号,货物名称,单位,数量,单价,税率\n1,网关,台,2台,5,13%\n2,网关,台,3台,5,13%\n"
    assert [item.code for item in import_lines(few.encode(), "lines.csv")[1]] == ["DL08", "DL08"]


def test_a_rate_of_one_is_refused() -> None:
    _, problems = import_lines("序号,货物名称,单位,数量,单价,税率\n1,网关,台,2,5,1\n".encode(), "lines.csv")
    assert [(item.code, item.fix("en")) for item in problems] == [("DL11", "write 13% or 0.13")]


def test_columns_that_are_not_wanted_are_passed_over(tmp_path: Path) -> None:
    write(tmp_path / "a.csv", "序号,货物名称,单位,数量,单价,税率,不含税单价\n1,网关,台,2,113,13%,100\n")
    done = CliRunner().invoke(app, ["import", "prices", str(tmp_path / "a.csv"), "--lang", "en"])
    assert (done.exit_code, "--ignore TITLE" in done.output) == (1, True)
    done = CliRunner().invoke(app, ["import", "prices", str(tmp_path / "a.csv"), "--ignore", "不含税单价"])
    assert (done.exit_code, "1,网关,台,2,113,13%" in done.output) == (0, True)


@pytest.mark.parametrize(("cell", "is_told"), [("24台", True), ("1.2万", True), ("面议", False), ("1.234,50", False)])
def test_a_number_with_a_word_behind_it_is_told_where_the_word_belongs(cell: str, is_told: bool) -> None:
    (found,) = import_lines(f'序号,货物名称,单位,数量,单价,税率\n1,网关,台,"{cell}",5,13%\n'.encode(), "a.csv")[1]
    assert (found.code, "number alone" in found.fix("en")) == ("DL08", is_told)


def test_a_price_list_of_titles_alone_is_no_list(tmp_path: Path) -> None:
    _, problems = import_lines("序号,货物名称,单位,数量,单价,税率\n".encode(), "lines.csv")
    assert [item.code for item in problems] == ["DL20"]


@pytest.mark.parametrize("kind", ["prices", "requirements"])
def test_a_sheet_of_a_file_without_sheets_is_asked_for_in_vain(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("序号,货物名称,单位,数量,单价,税率\n1,网关,台,2,5,13%\n", "utf-8")
    done = CliRunner().invoke(app, ["import", kind, str(path), "--sheet", "2"])
    assert (done.exit_code, done.stdout) == (2, "")


@pytest.mark.parametrize("name", ["a.xlsx", "a.docx"])
@pytest.mark.parametrize(
    ("content", "told"), [(b"PK\x03\x04 half a file", "文件不完整"), (b"\xd0\xcf\x11\xe0" + bytes(600), "密码")]
)
def test_a_damaged_or_locked_file_is_told_in_chinese(name: str, content: bytes, told: str, tmp_path: Path) -> None:
    file = write(tmp_path / name, content)
    done = CliRunner().invoke(app, ["import", "requirements", str(file), "--lang", "zh"])
    assert (done.exit_code, told in done.stderr, "模板" in done.stderr) == (1, True, False)


@pytest.mark.parametrize("kind", ["prices", "requirements"])
@pytest.mark.parametrize("output", ["list.csv", "./list.csv", "book.xlsx", "deal.yaml"])
def test_a_list_is_never_written_over_its_source_or_into_another_kind(
    kind: str, output: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    file = write(tmp_path / "list.csv", "序号,条款,要求,货物名称,单位,数量,单价,税率\n")
    before = file.read_bytes()
    done = run(kind, file, "-o", output, "--force")
    assert (done.exit_code, file.read_bytes()) == (2, before)
    assert [item.name for item in tmp_path.iterdir()] == ["list.csv"]
