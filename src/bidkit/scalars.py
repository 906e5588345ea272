"""typed scalars that the models share: money, rates, days, prose, and the strict model that knows its places.

The text of a scalar becomes a typed value here and nowhere else. A mistake is raised inside pydantic as a
`PydanticCustomError` whose type is the diagnostic's code, so `validate` can report all of them at their places.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, PrivateAttr, ValidationError, model_validator
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError

from bidkit.characters import UNWRITABLE
from bidkit.choices import Choices
from bidkit.days import DayExpression, Unread, Window, parse_day, parse_periods, parse_window
from bidkit.diagnostic import Both, Diagnostic, Span, Term, fold_rows, is_in_table
from bidkit.source import TITLES, Items, Node, ProseNode, nearest
from bidkit.source.tables.numbers import MONEY

D = TypeVar("D")
_NUMBER = re.compile(r"[+-]?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?")
_DAY_AS_PRINTED = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_MAX_DIGITS = 15
_MAX_PLACES = 6
_MAX_WHOLE = 100_000
_YEARS = range(1900, 3000)


class Model(BaseModel):
    """A frozen record that refuses unknown keys and remembers where each of its fields was written."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=False, defer_build=True)

    _node: Node | None = PrivateAttr(default=None)

    @model_validator(mode="wrap")
    @classmethod
    def _remember_places(cls, data: Any, handler: Any) -> Self:
        made: Self = handler(data)
        if isinstance(data, Node):
            made._node = data
        return made

    def span(self, field: str | None = None, index: int | None = None) -> Span | None:
        """Where a field's value (or one item of its list) stands; the record's own place if the field was left out."""
        private = self.__pydantic_private__  # what `self._node` is read from, and pydantic takes its time over that
        node: Node | None = private["_node"] if private else None
        if node is None:
            return None
        if field is None:
            return node.span
        value = None if index is None else node.get(field)
        if index is not None and isinstance(value, Items) and index < len(value):
            return value.items_at[index]
        return node.values_at.get(field, node.span)

    def span_below(self, *steps: int | str) -> Span | None:
        """Where what keys and positions lead to, one after the other, is written."""
        return None if self._node is None else _follow(self._node, steps)[2]


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise PydanticCustomError("DL07", "text expected", {"expected": "text"})
    if found := UNWRITABLE.search(value):
        raise PydanticCustomError("DL61", "no character", {"found": f"U+{ord(found[0]):04X}"})
    return value.strip()


def _required_text(value: Any) -> str:
    text = _text(value)
    if not text:
        raise PydanticCustomError("DL05", "empty", {})
    return text


def _parse_number(value: Any) -> Decimal:
    if isinstance(value, Decimal):
        return value
    text = _text(value)
    if not _NUMBER.fullmatch(text) or len(re.sub(r"\D", "", text)) > _MAX_DIGITS:
        raise PydanticCustomError("DL08", "not a number", {})
    return Decimal(text.replace(",", ""))


def _parse_amount(value: Any) -> Decimal:
    number = _parse_number(value)
    if number < 0:
        raise PydanticCustomError("DL11", "negative", {"limit": "≥ 0"})
    return number


def _parse_money(value: Any) -> Decimal:
    number = _parse_amount(value)
    if -int(number.as_tuple().exponent) > 2:
        raise PydanticCustomError("DL11", "too many decimals", {"limit": "0.01"})
    return number


def _parse_price(value: Any) -> Decimal:
    number = _parse_amount(value)
    if -int(number.as_tuple().exponent) > _MAX_PLACES:
        raise PydanticCustomError("DL11", "too many decimals", {"limit": f"{Decimal(1).scaleb(-_MAX_PLACES):f}"})
    return number


def _parse_factor(value: Any) -> Decimal:
    number = _parse_number(value)
    if number <= 0:
        raise PydanticCustomError("DL11", "not positive", {"limit": "> 0"})
    return number


def _parse_tax_rate(value: Any) -> Decimal | str:
    if isinstance(value, str) and value.strip().lower() in ("exempt", "免税"):
        return "exempt"
    rate = _parse_rate(value)
    if rate == 1 and not str(value).strip().endswith("%"):  # it may be meant as 1 %
        raise PydanticCustomError("DL11", "rate of one", {"limit": "< 100%"})
    return rate


def _parse_tags(value: Any) -> Any:
    """Tags may also be written as one text (a csv cell): `policy=small; site=north`."""
    if not isinstance(value, str):
        return value
    pairs = [re.split("[=＝:：]", part, maxsplit=1) for part in re.split("[;；]", value) if part.strip()]
    if any(len(pair) != 2 for pair in pairs):
        raise PydanticCustomError("DL10", "not tags", {"allowed": "tag=value; tag=value"})
    return {key.strip(): text.strip() for key, text in pairs}


