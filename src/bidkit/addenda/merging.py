"""a deal and the file of a new list -> the merged list, ready to be written, and what is to be told of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bidkit.addenda import Merge, find_repeated, merge_requirements
from bidkit.addenda.lists import NewList, find_source, read_list, write_list
from bidkit.config import find_workspace
from bidkit.deal import Deal, load_deal
from bidkit.diagnostic import Diagnostic, has_errors
from bidkit.matrix import is_derived


@dataclass(frozen=True)
class Made:
    """A merged list.

    Args:
        name: of the file of the new list.
        target: where it is written if nobody says otherwise.
        named: the removed requirements that scoring factors or instructions name, with what names each.
    """

    deal: Deal
    name: str
    addendum: str
    merged: Merge
    listed: NewList
    content: bytes
    target: Path
    named: tuple[tuple[str, str], ...]

    @property
    def is_on_record(self) -> bool:
        """Whether the addendum is one of the deal's; also if it was not named."""
        known = self.deal.tender.addenda if self.deal.tender else ()
        return not self.addendum or any(item.no == self.addendum for item in known)


def merge_list(
    deal_path: Path,
    new_list: Path,
    addendum: str,
    sheet: str | None,
    columns: Mapping[str, str],
    is_partial: bool | None = None,
) -> tuple[Made | None, Path | None, list[Diagnostic]]:
    """The merged list of a deal; None if the deal or the new list is not understood.

    Args:
        is_partial: the new list has only what has changed; None if nobody has said so.

    Returns:
        Also the folder to which the places of what is wrong are relative. Diagnostics: DL, EN24 (most rows are gone,
        and nobody has said whether the list is whole), TP01.
    """
    workspace = find_workspace(deal_path)
    if workspace is None:
        return None, None, [Diagnostic("DL19", None, {"file": deal_path})]
    name = deal_path.resolve().relative_to(workspace.root.resolve()).as_posix()
    deal, problems = load_deal(workspace, name)
    if is_derived(name):
        problems.append(Diagnostic("DL88", None, {"file": name}))
    if deal is None or is_derived(name):
        return None, workspace.root, problems
    markers = deal.tender.markers if deal.tender else {}
    listed, problems = read_list(new_list.read_bytes(), new_list.name, sheet, columns, markers)
    problems += _find_twice(listed)
    if listed is None or has_errors(problems):
        return None, new_list.parent, problems
    merged = merge_requirements(deal.requirements, listed.rows, addendum, deal.language, is_partial=bool(is_partial))
    if is_partial is None and merged.is_doubtful:
        values = {"file": new_list.name, "gone": len(merged.removed), "count": len(deal.requirements)}
        return None, None, [Diagnostic("EN24", None, values)]
    source = find_source(workspace, name)
    content, wrong = write_list(source, merged)
    if content is None:
        return None, workspace.root, wrong
    old = workspace.root / source.name if source.name else deal_path.resolve().parent / "requirements.csv"
    target = old.with_name(f"{old.stem}.new{old.suffix}")
    return (
        Made(deal, new_list.name, addendum, merged, listed, content, target, tuple(_find_named(deal, merged))),
        new_list.parent,
        problems,
    )


def _find_twice(listed: NewList | None) -> list[Diagnostic]:
    """The ids that stand in a new list more than once, at their second places. Diagnostics: DL16."""
    found: list[Diagnostic] = []
    first: dict[str, int] = {}
    for row in find_repeated(listed.rows) if listed else ():
        at = row.span("id")
        if row.id in first:
            found.append(Diagnostic("DL16", at, {"id": row.id, "first": first[row.id]}))
        first.setdefault(row.id, at.row if at else 0)
    return found


def _find_named(deal: Deal, merged: Merge) -> list[tuple[str, str]]:
    """What names a requirement that is gone, which would then be a mistake of the deal."""
    gone = {item.id for item in merged.removed} - {item.id for item in merged.items}
    tender = deal.tender
    pairs: list[tuple[str, str]] = []
    for key, records in (("factors", tender.factors), ("instructions", tender.instructions)) if tender else ():
        pairs += [(name, f"tender.{key}[{item.id}].answers") for item in records for name in item.answers]
    return [(name, path) for name, path in pairs if name in gone]
