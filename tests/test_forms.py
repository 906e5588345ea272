"""The buyer's Word forms: filled in place, nothing else touched, every gap told, all of it proved."""

from __future__ import annotations

import copy
import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from effort import EFFORT
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from office_files import W, parts_of, q, rows, sound, texts, with_part, zipped
from word_forms import (
    FORMS,
    box,
    cell,
    deviations,
    identity,
    letter,
    line,
    make,
    p,
    r,
    row,
    s,
    summary,
    table,
    title,
    u,
)
from workspace import NOW, make_workspace, root_of, sign_all, write

from bidkit.build import Options, build_deal
from bidkit.diagnostic import Diagnostic, Severity
from bidkit.forms import FilledWord
from bidkit.forms.blanks import scan_form
from bidkit.forms.filling import Changes, Edit, Growth, fill_form
from bidkit.forms.mapping import find_fingerprint, write_map
from bidkit.forms.proof import prove_form
from bidkit.judging import judge_deal
from bidkit.ooxml.opc import read_package
from bidkit.rules.buyer_forms import FinishedWord
from bidkit.rules.files import check_word_form
from bidkit.signing import list_signing

DOCUMENT = "word/document.xml"


SIGNERS = """\
  agent: 林知行
  postcode: 310000
  signers:
    legal_representative: {sex: 男, age: 46, position: 董事长, id_number: 330102198001010018}
    agent: {sex: 女, age: 35, position: 经理, id_number: 330102199001010020}
"""


@dataclass
class Made:
    """A deal with one form, judged."""

    form: FilledWord | None
    problems: list[Diagnostic]
    path: Path

    @property
    def codes(self) -> list[str]:
        own = [item for item in self.problems if item.code.startswith(("FM", "DL")) or item.code == "EN21"]
        return [item.code for item in own]

    def only(self, code: str) -> Diagnostic:
        (found,) = [item for item in self.problems if item.code == code]
        return found


def make_map(content: bytes, **values: Any) -> dict[str, Any]:
    """The mapping of a form as a scan writes it, confirmed; `values` by id: what is written instead of the guess."""
    made: dict[str, Any] = yaml.safe_load(write_map(scan_form(parts_of(content)), "f.docx", content))
    made |= {"confirmed_by": "林知行", "confirmed_on": "2026-08-30"}
    for item in [*made["blanks"], *made.get("tables", ())]:
        if item["id"] in values:
            for key in ("value", "tick", "left", "text"):
                item.pop(key, None)
            item |= values[item["id"]]
        elif item.get("value") == "" and item["kind"] != "choice":
            item["text"] = item.pop("value") or "无"
    return made


def make_deal(
    path: Path,
    content: bytes,
    mapping: dict[str, Any] | None = None,
    entry: dict[str, Any] | None = None,
    **changes: Any,
) -> Path:
    own = {"id": "f", "file": "forms/f.docx", "map": "forms/f.yaml", "output": "form.docx", **(entry or {})}
    deal = make_workspace(path, **{"forms": [own], **changes})
    write(deal.parent / own["file"], content)
    text = yaml.safe_dump(mapping or make_map(content), allow_unicode=True, sort_keys=False)
    write(deal.parent / "forms/f.yaml", text)
    bidkit = root_of(deal) / "bidkit.yaml"
    known = bidkit.read_text(encoding="utf-8")
    if "signers" not in known:
        write(bidkit, known.replace("  address:", f"{SIGNERS}  address:"))
    return deal


def fill(
    path: Path, content: bytes, mapping: dict[str, Any] | None = None, *, is_draft: bool = False, **more: Any
) -> Made:
    deal = make_deal(path, content, mapping, **more)
    judged, problems = judge_deal(deal, Options(now=NOW, is_draft=is_draft))
    return Made(judged.word_forms[0] if judged and judged.word_forms else None, problems, deal)


def fill_well(path: Path, content: bytes, mapping: dict[str, Any] | None = None, **more: Any) -> FilledWord:
    made = fill(path, content, mapping, **more)
    assert made.codes == [], [item.message("en") for item in made.problems]
    assert made.form is not None
    assert prove(made.form) == []
    sound(made.form.content)
    return made.form


