"""how a deal attaches its papers: how sharp, how large, under which names, with which watermark and what hidden."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator, TypeAdapter
from pydantic_core import PydanticCustomError

from bidkit.scalars import Color, Flag, Model, Note, Rate, Text, Whole


def _parse_dpi(value: object) -> object:
    number = TypeAdapter(Whole).validate_python(value)
    if not 72 <= number <= 600:
        raise PydanticCustomError("DL11", "out of range", {"limit": "72 … 600"})
    return number


def _parse_angle(value: object) -> object:
    number = TypeAdapter(Whole).validate_python(value)
    if number > 90:
        raise PydanticCustomError("DL11", "out of range", {"limit": "0 … 90"})
    return number


def _parse_name(value: object) -> object:
    text = TypeAdapter(Text).validate_python(value)
    names = {name.group() for name in re.finditer(r"\{[^{}]*\}", text)}
    if names - set(NAME_PARTS) or re.search("[{}]", re.sub(r"\{[^{}]*\}", "", text)):
        raise PydanticCustomError("DL10", "another name", {"allowed": ", ".join(NAME_PARTS)})
    return text


NAME_PARTS = ("{no}", "{id}", "{title}", "{kind}", "{holder}", "{number}")
"""What the pattern for names of copies may hold."""
NamePattern = Annotated[Text, BeforeValidator(_parse_name)]
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
    """The copies of papers.

    Args:
        dpi: that of pages drawn into Word files.
        max_kb: the most that a copy may have.
        name: what copies are called, without suffix.
        mask: whether copies and lists hide what is personal: the `masks` of papers, and their numbers but for the ends.
    """

    dpi: Dpi = 150
    max_kb: Whole | None = None
    name: NamePattern = "{no}-{title}"
    mask: Flag = False
    watermark: Watermark = Watermark()
