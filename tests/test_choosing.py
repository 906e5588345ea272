"""Papers chosen by what a tender asks for: conditions, reasons, the library over all deals, and the commands for it."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from test_credentials import paper
from typer.testing import CliRunner, Result
from workspace import COMPANY, edit, make_workspace, root_of, run_check, write

from bidkit.catalog.papers import Credential
from bidkit.cli import app
from bidkit.credentials import Choice, choose_for
from bidkit.credentials.conditions import Days, covers, find_lacks
from bidkit.credentials.levels import is_at_least
from bidkit.deal.tender import RequiredCredential
from bidkit.sme import INDUSTRIES, find_size

DAYS = Days(
    {
        "deadline": date(2026, 9, 18),
        "validity_end": date(2026, 12, 17),
        "dated": date(2026, 9, 15),
        "today": date(2026, 9, 1),
    }
)


def need(**conditions: Any) -> RequiredCredential:
    return RequiredCredential.model_validate({"id": "Q1", "kind": "iso9001", "title": "认证", **conditions})


def lacks(record: Credential, **conditions: Any) -> list[str]:
    return [lack.words.key for lack in find_lacks(record, need(**conditions), DAYS)]


def choose(*papers: Credential, **conditions: Any) -> Choice:
    return choose_for(need(**conditions), papers, DAYS)


@pytest.mark.parametrize(
    ("own", "needed", "is_enough"),
    [
        ("三级", "三级", True),
        ("二级", "三级", True),
        ("四级", "三级", False),
        ("甲级", "乙级", True),
        ("乙", "甲级", False),
        ("CMMI 5", "CMMI3", True),
        ("3", "CMMI 3", True),
        ("4", "CMMI 3", True),
        ("2", "CMMI 3", False),
        ("CMMI 三级", "CMMI 五级", False),
        ("CMMI 五级", "CMMI 三级", True),
        ("等保二级", "等保三级", False),
        ("ITSS 4", "ITSS 3", False),
        ("ITSS 2", "ITSS 3", True),
        ("2级", "3级", True),
        ("2", "3", False),
        ("3", "2", False),
        ("3", "3", True),
        ("特级", "一级", True),
        ("五星级", "四星", True),
        ("三星级", "四星级", False),
        ("高级工程师", "中级", True),
        ("工程师", "高级工程师", False),
        ("CS2", "CS3", False),
        ("CS4", "CS3", True),
        ("一级", "三级或以上", True),
        ("Ⅱ级", "三级", True),
        ("ITSS 三级", "三级及以上", True),
        ("AAA", "AA", True),
        ("A", "AA", False),
        ("甲级", "三级", False),
        ("", "三级", False),
        ("advanced", "Advanced", True),
    ],
)
def test_levels_are_compared_on_their_own_ladder(own: str, needed: str, is_enough: bool) -> None:
    assert is_at_least(own, needed) is is_enough


@pytest.mark.parametrize(
    ("kind", "title", "own", "needed", "is_enough"),
    [
        ("cmmi", "软件能力成熟度", "三级", "五级", False),
        ("cmmi", "软件能力成熟度", "5", "3", True),
        ("itss", "运行维护能力成熟度", "4", "3", False),
        ("itss", "运行维护能力成熟度", "二级", "三级", True),
        ("ccrc", "信息安全服务资质", "3", "2", False),
        ("other", "网络安全等级保护备案证明", "二级", "三级", False),
        ("qualification", "建筑业企业资质", "2", "3", True),
    ],
)
def test_what_a_number_is_a_level_of_is_told_by_kind_and_title(
    kind: str, title: str, own: str, needed: str, is_enough: bool
) -> None:
    record = paper(kind=kind, title=title, level=own)
    assert (lacks(record, kind=kind, level=needed) == []) is is_enough


@pytest.mark.parametrize(
    ("scope", "wanted", "is_covered"),
    [
        ("软件开发与 运维服务", "运维服务", True),
        ("软件开发（不含运维服务）、系统集成", "运维服务", False),
        ("软件开发（不含运维服务）、系统集成", "系统集成", True),
        ("除运维服务外的信息技术服务", "运维服务", False),
        ("除运维服务外的信息技术服务", "信息技术服务", True),
        ("Software development, excluding operations and support", "support", False),
        ("Maintenance of plants", "AI", False),
        ("AI and data services", "ai", True),
        ("security  operations services", "Security Operations", True),
        ("ＩＴ运维", "IT", True),
    ],
)
def test_a_scope_is_searched_for_whole_words_that_it_does_not_leave_out(
    scope: str, wanted: str, is_covered: bool
) -> None:
    assert covers(scope, wanted) is is_covered


def test_a_scope_and_a_title_are_not_read_as_one() -> None:
    assert lacks(paper(scope="软件开发与试运", title="维护体系证书"), scope="运维") == ["lack_scope"]


def test_each_condition_is_judged_by_itself() -> None:
    record = paper(scope="软件开发、运行维护", level="三级", period="2026-06", amount="500000", tags=["供水"])
    assert lacks(record) == []
    assert lacks(record, scope="运行 维护", level="三级", valid=["deadline", "validity_end"]) == []
    assert lacks(record, scope=["运行维护", "安全集成"]) == ["lack_scope"]
    assert lacks(record, level="二级") == ["lack_level"]
    assert lacks(record, valid="validity_end + 2 years") == ["lack_valid"]
    assert lacks(record, dated="within 1 year before deadline") == ["lack_dated"]
    assert lacks(record, period="截止日前3个月内") == ["lack_period"]
    assert lacks(paper(), period="截止日前3个月内") == ["lack_no_period"]
    assert lacks(record, amount="500000.01") == ["lack_amount"]
    assert lacks(record, tags="排水; 供热") == ["lack_tags"]
    assert lacks(record, tags="排水; 供水") == []


def test_the_paper_that_stays_in_date_longest_is_taken_and_every_reason_told() -> None:
    old = paper(id="old", valid_until="2027-01-01", scope="运维")
    new = paper(id="new", valid_until="2029-01-01", scope="运维")
    other = paper(id="other", scope="开发")
    choice = choose(old, new, other, paper(kind="iso27001"), scope="运维")
    assert [item.id for item in choice.taken] == ["new"]
    assert [item.id for item in choice.spare] == ["old"]
    assert [(item.id, [lack.key for lack in why]) for item, why in choice.refused] == [("other", ["scope"])]
    assert [ground.key for ground in choice.grounds] == ["met_kind", "met_scope"]


def test_where_several_are_asked_for_all_that_fit_are_taken_newest_first() -> None:
    papers = [paper(id=str(year), issued=f"{year}-05-01", valid_until="长期") for year in (2022, 2024, 2025, 2026)]
    choice = choose(*papers, dated="截止日前三年内", count=2)
    assert [item.id for item in choice.taken] == ["2026", "2025", "2024"]
    assert [item.id for item, _ in choice.refused] == ["2022"]


def library(root: Path, **papers: dict[str, Any]) -> None:
    for name, facts in papers.items():
        text = {
            "id": name,
            "kind": "contract",
            "title": f"合同 {name}",
            "holder": COMPANY,
            "number": name,
            "issuer": "甲方",
            "issued": "2025-05-01",
            "valid_until": "长期",
            "files": "[files/licence.png]",
            **facts,
        }
        write(root / f"catalog/credentials/{name}.yaml", "".join(f"{key}: {value}\n" for key, value in text.items()))


CONTRACTS = (
    "    - {id: Q9, kind: contract, title: 类似业绩, dated: 截止日前三年内, tags: 供水, count: 2, choose: true}\n"
)
LAST = "    - {id: Q2, kind: iso9001, title: 质量管理体系认证证书}\n"


class TestDeal:
    def test_a_requirement_may_leave_its_papers_to_be_chosen(self, tmp_path: Path) -> None:
        deal = make_workspace(tmp_path)
        library(
            tmp_path,
            c1={"tags": "供水"},
            c2={"tags": "[供水, 调度]"},
            c3={"tags": "供热"},
            c4={"issued": "2020-01-01", "tags": "供水"},
        )
        edit(deal, LAST, LAST + CONTRACTS)
        result = run_check(deal)
        assert [item.code for item in result.diagnostics] == []
        assert result.bid is not None
        assert [item.id for item in result.bid.selection.chosen] == ["business-licence", "iso9001", "c1", "c2"]
        (_, answers) = result.bid.selection.required[-1]
        assert [item.id for item in answers] == ["c1", "c2"]

    def test_too_few_are_told(self, tmp_path: Path) -> None:
        deal = make_workspace(tmp_path)
        library(tmp_path, c1={"tags": "供水"})
        edit(deal, LAST, LAST + CONTRACTS)
        assert [item.code for item in run_check(deal).diagnostics] == ["QU05"]

    def test_none_at_all_is_a_missing_paper(self, tmp_path: Path) -> None:
        deal = make_workspace(tmp_path)
        edit(deal, LAST, LAST + CONTRACTS)
        assert [item.code for item in run_check(deal).diagnostics] == ["QU01"]

    def test_a_broken_record_of_the_library_is_told_where_it_is_chosen_from(self, tmp_path: Path) -> None:
        deal = make_workspace(tmp_path)
        library(tmp_path, c1={"tags": "供水", "issued": "2025-13-01"})
        edit(deal, LAST, LAST + CONTRACTS)
        problem = run_check(deal).diagnostics[0]
        assert problem.span is not None
        assert (problem.code, problem.span.file) == ("DL09", "catalog/credentials/c1.yaml")

    @pytest.mark.parametrize(
        ("old", "new", "code"),
        [
            ("dated: 截止日前三年内", "dated: 截止日前三年", "DL63"),
            ("dated: 截止日前三年内", "dated: within 3 years befor deadline", "DL63"),
            ("kind: contract", "kind: contrakt", "DL10"),
            ("count: 2", "count: many", "DL08"),
        ],
    )
    def test_a_condition_with_a_mistake_is_refused_at_its_place(
        self, tmp_path: Path, old: str, new: str, code: str
    ) -> None:
        deal = make_workspace(tmp_path)
        line, _ = edit(deal, LAST, LAST + CONTRACTS.replace(old, new))
        (problem,) = run_check(deal).diagnostics
        assert problem.span is not None
        assert (problem.code, problem.span.line) == (code, line + 1)
        if "befor " in new:
            assert "`before`" in problem.fix("en")

    @pytest.mark.parametrize("key", ["valid_until", "surveillance_until"])
    def test_a_term_that_ends_before_it_begins_is_an_error(self, tmp_path: Path, key: str) -> None:
        deal = make_workspace(tmp_path)
        record = root_of(deal) / "catalog/credentials/iso9001.yaml"
        text = record.read_text(encoding="utf-8").replace("valid_until: 2028-05-19\n", "")
        ends = {"valid_until": "2028-05-19", key: "2025-05-19"}
        write(record, text + "".join(f"{name}: {day}\n" for name, day in ends.items()))
        assert "DL64" in [item.code for item in run_check(deal).diagnostics]

    def test_two_records_with_one_id_are_told(self, tmp_path: Path) -> None:
        deal = make_workspace(tmp_path)
        record = root_of(deal) / "catalog/credentials/iso9001.yaml"
        write(record.with_name("copy.yaml"), record.read_text(encoding="utf-8"))
        result = run("list", root=tmp_path)
        assert (result.exit_code, "DL26" in result.stdout) == (1, True)
        assert deal


def run(*arguments: object, root: Path, lang: str = "en") -> Result:
    place = [] if arguments[0] == "choose" else ["--workspace", str(root)]
    return CliRunner().invoke(app, ["credentials", *map(str, arguments), *place, "--lang", lang])


class TestCommands:
    def test_list_shows_every_paper_in_both_languages(self, tmp_path: Path) -> None:
        make_workspace(tmp_path)
        shown = run("list", root=tmp_path)
        assert shown.exit_code == 0
        assert len(shown.stdout.splitlines()) == 3
        assert "no expiry" in shown.stdout and "2028-05-19" in shown.stdout
        assert "营业执照" in run("list", root=tmp_path, lang="zh").stdout
        assert len(run("list", "--kind", "iso9001", root=tmp_path).stdout.splitlines()) == 2

    def test_json_has_a_version_and_typed_rows(self, tmp_path: Path) -> None:
        make_workspace(tmp_path)
        record = json.loads(run("list", "--format", "json", root=tmp_path).stdout)
        assert (record["format_version"], record["command"]) == ("1.0", "credentials list")
        assert [row["id"] for row in record["rows"]] == ["business-licence", "iso9001"]
        assert record["rows"][0]["valid_until"] is None

    def test_show_tells_all_of_a_paper_and_who_uses_it(self, tmp_path: Path) -> None:
        make_workspace(tmp_path)
        shown = run("show", "iso9001", root=tmp_path).stdout
        assert "QMS-2025-03417" in shown and "cs-2026-001" in shown
        missing = run("show", "iso900", root=tmp_path)
        assert (missing.exit_code, "iso9001" in missing.stdout) == (1, True)

    @pytest.mark.parametrize(
        ("within", "day", "expected"),
        [
            ("90d", "2026-09-01", []),
            ("2y", "2026-09-01", ["2028-05-19"]),
            ("1y", "2027-05-18", []),
            ("1y", "2027-05-20", ["2028-05-19"]),
            ("12m", "2027-05-19", ["2028-05-19"]),
            ("1d", "2028-06-01", ["2028-05-19"]),
        ],
    )
    def test_expiring_within(self, tmp_path: Path, within: str, day: str, expected: list[str]) -> None:
        make_workspace(tmp_path)
        result = run("expiring", "--within", within, "--as-of", day, "--format", "json", root=tmp_path)
        assert result.exit_code == int(bool(expected))
        assert [row["day"] for row in json.loads(result.stdout)["rows"]] == expected

    def test_a_paper_that_an_open_deal_needs_longer_is_told_however_far_away(self, tmp_path: Path) -> None:
        make_workspace(tmp_path)
        record = tmp_path / "catalog/credentials/iso9001.yaml"
        edit(record, "valid_until: 2028-05-19", "valid_until: 2026-12-16")
        result = run("expiring", "--within", "1d", "--as-of", "2026-09-01", "--format", "json", root=tmp_path)
        (row,) = json.loads(result.stdout)["rows"]
        assert row["needed_by"] == ["cs-2026-001 (2026-12-17)"]
        closed = run("expiring", "--within", "1d", "--as-of", "2026-12-18", "--format", "json", root=tmp_path)
        assert json.loads(closed.stdout)["rows"][0]["needed_by"] == []

    def test_surveillance_and_review_end_too(self, tmp_path: Path) -> None:
        make_workspace(tmp_path)
        edit(
            tmp_path / "catalog/credentials/iso9001.yaml",
            "valid_until: 2028-05-19\n",
            "valid_until: 2028-05-19\nsurveillance_until: 2027-05-19\nreview_by: 2026-10-01\n",
        )
        result = run("expiring", "--within", "1y", "--as-of", "2026-09-01", "--format", "json", root=tmp_path)
        assert [row["what"] for row in json.loads(result.stdout)["rows"]] == ["review_by", "surveillance_until"]

    @pytest.mark.parametrize("within", ["90", "d", "90 days", "-1d"])
    def test_a_period_that_is_none_is_exit_code_2(self, tmp_path: Path, within: str) -> None:
        make_workspace(tmp_path)
        result = run("expiring", f"--within={within}", root=tmp_path)
        assert (result.exit_code, "EN18" in result.stderr) == (2, True)

    def test_choose_tells_why_and_why_not(self, tmp_path: Path) -> None:
        deal = make_workspace(tmp_path)
        library(tmp_path, c1={"tags": "供水"}, c2={"issued": "2020-01-01", "tags": "供热"})
        edit(deal, LAST, LAST + CONTRACTS)
        result = run("choose", deal, "--as-of", "2026-09-01", root=tmp_path)
        assert result.exit_code == 1  # one of two
        assert "its date is between 2023-09-18 and 2026-09-18; it has one of the tags 供水" in result.stdout
        assert "its date 2020-01-01 is not between" in result.stdout
        assert "日期 2020-01-01 不在" in run("choose", deal, root=tmp_path, lang="zh").stdout

    def test_outside_of_a_workspace_is_exit_code_2(self, tmp_path: Path) -> None:
        result = run("list", root=tmp_path)
        assert (result.exit_code, "DL19" in result.stderr) == (2, True)


@pytest.mark.parametrize(
    ("industry", "staff", "revenue", "assets", "size"),
    [
        ("软件和信息技术服务业", 300, 10_000, 0, "large"),
        ("软件和信息技术服务业", 299, 10_000, 0, "medium"),
        ("软件和信息技术服务业", 100, 1000, 0, "medium"),
        ("软件和信息技术服务业", 99, 1000, 0, "small"),
        ("软件和信息技术服务业", 10, 50, 0, "small"),
        ("软件和信息技术服务业", 10, 49, 0, "micro"),
        ("工业", 1000, 39_999, 0, "medium"),
        ("工业", 20, 300, 0, "small"),
        ("建筑业", 0, 80_000, 79_999, "medium"),
        ("建筑业", 5, 300, 299, "micro"),
        ("租赁和商务服务业", 300, 0, 120_000, "large"),
        ("农、林、牧、渔业", 1, 50, 0, "small"),
        ("其他未列明行业", 100, 0, 0, "medium"),
        ("没有的行业", 100, 0, 0, None),
    ],
)
def test_size_of_an_enterprise(industry: str, staff: int, revenue: int, assets: int, size: str | None) -> None:
    assert find_size(industry, staff, Decimal(revenue), Decimal(assets)) == size


@pytest.mark.parametrize("industry", INDUSTRIES)
def test_more_of_everything_is_never_smaller(industry: str) -> None:
    order = ["micro", "small", "medium", "large"]
    sizes = [find_size(industry, scale, Decimal(scale * 100), Decimal(scale * 100)) for scale in range(0, 3000, 7)]
    places = [order.index(size) for size in sizes if size]
    assert places == sorted(places)
    assert (sizes[0], sizes[-1]) == ("micro", "large")
