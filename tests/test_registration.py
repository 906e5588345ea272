"""Unified social credit codes: which texts are meant as one, and which can be right."""

from __future__ import annotations

import pytest

from bidkit.registration import is_code, read_code

CODES = ["91350100M000100Y43", "91339901MA7QH0Y29Q", "91339926MA7HY3E24X", "1133992700H5L1X89F"]
"""The first is the example of GB 32100-2015, the others are invented."""


@pytest.mark.parametrize("code", CODES)
def test_code_is_right_as_it_is_registered_only(code: str) -> None:
    assert is_code(code)
    for place, char in enumerate(code):
        for other in "0123456789ABCDEFGHJKLMNPQRTUWXY".replace(char, ""):
            assert not is_code(code[:place] + other + code[place + 1 :])


@pytest.mark.parametrize("code", CODES)
def test_two_neighbours_that_changed_places_are_told(code: str) -> None:
    for place in range(len(code) - 1):
        one, two = code[place], code[place + 1]
        assert one == two or not is_code(code[:place] + two + one + code[place + 2 :])


@pytest.mark.parametrize("code", ["", "91350100M000100Y4", "91350100M000100Y433", "9135O100M000100Y43", "中" * 18])
def test_what_has_other_characters_or_another_length_is_none(code: str) -> None:
    assert not is_code(code)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("91350100M000100Y43", "91350100M000100Y43"),
        ("91350100m000100y43", "91350100M000100Y43"),
        ("９１３５０１００Ｍ０００１００Ｙ４３", "91350100M000100Y43"),
        ("9135 0100 M000 100Y 43", "91350100M000100Y43"),
        ("91350100M000100Y43（1-1）", "91350100M000100Y43"),
        ("91350100M000100Y4", "91350100M000100Y4"),
        ("9135O100M000100Y43", "9135O100M000100Y43"),
    ],
)
def test_text_that_is_meant_as_a_code_is_read(text: str, code: str) -> None:
    assert read_code(text) == code


@pytest.mark.parametrize(
    "text",
    ["", "91350100M0******43", "350100000012345", "UEI HP7ADV4K2M91", "5493001KJTIIGC8Y1R12", "HRB 86891", "12345678"],
)
def test_number_of_another_registry_is_none(text: str) -> None:
    assert read_code(text) is None
