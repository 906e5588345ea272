"""The signing list: where a finished bid waits for seals, signatures and dates, and on which page."""

from __future__ import annotations

import hashlib
import io
import json
from datetime import timedelta
from pathlib import Path

import docx
import pytest
from quotes import make_bid, make_workbook
from test_zh_tender import build, copy_example
from workspace import NOW, edit, make_workspace, run_check, sign_all, write

from bidkit.attesting import attest_item, waive_item
from bidkit.build import Options, build_deal
from bidkit.diagnostic import Severity
from bidkit.gate import State
from bidkit.office import find_office, lay_out
from bidkit.signing import find_kinds, list_signing


@pytest.mark.parametrize(
    ("text", "beside", "kinds"),
    [
        ("投标人名称（盖章）：青禾测试技术有限公司", "", ("seal",)),
        ("投标人（公章）", "青禾", ("seal",)),
        ("投标人：青禾测试技术有限公司（盖单位章）", "", ("seal",)),
        ("法定代表人或授权代表（签字或盖章）：", "", ("seal", "signature")),
        ("代理人（签字）：", "", ("signature",)),
        ("日期：", "", ("date",)),
        ("日期：2026年10月12日", "", ()),
        ("日期：", "2026年10月12日", ()),
        ("日期：　　年　　月　　日", "", ("date",)),
        ("日 期：", "", ("date",)),
        ("日期", "", ("date",)),
        ("日期", "　　年　　月　　日", ()),
        ("　　年　　月　　日", "", ("date",)),
        ("____年__月__日", "", ("date",)),
        ("2026年9月15日", "", ()),
        ("交付日期", "", ()),
        ("近三年每月每日巡检", "", ()),
        ("Signature", "", ("signature",)),
        ("Date signed", "", ("date",)),
        ("Date", "September 15, 2026", ()),
        ("Signed", "2025-03-10", ()),
        ("我方承诺在合同上加盖公章后十日内交货。", "", ()),
        ("交货日期见下表", "", ()),
        ("本证书由法定代表人签字并加盖公章（签字页见后），" + "未加盖的无效" * 12, "", ()),
        ("", "", ()),
    ],
)
def test_a_place_to_sign_is_known_by_its_words(text: str, beside: str, kinds: tuple[str, ...]) -> None:
    assert find_kinds(text, beside) == kinds


def test_a_date_that_alone_is_left_is_found_once_and_no_title_of_a_column() -> None:
    document = docx.Document()
    for rows in (
        [["日期", "　年　月　日"]],
        [["日期", ""]],
        [["日期", "2026年9月15日"]],
        [["事项", "日期"], ["开标", ""]],
    ):
        table = document.add_table(len(rows), 2)
        for line, texts in zip(table.rows, rows, strict=True):
            for cell, text in zip(line.cells, texts, strict=True):
                cell.text = text
        document.add_paragraph("此处另起一段")
    document.add_paragraph("　　　　年　　月　　日")
    stream = io.BytesIO()
    document.save(stream)
    places = list_signing({"submit/a.docx": stream.getvalue()})
    assert [item.text for item in places] == ["年 月 日", "日期", "年 月 日"]
    assert {item.kinds for item in places} == {("date",)}


def test_the_date_of_the_price_summary_is_a_place_to_fill() -> None:
    places = list_signing({"submit/quote.xlsx": make_workbook(make_bid())})
    assert [(item.heading, item.text) for item in places if item.kinds == ("date",)] == [("开标一览表", "年 月 日")]


def form(headings: int) -> bytes:
    document = docx.Document()
    for number in range(1, headings + 1):
        document.add_heading(f"表 {number}", 1)
        document.add_paragraph("投标人名称（盖章）：青禾")
        document.add_paragraph("日期：")
        if number % 2 == 0:
            document.add_page_break()
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


