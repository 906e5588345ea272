"""The stage process and its checklist: the shipped process, expressions, attestations, what a build may do."""

from __future__ import annotations

import re
import shutil
import tempfile
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import jinja2
import pytest
import yaml
from follow_files import FOLLOW
from form_files import form, make_form_deal
from jinja2.sandbox import ImmutableSandboxedEnvironment
from office_files import docx as light_proposal
from workspace import (
    COMPANY,
    ISO9001,
    NOW,
    STRATEGY,
    edit,
    make_picture,
    make_workspace,
    root_of,
    run_check,
    sign_all,
    write,
)

from bidkit import forms
from bidkit.bid import Bid
from bidkit.build import Options, build_deal
from bidkit.diagnostic import Diagnostic, Severity
from bidkit.follow import SECTIONS
from bidkit.gate import Gate, ItemResult, State, _Judge, expression_names, hash_subject, judge_gate
from bidkit.price_form import JUDGED
from bidkit.process import Item, load_shipped
from bidkit.reports import Result
from bidkit.rules import BID_RULES, FOLLOW_RULES
from bidkit.rules.files import FINISHED_RULES
from bidkit.source import Workspace

REGIMES = ("commercial", "tender")
STAGES = load_shipped().stages
ITEMS = [item for stage in STAGES for item in stage.items]
WHEN = [item for item in ITEMS if item.when]
FILES: dict[str, dict[str, str]] = {"papers": {}, "pictures": {}}
PATHS = {"deal", "company", "catalog", "pack", *FILES, *SECTIONS}


def make_light(path: Path, regime: str = "tender", **changes: Any) -> Path:
    """A workspace with a pack that is compiled at once: most of what happens here happens before the template."""
    deal = make_workspace(path, regime, **changes)
    manifest = "schema: bidkit/pack@1\nlocale: zh-CN\nproposal: proposal.docx\n"
    write(path / "templates/light/pack.yaml", manifest)
    write(path / "templates/light/proposal.docx", light_proposal("方案"))
    edit(path / "bidkit.yaml", "as_of:", "pack: light\nas_of:")
    return deal


def gate_of(result: Result) -> Gate:
    assert result.gate is not None, result.diagnostics
    return result.gate


def items_of(result: Result) -> dict[str, ItemResult]:
    return {item.item.id: item for stage in gate_of(result).stages for item in stage.items}


def attestations_of(deal: Path) -> list[dict[str, Any]]:
    records: list[dict[str, Any]] = yaml.safe_load(deal.with_name("attestations.yaml").read_text(encoding="utf-8"))[
        "attestations"
    ]
    return records


def attest(deal: Path, signed: str, **changes: str | None) -> None:
    """Change one signed record; None removes its key."""
    records = attestations_of(deal)
    for record in records:
        if record["item"] == signed:
            record.update(changes)
    write_attestations(deal, [{key: value for key, value in record.items() if value is not None} for record in records])


def write_attestations(deal: Path, records: list[dict[str, Any]], **more: Any) -> None:
    data = {"schema": "bidkit/attestations@1", "attestations": records, **more}
    write(deal.with_name("attestations.yaml"), yaml.safe_dump(data, allow_unicode=True, sort_keys=False))


def make_signed(path: Path, regime: str = "tender", **changes: Any) -> Path:
    """As `make_light`, with everything signed that a final package needs."""
    if changes:
        deal = make_light(path, regime, **changes)
        assert sign_all(deal) > 0
        return deal
    for name, content in signed_files(regime).items():
        write(path / name, content)
    return path / "deals/water/deal.yaml"


