"""Faults seeded into the example deals: each is found at its place, and nothing else is."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from dump import dump_docx
from workspace import edit

from bidkit import Options, Severity, build_deal, check_deal

EXAMPLES = Path(__file__).parents[1] / "examples"
OPTIONS = Options(now=datetime(2026, 11, 23, tzinfo=UTC))


@dataclass(frozen=True)
class Defect:
    """In `file` of an example, `old` (a pattern that matches once) becomes `new`; `codes` are found on that line.

    `follows` are the codes that must then be found elsewhere too: stated totals, the ceiling, counts.
    """

    example: str
    file: str
    old: str
    new: str
    codes: tuple[str, ...]
    follows: tuple[str, ...] = ()


DEFECTS = {
    "water: the words are off by one 角": Defect(
        "water", "deals/water/deal.yaml", "贰拾元整", "贰拾元壹角整", ("PR02",)
    ),
    "water: ▲07 has no answer": Defect(
        "water", "deals/water/requirements.csv", r"(?m)^(M07,.*?进口产品投标。),.*?,none,", r"\1,,,", ("FM05", "FM05")
    ),
    "water: ▲07 deviates": Defect(
        "water", "deals/water/requirements.csv", "(?m)^(M07,.*),none,", r"\1,negative,", ("FM05",)
    ),
    "water: A13 has ten times the quantity": Defect(
        "water", "deals/water/lines.csv", ",㎡,18.5,", ",㎡,185,", ("PR01",), ("PR01", "PR02", "PR04", "PR04")
    ),
    "water: the total is above the ceiling": Defect(
        "water", "deals/water/deal.yaml", "ceiling: [0-9.]+", "ceiling: 6374819.99", ("PR04",)
    ),
    "water: ISO 27001 expired before the deadline": Defect(
        "water", "catalog/credentials/iso27001.yaml", "valid_until: .*", "valid_until: 2026-09-17", ("QU02",)
    ),
    "water: the ITSS level is one too low": Defect(
        "water", "catalog/credentials/itss3.yaml", "level: 三级", "level: 四级", ("QU03",)
    ),
    "water: ISO 20000 leaves operations out": Defect(
        "water", "catalog/credentials/iso20000.yaml", "scope: .*", "scope: 应用软件开发（不含运行维护）", ("QU03",)
    ),
    "water: the tax proof is of a month too early": Defect(
        "water", "catalog/credentials/tax-2026-06.yaml", "period: .*", "period: 2026-03", ("QU04",)
    ),
    "water: a paper is asked for that there is none of": Defect(
        "water", "deals/water/deal.yaml", "id: Q06, kind: iso9001,", "id: Q06, kind: ccc,", ("QU01",)
    ),
    "water: one person stands in the team twice": Defect(
        "water", "deals/water/deal.yaml", "  - name: 陆景和\n", "  - name: 沈砚秋\n", ("ID05",)
    ),
    "school: the audit is of another year": Defect(
        "school", "catalog/credentials/audit-2025.yaml", "period: .*", "period: 2024", ("QU04",), ("QU10",)
    ),
    "water: addendum 2 is not worked in": Defect(
        "water", "deals/water/deal.yaml", "(2026-08-31, .*)applied: true", r"\1applied: false", ("DT05",)
    ),
    "water: the bid is valid for 60 days": Defect(
        "water",
        "deals/water/deal.yaml",
        r"(?s)(quote:\n(?:(?!validity_days).)*validity_days: )90",
        r"\g<1>60",
        ("DT01",),
    ),
    "water: a line's number is used twice": Defect("water", "deals/water/lines.csv", "(?m)^A13,", "A12,", ("PR07",)),
    "water: a price is zero": Defect(
        "water", "deals/water/lines.csv", ",15800.00,13%,292300.00,", ",0,13%,0,", ("PR07",), ("PR01", "PR02")
    ),
    "water: one mandatory clause was overlooked": Defect(
        "water", "deals/water/deal.yaml", "mandatory_count: 18", "mandatory_count: 19", ("FM16",)
    ),
    "school: the deviation table is blank": Defect(
        "school", "deals/school/deal.yaml", r"requirements: \{.*\}", "requirements: []", ("FM04",), ("FM16",)
    ),
    "school: an energy certificate expired before the deadline": Defect(
        "school", "catalog/credentials/energy-aircon.yaml", "valid_until: .*", "valid_until: 2026-10-13", ("QU02",)
    ),
    "school: the quoted brand is not the declared one": Defect(
        "school", "deals/school/lines.csv", "(?m)^(01,.*?),岚屏,LP-B86S,", r"\1,岚萍,LP-B86S,", ("ID04",)
    ),
    "school: the licence names another company": Defect(
        "school",
        "catalog/credentials/business-licence.yaml",
        "holder: .*",
        "holder: 禾岳教育装备(集团)有限公司",
        ("ID01",),
    ),
    "school: a response states less than is demanded": Defect(
        "school", "deals/school/requirements.csv", "屏幕亮度 400", "屏幕亮度 300", ("FM07",)
    ),
    "water: the bid bond is a yuan too low": Defect(
        "water", "deals/water/deal.yaml", "amount: 120000.00", "amount: 119999.00", ("DT03",)
    ),
    "water: the guarantee ends before the bid's validity": Defect(
        "water", "deals/water/deal.yaml", "valid_until: 2026-12-31", "valid_until: 2026-12-16", ("DT03",)
    ),
    "port: amendment 2 is not acknowledged": Defect(
        "port", "deals/port/deal.yaml", r"(?s)(addenda:.*applied: true.*applied: )true", r"\1false", ("DT05",)
    ),
    "port: an M factor has no response": Defect(
        "port",
        "deals/port/requirements.csv",
        r'(?m)^(M-03,[^"]*"[^"]*"),"[^"]*",(?:none|positive),',
        r"\1,,,",
        ("FM05", "FM05"),
    ),
    "port: a rate grows by another share": Defect(
        "port", "deals/port/lines.csv", r"(?m)^(01,.*),2\.5%,", r"\g<1>,2.4%,", (), ("PR01", "PR02")
    ),
}

CLEAN = {"water": ["QU02"], "school": [], "port": ["QU02"]}


def copy_example(name: str, target: Path) -> Path:
    shutil.copytree(EXAMPLES / name, target / name, ignore=shutil.ignore_patterns("dist"))
    return target / name


@pytest.mark.parametrize("example", sorted(CLEAN))
def test_clean_deal_has_no_error(example: str) -> None:
    result = check_deal(EXAMPLES / example / "deals" / example / "deal.yaml", OPTIONS)
    assert [item.code for item in result.diagnostics] == CLEAN[example]
    assert result.gate is not None
    assert result.gate.is_ready_to_submit


@pytest.mark.parametrize("defect", DEFECTS.values(), ids=DEFECTS.keys())
def test_seeded_defect_is_found_at_its_place(defect: Defect, tmp_path: Path) -> None:
    root = copy_example(defect.example, tmp_path)
    path = root / defect.file
    before = path.read_text(encoding="utf-8")
    after, count = re.subn(defect.old, defect.new, before)
    assert count == 1, "the pattern must match once"
    path.write_text(after, encoding="utf-8")
    pairs = zip(before.splitlines(), after.splitlines(), strict=True)
    changed = [line for line, (old, new) in enumerate(pairs, 1) if old != new]
    result = check_deal(root / "deals" / defect.example / "deal.yaml", OPTIONS)
    errors = [item for item in result.diagnostics if item.severity is Severity.ERROR]
    places = [(item.code, item.span.file, item.span.line) for item in errors if item.span is not None]
    here = [code for code, file, line in places if file == defect.file and line in changed]
    assert tuple(here) == defect.codes
    elsewhere = [code for code, file, line in places if file != defect.file or line not in changed]
    assert tuple(sorted(elsewhere)) == defect.follows
    assert result.gate is not None
    assert not result.gate.is_ready_to_submit


@pytest.mark.parametrize(
    ("file", "old", "new", "code"),
    [
        ("deals/water/deal.yaml", "count: 3, choose: true", "count: 4, choose: true", "QU05"),
        (
            "catalog/credentials/iso20000.yaml",
            "surveillance_until: 2027-05-19",
            "surveillance_until: 2026-09-01",
            "QU09",
        ),
        ("deals/water/solution/warranty.md", "统一质保 36 个月", "统一质保 24 个月", "ID03"),
        ("deals/water/solution/service.md", "# 服务内容\n", "# 最佳服务内容\n", "FM15"),
        (
            "deals/water/requirements.csv",
            "操作系统采用榉木服务器操作系统 V10，数据库采用沧籍关系型数据库 V8，"
            "中间件采用渡舟应用服务器 V7，均为国内研发与发行，来源说明见产品介绍。",
            "服务器操作系统、关系型数据库、应用中间件采用国产产品，并提供来源说明。",
            "FM06",
        ),
    ],
)
def test_what_costs_points_is_a_warning_at_its_place(file: str, old: str, new: str, code: str, tmp_path: Path) -> None:
    root = copy_example("water", tmp_path)
    line, _ = edit(root / file, old, new)
    found = check_deal(root / "deals/water/deal.yaml", OPTIONS).diagnostics
    warnings = [(item.code, item.span.file, item.span.line) for item in found if item.span is not None]
    assert (code, file, line) in warnings


def test_british_bid_is_on_a4_with_british_dates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIDKIT_SOFFICE", "/nonexistent")
    root = copy_example("port", tmp_path)
    deal = root / "deals/port/deal.yaml"
    deal.write_text(deal.read_text(encoding="utf-8").replace("locale: en-US", "locale: en-GB"), encoding="utf-8")
    result = build_deal(deal, Options(now=OPTIONS.now, is_draft=True))
    assert result.folder is not None, result.diagnostics
    text = dump_docx((result.folder / "submit/proposal-DRAFT.docx").read_bytes())
    assert set(re.findall(r"--- section (.*)", text)) == {"11906 x 16838", "16838 x 11906"}
    assert "24 August 2026" in text
    assert "August 24, 2026" not in text
