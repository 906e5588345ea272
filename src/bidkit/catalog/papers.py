"""credential records: the papers of a workspace, whose they are, what they prove, and until when."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Literal, Self

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from bidkit.days import find_span
from bidkit.diagnostic import Diagnostic
from bidkit.kinds import PERSONAL_KINDS, PaperKind
from bidkit.scalars import Day, Expiry, Model, Money, Note, PeriodText, Rate, Text, Texts, Whole


class Mask(Model):
    """A part of a page that copies do not show: its left and upper edge, width and height, as shares of the page's."""

    file: Whole = 1
    page: Whole = 1
    left: Rate
    top: Rate
    width: Rate
    height: Rate

    @model_validator(mode="after")
    def _lies_on_the_page(self) -> Self:
        if not (self.width and self.height and self.left + self.width <= 1 and self.top + self.height <= 1):
            limit = "0 < width ≤ 100% - left, 0 < height ≤ 100% - top"
            raise PydanticCustomError("DL11", "off the page", {"limit": limit})
        return self


class Credential(Model):
    """A paper that proves something: whose, by whom, until when, and its files.

    `valid_until` is a date or `long-term`; a paper that cannot expire (a contract, a copyright) is `long-term` too.
    `level` is that of a qualification (甲级, CMMI 3); `surveillance_until` the day by which a certificate needs its
    next surveillance audit; `period` the year or month that an audit, tax or social-security paper is about; `amount`
    that of a contract; `tags` say what it is like. `review_by` is when somebody must look at the record again.
    `per_page` is how many of its pictures, or of papers like it, stand on one page; `masks` are what copies do not show
    where a deal asks for it (`attachments.mask`); an empty list says that there is nothing to hide.
    """

    id: Text
    kind: PaperKind
    title: Text
    holder: Text
    number: Text
    issuer: Text
    issued: Day
    valid_until: Expiry
    surveillance_until: Day | None = None
    level: Note = ""
    scope: Note = ""
    model: Note = ""
    period: PeriodText = ""
    amount: Money | None = None
    tags: Texts = ()
    sensitivity: Literal["public", "internal", "personal"] = "internal"
    owner: Note = ""
    review_by: Day | None = None
    note: Note = ""
    per_page: Whole | None = None
    masks: tuple[Mask, ...] | None = None
    files: Texts

    @property
    def is_personal(self) -> bool:
        """Whether it says more of a person than others need to know."""
        return self.sensitivity == "personal" or self.kind in PERSONAL_KINDS

    @property
    def hides_number(self) -> bool:
        """Whether its number is one of a person; that of a certificate is looked up by whoever judges it."""
        return self.sensitivity == "personal" or self.kind == "id-card"

    @property
    def span_of_period(self) -> tuple[date, date] | None:
        """The first and the last day of what it is about."""
        if not self.period:
            return None
        return find_span(self.period)


def check_paper(paper: Credential) -> Iterator[Diagnostic]:
    """A record that contradicts itself. Diagnostics: DL64 (it ends before it begins)."""
    for key in ("valid_until", "surveillance_until"):
        last = getattr(paper, key)
        if last is not None and last < paper.issued:
            yield Diagnostic("DL64", paper.span(key), {"title": paper.title, "issued": paper.issued, "last": last})
