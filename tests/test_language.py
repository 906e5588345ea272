"""The template language beyond values, rows and conditions: cells, runs, macros, notes, lists, references, limits."""

import re
from typing import Any

import pytest
from lxml import etree
from office_files import (
    DAY,
    NAMESPACES,
    W,
    codes,
    docx,
    field,
    filled,
    p,
    package,
    parts_of,
    place_of,
    q,
    r,
    refusals,
    rendered,
    rows,
    styles_xml,
    tbl,
    tc,
    text_of,
    texts,
    tr,
    tree,
    zipped,
)

from bidkit.ooxml import opc, running, sandbox

TEAM = [{"name": "甲"}, {"name": "乙"}, {"name": "丙"}]


def with_notes(kind: str, *notes: str, body: tuple[str, ...]) -> bytes:
    """A .docx with footnotes, endnotes or comments; the first has number 1."""
    part = f"word/{kind}s.xml"
    parts = package(*body)
    separators = (
        ""
        if kind == "comment"
        else f'<w:{kind} w:type="separator" w:id="-1"><w:p/></w:{kind}><w:{kind} w:type="continuationSeparator" '
        f'w:id="0"><w:p/></w:{kind}>'
    )
    by = ' w:author="A"' if kind == "comment" else ""
    inside = "".join(f'<w:{kind} w:id="{n}"{by}>{note}</w:{kind}>' for n, note in enumerate(notes, 1))
    parts[part] = f"<w:{kind}s {NAMESPACES}>{separators}{inside}</w:{kind}s>".encode()
    rels = parts["word/_rels/document.xml.rels"].decode()
    line = f'<Relationship Id="rIdN" Type="{opc.OFFICE_RELS}/{kind}s" Target="{kind}s.xml"/></Relationships>'
    parts["word/_rels/document.xml.rels"] = rels.replace("</Relationships>", line).encode()
    types = opc.add_content_types(
        parts[opc.CONTENT_TYPES],
        {},
        {part: f"application/vnd.openxmlformats-officedocument.wordprocessingml.{kind}s+xml"},
    )
    return zipped(parts | {opc.CONTENT_TYPES: types})


def note(number: int, kind: str = "footnote") -> str:
    return f'<w:r><w:{kind}Reference w:id="{number}"/></w:r>'


def note_texts(content: bytes, kind: str = "footnote") -> dict[str, str]:
    """The texts of the notes by number, in the order of the part; separators left out."""
    found = tree(content, f"word/{kind}s.xml").findall(q(f"w:{kind}"))
    return {item.get(q("w:id"), ""): text_of(item) for item in found if item.get(q("w:type")) is None}


def referred(content: bytes, kind: str = "footnote") -> list[str]:
    return [item.get(q("w:id"), "") for item in tree(content).iter(q(f"w:{kind}Reference"))]


# plain statements over several paragraphs


@pytest.mark.parametrize(("x", "printed"), [(True, ["A ", "mid", " C"]), (False, ["A  C"])])
def test_a_condition_may_open_in_one_paragraph_and_close_in_another(x: bool, printed: list[str]) -> None:
    body = [p("A {% if x %}"), p("mid"), p("{% endif %} C")]
    assert texts(filled(docx(*body), {"x": x})) == printed


def test_a_loop_over_paragraphs_repeats_what_stands_between_its_tags() -> None:
    body = [p("a{% for x in team %}{{ x.name }}"), p("b{% endfor %}c")]
    assert texts(filled(docx(*body), {"team": TEAM})) == ["a甲", "b乙", "b丙", "bc"]


@pytest.mark.parametrize(
    "body",
    [
        (p("{%p if x %}"), p("{% endif %}a")),
        (tbl(tr("{% if x %}a", "b{% endif %}")),),
        (tbl(tr("{% if x %}a", "b"), tr("c{% endif %}", "d")),),
        (p("a{% if x %}b"), tbl(tr("c{% endif %}", "d"))),
    ],
)
def test_a_pair_in_places_of_other_shape_is_refused_with_both_tags(body: tuple[str, ...]) -> None:
    problems = refusals(docx(*body), {"x": 1})
    assert codes(problems) == ["TP11"]
    assert "if x" in str(problems[0].values["reason"])
    assert "endif" in str(problems[0].values["reason"])


