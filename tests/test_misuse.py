"""What is wrong with a command line is told in the reader's language, with the word that was meant."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

_HAN = re.compile("[\u4e00-\u9fff]")


def run(root: Path, *words: str, lang: str = "zh_CN.UTF-8") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bidkit", *words],
        cwd=root,
        env={"LANG": lang, "PATH": "/usr/bin:/bin", "PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("biuld", "deal.yaml"), "没有命令 biuld；是不是 build？"),
        (("price", "import", "x"), "没有命令 import；是不是 export？"),
        (("build", "--drfat", "deal.yaml"), "没有选项 --drfat；是不是 --draft？"),
        (("check",), "没有写 DEAL（deal.yaml 的路径，或 batch.yaml#编号）"),
        (("attest", "deal.yaml", "1.7"), "没有写 --by（谁签署：姓名（职务））"),
        (("check", "a", "b", "c"), "多出的内容：b c"),
        (("check", "a", "--format", "jsn"), "--format 的值不能是 jsn；可用的：text, json"),
        (("check", "a", "--lang"), "选项 --lang 后面要写值"),
        (("check", "a", "--report", "x"), "写得不对：--report x"),
    ],
)
def test_it_is_told_in_chinese(tmp_path: Path, words: tuple[str, ...], told: str) -> None:
    done = run(tmp_path, *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"错误: {told}")
    assert "Usage" not in done.stderr and "Try" not in done.stderr


def test_it_is_told_in_english_where_that_is_asked_for(tmp_path: Path) -> None:
    for done in (run(tmp_path, "biuld", lang="en_US.UTF-8"), run(tmp_path, "check", "--lang", "en", "--drfat")):
        assert done.returncode == 2
        assert done.stderr.startswith("error: there is no ")
        assert not _HAN.search(done.stderr)


def test_a_group_without_words_shows_its_help_alone(tmp_path: Path) -> None:
    done = run(tmp_path, "price")
    assert done.returncode == 2
    assert "错误" not in done.stderr
    assert "simulate" in done.stdout + done.stderr


def test_results_and_exit_codes_are_those_of_the_commands(tmp_path: Path) -> None:
    assert run(tmp_path, "explain", "PR04").returncode == 0
    assert run(tmp_path, "explain", "XX99").returncode == 2
    assert run(tmp_path, "--version").stdout.startswith("bidkit ")


def test_what_stands_around_the_help_is_in_its_language_too(tmp_path: Path) -> None:
    shown = run(tmp_path, "check", "--help").stdout
    assert "参数" in shown and "选项" in shown and "[必填]" in shown and "显示本页" in shown
    assert not re.search("Options|Arguments|required|default:|Show this", shown)
    shown = run(tmp_path, "check", "--help", "--lang", "en").stdout
    assert "Options" in shown and not _HAN.search(shown)
