"""Format rules: how they are written, applied, and judged on the finished bytes."""

from __future__ import annotations

import random
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from effort import EFFORT
from format_files import (
    BODY,
    SPOILS,
    STRICT,
    blind_docx,
    change,
    dressed,
    judge,
    make_rules,
    mark,
    plain_volume,
    properties,
    shown_runs,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from office_files import DAY, parts_of, sound, texts
from pack_files import make_two_volumes
from workspace import NOW, edit, make_pdf, make_workspace, run_check, sign_all, write

from bidkit.build import Options, build_deal
from bidkit.deal.layout import SIZE_NAMES, find_rules
from bidkit.diagnostic import Diagnostic, Severity
from bidkit.office import lay_out
from bidkit.ooxml.template import compile_template
from bidkit.paging import count_pages
from bidkit.readback import read_docx
from bidkit.reports import Result
from bidkit.verify import verify_files

CHOICE = "  rules: mof87\n"
TECHNICAL = "CXSW-2026-001-资格及商务技术文件"


def with_rules(deal: Path, text: str) -> int:
    """Write `tender.format_rules`, indented by four; the line of its first item."""
    body = "".join(f"    {line}\n" for line in text.strip().splitlines())
    line, _ = edit(deal, CHOICE, f"{CHOICE}  format_rules:\n{body}")
    return line + 2


def codes(found: list[Diagnostic]) -> set[str]:
    return {item.code for item in found}


def errors(result: Result) -> list[Diagnostic]:
    return [item for item in result.diagnostics if item.severity is Severity.ERROR]


# how they are written


@pytest.mark.parametrize(
    ("written", "twips"),
    [("2.5cm", 1417), ("25mm", 1417), ("25 毫米", 1417), ("1in", 1440), ("1 英寸", 1440), ("72pt", 1440), ("0cm", 0)],
)
def test_a_length_is_written_with_its_unit(written: str, twips: int) -> None:
    assert make_rules({"margins": {"top": written}}).margins.top == twips  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("written", "points"), [*SIZE_NAMES.items(), ("12pt", "12"), ("10.5 磅", "10.5"), ("11", "11")]
)
def test_a_size_is_written_in_points_or_by_its_name(written: str, points: str) -> None:
    assert str(make_rules({"text": {"size": written}}).text.size) == points  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("written", "line", "is_exact"),
    [("1.5", 360, False), ("1.5倍", 360, False), ("28磅", 560, True), ("28.5pt", 570, True)],
)
def test_line_spacing_is_a_multiple_or_exact(written: str, line: int, is_exact: bool) -> None:
    spacing = make_rules({"text": {"line_spacing": written}}).text.line_spacing  # type: ignore[union-attr]
    assert spacing is not None
    assert (spacing.line, spacing.is_exact) == (line, is_exact)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("margins: {top: 2.5}", "2.5"),
        ("margins: {top: 2.5 ells}", "2.5 ells"),
        ("margins: {top: -1cm}", "-1cm"),
        ("margins: {left: 40cm}", "40cm"),
        ("text: {size: 小十}", "小十"),
        ("text: {size: 12.3pt}", "12.3pt"),
        ("text: {size: 200}", "200"),
        ("text: {line_spacing: 28}", "28"),
        ("text: {line_spacing: 0.5}", "0.5"),
        ("text: {line_spacing: 1.5cm}", "1.5cm"),
        ("text: {first_line_indent: 2}", "2"),
        ("text: {first_line_indent: 50字符}", "50字符"),
    ],
)
def test_a_measure_that_cannot_be_is_shown_with_what_may_be_written(tmp_path: Path, key: str, value: str) -> None:
    deal = make_workspace(tmp_path)
    line = with_rules(deal, f"- {key}")
    (found,) = run_check(deal).diagnostics
    assert found.span is not None
    assert (found.code, found.span.line, found.values["value"]) == ("DL39", line, value)
    assert found.values["allowed"] in found.fix("zh")


def test_a_profile_for_a_volume_that_is_not_there_is_shown(tmp_path: Path) -> None:
    deal = make_two_volumes(tmp_path)
    with_rules(deal, "- {volumes: [technik], header: false}")
    (found,) = [item for item in run_check(deal).diagnostics if item.code != "EN01"]
    assert (found.code, found.values["id"], found.values["near"]) == ("DL15", "technik", "technical")