def test_half_a_field_between_a_pair_is_refused() -> None:
    begin = '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>DATE</w:instrText></w:r>'
    end = '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>'
    assert codes(refusals(docx(p("{% if x %}", begin, "{% endif %}", end)), {"x": 1})) == ["TP11"]


def test_a_dash_joins_paragraphs() -> None:
    body = [p("Hello "), p("{%- if x %}", style="Heading2"), p("world"), p("{% endif -%}"), p("!")]
    assert texts(filled(docx(*body), {"x": True})) == ["Hello ", "world", "!"]
    assert texts(filled(docx(*body), {"x": False})) == ["Hello !"]


def test_a_dash_beside_a_table_is_refused() -> None:
    assert codes(refusals(docx(tbl(tr("a", "b")), p("{%- if x %}c{% endif %}")), {"x": 1})) == ["TP11"]


def test_a_value_with_dashes_takes_the_blanks_around_it() -> None:
    assert texts(filled(docx(p("a  {{- x -}}  b")), {"x": 1})) == ["a1b"]


# literals


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("{_{ x }_} {_% if %_}", "{{ x }} {% if %}"),
        ("{% raw %}{{ x }}{% endraw %} {{ x }}", "{{ x }} {_{"),
        ("{{ x }}", "{_{"),
    ],
)
def test_delimiters_can_be_printed_and_values_are_left_alone(written: str, printed: str) -> None:
    assert texts(rendered(docx(p(*re.findall("..?", written))), {"x": "{_{"}).save(DAY)) == [printed]


def test_raw_without_its_end_is_named() -> None:
    assert codes(refusals(docx(p("{% raw %}{{ x }}")))) == ["TP02"]


def test_tabs_and_breaks_inside_a_tag_are_part_of_it() -> None:
    tab, line = "<w:r><w:tab/></w:r>", "<w:r><w:br/></w:r>"
    assert texts(filled(docx(p("a{{ '", tab, tab, "' ~", line, " x }}b")), {"x": 1})) == ["a\t\t1b"]


# prefixes as people write them


@pytest.mark.parametrize("tag", ["{%p if x %}", "{%pif x%}", "{% p if x %}", "{%-p if x %}", "{%p  if x -%}"])
def test_a_prefix_may_have_other_blanks(tag: str) -> None:
    assert texts(filled(docx(p(tag), p("a"), p("{%p endif %}"), p("b")), {"x": 0})) == ["b"]


def test_percent_and_brace_may_stand_in_a_prefixed_tag() -> None:
    body = [p("{%p if 7 % 2 and {'a': 1}.a %}"), p("odd"), p("{%p endif %}")]
    assert texts(filled(docx(*body))) == ["odd"]


# runs


def test_a_run_condition_takes_its_tags_out_of_their_runs() -> None:
    body = p(r("a{%r if x %}b", "<w:b/>"), r("c", "<w:i/>"), r("d{%r endif %}e", "<w:u/>"))
    assert texts(filled(docx(body), {"x": 1})) == ["abcde"]
    assert texts(filled(docx(body), {"x": 0})) == ["ae"]


# cells


def cells(content: bytes) -> list[list[tuple[str, str, str]]]:
    """Text, span and vertical merge of the cells."""
    out = []
    for row in tree(content).iter(q("w:tr")):
        out.append([])
        for cell in row.findall(q("w:tc")):
            span, merge = (cell.find(f"{q('w:tcPr')}/{q(name)}") for name in ("w:gridSpan", "w:vMerge"))
            down = "" if merge is None else merge.get(q("w:val"), "continue")
            out[-1].append((text_of(cell), "1" if span is None else span.get(q("w:val"), ""), down))
    return out


def grid(content: bytes) -> list[int]:
    return [int(column.get(q("w:w"), "0")) for column in tree(content).iter(q("w:gridCol"))]


