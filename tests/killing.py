"""Builds killed at random moments: the old package or the new one, whole, and the next build clears what was left.

    python tests/killing.py 300               one after the other; what fails is printed with its number
    python tests/killing.py 40 --office       with LibreOffice, whose processes must not survive either

Half of the kills come at any moment of a build, half while its package is written. Every fourth kill is one of
`bidkit batch` over three deals. SIGKILL goes to the whole group of processes, or to the first of them alone.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from workspace import edit, make_workspace, write

import bidkit
from bidkit.package import find_edits, find_missing

OLD, NEW = "work: 分三批安装网关。", "work: 分四批安装网关。"
NAMES = ("cs-2026-001", "cs-2026-002", "cs-2026-003")
GONE_SECONDS = 30.0
"""How long what a killed build had started may take to see that it is alone, on a machine that is busy; mostly 0.5."""
Files = Mapping[str, bytes]


@dataclass
class Arena:
    """A workspace of some deals, each of which is in one of two states; what a build of each state gives.

    Args:
        ways: how each kill ended, counted.
        scraps: folders of temporary files that killed builds have left.
        span: seconds that a build takes, by command.
    """

    root: Path
    chance: random.Random
    names: tuple[str, ...]
    has_office: bool = False
    wanted: list[dict[str, Files]] = field(default_factory=list)
    span: dict[str, float] = field(default_factory=dict)
    ways: Counter[str] = field(default_factory=Counter)
    scraps: Counter[str] = field(default_factory=Counter)
    state: int = 0

    @property
    def dist(self) -> Path:
        return self.root / "w/dist"

    @property
    def scratch(self) -> Path:
        """Where everything that these builds call temporary lies."""
        return self.root / "tmp"

    def list_deals(self) -> list[Path]:
        return sorted(self.root.glob("w/deals/*/deal.yaml"))


def make_arena(folder: Path, seed: int, *, deals: int = 3, has_office: bool = False) -> Arena:
    """Some deals, built in both states."""
    arena = Arena(folder, random.Random(seed), NAMES[:deals], has_office)
    first = make_workspace(folder / "w")
    text = first.read_text(encoding="utf-8")
    for number, name in enumerate(arena.names[1:], 2):
        deal = write(first.parents[1] / f"d{number}/deal.yaml", text.replace(NAMES[0], name))
        write(deal.parent / "evidence/minutes.md", "会议纪要：各方确认。\n")
    arena.scratch.mkdir()
    for state in range(2):
        if state:
            turn(arena)
        start = time.monotonic()
        assert run(arena, "batch") == 0
        arena.span = {"batch": time.monotonic() - start, "build": (time.monotonic() - start) / 2}
        arena.wanted.append({name: read_all(arena.dist / f"{name}-DRAFT") for name in arena.names})
    assert arena.wanted[0] != arena.wanted[1]
    return arena


def read_all(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def turn(arena: Arena) -> None:
    """All deals into their other state."""
    before, after = (OLD, NEW) if arena.state == 0 else (NEW, OLD)
    for deal in arena.list_deals():
        edit(deal, before, after)
    arena.state = 1 - arena.state


def start(arena: Arena, command: str) -> subprocess.Popen[bytes]:
    """A build in a group of processes of its own."""
    words = {
        "build": ["build", "--draft", str(arena.root / "w/deals/water/deal.yaml")],
        "batch": ["batch", "--draft", "--fresh", "--jobs", "2", str(arena.root / "w/deals")],
    }[command]
    words += ["--pdf"] * arena.has_office
    own = {"TMPDIR": str(arena.scratch), "PYTHONPATH": str(Path(bidkit.__file__).parents[1])}
    own |= {} if arena.has_office else {"BIDKIT_SOFFICE": "/nonexistent"}
    environment = {name: value for name, value in os.environ.items() if name != "BIDKIT_SOFFICE"} | own
    with (arena.root / "out.txt").open("wb") as out:
        return subprocess.Popen(
            [sys.executable, "-m", "bidkit", *words],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            cwd=arena.root,
            env=environment,
            start_new_session=True,
        )


def run(arena: Arena, command: str) -> int:
    with start(arena, command) as process:
        return process.wait(300)


def list_alive(arena: Arena) -> list[int]:
    """The processes that these builds have started, theirs too: all that know the folder of temporary files."""
    mark, found = f"TMPDIR={arena.scratch}".encode(), []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            state = (path / "stat").read_bytes().rpartition(b")")[2].split()[0]
            is_ours = mark in (path / "environ").read_bytes() and state not in (b"Z", b"X")
        except OSError:
            continue
        if is_ours and int(path.name) != os.getpid():
            found.append(int(path.name))
    return found


def kill_once(arena: Arena, command: str, *, alone: bool) -> Iterator[str]:
    """One build killed; what is wrong with what it leaves, and with the build after it."""
    old = arena.wanted[arena.state]
    turn(arena)
    new = arena.wanted[arena.state]
    process = start(arena, command)
    is_writing = arena.chance.random() < 0.5
    limit = time.monotonic() + arena.span[command] * 3
    if is_writing:
        while not [*arena.dist.glob(".*")] and process.poll() is None and time.monotonic() < limit:
            time.sleep(0.0002)
        time.sleep(arena.chance.random() * 0.02)
    else:
        time.sleep(arena.chance.random() * arena.span[command])
    was_done = process.poll() is not None
    if not was_done:
        os.kill(process.pid, signal.SIGKILL) if alone else os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    yield from find_survivors(arena)
    yield from take_scraps(arena, command)
    was_writing = bool([*arena.dist.glob(".*")])
    came = []
    for name in list_names(arena, command):
        folder = arena.dist / f"{name}-DRAFT"
        found = read_all(folder)
        came.append("old" if found == old[name] else "new" if found == new[name] else "neither")
        if came[-1] == "neither" or find_edits(folder) or find_missing(folder):
            yield f"{name} is neither the old package nor the new one"
    yield from rebuild(arena, command)
    moment = "done" if was_done else "writing" if was_writing else "running"
    arena.ways[f"{command} {moment}: {'/'.join(sorted({*came}))}"] += 1


def find_survivors(arena: Arena) -> Iterator[str]:
    deadline = time.monotonic() + GONE_SECONDS
    while (alive := list_alive(arena)) and time.monotonic() < deadline:
        time.sleep(0.01)
    for pid in alive:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        yield f"process {pid} survives: {words[:200]}"
        os.kill(pid, signal.SIGKILL)


def list_names(arena: Arena, command: str) -> tuple[str, ...]:
    """What a command builds."""
    return arena.names if command == "batch" else arena.names[:1]


def rebuild(arena: Arena, command: str) -> Iterator[str]:
    """The same command again: it works, and nothing else lies where packages do."""
    if (code := run(arena, command)) != 0:
        yield f"the next build ends with {code}: {(arena.root / 'out.txt').read_text(encoding='utf-8')[-2000:]}"
    for name in list_names(arena, command):
        if read_all(arena.dist / f"{name}-DRAFT") != arena.wanted[arena.state][name]:
            yield f"the next build of {name} gives another package"
    if odd := sorted({path.name for path in arena.dist.iterdir()} - {f"{name}-DRAFT" for name in arena.names}):
        yield f"the next build leaves {', '.join(odd)}"
    yield from (f"the next build leaves {path.name} among temporary files" for path in arena.scratch.iterdir())


def take_scraps(arena: Arena, command: str) -> Iterator[str]:
    """Nobody can remove the temporary folder of a killed process; so it has few, and nothing of a bid but its layout.

    One with the socket of a batch, which multiprocessing makes; one for each document that LibreOffice lays out.
    """
    most = {"pymp": command == "batch", "bidkit": arena.has_office * (1 if command == "build" else 2)}
    found = Counter(path.name.partition("-")[0] for path in arena.scratch.iterdir())
    yield from (f"{number} temporary folders {kind}-*" for kind, number in found.items() if number > most.get(kind, 0))
    arena.scraps += found
    for path in arena.scratch.iterdir():
        shutil.rmtree(path)


def run_kills(arena: Arena, count: int) -> list[str]:
    """What was wrong, of each kill."""
    faults = []
    for number in range(count):
        command = "batch" if number % 4 == 3 else "build"
        found = [f"kill {number} of {command}: {fault}" for fault in kill_once(arena, command, alone=number % 8 >= 6)]
        faults += found
        for fault in found:
            print(fault, flush=True)
        if number % 20 == 19:
            print(f"{number + 1} kills, {len(faults)} faults; {dict(arena.ways)}", file=sys.stderr, flush=True)
    return faults


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("count", nargs="?", type=int, default=20)
    parser.add_argument("--seed", type=int, default=20261127)
    parser.add_argument("--office", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="killing-") as name:
        os.environ["BIDKIT_CACHE"] = str(Path(name) / "cache")
        arena = make_arena(Path(name).resolve(), given.seed, has_office=given.office)
        faults = run_kills(arena, given.count)
    print(f"{given.count} kills, {len(faults)} faults")
    print(f"temporary folders left: {dict(arena.scraps)}")
    for way, number in sorted(arena.ways.items()):
        print(f"  {number:4}  {way}")
    raise SystemExit(bool(faults))


if __name__ == "__main__":
    main()
