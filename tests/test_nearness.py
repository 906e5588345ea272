"""Names that are almost right: every slip of one character is found, and the name itself never."""

from __future__ import annotations

import pytest

from bidkit.nearness import find_near

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
