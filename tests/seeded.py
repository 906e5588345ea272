"""Faults seeded into the example deals: many at once, each in lines of its own, so that one look at a deal finds all.

Whether one of them is found does not depend on the others: each test asks for the findings of one fault at its place,
and one more test for each batch asks that there are no others.
"""

from __future__ import annotations

import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bidkit import Options, Severity
from bidkit.diagnostic import Diagnostic

EXAMPLES = Path(__file__).parents[1] / "examples"
BODY = "word/document.xml"
OPTIONS = Options(now=datetime(2026, 11, 23, tzinfo=UTC))
Found = tuple[str, str, int | str]
"""A code, with ` warning` behind it where it is none but that; the file; the line, or the place inside of the file."""


@dataclass(frozen=True)
class Defect:
    """In `file` of a workspace, `old` (a pattern that matches once) becomes `new`; without `old`, `new` is the file.

    `codes` are found on the lines that change; `elsewhere` are findings at other places: the code, the file, and a
    pattern that only their line has.
    """

    file: str
    old: str
    new: str | bytes
    codes: tuple[str, ...] = ()
    elsewhere: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True)
class Batch:
    """Defects that are seeded into one copy of an example.

    Args:
        prepare: makes of the copy what the defects are seeded into.
        usual: what is found without any of them.
        is_late: they are of what follows a bid, and keep none from being handed in.
    """

    example: str
    defects: Mapping[str, Defect]
    prepare: Callable[[Path], object] = lambda root: None
    usual: tuple[tuple[str, str, str], ...] = ()
    is_late: bool = False

    @property
    def codes(self) -> set[str]:
        """All that are found, each at its place."""
        told = [code for item in self.defects.values() for code in item.codes]
        told += [code for item in self.defects.values() for code, _, _ in item.elsewhere]
        told += [code for code, _, _ in self.usual]
        return {code.split()[0] for code in told}


@dataclass(frozen=True)
class Seeded:
    """A copy of an example with defects in it: the lines that each of them has changed, and where others are told."""

    deal: Path
    lines: Mapping[str, tuple[str, range]]
    wanted: Mapping[str, Counter[Found]]
    usual: Counter[Found]


def copy_example(name: str, target: Path) -> Path:
    """A copy of an example without what was built of it; its root."""
    return Path(shutil.copytree(EXAMPLES / name, target / name, ignore=shutil.ignore_patterns("dist")))


def seed(batch: Batch, target: Path) -> Seeded:
    """All defects of a batch in one copy of their example."""
    root = copy_example(batch.example, target)
    batch.prepare(root)
    lines: dict[str, tuple[str, range]] = {}
    for file in dict.fromkeys(item.file for item in batch.defects.values()):
        own = {name: item for name, item in batch.defects.items() if item.file == file}
        lines |= {name: (file, changed) for name, changed in _edit(root / file, own).items()}
    deal = root / "deals" / batch.example / "deal.yaml"
    wanted = {name: _expect(root, item) for name, item in batch.defects.items()}
    return Seeded(deal, lines, wanted, _list_elsewhere(root, batch.usual))


def add_columns(path: Path, *titles: str, fill: Callable[[str], str] = lambda row: "") -> None:
    """Columns added to a csv, each row's cells as `fill` says."""
    head, *rows = path.read_text(encoding="utf-8").splitlines()
    made = [",".join([head, *titles]), *(",".join([row, fill(row), *[""] * (len(titles) - 1)]) for row in rows), ""]
    path.write_text("\n".join(made), encoding="utf-8")


def _edit(path: Path, defects: Mapping[str, Defect]) -> dict[str, range]:
    """Each defect of a file put into it; the lines that it has changed, as the file then counts them."""
    whole = [(name, item.new) for name, item in defects.items() if not item.old]
    for name, content in whole:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return {name: range(1, 1)}
    text = path.read_text(encoding="utf-8")
    edits = []
    for name, item in defects.items():
        (match,) = re.finditer(item.old, text)
        assert isinstance(item.new, str)
        edits.append((match.start(), match.end(), match.expand(item.new), name))
    made, at, lines = "", 0, {}
    for start, end, new, name in sorted(edits):
        assert at <= start, f"{name} changes what another defect has changed"
        made += text[at:start]
        lines[name] = _find_changed(made, text[start:end], new)
        made, at = made + new, end
    path.write_text(made + text[at:], encoding="utf-8")
    return lines


def _find_changed(before: str, old: str, new: str) -> range:
    """The lines of what is new in a text that is put behind another."""
    first = next((n for n, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    rest = zip(reversed(old[first:]), reversed(new[first:]), strict=False)
    last = len(new) - next((n for n, (a, b) in enumerate(rest) if a != b), min(len(old), len(new)) - first)
    start = before.count("\n") + new.count("\n", 0, first) + 1
    return range(start, start + new[first:last].removesuffix("\n").count("\n") + 1)


def _expect(root: Path, item: Defect) -> Counter[Found]:
    """What is found of a defect; `*` is any of its own lines."""
    return Counter((code, item.file, "*") for code in item.codes) + _list_elsewhere(root, item.elsewhere)


def _list_elsewhere(root: Path, places: Iterable[tuple[str, str, str]]) -> Counter[Found]:
    """Findings whose lines are named by what stands in them; a place inside of an Office file is written as it is."""
    told: Counter[Found] = Counter()
    for code, file, text in places:
        if file.endswith((".docx", ".xlsx", ".pdf")):
            told[code, file, text or 0] += 1
            continue
        shown = enumerate((root / file).read_text(encoding="utf-8").splitlines(), 1)
        (line,) = [number for number, content in shown if re.search(text, content)]
        told[code, file, line] += 1
    return told


def list_found(found: Iterable[Diagnostic]) -> Counter[Found]:
    """Findings as they are compared; what only informs is left out."""
    told: Counter[Found] = Counter()
    for item in found:
        if item.severity is not Severity.INFO:
            span = item.span
            place = (" ".join(value for _, value in span.place) or span.line) if span else 0
            grave = "" if item.severity is Severity.ERROR else f" {item.severity.value}"
            told[f"{item.code}{grave}", span.file if span else "", place] += 1
    return told


def find_own(seeded: Seeded, name: str, found: Counter[Found]) -> Counter[Found]:
    """Of the findings those on lines that a defect has changed, there as `*`, and those that it has elsewhere."""
    file, lines = seeded.lines[name]
    own: Counter[Found] = Counter()
    for (code, where, line), count in found.items():
        if where == file and line in lines:
            own[code, where, "*"] += count
        elif (code, where, line) in seeded.wanted[name]:
            own[code, where, line] += count
    return own


def find_others(seeded: Seeded, found: Counter[Found]) -> Counter[Found]:
    """The findings that belong to no defect."""
    own = {(file, line) for file, lines in seeded.lines.values() for line in lines}
    elsewhere = {place for wanted in seeded.wanted.values() for place in wanted}
    return Counter({item: n for item, n in found.items() if item[1:] not in own and item not in elsewhere})
