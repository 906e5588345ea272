"""`bidkit doctor` and `bidkit config show`: what this machine has, what holds, and where it is written."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner
from workspace import make_workspace, write

from bidkit import __version__, office
from bidkit.cli import app
from bidkit.doctor import examine
from bidkit.office.fonts import find_substitute
from bidkit.reports.surroundings import Check


def run(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, [*words, "--lang", "en"])
    return done.exit_code, done.output


def look(here: Path, encoding: str = "utf-8") -> dict[str, list[Check]]:
    found: dict[str, list[Check]] = {}
    for check in examine(here, encoding, __version__):
        found.setdefault(check.part, []).append(check)
    return found


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with nothing on its PATH but what a test puts there."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setenv("BIDKIT_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("BIDKIT_SOFFICE", raising=False)
    return folder


def put(folder: Path, name: str, text: str) -> None:
    write(folder / name, f"#!/bin/sh\n{text}\n").chmod(0o755)


@pytest.mark.office
def test_a_machine_that_has_all_is_sound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIDKIT_CACHE", str(tmp_path / "cache"))
    found = look(tmp_path)
    assert {
        part: found[part][0].state for part in ("office", "writer", "calc", "cache", "git", "packs")
    } == dict.fromkeys(("office", "writer", "calc", "cache", "git", "packs"), "ok")
    fonts = {dict(check.said.values)["font"]: check for check in found["fonts"]}
    assert fonts["Calibri"].said.key in ("doctor_font", "doctor_font_same")
    assert "宋体" in fonts


def test_what_is_missing_is_told_with_what_to_do(bare: Path, tmp_path: Path) -> None:
    found = look(tmp_path, "ascii")
    for part in ("fonts", "git", "terminal"):
        assert found[part][0].state == "warning"
        assert found[part][0].fix
    assert found["cache"][0].state == "ok"


@pytest.mark.parametrize("program", ["exit 0", "exit 1", "echo nonsense; exit 0", "kill -9 $$"])
def test_a_libreoffice_that_does_nothing_is_not_usable(program: str, bare: Path, tmp_path: Path) -> None:
    for name in ("sh", "sleep", "kill"):
        (bare / name).symlink_to(str(shutil.which(name, path="/bin:/usr/bin")))
    put(bare, "soffice", program)
    found = look(tmp_path)
    assert (found["writer"][0].state, found["calc"][0].state) == ("error", "error")
    assert all(check.fix for check in (*found["writer"], *found["calc"]))
    code, output = run("doctor")
    assert (code, "[x]" in output) == (1, True)


def test_a_libreoffice_that_hangs_is_asked_once(bare: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office, "_VERSION_SECONDS", 0.3)
    for name in ("sh", "sleep"):
        (bare / name).symlink_to(str(shutil.which(name, path="/bin:/usr/bin")))
    put(bare, "soffice", "sleep 100")
    found = look(tmp_path)
    assert [(check.state, dict(check.said.values)["code"]) for check in found["office"]] == [("error", "EN02")]
    assert not found.keys() & {"writer", "calc"}


@pytest.mark.office
def test_a_chinese_font_has_one_with_chinese_characters_in_its_place() -> None:
    assert "CJK" in find_substitute("宋体")
    assert "CJK" not in find_substitute("Times New Roman")


def test_a_cache_that_others_may_write_is_not_used(bare: Path, tmp_path: Path) -> None:
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache").chmod(0o777)
    assert look(tmp_path)["cache"][0].said.key == "doctor_cache_unusable"


def test_a_workspace_is_looked_at(bare: Path, tmp_path: Path) -> None:
    make_workspace(tmp_path / "w")
    assert look(tmp_path / "w")["workspace"][0].state == "ok"
    write(tmp_path / "w/bidkit.yaml", "company: {")
    assert look(tmp_path / "w")["workspace"][0].state == "error"
    assert look(tmp_path)["workspace"][0].said.key == "doctor_no_workspace"


def test_json_says_the_same(bare: Path) -> None:
    code, output = run("doctor", "--format", "json")
    record = json.loads(output)
    assert (code, record["command"], record["format_version"]) == (0, "doctor", "1.0")
    assert {"office", "fonts", "cache"} <= {check["part"] for check in record["checks"]}


def test_settings_come_with_their_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deal = make_workspace(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BIDKIT_CACHE", "off")
    code, output = run("config", "show", "--deal", str(deal), "--format", "json")
    record = json.loads(output)
    found = {item["name"]: (item["value"], item["origin"]) for item in record["settings"]}
    assert (code, record["command"]) == (0, "config show")
    assert found["as_of"] == ("2026-09-01", "bidkit.yaml:2:8")
    assert found["company.name"][1] == "bidkit.yaml:4:9"
    assert found["submit_buffer_hours"] == ("24", "")
    assert found["pack"] == ("zh-proposal", "")
    assert found["deal.locale"] == ("zh-CN", "deals/water/deal.yaml:4:9")
    assert found["BIDKIT_CACHE"] == ("off", "$BIDKIT_CACHE")
    code, output = run("config", "show")
    assert (code, "default" in output, "deal.locale" in output) == (0, True, False)


def test_settings_that_cannot_be_read_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("config", "show")[0] == 2
    write(tmp_path / "bidkit.yaml", "schema: bidkit/workspace@1\nas_of: soon\n")
    code, output = run("config", "show")
    assert (code, "bidkit.yaml:2:8" in output) == (1, True)
