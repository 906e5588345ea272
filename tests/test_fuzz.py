"""A sample of `tests/fuzzing.py`: mutated inputs of every kind, in a process of its own as in the long run."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import fuzzing
import pytest

COUNT = int(os.environ.get("BIDKIT_FUZZ", "10"))
"""How many inputs are tried here; `python tests/fuzzing.py 100000` tries as many as one likes."""


def test_no_input_of_a_sample_breaks_it() -> None:
    faults, peak, kinds = fuzzing.run_many(COUNT, first=500_000, jobs=2)
    assert faults == []
    assert kinds.total() == COUNT
    assert 0 < peak < fuzzing.MEGABYTES


@pytest.mark.parametrize("seed", [130, 1310, 5892])
def test_what_once_broke_it_is_told(seed: int, tmp_path: Path) -> None:
    _, faults = fuzzing.try_seed(seed, tmp_path)
    assert faults == []


def test_a_seed_is_the_same_input_each_time() -> None:
    for target in fuzzing.TARGETS:
        content = target.content() if target.content else fuzzing.DEAL.encode()
        for mutate in target.mutate:
            if target.content or mutate in (fuzzing.spoil_text, fuzzing.spoil_bytes):
                once, again = (mutate(content, random.Random(3)) for _ in range(2))
                assert once == again


def test_a_fault_is_found_and_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What the long run looks for is seen: a traceback, and a message without a place."""
    program = (
        "import sys; sys.path.insert(0, 'tests'); import fuzzing\n"
        "def fail(*_): raise KeyError('lost')\n"
        "fuzzing.make_package = fuzzing.check_deal = fail\n"
        "fuzzing.try_part(1, 2)\n"
    )
    root = Path(__file__).parents[1]
    done = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True)
    told = [line.split(":")[0] for line in done.stdout.splitlines() if line.startswith("FAULT")]
    assert told == ["FAULT 1 ?", "FAULT 2 ?"]
    assert "KeyError: 'lost'" in done.stdout
    placeless = fuzzing.Diagnostic("DL08", None, {"value": "x", "expected": "y"})
    assert [fault[:16] for fault in fuzzing.find_faults(placeless)] == ["DL08 has no plac"]
