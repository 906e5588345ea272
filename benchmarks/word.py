"""How fast bidkit fills Word templates, beside docxtpl, rust-docxtpl and what the work costs at least.

python benchmarks/word.py [--only NAME] [--quick] [--profile] [--venvs DIR]
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import venv
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from templates import DOCUMENT, Sample, document_size, make_bid, make_cells, make_media, make_rows

HERE = Path(__file__).parent
PEERS = {"docxtpl": "docxtpl==0.20.2", "rust-docxtpl": "rust-docxtpl==0.1.2"}
BID_SIZES = (800_000, 1_800_000)
_TEXT = re.compile(rb"<w:t(?: [^>]*)?>([^<]*)</w:t>")


@dataclass(frozen=True)
class Row:
    """One line of the result: how many times faster than a peer, or how many times the floor."""

    work: str
    against: str
    unit: str
    ours: float
    theirs: float
    ratios: Sequence[float]
    reach: float | None
    stretch: float | None = None
    is_floor: bool = False

    @property
    def ratio(self) -> float:
        return median(self.ratios)

    @property
    def verdict(self) -> str:
        """Whether the ratio is where it should be (at a floor, small is good); a dash if it is not to be judged."""

        def meets(target: float | None) -> bool:
            return target is not None and (self.ratio <= target if self.is_floor else self.ratio >= target)

        if self.reach is None:
            return "-"
        return "stretch" if meets(self.stretch) else "reached" if meets(self.reach) else "MISSED"


@dataclass(frozen=True)
class Bench:
    """Where things lie, and how often a work is repeated."""

    folder: Path
    pythons: Mapping[str, str]
    is_quick: bool

    def times(self, count: int) -> int:
        return max(3, count // 3) if self.is_quick else count

    def write(self, name: str, sample: Sample) -> tuple[Path, Path]:
        """A sample's template and context as files."""
        template, context = self.folder / f"{name}.docx", self.folder / f"{name}.json"
        template.write_bytes(sample.template)
        context.write_text(json.dumps(sample.context), encoding="utf-8")
        return template, context

    def command(self, engine: str, work: str, files: tuple[Path, Path], *options: str) -> list[str]:
        """The worker's command line; `engine` is bidkit, floor or a peer's name."""
        kind = engine if engine in ("bidkit", "floor") else "peer"
        python = self.pythons.get(engine, sys.executable)
        return [python, str(HERE / "worker.py"), kind, work, *map(str, files), str(self.out(engine)), *options]

    def out(self, engine: str) -> Path:
        return self.folder / f"{engine}.out.docx"

    def environment(self, engine: str, cache: bool = False) -> dict[str, str]:
        """A worker's environment: only bidkit's sees bidkit, and its disk cache only where that is measured."""
        given = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
        if engine in ("bidkit", "floor"):
            given["PYTHONPATH"] = str(HERE.parent / "src")
        return given | {"BIDKIT_CACHE": str(self.folder / "cache") if cache else "off"}

    def once(self, engine: str, work: str, files: tuple[Path, Path], cache: bool = False) -> tuple[float, float, int]:
        """One run in a new process: its seconds, those of the whole process, and its peak memory in KiB."""
        start = time.perf_counter()
        said = subprocess.run(
            self.command(engine, work, files, "--once"), env=self.environment(engine, cache), check=True,
            stdout=subprocess.PIPE,
        ).stdout  # fmt: skip
        whole = time.perf_counter() - start
        told = json.loads(said)
        return told["seconds"], whole, told["peak_kb"]

    @contextmanager
    def worker(self, engine: str, work: str, files: tuple[Path, Path]) -> Iterator[Callable[[], float]]:
        """A process that stays; each call does the work once and gives the seconds."""
        process = subprocess.Popen(
            self.command(engine, work, files), env=self.environment(engine), stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert process.stdin is not None and process.stdout is not None

        def run() -> float:
            print("go", file=process.stdin, flush=True)
            assert process.stdout is not None
            return float(json.loads(process.stdout.readline())["seconds"])

        try:
            yield run
        finally:
            process.stdin.close()
            process.wait()


def alternate(first: Callable[[], float], second: Callable[[], float], count: int) -> tuple[list[float], list[float]]:
    """The seconds of two works done in turn, A B A B, so that both meet the same machine; one run each to warm up."""
    first(), second()
    pairs = [(first(), second()) for _ in range(count)]
    return [a for a, _ in pairs], [b for _, b in pairs]


def against(
    name: str, peer: str, ours: list[float], theirs: list[float], reach: float | None, stretch: float | None
) -> Row:
    """A row of how many times faster bidkit is."""
    ratios = [b / a for a, b in zip(ours, theirs, strict=True)]
    return Row(name, peer, "s", median(ours), median(theirs), ratios, reach, stretch)


def over_floor(name: str, floor: str, ours: list[float], base: list[float], reach: float, stretch: float) -> Row:
    """A row of how many times the floor bidkit takes."""
    ratios = [a / b for a, b in zip(ours, base, strict=True)]
    return Row(name, floor, "s", median(ours), median(base), ratios, reach, stretch, is_floor=True)


def same_text(bench: Bench, *engines: str) -> None:
    """Refuse to compare the speed of engines that do not make the same text."""
    seen = {engine: text_digest(bench.out(engine).read_bytes()) for engine in engines}
    if len(set(seen.values())) != 1:
        raise SystemExit(f"not the same text: {seen}")


def text_digest(content: bytes) -> str:
    """A short hash of all text of a document."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return hashlib.sha256(b"".join(_TEXT.findall(archive.read(DOCUMENT)))).hexdigest()[:12]


# the works


def measure_bid(bench: Bench) -> Iterator[Row]:
    """A bid, with all that an engine keeps between two renders."""
    files = bid_files(bench)
    for peer, reach, stretch, count in (("docxtpl", 20, 25, 9), ("rust-docxtpl", 5, 6, 21)):
        with bench.worker("bidkit", "warm", files) as ours, bench.worker(peer, "warm", files) as theirs:
            yield against("bid, warm", peer, *alternate(ours, theirs, bench.times(count)), reach, stretch)
        same_text(bench, "bidkit", peer)
    filled = document_size(bench.out("bidkit").read_bytes())
    assert abs(filled / BID_SIZES[1] - 1) <= 0.1, filled


def measure_new_process(bench: Bench) -> Iterator[Row]:
    """A bid in a process that starts, imports, fills and ends; bidkit may use what it has on disk."""
    files = bid_files(bench)
    ours, theirs = alternate(
        lambda: bench.once("bidkit", "whole", files, cache=True)[1],
        lambda: bench.once("docxtpl", "whole", files)[1],
        bench.times(9),
    )
    same_text(bench, "bidkit", "docxtpl")
    yield against("bid, new process", "docxtpl", ours, theirs, 4, 6)


def bid_files(bench: Bench) -> tuple[Path, Path]:
    """The bid's template and context, of the size that the targets speak of."""
    sample = make_bid()
    size = document_size(sample.template)
    assert abs(size / BID_SIZES[0] - 1) <= 0.1, size
    return bench.write("bid", sample)


def measure_rows(bench: Bench) -> Iterator[Row]:
    """A table of 20,000 rows beside plain Jinja."""
    files = bench.write("rows", make_rows(20_000))
    with bench.worker("bidkit", "warm", files) as ours, bench.worker("floor", "warm", files) as floor:
        yield over_floor("20,000 rows", "plain Jinja", *alternate(ours, floor, bench.times(15)), 2, 1.5)
    same_text(bench, "bidkit", "floor")


def measure_cells(bench: Bench) -> Iterator[Row]:
    """Thousands of cells, each with a tag of its own: compiled and filled, in a process of its own each time."""
    rows = 500 if bench.is_quick else 2_000
    files, twice = bench.write("cells", make_cells(rows)), bench.write("cells2", make_cells(2 * rows))
    double, single = alternate(
        lambda: bench.once("bidkit", "whole", twice)[0],
        lambda: bench.once("bidkit", "whole", files)[0],
        bench.times(5),
    )
    yield over_floor(f"{2 * rows:,} x 6 cells", f"{rows:,} x 6", double, single, 2.2, 2.0)
    if not bench.is_quick:
        print("docxtpl takes about two minutes for this one …", file=sys.stderr)
    ours = [bench.once("bidkit", "whole", files)[0]]
    theirs = bench.once("docxtpl", "whole", files)[0]
    ours.append(bench.once("bidkit", "whole", files)[0])
    same_text(bench, "bidkit", "docxtpl")
    yield against(f"{rows:,} x 6 cells", "docxtpl", ours, [theirs] * 2, None if bench.is_quick else 40, None)


def measure_media(bench: Bench) -> Iterator[Row]:
    """36 MB of pictures and one tag, from file to file, beside copying the file."""
    files = bench.write("media", make_media())
    with bench.worker("bidkit", "whole", files) as ours, bench.worker("floor", "whole", files) as floor:
        yield over_floor("36 MB of media", "copying", *alternate(ours, floor, bench.times(15)), 3, 2)


def measure_memory(bench: Bench) -> Iterator[Row]:
    """The peak memory of a process that fills 20,000 rows."""
    files = bench.write("rows", make_rows(20_000))
    peaks = {name: bench.once(name, "warm", files)[2] / 1024 for name in ("bidkit", "docxtpl")}
    ours, theirs = peaks["bidkit"], peaks["docxtpl"]
    yield Row("memory, 20,000 rows", "docxtpl", "MiB", ours, theirs, [theirs / ours], 2)


WORKS: dict[str, Callable[[Bench], Iterator[Row]]] = {
    "bid": measure_bid,
    "process": measure_new_process,
    "rows": measure_rows,
    "cells": measure_cells,
    "media": measure_media,
    "memory": measure_memory,
}
PROFILED: dict[str, tuple[str, Callable[[], Sample]]] = {
    "bid": ("warm", make_bid),
    "process": ("whole", make_bid),
    "rows": ("warm", lambda: make_rows(20_000)),
    "cells": ("whole", lambda: make_cells(2_000)),
    "media": ("whole", make_media),
}


def show_profiles(bench: Bench, names: Sequence[str]) -> None:
    """Print where bidkit's time goes in each work."""
    for name in names:
        if name in PROFILED:
            work, make = PROFILED[name]
            files = bench.write(name, make())
            print(f"== {name}", flush=True)
            command = bench.command("bidkit", work, files, "--profile")
            subprocess.run(command, env=bench.environment("bidkit"), check=True)


# the peers


def make_peers(folder: Path) -> dict[str, str]:
    """The Python of each peer; both are called docxtpl, so each has an environment of its own."""
    return {name: make_peer(folder / name, requirement) for name, requirement in PEERS.items()}


def make_peer(folder: Path, requirement: str) -> str:
    """The Python of an environment that has one package, made if it is not there yet."""
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    ready = folder / ".ready"
    if not ready.exists() or ready.read_text() != requirement:
        venv.create(folder, with_pip=True, clear=True)
        subprocess.run([str(python), "-m", "pip", "install", "-qq", requirement], check=True)
        ready.write_text(requirement)
    return str(python)


def show(rows: Sequence[Row]) -> str:
    """The result as a table."""
    head = ("work", "against", "bidkit", "other", "ratio", "from - to", "reach", "stretch", "verdict")
    lines = [head, *map(_cells, rows)]
    widths = [max(len(line[n]) for line in lines) for n in range(len(head))]
    return "\n".join("  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)) for line in lines)


def _cells(row: Row) -> tuple[str, ...]:
    sign = "<=" if row.is_floor else ">="
    reach, stretch = (f"{sign} {target:g}" if target else "-" for target in (row.reach, row.stretch))
    spread = f"{min(row.ratios):.2f} - {max(row.ratios):.2f}"
    shown = [f"{value:.4g} {row.unit}" for value in (row.ours, row.theirs)]
    return (row.work, row.against, *shown, f"{row.ratio:.2f}", spread, reach, stretch, row.verdict)


def main() -> None:
    """Run the benchmark; the exit code is 1 if a target is missed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", choices=WORKS, help="one work")
    parser.add_argument("--quick", action="store_true", help="fewer repetitions and fewer cells; not for judging")
    parser.add_argument("--profile", action="store_true", help="show where bidkit's time goes instead")
    default = Path(tempfile.gettempdir()) / "bidkit-benchmark"
    parser.add_argument("--venvs", type=Path, default=default, help="where the peers are installed")
    options = parser.parse_args()
    names = [options.only] if options.only else list(WORKS)
    with tempfile.TemporaryDirectory() as folder:
        pythons = {} if options.profile else make_peers(options.venvs)
        bench = Bench(Path(folder), pythons, options.quick)
        if options.profile:
            show_profiles(bench, names)
            return
        rows = []
        for name in names:
            print(f"{name} …", file=sys.stderr)
            rows += list(WORKS[name](bench))
    print(show(rows))
    sys.exit(any(row.verdict == "MISSED" for row in rows))


if __name__ == "__main__":
    main()