def prove(form: FilledWord, content: bytes | None = None) -> list[Diagnostic]:
    return check_word_form(FinishedWord("f.docx", form.original, content or form.content, form.changes), "tender")


CHOICES: dict[str, dict[str, Any]] = {
    "开标一览表": {"是否接受招标文件全部条款": {"tick": ["是"]}},
    "技术偏离表": {"无偏离-所有条款均无偏离-有偏离-偏离如下表所列": {"tick": ["有偏离（偏离如下表所列）"]}},
    "法定代表人身份证明": {"成立时间": {"text": "2012-04-18"}},
    "承诺书": {"投标保证金": {"text": "6,000.00"}},
    "Bidder Information": {"the-bidder-is": {"tick": ["a single entity"]}},
}
SME = {
    "kind": "goods",
    "enterprises": [
        {
            "name": "拓澜设备有限公司",
            "items": ["采集网关"],
            "industry": "工业",
            "staff": "120",
            "revenue": "2600",
            "assets": "1800",
            "size": "small",
        }
    ],
}


@pytest.mark.parametrize("name", sorted(FORMS))
def test_realistic_form_is_filled_and_proved(tmp_path: Path, name: str) -> None:
    content = FORMS[name]()
    more = {"tender__sme": SME} if "中小" in name else {}
    form = fill_well(tmp_path, content, make_map(content, **CHOICES.get(name, {})), **more)
    assert "青禾测试技术有限公司" in "".join(texts(form.content))


class TestLook:
    def test_value_has_the_font_and_the_line_of_its_blank(self, tmp_path: Path) -> None:
        form = fill_well(tmp_path, letter())
        root = etree.fromstring(parts_of(form.content)[DOCUMENT])
        (run,) = [item for item in root.iter(q("w:r")) if "澄溪水务有限公司" in "".join(item.itertext())]
        assert run.find(f"{q('w:rPr')}/{q('w:u')}").get(q("w:val")) == "single"
        assert run.find(f"{q('w:rPr')}/{q('w:rFonts')}").get(q("w:eastAsia")) == "宋体"

    def test_line_of_underscores_becomes_an_underlined_value_as_wide(self, tmp_path: Path) -> None:
        form = fill_well(tmp_path, letter())
        (paragraph,) = [
            item
            for item in etree.fromstring(parts_of(form.content)[DOCUMENT]).iter(q("w:p"))
            if "邮政编码" in "".join(item.itertext())
        ]
        run = list(paragraph.iter(q("w:r")))[-1]
        assert "".join(run.itertext()) == "   310000   "
        assert run.find(f"{q('w:rPr')}/{q('w:u')}") is not None

    def test_blank_split_over_runs_is_filled_once(self, tmp_path: Path) -> None:
        text = "".join(texts(fill_well(tmp_path, letter()).content))
        assert text.count("澄溪水厂数据采集项目") == 1
        assert "_" not in text

    def test_tab_with_a_leader_stays_behind_its_value(self, tmp_path: Path) -> None:
        assert "地址：云汀市高新区禾风路 88 号\t" in texts(fill_well(tmp_path, letter()).content)

    def test_both_copies_of_a_text_box_are_filled(self, tmp_path: Path) -> None:
        content = identity()
        shown = texts(fill_well(tmp_path, content, make_map(content, **CHOICES["法定代表人身份证明"])).content)
        assert sum("330102198001010018" in text and "身份证号码" in text for text in shown) >= 2

    def test_form_by_form_only_parts_with_blanks_change(self, tmp_path: Path) -> None:
        content = summary()
        form = fill_well(tmp_path, content, make_map(content, **CHOICES["开标一览表"]))
        before, after = parts_of(content), parts_of(form.content)
        assert {name for name in before if before[name] != after[name]} == {DOCUMENT}

    def test_dates_go_into_their_three_places(self, tmp_path: Path) -> None:
        shown = "".join("".join(texts(fill_well(tmp_path, letter()).content)).split())
        assert "2026年9月15日" in shown


