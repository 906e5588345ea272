"""one file per output format."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bidkit.bid import Bid
from bidkit.diagnostic import Diagnostic, Severity, Suppressed
from bidkit.gate import Gate
from bidkit.receivables import Followed
from bidkit.source import Workspace


@dataclass(frozen=True)
class VerifiedPackage:
    """A package that was verified: its folder, how many files are handed in, and what came of it."""

    folder: Path
    count: int
    is_draft: bool
    is_sound: bool


@dataclass(frozen=True)
class Result:
    """What came of a deal: findings, the gate, and the package's folder if one was written.

    Args:
        root: the workspace, to which places in `diagnostics` are relative.
        pinned: the day by which dates were judged, if it was not today.
        deal_file: its deal.yaml, relative to `root`; what is wrong at no place is wrong there.
        is_strict: a warning counts as an error does.
        is_verified: the finished files were judged too; else their rules have said nothing.
        suppressed: what was found and does not count.
        packages: those that were verified.
        workspace: the files that were read of it; None if the deal could not be read.
        followed: what has followed the bid; never of a build, whose report lies in the package.
    """

    diagnostics: tuple[Diagnostic, ...]
    root: Path | None = None
    bid: Bid | None = None
    gate: Gate | None = None
    pinned: date | None = None
    folder: Path | None = None
    is_draft: bool = False
    deal_file: str = ""
    is_strict: bool = False
    is_verified: bool = False
    suppressed: tuple[Suppressed, ...] = ()
    packages: tuple[VerifiedPackage, ...] = ()
    workspace: Workspace | None = None
    followed: Followed | None = None

    def fails(self, item: Diagnostic) -> bool:
        """Whether a finding counts for the exit code."""
        return item.severity is Severity.ERROR or (self.is_strict and item.severity is Severity.WARNING)

    @property
    def is_wrong(self) -> bool:
        """Whether any finding counts for the exit code."""
        return any(map(self.fails, self.diagnostics))

    @property
    def exit_code(self) -> int:
        """0 no error or a draft that was asked for, 1 errors in the bid, 2 the surroundings failed."""
        if self.is_draft and self.folder:
            return 0
        if any(item.code.startswith("EN") and item.severity is Severity.ERROR for item in self.diagnostics):
            return 2
        return 1 if self.is_wrong else 0

    @property
    def moments(self) -> tuple[str, ...]:
        """The moments of the gate that a final package waits for."""
        return ("build", "submit") if self.bid and self.bid.deal.regime == "tender" else ("build",)

    @property
    def is_ready(self) -> bool:
        """Whether the gate lets a final package be built."""
        return self.gate is not None and not self.gate.blocking(*self.moments)
