"""Units: spellings of one unit are the same, everything else differs."""

from __future__ import annotations

import pytest

from bidkit.units import is_same_unit


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("台", "台"),
        ("台", " 台 "),
        ("㎡", "m2"),
        ("㎡", "m²"),
        ("平方米", "M2"),
        ("ｍ²", "平米"),
        ("㎥", "立方米"),
        ("Sets", "set"),
        ("man day", "person-days"),
        ("人日", "人天"),
        ("pcs", "piece"),
        ("EA", "each"),
        ("吨", "t"),
        ("㎏", "公斤"),
    ],
)
def test_spellings_of_one_unit(one: str, two: str) -> None:
    assert is_same_unit(one, two)
    assert is_same_unit(two, one)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("台", "套"),
        ("m", "m2"),
        ("㎡", "㎥"),
        ("箱", "个"),
        ("100m", "m"),
        ("km", "m"),
        ("t", "kg"),
        ("人天", "人月"),
        ("", "m"),
    ],
)
def test_different_units(one: str, two: str) -> None:
    assert not is_same_unit(one, two)