class TestGaps:
    """What is left open is told, with its place; nothing passes over a gap."""

    def test_blank_without_a_value(self, tmp_path: Path) -> None:
        made = fill(tmp_path, letter(), make_map(letter(), 质量保证期={"value": ""}))
        found = made.only("FM03")
        assert found.span is not None
        assert dict(found.span.place)["heading"] == "投标函"
        assert "质量保证期" in found.message("zh")

    def test_blank_that_the_mapping_does_not_name(self, tmp_path: Path) -> None:
        mapping = make_map(letter())
        mapping["blanks"] = [item for item in mapping["blanks"] if item["id"] != "电话"]
        assert "电话" in fill(tmp_path, letter(), mapping).only("FM03").message("zh")

    def test_choice_not_ticked(self, tmp_path: Path) -> None:
        made = fill(tmp_path, summary(), make_map(summary()))
        assert "是否接受" in made.only("FM04").message("zh")

    def test_table_left_empty(self, tmp_path: Path) -> None:
        mapping = make_map(deviations(), **CHOICES["技术偏离表"])
        mapping["tables"][0]["rows"] = ""
        assert "技术偏离表" in fill(tmp_path, deviations(), mapping).only("FM04").message("zh")

    def test_place_to_sign_that_is_left_on_purpose_is_none(self, tmp_path: Path) -> None:
        assert [reason for _, reason in fill_well(tmp_path, letter()).left] == ["签字"]

    def test_value_that_the_deal_does_not_have(self, tmp_path: Path) -> None:
        made = fill(tmp_path, letter(), make_map(letter(), 项目名称={"value": "tender.issued_on"}))
        assert "tender.issued_on has no value" in made.only("FM24").message("en")

    def test_name_that_there_is_not(self, tmp_path: Path) -> None:
        made = fill(tmp_path, letter(), make_map(letter(), 项目名称={"value": "deal.titel"}))
        assert made.form is None
        assert "deal.titel" in made.only("FM24").message("en")

    @pytest.mark.parametrize(
        "wrong",
        [
            {"value": "company.website"}, {"value": "deal.dated | nofilter"}, {"value": "team"}, {"value": "1 +"},
            {"value": "'a\\x0bb'"}, {"value": "1e400"}, {"text": "\u200b"}, {"text": "a\u202eb"},
            {"text": "长" * 30_000},
            {"text": "{{ company }}"}, {"value": "company.name", "text": "b"}, {"tick": ["b"]}, {"text": "a\nb"},
        ],
    )  # fmt: skip
    def test_what_cannot_be_entered(self, tmp_path: Path, wrong: dict[str, Any]) -> None:
        assert fill(tmp_path, letter(), make_map(letter(), 项目名称=wrong)).codes == ["FM24"]

    def test_more_rows_than_a_form_can_take(self, tmp_path: Path) -> None:
        mapping = make_map(deviations(), **CHOICES["技术偏离表"])
        mapping["tables"][0] |= {"rows": "range(6000) | list", "cells": {"序号": "row"}}
        assert "6000" in fill(tmp_path, deviations(), mapping).only("FM24").message("en")

    def test_option_that_there_is_not(self, tmp_path: Path) -> None:
        wrong = {"是否接受招标文件全部条款": {"tick": ["也许"]}}
        assert "也许" in fill(tmp_path, summary(), make_map(summary(), **wrong)).only("FM24").message("zh")

    def test_choice_by_an_expression(self, tmp_path: Path) -> None:
        chosen = {"是否接受招标文件全部条款": {"value": "'是' if requirements else '否'"}}
        assert "☑是    □否" in texts(fill_well(tmp_path, summary(), make_map(summary(), **chosen)).content)

    def test_year_that_the_form_prints_is_the_year_of_the_day(self, tmp_path: Path) -> None:
        content = make(line("投标人：____"), line("日期：2025年  月  日"))
        assert fill(tmp_path, content, make_map(content)).codes == ["FM24"]


