"""a sales process: stages with their markers and checklists; that which ships with bidkit, or a team's own.

A team's process is a file that `bidkit.yaml` names. It has stages of its own, or it `extends` the shipped one: items
are added, changed and dropped by their ids.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import lru_cache
from importlib import resources
from typing import Literal

from pydantic import Field

from bidkit.diagnostic import Diagnostic, Span, Term, load_messages
from bidkit.follow import SECTIONS, list_paths
from bidkit.scalars import Flag, Model, Note, Text, validate
from bidkit.source import Node, Workspace, load_yaml, nearest, parse_yaml

SHIPPED = "six-step"
SUBJECTS = ("deal", "company", "catalog", "pack", "papers", "price_forms", "pictures", "signing", *SECTIONS)
"""What an attestation may cover beside the keys of a deal."""
Regime = Literal["commercial", "tender"]
Moment = Literal["build", "submit", "submitted", "later"]


class Caption(Model):
    """A title in both languages."""

    zh: Text
    en: Text


class Item(Model):
    """A line of the checklist.

    `how` says in words what makes `when` true. It is open until each of `needs` stands in follow.yaml: a section of it,
    or a field (`contract.signed_on`). Who attests it has attested none of `unlike`.
    """

    id: Text
    title: Caption
    when: Note = ""
    how: Caption | None = None
    rules: tuple[Text, ...] = ()
    attest: tuple[Text, ...] = ()
    needs: tuple[Text, ...] = ()
    unlike: tuple[Text, ...] = ()
    regimes: tuple[Regime, ...] = ("commercial", "tender")
    advisory: tuple[Regime, ...] = ()
    moment: Moment
    marker: Literal["start", "end"] | None = None
    waivable: Flag = True


class Stage(Model):
    """A stage between its start marker and its end marker, which is the next one's start."""

    id: Text
    title: Caption
    start: Caption
    end: Caption
    items: tuple[Item, ...]


class Whole(Model):
    """A process with stages of its own, as a file has it."""

    schema_: Literal["bidkit/process@1"] = Field(alias="schema")
    id: Text
    stages: tuple[Stage, ...]


class Process(Whole):
    """A sales process.

    `dropped` and `changed` (ids) are what a team made otherwise of the process that it extends.
    """

    dropped: tuple[Drop, ...] = ()
    changed: tuple[str, ...] = ()

    @property
    def items(self) -> tuple[Item, ...]:
        """The items of all stages."""
        return tuple(item for stage in self.stages for item in stage.items)


class Addition(Item):
    """An item that a team adds, at the end of a stage or behind another item."""

    stage: Text
    after: Note = ""


class Change(Model):
    """What is otherwise of an item of the extended process."""

    id: Text
    title: Caption | None = None
    when: Note = ""
    how: Caption | None = None
    attest: tuple[Text, ...] = ()
    regimes: tuple[Regime, ...] | None = None
    advisory: tuple[Regime, ...] | None = None
    moment: Moment | None = None
    waivable: Flag | None = None


class Drop(Model):
    """An item of the extended process that does not apply to a team, and why."""

    id: Text
    reason: Text


class Extension(Model):
    """A team's changes to the shipped process."""

    schema_: Literal["bidkit/process@1"] = Field(alias="schema")
    id: Text
    extends: Literal["six-step"]
    add: tuple[Addition, ...] = ()
    change: tuple[Change, ...] = ()
    drop: tuple[Drop, ...] = ()


@lru_cache(maxsize=1)
def load_shipped() -> Process:
    """The process that ships with bidkit."""
    text = resources.files("bidkit").joinpath("processes", f"{SHIPPED}.yaml").read_text(encoding="utf-8")
    data, problems = parse_yaml(text, f"{SHIPPED}.yaml")
    process, found = _load_whole(data)
    if process is None or problems:
        raise AssertionError(f"the shipped process is broken: {problems + found}")
    return process


def load_process(workspace: Workspace, name: str, at: Span | None = None) -> tuple[Process | None, list[Diagnostic]]:
    """The process of a workspace: the shipped one where no file is named. Diagnostics: DL01–DL28, GT10.

    Args:
        at: where the file is named.
    """
    if not name:
        return load_shipped(), []
    data, problems = load_yaml(workspace, name, at)
    if data is None:
        return None, problems
    if "extends" in data:
        changes, found = validate(Extension, data)
        process, more = _extend(load_shipped(), changes) if changes else (None, [])
        found += more
    else:
        process, found = _load_whole(data)
    found += [*_check(process, data.values_at["id"] if "extends" in data and "id" in data else None)] if process else []
    return (None if found else process), problems + found


def _load_whole(data: Node) -> tuple[Process | None, list[Diagnostic]]:
    whole, found = validate(Whole, data)
    return (Process.model_construct(**dict(whole)) if whole else None), found


