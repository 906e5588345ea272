"""the buyer's price form filled in place from the quote: every formula of it right, all else as it came."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from bidkit.bid import Bid
from bidkit.deal.price_forms import PriceForm
from bidkit.diagnostic import Diagnostic
from bidkit.ooxml.archive import is_sound_name
from bidkit.source import Workspace

if TYPE_CHECKING:  # a deal without forms is read without lxml
    from bidkit.ooxml.sheet.foreign import Value

JUDGED = frozenset(("PR30", "PR31", "PR32", "PR33", "PR34"))
"""What is told here counts at the gate as findings of rules do."""
_TAKEN = "quote.xlsx"


@dataclass(frozen=True)
class FilledForm:
    """A form that was filled.

    Args:
        source: the buyer's file, by its name in the workspace.
        wanted: by part and cell, what each filled cell and each formula that hangs on one must show.
    """

    output: str
    source: str
    original: bytes = field(repr=False)
    content: bytes = field(repr=False)
    wanted: Mapping[str, Mapping[str, Value]]

    def file_name(self, *, is_draft: bool) -> str:
        """Its name in the package."""
        name = PurePosixPath(self.output)
        return f"submit/{name.stem}{'-DRAFT' if is_draft else ''}{name.suffix}"


def fill_price_forms(bid: Bid, workspace: Workspace, deal_name: str) -> tuple[tuple[FilledForm, ...], list[Diagnostic]]:
    """The forms of a deal, filled; one with a mistake of place is left out. Diagnostics: DL12–DL15, PR30–PR34, PK31,
    PK32, PK34.
    """
    forms = bid.deal.quote.forms
    if not forms:
        return (), []
    from bidkit.price_form.filling import fill_form, find_part
    from bidkit.price_form.rows import Joined

    problems = [*_check_names(forms)]
    made, joined = [], Joined()
    for form in forms:
        part, found = find_part(bid, form)
        problems += found
        content, found = workspace.read(form.file, deal_name, form.span("file"))
        problems += found
        name, _ = workspace.locate(form.file, deal_name)
        if part is None or content is None or name is None:
            joined.is_whole = False
            continue
        filled, found = fill_form(form, part, name, content, joined)
        problems += found
        made += [filled] if filled else []
    return tuple(made), [*problems, *joined.find_missing(bid, forms)]


def _check_names(forms: Sequence[PriceForm]) -> Iterator[Diagnostic]:
    """Each form has a name of its own in the package. Diagnostics: PK34."""
    taken = {_TAKEN}
    for form in forms:
        name = form.output
        is_good = is_sound_name(name) and "/" not in name and name.lower().endswith(".xlsx") and len(name) <= 120
        if not is_good or name.casefold() in taken:
            yield Diagnostic("PK34", form.span("output"), {"name": name})
        taken.add(name.casefold())
