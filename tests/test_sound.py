"""What random documents have found, each in its smallest form: nothing that a template holds makes a broken file."""

from __future__ import annotations

import pytest
from office_files import (
    NAMESPACES,
    codes,
    contents,
    docx,
    field,
    filled,
    p,
    package,
    parts_of,
    picture,
    place_of,
    png,
    q,
    r,
    refusals,
    styled,
    tbl,
    tc,
    texts,
    tr,
    tree,
    zipped,
)

from bidkit.ooxml import opc
from bidkit.ooxml.markdown import Markdown
from bidkit.ooxml.rich import RichText, RichTextParagraph, Xml

MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"


def box(*blocks: str) -> str:
    """A run with a text box as Word writes it: once for new programs and once for old ones."""
    inside = f"<w:txbxContent>{''.join(blocks)}</w:txbxContent>"
    return (
        f'<w:r><mc:AlternateContent xmlns:mc="{MC}"><mc:Choice Requires="wps"><w:drawing>{inside}</w:drawing>'
        f"</mc:Choice><mc:Fallback><w:pict>{inside}</w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )


def test_what_a_text_box_shows_twice_has_its_bookmarks_and_numbers_once() -> None:
    marked = '<w:bookmarkStart w:id="7" w:name="own"/><w:bookmarkEnd w:id="7"/>'
    inside = (p("{{ x }}", style="Heading1"), p(marked + r("a")), p(picture("rId9", 1)))
    file = filled(docx(p(box(*inside)), media={"rId9": png()}), {"x": "一"})
    assert [text for text in texts(file) if text] == ["一a一a", "一", "a", "一", "a"]
    names = [start.get(q("w:name")) for start in tree(file).iter(q("w:bookmarkStart"))]
    assert names == ["_Toc00000001", "own"]


def test_a_caption_in_a_text_box_without_tags_is_counted_once() -> None:
    caption = r("图 ") + field("SEQ 图 \\* ARABIC", "1")
    file = filled(docx(p(box(p(caption), p("一", style="Heading1"))), p(caption), p("二", style="Heading1")))
    assert [text for text in texts(file) if "图" in text] == ["图 1一图 1一", "图 1", "图 1", "图 2"]
    names = [start.get(q("w:name")) for start in tree(file).iter(q("w:bookmarkStart"))]
    assert names == ["_Toc00000001", "_Toc00000002"]


def with_footnote(*blocks: str, body: tuple[str, ...], targets: dict[str, str]) -> bytes:
    """A .docx whose footnote 1 holds blocks; `targets` are external links by part, all with the id rIdL."""
    part = "word/footnotes.xml"
    parts = package(*body)
    parts[part] = (
        f'<w:footnotes {NAMESPACES}><w:footnote w:id="1">{"".join(blocks)}</w:footnote></w:footnotes>'.encode()
    )
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
    parts[opc.CONTENT_TYPES] = opc.add_content_types(parts[opc.CONTENT_TYPES], {}, {part: kind})
    rels = opc.rels_name("word/document.xml")
    notes = {"rIdNotes": (f"{opc.OFFICE_RELS}/footnotes", "footnotes.xml", False)}
    parts[rels] = opc.add_relationships(parts[rels], notes)
    for owner, target in targets.items():
        rels = opc.rels_name(owner)
        link = {"rIdL": (f"{opc.OFFICE_RELS}/hyperlink", target, True)}
        parts[rels] = opc.add_relationships(parts.get(rels), link)
    return zipped(parts)


NOTE = '<w:r><w:footnoteReference w:id="1"/></w:r>'


def test_headings_of_headers_and_notes_stand_not_in_the_contents() -> None:
    heading = p("{{ x }}", style="Heading1")
    file = filled(docx(contents(), heading, header=heading + p("{{p md }}")), {"x": "一", "md": Markdown("# 二")})
    assert [text for text in texts(file) if text] == ["第一章 一", "一"]
    body = (contents(), p("a", NOTE), p("三", style="Heading1"))
    file = filled(with_footnote(heading, body=body, targets={}), {"x": "一"})
    assert [text for text in texts(file) if text] == ["第一章 三", "a", "三"]


def test_a_link_in_a_note_is_one_of_its_own_part() -> None:
    link = f'<w:hyperlink r:id="rIdL">{r("l")}</w:hyperlink>'
    targets = {"word/document.xml": "https://a.b/{{ x }}", "word/footnotes.xml": "https://c.d/{{ y }}"}
    file = filled(with_footnote(p(link), body=(p(link, NOTE),), targets=targets), {"x": 1, "y": 2})
    found = {part: opc.read_relationships(parts_of(file), part) for part in targets}
    ids = {part: next(tree(file, part).iter(q("w:hyperlink"))).get(q("r:id")) for part in targets}
    assert [found[part][ids[part]].target for part in targets] == ["https://a.b/1", "https://c.d/2"]
    plain = with_footnote(p(link), body=(p("a", NOTE),), targets={"word/footnotes.xml": "https://c.d/{{ y }}"})
    assert b"https://c.d/2" in parts_of(filled(plain, {"y": 2}))["word/_rels/footnotes.xml.rels"]


def test_a_merged_cell_in_a_loop_may_begin_with_a_list() -> None:
    cell = f"<w:tc>{p('a', style='ListNumber')}{p('{% vm %}b')}</w:tc>"
    loop = [f"<w:tr>{tc(tag)}</w:tr>" for tag in ("{%tr for x in [1, 2] %}", "{%tr endfor %}")]
    file = filled(docx(tbl(loop[0], f"<w:tr>{cell}</w:tr>", loop[1], columns=1)))
    assert styled(file) == [("ListNumber", "a"), ("", "b"), ("ListNumber", "")]


@pytest.mark.parametrize("tag", ["{%tr if x %}", "{%tc if x %}", "{% colspan 2 %}", "{% vm %}"])
def test_a_table_that_a_row_tag_takes_away_is_named_as_lost(tag: str) -> None:
    inner = tbl(tr(tag), columns=1)
    problems = refusals(docx(tbl(f"<w:tr>{tc(inner, p(''))}{tc('{%tr if x %}')}</w:tr>", tr("{%tr endif %}"))))
    assert "TP09" in codes(problems)


DEEP = [
    ("{%p for x in items %}", "{%p endfor %}", 30),
    ("{%p if items %}", "{%p endif %}", 200),
    ("{%p if items %}", "{%p endif %}", 1000),
    ("{%p macro m() %}", "{%p endmacro %}", 1000),
]


@pytest.mark.parametrize(("opening", "closing", "depth"), DEEP)
def test_blocks_that_python_cannot_nest_are_refused_at_the_innermost(opening: str, closing: str, depth: int) -> None:
    body = (p(opening) * depth, p("一", style="Heading1"), p(opening), p("a"), p(closing) * (depth + 1))
    (problem,) = refusals(docx(*body), {"items": [1]})
    assert (problem.code, place_of(problem)["heading"], place_of(problem)["tag"]) == ("TP11", "一", opening)


@pytest.mark.parametrize(
    "tag",
    [
        "{{ " + "(" * 500 + "1" + ")" * 500 + " }}",
        "{{ x" + ".a" * 500 + " }}",
        "{{ x" + " | upper" * 3000 + " }}",
        "{% set y = " + "[" * 3000 + "]" * 3000 + " %}",
        "{% if " + "not " * 3000 + "x %}a{% endif %}",
    ],
)
def test_an_expression_that_python_cannot_nest_is_refused_at_its_tag(tag: str) -> None:
    (problem,) = refusals(
        docx(p("{{ 1 }}"), p("{% if 1 %}a{% endif %}"), p("一", style="Heading1"), p(tag), p("{{ 2 }}"))
    )
    assert (problem.code, place_of(problem)["heading"]) == ("TP11", "一")


@pytest.mark.parametrize(
    "body",
    [
        ("{% break %}",),
        ("{%p for x in [1] %}", "a", "{%p else %}", "{%p break %}", "{%p endfor %}"),
        ("{%p for x in [1] %}", "{%p macro m() %}", "{%p continue %}", "{%p endmacro %}", "{%p endfor %}"),
    ],
)
def test_leaving_no_loop_is_refused(body: tuple[str, ...]) -> None:
    (problem,) = refusals(docx(*map(p, body)))
    assert problem.code == "TP03"
    assert "break" in place_of(problem)["tag"] or "continue" in place_of(problem)["tag"]


def test_a_loop_is_left_only_at_a_place_like_its_own() -> None:
    body = (p("{%p for x in [1, 2] %}"), p("a{% break %}b"), p("{%p endfor %}"))
    assert codes(refusals(docx(*body))) == ["TP11"]
    body = (p("{%p for x in [1, 2] %}"), p("a"), p("{%p if x == 1 %}"), p("{%p break %}"), p("{%p endif %}"))
    assert texts(filled(docx(*body, p("{%p endfor %}")))) == ["a"]
    assert texts(filled(docx(p("{% for x in 'abc' %}", r("{{ x }}{% break %}", "<w:b/>"), r("{% endfor %}."))))) == [
        "a."
    ]


@pytest.mark.parametrize(
    ("tag", "code"),
    [
        ("{{ text | replace('a') }}", "TP07"),
        ("{{ text | upper(1) }}", "TP07"),
        ("{{ '%s' | format('a', 'b') }}", "TP07"),
        ("{{ 10 ** 5000 }}", "TP10"),
        ("{{ 10 ** 5000 ~ 'a' }}", "TP07"),
        ("{{ plain ~ 'a' }}", "TP07"),
        ("{{ plain | string }}", "TP07"),
        ("{{ text.upper ~ 'a' }}", "TP07"),
        ("{{ '\\ufdd0s0\\ufdd1' }}", "TP11"),
        ("{{ '\\ufdd0s99\\ufdd1' }}", "TP11"),
        ("{% if text == '\\ufdd1' %}a{% endif %}", "TP11"),
    ],
)
def test_a_wrong_call_or_number_is_refused_at_its_tag(tag: str, code: str) -> None:
    context = {"text": "a", "plain": object()}
    (problem,) = refusals(docx(p("一", style="Heading1"), p(tag)), context)
    assert (problem.code, place_of(problem)["heading"]) == (code, "一")


@pytest.mark.parametrize(
    "tag", ["{{ rich.add('a', color='zz') }}", "{% do rich.add('a', size='q') %}", "{{ rich.runs(1, 2) }}"]
)
def test_the_methods_of_rich_text_are_the_scripts_own(tag: str) -> None:
    problems = refusals(docx(p("一", style="Heading1"), p(tag)), {"rich": RichText("a")})
    assert codes(problems) == ["TP04", "TP07"]
    assert {place_of(problem)["heading"] for problem in problems} == {"一"}


def test_a_failure_in_a_macro_is_told_at_the_tag_inside() -> None:
    (problem,) = refusals(docx(p("{% macro m() %}{{ 1 / 0 }}{% endmacro %}"), p("{{ m() }}")))
    assert (problem.code, place_of(problem)["tag"]) == ("TP07", "{{ 1 / 0 }}")


def merged(cell: str) -> str:
    """A table whose cell is printed twice and merges the second time."""
    loop = [f"<w:tr>{tc(tag)}</w:tr>" for tag in ("{%tr for x in [1, 2] %}", "{%tr endfor %}")]
    return tbl(loop[0], f"<w:tr>{cell}</w:tr>", loop[1], columns=1)


def test_what_a_merged_cell_held_is_nowhere_else() -> None:
    cell = f"<w:tc>{p('{{ x }}', style='Heading1')}{p('a{% vm %}', NOTE)}</w:tc>"
    body = (contents(), merged(cell))
    file = filled(with_footnote(p("note {{ x }}"), body=body, targets={}))
    assert texts(file) == ["第一章 1", "1", "a", ""]
    assert [text for text in texts(file, "word/footnotes.xml") if text] == ["note 1"]


BEGIN, END = '<w:bookmarkStart w:id="7" w:name="own"/>', '<w:bookmarkEnd w:id="7"/>'


@pytest.mark.parametrize(
    "body",
    [
        (p(BEGIN, "a"), p("{%p if no %}"), p("b", END), p("{%p endif %}")),
        (p("{%p if no %}"), p("a", BEGIN), p("{%p endif %}"), p("b", END)),
        (p("{% for x in 'ab' %}a", BEGIN), p("b", END, r("{% endfor %}"))),
        (p("a", BEGIN, r("{% for x in 'ab' %}")), p("b", END, r("{% endfor %}"))),
        (p("{% for x in 'ab' %}a", BEGIN), p("b", r("{% endfor %}"), END)),
        (p(BEGIN, "a"), merged(f"<w:tc>{p('b{% vm %}', END)}</w:tc>")),
        (merged(f"<w:tc>{p('b{% vm %}', BEGIN)}</w:tc>"), p("a", END)),
        (p(BEGIN, "a"), tbl(tr("{%tr for x in [] %}"), f"<w:tr>{tc(p('b', END))}</w:tr>", tr("{%tr endfor %}"))),
    ],
)
def test_a_bookmark_of_which_one_edge_is_left_out_stays_paired(body: tuple[str, ...]) -> None:
    filled(docx(*body), {"no": False})


def test_a_reference_to_what_a_merged_cell_held_is_refused() -> None:
    cell = f"<w:tc>{p('{% vm x // 9 %}', r('{% if x == 2 %}'), BEGIN, 'b', END, r('{% endif %}'))}</w:tc>"
    problems = refusals(docx(merged(cell), p(field("REF own", "b"))))
    assert [(problem.code, problem.values["name"]) for problem in problems] == [("TP12", "own")]


def test_a_loop_that_begins_in_a_heading_ends_no_other() -> None:
    note = (p("{% for x in 'ab' %}", style="Heading1"), p("{{ x }}{% endfor %}"))
    file = filled(with_footnote(*note, body=(p("一", NOTE, style="Heading1"),), targets={}))
    assert texts(file) == ["一"]
    assert texts(file, "word/footnotes.xml") == ["", "a", "b"]


def test_bookmarks_have_numbers_of_their_own_in_the_whole_document() -> None:
    marked, value = p(BEGIN, "a", END), Xml(p(BEGIN.replace("own", "x") + END))
    heading = p("一", style="Heading1")
    file = filled(docx(marked, heading, p("{{p x }}"), header=marked + p("{{p x }}"), footer=p("b")), {"x": value})
    starts = [start for part in ("document", "header1") for start in tree(file, f"word/{part}.xml").iter(q(BOOKMARK))]
    assert [start.get(q("w:name")) for start in starts] == ["own", "_Toc00000001", "x"]
    assert len({start.get(q("w:id")) for start in starts}) == 3


BOOKMARK = "w:bookmarkStart"


def test_drawings_and_changes_have_numbers_of_their_own() -> None:
    change = f'<w:ins w:id="1" w:author="A">{r("a")}</w:ins>'
    both = (p("{%p for x in [1, 2] %}"), p(change, picture("rId9", 1)), p("{%p endfor %}"))
    file = filled(docx(*both, p(box(p(change), p(picture("rId9", 1)))), media={"rId9": png()}))
    for name, count in (("w:ins", 4), ("wp:docPr", 4), ("pic:cNvPr", 4)):
        ids = [item.get("id") or item.get(q("w:id")) for item in tree(file).iter(q(name))]
        assert (len(ids), len(set(ids))) == (count, count), name


def test_an_empty_run_in_a_heading_is_no_blank_in_the_contents() -> None:
    empty = "<w:r><w:t></w:t></w:r>"
    heading = p(r("{{ x }}"), empty, r("b"), "<w:r><w:br/></w:r>", r("c"), style="Heading1")
    assert texts(filled(docx(contents(), heading), {"x": ""}))[0] == "第一章 b c"


@pytest.mark.parametrize(("body", "shown"), [
    (p("{{p x }}", style="Heading1"), ["第一章 val"]),
    (p("{{p rich }}", style="Heading1"), ["第一章 rich"]),
    (p("{{p 'a' | safe }}", style="Heading1"), ["第一章 a"]),
    (p("{{p headings }}"), ["第一章 one", "1.1 two"]),
    (p("{{ bell }}", style="Heading1"), ["第一章 a", "第二章 b"]),
    (p("{{r bell }}", style="Heading1"), ["第一章 a", "第二章 b"]),
    (p("{{p bell }}", style="Heading1"), ["第一章 a", "第二章 b"]),
    (p("a", style="Heading1") + p("{%- if x %} b{% endif %}", style="Heading1"), ["第一章 a b"]),
    (p("a", style="Heading1") + p("{%- if x %} b{% endif %}"), ["第一章 a b"]),
    (p("a{% if x -%}", style="Heading1") + p("b", style="Heading2") + p("{%- endif %}"), ["第一章 ab"]),
    (p("a{% if x -%}") + p("b{% endif %}", style="Heading2"), []),
])  # fmt: skip
def test_what_becomes_a_heading_stands_in_the_contents(body: str, shown: list[str]) -> None:
    headings = RichTextParagraph()
    headings.add("one", parastyle="Heading1")
    headings.add("two", parastyle="heading 2")
    context = {"x": "val", "rich": RichText("rich"), "headings": headings, "bell": "a\ab"}
    found = [text for style, text in styled(filled(docx(contents(), body), context)) if style.startswith("TOC")]
    assert [text for text in found if text] == shown


def test_no_cell_merges_across_rows_that_a_value_prints() -> None:
    row = Xml(f"<w:tr>{tc('between')}</w:tr>")
    loop = [f"<w:tr>{tc(tag)}</w:tr>" for tag in ("{%tr for x in [1, 2] %}", "{{tr row }}", "{%tr endfor %}")]
    file = filled(docx(tbl(loop[0], loop[1], f"<w:tr>{tc('{% vm %}a')}</w:tr>", loop[2], columns=1)), {"row": row})
    assert [merge.get(q("w:val")) for merge in tree(file).iter(q("w:vMerge"))] == ["restart", "restart"]
    assert texts(file) == ["between", "a"] * 2
