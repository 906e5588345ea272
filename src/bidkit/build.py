"""the pipeline, read top to bottom: one deal file -> one package."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path

from bidkit.basis import FACTS, judge_files, write_facts
from bidkit.brief import BRIEF
from bidkit.checking import check_deal, conclude
from bidkit.diagnostic import Diagnostic, Severity, has_errors
from bidkit.judging import Judged, judge_deal
from bidkit.office import find_office
from bidkit.options import Options
from bidkit.package import MANIFEST, Built, hash_files, make_manifest, write_package
from bidkit.pdfs import NO_PDFS, make_pdfs, plan_pdfs
from bidkit.pointing import point
from bidkit.quote_file import render_quote_file
from bidkit.reports import Result, html, json
from bidkit.signing import list_signing
from bidkit.verify import read_files
from bidkit.volumes import check_volumes, render_volumes

__all__ = ["Options", "build_deal", "check_deal", "make_package", "put_package"]

_LIFTED_BY_DRAFT = ("GT", "PR", "DT", "ID", "QU", "FM", "PK", "ST")


def build_deal(deal_path: Path, options: Options) -> Result:
    """Build a deal's package, or say why not; an old package stays as it is unless a whole new one takes its place."""
    return put_package(*make_package(deal_path, options), options)


def make_package(deal_path: Path, options: Options) -> tuple[Result, dict[str, bytes] | None]:
    """The files of a deal's package, not yet written; None if there can be none."""
    checked, problems = judge_deal(deal_path, options, tries_filling=False)
    problems += [Diagnostic("EN11")] if options.with_pdf and find_office() is None else []
    problems += checked.find_namesakes() if checked else []
    if checked is None or _is_refused(checked, problems, options):
        problems += checked.judge(checked.try_filling(is_draft=options.is_draft)) if checked else []
        return replace(conclude(checked, problems, deal_path, options), is_draft=options.is_draft), None
    files, found = _render(checked, options)
    copies = checked.name_copies(is_draft=options.is_draft)
    submit = {**files, **copies}
    basis = checked.make_basis(submit, copies, is_draft=options.is_draft)
    read = read_files(files, basis.forms)
    found += point(judge_files(basis, submit, read, checked.appendix.attachments), submit) if files else []
    places = list_signing(submit, checked.find_forms(is_draft=options.is_draft), read.documents)
    built = Built(checked.content, tuple(map(asdict, places)), hash_files(submit))
    done = checked if options.is_draft else replace(checked, built=built)  # a draft is nothing to sign
    brief, wrong = done.render_brief(is_draft=options.is_draft)
    problems += checked.judge([*found, *wrong])
    problems += checked.find_unused(problems, "files") if files else []
    result = replace(
        conclude(checked, problems, deal_path, options), is_verified=bool(files), is_draft=options.is_draft
    )
    if has_errors(_not_lifted(problems, options)):
        return result, None
    result = replace(result, gate=done.gate)
    package = {**submit, "internal/report.html": html.render(result, checked.bid.deal.language, places, submit)}
    package |= {BRIEF: brief, FACTS: write_facts(basis, read, options.version, built.submit)}
    package[MANIFEST] = _describe(checked, package, built, result, options)
    return result, package


def put_package(result: Result, package: Mapping[str, bytes] | None, options: Options) -> Result:
    """Write what `make_package` made, if anything."""
    if package is None or result.bid is None or result.root is None:
        return result
    folder = (options.out or result.root / "dist") / f"{result.bid.deal.id}{'-DRAFT' * options.is_draft}"
    problems = [*result.diagnostics, *write_package(folder, package, force=options.force)]
    is_written = not any(problem.code in ("PK07", "EN04", "EN06") for problem in problems)
    return replace(result, diagnostics=tuple(problems), folder=folder if is_written else None)


def _is_refused(checked: Judged, problems: list[Diagnostic], options: Options) -> bool:
    gate, is_tender = checked.gate, checked.bid.deal.regime == "tender"
    is_ready = gate.is_ready_to_submit if is_tender else gate.is_ready_to_build
    return has_errors(_not_lifted(problems, options)) or not (is_ready or options.is_draft)


def _not_lifted(problems: list[Diagnostic], options: Options) -> list[Diagnostic]:
    """What stops the build: of a draft, only what a draft does not lift."""
    if options.is_strict:
        problems = [replace(p, severity=Severity.ERROR) if p.severity is Severity.WARNING else p for p in problems]
    return [problem for problem in problems if not (options.is_draft and problem.code[:2] in _LIFTED_BY_DRAFT)]


def _render(checked: Judged, options: Options) -> tuple[dict[str, bytes], list[Diagnostic]]:
    """What is handed in but the credentials; nothing if a template could not be filled."""
    volumes, bid, draft = checked.volumes, checked.bid, options.is_draft
    about = bid, checked.appendix, checked.deal_name
    quote, problems = render_quote_file(checked.quote_file, *about, is_draft=draft)
    if problems:
        return {}, problems + check_volumes(volumes, *about, is_draft=draft)
    beside = {f"submit/quote{'-DRAFT' if draft else ''}.xlsx": quote}
    beside |= {form.file_name(is_draft=draft): form.content for form in checked.forms}
    beside |= {form.file_name(is_draft=draft): form.content for form in checked.word_forms if not form.guest}
    about_pdfs = volumes, checked.appendix, beside, bid
    plan, found = plan_pdfs(*about_pdfs, is_draft=draft) if options.with_pdf else (NO_PDFS, [])
    filled, more = render_volumes(volumes, *about, plan.stand_ins, plan.beside, is_draft=draft)
    problems += found + more
    if filled is None:
        return {}, problems
    pdfs, found = make_pdfs(plan, filled, volumes, bid, is_draft=draft) if options.with_pdf else ({}, [])
    return {**filled.files, **beside, **pdfs}, problems + found


def _describe(checked: Judged, files: Mapping[str, bytes], built: Built, result: Result, options: Options) -> bytes:
    """The manifest of a package."""
    deal, process, lots = checked.bid.deal, checked.process, [part.lot for part in checked.bid.quote.lots]
    dropped = {drop.id: drop.reason for drop in process.dropped}
    facts = {
        "bidkit": options.version,
        "deal": deal.id,
        "language": deal.language,
        "currency": deal.quote.currency,
        "rules": deal.tender.rules if deal.tender else None,
        "lots": [{"id": lot.id, "title": lot.name} for lot in lots],
        "is_draft": options.is_draft,
        "judged_on": checked.bid.today.isoformat(),
        "is_pinned": checked.pinned is not None,
        "process": {"id": process.id, "dropped": dropped, "changed": [*process.changed]},
        "waivers": [waiver.model_dump(mode="json") for waiver in checked.good_waivers[0].values()],
        "suppressed": [json.describe_suppressed(item, deal.language) for item in result.suppressed],
        "pack": {"name": checked.pack.name, "sha256": checked.pack.hash},
        "brief": {"name": checked.pack.brief_name, "sha256": hashlib.sha256(checked.pack.brief).hexdigest()},
        "content": built.content,
        "signing": built.signing,
    }
    return make_manifest(facts, checked.workspace.hashes(), files)
