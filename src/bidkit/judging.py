"""a deal read and judged: the first half of the pipeline, at which `bidkit check` ends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from bidkit.appendix import Appendix, load_appendix
from bidkit.bid import Bid, list_catalog_names, make_bid
from bidkit.brief import check_brief, compile_brief, render_brief
from bidkit.catalog import load_catalog
from bidkit.config import CONFIG_NAME, find_workspace, load_settings
from bidkit.credentials.choosing import choose_from_library
from bidkit.deal import Deal, load_deal
from bidkit.diagnostic import Diagnostic, Severity, Suppressed, has_errors
from bidkit.follow import load_follow
from bidkit.forms import FilledWord, check_form_names, fill_forms
from bidkit.gate import Attestation, Gate, hash_inputs, judge_gate, load_attestations
from bidkit.matrix import refuse_master
from bidkit.options import Options
from bidkit.others import OtherName, read_other_names
from bidkit.pack import DEFAULT_PACKS, Pack, load_pack
from bidkit.package import Built, find_built, hash_files
from bidkit.price_form import FilledForm, fill_price_forms
from bidkit.process import Process, load_process, load_shipped
from bidkit.quote_file import check_quote_file, compile_quote_file
from bidkit.receivables import Followed, make_followed
from bidkit.rules import check_bid, check_followed
from bidkit.source import Workspace
from bidkit.suppression import Policy, find_unused, load_policy
from bidkit.volumes import CompiledVolume, check_volumes, compile_volumes, find_kinds
from bidkit.waivers import Waiver, judge_waivers, load_waivers

if TYPE_CHECKING:  # a deal is checked without what judges finished files
    from bidkit.basis import Basis
    from bidkit.ooxml.rendered import Template
    from bidkit.ooxml.sheet import WorkbookTemplate


@dataclass
class Judged:
    """A deal that could be read, with all that building needs.

    Args:
        findings: of the rules.
        built: its package, if there is one.
        followed: what has followed the bid; None if nothing has.
        later: what is wrong with that; it is no reason not to build the bid.
    """

    workspace: Workspace
    deal_name: str
    bid: Bid
    pack: Pack
    volumes: tuple[CompiledVolume, ...]
    quote_file: WorkbookTemplate
    brief: Template
    forms: tuple[FilledForm, ...]
    word_forms: tuple[FilledWord, ...]
    appendix: Appendix
    pinned: date | None
    policy: Policy
    suppressed: list[Suppressed]
    findings: list[Diagnostic]
    attestations: tuple[Attestation, ...]
    built: Built | None
    process: Process
    waivers: tuple[Waiver, ...]
    followed: Followed | None
    later: list[Diagnostic]
    run: str = ""

    def judge(self, found: Iterable[Diagnostic]) -> list[Diagnostic]:
        """Of findings those that count; the others are kept in `suppressed`."""
        counting, others = self.policy.judge(found)
        self.suppressed += others
        return counting

    def find_unused(self, counting: Iterable[Diagnostic], subject: str) -> list[Diagnostic]:
        """The suppressions that suppress nothing: when the `deal` is judged, and when its `files` are."""
        return list(find_unused(self.policy, self.suppressed, counting, self.deal_name, subject))

    def name_copies(self, *, is_draft: bool) -> dict[str, bytes]:
        """The copies of the credentials, by their names in the package."""
        mark = "-DRAFT" if is_draft else ""
        names = ((PurePosixPath(item.copy_name), item.content) for item in self.appendix.attachments)
        return {f"submit/credentials/{name.stem}{mark}{name.suffix}": content for name, content in names}

    @cached_property
    def others(self) -> tuple[OtherName, ...]:
        """The names of the workspace's other deals."""
        return read_other_names(self.workspace, self.deal_name, self.run)

    def find_namesakes(self) -> list[Diagnostic]:
        """Whether deals of the workspace would be built into one folder. Diagnostics: DL74."""
        deal = self.bid.deal
        same = [other.deal for other in self.others if (other.kind, other.name) == ("id", deal.id)]
        return [Diagnostic("DL74", deal.span("id"), {"id": deal.id, "others": ", ".join(same)})] if same else []

    def find_forms(self, *, is_draft: bool) -> dict[str, tuple[FilledWord, ...]]:
        """The buyer's Word forms by the file of the package that they are, or that they stand in."""
        files = {form.file_name(is_draft=is_draft): (form,) for form in self.word_forms if not form.guest}
        return files | {item.file_name(is_draft=is_draft): item.forms for item in self.volumes if item.forms}

    @property
    def hashes(self) -> dict[str, dict[str, str]]:
        """SHA-256 of papers and pictures by name; among the papers are the buyer's forms and the mappings of those of
        Word, and its price forms are `price_forms` once more."""
        hashes = {kind: dict(found) for kind, found in self.appendix.hashes().items()}
        for form in self.word_forms:
            hashes["papers"] |= form.inputs
        hashes["price_forms"] = hash_files({form.source: form.original for form in self.forms})
        hashes["papers"] |= hashes["price_forms"]
        return hashes

    def make_basis(self, submit: Mapping[str, bytes], copies: Mapping[str, bytes], *, is_draft: bool) -> Basis:
        """What must be so of the finished files: what each volume may hold and how it must look."""
        from bidkit.basis import Basis, keep_form
        from bidkit.rules.residue import list_foreign
        from bidkit.traces import read_picture

        named = {volume.file_name(is_draft=is_draft): volume for volume in self.volumes}
        forms = self.find_forms(is_draft=is_draft)
        own = {name: held[0] for name, held in forms.items() if name not in named}
        priced = {volume.volume.id for volume in self.volumes if volume.volume.has_prices}
        free = [name for name, volume in named.items() if not volume.volume.has_prices]
        free += [name for name, form in own.items() if form.volume and form.volume not in priced]
        lots = {name: volume.lot_id for name, volume in named.items() if volume.part}
        lots |= {name: form.lot for name, form in own.items() if form.lot}
        logo = self.appendix.pictures.get((CONFIG_NAME, self.bid.company.logo))
        return Basis(
            self.bid,
            is_draft,
            promised=tuple(submit),
            price_free=tuple(free),
            lots=lots,
            formats={name: volume.rules for name, volume in named.items() if volume.rules},
            forms={form.file_name(is_draft=is_draft): keep_form(form) for form in self.forms},
            word_forms={name: tuple(form.keep() for form in held) for name, held in forms.items()},
            foreign=list_foreign(self.bid, self.others),
            copies=hash_files(copies),
            logo=read_picture(logo.data)[0] if logo else "",
            policy=self.policy,
        )

    @property
    def content(self) -> str:
        """The hash of all that its package is built from."""
        return hash_inputs(self.bid, self.pack.hash, self.hashes, self.policy.stated)

    @cached_property
    def gate(self) -> Gate:
        """The checklist."""
        inputs = self.pack.hash, self.hashes, self.policy.stated, self.built
        about = self.bid, [*self.findings, *self.later], self.attestations, self.workspace, self.deal_name
        return judge_gate(*about, *inputs, self.process, self.good_waivers[0], self.followed)

    def render_brief(self, *, is_draft: bool) -> tuple[bytes, list[Diagnostic]]:
        """The internal brief. Diagnostics: TP."""
        return render_brief(self.brief, self.bid, self.gate.describe(self.bid.deal.language), is_draft=is_draft)

    def try_filling(self, *, is_draft: bool) -> list[Diagnostic]:
        """What filling the templates would tell. Diagnostics: as `check_volumes`, `check_quote_file`, `check_brief`."""
        about = self.bid, self.appendix, self.deal_name
        found = check_volumes(self.volumes, *about, is_draft=is_draft)
        found += check_quote_file(self.quote_file, *about, is_draft=is_draft)
        if self.pack.has_own_brief:
            progress = self.gate.describe(self.bid.deal.language)
            found += check_brief(self.brief, self.bid, progress, is_draft=is_draft)
        return found

    @cached_property
    def good_waivers(self) -> tuple[Mapping[str, Waiver], list[Diagnostic]]:
        """The waivers that hold, by item, and what is wrong with the others."""
        return judge_waivers(self.waivers, self.process, self.bid.today, self.bid.now.tzinfo)


