"""A sample of the long run, and the page of claims: every test that it names is there."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

import longrun
import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="no /proc")
def test_a_sample_of_a_long_run_holds_no_more_at_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))  # others of this machine have temporary files too
    first, last = longrun.run_many(12, looks=(0.5, 1.0))
    assert last.megabytes <= first.megabytes + 12
    assert (last.handles, last.threads, last.temporary) == (first.handles, first.threads, first.temporary)


def test_every_test_that_the_page_names_is_there() -> None:
    for page in ("docs/reliability.md", "docs/reliability.en.md"):
        named = re.findall(r"`(\w+\.py)::(\w+)`", (ROOT / page).read_text(encoding="utf-8"))
        assert len(named) > 25
        for file, test in named:
            text = (ROOT / "tests" / file).read_text(encoding="utf-8")
            assert re.search(rf"(def|class) {test}\b", text), (page, file, test)
