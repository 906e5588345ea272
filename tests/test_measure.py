"""Texts are measured without fonts: never much narrower than the fonts that print them."""

from __future__ import annotations

import subprocess

import pytest
from PIL import ImageFont

from bidkit.ooxml.measure import MM_PER_POINT, count_lines, line_height, measure_text

TEXTS = (
    "系统集成联调与试运行",
    "到货（含安装）第2批",
    "Deputy Project Manager and Quality Assurance Lead",
    "Mobilization and baseline",
    "9,876,543.21",
    "M1 Transition plan approved 24×7",
)


def test_a_chinese_character_is_a_square() -> None:
    assert measure_text("系统", 10) == pytest.approx(20 * MM_PER_POINT)
    assert line_height(10) > 10 * MM_PER_POINT


@pytest.mark.office
@pytest.mark.parametrize("font", ["Carlito", "Liberation Sans", "Liberation Serif", "Noto Sans CJK SC"])
def test_no_text_is_measured_narrower_than_a_font_prints_it(font: str) -> None:
    file = subprocess.run(["fc-match", "-f", "%{file}", font], capture_output=True, check=True, text=True).stdout
    face = ImageFont.truetype(file, 100)
    for text in TEXTS:
        if font.startswith("Noto") or text.isascii():
            assert measure_text(text, 10) >= face.getlength(text) / 100 * 10 * MM_PER_POINT, text


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("", 20, 1),
        ("系统", 20, 1),
        ("系统集成联调与试运行", 18, 3),
        ("one two", 100, 1),
        ("Marcus Adeyemi-Holt", 16, 3),
        ("Donaudampfschifffahrtsgesellschaft", 16, 5),
        ("a\nb", 100, 2),
        ("word", 0.1, 3),
    ],
)
def test_lines_are_counted_as_words_wrap(text: str, width: float, lines: int) -> None:
    assert count_lines(text, 10, width) == lines
