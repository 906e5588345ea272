"""Pages in words: a field where the place is in the same document, text where it is in another volume."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any

import pypdfium2
import pytest
from effort import EFFORT
from office_files import DAY, PAGE, contents, core_xml, docx, field, p, q, r, sound, tbl, text_of, texts, tr, tree
from pack_files import make_pack, make_two_volumes, price_docx
from workspace import NOW, make_workspace, run_check, sign_all

from bidkit.appendix import Appendix
from bidkit.build import Options, build_deal
from bidkit.context.anchors import make_anchors
from bidkit.context.formats import make_filters
from bidkit.diagnostic import Diagnostic, Span
from bidkit.office import lay_out
from bidkit.office.pages import read_outline
from bidkit.ooxml.rendered import Rendered, link_documents
from bidkit.ooxml.template import compile_template
from bidkit.pack import load_pack
from bidkit.readback import read_docx
from bidkit.reports import Result
from bidkit.source import Workspace
from bidkit.volumes import compile_volumes, render_volumes

BREAK = '<w:p><w:r><w:br w:type="page"/></w:r></w:p>'


def at(name: str, *inside: str, number: int = 7) -> str:
    """Runs inside a bookmark."""
    runs = "".join(item if item.startswith("<") else r(item) for item in inside)
    return f'<w:bookmarkStart w:id="{number}" w:name="{name}"/>{runs}<w:bookmarkEnd w:id="{number}"/>'


def render(content: bytes, context: Mapping[str, Any] | None = None, locale: str = "zh-CN") -> Rendered:
    template, problems = compile_template(content, "t.docx", make_filters(locale))
    assert template is not None and not problems, problems
    return template.render(context or {})


def link(*documents: Rendered) -> list[str]:
    """Linked in their order as volumes A, B, C …; what could not be found."""
    keys = [f"{letter}.docx" for letter, _ in zip("ABC", documents, strict=False)]
    link_documents(dict(zip(keys, documents, strict=True)), {key: f"Volume {key[0]}" for key in keys})
    return [item.values["name"] for document in documents for item in document.problems]


def instructions(file: bytes) -> list[str]:
    return [code.text or "" for code in tree(file).iter(q("w:instrText"))]


# in one document


@pytest.mark.parametrize(("locale", "text"), [("zh-CN", "见第 12 页。"), ("en-US", "见page 12。")])
def test_a_page_is_a_field_between_the_words_of_the_locale(locale: str, text: str) -> None:
    document = render(docx(p("见{{ a|page }}。"), p(at("x", "here"))), {"a": "x"}, locale)
    file = sound(document.save(DAY, {"x": "12"}))
    assert texts(file)[0] == text
    assert instructions(file) == [" PAGEREF x \\h "]


def test_a_list_of_anchors_names_each_page_once() -> None:
    body = p("{{ a|pages }}"), p(at("x", "a")), p(at("y", "b", number=8))
    document = render(docx(*body), {"a": ["y", "x", "y"]})
    assert texts(document.save(DAY, {"x": "1", "y": "2"}))[0] == "第 2 页、第 1 页"
    assert texts(render(docx(*body), {"a": []}).save(DAY, {}))[0] == ""


def test_a_page_has_the_look_of_its_tag() -> None:
    body = p(r("见", "<w:i/>"), r("{{ a|page }}", "<w:b/>")), p(at("x", "here"))
    root = tree(render(docx(*body), {"a": "x"}).save(DAY, {"x": "3"}))
    runs = [
        run for run in next(root.iter(q("w:p"))).iter(q("w:r")) if text_of(run) or run.find(q("w:fldChar")) is not None
    ]
    bold = [run.find(f"{q('w:rPr')}/{q('w:b')}") is not None for run in runs]
    assert bold == [False, *[True] * (len(runs) - 1)] and len(runs) == 7


def test_a_page_may_stand_in_the_look_of_a_tracked_change() -> None:
    change = '<w:rPr><w:ins w:id="5" w:author="a" w:date="2026-01-01T00:00:00Z"/><w:b/></w:rPr>'
    run = f"<w:r>{change}<w:t>{{{{ a|page }}}}</w:t></w:r>"
    assert texts(sound(render(docx(p(run), p(at("x", "h"))), {"a": "x"}).save(DAY, {"x": "3"})))[0] == "第 3 页"


@pytest.mark.parametrize("tag", ["{{p a|page }}", "{{r a|page }}", "{% set z %}{{ a|page }}{% endset %}{{ z }}"])
def test_a_page_may_stand_where_any_run_may(tag: str) -> None:
    file = sound(render(docx(p(tag), p(at("x", "here"))), {"a": "x"}).save(DAY, {"x": "3"}))
    assert texts(file)[0] == "第 3 页"


def test_without_a_layout_the_number_is_blank() -> None:
    assert texts(render(docx(p("{{ a|page }}"), p(at("x", "here"))), {"a": "x"}).save(DAY))[0] == "第  页"


def test_a_place_that_is_nowhere_is_told_at_its_tag() -> None:
    (problem,) = render(docx(tbl(tr("{{ a }}", "{{ a|page }}"))), {"a": "x"}).problems
    assert (problem.code, problem.values) == ("TP12", {"name": "x"})
    assert problem.span is not None
    assert problem.span.place[1:] == (("table", "1"), ("row", "1"), ("cell", "2"), ("tag", "{{ a|page }}"))


def test_a_place_that_was_left_out_is_nowhere() -> None:
    body = p("{{ a|page }}"), p("{%p if no %}"), p(at("x", "here")), p("{%p endif %}")
    (problem,) = render(docx(*body), {"a": "x", "no": False}).problems
    assert problem.code == "TP12"


def test_a_page_that_was_left_out_needs_no_place() -> None:
    document = render(docx(p("{%p if no %}"), p("{{ a|page }}"), p("{%p endif %}"), p("b")), {"a": "x", "no": False})
    assert document.problems == [] and document.printed_pages == frozenset()


@pytest.mark.parametrize(
    "tag",
    [
        "{{ 1|page }}",
        "{{ none|page }}",
        "{{ nothing|page }}",
        "{{ ['x', 1]|pages }}",
        "{{ 'x'|pages }}",
        "{{ 'see ' ~ 'x'|page }}",
        "{{ 'x'|page|upper }}",
        "{{ ['x'|page]|join }}",
    ],
)
def test_what_is_no_anchor_or_no_longer_a_page_is_refused(tag: str) -> None:
    assert [item.code for item in render(docx(p(tag), p(at("x", "here")))).problems] == ["TP07"]


@pytest.mark.parametrize("name", ["a|b", "a\ufdd0b", "a<b>&", "{page}", ""])
def test_no_name_can_break_the_document(name: str) -> None:
    document = render(docx(p("{{ a|page }}")), {"a": name})
    assert [item.values["name"] for item in document.problems] == [name]


# chapters, by their words


def chapter(text: str, style: str = "Heading1") -> str:
    return p(text, style=style)


@pytest.mark.parametrize("named", ["项目 团队", "Plan", "pLAN", "第一章 Plan", "第一章Plan"])
def test_the_page_of_a_chapter_is_that_of_its_heading(named: str) -> None:
    body = p("{{ a }}{{ a|chapter('，见', '。') }}"), chapter("Plan"), chapter("项目团队", "Heading2")
    document = render(docx(*body), {"a": named})
    (mark,) = document.printed_pages
    assert mark == ("_Toc00000002" if "团队" in named else "_Toc00000001")
    file = sound(document.save(DAY, {"_Toc00000001": "3", "_Toc00000002": "4"}))
    assert texts(file)[0] == f"{named}，见第 {'4' if '团队' in named else '3'} 页。"
    assert f" PAGEREF {mark} \\h " in instructions(file)


@pytest.mark.parametrize("headings", [[], ["Other"], ["Plan", "Plan"], ["Planning"]])
def test_of_what_is_no_chapter_or_more_than_one_nothing_is_said(headings: list[str]) -> None:
    document = render(
        docx(p("{{ a }}{{ a|chapter(', see ') }}{{ ''|chapter('x') }}"), *map(chapter, headings)), {"a": "Plan"}
    )
    assert link(document) == [] and document.printed_pages == frozenset()
    assert texts(sound(document.save(DAY, {})))[0] == "Plan"


def test_a_chapter_of_another_volume_is_named_with_it() -> None:
    first = render(docx(p("{{ a|chapter(', see ') }}"), chapter("Own")), {"a": "Plan"}, "en-US")
    second, third = render(docx(chapter("Own"), chapter("Plan"))), render(docx(chapter("Own")))
    assert link(first, second, third) == []
    assert [*second.targets] == ["_Toc00000002"] and first.printed_pages == {"B.docx#_Toc00000002"}
    pages = {"_Toc00000001": "1", "B.docx#_Toc00000002": "7"}
    assert texts(sound(first.save(DAY, pages)))[0] == ", see Volume B, page 7"


def test_a_chapter_that_two_other_volumes_have_is_that_of_neither() -> None:
    first = render(docx(p("{{ a|chapter }}")), {"a": "Plan"})
    assert link(first, render(docx(chapter("Plan"))), render(docx(chapter("Plan")))) == []
    assert first.elsewhere == {} and texts(sound(first.save(DAY, {})))[0] == ""


def test_a_chapter_that_original_and_copy_have_is_that_of_the_first() -> None:
    names = {"A": "Volume A", "B": "Volume B", "B copy": "Volume B"}
    first = render(docx(p("{{ a|chapter }}")), {"a": "Plan"}, "en-US")
    documents = [first, render(docx(chapter("Plan"))), render(docx(chapter("Plan")))]
    link_documents(dict(zip(names, documents, strict=True)), names)
    assert first.elsewhere == {"B#_Toc00000001": ("B", "Volume B", "_Toc00000001")}


# marked by a tag


def test_a_tag_marks_its_place() -> None:
    body = p("{{ a|page }}"), p("{{ a|here }}{{ b }}", style="Heading1"), tbl(tr("x", "{{ b|here }}y"))
    document = render(docx(*body), {"a": "x", "b": "here"})
    assert set(document.bookmarks) == {"_Toc00000001", "x", "here"}
    assert document.headings[0].text == "here"
    assert texts(sound(document.save(DAY, {"x": "3"}))) == ["第 3 页", "here", "x", "y"]


def test_a_place_that_is_marked_twice_is_the_first() -> None:
    document = render(docx(p("{{ a|page }}"), *(p("{{ a|here }}", name) for name in "bc")), {"a": "x"})
    root = tree(sound(document.save(DAY, {"x": "3"})))
    marked = [text_of(item) for item in root.iter(q("w:p")) if item.find(q("w:bookmarkStart")) is not None]
    assert marked == ["b"]


def test_a_mark_that_was_left_out_leaves_no_place() -> None:
    body = p("{{ a|page }}"), p("{%p if no %}"), p("{{ a|here }}"), p("{%p endif %}")
    assert [item.code for item in render(docx(*body), {"a": "x", "no": False}).problems] == ["TP12"]
    body = p("{{ a|page }}"), tbl(tr("{%tr for n in [] %}"), tr("{{ a|here }}"), tr("{%tr endfor %}"))
    assert [item.code for item in render(docx(*body), {"a": "x"}).problems] == ["TP12"]


@pytest.mark.parametrize("name", ["", "a b", "1a", "x" * 41, "a-b", 1, None, "a\ufdd0"])
def test_a_name_that_word_would_not_take_is_refused(name: object) -> None:
    assert [item.code for item in render(docx(p("{{ a|here }}")), {"a": name}).problems] == ["TP07"]


# in several


def test_the_page_of_another_document_is_text_with_its_title() -> None:
    first, second = render(docx(p("见{{ a|page }}。")), {"a": "x"}), render(docx(p(at("x", "here"))))
    assert link(first, second) == []
    file = sound(first.save(DAY, {"x": "12"}))
    assert (texts(file), instructions(file)) == (["见《Volume B》第 12 页。"], [])
    assert second.asked == {"x": None}
    assert texts(first.save(DAY)) == ["见《Volume B》第  页。"]


def test_a_place_of_its_own_comes_before_that_of_any_other() -> None:
    first, second = render(docx(p(at("x", "here")))), render(docx(p("{{ a|page }}"), p(at("x", "too"))), {"a": "x"})
    assert link(first, second) == [] and second.elsewhere == {} and first.asked == {}
    assert texts(second.save(DAY, {"x": "4"}))[0] == "第 4 页"


def test_of_several_other_documents_the_first_counts() -> None:
    see = render(docx(p("{{ a|page }}")), {"a": "x"})
    assert link(*(render(docx(p(at("x", "here")))) for _ in range(2)), see) == []
    assert see.elsewhere == {"x": ("A.docx", "Volume A", "x")}


def test_what_no_document_has_is_told_by_each_that_asks() -> None:
    assert link(render(docx(p("{{ a|page }}")), {"a": "x"}), render(docx(p("{{ a|page }}")), {"a": "x"})) == ["x", "x"]


def test_titles_are_text() -> None:
    see = render(docx(p("{{ a|page }}")), {"a": "x"})
    documents = {"a": see, "b": render(docx(p(at("x", "h"))))}
    link_documents(documents, {"a": "", "b": "R&D <{page}>\n"})
    assert texts(sound(see.save(DAY, {"x": "7"}))) == ["《R&D <{page}>\n》第 7 页"]


# anchors


def test_anchors_are_names_that_word_takes() -> None:
    ids = ["GW-200", "质保-1", "a b.c", "𠀀", "x" * 60, "①"]
    anchors = make_anchors("product", ids)
    assert list(anchors) == ids
    assert list(anchors.values())[:4] == ["product_GW_200", "product_质保_1", "product_a_b_c", "product__"]
    assert all(re.fullmatch(r"[a-z]\w{0,39}", name) for name in anchors.values())


def test_ids_that_word_cannot_tell_apart_get_numbers_in_their_order() -> None:
    anchors = make_anchors("p", ["a-b", "A_B", "a b", "a_b_2", *(f"{'y' * 50}{n}" for n in range(12))])
    assert list(anchors.values())[:4] == ["p_a_b", "p_A_B_2", "p_a_b_3", "p_a_b_2_2"]
    assert len({name.casefold() for name in anchors.values()}) == 16
    assert max(map(len, anchors.values())) == 40


# whole builds


SEE = "执照{{ required_credentials[0].papers[0].anchor|page }}"


def two_volumes(path: Path, see: str = SEE) -> Path:
    """Two volumes, of which the one with the prices says where the licence is; the path of the deal."""
    return make_two_volumes(path, templates={"price": price_docx(see)})


def build(deal: Path, *, is_draft: bool = False) -> Result:
    sign_all(deal)
    return build_deal(deal, Options(now=NOW, is_draft=is_draft))


def test_check_finds_an_anchor_that_no_volume_has(tmp_path: Path) -> None:
    deal = two_volumes(tmp_path, "{{ 'nowhere'|page }}")
    (problem,) = [item for item in run_check(deal).diagnostics if item.code != "EN01"]
    assert problem.span is not None
    assert (problem.code, problem.span.file) == ("TP12", "templates/mine/price.docx")
    assert dict(problem.span.place)["tag"] == "{{ 'nowhere'|page }}"


def test_a_tender_with_page_references_is_only_a_draft_without_a_layout(tmp_path: Path) -> None:
    deal = two_volumes(tmp_path)
    result = build(deal)
    assert result.folder is None
    assert [item.code for item in result.diagnostics] == ["PK16", "EN01"]
    assert result.diagnostics[0].span == Span("submit/price.docx")
    draft = build(deal, is_draft=True)
    assert draft.folder is not None
    price = read_docx((draft.folder / "submit/price-DRAFT.docx").read_bytes(), "price")
    assert "执照《资格及商务技术文件》第  页" in price.text


@pytest.mark.office
def test_a_volume_says_on_which_page_of_another_one_a_paper_is(tmp_path: Path) -> None:
    result = build(two_volumes(tmp_path))
    assert result.folder is not None, result.diagnostics
    files = {path.name: path.read_bytes() for path in (result.folder / "submit").glob("*.docx")}
    pdfs, _ = lay_out(files)
    (technical,) = [name for name in files if name != "price.docx"]
    (page,) = [page for _, title, page in read_outline(pdfs[technical]) if title.endswith("营业执照")]
    assert f"执照《资格及商务技术文件》第 {page} 页" in read_docx(files["price.docx"], "price").text


# against LibreOffice


MANIFEST = """\
schema: bidkit/pack@1
locale: zh-CN
volumes:
  - {id: a, title: 第一册, template: a.docx, output: a}
  - {id: b, title: 第二册, template: b.docx, output: b}
  - {id: c, title: 第三册, template: c.docx, output: c}
