"""Reports: text for a terminal, JSON for programs, one HTML page for the team."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from workspace import COMPANY, edit, make_workspace, root_of, run_check, sign_all

from bidkit.diagnostic import LANGUAGES, Diagnostic, Severity, Span, sort_diagnostics
from bidkit.reports import Result, html
from bidkit.reports import json as json_report
from bidkit.reports.text import (
    clean,
    locate,
    render_diagnostics,
    render_gate,
    render_readiness,
    render_summary,
    width,
)

ESCAPE, RIGHT_TO_LEFT = "\x1b", "\u202e"


def show(root: Path, line: str, under: str, code: str = "DL05", lang: str = "zh") -> list[str]:
    """The lines of a finding that underlines one text of a file of one line, `a.yaml`."""
    (root / "a.yaml").write_text(f"# 第一行\n{line}\n", encoding="utf-8")
    span = Span("a.yaml", 2, line.index(under) + 1, len(under))
    return render_diagnostics([Diagnostic(code, span, {"key": "k"})], lang, root, root).splitlines()


def caret_of(lines: list[str]) -> tuple[int, int]:
    """The column at which the carets begin, counted from the source line's first, and how many there are."""
    gutter = lines[1].index("|") + 2
    assert lines[2].index("|") + 2 == gutter
    marks = lines[2][gutter:]
    return marks.index("^"), marks.count("^")


def test_finding_begins_with_path_line_and_column(tmp_path: Path) -> None:
    first, source, _, fix = show(tmp_path, "key: value", "value", lang="en")
    assert first.startswith("a.yaml:2:6: DL05 error: ")
    assert source == "    2 | key: value"
    assert fix.startswith("  fix: ")


@pytest.mark.parametrize(
    ("line", "under", "column", "count"),
    [
        ("key: value", "value", 5, 5),
        ("name: 澄溪水厂", "澄溪水厂", 6, 8),
        ("名称: 值", "值", 6, 2),
        ("  - {id: 甲, name: 乙}", "乙", 19, 2),
        ("k: ｆｕｌｌ", "ｆｕｌｌ", 3, 8),
        ("标识：▲ x", "x", 8, 1),
        ("k:\tv", "v", 3, 1),
    ],
)
def test_caret_stands_under_the_text_also_after_wide_characters(
    tmp_path: Path, line: str, under: str, column: int, count: int
) -> None:
    assert caret_of(show(tmp_path, line, under)) == (column, count)


def test_caret_stands_under_the_text_also_after_a_character_made_visible(tmp_path: Path) -> None:
    lines = show(tmp_path, f"k: {RIGHT_TO_LEFT}v", "v")
    shown = lines[1].split("| ", 1)[1]
    assert caret_of(lines)[0] == shown.index("v")


def test_caret_stands_under_a_text_far_to_the_right(tmp_path: Path) -> None:
    lines = show(tmp_path, "字" * 200 + "x" + "字" * 200, "x")
    source = lines[1].split("| ", 1)[1]
    assert caret_of(lines) == (width(source[: source.index("x")]), 1)
    assert width(lines[1]) < 340


@pytest.mark.parametrize("character", ["\x00", "\x07", "\x1b", "\r", "\x7f", "\x9b", "\u202e", "\u2066"])
def test_control_character_becomes_visible(character: str) -> None:
    shown = clean(f"a{character}b")
    assert character not in shown
    assert shown == f"a\\x{ord(character):02x}b"


def test_no_text_of_the_deal_can_steer_the_terminal(tmp_path: Path) -> None:
    line = f"k: v{RIGHT_TO_LEFT}{ESCAPE}[2J"
    (tmp_path / "a.yaml").write_text(line + "\n", encoding="utf-8")
    item = Diagnostic("DL04", Span("a.yaml", 1, 1), {"key": f"x{ESCAPE}]0;t\x07", "allowed": "\x9b1m", "near": None})
    text = render_diagnostics([item], "zh", tmp_path, tmp_path)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)
    assert "\\x1b" in text


def test_value_with_a_line_break_cannot_forge_a_line_of_the_report() -> None:
    item = Diagnostic("DL10", None, {"value": "x\nb.yaml:1:1: PR04 error: forged", "allowed": "a", "near": None})
    assert len(render_diagnostics([item], "en", None, Path.cwd()).splitlines()) == 2


def test_place_inside_an_office_file_is_told_in_words() -> None:
    span = Span("submit/quote.xlsx", place=(("sheet", "开标一览表"), ("cell", "B7")))
    assert locate(span, "en", None, Path("/")) == "submit/quote.xlsx: sheet 开标一览表, cell B7"
    assert locate(span, "zh", None, Path("/")) == "submit/quote.xlsx: 工作表 开标一览表, 单元格 B7"


