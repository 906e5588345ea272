"""A sample of `tests/fuzzing.py`: mutated inputs of every kind, in a process of its own as in the long run."""

from __future__ import annotations

import os
import random
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import fuzz_mutations
import fuzzing
import pytest
from office_files import parts_of, zipped
from pdf_files import make_pdf as make_text_pdf
from workspace import make_pdf

from bidkit.appendix.scans import Unfit, make_copy
from bidkit.diagnostic import Severity
from bidkit.kinship import list_marks
from bidkit.pdf.reading import read_pdf
from bidkit.traces import read_pdf_traces

COUNT = int(os.environ.get("BIDKIT_FUZZ", "50"))
"""How many inputs are tried here; `python tests/fuzzing.py 100000` tries as many as one likes."""


def test_no_input_of_a_sample_breaks_it() -> None:
    faults, peak, kinds = fuzzing.run_many(COUNT, first=500_000, jobs=2)
    assert faults == []
    assert kinds.total() == COUNT
    assert 0 < peak < fuzzing.MEGABYTES


def spoil_header(content: bytes) -> bytes:
    """A zip whose directory is whole and whose first member is not."""
    return b"PK\0\0" + content[4:]


def exchange_part(name: str, part: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    return lambda content: zipped(
        {each: part(data) if each == name else data for each, data in parts_of(content).items()}
    )


def exchange(old: str, new: str) -> Callable[[bytes], bytes]:
    def spoil(content: bytes) -> bytes:
        assert content.count(old.encode()) == 1
        return content.replace(old.encode(), new.encode())

    return spoil


SHEET, CELL = "xl/worksheets/sheet1.xml", re.compile(rb'(<c\b[^>]*?)t="s"[^>]*><v>\d+</v>')
BROKE = [
    ("deals/water/lines.xlsx", spoil_header),
    ("deals/water/forms/letter.docx", exchange_part("word/styles.xml", lambda data: b"{{ x }}" + data)),
    ("templates/zh-proposal/quote.xlsx", exchange_part("xl/theme/theme1.xml", lambda _: b"")),
    (
        "package/submit/quote-DRAFT.xlsx",
        exchange_part(SHEET, lambda data: CELL.sub(rb'\g<1>t="x"><v>{{ a }}</v>', data, count=1)),
    ),
    (
        "package/submit/quote-DRAFT.xlsx",
        exchange_part(SHEET, lambda data: CELL.sub(rb'\g<1>t="s"><v>{{ a }}</v>', data, count=1)),
    ),
    ("prices.csv", exchange("300000.00", "9" * 30)),
    ("prices.csv", exchange("336000.00", "9" * 30)),
]
"""What the long runs found: files that once ended in a traceback."""


@pytest.mark.parametrize(("file", "spoil"), BROKE)
def test_what_once_broke_it_is_told(file: str, spoil: Callable[[bytes], bytes], tmp_path: Path) -> None:
    bench = fuzzing.Bench(tmp_path)
    number = next(number for number, target in enumerate(fuzzing.TARGETS) if target.file == file)
    content, depth = spoil(bench.find_sound(number)), "built" if fuzzing.TARGETS[number].is_of_deal else "read"
    assert bench.try_content(number, content, depth) == []
    assert [problem.code for problem in bench.tell(number, content, depth) if problem.severity is Severity.ERROR]


def test_a_seed_is_the_same_input_each_time(tmp_path: Path) -> None:
    bench = fuzzing.Bench(tmp_path)
    for number, target in enumerate(fuzzing.TARGETS):
        content = bench.find_sound(number)
        for mutate in {*target.mutate}:
            once, again = (mutate(content, random.Random(3)) for _ in range(2))
            assert once == again


def test_an_input_leaves_nothing_behind_for_the_next_one(tmp_path: Path) -> None:
    """What is said of an input is the same by itself and after others of its kind."""
    bench = fuzzing.Bench(tmp_path / "a")
    for number in (0, 14, 15, 17):  # deal, pack, list, template
        target, sound = fuzzing.TARGETS[number], bench.find_sound(number)
        spoilt = [target.mutate[0](sound, random.Random(seed)) for seed in range(4)]
        told = [bench.tell(number, content, "read") for content in spoilt]
        assert bench.find_sound(number) == sound
        assert any(told)
        assert fuzzing.Bench(tmp_path / f"{number}").tell(number, spoilt[-1], "read") == told[-1]


@pytest.mark.parametrize("seeds", [range(start, start + 100) for start in (0, 100, 200)])
def test_a_spoilt_pdf_is_told_wherever_one_is_read(seeds: range) -> None:
    sound = make_text_pdf()
    told = 0
    for seed in seeds:
        content = fuzz_mutations.spoil_bytes(sound, random.Random(seed))
        read = read_pdf(content, "a.pdf")
        assert read.pages or read.faults
        told += bool(read.faults)
        assert read_pdf_traces(content, "a.pdf").texts
        assert len(list_marks({"a.pdf": content})) <= 1
    assert told > 20


@pytest.mark.parametrize("seed", [9601, 11586])
def test_a_pdf_whose_tree_of_pages_is_damaged_is_no_paper(seed: int) -> None:
    """PDFium reads it all the same."""
    content = fuzz_mutations.spoil_bytes(make_pdf(2), random.Random(seed))
    with pytest.raises(Unfit, match=r"^PDF: /Count is wrong"):
        make_copy(content, ".pdf", None)


def test_a_fault_is_found_and_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What the long run looks for is seen: a traceback, and a message without a place."""
    program = (
        "import sys; sys.path.insert(0, 'tests'); import fuzzing\n"
        "def fail(*_): raise KeyError('lost')\n"
        "fuzzing.run = fail\n"
        "fuzzing.try_part(1, 2)\n"
    )
    root = Path(__file__).parents[1]
    done = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True)
    told = [line.split(":")[0] for line in done.stdout.splitlines() if line.startswith("FAULT")]
    assert told == ["FAULT 1 ?", "FAULT 2 ?"]
    assert "KeyError: 'lost'" in done.stdout
    placeless = fuzzing.Diagnostic("DL08", None, {"value": "x", "expected": "y"})
    assert [fault[:16] for fault in fuzzing.find_faults(placeless)] == ["DL08 has no plac"]
