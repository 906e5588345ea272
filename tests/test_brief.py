"""The internal brief: what is in it, what never is, and that it stays inside."""

from __future__ import annotations

import io
import json
import re
import subprocess
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import docx
import pytest
from dump import dump_docx
from lot_files import make_lots
from pack_files import make_pack, make_two_volumes, technical_docx
from test_gate import make_light
from workspace import NOW, STRATEGY, edit, make_workspace, root_of, run_check, sign_all, write

from bidkit.appendix import Appendix
from bidkit.build import Options, build_deal
from bidkit.context import make_context
from bidkit.context.brief import SAMPLE_PROGRESS, make_brief_context
from bidkit.inspection import inspect_template
from bidkit.judging import judge_deal
from bidkit.ooxml import opc
from bidkit.pack import shipped_packs
from bidkit.reports import Result
from bidkit.sample import load_sample
from bidkit.source import Workspace

ROOT = Path(__file__).parents[1]
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
RIVAL = {"name": "远岑科技有限公司", "strengths": ["本地有分支"], "weaknesses": ["无缓存"], "counter": "强调缓存"}
MARKS = {"zh": "内部资料　不得外传", "en": "Internal, not for release"}
SHIPPED = [shipped_packs() / pack / "brief.docx" for pack in ("zh-proposal", "en-proposal")]


def build(path: Path, *, pack: str = "light", **changes: Any) -> Result:
    """A draft, of a pack that is compiled at once."""
    deal = make_light(path, **changes)
    if pack != "light":
        edit(path / "bidkit.yaml", "pack: light", f"pack: {pack}")
    result = build_deal(deal, Options(now=NOW, is_draft=True))
    assert result.folder is not None, [item.message("en") for item in result.diagnostics]
    return result


def brief_of(result: Result) -> bytes:
    assert result.folder is not None
    return (result.folder / "internal/brief.docx").read_bytes()


def text_of(path: Path, **changes: Any) -> str:
    """The brief of a deal, without the rest of its package."""
    judged, problems = judge_deal(make_light(path, **changes), Options(now=NOW, is_draft=True))
    assert judged is not None, problems
    content, problems = judged.render_brief(is_draft=True)
    assert problems == []
    return dump_docx(content)


def parts_of(content: bytes) -> Mapping[str, bytes]:
    parts, problems = opc.read_package(content, "brief.docx")
    assert parts is not None, problems
    return parts


