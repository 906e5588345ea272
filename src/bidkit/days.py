"""the date language: days such as `deadline - 6 months` and windows such as `within 3 years before deadline`.

    day       deadline | validity_end | dated | today | 2026-09-18, then + or - any number of periods
              投标截止日 | 有效期截止日 | 标书日期 | 今天
    period    N days, weeks, months, years;  N 日、天、周、个月、年
              2026年9月18日
    window    within PERIOD before DAY | within PERIOD after DAY | last PERIOD | since DAY | until DAY | before DAY |
              after DAY | DAY .. DAY
              DAY前PERIOD内 | DAY后PERIOD内 | 近PERIOD | 自DAY起 | 至DAY止 | 早于DAY | 晚于DAY | DAY 至 DAY

Counting follows 财政部令第87号 第85, 86条: the day from which is counted is left out, 以内 has both its ends (`before`,
`after`, 早于, 晚于 leave out the day that they name), months end on the day of the same number or on the last of a
shorter month; a term counted forward that ends on a holiday ends on the next day that is none, where holidays are
given. `last` and 近 count back from the deadline.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

_NAMES = {
    **{"deadline": "deadline", "投标截止日": "deadline", "截止日": "deadline", "投标截止时间": "deadline"},
    **{"validity_end": "validity_end", "有效期截止日": "validity_end", "投标有效期截止日": "validity_end"},
    **{"dated": "dated", "标书日期": "dated", "today": "today", "今天": "today"},
}
NAMES = ("deadline", "validity_end", "dated", "today")
"""The days that have names."""
_UNITS = {
    **dict.fromkeys(("day", "days", "日", "天"), "day"),
    **dict.fromkeys(("week", "weeks", "周"), "week"),
    **dict.fromkeys(("month", "months", "个月", "月"), "month"),
    **dict.fromkeys(("year", "years", "年"), "year"),
}
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


def _any(words: Collection[str]) -> str:
    """A pattern for one of these words, the longest that fits."""
    return "|".join(sorted(words, key=len, reverse=True))


_WORDS = (*_NAMES, "within", "before", "after", "since", "until", "last", *_UNITS)
_DATE = r"\d{4}-\d{2}-\d{2}|\d{4}\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日"
_NUMERALS = "一二三四五六七八九"
_PERIOD = re.compile(rf"(\d{{1,4}}|[{_NUMERALS}]?十[{_NUMERALS}]?|[两半{_NUMERALS}])\s*({_any(_UNITS)})")
_START = re.compile(rf"({_DATE}|{_any(_NAMES)})")
_SHIFT = re.compile(rf"\s*([+-])\s*{_PERIOD.pattern}")

_SATURDAY = 5
_PERIOD_TEXT = r"[1-9]\d{3}(?:-(?:0[1-9]|1[0-2]))?"
_PERIODS = re.compile(rf"\s*({_PERIOD_TEXT})\s*(?:(?:\.\.|至|到|~|–)\s*({_PERIOD_TEXT})\s*)?")
_MOST_PERIODS = 600


class Unread(ValueError):
    """An expression that is none: where it goes wrong (from 0), what stands there, and the word that was meant."""

    def __init__(self, text: str, column: int) -> None:
        super().__init__(text)
        self.column = column
        self.rest = text[column:].strip() or "—"
        self.near = _find_near(text[column:])


@dataclass(frozen=True)
class Period:
    """So many days, weeks, months or years."""

    count: int
    unit: str

    def before(self, day: date) -> date:
        """The day so much earlier."""
        return _shift(day, -self.count, self.unit)

    def after(self, day: date) -> date:
        """The day so much later."""
        return _shift(day, self.count, self.unit)


@dataclass(frozen=True)
class DayExpression:
    """A day: a name or a date, and what is added to it; `counts` says that a term ends on it."""

    text: str
    start: str
    shifts: tuple[tuple[int, Period], ...] = ()
    counts: bool = True

    def find(self, days: Mapping[str, date], holidays: Collection[date] = ()) -> date:
        """The day, where the named ones are known."""
        day = days[self.start] if self.start in days else date.fromisoformat(self.start)
        for sign, period in self.shifts:
            day = period.after(day) if sign > 0 else period.before(day)
        return _skip(day, holidays) if self.counts and self.shifts and self.shifts[-1][0] > 0 else day


DEADLINE = DayExpression("deadline", "deadline")


@dataclass(frozen=True)
class Window:
    """Days from the first to the last, both included; None for no limit."""

    text: str
    first: DayExpression | None
    last: DayExpression | None

    def find(self, days: Mapping[str, date], holidays: Collection[date] = ()) -> tuple[date, date]:
        """Its first and its last day."""
        first = self.first.find(days, holidays) if self.first else date.min
        return first, self.last.find(days, holidays) if self.last else date.max


def parse_day(text: str) -> DayExpression:
    """A day. Raises Unread."""
    return _read_last(text, _blank(text, 0))


def parse_window(text: str) -> Window:
    """A window. Raises Unread."""
    made = _read_english(text) or _read_chinese(text) or _read_range(text)
    return Window(" ".join(text.split()), *made)


def parse_periods(text: str) -> tuple[str, ...]:
    """Years or months, one or from one to another: `2025`, `2023 .. 2025`, `2026-03 至 2026-08`. Raises Unread."""
    if (found := _PERIODS.fullmatch(text)) is None:
        raise Unread(text, 0)
    first, last = found[1], found[2] or found[1]
    if len(first) != len(last) or first > last or len(months := _list_months(first, last)) > _MOST_PERIODS:
        raise Unread(text, found.start(2))
    return tuple(dict.fromkeys(month[: len(first)] for month in months))


def end_term(day: date, count: int, holidays: Collection[date] = ()) -> date:
    """The last day of a term of so many days behind a day; the first that is no holiday, where it ends on one."""
    return _skip(Period(count, "day").after(day), holidays)


def end_workdays(day: date, count: int, holidays: Collection[date] = ()) -> date:
    """The last of so many working days behind a day: neither Saturday, Sunday nor one of the holidays.

    Weekends on which people work instead are not known; with them a term ends earlier, never later.
    """
    end = _add_weekdays(day, count)
    for holiday in sorted({holiday for holiday in holidays if holiday.weekday() < _SATURDAY and holiday > day}):
        end = _add_weekdays(end, 1) if holiday <= end else end
    return end


def _add_weekdays(day: date, count: int) -> date:
    """So many Mondays to Fridays later; the day itself where there are none to add."""
    friday = _SATURDAY - 1
    weekday, (weeks, rest) = min(day.weekday(), friday), divmod(count, friday + 1)
    shift = weekday - day.weekday() + weeks * 7 + rest + (2 if weekday + rest > friday else 0)
    return _shift(day, shift, "day") if count else day


def find_span(period: str) -> tuple[date, date]:
    """The first and the last day of a year or a month."""
    year, _, month = period.partition("-")
    if not month:
        return date(int(year), 1, 1), date(int(year), 12, 31)
    return date(int(year), int(month), 1), date(int(year), int(month), monthrange(int(year), int(month))[1])


def _list_months(first: str, last: str) -> list[str]:
    starts, ends = find_span(first)[0], find_span(last)[1]
    numbers = range(starts.year * 12 + starts.month - 1, ends.year * 12 + ends.month)
    return [f"{number // 12:04}-{number % 12 + 1:02}" for number in numbers]


Ends = tuple[DayExpression | None, DayExpression | None]


def _read_english(text: str) -> Ends | None:
    if found := re.match(r"\s*(since|until|before|after)\b\s*", text):
        day = _read_last(text, found.end())
        return _open_end(day, found[1])
    if found := re.match(r"\s*last\b\s*", text):
        period, at = _read_period(text, found.end())
        return _finish(text, at, "", _around(DEADLINE, period, is_before=True))
    if found := re.match(r"\s*within\b\s*", text):
        period, at = _read_period(text, found.end())
        side = re.compile(r"\s+(before|after)\s+").match(text, at)
        if side is None:
            raise Unread(text, _blank(text, at))
        return _around(_read_last(text, side.end()), period, is_before=side[1] == "before")
    return None


def _open_end(day: DayExpression, word: str) -> Ends:
    """From or up to a day; a word that excludes the day itself moves by one."""
    if word in ("since", "until"):
        return (day, None) if word == "since" else (None, day)
    is_after = word in ("after", "晚于")
    moved = DayExpression(day.text, day.start, (*day.shifts, (1 if is_after else -1, Period(1, "day"))), counts=False)
    return (moved, None) if is_after else (None, moved)


def _read_chinese(text: str) -> Ends | None:
    if found := re.match(r"\s*(早于|晚于)\s*", text):
        return _open_end(_read_last(text, found.end()), found[1])
    if found := re.match(r"\s*最?近\s*", text):
        period, at = _read_period(text, found.end())
        return _finish(text, at, "(?:以?内)?", _around(DEADLINE, period, is_before=True))
    if found := re.match(r"\s*自\s*", text):
        day, at = _read_day(text, found.end())
        return _finish(text, at, "起", (day, None))
    if found := re.match(r"\s*至\s*", text):
        day, at = _read_day(text, found.end())
        return _finish(text, at, "止", (None, day))
    start = _START.match(text.strip())
    if start is None or not re.match(r"\s*(之?[前后])", text.strip()[start.end() :]):
        return None
    day, at = _read_day(text, _blank(text, 0))
    side = re.compile(r"\s*之?([前后])\s*").match(text, at)
    if side is None:
        raise Unread(text, at)
    period, at = _read_period(text, side.end())
    return _finish(text, at, "(?:以?内)", _around(day, period, is_before=side[1] == "前"))


def _read_range(text: str) -> Ends:
    first, at = _read_day(text, _blank(text, 0))
    between = re.compile(r"\s*(?:\.\.|至|到|~|–)\s*").match(text, at)
    if between is None:
        raise Unread(text, _blank(text, at))
    return first, _read_last(text, between.end())


def _read_last(text: str, at: int) -> DayExpression:
    """The day with which a text ends."""
    day, end = _read_day(text, at)
    if text[end:].strip():
        begun = re.compile(r"\s*[+-]\s*(\d+\s*)?").match(text, end)
        raise Unread(text, begun.end() if begun and text[begun.end() :].strip() else _blank(text, end))
    return day


def _finish(text: str, at: int, word: str, ends: Ends) -> Ends:
    if not re.compile(rf"\s*{word}\s*$").match(text, at):
        raise Unread(text, _blank(text, at))
    return ends


def _around(day: DayExpression, period: Period, *, is_before: bool) -> Ends:
    moved = DayExpression(day.text, day.start, (*day.shifts, (-1 if is_before else 1, period)))
    return (moved, day) if is_before else (day, moved)


def _read_day(text: str, at: int) -> tuple[DayExpression, int]:
    found = _START.match(text, at)
    if found is None:
        raise Unread(text, at)
    name, end = found[1], found.end()
    start = _NAMES.get(name) or _read_date(text, at, name)
    shifts = []
    while shift := _SHIFT.match(text, end):
        shifts.append((1 if shift[1] == "+" else -1, _make_period(shift[2], shift[3])))
        end = shift.end()
    return DayExpression(text[at:end].strip(), start, tuple(shifts)), end


def _read_date(text: str, at: int, written: str) -> str:
    year, month, day = re.findall(r"\d+", written)
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        raise Unread(text, at) from None


def _read_period(text: str, at: int) -> tuple[Period, int]:
    found = _PERIOD.match(text, at)
    if found is None:
        number = re.compile(r"\d{1,4}\s*(?=\S)").match(text, at)
        raise Unread(text, number.end() if number else at)
    return _make_period(found[1], found[2]), found.end()


def _make_period(count: str, unit: str) -> Period:
    kind = _UNITS[unit]
    if count == "半":
        return Period(6, "month") if kind == "year" else Period(15, "day")
    return Period(int(count) if count.isdigit() else read_numeral(count), kind)


def read_numeral(text: str) -> int:
    """两, 九, 十二, 二十四."""
    tens, ten, ones = text.replace("两", "二").rpartition("十")
    place = _NUMERALS.find
    return ((place(tens) + 1 if tens else 1) * 10 if ten else 0) + (place(ones) + 1 if ones else 0)


def _blank(text: str, at: int) -> int:
    """Where the next word begins."""
    return at + len(text[at:]) - len(text[at:].lstrip())


def _shift(day: date, count: int, unit: str) -> date:
    if unit in ("day", "week"):
        ordinal = day.toordinal() + count * (7 if unit == "week" else 1)
        return date.fromordinal(min(max(ordinal, 1), date.max.toordinal()))
    months = day.year * 12 + day.month - 1 + count * (12 if unit == "year" else 1)
    year, month = divmod(months, 12)
    if not date.min.year <= year <= date.max.year:
        return date.min if count < 0 else date.max
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _skip(day: date, holidays: Collection[date]) -> date:
    while day in holidays:
        day += timedelta(days=1)
    return day


def _find_near(text: str) -> str:
    from difflib import get_close_matches

    word = re.match(r"\s*([\w-]+)", text)
    found = get_close_matches(word[1], _WORDS, n=1, cutoff=0.6) if word else []
    return found[0] if found else ""
