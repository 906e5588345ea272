"""The blanks of a buyer's form: found wherever they lie, named by what they ask for."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import yaml
from office_files import parts_of, tbl, tr
from typer.testing import CliRunner
from word_forms import FORMS, authorization, bidder_information, deviations, identity, letter, line, make, s, summary, u

from bidkit.cli import app
from bidkit.forms.blanks import Scan, scan_form
from bidkit.forms.guesses import guess_blank
from bidkit.forms.mapping import write_map
from bidkit.forms.opening import open_form
from bidkit.office import find_office


def scan(content: bytes) -> Scan:
    return scan_form(parts_of(content))


def found(*runs: str) -> list[tuple[str, str, list[str]]]:
    """Kind, label and old texts of the blanks of one paragraph."""
    return [(b.kind, b.label, [spot.old for spot in b.spots]) for b in scan(make(line(*runs))).blanks]


@pytest.mark.parametrize(
    ("runs", "expected"),
    [
        (["投标人：______（盖章）"], [("text", "投标人", ["______"])]),
        (["投标人：__", "__", "__"], [("text", "投标人", ["______"])]),
        ([s("投标人："), u("   "), u("    ")], [("text", "投标人", ["       "])]),
        (["投标人：＿＿＿＿"], [("text", "投标人", ["＿＿＿＿"])]),
        (["投标人：          （盖章）"], [("text", "投标人", ["          "])]),
        (["地址："], [("text", "地址", [""])]),
        (["地    址：          邮    编："], [("text", "地址", ["          "]), ("text", "邮编", [""])]),
        (["本项目（包号：  ）"], [("text", "包号", ["  "])]),
        (["投标保证金（ ）元"], [("text", "投标保证金", [" "])]),
        (["编号：【    】"], [("text", "编号", ["    "])]),
        (["见第（  ）页"], [("page", "见第", ["  "])]),
        (["日期：  年  月  日"], [("date", "日期", ["  ", "  ", "  "])]),
        (["2026年  月  日"], [("date", "", ["  ", "  "])]),
        (["年月日"], [("date", "", ["", "", ""])]),
        (["是否接受：□是 □否"], [("choice", "是否接受", ["□", "□"])]),
        (["项目名称：XXX"], [("text", "项目名称", ["XXX"])]),
        (["Name: ............"], [("text", "Name", ["............"])]),
        (["Bid no.: [insert number]"], [("text", "Bid no.", ["[insert number]"])]),
        ([s("＜填写公司名称＞")], [("text", "填写公司名称", ["＜填写公司名称＞"])]),
        ([s("属于"), u("　"), s("行业")], [("text", "属于", ["　"])]),
        (["金额￥          "], [("text", "金额￥", [" " * 10])]),
        (["兹委托　　先生办理"], [("text", "兹委托", ["　　"])]),
        (["20__年__月__日"], [("date", "", ["__", "__", "__"])]),
        (["第_包"], [("text", "第", ["_"])]),
        (["×年×月"], [("text", "", ["×"]), ("text", "年", ["×"])]),
        (["项目“    ”的投标"], [("text", "项目", ["    "])]),
        (["○是 ○否"], [("choice", "", ["○", "○"])]),
        (["***公司"], [("text", "", ["***"])]),
        (["（填写投标人名称）"], [("text", "填写投标人名称", ["（填写投标人名称）"])]),
    ],
)
def test_blank_of_each_kind(runs: list[str], expected: list[tuple[str, str, list[str]]]) -> None:
    assert found(*runs) == expected


@pytest.mark.parametrize(
    "text",
    [
        "投 标 函", "出生年月日", "按下列要求响应：", "注：", "……", "（盖单位章）", "第二十条", "说明如下：",
        "The following documents:", "财库〔2020〕46号", "☑ 已提供", "二○二六年", "form_1", "长×宽",
        "第一章  总则", "详见附件（营业执照）。",
    ],
)  # fmt: skip
def test_what_only_looks_like_a_blank_is_none(text: str) -> None:
    assert found(text) == []


def test_underlined_words_are_no_blank() -> None:
    assert found(s("甲方："), u("  澄溪水务有限公司  ")) == []


def test_empty_cells_are_named_by_what_stands_beside_or_above_them() -> None:
    labels = {blank.label for blank in scan(summary()).blanks if blank.kind == "cell"}
    assert labels == {"投标人名称", "大写", "小写（元）", "投标有效期（日历天）", "备注"}
    grid = make(tbl(tr("", "单价", "数量"), tr("网关", "", ""), columns=3))
    assert [blank.label for blank in scan(grid).blanks if blank.kind == "cell"][-2:] == ["网关单价", "网关数量"]


def test_rows_left_empty_are_a_table() -> None:
    (table,) = scan(deviations()).tables
    assert (table.heading, table.titles[2], len(table.rows)) == ("技术偏离表", "招标要求", 3)


def test_text_box_is_read_once_and_its_copy_too() -> None:
    assert [blank.label for blank in scan(identity()).blanks].count("身份证号码") == 1


def test_controls_boxes_and_prompts_of_an_english_form() -> None:
    kinds = {blank.label: blank.kind for blank in scan(bidder_information()).blanks}
    assert kinds["Date of bid"] == "control"
    assert kinds["The Bidder is"] == "choice"
    assert kinds["Bidder's Legal Name"] == "text"


@pytest.mark.parametrize("name", sorted(FORMS))
def test_same_bytes_have_the_same_blanks_with_ids_of_their_own(name: str) -> None:
    content = FORMS[name]()
    ids = [blank.id for blank in scan(content).blanks]
    assert ids == [blank.id for blank in scan(content).blanks]
    assert len(set(ids)) == len(ids)
    assert len(ids) >= 7 or scan(content).tables


def guesses(content: bytes) -> dict[str, str]:
    return {blank.id: guess_blank(blank, blank.heading).value for blank in scan(content).blanks}


def test_common_labels_are_recognised() -> None:
    known = guesses(letter())
    assert known["招标人名称"] == "customer.name"
    assert known["项目名称"] == "deal.title"
    assert known["招标编号"] == "tender.no"
    assert known["愿意以人民币-大写"] == "quote.words | replace('人民币', '')"
    assert known["投标人"] == "company.name"
    english = guesses(bidder_information())
    assert english["bidder-s-legal-name"] == "company.name"
    assert english["itb-no"] == "tender.no"


def test_two_persons_of_one_form_are_told_apart() -> None:
    known = guesses(authorization())
    assert known["姓名"] == "signers.legal_representative.name"
    assert known["姓名-2"] == "signers.agent.name"


def test_places_to_sign_are_left_open() -> None:
    made = yaml.safe_load(write_map(scan(authorization()), "a.docx", b""))
    left = {item["id"]: item["left"] for item in made["blanks"] if "left" in item}
    assert left == {"法定代表人": "签字", "委托代理人": "签字"}


def test_scan_writes_a_mapping_and_never_over_another(tmp_path: Path) -> None:
    form, target = tmp_path / "投标函.docx", tmp_path / "map.yaml"
    form.write_bytes(letter())
    run = CliRunner()
    assert run.invoke(app, ["forms", "scan", str(form), "-o", str(target)]).exit_code == 0
    made = yaml.safe_load(target.read_text(encoding="utf-8"))
    assert made["form"] == "投标函.docx"
    assert made["blanks"][0]["value"] == "customer.name"
    again = run.invoke(app, ["forms", "scan", str(form), "-o", str(target)])
    assert again.exit_code == 1
    assert "EN17" in again.stderr
    assert run.invoke(app, ["forms", "scan", str(form), "-o", str(target), "--force"]).exit_code == 0


@pytest.mark.parametrize(
    ("name", "content"), [("a.docx", b"PK\x03\x04broken"), ("a.docx", b"\xd0\xcf\x11\xe0"), ("a.pdf", b"%PDF")]
)
def test_what_is_no_form_is_refused(tmp_path: Path, name: str, content: bytes) -> None:
    form = tmp_path / name
    form.write_bytes(content)
    done = CliRunner().invoke(app, ["forms", "scan", str(form), "--lang", "en"])
    assert done.exit_code == 1
    assert "FM20" in done.stderr


def test_old_word_file_needs_libreoffice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    form = tmp_path / "a.doc"
    form.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
    monkeypatch.setenv("BIDKIT_SOFFICE", str(tmp_path / "none"))
    done = CliRunner().invoke(app, ["forms", "scan", str(form), "--lang", "en"])
    assert done.exit_code == 1
    assert "EN21" in done.stderr


@pytest.mark.office
def test_old_word_file_is_read_through_libreoffice(tmp_path: Path) -> None:
    program = find_office()
    assert program is not None
    (tmp_path / "a.docx").write_bytes(letter())
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    out = "--outdir", tmp_path, tmp_path / "a.docx"
    command = [program, profile, "--headless", "--convert-to", "doc:MS Word 97", *out]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    package, problems = open_form((tmp_path / "a.doc").read_bytes(), "a.doc")
    assert package is not None, problems
    labels = {blank.label or blank.hint for blank in scan_form(package).blanks}
    assert {"投标人", "邮政编码", "质量保证期"} <= labels
