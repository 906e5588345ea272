"""Mutated inputs of every kind: never a traceback, a hang or much memory, and every mistake at its place.

    python tests/fuzzing.py 100000            all cores; what fails is printed with its seed
    python tests/fuzzing.py --seed 4711       one input again, with its traceback
    python tests/fuzzing.py --seed 4711 --keep out   and the workspace in which it fails

A seed gives the kind of the input and how it is mutated; the same one gives the same bytes on every machine. Every
fourth input is built and read back, if it can be; the others are checked, which fills the templates too.
"""

# ruff: noqa: E501 - tables of odd values are read best on their lines
from __future__ import annotations

import argparse
import faulthandler
import io
import os
import random
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import traceback
import warnings
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import openpyxl
import yaml
from form_files import MAP, form
from PIL import Image
from test_forms import SIGNERS, make_map
from word_forms import letter
from workspace import DEAL, ISO9001, LICENCE, NOW, make_deal, make_pdf, make_picture, make_workspace, root_of

from bidkit.build import Options, check_deal, make_package
from bidkit.diagnostic import Diagnostic, Severity
from bidkit.inspection import inspect_template
from bidkit.reports.text import render_diagnostics

WHOLE = 4
"""Of so many inputs one is built."""
SECONDS = 10
"""More of the processor's time than this no input may take."""
MEGABYTES = 1500
"""More memory than this no process that tries them may have."""
PART = 250
"""How many inputs one process tries."""
DEAL_FILE = "deals/water/deal.yaml"
PACK = "templates/zh-proposal"
Mutate = Callable[[bytes, random.Random], bytes]


@dataclass(frozen=True)
class Target:
    """A file of a workspace, and how it is spoilt.

    Args:
        deal: the text of the deal that reads it.
        content: the sound file; that of the small workspace if None.
    """

    file: str
    mutate: tuple[Mutate, ...]
    content: Callable[[], bytes] | None = None
    deal: Callable[[], str] = lambda: DEAL


SCALARS = (
    *(
        "",
        "~",
        "null",
        "true",
        "no",
        "0",
        "-1",
        "1e999",
        "-1e-999",
        "nan",
        ".inf",
        "0x10",
        "010",
        "1_000",
        "1:30",
        "9" * 400,
    ),
    *(
        "1.10",
        "12,5",
        "１２",
        "¥5",
        "30%",
        "101%",
        "-0.01",
        "2026-13-40",
        "2026-02-30",
        "0000-00-00",
        "9999-12-31",
        "明天",
    ),
    *(
        "2026-09-18T09:30",
        "2026-09-18T25:61+99:99",
        "deadline - 6 months",
        "deadline - 99999999999 years",
        "within 9e9 days",
    ),
    *(
        "[]",
        "{}",
        "[[[[]]]]",
        "{a: {b: {c: 1}}}",
        "&x [*x]",
        "*gone",
        "!!python/object:os.system x",
        "!!binary aGk=",
        "? x",
        "- a",
    ),
    *(
        "'unclosed",
        '"\\x00"',
        '"\\ud800"',
        '"\\u202e\\u200f"',
        "|\n  a\n   b",
        ">-\n x",
        "%TAG ! x",
        "--- a\n--- b",
        "@",
        "`",
        "\t",
    ),
    *(
        "../../etc/passwd",
        "/dev/zero",
        "C:\\x",
        "CON",
        "a\0b",
        "x" * 5000,
        "{{ 7*7 }}",
        "{% for x in y %}",
        "=1+1",
        "<b>&amp;</b>",
    ),
    *(
        "{file: lines.csv}",
        "{file: ../x.csv}",
        "{file: /etc/passwd}",
        "{file: .}",
        "{file: nowhere.xlsx, sheet: 7}",
        "😀" * 50,
        "𠮷",
        "e\u0301",
    ),
)


