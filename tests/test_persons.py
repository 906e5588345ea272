"""Who signs: the same person however the name is written, another one however alike."""

from __future__ import annotations

import pytest

from bidkit.persons import is_name, is_one_person, says_something

SAME = [
    *(
        "王五/商务",
        "王五-商务",
        "王五：商务",
        "王五【商务】",
        "王五[商务]",
        "王五;商务",
        "王五|商务",
        "王五 技术",
        "王五、李四",
    ),
    *("商务复核：王五", "商务复核 王五", "王五老师", "王五\u200b", "王 五", "王五，青禾数字科技有限公司", "李四、王五"),
]
OTHER = ["李四（技术复核）", "王伍", "王五一", "王", "李四，青禾数字科技有限公司", "技术复核"]


@pytest.mark.parametrize("text", SAME)
def test_one_person_is_one_however_it_is_written(text: str) -> None:
    assert is_one_person("王五（技术复核）", text)
    assert is_one_person(text, "王五（技术复核）")


@pytest.mark.parametrize("text", OTHER)
def test_another_one_is_another_one(text: str) -> None:
    assert not is_one_person("王五，青禾数字科技有限公司", text)


@pytest.mark.parametrize(
    ("text", "is_same"),
    [
        *[
            (text, True)
            for text in ("Varga, Denise", "D. Varga", "Denise Varga / commercial", "Dénise Varga", "Varga D")
        ],
        *[(text, False) for text in ("Denise Vargas", "Denise", "Kim Varga", "K. Varga", "Lee Varga (technical)")],
    ],
)
def test_western_names_have_no_order_and_may_be_shortened(text: str, is_same: bool) -> None:
    assert is_one_person("Denise Varga (technical)", text) is is_same


def test_a_family_name_alone_makes_nobody_the_same() -> None:
    assert not is_one_person("Li, Na", "Li, Wei")


@pytest.mark.parametrize("text", ["——", "待定", "TBD", "N/A", "某某", "x", "（商务）", "商务经理", "Manager", "？", ""])
def test_what_names_nobody(text: str) -> None:
    assert not is_name(text)


@pytest.mark.parametrize("text", ["王五", "王五（技术）", "Li Na", "Denise", "阿依古丽·买买提", "J. Kim"])
def test_what_names_somebody(text: str) -> None:
    assert is_name(text)


@pytest.mark.parametrize(
    ("text", "does"), [("。", False), ("x", False), ("待定", False), ("已复核", True), ("ok, paid", True)]
)
def test_what_says_something(text: str, does: bool) -> None:
    assert says_something(text) is does
