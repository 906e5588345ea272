"""the Word files of a bid, one per volume of its pack or for each lot: compiled, filled, given their page numbers."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from bidkit.appendix import Appendix
from bidkit.bid import Bid
from bidkit.cache import open_store
from bidkit.context import PAPERS, make_context
from bidkit.context.blind import hide_bidder, hide_facts
from bidkit.context.formats import make_filters
from bidkit.deal import Deal
from bidkit.deal.layout import FormatRules, find_rules
from bidkit.deal.scoring import Factor, Instruction
from bidkit.deal.tender import Tender
from bidkit.diagnostic import Diagnostic, Severity, Term, load_messages
from bidkit.file_names import find_name_fault
from bidkit.forms import PART_FOLDER, FilledWord, Kind, is_part
from bidkit.ooxml.rendered import Rendered, Template, link_documents
from bidkit.ooxml.template import compile_template
from bidkit.ooxml.theme import Theme, list_template_fonts
from bidkit.pack import Pack, Volume, choose_parts, choose_volumes, fill_output, make_theme, number_volumes
from bidkit.source import nearest

if TYPE_CHECKING:  # only what is built is laid out
    from bidkit.layout import Filled
    from bidkit.pdf.stand_ins import StandIns

_OF_BIDDER = re.compile(r"\b(?:signers\.(legal_representative|agent)\.(\w+)|company\.affiliates\b)")


@dataclass(frozen=True)
class CompiledVolume:
    """A volume whose template is compiled, and the name of its file without suffix.

    Args:
        part: the bid for the one lot that it is made for; None stands for the whole bid.
        rules: how the tender wants it to look.
        mark: what its cover says, original or copy, where the bid is handed in on paper.
        forms: those of the buyer that stand in it.
    """

    volume: Volume
    name: str
    template: Template
    part: Bid | None = None
    mark: str = ""
    rules: FormatRules | None = None
    forms: tuple[FilledWord, ...] = ()

    @property
    def lot_id(self) -> str:
        """The lot that it is made for; empty for none."""
        return self.part.lot.id if self.part and self.part.lot else ""

    @property
    def is_blind(self) -> bool:
        """Whether it must not tell whose it is."""
        return self.rules is not None and self.rules.is_blind

    def file_name(self, *, is_draft: bool) -> str:
        """Its place in the package."""
        return f"submit/{self.name}{'-DRAFT' if is_draft else ''}.docx"


def find_kinds(pack: Pack, bid: Bid) -> dict[str, Kind]:
    """What each volume that the deal asks for may hold, by id; what is wrong with them, `compile_volumes` tells."""
    return {volume.id: Kind(volume.has_prices, _is_blind(volume, bid)) for volume in _choose(pack, bid)[0]}


def _is_blind(volume: Volume, bid: Bid) -> bool:
    rules = find_rules(bid.deal.tender.format_rules, volume.id) if bid.deal.tender else None
    return rules is not None and rules.is_blind


def compile_volumes(
    pack: Pack, bid: Bid, forms: Sequence[FilledWord] = ()
) -> tuple[tuple[CompiledVolume, ...], list[Diagnostic]]:
    """The volumes that the deal asks for, ready to be filled; forms of the buyer are parts of them.

    Diagnostics: DL15, DL16, DL29, DL30, DL35, DL38, DL40, DL58, TP01–TP15.
    """
    locale = bid.deal.locale
    chosen, problems = _choose(pack, bid)
    volumes = number_volumes(chosen)
    problems += [*_check_kind(pack, bid.deal), *_check_answers(bid.deal.tender, volumes)]
    files = [
        (volume, part, mark, _name_file(volume, mark, part or bid))
        for volume in volumes
        for part in (volume.is_per_lot and bid.by_lot) or (None,)
        for mark in _list_marks(bid)
    ]
    problems += [*_check_profiles(pack, bid)]
    problems += _check_file_names([(volume, part, name) for volume, part, _, name in files])
    problems += [problem for volume in volumes for problem in _check_form_parts(bid, volume)]
    filters, store = make_filters(locale), open_store("templates")
    guests = {form.part_name: form for form in forms if form.guest}
    load = {**pack.includes, **{name: form.guest for name, form in guests.items()}}.get
    templates: dict[tuple[str, tuple[str, ...] | None], Template | None] = {}
    compiled = []
    for volume, part, mark, name in files:
        rules = find_rules(bid.deal.tender.format_rules, volume.id) if bid.deal.tender else None
        parts = _place_forms(bid, volume, forms, part.lot.id if part and part.lot else "")
        if (volume.id, parts) not in templates:
            look = (pack.text.required_styles, _make_theme(pack, bid, rules), PAPERS.get(locale))
            templates[volume.id, parts], found = compile_template(
                volume.content, f"{pack.name}/{volume.template}", filters, *look, load=load, parts=parts, store=store
            )
            problems += [problem for problem in found if problem not in problems]  # two volumes may include one file
        if (template := templates[volume.id, parts]) is not None:
            own = tuple(guests[key] for key in parts or () if key in guests)
            compiled.append(CompiledVolume(volume, name, template, part, mark, rules, own))
    return tuple(compiled), problems


def _check_form_parts(bid: Bid, volume: Volume) -> Iterator[Diagnostic]:
    """The part whose place a form takes is one of its volume. Diagnostics: DL15."""
    known = [name.removesuffix(".docx") for name in volume.parts or ()]
    for form in bid.deal.forms:
        if form.volume == volume.id and form.part and form.part not in known:
            values = {"kind": Term("part"), "id": form.part, "near": nearest(form.part, known)}
            yield Diagnostic("DL15", form.span("part"), values | {"allowed": ", ".join(known) or "—"})


def _place_forms(bid: Bid, volume: Volume, forms: Sequence[FilledWord], lot: str) -> tuple[str, ...] | None:
    """The parts of a volume with the buyer's forms in their places.

    Args:
        lot: the one that the volume is made for, which has no forms for others; empty for all lots.
    """
    if volume.parts is None:
        return None
    ready = {form.id: form.part_name for form in forms if form.guest and (not lot or form.lot in ("", lot))}
    named = [form for form in bid.deal.forms if form.volume == volume.id and form.part]
    named = [form for form in named if not lot or form.lot in ("", lot)]
    made: list[str] = []
    for name in volume.parts:
        instead = [form for form in named if f"{form.part}.docx" == name]
        if instead:
            made += [ready[form.id] for form in instead if form.id in ready]
        elif not name.startswith(PART_FOLDER) or name in ready.values():
            made.append(name)
    return tuple(made)


def _choose(pack: Pack, bid: Bid) -> tuple[tuple[Volume, ...], list[Diagnostic]]:
    """The volumes and their parts that the deal asks for, else those of the pack."""
    tender = bid.deal.tender
    if tender is None:
        return choose_volumes(pack, [])
    volumes, problems = choose_volumes(
        pack, [(name, tender.span("volumes", n)) for n, name in enumerate(tender.volumes)]
    )
    wanted = {
        name: (
            tender.span_below("parts", name),
            [(part, tender.span_below("parts", name, n)) for n, part in enumerate(parts)],
        )
        for name, parts in tender.parts.items()
    }
    listed = [form for form in bid.deal.forms if is_part(form, bid) and not form.part]
    others: dict[str, dict[str, str]] = {}
    for form in listed:
        others.setdefault(form.volume, {})[form.id] = f"{PART_FOLDER}{form.id}.docx"
    volumes, found = choose_parts(pack, volumes, wanted, others)
    return volumes, problems + found


def _list_marks(bid: Bid) -> list[str]:
    """What the covers of a volume's files say; nothing where one file is all that is handed in."""
    copies = bid.deal.tender.copies if bid.deal.tender else None
    original, copy = load_messages(bid.deal.language)["labels"]["copies"]
    return [""] if copies is None else [original, copy] if copies else [original]


