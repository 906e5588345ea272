"""What the engine says about templates: missing names, empty values, syntax, runtime errors, the sandbox."""

from typing import Any

import pytest
from office_files import (
    DAY,
    NAMESPACES,
    codes,
    compiled,
    contents,
    core_xml,
    docx,
    filled,
    names,
    p,
    package,
    parts_of,
    place_of,
    refusals,
    rendered,
    styles_xml,
    tbl,
    texts,
    tr,
    zipped,
)

from bidkit.context.formats import make_filters
from bidkit.diagnostic import Diagnostic
from bidkit.ooxml import opc
from bidkit.ooxml.template import compile_template

CONTEXT: dict[str, Any] = {
    "deal": {"id": "X-1", "title": "项目", "tender": None, "payments": {"items": 3}},
    "lines": [{"no": 1, "name": "甲", "price": 2.5}, {"no": 2, "name": "乙"}],
    "none": None,
    "empty": [],
    "zero": 0,
}


def unknown(*body: str, **parts: str) -> list[Diagnostic]:
    return compiled(docx(*body, **parts)).check_names(CONTEXT)


# missing names


@pytest.mark.parametrize(
    ("tag", "name"),
    [
        ("{{ missing }}", "missing"),
        ("{% for x in missing %}a{% endfor %}", "missing"),
        ("{% if missing %}a{% endif %}", "missing"),
        ("{% if not missing %}a{% endif %}", "missing"),
        ("{% if missing == 1 %}a{% endif %}", "missing"),
        ("{% if missing != 1 %}a{% endif %}", "missing"),
        ("{% if missing > 1 %}a{% endif %}", "missing"),
        ("{% if 1 in missing %}a{% endif %}", "missing"),
        ("{% if zero or missing %}a{% endif %}", "missing"),
        ("{{ deal.titel }}", "titel"),
        ("{{ deal.titel.short }}", "titel"),
        ("{{ deal['titel'] }}", "titel"),
        ("{{ deal.title.short }}", "short"),
        ("{% for x in deal.lines %}a{% endfor %}", "lines"),
        ("{{ missing | upper }}", "missing"),
        ("{{ lines | join(missing) }}", "missing"),
        ("{{ 'a' ~ missing }}", "missing"),
        ("{{ '%s' % missing }}", "missing"),
        ("{{ missing + 1 }}", "missing"),
        ("{{ missing() }}", "missing"),
        ("{{ missing | length }}", "missing"),
        ("{{ missing | default(absent) }}", "absent"),
        ("{{ 'a' if missing else 'b' }}", "missing"),
        ("{% set y = missing %}{{ y }}", "missing"),
        ("{{ [missing] | join(',') }}", "missing"),
        ("{{ lines | map(attribute='prize') | join(',') }}", "prize"),
        ("{{ lines | sum(attribute='price') }}", "price"),
        ("{{p missing }}", "missing"),
        ("{{p deal.titel }}", "titel"),
    ],
)
def test_a_missing_name_is_reported_with_its_tag_wherever_it_is_used(tag: str, name: str) -> None:
    problems = refusals(docx(p("概述", style="Heading1"), p("a"), p(tag)), CONTEXT)
    assert any(found.split(".")[-1] == name for found in names(problems)), problems
    for problem in problems:
        place = place_of(problem)
        assert (place["part"], place["heading"]) == ("word/document.xml", "概述")
        assert place["tag"] in tag


@pytest.mark.parametrize(
    "tag", ["{{ [missing] }}", "{{ {'a': missing} }}", "{{ lines | map(attribute='prize') | list }}"]
)
def test_a_missing_name_inside_a_list_is_not_printed(tag: str) -> None:
    problems = refusals(docx(p(tag)), CONTEXT)
    assert {problem.code for problem in problems} <= {"TP04", "TP10"}
    assert [place_of(problem)["tag"] for problem in problems] == [tag]