def test_what_is_said_of_a_volume_weighs_more_than_what_is_said_of_all() -> None:
    profiles = [
        make_rules({"volumes": ["a"], "text": {"size": "四号"}, "header": "true"}),
        make_rules({"text": {"size": "小四", "east_asian": "宋体"}, "header": "false", "bold": "false"}),
    ]
    rules = find_rules(profiles, "a")
    assert rules is not None and rules.text is not None
    assert (str(rules.text.size), rules.text.east_asian, rules.header, rules.bold) == ("14", "宋体", True, False)
    other = find_rules(profiles, "b")
    assert other is not None and other.text is not None
    assert (str(other.text.size), other.header) == ("12", False)
    assert find_rules(profiles[:1], "b") is None


def test_a_blind_volume_has_nothing_around_it_unless_it_may() -> None:
    rules = find_rules([make_rules({"blind": "true", "cover": "true"})], "a")
    assert rules is not None
    assert (rules.header, rules.footer, rules.cover, rules.colors, rules.page_number) == (
        False,
        False,
        True,
        False,
        "none",
    )
    assert find_rules([make_rules({"blind": "false"})], "a").header is None  # type: ignore[union-attr]


# applied, and found to be so


def test_the_template_as_it_is_does_not_look_so() -> None:
    found = judge(plain_volume()[1], make_rules(STRICT))
    assert codes(found) == {"PK20", "PK21", "PK22", "PK23", "PK24"}
    kinds = {item.values["what"].key for item in found if item.code == "PK23"}
    assert kinds == {"header", "footer", "cover", "contents"}


def test_a_strict_look_is_applied_whole() -> None:
    content = sound(dressed(make_rules(STRICT)))
    assert judge(content, make_rules(STRICT)) == []
    before = [text for text in texts(plain_volume()[1]) if text.strip()]
    after = [text for text in texts(content) if text.strip()]
    start = (
        before.index("方案概述", before.index("方案概述") + 1)
        if before.count("方案概述") > 1
        else before.index("方案概述")
    )
    assert after == before[start:]  # no text is lost but cover and contents


def test_a_look_is_written_into_styles_not_into_every_run() -> None:
    content = dressed(make_rules(STRICT))
    parts = parts_of(content)
    body = re.sub(
        rb"<mc:AlternateContent.*?</mc:AlternateContent>", b"", parts[BODY], flags=re.DOTALL
    )  # the Gantt chart
    sizes = body.count(b"<w:sz ")
    runs = body.count(b"<w:r>")
    assert runs > 200
    assert sizes <= 10


_SIZES = st.sampled_from(["小四", "四号", "11pt", "五号"])
_FONTS = st.sampled_from(["宋体", "仿宋", "楷体"])
_LATIN = st.sampled_from(["Arial", "Times New Roman"])
_LINES = st.sampled_from(["1", "1.5", "2", "28磅", "22pt"])
_FLAG = st.sampled_from(["true", "false"])


def _maybe(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=fields)


_FACE = {"east_asian": _FONTS, "latin": _LATIN, "size": _SIZES, "line_spacing": _LINES}
_RULES = _maybe(
    paper=st.sampled_from(["A4", "A3", "Letter"]),
    margins=_maybe(**{side: st.sampled_from(["1in", "20mm", "3.5cm"]) for side in ("top", "bottom", "left", "right")}),
    text=_maybe(**_FACE, first_line_indent=st.sampled_from(["2字符", "0字符", "8mm"])),
    headings=st.lists(_maybe(**_FACE), max_size=3),
    tables=_maybe(**_FACE, min_size=st.just("五号")),
    header=st.just("false"),
    footer=st.just("false"),
    page_number=st.sampled_from(["none", "left", "center", "right"]),
    cover=st.just("false"),
    contents=st.just("false"),
    colors=st.just("false"),
    bold=st.just("false"),
    italic=st.just("false"),
    underline=st.just("false"),
)


@settings(max_examples=15 * EFFORT, deadline=None, suppress_health_check=list(HealthCheck))
@given(_RULES)
def test_any_rules_that_are_applied_are_found_kept(values: dict[str, Any]) -> None:
    rules = make_rules(values)
    assert judge(sound(dressed(rules)), rules) == []


@settings(max_examples=8 * EFFORT, deadline=None, suppress_health_check=list(HealthCheck))
@given(_RULES, _RULES)
def test_applying_other_rules_on_top_forgets_the_first(first: dict[str, Any], second: dict[str, Any]) -> None:
    rules = make_rules(second)
    assert judge(sound(dressed(rules, dressed(make_rules(first)))), rules) == []


@pytest.mark.parametrize("name", SPOILS)
@pytest.mark.parametrize("seed", range(2 * EFFORT))
def test_one_thing_spoilt_anywhere_is_found_at_its_place(name: str, seed: int) -> None:
    spoil, rules = SPOILS[name], make_rules(STRICT)
    content = change(dressed(rules), spoil.part, lambda tree: spoil.alter(tree, random.Random(f"{name}{seed}")))
    found = judge(content, rules)
    assert codes(found) == {spoil.code}
    assert all(item.span is not None and dict(item.span.place)["part"].startswith("word/") for item in found)


