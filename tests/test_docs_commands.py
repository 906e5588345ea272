"""Every command that the docs show is run, page by page, and prints what its page says that it prints."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections import Counter
from pathlib import Path

import pytest
from docs_worlds import BETWEEN, make_world
from shown_commands import PAGES, ROOT, Change, Shown, apply, is_shown, list_stray, read_steps
from typer.main import get_command
from typer.testing import CliRunner

from bidkit.cli import app

STEPS = {path: list(read_steps(path)) for path in PAGES}
EXIT_CODES = {
    ("credentials", 2): 1,  # some papers expire
    ("diff", 0): 1,  # there are differences
    ("editor", 2): 1,  # files of the example are not in order
    ("editor", 3): 1,
    ("plan", 0): 1,  # tests have no LibreOffice, and the examples have page references
    ("prices", 1): 1,  # a committee would correct something
    ("tutorial", 10): 1,  # the finding that is read
    ("reconcile", 0): 1,  # there are edits
    ("reconcile", 1): 1,
    ("verify", 0): 1,  # the package was edited
}
"""Commands that do not end with 0: the page and which of its commands, counted from 0."""

ELSEWHERE = {
    r"bidkit .*--cluster ": ("tests/test_cluster.py", "--cluster", "needs a cluster"),
    r"bidkit diff dist/": ("tests/test_difference.py", "packages", "builds two packages; that test has them"),
    r"bidkit build .*--pdf": ("tests/test_pdfs.py", "--pdf", "needs LibreOffice for a whole minute"),
    r"bidkit preview ": ("tests/test_preview.py", "preview", "a server that runs until it is stopped"),
    r"dask (scheduler|worker) ": ("tests/test_cluster.py", "scheduler", "a server, started there on this machine"),
    r"make \w+": ("Makefile", "", "whole runs; that there is such a target is tested here"),
    r"(python -m )?pip install ": ("pyproject.toml", "[project.optional-dependencies]", "needs a package registry"),
}
"""Commands that are not run here: a pattern, where they are run instead, what stands there, and why."""


def language_of(command: Shown | Change, lines: list[str]) -> str:
    """README has both languages, one after the other; every other page has the one of its name."""
    if command.page == "README.md":
        return "en" if "## English" in lines[: command.line] else "zh"
    return "en" if command.page.endswith(".en.md") or command.page == "CONTRIBUTING.md" else "zh"


def list_runs() -> dict[tuple[str, str], list[Shown | Change]]:
    """What is done on each page that shows a command, by page and language, in order."""
    runs: dict[tuple[str, str], list[Shown | Change]] = {}
    for path, steps in STEPS.items():
        lines = path.read_text(encoding="utf-8").splitlines()
        for step in steps:
            name = path.name.removesuffix(".md").removesuffix(".en")
            runs.setdefault((name, language_of(step, lines)), []).append(step)
    shown = {key: [step for step in steps if isinstance(step, Shown)] for key, steps in runs.items()}
    return {
        key: [
            step for step in steps if not isinstance(step, Shown) or step.output or not is_shown_below(step, shown[key])
        ]
        for key, steps in runs.items()
        if shown[key]
    }


def is_shown_below(command: Shown, commands: list[Shown]) -> bool:
    """Whether the page shows the same command once more, with its output."""
    return any(item.text == command.text and item.output for item in commands)


RUNS = list_runs()
PROGRAM = get_command(app)
COMMANDS = {key: [step for step in steps if isinstance(step, Shown)] for key, steps in RUNS.items()}


def is_elsewhere(command: Shown) -> bool:
    return any(re.match(pattern, f"{command.text} ") for pattern in ELSEWHERE)


def run(command: Shown, monkeypatch: pytest.MonkeyPatch) -> tuple[int, str, str]:
    """Exit code, what is printed, and all that is said."""
    words = shlex.split(command.text)
    target = words.pop() if ">" in words else None
    if target:
        assert words.pop() == ">", command
    if words[0] == "cd":
        monkeypatch.chdir(words[1])
        return 0, "", ""
    if words[0] != "bidkit":
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout, done.stdout + done.stderr
    result = CliRunner().invoke(app, words[1:])
    assert result.exception is None or isinstance(result.exception, SystemExit), command
    if target:
        Path(target).write_bytes(result.stdout_bytes)
    return result.exit_code, "" if target else result.stdout, result.output


def is_same_in_chinese(page: str, lang: str) -> bool:
    """Whether an English page shows nothing but the commands of the Chinese one, in somebody else's name."""

    def plain(lang: str) -> list[str | Shown]:
        names = re.compile(r"""(--(?:by|reason)) ("[^"]*"|\S+)""")
        return [step if step.output else names.sub(r"\1", step.text) for step in COMMANDS.get((page, lang), [])]

    return lang == "en" and plain("en") == plain("zh")


