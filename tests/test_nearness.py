"""Names that are almost right: every slip of one character is found, and the name itself never."""

from __future__ import annotations

import random

import pytest

from bidkit.nearness import find_near, find_shaped, may_be_near

BIDDER, BRANCH, NUMBER = "青禾云帆信息技术有限公司", "星澜（华东）科技有限公司", "XLSW-2026-IT-017"


def near(text: str, name: str) -> list[str]:
    return [text[start:end] for start, end in find_near(text, name)]


@pytest.mark.parametrize("name", [BIDDER, BRANCH, NUMBER, "Halden & Pike Advisory LLC", "拓澜㈱水务…有限公司"])
def test_every_single_slip_is_found_and_the_name_is_not(name: str) -> None:
    assert near(f"投标人：{name}，{name}（盖章）", name) == []
    assert near(name.upper(), name) == []
    for at, character in enumerate(name):
        if not character.isalnum():
            continue
        other = "9" if character.isdigit() else "q" if character.isascii() else "某"
        for slip in (name[:at] + other + name[at + 1 :], name[:at] + name[at + 1 :]):
            assert near(f"见 {slip} 的", name), slip
        if at:
            assert near(f"见 {name[:at] + other + name[at:]} 的", name), at


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("星澜(华东)科技有限公司", BRANCH),
        ("星澜（华东)科技有限公司", BRANCH),
        ("XLSW—2026—IT—017", NUMBER),
        ("XLSW-2O26-IT-017", NUMBER),
        ("XLSW-2026-IT-0l7", NUMBER),
        ("XLSW-2026-IT-0177", NUMBER),
        ("ＸLSW-2026-IT-017", NUMBER),
        ("拓澜(株)水务有限公司", "拓澜㈱水务有限公司"),
        ("拓澜...水务有限公司", "拓澜…水务有限公司"),
        ("No8 水务有限公司", "№8 水务有限公司"),
    ],
)
def test_what_looks_alike_is_found(text: str, name: str) -> None:
    assert near(f"编号 {text}。", name) == [text]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("青禾 云帆信息技术有限公司", BIDDER),
        ("青禾云帆信息技术有限公司上海分公司", BIDDER),
        ("远汀云帆信息技术有限公司", BIDDER),
        ("青禾云帆软件有限公司", BIDDER),
        ("XLSW-2026-IT-017-1", NUMBER),
        ("XLSW-2025-IT-003", NUMBER),
        ("xlsw_2026-it-017.docx", "XLSW 2026-IT-017"),
        ("甲乙丙丁", "甲乙丙戊"),
    ],
)
def test_what_is_further_off_or_the_name_itself_is_none(text: str, name: str) -> None:
    assert near(text, name) == []


@pytest.mark.parametrize("other", ["RFP 26-141", "RFP 26-1144", "RFP 26-1114"])
def test_what_is_told_of_a_number_is_all_of_it(other: str) -> None:
    assert near(f"under {other}.", "RFP 26-114") == [other]


@pytest.mark.parametrize(
    ("slip", "name"),
    [("XSLW-2026-IT-017", NUMBER), ("XLSW-2026-TI-017", NUMBER), ("青禾云帆信息术技有限公司", BIDDER)],
)
def test_characters_that_have_changed_places_are_found(slip: str, name: str) -> None:
    assert near(f"编号 {slip}。", name) == [slip]


@pytest.mark.parametrize(
    ("text", "number", "found"),
    [
        ("编号 XLSW-2026-IT-071、ＸLSW-２025-IT-003。", NUMBER, ["XLSW-2026-IT-071", "ＸLSW-２025-IT-003"]),
        ("编号 XLSW—2026—IT—071", NUMBER, ["XLSW—2026—IT—071"]),
        ("XLSW-2026-IT-017, XLSW-2026-IT-0171, AXLSW-2026-IT-071, XLSW-2026-JT-071", NUMBER, []),
        ("RFP 25-114 and RFP25-114", "RFP 26-114", ["RFP 25-114", "RFP25-114"]),
        ("2026-041", "2026-014", []),
        ("采购〔2026〕14 号", "采购〔2025〕14 号", ["采购〔2026〕14 号"]),
    ],
)
def test_numbers_of_the_same_shape_are_found(text: str, number: str, found: list[str]) -> None:
    assert [text[start:end] for start, end in find_shaped(text, number)] == found


@pytest.mark.parametrize("name", [BIDDER, NUMBER, "ABAB-ABAB-01", "xyxyxyxy", "aaaaaaaa"])
def test_a_slip_may_be_near_whatever_stands_beside_it(name: str) -> None:
    """Also where the name itself stands before and behind it, without a blank, and its pieces overlap."""
    chance = random.Random(7)
    for _ in range(300):
        at = chance.randrange(1, len(name) - 1)
        slip = name[:at] + chance.choice(("某", "q", "")) + name[at + 1 :]
        around = [chance.choice((name, name.upper(), "，", " ", "")) for _ in range(4)]
        text = "".join((*around[:2], f" {slip} ", *around[2:]))
        assert may_be_near(text, name) or slip.casefold() == name.casefold(), text
    assert not may_be_near(f"{name}，{name.upper()}（{name}）", name)