def test_every_missing_name_is_reported_in_one_go() -> None:
    body = [p(f"{{{{ a{n} }}}} {{% if b{n} %}}{{% endif %}}{{% for x in c{n} %}}{{% endfor %}}") for n in range(5)]
    problems = refusals(docx(*body, header=p("{{ head }}"), footer=p("{{ foot }}"), core=core_xml("{{ core }}")), {})
    wanted = {f"{letter}{n}" for letter in "abc" for n in range(5)} | {"head", "foot", "core"}
    assert set(names(problems)) == wanted
    assert {place_of(problem)["part"] for problem in problems} == {
        "word/document.xml",
        "word/header1.xml",
        "word/footer1.xml",
        "docProps/core.xml",
    }


def test_each_tag_with_the_same_missing_name_is_reported_once() -> None:
    body = [p("{{ x }}"), p("一", style="Heading1"), p("{% for y in [1, 2, 3] %}{{ x }}{% endfor %}")]
    assert [place_of(problem).get("heading") for problem in refusals(docx(*body))] == [None, "一"]


def test_the_place_of_a_name_in_a_table_is_the_one_that_word_shows() -> None:
    first = tbl(tr("a", "b"))
    second = tbl(
        tr("no", "name"), tr("{%tr for line in lines %}", ""), tr("{{ line.no }}", "{{ line.nmae }}"),
        tr("{%tr endfor %}", ""), tr("sum", "{{ total }}"),
    )  # fmt: skip
    body = [p("甲", style="Heading1"), first, p("乙", style="Heading2"), p("{%p if 1 %}"), second, p("{%p endif %}")]
    problems = refusals(docx(*body), CONTEXT)
    kinds = ("heading", "table", "row", "cell", "tag")
    assert [tuple(place_of(problem)[kind] for kind in kinds) for problem in problems] == [
        ("乙", "2", "3", "2", "{{ line.nmae }}"),
        ("乙", "2", "5", "2", "{{ total }}"),
    ]


def test_a_name_that_only_some_items_lack_is_reported() -> None:
    assert names(refusals(docx(p("{% for x in lines %}{{ x.price }}{% endfor %}")), CONTEXT)) == ["price"]


@pytest.mark.parametrize(
    "tag",
    [
        "{{ missing | default('a') }}",
        "{{ missing | d('a') }}",
        "{{ deal.titel | default('a') }}",
        "{{ deal.titel.short | default('a') }}",
        "{{ missing.a.b | default('a') }}",
        "{% if missing is defined %}b{% endif %}a",
        "{% if missing is undefined %}a{% endif %}",
        "{% if missing is not defined %}a{% endif %}",
        "{% if deal.titel is defined %}b{% endif %}a",
        "{% if missing is defined and missing > 1 %}b{% endif %}a",
        "{% if missing is defined %}{{ missing }}{% endif %}a",
        "{{ missing if missing is defined else 'a' }}",
        "{% for x in missing | default([]) %}b{% endfor %}a",
        "{{ (missing | default('a')) | lower }}",
    ],
)
def test_a_name_whose_absence_is_asked_for_is_no_mistake(tag: str) -> None:
    template = docx(p(tag))
    assert compiled(template).check_names(CONTEXT) == []
    assert texts(filled(template, CONTEXT)) == ["a"]


def test_names_in_branches_that_are_not_taken_are_reported_before_rendering() -> None:
    body = [
        p("报价", style="Heading1"),
        p("{% if zero %}{{ a }}{% elif zero %}{{ b }}{% else %}c{% endif %}"),
        p("{%p if zero %}"),
        tbl(tr("{%tr for x in lines %}", ""), tr("", "{{ x.nmae }}{{ deal.titel }}"), tr("{%tr endfor %}", "")),
        p("{%p endif %}"),
        p("{% for y in empty %}{{ d }}{% else %}{{ y2 }}{% endfor %}{{ e.f if zero else 1 }}{{ zero and g | upper }}"),
    ]
    problems = unknown(*body, header=p("{{ h }}"))
    assert {name.split(".")[-1] for name in names(problems)} == {"a", "b", "nmae", "titel", "d", "y2", "e", "g", "h"}
    assert {place_of(problem)["tag"] for problem in problems} >= {"{{ x.nmae }}", "{{ deal.titel }}", "{{ h }}"}
    nmae = next(problem for problem in problems if "nmae" in str(problem.values["name"]))
    assert {"heading": "报价", "table": "1", "cell": "2"}.items() <= place_of(nmae).items()


