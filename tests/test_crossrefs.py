"""Fields that point at bookmarks: what they show is what Word would show after an update."""

from __future__ import annotations

from typing import Any

import pypdfium2
import pytest
from office_files import (
    DAY,
    codes,
    contents,
    docx,
    field,
    filled,
    numbering_xml,
    p,
    place_of,
    png,
    q,
    r,
    refusals,
    rendered,
    section_end,
    sound,
    styles_xml,
    tbl,
    tc,
    text_of,
    texts,
    tr,
    tree,
)

from bidkit.office import lay_out
from bidkit.office.pages import read_destinations, read_outline
from bidkit.ooxml.docxtpl import DocxTemplate
from bidkit.ooxml.markdown import Markdown
from bidkit.ooxml.rich import Xml
from bidkit.ooxml.values import read_image

CHAPTERS = (("chineseCounting", "第%1章", ""), ("chineseCounting", "%2、", ""), ("chineseCounting", "（%3）", ""))
BREAK = '<w:p><w:r><w:br w:type="page"/></w:r></w:p>'


def marked(name: str, *inside: str, number: int = 7) -> str:
    """Runs inside a bookmark."""
    runs = "".join(item if item.startswith("<") else r(item) for item in inside)
    return f'<w:bookmarkStart w:id="{number}" w:name="{name}"/>{runs}<w:bookmarkEnd w:id="{number}"/>'


def heading(level: int, *runs: str) -> str:
    return p(*runs, style=f"Heading{level}")


def shown(instruction: str, *body: str, context: dict[str, Any] | None = None, **options: str) -> str:
    """What a field in the first paragraph shows, before a body."""
    file = filled(docx(p("[", field(instruction, "old"), "]"), *body, **options), context)
    return texts(file)[0][1:-1]


# the text of a bookmark


@pytest.mark.parametrize("instruction", ["REF x", ' ref "x" \\h ', "REF x \\* MERGEFORMAT \\h", "REF x \\* CHARFORMAT"])
def test_a_reference_shows_what_its_bookmark_encloses(instruction: str) -> None:
    assert shown(instruction, p("a ", marked("x", "{{ n }}", r(" & c", "<w:b/>")), " d"), context={"n": "R&D"}) == (
        "R&D & c"
    )


def test_a_reference_to_a_caption_shows_its_number() -> None:
    label = marked("x", "图 ", field("SEQ 图 \\* ARABIC", "9"))
    first = p("图 ", field("SEQ 图 \\* ARABIC", "9"), " a", style="Caption")
    assert shown("REF x \\h", first, p(label, "  b", style="Caption")) == "图 2"


def test_a_reference_before_and_behind_its_target_shows_the_same() -> None:
    see = p(field("REF x", "old"))
    assert texts(filled(docx(see, p(marked("x", "a")), see))) == ["a", "a", "a"]


def test_a_reference_shows_the_text_of_a_reference_inside_its_target() -> None:
    inner = p(marked("x", "see ", field("REF y", "old")))
    assert shown("REF x", inner, p(marked("y", "deep", number=8))) == "see deep"


def test_breaks_and_tabs_of_a_target_are_kept() -> None:
    inside = f"<w:r>{'<w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t>'}</w:r>"
    assert shown("REF x", p(marked("x", inside))) == "a\tb\nc"


def test_a_result_over_several_runs_becomes_one_in_the_look_of_the_first() -> None:
    old = field("REF x", "A").replace(r("A"), r("A", "<w:b/>") + r("B", "<w:i/>") + "<w:r><w:tab/></w:r>")
    root = tree(filled(docx(p(old), p(marked("x", "new")))))
    runs = [run for run in next(root.iter(q("w:p"))).iter(q("w:r")) if text_of(run)]
    assert [(text_of(run), run.find(f"{q('w:rPr')}/{q('w:b')}") is not None) for run in runs] == [("new", True)]


def test_a_field_that_was_never_updated_gets_its_result() -> None:
    bare = field("REF x", "old").replace(r("old"), "")
    no_separator = bare.replace('<w:r><w:fldChar w:fldCharType="separate"/></w:r>', "")
    assert texts(filled(docx(p(bare), p(no_separator), p(marked("x", "a"))))) == ["a", "a", "a"]