required_styles: []
"""
ROMAN = '<w:pgNumType w:fmt="lowerRoman" w:start="1"/>'
ARABIC = '<w:pgNumType w:start="1"/>'
FOOTER = p("page <", field("PAGE", "1"), ">")


def random_body(random: Random, own: Sequence[str], named: Sequence[str]) -> list[str]:
    """Paragraphs and tables that mark places, name the pages of places, and fill pages, in any order."""
    words = "各站点安装一台边缘采集网关，数据经专线上报。"
    marks = [f"AT{name}END{{{{ '{name}'|here }}}}" for name in own]
    sees = [f"SEE{n}:{name}={{{{ '{name}'|page }}}};" for n, name in enumerate(named)]
    texts = [*marks, *sees, *(words * random.randint(1, 12) for _ in range(60))]
    random.shuffle(texts)
    blocks = []
    for text in texts:
        kind = random.choice("pppptttbh" if text in marks else "pppptt")
        pushed = words * random.randint(0, 2) + text + words * random.randint(0, 1)
        if kind == "t":
            blocks += [tbl(*(tr(words * random.randint(1, 3), words) for _ in range(3)), tr(pushed, words)), p("x")]
        else:
            blocks.append({"p": "", "b": BREAK, "h": ""}[kind] + p(pushed, style="Heading1" if kind == "h" else ""))
    return blocks


def random_volume(random: Random, own: Sequence[str], named: Sequence[str], numbers: str) -> bytes:
    """A document, in which pages count on, begin anew, or begin anew behind Roman ones."""
    blocks = random_body(random, own, named)
    footer = '<w:footerReference w:type="default" r:id="rIdfooter"/>'
    if numbers:
        cut = random.randint(10, 30)
        section = f'<w:sectPr>{footer}<w:type w:val="nextPage"/>{PAGE}{ROMAN if numbers == "roman" else ""}</w:sectPr>'
        blocks.insert(cut, p("end", properties=section))
    last = PAGE + (ARABIC if numbers else "")
    return docx(contents(' TOC \\o "1-1" \\h '), *blocks, footer=FOOTER, last_section=last, core=core_xml("x"))


def render_pack(
    path: Path, manifest: str = MANIFEST, **templates: bytes
) -> tuple[dict[str, bytes] | None, list[Diagnostic]]:
    """The volumes of the small workspace's bid, made of these templates."""
    result = run_check(make_workspace(path))
    assert result.bid is not None and result.root is not None
    lines = manifest.splitlines(keepends=True)
    kept = [line for line in lines if "id:" not in line or line.split("id: ")[1][0] in templates]
    make_pack(path, "".join(kept), **templates)
    pack, problems = load_pack(Workspace(path), "mine")
    assert pack is not None, problems
    volumes, problems = compile_volumes(pack, result.bid)
    assert not problems, problems
    filled, problems = render_volumes(volumes, result.bid, Appendix((), {}), "deal.yaml", is_draft=False)
    return filled.files if filled else None, problems


