"""findings, gate and result as text for a terminal."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from bidkit.bid import Bid
from bidkit.diagnostic import Diagnostic, Severity, Span, Suppressed, Term, load_messages
from bidkit.gate import Gate, ItemResult, StageResult, State
from bidkit.ooxml.reading import ReadName
from bidkit.process import SHIPPED
from bidkit.receivables import Followed
from bidkit.reports import Result, VerifiedPackage
from bidkit.source import decode_chinese
from bidkit.waivers import Waiver

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_MARKS = {State.DONE: "[x]", State.OPEN: "[ ]", State.WAIVED: "[~]"}


def render(result: Result, command: str, lang: str, here: Path) -> str:
    """All of a result: findings and what is suppressed, the gate, and what was built."""
    labels = load_messages(lang)["labels"]
    is_gate = command == "gate" and result.gate is not None
    told = [item for item in result.diagnostics if not is_gate or result.fails(item)]
    parts = [render_diagnostics(told, lang, result.root, here)] if told else []
    parts += [render_suppressed(item, lang, result.root, here) for item in result.suppressed]
    if result.gate and result.bid and is_gate:
        parts.append(render_gate(result.gate, result.bid, lang, is_wrong=result.is_wrong))
        parts += render_receivables(result.followed, lang) if result.followed else []
    else:
        parts.append(render_summary(result.diagnostics, lang, len(result.suppressed)))
    parts += [labels["pinned"].format(day=result.pinned)] if result.pinned else []
    if result.gate and result.bid and not is_gate:
        parts.append(render_readiness(result.gate, result.bid, lang, is_wrong=result.is_wrong))
    parts += [clean(_say_verified(item, labels)) for item in result.packages]
    if command == "build":
        built = labels["built_draft" if result.is_draft else "built"].format(folder=result.folder)
        parts.append(built if result.folder else labels["no_draft" if result.is_draft else "not_built"])
    return "\n".join(parts)


def _say_verified(item: VerifiedPackage, labels: Mapping[str, Any]) -> str:
    """What came of a package, and that a draft is one."""
    words = labels["verified"]
    said = words["sound" if item.is_sound else "unsound"].format(folder=item.folder, count=item.count)
    return str(said + words["draft"] * item.is_draft)


def render_diagnostics(diagnostics: Sequence[Diagnostic], lang: str, root: Path | None, here: Path) -> str:
    """Each finding at its place, with the line it stands on and what to do.

    Args:
        root: the workspace, to which places are relative; paths are shown relative to `here` where they are below it.
    """
    return "\n".join(line for item in diagnostics for line in _render(item, lang, root, here))


def _render(item: Diagnostic, lang: str, root: Path | None, here: Path) -> Iterator[str]:
    yield clean(_say(item, name_severity(item.severity, lang), lang, root, here))
    yield from _quote_source(item.span, root)
    yield clean(f"  {load_messages(lang)['terms']['fix']}: {item.fix(lang)}")


def _say(item: Diagnostic, kind: str, lang: str, root: Path | None, here: Path) -> str:
    where = f"{locate(item.span, lang, root, here)}: " if item.span else ""
    return f"{where}{item.code} {kind}: {item.message(lang)}"


def name_severity(severity: Severity, lang: str) -> str:
    """The word for it."""
    return str(load_messages(lang)["terms"][severity.value])


def render_suppressed(item: Suppressed, lang: str, root: Path | None, here: Path) -> str:
    """A finding that does not count, and the reason with its place."""
    words = load_messages(lang)["labels"]["suppressed"]
    kind = f"{name_severity(item.finding.severity, lang)}{words['mark']}"
    said = words["because"].format(reason=f"{item.reason} ({locate(item.at, lang, root, here)})")
    return "\n".join(map(clean, (_say(item.finding, kind, lang, root, here), f"  {said}")))


def locate(span: Span, lang: str, root: Path | None, here: Path) -> str:
    """A place as one can click it: path:line:col, or the path with part, heading and cell."""
    path = root / span.file if root and (root / span.file).exists() else Path(span.file)
    shown = path.relative_to(here).as_posix() if path.is_relative_to(here) else str(path)
    if span.place:
        return f"{shown}: {name_place(span, lang)}"
    return f"{shown}:{span.line}:{span.col}" if span.line else shown


def name_place(span: Span, lang: str) -> str:
    """A place inside of an Office file in words."""
    names = load_messages(lang)["places"]
    named = ", ".join(names[kind].format(value) for kind, value in span.place)
    return f"{named} ({span.near.say(lang)})" if span.near else named


def read_line(span: Span, root: Path | None) -> str | None:
    """The line of a place, if it has one."""
    if not span.line or root is None or not (root / span.file).is_file():
        return None
    content = (root / span.file).read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = decode_chinese(content, {}) or content.decode("utf-8-sig", "replace")
    lines = text.splitlines()
    return lines[span.line - 1] if span.line <= len(lines) else None


def _quote_source(span: Span | None, root: Path | None) -> Iterator[str]:
    source = read_line(span, root) if span else None
    if span is None or source is None:
        return
    start = max(0, span.col - 1 - 60)
    source = source.replace("\t", " ")
    before, under = source[start : span.col - 1], source[span.col - 1 : span.col - 1 + span.width]
    room = max(8, 100 - len(before))
    shown = clean(before + source[span.col - 1 :][:room])
    gutter = f"{span.line:>5} | "
    yield gutter + shown
    yield " " * 5 + " | " + " " * width(clean(before)) + "^" * max(1, min(width(clean(under)), room))


def width(text: str) -> int:
    """The columns that a text takes on a terminal."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def clean(text: str) -> str:
    """Text that cannot steer a terminal: control and direction characters become visible."""
    return _CONTROL.sub(lambda found: f"\\x{ord(found.group()):02x}", text)


