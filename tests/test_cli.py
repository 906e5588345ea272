"""The command line as it is used: exit codes, places, languages; a refused build leaves everything as it was."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from here import run_here
from workspace import ISO9001, LICENCE, edit, make_pdf, make_workspace, root_of, sign_all, write

from bidkit.pack import shipped_packs

BIDKIT = Path(sys.executable).with_name("bidkit")
DEAL = "deals/water/deal.yaml"
PAPER = "catalog/credentials/iso9001.yaml"
TEMPLATE = "templates/zh-proposal/proposal.docx"
FINAL = "cs-2026-001"
EMPTY = {"PATH": os.environ["PATH"], "BIDKIT_SOFFICE": "/nonexistent"}


def run(root: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """`bidkit` in a folder, with nothing in the environment but what is given; it must never show a traceback."""
    if not environment:
        return run_here(root, words, EMPTY)
    done = subprocess.run(
        [BIDKIT, *words],
        cwd=root,
        env=EMPTY | environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
    )
    assert "Traceback" not in done.stdout + done.stderr
    return done


def read_all(root: Path) -> dict[str, bytes]:
    """Every file below a folder; an empty folder too."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes() if path.is_file() else b""
        for path in sorted(root.rglob("*"))
        if path.is_file() or (path.is_dir() and not any(path.iterdir()))
    }


