"""the stage process and its checklist: may this bid be built, may it be handed in.

A process is data (`process`). An item holds by an expression over the deal, by rules that must be
clean, or by an attestation: who, when, the evidence and its hash, and the hash of what was attested.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from functools import lru_cache
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from bidkit.bid import Bid
from bidkit.diagnostic import Diagnostic, Severity, Span, Term
from bidkit.follow import FOLLOW_NAME, SECTIONS, Follow
from bidkit.matrix import find_own
from bidkit.package import Built
from bidkit.persons import is_name, is_one_person
from bidkit.process import Item, Process, Stage, load_shipped
from bidkit.receivables import Followed
from bidkit.scalars import Model, Moment, Text, validate
from bidkit.source import Workspace, load_yaml, nearest
from bidkit.waivers import Waiver

if TYPE_CHECKING:
    from jinja2.sandbox import SandboxedEnvironment

ATTESTATIONS_NAME = "attestations.yaml"
_INTERNAL = (("competitors",), ("strategy",), ("customer", "contacts"))
"""What of a deal nothing that is handed in can print: who signs for the deal does not sign for it."""
_INPUTS = ("deal", "company", "catalog", "pack", "papers", "pictures")


class Attestation(Model):
    """What a person has signed for."""

    item: Text
    by: Text
    at: Moment
    evidence: Text
    evidence_sha256: Text
    subject_sha256: Text


class State(StrEnum):
    """Whether an item holds."""

    DONE = "done"
    OPEN = "open"
    WAIVED = "waived"


@dataclass(frozen=True)
class ItemResult:
    """An item, whether it holds, by whom it is attested, and what is open.

    Args:
        subject: the hash of what an attestation covers; empty where nobody can attest it yet, or nobody has to.
        waiver: who lets it pass, and why, though it is open.
    """

    item: Item
    state: State
    is_blocking: bool
    by: str = ""
    open: tuple[Diagnostic, ...] = ()
    subject: str = ""
    waiver: Waiver | None = None


@dataclass(frozen=True)
class StageResult:
    """A stage and its items that apply to this deal."""

    stage: Stage
    items: tuple[ItemResult, ...]

    @property
    def is_ended(self) -> bool:
        """Whether its end marker is reached."""
        return any(result.state is not State.OPEN for result in self.items if result.item.marker == "end")


@dataclass(frozen=True)
class Gate:
    """The checklist judged, and the process that it is of."""

    stages: tuple[StageResult, ...]
    process: Process

    @property
    def waived(self) -> tuple[Diagnostic, ...]:
        """A note for each item that is waived. Diagnostics: GT12."""
        results = (result for stage in self.stages for result in stage.items if result.state is State.WAIVED)
        return tuple(
            Diagnostic(
                "GT12",
                result.waiver.span("item"),
                {**_item(result.item), "by": result.waiver.by, "reason": result.waiver.reason},
                Severity.INFO,
            )
            for result in results
            if result.waiver
        )

    def open_up_to(self, stage_id: str) -> tuple[ItemResult, ...]:
        """The open items of the stages up to one, whenever they are due, but for those that only advise."""
        ids = [stage.stage.id for stage in self.stages]
        stages = self.stages[: ids.index(stage_id) + 1]
        results = (result for stage in stages for result in stage.items)
        return tuple(result for result in results if result.is_blocking and result.state is State.OPEN)

    def describe(self, lang: str) -> dict[str, Any]:
        """How far it is, as plain data in one language: `stage` (None when all are ended), `stages`, what is `open`."""
        stages = [
            {
                "id": result.stage.id,
                "title": getattr(result.stage.title, lang),
                "end": getattr(result.stage.end, lang),
                "ended": result.is_ended,
                "done": sum(item.state is not State.OPEN for item in result.items),
                "count": len(result.items),
            }
            for result in self.stages
        ]
        waiting = [
            {"id": item.item.id, "title": getattr(item.item.title, lang), "advisory": not item.is_blocking}
            for result in self.stages[: 1 + next((n for n, s in enumerate(stages) if not s["ended"]), len(stages))]
            for item in result.items
            if item.state is State.OPEN
        ]
        return {"stage": next((s for s in stages if not s["ended"]), None), "stages": stages, "open": waiting}

    @property
    def stage(self) -> StageResult | None:
        """The stage the deal is in: the first whose end marker is not reached; None when all are."""
        return next((result for result in self.stages if not result.is_ended), None)

    def blocking(self, *moments: str) -> tuple[ItemResult, ...]:
        """The open items that block these moments."""
        return tuple(
            result
            for stage in self.stages
            for result in stage.items
            if result.is_blocking and result.state is State.OPEN and result.item.moment in moments
        )

    @property
    def is_ready_to_build(self) -> bool:
        """Whether a package may be built."""
        return not self.blocking("build")

    @property
    def is_ready_to_submit(self) -> bool:
        """Whether the package may be handed in."""
        return not self.blocking("build", "submit")


def load_attestations(
    workspace: Workspace, deal_name: str, process: Process
) -> tuple[tuple[Attestation, ...], list[Diagnostic]]:
    """`attestations.yaml` beside the deal; none if there is no such file. Diagnostics: DL01–DL16."""
    name = find_own(deal_name, ATTESTATIONS_NAME)
    if name not in workspace.names(str(PurePosixPath(name).parent), ".yaml"):
        return (), []
    data, problems = load_yaml(workspace, name)
    if data is None:
        return (), problems
    records, found = validate(AttestationFile, data)
    known = {item.id for item in process.items} | {drop.id for drop in process.dropped}
    for record in records.attestations if records else ():
        if record.item not in known:
            values = {
                "kind": Term("item"),
                "id": record.item,
                "near": nearest(record.item, sorted(known)),
                "allowed": "…",
            }
            found.append(Diagnostic("DL15", record.span("item"), values))
    return (records.attestations if records else ()), problems + found


class AttestationFile(Model):
    """The file beside a deal."""

    schema_: Literal["bidkit/attestations@1"] = Field(alias="schema")
    attestations: tuple[Attestation, ...]


def hash_inputs(
    bid: Bid, pack_hash: str, file_hashes: Mapping[str, Mapping[str, str]], suppressed: Sequence[Sequence[str]] = ()
) -> str:
    """SHA-256 over all that what is handed in is built from."""
    return hash_subject(bid, _INPUTS, pack_hash, file_hashes, suppressed)


def hash_subject(
    bid: Bid,
    paths: Iterable[str],
    pack_hash: str,
    file_hashes: Mapping[str, Mapping[str, str]],
    suppressed: Sequence[Sequence[str]] = (),
    built: Built | None = None,
    follow: Follow | None = None,
    encoded: dict[str, str] | None = None,
) -> str:
    """SHA-256 over what an attestation covers: canonical JSON of the inputs, of outputs only for what is done to them.

    Who signs for one deal signs for none that is copied or made of it: the id is in all of them.
    What is as it is when it is left out is not in it, so that what was signed before there was such a key stays signed.

    Args:
        built: the package in which `signing` is done.
        follow: what has followed; a section that is not there is not in the hash, either.
        encoded: what the parts of the same inputs came to before; those of this subject are put there.
    """
    deal, sections = bid.plain["deal"], follow.plain_sections() if follow else {}
    whole = _leave_out(deal, _INTERNAL) | ({"suppressed": suppressed} if suppressed else {})
    signing = {"places": built.signing, "files": built.submit} if built else {}
    parts = {**bid.plain, "deal": whole, "pack": pack_hash, "signing": signing, **file_hashes, **sections}
    paths = [path for path in paths if path not in SECTIONS or path in sections]
    covered = {path: parts[path] if path in parts else deal.get(path) for path in paths}
    covered["deal.id"] = bid.deal.id
    encoded = {} if encoded is None else encoded
    for path in covered.keys() - encoded.keys():
        encoded[path] = _encode(covered[path])
    text = ",".join(f"{_encode(path)}:{encoded[path]}" for path in sorted(covered))
    return hashlib.sha256(f"{{{text}}}".encode()).hexdigest()


def _encode(value: Any) -> str:
    """Canonical JSON."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _leave_out(record: Mapping[str, Any], paths: Iterable[Sequence[str]]) -> dict[str, Any]:
    """A record without what paths of keys lead to."""
    kept = dict(record)
    for first, *rest in paths:
        if not rest:
            kept.pop(first, None)
        elif first in kept:
            kept[first] = _leave_out(kept[first], [rest])
    return kept


