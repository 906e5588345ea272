"""`bidkit batch`: many deals, each by itself; one that fails stops no other, and what has not changed is not built."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree

import pytest
from office_files import docx, p
from typer.testing import CliRunner, Result
from workspace import ISO9001_RECORD, NOW, edit, make_workspace, sign_all, write

from bidkit.batch import Asked, Batch, run_batch
from bidkit.build import Options, build_deal
from bidkit.cli import app
from bidkit.finding import find_deals, find_near, find_touched, find_touched_by
from bidkit.office import find_office
from bidkit.planning import make_plan
from bidkit.reports.outcome import Outcome
from bidkit.source import Workspace
from bidkit.unchanged import Kept, find_change, list_seen


@pytest.fixture(autouse=True)
def surroundings(monkeypatch: pytest.MonkeyPatch, own_cache: Path) -> None:
    """No LibreOffice, and a cache of one's own."""
    monkeypatch.setenv("BIDKIT_SOFFICE", "/nonexistent")


def make_deals(path: Path, *names: str) -> Path:
    """A workspace of commercial deals that can be built; its root."""
    first = make_workspace(path, "commercial")
    for name in names:
        deal = path / "deals" / name / "deal.yaml"
        if not deal.exists():
            shutil.copytree(first.parent, deal.parent)
        edit(deal, "id: cs-2026-001", f"id: {name}")
        sign_all(deal)
    if "water" not in names:
        shutil.rmtree(first.parent)
    return path


def make(root: Path, *, jobs: int = 1, **changes: object) -> Batch:
    options = Options(now=NOW)
    asked = replace(Asked(options, "en", root), **changes)  # type: ignore[arg-type]
    return run_batch(find_deals(["."], root)[0], asked, jobs=jobs)


def states(batch: Batch) -> dict[str, str]:
    return {item.id or item.deal: item.state for item in batch.outcomes}


def reasons(batch: Batch) -> dict[str, str]:
    return {item.id: item.because for item in batch.outcomes}


# Which deals.


def test_deals_are_found_in_folders_patterns_and_lists_each_once(tmp_path: Path) -> None:
    root = make_deals(tmp_path, "a", "b")
    write(root / "dist/a/deal.yaml", "no deal, but part of a package")
    write(root / "lists/mine.txt", "# the first\n../deals/b\n\n../deals/a/deal.yaml\n")
    for paths, expected in (
        (["."], ["a", "b"]),
        (["deals/b", "."], ["b", "a"]),
        (["deals/*/deal.yaml"], ["a", "b"]),
        (["lists/mine.txt"], ["b", "a"]),
        (["deals/a/deal.yaml", str(root / "deals/a")], ["a"]),
    ):
        found, problems = find_deals(paths, root)
        assert ([deal.parent.name for deal in found], problems) == (expected, [])


def test_every_line_of_a_list_leads_to_a_deal(tmp_path: Path) -> None:
    root = make_deals(tmp_path, "a")
    write(root / "mine.txt", b"deals/a\n# old\ndeals/aa\n" + "项目/甲\n".encode("gb18030"))
    found, problems = find_deals(["mine.txt"], root)
    assert [deal.parent.name for deal in found] == ["a"]
    assert [str(item.values["path"]).split(": ")[0] for item in problems] == ["mine.txt:3", "mine.txt:4"]
    write(root / "mine.txt", "# nothing yet\n")
    assert [item.values["path"] for item in find_deals(["mine.txt"], root)[1]] == ["mine.txt"]


def test_file_called_as_a_fact_hides_none(tmp_path: Path) -> None:
    """The day is judged, whatever a scan is called."""
    seen = list_seen(Workspace(tmp_path, {"day": b"x", "package": b"y"}))
    assert seen.keys().isdisjoint({"day", "package"})
    assert find_change(seen, {**seen, "file day": ""}) == "day"


@pytest.mark.parametrize("path", ["deals/c", "nothing*.yaml", "lists", "x.txt"])
def test_path_that_leads_to_no_deal_is_told(tmp_path: Path, path: str) -> None:
    root = make_deals(tmp_path, "a")
    (root / "lists").mkdir()
    found, (problem,) = find_deals(["deals/a", path], root)
    assert (problem.code, problem.values["path"], len(found)) == ("EN27", path, 1)