def spoil_bytes(content: bytes, chance: random.Random) -> bytes:
    """Some bytes flipped, lost, doubled, moved; or the end is lost."""
    data = bytearray(content)
    for _ in range(chance.choice((1, 1, 2, 8, 64))):
        if not data:
            break
        at, size = chance.randrange(len(data)), chance.choice((1, 1, 4, 32, 700))
        kind = chance.randrange(7)
        if kind == 0:
            data[at] ^= 1 << chance.randrange(8)
        elif kind == 1:
            del data[at : at + size]
        elif kind == 2:
            data[at:at] = data[at : at + size] * chance.choice((1, 3, 50))
        elif kind == 3:
            data[at:at] = chance.randbytes(size)
        elif kind == 4:
            del data[at:]
        elif kind == 5:
            data[at : at + 1] = chance.choice(
                (b"\0", b"\xff", b"\r", b"\t", b"\x1b[31m", "\ufeff".encode(), "\u2028".encode())
            )
        else:
            other = chance.randrange(len(data))
            data[at : at + size] = data[other : other + size]
    return bytes(data)


def spoil_text(content: bytes, chance: random.Random) -> bytes:
    """Values exchanged, lines lost, doubled, moved and indented otherwise, keys misspelt, brackets and quotes added."""
    lines = content.decode("utf-8", "replace").split("\n")
    for _ in range(chance.choice((1, 1, 1, 2, 5))):
        at = chance.randrange(len(lines))
        kind = chance.randrange(9)
        if kind <= 2:
            parts = [*re.finditer(r"(?<=: )[^,{}\[\]\n]+|(?<=- )[^:{}\[\]\n]+", lines[at])]
            if parts:
                one = chance.choice(parts)
                lines[at] = lines[at][: one.start()] + chance.choice(SCALARS) + lines[at][one.end() :]
        elif kind == 3:
            del lines[at : at + chance.choice((1, 1, 3, 20))]
            lines = lines or [""]
        elif kind == 4:
            other = chance.randrange(len(lines))
            lines[at:at] = lines[other : other + chance.choice((1, 2, 10))]
        elif kind == 5:
            lines[at] = " " * chance.randrange(6) + lines[at].lstrip(" ")
        elif kind == 6:
            where = chance.randrange(len(lines[at]) + 1)
            lines[at] = (
                lines[at][:where]
                + chance.choice((*"{}[]:,#&*!|>'\"%@`-?\t\\", "\x00", "\x85", ": ", " #"))
                + lines[at][where:]
            )
        elif kind == 7:
            lines[at] = lines[at].replace(":", "x:", 1)
        else:
            lines.insert(
                at,
                f"{' ' * chance.randrange(5)}{chance.choice(('extra', 'id', 'quote', '价格', '<<', '? a'))}: {chance.choice(SCALARS)}",
            )
    return "\n".join(lines).encode("utf-8", "surrogatepass")


def spoil_list(content: bytes, chance: random.Random) -> bytes:
    """Cells of a csv exchanged for odd values."""
    rows = [line.split(",") for line in content.decode("utf-8").split("\n")]
    for _ in range(chance.choice((1, 2, 6))):
        row = chance.choice(rows)
        odd = chance.choice(SCALARS).replace("\n", " ")
        row[chance.randrange(len(row))] = chance.choice((odd, f'"{odd}"', f'"{odd}', odd * 3))
    return "\n".join(map(",".join, rows)).encode("utf-8", "surrogatepass")