class TestBadInput:
    def test_blank_that_is_not_there_any_more(self, tmp_path: Path) -> None:
        old, new = letter(), zipped(with_part(parts_of(letter()), DOCUMENT, "质量保证期", "免费维护期"))
        made = fill(tmp_path, new, make_map(old))
        assert {"FM21", "FM22", "FM03"} <= set(made.codes)
        assert "质量保证期" in made.only("FM21").message("zh")
        assert [item.code for item in made.problems if item.code == "FM21"] == ["FM21"], "the others keep their mapping"

    def test_new_version_must_be_confirmed_anew(self, tmp_path: Path) -> None:
        new = zipped(with_part(parts_of(letter()), DOCUMENT, "内容完整、真实和准确", "内容真实、完整"))
        made = fill(tmp_path, new, make_map(letter()))
        assert made.codes == ["FM22"]
        assert find_fingerprint(new) in made.only("FM22").fix("en")

    def test_two_blanks_of_one_id(self, tmp_path: Path) -> None:
        mapping = make_map(letter())
        mapping["blanks"].append(mapping["blanks"][0])
        assert "DL16" in fill(tmp_path, letter(), mapping).codes

    def test_mapping_that_nobody_has_confirmed(self, tmp_path: Path) -> None:
        mapping = make_map(letter())
        del mapping["confirmed_by"]
        assert fill(tmp_path, letter(), mapping).only("FM23").severity is Severity.ERROR
        assert fill(tmp_path, letter(), mapping, is_draft=True).only("FM23").severity is Severity.WARNING

    def test_protected_form(self, tmp_path: Path) -> None:
        parts = parts_of(letter())
        lock = '<w:documentProtection w:edit="readOnly" w:enforcement="1"/>'
        locked = f'<w:settings xmlns:w="{W}">{lock}</w:settings>'.encode()
        made = fill(tmp_path, zipped({**parts, "word/settings.xml": locked}), make_map(letter()))
        assert "protected" in made.only("FM20").message("en")

    @pytest.mark.parametrize("content", [b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"", b"<html/>"])
    def test_corrupt_form(self, tmp_path: Path, content: bytes) -> None:
        assert "FM20" in fill(tmp_path, content, make_map(letter())).codes

    def test_value_longer_than_its_cell(self, tmp_path: Path) -> None:
        long = {"备注": {"text": "本报价包含全部税费、运输、安装、培训与售后。" * 9}, **CHOICES["开标一览表"]}
        assert fill(tmp_path, summary(), make_map(summary(), **long)).only("FM25").severity is Severity.WARNING

    @pytest.mark.parametrize("name", ["proposal.docx", "form.pdf", "a/b.docx", ".docx"])
    def test_name_of_another_file(self, tmp_path: Path, name: str) -> None:
        made = fill(tmp_path, letter(), make_map(letter()), entry={"output": name})
        assert "FM26" in made.codes

    def test_condition_that_does_not_hold_leaves_the_form_out(self, tmp_path: Path) -> None:
        assert fill(tmp_path, letter(), entry={"when": "not company.agent"}).form is None
        assert fill(tmp_path / "b", letter(), entry={"when": "company.agent == '林知行'"}).form is not None

    @pytest.mark.parametrize("when", ["compny.agent", "company.agent", "1 +"])
    def test_condition_that_cannot_be_decided_is_told(self, tmp_path: Path, when: str) -> None:
        assert fill(tmp_path, letter(), entry={"when": when}).codes == ["FM24"]

    def test_volume_that_there_is_not(self, tmp_path: Path) -> None:
        assert "DL15" in fill(tmp_path, letter(), entry={"volume": "price"}).codes