def git(folder: Path, *words: str) -> None:
    own = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *own, *words], cwd=folder, check=True, capture_output=True)


def test_deals_that_differ_from_a_commit(tmp_path: Path) -> None:
    root = make_deals(tmp_path / "team", "a", "b")

    def touched(reference: str = "HEAD") -> list[str]:
        found, problems = find_touched(find_deals(["."], root)[0], reference)
        assert problems == []
        return [deal.parent.name for deal in found]

    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "first")
    assert touched() == []
    write(root / "deals/b/notes.md", "new, and not yet added")
    assert touched() == ["b"]
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "second")
    assert (touched(), touched("HEAD~1")) == ([], ["b"])
    edit(root / "catalog/products/GW-200.md", "保存 45 天", "保存 46 天")
    assert touched() == ["a", "b"], "what all deals may read concerns all"
    assert find_touched(find_deals(["."], root)[0], "nowhere")[1][0].code == "EN28"
    assert find_touched(find_deals(["."], root)[0], "--output=x")[1][0].code == "EN28"
    assert not (tmp_path / "x").exists()
    git(tmp_path, "commit", "-qam", "third")
    (root / "bidkit.yaml").unlink()
    assert touched() == ["a", "b"], "without its workspace a deal cannot be what it was"


def test_deal_that_reads_beyond_its_folder_is_touched_by_what_lies_there(tmp_path: Path) -> None:
    """A change that --since passes over would be a pass that nobody has looked at."""
    root = make_deals(tmp_path, "a", "b", "c")
    write(root / "deals/a/texts/overview.md", "{file: ../../b/overview.md}")
    (root / "deals/c/shared.md").symlink_to("../b/overview.md")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "first")
    write(root / "deals/b/overview.md", "new")
    found, _ = find_touched(find_deals(["."], root)[0], "HEAD")
    assert [deal.parent.name for deal in found] == ["a", "b", "c"]
    (root / "deals/c/shared.md").unlink()
    (root / "deals/a/texts/overview.md").unlink()
    git(tmp_path, "commit", "-qam", "second")
    write(root / "deals/b/overview.md", "newer")
    found, _ = find_touched(find_deals(["."], root)[0], "HEAD")
    assert [deal.parent.name for deal in found] == ["b"]


def test_deals_that_changed_files_may_change(tmp_path: Path) -> None:
    make_deals(tmp_path / "team", "a", "b")
    write(tmp_path / "README.md", "nothing of a bid")

    def touched(*files: str, since: str | None = None) -> list[str]:
        near, problems = find_near(files, tmp_path)
        assert ([deal.parent.name for deal in near], problems) == (["a", "b"], [])
        found, problems = find_touched_by(near, files, tmp_path, since)
        assert problems == []
        return [deal.parent.name for deal in found]

    deals = find_near([], tmp_path)[0]
    assert [item.code for item in find_touched_by(deals, ["team/deals/a/deal.yaml"], tmp_path)[1]] == ["EN28"], "no git"
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "-A")
    for files, expected in {
        (): [],
        ("README.md", "team/dist/a/submit/quote.xlsx"): [],
        ("team/deals/b/overview.md", "README.md"): ["b"],
        ("team/deals/b/deal.yaml", "team/deals/a/attestations.yaml"): ["a", "b"],
        ("team/bidkit.yaml",): ["a", "b"],
        ("team/catalog/products/GW-200.md",): ["a", "b"],
        ("team/templates/zh-proposal/pack.yaml",): ["a", "b"],
        ("team/deals/shared.md",): ["a", "b"],
    }.items():
        assert touched(*files) == expected, files
    git(tmp_path, "commit", "-qm", "first")
    assert (touched(), touched(since="HEAD")) == ([], [])
    git(tmp_path, "rm", "-q", "team/deals/a/evidence/minutes.md")
    assert touched("README.md") == ["a"], "a hook is not told of what is removed"
    git(tmp_path, "commit", "-qm", "second")
    assert (touched(), touched(since="HEAD~1"), touched("team/deals/b/x.md", since="HEAD~1")) == ([], ["a"], ["a", "b"])
    assert find_touched_by(deals, [], tmp_path, "nowhere")[1][0].code == "EN28"
    (tmp_path / "empty").mkdir()
    assert find_near([], tmp_path / "empty")[1][0].code == "EN27", "a hook that finds no deal is set up wrongly"
    assert len(find_near(["../team/deals/a/x.md"], tmp_path / "empty")[0]) == 2


