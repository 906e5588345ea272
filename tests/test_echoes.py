"""Responses that say nothing of their own."""

from __future__ import annotations

import pytest

from bidkit.echoes import find_repeated, is_copy, is_empty, is_nothing, is_pointer

CLAUSE = "断网时网关在本地缓存采集到的全部数据。"
PASSIVE = "Monitoring of OT networks shall be passive. Active scanning of OT zones is prohibited."


@pytest.mark.parametrize(
    "response",
    [
        "满足招标文件要求。",
        "完全响应",
        "完全响应。",
        "我方完全满足并响应招标文件的要求",
        "满足，无偏离。",
        "The offeror will comply.",
        "We comply with this requirement.",
        "Fully compliant",
        "Yes.",
    ],
)
def test_empty_words_say_nothing_of_a_number(response: str) -> None:
    assert is_empty("缓存不少于 30 天。", response)
    assert not is_empty("提供中文界面，按第 3 章执行。", response)


@pytest.mark.parametrize(
    "response",
    [
        "缓存 45 天，满足要求。",
        "接受。",
        "符合 GB/T 22239-2019 第三级",
        "",
        "We comply with all terms and store 45 days.",
        "按更正后的高度排产，满足要求",
    ],
)
def test_words_that_say_something(response: str) -> None:
    assert not is_empty("缓存不少于 30 天。", response)


def test_pointers_and_no_words_at_all() -> None:
    assert all(
        is_pointer(text) for text in ("见附件", "详见附件三。", "（见后附）", "See Attachment 3", "see attached")
    )
    assert not any(is_pointer(text) for text in ("见附件三，型号为 EG240，缓存 45 天", "来源说明见产品介绍", "", "/"))
    assert [is_nothing(text) for text in ("-", "/", "——", "无", "")] == [True, True, True, False, True]


@pytest.mark.parametrize(
    ("requirement", "response"),
    [
        (CLAUSE, CLAUSE),
        (CLAUSE, f"完全响应。我方承诺：{CLAUSE}"),
        (CLAUSE, "断网时，网关须在本地缓存采集到的全部数据"),
        (PASSIVE, PASSIVE.replace("shall", "will").replace("is prohibited", "will be prohibited")),
    ],
)
def test_copies(requirement: str, response: str) -> None:
    assert is_copy(requirement, response)


@pytest.mark.parametrize(
    ("requirement", "response"),
    [
        (CLAUSE, "网关 EG200 自带存储，断网时写入本地文件，恢复后补传。"),
        (CLAUSE, f"{CLAUSE}由网关自带的存储完成，掉电不丢，恢复联网以后自动补传并校验。"),
        ("提供季度巡检。", "提供季度巡检。"),
        (PASSIVE, "Sensors read mirror ports; their capture interfaces cannot transmit."),
    ],
)
def test_responses_of_their_own(requirement: str, response: str) -> None:
    assert not is_copy(requirement, response)


def test_one_response_to_two_requirements() -> None:
    said = "由架构师负责，部署前完成评审并留存记录，评审意见逐条关闭。"
    asked = ["数据库主备部署，故障自动切换。", "提供培训教材与考核题库。", "数据库主备部署，故障自动切换！"]
    assert list(find_repeated([(asked[0], said), (asked[1], said), (asked[2], said)])) == [(1, 0)]
    assert list(find_repeated([(asked[0], said), (asked[1], f"{said}另附教材。")])) == []
    assert list(find_repeated([(asked[0], "满足要求。"), (asked[1], "满足要求。")])) == []
