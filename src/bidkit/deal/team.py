"""a team: its members, and who of them reports to whom."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bidkit.diagnostic import Diagnostic, Term
from bidkit.scalars import Model, Note, Text, Texts, Whole
from bidkit.source import nearest


class Member(Model):
    """A person of the bidder's team; `reports_to` is the name or the role of another.

    The first who does not say to whom leads the team; all others who do not say report to that one.
    """

    name: Text
    role: Text
    title: Note = ""
    years: Whole | None = None
    certificates: Texts = ()
    duty: Text
    reports_to: Note = ""


def find_superiors(team: Sequence[Member]) -> list[int | None]:
    """For each member the position of the one to report to; None for the leader only.

    Whoever's chain does not end at the leader (`check_team` says why) stands under the leader.
    """
    stated = _read_superiors(team)
    leader = _find_leader(team)
    return [
        None if place == leader else superior if _is_under(place, leader, stated) else leader
        for place, superior in enumerate(stated)
    ]


def _find_leader(team: Sequence[Member]) -> int:
    return next((place for place, member in enumerate(team) if not member.reports_to), 0)


def _read_superiors(team: Sequence[Member]) -> list[int | None]:
    """To whom each member says to report; None where that is nobody, or not one."""
    leader = _find_leader(team)
    superiors: list[int | None] = []
    for place, member in enumerate(team):
        found = _find(team, member.reports_to) if member.reports_to else [leader]
        superiors.append(found[0] if len(found) == 1 and found[0] != place else None)
    return superiors


def _find(team: Sequence[Member], wanted: str) -> list[int]:
    """The members of a name; if there is none, those of a role."""
    named = [place for place, member in enumerate(team) if member.name == wanted]
    return named or [place for place, member in enumerate(team) if member.role == wanted]


def check_team(team: Sequence[Member]) -> Iterator[Diagnostic]:
    """Who is reported to is one other member, and nobody in the end to himself. Diagnostics: DL10, DL15."""
    superiors = _read_superiors(team)
    circles: set[int] = set()
    for place, member in enumerate(team):
        if not member.reports_to:
            continue
        found, known = _find(team, member.reports_to), [name for other in team for name in (other.name, other.role)]
        span, others = member.span("reports_to"), ", ".join(m.name for m in team if m is not member) or "—"
        if not found:
            values = {"kind": Term("member"), "id": member.reports_to, "near": nearest(member.reports_to, known)}
            yield Diagnostic("DL15", span, {**values, "allowed": others})
        elif len(found) > 1:
            yield Diagnostic("DL10", span, {"value": member.reports_to, "allowed": others, "near": ""})
        elif place not in circles and (circle := _follow(place, found[0], superiors)):
            circles.update(circle)
            way = " → ".join(team[step].name for step in (*circle, place))
            free = [m.name for other, m in enumerate(team) if not _is_under(other, place, superiors)]
            yield Diagnostic("DL10", span, {"value": way, "allowed": ", ".join(free) or "—", "near": ""})


def _follow(start: int, first: int, superiors: Sequence[int | None]) -> list[int]:
    """The way up from a member back to itself; nothing if it does not lead there."""
    way, step = [start], first
    while step != start:
        if step in way or (up := superiors[step]) is None:
            return []
        way.append(step)
        step = up
    return way


def _is_under(member: int, top: int, superiors: Sequence[int | None]) -> bool:
    seen: set[int] = set()
    step: int | None = member
    while step is not None and step not in seen:
        if step == top:
            return True
        seen.add(step)
        step = superiors[step]
    return False