def test_a_fault_tells_heading_and_paragraph_or_cell() -> None:
    rules = make_rules(STRICT)

    def alter(tree: Any) -> None:
        run = next(run for run in shown_runs(tree) if "延迟" in "".join(run.itertext()))
        mark(properties(run, "w:rPr"), "w:sz", val="30")

    (found,) = judge(change(dressed(rules), BODY, alter), rules)
    assert found.span is not None
    place = dict(found.span.place)
    assert place["heading"] == "数据流程"
    assert {"table", "row", "cell"} <= set(place)
    assert "15 pt" in found.message("zh") and "10.5 pt" in found.message("en")


def test_a_text_without_heading_or_page_break_is_no_cover() -> None:
    """A cover is free in its look; a text must not become one by having no heading."""
    from office_files import docx, p, r

    rules = make_rules({"text": {"size": "12pt"}})
    assert codes(judge(docx(p(r("正文", '<w:sz w:val="30"/>'))), rules)) == {"PK20"}
    long = docx(
        p(r("字" * 1001, '<w:sz w:val="30"/>')),
        p(properties='<w:sectPr><w:pgSz w:w="1" w:h="1"/></w:sectPr>'),
        p(r("正文", '<w:sz w:val="24"/>')),
    )
    assert codes(judge(long, rules)) == {"PK20"}


# whole builds


STRICT_YAML = """
- margins: {top: 2.5cm, bottom: 2.5cm, left: 2.5cm, right: 2.5cm}
  text: {east_asian: 宋体, latin: Times New Roman, size: 小四, line_spacing: 1.5, first_line_indent: 2字符}
  headings: [{east_asian: 黑体, size: 三号}, {east_asian: 黑体, size: 四号}]
  tables: {min_size: 五号}
  header: false
  colors: false
"""


def test_a_strict_profile_is_built_and_proved(tmp_path: Path) -> None:
    deal = make_workspace(tmp_path)
    with_rules(deal, STRICT_YAML)
    sign_all(deal)
    result = build_deal(deal, Options(now=NOW))
    assert errors(result) == []
    assert result.folder is not None
    content = (result.folder / "submit/proposal.docx").read_bytes()
    file = read_docx(content, "proposal.docx")
    assert all(text == "" for _, text in file.headers)
    assert "澄溪水厂数据采集项目" in file.text  # the cover still names the project


def test_a_draft_says_so_where_no_header_is_allowed(tmp_path: Path) -> None:
    deal = make_workspace(tmp_path)
    with_rules(deal, STRICT_YAML)
    result = build_deal(deal, Options(now=NOW, is_draft=True))
    assert {item.code for item in errors(result)} <= {"GT03"}
    assert result.folder is not None
    file = read_docx((result.folder / "submit/proposal-DRAFT.docx").read_bytes(), "proposal.docx")
    assert {text for _, text in file.headers} == {"草稿 DRAFT"}


def test_rules_of_a_tender_void_what_was_signed_for_it(tmp_path: Path) -> None:
    deal = make_workspace(tmp_path)
    sign_all(deal)
    with_rules(deal, "- {header: false}")
    gate = run_check(deal).gate
    assert gate is not None
    assert "GT04" in {problem.code for item in gate.blocking("build", "submit") for problem in item.open}


def test_a_picture_where_none_is_allowed_stops_the_build(tmp_path: Path) -> None:
    deal = make_workspace(tmp_path)
    with_rules(deal, "- {pictures: false}")
    sign_all(deal)
    result = build_deal(deal, Options(now=NOW))
    assert result.folder is None
    assert codes(errors(result)) == {"PK24"}


# pages


def test_without_libreoffice_a_page_limit_is_not_proved(tmp_path: Path) -> None:
    deal = make_workspace(tmp_path)
    with_rules(deal, "- pages: {max: 500}")
    sign_all(deal)
    result = build_deal(deal, Options(now=NOW))
    assert (result.folder, codes(errors(result))) == (None, {"PK26"})
    draft = build_deal(deal, Options(now=NOW, is_draft=True))
    assert draft.folder is not None
    assert "PK26" in codes(errors(draft))


