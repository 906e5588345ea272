"""Papers chosen by what a tender asks for: conditions, reasons, the library over all deals."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from test_credentials import paper
from workspace import COMPANY, edit, make_workspace, root_of, run_check, write

from bidkit.catalog.papers import Credential
from bidkit.credentials.choosing import Choice, choose_for
from bidkit.credentials.conditions import Days, covers, find_lacks
from bidkit.credentials.levels import is_at_least
from bidkit.deal.tender import RequiredCredential
from bidkit.diagnostic import load_messages
from bidkit.kinds import CREDENTIAL_KINDS, find_kind

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
    return choose_for(need(**conditions), papers, DAYS, "青禾")


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
        ("除尘设备运维、对外服务", "运维", True),
        ("除测试以外，软件开发", "测试", False),
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
    assert [ground.key for ground in choice.grounds] == ["met_kind", "met_scope", "met_valid"]


def test_where_several_are_asked_for_all_that_fit_are_taken_newest_first() -> None:
    years = ("2022", "2024", "2025", "2026")
    papers = [paper(id=year, number=year, issued=f"{year}-05-01", valid_until="长期") for year in years]
    choice = choose(*papers, dated="截止日前三年内", count=2)
    assert [item.id for item in choice.taken] == ["2026", "2025", "2024"]
    assert [item.id for item, _ in choice.refused] == ["2022"]


def test_a_paper_of_somebody_else_or_out_of_date_is_not_chosen_though_no_condition_says_so() -> None:
    records = (
        paper(id="sister", holder="青禾子公司"),
        paper(id="old", valid_until="2026-09-17"),
        paper(id="future", issued="2026-09-19", valid_until="2029-09-18"),
        paper(id="good", valid_until="2026-09-18"),
    )
    choice = choose(*records)
    assert [item.id for item in choice.taken] == ["good"]
    why = {item.id: [lack.words.key for lack in found] for item, found in choice.refused}
    assert why == {"sister": ["lack_holder"], "old": ["lack_valid"], "future": ["lack_valid"]}


def test_nothing_counts_twice() -> None:
    numbers = {"a": "C-1", "b": "c1", "c": "C-2"}
    contracts = [paper("contract", id=name, number=number) for name, number in numbers.items()]
    choice = choose(*contracts, kind="contract", count=3)
    assert [item.id for item in choice.taken] == ["a", "c"]
    assert not choice.is_met
    assert [lack.words.key for _, found in choice.refused for lack in found] == ["lack_again"]
    people = [
        paper("personal-certificate", id=str(number), number=str(number), holder=holder)
        for number, holder in enumerate(("沈砚秋", "沈 砚秋", "陆景和"))
    ]
    assert len(choose(*people, kind="personal-certificate", count=3).taken) == 2
    assert choose(*people, kind="personal-certificate", count=2).is_met


def test_for_each_period_one_paper_is_taken() -> None:
    audits = [
        paper("audit-report", id=name, number=name, issued=issued, valid_until="长期", period=period)
        for name, issued, period in (
            ("a23", "2024-04-01", "2023"),
            ("a24", "2025-04-01", "2024"),
            ("a24-again", "2025-06-01", "2024"),
            ("a25", "2026-04-01", "2025"),
            ("a22", "2023-04-01", "2022"),
        )
    ]
    choice = choose(*audits, kind="审计报告", covers="2023 .. 2025")
    assert [item.id for item in choice.taken] == ["a25", "a24-again", "a23"]
    assert [item.id for item in choice.spare] == ["a24"]
    assert [item.id for item, _ in choice.refused] == ["a22"]
    assert choice.is_met
    assert not choose(*audits, kind="审计报告", covers=["2021", "2023 .. 2025"]).is_met


@pytest.mark.parametrize(
    ("written", "kind"),
    [("营业执照", "business-licence"), ("ISO/IEC 27001", "iso27001"), ("SOC 2", "soc2"), (" 合同业绩 ", "contract")],
)
def test_a_kind_is_written_in_chinese_or_english(written: str, kind: str) -> None:
    assert paper(written).kind == kind


def test_every_chinese_label_of_a_kind_is_read_as_it() -> None:
    labels = load_messages("zh")["labels"]["papers"]["kinds"]
    assert {kind: find_kind(label) for kind, label in labels.items()} == {kind: kind for kind in CREDENTIAL_KINDS}


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

    def test_if_none_fits_what_each_lacks_is_told(self, tmp_path: Path) -> None:
        deal = make_workspace(tmp_path)
        library(tmp_path, c1={"tags": "供热"}, c2={"issued": "2020-01-01", "tags": "供水"})
        edit(deal, LAST, LAST + CONTRACTS)
        (problem,) = run_check(deal).diagnostics
        assert problem.code == "QU01"
        assert "；c1 没有标签 供水；c2 日期 2020-01-01 不在" in problem.message("zh")
        assert "; c1: it has none of the tags 供水; c2: its date 2020-01-01 is not" in problem.message("en")

    def test_what_is_chosen_for_one_requirement_does_not_answer_another(self, tmp_path: Path) -> None:
        deal = make_workspace(tmp_path)
        library(tmp_path, c1={"tags": "供水", "amount": 10}, c2={"tags": "供热", "amount": 20})
        needs = "".join(
            f"    - {{id: Q{n}, kind: 合同业绩, title: 业绩, tags: {tag}, choose: true}}\n"
            for n, tag in ((8, "供热"), (9, "供水"))
        )
        edit(deal, LAST, LAST + needs)
        result = run_check(deal)
        assert result.bid is not None
        answers = {need.id: [item.id for item in papers] for need, papers in result.bid.selection.required}
        assert (answers["Q8"], answers["Q9"]) == (["c2"], ["c1"])

    @pytest.mark.parametrize(
        ("written", "near"), [("contrat", "contract"), ("合同业积", "合同业绩"), ("[contract]", None), ("{}", None)]
    )
    def test_a_kind_that_is_none_is_told_with_the_nearest(self, tmp_path: Path, written: str, near: str | None) -> None:
        deal = make_workspace(tmp_path)
        record = root_of(deal) / "catalog/credentials/iso9001.yaml"
        line, _ = edit(record, "kind: iso9001", f"kind: {written}")
        (problem,) = run_check(deal).diagnostics
        assert problem.span is not None
        assert (problem.span.line, problem.code) == (line, "DL10")
        assert near in (None, problem.values["near"])

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("? [a, b]\n: 1\n", "DL06"),
            ("- id: iso9001\n", "DL07"),
            ("42\n", "DL07"),
            ("", "DL07"),
            ("period: [2025]\n", "DL07"),
            ("period: 2023 .. 2025\n", "DL10"),
            ("period: 2025-13\n", "DL10"),
            ("tags: {a: b}\n", "DL07"),
            ("amount: 一百万\n", "DL08"),
            ("sensitivity: secret\n", "DL10"),
            ("valid_until: 2026-02-30\n", "DL09"),
        ],
    )
    def test_odd_records_are_told_at_their_place(self, tmp_path: Path, text: str, code: str) -> None:
        deal = make_workspace(tmp_path)
        record = root_of(deal) / "catalog/credentials/iso9001.yaml"
        key = text.partition(":")[0]
        kept = [] if "\n" in key or not key[:1].islower() else record.read_text(encoding="utf-8").splitlines()
        write(record, "".join(f"{line}\n" for line in kept if not line.startswith(f"{key}:")) + text)
        problem = run_check(deal).diagnostics[0]
        assert problem.span is not None
        assert (problem.code, problem.span.file) == (code, "catalog/credentials/iso9001.yaml")

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
            assert problem.values["column"] == "16"

    def test_what_answers_by_id_is_attached(self, tmp_path: Path) -> None:
        deal = make_workspace(tmp_path)
        edit(deal, LAST, LAST.replace("}", ", answered_by: [iso9001, busines-licence]}"))
        (problem,) = run_check(deal).diagnostics
        assert (problem.code, problem.values["near"]) == ("DL15", "business-licence")

    @pytest.mark.parametrize("key", ["valid_until", "surveillance_until"])
    def test_a_term_that_ends_before_it_begins_is_an_error(self, tmp_path: Path, key: str) -> None:
        deal = make_workspace(tmp_path)
        record = root_of(deal) / "catalog/credentials/iso9001.yaml"
        text = record.read_text(encoding="utf-8").replace("valid_until: 2028-05-19\n", "")
        ends = {"valid_until": "2028-05-19", key: "2025-05-19"}
        write(record, text + "".join(f"{name}: {day}\n" for name, day in ends.items()))
        assert "DL64" in [item.code for item in run_check(deal).diagnostics]