def test_columns_repeat_and_the_grid_follows() -> None:
    row = tr(tc("名", width=1000), "{%tc for x in team %}", tc("{{ x.name }}", width=2000), "{%tc endfor %}")
    file = filled(docx(tbl(row, columns=3)), {"team": TEAM})
    assert rows(file) == [["名", "甲", "乙", "丙"]]
    assert grid(file) == [857, 1714, 1714, 1715]
    assert [width.get(q("w:w")) for width in tree(file).iter(q("w:tcW"))] == ["857", "1714", "1714", "1715"]
    assert grid(filled(docx(tbl(row, columns=3)), {"team": TEAM[:1]})) == [2000, 4000]


def test_a_row_without_cells_goes_and_so_does_its_table() -> None:
    row = tr("{%tc for x in team %}", "{{ x.name }}", "{%tc endfor %}")
    assert texts(filled(docx(p("a"), tbl(row, columns=3), p("b")), {"team": []})) == ["a", "b"]


def test_a_span_and_a_colour_are_set_also_where_a_cell_has_no_properties() -> None:
    bare = f"<w:tc>{p('{% colspan n %}{% cellbg color %}a')}</w:tc>"
    file = filled(docx(tbl(f"<w:tr>{bare}</w:tr>", tr("b", "c"))), {"n": 2, "color": "#00FF00"})
    (properties, *_) = tree(file).iter(q("w:tcPr"))
    assert [(child.tag, child.get(q("w:val"))) for child in properties] == [
        (q("w:gridSpan"), "2"),
        (q("w:shd"), "clear"),
    ]
    assert properties[1].get(q("w:fill")) == "00FF00"


@pytest.mark.parametrize("tag", ["{% colspan 'x' %}", "{% colspan 99 %}", "{% cellbg 'red' %}"])
def test_a_span_or_colour_that_is_none_is_refused_at_its_cell(tag: str) -> None:
    (problem,) = refusals(docx(tbl(tr("a", tag + "b"))))
    assert problem.code == "TP10"
    assert place_of(problem)["cell"] == "2"


def test_a_cell_statement_outside_of_a_table_is_refused() -> None:
    assert codes(refusals(docx(p("{% vm %}a")))) == ["TP05"]


def test_vm_merges_over_the_loop_and_blanks_the_whole_cell() -> None:
    row = tr(tc(p("{% vm %}{{ group }}"), p("second")), "{{ x.name }}")
    file = filled(docx(tbl(tr("{%tr for x in team %}", ""), row, tr("{%tr endfor %}", ""))), {"team": TEAM, "group": 7})
    assert cells(file) == [
        [("7second", "1", "restart"), ("甲", "1", "")],
        [("", "1", "continue"), ("乙", "1", "")],
        [("", "1", "continue"), ("丙", "1", "")],
    ]


def test_vm_merges_equal_values_and_inner_columns_inside_outer_ones() -> None:
    items = [("A", "x"), ("A", "x"), ("A", "y"), ("B", "y"), ("A", "y")]
    row = tr("{% vm i[0] %}{{ i[0] }}", "{% vm i[1] %}{{ i[1] }}")
    file = filled(docx(tbl(tr("{%tr for i in items %}", ""), row, tr("{%tr endfor %}", ""))), {"items": items})
    assert [[cell[2] for cell in row] for row in cells(file)] == [
        ["restart", "restart"],
        ["continue", "continue"],
        ["continue", "restart"],
        ["restart", "restart"],
        ["restart", "restart"],
    ]


def test_vm_does_not_reach_over_another_row_or_table() -> None:
    loop = [tr("{%tr for i in [1, 2] %}", ""), tr("{% vm 1 %}a", "b"), tr("c", "d"), tr("{%tr endfor %}", "")]
    file = filled(
        docx(p("{%p for x in [1, 2] %}"), tbl(tr("{% vm 1 %}a", "b")), p("z"), p("{%p endfor %}"), tbl(*loop))
    )
    assert {cell[2] for row in cells(file) for cell in row} == {"restart", ""}


