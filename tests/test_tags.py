import itertools
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from office_files import codes, docx, filled, p, parts_of, place_of, q, r, refusals, rendered, text_of, texts, tree

from bidkit.ooxml.tags import find_tags, place_tags

PARAGRAPH = "甲{{ name }}乙{% if price > 1 %}丙{{ price | round(1) }}{% else %}丁{% endif %}戊{# no {{ tag }} #}己"
CONTEXT = {"name": "A & B", "price": 2.25}
PLAIN = "甲A & B乙丙2.2戊己"
PROPERTIES = ("", "<w:b/>", "<w:i/>", '<w:color w:val="FF0000"/>', '<w:sz w:val="28"/>')


def cut(text: str, places: list[int]) -> list[str]:
    edges = [0, *sorted(set(places)), len(text)]
    return [text[start:end] for start, end in itertools.pairwise(edges)]


def test_a_tag_may_be_cut_at_every_place() -> None:
    for place in range(1, len(PARAGRAPH)):
        one, two = cut(PARAGRAPH, [place])
        assert texts(filled(docx(p(r(one, "<w:b/>"), r(two, "<w:i/>"))), CONTEXT)) == [PLAIN], place


@settings(max_examples=60, deadline=None)
@given(
    places=st.lists(st.integers(0, len(PARAGRAPH)), max_size=25),
    looks=st.lists(st.sampled_from(PROPERTIES), min_size=28, max_size=28),
    between=st.sampled_from(
        ["", '<w:proofErr w:type="spellStart"/>', "<w:r><w:rPr><w:b/></w:rPr></w:r>", "<w:r><w:t></w:t></w:r>"]
    ),
)
def test_the_way_a_paragraph_is_cut_into_runs_does_not_change_its_text(
    places: list[int], looks: list[str], between: str
) -> None:
    runs = [r(piece, look) for piece, look in zip(cut(PARAGRAPH, places), looks, strict=False)]
    runs = [run for run in runs for run in (run, between) if run]
    assert texts(filled(docx(p(*runs)), CONTEXT)) == [PLAIN]


def test_a_value_takes_the_look_of_the_run_where_its_tag_begins() -> None:
    file = filled(docx(p(r("a {", "<w:b/>"), r("{ na", "<w:i/>"), r("me }} z", "<w:u/>"))), CONTEXT)
    look = {text_of(run): [child.tag.rpartition("}")[2] for child in run[0]] for run in tree(file).iter(q("w:r"))}
    assert look["a A & B"] == ["b"]
    assert look[" z"] == ["u"]


@given(st.text(alphabet="{}%# 'ab“”", max_size=40), st.lists(st.integers(0, 40), max_size=6))
def test_tags_are_in_order_and_everything_outside_them_stays(text: str, places: list[int]) -> None:
    tags, unclosed = find_tags(text)
    assert all(tag.end <= following.start for tag, following in itertools.pairwise(tags))
    assert all(text[tag.start : tag.end].startswith(tag.opening) for tag in tags)
    rest, position = [], 0
    for tag in tags:
        rest.append(text[position : tag.start])
        position = tag.end
    rest.append(text[position:])
    pieces = cut(text, [place for place in places if place < len(text)])
    assert "".join(place_tags(pieces, tags, ["§"] * len(tags))) == "§".join(rest)
    assert unclosed is None or unclosed in text


@given(st.text(max_size=30))
def test_a_text_without_a_delimiter_holds_no_tag(text: str) -> None:
    found, unclosed = find_tags(text.replace("{", "("))
    assert found == []
    assert unclosed is None


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("{{name}}", "A & B"),
        ("{{ name}}", "A & B"),
        ("{{ price|int }}", "2"),
        ("{%if price%}y{%endif%}", "y"),
        ('{{ "}}" }}', "}}"),
        ('{{ "%}" }}', "%}"),
        ('{% if "%}" == "%}" %}y{% endif %}', "y"),
        ('{{ "{% if %}" }}', "{% if %}"),
        ("{{ '}' ~ \"}'}\" }}", "}}'}"),
        ('{{ "50 %" }}', "50 %"),
        ('{{ "a < b & c" }}', "a < b & c"),
        ('{% if name == "A & B" %}y{% endif %}', "y"),
        ("{% if 1 < price and price > 1 %}y{% endif %}", "y"),
        ("{{ “x” }}", "x"),
        ("{{ ‘x’ }}", "x"),
        ("{{ nothing | default(“无”) }}", "无"),
        ('{{ "他说“好”" }}', "他说“好”"),
        ('{{ "It’s }}" }}', "It’s }}"),
        ('{{ "半个“引号" }}', "半个“引号"),
        (r'{{ "a\"b" }}', 'a"b'),
        ('{{ "a  b" }}', "a  b"),
        ('{# it\'s "open" #}x', "x"),
        ("{{ name }}}", "A & B}"),
        ("a { b } c % d", "a { b } c % d"),
    ],
)
def test_delimiters_and_quotes_are_read_as_a_person_means_them(written: str, printed: str) -> None:
    assert texts(filled(docx(p(written)), CONTEXT)) == [printed]


