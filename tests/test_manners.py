"""The manners of every command, those to come among them: help, examples, JSON, and what is written to which stream."""

from __future__ import annotations

import io
import json
import os
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path, PureWindowsPath

import pytest
import typer
from typer.testing import CliRunner
from workspace import make_workspace, write

from bidkit.cli import app
from bidkit.command import read_reports, working
from bidkit.completing import list_codes
from bidkit.diagnostic import load_messages
from bidkit.helping import translate
from bidkit.matrix import split_address
from bidkit.reports.text import width

WIDE = 78
"""What an 80 columns' terminal shows of a line without breaking it."""


def walk(command: typer.core.TyperCommand, path: tuple[str, ...] = ()) -> Iterator[tuple[str, typer.core.TyperCommand]]:
    """Every command and group by its words."""
    yield " ".join(path), command
    for name, child in getattr(command, "commands", {}).items():
        yield from walk(child, (*path, name))


ROOT = typer.main.get_command(app)
ALL = dict(walk(ROOT))  # type: ignore[arg-type]
COMMANDS = {name: command for name, command in ALL.items() if not hasattr(command, "commands")}


def examples(command: typer.core.TyperCommand) -> list[str]:
    """The command lines in a help, without what stands behind them in another column."""
    lines = (line.strip() for line in (command.help or "").splitlines())
    return [re.split(r"  +", line)[0] for line in lines if line.startswith("bidkit ")]


def parse(words: list[str]) -> str:
    """The command that is meant, its arguments read as it reads them."""
    command, context, path = ROOT, typer.Context(ROOT, info_name="bidkit"), []
    while hasattr(command, "commands"):
        name, command, words = command.resolve_command(context, words)
        path.append(name)
    command.make_context(path[-1], [*words], parent=context)
    return " ".join(path)