def findings(text: str) -> list[tuple[str, int, int, str]]:
    """File, line, column and code of each finding that has a line."""
    found = re.findall(r"^(\S+?):(\d+):(\d+): ([A-Z]{2}\d\d) ", text, re.M)
    return [(file, int(line), int(col), code) for file, line, col, code in found]


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A signed workspace whose package has been built."""
    root = tmp_path_factory.mktemp("built")
    deal = make_workspace(root)
    sign_all(deal)
    done = run(root, "build", DEAL)
    assert done.returncode == 0, done.stdout
    return root


@pytest.fixture
def root(built: Path, tmp_path: Path) -> Path:
    """A copy of it that may be changed."""
    return shutil.copytree(built, tmp_path / "workspace")


@pytest.fixture
def unsigned(tmp_path: Path) -> Path:
    return root_of(make_workspace(tmp_path / "unsigned"))


class TestBuild:
    def test_package_of_a_ready_deal(self, built: Path) -> None:
        names = sorted(read_all(built / "dist"))
        assert names == [
            f"{FINAL}/internal/brief.docx",
            f"{FINAL}/internal/facts.json",
            f"{FINAL}/internal/manifest.json",
            f"{FINAL}/internal/report.html",
            f"{FINAL}/submit/credentials/01-营业执照.jpg",
            f"{FINAL}/submit/credentials/02-质量管理体系认证证书.pdf",
            f"{FINAL}/submit/proposal.docx",
            f"{FINAL}/submit/quote.xlsx",
        ]

    def test_result_names_the_folder(self, root: Path) -> None:
        done = run(root, "build", DEAL, "--lang", "en")
        assert done.returncode == 0
        assert str(root / "dist" / FINAL) in done.stdout

    def test_out_takes_the_place_of_dist(self, root: Path) -> None:
        before = read_all(root / "dist")
        assert run(root, "build", DEAL, "--out", "elsewhere/bids").returncode == 0
        assert read_all(root / "elsewhere/bids") == before
        assert read_all(root / "dist") == before

    def test_deal_may_be_named_from_anywhere(self, root: Path, tmp_path: Path) -> None:
        assert run(tmp_path, "build", str(root / DEAL)).returncode == 0
        assert run(root / "deals/water", "build", "deal.yaml").returncode == 0
        assert sorted(path.name for path in (root / "dist").iterdir()) == [FINAL]


class TestGate:
    def test_unsigned_deal_is_refused_and_nothing_is_written(self, unsigned: Path) -> None:
        before = read_all(unsigned)
        done = run(unsigned, "build", DEAL, "--lang", "en")
        assert done.returncode == 1
        assert "GT03" in done.stdout
        assert "nothing was built" in done.stdout
        assert read_all(unsigned) == before

    def test_gate_tells_what_is_open_and_what_closes_it(self, unsigned: Path) -> None:
        before = read_all(unsigned)
        done = run(unsigned, "gate", DEAL, "--lang", "en")
        assert done.returncode == 1
        assert re.search(r"\[ \] 3\.7 ", done.stdout)
        assert re.search(r"\[x\] 1\.6 ", done.stdout)
        assert f"bidkit attest {DEAL} 3.7 --by" in done.stdout
        assert read_all(unsigned) == before

    def test_gate_tells_how_to_hand_in_once_that_is_next_whatever_stage_a_deal_is_in(self, unsigned: Path) -> None:
        closes = "4.11 is not attested"
        assert closes not in run(unsigned, "gate", DEAL, "--lang", "en").stdout
        sign_all(unsigned / DEAL)
        path = unsigned / "deals/water/attestations.yaml"
        records = path.read_text(encoding="utf-8").split(
            "\n- "
        )  # without the advisory 1.7 stage 1 stays the current one
        write(path, "\n- ".join(record for record in records if "1.7" not in record))
        told = run(unsigned, "gate", DEAL, "--lang", "en").stdout
        assert "1 Customer analysis  <- current stage" in told
        assert closes in told

    def test_gate_of_a_signed_deal_is_open(self, root: Path) -> None:
        done = run(root, "gate", DEAL, "--lang", "en")
        assert done.returncode == 0
        assert "林知行" in done.stdout

    def test_gate_of_a_tender_waits_for_the_reviews(self, unsigned: Path) -> None:
        sign_all(unsigned / DEAL, ("build",))
        assert run(unsigned, "gate", DEAL).returncode == 1
        assert run(unsigned, "build", DEAL).returncode == 1
        assert not (unsigned / "dist").exists()

    def test_commercial_deal_is_built_without_the_reviews(self, tmp_path: Path) -> None:
        sign_all(make_workspace(tmp_path, "commercial"), ("build",))
        assert run(tmp_path, "gate", DEAL).returncode == 0
        assert run(tmp_path, "build", DEAL).returncode == 0

    def test_gate_of_a_deal_that_cannot_be_read_lists_its_mistakes(self, root: Path) -> None:
        line, col = edit(root / DEAL, "dated: 2026-09-15", "dated: 2026-13-40")
        done = run(root, "gate", DEAL)
        assert done.returncode == 1
        assert findings(done.stdout) == [(DEAL, line, col + len("dated: "), "DL09")]

    def test_changed_deal_voids_its_reviews(self, root: Path) -> None:
        edit(root / DEAL, "work: 分三批安装网关。", "work: 分四批安装网关。")
        before = read_all(root)
        done = run(root, "build", DEAL)
        assert done.returncode == 1
        assert "GT04" in done.stdout
        assert read_all(root) == before

    def test_attestation_with_a_mistake_is_refused_at_its_place(self, root: Path) -> None:
        path = root / "deals/water/attestations.yaml"
        text = path.read_text(encoding="utf-8")
        write(path, text.replace("by: 林知行", "bye: 林知行", 1))
        done = run(root, "gate", DEAL)
        assert done.returncode == 1
        assert ("deals/water/attestations.yaml", "DL04") in [(file, code) for file, _, _, code in findings(done.stdout)]


class TestDraft:
    def test_draft_is_built_while_the_gate_is_closed(self, unsigned: Path) -> None:
        done = run(unsigned, "build", DEAL, "--draft", "--lang", "en")
        assert done.returncode == 0
        assert "GT03" in done.stdout
        names = [name for name in read_all(unsigned / "dist") if "/submit/" in name]
        assert names
        assert all(name.startswith(f"{FINAL}-DRAFT/") and "-DRAFT." in name for name in names)

    def test_draft_lifts_rules_but_tells_them(self, root: Path) -> None:
        before = read_all(root / "dist")
        line, _ = edit(root / DEAL, "  total: 336000.00", "  total: 336000.01")
        done = run(root, "build", DEAL, "--draft")
        assert done.returncode == 0
        assert (DEAL, line, 10, "PR01") in findings(done.stdout)
        after = read_all(root / "dist")
        assert {name: content for name, content in after.items() if "DRAFT" not in name} == before
        assert any("DRAFT" in name for name in after)

    def test_draft_never_lifts_a_mistake_of_the_deal_file(self, root: Path) -> None:
        edit(root / DEAL, "dated: 2026-09-15", "dated: 2026-13-40")
        before = read_all(root)
        assert run(root, "build", DEAL, "--draft").returncode == 1
        assert read_all(root) == before

    def test_draft_never_lifts_a_mistake_of_the_template(self, root: Path) -> None:
        patch_template(root, "{{ tender.package }}", "{{ tender.pakage }}")
        before = read_all(root)
        assert run(root, "build", DEAL, "--draft").returncode == 1
        assert read_all(root) == before


Bad = tuple[Callable[[Path], tuple[str, int, int]], int, str]


def change(name: str, old: str, new: str, code: str, offset: int) -> Bad:
    """A bad input: one text of a file changed; the finding stands `offset` characters behind the new text's start."""
    return (lambda root: (name, *edit(root / name, old, new)), offset, code)


