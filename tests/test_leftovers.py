"""What counts as left of a draft, and what only looks like it."""

from __future__ import annotations

import pytest

from bidkit.leftovers import find_leftover

LEFT = [
    "TBC",
    "prices: TBA",
    "Site survey to be confirmed.",
    "[Client name] asks for a platform.",
    "<company> has",
    "This is dummy text",
    "Click here to enter text.",
    "容量???",
    "36 months â€“ at 5 Â°C",
    "锟斤拷",
    "FIXME",
    "质保期____年",
    "质保期：____",
    "交货日期：________",
    "Delivery date: ________",
    "开工日期：____年____月____日",
    "质保期___",
    "质保期 ___ 年",
    "within____days",
    "within ___ days",
    "联系电话：______________",
    "投标人：____（盖章）",
    "________",
    "由XX公司实施",
    "XX项目投标文件",
    "xx公司",
    "ＸＸ公司",
    "质保期＿＿＿＿年",
    "20XX年",
    "XX年XX月XX日",
    "X年X月X日",
    "2026年X月",
    "2026-XX-XX",
    "项目经理：XX",
    "XX",
    "由XXX公司",
    "within xxx days",
    "within XX days",
    "某某公司",
    "××公司",
    "项目名称：×××",
    "质保期（  ）年",
    "质保期(  )年",
    "质保期（　　）年",
    "质保期（）年",
    "质保期（ )年",
    "质保期【  】年",
    "按 f(x) 计算，质保期（  ）年",
    "质保期〔　〕年",
    "within [    ] days",
    "within (   ) days",
    "开工日期待定",
    "项目经理：待定",
    "待定人员三名。",
    "价格待定，另行通知",
    "待补充",
    "人员名单待补充。",
    "（待填写）",
    "联系人待填写",
    "联系人（请填写姓名）",
    "The date is TBD.",
    "the price is to be determined",
    "[Insert name of bidder]",
    "{{ deal.title }}",
    "质保期____年。签字：________",
]
SAID = [
    "The date is to be confirmed by the buyer in writing.",
    "works to be completed within 90 days",
    "Is it sound? Yes.",
    "5 °C – 40 °C, Â is a letter",
    "[1] and <b>",
    "The client name is printed on each page.",
    "网关 AXX-20 与 EG-XX 系列接口兼容",
    "接口返回 4XX 与 5xx 状态码",
    "DDR4-XXL 散热",
    "size XXL",
    "Title XX of the act",
    "等待定时任务结束",
    "等待定位完成后上报",
    "期待定期沟通",
    "采用待定系数法求解",
    "系统列出待填写的报表",
    "待补充的材料由系统提醒",
    "工单状态分为待填写、待审核、已归档",
    "工单状态分为已归档、待填写",
    "调用 main() 与 flush( ) 之后写入 __init__",
    "字段 order__id 与 group___key",
    "手机 138××××1234",
    "分辨率 3840×2160，面积 2×3×4 米",
    "授权代表（签字或盖章）：________",
    "投标人（公章）：____________",
    "日期：____年____月____日",
    "日期：________",
    "签署日期：________",
    "法定代表人（签字）：________ 日期：________",
    "Date: ________",
    "Signature: ____________",
    "Authorized signature (seal): ______",
    "By: ______________",
    "Date: ____________",
    "是否进口：（√）否 （ ）是",
    "是否进口：☑否 （ ）是",
    "[x] yes  [  ] no",
    "数据库（SQL）与中间件（Web）",
    "账号 6222************123",
    "每天（含节假日）值守",
]


@pytest.mark.parametrize("text", LEFT)
def test_what_is_left_is_found_wherever_it_stands(text: str) -> None:
    assert find_leftover(text)
    assert find_leftover(f"前一行。\n{text}\n后一行。")


@pytest.mark.parametrize("text", SAID)
def test_what_says_something_is_silent(text: str) -> None:
    assert find_leftover(text) == ""


def test_the_leftover_is_given_with_what_stands_around_it() -> None:
    assert find_leftover(f"{'前' * 40}待定，{'后' * 40}") == f"{'前' * 15}待定，{'后' * 24}"