@lru_cache
def signed_files(regime: str) -> dict[str, bytes]:
    """The files of a signed workspace: no hash in them depends on where they stand."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        deal = make_light(root, regime)
        overview = deal.read_text(encoding="utf-8").replace(
            "  二十四个站点各装", "  ![组网](net.png)\n\n    二十四个站点各装", 1
        )
        write(deal, overview)
        write(deal.with_name("net.png"), make_picture())
        assert sign_all(deal) > 0
        result = run_check(deal)
        assert result.diagnostics == ()
        assert gate_of(result).is_ready_to_submit
        return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def codes_of(result: Result, item: str) -> list[str]:
    return [problem.code for problem in items_of(result)[item].open]


# The shipped process.


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_end_marker_of_each_stage_is_the_start_marker_of_the_next(lang: str) -> None:
    ends = [getattr(stage.end, lang) for stage in STAGES]
    starts = [getattr(stage.start, lang) for stage in STAGES]
    assert ends[:-1] == starts[1:]


def test_there_are_six_stages_in_order() -> None:
    assert [stage.id for stage in STAGES] == ["1", "2", "3", "4", "5", "6"]


def test_ids_are_unique_and_begin_with_their_stage() -> None:
    ids = [item.id for item in ITEMS]
    assert len(ids) == len(set(ids))
    for stage in STAGES:
        assert all(re.fullmatch(rf"{stage.id}\.\d+[a-z]?", item.id) for item in stage.items)


@pytest.mark.parametrize("regime", REGIMES)
def test_each_stage_has_exactly_one_end_item(regime: str) -> None:
    for stage in STAGES:
        ends = [item.id for item in stage.items if item.marker == "end" and regime in item.regimes]
        assert len(ends) == 1, stage.id


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.id)
def test_item_holds_in_exactly_one_way(item: Item) -> None:
    assert [bool(item.when), bool(item.rules), bool(item.attest)].count(True) == 1


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.id)
def test_item_names_only_known_regimes_and_has_both_titles(item: Item) -> None:
    assert set(item.regimes) <= set(REGIMES)
    assert set(item.advisory) <= set(item.regimes)
    assert item.title.zh
    assert item.title.en


def test_every_rule_of_an_item_exists_and_is_judged_before_the_build() -> None:
    named = {code for item in ITEMS for code in item.rules}
    assert named <= {rule.code for rule in (*BID_RULES, *FOLLOW_RULES)} | JUDGED | forms.JUDGED
    assert not named & ({rule.code for rule in FINISHED_RULES} - {rule.code for rule in BID_RULES})


def test_every_rule_over_a_bid_and_over_what_follows_closes_the_gate() -> None:
    named = {code for item in ITEMS for code in item.rules}
    assert {rule.code for rule in (*BID_RULES, *FOLLOW_RULES)} <= named


def test_rules_over_what_follows_are_in_items_that_come_after_handing_in() -> None:
    codes = {rule.code for rule in FOLLOW_RULES}
    assert {item.moment for item in ITEMS if codes & set(item.rules)} == {"later"}


@pytest.mark.parametrize("item", WHEN, ids=lambda item: item.id)
def test_expression_compiles(item: Item) -> None:
    ImmutableSandboxedEnvironment(undefined=jinja2.StrictUndefined).compile_expression(item.when)


@pytest.mark.parametrize("regime", REGIMES)
def test_expression_can_be_computed_for_a_whole_deal(tmp_path: Path, regime: str) -> None:
    deal = make_light(tmp_path, regime, strategy=STRATEGY)
    write(deal.with_name("follow.yaml"), FOLLOW)
    result = run_check(deal)
    assert result.bid is not None
    assert result.followed is not None
    environment = ImmutableSandboxedEnvironment(undefined=jinja2.StrictUndefined)
    for item in WHEN:
        if regime in item.regimes and "receivables" not in item.when:  # those are paid later, see test_follow
            names = expression_names(result.bid, result.followed)
            value = environment.compile_expression(item.when, undefined_to_none=False)(**names)
            assert value is True, item.id


def test_attested_paths_exist(tmp_path: Path) -> None:
    result = run_check(make_light(tmp_path))
    assert result.bid is not None
    known = PATHS | {"signing", "price_forms"} | set(result.bid.deal.model_dump(by_alias=True))
    assert {path for item in ITEMS for path in item.attest} <= known


# Regimes and moments.


@pytest.mark.parametrize("regime", REGIMES)
def test_gate_holds_only_the_items_of_the_regime(tmp_path: Path, regime: str) -> None:
    found = items_of(run_check(make_light(tmp_path, regime)))
    assert list(found) == [item.id for item in ITEMS if regime in item.regimes]


@pytest.mark.parametrize("regime", REGIMES)
def test_signed_deal_is_ready(tmp_path: Path, regime: str) -> None:
    gate = gate_of(run_check(make_signed(tmp_path, regime)))
    assert gate.is_ready_to_build
    assert gate.is_ready_to_submit


@pytest.mark.parametrize("regime", REGIMES)
def test_unsigned_deal_is_not_ready(tmp_path: Path, regime: str) -> None:
    gate = gate_of(run_check(make_light(tmp_path, regime)))
    assert not gate.is_ready_to_build
    assert not gate.is_ready_to_submit
    assert {problem.code for item in gate.blocking("build", "submit") for problem in item.open} == {"GT03"}


def test_items_of_the_build_make_a_deal_ready_to_build_but_not_to_submit(tmp_path: Path) -> None:
    deal = make_light(tmp_path)
    sign_all(deal, ("build",))
    gate = gate_of(run_check(deal))
    assert gate.is_ready_to_build
    assert not gate.is_ready_to_submit
    assert [item.item.id for item in gate.blocking("build", "submit")] == ["4.8t", "4.8b", "4.8p"]


def test_what_comes_after_handing_in_blocks_neither(tmp_path: Path) -> None:
    gate = gate_of(run_check(make_signed(tmp_path)))
    late = [item for stage in gate.stages for item in stage.items if item.item.moment in ("submitted", "later")]
    assert any(item.state is State.OPEN for item in late)
    assert gate.blocking("build", "submit") == ()


def test_advisory_items_never_block(tmp_path: Path) -> None:
    deal = make_signed(tmp_path)
    contacts = re.sub(r"(?m)^    - \{name: .*?role: .*\n", "", deal.read_text(encoding="utf-8")).replace(
        "  contacts:\n", "  contacts: []\n"
    )
    write(deal, contacts.replace("competitors: []\n", ""))
    sign_all(deal)
    result = run_check(deal)
    advisory = [item for item in items_of(result).values() if "tender" in item.item.advisory]
    assert {item.item.id for item in advisory if item.state is State.OPEN} >= {"1.2", "1.3", "1.5", "2.1", "2.2", "2.3"}
    assert not any(item.is_blocking for item in advisory)
    assert gate_of(result).is_ready_to_submit


def test_the_same_items_block_in_a_commercial_deal(tmp_path: Path) -> None:
    deal = make_signed(tmp_path, "commercial", competitors=None)
    result = run_check(deal)
    assert items_of(result)["1.5"].is_blocking
    assert not gate_of(result).is_ready_to_build
    assert [item.item.id for item in gate_of(result).blocking("build")] == ["1.5"]


def test_error_of_a_rule_opens_its_item_and_a_warning_does_not(tmp_path: Path) -> None:
    deal = make_signed(tmp_path)
    edit(deal, "total: 336000.00", "total: 336000.01")
    edit(root_of(deal) / "catalog/credentials/iso9001.yaml", "2028-05-19", "2026-09-30")
    sign_all(deal)
    result = run_check(deal)
    severities = {item.code: item.severity for item in result.diagnostics}
    assert severities == {"PR01": Severity.ERROR, "QU02": Severity.WARNING}
    assert codes_of(result, "4.5") == ["GT02"]
    assert items_of(result)["4.6"].state is State.DONE
    assert not gate_of(result).is_ready_to_build


# The stage.


def stage_of(result: Result) -> str | None:
    stage = gate_of(result).stage
    return stage.stage.id if stage else None


def test_stage_is_the_first_whose_end_marker_is_not_reached(tmp_path: Path) -> None:
    deal = make_light(tmp_path)
    assert stage_of(run_check(deal)) == "1"
    sign_all(deal)
    records = attestations_of(deal)
    for count, stage in ((0, "1"), (1, "2"), (2, "3"), (3, "4")):
        ends = ["1.7", "2.5", "3.8"][:count]
        write_attestations(deal, [record for record in records if record["item"] in ends])
        assert stage_of(run_check(deal)) == stage


def test_stage_goes_to_the_end_with_its_last_marker(tmp_path: Path) -> None:
    deal = make_light(tmp_path)
    sign_all(deal, ("build", "submit", "submitted"))
    assert stage_of(run_check(deal)) == "5"
    sign_all(deal, ("build", "submit", "submitted", "later"))
    assert stage_of(run_check(deal)) is None


def test_later_stage_does_not_count_while_an_earlier_one_is_open(tmp_path: Path) -> None:
    deal = make_signed(tmp_path)
    write_attestations(deal, [record for record in attestations_of(deal) if record["item"] != "1.7"])
    assert stage_of(run_check(deal)) == "1"


# Expressions.


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Bid:
    bid = run_check(make_light(tmp_path_factory.mktemp("plain"))).bid
    assert bid is not None
    return bid


def find_open(bid: Bid, when: str) -> list[str]:
    """The codes of what is open in an item of which only the expression is given."""
    judge = _Judge(bid, set(), expression_names(bid), (), Workspace(Path("/nonexistent")), "deal.yaml", "", FILES)
    item = {"id": "x", "title": {"zh": "x", "en": "x"}, "when": when, "moment": "build"}
    return [problem.code for problem in judge.holds(Item.model_validate(item))]


@pytest.mark.parametrize(
    "when",
    [
        "nobody",
        "deal.nobody",
        "deal.customer.nobody.name",
        "deal.nobody is not none",
        "not deal.nobody",
        "deal.nobody != 1",
        "deal.nobody == 1 or true",
        "deal.customer.contacts | map(attribute='nobody') | list | length > 0 and deal.nobody",
        "deal.tender.bond > 1",
        "deal.tender.deadline > today",
        "1 / 0 == 1",
        "days('x')",
        "total",
        "1",
        "'true'",
        "[1]",
        "false",
        "none",
        "",
        "deal.title |",
        "deal.__class__ is not none",
        "deal.customer.name.__class__.__mro__ | length > 0",
        "deal.customer.contacts.append(1) is none",
        "deal.customer.contacts[99].name == ''",
        "total | nobody",
        "'{}'.format(nobody) == ''",
        "lipsum() | length > 0",
    ],
)
def test_expression_that_is_not_true_or_cannot_be_computed_leaves_the_item_open(plain: Bid, when: str) -> None:
    assert find_open(plain, when) == ["GT01"]


@pytest.mark.parametrize(
    "when", ["true", "total == 336000", "today == deal.dated - days(14)", "company.name | length > 1"]
)
def test_true_expression_closes_the_item(plain: Bid, when: str) -> None:
    assert find_open(plain, when) == []


def test_open_expression_says_what_must_be_true(tmp_path: Path) -> None:
    deal = make_signed(tmp_path)
    edit(deal, "  has_prior_design_service: false\n", "")
    sign_all(deal)
    (problem,) = items_of(run_check(deal))["1.6"].open
    assert problem.code == "GT01"
    assert "tender.has_prior_design_service: false" in problem.fix("zh")


def test_every_shipped_expression_is_told_in_words_and_another_one_as_it_stands(tmp_path: Path) -> None:
    deal = make_signed(tmp_path)
    settings = tmp_path / "bidkit.yaml"
    settings.write_text(settings.read_text(encoding="utf-8") + "process: own.yaml\n", encoding="utf-8")
    change = (
        "schema: bidkit/process@1\nid: own\nextends: six-step\nchange:\n  - {id: '1.6', when: deal.title == 'x'%s}\n"
    )
    for how, shown in (("", "deal.title == 'x'"), (", how: {zh: 改标题, en: retitle}", "改标题")):
        write(tmp_path / "own.yaml", change % how)
        (problem,) = items_of(run_check(deal))["1.6"].open
        assert shown in problem.fix("zh") and ("deal.title" in problem.fix("zh")) == (not how)
    shipped = load_shipped()
    assert [item.id for item in shipped.items if item.when and item.how is None] == []


@pytest.mark.parametrize("said", ["true", None])
def test_prior_design_service_must_be_denied_in_so_many_words(tmp_path: Path, said: str | None) -> None:
    deal = make_signed(tmp_path, tender__has_prior_design_service=said)
    result = run_check(deal)
    assert codes_of(result, "1.6") == ["GT01"]
    assert not gate_of(result).is_ready_to_build


@pytest.mark.parametrize(
    ("day", "is_open"),
    [("2026-09-01", False), ("2026-07-03", False), ("2026-07-02", True), ("2026-09-02", True), ("2027-01-01", True)],
)
def test_contact_counts_for_sixty_days_and_only_once_it_has_happened(tmp_path: Path, day: str, is_open: bool) -> None:
    contact = {"name": "主任", "role": "user", "level": "decision", "relation": "meeting", "last_contact": day}
    deal = make_light(tmp_path, "commercial", customer__contacts=[contact])
    assert (items_of(run_check(deal))["2.3"].state is State.OPEN) is is_open


@pytest.mark.parametrize(
    ("changes", "item"),
    [
        ({"opportunity__goals": [], "opportunity__problems": [], "opportunity__solutions": []}, "3.1"),
        ({"opportunity__solutions": []}, "3.1"),
        ({"opportunity__criteria": []}, "3.2"),
        ({"opportunity__criteria": [{"id": "C1", "text": "接入延迟"}]}, "3.2"),
        ({"tender__markers": {}, "requirements": []}, "3.3"),
        ({"tender__mandatory_count": None}, "3.4"),
        ({"tender__mandatory_count": "2"}, "3.4r"),
        ({"opportunity__purchase_stage": None}, "3.6"),
        ({"requirements": []}, "4.1"),
        ({"opportunity__solutions": []}, "4.2"),
        ({"opportunity__solutions": [{"id": "S1", "problem": "P1", "title": "网关", "text": "见下。"}]}, "4.2"),
        ({"solution__overview": "太短。"}, "4.3"),
        ({"quote__validity_days": "89"}, "4.5d"),
        ({"credentials": ["business-licence"]}, "4.6"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_item_is_open_and_blocks_while_it_does_not_hold(tmp_path: Path, changes: dict[str, Any], item: str) -> None:
    result = run_check(make_light(tmp_path, **changes))
    assert items_of(result)[item].state is State.OPEN
    assert item in [blocking.item.id for blocking in gate_of(result).blocking("build")]


PAID = {"form": "transfer", "amount": "6000.00", "payer": COMPANY, "paid_on": "2026-09-01"}
GUARANTEE = {"form": "guarantee", "amount": "6000.00", "payer": COMPANY, "valid_until": "2026-12-31"}


@pytest.mark.parametrize(
    ("changes", "is_open"),
    [
        ({"tender__bond": "6000.00"}, True),
        ({"tender__bond": "6000.00", "bond": PAID}, False),
        ({"tender__bond": "6000.00", "bond": GUARANTEE}, False),
        ({"tender__bond": "6000.00", "bond": {**PAID, "paid_on": "2026-09-02"}}, True),
        ({"tender__bond": "6000.00", "bond": {**PAID, "paid_at": "2026-09-02T00:01+08:00"}}, True),
        ({"tender__bond": "6000.00", "bond": {**GUARANTEE, "form": "draft"}}, True),
        ({"tender__bond": None}, False),
        ({"tender__bond": "0"}, False),
    ],
)
def test_nothing_is_handed_in_without_the_bond_that_is_asked_for(
    tmp_path: Path, changes: dict[str, Any], is_open: bool
) -> None:
    result = run_check(make_light(tmp_path, **changes))
    assert (items_of(result)["4.9b"].state is State.OPEN) is is_open
    assert ("4.9b" in [item.item.id for item in gate_of(result).blocking("submit")]) is is_open
    assert "4.9b" not in [item.item.id for item in gate_of(result).blocking("build")]


# Attestations.


def test_attestation_with_the_right_hashes_closes_its_item_and_names_who_signed(tmp_path: Path) -> None:
    item = items_of(run_check(make_signed(tmp_path)))["4.8p"]
    assert (item.state, item.by, item.open) == (State.DONE, "周牧野（报价复核）", ())


def test_item_that_nobody_signed_says_by_which_command_it_is(tmp_path: Path) -> None:
    result = run_check(make_light(tmp_path))
    (problem,) = items_of(result)["4.8p"].open
    assert problem.code == "GT03"
    assert "bidkit attest deals/water/deal.yaml 4.8p --by" in problem.fix("en")
    assert "has not signed 4.8t, 4.8b" in problem.fix("en")
    assert re.fullmatch("[0-9a-f]{64}", items_of(result)["4.8p"].subject)


def test_each_item_signs_for_what_it_covers_and_for_nothing_else(tmp_path: Path) -> None:
    deal = make_signed(tmp_path)
    edit(deal, "decision_date: 2026-09-30", "decision_date: 2026-10-01")
    result = run_check(deal)
    void = [name for name, item in items_of(result).items() if "GT04" in [problem.code for problem in item.open]]
    assert void == ["1.7", "3.8", "4.8t", "4.8b"]
    assert items_of(result)["4.8p"].state is State.DONE


def change_deal(deal: Path) -> None:
    edit(deal, "title: 澄溪水厂数据采集项目", "title: 澄溪水厂数据采集二期项目")


def change_product(deal: Path) -> None:
    edit(root_of(deal) / "catalog/products/GW-200.md", "保存 45 天", "保存 40 天")


def change_service(deal: Path) -> None:
    edit(root_of(deal) / "catalog/services/maintenance.md", "每季度", "每月")


def change_credential(deal: Path) -> None:
    edit(root_of(deal) / "catalog/credentials/iso9001.yaml", "QMS-2025-03417", "QMS-2025-03418")


def change_credential_file(deal: Path) -> None:
    path = root_of(deal) / ISO9001
    write(path, path.read_bytes() + b"\n%%EOF\n")


def change_picture(deal: Path) -> None:
    write(deal.with_name("net.png"), make_picture("PNG", 61, 80))


def change_company(deal: Path) -> None:
    edit(root_of(deal) / "bidkit.yaml", "legal_representative: 顾明澈", "legal_representative: 顾明远")


def change_introduction(deal: Path) -> None:
    edit(root_of(deal) / "bidkit.yaml", "自有研发与服务团队", "服务全部外包")


def change_pack(deal: Path) -> None:
    edit(root_of(deal) / "templates/light/pack.yaml", "locale: zh-CN", "locale: zh-CN # x")


CHANGES = {
    "4.8t": [change_deal, change_product, change_service, change_picture, change_pack],
    "4.8b": [
        change_deal,
        change_credential,
        change_credential_file,
        change_company,
        change_introduction,
        change_pack,
    ],
}


@pytest.mark.parametrize(
    ("item", "change"), [(item, change) for item, changes in CHANGES.items() for change in changes]
)
def test_review_is_void_when_anything_it_looked_at_changes(tmp_path: Path, item: str, change: Any) -> None:
    deal = make_signed(tmp_path)
    change(deal)
    assert codes_of(run_check(deal), item) == ["GT04"]


def test_price_review_is_void_when_the_price_changes(tmp_path: Path) -> None:
    deal = make_signed(tmp_path)
    edit(deal, "percent: 30%", "percent: 40%")
    edit(deal, "percent: 70%", "percent: 60%")
    (problem,) = items_of(run_check(deal))["4.8p"].open
    assert problem.code == "GT04"
    assert problem.span is not None
    assert problem.span.file == "deals/water/attestations.yaml"
    assert "周牧野" in problem.message("zh")


def test_a_price_that_a_book_gives_is_signed_for(tmp_path: Path) -> None:
    deal = make_light(tmp_path)
    write(tmp_path / "catalog/prices/2026.yaml", BOOK)
    edit(deal, "quote:\n", "quote:\n  price_books: [2026]\n")
    edit(deal, "  total: 336000.00\n  total_words: 人民币叁拾叁万陆仟元整\n", "")
    edit(deal, "unit_price: 12500.00, ", "")
    assert sign_all(deal) > 0
    assert gate_of(run_check(deal)).is_ready_to_submit
    book = tmp_path / "catalog/prices/2026.yaml"
    edit(book, "sku: OTHER, unit: 台, list_price: 5", "sku: OTHER, unit: 台, list_price: 6")
    assert gate_of(run_check(deal)).is_ready_to_submit
    edit(book, "list_price: 12500", "list_price: 12000")
    result = run_check(deal)
    assert [codes_of(result, item) for item in ("4.8t", "4.8b", "4.8p")] == [["GT04"]] * 3


BOOK = """\
id: 2026
title: 2026 年价格
valid_from: 2026-01-01
valid_until: 2026-12-31
owner: 商务部 简宁
items:
  - {sku: GW-200, unit: 台, list_price: 12500}
  - {sku: OTHER, unit: 台, list_price: 5}