def test_a_field_that_word_wrote_as_one_element_is_resolved() -> None:
    simple = f'<w:fldSimple w:instr=" REF x \\h ">{r("old")}</w:fldSimple>'
    assert texts(filled(docx(p("see ", simple), p(marked("x", "a"))))) == ["see a", "a"]


def test_a_field_in_one_run_is_resolved() -> None:
    whole = field("REF x", "old").replace("</w:r><w:r>", "").replace("<w:r>", "<w:r><w:rPr><w:b/></w:rPr>")
    bare = whole.replace('<w:t xml:space="preserve">old</w:t>', "")
    assert whole.count("<w:r>") == 1
    root = tree(filled(docx(p("a ", whole, bare, " b ", whole), p(marked("x", "new")))))
    first = next(root.iter(q("w:p")))
    assert text_of(first) == "a newnew b new"
    looks = [run.find(f"{q('w:rPr')}/{q('w:b')}") is not None for run in first.iter(q("w:r")) if text_of(run) == "new"]
    assert looks == [True, True, True]


def test_a_field_in_a_link_in_a_cell_and_in_a_header_is_resolved() -> None:
    see = field("REF x", "old")
    link = f'<w:hyperlink w:anchor="x">{see}</w:hyperlink>'
    file = filled(docx(p(link), tbl(tr(tc(p(see)), "b")), p(marked("x", "a")), header=p(see)))
    assert texts(file) == ["a", "a", "b", "a"]
    assert texts(file, "word/header1.xml") == ["a"]


def test_a_heading_with_a_reference_is_listed_with_its_words() -> None:
    result = rendered(docx(contents(), heading(1, "as in ", field("REF x", "old")), p(marked("x", "R&D"))))
    assert [item.text for item in result.headings] == ["as in R&D"]
    assert texts(sound(result.save(DAY)))[0] == "第一章 as in R&D"


def test_names_may_come_from_tags() -> None:
    loop = p("{%p for n in [1, 2] %}"), p("{%p endfor %}")
    index = p(field("REF doc_{{ n }} \\h", "old"), " {{ n }}")
    target = p('<w:bookmarkStart w:id="1" w:name="doc_{{ n }}"/>', "paper {{ n }}", '<w:bookmarkEnd w:id="1"/>')
    file = filled(docx(loop[0], index, loop[1], loop[0], target, loop[1]))
    assert texts(file) == ["paper 1 1", "paper 2 2", "paper 1", "paper 2"]


def test_a_name_that_a_tag_gives_in_vain_is_told_at_its_place() -> None:
    (problem,) = refusals(docx(heading(1, "一"), p(field("PAGEREF doc_{{ n }} \\h", "9"))), {"n": 5})
    assert (problem.code, problem.values["name"], place_of(problem)["heading"]) == ("TP12", "doc_5", "一")


# numbers


@pytest.mark.parametrize("switch", ["\\r", "\\n", "\\w", "\\r \\h", "\\h \\w \\* MERGEFORMAT"])
def test_a_reference_by_number_shows_the_heading_s_number(switch: str) -> None:
    body = heading(1, "a"), heading(2, "b"), heading(2, marked("x", "c"))
    assert shown(f"REF x {switch}", *body) == "1.2"


@pytest.mark.parametrize(
    ("switch", "number"), [("\\n", "（二）"), ("\\w", "第一章三、（二）"), ("\\r", "第一章三、（二）")]
)
def test_full_numbers_are_those_of_all_levels(switch: str, number: str) -> None:
    body = [heading(1, "a"), *[heading(2, "b")] * 3, heading(3, "c"), heading(3, marked("x", "d"))]
    assert shown(f"REF x {switch}", *body, numbering=numbering_xml(CHAPTERS)) == number


def test_a_number_is_shown_without_its_full_stop() -> None:
    stops = (("decimal", "%1.", ""), ("decimal", "%1.%2.", ""), ("decimal", "%1.%2.%3.", ""))
    body = heading(1, "a"), heading(2, marked("x", "b"))
    assert shown("REF x \\r", *body, numbering=numbering_xml(stops)) == "1.1"


def test_a_bookmark_around_a_paragraph_counts_as_in_it() -> None:
    around = '<w:bookmarkStart w:id="3" w:name="x"/>' + heading(1, "b") + '<w:bookmarkEnd w:id="3"/>'
    assert shown("REF x \\r", heading(1, "a"), around) == "第二章"
    assert shown("REF x", heading(1, "a"), around) == "b"