@pytest.mark.parametrize(
    "tag",
    [
        "{% if deal.tender %}{{ deal.tender.no }}{% endif %}",
        "{% for x in lines %}{{ loop.index }}{{ x.name }}{% if loop.last %}{% endif %}{% endfor %}",
        "{% for x in lines if x.no > 1 %}{{ x.name }}{% endfor %}",
        "{% for k, v in deal.items() %}{{ k }}{% endfor %}",
        "{{ deal.payments['items'] }}",
        "{% set y = 1 %}{{ y }}",
        "{% if zero %}{% set y = 1 %}{% else %}{% set y = 2 %}{% endif %}{{ y }}",
        "{% for x in lines %}{% set y = x.name %}{{ y }}{% endfor %}",
        "{% for x in lines %}{% for z in lines %}{{ x.no }}{{ z.no }}{{ loop.index }}{% endfor %}{% endfor %}",
        "{% with y = 1 %}{{ y }}{% endwith %}",
        "{% for n in range(3) %}{{ n }}{% endfor %}",
        "{{ lines[0].name }}{{ lines | map(attribute='no') | list | length }}",
        "{{ deal.title.upper() }}",
        "{# {{ x }} #}",
    ],
)
def test_names_that_exist_are_not_reported(tag: str) -> None:
    assert compiled(docx(p(tag))).check_names(CONTEXT) == []
    assert refusals(docx(p(tag)), CONTEXT) == []


def test_a_failing_tag_does_not_hide_the_names_after_it() -> None:
    template = docx(p("{{ missing + 1 }}"), p("{{ other }}"), p("{{ 1 / 0 }}"), p("{{ last }}"))
    assert set(names(compiled(template).check_names(CONTEXT))) == {"missing", "other", "last"}


# empty values


@pytest.mark.parametrize(
    "tag",
    [
        "{{ none }}",
        "{{ deal.tender }}",
        "{{p none }}",
        "{{ 'a' if zero else none }}",
        "{{ empty | first | default(none) }}",
    ],
)
def test_none_is_never_printed(tag: str) -> None:
    problems = refusals(docx(p("概述", style="Heading1"), p(tag)), CONTEXT)
    assert codes(problems) == ["TP08"]
    assert place_of(problems[0]) == {"part": "word/document.xml", "heading": "概述", "tag": tag}


@pytest.mark.parametrize(
    "tag",
    [
        "{{ none | upper }}",
        "{{ '第' ~ none ~ '号' }}",
        "{{ [none, 1] | join('、') }}",
        "{{ '%s' % none }}",
        "{{ [none] }}",
    ],
)
def test_none_is_not_printed_as_a_word_either(tag: str) -> None:
    assert refusals(docx(p(tag)), CONTEXT), texts(rendered(docx(p(tag)), CONTEXT).save(DAY))


def test_none_is_reported_in_headers_and_properties() -> None:
    problems = refusals(docx(p("a"), header=p("{{ none }}"), core=core_xml("{{ none }}")), CONTEXT)
    assert sorted((problem.code, place_of(problem)["part"]) for problem in problems) == [
        ("TP08", "docProps/core.xml"),
        ("TP08", "word/header1.xml"),
    ]


def test_zero_and_an_empty_text_are_values() -> None:
    assert texts(filled(docx(p("{{ zero }}{{ '' }}{{ false }}")), CONTEXT)) == ["0False"]


def test_one_empty_value_does_not_hide_the_others() -> None:
    problems = refusals(
        docx(p("{{ none }}"), p("{{ missing }}"), p("{{ deal.tender }}"), p("{{ bell }}")), {**CONTEXT, "bell": "\x08"}
    )
    assert codes(problems) == ["TP08", "TP04", "TP08", "TP10"]


