"""What a committee would correct, read from finished files: the vectors of the water deal, and what must not pass."""

from __future__ import annotations

import io
import json
import re
import shutil
import sys
import zipfile
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from docx import Document
from lot_files import FIRST, SECOND, make_lots
from lxml import etree
from test_price_documents import folders as folders  # the fixture that builds every pack
from typer.testing import CliRunner
from workspace import NOW, write

from bidkit.build import Options, build_deal
from bidkit.cli import app
from bidkit.simulation import Simulation, read_facts, simulate_package
from bidkit.stated import read_prices

S = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
TOTAL = Decimal("6374820.00")
WORDS = "人民币陆佰叁拾柒万肆仟捌佰贰拾元整"
SUMMARY, DETAIL = "开标一览表", "分项报价表"


@pytest.fixture
def water(packages: Mapping[str, Path], tmp_path: Path) -> Path:
    return Path(shutil.copytree(packages["water"], tmp_path / "water"))


def simulate(folder: Path, regime: str = "mof87") -> Simulation:
    facts = read_facts(folder)
    assert facts is not None
    return simulate_package(folder, facts, regime)  # type: ignore[arg-type]


def steps(found: Simulation, *codes: str) -> list[tuple[str, str, str, str]]:
    """Every correction; besides them only these codes are told."""
    messages = [item.message("en") for item in found.diagnostics]
    assert {item.code for item in found.diagnostics} == set(codes), messages
    made = [step for outcome in found.outcomes for step in outcome.correction.steps]
    assert found.outcomes
    return [(step.kind, step.place, f"{step.before:.2f}", f"{step.after:.2f}") for step in made]


def change_cells(folder: Path, sheet: str, values: Mapping[str, str]) -> None:
    """Type over cells of the finished workbook, as a person would: the rest keeps its saved values."""
    (path,) = (folder / "submit").glob("quote*.xlsx")
    with zipfile.ZipFile(path) as file:
        members = {name: file.read(name) for name in file.namelist()}
    book = etree.fromstring(members["xl/workbook.xml"])
    links = etree.fromstring(members["xl/_rels/workbook.xml.rels"])
    (key,) = [item.get(f"{R}id") for item in book.iter(f"{S}sheet") if item.get("name") == sheet]
    (part,) = ["xl/" + link.get("Target").removeprefix("/xl/") for link in links if link.get("Id") == key]
    root = etree.fromstring(members[part])
    for cell in root.iter(f"{S}c"):
        value = values.get(cell.get("r"))
        if value is not None:
            for child in list(cell):
                cell.remove(child)
            is_number = re.fullmatch(r"[\d.]+", value) is not None
            cell.set("t", "n" if is_number else "inlineStr")
            holder = cell if is_number else etree.SubElement(cell, f"{S}is")
            etree.SubElement(holder, f"{S}v" if is_number else f"{S}t").text = value
    members[part] = etree.tostring(root)
    with zipfile.ZipFile(path, "w") as file:
        for name, content in members.items():
            file.writestr(name, content)


def find_cell(folder: Path, sheet: str, text: str, column: str) -> str:
    """The cell in a column of the row that holds a text."""
    (path,) = (folder / "submit").glob("quote*.xlsx")
    for row in openpyxl.load_workbook(path, data_only=True)[sheet].iter_rows():
        if any(text == str(cell.value) for cell in row):
            return f"{column}{row[0].row}"
    raise AssertionError(text)


def replace_everywhere(folder: Path, old: str, new: str, number: tuple[str, str] | None = None) -> None:
    """Another text in every paragraph of the proposal and every cell of the workbook, and another number there."""
    (path,) = (folder / "submit").glob("proposal*.docx")
    document = Document(str(path))
    cells = [cell for table in document.tables for row in table.rows for cell in row.cells]
    for paragraph in [*document.paragraphs, *(item for cell in cells for item in cell.paragraphs)]:
        if old in paragraph.text:
            paragraph.runs[0].text = paragraph.text.replace(old, new)
            for run in paragraph.runs[1:]:
                run.text = ""
    document.save(str(path))
    (path,) = (folder / "submit").glob("quote*.xlsx")
    for sheet in openpyxl.load_workbook(path, data_only=True):
        found = {
            cell.coordinate: str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None
        }
        texts = {cell: text.replace(old, new) for cell, text in found.items() if old in text}
        numbers = {cell: number[1] for cell, text in found.items() if number and Decimal(number[0]) == _number(text)}
        if texts or numbers:
            change_cells(folder, sheet.title, texts | numbers)


