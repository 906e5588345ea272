"""what a team says of findings: severities of the workspace, and findings suppressed with a reason.

A finding is suppressed by a comment in its line or above it, or by `suppress` in deal.yaml, which names its place.
It does not count, but every report and the manifest list it with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from bidkit.config import Settings
from bidkit.deal import Deal
from bidkit.diagnostic import Diagnostic, Severity, Span, Suppressed, Term
from bidkit.matrix import is_derived
from bidkit.persons import says_something
from bidkit.rules import describe_codes
from bidkit.source import Comment, Workspace, list_comments, nearest

_IGNORE = re.compile(r"#\s*bidkit\s*:\s*ignore\b\s*(?P<codes>\[[^\]]*\])?(?P<reason>.*)")
_NEVER = ("DL", "TP", "EN", "PK5")
"""Families whose errors mean that nothing right can be made of the deal, which no reason changes."""


@dataclass(frozen=True)
class Suppression:
    """One code suppressed at one place.

    Args:
        at: where that is said.
        place: what it covers: `Span.label` of the finding, `file:line` for a comment; empty for one without a place.
    """

    code: str
    reason: str
    at: Span
    place: str

    def covers(self, item: Diagnostic) -> bool:
        """Whether it is about a finding."""
        return item.code == self.code and _finally(self.place) == _place_of(item)


@dataclass(frozen=True)
class Policy:
    """What is said of findings in a workspace and its deal."""

    severities: Mapping[str, Severity]
    suppressions: tuple[Suppression, ...] = ()

    def judge(self, found: Iterable[Diagnostic]) -> tuple[list[Diagnostic], list[Suppressed]]:
        """What counts, as grave as the workspace wants it, and what does not. An error is never made milder."""
        counting, suppressed = [], []
        for item in found:
            wanted = self.severities.get(item.code, item.severity)
            graver = item if item.severity is Severity.ERROR else replace(item, severity=wanted)
            reason = next((s for s in self.suppressions if s.covers(item)), None)
            if reason is None or not _may_be_suppressed(item.code, graver.severity):
                counting.append(graver)
            else:
                suppressed.append(Suppressed(graver, reason.reason, reason.at))
        return counting, suppressed

    @property
    def stated(self) -> list[list[str]]:
        """All suppressions without their lines, as reviewers sign them."""
        return sorted([item.code, item.at.file, item.reason] for item in self.suppressions)


def load_policy(workspace: Workspace, settings: Settings, deal: Deal) -> tuple[Policy, list[Diagnostic]]:
    """What is said in all files that were read. Diagnostics: DL15, DL70, DL71, DL73."""
    severities, problems = _read_severities(settings)
    said: list[Suppression] = []
    for place, entry in enumerate(deal.suppress):
        if not says_something(entry.reason):
            problems.append(Diagnostic("DL70", entry.span("reason"), {"lack": Term("suppressed_reason")}))
        elif at := entry.span("code") or deal.span("suppress", place):
            said.append(Suppression(entry.code, entry.reason, at, entry.where))
    for comment in list_comments(workspace):
        if match := _IGNORE.match(comment.text):
            found, wrong = _read_comment(comment, match)
            said += found
            problems += wrong
    refused = {item: problem for item in said if (problem := _refuse(item.code, item.at))}
    return Policy(severities, tuple(item for item in said if item not in refused)), [*problems, *refused.values()]


def find_unused(
    policy: Policy, suppressed: Iterable[Suppressed], counting: Iterable[Diagnostic], deal_file: str, subject: str
) -> Iterator[Diagnostic]:
    """Suppressions that suppress nothing. Diagnostics: DL72.

    Args:
        subject: `deal` for codes that only rules over the deal have, `files` for all others; what has been judged last.
    """
    used = {item.at for item in suppressed}
    places: dict[str, list[str]] = {}
    for item in counting:
        places.setdefault(item.code, []).append(_place_of(item))
    for said in policy.suppressions:
        if said.at in used or (describe_codes()[said.code].subjects == {"deal"}) is not (subject == "deal"):
            continue
        is_own = PurePosixPath(said.at.file).parent == PurePosixPath(deal_file).parent and not is_derived(deal_file)
        known = ", ".join(sorted(filter(None, places.get(said.code, ())))) or "—"
        values = {"code": said.code, "places": known}
        yield Diagnostic("DL72", said.at, values, Severity.WARNING if is_own else Severity.INFO)


def _read_severities(settings: Settings) -> tuple[dict[str, Severity], list[Diagnostic]]:
    severities, problems = {}, []
    for code, word in settings.severity.items():
        at = settings.span_below("severity", code)
        wanted = Severity(word)
        if code not in describe_codes():
            problems.append(_unknown(code, at))
        elif code.startswith("GT") or describe_codes()[code].severity is Severity.ERROR is not wanted:
            problems.append(Diagnostic("DL73", at, {"code": code, "severity": Term(word)}))
        else:
            severities[code] = wanted
    return severities, problems


def _read_comment(comment: Comment, match: re.Match[str]) -> tuple[list[Suppression], list[Diagnostic]]:
    start, end = match.span("codes")
    codes = list(re.compile(r"[^\s,\[\]]+").finditer(comment.text, start, end)) if start >= 0 else []
    reason = match["reason"].strip(" \t:：-—")
    lack = "suppressed_code" if not codes else "suppressed_reason" if not says_something(reason) else None
    if lack:
        return [], [Diagnostic("DL70", comment.span, {"lack": Term(lack)})]
    place = f"{comment.span.file}:{comment.about}" if comment.about else "—"
    col = comment.span.col
    spans = [replace(comment.span, col=col + code.start(), width=len(code.group())) for code in codes]
    return [Suppression(code.group(), reason, at, place) for code, at in zip(codes, spans, strict=True)], []


def _refuse(code: str, at: Span) -> Diagnostic | None:
    if code not in describe_codes():
        return _unknown(code, at)
    if not _may_be_suppressed(code, describe_codes()[code].severity):
        return Diagnostic("DL71", at, {"code": code})
    return None


def _may_be_suppressed(code: str, severity: Severity) -> bool:
    is_later = describe_codes()[code].subjects == {"follow"}  # a reason for it stands in follow.yaml
    return not (is_later or code.startswith("GT") or (code.startswith(_NEVER) and severity is Severity.ERROR))


def _unknown(code: str, at: Span | None) -> Diagnostic:
    near = nearest(code, list(describe_codes()))
    return Diagnostic("DL15", at, {"kind": Term("code"), "id": code, "near": near, "allowed": "bidkit rules"})


def _place_of(item: Diagnostic) -> str:
    return _finally(item.span.label) if item.span else ""


def _finally(place: str) -> str:
    """A place as it is called in the final package."""
    return place.replace("-DRAFT.", ".")
