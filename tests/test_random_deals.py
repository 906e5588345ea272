"""A sample of `tests/random_deals.py`: random deals through every shipped pack."""

from __future__ import annotations

import os
import random
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import docx
import pytest
import random_deals
from sheet_files import xlsx

COUNT = int(os.environ.get("BIDKIT_DEALS", "50"))
"""How many are tried here; `python tests/random_deals.py 2000` tries as many as one likes."""
SEEDS = [100, 102, 103, 104]
"""One of each pack; the one of `zh-tender` bids for two lots."""


@pytest.mark.parametrize("seed", SEEDS)
def test_a_random_deal_becomes_valid_files_that_say_the_same_totals(seed: int, tmp_path: Path) -> None:
    assert random_deals.try_seed(seed, tmp_path) == []


@pytest.mark.office
@pytest.mark.parametrize("first", range(0, COUNT, 5))
def test_random_deals_of_every_pack_open_in_libreoffice_and_say_the_same_totals(first: int, tmp_path: Path) -> None:
    found = random_deals.try_seeds(range(first, min(first + 5, COUNT)), tmp_path)
    assert {seed: faults for seed, faults in found.items() if faults} == {}


def test_the_sample_has_every_shipped_pack_and_lots() -> None:
    samples = [random_deals.make_sample(seed) for seed in SEEDS]
    assert {sample.pack for sample in samples} == {
        path.parent.name for path in random_deals.shipped_packs().glob("*/pack.yaml")
    }
    assert [sample.pack for sample in samples if sample.lots] == ["zh-tender"]


def test_a_seed_is_the_same_deal_each_time() -> None:
    assert random_deals.make_sample(7) == random_deals.make_sample(7) != random_deals.make_sample(12)


def test_a_total_that_no_file_says_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    document = docx.Document()
    document.add_paragraph("1,000.00")
    document.save(str(path))
    sample = replace(random_deals.make_sample(0), total=Decimal("1000.01"))
    assert [*random_deals.open_elsewhere([path], sample)] == [
        "no volume says 1,000.01",
        "the workbook does not say 1,000.01",
    ]


def test_a_file_that_is_not_valid_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    path.write_bytes(random.Random(1).randbytes(100))
    assert [*random_deals.audit(path)]
    assert random_deals.find_sdk() is None or [*random_deals.validate(path)]


def test_a_value_that_libreoffice_computes_otherwise_is_told() -> None:
    before, after = (xlsx([[1, ("=A1+1", value)]]) for value in (2, 3))
    assert [*random_deals.compare(before, before)] == []
    assert [*random_deals.compare(before, after)] == ["('报价', 'B1') is 2, LibreOffice computes 3"]
