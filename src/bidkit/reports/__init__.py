"""one file per output format."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bidkit.bid import Bid
from bidkit.diagnostic import Diagnostic, Severity
from bidkit.gate import Gate


@dataclass(frozen=True)
class Result:
    """What came of a deal: findings, the gate, and the package's folder if one was written.

    Args:
        root: the workspace, to which places in `diagnostics` are relative.
        pinned: the day by which dates were judged, if it was not today.
    """

    diagnostics: tuple[Diagnostic, ...]
    root: Path | None = None
    bid: Bid | None = None
    gate: Gate | None = None
    pinned: date | None = None
    folder: Path | None = None
    is_draft: bool = False

    @property
    def exit_code(self) -> int:
        """0 no error, 1 errors in the bid, 2 the surroundings failed."""
        errors = [item for item in self.diagnostics if item.severity is Severity.ERROR]
        return 2 if any(item.code.startswith("EN") for item in errors) else 1 if errors else 0
