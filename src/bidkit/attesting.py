"""an attestation or a waiver written: who confirms an item of the checklist, or lets it pass, when, and why."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path, PurePosixPath
from typing import TypeVar

import yaml

from bidkit.diagnostic import Diagnostic, Severity, Term, has_errors
from bidkit.follow import SECTIONS
from bidkit.gate import ATTESTATIONS_NAME, Attestation, check_signer, load_attestations
from bidkit.judging import Judged, judge_deal
from bidkit.matrix import find_own
from bidkit.options import Options
from bidkit.package import write_file
from bidkit.scalars import Model
from bidkit.source import nearest
from bidkit.waivers import WAIVERS_NAME, Waiver, judge_waivers

R = TypeVar("R", bound=Model)

_HEADS = {ATTESTATIONS_NAME: "attestations", WAIVERS_NAME: "waivers"}


def attest_item(
    deal_path: Path, item: str, by: str, evidence: Path, options: Options
) -> tuple[Attestation | None, list[Diagnostic]]:
    """Add an attestation to the file beside the deal, as the deal is now; what stands there stays as it is.

    Diagnostics: those that keep a deal from being judged; DL13 (evidence outside of the workspace), DL14 (evidence that
    is empty, or the deal itself), DL15 (no such item), EN04, GT06 (a warning: the
    workspace has a pinned day before today), GT07 (no item that a person attests), GT08 (a file that
    cannot be added to), GT09 (a package that is not there, or not that of the deal), GT14 (somebody else must sign it),
    GT15 (nobody's name).
    """
    checked, problems = judge_deal(deal_path, options)
    if checked is None:
        return None, problems
    subject, problems = _find_subject(checked, item)
    wanted = next((found for found in checked.process.items if found.id == item), None)
    problems += check_signer(wanted, by, checked.attestations, None) if wanted else []
    root = checked.workspace.root
    if not evidence.resolve().is_relative_to(root.resolve()):
        problems.append(Diagnostic("DL13", None, {"file": evidence}))
    elif not evidence.read_bytes().strip() or evidence.resolve() == deal_path.resolve():
        problems.append(Diagnostic("DL14", None, {"file": evidence, "reason": Term("no_evidence_in_it")}))
    if has_errors(problems):
        return None, problems
    path = root / find_own(checked.deal_name, ATTESTATIONS_NAME)
    record = {
        "item": item,
        "by": by,
        "at": options.now.replace(microsecond=0).isoformat(),
        "evidence": PurePosixPath(os.path.relpath(evidence.resolve(), path.parent.resolve())).as_posix(),
        "evidence_sha256": hashlib.sha256(evidence.read_bytes()).hexdigest(),
        "subject_sha256": subject,
    }
    before, problems = load_attestations(checked.workspace, checked.deal_name, checked.process)
    if has_errors(problems):
        return None, problems
    today, day = checked.bid.today, options.now.astimezone(checked.bid.now.tzinfo).date()
    values = {"item": item, "at": record["at"], "today": today}
    early = [Diagnostic("GT06", None, values, Severity.WARNING)] if day > today else []
    added, problems = _add(path, record, before, Attestation)
    return added, problems + (early if added else [])


def waive_item(
    deal_path: Path, item: str, by: str, reason: str, until: date | None, options: Options
) -> tuple[Waiver | None, list[Diagnostic]]:
    """Add a waiver to the file beside the deal; what stands there stays as it is.

    Diagnostics: those that keep a deal from being judged; DL15 (no such item), EN04, GT08, GT11 (an item that nobody
    can waive; a warning: the workspace has a pinned day before today).
    """
    checked, problems = judge_deal(deal_path, options)
    if checked is None:
        return None, problems
    record = {"item": item, "by": by, "at": options.now.replace(microsecond=0).isoformat(), "reason": reason}
    record |= {"until": until.isoformat()} if until else {}
    made = Waiver.model_validate(record)
    day = options.now.astimezone(checked.bid.now.tzinfo).date()
    _, problems = judge_waivers((made,), checked.process, day, checked.bid.now.tzinfo)
    path = checked.workspace.root / find_own(checked.deal_name, WAIVERS_NAME)
    if problems:
        return None, problems
    _, early = judge_waivers((made,), checked.process, checked.bid.today, checked.bid.now.tzinfo)
    added, problems = _add(path, record, checked.waivers, Waiver)
    return added, problems + ([replace(item, severity=Severity.WARNING) for item in early] if added else [])


def _find_subject(checked: Judged, item: str) -> tuple[str, list[Diagnostic]]:
    """The hash of what an item's attestation covers. Diagnostics: DL15, GT07, GT09."""
    items = {result.item.id: result for stage in checked.gate.stages for result in stage.items}
    found = items.get(item)
    if found is None:
        known = sorted(items)
        values = {"kind": Term("item"), "id": item, "near": nearest(item, known), "allowed": ", ".join(known)}
        return "", [Diagnostic("DL15", None, values)]
    if not found.item.attest:
        how = found.item.how or found.item.when or Term("without_errors", (("codes", ", ".join(found.item.rules)),))
        return "", [Diagnostic("GT07", None, {"item": item, "title": found.item.title, "how": how})]
    broken = [problem for problem in checked.later if problem.code.startswith("DL")]
    if broken and not set(SECTIONS).isdisjoint(found.item.attest):  # nobody signs for what cannot be read
        return "", broken
    return found.subject, [] if found.subject else [*found.open]


def _add(path: Path, record: dict[str, str], before: Sequence[R], kind: type[R]) -> tuple[R | None, list[Diagnostic]]:
    """The file with one record more; written only if it then reads as all that was there, and the record."""
    key = _HEADS[path.name]
    text = path.read_text(encoding="utf-8") if path.exists() else f"schema: bidkit/{key}@1\n{key}:\n"
    lines = yaml.safe_dump(record, allow_unicode=True, sort_keys=False, width=1000).splitlines()
    margin = _find_margin(text)
    added = "\n".join([f"{margin}- {lines[0]}", *(f"{margin}  {line}" for line in lines[1:])])
    made = f"{text.rstrip()}\n{added}\n"
    try:
        now = [kind.model_validate(item) for item in yaml.load(made, yaml.BaseLoader)[key]]
    except (yaml.YAMLError, ValueError, TypeError, KeyError):
        now = []
    if [item.model_dump() for item in now[:-1]] != [item.model_dump() for item in before] or not now:
        shown = yaml.safe_dump(record, allow_unicode=True, sort_keys=False, width=1000, default_flow_style=True)
        return None, [Diagnostic("GT08", None, {"file": path.name, "record": shown.strip()})]
    with suppress(OSError):  # `write_file` says why it cannot be written
        path.parent.mkdir(exist_ok=True)
    problems = write_file(path, made.encode(), force=True)
    return (None if has_errors(problems) else now[-1]), problems


def _find_margin(text: str) -> str:
    """How far the records of a file are indented; a list may stand as far left as its key."""
    first = re.search(r"^( *)- ", text, re.M)
    return first[1] if first else "  "
