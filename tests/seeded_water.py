"""Faults for the example `water`: those that its data alone show."""

from __future__ import annotations

from seeded import Batch, Defect

DEAL, LINES, ANSWERS = (f"deals/water/{name}" for name in ("deal.yaml", "lines.csv", "requirements.csv"))
PAPERS = "catalog/credentials"
TOTAL = (("PR01", DEAL, "  total: "), ("PR02", DEAL, "  total_words: "))
"""What follows where the lines do not add up to the stated total any more."""
ABOVE = (("PR04", DEAL, "  ceiling: "), ("PR04", DEAL, "  budget: "))

TEXTS = {
    "the words are off by one 角": Defect(DEAL, "贰拾元整", "贰拾元壹角整", ("PR02",)),
    "▲07 has no answer": Defect(ANSWERS, r"(?m)^(M07,.*?进口产品投标。,).*?,none,", r"\1,,", ("FM05",)),
    "▲08 deviates": Defect(ANSWERS, "(?m)^(M08,.*),none,", r"\1,negative,", ("FM05",)),
    "a response repeats the requirement": Defect(
        ANSWERS,
        "操作系统采用榉木服务器操作系统 V10，数据库采用沧籍关系型数据库 V8，"
        "中间件采用渡舟应用服务器 V7，均为国内研发与发行，来源说明见产品介绍。",
        "服务器操作系统、关系型数据库、应用中间件采用国产产品，并提供来源说明。",
        ("FM06 warning",),
    ),
    "a fault is repaired later than demanded": Defect(
        ANSWERS, "到达现场、8 h 修复，", "到达现场、24 h 修复，", ("FM07", "ID03")
    ),
    "the delay of the whole is too long, each part is not": Defect(
        ANSWERS, "95 分位值 3 s：网关", "95 分位值 8 s：网关", ("FM07",)
    ),
    "one server fewer is offered": Defect(
        ANSWERS, "DB7280 共 2 台", "DB7280 共 1 台", ("FM07 warning", "ID09 warning")
    ),
    "one mandatory clause was overlooked": Defect(DEAL, "mandatory_count: 18", "mandatory_count: 19", ("FM16",)),
    "a scoring factor has no answer": Defect(
        DEAL,
        "  has_prior_design_service: false\n",
        r"\g<0>  factors: [{id: S1, title: 技术方案, answers: [M08]}, {id: S2, title: 价格}]" + "\n",
        ("FM19 warning",),
    ),
    "addendum 2 is not worked in": Defect(DEAL, "(2026-08-31, .*)applied: true", r"\1applied: false", ("DT05",)),
    "the bid is valid for 60 days": Defect(
        DEAL,
        r"(?s)(quote:\n(?:(?!validity_days).)*validity_days: )90",
        r"\g<1>60",
        ("DT01",),
        (("ID03", ANSWERS, "^M01,"), ("ID03 warning", DEAL, "起 90 日历日内有效")),
    ),
    "the bid is dated after the deadline": Defect(DEAL, "dated: 2026-09-15", "dated: 2026-09-19", ("DT02",)),
    "the bid bond is a yuan too low": Defect(DEAL, "amount: 120000.00", "amount: 119999.00", ("DT03",)),
    "the bond is paid by somebody else": Defect(DEAL, "payer: 青禾云帆信息", "payer: 青禾云帆", ("DT03",)),
    "the guarantee ends before the bid's validity": Defect(
        DEAL, "valid_until: 2026-12-31", "valid_until: 2026-11-16", ("DT03",)
    ),
    "the customer's code does not check": Defect(DEAL, "91339801MA5XL1W82P", "91339801MA5XL1W82R", ("ID07",)),
    "payments are more than the whole": Defect(
        DEAL,
        "percent: 5%",
        "percent: 6%",
        ("PR13",),
        (("PR13 warning", DEAL, "name: 预付款"), ("PR13 warning", ANSWERS, "^N24,")),
    ),
    "the total is far below the ceiling": Defect(
        DEAL, "ceiling: 6500000.00", "ceiling: 14200000.00", (), (("PR05 warning", DEAL, "  lines: "),)
    ),
    "one person stands in the team twice": Defect(
        DEAL,
        "  - name: 陆景和\n",
        "  - name: 沈砚秋\n",
        ("ID05",),
        (
            ("ID08 warning", DEAL, "^        owner: 陆景和"),
            ("ID08 warning", DEAL, r"certificates: \[系统架构设计师"),
            ("ID03 warning", "deals/water/solution/plan.md", "共 7 人"),
            ("ID03 warning", ANSWERS, "^N20,"),
        ),
    ),
    "the warranty of the text is not that of the deal": Defect(
        "deals/water/solution/warranty.md", "统一质保 36 个月", "统一质保 24 个月", ("ID03 warning",)
    ),
    "a text has a zero for the letter in a model": Defect(
        "deals/water/solution/service.md", "\\Z", "\n备件库常备 U4OK 的电池组。\n", ("ID09 warning",)
    ),
    "a text praises itself": Defect(
        "deals/water/solution/service.md", "# 服务内容\n", "# 最佳服务内容\n", ("FM15 warning",)
    ),
    "a text cites a repealed law": Defect(
        "deals/water/solution/plan.md", "\\Z", "\n合同按《中华人民共和国合同法》订立。\n", ("FM15 warning",)
    ),
}
TEAM = ("沈砚秋", "陆景和", "韩疏影", "秦牧之", "周砥", "叶蓁", "程岱")
PAPER_FAULTS = {
    "ISO 27001 expired before the deadline": Defect(
        f"{PAPERS}/iso27001.yaml",
        "valid_until: .*",
        "valid_until: 2026-09-17",
        ("QU02",),
        (("ID09 warning", ANSWERS, "^N02,"),),
    ),
    "the ITSS level is one too low": Defect(f"{PAPERS}/itss3.yaml", "level: 三级", "level: 四级", ("QU03",)),
    "ISO 20000 leaves operations out": Defect(
        f"{PAPERS}/iso20000.yaml", "scope: .*", "scope: 应用软件开发（不含运行维护）", ("QU03",)
    ),
    "the tax proof is of a month too early": Defect(
        f"{PAPERS}/tax-2026-06.yaml",
        "period: .*",
        "period: 2026-03",
        ("QU04",),
        (("ID09 warning", ANSWERS, "^N03,"),),
    ),
    "a surveillance audit is overdue": Defect(
        f"{PAPERS}/iso20000.yaml",
        "surveillance_until: 2027-05-19",
        "surveillance_until: 2026-09-01",
        ("QU09 warning",),
    ),
    "the authorization ends before the bid's validity": Defect(
        f"{PAPERS}/power-of-attorney.yaml",
        "valid_until: 2026-12-17",
        "valid_until: 2026-12-16",
        ("DT06", "QU02 warning"),
    ),
    "a test report is of another model": Defect(
        f"{PAPERS}/test-EG240.yaml", "files:\n", "model: EG230\nfiles:\n", ("ID06",)
    ),
    "a paper is asked for that there is none of": Defect(
        DEAL, "id: Q06, kind: iso9001,", "id: Q06, kind: ccc,", ("QU01",)
    ),
    "the proof of social security is to name everybody": Defect(
        DEAL,
        "(Q05, .*截止日前6个月内, choose: true)",
        r"\1, per_member: true",
        (),
        tuple(("QU16", DEAL, f"- name: {name}$") for name in TEAM),
    ),
    "one contract too few": Defect(DEAL, "count: 3, choose: true", "count: 4, choose: true", ("QU05 warning",)),
    "a related company bids too": Defect(
        DEAL,
        "  agency: .*\n",
        r"\g<0>  bidders: [青禾云帆信息技术有限公司（云汀）, 澜图数智科技有限公司]" + "\n",
        ("QU06", "QU12 warning"),
    ),
}
LINE_FAULTS = {
    "A07 is priced on request": Defect(LINES, "机房 2 台、调度大厅 2 台、办公楼层 4 台", "价格面议", ("PR06",)),
    "a note leaves a price open": Defect(
        DEAL, "(?m)^(    - 质保期 36 个月，自终验.*)。$", r"\1，备件 500 元起。", ("PR06",)
    ),
    "a note gives something away": Defect(DEAL, "(?m)^(    - LED 调度大屏按补遗.*)。$", r"\1，支架赠送。", ("PR07",)),
    "A06 has no rate of VAT": Defect(LINES, "(79600.00),13%", r"\1,17%", ("PR11 warning",)),
    "A04 is priced to a tenth of a cent": Defect(LINES, ",365000.00,13%", ",365000.004,13%", ("PR12",)),
    "A16 is not the product that the proposal introduces": Defect(
        LINES, "WX-R42", "", (), (("PR15", DEAL, "- WX-R42"),)
    ),
    "the brand of A15 is not that of the catalog": Defect(LINES, "稳岫,U40K", "稳秀,U40K", ("ID04",)),
}
PRICES = {
    "A13 has ten times the quantity": Defect(
        LINES, ",㎡,18.5,", ",㎡,185,", ("PR01", "PR10 warning"), (*TOTAL, *ABOVE)
    ),
    "a line's number is used twice": Defect(LINES, "(?m)^A15,", "A14,", ("PR07",)),
    "a price is zero": Defect(LINES, ",52000.00,13%,52000.00,", ",0,13%,0,", ("PR07",), TOTAL),
    "the point of a price has slipped": Defect(LINES, ",4380.00,", ",438.00,", ("PR01", "PR10 warning"), TOTAL),
    "a line is optional": Defect(LINES, "(?m)^(B08,.*),base,", r"\1,optional,", ("PR06",), TOTAL),
    "an amount does not follow from its price": Defect(LINES, ",68000.00,base,\n", ",68001.00,base,\n", ("PR01",)),
}
ANOTHER_DAY = {
    "the deadline has passed": Defect(
        "bidkit.yaml", "as_of: 2026-09-01", "as_of: 2026-09-19", (), (("DT04", DEAL, "  deadline: "),)
    ),
    "the total is above the ceiling": Defect(DEAL, "ceiling: [0-9.]+", "ceiling: 6374819.99", ("PR04",)),
}
USUAL = (("QU02 warning", f"{PAPERS}/iso27001.yaml", "valid_until:"),)
BATCHES = {
    "water: texts": Batch("water", TEXTS, usual=USUAL),
    "water: papers and lines": Batch("water", PAPER_FAULTS | LINE_FAULTS),
    "water: prices": Batch("water", PRICES, usual=USUAL),
    "water: another day": Batch("water", ANOTHER_DAY, usual=USUAL),
}