@pytest.mark.parametrize(
    ("page", "lang"), [key for key in RUNS if not is_same_in_chinese(*key)], ids=lambda value: str(value)
)
def test_commands_of_a_page_do_what_it_says(
    page: str, lang: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if all(is_elsewhere(command) for command in COMMANDS[page, lang]):
        return
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8" if lang == "zh" else "en_US.UTF-8")
    root = make_world(tmp_path, page, lang)
    monkeypatch.chdir(root)
    number = -1
    for step in RUNS[page, lang]:
        if isinstance(step, Change):
            apply(step, Path.cwd())
            continue
        number += 1
        if is_elsewhere(step):
            continue
        if happens := BETWEEN.get((page, number)):
            happens(root)
        code, printed, said = run(step, monkeypatch)
        assert code == EXIT_CODES.get((page, number), 0), f"{step.page}:{step.line}: {step.text}\n{said}"
        if step.output is not None:
            assert is_shown(printed, step.output), f"{step.page}:{step.line}: {step.text}\n{printed}"


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_no_command_stands_in_a_block_that_nobody_runs(path: Path) -> None:
    assert list(list_stray(path)) == []


def test_there_are_many_commands_and_both_languages_show_the_same_number() -> None:
    counts = {key: sum(item.program == "bidkit" for item in commands) for key, commands in COMMANDS.items()}
    assert sum(counts.values()) > 80
    assert {page for page, _ in counts} >= {"README", "batch", "credentials", "diff", "templates", "verify"}
    for page in {page for page, _ in counts}:
        if page != "CONTRIBUTING":
            assert counts[page, "zh"] == counts[page, "en"], page


@pytest.mark.parametrize("pattern", ELSEWHERE)
def test_what_is_not_run_here_is_run_elsewhere(pattern: str) -> None:
    file, text, reason = ELSEWHERE[pattern]
    found = [command for commands in COMMANDS.values() for command in commands if re.match(pattern, f"{command.text} ")]
    assert found, "no page shows such a command any more"
    assert reason
    assert text in (ROOT / file).read_text(encoding="utf-8")


def test_targets_of_make_are_there() -> None:
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
    shown = {
        command.text.split()[1] for commands in COMMANDS.values() for command in commands if command.program == "make"
    }
    assert {"demo", "test"} <= shown <= targets


def test_exit_codes_are_those_of_commands_that_are_shown() -> None:
    for page, at in [*EXIT_CODES, *BETWEEN]:
        for lang in ("zh", "en"):
            assert not is_elsewhere(COMMANDS[page, lang][at]), page


# Commands inside of sentences: too many to run, but each is one of this program, with its options.


def list_inline() -> list[tuple[str, str]]:
    found = Counter(
        (path.name, text)
        for path in PAGES
        for text in re.findall(r"(?<!`)`(bidkit [a-z][^`\n]*)`(?!`)", path.read_text(encoding="utf-8"))
    )
    return sorted(found)


@pytest.mark.parametrize(("page", "text"), list_inline())
def test_a_command_in_a_sentence_is_one_of_this_program(page: str, text: str) -> None:
    command: object = PROGRAM
    words = text.split()[1:]
    while words and hasattr(command, "commands"):
        choices = words[0].split("|")
        assert set(choices) <= set(command.commands), text
        command, words = command.commands[choices[0]], words[1:]
    known = {
        name
        for param in getattr(command, "params", [])
        for name in (*param.opts, *getattr(param, "secondary_opts", []))
    }
    assert {word.split("=")[0] for word in words if word.startswith("-") and len(word) > 1} <= known | {
        "--help",
        "-h",
    }, text


@pytest.mark.parametrize("shown", ["a\nb", "a\n…", "…\nb", "a…\nb", "a\n…\nb", "…"])
def test_what_is_left_out_of_an_output_is_marked(shown: str) -> None:
    assert is_shown("a\nb\n", shown)


@pytest.mark.parametrize("shown", ["a", "b", "b\n…", "a…", "…\na", "a\nb\nc"])
def test_what_is_not_printed_is_not_taken_for_left_out(shown: str) -> None:
    assert not is_shown("a\nb\n", shown)


def test_a_page_changes_the_lines_that_it_names(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("a: 1\n  b: 2\nc: 3\n", encoding="utf-8")
    apply(Change("x.md", 1, "diff", "a.yaml", "-   b: 2\n+   b: 4\n+   d: 5\n- c: 3\n"), tmp_path)
    assert (tmp_path / "a.yaml").read_text(encoding="utf-8") == "a: 1\n  b: 4\n  d: 5\n"
    with pytest.raises(AssertionError, match="stands 0 times"):
        apply(Change("x.md", 1, "diff", "a.yaml", "- b: 2\n"), tmp_path)
