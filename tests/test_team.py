"""Who reports to whom: stated or not, it is a tree under one leader; what cannot be one is said at its place."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from workspace import make_workspace, run_check

from bidkit.deal.team import Member, find_superiors
from bidkit.diagnostic import Diagnostic


def make(*people: str) -> list[Member]:
    """Members written `name role > reports to`."""
    parts = [person.split(" > ") for person in people]
    return [
        Member(name=part[0].split()[0], role=part[0].split()[1], duty="d", reports_to=part[1] if part[1:] else "")
        for part in parts
    ]


@pytest.mark.parametrize(
    ("people", "superiors"),
    [
        ([], []),
        (["a lead"], [None]),
        (["a lead", "b dev", "c dev"], [None, 0, 0]),
        (["a dev > b", "b lead", "c test > dev"], [1, None, 0]),
        (["a lead", "b cto", "c dev > cto", "d dev > c"], [None, 0, 1, 2]),
        (["x dev", "a x", "b test > x"], [None, 0, 0]),
    ],
    ids=["empty", "one", "flat", "leader further down", "name or role", "a name goes before a role"],
)
def test_superiors_are_found_by_name_or_role(people: list[str], superiors: list[int | None]) -> None:
    assert find_superiors(make(*people)) == superiors


people = st.tuples(st.sampled_from("abcd"), st.sampled_from("rst"), st.sampled_from(["", *"abcdrstz"]))


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(people=st.lists(people, max_size=9))
def test_whatever_is_stated_it_is_a_tree(people: list[tuple[str, str, str]]) -> None:
    team = [Member(name=name, role=role, duty="d", reports_to=above) for name, role, above in people]
    superiors = find_superiors(team)
    assert superiors.count(None) == min(len(team), 1)
    for start in range(len(team)):
        steps, place = 0, start
        while (above := superiors[place]) is not None:
            place, steps = above, steps + 1
            assert steps <= len(team)


def check(tmp_path: Path, *people: str) -> list[Diagnostic]:
    team = [
        {key: value for key, value in member.model_dump().items() if value not in ("", None, ())}
        for member in make(*people)
    ]
    return [item for item in run_check(make_workspace(tmp_path, team=team)).diagnostics if item.code[:2] == "DL"]


def test_a_team_with_levels_is_no_mistake(tmp_path: Path) -> None:
    assert check(tmp_path, "甲 项目经理", "乙 技术负责人", "丙 工程师 > 技术负责人", "丁 工程师 > 丙") == []


@pytest.mark.parametrize(
    ("people", "code", "value"),
    [
        (["甲 项目经理", "乙 工程师 > 项目经里"], "DL15", "项目经里"),
        (["甲 项目经理", "乙 工程师", "丙 工程师", "丁 测试 > 工程师"], "DL10", "工程师"),
        (["甲 项目经理", "乙 工程师 > 乙"], "DL10", "乙 → 乙"),
        (["甲 项目经理", "乙 工程师 > 丙", "丙 测试 > 乙", "丁 测试 > 丙"], "DL10", "乙 → 丙 → 乙"),
        (["甲 项目经理 > 乙", "乙 工程师 > 甲"], "DL10", "甲 → 乙 → 甲"),
    ],
    ids=["unknown", "two of a role", "himself", "a circle", "nobody leads"],
)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_wrong_superior_is_said_once_at_its_place(
    tmp_path: Path, people: list[str], code: str, value: str, lang: str
) -> None:
    (problem,) = check(tmp_path, *people)
    assert problem.code == code
    assert f"`{value}`" in problem.message(lang)
    assert problem.span is not None
    line = (tmp_path / problem.span.file).read_text(encoding="utf-8").splitlines()[problem.span.line - 1]
    stated = line[problem.span.col - 1 :]
    assert line.strip().startswith("reports_to: ")
    assert stated in [person.split(" > ")[1] for person in people if " > " in person]


def test_an_unknown_superior_has_a_close_name(tmp_path: Path) -> None:
    (problem,) = check(tmp_path, "甲 项目经理", "乙 工程师 > 项目经里")
    assert problem.values["near"] == "项目经理"


def test_of_a_circle_those_outside_of_it_are_offered(tmp_path: Path) -> None:
    (problem,) = check(tmp_path, "甲 项目经理", "乙 工程师 > 丙", "丙 测试 > 乙", "丁 测试 > 丙")
    assert problem.values["allowed"] == "甲"