class TestProof:
    @pytest.fixture
    def form(self, tmp_path: Path) -> FilledWord:
        return fill_well(tmp_path, letter())

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("真实和准确", "真实、准确"), ("（签字）", "（盖章）"), ("招标文件（招标编号：", "招标文件(招标编号："),
            ('w:eastAsia="宋体"', 'w:eastAsia="黑体"'), ("36", "24"),
            ('<w:jc w:val="right"/>', ""), ("<w:sectPr>", "<w:p/><w:sectPr>"),
        ],
    )  # fmt: skip
    def test_change_is_found_with_both_sides(self, form: FilledWord, old: str, new: str) -> None:
        changed = zipped(with_part(parts_of(form.content), DOCUMENT, old, new))
        found = prove(form, changed)
        assert [item.code for item in found][:1] == ["FM02"]
        assert found[0].values["before"] != found[0].values["after"]

    def test_part_that_is_lost_or_changed_is_found(self, form: FilledWord) -> None:
        parts = parts_of(form.content)
        assert prove(form, zipped({name: data for name, data in parts.items() if "styles" not in name}))
        assert prove(form, zipped({**parts, "word/styles.xml": parts["word/styles.xml"] + b" "}))

    def test_broken_file_is_found(self, form: FilledWord) -> None:
        assert prove(form, b"PK")
        assert prove(form, zipped({**parts_of(form.content), DOCUMENT: b"<w:document"}))

    def test_paragraph_that_is_moved_is_found(self, form: FilledWord) -> None:
        parts = parts_of(form.content)
        root = etree.fromstring(parts[DOCUMENT])
        body = root[0]
        body.insert(2, body[5])
        assert prove(form, zipped({**parts, DOCUMENT: etree.tostring(root)}))


WORDS = [
    "投标人",
    "项目名称",
    "我方承诺",
    "（盖章）",
    "地址",
    "：",
    "。",
    "质保期",
    "Name",
    " of ",
    "联系电话",
    "元",
    "第",
]
HOLES = [
    "______",
    "＿＿＿",
    "（  ）",
    "  年  月  日",
    "□是 □否",
    "【  】",
    "....….",
    "............",
    "XXX",
    "见第（ ）页",
]


def make_form(choose: random.Random) -> bytes:
    """A random form: words and holes in runs cut anywhere, some underlined, in paragraphs, cells and text boxes."""

    def paragraph() -> str:
        runs = []
        for _ in range(choose.randint(1, 5)):
            text = choose.choice(WORDS) + choose.choice([*HOLES, "", ""])
            cut = choose.randint(0, len(text))
            runs += [s(text[:cut]), u(" " * choose.randint(0, 9)), s(text[cut:])]
            runs += [r(text, "<w:b/>")] if choose.random() < 0.2 else []
        return line(*runs)

    def grid() -> str:
        head = row(*(choose.choice(WORDS) + "名" for _ in range(3)))
        kind = choose.random()
        inner = table(row("单价", ""), widths=(1000, 1000)) + line()
        last = row(cell(inner), "", "") if kind < 0.3 else row("甲" if kind < 0.6 else "", "", "")
        return table(head, *[last] * choose.randint(1, 3), widths=(2200,) * 3)

    kinds: list[Callable[[], str]] = [paragraph, paragraph, grid, lambda: p(box(paragraph(), paragraph()))]
    return make(*(choose.choice(kinds)() for _ in range(choose.randint(1, 6))), line("完"))


def fill_random(content: bytes, choose: random.Random) -> tuple[dict[str, bytes], dict[str, bytes], dict[str, Changes]]:
    package, problems = read_package(content, "f.docx")
    assert package is not None, problems
    scan = scan_form(package)
    spots = [spot for blank in scan.blanks for spot in blank.spots]
    spots += [spot for grid in scan.tables for cells in grid.rows for spot in cells]
    texts = ["青禾", "a & b < c", "12", "", "长" * 30, "x\ty"]
    edits = tuple(Edit(one.paragraph, one.start, one.end, choose.choice(texts), choose.random() < 0.5) for one in spots)
    changes = {DOCUMENT: Changes(edits)}
    return dict(package), dict(fill_form(package, changes)), changes


@settings(max_examples=80 * EFFORT, deadline=None)
@given(st.integers(0, 10**9))
def test_random_form_is_proved_and_a_changed_character_is_found(seed: int) -> None:
    choose = random.Random(seed)
    original, filled, changes = fill_random(make_form(choose), choose)
    assert list(prove_form(original, filled, changes)) == []
    root = etree.fromstring(filled[DOCUMENT])
    pieces = [item for item in root.iter(q("w:t")) if item.text]
    piece = choose.choice(pieces)
    at = choose.randrange(len(piece.text))
    old = piece.text[at]
    piece.text = piece.text[:at] + choose.choice(["", "X" if old != "X" else "Y", old + "多"]) + piece.text[at + 1 :]
    found = list(prove_form(original, {**filled, DOCUMENT: etree.tostring(root)}, changes))
    assert found
    assert found[0].before != found[0].after


