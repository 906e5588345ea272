"""Faults for the example `school`: those that its data alone show, also where the buyer has listed what is wanted."""

from __future__ import annotations

import csv
from pathlib import Path

from seeded import Batch, Defect, add_columns
from workspace import edit, write

DEAL, LINES, ANSWERS, ITEMS = (
    f"deals/school/{name}" for name in ("deal.yaml", "lines.csv", "requirements.csv", "items.csv")
)
PAPERS = "catalog/credentials"
TOTAL = (("PR01", DEAL, "  total: "), ("PR02", DEAL, "  total_words: "))
OWN, NAME = "禾岳教育装备有限公司", "禾岳教育装备（岚州）有限公司"
FIGURES = "industry: 工业, staff: 60, revenue: 3200, assets: 2100, size: small"

TEXTS = {
    "the audit is of another year": Defect(
        f"{PAPERS}/audit-2025.yaml", "period: .*", "period: 2024", ("QU04",), (("QU10", DEAL, "id: R4"),)
    ),
    "an energy certificate expired before the deadline": Defect(
        f"{PAPERS}/energy-aircon.yaml",
        "valid_until: .*",
        "valid_until: 2026-10-13",
        ("QU02",),
        (("ID09 warning", ANSWERS, "^T35,"),),
    ),
    "the quoted brand is not the declared one": Defect(
        LINES, "(?m)^(01,.*?),岚屏,LP-B86S,", r"\1,岚萍,LP-B86S,", ("ID04",)
    ),
    "the licence has half-width brackets": Defect(f"{PAPERS}/business-licence.yaml", "（岚州）", "(岚州)", ("ID01",)),
    "a response states less than is demanded": Defect(ANSWERS, "屏幕亮度 400", "屏幕亮度 300", ("FM07",)),
    "a mark is left in the text": Defect(ANSWERS, "(?m)^(T05,3.1.5,19,,technical,)智慧黑板", r"\1★智慧黑板", ("FM32",)),
    "a response denies what is declared as met": Defect(ANSWERS, "为投射式电容触控", "尚未取得触控测试报告", ("FM30",)),
}
NO_ANSWERS = {
    "the deviation table is blank": Defect(
        DEAL, r"requirements: \{.*\}", "requirements: []", ("FM04",), (("FM16", DEAL, "mandatory_count:"),)
    ),
}
LISTED = {
    "installation is missing in the breakdown": Defect(
        LINES,
        "(?m)^14,.*\n",
        "",
        (),
        (("PR08", ITEMS, "^14,"), *TOTAL, ("ID03", ANSWERS, "^B06,"), ("ID03 warning", DEAL, "增值税税率 13%")),
    ),
    "a quantity is not the buyer's": Defect(ITEMS, "(?m)^(02,.*台),42,", r"\1,43,", (), (("PR07", LINES, "^02,"),)),
    "a unit is not the buyer's": Defect(LINES, ",LQ-C14,间,", ",LQ-C14,套,", ("PR07",)),
    "a line costs more than the buyer's ceiling for it": Defect(
        ITEMS, "(?m)^(03,.*),,$", r"\1,78959.99,", (), (("PR04", LINES, "^03,"),)
    ),
    "a unit costs more than the buyer's ceiling for one": Defect(
        ITEMS, "(?m)^(04,.*),,$", r"\1,,1649.99", (), (("PR17", LINES, "^04,"),)
    ),
    "a unit price is below its floor": Defect(LINES, "(?m)^(06,.*),,$", r"\1,1180.01,", ("PR17",)),
    "a unit is sold at a loss": Defect(LINES, "(?m)^(07,.*),,$", r"\1,,5708.00", ("PR18 warning",)),
    "the maker of a line is not declared": Defect(
        LINES,
        "护黎防护用品有限公司",
        "护理防护用品有限公司",
        ("FM18", "ID04"),
        (("ID06", f"{PAPERS}/sme-declaration.yaml", "^scope:"),),
    ),
    "a medium enterprise is declared as small": Defect(
        DEAL,
        r"(name: 凛川空调制造有限公司, items: \[.*?\], industry: 工业), staff: 60, revenue: 3200",
        r"\1, staff: 420, revenue: 32000",
        ("QU07 warning", "QU15 warning"),
    ),
    "a deduction is less than the law grants": Defect(
        DEAL, "  sme:\n    kind: goods", r"  sme_deduction: 6%\n\g<0>", ("QU15 warning",)
    ),
    "an industry is none of the standard": Defect(
        DEAL, r"(name: 稳谷电器有限公司, items: \[.*?\], industry): 工业", r"\1: 电器制造", ("QU11 warning",)
    ),
    "personal numbers are to be hidden, but nobody says where they stand": Defect(
        DEAL,
        r"\Z",
        "\nattachments: {mask: true}\n",
        (),
        (("QU13", f"{PAPERS}/legal-representative.yaml", "front.jpg"),),
    ),
}


def rename_company(root: Path) -> None:
    """The bidder has brackets in its name, as many do."""
    for path in [root / "bidkit.yaml", *(root / PAPERS).glob("*.yaml")]:
        path.write_text(path.read_text(encoding="utf-8").replace(OWN, NAME), encoding="utf-8")


def list_items(root: Path) -> None:
    """The buyer's list of items, makers declared as small enterprises, and columns for floors and costs."""
    rows = [*csv.DictReader((root / LINES).read_text(encoding="utf-8").splitlines())]
    items = [",".join([row["id"], row["name"], row["unit"], row["quantity"], "", ""]) for row in rows]
    write(root / ITEMS, "\n".join(["id,name,unit,quantity,ceiling,unit_ceiling", *items, ""]))
    makers = dict.fromkeys(row["manufacturer"] for row in rows if row["manufacturer"])
    named = [f"{{name: {maker}, items: [货物], {FIGURES}}}" for maker in makers]
    enterprises = "".join(f"      - {name}\n" for name in named)
    known = "  rules: mof87\n"
    sme = f"  sme:\n    kind: goods\n    enterprises:\n{enterprises}"
    edit(root / DEAL, known, f"{known}  items: {{file: items.csv}}\n{sme}")
    add_columns(root / LINES, "floor", "cost")


BATCHES = {
    "school: texts and papers": Batch("school", TEXTS, rename_company),
    "school: no answers": Batch("school", NO_ANSWERS),
    "school: what the buyer has listed": Batch("school", LISTED, list_items),
}