def spoil_parts(content: bytes, chance: random.Random) -> bytes:
    """One part of a .docx or .xlsx spoilt: its bytes, or its XML; a part lost, doubled or renamed."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = [(item.filename, archive.read(item)) for item in archive.infolist()]
    at = chance.randrange(len(parts))
    name, data = parts[at]
    kind = chance.randrange(8)
    if kind == 0:
        del parts[at]
    elif kind == 1:
        parts.append((chance.choice((name, name.upper(), f"../{name}", f"/{name}", "word/", "a" * 300)), data))
    elif kind == 2:
        parts[at] = (name, spoil_bytes(data, chance))
    else:
        weighty = [
            number
            for number, (each, _) in enumerate(parts)
            if re.search(r"document|sheet1|styles|header|workbook", each)
        ]
        at = chance.choice(weighty or [at])
        parts[at] = (parts[at][0], spoil_xml(parts[at][1], chance))
    stream = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        warnings.simplefilter("ignore")  # two parts of one name
        for each, one in parts:
            archive.writestr(each, one)
    return stream.getvalue()


def spoil_xml(data: bytes, chance: random.Random) -> bytes:
    """Elements lost, doubled, nested; texts and attributes exchanged, tags among them."""
    text = data.decode("utf-8", "replace")
    for _ in range(chance.choice((1, 1, 3))):
        kind = chance.randrange(6)
        pattern = (
            r"<(\w+:\w+)\b[^<>]*/>",
            r"<(\w+:[pr]|row|c)\b[^<>]*>.*?</\1>",
            r">[^<>]+<",
            r'"[^"<>]*"',
            r"<[^<>]+>",
            r"\{[{%].*?[%}]\}",
        )[kind]
        found = [*re.finditer(pattern, text, re.S)][:4000]
        if not found:
            continue
        one = chance.choice(found)
        new = {
            0: lambda one=one: one[0] * chance.choice((0, 2)),
            1: lambda one=one: one[0] * chance.choice((0, 2, 40)),
            2: lambda: f">{chance.choice(TAGS)}<",
            3: lambda: f'"{chance.choice(("", "-1", "99999999999", "x", "#REF!", "1e9", "../x", "rId999"))}"',
            4: lambda: chance.choice(("", "<w:p>", "</w:p>", "<!-- x -->", "<![CDATA[x]]>", "<?x?>", "<a>")),
            5: lambda: chance.choice(TAGS),
        }[kind]()
        text = text[: one.start()] + new + text[one.end() :]
    return text.encode()


TAGS = (
    *(
        "{{ deal }}",
        "{{ x }}",
        "{{ deal.id.__class__ }}",
        "{{ 1/0 }}",
        "{{ 9**9**9 }}",
        "{% for a in deal %}",
        "{% endfor %}",
        "{%p if x %}",
    ),
    *(
        "{%tr for l in quote.lines %}",
        "{%tr endfor %}",
        "{{",
        "}}",
        "{%",
        "{# a",
        "{{ 'a' * 10**9 }}",
        "{{ range(10**9)|list }}",
        "",
        " ",
    ),
    *(
        "{% include 'x.docx' %}",
        "{% set a = 1 %}",
        "{% macro m() %}{% endmacro %}",
        "{{ [1,2]|map('x')|list }}",
        "{{p a }}",
        "{{r a }}",
        "&#0;",
    ),
    *(
        "{% cellbg x %}",
        "{% colspan 99999 %}",
        "{% hm %}",
        "{% vm %}",
        "{{ quote.total|money('x') }}",
        "{{ lines|tojson }}",
        "{{ ''.join }}",
    ),
)


def make_csv() -> bytes:
    """The lines of the small deal as a list."""
    return "id,category,name,sku,unit,quantity,unit_price,tax_rate\nA01,A,采集网关,GW-200,台,24,12500.00,13%\nB01,B,安装调试,,项,1,36000.00,6%\n".encode()


def make_book() -> bytes:
    """The same as a workbook."""
    book = openpyxl.Workbook()
    for row in make_csv().decode().split():
        book.active.append(row.split(","))
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def make_jpeg() -> bytes:
    stream = io.BytesIO()
    Image.open(io.BytesIO(make_picture("PNG", 300, 400))).save(stream, "JPEG", exif=Image.Exif().tobytes())
    return stream.getvalue()


def with_list(name: str) -> Callable[[], str]:
    return lambda: make_deal(quote__lines={"file": name})


def with_forms() -> str:
    return make_deal(quote__forms=[MAP])


def with_letter() -> str:
    own = {"id": "f", "file": "forms/letter.docx", "map": "forms/letter.yaml", "output": "letter.docx"}
    return make_deal(forms=[own])


@lru_cache
def map_letter() -> bytes:
    """The mapping of the letter, confirmed."""
    return yaml.safe_dump(make_map(letter()), allow_unicode=True, sort_keys=False).encode()


FOLLOW = "schema: bidkit/follow@1\naward: {noticed_on: 2026-10-08}\nnegotiation:\n  target: 330000.00\n  floor: 320000.00\n  roles:\n    - {name: 沈砚秋, role: lead}\n  concessions:\n    - {amount: 2000.00, in_return: 预付款 40%}\n"
SIGNED = "schema: bidkit/attestations@1\nattestations:\n  - {item: 4.8p, by: 周牧野, at: 2026-08-31T10:00+08:00, evidence: evidence/minutes.md, evidence_sha256: ab, subject_sha256: cd}\n"
WAIVED = "schema: bidkit/waivers@1\nwaivers:\n  - {item: 4.8t, by: 周牧野, at: 2026-08-31T10:00+08:00, reason: 已另行复核, until: 2026-12-31}\n"
TEXT = (spoil_text, spoil_text, spoil_text, spoil_bytes)
OFFICE = (spoil_parts, spoil_parts, spoil_parts, spoil_bytes)
TARGETS = (
    *(Target(DEAL_FILE, TEXT),) * 6,
    Target("bidkit.yaml", TEXT),
    Target("catalog/products/GW-200.md", TEXT),
    Target("catalog/services/maintenance.md", TEXT),
    Target("catalog/credentials/iso9001.yaml", TEXT),
    Target("deals/water/attestations.yaml", TEXT, SIGNED.encode),
    Target("deals/water/waivers.yaml", TEXT, WAIVED.encode),
    Target("deals/water/follow.yaml", TEXT, FOLLOW.encode),
    Target(f"{PACK}/pack.yaml", TEXT),
    *(Target("deals/water/lines.csv", (spoil_list, spoil_bytes), make_csv, with_list("lines.csv")),) * 2,
    *(Target("deals/water/lines.xlsx", OFFICE, make_book, with_list("lines.xlsx")),) * 2,
    *(Target(f"{PACK}/proposal.docx", OFFICE),) * 4,
    *(Target(f"{PACK}/quote.xlsx", OFFICE),) * 2,
    Target(LICENCE, (spoil_bytes,)),
    Target(LICENCE, (spoil_bytes,), make_jpeg),
    *(Target(ISO9001, (spoil_bytes,), lambda: make_pdf(2)),) * 2,
    Target("deals/water/forms/报价表.xlsx", OFFICE, form, with_forms),
    Target("deals/water/forms/letter.docx", OFFICE, letter, with_letter),
    Target("deals/water/forms/letter.yaml", TEXT, map_letter, with_letter),
)


def try_seed(seed: int, folder: Path) -> tuple[str, list[str]]:
    """One mutated input: the kind of its file, and what is wrong with what came of it."""
    chance = random.Random(seed)
    target = chance.choice(TARGETS)
    deal = make_workspace(folder)
    root = root_of(deal)
    deal.write_text(target.deal(), encoding="utf-8")
    path = root / target.file
    path.parent.mkdir(parents=True, exist_ok=True)
    if "letter" in target.file:
        (path.parent / "letter.docx").write_bytes(letter())
        (path.parent / "letter.yaml").write_bytes(map_letter())
        settings = (root / "bidkit.yaml").read_text(encoding="utf-8")
        (root / "bidkit.yaml").write_text(settings.replace("  address:", f"{SIGNERS}  address:"), encoding="utf-8")
    path.write_bytes(chance.choice(target.mutate)(target.content() if target.content else path.read_bytes(), chance))
    kind = f"{target.file.rpartition('/')[2]}"
    started = time.process_time()
    options = Options(now=NOW, is_draft=True)
    is_whole = seed % WHOLE == 0
    result = make_package(deal, options)[0] if is_whole else check_deal(deal, options)
    problems = [*result.diagnostics]
    if is_whole and path.parent.name == "zh-proposal" and path.suffix in (".docx", ".xlsx"):
        problems += inspect_template(path).diagnostics
    faults = [fault for problem in problems for fault in find_faults(problem)]
    if (took := time.process_time() - started) > SECONDS:
        faults.append(f"took {took:.0f} s")
    return kind, faults


def find_faults(problem: Diagnostic) -> Iterator[str]:
    """What a reader would miss: a place, words in both languages."""
    if problem.severity is Severity.ERROR and problem.span is None and not problem.code.startswith("EN"):
        yield f"{problem.code} has no place: {problem.message('en')}"
    for lang in ("zh", "en"):
        text = render_diagnostics([problem], lang, None, Path.cwd())
        if not problem.message(lang).strip() or any(ord(sign) < 32 and sign != "\n" for sign in text):
            yield f"{problem.code} says {text!r}"


def try_part(first: int, count: int) -> None:
    """In a process of its own: each seed on a line, with what is wrong with it."""
    resource.setrlimit(resource.RLIMIT_AS, (8 << 30, 8 << 30))
    kinds: Counter[str] = Counter()
    for seed in range(first, first + count):
        print(f"{seed}", flush=True)
        faulthandler.dump_traceback_later(SECONDS * 12, exit=True)
        folder = Path(tempfile.mkdtemp(prefix="fuzz-"))
        try:
            kind, faults = try_seed(seed, folder)
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException:  # whatever it is, it is what this looks for
            kind, faults = "?", [traceback.format_exc().strip().replace("\n", "\n    ")]
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        kinds[kind] += 1
        for fault in faults:
            print(f"FAULT {seed} {kind}: {fault}", flush=True)
    faulthandler.cancel_dump_traceback_later()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"PEAK {peak}")
    print("KINDS " + " ".join(f"{kind}={number}" for kind, number in kinds.items()))


def run_part(first: int, count: int) -> tuple[list[str], int, Counter[str]]:
    """Faults, the peak of memory in MB, and how many inputs of each kind were tried."""
    words = [sys.executable, __file__, "--part", str(first), str(count)]
    done = subprocess.run(words, capture_output=True, text=True, errors="replace", timeout=count * SECONDS * 2)
    lines = done.stdout.split("\n")
    faults = re.findall(r"^FAULT .*(?:\n    .*)*", done.stdout, re.M)
    peak = max([int(line[5:]) for line in lines if line.startswith("PEAK ")], default=0)
    counts = [each.rsplit("=", 1) for line in lines if line.startswith("KINDS ") for each in line[6:].split()]
    kinds = Counter({kind: int(number) for kind, number in counts})
    if done.returncode:
        last = next((line for line in reversed(lines) if line.isdecimal()), "?")
        faults.append(f"FAULT {last}: the process ended with {done.returncode}: {done.stderr[-3000:]}")
    if peak > MEGABYTES:
        faults.append(f"FAULT {first}–{first + count}: {peak} MB of memory")
    return faults, peak, kinds


def run_many(count: int, first: int = 0, jobs: int | None = None) -> tuple[list[str], int, Counter[str]]:
    """Inputs from a seed on, on all cores."""
    parts = [(start, min(PART, first + count - start)) for start in range(first, first + count, PART)]
    faults: list[str] = []
    kinds: Counter[str] = Counter()
    peak, started = 0, time.monotonic()
    with ThreadPoolExecutor(jobs or os.cpu_count()) as pool:
        for number, (found, most, tried) in enumerate(pool.map(lambda part: run_part(*part), parts), 1):
            faults += found
            peak = max(peak, most)
            kinds += tried
            for fault in found:
                print(fault, flush=True)
            rate = kinds.total() / (time.monotonic() - started)
            print(
                f"{number}/{len(parts)}: {kinds.total()} inputs, {len(faults)} faults, {peak} MB, {rate:.0f} a second",
                file=sys.stderr,
            )
    return faults, peak, kinds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("count", nargs="?", type=int, default=1000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--jobs", type=int)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--part", nargs=2, type=int)
    given = parser.parse_args()
    if given.part:
        try_part(*given.part)
    elif given.seed is not None:
        folder = given.keep or Path(tempfile.mkdtemp(prefix="fuzz-"))
        print(*try_seed(given.seed, folder), sep="\n")
    else:
        faults, peak, kinds = run_many(given.count, given.first, given.jobs)
        print(f"{kinds.total()} inputs, {len(faults)} faults, {peak} MB at most; {dict(kinds)}")
        raise SystemExit(bool(faults))


if __name__ == "__main__":
    main()