# syntax


@pytest.mark.parametrize(
    ("body", "code", "tag"),
    [
        ("{% for x in lines %}a", "TP03", "{% for x in lines %}"),
        ("{% if zero %}a", "TP03", "{% if zero %}"),
        ("a{% endfor %}", "TP03", "{% endfor %}"),
        ("a{% endif %}", "TP03", "{% endif %}"),
        ("{% for x in lines %}{% if x %}{% endfor %}", "TP03", "{% if x %}"),
        ("{% if zero %}{% endif %}{% endif %}", "TP03", "{% endif %}"),
        ("{% if zero %}{% else %}{% for x in lines %}{% endif %}", "TP03", "{% for x in lines %}"),
        ("{{ a b }}", "TP11", "{{ a b }}"),
        ("{{ a + }}", "TP11", "{{ a + }}"),
        ("{{ }}", "TP11", "{{  }}"),
        ("{{ a | nofilter }}", "TP16", "{{ a | nofilter }}"),
        ("{% if zero %}{{ a | nofilter }}{% endif %}", "TP16", "{{ a | nofilter }}"),
        ("{{ a is notest }}", "TP16", "{{ a is notest }}"),
        ("{% nosuch x %}", "TP11", "{% nosuch x %}"),
        ("{% for in lines %}{% endfor %}", "TP11", "{% for in lines %}"),
        ("{% if %}{% endif %}", "TP11", "{% if %}"),
        ("{% else %}", "TP03", "{% else %}"),
        ("{{ 'a' + “b }}", "TP02", None),
        ("{{ a ? b }}", "TP11", "{{ a ? b }}"),
    ],
)
def test_a_mistake_in_the_syntax_is_shown_at_its_tag(body: str, code: str, tag: str | None) -> None:
    text = [
        p("{{ deal.id }}"),
        p("概述", style="Heading1"),
        p("{% if deal %}{{ deal.id }}{% endif %}"),
        p(body),
        p("{{ deal.id }}"),
    ]
    problems = refusals(docx(*text), CONTEXT)
    assert codes(problems) == [code]
    place = place_of(problems[0])
    assert place["heading"] == "概述"
    assert tag is None or place["tag"].replace("{%  ", "{% ").split() == tag.split()


@pytest.mark.parametrize(
    ("first", "last", "shown"),
    [("{%p for x in lines %}", "a", "{%p for x in lines %}"), ("a", "{%p endfor %}", "{%p endfor %}")],
)
def test_a_paragraph_tag_without_its_counterpart_is_shown(first: str, last: str, shown: str) -> None:
    problems = refusals(docx(p(first), p("a"), p(last)), CONTEXT)
    assert codes(problems) == ["TP03"]
    assert place_of(problems[0])["tag"] == shown


def test_a_mistake_in_each_part_is_shown() -> None:
    problems = refusals(docx(p("{{ a b }}"), header=p("{{ c d }}"), core=core_xml("{% if %}")))
    assert {place_of(problem)["part"] for problem in problems} == {
        "word/document.xml",
        "word/header1.xml",
        "docProps/core.xml",
    }
    assert set(codes(problems)) <= {"TP11", "TP03"}


def test_a_missing_style_is_named() -> None:
    content = docx(p("a"), styles=styles_xml(without=("Figure", "BidTable")))
    template, problems = compile_template(content, "t.docx", {}, ["Figure", "Body Text", "Bid Table", "BODY TEXT"])
    assert template is None
    assert [(problem.code, problem.values["style"]) for problem in problems] == [
        ("TP06", "Figure"),
        ("TP06", "Bid Table"),
    ]


def test_filters_of_the_caller_can_be_used() -> None:
    template, problems = compile_template(docx(p("{{ 2 | double }}")), "t.docx", {"double": lambda value: value * 2})
    assert template is not None, problems
    assert texts(template.render({}).save(DAY)) == ["4"]


# runtime


