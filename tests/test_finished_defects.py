"""Faults seeded into a finished package of an example: `verify` finds each at its place, and nothing else."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from mutants import MANIFEST
from seeded import OPTIONS, Found, Seeded, find_others, find_own, list_found, seed
from seeded_files import GROUPS, Files, apply, expect, resolve
from seeded_package import BUILT, QUOTE, TECHNICAL, TEXTS
from workspace import write

from bidkit.basis import FACTS
from bidkit.build import build_deal
from bidkit.difference.packages import compare_packages
from bidkit.package import write_package
from bidkit.reports import Result
from bidkit.simulation import read_facts, simulate_package
from bidkit.verification import verify_packages

CHANGES = [(group, name) for group, changes in GROUPS.items() for name in changes]
HIDDEN = "PK37"
"""What the package alone does not tell: numbers are masked in its facts."""
Verified = tuple[Files, Counter[Found]]


@pytest.fixture(scope="module", autouse=True)
def _no_office() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BIDKIT_SOFFICE", "/nonexistent")
        yield


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Seeded, Result]:
    """The package, with faults in its texts."""
    seeded = seed(BUILT, tmp_path_factory.mktemp("built"))
    result = build_deal(seeded.deal, replace(OPTIONS, is_draft=True))
    assert result.folder is not None, result.diagnostics
    return seeded, result


@pytest.fixture(scope="module")
def files(built: tuple[Seeded, Result]) -> Files:
    folder = built[1].folder or Path()
    paths = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def verify(files: Files, folder: Path) -> Counter[Found]:
    """What is found in a package, its files named as they are in it."""
    for name, content in files.items():
        write(folder / name, content)
    found = list_found(verify_packages([folder], "").diagnostics)
    return Counter({(code, file.replace(f"{folder}/", ""), place): n for (code, file, place), n in found.items()})


@pytest.fixture(scope="module")
def verified(files: Files, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Verified]:
    """A group of changes by its name, verified once."""
    known: dict[str, Verified] = {}

    def find(group: str) -> Verified:
        if group not in known:
            changed = apply(files, GROUPS[group])
            known[group] = changed, verify(changed, tmp_path_factory.mktemp("changed"))
        return known[group]

    return find


@pytest.mark.parametrize("defect", TEXTS)
def test_a_fault_in_a_text_is_found_where_it_is_printed(
    built: tuple[Seeded, Result], files: Files, defect: str
) -> None:
    seeded, result = built
    wanted = {**seeded.wanted, defect: resolve(seeded.wanted[defect], files)}
    found = list_found(result.diagnostics)
    assert find_own(replace(seeded, wanted=wanted), defect, found) == wanted[defect]


def test_nothing_else_is_found_in_texts(built: tuple[Seeded, Result], files: Files) -> None:
    seeded, result = built
    wanted = {name: resolve(item, files) for name, item in seeded.wanted.items()}
    assert find_others(replace(seeded, wanted=wanted), list_found(result.diagnostics)) == seeded.usual


@pytest.mark.parametrize(("group", "change"), CHANGES)
def test_a_change_is_found_at_its_place(verified: Callable[[str], Verified], group: str, change: str) -> None:
    changed, found = verified(group)
    wanted = expect(GROUPS[group][change], changed)
    assert wanted
    assert found & wanted == wanted


@pytest.mark.parametrize("group", GROUPS)
def test_nothing_else_is_found(
    built: tuple[Seeded, Result], files: Files, verified: Callable[[str], Verified], group: str
) -> None:
    """But for what is wrong with the texts, which is told again."""
    changed, found = verified(group)
    wanted = Counter[Found]()
    for change in GROUPS[group].values():
        wanted |= expect(change, changed)
    told = list_found(built[1].diagnostics)
    of_files = {
        item for item in told if item[0].startswith(("PR", "FM", "PK", "ID08")) and item[0] not in (HIDDEN, "PK16")
    }
    by_hash = Counter(("PK52", name, 0) for name in changed if name in files and changed[name] != files[name])
    assert found - wanted - by_hash == Counter({item: told[item] for item in of_files})


def test_a_file_that_is_not_that_of_the_manifest(files: Files, tmp_path: Path) -> None:
    """Told at once, also where the facts cannot be read."""
    changed = {MANIFEST: files[MANIFEST], FACTS: b"{}", QUOTE: files[QUOTE] + b"x"}
    record = json.loads(files[MANIFEST])
    record["outputs"] = {name: record["outputs"][name] for name in (FACTS, QUOTE)}
    changed[MANIFEST] = json.dumps(record).encode()
    assert verify(changed, tmp_path) == Counter({("PK52", QUOTE, 0): 1, ("PK52", FACTS, 0): 1, ("PK53", FACTS, 0): 1})


def test_what_was_edited_by_hand_is_not_overwritten(files: Files, tmp_path: Path) -> None:
    folder = tmp_path / "package"
    assert write_package(folder, files, force=False) == []
    (folder / QUOTE).write_bytes(files[QUOTE] + b"x")
    assert list_found(write_package(folder, files, force=False)) == Counter({("PK07", str(folder / QUOTE), 0): 1})
    assert (folder / QUOTE).read_bytes() != files[QUOTE]


def test_prices_that_are_nowhere_are_told(files: Files, tmp_path: Path) -> None:
    """By the programs that are asked about prices: where no line has one, none is wrong."""
    for name in (MANIFEST, FACTS, TECHNICAL):
        write(tmp_path / name, files[name])
    facts = read_facts(tmp_path)
    assert facts is not None
    simulated = list_found(simulate_package(tmp_path, facts, "mdb").diagnostics)
    assert simulated == Counter({("PR20", str(tmp_path), 0): 1})
    difference, problems = compare_packages(tmp_path, tmp_path)
    assert difference is not None, problems
    assert list_found(difference.problems) == Counter({("PR38", str(tmp_path), 0): 2})
