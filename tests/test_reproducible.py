"""The same workspace gives the same bytes wherever, whenever and under whatever settings it is built."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from workspace import NOW, edit, make_workspace, root_of

import bidkit
from bidkit.build import Options, make_package

BUILD = """\
import os, sys
os.umask(int(sys.argv.pop(1), 8))
if int(day := sys.argv.pop(1)):
    import datetime
    class Later(datetime.datetime):
        @classmethod
        def now(cls, tz=None):
            return super().now(tz) + datetime.timedelta(days=int(day))
    datetime.datetime = Later
from bidkit.cli import main
main()
"""
PLAIN = {"TZ": "UTC", "LC_ALL": "C", "PYTHONHASHSEED": "0", "PYTHONUTF8": "1"}


def run(
    deal: Path,
    out: Path,
    here: Path,
    environment: Mapping[str, str],
    *,
    umask: str = "022",
    days: int = 0,
    cores: str = "",
) -> subprocess.CompletedProcess[bytes]:
    """A build in a process of its own, that knows nothing of our surroundings."""
    own = {"PATH": os.environ["PATH"], "BIDKIT_CACHE": str(out / "cache"), "BIDKIT_SOFFICE": "/nonexistent"}
    own |= {"PYTHONPATH": str(Path(bidkit.__file__).parents[1]), **environment}
    words = [sys.executable, "-c", BUILD, umask, str(days), "build", "--draft", "--as-of", "2026-09-01"]
    words = ["taskset", "-c", cores, *words] if cores and shutil.which("taskset") else words
    return subprocess.run([*words, "--out", out, deal], cwd=here, env=own, capture_output=True, timeout=120)


def build(deal: Path, out: Path, here: Path, environment: Mapping[str, str], **more: Any) -> dict[str, bytes]:
    """What is handed in."""
    done = run(deal, out, here, environment, **more)
    assert done.returncode == 0, done.stdout.decode("utf-8", "replace") + done.stderr.decode("utf-8", "replace")
    (submit,) = out.glob("*/submit")
    return {path.relative_to(submit).as_posix(): path.read_bytes() for path in submit.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def deal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_workspace(tmp_path_factory.mktemp("w"))


@pytest.fixture(scope="module")
def first(deal: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return build(deal, tmp_path_factory.mktemp("first"), deal.parent, PLAIN)


def test_zone_locale_hash_seed_umask_and_cores_do_not_matter(
    deal: Path, first: dict[str, bytes], tmp_path: Path
) -> None:
    settings = {"TZ": "Asia/Shanghai", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "4711", "PYTHONUTF8": "0"}
    assert len(first) > 3
    assert build(deal, tmp_path, tmp_path, settings, umask="077", cores="0") == first


def test_place_name_of_the_folder_order_of_files_and_day_do_not_matter(
    deal: Path, first: dict[str, bytes], tmp_path: Path
) -> None:
    """A copy made backwards, elsewhere, under a Chinese name, built a hundred days later for the same day."""
    root, copy = root_of(deal), tmp_path / "投标 文件夹"
    for path in sorted(root.rglob("*"), reverse=True):
        if path.is_file():
            target = copy / path.relative_to(root)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
            os.utime(target, (1_000_000_000, 1_000_000_000))
    later = {"TZ": "America/New_York", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "1", "PYTHONUTF8": "1"}
    assert build(copy / deal.relative_to(root), tmp_path / "out", copy, later, days=100) == first


def test_what_a_deal_says_does_matter(first: dict[str, bytes], tmp_path: Path) -> None:
    deal = make_workspace(tmp_path)
    edit(deal, "work: 分三批安装网关。", "work: 分四批安装网关。")
    _, files = make_package(deal, Options(now=NOW, is_draft=True))
    assert files is not None
    assert {name for name in first if files[f"submit/{name}"] != first[name]} == {"proposal-DRAFT.docx"}


def test_a_locale_of_before_utf8_does_not_matter(deal: Path, first: dict[str, bytes], tmp_path: Path) -> None:
    """Copies of credentials have Chinese names, which such a system could not write."""
    old = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    assert build(deal, tmp_path, tmp_path, old) == first
