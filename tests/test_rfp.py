"""The shipped pack `en-rfp`: the port example handed in as five volumes, on Letter and on A4."""

from __future__ import annotations

import re
import runpy
import shutil
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from dump import dump_docx
from workspace import edit

from bidkit.build import Options, build_deal
from bidkit.diagnostic import Severity
from bidkit.office import lay_out
from bidkit.office.pages import read_outline
from bidkit.readback import ReadDocument, read_docx
from bidkit.reports import Result

ROOT = Path(__file__).parents[1]
NOW = datetime(2026, 8, 14, 12, 0, tzinfo=UTC)
NAMES = ("Executive Summary", "Technical", "Management", "Past Performance and Credentials", "Price")
FILES = tuple(f"Volume {roman} {name}" for roman, name in zip(("I", "II", "III", "IV", "V"), NAMES, strict=True))
CHAPTERS = {"Quote Summary": "Pricing Summary", "Solution Overview": "Technical Approach", ",Team,": ",Key Personnel,"}
CHAPTERS |= {",Team;": ",Key Personnel;", ";Team,": ";Key Personnel,", ";Team;": ";Key Personnel;"}
"""What the chapters of the example are called in this pack."""
SUMMARY, TECHNICAL, MANAGEMENT, PAST, PRICE = FILES
LEGEND = "This proposal includes data that shall not be disclosed outside the Authority."
SHEET = "Use or disclosure of data contained on this sheet"
SCORING = f"""\
  legend: {LEGEND}
  factors:
    - {{id: F1, title: Technical approach, clause: M.2.1, weight: 60, volume: technical, answers: [M-01, soc-247]}}
    - {{id: F2, title: Responsibility, clause: M.3.1, weight: 20, answers: [iso-27001]}}
    - {{id: F3, title: Cost, clause: M.2.5, weight: 20, volume: price}}
  instructions:
    - {{id: I1, clause: L.4.1, text: Explain each paragraph, factors: [F1], volume: technical, answers: [L-08]}}
"""


def make_port(root: Path, locale: str = "en-US") -> Path:
    """A copy of the port example in this pack; its deal.yaml."""
    shutil.copytree(ROOT / "examples/port", root, ignore=shutil.ignore_patterns("dist"))
    edit(root / "bidkit.yaml", "as_of: 2026-08-14", "as_of: 2026-08-14\npack: en-rfp")
    edit(root / "bidkit.yaml", "agent: Denise Varga", "agent: Denise Varga\n  agent_title: Director of Proposals")
    deal = root / "deals/port/deal.yaml"
    edit(deal, "locale: en-US", f"locale: {locale}")
    edit(deal, "  required_credentials:\n", f"{SCORING}  required_credentials:\n")
    edit(deal, "\nquote:\n", "  assumptions: [Badges are issued within five business days.]\n\nquote:\n")
    answers = root / "deals/port/requirements.csv"
    text = answers.read_text(encoding="utf-8")
    for old, new in CHAPTERS.items():
        text = text.replace(old, new)
    answers.write_text(text, encoding="utf-8")
    return deal


def build(deal: Path, *, is_draft: bool = True) -> Result:
    """A final bid is built with its PDFs."""
    if not is_draft:
        runpy.run_path(str(ROOT / "examples/sign.py"))["sign"](deal)
    return build_deal(deal, Options(now=NOW, is_draft=is_draft, with_pdf=not is_draft))


def content_of(result: Result, name: str) -> bytes:
    assert result.folder is not None, result.diagnostics
    (path,) = (result.folder / "submit").glob(f"{name}*.docx")
    return path.read_bytes()


def read(result: Result, name: str) -> ReadDocument:
    return read_docx(content_of(result, name), name)


def found(result: Result) -> list[str]:
    """The codes of what is wrong but for the gate, which a draft passes by."""
    return [item.code for item in result.diagnostics if item.severity is not Severity.INFO and item.code[:2] != "GT"]


