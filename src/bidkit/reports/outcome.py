"""what came of one deal of many, as plain data: it travels between processes and is kept between runs."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal
from xml.etree.ElementTree import tostring

from bidkit.diagnostic import Severity
from bidkit.reports import Result, json, junit
from bidkit.reports.shown import Shown, list_shown
from bidkit.reports.text import render_diagnostics

State = Literal["built", "draft", "checked", "unchanged", "refused", "failed"]
_MOST_TOLD = 20


@dataclass(frozen=True)
class Outcome:
    """What came of a deal.

    Args:
        deal: its file, as the batch names it.
        state: of `refused` and `failed` no package was written: the bid is wrong, or something around it; what is
            `checked` was only judged, and has no error.
        folder: the package.
        told: its findings as text, errors alone.
        result: as `bidkit build --format json` has it.
        suite: its test suite as XML.
        because: what of its inputs has changed since it was built; why it was not built.
        seconds: what it took.
    """

    deal: str
    state: State
    exit_code: int
    id: str = ""
    title: str = ""
    folder: str = ""
    total: str = ""
    currency: str = ""
    errors: int = 0
    warnings: int = 0
    told: tuple[str, ...] = ()
    shown: tuple[Shown, ...] = ()
    result: Mapping[str, Any] | None = None
    suite: str = ""
    because: str = ""
    seconds: float = 0.0

    def only(self, forms: Collection[str]) -> Outcome:
        """It without what reports of these forms do not show: a batch may have ten thousand of them."""
        shown = () if {"github", "gitlab", "sarif", "markdown"}.isdisjoint(forms) else self.shown
        result = self.result if "json" in forms else None
        return replace(self, shown=shown, result=result, suite=self.suite if "junit" in forms else "")

    @property
    def is_good(self) -> bool:
        """Whether there is a package of the deal as it is, or no error where it was only judged."""
        return self.exit_code == 0

    def to_plain(self) -> dict[str, Any]:
        """What JSON can hold."""
        return asdict(self)


def read_outcome(plain: Mapping[str, Any]) -> Outcome:
    """What `to_plain` gave."""
    shown = tuple(Shown(**{**item, "severity": Severity(item["severity"])}) for item in plain["shown"])
    return Outcome(**{**plain, "told": tuple(plain["told"]), "shown": shown})


def describe_outcome(result: Result, deal: str, lang: str, here: Path, command: str = "build") -> Outcome:
    """What came of a deal that was built or refused, or only judged, by `check`."""
    bid, is_there = result.bid, result.folder is not None
    is_check = command == "check"
    exit_code = result.exit_code if is_there or is_check else max(1, result.exit_code)
    errors = [item for item in result.diagnostics if item.severity is Severity.ERROR]
    blocking = [item for found in result.gate.blocking(*result.moments) for item in found.open] if result.gate else []
    told = [*errors, *([] if is_there or is_check else blocking)]
    shown = list_shown(result, command, lang, here)
    good: State = "checked" if is_check else "draft" if result.is_draft else "built"
    return Outcome(
        deal,
        "failed" if exit_code == 2 else "refused" if exit_code else good,
        exit_code,
        bid.deal.id if bid else "",
        bid.deal.title if bid else "",
        str(result.folder) if is_there else "",
        f"{bid.quote.base:.2f}" if bid else "",
        bid.quote.currency if bid else "",
        len(told) if not is_there else len(errors),
        sum(item.severity is Severity.WARNING for item in result.diagnostics),
        tuple(render_diagnostics([item], lang, result.root, here) for item in told[:_MOST_TOLD]),
        tuple(shown),
        json.describe_result(result, command, lang),
        tostring(junit.make_suite(result, shown, command, lang), encoding="unicode"),
    )
