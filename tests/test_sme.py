"""The size of an enterprise, at the limits of each industry."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bidkit.sme import INDUSTRIES, find_size


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
