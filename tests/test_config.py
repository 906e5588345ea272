"""bidkit.yaml: what it must hold, and how the workspace of a deal is found."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from workspace import COMPANY, SETTINGS, edit, make_picture, make_workspace, run_check, sign_all, write

from bidkit.config import Settings, find_workspace, load_settings
from bidkit.diagnostic import Diagnostic, Severity
from bidkit.source import Workspace


def load(root: Path, text: str) -> tuple[Settings | None, list[Diagnostic]]:
    write(root / "bidkit.yaml", text)
    return load_settings(Workspace(root))


def change(old: str, new: str) -> str:
    assert SETTINGS.count(old) == 1
    return SETTINGS.replace(old, new)


def refuse(root: Path, old: str, new: str) -> Diagnostic:
    """The one finding of the settings with one text changed; it must stand on the changed line of bidkit.yaml."""
    settings, problems = load(root, change(old, new))
    assert settings is None
    assert len(problems) == 1, problems
    span = problems[0].span
    assert span is not None
    assert (span.file, span.line) == ("bidkit.yaml", SETTINGS[: SETTINGS.index(old)].count("\n") + 1)
    return problems[0]


class TestSettings:
    def test_company_and_defaults_are_read(self, tmp_path: Path) -> None:
        settings, problems = load(tmp_path, SETTINGS)
        assert problems == []
        assert settings is not None
        assert settings.company.name == COMPANY
        assert settings.company.introduction.text.startswith("公司从事")
        assert (settings.as_of, settings.pack, settings.company.color) == (date(2026, 9, 1), "", "1F4E79")

    def test_figures_of_the_company_stay_text(self, tmp_path: Path) -> None:
        text = change("  phone: 0920-88260170", "  phone: 020\n  postcode: 010000\n  bank: {name: b, account: 0012}")
        settings, problems = load(tmp_path, text)
        assert problems == []
        assert settings is not None
        company = settings.company
        assert company.bank is not None
        assert (company.phone, company.postcode, company.bank.account) == ("020", "010000", "0012")

    def test_introduction_may_stand_in_a_file(self, tmp_path: Path) -> None:
        write(tmp_path / "company.md", "# 公司\n")
        line = next(line for line in SETTINGS.splitlines() if "introduction" in line)
        settings, problems = load(tmp_path, change(line, "  introduction: {file: company.md}"))
        assert problems == []
        assert settings is not None
        assert (settings.company.introduction.text, settings.company.introduction.file) == ("# 公司\n", "company.md")

    @pytest.mark.parametrize(
        ("old", "new", "code"),
        [
            ("schema: bidkit/workspace@1", "schema: bidkit/workspace@2", "DL10"),
            ("as_of: 2026-09-01", "as_of: 2026-09-31", "DL09"),
            ("as_of: 2026-09-01", "as_off: 2026-09-01", "DL04"),
            (f"  name: {COMPANY}", "  name: ''", "DL05"),
            (f"  name: {COMPANY}", f"  name: [{COMPANY}]", "DL07"),
            ("  email: bid@qinghe.example", "  email: ' '", "DL05"),
        ],
    )
    def test_mistake_is_found_at_its_place(self, tmp_path: Path, old: str, new: str, code: str) -> None:
        assert refuse(tmp_path, old, new).code == code

    def test_misspelt_key_is_unknown_and_the_right_one_missing(self, tmp_path: Path) -> None:
        _, problems = load(tmp_path, change("  phone: 0920", "  phoen: 0920"))
        assert {problem.code: problem.values["key"] for problem in problems} == {"DL04": "phoen", "DL06": "phone"}
        assert next(problem for problem in problems if problem.code == "DL04").values["near"] == "phone"

    def test_a_key_is_proposed_as_it_is_written(self, tmp_path: Path) -> None:
        (problem,) = [item for item in load(tmp_path, f"{SETTINGS}shema: x\n")[1] if item.code == "DL04"]
        assert problem.values["near"] == "schema"
        assert str(problem.values["allowed"]).startswith("schema, company")

    @pytest.mark.parametrize(
        "key", ["name", "uscc", "legal_representative", "address", "phone", "email", "introduction"]
    )
    def test_fact_of_the_company_that_is_missing(self, tmp_path: Path, key: str) -> None:
        line = next(line for line in SETTINGS.splitlines(keepends=True) if line.startswith(f"  {key}:"))
        _, problems = load(tmp_path, SETTINGS.replace(line, ""))
        assert [(problem.code, problem.values["key"]) for problem in problems] == [("DL06", key)]

    @pytest.mark.parametrize("text", ["", "# nothing\n", "- a\n", "company\n"])
    def test_file_without_settings(self, tmp_path: Path, text: str) -> None:
        settings, problems = load(tmp_path, text)
        assert settings is None
        assert [problem.code for problem in problems] == ["DL07"]

    def test_mistakes_of_settings_and_deal_come_together(self, tmp_path: Path) -> None:
        deal = make_workspace(tmp_path, dated="2026-13-40")
        edit(tmp_path / "bidkit.yaml", "as_of: 2026-09-01", "as_of: 2026-13-40")
        assert [(p.code, p.span and p.span.file) for p in run_check(deal).diagnostics] == [
            ("DL09", "bidkit.yaml"),
            ("DL09", "deals/water/deal.yaml"),
        ]

    @pytest.mark.parametrize(
        ("content", "code"), [(None, "DL12"), (b"", "DL14"), (b"no picture", "DL14"), (make_picture()[:60], "DL14")]
    )
    def test_logo_that_cannot_be_shown_is_an_error_at_its_name(
        self, tmp_path: Path, content: bytes | None, code: str
    ) -> None:
        deal = make_workspace(tmp_path)
        line, col = edit(tmp_path / "bidkit.yaml", "  phone: 0920", "  logo: logo.png\n  phone: 0920")
        if content is not None:
            write(tmp_path / "logo.png", content)
        problems = run_check(deal).diagnostics
        assert [problem.code for problem in problems] == [code]
        assert problems[0].span is not None
        assert (problems[0].span.file, problems[0].span.line) == ("bidkit.yaml", line)
        assert problems[0].span.col == col + len("  logo: ")

    def test_unknown_pack_proposes_the_nearest(self, tmp_path: Path) -> None:
        deal = make_workspace(tmp_path)
        edit(tmp_path / "bidkit.yaml", "as_of: 2026-09-01", "as_of: 2026-09-01\npack: zh-propsal")
        problems = run_check(deal).diagnostics
        assert [(problem.code, problem.values["near"]) for problem in problems] == [("DL15", "zh-proposal")]

    @pytest.mark.parametrize("pack", ["../evil", "..", "/etc", "zh-proposal/../zh-proposal"])
    def test_pack_is_a_name_and_not_a_path(self, tmp_path: Path, pack: str) -> None:
        deal = make_workspace(tmp_path / "root")
        for folder in (tmp_path / "evil", tmp_path / "root"):
            write(folder / "pack.yaml", "schema: bidkit/pack@1\nlocale: zh-CN\nproposal: x.docx\n")
        edit(tmp_path / "root/bidkit.yaml", "as_of: 2026-09-01", f"as_of: 2026-09-01\npack: {pack}")
        assert [problem.code for problem in run_check(deal).diagnostics] == ["DL15"]

    def test_pinned_day_takes_the_place_of_today_and_is_told(self, tmp_path: Path) -> None:
        result = run_check(make_workspace(tmp_path), datetime(2031, 1, 1, tzinfo=UTC))
        assert result.diagnostics == ()
        assert result.pinned == date(2026, 9, 1)
        assert result.bid is not None
        assert result.bid.today == date(2026, 9, 1)

    def test_without_a_pin_the_day_is_that_of_the_clock_in_the_zone_of_the_deadline(self, tmp_path: Path) -> None:
        deal = make_workspace(tmp_path)
        edit(tmp_path / "bidkit.yaml", "as_of: 2026-09-01\n", "")
        result = run_check(deal, datetime(2026, 9, 17, 16, 30, tzinfo=UTC))
        assert result.bid is not None
        assert (result.bid.today, result.pinned) == (date(2026, 9, 18), None)

    @pytest.mark.parametrize(("minute", "severity"), [(29, Severity.WARNING), (30, Severity.ERROR)])
    def test_deadline_passes_in_its_very_minute(self, tmp_path: Path, minute: int, severity: Severity) -> None:
        deal = make_workspace(tmp_path)
        edit(tmp_path / "bidkit.yaml", "as_of: 2026-09-01\n", "")
        result = run_check(deal, datetime(2026, 9, 18, 1, minute, tzinfo=UTC))
        assert [(problem.code, problem.severity) for problem in result.diagnostics] == [("DT04", severity)]

    @pytest.mark.parametrize(("buffer", "minutes", "told"), [("2", 61, ["1 h 1 min"]), ("1", 61, []), ("0", 1, [])])
    def test_a_team_says_how_long_before_the_deadline_it_is_warned(
        self, tmp_path: Path, buffer: str, minutes: int, told: list[str]
    ) -> None:
        deal = make_workspace(tmp_path)
        edit(tmp_path / "bidkit.yaml", "as_of: 2026-09-01\n", f"submit_buffer_hours: {buffer}\n")
        moment = datetime(2026, 9, 18, 1, 30, tzinfo=UTC) - timedelta(minutes=minutes)
        said = [problem.message("en") for problem in run_check(deal, moment).diagnostics]
        assert said == [
            f"the deadline 2026-09-18 09:30 is only {left} away, less than the 2 h kept for handing in" for left in told
        ]

    def test_changed_company_voids_the_reviews_of_what_prints_it(self, tmp_path: Path) -> None:
        deal = make_workspace(tmp_path)
        sign_all(deal)
        edit(tmp_path / "bidkit.yaml", "legal_representative: 顾明澈", "legal_representative: 韩疏影")
        gate = run_check(deal).gate
        assert gate is not None
        assert "GT04" in [problem.code for item in gate.blocking("submit") for problem in item.open]


class TestFindWorkspace:
    def test_closest_folder_above_with_a_bidkit_yaml(self, tmp_path: Path) -> None:
        deal = make_workspace(tmp_path / "outer/inner")
        write(tmp_path / "outer/bidkit.yaml", "")
        workspace = find_workspace(deal)
        assert workspace is not None
        assert workspace.root == tmp_path / "outer/inner"

    def test_no_folder_above_has_one(self, tmp_path: Path) -> None:
        deal = make_workspace(tmp_path)
        (tmp_path / "bidkit.yaml").unlink()
        assert find_workspace(deal) is None
        assert [problem.code for problem in run_check(deal).diagnostics] == ["DL19"]

    def test_folder_of_that_name_is_no_workspace(self, tmp_path: Path) -> None:
        deal = make_workspace(tmp_path)
        (tmp_path / "deals/bidkit.yaml").mkdir()
        workspace = find_workspace(deal)
        assert workspace is not None
        assert workspace.root == tmp_path

    def test_relative_path_of_a_deal(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        make_workspace(tmp_path)
        monkeypatch.chdir(tmp_path / "deals/water")
        workspace = find_workspace(Path("deal.yaml"))
        assert workspace is not None
        assert workspace.root == tmp_path
