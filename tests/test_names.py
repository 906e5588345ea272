"""ID08: names in finished files that are almost those of the bid, and short names where the full one is due."""

from __future__ import annotations

import pytest
from test_rules import Document, make_bid

from bidkit.rules.files import check_names
from bidkit.rules.names import Named

WIDE = """\
company:
  aliases: [青禾]
  affiliates: [青禾试测技术有限公司, 清禾测试技术有限公司]
track_record:
  - {client: 远汀水务有限公司, project: 泵站, amount: 1.00, signed_on: 2025-03-10, summary: 编号 CXSW-2026-009。}
tender: {bidders: [青木测试技术有限公司]}
"""
BID = make_bid(Document("x.yaml", WIDE, 1))


def told(*texts: str) -> list[tuple[str, str]]:
    found = check_names(
        Named(BID, "submit/投标函.docx", [((("paragraph", str(n)),), text) for n, text in enumerate(texts)])
    )
    assert {item.code for item in found} <= {"ID08"}
    return [(item.values["found"], item.severity.value) for item in found]


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        (["致：澄溪水务有限公司，我方青禾测试技术有限公司承诺。"], []),
        (["我方青禾测式技术有限公司承诺。"], [("青禾测式技术有限公司", "error")]),
        (["青禾测试技术有限公 司"], []),
        (["项目编号：CXSW-2026-002"], [("CXSW-2026-002", "error")]),
        (["项目编号：CXSW-2026-010"], [("CXSW-2026-010", "error")]),
        (["项目编号：CXWS-2026-001"], [("CXWS-2026-001", "error")]),
        (["见 CXSW-2024-117 的做法。"], [("CXSW-2024-117", "warning")]),
        (["项目编号：CXSW-2026-001，标准 CXSB-2026-117，CXSW-2026-20178。"], []),
        (["项目编号：CXSW—2026—001"], [("CXSW—2026—001", "error")]),
        (["澄溪水厂数据采集工程", "澄溪水厂数据采购项目"], [("澄溪水厂数据采购项目", "warning")]),
        (["致：澄溪水务有公司"], [("澄溪水务有公司", "warning")]),
    ],
)
def test_a_slip_is_told_and_the_name_itself_is_not(texts: list[str], found: list[tuple[str, str]]) -> None:
    assert told(*texts) == found


@pytest.mark.parametrize("text", ["清禾测试技术有限公司", "青木测试技术有限公司", "此前的 CXSW-2026-009 已验收"])
def test_what_the_deal_itself_says_of_others_is_no_slip(text: str) -> None:
    assert told(text) == []


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        (["投标人：青禾测试（盖章）"], "青禾测试"),
        (["投标人名称（盖章）：青禾"], "青禾"),
        (["特此承诺。 供应商：青禾测试公司，法定代表人：顾明澈"], "青禾测试公司"),
        (["投标人全称", "青禾测试"], "青禾测试"),
        (["投标人：", "青禾"], "青禾"),
        (["投标人：青禾测试技术有限公司（盖章）"], ""),
        (["投标人：", "青禾测试技术有限公司"], ""),
        (["投标人名称", "投标总价"], ""),
        (["投标人：青禾测试 日期：2026 年 9 月 15 日"], "青禾测试"),
        (["投标人：____（盖章）"], ""),
        (["投标人：沈砚秋"], ""),
        (["青禾测试的平台已在十八个站点运行。"], ""),
    ],
)
def test_where_a_form_asks_for_the_bidder_its_short_name_is_told(texts: list[str], found: str) -> None:
    assert told(*texts) == ([(found, "error")] if found else [])


def test_a_name_of_several_words_is_read_to_its_end() -> None:
    bid = make_bid(Document("x.yaml", "company: {name: 'Halden & Pike Advisory, LLC'}", 1))
    said = [
        "Bidder: Halden & Pike Advisory, LLC",
        "Offeror",
        "Halden & Pike Advisory, LLC",
        "Bidder: Halden and others",
    ]
    found = check_names(Named(bid, "submit/a.docx", [((), text) for text in said]))
    assert [item.values["found"] for item in found] == ["Halden"]


def test_a_slip_of_a_text_of_the_deal_is_told_where_it_is_written() -> None:
    bid = make_bid(Document("x.yaml", "solution:\n  service:\n    introduction: 由青禾测式技术有限公司维修。\n", 1))
    (item,) = check_names(Named(bid, "submit/a.docx", [((), "由青禾测式技术有限公司维修。")] * 2))
    assert item.span is not None
    assert (item.span.file, item.span.line) == ("x.yaml", 3)
