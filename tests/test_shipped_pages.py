"""What the shipped templates leave out, and how they spell: read in the .docx of the sample deal."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import docx
import openpyxl
import pypdfium2
import pytest
from docx.document import Document
from openpyxl import Workbook
from workspace import edit, write

from bidkit.build import Options, build_deal
from bidkit.starting import DEAL, make_workspace

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def make(root: Path, language: str) -> Path:
    """The sample deal of a new workspace; the path of its deal.yaml."""
    for name, content in make_workspace(language, NOW).items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return root / DEAL


def build(deal: Path, monkeypatch: pytest.MonkeyPatch) -> Document:
    monkeypatch.setenv("BIDKIT_SOFFICE", "/nonexistent")
    result = build_deal(deal, Options(now=NOW, is_draft=True))
    assert result.folder is not None, result.diagnostics
    return docx.Document(str(result.folder / "submit/proposal-DRAFT.docx"))


def heads(document: Document) -> list[list[str]]:
    """The titles of each table, whose rows have as many cells as its grid has columns."""
    for table in document.tables:
        assert {len(row.cells) for row in table.rows} == {len(table.columns)}
    return [[cell.text for cell in table.rows[0].cells] for table in document.tables]


COLUMNS = {
    "zh": (["序号", "姓名", "岗位", "职责"], ["序号", "姓名", "岗位", "职称", "年限", "职责"], "标识"),
    "en": (["No.", "Name", "Role", "Responsibility"], ["No.", "Name", "Role", "Years", "Responsibility"], "Marker"),
}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_column_that_no_row_fills_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str) -> None:
    without, with_some, marker = COLUMNS[language]
    deal = make(tmp_path, language)
    found = heads(build(deal, monkeypatch))
    assert without in found and not [titles for titles in found if marker in titles]
    text = deal.read_text(encoding="utf-8")
    at = text.index("name:", text.index("\nteam:"))
    write(deal, f"{text[:at]}title: X, years: 7, {text[at:]}")
    assert with_some in heads(build(deal, monkeypatch))


@pytest.mark.parametrize(("locale", "ours", "theirs"), [("en-GB", "is", "iz"), ("en-US", "iz", "is")])
def test_a_document_is_spelt_as_its_locale_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, locale: str, ours: str, theirs: str
) -> None:
    deal = make(tmp_path, "en")
    if locale != "en-US":
        edit(deal, "locale: en-US", f"locale: {locale}")
    document = build(deal, monkeypatch)
    said = "\n".join(part.text for part in document.element.body.iter() if part.tag.endswith("}t") and part.text)
    assert f"Service Organ{ours}ation" in said and f"Author{ours}ed to bind" in said
    assert f"Organ{theirs}ation" not in said and f"Author{theirs}ed" not in said


def test_the_cover_says_original_or_copy_where_the_bid_goes_out_on_paper(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BIDKIT_SOFFICE", "/nonexistent")
    deal = make(tmp_path, "zh")
    edit(deal, "regime: commercial", "regime: tender")
    tender = (
        "tender: {no: A-1, deadline: 2026-12-18T09:30+08:00, validity_days: 60, rules: ndrc, markers: {★: mandatory}"
    )
    write(deal, deal.read_text(encoding="utf-8") + f"\n{tender}}}\n")
    covers = {}
    for copies in ("", ", copies: 0", ", copies: 2"):
        edit(deal, tender, f"{tender}{copies}")
        result = build_deal(deal, Options(now=NOW, is_draft=True))
        assert result.folder is not None, result.diagnostics
        files = sorted((result.folder / "submit").glob("proposal*.docx"))
        covers[copies] = [docx.Document(str(file)).paragraphs[0].text.strip() for file in files]
        edit(deal, f"{tender}{copies}", tender)
    assert covers == {"": [""], ", copies: 0": ["正本"], ", copies: 2": ["副本", "正本"]}


@pytest.mark.office
def test_the_contents_of_the_sample_are_on_one_page_and_its_codes_on_one_line(tmp_path: Path) -> None:
    deal = make(tmp_path, "zh")
    edit(deal.with_name("lines.csv"), "台,20,1280.00", "台,120000,0.20")
    result = build_deal(deal, Options(now=NOW, is_draft=True, with_pdf=True))
    assert result.folder is not None, result.diagnostics
    with pypdfium2.PdfDocument(result.folder / "submit/proposal-DRAFT.pdf") as document:
        pages = [page.get_textpage().get_text_bounded() for page in document]
    assert "目" in pages[1] and "营业执照" in pages[1]
    assert "方案概述" in pages[2] and "……" not in pages[2].replace(".", "…")
    assert "120,000" in "".join(pages)
    assert any("91999999MA0EXAMP1J" in page and "资信文件清单" in page for page in pages[2:])


LONG = "Supply, installation and seven years of maintenance of climate monitoring for the warehouses at both harbours"


@pytest.fixture
def offer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Document, Workbook]:
    """The English sample with an option period and a long title: its proposal and its quote."""
    deal = make(tmp_path, "en")
    edit(deal, "title: Warehouse climate monitoring", f"title: {LONG}")
    edit(
        deal, "{id: B, name: Services}", "{id: B, name: Services}\n    - {id: C, name: Third year, kind: option_period}"
    )
    lines = deal.with_name("lines.csv")
    titles = lines.read_text(encoding="utf-8-sig").splitlines()[0].split(",")
    values = {"id": "C01", "category": "C", "name": "Care", "unit": "year", "quantity": "1", "unit_price": "500"}
    row = ",".join((values | {"tax_rate": "0%"}).get(title, "") for title in titles)
    write(lines, lines.read_text(encoding="utf-8").rstrip("\n") + f"\n{row}\n")
    document = build(deal, monkeypatch)
    (quote,) = (tmp_path / "dist").glob("*/submit/quote-DRAFT.xlsx")
    return document, openpyxl.load_workbook(quote)


def test_the_english_quote_is_laid_out_whole(offer: tuple[Document, Workbook]) -> None:
    book = offer[1]
    said = {str(row[0].value): row[1].value for row in book["Quotation Summary"].iter_rows() if len(row) > 1}
    assert said["Tax"] == "0%, no tax is included"  # nobody has said that it is exempt
    sheet = book["Price Breakdown"]
    period = next(cell for row in sheet.iter_rows() for cell in row if cell.value == "Period")
    assert period.alignment.horizontal == "center"
    words = next(cell for row in sheet.iter_rows() for cell in row if cell.value == "Total with options in words")
    assert sheet.row_dimensions[words.row].height > 20, "two lines in a row for one"
    for name in book.sheetnames:
        assert book[name].oddHeader.left.text.endswith("for the…"), "it would run over the name of the sheet"


def test_what_belongs_together_stays_on_a_page(offer: tuple[Document, Workbook]) -> None:
    document = offer[0]
    (payments,) = (table for table in document.tables if table.rows[0].cells[1].text == "Payment")
    kept = [all(cell.paragraphs[0].paragraph_format.keep_with_next for cell in row.cells) for row in payments.rows]
    assert kept == [True] * (len(kept) - 1) + [False]
    (signed,) = (table for table in document.tables if "to bind" in table.rows[-1].cells[0].text)
    assert all(cell.paragraphs[0].paragraph_format.keep_with_next for cell in signed.rows[0].cells)
    labels = [row.cells[0].text for table in document.tables for row in table.rows]
    assert "In words, base period" in labels


def test_the_last_row_of_the_responses_does_not_stand_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    document = build(make(tmp_path, "zh"), monkeypatch)
    (responses,) = (table for table in document.tables if "偏离情况" in [cell.text for cell in table.rows[0].cells])
    kept = [{bool(cell.paragraphs[0].paragraph_format.keep_with_next) for cell in row.cells} for row in responses.rows]
    assert kept == [{False}] * (len(kept) - 2) + [{True}, {False}]


@pytest.mark.parametrize(("language", "titles"), [("zh", ["序号", "税率"]), ("en", ["No.", "Tax rate"])])
def test_the_first_column_of_the_tax_sheet_has_a_title_and_numbers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str, titles: list[str]
) -> None:
    build(make(tmp_path, language), monkeypatch)
    (quote,) = (tmp_path / "dist").glob("*/submit/quote-DRAFT.xlsx")
    rows = list(openpyxl.load_workbook(quote)["税额" if language == "zh" else "Tax"].iter_rows(values_only=True))
    at = next(number for number, row in enumerate(rows) if row[1] == titles[1])
    assert list(rows[at][:2]) == titles and rows[at + 1][0] == 1


def test_the_tax_sheet_tells_the_periods_apart(offer: tuple[Document, Workbook]) -> None:
    first = [row[0] for row in offer[1]["Tax"].iter_rows(values_only=True)]
    assert first[first.index("Period") :][:3] == ["Period", "Base", "Option"]


@pytest.mark.office
@pytest.mark.parametrize(("quantity", "shown"), [("16640", "16,640"), ("20", "20"), ("1234.5", "1,234.5")])
def test_a_quantity_in_the_quote_has_thousands_separators(tmp_path: Path, quantity: str, shown: str) -> None:
    deal = make(tmp_path, "zh")
    edit(deal.with_name("lines.csv"), "台,20,1280.00", f"台,{quantity},0.20")
    result = build_deal(deal, Options(now=NOW, is_draft=True, with_pdf=True))
    assert result.folder is not None, result.diagnostics
    with pypdfium2.PdfDocument(result.folder / "submit/quote-DRAFT.pdf") as document:
        words = "\n".join(page.get_textpage().get_text_bounded() for page in document).split()
    assert shown in words and f"{shown}." not in words
