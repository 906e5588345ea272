"""What people call an organisation when they do not say its whole name."""

from __future__ import annotations

import pytest

from bidkit.short_names import find_place, list_short_names


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("澄溪市自来水有限公司", {"澄溪水司", "澄溪自来水", "澄溪市水司", "澄溪市自来水"}),
        ("岚浦市水务发展有限公司", {"岚浦水务", "岚浦水司", "岚浦水务发展"}),
        ("青渚区教育体育局", {"青渚教体局", "青渚区教体局"}),
        ("云汀市第一人民医院", {"云汀人民医院"}),
        ("澄溪水务有限公司", {"澄溪水务"}),
        ("Kestrel Narrows Port District", {"Kestrel Narrows"}),
    ],
)
def test_short_names(name: str, short: set[str]) -> None:
    assert short <= {*list_short_names(name)}
    assert name not in list_short_names(name)


@pytest.mark.parametrize(
    "name", ["区域供水有限公司", "中国石油天然气股份有限公司", "水务局", "市政", "City of Alden", "Port Co"]
)
def test_what_anybody_says_is_no_short_name(name: str) -> None:
    assert list_short_names(name) == ()


def test_place_is_what_stands_before_the_trade() -> None:
    assert (find_place("澄溪市自来水有限公司"), find_place("澄溪水务"), find_place("澄溪市")) == ("澄溪市", "", "")