def render_names(names: Sequence[ReadName], lang: str) -> str:
    """The names that a template reads as an indented tree: what they are, and the parts that use them."""
    labels = load_messages(lang)["labels"]
    rows = [row for name in names for row in _list_names(name, labels, 0)]
    sizes = [max((width(row[column]) for row in rows), default=0) for column in range(2)]
    lines = (
        "  ".join(cell + " " * (size - width(cell)) for cell, size in zip(row, (*sizes, 0), strict=True))
        for row in rows
    )
    return "\n".join(clean(line.rstrip()) for line in lines) or str(labels["no_names"])


def _list_names(name: ReadName, labels: Mapping[str, Any], depth: int) -> Iterator[tuple[str, str, str]]:
    shown = [labels["name_kinds"][kind] for kind in name.kinds]
    shown += [labels["may_be_missing"]] if name.may_be_missing else []
    shown += [labels["may_be_empty"]] if name.may_be_empty and name.kinds != ("flag",) else []
    mark = "[]" if "list" in name.kinds else ""
    parts = ", ".join(part.removeprefix("word/").removesuffix(".xml") for part in name.parts)
    yield f"{'  ' * depth}{name.name}{mark}", ", ".join(shown), parts
    below = name.fields
    item = name.item
    while item is not None:
        below += item.fields
        item = item.item
    for field in below:
        yield from _list_names(field, labels, depth + 1)


def render_gate(gate: Gate, bid: Bid, lang: str, *, is_wrong: bool = False) -> str:
    """The stages with their markers and items; what is open says what would close it; `is_wrong` as of `Result`."""
    texts = load_messages(lang)
    current = gate.stage
    due = ("build", "submit", "submitted") if gate.is_ready_to_submit else ("build", "submit")
    lines = []
    for stage in gate.stages:
        here = f"  <- {texts['labels']['here']}" if stage is current else ""
        lines.append(f"{stage.stage.id} {getattr(stage.stage.title, lang)}{here}")
        lines.append(f"    {texts['labels']['start']}: {getattr(stage.stage.start, lang)}")
        for result in stage.items:
            is_due = stage is current or result.item.moment in due
            lines += _render_item(result, lang, is_due=is_due)
        lines.append(f"    {texts['labels']['end']}: {getattr(stage.stage.end, lang)}{_ended(stage)}")
    lines += [texts["labels"]["dropped"].format(id=drop.id, reason=drop.reason) for drop in gate.process.dropped]
    if gate.process.changed:
        lines.append(texts["labels"]["changed"].format(ids=", ".join(gate.process.changed)))
    if gate.process.id != SHIPPED:
        lines.append(texts["labels"]["process"].format(id=gate.process.id))
    for name, is_open in (("ready_to_build", gate.is_ready_to_build), ("ready_to_submit", gate.is_ready_to_submit)):
        lines.append(_say_open(name, lang, is_open=is_open, is_wrong=is_wrong))
    return "\n".join(map(clean, lines))