def judge_gate(
    bid: Bid,
    findings: Iterable[Diagnostic],
    attestations: tuple[Attestation, ...],
    workspace: Workspace,
    deal_name: str,
    pack_hash: str,
    file_hashes: Mapping[str, Mapping[str, str]],
    suppressed: Sequence[Sequence[str]] = (),
    built: Built | None = None,
    process: Process | None = None,
    waivers: Mapping[str, Waiver] = MappingProxyType({}),
    followed: Followed | None = None,
) -> Gate:
    """Every item of the process that applies to the deal's regime, judged.

    Args:
        built: the package of the deal, if there is one.
        findings: of the rules; an item holds if none of its rules has an error.
        file_hashes: `papers` (credential files, the buyer's forms), `price_forms` (those of them) and `pictures` (of
            texts and products, the logo): SHA-256 by name.
        suppressed: what is said to suppress findings: code, file, reason; who signs for the deal signs for it.
        process: that of the workspace; the shipped one if there is none.
        waivers: those that hold, by item.
        followed: what has followed the bid, if anything has; `findings` hold those of its rules.
    """
    process = process or load_shipped()
    failed = {finding.code for finding in findings if finding.severity is Severity.ERROR}
    names = expression_names(bid, followed)
    about = workspace, deal_name, pack_hash, file_hashes, suppressed, built
    judge = _Judge(bid, failed, names, attestations, *about, waivers, followed.follow if followed else None)
    stages = []
    for stage in process.stages:
        items = [item for item in stage.items if bid.deal.regime in item.regimes]
        stages.append(StageResult(stage, tuple(judge.judge(item) for item in items)))
    return Gate(tuple(stages), process)