def chapter(text: str, title: str) -> str:
    """The lines below a heading, up to the next one of its level or above."""
    level, _, rest = re.search(rf"\[heading (\d)\] ({re.escape(title)})\n((?:.|\n)*)", text).groups()  # type: ignore[union-attr]
    return re.split(rf"\[heading [1-{level}]\]|=== ", rest)[0]


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The brief of a deal that has everything, an action that is late among it."""
    first, *others = STRATEGY["actions"]
    late = {**first, "due": "2026-08-31", "against": RIVAL["name"]}
    strategy = {**STRATEGY, "actions": [late, *others]}
    return text_of(tmp_path_factory.mktemp("whole"), strategy=strategy, competitors=[RIVAL])


class TestWhatIsInIt:
    def test_figures_of_the_deal(self, text: str) -> None:
        glance = chapter(text, "概况")
        for said in (
            "澄溪水务有限公司",
            "CXSW-2026-001",
            "336,000.00 人民币元",
            "380,000.00",
            "400,000.00",
            "还有 17 天",
        ):
            assert said in glance
        assert "共 4 项，已完成 1 项，逾期 1 项" in glance.replace("**", "")
        assert "第 1 步　客户分析" in glance

    def test_open_items_up_to_the_stage(self, text: str) -> None:
        assert re.findall(r"\| (\d\.\w+) \|", chapter(text, "未完成的检查项")) == ["1.7"]

    def test_tree_of_needs(self, text: str) -> None:
        assert "| P1　数据靠人工抄报 | S1　网关直采 | 边缘采集网关 |" in chapter(text, "需求树")
        assert "| C1 | 接入延迟 | ≤60 s |" in chapter(text, "采购指标")

    def test_people_stand_by_level(self, text: str) -> None:
        table = chapter(text, "客户关系图")
        places = [table.index(word) for word in ("决策层", "分管副总经理", "管理层", "调度中心主任", "采购部部长")]
        assert places == sorted(places)
        assert "操作层" not in table

    def test_both_sides_of_the_competition(self, text: str) -> None:
        told = chapter(text, "竞争分析").replace("**", "")
        assert "| 远岑科技有限公司 | 本地有分支 | 无缓存 | 强调缓存 |" in told
        assert "网关自产，断网缓存 45 天" in chapter(text, "我方优势")
        assert "质保期内派一名驻场工程师" in chapter(text, "我方劣势")

    def test_each_person_has_what_others_offer_and_what_we_do(self, text: str) -> None:
        (heading,) = re.findall(r"\[heading 2\] (调度中心主任.*)", text)
        told = chapter(text, heading).replace("**", "")
        assert "远岑科技有限公司：本地有分支" in told
        assert "| 附同类水厂的接入记录 | P1 | 远岑科技有限公司 | 沈砚秋 | 2026年8月31日 | 已逾期 |" in told
        assert len(re.findall(r"\[heading 2\]", chapter(text, "竞争策略"))) == 4


class TestWhatIsMissing:
    def test_without_a_strategy_it_says_so_once_a_chapter(self, tmp_path: Path) -> None:
        text = text_of(tmp_path)
        assert chapter(text, "竞争策略").count("没有记录竞争策略") == 1
        assert chapter(text, "竞争分析").count("没有记录竞争策略") == 1
        assert "我方优势" not in text

    @pytest.mark.parametrize(("competitors", "said"), [(None, "还没有了解竞争对手"), ([], "没有发现竞争对手")])
    def test_nobody_has_looked_is_not_nobody_is_there(self, tmp_path: Path, competitors: Any, said: str) -> None:
        assert said in chapter(text_of(tmp_path, competitors=competitors), "竞争对手")

    def test_without_contacts(self, tmp_path: Path) -> None:
        text = text_of(tmp_path, customer__contacts=[], strategy={"actions": []})
        assert "没有记录联系人" in chapter(text, "客户关系图")
        assert "没有记录联系人" in chapter(text, "竞争策略")

    def test_without_needs_and_money(self, tmp_path: Path) -> None:
        result = run_check(make_light(tmp_path, "commercial", opportunity={"purchase_stage": "need"}))
        assert result.bid is not None
        text = text_of(tmp_path / "b", regime="commercial", opportunity={"purchase_stage": "need"})
        assert "没有记录客户的目标和问题" in chapter(text, "需求树")
        assert "没有记录采购指标" in chapter(text, "采购指标")
        assert "发现需求" in chapter(text, "概况")

    def test_goal_without_problems_and_problem_without_answer(self, tmp_path: Path) -> None:
        need = {
            "goals": [{"id": "G1", "text": "快"}, {"id": "G2", "text": "省"}],
            "problems": [{"id": "P1", "goal": "G1", "title": "慢", "text": "慢。"}],
        }
        table = chapter(text_of(tmp_path, opportunity=need), "需求树")
        assert "尚无解决方案" in table
        assert "没有记录妨碍这一目标的问题" in table

    @pytest.mark.parametrize(
        "changes",
        [
            {},
            {"strategy": {"actions": []}},
            {"customer__contacts": [], "competitors": [], "strategy": STRATEGY | {"actions": []}},
            {"opportunity": {}, "competitors": None},
        ],
    )
    def test_no_table_is_empty(self, tmp_path: Path, changes: dict[str, Any]) -> None:
        document = docx.Document(io.BytesIO(brief_of(build(tmp_path, **changes))))
        assert document.tables
        for table in document.tables:
            titles = len(table._tbl.findall(f"{W}tr/{W}trPr/{W}tblHeader"))
            assert len(table.rows) > titles
            assert any(cell.text.strip() for row in table.rows[titles:] for cell in row.cells)


def list_all(value: Any) -> Iterator[str]:
    """The names of a context, the first item standing for its list."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield key
            yield from list_all(inner)
    elif isinstance(value, list) and value:
        yield from list_all(value[0])


