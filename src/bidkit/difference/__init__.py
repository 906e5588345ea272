"""what differs between two deals or two packages, in the terms of the business.

changes   what a change is: where, of what kind, old and new
walking   two models -> every leaf that differs, records paired by their ids
deals     two deals with all that they draw on -> changes and figures
packages  two packages -> changes and figures, read back from the finished files
"""

from __future__ import annotations

from bidkit.difference.changes import GROUPS, Change, Difference, Figure

__all__ = ["GROUPS", "Change", "Difference", "Figure"]
