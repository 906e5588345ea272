"""Faults for the examples that a reader planted: texts that contradict each other, the data or what is demanded."""

from __future__ import annotations

from seeded import Batch, Defect

WATER, SCHOOL, PORT = "deals/water", "deals/school", "deals/port"
OVERVIEW, PLAN, SERVICE, METHODS, ANSWERS = (
    *(f"{WATER}/solution/{name}.md" for name in ("overview", "plan", "service", "methods")),
    f"{WATER}/requirements.csv",
)
WATER_SLIPS = {
    "phases in brackets are longer than the whole": Defect(
        ANSWERS,
        "总工期 180 日历日，设",
        "总工期 180 日历日（到货 45 日、部署 30 日、联调 45 日、试运行 30 日、验收 45 日），设",
        ("ID03",),
    ),
    "days do not add up": Defect(
        PLAN,
        r"软件联调不受到货时间限制。",
        "到货 60 天、部署 60 天、联调 45 天、试运行 30 天，合计 180 天。",
        ("ID03 warning",),
    ),
    "the last phase ends after the last milestone": Defect(
        f"{WATER}/deal.yaml", r"(start_day: 151\n        end_day: )180", r"\g<1>190", ("ID03 warning",)
    ),
    "hours of an office in the service": Defect(SERVICE, "三年 7×24 h 运行", "三年 5x8 小时运行", ("ID03 warning",)),
    "hours of an office at the desk": Defect(
        SERVICE, r"\| 7×24 h \| 远程诊断", "| 工作日 8 小时 | 远程诊断", ("ID03 warning",)
    ),
    "months of two contracts are exchanged": Defect(
        ANSWERS,
        "合同分别签订于 2024 年 3 月、2025 年 1 月和 2025 年 11 月",
        "合同分别为泽屿供水（2024 年 3 月）、岚浦市水务发展有限公司（2025 年 11 月）和青汀水司（2025 年 1 月）",
        ("ID09 warning", "ID09 warning"),
    ),
    "a figure of a past project is another": Defect(
        OVERVIEW, "## 建设原则", "我方为岚浦市 48 个 DMA 分区建立过水平衡，业绩可查。\n\n\\g<0>", ("ID09 warning",)
    ),
    "another lot is answered": Defect(OVERVIEW, "投标前我方按招标文件", "我方对第二包按招标文件", ("ID03 warning",)),
    "the time to recover is too long": Defect(OVERVIEW, "RTO 为 2 h", "RTO 为 6 h", ("FM07 warning",)),
    "the cache is too short for a mandatory clause": Defect(
        OVERVIEW, "断网缓存 45 天、国密传输", "断网缓存 15 天、国密传输", ("FM07",)
    ),
    "logs are kept too short": Defect(
        OVERVIEW, "会话录像、日志留存 9 个月", "会话录像、日志留存 3 个月", ("FM07 warning",)
    ),
    "a phase was forgotten": Defect(PLAN, "，分 8 个阶段推进", "，分 7 个阶段推进", ("ID03 warning",)),
    "a manager has other years": Defect(ANSWERS, "从业 16 年", "从业 18 年", ("ID03",)),
    "a rate of tax of before 2018": Defect(f"{WATER}/deal.yaml", "成品软件 13%、", "成品软件 16%、", ("ID03 warning",)),
    "a course has too few people": Defect(ANSWERS, "每期 12 人、共 24 人", "每期 12 人、共 22 人", ("ID03 warning",)),
    "payment falls due earlier than the clause has it": Defect(
        f"{WATER}/deal.yaml", "trigger: 终验合格后", "trigger: 初验合格后", ("PR13 warning",)
    ),
    "prices rise of which the quote knows nothing": Defect(
        f"{WATER}/deal.yaml", "(定制开发与服务 6% 分别计列)", r"\1，服务单价每年上浮 3%", ("ID03 warning",)
    ),
    "alarms are pushed too late, in other words than the clause": Defect(
        OVERVIEW, "越限判定后 30 s 内同时推送", "越限判定后 90 s 内同时推送", ("FM07 warning",)
    ),
    "the model is run too seldom": Defect(
        OVERVIEW, "管线，每 10 min 以实测流量", "管线，每 20 min 以实测流量", ("FM07 warning",)
    ),
    "two chapters count the reports differently": Defect(
        OVERVIEW,
        "随项目交付 36 张生产运营报表",
        "随项目交付 32 张生产运营报表",
        ("ID12 warning",),
    ),
    "one place has other measuring points": Defect(
        OVERVIEW, "部署验收时对 12800 个测点连续", "部署验收时对 12600 个测点连续", ("ID12 warning",)
    ),
    "a table has fewer rows than its caption says": Defect(
        OVERVIEW, "表：五个安全域", "表：六个安全域", ("ID03 warning",)
    ),
    "more addenda than there are": Defect(PLAN, r"\Z", "\n补遗文件第 1、2、3 号均已落实。\n", ("ID03 warning",)),
    "a certificate was issued on another day": Defect(
        "company.md",
        "每个项目在立项",
        r"质量管理体系认证证书于 2025 年 6 月 20 日颁发。\g<0>",
        ("ID09 warning",),
    ),
    "the audit is told to be of another year": Defect(
        ANSWERS, "提供 2025 年度审计报告", "提供 2024 年度审计报告", ("ID09 warning",)
    ),
    "the agent is called by another character": Defect(
        f"{WATER}/solution/methods.md", r"\Z", "\n投标事宜由授权代理人林知珩办理。\n", ("ID08 warning",)
    ),
    "the warranty begins with the first acceptance": Defect(
        f"{WATER}/deal.yaml", "36 个月，自终验合格之日起算；", "36 个月，自初验合格之日起算；", ("ID03 warning",)
    ),
}
SCHOOL_SLIPS = {
    "the board is too dark in the overview": Defect(
        f"{SCHOOL}/overview.md", "亮度 400 cd/m²，支持 20", "亮度 300 cd/m²，支持 20", ("FM07 warning",)
    ),
    "the fume hood is too loud in its text": Defect(
        "catalog/products/LQ-T15.md", r"\Z", "\n运行噪声 70 dB(A)。\n", ("FM07 warning",)
    ),
    "days do not add up": Defect(
        f"{SCHOOL}/plan.md",
        r"\Z",
        "\n备货 15 日，运输 8 日，安装 16 日，调试 9 日，验收 3 日，共计 45 日。\n",
        ("ID03 warning",),
    ),
    "the last phase ends too late": Defect(
        f"{SCHOOL}/deal.yaml", r"(start_day: 43\n        end_day: )45", r"\g<1>48", ("ID03 warning",)
    ),
    "the order of payments is another": Defect(
        f"{SCHOOL}/requirements.csv", "接受 30%、40%、30% 三次", "接受 30%、30%、40% 三次", ("PR13 warning",)
    ),
    "a set has too few kinds of sensors": Defect(
        f"{SCHOOL}/overview.md", "LS-D12，每套 12 种传感器", "LS-D12，每套 8 种传感器", ("FM07 warning",)
    ),
    "two chapters count the videos differently": Defect(
        f"{SCHOOL}/service.md",
        "16 段操作视频",
        "12 段操作视频",
        ("ID12 warning",),
        (("ID12 warning", f"{SCHOOL}/requirements.csv", "^T40,"),),
    ),
    "a list has fewer items than are announced": Defect(
        f"{SCHOOL}/plan.md", "考虑了三个约束", "考虑了四个约束", ("ID03 warning",)
    ),
    "more contracts than there are": Defect(
        f"{SCHOOL}/requirements.csv", "教育装备类合同 2 份", "教育装备类合同 3 份", ("ID03 warning",)
    ),
    "an addendum that was not issued": Defect(
        f"{SCHOOL}/methods.md", r"\Z", "\n我方已收到全部三份更正公告。\n", ("ID03 warning",)
    ),
    "a certificate is told to end on another day": Defect(
        f"{SCHOOL}/service.md",
        r"\Z",
        "\n智慧黑板的节能产品认证证书有效期至 2029-06-11。\n",
        ("ID09 warning",),
    ),
    "the legal representative is called by another character": Defect(
        "company.md", r"\Z", "\n公司法定代表人顾书和主持全面工作。\n", ("ID08 warning",)
    ),
    "too few kinds of spares": Defect(f"{SCHOOL}/service.md", "8 类备件常备", "6 类备件常备", ("ID03 warning",)),
}
PORT_SLIPS = {
    "parts of the transition are longer than it": Defect(
        f"{PORT}/plan.md",
        "Transition-in takes 90 days[.]",
        "Transition-in takes 90 days: 30 days of mobilization, 45 days of onboarding and 30 days of acceptance.",
        ("ID03 warning",),
    ),
    "a mandatory answer keeps the hours of an office": Defect(
        f"{PORT}/requirements.csv",
        "15 minutes or less, 24×7[.] The platform",
        "15 minutes or less, 8x5. The platform",
        ("ID03",),
    ),
    "support in the hours of an office": Defect(
        f"{PORT}/service.md",
        "^The service is",
        "Support is there 5 days a week, 8 hours a day. The service is",
        ("ID03 warning",),
    ),
    "logs are searchable too short": Defect(
        f"{PORT}/overview.md", "Logs are searchable for 13 months", "Logs are searchable for 10 months", ("FM07",)
    ),
    "an amount of a past contract is another": Defect(
        f"{PORT}/requirements.csv",
        "Three contracts signed in March 2022, May 2023 and September 2024 are described: a port",
        "Three contracts are described, Dunmore Reach ($4,975,000), Calloway Inlet ($8,460,000) and a ferry: a port",
        ("ID09 warning",),
    ),
    "employees as of another year": Defect(
        "company.md", "Of our 164 employees", "Of our 146 employees", ("ID03 warning",)
    ),
    "labor rates rise by another share": Defect(
        f"{PORT}/deal.yaml", "rates escalate by 2.5% per year", "rates escalate by 3% per year", ("ID03 warning",)
    ),
    "one chapter has more playbooks": Defect(
        f"{PORT}/overview.md", "under one of 24 playbooks", "under one of 26 playbooks", ("ID12 warning",)
    ),
    "a list has fewer steps than are announced": Defect(
        f"{PORT}/overview.md", "The yearly cycle has five steps", "The yearly cycle has six steps", ("ID03 warning",)
    ),
    "a table has fewer rows than an answer says": Defect(
        f"{PORT}/requirements.csv", "ten dependencies are listed", "twelve dependencies are listed", ("ID03 warning",)
    ),
    "an amendment is not acknowledged": Defect(
        f"{PORT}/requirements.csv",
        r" and Amendment 2 of August 11, 2026 \(due date, 12-month retention, bridge letter\)",
        "",
        ("ID03",),
    ),
    "a breach is told too late": Defect(
        "catalog/services/incident-handling.md", "Within one hour of its", "Within four hours of its", ("FM07 warning",)
    ),
    "a report is told to cover another period": Defect(
        "company.md", "2025 through March 31, 2026", "2025 through April 30, 2026", ("ID09 warning",)
    ),
    "an affidavit is told to be of another day": Defect(
        f"{PORT}/requirements.csv", "affidavit on August 12, 2026", "affidavit on August 21, 2026", ("ID09 warning",)
    ),
    "the agent's name has another letter": Defect(
        "company.md", "has authorized Denise Varga", "has authorized Denise Vargo", ("ID08 warning",)
    ),
    "the upload is after the due date": Defect(
        f"{PORT}/requirements.csv", "scheduled for August 27, 2026", "scheduled for 29 August 2026", ("ID03",)
    ),
}
WATER_USUAL = (("QU02 warning", "catalog/credentials/iso27001.yaml", "valid_until:"),)
PORT_USUAL = (("QU02 warning", "catalog/credentials/insurance-certificate.yaml", "valid_until:"),)
BATCHES = {
    "water: slips": Batch("water", WATER_SLIPS, usual=WATER_USUAL),
    "school: slips": Batch("school", SCHOOL_SLIPS),
    "port: slips": Batch("port", PORT_SLIPS, usual=PORT_USUAL),
}