def render_receivables(followed: Followed, lang: str) -> Iterator[str]:
    """Each payment of the contract: when it is due, what is open of it, and what is owed for being late."""
    words = load_messages(lang)["labels"]["receivables"]
    if followed.receivables:
        yield words["title"].format(currency=followed.currency)
    for item in followed.receivables:
        due = words["due"].format(due=item.due) if item.due else words["no_due"]
        amounts = {"amount": item.amount, "received": item.received, "open": item.open, "interest": item.interest}
        values = {key: f"{amount:,.2f}" for key, amount in amounts.items()}
        basis = Term(f"interest_{item.basis}").say(lang)
        line = words["row"].format(milestone=item.payment.name, due=due, **values)
        late = "overdue" if item.is_overdue else "interest" if item.interest else ""
        line += words[late].format(days=item.days, basis=basis, **values) if late else ""
        if item.is_overdue and item.is_escalated and item.claim and item.claim.escalation:
            line += words["escalated"].format(to=item.claim.escalation.to)
        yield clean(f"  {line}")


def say_waived(waiver: Waiver, lang: str) -> str:
    """Who lets an item pass, and why."""
    return str(load_messages(lang)["labels"]["waived"]).format(by=waiver.by, reason=waiver.reason)


def _ended(stage: StageResult) -> str:
    return " [x]" if stage.is_ended else " [ ]"


def _render_item(result: ItemResult, lang: str, *, is_due: bool) -> Iterator[str]:
    texts = load_messages(lang)
    note = f" ({texts['labels']['advisory']})" if not result.is_blocking else ""
    by = f" — {say_waived(result.waiver, lang)}" if result.waiver else f" — {result.by}" if result.by else ""
    yield f"  {_MARKS[result.state]} {result.item.id} {getattr(result.item.title, lang)}{note}{by}"
    if result.state is State.OPEN and is_due:
        for problem in result.open:
            yield f"        {problem.code}: {problem.message(lang)}"
            yield f"        {texts['terms']['fix']}: {problem.fix(lang)}"


def render_summary(diagnostics: Sequence[Diagnostic], lang: str, suppressed: int = 0) -> str:
    """How many findings of each severity, and how many do not count."""
    texts = load_messages(lang)
    more = texts["labels"]["suppressed"]["counted"].format(count=suppressed) if suppressed else ""
    counts = [sum(item.severity is severity for item in diagnostics) for severity in Severity]
    words = texts["labels"]["counted"].values()
    shown = [f"{count} {one if count == 1 else many}" for count, (one, many) in zip(counts, words, strict=True)]
    return str(texts["labels"]["summary"]).format(errors=shown[0], warnings=shown[1], notes=shown[2]) + more


def render_readiness(gate: Gate, bid: Bid, lang: str, *, is_wrong: bool = False) -> str:
    """What is open in the gate and keeps a final package from being built, with what would close it; else one line."""
    lines = [render_gate_state(gate, bid, lang, is_wrong=is_wrong)]
    moments = ("build", "submit") if bid.deal.regime == "tender" else ("build",)
    for result in gate.blocking(*moments):
        for problem in result.open:
            lines.append(f"  {problem.code}: {problem.message(lang)}")
            lines.append(f"    {load_messages(lang)['terms']['fix']}: {problem.fix(lang)}")
    return "\n".join(map(clean, lines))


def render_gate_state(gate: Gate, bid: Bid, lang: str, *, is_wrong: bool) -> str:
    """Whether the gate is open for a final package, and what is left to do when it is handed in."""
    labels = load_messages(lang)["labels"]
    if bid.deal.regime != "tender":
        return _say_open("ready_to_build", lang, is_open=gate.is_ready_to_build, is_wrong=is_wrong)
    left = [result.item.id for result in gate.blocking("submitted") if result.item.marker != "end"]
    later = labels["at_handing_in"].format(ids=", ".join(left)) if gate.is_ready_to_submit and left else ""
    return _say_open("ready_to_submit", lang, is_open=gate.is_ready_to_submit, is_wrong=is_wrong) + later


def _say_open(name: str, lang: str, *, is_open: bool, is_wrong: bool) -> str:
    """Whether the gate is open; with errors outside of it nothing is ready, whatever the checklist says."""
    labels = load_messages(lang)["labels"]
    state = "gate_closed" if not is_open else "gate_wrong" if is_wrong else "gate_open"
    return f"{labels[name]}: {labels[state]}"