# Each by itself.


@pytest.mark.parametrize("jobs", [1, 2])
def test_one_that_fails_stops_no_other(tmp_path: Path, jobs: int) -> None:
    root = make_deals(tmp_path, "a", "b", "c", "d")
    edit(root / "deals/b/deal.yaml", "total: '336000.00'", "total: '336000.01'")
    write(root / "deals/c/deal.yaml", "id: c\n\tno: yaml")
    batch = make(root, jobs=jobs)
    assert [item.state for item in batch.outcomes] == ["built", "refused", "refused", "built"]
    assert batch.exit_code == 1
    assert any("PR01" in text for text in batch.outcomes[1].told)
    assert sorted(path.name for path in (root / "dist").iterdir() if not path.name.startswith(".")) == ["a", "d"]


def test_a_package_is_the_one_that_build_makes(tmp_path: Path) -> None:
    root = make_deals(tmp_path, "a", "b")
    make(root, jobs=2)
    alone = build_deal(root / "deals/b/deal.yaml", Options(now=NOW, out=tmp_path / "alone"))
    assert alone.folder is not None
    assert read_all(root / "dist/b") == read_all(alone.folder)


def read_all(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_two_deals_of_one_id_are_not_built_over_each_other(tmp_path: Path) -> None:
    root = make_deals(tmp_path, "a", "b")
    edit(root / "deals/b/deal.yaml", "id: b", 'id: "a"  # the old one')
    batch = make(root)
    assert [item.state for item in batch.outcomes] == ["refused", "refused"]
    assert "DL74" in batch.outcomes[1].told[0]
    assert "deals/a/deal.yaml" in batch.outcomes[1].told[0]
    assert not (root / "dist").exists()


@pytest.mark.parametrize("is_draft", [True, False])
def test_a_deal_alone_is_not_built_over_another_one_of_its_id(tmp_path: Path, is_draft: bool) -> None:
    root = make_deals(tmp_path, "a", "b")
    options = Options(now=NOW, is_draft=is_draft)
    assert build_deal(root / "deals/a/deal.yaml", options).folder is not None
    before = read_all(root / "dist")
    edit(root / "deals/b/deal.yaml", "id: b", "id: a")
    for one, other in ("ab", "ba"):
        result = build_deal(root / f"deals/{one}/deal.yaml", options)
        (clash,) = [item for item in result.diagnostics if item.code == "DL74"]
        assert result.folder is None
        assert (clash.span and clash.span.file, clash.values["others"]) == (
            f"deals/{one}/deal.yaml",
            f"deals/{other}/deal.yaml",
        )
        assert make_plan(root / f"deals/{one}/deal.yaml", options).verdict == "refused"
    assert read_all(root / "dist") == before


def test_a_deal_is_not_built_over_one_that_a_change_does_not_touch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make_deals(tmp_path, "a")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "first")
    shutil.copytree(root / "deals/a", root / "deals/b")
    monkeypatch.chdir(root)
    for words in (["--since", "HEAD", "."], ["--touched", "--check", "deals/b/deal.yaml"]):
        done = CliRunner().invoke(app, ["batch", "--lang", "en", "--format", "json", *words])
        (deal,) = json.loads(done.stdout)["deals"]
        assert (done.exit_code, deal["deal"], deal["state"]) == (1, "deals/b/deal.yaml", "refused")
        assert "DL74" in done.stdout
    assert not (root / "dist").exists()


