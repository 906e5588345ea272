"""a deal checked: what judging it comes to; nothing is made, and no reader of finished files is needed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from bidkit.config import find_workspace
from bidkit.diagnostic import Diagnostic, sort_diagnostics
from bidkit.judging import Judged, judge_deal
from bidkit.options import Options
from bidkit.reports import Result


def check_deal(deal_path: Path, options: Options) -> Result:
    """Read and judge a deal; nothing is written."""
    checked, problems = judge_deal(deal_path, options)
    if checked is None:
        return conclude(checked, problems, deal_path, options)
    return replace(conclude(checked, problems + checked.later, deal_path, options), followed=checked.followed)


def conclude(checked: Judged | None, problems: list[Diagnostic], deal_path: Path, options: Options) -> Result:
    """The findings in order, one of each; the open items of the gate are added where it was judged."""
    workspace = find_workspace(deal_path)
    root = workspace.root if workspace else None
    name = deal_path.resolve().relative_to(root).as_posix() if root else deal_path.as_posix()
    result = Result(tuple(sort_diagnostics(problems)), root, deal_file=name, is_strict=options.is_strict)
    if checked is None:
        return result
    result = replace(result, diagnostics=tuple(sort_diagnostics([*problems, *checked.gate.waived])))
    suppressed = tuple(sorted(checked.suppressed, key=lambda item: (item.finding.code, item.at.order)))
    result = replace(result, bid=checked.bid, gate=checked.gate, pinned=checked.pinned, suppressed=suppressed)
    return replace(result, workspace=checked.workspace)
