"""The shipped pack for Chinese tenders: both examples through it, and what its forms must not leave open."""

from __future__ import annotations

import re
import shutil
import sys
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

import pytest
import seeded_volumes
from dump import dump_docx
from office_files import blank_pictures
from seeded import list_found
from seeded_files import apply, expect
from workspace import edit, write

from bidkit.build import Options, build_deal, check_deal
from bidkit.context.formats import format_quantity
from bidkit.diagnostic import Diagnostic, Severity
from bidkit.inspection import inspect_template
from bidkit.office import lay_out
from bidkit.office.pages import read_outline
from bidkit.pack import shipped_packs
from bidkit.readback import ReadDocument, read_docx
from bidkit.reports import Result
from bidkit.verification import verify_packages

ROOT = Path(__file__).parents[1]
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
VOLUMES = ("资格证明文件", "商务技术文件", "报价文件")
SIGNERS = {
    "water": """\
  signers:
    legal_representative: {sex: 男, age: 52, position: 董事长, id_number: "339901********2216"}
    agent: {sex: 男, age: 38, position: 销售总监, id_number: "339901********1835"}
  affiliates: []
""",
    "school": """\
  signers:
    legal_representative: {sex: 女, age: 45, position: 总经理}
  affiliates: [禾岳家具有限公司（控股子公司）]
""",
}
SME = """\
  sme:
    kind: goods
    enterprises:
"""
REQUIRED_AUTHORIZATION = "    - {id: Q14, kind: authorization, title: 法定代表人授权委托书, clause: 2.1.2, page: 12}\n"
MAKERS = {
    "岚屏显示科技有限公司": "智慧黑板、视频展台",
    "木序家具制造有限公司": "讲桌、物理实验桌、化学实验桌",
    "澈目光学仪器有限公司": "生物显微镜",
    "砺数科教仪器有限公司": "数字化传感器",
    "稳谷电器有限公司": "学生电源",
    "朗穹环境设备有限公司": "通风柜、抽气罩",
    "垣安柜业有限公司": "危化品柜",
    "凛川空调制造有限公司": "空调",
    "护黎防护用品有限公司": "安全防护套装",
}


def copy_example(name: str, to: Path) -> Path:
    """An example whose bids are made with the pack for tenders; the path of its deal.yaml."""
    root = to / name
    shutil.copytree(ROOT / "examples" / name, root, ignore=shutil.ignore_patterns("dist"))
    settings = root / "bidkit.yaml"
    text = settings.read_text(encoding="utf-8").replace("pack: zh-proposal\n", "")
    text = text.replace("as_of:", "pack: zh-tender\nas_of:", 1).replace("  address:", f"{SIGNERS[name]}  address:", 1)
    write(settings, text)
    answers = root / "deals" / name / "requirements.csv"
    text = answers.read_text(encoding="utf-8").replace("报价汇总", "分项报价表").replace("类似业绩", "类似项目业绩")
    write(answers, text)  # the chapters have other names here
    return root / "deals" / name / "deal.yaml"


def sign(deal: Path) -> None:
    sys.path.insert(0, str(ROOT / "examples"))
    try:
        from sign import sign as sign_deal
    finally:
        sys.path.pop(0)
    sign_deal(deal)


def build(deal: Path, *, is_draft: bool = True, with_pdf: bool = False) -> Result:
    if not is_draft:
        sign(deal)
    return build_deal(deal, Options(now=NOW, is_draft=is_draft, with_pdf=with_pdf))


def problems(result: Result) -> list[Diagnostic]:
    """All but what the examples warn of, and what is missing without LibreOffice."""
    return [item for item in result.diagnostics if item.code not in ("EN01", "PK16", "QU02")]


def read(result: Result, name: str) -> ReadDocument:
    assert result.folder is not None, result.diagnostics
    (path,) = (result.folder / "submit").glob(f"{name}*.docx")
    return read_docx(path.read_bytes(), path.name)


def chapters(document: ReadDocument) -> list[str]:
    return [text for level, text in document.headings if level == 1]


def test_every_part_of_the_pack_is_used_and_sound() -> None:
    found = inspect_template(shipped_packs() / "zh-tender").diagnostics
    assert {item.code for item in found} <= {"TP18", "EN10"}


@pytest.fixture(scope="module")
def drafts(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Result]:
    """Drafts of the examples, each made once: of water without the signed authorization that it has."""

    @lru_cache
    def draft(name: str) -> Result:
        deal = copy_example(name, tmp_path_factory.mktemp(name))
        if name == "water":
            edit(deal, "  - power-of-attorney\n", "")
            edit(deal, REQUIRED_AUTHORIZATION, "")
            write(deal.parents[1] / "old/deal.yaml", seeded_volumes.OLD)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("BIDKIT_SOFFICE", "/nonexistent")
            return build(deal)

    return draft