@pytest.mark.parametrize("tag", ["{{- price }}", "{{- price -}}", "{{ price -}}"])
def test_a_dash_that_trims_is_never_a_minus(tag: str) -> None:
    template = docx(p(f"a {tag} b"))
    assert refusals(template, CONTEXT) or texts(filled(template, CONTEXT))[0].replace(" ", "") == "a2.25b"


def test_a_minus_inside_a_tag_is_a_minus() -> None:
    assert texts(filled(docx(p("{{ -price }}")), CONTEXT)) == ["-2.25"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("甲 {{ name }", "{{ name }"),
        ("甲 {% if name", "{% if name"),
        ("甲 {# note", "{# note"),
        ('{{ "open }}', '{{ "open }}'),
        ("{{ name %}", "{{ name %}"),
    ],
)
def test_a_tag_that_is_not_closed_is_named(text: str, shown: str) -> None:
    problems = refusals(docx(p("概述", style="Heading1"), p(text)), CONTEXT)
    assert codes(problems) == ["TP02"]
    assert problems[0].values["tag"] == shown
    assert place_of(problems[0])["part"] == "word/document.xml"
    assert place_of(problems[0])["heading"] == "概述"


def test_every_tag_that_is_not_closed_is_named_at_once() -> None:
    problems = refusals(docx(p("{{ a"), p("fine"), p("{% b"), header=p("{{ c")))
    assert sorted(str(problem.values["tag"]) for problem in problems) == ["{% b", "{{ a", "{{ c"]
    assert {place_of(problem)["part"] for problem in problems} == {"word/document.xml", "word/header1.xml"}


def test_a_tag_does_not_reach_into_the_next_paragraph() -> None:
    assert codes(refusals(docx(p("{{ name"), p("}}")), CONTEXT)) == ["TP02"]


def test_tags_work_in_hyperlinks_content_controls_and_text_boxes() -> None:
    link = f'<w:hyperlink w:anchor="x">{r("{{ na")}{r("me }}")}</w:hyperlink>'
    control = f"<w:sdt><w:sdtPr/><w:sdtContent>{p('{{ name }}')}</w:sdtContent></w:sdt>"
    box = f"<w:p><w:r><w:pict><w:txbxContent>{p('{{ na', 'me }}')}</w:txbxContent></w:pict></w:r></w:p>"
    bookmark = '<w:bookmarkStart w:id="1" w:name="x"/><w:bookmarkEnd w:id="1"/>'
    result = rendered(docx(p(bookmark, link), control, box), CONTEXT)
    assert "".join(re.findall("A &amp; B", "".join(map(str, result.pieces["word/document.xml"])))) == "A &amp; B" * 3


def test_deleted_text_is_not_a_template() -> None:
    deleted = '<w:del w:id="1" w:author="x"><w:r><w:delText>{{ gone }}</w:delText></w:r></w:del>'
    assert texts(filled(docx(p(deleted, "{{ name }}")), CONTEXT)) == ["A & B"]


@pytest.mark.parametrize(
    "body",
    [
        p('<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>HYPERLINK "{{ name }}"</w:instrText></w:r>'
          '<w:r><w:fldChar w:fldCharType="separate"/></w:r>', "x", '<w:r><w:fldChar w:fldCharType="end"/></w:r>'),
        p('<w:fldSimple w:instr="AUTHOR {{ name }}"><w:r><w:t>x</w:t></w:r></w:fldSimple>'),
    ],
)  # fmt: skip
def test_a_tag_in_a_field_instruction_is_rendered_or_refused_but_never_left(body: str) -> None:
    template = docx(body)
    assert refusals(template, CONTEXT) or b"{{" not in parts_of(filled(template, CONTEXT))["word/document.xml"]