class TestWholeBuild:
    def build(self, path: Path, content: bytes, mapping: dict[str, Any] | None = None, **options: Any) -> Any:
        deal = make_deal(path, content, mapping)
        sign_all(deal)
        return build_deal(deal, Options(now=NOW, **options))

    def test_form_is_handed_in_as_a_file_of_its_own(self, tmp_path: Path) -> None:
        result = self.build(tmp_path, letter())
        assert [item.code for item in result.diagnostics if item.severity is Severity.ERROR] == []
        assert result.folder is not None
        made = (result.folder / "submit/form.docx").read_bytes()
        assert "致：    澄溪水务有限公司    （招标人名称）" in texts(made)

    def test_draft_carries_its_name_and_a_final_one_is_refused_over_a_gap(self, tmp_path: Path) -> None:
        mapping = make_map(letter(), 质量保证期={"value": ""})
        refused = self.build(tmp_path, letter(), mapping)
        assert refused.folder is None
        assert "FM03" in [item.code for item in refused.diagnostics]
        draft = self.build(tmp_path, letter(), mapping, is_draft=True)
        assert draft.folder is not None
        assert (draft.folder / "submit/form-DRAFT.docx").is_file()

    def test_signature_of_the_form_is_in_the_signing_list(self, tmp_path: Path) -> None:
        result = self.build(tmp_path, letter())
        assert result.folder is not None
        report = (result.folder / "internal/report.html").read_text(encoding="utf-8")
        assert re.search("form.docx.{0,400}法定代表人或其委托代理人", report, re.S)

    def test_what_is_attested_covers_the_form_and_its_mapping(self, tmp_path: Path) -> None:
        deal = make_deal(tmp_path, letter())
        sign_all(deal)
        judged, _ = judge_deal(deal, Options(now=NOW))
        write(deal.parent / "forms/f.yaml", yaml.safe_dump(make_map(letter(), 电话={"text": "1"}), allow_unicode=True))
        again, _ = judge_deal(deal, Options(now=NOW))
        assert judged is not None
        assert again is not None
        assert judged.content != again.content


