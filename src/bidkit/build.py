"""the pipeline, read top to bottom: one deal file -> one package."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, tzinfo
from itertools import zip_longest
from pathlib import Path, PurePosixPath

from bidkit import office
from bidkit.appendix import Appendix, load_appendix
from bidkit.bid import Bid
from bidkit.cache import open_store
from bidkit.catalog import Catalog, load_catalog
from bidkit.config import Settings, find_workspace, load_settings
from bidkit.context import PAPERS, make_context, make_filters
from bidkit.credentials import select_credentials
from bidkit.deal import Deal, load_deal
from bidkit.diagnostic import Diagnostic, Severity, has_errors, sort_diagnostics
from bidkit.gate import Gate, judge_gate, load_attestations
from bidkit.ooxml.fields import Heading
from bidkit.ooxml.rendered import Rendered, Template
from bidkit.ooxml.template import compile_template
from bidkit.pack import DEFAULT_PACKS, Pack, load_pack
from bidkit.package import make_manifest, write_package
from bidkit.quote import compute_quote
from bidkit.reports import Result, html
from bidkit.rules import check_bid
from bidkit.source import Workspace
from bidkit.verify import verify_files
from bidkit.workbook import render_workbook

_LIFTED_BY_DRAFT = ("GT", "PR", "DT", "ID", "QU", "FM", "PK")


@dataclass(frozen=True)
class Options:
    """How a build is asked for.

    Args:
        now: aware; the moment by which dates are judged, unless `as_of` or the workspace pins the day.
        out: the folder for packages; the workspace's `dist` if None.
        is_strict: a warning stops the build as an error does.
    """

    now: datetime
    as_of: date | None = None
    is_draft: bool = False
    out: Path | None = None
    force: bool = False
    is_strict: bool = False
    version: str = ""


@dataclass
class _Checked:
    """A deal that could be read, with all that building needs."""

    workspace: Workspace
    deal_name: str
    bid: Bid
    gate: Gate
    pack: Pack
    template: Template
    appendix: Appendix
    pinned: date | None
    problems: list[Diagnostic] = field(default_factory=list)


def check_deal(deal_path: Path, options: Options) -> Result:
    """Read and judge a deal; nothing is written."""
    checked, problems = _check(deal_path, options)
    return _result(checked, problems, find_workspace(deal_path))


def build_deal(deal_path: Path, options: Options) -> Result:
    """Build a deal's package, or say why not; an old package stays as it is unless a whole new one takes its place."""
    checked, problems = _check(deal_path, options)
    if checked is None or _is_refused(checked, problems, options):
        return _result(checked, problems, find_workspace(deal_path))
    files, found = _render(checked, options)
    problems += found
    problems += verify_files(checked.bid, files, is_draft=options.is_draft)
    if has_errors(_not_lifted(problems, options)):
        return _result(checked, problems, checked.workspace)
    result = replace(_result(checked, problems, checked.workspace), is_draft=options.is_draft)
    package = _assemble(checked, files, result, options)
    name = checked.bid.deal.id + ("-DRAFT" if options.is_draft else "")
    folder = (options.out or checked.workspace.root / "dist") / name
    problems = [*result.diagnostics, *write_package(folder, package, force=options.force)]
    is_written = not any(problem.code in ("PK07", "EN04", "EN06") for problem in problems)
    return replace(result, diagnostics=tuple(problems), folder=folder if is_written else None)


def _check(deal_path: Path, options: Options) -> tuple[_Checked | None, list[Diagnostic]]:
    workspace = find_workspace(deal_path)
    if workspace is None:
        return None, [Diagnostic("DL19", None, {"file": deal_path})]
    name = deal_path.resolve().relative_to(workspace.root).as_posix()
    settings, problems = load_settings(workspace)
    deal, found = load_deal(workspace, name)
    problems += found
    if deal is None or settings is None:
        return None, problems
    catalog, found = _load_catalog(workspace, deal)
    problems += found
    pinned = options.as_of or settings.as_of
    bid = _make_bid(deal, settings, catalog, options.now, pinned)
    appendix, found = load_appendix(workspace, bid, name)
    pack, more = load_pack(workspace, settings.pack or DEFAULT_PACKS[deal.language])
    attestations, signed = load_attestations(workspace, name)
    problems += [*found, *more, *signed]
    if pack is None:
        return None, problems
    filters = make_filters(deal.locale)
    file = f"{pack.name}/{pack.text.proposal}"
    look = (pack.text.required_styles, settings.company.color, PAPERS.get(deal.locale))
    store = open_store("templates")
    template, found = compile_template(pack.proposal, file, filters, *look, load=pack.includes.get, store=store)
    problems += found
    if template is None or has_errors(problems):
        return None, problems
    problems += template.check_names(make_context(bid, appendix, name, is_draft=options.is_draft, with_pages=False))
    findings = check_bid(bid)
    gate = judge_gate(bid, findings, attestations, workspace, name, pack.hash, appendix.hashes())
    return _Checked(workspace, name, bid, gate, pack, template, appendix, pinned), problems + findings


