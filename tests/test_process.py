"""A team's own process, and waivers: what is dropped, changed or let pass is told, and nothing else passes."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner, Result
from workspace import NOW, make_workspace, root_of, sign_all, write

from bidkit.build import Options, build_deal, check_deal
from bidkit.cli import app
from bidkit.diagnostic import Diagnostic, Severity
from bidkit.gate import Gate, State
from bidkit.process import load_shipped

TITLE = {"zh": "法务已审", "en": "legal has read it"}
OURS: dict[str, Any] = {
    "schema": "bidkit/process@1",
    "id": "ours",
    "extends": "six-step",
    "add": [{"id": "4.12", "stage": "4", "after": "4.7", "title": TITLE, "attest": ["tender"], "moment": "submit"}],
    "change": [{"id": "2.3", "when": "deal.title == 'no'", "moment": "build", "advisory": []}],
    "drop": [{"id": "1.4", "reason": "预算见公告"}],
}


def make(path: Path, process: dict[str, Any] | None = None, waivers: list[dict[str, str]] | None = None) -> Path:
    deal = make_workspace(path)
    if process is not None:
        write(root_of(deal) / "ours.yaml", yaml.safe_dump(process, allow_unicode=True, sort_keys=False))
        settings = root_of(deal) / "bidkit.yaml"
        write(settings, settings.read_text(encoding="utf-8") + "process: ours.yaml\n")
    if waivers is not None:
        record = {"schema": "bidkit/waivers@1", "waivers": waivers}
        write(deal.parent / "waivers.yaml", yaml.safe_dump(record, allow_unicode=True, sort_keys=False))
    return deal


def judge(deal: Path) -> tuple[Gate | None, list[Diagnostic]]:
    result = check_deal(deal, Options(now=NOW))
    return result.gate, [item for item in result.diagnostics if item.code not in ("EN01",)]


def state(gate: Gate | None, item: str) -> State | None:
    assert gate is not None
    return next((r.state for stage in gate.stages for r in stage.items if r.item.id == item), None)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [*map(str, arguments), "--lang", "en"])


class TestOwnProcess:
    def test_items_are_added_changed_and_dropped(self, tmp_path: Path) -> None:
        gate, problems = judge(make(tmp_path, OURS))
        assert problems == []
        assert gate is not None
        stage = next(stage for stage in gate.stages if stage.stage.id == "4")
        ids = [result.item.id for result in stage.items]
        assert ids.index("4.12") == ids.index("4.7") + 1
        assert state(gate, "1.4") is None
        assert state(gate, "2.3") is State.OPEN
        assert "2.3" in [result.item.id for result in gate.blocking("build")]

    def test_the_shipped_one_is_as_it_was(self, tmp_path: Path) -> None:
        before = load_shipped()
        judge(make(tmp_path, OURS))
        assert load_shipped() == before

    def test_gate_and_manifest_name_it_and_what_is_dropped(self, tmp_path: Path) -> None:
        deal = make(tmp_path, OURS)
        shown = run("gate", deal).stdout
        assert "process: ours" in shown
        assert "1.4 does not apply: 预算见公告" in shown
        assert "these items are changed: 2.3" in shown
        result = build_deal(deal, Options(now=NOW, is_draft=True))
        assert result.folder is not None
        manifest = json.loads((result.folder / "internal/manifest.json").read_bytes())
        assert manifest["process"] == {"id": "ours", "dropped": {"1.4": "预算见公告"}, "changed": ["2.3"]}
        assert "ours.yaml" in manifest["inputs"]

    def test_what_was_signed_stays_signed(self, tmp_path: Path) -> None:
        deal = make(tmp_path)
        sign_all(deal)
        assert state(judge(deal)[0], "4.8t") is State.DONE
        write(root_of(deal) / "ours.yaml", yaml.safe_dump(OURS, allow_unicode=True))
        settings = root_of(deal) / "bidkit.yaml"
        write(settings, settings.read_text(encoding="utf-8") + "process: ours.yaml\n")
        assert state(judge(deal)[0], "4.8t") is State.DONE

    def test_a_whole_process_of_its_own(self, tmp_path: Path) -> None:
        caption = {"zh": "甲", "en": "a"}
        stages = [
            {"id": "1", "title": caption, "start": caption, "end": {"zh": "乙", "en": "b"}, "items": [
                {"id": "a", "title": caption, "when": "deal.title | length > 1", "moment": "build", "marker": "end"}]},
            {"id": "2", "title": caption, "start": {"zh": "乙", "en": "b"}, "end": caption, "items": [
                {"id": "b", "title": caption, "attest": ["deal"], "moment": "submit", "marker": "end"}]},
        ]  # fmt: skip
        gate, problems = judge(make(tmp_path, {"schema": "bidkit/process@1", "id": "two", "stages": stages}))
        assert problems == []
        assert gate is not None
        assert [stage.is_ended for stage in gate.stages] == [True, False]
        assert gate.stage is not None
        assert gate.stage.stage.id == "2"

    @pytest.mark.parametrize("key", ["dropped", "changed"])
    def test_what_was_changed_is_computed_and_not_stated(self, tmp_path: Path, key: str) -> None:
        text = resources.files("bidkit").joinpath("processes", "six-step.yaml").read_text(encoding="utf-8")
        whole = yaml.safe_load(text)
        gate, problems = judge(make(tmp_path, {**whole, key: ["1.1"]}))
        assert gate is None
        assert [(item.code, item.values["key"]) for item in problems] == [("DL04", key)]

    @pytest.mark.parametrize(
        ("change", "code", "told"),
        [
            ({"drop": [{"id": "1.44", "reason": "x"}]}, "DL15", "1.4"),
            ({"drop": [{"id": "1.4"}]}, "DL06", "reason"),
            ({"change": [{"id": "9", "moment": "later"}]}, "DL15", "9"),
            ({"add": [{**OURS["add"][0], "stage": "7"}]}, "DL15", "7"),
            ({"add": [{**OURS["add"][0], "after": "4.77"}]}, "DL15", "4.7"),
            ({"add": [{**OURS["add"][0], "id": "4.1"}]}, "DL16", "4.1"),
            ({"add": [{**OURS["add"][0], "attest": ["tendr"]}]}, "DL15", "tender"),
            ({"add": [{**OURS["add"][0], "attest": [], "rules": ["PR99"]}]}, "DL15", "PR9"),
            ({"add": [{**OURS["add"][0], "attest": [], "when": "deal.("}]}, "GT10", "4.12"),
            ({"add": [{**OURS["add"][0], "when": "true"}]}, "GT10", "when, rules, attest"),
            ({"drop": [{"id": "3.8", "reason": "x"}]}, "GT10", "one end marker"),
            ({"extends": "five-step"}, "DL10", "six-step"),
            ({"steps": []}, "DL04", "steps"),
            ({"add": [{**OURS["add"][0], "unlike": ["4.8x"]}]}, "DL15", "4.8t"),
        ],
    )
    def test_mistakes_are_told_at_their_place(
        self, tmp_path: Path, change: dict[str, Any], code: str, told: str
    ) -> None:
        gate, problems = judge(make(tmp_path, {**OURS, **change}))
        assert gate is None
        found = [item for item in problems if item.code == code]
        assert found, [item.message("en") for item in problems]
        assert found[0].span is not None
        assert found[0].span.file == "ours.yaml"
        assert told in found[0].message("en") + found[0].fix("en")

    def test_stages_that_do_not_follow_each_other(self, tmp_path: Path) -> None:
        caption = {"zh": "甲", "en": "a"}
        item = {"title": caption, "when": "true", "moment": "build", "marker": "end"}
        stages = [
            {"id": n, "title": caption, "start": caption, "end": {"zh": "乙", "en": "b"}, "items": [{**item, "id": n}]}
            for n in "12"
        ]
        _, problems = judge(make(tmp_path, {"schema": "bidkit/process@1", "id": "two", "stages": stages}))
        assert ["not the start of stage 2" in item.message("en") for item in problems if item.code == "GT10"] == [True]

    def test_a_file_that_is_not_there(self, tmp_path: Path) -> None:
        deal = make_workspace(tmp_path)
        settings = root_of(deal) / "bidkit.yaml"
        write(settings, settings.read_text(encoding="utf-8") + "process: nope.yaml\n")
        (found,) = judge(deal)[1]
        assert found.code == "DL12"
        assert found.span is not None
        assert found.span.file == "bidkit.yaml"


GOOD = {"item": "4.8t", "by": "王立（总监）", "at": "2026-08-30T09:00+08:00", "reason": "同一套方案上周已复核"}


class TestWaivers:
    def test_a_waived_item_does_not_block_and_is_told_everywhere(self, tmp_path: Path) -> None:
        deal = make(tmp_path, waivers=[GOOD])
        gate, problems = judge(deal)
        assert state(gate, "4.8t") is State.WAIVED
        assert gate is not None
        assert "4.8t" not in [result.item.id for result in gate.blocking("build", "submit")]
        (note,) = problems
        assert (note.code, note.severity) == ("GT12", Severity.INFO)
        assert "王立（总监）" in note.message("en")
        for form in ("text", "json", "github", "gitlab", "junit", "sarif", "html"):
            assert "同一套方案上周已复核" in run("gate", deal, "--format", form).stdout, form

    def test_it_stands_in_report_and_manifest(self, tmp_path: Path) -> None:
        result = build_deal(make(tmp_path, waivers=[GOOD]), Options(now=NOW, is_draft=True))
        assert result.folder is not None
        manifest = json.loads((result.folder / "internal/manifest.json").read_bytes())
        assert [item["reason"] for item in manifest["waivers"]] == [GOOD["reason"]]
        assert str(GOOD["reason"]) in (result.folder / "internal/report.html").read_text(encoding="utf-8")

    def test_its_day_is_that_of_the_deals_zone(self, tmp_path: Path) -> None:
        gate, _ = judge(make(tmp_path, waivers=[{**GOOD, "at": "2026-09-02T00:30+14:00"}]))
        assert state(gate, "4.8t") is State.WAIVED

    @pytest.mark.parametrize(
        ("change", "code", "told"),
        [
            ({"item": "1.6"}, "GT11", "cannot be waived"),
            ({"item": "4.5"}, "GT11", "cannot be waived"),
            ({"item": "4.9"}, "GT11", "cannot be waived"),
            ({"until": "2026-08-31"}, "GT11", "ended on 2026-08-31"),
            ({"at": "2026-09-02T09:00+08:00"}, "GT11", "after today"),
            ({"item": "4.9b"}, "GT11", "cannot be waived"),
            ({"at": "2026-09-01T23:59-12:00"}, "GT11", "after today"),
            ({"by": "？"}, "GT11", "who"),
            ({"reason": "。"}, "GT11", "why"),
            ({"item": "4.88"}, "DL15", "4.8"),
            ({"reason": ""}, "DL05", "reason"),
            ({"why": "x"}, "DL04", "why"),
        ],
    )
    def test_one_that_does_not_hold_is_told(self, tmp_path: Path, change: dict[str, str], code: str, told: str) -> None:
        gate, problems = judge(make(tmp_path, waivers=[{**GOOD, **change}]))
        found = [item for item in problems if item.code == code]
        assert found, [item.message("en") for item in problems]
        assert told in found[0].message("en") + found[0].fix("en")
        assert found[0].severity is Severity.ERROR
        if gate is not None:
            assert state(gate, "4.8t") is not State.WAIVED

    def test_an_item_that_holds_needs_none(self, tmp_path: Path) -> None:
        gate, problems = judge(make(tmp_path, waivers=[{**GOOD, "item": "3.1"}]))
        assert state(gate, "3.1") is State.DONE
        assert problems == []

    def test_a_rule_that_fails_is_an_error_still(self, tmp_path: Path) -> None:
        deal = make(tmp_path, waivers=[GOOD])
        text = deal.read_text(encoding="utf-8")
        assert "deviation: positive" in text
        write(deal, text.replace("deviation: positive", "deviation: negative", 1))
        assert "FM05" in [item.code for item in judge(deal)[1] if item.severity is Severity.ERROR]

    def test_command_writes_what_then_holds(self, tmp_path: Path) -> None:
        deal = make(tmp_path)
        settings = root_of(deal) / "bidkit.yaml"
        write(settings, settings.read_text(encoding="utf-8").replace("as_of: 2026-09-01\n", ""))
        done = run("waive", deal, "2.2", "--by", "王立", "--reason", "新客户", "--until", "2099-01-01")
        assert done.exit_code == 0, done.output
        again = run("waive", deal, "4.8t", "--by", "王立", "--reason", "已复核")
        assert again.exit_code == 0
        records = yaml.safe_load((deal.parent / "waivers.yaml").read_text(encoding="utf-8"))["waivers"]
        assert [(item["item"], item["reason"]) for item in records] == [("2.2", "新客户"), ("4.8t", "已复核")]

    @pytest.mark.parametrize(
        ("options", "code"),
        [
            (["1.6", "--by", "a", "--reason", "b"], 1), (["9.9", "--by", "a", "--reason", "b"], 1),
            (["2.2", "--by", " ", "--reason", "b"], 2), (["2.2", "--by", "a", "--reason", " "], 2),
            (["2.2", "--by", "a", "--reason", "b", "--until", "soon"], 2),
        ],
    )  # fmt: skip
    def test_command_refuses_and_writes_nothing(self, tmp_path: Path, options: list[str], code: int) -> None:
        deal = make(tmp_path)
        assert run("waive", deal, *options).exit_code == code
        assert not (deal.parent / "waivers.yaml").exists()


@pytest.mark.parametrize("page", ["process.md", "process.en.md"])
def test_example_of_the_page_is_a_process(tmp_path: Path, page: str) -> None:
    text = (Path(__file__).parents[1] / "docs" / page).read_text(encoding="utf-8")
    example = text.split("```yaml processes/ours.yaml\n", 1)[1].split("```", 1)[0]
    gate, problems = judge(make(tmp_path, yaml.safe_load(example)))
    assert problems == []
    assert gate is not None
    assert gate.process.id == "ours"


class TestStage:
    def test_exit_code_is_that_of_the_stages_up_to_one(self, tmp_path: Path) -> None:
        deal = make(tmp_path)
        sign_all(deal)
        assert run("gate", deal, "--stage", "3").exit_code == 0
        assert run("gate", deal, "--stage", "6").exit_code == 1
        assert run("gate", deal, "--stage", "7").exit_code == 2
