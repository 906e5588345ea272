"""a check told again: word for word as before, if nothing that it was made of has changed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from bidkit.unchanged import Kept, list_frame, list_seen, trace

if TYPE_CHECKING:  # what is told again needs no models
    from bidkit.options import Options
    from bidkit.reports import Result


def tell_check(deal: Path, options: Options, form: str, lang: str, here: Path) -> tuple[str, int]:
    """What `check` says of a deal, and its exit code.

    Args:
        form: one of the values of `bidkit.command.ReportFormat`.
        here: the folder that the user is in.
    """
    kept = Kept()
    options = replace(options, run=str(options.now))  # all that is asked of the workspace twice is looked up once
    asked = ("check", form, lang, str(here), str(options.now.utcoffset()))
    before, _ = kept.find(deal, options, asked)
    if before is not None:
        return before["said"], before["exit_code"]
    from bidkit.checking import check_deal
    from bidkit.reports.formats import render

    frame = list_frame(deal, options.run)
    result = check_deal(deal, options)
    said, exit_code = render(result, "check", form, lang, here), result.exit_code
    if result.bid and result.workspace and result.root and _lasts(result):
        folder = (options.out or result.root / "dist") / result.bid.deal.id
        traced = trace(result.workspace, folder, result.bid.moments, is_pinned=result.pinned is not None)
        seen = {**frame, **list_seen(result.workspace)}
        kept.keep(deal, options, asked, traced, seen, {"said": said, "exit_code": exit_code})
    return said, exit_code


def _lasts(result: Result) -> bool:
    """Whether the same would be said all day: near its deadline a tender is told the minutes that are left, and what
    the surroundings have refused once they may not refuse again."""
    if any(item.code.startswith("EN") for item in result.diagnostics):
        return False
    bid = result.bid
    come = [bid.now >= moment for moment in bid.moments] if bid else []
    return result.pinned is not None or all(come) or not any(come)
