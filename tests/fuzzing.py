"""Mutated inputs of every kind: never a traceback, a hang or much memory, and every mistake at its place.

    python tests/fuzzing.py 100000            all cores; what fails is printed with its seed
    python tests/fuzzing.py 50000 --first 50000   the second half of them
    python tests/fuzzing.py --seed 4711       one input again, with its traceback
    python tests/fuzzing.py --seed 4711 --keep out   and the workspace in which it fails

A seed gives the kind of the input and how it is mutated; the same one gives the same bytes on every machine. Each is
read as far as a file of its kind is judged by itself (`fuzz_readers`). Of `DEEP` of those that belong to a deal one is
checked with the whole deal, and one is built and read back.
"""

from __future__ import annotations

import argparse
import faulthandler
import os
import random
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from fuzz_readers import OPTIONS, Desk, Found
from fuzz_targets import SHARES, TARGETS, Target

from bidkit.build import check_deal, make_package
from bidkit.canonical import arrange_file
from bidkit.diagnostic import Diagnostic, Severity
from bidkit.reports.text import render_diagnostics

DEEP = 50
"""Of so many inputs one is checked with its deal, and one built."""
SECONDS = 10
"""More of the processor's time than this no input may take."""
MEGABYTES = 1500
"""More memory than this no process that tries them may have."""
PART = 2500
"""How many inputs one process tries."""


@dataclass
class Bench:
    """The workspaces of one process: each kind of input has its own, in which all but the input is sound."""

    folder: Path
    desks: dict[int, Desk] = field(default_factory=dict)

    def try_seed(self, seed: int) -> tuple[str, list[str]]:
        """One mutated input: the kind of its file and how deep it went, and what is wrong with what came of it."""
        chance = random.Random(seed)
        number = chance.choices(range(len(TARGETS)), SHARES)[0]
        target = TARGETS[number]
        content = chance.choice(target.mutate)(self.find_sound(number), chance)
        depth = {0: "built", DEEP // 2: "checked"}.get(seed % DEEP, "read") if target.is_of_deal else "read"
        return f"{target.kind}:{depth}", self.try_content(number, content, depth)

    def find_sound(self, number: int) -> bytes:
        """The file of a kind as it is when nothing is wrong with it."""
        target = TARGETS[number]
        if number not in self.desks:
            self.desks[number] = target.make_desk(self.folder / f"{number}")
        return (self.desks[number].root / target.file).read_bytes()

    def try_content(self, number: int, content: bytes, depth: str) -> list[str]:
        """What is wrong with what is said of a file."""
        started = time.process_time()
        faults = [fault for problem in self.tell(number, content, depth) for fault in find_faults(problem)]
        took = time.process_time() - started
        return [*faults, f"took {took:.0f} s"] if took > SECONDS else faults

    def tell(self, number: int, content: bytes, depth: str) -> Found:
        """What is said of a file; the sound one is there again afterwards."""
        sound, target, desk = self.find_sound(number), TARGETS[number], self.desks[number]
        try:
            (desk.root / target.file).write_bytes(content)
            return run(target, desk, content, depth)
        finally:
            (desk.root / target.file).write_bytes(sound)


def run(target: Target, desk: Desk, content: bytes, depth: str) -> Found:
    """What is said of an input; deeper ones are read by themselves, too, and put in order."""
    problems = target.read(desk, content)
    if depth != "read":
        made, found = arrange_file(content, target.file)
        assert made is None or found or arrange_file(made, target.file) == (made, []), "put in order, and not in order"
        problems += found
    if depth == "checked":
        problems += check_deal(desk.deal, OPTIONS).diagnostics
    if depth == "built":
        problems += make_package(desk.deal, OPTIONS)[0].diagnostics
    return problems


def try_seed(seed: int, folder: Path) -> tuple[str, list[str]]:
    """One mutated input by itself."""
    return Bench(folder).try_seed(seed)


def find_faults(problem: Diagnostic) -> Iterator[str]:
    """What a reader would miss: a place, words in both languages."""
    if problem.severity is Severity.ERROR and problem.span is None and not problem.code.startswith("EN"):
        yield f"{problem.code} has no place: {problem.message('en')}"
    for lang in ("zh", "en"):
        text = render_diagnostics([problem], lang, None, Path.cwd())
        if not problem.message(lang).strip() or any(ord(sign) < 32 and sign != "\n" for sign in text):
            yield f"{problem.code} says {text!r}"


def try_part(first: int, count: int) -> None:
    """In a process of its own: each seed on a line, with what is wrong with it."""
    resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
    kinds: Counter[str] = Counter()
    folder = Path(tempfile.mkdtemp(prefix="fuzz-"))
    os.environ |= {"BIDKIT_CACHE": str(folder / "cache"), "BIDKIT_SOFFICE": "/nonexistent"}
    bench = Bench(folder)
    for seed in range(first, first + count):
        print(f"{seed}", flush=True)
        faulthandler.dump_traceback_later(SECONDS * 12, exit=True)
        try:
            kind, faults = bench.try_seed(seed)
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException:  # whatever it is, it is what this looks for
            kind, faults = "?", [traceback.format_exc().strip().replace("\n", "\n    ")]
        kinds[kind] += 1
        for fault in faults:
            print(f"FAULT {seed} {kind}: {fault}", flush=True)
    faulthandler.cancel_dump_traceback_later()
    shutil.rmtree(folder)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"PEAK {peak}")
    print("KINDS " + " ".join(f"{kind}={number}" for kind, number in kinds.items()))


