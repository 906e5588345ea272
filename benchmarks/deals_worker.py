"""bidkit in its own process: builds deals when told to, and says how long it took and how much memory it has.

    python deals_worker.py warm            builds the deal of each line on stdin
    python deals_worker.py batch JOBS      builds the deals of all lines on stdin, as `bidkit batch` does

Drafts, for a final package needs true page numbers and so LibreOffice, which the script does not have either.
"""

from __future__ import annotations

import json
import re
import sys
import time
from datetime import datetime
from pathlib import Path

from bidkit.batch import Asked, run_batch
from bidkit.build import Options, build_deal
from bidkit.reports.outcome import Outcome


def main() -> None:
    """Do what the command line says."""
    options = Options(now=datetime.now().astimezone(), is_draft=True)  # noqa: TID251 - a benchmark asks the clock
    if sys.argv[1] == "batch":
        build_all([Path(line.strip()) for line in sys.stdin], options, int(sys.argv[2]))
        return
    for line in sys.stdin:
        start, cpu = time.perf_counter(), time.process_time()
        result = build_deal(Path(line.strip()), options)
        took = {"seconds": time.perf_counter() - start, "cpu": time.process_time() - cpu}
        if result.folder is None:
            raise SystemExit(f"{line}: {[item.message('en') for item in result.diagnostics]}")
        say(took)


def build_all(deals: list[Path], options: Options, jobs: int) -> None:
    """Build them as a batch; a line for each as it comes, and one for the whole."""
    start = time.perf_counter()

    def told(outcome: Outcome) -> None:
        if not outcome.is_good:
            raise SystemExit(f"{outcome.deal}: no package")
        say({"seconds": time.perf_counter() - start, "mb": resident_mb(), "state": outcome.state})

    batch = run_batch(deals, Asked(options, "en", Path.cwd()), jobs=jobs, done=told)
    say({"seconds": batch.seconds, "mb": resident_mb(), "state": "all"})


def resident_mb() -> float:
    """The memory that this process has now; 0 where the kernel has no status file."""
    status = Path("/proc/self/status")
    found = re.search(r"VmRSS:\s+(\d+) kB", status.read_text()) if status.exists() else None
    return int(found.group(1)) / 1024 if found else 0.0


def say(record: dict[str, object]) -> None:
    """A line of JSON."""
    print(json.dumps(record), flush=True)


if __name__ == "__main__":
    main()
