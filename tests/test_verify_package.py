"""A finished package is verified from itself alone: whatever somebody has changed in it is told, and where."""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import shutil
import zipfile
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path

import openpyxl
import pikepdf
import pytest
from docx import Document
from form_files import make_form_deal
from mutants import KINDS, Mutant, make_mutants, rewrite_manifest
from office_files import parts_of, with_part, zipped
from pack_files import make_two_volumes
from test_form_parts import add_forms, make_deal, place
from typer.testing import CliRunner
from workspace import NOW, make_workspace, sign_all

from bidkit import __version__
from bidkit.basis import FACTS, read_facts
from bidkit.build import Options, build_deal
from bidkit.cli import app
from bidkit.diagnostic import Severity
from bidkit.kinship import list_marks
from bidkit.reports import Result
from bidkit.verification import verify_packages

COUNT = int(os.environ.get("BIDKIT_MUTANTS", "10"))
"""How many of the 200 mutants are verified; `BIDKIT_MUTANTS=200` for all of them."""
COMPARED = {"PK54", "PK55", "PK56"}
"""Codes of what is compared with the files as they were made; all others come from rules over the facts."""


def codes(result: Result, severity: Severity = Severity.ERROR) -> set[str]:
    return {item.code for item in result.diagnostics if item.severity is severity}


def codes_but_of_hashes(result: Result) -> set[str]:
    """What is told of the contents: a hash in the facts tells every change, whatever it is."""
    return codes(result) - {"PK52"}


def read(folder: Path) -> dict[str, bytes]:
    paths = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def renew(folder: Path) -> None:
    """The manifest is made to fit the files, as whoever wants to hide a change would do."""
    (folder / "internal/manifest.json").write_bytes(rewrite_manifest(read(folder))["internal/manifest.json"])


def run(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["verify", *map(str, arguments)])
    return result.exit_code, result.output


@pytest.fixture
def port(packages: Mapping[str, Path], tmp_path: Path) -> Path:
    return Path(shutil.copytree(packages["port"], tmp_path / "port"))


