"""Whole deals: bidkit with rules, checklist and verification, beside the script a developer would write today.

python benchmarks/deals.py [--only WORK] [--scans with|without|both] [--deals N] [--sample N] [--times N] [--quick]
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from openpyxl import load_workbook
from script_templates import make_templates
from word import Row, against, alternate, show

from bidkit.words import spell_amount

HERE = Path(__file__).parent
EXAMPLE = HERE.parent / "examples/water"
MARK = "attachments:\n  watermark: {text: 仅用于本次投标，他用无效}\n"
"""One text over the copies of all deals, so that both sides have every rendered page in their cache."""
_PAPERS = re.compile(r"^  required_credentials:\n(?:    .*\n)+|^credentials:\n(?:  - .*\n)+", re.M)
_FIRST = "安白成程川东方丰高古光广贵海汉和恒宏华淮"
_SECOND = "安滨昌城川岛定丰港谷冠河湖江津康陵宁平泉山石泰潭通湾阳远源州"
_TOTAL = 6_374_820
_WARMING = 2
"""Deals at the start of a sample that do not count: imports, and what is computed once."""
_JUDGED_DEALS = 1_000
"""With fewer deals the start of the processes weighs too much to judge what has not changed."""
_KINDS = {"paragraphs": rb"<w:p[ >]", "tables": rb"<w:tbl>", "rows": rb"<w:tr[ >]", "cells": rb"<w:tc>",
          "pictures": rb"<w:drawing>|<w:pict>"}  # fmt: skip
_CONTENTS = re.compile(rb'<w:p>(?:(?!</w:p>).)*?<w:pStyle w:val="TOC\d"/>.*?</w:p>', re.S)
_TEXT = re.compile(rb"<w:t(?: [^>]*)?>([^<]*)</w:t>")


@dataclass(frozen=True)
class Bench:
    """Where things lie.

    Args:
        scans: whether the deals attach their papers.
    """

    folder: Path
    scans: bool

    @property
    def label(self) -> str:
        return "with scans" if self.scans else "without scans"

    def cache(self, name: str) -> Path:
        """bidkit's cache of a work, which at first holds the rendered scans and nothing else."""
        cache, kept = self.folder / f"cache-{name}", self.folder / "rendered"
        shutil.rmtree(cache, ignore_errors=True)
        cache.mkdir(mode=0o700)
        for store in ("papers", "pages"):
            if (kept / store).exists():
                shutil.copytree(kept / store, cache / store)
        return cache

    def environment(self, cache: Path | None = None) -> dict[str, str]:
        given = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "BIDKIT_"))}
        given |= {"BIDKIT_SOFFICE": "/nonexistent", "PYTHONPATH": f"{HERE.parent / 'src'}"}
        return given | {"BIDKIT_CACHE": str(cache) if cache else "off"}

    def script(self, deal: Path, *options: str) -> list[str]:
        """The script's command line."""
        folders = "--templates", self.folder / "templates", "--out", self.folder / "script"
        rest = *folders, "--cache", self.folder / "script-pages", *options
        return [sys.executable, str(HERE / "script.py"), str(deal), *map(str, rest)]

    @contextmanager
    def worker(self, command: list[str], cache: Path | None = None) -> Iterator[Callable[[Path], dict[str, float]]]:
        """A process that stays and builds the deal that it is told."""
        process = subprocess.Popen(
            command, env=self.environment(cache), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert process.stdin is not None and process.stdout is not None

        def run(deal: Path) -> dict[str, float]:
            print(deal, file=process.stdin, flush=True)
            assert process.stdout is not None
            line = process.stdout.readline()
            if not line:
                raise SystemExit(f"{command[1]} failed")
            told: dict[str, float] = json.loads(line)
            return told

        try:
            yield run
        finally:
            process.stdin.close()
            process.wait()

    def bidkit_worker(self, name: str) -> list[str]:
        return [sys.executable, str(HERE / "deals_worker.py"), name]

    def batch(self, deals: Sequence[Path], jobs: int, cache: Path) -> tuple[list[dict[str, float]], float]:
        """Build deals as a batch; what was told of each, and the seconds of the whole process."""
        start = time.perf_counter()
        done = subprocess.run(
            [*self.bidkit_worker("batch"), str(jobs)], env=self.environment(cache), text=True,
            input="\n".join(map(str, deals)), stdout=subprocess.PIPE, check=True,
        )  # fmt: skip
        seconds = time.perf_counter() - start
        return [json.loads(line) for line in done.stdout.splitlines()], seconds


# the deals


def make_deals(root: Path, count: int, *, scans: bool) -> list[Path]:
    """A workspace of distinct deals: customer, place names in all texts, numbers, prices and the total in words."""
    shutil.copytree(EXAMPLE, root, ignore=shutil.ignore_patterns("dist", "deals"))
    return [make_deal(root, number, scans=scans) for number in range(count)]


def make_deal(root: Path, number: int, *, scans: bool) -> Path:
    """The deal of a number."""
    source, folder = EXAMPLE / "deals/water", root / f"deals/d{number:05d}"
    first, second = divmod(number, len(_SECOND))
    city = f"{_FIRST[first % len(_FIRST)]}{_SECOND[second]}{'新' * (first // len(_FIRST))}"
    less = 10 * (number % 9_000)
    old, new = (str(amount) for amount in (_TOTAL, _TOTAL - less))
    changes = {
        "星澜": city,
        "XLSW-2026-IT-017": f"DL{number:05d}-2026-IT-017",
        "xlsw-2026-it-017": f"dl{number:05d}-2026-it-017",
        f"total: {old}.00": f"total: {new}.00",
        "人民币陆佰叁拾柒万肆仟捌佰贰拾元整": spell_amount(Decimal(_TOTAL - less), "CNY", "zh"),
        ",项,1,420000.00,6%,420000.00,": f",项,1,{420_000 - less}.00,6%,{420_000 - less}.00,",
    }
    shutil.copytree(source, folder)
    for path in (folder / "deal.yaml", *folder.glob("*.csv"), *folder.glob("solution/*.md")):
        text = path.read_text(encoding="utf-8")
        for before, after in changes.items():
            text = text.replace(before, after)
        if path.name == "deal.yaml":
            text = text + MARK if scans else _PAPERS.sub("", text)
        path.write_text(text, encoding="utf-8")
    return folder / "deal.yaml"


# the same work


def compare_packages(ours: Path, theirs: Path) -> str:
    """What both sides made, counted. Refuse to compare the speed of engines that do not make the same."""
    counts = [count_package(folder) for folder in (ours, theirs)]
    for kind in counts[0]:
        own, other = (count[kind] for count in counts)
        if abs(own - other) > 0.05 * max(own, other):
            raise SystemExit(f"not the same {kind}: bidkit {own}, script {other}")
    return ", ".join(f"{kind} {counts[0][kind]}/{counts[1][kind]}" for kind in counts[0])


def count_package(folder: Path) -> Counter[str]:
    """The parts of all documents but the contents, which only bidkit writes; those of the workbook; copies."""
    counts: Counter[str] = Counter()
    for path in folder.rglob("*.docx"):
        with zipfile.ZipFile(path) as archive:
            xml = _CONTENTS.sub(b"", archive.read("word/document.xml"))
        counts.update({kind: len(re.findall(pattern, xml)) for kind, pattern in _KINDS.items()})
        counts["characters"] += sum(len(text.decode()) for text in _TEXT.findall(xml))
    for path in folder.rglob("*.xlsx"):
        for sheet in load_workbook(path):
            counts["sheets"] += 1
            values = [cell.value for row in sheet.iter_rows() for cell in row if cell.value is not None]
            counts["cells with values"] += len(values)
            counts["formulas"] += sum(str(value).startswith("=") for value in values)
    counts["copies"] = len(list((folder / "submit/credentials").glob("*")))
    return counts


# the works


def measure_warm(bench: Bench, deal: Path, times: int) -> Iterator[Row]:
    """One deal again and again, in processes that stay."""
    cpu: tuple[list[float], list[float]] = [], []
    with (
        bench.worker(bench.bidkit_worker("warm"), bench.cache("warm")) as ours,
        bench.worker(bench.script(deal, "--repeat")) as theirs,
    ):

        def timed(run: Callable[[Path], dict[str, float]], spent: list[float]) -> float:
            told = run(deal)
            spent.append(told["cpu"])
            return told["seconds"]

        ours(deal), theirs(deal)
        name = f"one deal, warm, {bench.label}"
        seconds = alternate(lambda: timed(ours, cpu[0]), lambda: timed(theirs, cpu[1]), times)
        yield against(name, "script", *seconds, 5, None)
        yield against(f"{name}, by processor time", "script", cpu[0][1:], cpu[1][1:], None, None)


def measure_cold(bench: Bench, deal: Path, times: int) -> Iterator[Row]:
    """One deal in a new process; rendered scans alone are cached, on both sides."""

    def seconds(command: list[str], cache: Path | None = None) -> float:
        start = time.perf_counter()
        subprocess.run(command, env=bench.environment(cache), check=True, stdout=subprocess.DEVNULL)
        return time.perf_counter() - start

    def ours() -> float:
        cache = bench.cache("cold")
        return seconds([sys.executable, "-m", "bidkit", "build", "--draft", str(deal)], cache)

    pairs = alternate(ours, lambda: seconds(bench.script(deal)), times)
    yield against(f"one deal, cold, {bench.label}", "script", *pairs, 1, None)


def measure_batch(bench: Bench, deals: Sequence[Path], sample: int) -> Iterator[Row]:
    """Distinct deals on two cores; the script and one core build a sample before and after, which is scaled."""
    script: list[float] = []
    one: list[float] = []

    def measure_sample(part: Sequence[Path], name: str) -> None:
        with bench.worker(bench.script(part[0], "--repeat")) as run:
            took = [run(deal)["seconds"] for deal in part]
        script.append(sum(took[_WARMING:]) / (len(part) - _WARMING))
        told, _ = bench.batch(part, 1, bench.cache(name))
        one.append((told[-2]["seconds"] - told[_WARMING - 1]["seconds"]) / (len(part) - _WARMING))

    cache = bench.cache("batch")
    measure_sample(deals[:sample], "before")
    _, two = bench.batch(deals, 2, cache)
    told, again = bench.batch(deals, 2, cache)
    if {item["state"] for item in told[:-1]} != {"unchanged"}:
        raise SystemExit("what has not changed was built again")
    measure_sample(deals[-sample:], "after")
    count, name = len(deals), f"{len(deals):,} deals, {bench.label}"
    each = [two / count] * 2
    yield against(f"{name}, 2 cores", "script", each, script, 8, None)
    yield against(f"{name}, 2 cores", "1 core", each, one, 1.8, None)
    reach = 100 if count >= _JUDGED_DEALS else None
    yield against(f"{name}, unchanged", "building", [again], [two], reach, None)


def measure_memory(bench: Bench, deals: Sequence[Path]) -> Iterator[Row]:
    """What a process that builds one deal after another holds at the hundredth and at the last."""
    told, _ = bench.batch(deals, 1, bench.cache("memory"))
    memory = [item["mb"] for item in told[:-1]]
    at = min(100, (len(deals) + 1) // 2)
    first, last, reach = memory[at - 1], memory[-1], 1.05 if at == 100 else None
    name, before = f"memory, {len(deals):,} deals, {bench.label}", f"deal {at}"
    yield Row(name, before, "MB", last, first, [last / first], reach, is_floor=True)


def prepare(bench: Bench, deal: Path) -> None:
    """Render the scans on both sides, and see that both make the same."""
    make_templates(bench.folder / "templates")
    rendered = bench.folder / "rendered"
    rendered.mkdir(mode=0o700)
    with bench.worker(bench.bidkit_worker("warm"), rendered) as run:
        run(deal)
    with bench.worker(bench.script(deal, "--repeat")) as run:
        run(deal)
    name = re.search(r"^id: (.*)$", deal.read_text(encoding="utf-8"), re.M)
    assert name is not None
    ours, theirs = deal.parents[2] / f"dist/{name[1]}-DRAFT", bench.folder / "script" / name[1]
    print(f"bidkit/script, {bench.label}: {compare_packages(ours, theirs)}", file=sys.stderr)


WORKS = ("warm", "cold", "batch", "memory")


def measure(options: argparse.Namespace, *, scans: bool) -> list[Row]:
    """All works that are asked for, on deals with their papers or without."""
    works = [options.only] if options.only else WORKS
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as name:
        bench = Bench(Path(name), scans)
        count = options.deals if {"batch", "memory"} & {*works} else 1
        deals = make_deals(bench.folder / "workspace", count, scans=scans)
        prepare(bench, deals[0])
        if "warm" in works:
            rows += measure_warm(bench, deals[0], options.times)
        if "cold" in works:
            rows += measure_cold(bench, deals[0], options.times)
        if "batch" in works:
            rows += measure_batch(bench, deals, options.sample)
        if "memory" in works:
            rows += measure_memory(bench, deals)
    return rows


def main() -> None:
    """Run the benchmark; the exit code is 1 if a target is missed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", choices=WORKS, help="one work")
    parser.add_argument("--scans", choices=("with", "without", "both"), default="both")
    parser.add_argument("--deals", type=int, default=1_000, help="how many distinct deals")
    parser.add_argument("--sample", type=int, default=20, help="how many of them the script and one core build, twice")
    parser.add_argument("--times", type=int, default=9, help="how many pairs of one deal")
    parser.add_argument("--quick", action="store_true", help="without scans, 8 deals, 3 pairs; not for judging")
    options = parser.parse_args()
    if options.quick:
        options.scans, options.deals, options.sample, options.times = "without", 8, 4, 3
    if not _WARMING < options.sample <= options.deals:
        parser.error(f"--sample: more than {_WARMING}, not more than --deals")
    rows: list[Row] = []
    for scans in {"with": [True], "without": [False], "both": [True, False]}[options.scans]:
        rows += measure(options, scans=scans)
    print(show(rows))
    sys.exit(any(row.verdict == "MISSED" for row in rows))


if __name__ == "__main__":
    main()
