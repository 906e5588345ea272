"""What `bidkit check` of the water deal takes, beside the time in which docxtpl and openpyxl are imported.

python benchmarks/check.py [--times 9]
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

WATER = Path(__file__).parents[1] / "examples/water"
_WARM = """
import gc, sys, time
from datetime import datetime
from pathlib import Path
start = time.process_time()
import docxtpl, openpyxl
imported = time.process_time() - start
from bidkit.checking import check_deal
from bidkit.options import Options
deal, options, taken = Path(sys.argv[1]), Options(now=datetime.now().astimezone()), []
gc.disable()  # as in a process of a batch, which collects what each deal has left
gc.freeze()
for _ in range(9):
    start = time.process_time()
    gc.collect(1)
    assert not [item for item in check_deal(deal, options).diagnostics if item.severity.value == "error"]
    taken.append(time.process_time() - start)
print(imported, sorted(taken[2:])[3])
"""


def measure(*command: str, cache: Path | None = None) -> float:
    """The processor seconds of a whole process: other programs on the machine count less than by the clock."""
    # What is installed is compiled; an editable checkout is too, unless this forbids it.
    settings = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    if cache is not None:
        settings["BIDKIT_CACHE"] = str(cache)
    subprocess.run([sys.executable, *command], check=True, capture_output=True, env=settings)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def measure_once(deal: Path, cache: Path, empty: Path) -> dict[str, float]:
    """The ratios of one round: each is beside imports of its own."""
    made = subprocess.run([sys.executable, "-c", _WARM, str(deal)], check=True, capture_output=True, text=True)
    imported, checked = map(float, made.stdout.split())
    command = "-m", "bidkit", "check", str(deal)
    ratios = {"warm process": checked / imported}
    for name, store in (("new, unchanged", cache), ("new, changed", cache), ("new, empty cache", empty)):
        if name == "new, changed":
            deal.write_text(f"{deal.read_text(encoding='utf-8')}# one line more\n", encoding="utf-8")
        shutil.rmtree(empty)
        empty.mkdir(mode=0o700)
        ratios[name] = measure(*command, cache=store) / measure("-c", "import docxtpl, openpyxl")
    measure(*command, cache=cache)  # what comes next has not changed since
    return ratios


def main() -> int:
    """Print all ratios; 1 if one is above what is to be reached."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=9)
    times = parser.parse_args().times
    with tempfile.TemporaryDirectory() as folder:
        root, cache, empty = (Path(folder) / name for name in ("water", "cache", "empty"))
        shutil.copytree(WATER, root, ignore=shutil.ignore_patterns("dist"))
        for store in (cache, empty):
            store.mkdir(mode=0o700)
        deal = root / "deals/water/deal.yaml"
        measure_once(deal, cache, empty)
        rounds = [measure_once(deal, cache, empty) for _ in range(times)]
    reach = {"warm process": 1.0, "new, unchanged": 2.0, "new, changed": 2.0}
    for name in rounds[0]:
        ratios = [each[name] for each in rounds]
        shown = f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
        print(f"{name}: {shown} of the imports" + (f", reach {reach[name]:g}" if name in reach else ""))
    return int(any(statistics.median(each[name] for each in rounds) > most for name, most in reach.items()))


if __name__ == "__main__":
    sys.exit(main())