def test_nothing_is_begun_after_a_failure_that_stops(tmp_path: Path) -> None:
    root = make_deals(tmp_path, "a", "b", "c")
    edit(root / "deals/a/deal.yaml", "total: '336000.00'", "total: '336000.01'")
    deals = find_deals(["."], root)[0]
    batch = run_batch(deals, Asked(Options(now=NOW), "en", root), jobs=1, fails_fast=True)
    assert ([item.id for item in batch.outcomes], [deal.parent.name for deal in batch.left]) == (["a"], ["b", "c"])
    assert batch.exit_code == 1


def test_a_mistake_of_our_own_is_told_and_ends_no_batch(tmp_path: Path) -> None:
    root = make_deals(tmp_path, "a", "b")
    batch = make(root, options=Options(now="today"))  # type: ignore[arg-type]
    assert [item.state for item in batch.outcomes] == ["failed", "failed"]
    assert all("EN25" in item.told[0] and "AttributeError" in item.told[0] for item in batch.outcomes)
    assert batch.exit_code == 2


def list_workers() -> list[int]:
    """The processes of a pool, by what they were started with."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            command, parent = (path.with_name(name).read_bytes() for name in ("cmdline", "stat"))
            above = Path("/proc") / parent.rpartition(b")")[2].split()[1].decode() / "cmdline"
            if b"multiprocessing" in command and b"multiprocessing" in above.read_bytes():
                found.append(int(path.parent.name))
        except OSError:  # it has just ended
            continue
    return found


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="no /proc")
def test_a_process_that_is_killed_takes_nobody_along(tmp_path: Path) -> None:
    root = make_deals(tmp_path, *"abcdef")
    killed = []

    def kill(outcome: Outcome) -> None:
        if not killed:
            killed.extend(list_workers()[:1])
            os.kill(killed[0], signal.SIGKILL)

    asked = Asked(Options(now=NOW), "en", root, is_fresh=True)  # else one killed once built would be unchanged
    batch = run_batch(find_deals(["."], root)[0], asked, jobs=2, done=kill)
    assert killed
    assert [(item.id, item.state) for item in batch.outcomes] == [(name, "built") for name in "abcdef"]
    assert {path.name for path in (root / "dist").iterdir()} == {*"abcdef"}


KILLER = """\
#!/usr/bin/env python3
import os, signal, sys
if not any(name.endswith(".docx") and os.path.getsize(name) < 9000 for name in sys.argv):
    os.execv("{office}", ["{office}", *sys.argv[1:]])
process = os.getppid()
while b"multiprocessing" not in open(f"/proc/{{process}}/cmdline", "rb").read():
    process = int(open(f"/proc/{{process}}/stat").read().rsplit(")", 1)[1].split()[1])
os.kill(process, signal.SIGKILL)
"""


@pytest.mark.office
def test_a_deal_that_kills_its_process_again_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is called for LibreOffice kills whoever calls it for the one paper that needs it."""
    root = make_deals(tmp_path, "a", "b")
    record = ISO9001_RECORD.replace("id: iso9001", "id: letter").replace("files/iso9001.pdf", "files/letter.docx")
    write(root / "catalog/credentials/letter.yaml", record)
    write(root / "catalog/credentials/files/letter.docx", docx(p("函")))
    edit(root / "deals/a/deal.yaml", "- iso9001\n", "- iso9001\n- letter\n")
    monkeypatch.delenv("BIDKIT_SOFFICE")
    killer = write(tmp_path / "soffice", KILLER.format(office=find_office()))
    killer.chmod(0o755)
    monkeypatch.setenv("BIDKIT_SOFFICE", str(killer))
    batch = make(root, jobs=2)
    assert [item.state for item in batch.outcomes] == ["failed", "built"], batch.outcomes
    assert "EN26" in batch.outcomes[0].told[0]
    assert batch.exit_code == 2


# What has not changed.


