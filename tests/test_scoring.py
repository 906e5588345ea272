"""What the tender scores and instructs: what its records may name, and what a template gets of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from workspace import edit, make_workspace, run_check

from bidkit.appendix import Appendix
from bidkit.context import make_context
from bidkit.diagnostic import Diagnostic, Severity

FACTORS = """\
  factors:
    - {id: F1, title: 技术方案, clause: 4.1, weight: 62.5, answers: [R1, GW-200, iso9001]}
    - {id: F2, title: 报价, weight: 37.5, volume: proposal}
  instructions:
    - {id: I1, clause: 3.1, text: 逐条响应技术要求。, factors: [F1, F2], volume: proposal, answers: [R1]}
"""
AFTER = "  rules: mof87\n"


def check(root: Path, old: str = "", new: str = "") -> list[Diagnostic]:
    """What is found in the deal with factors and instructions, one text of them changed; notes are kept."""
    deal = make_workspace(root)
    edit(deal, AFTER, AFTER + FACTORS)
    if old:
        edit(deal, old, new)
    return [item for item in run_check(deal).diagnostics if item.code != "EN01"]


def test_a_tender_with_factors_and_instructions_is_clean(tmp_path: Path) -> None:
    assert check(tmp_path) == []


@pytest.mark.parametrize(
    ("old", "new", "values"),
    [
        ("GW-200, iso9001]}", "GW-20, iso9001]}", {"id": "GW-20", "near": "GW-200"}),
        ("iso9001]}", "iso9002]}", {"id": "iso9002", "near": "iso9001"}),
        ("answers: [R1]", "answers: [Q1]", {"id": "Q1"}),
        ("[F1, F2]", "[F1, F3]", {"id": "F3"}),
        ("37.5, volume: proposal", "37.5, volume: proposals", {"id": "proposals", "near": "proposal"}),
        ("[F1, F2], volume: proposal", "[F1, F2], volume: price", {"id": "price"}),
    ],
)
def test_what_a_record_names_must_exist(tmp_path: Path, old: str, new: str, values: dict[str, str]) -> None:
    (found,) = check(tmp_path, old, new)
    assert found.code == "DL15"
    assert values.items() <= {key: str(value) for key, value in found.values.items()}.items()
    assert found.span is not None
    line = (tmp_path / "deals/water/deal.yaml").read_text(encoding="utf-8").splitlines()[found.span.line - 1]
    assert line[found.span.col - 1 :].startswith(values["id"])


@pytest.mark.parametrize(("old", "new"), [("{id: F2,", "{id: F1,"), ("id: I1,", "id: I1, text: x}\n    - {id: I1,")])
def test_ids_are_unique(tmp_path: Path, old: str, new: str) -> None:
    assert "DL16" in [item.code for item in check(tmp_path, old, new)]


def test_weights_that_do_not_sum_to_100_are_noted(tmp_path: Path) -> None:
    (found,) = check(tmp_path, "weight: 62.5", "weight: 65")
    assert (found.code, found.severity, found.values["total"]) == ("DL37", Severity.INFO, "102.5")


def test_weights_of_some_factors_only_are_no_sum(tmp_path: Path) -> None:
    assert check(tmp_path, "weight: 62.5, ", "") == []


def test_factors_without_a_volume_or_an_answer_are_warned_of(tmp_path: Path) -> None:
    (found,) = check(tmp_path, "37.5, volume: proposal", "37.5")
    assert (found.code, found.severity) == ("FM19", Severity.WARNING)


def test_a_template_gets_factors_and_instructions_by_name(tmp_path: Path) -> None:
    deal = make_workspace(tmp_path)
    edit(deal, AFTER, AFTER + FACTORS)
    bid = run_check(deal).bid
    assert bid is not None
    context: dict[str, Any] = make_context(bid, Appendix((), {}), "deal.yaml", is_draft=False, with_pages=False)
    technical, price = context["factors"]
    assert [answer["name"] for answer in technical["answers"]] == ["3.1", "边缘采集网关", "质量管理体系认证证书"]
    assert [answer["anchor"] for answer in technical["answers"]] == [
        context["requirements"][0]["anchor"],
        context["products"][0]["anchor"],
        context["credentials"][1]["anchor"],
    ]
    assert (technical["no"], str(technical["weight"]), technical["volume"]) == (1, "62.5", None)
    assert (price["no"], price["volume"]["title"], price["answers"]) == (2, "投标文件", [])
    (instruction,) = context["instructions"]
    assert [factor["title"] for factor in instruction["factors"]] == ["技术方案", "报价"]
    assert instruction["volume"] == context["volumes"][0]