def spoil(name: str, content: bytes | None) -> Callable[[Path], tuple[str, int, int]]:
    """A credential file that is replaced or taken away; the finding stands where the record names it."""

    def spoil_file(root: Path) -> tuple[str, int, int]:
        if content is None:
            (root / name).unlink()
        else:
            write(root / name, content)
        record = "catalog/credentials/" + ("iso9001.yaml" if name == ISO9001 else "business-licence.yaml")
        lines = (root / record).read_text(encoding="utf-8").splitlines()
        line = next(number for number, text in enumerate(lines, 1) if text.startswith("files:"))
        return record, line, 1

    return spoil_file


BAD_INPUTS: dict[str, Bad] = {
    "not YAML": change(DEAL, "regime: tender", "regime: @tender", "DL01", 8),
    "a tab": change(DEAL, "  name: 澄溪水务有限公司", "\tname: 澄溪水务有限公司", "DL02", 0),
    "a duplicate key": change(DEAL, "\ncustomer:", "dated: 2026-09-16\ncustomer:", "DL03", 0),
    "an unknown key": change(DEAL, "  ceiling: 380000.00", "  celing: 380000.00", "DL04", 2),
    "a date that does not exist": change(DEAL, "dated: 2026-09-15", "dated: 2026-13-40", "DL09", 7),
    "a letter in a price": change(DEAL, "unit_price: 12500.00", 'unit_price: "12,5O0"', "DL08", 12),
    "a negative quantity": change(DEAL, "quantity: 24", "quantity: -24", "DL11", 10),
    "an unknown sku": change(DEAL, "sku: GW-200", "sku: GW-201", "DL15", 5),
    "a path out of the workspace": change(DEAL, ": 质保期内免费维修", ": {file: ../../../x.md} #", "DL13", 9),
    "a wrong total": change(DEAL, "  total: 336000.00", "  total: 336000.01", "PR01", 9),
    "an expired paper": change(PAPER, "2028-05-19", "2026-09-17", "QU02", 0),
    "a missing paper": (spoil(ISO9001, None), 8, "DL12"),
    "an empty paper": (spoil(ISO9001, b""), 8, "DL14"),
    "a corrupt paper": (spoil(ISO9001, make_pdf()[:200]), 8, "DL14"),
    "a corrupt picture": (spoil(LICENCE, b"\x89PNG\r\n\x1a\n" + b"x" * 200), 8, "DL14"),
}


