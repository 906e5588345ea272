"""`bidkit plan`: what it says is what `build` does."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from quotes import ROOT
from typer.testing import CliRunner
from workspace import NOW, edit, make_workspace, sign_all, write

from bidkit.build import Options, build_deal
from bidkit.cli import app
from bidkit.planning import make_plan
from bidkit.readback import read_docx

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


def test_what_build_cannot_write_is_no_plan_to_build(tmp_path: Path) -> None:
    deal = make_workspace(tmp_path, "commercial")
    options = replace(OPTIONS, is_draft=True)
    built = build_deal(deal, options).folder
    assert built is not None
    write(built / "submit/quote-DRAFT.xlsx", b"edited")
    plan = make_plan(deal, options)
    assert (plan.verdict, plan.missing[0].code) == ("refused", "PK07")
    assert (built / "submit/quote-DRAFT.xlsx").read_bytes() == b"edited"
    assert make_plan(deal, replace(options, force=True)).verdict == "draft"
    elsewhere = replace(options, out=write(tmp_path / "file", b"") / "bids")
    plan = make_plan(deal, elsewhere)
    assert (plan.verdict, plan.missing[0].code) == ("refused", "EN04")
    assert build_deal(deal, elsewhere).folder is None


def test_strict_plans_what_strict_builds(tmp_path: Path) -> None:
    deal = make_workspace(tmp_path)
    edit(tmp_path / "catalog/credentials/iso9001.yaml", "2028-05-19", "2026-10-30")
    sign_all(deal)
    for is_strict in (False, True):
        options = replace(OPTIONS, is_strict=is_strict, out=tmp_path / str(is_strict))
        plan = make_plan(deal, options)
        assert (plan.verdict == "refused") == (build_deal(deal, options).folder is None) == is_strict


def test_an_example_is_planned_as_it_is_built(tmp_path: Path) -> None:
    root = shutil.copytree(ROOT / "examples/port", tmp_path / "port", ignore=shutil.ignore_patterns("dist"))
    (deal,) = root.glob("deals/*/deal.yaml")
    options = Options(now=datetime(2026, 9, 1, tzinfo=UTC), is_draft=True)
    plan, built = make_plan(deal, options), build_deal(deal, options)
    assert (plan.verdict, plan.folder) == ("draft", built.folder)
    assert [item for item in plan.missing if item not in built.diagnostics] == []
    told = CliRunner().invoke(app, ["plan", str(deal), "--draft", "--lang", "en"]).output
    assert re.search(r"^  evaluated, without tax +19,804,786\.80 USD$", told, re.M), told
    facts = json.loads((plan.folder / "internal/manifest.json").read_bytes())
    shown = {f"submit/{item.name}": item.change for item in plan.files}
    assert set(shown) == {name for name in facts["outputs"] if name.startswith("submit/")}
    assert dict(plan.inputs) == facts["inputs"]
    for item in plan.files:
        content = (plan.folder / "submit" / item.name).read_bytes()
        assert item.size_bytes == len(content)
        if item.chapters:
            assert [text for level, text in read_docx(content, item.name).headings if level == 1] == [*item.chapters]


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
