"""The commands over the credential library: tables, JSON, exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from test_choosing import CONTRACTS, LAST, library
from typer.testing import CliRunner, Result
from workspace import edit, make_workspace, write

from bidkit.cli import app


def run(*arguments: object, root: Path, lang: str = "en") -> Result:
    place = [] if arguments[0] == "choose" else ["--workspace", str(root)]
    return CliRunner().invoke(app, ["credentials", *map(str, arguments), *place, "--lang", lang])


class TestCommands:
    def test_list_shows_every_paper_in_both_languages(self, tmp_path: Path) -> None:
        make_workspace(tmp_path)
        shown = run("list", root=tmp_path)
        assert shown.exit_code == 0
        assert len(shown.stdout.splitlines()) == 3
        assert "no expiry" in shown.stdout and "2028-05-19" in shown.stdout
        assert "营业执照" in run("list", root=tmp_path, lang="zh").stdout
        assert len(run("list", "--kind", "iso9001", root=tmp_path).stdout.splitlines()) == 2

    def test_two_records_with_one_id_are_told(self, tmp_path: Path) -> None:
        make_workspace(tmp_path)
        record = tmp_path / "catalog/credentials/iso9001.yaml"
        write(record.with_name("copy.yaml"), record.read_text(encoding="utf-8"))
        result = run("list", root=tmp_path)
        assert (result.exit_code, "DL26" in result.stdout) == (1, True)

    def test_json_has_a_version_and_typed_rows(self, tmp_path: Path) -> None:
        make_workspace(tmp_path)
        record = json.loads(run("list", "--format", "json", root=tmp_path).stdout)
        assert (record["format_version"], record["command"]) == ("1.0", "credentials list")
        assert [row["id"] for row in record["rows"]] == ["business-licence", "iso9001"]
        assert record["rows"][0]["valid_until"] is None

    def test_show_tells_all_of_a_paper_and_who_uses_it(self, tmp_path: Path) -> None:
        make_workspace(tmp_path)
        shown = run("show", "iso9001", root=tmp_path).stdout
        assert "QMS-2025-03417" in shown and "cs-2026-001" in shown
        missing = run("show", "iso900", root=tmp_path)
        assert (missing.exit_code, "iso9001" in missing.stdout) == (1, True)

    @pytest.mark.parametrize(
        ("within", "day", "expected"),
        [
            ("90d", "2026-09-01", []),
            ("2y", "2026-09-01", ["2028-05-19"]),
            ("1y", "2027-05-18", []),
            ("1y", "2027-05-20", ["2028-05-19"]),
            ("12m", "2027-05-19", ["2028-05-19"]),
            ("1d", "2028-06-01", ["2028-05-19"]),
        ],
    )
    def test_expiring_within(self, tmp_path: Path, within: str, day: str, expected: list[str]) -> None:
        make_workspace(tmp_path)
        result = run("expiring", "--within", within, "--as-of", day, "--format", "json", root=tmp_path)
        assert result.exit_code == int(bool(expected))
        assert [row["day"] for row in json.loads(result.stdout)["rows"]] == expected

    def test_a_paper_that_an_open_deal_needs_longer_is_told_however_far_away(self, tmp_path: Path) -> None:
        make_workspace(tmp_path)
        record = tmp_path / "catalog/credentials/iso9001.yaml"
        edit(record, "valid_until: 2028-05-19", "valid_until: 2026-12-16")
        result = run("expiring", "--within", "1d", "--as-of", "2026-09-01", "--format", "json", root=tmp_path)
        (row,) = json.loads(result.stdout)["rows"]
        assert row["needed_by"] == ["cs-2026-001 (2026-12-17)"]
        closed = run("expiring", "--within", "1d", "--as-of", "2026-12-18", "--format", "json", root=tmp_path)
        assert json.loads(closed.stdout)["rows"][0]["needed_by"] == []

    def test_surveillance_and_review_end_too(self, tmp_path: Path) -> None:
        make_workspace(tmp_path)
        edit(
            tmp_path / "catalog/credentials/iso9001.yaml",
            "valid_until: 2028-05-19\n",
            "valid_until: 2028-05-19\nsurveillance_until: 2027-05-19\nreview_by: 2026-10-01\n",
        )
        result = run("expiring", "--within", "1y", "--as-of", "2026-09-01", "--format", "json", root=tmp_path)
        assert [row["what"] for row in json.loads(result.stdout)["rows"]] == ["review_by", "surveillance_until"]

    @pytest.mark.parametrize("within", ["90", "d", "90 days", "-1d"])
    def test_a_period_that_is_none_is_exit_code_2(self, tmp_path: Path, within: str) -> None:
        make_workspace(tmp_path)
        result = run("expiring", f"--within={within}", root=tmp_path)
        assert (result.exit_code, "EN18" in result.stderr) == (2, True)

    def test_choose_tells_why_and_why_not(self, tmp_path: Path) -> None:
        deal = make_workspace(tmp_path)
        library(tmp_path, c1={"tags": "供水"}, c2={"issued": "2020-01-01", "tags": "供热"})
        edit(deal, LAST, LAST + CONTRACTS)
        result = run("choose", deal, "--as-of", "2026-09-01", root=tmp_path)
        assert result.exit_code == 1  # one of two
        assert "its date is between 2023-09-18 and 2026-09-18; it has one of the tags 供水" in result.stdout
        assert "its date 2020-01-01 is not between" in result.stdout
        assert "日期 2020-01-01 不在" in run("choose", deal, root=tmp_path, lang="zh").stdout

    def test_choose_ends_with_1_over_a_broken_record(self, tmp_path: Path) -> None:
        deal = make_workspace(tmp_path)
        assert run("choose", deal, root=tmp_path).exit_code == 0
        library(tmp_path, c1={"issued": "2025-13-01"})
        assert run("choose", deal, root=tmp_path).exit_code == 1

    def test_a_chosen_paper_is_used_by_its_deal(self, tmp_path: Path) -> None:
        deal = make_workspace(tmp_path)
        library(tmp_path, c1={"tags": "供水", "valid_until": "2026-10-01"})
        edit(deal, LAST, LAST + CONTRACTS)
        result = run("expiring", "--within", "1d", "--as-of", "2026-09-01", "--format", "json", root=tmp_path)
        (row,) = json.loads(result.stdout)["rows"]
        assert (row["id"], row["needed_by"]) == ("c1", ["cs-2026-001 (2026-12-17)"])
        assert "cs-2026-001 (2026-12-17)" in run("show", "c1", root=tmp_path).stdout

    def test_an_ended_paper_that_was_replaced_is_told_no_more(self, tmp_path: Path) -> None:
        make_workspace(tmp_path)
        old = {"kind": "iso27001", "title": "信息安全", "issued": "2020-01-01", "valid_until": "2023-01-01"}
        library(tmp_path, old=old)
        ended = run("expiring", "--as-of", "2026-09-01", "--format", "json", root=tmp_path)
        assert [row["id"] for row in json.loads(ended.stdout)["rows"]] == ["old"]
        library(tmp_path, new={**old, "issued": "2023-01-02", "valid_until": "2029-01-01"})
        assert run("expiring", "--as-of", "2026-09-01", root=tmp_path).exit_code == 0

    def test_the_workspace_pins_the_day_of_expiring_too(self, tmp_path: Path) -> None:
        make_workspace(tmp_path)  # as_of: 2026-09-01
        edit(tmp_path / "catalog/credentials/iso9001.yaml", "valid_until: 2028-05-19", "valid_until: 2026-12-20")
        assert run("expiring", "--within", "110d", root=tmp_path).exit_code == 1
        assert run("expiring", "--within", "109d", root=tmp_path).exit_code == 0

    def test_list_of_an_unknown_kind_is_exit_code_2(self, tmp_path: Path) -> None:
        make_workspace(tmp_path)
        assert run("list", "--kind", "iso", root=tmp_path).exit_code == 2
        assert len(run("list", "--kind", "营业执照", root=tmp_path).stdout.splitlines()) == 2

    def test_outside_of_a_workspace_is_exit_code_2(self, tmp_path: Path) -> None:
        result = run("list", root=tmp_path)
        assert (result.exit_code, "DL19" in result.stderr) == (2, True)