class TestBadInputs:
    @pytest.mark.parametrize("name", BAD_INPUTS)
    def test_build_refuses_at_the_place_and_leaves_everything_as_it_was(self, root: Path, name: str) -> None:
        spoil_input, offset, code = BAD_INPUTS[name]
        file, line, col = spoil_input(root)
        before = read_all(root)
        done = run(root, "build", DEAL)
        assert done.returncode == 1, done.stdout + done.stderr
        assert findings(done.stdout) == [(file, line, col + offset, code)]
        assert read_all(root) == before

    def test_misspelt_key_proposes_the_right_one(self, root: Path) -> None:
        edit(root / DEAL, "  ceiling: 380000.00", "  celing: 380000.00")
        assert "did you mean `ceiling`" in run(root, "check", DEAL, "--lang", "en").stdout

    def test_misspelt_sku_proposes_the_right_one(self, root: Path) -> None:
        edit(root / DEAL, "sku: GW-200", "sku: GW-20")
        assert "did you mean `GW-200`" in run(root, "check", DEAL, "--lang", "en").stdout

    def test_line_is_shown_with_the_mistake_underlined(self, root: Path) -> None:
        line, _ = edit(root / DEAL, "title: 澄溪水厂", "titel: 澄溪水厂")
        shown = run(root, "check", DEAL).stdout.splitlines()
        at = next(number for number, text in enumerate(shown) if text.startswith(f"{line:>5} | titel: "))
        assert shown[at + 1] == " " * 5 + " | " + "^" * 5

    def test_several_mistakes_are_listed_in_order(self, root: Path) -> None:
        edit(root / DEAL, "quantity: 24", "quantity: -24")
        edit(root / DEAL, "dated: 2026-09-15", "dated: 2026-13-40")
        edit(root / "bidkit.yaml", "as_of: 2026-09-01", "as_of: soon")
        found = findings(run(root, "build", DEAL).stdout)
        assert [(file, code) for file, _, _, code in found] == [("bidkit.yaml", "DL09"), (DEAL, "DL09"), (DEAL, "DL11")]

    def test_check_says_the_same_and_writes_nothing(self, root: Path) -> None:
        edit(root / DEAL, "quantity: 24", "quantity: -24")
        before = read_all(root)
        checked, refused = run(root, "check", DEAL), run(root, "build", DEAL)
        assert checked.returncode == refused.returncode == 1
        assert findings(checked.stdout) == findings(refused.stdout)
        assert read_all(root) == before

    def test_text_of_the_deal_cannot_steer_the_terminal(self, root: Path) -> None:
        edit(root / DEAL, "title: 澄溪水厂", '"\\e]0;owned\\a\\u202e": 澄溪水厂')
        done = run(root, "check", DEAL)
        assert done.returncode == 1
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202e]", done.stdout + done.stderr)

    def test_place_outside_of_the_workspace_is_never_shown(self, root: Path, tmp_path: Path) -> None:
        secret = write(tmp_path / "secret.md", "the secret\n")
        where = f'overview: {{text: "![a](no.png)", file: {secret}, line: 1}}\n  old: |'
        edit(root / DEAL, "overview: |", where)
        done = run(root, "check", DEAL)
        assert done.returncode == 1
        assert "the secret" not in done.stdout + done.stderr


def patch_template(root: Path, old: str, new: str) -> None:
    """The shipped Chinese pack as the workspace's own, with one text of its document changed."""
    shutil.copytree(shipped_packs() / "zh-proposal", root / "templates/zh-proposal", dirs_exist_ok=True)
    source = shipped_packs() / "zh-proposal/proposal.docx"
    with zipfile.ZipFile(source) as read, zipfile.ZipFile(root / TEMPLATE, "w") as written:
        for name in read.namelist():
            content = read.read(name)
            if name == "word/document.xml":
                assert old.encode() in content
                content = content.replace(old.encode(), new.encode(), 1)
            written.writestr(name, content)