@pytest.mark.office
def test_a_page_limit_passes_at_its_number_and_not_above(tmp_path: Path) -> None:
    deal = make_workspace(tmp_path)
    with_rules(deal, "- pages: {max: 1}")
    sign_all(deal)
    result = build_deal(deal, Options(now=NOW))
    (over,) = errors(result)
    assert (over.code, result.folder) == ("PK25", None)
    assert over.span is not None and over.span.file == "deals/water/deal.yaml"
    total = over.values["counted"]
    assert total == over.values["total"] > 5
    for limit, is_built in ((total - 1, False), (total, True)):
        text = deal.read_text(encoding="utf-8")
        write(deal, text.replace("max: 1}", f"max: {limit}}}").replace(f"max: {total - 1}}}", f"max: {limit}}}"))
        sign_all(deal)
        assert (build_deal(deal, Options(now=NOW)).folder is not None) is is_built


@pytest.mark.office
def test_pages_that_do_not_count_are_left_out() -> None:
    content = plain_volume()[1]
    layouts, problems = lay_out({"t.docx": content})
    assert problems == []
    pdf = layouts["t.docx"]
    whole = count_pages(pdf)
    front = count_pages(pdf, skip_front=True)
    assert whole.total == whole.counted == front.total
    assert whole.counted - front.counted == 2  # cover and contents
    last = count_pages(pdf, skip_chapters=["需求响应与偏离表"])
    assert 0 < last.counted < whole.counted
    both = count_pages(pdf, skip_front=True, skip_chapters=["服务体系", "第5章 需求响应与偏离表"])
    assert both.counted < min(front.counted, last.counted)
    assert count_pages(pdf, skip_chapters=["附件"]).missing == ("附件",)
    assert count_pages(pdf, skip_chapters=["附件"]).counted == whole.total


@pytest.mark.office
def test_a_page_that_a_chapter_shares_with_what_counts_counts() -> None:
    from office_files import docx, p

    body = [p("一", style="Heading1"), p("正文"), p("附件", style="Heading1"), *[p("资料")] * 3]
    layouts, _ = lay_out(
        {"shared.docx": docx(*body), "own.docx": docx(*body[:2], p('<w:r><w:br w:type="page"/></w:r>'), *body[2:])}
    )
    shared = count_pages(layouts["shared.docx"], skip_chapters=["附件"], top_margin=1440)
    assert (shared.total, shared.counted) == (1, 1)
    own = count_pages(layouts["own.docx"], skip_chapters=["附件"], top_margin=1440)
    assert own.total == 2


@pytest.mark.office
def test_a_chapter_that_should_not_count_and_is_not_there_is_shown(tmp_path: Path) -> None:
    deal = make_workspace(tmp_path)
    with_rules(deal, "- pages: {max: 100, skip_front: true, skip_chapters: [附件]}")
    sign_all(deal)
    result = build_deal(deal, Options(now=NOW))
    (found,) = errors(result)
    assert (found.code, found.values["what"]) == ("PK26", "附件")


@pytest.mark.office
def test_pages_counted_in_other_fonts_are_a_warning(tmp_path: Path) -> None:
    deal = make_workspace(tmp_path)
    with_rules(deal, "- {text: {east_asian: 无此字体}, pages: {max: 100}}")
    sign_all(deal)
    result = build_deal(deal, Options(now=NOW))
    assert errors(result) == []
    (found,) = [item for item in result.diagnostics if item.code == "PK27"]
    assert found.severity is Severity.WARNING
    assert "无此字体" in found.values["fonts"]


@pytest.mark.parametrize("page", ["format-rules.md", "format-rules.en.md"])
def test_the_example_of_the_page_is_read(page: str, tmp_path: Path) -> None:
    text = (Path(__file__).parents[1] / "docs" / page).read_text(encoding="utf-8")
    example = text.split("```yaml\n")[1].split("```")[0]
    rules = "\n".join(line[4:] for line in example.splitlines()[2:])
    deal = make_two_volumes(tmp_path, templates={"technical": blind_docx()})
    with_rules(deal, rules)
    assert [item for item in run_check(deal).diagnostics if item.code != "EN01"] == []


def test_text_is_raised_to_the_smallest_size_also_where_a_style_inherits_it() -> None:
    from office_files import docx, p, r, styles_xml, tbl, tc, tr

    small = '<w:docDefaults><w:rPrDefault><w:rPr><w:sz w:val="16"/></w:rPr></w:rPrDefault></w:docDefaults>'
    table = tbl(tr(tc(p("甲", style="TableText")), tc(p(r("乙", '<w:sz w:val="14"/>'), style="Normal"))))
    styles = styles_xml().replace("<w:style ", small + "<w:style ", 1)
    content = docx(p("正文"), table, styles=styles)
    rules = make_rules({"tables": {"min_size": "10pt"}})
    assert codes(judge(content, rules)) == {"PK20"}
    assert judge(dressed(rules, content), rules) == []


