"""what a build would make, of what, and what is missing, for a terminal and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from bidkit.bid import Bid
from bidkit.diagnostic import Diagnostic, load_messages
from bidkit.gate import Gate
from bidkit.reports.json import FORMAT_VERSION, describe
from bidkit.reports.table import draw
from bidkit.reports.text import clean, render_diagnostics

Verdict = Literal["final", "draft", "refused"]
Change = Literal["new", "changed", "same", "gone"]


@dataclass(frozen=True)
class PlannedFile:
    """A file of the package.

    Args:
        made_of: templates, forms and papers that it is made of.
        chapters: its headings of the first level.
        change: against the package that is there; `new` where there is none.
    """

    name: str
    size_bytes: int
    made_of: tuple[str, ...]
    chapters: tuple[str, ...]
    change: Change


@dataclass(frozen=True)
class PlannedPaper:
    """A paper that is attached, and how many days it is good after the day that counts; None for one without an end."""

    id: str
    title: str
    answers: tuple[str, ...]
    valid_until: date | None
    days_left: int | None


@dataclass(frozen=True)
class Plan:
    """What `build` would do now.

    Args:
        verdict: whether it would build what may be handed in, a draft, or nothing.
        files: those of the package; of one that is refused, those that its draft would have.
        inputs: SHA-256 of all that was read, by name.
        missing: errors, and what the gate waits for.
        later: what it waits for before the package is handed in.
    """

    verdict: Verdict
    folder: Path
    bid: Bid | None
    gate: Gate | None
    files: tuple[PlannedFile, ...]
    papers: tuple[PlannedPaper, ...]
    inputs: Mapping[str, str]
    missing: tuple[Diagnostic, ...]
    later: tuple[Diagnostic, ...]
    root: Path | None


def render_json(plan: Plan, lang: str) -> str:
    """All of it as one object."""
    record: dict[str, Any] = {
        "format_version": FORMAT_VERSION,
        "command": "plan",
        "verdict": plan.verdict,
        "folder": str(plan.folder),
        "files": [
            {
                "name": item.name,
                "size_bytes": item.size_bytes,
                "made_of": item.made_of,
                "chapters": item.chapters,
                "change": item.change,
            }
            for item in plan.files
        ],
        "quote": {name: str(amount) for name, amount in _list_totals(plan.bid)} if plan.bid else None,
        "papers": [
            {
                "id": item.id,
                "title": item.title,
                "answers": item.answers,
                "valid_until": str(item.valid_until) if item.valid_until else None,
                "days_left": item.days_left,
            }
            for item in plan.papers
        ],
        "inputs": dict(plan.inputs),
        "missing": [describe(item, lang) for item in plan.missing],
        "later": [describe(item, lang) for item in plan.later],
    }
    return json.dumps(record, ensure_ascii=False, indent=2)


def render_text(plan: Plan, lang: str, here: Path) -> str:
    """Paragraphs and tables."""
    return "\n".join(_tell(plan, load_messages(lang)["labels"]["plan"], lang, here))


def _tell(plan: Plan, words: dict[str, Any], lang: str, here: Path) -> Iterator[str]:
    folder = plan.folder.relative_to(here) if plan.folder.is_relative_to(here) else plan.folder
    yield clean(words["verdicts"][plan.verdict].format(folder=folder))
    if plan.files:
        yield f"\n{words['files']}"
        yield from _draw_files(plan.files, words)
    if plan.bid:
        yield f"\n{words['quote'].format(lines=len(plan.bid.quote.lines))}"
        currency = plan.bid.deal.quote.currency
        rows = [[words["totals"][name], f"{amount:,.2f} {currency}"] for name, amount in _list_totals(plan.bid)]
        yield from draw(rows, "  ")
    if plan.papers:
        yield f"\n{words['papers']}"
        yield from draw([words["paper_titles"], *(_describe_paper(item, words) for item in plan.papers)], "  ")
    folders: dict[str, int] = {}
    for name in plan.inputs:
        top = name.rpartition("/")[0] or "."
        folders[top] = folders.get(top, 0) + 1
    yield f"\n{words['inputs'].format(count=len(plan.inputs))}"
    yield from draw([[top, str(count)] for top, count in sorted(folders.items())] or [["—", ""]], "  ")
    for key, items in (("missing", plan.missing), ("later", plan.later)):
        if items:
            yield f"\n{words[key]}"
            yield render_diagnostics(items, lang, plan.root, here)


def _draw_files(files: Sequence[PlannedFile], words: dict[str, Any]) -> Iterator[str]:
    rows = [
        [item.name, f"{max(item.size_bytes // 1024, 1)} KB" if item.size_bytes else "—", words["changes"][item.change],
         ", ".join(item.made_of) or "—"]
        for item in files
    ]  # fmt: skip
    yield from draw([words["file_titles"], *rows], "  ")
    for item in files:
        if item.chapters:
            yield clean(f"  {item.name}: {words['separator'].join(item.chapters)}")


def _describe_paper(paper: PlannedPaper, words: dict[str, Any]) -> list[str]:
    left = words["no_end"] if paper.days_left is None else words["days"].format(days=paper.days_left)
    return [paper.id, paper.title, ", ".join(paper.answers) or words["listed"], left]


def _list_totals(bid: Bid) -> Iterator[tuple[str, Decimal]]:
    """The totals that a quote has: the base, with options where there are any, the tax in it."""
    yield "total", bid.quote.base
    if bid.quote.evaluated != bid.quote.base:
        yield "evaluated", bid.quote.evaluated
    which = "" if bid.quote.evaluated == bid.quote.base else "evaluated_"
    yield f"{which}net", bid.quote.net
    yield f"{which}tax", bid.quote.tax