def test_hm_makes_one_cell_of_a_loop() -> None:
    head = tr("{%tc for x in team %}", "{% hm %}Team", "{%tc endfor %}", "end")
    body = tr("{%tc for x in team %}", "{{ x.name }}", "{%tc endfor %}", "end")
    file = filled(docx(tbl(head, body, columns=4)), {"team": TEAM})
    assert cells(file)[0] == [("Team", "3", ""), ("end", "1", "")]
    assert len(grid(file)) == 4


# macros and set blocks


@pytest.mark.parametrize(
    ("body", "printed"),
    [
        ("{% macro f(x) %}<{{ x }}>{% endmacro %}{{ f('a&b') }}", ["<a&b>"]),
        ("{% set x %}a & {{ 1 }}{% endset %}{{ x }}{{ x }}", ["a & 1a & 1"]),
        ("{% set x %}ab{% endset %}{{ x | upper }}", ["AB"]),
        ("{% macro f() %}({{ caller() }}){% endmacro %}{% call f() %}&{% endcall %}", ["(&)"]),
        ("{% for x in [1, 2, 3] %}{% if x == 2 %}{% continue %}{% endif %}{{ x }}{% endfor %}", ["13"]),
        ("{% set n = namespace(x=1) %}{% set n.x = 2 %}{{ n.x }}", ["2"]),
    ],
)
def test_what_a_template_makes_itself_is_escaped_once(body: str, printed: list[str]) -> None:
    assert texts(filled(docx(p(body)))) == printed


def test_a_macro_of_paragraphs_prints_paragraphs() -> None:
    body = [p("{%p macro f(x) %}"), p("{{ x }}!", style="Heading1"), p("{%p endmacro %}"), p("{{p f('a') }}"), p("b")]
    assert texts(filled(docx(*body))) == ["a!", "b"]
    assert codes(refusals(docx(*body[:3], p("text {{ f('a') }}")))) == ["TP10"]


@pytest.mark.parametrize(
    "tag", ["{% filter upper %}a{% endfilter %}", "{% block x %}{% endblock %}", "{% import 'x' as y %}"]
)
def test_statements_that_make_no_sense_in_a_document_are_refused(tag: str) -> None:
    assert set(codes(refusals(docx(p(tag))))) == {"TP11"}


@pytest.mark.parametrize(
    "tags",
    [
        "{% break %}",
        "{% if x %}{% continue %}{% endif %}",
        "{% for x in [] %}a{% else %}{% break %}{% endfor %}",
        "{% for x in [] %}{% macro f() %}{% break %}{% endmacro %}{% endfor %}",
    ],
)
def test_break_and_continue_outside_of_a_loop_are_refused_at_their_tag(tags: str) -> None:
    (problem,) = refusals(docx(p("a"), p(tags)), {"x": 1})
    assert problem.code == "TP03"
    assert re.search("break|continue", place_of(problem)["tag"])


def test_a_cell_tag_beside_a_row_tag_is_refused() -> None:
    rows = [tr("{%tc for x in [1] %}", "{%tr if 1 %}"), tr("a", "b"), tr("{%tr endif %}", "")]
    assert codes(refusals(docx(tbl(*rows)))) == ["TP09"]


def test_the_number_of_a_list_may_be_any_text() -> None:
    odd = f'<w:numPr><w:ilvl w:val="0"/><w:numId w:val="{"a&apos;b"}"/></w:numPr>'
    styled = f'<w:style w:type="paragraph" w:styleId="Odd"><w:name w:val="heading 5"/><w:pPr>{odd}</w:pPr></w:style>'
    assert texts(rendered(docx(p("a", style="Odd"), styles=styles_xml(extra=styled))).save(DAY)) == ["a"]


# attributes, links, formulas


def test_alternative_text_and_field_codes_may_hold_tags() -> None:
    box = (
        '<w:r><w:drawing><wp:inline><wp:extent cx="1" cy="1"/><wp:docPr id="1" name="a" descr="{{ x }}"/>'
        '<a:graphic><a:graphicData uri="x"/></a:graphic></wp:inline></w:drawing></w:r>'
    )
    part = parts_of(rendered(docx(p(box), p(field("AUTHOR {{ x }}", "y"))), {"x": 'a"<&'}).save(DAY))[
        "word/document.xml"
    ]
    assert b'descr="a&quot;&lt;&amp;"' in part
    assert etree.fromstring(part).find(f".//{q('w:instrText')}").text == 'AUTHOR a"<&'  # type: ignore[union-attr]


