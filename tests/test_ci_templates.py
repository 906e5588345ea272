"""The GitHub Action, the GitLab template and the hooks: their own steps, run as their runners run them.

What runners do themselves is done by hand: expressions are put in, files of the environment are made, and `bidkit` is
the one of these tests, so the steps that install it only say what they would install.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml
from test_batch import git, make_deals
from test_report_formats import read_commands, read_tables
from workspace import edit, write

ROOT = Path(__file__).parents[1]
ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
JOB = yaml.safe_load((ROOT / "ci/gitlab/bidkit.yml").read_text(encoding="utf-8"))["bidkit"]
HOOKS = {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))}
STEPS = {step["name"]: step for step in ACTION["runs"]["steps"]}
TEAM = "投标 team"
HOSTILE = ["$(touch pwned)", "`touch pwned`", "'; touch pwned; '", '"; touch pwned; "', "a\nb$(touch pwned)"]


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository of two commits: in the second, deal b has an amount that is not the sum of its lines."""
    top = tmp_path_factory.mktemp("origin")
    root = make_deals(top / TEAM, "a", "b")
    write(top / ".gitignore", "dist/\n")
    git(top, "init", "-q", "-b", "main")
    git(top, "add", "-A")
    git(top, "commit", "-qm", "first")
    edit(root / "deals/b/deal.yaml", "total: '336000.00'", "total: '336000.01'")
    git(top, "commit", "-qam", "second")
    return top


@pytest.fixture
def checkout(origin: Path, tmp_path: Path) -> Path:
    """A clone of it in which one may write."""
    subprocess.run(["git", "clone", "-q", str(origin), str(tmp_path / "work")], check=True)
    return tmp_path / "work"


def environment(tmp_path: Path, **more: str) -> dict[str, str]:
    """That of a runner: `bidkit` as these tests have it, no LibreOffice."""
    shim = write(tmp_path / "bin/bidkit", f'#!/bin/sh\nexec "{sys.executable}" -m bidkit "$@"\n')
    shim.chmod(0o755)
    common = {"PATH": f"{shim.parent}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT / "src"), "HOME": str(tmp_path)}
    return common | {"BIDKIT_SOFFICE": "/nonexistent", "BIDKIT_CACHE": os.environ["BIDKIT_CACHE"], **more}


def find_commit(folder: Path, name: str) -> str:
    found = subprocess.run(["git", "rev-parse", name], cwd=folder, check=True, capture_output=True, text=True)
    return found.stdout.strip()


def pwned(tmp_path: Path) -> list[Path]:
    return [*tmp_path.rglob("pwned*")]


# GitHub


@dataclass(frozen=True)
class Ran:
    """What came of a step: what it printed, its summary and its outputs."""

    code: int
    log: str
    summary: str
    outputs: Mapping[str, str]
    report: Path


def run_step(name: str, folder: Path, tmp_path: Path, **inputs: str) -> Ran:
    """A step of the action, by the shell that GitHub calls for `bash`."""
    step = STEPS[name]
    given = {key: entry["default"] for key, entry in ACTION["inputs"].items()} | {
        key.replace("_", "-"): value for key, value in inputs.items()
    }
    context = {f"inputs.{key}": value for key, value in given.items()} | {"runner.temp": str(tmp_path / "temp")}

    def put_in(text: str) -> str:
        return re.sub(r"\$\{\{ ([\w.-]+) \}\}", lambda found: context[found[1]], text)

    script = write(tmp_path / "step.sh", step["run"])
    files = {key: write(tmp_path / key, "") for key in ("GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT")}
    given_to = {key: put_in(value) for key, value in step.get("env", {}).items()} | {
        "RUNNER_TEMP": str(tmp_path / "temp"),
        "GITHUB_ACTION_PATH": str(ROOT),
        **{key: str(path) for key, path in files.items()},
    }
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", str(script)],
        cwd=folder,
        env=environment(tmp_path) | given_to,
        capture_output=True,
        text=True,
    )
    summary, outputs = (path.read_text(encoding="utf-8") for path in files.values())
    lines = dict(line.split("=", 1) for line in outputs.splitlines())
    return Ran(done.returncode, done.stdout + done.stderr, summary, lines, tmp_path / "temp/bidkit/report")