def _name_file(volume: Volume, mark: str, bid: Bid) -> str:
    name = fill_output(volume, _file_names(volume, bid))
    return f"{name}-{mark}" if mark else name


def _check_kind(pack: Pack, deal: Deal) -> Iterator[Diagnostic]:
    """A pack asks for words, such as those for a deviation, in its own language, and for the facts of its regime."""
    if pack.text.locale[:2] != deal.language:
        values = {"locale": deal.locale, "pack": pack.name, "other": pack.text.locale}
        yield Diagnostic("DL38", deal.span("locale"), values)
    if pack.text.regime not in (None, deal.regime):
        values = {"regime": deal.regime, "pack": pack.name, "other": pack.text.regime}
        yield Diagnostic("DL40", deal.span("regime"), values)
    if deal.quote.prices == "net" and not pack.text.net_prices:
        yield Diagnostic("DL58", deal.quote.span("prices"), {"pack": pack.name})


def _check_answers(tender: Tender | None, volumes: Sequence[Volume]) -> Iterator[Diagnostic]:
    """The volumes that are said to answer a factor or an instruction are built."""
    known = [volume.id for volume in volumes]
    items: tuple[Factor | Instruction, ...] = (*tender.factors, *tender.instructions) if tender else ()
    for item in items:
        if item.volume and item.volume not in known:
            near = nearest(item.volume, known)
            values = {"kind": Term("volume"), "id": item.volume, "near": near, "allowed": ", ".join(known)}
            yield Diagnostic("DL15", item.span("volume"), values)


