"""credential records: the papers of a workspace, whose they are, what they prove, and until when."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from datetime import date
from typing import Annotated, Literal

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from bidkit.diagnostic import Diagnostic
from bidkit.kinds import PaperKind
from bidkit.scalars import Day, Expiry, Model, Money, Note, Text, Texts


def _parse_period(value: object) -> str:
    text = value.strip() if isinstance(value, str) else ""
    if text and not re.fullmatch(r"\d{4}(-(0[1-9]|1[0-2]))?", text):
        raise PydanticCustomError("DL10", "not a period", {"allowed": "2025, 2026-08"})
    return text


PeriodText = Annotated[str, BeforeValidator(_parse_period)]
"""A year or a month: `2025`, `2026-08`."""


class Credential(Model):
    """A paper that proves something: whose, by whom, until when, and its files.

    `valid_until` is a date or `long-term`; a paper that cannot expire (a contract, a copyright) is `long-term` too.
    `level` is that of a qualification (甲级, CMMI 3); `surveillance_until` the day by which a certificate needs its
    next surveillance audit; `period` the year or month that an audit, tax or social-security paper is about; `amount`
    that of a contract; `tags` say what it is like. `review_by` is when somebody must look at the record again.
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
    files: Texts

    @property
    def span_of_period(self) -> tuple[date, date] | None:
        """The first and the last day of what it is about."""
        if not self.period:
            return None
        year, _, month = self.period.partition("-")
        if not month:
            return date(int(year), 1, 1), date(int(year), 12, 31)
        return date(int(year), int(month), 1), date(int(year), int(month), monthrange(int(year), int(month))[1])


def check_paper(paper: Credential) -> Iterator[Diagnostic]:
    """A record that contradicts itself. Diagnostics: DL64 (it ends before it begins)."""
    for key in ("valid_until", "surveillance_until"):
        last = getattr(paper, key)
        if last is not None and last < paper.issued:
            yield Diagnostic("DL64", paper.span(key), {"title": paper.title, "issued": paper.issued, "last": last})
