"""Faults seeded into the example deals: each is found at its place, and nothing else is."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
import seeded_follow
import seeded_forms
import seeded_package
import seeded_pdfs
import seeded_port
import seeded_school
import seeded_slips
import seeded_volumes
import seeded_water
from dump import dump_docx
from seeded import EXAMPLES, OPTIONS, Batch, Found, Seeded, copy_example, find_others, find_own, list_found, seed
from seeded_files import GROUPS

from bidkit import Options, build_deal, check_deal
from bidkit.rules import BID_RULES, FOLLOW_RULES, describe_codes
from bidkit.rules.files import FILE_RULES

BATCHES: dict[str, Batch] = {
    **seeded_water.BATCHES,
    **seeded_school.BATCHES,
    **seeded_forms.BATCHES,
    **seeded_port.BATCHES,
    **seeded_follow.BATCHES,
    **seeded_slips.BATCHES,
}
DEFECTS = [(batch, name) for batch, item in BATCHES.items() for name in item.defects]
CLEAN = {"water": ["QU02"], "school": [], "port": ["QU02"]}
Judged = tuple[Seeded, Counter[Found]]
FAMILIES = ("PR", "DT", "FM", "ID", "QU", "PK", "ST")
FINISHED = "test_finished_defects.py"
APART = {
    "PK07": (FINISHED, "test_what_was_edited_by_hand_is_not_overwritten"),
    "PK52": (FINISHED, "test_a_file_that_is_not_that_of_the_manifest"),
    "PK53": (FINISHED, "test_a_file_that_is_not_that_of_the_manifest"),
    "PR20": (FINISHED, "test_prices_that_are_nowhere_are_told"),
    "PR38": (FINISHED, "test_prices_that_are_nowhere_are_told"),
}
"""Codes of a defect in an example that has a test of its own: it would leave nothing to look at for the others."""
NOT_SEEDED = {
    "PK08": ("test_template_cli.py", "test_a_pack_is_never_copied_over_another", "about a pack, not about a deal"),
    "PK11": ("test_pdfs.py", "test_a_paper_that_cannot_be_merged", "one more layout of an example takes 12 s"),
    **dict.fromkeys(
        ("PR40", "PR41"), ("test_follow.py", "test_a_negotiation_without_a_plan", "every example is a tender")
    ),
    **dict.fromkeys(
        ("ST01", "ST02", "ST03"), ("test_strategy.py", "test_a_strategy_with_holes", "of a tender they only inform")
    ),
    "FM31": ("test_finished.py", "test_evidence_that_is_no_chapter_is_told", "it takes a chapter out of the files"),
    "ID11": ("test_init.py", "test_nothing_of_the_sample", "no example is the sample"),
    "PK02": ("test_verify_package.py", "test_the_same_sessions_of_word", "it takes the packages of two bidders"),
    "PR24": ("test_simulation.py", "test_a_total_that_names_no_lot", "no example has lots"),
    "PR39": ("test_simulation.py", "test_a_tax_that_stands_by_itself", "no example quotes prices before tax"),
}
"""Codes that are not seeded into an example: the test that finds them in a deal of its own, and why."""


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Judged]:
    """A batch by its name, checked once; its deal is not ready to be handed in."""
    made: dict[str, Judged] = {}

    def judged(name: str) -> Judged:
        if name not in made:
            seeded = seed(BATCHES[name], tmp_path_factory.mktemp("seeded"))
            result = check_deal(seeded.deal, OPTIONS)
            assert result.gate is not None, result.diagnostics
            assert result.gate.is_ready_to_submit is BATCHES[name].is_late
            made[name] = seeded, list_found(result.diagnostics)
        return made[name]

    return judged


@pytest.mark.parametrize("example", sorted(CLEAN))
def test_clean_deal_has_no_error(example: str) -> None:
    result = check_deal(EXAMPLES / example / "deals" / example / "deal.yaml", OPTIONS)
    assert [item.code for item in result.diagnostics] == CLEAN[example]
    assert result.gate is not None
    assert result.gate.is_ready_to_submit


@pytest.mark.parametrize(("batch", "defect"), DEFECTS)
def test_seeded_defect_is_found_at_its_place(judge: Callable[[str], Judged], batch: str, defect: str) -> None:
    seeded, found = judge(batch)
    assert seeded.wanted[defect]
    assert find_own(seeded, defect, found) == seeded.wanted[defect]


@pytest.mark.parametrize("batch", BATCHES)
def test_nothing_else_is_found(judge: Callable[[str], Judged], batch: str) -> None:
    seeded, found = judge(batch)
    assert find_others(seeded, found) == seeded.usual


def list_seeded() -> set[str]:
    """The codes that are found in an example, each at its place, in this file and those beside it."""
    batches = [*BATCHES.values(), seeded_package.BUILT]
    changes = [*seeded_volumes.CHANGES.values(), *(item for group in GROUPS.values() for item in group.values())]
    told = [code for item in changes for code, _ in item.wanted] + [*seeded_pdfs.OF_PAGES, *seeded_pdfs.OF_REFERENCES]
    told += [code for _, wanted in seeded_pdfs.CHANGES.values() for code, _ in wanted]
    return {code.split()[0] for code in told}.union(*(item.codes for item in batches)) & {*describe_codes()}


def test_every_code_is_seeded_into_an_example() -> None:
    known = {code for code in describe_codes() if code.startswith(FAMILIES)}
    seeded = {code for code in list_seeded() if code.startswith(FAMILIES)}
    assert {rule.code for rule in (*BID_RULES, *FILE_RULES, *FOLLOW_RULES)} <= known
    assert known - seeded - APART.keys() == NOT_SEEDED.keys()
    assert not seeded & NOT_SEEDED.keys()


@pytest.mark.parametrize("code", [*APART, *NOT_SEEDED])
def test_what_is_seeded_apart_is_found_there(code: str) -> None:
    file, name, *_ = (APART | NOT_SEEDED)[code]  # type: ignore[operator]
    before, _, body = Path(__file__).with_name(file).read_text(encoding="utf-8").partition(f"def {name}")
    assert f'"{code}"' in before.rpartition("\n\n\n")[2] + body.partition("\ndef ")[0]


def test_british_bid_is_on_a4_with_british_dates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIDKIT_SOFFICE", "/nonexistent")
    root = copy_example("port", tmp_path)
    deal = root / "deals/port/deal.yaml"
    deal.write_text(deal.read_text(encoding="utf-8").replace("locale: en-US", "locale: en-GB"), encoding="utf-8")
    result = build_deal(deal, Options(now=OPTIONS.now, is_draft=True))
    assert result.folder is not None, result.diagnostics
    text = dump_docx((result.folder / "submit/proposal-DRAFT.docx").read_bytes())
    assert set(re.findall(r"--- section (.*)", text)) == {"11906 x 16838", "16838 x 11906"}
    assert "24 August 2026" in text
    assert "August 24, 2026" not in text