def expression_names(bid: Bid, followed: Followed | None = None) -> dict[str, Any]:
    """What an item's expression may use: `deal`, `company`, `follow` as plain data, `receivables` as they are computed,
    `total`, `today`, `days(n)`. Without follow.yaml each section of `follow` is none.
    """
    sections = followed.follow.model_dump() if followed else dict.fromkeys(SECTIONS)
    return {
        "follow": {name: sections[name] for name in SECTIONS},
        "receivables": [item.plain for item in followed.receivables] if followed else [],
        "deal": bid.deal.model_dump(),
        "company": bid.company.model_dump(),
        "total": bid.quote.base,
        "today": bid.today,
        "days": lambda count: timedelta(days=count),
    }


def evaluate(expression: str, names: Mapping[str, Any]) -> str | None:
    """None if an expression is true; else why not, empty if it is just not true; an unknown name is a reason."""
    import jinja2

    try:
        holds = _compile(expression)(**names)
    except (jinja2.TemplateError, TypeError, ValueError, ArithmeticError) as error:
        return str(error)
    return None if holds is True else ""


@lru_cache(maxsize=256)
def _compile(expression: str) -> Callable[..., Any]:
    """An expression as a function of names. Raises jinja2.TemplateError."""
    return _make_environment().compile_expression(expression, undefined_to_none=False)


@lru_cache(maxsize=1)
def _make_environment() -> SandboxedEnvironment:
    import jinja2
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    class Unknown(jinja2.Undefined):
        """Also asking whether an unknown name is none, or defined, is a mistake."""

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self._fail_with_undefined_error()

    # An expression is evaluated once: what Jinja would compute of it beforehand costs more than it saves.
    environment = ImmutableSandboxedEnvironment(undefined=Unknown, optimized=False)
    environment.globals = {}
    return environment