class TestTemplates:
    @pytest.mark.parametrize(
        ("old", "new", "code", "tag"),
        [
            ("{{ tender.package }}", "{{ tender.pakage }}", "TP04", "tender.pakage"),
            ("{%tr endfor %}", "", "TP03", "for goal in goals"),
            ("{{ tender.no }}", "{{ tender.no", "TP02", "tender.no"),
            ("{{ tender.no }}", "{{ tender.no | }}", "TP11", "tender.no"),
        ],
    )
    def test_mistake_of_a_template_is_refused_with_its_tag(
        self, root: Path, old: str, new: str, code: str, tag: str
    ) -> None:
        patch_template(root, old, new)
        before = read_all(root)
        done = run(root, "build", DEAL)
        assert done.returncode == 1
        found = [line for line in done.stdout.splitlines() if f" {code} " in line]
        assert found
        assert all(line.startswith(f"{TEMPLATE}: ") for line in found)
        assert tag in "".join(found)
        assert read_all(root) == before

    def test_template_that_is_no_document(self, root: Path) -> None:
        patch_template(root, "{{ tender.no }}", "{{ tender.no }}")
        write(root / TEMPLATE, b"no zip")
        before = read_all(root)
        done = run(root, "build", DEAL)
        assert done.returncode == 1
        assert re.search(r" (TP01|DL14) ", done.stdout)
        assert read_all(root) == before

    def test_own_pack_takes_the_place_of_the_shipped_one(self, root: Path) -> None:
        patch_template(root, "{{ tender.no }}", "{{ tender.no }}")
        done = run(root, "build", DEAL, "--draft", "--format", "json")
        assert done.returncode == 0
        manifest = root / f"dist/{FINAL}-DRAFT/internal/manifest.json"
        assert json.loads(manifest.read_bytes())["pack"]["name"] == "templates/zh-proposal"


class TestPackageOnDisk:
    def test_edited_package_is_named_and_not_overwritten(self, root: Path) -> None:
        edited = write(root / f"dist/{FINAL}/submit/proposal.docx", b"mine")
        before = read_all(root)
        done = run(root, "build", DEAL)
        assert done.returncode == 1
        assert "PK07" in done.stdout
        assert f"dist/{FINAL}/submit/proposal.docx" in done.stdout
        assert read_all(root) == before
        assert run(root, "build", DEAL, "--force").returncode == 0
        assert edited.read_bytes() != b"mine"
        assert (root / f"dist/{FINAL}.kept-1/submit/proposal.docx").read_bytes() == b"mine"

    @pytest.mark.parametrize("out", ["bidkit.yaml", "bidkit.yaml/deeper"])
    def test_output_folder_that_cannot_be_written(self, root: Path, out: str) -> None:
        before = read_all(root)
        done = run(root, "build", DEAL, "--out", out)
        assert done.returncode == 2
        assert "EN04" in done.stdout + done.stderr
        assert read_all(root) == before

    def test_build_that_runs_already(self, root: Path) -> None:
        import fcntl

        before = read_all(root / "dist" / FINAL)
        with (root / f"dist/.{FINAL}.lock").open("w") as other:
            fcntl.flock(other, fcntl.LOCK_EX)
            done = run(root, "build", DEAL)
        assert done.returncode == 2
        assert "EN06" in done.stdout + done.stderr
        assert read_all(root / "dist" / FINAL) == before


