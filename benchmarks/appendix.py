"""What an appendix of 300 scanned pages costs, the first time and the second: seconds and peak memory of whole builds.

python benchmarks/appendix.py [--pages 300]
"""

from __future__ import annotations

import argparse
import io
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from PIL import Image, ImageDraw

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "examples/water"
_CHILD = """
import re, sys
from datetime import datetime
from pathlib import Path
from bidkit.build import Options, build_deal
result = build_deal(Path(sys.argv[1]), Options(now=datetime.now().astimezone(), is_draft=True))
assert result.folder, [item.message("en") for item in result.diagnostics]
print(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
"""
"""The peak is that of the process since it began; `ru_maxrss` would count the one that started it."""


def make_scan(number: int) -> Image.Image:
    """A page as a scanner gives it: A4 at 300 dpi, grey paper with noise and lines of text."""
    chance = random.Random(number)
    page = Image.effect_noise((620, 877), 12).resize((2480, 3508)).point(lambda value: min(255, value + 110))
    draw = ImageDraw.Draw(page)
    for line in range(60):
        y = 200 + line * 52
        x = 200
        while x < 2200:
            width = chance.randint(30, 160)
            draw.rectangle((x, y, x + width, y + 26), fill=40)
            x += width + 30
    return page.convert("RGB")


def make_workspace(folder: Path, pages: int) -> Path:
    """The water example with scans of so many pages instead of one of its papers, three files to each hundred."""
    root = folder / "water"
    shutil.copytree(EXAMPLE, root, ignore=shutil.ignore_patterns("dist"))
    files = []
    for start in range(0, pages, 34):
        scans = [make_scan(number) for number in range(start, min(start + 34, pages))]
        stream = io.BytesIO()
        scans[0].save(stream, "PDF", resolution=300, save_all=True, append_images=scans[1:], quality=80)
        name = f"scan-{start:03}.pdf"
        (root / "catalog/credentials/files" / name).write_bytes(stream.getvalue())
        files.append(f"files/{name}")
    record = root / "catalog/credentials/audit-2025.yaml"
    text = record.read_text(encoding="utf-8").split("files:")[0]
    record.write_text(text + "files: [" + ", ".join(files) + "]\n", encoding="utf-8")
    return root / "deals/water/deal.yaml"


def build(deal: Path, cache: Path) -> tuple[float, float]:
    """Seconds and peak memory in MB of one build in a process of its own, without LibreOffice."""
    environment = {**os.environ, "BIDKIT_CACHE": str(cache), "BIDKIT_SOFFICE": "/nonexistent"}
    environment["PYTHONPATH"] = str(ROOT / "src")
    command = [sys.executable, "-c", _CHILD, str(deal)]
    start = time.perf_counter()
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - start
    if done.returncode:
        raise SystemExit(done.stdout + done.stderr)
    return seconds, int(done.stdout.split()[-1]) / 1024


def main() -> int:
    """Build twice and print what each took."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--pages", type=int, default=300)
    pages = parser.parse_args().pages
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        plain = build(make_workspace(folder / "plain", 1), folder / "none")[0]
        deal = make_workspace(folder / "scans", pages)
        cache = folder / "cache"
        first, first_mb = build(deal, cache)
        second, second_mb = build(deal, cache)
    own = (first - plain) / max(second - plain, 0.01)
    print(f"{pages} pages: first {first:.1f} s, {first_mb:.0f} MB; second {second:.1f} s, {second_mb:.0f} MB")
    print(f"the same bid with one page: {plain:.1f} s; the second build is {first / second:.1f} times faster,")
    print(f"what the pages add to it {own:.1f} times")
    return int(own < 5)


if __name__ == "__main__":
    sys.exit(main())