@pytest.mark.office
def test_the_page_limit_of_an_english_rfp_broken_on_purpose_is_caught(tmp_path: Path) -> None:
    root = Path(__file__).parents[1] / "examples/port"
    shutil.copytree(root, tmp_path / "port", ignore=shutil.ignore_patterns("dist"))
    deal = tmp_path / "port/deals/port/deal.yaml"
    rules = "  format_rules:\n    - pages: {max: 20, skip_front: true, skip_chapters: [Credentials]}\n"
    edit(deal, "\nrequirements:", f"\n{rules}\nrequirements:")
    (found,) = [item for item in build_deal(deal, Options(now=NOW, is_draft=True)).diagnostics if item.code == "PK25"]
    assert 20 < found.values["counted"] < found.values["total"]
    edit(deal, "max: 20", f"max: {found.values['counted']}")
    assert "PK25" not in codes(list(build_deal(deal, Options(now=NOW, is_draft=True)).diagnostics))


@pytest.mark.parametrize("line", ["275.9999", "12pt", "", "-1", "999999999999"])
def test_numbers_as_other_programs_write_them_are_no_crash(line: str) -> None:
    from office_files import docx, p, r

    section = f'<w:sectPr><w:pgSz w:w="{line}" w:h="16838"/><w:pgMar w:left="{line}" w:top="1440"/></w:sectPr>'
    properties_ = f'<w:spacing w:line="{line}" w:lineRule="exact"/><w:ind w:firstLine="{line}"/>'
    content = docx(p(r("甲", f'<w:sz w:val="{line}"/>'), properties=properties_), p(properties=section), p("乙"))
    rules = make_rules({key: value for key, value in STRICT.items() if key not in ("cover", "page_number")})
    assert judge(dressed(rules, content), rules) == []
    assert judge(content, rules) != []


@pytest.mark.parametrize("seed", range(15 * EFFORT))
def test_a_look_is_applied_to_any_sound_document(seed: int) -> None:
    from random_documents import make_template

    chance = random.Random(seed)
    sample = make_template(lambda count: chance.randrange(count) if count > 0 else 0)
    template, problems = compile_template(sample.content, "t.docx", {})
    assert template is not None, problems
    # What stands between a cover and the contents would itself be taken for a cover.
    rules = make_rules({key: value for key, value in STRICT.items() if key != "cover"})
    content = dressed(rules, template.render(sample.context).save(DAY))
    assert judge(sound(content), rules) == []


def test_what_refers_to_the_cover_still_finds_something() -> None:
    from office_files import docx, field, p

    mark_ = '<w:bookmarkStart w:id="7" w:name="top"/><w:bookmarkEnd w:id="7"/>'
    section = '<w:sectPr><w:pgSz w:w="11906" w:h="16838"/></w:sectPr>'
    content = docx(p("封面", mark_, properties=section), p("一", style="Heading1"), p(field(" PAGEREF top ", "1")))
    made = sound(dressed(make_rules({"cover": "false"}), content))
    assert [text for text in texts(made) if text] == ["一", "1"]


@pytest.mark.parametrize("between", ["Tables", "What follows is listed here, for nobody would look for it elsewhere."])
def test_the_title_of_a_list_goes_with_it_in_whatever_style_it_is(between: str) -> None:
    from office_files import contents, docx, p

    section = '<w:sectPr><w:pgSz w:w="11906" w:h="16838"/></w:sectPr>'
    lists = [p("Contents"), contents(), p(between), contents(' TOC \\h \\c "Table" ')]
    content = docx(p("Cover", properties=section), *lists, p("", properties=section), p("One", style="Heading1"))
    rules = make_rules({"cover": "false", "contents": "false"})
    made = sound(dressed(rules, content))
    is_title = between == "Tables"
    assert [text for text in texts(made) if text] == ([] if is_title else [between]) + ["One"]
    assert ("PK23" in codes(judge(made, rules))) is not is_title


def test_the_pdf_that_is_handed_in_is_what_is_counted() -> None:
    bid, content = plain_volume()
    rules = make_rules({"pages": {"max": "2"}})
    files = {"submit/t.docx": content, "submit/t.pdf": make_pdf(3)}
    found = verify_files(bid, files, is_draft=False, formats={"submit/t.docx": rules})
    assert [item.values["counted"] for item in found if item.code == "PK25"] == [3]
    files["submit/t.pdf"] = make_pdf(2)
    found = verify_files(bid, files, is_draft=False, formats={"submit/t.docx": rules})
    assert not {"PK25", "PK26"} & codes(found)
