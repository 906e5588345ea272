"""How far `tests/fuzzing.py` reads a spoilt file of each kind: as far as it is judged by itself.

A deal is read to the findings of the rules, a list to its lines, a template to its names, a paper to its copies; every
reader gives the diagnostics that a command would tell.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from office_files import DAY
from workspace import NOW, write

from bidkit.addenda.importing import import_requirements
from bidkit.appendix import Appendix, load_appendix
from bidkit.basis import FACTS, read_facts
from bidkit.bid import list_catalog_names, make_bid
from bidkit.build import Options
from bidkit.catalog import load_catalog
from bidkit.config import load_settings
from bidkit.context import make_context
from bidkit.context.formats import make_filters
from bidkit.credentials.choosing import choose_from_library
from bidkit.deal import load_deal
from bidkit.diagnostic import Diagnostic, Span
from bidkit.exchange import import_lines
from bidkit.follow import load_follow
from bidkit.forms import fill_forms
from bidkit.forms.blanks import scan_form
from bidkit.forms.mapping import write_map
from bidkit.forms.opening import open_form
from bidkit.gate import load_attestations
from bidkit.inspection import inspect_template
from bidkit.judging import judge_deal
from bidkit.matrix import read_many
from bidkit.ooxml.sheet import compile_workbook
from bidkit.ooxml.template import compile_template
from bidkit.pack import load_pack
from bidkit.price_form import fill_price_forms
from bidkit.process import load_process, load_shipped
from bidkit.readback import read_docx, read_xlsx
from bidkit.receivables import make_followed
from bidkit.reconciling import read_edited
from bidkit.records import Unfit
from bidkit.rules import check_bid, check_followed
from bidkit.sample import load_sample
from bidkit.source import Workspace
from bidkit.verification import verify_packages
from bidkit.volumes import find_kinds
from bidkit.waivers import judge_waivers, load_waivers

DEAL_FILE = "deals/water/deal.yaml"
PACK = "templates/zh-proposal"
OPTIONS = Options(now=NOW, is_draft=True)
Found = list[Diagnostic]


class Desk:
    """A workspace in which one file is spoilt again and again.

    Args:
        deal: its deal; read and judged once, while everything is sound.
    """

    def __init__(self, root: Path, deal: Path) -> None:
        self.root, self.deal = root, deal
        judged, problems = judge_deal(deal, OPTIONS, tries_filling=False)
        assert judged is not None, problems
        self.bid = judged.bid

    def open(self) -> Workspace:
        """Its files, none of them read yet."""
        return Workspace(self.root)


def read_bid(desk: Desk, _: bytes) -> Found:
    """A deal, the workspace's settings and its catalog: to the findings of the rules."""
    files = desk.open()
    settings, problems = load_settings(files)
    deal, found = load_deal(files, DEAL_FILE)
    problems += found
    if settings is None or deal is None:
        return problems
    choices, found = choose_from_library(files, deal, settings.as_of or NOW.date(), settings.company.name)
    catalog, more = load_catalog(files, *list_catalog_names(deal, choices))
    bid, wrong = make_bid(deal, settings, catalog, NOW, settings.as_of, choices)
    return [*problems, *found, *more, *wrong, *(check_bid(bid, None) if bid else ())]


def read_records(desk: Desk, _: bytes) -> Found:
    """What people have confirmed, let pass and noted of a deal."""
    files = desk.open()
    _, problems = load_attestations(files, DEAL_FILE, load_shipped())
    waivers, found = load_waivers(files, DEAL_FILE)
    problems += found + judge_waivers(waivers, load_shipped(), desk.bid.today, desk.bid.now.tzinfo)[1]
    follow, found = load_follow(files, DEAL_FILE, desk.bid.deal)
    followed = make_followed(desk.bid, follow) if follow else None
    return [*problems, *found, *(check_followed(followed) if followed else ())]


def read_book(desk: Desk, _: bytes) -> Found:
    """A price book."""
    return load_catalog(desk.open(), [], [], [], [("2026", Span(DEAL_FILE))])[1]