"""


def test_the_buyers_price_form_is_signed_for(tmp_path: Path) -> None:
    deal = make_form_deal(tmp_path)
    assert sign_all(deal) > 0
    assert gate_of(run_check(deal)).is_ready_to_submit
    other = form(change=lambda book, looks: book.get_worksheet_by_name("分项报价表").write("A40", "另含五年运维"))
    write(deal.parent / "forms/报价表.xlsx", other)
    result = run_check(deal)
    assert [codes_of(result, item) for item in ("4.8b", "4.8p")] == [["GT04"], ["GT04"]]


@pytest.mark.parametrize("by", ["待定", "（商务）", "——"])
def test_nobody_signs_nothing(tmp_path: Path, by: str) -> None:
    deal = make_signed(tmp_path)
    file = deal.with_name("attestations.yaml")
    write(file, re.sub("by: .*", f"by: {by}", file.read_text(encoding="utf-8")))
    assert codes_of(run_check(deal), "4.8t") == ["GT15"]


def test_order_of_keys_and_comments_do_not_void_an_attestation(tmp_path: Path) -> None:
    deal = make_signed(tmp_path)
    write(deal, "# 说明\n" + deal.read_text(encoding="utf-8").replace("quote:\n", "quote: # 报价\n"))
    assert gate_of(run_check(deal)).is_ready_to_submit


def test_subject_does_not_depend_on_the_order_in_which_its_paths_are_named(tmp_path: Path) -> None:
    bid = run_check(make_light(tmp_path)).bid
    assert bid is not None
    one, other = (hash_subject(bid, paths, "p", FILES) for paths in (["quote", "pack"], ["pack", "quote"]))
    assert one == other
    assert one != hash_subject(bid, ["quote"], "p", FILES)


def test_a_signature_is_for_one_deal_and_none_that_is_copied_from_it(tmp_path: Path) -> None:
    deal = make_signed(tmp_path)
    copy = deal.parent.with_name("copy")
    shutil.copytree(deal.parent, copy)
    deal.unlink()
    text = (copy / "deal.yaml").read_text(encoding="utf-8")
    assert len(list_void(copy / "deal.yaml")) == 1  # what covers the paths of its papers
    write(copy / "deal.yaml", text.replace("id: cs-2026-001\n", "id: cs-2026-002\n"))
    assert len(list_void(copy / "deal.yaml")) == len(list_signed(copy / "deal.yaml")) > 1


def list_signed(deal: Path) -> list[ItemResult]:
    """The items that somebody has signed."""
    return [item for stage in gate_of(run_check(deal)).stages for item in stage.items if item.by]


def list_void(deal: Path) -> list[ItemResult]:
    """Those of them that were signed for something else."""
    return [item for item in list_signed(deal) if any(found.code == "GT04" for found in item.open)]


def test_evidence_that_changed_is_not_what_was_attested(tmp_path: Path) -> None:
    deal = make_signed(tmp_path)
    write(deal.with_name("evidence") / "minutes.md", "另一份纪要\n")
    result = run_check(deal)
    assert codes_of(result, "4.8p") == ["GT05"]
    assert not gate_of(result).is_ready_to_build
    (problem,) = items_of(result)["4.8p"].open
    assert "attest deals/water/deal.yaml 4.8p" in problem.fix("en")


def test_evidence_that_is_missing_opens_the_item(tmp_path: Path) -> None:
    deal = make_signed(tmp_path)
    (deal.with_name("evidence") / "minutes.md").unlink()
    result = run_check(deal)
    assert codes_of(result, "4.8p") == ["DL12"]
    assert not gate_of(result).is_ready_to_build


@pytest.mark.parametrize(
    ("evidence", "code"),
    [("../../../outside.md", "DL13"), ("/etc/hostname", "DL13"), ("evidence", "DL14")],
)
def test_evidence_must_be_a_file_of_the_workspace(tmp_path: Path, evidence: str, code: str) -> None:
    deal = make_signed(tmp_path / "workspace")
    write(tmp_path / "outside.md", "x")
    attest(deal, "4.8p", evidence=evidence)
    result = run_check(deal)
    assert codes_of(result, "4.8p") == [code]


@pytest.mark.parametrize(
    ("at", "is_open"),
    [
        ("2026-08-31T10:00+08:00", False),
        ("2026-09-01T00:00+08:00", False),
        ("2026-09-01T23:59+08:00", False),
        ("2026-09-02T00:30+08:00", True),
        ("2026-09-02T08:00+08:00", True),
        ("2026-09-03T10:00+08:00", True),
        ("2036-09-01T10:00+08:00", True),
    ],
)
def test_attestation_dated_after_today_does_not_count(tmp_path: Path, at: str, is_open: bool) -> None:
    deal = make_signed(tmp_path)
    attest(deal, "4.8p", at=at)
    assert codes_of(run_check(deal), "4.8p") == (["GT06"] if is_open else [])
    edit(tmp_path / "bidkit.yaml", "as_of: 2026-09-01\n", "")
    assert codes_of(run_check(deal, NOW), "4.8p") == (["GT06"] if is_open else [])


def test_last_of_several_attestations_of_an_item_counts(tmp_path: Path) -> None:
    deal = make_signed(tmp_path)
    good = next(record for record in attestations_of(deal) if record["item"] == "4.8p")
    others = [record for record in attestations_of(deal) if record["item"] != "4.8p"]
    void = {**good, "subject_sha256": "0" * 64}
    write_attestations(deal, [*others, void, good])
    assert codes_of(run_check(deal), "4.8p") == []
    write_attestations(deal, [*others, good, void])
    assert codes_of(run_check(deal), "4.8p") == ["GT04"]


def test_attestation_of_an_unknown_item_is_an_error(tmp_path: Path) -> None:
    deal = make_signed(tmp_path)
    attest(deal, "4.8p", item="4.8q")
    result = run_check(deal)
    (problem,) = [item for item in result.diagnostics if item.severity is Severity.ERROR]
    assert (problem.code, problem.values["id"]) == ("DL15", "4.8q")
    assert problem.span is not None
    assert problem.span.file == "deals/water/attestations.yaml"
    assert "4.8" in problem.fix("en")


@pytest.mark.parametrize("key", ["by", "at", "evidence", "evidence_sha256", "subject_sha256"])
def test_attestation_without_one_of_its_parts_is_an_error(tmp_path: Path, key: str) -> None:
    deal = make_signed(tmp_path)
    attest(deal, "4.8p", **{key: None})
    result = run_check(deal)
    assert [item.code for item in result.diagnostics] == ["DL06"]
    assert result.exit_code == 1


@pytest.mark.parametrize("key", ["by", "evidence", "evidence_sha256", "subject_sha256"])
def test_attestation_with_an_empty_part_does_not_count(tmp_path: Path, key: str) -> None:
    deal = make_signed(tmp_path)
    attest(deal, "4.8p", **{key: ""})
    result = run_check(deal)
    assert result.exit_code == 1 or not gate_of(result).is_ready_to_submit


def test_nothing_but_an_attestation_closes_an_item(tmp_path: Path) -> None:
    """There is no waiver: neither a record nor a list of them is understood."""
    deal = make_signed(tmp_path)
    records = attestations_of(deal)
    waiver = {"item": "4.8p", "by": "林知行", "at": "2026-08-31T10:00+08:00", "waive": "true", "reason": "急"}
    write_attestations(deal, [*records[:-1], waiver])
    assert {"DL04"} <= {item.code for item in run_check(deal).diagnostics}
    write_attestations(deal, records[:-1], waivers=[{"item": "4.8p", "by": "林知行", "reason": "急"}])
    assert [item.code for item in run_check(deal).diagnostics] == ["DL04"]


def test_broken_attestations_refuse_the_deal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIDKIT_SOFFICE", "/nonexistent")
    deal = make_signed(tmp_path)
    write(deal.with_name("attestations.yaml"), "schema: bidkit/attestations@1\nattestations: [\n")
    result = build_deal(deal, Options(now=NOW, is_draft=True))
    assert result.exit_code == 1
    assert result.folder is None


def test_attestations_of_another_folder_do_not_count(tmp_path: Path) -> None:
    deal = make_signed(tmp_path)
    target = tmp_path / "deals/other"
    for name in ("deal.yaml", "net.png"):
        write(target / name, deal.with_name(name).read_bytes())
    assert not gate_of(run_check(target / "deal.yaml")).is_ready_to_build


def test_gate_is_judged_by_the_findings_that_it_is_given(tmp_path: Path) -> None:
    deal = make_light(tmp_path)
    bid = run_check(deal).bid
    assert bid is not None
    workspace = Workspace(tmp_path)
    for found, state in (([], State.DONE), ([Diagnostic("PR15")], State.OPEN)):
        gate = judge_gate(bid, found, (), workspace, "deals/water/deal.yaml", "", FILES)
        items = {item.item.id: item for stage in gate.stages for item in stage.items}
        assert items["4.4"].state is state


# What a build may do.


@pytest.fixture
def without_office(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIDKIT_SOFFICE", "/nonexistent")


@pytest.mark.usefixtures("without_office")
@pytest.mark.parametrize("missing", ["4.8t", "4.8b", "4.8p"])
def test_final_tender_package_is_refused_while_a_review_is_open(tmp_path: Path, missing: str) -> None:
    deal = make_signed(tmp_path)
    write_attestations(deal, [record for record in attestations_of(deal) if record["item"] != missing])
    result = build_deal(deal, Options(now=NOW))
    assert result.folder is None
    assert not (tmp_path / "dist").exists()
    assert [item.item.id for item in gate_of(result).blocking("build", "submit")] == [missing]


@pytest.mark.usefixtures("without_office")
def test_draft_of_a_tender_builds_while_the_reviews_are_open_and_says_so(tmp_path: Path) -> None:
    deal = make_workspace(tmp_path)
    result = build_deal(deal, Options(now=NOW, is_draft=True))
    assert result.folder == tmp_path / "dist/cs-2026-001-DRAFT"
    assert result.is_draft
    names = sorted(path.name for path in (result.folder / "submit").rglob("*") if path.is_file())
    assert len(names) == 4
    assert all(path.partition(".")[0].endswith("-DRAFT") for path in names)
    assert "4.8p" in (result.folder / "internal/report.html").read_text(encoding="utf-8")
    assert not (tmp_path / "dist/cs-2026-001").exists()


@pytest.mark.usefixtures("without_office")
def test_draft_lifts_errors_of_rules_but_not_of_the_deal_file(tmp_path: Path) -> None:
    deal = make_workspace(tmp_path)
    edit(deal, "total: 336000.00", "total: 336000.01")
    result = build_deal(deal, Options(now=NOW, is_draft=True))
    assert result.folder is not None
    assert "PR01" in [item.code for item in result.diagnostics]
    edit(deal, "dated: 2026-09-15", "dated: 2026-09-31")
    result = build_deal(deal, Options(now=NOW, is_draft=True))
    assert result.folder is None
    assert [item.code for item in result.diagnostics] == ["DL09"]


@pytest.mark.usefixtures("without_office")
def test_final_package_is_refused_for_an_error_of_a_rule_though_all_is_signed(tmp_path: Path) -> None:
    deal = make_workspace(tmp_path)
    edit(deal, "total: 336000.00", "total: 336000.01")
    sign_all(deal)
    result = build_deal(deal, Options(now=NOW))
    assert (result.folder, result.exit_code) == (None, 1)


@pytest.mark.usefixtures("without_office")
def test_commercial_package_needs_no_review_but_all_of_the_build(tmp_path: Path) -> None:
    deal = make_workspace(tmp_path, "commercial")
    assert build_deal(deal, Options(now=NOW)).folder is None
    sign_all(deal, ("build",))
    assert build_deal(deal, Options(now=NOW)).folder == tmp_path / "dist/cs-2026-001"


@pytest.mark.usefixtures("without_office")
def test_refused_build_leaves_the_old_package_as_it_is(tmp_path: Path) -> None:
    deal = make_workspace(tmp_path)
    sign_all(deal)
    folder = build_deal(deal, Options(now=NOW)).folder
    assert folder is not None
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    edit(deal, "unit_price: 12500.00", "unit_price: 12500.01")
    assert build_deal(deal, Options(now=NOW)).folder is None
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_day_that_is_not_pinned_is_the_deals_own(tmp_path: Path) -> None:
    deal = make_workspace(tmp_path)
    edit(tmp_path / "bidkit.yaml", "as_of: 2026-09-01\n", "")
    late = NOW.replace(hour=17)
    result = run_check(deal, late)
    assert result.pinned is None
    assert result.bid is not None
    assert result.bid.today == (late + timedelta(hours=8)).date() == NOW.date() + timedelta(days=1)