def test_a_link_may_lead_to_a_value_also_in_a_loop() -> None:
    link = f'<w:hyperlink r:id="rIdX">{r("{{ x.name }}")}</w:hyperlink>'
    parts = package(p("{%p for x in team %}"), p(link), p("{%p endfor %}"))
    rels = parts["word/_rels/document.xml.rels"].decode()
    line = (
        f'<Relationship Id="rIdX" Type="{opc.OFFICE_RELS}/hyperlink" TargetMode="External" '
        'Target="https://a.example/%7B%7B%20x.name%20%7D%7D?b=1"/></Relationships>'
    )
    parts["word/_rels/document.xml.rels"] = rels.replace("</Relationships>", line).encode()
    file = filled(zipped(parts), {"team": [{"name": "a"}, {"name": "b&c"}]})
    package_read, _ = opc.read_package(file, "x")
    assert package_read is not None
    found = opc.read_relationships(package_read, "word/document.xml")
    ids = [link.get(f"{{{opc.OFFICE_RELS}}}id", "") for link in tree(file).iter(q("w:hyperlink"))]
    assert [found[rid].target for rid in ids] == ["https://a.example/a?b=1", "https://a.example/b&c?b=1"]


# notes


def test_a_footnote_stays_away_with_its_text() -> None:
    body = (p("{%p if x %}"), p("a", note(1)), p("{%p endif %}"), p("b", note(2)))
    file = filled(with_notes("footnote", p("first {{ x }}"), p("second {{ y }}"), body=body), {"x": 0, "y": "&"})
    assert note_texts(file) == {"1": "second &"}
    assert referred(file) == ["1"]


def test_a_footnote_repeats_with_its_loop_and_sees_the_loops_names() -> None:
    body = (p("{%p for x in team %}"), p("{{ x.name }}", note(1)), p("{%p endfor %}"))
    file = filled(with_notes("footnote", p("about {{ x.name }}"), body=body), {"team": TEAM})
    assert note_texts(file) == {"1": "about 甲", "2": "about 乙", "3": "about 丙"}
    assert referred(file) == ["1", "2", "3"]


def test_a_mistake_in_a_footnote_names_its_part() -> None:
    problems = refusals(with_notes("footnote", p("{{ missing }}"), body=(p("a", note(1)),)))
    assert [(problem.code, place_of(problem)["part"]) for problem in problems] == [("TP04", "word/footnotes.xml")]


def test_a_note_that_is_not_there_leaves_no_reference() -> None:
    assert referred(filled(with_notes("endnote", body=(p("a", note(1, "endnote")),)), {}), "endnote") == []


def test_a_comment_goes_and_repeats_with_its_range() -> None:
    marked = ['<w:commentRangeStart w:id="1"/>', r("{{ x }}"), '<w:commentRangeEnd w:id="1"/>', note(1, "comment")]
    body = (p("{%p for x in items %}"), p(*marked), p("{%p endfor %}"))
    template = with_notes("comment", p("see {{ x }}"), body=body)
    file = filled(template, {"items": [1, 2]})
    assert list(note_texts(file, "comment").values()) == ["see 1", "see 2"]
    starts = [item.get(q("w:id")) for item in tree(file).iter(q("w:commentRangeStart"))]
    assert starts == referred(file, "comment") == list(note_texts(file, "comment"))
    empty = filled(template, {"items": []})
    assert (note_texts(empty, "comment"), referred(empty, "comment")) == ({}, [])


# bookmarks and what points at them

BOOKMARK = '<w:bookmarkStart w:id="7" w:name="scope"/>', '<w:bookmarkEnd w:id="7"/>'


