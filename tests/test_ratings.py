"""Ratings that are lower than demanded: protection, energy, hours of service, versions."""

from __future__ import annotations

import pytest

from bidkit.ratings import find_lower_ratings


@pytest.mark.parametrize(
    ("requirement", "response", "pair"),
    [
        ("防护等级不低于 IP65", "防护等级 IP54", ("IP65", "IP54")),
        ("防护等级 IP54", "防护等级 IP62", ("IP54", "IP62")),
        ("能效等级 1 级", "能效等级 3 级", ("能效等级 1 级", "能效等级 3 级")),
        ("能效等级二级及以上", "能效三级", ("能效等级二级", "能效三级")),
        ("三年 7×24 h 服务", "三年 5×8 h 服务", ("7×24", "5×8")),
        ("24x7x365 support", "8x5 support", ("24×7", "8×5")),
        ("版本不低于 V10", "版本 V8", ("不低于 V10", "V8")),
    ],
)
def test_lower_rating_is_found(requirement: str, response: str, pair: tuple[str, str]) -> None:
    assert list(find_lower_ratings(requirement, response)) == [pair]


@pytest.mark.parametrize(
    ("requirement", "response"),
    [
        ("防护等级不低于 IP65", "主机 IP66，电源 IP54"),
        ("防护等级不低于 IP65", "IP 网络接入"),
        ("能效等级二级", "能效一级"),
        ("7×24 小时服务", "热线 7×24 小时，驻场 5×8 小时"),
        ("7×24", "内存 2×8 GB"),
        ("版本不低于 V10", "版本 V10.1"),
        ("覆盖 DN100 及以上管线", "覆盖 DN75 及以上管线"),
        ("三级等保", "按三级建设，能效 2 级"),
        ("5×8 小时", "7×24 小时"),
    ],
)
def test_rating_that_is_enough_is_silent(requirement: str, response: str) -> None:
    assert list(find_lower_ratings(requirement, response)) == []