@pytest.mark.parametrize("name", ["water", "school"])
def test_an_example_becomes_three_volumes(drafts: Callable[[str], Result], name: str) -> None:
    result = drafts(name)
    assert problems(result) == []
    qualification, technical, price = (read(result, volume) for volume in VOLUMES)
    authority = "法定代表人授权委托书" if name == "water" else "法定代表人身份证明"
    assert chapters(qualification) == ["资格性自查表", authority, "投标人资格声明书", "资格证明材料"]
    assert chapters(technical)[:5] == [
        "符合性自查表",
        "投标函（商务技术部分）",
        "商务条款偏离表",
        "合同条款偏离表",
        "技术需求偏离表",
    ]
    assert chapters(price) == ["投标函（报价部分）", "开标一览表", "分项报价表", "报价说明", "付款节点"]
    assert result.bid is not None
    for word in (f"{result.bid.quote.base:,.2f}", result.bid.quote.words):
        assert word in price.text
        assert word not in qualification.text + technical.text


@pytest.mark.parametrize("name", ["water", "school"])
def test_every_line_of_the_quote_stands_in_the_breakdown_with_its_facts(
    drafts: Callable[[str], Result], name: str
) -> None:
    result = drafts(name)
    assert result.bid is not None
    text = dump_docx((next((result.folder or Path()).glob("submit/报价文件*.docx"))).read_bytes())
    for item in result.bid.quote.lines:
        line = item.line
        facts = [line.id, line.name, line.brand or "—", line.model or "—", line.manufacturer or "—", line.origin or "—"]
        amounts = [format_quantity(line.quantity), f"{line.unit_price:,.2f}", f"{item.amount:,.2f}"]
        assert f"| {' | '.join([*facts, line.unit, *amounts])} |" in text


def test_faults_seeded_into_volumes_are_found_at_their_places_and_nothing_else(
    drafts: Callable[[str], Result], tmp_path: Path
) -> None:
    folder = drafts("water").folder or Path()
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    changed = apply(files, seeded_volumes.CHANGES)
    for name, content in changed.items():
        write(tmp_path / name, content)
    found = list_found(verify_packages([tmp_path], "").diagnostics)
    told = {(code, file.replace(f"{tmp_path}/", ""), place): count for (code, file, place), count in found.items()}
    wanted = sum((expect(item, changed) for item in seeded_volumes.CHANGES.values()), Counter())
    assert told == wanted


def test_the_agent_signs_by_authorization_until_the_bid_ends(drafts: Callable[[str], Result]) -> None:
    text = read(drafts("water"), "资格证明文件").text
    assert "现委托本单位销售总监林知行为代理人" in text
    assert "授权期限：自 2026年9月15日起，至投标有效期届满之日 2026年12月17日止。代理人无权转委托。" in text
    assert "附：《法定代表人身份证明》《授权代理人身份证明》" in text
    for fact in ("52 岁", "38 岁", "董事长", "339901********1835"):
        assert fact in text


def test_the_head_of_the_company_signs_by_certificate(drafts: Callable[[str], Result]) -> None:
    text = read(drafts("school"), "资格证明文件").text
    assert "顾书禾现任禾岳教育装备有限公司总经理" in text
    assert "授权期限" not in text
    assert "其他单位：禾岳家具有限公司（控股子公司）。" in text


@pytest.mark.parametrize(
    ("file", "old", "new", "key", "name"),
    [
        ("bidkit.yaml", SIGNERS["school"], "  affiliates: []\n", "company.signers.legal_representative.sex", "顾书禾"),
        (
            "bidkit.yaml",
            "  affiliates: [禾岳家具有限公司（控股子公司）]\n",
            "",
            "company.affiliates",
            "禾岳教育装备有限公司",
        ),
        ("deals/school/deal.yaml", "  - legal-representative\n", "", "kind: id-card", "顾书禾"),
    ],
)
def test_what_a_form_would_leave_open_is_shown_where_it_is_to_be_written(
    tmp_path: Path, file: str, old: str, new: str, key: str, name: str
) -> None:
    deal = copy_example("school", tmp_path)
    edit(deal.parents[2] / file, old, new)
    found = [item for item in check_deal(deal, Options(now=NOW)).diagnostics if item.code == "DL36"]
    assert (key, name, file) in [
        (item.values["key"], item.values["name"], item.span.file) for item in found if item.span
    ]