def run_part(first: int, count: int) -> tuple[list[str], int, Counter[str]]:
    """Faults, the peak of memory in MB, and how many inputs of each kind were tried."""
    words = [sys.executable, __file__, "--part", str(first), str(count)]
    done = subprocess.run(words, capture_output=True, text=True, errors="replace", timeout=count * SECONDS * 2)
    lines = done.stdout.split("\n")
    faults = re.findall(r"^FAULT .*(?:\n    .*)*", done.stdout, re.M)
    peak = max([int(line[5:]) for line in lines if line.startswith("PEAK ")], default=0)
    counts = [each.rsplit("=", 1) for line in lines if line.startswith("KINDS ") for each in line[6:].split()]
    kinds = Counter({kind: int(number) for kind, number in counts})
    if done.returncode:
        last = next((line for line in reversed(lines) if line.isdecimal()), "?")
        faults.append(f"FAULT {last}: the process ended with {done.returncode}: {done.stderr[-3000:]}")
    if peak > MEGABYTES:
        faults.append(f"FAULT {first}–{first + count}: {peak} MB of memory")
    return faults, peak, kinds


def run_many(count: int, first: int = 0, jobs: int | None = None) -> tuple[list[str], int, Counter[str]]:
    """Inputs from a seed on, on all cores."""
    parts = [(start, min(PART, first + count - start)) for start in range(first, first + count, PART)]
    faults: list[str] = []
    kinds: Counter[str] = Counter()
    peak, started = 0, time.monotonic()
    with ThreadPoolExecutor(jobs or os.cpu_count()) as pool:
        for number, (found, most, tried) in enumerate(pool.map(lambda part: run_part(*part), parts), 1):
            faults += found
            peak = max(peak, most)
            kinds += tried
            for fault in found:
                print(fault, flush=True)
            rate = kinds.total() / (time.monotonic() - started)
            print(
                f"{number}/{len(parts)}: {kinds.total()} inputs, {len(faults)} faults, {peak} MB, {rate:.0f} a second",
                file=sys.stderr,
            )
    return faults, peak, kinds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("count", nargs="?", type=int, default=1000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--jobs", type=int)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--part", nargs=2, type=int)
    given = parser.parse_args()
    if given.part:
        try_part(*given.part)
    elif given.seed is not None:
        folder = given.keep or Path(tempfile.mkdtemp(prefix="fuzz-"))
        print(*try_seed(given.seed, folder), sep="\n")
    else:
        faults, peak, kinds = run_many(given.count, given.first, given.jobs)
        print(f"{kinds.total()} inputs, {len(faults)} faults, {peak} MB at most; {dict(kinds)}")
        raise SystemExit(bool(faults))


if __name__ == "__main__":
    main()
