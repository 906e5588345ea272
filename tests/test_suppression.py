"""Findings suppressed with a reason, severities of the workspace: what counts, what is told, what never gives way."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from test_gate import codes_of, gate_of
from workspace import NOW, edit, make_workspace, root_of, run_check, sign_all, write

from bidkit.build import Options, build_deal
from bidkit.diagnostic import Diagnostic, Severity, Span
from bidkit.reports import Result
from bidkit.source import Workspace, list_comments
from bidkit.suppression import Policy, Suppression

TOTAL = "  total: 336000.00"
WRONG = "  total: 336000.01"
PAPER = "catalog/credentials/iso9001.yaml"
REASON = "# bidkit: ignore[PR01] 业主要求取整"


def told(result: Result) -> list[tuple[str, str]]:
    """Code and severity of what counts."""
    return [(item.code, item.severity.value) for item in result.diagnostics]


def reasons(result: Result) -> list[tuple[str, str]]:
    return [(item.finding.code, item.reason) for item in result.suppressed]


@pytest.fixture
def deal(tmp_path: Path) -> Path:
    return make_workspace(tmp_path)


# Comments


@pytest.mark.parametrize(
    ("line", "counts"),
    [
        (f"{WRONG} {REASON}", False),
        (f"  {REASON}\n{WRONG}", False),
        (f"{REASON}\n\n  # 另见会议纪要\n{WRONG}", False),
        (f"{WRONG} #bidkit:ignore[PR01]: 业主要求取整", False),
        (f"{WRONG} # bidkit: ignore[PR02, PR01] 业主要求取整", False),
        (f"{WRONG}\n  {REASON}", True),
        (f"  {REASON}\n  rounding: {{unit_price: 2}}\n{WRONG}", True),
        (f"{WRONG} # bidkit: ignore[PR02] 业主要求取整", True),
    ],
)
def test_comment_suppresses_in_its_own_line_or_in_the_next_one(deal: Path, line: str, counts: bool) -> None:
    edit(deal, TOTAL, line)
    result = run_check(deal)
    assert (("PR01", "error") in told(result)) is counts
    assert reasons(result) == ([] if counts else [("PR01", "业主要求取整")])
    assert result.exit_code == int(counts)


def test_suppressed_error_opens_no_item_of_the_gate(deal: Path) -> None:
    edit(deal, TOTAL, WRONG)
    assert codes_of(run_check(deal), "4.5") == ["GT02"]
    edit(deal, WRONG, f"{WRONG} {REASON}")
    assert codes_of(run_check(deal), "4.5") == []


def test_comment_in_a_text_is_text(deal: Path) -> None:
    edit(deal, "  overview: |\n", f"  overview: |\n    # 概述\n\n    {REASON}\n")
    edit(deal, "title: 澄溪水厂数据采集项目", f'title: "澄溪水厂 {REASON}"')
    edit(deal, TOTAL, WRONG)
    assert told(run_check(deal)) == [("PR01", "error")]


def test_comment_suppresses_in_every_yaml_file(deal: Path) -> None:
    reason = "# bidkit: ignore[QU02] 续证已受理"
    edit(root_of(deal) / PAPER, "valid_until: 2028-05-19", f"valid_until: 2026-10-01 {reason}")
    assert reasons(run_check(deal)) == [("QU02", "续证已受理")]


def test_front_matter_has_comments_and_what_others_use_is_only_noted(deal: Path) -> None:
    name = "catalog/products/GW-200.md"
    line, _ = edit(root_of(deal) / name, "brand: 拓澜", "brand: 拓澜 # bidkit: ignore[QU02] 续证已受理")
    (item,) = run_check(deal).diagnostics
    assert (item.code, item.severity, item.span) == ("DL72", Severity.INFO, Span(name, line, 28, 4))


def test_body_of_a_product_has_no_comments(deal: Path) -> None:
    path = root_of(deal) / "catalog/products/GW-200.md"
    write(path, path.read_text(encoding="utf-8") + f"\n{REASON}\n")
    assert told(run_check(deal)) == []


def test_comments_know_the_line_that_they_are_about(tmp_path: Path) -> None:
    text = "# bidkit a\nk: v # bidkit b\nt: |\n  # bidkit no\n  x#bidkit no\nu: x#bidkit-no\n"
    text += "# bidkit c\n\n# d\nw: [1, # bidkit e\n  2]\n# f\n"
    write(tmp_path / "a.yaml", text)
    workspace = Workspace(tmp_path)
    workspace.read("a.yaml")
    found = [(item.text, item.span.line, item.about) for item in list_comments(workspace)]
    assert found == [
        ("# bidkit a", 1, 2),
        ("# bidkit b", 2, 2),
        ("# bidkit c", 7, 10),
        ("# d", 9, 10),
        ("# bidkit e", 10, 10),
        ("# f", 12, 0),
    ]


# A reason is required, and nothing is suppressed by mistake


@pytest.mark.parametrize(
    ("comment", "code", "under"),
    [
        ("# bidkit: ignore[PR01]", "DL70", "# bidkit: ignore[PR01]"),
        ("# bidkit: ignore[PR01] -", "DL70", "# bidkit: ignore[PR01] -"),
        ("# bidkit: ignore PR01 业主要求", "DL70", "# bidkit: ignore PR01 业主要求"),
        ("# bidkit: ignore[] 业主要求", "DL70", "# bidkit: ignore[] 业主要求"),
        ("# bidkit: ignore[PR99] 业主要求", "DL15", "PR99"),
        ("# bidkit: ignore[pr01] 业主要求", "DL15", "pr01"),
        ("# bidkit: ignore[DL08] 业主要求", "DL71", "DL08"),
        ("# bidkit: ignore[TP04] 业主要求", "DL71", "TP04"),
        ("# bidkit: ignore[EN04] 业主要求", "DL71", "EN04"),
        ("# bidkit: ignore[GT03] 业主要求", "DL71", "GT03"),
    ],
)
def test_comment_that_cannot_suppress_is_an_error_at_its_place(deal: Path, comment: str, code: str, under: str) -> None:
    edit(deal, TOTAL, f"{WRONG} {comment}")
    result = run_check(deal)
    assert sorted(told(result)) == sorted([("PR01", "error"), (code, "error")])
    (item,) = [item for item in result.diagnostics if item.code == code]
    assert item.span is not None
    line = deal.read_text(encoding="utf-8").splitlines()[item.span.line - 1]
    assert line[item.span.col - 1 : item.span.col - 1 + item.span.width] == under


def test_open_item_of_the_gate_cannot_be_suppressed(deal: Path) -> None:
    edit(deal, "schema: bidkit/deal@1", "schema: bidkit/deal@1 # bidkit: ignore[GT03] 急")
    assert codes_of(run_check(deal), "4.8p") == ["GT03"]


@pytest.mark.parametrize("code", ["DL08", "TP04", "EN04", "GT03", "GT01"])
def test_what_cannot_be_suppressed_counts_whatever_is_said(code: str) -> None:
    policy = Policy({}, (Suppression(code, "急", Span("deal.yaml", 1, 1), "deal.yaml:2"),))
    item = Diagnostic(code, Span("deal.yaml", 2, 5))
    assert policy.judge([item]) == ([item], [])


def test_deal_that_cannot_be_read_stays_so(deal: Path) -> None:
    edit(deal, "quantity: 24", "quantity: -24") and edit(
        deal, "dated: 2026-09-15", "dated: x # bidkit: ignore[DL09] 急"
    )
    assert {code for code, _ in told(run_check(deal))} == {"DL09", "DL11"}


def test_suppression_that_suppresses_nothing_is_told_with_where_its_code_is_found(deal: Path) -> None:
    edit(deal, TOTAL, f"{WRONG}")
    edit(deal, "dated: 2026-09-15", "dated: 2026-09-15 # bidkit: ignore[PR01] 业主要求取整")
    result = run_check(deal)
    assert told(result) == [("DL72", "warning"), ("PR01", "error")]
    assert re.search(r"found at: deals/water/deal\.yaml:\d+", result.diagnostics[0].fix("en"))


def test_suppression_of_what_only_a_build_judges_is_not_called_useless_by_a_check(
    deal: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BIDKIT_SOFFICE", "/nonexistent")
    edit(deal, "dated: 2026-09-15", "dated: 2026-09-15 # bidkit: ignore[PK12] 字体由业主提供")
    assert told(run_check(deal)) == []
    result = build_deal(deal, Options(now=NOW, is_draft=True))
    assert ("DL72", "warning") in told(result)
    strict = build_deal(deal, Options(now=NOW, is_draft=True, is_strict=True))
    assert strict.folder is None


# suppress: in deal.yaml


def suppress(deal: Path, *entries: str) -> None:
    write(deal, deal.read_text(encoding="utf-8") + "suppress:\n" + "".join(f"  - {{{entry}}}\n" for entry in entries))


def test_entry_suppresses_at_the_place_that_it_names(deal: Path) -> None:
    write(
        deal.with_name("lines.csv"),
        "id,category,name,unit,quantity,unit_price,tax_rate\nA01,A,网关,台,24,12500.00,12%\n",
    )
    text = deal.read_text(encoding="utf-8")
    lines = text[text.index("  lines:\n") : text.index("  total:")]
    edit(deal, lines, "  lines: {file: lines.csv}\n")
    before = run_check(deal)
    assert ("PR11", "warning") in told(before)
    suppress(deal, "code: PR11, where: 'deals/water/lines.csv:2', reason: 旧合同税率")
    result = run_check(deal)
    assert reasons(result) == [("PR11", "旧合同税率")]
    assert [item for item in told(before) if item[0] != "PR11"] == told(result)


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        ("code: PR01, where: 'deals/water/deal.yaml', reason: 业主要求", "DL72"),
        ("code: PR01, reason: 业主要求", "DL72"),
        ("code: PR1, reason: 业主要求", "DL15"),
        ("code: GT03, reason: 业主要求", "DL71"),
        ("code: PK52, reason: 业主要求", "DL71"),
        ("code: PK56, reason: 业主要求", "DL71"),
        ("code: PR01, where: 'deals/water/deal.yaml:999', reason: 。", "DL70"),
    ],
)
def test_entry_that_names_no_finding_suppresses_none(deal: Path, entry: str, code: str) -> None:
    edit(deal, TOTAL, WRONG)
    suppress(deal, entry)
    assert {item for item, _ in told(run_check(deal))} == {"PR01", code}


def test_entry_needs_a_reason(deal: Path) -> None:
    suppress(deal, "code: PR01")
    assert told(run_check(deal)) == [("DL06", "error")]


@pytest.mark.parametrize(
    ("span", "where"),
    [
        (
            Span("submit/proposal-DRAFT.docx", place=(("heading", "方案"), ("paragraph", "3"))),
            "submit/proposal.docx 方案!3",
        ),
        (Span("submit/quote.xlsx", place=(("sheet", "A"), ("cell", "B7"))), "submit/quote.xlsx A!B7"),
        (Span("submit/quote.pdf"), "submit/quote.pdf"),
        (None, ""),
    ],
)
def test_place_of_a_finished_file_is_the_same_in_the_draft_and_exact(span: Span | None, where: str) -> None:
    item = Diagnostic("PK28", span, {}, Severity.WARNING)
    policy = Policy({}, (Suppression("PK28", "业主的商标", Span("deal.yaml", 9, 1), where),))
    counting, suppressed = policy.judge([item, Diagnostic("PK28", Span("submit/other.docx")), Diagnostic("PK29", span)])
    assert [entry.finding for entry in suppressed] == [item]
    assert len(counting) == 2


# What is signed for, and what is told


def test_reviews_sign_for_suppressions_and_are_void_when_one_comes_or_changes(deal: Path) -> None:
    edit(deal, TOTAL, f"{TOTAL} # 总价")
    sign_all(deal)
    assert gate_of(run_check(deal)).is_ready_to_submit
    edit(deal, f"{TOTAL} # 总价", f"{TOTAL} {REASON}")
    assert codes_of(run_check(deal), "4.8b") == ["GT04"]
    sign_all(deal)
    assert gate_of(run_check(deal)).is_ready_to_submit
    write(deal, "# 上移一行\n" + deal.read_text(encoding="utf-8"))
    assert gate_of(run_check(deal)).is_ready_to_submit
    edit(deal, "业主要求取整", "业主要求")
    assert codes_of(run_check(deal), "4.8t") == ["GT04"]


def test_package_is_built_over_a_suppressed_error_and_says_so(deal: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIDKIT_SOFFICE", "/nonexistent")
    paper = root_of(deal) / PAPER
    edit(paper, "valid_until: 2028-05-19", "valid_until: 2026-09-10 # bidkit: ignore[QU02] 续证已受理，回执随标书递交")
    sign_all(deal)
    result = build_deal(deal, Options(now=NOW, is_strict=True))
    assert result.folder is not None
    assert result.exit_code == 0
    manifest = json.loads((result.folder / "internal/manifest.json").read_bytes())
    (entry,) = manifest["suppressed"]
    assert (entry["code"], entry["severity"], entry["file"]) == ("QU02", "error", PAPER)
    assert (entry["reason"], entry["suppressed_at"]) == ("续证已受理，回执随标书递交", f"{PAPER}:8")
    assert "续证已受理" in (result.folder / "internal/report.html").read_text(encoding="utf-8")
    handed_in = [path.read_bytes() for path in (result.folder / "submit").rglob("*") if path.is_file()]
    assert "续证已受理".encode() not in b"".join(handed_in)


# severity: in bidkit.yaml


def set_severity(deal: Path, text: str) -> None:
    path = root_of(deal) / "bidkit.yaml"
    write(path, path.read_text(encoding="utf-8") + f"severity: {{{text}}}\n")


def test_warning_becomes_an_error_or_a_note_as_the_workspace_says(deal: Path) -> None:
    edit(deal, "unit_price: 36000.00, tax_rate: 6%", "unit_price: 36000.00, tax_rate: 7%")
    assert told(run_check(deal)) == [("PR11", "warning")]
    set_severity(deal, "PR11: info")
    assert told(run_check(deal)) == [("PR11", "info")]
    edit(root_of(deal) / "bidkit.yaml", "PR11: info", "PR11: error")
    result = run_check(deal)
    assert (told(result), result.exit_code) == ([("PR11", "error")], 1)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("PR01: warning", "DL73"),
        ("QU02: info", "DL73"),
        ("GT03: error", "DL73"),
        ("DL08: info", "DL73"),
        ("PR99: error", "DL15"),
        ("PR11: fatal", "DL10"),
    ],
)
def test_severity_that_cannot_be_is_an_error_at_its_place(deal: Path, text: str, code: str) -> None:
    set_severity(deal, text)
    (item,) = run_check(deal).diagnostics
    assert (item.code, item.severity) == (code, Severity.ERROR)
    assert item.span is not None
    lines = (root_of(deal) / "bidkit.yaml").read_text(encoding="utf-8").splitlines()
    assert lines[item.span.line - 1][item.span.col - 1 :].startswith(text.split(": ")[1])


def test_error_is_never_made_milder(deal: Path) -> None:
    edit(deal, TOTAL, WRONG)
    set_severity(deal, "PR01: info")
    assert ("PR01", "error") in told(run_check(deal))
    item = Diagnostic("QU05", None, {}, Severity.ERROR)
    assert Policy({"QU05": Severity.INFO}).judge([item]) == ([item], [])


def test_finding_made_an_error_closes_the_gate(deal: Path) -> None:
    edit(root_of(deal) / PAPER, "2028-05-19", "2026-10-30")
    assert codes_of(run_check(deal), "4.6") == []
    set_severity(deal, "QU02: error")
    assert codes_of(run_check(deal), "4.6") == ["GT02"]
