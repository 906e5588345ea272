"""What a response denies, puts off or admits, and what only looks like it."""

from __future__ import annotations

import pytest

from bidkit.denials import find_admission, find_denial


@pytest.mark.parametrize(
    ("response", "stated"),
    [
        ("远程复制授权需另购。", "另购"),
        ("该功能为选配。", "选配"),
        ("后续版本支持", "后续版本支持"),
        ("下一版本实现", "下一版本实现"),
        ("扩容另行收费", "另行收费"),
        ("上门费用另计", "费用另计"),
        ("无此功能", "无此功能"),
        ("不具备该功能", "不具备"),
        ("基本满足", "基本满足"),
        ("以合同为准", "以合同为准"),
        ("尚未取得招标文件要求的证书", "尚未取得"),
        ("OT testing is not included.", "not included"),
        ("Available as an option at extra cost", "at extra cost"),
        ("It is on the roadmap.", "on the roadmap"),
        ("We take exception to clause 3.", "take exception"),
        ("Wireless is out of scope.", "out of scope"),
    ],
)
def test_what_is_denied_or_put_off(response: str, stated: str) -> None:
    assert find_denial("提供该项功能。", response) == stated


@pytest.mark.parametrize(
    ("requirement", "response"),
    [
        ("支持双因素认证", "未通过双因素认证的会话无法提供运维通道"),
        ("支持集群", "未获得授权的节点不能加入集群，不支持匿名管理"),
        ("提供读卡器", "读卡器随机配备，无需另购，也不再另行收费"),
        ("提供选配件清单", "选配件清单见附页"),
        ("等保测评", "结论为“基本符合”及以上"),
        ("Support", "Replaced at no extra cost; we take no exceptions and nothing is out of scope."),
        ("State the pages", "The cover is not included in the page count."),
        ("支持升级", "新版本随发布提供"),
    ],
)
def test_what_keeps_others_out_or_costs_nothing_is_silent(requirement: str, response: str) -> None:
    assert find_denial(requirement, response) == ""


def test_remark_that_calls_an_answer_negative() -> None:
    assert [find_admission(text) for text in ("负偏离", "a negative deviation")] == ["负偏离", "negative deviation"]
    assert [find_admission(text) for text in ("无负偏离", "不存在负偏离", "噪声低于要求", "")] == [""] * 4