def _number(text: str) -> Decimal | None:
    return Decimal(text) if re.fullmatch(r"\d+(\.\d+)?", text) else None


@pytest.mark.parametrize("regime", ["mof87", "ndrc", "mdb"])
@pytest.mark.parametrize("name", ["water", "school", "port"])
def test_nothing_is_corrected_in_the_examples(packages: Mapping[str, Path], name: str, regime: str) -> None:
    found = simulate(packages[name], regime)
    assert steps(found) == []
    assert found.is_clean
    assert [item.period for item in found.outcomes] == (["evaluated", "base", "options"] if name == "port" else [""])
    outcome = found.outcomes[0]
    assert len(outcome.stated.lines) == {"water": 40, "school": 14, "port": 51}[name]
    assert len(outcome.stated.others) >= 3
    assert outcome.stated.words == outcome.stated.figures == outcome.correction.price


def test_words_with_a_slip_of_ten_cents_give_both_outcomes(water: Path) -> None:
    words = WORDS.replace("整", "壹角整")
    change_cells(water, SUMMARY, {find_cell(water, SUMMARY, WORDS, "B"): words})
    found = simulate(water)
    assert steps(found) == [
        ("words", "", "6374820.00", "6374820.10"),
        ("sum", "", "6374820.10", "6374820.00"),
    ]
    correction = found.outcomes[0].correction
    assert (correction.price, correction.alternative) == (TOTAL, Decimal("6374820.10"))


def test_a_slipped_decimal_point_is_mended_and_the_total_stands(water: Path) -> None:
    change_cells(water, DETAIL, {find_cell(water, DETAIL, "A13", "J"): "1580"})
    found = simulate(water)
    assert steps(found, "PR25") == [("unit_price", "A13", "1580.00", "15800.00")]
    assert (found.outcomes[0].correction.price, found.outcomes[0].correction.alternative) == (TOTAL, None)


def test_a_wrong_line_amount_that_the_total_followed_costs_the_bidder(water: Path) -> None:
    change_cells(water, DETAIL, {find_cell(water, DETAIL, "A12", "L"): "105210"})
    replace_everywhere(water, WORDS, WORDS.replace("捌佰贰拾", "玖佰壹拾"))
    replace_everywhere(water, "6,374,820.00", "6,374,910.00", ("6374820", "6374910"))
    found = simulate(water)
    assert steps(found, "PR25") == [("sum", "", "6374910.00", "6374820.00")]
    correction = found.outcomes[0].correction
    assert (correction.price, correction.alternative) == (TOTAL, Decimal("6374910.00"))


def test_the_summary_counts_before_the_proposal(water: Path) -> None:
    (path,) = (water / "submit").glob("proposal*.docx")
    document = Document(str(path))
    (cell,) = {cell._tc: cell for table in document.tables for row in table.rows for cell in row.cells
               if cell.text == "6,374,820.00" and "（小写）" in row.cells[0].text}.values()  # fmt: skip
    cell.paragraphs[0].runs[0].text = "6,374,280.00"
    document.save(str(path))
    assert steps(simulate(water)) == [
        ("place", f"submit/{path.name}: 投标总价", "6374280.00", "6374820.00"),
    ]


@pytest.mark.parametrize(("words", "code"), [(WORDS.replace("贰拾元", "贰什元"), "PR21"), ("见报价表", "PR21")])
def test_words_that_say_no_amount_are_no_pass(water: Path, words: str, code: str) -> None:
    change_cells(water, SUMMARY, {find_cell(water, SUMMARY, WORDS, "B"): words})
    found = simulate(water)
    assert [item.code for item in found.diagnostics] == [code]
    assert not found.is_clean


