"""Builds that are killed at any moment: the package is the old one or the new one, whole, and nothing is left behind.

python tests/killing.py 300            kills `bidkit build` and `bidkit batch` by turns
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from workspace import edit, make_workspace, root_of

from bidkit.package import find_edits, find_missing, recover_package

TITLES = ("澄溪水厂数据采集项目", "澄溪水厂数据采集二期")
DRAFT = "cs-2026-001-DRAFT"
WHOLE_SECONDS = 120


def command(deal: Path, how: str) -> list[str]:
    """What is killed: it builds a draft over the one that is there."""
    target = [str(deal)] if how == "build" else [str(root_of(deal)), "--jobs", "1"]
    return [sys.executable, "-m", "bidkit", how, *target, "--draft", "--as-of", "2026-09-01"]


def run_whole(deal: Path, how: str) -> None:
    """A build that is left alone."""
    environment = os.environ | {"BIDKIT_SOFFICE": "/nonexistent"}
    words = command(deal, how)
    done = subprocess.run(words, capture_output=True, text=True, timeout=WHOLE_SECONDS, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr


def list_faults(folder: Path, before: bytes, *, is_settled: bool) -> Iterator[str]:
    """What is wrong beside and in a package after a kill, or after the next build."""
    recover_package(folder)
    if not folder.is_dir():
        yield "no package"
        return
    if find_edits(folder) or find_missing(folder):
        yield f"not whole: {find_edits(folder)} {find_missing(folder)}"
    manifest = (folder / "internal/manifest.json").read_bytes()
    if is_settled and manifest == before:
        yield "the next build has built nothing"
    left = [path.name for path in folder.parent.iterdir() if path.name != folder.name]
    if is_settled and left:
        yield f"left behind: {left}"


def kill(deal: Path, how: str, number: int, chance: random.Random, span: float) -> tuple[str, list[str]]:
    """One kill of a build that replaces a package: when it came, and what is wrong after it."""
    folder = root_of(deal) / "dist" / DRAFT
    old = (folder / "internal/manifest.json").read_bytes()
    edit(deal, f"title: {TITLES[number % 2]}", f"title: {TITLES[(number + 1) % 2]}")
    environment = os.environ | {"BIDKIT_SOFFICE": "/nonexistent"}
    process = subprocess.Popen(
        command(deal, how),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env=environment,
    )
    time.sleep(chance.uniform(0, span * 1.5))
    is_late = process.poll() is not None
    if not is_late:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    faults = [*list_faults(folder, old, is_settled=False)]
    try:
        os.killpg(process.pid, 0)
        faults.append("a process lives on")
    except ProcessLookupError:
        pass
    now = (folder / "internal/manifest.json").read_bytes()
    run_whole(deal, how)
    faults += list_faults(folder, old, is_settled=True)
    return "late" if is_late else "old" if now == old else "new", faults


def run_many(count: int, seed: int = 1) -> tuple[Counter[str], list[str]]:
    """So many kills; how often the old and the new package was there, and every fault."""
    chance = random.Random(seed)
    came: Counter[str] = Counter()
    faults: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        deal = make_workspace(Path(folder))
        run_whole(deal, "build")
        started = time.monotonic()
        run_whole(deal, "build")
        span = time.monotonic() - started
        for number in range(count):
            when, found = kill(deal, ("build", "batch")[number // 2 % 2], number, chance, span)
            came[when] += 1
            faults += [f"kill {number}: {fault}" for fault in found]
            if count > 20 and number % 20 == 19:
                print(f"{number + 1}/{count}: {dict(came)}, {len(faults)} faults", file=sys.stderr)
    return came, faults


if __name__ == "__main__":
    counted, wrong = run_many(int(sys.argv[1]) if len(sys.argv) > 1 else 300)
    print(f"{counted.total()} kills: {dict(counted)}; {len(wrong)} faults", *wrong, sep="\n")
    raise SystemExit(bool(wrong))