# what cannot be shown


@pytest.mark.parametrize(
    ("instruction", "target", "code"),
    [
        ("REF y", marked("x", "a"), "TP12"),
        ("PAGEREF y \\h", marked("x", "a"), "TP12"),
        ("REF x \\r", marked("x", "a"), "TP17"),
        ("REF x", marked("x", ""), "TP17"),
        ("REF x", marked("x", field("PAGEREF x", "1")), "TP17"),
        ("REF x", marked("x", field("REF x", "1")), "TP17"),
        ("REF x \\p", marked("x", "a"), "TP11"),
        ("REF x \\* Upper", marked("x", "a"), "TP11"),
        ("PAGEREF x \\p \\h", marked("x", "a"), "TP11"),
    ],
)
def test_a_reference_that_cannot_be_shown_is_told_with_its_place(instruction: str, target: str, code: str) -> None:
    problems = refusals(docx(heading(1, "一"), p(field(instruction, "old")), p(target)))
    assert set(codes(problems)) == {code}
    assert {place_of(problem)["heading"] for problem in problems} == {"一"}


def test_text_of_several_paragraphs_is_not_put_into_one() -> None:
    body = p('<w:bookmarkStart w:id="3" w:name="x"/>', "a"), p("b", '<w:bookmarkEnd w:id="3"/>')
    assert codes(refusals(docx(p(field("REF x", "old")), *body))) == ["TP17"]


# values


def test_references_of_raw_xml_are_resolved() -> None:
    value = Xml(p(field("REF x \\r", "old"), " ", field("REF y", "old")) + p(marked("y", "inner")))
    file = filled(docx(heading(1, marked("x", "a")), p("{{p v }}"), p("{{p v }}")), {"v": value})
    assert texts(file) == ["a", "第一章 inner", "inner", "第一章 inner", "inner"]


def test_a_reference_of_raw_xml_is_told_at_the_tag_that_prints_it() -> None:
    (problem,) = refusals(docx(p("{{p v }}")), {"v": Xml(p(field("REF nowhere", "old")))})
    assert (problem.code, problem.values["name"], place_of(problem)["tag"]) == ("TP12", "nowhere", "{{p v }}")


def test_references_of_a_sub_document_are_resolved() -> None:
    template = DocxTemplate(docx(heading(1, "a"), p("{{p x }}")))
    inner = docx(heading(1, marked("_Ref5", "b")), p("see ", field("REF _Ref5 \\r \\h", "第九章")))
    template.render({"x": template.new_subdoc(inner)})
    assert [paragraph.text for paragraph in template.get_docx().paragraphs][-1] == "see 第二章"


# pages


def test_a_page_is_blank_until_it_is_known() -> None:
    body = p("见第 ", field("PAGEREF x \\h", "99"), " 页"), p(marked("x", "a"))
    result = rendered(docx(*body))
    assert texts(sound(result.save(DAY)))[0] == "见第  页"
    pages, lost = result.find_pages([], {"bidkit0": 12})
    assert lost == []
    assert texts(sound(result.save(DAY, pages)))[0] == "见第 12 页"


def test_a_target_that_the_layout_does_not_have_is_told_where_it_is_asked_for() -> None:
    result = rendered(docx(heading(1, "一"), p(field("PAGEREF x", "9")), p(marked("x", "a"))))
    (lost,) = result.find_pages([(1, "一", 1)], {})[1]
    assert (lost.code, lost.values["heading"], place_of(lost)["heading"]) == ("EN07", "x", "一")


def test_an_automatic_bookmark_stays_while_something_points_at_it() -> None:
    body = p(field("PAGEREF _Toc123456789 \\h", "9")), p(marked("_Toc123456789", "a"), marked("_Toc9", "b", number=8))
    root = tree(filled(docx(*body)))
    assert [start.get(q("w:name")) for start in root.iter(q("w:bookmarkStart"))] == ["_Toc123456789"]


def test_a_reference_in_both_forms_of_a_text_box_is_resolved() -> None:
    box = f"<w:txbxContent>{p(field('REF x', 'old'))}</w:txbxContent>"
    both = (
        '<w:r><mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
        f'<mc:Choice Requires="wps">{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback></mc:AlternateContent></w:r>'
    )
    root = tree(filled(docx(p(both), p(marked("x", "a")))))
    assert [text_of(content) for content in root.iter(q("w:txbxContent"))] == ["a", "a"]


