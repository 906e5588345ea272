"""Faults in the volumes of the example `water` as a Chinese tender asks for them."""

from __future__ import annotations

from seeded import BODY
from seeded_files import Change, text

TECHNICAL, PRICE = (f"submit/{name}-DRAFT.docx" for name in ("商务技术文件", "报价文件"))
OLD = "schema: bidkit/deal@1\nid: old\ntitle: 泽屿市水厂改造项目\ncustomer: {name: 泽屿市水务建设有限公司}\n"
"""Another deal of the workspace."""
AT = f"{BODY} ¶"
PROOF = "单位负责人身份证明"


def _rename_heading(content: bytes) -> bytes:
    """A heading that the contents go on to call what it was."""
    old = "里程碑与交付成果"
    for step in (text(old, "〇〇", of=2), text(old, PROOF), text("〇〇", old)):
        content = step(content)
    return content


CHANGES = {
    "a price stands in the technical volume": Change(
        TECHNICAL,
        text("每批迁移前做快照", "投标总价 6374820 元，每批迁移前做快照"),
        (("PR09", f"{AT}投标总价 6374820 元"), ("PK54", f"{AT}投标总价 6374820 元")),
    ),
    "the customer of an old bid is named": Change(
        TECHNICAL,
        text("涉及带电与动火作业办理作业票", "按泽屿市水务建设有限公司的规定办理作业票"),
        (("FM14", f"{AT}按泽屿市水务建设有限公司"), ("PK54", f"{AT}按泽屿市水务建设有限公司")),
    ),
    "a proof of identity that nobody needs": Change(
        TECHNICAL,
        _rename_heading,
        (("FM09", PROOF), ("FM11", ""), ("PK54", f"{AT}{PROOF}"), ("PK55", "")),
    ),
    "an amount differs between breakdown and workbook": Change(
        PRICE,
        text("105,120.00", "105,210.00"),
        (
            ("PR23 warning", "submit/quote-DRAFT.xlsx:分项报价表"),
            ("PR26 warning", "分项报价表 3 14 10"),
            ("PK54", f"{AT}105,210.00"),
        ),
    ),
    "a quantity cannot be read": Change(
        PRICE,
        text("18.5", "约 18.5", of=2),
        (
            ("PR22 warning", "分项报价表 3 15 1"),
            ("PR14 warning", "开标一览表 2 5 1"),
            ("PK54", f"{AT}约 18.5"),
        ),
    ),
}
