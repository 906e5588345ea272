"""deal.yaml as a model: what a whole deal must hold together, and where its mistakes are reported."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from workspace import DEAL, NOW, edit, make_deal, make_workspace, root_of, run_check, write

from bidkit.build import Options, build_deal
from bidkit.deal import Deal, load_deal
from bidkit.diagnostic import Diagnostic, sort_diagnostics
from bidkit.source import Workspace

NAME = "deals/water/deal.yaml"


def load(root: Path, text: str) -> tuple[Deal | None, list[Diagnostic]]:
    write(root / NAME, text)
    return load_deal(Workspace(root), NAME)


def change(old: str, new: str) -> str:
    assert DEAL.count(old) == 1
    return DEAL.replace(old, new)


def refuse(root: Path, old: str, new: str) -> Diagnostic:
    """The one finding of the deal with one text changed; it must stand on the changed line."""
    text = change(old, new)
    _, problems = load(root, text)
    assert len(problems) == 1, problems
    first = DEAL[: DEAL.index(old)].count("\n") + 1
    span = problems[0].span
    assert span is not None
    assert first <= span.line <= first + new.count("\n")
    assert span.file == NAME
    return problems[0]


def underlined(problem: Diagnostic, root: Path) -> str:
    assert problem.span is not None
    line = (root / problem.span.file).read_text(encoding="utf-8").splitlines()[problem.span.line - 1]
    return line[problem.span.col - 1 : problem.span.col - 1 + problem.span.width]


class TestWholeDeal:
    def test_minimal_deal_is_read_without_findings(self, tmp_path: Path) -> None:
        deal, problems = load(tmp_path, DEAL)
        assert problems == []
        assert deal is not None
        assert (deal.id, deal.regime, deal.language) == ("cs-2026-001", "tender", "zh")
        assert str(deal.quote.lines[0].unit_price) == "12500.00"
        assert deal.tender is not None
        assert deal.tender.deadline.isoformat() == "2026-09-18T09:30:00+08:00"

    def test_commercial_deal_needs_no_tender(self, tmp_path: Path) -> None:
        deal, problems = load(tmp_path, make_deal("commercial"))
        assert problems == []
        assert deal is not None
        assert deal.tender is None

    @pytest.mark.parametrize(
        "key", ["schema", "id", "title", "locale", "regime", "dated", "customer", "opportunity", "solution", "quote"]
    )
    def test_required_key_that_is_missing(self, tmp_path: Path, key: str) -> None:
        deal = yaml.load(DEAL, Loader=yaml.BaseLoader)
        del deal[key]
        _, problems = load(tmp_path, yaml.safe_dump(deal, allow_unicode=True))
        assert [(problem.code, problem.values["key"]) for problem in problems] == [("DL06", key)]

    @pytest.mark.parametrize(
        "change_",
        [
            ("title: 澄溪水厂数据采集项目", "title: ''"),
            ("  name: 澄溪水务有限公司", "  name: '  '"),
            ("  no: CXSW-2026-001", "  no: ''"),
            ("name: 采集网关", "name: ''"),
            ("{id: A, name: 硬件设备}", "{id: A, name: ''}"),
            ("fix: 8 h", "fix: ''"),
            ("text: 质保期内免费更换故障部件。", "text: ' '"),
            ("    clause: 3.1", "    clause: ''"),
        ],
    )
    def test_required_text_that_is_blank(self, tmp_path: Path, change_: tuple[str, str]) -> None:
        assert refuse(tmp_path, *change_).code == "DL05"

    def test_tender_regime_without_a_tender(self, tmp_path: Path) -> None:
        deal = yaml.load(DEAL, Loader=yaml.BaseLoader)
        del deal["tender"], deal["requirements"][0]["marker"]
        _, problems = load(tmp_path, yaml.safe_dump(deal, allow_unicode=True))
        assert [(problem.code, problem.values["key"]) for problem in problems] == [("DL06", "tender")]
        assert underlined(problems[0], tmp_path) == "tender"

    @pytest.mark.parametrize("name", ["a", "xlsw-2026-it-017", "0.1_b-c", "a" * 64])
    def test_id_that_can_name_a_folder(self, tmp_path: Path, name: str) -> None:
        deal, problems = load(tmp_path, change("id: cs-2026-001", f"id: {name}"))
        assert problems == []
        assert deal is not None
        assert deal.id == name

    @pytest.mark.parametrize(
        "name",
        [
            "CS-1",
            "a/b",
            "../a",
            "a..b",
            ".a",
            "-a",
            "_a",
            "a b",
            "项目",
            "a" * 65,
            "'a\\b'",
            '"a\\0"',
            "a:b",
            "é",
            "１",
            "[a]",
            "con",
            "nul.2026",
            "com1",
            "water.",
        ],
    )
    def test_id_that_cannot_name_a_folder(self, tmp_path: Path, name: str) -> None:
        assert refuse(tmp_path, "id: cs-2026-001", f"id: {name}").code == "DL17"

    @pytest.mark.parametrize(
        ("old", "new", "code"),
        [
            ("schema: bidkit/deal@1", "schema: bidkit/deal@2", "DL10"),
            ("locale: zh-CN", "locale: zh", "DL10"),
            ("regime: tender", "regime: public", "DL10"),
            ("currency: CNY", "currency: RMB", "DL10"),
            ("currency: CNY", "currency: cny", "DL10"),
            ("currency: CNY", "currency: KWD", "DL10"),
            ("dated: 2026-09-15", "dated: 2026-13-40", "DL09"),
            ("deadline: 2026-09-18T09:30+08:00", "deadline: 2026-09-18T09:30", "DL21"),
            ("unit_price: 12500.00", "unit_price: 12,5O0".replace(",", ""), "DL08"),
            ("quantity: 24", "quantity: -24", "DL11"),
            ("tax_rate: 13%", "tax_rate: 13", "DL11"),
            ("has_prior_design_service: false", "has_prior_design_service: never", "DL10"),
            ("deviation: positive", "deviation: better", "DL10"),
            ('"▲": mandatory', '"▲": must', "DL10"),
            ("competitors: []", "competitors: none", "DL07"),
            ("mandatory_count: 1", "mandatory_count: 1.5", "DL11"),
        ],
    )
    def test_value_that_does_not_fit(self, tmp_path: Path, old: str, new: str, code: str) -> None:
        problem = refuse(tmp_path, old, new)
        assert problem.code == code
        assert underlined(problem, tmp_path) in new

    def test_unknown_key_deep_in_a_list(self, tmp_path: Path) -> None:
        problem = refuse(tmp_path, "response: 30 min, on_site", "response: 30 min, onsite")
        assert (problem.code, problem.values["near"]) == ("DL04", "on_site")
        assert underlined(problem, tmp_path) == "onsite"

    @pytest.mark.parametrize(
        ("written", "read"),
        [
            *(("无偏离", "none"), ("无", "none"), ("满足", "none"), ("Fully compliant", "none")),
            *(("正偏离", "positive"), ("优于", "positive")),
            *(("exception", "negative"), ("部分满足", "negative"), ("Non-compliant", "negative")),
        ],
    )
    def test_deviation_as_the_trade_prints_it(self, tmp_path: Path, written: str, read: str) -> None:
        deal, problems = load(tmp_path, change("deviation: positive", f"deviation: {written}"))
        assert problems == []
        assert deal is not None
        assert deal.requirements[0].deviation == read


class TestReferences:
    @pytest.mark.parametrize(
        ("old", "new", "near"),
        [
            ("{id: P1, goal: G1,", "{id: P1, goal: G11,", "G1"),
            ("problem: P1", "problem: Q9x", None),
            ("{id: A01, category: A,", "{id: A01, category: AA,", "A"),
        ],
    )
    def test_name_that_the_deal_does_not_hold(self, tmp_path: Path, old: str, new: str, near: str | None) -> None:
        problem = refuse(tmp_path, old, new)
        assert problem.code == "DL15"
        assert problem.values["near"] == near

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("- {id: R2, clause: 3.2", "- {id: R1, clause: 3.2"),
            ("- {id: B, name: 实施服务}", "- {id: A, name: 实施服务}\n    - {id: B, name: 其他}"),
            ("- {id: Q2, kind: iso9001", "- {id: Q1, kind: iso9001"),
            (
                '- {id: C1, text: 接入延迟, value: "≤60", unit: s}',
                "- {id: C1, text: a, value: b}\n    - {id: C1, text: c, value: d}",
            ),
        ],
    )
    def test_id_used_twice(self, tmp_path: Path, old: str, new: str) -> None:
        problem = refuse(tmp_path, old, new)
        assert problem.code == "DL16"
        assert problem.span is not None
        assert problem.values["first"] < problem.span.line

    def test_marker_without_a_meaning(self, tmp_path: Path) -> None:
        problem = refuse(tmp_path, '    marker: "▲"', '    marker: "★"')
        assert (problem.code, problem.values["marker"], problem.values["allowed"]) == ("DL24", "★", "▲")

    def test_phase_that_ends_before_it_starts(self, tmp_path: Path) -> None:
        problem = refuse(tmp_path, "start_day: 26, end_day: 40", "start_day: 26, end_day: 25")
        assert problem.code == "DL25"
        assert underlined(problem, tmp_path) == "25"

    def test_phase_of_one_day_is_a_phase(self, tmp_path: Path) -> None:
        assert load(tmp_path, change("start_day: 26, end_day: 40", "start_day: 26, end_day: 26"))[1] == []


class TestLists:
    LINES = """\