@dataclass(frozen=True)
class _Judge:
    bid: Bid
    failed: set[str]
    names: Mapping[str, Any]
    attestations: tuple[Attestation, ...]
    workspace: Workspace
    deal_name: str
    pack_hash: str
    file_hashes: Mapping[str, Mapping[str, str]]
    suppressed: Sequence[Sequence[str]] = ()
    built: Built | None = None
    waivers: Mapping[str, Waiver] = field(default_factory=dict)
    follow: Follow | None = None
    encoded: dict[str, str] = field(default_factory=dict)

    def judge(self, item: Item) -> ItemResult:
        by = subject = ""
        if missing := [path for path in item.needs if self.follow is None or self.follow.find(path) is None]:
            values = {**_item(item), "file": self.file_name(FOLLOW_NAME), "keys": ", ".join(missing)}
            found = [Diagnostic("GT13", self.bid.deal.span(), values)]
        elif item.attest:
            by, subject, found = self.attested(item)
        elif item.rules:
            broken = [code for code in item.rules if code in self.failed]
            found = (
                [Diagnostic("GT02", self.bid.deal.span(), {**_item(item), "codes": ", ".join(broken)})]
                if broken
                else []
            )
        else:
            found = self.holds(item)
        waiver = self.waivers.get(item.id) if found else None
        state = State.WAIVED if waiver else State.OPEN if found else State.DONE
        is_blocking = self.bid.deal.regime not in item.advisory
        return ItemResult(item, state, is_blocking, by, tuple(found), subject, waiver)

    def holds(self, item: Item) -> list[Diagnostic]:
        """An expression that is not true, or cannot be computed, leaves the item open."""
        reason = evaluate(item.when, self.names)
        if reason is None:
            return []
        when = f"{item.when} ({reason})" if reason else item.when
        return [Diagnostic("GT01", self.bid.deal.span(), {**_item(item), "when": when, "near": item.how})]

    def attested(self, item: Item) -> tuple[str, str, list[Diagnostic]]:
        """Who attested an item, the hash of what that covers now, and what is wrong with the attestation."""
        if "signing" in item.attest and (reason := self.find_obstacle()):
            return "", "", [Diagnostic("GT09", self.bid.deal.span(), {**_item(item), "reason": reason})]
        inputs = self.pack_hash, self.file_hashes, self.suppressed
        subject = hash_subject(self.bid, item.attest, *inputs, self.built, self.follow, self.encoded)
        record = _find_last(item.id, self.attestations)
        if record is None:
            values = {**_item(item), "subject": subject, "deal": self.deal_name, "near": ", ".join(item.unlike)}
            return "", subject, [Diagnostic("GT03", self.bid.deal.span(), values)]
        return record.by, subject, self.find_faults(item, record, subject)

    def find_faults(self, item: Item, record: Attestation, subject: str) -> list[Diagnostic]:
        """Why an attestation does not hold."""
        if record.subject_sha256 != subject:
            values = {**_item(item), "by": record.by, "subject": subject, "deal": self.deal_name}
            return [Diagnostic("GT04", record.span("subject_sha256"), values)]
        if record.at.astimezone(self.bid.now.tzinfo).date() > self.bid.today:
            values = {**_item(item), "at": record.at, "today": self.bid.today}
            return [Diagnostic("GT06", record.span("at"), values)]
        if same := check_signer(item, record.by, self.attestations, record.span("by")):
            return same
        at = record.span("evidence")
        content, problems = self.workspace.read(record.evidence, self.file_name(), at)
        if content is None:
            return problems
        actual = hashlib.sha256(content).hexdigest()
        if record.evidence_sha256 != actual:
            values = {**_item(item), "evidence": record.evidence, "actual": actual, "deal": self.deal_name}
            return [Diagnostic("GT05", record.span("evidence_sha256"), values)]
        return []

    def find_obstacle(self) -> Term | None:
        """Why what is done to the package cannot be attested: it is not that of this deal as it is now."""
        if self.built is None:
            return Term("no_package")
        if self.built.content != hash_inputs(self.bid, self.pack_hash, self.file_hashes, self.suppressed):
            return Term("old_package")
        return Term("edited_package", (("files", ", ".join(self.built.edited)),)) if self.built.edited else None

    def file_name(self, name: str = ATTESTATIONS_NAME) -> str:
        return find_own(self.deal_name, name)


def check_signer(item: Item, by: str, attestations: Sequence[Attestation], at: Span | None) -> list[Diagnostic]:
    """Who signs an item has a name, and has signed none that another person must sign. Diagnostics: GT14, GT15."""
    if not is_name(by):
        return [Diagnostic("GT15", at, {**_item(item), "by": by})]
    for other in (_find_last(name, attestations) for name in item.unlike):
        if other and is_one_person(other.by, by):
            return [Diagnostic("GT14", at, {**_item(item), "by": by, "other": other.item})]
    return []


def _find_last(item: str, attestations: Sequence[Attestation]) -> Attestation | None:
    return next((record for record in reversed(attestations) if record.item == item), None)


def _item(item: Item) -> dict[str, Any]:
    return {"item": item.id, "title": item.title}