@pytest.mark.parametrize("column", ["I", "J", "L"])
def test_a_line_that_cannot_be_read_is_no_pass(water: Path, column: str) -> None:
    cell = find_cell(water, DETAIL, "A12", column)
    change_cells(water, DETAIL, {cell: "另议"})
    found = simulate(water)
    assert [(item.code, item.values["line"]) for item in found.diagnostics if item.code == "PR22"] == [("PR22", "A12")]
    assert not found.is_clean


def test_a_package_without_its_workbook_is_no_pass(water: Path) -> None:
    next((water / "submit").glob("quote*.xlsx")).unlink()
    found = simulate(water)
    assert [item.code for item in found.diagnostics] == ["PR20"]
    assert (found.outcomes, found.is_clean) == ((), False)


def test_damaged_file_is_told_and_no_pass(water: Path) -> None:
    (path,) = (water / "submit").glob("quote*.xlsx")
    path.write_bytes(path.read_bytes()[:2000])
    found = simulate(water)
    assert {"DL14", "PR20"} == {item.code for item in found.diagnostics}
    assert not found.is_clean


@pytest.mark.parametrize("change", [{"word/document.xml": b"<w:document"}, {"word/document.xml": None}, None])
def test_damaged_proposal_is_told_and_no_pass(water: Path, change: Mapping[str, bytes | None] | None) -> None:
    (path,) = (water / "submit").glob("proposal*.docx")
    with zipfile.ZipFile(path) as file:
        members = {name: file.read(name) for name in file.namelist()}
    with zipfile.ZipFile(path, "w") as file:
        for name, content in members.items():
            kept = (change or {}).get(name, content)
            if kept is not None:
                file.writestr(name, kept)
    if change is None:
        path.write_bytes(b"PK")
    found = simulate(water)
    assert found.diagnostics != ()
    assert not found.is_clean


def test_each_lot_is_corrected_by_itself(tmp_path: Path) -> None:
    result = build_deal(make_lots(tmp_path), Options(now=NOW, is_draft=True))
    assert result.folder is not None, [item.message("en") for item in result.diagnostics]
    found = simulate(result.folder)
    prices = {item.lot: item.correction.price for item in found.outcomes}
    assert prices == {FIRST: Decimal(300000), SECOND: Decimal(36000)}
    assert found.is_clean, [item.message("en") for item in found.diagnostics]
    change_cells(result.folder, f"{DETAIL} 2", {find_cell(result.folder, f"{DETAIL} 2", "B01", "J"): "3600"})
    found = simulate(result.folder)
    assert [(item.lot, len(item.correction.steps)) for item in found.outcomes] == [(FIRST, 0), (SECOND, 1)]


@pytest.mark.parametrize(("price", "codes"), [("336,000.00", set()), ("36,000.00", set()), ("336,100.00", {"PR24"})])
def test_a_total_that_names_no_lot_is_that_of_all_or_of_one(tmp_path: Path, price: str, codes: set[str]) -> None:
    result = build_deal(make_lots(tmp_path), Options(now=NOW, is_draft=True))
    assert result.folder is not None
    document = Document()
    document.add_heading("投标函", 1)
    document.add_paragraph(f"我方投标总价为 {price} 元。")
    document.save(str(result.folder / "submit/投标函.docx"))
    assert {item.code for item in simulate(result.folder).diagnostics} == codes


@pytest.mark.parametrize(
    ("pack", "prices"), [("zh-proposal", "gross"), ("zh-tender", "net"), ("en-proposal", "net"), ("en-rfp", "gross")]
)
def test_every_pack_is_read_with_nested_categories_bundles_and_tax_on_top(
    folders: Callable[[str, str], Path],
    pack: str,
    prices: str,
) -> None:
    found = simulate(folders(pack, prices))
    assert steps(found) == []
    assert found.is_clean
    assert found.outcomes[0].correction.price == Decimal("347308.06" if prices == "net" else "307414.21")


@pytest.mark.parametrize("prices", ["net", "gross"])
def test_a_tax_that_stands_by_itself_does_not_follow_a_corrected_line(
    folders: Callable[[str, str], Path], tmp_path: Path, prices: str
) -> None:
    folder = Path(shutil.copytree(folders("zh-proposal", prices), tmp_path / "package"))
    change_cells(folder, DETAIL, {find_cell(folder, DETAIL, "网关", "J"): "13000"})
    codes = [item.code for item in simulate(folder, "mdb").diagnostics]
    assert codes.count("PR39") == (prices == "net")


