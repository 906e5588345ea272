"""the buyer's own Word forms: their blanks found, filled from the bid, and all else proved to be as it came."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from bidkit.bid import Bid
from bidkit.deal.forms import WordForm
from bidkit.diagnostic import Diagnostic, Severity, Term, has_errors
from bidkit.ooxml.archive import is_sound_name
from bidkit.source import Workspace, nearest

if TYPE_CHECKING:  # a deal without forms is read without lxml
    from bidkit.appendix import Appendix
    from bidkit.forms.blanks import Blank
    from bidkit.forms.filling import Changes
    from bidkit.forms.mapping import FormMap
    from bidkit.forms.values import Evaluator
    from bidkit.ooxml.opc import Package

JUDGED = frozenset(("FM20", "FM21", "FM22", "FM23", "FM24", "FM26"))
"""What is told here counts at the gate as findings of rules do."""


@dataclass(frozen=True)
class FilledWord:
    """A form that was filled.

    Args:
        output: its name in the package without suffix.
        source: the buyer's file, by its name in the workspace.
        changes: by part, what was done to it and nothing else.
        inputs: SHA-256 of the form and of its mapping, by name.
        left: the blanks that wait for a person: to sign, to seal, to date; each with the reason.
    """

    id: str
    title: str
    output: str
    source: str
    volume: str
    original: Package = field(repr=False)
    content: bytes = field(repr=False)
    changes: Mapping[str, Changes]
    inputs: Mapping[str, str]
    left: tuple[tuple[Blank, str], ...] = ()

    def file_name(self, *, is_draft: bool) -> str:
        """Its name in the package."""
        return f"submit/{self.output}{'-DRAFT' if is_draft else ''}.docx"


@dataclass(frozen=True)
class Kind:
    """What a volume may hold that a form is for."""

    has_prices: bool = True
    is_blind: bool = False


def fill_forms(
    bid: Bid,
    appendix: Appendix,
    workspace: Workspace,
    deal_name: str,
    volumes: Mapping[str, Kind],
    taken: Collection[str] = (),
    *,
    is_draft: bool,
) -> tuple[tuple[FilledWord, ...], list[Diagnostic]]:
    """The forms of a deal, filled; one with a mistake is left out.

    Diagnostics: DL01–DL28, FM03, FM04, FM20–FM26, EN02–EN04, EN21.

    Args:
        volumes: those of the bid by id.
        taken: the names of other files that are handed in, without suffix.
    """
    forms = bid.deal.forms
    problems = [*_check_names(forms, taken)]
    made = []
    for form in forms:
        filled, found = _fill(form, bid, appendix, workspace, deal_name, volumes, is_draft=is_draft)
        problems += found
        made += [filled] if filled else []
    return tuple(made), problems


def _output_of(form: WordForm) -> str:
    """The name of the file that is handed in, without suffix."""
    return (form.output or f"{PurePosixPath(form.file).stem}.docx").removesuffix(".docx")


def _check_names(forms: Sequence[WordForm], others: Collection[str]) -> Iterator[Diagnostic]:
    """Each form has a name of its own in the package. Diagnostics: FM26."""
    taken = {f"{name}.docx".casefold() for name in others}
    for form in forms:
        name = form.output or f"{PurePosixPath(form.file).stem}.docx"
        is_good = is_sound_name(name) and "/" not in name and name.endswith(".docx") and 5 < len(name) <= 120
        if not is_good or name.casefold() in taken:
            yield Diagnostic("FM26", form.span("output"), {"name": name})
        taken.add(name.casefold())


def _fill(
    form: WordForm,
    bid: Bid,
    appendix: Appendix,
    workspace: Workspace,
    deal_name: str,
    volumes: Mapping[str, Kind],
    *,
    is_draft: bool,
) -> tuple[FilledWord | None, list[Diagnostic]]:
    from bidkit.forms.values import Unfit

    part, problems = _find_part(form, bid, volumes)
    if part is None:
        return None, problems
    kind = volumes.get(form.volume, Kind())
    evaluator = _make_evaluator(part, appendix, deal_name, kind, is_draft=is_draft)
    try:
        if form.when and not evaluator.decide(form.when):
            return None, []
    except Unfit as error:
        return None, [Diagnostic("FM24", form.span("when"), {"id": form.id, "fault": error.term})]
    return _fill_form(form, evaluator, workspace, deal_name, is_draft=is_draft)


def _find_part(form: WordForm, bid: Bid, volumes: Mapping[str, Kind]) -> tuple[Bid | None, list[Diagnostic]]:
    """The bid for the lot of a form, or the whole. Diagnostics: DL15."""
    lots = {part.lot.id: part for part in bid.by_lot if part.lot}
    asked = [("lot", form.lot, form.span("lot"), lots), ("volume", form.volume, form.span("volume"), volumes)]
    problems = [
        Diagnostic(
            "DL15",
            at,
            {"kind": Term(kind), "id": name, "near": nearest(name, [*known]), "allowed": ", ".join(known) or "—"},
        )
        for kind, name, at, known in asked
        if name and name not in known
    ]
    return (None if problems else lots.get(form.lot, bid)), problems


def _make_evaluator(bid: Bid, appendix: Appendix, deal_name: str, kind: Kind, *, is_draft: bool) -> Evaluator:
    """The names of the volume that a form is for."""
    from bidkit.context import make_context
    from bidkit.context.blind import hide_bidder, hide_facts
    from bidkit.forms.values import Evaluator

    known = hide_bidder(bid) if kind.is_blind else bid
    names = make_context(known, appendix, deal_name, is_draft=is_draft, with_pages=False, prices=kind.has_prices)
    return Evaluator(hide_facts(names) if kind.is_blind else names, bid.deal.locale)


def _fill_form(
    form: WordForm, evaluator: Evaluator, workspace: Workspace, deal_name: str, *, is_draft: bool
) -> tuple[FilledWord | None, list[Diagnostic]]:
    from bidkit.forms.blanks import scan_form
    from bidkit.forms.entries import Entries, enter_all
    from bidkit.forms.filling import fill_form
    from bidkit.forms.mapping import find_fingerprint, load_map
    from bidkit.forms.opening import open_form
    from bidkit.ooxml.opc import write_package

    content, problems = workspace.read(form.file, deal_name, form.span("file"))
    name, _ = workspace.locate(form.file, deal_name)
    map_name, found = workspace.locate(form.map, deal_name, form.span("map"))
    problems += found
    if content is None or name is None or map_name is None:
        return None, problems
    package, problems = open_form(content, name, form.span("file"))
    mapping, found = load_map(workspace, map_name)
    problems += found
    if package is None or mapping is None:
        return None, problems
    problems += _check_map(mapping, content, map_name, is_draft=is_draft)
    entries = Entries(name, evaluator, problems)
    enter_all(entries, scan_form(package), mapping)
    if has_errors(problem for problem in problems if problem.code not in _TOLD):
        return None, problems
    filled = write_package(fill_form(package, entries.changes))
    about = form.id, form.title or _output_of(form), _output_of(form), name, form.volume
    inputs = {name: find_fingerprint(content), map_name: find_fingerprint(workspace.files[map_name])}
    return FilledWord(*about, package, filled, entries.changes, inputs, tuple(entries.left)), problems


_TOLD = ("FM03", "FM04", "FM21", "FM22", "FM23")
"""What a draft may be built with: the form is filled as far as it can be."""


def _check_map(mapping: FormMap, content: bytes, name: str, *, is_draft: bool) -> Iterator[Diagnostic]:
    """A person has read the mapping, for this very form. Diagnostics: FM22, FM23."""
    from bidkit.forms.mapping import find_fingerprint

    if mapping.sha256 != (own := find_fingerprint(content)):
        yield Diagnostic("FM22", mapping.span("sha256"), {"form": mapping.form, "sha256": own})
    if not mapping.confirmed_by or mapping.confirmed_on is None:
        severity = Severity.WARNING if is_draft else Severity.ERROR
        yield Diagnostic("FM23", mapping.span("confirmed_by"), {"map": name}, severity)
