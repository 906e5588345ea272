"""Samples of the long runs, and one deal built wherever and whenever: the same bytes."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import killing
import longrun
import pytest
from workspace import make_workspace

ROOT = Path(__file__).parents[1]
HERE = {"BIDKIT_SOFFICE": "/nonexistent", "BIDKIT_CACHE": "off"}
PLACES = [
    {"TZ": "Pacific/Auckland", "LC_ALL": "C", "PYTHONHASHSEED": "1", "umask": "077"},
    {"TZ": "America/Los_Angeles", "LC_ALL": "zh_CN.UTF-8", "PYTHONHASHSEED": "4711", "PYTHONUTF8": "1"},
]


@pytest.mark.skipif(sys.platform == "win32", reason="signals of Unix")
def test_a_sample_of_killed_builds_loses_nothing() -> None:
    came, faults = killing.run_many(2, seed=3)
    assert faults == []
    assert came.total() == 2


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="no /proc")
def test_a_sample_of_a_long_run_holds_no_more_at_its_end() -> None:
    first, last = longrun.run_many(12, looks=(0.5, 1.0))
    assert last.megabytes <= first.megabytes + 12
    assert (last.handles, last.threads, last.temporary) == (first.handles, first.threads, first.temporary)


def test_a_deal_gives_the_same_bytes_anywhere_and_at_any_time(tmp_path: Path) -> None:
    found = []
    for number, place in enumerate(PLACES):
        folder = tmp_path / ("one", "另一个 文件夹")[number] / "w"
        deal = make_workspace(folder)
        if number:
            (folder / "unused.txt").write_text("x", encoding="utf-8")
        environment = os.environ | HERE | {key: value for key, value in place.items() if key != "umask"}
        words = [sys.executable, "-m", "bidkit", "build", "--draft", "--as-of", "2026-09-01", str(deal)]
        prefix = ["taskset", "-c", "0"] if number and shutil.which("taskset") else []
        shell = f'umask {place.get("umask", "022")}; exec "$@"'
        done = subprocess.run(
            ["sh", "-c", shell, "sh", *prefix, *words],
            cwd=folder.parent,
            env=environment,
            capture_output=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr.decode()
        (package,) = (folder / "dist").iterdir()
        files = {
            path.relative_to(package).as_posix(): path.read_bytes() for path in package.rglob("*") if path.is_file()
        }
        found.append({name: content for name, content in files.items() if name.startswith("submit/")})
    assert len(found[0]) >= 4
    assert found[0] == found[1]


def test_every_test_that_the_page_names_is_there() -> None:
    for page in ("docs/reliability.md", "docs/reliability.en.md"):
        named = re.findall(r"`(\w+\.py)::(\w+)`", (ROOT / page).read_text(encoding="utf-8"))
        assert len(named) > 25
        for file, test in named:
            text = (ROOT / "tests" / file).read_text(encoding="utf-8")
            assert re.search(rf"(def|class) {test}\b", text), (page, file, test)
