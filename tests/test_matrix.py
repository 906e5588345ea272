"""Many deals from one master, by a matrix or a list of rows; each is a deal of its own in all that counts."""

from __future__ import annotations

import io
import json
import random
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from openpyxl import Workbook
from test_batch import read_all
from typer.testing import CliRunner, Result
from workspace import NOW, edit, make_deal, make_workspace, root_of, run_check, sign_all, write

from bidkit.attesting import attest_item, waive_item
from bidkit.batch import Asked, Batch, run_batch
from bidkit.build import Options, build_deal
from bidkit.cli import app
from bidkit.credentials.library import read_deals
from bidkit.deal import Deal, load_deal
from bidkit.diagnostic import Diagnostic, Severity
from bidkit.finding import find_deals, find_touched
from bidkit.judging import judge_deal
from bidkit.matrix.axes import BatchText
from bidkit.others import read_other_names
from bidkit.source import Workspace
from bidkit.unchanged import Kept

BATCH = """\
schema: bidkit/batch@1
master: deal.yaml
id: fleet-{row}
title: "{customer.name}数据采集项目"
rows:
  file: customers.csv
  columns:
    id: 编号
    customer.name: 客户
    dated: 日期
    quote.lines.A01.quantity: 数量
    quote.total: 总价
    quote.total_words: 大写
"""
ROWS = """\
编号,客户,日期,数量,总价,大写
acme,云汀供水有限公司,,,,
blue,青溪水务有限公司,2026-09-16,10,161000.00,人民币壹拾陆万壹仟元整
"""
MATRIX = """\
schema: bidkit/batch@1
master: deal.yaml
id: "{customer}-{lot}"
title: "{customer.name}第 {lot} 包"
matrix:
  lot:
    - {id: "1", set: {tender.package: 第一包}}
    - {id: "2", set: {tender.package: 第二包, requirements.R2.response: 每月巡检一次并留记录。}}
  customer:
    - id: acme
      set: {customer.name: 云汀供水有限公司, tender.no: YT-2026-01}
    - id: blue
      set:
        customer.name: 青溪水务有限公司
        tender.no: QX-2026-07
        tender.deadline: 2026-09-20T09:30+08:00
"""


@pytest.fixture(autouse=True)
def surroundings(monkeypatch: pytest.MonkeyPatch, own_cache: Path) -> None:
    """No LibreOffice, and a cache of one's own."""
    monkeypatch.setenv("BIDKIT_SOFFICE", "/nonexistent")


def make_fleet(path: Path, batch: str = BATCH, rows: str | bytes = ROWS, **changes: Any) -> Path:
    """A workspace with a master and its batch.yaml; that folder."""
    regime = "commercial" if "row" in batch else "tender"
    deal = make_workspace(path, regime, title="示例数据采集项目", customer__name="示例客户有限公司", **changes)
    folder = deal.parent.rename(path / "deals/fleet")
    write(folder / "batch.yaml", batch)
    write(folder / ("customers.csv" if isinstance(rows, str) else "customers.xlsx"), rows)
    return folder


def make_xlsx(rows: str = ROWS, sheet: str = "客户") -> bytes:
    book = Workbook()
    book.active.title = sheet
    for line in rows.splitlines():
        book.active.append([cell or None for cell in line.split(",")])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def load(folder: Path, deal_id: str) -> tuple[Deal | None, list[Diagnostic]]:
    """A derived deal, without judging it."""
    return load_deal(Workspace(folder.parents[1]), f"deals/fleet/batch.yaml#{deal_id}")


def ids(folder: Path) -> list[str]:
    return [path.name.partition("#")[2] or path.name for path in find_deals([str(folder)], folder)[0]]


def told(problems: list[Diagnostic]) -> list[tuple[str, str]]:
    """Codes, each with its place."""
    spans = ((item.code, item.span) for item in problems)
    return [(code, f"{at.label}:{at.col}" if at and at.line else at.label if at else "") for code, at in spans]


def invoke(*words: str) -> Result:
    return CliRunner().invoke(app, [*words, "--lang", "en"])


