"""how the tender wants its answers and how it scores them: instructions, factors, and what answers each."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from bidkit.diagnostic import Diagnostic, Severity, Term
from bidkit.scalars import Model, Note, Quantity, Text, Texts
from bidkit.source import nearest

_FULL_WEIGHT = Decimal(100)


class Factor(Model):
    """What the tender scores; `answers` names the requirements, credentials and products that earn its points.

    `volume` is the one of the pack that answers it as a whole.
    """

    id: Text
    title: Text
    clause: Note = ""
    weight: Quantity | None = None
    volume: Note = ""
    answers: Texts = ()


class Instruction(Model):
    """What the tender wants the bid to hold, and the factors by which it is scored; answered as a factor is."""

    id: Text
    clause: Note = ""
    text: Text
    factors: Texts = ()
    volume: Note = ""
    answers: Texts = ()


def check_scoring(
    factors: Sequence[Factor], instructions: Sequence[Instruction], answers: Sequence[str]
) -> list[Diagnostic]:
    """What factors and instructions name must exist; weights that do not sum to 100 are noted. DL15, DL37.

    Args:
        answers: the ids of all that may answer one.
    """
    found: list[Diagnostic] = []
    for factor in factors:
        found += _refer(factor, "answers", factor.answers, answers)
    for item in instructions:
        found += _refer(item, "factors", item.factors, [factor.id for factor in factors])
        found += _refer(item, "answers", item.answers, answers)
    weights = [factor.weight for factor in factors if factor.weight is not None]
    total = sum(weights, Decimal(0))
    if factors and len(weights) == len(factors) and total != _FULL_WEIGHT:
        values = {"total": f"{total.normalize():f}"}
        found.append(Diagnostic("DL37", factors[0].span("weight"), values, Severity.INFO))
    return found


def _refer(record: Model, key: str, names: Sequence[str], known: Sequence[str]) -> list[Diagnostic]:
    return [
        Diagnostic(
            "DL15",
            record.span(key, place),
            {
                "kind": Term(key),
                "id": name,
                "near": nearest(name, list(known)),
                "allowed": ", ".join(known) or "—",
            },
        )
        for place, name in enumerate(names)
        if name not in known
    ]
