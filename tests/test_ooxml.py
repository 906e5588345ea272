"""The engine end to end: lifting, values, escaping, what stays as it was."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from office_files import (
    DAY,
    WIDTH,
    codes,
    compiled,
    contents,
    core_xml,
    docx,
    filled,
    is_safe,
    p,
    package,
    parts_of,
    picture,
    png,
    q,
    r,
    refusals,
    rendered,
    rows,
    section_end,
    sound,
    styled,
    tbl,
    tc,
    text_of,
    texts,
    tr,
    tree,
    with_part,
    zipped,
)

from bidkit.ooxml.template import compile_template
from bidkit.ooxml.values import Blocks, Cell, Image, Table, read_image

TEAM = [{"name": "甲", "skills": ["a", "b"]}, {"name": "乙", "skills": []}, {"name": "丙", "skills": ["c"]}]


def image(width: int = 20, height: int = 10, color: str = "red", **limits: int) -> Image:
    made = read_image(png(width, height, color), "图 <1>", **limits)
    assert made is not None
    return made


def table(*cells: str) -> Table:
    return Table((Cell("头"),), tuple((Cell(text),) for text in cells), (1,))


# paragraphs, rows, cells


def test_a_paragraph_tag_vanishes_with_its_paragraph() -> None:
    body = [p("before"), p("{%p for x in team %}"), p("{{ x.name }}"), p("{%p endfor %}"), p("after")]
    assert texts(filled(docx(*body), {"team": TEAM})) == ["before", "甲", "乙", "丙", "after"]


def test_paragraph_loops_nest() -> None:
    body = [
        p("{%p for x in team %}"),
        p("{{ x.name }}"),
        p("{%p for skill in x.skills %}"),
        p("{{ loop.index }} {{ skill }}"),
        p("{%p endfor %}"),
        p("{%p endfor %}"),
    ]
    assert texts(filled(docx(*body), {"team": TEAM})) == ["甲", "1 a", "2 b", "乙", "丙", "1 c"]


@pytest.mark.parametrize(("n", "text"), [(1, "one"), (2, "two"), (3, "many")])
def test_only_the_branch_that_is_taken_is_printed(n: int, text: str) -> None:
    body = [
        p("{%p if n == 1 %}"), p("one"), p("{%p elif n == 2 %}"), p("two"), p("{%p else %}"), p("many"),
        p("{%p endif %}"),
    ]  # fmt: skip
    assert texts(filled(docx(*body), {"n": n})) == [text]


def test_several_paragraph_tags_may_share_a_paragraph() -> None:
    body = [p("{%p for x in team %}{%p if x.skills %}"), p("{{ x.name }}"), p("{%p endif %} {%p endfor %}")]
    assert texts(filled(docx(*body), {"team": TEAM})) == ["甲", "丙"]


def test_a_paragraph_tag_may_be_split_over_runs() -> None:
    body = [p(r("{", "<w:b/>"), r("%", "<w:i/>"), r("p fo"), r("r x in team %"), r("}")), p("{{ x.name }}")]
    assert texts(filled(docx(*body, p("{%p", " endfor %}")), {"team": TEAM})) == ["甲", "乙", "丙"]


def test_a_paragraph_tag_keeps_percent_and_brace_in_its_literals() -> None:
    body = [p('{%p if "50 %}" != x %}'), p("yes"), p("{%p endif %}")]
    assert texts(filled(docx(*body), {"x": 1})) == ["yes"]


def test_a_paragraph_comment_vanishes_with_its_paragraph() -> None:
    assert texts(filled(docx(p("a"), p("{#p don't {{ print }} #}"), p("b")))) == ["a", "b"]


def test_a_row_tag_vanishes_with_its_row() -> None:
    body = tbl(
        tr("name", "skills"),
        tr("{%tr for x in team %}", ""),
        tr("{{ x.name }}", "{{ x.skills | join('、') }}"),
        tr("{%tr endfor %}", ""),
        tr("sum", "{{ team | length }}"),
    )
    file = filled(docx(body), {"team": TEAM})
    assert rows(file) == [["name", "skills"], ["甲", "a、b"], ["乙", ""], ["丙", "c"], ["sum", "3"]]


def test_row_loops_nest_and_hold_conditions() -> None:
    body = tbl(
        tr("{%tr for x in team %}", ""),
        tr("{{ x.name }}", ""),
        tr("{%tr for skill in x.skills %}{%tr if skill != 'b' %}", ""),
        tr("", "{{ skill }}"),
        tr("{%tr endif %}{%tr endfor %}", ""),
        tr("{%tr endfor %}", ""),
    )
    file = filled(docx(body), {"team": TEAM})
    assert rows(file) == [["甲", ""], ["", "a"], ["乙", ""], ["丙", ""], ["", "c"]]


def test_a_row_tag_belongs_to_the_innermost_table() -> None:
    inner = tbl(tr("{%tr for s in x.skills %}"), tr("{{ s }}"), tr("{%tr endfor %}"), tr("."), columns=1)
    body = tbl(tr("{%tr for x in team %}"), tr(tc(p("{{ x.name }}"), inner, p("end"))), tr("{%tr endfor %}"), columns=1)
    file = filled(docx(body), {"team": TEAM})
    assert texts(file) == ["甲", "a", "b", ".", "end", "乙", ".", "end", "丙", "c", ".", "end"]


def test_a_table_in_a_paragraph_loop_is_repeated() -> None:
    body = [p("{%p for x in team %}"), tbl(tr("{{ x.name }}", "")), p(""), p("{%p endfor %}")]
    assert [row[0] for row in rows(filled(docx(*body), {"team": TEAM}))] == ["甲", "乙", "丙"]


def test_a_cell_whose_paragraphs_all_vanish_keeps_one() -> None:
    cell = tc(p("{%p if x %}"), p("yes"), p("{%p endif %}"))
    file = filled(
        docx(tbl(tr(cell, "b")), tbl(tr(tc(p("{%p for y in [] %}"), p("no"), p("{%p endfor %}")), "c"))), {"x": 0}
    )
    assert rows(file) == [["", "b"], ["", "c"]]
    assert [len(cell.findall(q("w:p"))) for cell in tree(file).iter(q("w:tc"))] == [1, 1, 1, 1]


def test_a_cell_that_ends_with_a_table_gets_a_paragraph_after_it() -> None:
    file = filled(docx(tbl(tr(tc(p("{{p x }}")), "b"))), {"x": table("1")})
    assert [child.tag for child in next(tree(file).iter(q("w:tc")))][1:] == [q("w:tbl"), q("w:p")]


def test_a_cell_that_has_its_paragraphs_gets_no_other() -> None:
    cell = tc(p("{%p if x %}"), p("yes"), p("{%p endif %}"))
    file = filled(docx(tbl(tr(cell, "b"))), {"x": 1})
    assert texts(file) == ["yes", "b"]


def test_a_table_without_rows_is_never_left() -> None:
    empty = tbl(tr("{%tr for x in team %}", ""), tr("{{ x.name }}", ""), tr("{%tr endfor %}", ""))
    file = filled(docx(p("a"), empty, p("b"), tbl(tr(tc(empty, p("c")), "d"))), {"team": []})
    assert [text for text in texts(file) if text] == ["a", "b", "c", "d"]


@pytest.mark.parametrize("part", ["header", "footer"])
def test_a_header_whose_paragraphs_all_vanish_keeps_one(part: str) -> None:
    block = p("{%p if x %}") + p("yes") + p("{%p endif %}")
    file = filled(docx(p("body"), **{part: block}), {"x": False})
    assert texts(file, f"word/{part}1.xml") == [""]


def test_a_text_box_whose_paragraphs_all_vanish_keeps_one() -> None:
    inside = p("{%p if x %}") + p("yes") + p("{%p endif %}")
    box = f"<w:p><w:r><w:pict><w:txbxContent>{inside}</w:txbxContent></w:pict></w:r></w:p>"
    content = next(tree(rendered(docx(box), {"x": False}).save(DAY)).iter(q("w:txbxContent")))
    assert [child.tag for child in content] == [q("w:p")]


def test_a_column_loop_leaves_a_whole_table_or_is_refused() -> None:
    row = tr("{%tc for x in team %}", "{{ x.name }}", "{%tc endfor %}")
    assert is_safe(docx(tbl(row, columns=3)), {"team": TEAM})
    assert is_safe(docx(tbl(row, columns=3)), {"team": TEAM * 3})
    assert is_safe(docx(tbl(row, columns=3)), {"team": []})


@pytest.mark.parametrize(
    "body",
    [
        p("{% if x %}a") + tbl(tr("b{% endif %}", "c")),
        tbl(tr("b{% if x %}", "c"), tr("d", "e{% endif %}")),
        tbl(tr("b{% for y in [1, 2] %}", "c{% endfor %}")),
        p("{% if x %}a") + p("b{% endif %}", style="Heading1"),
        p("a{% if x %}b", style="Heading1") + p("c{% endif %}"),
        p("{% for y in [] %}a") + p("b{% endfor %}", style="Heading1"),
        p("{% for y in [1, 2] %}a") + p("b{% endfor %}", style="Heading1"),
        p("{%p if x %}") + tbl(tr("{% endif %}b", "c")),
        tbl(tr(tc(p("{%p if x %}"), p("a")), tc(p("{%p endif %}"), p("b")))),
        tbl(tr(tc(p("{%p for y in [1, 2] %}"), p("a")), tc(p("b"), p("{%p endfor %}")))),
    ],
)
@pytest.mark.parametrize("x", [True, False])
def test_a_tag_pair_across_containers_never_makes_a_broken_file(body: str, x: bool) -> None:
    assert is_safe(docx(p("z", style="Heading1"), body), {"x": x})


# what must not be lost


@pytest.mark.parametrize(
    "body",
    [
        p("text {%p if x %}") + p("{%p endif %}"),
        p("{%p if x %} text") + p("{%p endif %}"),
        p("{{p x }} text"),
        p("{%p if x %}{{ x }}") + p("{%p endif %}"),
        p("{%p if x %}", picture("rIdLogo", 1)) + p("{%p endif %}"),
        tbl(tr("{%tr if x %}", "text"), tr("{%tr endif %}", "")),
        tbl(tr("text {%tr if x %}", ""), tr("{%tr endif %}", "")),
        tbl(tr("{%tr if x %}", "{{ x }}"), tr("{%tr endif %}", "")),
        tbl(tr("{%tr for y in x %}", "{{ y }}{%tr endfor %}")),
        tbl(tr(tc(p("{%tr if x %}"), p("text")), ""), tr("{%tr endif %}", "")),
        tbl(tr(tc(p("{%tr if x %}"), tbl(tr("inner", "")), p("")), ""), tr("{%tr endif %}", "")),
        tbl(tr("{%tr if x %}", tc(p(picture("rIdLogo", 1)))), tr("{%tr endif %}", "")),
    ],
)
def test_what_stands_beside_a_lifted_tag_is_not_lost_in_silence(body: str) -> None:
    problems = refusals(docx(body, media={"rIdLogo": png()}), {"x": [1]})
    assert "TP09" in codes(problems)


def test_the_lost_text_and_its_place_are_named() -> None:
    body = [p("报价", style="Heading1"), p("合计 {%p if x %}"), p("{%p endif %}")]
    problem = refusals(docx(*body), {"x": 1})[0]
    assert (problem.code, problem.values["text"]) == ("TP09", "合计")
    assert problem.span is not None
    assert problem.span.place[:2] == (("part", "word/document.xml"), ("heading", "报价"))


@pytest.mark.parametrize(
    "lost",
    [
        '<w:r><w:br w:type="page"/></w:r>',
        '<w:r><w:pict><w:txbxContent><w:p><w:r><w:t>box</w:t></w:r></w:p></w:txbxContent></w:pict></w:r>',
        '<w:r><w:object/></w:r>',
        '<w:r><w:sym w:font="Wingdings" w:char="F0FE"/></w:r>',
    ],
)  # fmt: skip
def test_what_is_no_text_beside_a_lifted_tag_is_not_lost_in_silence(lost: str) -> None:
    assert refusals(docx(p("{%p if x %}", lost), p("a"), p("{%p endif %}")), {"x": 1})


@pytest.mark.parametrize(
    "tag", ["{%p if x %}", "{{p x }}", "{{p pictures }}", "{{p rows }}", "{#p note #}"]
)  # fmt: skip
def test_the_end_of_a_section_is_not_lost_with_a_tags_paragraph(tag: str) -> None:
    end = p("{%p endif %}") if tag.startswith("{%") else ""
    template = docx(p("a"), p(tag, properties=section_end()), p("b"), end)
    context = {"x": "1", "pictures": Blocks((image(), image(color="blue"))), "rows": table("1")}
    if not refusals(template, context):
        assert len(list(tree(filled(template, context)).iter(q("w:sectPr")))) == 2


@pytest.mark.parametrize("level", ["tr", "tc"])
def test_a_row_tag_outside_a_table_is_refused(level: str) -> None:
    assert codes(refusals(docx(p(f"{{%{level} if x %}}"), p(f"{{%{level} endif %}}")), {"x": 1}))[0] == "TP05"


def test_levels_do_not_mix_in_one_paragraph() -> None:
    assert "TP05" in codes(refusals(docx(tbl(tr("{%tr if x %}{%p if x %}", ""), tr("{%p endif %}{%tr endif %}", "")))))


def test_a_run_tag_prints_a_plain_value_in_its_own_look() -> None:
    file = filled(docx(p(r("a {{r x }} z", "<w:b/>"))), {"x": "1 < 2"})
    assert [(text_of(run), run[0][0].tag) for run in tree(file).iter(q("w:r"))] == [
        ("a ", q("w:b")),
        ("1 < 2", q("w:b")),
        (" z", q("w:b")),
    ]


@pytest.mark.parametrize("body", [tbl(tr("a", ""), tr("{{tr x }}", "")), tbl(tr("{{tc x }}", "b"))])
@pytest.mark.parametrize("value", ["text", "a < b", 5])
def test_a_value_between_rows_is_refused_not_made_invisible(body: str, value: object) -> None:
    assert {"TP05", "TP10"} & set(codes(refusals(docx(body), {"x": value})))


# values


@pytest.mark.parametrize(
    "value",
    [
        "AT&T <b> R&D < 5 > 4 \"quoted\" 'single'",
        "]]>",
        "<![CDATA[x]]>",
        "&amp; &lt; &#65; &nbsp;",
        "<w:t>x</w:t></w:r>",
        "{{ x }} {% if y %} {# z #} }} %}",
        "{{p x }}",
        "😀 𠮷 🇨🇳",
        "\ufdd0s0\ufdd1",
        "\ufdd0",
        "\ufdd1\ufdd0h1\ufdd1",
        "\ufdef\U0001fffe\U0010ffff",
        "\u0085\u200b\u2028\ufeff\u00ad\u202e",
        "  two  spaces  ",
        "%p %s {0} $x \\n \\1 \\g<0>",
        "1,234.50",
    ],
)
@pytest.mark.parametrize("tag", ["{{ x }}", "{{p x }}"])
def test_a_text_value_is_printed_character_by_character(value: str, tag: str) -> None:
    assert texts(filled(docx(p(tag)), {"x": value})) == [value]


@settings(max_examples=150, deadline=None)
@given(value=st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff"), max_size=40))
def test_any_text_comes_back(value: str) -> None:
    file = TEXT_TEMPLATE.render({"x": value}).save(DAY)
    assert texts(file) == [value, value]
    assert texts(file, "word/header1.xml") == [value]
    assert tree(file, "docProps/core.xml").findtext("{http://purl.org/dc/elements/1.1/}title", "") == value


TEXT_TEMPLATE = compiled(docx(p("{{ x }}"), p("{{p x }}"), header=p("{{ x }}"), core=core_xml("{{ x }}")))


@pytest.mark.parametrize(
    ("value", "children"),
    [
        ("a\nb", ["t", "br", "t"]),
        ("a\r\nb", ["t", "br", "t"]),
        ("a\rb", ["t", "br", "t"]),
        ("a\tb", ["t", "tab", "t"]),
        ("\n", ["t", "br", "t"]),
        ("a\n\n\tb", ["t", "br", "t", "br", "t", "tab", "t"]),
    ],
)
@pytest.mark.parametrize("tag", ["{{ x }}", "{{p x }}"])
def test_breaks_and_tabs_become_words_own(value: str, children: list[str], tag: str) -> None:
    file = filled(docx(p(tag)), {"x": value})
    run = next(tree(file).iter(q("w:r")))
    assert [etree.QName(child).localname for child in run] == children
    assert text_of(run) == value.replace("\r\n", "\n").replace("\r", "\n")


@pytest.mark.parametrize("character", ["\x00", "\x08", "\x0b", "\x0e", "\x1b", "\x1f", "\ufffe", "\uffff", "\ud800"])
@pytest.mark.parametrize("tag", ["{{ x }}", "{{p x }}"])
def test_a_character_that_xml_cannot_hold_is_refused_with_its_place(character: str, tag: str) -> None:
    problems = refusals(docx(p("概述", style="Heading1"), p("a"), p(tag)), {"x": f"ab{character}c"})
    assert codes(problems) == ["TP10"]
    assert f"U+{ord(character):04X}" in str(problems[0].values["reason"])
    assert problems[0].span is not None
    assert problems[0].span.place == (("part", "word/document.xml"), ("heading", "概述"), ("tag", tag))


def test_a_character_that_xml_cannot_hold_is_refused_in_headers_and_properties_too() -> None:
    problems = refusals(docx(p("a"), header=p("{{ x }}"), core=core_xml("{{ x }}")), {"x": "\x08"})
    assert sorted(dict(problem.span.place)["part"] for problem in problems if problem.span) == [
        "docProps/core.xml",
        "word/header1.xml",
    ]
    assert codes(problems) == ["TP10", "TP10"]


def test_plain_values_print_as_their_text() -> None:
    assert texts(filled(docx(p("{{ a }} {{ b }} {{ c }}")), {"a": 3, "b": 2.5, "c": True})) == ["3 2.5 True"]


@pytest.mark.parametrize("value", [image(), table("1"), Blocks((table("1"),))])
def test_a_value_of_blocks_cannot_be_a_property(value: object) -> None:
    assert codes(refusals(docx(p("a"), core=core_xml("{{ x }}")), {"x": value})) == ["TP10"]


@pytest.mark.parametrize("value", [table("1"), Blocks((table("1"),))])
def test_a_value_of_blocks_needs_a_block_tag(value: object) -> None:
    problems = refusals(docx(p("{{ x }}")), {"x": value})
    assert codes(problems) == ["TP10"]
    assert "{{p" in str(problems[0].values["reason"])


@pytest.mark.parametrize(
    "tag", ["{{ x ~ 'a' }}", "{{ x | upper }}", "{{ [x] | join }}", "{{ [x] }}", "{{p x | trim }}"]
)
@pytest.mark.parametrize("value", [table("1"), image()])
def test_a_value_of_blocks_never_prints_as_python(tag: str, value: object) -> None:
    assert refusals(docx(p(tag)), {"x": value})


@pytest.mark.parametrize(
    "tag", ["{{ team.count }}", "{{ team[0].items }}", "{{ name.title }}", "{{ loop }}", "{{ self }}"]
)
def test_a_method_or_an_inner_object_never_prints_as_python(tag: str) -> None:
    body = [p("{%p for x in team %}"), p(tag), p("{%p endfor %}")]
    problems = refusals(docx(*body), {"team": TEAM, "name": "a"})
    assert problems
    assert {problem.code[:2] for problem in problems} == {"TP"}


# marks and Jinja's own ways to hold text back


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("{% set y %}a & {{ x }}{% endset %}{{ y }}", "a & <1>"),
        ("{% macro m(v) %}a & {{ v }}{% endmacro %}{{ m(x) }}", "a & <1>"),
        ("{% filter upper %}a & {{ x }}{% endfilter %}", "A & <1>"),
        ("{% macro m() %}[{{ caller() }}]{% endmacro %}{% call m() %}a & {{ x }}{% endcall %}", "[a & <1>]"),
        ("{% autoescape true %}a & {{ x }}{% endautoescape %}", "a & <1>"),
        ("{% block b %}a & {{ x }}{% endblock %}", "a & <1>"),
        ("{% with y = x %}a & {{ y }}{% endwith %}", "a & <1>"),
        ("{% raw %}{{ a < b }}{% endraw %}", "{{ a < b }}"),
        ("{% raw %}a & b{% endraw %}", "a & b"),
        ("{% raw %}{% if x < 1 %}{% endraw %}", "{% if x < 1 %}"),
    ],
)
def test_text_that_jinja_holds_back_is_printed_right_or_refused(text: str, printed: str) -> None:
    template, problems = compile_template(docx(p(text)), "t.docx", {})
    if template is None:
        assert problems
        return
    result = template.render({"x": "<1>"})
    if not result.problems:
        assert [" ".join(line.split()) for line in texts(sound(result.save(DAY)))] == [printed]


# headers, footers, properties


def test_tags_work_in_headers_footers_and_properties() -> None:
    core = core_xml("{{ title }} {% if x &gt; 1 %}&amp;{% endif %}", "{{ who }}")
    footer = p("{{ who }}") + p("{%p if not x %}") + p("no") + p("{%p endif %}")
    template = docx(p("body"), header=p("{{ ti", "tle }}"), footer=footer, core=core)
    file = filled(template, {"title": "R&D <1>", "who": "甲公司", "x": 2})
    assert texts(file, "word/header1.xml") == ["R&D <1>"]
    assert texts(file, "word/footer1.xml") == ["甲公司"]
    properties = tree(file, "docProps/core.xml")
    assert properties.findtext("{http://purl.org/dc/elements/1.1/}title") == "R&D <1> &"
    assert properties.findtext("{http://purl.org/dc/elements/1.1/}creator") == "甲公司"


def test_a_literal_in_a_property_may_hold_an_ampersand() -> None:
    file = filled(docx(p("body"), core=core_xml('{{ "R&amp;D" }}')))
    assert tree(file, "docProps/core.xml").findtext("{http://purl.org/dc/elements/1.1/}title") == "R&D"


@pytest.mark.parametrize("title", ["{{ title }", "{{ title", "{% if title"])
def test_a_tag_that_is_not_closed_in_a_property_is_refused(title: str) -> None:
    problems = refusals(docx(p("body"), core=core_xml(title, "{{ title }}")), {"title": "x"})
    assert {"TP02", "TP11"} & set(codes(problems))
    assert problems[0].span is not None
    assert dict(problems[0].span.place)["part"] == "docProps/core.xml"


def test_a_mark_in_the_last_property_that_is_not_closed_is_refused() -> None:
    assert refusals(docx(p("body"), core=core_xml("x", "{{ title }")), {"title": "x"})


# pictures


def drawings(content: bytes, part: str = "word/document.xml") -> list[etree._Element]:
    return list(tree(content, part).iter(q("wp:inline")))


def test_a_picture_replaces_its_paragraph_and_takes_its_style() -> None:
    file = filled(docx(p("{{p x }}", style="Figure")), {"x": image()})
    assert styled(file) == [("Figure", "")]
    parts = parts_of(file)
    media = [name for name in parts if name.startswith("word/media/")]
    assert [parts[name] for name in media] == [png()]
    assert b'Extension="png" ContentType="image/png"' in parts["[Content_Types].xml"]


def test_a_picture_may_stand_in_the_text() -> None:
    file = filled(docx(p("a {{ x }} b")), {"x": image()})
    assert texts(file) == ["a  b"]
    assert len(drawings(file)) == 1


def test_equal_pictures_are_stored_once_and_have_numbers_of_their_own() -> None:
    body = [p("{%p for x in xs %}"), p("{{p x }}"), p("{%p endfor %}")]
    file = filled(docx(*body), {"xs": [image(), image(), image(color="blue"), image()]})
    assert len([name for name in parts_of(file) if name.startswith("word/media/")]) == 2
    numbers = [drawing.find(q("wp:docPr")).get("id") for drawing in drawings(file)]  # type: ignore[union-attr]
    assert len(set(numbers)) == 4
    links = [blip.get(q("r:embed")) for blip in tree(file).iter(q("a:blip"))]
    assert len(set(links)) == 2


def test_a_drawings_number_is_not_one_of_the_templates() -> None:
    body = [p(picture("rIdLogo", 7)), p("{{p x }}"), p(picture("rIdLogo", 3))]
    file = filled(docx(*body, media={"rIdLogo": png()}), {"x": image()})
    numbers = [drawing.find(q("wp:docPr")).get("id") for drawing in drawings(file)]  # type: ignore[union-attr]
    assert len(set(numbers)) == 3


def test_a_templates_picture_in_a_loop_gets_numbers_of_its_own() -> None:
    body = [p("{%p for x in [1, 2, 3] %}"), p(picture("rIdLogo", 7)), p("{%p endfor %}")]
    numbers = [n.get("id") for n in tree(filled(docx(*body, media={"rIdLogo": png()}))).iter(q("wp:docPr"))]
    assert len(numbers) == len(set(numbers)) == 3


def test_a_templates_bookmark_in_a_loop_stays_unique() -> None:
    marked = '<w:bookmarkStart w:id="5" w:name="_Toc123"/><w:r><w:t>{{ x }}</w:t></w:r><w:bookmarkEnd w:id="5"/>'
    body = [contents(), p("{%p for x in [1, 2] %}"), p(marked, style="Heading1"), p("{%p endfor %}")]
    assert texts(filled(docx(*body)))[-2:] == ["1", "2"]


def test_a_picture_is_fitted_into_the_printable_width() -> None:
    file = filled(docx(p("{{p x }}")), {"x": image(4000, 1000)})
    extent = drawings(file)[0].find(q("wp:extent"))
    assert extent is not None
    assert int(extent.get("cx", "0")) == WIDTH * 635
    assert abs(int(extent.get("cy", "0")) - WIDTH * 635 // 4) <= 1


def test_a_picture_is_fitted_into_its_own_section() -> None:
    narrow = section_end().replace('w:left="1440"', 'w:left="5040"')
    file = filled(docx(p("{{p x }}"), p("", properties=narrow), p("{{p x }}")), {"x": image(4000, 100)})
    widths = [int(drawing.find(q("wp:extent")).get("cx")) for drawing in drawings(file)]  # type: ignore[union-attr,arg-type]
    assert widths == [(WIDTH - 3600) * 635, WIDTH * 635]


def test_a_picture_is_never_enlarged_and_no_higher_than_asked() -> None:
    small, high = image(20, 10), image(100, 2000, max_height_mm=50)
    file = filled(docx(p("{{p a }}"), p("{{p b }}")), {"a": small, "b": high})
    sizes = [dict(drawing.find(q("wp:extent")).attrib) for drawing in drawings(file)]  # type: ignore[union-attr]
    assert sizes[0] == {"cx": str(20 * 9525), "cy": str(10 * 9525)}
    assert sizes[1] == {"cx": str(50 * 36000 // 20), "cy": str(50 * 36000)}


def test_a_pictures_text_is_escaped() -> None:
    file = filled(docx(p("{{p x }}")), {"x": read_image(png(), 'a "b" & <c>\x07')})
    assert drawings(file)[0].find(q("wp:docPr")).get("descr") == 'a "b" & <c>'  # type: ignore[union-attr]


def test_a_picture_in_a_header_belongs_to_the_header() -> None:
    file = filled(docx(p("{{p x }}"), header=p("{{p x }}")), {"x": image()})
    parts = parts_of(file)
    assert len(drawings(file, "word/header1.xml")) == 1
    assert b"media/" in parts["word/_rels/header1.xml.rels"]
    assert len([name for name in parts if name.startswith("word/media/")]) == 1


@pytest.mark.parametrize("format", ["PNG", "JPEG"])
def test_png_and_jpeg_are_read_with_their_size(format: str) -> None:
    found = read_image(png(30, 20, format=format))
    assert found is not None
    assert (found.width, found.height, found.format) == (30, 20, format.lower())
    assert len(drawings(filled(docx(p("{{p x }}")), {"x": found}))) == 1


@pytest.mark.parametrize("data", [b"", b"GIF89a", png(format="BMP"), png(format="GIF"), png()[:40], b"<svg/>"])
def test_what_is_no_sound_picture_is_none(data: bytes) -> None:
    assert read_image(data) is None


# tables


def test_a_table_value_has_a_repeated_header_and_fills_the_width() -> None:
    value = Table(
        (Cell("a"), Cell("b", align="right")), ((Cell("<1>", fill="FFEE00"), Cell("2", align="right")),), (1, 3)
    )
    file = filled(docx(p("{{p x }}"), p("")), {"x": value})
    assert rows(file) == [["a", "b"], ["<1>", "2"]]
    root = tree(file)
    assert len(list(root.iter(q("w:tblHeader")))) == 1
    widths = [int(column.get(q("w:w"), "0")) for column in root.iter(q("w:gridCol"))]
    assert sum(widths) == WIDTH
    assert abs(widths[1] - 3 * widths[0]) <= 4
    assert [item.get(q("w:fill")) for item in root.iter(q("w:shd"))] == ["FFEE00"]
    assert [item.get(q("w:val")) for item in root.iter(q("w:jc"))] == ["center", "right", "right"]
    assert styled(file)[:4] == [("TableHead", "a"), ("TableHead", "b"), ("TableText", "<1>"), ("TableText", "2")]


def test_a_table_is_set_in_the_style_that_the_template_has() -> None:
    style = next(tree(filled(docx(p("{{p x }}"), p("")), {"x": table("1")})).iter(q("w:tblStyle")))
    assert style.get(q("w:val")) == "BidTable"


# repeatable


FULL = docx(
    contents(), p("{{ x }}", style="Heading1"), p("{{p pic }}"), p("{{p tab }}"), p("z"), header=p("{{ x }}"),
    core=core_xml("{{ x }}"), media={"rIdLogo": png(color="green")},
)  # fmt: skip
CONTEXT = {"x": "甲", "pic": image(), "tab": table("1", "2")}


def test_the_same_input_gives_the_same_bytes() -> None:
    template = compiled(FULL)
    first = template.render(CONTEXT)
    assert first.save(DAY) == first.save(DAY) == template.render(CONTEXT).save(DAY)
    assert first.save(DAY) == compiled(FULL).render(CONTEXT).save(DAY)


def test_one_render_leaves_nothing_for_the_next() -> None:
    template = compiled(FULL)
    fresh = template.render({**CONTEXT, "x": "乙", "pic": image(color="blue")}).save(DAY)
    template.render({**CONTEXT, "x": None})
    template.render(CONTEXT).save(DAY)
    assert template.render({**CONTEXT, "x": "乙", "pic": image(color="blue")}).save(DAY) == fresh


def test_parts_without_tags_stay_byte_for_byte() -> None:
    package_parts = package(p("{{ x }}"), header=p("{{ x }}"), media={"rIdLogo": png()})
    package_parts["word/settings.xml"] = b'<?xml version="1.0"?>\r\n<w:settings  xmlns:w="x"/>'
    types = with_part(
        package_parts, "[Content_Types].xml", "</Types>",
        '<Override PartName="/word/settings.xml" '
        'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.settings+xml"/></Types>',
    )  # fmt: skip
    before, after = types, parts_of(filled(zipped(types), {"x": 1}))
    assert {name for name in before if before[name] != after[name]} == {"word/document.xml", "word/header1.xml"}
    assert set(before) == set(after)


def test_the_context_is_not_changed() -> None:
    context = {"x": "a", "items": [1, 2], "map": {"k": "v"}}
    assert refusals(docx(p("{{ items.append(3) }}{{ map.update({'k': 1}) }}{{ items.pop() }}")), context)
    assert context == {"x": "a", "items": [1, 2], "map": {"k": "v"}}


def test_a_finished_file_can_be_a_template_again() -> None:
    first = filled(FULL, CONTEXT)
    parts = with_part(parts_of(first), "word/document.xml", "</w:body>", "</w:body>")
    again = re.sub(rb"(<w:sectPr)", p("{{p pic }}").encode() + rb"\1", parts["word/document.xml"], count=1)
    again = again.replace(b"<w:body>", b"<w:body>" + p("{{ x }}", style="Heading1").encode())
    file = filled(zipped({**parts, "word/document.xml": again}), {"x": "乙", "pic": image(color="blue")})
    shown = [blip.get(q("r:embed")) for blip in tree(file).iter(q("a:blip"))]
    assert len(shown) == len(set(shown)) == 2
