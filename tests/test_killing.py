"""A sample of `tests/killing.py`: builds and batches killed at random moments, and what is left of them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import killing
import pytest

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks for processes in /proc")


@pytest.fixture(scope="module")
def arena(tmp_path_factory: pytest.TempPathFactory) -> killing.Arena:
    return killing.make_arena(tmp_path_factory.mktemp("arena"), seed=1, deals=2)


@pytest.mark.parametrize(("command", "alone"), [("build", False), ("batch", True)])
def test_a_killed_build_leaves_a_whole_package_and_the_next_one_works(
    arena: killing.Arena, command: str, alone: bool
) -> None:
    assert [*killing.kill_once(arena, command, alone=alone)] == []
    assert arena.ways.total() > 0


@pytest.fixture
def sleeper(arena: killing.Arena) -> Iterator[subprocess.Popen[bytes]]:
    """A process that stays behind."""
    environment = {"PATH": os.environ["PATH"], "TMPDIR": str(arena.scratch)}
    with subprocess.Popen(["sleep", "60"], env=environment) as process:
        deadline = time.monotonic() + 5
        while process.pid not in killing.list_alive(arena) and time.monotonic() < deadline:
            time.sleep(0.005)
        yield process
        process.kill()


def test_what_the_long_run_looks_for_is_found(
    arena: killing.Arena, sleeper: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that lives on, and a temporary folder too many."""
    monkeypatch.setattr(killing, "GONE_SECONDS", 0.05)
    assert f"process {sleeper.pid} survives: sleep 60 " in [*killing.find_survivors(arena)]
    assert sleeper.wait(5) == -signal.SIGKILL
    for name in ("pymp-1", "pymp-2", "bidkit-office-3"):
        (arena.scratch / name).mkdir()
    found = {*killing.take_scraps(arena, "batch")}
    assert found == {"2 temporary folders pymp-*", "1 temporary folders bidkit-*"}
    assert [*Path(arena.scratch).iterdir()] == []
