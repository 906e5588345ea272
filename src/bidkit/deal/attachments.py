"""how a deal attaches its papers: how sharp, how large, and with which watermark."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from bidkit.scalars import Color, Flag, Model, Note, Rate, Whole


def _parse_dpi(value: object) -> object:
    from pydantic import TypeAdapter

    number = TypeAdapter(Whole).validate_python(value)
    if not 72 <= number <= 600:
        raise PydanticCustomError("DL11", "out of range", {"limit": "72 … 600"})
    return number


def _parse_angle(value: object) -> object:
    from pydantic import TypeAdapter

    number = TypeAdapter(Whole).validate_python(value)
    if number > 90:
        raise PydanticCustomError("DL11", "out of range", {"limit": "0 … 90"})
    return number


Dpi = Annotated[Whole, BeforeValidator(_parse_dpi)]
Angle = Annotated[Whole, BeforeValidator(_parse_angle)]


class Watermark(Model):
    """What is written over every page of every attached copy; the text says what the copy is for.

    Args:
        text: without one the project and its number are named.
        opacity: how much of the page it covers up.
    """

    show: Flag = True
    text: Note = ""
    color: Color = "7F7F7F"
    angle: Angle = 30
    opacity: Rate = Decimal("0.25")


class Attachments(Model):
    """The copies of papers: `dpi` is that of pages drawn into Word files, `max_kb` the most that a copy may have."""

    dpi: Dpi = 150
    max_kb: Whole | None = None
    watermark: Watermark = Watermark()
