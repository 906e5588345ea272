"""findings, gate, coverage, figures and files of a package as one HTML page for the team; never handed in."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from bidkit import __version__
from bidkit.bid import Bid
from bidkit.diagnostic import Diagnostic, Severity, load_messages
from bidkit.quote.margin import find_margins
from bidkit.reports import Result
from bidkit.reports.text import clean, name_place
from bidkit.signing import SigningPlace

if TYPE_CHECKING:
    from jinja2 import Template


def render(
    result: Result, lang: str, signing: Sequence[SigningPlace] = (), package: Mapping[str, bytes] | None = None
) -> bytes:
    """The page, in one language; everything that comes from the deal is escaped.

    Args:
        package: the files beside the page, which then lies in `internal/`; only there it holds costs and margins.
    """
    texts, bid = load_messages(lang), result.bid
    page = _load_page().render(
        lang=lang,
        labels=texts["labels"],
        words=texts["labels"]["report"],
        terms=texts["terms"],
        version=__version__,
        result=result,
        bid=bid,
        findings=[(severity, _list(result.diagnostics, severity, lang)) for severity in Severity],
        suppressed=[_describe(item.finding, lang, item.reason, item.at.label) for item in result.suppressed],
        gate=_describe_gate(result, lang),
        coverage=list(_list_coverage(bid, texts["labels"])) if bid else (),
        margins=find_margins(bid.quote) if bid and package is not None else (),
        signing=signing,
        files=[_describe_file(name, content) for name, content in sorted((package or {}).items())],
    )
    return page.encode("utf-8", "backslashreplace")


@lru_cache(maxsize=1)
def _load_page() -> Template:
    """The page, compiled once: a process of a batch writes many."""
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    text = resources.files("bidkit").joinpath("reports", "report.html").read_text(encoding="utf-8")
    options = {"autoescape": True, "trim_blocks": True, "lstrip_blocks": True}
    environment = ImmutableSandboxedEnvironment(finalize=_show, **options)
    environment.filters |= {"money": "{:,.2f}".format, "share": "{:.1%}".format, "rate": _percent}
    return environment.from_string(text)


def _show(value: Any) -> Any:
    """A text in which nothing is hidden or turned around; markup and line breaks stay."""
    return "\n".join(map(clean, value.split("\n"))) if type(value) is str else value


def _list(found: Sequence[Diagnostic], severity: Severity, lang: str) -> list[dict[str, Any]]:
    return [_describe(item, lang) for item in found if item.severity is severity]


def _describe(item: Diagnostic, lang: str, reason: str = "", at: str = "") -> dict[str, Any]:
    span = item.span
    place = "" if span is None else f"{span.file}:{span.line}:{span.col}" if span.line else span.file
    inside = name_place(span, lang) if span and span.place else ""
    texts = {"place": place, "inside": inside, "message": item.message(lang), "fix": item.fix(lang), "reason": reason}
    return texts | {"code": item.code, "kind": item.severity, "at": at}


def _describe_gate(result: Result, lang: str) -> dict[str, Any] | None:
    if result.gate is None:
        return None
    labels = load_messages(lang)["labels"]
    waiting = {item.item.id for item in result.gate.blocking(*result.moments)}
    name = labels["ready_to_submit" if "submit" in result.moments else "ready_to_build"]
    state = labels["gate_closed" if not result.is_ready else "gate_wrong" if result.is_wrong else "gate_open"]
    tell = {
        item.item.id: [(problem.code, problem.message(lang), problem.fix(lang)) for problem in item.open]
        for stage in result.gate.stages
        for item in stage.items
    }
    return {"state": f"{name}: {state}", "stages": result.gate.stages, "waiting": waiting, "tell": tell}


def _list_coverage(bid: Bid, labels: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Each requirement, how it is answered and where the answer is written; what FM05 would say of it has a flag."""
    markers = bid.deal.tender.markers if bid.deal.tender else {}
    for item in bid.deal.requirements:
        is_mandatory = markers.get(item.marker) == "mandatory"
        is_bad = item.deviation is None or (is_mandatory and item.deviation == "negative")
        at = item.span("response") if item.response else None
        yield {
            "item": item,
            "meaning": labels["markers"].get(markers.get(item.marker, ""), ""),
            "deviation": labels["deviations"][item.deviation or "open"],
            "is_mandatory": is_mandatory,
            "is_bad": is_bad,
            "is_open": is_bad or not item.response or (is_mandatory and not item.evidence),
            "at": at.label if at else "",
        }


def _describe_file(name: str, content: bytes) -> dict[str, Any]:
    return {"name": name, "size": f"{len(content):,}", "sha256": hashlib.sha256(content).hexdigest()}


def _percent(rate: Any) -> str:
    return f"{rate * 100:f}".rstrip("0").rstrip(".") + " %"
