"""what came of many deals: a table, and the same in every form of report."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal
from importlib import resources
from typing import Any, Protocol

from bidkit import __version__
from bidkit.diagnostic import load_messages
from bidkit.reports import github, gitlab, junit, markdown, sarif
from bidkit.reports.json import FORMAT_VERSION
from bidkit.reports.outcome import Outcome
from bidkit.reports.shown import Shown
from bidkit.reports.text import clean, width

_STATES = ("built", "draft", "checked", "unchanged", "refused", "failed")


class Many(Protocol):
    """A batch that has come to its end."""

    @property
    def outcomes(self) -> Sequence[Outcome]: ...
    @property
    def left(self) -> Sequence[object]: ...
    @property
    def is_interrupted(self) -> bool: ...
    @property
    def seconds(self) -> float: ...
    @property
    def exit_code(self) -> int: ...


def render(many: Many, form: str, lang: str, *, only_changed: bool = False, with_reasons: bool = False) -> str:
    """The report.

    Args:
        form: one of the values of `bidkit.command.ReportFormat`.
        only_changed: deals of which nothing has changed are counted, not listed.
        with_reasons: why each deal was built, or was not.
    """
    listed = [item for item in many.outcomes if not (only_changed and item.state == "unchanged")]
    if form == "text":
        return _render_text(many, listed, lang, with_reasons=with_reasons)
    if form == "json":
        return _render_json(many, listed)
    if form == "html":
        return _render_html(many, listed, lang)
    if form == "junit":
        return junit.join([item.suite for item in listed])
    shown = _list_once(item for outcome in listed for item in outcome.shown)
    if form == "gitlab":
        return gitlab.render(shown, lang)
    if form == "markdown":
        return _render_markdown(many, listed, shown, lang)
    if form == "github":
        return "\n".join(github.render_commands(shown, _sum_up(many, lang), lang))
    facts = {"deals": len(many.outcomes), **_count(many)}
    return sarif.render_run(shown, lang, facts, is_successful=many.exit_code < 2)


def _list_once(shown: Iterable[Shown]) -> list[Shown]:
    """What several deals have in common, a paper of the catalog for one, is said once."""
    return list({item.fingerprint: item for item in shown}.values())


def _count(many: Many) -> dict[str, int]:
    counted: Counter[str] = Counter(item.state for item in many.outcomes)
    return {state: counted[state] for state in _STATES if counted[state]} | (
        {"left": len(many.left)} if many.left else {}
    )


def _sum_up(many: Many, lang: str) -> str:
    """`998 built, 1 unchanged, 1 refused in 12.3 s`."""
    words = load_messages(lang)["labels"]["batch"]
    counts = words["comma"].join(words["counts"][state].format(count=count) for state, count in _count(many).items())
    text = words["summary"].format(counts=counts or words["none"], seconds=f"{many.seconds:.1f}")
    return f"{words['interrupted']} {text}" if many.is_interrupted else text


def say_line(outcome: Outcome, lang: str) -> str:
    """A deal in a line."""
    words = load_messages(lang)["labels"]["batch"]
    text = f"{words['states'][outcome.state]}  {outcome.deal}  {outcome.seconds:.1f} s"
    return clean(text if outcome.is_good else f"{text}  {words['errors'].format(count=outcome.errors)}")


def _render_text(many: Many, listed: Sequence[Outcome], lang: str, *, with_reasons: bool) -> str:
    """The findings of deals that came to no package, then a line for each deal, then the numbers."""
    words = load_messages(lang)["labels"]["batch"]
    lines = []
    for outcome in (item for item in listed if not item.is_good):
        lines += [f"== {clean(outcome.deal)}", *outcome.told]
        if outcome.errors > len(outcome.told):
            lines.append(words["more"].format(count=outcome.errors - len(outcome.told)))
        lines.append("")
    titles = _list_titles(words)
    rows = [titles, *(_make_row(item, words) for item in listed)]
    widths = [max(width(row[place]) for row in rows) for place in range(len(titles))]
    for row, item in zip(rows, [None, *listed], strict=True):
        cells = [_pad(cell, size, right=place > 1) for place, (cell, size) in enumerate(zip(row, widths, strict=True))]
        because = _say_why(item, words) if item and with_reasons else ""
        lines.append(f"{'  '.join(cells)}{because and '  '}{because}".rstrip())
    return "\n".join([*lines, "", _sum_up(many, lang)])


def _make_row(item: Outcome, words: dict[str, Any]) -> list[str]:
    total = f"{Decimal(item.total):,.2f} {item.currency}" if item.total else ""
    numbers = (str(number) if number else "" for number in (item.errors, item.warnings))
    return [words["states"][item.state], clean(item.deal), total, *numbers, f"{item.seconds:.1f}"]


def _say_why(item: Outcome, words: dict[str, Any]) -> str:
    if item.state == "unchanged":
        return str(words["nothing_changed"])
    return clean(words["changed"].format(what=item.because)) if item.because else str(words["nothing_kept"])


def _pad(text: str, size: int, *, right: bool) -> str:
    space = " " * (size - width(text))
    return space + text if right else text + space


def _render_markdown(many: Many, listed: Sequence[Outcome], shown: Sequence[Shown], lang: str) -> str:
    """The numbers, a row for each deal, those that came to nothing first, and a row for each finding."""
    words = load_messages(lang)["labels"]["batch"]
    ranked = sorted(listed, key=lambda item: item.is_good)
    deals = _list_titles(words), [_make_row(item, words) for item in ranked]
    return markdown.render_tables([_sum_up(many, lang)], [deals, markdown.list_findings(shown, lang)], lang)


def _list_titles(words: dict[str, Any]) -> list[str]:
    return [words["titles"][key] for key in ("state", "deal", "total", "errors", "warnings", "seconds")]


def _render_json(many: Many, listed: Sequence[Outcome]) -> str:
    hidden = ("told", "shown", "suite")
    deals = [{key: value for key, value in item.to_plain().items() if key not in hidden} for item in listed]
    record = {
        "format_version": FORMAT_VERSION,
        "command": "batch",
        "counts": _count(many),
        "is_interrupted": many.is_interrupted,
        "left": [str(deal) for deal in many.left],
        "seconds": round(many.seconds, 3),
        "deals": [item | {"seconds": round(item["seconds"], 3)} for item in deals],
    }
    return json.dumps(record, ensure_ascii=False, indent=2)


def _render_html(many: Many, listed: Sequence[Outcome], lang: str) -> str:
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    text = resources.files("bidkit").joinpath("reports", "batch.html").read_text(encoding="utf-8")
    environment = ImmutableSandboxedEnvironment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    words = load_messages(lang)["labels"]["batch"]
    rows = [
        {
            "outcome": item,
            "row": _make_row(item, words),
            "told": [clean(line) for told in item.told for line in told.split("\n")],
            "why": _say_why(item, words),
        }
        for item in listed
    ]
    page = environment.from_string(text)
    return page.render(lang=lang, words=words, rows=rows, summary=_sum_up(many, lang), version=__version__)