# What a batch.yaml makes.


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_each_row_is_a_deal_and_an_empty_cell_is_the_master(tmp_path: Path, form: str) -> None:
    batch = BATCH.replace("customers.csv", "customers.xlsx\n  sheet: 客户") if form == "xlsx" else BATCH
    folder = make_fleet(tmp_path, batch, make_xlsx() if form == "xlsx" else ROWS)
    assert ids(folder) == ["fleet-acme", "fleet-blue"]
    one, two = (load(folder, name) for name in ids(folder))
    assert (one[1], two[1]) == ([], [])
    assert one[0] and two[0]
    assert [(deal.id, deal.title, deal.customer.name) for deal in (one[0], two[0])] == [
        ("fleet-acme", "云汀供水有限公司数据采集项目", "云汀供水有限公司"),
        ("fleet-blue", "青溪水务有限公司数据采集项目", "青溪水务有限公司"),
    ]
    assert [str(deal.dated) for deal in (one[0], two[0])] == ["2026-09-15", "2026-09-16"]
    assert [str(deal.quote.lines[0].quantity) for deal in (one[0], two[0])] == ["24", "10"]
    assert run_check(folder / "batch.yaml#fleet-blue").diagnostics == ()


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_mistake_is_told_where_it_is_typed(tmp_path: Path, form: str) -> None:
    rows = ROWS.replace("2026-09-16", "2026-02-30")
    batch = BATCH.replace("customers.csv", "customers.xlsx") if form == "xlsx" else BATCH
    folder = make_fleet(tmp_path, batch, make_xlsx(rows) if form == "xlsx" else rows)
    edit(folder / "deal.yaml", "decision_date: '2026-09-30'", "decision_date: soon")
    line = (folder / "deal.yaml").read_text(encoding="utf-8").split("decision_date")[0].count("\n") + 1
    cell = "deals/fleet/customers.xlsx 客户!C3" if form == "xlsx" else "deals/fleet/customers.csv:3:15"
    master = ("DL09", f"deals/fleet/deal.yaml:{line}:18")
    assert told(load(folder, "fleet-blue")[1]) == [("DL09", cell), master]
    assert told(load(folder, "fleet-acme")[1]) == [master], "the row of another deal is not its business"


def test_matrix_combines_each_entry_with_each(tmp_path: Path) -> None:
    folder = make_fleet(tmp_path, MATRIX)
    assert ids(folder) == ["acme-1", "blue-1", "acme-2", "blue-2"]
    deals = {name: load(folder, name)[0] for name in ids(folder)}
    two = deals["blue-2"]
    assert two
    assert two.tender
    assert (two.title, two.tender.package, two.tender.no) == ("青溪水务有限公司第 2 包", "第二包", "QX-2026-07")
    assert two.requirements[1].response == "每月巡检一次并留记录。"
    assert deals["acme-1"]
    assert deals["acme-1"].tender
    assert deals["acme-1"].tender.deadline != two.tender.deadline
    assert [run_check(folder / f"batch.yaml#{name}").diagnostics for name in ("acme-1", "blue-2")] == [(), ()]


def test_rows_may_be_one_axis_of_a_matrix(tmp_path: Path) -> None:
    lots = "matrix:\n  lot:\n    - {id: one, set: {quote.validity_days: 60}}\n    - {id: two}\nrows:"
    batch = BATCH.replace("rows:", lots).replace("fleet-{row}", "'{row}-{lot}'")
    folder = make_fleet(tmp_path, batch)
    assert ids(folder) == ["acme-one", "blue-one", "acme-two", "blue-two"]
    deal, problems = load(folder, "blue-one")
    assert (deal and deal.quote.validity_days, problems) == (60, [])


def test_exclusions_and_special_cases(tmp_path: Path) -> None:
    more = 'exclude:\n  - {customer: acme, lot: "2"}\nspecial:\n  - match: {customer: blue, lot: "1"}\n'
    more += "    set: {tender.no: QX-9, quote.validity_days: 120}\n"
    folder = make_fleet(tmp_path, MATRIX + more)
    assert ids(folder) == ["acme-1", "blue-1", "blue-2"]
    one, two = (load(folder, name)[0] for name in ("blue-1", "blue-2"))
    assert one
    assert two
    assert one.tender
    assert two.tender
    assert (one.tender.no, one.quote.validity_days) == ("QX-9", 120)
    assert (two.tender.no, two.quote.validity_days) == ("QX-2026-07", 90)


def test_lists_of_files_are_changed_whole_by_file_or_line_by_line(tmp_path: Path) -> None:
    """`.file` names another list, and a line's id leads into the one that is read."""
    head = "id,category,name,unit,quantity,unit_price,tax_rate\n"
    cells = (
        "编号,客户,文件,数量\nacme,云汀供水有限公司,,\nblue,青溪水务有限公司,b.csv,3\ncyan,远溪水务有限公司,c.csv,\n"
    )
    columns = "customer.name: 客户\n    quote.lines.file: 文件\n    quote.lines.A01.quantity: 数量\n"
    batch = BATCH[: BATCH.index("customer.name: 客户")] + columns
    folder = make_fleet(
        tmp_path, batch, cells, quote__lines={"file": "a.csv"}, quote__total=None, quote__total_words=None
    )
    write(folder / "a.csv", f"{head}A01,A,网关,台,24,12500.00,13%\n")
    write(folder / "b.csv", f"{head}A01,A,网关,台,24,11000.00,13%\n")
    read = {name: load(folder, f"fleet-{name}") for name in ("acme", "blue", "cyan")}
    lines = {
        name: [(str(line.quantity), str(line.unit_price)) for line in deal.quote.lines]
        for name, (deal, _) in read.items()
        if deal
    }
    assert lines == {"acme": [("24", "12500.00")], "blue": [("3", "11000.00")]}
    assert told(read["cyan"][1]) == [("DL12", "deals/fleet/customers.csv:4:15")]


LINE = {"id": "B01", "category": "B", "name": "调试", "unit": "项", "quantity": "1", "tax_rate": "6%"}
RESPONSES = ("网关 EG200 本地保存 45 天。", "网关 EG200 本地保存 60 天。")


