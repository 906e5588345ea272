"""What is left of other bids: names of the workspace's other deals, and of competitors, may stand nowhere."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from workspace import NOW, make_workspace, root_of, run_check, write

from bidkit.build import Options, build_deal
from bidkit.diagnostic import Diagnostic
from bidkit.others import read_other_names
from bidkit.rules.residue import list_foreign
from bidkit.source import Workspace
from bidkit.verify import check_submit

OTHER = """\
schema: bidkit/deal@1
title: 溪桥水厂自动化改造
customer: {name: 溪桥市供水有限公司}
tender: {no: XQ-2025-044}
"""


def found(path: Path, **changes: Any) -> list[Diagnostic]:
    """FM14 of a draft in a workspace that has another deal."""
    deal = make_workspace(path, **changes)
    write(root_of(deal) / "deals/other/deal.yaml", OTHER)
    result = build_deal(deal, Options(now=NOW, is_draft=True))
    assert result.folder is not None, result.diagnostics
    return [item for item in result.diagnostics if item.code == "FM14"]


def say(text: str) -> dict[str, Any]:
    return {"solution__service__introduction": f"质保期内免费维修，季度巡检。{text}"}


@pytest.mark.parametrize(
    ("text", "whose"),
    [
        ("溪桥市供水有限公司使用良好。", "the customer of another deal (deals/other/deal.yaml)"),
        ("详见溪桥水厂 自动化改造。", "another project (deals/other/deal.yaml)"),
        ("编号 XQ-2025-044。", "the number of another tender (deals/other/deal.yaml)"),
    ],
)
def test_name_of_another_deal_is_found_where_it_is_written(tmp_path: Path, text: str, whose: str) -> None:
    items = found(tmp_path, **say(text))
    assert items
    assert whose in items[0].message("en")
    assert items[0].span is not None
    assert items[0].span.file == "deals/water/deal.yaml"
    assert items[0].span.line > 0


@pytest.mark.parametrize(
    "text", ["溪桥水司使用良好。", "溪桥供水的调度员反馈良好。", "与溪桥市水司共建。", "溪桥 供水集团已用三年。"]
)
def test_short_name_of_another_customer_is_found(tmp_path: Path, text: str) -> None:
    items = found(tmp_path, **say(text))
    assert {item.severity.value for item in items} == {"error"}
    assert "the customer of another deal (deals/other/deal.yaml)" in items[0].message("en")


def test_place_of_another_customer_is_a_warning(tmp_path: Path) -> None:
    (item,) = {item.code: item for item in found(tmp_path, **say("全面提升溪桥市的供水保障能力。"))}.values()
    assert (item.severity.value, item.values["name"]) == ("warning", "溪桥市")


def test_place_that_the_company_or_the_buyer_tells_is_none(tmp_path: Path) -> None:
    text = "溪桥市设有服务网点，供水企业的桥区溪流监测。"
    assert found(tmp_path / "a", **say("溪桥市办事处负责。"), customer__address="溪桥市滨河路 1 号") == []
    assert found(tmp_path / "b", **say("大溪、桥区的供水管网与水司调度台。")) == []
    assert [item.values["name"] for item in found(tmp_path / "c", **say(text))] != []


def test_a_longer_name_is_told_once(tmp_path: Path) -> None:
    items = found(tmp_path, **say("溪桥市供水有限公司使用良好。"))
    assert {item.values["name"] for item in items} == {"溪桥市供水有限公司"}


def test_every_place_in_the_sources_is_told(tmp_path: Path) -> None:
    items = found(tmp_path, **say("溪桥市供水有限公司使用良好。"), solution__overview="溪桥市供水有限公司已用此方案。")
    lines = {(item.span.file, item.span.line) for item in items if item.span}
    assert len(lines) == 2


def test_clean_bid_has_none(tmp_path: Path) -> None:
    assert found(tmp_path) == []


def test_competitor_is_named_nowhere(tmp_path: Path) -> None:
    rival = {"competitors": [{"name": "远岑科技有限公司", "strengths": ["价格"], "weaknesses": []}]}
    assert found(tmp_path / "a", **rival) == []
    (item,) = found(tmp_path / "b", **rival, **say("优于远岑科技有限公司。"))[:1]
    assert "a competitor" in item.message("en")


def test_another_bidder_is_named_nowhere(tmp_path: Path) -> None:
    (item, *_) = found(tmp_path, **say("远岑科技有限公司有同样的平台。"), tender__bidders=["远岑科技有限公司"])
    assert "another bidder" in item.message("en")


@pytest.mark.parametrize(("author", "is_told"), [("远岑科技有限公司", True), ("衡屿认证有限公司", False), ("", False)])
def test_who_made_the_file_of_a_paper_is_no_other_bidder(tmp_path: Path, author: str, is_told: bool) -> None:
    """As of a signed PDF, whose properties stay; what its pages say is the paper's own matter."""
    deal = make_workspace(tmp_path, tender__bidders=["远岑科技有限公司"])
    bid = run_check(deal).bid
    assert bid is not None
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        if author:
            pdf.docinfo["/Author"] = author
        stream = io.BytesIO()
        pdf.save(stream)
    names = list_foreign(bid, ())
    told = list(check_submit(bid, {"submit/credentials/01-保函.pdf": stream.getvalue()}, (), names))
    assert [item.code for item in told] == ["FM14"] * is_told


