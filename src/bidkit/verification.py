"""a package verified from itself alone: its manifest, its files as they were made, and the rules for finished files."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

from bidkit.basis import FACTS, Basis, Facts, describe_files, judge_files, read_facts
from bidkit.correction import Regime
from bidkit.diagnostic import Diagnostic, Severity, Span, Suppressed, Term, has_errors, sort_diagnostics
from bidkit.kinship import list_marks
from bidkit.made import compare_files
from bidkit.package import MANIFEST, hash_files
from bidkit.pointing import point
from bidkit.records import Unfit
from bidkit.reports import Result, VerifiedPackage
from bidkit.simulation import REGIMES, simulate_files
from bidkit.simulation import Facts as StatedFacts
from bidkit.verify import ReadFiles, read_files

_SUBMIT = "submit/"
_TOLD_BY_VERIFY = ("DL14", "PR20", "PR25")
"""What a simulation says that is said already, or that is no mistake of every bid: that no price table was found."""
_CHANGED = ("PK54", "PK55", "PK56")
"""Codes that say what has changed in a file."""


@dataclass(frozen=True)
class _Found:
    """What came of one package; without a bid if its facts could not be read."""

    facts: Facts | None
    diagnostics: Sequence[Diagnostic]
    suppressed: Sequence[Suppressed] = ()
    submit: Mapping[str, bytes] = field(default_factory=dict)


def verify_packages(folders: Sequence[Path], version: str, *, is_strict: bool = False) -> Result:
    """Every package verified, and held against each other; places are given with the folder. Diagnostics: those of
    `judge_files`, PK02, PK50–PK57, PR14.

    Args:
        version: that of this bidkit.
    """
    diagnostics: list[Diagnostic] = []
    suppressed: list[Suppressed] = []
    packages, bids = [], []
    read = {folder: _verify(folder, version) for folder in folders}
    akin = {folder: [*_find_akin(folder, read)] for folder in folders}
    for folder, found in read.items():
        told = sort_diagnostics(_place(item, folder) for item in (*found.diagnostics, *akin[folder]))
        diagnostics += told
        suppressed += [replace(item, finding=_place(item.finding, folder)) for item in found.suppressed]
        is_draft = found.facts.basis.is_draft if found.facts else False
        count = len(found.facts.basis.promised) if found.facts else 0
        packages.append(VerifiedPackage(folder, count, is_draft, is_sound=not has_errors(told)))
        bids += [found.facts.basis.bid] if found.facts else []
    bid = bids[0] if len(folders) == len(bids) == 1 else None
    about = {"is_strict": is_strict, "is_verified": True, "suppressed": tuple(suppressed), "packages": tuple(packages)}
    return Result(tuple(diagnostics), bid=bid, deal_file=str(folders[0] / MANIFEST), **about)  # type: ignore[arg-type]


def _place(item: Diagnostic, folder: Path) -> Diagnostic:
    """A finding with its files below the folder of their package; a line is one of the deal, which is not in it."""
    if item.span is None or item.span.line or Path(item.span.file).is_absolute():
        return item
    files = ", ".join(str(folder / name) for name in item.span.file.split(", ")) if item.span.file else str(folder)
    return replace(item, span=replace(item.span, file=files))


def _verify(folder: Path, version: str) -> _Found:
    there = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*"))}
    odd = {name: path for name, path in there.items() if path.is_symlink() or not (path.is_file() or path.is_dir())}
    files = {name: path for name, path in there.items() if path.is_file() and name not in odd}
    contents, problems = _read_all(files)
    problems += [Diagnostic("PK51", Span(name), {"file": name}) for name in odd]  # links, pipes
    outputs, found = _read_manifest(contents, version)
    problems += found
    if outputs is not None:
        problems += _check_manifest(contents, outputs)
    try:
        facts = read_facts(contents.get(FACTS, b""))
    except Unfit as error:
        return _Found(None, [*problems, Diagnostic("PK53", Span(FACTS), {"file": FACTS, "reason": str(error)[:80]})])
    told, suppressed = facts.basis.policy.judge(_judge(facts, contents))
    known = {(item.code, item.span.file) for item in problems if item.span}
    problems += [item for item in told if not item.span or (item.code, item.span.file) not in known]
    submit = {name: contents[name] for name in facts.basis.promised if name in contents}
    problems += _correct(folder, facts.basis, contents)
    return _Found(facts, point(problems, submit), suppressed, submit)


def _find_akin(folder: Path, read: Mapping[Path, _Found]) -> Iterator[Diagnostic]:
    """What a package's files share with those of other bidders that only one computer gives. Diagnostics: PK02."""
    own = read[folder].facts
    others = [path for path, found in read.items() if own and found.facts and _is_rival(own, found.facts)]
    marks = _list_marks(read[folder]) if others else {}
    for path in others:
        theirs = _list_marks(read[path])
        shared: dict[tuple[str, str, str], str] = {}
        for mark in (mark for mark in marks if mark in theirs):
            shared.setdefault((mark[0], marks[mark], theirs[mark]), mark[1])
        for (kind, name, other), value in shared.items():
            values = {"kind": Term(kind), "value": value, "other": path / other}
            yield Diagnostic("PK02", Span(name), values, Severity.WARNING)


def _is_rival(one: Facts, two: Facts) -> bool:
    return one.basis.bid.company.uscc != two.basis.bid.company.uscc


