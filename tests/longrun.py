"""Many builds in one process: memory, file handles, threads and temporary files stay where they are.

python tests/longrun.py 10000
"""

from __future__ import annotations

import gc
import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from workspace import NOW, make_deal, make_workspace

from bidkit.build import Options, build_deal

TENTHS = tuple(number / 10 for number in range(1, 11))


@dataclass(frozen=True)
class Held:
    """What the process holds after so many builds."""

    builds: int
    megabytes: int
    handles: int
    threads: int
    temporary: int


def look(builds: int) -> Held:
    """Now, after what nobody needs has been let go."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    handles = len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - it is no folder of files
    temporary = len([*Path(tempfile.gettempdir()).glob("bidkit-*")])
    return Held(builds, pages * os.sysconf("SC_PAGE_SIZE") >> 20, handles, threading.active_count(), temporary)


def run_many(count: int, looks: tuple[float, ...] = TENTHS) -> Iterator[Held]:
    """So many builds of distinct deals; what is held at these parts of the way."""
    with tempfile.TemporaryDirectory() as folder:
        deal = make_workspace(Path(folder))
        options = Options(now=NOW, is_draft=True)
        wanted = [max(round(count * part), 1) for part in looks]
        for number in range(1, count + 1):
            text = make_deal(title=f"澄溪水厂第 {number} 期数据采集项目", quote__total=None, quote__total_words=None)
            deal.write_text(text, encoding="utf-8")
            result = build_deal(deal, replace(options, out=Path(folder) / "out"))
            assert result.folder is not None, result.diagnostics
            if number in wanted:
                yield look(number)


if __name__ == "__main__":
    os.environ["BIDKIT_SOFFICE"] = "/nonexistent"
    started = time.monotonic()
    for held in run_many(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000):
        print(held, flush=True)
    print(f"{time.monotonic() - started:.0f} s")