@pytest.mark.office
def test_pages_are_those_of_the_layout() -> None:
    index = tbl(
        tr(tc("{%tr for n in range(1, 33) %}"), "x"),
        tr("{{ n }}", tc(p(field("PAGEREF doc_{{ n }} \\h", "99")))),
        tr(tc("{%tr endfor %}"), "x"),
    ).replace(tc("x"), "")
    target = p('<w:bookmarkStart w:id="1" w:name="doc_{{ n }}"/>', "资料 {{ n }}", '<w:bookmarkEnd w:id="1"/>')
    body = [p("{%p for n in range(1, 33) %}"), BREAK, target, p("{%p endfor %}")]
    spanning = [p('<w:bookmarkStart w:id="2" w:name="long"/>', "a"), BREAK, p("b", '<w:bookmarkEnd w:id="2"/>')]
    cover = p("cover", properties=section_end())
    see = p("long ", field("PAGEREF long", "99"), " rest")
    last = p(marked("表_格：1", "z", number=5), field("PAGEREF 表_格：1 \\h", "99"))
    result = rendered(docx(cover, see, index, *body, *spanning, last))
    pdf = lay_out({"a.docx": result.save(DAY, is_layout_copy=True)})[0]["a.docx"]
    pages, lost = result.find_pages(read_outline(pdf), read_destinations(pdf))
    assert lost == []
    file = sound(result.save(DAY, pages))
    with pypdfium2.PdfDocument(lay_out({"a.docx": file})[0]["a.docx"]) as final:
        printed = [page.get_textpage().get_text_range() for page in final]
    found = {n: next(i for i, text in enumerate(printed, 1) if f"资料 {n}\r" in text + "\r") for n in range(1, 33)}
    cells = [[text_of(cell) for cell in row.iter(q("w:tc"))] for row in tree(file).iter(q("w:tr"))]
    assert cells == [[str(n), str(page)] for n, page in found.items()]
    assert len(printed) >= 33
    assert f"long {found[32]} rest" in "".join(texts(file))
    assert texts(file)[-1] == f"z{len(printed)}"


# Markdown


def written(text: str, **options: Any) -> list[str]:
    """The paragraphs that a text makes."""
    return texts(filled(docx(p("{{p x }}"), p("end")), {"x": Markdown(text, {"a.png": LOGO}, **options)}))[:-1]


TABLE = "\n\n| a |\n|---|\n| b |\n\n"
LOGO = read_image(png(), "logo")
assert LOGO is not None


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("# 一\n\n## 范围 {#scope}", "1.1"),
        ("# 范围 {#scope}", "第一章"),
        ("表：规格 {#scope}" + TABLE, "表 1"),
        ("表：甲" + TABLE + "表：规格{#scope}" + TABLE, "表 2"),
        ("![总图](a.png){#scope}", "图 1"),
        ("![总图](a.png) {#scope}", "图 1"),
        ("# Scope *of* supply {#scope}", "第一章"),
        ("##### 范围 {#scope}", "第一章"),
    ],
)
def test_a_link_without_words_shows_the_number_or_label_of_its_target(text: str, label: str) -> None:
    found = written(f"见[](#scope)。\n\n{text}\n\n又见 [](#scope)")
    assert (found[0], found[-1]) == (f"见{label}。", f"又见 {label}")
    assert not any("{#" in line or "scope" in line for line in found)


def test_a_heading_without_number_is_shown_by_its_words() -> None:
    plain = docx(p("{{p x }}"), styles=styles_xml(headings_numbered=False))
    assert texts(filled(plain, {"x": Markdown("# 范围 {#s}\n\n见[](#s)")})) == ["范围", "见范围"]


def test_a_number_in_a_text_is_a_field_that_word_can_update() -> None:
    text = "见[](#s)和[](#t)\n\n# 范围 {#s}\n\n表：规格 {#t}" + TABLE
    root = tree(filled(docx(p("{{p x }}")), {"x": Markdown(text)}))
    assert [(code.text or "").strip() for code in root.iter(q("w:instrText"))] == [
        "REF s \\r \\h",
        "REF t \\h",
        "SEQ 表 \\* ARABIC",
    ]