def test_action_gives_annotations_summary_and_reports_of_one_run(checkout: Path, tmp_path: Path) -> None:
    ran = run_step("Run bidkit", checkout, tmp_path, paths=f"\n{TEAM}/deals/a/deal.yaml\n  \n{TEAM}/deals/b", lang="en")
    assert (ran.code, ran.outputs) == (1, {"exit-code": "1", "report": str(ran.report)})
    assert ran.log.count("[2/2]") == 1
    (error,) = [found for found in read_commands(ran.log) if found.name == "error"]
    line = (checkout / TEAM / "deals/b/deal.yaml").read_text(encoding="utf-8").split("336000.01")[0].count("\n") + 1
    assert (error.properties["file"], error.properties["line"]) == (f"{TEAM}/deals/b/deal.yaml", str(line))
    assert (error.properties["title"], "fix: " in error.message) == ("bidkit PR01", True)
    rows = read_tables(ran.summary)
    assert ["refused", f"{TEAM}/deals/b/deal.yaml"] in [row[:2] for row in rows]
    assert ["no error", f"{TEAM}/deals/a/deal.yaml"] in [row[:2] for row in rows]
    assert ["error", "PR01", f"{TEAM}/deals/b/deal.yaml"] in [[*row[:2], row[2].split(":")[0]] for row in rows]
    assert json.loads((ran.report / "report.json").read_bytes())["counts"] == {"checked": 1, "refused": 1}
    assert {path.name for path in ran.report.iterdir()} == {"summary.md", "report.html", "report.json", "junit.xml"}
    assert STEPS["Keep the reports"]["with"]["path"] == "${{ runner.temp }}/bidkit/report"
    assert not (checkout / TEAM / "dist").exists()


def test_action_builds_what_differs_from_a_commit_that_a_shallow_checkout_has_not(origin: Path, tmp_path: Path) -> None:
    base, shallow = find_commit(origin, "HEAD~1"), tmp_path / "shallow"
    git(origin, "config", "uploadpack.allowAnySHA1InWant", "true")  # as GitHub's own server has it
    subprocess.run(["git", "clone", "-q", "--depth=1", f"file://{origin}", str(shallow)], check=True)
    edit(shallow / TEAM / "deals/b/deal.yaml", "total: '336000.01'", "total: '336000.02'")
    ran = run_step("Run bidkit", shallow, tmp_path, command="batch", draft="true", since=base, lang="en")
    assert (ran.code, ran.outputs["exit-code"]) == (0, "0"), ran.log
    assert json.loads((ran.report / "report.json").read_bytes())["counts"] == {"draft": 1}
    assert "1 drafts" in ran.summary
    paths = STEPS["Keep the packages"]["with"]["path"].split()
    assert {path.parent.name for glob in paths for path in shallow.glob(glob)} == {"b-DRAFT"}
    names = {path.name for glob in paths for path in shallow.glob(f"{glob}/*")}
    assert {"manifest.json", "quote-DRAFT.xlsx"} <= names


@pytest.mark.parametrize("text", HOSTILE)
def test_action_never_executes_what_an_input_holds(checkout: Path, tmp_path: Path, text: str) -> None:
    ran = run_step("Run bidkit", checkout, tmp_path, command=text, paths=text)
    assert (ran.code, [found.name for found in read_commands(ran.log)]) == (2, ["error"])
    shim = write(tmp_path / "bin/python", f'#!/bin/sh\nprintf "%s\\n" "$#" "$@" >>"{tmp_path}/installed"\n')
    shim.chmod(0o755)
    assert run_step("Install bidkit", checkout, tmp_path, install=text).code == 0
    assert (tmp_path / "installed").read_text(encoding="utf-8").endswith(f"--\n{text}\n")
    assert pwned(tmp_path) == []


def test_action_that_could_not_run_says_so(checkout: Path, tmp_path: Path) -> None:
    for inputs in (
        {"paths": "$(touch pwned)"},
        {"paths": f"{TEAM}/deals/a\n-opwned.html"},
        {"since": "--output=$(touch pwned)", "lang": "en"},
        {"strict": "yes"},
        {"paths": " \n"},
    ):
        ran = run_step("Run bidkit", checkout, tmp_path, **inputs)
        assert (ran.code, ran.outputs.get("exit-code", "2")) == (2, "2"), inputs
        assert "exit code 2" in ran.summary or read_commands(ran.log), inputs
    assert pwned(tmp_path) == []


