"""Prices wherever finished files state them: in letters, tables, notes, formulas; what cannot be read is no pass."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest
from docx import Document
from docx.oxml import parse_xml
from test_simulation import DETAIL, change_cells, simulate
from workspace import write

from bidkit.diagnostic import Severity
from bidkit.simulation import Simulation

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
RIGHT, WRONG = "贰佰壹拾伍万壹仟壹佰贰拾元整", "贰佰壹拾伍万壹仟壹佰贰拾壹元整"
SUMMARY, CATEGORIES, TAXES = "开标一览表", "分类汇总", "税额"
STATED = f"投标总价为人民币{WRONG}（¥2,151,121.00）。"


@pytest.fixture
def school(packages: Mapping[str, Path], tmp_path: Path) -> Path:
    return Path(shutil.copytree(packages["school"], tmp_path / "school"))


@pytest.fixture
def quoted(packages: Mapping[str, Path], tmp_path: Path) -> Path:
    """Its package without the proposal, for what stands in other files."""
    left_out = shutil.ignore_patterns("proposal*", "credentials")
    return Path(shutil.copytree(packages["school"], tmp_path / "school", ignore=left_out))


@pytest.fixture
def port(packages: Mapping[str, Path], tmp_path: Path) -> Path:
    return Path(shutil.copytree(packages["port"], tmp_path / "port"))


def write_letter(folder: Path, *texts: str, heading: str = "投标函", name: str = "投标函.docx") -> None:
    document = Document()
    document.add_heading(heading, 1)
    for text in texts:
        document.add_paragraph(text)
    document.save(str(folder / "submit" / name))


def write_table(folder: Path, rows: Sequence[Sequence[str]]) -> None:
    document = Document()
    document.add_heading("投标函", 1)
    table = document.add_table(0, len(rows[0]))
    for row in rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    document.save(str(folder / "submit/投标函.docx"))


def told(found: Simulation) -> set[str]:
    """What is wrong: kinds of corrections and codes."""
    steps = {step.kind for outcome in found.outcomes for step in outcome.correction.steps}
    return steps | {item.code for item in found.diagnostics if item.severity is Severity.ERROR}


@pytest.mark.parametrize(
    "text",
    [
        f"我方投标总价为人民币{WRONG}（¥2,151,121.00）。",
        f"愿以人民币（大写）{WRONG}（¥2,151,120.00）的投标总报价，按合同约定实施。",
        f"投标总价（大写）：{WRONG}",
        "投标总价：2151121 元",
        "投标总价为 315.11 万元",
        "投标总价为人民币二百一十五万一千一百二十一元整",
        "我方总价为 2,151,121.00 元",
        f"总金额：2,151,121.00 元（人民币{WRONG}）",
        f"投标总价为人民币{RIGHT}（¥2,151,120.00），即 2,151,999.00 元",
        "投标总价；2,151,121.00 元",
        f"投标报价（人民币）：大写{WRONG}，小写 2,151,120.00 元",
        "投标总价：2 151 121.00 元",
        "投标总价：２，１５１，１２１．００元",
        "投标总价：USD 2,151,120.00",
        "投标总价：2.151.121,00 元",
        "投标总价：人民币２１５万元",
    ],
)
def test_another_price_in_a_letter_is_no_pass(quoted: Path, text: str) -> None:
    write_letter(quoted, text)
    found = simulate(quoted)
    assert not found.is_clean
    assert told(found) & {"place", "words", "figures", "PR26"}


@pytest.mark.parametrize(
    "texts",
    [
        (f"我方投标总价为人民币{RIGHT}（¥2,151,120.00）。",),
        (f"愿以人民币（大写）{RIGHT}（¥2,151,120.00）的投标总报价，投标保证金 20,000.00 元。",),
        ("投标总价：2151120 元，最高限价 220 万元，注册资本 5,000 万元。",),
        ("投标总价为 215.112 万元，截止 2026 年 10 月 9 日，共 14 项 1,204 台。",),
        (f"大写：{RIGHT}\n小写：2,151,120.00", "合同金额 1,234,567.00 元的业绩 1 项"),
    ],
)
def test_the_price_in_other_words_is_a_pass(quoted: Path, texts: Sequence[str]) -> None:
    write_letter(quoted, *texts)
    found = simulate(quoted)
    assert (told(found), found.is_clean) == (set(), True), [item.message("zh") for item in found.diagnostics]


@pytest.mark.parametrize(
    "rows",
    [
        [["投标总价", f"人民币（大写）{WRONG}"]],
        [["投标总价（大写）", WRONG]],
        [["投标总价", f"大写：{WRONG}\n小写：2,151,120.00"]],
        [["项目名称", "投标总价（元）"], ["教学设备", "2,151,121.00"]],
        [["序号", "项目", "投标总价（元）"], ["1", "教学设备", "2,151,121.00"]],
        [["投标总价", "2151121"]],
        [["投标总价", "215.1121万元"]],
        [["1", "投标总价", "2,151,121.00"]],
        [["总报价（不含税价另计）", "2,151,121.00"]],
        [["投标总价（含税，税额另见）", "2,151,121.00"]],
        [["投标总价（不超过预算）", "2,151,121.00"]],
        [["投标价格（小写）", "9.99"], ["投标价格（大写）", "人民币玖元玖角玖分"]],
        [["投标总价", "2,151,120.00 元（另加 3,456.00 元）"]],
    ],
)
def test_another_price_in_a_table_is_no_pass(quoted: Path, rows: Sequence[Sequence[str]]) -> None:
    write_table(quoted, rows)
    assert told(simulate(quoted)) & {"place", "words", "PR26"}


@pytest.mark.parametrize("text", ["", "见报价表", "另行报送"])
def test_a_price_that_cannot_be_read_is_told(quoted: Path, text: str) -> None:
    write_table(quoted, [["投标总价", text]])
    found = simulate(quoted)
    assert [(item.code, item.values["label"]) for item in found.diagnostics] == [("PR27", "投标总价")]


@pytest.mark.parametrize(
    ("inner", "wrong"),
    [
        ([("大写", RIGHT), ("小写", "2,151,120.00")], set()),
        ([("大写", "小写"), (RIGHT, "2,151,120.00")], set()),
        ([("2,151,120.00",)], set()),
        ([("2,151,121.00",)], {"place"}),
        ([("小写", "2,151,121.00")], {"place"}),
        ([("大写", ""), ("小写", "")], {"PR27"}),
    ],
)
def test_a_price_is_read_from_a_table_in_the_cell_beside_its_name(
    school: Path, inner: Sequence[Sequence[str]], wrong: set[str]
) -> None:
    document = Document()
    frame = document.add_table(1, 2)
    frame.cell(0, 0).text = "投标总价"
    table = frame.cell(0, 1).add_table(0, len(inner[0]))
    for row in inner:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    document.save(str(school / "submit/投标函.docx"))
    found = simulate(school)
    assert told(found) - {"sum"} | {item.code for item in found.diagnostics if item.code == "PR27"} == wrong


def _put_into_cell(document: object) -> None:
    inner = document.add_table(1, 1).cell(0, 0).add_table(1, 2)  # type: ignore[attr-defined]
    inner.cell(0, 0).text, inner.cell(0, 1).text = "投标总价", "2,151,121.00"


def _put_into_box(document: object) -> None:
    box = (
        f'<w:r xmlns:w="{W}" xmlns:v="urn:schemas-microsoft-com:vml"><w:pict><v:shape><v:textbox><w:txbxContent>'
        f"<w:p><w:r><w:t>{STATED}</w:t></w:r></w:p></w:txbxContent></v:textbox></v:shape></w:pict></w:r>"
    )
    document.add_paragraph()._p.append(parse_xml(box))  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "put",
    [
        _put_into_cell,
        _put_into_box,
        lambda document: setattr(document.sections[0].header.paragraphs[0], "text", STATED),
        lambda document: setattr(document.sections[0].footer.paragraphs[0], "text", STATED),
        lambda document: document.add_heading(STATED, 1),
        lambda document: [document.add_paragraph(text) for text in ("投标总价为", STATED.removeprefix("投标总价为"))],
    ],
)
def test_a_price_is_read_wherever_it_stands(school: Path, put: Callable[[object], object]) -> None:
    document = Document()
    put(document)
    document.save(str(school / "submit/投标函.docx"))
    assert told(simulate(school)) & {"place", "PR26"}


def test_files_in_folders_are_read_and_others_told(quoted: Path) -> None:
    (quoted / "submit/商务").mkdir()
    write_letter(quoted, STATED, name="商务/投标函.docx")
    assert "place" in told(simulate(quoted))
    shutil.rmtree(quoted / "submit/商务")
    write_letter(quoted, STATED, name="投标函.DOCX")
    write(quoted / "submit/credentials/bank.docx", b"a copy of a paper, which states no price")
    assert told(simulate(quoted)) == {"DL59"}


@pytest.mark.parametrize(
    ("sheet", "cell"), [(CATEGORIES, "D4"), (DETAIL, "L7"), (TAXES, "E6"), (DETAIL, "L5"), (SUMMARY, "B8")]
)
def test_a_figure_that_its_formula_does_not_give_is_told(school: Path, sheet: str, cell: str) -> None:
    (path,) = (school / "submit").glob("quote*.xlsx")
    path.write_bytes(save_value(path.read_bytes(), sheet, cell, "999999"))
    found = simulate(school)
    assert (sheet, cell) in {
        (dict(item.span.place).get("sheet"), dict(item.span.place).get("cell"))
        for item in found.diagnostics
        if item.code == "PR25" and item.span is not None
    }


def save_value(content: bytes, sheet: str, cell: str, value: str) -> bytes:
    """Another saved value of a formula, which stays."""
    import openpyxl
    from lxml import etree

    from bidkit.ooxml import opc

    parts, _ = opc.read_package(content, "quote.xlsx")
    assert parts is not None
    number = openpyxl.load_workbook(io.BytesIO(content)).sheetnames.index(sheet) + 1
    name = f"xl/worksheets/sheet{number}.xml"
    root = opc.parse_xml(parts[name])
    (found,) = [item for item in root.iter("{*}c") if item.get("r") == cell]
    assert found.find("{*}f") is not None
    found.find("{*}v").text = value  # type: ignore[union-attr]
    return opc.write_package({**parts, name: etree.tostring(root)})


@pytest.mark.parametrize(
    "text",
    [
        "Our total evaluated price is US Dollars One Million Only.",
        "The total evaluated price of our bid is: USD 1,000,000.",
        "The total evaluated price of our bid is: USD 1 million",
        "The total evaluated price of our bid is US Dollars one million and 00/100",
        "The total evaluated price of our bid is: One Million US Dollars",
        "The total bid price, base and options, is: US Dollars 1,000,000.00; words: one million",
    ],
)
def test_another_price_in_an_english_letter_is_no_pass(port: Path, text: str) -> None:
    write_letter(port, text, heading="Letter of bid", name="letter.docx")
    assert told(simulate(port, "mdb")) & {"place", "words", "figures", "PR26"}


@pytest.mark.parametrize(("cell", "code"), [("B7", "PR01"), ("B9", "PR01"), ("B10", "PR01")])
def test_prices_of_base_and_options_add_up(port: Path, cell: str, code: str) -> None:
    (path,) = (port / "submit").glob("quote*.xlsx")
    path.write_bytes(save_value(path.read_bytes(), "Price Summary", cell, "999999"))
    found = simulate(port, "mdb")
    assert {code, "PR25"} <= told(found)
    assert [outcome.period for outcome in found.outcomes] == ["evaluated", "base", "options"]


@pytest.mark.parametrize("values", [{"L5": "915600.05"}, {"L5": "915700", "L6": "57020"}, {"L5": "9" * 40}])
def test_a_wrong_line_is_told_where_no_rule_corrects_it(school: Path, values: Mapping[str, str]) -> None:
    change_cells(school, DETAIL, values)
    for regime in ("mof87", "ndrc", "mdb"):
        assert told(simulate(school, regime)) & {"PR01", "PR22", "line_amount"}


@pytest.mark.parametrize("number", ["9" * 300, "1E+300", "1E-20", "0", "-42"])
@pytest.mark.parametrize("column", ["I", "J", "L"])
def test_numbers_beyond_measure_are_no_pass(school: Path, column: str, number: str) -> None:
    (path,) = (school / "submit").glob("quote*.xlsx")
    from bidkit.ooxml import opc

    parts, _ = opc.read_package(path.read_bytes(), path.name)
    assert parts is not None
    root = opc.parse_xml(parts["xl/worksheets/sheet3.xml"])
    (cell,) = [item for item in root.iter("{*}c") if item.get("r") == f"{column}5"]
    for child in cell.findall("{*}f"):
        cell.remove(child)
    cell.find("{*}v").text = number  # type: ignore[union-attr]
    from lxml import etree

    path.write_bytes(opc.write_package({**parts, "xl/worksheets/sheet3.xml": etree.tostring(root)}))
    assert not simulate(school).is_clean


@pytest.mark.parametrize("span", ["x", "-5", "100000000", "9" * 5000])
def test_a_cell_over_impossible_columns_is_read(school: Path, span: str) -> None:
    document = Document()
    table = document.add_table(1, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "投标总价", "2,151,121.00"
    properties = table.cell(0, 0)._tc.get_or_add_tcPr()
    properties.insert(0, parse_xml(f'<w:gridSpan xmlns:w="{W}" w:val="{span}"/>'))
    document.save(str(school / "submit/投标函.docx"))
    assert "place" in told(simulate(school))


def test_what_is_no_file_is_left_alone(school: Path) -> None:
    (school / "submit/x.xlsx").mkdir()
    (school / "submit/x.docx").symlink_to("/nonexistent")
    assert simulate(school).is_clean