def _list_marks(found: _Found) -> dict[tuple[str, str], str]:
    """The marks of what the bidder itself has made: copies of papers and the buyer's own forms are no such files."""
    basis = cast("Facts", found.facts).basis
    forms = [form.content for kept in basis.word_forms.values() for form in kept]
    return list_marks({name: content for name, content in found.submit.items() if name not in basis.copies}, forms)


def _read_all(files: Mapping[str, Path]) -> tuple[dict[str, bytes], list[Diagnostic]]:
    """The files of a package. Diagnostics: PK53."""
    contents, problems = {}, []
    for name, path in files.items():
        try:
            contents[name] = path.read_bytes()
        except OSError as error:
            problems.append(Diagnostic("PK53", Span(name), {"file": name, "reason": error.strerror or str(error)}))
    return contents, problems


def _read_manifest(contents: Mapping[str, bytes], version: str) -> tuple[Mapping[str, str] | None, list[Diagnostic]]:
    """The SHA-256 of the files as they were made. Diagnostics: PK53, PK57."""
    try:
        record: dict[str, Any] = json.loads(contents[MANIFEST])
        outputs = {str(name): str(digest) for name, digest in record["outputs"].items()}
        made_by = str(record["bidkit"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        return None, [Diagnostic("PK53", Span(MANIFEST), {"file": MANIFEST, "reason": str(error)[:80]})]
    if made_by == version:
        return outputs, []
    values = {"made": made_by, "own": version}
    return outputs, [Diagnostic("PK57", Span(MANIFEST), values, Severity.WARNING)]


def _check_manifest(contents: Mapping[str, bytes], outputs: Mapping[str, str]) -> Iterator[Diagnostic]:
    """The files are those of the manifest, as they were made. Diagnostics: PK50, PK51, PK52."""
    for name in outputs.keys() - contents.keys():
        yield Diagnostic("PK50", Span(name), {"file": name})
    for name, content in contents.items():
        if name != MANIFEST and name not in outputs:
            yield Diagnostic("PK51", Span(name), {"file": name})
        elif name != MANIFEST and hashlib.sha256(content).hexdigest() != outputs[name]:
            yield Diagnostic("PK52", Span(name), {"file": name})


def _judge(facts: Facts, contents: Mapping[str, bytes]) -> list[Diagnostic]:
    """What is wrong with the files of a package, whatever its manifest says. Diagnostics: those of `judge_files`, PK50,
    PK51, PK52, PK54–PK56.
    """
    basis = facts.basis
    handed_in = {name: content for name, content in contents.items() if name.startswith(_SUBMIT)}
    submit = {name: handed_in[name] for name in basis.promised if name in handed_in}
    files = {name: content for name, content in submit.items() if name not in basis.copies}
    read = read_files(files, basis.forms)
    found = [Diagnostic("PK50", Span(name), {"file": name}) for name in basis.promised if name not in handed_in]
    found += [Diagnostic("PK51", Span(name), {"file": name}) for name in handed_in if name not in basis.promised]
    found += judge_files(basis, submit, read)
    found += [*_check_copies(basis, submit), *_compare(facts, read)]
    told = {item.span.file for item in found if item.span and item.code in _CHANGED}
    digests = hash_files(handed_in).items()
    changed = [name for name, digest in digests if name not in told and facts.submit.get(name, digest) != digest]
    return [*found, *(Diagnostic("PK52", Span(name), {"file": name}) for name in changed)]


def _check_copies(basis: Basis, submit: Mapping[str, bytes]) -> Iterator[Diagnostic]:
    """The copies of papers are those that were made. Diagnostics: PK56."""
    for name, digest in basis.copies.items():
        if name in submit and hashlib.sha256(submit[name]).hexdigest() != digest:
            yield Diagnostic("PK56", Span(name), {"file": name})


def _compare(facts: Facts, read: ReadFiles) -> Iterator[Diagnostic]:
    found = describe_files(read, is_masked=facts.basis.bid.deal.attachments.mask)
    for name, made in facts.made.items():
        if name in found:
            yield from compare_files(name, made, found[name])


def _correct(folder: Path, basis: Basis, contents: Mapping[str, bytes]) -> Iterator[Diagnostic]:
    """What a committee would correct, by the rules of the tender. Diagnostics: PR14, and as warnings those of
    `simulate_files` that no other check has.
    """
    deal = basis.bid.deal
    rules = deal.tender.rules if deal.tender else None
    if rules not in REGIMES:
        return
    lots = [{"id": part.lot.id, "title": part.lot.name} for part in basis.bid.quote.lots]
    about = {"language": deal.language, "currency": deal.quote.currency, "rules": rules, "lots": lots}
    found = simulate_files(folder, contents, StatedFacts.model_validate(about), cast("Regime", rules))
    for outcome in found.outcomes:
        correction = outcome.correction
        if correction.steps:
            before, after = f"{outcome.stated.figures:,.2f}", f"{correction.price:,.2f}"
            prices = ("before", before), ("after", after)
            effect = Term("price_stays", prices[:1]) if before == after else Term("price_corrected", prices)
            values = {"effect": effect, "count": len(correction.steps)}
            yield Diagnostic("PR14", outcome.opening.at, values, Severity.WARNING)
    for item in found.diagnostics:
        if item.code not in _TOLD_BY_VERIFY:
            yield replace(item, severity=Severity.WARNING)