class TestNames:
    @pytest.mark.parametrize("page", ["brief.md", "brief.en.md"])
    def test_names_of_the_brief_are_those_of_its_page(self, page: str) -> None:
        context = make_brief_context(load_sample(), SAMPLE_PROGRESS, is_draft=False)
        text = (ROOT / "docs" / page).read_text(encoding="utf-8").partition("- `deal`")
        assert set(re.findall(r"`([a-z_]+)`", "".join(text[1:]))) == set(list_all(context))

    def test_sample_of_a_process_has_the_names_of_a_real_one(self, tmp_path: Path) -> None:
        gate = run_check(make_light(tmp_path)).gate
        assert gate is not None
        assert set(list_all(gate.describe("zh"))) == set(list_all(SAMPLE_PROGRESS))
        assert {type(value) for value in SAMPLE_PROGRESS.values()} == {dict, list}

    def test_volumes_have_no_name_of_what_stays_inside(self) -> None:
        context = make_context(load_sample(), Appendix((), {}), "deal.yaml", is_draft=False, with_pages=False)
        inside = {
            "strategy",
            "stance",
            "cares_about",
            "cares",
            "contacts",
            "competitors",
            "rivals",
            "mitigation",
            "relation",
        }
        assert not inside & set(list_all(context))

    @pytest.mark.parametrize(
        ("tag", "name"),
        [
            ("{{ strategy.actions }}", "strategy"),
            ("{{ competitors }}", "competitors"),
            ("{{ contacts }}", "contacts"),
            ("{{ customer.contacts }}", "customer.contacts"),
            ("{{ deal.strategy }}", "deal.strategy"),
        ],
    )
    def test_volume_that_asks_for_it_is_refused(self, tmp_path: Path, tag: str, name: str) -> None:
        deal = make_two_volumes(tmp_path, templates={"technical": technical_docx(tag)})
        result = build_deal(deal, Options(now=NOW, is_draft=True))
        assert result.folder is None
        (problem,) = [item for item in result.diagnostics if item.code == "TP04"]
        assert problem.values["name"] == name