@pytest.mark.parametrize("seed", range(12))
def test_a_derived_deal_is_the_deal_that_is_written_by_hand(tmp_path: Path, seed: int) -> None:
    choose = random.Random(seed)
    values: dict[str, Any] = {
        "customer.name": f"{choose.choice('甲乙丙')}水务有限公司",
        "dated": f"2026-09-{choose.randint(10, 20)}",
        "quote.validity_days": str(choose.randint(60, 120)),
        "quote.lines.A01.quantity": str(choose.randint(1, 99)),
        "quote.lines.B01": {
            **LINE,
            "unit_price": str(choose.randint(1, 9_000)),
        },
        "requirements.R1.response": choose.choice(RESPONSES),
        "solution.service.warranty.months": str(choose.randint(12, 60)),
        "team": [{"name": "沈砚秋", "role": "项目经理", "duty": "全面负责"}] * choose.randint(1, 2),
        "tender.agency": "云汀招标代理有限公司",
        "track_record": [],
    }
    values = {key: value for key, value in values.items() if choose.random() < 0.6}
    values["tender.no"] = f"CXSW-{seed}"
    entry = {"id": "x", "set": values}
    batch = {"schema": "bidkit/batch@1", "master": "deal.yaml", "id": "bid-{one}", "matrix": {"one": [entry]}}
    folder = make_fleet(tmp_path, yaml.safe_dump(batch, allow_unicode=True, sort_keys=False))
    by_hand = yaml.load((folder / "deal.yaml").read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    for path, value in {**values, "id": "bid-x"}.items():
        put(by_hand, path.split("."), value)
    write(tmp_path / "deals/own/deal.yaml", yaml.safe_dump(by_hand, allow_unicode=True, sort_keys=False))
    derived, problems = load(folder, "bid-x")
    written, _ = load_deal(Workspace(tmp_path), "deals/own/deal.yaml")
    assert {item.code for item in problems} <= {"DL84"}
    assert derived
    assert written
    assert derived.model_dump() == written.model_dump()
    assert derived.id == "bid-x"


def put(holder: Any, steps: list[str], value: Any) -> None:
    """A value put into plain data: written apart from what is tested."""
    step, *rest = steps
    key = next(n for n, item in enumerate(holder) if item["id"] == step) if isinstance(holder, list) else step
    if rest:
        put(holder[key], rest, value)
    else:
        holder[key] = value


def test_a_package_is_that_of_the_deal_written_by_hand(tmp_path: Path) -> None:
    folder = make_fleet(tmp_path / "one")
    text = make_deal(
        "commercial",
        id="fleet-blue",
        title="青溪水务有限公司数据采集项目",
        customer__name="青溪水务有限公司",
        dated="2026-09-16",
        quote__total="161000.00",
        quote__total_words="人民币壹拾陆万壹仟元整",
    ).replace("quantity: '24'", "quantity: '10'")
    own = make_workspace(tmp_path / "two", "commercial")
    write(own, text)
    paths = folder / "batch.yaml#fleet-blue", own
    packages = [build_deal(path, Options(now=NOW, is_draft=True)).folder for path in paths]
    derived, written = (read_all(path) for path in packages if path)
    manifests = [json.loads(files.pop("internal/manifest.json")) for files in (derived, written)]
    assert derived.keys() == written.keys()
    facts = [json.loads(files.pop("internal/facts.json")) for files in (derived, written)]
    for record in facts:
        del record["basis"]["foreign"]  # its siblings are others to a derived deal
    assert facts[0] == facts[1]
    differing = {name for name in derived if derived[name] != written[name]}
    assert differing <= {"internal/report.html"}, "that names the files in which something is written"
    assert manifests[0]["content"] == manifests[1]["content"]
    inputs = [set(manifest["inputs"]) for manifest in manifests]
    assert {name for name in inputs[0] - inputs[1] if "/fleet/" in name} == {
        "deals/fleet/deal.yaml",
        "deals/fleet/batch.yaml#fleet-blue",
    }


# What is wrong with it.


def find_wrong(folder: Path) -> list[tuple[str, str]]:
    """What is told of batch.yaml itself, and of the deals that it makes."""
    found = []
    for path in find_deals([str(folder)], folder)[0]:
        found += told(load_deal(Workspace(folder.parents[1]), f"deals/fleet/{path.name}")[1])
    return list(dict.fromkeys(found))


AT = "deals/fleet/batch.yaml"
WRONG: dict[str, tuple[str, str, str, list[tuple[str, str]]]] = {
    "a key that no deal has": (MATRIX, "tender.package: 第一包", "tender.pakage: 第一包", [("DL04", f"{AT}:7:23")]),
    "a key that batch.yaml does not have": (MATRIX, "matrix:", "matrx:", [("DL04", f"{AT}:5:1")]),
    "a bad date": (MATRIX, "2026-09-20T09:30+08:00", "2026-09-31", [("DL09", f"{AT}:16:26")]),
    "a line that is not there": (MATRIX, "requirements.R2", "requirements.R9", [("DL83", f"{AT}:8:44")]),
    "a key below a text": (MATRIX, "tender.package: 第一包", "locale.x: 第一包", [("DL83", f"{AT}:7:23")]),
    "another bidder": (
        MATRIX, "tender.package: 第一包", "company.name: 另一家有限公司", [("DL80", f"{AT}:7:23")]
    ),
    "another bidder at the top": (
        MATRIX, "matrix:", "company: {name: 另一家}\nmatrix:", [("DL80", f"{AT}:5:1"), ("DL04", f"{AT}:5:1")]
    ),
    "an axis without entries": (MATRIX, "  customer:\n", "  region: []\n  customer:\n", [("DL05", f"{AT}:9:11")]),
    "an entry twice": (MATRIX, '{id: "2"', '{id: "1"', [("DL16", f"{AT}:8:12")]),
    "a value set on two axes": (
        MATRIX, "tender.no: YT-2026-01", "tender.no: YT-2026-01, tender.package: 甲", [("DL82", f"{AT}:11:61")]
    ),
    "a value and a part of it": (
        MATRIX, "tender.no: YT-2026-01", "tender: {no: YT-2026-01}", [("DL82", f"{AT}:7:23"), ("DL82", f"{AT}:8:23")]
    ),
    "an unknown gap": (MATRIX, "{customer}-{lot}", "{customer}-{lott}", [("DL15", f"{AT}:3:5")]),
    "no id for a matrix": (MATRIX, 'id: "{customer}-{lot}"\n', "", [("DL06", f"{AT}:1:1")]),
    "an id that is none": (MATRIX, "id: acme", "id: Acme", [("DL17", f"{AT}:10:11")]),
    "one id for several": (MATRIX, "{customer}-{lot}", "{customer}", [("DL74", f"{AT}:3:5")]),
    "an exclusion of what there is not": (
        MATRIX, "matrix:", "exclude: [{lot: '3'}, {lotte: '1'}]\nmatrix:",
        [("DL15", f"{AT}:5:17"), ("DL15", f"{AT}:5:24")],
    ),
    "an exclusion of everything": (
        MATRIX, "matrix:", "exclude: [{lot: '1'}, {lot: '2'}]\nmatrix:", [("DL05", f"{AT}:1:1")]
    ),
    "a master that is not there": (MATRIX, "master: deal.yaml", "master: del.yaml", [("DL12", f"{AT}:2:9")]),
    "a master elsewhere": (MATRIX, "master: deal.yaml", "master: ../../bidkit.yaml", [("DL14", f"{AT}:2:9")]),
    "no YAML": (MATRIX, "matrix:", "\tmatrix:", [("DL02", f"{AT}:5:1")]),
    "nothing that makes deals": (BATCH, BATCH[BATCH.index("rows:"):], "", [("DL06", f"{AT}:1:1")]),
    "a title that is in no column": (BATCH, "dated: 日期", "dated: 日", [("DL27", "deals/fleet/customers.csv:1:1"), ]),
    "a column that is no key": (BATCH, "    dated: 日期\n", "", [("DL04", "deals/fleet/customers.csv:1:7")]),
    "a title that names the master's customer": (
        BATCH, '"{customer.name}数据采集项目"', "示例客户有限公司数据采集项目", [("DL86", f"{AT}:4:8")]
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_told_at_its_place(tmp_path: Path, case: str) -> None:
    batch, old, new, expected = WRONG[case]
    folder = make_fleet(tmp_path, batch.replace(old, new))
    assert batch.count(old) == 1
    assert find_wrong(folder) == expected


ROWS_WRONG: dict[str, tuple[str, str, list[str], list[tuple[str, str]]]] = {
    "no id": ("blue,", ",", ["fleet-acme"], [("DL06", "deals/fleet/customers.csv:3:1")]),
    "no customer": ("青溪水务有限公司", "", ["fleet-acme"], [("DL85", "deals/fleet/customers.csv:3:1")]),
    "one id twice": (
        "blue,", "acme,", [], [("DL74", "deals/fleet/customers.csv:2:1"), ("DL74", "deals/fleet/customers.csv:3:1")]
    ),
    "an id that leaves the folder": ("blue,", "../x,", ["fleet-acme"], [("DL17", "deals/fleet/customers.csv:3:1")]),
    "a row that is too short": (",10,161000.00", ",10161000.00", [], [("DL20", "deals/fleet/customers.csv:3:1")]),
    "no rows": (ROWS[ROWS.index("acme"):], "", [], [("DL05", f"{AT}:1:1")]),
}  # fmt: skip


@pytest.mark.parametrize("case", ROWS_WRONG)
def test_a_row_that_is_no_deal_is_told_and_stops_no_other(tmp_path: Path, case: str) -> None:
    old, new, expected, problems = ROWS_WRONG[case]
    folder = make_fleet(tmp_path, rows=ROWS.replace(old, new))
    assert ids(folder) == ["batch.yaml", *expected]
    assert find_wrong(folder) == problems


UNSAID: dict[str, tuple[str, str, list[str], list[tuple[str, str]]]] = {
    "an entry without the customer that others have": (
        "customer.name: 云汀供水有限公司, ", "", ["batch.yaml", "blue-1", "blue-2"], [("DL85", f"{AT}:10:11")]
    ),
    "an entry whose customer is a mapping": (
        "customer.name: 云汀供水有限公司", "customer: {name: 云汀供水有限公司}",
        ["acme-1", "blue-1", "acme-2", "blue-2"], [],
    ),
    "the tender number of the master's customer": (
        ", tender.no: YT-2026-01", "", ["batch.yaml", "blue-1", "blue-2"], [("DL85", f"{AT}:10:11")]
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", UNSAID)
def test_what_tells_deals_apart_is_said_of_each(tmp_path: Path, case: str) -> None:
    old, new, expected, problems = UNSAID[case]
    folder = make_fleet(tmp_path, MATRIX.replace(old, new))
    assert ids(folder) == expected
    assert find_wrong(folder) == problems


def test_another_customer_has_another_tender(tmp_path: Path) -> None:
    """Where no entry says the number of its tender, that of the master would stand in the bid for another customer."""
    batch = MATRIX.replace(", tender.no: YT-2026-01", "").replace("        tender.no: QX-2026-07\n", "")
    folder = make_fleet(tmp_path, batch)
    assert find_wrong(folder) == [("DL85", f"{AT}:3:5")]
    one = batch.replace("customer.name: 云汀供水有限公司", "quote.validity_days: 60")
    write(folder / "batch.yaml", one.replace("customer.name: 青溪水务有限公司", "quote.validity_days: 61"))
    assert "DL85" not in dict(find_wrong(folder)), "one customer, one tender"


def test_what_changes_nothing_is_told(tmp_path: Path) -> None:
    """Once, where it is written; a cell that says what the master says beside one that does not is nothing to tell."""
    exclusion = 'exclude:\n  - {lot: "1", customer: acme}\n  - {customer: acme}\n'
    batch = MATRIX.replace("tender.package: 第一包", "tender.package: 第一包, quote.currency: CNY") + exclusion
    folder = make_fleet(tmp_path, batch)
    special = 'special:\n  - match: {customer: acme, lot: "1"}\n    set: {quote.validity_days: 60}\n'
    write(folder / "batch.yaml", batch + special)
    deal, problems = load(folder, "blue-2")
    assert deal
    assert [item.severity for item in problems] == [Severity.WARNING] * 2
    assert told(problems) == [("DL84", f"{AT}:7:44"), ("DL87", f"{AT}:21:5")]


def test_a_title_that_names_the_customer_of_another_row(tmp_path: Path) -> None:
    rows = (
        ROWS.replace("日期,", "名称,")
        .replace("有限公司,,", "有限公司,青溪水务有限公司采集项目,")
        .replace("2026-09-16", "青溪水务有限公司二期")
    )
    batch = BATCH.replace('title: "{customer.name}数据采集项目"\n', "").replace("dated: 日期", "title: 名称")
    folder = make_fleet(tmp_path, batch, rows)
    assert told(load(folder, "fleet-acme")[1]) == [("DL86", "deals/fleet/customers.csv:2:15")]
    assert load(folder, "fleet-blue")[1] == []


def test_a_master_and_a_batch_are_no_deals(tmp_path: Path) -> None:
    folder = make_fleet(tmp_path)
    for name in ("deal.yaml", "batch.yaml"):
        for words in (["check"], ["build", "--draft"], ["gate"]):
            done = invoke(*words, str(folder / name))
            assert (done.exit_code, "DL81" in done.output, "batch.yaml#fleet-acme" in done.output) == (1, True, True)
    done = invoke("check", str(folder / "batch.yaml#fleet-acm"))
    assert (done.exit_code, "did you mean `fleet-acme`" in done.output) == (1, True)
    assert invoke("check", str(tmp_path / "batch.yaml#fleet-acme")).exit_code == 2
    assert not (tmp_path / "dist").exists()


def test_too_many_deals_are_refused(tmp_path: Path) -> None:
    axes = {axis: [{"id": str(number)} for number in range(100)] for axis in "abc"}
    batch = {"schema": "bidkit/batch@1", "master": "deal.yaml", "id": "x-{a}-{b}-{c}", "matrix": axes}
    folder = make_fleet(tmp_path, yaml.safe_dump(batch, sort_keys=False))
    assert find_wrong(folder) == [("DL18", f"{AT}:1:1")]


# Each is a deal of its own.


def make(root: Path) -> Batch:
    return run_batch(find_deals(["."], root)[0], Asked(Options(now=NOW), "en", root), jobs=1)


def test_one_is_signed_and_built_and_the_other_is_not(tmp_path: Path) -> None:
    folder = make_fleet(tmp_path)
    acme, blue = (folder / f"batch.yaml#fleet-{name}" for name in ("acme", "blue"))
    sign_all(acme, ("build",))
    last = (folder / "fleet-acme/attestations.yaml").read_text(encoding="utf-8")
    item = yaml.safe_load(last)["attestations"][-1]["item"]
    others = last[: last.rindex("- item:")].replace("\n  ", "\n    ").replace("\n- ", "\n  - ")
    write(folder / "fleet-acme/attestations.yaml", others)
    assert {outcome.state for outcome in make(tmp_path).outcomes} == {"refused"}
    signed, problems = attest_item(acme, item, "林知行", folder / "evidence/minutes.md", Options(now=NOW))
    assert signed, problems
    assert "../evidence/minutes.md" in (folder / "fleet-acme/attestations.yaml").read_text(encoding="utf-8")
    assert [outcome.state for outcome in make(tmp_path).outcomes] == ["built", "refused"]
    assert [path.name for path in (tmp_path / "dist").iterdir() if path.is_dir()] == ["fleet-acme"]
    first = invoke("attest", str(blue), item, "--by", "林知行", "--evidence", str(folder / "evidence/minutes.md"))
    assert first.exit_code == 0, "the folder of a deal is made with its first signature"

    shutil.copytree(folder / "fleet-acme", folder / "fleet-blue", dirs_exist_ok=True)
    write(folder / "attestations.yaml", (folder / "fleet-acme/attestations.yaml").read_bytes())
    gate = run_check(blue).gate
    assert gate
    opened = [problem.code for item in gate.blocking("build") for problem in item.open]
    assert opened, "what is signed for one deal counts for no other"
    assert set(opened) == {"GT04"}


def test_who_signs_signs_for_one_also_where_all_say_the_same(tmp_path: Path) -> None:
    folder = make_fleet(tmp_path, MATRIX)
    subjects = []
    for name in ids(folder):
        gate = run_check(folder / f"batch.yaml#{name}").gate
        assert gate
        subjects.append({item.item.id: item.subject for stage in gate.stages for item in stage.items if item.subject})
    for item in subjects[0]:
        assert len({subject[item] for subject in subjects}) == 4, item


def test_waivers_and_what_follows_are_of_one_deal(tmp_path: Path) -> None:
    folder = make_fleet(tmp_path)
    write(folder / "fleet-blue/follow.yaml", "schema: bidkit/follow@1\naward: {noticed_on: 2026-10-01}\n")
    waived, problems = waive_item(folder / "batch.yaml#fleet-blue", "2.5", "林知行", "长期客户", None, Options(now=NOW))
    assert waived, problems
    results = {name: judge_deal(folder / f"batch.yaml#{name}", Options(now=NOW))[0] for name in ids(folder)}
    assert results["fleet-blue"]
    assert results["fleet-acme"]
    assert results["fleet-blue"].followed
    assert [list(result.good_waivers[0]) for result in results.values() if result] == [[], ["2.5"]]
    assert results["fleet-acme"].followed is None


def test_only_the_row_that_has_changed_is_built_again(tmp_path: Path) -> None:
    folder = make_fleet(tmp_path)
    for name in ids(folder):
        sign_all(folder / f"batch.yaml#{name}")
    assert [outcome.state for outcome in make(tmp_path).outcomes] == ["built", "built"]
    edit(folder / "customers.csv", "2026-09-16", "2026-09-17")
    sign_all(folder / "batch.yaml#fleet-blue")
    batch = make(tmp_path)
    assert [outcome.state for outcome in batch.outcomes] == ["unchanged", "built"]
    assert batch.outcomes[1].because == f"{AT}#fleet-blue"
    write(folder / "second.yaml", (folder / "deal.yaml").read_bytes())
    edit(folder / "batch.yaml", "master: deal.yaml", "master: second.yaml")
    (folder / "deal.yaml").unlink()
    kept, asked = Kept(), Asked(Options(now=NOW), "en", tmp_path)
    for name in ids(folder):
        found, _ = kept.find(folder / f"batch.yaml#{name}", asked.options, asked.told)
        assert found is None, "of another master it is another deal"


def test_names_of_siblings_and_of_the_master_are_left_over(tmp_path: Path) -> None:
    names = "青溪水务有限公司、示例客户有限公司、溪桥市供水有限公司"
    folder = make_fleet(tmp_path, solution__service__introduction=f"质保期内免费维修。{names}已用三年。")
    write(tmp_path / "deals/other/deal.yaml", "title: 溪桥自动化\ncustomer: {name: 溪桥市供水有限公司}\n")
    found = {}
    for name in ids(folder):
        result = build_deal(folder / f"batch.yaml#{name}", Options(now=NOW, is_draft=True))
        residue = [item for item in result.diagnostics if item.code == "FM14"]
        assert all(item.span and item.span.file == "deals/fleet/deal.yaml" for item in residue)
        found[name] = {item.values["name"] for item in residue}
    assert found["fleet-acme"] == set(names.split("、"))
    assert found["fleet-blue"] == set(names.split("、")) - {"青溪水务有限公司"}
    others = read_other_names(Workspace(tmp_path), "deals/other/deal.yaml")
    assert {item.name for item in others if item.kind == "customer"} == {
        *("青溪水务有限公司", "云汀供水有限公司", "示例客户有限公司"),
    }, "to a deal of its own all of them are others"


def test_a_comment_in_batch_yaml_suppresses_a_finding_there(tmp_path: Path) -> None:
    batch = MATRIX.replace("  customer:\n", "  customer:  # bidkit: ignore[PR02] 业主要求\n").replace(
        "        tender.no: QX-2026-07\n",
        "        tender.no: QX-2026-07\n        quote.total: 336000.01  # bidkit: ignore[PR01] 业主要求取整\n",
    )
    folder = make_fleet(tmp_path, batch)
    found = run_check(folder / "batch.yaml#blue-1")
    assert [item.at.line for item in found.suppressed] == [16]
    other = run_check(folder / "batch.yaml#acme-1")
    assert {item.severity for item in other.diagnostics if item.code == "DL72"} == {Severity.INFO}


# Which deals, and what else reads them.


def test_folders_patterns_lists_and_the_master_name_all_deals(tmp_path: Path) -> None:
    folder = make_fleet(tmp_path)
    both = ["fleet-acme", "fleet-blue"]
    write(tmp_path / "own.yaml", "x")
    shutil.copytree(folder, tmp_path / "deals/plain", ignore=shutil.ignore_patterns("batch.yaml"))
    write(tmp_path / "mine.txt", "deals/fleet/batch.yaml#fleet-blue\n# no more\n")
    for paths, expected in (
        (["deals/fleet"], both),
        (["deals"], [*both, "deal.yaml"]),
        (["deals/*/deal.yaml"], [*both, "deal.yaml"]),
        (["deals/*/batch.yaml"], both),
        (["deals/fleet/deal.yaml", "deals/fleet/batch.yaml#fleet-acme"], both),
        (["mine.txt"], ["fleet-blue"]),
    ):
        found, problems = find_deals(paths, tmp_path)
        assert ([path.name.partition("#")[2] or path.name for path in found], problems) == (expected, [])


def test_deals_that_differ_from_a_commit_are_never_too_few(tmp_path: Path) -> None:
    columns = BATCH.replace("dated: 日期", "requirements.file: 日期")
    rows = ROWS.replace("2026-09-16", "../lists/r.csv").replace("有限公司,,", "有限公司,r.csv,")
    folder = make_fleet(tmp_path, columns, rows, requirements={"file": "r.csv"})
    for name in ("lists", "fleet"):
        write(tmp_path / f"deals/{name}/r.csv", "id,clause,text,response,deviation\nR1,3.1,缓存,缓存 45 天。,none\n")
    shutil.copytree(folder, tmp_path / "deals/plain", ignore=shutil.ignore_patterns("batch.yaml"))

    def git(*words: str) -> None:
        own = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", *own, *words], cwd=tmp_path, check=True, capture_output=True)

    def touched() -> list[str]:
        found, problems = find_touched(find_deals(["."], tmp_path)[0], "HEAD")
        assert problems == []
        return [path.name.partition("#")[2] or path.parent.name for path in found]

    git("init", "-q")
    git("add", "-A")
    git("commit", "-qm", "first")
    both = ["fleet-acme", "fleet-blue"]
    for name, expected in (
        ("deals/fleet/customers.csv", both),
        ("deals/fleet/batch.yaml", both),
        ("deals/fleet/deal.yaml", both),
        ("deals/fleet/fleet-acme/scan.pdf", both),
        ("deals/fleet/fleet-acme/attestations.yaml", ["fleet-acme"]),
        ("deals/plain/deal.yaml", ["fleet-blue", "plain"]),
        ("deals/lists/r.csv", ["fleet-blue"]),
        ("catalog/x.md", [*both, "plain"]),
    ):
        before = (tmp_path / name).read_bytes() if (tmp_path / name).exists() else None
        write(tmp_path / name, (before or b"") + b"\n")
        assert touched() == expected, name
        write(tmp_path / name, before) if before else (tmp_path / name).unlink()
    assert touched() == []
    edit(folder / "batch.yaml", "customers.csv", "../lists/customers.csv")
    shutil.move(folder / "customers.csv", tmp_path / "deals/lists/customers.csv")
    git("add", "-A")
    git("commit", "-qm", "second")
    assert touched() == []
    edit(tmp_path / "deals/lists/customers.csv", "161000.00", "161001.00")
    assert touched() == both


def test_list_shows_the_deals_and_what_differs_and_builds_nothing(tmp_path: Path) -> None:
    folder = make_fleet(tmp_path)
    done = invoke("batch", str(folder / "batch.yaml"), "--list")
    title, head, *lines = done.stdout.splitlines()
    assert done.exit_code == 0
    assert title.endswith("batch.yaml (2 deals)")
    assert head.split() == [
        "id",
        "customer.name",
        "title",
        "dated",
        "quote.lines.A01.quantity",
        "quote.total",
        "quote.total_words",
    ]
    assert lines[0].split() == ["fleet-acme", "云汀供水有限公司", "云汀供水有限公司数据采集项目"]
    assert lines[1].split()[-3:] == ["10", "161000.00", "人民币壹拾陆万壹仟元整"]
    record = json.loads(invoke("batch", str(folder), "--list", "--format", "json").stdout)
    assert [item["id"] for item in record["deals"]] == ["fleet-acme", "fleet-blue"]
    assert record["deals"][0]["deal"].endswith("deals/fleet/batch.yaml#fleet-acme")
    assert record["deals"][0]["entries"] == {"row": "acme"}
    assert set(record["deals"][0]["set"]) == {"customer.name", "title"}
    assert invoke("batch", str(folder), "--list", "--format", "sarif").exit_code == 2
    assert invoke("batch", str(folder), "--list", "-o", str(tmp_path / "list.txt")).exit_code == 0
    assert "fleet-acme" in (tmp_path / "list.txt").read_text(encoding="utf-8")
    assert not (tmp_path / "dist").exists()
    edit(folder / "customers.csv", "blue,", ",")
    broken = invoke("batch", str(folder), "--list")
    assert (broken.exit_code, "DL06" in broken.stderr, "fleet-acme" in broken.stdout) == (1, True, True)


def test_a_failing_deal_and_a_broken_batch_stop_no_other(tmp_path: Path) -> None:
    folder = make_fleet(tmp_path, rows=f"{ROWS}cyan,远溪水务有限公司,never,,,\n,没有编号有限公司,,,,\n")
    sign_all(folder / "batch.yaml#fleet-acme")
    write(tmp_path / "deals/lost/batch.yaml", "schema: bidkit/batch@1\n")
    batch = make(tmp_path)
    states = {outcome.deal.removeprefix("deals/"): outcome.state for outcome in batch.outcomes}
    assert states == {
        "fleet/batch.yaml": "refused",
        "fleet/batch.yaml#fleet-acme": "built",
        "fleet/batch.yaml#fleet-blue": "refused",
        "fleet/batch.yaml#fleet-cyan": "refused",
        "lost/batch.yaml": "refused",
    }
    assert batch.exit_code == 1
    told = {outcome.deal.rpartition("/")[2]: " ".join(outcome.told) for outcome in batch.outcomes[:4]}
    assert "deals/fleet/customers.csv:4:15: DL09" in told["batch.yaml#fleet-cyan"]
    assert "deals/fleet/customers.csv:5:1: DL06" in told["batch.yaml"]


def test_an_id_of_a_derived_deal_may_not_be_that_of_another_deal(tmp_path: Path) -> None:
    folder = make_fleet(tmp_path)
    own = tmp_path / "deals/own/deal.yaml"
    write(own, make_deal("commercial", id="fleet-blue"))
    batch = make(tmp_path)
    clash = {outcome.deal: "DL74" in "".join(outcome.told) for outcome in batch.outcomes}
    assert clash == {f"{AT}#fleet-acme": False, f"{AT}#fleet-blue": True, "deals/own/deal.yaml": True}
    assert folder.exists()


def test_other_commands_take_a_derived_deal(tmp_path: Path) -> None:
    folder = make_fleet(tmp_path)
    acme, blue = (str(folder / f"batch.yaml#fleet-{name}") for name in ("acme", "blue"))
    exported = invoke("price", "export", blue, "--format", "json")
    assert exported.exit_code == 0, exported.output
    assert "161000.00" in exported.stdout
    differing = invoke("diff", acme, blue)
    assert differing.exit_code == 1
    assert "青溪水务有限公司" in differing.stdout
    write(folder / "new.csv", "id,clause,text\nR1,3.1,断网时本地缓存不少于 60 天。\nR2,3.2,提供季度巡检。\n")
    merged = invoke("requirements", "merge", acme, str(folder / "new.csv"), "--addendum", "1")
    assert (merged.exit_code, "DL88" in merged.output) == (1, True)
    done = invoke("requirements", "merge", str(folder / "deal.yaml"), str(folder / "new.csv"), "--addendum", "1")
    assert done.exit_code == 0, done.output
    deals, problems = read_deals(Workspace(tmp_path))
    assert ([deal.id for deal in deals], problems) == (["fleet-acme", "fleet-blue"], [])
    assert root_of(folder / "x") == tmp_path


@pytest.mark.parametrize("page", ["batch.md", "batch.en.md"])
def test_the_example_of_the_docs_is_two_deals(tmp_path: Path, page: str) -> None:
    text = (Path(__file__).parents[1] / "docs" / page).read_text(encoding="utf-8")
    files = ("batch.yaml", "customers.csv")
    batch, rows = (re.search(rf"```\w+ deals/fleet/{name}\n(.*?)```", text, re.S) for name in files)
    matrix = re.search(r"```yaml\n(.*?)```", text, re.S)
    assert batch
    assert rows
    assert matrix
    folder = make_fleet(tmp_path, MATRIX, rows[1])
    write(folder / "batch.yaml", batch[1])
    assert ids(folder) == ["fleet-yunting", "fleet-qingxi"]
    assert [run_check(folder / f"batch.yaml#{name}").diagnostics for name in ids(folder)] == [(), ()]
    write(folder / "batch.yaml", matrix[1])
    assert ids(folder) == ["yunting-a", "qingxi-a", "yunting-b"]
    keys = set(re.findall(r"`(\w+)`", "".join(re.findall(r"^\| (`.*?) \|", text, re.M))))
    assert keys | {"schema"} == {info.alias or name for name, info in BatchText.model_fields.items()}
