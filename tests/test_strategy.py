"""The competition strategy: what it may name, whom it may not know, and what it changes of a deal that has none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from test_gate import gate_of, items_of, make_light, make_signed
from workspace import STRATEGY, edit, make_workspace, run_check, sign_all

from bidkit.bid import Bid
from bidkit.diagnostic import Diagnostic
from bidkit.gate import State, hash_inputs, hash_subject

FILES: dict[str, dict[str, str]] = {"papers": {}, "pictures": {}}


def check(tmp_path: Path, strategy: Any = STRATEGY, regime: str = "tender", **changes: Any) -> list[Diagnostic]:
    return list(run_check(make_light(tmp_path, regime, strategy=strategy, **changes)).diagnostics)


def act(**changes: Any) -> dict[str, Any]:
    """The strategy with its first action changed."""
    first, *others = STRATEGY["actions"]
    return {**STRATEGY, "actions": [{**first, **changes}, *others]}


def person(name: str = "王芳", **changes: Any) -> dict[str, str]:
    return {"name": name, "role": "user", "level": "operation", "relation": "meeting", **changes}


def underlined(path: Path, problem: Diagnostic) -> str:
    assert problem.span is not None
    line = (path / problem.span.file).read_text(encoding="utf-8").splitlines()[problem.span.line - 1]
    return line[problem.span.col - 1 : problem.span.col - 1 + problem.span.width]


def test_whole_strategy_is_clean(tmp_path: Path) -> None:
    assert check(tmp_path) == []


@pytest.mark.parametrize(
    ("strategy", "word", "known"),
    [
        (act(needs=["P1", "P2"]), "P2", "P1"),
        (act(contact="调度中心主仼"), "调度中心主仼", "did you mean `调度中心主任`?"),
        ({"strengths": [{"text": "快", "needs": ["C2"]}]}, "C2", "C1"),
        ({"weaknesses": [{"text": "远", "needs": ["G9"], "mitigation": "驻场"}]}, "G9", "G1"),
    ],
)
def test_name_that_leads_nowhere_is_told_at_its_place(tmp_path: Path, strategy: Any, word: str, known: str) -> None:
    (problem,) = check(tmp_path, strategy)
    assert (problem.code, underlined(tmp_path, problem)) == ("DL15", word)
    assert known in problem.fix("en")


def test_competitor_that_is_not_listed_is_told_with_those_that_are(tmp_path: Path) -> None:
    rivals = [{"name": "远岑科技有限公司"}]
    (problem,) = check(tmp_path / "a", act(against="远岑科技公司"), competitors=rivals)
    assert (problem.code, underlined(tmp_path / "a", problem)) == ("DL15", "远岑科技公司")
    assert "远岑科技有限公司" in problem.fix("zh")
    (problem,) = check(tmp_path / "b", act(against="远岑科技有限公司"), competitors=None)
    assert "—" in problem.fix("zh")
    assert check(tmp_path / "c", act(against="远岑科技有限公司"), competitors=rivals) == []


def test_need_of_a_contact_exists_also_without_a_strategy(tmp_path: Path) -> None:
    deal = make_light(tmp_path)
    edit(deal, "last_contact: 2026-08-12}", "last_contact: 2026-08-12, cares_about: [G1, P7]}")
    (problem,) = run_check(deal).diagnostics
    assert (problem.code, underlined(tmp_path, problem)) == ("DL15", "P7")


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ("id: P1, goal: G1", "id: P1, goal: G7", "G7"),
        ("id: S1, problem: P1", "id: S1, problem: P7", "P7"),
        ("一次。, products: [GW-200]}", "一次。, products: [GW-201]}", "GW-201"),
    ],
)
def test_tree_of_needs_holds_together(tmp_path: Path, old: str, new: str, word: str) -> None:
    deal = make_light(tmp_path)
    edit(deal, old, new)
    (problem,) = run_check(deal).diagnostics
    assert (problem.code, underlined(tmp_path, problem)) == ("DL15", word)


class TestSameName:
    def check(self, path: Path, people: list[dict[str, str]], contact: str) -> list[Diagnostic]:
        strategy = {"actions": [{"contact": contact, "text": "做"}]}
        return check(path, strategy, customer__contacts=people)

    def test_two_of_one_name_are_told_where_an_action_names_them(self, tmp_path: Path) -> None:
        (problem,) = self.check(tmp_path, [person(), person(department="采购部")], "王芳")
        assert problem.code == "DL16"
        assert problem.span is not None
        assert problem.values["first"] < problem.span.line

    def test_they_do_not_matter_where_none_does(self, tmp_path: Path) -> None:
        assert self.check(tmp_path, [person(), person(), person("李明")], "李明") == []

    def test_ids_tell_them_apart(self, tmp_path: Path) -> None:
        assert self.check(tmp_path, [person(id="w1"), person(id="w2")], "w2") == []

    def test_one_id_twice_is_wrong_without_any_action(self, tmp_path: Path) -> None:
        problems = check(tmp_path, None, customer__contacts=[person(id="w"), person("李明", id="w")])
        assert [(item.code, underlined(tmp_path, item)) for item in problems] == [("DL16", "w")]


@pytest.mark.parametrize("key", ["birthday", "family", "hobbies", "gifts", "phone"])
def test_nothing_private_is_kept_of_people(tmp_path: Path, key: str) -> None:
    (problem,) = check(tmp_path, customer__contacts=[person(**{key: "x"})])
    assert (problem.code, underlined(tmp_path, problem)) == ("DL04", key)


@pytest.mark.parametrize("regime", ["tender", "commercial"])
def test_deal_without_a_strategy_is_as_it_was(tmp_path: Path, regime: str) -> None:
    result = run_check(make_signed(tmp_path, regime))
    assert result.diagnostics == ()
    assert gate_of(result).is_ready_to_submit
    items = items_of(result)
    assert {items[name].state for name in ("4.2a", "4.2s")} == {State.OPEN}
    assert items["4.2r"].state is State.DONE
    assert [item.item.id for item in gate_of(result).blocking("build", "submit")] == []


def test_strategy_closes_its_items_in_a_commercial_deal_and_blocks_nothing_in_a_tender(tmp_path: Path) -> None:
    whole = items_of(run_check(make_light(tmp_path / "a", "commercial", strategy=STRATEGY)))
    assert {whole[name].state for name in ("4.2a", "4.2r", "4.2s")} == {State.DONE}
    late = act(due="2026-08-31")
    result = run_check(make_light(tmp_path / "b", strategy={**late, "weaknesses": [{"text": "远"}]}))
    assert not any(items_of(result)[name].is_blocking for name in ("4.2a", "4.2r", "4.2s"))
    assert {item.code: item.severity.value for item in result.diagnostics} == {"ST02": "info", "ST03": "info"}


def test_a_strategy_with_holes(tmp_path: Path) -> None:
    holes = {"actions": act(due="2026-08-31")["actions"][:1], "weaknesses": [{"text": "远"}]}
    assert {item.code for item in check(tmp_path, holes, "commercial")} == {"ST01", "ST02", "ST03"}


def test_contact_is_found_by_its_id_in_the_checklist(tmp_path: Path) -> None:
    people = [person(id="b", level="decision", role="decision"), person(stance="opposes", id="c"), person("李明")]
    named = [{"contact": "b", "text": "说明"}]
    changes: dict[str, Any] = {"customer__contacts": people}
    open_ = run_check(make_light(tmp_path / "a", "commercial", strategy={"actions": named}, **changes))
    assert items_of(open_)["4.2s"].state is State.OPEN
    named = [*named, {"contact": "c", "text": "说明"}]
    done = run_check(make_light(tmp_path / "b", "commercial", strategy={"actions": named}, **changes))
    assert items_of(done)["4.2s"].state is State.DONE


def bid_of(path: Path, **changes: Any) -> Bid:
    bid = run_check(make_light(path, **changes)).bid
    assert bid is not None
    return bid


def test_who_signs_for_the_deal_does_not_sign_for_what_stays_inside(tmp_path: Path) -> None:
    old = bid_of(tmp_path / "a", strategy=STRATEGY)
    changes = {"strategy": act(done="true"), "competitors": [{"name": "远岑科技有限公司"}]}
    contacts = [item.model_dump(mode="json") for item in old.deal.customer.contacts]
    contacts[0] |= {"last_contact": "2026-08-31", "stance": "opposes", "cares_about": ["G1"]}
    new = bid_of(tmp_path / "b", **changes, customer__contacts=contacts)
    assert new.deal != old.deal
    for paths in (["deal"], ["deal", "company", "catalog"]):
        assert hash_subject(old, paths, "p", FILES) == hash_subject(new, paths, "p", FILES)
    assert hash_inputs(old, "p", FILES) == hash_inputs(new, "p", FILES)
    for paths in (["strategy"], ["customer"], ["competitors"]):
        assert hash_subject(old, paths, "p", FILES) != hash_subject(new, paths, "p", FILES)
    renamed = bid_of(tmp_path / "c", customer__name="澄溪供水有限公司")
    assert hash_subject(old, ["deal"], "p", FILES) != hash_subject(renamed, ["deal"], "p", FILES)


def test_edited_action_leaves_the_reviews_signed(tmp_path: Path) -> None:
    deal = make_light(tmp_path, strategy=STRATEGY)
    sign_all(deal)
    edit(deal, "复核偏离表", "再复核一次偏离表")
    assert gate_of(run_check(deal)).is_ready_to_submit
    edit(deal, "站点数据一分钟内到达调度台。", "站点数据两分钟内到达调度台。")
    assert {item.item.id for item in gate_of(run_check(deal)).blocking("build", "submit")} >= {"4.8t", "4.8b"}


def test_two_hundred_actions_are_judged_each(tmp_path: Path) -> None:
    actions = [{"contact": "值班员", "text": f"第 {n} 件事", "due": "2026-08-31"} for n in range(200)]
    deal = make_workspace(tmp_path, strategy={"actions": actions}, customer__contacts=[person("值班员")])
    assert [item.code for item in run_check(deal).diagnostics] == ["ST03"] * 200
