"""findings, gate and figures of a package as one HTML page for the team; never handed in."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import resources

from bidkit.diagnostic import Diagnostic, load_messages
from bidkit.quote.margin import find_margins
from bidkit.reports import Result
from bidkit.signing import SigningPlace


def render(result: Result, lang: str, signing: Sequence[SigningPlace] = ()) -> bytes:
    """The page, in one language; everything that comes from the deal is escaped."""
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    text = resources.files("bidkit").joinpath("reports", "report.html").read_text(encoding="utf-8")
    page = (
        ImmutableSandboxedEnvironment(autoescape=True)
        .from_string(text)
        .render(
            lang=lang,
            labels=load_messages(lang)["labels"],
            bid=result.bid,
            deal_file=result.deal_file,
            margins=find_margins(result.bid.quote) if result.bid else (),
            signing=signing,
            gate=result.gate,
            pinned=result.pinned,
            is_draft=result.is_draft,
            suppressed=[_describe(item.finding, lang) | {"reason": item.reason} for item in result.suppressed],
            findings=[_describe(item, lang) for item in result.diagnostics],
        )
    )
    return page.encode()


def _describe(item: Diagnostic, lang: str) -> dict[str, str]:
    span = item.span
    place = "" if span is None else f"{span.file}:{span.line}:{span.col}" if span.line else span.file
    severity = item.severity.value
    return {
        "code": item.code,
        "severity": severity,
        "place": place,
        "message": item.message(lang),
        "fix": item.fix(lang),
    }