class TestTexts:
    def test_what_looks_like_a_tag_or_a_mark_is_printed(self, tmp_path: Path) -> None:
        odd = "A < B & {{ quote.total }} {% if %} </w:t> “x” **粗**"
        strategy = {"actions": [{"contact": "采购部部长", "text": odd}], "strengths": [{"text": odd}]}
        result = build(tmp_path, strategy=strategy, competitors=[{"name": odd, "strengths": [odd]}])
        texts = [cell.text for table in docx.Document(io.BytesIO(brief_of(result))).tables for cell in table._cells]
        assert texts.count(odd) == 4

    def test_two_hundred_actions_and_long_texts_are_printed_whole(self, tmp_path: Path) -> None:
        long = "说明。" * 3_000
        actions = [{"contact": "采购部部长", "text": f"第 {n} 件：{long if n == 7 else ''}"} for n in range(200)]
        text = text_of(tmp_path, strategy={"actions": actions})
        assert len(re.findall(r"\| 第 \d+ 件：", text)) == 200
        assert long in text

    def test_lots_stand_each_with_its_price_and_ceiling(self, tmp_path: Path) -> None:
        result = build_deal(make_lots(tmp_path), Options(now=NOW, is_draft=True))
        glance = chapter(dump_docx(brief_of(result)), "概况").replace("**", "")
        assert "| 第1包 网关设备 | 报价 300,000.00，限价 310,000.00 |" in glance
        assert "| 第2包 安装服务 | 报价 36,000.00，限价 40,000.00 |" in glance

    def test_actions_stand_by_day(self, tmp_path: Path) -> None:
        days = ("2026-10-01", None, "2026-09-05")
        actions = [{"contact": "采购部部长", "text": f"事{day}"} | ({"due": day} if day else {}) for day in days]
        assert re.findall(r"\| 事(\S+) \|", text_of(tmp_path, strategy={"actions": actions})) == [
            "2026-09-05", "2026-10-01", "None"
        ]  # fmt: skip

    def test_english_deal_with_chinese_names(self, tmp_path: Path) -> None:
        result = build(tmp_path, pack="en-proposal", locale="en-GB", strategy=STRATEGY, competitors=[RIVAL])
        text = dump_docx(brief_of(result))
        assert "Strategy by Person" in text
        assert "调度中心主任" in text
        assert "10 September 2026" in text
        assert MARKS["en"] in text
        assert "11906 x 16838" in text

    def test_who_cares_about_a_goal_cares_about_its_problems(self, tmp_path: Path) -> None:
        deal = make_light(tmp_path, strategy={"strengths": [{"text": "快", "needs": ["P1"]}]})
        contact = {"name": "值班员", "role": "user", "level": "operation", "cares_about": ["G1"]}
        edit(deal, "  contacts:\n", f"  contacts:\n  - {json.dumps(contact, ensure_ascii=False)}\n")
        result = build_deal(deal, Options(now=NOW, is_draft=True))
        assert "| 快 | P1 | 值班员 |" in chapter(dump_docx(brief_of(result)), "我方优势")


class TestPackage:
    def test_it_is_listed_as_internal_and_handed_in_nowhere(self, tmp_path: Path) -> None:
        deal = make_workspace(tmp_path, strategy=STRATEGY, competitors=[RIVAL])
        sign_all(deal)
        for is_draft in (False, True):
            result = build_deal(deal, Options(now=NOW, is_draft=is_draft))
            assert result.folder is not None, [item.message("en") for item in result.diagnostics]
            manifest = json.loads((result.folder / "internal/manifest.json").read_bytes())
            assert "internal/brief.docx" in manifest["outputs"]
            assert manifest["brief"]["name"] == "templates/zh-proposal/brief.docx"
            assert not list((result.folder / "submit").rglob("*brief*"))
            assert ("（草稿）" in dump_docx(brief_of(result))) is is_draft

    def test_nothing_handed_in_and_no_fact_tells_of_the_strategy(self, tmp_path: Path) -> None:
        secret = "只给自己人看的话"
        strategy = {"weaknesses": [{"text": secret, "mitigation": secret}], "strengths": [{"text": secret}],
                    "actions": [{"contact": "采购部部长", "text": secret, "owner": secret}]}  # fmt: skip
        result = build(tmp_path, strategy=strategy)
        assert result.folder is not None
        telling = set()
        for path in (path for path in result.folder.rglob("*") if path.is_file()):
            content = path.read_bytes()
            with_parts = [content]
            if path.suffix in (".docx", ".xlsx"):
                with zipfile.ZipFile(path) as package:
                    with_parts += [package.read(name) for name in package.namelist()]
            if any(secret.encode() in part for part in with_parts):
                telling.add(path.relative_to(result.folder).as_posix())
        assert telling == {"internal/brief.docx"}

    def test_volume_that_cannot_be_made_is_told_as_before(self, tmp_path: Path) -> None:
        deal = make_two_volumes(tmp_path, templates={"technical": technical_docx("{{ 1 // 0 }}")})
        result = build_deal(deal, Options(now=NOW, is_draft=True))
        assert result.folder is None
        assert [item.code for item in result.diagnostics if item.code[:2] == "TP"] == ["TP07"]

    def test_same_deal_same_bytes(self, tmp_path: Path) -> None:
        one, two = (brief_of(build(tmp_path / name, strategy=STRATEGY)) for name in ("a", "b"))
        assert one == two

    def test_no_cost_no_floor_no_margin(self, tmp_path: Path) -> None:
        deal = make_light(tmp_path, strategy=STRATEGY)
        edit(deal, "unit_price: '12500.00'", "unit_price: '12500.00'\n    cost: '7321.00'\n    floor: '8123.00'")
        result = build_deal(deal, Options(now=NOW, is_draft=True))
        assert result.folder is not None
        report = (result.folder / "internal/report.html").read_text(encoding="utf-8").replace(",", "")
        assert "175704" in report  # the cost of the hardware
        text = dump_docx(brief_of(result)).replace(",", "")
        assert not re.search(r"7321|8123|175704|160296|毛利|成本|底价", text)

    def test_name_of_a_competitor_is_shown_where_the_bid_says_it(self, tmp_path: Path) -> None:
        first, *others = STRATEGY["actions"]
        strategy = {**STRATEGY, "actions": [{**first, "against": RIVAL["name"]}, *others]}
        deal = make_workspace(tmp_path, strategy=strategy, competitors=[RIVAL])
        edit(deal, "质保期内免费维修，季度巡检。", "质保期内免费维修，优于远岑科技有限公司。")
        found = [item for item in build_deal(deal, Options(now=NOW, is_draft=True)).diagnostics if item.code == "FM14"]
        lines = deal.read_text(encoding="utf-8").splitlines()
        assert found
        assert all(item.span and "优于" in lines[item.span.line - 1] for item in found)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.parent.name)