def _parse_rate(value: Any) -> Decimal:
    if isinstance(value, Decimal):
        return value
    text = _text(value)
    number = _parse_amount(text.removesuffix("%").strip())
    number = number / 100 if text.endswith("%") else number
    if number > 1:
        raise PydanticCustomError("DL11", "rate above one", {"limit": "≤ 100%"})
    return number


def _parse_whole(value: Any) -> int:
    if isinstance(value, int):
        return value
    if isinstance(value, str) and not _NUMBER.fullmatch(value.strip()):
        example = re.match(r"\s*(\d+)", value)
        advice = Term("whole_alone", (("example", example[1] if example else "90"),))
        raise PydanticCustomError("DL08", "not a number", {"advice": advice})
    number = _parse_amount(value)
    if number != number.to_integral_value() or number > _MAX_WHOLE:
        raise PydanticCustomError("DL11", "not whole", {"limit": f"0, 1, 2 … {_MAX_WHOLE}"})
    return int(number)


def _parse_day(value: Any) -> date:
    if isinstance(value, date):
        return value
    text = _text(value)
    try:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise PydanticCustomError("DL09", "not a date", _propose_day(text)) from None


def _propose_day(text: str) -> dict[str, Any]:
    """The advice to write a day as it is read here, for one that is written otherwise: `2026/9/18`, `2026年9月18日`."""
    found = _DAY_AS_PRINTED.fullmatch("".join(text.split()))
    try:
        day = date(*map(int, found.groups())) if found else None
    except ValueError:
        day = None
    return {} if day is None else {"advice": Term("day_as_read", (("day", day.isoformat()),))}


def _parse_moment(value: Any) -> datetime:
    if isinstance(value, datetime):
        return value
    text = _text(value)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise PydanticCustomError("DL09", "not a time", {}) from None
    if moment.tzinfo is None:
        raise PydanticCustomError("DL21", "no offset", {})
    if moment.year not in _YEARS:
        raise PydanticCustomError("DL11", "far away", {"limit": f"{_YEARS.start}–{_YEARS.stop - 1}"})
    return moment


