"""Random edits of a workspace: what the batch says and leaves behind is always what a clean build gives.

BIDKIT_EDITS=500 python -m pytest -n 0 tests/test_batch_random.py      half an hour; the tests take a few
"""

from __future__ import annotations

import os
import random
import re
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from test_batch import make, make_deals, read_all
from workspace import NOW, make_picture, sign_all, write

from bidkit.build import Options, build_deal

EDITS = int(os.environ.get("BIDKIT_EDITS", "10"))
TEXTS = ("bidkit.yaml", "deals/a/deal.yaml", "catalog/products/GW-200.md", "catalog/services/maintenance.md",
         "catalog/credentials/iso9001.yaml", "templates/zh-proposal/pack.yaml")  # fmt: skip


def change_text(root: Path, chance: random.Random) -> None:
    """A digit, a word or a space somewhere in a text."""
    path = root / chance.choice(TEXTS)
    text = path.read_text(encoding="utf-8")
    places = [match.span() for match in re.finditer(r"\d|[，。]|(?<=[\u4e00-\u9fff])[\u4e00-\u9fff]", text)]
    start, end = chance.choice(places)
    write(path, text[:start] + chance.choice("0123456789，。水") + text[end:])


def touch(root: Path, chance: random.Random) -> None:
    """Written anew with what it had."""
    path = root / chance.choice(TEXTS)
    write(path, path.read_bytes())


def add_file(root: Path, chance: random.Random) -> None:
    """A file that nobody reads, or that a build looks for."""
    name, content = chance.choice(
        [
            ("notes.txt", "x"),
            ("deals/a/notes.md", "x"),
            ("deals/a/waivers.yaml", "schema: bidkit/waivers@1\nwaivers: []\n"),
            ("deals/a/follow.yaml", "schema: bidkit/follow@1\n"),
            ("catalog/products/GW-300.md", (root / "catalog/products/GW-200.md").read_text(encoding="utf-8")),
            ("templates/zh-proposal/more.yaml", "x"),
            ("deals/other/deal.yaml", f"title: 项目{chance.random()}\ncustomer: {{name: 别家水务有限公司}}\n"),
        ]
    )
    write(root / name, content)


def remove_file(root: Path, chance: random.Random) -> None:
    """One of those that were added, or the attestations."""
    names = ("notes.txt", "deals/a/waivers.yaml", "deals/a/follow.yaml", "catalog/products/GW-300.md",
             "templates/zh-proposal/more.yaml", "deals/a/attestations.yaml")  # fmt: skip
    (root / chance.choice(names)).unlink(missing_ok=True)


def change_scan(root: Path, chance: random.Random) -> None:
    write(root / "catalog/credentials/files/licence.png", make_picture("PNG", 1000, 1300 + chance.randrange(20)))


def change_package(root: Path, chance: random.Random) -> None:
    """The package is gone, or a file of it that is never handed in."""
    if chance.random() < 0.5:
        shutil.rmtree(root / "dist", ignore_errors=True)
    else:
        (root / "dist/a/internal/report.html").unlink(missing_ok=True)


def sign(root: Path, chance: random.Random) -> None:
    """Whoever has to sign does."""
    if (root / "deals/a/deal.yaml").exists():
        try:
            sign_all(root / "deals/a/deal.yaml")
        except AssertionError:  # it cannot be judged just now
            return


CHANGES: tuple[Callable[[Path, random.Random], None], ...] = (
    change_text, touch, add_file, remove_file, change_scan, change_package, sign,
)  # fmt: skip


def test_kept_outcomes_are_those_of_clean_builds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, own_cache: Path
) -> None:
    monkeypatch.setenv("BIDKIT_SOFFICE", "/nonexistent")
    chance = random.Random(20261127)
    root = make_deals(tmp_path / "team", "a")
    first = read_all(root)
    kept = 0
    for step in range(EDITS):
        if step % 5 == 0:  # few edits leave a bid that can be built: begin again with one that can
            shutil.rmtree(root)
            for name, content in first.items():
                write(root / name, content)
            make(root)
        change = chance.choice(CHANGES)
        change(root, chance)
        now = NOW + timedelta(days=chance.choice((0, 0, 0, 1)))
        draft = chance.random() < 0.3
        batch = make(root, options=Options(now=now, is_draft=draft))
        (outcome,) = [item for item in batch.outcomes if item.deal == "deals/a/deal.yaml"]
        clean = build_deal(root / "deals/a/deal.yaml", Options(now=now, is_draft=draft, out=tmp_path / "clean"))
        kept += outcome.state == "unchanged"
        assert outcome.is_good is (clean.folder is not None), (step, change.__name__, outcome)
        if clean.folder is not None:
            assert read_all(Path(outcome.folder)) == read_all(clean.folder), (step, change.__name__, outcome.state)
            shutil.rmtree(tmp_path / "clean")
    assert kept or EDITS < 10
