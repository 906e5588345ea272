"""report.html: what is in it, what never is, and how a real browser shows it on a phone and on paper."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pypdfium2
import pytest
from lxml import html as reader
from workspace import NOW, edit, make_workspace, root_of, run_check, sign_all, write

from bidkit import __version__
from bidkit.build import Options, build_deal
from bidkit.diagnostic import LANGUAGES, Diagnostic, Severity, Span
from bidkit.reports import Result, html

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FRAME = """<!doctype html><body style="margin:0"><iframe style="border:0;width:WIDTHpx;height:900px"></iframe><script>
const frame = document.querySelector("iframe")
frame.srcdoc = PAGE
onload = () => {
  const inside = frame.contentWindow, all = [...frame.contentDocument.querySelectorAll("body *")]
  const wide = all.filter(e => e.getBoundingClientRect().right > inside.innerWidth + 1).map(e => e.outerHTML)
  document.documentElement.dataset.found = JSON.stringify({
    window: inside.innerWidth, page: frame.contentDocument.documentElement.scrollWidth, wide,
    loaded: inside.performance.getEntriesByType("resource").length,
    stacked: getComputedStyle(frame.contentDocument.querySelector("#findings ~ table td")).display === "block",
  })
}
</script>"""
"""A window of a phone's width: Chromium's own are never narrower than 500."""


def page_of(result: Result, lang: str = "en", package: dict[str, bytes] | None = None) -> str:
    return html.render(result, lang, package=package).decode()


def section(page: str, name: str) -> str:
    """The text from a heading to the next, with one blank for each gap."""
    (heading,) = reader.fromstring(page).xpath(f"//h2[@id='{name}']")
    texts = []
    for element in heading.itersiblings():
        if element.tag in ("h2", "footer"):
            break
        texts.append(" ".join(element.itertext()))
    return " ".join(" ".join(texts).split())


@pytest.fixture(scope="module")
def deal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A deal with an error, two warnings, a suppressed error, a requirement without an answer, and a cost."""
    path = make_workspace(tmp_path_factory.mktemp("page"))
    edit(path, "  total: 336000.00", "  total: 336000.01 # bidkit: ignore[PR01] 业主书面要求取整")
    edit(root_of(path) / "catalog/credentials/iso9001.yaml", "2028-05-19", "2026-10-30")
    edit(path, "response: 每季度巡检一次并留记录。, ", "")
    edit(path, "unit_price: 12500.00, tax", "unit_price: 12500.00, cost: 7654.21, tax")
    edit(path, "unit_price: 36000.00, tax_rate: 6%", "unit_price: 36000.00, tax_rate: 7%")
    return path


@pytest.fixture(scope="module")
def built(deal: Path) -> Result:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BIDKIT_SOFFICE", "/nonexistent")
        return build_deal(deal, Options(now=NOW, is_draft=True))


@pytest.fixture(scope="module")
def page(built: Result) -> str:
    assert built.folder is not None
    return (built.folder / "internal/report.html").read_text(encoding="utf-8")


def test_findings_are_grouped_errors_first_each_with_place_and_fix(page: str) -> None:
    headings = [
        " ".join(item.itertext()) for item in reader.fromstring(page).xpath("//h3[preceding::h2[@id='findings']]")
    ]
    assert [text.split()[0] for text in headings[:3]] == ["错误", "警告", "提示"]
    found = section(page, "findings")
    assert re.search(r"FM05 deals/water/deal\.yaml:\d+:\d+ R2 没有响应内容 处理: 填写响应", found)
    assert "PR01" not in found


def test_suppressed_finding_stands_apart_with_reason_and_both_places(page: str) -> None:
    found = section(page, "suppressed")
    assert re.search(r"PR01 错误 deals/water/deal\.yaml:(\d+):10 .* 业主书面要求取整 deals/water/deal\.yaml:\1$", found)
    (counts,) = reader.fromstring(page).xpath("//ul[@class='counts']")
    assert "已放行: 1 ( 错误: 1 )" in " ".join(" ".join(counts.itertext()).split())