def printed_pages(pdf: bytes) -> list[tuple[str, str]]:
    """Of each page the number that is printed on it, and its text without blanks."""
    with pypdfium2.PdfDocument(pdf) as document:
        texts = ["".join(page.get_textpage().get_text_range().split()) for page in document]
    return [(re.findall(r"page<(\w+)>", text)[-1], text) for text in texts]


@pytest.mark.office
@pytest.mark.parametrize("seed", range(2 * EFFORT))
def test_every_printed_page_is_that_of_the_file_laid_out_again(seed: int, tmp_path: Path) -> None:
    random = Random(seed)
    names = {"a": [f"a{n}x" for n in range(12)], "b": [f"质b{n}x" for n in range(12)]}
    everything = [*names["a"], *names["b"]]
    numbers = {name: random.choice(["", "anew", "roman"]) for name in names} | ({"a": "roman"} if seed == 0 else {})
    templates = {
        name: random_volume(random, own, random.sample(everything, 16), numbers[name]) for name, own in names.items()
    }
    files, problems = render_pack(tmp_path, **templates)
    assert files is not None and problems == []
    pdfs, problems = lay_out(files)
    assert problems == []
    where, pages = dict[str, str](), 0
    for name in names:
        for number, text in printed_pages(pdfs[f"submit/{name}.docx"]):
            pages += 1
            where |= dict.fromkeys(re.findall(r"AT(\w+?)END", text), number)
    assert set(where) == set(everything) and pages > 12
    seen = 0
    for name, title in (("a", "第一册"), ("b", "第二册")):
        text = "".join(texts(sound(files[f"submit/{name}.docx"])))
        for target, shown in re.findall(r"SEE\d+:(\w+)=(.*?);", text):
            page = f"第 {where[target]} 页"
            assert shown == (page if target in names[name] else f"《{({'第一册', '第二册'} - {title}).pop()}》{page}")
            seen += 1
    assert seen == 32