def _parse_flag(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    flags = {"true": True, "yes": True, "是": True, "false": False, "no": False, "否": False}
    text = _text(value).lower()
    if text not in flags:
        raise PydanticCustomError("DL10", "not a flag", {"allowed": "true, false"})
    return flags[text]


def _split_texts(value: Any) -> Any:
    """A list may also be written as one text (a csv cell), its parts separated by `;`."""
    if isinstance(value, str):
        return [part.strip() for part in re.split("[;；]", value) if part.strip()]
    return value


def _parse_expiry(value: Any) -> date | None:
    if value is None or (isinstance(value, str) and value.strip() in ("long-term", "长期")):
        return None
    return _parse_day(value)


def _parse_day_text(value: Any) -> DayExpression:
    return value if isinstance(value, DayExpression) else _read_days(value, parse_day)


def _parse_window_text(value: Any) -> Window:
    return value if isinstance(value, Window) else _read_days(value, parse_window)


def _read_days(value: Any, parse: Callable[[str], D]) -> D:
    text = _text(value)
    try:
        return parse(text)
    except Unread as error:
        values = {"column": str(error.column + 1), "rest": error.rest[:30], "near": error.near or None}
        raise PydanticCustomError("DL63", "no day", values) from None


def _parse_period(value: Any) -> str:
    """One period; none where the text is empty."""
    periods = _list_periods(value) if _text(value) else [""]
    if len(periods) > 1:
        raise PydanticCustomError("DL10", "several periods", {"allowed": "2025, 2026-08"})
    return periods[0]


def _parse_periods(value: Any) -> Any:
    parts = _split_texts(value)
    return [period for part in parts for period in _list_periods(part)] if isinstance(parts, list) else parts


def _list_periods(value: Any) -> list[str]:
    try:
        return list(parse_periods(_text(value)))
    except Unread:
        raise PydanticCustomError("DL10", "not a period", {"allowed": "2025, 2026-08, 2023 .. 2025"}) from None


def _parse_color(value: Any) -> str:
    text = _text(value).removeprefix("#").upper()
    if not re.fullmatch("[0-9A-F]{6}", text):
        raise PydanticCustomError("DL10", "not a colour", {"allowed": "RRGGBB (1F4E79)"})
    return text


Currency = Literal[
    "CNY", "USD", "EUR", "GBP", "HKD", "MOP", "TWD", "SGD", "AUD", "NZD", "CAD", "CHF", "MYR", "THB", "JPY", "KRW"
]
"""Those that have words (`words`)."""
Text = Annotated[str, BeforeValidator(_required_text)]
"""Text that says something."""
Note = Annotated[str, BeforeValidator(_text)]
"""Text that may be left out."""
Texts = Annotated[tuple[Text, ...], BeforeValidator(_split_texts)]
Tags = Annotated[dict[str, Text], BeforeValidator(_parse_tags)]
Money = Annotated[Decimal, BeforeValidator(_parse_money)]
"""An amount in the quote's currency, ≥ 0, at most two decimals."""
Price = Annotated[Decimal, BeforeValidator(_parse_price)]
"""The price of one unit, ≥ 0, at most six decimals."""
Quantity = Annotated[Decimal, BeforeValidator(_parse_amount)]
"""A number ≥ 0, also fractional (18.5 ㎡)."""
Rate = Annotated[Decimal, BeforeValidator(_parse_rate)]
"""A share between 0 and 1; written `13%` or `0.13`."""
Factor = Annotated[Decimal, BeforeValidator(_parse_factor)]
"""A number above zero, such as an exchange rate."""
TaxRate = Annotated[Decimal | Literal["exempt"], BeforeValidator(_parse_tax_rate)]
"""A rate of tax, or `exempt` / `免税`."""
Whole = Annotated[int, BeforeValidator(_parse_whole)]
Day = Annotated[date, BeforeValidator(_parse_day)]
Days = Annotated[tuple[Day, ...], BeforeValidator(_split_texts)]
Moment = Annotated[datetime, BeforeValidator(_parse_moment)]
"""A time with its offset from UTC, as written (`2026-09-18T09:30+08:00`)."""
Flag = Annotated[bool, BeforeValidator(_parse_flag)]
Color = Annotated[str, BeforeValidator(_parse_color)]
"""RRGGBB."""
DayText = Annotated[DayExpression, BeforeValidator(_parse_day_text)]
"""A day of the date language: `deadline - 6 months`."""
WindowText = Annotated[Window, BeforeValidator(_parse_window_text)]
"""A window of the date language: `within 3 years before deadline`."""
DayTexts = Annotated[tuple[DayText, ...], BeforeValidator(_split_texts)]
PeriodText = Annotated[str, BeforeValidator(_parse_period)]
"""A year or a month: `2025`, `2026-08`."""
PeriodTexts = Annotated[tuple[str, ...], BeforeValidator(_parse_periods)]
"""Years or months: `[2023, 2024]`, `2023 .. 2025`."""
Expiry = Annotated[date | None, BeforeValidator(_parse_expiry)]
"""A date, or `long-term` / `长期` (None)."""


class Prose(Model):
    """Markdown text and the file it stands in, so that its pictures and its mistakes are found."""

    text: str
    file: str = ""
    line: int = 1

    @model_validator(mode="before")
    @classmethod
    def _accept_plain_text(cls, value: Any) -> Any:
        if isinstance(value, str):
            return {"text": _required_text(value) and value}
        if not isinstance(value, ProseNode):
            raise PydanticCustomError("DL07", "text expected", {"expected": "text"})
        _required_text(value["text"])
        return value


M = TypeVar("M", bound=Model)


def validate(kind: type[M], data: Node) -> tuple[M | None, list[Diagnostic]]:
    """A model made of a file's data, or every mistake in it, each at its place."""
    try:
        return kind.model_validate(data), []
    except ValidationError as error:
        # A None can only come from `source`, which has reported it as an empty key or an unreadable file.
        errors = [e for e in error.errors(include_url=False) if e["type"] == "missing" or e["input"] is not None]
        found = {(item.code, item.span): item for item in (_diagnose(kind, data, error) for error in errors)}
        return None, fold_rows(_advise_once([*found.values()]))


_PYDANTIC_CODES = {"extra_forbidden": "DL04", "missing": "DL06", "literal_error": "DL10", "enum": "DL10"}
_KINDS = {"model": "mapping", "dict": "mapping", "list": "list", "tuple": "list", "string": "text", "int": "number"}


def _diagnose(kind: type[Model], data: Node, error: Any) -> Diagnostic:
    loc, kind_of_error, ctx = error["loc"], error["type"], error.get("ctx", {})
    holder, key, span = _follow(data, loc)
    value = error.get("input")
    values: dict[str, Any] = {"key": key, "value": _short(value), **ctx}
    code = _PYDANTIC_CODES.get(kind_of_error, kind_of_error)
    if code == "DL04":
        allowed = _allowed_keys(kind, loc[:-1])
        values |= {"allowed": ", ".join(allowed), "near": nearest(key, allowed)}
        span = holder.keys_at.get(key, span) if isinstance(holder, Node) else span
        if is_in_table(span):
            meant = _guess_field(key, allowed)
            told = (("field", meant), ("title", key)) if meant else (("allowed", values["allowed"]),)
            values["advice"] = Term("unknown_title_near" if meant else "unknown_title", told)
    elif code == "DL10":
        allowed = ctx.get("allowed") or ctx.get("expected", "").replace("'", "").replace(" or ", ", ")
        words = [word.strip() for word in allowed.split(",")]
        choices = Choices(next((step for step in reversed(loc) if isinstance(step, str)), ""), words)
        near = choices.find_named(str(value)) or nearest(str(value), words)
        values |= {"allowed": choices if choices == allowed else allowed, "near": near}
    elif not re.fullmatch("[A-Z]{2}[0-9]{2}", code):
        expected = _KINDS.get(kind_of_error.split("_")[0], "text")
        code, values = ("DL07", values | {"expected": Term(expected)})
    elif code == "DL06" and is_in_table(span) and key in TITLES:
        values["advice"] = Term("missing_column", (("title", _name_column(key)), ("key", key)))
    elif code == "DL08" and is_in_table(span) and re.fullmatch(r"[\d,.]+\s*[^\d\s.,%]\D*", str(value).strip()):
        values["advice"] = Term("number_alone")
    elif code == "DL11" and "100%" in ctx.get("limit", ""):
        values["advice"] = Term("rate_as_percent")
    elif isinstance(ctx.get("expected"), str):
        values["expected"] = Term(ctx["expected"])
    return Diagnostic(code, span, values)


def _advise_once(found: Sequence[Diagnostic]) -> Iterator[Diagnostic]:
    """The fields of a list are listed at the first title that is unknown, and not again at each of the others."""
    is_told = False
    for item in found:
        advice = item.values.get("advice")
        if isinstance(advice, Term) and advice.key == "unknown_title":
            again = Term("unknown_title_too", (("title", str(item.values["key"])),))
            item = replace(item, values={**item.values, "advice": again}) if is_told else item
            is_told = True
        yield item


def _guess_field(title: str, allowed: Sequence[str]) -> str | None:
    """The field whose name, or whose title in use, is nearest to a title that is none of them; never one of money,
    for a price without tax is spelt nearly as one with it."""
    likely = [key for key in allowed if key not in MONEY]
    words = {word.replace("_", " "): key for key in likely for word in (key, *TITLES.get(key, "").split())}
    near = nearest(title.lower(), [*words])
    return words[near] if near else None


def _name_column(key: str) -> Both:
    """A title in use for a field, in each language."""
    titles = TITLES[key].split()
    other = [title for title in titles if title.isascii() and title != key] or [key]
    return Both(titles[0], other[0].replace("_", " "))


def _follow(data: Any, loc: tuple[int | str, ...]) -> tuple[Any, str, Span | None]:
    """The innermost holder that a pydantic location names, the last key, and the closest known place."""
    holder, span, key = data, data.span, ""
    for step in loc:
        key = str(step)
        if isinstance(data, Node):
            holder = data
            span = data.values_at.get(key, data.span)
            data = data.get(key)
        elif isinstance(data, Items) and isinstance(step, int) and step < len(data):
            holder, span, data = data, data.items_at[step], data[step]
    return holder, key, span


def _allowed_keys(kind: type[Model], loc: tuple[int | str, ...]) -> list[str]:
    """The keys of the model found by following a location through the annotations."""
    current: Any = kind
    for step in loc:
        if isinstance(step, int):
            continue
        field = _fields(current).get(step)
        models = _models_in(field.annotation) if field else []
        current = models[0] if models else current
    return list(_fields(current))


def _fields(kind: type[Model]) -> dict[str, FieldInfo]:
    """The fields of a model by their keys in the file."""
    return {field.alias or name: field for name, field in kind.model_fields.items()}


def _models_in(annotation: Any) -> list[type[Model]]:
    from typing import get_args

    if isinstance(annotation, type) and issubclass(annotation, Model):
        return [annotation]
    return [found for part in get_args(annotation) for found in _models_in(part)]


def _short(value: Any) -> str:
    text = "…" if isinstance(value, (Mapping, list)) else str(value)
    return text if len(text) <= 60 else text[:57] + "…"
