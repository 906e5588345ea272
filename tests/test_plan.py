"""`bidkit plan`: what it says is what `build` does."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner
from workspace import NOW, make_workspace, sign_all, write

from bidkit.build import Options, build_deal
from bidkit.cli import app
from bidkit.planning import make_plan

OPTIONS = Options(now=NOW)


def names(folder: Path) -> set[str]:
    submit = folder / "submit"
    return {path.relative_to(submit).as_posix() for path in submit.rglob("*") if path.is_file()}


def run(deal: Path, *words: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["plan", str(deal), *words, "--as-of", "2026-09-01"])
    return done.exit_code, done.output


def test_what_is_planned_is_what_is_built(tmp_path: Path) -> None:
    deal = make_workspace(tmp_path)
    sign_all(deal)
    plan = make_plan(deal, OPTIONS)
    assert (plan.verdict, plan.missing, plan.folder.exists()) == ("final", (), False)
    built = build_deal(deal, OPTIONS)
    assert built.folder == plan.folder
    assert {item.name for item in plan.files} == names(plan.folder)
    assert {item.name: item.size_bytes for item in plan.files} == {
        name: (plan.folder / "submit" / name).stat().st_size for name in names(plan.folder)
    }
    again = make_plan(deal, OPTIONS)
    assert {item.change for item in again.files} == {"same"}
    assert json.loads((plan.folder / "internal/manifest.json").read_bytes())["inputs"] == dict(again.inputs)


def test_it_says_what_each_file_is_made_of_and_what_is_in_it(tmp_path: Path) -> None:
    plan = make_plan(make_workspace(tmp_path), replace(OPTIONS, is_draft=True))
    files = {item.name: item for item in plan.files}
    assert plan.verdict == "draft"
    assert files["proposal-DRAFT.docx"].made_of == ("templates/zh-proposal/proposal.docx",)
    assert "实施计划" in files["proposal-DRAFT.docx"].chapters
    assert files["quote-DRAFT.xlsx"].made_of == ("templates/zh-proposal/quote.xlsx",)
    copies = {item.made_of for name, item in files.items() if name.startswith("credentials/")}
    assert copies == {("catalog/credentials/files/licence.png",), ("catalog/credentials/files/iso9001.pdf",)}
    papers = {item.id: item for item in plan.papers}
    assert papers["business-licence"].days_left is None
    assert (papers["iso9001"].answers, papers["iso9001"].days_left) == (("Q2",), 609)  # 2026-09-18 to 2028-05-19


def test_what_build_refuses_is_no_plan_to_build(tmp_path: Path) -> None:
    deal = make_workspace(tmp_path)
    plan = make_plan(deal, OPTIONS)
    assert build_deal(deal, OPTIONS).folder is None
    assert plan.verdict == "refused"
    assert {item.code for item in plan.missing} == {"GT03"}
    assert plan.files  # those of its draft
    assert not (tmp_path / "dist").exists()


def test_a_change_shows_against_the_package_that_is_there(tmp_path: Path) -> None:
    deal = make_workspace(tmp_path, "commercial")
    options = replace(OPTIONS, is_draft=True)
    assert build_deal(deal, options).folder
    write(deal, deal.read_text(encoding="utf-8").replace("全面负责", "全面负责和验收"))
    changes = {item.name: item.change for item in make_plan(deal, options).files}
    assert changes["proposal-DRAFT.docx"] == "changed"
    assert changes["quote-DRAFT.xlsx"] == "same"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_command_tells_it_and_writes_nothing(lang: str, tmp_path: Path) -> None:
    deal = make_workspace(tmp_path)
    code, output = run(deal, "--lang", lang)
    assert (code, "336,000.00 CNY" in output, "GT03" in output) == (1, True, True), output
    code, output = run(deal, "--draft", "--lang", lang, "--format", "json")
    record = json.loads(output)
    assert (code, record["command"], record["format_version"], record["verdict"]) == (0, "plan", "1.0", "draft")
    assert record["quote"]["total"] == "336000.00"
    assert not (tmp_path / "dist").exists()


def test_a_deal_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    deal = make_workspace(tmp_path)
    write(deal, deal.read_text(encoding="utf-8").replace("quantity: 24", "quantity: many"))
    code, output = run(deal, "--lang", "en")
    assert (code, "DL08" in output) == (1, True)
    assert run(tmp_path / "gone.yaml")[0] == 2
