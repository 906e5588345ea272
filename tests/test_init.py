"""`bidkit init`: a workspace whose sample deal builds at once, and nothing of anybody's overwritten."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner
from workspace import edit, make_picture, write

from bidkit.build import Options, build_deal, check_deal
from bidkit.cli import app
from bidkit.diagnostic import Severity
from bidkit.formatting import arrange_paths
from bidkit.package import add_files, write_folder
from bidkit.specimens import SAMPLES, SPECIMENS
from bidkit.starting import DEAL, make_workspace

NOW = datetime(2026, 11, 27, 2, 0, tzinfo=UTC)


def run(*words: object) -> tuple[int, str]:
    done = CliRunner().invoke(app, [*map(str, words)])
    return done.exit_code, done.output


@pytest.fixture(scope="module", params=["zh", "en"])
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    root = tmp_path_factory.mktemp("新 工作区") / "标书"
    assert write_folder(root, make_workspace(request.param, NOW)) == []
    return request.param, root


def test_the_sample_builds_at_once_and_nothing_is_found(made: tuple[str, Path]) -> None:
    language, root = made
    result = build_deal(root / DEAL, Options(now=NOW))
    assert result.folder is not None
    assert {item.code for item in result.diagnostics} <= {"EN01"}  # no LibreOffice
    assert {path.name for path in (result.folder / "submit").iterdir()} == {
        "proposal.docx",
        "quote.xlsx",
        "credentials",
    }
    assert result.bid is not None
    assert result.bid.deal.language == language


def test_it_has_no_day_that_is_past_a_month_later(made: tuple[str, Path], tmp_path: Path) -> None:
    result = build_deal(made[1] / DEAL, Options(now=NOW + timedelta(days=30), out=tmp_path))
    assert result.folder is not None
    assert not [item for item in result.diagnostics if item.severity is Severity.ERROR]


def test_all_in_it_says_that_it_is_a_sample(made: tuple[str, Path]) -> None:
    language, root = made
    word = {"zh": "示例", "en": "Sample"}[language]
    for name in (
        "bidkit.yaml",
        "README.md",
        DEAL,
        "catalog/products/TH-100.md",
        f"{Path(DEAL).parent}/attestations.yaml",
    ):
        assert word.casefold() in (root / name).read_text(encoding="utf-8").casefold()
    assert "@today" not in (root / DEAL).read_text(encoding="utf-8")
    assert (root / ".gitignore").read_text(encoding="utf-8").splitlines()[-1] == "dist/"


def test_editors_find_the_schemas(made: tuple[str, Path]) -> None:
    language, root = made
    for name in ("bidkit.yaml", DEAL, f"{Path(DEAL).parent}/attestations.yaml"):
        lines = (root / name).read_text(encoding="utf-8").splitlines()
        path = (root / name).parent / lines[0].removeprefix("# yaml-language-server: $schema=")
        assert lines[1] == f"# $schema: {lines[0].partition('=')[2]}"
        title = json.loads(path.read_text(encoding="utf-8"))["title"]
        assert bool(re.search("[一-鿿]", title)) is (language == "zh")
    (paper,) = root.glob("catalog/credentials/*.yaml")
    assert "credential.schema.json" in paper.read_text(encoding="utf-8").splitlines()[0]
    assert arrange_paths([root])[0]
    assert not [file.path for file in arrange_paths([root])[0] if file.is_changed]


def test_its_signatures_are_void_once_it_is_somebody_elses(made: tuple[str, Path], tmp_path: Path) -> None:
    root = tmp_path / "mine"
    write_folder(root, make_workspace(made[0], NOW))
    deal = root / DEAL
    text = deal.read_text(encoding="utf-8")
    write(deal, text.replace("\ncustomer:\n  name: ", "\ncustomer:\n  name: X "))
    result = build_deal(deal, Options(now=NOW))
    assert result.folder is None
    assert result.gate is not None
    assert {item.item.id for stage in result.gate.stages for item in stage.items if item.open} >= {"1.7", "2.5"}


def test_its_lists_are_ones_that_spreadsheets_of_windows_open(made: tuple[str, Path]) -> None:
    lists = [*made[1].rglob("*.csv")]
    assert lists
    assert all(path.read_bytes().startswith(b"\xef\xbb\xbf") for path in lists)


def test_nothing_of_the_sample_goes_out_under_another_name(made: tuple[str, Path], tmp_path: Path) -> None:
    language, (root, at) = made[0], (tmp_path / "mine", 0 if made[0] == "zh" else 1)
    write_folder(root, make_workspace(language, NOW))
    samples = {field: texts[at] for field, texts in SAMPLES.items()}
    settings, about = root / "bidkit.yaml", root / "company.md"
    assert about.read_text(encoding="utf-8").startswith(samples.pop("introduction"))
    text = settings.read_text(encoding="utf-8")
    for sample in samples.values():
        assert text.count(sample) == 1
    mine = text.replace(samples.pop("name"), "Ours & Co")
    write(settings, mine)
    found = [item for item in check_deal(root / DEAL, Options(now=NOW)).diagnostics if item.code == "ID11"]
    assert [item.severity for item in found] == [
        Severity.ERROR
    ] * 8  # the introduction, five fields, a paper and its scan
    assert build_deal(root / DEAL, Options(now=NOW)).folder is None
    for sample in samples.values():
        mine = mine.replace(sample, "12345678" if sample[-1].isdigit() else "Ours")
    write(settings, mine)
    write(about, "We have made instruments since 2009.")
    (paper,) = (root / "catalog/credentials").glob("*.yaml")
    edit(paper, SAMPLES["name"][at], "Ours & Co")
    found = [item for item in check_deal(root / DEAL, Options(now=NOW)).diagnostics if item.code == "ID11"]
    (scan,) = (root / "catalog/credentials/files").iterdir()
    assert [item.values["stated"] for item in found] == [scan.relative_to(root).as_posix()]
    assert hashlib.sha256(scan.read_bytes()).hexdigest() in SPECIMENS
    write(scan, make_picture("PNG", 1000, 1300))
    found = [item for item in check_deal(root / DEAL, Options(now=NOW)).diagnostics if item.code == "ID11"]
    assert found == []


def test_a_workspace_is_not_made_in_another_one(tmp_path: Path) -> None:
    assert run("init", tmp_path)[0] == 0
    for inner in ("deals/first", "new"):
        code, output = run("init", tmp_path / inner, "--lang", "en")
        assert (code, "EN65" in output, "bidkit new" in output) == (1, True, True)
        assert not (tmp_path / inner / "bidkit.yaml").exists()


def test_the_command_tells_what_comes_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    code, output = run("init", "bids", "--lang", "en")
    assert (code, "bidkit build deals/first/deal.yaml" in output) == (0, True), output
    code, output = run("check", "bids/deals/first/deal.yaml", "--lang", "en")
    assert (code, "0 errors, 0 warnings" in output) == (0, True), output


def test_what_is_there_is_never_overwritten(tmp_path: Path) -> None:
    mine = write(tmp_path / "bidkit.yaml", "mine")
    code, output = run("init", tmp_path, "--lang", "en")
    assert (code, "EN50" in output, "bidkit.yaml" in output) == (1, True, True)
    assert [*tmp_path.iterdir()] == [mine]
    assert mine.read_text(encoding="utf-8") == "mine"


def test_a_folder_with_other_files_is_filled(tmp_path: Path) -> None:
    write(tmp_path / "notes.txt", "mine")
    write(tmp_path / ".vscode/settings.json", "{}")
    assert run("init", tmp_path)[0] == 0
    assert (tmp_path / DEAL).is_file()
    assert (tmp_path / "notes.txt").read_text(encoding="utf-8") == "mine"
    assert (tmp_path / ".vscode/settings.json").read_text(encoding="utf-8") == "{}"
    assert (tmp_path / ".vscode/extensions.json").is_file()


def test_a_place_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    write(tmp_path / "deals", "a file where a folder has to be")
    problems = add_files(tmp_path, {"bidkit.yaml": b"a", "catalog/b": b"b", "deals/first/deal.yaml": b"c"})
    assert [item.code for item in problems] == ["EN04"]
    assert [path.name for path in tmp_path.iterdir()] == ["deals"]


@pytest.mark.skipif(os.name != "posix", reason="the shells of Windows quote otherwise")
@pytest.mark.parametrize("name", ["-bid", "~", "a b", "it's", 'the "first"', "$HOME", "标书", "a\\b"])
def test_what_comes_next_can_be_pasted(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    code, said = run("init", "--lang", "en", "--", name)
    line = next(line.strip() for line in said.splitlines() if line.strip().startswith("cd "))
    there = subprocess.run(["/bin/sh", "-c", f"{line} && pwd"], capture_output=True, text=True, check=True).stdout
    assert (code, Path(there.strip()).name) == (0, name)
