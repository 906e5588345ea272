"""`bidkit build --pdf`: the PDFs of whole bids, judged by what is in them, and the rules over finished PDFs."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from docx.oxml import parse_xml
from office_files import DAY, PAGE, contents, docx, field, p, rendered
from pack_files import MANIFEST, make_two_volumes, saved, shipped_template
from pdf_files import add_page, difference, draw, save
from quotes import compute_quote
from workspace import ISO9001, NOW, make_workspace, root_of, sign_all, write

import bidkit
from bidkit.bid import Bid
from bidkit.build import Options, build_deal
from bidkit.diagnostic import Diagnostic, Severity
from bidkit.layout import Filled, Layout
from bidkit.office import find_office, lay_out
from bidkit.office.pages import read_destinations, read_outline, read_page_texts
from bidkit.pdf.finishing import About, finish_pdf
from bidkit.pdf.reading import ReadPdf, nest_levels, read_pdf
from bidkit.pdf.stand_ins import make_stand_ins
from bidkit.pdfs import NO_PDFS, make_pdfs, plan_pdfs
from bidkit.readback import read_docx
from bidkit.readback.names import W
from bidkit.reports import Result
from bidkit.rules.files import check_printed
from bidkit.rules.printed import Printed
from bidkit.verify import verify_files

PROPOSAL, QUOTE = "submit/proposal.pdf", "submit/quote.pdf"
PAPER = ("QMS-2025-03417-A", "QMS-2025-03417-PAGE-B")


def make_paper(*texts: str) -> bytes:
    pdf = pikepdf.new()
    for number, text in enumerate(texts):
        page = add_page(pdf, text)
        page.obj.Rotate = 90 * number
    return save(pdf, static_id=True)


def make_deal(path: Path, paper: bytes = b"", make: Callable[..., Path] = make_workspace, **changes: Any) -> Path:
    deal = make(path, **changes)
    write(root_of(deal) / ISO9001, paper or make_paper(*PAPER))
    sign_all(deal)
    return deal


def build(deal: Path, **options: Any) -> Result:
    return build_deal(deal, Options(now=NOW, with_pdf=True, **options))


def codes(found: tuple[Diagnostic, ...] | list[Diagnostic]) -> list[str]:
    """What matters; which fonts this machine has does not."""
    return [item.code for item in found if item.code not in ("EN13", "EN14")]


def squeeze(text: str) -> str:
    return "".join(text.split())


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Result:
    """The small bid, whose certificate is a PDF of two pages that can be read."""
    return build(make_deal(tmp_path_factory.mktemp("pdf")))


@pytest.fixture(scope="session")
def files(built: Result) -> dict[str, bytes]:
    assert built.folder is not None, built.diagnostics
    found = [path for path in built.folder.rglob("*") if path.is_file()]
    return {path.relative_to(built.folder).as_posix(): path.read_bytes() for path in found}


# ------------------------------------------------------------------------------------------------ a whole bid


@pytest.mark.office
def test_a_pdf_stands_beside_each_file(built: Result, files: dict[str, bytes]) -> None:
    assert codes(built.diagnostics) == []
    names = ["proposal.docx", "proposal.pdf", "quote.pdf", "quote.xlsx"]
    assert sorted(name for name in files if name.count("/") == 1 and "internal" not in name) == [
        f"submit/{name}" for name in names
    ]
    outputs = json.loads(files["internal/manifest.json"])["outputs"]
    assert {PROPOSAL, QUOTE} <= set(outputs)


@pytest.mark.office
def test_pdf_has_bookmarks_embedded_fonts_and_the_bidders_name(built: Result, files: dict[str, bytes]) -> None:
    pdf, document = read_pdf(files[PROPOSAL], PROPOSAL), read_docx(files["submit/proposal.docx"], "p")
    assert [entry[0] for entry in pdf.outline] == [level for level, _ in document.headings]
    listed = [squeeze(text) for level, text, _ in pdf.outline if level <= 3]
    assert listed == [squeeze(text) for text in document.contents]
    assert pdf.outline[0][1] == document.contents[0] == "投标函"
    assert all(is_embedded for name in (PROPOSAL, QUOTE) for _, is_embedded in read_pdf(files[name], name).fonts)
    assert built.bid is not None
    assert pdf.properties["Author"] == built.bid.company.name
    assert pdf.properties["Title"] == "澄溪水厂数据采集项目 投标文件"
    assert pdf.properties["CreationDate"] == "D:20260915000000Z"
    with pikepdf.open(io.BytesIO(files[PROPOSAL])) as opened:
        assert opened.check_pdf_syntax() == []
        assert "/Dests" not in opened.Root
        assert b"bidkit0" not in b"".join(page.obj.Contents.read_bytes() for page in opened.pages)


@pytest.mark.office
def test_poppler_agrees(files: dict[str, bytes], tmp_path: Path) -> None:
    path = tmp_path / "p.pdf"
    path.write_bytes(files[PROPOSAL])
    fonts = subprocess.run(["pdffonts", path], capture_output=True, text=True, check=True)
    assert fonts.stderr == ""
    rows = [re.findall(r" (yes|no) +(?:yes|no) +(?:yes|no) ", line) for line in fonts.stdout.splitlines()[2:]]
    assert rows == [["yes"]] * len(rows)
    text = subprocess.run(["pdftotext", path, "-"], capture_output=True, text=True, check=True).stdout
    for words in ("澄溪水厂数据采集项目", "336,000.00", *PAPER):
        assert words in text, words


@pytest.mark.office
def test_pages_of_a_credential_are_pages_and_look_as_in_the_word_file(files: dict[str, bytes]) -> None:
    pdf = read_pdf(files[PROPOSAL], PROPOSAL)
    assert [sum(text in squeeze(page.text) for page in pdf.pages) for text in PAPER] == [1, 1]
    plain, problems = lay_out({"p.docx": files["submit/proposal.docx"]})
    assert problems == []
    count = len(pdf.pages)
    assert len(read_page_texts(plain["p.docx"])) == count
    apart = [difference(draw(plain["p.docx"], n), draw(files[PROPOSAL], n)) for n in range(count)]
    assert max(apart) < 1.5
    # Only the pages with the certificate differ at all: a picture there, lines here.
    assert sum(value > 0 for value in apart) <= 2


@pytest.mark.office
def test_the_report_names_the_replaced_fonts(built: Result, files: dict[str, bytes]) -> None:
    replaced = [item for item in built.diagnostics if item.code == "EN13"]
    report = files["internal/report.html"].decode()
    for item in replaced:
        assert item.severity is Severity.INFO
        assert item.message("zh") in report
    named = {item.values["font"] for item in replaced}
    listed = subprocess.run(["fc-list", ":", "family"], capture_output=True, text=True, check=True).stdout.casefold()
    assert named == {font for font in ("宋体", "黑体", "楷体", "Times New Roman") if font.casefold() not in listed}


@pytest.mark.office
def test_the_same_bid_gives_the_same_pdf_anywhere(
    files: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    again = build_deal(make_deal(tmp_path), Options(now=NOW.replace(year=2027), with_pdf=True))
    assert again.folder is not None, again.diagnostics
    for name in (PROPOSAL, QUOTE):
        assert (again.folder / name).read_bytes() == files[name], name


@pytest.mark.office
def test_every_page_of_a_draft_says_so(tmp_path: Path) -> None:
    result = build(make_deal(tmp_path), is_draft=True)
    assert result.folder is not None
    assert codes(result.diagnostics) == []
    names = sorted(path.name for path in (result.folder / "submit").glob("*.pdf"))
    assert names == ["proposal-DRAFT.pdf", "quote-DRAFT.pdf"]
    for name in names:
        pages = read_pdf((result.folder / "submit" / name).read_bytes(), name).pages
        assert all(re.search("DRAFT|草稿", page.text) for page in pages)


@pytest.mark.office
def test_each_volume_has_a_pdf_and_one_without_prices_shows_none(tmp_path: Path) -> None:
    deal = make_deal(tmp_path / "sound", make=make_two_volumes)
    result = build(deal)
    assert result.folder is not None, result.diagnostics
    technical = read_pdf((result.folder / "submit/CXSW-2026-001-资格及商务技术文件.pdf").read_bytes(), "t")
    assert technical.properties["Title"] == "澄溪水厂数据采集项目 资格及商务技术文件"
    assert "336,000.00" not in technical.text
    assert "336,000.00" in read_pdf((result.folder / "submit/price.pdf").read_bytes(), "p").text
    # In the .docx the paper is a picture: only its page can tell.
    leaky = make_deal(tmp_path / "leaky", make_paper("TOTAL-CNY-336,000.00"), make_two_volumes)
    found = build(leaky)
    assert found.folder is None
    (leak,) = [item for item in found.diagnostics if item.severity is Severity.ERROR]
    assert (leak.code, leak.values["figure"]) == ("PR09", "336,000.00")
    assert leak.span is not None
    assert leak.span.place[0][0] == "page"


@pytest.mark.office
def test_a_volume_that_is_called_as_the_quote_is_refused(tmp_path: Path) -> None:
    manifest = MANIFEST.replace("template: price.docx", "template: price.docx\n    output: Quote")
    found = build(make_deal(tmp_path, make=lambda path: make_two_volumes(path, manifest)))
    assert found.folder is None
    assert codes(found.diagnostics) == ["DL30"]


@pytest.mark.office
def test_a_paper_that_cannot_be_merged_is_reported_and_shown_all_the_same(tmp_path: Path) -> None:
    with pikepdf.open(io.BytesIO(make_paper("KEPT"))) as pdf:
        font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
        pdf.pages[0].obj.Resources.Font.F = font
        paper = save(pdf)
    result = build(make_deal(tmp_path, paper))
    assert codes(result.diagnostics) == ["PK11"]
    assert result.folder is not None
    pdf_bytes = (result.folder / PROPOSAL).read_bytes()
    assert "KEPT" not in read_pdf(pdf_bytes, PROPOSAL).text
    with pikepdf.open(io.BytesIO(pdf_bytes)) as pdf:
        pictures = [item for item in pdf.objects if isinstance(item, pikepdf.Stream) and item.get("/Width") == 1240]
    assert len(pictures) == 1


def run(deal: Path, *options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    source = str(Path(bidkit.__file__).parents[1])
    path = os.pathsep.join([source, os.environ.get("PYTHONPATH", "")])
    command = [sys.executable, "-m", "bidkit", "build", str(deal), "--lang", "en", *options]
    variables = os.environ | {"PYTHONPATH": path} | environment
    return subprocess.run(command, env=variables, capture_output=True, text=True, check=False)


def test_without_libreoffice_there_is_no_pdf_and_nothing_is_written(tmp_path: Path) -> None:
    deal = make_deal(tmp_path)
    for options in (["--pdf"], ["--pdf", "--draft"]):
        done = run(deal, *options, BIDKIT_SOFFICE="/nonexistent")
        assert done.returncode == 2, done.stdout
        assert "EN11" in done.stdout
        assert not (tmp_path / "dist").exists()
    done = run(deal, BIDKIT_SOFFICE="/nonexistent")
    assert done.returncode == 0, done.stdout


@pytest.mark.office
def test_without_pdf_there_is_none(tmp_path: Path) -> None:
    done = run(make_deal(tmp_path))
    assert done.returncode == 0, done.stdout
    assert [path.parent.name for path in (tmp_path / "dist").rglob("*.pdf")] == ["credentials"]


@pytest.mark.office
@pytest.mark.skipif(os.name != "posix", reason="the counting soffice is a shell script")
def test_a_pdf_costs_no_second_layout_of_a_volume(tmp_path: Path) -> None:
    log, counting = tmp_path / "log", tmp_path / "soffice"
    counting.write_text(f'#!/bin/sh\necho "$@" >> {log}\nexec {find_office()} "$@"\n')
    counting.chmod(0o755)
    deal = make_deal(tmp_path / "deal")
    for option, calls in (("--force", 1), ("--pdf", 2)):
        log.unlink(missing_ok=True)
        done = run(deal, option, BIDKIT_SOFFICE=str(counting))
        assert done.returncode == 0, done.stdout
        lines = log.read_text().splitlines()
        assert len(lines) == calls  # one for Word files, one for the workbook
        assert sum("MS Word" in line for line in lines) == 1


@pytest.mark.skipif(os.name != "posix", reason="the fake soffice is a shell script")
def test_a_libreoffice_that_makes_nothing_is_no_success(tmp_path: Path) -> None:
    fake = tmp_path / "soffice"
    fake.write_text("#!/bin/sh\nexit 0\n")
    fake.chmod(0o755)
    done = run(make_deal(tmp_path / "deal"), "--pdf", BIDKIT_SOFFICE=str(fake))
    assert done.returncode == 2
    assert "EN03" in done.stdout
    assert not (tmp_path / "deal/dist").exists()


# ------------------------------------------------------------------------------------------------ parts of the road


START, ROMAN = '<w:pgNumType w:start="1"/>', '<w:pgNumType w:fmt="lowerRoman" w:start="1"/>'


@pytest.mark.office
def test_the_copy_that_is_laid_out_prints_the_numbers_of_its_sections() -> None:
    footer = '<w:footerReference w:type="default" r:id="rIdfooter"/>'

    def end(numbers: str = "") -> str:
        return p("end", properties=f'<w:sectPr>{footer}<w:type w:val="nextPage"/>{PAGE}{numbers}</w:sectPr>')

    chapters = [part for n in range(1, 4) for part in (p(f"chapter {n}", style="Heading1"), p("x"))]
    see = p("see ", field("PAGEREF here \\h", "99"), " and ", field("PAGEREF there \\h", "99"))
    here = p('<w:bookmarkStart w:id="1" w:name="here"/>', "target", '<w:bookmarkEnd w:id="1"/>')
    there = p('<w:bookmarkStart w:id="2" w:name="there"/>', "first", '<w:bookmarkEnd w:id="2"/>')
    front = [contents(' TOC \\o "1-1" \\h '), see, p("preface", style="Heading1"), there, end(ROMAN)]
    pages = p("page <", field("PAGE", "1"), ">")
    result = rendered(docx(p("cover"), end(), *front, *chapters, here, footer=pages, last_section=PAGE + START))
    layout = lay_out({"a.docx": result.save(DAY, is_layout_copy=True)})[0]["a.docx"]
    found, _ = result.find_pages(read_outline(layout), read_destinations(layout))
    layout = lay_out({"a.docx": result.save(DAY, found, is_layout_copy=True, is_frozen=True)})[0]["a.docx"]
    assert result.find_pages(read_outline(layout), read_destinations(layout)) == (found, [])
    count = len(read_page_texts(layout))
    numbers = result.number_pages(read_destinations(layout), count)
    assert numbers[1] == "i"
    words = [heading.label for heading in result.headings]
    finished, _ = finish_pdf(layout, About("t", "a", DAY, "en-US"), words, numbers)
    pdf = read_pdf(finished, "a.pdf")
    front_text = squeeze(pdf.text).replace(".", "")
    for level, title, page in pdf.outline:
        assert level == 1
        shown = pdf.pages[page - 1].number
        assert f"page<{shown}>" in squeeze(pdf.pages[page - 1].text)
        assert squeeze(title).replace(".", "") + shown in front_text
    assert "see1andi" in front_text
    assert "bidkit" not in pdf.text


@pytest.mark.office
def test_contents_and_bookmarks_of_roman_pages_agree_with_what_the_pages_show(tmp_path: Path) -> None:
    template = shipped_template()
    numbers = '<w:pgNumType xmlns:w="{}" w:fmt="lowerRoman" w:start="1"/>'.format(W.strip("{}"))
    template.sections[1]._sectPr.find(f"{W}cols").addprevious(parse_xml(numbers))

    def make(path: Path) -> Path:
        manifest = "schema: bidkit/pack@1\nlocale: zh-CN\nproposal: proposal.docx\n"
        return make_two_volumes(path, manifest, {"proposal": saved(template)})

    result = build(make_deal(tmp_path, make=make))
    assert result.folder is not None, result.diagnostics
    pdf = read_pdf((result.folder / PROPOSAL).read_bytes(), PROPOSAL)
    document = read_docx((result.folder / "submit/proposal.docx").read_bytes(), "p")
    assert document.contents_pages[0] == "iii"
    assert [page.number for page in pdf.pages[:3]] == ["1", "i", "ii"]
    assert "投标函iii" in squeeze(pdf.text).replace(".", "")


@pytest.mark.office
def test_headings_that_skip_a_level_have_their_pages(tmp_path: Path) -> None:
    """In the outline of a PDF they stand right below what is above them."""
    text = "总体安排如下。\n\n## 部署\n\n##### 机房\n\n一台。\n\n## 网络\n\n专线。\n"
    result = build(make_workspace(tmp_path, solution__overview=text), is_draft=True)
    assert result.folder is not None, [item.message("en") for item in result.diagnostics]
    document = read_docx((result.folder / "submit/proposal-DRAFT.docx").read_bytes(), "p")
    levels = [level for level, title in document.headings if title.endswith(("部署", "机房", "网络"))]
    assert levels[1] > levels[0] + 1, levels
    assert levels[2] == levels[0]
    assert {"PK13", "EN07"}.isdisjoint(codes(result.diagnostics))


def test_levels_that_are_skipped_are_no_depth() -> None:
    assert nest_levels([1, 2, 5, 5, 3, 1, 4, 2, 2, 1]) == [1, 2, 3, 3, 3, 1, 2, 2, 2, 1]
    assert nest_levels([3, 2, 1]) == [1, 1, 1]
    assert nest_levels([]) == []


@pytest.mark.office
def test_a_page_whose_place_is_not_found_is_an_error(built: Result) -> None:
    assert built.bid is not None
    stand_ins, _ = make_stand_ins("paper.pdf", make_paper("LOST"), [b"picture"])
    layout = lay_out({"a.docx": docx(p("nothing"))})[0]["a.docx"]
    volume = next(iter(volumes_of(built)))
    name = volume.file_name(is_draft=False)
    filled = Filled({}, {name: Layout(layout, (), (), tuple(stand_ins.values()))})
    _, (problem,) = make_pdfs(NO_PDFS, filled, [volume], built.bid, is_draft=False)
    assert (problem.code, problem.severity, problem.values["page"]) == ("EN12", Severity.ERROR, 1)


def volumes_of(result: Result) -> Any:
    from bidkit.pack import load_pack
    from bidkit.source import Workspace
    from bidkit.volumes import compile_volumes

    assert result.bid is not None
    assert result.root is not None
    pack, _ = load_pack(Workspace(result.root), "zh-proposal")
    assert pack is not None
    return compile_volumes(pack, result.bid)[0]


@pytest.mark.office
def test_characters_from_another_font_are_reported(built: Result) -> None:
    from bidkit.appendix import Appendix

    assert built.bid is not None
    volumes = volumes_of(built)
    plan, _ = plan_pdfs(volumes, Appendix((), {}), {}, built.bid, is_draft=False)
    pdfs, _ = lay_out({**plan.beside, "a.docx": docx(p("中文 \u0b95 \u16a0"))})
    name = volumes[0].file_name(is_draft=False)
    filled = Filled({}, {name: Layout(pdfs.pop("a.docx"), (), (), ())}, pdfs)
    _, found = make_pdfs(plan, filled, volumes, built.bid, is_draft=False)
    if shutil.which("fc-list"):
        (other,) = [item for item in found if item.code == "EN14"]
        assert other.severity is Severity.INFO
        assert other.values["fonts"]


# ------------------------------------------------------------------------------------------------ the rules


@pytest.fixture(scope="session")
def printed(built: Result, files: dict[str, bytes]) -> Printed:
    assert built.bid is not None
    pdfs = {name: read_pdf(files[name], name) for name in (PROPOSAL, QUOTE)}
    document = read_docx(files["submit/proposal.docx"], "submit/proposal.docx")
    return Printed(built.bid, pdfs, {PROPOSAL: document}, is_draft=False)


def judge(printed: Printed, change: Callable[[ReadPdf], ReadPdf], name: str = PROPOSAL) -> list[Diagnostic]:
    return check_printed(replace(printed, pdfs={**printed.pdfs, name: change(printed.pdfs[name])}))


def on_page(number: int, change: Callable[[str], str]) -> Callable[[ReadPdf], ReadPdf]:
    def changed(pdf: ReadPdf) -> ReadPdf:
        pages = list(pdf.pages)
        pages[number] = replace(pages[number], text=change(pages[number].text))
        return replace(pdf, pages=tuple(pages))

    return changed


def everywhere(pattern: str, new: str) -> Callable[[ReadPdf], ReadPdf]:
    spaced = r"\s*".join(map(re.escape, pattern))
    return lambda pdf: replace(
        pdf, pages=tuple(replace(page, text=re.sub(spaced, new, page.text)) for page in pdf.pages)
    )


BROKEN: dict[str, tuple[str, str, Callable[[ReadPdf], ReadPdf]]] = {
    "no page": (PROPOSAL, "PK05", lambda pdf: replace(pdf, pages=(), outline=())),
    "damaged": (PROPOSAL, "PK05", lambda pdf: replace(pdf, faults=("object 7 has no end",))),
    "font": (PROPOSAL, "PK12", lambda pdf: replace(pdf, fonts=(*pdf.fonts, ("SimSun", False)))),
    "bookmark lost": (PROPOSAL, "PK13", lambda pdf: replace(pdf, outline=pdf.outline[1:])),
    "bookmark level": (
        PROPOSAL,
        "PK13",
        lambda pdf: replace(pdf, outline=((2, *pdf.outline[0][1:]), *pdf.outline[1:])),
    ),
    "bookmark words": (PROPOSAL, "PK13", lambda pdf: replace(pdf, outline=((1, "第1章 其他", 3), *pdf.outline[1:]))),
    "bookmark number": (
        PROPOSAL,
        "PK13",
        lambda pdf: replace(pdf, outline=((1, "第9章 方案概述", pdf.outline[0][2]), *pdf.outline[1:])),
    ),
    "bookmark page": (PROPOSAL, "PK13", lambda pdf: replace(pdf, outline=((*pdf.outline[0][:2], 1), *pdf.outline[1:]))),
    "contents page": (PROPOSAL, "PK13", on_page(1, lambda text: re.sub(r"\.{3,}\d+", "....99", text))),
    "contents line": (PROPOSAL, "PK13", on_page(1, lambda text: text.replace("需求理解", ""))),
    "field": (PROPOSAL, "PK15", on_page(4, lambda text: text + "Error! Reference source not found.")),
    "field in Chinese": (PROPOSAL, "PK15", on_page(4, lambda text: text + "错误!未找到引用源。")),
    "field of LibreOffice": (PROPOSAL, "PK15", on_page(4, lambda text: text + "Error: Reference source not found")),
    "narrow cell": (QUOTE, "PK15", on_page(0, lambda text: text + "###")),
    "broken cell": (QUOTE, "PK15", on_page(0, lambda text: text + " #REF! ")),
    "project": (PROPOSAL, "ID02", everywhere("澄溪水厂数据采集项目", "澄溪水厂采集项目")),
    "number": (PROPOSAL, "ID02", everywhere("CXSW-2026-001", "CXSW-2026-002")),
    "author": (PROPOSAL, "ID02", lambda pdf: replace(pdf, properties={**pdf.properties, "Author": "root"})),
    "title": (PROPOSAL, "ID02", lambda pdf: replace(pdf, properties={**pdf.properties, "Title": "Microsoft Word - 1"})),
    "total": (PROPOSAL, "PR03", everywhere("336,000.00", "336,000.01")),
    "total in quote": (QUOTE, "PR03", everywhere("336,000.00", "336,000.01")),
    "words": (PROPOSAL, "PR02", everywhere("叁拾叁万陆仟元整", "叁拾叁万元整")),
    "words in quote": (QUOTE, "PR02", everywhere("叁拾叁万陆仟元整", "叁拾叁万元整")),
}


@pytest.mark.office
@pytest.mark.parametrize(("name", "code", "change"), BROKEN.values(), ids=BROKEN)
def test_what_is_wrong_in_a_pdf_is_found(
    printed: Printed, name: str, code: str, change: Callable[[ReadPdf], ReadPdf]
) -> None:
    found = judge(printed, change, name)
    assert code in codes(found)
    assert all(item.span is not None and item.span.file == name for item in found)
    assert all(item.message(lang) and item.fix(lang) for item in found for lang in ("zh", "en"))


@pytest.mark.office
def test_a_sound_pdf_has_no_finding(printed: Printed) -> None:
    assert check_printed(printed) == []


@pytest.mark.office
def test_what_a_merged_paper_says_is_not_taken_for_a_fault(printed: Printed) -> None:
    # A test report may print what a program printed, a certificate may hide a number.
    said = on_page(6, lambda text: text + " Error! disk full, 110###0428, #REF! in table, {{x}}, DRAFT standard")
    assert judge(printed, said) == []


@pytest.mark.office
def test_a_page_without_the_mark_is_no_draft(printed: Printed) -> None:
    drafted = everywhere_marked(printed)
    assert [item.code for item in check_printed(drafted)] == []
    pdf = drafted.pdfs[PROPOSAL]
    bare = replace(drafted, pdfs={**drafted.pdfs, PROPOSAL: on_page(2, lambda text: text.replace("草稿", ""))(pdf)})
    (found,) = check_printed(bare)
    assert (found.code, found.span and found.span.place) == ("PK06", (("page", "3"),))


def everywhere_marked(printed: Printed) -> Printed:
    marked = {
        name: replace(pdf, pages=tuple(replace(page, text=page.text + " 草稿") for page in pdf.pages))
        for name, pdf in printed.pdfs.items()
    }
    return replace(printed, pdfs=marked, is_draft=True)


@pytest.mark.office
def test_a_pdf_larger_than_the_platform_takes_is_refused_and_its_largest_pages_named(printed: Printed) -> None:
    bid = printed.bid
    assert bid.deal.tender is not None
    size = printed.pdfs[PROPOSAL].size

    def limited(megabytes: int) -> Bid:
        tender = bid.deal.tender.model_copy(update={"pdf_size_mb": megabytes})  # type: ignore[union-attr]
        return replace(bid, deal=bid.deal.model_copy(update={"tender": tender}))

    assert check_printed(replace(printed, bid=limited(size // 1_000_000 + 1))) == []
    found = check_printed(replace(printed, bid=limited(0)))
    assert {item.code for item in found} == {"PK14"}
    large = next(item for item in found if item.span and item.span.file == PROPOSAL)
    assert re.fullmatch(r"\d+ \(\d\.\d MB\), \d+ \(\d\.\d MB\), \d+ \(\d\.\d MB\)", large.values["largest"])


@pytest.mark.office
@pytest.mark.parametrize(
    "change",
    [
        on_page(5, lambda text: text + " 336,000.00"),
        on_page(5, lambda text: text + " 人民币叁拾叁万陆仟元整"),
        lambda pdf: replace(pdf, properties={**pdf.properties, "Subject": "336,000.00"}),
        lambda pdf: replace(pdf, outline=(*pdf.outline[:-1], (1, "报价 336000.00 元", 1))),
    ],
    ids=["figures", "words", "properties", "bookmark"],
)
def test_a_total_in_a_pdf_without_prices_is_found(printed: Printed, change: Callable[[ReadPdf], ReadPdf]) -> None:
    clean = everywhere("336,000.00", "")(everywhere("人民币叁拾叁万陆仟元整", "")(printed.pdfs[PROPOSAL]))
    clean = everywhere("300,000.00", "")(everywhere("36,000.00", "")(clean))
    free = replace(printed, pdfs={PROPOSAL: clean}, price_free=frozenset({PROPOSAL}))
    assert [item.code for item in check_printed(free) if item.code == "PR09"] == []
    assert "PR09" in codes(judge(free, change))


@pytest.mark.office
def test_pdfs_that_belong_to_another_bid_are_refused(built: Result, files: dict[str, bytes]) -> None:
    assert built.bid is not None
    deal = built.bid.deal
    lines = tuple(line.model_copy(update={"unit_price": line.unit_price + Decimal(1)}) for line in deal.quote.lines)
    quote = compute_quote(deal.quote.model_copy(update={"lines": lines}), "zh")
    pdfs = {name: files[name] for name in (PROPOSAL, QUOTE)}
    found = verify_files(replace(built.bid, quote=quote), pdfs, is_draft=False)
    assert {"PR02", "PR03"} <= set(codes(found))