def test_path_is_relative_to_where_the_command_runs(tmp_path: Path) -> None:
    (tmp_path / "deals").mkdir()
    (tmp_path / "deals/deal.yaml").write_text("a: 1\n", encoding="utf-8")
    span = Span("deals/deal.yaml", 1, 4)
    assert locate(span, "en", tmp_path, tmp_path) == "deals/deal.yaml:1:4"
    assert locate(span, "en", tmp_path, tmp_path / "deals") == "deal.yaml:1:4"
    assert locate(span, "en", tmp_path, Path("/elsewhere")) == f"{tmp_path}/deals/deal.yaml:1:4"


def test_line_that_is_not_there_is_not_quoted(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("a: 1\n", encoding="utf-8")
    for span in (Span("a.yaml", 9, 1), Span("b.yaml", 1, 1), Span("a.yaml"), None):
        text = render_diagnostics([Diagnostic("DL02", span)], "en", tmp_path, tmp_path)
        assert len(text.splitlines()) == 2


def test_findings_are_sorted_by_file_and_position_those_without_a_place_last() -> None:
    spans = [None, Span("b", 1, 1), Span("a", 10, 1), Span("a", 9, 5), Span("a", 9, 2)]
    found = sort_diagnostics([Diagnostic("DL02", span) for span in spans])
    assert [item.span for item in found] == [spans[4], spans[3], spans[2], spans[1], None]


def test_summary_counts_each_severity() -> None:
    severities = [Severity.ERROR, Severity.ERROR, Severity.WARNING, Severity.INFO, Severity.INFO, Severity.INFO]
    found = [Diagnostic("DL02", None, {}, severity) for severity in severities]
    assert render_summary(found, "en") == "2 errors, 1 warning, 3 notes"
    assert [int(count) for count in re.findall(r"\d", render_summary(found, "zh"))] == [2, 1, 3]


@pytest.mark.parametrize(
    ("codes", "exit_code"), [((), 0), (("PR01",), 1), (("EN04",), 2), (("PR01", "EN04"), 2), (("GT01", "QU02"), 1)]
)
def test_exit_code_tells_errors_of_the_bid_from_those_of_the_surroundings(
    codes: tuple[str, ...], exit_code: int
) -> None:
    assert Result(tuple(Diagnostic(code) for code in codes)).exit_code == exit_code


@pytest.mark.parametrize("severity", [Severity.WARNING, Severity.INFO])
def test_exit_code_of_warnings_and_notes_is_zero(severity: Severity) -> None:
    assert Result((Diagnostic("EN01", None, {}, severity), Diagnostic("QU02", None, {}, severity))).exit_code == 0


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Result:
    """A deal with an error, an open gate and a hostile title; its day is pinned by the workspace."""
    deal = make_workspace(tmp_path_factory.mktemp("reports"))
    edit(deal, "title: 澄溪水厂数据采集项目", "title: <script>alert(1)</script> & 'x'")
    edit(deal, "total: 336000.00", "total: 336000.01")
    return run_check(deal)


def load_json(result: Result, lang: str = "en", command: str = "check") -> dict[str, object]:
    loaded: dict[str, object] = json.loads(json_report.render(result, command, lang))
    return loaded


def test_json_holds_findings_gate_and_totals(broken: Result) -> None:
    record = load_json(broken)
    assert list(record) == [
        "format_version",
        "command",
        "deal",
        "judged_on",
        "is_pinned",
        "total",
        "currency",
        "gate",
        "diagnostics",
        "suppressed",
        "errors",
        "is_draft",
        "folder",
    ]
    assert record["format_version"] == "1.0"
    assert (record["command"], record["deal"]) == ("check", "cs-2026-001")
    assert (record["total"], record["currency"]) == ("336000.00", "CNY")
    assert (record["errors"], record["is_draft"], record["folder"]) == (1, False, None)


def test_json_finding_has_code_place_message_and_fix(broken: Result) -> None:
    (item,) = load_json(broken)["diagnostics"]  # type: ignore[misc]
    assert list(item) == ["code", "severity", "file", "line", "column", "place", "near", "message", "fix"]
    assert (item["code"], item["severity"], item["file"]) == ("PR01", "error", "deals/water/deal.yaml")
    assert broken.root is not None
    source = (broken.root / item["file"]).read_text(encoding="utf-8").splitlines()[item["line"] - 1]
    assert source[item["column"] - 1 :] == "336000.01"


def test_json_place_inside_an_office_file_has_no_line() -> None:
    item = Diagnostic("PK05", Span("quote.xlsx", place=(("sheet", "A"), ("cell", "B7"))), {"fault": "x"})
    described = json_report.describe(item, "en")
    assert (described["line"], described["column"]) == (None, None)
    assert described["place"] == {"sheet": "A", "cell": "B7"}


def test_json_gate_lists_every_stage_and_item_with_what_is_open(broken: Result) -> None:
    gate = load_json(broken)["gate"]
    assert isinstance(gate, dict)
    assert broken.gate is not None
    assert (gate["is_ready_to_build"], gate["is_ready_to_submit"]) == (False, False)
    assert [stage["id"] for stage in gate["stages"]] == ["1", "2", "3", "4", "5", "6"]
    items = {item["id"]: item for stage in gate["stages"] for item in stage["items"]}
    assert items["4.5"]["state"] == "open"
    assert [problem["code"] for problem in items["4.5"]["open"]] == ["GT02"]
    assert "PR01" in items["4.5"]["open"][0]["message"]
    assert items["1.1"]["is_blocking"] is False


def test_json_of_a_deal_that_cannot_be_read_has_its_findings(tmp_path: Path) -> None:
    deal = make_workspace(tmp_path, locale="fr")
    record = load_json(run_check(deal))
    assert (record["deal"], record["total"], record["gate"], record["judged_on"]) == (None, None, None, None)
    assert record["errors"] == 1


def test_html_escapes_what_comes_from_the_deal(broken: Result) -> None:
    for lang in LANGUAGES:
        page = html.render(broken, lang).decode()
        assert "<script" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &#39;x&#39;" in page


def test_html_escapes_who_signed_and_what_a_finding_quotes(tmp_path: Path) -> None:
    deal = make_workspace(tmp_path)
    sign_all(deal)
    path = deal.with_name("attestations.yaml")
    path.write_text(path.read_text(encoding="utf-8").replace("林知行", "'<b>林</b>'"), encoding="utf-8")
    result = run_check(deal)
    item = Diagnostic("FM03", Span("<i>.docx"), {"text": "<img src=x onerror=alert(1)>"})
    page = html.render(replace(result, diagnostics=(item,)), "zh").decode()
    assert "&lt;b&gt;林&lt;/b&gt;" in page
    assert "&lt;img src=x" in page
    assert not re.search("<(b|i|img)[ >]", page)


def test_html_holds_findings_gate_and_figures(broken: Result) -> None:
    page = html.render(broken, "en").decode()
    for text in ("PR01", "deals/water/deal.yaml:", "336,000.00 CNY", "人民币叁拾叁万陆仟元整", COMPANY, "4.8p"):
        assert text in page
    assert broken.gate is not None
    for stage in broken.gate.stages:
        assert stage.stage.title.en.replace("'", "&#39;") in page


def test_html_of_a_draft_says_so(broken: Result) -> None:
    assert ">DRAFT<" in html.render(replace(broken, is_draft=True), "en").decode()
    assert ">DRAFT<" not in html.render(broken, "en").decode()


def test_html_loads_nothing_from_elsewhere(broken: Result) -> None:
    assert not re.search(r"https?://|<script|<link|@import|url\(", html.render(broken, "zh").decode())


def test_pinned_day_is_told_in_every_report(broken: Result) -> None:
    assert broken.pinned == date(2026, 9, 1)
    record = load_json(broken)
    assert (record["is_pinned"], record["judged_on"]) == (True, "2026-09-01")
    for lang in LANGUAGES:
        assert page_notes(broken, lang), "the page has a note"
        assert "2026-09-01" in page_notes(broken, lang)[0]
        assert page_notes(replace(broken, pinned=None), lang) == []
    assert load_json(replace(broken, pinned=None))["is_pinned"] is False


def page_notes(result: Result, lang: str) -> list[str]:
    return re.findall('<p class="note">(.*?)</p>', html.render(result, lang).decode())


@pytest.mark.parametrize("command", ["check", "gate", "build"])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_pinned_day_is_told_in_the_text_of_every_command(broken: Result, command: str, lang: str) -> None:
    from typer.testing import CliRunner

    from bidkit.cli import app

    assert broken.root is not None
    done = CliRunner().invoke(app, [command, str(broken.root / "deals/water/deal.yaml"), "--lang", lang])
    assert done.exit_code == 1
    assert re.search("(pinned day|固定的) 2026-09-01", done.stdout)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_gate_as_text_marks_the_stage_and_says_what_would_close_an_item(broken: Result, lang: str) -> None:
    assert broken.gate is not None
    assert broken.bid is not None
    text = render_gate(broken.gate, broken.bid, lang)
    assert text.count("  <- ") == 1
    assert "[x] 1.2 " in text
    assert "[ ] 4.5 " in text
    assert "GT03" in text
    assert "bidkit attest deals/water/deal.yaml 4.8p --by" in text
    for stage in broken.gate.stages:
        assert getattr(stage.stage.start, lang) in text
        assert getattr(stage.stage.end, lang) in text


def test_readiness_lists_only_what_blocks(broken: Result) -> None:
    assert broken.gate is not None
    assert broken.bid is not None
    text = render_readiness(broken.gate, broken.bid, "en")
    assert "ready-to-submit: closed" in text
    assert "4.8p" in text
    assert "1.7" not in text


def test_readiness_of_a_signed_deal_is_one_line(tmp_path: Path) -> None:
    deal = make_workspace(tmp_path)
    sign_all(deal)
    result = run_check(deal)
    assert result.gate is not None
    assert result.bid is not None
    assert result.root == root_of(deal)
    left = " (left to do when it is handed in: 4.9)"
    assert render_readiness(result.gate, result.bid, "en") == f"ready-to-submit: open{left}"
