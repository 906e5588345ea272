"""An organisation chart stays on its page, no box on another, every box below the one it stands under."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bidkit.ooxml.drawing import Drawing, Shape
from bidkit.ooxml.hierarchy import Box, Hierarchy

WIDTH, HEIGHT = 160.0, 247.0
ROLES = ("项目经理", "智能化系统集成项目副经理兼质量负责人", "Engineer", "Deputy Manager and Quality Assurance Lead")


def draw(boxes: tuple[Box, ...]) -> Drawing:
    (drawing,) = Hierarchy(boxes, "1F4E79").draw(WIDTH, HEIGHT)
    return drawing


def find_boxes(drawing: Drawing) -> dict[str, Shape]:
    return {shape.words[-1].text: shape for shape in drawing.shapes if shape.words}


@st.composite
def teams(draw: st.DrawFn) -> tuple[Box, ...]:
    count = draw(st.integers(1, 25))
    roles = [draw(st.sampled_from(ROLES)) for _ in range(count)]
    under = [None, *(draw(st.integers(0, place - 1)) for place in range(1, count))]
    return tuple(Box(role, f"人员{place}", above) for place, (role, above) in enumerate(zip(roles, under, strict=True)))


def check(boxes: tuple[Box, ...]) -> None:
    drawing = draw(boxes)
    assert drawing.width <= WIDTH + 1e-6
    assert drawing.height <= HEIGHT * 0.85
    placed = find_boxes(drawing)
    assert len(placed) == len(boxes)
    for shape in drawing.shapes:
        assert -1e-6 <= shape.x <= shape.x + shape.width <= drawing.width + 1e-6, shape
        assert -1e-6 <= shape.y <= shape.y + shape.height <= drawing.height + 1e-6, shape
    for one, two in combinations(placed.values(), 2):
        apart = one.x + one.width <= two.x or two.x + two.width <= one.x
        assert apart or one.y + one.height <= two.y or two.y + two.height <= one.y, (one, two)
    for box in boxes:
        if box.under is not None:
            above = placed[boxes[box.under].name]
            assert placed[box.name].y >= above.y + above.height


@settings(max_examples=80, deadline=None, derandomize=True, database=None)
@given(teams())
def test_random_teams_are_laid_out_whole(boxes: tuple[Box, ...]) -> None:
    check(boxes)


@pytest.mark.parametrize(
    "under",
    [
        [None],
        [None] + [0] * 24,
        [None, 0] + [1] * 23,
        [None, *range(24)],
        [None] + [0] * 5 + [1] * 4 + [2] * 6 + [3] * 3 + [4] * 4 + [6] * 2,
        [None] + [0] * 8 + [place for place in range(1, 9) for _ in range(2)],
    ],
    ids=["one", "flat", "deputy", "chain", "three levels", "eight branches"],
)
@pytest.mark.parametrize("role", ROLES)
def test_extremes_fit_on_a_page(under: list[int | None], role: str) -> None:
    check(tuple(Box(role, f"人员{place}", above) for place, above in enumerate(under)))


def test_more_branches_than_columns_wrap_into_rows_of_even_length() -> None:
    boxes = (Box("", "top"), *(Box("", f"b{number}", 0) for number in range(8)))
    rows = [shape.y for name, shape in find_boxes(draw(boxes)).items() if name != "top"]
    assert [rows.count(y) for y in sorted(set(rows))] == [4, 4]


def test_the_role_stands_above_the_name() -> None:
    shape = find_boxes(draw((Box("项目经理", "沈砚秋"),)))["沈砚秋"]
    assert [words.text for words in shape.words] == ["项目经理", "沈砚秋"]


def test_without_boxes_there_is_no_picture() -> None:
    assert list(Hierarchy((), "1F4E79").draw(WIDTH, HEIGHT)) == []


@pytest.mark.parametrize("under", [[None, *range(59)], [None, 0, 0] + [1] * 90 + [2] * 90], ids=["chain", "two crowds"])
def test_what_one_page_cannot_hold_goes_on_branch_by_branch(under: list[int | None]) -> None:
    boxes = tuple(Box(ROLES[1], f"人员{place}", above) for place, above in enumerate(under))
    drawings = list(Hierarchy(boxes, "1F4E79").draw(WIDTH, HEIGHT))
    assert len(drawings) > 1
    assert all(drawing.height <= HEIGHT * 0.85 for drawing in drawings)
    assert {name for drawing in drawings for name in find_boxes(drawing)} == {box.name for box in boxes}
