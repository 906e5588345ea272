"""waivers: items of the checklist that somebody lets pass, by name and with a reason, never in silence."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, tzinfo
from pathlib import PurePosixPath
from typing import Literal

from pydantic import Field

from bidkit.diagnostic import Diagnostic, Term
from bidkit.matrix import find_own
from bidkit.persons import is_name, says_something
from bidkit.process import Item, Process
from bidkit.scalars import Day, Model, Moment, Text, validate
from bidkit.source import Workspace, load_yaml, nearest

WAIVERS_NAME = "waivers.yaml"


class Waiver(Model):
    """An item that does not block: who lets it pass, when, why, and until when."""

    item: Text
    by: Text
    at: Moment
    reason: Text
    until: Day | None = None


class WaiverFile(Model):
    """The file beside a deal."""

    schema_: Literal["bidkit/waivers@1"] = Field(alias="schema")
    waivers: tuple[Waiver, ...]


def load_waivers(workspace: Workspace, deal_name: str) -> tuple[tuple[Waiver, ...], list[Diagnostic]]:
    """`waivers.yaml` beside the deal; none if there is no such file. Diagnostics: DL01–DL10."""
    name = find_own(deal_name, WAIVERS_NAME)
    if name not in workspace.names(str(PurePosixPath(name).parent), ".yaml"):
        return (), []
    data, problems = load_yaml(workspace, name)
    records, found = validate(WaiverFile, data) if data is not None else (None, [])
    return (records.waivers if records else ()), problems + found


def judge_waivers(
    waivers: tuple[Waiver, ...], process: Process, today: date, zone: tzinfo | None
) -> tuple[Mapping[str, Waiver], list[Diagnostic]]:
    """The waivers that hold, by item. Diagnostics: DL15, GT11 (one that does not hold)."""
    items = {item.id: item for item in process.items}
    good: dict[str, Waiver] = {}
    problems = []
    for waiver in waivers:
        if waiver.item not in items:
            known = sorted(items)
            values = {"kind": Term("item"), "id": waiver.item, "near": nearest(waiver.item, known)}
            problems.append(Diagnostic("DL15", waiver.span("item"), values | {"allowed": ", ".join(known)}))
        elif fault := _find_fault(waiver, items[waiver.item], today, zone):
            problems.append(Diagnostic("GT11", waiver.span("item"), {"item": waiver.item, "fault": fault}))
        else:
            good[waiver.item] = waiver
    return good, problems


def _find_fault(waiver: Waiver, item: Item, today: date, zone: tzinfo | None) -> Term | None:
    if item.rules or not item.waivable:
        return Term("waiver_not_allowed")
    if waiver.until is not None and waiver.until < today:
        return Term("waiver_ended", (("until", waiver.until.isoformat()),))
    day = waiver.at.astimezone(zone).date()
    if day > today:
        return Term("waiver_early", (("at", day.isoformat()), ("today", today.isoformat())))
    if not (is_name(waiver.by) and says_something(waiver.reason)):
        return Term("waiver_empty")
    return None
