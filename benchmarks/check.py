"""What `bidkit check` of the water deal takes, beside the time in which docxtpl and openpyxl are imported.

python benchmarks/check.py [--times 9]
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

DEAL = str(Path(__file__).parents[1] / "examples/water/deals/water/deal.yaml")
_WARM = """
import sys, time
from datetime import datetime
from pathlib import Path
start = time.perf_counter()
import docxtpl, openpyxl
imported = time.perf_counter() - start
from bidkit.build import Options, check_deal
deal, options = Path(sys.argv[1]), Options(now=datetime.now().astimezone())
for _ in range(2):
    assert not [item for item in check_deal(deal, options).diagnostics if item.severity.value == "error"]
start = time.perf_counter()
check_deal(deal, options)
print(imported, time.perf_counter() - start)
"""


def measure(*command: str) -> float:
    """The seconds of a whole process."""
    start = time.perf_counter()
    # What is installed is compiled; an editable checkout is too, unless this forbids it.
    settings = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    subprocess.run([sys.executable, *command], check=True, capture_output=True, env=settings)
    return time.perf_counter() - start


def main() -> int:
    """Print both ratios; 1 if one is above what is to be reached."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=9)
    times = parser.parse_args().times
    warm, cold = [], []
    for _ in range(times):
        made = subprocess.run([sys.executable, "-c", _WARM, DEAL], check=True, capture_output=True, text=True)
        imported, checked = map(float, made.stdout.split())
        warm.append(checked / imported)
        cold.append(measure("-m", "bidkit", "check", DEAL) / measure("-c", "import docxtpl, openpyxl"))
    for name, ratios, reach in (("warm process", warm, 1.0), ("new process", cold, 2.0)):
        shown = f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
        print(f"{name}: {shown} of the imports, reach {reach:g}")
    return int(statistics.median(warm) > 1 or statistics.median(cold) > 2)


if __name__ == "__main__":
    sys.exit(main())
