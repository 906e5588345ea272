"""A new list of requirements after an addendum: answers are carried over, and none that no longer holds goes unseen."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from docx import Document
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner, Result
from workspace import make_workspace, run_check, sign_all, write

from bidkit.addenda import merge_requirements
from bidkit.addenda.matching import Listed, match_rows, read_clause
from bidkit.cli import app
from bidkit.deal.tender import Requirement

ROOT = Path(__file__).parents[1]
EXAMPLES = ("water", "school", "port")
TITLES = {"clause": "条款号", "page": "页码", "marker": "标记", "text": "招标要求"}
Rows = list[dict[str, str]]


def run(deal: Path, new: Path, *arguments: object, lang: str = "en") -> Result:
    return CliRunner().invoke(app, ["requirements", "merge", *map(str, (deal, new, *arguments)), "--lang", lang])


def copy_example(name: str, folder: Path) -> Path:
    shutil.copytree(ROOT / "examples" / name, folder / name, ignore=shutil.ignore_patterns("dist"))
    return folder / name / "deals" / name / "deal.yaml"


def read_csv(path: Path) -> Rows:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))


def amend(rows: Rows) -> tuple[Rows, dict[str, str]]:
    """An addendum as it is published: 3 rows changed, 2 more, 1 less, a chapter with another number, no ids.

    Returns: also the states that old and new rows are to have, by id or by text.
    """
    chapters = Counter(row["clause"].rpartition(".")[0] for row in rows)
    chapter = chapters.most_common(1)[0][0]
    outside = [row for row in rows if row["clause"].rpartition(".")[0] != chapter]
    changed, removed = outside[:3], outside[3]
    expected = {row["id"]: "moved" if row not in outside else "unchanged" for row in rows}
    made: Rows = []
    for row in rows:
        if row is removed:
            continue
        new = {key: row[key] for key in TITLES}
        if row in changed:
            new["text"] = f"{row['text'][:-1]} 7777."
            expected[row["id"]] = "changed"
        if row not in outside:
            new["clause"] = f"99.9{row['clause'].removeprefix(chapter)}"
        made.append(new)
    expected[removed["id"]] = "removed"
    for place, text in ((2, "全新的要求甲：提供 IPv6。"), (len(made) - 2, "A wholly new demand: quarterly drills.")):
        made.insert(place, {"clause": f"88.{place}", "page": "77", "marker": "", "text": text})
        expected[text] = "new"
    return made, expected


def publish(rows: Rows, path: Path) -> Path:
    """The list as the buyer sends it."""
    cells: Sequence[Sequence[str]] = [list(TITLES.values()), *([row[key] for key in TITLES] for row in rows)]
    if path.suffix == ".csv":
        stream = io.StringIO()
        csv.writer(stream).writerows(cells)
        return write(path, stream.getvalue())
    if path.suffix == ".xlsx":
        book = openpyxl.Workbook()
        for row in cells:
            book.active.append(row)
        book.save(path)
        return path
    document = Document()
    document.add_paragraph("补遗文件第 3 号")
    other = document.add_table(1, 2)
    other.cell(0, 0).text, other.cell(0, 1).text = "联系人", "电话"
    table = document.add_table(0, len(TITLES))
    for row in cells:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    document.save(str(path))
    return path


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".docx"])
@pytest.mark.parametrize("name", EXAMPLES)
def test_an_addendum_is_worked_into_an_example(name: str, suffix: str, tmp_path: Path) -> None:
    deal = copy_example(name, tmp_path)
    source = deal.with_name("requirements.csv")
    old = read_csv(source)
    rows, expected = amend(old)
    result = run(deal, publish(rows, tmp_path / f"new{suffix}"), "--addendum", "3", "--format", "json")
    assert result.exit_code == 0, result.output
    record = json.loads(result.stdout)
    states = {row["text"] if row["state"] == "new" else row["id"]: row["state"] for row in record["rows"]}
    states |= {item["id"]: "removed" for item in record["removed"]}
    assert states == expected
    assert record["counts"]["changed"] == 3 and record["counts"]["new"] == 2 and record["counts"]["removed"] == 1
    written = read_csv(deal.with_name("requirements.new.csv"))
    assert [row["text"] for row in written] == [row["text"] for row in rows]
    known = {row["id"]: row for row in old}
    for row in written:
        before = known.get(row["id"])
        assert bool(row["stale"]) == (expected.get(row["id"]) == "changed")
        assert (row["response"] == "") == (before is None)
        if before is not None:
            kept = ("response", "deviation", "evidence", "remark", "kind")
            assert {key: row[key] for key in kept} == {key: before[key] for key in kept}
    assert read_csv(source) == old


@pytest.mark.parametrize("name", EXAMPLES)
def test_check_refuses_until_a_person_has_confirmed(name: str, tmp_path: Path) -> None:
    deal = copy_example(name, tmp_path)
    rows, _ = amend(read_csv(deal.with_name("requirements.csv")))
    result = run(deal, publish(rows, tmp_path / "new.csv"), "-o", deal.with_name("requirements.csv"), "--force")
    assert result.exit_code == 0, result.output
    found = Counter(item.code for item in run_check(deal).diagnostics)
    assert found["FM29"] == 3 and found["FM05"] == 2
    # Attestations that covered the requirements are void by themselves.
    checked = run_check(deal)
    assert checked.gate is not None
    void = {p.code for stage in checked.gate.stages for item in stage.items for p in item.open}
    assert "GT04" in void
    path = deal.with_name("requirements.csv")
    table = [{key: value for key, value in row.items() if key != "stale"} for row in read_csv(path)]
    stream = io.StringIO()
    writer = csv.DictWriter(stream, table[0])
    writer.writeheader()
    writer.writerows(table)
    write(path, stream.getvalue())
    assert not any(item.code == "FM29" for item in run_check(deal).diagnostics)


def requirement(**values: Any) -> Requirement:
    return Requirement.model_validate({"id": "R1", "clause": "1", "text": "x", **values})


ANSWER = {"response": "有", "deviation": "none", "evidence": ("GW-200",)}


def merge(old: list[Requirement], *new: dict[str, str], addendum: str = "", language: str = "zh") -> Any:
    return merge_requirements(old, [Listed.model_validate(row) for row in new], addendum, language)


def test_a_row_that_has_become_mandatory_is_stale() -> None:
    old = [requirement(text="缓存 30 天。", **ANSWER)]
    merged = merge(old, {"clause": "1", "text": "缓存 30 天。", "marker": "★"}, addendum="2 号")
    [row] = merged.rows
    assert (row.state, row.item.stale, row.item.response) == ("changed", "2 号 改了：标记", "有")
    assert merged.marked == [row]
    assert merged.count_mandatory({"★": "mandatory"}) == (0, 1)


def test_without_a_column_of_markers_they_stay() -> None:
    old = [requirement(text="缓存 30 天。", marker="★", **ANSWER)]
    [row] = merge(old, {"clause": "1", "text": "缓存 30 天。"}).rows
    assert (row.state, row.item.marker, row.item.stale) == ("unchanged", "★", "")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("内存≥500 GB", "内存≥800 GB"),
        ("内存≥500 GB", "内存≤500 GB"),
        ("面积 46 m²", "面积 46 m2"),
        ("须提供检测报告。", "须提供检测报告"),
        ("支持 10 点触控", "支持 1 0 点触控"),
        ("不得分包", "得分包"),
    ],
)
def test_the_smallest_change_of_a_text_is_one(old: str, new: str) -> None:
    [row] = merge([requirement(text=old, **ANSWER)], {"clause": "1", "text": new}).rows
    assert row.state == "changed" and row.item.stale


@pytest.mark.parametrize("new", ["支持 10 点\n触控", " 支持10 点触控", "支持 10 点触 控"])
def test_a_line_break_is_no_change(new: str) -> None:
    [row] = merge([requirement(text="支持 10 点触控", **ANSWER)], {"clause": "1", "text": new}).rows
    assert (row.state, row.item.stale) == ("unchanged", "")


def test_a_clause_that_took_the_number_of_another_does_not_get_its_answer() -> None:
    texts = ["提供不间断电源，容量不小于 40 kVA。", "机柜静态承重不低于 1500 kg。", "备件点设在采购人所在城市。"]
    old = [requirement(id=f"R{n}", clause=f"5.{n}", text=text, response=text) for n, text in enumerate(texts, 1)]
    new = [{"clause": "5.1", "text": "投标人须在本市设有服务机构。"}]
    new += [{"clause": f"5.{n}", "text": text} for n, text in enumerate(texts, 2)]
    merged = merge(old, *new)
    assert [row.state for row in merged.rows] == ["new", "moved", "moved", "moved"]
    assert [row.item.response for row in merged.rows] == ["", *texts]


def test_an_id_of_the_buyers_that_is_another_row_now_is_not_believed() -> None:
    texts = ["提供不间断电源，容量不小于 40 kVA。", "机柜静态承重不低于 1500 kg。"]
    old = [requirement(id=str(n), clause=f"5.{n}", text=text, response=text) for n, text in enumerate(texts, 1)]
    new = [{"id": "1", "clause": "5.0", "text": "投标人须在本市设有服务机构。"}]
    new += [{"id": str(n), "clause": f"5.{n - 1}", "text": text} for n, text in enumerate(texts, 2)]
    merged = merge(old, *new)
    assert [(row.state, row.item.id, row.item.response) for row in merged.rows] == [
        ("new", "3", ""),
        ("unchanged", "1", texts[0]),
        ("unchanged", "2", texts[1]),
    ]


def test_an_answer_that_was_stale_stays_so() -> None:
    old = [requirement(text="缓存 30 天。", stale="1 号 改了：要求", **ANSWER)]
    [row] = merge(old, {"clause": "1", "text": "缓存 30 天。"}).rows
    assert (row.item.stale, row.is_stale) == ("1 号 改了：要求", False)
    [row] = merge(old, {"clause": "1", "text": "缓存 60 天。"}, addendum="2 号").rows
    assert row.item.stale == "1 号 改了：要求、2 号 改了：要求"


def test_what_had_no_answer_is_not_stale() -> None:
    [row] = merge([requirement(text="缓存 30 天。")], {"clause": "1", "text": "缓存 60 天。"}).rows
    assert (row.state, row.item.stale) == ("changed", "")


def test_lots_are_kept_apart() -> None:
    old = [requirement(id=f"R{lot}", lot=lot, text="缓存 30 天。", response=lot) for lot in ("包1", "包2")]
    merged = merge(old, *({"clause": "1", "text": "缓存 30 天。", "lot": lot} for lot in ("包2", "包1")))
    assert [(row.item.id, row.item.response) for row in merged.rows] == [("R包2", "包2"), ("R包1", "包1")]


def test_clause_numbers_are_compared_without_how_they_are_written() -> None:
    assert {read_clause(text) for text in ("3.1.2", "第 3.1.2 条", "３．１．２", "3.1.2、")} == {"3.1.2"}


WORDS = st.text("缓存备份网关≥≤0123456789 abc。", min_size=1, max_size=12).filter(str.strip)


@given(st.lists(st.tuples(WORDS, st.sampled_from("123456789"), st.sampled_from(["", "★"])), max_size=8),
       st.lists(st.tuples(WORDS, st.sampled_from("123456789"), st.sampled_from(["", "★"])), max_size=8))  # fmt: skip
def test_no_answer_is_lost_or_stands_unmarked_under_another_text(before: Any, after: Any) -> None:
    old = [
        requirement(id=f"R{n}", clause=clause, text=text, marker=marker, response=f"{n}", deviation="none")
        for n, (text, clause, marker) in enumerate(before)
    ]
    new = [Listed.model_validate({"text": text, "clause": clause, "marker": marker}) for text, clause, marker in after]
    merged = merge_requirements(old, new, "", "zh")
    carried = [row.old for row in merged.rows if row.old]
    assert sorted(item.id for item in (*carried, *merged.removed)) == sorted(item.id for item in old)
    assert len({row.item.id for row in merged.rows}) == len(merged.rows) == len(new)
    for row, listed in zip(merged.rows, new, strict=True):
        assert row.item.marker == listed.marker
        if row.old is None:
            assert not row.item.response
        elif row.item.response and not row.item.stale:
            assert "".join(row.old.text.split()) == "".join(listed.text.split())
            assert row.old.marker == listed.marker
    assert all(one is None or one < len(old) for one in match_rows(old, new))


@pytest.fixture
def deal(tmp_path: Path) -> Path:
    """A deal whose requirements stand in a csv with a column that bidkit passes over."""
    deal = make_workspace(tmp_path / "w", requirements={"file": "要求.csv", "ignore": ["负责人"]})
    rows = [
        "编号,条款,标记,要求,响应,偏离,证明,负责人",
        "R1,3.1,▲,断网缓存不少于 30 天。,缓存 45 天。,正偏离,GW-200,简宁",
        'R2,3.2,,提供季度巡检。,"每季度一次，出报告。",无偏离,,=许',
    ]
    write(deal.with_name("要求.csv"), "\ufeff" + "\n".join(rows) + "\n")
    return deal


def new_list(deal: Path, *rows: str, titles: str = "条款,标记,要求") -> Path:
    return write(deal.parents[3] / "新清单.csv", "\n".join([titles, *rows]) + "\n")


def test_other_columns_and_the_mark_at_the_front_are_kept(deal: Path) -> None:
    new = new_list(deal, "3.1,▲,断网缓存不少于 60 天。", "3.2,,提供季度巡检。")
    assert run(deal, new, "--addendum", "2").exit_code == 0
    content = deal.with_name("要求.new.csv").read_bytes()
    assert content.startswith("\ufeff编号,条款,标记,要求,响应,偏离,证明,负责人,过期\n".encode())
    lines = content.decode().splitlines()
    assert lines[1] == "R1,3.1,▲,断网缓存不少于 60 天。,缓存 45 天。,正偏离,GW-200,简宁,2 改了：要求"
    assert lines[2] == "R2,3.2,,提供季度巡检。,每季度一次，出报告。,无偏离,,'=许,"


def test_nothing_is_overwritten_unasked(deal: Path) -> None:
    new = new_list(deal, "3.1,▲,断网缓存不少于 60 天。", "3.2,,提供季度巡检。")
    before = deal.with_name("要求.csv").read_bytes()
    result = run(deal, new, "-o", deal.with_name("要求.csv"))
    assert (result.exit_code, "EN17" in result.stderr) == (1, True)
    assert deal.with_name("要求.csv").read_bytes() == before
    assert run(deal, new).exit_code == 0
    assert run(deal, new).exit_code == 1
    assert run(deal, new, "--force").exit_code == 0


def test_a_workbook_keeps_its_look_and_its_other_sheets(deal: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "响应表"
    sheet.append(["需求响应表"])
    sheet.merge_cells("A1:G1")
    sheet.append(["编号", "条款", "标记", "要求", "响应", "偏离", "证明"])
    sheet.append(["R1", "3.1", "▲", "断网缓存不少于 30 天。", "缓存 45 天。", "正偏离", "GW-200"])
    sheet.append(["R2", "3.2", None, "提供季度巡检。", "每季度一次。", "无偏离", None])
    sheet["D4"].font = openpyxl.styles.Font(bold=True)
    sheet.column_dimensions["D"].width = 60
    book.create_sheet("别的")["A1"] = "不动"
    book.save(deal.with_name("要求.xlsx"))
    text = deal.read_text(encoding="utf-8")
    write(deal, text.replace("要求.csv", "要求.xlsx").replace("- 负责人", "").replace("  ignore:\n  \n", ""))
    new = new_list(deal, "3.0,,新增：提供 =SUM(1) 字样。", "3.2,,提供季度巡检。", "3.3,▲,断网缓存不少于 60 天。")
    result = run(deal, new, "--addendum", "2")
    assert result.exit_code == 0, result.output
    made = openpyxl.load_workbook(deal.with_name("要求.new.xlsx"))
    assert made.sheetnames == ["响应表", "别的"] and made["别的"]["A1"].value == "不动"
    rows = list(made["响应表"].iter_rows(values_only=True))
    assert rows[1][-1] == "过期"
    assert rows[3][:5] == ("R2", "3.2", None, "提供季度巡检。", "每季度一次。")
    assert rows[4][1:5] == ("3.3", "▲", "断网缓存不少于 60 天。", "缓存 45 天。")
    assert rows[4][7] == "2 改了：要求"
    assert made["响应表"]["D4"].font.bold and made["响应表"].column_dimensions["D"].width == 60
    assert "A1:G1" in map(str, made["响应表"].merged_cells.ranges)


def test_a_list_in_deal_yaml_becomes_a_csv(tmp_path: Path) -> None:
    deal = make_workspace(tmp_path / "w")
    new = new_list(deal, "9.9,,全新的要求。")
    result = run(deal, new, "--whole", lang="zh")
    assert result.exit_code == 0, result.output
    assert "requirements.new.csv" in result.stdout and "删去了，但已有响应" in result.stdout


def test_a_marker_before_the_text_is_one(deal: Path) -> None:
    new = new_list(deal, "3.1,▲断网缓存不少于 30 天。", "▲3.2,提供季度巡检。", titles="条款,要求")
    record = json.loads(run(deal, new, "--format", "json").stdout)
    assert [(row["marker"], row["state"]) for row in record["rows"]] == [("▲", "unchanged"), ("▲", "changed")]
    assert record["mandatory"] == {"before": 1, "after": 2}


def test_the_report_tells_the_gravest_first(deal: Path) -> None:
    new = new_list(deal, "3.2,▲,提供季度巡检。", "3.9,,新的要求。", titles="条款,标记,要求")
    shown = run(deal, new, "--addendum", "2", lang="zh").stdout
    places = [
        shown.index(text)
        for text in ("标记变了", "R2 3.2：无标记 → ▲", "删去了，但已有响应", "R1 ▲ 3.1", "新增，待响应")
    ]
    assert places == sorted(places)
    assert "在 tender.addenda 中登记 2" in shown


@pytest.mark.parametrize(
    ("titles", "row", "code"),
    [
        ("要求", "断网缓存。", "DL06"),
        ("条款,要求", "3.1,", "DL06"),
        ("编号,条款,要求", "R1,3.1,缓存。\nR1,3.2,巡检。", "DL16"),
        ("条款,要求,kind", "3.1,缓存。,资格", "DL10"),
        ("条款,要求", "", "DL20"),
    ],
)
def test_what_is_not_understood_is_not_merged(deal: Path, titles: str, row: str, code: str) -> None:
    result = run(deal, new_list(deal, row, titles=titles))
    assert (result.exit_code, code in result.stderr) == (1, True), result.output
    assert not deal.with_name("要求.new.csv").exists()


def test_other_titles_are_named(deal: Path) -> None:
    new = new_list(deal, "3.1,▲,断网缓存不少于 30 天。,甲", titles="条款,标记,采购人的话,谁提的")
    assert run(deal, new).exit_code == 1
    result = run(deal, new, "--column", "text=采购人的话", lang="zh")
    assert (result.exit_code, "没有用到的列：谁提的" in result.stdout) == (0, True), result.output
    assert run(deal, new, "--column", "text").exit_code == 2


def test_a_file_that_is_missing_is_exit_code_2(deal: Path) -> None:
    result = run(deal, deal.with_name("无.csv"))
    assert (result.exit_code, "EN05" in result.stderr) == (2, True)


def test_a_signed_checklist_is_void_after_a_merge(deal: Path) -> None:
    sign_all(deal)
    before = run_check(deal)
    new = new_list(deal, "3.1,▲,断网缓存不少于 60 天。", "3.2,,提供季度巡检。")
    assert run(deal, new, "-o", deal.with_name("要求.csv"), "--force").exit_code == 0
    after = run_check(deal)
    voids = [
        {
            p.values.get("item")
            for stage in result.gate.stages
            for item in stage.items
            for p in item.open
            if p.code == "GT04"
        }
        for result in (before, after)
        if result.gate
    ]
    assert voids[0] == set() and voids[1]


def test_a_list_of_changes_only_leaves_the_rest_as_it_is(tmp_path: Path) -> None:
    deal = copy_example("water", tmp_path)
    old = read_csv(deal.with_name("requirements.csv"))
    changed = {**old[5], "text": old[5]["text"].replace("分层", "分级")}
    assert changed != old[5]
    fresh = {"clause": "5.1.99", "page": "30", "marker": "▲", "text": "平台支持 IPv6 双栈访问。"}
    new = publish([changed, fresh], tmp_path / "new.csv")
    result = run(deal, new)
    assert (result.exit_code, "EN24" in result.stderr) == (2, True), result.output
    result = run(deal, new, "--partial", "--addendum", "3", "--format", "json")
    assert result.exit_code == 0, result.output
    counts = {"unchanged": len(old) - 1, "changed": 1, "new": 1, "moved": 0, "removed": 0}
    assert json.loads(result.stdout)["counts"] == counts
    written = read_csv(deal.with_name("requirements.new.csv"))
    place = next(n for n, row in enumerate(written) if row["clause"] == "5.1.99")
    assert written[place - 1]["clause"] == "5.1.9"
    assert [row["id"] for row in written if row["clause"] != "5.1.99"] == [row["id"] for row in old]
    assert [row["id"] for row in written if row["stale"]] == [old[5]["id"]]
    whole = json.loads(run(deal, new, "--whole", "--force", "--format", "json").stdout)
    assert whole["counts"]["removed"] == len(old) - 1


def test_the_buyers_own_numbers_are_no_ids_of_the_deal(deal: Path) -> None:
    rows = ("1,3.1,▲,断网缓存不少于 30 天。", "2,3.2,,提供季度巡检。", "3,3.3,,提供培训。")
    record = json.loads(run(deal, new_list(deal, *rows, titles="序号,条款,标记,要求"), "--format", "json").stdout)
    assert [row["id"] for row in record["rows"]] == ["R1", "R2", "R3"]


def test_the_id_of_a_row_that_is_gone_means_no_other_row() -> None:
    old = [
        requirement(id=f"R{n}", clause=f"5.{n}", text=text) for n, text in enumerate(("断网缓存。", "季度巡检。"), 1)
    ]
    merged = merge(
        old, {"id": "R1", "clause": "5.1", "text": "断网缓存。"}, {"id": "R2", "clause": "9.9", "text": "驻场两人"}
    )
    assert [row.item.id for row in merged.rows] == ["R1", "R3"]
    assert [item.id for item in merged.removed] == ["R2"]


@pytest.mark.parametrize("name", ["deal.yaml", "要求.xlsx", "要求"])
def test_a_list_is_not_written_as_what_it_is_not(deal: Path, name: str) -> None:
    before = deal.read_bytes()
    new = new_list(deal, "3.1,▲,断网缓存不少于 60 天。", "3.2,,提供季度巡检。")
    result = run(deal, new, "-o", deal.with_name(name), "--force")
    assert (result.exit_code, deal.read_bytes()) == (2, before), result.output


def test_help_has_examples() -> None:
    for command in (["diff"], ["requirements"], ["requirements", "merge"]):
        result = CliRunner().invoke(app, [*command, "--help"])
        assert result.exit_code == 0 and f"bidkit {command[0]}" in result.stdout


def test_a_list_of_changes_that_replaces_a_clause_by_another_text_says_so() -> None:
    old = [
        requirement(id="K08", clause="5.2.6", text="口令不少于八位。", marker="★", **ANSWER),
        requirement(id="K09", clause="5.2.7", text="设备须通过等级保护三级测评。", marker="★", **ANSWER),
        requirement(id="K10", clause="5.2.8", text="提供纸质手册。", **ANSWER),
    ]
    texts = (("5.2.7", "数据保护：须配置两地三中心容灾方案。"), ("5.2.8", "本条删除。"))
    new = [Listed(clause=clause, text=text) for clause, text in texts]
    merge = merge_requirements(old, new, "补遗 2", "zh", is_partial=True)
    rows = {row.item.id: row for row in merge.rows}
    assert rows["K08"].state == "unchanged" and not rows["K08"].item.stale
    for gone in ("K09", "K10"):
        assert rows[gone].state == "changed"
        assert rows[gone].is_stale and "补遗 2 另有" in rows[gone].item.stale
    fresh = {row.item.clause: row.item.marker for row in merge.rows if row.state == "new"}
    assert fresh == {"5.2.7": "★", "5.2.8": ""}
