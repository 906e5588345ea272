"""Numbers with their units, and what only looks like one."""

from __future__ import annotations

import pytest

from bidkit.amounts import find_amounts, to_plain


@pytest.mark.parametrize(
    ("text", "amounts"),
    [
        ("每台 2 颗 32 核处理器", ["2 颗", "2 颗 32 核"]),
        ("内存 16×32 GB", ["16×32 GB"]),
        ("尺寸 600 mm×1100 mm", ["600 mm", "1100 mm"]),
        ("功耗 560 W/㎡，单机 40 kVA/36 kW", ["560 W/m2", "40 kVA", "36 kW"]),
        ("2026 年 9 月 18 日投标，至 2026-10-01", []),
        ("第 7 日进场，Day 60 on site, 包号 3，按 3.2.1 与 4.5 条", []),
        ("7×24 h 服务，5×8 小时驻场", []),
        ("GB/T 22239-2019、ISO 9001、IEC 60870-5-104", []),
        ("DB7280 与 V10 共 2 套", ["2 套"]),
        ("RAM32GB，CPU16核", ["32GB", "16核"]),
        ("工作温度 -40～70 ℃，输出 2 V～16 V", ["-40~70 °C", "2 V~16 V"]),
        ("三名工程师 at least two (2) days", ["3名", "2 days"]),
        ("手套 16 双，14 所学校", ["16 双", "14 所"]),
    ],
)
def test_amounts_of_a_text(text: str, amounts: list[str]) -> None:
    assert [item.text for item in find_amounts(to_plain(text))] == amounts


def test_all_pieces_together_are_the_most() -> None:
    (found,) = find_amounts(to_plain("16×32 GB"))
    assert (found.low, found.high) == (32 * 1024**3, 512 * 1024**3)
    assert [item.high for item in find_amounts(to_plain("双 500 Mbps，2 颗 2.4 GHz"))] == [10**9, 2, 2_400_000_000]