class TestCannotRun:
    @pytest.mark.parametrize("command", ["check", "gate", "build"])
    @pytest.mark.parametrize("name", ["nowhere.yaml", "deals", "deals/water/deal.yaml/x"])
    def test_deal_that_is_not_there(self, built: Path, command: str, name: str) -> None:
        done = run(built, command, name)
        assert done.returncode == 2
        assert "EN05" in done.stderr
        assert done.stdout == ""

    def test_deal_that_is_a_pipe(self, root: Path) -> None:
        os.mkfifo(root / "deals/pipe.yaml")
        assert run(root, "check", "deals/pipe.yaml").returncode == 2

    def test_deal_in_no_workspace(self, tmp_path: Path) -> None:
        write(tmp_path / "deal.yaml", "id: x\n")
        done = run(tmp_path, "check", "deal.yaml")
        assert done.returncode == 1
        assert "DL19" in done.stdout

    @pytest.mark.parametrize(
        "words",
        [
            ["frobnicate"],
            ["build"],
            ["build", DEAL, "--no-such"],
            ["build", DEAL, "--lang", "fr"],
            ["check", DEAL, "--format", "xml"],
        ],
    )
    def test_wrong_usage(self, built: Path, words: list[str]) -> None:
        before = read_all(built)
        assert run(built, *words).returncode == 2
        assert read_all(built) == before

    @pytest.mark.parametrize("day", ["2026-13-40", "tomorrow", "20260901", ""])
    def test_as_of_that_is_not_a_date(self, built: Path, day: str) -> None:
        done = run(built, "check", DEAL, "--as-of", day)
        assert done.returncode == 2
        assert "EN09" in done.stderr

    def test_interrupted_build_leaves_everything_as_it_was(self, root: Path, tmp_path: Path) -> None:
        started = tmp_path / "started"
        office = write(tmp_path / "soffice", f"#!/bin/sh\ntouch {started}\nexec sleep 60\n")
        office.chmod(0o755)
        before = read_all(root)
        environment = EMPTY | {"BIDKIT_SOFFICE": str(office), "TMPDIR": str(tmp_path)}
        process = subprocess.Popen(
            [BIDKIT, "build", DEAL], cwd=root, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        deadline = time.monotonic() + 30
        while not started.exists() and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=30)
        assert started.exists()
        assert b"Traceback" not in output + errors
        assert process.returncode == 130
        assert read_all(root) == before

    def test_reader_that_goes_away_is_no_crash(self, built: Path) -> None:
        process = subprocess.Popen(
            [BIDKIT, "gate", DEAL], cwd=built, env=EMPTY, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        errors = process.stderr.read()
        process.stderr.close()
        process.wait(timeout=30)
        assert b"Traceback" not in errors
        assert b"Exception ignored" not in errors


class TestDays:
    def test_pinned_day_is_told(self, built: Path) -> None:
        assert "2026-09-01" in run(built, "check", DEAL, "--lang", "en").stdout

    def test_as_of_wins_over_the_pinned_day(self, root: Path) -> None:
        done = run(root, "check", DEAL, "--as-of", "2026-09-19")
        assert done.returncode == 1
        assert [code for _, _, _, code in findings(done.stdout)] == ["DT04"]
        assert "2026-09-19" in done.stdout


class TestStrict:
    def warn(self, root: Path) -> None:
        edit(root / PAPER, "2028-05-19", "2026-10-30")
        sign_all(root / DEAL)

    def test_warning_alone_does_not_stop_a_build(self, root: Path) -> None:
        self.warn(root)
        done = run(root, "build", DEAL)
        assert done.returncode == 0
        assert [code for _, _, _, code in findings(done.stdout)] == ["QU02"]

    def test_strict_makes_it_an_error(self, root: Path) -> None:
        self.warn(root)
        assert run(root, "check", DEAL).returncode == 0
        assert run(root, "check", DEAL, "--strict").returncode == 1

    def test_strict_build_that_fails_writes_nothing(self, root: Path) -> None:
        self.warn(root)
        before = read_all(root)
        assert run(root, "build", DEAL, "--strict").returncode == 1
        assert read_all(root) == before

    def test_strict_without_a_warning_changes_nothing(self, root: Path) -> None:
        assert run(root, "check", DEAL, "--strict").returncode == 0


class TestLanguage:
    ZH, EN = "错误", "error"

    @pytest.mark.parametrize(
        ("words", "environment", "expected"),
        [
            ([], {}, ZH),
            ([], {"LANG": "C"}, ZH),
            ([], {"LANG": "C.UTF-8"}, ZH),
            ([], {"LANG": "zh_CN.UTF-8"}, ZH),
            ([], {"LANG": "en_US.UTF-8"}, EN),
            ([], {"LANG": "de_DE.UTF-8"}, EN),
            ([], {"LANG": "zh_CN.UTF-8", "LC_ALL": "en_GB.UTF-8"}, EN),
            ([], {"LANG": "en_US.UTF-8", "LC_MESSAGES": "zh_CN.UTF-8"}, ZH),
            (["--lang", "zh"], {"LANG": "en_US.UTF-8"}, ZH),
            (["--lang", "en"], {"LANG": "zh_CN.UTF-8"}, EN),
        ],
    )
    def test_lang_option_then_the_environment_then_chinese(
        self, built: Path, words: list[str], environment: dict[str, str], expected: str
    ) -> None:
        done = run(built, "check", "nowhere.yaml", *words, **environment)
        assert re.search(f"EN05 ({self.ZH}|{self.EN})", done.stderr)
        assert f"EN05 {expected}" in done.stderr

    @pytest.mark.parametrize(
        ("locales", "environment", "expected"),
        [
            (("en-US",), {}, EN),
            (("en-US", "en-GB"), {"LANG": "C.UTF-8"}, EN),
            (("en-US",), {"LANG": "zh_CN.UTF-8"}, ZH),
            (("zh-CN",), {"LC_ALL": "C"}, ZH),
            (("en-US", "zh-CN"), {"LANG": "C"}, ZH),
            ((), {"LANG": "C"}, ZH),
        ],
    )
    def test_where_the_environment_names_none_that_of_the_deals(
        self, tmp_path: Path, locales: tuple[str, ...], environment: dict[str, str], expected: str
    ) -> None:
        (tmp_path / "bidkit.yaml").write_text("schema: bidkit/workspace@1\n")
        for number, locale in enumerate(locales):
            (tmp_path / f"deals/{number}").mkdir(parents=True)
            (tmp_path / f"deals/{number}/deal.yaml").write_text(f"id: d{number}\nlocale: {locale}  # its language\n")
        assert f"EN05 {expected}" in run(tmp_path, "check", "nowhere.yaml", **environment).stderr

    def test_a_deal_weighs_more_than_those_beside_it(self, tmp_path: Path) -> None:
        (tmp_path / "ws/deals/a").mkdir(parents=True)
        (tmp_path / "ws/deals/b").mkdir()
        (tmp_path / "ws/bidkit.yaml").write_text("schema: bidkit/workspace@1\n")
        (tmp_path / "ws/deals/a/deal.yaml").write_text("locale: en-GB\n")
        (tmp_path / "ws/deals/b/deal.yaml").write_text("locale: zh-CN\n")
        assert " error: " in run(tmp_path, "check", "ws/deals/a/deal.yaml").stdout
        assert " 错误: " in run(tmp_path, "check", "ws/deals/b/deal.yaml").stdout

    def test_chinese_is_printed_on_a_terminal_that_has_none(self, built: Path) -> None:
        done = run(built, "check", DEAL, LC_ALL="C", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
        assert done.returncode == 0
        assert re.search("[\u4e00-\u9fff]", done.stdout)


class TestJson:
    def test_findings_with_their_places(self, root: Path) -> None:
        line, col = edit(root / DEAL, "quantity: 24", "quantity: -24")
        done = run(root, "build", DEAL, "--format", "json", "--lang", "en")
        assert done.returncode == 1
        record = json.loads(done.stdout)
        assert (record["format_version"], record["command"], record["errors"]) == ("1.0", "build", 1)
        assert record["folder"] is None
        finding = record["diagnostics"][0]
        assert {key: finding[key] for key in ("code", "severity", "file", "line", "column")} == {
            "code": "DL11",
            "severity": "error",
            "file": DEAL,
            "line": line,
            "column": col + len("quantity: "),
        }
        assert finding["message"]
        assert finding["fix"]

    @pytest.mark.parametrize("command", ["check", "gate", "build"])
    def test_ready_deal(self, root: Path, command: str) -> None:
        done = run(root, command, DEAL, "--format", "json")
        assert done.returncode == 0
        record = json.loads(done.stdout)
        assert record["format_version"] == "1.0"
        assert (record["deal"], record["total"], record["currency"]) == (FINAL, "336000.00", "CNY")
        assert (record["judged_on"], record["is_pinned"], record["errors"]) == ("2026-09-01", True, 0)
        assert record["gate"]["is_ready_to_submit"] is True
        assert record["folder"] == (str(root / "dist" / FINAL) if command == "build" else None)

    def test_closed_gate_lists_its_open_items(self, unsigned: Path) -> None:
        done = run(unsigned, "gate", DEAL, "--format", "json")
        assert done.returncode == 1
        gate = json.loads(done.stdout)["gate"]
        assert gate["is_ready_to_build"] is False
        opened = [item for stage in gate["stages"] for item in stage["items"] if item["state"] == "open"]
        assert {"3.7", "4.8t"} <= {item["id"] for item in opened}
        assert all(item["open"] for item in opened)

    def test_refused_build_has_no_folder(self, unsigned: Path) -> None:
        record = json.loads(run(unsigned, "build", DEAL, "--format", "json").stdout)
        assert record["folder"] is None
        assert record["gate"]["is_ready_to_submit"] is False


class TestHelp:
    def test_version(self, tmp_path: Path) -> None:
        from bidkit import __version__

        done = run(tmp_path, "--version")
        assert (done.returncode, done.stdout) == (0, f"bidkit {__version__}\n")

    def test_help_names_every_command(self, tmp_path: Path) -> None:
        done = run(tmp_path, "--help")
        assert done.returncode == 0
        assert all(command in done.stdout for command in ("check", "gate", "build", "explain"))

    def test_module_is_the_same_program(self, tmp_path: Path) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "bidkit", "--version"], cwd=tmp_path, capture_output=True, text=True, timeout=60
        )
        assert done.stdout == run(tmp_path, "--version").stdout

    @pytest.mark.parametrize(
        ("code", "lang", "word"), [("PR04", "zh", "限价"), ("pr04", "en", "ceiling"), ("QU02", "en", "valid")]
    )
    def test_explain(self, tmp_path: Path, code: str, lang: str, word: str) -> None:
        done = run(tmp_path, "explain", code, "--lang", lang)
        assert done.returncode == 0
        assert done.stdout.startswith(code.upper())
        assert word in done.stdout

    def test_explain_shows_braces_as_they_are_written(self, tmp_path: Path) -> None:
        shown = run(tmp_path, "explain", "TP02", "--lang", "en").stdout
        assert "}} or %}" in shown
        assert "}}}" not in shown

    def test_explain_knows_every_code(self, tmp_path: Path) -> None:
        done = run(tmp_path, "explain", "XX99", "--lang", "en")
        assert done.returncode == 2
        assert "EN08" in done.stderr
        assert "bidkit rules lists them all" in done.stderr