def test_a_link_with_words_leads_to_its_target() -> None:
    root = tree(filled(docx(p("{{p x }}")), {"x": Markdown("[**见** 下文](#s) end\n\n# 范围 {#s}")}))
    (link,) = root.iter(q("w:hyperlink"))
    assert (link.get(q("w:anchor")), text_of(link)) == ("s", "见 下文")
    (start,) = [item for item in root.iter(q("w:bookmarkStart")) if item.get(q("w:name")) == "s"]
    assert text_of(start.getparent()) == "范围"  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["表:规格", "fig-1", "1st", "a.b", "x" * 60, "a_b_c", "é", "R&D"])
def test_an_id_may_be_anything_without_blanks(name: str) -> None:
    assert written(f"# 范围 {{#{name}}}\n\n[](#{name}) [w](#{name})") == ["范围", "第一章 w"]


def test_a_text_may_point_into_the_template_and_into_another_text() -> None:
    body = [heading(1, marked("own", "a")), p("{{p x }}"), p("{{p y }}"), p(field("REF t \\r", "old"))]
    context = {"x": Markdown("见[](#own)、[](#t)"), "y": Markdown("# 二 {#t}")}
    assert texts(filled(docx(*body), context)) == ["a", "见第一章、第二章", "二", "第二章"]


def test_a_heading_that_points_is_listed_with_what_it_shows() -> None:
    body = contents(), p("{{p x }}")
    assert texts(filled(docx(*body), {"x": Markdown("# 见[](#s)\n\n# 二 {#s}\n\n# [](#s)")}))[:3] == [
        "第一章 见第二章",
        "第二章 二",
        "第三章 第二章",
    ]


@pytest.mark.parametrize("link", ["[](#nowhere)", "[见](#nowhere)", "[见](<#nowhere>)"])
def test_an_unknown_id_is_told_where_it_is_written(link: str) -> None:
    text = Markdown(f"# 一\n\nfirst\n又 {link}\n", file="deals/a/solution.md", line=5)
    (problem,) = refusals(docx(p("{{p x }}")), {"x": text})
    assert (problem.code, problem.values["name"]) == ("TP12", "nowhere")
    assert problem.span is not None
    assert (problem.span.file, problem.span.line, problem.span.width) == ("deals/a/solution.md", 8, len("#nowhere"))
    assert f"又 {link}"[problem.span.col - 1 :].startswith("#nowhere")


@pytest.mark.parametrize("text", ["| [](#no) |\n|---|\n| b |", "表：甲 [](#no)" + TABLE, "# [](#no)", "- [](#no)"])
def test_an_unknown_id_is_found_wherever_it_stands(text: str) -> None:
    (problem,) = refusals(docx(p("{{p x }}")), {"x": Markdown(f"a\n\n{text}", file="a.md")})
    assert problem.span is not None
    assert (problem.code, problem.span.file, problem.span.line) == ("TP12", "a.md", 3)


def test_an_unknown_id_of_a_text_from_nowhere_is_told_at_its_tag() -> None:
    (problem,) = refusals(docx(p("{{p x }}")), {"x": Markdown("[](#no)")})
    assert (problem.code, place_of(problem)["tag"]) == ("TP12", "{{p x }}")


def test_an_id_elsewhere_than_at_a_heading_or_caption_is_text() -> None:
    assert written("a {#x}\n\n- b {#y}") == ["a {#x}", "b {#y}"]


def test_a_text_that_is_printed_twice_has_its_bookmark_once() -> None:
    text = Markdown("# 范围 {#s}\n\n[](#s)")
    assert texts(filled(docx(p("{{p x }}"), p("{{p x }}")), {"x": text})) == ["范围", "第一章"] * 2


@pytest.mark.office
def test_a_bookmark_between_two_paragraphs_stands_on_the_page_of_the_second() -> None:
    around = '<w:bookmarkStart w:id="3" w:name="x"/>' + p("b", properties="<w:pageBreakBefore/>")
    result = rendered(docx(p(field("PAGEREF x", "9")), around + '<w:bookmarkEnd w:id="3"/>'))
    pdf = lay_out({"a.docx": result.save(DAY, is_layout_copy=True)})[0]["a.docx"]
    assert result.find_pages(read_outline(pdf), read_destinations(pdf)) == ({"x": "2"}, [])
