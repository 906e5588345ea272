"""findings as Markdown, as the summary of a CI job shows them: tables, cut where the host would show nothing at all."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from bidkit.diagnostic import Severity, load_messages
from bidkit.reports import Result
from bidkit.reports.shown import Shown, say_suppressed
from bidkit.reports.text import clean, name_severity, render_gate_state, render_summary

MOST_BYTES = 1_000_000  # GitHub takes 1024 KiB for a step, and shows nothing of a summary that is longer
_MARKUP = re.compile(r"[\\`*_{}\[\]#|~!$]|(?<=\w):(?=//)|(?<=www)\.", re.I)
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}

Table = tuple[Sequence[str], Sequence[Sequence[str]]]
"""Titles and rows."""


def render(result: Result, shown: Sequence[Shown], lang: str) -> str:
    """The numbers, whether the gate is open, and a row for each finding."""
    lines = [render_summary(result.diagnostics, lang, len(result.suppressed))]
    if result.gate and result.bid:
        lines.append(render_gate_state(result.gate, result.bid, lang, is_wrong=result.is_wrong))
    return render_tables(lines, [list_findings(shown, lang)], lang)


def list_findings(shown: Sequence[Shown], lang: str) -> Table:
    """A table of findings: errors first, suppressed ones last with their reason."""
    texts = load_messages(lang)
    words = texts["labels"]["markdown"]
    order = [*Severity]
    ranked = sorted(shown, key=lambda item: (item.reason is not None, order.index(item.severity)))
    titles = [words[key] for key in ("severity", "code", "place", "finding")]
    return titles, [[_name(item, lang), item.code, item.place, _say(item, lang)] for item in ranked]


def _name(item: Shown, lang: str) -> str:
    name = name_severity(item.severity, lang)
    return name if item.reason is None else f"{name}{load_messages(lang)['labels']['suppressed']['mark']}"


def _say(item: Shown, lang: str) -> str:
    said = f"{item.message}\n{load_messages(lang)['terms']['fix']}: {item.fix}"
    return said if item.reason is None else f"{said}\n{say_suppressed(item.reason, lang)}"


def render_tables(lines: Iterable[str], tables: Iterable[Table], lang: str) -> str:
    """A text of at most `MOST_BYTES`: plain lines, then tables; what is left out is counted."""
    said = str(load_messages(lang)["labels"]["markdown"]["more"])
    written = ["### bidkit", *(part for line in lines for part in ("", escape(line)))]
    room = MOST_BYTES - len("\n".join(written).encode())
    for titles, rows in tables:
        if not rows:
            continue
        head = ["", *_begin(titles)]
        kept = _fit(rows, room - len("\n".join(head).encode()) - len(said.encode()) - 20)
        written += [*head, *kept] if kept else []
        written += ["", said.format(count=len(rows) - len(kept))] if len(kept) < len(rows) else []
        room = MOST_BYTES - len("\n".join(written).encode())
    return "\n".join(written)


def _begin(titles: Sequence[str]) -> Iterator[str]:
    yield f"| {' | '.join(map(escape, titles))} |"
    yield f"|{' --- |' * len(titles)}"


def _fit(rows: Iterable[Sequence[str]], room: int) -> list[str]:
    """The rows that there is room for, as lines."""
    kept = []
    for row in rows:
        line = f"| {' | '.join('<br>'.join(map(escape, cell.split(chr(10)))) for cell in row)} |"
        room -= len(line.encode()) + 1
        if room < 0:
            break
        kept.append(line)
    return kept


def escape(text: str) -> str:
    """Text in which nothing is markup, a link or a command, and nothing hidden or turned around."""
    marked = _MARKUP.sub(lambda found: f"\\{found.group()}", clean(text))
    return "".join(_ENTITIES.get(character, character) for character in marked)