def test_gate_has_its_markers_and_says_what_would_close_what_is_waited_for(page: str, built: Result) -> None:
    found = section(page, "gate")
    assert built.gate is not None
    for stage in built.gate.stages:
        assert stage.stage.start.zh in found
        assert stage.stage.end.zh in found
    assert "← 当前阶段" in found
    assert re.search(
        "○ 4.8p .* GT03: 4.8p 尚未确认.*处理: .*由没有签 4.8t, 4.8b 的人签：bidkit attest deals/water/deal.yaml 4.8p ",
        found,
    )
    assert "GT03: 1.7" not in found, "a note that blocks nothing needs no long text"


def test_coverage_lists_each_requirement_with_marker_answer_deviation_and_evidence(page: str) -> None:
    found = section(page, "coverage")
    assert found.startswith("需求 1/2 条已响应；实质性要求 1/1；无偏离 1；正偏离 1 ")
    assert re.search(
        r"▲ R1 3\.1 实质性要求 断网时本地缓存.* 网关 EG200 本地保存 45 天。 deals/water/deal\.yaml:\d+ 正偏离 GW-200",
        found,
    )
    assert re.search("R2 3.2 提供季度巡检。 — 无偏离 —", found)
    red = reader.fromstring(page).xpath("//h2[@id='coverage']/following::table[1]//td[contains(@class, 'error')]")
    assert [cell.text_content().split()[0] for cell in red] == ["R23.2", "—"]


@pytest.mark.parametrize(
    ("old", "new", "red"),
    [
        ("    deviation: positive\n", "    deviation: negative\n", ["▲", "负偏离"]),
        ("    deviation: positive\n", "", ["▲", "未填写"]),
        ("    evidence: [GW-200]\n", "", ["▲", "—"]),
    ],
)
def test_requirement_is_answered_only_if_no_rule_has_anything_against_it(
    tmp_path: Path, old: str, new: str, red: list[str]
) -> None:
    deal = make_workspace(tmp_path)
    edit(deal, old, new)
    result = run_check(deal)
    page = page_of(result, "zh")
    assert "FM05" in [item.code for item in result.diagnostics]
    cells = reader.fromstring(page).xpath("//h2[@id='coverage']/following::table[1]//td[contains(@class, 'error')]")
    assert [cell.text_content().split()[0] for cell in cells] == red
    assert section(page, "coverage").startswith("需求 1/2 条已响应；实质性要求 0/1")


def test_totals_are_by_category_and_tax(page: str) -> None:
    found = section(page, "totals")
    for text in ("硬件设备 300,000.00", "实施服务 36,000.00", "336,000.00 CNY", "13 % 265,486.73 34,513.27 300,000.00"):
        assert text in found


def test_files_are_listed_with_size_and_hash_of_what_lies_there(page: str, built: Result) -> None:
    assert built.folder is not None
    found = section(page, "files")
    for path in (built.folder / "submit").rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            name = path.relative_to(built.folder).as_posix()
            assert f"{name} {len(content):,} {hashlib.sha256(content).hexdigest()}" in found


def test_footer_names_the_version_and_that_it_is_internal(page: str) -> None:
    (footer,) = reader.fromstring(page).xpath("//footer")
    assert f"bidkit {__version__}" in footer.text_content()
    assert "不要递交" in footer.text_content()


def test_cost_and_margin_are_in_the_page_of_the_package_alone(page: str, built: Result) -> None:
    assert "183,701.04" in section(page, "margin")
    for lang in LANGUAGES:
        other = page_of(built, lang)
        assert "183,701" not in other
        assert "7,654" not in other
        assert 'id="margin"' not in other