class TestTables:
    def requirements(self, count: int) -> list[dict[str, Any]]:
        first = {"marker": "▲", "text": "断网时本地缓存不少于 30 天。", "deviation": "positive", "evidence": ["GW-200"]}
        return [
            {"id": f"R{n}", "clause": f"3.{n}", "text": f"要求 {n}。", "response": f"响应 {n}。", "deviation": "none"}
            | (first if n == 1 else {})
            for n in range(1, count + 1)
        ]

    def test_table_grows_by_rows_in_the_forms_own_format(self, tmp_path: Path) -> None:
        content = deviations()
        form = fill_well(
            tmp_path, content, make_map(content, **CHOICES["技术偏离表"]), requirements=self.requirements(8)
        )
        shown = rows(form.content)
        assert [line[0] for line in shown] == ["序号", *map(str, range(1, 9))]
        assert shown[8][1:4] == ["3.8", "要求 8。", "响应 8。"]
        lines = list(etree.fromstring(parts_of(form.content)[DOCUMENT]).iter(q("w:tr")))
        assert len({etree.tostring(line.find(q("w:tc") + "/" + q("w:tcPr"))) for line in lines[1:]}) == 1
        last = next(lines[8].iter(q("w:t"))).getparent()
        assert last.find(f"{q('w:rPr')}/{q('w:rFonts')}").get(q("w:eastAsia")) == "宋体"

    def test_numbers_that_the_buyer_wrote_are_counted_on(self, tmp_path: Path) -> None:
        content = deviations()
        mapping = make_map(content, **CHOICES["技术偏离表"])
        del mapping["tables"][0]["cells"]["序号"]
        form = fill_well(tmp_path, content, mapping, requirements=self.requirements(5))
        assert [line[0] for line in rows(form.content)][1:] == ["1", "2", "3", "4", "5"]

    def test_added_row_that_is_changed_lost_or_doubled_is_found(self, tmp_path: Path) -> None:
        content = deviations()
        form = fill_well(
            tmp_path, content, make_map(content, **CHOICES["技术偏离表"]), requirements=self.requirements(6)
        )
        parts = parts_of(form.content)
        assert prove(form, zipped(with_part(parts, DOCUMENT, "响应 6。", "响应 6，")))
        for change in ("remove", "double"):
            root = etree.fromstring(parts[DOCUMENT])
            last = list(root.iter(q("w:tr")))[-1]
            if change == "remove":
                last.getparent().remove(last)
            else:
                last.addnext(copy.deepcopy(last))
            assert prove(form, zipped({**parts, DOCUMENT: etree.tostring(root)}))

    def test_nothing_to_list_is_said_in_the_first_row(self, tmp_path: Path) -> None:
        mapping = make_map(deviations(), **CHOICES["技术偏离表"])
        mapping["tables"][0] |= {"rows": "commercial_requirements", "none": "无偏离"}
        assert rows(fill_well(tmp_path, deviations(), mapping).content)[1] == ["1", "无偏离", "", "", "", ""]

    @pytest.mark.parametrize(
        "wrong",
        [
            {"rows": "deal.title"},
            {"rows": "teams"},
            {"cells": {"报价": "row.no"}},
            {"cells": {"说明": "row.nothing"}},
            {"cells": {}},
            {"cells": {"说明": "row.remark"}},
            {"left": "以后"},
        ],
    )
    def test_table_that_cannot_be_filled(self, tmp_path: Path, wrong: dict[str, Any]) -> None:
        mapping = make_map(deviations(), **CHOICES["技术偏离表"])
        mapping["tables"][0] |= wrong
        assert fill(tmp_path, deviations(), mapping).codes == ["FM24"]

    @pytest.mark.parametrize(
        ("heading", "titles", "value"),
        [
            ("拟派人员一览表", ("序号", "姓名", "本项目岗位", "职责"), "沈砚秋"),
            ("类似项目业绩表", ("序号", "项目名称", "业主单位", "合同金额（元）"), "280,000.00"),
            ("分项报价表", ("序号", "货物名称", "数量", "单价", "合价"), "12,500.00"),
        ],
    )
    def test_team_track_record_and_prices_are_listed(
        self, tmp_path: Path, heading: str, titles: tuple[str, ...], value: str
    ) -> None:
        grid = table(row(*titles), row(*[""] * len(titles)), widths=(1700,) * len(titles))
        content = make(title(heading), grid, line("投标人：____"))
        form = fill_well(tmp_path, content)
        assert value in rows(form.content)[1]

    @pytest.mark.parametrize("seed", range(20 * EFFORT))
    def test_random_growth_is_proved(self, seed: int) -> None:
        choose = random.Random(seed)
        content = make(line("甲：____"), *[grid_of(choose) for _ in range(choose.randint(1, 3))], line("乙：____"))
        package, _ = read_package(content, "f.docx")
        assert package is not None
        edits, growths = [], []
        for grid in scan_form(package).tables:
            edits += [Edit(spot.paragraph, spot.start, spot.end, "值") for cells in grid.rows for spot in cells]
            own = [Edit(number, 0, 0, f"新 {number}") for number in range(2, len(grid.titles) + 1)]
            growths.append(Growth(*grid.elements, (tuple(own),) * choose.randint(1, 4)))
        changes = {DOCUMENT: Changes(tuple(edits), tuple(growths))}
        filled = dict(fill_form(package, changes))
        assert list(prove_form(dict(package), filled, changes)) == []
        text = filled[DOCUMENT].decode()
        assert list(prove_form(dict(package), {**filled, DOCUMENT: text.replace("新 2", "旧 2", 1).encode()}, changes))


def grid_of(choose: random.Random) -> str:
    width = choose.randint(3, 5)
    head = row(*(f"{choose.choice('甲乙丙')}列{n}" for n in range(width)))
    body = [row(str(n + 1) if choose.random() < 0.5 else "", *[""] * (width - 1)) for n in range(choose.randint(1, 3))]
    return table(head, *body, row("合计", *["共"] * (width - 1)), widths=(1500,) * width)


