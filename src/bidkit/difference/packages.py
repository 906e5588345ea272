"""two packages -> what differs: prices read back from the finished files, files, and in them paragraphs, rows, parts.

A file whose bytes differ is always told, also where nothing of its text does. A draft is compared with the final file
of the same name.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path, PurePosixPath
from typing import Any, cast

from bidkit.correction import BillLine, Regime
from bidkit.diagnostic import Diagnostic, Span
from bidkit.difference.blocks import compare_blocks, read_blocks, read_parts
from bidkit.difference.changes import Change, Difference, Figure, Kind
from bidkit.difference.walking import Place, compare_values
from bidkit.package import MANIFEST, find_edits
from bidkit.simulation import REGIMES, Facts
from bidkit.stated import list_periods, make_statement, read_prices
from bidkit.stated.found import Lot

_COMPUTED = ("inputs", "outputs", "content", "signing")
"""What a manifest says that is compared as files, or follows from them."""
_DRAFT = "-DRAFT"
_PRICED = (".docx", ".xlsx")
Prices = dict[str, tuple[Decimal, tuple[BillLine, ...]]]


@dataclass(frozen=True)
class Package:
    """A package as it lies in its folder.

    Args:
        files: by name without the mark of a draft; each with its name in the folder and its content.
        edited: those that are not as they were built.
    """

    folder: Path
    facts: Facts
    manifest: Mapping[str, Any]
    files: Mapping[str, tuple[str, bytes]]
    edited: frozenset[str]


def load_package(folder: Path) -> tuple[Package | None, list[Diagnostic]]:
    """A package with all its files. Diagnostics: EN15 (none, or that of an old version), DL14."""
    try:
        written = (folder / MANIFEST).read_bytes()
        facts, manifest = Facts.model_validate_json(written), json.loads(written)
        paths = sorted(path for path in folder.rglob("*") if path.is_file())
        found = {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
        edited = frozenset(find_edits(folder))
    except (OSError, ValueError):
        return None, [Diagnostic("EN15", None, {"folder": folder})]
    files: dict[str, tuple[str, bytes]] = {}
    for name, content in found.items():
        key = _strip(name)
        if name != MANIFEST:
            files[name if key != name and key in found else key] = name, content
    return Package(folder, facts, manifest, files, edited), []


def _strip(name: str) -> str:
    path = PurePosixPath(name)
    return str(path.with_stem(path.stem.removesuffix(_DRAFT)))


def compare_packages(before: Path, after: Path) -> tuple[Difference | None, list[Diagnostic]]:
    """What differs between two folders; None if one of them is no package. Diagnostics: EN15, those of the prices."""
    loaded = [load_package(folder) for folder in (before, after)]
    problems = [problem for _, found in loaded for problem in found]
    old, new = (package for package, _ in loaded)
    if old is None or new is None:
        return None, problems
    prices = []
    for package in (old, new):
        stated, found = _read_prices(package)
        prices.append(stated)
        problems += found
    changes = [*_compare_lines(*prices), *_compare_files(old, new), *_compare_manifests(old, new)]
    currencies = (old.facts.currency, new.facts.currency)
    figures = tuple(_compare_totals(*prices))
    names = (str(before), str(after))
    return Difference("packages", *names, figures, tuple(changes), currencies, new.facts.language, tuple(problems)), []


def _read_prices(package: Package) -> tuple[Prices, list[Diagnostic]]:
    """The total and the lines of each lot and period, as a committee would take them."""
    files = {
        name: content
        for name, content in package.files.values()
        if name.startswith("submit/") and not name.startswith("submit/credentials/") and name.endswith(_PRICED)
    }
    facts = package.facts
    lots = [Lot(item.id, item.title) for item in facts.lots]
    found = read_prices(files, facts.currency, facts.language, lots)
    regime = cast("Regime", facts.rules if facts.rules in REGIMES else "mof87")
    prices: Prices = {}
    for lot in [item.id for item in lots] or [""]:
        for period in list_periods(found, lot):
            statement, _ = make_statement(found, regime, lot, period)
            if statement:
                prices[" ".join(filter(None, (lot, period)))] = statement.figures, statement.lines
    problems = [*found.problems]
    if not prices:
        problems.append(Diagnostic("PR38", Span(str(package.folder))))
    return prices, problems


def _compare_totals(old: Prices, new: Prices) -> Iterator[Figure]:
    for name in dict.fromkeys((*new, *old)):
        one, two = old.get(name), new.get(name)
        yield Figure("stated" if name else "total", name, one[0] if one else None, two[0] if two else None)


def _compare_lines(old: Prices, new: Prices) -> Iterator[Change]:
    """The lines of the breakdowns, by their ids."""
    for name in dict.fromkeys((*old, *new)):
        before, after = ({line.id: line for line in prices[name][1]} if name in prices else {} for prices in (old, new))
        for line in dict.fromkeys((*before, *after)):
            one, two = before.get(line), after.get(line)
            place = Place(f"breakdown[{name}]" if name else "breakdown").find(line, f"{name} {line}".strip())
            if one is None or two is None:
                kind: Kind = "added" if one is None else "removed"
                yield place.change(kind, "amount", one and one.amount, two and two.amount, group="price")
                continue
            for key in ("quantity", "unit_price", "amount"):
                if (was := getattr(one, key)) != (now := getattr(two, key)):
                    yield place.enter(key).change("changed", key, was, now, group="price")


def _compare_files(old: Package, new: Package) -> Iterator[Change]:
    """Files that have come, gone or changed; of those that have changed what can be read."""
    for name in dict.fromkeys((*old.files, *new.files)):
        here = Place("").enter("files").find(name, name)
        one, two = old.files.get(name), new.files.get(name)
        for key, package, file in (("edited", old, one), ("edited", new, two)):
            if file and file[0] in package.edited and (one is None or two is None or one[1] != two[1]):
                yield here.enter(key).change("changed", key, str(package.folder), None, group="files")
        if one is None or two is None:
            kind: Kind = "added" if one is None else "removed"
            yield here.change(kind, "bytes", one and len(one[1]), two and len(two[1]), group="files")
        elif one[1] != two[1]:
            yield from _compare_file(name, one[1], two[1], here)
        if one and two and one[0] != two[0]:
            yield here.enter("name").change("changed", "name", one[0], two[0], group="files")


def _compare_file(name: str, old: bytes, new: bytes, place: Place) -> Iterator[Change]:
    """A file that has changed: its blocks of text, and the parts that hold what is no text."""
    yield place.enter("content").change("changed", "content", _hash(old), _hash(new), group="files")
    before, after = read_blocks(name, old), read_blocks(name, new)
    yield from compare_blocks(before, after, place)
    parts = read_parts(name, old), read_parts(name, new)
    names = [part for part in dict.fromkeys((*parts[0], *parts[1])) if parts[0].get(part) != parts[1].get(part)]
    if names and (before == after or any("/media/" in part for part in names)):
        one, two = (tuple(f"{part} {own[part][:8]}" for part in names if part in own) for own in parts)
        yield place.enter("parts").change("changed", "parts", one, two, group="files")


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _compare_manifests(old: Package, new: Package) -> Iterator[Change]:
    """What the manifests say of the bids, and the sources that they were made from."""
    root = Place("")
    for key in dict.fromkeys((*old.manifest, *new.manifest)):
        if key not in _COMPUTED:
            one, two = (json.dumps(item.manifest.get(key), ensure_ascii=False) for item in (old, new))
            yield from compare_values(one, two, root.enter(f"manifest.{key}"), key)
    before, after = (dict(item.manifest.get("inputs", {})) for item in (old, new))
    for name in dict.fromkeys((*before, *after)):
        if before.get(name) != after.get(name):
            kind: Kind = "added" if name not in before else "removed" if name not in after else "changed"
            place = root.enter("sources").find(name, name)
            yield place.change(kind, "content", before.get(name), after.get(name), group="files")