def test_page_says_that_finished_files_were_not_judged_where_they_were_not(page: str, deal: Path) -> None:
    assert "成品文件由 bidkit build 检查" not in page
    assert "成品文件由 bidkit build 检查" in page_of(run_check(deal), "zh")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_page_of_a_deal_that_cannot_be_read_has_its_findings_and_is_not_green(tmp_path: Path, lang: str) -> None:
    page = page_of(run_check(make_workspace(tmp_path, locale="fr")), lang)
    assert "DL10" in section(page, "findings")
    assert 'class="state closed"' in page
    assert not re.search('id="(gate|coverage|totals|files)"', page)


def test_state_is_green_only_if_the_gate_is_open_and_nothing_is_wrong(tmp_path: Path) -> None:
    deal = make_workspace(tmp_path)
    sign_all(deal)
    result = run_check(deal)
    assert 'class="state"' in page_of(result)
    assert 'class="state closed"' in page_of(replace(result, diagnostics=(Diagnostic("DL02"),)))
    assert 'class="state closed"' in page_of(run_check(make_workspace(tmp_path / "unsigned")))


def test_page_is_escaped_whatever_stands_in_it(deal: Path, tmp_path: Path) -> None:
    hostile = "</td><script>alert(1)</script><img src=x onerror=1>\x1b\u202e"
    item = Diagnostic("PK05", Span(f"{hostile}.docx", place=(("heading", hostile),)), {"fault": hostile})
    result = replace(run_check(deal), diagnostics=(item,))
    page = page_of(result, package={f"submit/{hostile}": b""})
    assert not re.search("<(script|img)|[\x1b\u202e]", page)
    assert not re.search(r"https?://|<link|@import|url\(", page)


@pytest.mark.parametrize("severity", list(Severity))
def test_page_has_no_empty_group(deal: Path, severity: Severity) -> None:
    page = page_of(replace(run_check(deal), diagnostics=(Diagnostic("DL02", None, {}, severity),)))
    assert len(reader.fromstring(page).xpath("//h3[following::h2[@id='gate']]")) == 1


# In a browser

needs_browser = pytest.mark.skipif(BROWSER is None, reason="Chromium is not installed")


def browse(tmp_path: Path, page: str, *options: str) -> str:
    path = write(tmp_path / "page.html", page)
    fixed = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}"]
    command = [str(BROWSER), *fixed, *options, path.as_uri()]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=120, check=True).stdout


@pytest.mark.browser
@needs_browser
@pytest.mark.parametrize("width", [360, 390, 800, 1400])
def test_nothing_is_wider_than_the_window_and_nothing_is_loaded(tmp_path: Path, page: str, width: int) -> None:
    frame = FRAME.replace("WIDTH", str(width)).replace("PAGE", json.dumps(page).replace("</", "<\\/"))
    found = json.loads(reader.fromstring(browse(tmp_path, frame, "--dump-dom")).get("data-found"))
    assert found.pop("page") <= width
    assert found == {"window": width, "wide": [], "loaded": 0, "stacked": width < 704}


@pytest.mark.browser
@needs_browser
def test_printed_page_has_all_sections_and_repeats_titles_but_has_no_links(tmp_path: Path, page: str) -> None:
    target = tmp_path / "page.pdf"
    browse(tmp_path, page, "--no-pdf-header-footer", f"--print-to-pdf={target}")
    document = pypdfium2.PdfDocument(target)
    texts = [document[number].get_textpage().get_text_range() for number in range(len(document))]
    assert all(round(document[number].get_width()) in (595, 596) for number in range(len(document)))
    whole = re.sub(r"\s", "", "".join(texts))
    for text in (
        "FM05",
        "业主书面要求取整",
        "当前阶段",
        "实质性要求",
        "265,486.73",
        "183,701.04",
        "submit/quote-DRAFT.xlsx",
    ):
        assert text in whole
    assert "检查结果已放行阶段检查表" not in whole, "the links to sections are not printed"
    document.close()