@pytest.mark.parametrize(
    "pointer",
    [
        f'<w:hyperlink w:anchor="scope">{r("x")}</w:hyperlink>',
        field("REF scope \\h", "x"),
        field(" PAGEREF scope ", "1"),
    ],
)
def test_a_reference_needs_its_bookmark(pointer: str) -> None:
    body = [
        p("{%p if x %}"),
        p(BOOKMARK[0], "a", BOOKMARK[1]),
        p("{%p endif %}"),
        p("一", style="Heading1"),
        p(pointer),
    ]
    filled(docx(*body), {"x": 1})
    (problem,) = refusals(docx(*body), {"x": 0})
    assert (problem.code, problem.values["name"], place_of(problem)["heading"]) == ("TP12", "scope", "一")


def test_a_reference_goes_with_its_condition() -> None:
    body = [p("{%p if x %}"), p(BOOKMARK[0], "a", BOOKMARK[1]), p(field("REF scope", "x")), p("{%p endif %}"), p("b")]
    assert texts(filled(docx(*body), {"x": 0})) == ["b"]


# lists

LIST = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="4"/></w:numPr>'


def list_numbers(content: bytes) -> list[str]:
    return [number.get(q("w:val"), "") for number in tree(content).iter(q("w:numId"))]


def test_a_list_begins_anew_in_each_turn_of_a_loop() -> None:
    body = [
        p("{%p for x in team %}"),
        p("{{ x.name }}"),
        p("a", properties=LIST),
        p("b", properties=LIST),
        p("{%p endfor %}"),
    ]
    file = filled(docx(*body, p("c", properties=LIST)), {"team": TEAM})
    numbers = list_numbers(file)
    assert numbers[0::2][:3] == numbers[1::2][:3]
    assert len(set(numbers)) == 4
    numbering = tree(file, "word/numbering.xml")
    made = numbering.findall(f"{q('w:num')}[@{q('w:numId')}='{numbers[0]}']//{q('w:startOverride')}")
    assert [start.get(q("w:val")) for start in made] == ["1"]


def test_a_list_of_the_repeated_paragraph_goes_on_counting() -> None:
    body = [p("{%p for x in team %}"), p("{{ x.name }}", properties=LIST), p("{%p endfor %}")]
    assert list_numbers(filled(docx(*body), {"team": TEAM})) == ["4"] * 3


def test_a_list_of_an_inner_loop_begins_anew_in_the_outer_one() -> None:
    inner = [p("{%p for y in [1, 2] %}"), p("{{ y }}", style="ListNumber"), p("{%p endfor %}")]
    file = filled(docx(p("{%p for x in team %}"), p("{{ x.name }}"), *inner, p("{%p endfor %}")), {"team": TEAM})
    numbers = list_numbers(file)
    assert [numbers[0], numbers[2], numbers[4]] == [numbers[1], numbers[3], numbers[5]]
    assert len(set(numbers)) == 3


# text boxes