def test_what_the_track_record_tells_may_be_told(tmp_path: Path) -> None:
    record = {"client": "溪桥市供水有限公司", "project": "溪桥水厂自动化改造", "amount": "100.00",
              "signed_on": "2025-01-01", "summary": "数据采集。"}  # fmt: skip
    assert found(tmp_path, track_record=[record], **say("见溪桥市供水有限公司的项目。")) == []


def test_same_customer_in_another_deal_is_no_other(tmp_path: Path) -> None:
    deal = make_workspace(tmp_path)
    write(root_of(deal) / "deals/other/deal.yaml", OTHER.replace("溪桥市供水有限公司", "澄溪水务有限公司"))
    result = build_deal(deal, Options(now=NOW, is_draft=True))
    assert [item for item in result.diagnostics if item.code == "FM14"] == []


def test_name_in_the_properties_of_a_template_is_found(tmp_path: Path) -> None:
    import zipfile

    deal = make_workspace(tmp_path)
    write(root_of(deal) / "deals/other/deal.yaml", OTHER)
    template = root_of(deal) / "templates/zh-proposal/proposal.docx"
    with zipfile.ZipFile(template) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    core = parts["docProps/core.xml"].decode()
    assert "</cp:coreProperties>" in core
    added = "<dc:subject>溪桥市供水有限公司</dc:subject></cp:coreProperties>"
    parts["docProps/core.xml"] = core.replace("</cp:coreProperties>", added).encode()
    with zipfile.ZipFile(template, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    result = build_deal(deal, Options(now=NOW, is_draft=True))
    items = [item for item in result.diagnostics if item.code == "FM14"]
    assert [dict(item.span.place).get("part") for item in items if item.span] == ["docProps/core.xml"]


def test_names_are_those_of_the_other_deals_alone(tmp_path: Path) -> None:
    deal = make_workspace(tmp_path)
    for name, text in (("other", OTHER), ("broken", "title: [\n"), ("bare", "title: 只有标题\n")):
        write(root_of(deal) / f"deals/{name}/deal.yaml", text)
    workspace = Workspace(root_of(deal))
    names = [(item.kind, item.deal) for item in read_other_names(workspace, "deals/water/deal.yaml")]
    names = [(kind, deal) for kind, deal in names if kind != "id"]
    assert names == [
        ("project", "deals/bare/deal.yaml"),
        ("customer", "deals/other/deal.yaml"),
        ("project", "deals/other/deal.yaml"),
        ("tender", "deals/other/deal.yaml"),
    ]
    assert workspace.files == {}, "no input of the deal that is judged"
