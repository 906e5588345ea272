"""A check told again says what a check anew would say, to the letter; and only while nothing has changed."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta, timezone
from pathlib import Path

import pytest
from office_files import docx, p
from test_batch import make_deals, read_all
from test_batch_random import CHANGES
from workspace import NOW, edit, make_workspace, sign_all, write

from bidkit.checking import check_deal
from bidkit.options import Options
from bidkit.repeating import tell_check
from bidkit.reports.formats import render
from bidkit.unchanged import Kept

EDITS = int(os.environ.get("BIDKIT_EDITS", "8"))


@pytest.fixture(autouse=True)
def surroundings(monkeypatch: pytest.MonkeyPatch, own_cache: Path) -> None:
    """No LibreOffice, and a cache of one's own."""
    monkeypatch.setenv("BIDKIT_SOFFICE", "/nonexistent")


def tell(deal: Path, options: Options, form: str = "json") -> tuple[str, int]:
    return tell_check(deal, options, form, "zh", deal.parent)


def tell_anew(deal: Path, options: Options, form: str = "json") -> tuple[str, int]:
    result = check_deal(deal, options)
    return render(result, "check", form, "zh", deal.parent), result.exit_code


def is_kept(deal: Path, options: Options, form: str = "json") -> bool:
    """Whether it would be told again."""
    asked = ("check", form, "zh", str(deal.parent), str(options.now.utcoffset()))
    return Kept().find(deal, options, asked)[0] is not None


def test_random_edits_are_told_as_by_a_check_anew(tmp_path: Path) -> None:
    chance = random.Random(20261127)
    root = make_deals(tmp_path / "team", "a")
    deal = root / "deals/a/deal.yaml"
    first = read_all(root)
    again = 0
    for step in range(EDITS):
        if step % 4 == 0:  # few edits leave a deal that can be read: begin again with one that can
            shutil.rmtree(root)
            for name, content in first.items():
                write(root / name, content)
        change = chance.choice(CHANGES)
        change(root, chance)
        options = Options(now=NOW + timedelta(days=chance.choice((0, 0, 1))), is_strict=chance.random() < 0.2)
        again += is_kept(deal, options)
        assert tell(deal, options) == tell_anew(deal, options), (step, change.__name__)
        again += is_kept(deal, options)
        assert tell(deal, options) == tell_anew(deal, options), (step, change.__name__, "again")
    assert again >= EDITS // 2


def test_refusal_is_told_again_as_a_refusal(tmp_path: Path) -> None:
    deal = make_workspace(tmp_path, quote__total="1.00")
    options = Options(now=NOW)
    first = tell(deal, options, "text")
    assert first[1] == 1
    assert is_kept(deal, options, "text")
    assert tell(deal, options, "text") == first == tell_anew(deal, options, "text")


def test_what_is_told_again_reads_no_deal(tmp_path: Path) -> None:
    deal = make_workspace(tmp_path)
    sign_all(deal)
    code = (
        "import sys\nfrom bidkit.cli import app\ntry:\n    app(['check', sys.argv[1]])\n"
        "except SystemExit as end:\n    print(end.code, 'bidkit.judging' in sys.modules)\n"
    )
    first, second = (
        subprocess.run([sys.executable, "-c", code, str(deal)], capture_output=True, text=True, check=True).stdout
        for _ in range(2)
    )
    assert first.splitlines()[-1] == "0 True"
    assert second == first.replace("0 True", "0 False")


def test_language_folder_form_and_strictness_are_asked_apart(tmp_path: Path) -> None:
    deal = make_workspace(tmp_path)
    options = Options(now=NOW)
    tell(deal, options, "text")
    assert is_kept(deal, options, "text")
    assert not is_kept(deal, options, "json")
    assert not is_kept(deal, replace(options, is_strict=True), "text")
    assert not is_kept(deal, replace(options, as_of=NOW.date()), "text")
    elsewhere = replace(options, now=NOW.astimezone(timezone(timedelta(hours=-9))))
    assert not is_kept(deal, elsewhere, "text")
    for lang, here in (("en", deal.parent), ("zh", tmp_path)):
        result = check_deal(deal, options)
        assert tell_check(deal, options, "text", lang, here)[0] == render(result, "check", "text", lang, here)


def test_minutes_left_before_the_deadline_are_never_those_of_before(tmp_path: Path) -> None:
    deal = make_workspace(tmp_path)
    edit(tmp_path / "bidkit.yaml", "as_of: 2026-09-01\n", "")
    result = check_deal(deal, Options(now=NOW))
    assert result.bid
    deadline = result.bid.moments[0]
    told = {}
    for hours in (72, 2, 1.5, -1, -1.5):
        options = Options(now=deadline - timedelta(hours=hours))
        told[hours] = tell(deal, options, "text")
        assert told[hours] == tell_anew(deal, options, "text")
        assert is_kept(deal, options, "text") is (hours not in (2, 1.5))
    assert told[2] != told[1.5]
    assert told[-1] == told[-1.5] != told[72]


def test_what_the_surroundings_refuse_is_asked_anew(tmp_path: Path) -> None:
    deal = make_workspace(tmp_path)
    edit(tmp_path / "catalog/credentials/iso9001.yaml", "iso9001.pdf", "iso9001.docx")
    write(tmp_path / "catalog/credentials/files/iso9001.docx", docx(p("ISO 9001")))
    options = Options(now=NOW)
    said, exit_code = tell(deal, options, "text")
    assert (exit_code, "EN" in said) == (2, True)
    assert not is_kept(deal, options, "text")