def _load_catalog(workspace: Workspace, deal: Deal) -> tuple[Catalog, list[Diagnostic]]:
    service = deal.solution.service
    lines = [(line.sku, line.span("sku")) for line in deal.quote.lines if line.sku]
    answers = [
        (sku, answer.span("products", n))
        for answer in deal.opportunity.solutions
        for n, sku in enumerate(answer.products)
    ]
    products = [(sku, deal.solution.span("products", n)) for n, sku in enumerate(deal.solution.products)]
    return load_catalog(
        workspace,
        [*products, *answers, *lines],
        [(block, service.span("blocks", n)) for n, block in enumerate(service.blocks)],
        [(paper, deal.span("credentials", n)) for n, paper in enumerate(deal.credentials)],
    )


def _make_bid(deal: Deal, settings: Settings, catalog: Catalog, now: datetime, pinned: date | None) -> Bid:
    zone: tzinfo | None = deal.tender.deadline.tzinfo if deal.tender else now.tzinfo
    now = datetime.combine(pinned, time(), zone) if pinned else now.astimezone(zone)
    selection = select_credentials(deal, catalog.credentials)
    quote = compute_quote(deal.quote, deal.language)
    return Bid(deal, settings.company, catalog, quote, selection, now, now.date())


def _is_refused(checked: _Checked, problems: list[Diagnostic], options: Options) -> bool:
    is_ready = (
        checked.gate.is_ready_to_submit if checked.bid.deal.regime == "tender" else checked.gate.is_ready_to_build
    )
    return has_errors(_not_lifted(problems, options)) or not (is_ready or options.is_draft)


def _not_lifted(problems: list[Diagnostic], options: Options) -> list[Diagnostic]:
    """What stops the build: of a draft, only what a draft does not lift."""
    if options.is_strict:
        problems = [replace(p, severity=Severity.ERROR) if p.severity is Severity.WARNING else p for p in problems]
    return [problem for problem in problems if not (options.is_draft and problem.code[:2] in _LIFTED_BY_DRAFT)]


def _render(checked: _Checked, options: Options) -> tuple[dict[str, bytes], list[Diagnostic]]:
    context = make_context(checked.bid, checked.appendix, checked.deal_name, is_draft=options.is_draft, with_pages=True)
    rendered = checked.template.render(context)
    if rendered.problems:
        return {}, rendered.problems
    proposal, problems = _paginate(rendered, checked.bid.deal.dated)
    mark = "-DRAFT" if options.is_draft else ""
    files = {
        f"submit/proposal{mark}.docx": proposal,
        f"submit/quote{mark}.xlsx": render_workbook(checked.bid, draft=options.is_draft),
    }
    return files, problems


def _paginate(rendered: Rendered, dated: date) -> tuple[bytes, list[Diagnostic]]:
    """The document with true page numbers, where LibreOffice can lay it out; else without, and a note."""
    layouts, problems = office.lay_out({"proposal.docx": rendered.save(dated, is_layout_copy=True)})
    if "proposal.docx" not in layouts:
        return rendered.save(dated), problems
    outline = office.read_outline(layouts["proposal.docx"])
    unlike = next((pair for pair in zip_longest(rendered.headings, outline) if not _is_same(*pair)), None)
    if unlike is not None:
        heading, entry = unlike
        values = {"heading": heading.label if heading else "—", "found": entry[1] if entry else "—"}
        return rendered.save(dated), [*problems, Diagnostic("EN07", None, values)]
    return rendered.save(dated, [page for _, _, page in outline]), problems


def _is_same(heading: Heading | None, entry: tuple[int, str, int] | None) -> bool:
    """Whether an outline entry is this heading: level and words; LibreOffice before 24 prints 一.1 for Word's 1.1."""
    if heading is None or entry is None:
        return False
    return entry[0] == heading.level and "".join(entry[1].split()).endswith("".join(heading.text.split()))


def _assemble(checked: _Checked, files: Mapping[str, bytes], result: Result, options: Options) -> dict[str, bytes]:
    """The package: what is handed in, and what stays inside."""
    package = dict(files)
    mark = "-DRAFT" if options.is_draft else ""
    for item in checked.appendix.attachments:
        name = PurePosixPath(item.copy_name)
        package[f"submit/credentials/{name.stem}{mark}{name.suffix}"] = item.content
    package["internal/report.html"] = html.render(result, checked.bid.deal.language)
    facts = {
        "bidkit": options.version,
        "deal": checked.bid.deal.id,
        "is_draft": options.is_draft,
        "judged_on": checked.bid.today.isoformat(),
        "is_pinned": checked.pinned is not None,
        "pack": {"name": checked.pack.name, "sha256": checked.pack.hash},
    }
    package["internal/manifest.json"] = make_manifest(facts, checked.workspace.hashes(), package)
    return package


def _result(checked: _Checked | None, problems: list[Diagnostic], workspace: Workspace | None) -> Result:
    """The findings in order, one of each; the open items of the gate are added where it was judged."""
    root = workspace.root if workspace else None
    if checked is None:
        return Result(tuple(sort_diagnostics(problems)), root)
    return Result(tuple(sort_diagnostics(problems)), root, checked.bid, checked.gate, checked.pinned)