def _make_theme(pack: Pack, bid: Bid, rules: FormatRules | None) -> Theme:
    """The pack's theme with the company's colour; in a blind volume that would tell whose it is."""
    if rules is not None and rules.is_blind:
        return make_theme(pack, "000000", is_written=True)
    return make_theme(pack, bid.company.color, is_written="color" in bid.company.model_fields_set)


def _check_profiles(pack: Pack, bid: Bid) -> list[Diagnostic]:
    """Every profile of the format rules is for volumes that the pack has."""
    known = [volume.id for volume in pack.volumes]
    profiles = bid.deal.tender.format_rules if bid.deal.tender else ()
    return [
        Diagnostic(
            "DL15",
            profile.span("volumes", number),
            {"kind": Term("volume"), "id": name, "near": nearest(name, known), "allowed": ", ".join(known)},
        )
        for profile in profiles
        for number, name in enumerate(profile.volumes)
        if name not in known
    ]


def _file_names(volume: Volume, bid: Bid) -> dict[str, str]:
    """The values of `pack.FILE_NAMES`; of a lot's bid also those of `pack.LOT_NAMES`."""
    deal, tender = bid.deal, bid.deal.tender
    return {
        "deal.id": deal.id,
        "deal.title": deal.title,
        "deal.dated": deal.dated.isoformat(),
        "customer.name": deal.customer.name,
        "company.name": bid.company.name,
        "tender.no": tender.no if tender else "",
        "tender.package": tender.name_package(deal.language) if tender else "",
        "volume.id": volume.id,
        "volume.title": volume.title,
        **({"lot.id": bid.lot.id, "lot.title": bid.lot.title} if bid.lot else {}),
    }


def _check_file_names(named: Sequence[tuple[Volume, Bid | None, str]]) -> Iterator[Diagnostic]:
    """Each file needs a name of its own that every system can keep; some do not tell capitals from small letters."""
    taken: dict[str, str] = {}
    for volume, part, name in named:
        which = f"{volume.id} ({part.lot.id})" if part and part.lot else volume.id
        if fault := find_name_fault(name):
            yield Diagnostic("DL29", volume.at, {"volume": which, "value": name, "reason": Term(fault)})
        key = unicodedata.normalize("NFC", name).casefold()
        if key in taken:
            yield Diagnostic("DL30", volume.at, {"volume": which, "other": taken[key], "value": f"{name}.docx"})
        taken.setdefault(key, which)


def check_volumes(
    volumes: Sequence[CompiledVolume], bid: Bid, appendix: Appendix, deal_name: str, *, is_draft: bool
) -> list[Diagnostic]:
    """What filling a volume would tell: names that its context does not have, values that cannot be printed.

    Diagnostics: DL36, TP04, TP07, TP08, TP10, TP12, TP13, TP17.
    """
    return _fill(volumes, bid, appendix, deal_name, is_draft=is_draft, with_pages=False)[1]


def _fill(
    volumes: Sequence[CompiledVolume], bid: Bid, appendix: Appendix, deal_name: str, *, is_draft: bool, with_pages: bool
) -> tuple[dict[str, Rendered], list[Diagnostic]]:
    """The volumes by their names in the package, those left out that ask for what is not there."""
    found: list[Diagnostic] = []
    documents: dict[str, Rendered] = {}
    for item, context in _make_contexts(volumes, bid, appendix, deal_name, is_draft=is_draft, with_pages=with_pages):
        if missing := item.template.check_names(context):
            found += missing
            continue
        documents[item.file_name(is_draft=is_draft)] = document = item.template.render(context)
        if item.rules:
            from bidkit.dressing import make_dressing

            document.finish = make_dressing(item.rules, context["draft_mark"])
    link_documents(documents, {item.file_name(is_draft=is_draft): item.volume.label for item in volumes})
    is_whole = len(documents) == len(volumes)  # else the place may be in the one that could not be filled
    for document in documents.values():
        problems = [item for item in document.problems if is_whole or item not in document.unfound]
        found += [_blame(problem, bid) for problem in problems]
    # What two volumes include is wrong once.
    return documents, list({(item.span, str(item.values)): item for item in found}.values())


