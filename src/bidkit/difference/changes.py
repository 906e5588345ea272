"""what a change is: in which group of the business, of what kind, where, old and new; and figures before and after."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from bidkit.diagnostic import Diagnostic

Group = Literal["price", "scope", "responses", "credentials", "dates", "tender", "customer", "files", "other"]
GROUPS: tuple[Group, ...] = (
    *("price", "responses", "credentials", "dates", "scope", "tender", "customer", "files", "other"),
)
"""In the order in which they are told."""
Kind = Literal["added", "removed", "replaced", "changed", "moved"]


@dataclass(frozen=True)
class Change:
    """One thing that differs.

    Args:
        path: where it is in the data: `quote.lines[A-01].unit_price`.
        owner: the path of the record that it belongs to; what has the same one is told together.
        title: the record, as people call it.
        key: the field; empty for a record as a whole.
        old, new: values or records; None for what is not there. Of a record that has moved, its places.
        is_first: told before all others of its group: a mandatory requirement.
    """

    group: Group
    kind: Kind
    path: str
    owner: str
    title: str
    key: str
    old: Any = None
    new: Any = None
    is_first: bool = False


@dataclass(frozen=True)
class Figure:
    """An amount before and after; None where there is none.

    Args:
        kind: which total: `total`, `category`, `tax`, `payment` and so on.
        name: of what.
    """

    kind: str
    name: str
    old: Decimal | None
    new: Decimal | None

    @property
    def is_changed(self) -> bool:
        """Whether it is another one."""
        return self.old != self.new


@dataclass(frozen=True)
class Difference:
    """All that differs.

    Args:
        kind: what was compared.
        before, after: as they were named.
        figures: those of the price, the totals also where they have not changed.
        currencies: of the figures before and after.
        language: of the deals, in which amounts are written.
        problems: what could not be read of them.
    """

    kind: Literal["deals", "packages"]
    before: str
    after: str
    figures: tuple[Figure, ...]
    changes: tuple[Change, ...]
    currencies: tuple[str, str]
    language: str
    problems: tuple[Diagnostic, ...] = ()

    @property
    def is_equal(self) -> bool:
        """Whether nothing differs, as far as it could be read."""
        return not self.changes and not any(figure.is_changed for figure in self.figures)
