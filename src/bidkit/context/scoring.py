"""what a template prints of the tender's instructions and scoring factors, and of what answers each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bidkit.bid import Bid
from bidkit.context.anchors import Anchors
from bidkit.deal.scoring import Factor, Instruction


def make_scoring(bid: Bid, anchors: Anchors, volumes: Sequence[Mapping[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """`factors` and `instructions`, none of a bid without a tender; a requirement is known by its clause."""
    tender = bid.deal.tender
    clauses = {item.id: item.clause for item in bid.deal.requirements}
    places = {
        name: {"name": clause, "anchor": anchors.requirements[name], "is_requirement": True}
        for name, clause in clauses.items()
    }

    def make_record(item: Factor | Instruction) -> dict[str, Any]:
        return {
            **item.model_dump(),
            "volume": next((volume for volume in volumes if volume["id"] == item.volume), None),
            "answers": [places.get(name) or {**anchors.find(name), "is_requirement": False} for name in item.answers],
        }

    factors = [make_record(item) for item in tender.factors] if tender else []
    instructions = [make_record(item) for item in tender.instructions] if tender else []
    for item in instructions:
        item["factors"] = [factor for factor in factors if factor["id"] in item["factors"]]
    return {
        name: [{"no": number, **item} for number, item in enumerate(items, 1)]
        for name, items in (("factors", factors), ("instructions", instructions))
    }
