"""a deal with all that it draws on, as far as it can be read: one side of a comparison.

The company, the catalog entries that it names, the papers that are chosen for it, the files that are attached or shown,
its attestations and suppressions, what followed it, its template pack.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path, PurePosixPath

from bidkit.appendix import list_pictures
from bidkit.bid import Bid, list_catalog_names, make_bid
from bidkit.catalog import Catalog, load_catalog
from bidkit.config import Settings, find_workspace, load_settings
from bidkit.credentials.choosing import choose_from_library
from bidkit.deal import Deal, load_deal
from bidkit.diagnostic import Diagnostic, Span
from bidkit.follow import Follow, load_follow
from bidkit.gate import ATTESTATIONS_NAME, Attestation, load_attestations
from bidkit.matrix import find_own
from bidkit.pack import DEFAULT_PACKS, load_pack
from bidkit.process import load_process, load_shipped
from bidkit.source import Workspace
from bidkit.suppression import load_policy
from bidkit.waivers import WAIVERS_NAME


@dataclass(frozen=True)
class Side:
    """One of the two deals, as far as it could be read.

    Args:
        folder: that of its deal.yaml, in the workspace.
        files: SHA-256 of the files that are attached or shown, by name.
    """

    deal: Deal
    settings: Settings
    catalog: Catalog
    bid: Bid | None
    folder: str
    files: Mapping[str, str]
    pack: tuple[str, str]
    attestations: tuple[Attestation, ...] = ()
    suppressions: tuple[str, ...] = ()
    follow: Follow | None = None


def load_side(path: Path, now: datetime, as_of: date | None) -> tuple[Side | None, Path, list[Diagnostic]]:
    """A deal file read; None if it cannot be. Also the workspace, and what is wrong with it. Diagnostics: DL, EN."""
    workspace = find_workspace(path)
    if workspace is None:
        return None, path.parent, [Diagnostic("DL19", None, {"file": path})]
    name = path.resolve().relative_to(workspace.root.resolve()).as_posix()
    settings, problems = load_settings(workspace)
    deal, found = load_deal(workspace, name)
    problems += found
    if deal is None or settings is None:
        return None, workspace.root, problems
    pinned = as_of or settings.as_of
    choices, found = choose_from_library(workspace, deal, pinned or now.date(), settings.company.name)
    problems += found
    catalog, found = load_catalog(workspace, *list_catalog_names(deal, choices))
    problems += found
    bid, found = make_bid(deal, settings, catalog, now, pinned, choices)
    problems += found
    process, wrong_process = load_process(workspace, settings.process, settings.span("process"))
    attestations, found = load_attestations(workspace, name, process or load_shipped())
    found += wrong_process
    policy, more = load_policy(workspace, settings, deal)
    follow, unread = load_follow(workspace, name, deal)
    pack, wrong = load_pack(workspace, settings.pack or DEFAULT_PACKS[deal.language])
    wanted = [*_list_files(name, deal, catalog, attestations, bid)]
    wanted += [("", settings.process, settings.span("process"))] if settings.process else []
    waivers = PurePosixPath(find_own(name, WAIVERS_NAME))
    wanted += [("", str(waivers), None)] if str(waivers) in workspace.names(str(waivers.parent), ".yaml") else []
    files, missing = _hash_files(workspace, name, wanted)
    problems += [*found, *more, *unread, *wrong, *missing]
    stated = tuple(" ".join(item) for item in policy.stated)
    template = (pack.name, pack.hash) if pack else ("", "")
    folder = str(PurePosixPath(name).parent)
    side = Side(deal, settings, catalog, bid, folder, files, template, attestations, stated, follow)
    return side, workspace.root, problems


def _list_files(
    deal_name: str, deal: Deal, catalog: Catalog, attestations: Sequence[Attestation], bid: Bid | None
) -> Iterator[tuple[str, str, Span | None]]:
    """The files whose content is no text of a model: scans, pictures, buyer's forms, evidence; each with the file that
    names it, its name there and the place."""
    for paper in catalog.credentials:
        for number, file in enumerate(paper.files):
            at = paper.span("files", number)
            yield at.file if at else "", file, at
    for form in deal.quote.forms:
        yield deal_name, form.file, form.span("file")
    for own in deal.forms:
        yield deal_name, own.file, own.span("file")
        yield deal_name, own.map, own.span("map")
    for record in attestations:
        yield find_own(deal_name, ATTESTATIONS_NAME), record.evidence, record.span("evidence")
    yield from list_pictures(bid, deal_name) if bid else ()


def _hash_files(
    workspace: Workspace, deal_name: str, wanted: Sequence[tuple[str, str, Span | None]]
) -> tuple[dict[str, str], list[Diagnostic]]:
    """SHA-256 of files, by their names. Diagnostics: DL12–DL14."""
    found: dict[str, str] = {}
    problems = []
    folder = str(PurePosixPath(deal_name).parent)
    for beside, name, at in wanted:
        relative, wrong = workspace.locate(name, beside, at)
        content, more = workspace.read(relative, at=at) if relative else (None, [])
        problems += [*wrong, *more]
        if relative and content is not None:
            path = PurePosixPath(relative)
            shown = path.relative_to(folder) if path.is_relative_to(folder) else path
            found[str(shown)] = hashlib.sha256(content).hexdigest()
    return found, problems