def pushing(own: str, other: str) -> bytes:
    """Page viii, on which a longer number of the other's page makes one more line, which pushes its own place to ix."""
    line = '<w:spacing w:line="3000" w:lineRule="exact"/><w:ind w:right="4260"/>'
    see = p(r(f"{{{{ '{other}'|page }}}}", '<w:sz w:val="80"/>'), properties=line)
    filler = p("x", properties='<w:spacing w:line="8000" w:lineRule="exact"/>')
    here = p(f"{{{{ '{own}'|here }}}}here", properties='<w:spacing w:line="2000" w:lineRule="exact"/>')
    return docx(see, filler, here, last_section=PAGE + ROMAN.replace('"1"', '"8"'))


@pytest.mark.office
def test_pages_that_push_each_other_for_ever_are_not_written(tmp_path: Path) -> None:
    manifest = MANIFEST.replace("第一册", "A").replace("第二册", "B")
    files, problems = render_pack(tmp_path, manifest, a=pushing("x", "y"), b=pushing("y", "x"))
    assert files is not None
    assert [(item.code, item.span) for item in problems] == [
        (code, Span(f"submit/{name}.docx")) for code in ("TP23", "PK16") for name in "ab"
    ]
    assert texts(files["submit/a.docx"])[0] == "《B》第  页"


@pytest.mark.office
def test_a_page_that_moves_what_stands_behind_it_is_still_true(tmp_path: Path) -> None:
    manifest = MANIFEST.replace("第一册", "A").replace("第二册", "B")
    still = docx(p("{{ 'y'|here }}here"), last_section=PAGE + ROMAN.replace('"1"', '"8"'))
    files, problems = render_pack(tmp_path, manifest, a=still, b=pushing("z", "y"), c=docx(p("{{ 'z'|page }}")))
    assert files is not None and problems == []
    assert texts(files["submit/b.docx"])[0] == "《A》第 viii 页"
    assert texts(files["submit/c.docx"])[0] == "《B》第 ix 页"