def test_what_has_not_changed_is_not_built_again(tmp_path: Path) -> None:
    root = make_deals(tmp_path, "a", "b")
    first = make(root, jobs=2)
    before = {path: path.stat().st_mtime_ns for path in (root / "dist").rglob("*")}
    second = make(root, jobs=2)
    assert (states(first), states(second)) == ({"a": "built", "b": "built"}, {"a": "unchanged", "b": "unchanged"})
    assert {path: path.stat().st_mtime_ns for path in (root / "dist").rglob("*")} == before
    assert second.exit_code == 0
    for one, two in zip(first.outcomes, second.outcomes, strict=True):
        assert (one.folder, one.total, one.warnings) == (two.folder, two.total, two.warnings)
    assert states(make(root, is_fresh=True)) == {"a": "built", "b": "built"}


OWN_PACK = "templates/zh-proposal/pack.yaml"
FORMS = ("json", "junit", "sarif", "gitlab", "github", "html")
CHANGES: dict[str, tuple[Callable[[Path], object], str, str]] = {
    "the deal": (lambda root: edit(root / "deals/a/deal.yaml", "分三批安装", "分四批安装"), "deals/a/deal.yaml", "a"),
    "its texts in one word": (
        lambda root: edit(root / "catalog/products/GW-200.md", "保存 45 天", "保存 46 天"),
        "catalog/products/GW-200.md",
        "ab",
    ),
    "a paper": (
        lambda root: edit(root / "catalog/credentials/iso9001.yaml", "QMS-2025-03417", "QMS-2025-03418"),
        "catalog/credentials/iso9001.yaml",
        "ab",
    ),
    "a new record of the catalog": (
        lambda root: write(root / "catalog/products/GW-300.md", (root / "catalog/products/GW-200.md").read_bytes()),
        "catalog/products/*.md",
        "ab",
    ),
    "the settings": (lambda root: edit(root / "bidkit.yaml", "自有研发", "自建研发"), "bidkit.yaml", "ab"),
    "a template": (
        lambda root: write(root / OWN_PACK, (root / OWN_PACK).read_bytes() + b"# x\n"),
        "templates/",
        "ab",
    ),
    "a waiver where there was none": (
        lambda root: write(root / "deals/a/waivers.yaml", "schema: bidkit/waivers@1\nwaivers: []\n"),
        "deals/a/*.yaml",
        "a",
    ),
    "what follows": (
        lambda root: write(root / "deals/b/follow.yaml", "schema: bidkit/follow@1\n"), "deals/b/*.yaml", "b"
    ),
    "the name of another deal": (
        lambda root: edit(root / "deals/a/deal.yaml", "title: 澄溪水厂数据采集项目", "title: 澄溪水厂数据采集二期"),
        "",
        "ab",
    ),
    "a file of the package by hand": (
        lambda root: write(root / "dist/a/submit/quote.xlsx", b"mine"), "package", "a",
    ),
    "a package that is gone": (lambda root: shutil.rmtree(root / "dist/b"), "package", "b"),
}  # fmt: skip


def find_changes(root: Path) -> dict[str, str]:
    """By deal, what of it has changed since it was built; a deal that is as it was is left out."""
    kept, asked = Kept(), Asked(Options(now=NOW), "en", root)
    looked = {deal.parent.name: kept.find(deal, asked.options, asked.told) for deal in find_deals(["."], root)[0]}
    return {name: change for name, (outcome, change) in looked.items() if outcome is None}


def test_what_is_kept_has_a_limit() -> None:
    store = Kept().store
    assert store is not None
    assert store.max_bytes == 2**30


def test_what_has_changed_is_found_and_named(tmp_path: Path) -> None:
    root = make_deals(tmp_path / "team", "a", "b")
    make(root)
    shutil.copytree(root, tmp_path / "before")
    for name, (change, told, expected) in CHANGES.items():
        change(root)
        found = find_changes(root)
        assert set(found) == set(expected), name
        assert set(found.values()) <= {told} or not told, name
        shutil.rmtree(root)
        shutil.copytree(tmp_path / "before", root)
        assert find_changes(root) == {}, "what is as it was has not changed"


def test_what_has_changed_is_built_again(tmp_path: Path) -> None:
    root = make_deals(tmp_path, "a", "b")
    make(root)
    shutil.rmtree(root / "dist/b")
    assert states(make(root)) == {"a": "unchanged", "b": "built"}