def _extend(base: Process, changes: Extension) -> tuple[Process, list[Diagnostic]]:
    """The shipped process with a team's changes. Diagnostics: DL15."""
    ids = [item.id for item in base.items]
    named = [(record.id, record.span("id")) for record in changes.change]
    named += [(record.id, record.span("id")) for record in changes.drop]
    problems = [_unknown("item", name, ids, at) for name, at in named if name not in ids]
    changed = {record.id: record for record in changes.change}
    dropped = {record.id for record in changes.drop}
    stages = []
    for stage in base.stages:
        items = [_change(item, changed.get(item.id)) for item in stage.items if item.id not in dropped]
        for added in (added for added in changes.add if added.stage == stage.id):
            known = [item.id for item in items]
            if added.after and added.after not in known:
                problems.append(_unknown("item", added.after, known, added.span("after")))
            items.insert(known.index(added.after) + 1 if added.after in known else len(items), added)
        stages.append(stage.model_copy(update={"items": tuple(items)}))
    known_stages = [stage.id for stage in base.stages]
    problems += [
        _unknown("stage", added.stage, known_stages, added.span("stage"))
        for added in changes.add
        if added.stage not in known_stages
    ]
    others = {"dropped": changes.drop, "changed": tuple(changed)}
    return base.model_copy(update={"id": changes.id, "stages": tuple(stages), **others}), problems


def _change(item: Item, change: Change | None) -> Item:
    if change is None:
        return item
    given = {name: getattr(change, name) for name in change.model_fields_set if name != "id"}
    others: dict[str, object] = {}
    others |= {"rules": (), "attest": (), "how": None} if "when" in given else {}
    others |= {"rules": (), "when": "", "how": None} if "attest" in given else {}
    return item.model_copy(update={**others, **given})


def _unknown(kind: str, name: str, known: list[str], at: Span | None) -> Diagnostic:
    values = {"kind": Term(kind), "id": name, "near": nearest(name, known), "allowed": ", ".join(known)}
    return Diagnostic("DL15", at, values)


def _check(process: Process, extended_at: Span | None) -> Iterator[Diagnostic]:
    """What keeps a process from being judged. Diagnostics: DL15, DL16, GT10.

    Args:
        extended_at: where a file that extends another process begins; the stages of that one stand elsewhere.
    """
    first: dict[str, Span | None] = {}
    codes = list(load_messages("en")["codes"])
    ids = {item.id for item in process.items} | {drop.id for drop in process.dropped}
    for item in process.items:
        if item.id in first:
            before = first[item.id]
            yield Diagnostic("DL16", item.span("id"), {"id": item.id, "first": before.line if before else 0})
        first.setdefault(item.id, item.span("id"))
        if sum(map(bool, (item.when, item.rules, item.attest))) != 1:
            yield _wrong(item.span("id"), "process_kinds", id=item.id)
        if item.when and (fault := _find_fault(item.when)):
            yield _wrong(item.span("when"), "process_expression", id=item.id, error=fault)
        for number, code in enumerate(item.rules):
            if code not in codes:
                yield _unknown("code", code, codes, item.span("rules", number))
        for number, path in enumerate(item.attest):
            if path not in _list_subjects():
                yield _unknown("subject", path, [*_list_subjects()], item.span("attest", number))
        for number, other in enumerate(item.unlike):
            if other not in ids:
                yield _unknown("item", other, sorted(ids), item.span("unlike", number))
        for number, path in enumerate(item.needs):
            if path not in _list_needs():
                yield _unknown("follow_key", path, [*_list_needs()], item.span("needs", number))
    for stage, following in zip(process.stages, [*process.stages[1:], None], strict=True):
        ends = [item for item in stage.items if item.marker == "end"]
        for regime in ("commercial", "tender"):
            if sum(regime in item.regimes for item in ends) != 1:
                yield _wrong(extended_at or stage.span("id"), "process_end", stage=stage.id, regime=regime)
        if following and stage.end != following.start:
            yield _wrong(following.span("start"), "process_chain", stage=stage.id, next=following.id)


def _wrong(at: Span | None, key: str, **values: str) -> Diagnostic:
    return Diagnostic("GT10", at, {"fault": Term(key, tuple(values.items()))})


def _find_fault(expression: str) -> str:
    """Why an expression cannot be read; empty if it can."""
    import jinja2
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    try:
        ImmutableSandboxedEnvironment().compile_expression(expression)
    except jinja2.TemplateError as error:
        return str(error)
    return ""


@lru_cache(maxsize=1)
def _list_subjects() -> Collection[str]:
    """What an attestation may cover."""
    from bidkit.deal import Deal

    return (*SUBJECTS, *(name for name in Deal.model_fields if name != "schema_"))


@lru_cache(maxsize=1)
def _list_needs() -> Collection[str]:
    """What an item may need of follow.yaml."""
    return tuple(list_paths())


Process.model_rebuild()