def test_breakdowns_that_differ_are_no_pass(folders: Callable[[str, str], Path], tmp_path: Path) -> None:
    folder = Path(shutil.copytree(folders("zh-tender", "gross"), tmp_path / "package"))
    change_cells(folder, DETAIL, {find_cell(folder, DETAIL, "网关", "J"): "12500.0056"})
    found = simulate(folder)
    assert [(item.code, item.values["line"]) for item in found.diagnostics] == [("PR23", "2")]


def test_a_workbook_of_another_hand_is_read_by_its_titles() -> None:
    book = openpyxl.Workbook()
    for row in [
        ("Schedule of Prices",),
        ("Item", "Description", "Qty", "UoM", "Rate", "Total"),
        ("1", "Gateway", 24, "pc", "12,500.00", 300000),
        ("", "Subtotal", "", "", "", 300000),
        ("2", "Training", 1, "day", 36000, 36000),
        ("", "Grand total", "", "", "", 336000),
    ]:
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    found = read_prices({"a.xlsx": stream.getvalue()}, "USD", "en")
    assert [line.id for line in found.bills[0].lines] == ["1", "2"]
    assert [total.figures for total in found.totals] == [Decimal(336000)]


class TestCommand:
    @pytest.mark.parametrize("lang", ["zh", "en"])
    def test_nothing_to_correct_is_exit_code_0(self, packages: Mapping[str, Path], lang: str) -> None:
        result = CliRunner().invoke(app, ["price", "simulate", str(packages["water"]), "--lang", lang])
        assert result.exit_code == 0
        assert {"zh": "没有要修正的", "en": "nothing would be corrected"}[lang] in result.output

    def test_corrections_are_exit_code_1_with_both_outcomes(self, water: Path) -> None:
        words = WORDS.replace("整", "壹角整")
        change_cells(water, SUMMARY, {find_cell(water, SUMMARY, WORDS, "B"): words})
        arguments = ["price", "simulate", str(water), "--rules", "mof87", "--lang"]
        result = CliRunner().invoke(app, [*arguments, "zh"])
        assert result.exit_code == 1
        for text in (
            "6,374,820.00 → 6,374,820.10",
            "以大写为准（第二项）",
            "相差 +0.00",
            "若以前者为准，价格是 6,374,820.10",
        ):
            assert text in result.output
        record = json.loads(CliRunner().invoke(app, [*arguments, "en", "--format", "json"]).stdout)
        assert (record["is_clean"], record["rules"]) == (False, "mof87")
        (outcome,) = record["outcomes"]
        assert [step["kind"] for step in outcome["steps"]] == ["words", "sum"]
        assert (outcome["price"], outcome["alternative"]) == ("6374820.00", "6374820.10")
        assert outcome["must_be_confirmed"]

    def test_a_folder_that_is_no_package_is_exit_code_2(self, tmp_path: Path) -> None:
        result = CliRunner().invoke(app, ["price", "simulate", str(tmp_path), "--lang", "en"])
        assert (result.exit_code, "EN15" in result.stderr) == (2, True)

    @pytest.mark.parametrize("manifest", ["[]", "x", '{"language": "zh"}', '{"language": "zh", "currency": "CNY", '
                             '"rules": "mof87", "lots": [{"id": 1}]}'])  # fmt: skip
    def test_a_damaged_manifest_is_exit_code_2(self, tmp_path: Path, manifest: str) -> None:
        write(tmp_path / "internal/manifest.json", manifest)
        result = CliRunner().invoke(app, ["price", "simulate", str(tmp_path), "--lang", "en"])
        assert (result.exit_code, "EN15" in result.stderr) == (2, True)

    def test_rules_without_a_correction_are_exit_code_2(self, packages: Mapping[str, Path]) -> None:
        result = CliRunner().invoke(app, ["price", "simulate", str(packages["port"]), "--lang", "en"])
        assert (result.exit_code, "EN16" in result.stderr) == (2, True)
        result = CliRunner().invoke(app, ["price", "simulate", str(packages["port"]), "--rules", "mdb"])
        assert result.exit_code == 0, sys.stderr
