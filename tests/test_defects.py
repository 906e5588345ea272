"""Faults seeded into the example deals: each is found at its place, and nothing else is."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
import seeded_forms
import seeded_port
import seeded_school
import seeded_water
from dump import dump_docx
from seeded import EXAMPLES, OPTIONS, Batch, Found, Seeded, copy_example, find_others, find_own, list_found, seed

from bidkit import Options, build_deal, check_deal

BATCHES: dict[str, Batch] = {
    **seeded_water.BATCHES,
    **seeded_school.BATCHES,
    **seeded_forms.BATCHES,
    **seeded_port.BATCHES,
}
DEFECTS = [(batch, name) for batch, item in BATCHES.items() for name in item.defects]
CLEAN = {"water": ["QU02"], "school": [], "port": ["QU02"]}
Judged = tuple[Seeded, Counter[Found]]


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Judged]:
    """A batch by its name, checked once; its deal is not ready to be handed in."""
    made: dict[str, Judged] = {}

    def judged(name: str) -> Judged:
        if name not in made:
            seeded = seed(BATCHES[name], tmp_path_factory.mktemp("seeded"))
            result = check_deal(seeded.deal, OPTIONS)
            assert result.gate is not None, result.diagnostics
            assert not result.gate.is_ready_to_submit
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