@pytest.mark.parametrize(
    "tag",
    [
        "{{ 1 / zero }}",
        "{{ 1 % zero }}",
        "{{ 'a' + 1 }}",
        "{{ deal.id * 'a' }}",
        "{{ lines[9] }}",
        "{{ lines[9].name }}",
        "{{ empty | first }}",
        "{{ lines | sum }}",
        "{{ deal.title() }}",
        "{{ deal.title.index('z') }}",
        "{{ 'a' | round }}",
        "{% for x in zero %}{% endfor %}",
        "{% for a, b in [1] %}{% endfor %}",
        "{{p 1 / zero }}",
        "{% if 'a' > 1 %}{% endif %}",
        "{% include 'x.docx' %}",
        "{% set x = 1 / zero %}",
    ],
)
def test_an_expression_that_fails_is_shown_at_its_tag(tag: str) -> None:
    body = [p("{{ deal.id }}"), p("概述", style="Heading1"), tbl(tr("a", "b"), tr("c", tag)), p("{{ deal.id }}")]
    problems = refusals(docx(*body), CONTEXT)
    assert problems
    assert {problem.code for problem in problems} <= {"TP04", "TP07", "TP11"}
    place = place_of(problems[0])
    assert {
        "part": "word/document.xml",
        "heading": "概述",
        "table": "1",
        "row": "2",
        "cell": "2",
    }.items() <= place.items()
    assert place["tag"] == tag[: len(place["tag"])]


def test_a_failure_in_a_loop_is_shown_at_the_failing_tag_not_at_the_loop() -> None:
    body = [p("{%p for x in [1, 0] %}"), p("{{ x }} {{ 1 / x }}"), p("{%p endfor %}")]
    assert [place_of(problem)["tag"] for problem in refusals(docx(*body))] == ["{{ 1 / x }}"]


def test_a_filter_of_the_caller_that_fails_is_shown_at_its_tag() -> None:
    template = compiled(docx(p("a"), p("{{ 'x' | number }}")), {"number": int})
    problems = template.render({}).problems
    assert codes(problems) == ["TP07"]
    assert place_of(problems[0])["tag"] == "{{ 'x' | number }}"
    assert "ValueError" in str(problems[0].values["error"])


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("value", ["missing", "none", "'abc'", "deal", "lines", "zero"])
@pytest.mark.parametrize("name", ["money", "day", "percent", "quantity", "level(2)"])
def test_a_shipped_filter_of_a_wrong_value_is_a_diagnostic(name: str, value: str, language: str) -> None:
    template, problems = compile_template(docx(p(f"{{{{ {value} | {name} }}}}")), "t.docx", make_filters(language))
    assert template is not None, problems
    found = template.render(CONTEXT).problems
    assert {problem.code for problem in found} <= {"TP04", "TP07", "TP08", "TP10"}
    assert found or value == "zero"


def test_the_file_of_a_problem_is_the_template() -> None:
    assert {problem.span.file for problem in refusals(docx(p("{{ a }}{{ 1 / 0 }}"))) if problem.span} == {"t.docx"}


# the sandbox


def test_a_template_cannot_end_the_program() -> None:
    tag = "{{ _parts['word/document.xml'].template.environment.add_extension('sys.exit') }}"
    assert refusals(docx(p(tag)))


def test_a_value_is_never_run_as_a_template() -> None:
    assert (
        texts(filled(docx(p("{{ x }}"), contents(), p("{{ x }}", style="Heading1")), {"x": "{{ 1 / 0 }}{% for"}))[0]
        == "{{ 1 / 0 }}{% for"
    )


@pytest.mark.parametrize("key", ["keys", "items", "values", "get", "update", "pop"])
def test_a_key_named_like_a_method_is_the_key(key: str) -> None:
    assert texts(filled(docx(p(f"{{{{ d.{key} }}}}")), {"d": {key: "v"}})) == ["v"]


# what runs or loads something unasked


def with_relation(parts: dict[str, bytes], part: str, line: str) -> dict[str, bytes]:
    rels = opc.rels_name(part)
    old = parts.get(rels, f'<Relationships xmlns="{opc.NS_RELS}"></Relationships>'.encode()).decode()
    return {**parts, rels: old.replace("</Relationships>", f"{line}</Relationships>").encode()}