def test_another_day_or_option_is_a_change_where_it_counts(tmp_path: Path) -> None:
    root = make_deals(tmp_path, "a")
    later = Options(now=NOW.replace(month=NOW.month + 1))
    make(root)
    assert states(make(root, options=later)) == {"a": "unchanged"}, "the workspace pins the day"
    edit(root / "bidkit.yaml", "as_of: 2026-09-01\n", "")
    assert reasons(make(root)) == {"a": "bidkit.yaml"}
    assert states(make(root)) == {"a": "unchanged"}
    assert reasons(make(root, options=later)) == {"a": "day"}
    assert reasons(make(root, options=replace(Options(now=NOW), is_strict=True)))["a"] == "option is_strict"


def test_the_hours_before_a_deadline_are_judged_anew_on_the_same_day(tmp_path: Path) -> None:
    root = make_deals(tmp_path, "a")
    edit(root / "bidkit.yaml", "as_of: 2026-09-01\n", "submit_buffer_hours: 3\n")
    hours = {hour: datetime(2026, 9, 18, hour - 8, tzinfo=UTC) for hour in (8, 9)}
    make(root, options=Options(now=hours[8] - timedelta(hours=2)))
    assert states(make(root, options=Options(now=hours[8] - timedelta(hours=2)))) == {"a": "unchanged"}
    assert reasons(make(root, options=Options(now=hours[8]))) == {"a": "day"}
    assert states(make(root, options=Options(now=hours[9]))) == {"a": "unchanged"}


def test_a_bid_that_is_not_whole_is_judged_anew_each_time(tmp_path: Path) -> None:
    root = make_deals(tmp_path, "a")
    edit(root / "deals/a/deal.yaml", "total: '336000.00'", "total: '336000.01'")
    assert [states(make(root)) for _ in range(2)] == [{"a": "refused"}] * 2


def test_without_a_cache_all_are_built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIDKIT_CACHE", "off")
    root = make_deals(tmp_path, "a")
    assert [states(make(root)) for _ in range(2)] == [{"a": "built"}] * 2


# The command.


def run(root: Path, *words: str) -> Result:
    return CliRunner().invoke(app, ["batch", str(root), "--lang", "en", *words])


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    root = make_deals(tmp_path, "a", "b")
    edit(root / "deals/b/deal.yaml", "total: '336000.00'", "total: '336000.01'")
    return root


def test_table_says_what_came_of_each_and_why(mixed: Path) -> None:
    done = run(mixed, "--jobs", "1", "--explain-cache")
    assert done.exit_code == 1
    assert "PR01 error" in done.stdout
    assert re.search(r"built .*deals/a/deal.yaml +336,000.00 CNY .*no record of before", done.stdout)
    assert re.search(r"refused .*deals/b/deal.yaml", done.stdout)
    assert re.search(r"1 built, 1 refused in [\d.]+ s", done.stdout)
    assert "[2/2]" in done.stderr
    again = run(mixed, "--jobs", "1", "--only-changed")
    assert "deals/a" not in again.stdout
    assert "1 unchanged, 1 refused" in again.stdout


def test_every_form_of_report(mixed: Path) -> None:
    forms = {
        form: run(mixed, "--jobs", "1", "--format", form)
        for form in ("json", "junit", "sarif", "gitlab", "github", "html", "markdown")
    }
    assert {done.exit_code for done in forms.values()} == {1}
    record = json.loads(forms["json"].stdout)
    assert record["counts"] == {"built": 1, "refused": 1}
    assert [item["result"]["deal"] for item in record["deals"]] == ["a", "b"]
    suites = ElementTree.fromstring(forms["junit"].stdout).findall("testsuite")
    assert [suite.get("name") for suite in suites] == ["a", "b"]
    assert int(suites[1].get("failures", 0)) > int(suites[0].get("failures", 0)) == 0
    found = [item["ruleId"] for item in json.loads(forms["sarif"].stdout)["runs"][0]["results"]]
    assert "PR01" in found
    assert {item["check_name"] for item in json.loads(forms["gitlab"].stdout)} == set(found)
    assert "::error file=" in forms["github"].stdout
    assert "deals/b/deal.yaml" in forms["html"].stdout
    rows = [line for line in forms["markdown"].stdout.splitlines() if re.match(r"\| \w", line)]
    assert [row.split(" | ")[0] for row in rows[:3]] == ["| state", "| refused", "| unchanged"], "failures first"
    assert any(row.startswith("| error | PR01 | ") and "deals/b/deal.yaml:" in row for row in rows)


