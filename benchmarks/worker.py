"""One engine in its own Python: does a work when told to, and says how long it took.

    python worker.py ENGINE WORK TEMPLATE CONTEXT OUT [--once] [--profile]

ENGINE is bidkit, peer (whatever `import docxtpl` finds) or floor (what the work costs at least). For each line on stdin
the work is done once and its seconds are printed; `--once` does it once without asking. Imports are not in the seconds.
The result of the last run is written to OUT, so that the benchmark can compare what the engines made.
"""

from __future__ import annotations

import argparse
import io
import json
import re
import resource
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

DAY = date(2026, 9, 1)
Work = Callable[[], bytes]
_SPECIAL = re.compile("[&<>\x00-\x1f]")


def main() -> None:
    """Do what the command line says."""
    parser = argparse.ArgumentParser()
    parser.add_argument("engine", choices=("bidkit", "peer", "floor"))
    parser.add_argument("work", choices=("warm", "whole"))
    for name in ("template", "context", "out"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--once", action="store_true")
    parser.add_argument("--profile", action="store_true")
    options = parser.parse_args()
    context = json.loads(options.context.read_text(encoding="utf-8"))
    work = prepare(options.engine, options.work, options.template, context, options.out)
    if options.profile:
        show_profile(work)
    elif options.once:
        say(work, options.out)
    else:
        for _ in sys.stdin:
            say(work, options.out)


def say(work: Work, out: Path) -> None:
    """Do the work once and print its seconds and the peak memory of this process."""
    start = time.perf_counter()
    made = work()
    seconds = time.perf_counter() - start
    if made:
        out.write_bytes(made)
    print(json.dumps({"seconds": seconds, "peak_kb": peak_kb()}), flush=True)


def peak_kb() -> int:
    """The peak memory of this process in KiB.

    On Linux from the kernel's status file: `ru_maxrss` of a process that was just started is at least its parent's.
    """
    status = Path("/proc/self/status")
    if status.exists():
        found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text())
        assert found is not None
        return int(found.group(1))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak // 1024 if sys.platform == "darwin" else peak


def prepare(engine: str, work: str, template: Path, context: dict[str, Any], out: Path) -> Work:
    """The work as a function; what an engine keeps between renders is made here when the work is `warm`.

    Args:
        work: `warm` fills a template that is known and gives the file's bytes; `whole` goes from file to file.
    """
    if engine == "peer":
        return peer(template, context, out if work == "whole" else None)
    if engine == "floor":
        return copying(template, out) if work == "whole" else rendering(template, context)
    return compiled(template, context) if work == "warm" else from_file_to_file(template, context, out)


def peer(path: Path, context: dict[str, Any], out: Path | None) -> Work:
    """docxtpl as its users call it: a new object for each render."""
    from docxtpl import DocxTemplate

    def work() -> bytes:
        template = DocxTemplate(str(path))
        template.render(context)
        if out is not None:
            template.save(str(out))
            return b""
        saved = io.BytesIO()
        template.save(saved)
        return saved.getvalue()

    return work


def compiled(path: Path, context: dict[str, Any]) -> Work:
    """bidkit with the template compiled once."""
    template = compile_file(path)
    return lambda: fill(template, context)


def from_file_to_file(path: Path, context: dict[str, Any], out: Path) -> Work:
    """bidkit with everything done each time."""
    import bidkit.ooxml.template  # noqa: F401  (imports are not what this measures)

    def work() -> bytes:
        out.write_bytes(fill(compile_file(path), context))
        return b""

    return work


def compile_file(path: Path) -> Any:
    """A template of bidkit's."""
    from bidkit.cache import open_store
    from bidkit.ooxml.template import compile_template

    template, problems = compile_template(path.read_bytes(), path.name, {}, store=open_store("templates"))
    if template is None:
        raise SystemExit(f"{path}: {problems}")
    return template


def fill(template: Any, context: dict[str, Any]) -> bytes:
    """A finished file of bidkit's."""
    rendered = template.render(context)
    if rendered.problems:
        raise SystemExit(f"{rendered.problems}")
    made: bytes = rendered.save(DAY)
    return made


def copying(path: Path, out: Path) -> Work:
    """The floor of a file that is mostly media: read it, write it."""

    def work() -> bytes:
        out.write_bytes(path.read_bytes())
        return b""

    return work


def rendering(path: Path, context: dict[str, Any]) -> Work:
    """The floor of a long table: plain Jinja on the row's XML, every value escaped, packed as bidkit packs."""
    import jinja2

    from bidkit.ooxml import opc
    from templates import DOCUMENT, row_source

    def escaped(value: Any) -> str:
        text = str(value)
        if _SPECIAL.search(text):
            return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        return text

    template = jinja2.Environment(finalize=escaped).from_string(row_source())
    package, _ = opc.read_package(path.read_bytes(), path.name)
    assert package is not None
    before, _, after = package[DOCUMENT].partition(b"</w:tr>")
    parts = dict(package)

    def work() -> bytes:
        xml = before + b"</w:tr>" + template.render(context).encode() + after[after.rindex(b"</w:tr>") + 7 :]
        return opc.write_package({**parts, DOCUMENT: xml})

    return work


def show_profile(work: Work) -> None:
    """Print where the time of one run goes."""
    import cProfile
    import pstats

    profile = cProfile.Profile()
    profile.runcall(work)
    pstats.Stats(profile).strip_dirs().sort_stats("tottime").print_stats(14)


if __name__ == "__main__":
    main()