class TestSigning:
    def places(self, path: Path, content: bytes, mapping: dict[str, Any]) -> list[tuple[str, tuple[str, ...]]]:
        form = fill_well(path, content, mapping)
        return [(item.text, item.kinds) for item in list_signing({"a.docx": form.content}, {"a.docx": (form,)})]

    def test_places_of_a_form_are_listed_once(self, tmp_path: Path) -> None:
        found = self.places(tmp_path, letter(), make_map(letter()))
        assert [kinds for _, kinds in found] == [("seal",), ("signature",)]
        assert found[1][0].startswith("法定代表人或其委托代理人：")

    def test_what_is_left_to_sign_or_date_is_listed_though_no_word_says_so(self, tmp_path: Path) -> None:
        content = make(line("投标人：________"), line("经办：________"), line("      年   月   日"), line("附注：____"))
        left = {"经办": {"left": "经办人签名"}, "date": {"left": "签署日期手写"}, "附注": {"left": "不是空白"}}
        assert self.places(tmp_path, content, make_map(content, **left)) == [
            ("年 月 日", ("date",)),
            ("经办：________", ("signature",)),
        ]


class TestDeclarations:
    def test_size_is_that_of_the_deal_never_a_text(self, tmp_path: Path) -> None:
        content = FORMS["中小企业声明函"]()
        shown = "".join(texts(fill_well(tmp_path, content, tender__sme=SME).content))
        assert "小型企业" in shown
        literal = make_map(content, **{"中型企业-小型企业-微型企业": {"text": "微型企业"}})
        assert fill(tmp_path / "b", content, literal, tender__sme=SME).codes == ["FM24"]

    def test_size_that_does_not_follow_from_the_figures_is_told(self, tmp_path: Path) -> None:
        wrong = {**SME, "enterprises": [{**SME["enterprises"][0], "size": "micro"}]}
        made = fill(tmp_path, FORMS["中小企业声明函"](), tender__sme=wrong)
        assert "QU07" in [item.code for item in made.problems]

    def test_every_declared_enterprise_stands_in_the_form(self, tmp_path: Path) -> None:
        other = {**SME["enterprises"][0], "name": "远汀电子有限公司"}
        made = fill(
            tmp_path, FORMS["中小企业声明函"](), tender__sme={**SME, "enterprises": [*SME["enterprises"], other]}
        )
        assert "远汀电子有限公司" in made.only("FM24").message("zh")

    def test_second_numbered_enterprise_is_the_second_of_the_deal(self) -> None:
        content = make(title("中小企业声明函"), line("1. ____（标的名称）；"), line("2. ____（标的名称）；"))
        values = [item["value"] for item in make_map(content)["blanks"]]
        assert [re.findall(r"\d", value) for value in values] == [["0"], ["1"]]

    @pytest.mark.parametrize(("agent", "expected"), [("", "法定代表人身份证明"), ("林知行", "授权委托书")])
    def test_identity_or_authorization_by_who_signs(self, tmp_path: Path, agent: str, expected: str) -> None:
        forms = []
        for name, when in (("法定代表人身份证明", "not company.agent"), ("授权委托书", "company.agent != ''")):
            content = FORMS[name]()
            entry = {"id": name, "file": f"forms/{name}.docx", "map": f"forms/{name}.yaml", "when": when}
            forms.append((entry, content, make_map(content, **CHOICES.get(name, {}))))
        deal = make_deal(tmp_path, letter(), forms=[entry for entry, *_ in forms])
        for entry, content, mapping in forms:
            write(deal.parent / entry["file"], content)
            write(deal.parent / entry["map"], yaml.safe_dump(mapping, allow_unicode=True))
        bidkit = root_of(deal) / "bidkit.yaml"
        write(bidkit, bidkit.read_text(encoding="utf-8").replace("agent: 林知行", f"agent: '{agent}'"))
        judged, problems = judge_deal(deal, Options(now=NOW))
        assert judged is not None
        assert [form.id for form in judged.word_forms] == [expected], problems