class TestShippedTemplates:
    def test_mark_stands_in_the_only_header(self, path: Path) -> None:
        parts = parts_of(path.read_bytes())
        body = opc.parse_xml(parts["word/document.xml"])
        (section,) = body.iter(f"{W}sectPr")
        assert section.find(f"{W}titlePg") is None
        assert [item.get(f"{W}type") for item in section.findall(f"{W}headerReference")] == ["default"]
        (header,) = [parts[name].decode() for name in parts if re.fullmatch(r"word/header\d\.xml", name)]
        assert any(mark in header for mark in MARKS.values())

    def test_tables_repeat_their_titles_and_keep_their_rows_whole(self, path: Path) -> None:
        document = docx.Document(str(path))
        titled = [table for table in document.tables if table._tbl.find(f"{W}tr/{W}trPr/{W}tblHeader") is not None]
        assert len(titled) == 9
        for table in document.tables:
            assert all(row.find(f"{W}trPr/{W}cantSplit") is not None for row in table._tbl.findall(f"{W}tr"))

    def test_headings_stay_with_what_follows(self, path: Path) -> None:
        document = docx.Document(str(path))
        for name in ("Heading 1", "Heading 2", "Table Head"):
            assert document.styles[name].paragraph_format.keep_with_next

    def test_it_has_no_mistake_of_its_own(self, path: Path) -> None:
        found = inspect_template(path.parent).diagnostics
        assert [item for item in found if item.code != "TP18"] == []  # which fonts are installed is not the template's


