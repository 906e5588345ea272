"""Numbers of clauses that a spreadsheet may have spoilt are refused at their cells."""

from __future__ import annotations

import io
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import openpyxl
import openpyxl.drawing.image
import PIL.Image
import pytest
from test_price_sheets import HEAD, ONE, found, make, read

from bidkit.source import parse_csv
from bidkit.source.tables.shown import shows_decimals

CLAUSES = ("条款", "招标要求")


def list_of(*numbers: Any, code: str = "General") -> bytes:
    def show(book: Any) -> None:
        for place in range(2, len(numbers) + 2):
            book.active.cell(place, 1).number_format = code

    return make(CLAUSES, *((number, "甲") for number in numbers), change=show if code != "General" else None)


@pytest.mark.parametrize(
    ("numbers", "cells"),
    [
        ((3.8, 3.9, 3.1, 3.11), ["A4"]),
        ((3.1, 3.11, 3.12), ["A2"]),
        ((3.1, 3.2, 3.3, 3.1), ["A2", "A5"]),
        ((3.19, 3.2), ["A3"]),
        (("3.9", 3.1), ["A3"]),
        (("3.9", "3.1", "3.11"), ["A3"]),
        ((2.1, 2.2, 3.1, 3.1, 3.2), []),
        ((9, 1, 11, 1), []),
        ((3.5, 3.2, 4.1, 3.1), []),
        (("3.9", "3.10", "3.11"), []),
        (("3.1", "4.2", "3.1"), []),
        (("3.9.9", "3.9.1"), ["A3"]),
        ((1.9, 2.1), []),
    ],
)
def test_a_number_that_may_have_lost_its_zero_is_refused(numbers: tuple[Any, ...], cells: list[str]) -> None:
    assert found(content=list_of(*numbers)) == [("DL48", cell) for cell in cells]


@pytest.mark.parametrize(
    ("number", "code", "is_refused"),
    [
        (3.1, "0.00", True),
        (3.1, "0", True),
        (3.1, "0.0", False),
        (3.1, "0.0#", False),
        (3.1, "@", False),
        (3, "0.0", True),
        (7, "000", False),
        (7, '"A-"00', False),
        (12345678901234567, "0", True),
        (date(2026, 3, 1), "m-d", True),
        (datetime(2026, 3, 1), "yyyy-mm-dd", True),
        ("3-1", "General", False),
    ],
)
def test_a_number_is_read_as_it_is_shown_or_not_at_all(number: Any, code: str, is_refused: bool) -> None:
    assert found(content=list_of(number, code=code)) == ([("DL48", "A2")] if is_refused else [])


def test_numbers_of_lines_are_names_too() -> None:
    assert found(HEAD, (date(2026, 1, 2), *ONE[1:])) == [("DL48", "A2")]
    assert found(HEAD, *((number, *ONE[1:]) for number in (1.9, 1.1))) == [("DL48", "A3")]
    assert found(HEAD, *((number, *ONE[1:]) for number in range(1, 12))) == []


@pytest.mark.parametrize("text", ["3月1日", "1-Mar", "Mar-01", "2026/3/1", "2026年3月1日"])
def test_a_date_in_a_csv_is_no_clause(text: str) -> None:
    assert [item.code for item in parse_csv(f"条款,招标要求\n{text},甲\n", "a.csv")[1]] == ["DL48"]
    assert parse_csv("条款,招标要求\n3-1,甲\n", "a.csv")[1] == []


def test_dates_and_shares_elsewhere_are_none_of_it() -> None:
    assert read(("sku", "目录价", "有效期至"), ("A", 1, date(2026, 9, 1)))[0]["valid_until"] == "2026-09-01"


@pytest.mark.parametrize(
    ("number", "code", "is_shown"),
    [("0.13", "0%", True), ("0.125", "0%", False), ("5", "0.00", False), ("5", "0.##", True)],
)
def test_decimals_that_a_format_shows(number: str, code: str, is_shown: bool) -> None:
    assert shows_decimals(Decimal(number), code) is is_shown


def test_a_picture_in_a_list_of_requirements_is_refused() -> None:
    def draw(book: Any) -> None:
        stream = io.BytesIO()
        PIL.Image.new("RGB", (8, 8)).save(stream, "png")
        book.active.add_image(openpyxl.drawing.image.Image(stream), "B2")

    assert found(content=make(CLAUSES, ("3.1", "甲"), change=draw)) == [("DL48", "B2")]
    assert found(content=make(("某某项目",), CLAUSES, ("3.1", "甲"), change=draw)) == []  # the logo above the titles
    assert found(content=make(HEAD, ONE, change=draw)) == []