def with_macro() -> bytes:
    parts = package(p("a"))
    line = (
        '<Relationship Id="rIdV" Type="http://schemas.microsoft.com/office/2006/relationships/vbaProject" Target="{}"/>'
    )
    parts = with_relation(parts, "word/document.xml", line.format("vbaProject.bin"))
    types = opc.add_content_types(parts[opc.CONTENT_TYPES], {"bin": "application/vnd.ms-office.vbaProject"})
    return zipped({**parts, "word/vbaProject.bin": b"\xcc\x61", opc.CONTENT_TYPES: types})


def test_macros_are_carried_only_when_asked_for() -> None:
    template, problems = compile_template(with_macro(), "t.docx", {})
    assert template is None
    assert {problem.code for problem in problems} == {"TP14"}
    assert "word/vbaProject.bin" in {place_of(problem)["part"] for problem in problems}
    template, problems = compile_template(with_macro(), "t.docx", {}, allow_macros=True)
    assert template is not None and not problems
    assert "word/vbaProject.bin" in parts_of(template.render({}).save(DAY))


@pytest.mark.parametrize(("kind", "code"), [("image", "TP14"), ("oleObject", "TP14"), ("hyperlink", "")])
def test_what_is_loaded_from_elsewhere_is_refused_and_a_link_is_not(kind: str, code: str) -> None:
    line = f'<Relationship Id="rIdE" Type="{opc.OFFICE_RELS}/{kind}" Target="http://a.example/" TargetMode="External"/>'
    content = zipped(with_relation(package(p("a")), "word/document.xml", line))
    problems = compile_template(content, "t.docx", {}, allow_macros=True)[1]
    assert codes(problems) == ([code] if code else [])


def test_the_path_of_the_attached_template_does_not_go_into_the_bid() -> None:
    settings = f'<w:settings {NAMESPACES}><w:attachedTemplate r:id="rId1"/><w:zoom w:percent="100"/></w:settings>'
    line = (
        f'<Relationship Id="rId1" Type="{opc.OFFICE_RELS}/attachedTemplate" TargetMode="External" '
        'Target="file:///C:/Users/wang/Bid.dotm"/>'
    )
    parts = with_relation({**package(p("a")), "word/settings.xml": settings.encode()}, "word/settings.xml", line)
    made = parts_of(filled(zipped(parts)))
    assert b"wang" not in b"".join(made.values())
    assert b"attachedTemplate" not in made["word/settings.xml"]
    assert b"zoom" in made["word/settings.xml"]


@pytest.mark.parametrize(
    ("tag", "zh", "en"),
    [
        ("{{ a b }}", "此处应为 标签的结尾，却是 b", "expected the end of the tag, found b"),
        ("{{ a + }}", "标签的结尾 不能出现在这里", "the end of the tag cannot stand here"),
        ("{{ a ? b }}", "字符 ? 不能出现在这里", "the character ? cannot stand here"),
        ("{% if %}{% endif %}", "标签的结尾 之前缺少表达式", "an expression is missing before the end of the tag"),
        ("{% set 1 = 2 %}", "不能给 const 赋值", "nothing can be assigned to const"),
    ],
)
def test_what_jinja_says_is_said_in_both_languages(tag: str, zh: str, en: str) -> None:
    (problem,) = refusals(docx(p(tag)), {"a": 1})
    assert zh in problem.message("zh")
    assert en in problem.message("en")


@pytest.mark.parametrize(
    ("tag", "near"),
    [
        ("{{ dael.title }}", "deal"),
        ("{{ deal.titel }}", "deal.title"),
        ("{% for line in lines %}{{ lien.no }}{% endfor %}", "line"),
        ("{{ zzz }}", ""),
    ],
)
def test_the_nearest_name_is_proposed(tag: str, near: str) -> None:
    (problem,) = unknown(p(tag))
    assert problem.values["near"] == near
    assert (near in problem.fix("zh")) and (near in problem.fix("en"))