def test_a_path_that_is_not_there_is_told_with_the_one_that_was_meant(tmp_path: Path) -> None:
    deal = make_workspace(tmp_path)
    meant = f"did you mean {deal.relative_to(tmp_path)}?"
    name = deal.parent.name
    for path in (f"deals/{name}x/deal.yaml", f"{name}x", f"deals/{name}x"):
        done = run_here(tmp_path, ("check", path, "--lang", "en"), {})
        assert (done.returncode, meant in done.stderr) == (2, True), path
    (tmp_path / "dist/water").mkdir(parents=True)
    done = run_here(tmp_path, ("verify", "dist/watter", "--lang", "en"), {})
    assert (done.returncode, "EN05" in done.stderr, "did you mean dist/water?" in done.stderr) == (2, True, True)


def test_a_draft_that_cannot_be_built_says_that_it_is_no_matter_of_the_gate(tmp_path: Path) -> None:
    deal = make_workspace(tmp_path)
    edit(deal, "\ntitle:", "\ntitel:")
    for words, told in ((("--draft",), "not even a draft"), ((), "nothing was built\n")):
        done = run_here(tmp_path, ("build", str(deal), *words, "--lang", "en"), {})
        assert (done.returncode, told in done.stdout) == (1, True)


def test_a_code_is_told_that_was_meant(tmp_path: Path) -> None:
    for code in ("PR4", "pr-04", "PR 4"):
        assert "did you mean PR04?" in run_here(tmp_path, ("explain", code, "--lang", "en"), {}).stderr


def test_a_folder_in_the_place_of_a_deal_is_told_with_the_file(tmp_path: Path) -> None:
    deal = make_workspace(tmp_path)
    done = run_here(tmp_path, ("check", str(deal.parent), "--lang", "en"), {})
    assert (done.returncode, "EN05" in done.stderr, f"did you mean {deal}?" in done.stderr) == (2, True, True)
    assert "check the path" in run_here(tmp_path, ("check", str(tmp_path / "x"), "--lang", "en"), {}).stderr
    for near in (deal.parent.name, f"deals/{deal.parent.name}s/deal.yaml"):
        told = run_here(tmp_path, ("check", near, "--lang", "en"), {}).stderr
        assert f"did you mean {deal.relative_to(tmp_path)}?" in told
    assert "check the path" in run_here(tmp_path, ("import", "prices", "none.xlsx", "--lang", "en"), {}).stderr