id,category,name,sku,unit,quantity,unit_price,tax_rate
A01,A,网关,GW-200,台,24,{price},13%
B01,B,安装,,项,1,36000.00,6%
"""

    def load(self, root: Path, lines: str) -> tuple[Deal | None, list[Diagnostic]]:
        make_workspace(root, quote__lines={"file": "lines.csv"})
        write(root / "deals/water/lines.csv", lines)
        return load_deal(Workspace(root), NAME)

    def test_lines_of_a_csv_are_the_lines_of_the_quote(self, tmp_path: Path) -> None:
        deal, problems = self.load(tmp_path, self.LINES.format(price='"12,500.00"'))
        assert problems == []
        assert deal is not None
        assert [str(line.unit_price) for line in deal.quote.lines] == ["12500.00", "36000.00"]
        assert deal.quote.lines[1].sku == ""

    def test_mistake_in_a_cell_is_found_in_the_csv(self, tmp_path: Path) -> None:
        _, problems = self.load(tmp_path, self.LINES.format(price='"12,5O0"'))
        assert [problem.code for problem in problems] == ["DL08"]
        assert problems[0].span is not None
        assert (problems[0].span.file, problems[0].span.line) == ("deals/water/lines.csv", 2)
        assert underlined(problems[0], tmp_path) == '"12,5O0"'

    def test_column_that_no_line_has_is_reported_once_at_its_title(self, tmp_path: Path) -> None:
        lines = self.LINES.format(price="5").replace("unit_price", "unit_prise")
        _, problems = self.load(tmp_path, lines)
        unknown = [problem for problem in problems if problem.code == "DL04"]
        assert [underlined(problem, tmp_path) for problem in unknown] == ["unit_prise"]
        assert unknown[0].values["near"] == "unit_price"

    def test_required_cell_that_is_empty_is_reported_at_its_row(self, tmp_path: Path) -> None:
        _, problems = self.load(tmp_path, self.LINES.format(price="5").replace(",项,", ",,"))
        assert [(p.code, p.values["key"], p.span and p.span.line) for p in problems] == [("DL06", "unit", 3)]


def test_a_commercial_deal_has_no_tender(tmp_path: Path) -> None:
    deal = make_workspace(tmp_path)
    edit(deal, "regime: tender", "regime: commercial")
    (problem,) = [item for item in run_check(deal).diagnostics if item.code == "DL62"]
    assert problem.span is not None and underlined(problem, tmp_path) == "commercial"


class TestSeveralMistakes:
    def test_all_are_reported_in_the_order_of_the_file(self, tmp_path: Path) -> None:
        text = change("dated: 2026-09-15", "dated: 2026-13-40")
        for old, new in (
            ("unit_price: 12500.00", "unit_price: 12.5.0"),
            ("quantity: 1,", "quantity: -1,"),
            ("sku: GW", "skus: GW"),
        ):
            assert old in text
            text = text.replace(old, new)
        _, problems = load(tmp_path, text.replace("skus: GW-200\n", "sku: GW-200\n"))
        found = [problem.code for problem in sort_diagnostics(problems)]
        assert found == ["DL09", "DL04", "DL08", "DL11"]

    def test_yaml_mistakes_and_model_mistakes_come_together(self, tmp_path: Path) -> None:
        text = change("dated: 2026-09-15", "dated: 2026-13-40\ndated: 2026-09-15")
        _, problems = load(tmp_path, text)
        assert sorted(problem.code for problem in problems) == ["DL03", "DL09"]

    def test_key_without_a_value_is_one_finding_even_where_it_is_required(self, tmp_path: Path) -> None:
        for key in (
            "title: 澄溪水厂数据采集项目",
            "dated: 2026-09-15",
            "  deadline: 2026-09-18T09:30+08:00",
            "regime: tender",
        ):
            problem = refuse(tmp_path, key, key.split(":")[0] + ":")
            assert problem.code == "DL05"
            assert underlined(problem, tmp_path) == key.split(":")[0].strip()


def line(quantity: str, unit_price: str) -> dict[str, str]:
    known = {"id": "A01", "category": "A", "name": "网关", "sku": "GW-200", "unit": "台", "tax_rate": "13%"}
    return {**known, "quantity": quantity, "unit_price": unit_price}


class TestFreakValues:
    """What a deal says is never a reason to crash."""

    @pytest.mark.parametrize(
        ("regime", "changes"),
        [
            ("tender", {"quote__lines": [line("999999999999999", "9999999999999.99")]}),
            ("tender", {"quote__lines": [line("1000000", "9999999999999.99")]}),
            ("tender", {"quote__lines": [line("0.00000000000001", "9999999999999.99")]}),
            ("tender", {"quote__lines": [line("0", "0")]}),
            ("tender", {"tender__deadline": "9999-12-31T09:30+08:00"}),
            ("tender", {"tender__deadline": "0001-01-01T00:00+08:00"}),
            ("tender", {"tender__validity_days": "99999999999"}),
            ("tender", {"quote__validity_days": "99999999999"}),
            ("tender", {"solution__plan__phases": [], "solution__plan__milestones": []}),
            ("tender", {"quote__lines": []}),
            ("tender", {"quote__categories": [], "quote__lines": []}),
            ("commercial", {"quote__validity_days": "99999999999"}),
            ("commercial", {"dated": "9999-12-31"}),
        ],
    )
    def test_freak_value_is_judged_and_drafted_without_a_crash(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, regime: str, changes: dict[str, Any]
    ) -> None:
        monkeypatch.setenv("BIDKIT_SOFFICE", str(tmp_path / "none"))
        deal = make_workspace(tmp_path, regime, **changes)
        assert run_check(deal).exit_code in (0, 1)
        assert build_deal(deal, Options(now=NOW, is_draft=True)).exit_code in (0, 1)

    def test_path_in_the_deal_that_is_too_long(self, tmp_path: Path) -> None:
        deal = make_workspace(tmp_path)
        edit(deal, "introduction: 质保期内免费维修，季度巡检。", "introduction: {file: " + "a" * 300 + "/x.md}")
        _, problems = load_deal(Workspace(root_of(deal)), NAME)
        assert [problem.code for problem in problems] == ["DL12"]
