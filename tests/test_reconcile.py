"""`bidkit reconcile`: every edit made in Word or Excel is listed with the line that it has to go to."""

from __future__ import annotations

import io
import json
import random
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest
from office_files import parts_of, zipped
from typer.testing import CliRunner
from workspace import NOW, make_workspace, root_of, write

from bidkit.build import Options, build_deal
from bidkit.cli import app
from bidkit.diagnostic import Span
from bidkit.edits import Edit, Reconciled
from bidkit.edits.origins import Origin
from bidkit.edits.pieces import read_pieces
from bidkit.reconciling import reconcile_file
from bidkit.reports.edits import render_text

ROOT = Path(__file__).parents[1]
OPTIONS = Options(now=NOW)


@pytest.fixture(scope="module")
def deal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A deal with a draft that was built of it; prose in Markdown, lines in a csv."""
    path = make_workspace(tmp_path_factory.mktemp("reconcile"), solution__overview={"file": "overview.md"})
    write(
        path.with_name("overview.md"),
        "二十四个站点各装一台边缘采集网关。\n\n平台按站点、设备、**测点**三级编码入库，越限即报。\n",
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BIDKIT_SOFFICE", "/nonexistent")
        assert build_deal(path, Options(now=NOW, is_draft=True)).folder
    return path


@pytest.fixture
def proposal(deal: Path, tmp_path: Path) -> Path:
    return Path(
        shutil.copy(next(root_of(deal).glob("dist/*/submit/proposal-DRAFT.docx")), tmp_path / "proposal-改过.docx")
    )


def change(path: Path, edit: Callable[[Any], None]) -> None:
    document = docx.Document(str(path))
    edit(document)
    document.save(str(path))


def find(document: Any, text: str) -> Any:
    return next(paragraph for paragraph in list_paragraphs(document) if text in paragraph.text)


def list_paragraphs(document: Any) -> Iterator[Any]:
    yield from document.paragraphs
    for table in document.tables:
        for row in table.rows:
            for cell in row.cells:
                yield from cell.paragraphs


def replace(document: Any, old: str, new: str) -> None:
    paragraph = find(document, old)
    text = paragraph.text.replace(old, new)
    for run in paragraph.runs[1:]:
        run._r.getparent().remove(run._r)
    paragraph.runs[0].text = text


def edits(path: Path, deal: Path) -> list[Any]:
    found, _, problems = reconcile_file(path, deal, Path.cwd(), OPTIONS)
    assert found is not None, problems
    return list(found.edits)


def line_of(path: Path, text: str) -> int:
    return next(n for n, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if text in line)


def test_a_file_as_it_was_built_has_no_edits(proposal: Path, deal: Path) -> None:
    assert edits(proposal, deal) == []


def test_a_file_that_word_has_only_saved_has_none(proposal: Path, deal: Path) -> None:
    def save(document: Any) -> None:
        for paragraph in [*list_paragraphs(document)][:200]:
            for run in paragraph.runs[:1]:
                if len(run.text) > 3 and not run._r.findall(".//{*}fldChar"):  # runs are split anew, ids are given
                    other = paragraph.add_run(run.text[2:])
                    run._r.addnext(other._r)
                    run.text = run.text[:2]

    change(proposal, save)
    assert edits(proposal, deal) == []


@pytest.mark.parametrize(
    ("old", "new", "file", "said"),
    [
        ("二十四个站点各装一台", "三十个站点各装一台", "deals/water/overview.md", "二十四个站点各装一台"),
        ("三级编码入库", "四级编码入库", "deals/water/overview.md", "三级编码入库"),
        (
            "质保期内免费维修，季度巡检。",
            "质保期内免费维修，每月巡检。",
            "deals/water/deal.yaml",
            "质保期内免费维修，季度巡检。",
        ),
        ("断网时在本地保存 45 天", "断网时在本地保存 90 天", "catalog/products/GW-200.md", "断网时在本地保存"),
        ("每季度巡检一次，巡检记录", "每月巡检一次，巡检记录", "catalog/services/maintenance.md", "每季度巡检一次，"),
        ("连续三十天的接入记录。", "连续六十天的接入记录。", "deals/water/deal.yaml", "连续三十天的接入记录。"),
    ],
)
def test_a_changed_text_leads_to_its_line(old: str, new: str, file: str, said: str, proposal: Path, deal: Path) -> None:
    change(proposal, lambda document: replace(document, old, new))
    (edit,) = edits(proposal, deal)
    assert (edit.kind, edit.is_price) == ("changed", False)
    assert old in edit.old and new in edit.new
    places = [span for origin in edit.origins for span in origin.spans]
    assert (file, line_of(root_of(deal) / file, said)) in [(span.file, span.line) for span in places]


def test_a_price_that_was_changed_by_hand_is_told_as_one(proposal: Path, deal: Path) -> None:
    change(proposal, lambda document: replace(document, "336,000.00", "330,000.00"))
    (edit,) = edits(proposal, deal)
    assert edit.is_price
    assert [origin.where for origin in edit.origins] == ["computed"]


def test_fixed_words_lead_to_the_template(proposal: Path, deal: Path) -> None:
    change(proposal, lambda document: replace(document, "衡量标准", "衡量办法"))
    found = edits(proposal, deal)
    assert {edit.kind for edit in found} == {"changed"}
    assert {origin.where for edit in found for origin in edit.origins} == {"template"}


def test_what_is_added_removed_and_moved(proposal: Path, deal: Path) -> None:
    def rearrange(document: Any) -> None:
        find(document, "二十四个站点各装一台").insert_paragraph_before("本段为经理所加。")
        gone = find(document, "合同签订后四十天内完成全部站点的安装与验收。")
        gone._p.getparent().remove(gone._p)

    change(proposal, rearrange)
    found = edits(proposal, deal)
    assert [(edit.kind, edit.new or edit.old) for edit in found] == [
        ("added", "本段为经理所加。"),
        ("removed", "合同签订后四十天内完成全部站点的安装与验收。"),
    ]
    (span,) = found[1].origins[0].spans
    assert (span.file, span.line) == ("deals/water/deal.yaml", line_of(deal, "合同签订后四十天内"))

    def move(document: Any) -> None:
        one, two = find(document, "三级编码入库"), find(document, "二十四个站点各装一台")
        two._p.addprevious(one._p)

    fresh = proposal.with_name("moved.docx")
    shutil.copy(next(root_of(deal).glob("dist/*/submit/proposal-DRAFT.docx")), fresh)
    change(fresh, move)
    assert [edit.kind for edit in edits(fresh, deal)] == ["moved"]


def test_what_is_added_behind_what_is_computed_is_told_to_belong_into_a_text() -> None:
    edit = Edit("added", Span("x.docx"), None, "本段为经理所加。", (Origin("computed", ()),))
    found = Reconciled("x.docx", "proposal.docx", (edit,), (), (), ROOT)
    told = render_text(found, "en", ROOT)
    assert "write it into a text of the deal" in told
    assert "behind:" not in told


def test_a_file_that_was_edited_in_its_package_is_held_against_what_would_be_built(deal: Path, tmp_path: Path) -> None:
    """A draft against a draft, so that its marks are no edits."""
    root = Path(shutil.copytree(root_of(deal), tmp_path / "again"))
    path = next(root.glob("dist/*/submit/proposal-DRAFT.docx"))
    change(path, lambda document: replace(document, "二十四个站点各装", "三十个站点各装"))
    found, _, problems = reconcile_file(path, root / deal.relative_to(root_of(deal)), root, OPTIONS)
    assert found is not None, problems
    assert (found.built, [edit.kind for edit in found.edits], found.forms) == (
        "submit/proposal-DRAFT.docx", ["changed"], (),
    )  # fmt: skip


def test_tracked_changes_and_comments_are_listed(proposal: Path, deal: Path) -> None:
    parts = parts_of(proposal.read_bytes())
    body = parts["word/document.xml"].decode()
    ins = '<w:ins w:id="900" w:author="王经理"><w:r><w:t>（含备件）</w:t></w:r></w:ins>'
    gone = '<w:del w:id="901" w:author="王经理"><w:r><w:delText>旧话</w:delText></w:r></w:del>'
    at = body.index("</w:p>", body.index("二十四个站点各装一台"))
    proposal.write_bytes(zipped({**parts, "word/document.xml": (body[:at] + ins + gone + body[at:]).encode()}))
    read, _ = read_pieces(proposal.read_bytes(), "x")
    assert read is not None
    assert [(mark.kind, mark.author, mark.text) for mark in read.tracked] == [
        ("inserted", "王经理", "（含备件）"), ("deleted", "王经理", "旧话"),
    ]  # fmt: skip
    (edit,) = edits(proposal, deal)
    assert edit.new.endswith("（含备件）")
    done = CliRunner().invoke(app, ["reconcile", str(proposal), "--deal", str(deal), "--lang", "zh"])
    assert (done.exit_code, "王经理 插入“（含备件）”" in done.output) == (1, True)


def test_cells_of_a_workbook(deal: Path, tmp_path: Path) -> None:
    quote = Path(shutil.copy(next(root_of(deal).glob("dist/*/submit/quote-DRAFT.xlsx")), tmp_path / "quote.xlsx"))
    book = openpyxl.load_workbook(quote, data_only=True)
    places = {}
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                places.setdefault(cell.value, (sheet.title, cell.coordinate))
                if cell.value in ("采集网关", 12500):
                    cell.value = "网关" if isinstance(cell.value, str) else 12000
    book.save(quote)
    found = edits(quote, deal)
    assert {edit.kind for edit in found} == {"changed"}
    names = [edit for edit in found if edit.old == "采集网关"]
    assert names and all(edit.origins[0].spans[0].file == "deals/water/deal.yaml" for edit in names)
    prices = [edit for edit in found if edit.old == "12500"]
    assert prices and all(edit.is_price for edit in prices)


class TestRefusals:
    def run(self, *words: object) -> tuple[int, str]:
        done = CliRunner().invoke(app, ["reconcile", *map(str, words), "--lang", "en", "--as-of", "2026-09-01"])
        return done.exit_code, done.output

    def test_the_deal_is_found_by_its_title(
        self, proposal: Path, deal: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(root_of(deal))
        code, output = self.run(proposal)
        assert (code, "are the same" in output) == (0, True), output
        other = write(tmp_path / "x.docx", make_document("nothing of it"))
        code, output = self.run(other)
        assert (code, "EN61" in output) == (2, True)

    def test_another_document_is_refused(self, deal: Path, tmp_path: Path) -> None:
        other = write(tmp_path / "x.docx", make_document(*(f"段落 {number}" for number in range(50))))
        code, output = self.run(other, "--deal", deal)
        assert (code, "EN63" in output) == (2, True)

    def test_another_workbook_is_refused(self, deal: Path, tmp_path: Path) -> None:
        book = openpyxl.Workbook()
        for number in range(1, 40):
            book.active.cell(number, 1, f"别的 {number}")
            book.active.cell(number, 3, "=A1").number_format = "0.00"
        path = tmp_path / "x.xlsx"
        book.save(path)
        code, output = self.run(path, "--deal", deal)
        assert (code, "EN63" in output) == (2, True)

    @pytest.mark.parametrize(
        ("content", "code"), [(b"broken", "TP01"), (zipped({"[Content_Types].xml": b"<Types/>"}), "EN62")]
    )
    def test_what_is_no_document_is_refused(self, content: bytes, code: str, deal: Path, tmp_path: Path) -> None:
        exit_code, output = self.run(write(tmp_path / "x.docx", content), "--deal", deal)
        assert (exit_code, code in output) == (2, True)

    @pytest.mark.parametrize("edit", ["bold", "comment"])
    def test_what_is_neither_text_nor_picture_is_no_silent_success(self, edit: str, proposal: Path, deal: Path) -> None:
        def add(document: Any) -> None:
            run = find(document, "二十四个站点各装一台").runs[0]
            if edit == "bold":
                run.font.bold = True
            else:
                document.add_comment(run, text="请核对数量", author="王经理")

        change(proposal, add)
        assert edits(proposal, deal) == []
        code, output = self.run(proposal, "--deal", deal)
        assert (code, "are the same, but:" in output) == (1, True)
        assert ("bold — → on" if edit == "bold" else "comment by 王经理: 请核对数量") in output
        code, output = self.run(proposal, "--deal", deal, "--format", "json")
        record = json.loads(output)
        assert (code, record["is_same"], record["edits"]) == (1, False, [])
        assert [record["forms"], record["marks"]].count([]) == 1

    def test_json_has_all_of_it(self, proposal: Path, deal: Path) -> None:
        change(proposal, lambda document: replace(document, "二十四个站点各装", "三十个站点各装"))
        code, output = self.run(proposal, "--deal", deal, "--format", "json")
        record = json.loads(output)
        assert (code, record["command"], record["format_version"]) == (1, "reconcile", "1.0")
        assert record["edits"][0]["origins"][0]["places"] == ["deals/water/overview.md:1"]


def make_document(*texts: str) -> bytes:
    document = docx.Document()
    for text in texts:
        document.add_paragraph(text)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


@pytest.mark.office
@pytest.mark.parametrize(
    ("name", "kind"), [("proposal", "docx:MS Word 2007 XML"), ("quote", "xlsx:Calc MS Excel 2007 XML")]
)
def test_a_round_trip_through_libreoffice_is_no_edit(name: str, kind: str, deal: Path, tmp_path: Path) -> None:
    """It writes nearly every look otherwise: that is one line, not hundreds."""
    suffix = kind.partition(":")[0]
    edited = tmp_path / f"{name}.{suffix}"
    shutil.copy(next(root_of(deal).glob(f"dist/*/submit/{name}-DRAFT.{suffix}")), edited)
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    words = ["soffice", profile, "--headless", "--convert-to", kind, "--outdir", str(tmp_path / "out"), str(edited)]
    subprocess.run(words, check=True, capture_output=True, timeout=120)
    made = tmp_path / "out" / edited.name
    assert made.read_bytes() != edited.read_bytes()
    found, _, problems = reconcile_file(made, deal, Path.cwd(), OPTIONS)
    assert found is not None, problems
    assert (found.edits, found.marks) == ((), ())
    assert len(found.forms) > 100
    head, blank, told = render_text(found, "en", Path.cwd()).splitlines()
    assert ("are the same, but:" in head, blank) == (True, "")
    assert told.startswith(f"{len(found.forms)} places only look otherwise")


def test_each_of_many_random_edits_of_an_example_is_told_and_nothing_else(tmp_path: Path) -> None:
    """Words put into paragraphs anywhere in the water bid: each is told once, most with the line that says it."""
    root = Path(shutil.copytree(ROOT / "examples/water", tmp_path / "water", ignore=shutil.ignore_patterns("dist")))
    deal = root / "deals/water/deal.yaml"
    result = build_deal(deal, Options(now=NOW, is_draft=True))
    assert result.folder
    path = Path(shutil.copy(result.folder / "submit/proposal-DRAFT.docx", tmp_path / "edited.docx"))
    chance, made = random.Random(7), {}
    document = docx.Document(str(path))
    plain = [p for p in document.paragraphs if len(p.text) > 20 and len(p.runs) == 1]
    likely = [p for p in plain if not p._p.findall(".//{*}fldChar")]
    for paragraph in chance.sample(likely, 40):
        run, number = paragraph.runs[0], len(made)
        at = chance.randrange(3, len(run.text) - 3)
        made[f"改{number}动"] = run.text
        run.text = f"{run.text[:at]}改{number}动{run.text[at:]}"
    document.save(str(path))
    found = edits(path, deal)
    assert len(found) == len(made)
    right = 0
    for edit in found:
        (mark,) = re.findall(r"改\d+动", edit.new)
        assert edit.old == made.pop(mark).strip()
        places = [span for origin in edit.origins if origin.where == "source" for span in origin.spans]
        texts = [
            ((root / span.file).read_text(encoding="utf-8").splitlines(), span.line) for span in places if span.line
        ]
        lines = [text[number - 1] for text, number in texts]
        at = edit.new.index(mark)
        around = edit.new[max(at - 3, 0) : at]
        right += any("".join(around.split()) in "".join(re.sub(r"[*`]", "", line).split()) for line in lines)
    assert not made
    assert right >= 36, right
