"""The signing list: where a finished bid waits for seals, signatures and dates, and on which page."""

from __future__ import annotations

import io
from pathlib import Path

import docx
import pytest
from test_zh_tender import build, copy_example
from workspace import NOW, make_workspace, sign_all

from bidkit.build import Options, build_deal
from bidkit.office import find_office, lay_out
from bidkit.signing import find_kinds, list_signing


@pytest.mark.parametrize(
    ("text", "beside", "kinds"),
    [
        ("投标人名称（盖章）：青禾测试技术有限公司", "", ("seal",)),
        ("投标人（公章）", "青禾", ("seal",)),
        ("法定代表人或授权代表（签字或盖章）：", "", ("seal", "signature")),
        ("代理人（签字）：", "", ("signature",)),
        ("日期：", "", ("date",)),
        ("日期：2026年10月12日", "", ()),
        ("日期：", "2026年10月12日", ()),
        ("日期：　　年　　月　　日", "", ("date",)),
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