def test_one_run_writes_every_report_that_is_asked_for(mixed: Path, tmp_path: Path) -> None:
    forms = {"junit": "a.xml", "gitlab": "a.json", "sarif": "a.sarif", "html": "a.html", "markdown": "new.md"}
    files = {form: tmp_path / name for form, name in forms.items()}
    words = [word for form, file in files.items() for word in ("--report", f"{form}={file}")]
    done = run(mixed, "--jobs", "1", "--format", "github", *words)
    assert (done.exit_code, done.stderr.count("[2/2]")) == (1, 1)
    for form, file in files.items():
        alone = run(mixed, "--fresh", "--jobs", "1", "--format", form).stdout
        told = [re.sub(r"\b\d+\.\d\b", "0.0", text) for text in (file.read_text(encoding="utf-8"), alone)]
        assert told[0] == told[1], form
    assert "::error file=" in done.stdout
    source = mixed / "catalog/products/GW-200.md"
    before = source.read_bytes()
    refused = run(
        mixed, "--check", "--jobs", "1", "--report", f"markdown={source}", "--report", f"html={files['html']}"
    )
    assert (refused.exit_code, "EN20" in refused.stderr, source.read_bytes()) == (2, True, before)
    for wrong in ("pdf=a", "junit", "junit=", f"html={tmp_path}/x/../a.html"):
        done = run(mixed, "--check", "--report", f"junit={files['html']}", "--report", wrong)
        assert (done.exit_code, "--report" in done.stderr) == (2, True), wrong


def test_deals_are_only_judged(mixed: Path) -> None:
    done = run(mixed, "--check", "--jobs", "2", "--format", "json")
    record = json.loads(done.stdout)
    assert (done.exit_code, record["counts"]) == (1, {"checked": 1, "refused": 1})
    assert not (mixed / "dist").exists()
    (mixed / "deals/a/attestations.yaml").unlink()
    edit(mixed / "deals/b/deal.yaml", "total: '336000.01'", "total: '336000.00'")
    done = run(mixed, "--check", "--jobs", "1")
    assert (done.exit_code, "2 without an error" in done.stdout) == (0, True), "an open gate is no error of a check"


def test_unchanged_deals_are_reported_as_when_they_were_built(tmp_path: Path) -> None:
    root = make_deals(tmp_path, "a")
    for form in ("json", "junit"):
        built, kept = (run(root, "--jobs", "1", "--format", form, *more).stdout for more in (["--fresh"], []))
        if form == "json":
            one, two = (json.loads(text)["deals"][0] for text in (built, kept))
            assert (one["state"], two["state"]) == ("built", "unchanged")
            assert one["result"] == two["result"]
        else:
            assert built == kept


def test_nothing_to_do_is_no_success(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = run(tmp_path / "empty")
    assert done.exit_code == 2
    assert "EN27" in done.output


def test_interrupt_ends_it_and_keeps_what_is_done(tmp_path: Path) -> None:
    names = [f"d{number}" for number in range(12)]
    root = make_deals(tmp_path, *names)
    command = [sys.executable, "-m", "bidkit", "batch", str(root), "--lang", "en", "--jobs", "2", "--format", "json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert process.stderr.readline().startswith("[1/12]")
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=60)
    assert process.returncode == 130
    record = json.loads(out)
    assert record["is_interrupted"]
    built = {item["id"] for item in record["deals"]}
    assert 1 <= len(built) < 12
    assert len(record["left"]) == 12 - len(built)
    assert {path.name for path in (root / "dist").iterdir()} == built
    for name in built:
        manifest = json.loads((root / "dist" / name / "internal/manifest.json").read_bytes())
        assert all((root / "dist" / name / file).is_file() for file in manifest["outputs"])
