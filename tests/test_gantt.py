"""A Gantt chart is to scale, whole, and inside the page, whatever the plan."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bidkit.ooxml.drawing import Drawing, Shape
from bidkit.ooxml.gantt import Gantt, Row, choose_step
from bidkit.ooxml.measure import measure_text

WORDS = {"row": "阶段", "day": "日", "week": "周", "month": "月（30日）"}
BAR, MARK = "123456", "654321"
WIDTH, HEIGHT = 160.0, 247.0


def make(rows: tuple[Row, ...]) -> list[Drawing]:
    return list(Gantt(rows, WORDS, BAR, MARK).draw(WIDTH, HEIGHT))


def shapes(drawings: list[Drawing], fill: str) -> list[Shape]:
    return [shape for drawing in drawings for shape in drawing.shapes if shape.fill == fill]


def said(drawings: list[Drawing]) -> list[str]:
    return [words.text for drawing in drawings for shape in drawing.shapes for words in shape.words]


names = st.text(alphabet="系统集成联调试运行需求设计abcMW·-（）", min_size=1, max_size=60)


@st.composite
def plans(draw: st.DrawFn) -> tuple[Row, ...]:
    days = draw(st.integers(5, 2000))
    rows = []
    for _ in range(draw(st.integers(3, 30))):
        first = draw(st.integers(1, days))
        rows.append(Row(draw(names), first, draw(st.integers(first, days))))
    marks = draw(st.lists(st.tuples(names, st.integers(1, days)), max_size=10))
    return (*rows, *(Row(name, day, day, True) for name, day in marks))


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(plans())
def test_every_bar_begins_and_ends_at_its_day(rows: tuple[Row, ...]) -> None:
    drawings = make(rows)
    bars, marks = shapes(drawings, BAR), shapes(drawings, MARK)
    plain, milestones = [row for row in rows if not row.is_mark], [row for row in rows if row.is_mark]
    assert (len(bars), len(marks)) == (len(plain), len(milestones))
    per_day = bars[0].width / (plain[0].last - plain[0].first + 1)
    start = bars[0].x - per_day * (plain[0].first - 1)
    for bar, row in zip(bars, plain, strict=True):
        assert bar.x == pytest.approx(start + per_day * (row.first - 1))
        assert bar.x + bar.width == pytest.approx(start + per_day * row.last)
    for mark, row in zip(marks, milestones, strict=True):
        assert mark.x + mark.width / 2 == pytest.approx(start + per_day * row.last)


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(plans())
def test_everything_is_on_the_page_and_every_name_is_there(rows: tuple[Row, ...]) -> None:
    drawings = make(rows)
    texts = said(drawings)
    assert [text for text in texts if text in {row.name for row in rows}] == [row.name for row in rows]
    for drawing in drawings:
        assert drawing.width <= WIDTH
        assert drawing.height <= HEIGHT * 0.87
        for shape in drawing.shapes:
            assert -1e-6 <= shape.x <= shape.x + shape.width <= drawing.width + 1e-6, shape
            assert -1e-6 <= shape.y <= shape.y + shape.height <= drawing.height + 1e-6, shape


def test_a_long_plan_goes_on_in_a_second_picture_with_the_same_axis() -> None:
    rows = tuple(Row(f"阶段{number}", number * 10, number * 10 + 30) for number in range(1, 61))
    drawings = make(rows)
    assert len(drawings) == 2
    axes = [[s for s in drawing.shapes if s.form == "line" and s.width == 0] for drawing in drawings]
    assert [line.x for line in axes[0]] == [line.x for line in axes[1]]
    assert abs(len(shapes(drawings[:1], BAR)) - len(shapes(drawings[1:], BAR))) <= 1


@pytest.mark.parametrize(
    ("days", "step", "unit"),
    [(5, 1, "day"), (45, 7, "week"), (180, 30, "month"), (1095, 90, "month"), (2000, 180, "month")],
)
def test_the_axis_counts_days_weeks_or_months(days: int, step: int, unit: str) -> None:
    assert choose_step(days, 118) == (step, unit)


@pytest.mark.parametrize("days", [1, 5, 17, 18, 45, 119, 120, 365, 540, 2000, 40_000, 1_000_000])
def test_no_number_of_the_axis_is_wider_than_its_band(days: int) -> None:
    (drawing,) = make((Row("a", 1, days),))
    for shape in drawing.shapes:
        if shape.height == pytest.approx(4.6) and shape.x > 40:
            assert measure_text(shape.words[0].text, shape.words[0].size) <= shape.width, shape


def test_a_day_of_a_long_plan_is_still_seen() -> None:
    drawings = make((Row("a", 1, 1), Row("b", 1, 2000)))
    first = shapes(drawings, BAR)[0]
    assert first.width < 0.1
    assert first.outline == BAR


def test_bars_of_a_pale_colour_are_seen_on_paper() -> None:
    (drawing,) = Gantt((Row("a", 1, 5),), WORDS, "FFFFFF", MARK).draw(WIDTH, HEIGHT)
    (bar,) = (shape for shape in drawing.shapes if shape.fill == "FFFFFF")
    assert bar.outline != "FFFFFF"


def test_without_rows_there_is_no_picture() -> None:
    assert make(()) == []
