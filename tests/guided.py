"""Mutated inputs that lead into code not yet seen: `tests/fuzzing.py` by coverage, for the kinds that are text.

    pip install --target build/atheris atheris
    PYTHONPATH=src:tests:build/atheris python tests/guided.py prices.csv -max_total_time=600

What fails is printed with its traceback and kept as crash-HASH in the working folder; options are libFuzzer's.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import atheris  # type: ignore[import-not-found]

with atheris.instrument_imports(include=["bidkit", "yaml"]):
    import fuzzing

LIMITS = ("-rss_limit_mb=1500", "-timeout=10", "-max_len=20000")


def main() -> None:
    kind, *options = sys.argv[1:]
    os.environ["BIDKIT_SOFFICE"] = "/nonexistent"
    folder = Path(tempfile.mkdtemp(prefix="guided-"))
    bench = fuzzing.Bench(folder)
    number = next(number for number, target in enumerate(fuzzing.TARGETS) if target.kind == kind)
    corpus = folder / "corpus"
    corpus.mkdir()
    (corpus / "sound").write_bytes(bench.find_sound(number))

    def try_one(content: bytes) -> None:
        faults = bench.try_content(number, content, "read")
        if faults:
            raise RuntimeError(faults)

    atheris.Setup([sys.argv[0], str(corpus), *LIMITS, *options], try_one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
