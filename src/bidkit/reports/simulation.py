"""a simulated correction of prices as text for a terminal and as JSON for other programs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from bidkit.correction import Step
from bidkit.diagnostic import load_messages
from bidkit.reports.json import FORMAT_VERSION, describe
from bidkit.reports.text import clean, render_diagnostics
from bidkit.simulation import Outcome, Simulation


def render_text(found: Simulation, lang: str, here: Path) -> str:
    """What could not be read, then for each lot or the whole every step and the price after it."""
    words = load_messages(lang)["labels"]["simulate"]
    lines = [words["title"].format(folder=found.folder, rules=words["regimes"][found.regime])]
    for item in found.outcomes:
        lines += _render_outcome(item, found.regime, words)
    if found.diagnostics:
        lines += [words["incomplete"], render_diagnostics(found.diagnostics, lang, None, here)]
    return "\n".join(line if "\n" in line else clean(line) for line in lines)


def render_json(found: Simulation, lang: str) -> str:
    """One object: format version, command, package, rules, an outcome for each lot or the whole, findings."""
    words = load_messages(lang)["labels"]["simulate"]
    record = {
        "format_version": FORMAT_VERSION,
        "command": "price simulate",
        "package": str(found.folder),
        "rules": found.regime,
        "is_clean": found.is_clean,
        "outcomes": [_describe(item, found.regime, words) for item in found.outcomes],
        "diagnostics": [describe(item, lang) for item in found.diagnostics],
    }
    return json.dumps(record, ensure_ascii=False, indent=2)


def _render_outcome(item: Outcome, regime: str, words: dict[str, Any]) -> Iterator[str]:
    if item.lot:
        yield words["lot"].format(lot=item.lot)
    if item.period:
        yield words["periods"][item.period]
    stated, made = item.stated, item.correction
    opening = words["opening"].format(place=item.opening.place, figures=_money(stated.figures))
    yield opening + (words["words"].format(words=_money(stated.words)) if stated.words is not None else "")
    for number, step in enumerate(made.steps, 1):
        before, after = _money(step.before), _money(step.after)
        yield words["step"].format(no=number, place=_name(step, words), before=before, after=after)
        yield f"     {words['why'][regime][step.kind]}"
    if not made.steps:
        yield words["none"].format(price=_money(made.price))
        return
    yield words["price"].format(price=_money(made.price), delta=f"{made.price - stated.figures:+,.2f}")
    if made.alternative is not None:
        yield words["alternative"].format(price=_money(made.alternative))
    yield words["confirm"][regime]


def _describe(item: Outcome, regime: str, words: dict[str, Any]) -> dict[str, Any]:
    stated, made = item.stated, item.correction
    return {
        "lot": item.lot or None,
        "period": item.period or None,
        "opening": {"place": item.opening.place, "figures": _plain(stated.figures), "words": _plain(stated.words)},
        "steps": [
            {
                "kind": step.kind,
                "place": _name(step, words),
                "before": _plain(step.before),
                "after": _plain(step.after),
                "why": words["why"][regime][step.kind],
            }
            for step in made.steps
        ],
        "price": _plain(made.price),
        "delta": _plain(made.price - stated.figures),
        "alternative": _plain(made.alternative),
        "must_be_confirmed": bool(made.steps),
    }


def _name(step: Step, words: dict[str, Any]) -> str:
    if step.kind in ("unit_price", "line_amount"):
        return str(words["line"].format(line=step.place))
    return step.place or str(words["opening_place"])


def _money(amount: Decimal) -> str:
    return f"{amount:,.2f}" if amount == round(amount, 2) else f"{amount:,f}"


def _plain(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:.2f}"
