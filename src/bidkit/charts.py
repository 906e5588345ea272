"""the pictures of a bid: its plan as a Gantt chart, its team as an organisation chart, its prices as bars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bidkit.deal.solution import Plan
from bidkit.deal.team import Member, find_superiors
from bidkit.ooxml.barchart import BarChart
from bidkit.ooxml.gantt import Gantt, Row
from bidkit.ooxml.hierarchy import Box, Hierarchy
from bidkit.quote import Quote


def make_gantt(plan: Plan, labels: Mapping[str, Any], color: str) -> Gantt:
    """The phases in their order, then the milestones."""
    words = labels["gantt"]
    rows = [Row(phase.name, max(phase.start_day, 1), max(phase.end_day, 1)) for phase in plan.phases]
    rows += [Row(milestone.name, milestone.day, milestone.day, is_mark=True) for milestone in plan.milestones]
    said = words["separator"].join(words["said"].format(name=row.name, days=row.label) for row in rows)
    return Gantt(tuple(rows), words, color, alt=words["alt"].format(rows=said))


def make_team_chart(team: Sequence[Member], labels: Mapping[str, Any], color: str) -> Hierarchy:
    """Each member's role above the name, under the one to report to."""
    words = labels["team_chart"]
    boxes = tuple(
        Box(member.role, member.name, superior) for member, superior in zip(team, find_superiors(team), strict=True)
    )
    said = [
        words["said"].format(role=box.label, name=box.name, above=boxes[box.under].name)
        if box.under is not None
        else words["leads"].format(role=box.label, name=box.name)
        for box in boxes
    ]
    return Hierarchy(boxes, color, words["alt"].format(boxes=words["separator"].join(said)))


def make_quote_chart(quote: Quote, labels: Mapping[str, Any], color: str) -> BarChart:
    """The total of each category in the quote's order."""
    words = labels["quote_chart"]
    items = tuple((item.category.name, item.total) for item in quote.top_categories)
    said = words["separator"].join(words["said"].format(name=name, amount=f"{total:,.2f}") for name, total in items)
    kind = ("taxed" if quote.prices == "gross" else "untaxed") if quote.tax else "title"
    title = words[kind].format(unit=labels["currencies"][quote.currency])
    return BarChart(items, title, color, words["alt"].format(title=title, items=said))
