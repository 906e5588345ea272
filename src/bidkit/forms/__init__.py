"""the buyer's own Word forms: their blanks found, filled from the bid, and all else proved to be as it came."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
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
    from bidkit.forms.kept import KeptWord
    from bidkit.forms.mapping import FormMap
    from bidkit.forms.values import Evaluator
    from bidkit.ooxml.opc import Package

JUDGED = frozenset(("FM20", "FM21", "FM22", "FM23", "FM24", "FM26", "FM27"))
"""What is told here counts at the gate as findings of rules do."""


PART_FOLDER = "forms/"
"""What a template calls a form's file: `forms/<id>.docx`."""


@dataclass(frozen=True)
class FilledWord:
    """A form that was filled.

    Args:
        output: its name in the package without suffix.
        source: the buyer's file, by its name in the workspace.
        guest: the .docx that stands in its volume, between the ends of `bookmark`; empty for a file of its own.
        changes: by part, what was done to it and nothing else.
        inputs: SHA-256 of the form and of its mapping, by name.
        left: the blanks that wait for a person: to sign, to seal, to date; each with the reason.
    """

    id: str
    title: str
    output: str
    source: str
    volume: str
    lot: str
    bookmark: str
    original: Package = field(repr=False)
    content: bytes = field(repr=False)
    changes: Mapping[str, Changes]
    inputs: Mapping[str, str]
    guest: bytes = field(default=b"", repr=False)
    left: tuple[tuple[Blank, str], ...] = ()

    def keep(self) -> KeptWord:
        """What it is proved by, also when nothing is there but the package."""
        from bidkit.forms.kept import KeptWord
        from bidkit.ooxml.opc import write_package

        if self.guest:
            return KeptWord(self.title, self.source, self.bookmark, self.content, {})
        return KeptWord(self.title, self.source, "", write_package(self.original), self.changes)

    @property
    def part_name(self) -> str:
        """What a template calls it."""
        return f"{PART_FOLDER}{self.id}.docx"

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
    *,
    is_draft: bool,
) -> tuple[tuple[FilledWord, ...], list[Diagnostic]]:
    """The forms of a deal, filled; one with a mistake is left out.

    Diagnostics: DL01–DL28, FM03, FM04, FM20–FM25, FM27, FM28, EN02–EN04, EN21.

    Args:
        volumes: those of the bid by id.
    """
    forms = bid.deal.forms
    problems: list[Diagnostic] = []
    made = []
    for form in forms:
        filled, found = _fill(form, bid, appendix, workspace, deal_name, volumes, is_draft=is_draft)
        problems += found
        made += [filled] if filled else []
    return tuple(made), problems


def _output_of(form: WordForm) -> str:
    """The name of the file that is handed in, without suffix."""
    return (form.output or f"{PurePosixPath(form.file).stem}.docx").removesuffix(".docx")


def is_part(form: WordForm, bid: Bid) -> bool:
    """Whether a form stands in a volume, and is no file of its own."""
    tender = bid.deal.tender
    return bool(form.part) or (tender is not None and form.id in tender.parts.get(form.volume, ()))


def check_form_names(bid: Bid, others: Collection[str]) -> Iterator[Diagnostic]:
    """Each form that is a file has a name of its own in the package. Diagnostics: FM26.

    Args:
        others: the names of other files that are handed in, without suffix.
    """
    taken = {f"{name}.docx".casefold() for name in others}
    for form in (form for form in bid.deal.forms if not is_part(form, bid)):
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
    has_pages = is_part(form, bid)
    evaluator = _make_evaluator(part, appendix, deal_name, kind, is_draft=is_draft, has_pages=has_pages)
    try:
        if form.when and not evaluator.decide(form.when):
            return None, []
    except Unfit as error:
        return None, [Diagnostic("FM24", form.span("when"), {"id": form.id, "fault": error.term})]
    return _fill_form(form, bid, evaluator, workspace, deal_name, is_draft=is_draft)


def _find_part(form: WordForm, bid: Bid, volumes: Mapping[str, Kind]) -> tuple[Bid | None, list[Diagnostic]]:
    """The bid for the lot of a form, or the whole. Diagnostics: DL15, FM27."""
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
    if form.part and not form.volume:
        problems.append(Diagnostic("FM27", form.span("part"), {"id": form.id, "reason": Term("form_no_volume")}))
    if volumes.get(form.volume, Kind()).is_blind and not is_part(form, bid):
        problems.append(Diagnostic("FM27", form.span("volume"), {"id": form.id, "reason": Term("form_blind")}))
    return (None if problems else lots.get(form.lot, bid)), problems


def _make_evaluator(
    bid: Bid, appendix: Appendix, deal_name: str, kind: Kind, *, is_draft: bool, has_pages: bool
) -> Evaluator:
    """The names of the volume that a form is for."""
    from bidkit.context import make_context
    from bidkit.context.blind import hide_bidder, hide_facts
    from bidkit.forms.values import Evaluator

    known = hide_bidder(bid) if kind.is_blind else bid
    names = make_context(known, appendix, deal_name, is_draft=is_draft, with_pages=False, prices=kind.has_prices)
    return Evaluator(hide_facts(names) if kind.is_blind else names, bid.deal.locale, has_pages=has_pages)


def _fill_form(
    form: WordForm, bid: Bid, evaluator: Evaluator, workspace: Workspace, deal_name: str, *, is_draft: bool
) -> tuple[FilledWord | None, list[Diagnostic]]:
    from bidkit.context.anchors import make_anchors
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
    about = form.id, form.title or _output_of(form), _output_of(form), name, form.volume, form.lot
    inputs = {name: find_fingerprint(content), map_name: find_fingerprint(workspace.files[map_name])}
    bookmark = make_anchors("form", [item.id for item in bid.deal.forms])[form.id]
    made = FilledWord(*about, bookmark, package, filled, entries.changes, inputs, left=tuple(entries.left))
    return _make_guest(made, form, bid, problems) if is_part(form, bid) else made, problems


def _make_guest(made: FilledWord, form: WordForm, bid: Bid, problems: list[Diagnostic]) -> FilledWord | None:
    """A form as a part of its volume. Diagnostics: FM27, FM28."""
    from bidkit.forms.embedding import find_margin_text, make_part, refuse_foreign
    from bidkit.forms.filling import fill_form
    from bidkit.forms.values import Unfit
    from bidkit.ooxml.opc import read_package

    package = fill_form(made.original, made.changes, with_anchors=True)
    number = [item.id for item in bid.deal.forms].index(form.id) + 1
    if text := find_margin_text(made.original):
        problems.append(Diagnostic("FM28", form.span("file"), {"id": form.id, "text": text[:60]}, Severity.WARNING))
    try:
        refuse_foreign(read_package(made.content, made.source)[0] or {}, made.title)
        guest = make_part(package, made.changes.keys(), f"form{number}", made.title, made.bookmark)
    except Unfit as error:
        problems.append(Diagnostic("FM27", form.span("part"), {"id": form.id, "reason": error.term}))
        return None
    return replace(made, guest=guest)


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
