"""The date language: days, windows, how the law counts, and mistakes at their column."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bidkit.days import NAMES, Unread, end_term, end_workdays, parse_day, parse_window

DAYS = {
    "deadline": date(2026, 9, 18),
    "validity_end": date(2026, 12, 17),
    "dated": date(2026, 9, 15),
    "today": date(2026, 9, 1),
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("deadline", "2026-09-18"),
        ("投标截止日", "2026-09-18"),
        (" validity_end ", "2026-12-17"),
        ("2026-02-28", "2026-02-28"),
        ("deadline - 6 months", "2026-03-18"),
        ("deadline-3 years", "2023-09-18"),
        ("deadline + 10 days", "2026-09-28"),
        ("deadline + 1 year - 1 day", "2027-09-17"),
        ("2026-03-31 - 1 month", "2026-02-28"),
        ("2024-02-29 + 1 year", "2025-02-28"),
        ("2024-02-29 + 2 weeks", "2024-03-14"),
        ("截止日 - 半年", "2026-03-18"),
        ("截止日 + 三个月", "2026-12-18"),
        ("9999-12-01 + 5 years", "9999-12-31"),
        ("2026年9月18日", "2026-09-18"),
        ("2026 年 9 月 8 日 - 十二个月", "2025-09-08"),
        ("截止日 - 二十四个月", "2024-09-18"),
        ("截止日 + 十日", "2026-09-28"),
        ("截止日 + 九十天", "2026-12-17"),
        ("截止日 - 两年", "2024-09-18"),
    ],
)
def test_day(text: str, expected: str) -> None:
    assert parse_day(text).find(DAYS).isoformat() == expected


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("within 6 months before deadline", "2026-03-18", "2026-09-18"),
        ("投标截止日前6个月内", "2026-03-18", "2026-09-18"),
        ("截止日前 三年 内", "2023-09-18", "2026-09-18"),
        ("within 30 days after deadline", "2026-09-18", "2026-10-18"),
        ("截止日后30日内", "2026-09-18", "2026-10-18"),
        ("since 2023-01-01", "2023-01-01", "9999-12-31"),
        ("自2023-01-01起", "2023-01-01", "9999-12-31"),
        ("until deadline", "0001-01-01", "2026-09-18"),
        ("近三年", "2023-09-18", "2026-09-18"),
        ("近 6 个月内", "2026-03-18", "2026-09-18"),
        ("last 3 years", "2023-09-18", "2026-09-18"),
        ("before deadline - 3 years", "0001-01-01", "2023-09-17"),
        ("after 2023-01-01", "2023-01-02", "9999-12-31"),
        ("早于2023年1月1日", "0001-01-01", "2022-12-31"),
        ("晚于 2023-01-01", "2023-01-02", "9999-12-31"),
        ("至截止日止", "0001-01-01", "2026-09-18"),
        ("2023-01-01 .. deadline", "2023-01-01", "2026-09-18"),
        ("2023-01-01 至 2025-12-31", "2023-01-01", "2025-12-31"),
        ("within 3 years before deadline - 1 day", "2023-09-17", "2026-09-17"),
    ],
)
def test_window(text: str, first: str, last: str) -> None:
    assert [day.isoformat() for day in parse_window(text).find(DAYS)] == [first, last]


def test_a_term_that_ends_on_a_holiday_ends_on_the_next_day_that_is_none() -> None:
    holidays = {date(2026, 10, day) for day in range(1, 8)}
    assert parse_day("deadline + 13 days").find(DAYS, holidays) == date(2026, 10, 8)
    assert parse_day("deadline + 13 days").find(DAYS) == date(2026, 10, 1)
    assert parse_day("2026-10-03").find(DAYS, holidays) == date(2026, 10, 3)  # a date stays what it is
    assert parse_day("2026-10-10 - 7 days").find(DAYS, holidays) == date(2026, 10, 3)


@pytest.mark.parametrize(
    ("parse", "text", "column", "near"),
    [
        (parse_day, "deadlin", 0, "deadline"),
        (parse_day, "deadline -", 9, ""),
        (parse_day, "deadline - 6 mnths", 13, "months"),
        (parse_day, "deadline - six months", 11, ""),
        (parse_day, "2026年2月30日", 0, ""),
        (parse_window, "last 3 yeers", 7, "years"),
        (parse_window, "近三个礼拜", 1, ""),
        (parse_day, "2026-13-01", 0, ""),
        (parse_day, "", 0, ""),
        (parse_window, "within 6 months befor deadline", 16, "before"),
        (parse_window, "within six months before deadline", 7, ""),
        (parse_window, "within 6 months before deadlien", 23, "deadline"),
        (parse_window, "截止日前6月份内", 6, ""),
        (parse_window, "截止日前六个月", 7, ""),
        (parse_window, "since", 5, ""),
        (parse_window, "within", 6, ""),
        (parse_window, "2023-01-01 .. ", 14, ""),
        (parse_window, "deadline", 8, ""),
    ],
)
def test_mistake_is_told_with_its_column_and_the_word_that_was_meant(
    parse: Callable[[str], object], text: str, column: int, near: str
) -> None:
    with pytest.raises(Unread) as caught:
        parse(text)
    assert (caught.value.column, caught.value.near) == (column, near)


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    for parse in (parse_day, parse_window):
        try:
            parse(text).find(DAYS)
        except Unread as error:
            assert 0 <= error.column <= len(text)


@given(st.sampled_from(NAMES), st.integers(0, 400))
def test_days_counted_back_and_forth_come_back(name: str, count: int) -> None:
    assert parse_day(f"{name} + {count} days - {count} days").find(DAYS) == DAYS[name]
    first, last = parse_window(f"within {count} days before {name}").find(DAYS)
    assert last - first == timedelta(days=count)


ANY_DAY = st.dates(date(2024, 1, 1), date(2028, 12, 31))


@given(ANY_DAY, st.integers(0, 60), st.lists(ANY_DAY, max_size=5), st.sets(st.integers(1, 40), max_size=12))
def test_working_days_are_counted_one_by_one(day: date, count: int, others: list[date], near: set[int]) -> None:
    holidays = [*others, *(day + timedelta(days=ahead) for ahead in near)]
    expected, left = day, count
    while left:
        expected += timedelta(days=1)
        left -= expected.weekday() < 5 and expected not in holidays
    assert end_workdays(day, count, holidays) == expected


def test_a_term_ends_on_no_holiday_and_never_after_the_last_day_there_is() -> None:
    october = [date(2026, 10, day) for day in range(1, 8)]
    assert end_term(date(2026, 9, 1), 30, october) == date(2026, 10, 8)
    assert end_term(date(2026, 9, 1), 29, october) == date(2026, 9, 30)
    assert end_term(date.max, 30) == end_workdays(date.max, 100_000) == date.max