@pytest.mark.office
@pytest.mark.skipif(find_office() is None, reason="LibreOffice is not installed")
def test_pages_are_those_on_which_the_places_stand() -> None:
    content = form(5)
    pdfs, problems = lay_out({"a.docx": content})
    assert problems == []
    found = list_signing({"a.docx": content, "a.pdf": pdfs["a.docx"]})
    assert [(item.heading, item.page, item.kinds) for item in found] == [
        (f"表 {number}", str((number + 1) // 2), kinds) for number in range(1, 6) for kinds in (("seal",), ("date",))
    ]


def test_every_form_of_a_tender_is_in_the_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIDKIT_SOFFICE", "/nonexistent")
    result = build(copy_example("school", tmp_path))
    assert result.folder is not None, result.diagnostics
    files = {path.name: path.read_bytes() for path in (result.folder / "submit").iterdir() if path.is_file()}
    found = list_signing(files)
    headings = {item.heading for item in found if item.file.startswith(("报价文件", "商务技术文件", "资格证明文件"))}
    assert {"", "开标一览表", "分项报价表", "投标人资格声明书", "技术需求偏离表", "商务条款偏离表"} <= headings
    assert any(item.file.endswith(".xlsx") and item.kinds == ("seal",) for item in found)


def test_the_report_holds_the_list_and_nothing_is_signed_for_anybody(tmp_path: Path) -> None:
    deal = make_workspace(tmp_path)
    sign_all(deal)
    result = build_deal(deal, Options(now=NOW))
    assert result.folder is not None, [item.message("en") for item in result.diagnostics]
    page = (result.folder / "internal/report.html").read_text(encoding="utf-8")
    assert "签章清单" in page and "投标人（盖章）" in page and "☐" in page


def test_a_damaged_file_has_no_places() -> None:
    assert list_signing({"a.docx": b"PK", "b.pdf": b"%PDF"}) == ()


def judge(deal: Path) -> tuple[State, list[str], str]:
    """Item 4.9: its state, the codes of what is open, the hash that would close it."""
    gate = run_check(deal).gate
    assert gate is not None
    (item,) = [item for stage in gate.stages for item in stage.items if item.item.id == "4.9"]
    return (
        item.state,
        [problem.code for problem in item.open],
        str(item.open[0].values.get("subject", "")) if item.open else "",
    )


def make(deal: Path) -> Path:
    result = build_deal(deal, Options(now=NOW))
    assert result.folder is not None, [item.message("en") for item in result.diagnostics]
    return result.folder


def attest(deal: Path, subject: str) -> None:
    """Somebody says that every place of the list is signed and sealed."""
    evidence = hashlib.sha256((deal.parent / "evidence/minutes.md").read_bytes()).hexdigest()
    record = (
        f'- {{item: "4.9", by: 林知行, at: 2026-08-31T18:00+08:00, evidence: evidence/minutes.md, '
        f"evidence_sha256: {evidence}, subject_sha256: {subject}}}\n"
    )
    file = deal.with_name("attestations.yaml")
    rest = [line for line in file.read_text(encoding="utf-8").splitlines(keepends=True) if '"4.9"' not in line]
    write(file, "".join(rest) + record)


class TestAttesting:
    def test_the_list_is_attested_after_the_build_and_never_stops_one(self, tmp_path: Path) -> None:
        deal = make_workspace(tmp_path)
        sign_all(deal)
        assert judge(deal)[:2] == (State.OPEN, ["GT09"])
        made = build_deal(deal, Options(now=NOW))
        state, codes, subject = judge(deal)
        assert (state, codes) == (State.OPEN, ["GT03"])
        assert made.gate is not None and subject in str(made.gate.blocking("submitted")[0].open)
        attest(deal, subject)
        assert judge(deal)[0] is State.DONE
        make(deal)  # the same bytes: nothing is asked anew
        assert judge(deal)[0] is State.DONE

    def test_a_person_attests_it_by_the_command_once_there_is_a_package(self, tmp_path: Path) -> None:
        deal = make_workspace(tmp_path)
        sign_all(deal)
        evidence = deal.parent / "evidence/minutes.md"
        record, problems = attest_item(deal, "4.9", "林知行", evidence, Options(now=NOW))
        assert record is None and [problem.code for problem in problems] == ["GT09"]
        make(deal)
        deal.with_name("attestations.yaml").unlink()
        record, problems = attest_item(deal, "4.9", "林知行", evidence, Options(now=NOW))
        assert record is not None, problems
        assert judge(deal)[0] is State.DONE

    def test_what_a_pinned_day_does_not_count_yet_is_told_at_once(self, tmp_path: Path) -> None:
        deal = make_workspace(tmp_path)
        evidence, tomorrow = deal.parent / "evidence/minutes.md", Options(now=NOW + timedelta(days=1))
        signed, problems = attest_item(deal, "1.7", "林知行", evidence, tomorrow)
        assert signed is not None, problems
        assert [(item.code, item.severity) for item in problems] == [("GT06", Severity.WARNING)]
        waived, problems = waive_item(deal, "2.5", "林知行", "长期客户，不再拜访", None, tomorrow)
        assert waived is not None, problems
        assert [(item.code, item.severity) for item in problems] == [("GT11", Severity.WARNING)]

    def test_a_file_that_was_put_beside_is_handed_in_too(self, tmp_path: Path) -> None:
        deal = make_workspace(tmp_path)
        sign_all(deal)
        folder = make(deal)
        attest(deal, judge(deal)[2])
        assert judge(deal)[0] is State.DONE
        write(folder / "submit/底价.docx", b"x")
        assert judge(deal)[:2] == (State.OPEN, ["GT09"])

    def test_a_draft_is_nothing_to_sign(self, tmp_path: Path) -> None:
        deal = make_workspace(tmp_path)
        sign_all(deal)
        assert build_deal(deal, Options(now=NOW, is_draft=True)).folder is not None
        assert judge(deal)[:2] == (State.OPEN, ["GT09"])

    def test_a_deal_that_changes_after_the_build_must_be_built_and_attested_anew(self, tmp_path: Path) -> None:
        deal = make_workspace(tmp_path)
        sign_all(deal)
        make(deal)
        attest(deal, judge(deal)[2])
        edit(deal, "上报平台，断网", "上送平台，断网")
        assert judge(deal)[:2] == (State.OPEN, ["GT09"])
        kept = deal.with_name("attestations.yaml").read_text(encoding="utf-8").splitlines(keepends=True)[-1]
        sign_all(deal)
        make(deal)
        file = deal.with_name("attestations.yaml")
        write(file, file.read_text(encoding="utf-8") + kept)
        assert judge(deal)[:2] == (State.OPEN, ["GT04"])

    def test_other_bytes_of_the_same_deal_ask_anew(self, tmp_path: Path) -> None:
        """As another LibreOffice, or another version of bidkit, may make them: places move to other pages."""
        deal = make_workspace(tmp_path)
        sign_all(deal)
        manifest = make(deal) / "internal/manifest.json"
        attest(deal, judge(deal)[2])
        record = json.loads(manifest.read_bytes())
        record["signing"][0]["page"] = "99"
        write(manifest, json.dumps(record))
        assert judge(deal)[:2] == (State.OPEN, ["GT04"])

    @pytest.mark.parametrize("change", ["edit", "remove", "manifest"])
    def test_a_package_that_was_tampered_with_cannot_be_attested(self, tmp_path: Path, change: str) -> None:
        deal = make_workspace(tmp_path)
        sign_all(deal)
        folder = make(deal)
        attest(deal, judge(deal)[2])
        file = folder / ("internal/manifest.json" if change == "manifest" else "submit/proposal.docx")
        if change == "remove":
            file.unlink()
        else:
            write(file, b"{}")
        assert judge(deal)[:2] == (State.OPEN, ["GT09"])
