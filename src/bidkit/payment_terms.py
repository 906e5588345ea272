"""terms of payment in a text: which share is paid after what."""

from __future__ import annotations

import re
from decimal import Decimal

_SHARE = re.compile(r"(?<![\d.])(\d{1,3}(?:\.\d+)?)\s*[%％]")
_EVENTS = (
    ("warranty", re.compile("质保|保修|缺陷责任|warranty", re.I)),
    ("first_acceptance", re.compile("初验|初步验收|(?:provisional|preliminary) acceptance", re.I)),
    ("final_acceptance", re.compile("终验|最终验收|综合验收|竣工验收|final acceptance", re.I)),
    ("delivery", re.compile("到货|交货|供货|签收|deliver|arriv", re.I)),
    ("signing", re.compile("签订|签约|生效|预付|signing|signature|advance", re.I)),
    ("acceptance", re.compile("验收|accept", re.I)),
)
"""What is paid after, the first that a text names; an acceptance of which nothing else is said is any."""
Term = tuple[str, Decimal, str]
"""After what is paid, empty if nobody says so; the share; and the words."""


def find_event(text: str) -> str:
    """After what a text says that something is paid."""
    return next((event for event, pattern in _EVENTS if pattern.search(text)), "")


def read_terms(sentence: str) -> list[Term]:
    """The shares of a sentence, each with what stands before it."""
    terms, end = list[Term](), 0
    for found in _SHARE.finditer(sentence):
        before = sentence[end : found.start()]
        terms.append((find_event(before), Decimal(found[1]) / 100, f"{before}{found[0]}".strip("，,、：: ")))
        end = found.end()
    return terms


def find_conflict(told: list[Term], own: list[Term]) -> tuple[str, int] | None:
    """The words of the first told term that is none of one's own, and in whose place of these it stands; None if
    shares that are the same are paid after the same. In another order each must say after what."""
    if [share for _, share, _ in told] != [share for _, share, _ in own]:
        known = {event: share for event, share, _ in own}
        other = next(
            (number for number, (event, share, _) in enumerate(told) if not event or known.get(event) != share), None
        )
        return None if other is None else (told[other][2], min(other, len(own) - 1))
    for number, ((event, _, words), (meant, _, _)) in enumerate(zip(told, own, strict=True)):
        if event and meant and event != meant and "acceptance" not in (event, meant):
            return words, number
    return None