def _blame(problem: Diagnostic, bid: Bid) -> Diagnostic:
    """What a form would leave open of the bidder, or of who signs, is shown where it has to be written."""
    tag = dict(problem.span.place).get("tag", "") if problem.span else ""
    found = _OF_BIDDER.search(tag)
    if found is None or problem.code != "TP08":
        return problem
    company, (person, fact) = bid.company, found.groups()
    form = problem.span.file if problem.span else ""
    if person is None:
        values = {"form": form, "name": company.name, "key": "company.affiliates", "advice": Term("affiliates_fix")}
        return Diagnostic("DL36", company.span(), values)
    name, key = getattr(company, person), f"company.signers.{person}.{fact}"
    if fact == "id_card":
        values = {"form": form, "name": name, "key": "kind: id-card", "advice": Term("id_card_fix", (("name", name),))}
        return Diagnostic("DL36", bid.deal.span("credentials"), values)
    at = company.span("signers" if company.signers else person)
    return Diagnostic("DL36", at, {"form": form, "name": name, "key": key})


def _make_contexts(
    volumes: Sequence[CompiledVolume], bid: Bid, appendix: Appendix, deal_name: str, **options: bool
) -> Iterator[tuple[CompiledVolume, dict[str, Any]]]:
    """Each volume with its context; the volumes of one lot are counted with those of all, not with other lots'."""
    ids = list(dict.fromkeys(item.volume.id for item in volumes))
    about = [
        {
            "no": ids.index(item.volume.id) + 1,
            "count": len(ids),
            "id": item.volume.id,
            "title": item.volume.title,
            "file": PurePosixPath(item.file_name(is_draft=options["is_draft"])).name,
            "mark": item.mark,
            "blind": item.is_blind,
        }
        for item in volumes
    ]
    for item, own in zip(volumes, about, strict=True):
        known = hide_bidder(item.part or bid) if item.is_blind else item.part or bid
        context = make_context(
            known, appendix, deal_name, **options, volume=own, volumes=about, prices=item.volume.has_prices
        )
        yield item, hide_facts(context) if item.is_blind else context


def render_volumes(
    volumes: Sequence[CompiledVolume],
    bid: Bid,
    appendix: Appendix,
    deal_name: str,
    stand_ins: StandIns = MappingProxyType({}),
    beside: Mapping[str, bytes] = MappingProxyType({}),
    *,
    is_draft: bool,
) -> tuple[Filled | None, list[Diagnostic]]:
    """The volumes filled, with true page numbers; None if one could not be filled.

    Diagnostics: as `check_volumes`; TP23, PK16, EN01, EN02, EN03, EN07, EN13.

    Args:
        stand_ins: pictures that are laid out as others, for which their PDFs will have pages.
        beside: other documents to lay out at once.
    """
    from bidkit.layout import paginate

    rendered, problems = _fill(volumes, bid, appendix, deal_name, is_draft=is_draft, with_pages=True)
    if problems:
        return None, problems
    filled, problems = paginate(rendered, bid.deal.dated, stand_ins, beside, needs_pages=bid.deal.regime == "tender")
    if filled.layouts and not beside and not problems:  # PDFs tell by themselves what they were set in
        problems = _tell_fonts(volumes, is_chinese=bid.deal.language == "zh")
    return filled, problems


def _tell_fonts(volumes: Sequence[CompiledVolume], *, is_chinese: bool) -> list[Diagnostic]:
    """Fonts of the templates that are replaced here by wider or narrower ones: the page numbers that were printed may
    not be those of Word. Diagnostics: EN13."""
    named = [
        font
        for item in volumes
        for font in list_template_fonts(item.volume.content, item.volume.template, with_east_asian=is_chinese)
    ]
    from bidkit.office.fonts import find_missing_fonts, find_substitute

    missing, _ = find_missing_fonts(dict.fromkeys(named))
    others = dict.fromkeys(find_substitute(font) for font in missing)
    values = {"font": ", ".join(missing), "other": ", ".join(others), "widths": Term("other_widths")}
    return [Diagnostic("EN13", None, values, Severity.INFO)] if missing else []