@pytest.mark.parametrize("name", ALL)
def test_help_is_in_both_languages(name: str) -> None:
    told = (ALL[name].help or "").split("\b")[0]
    assert re.search(r"[一-鿿]{2}", told), told
    assert re.search(r"[A-Za-z]{3}", told), told


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_help_is_shown_in_the_language_of_its_reader_and_nothing_of_it_is_cut(
    lang: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    command = typer.main.get_command(app)
    translate(command, lang)
    for name in ALL:
        command.main([*name.split(), "--help"], standalone_mode=False)
        shown = capsys.readouterr().out
        assert "…" not in shown.replace("PATH…", "").replace("PACKAGE…", ""), shown
        if lang == "en":
            assert not re.search(r"[一-鿿、，。]", shown), shown
            assert not re.search(r"^ *(with|and|see) [a-z]+\.\s*$", shown, re.M), "half a sentence"
        else:
            assert "退出码 Exit" not in shown
    assert re.search("[一-鿿]", typer.main.get_command(app).help or ""), "the texts themselves stay whole"


@pytest.mark.parametrize(
    ("words", "environment", "told"),
    [
        (("--help",), {"LANG": "en_US.UTF-8"}, "one deal.yaml becomes the whole"),
        (("--help",), {"LANG": "C"}, "标书即代码"),
        (("build", "--lang", "en", "-h"), {"LANG": "zh_CN.UTF-8"}, "Build the whole package"),
        (("forms",), {"LC_ALL": "en_GB.UTF-8", "LANG": "zh_CN.UTF-8"}, "The buyer's Word forms"),
    ],
)
def test_help_follows_the_locale(words: tuple[str, ...], environment: dict[str, str], told: str) -> None:
    shown = run(*words, **environment).stdout.decode()
    assert told in shown
    assert ("标书即代码" in shown) is (told == "标书即代码")


@pytest.mark.parametrize("name", ALL)
def test_help_has_examples_that_are_true(name: str) -> None:
    lines = examples(ALL[name])
    assert lines, f"bidkit {name}: no example"
    for line in lines:
        words = shlex.split(line)[1:]
        assert parse(words).startswith(name), line
        assert width(line) <= WIDE, f"{line}: broken on a terminal"


OWN_JSON = ("schema",)
"""Commands whose text is JSON of a form of its own."""


@pytest.mark.parametrize("name", sorted(COMMANDS.keys() - OWN_JSON))
def test_every_command_has_json(name: str) -> None:
    (option,) = (item for item in COMMANDS[name].params if "--format" in item.opts)
    assert "json" in str(option.type_descriptor.choices)  # type: ignore[attr-defined]


def test_no_command_puts_off_its_annotations() -> None:
    source = Path(__file__).parents[1] / "src/bidkit"
    late = [path.name for path in source.glob("*cli.py") if "import annotations" in path.read_text(encoding="utf-8")]
    assert late == [], "Typer evaluates them twice: `--help` takes a tenth longer"


PRICES = "id,category,name,unit,quantity,unit_price,tax_rate\nA1,A,网关,台,2,100.00,13%\n"
ASKED = {
    "new": "new second --customer 某集团 --yes",
    "explain": "explain pr04",
    "rules": "rules",
    "template eject": "template eject zh-proposal --to templates/ours",
    "template names": "template names zh-proposal",
    "import prices": "import prices prices.csv",
    "import requirements": "import requirements list.csv -o read.csv",
    "attest": "attest DEAL 3.7 --by 林知行 --evidence deals/water/evidence/minutes.md",
    "waive": "waive DEAL 2.2 --by 林知行 --reason 不安排踏勘",
    "credentials list": "credentials list",
    "credentials show": "credentials show iso9001",
    "credentials expiring": "credentials expiring",
    "credentials choose": "credentials choose DEAL",
    "check": "check DEAL",
    "gate": "gate DEAL",
    "batch": "batch DEAL --check",
    "fmt": "fmt DEAL --check",
}


@pytest.fixture(scope="module")
def deal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("manners")
    write(root / "prices.csv", PRICES)
    write(root / "list.csv", "clause,text\n1.1,★必须支持断网续传\n")
    return make_workspace(root)


@pytest.mark.parametrize("name", ASKED)
def test_json_has_its_version_and_its_command(name: str, deal: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(deal.parents[2])
    done = CliRunner().invoke(app, [*ASKED[name].replace("DEAL", str(deal)).split(), "--format", "json"])
    record = json.loads(done.stdout)
    assert (record["format_version"], record["command"]) == ("1.0", name), done.output
    for key in ("written", "folder"):
        assert not record.get(key) or Path(record[key]).exists()


def test_json_of_what_is_not_written_has_its_text(deal: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(deal.parents[2])
    done = CliRunner().invoke(app, ["import", "prices", "prices.csv", "--format", "json"])
    record = json.loads(done.stdout)
    assert (record["written"], "网关" in record["content"]) == (None, True)


def test_what_is_refused_is_told_and_has_no_json(deal: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(deal.parents[2])
    done = CliRunner().invoke(app, ["explain", "XX99", "--format", "json"])
    assert (done.exit_code, done.stdout, "EN08" in done.stderr) == (2, "", True)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("stream", "environment", "shown"),
    [
        (Terminal, {}, r"(\rbidkit build: \d+ s)+\r +\r"),
        (Terminal, {"TERM": "dumb"}, r"(bidkit build: \d+ s\n)+"),
        (io.StringIO, {"CI": "true"}, r"(bidkit build: \d+ s\n)+"),
        (io.StringIO, {}, ""),
    ],
)
def test_work_that_takes_long_is_told(
    stream: type[io.StringIO], environment: dict[str, str], shown: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("CI", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "stderr", stream())
    with working("build", after=0.01, every=0.01, every_in_logs=0.01):
        deadline = time.monotonic() + 5
        while shown and not sys.stderr.getvalue() and time.monotonic() < deadline:  # type: ignore[attr-defined]
            time.sleep(0.01)
    assert re.fullmatch(shown, sys.stderr.getvalue())  # type: ignore[attr-defined]


def test_work_goes_on_where_stderr_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", None)
    with working("build", after=0.0):
        pass


def test_work_that_is_done_at_once_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", Terminal())
    with pytest.raises(KeyboardInterrupt), working("build"):
        raise KeyboardInterrupt
    assert sys.stderr.getvalue() == ""  # type: ignore[attr-defined]


def run(*words: str, before: tuple[str, ...] = (), **environment: str) -> subprocess.CompletedProcess[bytes]:
    """`bidkit` as a process with this environment and nothing else."""
    kept = {
        name: os.environ[name] for name in ("PATH", "PYTHONPATH", "SYSTEMROOT", "BIDKIT_CACHE") if name in os.environ
    }
    return subprocess.run(
        [*before, sys.executable, "-m", "bidkit", *words],
        env=kept | environment,
        capture_output=True,
        timeout=60,
        check=False,
    )


AS_OTHERS = ("setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-dac_override,-dac_read_search")
"""Takes from root the right to read whatever there is."""


KEPT = ("PATH", "PYTHONPATH", "SYSTEMROOT", "BIDKIT_CACHE")
COLOUR = re.compile(rb"\x1b\[[0-9;]*(3[0-8]|4[0-8]|9[0-7]|10[0-7])[;m]")


@pytest.mark.parametrize(
    ("environment", "is_coloured"),
    [({}, False), ({"FORCE_COLOR": "1"}, True), ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False)],
)
def test_colours_are_for_terminals_that_want_them(environment: dict[str, str], is_coloured: bool) -> None:
    shown = run("explain", "--help", **environment).stdout
    assert bool(COLOUR.search(shown)) == is_coloured


def test_what_is_written_is_utf8_whatever_the_terminal() -> None:
    plain = {"PYTHONIOENCODING": "ascii", "LC_ALL": "C"}
    for environment in (plain, {"PYTHONIOENCODING": "cp936"}):
        found = run("explain", "PR04", "--lang", "zh", **environment)
        assert (found.returncode, "报价" in found.stdout.decode("utf-8")) == (0, True)
    refused = run("check", "没有/deal.yaml", "--没有的选项", **plain)
    assert (refused.returncode, "没有的选项" in refused.stderr.decode("utf-8")) == (2, True)


@pytest.mark.skipif(sys.platform == "win32", reason="paths are Unicode there")
def test_a_path_in_chinese_is_one_also_where_the_locale_has_none(tmp_path: Path) -> None:
    plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    made = run("init", str(tmp_path / "标书"), **plain)
    assert (made.returncode, "标书" in made.stdout.decode("utf-8")) == (0, True)
    named = run("new", str(tmp_path / "标书/deals/水厂"), "--yes", **plain)
    assert (named.returncode, (tmp_path / "标书/deals/水厂/deal.yaml").is_file()) == (0, True)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is full")
@pytest.mark.parametrize("words", [(), ("-h",), ("new", "--help"), ("--version",)])
def test_help_that_finds_no_room_is_told(words: tuple[str, ...]) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "bidkit", *words], stdout=full, stderr=subprocess.PIPE, timeout=60, check=False
        )
    assert (done.returncode, b"EN04" in done.stderr, b"Traceback" in done.stderr) == (1, True, False)


@pytest.mark.parametrize(
    "words",
    [["plan"], ["preview"], ["fmt"], ["reconcile"], ["import", "prices"], ["config", "show", "--deal"], ["init"]],
)
def test_a_name_that_no_file_can_have_is_told(words: list[str]) -> None:
    done = run(*words, "x" * 300)
    assert (done.returncode, re.findall(rb"^EN0[45] ", done.stderr)) == (
        2,
        [b"EN04 " if words == ["init"] else b"EN05 "],
    )


def complete(line: str, monkeypatch: pytest.MonkeyPatch, shell: str = "bash") -> list[str]:
    """What a shell is offered behind a line."""
    words = line.split(" ")
    for name, value in {
        "_BIDKIT_COMPLETE": f"complete_{shell}",
        "COMP_WORDS": "\n".join(words),
        "COMP_CWORD": str(len(words) - 1),
        "_TYPER_COMPLETE_ARGS": line,
    }.items():
        monkeypatch.setenv(name, value)
    return CliRunner().invoke(app, [], prog_name="bidkit").stdout.split("\n")[:-1]


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_workspace(tmp_path_factory.mktemp("untouched"))


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("bidkit che", ["check"]),
        ("bidkit explain EN0", [f"EN0{number}" for number in range(1, 10)]),
        ("bidkit explain pr01", ["pr01"]),
        ("bidkit check de", ["deals/water/deal.yaml"]),
        ("bidkit plan deals/water/", ["deals/water/deal.yaml"]),
        ("bidkit config show --deal de", ["deals/water/deal.yaml"]),
        ("bidkit attest deals/water/deal.yaml 3.7", ["3.7"]),
        ("bidkit attest /gone/deal.yaml 3", []),
        ("bidkit credentials show iso", ["iso9001"]),
        ("bidkit credentials list --kind iso2", ["iso20000", "iso27001"]),
        ("bidkit template eject zh-pro", ["zh-proposal"]),
        ("bidkit check nothing", []),
    ],
)
def test_a_shell_is_offered_what_there_is(
    line: str, offered: list[str], untouched: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(untouched.parents[2])
    assert [item for item in complete(line, monkeypatch) if item] == offered


def test_what_a_person_attests_and_what_can_be_waived_are_offered(deal: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(deal.parents[2])
    attested = complete(f"bidkit attest {deal} ", monkeypatch)
    waived = complete(f"bidkit waive {deal} ", monkeypatch)
    assert "3.7" in attested
    assert set(waived) - set(attested)


def test_what_a_shell_would_run_is_not_offered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = make_workspace(tmp_path).parents[2]
    for name in ("$(id)", "`id`", "a b", "a;b", "-rf", "a\\$(id)", "it's"):
        write(root / "deals" / name / "deal.yaml", "schema: bidkit/deal@1\n")
        write(root / "catalog/credentials" / f"{name}.yaml", "id: x\n")
    monkeypatch.chdir(root)
    assert [item for item in complete("bidkit check ", monkeypatch) if item] == [
        "deals/-rf/deal.yaml", "deals/water/deal.yaml",
    ]  # fmt: skip
    assert set(complete("bidkit credentials show ", monkeypatch)) == {"business-licence", "iso9001"}
    for shell in ("zsh", "fish", "powershell"):
        assert "id)" not in "".join(complete("bidkit check ", monkeypatch, shell))


BATCH = """\
schema: bidkit/batch@1
master: deal.yaml
id: "{customer}"
title: "{customer.name}数据采集项目"
matrix:
  customer:
    - id: north
      set: {customer.name: 云汀供水有限公司}
    - id: south
      set: {customer.name: 青溪水务有限公司}
"""


def test_every_code_is_offered() -> None:
    assert list_codes() == sorted(load_messages("en")["codes"])


def test_a_batch_offers_the_deals_that_it_makes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deal = make_workspace(tmp_path)
    write(deal.with_name("batch.yaml"), BATCH)
    monkeypatch.chdir(deal.parents[2])
    assert "deals/water/batch.yaml#north" in complete("bidkit check deals/water/batch", monkeypatch)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell"])
def test_each_shell_has_its_script(shell: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_BIDKIT_COMPLETE", f"source_{shell}")
    done = CliRunner().invoke(app, [], prog_name="bidkit")
    assert (done.exit_code, f"complete_{shell}" in done.stdout) == (0, True)


def git(folder: Path, *words: str) -> None:
    who = ["-c", "user.name=x", "-c", "user.email=x@example.com", "-c", "core.autocrlf=true"]
    subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True)


def test_git_on_windows_voids_no_signature(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    record = json.loads(CliRunner().invoke(app, ["init", str(here), "--format", "json"]).stdout)
    assert (record["format_version"], record["command"], ".gitattributes" in record["files"]) == ("1.0", "init", True)
    git(here, "init", "-q")
    git(here, "add", "-A")
    git(here, "commit", "-q", "-m", "x")
    git(tmp_path, "clone", "-q", str(here), str(there))
    assert CliRunner().invoke(app, ["gate", str(there / "deals/first/deal.yaml")]).exit_code == 0


def test_findings_of_files_with_windows_line_ends_are_the_same(tmp_path: Path) -> None:
    found = []
    for name, end in (("unix", b"\n"), ("windows", b"\r\n")):
        deal = make_workspace(tmp_path / name)
        write(deal, deal.read_text(encoding="utf-8").replace("quantity: 24", "quantity: many"))
        for path in (path for path in deal.parents[2].rglob("*") if path.suffix in (".yaml", ".md", ".csv")):
            path.write_bytes(path.read_bytes().replace(b"\n", end))
        done = CliRunner().invoke(app, ["check", str(deal), "--format", "json"])
        found.append([(item["code"], item["line"], item["column"]) for item in json.loads(done.stdout)["diagnostics"]])
    assert found[0] == found[1] != []


def test_addresses_on_windows_are_understood() -> None:
    batch = PureWindowsPath(r"C:\bids\fleet\batch.yaml#north-1")
    assert split_address(batch) == ("batch.yaml", "north-1")
    (report,) = read_reports([r"junit=C:\reports\a.xml"])
    assert (report[0], str(report[1])) == ("junit", r"C:\reports\a.xml")


def test_fmt_passes_over_no_folder_in_silence(deal: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    listed = os.scandir

    def refuse(path: str) -> object:
        if Path(path).name == "deals":
            raise PermissionError(13, "Permission denied", str(path))
        return listed(path)

    monkeypatch.chdir(deal.parents[2])
    monkeypatch.setattr(os, "scandir", refuse)
    done = CliRunner().invoke(app, ["fmt", "--check"])
    assert (done.exit_code, "DL14" in done.stderr) == (1, True)


@pytest.mark.parametrize("words", ["fmt .", "fmt . --check", "check deals/water/deal.yaml", "new pumps --yes"])
def test_a_folder_that_may_not_be_read_is_told(words: str, deal: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(deal.parents[2])
    deal.parent.chmod(0)
    try:
        done = run(*words.split(), before=AS_OTHERS if os.access(deal.parent, os.R_OK) else ())
    finally:
        deal.parent.chmod(0o755)
    assert (done.returncode > 0, b"Traceback" in done.stderr) == (not words.startswith("new"), False)
    assert words.startswith("new") or b"DL14" in done.stderr + done.stdout


def test_fmt_tells_attestations_that_it_may_not_read(deal: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that they name as evidence must keep its bytes; whether this one is named, nobody can say."""
    monkeypatch.chdir(deal.parents[2])
    hidden = deal.parents[1] / "other"
    hidden.mkdir()
    hidden.chmod(0)
    try:
        words = ("fmt", "--check", str(deal))
        done = run(*words, before=AS_OTHERS if os.access(hidden, os.R_OK) else ())
    finally:
        hidden.chmod(0o755)
        hidden.rmdir()
    assert (done.returncode, b"DL14" in done.stderr, b"other" in done.stderr) == (1, True, True)


@pytest.mark.skipif(sys.platform == "win32", reason="a folder in use cannot be removed there")
@pytest.mark.parametrize("words", ["fmt", "doctor", "check deal.yaml", "batch .", "init"])
@pytest.mark.parametrize("language", ["C", "en_US.UTF-8"])
def test_a_working_folder_that_is_gone_is_told(words: str, language: str, tmp_path: Path) -> None:
    gone = ("sh", "-c", 'mkdir "$0" && cd "$0" && rmdir "$0" && exec "$@"', str(tmp_path / "gone"))
    done = run(*words.split(), before=gone, LANG=language)
    assert (done.returncode, b"EN05" in done.stderr, b"Traceback" in done.stderr) == (2, True, False)
