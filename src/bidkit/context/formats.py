"""how a template prints numbers, dates and times: its filters, by locale."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from bidkit.diagnostic import load_messages
from bidkit.ooxml.pages import Chapter, Mark, Pages, PageWords
from bidkit.quote.offers import round_to

FILTER_KINDS = {"money": "number", "day": "date", "percent": "number", "quantity": "number", "level": "block",
                "page": "text", "pages": "list", "page_no": "text", "chapter": "text", "here": "text"}  # fmt: skip
"""The filters of the template language, each with what it is made for."""


def make_filters(locale: str) -> dict[str, Callable[..., Any]]:
    """The filters of a template language: money, day, percent, quantity, level, page, pages, page_no,
    chapter, here.
    """
    words = PageWords(**load_messages("zh" if locale.startswith("zh") else "en")["labels"]["page"])
    return {
        "money": format_money,
        "day": lambda value: format_day(value, locale),
        "percent": lambda rate: f"{format_quantity(rate * 100)}%",
        "quantity": format_quantity,
        "level": lambda text, top: text.level(top),
        "page": lambda anchor: find_pages([anchor], words),
        "pages": lambda anchors: find_pages(anchors, words),
        "page_no": lambda anchor: find_pages([anchor], BARE),
        "chapter": lambda title, before="", behind="": Chapter(
            str(title), PageWords(f"{before}{words.here}{behind}", f"{before}{words.there}{behind}")
        ),
        "here": Mark,
    }


BARE = PageWords("{page}", "{document} {page}")
"""A page where the words around it stand already: 第（12）页."""


def find_pages(anchors: Iterable[str], words: PageWords) -> Pages:
    """Where anchors stand. Raises TypeError for what is not a list of texts."""
    if isinstance(anchors, str):
        raise TypeError("|page")
    names = tuple(anchors)
    for name in names:
        if not isinstance(name, str):
            raise TypeError(type(name).__name__)
    return Pages(names, words)


def format_day(value: date, locale: str) -> str:
    """2026年9月15日; September 15, 2026; in Britain 15 September 2026."""
    if locale.startswith("zh"):
        return f"{value.year}年{value.month}月{value.day}日"
    month = load_messages("en")["labels"]["months"][value.month - 1]
    return f"{value.day} {month} {value.year}" if locale == "en-GB" else f"{month} {value.day}, {value.year}"


def format_moment(value: datetime, locale: str) -> str:
    """A time with its day, in the zone in which it is written."""
    clock = f"{value:%H:%M}"
    return format_day(value, locale) + (f" {clock}" if locale.startswith("zh") else f", {clock} ({format_zone(value)})")


def format_zone(value: datetime) -> str:
    """The zone of a time by its distance from UTC: UTC-04:00."""
    offset = f"{value:%z}"
    return f"UTC{offset[:3]}:{offset[3:5]}"


def format_money(amount: Decimal | float) -> str:
    """Two decimals, or as many as a price has, up to six: no price is printed as another one."""
    if not isinstance(amount, Decimal):
        return f"{amount:,.2f}"
    places = min(max(-int(amount.normalize().as_tuple().exponent), 2), 6)
    return f"{round_to(amount, places):,f}"


def format_quantity(value: Decimal) -> str:
    """A number with thousands separators and without trailing zeros."""
    return f"{value.normalize():,f}" if value != value.to_integral_value() else f"{value:,.0f}"