def read_batch(desk: Desk, _: bytes) -> Found:
    """Deals that are made of a master: what makes them, and the first of them."""
    many = read_many(desk.open(), "deals/water/batch.yaml")
    first = next(iter(many.deals), None) if not many.problems else None
    return [*many.problems, *(load_deal(desk.open(), f"{many.name}#{first}")[1] if first else ())]


def read_process(desk: Desk, _: bytes) -> Found:
    return load_process(desk.open(), "process.yaml")[1]


def read_pack(desk: Desk, _: bytes) -> Found:
    return load_pack(desk.open(), "zh-proposal")[1]


def fill_document(desk: Desk, content: bytes) -> Found:
    """A small template, filled and read back."""
    problems = [*inspect_template(write(desk.root / "small.docx", content)).diagnostics]
    template, found = compile_template(content, "small.docx", make_filters("zh-CN"))
    result = template.render(make_names()) if template else None
    if result is not None and not result.problems:
        read_docx(result.save(DAY), "out.docx")
    return [*problems, *found, *(result.problems if result else ())]


def fill_workbook(desk: Desk, content: bytes) -> Found:
    """The same of a workbook."""
    problems = [*inspect_template(write(desk.root / "small.xlsx", content)).diagnostics]
    book, found = compile_workbook(content, "small.xlsx", make_filters("zh-CN"))
    result = book.render(make_names()) if book else None
    if result is not None and not result.problems:
        read_xlsx(result.save(DAY), "out.xlsx")
    return [*problems, *found, *(result.problems if result else ())]


@lru_cache
def make_names() -> Mapping[str, Any]:
    """The names of a made-up bid with one of everything."""
    return make_context(load_sample(), Appendix((), {}), "deal.yaml", is_draft=False, with_pages=False)


def inspect(name: str) -> Callable[[Desk, bytes], Found]:
    """The template of a pack, to its names."""
    return lambda desk, _: [*inspect_template(desk.root / PACK / name).diagnostics]


def read_papers(desk: Desk, _: bytes) -> Found:
    return load_appendix(desk.open(), desk.bid, DEAL_FILE)[1]


def read_price_form(desk: Desk, _: bytes) -> Found:
    return fill_price_forms(desk.bid, desk.open(), DEAL_FILE)[1]


def read_word_form(desk: Desk, _: bytes) -> Found:
    """The buyer's form with its mapping, filled; and the blanks of it found anew."""
    files = desk.open()
    pack, problems = load_pack(files, "zh-proposal")
    appendix, found = load_appendix(files, desk.bid, DEAL_FILE)
    assert pack is not None
    kinds = find_kinds(pack, desk.bid)
    return problems + found + fill_forms(desk.bid, appendix, files, DEAL_FILE, kinds, is_draft=True)[1]


def scan(_: Desk, content: bytes) -> Found:
    package, problems = open_form(content, "f.docx")
    if package is not None:
        yaml.safe_load(write_map(scan_form(package), "f.docx", content))
    return problems


def import_demands(name: str) -> Callable[[Desk, bytes], Found]:
    return lambda _, content: import_requirements(content, name, None, {}, "zh")[1]


def import_prices(name: str) -> Callable[[Desk, bytes], Found]:
    return lambda _, content: import_lines(content, name)[1]


def read_edits(name: str) -> Callable[[Desk, bytes], Found]:
    return lambda _, content: read_edited(content, name)[1]


def verify(desk: Desk, _: bytes) -> Found:
    """A package in which one file was spoilt, read back and judged."""
    return [*verify_packages([desk.root / "package"], "0").diagnostics]


def read_kept(_: Desk, content: bytes) -> Found:
    """What a package says of its bid, for programs."""
    try:
        read_facts(content)
    except Unfit as error:
        return [Diagnostic("PK53", Span(FACTS), {"file": FACTS, "reason": str(error)[:80]})]
    return []