_TOLD = ("PK35",)
"""Errors with which a deal is judged all the same: the copy is there, it is only too large."""


def _part_specimens(found: list[Diagnostic]) -> tuple[list[Diagnostic], list[Diagnostic]]:
    """The specimens among papers, which break a rule, and the files that are not sound."""
    specimens = [item for item in found if item.code == "ID11"]
    return specimens, [item for item in found if item not in specimens]


def _check_regime(deal: Deal | None) -> Iterator[Diagnostic]:
    """Of a commercial deal nothing is checked that a tender asks. Diagnostics: DL62."""
    if deal is not None and deal.regime == "commercial" and deal.tender is not None:
        yield Diagnostic("DL62", deal.span("regime"), {}, Severity.WARNING)


def judge_deal(
    deal_path: Path, options: Options, *, tries_filling: bool = True
) -> tuple[Judged | None, list[Diagnostic]]:
    """A deal with all findings but those of finished files; None if it cannot be read or its templates are wrong.

    Args:
        tries_filling: also what filling the templates would tell; not asked for by who fills them next.
    """
    workspace = find_workspace(deal_path)
    if workspace is None:
        return None, [Diagnostic("DL19", None, {"file": deal_path})]
    name = deal_path.resolve().relative_to(workspace.root).as_posix()
    if refused := refuse_master(workspace, name):
        return None, [refused]
    settings, problems = load_settings(workspace)
    deal, found = load_deal(workspace, name)
    problems += [*found, *_check_regime(deal)]
    if deal is None or settings is None:
        return None, problems
    pinned = options.as_of or settings.as_of
    choices, found = choose_from_library(workspace, deal, pinned or options.now.date(), settings.company.name)
    problems += found
    catalog, found = load_catalog(workspace, *list_catalog_names(deal, choices))
    problems += found
    bid, found = make_bid(deal, settings, catalog, options.now, pinned, choices)
    problems += found
    if bid is None:
        return None, problems
    appendix, found = load_appendix(workspace, bid, name)
    specimens, found = _part_specimens(found)
    pack, more = load_pack(workspace, settings.pack or DEFAULT_PACKS[deal.language])
    process, wrong_process = load_process(workspace, settings.process, settings.span("process"))
    waivers, wrong_waivers = load_waivers(workspace, name)
    problems += [*found, *more, *wrong_process, *wrong_waivers]
    attestations, found = load_attestations(workspace, name, process or load_shipped())
    problems += found
    if pack is None or process is None:
        return None, problems
    kinds = find_kinds(pack, bid)
    word_forms, wrong_forms = fill_forms(bid, appendix, workspace, name, kinds, is_draft=options.is_draft)
    volumes, found = compile_volumes(pack, bid, word_forms)
    quote_file, more = compile_quote_file(pack, bid)
    brief, wrong_brief = compile_brief(pack, bid)
    problems += found + more + wrong_brief
    is_wrong = has_errors(item for item in problems if item.code not in _TOLD)
    if is_wrong or quote_file is None or brief is None:
        return None, problems + wrong_forms
    forms, found = fill_price_forms(bid, workspace, name)
    policy, wrong = load_policy(workspace, settings, deal)
    wrong_forms += check_form_names(bid, [item.name for item in volumes])
    followed, later = _judge_followed(workspace, name, bid, policy)
    findings, suppressed = policy.judge(check_bid(bid, followed) + specimens + found + wrong_forms)
    made = volumes, quote_file, brief, forms, word_forms, appendix, pinned, policy, suppressed
    folder = (options.out or workspace.root / "dist") / deal.id
    built = find_built(folder) if options.before is None else options.before.get(deal.id)
    state = attestations, built, process, waivers, followed, later
    judged = Judged(workspace, name, bid, pack, *made, findings, *state, options.run)
    problems += judged.try_filling(is_draft=options.is_draft) if tries_filling else []
    problems = [*judged.judge(problems), *findings, *wrong, *judged.good_waivers[1]]
    return judged, problems + judged.find_unused(problems, "deal")


def _judge_followed(
    workspace: Workspace, deal_name: str, bid: Bid, policy: Policy
) -> tuple[Followed | None, list[Diagnostic]]:
    """What has followed a bid, and what is wrong with it; nothing there is suppressed but by a reason in that file."""
    follow, problems = load_follow(workspace, deal_name, bid.deal)
    if follow is None:
        return None, problems
    followed = make_followed(bid, follow)
    return followed, [*problems, *policy.judge(check_followed(followed))[0]]
