"""the size of an enterprise by its industry, staff, revenue and assets (划型标准, 工信部联企业〔2011〕300号).

Revenue and assets are in ten thousand yuan (万元), of the year before. An enterprise is of a size when it reaches both
limits of it; a large one reaches both limits above the medium ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Size = Literal["micro", "small", "medium", "large"]
_SIZES: tuple[Size, ...] = ("large", "medium", "small")


@dataclass(frozen=True)
class _Limits:
    """The least of two measures for large, medium and small; None where a measure does not count for that size."""

    measures: tuple[str, ...]
    large: tuple[int, ...]
    medium: tuple[int, ...]
    small: tuple[int, ...]


def _staff_and_revenue(large: tuple[int, int], medium: tuple[int, int], small: tuple[int, int]) -> _Limits:
    return _Limits(("staff", "revenue"), large, medium, small)


INDUSTRIES = {
    "农、林、牧、渔业": _Limits(("revenue",), (20_000,), (500,), (50,)),
    "工业": _staff_and_revenue((1000, 40_000), (300, 2000), (20, 300)),
    "建筑业": _Limits(("revenue", "assets"), (80_000, 80_000), (6000, 5000), (300, 300)),
    "批发业": _staff_and_revenue((200, 40_000), (20, 5000), (5, 1000)),
    "零售业": _staff_and_revenue((300, 20_000), (50, 500), (10, 100)),
    "交通运输业": _staff_and_revenue((1000, 30_000), (300, 3000), (20, 200)),
    "仓储业": _staff_and_revenue((200, 30_000), (100, 1000), (20, 100)),
    "邮政业": _staff_and_revenue((1000, 30_000), (300, 2000), (20, 100)),
    "住宿业": _staff_and_revenue((300, 10_000), (100, 2000), (10, 100)),
    "餐饮业": _staff_and_revenue((300, 10_000), (100, 2000), (10, 100)),
    "信息传输业": _staff_and_revenue((2000, 100_000), (100, 1000), (10, 100)),
    "软件和信息技术服务业": _staff_and_revenue((300, 10_000), (100, 1000), (10, 50)),
    "房地产开发经营": _Limits(("revenue", "assets"), (200_000, 10_000), (1000, 5000), (100, 2000)),
    "物业管理": _staff_and_revenue((1000, 5000), (300, 1000), (100, 500)),
    "租赁和商务服务业": _Limits(("staff", "assets"), (300, 120_000), (100, 8000), (10, 100)),
    "其他未列明行业": _Limits(("staff",), (300,), (100,), (10,)),
}
"""By industry, as the declaration names it: the limits from which an enterprise is large, medium, small."""


def find_size(industry: str, staff: int, revenue: Decimal, assets: Decimal) -> Size | None:
    """The size of an enterprise; None for an industry that the standard does not name."""
    limits = INDUSTRIES.get(industry.strip())
    if limits is None:
        return None
    values = {"staff": Decimal(staff), "revenue": revenue, "assets": assets}
    reached = [values[name] for name in limits.measures]
    for size, least in zip(_SIZES, (limits.large, limits.medium, limits.small), strict=True):
        if all(value >= limit for value, limit in zip(reached, least, strict=True)):
            return size
    return "micro"