def test_enterprises_are_declared_where_the_deal_says_so(tmp_path: Path) -> None:
    deal = copy_example("school", tmp_path)
    figures = "industry: 工业, staff: 60, revenue: 3200, assets: 2100, size: small"
    rows = "".join(f"      - {{name: {maker}, items: [{items}], {figures}}}\n" for maker, items in MAKERS.items())
    edit(deal, "  rules: mof87\n", f"  rules: mof87\n{SME}{rows}")
    result = build(deal)
    assert problems(result) == []
    qualification = read(result, "资格证明文件")
    assert "中小企业声明函" in chapters(qualification)
    assert "岚屏显示科技有限公司\n（小型企业）" in qualification.text


def test_a_deal_orders_the_parts_and_leaves_out_some(tmp_path: Path) -> None:
    deal = copy_example("school", tmp_path)
    parts = """\
  parts:
    qualification: [credentials, authority, id-cards, index-qualification]
    price: [price-summary, price-letter]
"""
    edit(deal, "  rules: mof87\n", f"  rules: mof87\n{parts}")
    result = build(deal)
    # The categories' totals stand in the breakdown, which this order has left out.
    assert {item.code for item in problems(result)} == {"PR03"}
    assert chapters(read(result, "资格证明文件")) == ["资格证明材料", "法定代表人身份证明", "资格性自查表"]
    assert chapters(read(result, "报价文件")) == ["开标一览表", "投标函（报价部分）"]


@pytest.mark.office
@pytest.mark.parametrize("name", ["water", "school"])
def test_a_final_bid_has_true_pages_in_contents_and_index_tables(tmp_path: Path, name: str) -> None:
    deal = copy_example(name, tmp_path)
    edit(deal, "  rules: mof87\n", "  rules: mof87\n  copies: 4\n") if name == "school" else None
    result = build(deal, is_draft=False, with_pdf=name == "school")
    assert [item.code for item in result.diagnostics if item.severity is not Severity.INFO] == (
        ["QU02"] if name == "water" else []
    )
    assert result.folder is not None
    assert len([*(result.folder / "submit").glob("*.pdf")]) == (7 if name == "school" else 0)
    files = {path.name: path.read_bytes() for path in (result.folder / "submit").glob("*.docx")}
    assert len(files) == (6 if name == "school" else 3)
    # The copies say what the originals do, as is seen below.
    originals = {file: blank_pictures(content) for file, content in files.items() if not file.endswith("-副本.docx")}
    layouts, found = lay_out(originals)
    assert not found
    qualification = next(file for file in originals if file.startswith("资格证明文件"))
    outline = [
        ("".join(title.split()), page) for level, title, page in read_outline(layouts[qualification]) if level == 2
    ]
    pages = {re.sub("^（.*?）", "", title): page for title, page in outline}
    for file, content in files.items():
        text = dump_docx(content)
        entries = [int(page) for page in re.findall(r"\[toc \d\] .*\t<PAGEREF [^>]*>(\d+)", text)]
        shown = layouts[file.replace("-副本", "-正本")]
        assert entries == [page for level, _, page in read_outline(shown) if level <= 3]
        assert "草稿" not in text and "DRAFT" not in text
    papers = result.bid.selection.required if result.bid else ()
    rows = re.findall(
        r"^\| .* \| .* \| .* \| (.+?) \| 第 <PAGEREF [^>]*>(\d+) 页 \|$", dump_docx(files[qualification]), re.M
    )
    assert [title for title, _ in rows] == [paper.title for _, chosen in papers for paper in chosen]
    for title, page in rows:
        assert int(page) == pages["".join(title.split())], title
    if name == "water":
        text = read(result, "资格证明文件").text
        assert "授权委托书及法定代表人、代理人的身份证件复印件依次附后" in text
        assert "授权期限" not in text
    if name == "school":
        for volume in VOLUMES:
            original, copy = (dump_docx(files[f"{volume}-{mark}.docx"]) for mark in ("正本", "副本"))
            assert copy.replace("\t 副本\n", "\t 正本\n") == original


def test_the_scoring_index_names_what_answers_each_factor(tmp_path: Path) -> None:
    deal = copy_example("school", tmp_path)
    factors = """\
  factors:
    - {id: S1, title: 技术响应, weight: 60, answers: [T01, iso9001]}
    - {id: S2, title: 报价, weight: 40, volume: price}
"""
    edit(deal, "  rules: mof87\n", f"  rules: mof87\n{factors}")
    result = build(deal)
    assert result.folder is not None, result.diagnostics
    (path,) = (result.folder / "submit").glob("商务技术文件*.docx")
    rows = dump_docx(path.read_bytes()).partition("评审因素索引表")[2]
    assert "| 2 | 报价 | — | 40 | 《报价文件》 |" in rows
    assert "质量管理体系认证证书（《资格证明文件》" in rows
