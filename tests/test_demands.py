"""Limits that requirements set in numbers, and responses that state less."""

from __future__ import annotations

import pytest

from bidkit.demands import find_demands, find_shortfall


def shortfalls(requirement: str, response: str) -> list[str]:
    return [stated for demand in find_demands(requirement) if (stated := find_shortfall(demand, response))]


@pytest.mark.parametrize(
    ("requirement", "response", "stated"),
    [
        ("缓存不少于 30 天", "缓存 20 天", ["20 天"]),
        ("延迟≤5 s", "延迟 6000 ms", ["6000 ms"]),
        ("内存≥32 GB，硬盘≥512 GB", "内存 16 GB，硬盘 1 TB", ["16 GB"]),
        ("工作温度 -10～50 ℃", "工作温度 0～40 ℃", ["0~40 °C"]),
        ("宽 10 至 20 mm", "宽 25 mm", ["25 mm"]),
        ("respond within 15 minutes", "we respond in 20 minutes", ["20 minutes"]),
        ("at least 3 engineers", "2 engineers", ["2 engineers"]),
        ("并发 500 以上", "并发 400", ["400"]),
        ("大于 100 kg", "100 kg", ["100 kg"]),
        ("不少于 30 万点", "20 万点", ["20 万点"]),
        ("4 小时内到场", "6 小时到场", ["6 小时"]),
        ("≥1,000 units", "900 units", ["900 units"]),
        ("千兆电口不少于 48 个", "24 个千兆电口、4 个万兆光口", ["24 个"]),
        ("质保期不少于 3 年", "质保期 24 个月", ["24 个月"]),
        ("数据保存不少于 180 天", "保留五十天", ["50天"]),
        ("响应时间不大于 15 分钟", "半小时内到达", ["30 分钟"]),
        ("质保期不少于 3 年", "质保期两年", ["2年"]),
        ("不少于十二个月", "十个月", ["10个月"]),
        ("48 ports or greater", "24 ports", ["24 ports"]),
        ("a warranty of 36 months or longer", "24 months", ["24 months"]),
        ("Min. 48 ports", "24 ports", ["24 ports"]),
        ("latency of 5 ms max", "latency of 9 ms", ["9 ms"]),
        ("Maximum latency 5 ms", "latency of 9 ms", ["9 ms"]),
        ("noise below 40 dB", "45 dB", ["45 dB"]),
        ("up to 10 ms", "12 ms", ["12 ms"]),
        ("less than or equal to 5 ms", "6 ms", ["6 ms"]),
        ("greater than or equal to 48 ports", "24 ports", ["24 ports"]),
        ("at least two supplies", "1 supplies", ["1 supplies"]),
        ("at least 48 ports", "twenty-four ports", ["24 ports"]),
        ("within 1 day", "within 48 hours", ["48 hours"]),
        ("within 24 hours", "within 2 days", ["2 days"]),
        ("at least 4 Tbps", "3200 Gbps", ["3200 Gbps"]),
    ],
)
def test_response_that_states_less(requirement: str, response: str, stated: list[str]) -> None:
    assert shortfalls(requirement, response) == stated


@pytest.mark.parametrize(
    ("requirement", "response"),
    [
        ("缓存不少于 30 天", "缓存 30 天"), ("质保期不少于 3 年", "质保期 36 个月"), ("重量不超过 2.5 kg", "重 2500 g"),
        ("工作温度 -10～50 ℃", "工作温度 -20～60 ℃"), ("宽 10 至 20 mm", "宽 15 mm"),
        ("内存≥8 GB，固态硬盘≥256 GB", "内存 16 GB，固态硬盘 512 GB"),
        ("千兆电口不少于 48 个", "48 个千兆电口、4 个光口"),
        ("铅笔硬度≥9H", "铅笔硬度 9H"), ("font of not less than 12 points", "12-point type; tables 10 points"),
        ("delivered not later than 10 business days before the audit", "20 business days before"),
        ("the above 3 functions", "all 3 functions"),
        ("within 2 days", "within 24 hours"), ("one of at least two supplies of 5 kg or more", "two supplies of 6 kg"),
        ("at least twelve ports", "24 ports"), ("noise below 40 dB", "35 dB"), ("5 ms or less", "3 ms"),
        ("training of 30 min", "training of 45 min"),
        ("不少于 20 人", "2 期、每期 12 人、共 24 人"), ("≥5 m", "按图纸施工"), ("符合 GB/T 22239-2019", "符合"),
    ],
)  # fmt: skip
def test_response_that_is_enough_or_says_no_number(requirement: str, response: str) -> None:
    assert shortfalls(requirement, response) == []


def test_limits_are_read_with_their_subject() -> None:
    found = find_demands("处理器≥6 核，响应时间不大于 10 ms")
    assert [(item.subject, str(item.low), str(item.high), item.unit) for item in found] == [
        ("处理器", "6", "None", "核"),
        ("响应时间", "None", "0.010", "s"),
    ]
