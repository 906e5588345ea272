"""Rule, Finding, the decorator that makes a function a rule, and what rules say of their subject."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from bidkit.diagnostic import Diagnostic, Severity, Span

S = TypeVar("S")
REGIMES = frozenset({"commercial", "tender"})


@dataclass(frozen=True)
class Finding:
    """Where a rule does not hold and with what values; the severity only where it is not the rule's own."""

    span: Span | None
    values: Mapping[str, Any] = field(default_factory=dict)
    severity: Severity | None = None


@dataclass(frozen=True)
class Rule(Generic[S]):
    """A rule over a subject: the Bid, the finished files, or what has followed."""

    code: str
    severity: Severity
    regimes: frozenset[str]
    check: Callable[[S], Iterator[Finding]]


@dataclass(frozen=True)
class Facts:
    """What is known of a code without a deal.

    Args:
        severity: the gravest of its findings.
        subjects: `deal`, `files`, `follow`, as rules of that subject have the code; empty if no rule has it.
    """

    severity: Severity
    regimes: frozenset[str]
    subjects: frozenset[str] = frozenset()


def rule(
    code: str, severity: Severity = Severity.ERROR, regimes: frozenset[str] = REGIMES
) -> Callable[[Callable[[S], Iterator[Finding]]], Rule[S]]:
    """Make a rule of a function that yields its findings."""
    return lambda check: Rule(code, severity, regimes, check)


def judge(rules: Iterable[Rule[S]], subject: S, regime: str) -> Iterator[Diagnostic]:
    """What rules of a regime say of a subject."""
    for item in rules:
        if regime in item.regimes:
            for finding in item.check(subject):
                yield Diagnostic(item.code, finding.span, finding.values, finding.severity or item.severity)