@pytest.fixture(scope="module")
def draft(tmp_path_factory: pytest.TempPathFactory) -> Result:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BIDKIT_SOFFICE", "/nonexistent")
        return build(make_port(tmp_path_factory.mktemp("rfp") / "port"))


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> Result:
    """The same with a taxed quote, an item that is in no total, an exception, and without a legend."""
    deal = make_port(tmp_path_factory.mktemp("changed") / "port")
    edit(deal, f"  legend: {LEGEND}\n", "")
    lines = deal.parent / "lines.csv"
    head, *rows = lines.read_text(encoding="utf-8").replace(",0%,", ",20%,").splitlines()
    extra = "X-01,,Spare sensor,,,,,,ot-monitoring,each,2,900.00,,20%,On call,optional,Y1"
    lines.write_text(
        "\n".join([f"{head},kind,category", *(f"{row},base," for row in rows), extra, ""]), encoding="utf-8"
    )
    answers = deal.parent / "requirements.csv"
    text = answers.read_text(encoding="utf-8")
    answers.write_text(re.sub(r"(?m)^(C-03,.*),(?:none|positive),", r"\1,exception,", text), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BIDKIT_SOFFICE", "/nonexistent")
        return build(deal)


def test_every_volume_is_a_sound_file_of_its_own(draft: Result, tmp_path: Path) -> None:
    from openxml_audit import OpenXmlValidator

    assert set(found(draft)) <= {"QU02", "PK16"}
    for number, name in enumerate(FILES):
        path = tmp_path / f"{number}.docx"
        path.write_bytes(content_of(draft, name))
        outcome = OpenXmlValidator().validate(path)
        assert outcome.is_valid, (name, list(outcome.errors)[:5])


def test_headers_name_solicitation_volume_and_draft(draft: Result) -> None:
    for roman, name, file in zip(("I", "II", "III", "IV", "V"), NAMES, FILES, strict=True):
        for _, text in read(draft, file).headers:
            assert "Solicitation RFP 26-114" in text
            assert f"DRAFT   Volume {roman}: {name}" in text


def test_front_matter_counts_in_roman_and_the_body_from_1(draft: Result) -> None:
    for name in FILES:
        with zipfile.ZipFile((draft.folder or Path()) / "submit" / f"{name}-DRAFT.docx") as package:
            text = package.read("word/document.xml").decode()
        sections = re.findall(r'<w:pgNumType w:fmt="(\w+)"(?: w:start="(\d+)")?/>', text)
        assert sections[:3] == [("lowerRoman", "1"), ("lowerRoman", ""), ("decimal", "1")], name
        assert set(sections[3:]) <= {("decimal", "")}, name
        assert len(sections) == text.count("<w:sectPr>")


def test_only_the_price_volume_gets_prices(draft: Result) -> None:
    for name in FILES:
        assert ("11,721,979.20" in read(draft, name).text) is (name == PRICE)


def test_price_volume_has_every_line_and_the_named_totals(draft: Result) -> None:
    assert draft.bid is not None
    rows = dump_docx(content_of(draft, PRICE)).splitlines()
    for line in draft.bid.quote.lines:
        (row,) = [row for row in rows if row.startswith(f"| {line.line.id} |")]
        assert f"{line.unit_price:,.2f} | {line.amount:,.2f}" in row
    for label, amount in (
        ("Total price, base period", "11,721,979.20"),
        ("Total of options", "8,082,807.60"),
        ("Total evaluated price (base period and options)", "19,804,786.80"),
    ):
        assert len([row for row in rows if label in row.replace("**", "") and amount in row]) == 3
    for category in draft.bid.quote.categories:
        assert f"| **Total, {category.category.name}** | **{category.total:,.2f}**" in "\n".join(rows)


def test_a_taxed_quote_shows_the_rate_of_each_line(changed: Result) -> None:
    rows = dump_docx(content_of(changed, PRICE))
    assert "| Item | Description | Unit | Quantity | Unit price | Tax rate | Amount | Remark |" in rows
    assert "| 228.00 | 20% | 36,480.00 |" in rows
    assert "Amounts by tax rate" in rows


def test_items_in_no_total_stand_apart(changed: Result) -> None:
    rows = dump_docx(content_of(changed, PRICE)).partition("[heading 2] Optional and Alternative Items\n")[2]
    assert "part of no total" in rows
    (row,) = [line for line in rows.splitlines() if line.startswith("| X-01 | **Spare sensor**")]
    assert row.endswith(" | each | 2 | 900.00 | 20% | 1,800.00 | On call |"), row


def test_letter_states_validity_amendments_and_signer(draft: Result) -> None:
    text = read(draft, SUMMARY).text
    for words in (
        "firm for 120 calendar days from the due date of August 28, 2026, 14:00 (UTC-04:00)",
        "its last day is December 26, 2026",
        "We take no exception to any of the 36 requirements.",
        "Volume IV: Past Performance and Credentials; and Volume V: Price",
        "Denise Varga",
        "Director of Proposals",
        "Amendment 2",
    ):
        assert words in text


def test_matrix_answers_every_requirement_with_clause_and_page(draft: Result) -> None:
    assert draft.bid is not None
    rows = dump_docx(content_of(draft, SUMMARY))
    for item in draft.bid.deal.requirements:
        assert f"\n| {item.id} | {item.clause}⏎p. {item.page} | {item.marker} | {item.text} | {item.response} |" in rows


def test_crosswalk_joins_instructions_factors_and_answers(draft: Result) -> None:
    rows = dump_docx(content_of(draft, SUMMARY))
    assert (
        "| L.4.1 | Explain each paragraph | M.2.1 Technical approach | Volume II: Technical⏎Compliance matrix, L.4.1, "
        in rows
    )
    assert "| M.2.5 | Cost | 20 | Volume V: Price |" in rows
    assert "ISO/IEC 27001:2022 Certificate, Volume IV, page" in rows


def test_an_exception_is_stated_in_letter_matrix_and_table(changed: Result) -> None:
    text = read(changed, SUMMARY).text
    assert "We take exception to 1 of the 36 requirements" in text
    assert "1 with an exception" in text
    exceptions = text.rpartition("\nExceptions and Assumptions\n")[2]
    assert exceptions.index("C-03") < exceptions.index("Assumptions") < exceptions.index("Badges are issued")


def test_the_legend_is_printed_where_the_deal_gives_one_and_nowhere_else(draft: Result, changed: Result) -> None:
    for name in FILES:
        assert LEGEND in read(draft, name).text
        assert SHEET in read(draft, name).text
        assert SHEET not in read(changed, name).text


def test_volumes_that_a_tender_leaves_out_do_not_count(tmp_path: Path) -> None:
    deal = make_port(tmp_path / "port")
    edit(deal, "  legend:", "  volumes: [technical, price]\n  legend:")
    result = build(deal)
    assert result.folder is not None, result.diagnostics
    files = [path.name for path in sorted((result.folder / "submit").glob("*.docx"))]
    assert files == ["Volume I Technical-DRAFT.docx", "Volume II Price-DRAFT.docx"]
    assert "FM01" in found(result)  # nothing prints the requirements


def test_a_price_among_the_assumptions_is_caught(tmp_path: Path) -> None:
    deal = make_port(tmp_path / "port")
    edit(deal, "assumptions: [Badges", "assumptions: ['The base price of $11,721,979.20 holds.', Badges")
    assert "PR09" in found(build(deal))


def test_a_deal_without_a_tender_has_no_empty_tables(tmp_path: Path) -> None:
    deal = make_port(tmp_path / "port")
    text = deal.read_text(encoding="utf-8").replace("regime: tender", "regime: commercial")
    text = re.sub(r"^tender:\n(?:  .*\n|\n)+?(?=^requirements)", "", text, flags=re.M)
    text = text.replace("requirements: {file: requirements.csv}\n", "")
    text = text.replace("through December 26, 2026", "through December 22, 2026")  # counted from the bid's own date
    deal.write_text(text, encoding="utf-8")
    result = build(deal)
    assert found(result) == []
    summary = read(result, SUMMARY)
    assert [text for level, text in summary.headings if level == 1] == [
        "Transmittal Letter",
        "Executive Summary",
        "Exceptions and Assumptions",
    ]
    assert all(text.startswith("Managed Cybersecurity") for _, text in summary.headers)


@pytest.fixture(scope="module")
def final(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Result]:
    made: dict[str, Result] = {}

    def make(locale: str) -> Result:
        if locale not in made:
            made[locale] = build(make_port(tmp_path_factory.mktemp(locale) / "port", locale), is_draft=False)
        return made[locale]

    return make


@pytest.mark.office
@pytest.mark.parametrize(("locale", "paper"), [("en-US", (12240, 15840)), ("en-GB", (11906, 16838))])
def test_final_volumes_are_whole_on_their_paper(
    final: Callable[[str], Result], locale: str, paper: tuple[int, int]
) -> None:
    result = final(locale)
    assert found(result) == ["QU02"]
    for name in FILES:
        sections = re.findall(r"--- section (\d+) x (\d+)", dump_docx(content_of(result, name)))
        assert {tuple(sorted(map(int, size))) for size in sections} == {paper}
        assert "DRAFT" not in read(result, name).text


@pytest.mark.office
def test_pages_in_contents_lists_and_crosswalk_are_those_of_the_files(final: Callable[[str], Result]) -> None:
    contents = {name: content_of(final("en-US"), name) for name in FILES}
    laid_out, problems = lay_out({f"{name}.docx": content for name, content in contents.items()})
    assert not problems
    pdfs = {name: laid_out[f"{name}.docx"] for name in FILES}
    front = {name: 3 if name == TECHNICAL else 2 for name in FILES}
    pages = {}
    for name in FILES:
        dump = dump_docx(contents[name])
        outline = [(title, page - front[name]) for level, title, page in read_outline(pdfs[name]) if level <= 3]
        shown = re.findall(r"\[toc \d\] (?:<TOC [^>]*>)?(.*)\t<PAGEREF [^>]*>(\d+)", dump)
        assert [int(number) for _, number in shown] == [page for _, page in outline], name
        pages |= {(name, title.partition(" ")[2].strip()): page for title, page in outline}
        listed = re.findall(r"\[table of figures\] (?:<TOC [^>]*>)?Table (\d+) .*\t<PAGEREF [^>]*>(\d+)", dump)
        assert [number for number, _ in listed] == [str(n) for n in range(1, len(listed) + 1)]
        assert listed
    summary = read_docx(contents[SUMMARY], SUMMARY).text
    for file, roman, title in (
        (TECHNICAL, "II", "24×7 Security Operations Watch"),
        (PAST, "IV", "ISO/IEC 27001:2022 Certificate"),
    ):
        assert f"{title}, Volume {roman}, page {pages[file, title]}\n" in summary