@pytest.fixture(scope="module")
def final(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small final package."""
    deal = make_workspace(tmp_path_factory.mktemp("final"))
    sign_all(deal)
    result = build_deal(deal, Options(now=NOW))
    assert result.folder
    return result.folder


@pytest.fixture
def small(final: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(final, tmp_path / "small"))


@pytest.mark.parametrize("name", ["water", "school", "port"])
def test_a_package_as_built_is_sound(packages: Mapping[str, Path], name: str) -> None:
    result = verify_packages([packages[name]], "")
    assert [item.message("en") for item in result.diagnostics] == []
    assert result.exit_code == 0
    (package,) = result.packages
    assert package.is_draft
    assert package.is_sound


def test_a_final_package_is_sound_and_no_draft(final: Path) -> None:
    result = verify_packages([final], "")
    assert [item.message("en") for item in result.diagnostics] == []
    assert not result.packages[0].is_draft


def test_most_mutants_are_caught(packages: Mapping[str, Path], tmp_path: Path) -> None:
    found = list(_verify_mutants(make_mutants(packages, COUNT), tmp_path))
    missed = [mutant for mutant, errors in found if not errors]
    shown = [(mutant.number, mutant.package, mutant.kind, mutant.what) for mutant in missed]
    assert len(missed) <= len(found) * 0.02, shown
    by_rules = [mutant for mutant, errors in found if errors - COMPARED]
    print(f"{len(found)} mutants: {len(found) - len(missed)} caught, {len(by_rules)} of them by rules alone; {shown}")
    assert len(by_rules) >= len(found) * 0.3


def _verify_mutants(mutants: Iterator[Mutant], tmp_path: Path) -> Iterator[tuple[Mutant, set[str]]]:
    for mutant in mutants:
        folder = mutant.write(tmp_path / str(mutant.number))
        yield mutant, codes_but_of_hashes(verify_packages([folder], ""))
        shutil.rmtree(folder)


def test_mutants_are_the_same_each_time_and_of_every_kind(packages: Mapping[str, Path]) -> None:
    one, two = (list(make_mutants(packages, 8)) for _ in range(2))
    assert [(m.number, m.kind, m.what) for m in one] == [(m.number, m.kind, m.what) for m in two]
    assert len(KINDS) >= 40


LOOKS = {
    "a number format that says another price": (
        "quote.xlsx",
        "xl/styles.xml",
        r'formatCode="#,##0\.00"',
        'formatCode="&quot;5,374,820.00&quot;"',
    ),
    "a row without height": (
        "quote.xlsx",
        "xl/worksheets/sheet1.xml",
        r'<row r="1"(?! ht)([^>]*?) ht="[^"]*"',
        r'<row r="1"\1 ht="0.1"',
    ),
    "hidden by a style": ("proposal.docx", "word/styles.xml", "<w:rPr>", "<w:rPr><w:vanish/>"),
    "sheets no longer protected": ("quote.xlsx", "xl/worksheets/sheet1.xml", "<sheetProtection[^>]*>", ""),
}


def spoil_part(path: Path, part: str, old: str, new: str) -> None:
    """The first place of a pattern in a part exchanged."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    text, count = re.subn(old, new, parts[part].decode(), count=1)
    assert count == 1, old
    parts[part] = text.encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


class TestManifest:
    def test_a_file_that_is_missing_unknown_or_changed_is_told(self, small: Path) -> None:
        (small / "submit/quote.xlsx").unlink()
        (small / "submit/~notes.docx").write_bytes(b"x")
        (small / "internal/report.html").write_bytes(b"x")
        result = verify_packages([small], "")
        told = {(item.code, item.values["file"]) for item in result.diagnostics if item.code < "PK53"}
        assert ("PK50", "submit/quote.xlsx") in told
        assert ("PK51", "submit/~notes.docx") in told
        assert ("PK52", "internal/report.html") in told
        assert result.exit_code == 1

    def test_a_file_that_is_lost_is_told_though_the_manifest_has_forgotten_it(self, small: Path) -> None:
        (small / "submit/quote.xlsx").unlink()
        (small / "submit/more.docx").write_bytes(b"x")
        renew(small)
        assert {"PK50", "PK51"} <= codes(verify_packages([small], ""))

    @pytest.mark.parametrize("change", LOOKS)
    def test_what_changes_looks_alone_is_told_though_the_manifest_fits(self, small: Path, change: str) -> None:
        file, part, old, new = LOOKS[change]
        spoil_part(small / "submit" / file, part, old, new)
        renew(small)
        assert codes(verify_packages([small], ""))

    def test_what_is_no_file_is_told(self, small: Path, tmp_path: Path) -> None:
        (tmp_path / "elsewhere").mkdir()
        (small / "submit/extra").symlink_to(tmp_path / "elsewhere")
        (small / "submit/dead.docx").symlink_to(tmp_path / "nothing")
        os.mkfifo(small / "submit/pipe")
        told = {item.values["file"] for item in verify_packages([small], "").diagnostics if item.code == "PK51"}
        assert told == {"submit/extra", "submit/dead.docx", "submit/pipe"}

    @pytest.mark.parametrize(
        "content", [b"", b"{", b"[]", b'{"format_version": "1.0"}', b'{"format_version": "9"}', b"\xff"]
    )
    def test_facts_that_cannot_be_read_are_an_error(self, small: Path, content: bytes) -> None:
        (small / FACTS).write_bytes(content)
        renew(small)
        assert codes(verify_packages([small], "")) == {"PK53"}

    def test_facts_of_other_types_are_an_error(self, small: Path) -> None:
        record = json.loads((small / FACTS).read_bytes())
        record["basis"]["bid"]["quote"]["base"] = ["1"]
        (small / FACTS).write_text(json.dumps(record), encoding="utf-8")
        renew(small)
        assert codes(verify_packages([small], "")) == {"PK53"}

    @pytest.mark.parametrize("content", [b"", b"[]", b'{"outputs": 1, "bidkit": ""}', b'{"outputs": {}}'])
    def test_a_manifest_that_cannot_be_read_is_an_error(self, small: Path, content: bytes) -> None:
        (small / "internal/manifest.json").write_bytes(content)
        assert codes(verify_packages([small], "")) == {"PK53"}

    def test_another_version_is_a_warning(self, small: Path) -> None:
        result = verify_packages([small], "9.9")
        assert (codes(result), codes(result, Severity.WARNING), result.exit_code) == (set(), {"PK57"}, 0)
        assert verify_packages([small], "9.9", is_strict=True).exit_code == 1


class TestFiles:
    def test_a_changed_text_is_told_with_both_texts_and_its_place(self, small: Path) -> None:
        path = small / "submit/proposal.docx"
        document = Document(str(path))
        paragraph = next(item for item in document.paragraphs if len(item.text) > 20 and len(item.runs) == 1)
        before = paragraph.text
        paragraph.runs[0].text = "Something else"
        document.save(str(path))
        renew(small)
        found = [item for item in verify_packages([small], "").diagnostics if item.code == "PK54"]
        (item, *_) = [item for item in found if "Something else" in item.values["after"]]
        assert item.span is not None
        assert dict(item.span.place)["part"] == "word/document.xml"
        assert item.values["before"][:10] in before

    def test_a_copy_that_was_exchanged_is_told(self, port: Path) -> None:
        one, two, *_ = sorted((port / "submit/credentials").glob("*.jpg"))
        shutil.copy(two, one)
        renew(port)
        assert codes(verify_packages([port], "")) == {"PK56"}

    def test_another_price_in_a_sentence_is_what_a_committee_would_correct(
        self, packages: Mapping[str, Path], tmp_path: Path
    ) -> None:
        water = Path(shutil.copytree(packages["water"], tmp_path / "water"))
        (path,) = (water / "submit").glob("*.docx")
        document = Document(str(path))
        document.add_paragraph("投标总价：6,374,821.00 元")
        document.save(str(path))
        renew(water)
        result = verify_packages([water], "")
        (found,) = [item for item in result.diagnostics if item.code == "PR14"]
        assert found.severity is Severity.WARNING
        assert "价格仍是 " in found.message("zh") and "变为" not in found.message("zh"), found.message("zh")

    def test_a_damaged_file_is_told_and_nothing_breaks(self, port: Path) -> None:
        for path in (port / "submit").glob("*.*"):
            path.write_bytes(path.read_bytes()[:-2000])
        renew(port)
        assert "PK05" in codes(verify_packages([port], ""))

    def test_a_changed_cell_of_the_buyers_form_is_told(self, tmp_path: Path) -> None:
        deal = make_form_deal(tmp_path)
        sign_all(deal)
        result = build_deal(deal, Options(now=NOW))
        assert result.folder, [item.message("en") for item in result.diagnostics]
        assert codes(verify_packages([result.folder], "")) == set()
        (path,) = (result.folder / "submit").glob("报价表*.xlsx")
        book = openpyxl.load_workbook(path)
        book.active["B2"] = "4"
        book.save(path)
        renew(result.folder)
        assert "PK30" in codes(verify_packages([result.folder], ""))

    @pytest.mark.parametrize("text", ["336,000.00", "33.6 万元", "人民币叁拾叁万陆仟元整"])
    def test_a_price_in_the_technical_volume_is_told_by_the_rules(self, tmp_path: Path, text: str) -> None:
        deal = make_two_volumes(tmp_path)
        sign_all(deal)
        result = build_deal(deal, Options(now=NOW, is_draft=True))
        assert result.folder, [item.message("en") for item in result.diagnostics]
        assert "PR09" not in codes(verify_packages([result.folder], ""))
        (path,) = (result.folder / "submit").glob("*技术*.docx")
        document = Document(str(path))
        document.add_paragraph(text)
        document.save(str(path))
        renew(result.folder)
        assert {"PR09", "PK54"} <= codes(verify_packages([result.folder], ""))

    @pytest.mark.office
    def test_a_lost_page_of_a_pdf_is_told(self, tmp_path: Path) -> None:
        deal = make_workspace(tmp_path)
        sign_all(deal)
        result = build_deal(deal, Options(now=NOW, with_pdf=True))
        assert result.folder, [item.message("en") for item in result.diagnostics]
        assert codes(verify_packages([result.folder], "")) == set()
        path = result.folder / "submit/proposal.pdf"
        with pikepdf.open(path, allow_overwriting_input=True) as pdf:
            del pdf.pages[-1]
            pdf.save(path)
        renew(result.folder)
        assert "PK54" in codes(verify_packages([result.folder], ""))


class TestFacts:
    def test_no_cost_floor_or_competitor_is_in_them(self, packages: Mapping[str, Path]) -> None:
        for folder in packages.values():
            facts = (folder / FACTS).read_text(encoding="utf-8")
            for key in ("cost", "floor", "cap", "competitors", "booked", "signers"):
                assert f'"{key}":' not in facts, key

    def test_the_bid_is_read_back_as_it_was(self, packages: Mapping[str, Path]) -> None:
        facts = read_facts((packages["water"] / FACTS).read_bytes())
        quote = facts.basis.bid.quote
        assert quote.base == Decimal("6374820.00")
        assert sum(line.amount for line in quote.lines) == quote.base
        assert facts.basis.is_draft

    def test_the_same_deal_gives_the_same_facts(self, tmp_path: Path) -> None:
        deal = make_workspace(tmp_path)
        sign_all(deal)
        made = []
        for name in ("one", "two"):
            result = build_deal(deal, Options(now=NOW, out=tmp_path / name))
            assert result.folder
            made.append((result.folder / FACTS).read_bytes())
        assert made[0] == made[1]

    def test_they_are_in_the_manifest(self, final: Path) -> None:
        outputs = json.loads((final / "internal/manifest.json").read_bytes())["outputs"]
        assert outputs[FACTS] == hashlib.sha256((final / FACTS).read_bytes()).hexdigest()


class TestPackagesOfTwoBidders:
    """Files of two bidders that one computer has made; papers and the buyer's forms, which all have, are no sign."""

    @pytest.mark.parametrize(("uscc", "is_told"), [("91110108MA01XXXX1K", True), ("", False)])
    def test_the_same_sessions_of_word_are_told(self, small: Path, tmp_path: Path, uscc: str, is_told: bool) -> None:
        other = Path(shutil.copytree(small, tmp_path / "other"))
        facts = json.loads((other / FACTS).read_text(encoding="utf-8"))
        own = facts["basis"]["bid"]["company"]["uscc"]
        facts["basis"]["bid"]["company"]["uscc"] = uscc or own
        (other / FACTS).write_text(json.dumps(facts, ensure_ascii=False), encoding="utf-8")
        for folder in (small, other):
            volume = folder / "submit/proposal.docx"
            parts = parts_of(volume.read_bytes())
            sessions = b'<w:rsids><w:rsidRoot w:val="00A1B2C3"/><w:rsid w:val="00A1B2C3"/></w:rsids>'
            parts["word/settings.xml"] = parts["word/settings.xml"].replace(
                b"</w:settings>", sessions + b"</w:settings>"
            )
            volume.write_bytes(zipped(parts))
            renew(folder)
        told = [item for item in verify_packages([small, other], __version__).diagnostics if item.code == "PK02"]
        assert len(told) == 2 * is_told
        assert all(
            "00A1B2C3" in item.message("en") and item.span and item.span.file != str(item.values["other"])
            for item in told
        )
        assert "PK02" not in codes(verify_packages([small], __version__), Severity.WARNING)

    def test_the_id_of_a_pdf_and_the_sessions_that_the_buyer_left_are_no_mark(self) -> None:
        with pikepdf.new() as pdf:
            pdf.add_blank_page()
            pdf.save(out := io.BytesIO(), deterministic_id=True)
        assert {kind for kind, _ in list_marks({"a.pdf": out.getvalue(), "b.pdf": b"broken"})} == {"pdf_id"}
        settings = b'<w:settings><w:rsids><w:rsid w:val="00A1B2C3"/></w:rsids></w:settings>'
        form = zipped({"[Content_Types].xml": b"<Types/>", "word/settings.xml": settings})
        assert list_marks({"letter.docx": form}) == {("session", "00A1B2C3"): "letter.docx"}
        assert list_marks({"letter.docx": form}, [form]) == {}


class TestCommand:
    @pytest.mark.parametrize("lang", ["zh", "en"])
    def test_a_sound_draft_is_exit_code_0_and_said_to_be_one(self, port: Path, lang: str) -> None:
        code, output = run(port, "--lang", lang)
        assert code == 0
        assert ("草稿" if lang == "zh" else "DRAFT") in output.splitlines()[-1]

    def test_several_packages_have_the_worst_exit_code(self, port: Path, small: Path) -> None:
        (small / "submit/quote.xlsx").unlink()
        code, output = run(port, small, "--lang", "en")
        assert code == 1
        assert f"verified {port}" in output
        assert f"{small} is not sound" in output

    def test_json_has_findings_and_packages(self, small: Path) -> None:
        (small / "submit/quote.xlsx").unlink()
        code, output = run(small, "--format", "json")
        record = json.loads(output)
        assert code == 1
        assert record["command"] == "verify"
        assert record["format_version"] == "1.0"
        assert record["packages"] == [{"folder": str(small), "count": 4, "is_draft": False, "is_sound": False}]
        assert "PK50" in {item["code"] for item in record["diagnostics"]}

    @pytest.mark.parametrize("form", ["github", "gitlab", "junit", "sarif", "html"])
    def test_every_report_names_the_file(self, small: Path, form: str) -> None:
        (small / "submit/quote.xlsx").unlink()
        code, output = run(small, "--format", form)
        assert code == 1
        assert "quote.xlsx" in output

    def test_a_report_goes_to_a_file(self, small: Path, tmp_path: Path) -> None:
        code, _ = run(small, "-o", tmp_path / "verify.txt", "--lang", "en")
        assert code == 0
        assert "sound" in (tmp_path / "verify.txt").read_text(encoding="utf-8")

    def test_no_package_is_exit_code_2(self, tmp_path: Path) -> None:
        code, output = run(tmp_path, "--lang", "en")
        assert code == 2
        assert "EN15" in output

    def test_it_is_explained(self) -> None:
        assert CliRunner().invoke(app, ["verify", "--help"]).exit_code == 0


class TestBuyersWordForms:
    @pytest.fixture
    def package(self, tmp_path: Path) -> Path:
        """A draft with a form that stands in a volume and one that is a file of its own."""
        rival = {"competitors": [{"name": "远岑科技有限公司", "strengths": ["价格"], "weaknesses": []}]}
        deal = add_forms(
            make_deal(tmp_path, **rival), place("开标一览表"), place("投标函", part="", output="投标函.docx")
        )
        result = build_deal(deal, Options(now=NOW, is_draft=True))
        assert result.folder, [item.message("en") for item in result.diagnostics]
        assert codes(verify_packages([result.folder], "")) == set()
        return result.folder

    @pytest.mark.parametrize(
        ("file", "old", "new"),
        [
            ("投标函", "真实和准确", "真实准确"),
            ("报价文件", "是否接受招标文件全部条款", "是否接受招标文件条款"),
        ],
    )
    def test_a_changed_word_of_the_buyers_is_told(self, package: Path, file: str, old: str, new: str) -> None:
        (path,) = (package / "submit").glob(f"{file}*.docx")
        path.write_bytes(zipped(with_part(parts_of(path.read_bytes()), "word/document.xml", old, new)))
        renew(package)
        assert "FM02" in codes(verify_packages([package], ""))

    def test_a_competitor_is_told(self, package: Path) -> None:
        (path,) = (package / "submit").glob("商务技术文件*.docx")
        document = Document(str(path))
        document.add_paragraph("优于远岑科技有限公司。")
        document.save(str(path))
        renew(package)
        assert "FM14" in codes(verify_packages([package], ""))
