"""Credential papers: which answer a requirement, when they must be in date, what becomes of their files."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from workspace import (
    ISO9001,
    LICENCE,
    edit,
    make_deal,
    make_pdf,
    make_picture,
    make_workspace,
    root_of,
    run_check,
    sign_all,
    write,
)

from bidkit.catalog import Credential
from bidkit.credentials import is_valid_on, judging_days, select_credentials
from bidkit.deal import Deal, load_deal
from bidkit.diagnostic import Diagnostic, Severity
from bidkit.source import Workspace


def paper(
    kind: str = "iso9001", issued: str = "2025-05-20", valid_until: str = "2028-05-19", **more: Any
) -> Credential:
    facts = {"id": kind, "title": kind, "holder": "青禾", "number": "1", "issuer": "衡屿", "files": "a.pdf", **more}
    return Credential.model_validate({**facts, "kind": kind, "issued": issued, "valid_until": valid_until})


def read_deal(root: Path, regime: str = "tender", **changes: Any) -> Deal:
    write(root / "deal.yaml", make_deal(regime, **changes))
    deal, problems = load_deal(Workspace(root), "deal.yaml")
    assert problems == []
    assert deal is not None
    return deal


def found(deal: Path) -> list[tuple[str, str, int]]:
    problems = run_check(deal).diagnostics
    return [
        (problem.code, problem.span.file if problem.span else "", problem.span.line if problem.span else 0)
        for problem in problems
    ]


class TestDates:
    @pytest.mark.parametrize(
        ("issued", "valid_until", "day", "is_valid"),
        [
            ("2025-05-20", "2028-05-19", "2026-09-18", True),
            ("2025-05-20", "2026-09-18", "2026-09-18", True),
            ("2025-05-20", "2026-09-17", "2026-09-18", False),
            ("2026-09-18", "2028-05-19", "2026-09-18", True),
            ("2026-09-19", "2028-05-19", "2026-09-18", False),
            ("2012-04-18", "long-term", "2026-09-18", True),
            ("2026-09-19", "长期", "2026-09-18", False),
        ],
    )
    def test_paper_is_in_date_from_its_issue_to_its_last_day(
        self, issued: str, valid_until: str, day: str, is_valid: bool
    ) -> None:
        assert is_valid_on(paper(issued=issued, valid_until=valid_until), date.fromisoformat(day)) is is_valid

    def test_tender_judges_by_the_deadline_and_the_end_of_validity(self, tmp_path: Path) -> None:
        deal = read_deal(tmp_path)
        assert list(judging_days(deal, date(2026, 9, 1))) == [
            ("deadline", date(2026, 9, 18)),
            ("validity_end", date(2026, 12, 17)),
        ]

    def test_deadline_is_the_day_in_its_own_zone(self, tmp_path: Path) -> None:
        deal = read_deal(tmp_path, tender__deadline="2026-09-18T00:30+08:00")
        assert next(judging_days(deal, date(2026, 9, 1))) == ("deadline", date(2026, 9, 18))

    def test_commercial_deal_judges_by_today(self, tmp_path: Path) -> None:
        deal = read_deal(tmp_path, "commercial")
        assert list(judging_days(deal, date(2026, 9, 1))) == [("today", date(2026, 9, 1))]

    @pytest.mark.parametrize(
        ("valid_until", "severities"),
        [
            ("2026-12-17", []),
            ("2026-12-16", [Severity.WARNING]),
            ("2026-09-18", [Severity.WARNING]),
            ("2026-09-17", [Severity.ERROR]),
            ("长期", []),
        ],
    )
    def test_paper_that_expires_is_an_error_before_the_deadline_and_a_warning_before_the_end(
        self, tmp_path: Path, valid_until: str, severities: list[Severity]
    ) -> None:
        deal = make_workspace(tmp_path)
        record = tmp_path / "catalog/credentials/iso9001.yaml"
        line, col = edit(record, "valid_until: 2028-05-19", f"valid_until: {valid_until}")
        problems = run_check(deal).diagnostics
        assert [(problem.code, problem.severity) for problem in problems] == [("QU02", item) for item in severities]
        for problem in problems:
            assert problem.span is not None
            assert (problem.span.file, problem.span.line) == ("catalog/credentials/iso9001.yaml", line)
            assert problem.span.col == col + len("valid_until: ")

    def test_paper_issued_after_the_deadline_is_an_error_at_its_date_of_issue(self, tmp_path: Path) -> None:
        deal = make_workspace(tmp_path)
        line, _ = edit(tmp_path / "catalog/credentials/iso9001.yaml", "issued: 2025-05-20", "issued: 2026-09-19")
        assert found(deal) == [("QU02", "catalog/credentials/iso9001.yaml", line)]


class TestSelection:
    def test_requirements_are_joined_with_papers_of_their_kind(self, tmp_path: Path) -> None:
        records = (paper("iso9001"), paper("contract", id="c1"), paper("contract", id="c2"))
        needs = [{"id": n, "kind": k, "title": k} for n, k in (("Q1", "contract"), ("Q2", "itss"), ("Q3", "iso9001"))]
        selection = select_credentials(read_deal(tmp_path, tender__required_credentials=needs), records)
        assert selection.chosen == records
        assert [(need.id, [item.id for item in papers]) for need, papers in selection.required] == [
            ("Q1", ["c1", "c2"]),
            ("Q2", []),
            ("Q3", ["iso9001"]),
        ]

    def test_commercial_deal_requires_nothing(self, tmp_path: Path) -> None:
        assert select_credentials(read_deal(tmp_path, "commercial"), (paper(),)).required == ()

    def test_required_paper_that_is_not_attached_is_an_error_at_the_requirement(self, tmp_path: Path) -> None:
        deal = make_workspace(tmp_path, credentials=["business-licence"])
        problems = run_check(deal).diagnostics
        assert [problem.code for problem in problems] == ["QU01"]
        assert problems[0].values["kind"] == "iso9001"

    def test_paper_of_another_company_is_an_error_at_the_holder(self, tmp_path: Path) -> None:
        deal = make_workspace(tmp_path)
        line, _ = edit(tmp_path / "catalog/credentials/iso9001.yaml", "holder: 青禾测试技术", "holder: 青禾测试科技")
        assert found(deal) == [("ID01", "catalog/credentials/iso9001.yaml", line)]

    def test_unknown_paper_is_an_error_where_the_deal_names_it(self, tmp_path: Path) -> None:
        deal = make_workspace(tmp_path)
        line, _ = edit(
            deal, "credentials: [business-licence, iso9001]", "credentials: [business-licence, iso9011, iso9001]"
        )
        problems = run_check(deal).diagnostics
        assert [(problem.code, problem.values["near"]) for problem in problems] == [("DL15", "iso9001")]
        assert problems[0].span is not None
        assert (problems[0].span.line, problems[0].span.col) == (line, 33)


class TestFiles:
    @pytest.mark.parametrize(
        ("name", "content"),
        [
            (ISO9001, b""),
            (ISO9001, b"no pdf"),
            (ISO9001, b"%PDF-1.7\n%%EOF\n"),
            (ISO9001, make_pdf()[: len(make_pdf()) // 3]),
            (ISO9001, make_picture()),
            (LICENCE, b""),
            (LICENCE, b"no picture"),
            (LICENCE, make_picture(width=600, height=800)[:-40]),
            (LICENCE, make_picture(width=600, height=800)[:200]),
            (LICENCE, make_pdf()),
            (LICENCE, make_picture("GIF")),
        ],
    )
    def test_damaged_file_is_an_error_at_its_name(self, tmp_path: Path, name: str, content: bytes) -> None:
        deal = make_workspace(tmp_path)
        write(tmp_path / name, content)
        problems = run_check(deal).diagnostics
        assert [problem.code for problem in problems] == ["DL14"]
        assert problems[0].values["file"] == name
        assert underlined(problems[0], tmp_path) == f"files/{Path(name).name}"

    def test_picture_with_flipped_bytes_is_damaged(self, tmp_path: Path) -> None:
        deal = make_workspace(tmp_path)
        picture = bytearray(make_picture(width=600, height=800))
        middle = len(picture) // 2
        picture[middle : middle + 8] = bytes(byte ^ 0xFF for byte in picture[middle : middle + 8])
        write(tmp_path / LICENCE, bytes(picture))
        assert [problem.code for problem in run_check(deal).diagnostics] == ["DL14"]

    def test_missing_file_is_an_error_at_its_name(self, tmp_path: Path) -> None:
        deal = make_workspace(tmp_path)
        (tmp_path / ISO9001).rename(tmp_path / "catalog/credentials/files/iso9001-2025.pdf")
        problems = run_check(deal).diagnostics
        assert [(problem.code, problem.values["near"]) for problem in problems] == [("DL12", "iso9001-2025.pdf")]
        assert underlined(problems[0], tmp_path) == "files/iso9001.pdf"

    @pytest.mark.parametrize("written", ["[]", "''", "';'"])
    def test_paper_without_a_file_is_an_error(self, tmp_path: Path, written: str) -> None:
        deal = make_workspace(tmp_path)
        line, _ = edit(tmp_path / "catalog/credentials/iso9001.yaml", "files: [files/iso9001.pdf]", f"files: {written}")
        assert found(deal) == [("DL05", "catalog/credentials/iso9001.yaml", line)]

    @pytest.mark.parametrize(
        "written", ["../../../secret.pdf", "/etc/hostname", "~/secret.pdf", "files\\iso9001.pdf", "C:/secret.pdf"]
    )
    def test_file_outside_of_the_workspace_is_refused(self, tmp_path: Path, written: str) -> None:
        write(tmp_path / "secret.pdf", make_pdf())
        deal = make_workspace(tmp_path / "workspace")
        record = root_of(deal) / "catalog/credentials/iso9001.yaml"
        line, _ = edit(record, "files: [files/iso9001.pdf]", f"files: ['{written}']")
        assert found(deal) == [("DL13", "catalog/credentials/iso9001.yaml", line)]

    @pytest.mark.parametrize("suffix", [".docx", ".exe", ".html", ""])
    def test_file_of_another_kind_is_refused(self, tmp_path: Path, suffix: str) -> None:
        deal = make_workspace(tmp_path)
        write(tmp_path / f"catalog/credentials/files/paper{suffix}", b"x")
        edit(tmp_path / "catalog/credentials/iso9001.yaml", "files/iso9001.pdf", f"files/paper{suffix}")
        assert [code for code, _, _ in found(deal)] == ["DL14"]

    def test_replaced_file_voids_the_review_of_the_papers(self, tmp_path: Path) -> None:
        deal = make_workspace(tmp_path)
        sign_all(deal)
        write(tmp_path / ISO9001, make_pdf(2))
        gate = run_check(deal).gate
        assert gate is not None
        opened = {(item.item.id, item.open[0].code) for item in gate.blocking("build", "submit")}
        assert ("4.8b", "GT04") in opened
        assert {code for _, code in opened} == {"GT04"}


def underlined(problem: Diagnostic, root: Path) -> str:
    assert problem.span is not None
    line = (root / problem.span.file).read_text(encoding="utf-8").splitlines()[problem.span.line - 1]
    return line[problem.span.col - 1 : problem.span.col - 1 + problem.span.width]
