"""What the example libraries hold, what is chosen from them, and what the pages show of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from test_credentials_cli import run

from bidkit.catalog import load_library
from bidkit.kinds import CREDENTIAL_KINDS
from bidkit.source import Workspace

EXAMPLES = Path(__file__).parents[1] / "examples"


def test_together_they_hold_every_kind_of_paper() -> None:
    libraries = [load_library(Workspace(file.parent)) for file in sorted(EXAMPLES.glob("*/bidkit.yaml"))]
    assert [problems for _, problems in libraries] == [[], [], []]
    assert {paper.kind for papers, _ in libraries for paper in papers} == {*CREDENTIAL_KINDS}


@pytest.mark.parametrize("name", ["water", "school", "port"])
def test_their_libraries_answer_every_requirement(name: str) -> None:
    result = run("choose", EXAMPLES / name / "deals" / name / "deal.yaml", "--format", "json", root=EXAMPLES)
    rows = json.loads(result.stdout)["rows"]
    assert result.exit_code == 0
    assert all(row["why"] for row in rows)
    assert len({row["need"] for row in rows if row["is_taken"]}) == len({row["need"] for row in rows})


def test_papers_of_another_time_and_of_a_narrower_scope_are_refused() -> None:
    deal = EXAMPLES / "water/deals/water/deal.yaml"
    rows = json.loads(run("choose", deal, "--format", "json", root=EXAMPLES).stdout)["rows"]
    refused = {row["paper"]: row["why"] for row in rows if not row["is_taken"]}
    assert refused["contract-2022-06"] == ["its date 2022-06-17 is not between 2023-09-18 and 2026-09-18"]
    assert refused["tax-2026-02"] == ["its period 2026-02 is not between 2026-03-18 and 2026-09-18"]
    assert refused["iso27001-2020"][0] == 'its scope does not have "运行维护"'
