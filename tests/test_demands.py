"""Limits that requirements set in numbers."""

from __future__ import annotations

import pytest

from bidkit.demands import find_demands


def test_limits_are_read_with_their_subject() -> None:
    found = find_demands("处理器≥6 核，响应时间不大于 10 ms")
    assert [(item.subject, str(item.low), str(item.high), item.unit) for item in found] == [
        ("处理器", "6", "None", "核"),
        ("响应时间", "None", "0.010", "s"),
    ]


@pytest.mark.parametrize(
    ("requirement", "limits"),
    [
        ("故障 30 min 内响应、2 h 内到场", ["30 min 内", "2 h 内"]),
        ("5 GB 以上", ["5 GB 以上"]),
        ("配 16 GB 内存与 2 TB 内置盘", []),
        ("延迟不应大于 5 s，时间不得超过 2 h", ["不应大于 5 s", "不得超过 2 h"]),
        ("in no case more than 48 hours", ["no case more than 48 hours"]),
        ("第 3 日内进场，2026 年 9 月 18 日内提交", []),
        ("不少于 12 个月在线和 36 个月归档", ["不少于 12 个月", "不少于 36 个月"]),
        ("外形≥1200×650×900 mm", ["≥1200×650×900 mm"]),
        ("not later than 10 days before", ["not later than 10 days"]),
        ("within 10 days before", []),
        ("at least two (2) engineers", ["at least 2 engineers"]),
    ],
)
def test_limits_as_they_are_written(requirement: str, limits: list[str]) -> None:
    assert [item.text for item in find_demands(requirement)] == limits


def test_no_more_than_is_an_upper_limit() -> None:
    (found,) = find_demands("in no case more than 48 hours")
    assert (found.low, found.high) == (None, 48 * 3600)
