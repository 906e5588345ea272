"""how a check or a build is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bidkit.package import Built


@dataclass(frozen=True)
class Options:
    """How a check or a build is asked for.

    Args:
        now: aware; the moment by which dates are judged, unless `as_of` or the workspace pins the day.
        out: the folder for packages; the workspace's `dist` if None.
        is_strict: a warning stops the build as an error does.
        with_pdf: a PDF beside each volume and workbook.
        before: the packages that are there, by the ids of their deals; looked for on this disk if None.
        run: tells a run that builds many deals from others: what all of them need is looked up once.
    """

    now: datetime
    as_of: date | None = None
    is_draft: bool = False
    out: Path | None = None
    force: bool = False
    is_strict: bool = False
    with_pdf: bool = False
    version: str = ""
    before: Mapping[str, Built | None] | None = None
    run: str = ""