class TestOwnTemplate:
    def own(self, path: Path, text: str, **changes: Any) -> Path:
        document = docx.Document(str(SHIPPED[0]))
        document.paragraphs[0].clear().add_run(text)
        stream = io.BytesIO()
        document.save(stream)
        deal = make_light(path, **changes)
        write(path / "templates/light/brief.docx", stream.getvalue())
        return deal

    def test_that_of_the_pack_takes_the_place(self, tmp_path: Path) -> None:
        deal = self.own(tmp_path, "我们自己的简报 {{ strategy.done }}", strategy=STRATEGY)
        result = build_deal(deal, Options(now=NOW, is_draft=True))
        assert "我们自己的简报 1" in dump_docx(brief_of(result))

    def test_its_mistakes_are_told_by_check(self, tmp_path: Path) -> None:
        problems = run_check(self.own(tmp_path, "{{ strategi.done }}")).diagnostics
        assert [item.code for item in problems] == ["TP04"]
        assert problems[0].span is not None
        assert problems[0].span.file == "templates/light/brief.docx"
        assert [item.code for item in run_check(self.own(tmp_path / "b", "{% if %}")).diagnostics][:1] == ["TP03"]

    def test_pack_is_checked_with_it_and_without_a_deal(self, tmp_path: Path) -> None:
        self.own(tmp_path, "{{ customer.contacts }}")
        found = inspect_template(tmp_path / "templates/light").diagnostics
        assert [item.code for item in found if item.code != "TP18"] == ["TP04"]

    def test_pack_is_signed_without_it(self, tmp_path: Path) -> None:
        deal = make_light(tmp_path)
        sign_all(deal)
        self.own(tmp_path / "other", "另一份")
        write(tmp_path / "templates/light/brief.docx", (tmp_path / "other/templates/light/brief.docx").read_bytes())
        gate = run_check(deal).gate
        assert gate is not None
        assert gate.is_ready_to_submit

    def test_file_of_that_name_that_a_volume_uses_stays_the_volumes(self, tmp_path: Path) -> None:
        deal = make_workspace(tmp_path)
        edit(tmp_path / "bidkit.yaml", "as_of: 2026-09-01", "as_of: 2026-09-01\npack: mine")
        manifest = "schema: bidkit/pack@1\nlocale: zh-CN\nproposal: brief.docx\n"
        make_pack(root_of(deal), manifest, brief=(shipped_packs() / "zh-proposal/proposal.docx").read_bytes())
        result = build_deal(deal, Options(now=NOW, is_draft=True))
        assert result.folder is not None, [item.message("en") for item in result.diagnostics]
        assert (result.folder / "submit/brief-DRAFT.docx").is_file()
        assert MARKS["zh"] in dump_docx(brief_of(result))

    def test_file_that_is_no_template_is_told(self, tmp_path: Path) -> None:
        deal = make_light(tmp_path)
        write(tmp_path / "templates/light/brief.docx", b"not a zip")
        assert [item.code for item in run_check(deal).diagnostics] == ["TP01"]

    def test_each_file_of_a_shipped_pack_but_the_brief_is_in_its_hash(self) -> None:
        files = Workspace(shipped_packs().parent)
        from bidkit.pack import read_pack

        pack, problems = read_pack(files, f"{shipped_packs().name}/zh-proposal")
        assert pack is not None, problems
        assert pack.has_own_brief
        assert not [name for name in files.hashes() if name.endswith("brief.docx")]
        assert "brief.docx" not in pack.includes


@pytest.mark.office
def test_each_page_is_marked_and_ends_in_no_heading(tmp_path: Path) -> None:
    deal = ROOT / "examples/water/deals/water/deal.yaml"
    result = build_deal(deal, Options(now=NOW, is_draft=True, out=tmp_path))
    write(tmp_path / "brief.docx", brief_of(result))
    command = ["soffice", "--headless", f"-env:UserInstallation=file://{tmp_path}/office", "--convert-to", "pdf"]
    subprocess.run([*command, "--outdir", tmp_path, tmp_path / "brief.docx"], check=True, capture_output=True)
    done = subprocess.run(
        ["pdftotext", "-layout", tmp_path / "brief.pdf", "-"], check=True, capture_output=True, text=True
    )
    pages = done.stdout.split("\f")[:-1]
    assert len(pages) > 3
    for page in pages:
        *above, last, _ = [line.strip() for line in page.splitlines() if line.strip()]
        assert re.sub(r"\s", "", MARKS["zh"]) in re.sub(r"\s", "", above[0])
        assert not re.match(r"\d(\.\d)?\s", last), "a heading stands at the foot"