def test_a_text_box_that_stands_twice_is_read_once() -> None:
    mc = "http://schemas.openxmlformats.org/markup-compatibility/2006"
    inside = f"<w:txbxContent>{p('{{ counter.next() }}')}</w:txbxContent>"
    both = (
        f'<w:r><mc:AlternateContent xmlns:mc="{mc}"><mc:Choice Requires="wps"><w:drawing>{inside}</w:drawing>'
        f"</mc:Choice><mc:Fallback><w:pict>{inside}</w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )
    body = p(both + r("{{ counter.next() }}"))
    file = rendered(docx(p("{% set counter = cycler('a', 'b', 'c') %}"), body)).save(DAY)
    assert [text for text in texts(file) if text] == ["aab", "a", "a"]


# run-time errors and limits


def test_every_tag_that_fails_is_reported_with_the_names_it_could_use() -> None:
    body = [
        p("{{ 1 / zero }}"),
        p("{% for x in team %}{{ x.name + 1 }}{% endfor %}"),
        p("{{ missing }}"),
        p("{{ 'a' * 'b' }}"),
    ]
    problems = refusals(docx(*body), {"zero": 0, "team": TEAM})
    assert codes(problems) == ["TP07", "TP07", "TP04", "TP07"]
    assert problems[1].values["names"] == "x, team, zero"
    assert [place_of(problem)["tag"] for problem in problems[::3]] == ["{{ 1 / zero }}", "{{ 'a' * 'b' }}"]


@pytest.mark.parametrize(
    "bomb",
    [
        "{{ 'a' * 99999999999 }}",
        "{{ 99999999999 * 'a' }}",
        "{{ [1] * 99999999999 }}",
        "{{ 9 ** 99999999 }}",
        "{{ '%999999999d' % 1 }}",
        "{{ '%*d' % (999999999, 1) }}",
        "{{ '%999999999d' | format(1) }}",
        "{{ '{:999999999}'.format(1) }}",
        "{{ '{:{}}'.format(1, 999999999) }}",
        "{{ 'a' | center(999999999) }}",
        "{{ 'a'.ljust(999999999) }}",
        "{{ 'a' | indent(999999999) }}",
        "{% for x in range(99999999) %}{% endfor %}",
        "{% for a in range(3000) %}{% for b in range(3000) %}{% endfor %}{% endfor %}",
        "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
    ],
)
def test_a_bomb_in_an_expression_is_refused_at_its_tag(bomb: str) -> None:
    problems = refusals(docx(p("一", style="Heading1"), p(bomb)))
    assert set(codes(problems)) == {"TP07"}
    assert place_of(problems[0])["heading"] == "一"


def test_a_document_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "MAX_OUTPUT", 1_000_000)
    body = p("{% for x in range(50000) %}" + "a" * 100 + "{% endfor %}")
    assert codes(refusals(docx(body))) == ["TP13"]
    assert sandbox.MAX_OUTPUT > 10_000_000


def test_what_is_no_xml_of_word_is_refused_by_safe() -> None:
    assert codes(refusals(docx(p("{{ '<b>' | safe }}")))) == ["TP07"]
    assert codes(refusals(docx(p("{{ '<w:tr/>' | safe }}")))) == ["TP10"]
    assert texts(filled(docx(p("{{ 'R&amp;D' | safe }}{{ 'R&D' | e }}")))) == ["R&DR&D"]


def test_python_prints_as_in_docxtpl_only_if_asked() -> None:
    from bidkit.ooxml.template import compile_template

    content = docx(p("{{ none }}|{{ items }}|{{ missing }}"))
    context: dict[str, Any] = {"none": None, "items": [1]}
    template, problems = compile_template(content, "t.docx", {}, compat=True)
    assert template is not None and not problems
    result = template.render(context)
    assert result.problems == []
    assert texts(result.save(DAY)) == ["None|[1]|"]
    assert codes(refusals(content, context)) == ["TP08", "TP10", "TP04"]


def test_a_line_in_a_value_is_a_break_and_a_bell_a_new_paragraph() -> None:
    assert texts(filled(docx(p("{{ x }}", style="Heading1")), {"x": "a\nb\tc\ad\fe"})) == ["a\nb\tc", "d", "\n", "e"]
    assert W in tree(docx(p("a"))).tag


def test_properties_of_all_kinds_may_hold_tags() -> None:
    parts = package(p("a"))
    space = "http://schemas.openxmlformats.org/officeDocument/2006"
    parts["docProps/custom.xml"] = (
        f'<Properties xmlns="{space}/custom-properties" xmlns:vt="{space}/docPropsVTypes">'
        '<property fmtid="{D}" pid="2" '
        'name="Tender"><vt:lpwstr>{{ tender }}{% if x %}!{% endif %}</vt:lpwstr></property></Properties>'
    ).encode()
    parts["docProps/app.xml"] = (
        f'<Properties xmlns="{space}/extended-properties"><Company>{{{{ company }}}}</Company></Properties>'
    ).encode()
    made = parts_of(rendered(zipped(parts), {"tender": "A&B", "company": "<禾岳>", "x": 1}).save(DAY))
    assert b"A&amp;B!" in made["docProps/custom.xml"]
    assert "&lt;禾岳&gt;".encode() in made["docProps/app.xml"]
    (problem,) = refusals(zipped(parts), {"tender": "x", "x": 1})
    assert (problem.code, place_of(problem)["part"]) == ("TP04", "docProps/app.xml")
