"""findings as workflow commands, which GitHub shows beside the lines of a change."""

from __future__ import annotations

from bidkit.diagnostic import Severity, load_messages
from bidkit.reports import Result
from bidkit.reports.shown import Shown, say_suppressed
from bidkit.reports.text import clean, render_gate_state, render_summary

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}
_MOST = 10  # of each command GitHub shows so many in a step, and no word of the others


def render(result: Result, shown: list[Shown], lang: str) -> str:
    """A command for each finding, errors first, then plain lines, in which nothing of the user stands."""
    lines = render_commands(shown, render_summary(result.diagnostics, lang, len(result.suppressed)), lang)
    if result.gate and result.bid:
        lines.append(render_gate_state(result.gate, result.bid, lang, is_wrong=result.is_wrong))
    return "\n".join(lines)


def render_commands(shown: list[Shown], summary: str, lang: str) -> list[str]:
    """A command for each finding, a line that sums them up, and how many of them GitHub will not show."""
    commands = [_render(item, lang) for item in shown]
    counts = {kind: sum(line.startswith(f"::{kind} ") for line in commands) - _MOST for kind in _COMMANDS.values()}
    text = load_messages(lang)["labels"]["not_shown"]
    return [*commands, summary, *(text.format(count=more, kind=kind) for kind, more in counts.items() if more > 0)]


def _render(item: Shown, lang: str) -> str:
    texts = load_messages(lang)
    command = _COMMANDS[item.severity] if item.reason is None else "notice"
    title = item.code if item.reason is None else f"{item.code} {texts['labels']['suppressed']['word']}"
    properties = {"file": clean(item.path), "title": f"bidkit {title}"}
    if item.line:
        numbers = {"line": item.line, "endLine": item.line, "col": item.col, "endColumn": item.col + item.width}
        properties |= {key: str(number) for key, number in numbers.items()}
    lines = [item.message, f"{texts['terms']['fix']}: {item.fix}"]
    lines += [say_suppressed(item.reason, lang)] if item.reason is not None else []
    settings = ",".join(f"{key}={_escape(value, ':,')}" for key, value in properties.items())
    message = "\n".join(map(clean, lines))
    return f"::{command} {settings}::{_escape(message)}"


def _escape(text: str, special: str = "") -> str:
    """As GitHub's toolkit does: the sign of the escapes first."""
    for character in "%\r\n" + special:
        text = text.replace(character, f"%{ord(character):02X}")
    return text
