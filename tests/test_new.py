"""`bidkit new`: a deal from what is known of it; what is not known stays a gap that `check` names."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from typer.testing import CliRunner
from workspace import SETTINGS, write

from bidkit.cli import app
from bidkit.source import parse_mapping
from bidkit.starting.facts import TENDER, Facts, read_fact, say_exactly


@pytest.fixture(autouse=True)
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write(tmp_path / "bidkit.yaml", SETTINGS)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*words: object) -> tuple[int, str]:
    done = CliRunner().invoke(app, [*map(str, words), "--lang", "en"])
    return done.exit_code, done.output


KNOWN = {
    "--customer": "某水务: 集团 #1",
    "--title": "2026",
    "--tender-no": "007",
    "--deadline": "2026-12-18T09:30+08:00",
    "--validity-days": "90",
    "--ceiling": "1,200,000.50",
    "--bond": "0",
    "--rules": "mof87",
    "--budget": "130万元",
}


def gaps(output: str) -> set[str]:
    return set(re.findall(r"DL05 error: key `(\w+)`", output))


@pytest.mark.parametrize(
    ("words", "pack", "is_proposed"),
    [
        (["--regime", "tender", "--rules", "mof87"], "", True),
        (["--regime", "tender", "--rules", "ndrc"], "", True),
        (["--tender-no", "1"], "", True),
        (["--regime", "tender", "--rules", "mdb"], "", False),
        (["--regime", "tender", "--rules", "mof87", "--locale", "en-US"], "", False),
        (["--regime", "commercial"], "", False),
        (["--regime", "tender", "--rules", "mof87"], "zh-proposal", False),
    ],
)
def test_the_pack_of_chinese_tenders_is_proposed_where_none_is_chosen(
    words: list[str], pack: str, is_proposed: bool, root: Path
) -> None:
    settings = re.sub(r"^pack:.*\n", "", SETTINGS, flags=re.M)
    write(root / "bidkit.yaml", settings + (f"pack: {pack}\n" if pack else ""))
    done = CliRunner().invoke(app, ["new", "x", "--locale", "zh-CN", *words, "--yes", "--lang", "zh"])
    assert done.exit_code == 0, done.output
    assert ("pack: zh-tender" in done.output) is is_proposed
    again = CliRunner().invoke(app, ["new", "y", "--locale", "zh-CN", *words, "--yes", "--format", "json"])
    assert json.loads(again.stdout).get("pack") == ("zh-tender" if is_proposed else None)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_tender_has_what_was_said_and_gaps_for_the_rest(lang: str, root: Path) -> None:
    words = [word for pair in KNOWN.items() for word in pair]
    done = CliRunner().invoke(app, ["new", "water", *words, "--yes", "--lang", lang])
    assert done.exit_code == 0, done.output
    data, problems = parse_mapping((root / "deals/water/deal.yaml").read_text(encoding="utf-8"), "deal.yaml")
    assert data is not None
    assert {item.code for item in problems} == {"DL05"}
    assert (data["regime"], data["title"], data["customer"]["name"]) == ("tender", "2026", "某水务: 集团 #1")
    tender = data["tender"]
    assert (tender["no"], tender["deadline"], tender["ceiling"], tender["bond"]) == (
        "007", "2026-12-18T09:30+08:00", "1200000.50", "0",
    )  # fmt: skip
    code, output = run("check", "deals/water/deal.yaml")
    assert code == 1
    wanted = {"decision_date", "mandatory_count", "has_prior_design_service", "introduction", "months", "start", "text"}
    assert gaps(output) == wanted
    assert data["opportunity"]["budget"] == "1300000"
    assert "deals/water/overview.md" in output


def test_a_commercial_deal_says_nothing_of_a_tender(root: Path) -> None:
    assert run("new", "shop", "--customer", "C", "--title", "T", "--yes")[0] == 0
    text = (root / "deals/shop/deal.yaml").read_text(encoding="utf-8")
    assert "regime: commercial" in text
    assert "tender:" not in text


@pytest.mark.parametrize(
    ("option", "value", "code"),
    [
        ("--deadline", "2026-12-18 9:30", "DL21"),
        ("--deadline", "2026年12月18日下午2时", "DL09"),
        ("--ceiling", "9.5.0万", "DL08"),
        ("--ceiling", "12,34万", "DL08"),
        ("--deadline", "2026-13-40", "DL09"),
        ("--ceiling", "much", "DL08"),
        ("--rules", "mine", "DL10"),
        ("--regime", "auction", "DL10"),
        ("--id", "A B", "DL17"),
        ("--validity-days", "-3", "DL"),
    ],
)
def test_what_a_deal_could_not_say_is_refused_and_nothing_written(
    option: str, value: str, code: str, root: Path
) -> None:
    exit_code, output = run("new", "x", option, value, "--yes")
    assert (exit_code, code in output) == (1, True), output
    assert not (root / "deals").exists()


def test_editors_find_the_schema_where_the_workspace_has_it(root: Path) -> None:
    assert run("new", "plain", "--yes")[0] == 0
    assert "$schema" not in (root / "deals/plain/deal.yaml").read_text(encoding="utf-8")
    (root / ".bidkit/schemas").mkdir(parents=True)
    (root / ".bidkit/schemas/deal.schema.json").write_text("{}")
    assert run("new", "known", "--yes")[0] == 0
    path = root / "deals/known/deal.yaml"
    line = path.read_text(encoding="utf-8").splitlines()[0]
    assert (path.parent / line.removeprefix("# yaml-language-server: $schema=")).is_file()


@pytest.mark.parametrize("regime", ["commercial", "tender"])
def test_its_keys_are_in_order(regime: str, root: Path) -> None:
    assert run("new", regime, "--regime", regime, "--yes")[0] == 0
    assert run("fmt", "--check", str(root / "deals"))[0] == 0


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_locale_and_currency_are_those_of_the_other_deals(lang: str, root: Path) -> None:
    write(root / "deals/old/deal.yaml", "locale: en-GB\nquote: {currency: GBP}\n")
    assert CliRunner().invoke(app, ["new", "x", "--yes", "--lang", lang]).exit_code == 0
    text = (root / "deals/x/deal.yaml").read_text(encoding="utf-8")
    assert "locale: en-GB" in text and "currency: GBP" in text
    write(root / "deals/other/deal.yaml", "locale: zh-CN\nquote: {currency: GBP}\n")
    assert CliRunner().invoke(app, ["new", "y", "--yes", "--lang", lang]).exit_code == 0
    text = (root / "deals/y/deal.yaml").read_text(encoding="utf-8")
    assert f"locale: {'zh-CN' if lang == 'zh' else 'en-US'}" in text and "currency: GBP" in text


def test_a_deal_that_is_there_stays(root: Path) -> None:
    mine = write(root / "deals/water/lines.csv", "mine")
    code, output = run("new", "water", "--yes")
    assert (code, "EN50" in output, "lines.csv" in output) == (1, True, True)
    assert [*mine.parent.iterdir()] == [mine]


def test_a_folder_may_have_a_chinese_name_and_a_path(root: Path) -> None:
    assert run("new", "溪桥水厂", "--yes")[0] == 0
    code, output = run("check", "deals/溪桥水厂/deal.yaml")
    assert (code, "id" in gaps(output)) == (1, True)
    assert run("new", "deals/2027/b/deal.yaml", "--yes")[0] == 0
    assert (root / "deals/2027/b/deal.yaml").is_file()


@pytest.mark.parametrize(
    "name", ["CON", "nul.txt", ".git", "a.", "a\nb", "", ".", "x" * 300, "水" * 90, "a/" + "y" * 300]
)
def test_a_name_that_not_every_system_keeps_is_refused_and_nothing_written(root: Path, name: str) -> None:
    before = sorted(root.rglob("*"))
    code, output = run("new", name, "--yes")
    assert (code, "EN68" in output) == (2, True)
    assert sorted(root.rglob("*")) == before


def test_a_deal_can_be_started_in_the_folder_where_one_is(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "deals/here").mkdir(parents=True)
    monkeypatch.chdir(root / "deals/here")
    assert run("new", ".", "--yes")[0] == 0
    assert (root / "deals/here/deal.yaml").is_file()


def test_outside_of_a_workspace_there_is_nothing_to_put_it_in(tmp_path_factory: pytest.TempPathFactory) -> None:
    os.chdir(tmp_path_factory.mktemp("elsewhere"))
    code, output = run("new", "x", "--yes")
    assert (code, "DL19" in output, "bidkit init" in output) == (2, True, True)


def test_every_fact_of_a_tender_is_one_that_is_read() -> None:
    assert set(TENDER) < set(Facts.model_fields)
    assert read_fact("deadline", "2026-12-18T09:30+08:00") == []
    assert [item.code for item in read_fact("deadline", "soon")] == ["DL09"]


def test_without_a_terminal_it_is_told_that_nothing_was_asked(root: Path) -> None:
    done = CliRunner().invoke(app, ["new", "two words", "--lang", "en"], input="C\nT\n")
    assert done.exit_code == 0 and "nothing was asked" in done.output
    assert 'check "deals/two words/deal.yaml"' in done.output.replace("\\", "/")
    assert "nothing was asked" not in CliRunner().invoke(app, ["new", "x", "--yes", "--lang", "en"]).output


@pytest.mark.parametrize(
    ("key", "said", "written"),
    [
        ("deadline", "2026年12月18日 9:30", "2026-12-18T09:30+08:00"),
        ("deadline", "２０２６年１２月１８日９时３０分", "2026-12-18T09:30+08:00"),
        ("deadline", "2026-12-18 14时", "2026-12-18T14:00+08:00"),
        ("deadline", "2026-12-18T09:30-05:00", "2026-12-18T09:30-05:00"),
        ("decision_date", "2026/1/8", "2026-01-08"),
        ("dated", "2026.11.27", "2026-11-27"),
        ("ceiling", "90万", "900000"),
        ("budget", "￥1,234.5万元", "12345000"),
        ("bond", "18,000.00 元", "18000.00"),
        ("budget", "1.2亿", "120000000"),
        ("title", "2026年12月18日", "2026年12月18日"),
        ("ceiling", "about 90", "about 90"),
        ("regime", "招标", "tender"),
        ("regime", "auction", "auction"),
        ("rules", "政府采购", "mof87"),
        ("bond", "无", "0"),
        ("validity_days", "90天", "90"),
        ("validity_days", "120 calendar days", "120"),
        ("title", "无", "无"),
    ],
)
def test_days_and_amounts_are_taken_as_a_tender_prints_them(key: str, said: str, written: str) -> None:
    assert say_exactly(key, said, "zh-CN") == written
    assert read_fact(key, written) == [] or written == said


def test_a_time_without_its_zone_is_no_guess_elsewhere() -> None:
    assert say_exactly("deadline", "2026-12-18 9:30", "en-GB") == "2026-12-18T09:30"
    assert [item.code for item in read_fact("deadline", "2026-12-18T09:30")] == ["DL21"]


@pytest.mark.skipif(sys.platform == "win32", reason="a terminal of Unix")
def test_on_a_terminal_it_asks_again_until_an_answer_can_be_read(root: Path) -> None:
    answers = ["n-1", "T", "tender", "N-1", "soon", "2026/12/18 9:30+08:00", "90", "", "0", "mof87", ""]
    main, end = pty.openpty()
    words = [sys.executable, "-m", "bidkit", "new", "水厂", "--customer", "C", "--lang", "en"]
    process = subprocess.Popen(words, stdin=end, stdout=end, stderr=end)
    os.close(end)
    shown, asked = "", 0
    with suppress(OSError):  # Linux says so where the terminal has no other end any more
        while part := os.read(main, 4096):
            shown += part.decode(errors="replace")
            if asked < len(answers) and re.search(r"(\)|\]|project): $", shown):
                os.write(main, f"{answers[asked]}\n".encode())
                shown, asked = shown + "\n", asked + 1
    os.close(main)
    assert process.wait(30) == 0, shown
    assert "`soon`" in shown and "written as 2026-12-18T09:30+08:00" in shown
    text = (root / "deals/水厂/deal.yaml").read_text(encoding="utf-8")
    assert all(
        part in text for part in ("id: n-1", "title: T", "no: N-1", "deadline: 2026-12-18T09:30+08:00", "rules: mof87")
    )