def test_action_puts_no_expression_into_a_script_and_pins_what_it_uses() -> None:
    text = (ROOT / "action.yml").read_text(encoding="utf-8")
    assert [name for name, step in STEPS.items() if "${{" in step.get("run", "")] == []
    used = re.findall(r"uses: (\S+)(.*)", text)
    assert len(used) == 4
    for action, comment in used:
        assert re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40}", action)
        assert re.fullmatch(r" # v\d+\.\d+\.\d+", comment)
    assert set(re.findall(r"inputs\.([\w-]+)", text)) == set(ACTION["inputs"])
    for page in ("docs/ci.md", "docs/ci.en.md"):
        told = re.findall(r"^\| `([\w-]+)` \|", (ROOT / page).read_text(encoding="utf-8"), re.M)
        variables = {name for name in JOB["variables"] if name.startswith("BIDKIT_") and name != "BIDKIT_CACHE"}
        assert set(told) == {*ACTION["inputs"], *variables, *HOOKS}, page


# GitLab


def run_job(folder: Path, tmp_path: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """The job's script as a runner starts it; variables are expanded once, as GitLab does it."""
    given: dict[str, str] = {"CI_PROJECT_DIR": str(folder)} | JOB["variables"] | variables
    given["BIDKIT_CACHE"] = given["BIDKIT_CACHE"].replace("$CI_PROJECT_DIR", str(folder))
    script = "\n".join(["set -eo pipefail", *JOB["script"]])
    command = ["bash", "-c", f"umask 0000\n{script}"]
    return subprocess.run(command, cwd=folder, env=environment(tmp_path) | given, capture_output=True, text=True)


def test_gitlab_job_judges_what_a_merge_request_changes(checkout: Path, tmp_path: Path) -> None:
    base = find_commit(checkout, "HEAD~1")
    done = run_job(checkout, tmp_path, CI_MERGE_REQUEST_DIFF_BASE_SHA=base, BIDKIT_LANG="en")
    assert (done.returncode, "[1/1]" in done.stderr) == (1, True), done.stdout + done.stderr
    reports = {kind: checkout / path for kind, path in JOB["artifacts"]["reports"].items()}
    (suite,) = ElementTree.fromstring(reports["junit"].read_bytes())
    assert (suite.get("name"), suite.get("failures")) == ("b", "1")
    quality = json.loads(reports["codequality"].read_bytes())
    (found,) = [item for item in quality if item["severity"] == "critical"]
    assert (found["check_name"], found["location"]["path"]) == ("PR01", f"{TEAM}/deals/b/deal.yaml")
    page, *packages = JOB["artifacts"]["paths"]
    assert "PR01" in (checkout / page).read_text(encoding="utf-8")
    status = subprocess.run(["git", "status", "--porcelain"], cwd=checkout, capture_output=True, text=True)
    assert status.stdout == "", "what the job writes would be a change of every deal"
    assert (checkout / JOB["cache"]["paths"][0]).is_dir(), "a cache that others can write is not used"

    git(checkout, "checkout", "-q", "HEAD~1")
    options = {"BIDKIT_COMMAND": "batch", "BIDKIT_OPTIONS": "--draft --jobs 1", "BIDKIT_PATHS": f"\n{TEAM}/deals/a\n"}
    done = run_job(checkout, tmp_path, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    assert {path.parent.name for glob in packages for path in checkout.glob(glob)} == {"a-DRAFT"}


def test_gitlab_job_never_executes_what_a_variable_holds(checkout: Path, tmp_path: Path) -> None:
    for variables in (
        {"BIDKIT_PATHS": "\n".join([*HOSTILE, "PATHS"])},
        {"BIDKIT_PATHS": f"{TEAM}/deals/a\n-opwned.html"},
        {"BIDKIT_COMMAND": HOSTILE[0]},
        {"BIDKIT_OPTIONS": HOSTILE[0], "BIDKIT_LANG": HOSTILE[2]},
        {"CI_MERGE_REQUEST_DIFF_BASE_SHA": HOSTILE[3]},
    ):
        done = run_job(checkout, tmp_path, **variables)
        assert done.returncode == 2, (variables, done.stdout, done.stderr)
    assert pwned(tmp_path) == []
    install = JOB["before_script"][1]
    shim = write(tmp_path / "bin/python", f'#!/bin/sh\nprintf "%s\\n" "$@" >"{tmp_path}/installed"\n')
    shim.chmod(0o755)
    for text in HOSTILE:
        given = environment(tmp_path) | {"BIDKIT_INSTALL": text}
        subprocess.run(["bash", "-ec", install], cwd=checkout, env=given, check=True)
        assert (tmp_path / "installed").read_text(encoding="utf-8").endswith(f"--\n{text}\n")
    assert pwned(tmp_path) == []


# Hooks


def call_hook(hook: dict[str, Any], files: str) -> str:
    """What pre-commit runs of a hook: its entry, its arguments, and the files."""
    return shlex.join([*shlex.split(hook["entry"]), *hook["args"]]) + f" {files}"


@pytest.fixture
def hooked(checkout: Path, tmp_path: Path) -> Path:
    """A repository whose commits call the hook, told as pre-commit tells it of the files that are staged."""
    staged = 'mapfile -d "" -t files < <(git diff --staged --name-only --no-ext-diff -z --diff-filter=ACMRTUXB)'
    given = " ".join(f"{key}={shlex.quote(value)}" for key, value in environment(tmp_path).items())
    hook = HOOKS["bidkit-check"]
    call = call_hook({**hook, "args": ["--lang", "en", *hook["args"]]}, '"${files[@]}"')
    script = write(checkout / ".git/hooks/pre-commit", f"#!/bin/bash\nexport {given}\n{staged}\n{call}\n")
    script.chmod(0o755)
    return checkout


def commit(folder: Path, *words: str) -> tuple[int, str]:
    own = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"]
    done = subprocess.run(["git", *own, "commit", *words], cwd=folder, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def test_hook_stops_a_commit_that_breaks_a_deal_and_no_other(hooked: Path) -> None:
    write(hooked / "README.md", "nothing of a bid")
    git(hooked, "add", "-A")
    code, told = commit(hooked, "-qm", "third")
    assert (code, "no deals" in told) == (0, True), "deal b is wrong, but it is not touched"
    edit(hooked / TEAM / "deals/a/deal.yaml", "total: '336000.00'", "total: '336000.03'")
    code, told = commit(hooked, "-qam", "fourth")
    assert (code, "deals/b" in told) == (1, False)
    assert re.search(rf"{TEAM}/deals/a/deal.yaml:\d+:\d+: PR01 error", told)
    git(hooked, "checkout", "-q", "HEAD", ".")
    edit(hooked / TEAM / "catalog/products/GW-200.md", "保存 45 天", "保存 46 天")
    code, told = commit(hooked, "-qam", "fifth")
    assert (code, re.findall(r"^== (.*)", told, re.M)) == (1, [f"{TEAM}/deals/b/deal.yaml"]), "it concerns all deals"
    git(hooked, "checkout", "-q", "HEAD", ".")
    git(hooked, "rm", "-q", f"{TEAM}/catalog/products/GW-200.md")
    code, told = commit(hooked, "-qm", "sixth")
    assert (code, "deals/a/deal.yaml" in told) == (1, True), "hooks are not told of what is removed"


def test_hook_goes_through_a_range_and_takes_a_file_for_a_file(checkout: Path, tmp_path: Path) -> None:
    hook = HOOKS["bidkit-draft"]
    shutil.rmtree(checkout / TEAM / "deals/b/evidence")
    git(checkout, "commit", "-qam", "third")
    given = environment(tmp_path) | {"PRE_COMMIT_FROM_REF": "HEAD~1", "PRE_COMMIT_TO_REF": "HEAD"}
    call = call_hook(hook, shlex.quote("-opwned.html"))
    done = subprocess.run(["bash", "-c", call], cwd=checkout, env=given, capture_output=True, text=True)
    assert (done.returncode, "deals/a" in done.stdout, "deals/b" in done.stdout) == (0, False, True), done.stderr
    assert [path.name for path in (checkout / TEAM / "dist").iterdir()] == ["b-DRAFT"]
    assert pwned(tmp_path) == []
