"""a build as it would come out now: all of it is made in memory as `build` makes it, and nothing is written."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from bidkit.bid import Bid
from bidkit.build import make_package
from bidkit.credentials import find_days
from bidkit.diagnostic import Diagnostic
from bidkit.judging import Judged, judge_deal
from bidkit.options import Options
from bidkit.package import Built, foresee_write, read_built
from bidkit.readback import read_docx
from bidkit.reports import Result
from bidkit.reports.plan import Change, Plan, PlannedFile, PlannedPaper, Verdict

_SUBMIT = "submit/"


def make_plan(deal_path: Path, options: Options) -> Plan:
    """What `build` with these options would make; where it would refuse, what its draft would be, and what is missing.

    Diagnostics: in `missing` those of `make_package` that are errors, what of the gate is open, and those of
    `foresee_write`; in `later` what is open before the package is handed in.
    """
    result, files = make_package(deal_path, options)
    judged, _ = judge_deal(deal_path, options, tries_filling=False)
    folder = _find_folder(result, judged, options)
    unwritten = foresee_write(folder, force=options.force) if files is not None else []
    verdict: Verdict = "refused" if files is None or unwritten else "draft" if options.is_draft else "final"
    missing = [*(item for item in result.diagnostics if result.fails(item)), *unwritten]
    missing += [item for item in _list_open(result, result.moments) if item not in missing]
    later = [item for item in _list_open(result, ("build", "submit")) if item not in missing]
    shown = options
    if files is None and not options.is_draft:
        shown = replace(options, is_draft=True, is_strict=False)
        _, files = make_package(deal_path, shown)
        judged, _ = judge_deal(deal_path, shown, tries_filling=False)
    before = read_built(folder) if shown is options else None  # a draft is no other version of what is there
    return Plan(
        verdict,
        folder,
        result.bid,
        result.gate,
        tuple(_list_files(files or {}, judged, before, is_draft=shown.is_draft)) if judged else (),
        tuple(_list_papers(result.bid)) if result.bid else (),
        _list_inputs(judged) if judged else {},
        tuple(missing),
        tuple(later),
        result.root,
    )


def _list_inputs(judged: Judged) -> Mapping[str, str]:
    """All that was read, what the gate reads too."""
    _ = judged.gate
    return judged.workspace.hashes()


def _list_open(result: Result, moments: Sequence[str]) -> Iterator[Diagnostic]:
    """What the gate waits for at these moments."""
    for item in result.gate.blocking(*moments) if result.gate else ():
        yield from item.open


def _find_folder(result: Result, judged: Judged | None, options: Options) -> Path:
    """Where the package would lie."""
    root = result.root or Path()
    name = judged.bid.deal.id if judged else "—"
    return (options.out or root / "dist") / (f"{name}-DRAFT" if options.is_draft else name)


def _list_files(
    files: Mapping[str, bytes], judged: Judged, built: Built | None, *, is_draft: bool
) -> Iterator[PlannedFile]:
    """The files that are handed in, then those of a package before that are no longer among them."""
    before = built.submit if built else {}
    sources = _find_sources(judged, is_draft=is_draft)
    made = {name: content for name, content in files.items() if name.startswith(_SUBMIT)}
    for name, content in made.items():
        change: Change = "new"
        if name in before:
            change = "same" if before[name] == hashlib.sha256(content).hexdigest() else "changed"
        chapters = tuple(_list_chapters(name, content))
        yield PlannedFile(name.removeprefix(_SUBMIT), len(content), sources.get(name, ()), chapters, change)
    for name in before.keys() - made.keys() if made else ():
        yield PlannedFile(name.removeprefix(_SUBMIT), 0, (), (), "gone")


def _find_sources(judged: Judged, *, is_draft: bool) -> dict[str, tuple[str, ...]]:
    """What each file is made of: templates of the pack, forms of the buyer, papers."""
    pack = judged.pack.name
    mark = "-DRAFT" if is_draft else ""
    found: dict[str, tuple[str, ...]] = {}
    for volume in judged.volumes:
        parts = [f"{pack}/{part}" for part in volume.volume.parts or ()]
        found[volume.file_name(is_draft=is_draft)] = (
            f"{pack}/{volume.volume.template}",
            *parts,
            *(f.source for f in volume.forms),
        )
    found[f"{_SUBMIT}quote{mark}.xlsx"] = (f"{pack}/{judged.pack.text.workbook or 'quote.xlsx'}",)
    found |= {form.file_name(is_draft=is_draft): (form.source,) for form in judged.forms}
    found |= {form.file_name(is_draft=is_draft): (form.source,) for form in judged.word_forms if not form.guest}
    found |= {f"{name.removesuffix('.docx')}.pdf": (name.removeprefix(_SUBMIT),) for name in [*found]}
    for copy, paper in zip(judged.name_copies(is_draft=is_draft), judged.appendix.attachments, strict=True):
        found[copy] = (paper.name,)
    return found


def _list_chapters(name: str, content: bytes) -> Iterator[str]:
    """The headings of the first level of a Word file."""
    if name.endswith(".docx"):
        yield from (text for level, text in read_docx(content, name).headings if level == 1)


def _list_papers(bid: Bid) -> Iterator[PlannedPaper]:
    """The papers that are attached, with the requirements that they answer."""
    last = find_days(bid.deal, bid.today).named["deadline"]
    for paper in bid.selection.chosen:
        answers = tuple(need.id for need, papers in bid.selection.required if paper in papers)
        left = (paper.valid_until - last).days if paper.valid_until else None
        yield PlannedPaper(paper.id, paper.title, answers, paper.valid_until, left)
