"""findings that a deal suppresses where no comment can stand: in csv, in finished files, at no place."""

from __future__ import annotations

from bidkit.scalars import Model, Note, Text


class Suppress(Model):
    """A code at a place, and why its finding does not count.

    `where` is the place as bidkit names it (`lines.csv:4`, `submit/quote.xlsx Sheet!B7`); without it the code is
    suppressed where it is found at no place.
    """

    code: Text
    where: Note = ""
    reason: Text
